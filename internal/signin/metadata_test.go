package signin_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/seal"
	"github.com/anteroom-id/anteroom/internal/signin"
	"github.com/anteroom-id/anteroom/internal/web/outbound"
)

// publisher is an identity provider's server of metadata.
type publisher struct {
	*httptest.Server
	mu     sync.Mutex
	status int
	text   string
	asked  int
}

func publish(t *testing.T) *publisher {
	t.Helper()
	p := &publisher{status: http.StatusOK}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.asked++
		if r.URL.Path == "/elsewhere" {
			http.Redirect(w, r, "http://10.1.2.3/metadata", http.StatusFound)
			return
		}
		w.WriteHeader(p.status)
		_, _ = w.Write([]byte(p.text))
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *publisher) says(status int, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.status, p.text = status, text
}

// certificateUntil makes a certificate that ends at a time, in base64 of DER.
func certificateUntil(t *testing.T, name string, until time.Time) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, NotBefore: until.Add(-5 * 365 * 24 * time.Hour), NotAfter: until}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(der)
}

// described is an identity provider's metadata.
func described(entityID string, certificates ...string) string {
	keys := ""
	for _, c := range certificates {
		keys += `<KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>` + c + `</X509Certificate></X509Data></KeyInfo></KeyDescriptor>`
	}
	return `<?xml version="1.0" encoding="utf-8"?><EntityDescriptor entityID="` + entityID + `" xmlns="urn:oasis:names:tc:SAML:2.0:metadata">` +
		`<IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">` + keys +
		`<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example/sso"/></IDPSSODescriptor></EntityDescriptor>`
}

const issuer = "https://idp.example/entity"

// fetching is the estate's signing in with a way to servers of this machine.
func (e *estate) fetching() *signin.Service {
	e.t.Helper()
	box, err := seal.New(bytes.Repeat([]byte{5}, seal.KeySize))
	e.must(err)
	s, err := signin.New(signin.Config{
		Store: e.db, Product: e.product, Directory: e.people, Accounts: e.accounts, Outbox: e.outbox, Box: box, BaseURL: "https://id.example.com", DNS: signin.DNS(e.dns.Addr),
		Client: outbound.New(outbound.Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, InsecureHTTP: true}),
	})
	e.must(err)
	return s
}

// connected makes a connection of a workspace and gives it to what the metadata say.
func (e *estate) connected(s *signin.Service, ws identity.WorkspaceID, url string) identity.ConnectionID {
	e.t.Helper()
	c, err := e.people.AddConnection(e.t.Context(), ws, "saml", "", byOperator)
	e.must(err)
	found, err := s.FetchMetadata(e.t.Context(), ws, c.ID, url)
	e.must(err)
	_, err = s.SaveSignOn(e.t.Context(), ws, c.ID, 0, func(d *identity.SignOn) error {
		found.Slug = d.SAML.Slug
		d.SAML, d.Protocol, d.Enabled = found, identity.SAML, true
		return nil
	}, byOperator)
	e.must(err)
	return c.ID
}

func (e *estate) signOn(s *signin.Service, ws identity.WorkspaceID, id identity.ConnectionID) identity.SignOn {
	e.t.Helper()
	d, err := s.SignOn(e.t.Context(), ws, id)
	e.must(err)
	return d
}

func TestT07_MetadataFillInIssuerAddressAndEveryCertificateAndSaveNothing(t *testing.T) {
	e, p := newEstate(t, t.TempDir()), publish(t)
	one, two := certificateUntil(t, "one", e.at.AddDate(1, 0, 0)), certificateUntil(t, "two", e.at.AddDate(4, 0, 0))
	p.says(http.StatusOK, described(issuer, one, two))
	s := e.fetching()
	c, err := e.people.AddConnection(t.Context(), e.acme, "entra", "", byOperator)
	e.must(err)
	got, err := s.FetchMetadata(t.Context(), e.acme, c.ID, " "+p.URL+" ")
	e.must(err)
	if got.EntityID != issuer || got.SSOURL != "https://idp.example/sso" || !slices.Equal(got.Certificates, []string{one, two}) || got.MetadataURL != p.URL || got.Fetched.IsZero() {
		t.Errorf("%+v", got)
	}
	told := signin.Certificates(&got)
	if len(told) != 2 || told[0].Subject != "CN=one" || !told[1].Until.Equal(e.at.AddDate(4, 0, 0).Truncate(time.Second)) || len(told[0].Fingerprint) != 95 {
		t.Errorf("%+v", told)
	}
	if d := e.signOn(s, e.acme, c.ID); d.Version != 0 || d.SAML.EntityID != "" {
		t.Errorf("something was saved: %+v", d)
	}
	file, err := s.ReadMetadata(t.Context(), e.acme, c.ID, []byte(described(issuer, one)))
	if err != nil || file.MetadataURL != "" || len(file.Certificates) != 1 {
		t.Errorf("%+v, %v", file, err)
	}
	if _, err := s.FetchMetadata(t.Context(), e.globex, c.ID, p.URL); identity.KindOf(err) != identity.NotFound {
		t.Errorf("Acme's connection for Globex: %v", err)
	}
}

