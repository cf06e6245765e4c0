// Package saml speaks SAML 2.0 as a service provider: it makes requests, reads
// what an identity provider answers, and reads and writes metadata. What a
// response says of somebody comes from bytes that were signed by a key of the
// connection, and from nothing else (internal/saml/dsig).
package saml

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/saml/dsig"
)

// MaxResponse is how large the form value of a response may be, in bytes.
const MaxResponse = 256 << 10

const success = "urn:oasis:names:tc:SAML:2.0:status:Success"

// Response is what an identity provider's form brought. Claimed tells to whom it
// may belong; Verify tells what it is worth.
type Response struct {
	Claimed Claimed
	// Warnings are what Verify accepted and an administrator should mend.
	Warnings []string
	message  *dsig.Document
	source   []byte
}

// Claimed is what a response says before anything about it was proven: to find
// the connection and the request by, and for nothing else.
type Claimed struct {
	ID, Issuer, InResponseTo, Destination string
}

// Trust is what is known of a connection's identity provider, and what we have
// agreed with it.
type Trust struct {
	EntityID   string              // of the provider
	Certs      []*x509.Certificate // that it may sign with; none refuses everything
	SHA1Until  time.Time           // until when signatures with SHA-1 are taken; zero: never
	CBC        bool                // AES-CBC may encrypt an assertion, in a signed response only
	Decrypt    []*rsa.PrivateKey   // ours, to open encrypted assertions with; all are tried
	Attributes map[string]string   // by our names (identity.SAMLSettings.Attributes)
	// InsecureOneVerifier lets our own verifier decide alone. Without it a second
	// one reads the same bytes and must agree (internal/saml/second).
	InsecureOneVerifier bool
}

// Expect is what a response has to fit.
type Expect struct {
	Audience string   // our entity id, as this workspace's provider knows it
	ACS      []string // the addresses of ours that may be named, old ones included
	// Request is what the response answers: open, and begun by this browser. Without
	// one everything is refused in the end, by SAMLUnasked or SAMLNoRequest.
	Request *Pending
	Now     time.Time
	Skew    time.Duration // that clocks may differ; 0 is 3 minutes
	Longest time.Duration // that a response may count, at most; 0 is 24 hours
}

// Pending is a request of ours that waits for its response.
type Pending struct {
	ID         string
	At         time.Time // when it was made
	Context    string    // the authentication context that it asked for, "" for any
	ForceAuthn bool      // it asked for credentials to be shown anew
}

// ReadResponse reads the form value SAMLResponse: base64, once, of a message in
// the strict subset of XML whose root is a Response.
// saml-bindings-2.0 §3.5.4
func ReadResponse(form string) (r *Response, err error) {
	defer recovered(&err)
	switch {
	case form == "":
		return nil, explain.Refuse(explain.SAMLMissing, "the form field SAMLResponse", "none, or an empty one")
	case len(form) > MaxResponse:
		return nil, explain.Refuse(explain.SAMLSize, fmt.Sprintf("at most %d bytes", MaxResponse), strconv.Itoa(len(form)))
	}
	raw, err := base64.StdEncoding.Strict().DecodeString(form) // passes over line ends
	if err != nil {
		return nil, explain.Refuse(explain.SAMLBase64, "base64", notBase64(form)).Because(err)
	}
	d, err := dsig.Parse(raw)
	if err != nil {
		return nil, err
	}
	if !d.Root.Is(protocolSpace, "Response") {
		return nil, explain.Refuse(explain.SAMLRoot, "a Response of SAML 2.0", d.Root.Local+" of "+d.Root.Space)
	}
	r = &Response{message: d, source: raw}
	r.Claimed = Claimed{ID: d.Root.Attr("ID"), InResponseTo: d.Root.Attr("InResponseTo"), Destination: d.Root.Attr("Destination")}
	if issuer, n := d.Root.Child(assertionSpace, "Issuer"); n > 0 {
		text, _ := issuer.Text()
		r.Claimed.Issuer = trim(text)
	}
	return r, nil
}

// notBase64 says what a form value is that is not base64, where that is plain.
func notBase64(form string) string {
	switch {
	case strings.HasPrefix(strings.TrimSpace(form), "<"):
		return "XML"
	case strings.ContainsAny(form, "%"):
		return "text with % in it, as if it were encoded twice"
	case strings.ContainsAny(form, " "):
		return "text with spaces, as if + had been lost"
	case strings.ContainsAny(form, "-_"):
		return "base64url"
	}
	return "something else, or a part of it"
}

// recovered makes a refusal of a mistake of ours that would end the program.
func recovered(err *error) {
	if p := recover(); p != nil {
		*err = explain.Refuse(explain.SAMLUnexpected, "", "").Because(fmt.Errorf("panic: %v", p))
	}
}

// trim takes away the white space of pretty printers.
func trim(s string) string { return strings.Trim(s, " \t\r\n") }

// Verify proves a response and gives what it says of somebody. Every error is an
// *explain.Refusal; of several reasons it tells the one that has to be mended
// first. SAMLUnasked is a response that is good and that nobody has asked for: a
// hint to begin a sign-in, and no more. SAMLDisagree is one that our verifier
// takes and the second one does not: an alarm.
// saml-profiles-2.0 §4.1.4.2, §4.1.4.3
func (r *Response) Verify(trust Trust, expect Expect) (a identity.Assertion, err error) {
	defer func() {
		if err != nil {
			a = identity.Assertion{}
		}
	}()
	defer recovered(&err)
	if expect.Skew == 0 {
		expect.Skew = 3 * time.Minute
	}
	if expect.Longest == 0 {
		expect.Longest = 24 * time.Hour
	}
	v := &verification{response: r, trust: trust, expect: expect}
	if err := v.prove(); err != nil {
		return a, err
	}
	for _, rule := range responseRules() {
		if err := rule(v); err != nil {
			return a, err
		}
	}
	if err := v.agree(); err != nil {
		return a, err
	}
	v.read(&a)
	r.Warnings = v.warnings
	return a, nil
}
