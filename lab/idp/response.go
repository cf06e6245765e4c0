package idp

import (
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"time"

	"github.com/anteroom-id/anteroom/lab/idp/markup"
)

// Response is a SAML response with everything in it that can be right or wrong.
// What is empty is left out.
type Response struct {
	ID, Version, InResponseTo, Destination, Issuer string
	IssueInstant                                   time.Time
	Status                                         []string // the code, and those within it
	StatusMessage                                  string
	Assertions                                     []Assertion
	Style                                          Style
	Key                                            *rsa.PrivateKey
	Cert                                           *x509.Certificate
	Hash                                           crypto.Hash // 0 is SHA-256
	Encrypt                                        *markup.Encrypting
}

// Assertion is what the provider says of one person.
type Assertion struct {
	ID, Version, Issuer  string
	IssueInstant         time.Time
	NameID, NameIDFormat string
	NameQualifier        string
	NoSubject            bool
	Confirmations        []Confirmation
	NotBefore, NotAfter  time.Time  // of the conditions
	Audiences            [][]string // a restriction each
	NoConditions         bool
	OneTimeUse           bool
	Statements           []Statement
	Attributes           []Attribute
	Extra                []*markup.Element // at the end of the assertion
}

// Confirmation says how the one who brings an assertion is confirmed to be its
// subject.
type Confirmation struct {
	Method, Recipient, InResponseTo string
	NotBefore, NotAfter             time.Time
	NoData                          bool
}

// Statement says how and when somebody signed in at the provider.
type Statement struct {
	Instant, SessionEnd time.Time
	Session, Context    string
}

// Attribute is a named value or several.
type Attribute struct {
	Name, Format string
	Values       []string
}

// The codes and methods that are used most.
const (
	Success   = "urn:oasis:names:tc:SAML:2.0:status:Success"
	Responder = "urn:oasis:names:tc:SAML:2.0:status:Responder"
	Requester = "urn:oasis:names:tc:SAML:2.0:status:Requester"
	Denied    = "urn:oasis:names:tc:SAML:2.0:status:RequestDenied"
	NoAuthn   = "urn:oasis:names:tc:SAML:2.0:status:AuthnFailed"
	NoPassive = "urn:oasis:names:tc:SAML:2.0:status:NoPassive"
	Bearer    = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
	Password  = "urn:oasis:names:tc:SAML:2.0:ac:classes:Password"
	Protected = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
)

// Encode gives the value of a form field for a message.
func Encode(message string) string { return base64.StdEncoding.EncodeToString([]byte(message)) }

// Decode gives the message of a form field's value.
func Decode(value string) (string, error) {
	text, err := base64.StdEncoding.DecodeString(value)
	return string(text), err
}

// Form gives the value of the form field SAMLResponse.
func (r *Response) Form() (string, error) {
	e, err := r.Element()
	if err != nil {
		return "", err
	}
	return Encode(e.String()), nil
}

// Element makes the whole message: written, signed and encrypted as its style says.
func (r *Response) Element() (*markup.Element, error) {
	e := r.envelope()
	for i := range r.Assertions {
		a, err := r.assertion(&r.Assertions[i])
		if err != nil {
			return nil, err
		}
		e.Add(a)
	}
	if r.Style.SignResponse {
		return e, markup.Sign(e, r.Signing(1))
	}
	return e, nil
}

// Signing says how this response signs.
func (r *Response) Signing(at int) markup.Signing {
	s := markup.Signing{Key: r.Key, Hash: r.Hash, At: at, Prefix: "ds"}
	if r.Style.Bare {
		s.Prefix = ""
	}
	if r.Style.Typed {
		s.Keep = []string{"xs"}
	}
	if !r.Style.NoKeyInfo && r.Cert != nil {
		s.Cert = r.Cert.Raw
	}
	return s
}

func (r *Response) envelope() *markup.Element {
	e := protocol("Response", "ID", r.ID, "Version", r.Version, "IssueInstant", stamp(r.IssueInstant),
		"Destination", r.Destination, "InResponseTo", r.InResponseTo)
	if r.Issuer != "" {
		e.Add(r.saml("Issuer").Say(r.Issuer))
	}
	if len(r.Status) > 0 {
		e.Add(status(r.Status, r.StatusMessage))
	}
	return e
}

func status(codes []string, message string) *markup.Element {
	var code *markup.Element
	for i := len(codes) - 1; i >= 0; i-- {
		code = protocol("StatusCode", "Value", codes[i]).Add(code)
	}
	s := protocol("Status").Add(code)
	if message != "" {
		s.Add(protocol("StatusMessage").Say(message))
	}
	return s
}

