package samltest

import (
	"fmt"
	"strings"
)

const entraResponse = `<samlp:Response ID="_response" Version="2.0" IssueInstant="2026-03-01T12:00:00.000Z" Destination="` + ACS + `" InResponseTo="` + Request + `" xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol">` +
	`<Issuer xmlns="urn:oasis:names:tc:SAML:2.0:assertion">` + EntityID + `</Issuer>` +
	`<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>ASSERTION</samlp:Response>`

const oktaResponse = `<?xml version="1.0" encoding="UTF-8"?><saml2p:Response Destination="` + ACS + `" ID="_response" InResponseTo="` + Request + `" IssueInstant="2026-03-01T12:00:00.000Z" Version="2.0" xmlns:saml2p="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:xs="http://www.w3.org/2001/XMLSchema">` +
	`<saml2:Issuer Format="urn:oasis:names:tc:SAML:2.0:nameid-format:entity" xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion">` + EntityID + `</saml2:Issuer>` +
	`<saml2p:Status xmlns:saml2p="urn:oasis:names:tc:SAML:2.0:protocol"><saml2p:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></saml2p:Status>ASSERTION</saml2p:Response>`

func entraAssertion(groups int) string {
	const (
		microsoft = "http://schemas.microsoft.com/identity/claims/"
		claims    = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
	)
	var b strings.Builder
	b.WriteString(`<Assertion ID="_assertion" IssueInstant="2026-03-01T12:00:00.000Z" Version="2.0" xmlns="urn:oasis:names:tc:SAML:2.0:assertion">` +
		`<Issuer>` + EntityID + `</Issuer>` +
		`<Subject><NameID Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress">` + Subject + `</NameID>` +
		`<SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">` +
		`<SubjectConfirmationData InResponseTo="` + Request + `" NotOnOrAfter="2026-03-01T13:00:00.000Z" Recipient="` + ACS + `"/></SubjectConfirmation></Subject>` +
		`<Conditions NotBefore="2026-03-01T11:55:00.000Z" NotOnOrAfter="2026-03-01T13:00:00.000Z">` +
		`<AudienceRestriction><Audience>` + Audience + `</Audience></AudienceRestriction></Conditions><AttributeStatement>`)
	for _, a := range [][2]string{
		{microsoft + "tenantid", "11111111-2222-3333-4444-555555555555"},
		{microsoft + "objectidentifier", "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"},
		{microsoft + "displayname", "Ann Ames"},
		{microsoft + "identityprovider", EntityID},
		{"http://schemas.microsoft.com/claims/authnmethodsreferences", "http://schemas.microsoft.com/ws/2008/06/identity/authenticationmethod/password"},
		{claims + "givenname", "Ann"},
		{claims + "surname", "Ames &amp; Söhne"},
		{claims + "emailaddress", "ann.ames@acme.example"},
		{claims + "name", "ann@acme.example"},
	} {
		fmt.Fprintf(&b, `<Attribute Name="%s"><AttributeValue>%s</AttributeValue></Attribute>`, a[0], a[1])
	}
	writeGroups(&b, "http://schemas.microsoft.com/ws/2008/06/identity/claims/groups", "", `<AttributeValue>`, groups)
	b.WriteString(`</AttributeStatement><AuthnStatement AuthnInstant="2026-03-01T11:59:50.000Z" SessionIndex="_session">` +
		`<AuthnContext><AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</AuthnContextClassRef></AuthnContext></AuthnStatement></Assertion>`)
	return b.String()
}

func writeGroups(b *strings.Builder, name, prefix, open string, groups int) {
	if groups == 0 {
		return
	}
	fmt.Fprintf(b, `<%[1]sAttribute Name="%[2]s">`, prefix, name)
	for i := range groups {
		fmt.Fprintf(b, `%s%08x-0000-4000-8000-000000000000</%sAttributeValue>`, open, i, prefix)
	}
	fmt.Fprintf(b, `</%sAttribute>`, prefix)
}

func oktaAssertion(groups int) string {
	const value = `<saml2:AttributeValue xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="xs:string">`
	var b strings.Builder
	b.WriteString(`<saml2:Assertion ID="_assertion" IssueInstant="2026-03-01T12:00:00.000Z" Version="2.0" xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion" xmlns:xs="http://www.w3.org/2001/XMLSchema">` +
		`<saml2:Issuer Format="urn:oasis:names:tc:SAML:2.0:nameid-format:entity" xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion">` + EntityID + `</saml2:Issuer>` +
		`<saml2:Subject xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion"><saml2:NameID Format="urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified">` + Subject + `</saml2:NameID>` +
		`<saml2:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml2:SubjectConfirmationData InResponseTo="` + Request + `" NotOnOrAfter="2026-03-01T12:05:00.000Z" Recipient="` + ACS + `"/></saml2:SubjectConfirmation></saml2:Subject>` +
		`<saml2:Conditions NotBefore="2026-03-01T11:55:00.000Z" NotOnOrAfter="2026-03-01T12:05:00.000Z"><saml2:AudienceRestriction><saml2:Audience>` + Audience + `</saml2:Audience></saml2:AudienceRestriction></saml2:Conditions>` +
		`<saml2:AuthnStatement AuthnInstant="2026-03-01T11:59:50.000Z" SessionIndex="_session" SessionNotOnOrAfter="2026-03-01T20:00:00.000Z"><saml2:AuthnContext><saml2:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport</saml2:AuthnContextClassRef></saml2:AuthnContext></saml2:AuthnStatement>` +
		`<saml2:AttributeStatement>`)
	for _, a := range [][2]string{{"firstName", "Ann"}, {"lastName", "Ames"}, {"email", "ann.ames@acme.example"}} {
		fmt.Fprintf(&b, `<saml2:Attribute Name="%s" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified">%s%s</saml2:AttributeValue></saml2:Attribute>`, a[0], value, a[1])
	}
	writeGroups(&b, "groups", "saml2:", value, groups)
	b.WriteString(`</saml2:AttributeStatement></saml2:Assertion>`)
	return b.String()
}
