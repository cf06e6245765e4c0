package frame

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/anteroom-id/anteroom/internal/access"
	"github.com/anteroom-id/anteroom/internal/account"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
)

// maxForm bounds the body of a form, in bytes.
const maxForm = 1 << 20

// Request is one request to a page, with what the pipeline has found out.
type Request struct {
	*App
	W http.ResponseWriter
	R *http.Request
	// Live is the session; nil on public pages of browsers without one.
	Live *account.Live
	// Of a route InWorkspace: the workspace, the member that the session reaches it
	// through, and the roles of the member that count.
	Workspace identity.Workspace
	Member    identity.Member
	Roles     []product.Role

	route   *Route
	from    identity.Origin
	problem *identity.Error
	locked  bool
}

// Context is the request's.
func (q *Request) Context() context.Context { return q.R.Context() }

// Origin is where the changes of this request come from: one for the whole
// request.
func (q *Request) Origin() identity.Origin { return q.from }

// Client is the browser, as accounts want to know it.
func (q *Request) Client() account.Client {
	return account.Client{Agent: q.R.UserAgent(), Remote: q.Proxies.Client(q.R), Session: q.secret()}
}

// Part is a wildcard of the route's pattern: "member" of "/members/{member}".
func (q *Request) Part(name string) string { return clean(q.R.PathValue(name)) }

// Query is a parameter of the address.
func (q *Request) Query(name string) string { return clean(q.R.URL.Query().Get(name)) }

// Field is what was typed into a field of the form, without blanks around it.
func (q *Request) Field(name string) string { return strings.TrimSpace(clean(q.R.PostForm.Get(name))) }

// Secret is what was typed into a field, as it is: a password may begin with a
// blank.
func (q *Request) Secret(name string) string { return clean(q.R.PostForm.Get(name)) }

// Fields is every value of a field that may be there several times.
func (q *Request) Fields(name string) []string {
	values := slices.Clone(q.R.PostForm[name])
	for i := range values {
		values[i] = clean(values[i])
	}
	return values
}

// Has says whether the form has the field at all: a box that is ticked, the
// button that was pressed.
func (q *Request) Has(name string) bool { return q.R.PostForm.Has(name) }

// clean makes what a browser sends UTF-8 without the byte that databases refuse.
func clean(s string) string { return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "") }

// Can reports whether the member may do something here.
func (q *Request) Can(a access.Action) bool { return access.AnyAllowed(q.Roles, a) }

// RolesIn are the roles of the catalogue that a member has rights from in a
// workspace.
func (q *Request) RolesIn(ws identity.WorkspaceID, id identity.MemberID) (roles []product.Role, err error) {
	grants, err := q.Directory.Effective(q.Context(), ws, id)
	for _, g := range grants {
		if r, ok := q.Product.Role(g.Role); ok && !g.Named {
			roles = append(roles, r)
		}
	}
	return roles, err
}

// Enter sends somebody into a workspace, or, when the member's role opens nothing
// there, to the personal settings: so whoever only uses the product does not begin
// with a refusal.
func (q *Request) Enter(ws identity.WorkspaceID, slug string, id identity.MemberID) error {
	roles, err := q.RolesIn(ws, id)
	if err != nil {
		return err
	}
	if !access.AnyAllowed(roles, access.ViewHome) {
		return q.Redirect("/account", "")
	}
	return q.Redirect("/w/"+url.PathEscape(slug)+"/", "")
}

// Unlocked reports whether the workspace's plan, or an operator, unlocks a
// feature.
func (q *Request) Unlocked(f product.Feature) bool {
	return q.Product.Unlocked(q.Workspace.Plan, q.Workspace.Entitlements, f)
}

// To is the address of a page of the workspace, of its parts: To("members", id).
// To() is the workspace's first page.
func (q *Request) To(parts ...string) string {
	parts = slices.Clone(parts)
	for i := range parts {
		parts[i] = url.PathEscape(parts[i])
	}
	return "/w/" + url.PathEscape(q.Workspace.Slug) + "/" + strings.Join(parts, "/")
}

// Redirect sends the browser on with GET (RFC 9110 §15.4.4), and has the next
// page say what was done, when notice is not "".
func (q *Request) Redirect(to, notice string) error {
	if notice != "" {
		q.remember(noticeCookie, notice)
	}
	q.W.Header().Set("Location", to)
	q.W.WriteHeader(http.StatusSeeOther)
	return nil
}

// leaving is what the page for a moment shows.
type leaving struct{ Text, Host string }

// Leave sends the browser to another site from the answer to a form: by a page,
// since the policy of the page that the form stands on stops a redirect there
// (CSP Level 3 §6.4.3). Text begins a sentence that the site's name ends: "You are
// on the way to".
func (q *Request) Leave(to, text string) error {
	u, err := url.Parse(to)
	if err != nil || siteOf(to) == "" {
		return fmt.Errorf("%q is no address to leave for: %w", to, err)
	}
	return q.Render(Page{Title: "One moment", Template: "frame/leave", Bare: true, Next: to, Data: leaving{text, u.Hostname()}})
}

// Begin gives the browser a session that has just begun.
func (q *Request) Begin(f account.Fresh) { q.setSession(f.Secret, f.Session.Expires) }

// SignOut takes the session's cookie away.
func (q *Request) SignOut() { q.clearSession() }

// Again answers a form that could not be accepted: the page that show makes, with
// what was typed, and what is wrong at its field and at the top. Errors
// that are no answer to the form pass through.
func (q *Request) Again(err error, show func(*Request) error) error {
	e, ok := answerable(err)
	if !ok {
		return err
	}
	q.retryAfter(err)
	said := *e
	said.Msg = Sentence(e.Msg)
	q.problem = &said
	return show(q)
}
