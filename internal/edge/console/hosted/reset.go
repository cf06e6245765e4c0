package hosted

import (
	"github.com/anteroom-id/anteroom/internal/account"
	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/mail"
)

func askForReset(q *frame.Request) error {
	if !q.Product.SignIn.Password {
		return errNothing
	}
	return q.Render(frame.Page{
		Title: "Choose a new password", State: "We mail you a link with which you do it.", Template: "hosted/reset", Bare: true,
	})
}

// requestReset answers the same whether somebody has the address or not.
func requestReset(q *frame.Request) error {
	address := q.Field("address")
	if err := mail.CheckAddress(address); err != nil {
		return q.Again(identity.Errorf(identity.Invalid, "address", "give one e-mail address, for instance maria@example.com"), askForReset)
	}
	if err := q.Accounts.RequestReset(q.Context(), address, q.Client()); err != nil {
		return q.Again(err, askForReset)
	}
	return q.Redirect("/reset/sent", "")
}

func resetSent(q *frame.Request) error {
	return q.Render(frame.Page{Title: "Look into your mail", Template: "hosted/sent", Bare: true})
}

// resetPage asks for the new password.
type resetPage struct {
	Word, Address string
	Shortest      int // characters of a password
}

func openReset(q *frame.Request) error {
	address, err := q.Accounts.ForReset(q.Context(), q.Part("word"))
	if err != nil {
		return showEnded(q, err, "/reset", "Ask for another link")
	}
	return q.Render(frame.Page{
		Title: "Choose a password", Template: "hosted/password", Bare: true, Data: resetPage{q.Part("word"), address, account.ShortestPassword},
	})
}

func redeem(q *frame.Request) error {
	err := q.Accounts.Redeem(q.Context(), q.Part("word"), q.Secret("password"), q.Client())
	if err != nil && identity.KindOf(err) == identity.NotFound {
		return openReset(q)
	}
	if err != nil {
		return q.Again(err, openReset)
	}
	q.SignOut()
	return q.Redirect("/login", "Your password is set. Sign in with it now; every session from before has ended.")
}