func protocol(local string, pairs ...string) *markup.Element {
	return markup.New(markup.Protocol, "samlp", local, pairs...)
}

func (r *Response) saml(local string, pairs ...string) *markup.Element {
	if r.Style.Bare {
		return markup.New(markup.Assertion, "", local, pairs...)
	}
	return markup.New(markup.Assertion, "saml", local, pairs...)
}

// assertion writes one, signed and encrypted as the style says.
func (r *Response) assertion(a *Assertion) (*markup.Element, error) {
	e := r.Plain(a)
	if r.Style.SignAssertion {
		if err := markup.Sign(e, r.Signing(1)); err != nil {
			return nil, err
		}
	}
	if r.Encrypt != nil {
		return markup.Encrypt(e, "EncryptedAssertion", *r.Encrypt)
	}
	return e, nil
}

// Plain writes an assertion without a signature.
func (r *Response) Plain(a *Assertion) *markup.Element {
	e := r.saml("Assertion", "ID", a.ID, "Version", a.Version, "IssueInstant", stamp(a.IssueInstant))
	if a.Issuer != "" {
		e.Add(r.saml("Issuer").Say(a.Issuer))
	}
	e.Add(r.subject(a), r.conditions(a))
	if r.Style.Bare { // the order of Entra's
		return e.Add(r.attributes(a)).Add(r.statements(a)...).Add(a.Extra...)
	}
	return e.Add(r.statements(a)...).Add(r.attributes(a)).Add(a.Extra...)
}

func (r *Response) subject(a *Assertion) *markup.Element {
	if a.NoSubject {
		return nil
	}
	s := r.saml("Subject")
	if a.NameID != "" {
		s.Add(r.saml("NameID", "Format", a.NameIDFormat, "NameQualifier", a.NameQualifier).Say(a.NameID))
	}
	for i := range a.Confirmations {
		s.Add(r.confirmation(&a.Confirmations[i]))
	}
	return s
}

func (r *Response) confirmation(c *Confirmation) *markup.Element {
	e := r.saml("SubjectConfirmation", "Method", c.Method)
	if c.NoData {
		return e
	}
	return e.Add(r.saml("SubjectConfirmationData", "InResponseTo", c.InResponseTo, "NotBefore", stamp(c.NotBefore),
		"NotOnOrAfter", stamp(c.NotAfter), "Recipient", c.Recipient))
}

func (r *Response) conditions(a *Assertion) *markup.Element {
	if a.NoConditions {
		return nil
	}
	c := r.saml("Conditions", "NotBefore", stamp(a.NotBefore), "NotOnOrAfter", stamp(a.NotAfter))
	for _, names := range a.Audiences {
		restriction := r.saml("AudienceRestriction")
		for _, n := range names {
			restriction.Add(r.saml("Audience").Say(n))
		}
		c.Add(restriction)
	}
	if a.OneTimeUse {
		c.Add(r.saml("OneTimeUse"))
	}
	return c
}

func (r *Response) statements(a *Assertion) []*markup.Element {
	var all []*markup.Element
	for _, s := range a.Statements {
		e := r.saml("AuthnStatement", "AuthnInstant", stamp(s.Instant), "SessionIndex", s.Session, "SessionNotOnOrAfter", stamp(s.SessionEnd))
		if s.Context != "" {
			e.Add(r.saml("AuthnContext").Add(r.saml("AuthnContextClassRef").Say(s.Context)))
		}
		all = append(all, e)
	}
	return all
}

func (r *Response) attributes(a *Assertion) *markup.Element {
	if len(a.Attributes) == 0 {
		return nil
	}
	all := r.saml("AttributeStatement")
	for _, at := range a.Attributes {
		e := r.saml("Attribute", "Name", at.Name, "NameFormat", at.Format)
		for _, v := range at.Values {
			e.Add(r.attributeValue(v))
		}
		all.Add(e)
	}
	return all
}

func (r *Response) attributeValue(text string) *markup.Element {
	v := r.saml("AttributeValue").Say(text)
	if r.Style.Typed {
		v.Attrs = []markup.Attr{{Prefix: "xsi", Local: "type", Space: markup.Instance, Value: "xs:string"}}
		v.Declares = []markup.Declaration{{Prefix: "xs", Space: markup.Schema}}
	}
	return v
}

// stamp writes a time as SAML does; "" for none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}
