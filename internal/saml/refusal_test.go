package saml_test

import (
	"crypto/x509"
	"strings"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/saml"
	st "github.com/anteroom-id/anteroom/internal/saml/samltest"
)

// refused is a message that is refused, for one reason.
type refused struct {
	name   string
	want   explain.Code
	knobs  st.Knobs
	trust  func(*saml.Trust)
	expect func(*saml.Expect)
}

func refuse(t *testing.T, cases []refused) {
	t.Helper()
	k := madeKeys(t)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			tr, ex := trust(k), expect()
			if c.trust != nil {
				c.trust(&tr)
			}
			if c.expect != nil {
				c.expect(&ex)
			}
			a, err := verify(st.Message(t, k.idp, c.knobs), tr, ex)
			if got := codeOf(err); got != c.want {
				t.Errorf("%s, want %s: %v", got, c.want, err)
			}
			if a.Subject != "" || a.Attributes != nil {
				t.Errorf("a refusal came with %v", a)
			}
			if _, ok := explain.Find(c.want); !ok {
				t.Errorf("nobody can look %s up", c.want)
			}
		})
	}
}

func TestS6_WhatAResponseSaysMustFit(t *testing.T) {
	re := func(pairs ...string) func(string) string { return st.Replace(t, pairs...) }
	both := &st.Signing{}
	refuse(t, []refused{
		{name: "audience of another service", want: explain.SAMLAudience, knobs: st.Knobs{Assertion: re(st.Audience, "https://other.example/")}},
		{name: "audience in other letters", want: explain.SAMLAudience, knobs: st.Knobs{Assertion: re(st.Audience, strings.ToUpper(st.Audience))}},
		{name: "a second restriction to another service", want: explain.SAMLAudience, knobs: st.Knobs{Assertion: re("</AudienceRestriction>", "</AudienceRestriction><AudienceRestriction><Audience>https://other.example/</Audience></AudienceRestriction>")}},
		{name: "a restriction to nobody", want: explain.SAMLAudience, knobs: st.Knobs{Assertion: re("<Audience>"+st.Audience+"</Audience>", "")}},
		{name: "no restriction", want: explain.SAMLNoAudience, knobs: st.Knobs{Assertion: re("<AudienceRestriction><Audience>"+st.Audience+"</Audience></AudienceRestriction>", "")}},
		{name: "no conditions", want: explain.SAMLNoConditions, knobs: st.Knobs{Assertion: func(s string) string { return cut(s, "<Conditions", "</Conditions>") }}},
		{name: "an unknown condition", want: explain.SAMLCondition, knobs: st.Knobs{Assertion: re("</AudienceRestriction>", `</AudienceRestriction><Condition xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="x"/>`)}},
		{name: "destination elsewhere", want: explain.SAMLDestination, knobs: st.Knobs{Response: re(`Destination="`+st.ACS, `Destination="https://other.example/acs`)}},
		{name: "an empty destination", want: explain.SAMLNoDestination, knobs: st.Knobs{Response: re(`Destination="`+st.ACS+`"`, `Destination=""`)}},
		{name: "no destination in a signed response", want: explain.SAMLNoDestination, knobs: st.Knobs{OfResponse: both, Response: re(` Destination="`+st.ACS+`"`, "")}},
		{name: "issuer of the response", want: explain.SAMLIssuer, knobs: st.Knobs{Response: re(`assertion">`+st.EntityID, `assertion">https://evil.example/`)}},
		{name: "another provider, by its name and its key", want: explain.SAMLIssuer, knobs: st.Knobs{OfContent: &st.Signing{Key: madeKeys(t).other.Private, Cert: madeKeys(t).other.Cert}, Response: re(`assertion">`+st.EntityID, `assertion">https://evil.example/`)}},
		{name: "issuer with a format", want: explain.SAMLIssuer, knobs: st.Knobs{Response: re(`<Issuer xmlns=`, `<Issuer Format="x" xmlns=`)}},
		{name: "issuer of the assertion", want: explain.SAMLAssertionIssuer, knobs: st.Knobs{Assertion: re("<Issuer>"+st.EntityID, "<Issuer>https://evil.example/")}},
		{name: "no issuer of the assertion", want: explain.SAMLAssertionIssuer, knobs: st.Knobs{OfContent: &st.Signing{Last: true}, Assertion: re("<Issuer>"+st.EntityID+"</Issuer>", "")}},
		{name: "no subject", want: explain.SAMLNoSubject, knobs: st.Knobs{Assertion: func(s string) string { return cut(s, "<Subject>", "</Subject>") }}},
		{name: "no name", want: explain.SAMLNoSubject, knobs: st.Knobs{Assertion: func(s string) string { return cut(s, "<NameID", "</NameID>") }}},
		{name: "an empty name", want: explain.SAMLNoSubject, knobs: st.Knobs{Assertion: re(st.Subject+"</NameID>", " </NameID>")}},
		{name: "elements in the name", want: explain.SAMLNameID, knobs: st.Knobs{Assertion: re(st.Subject+"</NameID>", "ann<b/>@acme.example</NameID>")}},
		{name: "control characters in the name", want: explain.SAMLNameID, knobs: st.Knobs{Assertion: re(st.Subject+"</NameID>", "ann&#10;@acme.example</NameID>")}},
		{name: "invisible characters in the name", want: explain.SAMLNameID, knobs: st.Knobs{Assertion: re(st.Subject+"</NameID>", "ann\u200b@acme.example</NameID>")}},
		{name: "a name without end", want: explain.SAMLNameID, knobs: st.Knobs{Assertion: re(st.Subject+"</NameID>", strings.Repeat("a", 1025)+"</NameID>")}},
		{name: "two names", want: explain.SAMLContent, knobs: st.Knobs{Assertion: re("</NameID>", "</NameID><NameID>bob@acme.example</NameID>")}},
		{name: "an encrypted name", want: explain.SAMLEncryptedName, knobs: st.Knobs{Assertion: re("<NameID", "<EncryptedID", "</NameID>", "</EncryptedID>")}},
		{name: "an encrypted attribute", want: explain.SAMLEncryptedName, knobs: st.Knobs{Assertion: re("<AttributeStatement>", "<AttributeStatement><EncryptedAttribute/>")}},
		{name: "an attribute without a name", want: explain.SAMLAttribute, knobs: st.Knobs{Assertion: re("<AttributeStatement>", "<AttributeStatement><Attribute><AttributeValue>x</AttributeValue></Attribute>")}},
		{name: "something else among the attributes", want: explain.SAMLAttribute, knobs: st.Knobs{Assertion: re("<AttributeStatement>", "<AttributeStatement><X/>")}},
		{name: "two subjects", want: explain.SAMLContent, knobs: st.Knobs{Assertion: re("</Subject>", "</Subject><Subject><NameID>bob@acme.example</NameID></Subject>")}},
		{name: "something else in the assertion", want: explain.SAMLContent, knobs: st.Knobs{Assertion: re("</Subject>", "</Subject><X/>")}},
		{name: "something else in the response", want: explain.SAMLContent, knobs: st.Knobs{Response: re("<samlp:Status>", "<X/><samlp:Status>")}},
		{name: "two issuers of the response", want: explain.SAMLContent, knobs: st.Knobs{Response: re("<samlp:Status>", `<Issuer xmlns="urn:oasis:names:tc:SAML:2.0:assertion">x</Issuer><samlp:Status>`)}},
		{name: "no confirmation", want: explain.SAMLBearer, knobs: st.Knobs{Assertion: func(s string) string { return cut(s, "<SubjectConfirmation ", "</SubjectConfirmation>") }}},
		{name: "holder of key", want: explain.SAMLBearer, knobs: st.Knobs{Assertion: re("cm:bearer", "cm:holder-of-key")}},
		{name: "a confirmation without data", want: explain.SAMLBearer, knobs: st.Knobs{Assertion: func(s string) string { return cut(s, "<SubjectConfirmationData", "/>") }}},
		{name: "recipient elsewhere", want: explain.SAMLRecipient, knobs: st.Knobs{Assertion: re(`Recipient="`+st.ACS, `Recipient="https://other.example/acs`)}},
		{name: "no recipient", want: explain.SAMLRecipient, knobs: st.Knobs{Assertion: re(` Recipient="`+st.ACS+`"`, "")}},
		{name: "a confirmation with a beginning", want: explain.SAMLNotBefore, knobs: st.Knobs{Assertion: re("<SubjectConfirmationData", `<SubjectConfirmationData NotBefore="2026-03-01T11:00:00Z"`)}},
		{name: "a confirmation without an end", want: explain.SAMLNoExpiry, knobs: st.Knobs{Assertion: re(` NotOnOrAfter="2026-03-01T13:00:00.000Z" Recipient`, " Recipient")}},
		{name: "a confirmation for years", want: explain.SAMLTooLong, knobs: st.Knobs{Assertion: re(`NotOnOrAfter="2026-03-01T13:00:00.000Z" Recipient`, `NotOnOrAfter="2099-01-01T00:00:00Z" Recipient`)}},
		{name: "a confirmation that is over", want: explain.SAMLConfirmationLate, knobs: st.Knobs{Assertion: re(`NotOnOrAfter="2026-03-01T13:00:00.000Z" Recipient`, `NotOnOrAfter="2026-03-01T11:57:00Z" Recipient`)}},
		{name: "no statement about signing in", want: explain.SAMLNoAuthn, knobs: st.Knobs{Assertion: func(s string) string { return cut(s, "<AuthnStatement", "</AuthnStatement>") }}},
		{name: "a session that is over", want: explain.SAMLSessionOver, knobs: st.Knobs{Assertion: re("<AuthnStatement", `<AuthnStatement SessionNotOnOrAfter="2026-03-01T11:59:59Z"`)}},
		{name: "no version", want: explain.SAMLVersion, knobs: st.Knobs{Assertion: re(` Version="2.0"`, "")}},
		{name: "another version of the response", want: explain.SAMLVersion, knobs: st.Knobs{Sent: re(`<samlp:Response ID="_response" Version="2.0"`, `<samlp:Response ID="_response" Version="1.1"`)}},
		{name: "no id of the response", want: explain.SAMLNoID, knobs: st.Knobs{Sent: re(` ID="_response"`, "")}},
		{name: "no time", want: explain.SAMLTime, knobs: st.Knobs{Assertion: re(` IssueInstant="2026-03-01T12:00:00.000Z"`, "")}},
		{name: "a time that is none", want: explain.SAMLTime, knobs: st.Knobs{Assertion: re("2026-03-01T11:55:00.000Z", "yesterday")}},
		{name: "a time with a comma", want: explain.SAMLTime, knobs: st.Knobs{Assertion: re("2026-03-01T11:55:00.000Z", "2026-03-01T11:55:00,000Z")}},
		{name: "no time of signing in", want: explain.SAMLTime, knobs: st.Knobs{Assertion: re(` AuthnInstant="2026-03-01T11:59:50.000Z"`, "")}},
		{name: "signed in in the future", want: explain.SAMLClockAhead, knobs: st.Knobs{Assertion: re("2026-03-01T11:59:50.000Z", "2026-03-01T12:30:00.000Z")}},
		{name: "a weaker context", want: explain.SAMLContext, expect: func(e *saml.Expect) { e.Request.Context = "urn:oasis:names:tc:SAML:2.0:ac:classes:X509" }},
		{name: "another strong context", want: explain.SAMLContext, knobs: st.Knobs{Assertion: re("classes:Password", "classes:TimeSyncToken")}, expect: func(e *saml.Expect) { e.Request.Context = "urn:oasis:names:tc:SAML:2.0:ac:classes:X509" }},
		{name: "an unknown context", want: explain.SAMLContext, expect: func(e *saml.Expect) { e.Request.Context = "https://acme.example/strong" }},
		{name: "no context", want: explain.SAMLContext, knobs: st.Knobs{Assertion: func(s string) string { return cut(s, "<AuthnContextClassRef>", "</AuthnContextClassRef>") }}, expect: func(e *saml.Expect) { e.Request.Context = "urn:oasis:names:tc:SAML:2.0:ac:classes:Password" }},
		{name: "credentials not shown anew", want: explain.SAMLNotFresh, knobs: st.Knobs{Assertion: re("2026-03-01T11:59:50.000Z", "2026-03-01T11:50:00.000Z")}, expect: func(e *saml.Expect) { e.Request.ForceAuthn = true }},
	})
}

