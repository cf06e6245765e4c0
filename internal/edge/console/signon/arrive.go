package signon

import (
	"encoding/json"

	"github.com/anteroom-id/anteroom/internal/account"
	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/signin"
)

// Whoever opens a link to somebody else's workspace, whose provider signs anybody in
// as whom it likes, must not find the own session replaced by another person's
// (RFC 6819 §4.4.1.8): so a browser that is somebody's already is asked.

// arriving is what becomes of somebody whose session has begun.
type arriving struct {
	To        string               `json:"t"`
	Workspace identity.WorkspaceID `json:"w"`
	Slug      string               `json:"l"`
	Title     string               `json:"n"` // the workspace's name
	Member    identity.MemberID    `json:"m"`
	Called    string               `json:"c"` // the member
}

// Client is the browser that brings a provider's answer. The session that it holds
// is not given up by that alone.
func Client(q *frame.Request) account.Client {
	c := q.Client()
	c.Session = ""
	return c
}

// signedIn gives the browser a session that a provider's answer has begun: at once
// where the browser is nobody's, or the same person's.
func signedIn(q *frame.Request, o *signin.Outcome) error {
	note, err := json.Marshal(arriving{o.To, o.Workspace.ID, o.Workspace.Slug, o.Workspace.Name, o.Member.ID, frame.OrElse(o.Member.Address, o.Member.Name())})
	if err != nil {
		return err
	}
	a := account.Arrival{Fresh: o.Fresh, Note: note}
	if q.Withheld() { // our own page is told which session the browser holds
		q.Hold(q.Accounts.Announce(a), account.ArrivalLife)
		return q.Redirect(arrivePath, "")
	}
	return arrive(q, a)
}

// arrived takes up, on a page of our own, where a provider's form has led.
func arrived(q *frame.Request) error {
	held := q.Held()
	if held == "" {
		return q.Redirect("/", "")
	}
	a, err := q.Accounts.Announced(held)
	if err != nil {
		return err
	}
	return arrive(q, a)
}

func arrive(q *frame.Request, a account.Arrival) error {
	if q.Live != nil && q.Live.Person.ID != a.Fresh.Session.Person {
		return askOther(q, a)
	}
	return begin(q, a)
}

func begin(q *frame.Request, a account.Arrival) error {
	var n arriving
	if err := json.Unmarshal(a.Note, &n); err != nil {
		return err
	}
	if err := q.Accounts.Arrive(q.Context(), a, q.Client()); err != nil {
		return err
	}
	q.Begin(a.Fresh)
	if to := frame.Inside(n.To); to != "/" {
		return q.Redirect(to, "")
	}
	return q.Enter(n.Workspace, n.Slug, n.Member)
}

// otherPage asks somebody who is signed in whether to go on as somebody else.
type otherPage struct {
	Ticket, Now, As, Workspace string
}

func askOther(q *frame.Request, a account.Arrival) error {
	var n arriving
	if err := json.Unmarshal(a.Note, &n); err != nil {
		return err
	}
	a.Instead = q.Live.Person.ID
	p := otherPage{q.Accounts.Announce(a), frame.OrElse(q.Live.Person.Address, q.Live.Person.Name), n.Called, n.Title}
	return q.Render(frame.Page{Title: "Go on as somebody else?", Template: "signon/other", Bare: true, Data: p})
}

// answerOther does what somebody chose who is signed in.
func answerOther(q *frame.Request) error {
	a, err := q.Accounts.Announced(q.Field("ticket"))
	if err != nil {
		return err
	}
	switch {
	case q.Has("stay"):
		if err := q.Accounts.SignOut(q.Context(), a.Fresh.Secret); err != nil {
			return err
		}
		return q.Redirect("/", "You are signed in as before.")
	case a.Instead == "", q.Live != nil && q.Live.Person.ID != a.Instead:
		return arrive(q, a)
	}
	return begin(q, a)
}
