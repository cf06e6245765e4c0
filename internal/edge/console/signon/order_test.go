package signon_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/edge/console/consoletest"
	"github.com/anteroom-id/anteroom/internal/edge/console/providertest"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/token"
	"github.com/anteroom-id/anteroom/lab"
	"github.com/anteroom-id/anteroom/lab/idp"
)

// estate is a workspace whose Okta both provisions and signs in, by one
// connection or by two steps in either order.
type estate struct {
	*consoletest.World
	*providertest.Provider
	okta *lab.Okta
}

// both sets Okta up for SAML, and for SCIM through the same connection.
func both(t *testing.T, change func(*identity.SignOn)) *estate {
	t.Helper()
	w := world(t, consoletest.Load(t, "webwork"))
	e := &estate{World: w, Provider: providertest.SAML(w, w.Acme, idp.Config{Flavour: idp.Okta}, change)}
	_, secret, err := w.Tokens.Issue(t.Context(), token.Request{Workspace: w.Acme.ID, ConnectionID: e.Connection.ID, Name: "Okta", Origin: w.Operator})
	must(t, err)
	e.okta = lab.NewOkta(e.Directory(), lab.Target{URL: w.SCIMURL("acme"), Token: secret, Retry: lab.Retry{Tries: 1}}, lab.OktaOptions{NoGroups: true})
	return e
}

// Directory is the provider's.
func (e *estate) Directory() *lab.Directory { return e.Provider.Directory() }

func (e *estate) cycle(t *testing.T) {
	t.Helper()
	if sum, err := e.okta.Cycle(t.Context()); err != nil || sum.Failed > 0 {
		t.Fatalf("%v\n%s", err, sum)
	}
}

// people are the members of a tab by address, with what they are.
func (e *estate) people(t *testing.T) (out []string) {
	t.Helper()
	for _, tab := range []identity.Tab{identity.TabActive, identity.TabPending, identity.TabInactive} {
		page, err := e.World.Directory.Members(t.Context(), e.Acme.ID, directory.MemberQuery{Tab: tab, Limit: 50})
		must(t, err)
		for _, m := range page.Rows {
			out = append(out, strings.Join([]string{m.Address, m.Name(), string(tab), m.ManagedBy}, "|"))
		}
	}
	slices.Sort(out)
	return out
}

func TestW03_W17_T19_T25_ProvisioningAndSignOnInEitherOrderComeToTheSame(t *testing.T) {
	first := both(t, nil)
	ann := first.Hire("Ann", "Lee", "ann@acme.example")
	first.cycle(t)
	if got := first.people(t); len(got) != 1 || !strings.Contains(got[0], "|pending|") {
		t.Fatalf("after provisioning: %v", got)
	}
	leads(t, "signing in after provisioning, without an invitation", first.Comes(first.Stranger(), ann), "/account")
	after := first.people(t)

	second := both(t, func(o *identity.SignOn) { o.JustInTime = "on" })
	ann = second.Hire("Ann", "Lee", "ann@acme.example")
	leads(t, "signing in before provisioning", second.Comes(second.Stranger(), ann), "/account")
	second.cycle(t)
	leads(t, "signing in again", second.Comes(second.Stranger(), ann), "/account")
	if got := second.people(t); !slices.Equal(got, after) || len(got) != 1 || !strings.Contains(got[0], "ann@acme.example|Ann Lee|active|") {
		t.Errorf("in one order: %v, in the other: %v", after, got)
	}

	must(t, first.Directory().Unassign(first.Directory().People()[0].ObjectID))
	first.cycle(t)
	if got := first.people(t); len(got) != 1 || !strings.Contains(got[0], "|inactive|") {
		t.Errorf("after deactivation: %v", got)
	}
}

func TestWhoIsDeactivatedIsOutAtOnceAndRefusedAtTheProvider(t *testing.T) {
	e := both(t, nil)
	ann := e.Hire("Ann", "Lee", "ann@acme.example")
	e.cycle(t)
	v := e.Stranger()
	leads(t, "signing in", e.Comes(v, ann), "/account")
	waiting := v.Get("/sso/acme")
	post, err := e.Answer(waiting.Location, ann)
	must(t, err)
	must(t, e.Directory().Unassign(ann))
	e.cycle(t)
	wants(t, "the session", v.Get("/account"), 303)
	a := providertest.Bring(v, post)
	wants(t, "an answer that was under way", a, 403, "You could not be signed in")
	if got := codeOf(t, "an answer that was under way", a); !strings.HasPrefix(got, "P13-") {
		t.Errorf("it is refused by %s", got)
	}
}