func TestARefusalNamesTheClockFirst(t *testing.T) {
	re := func(pairs ...string) func(string) string { return st.Replace(t, pairs...) }
	at := func(d time.Duration) func(*saml.Expect) {
		return func(e *saml.Expect) {
			e.Now = st.Now().Add(d)
			e.Request.At = e.Now.Add(-20 * time.Second)
		}
	}
	refuse(t, []refused{
		{name: "the provider is ahead by ten minutes", want: explain.SAMLClockAhead, expect: at(-10 * time.Minute)},
		{name: "the provider is ahead, and the audience is wrong", want: explain.SAMLClockAhead, knobs: st.Knobs{Assertion: re(st.Audience, "https://other.example/")}, expect: at(-10 * time.Minute)},
		{name: "the assertion was made later", want: explain.SAMLClockAhead, knobs: st.Knobs{Assertion: re(`IssueInstant="2026-03-01T12:00:00.000Z"`, `IssueInstant="2026-03-01T12:04:00Z"`)}},
		{name: "the response was made later", want: explain.SAMLClockAhead, knobs: st.Knobs{Sent: re(`IssueInstant="2026-03-01T12:00:00.000Z" Destination`, `IssueInstant="2026-03-01T12:04:00Z" Destination`)}},
		{name: "conditions begin later", want: explain.SAMLClockAhead, knobs: st.Knobs{Assertion: re("11:55:00", "12:04:00")}},
		{name: "the provider is behind by ten minutes", want: explain.SAMLClockBehind, knobs: st.Knobs{Okta: true}, expect: at(10 * time.Minute)},
		{name: "a response that waited", want: explain.SAMLExpired, knobs: st.Knobs{Okta: true}, expect: func(e *saml.Expect) { e.Now = st.Now().Add(10 * time.Minute) }},
		{name: "a request that waited, its response too", want: explain.SAMLExpired, expect: func(e *saml.Expect) { e.Now = st.Now().Add(2 * time.Hour) }},
	})
}

