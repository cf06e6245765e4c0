package people

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/anteroom-id/anteroom/internal/access"
	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/edge/console/told"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/signin"
	"github.com/anteroom-id/anteroom/internal/store"
)

// How much the first page shows.
const (
	shownChanges = 8
	shownHeld    = 20
)

// home is the workspace's first page.
type home struct {
	Tally    store.Tally
	Cards    []card
	Begun    bool // a directory was heard of, or somebody arrived
	Held     []identity.Member
	Failures []failure // of the last day, each kind once
	Chart    chart
	Changes  []told.Entry
	Tells    bool // failures and changes are shown: the log is open to the member
}

// card is one fact of the health strip.
type card struct {
	Label, Value, Note string
	Href               string // "" when the member may not go there
	Icon, Tone         string
	At                 time.Time // shown as the value, when set
}

// failure is a request that failed, and what to do.
type failure struct {
	identity.Request
	Remedy string
}

func showHome(q *frame.Request) error {
	ctx, r := q.Context(), q.Store.Read(q.Workspace.ID)
	h := home{Tells: q.Can(access.ViewActivity)}
	var err error
	if h.Tally, err = r.Tally(ctx); err != nil {
		return err
	}
	if h.Held, err = r.HeldMembers(ctx, shownHeld); err != nil {
		return err
	}
	if err := h.requests(ctx, q, r); err != nil {
		return err
	}
	if err := h.cards(ctx, q, r); err != nil {
		return err
	}
	if err := h.changes(ctx, q, r); err != nil {
		return err
	}
	return q.Render(frame.Page{Title: "Home", State: h.state(q), Nav: frame.NavHome, Template: "people/home", Data: &h})
}

// streamHome tells when the first page has changed.
func streamHome(q *frame.Request) error {
	r := q.Store.Read(q.Workspace.ID)
	return q.Stream(q.Workspace.ID, func(ctx context.Context) (string, error) {
		t, err := r.Tally(ctx)
		if err != nil {
			return "", err
		}
		last, err := r.Requests(ctx, "", 1)
		if err != nil || len(last) == 0 {
			return fmt.Sprint(t.Seq), err
		}
		return fmt.Sprint(t.Seq, " ", last[0].ID), nil
	})
}

// state says in words how things are.
func (h *home) state(q *frame.Request) string {
	w := &q.Product.Words
	s := frame.Counted(h.Tally.Active()+h.Tally.Guests, "active "+w.Member, "active "+w.Members)
	switch n := h.Attention(); {
	case n > 0:
		return s + ", " + frame.Counted(n, "thing needs attention", "things need attention")
	case !h.Begun:
		return s + ", and no directory is connected yet"
	}
	return s + ", and all is well"
}

// Attention is how much waits for somebody.
func (h *home) Attention() int64 {
	n := int64(len(h.Held) + len(h.Failures))
	if h.Tally.Parked > 0 {
		n++
	}
	return n
}

// changes reads what changed last.
func (h *home) changes(ctx context.Context, q *frame.Request, r *store.Reader) error {
	if !h.Tells {
		return nil
	}
	changes, err := r.ChangesBefore(ctx, 0, shownChanges)
	if err != nil {
		return err
	}
	h.Changes, err = told.New(q.Product, r).Tell(ctx, changes)
	return err
}

// requests reads the last day of the provisioning log.
func (h *home) requests(ctx context.Context, q *frame.Request, r *store.Reader) error {
	var err error
	if h.Chart, err = chartOf(ctx, r, q.Store.Now()); err != nil || !h.Tells {
		return err
	}
	failed, err := r.RequestsWhere(ctx, store.RequestFilter{Failed: true, Since: q.Store.Now().Add(-24 * time.Hour)}, 50)
	seen := map[string]bool{}
	for _, f := range failed.Requests {
		if key := fmt.Sprint(f.Status, f.Cause, f.Detail); !seen[key] {
			seen[key] = true
			h.Failures = append(h.Failures, failure{f, remedy(q, &f)})
		}
	}
	return err
}

// remedy says what to do about a request that failed.
func remedy(q *frame.Request, r *identity.Request) string {
	labels := &q.Product.Console.Labels
	switch {
	case r.Status == 401:
		return "Issue another token, and paste it into your identity provider's field for " + labels.SCIMToken + "."
	case r.Status == 403:
		return "See whether provisioning is switched on and part of the plan, under " + labels.SSO + "."
	case r.Status == 404:
		return "Mostly harmless: the identity provider asked for somebody who is gone, and creates the person anew."
	case r.Status == 409:
		return "Two people have the same value. Change it for one of them in your identity provider."
	case r.Status == 429 || r.Status == 503:
		return "Nothing to do: the identity provider tries again by itself."
	case r.Status >= 500 && r.Status != 501:
		return "This is ours to mend. If it goes on, contact us with the request id."
	case strings.Contains(r.Path, "/Groups") && r.Status == 501:
		return "Switch the provisioning of groups off in your identity provider; people go on as they do."
	}
	return "Correct the attribute that the message names in your identity provider's mapping; the next cycle tries again."
}

