package saml_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/saml"
	st "github.com/anteroom-id/anteroom/internal/saml/samltest"
)

// keyRing is made once: the provider's, its next one, a stranger's, ours for
// decrypting, a weak one, and one on an elliptic curve.
type keyRing struct {
	idp, next, other, ours, weak *st.Key
	curve                        *ecdsa.PrivateKey
	curveCert                    *x509.Certificate
}

func madeKeys(t testing.TB) *keyRing {
	t.Helper()
	onceKeys.Do(func() {
		curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		kept = &keyRing{st.NewKey(t, 2048), st.NewKey(t, 2048), st.NewKey(t, 2048), st.NewKey(t, 2048), st.NewKey(t, 1024), curve, st.NewCert(t, curve.Public(), curve)}
	})
	return kept
}

var (
	onceKeys sync.Once
	kept     *keyRing
)

func trust(k *keyRing) saml.Trust {
	return saml.Trust{EntityID: st.EntityID, Certs: []*x509.Certificate{k.idp.Cert}, Decrypt: []*rsa.PrivateKey{k.ours.Private}}
}

func expect() saml.Expect {
	return saml.Expect{
		Audience: st.Audience, ACS: []string{st.ACS, "https://sso.example.com/saml/old/acs"}, Now: st.Now(),
		Request: &saml.Pending{ID: st.Request, At: st.Now().Add(-20 * time.Second)},
	}
}

func verify(message string, trust saml.Trust, expect saml.Expect) (identity.Assertion, error) {
	r, err := saml.ReadResponse(st.Form(message))
	if err != nil {
		return identity.Assertion{}, err
	}
	return r.Verify(trust, expect)
}

func codeOf(err error) explain.Code {
	if refusal, ok := errors.AsType[*explain.Refusal](err); ok {
		return refusal.Code
	}
	if err != nil {
		return explain.Code("not a refusal: " + err.Error())
	}
	return ""
}

