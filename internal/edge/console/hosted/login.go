package hosted

import (
	"errors"

	"github.com/anteroom-id/anteroom/internal/account"
	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/identity"
)

// first sends everybody to where they begin.
func first(q *frame.Request) error {
	switch {
	case q.Live == nil:
		return q.Redirect("/login", "")
	case len(q.Live.Reached) == 1:
		return q.Redirect("/w/"+q.Live.Reached[0].Slug+"/", "")
	case len(q.Live.Reached) == 0:
		return q.Redirect("/operator", "")
	}
	return q.Redirect("/workspaces", "")
}

// goal is where the sign-in is to lead.
func goal(q *frame.Request) string {
	return frame.Inside(frame.OrElse(q.Field("to"), q.Query("to")))
}

// loginPage asks for an address and a password.
type loginPage struct {
	To                string
	Password, Passkey bool // what the product signs people in with
}

// login is discreet since what the sign-in leads to may be a link with a secret.
func login(q *frame.Request) error {
	if q.Live != nil {
		return q.Redirect(goal(q), "")
	}
	return showLogin(q)
}

func showLogin(q *frame.Request) error {
	return q.Render(frame.Page{
		Title: "Sign in", Template: "hosted/login", Bare: true, Data: loginPage{goal(q), q.Product.SignIn.Password, q.Accounts.HasPasskeys()},
	})
}

func signIn(q *frame.Request) error {
	fresh, err := q.Accounts.SignIn(q.Context(), account.Attempt{Address: q.Field("address"), Password: q.Secret("password"), Client: q.Client()})
	var needed *account.CodeNeeded
	if errors.As(err, &needed) {
		return showCode(q, needed.Ticket)
	}
	return begin(q, fresh, err)
}

// begin lets somebody in, or shows the sign-in page with what was wrong.
func begin(q *frame.Request, fresh account.Fresh, err error) error {
	if err != nil {
		return q.Again(err, showLogin)
	}
	q.Begin(fresh)
	return q.Redirect(goal(q), "")
}

// codePage asks for a code of the second factor.
type codePage struct {
	Ticket string
	To     string
}

func showCode(q *frame.Request, ticket string) error {
	return q.Render(frame.Page{
		Title: "One more step", State: "Your password is right. Now show that you have your second factor.",
		Template: "hosted/code", Bare: true, Data: codePage{ticket, goal(q)},
	})
}

func secondFactor(q *frame.Request) error {
	ticket := q.Field("ticket")
	fresh, err := q.Accounts.SecondFactor(q.Context(), ticket, q.Field("code"), q.Client())
	if kind := identity.KindOf(err); err != nil && (kind == identity.Invalid || kind == identity.TooMany) {
		return q.Again(err, func(q *frame.Request) error { return showCode(q, ticket) })
	}
	return begin(q, fresh, err)
}

func signOut(q *frame.Request) error {
	if secret := q.Client().Session; secret != "" {
		if err := q.Accounts.SignOut(q.Context(), secret); err != nil {
			return err
		}
	}
	q.SignOut()
	return q.Redirect("/signed-out", "")
}

func signedOut(q *frame.Request) error {
	if q.Live != nil {
		return q.Redirect("/", "")
	}
	return q.Render(frame.Page{Title: "You are signed out", Template: "hosted/signedout", Bare: true})
}

// choose lists the workspaces that somebody may enter.
func choose(q *frame.Request) error {
	return q.Render(frame.Page{
		Title: "Where to?", State: "You are signed in as " + q.Live.Person.Address + ".",
		Template: "hosted/choose", Bare: true, Data: q.Live,
	})
}