func TestW12_AResponseAnswersTheRequestOfThisBrowser(t *testing.T) {
	re := func(pairs ...string) func(string) string { return st.Replace(t, pairs...) }
	both, unasked := &st.Signing{}, ` InResponseTo="`+st.Request+`"`
	none := func(e *saml.Expect) { e.Request = nil }
	refuse(t, []refused{
		{name: "of another request", want: explain.SAMLOtherRequest, expect: func(e *saml.Expect) { e.Request.ID = "_another" }},
		{name: "of another request in the confirmation", want: explain.SAMLOtherRequest, knobs: st.Knobs{Assertion: re(st.Request, "_another")}},
		{name: "of another request in the response", want: explain.SAMLOtherRequest, knobs: st.Knobs{Sent: re(`InResponseTo="`+st.Request+`" xmlns:samlp`, `InResponseTo="_another" xmlns:samlp`)}},
		{name: "of none in the confirmation", want: explain.SAMLOtherRequest, knobs: st.Knobs{Assertion: re(unasked, "")}},
		{name: "of none in the response", want: explain.SAMLOtherRequest, knobs: st.Knobs{Sent: re(unasked+" xmlns:samlp", " xmlns:samlp")}},
		{name: "a request without id", want: explain.SAMLOtherRequest, knobs: st.Knobs{Assertion: re(unasked, ""), Response: re(unasked, "")}, expect: func(e *saml.Expect) { e.Request.ID = "" }},
		{name: "of a request that is over", want: explain.SAMLNoRequest, expect: none},
		{name: "of a request in the confirmation alone", want: explain.SAMLNoRequest, knobs: st.Knobs{Response: re(unasked+" xmlns:samlp", " xmlns:samlp")}, expect: none},
		{name: "W11 of none, and good", want: explain.SAMLUnasked, knobs: st.Knobs{Assertion: re(unasked, ""), Response: re(unasked, "")}, expect: none},
		{name: "of none, and not good", want: explain.SAMLAudience, knobs: st.Knobs{OfResponse: both, Assertion: re(unasked, "", st.Audience, "x"), Response: re(unasked, "")}, expect: none},
	})
}

