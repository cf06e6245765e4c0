package signon_test

import (
	"testing"

	"github.com/anteroom-id/anteroom/internal/edge/console/consoletest"
	"github.com/anteroom-id/anteroom/internal/edge/console/providertest"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/signin"
	"github.com/anteroom-id/anteroom/internal/web/browsertest"
	"github.com/anteroom-id/anteroom/lab/idp"
)

// be chooses somebody on the provider's page.
func be(b *browsertest.Browser, p *providertest.Provider, person string) {
	b.Until(`location.href.startsWith('` + p.Base() + `') && document.querySelector('button[value="` + person + `"]')`)
	b.Click(`button[value="` + person + `"]`)
}

// fill types into a field and sends its form.
func fill(b *browsertest.Browser, field, text string) {
	b.Until(`document.readyState === 'complete' && document.querySelector('` + field + `')`)
	browsertest.Value[bool](b, `(document.querySelector('`+field+`').value = '`+text+`') !== null`)
	b.Click(`form:has(` + field + `) button`)
}

// fresh is a browser that has never been here. It leaves the page first, which
// would complain that its stream of events ends with the session.
func fresh(b *browsertest.Browser) {
	goTo(b, "about:blank")
	b.Until(`location.href === 'about:blank'`)
	b.Command("Network.clearBrowserCookies", nil)
}

// goTo opens an address that may lead on at once, without waiting for it to load.
func goTo(b *browsertest.Browser, url string) { b.Command("Page.navigate", map[string]any{"url": url}) }

func TestT09_T10_T11_W12_SomebodySignsInThroughTheProviderInABrowser(t *testing.T) {
	w := world(t, consoletest.Load(t, "trackingtime"))
	p := providertest.SAML(w, w.Acme, idp.Config{Flavour: idp.Entra}, func(o *identity.SignOn) { o.JustInTime = "on" })
	ann := p.Hire("Ann", "Arbor", "ann@acme.example")
	const in = `location.pathname === '/w/acme/' && document.readyState === 'complete'`
	b := browsertest.New(t)
	b.See(w.BaseURL+"/login", "light", 1280, 800)
	b.Click(`a[href="/vue/sso"]`)
	fill(b, "#workspace", " Acme")
	be(b, p, ann)
	b.Until(in)

	fresh(b)
	goTo(b, w.BaseURL+"/vue/sso#acme")
	be(b, p, ann) // straight at the provider, without a click
	b.Until(in)

	fresh(b)
	b.Command("Emulation.setScriptExecutionDisabled", map[string]any{"value": true})
	b.See(w.BaseURL+"/vue/sso#acme", "light", 1280, 800)
	fill(b, "#workspace", "acme")
	be(b, p, ann)
	for _, page := range []string{`document.querySelector('input[name=SAMLResponse]') && location.href.startsWith('` + p.Base() + `')`, `location.pathname === '/saml/acme/acs'`} {
		b.Until(page + ` && document.readyState === 'complete'`) // the provider's form, and, since this is in clear, ours
		b.Click("form button")
	}
	b.Until(in)
	b.Command("Emulation.setScriptExecutionDisabled", map[string]any{"value": false})
	b.MustBeContent()
}

func TestThePagesOfSigningInLookAsTheyShould(t *testing.T) {
	w := world(t, consoletest.Load(t, "webwork"))
	p := providertest.SAML(w, w.Acme, idp.Config{Flavour: idp.Okta}, func(o *identity.SignOn) { o.JustInTime = "off" })
	olga := w.Person(w.Acme, "olga@acme.example", "Olga", "Berg", "owner")
	b := browsertest.New(t)
	for path, name := range map[string]string{
		"/login": "login", "/sso": "workspace", "/login/sso": "address", "/login/recovery-code": "recovery",
	} {
		w.Look(b, path, "signon-"+name)
	}
	signsIn := func(person string) {
		fresh(b)
		goTo(b, w.BaseURL+"/sso/acme")
		be(b, p, person)
	}
	signsIn(p.Hire("Eve", "Else", "eve@elsewhere.example"))
	pictured(b, "signon-refused")
	signsIn(p.Hire("Olga", "Berg", "olga@acme.example"))
	pictured(b, "signon-proof")
	b.See(w.BaseURL+"/sso/nobody", "light", 1280, 800)
	pictured(b, "signon-workspace-wrong")

	at := olga.Browser()
	providertest.SAML(w, w.Acme, idp.Config{Flavour: idp.Entra}, nil)
	w.Look(at, "/sso/acme", "signon-choose")
	w.Look(at, "/w/acme/activity/signins", "signon-activity")
	refused, _, err := w.SignIn.Traces(t.Context(), w.Acme.ID, signin.TraceFilter{Refused: true}, 1, "")
	must(t, err)
	w.Look(at, "/w/acme/activity/explain?code="+refused[0].Code, "signon-explained")
	w.Look(at, "/w/acme/activity/explain", "signon-explain")
}

// pictured takes pictures of the page that is open, in each look, without loading
// it anew.
func pictured(b *browsertest.Browser, name string) {
	b.Until(`document.readyState === 'complete' && document.querySelector('.sheet')`)
	b.Until(`document.querySelector('output.code, #password, #problem')`)
	for _, s := range []struct {
		scheme, suffix string
		width, height  int64
	}{{"light", "light", 1280, 800}, {"dark", "dark", 1280, 800}, {"light", "phone", 390, 844}} {
		b.Look(s.scheme, s.width, s.height)
		b.Shoot(name + "-" + s.suffix)
		b.MustFit(name + "-" + s.suffix)
		b.MustBeAccessible(name + "-" + s.suffix)
	}
}
