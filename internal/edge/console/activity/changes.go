package activity

import (
	"strconv"

	"github.com/anteroom-id/anteroom/internal/access"
	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/edge/console/told"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/store"
)

// changesData is what the page Changes is filled with.
type changesData struct {
	Rows      []changeRow
	Kind      string
	Kinds     []choice
	Older     string
	MayExport bool
}

// changeRow is one change as the page tells it.
type changeRow struct {
	told.Entry
	Link string // to the page of what it happened to, "" when it has none
}

// changeFilter reads the filter from the address.
func changeFilter(q *frame.Request) store.ChangeFilter {
	before, err := strconv.ParseInt(q.Query("before"), 10, 64)
	if err != nil {
		before = 0
	}
	return store.ChangeFilter{Before: before, Kind: q.Query("kind"), Subject: q.Query("subject")}
}

func changesPage(q *frame.Request) error {
	f := changeFilter(q)
	w := &q.Product.Words
	d := changesData{Kind: f.Kind, MayExport: q.Can(access.ExportActivity), Kinds: []choice{
		{"", "everything"}, {"member", w.Members}, {"group", w.Groups}, {"token", "tokens"}, {"connection", "connections"}, {"workspace", "the " + w.Workspace},
	}}
	page, err := q.Store.Read(q.Workspace.ID).ChangesWhere(q.Context(), f, rows)
	if err != nil {
		return err
	}
	entries, err := told.New(q.Product, q.Store.Read(q.Workspace.ID)).Tell(q.Context(), page.Changes)
	if err != nil {
		return err
	}
	for _, e := range entries {
		d.Rows = append(d.Rows, changeRow{e, linkTo(q, e.Subject)})
	}
	if page.Next != 0 {
		at := q.R.URL.Query()
		at.Set("before", strconv.FormatInt(page.Next, 10))
		d.Older = q.To("activity", "changes") + "?" + at.Encode()
	}
	return q.Render(frame.Page{
		Title: "Activity", State: "Every change, newest first: who made it, when, and what it was before.",
		Nav: frame.NavActivity, Tabs: tabs(q, "changes"), Template: "activity/changes", Data: d,
	})
}

// linkTo is the page of what a change happened to.
func linkTo(q *frame.Request, s identity.Subject) string {
	switch s.Kind {
	case "member":
		return q.To("members", s.ID, "history")
	case "group":
		return q.To("groups", s.ID)
	}
	return ""
}
