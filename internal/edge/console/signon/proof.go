package signon

import (
	"errors"

	"github.com/anteroom-id/anteroom/internal/account"
	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/signin"
)

// proofPage asks an owner for the credential of before, once, so that nobody
// becomes an owner by what a provider says alone.
type proofPage struct {
	Ticket, To        string
	Address           string
	Password, Passkey bool // what the product signs people in with
	Code              bool // the second factor is asked for
}

func showProof(q *frame.Request, p proofPage) error {
	p.Password, p.Passkey = q.Product.SignIn.Password, q.Accounts.HasPasskeys()
	return q.Render(frame.Page{
		Title: "Show once that it is you", State: "After that, your provider alone signs you in.", Template: "signon/proof", Bare: true, Data: p,
	})
}

// prove links an owner to the provider, by a password or by a passkey.
func prove(q *frame.Request) error {
	p := proofPage{Ticket: q.Field("proof"), To: q.Field("to"), Address: q.Field("username")}
	o, err := q.SignIn.Link(q.Context(), signin.LinkProof{
		Ticket: p.Ticket, Browser: q.Bound(), Password: q.Secret("password"), Code: q.Field("code"),
		Passkey: q.Field("ticket"), PasskeyAnswer: []byte(q.Field("answer")), Client: Client(q),
	})
	var needed *account.CodeNeeded
	if p.Code = errors.As(err, &needed) || q.Has("code"); err != nil && p.Code {
		return q.Again(err, func(q *frame.Request) error { return showProof(q, p) })
	}
	switch identity.KindOf(err) {
	case identity.Unauthenticated, identity.Invalid, identity.TooMany:
		return q.Again(err, func(q *frame.Request) error { return showProof(q, p) })
	}
	return Finish(q, o, err)
}
