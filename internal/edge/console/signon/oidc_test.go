package signon_test

import (
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/edge/console/consoletest"
	"github.com/anteroom-id/anteroom/internal/edge/console/providertest"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/lab/idp"
)

func TestP23_P11_SomebodySignsInFromTheWebAndFromTheApp(t *testing.T) {
	w := world(t, consoletest.Load(t, "platform"))
	p := providertest.OIDC(w, w.Acme, idp.Config{Flavour: idp.Entra}, func(o *identity.SignOn) { o.JustInTime = "off" })
	p.AddClient(idp.Client{
		ID: "anteroom", Secret: "a-secret-of-the-lab", RedirectURIs: []string{p.Addresses.OIDCWeb, p.Addresses.OIDCApp}, PublicURIs: []string{p.Addresses.OIDCApp},
	})
	w.Person(w.Acme, "uma@acme.example", "Uma", "Ulm", "User")
	uma := p.Hire("Uma", "Ulm", "uma@acme.example")
	web := w.Stranger()
	asked := web.Get("/sso/acme")
	if got := providertest.Asked(asked); got.Get("redirect_uri") != p.Addresses.OIDCWeb || got.Get("code_challenge_method") != "S256" {
		t.Errorf("the web asks %v", got)
	}
	leads(t, "the web", p.Answers(web, asked, uma), "/account")
	app := w.Stranger()
	asked = app.Get("/sso/acme?channel=app")
	if got := providertest.Asked(asked); got.Get("redirect_uri") != p.Addresses.OIDCApp {
		t.Errorf("the app asks %v", got)
	}
	leads(t, "the app, without a secret", p.Answers(app, asked, uma), "/account")
}

func TestP19_P20_WhoHasTheAppAloneIsRefusedOnTheWebWithTheReason(t *testing.T) {
	w := world(t, consoletest.Load(t, "platform"))
	p := providertest.OIDC(w, w.Acme, idp.Config{Flavour: idp.Entra}, func(o *identity.SignOn) { o.JustInTime = "off" })
	w.Person(w.Acme, "abe@acme.example", "Abe", "Apps", "AppOnly")
	a := p.Comes(w.Stranger(), p.Hire("Abe", "Apps", "abe@acme.example"))
	if got := codeOf(t, "the web", a); !strings.HasPrefix(got, "P20-") {
		t.Errorf("it is refused by %s: %s", got, text(a.Body))
	}
}

func TestP13_ConsentThatIsMissingTellsWhoGrantsItAndWhere(t *testing.T) {
	w := world(t, consoletest.Load(t, "platform"))
	p := providertest.OIDC(w, w.Acme, idp.Config{Flavour: idp.Entra}, nil)
	p.AddClient(idp.Client{ID: "anteroom", Secret: "a-secret-of-the-lab", RedirectURIs: []string{p.Addresses.OIDCWeb}, NeedsConsent: true})
	v := w.Stranger()
	a := p.Answers(v, v.Get("/sso/acme"), p.Hire("Ann", "Arbor", "ann@acme.example"))
	got := codeOf(t, "consent", a)
	wants(t, "consent", a, 400, "Grant", "/adminconsent?client_id=anteroom")
	admin := w.Person(w.Acme, "olga@acme.example", "Olga", "Berg", "EnterpriseAdmin")
	wants(t, "the code, explained", admin.Get("/w/acme/activity/explain?code="+got), 200, "Grant admin consent", "Step by step")
}
