package activity

import (
	"net/url"
	"strings"

	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/store"
)

// explainedData is the page of a code: what was tried, step by step, which rule
// ended it, and where to mend it.
type explainedData struct {
	Typed string
	Trace *identity.Trace // nil while no code was typed
	// Word says what it came to, Tone colours it.
	Word, Tone string
	about
}

// about is what a rule says, for the connection that it was broken at.
type about struct {
	Rule       *explain.Rule // nil of what went well
	Place      string        // at the provider, "" when it is not mended there
	Provider   string        // what the connection is called
	Connection string        // the address of its page, "" for none
	Person     string        // who it was
	Member     string        // the address of that page
}

// codeOf is a code as it was meant: people read it out, and type it in.
func codeOf(typed string) string {
	return strings.ToUpper(strings.Join(strings.Fields(typed), ""))
}

func explainPage(q *frame.Request) error {
	code := codeOf(q.Query("code"))
	if code == "" {
		return showExplained(q, explainedData{})
	}
	if strings.HasPrefix(code, "C") {
		r, found, err := requestByCode(q, code)
		if err != nil || found {
			return firstOf(err, func() error { return q.Redirect(q.To("activity", "requests", string(r.ID)), "") })
		}
	}
	if rule, known := explain.Find(explain.Code(code)); known { // as it stands in the answer to a form
		return showExplained(q, explainedData{Typed: code, about: about{Rule: &rule, Place: rule.Place("")}})
	}
	t, found, err := q.Store.Read(q.Workspace.ID).Trace(q.Context(), code)
	if err != nil {
		return err
	}
	if !found {
		return q.Again(identity.Errorf(identity.Invalid, "code", "no such code is kept here: compare it letter by letter; codes are kept for 30 days"),
			func(q *frame.Request) error { return showExplained(q, explainedData{Typed: code}) })
	}
	d := explainedData{Typed: code, Trace: &t}
	d.Word, d.Tone = outcomeOf(&t)
	if d.about, err = tell(q, &t); err != nil {
		return err
	}
	return showExplained(q, d)
}

func firstOf(err error, f func() error) error {
	if err != nil {
		return err
	}
	return f()
}

func showExplained(q *frame.Request, d explainedData) error {
	p := frame.Page{
		Title: "Explain a code", State: "What a person was shown who was refused, and what it means.", Nav: frame.NavActivity, Template: "activity/explained", Data: d,
		Trail: []frame.Link{{Label: "Activity", Href: q.To("activity")}, {Label: "Sign-ins", Href: q.To("activity", "signins")}},
	}
	switch {
	case d.Rule != nil:
		p.Title, p.State = d.Rule.Title, d.Typed
	case d.Trace != nil:
		p.Title, p.State = d.Word, d.Trace.Code
	}
	return q.Render(p)
}

// tell adds to a trace what its rule says, and who and what it was about.
func tell(q *frame.Request, t *identity.Trace) (d about, err error) {
	kind := ""
	if t.Connection != "" {
		all, err := q.Directory.Connections(q.Context(), q.Workspace.ID)
		if err != nil {
			return d, err
		}
		for _, c := range all {
			if c.ID == t.Connection {
				kind, d.Provider, d.Connection = directory.ConnectionKind(q.Product, &c), directory.ConnectionTitle(q.Product, &c), q.To("settings", "sso", "connections", string(c.ID))
			}
		}
	}
	if t.Member != "" {
		m, found, err := q.Store.Read(q.Workspace.ID).Member(q.Context(), t.Member)
		if err != nil {
			return d, err
		}
		if found {
			d.Person, d.Member = frame.OrElse(m.Name(), m.Address), q.To("members", string(m.ID))
		}
	}
	if rule, known := explain.Find(explain.Code(t.Rule)); known {
		d.Rule, d.Place = &rule, rule.Place(kind)
	}
	return d, nil
}

// codeDigits is how many characters of a request's id stand in its code.
const codeDigits = 5

// requestCode is the short code of a directory's request that was refused: its
// rule, and the end of its id. It is "" of one that was not.
func requestCode(r *identity.Request) string {
	rule := explain.OfRequest(r.Status, r.Cause, r.Detail)
	if rule == "" || len(r.ID) < codeDigits {
		return ""
	}
	return string(rule) + "-" + strings.ToUpper(string(r.ID[len(r.ID)-codeDigits:]))
}

// How many refused requests are looked through for a code.
const (
	codePages = 20
	codePage  = 500
)

// requestByCode finds the newest request of a code among those that were refused.
func requestByCode(q *frame.Request, code string) (identity.Request, bool, error) {
	f := store.RequestFilter{Failed: true}
	for range codePages {
		page, err := q.Store.Read(q.Workspace.ID).RequestsWhere(q.Context(), f, codePage)
		if err != nil {
			return identity.Request{}, false, err
		}
		for i := range page.Requests {
			if requestCode(&page.Requests[i]) == code {
				return page.Requests[i], true, nil
			}
		}
		if f.Before = page.Next; f.Before == "" {
			break
		}
	}
	return identity.Request{}, false, nil
}

// explainAt is the address that explains a code.
func explainAt(q *frame.Request, code string) string {
	return q.To("activity", "explain") + "?code=" + url.QueryEscape(code)
}
