package hosted

import (
	"errors"

	"github.com/anteroom-id/anteroom/internal/account"
	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/identity"
)

// linkPage is what an owner or invite link opens: one of three ways in.
type linkPage struct {
	Word     string
	Offer    account.Offer
	As       string // who is signed in and may join as such; "" for nobody
	Signed   bool   // As is not "", or somebody chose to join as somebody else
	Code     bool   // the second factor was asked for
	Password bool   // the product signs in with passwords
	Passkey  bool
	Shortest int // characters of a password
}

func openLink(q *frame.Request) error { return showLink(q, false) }

func showLink(q *frame.Request, code bool) error {
	offer, err := q.Accounts.OpenLink(q.Context(), q.Part("word"), q.Client())
	if err != nil {
		return showEnded(q, err, "/", "Go to the start")
	}
	p := linkPage{
		Word: q.Part("word"), Offer: offer, Signed: q.Live != nil, Code: code,
		Password: q.Product.SignIn.Password, Passkey: q.Accounts.HasPasskeys(), Shortest: account.ShortestPassword,
	}
	if q.Live != nil && q.Query("other") == "" {
		p.As = q.Live.Person.Address
	}
	if p.Offer.Name == offer.Address {
		p.Offer.Name = "" // what somebody without a name is called is not what to be called
	}
	return q.Render(frame.Page{Title: "Join " + offer.Workspace, Template: "hosted/link", Bare: true, Data: p})
}

// joined lets somebody in who has used a link up.
func joined(q *frame.Request, fresh account.Fresh, err error, to, notice string) error {
	if err != nil && identity.KindOf(err) == identity.NotFound {
		return openLink(q) // which says that the link has ended
	}
	if err != nil {
		return q.Again(err, openLink)
	}
	q.Begin(fresh)
	return q.Redirect(to, notice)
}

func join(q *frame.Request) error {
	fresh, err := q.Accounts.Join(q.Context(), q.Part("word"), q.Field("name"), q.Secret("password"), q.Client())
	if !q.Product.SignIn.Password {
		return joined(q, fresh, err, "/account/security", "Welcome. Add a passkey now: without one you cannot sign in again.")
	}
	return joined(q, fresh, err, "/", "Welcome. Next time, sign in with this e-mail address and your password.")
}

func joinAs(q *frame.Request) error {
	if q.Live == nil { // the session has ended since the page was opened
		return q.Redirect("/link/"+q.Part("word"), "")
	}
	fresh, err := q.Accounts.JoinAs(q.Context(), q.Part("word"), q.Live, q.Client())
	return joined(q, fresh, err, "/", "You have joined.")
}

func joinWith(q *frame.Request) error {
	fresh, err := q.Accounts.JoinWith(q.Context(), q.Part("word"), q.Secret("password"), q.Field("code"), q.Client())
	var needed *account.CodeNeeded
	if errors.As(err, &needed) || q.Has("code") && err != nil && identity.KindOf(err) != identity.NotFound {
		return q.Again(err, func(q *frame.Request) error { return showLink(q, true) })
	}
	return joined(q, fresh, err, "/", "You have joined.")
}
