package connect

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/anteroom-id/anteroom/internal/access"
	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/guide"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
)

// setup is the guide of one connection: the tab Setup, and the page behind a
// set-up link, which has less.
type setup struct {
	place
	Stream  string // where the page is told of changes
	Steps   []step
	SignOn  []step // the guide to signing in
	By      identity.Protocol
	Draft   identity.SignOn
	Found   *found
	State   standing
	Issue   how
	Newest  *identity.Token // that lives
	SCIM    string          // the tab with tokens; "" when there is no way there
	Missing []missing
	Once    string
	Guest   *guest // behind a set-up link only

	// Of the tab only.
	MayHand  bool
	Links    []identity.Link
	LinkOnce string
	Lives    []life
	Remove   string
}

// step is a step of the guide with what was seen of it.
type step struct {
	guide.Step
	ID   string
	Seen bool
	Hint string // beside the tick
}

// missing is a required attribute that has not come, and what to enter.
type missing struct{ Path, Paste string }

// life is how long a set-up link may live.
type life struct{ Name, Title string }

func lives() []life {
	return []life{{"1", "1 day"}, {"7", "7 days"}, {"30", "30 days"}}
}

func showSetup(q *frame.Request) error {
	p, err := find(q)
	if err != nil {
		return err
	}
	if _, shut := locks(q); shut {
		return q.ShowLocked(product.FeatureSCIM)
	}
	d, err := setupOf(q, &q.Workspace, p)
	if err != nil {
		return err
	}
	d.Stream, d.MayHand, d.Lives = to(q, p.ID, "stream"), q.Can(access.HandOffSetup) && (q.Can(access.IssueSCIMToken) || !q.Unlocked(product.FeatureSCIM)), lives()
	d.Once, d.LinkOnce = q.Once(onceName(p.ID)), q.Once("link-"+string(p.ID))
	if q.Can(access.ViewSCIM) {
		d.SCIM = to(q, p.ID, "scim")
	}
	if q.Can(access.RemoveConnection) {
		d.Remove = to(q, p.ID, "remove")
	}
	if d.MayHand {
		if d.Links, err = linksOf(q, p.ID); err != nil {
			return err
		}
	}
	state := stateLine(q, &p, d.Found)
	if !p.Provisions() {
		state = p.Title + " does not provision. It signs people in."
	}
	return q.Render(page(q, p, "setup", state, d))
}

// setupOf gathers the guide of a connection with its ticks.
func setupOf(q *frame.Request, w *identity.Workspace, p place) (*setup, error) {
	f, err := look(q, w.ID, &p)
	if err != nil {
		return nil, err
	}
	d := &setup{place: p, Found: f, Issue: howOf(q)}
	user := ""
	if q.Product.Tokens.Basic.Offered {
		user = w.Slug
	}
	for i := range f.Tokens {
		if f.Tokens[i].Alive(q.Store.Now()) {
			d.Newest = &f.Tokens[i]
			if user != "" {
				user = d.Newest.UserName
			}
			break
		}
	}
	if p.Provisions() && q.Directory.Unlocked(*w, product.FeatureSCIM) {
		for i, s := range guide.Steps(q.Product, p.Provider, guide.Values{URL: q.SCIMURL(w.Slug), UserName: user}) {
			d.Steps = append(d.Steps, step{Step: s, ID: strconv.Itoa(i + 1), Seen: f.Has(s.Tick), Hint: hint(q, s.Tick, f)})
		}
	}
	for _, path := range f.Missing {
		d.Missing = append(d.Missing, missing{path, guide.Paste(q.Product, p.Provider, path)})
	}
	return d, d.signOn(q, w)
}

// Protocols lists how people can sign in through the connection.
func (d *setup) Protocols() []identity.Protocol { return d.protocols }

