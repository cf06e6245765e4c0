package hosted

import (
	"errors"
	"net/url"

	"github.com/anteroom-id/anteroom/internal/account"
	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/identity"
)

// proofFor is the address of the page that asks who it is once more, and leads
// back.
func proofFor(to string) string { return "/account/proof?to=" + url.QueryEscape(to) }

// proofOr has somebody show a credential first where that is what the error asks
// for, and otherwise shows the form again.
func proofOr(q *frame.Request, err error, show func(*frame.Request) error) error {
	var own *identity.Error
	if errors.As(err, &own) && own.Field == account.FieldProof {
		return q.Redirect(proofFor(tabSecurity), "")
	}
	return q.Again(err, show)
}

// proofPage asks for a credential of somebody who is signed in.
type proofPage struct {
	To                      string
	Password, Code, Passkey bool // what there is to show
}

func askForProof(q *frame.Request) error {
	keys, err := q.Accounts.Passkeys(q.Context(), q.Live)
	if err != nil {
		return err
	}
	me := q.Live.Person
	return q.Render(frame.Page{
		Title: "Confirm that it is you", State: "You are signed in as " + me.Address + ".", Template: "hosted/proof", Bare: true,
		Data: proofPage{To: goal(q), Password: q.Product.SignIn.Password && me.Password != "", Code: me.TOTP != "", Passkey: q.Accounts.HasPasskeys() && len(keys) > 0},
	})
}

func prove(q *frame.Request) error {
	fresh, err := q.Accounts.Prove(q.Context(), q.Live, q.Secret("password"), q.Field("code"), q.Client())
	var needed *account.CodeNeeded
	if err != nil && !errors.As(err, &needed) && identity.KindOf(err) == identity.Unauthenticated {
		err = identity.Errorf(identity.Invalid, "password", "the password is wrong")
	}
	if err != nil {
		return q.Again(err, askForProof)
	}
	q.Begin(fresh)
	return q.Redirect(goal(q), "Thank you. For the next minutes you may change what you sign in with.")
}