func TestT07_WhatIsNoMetadataIsToldInWordsAtItsField(t *testing.T) {
	e, p := newEstate(t, t.TempDir()), publish(t)
	s, good := e.fetching(), certificateUntil(t, "one", e.at.AddDate(1, 0, 0))
	for what, c := range map[string]struct {
		status int
		text   string
		path   string
		code   explain.Code
	}{
		"a web page":                {200, "<!doctype html><html><body>Sign in</body></html>", "/", explain.MetadataHTML},
		"not found":                 {404, "nothing", "/", explain.FetchStatus},
		"too large":                 {200, strings.Repeat("x", 1<<20+10), "/", explain.FetchLarge},
		"a redirect to the inside":  {200, "", "/elsewhere", explain.FetchPrivate},
		"no certificate":            {200, described(issuer), "/", explain.MetadataNoKey},
		"a script as address":       {200, strings.Replace(described(issuer, good), "https://idp.example/sso", "javascript:alert(1)", 1), "/", explain.MetadataLocation},
		"a service provider's":      {200, strings.ReplaceAll(described(issuer, good), "IDPSSODescriptor", "SPSSODescriptor"), "/", explain.MetadataService},
		"one that has expired":      {200, strings.Replace(described(issuer, good), " xmlns=", ` validUntil="2020-01-01T00:00:00Z" xmlns=`, 1), "/", explain.MetadataExpired},
		"entities in its beginning": {200, `<!DOCTYPE x [<!ENTITY a "b">]>` + described(issuer, good), "/", explain.SAMLDoctype},
	} {
		p.says(c.status, c.text)
		_, err := s.FetchMetadata(t.Context(), e.acme, "", p.URL+c.path)
		toldWith(t, what, err, identity.Invalid, c.code)
		if field := fieldOf(err); field != "metadata_url" || len(err.Error()) < 40 {
			t.Errorf("%s: at %q: %v", what, field, err)
		}
	}
	for address, code := range map[string]explain.Code{"file:///etc/passwd": explain.FetchAddress, "": explain.FetchAddress, "http://169.254.169.254/latest": explain.FetchPrivate} {
		_, err := s.FetchMetadata(t.Context(), e.acme, "", address)
		toldWith(t, address, err, identity.Invalid, code)
	}
	_, err := s.ReadMetadata(t.Context(), e.acme, "", []byte(" "))
	toldWith(t, "an empty file", err, identity.Invalid, explain.ConnectionFile)
	if fieldOf(err) != "file" {
		t.Errorf("%v", err)
	}
}

func fieldOf(err error) string {
	var e *identity.Error
	if errors.As(err, &e) {
		return e.Field
	}
	return ""
}

func TestACertificateThatLeavesTheMetadataIsTakenForAWeekMore(t *testing.T) {
	onEach(t, func(t *testing.T, e *estate) {
		p, s := publish(t), e.fetching()
		one, two := certificateUntil(t, "one", e.at.AddDate(1, 0, 0)), certificateUntil(t, "two", e.at.AddDate(4, 0, 0))
		p.says(http.StatusOK, described(issuer, one))
		id := e.connected(s, e.acme, p.URL)
		look := func(d time.Duration) []string {
			t.Helper()
			e.pass(d)
			e.must(s.Tick(t.Context()))
			return e.signOn(s, e.acme, id).SAML.Certificates
		}
		asked := p.asked
		if look(time.Minute); p.asked != asked {
			t.Error("it was fetched again at once")
		}
		if look(7 * time.Hour); e.signOn(s, e.acme, id).Version != 1 {
			t.Error("a look that found nothing new makes forms stale")
		}
		p.says(http.StatusOK, described(issuer, one, two))
		if got := look(7 * time.Hour); !slices.Equal(got, []string{one, two}) {
			t.Fatalf("the next one is not taken: %d", len(got))
		}
		_, err := s.SaveSignOn(t.Context(), e.acme, id, 1, func(d *identity.SignOn) error { d.SAML.Certificates = []string{one}; return nil }, byOperator)
		if identity.KindOf(err) != identity.Taken {
			t.Errorf("a form from before takes the new one back: %v", err)
		}
		p.says(http.StatusOK, described(issuer, two))
		if got := look(7 * time.Hour); !slices.Equal(got, []string{two, one}) {
			t.Fatalf("the old one is not taken any more: %d", len(got))
		}
		if gone := signin.Certificates(&[]identity.SAMLSettings{e.signOn(s, e.acme, id).SAML}[0]); gone[0].Gone != (time.Time{}) || gone[1].Gone.IsZero() {
			t.Errorf("%+v", gone)
		}
		if got := look(6 * 24 * time.Hour); len(got) != 2 {
			t.Errorf("after six days: %d", len(got))
		}
		if got := look(25 * time.Hour); !slices.Equal(got, []string{two}) {
			t.Errorf("after a week: %d", len(got))
		}
		if n := e.count(e.acme, identity.MetadataRefreshed); n != 2 {
			t.Errorf("%d changes are logged", n)
		}
		if e.count(e.globex, identity.MetadataRefreshed) != 0 {
			t.Error("Globex has them too")
		}
	})
}

