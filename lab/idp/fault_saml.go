package idp

import (
	"crypto"
	"strings"
	"time"

	"github.com/anteroom-id/anteroom/lab/idp/markup"
)

// about is a fault of an assertion: a change of it before it is signed.
func about(name, what string, change func(a *Assertion)) fault {
	return fault{Fault: Fault{name, "saml", what}, response: func(_ *Provider, r *Response) { change(&r.Assertions[0]) }}
}

// around is a fault of the response.
func around(name, what string, change func(p *Provider, r *Response)) fault {
	return fault{Fault: Fault{name, "saml", what}, response: change}
}

const elsewhere = "https://elsewhere.example/saml"

// samlFaults are those of what a response says.
func samlFaults() []fault {
	return []fault{
		about("audience-wrong", "the audience is another service: the Identifier was mistyped", func(a *Assertion) { a.Audiences = [][]string{{elsewhere}} }),
		about("audience-missing", "no audience restriction", func(a *Assertion) { a.Audiences = nil }),
		about("audience-two", "two audience restrictions, of which one is not ours", func(a *Assertion) { a.Audiences = append(a.Audiences, []string{elsewhere}) }),
		around("destination-wrong", "the response is addressed to another URL: the Reply URL was mistyped", func(_ *Provider, r *Response) { r.Destination = elsewhere }),
		about("recipient-wrong", "the confirmation is for another URL", func(a *Assertion) { a.Confirmations[0].Recipient = elsewhere }),
		about("recipient-missing", "the confirmation names no URL", func(a *Assertion) { a.Confirmations[0].Recipient = "" }),
		around("issuer-wrong", "another provider's name on the response and the assertion", func(_ *Provider, r *Response) { r.Issuer, r.Assertions[0].Issuer = elsewhere, elsewhere }),
		about("assertion-issuer-wrong", "another provider's name on the assertion only", func(a *Assertion) { a.Issuer = elsewhere }),
		about("assertion-issuer-missing", "no provider's name on the assertion", func(a *Assertion) { a.Issuer = "" }),
		around("certificate-other", "signed with a key that is not the published one: a rollover that nobody told", otherKey),
		around("unsigned", "no signature at all", func(_ *Provider, r *Response) { r.Style.SignAssertion, r.Style.SignResponse = false, false }),
		around("sha1", "signed with rsa-sha1", func(_ *Provider, r *Response) { r.Hash = crypto.SHA1 }),
		about("name-id-missing", "the subject has no NameID", func(a *Assertion) { a.NameID = "" }),
		about("subject-missing", "no subject", func(a *Assertion) { a.NoSubject = true }),
		around("in-response-to-wrong", "the answer to another request", func(_ *Provider, r *Response) {
			r.InResponseTo, r.Assertions[0].Confirmations[0].InResponseTo = "_other", "_other"
		}),
		about("confirmation-request-wrong", "the confirmation is for another request than the response", func(a *Assertion) { a.Confirmations[0].InResponseTo = "_other" }),
		about("confirmation-request-missing", "the confirmation names no request", func(a *Assertion) { a.Confirmations[0].InResponseTo = "" }),
		about("confirmation-missing", "nothing says how the subject is confirmed", func(a *Assertion) { a.Confirmations = nil }),
		about("confirmation-method", "the subject is confirmed by a key that the browser does not have", func(a *Assertion) { a.Confirmations[0].Method = "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key" }),
		about("confirmation-past", "the confirmation ended an hour ago", func(a *Assertion) { a.Confirmations[0].NotAfter = a.IssueInstant.Add(-time.Hour) }),
		about("confirmation-endless", "the confirmation has no end", func(a *Assertion) { a.Confirmations[0].NotAfter = time.Time{} }),
		about("confirmation-begins", "the confirmation has a beginning, which the profile forbids", func(a *Assertion) { a.Confirmations[0].NotBefore = a.IssueInstant.Add(-time.Minute) }),
		about("conditions-missing", "no conditions", func(a *Assertion) { a.NoConditions = true }),
		about("conditions-past", "the conditions ended an hour ago", func(a *Assertion) {
			a.NotBefore, a.NotAfter = a.IssueInstant.Add(-2*time.Hour), a.IssueInstant.Add(-time.Hour)
		}),
		about("conditions-future", "the conditions begin in an hour", func(a *Assertion) {
			a.NotBefore, a.NotAfter = a.IssueInstant.Add(time.Hour), a.IssueInstant.Add(2*time.Hour)
		}),
		about("authn-missing", "nothing says how the person signed in", func(a *Assertion) { a.Statements = nil }),
		about("session-past", "the session at the provider ended an hour ago", func(a *Assertion) { a.Statements[0].SessionEnd = a.IssueInstant.Add(-time.Hour) }),
		about("version-one", "an assertion of SAML 1.1", func(a *Assertion) { a.Version = "1.1" }),
		around("response-version", "a response of SAML 3.0", func(_ *Provider, r *Response) { r.Version = "3.0" }),
		around("assertion-missing", "success, without an assertion", func(_ *Provider, r *Response) { r.Assertions = nil; r.Style.SignResponse = true }),
		around("assertion-twice", "two assertions", func(_ *Provider, r *Response) {
			second := r.Assertions[0]
			second.ID = randomID()
			r.Assertions = append(r.Assertions, second)
		}),
		around("encrypted-other", "encrypted for a certificate that is not ours: the one before the last", func(p *Provider, r *Response) {
			if key, err := freshKey(); err == nil {
				r.Encrypt = &markup.Encrypting{To: &key.PublicKey}
			}
		}),
		around("encrypted-cbc", "encrypted with AES-CBC", func(p *Provider, r *Response) {
			if r.Encrypt != nil {
				r.Encrypt.Method = markup.AES256CBC
			}
		}),
	}
}

