package connect_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"math/big"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/anteroom-id/anteroom/internal/edge/console/consoletest"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/web/browsertest"
)

// provider is an identity provider as far as it publishes: metadata at /metadata,
// and an OpenID configuration.
type provider struct {
	*httptest.Server
	certificates []string // base64 of DER
}

const theirIssuer = "https://idp.example/entity"

func publishing(t *testing.T, n int) *provider {
	t.Helper()
	p := &provider{}
	for i := range n {
		p.certificates = append(p.certificates, certificateOf(t, fmt.Sprintf("signing %d", i+1)))
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /metadata", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(p.metadata())) })
	mux.HandleFunc("GET /page", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("<!doctype html><html><body>Sign in</body></html>"))
	})
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprintf(w, `{"issuer":%[1]q,"authorization_endpoint":"%[1]s/authorize","token_endpoint":"%[1]s/token","jwks_uri":"%[1]s/keys","response_types_supported":["code"],"subject_types_supported":["public"],"id_token_signing_alg_values_supported":["RS256"]}`, p.URL)
	})
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	return p
}

func (p *provider) metadata() string {
	keys := ""
	for _, c := range p.certificates {
		keys += `<KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>` + c + `</X509Certificate></X509Data></KeyInfo></KeyDescriptor>`
	}
	return `<EntityDescriptor entityID="` + theirIssuer + `" xmlns="urn:oasis:names:tc:SAML:2.0:metadata"><IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">` + keys +
		`<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example/sso"/></IDPSSODescriptor></EntityDescriptor>`
}

func certificateOf(t *testing.T, name string) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(3, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(der)
}

func (s *story) signOn() identity.SignOn {
	s.T.Helper()
	d, err := s.SignIn.SignOn(s.T.Context(), s.Acme.ID, s.newest(s.Acme).ID)
	if err != nil {
		s.T.Fatal(err)
	}
	return d
}

// upload sends a form with a file, as a browser does.
func upload(v *consoletest.Visitor, path, file string, fields ...string) consoletest.Answer {
	v.T.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for i := 0; i+1 < len(fields); i += 2 {
		_ = w.WriteField(fields[i], fields[i+1])
	}
	part, err := w.CreateFormFile("file", "metadata.xml")
	if err != nil {
		v.T.Fatal(err)
	}
	_, _ = part.Write([]byte(file))
	_ = w.Close()
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, v.BaseURL+path, &body)
	if err != nil {
		v.T.Fatal(err)
	}
	r.Header.Set("Content-Type", w.FormDataContentType())
	res, err := v.Client.Do(r)
	if err != nil {
		v.T.Fatal(err)
	}
	defer res.Body.Close()
	var answer bytes.Buffer
	_, _ = answer.ReadFrom(res.Body)
	return consoletest.Answer{Status: res.StatusCode, Location: res.Header.Get("Location"), Body: answer.String(), Header: res.Header}
}

var field = regexp.MustCompile(`<input id="([a-z_-]+)"[^>]*value="([^"]*)"`)

// fields are the values of a page's fields, those to copy too.
func fields(a consoletest.Answer) map[string]string {
	out := map[string]string{}
	for _, m := range field.FindAllStringSubmatch(a.Body, -1) {
		out[m[1]] = strings.ReplaceAll(m[2], "&amp;", "&")
	}
	return out
}

