package hosted_test

import (
	"testing"

	"github.com/anteroom-id/anteroom/internal/edge/console/consoletest"
	"github.com/anteroom-id/anteroom/internal/web/browsertest"
)

// fill types into fields and sends the form that a button belongs to. Fields are
// pairs: "#password", "…".
func fill(b *browsertest.Browser, button string, fields ...string) {
	for i := 0; i+1 < len(fields); i += 2 {
		browsertest.Value[bool](b, `(document.querySelector('`+fields[i]+`').value = '`+fields[i+1]+`') !== null`)
	}
	b.Click(button)
}

// pictured takes a picture of the page that is open, and wants axe-core to find
// nothing.
func pictured(b *browsertest.Browser, name string) {
	b.Shoot(name)
	b.MustFit(name)
	b.MustBeAccessible(name)
}

func TestThePagesOfStrangersLookAsTheyShould(t *testing.T) {
	w := timeneye(t)
	w.Person(w.Acme, "ann@acme.example", "Ann", "Arbor", "owner")
	b := browsertest.New(t)
	known, link := invited(w, w.Globex, "ann@acme.example"), invited(w, w.Acme, "maria@acme.example")
	w.Stranger().Post("/reset", "address", "ann@acme.example")
	for path, name := range map[string]string{
		"/login": "login", "/signed-out": "signed-out", "/reset": "reset", "/reset/sent": "reset-sent", "/dev/mails": "mails",
		link: "link-new", known: "link-known", lastLink(w, "ann@acme.example", "reset"): "reset-choose",
	} {
		w.Look(b, path, "hosted-"+name)
	}
}

func TestThePagesOfWhoIsSignedInLookAsTheyShould(t *testing.T) {
	w := timeneye(t)
	ann := w.Person(w.Acme, "ann@acme.example", "Ann", "Arbor", "owner")
	ann.Post(invited(w, w.Globex, "ann@globex.example") + "/as")
	link := invited(w, w.Acme, "maria@acme.example")
	b := ann.Browser()
	signIn(w.Stranger(), "ann@acme.example", consoletest.Password)
	b.See(w.BaseURL+"/account/apps", "light", 1280, 800)
	fill(b, `form[action="/account/apps"] button`, "#name", "SCIM access token")
	b.Until(`document.getElementById('once')`)
	pictured(b, "hosted-account-apps-once-light")
	for path, name := range map[string]string{
		"/workspaces": "workspaces", "/account": "account-profile", "/account/security": "account-security", "/account/sessions": "account-sessions",
		"/account/apps": "account-apps", "/account/workspaces": "account-workspaces", "/account/proof": "proof", link: "link-as",
	} {
		w.Look(b, path, "hosted-"+name)
	}
}

func TestSomebodyAddsAPasskeyAndAnAppAndSignsInWithEach(t *testing.T) {
	w := world(t, "")
	ann := w.Person(w.Acme, "ann@acme.example", "Ann", "Arbor", "owner")
	b := ann.Browser()
	b.Command("WebAuthn.enable", nil)
	b.Command("WebAuthn.addVirtualAuthenticator", map[string]any{"options": map[string]any{
		"protocol": "ctap2", "transport": "internal", "hasResidentKey": true, "hasUserVerification": true, "isUserVerified": true, "automaticPresenceSimulation": true,
	}})
	b.See(w.BaseURL+"/account/security", "light", 1280, 800)
	fill(b, `form[data-passkey] button`, "#passkey", "Work laptop")
	b.Until(`document.querySelector('tbody th')?.textContent === 'Work laptop'`)
	b.Click(`form[action="/account/authenticator"] button`)
	b.Until(`document.getElementById('key')`)
	pictured(b, "hosted-authenticator-light")
	secret := browsertest.Value[string](b, `document.getElementById('key').value`)
	fill(b, `form[action="/account/authenticator/confirm"] button`, "#code", code(t, secret, -1))
	b.Until(`document.querySelectorAll('.codes li').length === 10`)
	pictured(b, "hosted-codes-light")
	w.Look(b, "/account/security", "hosted-account-security-all")

	b.Click(`form[action="/logout"] button`)
	b.Until(`location.pathname === '/signed-out'`)
	b.See(w.BaseURL+"/login?to=/account/sessions", "light", 1280, 800)
	b.Click(`form[data-passkey] button`)
	b.Until(`location.pathname === '/account/sessions' && document.body?.innerText.includes('by passkey')`)

	b.Click(`form[action="/logout"] button`)
	b.Until(`location.pathname === '/signed-out'`)
	b.See(w.BaseURL+"/login?to=/account/sessions", "light", 390, 844)
	fill(b, `form[action="/login"] button`, "#address", "ann@acme.example", "#password", consoletest.Password)
	b.Until(`document.getElementById('code')`)
	pictured(b, "hosted-code-phone")
	fill(b, `form[action="/login/code"] button`, "#code", code(t, secret, 0))
	b.Until(`location.pathname === '/account/sessions' && document.body?.innerText.includes('by password and code')`)
	b.MustBeContent()

	b.Command("Network.clearBrowserCookies", nil)
	b.See(w.BaseURL+"/login", "dark", 1280, 800)
	fill(b, `form[action="/login"] button`, "#address", "ann@acme.example", "#password", "wrong")
	b.Until(`document.getElementById('problem')`)
	pictured(b, "hosted-login-wrong-dark")
}