func TestT12_WhatTheProviderRefusedIsPassedOn(t *testing.T) {
	k := madeKeys(t)
	const status = "urn:oasis:names:tc:SAML:2.0:status:"
	for codes, want := range map[string]explain.Code{
		"Requester": explain.SAMLStatusRequester, "Responder": explain.SAMLStatusResponder, "VersionMismatch": explain.SAMLStatusVersion,
		"Responder AuthnFailed": explain.SAMLStatusAuthn, "Responder RequestDenied": explain.SAMLStatusDenied, "Responder NoAuthnContext": explain.SAMLStatusContext,
		"Requester InvalidNameIDPolicy": explain.SAMLStatusNameID, "Responder NoPassive": explain.SAMLStatusPassive, "Responder UnknownPrincipal": explain.SAMLStatusUnknown,
		"Responder SomethingElse": explain.SAMLStatusResponder, "Success2": explain.SAMLStatus, "": explain.SAMLStatus, "Responder Success": explain.SAMLStatusResponder,
	} {
		nested := ""
		for i := len(strings.Fields(codes)) - 1; i >= 0; i-- {
			nested = `<samlp:StatusCode Value="` + status + strings.Fields(codes)[i] + `">` + nested + `</samlp:StatusCode>`
		}
		message := st.Message(t, k.idp, st.Knobs{
			Assertion: func(string) string { return "<Assertion></Assertion>" }, Unsigned: true,
			Response: st.Replace(t, `<samlp:StatusCode Value="`+status+`Success"/>`, nested+"<samlp:StatusMessage>AADSTS50105: not assigned</samlp:StatusMessage>", "<Assertion></Assertion>", ""),
		})
		_, err := verify(message, trust(k), expect())
		if codeOf(err) != want || !strings.Contains(err.Error(), "AADSTS50105") {
			t.Errorf("%q: %v, want %s", codes, err, want)
		}
	}
	_, err := verify(st.Message(t, k.idp, st.Knobs{Response: func(s string) string { return cut(s, "<samlp:Status>", "</samlp:Status>") }}), trust(k), expect())
	if codeOf(err) != explain.SAMLContent {
		t.Errorf("without a status: %v", err)
	}
}

