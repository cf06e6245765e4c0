package signon

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/signin"
)

// Finish answers the browser that brought a provider's answer, with what became
// of it: a session, the page of a refusal, the result of a test, one proof more,
// or, for a response that nobody asked for, a fresh request.
func Finish(q *frame.Request, o signin.Outcome, err error) error {
	var unasked *signin.Unasked
	var refused *signin.Refused
	switch {
	case errors.As(err, &unasked):
		return askAnew(q, unasked)
	case errors.As(err, &refused) && refused.Test:
		return showTest(q, refused.Workspace, refused.Connection, refused.Code)
	case errors.As(err, &refused):
		return showRefused(q, refused)
	case err != nil:
		return err
	case o.Purpose == signin.ToTest:
		return showTest(q, o.Workspace, o.Connection, o.Code)
	case o.Prove:
		return showProof(q, proofPage{Ticket: o.Ticket, To: o.To, Address: o.Member.Address})
	}
	return signedIn(q, &o)
}

// askAnew makes of a response that nobody asked for a request of ours (pain 21):
// the response itself proves nothing here. Two sides that send somebody to one
// another stop after one round.
func askAnew(q *frame.Request, u *signin.Unasked) error {
	if q.Hinted() {
		return Finish(q, signin.Outcome{}, q.SignIn.RefuseLoop(q.Context(), u))
	}
	s := u.Start
	s.Unasked = true
	return Begin(q, s, ByForm)
}

// showTest leads to the page that tells what a test sign-in came to.
func showTest(q *frame.Request, w identity.Workspace, c identity.ConnectionID, code string) error {
	return q.Redirect("/w/"+url.PathEscape(w.Slug)+"/settings/sso/connections/"+url.PathEscape(string(c))+"/test?code="+url.QueryEscape(code), "")
}

// refusedPage is what somebody sees who was refused: what to do, whom to ask, and
// the code by which that person finds out why. The cause is not on it.
type refusedPage struct {
	Code      string
	Do        string
	Workspace string // "" when nobody knows whose it is
	Link      string // where an administrator of the provider mends it; "" for nowhere
	Again     string
	Recovery  string
}

// mayKnow reports whether a page of a refusal may name the workspace: its provider
// vouches for somebody, or the browser is one of its members'. Strangers learn of none.
func mayKnow(q *frame.Request, r *signin.Refused) bool {
	return r.Verified || q.Live != nil && slices.ContainsFunc(slices.Concat(q.Live.Reached, q.Live.Ask), func(m identity.Membership) bool { return m.Workspace == r.Workspace.ID })
}

func showRefused(q *frame.Request, r *signin.Refused) error {
	rule, _ := explain.Find(explain.Code(r.Rule))
	p := refusedPage{Code: r.Code, Do: rule.Person, Again: q.Product.SignIn.Entrance(), Recovery: recoveryPath}
	slug := q.Part("slug")
	if mayKnow(q, r) {
		p.Workspace, slug = r.Workspace.Name, r.Workspace.Slug
	}
	if slug != "" {
		p.Again = "/sso/" + url.PathEscape(slug)
	}
	var why *explain.Refusal
	if errors.As(r, &why) {
		p.Link = why.Link
	}
	status := http.StatusForbidden
	if strings.HasPrefix(r.Rule, "S") || strings.HasPrefix(r.Rule, "O") {
		status = http.StatusBadRequest
	}
	return q.Render(frame.Page{Title: "You could not be signed in", Template: "signon/refused", Bare: true, Status: status, Data: p})
}

// Stay answers the browser that brought a logout message which was refused.
// Whoever is signed in stays so.
func Stay(q *frame.Request, err error) error {
	var why *explain.Refusal
	if !errors.As(err, &why) {
		return err
	}
	q.Log.InfoContext(q.Context(), "a logout message was refused", "request_id", q.Origin().RequestID, "rule", why.Error())
	rule, _ := explain.Find(why.Code)
	p, title := refusedPage{Code: string(why.Code), Do: rule.Person}, "You were not signed out"
	var refused *signin.Refused
	if errors.As(err, &refused) {
		p.Code = refused.Code
	}
	if why.Code == explain.LogoutStatus || why.Code == explain.LogoutUnasked { // the provider's answer to a sign-out that is done here
		title = "You are signed out here"
	}
	return q.Render(frame.Page{Title: title, Template: "signon/stayed", Bare: true, Status: http.StatusBadRequest, Data: p})
}