func TestT06_W14_W16_OurValuesStandThereBeforeTheirsExist(t *testing.T) {
	s := tell(t, "trackingtime")
	at := s.add("entra")
	a := s.ada.Get(at + "/saml")
	says(t, a, "Identifier (Entity ID)", "Reply URL (Assertion Consumer Service URL)", "App Federation Metadata Url", "Metadata", "Get Metadata", "Switched off")
	got := fields(a)
	if got["entity-id"] != "https://pro.trackingtime.co" || got["acs"] != s.BaseURL+"/saml/acme/acs" || got["sp-metadata"] != s.BaseURL+"/saml/acme/metadata" {
		t.Errorf("%v", got)
	}
	if a := s.grace.Post("/w/globex/settings/sso/connections", "kind", "entra"); a.Status != http.StatusSeeOther {
		t.Fatal(a.Status)
	}
	other := fields(s.grace.Get("/w/globex/settings/sso/connections/" + string(s.newest(s.Globex).ID) + "/saml"))
	if other["entity-id"] != got["entity-id"] || other["acs"] != s.BaseURL+"/saml/globex/acs" {
		t.Errorf("Globex: %v", other)
	}
	if d := s.signOn(); d.Version != 0 {
		t.Errorf("looking has saved something: %+v", d)
	}

	s = tell(t, "") // each workspace has its own entity id
	got = fields(s.ada.Get(s.add("okta") + "/saml"))
	if got["entity-id"] != s.BaseURL+"/saml/"+string(s.Acme.ID) {
		t.Errorf("%v", got)
	}

	s = tell(t, "webwork") // the draft of a single connector stands on the page itself
	a = s.ada.Get(page)
	says(t, a, "Audience URI (SP Entity ID)", "Single sign-on URL", "IDP metadata URL", "SCIM Base URL")
	if got := fields(a); got["acs"] != s.BaseURL+"/saml/acme/acs" || got["entity-id"] == "" || got["metadata_url"] != "" {
		t.Errorf("%v", got)
	}
}

func TestT07_GetMetadataFillsEveryFieldInForReviewAndSavesNothing(t *testing.T) {
	s, idp := tell(t, "trackingtime"), publishing(t, 2)
	at := s.add("entra")
	a := s.ada.Post(at+"/saml/metadata", "signon", "0", "metadata_url", idp.URL+"/metadata", "context", "urn:kept")
	says(t, a, "not saved yet", "CN=signing 1", "CN=signing 2", "ends in 1095 days")
	got := fields(a)
	if got["entity_id"] != theirIssuer || got["sso_url"] != "https://idp.example/sso" || got["metadata_url"] != idp.URL+"/metadata" || got["context"] != "urn:kept" {
		t.Errorf("%v", got)
	}
	if d := s.signOn(); d.Version != 0 {
		t.Errorf("something was saved: %+v", d)
	}
	for what, url := range map[string]string{"a web page": idp.URL + "/page", "nothing there": idp.URL + "/none", "the inside": "http://10.0.0.1/metadata", "no address": ""} {
		a := s.ada.Post(at+"/saml/metadata", "signon", "0", "metadata_url", url, "sso_url", "https://typed.example/sso")
		answers(t, what, a, http.StatusUnprocessableEntity)
		if got := fields(a); got["metadata_url"] != url || got["sso_url"] != "https://typed.example/sso" || !strings.Contains(a.Body, `id="metadata_url-hint"><span class="error">`) {
			t.Errorf("%s: %v", what, got)
		}
	}
	answers(t, "saved", s.ada.Post(at+"/saml", "signon", "0", "came", idp.URL+"/metadata", "metadata_url", idp.URL+"/metadata", "entity_id", theirIssuer, "sso_url", "https://idp.example/sso",
		"certificate", idp.certificates[0], "certificate", idp.certificates[1], "enabled", "on"), http.StatusSeeOther)
	d := s.signOn()
	if !d.Enabled || d.Protocol != identity.SAML || len(d.SAML.Certificates) != 2 || d.SAML.EntityID != theirIssuer || d.SAML.MetadataURL != idp.URL+"/metadata" || d.SAML.Fetched.IsZero() || d.SAML.Slug != "acme" {
		t.Errorf("%+v", d)
	}
	says(t, s.ada.Get(at+"/saml"), "Members can sign in through Azure Active Directory now.", "Switched on. No administrator has signed in through it")
	answers(t, "one certificate fewer", s.ada.Post(at+"/saml", "signon", "1", "certificate", idp.certificates[1], "enabled", "on"), http.StatusSeeOther)
	if d := s.signOn(); len(d.SAML.Certificates) != 1 || d.SAML.EntityID != theirIssuer {
		t.Errorf("%+v", d.SAML)
	}
}

