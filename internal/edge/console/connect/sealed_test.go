package connect_test

import (
	"net/http"
	"testing"

	"github.com/anteroom-id/anteroom/internal/edge/console/providertest"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/lab/idp"
)

func TestASetupLinkIssuesNoTokenWhereThePlanHasNoProvisioning(t *testing.T) {
	s := tell(t, "trackingtime")
	path := s.link(s.add("entra"))
	for f, on := range map[product.Feature]bool{product.FeatureSSO: true, product.FeatureSCIM: false} {
		if err := s.Directory.SetEntitlement(t.Context(), s.Acme.ID, f, &on, s.Operator); err != nil {
			t.Fatal(err)
		}
	}
	answers(t, "the page", s.Stranger().Get(path), http.StatusOK)
	if a := s.Stranger().Post(path + "/token"); a.Status == http.StatusSeeOther {
		t.Error("a token was issued")
	}
	on := true
	if err := s.Directory.SetEntitlement(t.Context(), s.Acme.ID, product.FeatureSCIM, &on, s.Operator); err != nil {
		t.Fatal(err)
	}
	answers(t, "with provisioning", s.Stranger().Post(path+"/token"), http.StatusSeeOther)
}

func TestThePageOfARemovalSaysHowManySessionsEnd(t *testing.T) {
	s := tell(t, "")
	on := true
	if err := s.Directory.SetEntitlement(t.Context(), s.Acme.ID, product.FeatureSSO, &on, s.Operator); err != nil {
		t.Fatal(err)
	}
	p := providertest.SAML(s.World, s.Acme, idp.Config{Flavour: idp.Okta}, func(o *identity.SignOn) { o.JustInTime = "on" })
	at := "/w/acme/settings/sso/connections/" + string(p.Connection.ID)
	lacks(t, s.ada.Get(at+"/remove"), "session that began through it")
	v := s.Stranger()
	answers(t, "a sign-in", p.Comes(v, p.Hire("Ann", "Arbor", "ann@acme.example")), http.StatusSeeOther)
	says(t, s.ada.Get(at+"/remove"), "1 session that began through it ends")
}
