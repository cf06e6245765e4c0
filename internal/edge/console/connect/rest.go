package connect

import (
	"strings"

	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/guide"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/store"

	"github.com/anteroom-id/anteroom/internal/access"
)

// mappings is the tab Mappings: what comes over the wire, and what should.
type mappings struct {
	place
	Found    *found
	People   int64 // looked at
	Missing  []missing
	Examples bool // the member may see people
	Table    []guide.Mapping
	Stream   string
}

func showMappings(q *frame.Request) error {
	p, err := find(q)
	if err != nil {
		return err
	}
	f, err := look(q, q.Workspace.ID, &p)
	if err != nil {
		return err
	}
	d := mappings{place: p, Found: f, People: int64(f.Looked), Examples: q.Can(access.ViewMember), Stream: to(q, p.ID, "stream")}
	for _, path := range f.Missing {
		d.Missing = append(d.Missing, missing{path, guide.Paste(q.Product, p.Provider, path)})
	}
	if p.Provider == "entra" && !guide.Untouched(q.Product) {
		d.Table = guide.Mappings(q.Product)
	}
	return q.Render(page(q, p, "mappings", "Which attributes the directory has really sent, and what "+q.Product.Name+" makes of them.", d))
}

// activity is the tab Activity: the newest requests of one connection.
type activity struct {
	place
	Rows  []identity.Request
	Older string
	All   string
	Links func(identity.RequestID) string
}

func showActivity(q *frame.Request) error {
	p, err := find(q)
	if err != nil {
		return err
	}
	f := store.RequestFilter{Connection: p.ID, Before: identity.RequestID(q.Query("before"))}
	rows, err := q.Store.Read(q.Workspace.ID).RequestsWhere(q.Context(), f, 50)
	if err != nil {
		return err
	}
	d := activity{
		place: p, Rows: rows.Requests, All: q.To("activity"),
		Links: func(id identity.RequestID) string { return q.To("activity", "requests", string(id)) },
	}
	if rows.Next != "" {
		d.Older = to(q, p.ID, "activity") + "?before=" + string(rows.Next)
	}
	return q.Render(page(q, p, "activity", "What this directory asked, newest first, and what came of it.", d))
}

// removal is the page that says what the removal of a connection does.
type removal struct {
	place
	People, Groups, Tokens int64
	Sessions               int64 // that began through it
}

func askRemove(q *frame.Request) error {
	p, err := find(q)
	if err != nil {
		return err
	}
	d := removal{place: p}
	if d.People, d.Groups, d.Tokens, err = q.Directory.RemovalPreview(q.Context(), q.Workspace.ID, p.ID); err != nil {
		return err
	}
	if d.Sessions, err = q.Directory.SessionsThrough(q.Context(), q.Workspace.ID, p.ID); err != nil {
		return err
	}
	above := append(trail(q), frame.Link{Label: p.Name, Href: to(q, p.ID)})
	return q.Render(frame.Page{Title: "Remove " + p.Name, State: "Nothing is done yet. This is what will happen.", Nav: frame.NavSSO, Trail: above, Template: "connect/remove", Data: d})
}

func remove(q *frame.Request) error {
	p, err := find(q)
	if err != nil {
		return err
	}
	if !strings.EqualFold(q.Field("name"), strings.TrimSpace(p.Name)) {
		return q.Again(identity.Errorf(identity.Invalid, "name", "Type %s to confirm. Nothing was removed.", p.Name), askRemove)
	}
	if err := q.Directory.RemoveConnection(q.Context(), q.Workspace.ID, p.ID, q.Origin()); err != nil {
		return err
	}
	q.Tokens.Forget()
	return q.Redirect(q.To("settings", "sso"), p.Name+" is removed. Its "+q.Product.Words.Members+" keep their access and are managed by hand from now on.")
}
