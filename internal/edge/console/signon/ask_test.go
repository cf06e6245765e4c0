package signon_test

import (
	"testing"

	"github.com/anteroom-id/anteroom/internal/edge/console/providertest"
	"github.com/anteroom-id/anteroom/lab/idp"
)

// Somebody is signed in with a password, which reaches some of their workspaces,
// and opens one that wants its provider first.
func TestAWorkspaceThatWantsItsProviderSendsItsOwnPeopleThereAndTellsOthersNothing(t *testing.T) {
	w := world(t, nil)
	p := providertest.SAML(w, w.Acme, idp.Config{Flavour: idp.Entra}, nil)
	ann, bob := w.Person(w.Acme, "ann@acme.example", "Ann", "Arbor", "admin"), w.Person(w.Globex, "bob@beta.example", "Bob", "Burr", "admin")
	_, err := w.Accounts.Operator(t.Context(), "ann@acme.example", "Ann Arbor") // so that the session reaches something
	must(t, err)
	wants(t, "before", ann.Get("/w/acme/members"), 200)
	leads(t, "the provider", p.Comes(w.Stranger(), p.Hire("Ann", "Arbor", "ann@acme.example")), "/w/acme/")
	leads(t, "a page of the workspace", ann.Get("/w/acme/members?tab=pending"), "/sso/acme?to=%2Fw%2Facme%2Fmembers%3Ftab%3Dpending")
	wants(t, "a form of it", ann.Post("/w/acme/members/invite", "address", "x@acme.example"), 404)
	wants(t, "somebody else", bob.Get("/w/acme/members"), 404)
}
