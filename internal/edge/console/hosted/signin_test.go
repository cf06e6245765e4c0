package hosted_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/account"
	"github.com/anteroom-id/anteroom/internal/edge/console/consoletest"
	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/edge/console/hosted"
)

func TestEverybodyBeginsWhereTheyBelong(t *testing.T) {
	w := world(t, "")
	leads(t, "a stranger", w.Stranger().Get("/"), "/login")
	leads(t, "an operator", w.Vendor("vera@vendor.example").Get("/"), "/operator")
	ann, bob := w.Person(w.Acme, "ann@acme.example", "Ann", "Arbor", "owner"), w.Person(w.Globex, "bob@globex.example", "Bob", "Burr", "owner")
	leads(t, "who is in one workspace", ann.Get("/"), "/w/acme/")
	leads(t, "who joins another", ann.Post(invited(w, w.Globex, "a.arbor@globex.example")+"/as"), "/")
	leads(t, "who is in two", ann.Get("/"), "/workspaces")
	wants(t, "the choice", ann.Get("/workspaces"), 200, `href="/w/acme/"`, `href="/w/globex/"`)
	if page := bob.Get("/workspaces").Body + bob.Get("/account/workspaces").Body; strings.Contains(page, "acme") {
		t.Error("Globex learns of Acme")
	}
}

func TestSigningInLeadsToWhereOneWantedToGoAndNowhereElse(t *testing.T) {
	w := world(t, "")
	w.Person(w.Acme, "ann@acme.example", "Ann", "Arbor", "owner")
	for to, want := range map[string]string{
		"/account/security?x=1": "/account/security?x=1", "https://evil.example/": "/", "//evil.example": "/", `/\evil.example`: "/", "": "/", "javascript:alert(1)": "/",
	} {
		v := w.Stranger()
		a := v.Post("/login", "address", " Ann@ACME.example ", "password", consoletest.Password, "to", to)
		leads(t, to, a, want)
		leads(t, "the form once more", v.Get("/login"), "/")
	}
	v := w.Stranger()
	leads(t, "a page without a session", v.Get("/account/security"), "/login?to=%2Faccount%2Fsecurity")
	wants(t, "the form", v.Get("/login?to=%2Faccount%2Fsecurity"), 200, `name="to" value="/account/security"`)
}

func TestAnUnknownAddressAndAWrongPasswordAreAnsweredAlike(t *testing.T) {
	w := world(t, "")
	w.Person(w.Acme, "ann@acme.example", "Ann", "Arbor", "owner")
	known, unknown := signIn(w.Stranger(), "ann@acme.example", "not the password"), signIn(w.Stranger(), "eve@acme.example", "not the password")
	wants(t, "a wrong password", known, 401, "The e-mail address or the password is wrong.", `value="ann@acme.example"`)
	if a, b := without(known.Body, "ann@"), without(unknown.Body, "eve@"); a != b || known.Status != unknown.Status {
		t.Errorf("the answers differ: %d %s\n%d %s", known.Status, a, unknown.Status, b)
	}
	if strings.Contains(known.Body, "not the password") {
		t.Error("the page shows a password")
	}
}

func TestTooManyTriesAreToldHowLongToWait(t *testing.T) {
	w := world(t, "")
	v := w.Stranger()
	var a consoletest.Answer
	for range 11 {
		a = signIn(v, "eve@acme.example", "wrong")
	}
	wants(t, "the eleventh", a, 429, "too many tries", `value="eve@acme.example"`)
	if a.Header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
}