func TestT11_T25_AnEntraResponseSaysWhoSignedIn(t *testing.T) {
	k := madeKeys(t)
	got, err := verify(st.Message(t, k.idp, st.Knobs{}), trust(k), expect())
	if err != nil {
		t.Fatal(err)
	}
	want := identity.Assertion{
		Protocol: identity.SAML, ID: "_assertion", Issuer: st.EntityID, Subject: st.Subject, Format: saml.FormatEmail,
		Address: "ann.ames@acme.example", UserName: "ann@acme.example", GivenName: "Ann", FamilyName: "Ames & Söhne", Name: "Ann Ames",
		Attributes: map[string][]string{
			"http://schemas.microsoft.com/identity/claims/tenantid":              {"11111111-2222-3333-4444-555555555555"},
			"http://schemas.microsoft.com/identity/claims/objectidentifier":      {"aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"},
			"http://schemas.microsoft.com/identity/claims/displayname":           {"Ann Ames"},
			"http://schemas.microsoft.com/identity/claims/identityprovider":      {st.EntityID},
			"http://schemas.microsoft.com/claims/authnmethodsreferences":         {"http://schemas.microsoft.com/ws/2008/06/identity/authenticationmethod/password"},
			"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname":    {"Ann"},
			"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname":      {"Ames & Söhne"},
			"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress": {"ann.ames@acme.example"},
			"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name":         {"ann@acme.example"},
		},
		Session: "_session", Context: "urn:oasis:names:tc:SAML:2.0:ac:classes:Password",
		AuthnAt: st.Now().Add(-10 * time.Second), Expires: st.Now().Add(time.Hour + 3*time.Minute),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestT26_AnOktaResponseSaysWhoSignedIn(t *testing.T) {
	k := madeKeys(t)
	got, err := verify(st.Message(t, k.idp, st.Knobs{Okta: true, Groups: 2}), trust(k), expect())
	if err != nil {
		t.Fatal(err)
	}
	want := identity.Assertion{
		Protocol: identity.SAML, ID: "_assertion", Issuer: st.EntityID, Subject: st.Subject, Format: saml.FormatAny,
		Address: "ann.ames@acme.example", UserName: st.Subject, GivenName: "Ann", FamilyName: "Ames",
		Attributes: map[string][]string{"firstName": {"Ann"}, "lastName": {"Ames"}, "email": {"ann.ames@acme.example"},
			"groups": {"00000000-0000-4000-8000-000000000000", "00000001-0000-4000-8000-000000000000"}},
		Session: "_session", Context: "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
		AuthnAt: st.Now().Add(-10 * time.Second), Expires: st.Now().Add(8 * time.Minute), SessionEnd: st.Now().Add(8 * time.Hour),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// legal is a message that must be accepted.
type legal struct {
	name   string
	knobs  st.Knobs
	trust  func(*saml.Trust)
	expect func(*saml.Expect)
}

func TestLegalVariationsAreAccepted(t *testing.T) {
	k := madeKeys(t)
	re := func(pairs ...string) func(string) string { return st.Replace(t, pairs...) }
	for _, c := range []legal{
		{name: "no KeyInfo", knobs: st.Knobs{OfContent: &st.Signing{NoKeyInfo: true}}},
		{name: "no KeyInfo, and two certificates", knobs: st.Knobs{OfContent: &st.Signing{NoKeyInfo: true}}, trust: func(t *saml.Trust) { t.Certs = []*x509.Certificate{k.next.Cert, k.idp.Cert} }},
		{name: "the next key", knobs: st.Knobs{OfContent: &st.Signing{Key: k.next.Private, Cert: k.next.Cert}}, trust: func(t *saml.Trust) { t.Certs = []*x509.Certificate{k.idp.Cert, k.next.Cert} }},
		{name: "another certificate in KeyInfo", knobs: st.Knobs{OfContent: &st.Signing{Cert: k.other.Cert}}},
		{name: "response and assertion signed", knobs: st.Knobs{OfResponse: &st.Signing{}}},
		{name: "the response alone signed", knobs: st.Knobs{Unsigned: true, OfResponse: &st.Signing{}}},
		{name: "a signature at the end", knobs: st.Knobs{OfContent: &st.Signing{Last: true}}},
		{name: "RSA with SHA-512", knobs: st.Knobs{OfContent: &st.Signing{Method: st.RSASHA512, Digest: st.SHA512}}},
		{name: "RSA with SHA-384", knobs: st.Knobs{OfContent: &st.Signing{Method: st.RSASHA384, Digest: st.SHA384}}},
		{name: "ECDSA", knobs: st.Knobs{OfContent: &st.Signing{Method: st.ECDSASHA256, Key: k.curve, Cert: k.curveCert}}, trust: func(t *saml.Trust) { t.Certs = []*x509.Certificate{k.curveCert} }},
		{name: "SHA-1 until a date", knobs: st.Knobs{OfContent: &st.Signing{Method: st.RSASHA1, Digest: st.SHA1}}, trust: func(t *saml.Trust) { t.SHA1Until = st.Now().Add(time.Hour) }},
		{name: "prefixes named as inclusive", knobs: st.Knobs{OfContent: &st.Signing{Prefixes: "xs xsi saml"}}},
		{name: "base64 in lines", knobs: st.Knobs{OfContent: &st.Signing{Whole: func(s string) string { return lines(s, "SignatureValue") }}}},
		{name: "encrypted, with AES-128 in GCM", knobs: st.Knobs{Encrypt: &st.Encryption{For: &k.ours.Private.PublicKey}}},
		{name: "encrypted, with AES-256 in GCM", knobs: st.Knobs{Encrypt: &st.Encryption{For: &k.ours.Private.PublicKey, Content: st.GCM256}}},
		{name: "encrypted, the key beside the data", knobs: st.Knobs{Encrypt: &st.Encryption{For: &k.ours.Private.PublicKey, Beside: true}}},
		{name: "encrypted by xmlenc 1.1", knobs: st.Knobs{Encrypt: &st.Encryption{For: &k.ours.Private.PublicKey, Key: st.OAEP11}}},
		{name: "encrypted for the old key", knobs: st.Knobs{Encrypt: &st.Encryption{For: &k.ours.Private.PublicKey}}, trust: func(t *saml.Trust) { t.Decrypt = []*rsa.PrivateKey{k.other.Private, k.ours.Private} }},
		{name: "encrypted without signature in a signed response", knobs: st.Knobs{Unsigned: true, OfResponse: &st.Signing{}, Encrypt: &st.Encryption{For: &k.ours.Private.PublicKey}}},
		{name: "signed, encrypted, signed", knobs: st.Knobs{OfResponse: &st.Signing{}, Encrypt: &st.Encryption{For: &k.ours.Private.PublicKey}}},
		{name: "AES-CBC in a signed response", knobs: st.Knobs{OfResponse: &st.Signing{}, Encrypt: &st.Encryption{For: &k.ours.Private.PublicKey, Content: st.CBC256}}, trust: func(t *saml.Trust) { t.CBC = true }},
		{name: "white space between elements", knobs: st.Knobs{Assertion: re("><", ">\n  <"), Response: re("<samlp:Status>", "\r\n\t<samlp:Status>\r\n\t")}},
		{name: "characters as references", knobs: st.Knobs{Assertion: re("ann@acme.example</NameID>", "&#97;nn&#x40;acme.example</NameID>")}},
		{name: "several audiences in one restriction", knobs: st.Knobs{Assertion: re("</Audience>", "</Audience><Audience>https://other.example/</Audience>")}},
		{name: "two restrictions that both name us", knobs: st.Knobs{Assertion: re("</AudienceRestriction>", "</AudienceRestriction><AudienceRestriction><Audience>"+st.Audience+"</Audience></AudienceRestriction>")}},
		{name: "OneTimeUse", knobs: st.Knobs{Assertion: re("</AudienceRestriction>", "</AudienceRestriction><OneTimeUse/>")}},
		{name: "a second confirmation of another method", knobs: st.Knobs{Assertion: re("</NameID>", `</NameID><SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:sender-vouches"/>`)}},
		{name: "no Destination in an unsigned response", knobs: st.Knobs{Sent: re(` Destination="`+st.ACS+`"`, "")}},
		{name: "no Issuer of an unsigned response", knobs: st.Knobs{Sent: re(`<Issuer xmlns="urn:oasis:names:tc:SAML:2.0:assertion">`+st.EntityID+`</Issuer>`, "")}},
		{name: "an old address of ours", knobs: st.Knobs{Assertion: re(st.ACS, "https://sso.example.com/saml/old/acs")}},
		{name: "a clock ahead by less than the skew", expect: func(e *saml.Expect) { e.Now, e.Request = st.Now().Add(-2*time.Minute), &saml.Pending{ID: st.Request} }},
		{name: "a clock behind by less than the skew", expect: func(e *saml.Expect) { e.Now = st.Now().Add(time.Hour + 2*time.Minute) }},
		{name: "time with a zone", knobs: st.Knobs{Assertion: re("2026-03-01T13:00:00.000Z", "2026-03-01T14:00:00+01:00")}},
		{name: "the context that was asked for", expect: func(e *saml.Expect) { e.Request.Context = "urn:oasis:names:tc:SAML:2.0:ac:classes:Password" }},
		{name: "a password, however it is sent", expect: func(e *saml.Expect) {
			e.Request.Context = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
		}},
		{name: "a stronger context", knobs: st.Knobs{Assertion: re("classes:Password", "classes:X509")}, expect: func(e *saml.Expect) { e.Request.Context = "urn:oasis:names:tc:SAML:2.0:ac:classes:Password" }},
		{name: "credentials shown anew", expect: func(e *saml.Expect) { e.Request.ForceAuthn = true }},
		{name: "150 groups", knobs: st.Knobs{Groups: 150}},
		{name: "1200 groups", knobs: st.Knobs{Groups: 1200}},
		{name: "no attributes at all", knobs: st.Knobs{Assertion: func(s string) string { return cut(s, "<AttributeStatement>", "</AttributeStatement>") }}},
		{name: "a value with elements", knobs: st.Knobs{Assertion: re("<AttributeValue>Ann</AttributeValue>", `<AttributeValue><x xmlns="urn:x:y">1</x></AttributeValue>`)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			tr, ex := trust(k), expect()
			if c.trust != nil {
				c.trust(&tr)
			}
			if c.expect != nil {
				c.expect(&ex)
			}
			a, err := verify(st.Message(t, k.idp, c.knobs), tr, ex)
			if err != nil || a.Subject != st.Subject {
				t.Errorf("%q, %v %v", a.Subject, err, errors.Unwrap(err))
			}
		})
	}
}

// lines breaks the text of an element into lines.
func lines(s, element string) string {
	open, end := "<ds:"+element+">", "</ds:"+element+">"
	before, rest, _ := strings.Cut(s, open)
	value, after, _ := strings.Cut(rest, end)
	var b strings.Builder
	for len(value) > 60 {
		b.WriteString("\n" + value[:60])
		value = value[60:]
	}
	return before + open + b.String() + "\n" + value + "\n" + end + after
}

// cut takes a part out of a text, from and to included.
func cut(s, from, to string) string {
	before, rest, _ := strings.Cut(s, from)
	_, after, _ := strings.Cut(rest, to)
	return before + after
}
