package signon_test

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/edge/console/hosted"
	"github.com/anteroom-id/anteroom/internal/edge/console/people"
	"github.com/anteroom-id/anteroom/internal/edge/console/providertest"
	"github.com/anteroom-id/anteroom/internal/edge/console/signon"
	"github.com/anteroom-id/anteroom/internal/edge/samlsp"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/store"
	"github.com/anteroom-id/anteroom/lab/idp"
)

var ticket = regexp.MustCompile(`name="ticket" value="([^"]*)"`)

func TestALinkToAnotherWorkspaceReplacesNobodysSessionUnlessTheySaySo(t *testing.T) {
	w := world(t, nil)
	p := providertest.SAML(w, w.Globex, idp.Config{Flavour: idp.Entra}, func(o *identity.SignOn) { o.JustInTime = "on" })
	eve := p.Hire("Eve", "Evil", "eve@globex.example")
	ann := w.Person(w.Acme, "ann@acme.example", "Ann", "Arbor", "admin")
	asked := func() string {
		t.Helper()
		a := p.Comes(ann, eve)
		wants(t, "the question", a, 200, "You are signed in as", "ann@acme.example", "eve@globex.example")
		wants(t, "the session of before", ann.Get("/w/acme/members"), 200)
		found := ticket.FindStringSubmatch(a.Body)
		if found == nil {
			t.Fatal("there is no ticket")
		}
		return found[1]
	}
	stay := asked()
	leads(t, "to stay", ann.Post("/login/arrive", "ticket", stay, "stay", "1"), "/")
	wants(t, "who stayed", ann.Get("/w/acme/members"), 200)
	chosen := asked()
	bob := w.Person(w.Acme, "bob@acme.example", "Bob", "Burr", "admin")
	wants(t, "somebody else's ticket", bob.Post("/login/arrive", "ticket", chosen, "go", "1"), 200, "You are signed in as", "bob@acme.example")
	wants(t, "another site's form", ann.Forged("/login/arrive"), 403)
	leads(t, "to go on", ann.Post("/login/arrive", "ticket", chosen, "go", "1"), "/account")
	wants(t, "the workspace of before", ann.Get("/w/acme/members"), 404)
	if a := ann.Post("/login/arrive", "ticket", chosen, "go", "1"); a.Status != 401 && a.Status != 303 {
		t.Errorf("the ticket once more: %d", a.Status)
	}
	if a := w.Stranger().Post("/login/arrive", "ticket", chosen, "go", "1"); a.Status == 303 && a.Location == "/account" {
		t.Error("the ticket counts twice")
	}
	leads(t, "the same person again", p.Comes(ann, eve), "/account") // nothing is asked
	leads(t, "somebody who is nobody yet", p.Comes(w.Stranger(), eve), "/account")
	wants(t, "no ticket", w.Stranger().Get("/login/arrive"), 303)
}