// count counts what happened in a workspace.
func (e *estate) count(ws identity.WorkspaceID, v identity.Verb) (n int) {
	for _, o := range e.verbs(ws) {
		if o == v {
			n++
		}
	}
	return n
}

func TestMetadataWithoutACertificateOrOfAnotherIssuerChangeNothingAndAreTold(t *testing.T) {
	e, p := newEstate(t, t.TempDir()), publish(t)
	e.joined(e.acme, "olga@acme.example", "owner")
	e.joined(e.globex, "gina@globex.example", "owner")
	s, one := e.fetching(), certificateUntil(t, "one", e.at.AddDate(3, 0, 0))
	p.says(http.StatusOK, described(issuer, one))
	id := e.connected(s, e.acme, p.URL)
	before := e.signOn(s, e.acme, id).SAML
	mails := len(e.mailed("olga@acme.example"))

	p.says(http.StatusOK, described(issuer))
	e.pass(7 * time.Hour)
	e.must(s.Tick(t.Context()))
	got := e.signOn(s, e.acme, id).SAML
	if !slices.Equal(got.Certificates, before.Certificates) || !strings.Contains(got.FetchError, "M17") || got.Failing.IsZero() {
		t.Errorf("%+v", got)
	}
	p.says(http.StatusOK, described("https://evil.example/entity", certificateUntil(t, "evil", e.at.AddDate(3, 0, 0))))
	for range 3 {
		e.pass(7 * time.Hour)
		e.must(s.Tick(t.Context()))
	}
	got = e.signOn(s, e.acme, id).SAML
	if got.EntityID != issuer || !slices.Equal(got.Certificates, before.Certificates) || got.Found != "https://evil.example/entity" {
		t.Errorf("%+v", got)
	}
	all := e.mailed("olga@acme.example")
	if len(all) != mails+1 || !strings.Contains(all[0].Text, "another identity provider now: https://evil.example/entity") || !strings.Contains(all[0].Text, "/w/acme/settings/sso/connections/"+string(id)+"/saml") {
		t.Errorf("%d mails: %s", len(all)-mails, all[0].Text)
	}
	for _, m := range e.mailed("gina@globex.example") {
		if strings.Contains(m.Text, "evil.example") {
			t.Error("Globex is told")
		}
	}
}

func TestAnAdministratorIsToldOnceWhenMetadataCannotBeHadForThreeDays(t *testing.T) {
	e, p := newEstate(t, t.TempDir()), publish(t)
	e.joined(e.acme, "olga@acme.example", "owner")
	s := e.fetching()
	p.says(http.StatusOK, described(issuer, certificateUntil(t, "one", e.at.AddDate(3, 0, 0))))
	id := e.connected(s, e.acme, p.URL)
	mails := len(e.mailed("olga@acme.example"))
	p.says(http.StatusBadGateway, "")
	told := func() int { return len(e.mailed("olga@acme.example")) - mails }
	for day := range 6 {
		for range 4 {
			e.pass(7 * time.Hour)
			e.must(s.Tick(t.Context()))
		}
		if want := map[bool]int{true: 1}[day >= 3]; told() != want && day != 2 {
			t.Errorf("on day %d: %d mails", day, told())
		}
	}
	d := e.signOn(s, e.acme, id)
	if !d.Enabled || len(d.SAML.Certificates) != 1 || !strings.Contains(d.SAML.FetchError, "502") {
		t.Errorf("%+v", d)
	}
	p.says(http.StatusOK, described(issuer, d.SAML.Certificates...))
	e.pass(7 * time.Hour)
	e.must(s.Tick(t.Context()))
	if d := e.signOn(s, e.acme, id); d.SAML.FetchError != "" || !d.SAML.Failing.IsZero() || d.SAML.FailingTold {
		t.Errorf("%+v", d.SAML)
	}
}

