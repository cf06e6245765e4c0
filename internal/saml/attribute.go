package saml

import (
	"strings"

	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/saml/dsig"
)

// What Trust.Attributes can name, beside a product's own attributes.
const (
	AttributeAddress    = "email"
	AttributeUserName   = "userName"
	AttributeGivenName  = "givenName"
	AttributeFamilyName = "familyName"
	AttributeName       = "displayName"
)

const (
	claims    = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
	microsoft = "http://schemas.microsoft.com/identity/claims/"
)

// wellKnown are the names that providers give an attribute, in the order in which
// they count; they compare without case.
func wellKnown(ours string) []string {
	switch ours {
	case AttributeAddress:
		return []string{claims + "emailaddress", "urn:oid:0.9.2342.19200300.100.1.3", "urn:oid:1.2.840.113549.1.9.1", "email", "mail", "emailAddress", "email_address", "e-mail", "user.email"}
	case AttributeUserName:
		return []string{claims + "upn", claims + "name", "urn:oid:1.3.6.1.4.1.5923.1.1.1.6", "urn:oid:0.9.2342.19200300.100.1.1", "userPrincipalName", "upn", "userName", "eduPersonPrincipalName", "username", "login", "uid"}
	case AttributeGivenName:
		return []string{claims + "givenname", "urn:oid:2.5.4.42", "givenName", "firstName", "first_name", "given_name", "user.firstName"}
	case AttributeFamilyName:
		return []string{claims + "surname", "urn:oid:2.5.4.4", "sn", "surname", "lastName", "last_name", "familyName", "family_name", "user.lastName"}
	case AttributeName:
		return []string{microsoft + "displayname", "urn:oid:2.16.840.1.113730.3.1.241", "urn:oid:2.5.4.3", "displayName", "display_name", "name", "cn", "fullName"}
	}
	return nil
}

// attributes checks the statements' form: names are there, and nothing is hidden.
// saml-core-2.0 §2.7.3
func (v *verification) attributes() error {
	for _, s := range v.parts.attributes {
		for a := range s.Children() {
			switch {
			case a.Is(assertionSpace, "EncryptedAttribute"):
				return explain.Refuse(explain.SAMLEncryptedName, "attributes in the open, in an assertion that may be encrypted", "EncryptedAttribute")
			case !a.Is(assertionSpace, "Attribute"):
				return explain.Refuse(explain.SAMLAttribute, "attributes in AttributeStatement", a.Local)
			case a.Attr("Name") == "":
				return explain.Refuse(explain.SAMLAttribute, "a Name for each attribute", "an attribute without one")
			}
		}
	}
	return nil
}

// read puts together what the assertion says.
func (v *verification) read(a *identity.Assertion) {
	name, _ := v.parts.subject.Child(assertionSpace, "NameID")
	text, _ := name.Text()
	subject, format := trim(text), name.Attr("Format")
	*a = identity.Assertion{
		Protocol: identity.SAML, ID: v.assertion.Attr("ID"), Issuer: v.trust.EntityID, Subject: subject, Format: format,
		Qualifier: name.Attr("NameQualifier"), SPQualifier: name.Attr("SPNameQualifier"),
		Stable:     format == FormatPersistent && !strings.Contains(subject, "@"),
		Attributes: v.values(),
		Expires:    v.expires,
		SessionEnd: v.sessionEnd,
	}
	s := v.parts.authn[0]
	a.Session, a.Context = s.Attr("SessionIndex"), contextOf(s)
	a.AuthnAt, _ = timeOf(s, "AuthnInstant")
	a.Address, a.UserName = v.attribute(a.Attributes, AttributeAddress), v.attribute(a.Attributes, AttributeUserName)
	a.GivenName, a.FamilyName = v.attribute(a.Attributes, AttributeGivenName), v.attribute(a.Attributes, AttributeFamilyName)
	a.Name = v.attribute(a.Attributes, AttributeName)
	if a.Address == "" && format != FormatTransient && address(subject) {
		a.Address = subject
	}
	if a.UserName == "" && format != FormatTransient && !a.Stable {
		a.UserName = subject
	}
}

// address reports whether a text looks like an address of mail.
func address(s string) bool {
	local, domain, ok := strings.Cut(s, "@")
	return ok && local != "" && strings.Contains(domain, ".") && !strings.ContainsAny(s, " <>\"") && strings.Count(s, "@") == 1
}

// values gives every attribute by the name that it came under. A value that is no
// text is left out; one that is a NameID counts by its text.
func (v *verification) values() map[string][]string {
	all := map[string][]string{}
	for _, s := range v.parts.attributes {
		for a := range s.All(assertionSpace, "Attribute") {
			name := a.Attr("Name")
			values := make([]string, 0, a.Count())
			for e := range a.All(assertionSpace, "AttributeValue") {
				if text, ok := valueOf(e); ok {
					values = append(values, text)
				}
			}
			all[name] = append(all[name], values...)
		}
	}
	return all
}

func valueOf(e *dsig.Element) (string, bool) {
	if id, n := e.Child(assertionSpace, "NameID"); n == 1 && e.Count() == 1 {
		e = id
	}
	text, ok := e.Text()
	return trim(text), ok
}

// attribute finds one of ours: by the name that the connection says or, when it
// says none, by the names that providers use.
func (v *verification) attribute(all map[string][]string, ours string) string {
	if name := v.trust.Attributes[ours]; name != "" {
		return first(all[name])
	}
	for _, known := range wellKnown(ours) {
		for _, s := range v.parts.attributes {
			for a := range s.Children() {
				if name := a.Attr("Name"); len(name) == len(known) && strings.EqualFold(name, known) && first(all[name]) != "" {
					return first(all[name])
				}
			}
		}
	}
	return ""
}

// first gives the first value that is not empty.
func first(values []string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}
