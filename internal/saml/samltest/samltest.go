// Package samltest makes responses as identity providers make them, signed and
// encrypted, with a knob wherever a test wants to turn one: to be accepted, or to
// be refused for one reason alone. For tests only.
package samltest

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"math/big"
	"strings"
	"time"

	"github.com/anteroom-id/anteroom/internal/saml/dsig"
)

// What the messages say unless a knob is turned.
const (
	EntityID = "https://sts.windows.net/11111111-2222-3333-4444-555555555555/"
	Audience = "https://sso.example.com/saml/wsp_acme"
	ACS      = "https://sso.example.com/saml/acme/acs"
	Request  = "_0123456789abcdef0123456789abcdef"
	Subject  = "ann@acme.example"
)

// T is what a testing.TB has, and a program that measures can have too.
type T interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// Now is when the messages were made.
func Now() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }

// Key is a key with its certificate.
type Key struct {
	Private *rsa.PrivateKey
	Cert    *x509.Certificate
}

// NewKey makes a key of so many bits, with a certificate that is valid around Now.
func NewKey(t T, bits int) *Key {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	return &Key{key, NewCert(t, key.Public(), key)}
}

// NewCert makes a certificate of a public key, signed by a private one.
func NewCert(t T, public, private any) *x509.Certificate {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test"},
		NotBefore: Now().AddDate(-1, 0, 0), NotAfter: Now().AddDate(1, 0, 0),
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, public, private)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

// Knobs are what is different about a message. The zero value is an Entra-like
// response with a signed assertion.
type Knobs struct {
	Okta       bool                // Okta's form, with response and assertion signed
	Assertion  func(string) string // changes the assertion before it is signed
	Signed     func(string) string // changes it afterwards, before it is put into the response
	Response   func(string) string // changes the response before it is signed
	Sent       func(string) string // changes what is sent
	OfResponse *Signing            // how the response is signed; nil: not, but for Okta
	OfContent  *Signing            // how the assertion is signed; nil: as it is usual
	Unsigned   bool                // the assertion is not signed
	Encrypt    *Encryption         // nil: not
	Groups     int                 // values of the attribute groups
}

// Message makes a response, as XML.
func Message(t T, key *Key, k Knobs) string {
	t.Helper()
	assertion, response := entraAssertion(k.Groups), entraResponse
	if k.Okta {
		assertion, response = oktaAssertion(k.Groups), oktaResponse
	}
	assertion = change(assertion, k.Assertion)
	if !k.Unsigned {
		assertion = Sign(t, assertion, key, orUsual(k.OfContent, k.Okta))
	}
	assertion = change(assertion, k.Signed)
	if k.Encrypt != nil {
		assertion = Encrypt(t, assertion, *k.Encrypt)
	}
	response = change(strings.Replace(response, "ASSERTION", assertion, 1), k.Response)
	if k.OfResponse != nil || k.Okta {
		response = Sign(t, response, key, orUsual(k.OfResponse, k.Okta))
	}
	return change(response, k.Sent)
}

func orUsual(s *Signing, okta bool) Signing {
	switch {
	case s != nil:
		return *s
	case okta:
		return Signing{Prefixes: "xs"}
	}
	return Signing{}
}

func change(s string, f func(string) string) string {
	if f == nil {
		return s
	}
	return f(s)
}

// Form is a message as a browser posts it.
func Form(message string) string { return base64.StdEncoding.EncodeToString([]byte(message)) }

// Replace is a knob that writes one text for another, everywhere. The old one must
// be there.
func Replace(t T, pairs ...string) func(string) string {
	t.Helper()
	return func(s string) string {
		for i := 0; i < len(pairs); i += 2 {
			if !strings.Contains(s, pairs[i]) {
				t.Fatalf("the message has no %q", pairs[i])
			}
			s = strings.ReplaceAll(s, pairs[i], pairs[i+1])
		}
		return s
	}
}

// Canonical gives the exclusive canonical form of a document's root.
func Canonical(t T, xml, prefixes string) string {
	t.Helper()
	d, err := dsig.Parse([]byte(xml))
	if err != nil {
		t.Fatalf("%v in %s", err, xml)
	}
	out, err := d.Root.Canonical(strings.Fields(prefixes)...)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}