// signOn adds the guide to signing in, by the protocol that was chosen, or by the
// connector's usual one.
func (d *setup) signOn(q *frame.Request, w *identity.Workspace) (err error) {
	if len(d.protocols) == 0 || !q.Directory.Unlocked(*w, product.FeatureSSO) {
		return nil
	}
	if d.Draft, err = q.SignIn.SignOn(q.Context(), w.ID, d.ID); err != nil {
		return err
	}
	d.By = d.protocols[0]
	for _, by := range []identity.Protocol{d.Draft.Protocol, identity.Protocol(q.Query("by"))} {
		if slices.Contains(d.protocols, by) {
			d.By = by
		}
	}
	if err := d.Found.signedOn(q.Context(), q.Store.Read(w.ID), &d.Draft, d.By); err != nil {
		return err
	}
	at := q.SignIn.Addresses(*w, d.ID, d.Draft.SAML.Slug)
	values := guide.SignOn{EntityID: at.EntityID, ACS: at.ACS, Logout: at.SLO, Start: at.Start, App: at.OIDCApp, Web: at.OIDCWeb, BackChannel: at.OIDCOut}
	for i, s := range guide.SignOnSteps(q.Product, d.Provider, d.By, values, d.Found.Contact) {
		d.SignOn = append(d.SignOn, step{Step: s, ID: "s" + strconv.Itoa(i+1), Seen: d.Found.Has(s.Tick), Hint: hint(q, s.Tick, d.Found)})
	}
	return nil
}

// hint says what was seen of a step, or what it waits for.
func hint(q *frame.Request, s guide.Sight, f *found) string {
	w := &q.Product.Words
	waits := map[guide.Sight]string{
		guide.Contact: "Waiting for the first request", guide.Person: "Waiting for the first " + w.Member, guide.Group: "Waiting for the first " + w.Group,
		guide.Update: "Waiting for the first change", guide.Mapped: "Waiting to see what comes", guide.Unseen: "Cannot be seen from here",
		guide.Known: "Waiting for its values", guide.Answered: "Waiting for its first answer", guide.Entered: "Waiting for the first sign-in",
	}
	seen := map[guide.Sight]string{
		guide.Contact: "Heard from it", guide.Person: frame.Counted(f.People, w.Member, w.Members) + " so far",
		guide.Group: frame.Counted(f.Groups, w.Group, w.Groups) + " so far", guide.Update: "A change arrived", guide.Mapped: "Everything required has come",
		guide.Known: "Its values are here", guide.Answered: "It has answered", guide.Entered: "Somebody signed in",
	}
	if f.Has(s) {
		return seen[s]
	}
	if s == guide.Mapped && len(f.Missing) > 0 {
		return "Something required has not come"
	}
	return waits[s]
}

func streamSetup(q *frame.Request) error {
	p, err := find(q)
	if err != nil {
		return err
	}
	return q.Stream(q.Workspace.ID, calmly(restHere, func(ctx context.Context) (string, error) { return pulse(ctx, q.App, q.Workspace.ID, p.ID) }))
}

// linksOf gives the set-up links of a connection that live.
func linksOf(q *frame.Request, id identity.ConnectionID) (out []identity.Link, err error) {
	all, err := q.Accounts.Links(q.Context(), q.Workspace.ID)
	for i := range all {
		if l := &all[i]; l.Kind == identity.LinkSetup && l.Connection == id && l.Alive(q.Store.Now()) {
			out = append(out, *l)
		}
	}
	return out, err
}

// issueLink makes a link with which somebody without an account sets the
// connection up (E29).
func issueLink(q *frame.Request) error {
	p, err := find(q)
	if err != nil {
		return err
	}
	if _, shut := locks(q); shut {
		return q.ShowLocked(product.FeatureSCIM)
	}
	days, err := strconv.Atoi(q.Field("days"))
	if err != nil || days < 1 || days > 30 {
		return q.Again(identity.Errorf(identity.Invalid, "days", "A set-up link lives 1 to 30 days."), showSetup)
	}
	_, address, err := q.Accounts.IssueSetup(q.Context(), q.Workspace.ID, p.ID, time.Duration(days)*24*time.Hour, q.Origin())
	if err != nil {
		return q.Again(err, showSetup)
	}
	q.ShowOnce("link-"+string(p.ID), address)
	return q.Redirect(to(q, p.ID), "")
}

func revokeLink(q *frame.Request) error {
	p, err := find(q)
	if err != nil {
		return err
	}
	all, err := linksOf(q, p.ID)
	if err != nil {
		return err
	}
	for i := range all {
		if string(all[i].ID) == q.Part("link") {
			if err := q.Accounts.RevokeLink(q.Context(), q.Workspace.ID, all[i].ID, q.Origin()); err != nil {
				return err
			}
			return q.Redirect(to(q, p.ID), "The set-up link is revoked. It opens nothing from now on.")
		}
	}
	return identity.Errorf(identity.NotFound, "link", "there is no such link of this connection")
}