func TestS2_OnlyTheConnectionsKeysCount(t *testing.T) {
	k := madeKeys(t)
	only := func(c ...*x509.Certificate) func(*saml.Trust) { return func(t *saml.Trust) { t.Certs = c } }
	refuse(t, []refused{
		{name: "unsigned", want: explain.SAMLUnsigned, knobs: st.Knobs{Unsigned: true}},
		{name: "no key is known", want: explain.SAMLNoKey, trust: only()},
		{name: "unsigned, and no key is known", want: explain.SAMLNoKey, knobs: st.Knobs{Unsigned: true}, trust: only()},
		{name: "a stranger's key", want: explain.SAMLCertificate, knobs: st.Knobs{OfContent: &st.Signing{Key: k.other.Private, Cert: k.other.Cert}}},
		{name: "a stranger's key without its certificate", want: explain.SAMLCertificate, knobs: st.Knobs{OfContent: &st.Signing{Key: k.other.Private, NoKeyInfo: true}}},
		{name: "a stranger's key with the provider's certificate", want: explain.SAMLSignatureBroken, knobs: st.Knobs{OfContent: &st.Signing{Key: k.other.Private}}},
		{name: "a stranger's signature of the response", want: explain.SAMLCertificate, knobs: st.Knobs{OfResponse: &st.Signing{Key: k.other.Private, Cert: k.other.Cert}}},
		{name: "the next key, not known yet", want: explain.SAMLCertificate, knobs: st.Knobs{OfContent: &st.Signing{Key: k.next.Private, Cert: k.next.Cert}}},
		{name: "1024 bits", want: explain.SAMLWeakKey, knobs: st.Knobs{OfContent: &st.Signing{Key: k.weak.Private, Cert: k.weak.Cert}}, trust: only(k.weak.Cert)},
		{name: "rsa-sha1", want: explain.SAMLSHA1, knobs: st.Knobs{OfContent: &st.Signing{Method: st.RSASHA1}}},
		{name: "a digest with SHA-1", want: explain.SAMLSHA1, knobs: st.Knobs{OfContent: &st.Signing{Digest: st.SHA1}}},
		{name: "SHA-1 after its date", want: explain.SAMLSHA1, knobs: st.Knobs{OfContent: &st.Signing{Method: st.RSASHA1}}, trust: func(t *saml.Trust) { t.SHA1Until = st.Now() }},
		{name: "HMAC", want: explain.SAMLAlgorithm, knobs: st.Knobs{OfContent: &st.Signing{Info: st.Replace(t, st.RSASHA256, "http://www.w3.org/2000/09/xmldsig#hmac-sha1")}}},
		{name: "RSA with MD5", want: explain.SAMLAlgorithm, knobs: st.Knobs{OfContent: &st.Signing{Info: st.Replace(t, st.RSASHA256, "http://www.w3.org/2001/04/xmldsig-more#rsa-md5")}}},
		{name: "RSA named for a curve's key", want: explain.SAMLCertificate, knobs: st.Knobs{OfContent: &st.Signing{Key: k.curve, Cert: k.other.Cert}}, trust: only(k.curveCert)},
	})
}

