package signon

import (
	"maps"
	"net/http"
	"net/url"
	"slices"

	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/signin"
)

// Way is how the browser came to us: a form's answer that redirects to another
// site is stopped by the policy of the page that the form stands on (CSP Level 3
// §6.4.3), a link's is not.
type Way bool

// The ways.
const (
	ByLink Way = false
	ByForm Way = true
)

// postPage is shown for a moment where the provider wants a form.
type postPage struct {
	To, Host string
	Fields   []field
	Label    string // of its button, for whoever has no script
}

type field struct{ Name, Value string }

func fieldsOf(form url.Values) (out []field) {
	for _, name := range slices.Sorted(maps.Keys(form)) {
		for _, v := range form[name] {
			out = append(out, field{name, v})
		}
	}
	return out
}

// Begin asks an identity provider who somebody is: it sends the browser there.
func Begin(q *frame.Request, s signin.Start, how Way) error {
	s.Client, s.Browser = q.Client(), q.Bound()
	ask, err := q.SignIn.Begin(q.Context(), s)
	if err != nil {
		return Finish(q, signin.Outcome{}, err)
	}
	return Leave(q, ask, how)
}

// Leave sends the browser to a provider with what is asked of it.
func Leave(q *frame.Request, ask signin.Ask, how Way) error {
	if ask.Browser != "" {
		q.Bind(ask.Browser, ask.Life)
	}
	switch {
	case ask.Form != nil:
		return post(q, ask.URL, ask.Form, "Continue")
	case how == ByForm:
		return q.Leave(ask.URL, "You are on the way to")
	}
	return q.Redirect(ask.URL, "")
}

// post has the browser send a form, by a script or by a button.
func post(q *frame.Request, to string, form url.Values, label string) error {
	return q.Render(frame.Page{Title: "One moment", Template: "signon/post", Bare: true, FormTo: to, Data: postPage{to, host(to), fieldsOf(form), label}})
}

// Again has the browser send the form once more from a page of ours, since the
// first time it came without its cookies; false when it need not.
func Again(q *frame.Request) (bool, error) {
	if !q.Crossed() {
		return false, nil
	}
	return true, q.Render(frame.Page{
		Title: "One moment", Template: "signon/post", Bare: true, Data: postPage{q.R.URL.Path, "", fieldsOf(q.R.PostForm), "Continue"}, Status: http.StatusOK,
	})
}

func host(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Hostname()
}