func TestSigningOutEndsTheSession(t *testing.T) {
	w := world(t, "")
	ann := w.Person(w.Acme, "ann@acme.example", "Ann", "Arbor", "owner")
	thief := w.Stranger()
	at, err := url.Parse(w.BaseURL)
	if err != nil {
		t.Fatal(err)
	}
	thief.Client.Jar.SetCookies(at, ann.Client.Jar.Cookies(at))
	wants(t, "before", ann.Get("/account"), 200, "Personal settings")
	wants(t, "a copy of the cookie", thief.Get("/account"), 200, "Personal settings")
	leads(t, "signing out", ann.Post("/logout"), "/signed-out")
	wants(t, "afterwards", ann.Get("/signed-out"), 200, "You are signed out")
	leads(t, "the settings", ann.Get("/account"), "/login?to=%2Faccount")
	leads(t, "the copy of the cookie", thief.Get("/account"), "/login?to=%2Faccount")
	leads(t, "once more", ann.Post("/logout"), "/signed-out")
}

func TestASecondFactorIsAskedForAfterThePassword(t *testing.T) {
	w := world(t, "")
	ann := w.Person(w.Acme, "ann@acme.example", "Ann", "Arbor", "owner")
	a := ann.Post("/account/authenticator")
	wants(t, "the set-up", a, 200, "otpauth://totp/")
	secret := hidden(t, a.Body, "secret")
	a = ann.Post("/account/authenticator/confirm", "secret", secret, "code", "000000")
	wants(t, "a wrong code", a, 422, "That code is wrong", `value="`+secret+`"`)
	leads(t, "the right one", ann.Post("/account/authenticator/confirm", "code", code(t, secret, -1)), "/account/recovery-codes")
	a = ann.Get("/account/recovery-codes")
	wants(t, "the recovery codes", a, 200, "shown this once")
	_, spare, _ := strings.Cut(a.Body, "<li><code>")
	spare = spare[:19]
	leads(t, "the recovery codes once more", ann.Get("/account/recovery-codes"), "/account/security")
	wants(t, "the settings", ann.Get("/account/security"), 200, "10 recovery codes are left")

	v := w.Stranger()
	a = v.Post("/login", "address", "ann@acme.example", "password", consoletest.Password, "to", "/account")
	wants(t, "the password", a, 200, "One more step", `name="to" value="/account"`)
	leads(t, "the settings by password alone", v.Get("/account"), "/login?to=%2Faccount")
	ticket := hidden(t, a.Body, "ticket")
	a = v.Post("/login/code", "ticket", ticket, "code", "123456", "to", "/account")
	wants(t, "a wrong code", a, 422, "That code is wrong", ticket)
	leads(t, "the right one", v.Post("/login/code", "ticket", ticket, "code", code(t, secret, 0), "to", "/account"), "/account")
	wants(t, "a forged ticket", w.Stranger().Post("/login/code", "ticket", "x"+ticket, "code", "1"), 401, "begin again", `name="password"`)

	ticket = hidden(t, signIn(w.Stranger(), "ann@acme.example", consoletest.Password).Body, "ticket")
	leads(t, "a recovery code", w.Stranger().Post("/login/code", "ticket", ticket, "code", spare), "/")
	wants(t, "a recovery code once more", w.Stranger().Post("/login/code", "ticket", ticket, "code", spare), 422, "That code is wrong")
	wants(t, "the settings", ann.Get("/account/security"), 200, "9 recovery codes are left")
}

func TestSomebodyWhoIsInactiveEverywhereIsToldSoOnlyAfterThePassword(t *testing.T) {
	w := world(t, "")
	ann := w.Person(w.Acme, "ann@acme.example", "Ann", "Arbor", "owner")
	bob := w.Person(w.Acme, "bob@acme.example", "Bob", "Burr", w.Product.Roles.Default)
	if _, err := w.Directory.Deactivate(t.Context(), w.Acme.ID, bob.Member.ID, bob.Member.Version, w.Operator); err != nil {
		t.Fatal(err)
	}
	wants(t, "the right password", signIn(w.Stranger(), "bob@acme.example", consoletest.Password), 403, "not active anywhere")
	wants(t, "a wrong one", signIn(w.Stranger(), "bob@acme.example", "wrong"), 401, "is wrong")
	leads(t, "the session of before", bob.Get("/account"), "/login?to=%2Faccount")
	wants(t, "somebody else", ann.Get("/account"), 200)
}