func (h *home) cards(ctx context.Context, q *frame.Request, r *store.Reader) error {
	connections, err := r.Connections(ctx)
	if err != nil {
		return err
	}
	tokens, err := r.Tokens(ctx)
	if err != nil {
		return err
	}
	contact, last, err := contactCard(ctx, q, connections)
	if err != nil {
		return err
	}
	h.Begun = !last.IsZero() || h.Chart.All > 0
	settings, err := r.SignOns(ctx)
	if err != nil {
		return err
	}
	h.Cards = []card{ssoCard(q, connections, settings), contact, tokenCard(q, tokens), h.seatCard(q), h.attentionCard()}
	return nil
}

// link gives an address when the member may go there.
func link(q *frame.Request, a access.Action, parts ...string) string {
	if !q.Can(a) {
		return ""
	}
	return q.To(parts...)
}

// ssoCard says how people sign in, and what of that ends soon.
func ssoCard(q *frame.Request, connections []identity.Connection, settings []identity.SignOn) card {
	c := card{Label: "Sign-on", Value: "Not set up yet", Note: "people sign in with an invitation", Icon: "key", Tone: "off", Href: link(q, access.ViewSSO, "settings", "sso")}
	if !q.Product.SignIn.Invitations {
		c.Note = "add a connector to begin"
	}
	for i := range connections {
		if k := connections[i].Kind; k != "" && k != "scim" {
			c.Value, c.Note = told.Connection(q.Product, &connections[i]), "connector added"
		}
	}
	for i := range settings {
		d := &settings[i]
		at := slices.IndexFunc(connections, func(o identity.Connection) bool { return o.ID == d.Connection })
		if at < 0 || !d.Enabled || c.Tone == "wait" {
			continue
		}
		c.Value, c.Note, c.Tone = told.Connection(q.Product, &connections[at]), q.Product.Words.Members+" sign in through it", "good"
		if ends := signin.Endings(d); len(ends) > 0 && ends[0].Soon(q.Store.Now()) {
			c.Note, c.Tone = ends[0].What+" "+ends[0].Left(q.Store.Now()), "wait"
		} else if d.SAML.Found != "" || d.SAML.FetchError != "" {
			c.Note, c.Tone = "its metadata could not be taken", "wait"
		}
	}
	return c
}

// contactCard says when a directory was heard of last.
func contactCard(ctx context.Context, q *frame.Request, connections []identity.Connection) (card, time.Time, error) {
	c := card{Label: "Last SCIM contact", Value: "Nothing received yet", Note: "no directory is connected", Icon: "again", Tone: "off", Href: link(q, access.ViewSCIM, "settings", "sso")}
	for i := range connections {
		cadence, err := q.Directory.Cadence(ctx, q.Workspace.ID, connections[i].ID)
		if err != nil {
			return c, c.At, err
		}
		if !cadence.Last.After(c.At) {
			continue
		}
		c.At, c.Tone, c.Note = cadence.Last, "good", "from "+told.Connection(q.Product, &connections[i])
		if cadence.Every > 0 {
			c.Note += fmt.Sprintf(", every %d minutes", int(cadence.Every.Minutes()))
		}
		if !cadence.Next.IsZero() && cadence.Next.Add(cadence.Every).Before(q.Store.Now()) {
			c.Tone, c.Note = "wait", c.Note+", and overdue"
		}
	}
	if !q.Workspace.Provisioning {
		c.Tone, c.Note = "wait", "switched off: only leavers are let through"
	}
	return c, c.At, nil
}

// soon is when an ending token is told of.
const soon = 30

// tokenCard says when the last token that works will end.
func tokenCard(q *frame.Request, tokens []identity.Token) card {
	c := card{Label: "Token", Value: "None", Note: "nothing can be provisioned without one", Icon: "token", Tone: "off", Href: link(q, access.ViewTokens, "settings", "tokens")}
	now := q.Store.Now()
	name := func(t *identity.Token) string {
		if !q.Can(access.ViewTokens) {
			return "the newest one that works"
		}
		return t.Name
	}
	var best *identity.Token
	for i := range tokens {
		t := &tokens[i]
		if t.Alive(now) && (best == nil || t.Expires.IsZero() || !best.Expires.IsZero() && t.Expires.After(best.Expires)) {
			best = t
		}
	}
	switch {
	case best == nil:
		return c
	case best.Expires.IsZero():
		c.Value, c.Note, c.Tone = "Does not expire", name(best), "good"
		return c
	}
	days := int64(best.Expires.Sub(now).Hours() / 24)
	c.Label, c.Value, c.Note, c.Tone = "Token expires", "in "+frame.Counted(days, "day", "days"), name(best), "good"
	if days <= soon {
		c.Tone, c.Note = "wait", "issue another one and paste it, before it ends"
	}
	return c
}

func (h *home) seatCard(q *frame.Request) card {
	w := &q.Product.Words
	note := w.Inactive + " " + w.Members + " take none"
	if h.Tally.Pending > 0 && q.Product.Members.Seat == "sign-in" {
		note = "taken at the first sign-in"
	}
	return card{Label: "Seats", Value: frame.Number(q.Directory.Seats(h.Tally)) + " taken", Note: note, Icon: "users", Tone: "good", Href: link(q, access.ViewPlan, "settings", "plan")}
}

func (h *home) attentionCard() card {
	c := card{Label: "Attention", Value: "Nothing waits", Note: "in the last day", Icon: "done", Tone: "good"}
	if n := h.Attention(); n > 0 {
		c.Value, c.Note, c.Icon, c.Tone, c.Href = frame.Counted(n, "thing waits", "things wait"), "see below what to do", "warn", "wait", "#attention"
	}
	return c
}