func TestT07_W13_TheAddressIsPastedOnThePageItselfAndSaved(t *testing.T) {
	s, idp := tell(t, "webwork"), publishing(t, 1)
	c := s.newest(s.Acme)
	form := []string{"version:" + string(c.ID), "1", "single", string(c.ID), "signon", "0", "metadata_url", idp.URL + "/metadata", "slug", "acme", "version", "2"}
	a := s.ada.Post(page+"/connections/"+string(c.ID)+"/saml/metadata", append(form, "from", "home")...)
	says(t, a, "not saved yet", "CN=signing 1")
	if s.signOn().Version != 0 {
		t.Error("it was saved")
	}
	bad := append([]string{}, form...)
	bad[7] = idp.URL + "/page"
	a = s.ada.Post(page, bad...)
	answers(t, "a web page", a, http.StatusUnprocessableEntity)
	if fields(a)["metadata_url"] != idp.URL+"/page" {
		t.Error("what was typed is lost")
	}
	answers(t, "saved", s.ada.Post(page, append(form, "enabled", "on")...), http.StatusSeeOther)
	d := s.signOn()
	if !d.Enabled || d.SAML.EntityID != theirIssuer || d.SAML.SSOURL != "https://idp.example/sso" || len(d.SAML.Certificates) != 1 {
		t.Errorf("%+v", d)
	}
	a = s.ada.Get(page)
	says(t, a, theirIssuer, "CN=signing 1", "Sign-in On")
	d.SAML.MetadataURL = ""
	answers(t, "somebody else saved", s.ada.Post(page, form...), http.StatusConflict)
}

func TestT07_TheOnlyConnectorIsSetUpOnThePageOfAll(t *testing.T) {
	s, idp := tell(t, "trackingtime"), publishing(t, 1)
	lacks(t, s.ada.Get(page), "Get Metadata")
	s.add("entra")
	id := string(s.newest(s.Acme).ID)
	a := s.ada.Get(page)
	says(t, a, "Sign-in through Azure Active Directory", "Identifier (Entity ID)", "Get Metadata", "Azure Active Directory: App Federation Metadata Url")
	answers(t, "saved as it is", s.ada.Post(page, "single", id, "signon", "0", "metadata_url", "", "slug", "acme", "version", "2"), http.StatusSeeOther)
	if d := s.signOn(); d.Version != 0 {
		t.Errorf("something of it was saved: %+v", d)
	}
	form := []string{"single", id, "signon", "0", "metadata_url", idp.URL + "/metadata", "slug", "acme-inc", "version", "2"}
	says(t, s.ada.Post(page+"/connections/"+id+"/saml/metadata", append(form, "from", "home")...), "not saved yet", "CN=signing 1", "/saml/acme/acs")
	answers(t, "saved with the other edits of the page", s.ada.Post("/w/acme-inc/settings/sso", "single", id, "signon", "0", "metadata_url", idp.URL+"/metadata", "slug", "acme-inc", "version", "3"), http.StatusSeeOther)
	if d := s.signOn(); d.SAML.EntityID != theirIssuer || d.Enabled {
		t.Errorf("%+v", d)
	}
	s.ada.Post("/w/acme-inc/settings/sso/connections", "kind", "okta")
	lacks(t, s.ada.Get("/w/acme-inc/settings/sso"), "Get Metadata")
}