func TestAdministratorsAreWarned60And30And7DaysAndADayBeforeTheEnd(t *testing.T) {
	e := newEstate(t, t.TempDir())
	e.joined(e.acme, "olga@acme.example", "owner")
	s, begin := e.fetching(), e.at
	c, err := e.people.AddConnection(t.Context(), e.acme, "saml", "", byOperator)
	e.must(err)
	save := func(change func(d *identity.SignOn)) {
		t.Helper()
		_, err := s.SaveSignOn(t.Context(), e.acme, c.ID, e.signOn(s, e.acme, c.ID).Version, func(d *identity.SignOn) error { change(d); return nil }, byOperator)
		e.must(err)
	}
	save(func(d *identity.SignOn) {
		d.Protocol, d.Enabled = identity.SAML, true
		d.SAML.EntityID, d.SAML.SSOURL = issuer, "https://idp.example/sso"
		d.SAML.Certificates = []string{certificateUntil(t, "short", begin.AddDate(0, 0, 20)), certificateUntil(t, "long", begin.AddDate(0, 0, 90))}
	})
	mails := len(e.mailed("olga@acme.example"))
	told := func() int { return len(e.mailed("olga@acme.example")) - mails }
	at := 0.0
	for _, step := range []struct {
		day  float64
		want int
	}{{29, 0}, {31, 1}, {59, 1}, {61, 2}, {82, 2}, {84, 3}, {88, 3}, {89.5, 4}, {92, 4}} {
		e.pass(time.Duration((step.day - at) * 24 * float64(time.Hour)))
		at = step.day
		e.must(s.Tick(t.Context()))
		if told() != step.want {
			t.Errorf("on day %v, %v before the end: %d mails, want %d", step.day, 90-step.day, told(), step.want)
		}
	}
	if text := e.mailed("olga@acme.example")[0].Text; !strings.Contains(text, "last signing certificate ends within a day") {
		t.Error(text)
	}
	save(func(d *identity.SignOn) {
		d.SAML.Certificates = []string{certificateUntil(t, "new", e.at.AddDate(0, 0, 50))}
	})
	for _, step := range []struct{ days, want int }{{2, 4}, {20, 5}} { // who has just brought it knows; a month before is told
		e.pass(time.Duration(step.days) * 24 * time.Hour)
		e.must(s.Tick(t.Context()))
		if told() != step.want {
			t.Errorf("%d days after a new one: %d mails", step.days, told())
		}
	}
}

func TestP12_TheEndOfAClientSecretIsWarnedOf(t *testing.T) {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	d := &identity.SignOn{Protocol: identity.OIDC, OIDC: identity.OIDCSettings{SecretExpires: now.Add(8 * 24 * time.Hour)}}
	ends := signin.Endings(d)
	if len(ends) != 1 || ends[0].What != "The client secret" || !ends[0].Soon(now) || ends[0].Left(now) != "ends in 8 days" {
		t.Errorf("%+v", ends)
	}
	if ends[0].Soon(now.AddDate(0, -3, 0)) || ends[0].Left(now.AddDate(0, 1, 0)) != "has ended" {
		t.Error("the end is told at the wrong time")
	}
	if d.OIDC.SecretExpires = (time.Time{}); len(signin.Endings(d)) != 0 {
		t.Error("a secret without an end ends")
	}
}

func TestCertificatesAreTakenAsPeopleHaveThem(t *testing.T) {
	now := time.Now()
	one, two := certificateUntil(t, "one", now.AddDate(1, 0, 0)), certificateUntil(t, "two", now.AddDate(1, 0, 0))
	pemOf := func(text string) string {
		der, _ := base64.StdEncoding.DecodeString(text)
		return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	}
	for what, c := range map[string]struct {
		typed string
		want  []string
	}{
		"nothing": {"  ", nil}, "PEM": {pemOf(one), []string{one}}, "two in PEM": {pemOf(one) + "\n" + pemOf(two), []string{one, two}},
		"bare": {one, []string{one}}, "bare in lines": {one[:64] + "\r\n" + one[64:], []string{one}}, "the same twice": {pemOf(one) + pemOf(one), []string{one}},
	} {
		if got, err := signin.ReadCertificates(c.typed); err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: %d, %v", what, len(got), err)
		}
	}
	for what, typed := range map[string]string{
		"words": "my certificate", "a key": "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "half of one": pemOf(one)[:200], "one and words": pemOf(one) + "and more",
	} {
		_, err := signin.ReadCertificates(typed)
		toldWith(t, what, err, identity.Invalid, explain.ConnectionCertificate)
	}
}
