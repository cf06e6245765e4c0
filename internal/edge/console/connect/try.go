package connect

import (
	"strings"

	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/edge/console/signon"
	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/signin"
	"github.com/anteroom-id/anteroom/internal/store"
)

// shownTests is how many tests of before the page lists.
const shownTests = 10

// try is the tab Test.
type try struct {
	place
	Ready  string // what is missing before a test can begin; "" for nothing
	Code   string // that was asked for
	Trace  *identity.Trace
	Rule   *explain.Rule // that it was refused by; nil of one that went well
	Place  string        // where that is mended at the provider
	Recent []identity.Trace
}

func showTest(q *frame.Request) error {
	p, err := find(q)
	if err != nil {
		return err
	}
	d := try{place: p, Code: strings.ToUpper(q.Query("code"))}
	stored, err := q.SignIn.SignOn(q.Context(), q.Workspace.ID, p.ID)
	if err != nil {
		return err
	}
	d.Ready = lacks(&stored)
	if err := d.read(q); err != nil {
		return err
	}
	return q.Render(page(q, p, "test", "Signs in at the identity provider and shows what would happen. Nobody is signed in by it, and nothing is changed.", d))
}

// lacks says what is missing before a test can begin.
func lacks(d *identity.SignOn) string {
	switch {
	case d.Protocol == identity.OIDC && (d.OIDC.AuthURL == "" || d.OIDC.ClientID == ""):
		return "Enter the issuer and the client id first, and save."
	case d.Protocol != identity.OIDC && (d.SAML.EntityID == "" || d.SAML.SSOURL+d.SAML.SSOPostURL == "" || len(d.SAML.Certificates) == 0):
		return "The identity provider's values are not here yet. Get its metadata first, and save."
	}
	return ""
}

func (d *try) read(q *frame.Request) error {
	r := q.Store.Read(q.Workspace.ID)
	recent, err := r.Traces(q.Context(), store.TraceFilter{Connection: d.ID}, 5*shownTests)
	if err != nil {
		return err
	}
	for _, t := range recent {
		if t.Test && len(d.Recent) < shownTests {
			d.Recent = append(d.Recent, t)
		}
	}
	if d.Code == "" {
		return nil
	}
	t, found, err := r.Trace(q.Context(), d.Code)
	if err != nil || !found || t.Connection != d.ID {
		return err
	}
	d.Trace = &t
	if rule, known := explain.Find(explain.Code(t.Rule)); known {
		d.Rule, d.Place = &rule, rule.Place(d.Provider)
	}
	return nil
}

// beginTest sends the browser to the identity provider, for a test.
func beginTest(q *frame.Request) error {
	p, err := find(q)
	if err != nil {
		return err
	}
	stored, err := q.SignIn.SignOn(q.Context(), q.Workspace.ID, p.ID)
	if err != nil {
		return err
	}
	if missing := lacks(&stored); missing != "" {
		return q.Again(identity.Errorf(identity.Invalid, "", "%s", missing), showTest)
	}
	return signon.Begin(q, signin.Start{
		Workspace: q.Workspace.ID, Connection: p.ID, Purpose: signin.ToTest, Tester: q.Member.ID, To: to(q, p.ID, "test"), Fresh: q.Has("fresh"),
	}, signon.ByForm)
}