func TestMetadataCanBeUploadedOrTypedByHand(t *testing.T) {
	s, idp := tell(t, "trackingtime"), publishing(t, 1)
	at := s.add("google")
	a := upload(s.ada, at+"/saml/upload", idp.metadata(), "signon", "0", "metadata_url", "", "sso_post_url", "https://typed.example/post")
	says(t, a, "came from the file", "CN=signing 1")
	if got := fields(a); got["entity_id"] != theirIssuer || got["metadata_url"] != "" {
		t.Errorf("%v", got)
	}
	answers(t, "a file that is none", upload(s.ada, at+"/saml/upload", "<html>", "signon", "0"), http.StatusUnprocessableEntity)
	answers(t, "no file", s.ada.Post(at+"/saml/upload", "signon", "0"), http.StatusUnprocessableEntity)
	a = s.ada.Post(at+"/saml", "signon", "0", "entity_id", "urn:by-hand", "sso_url", "https://idp.example/sso", "certificates", "not one")
	answers(t, "a certificate that is none", a, http.StatusUnprocessableEntity)
	if !strings.Contains(a.Body, ">not one</textarea>") || fields(a)["entity_id"] != "urn:by-hand" || !strings.Contains(a.Body, "M60") {
		t.Errorf("%s", text(a.Body))
	}
	der, _ := base64.StdEncoding.DecodeString(idp.certificates[0])
	typed := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	answers(t, "a draft", upload(s.ada, at+"/saml", "", "signon", "0", "entity_id", "urn:by-hand"), http.StatusSeeOther)
	answers(t, "switched on too early", s.ada.Post(at+"/saml", "signon", "1", "enabled", "on"), http.StatusUnprocessableEntity)
	answers(t, "stale", s.ada.Post(at+"/saml", "signon", "0", "entity_id", "urn:lost"), http.StatusConflict)
	answers(t, "whole", s.ada.Post(at+"/saml", "signon", "1", "sso_url", "https://idp.example/sso", "certificates", typed, "enabled", "on", "more", "1", "force_authn", "on",
		"sha1_until", "2027-01-31", "attribute.email", "mailAddress", "just_in_time", "off"), http.StatusSeeOther)
	d := s.signOn()
	if d.SAML.EntityID != "urn:by-hand" || !d.SAML.ForceAuthn || d.SAML.SignRequests || d.SAML.SHA1Until.Format(time.DateTime) != "2027-01-31 23:59:59" || d.SAML.Attributes["email"] != "mailAddress" || d.JustInTime != "off" {
		t.Errorf("%+v", d)
	}
	answers(t, "a day that is none", s.ada.Post(at+"/saml", "signon", "2", "sha1_until", "soon"), http.StatusUnprocessableEntity)
	answers(t, "unasked, which the product does not have", s.ada.Post(at+"/saml", "signon", "2", "more", "1", "unasked", "on"), http.StatusForbidden)
}

