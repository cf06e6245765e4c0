package frame

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/web"
)

// errNothing is what lies behind every address that is not there, or that the
// session does not reach: nobody learns which of the two.
var errNothing = identity.Errorf(identity.NotFound, "", "There is nothing at this address.")

// errNotYours is for what the member's role does not allow.
var errNotYours = identity.Errorf(identity.Forbidden, "", "Your role does not allow this. Ask somebody who manages this part.")

// handler runs a route: origin, session, gate, form, page.
func (a *App) handler(r *Route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, hr *http.Request) {
		q := &Request{App: a, W: w, R: hr, route: r}
		rec := web.NewRecorder(w)
		q.W = rec
		web.Handler(func(http.ResponseWriter, *http.Request) error { return q.run() }).With(
			func(_ http.ResponseWriter, _ *http.Request, err error) { q.answer(rec, err) },
		).ServeHTTP(rec, hr)
	})
}

func (q *Request) run() error {
	now := q.now()
	q.from = origin(identity.ActorSystem, "", now)
	q.W.Header().Set("X-Request-Id", string(q.from.RequestID))
	if err := q.origin.Check(q.R); err != nil && !q.route.Foreign {
		return &identity.Error{Kind: identity.Forbidden, Msg: "This form was sent from another site, so nothing was done. Open the page here and try again.", Err: err}
	}
	if err := q.known(); err != nil {
		return err
	}
	if err := q.pass(); err != nil {
		return err
	}
	if q.R.Method == http.MethodPost {
		q.R.Body = http.MaxBytesReader(q.W, q.R.Body, maxForm)
		if err := q.R.ParseForm(); err != nil {
			return &identity.Error{Kind: identity.Invalid, Msg: "The form cannot be read, or is larger than a megabyte. Go back and try again.", Err: err}
		}
	}
	if q.locked {
		return q.ShowLocked(q.route.Feature)
	}
	return q.route.Serve(q)
}

// pass holds the request against the route's gate.
func (q *Request) pass() error {
	if q.Live != nil {
		q.from.Actor = identity.Actor{Kind: identity.ActorPerson, ID: string(q.Live.Person.ID)}
	}
	if q.route.Gate == Public {
		return nil
	}
	if q.Live == nil {
		return identity.Errorf(identity.Unauthenticated, "", "Sign in first.")
	}
	switch q.route.Gate {
	case Operator:
		if !q.Live.Person.Operator {
			return errNothing
		}
		q.from.Actor = identity.Actor{Kind: identity.ActorOperator, ID: string(q.Live.Person.ID)}
	case InWorkspace:
		return q.enter()
	}
	return nil
}

// enter finds the workspace of the path and holds the member's role against the
// route's action.
func (q *Request) enter() error {
	slug := q.Part("workspace")
	w, err := q.Store.WorkspaceBySlug(q.Context(), slug)
	if identity.KindOf(err) == identity.NotFound {
		return errNothing
	}
	if err != nil {
		return err
	}
	m, err := q.Accounts.Enter(q.Context(), q.Live, w.ID)
	if identity.KindOf(err) == identity.NotFound {
		return q.askProvider(w)
	}
	if err != nil {
		return err
	}
	if w.Slug != slug && q.R.Method == http.MethodGet {
		return q.moved(slug, w.Slug)
	}
	q.Workspace, q.Member = w, m
	q.from.Actor = identity.Actor{Kind: identity.ActorMember, ID: string(m.ID)}
	if err := q.loadRoles(); err != nil {
		return err
	}
	if !q.route.Lets(q.Can) {
		return errNotYours
	}
	q.locked = q.route.Feature != "" && !q.Unlocked(q.route.Feature)
	return nil
}

// askProvider sends whoever is a member of a workspace that wants a sign-in at its
// identity provider first there, and back; to everybody else there is nothing.
func (q *Request) askProvider(w identity.Workspace) error {
	wants := slices.ContainsFunc(q.Live.Ask, func(m identity.Membership) bool { return m.Workspace == w.ID })
	if !wants || q.R.Method != http.MethodGet {
		return errNothing
	}
	return movedTo("/sso/" + url.PathEscape(w.Slug) + "?to=" + url.QueryEscape(q.R.URL.RequestURI()))
}

// movedTo sends the browser to where a workspace lies now.
type movedTo string

func (m movedTo) Error() string { return "moved to " + string(m) }

// moved gives the same address under the workspace's slug of now: old addresses
// keep working (T08).
func (q *Request) moved(from, to string) error {
	u := *q.R.URL
	u.Path = "/w/" + to + strings.TrimPrefix(u.Path, "/w/"+from)
	u.RawPath = ""
	return movedTo(u.RequestURI())
}

// loadRoles finds the roles of the catalogue that the member has rights from.
func (q *Request) loadRoles() error {
	groups, err := q.Store.Read(q.Workspace.ID).GroupsOf(q.Context(), q.Member.ID)
	if err == nil {
		q.Roles = q.Directory.Rights(&q.Member, groups)
	}
	return err
}