func TestWithoutPasswordsThePageOffersWhatThereIs(t *testing.T) {
	w := world(t, "name: Keys\nsign_in: {password: false}\n")
	a := w.Stranger().Get("/login")
	wants(t, "the form", a, 200, `action="/login/passkey"`)
	if strings.Contains(a.Body, `name="password"`) {
		t.Error("a password is asked for")
	}
	wants(t, "a password", signIn(w.Stranger(), "ann@acme.example", "wrong"), 403, "switched off")
	wants(t, "a reset", w.Stranger().Get("/reset"), 404)
	v := w.Stranger()
	leads(t, "joining", v.Post(invited(w, w.Acme, "ann@acme.example"), "name", "Ann"), "/account/security")
	wants(t, "the settings", v.Get("/account/security"), 200, "Add a passkey now", `data-passkey="create"`)

	none := world(t, "name: None\nsign_in: {password: false, passkey: false}\n")
	wants(t, "with neither", none.Stranger().Get("/login"), 200, "ask your administrator")
}

func TestAPasskeysAnswerThatIsNoneIsRefused(t *testing.T) {
	w := world(t, "")
	ann := w.Person(w.Acme, "ann@acme.example", "Ann", "Arbor", "owner")
	a := w.Stranger().Post("/login/passkey/options")
	if a.Status != 200 || a.Header.Get("Content-Type") != "application/json" || !strings.Contains(a.Body, `"challenge"`) {
		t.Errorf("the options: %d %s", a.Status, a.Body)
	}
	wants(t, "an answer to nothing", w.Stranger().Post("/login/passkey", "ticket", "x", "answer", "{}"), 401, "begin again", `name="password"`)
	wants(t, "one to add", ann.Post("/account/passkeys", "ticket", "x", "answer", "{}"), 401, "begin again")
	wants(t, "one to remove", ann.Post("/account/passkeys/remove", "id", "x"), 404)
	set(w, true, strings.Replace(w.BaseURL, "localhost", "127.0.0.1", 1), account.Config{})
	wants(t, "at an address without a name", w.Stranger().Post("/login/passkey/options"), 403, "switched off")
	if strings.Contains(w.Stranger().Get("/login").Body, "passkey") {
		t.Error("the page offers what does not work")
	}
}

// paths gives each route's method and a path that it serves.
func paths() (out [][2]string) {
	fill := strings.NewReplacer("{$}", "", "{word}", "x", "{session}", "ses_x", "{token}", "tok_x")
	for _, r := range hosted.Section().Routes {
		method, path, _ := strings.Cut(r.Pattern, " ")
		out = append(out, [2]string{method, fill.Replace(path)})
	}
	return out
}

func TestAFormOfAnotherSiteDoesNothing(t *testing.T) {
	w := world(t, "")
	ann := w.Person(w.Acme, "ann@acme.example", "Ann", "Arbor", "owner")
	for _, p := range paths() {
		if p[0] == http.MethodPost {
			wants(t, p[1], ann.Forged(p[1]), 403, "another site")
		}
	}
	wants(t, "the session", ann.Get("/account"), 200)
}

func TestThePersonalSettingsNeedASession(t *testing.T) {
	w := world(t, "")
	for i, r := range hosted.Section().Routes {
		p := paths()[i]
		if r.Gate != frame.SignedIn {
			continue
		}
		a := w.Stranger().Post(p[1])
		if p[0] == http.MethodGet {
			a = w.Stranger().Get(p[1])
		}
		if a.Status != http.StatusSeeOther || !strings.HasPrefix(a.Location, "/login") {
			t.Errorf("%s %s: %d %s", p[0], p[1], a.Status, a.Location)
		}
	}
}