func TestP04_P10_P11_P12_P14_P15_TheOpenIDConnectTabHasTheProductsLabelsAndTwoRedirectURIs(t *testing.T) {
	s, idp := tell(t, "platform"), publishing(t, 0)
	at := s.add("entra")
	id := string(s.newest(s.Acme).ID)
	a := s.ada.Get(at + "/oidc")
	says(t, a, "OpenID Connect Login Redirect URI 1", "Public client (mobile & desktop)", "OpenID Connect Login Redirect URI 2", "Web", "OpenID Connect - Client Id", "Application (client) ID",
		"Client Secret", "OpenID Connect - Authority/Issuer URL", "Directory (tenant) ID", "with or without /v2.0")
	if got := fields(a); got["redirect-app"] != s.BaseURL+"/oidc/"+id+"/app" || got["redirect-web"] != s.BaseURL+"/oidc/"+id+"/web" {
		t.Errorf("%v", got)
	}
	says(t, s.ada.Get(at+"/scim"), "SCIM URL", "User Name", "Password", "OpenID Connect Login Redirect URI") // one connection, two protocols
	answers(t, "the other protocol's tab", s.ada.Get(at+"/saml"), http.StatusNotFound)

	a = s.ada.Post(at+"/oidc", "signon", "0", "client_id", "app-1", "client_secret", "hush", "issuer", idp.URL+"/none")
	answers(t, "an issuer that publishes nothing", a, http.StatusUnprocessableEntity)
	if got := fields(a); got["client_id"] != "app-1" || got["issuer"] != idp.URL+"/none" || strings.Contains(a.Body, "hush") {
		t.Errorf("%v", got)
	}
	a = s.ada.Post(at+"/oidc", "signon", "0", "client_id", "app-1", "issuer", "https://login.microsoftonline.com/common")
	answers(t, "no tenant", a, http.StatusUnprocessableEntity)
	answers(t, "saved", s.ada.Post(at+"/oidc", "signon", "0", "client_id", "app-1", "client_secret", "hush", "secret_expires", "2030-01-31", "issuer", idp.URL, "enabled", "on"), http.StatusSeeOther)
	d := s.signOn()
	if !d.Enabled || d.Protocol != identity.OIDC || d.OIDC.AuthURL != idp.URL+"/authorize" || d.OIDC.ClientID != "app-1" || d.OIDC.Secret == "" || d.OIDC.Secret == "hush" || d.OIDC.SecretExpires.IsZero() {
		t.Errorf("%+v", d)
	}
	first := d.OIDC.Secret
	a = s.ada.Get(at + "/oidc")
	says(t, a, "One is stored, sealed, and is never shown", "Keep the present one beside a new one")
	lacks(t, a, "hush", first)
	answers(t, "rotated", s.ada.Post(at+"/oidc", "signon", "1", "client_secret", "hush hush", "keep_old", "on", "enabled", "on"), http.StatusSeeOther)
	if d = s.signOn(); d.OIDC.OldSecret != first || d.OIDC.Secret == first || d.OIDC.ClientID != "app-1" {
		t.Errorf("%+v", d.OIDC)
	}
	answers(t, "the old one removed", s.ada.Post(at+"/oidc", "signon", "2", "forget_old", "on", "enabled", "on"), http.StatusSeeOther)
	if d = s.signOn(); d.OIDC.OldSecret != "" || d.OIDC.Secret == "" || !d.Enabled {
		t.Errorf("%+v", d.OIDC)
	}
	changes, err := s.Store.Read(s.Acme.ID).Changes(t.Context(), 0, 100)
	if err != nil || strings.Contains(fmt.Sprint(changes), "hush") || strings.Contains(fmt.Sprint(changes), first) {
		t.Error("a secret stands in the log", err)
	}
}

func TestT14_SigningInAndProvisioningAreSwitchedSeparately(t *testing.T) {
	s, idp := tell(t, "trackingtime"), publishing(t, 1)
	at := s.add("entra")
	on := func(want bool) {
		t.Helper()
		w, err := s.Store.Read(s.Acme.ID).Details(t.Context())
		if err != nil || s.signOn().Enabled != want {
			t.Errorf("signing in is %v, provisioning %v, %v", s.signOn().Enabled, w.Provisioning, err)
		}
	}
	answers(t, "SSO on", s.ada.Post(at+"/saml", "signon", "0", "metadata_url", idp.URL+"/metadata", "enabled", "on"), http.StatusSeeOther)
	answers(t, "SCIM off", s.ada.Post(at+"/scim"), http.StatusSeeOther)
	on(true)
	says(t, s.ada.Get(page), "Switched off", "On")
	says(t, s.ada.Get(at+"/scim"), "signing in is not touched")
	answers(t, "SCIM on", s.ada.Post(at+"/scim", "on", "on"), http.StatusSeeOther)
	answers(t, "SSO off", s.ada.Post(at+"/saml", "signon", "1"), http.StatusSeeOther)
	on(false)
	says(t, s.ada.Get(at+"/saml"), "Nobody signs in through Azure Active Directory any more")
	if d := s.signOn(); d.SAML.EntityID != theirIssuer {
		t.Error("switching off forgets the values")
	}
}

