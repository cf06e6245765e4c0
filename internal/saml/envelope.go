package saml

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/saml/dsig"
)

// responseRules are the rules in the order in which they are asked: what a person
// has to mend first comes first.
func responseRules() []func(*verification) error {
	return []func(*verification) error{
		(*verification).status,
		(*verification).head,
		(*verification).destination,
		(*verification).body,
		(*verification).issuers,
		(*verification).ahead,
		(*verification).conditions,
		(*verification).audience,
		(*verification).subject,
		(*verification).asked,
		(*verification).confirmed,
		(*verification).authenticated,
		(*verification).attributes,
		(*verification).hinted,
	}
}

// head checks what every message has. saml-core-2.0 §3.2.2
func (v *verification) head() error {
	if err := v.identified(v.envelope); err != nil {
		return err
	}
	return onlyOf(v.envelope, func(e *dsig.Element) (most int) {
		switch {
		case e.Space == dsigSpace && e.Local == "Signature", e.Is(assertionSpace, "Issuer"), e.Is(protocolSpace, "Extensions"), e.Is(protocolSpace, "Status"),
			e.Is(assertionSpace, "Assertion"), e.Is(assertionSpace, "EncryptedAssertion"):
			return 1
		}
		return 0
	})
}

// identified checks version, ID and the time of a response or an assertion.
func (v *verification) identified(e *dsig.Element) error {
	if version := e.Attr("Version"); version != "2.0" {
		return explain.Refuse(explain.SAMLVersion, "2.0", version)
	}
	if id := e.Attr("ID"); id == "" || len(id) > 256 {
		return explain.Refuse(explain.SAMLNoID, "an ID of at most 256 bytes in "+e.Local, fmt.Sprint(len(id), " bytes"))
	}
	_, err := needTime(e, "IssueInstant")
	return err
}

// onlyOf refuses children that may not be there, and one more of a name than may
// be, as most says.
func onlyOf(e *dsig.Element, most func(*dsig.Element) int) error {
	for c := range e.Children() {
		n := most(c)
		if n == 0 {
			return explain.Refuse(explain.SAMLContent, "in "+e.Local+" what the standard puts there", c.Local)
		}
		if _, count := e.Child(c.Space, c.Local); count > n {
			return explain.Refuse(explain.SAMLContent, fmt.Sprintf("at most %d %s in %s", n, c.Local, e.Local), fmt.Sprint(count))
		}
	}
	return nil
}

// destination: a signed response must name the address that it came to.
// saml-bindings-2.0 §3.5.5.2
func (v *verification) destination() error {
	d, there := v.envelope.Lookup("Destination")
	switch {
	case !there && !v.signed:
		return nil
	case !there || d == "":
		return explain.Refuse(explain.SAMLNoDestination, v.addresses(), "none")
	case !slices.Contains(v.expect.ACS, d):
		return explain.Refuse(explain.SAMLDestination, v.addresses(), d)
	}
	return nil
}

func (v *verification) addresses() string { return strings.Join(v.expect.ACS, " or ") }

// parts are the children of an assertion.
type parts struct {
	issuer, subject, conditions *dsig.Element
	authn, attributes           []*dsig.Element
}

// body takes the assertion apart. saml-core-2.0 §2.3.3
func (v *verification) body() error {
	if v.assertion == nil {
		return explain.Refuse(explain.SAMLUnsigned, "an assertion in what is signed", "none")
	}
	if err := v.identified(v.assertion); err != nil {
		return err
	}
	for c := range v.assertion.Children() {
		if err := v.part(c); err != nil {
			return err
		}
	}
	return nil
}

func (v *verification) part(c *dsig.Element) error {
	p := &v.parts
	var to **dsig.Element
	switch {
	case c.Is(assertionSpace, "Issuer"):
		to = &p.issuer
	case c.Is(assertionSpace, "Subject"):
		to = &p.subject
	case c.Is(assertionSpace, "Conditions"):
		to = &p.conditions
	case c.Is(assertionSpace, "AuthnStatement"):
		p.authn = append(p.authn, c)
		return nil
	case c.Is(assertionSpace, "AttributeStatement"):
		p.attributes = append(p.attributes, c)
		return nil
	case c.Is(assertionSpace, "AuthzDecisionStatement"), c.Is(assertionSpace, "Advice"), c.Is(dsigSpace, "Signature"):
		return nil
	default:
		return explain.Refuse(explain.SAMLContent, "in Assertion what the standard puts there", c.Local)
	}
	if *to != nil {
		return explain.Refuse(explain.SAMLContent, "one "+c.Local+" in Assertion", "several")
	}
	*to = c
	return nil
}

// issuers: the response may leave it out when it is not signed, the assertion may
// not. saml-profiles-2.0 §4.1.4.2
func (v *verification) issuers() error {
	if e, n := v.envelope.Child(assertionSpace, "Issuer"); n > 0 {
		if err := v.issuer(e, explain.SAMLIssuer); err != nil {
			return err
		}
	}
	if v.parts.issuer == nil {
		return explain.Refuse(explain.SAMLAssertionIssuer, v.trust.EntityID, "none")
	}
	return v.issuer(v.parts.issuer, explain.SAMLAssertionIssuer)
}

func (v *verification) issuer(e *dsig.Element, code explain.Code) error {
	text, ok := e.Text()
	format, there := e.Lookup("Format")
	switch {
	case !ok || trim(text) != v.trust.EntityID || v.trust.EntityID == "":
		return explain.Refuse(code, v.trust.EntityID, text)
	case there && format != "urn:oasis:names:tc:SAML:2.0:nameid-format:entity":
		return explain.Refuse(code, "the format entity", format)
	}
	return nil
}

// needTime reads a time that must be there.
func needTime(e *dsig.Element, name string) (time.Time, error) {
	t, err := timeOf(e, name)
	if err == nil && t.IsZero() {
		return t, explain.Refuse(explain.SAMLTime, name+" in "+e.Local, "none")
	}
	return t, err
}

// timeOf reads a time, zero when it is not there. saml-core-2.0 §1.3.3 has them in
// UTC; another zone that is told is understood.
func timeOf(e *dsig.Element, name string) (time.Time, error) {
	text, there := e.Lookup(name)
	if !there {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339Nano, trim(text))
	if err != nil || strings.Contains(text, ",") || t.Year() < 1970 {
		return time.Time{}, explain.Refuse(explain.SAMLTime, "a time in "+name+" of "+e.Local+", as 2026-01-31T12:00:00Z", text)
	}
	return t.UTC(), nil
}
