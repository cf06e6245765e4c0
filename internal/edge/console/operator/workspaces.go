package operator

import (
	"slices"
	"strings"

	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
)

// shown bounds the workspaces on one page.
const shown = 100

// workspacesData is what the list of workspaces is filled with.
type workspacesData struct {
	Rows   []workspaceRow
	Text   string
	More   bool
	Slug   string // what was typed for a new one
	Single bool
}

// workspaceRow is one workspace as the list tells it.
type workspaceRow struct {
	identity.Workspace
	Plan  string
	Seats int64
	SCIM  string
	Tone  string
}

func workspacesPage(q *frame.Request) error {
	all, err := q.Store.Workspaces(q.Context())
	if err != nil {
		return err
	}
	d := workspacesData{Text: q.Query("q")}
	text := strings.ToLower(d.Text)
	for _, w := range slices.Backward(all) {
		if text != "" && !strings.Contains(strings.ToLower(w.Slug+" "+w.Name), text) {
			continue
		}
		if len(d.Rows) == shown {
			d.More = true
			break
		}
		row, err := rowOf(q, w)
		if err != nil {
			return err
		}
		d.Rows = append(d.Rows, row)
	}
	return q.Render(frame.Page{
		Title: product.Title(q.Product.Words.Workspaces), State: frame.Counted(int64(len(all)), q.Product.Words.Workspace, q.Product.Words.Workspaces) + ".",
		Nav: frame.NavOperator, Tabs: tabs("workspaces"), Template: "operator/workspaces", Data: d,
	})
}

func rowOf(q *frame.Request, w identity.Workspace) (workspaceRow, error) {
	t, err := q.Store.Read(w.ID).Tally(q.Context())
	row := workspaceRow{Workspace: w, Plan: q.Product.PlanOf(w.Plan).Title, Seats: q.Directory.Seats(t), SCIM: "On", Tone: "good"}
	switch {
	case !q.Directory.Unlocked(w, product.FeatureSCIM):
		row.SCIM, row.Tone = "Not in the plan", "off"
	case !t.Provisioning:
		row.SCIM, row.Tone = "Switched off", "off"
	}
	return row, err
}

func createWorkspace(q *frame.Request) error {
	w, err := q.Directory.CreateWorkspace(q.Context(), q.Origin(), q.Field("slug"), q.Field("name"))
	if err != nil {
		return q.Again(err, workspacesPage)
	}
	return q.Redirect(address(w.Slug), "Created. Hand its first owner a link next.")
}

func address(slug string, more ...string) string {
	return strings.Join(append([]string{"/operator/workspaces/" + slug}, more...), "/")
}

// find gives the workspace of the path.
func find(q *frame.Request) (identity.Workspace, error) {
	w, err := q.Store.WorkspaceBySlug(q.Context(), q.Part("workspace"))
	if identity.KindOf(err) == identity.NotFound {
		return w, identity.Errorf(identity.NotFound, "", "There is nothing at this address.")
	}
	return w, err
}

// workspaceData is what the page of one workspace is filled with.
type workspaceData struct {
	workspaceRow
	Address  string
	URL      string
	Plans    []choice
	PlanName string
	Features []featureRow
	Support  product.TokenKind
	Tokens   []tokenRow
	Links    []linkRow
	Secret   string // of a token that was just issued
	Link     string // a one-time link that was just made
}

// tokenRow is one token as support reads it.
type tokenRow struct {
	identity.Token
	By string // who issued it (K19)
}

// choice is an option of a field.
type choice struct{ Name, Title, Hint string }

// featureRow says of one feature how it is switched.
type featureRow struct {
	Feature product.Feature
	Name    string
	ByPlan  bool
	Now     string // on, off, or "" for what the plan says
}

// linkRow is one link as the page tells it.
type linkRow struct {
	identity.Link
	For    string
	Word   string
	Tone   string
	Living bool
}

func workspacePage(q *frame.Request) error {
	w, err := find(q)
	if err != nil {
		return err
	}
	d := workspaceData{Address: address(w.Slug), URL: q.SCIMURL(w.Slug), PlanName: q.Product.PlanOf(w.Plan).Name, Support: q.Product.Tokens.Support}
	if d.workspaceRow, err = rowOf(q, w); err != nil {
		return err
	}
	for _, p := range q.Product.Plans {
		d.Plans = append(d.Plans, choice{Name: p.Name, Title: p.Title})
	}
	plan := q.Product.PlanOf(w.Plan)
	for _, f := range product.Features() {
		row := featureRow{Feature: f, Name: frame.FeatureName(f), ByPlan: slices.Contains(plan.Unlocks, f)}
		if on, ok := w.Entitlements[string(f)]; ok {
			row.Now = map[bool]string{true: "on", false: "off"}[on]
		}
		d.Features = append(d.Features, row)
	}
	if err := d.addTokens(q, w); err != nil {
		return err
	}
	if err := d.addLinks(q, w); err != nil {
		return err
	}
	d.Secret, d.Link = q.Once("token"), q.Once("owner")
	return q.Render(frame.Page{
		Title: w.Name, State: "On the plan " + d.Plan + ", with " + frame.Counted(d.Seats, "seat", "seats") + " taken.",
		Nav: frame.NavOperator, Trail: []frame.Link{{Label: product.Title(q.Product.Words.Workspaces), Href: "/operator"}}, Template: "operator/workspace", Data: d,
	})
}

func (d *workspaceData) addTokens(q *frame.Request, w identity.Workspace) error {
	all, err := q.Tokens.List(q.Context(), w.ID)
	if err != nil {
		return err
	}
	for i := range all {
		row := tokenRow{Token: all[i], By: "the vendor"}
		kind, id, _ := strings.Cut(all[i].IssuedBy, ":")
		switch identity.ActorKind(kind) {
		case identity.ActorMember:
			row.By = "an administrator of the " + q.Product.Words.Workspace
		case identity.ActorLink:
			row.By = "a set-up link"
		case identity.ActorOperator:
			p, found, err := q.Store.Person(q.Context(), identity.PersonID(id))
			if err != nil {
				return err
			}
			if found {
				row.By = frame.OrElse(p.Name, p.Address)
			}
		}
		d.Tokens = append(d.Tokens, row)
	}
	return nil
}

func (d *workspaceData) addLinks(q *frame.Request, w identity.Workspace) error {
	all, err := q.Accounts.Links(q.Context(), w.ID)
	if err != nil {
		return err
	}
	kinds := map[identity.LinkKind]string{identity.LinkOwner: "first owner", identity.LinkSetup: "set-up of a connection"}
	for _, l := range slices.Backward(all) {
		kind, ok := kinds[l.Kind]
		if !ok {
			continue // invitations are the workspace's own affair
		}
		row := linkRow{Link: l, For: kind, Living: l.Alive(q.Store.Now()), Word: "Expired", Tone: "off"}
		switch {
		case row.Living:
			row.Word, row.Tone = "Works", "good"
		case !l.Used.IsZero():
			row.Word = "Used"
		case !l.Revoked.IsZero():
			row.Word = "Revoked"
		}
		d.Links = append(d.Links, row)
	}
	return nil
}