func TestT02_T04_W02_WhoMayNotAndWhatThePlanLacksIsRefused(t *testing.T) {
	s, idp := tell(t, "trackingtime"), publishing(t, 1)
	at := s.add("entra")
	manager := s.Person(s.Acme, "max@acme.example", "Max", "Muster", "project-manager")
	for _, tab := range []string{"/saml", "/oidc", "/test"} {
		answers(t, "a project manager reads "+tab, manager.Get(at+tab), http.StatusForbidden)
		answers(t, "a project manager changes "+tab, manager.Post(at+tab), http.StatusForbidden)
		answers(t, "another workspace", s.grace.Post(at+tab), http.StatusNotFound)
		answers(t, "forged", s.ada.Forged(at+tab), http.StatusForbidden)
	}
	if err := s.Directory.SetPlan(t.Context(), s.Acme.ID, "pro", s.Operator); err != nil {
		t.Fatal(err)
	}
	a := s.ada.Get(at + "/saml")
	lacks(t, a, "Get Metadata")
	says(t, a, "Single sign-on is not part of your plan", "get in touch")
	answers(t, "saving", s.ada.Post(at+"/saml", "signon", "0", "metadata_url", idp.URL+"/metadata"), http.StatusForbidden)
	if d := s.signOn(); d.Version != 0 {
		t.Errorf("%+v", d)
	}
	if err := s.Directory.SetPlan(t.Context(), s.Acme.ID, "business", s.Operator); err != nil {
		t.Fatal(err)
	}
	says(t, s.ada.Get(at+"/saml"), "Get Metadata")
}

func TestE01_AWorkspaceWithSigningInOnlySetsThatUpAndNothingElse(t *testing.T) {
	s := tell(t, "timeneye")
	at := s.add("okta")
	if err := s.Directory.SetPlan(t.Context(), s.Acme.ID, "pro", s.Operator); err != nil {
		t.Fatal(err)
	}
	a := s.ada.Get(at)
	says(t, a, "Sign in through Okta", "Audience URI (SP Entity ID)", "Create a set-up link")
	lacks(t, a, "Provision from Okta")
	if err := s.Directory.SetEntitlement(t.Context(), s.Acme.ID, product.FeatureSSO, new(bool), s.Operator); err != nil {
		t.Fatal(err)
	}
	says(t, s.ada.Get(at), "is not part of your plan")
}

func TestOurCertificateIsRotatedFromThePage(t *testing.T) {
	s := tell(t, "trackingtime")
	at := s.add("entra")
	says(t, s.ada.Get(at+"/saml"), "Our certificate", "Signs and decrypts", "BEGIN CERTIFICATE")
	answers(t, "rotate", s.ada.Post(at+"/saml/key"), http.StatusSeeOther)
	says(t, s.ada.Get(at+"/saml"), "Signs next", "Sign with it now")
	answers(t, "rotate again", s.ada.Post(at+"/saml/key"), http.StatusConflict)
	answers(t, "a key that is none", s.ada.Post(at+"/saml/key", "do", "use", "key", "9"), http.StatusNotFound)
	answers(t, "use", s.ada.Post(at+"/saml/key", "do", "use", "key", "2"), http.StatusSeeOther)
	says(t, s.ada.Get(at+"/saml"), "Decrypts only", "Retire")
	answers(t, "retire", s.ada.Post(at+"/saml/key", "do", "retire", "key", "1"), http.StatusSeeOther)
	lacks(t, s.ada.Get(at+"/saml"), "Decrypts only")
}