func TestS5_WhatIsEncryptedIsHeldToTheSameRules(t *testing.T) {
	k := madeKeys(t)
	to := &k.ours.Private.PublicKey
	re := func(pairs ...string) func(string) string { return st.Replace(t, pairs...) }
	evil := `<Assertion xmlns="urn:oasis:names:tc:SAML:2.0:assertion"><Issuer>x</Issuer></Assertion>`
	refuse(t, []refused{
		{name: "unsigned inside and outside", want: explain.SAMLUnsigned, knobs: st.Knobs{Unsigned: true, Encrypt: &st.Encryption{For: to}}},
		{name: "for another key", want: explain.SAMLDecrypt, knobs: st.Knobs{Encrypt: &st.Encryption{For: &k.other.Private.PublicKey}}},
		{name: "we have no key", want: explain.SAMLNoDecryptKey, knobs: st.Knobs{Encrypt: &st.Encryption{For: to}}, trust: func(t *saml.Trust) { t.Decrypt = nil }},
		{name: "AES-CBC", want: explain.SAMLCBC, knobs: st.Knobs{OfResponse: &st.Signing{}, Encrypt: &st.Encryption{For: to, Content: st.CBC128}}},
		{name: "AES-CBC in an unsigned response", want: explain.SAMLCBC, knobs: st.Knobs{Encrypt: &st.Encryption{For: to, Content: st.CBC128}}, trust: func(t *saml.Trust) { t.CBC = true }},
		{name: "RSA 1.5", want: explain.SAMLEncryptionWeak, knobs: st.Knobs{Encrypt: &st.Encryption{For: to, Key: st.RSA15}}},
		{name: "triple DES", want: explain.SAMLEncryptionWeak, knobs: st.Knobs{Encrypt: &st.Encryption{For: to}, Response: re(st.GCM128, "http://www.w3.org/2001/04/xmlenc#tripledes-cbc")}},
		{name: "parameters of OAEP", want: explain.SAMLEncryptionWeak, knobs: st.Knobs{Encrypt: &st.Encryption{For: to}, Response: re(st.OAEP+`"/>`, st.OAEP+`"><xenc:OAEPparams>AA==</xenc:OAEPparams></xenc:EncryptionMethod>`)}},
		{name: "a changed text", want: explain.SAMLDecrypt, knobs: st.Knobs{Encrypt: &st.Encryption{For: to}, Response: flip}},
		{name: "a reference to the text", want: explain.SAMLEncryptedShape, knobs: st.Knobs{Encrypt: &st.Encryption{For: to}, Response: re("<xenc:CipherValue>", `<xenc:CipherReference URI="http://127.0.0.1/"/><xenc:CipherValue>`)}},
		{name: "two keys", want: explain.SAMLEncryptedShape, knobs: st.Knobs{Encrypt: &st.Encryption{For: to}, Response: func(s string) string {
			return strings.Replace(s, "<xenc:EncryptedKey", piece(s, "<xenc:EncryptedKey", "</xenc:EncryptedKey>")+"<xenc:EncryptedKey", 1)
		}}},
		{name: "the text is elsewhere", want: explain.SAMLEncryptedShape, knobs: st.Knobs{Encrypt: &st.Encryption{For: to}, Response: re("<xenc:CipherValue>", "<xenc:CipherReference>", "</xenc:CipherValue>", "</xenc:CipherReference>")}},
		{name: "data in data", want: explain.SAMLEncryptedShape, knobs: st.Knobs{Encrypt: &st.Encryption{For: to}, Response: re("</xenc:EncryptedData>", "<xenc:EncryptedData/></xenc:EncryptedData>")}},
		{name: "no key in it", want: explain.SAMLEncryptedShape, knobs: st.Knobs{Encrypt: &st.Encryption{For: to}, Response: func(s string) string { return cut(s, "<xenc:EncryptedKey", "</xenc:EncryptedKey>") }}},
		{name: "something else inside", want: explain.SAMLEncryptedShape, knobs: st.Knobs{Signed: func(string) string { return `<a xmlns="urn:x:y"/>` }, Encrypt: &st.Encryption{For: to}}},
		{name: "an assertion in another", want: explain.SAMLManyAssertions, knobs: st.Knobs{Assertion: re("</Subject>", "</Subject><Advice>"+evil+"</Advice>"), Encrypt: &st.Encryption{For: to}}},
		{name: "a stranger's inside", want: explain.SAMLCertificate, knobs: st.Knobs{OfContent: &st.Signing{Key: k.other.Private, Cert: k.other.Cert}, Encrypt: &st.Encryption{For: to}}},
		{name: "a document type inside", want: explain.SAMLDoctype, knobs: st.Knobs{Signed: func(s string) string { return "<!DOCTYPE a>" + s }, Encrypt: &st.Encryption{For: to}}},
		{name: "no text", want: explain.SAMLDecrypt, knobs: st.Knobs{Signed: func(string) string { return "" }, Encrypt: &st.Encryption{For: to}}},
	})
}

// flip changes one letter of the encrypted text, which stands last.
func flip(s string) string {
	i := strings.LastIndex(s, "</xenc:CipherValue>") - 12
	c := "A"
	if s[i] == 'A' {
		c = "B"
	}
	return s[:i] + c + s[i+1:]
}
