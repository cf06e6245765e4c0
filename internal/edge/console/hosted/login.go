package hosted

import (
	"errors"
	"net/url"

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
		return q.Enter(q.Live.Reached[0].Workspace, q.Live.Reached[0].Slug, q.Live.Reached[0].Member)
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
	Password, Passkey bool   // what the product signs people in with
	SSO               string // where people go who sign in through a provider
}

// login is discreet since what the sign-in leads to may be a link with a secret.
func login(q *frame.Request) error {
	if q.Live != nil {
		return q.Redirect(goal(q), "")
	}
	return showLogin(q)
}

func showLogin(q *frame.Request) error {
	p := loginPage{To: goal(q), Password: q.Product.SignIn.Password, Passkey: q.Accounts.HasPasskeys(), SSO: q.Product.SignIn.Entrance()}
	if p.To != "/" {
		p.SSO += "?to=" + url.QueryEscape(p.To)
	}
	return q.Render(frame.Page{Title: "Sign in", Template: "hosted/login", Bare: true, Data: p})
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

// signOut ends the session, here and at the provider that began it, where that
// takes part (saml-profiles-2.0 §4.4, openid-connect-rpinitiated-1.0).
func signOut(q *frame.Request) error {
	elsewhere := ""
	if q.Live != nil {
		elsewhere = q.SignIn.Leave(q.Context(), &q.Live.Session)
	}
	if secret := q.Client().Session; secret != "" {
		if err := q.Accounts.SignOut(q.Context(), secret); err != nil {
			return err
		}
	}
	q.SignOut()
	if elsewhere != "" {
		return q.Leave(elsewhere, "You are signed out here, and on the way to be signed out at")
	}
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