// otherKey signs with a key that nobody knows.
func otherKey(p *Provider, r *Response) {
	key, err := freshKey()
	if err != nil {
		return
	}
	if s, err := newSigner(key, &p.conf); err == nil {
		r.Key, r.Cert = s.key, s.cert
	}
}

// failed is a response that says no.
func failed(name, what, message string, codes ...string) fault {
	return around(name, what, func(_ *Provider, r *Response) {
		r.Assertions, r.Status, r.StatusMessage, r.Style.SignResponse = nil, codes, message, true
	})
}

// statusFaults are what a provider says that did not sign anybody in.
func statusFaults() []fault {
	const of = "urn:oasis:names:tc:SAML:2.0:status:"
	return []fault{
		failed("status-denied", "the person is not assigned: the provider says so in a response", "AADSTS50105: not assigned to a role for the application", Responder, Denied),
		failed("status-failed", "the person could not sign in", "authentication failed", Responder, NoAuthn),
		failed("status-passive", "the person would have had to be asked", "", Responder, NoPassive),
		failed("status-context", "the way of signing in that was asked for cannot be had", "AADSTS75011: authentication method by which the user authenticated does not match the requested one", Requester, of+"NoAuthnContext"),
		failed("status-name-id", "the NameID format that was asked for cannot be had", "", Requester, of+"InvalidNameIDPolicy"),
		failed("status-unsupported", "the provider does not do what the request asks for", "", Requester, of+"RequestUnsupported"),
		failed("status-requester", "the provider says that the request is wrong", "AADSTS700016: application not found", Requester),
		failed("status-responder", "the provider has a problem of its own", "", Responder),
		failed("status-version", "the provider speaks another version", "", of+"VersionMismatch"),
	}
}

// messageFaults are those of how a message is written and sent.
func messageFaults() []fault {
	text := func(name, what string, do func(p *Provider, s string) string) fault {
		return fault{Fault: Fault{name, "saml", what}, text: do}
	}
	value := func(name, what string, do func(p *Provider, s string) string) fault {
		return fault{Fault: Fault{name, "saml", what}, value: do}
	}
	return []fault{
		text("tampered", "changed on the way, after it was signed", func(_ *Provider, s string) string {
			return strings.Replace(s, ">"+Password+"<", ">"+Protected+"<", 1)
		}),
		text("comment", "a comment within the NameID", func(_ *Provider, s string) string {
			return strings.Replace(s, "</NameID>", "<!-- -->.evil.example</NameID>", 1)
		}),
		text("doctype", "a document type declaration", func(_ *Provider, s string) string { return "<!DOCTYPE r>" + s }),
		text("truncated", "the message is cut off", func(_ *Provider, s string) string { return s[:len(s)/2] }),
		text("html", "a page in place of a message", func(*Provider, string) string { return "<html><body>Service unavailable</body></html>" }),
		text("large", "a message of 400,000 bytes", func(_ *Provider, s string) string { return s + strings.Repeat(" ", 400_000) }),
		value("base64", "the form's value is not base64", func(_ *Provider, s string) string { return s[:20] + "!" + s[20:] }),
		value("empty", "the form's value is empty", func(*Provider, string) string { return "" }),
		value("replay", "the response of the last sign-in again", func(p *Provider, s string) string {
			p.mu.Lock()
			defer p.mu.Unlock()
			if p.lastForm == "" {
				return s
			}
			return p.lastForm
		}),
		{Fault: Fault{"metadata-expired", "saml", "the metadata has ended"}},
		{Fault: Fault{"metadata-missing", "saml", "there is no metadata"}},
		{Fault: Fault{"metadata-page", "saml", "a web page in place of the metadata"}},
		{Fault: Fault{"metadata-keyless", "saml", "the metadata has no key"}},
		{Fault: Fault{"metadata-doorless", "saml", "the metadata has no address to sign in at"}},
	}
}