// Over TLS the session's cookie stays at home when another site's form comes.
func TestAFormThatComesWithoutTheSessionsCookieReplacesNoSessionEither(t *testing.T) {
	w := world(t, nil)
	p := providertest.SAML(w, w.Globex, idp.Config{Flavour: idp.Entra}, func(o *identity.SignOn) { o.JustInTime = "on" })
	eve := p.Hire("Eve", "Evil", "eve@globex.example")
	conf := w.Config
	conf.BaseURL = "https://id.example"
	app, err := frame.New(conf, hosted.Section(), signon.Section(), samlsp.Section(), people.Section())
	must(t, err)
	t.Cleanup(app.Close)
	ann := w.Person(w.Acme, "ann@acme.example", "Ann", "Arbor", "admin")
	at, err := url.Parse(w.BaseURL)
	must(t, err)
	session := "__Host-session=" + ann.Client.Jar.Cookies(at)[0].Value
	call := func(method, path string, form url.Values, cookies ...string) *http.Response {
		r := httptest.NewRequestWithContext(t.Context(), method, "https://id.example"+path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Cookie", strings.Join(cookies, "; "))
		rec := httptest.NewRecorder()
		app.ServeHTTP(rec, r)
		return rec.Result()
	}
	given := func(r *http.Response, name string) string {
		for _, c := range r.Cookies() {
			if c.Name == "__Host-"+name && c.Value != "" {
				return c.Name + "=" + c.Value
			}
		}
		return ""
	}
	for what, c := range map[string]struct {
		cookies []string
		status  int
	}{"somebody else": {[]string{session}, 200}, "nobody": {nil, 303}} {
		sent := call("GET", "/sso/globex", nil)
		post, err := p.Answer(sent.Header.Get("Location"), eve)
		must(t, err)
		came := call("POST", "/saml/globex/acs", post.Form, given(sent, "browser"))
		if came.StatusCode != 303 || came.Header.Get("Location") != "/login/arrive" || given(came, "session") != "" {
			t.Fatalf("%s: %d %s", what, came.StatusCode, came.Header.Get("Location"))
		}
		a := call("GET", "/login/arrive", nil, append(c.cookies, given(came, "arrival"))...)
		if a.StatusCode != c.status || (given(a, "session") != "") != (c.status == 303) {
			t.Errorf("%s: %d, a session: %q", what, a.StatusCode, given(a, "session"))
		}
	}
	wants(t, "the session of before", ann.Get("/w/acme/members"), 200)
}

func TestStrangersLearnNoWorkspacesNameFromARefusal(t *testing.T) {
	w := world(t, nil)
	providertest.SAML(w, w.Acme, idp.Config{Flavour: idp.Entra}, nil)
	ann := w.Person(w.Acme, "ann@acme.example", "Ann", "Arbor", "admin")
	w.Rename(w.Acme, "acme-of-now")
	junk := base64.StdEncoding.EncodeToString([]byte(`<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_a" Version="2.0"></samlp:Response>`))
	a := w.Stranger().Post("/saml/acme/acs", "SAMLResponse", junk)
	wants(t, "junk", a, 403, `<output class="code"`)
	lacks(t, "junk", a, w.Acme.Name, "acme-of-now")
	wants(t, "junk of a member", ann.Post("/saml/acme/acs", "SAMLResponse", junk), 403, w.Acme.Name)
	off := false
	must(t, w.Directory.SetEntitlement(t.Context(), w.Acme.ID, product.FeatureSSO, &off, w.Operator))
	b := w.Stranger().Get("/sso/acme")
	wants(t, "a plan without it", b, 403, `<output class="code"`)
	lacks(t, "a plan without it", b, w.Acme.Name, "acme-of-now")
	locked, nobody := w.Stranger().Get("/saml/acme/metadata"), w.Stranger().Get("/saml/nobody/metadata")
	wants(t, "metadata where the plan has no single sign-on", locked, 404)
	without := w.Stranger().Get("/saml/globex/metadata")
	wants(t, "metadata of a workspace without SAML", without, 404)
	if x, y := steady(nobody.Body, "nobody"), steady(without.Body, "globex"); x != y {
		t.Errorf("it is told apart: %s\n%s", text(x), text(y))
	}
}

func TestASessionOfOneWorkspaceSeesNoPasskeysOfThePerson(t *testing.T) {
	w := world(t, nil)
	p := providertest.SAML(w, w.Acme, idp.Config{Flavour: idp.Entra}, func(o *identity.SignOn) { o.JustInTime = "on" })
	v := w.Stranger()
	leads(t, "Ann", p.Comes(v, p.Hire("Ann", "Arbor", "ann@acme.example")), "/account")
	m, _, err := w.Store.Read(w.Acme.ID).MemberByAddress(t.Context(), "ann@acme.example")
	must(t, err)
	person, _, err := w.Store.Read(w.Acme.ID).PersonOf(t.Context(), m.ID)
	must(t, err)
	must(t, w.Store.Write(t.Context(), "", func(tx *store.Tx) error {
		_, err := tx.InsertPasskey(t.Context(), &identity.Passkey{ID: "a2V5", Person: person, Name: "yellow key", Credential: []byte("{}"), Created: w.Store.Now()})
		return err
	}))
	a := v.Get("/account/security")
	wants(t, "the page", a, 200)
	lacks(t, "the page", a, "yellow key")
}
