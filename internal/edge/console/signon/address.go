package signon

import (
	"slices"
	"strings"

	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/mail"
	"github.com/anteroom-id/anteroom/internal/signin"
)

// addressPage asks for the e-mail address, and finds the provider by it (W18).
type addressPage struct {
	To, Path, Label string
	Other           string // where the workspace is asked for
}

func askAddress(q *frame.Request) error {
	if q.Live != nil {
		return q.Redirect(frame.Inside(goal(q)), "")
	}
	return showAddress(q)
}

func showAddress(q *frame.Request) error {
	to, label, s := goal(q), "E-mail", &q.Product.SignIn
	for _, c := range q.Product.Console.Connectors {
		if strings.HasSuffix(s.Button, " "+c.Title) { // the button is one provider's
			label = c.Title + " email address"
		}
	}
	return q.Render(frame.Page{
		Title: s.Button, Template: "signon/address", Bare: true, Data: addressPage{to, s.AddressPath, label, with(s.SlugPath, to)},
	})
}

// findAddress begins at the provider of an address. One that nobody has is
// answered as one whose workspace has no provider.
func findAddress(q *frame.Request) error {
	address := q.Field("address")
	if err := mail.CheckAddress(address); err != nil {
		return q.Again(err, showAddress)
	}
	all, err := q.SignIn.ByAddress(q.Context(), address, q.Client())
	if err != nil {
		return q.Again(err, showAddress)
	}
	wanted := identity.ConnectionID(q.Field("connection"))
	for _, c := range all {
		if c.Connection.ID == wanted || len(all) == 1 {
			return Begin(q, signin.Start{Workspace: c.Workspace.ID, Connection: c.Connection.ID, To: goal(q), Hint: address}, ByForm)
		}
	}
	if len(all) == 0 {
		return q.Again(identity.Errorf(identity.Invalid, "address",
			"no single sign-on is set up for this address; ask the administrator of your account, or sign in in another way"), showAddress)
	}
	return chooseMake(q, address, all)
}

// makePage lets somebody choose among the makes of the providers that an address
// may mean. It names no workspace: whoever types an address has proved nothing.
type makePage struct {
	To, Path, Address string
	Makes             []oneMake
	Other             string
}

type oneMake struct {
	Name       string
	Connection identity.ConnectionID
}

func chooseMake(q *frame.Request, address string, all []signin.Choice) error {
	s, to := &q.Product.SignIn, goal(q)
	p := makePage{To: to, Path: s.AddressPath, Address: address, Other: with(s.SlugPath, to)}
	for _, c := range all {
		name := makeOf(q, &c.Connection)
		if slices.ContainsFunc(p.Makes, func(m oneMake) bool { return m.Name == name }) {
			p.Makes = nil // two that cannot be told apart without naming a workspace
			break
		}
		p.Makes = append(p.Makes, oneMake{name, c.Connection.ID})
	}
	return q.Render(frame.Page{
		Title: "Which one is it?", State: "There are several ways to sign in with this address.", Template: "signon/make", Bare: true, Data: p,
	})
}
