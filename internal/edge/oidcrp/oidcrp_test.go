package oidcrp_test

import (
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/edge/console"
	"github.com/anteroom-id/anteroom/internal/edge/console/consoletest"
	"github.com/anteroom-id/anteroom/internal/edge/console/providertest"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/lab/idp"
)

func signedIn(t *testing.T) (*providertest.Provider, *consoletest.Visitor) {
	t.Helper()
	w := consoletest.New(t, nil, "", console.Sections()...)
	p := providertest.OIDC(w, w.Acme, idp.Config{}, func(o *identity.SignOn) { o.JustInTime = "on" })
	v := w.Stranger()
	if a := p.Comes(v, p.Hire("Ann", "Arbor", "ann@acme.example")); a.Status != 303 || a.Location != "/account" {
		t.Fatalf("%d %s: %s", a.Status, a.Location, a.Body)
	}
	return p, v
}

func TestALogoutTokenThatIsNoneEndsNothingAndIsToldTheRuleAlone(t *testing.T) {
	p, v := signedIn(t)
	to := "/oidc/" + string(p.Connection.ID) + "/logout"
	for _, token := range []string{"", "x.y.z"} {
		a := p.World.Stranger().Post(to, "logout_token", token)
		if a.Status != 400 || a.Header.Get("Content-Type") != "application/json" || !strings.Contains(a.Body, `"error":"invalid_request"`) || a.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%q: %d %s", token, a.Status, a.Body)
		}
	}
	if a := v.Get("/account"); a.Status != 200 {
		t.Errorf("the session: %d", a.Status)
	}
	if a := p.World.Stranger().Post("/oidc/con_none/logout", "logout_token", "x"); a.Status != 404 {
		t.Errorf("a connection that is not there: %d", a.Status)
	}
}

func TestAnAnswerOfAnotherConnectionOrOfNoneIsRefusedWithACode(t *testing.T) {
	p, v := signedIn(t)
	at := "/oidc/" + string(p.Connection.ID)
	for what, path := range map[string]string{
		"without anything": at + "/web", "an unknown state": at + "/web?code=x&state=y", "to the app": at + "/app?code=x&state=y", "a connection that is not there": "/oidc/con_none/web?code=x&state=y",
	} {
		if a := v.Get(path); a.Status != 400 && a.Status != 403 || !strings.Contains(a.Body, `<output class="code"`) {
			t.Errorf("%s: %d %s", what, a.Status, a.Body)
		}
	}
}

func TestWhoSignsOutIsSentToTheProvidersEndOfSession(t *testing.T) {
	p, v := signedIn(t)
	a := v.Post("/logout")
	if to := providertest.Sent(a); a.Status != 200 || !strings.HasPrefix(to, p.Base()+"/logout?") || !strings.Contains(to, "id_token_hint=") {
		t.Errorf("%d %s", a.Status, to)
	}
	if a := v.Get("/account"); a.Status != 303 {
		t.Errorf("the session: %d", a.Status)
	}
}
