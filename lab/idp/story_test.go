package idp_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/lab"
	"github.com/anteroom-id/anteroom/lab/idp"
	"github.com/anteroom-id/anteroom/lab/idp/markup"
)

const entityID = "https://sp.example/saml"

func decoded(t *testing.T, post idp.Post) *markup.Element {
	t.Helper()
	text, err := idp.Decode(post.Form.Get("SAMLResponse"))
	if err != nil {
		t.Fatal(err)
	}
	e, err := markup.Read(text)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// redirected packs a request as the redirect binding does.
func redirected(t *testing.T, to, text, relayState string) string {
	t.Helper()
	packed, err := idp.Deflate(text)
	if err != nil {
		t.Fatal(err)
	}
	return to + "?" + url.Values{"SAMLRequest": {packed}, "RelayState": {relayState}}.Encode()
}

func TestAResponseAnswersTheRequestAndSaysWhoSignedIn(t *testing.T) {
	p := start(t, idp.Config{Flavour: idp.Entra})
	one := p.Directory().People()[0]
	ask := `<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r1" Version="2.0" Destination="` + p.SSOURL() + `"><saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">` + entityID + `</saml:Issuer></samlp:AuthnRequest>`
	post, err := p.Answer(redirected(t, p.SSOURL(), ask, "deep"), one.ObjectID)
	if err != nil {
		t.Fatal(err)
	}
	e := decoded(t, post)
	if e.Get("InResponseTo") != "_r1" || e.Find("NameID").Text != one.UserPrincipalName || post.Form.Get("RelayState") != "deep" || post.URL != "https://sp.example/acs" {
		t.Errorf("the response to %s: %s", post.URL, e)
	}
	if !strings.Contains(e.String(), one.ObjectID) {
		t.Error("the object id is not among the claims")
	}
	foreign := strings.Replace(ask, entityID, "https://unknown.example", 1)
	if _, err := p.Answer(redirected(t, p.SSOURL(), foreign, ""), one.ObjectID); err == nil || !strings.Contains(err.Error(), "AADSTS700016") {
		t.Errorf("a service provider that nobody set up: %v", err)
	}
}

func TestWhoIsNotAssignedOrDisabledStaysAtTheProvider(t *testing.T) {
	dir := lab.NewDirectory(3)
	id, err := dir.AddPerson(lab.Person{UserPrincipalName: "ann@acme.example"})
	if err != nil {
		t.Fatal(err)
	}
	p := start(t, idp.Config{Flavour: idp.Entra, Directory: dir})
	if _, err := p.Unasked(id, entityID); err == nil || !strings.Contains(err.Error(), "AADSTS50105") {
		t.Errorf("not assigned: %v", err)
	}
	group, err := dir.NewGroup("Team", id)
	if err != nil {
		t.Fatal(err)
	}
	if err := dir.AssignGroup(group); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Unasked(id, entityID); err != nil {
		t.Errorf("assigned by a group: %v", err)
	}
	if err := dir.Disable(id); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Unasked(id, entityID); err == nil || !strings.Contains(err.Error(), "AADSTS50057") {
		t.Errorf("disabled: %v", err)
	}
}

func TestTheNextKeyIsPublishedBeforeItSigns(t *testing.T) {
	p := start(t, idp.Config{})
	next, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	signedBy := func() string {
		post, err := p.Unasked(someone(t, p), entityID)
		if err != nil {
			t.Fatal(err)
		}
		return decoded(t, post).Find("X509Certificate").Text
	}
	old := signedBy()
	if err := p.PublishKey(next); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(p.Metadata(), "<X509Certificate"); n != 2 || signedBy() != old {
		t.Errorf("after publishing: %d certificates, signed by the old one: %v", n, signedBy() == old)
	}
	p.RollKey()
	fresh := base64.StdEncoding.EncodeToString(p.Certificates()[0].Raw)
	if signedBy() != fresh || fresh == old || !strings.Contains(p.Metadata(), old) {
		t.Error("after rolling the new key signs, and the old one is still published")
	}
	p.DropKeys()
	if strings.Contains(p.Metadata(), old) {
		t.Error("the old key is still published")
	}
}

func TestALogoutIsAnsweredSigned(t *testing.T) {
	p := start(t, idp.Config{})
	ask := `<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_l1" Version="2.0"><saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">` + entityID + `</saml:Issuer></samlp:LogoutRequest>`
	u, err := url.Parse(redirected(t, p.SLOURL(), ask, "r"))
	if err != nil {
		t.Fatal(err)
	}
	to, err := p.AnswerLogout(u.Query(), u.RawQuery, true)
	if err != nil || !strings.HasPrefix(to, "https://sp.example/slo?SAMLResponse=") {
		t.Fatalf("%s %v", to, err)
	}
	_, query, _ := strings.Cut(to, "?")
	signed, signature, _ := strings.Cut(query, "&Signature=")
	text, err := url.QueryUnescape(signature)
	if err != nil {
		t.Fatal(err)
	}
	sig, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	sum := crypto.SHA256.New()
	sum.Write([]byte(signed))
	if err := rsa.VerifyPKCS1v15(p.Certificates()[0].PublicKey.(*rsa.PublicKey), crypto.SHA256, sum.Sum(nil), sig); err != nil {
		t.Error(err)
	}
}

func TestACodeNeedsTheVerifierOfItsChallenge(t *testing.T) {
	p := start(t, idp.Config{Flavour: idp.Okta})
	p.AddClient(idp.Client{ID: "public", Public: true, RedirectURIs: []string{"https://rp.example/app"}})
	ask := url.Values{"client_id": {"public"}, "redirect_uri": {"https://rp.example/app"}, "response_type": {"code"}, "scope": {"openid"}, "state": {"s"}}
	at := p.Base() + "/oauth2/v1/"
	if _, err := p.Authorize(at+"authorize?"+ask.Encode(), someone(t, p)); err == nil || !strings.Contains(err.Error(), "proof key") {
		t.Errorf("a public client without a challenge: %v", err)
	}
	for verifier, want := range map[string]int{"right": http.StatusOK, "wrong": http.StatusBadRequest} {
		sum := crypto.SHA256.New()
		sum.Write([]byte("right"))
		ask.Set("code_challenge", base64.RawURLEncoding.EncodeToString(sum.Sum(nil)))
		ask.Set("code_challenge_method", "S256")
		back, err := p.Authorize(at+"authorize?"+ask.Encode(), someone(t, p))
		if err != nil {
			t.Fatal(err)
		}
		u, _ := url.Parse(back)
		res, err := http.PostForm(at+"token", url.Values{
			"grant_type": {"authorization_code"}, "client_id": {"public"}, "code": u.Query()["code"], "redirect_uri": {"https://rp.example/app"}, "code_verifier": {verifier},
		})
		if err != nil {
			t.Fatal(err)
		}
		if res.StatusCode != want {
			t.Errorf("verifier %s: %d, want %d", verifier, res.StatusCode, want)
		}
	}
}

func TestSigningOutTellsTheApplicationsByTheBackChannel(t *testing.T) {
	told := make(chan string, 1)
	rp := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { told <- r.PostFormValue("logout_token") }))
	defer rp.Close()
	p := start(t, idp.Config{})
	p.AddClient(idp.Client{ID: "app", Secret: "hush", RedirectURIs: []string{rp.URL + "/web"}, LogoutURI: rp.URL + "/logout"})
	b := &browser{t: t, cookies: map[string]string{}}
	page := b.get(p.Base() + "/authorize?" + url.Values{"client_id": {"app"}, "redirect_uri": {rp.URL + "/web"}, "response_type": {"code"}, "scope": {"openid"}}.Encode())
	if to := b.post(p.Base()+"/be", url.Values{"person": {someone(t, p)}, "errand": {between(page, `name="errand" value="`, `"`)}}); !strings.HasPrefix(to, rp.URL+"/web?code=") {
		t.Fatalf("signing in leads to %s", to)
	}
	b.get(p.Base() + "/logout?client_id=app")
	select {
	case token := <-told:
		if strings.Count(token, ".") != 2 {
			t.Errorf("a logout token of %q", token)
		}
	case <-time.After(10 * time.Second):
		t.Error("nobody was told")
	}
}
