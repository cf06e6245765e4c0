package idp_test

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/anteroom-id/anteroom/lab/idp"
)

// key is the one that all providers of these tests begin with: it takes long to
// make.
var key = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

func start(t *testing.T, c idp.Config) *idp.Provider {
	t.Helper()
	one, err := key()
	if err != nil {
		t.Fatal(err)
	}
	c.Keys = []*rsa.PrivateKey{one}
	p, err := idp.Start(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	p.AddSAML(idp.SP{EntityID: "https://sp.example/saml", ACS: "https://sp.example/acs", SLO: "https://sp.example/slo"})
	p.AddClient(idp.Client{ID: "app", Secret: "hush", RedirectURIs: []string{"https://rp.example/web"}})
	return p
}

func someone(t *testing.T, p *idp.Provider) string {
	t.Helper()
	return p.Directory().People()[0].ObjectID
}

// xmlsec checks every signature of a message with the provider's certificate.
func xmlsec(t *testing.T, p *idp.Provider, message, element string) {
	t.Helper()
	dir := t.TempDir()
	file, cert := filepath.Join(dir, "m.xml"), filepath.Join(dir, "cert.der")
	if err := os.WriteFile(file, []byte(message), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(cert, p.Certificates()[0].Raw, 0o600); err != nil {
		t.Fatal(err)
	}
	path := "//*[local-name()='" + element + "']/*[local-name()='Signature']"
	out, err := exec.Command("xmlsec1", "--verify", "--pubkey-cert-der", cert, "--id-attr:ID", "urn:oasis:names:tc:SAML:2.0:assertion:Assertion",
		"--id-attr:ID", "urn:oasis:names:tc:SAML:2.0:protocol:Response", "--node-xpath", path, file).CombinedOutput()
	if err != nil {
		t.Errorf("xmlsec1 on %s: %v\n%s", element, err, out)
	}
}

func TestXMLSecTakesWhatTheProvidersSign(t *testing.T) {
	for _, f := range []idp.Flavour{idp.Entra, idp.Okta, idp.Generic} {
		p := start(t, idp.Config{Flavour: f})
		post, err := p.Unasked(someone(t, p), "https://sp.example/saml")
		if err != nil {
			t.Fatal(err)
		}
		message, err := base64.StdEncoding.DecodeString(post.Form.Get("SAMLResponse"))
		if err != nil {
			t.Fatal(err)
		}
		xmlsec(t, p, string(message), "Assertion")
		if f != idp.Entra {
			xmlsec(t, p, string(message), "Response")
		}
	}
}

func TestACodeIsExchangedOnceAndItsKeyIsPublished(t *testing.T) {
	for _, f := range []idp.Flavour{idp.Entra, idp.Okta, idp.Generic} {
		p := start(t, idp.Config{Flavour: f})
		var found map[string]any
		get(t, p.Issuer()+"/.well-known/openid-configuration", &found)
		if found["issuer"] != p.Issuer() {
			t.Errorf("%s: issuer %v, want %s", f, found["issuer"], p.Issuer())
		}
		back, err := p.Authorize(found["authorization_endpoint"].(string)+"?"+url.Values{
			"client_id": {"app"}, "redirect_uri": {"https://rp.example/web"}, "response_type": {"code"}, "scope": {"openid"}, "state": {"s"}, "nonce": {"n"},
		}.Encode(), someone(t, p))
		if err != nil {
			t.Fatal(err)
		}
		u, _ := url.Parse(back)
		form := url.Values{"grant_type": {"authorization_code"}, "code": u.Query()["code"], "redirect_uri": {"https://rp.example/web"}, "client_id": {"app"}, "client_secret": {"hush"}}
		for i, want := range []int{http.StatusOK, http.StatusBadRequest} {
			res, err := http.PostForm(found["token_endpoint"].(string), form)
			if err != nil {
				t.Fatal(err)
			}
			body, _ := io.ReadAll(res.Body)
			if res.StatusCode != want {
				t.Errorf("%s: exchange %d: %d %s", f, i+1, res.StatusCode, body)
			}
		}
	}
}

func get(t *testing.T, at string, v any) {
	t.Helper()
	res, err := http.Get(at)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(v); err != nil {
		t.Fatal(err)
	}
}

func TestABrowserChoosesSomebodyAndIsRememberedUntilItSignsOut(t *testing.T) {
	p := start(t, idp.Config{Flavour: idp.Entra})
	b := &browser{t: t, cookies: map[string]string{}}
	page := b.get(p.LaunchURL("https://sp.example/saml"))
	if !strings.Contains(page, `name="person"`) {
		t.Fatalf("no list of people: %s", page)
	}
	page = b.post(p.Base()+"/be", url.Values{"person": {someone(t, p)}, "errand": {between(page, `name="errand" value="`, `"`)}})
	if !strings.Contains(page, `action="https://sp.example/acs"`) || !strings.Contains(page, "SAMLResponse") {
		t.Fatalf("no response to post: %s", page)
	}
	if page = b.get(p.LaunchURL("https://sp.example/saml")); !strings.Contains(page, "SAMLResponse") {
		t.Errorf("asked again: %s", page)
	}
	if to := b.post(p.Base()+"/signout", nil); !strings.HasPrefix(to, "https://sp.example/slo?SAMLRequest=") {
		t.Errorf("signing out led to %s", to)
	}
}

// browser keeps cookies and does not follow what leads away: it answers with the
// address.
type browser struct {
	t       *testing.T
	cookies map[string]string
}

func (b *browser) get(at string) string {
	req, err := http.NewRequest(http.MethodGet, at, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	return b.do(req)
}

func (b *browser) post(at string, form url.Values) string {
	req, err := http.NewRequest(http.MethodPost, at, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.do(req)
}

func (b *browser) do(req *http.Request) string {
	b.t.Helper()
	for k, v := range b.cookies {
		req.AddCookie(&http.Cookie{Name: k, Value: v})
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	for _, c := range res.Cookies() {
		b.cookies[c.Name] = c.Value
	}
	if to := res.Header.Get("Location"); to != "" {
		return to
	}
	body, _ := io.ReadAll(res.Body)
	return string(body)
}

func between(s, from, to string) string {
	_, s, _ = strings.Cut(s, from)
	s, _, _ = strings.Cut(s, to)
	return s
}