func TestE29_ASetUpLinkFillsInTheProvidersValuesUntilTheConnectorIsSwitchedOn(t *testing.T) {
	s, idp := tell(t, "trackingtime"), publishing(t, 1)
	at := s.add("entra")
	answers(t, "issued", s.ada.Post(at+"/links", "days", "7"), http.StatusSeeOther)
	link := strings.TrimPrefix(once(t, s.ada.Get(at).Body), s.BaseURL)
	guest := s.Stranger()
	a := guest.Get(link)
	says(t, a, "Sign in through Azure Active Directory", "https://pro.trackingtime.co", s.BaseURL+"/saml/acme/acs", "Waiting for its values")
	lacks(t, a, "ada@acme.example", "Lovelace")
	a = guest.Post(link+"/saml", "signon", "0", "metadata_url", idp.URL+"/page")
	answers(t, "a web page", a, http.StatusUnprocessableEntity)
	answers(t, "metadata", guest.Post(link+"/saml", "signon", "0", "metadata_url", idp.URL+"/metadata", "enabled", "on"), http.StatusSeeOther)
	d := s.signOn()
	if d.Enabled || d.SAML.EntityID != theirIssuer || d.Protocol != identity.SAML {
		t.Errorf("%+v", d)
	}
	says(t, guest.Get(link), "Its values are here", theirIssuer)
	answers(t, "a stale one", guest.Post(link+"/saml", "signon", "0", "metadata_url", idp.URL+"/metadata"), http.StatusConflict)
	answers(t, "an administrator switches it on", s.ada.Post(at+"/saml", "signon", "1", "enabled", "on"), http.StatusSeeOther)
	a = guest.Post(link+"/saml", "signon", "2", "metadata_url", idp.URL+"/metadata")
	answers(t, "in use", a, http.StatusForbidden)
	if !strings.Contains(text(a.Body), "People sign in through this connector already") {
		t.Errorf("%s", text(a.Body))
	}
	answers(t, "a link that is none", guest.Post("/setup/nothing/saml", "metadata_url", idp.URL+"/metadata"), http.StatusNotFound)
}

func TestThePagesOfSigningInLookAsTheyShould(t *testing.T) {
	s, idp := tell(t, "trackingtime"), publishing(t, 2)
	at := s.add("entra")
	b := browsertest.New(t)
	s.ada.SignInto(b)
	b.See(s.BaseURL+at+"/saml", "light", 1280, 800)
	b.Do(chromedp.SendKeys(chromedp.CSS("#metadata_url"), idp.URL+"/metadata"))
	b.Click(`button[formaction$="/saml/metadata"]`)
	b.Until(`document.querySelector('[role=status]')?.textContent.includes('not saved yet')`)
	b.Shoot("signon-review-light")
	b.MustBeAccessible("signon-review-light")
	b.Click("#enabled")
	b.Click(`form[data-guard] .actions:last-of-type button:not([formaction])`)
	b.Until(`document.body.textContent.includes('can sign in through Azure Active Directory now')`)
	s.Look(b, at+"/saml", "signon-on")
	platform := tell(t, "platform")
	at = platform.add("entra")
	platform.ada.SignInto(b)
	platform.Look(b, at+"/oidc", "signon-oidc")
}

func TestT26_P27_EveryPresetHasItsTabsWithItsOwnNames(t *testing.T) {
	s := tell(t, "")
	for kind, want := range map[string]struct{ tab, names string }{
		"entra": {"/saml", "App Federation Metadata Url"}, "okta": {"/saml", "Metadata URL"}, "google": {"/saml", "IdP metadata"}, "onelogin": {"/saml", "SAML 2.0 Endpoint (HTTP)"},
		"jumpcloud": {"/saml", "IdP Entity ID"}, "ping": {"/saml", "Single Signon Service"}, "adfs": {"/saml", "Relying party trust identifier"}, "keycloak": {"/oidc", "Client Secret"},
		"saml": {"/saml", "Get Metadata"}, "oidc": {"/oidc", "OpenID Connect - Client Id"},
	} {
		at := s.add(kind)
		says(t, s.ada.Get(at+want.tab), want.names)
		says(t, s.ada.Get(at), "Sign in through", "Test it")
	}
	at := s.add("scim")
	answers(t, "a directory alone", s.ada.Get(at+"/saml"), http.StatusNotFound)
	lacks(t, s.ada.Get(at), "Sign in through")
}
