package saml_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/saml"
	st "github.com/anteroom-id/anteroom/internal/saml/samltest"
)

// piece gives a part of a message, from and to included.
func piece(s, from, to string) string {
	i := strings.Index(s, from)
	j := strings.LastIndex(s, to)
	return s[i : j+len(to)]
}

// wrap is a way to hide what is signed in something that is not.
type wrap struct {
	name string
	want explain.Code // "" is whatever is noticed first
	do   func(message, assertion, evil, signature string) string
}

func wraps() []wrap {
	in := func(open, end string) func(m, a, e, s string) string {
		return func(m, a, e, _ string) string {
			return strings.Replace(m, a, e, 1)[:strings.Index(m, a)] + open + a + end + e + "</samlp:Response>"
		}
	}
	without := func(a, s string) string { return strings.Replace(a, s, "", 1) }
	return []wrap{
		{"the forged one before", explain.SAMLManyAssertions, func(m, a, e, _ string) string { return strings.Replace(m, a, e+a, 1) }},
		{"the forged one behind", explain.SAMLManyAssertions, func(m, a, e, _ string) string { return strings.Replace(m, a, a+e, 1) }},
		{"the signed one in the forged one", explain.SAMLManyAssertions, func(m, a, e, _ string) string {
			return strings.Replace(m, a, strings.Replace(e, "</Assertion>", a+"</Assertion>", 1), 1)
		}},
		{"the forged one in the signed one", explain.SAMLManyAssertions, func(m, a, e, _ string) string {
			return strings.Replace(m, a, strings.Replace(a, "</Issuer>", "</Issuer>"+e, 1), 1)
		}},
		{"the signed one in Extensions", explain.SAMLManyAssertions, in("<samlp:Extensions>", "</samlp:Extensions>")},
		{"the signed one in StatusDetail", explain.SAMLManyAssertions, in("<samlp:StatusDetail>", "</samlp:StatusDetail>")},
		{"the signed one in an object", "", in("<x xmlns='urn:x:y'>", "</x>")},
		{"the signed one in Advice", explain.SAMLManyAssertions, func(m, a, e, _ string) string {
			return strings.Replace(m, a, strings.Replace(e, "<AttributeStatement>", "<Advice>"+a+"</Advice><AttributeStatement>", 1), 1)
		}},
		{"the signed one in its signature's Object", explain.SAMLManyAssertions, func(m, a, e, s string) string {
			object := strings.Replace(s, "</ds:Signature>", "<ds:Object>"+without(a, s)+"</ds:Object></ds:Signature>", 1)
			return strings.Replace(m, a, strings.Replace(e, "</Issuer>", "</Issuer>"+object, 1), 1)
		}},
		{"the signature in the forged one", "", func(m, a, e, s string) string {
			return strings.Replace(m, a, strings.Replace(e, "</Issuer>", "</Issuer>"+s, 1)+without(a, s), 1)
		}},
		{"the signature moved to the response", "", func(m, a, e, s string) string {
			return strings.Replace(strings.Replace(m, a, e, 1), "<samlp:Status>", s+"<samlp:Status>", 1)
		}},
		{"the forged one with the signed one's id", "", func(m, a, e, s string) string {
			return strings.Replace(m, a, strings.Replace(strings.Replace(e, "_evil", "_assertion", 1), "</Issuer>", "</Issuer>"+s, 1), 1)
		}},
		{"the same id twice", "", func(m, a, e, _ string) string {
			return strings.Replace(m, a, strings.Replace(e, "_evil", "_assertion", 1)+a, 1)
		}},
		{"the same id in small letters", "", func(m, a, e, _ string) string {
			return strings.Replace(m, `<samlp:Status>`, `<samlp:Status id="_assertion">`, 1)
		}},
		{"the signed one as EncryptedAssertion", explain.SAMLManyAssertions, func(m, a, e, _ string) string {
			return strings.Replace(m, a, e+"<EncryptedAssertion xmlns='urn:oasis:names:tc:SAML:2.0:assertion'>"+a+"</EncryptedAssertion>", 1)
		}},
		{"an assertion of another namespace", explain.SAMLManyAssertions, func(m, a, e, _ string) string {
			return strings.Replace(m, a, a+strings.Replace(e, "SAML:2.0:assertion", "SAML:1.0:assertion", 1), 1)
		}},
		{"a response in a response", "", func(m, a, e, _ string) string {
			return strings.Replace(strings.Replace(m, a, e, 1), "</samlp:Response>", strings.Replace(m, "_response", "_r2", 1)+"</samlp:Response>", 1)
		}},
		{"the forged one alone", "", func(m, a, e, _ string) string { return strings.Replace(m, a, e, 1) }},
	}
}

func TestS1_WhatIsNotSignedIsNotRead(t *testing.T) {
	k := madeKeys(t)
	for _, how := range []st.Knobs{{}, {OfResponse: &st.Signing{}}} {
		for _, w := range wraps() {
			message := st.Message(t, k.idp, how)
			assertion := piece(message, "<Assertion ", "</Assertion>")
			signature := piece(assertion, "<ds:Signature ", "</ds:Signature>")
			evil := strings.NewReplacer(signature, "", st.Subject, "evil@acme.example", "_assertion", "_evil").Replace(assertion)
			forged := w.do(message, assertion, evil, signature)
			if forged == message {
				t.Fatalf("%s: nothing was changed", w.name)
			}
			a, err := verify(forged, trust(k), expect())
			if err == nil {
				t.Errorf("%s: accepted, of %s", w.name, a.Subject)
			}
			if _, known := explain.Find(codeOf(err)); !known || w.want != "" && codeOf(err) != w.want {
				t.Errorf("%s: %v, want %s", w.name, err, w.want)
			}
		}
	}
}

func TestS4_AFormThatIsNoResponseIsRefused(t *testing.T) {
	k := madeKeys(t)
	message := st.Message(t, k.idp, st.Knobs{})
	form := st.Form(message)
	for name, c := range map[string]struct {
		form string
		want explain.Code
	}{
		"nothing":          {"", explain.SAMLMissing},
		"XML itself":       {message, explain.SAMLBase64},
		"twice":            {st.Form(form), explain.SAMLXML},
		"cut":              {form[:len(form)-3], explain.SAMLBase64},
		"percent":          {strings.Replace(form, "+", "%2B", 1) + "%3D", explain.SAMLBase64},
		"spaces":           {form[:8] + " " + form[8:], explain.SAMLBase64},
		"base64url":        {base64.URLEncoding.EncodeToString([]byte("<?>?<??>>>")), explain.SAMLBase64},
		"bits behind":      {"PGEvPh==", explain.SAMLBase64},
		"too large":        {strings.Repeat("A", saml.MaxResponse+4), explain.SAMLSize},
		"a request":        {st.Form(strings.ReplaceAll(message, "samlp:Response", "samlp:AuthnRequest")), explain.SAMLRoot},
		"SAML 1.1":         {st.Form(strings.Replace(message, "SAML:2.0:protocol", "SAML:1.0:protocol", 1)), explain.SAMLRoot},
		"a document type":  {st.Form("<!DOCTYPE a>" + message), explain.SAMLDoctype},
		"a second root":    {st.Form(message + message), explain.SAMLTrailing},
		"a comment":        {st.Form(strings.Replace(message, st.Subject+"<", "ann@<!---->acme.example<", 1)), explain.SAMLComment},
		"deeper than deep": {st.Form(strings.Repeat("<a>", 20_000)), explain.SAMLLimit},
	} {
		if _, err := saml.ReadResponse(c.form); codeOf(err) != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	if _, err := saml.ReadResponse(form[:76] + "\r\n" + form[76:]); err != nil {
		t.Errorf("base64 in lines: %v", err)
	}
}

func TestAResponseTellsWhoseItClaimsToBe(t *testing.T) {
	r, err := saml.ReadResponse(st.Form(st.Message(t, madeKeys(t).idp, st.Knobs{Okta: true})))
	if err != nil {
		t.Fatal(err)
	}
	want := saml.Claimed{ID: "_response", Issuer: st.EntityID, InResponseTo: st.Request, Destination: st.ACS}
	if r.Claimed != want {
		t.Errorf("%+v, want %+v", r.Claimed, want)
	}
}

func TestAnEntityIDThatIsNotSetMatchesNothing(t *testing.T) {
	k := madeKeys(t)
	tr := trust(k)
	tr.EntityID = ""
	for name, change := range map[string]func(string) string{
		"as it is":       nil,
		"without issuer": st.Replace(t, `<Issuer xmlns="urn:oasis:names:tc:SAML:2.0:assertion">`+st.EntityID+`</Issuer>`, ""),
	} {
		message := st.Message(t, k.idp, st.Knobs{Sent: change})
		if _, err := verify(message, tr, expect()); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	nobody := st.Replace(t, ">"+st.EntityID+"</Issuer>", "></Issuer>")
	if _, err := verify(st.Message(t, k.idp, st.Knobs{Assertion: nobody, Response: nobody}), tr, expect()); codeOf(err) != explain.SAMLIssuer {
		t.Errorf("an empty issuer: %v", err)
	}
	ex := expect()
	ex.Audience = ""
	if _, err := verify(st.Message(t, k.idp, st.Knobs{Assertion: st.Replace(t, st.Audience, "")}), trust(k), ex); codeOf(err) != explain.SAMLAudience {
		t.Errorf("an empty audience: %v", err)
	}
}

func TestWhatAnAdministratorShouldMendIsToldOfAGoodResponse(t *testing.T) {
	k := madeKeys(t)
	r, err := saml.ReadResponse(st.Form(st.Message(t, k.idp, st.Knobs{OfContent: &st.Signing{Method: st.RSASHA1}})))
	if err != nil {
		t.Fatal(err)
	}
	tr, ex := trust(k), expect()
	tr.Certs = append(tr.Certs[:0:0], k.idp.Cert)
	tr.SHA1Until = st.Now().AddDate(3, 0, 0)
	ex.Now = st.Now().AddDate(2, 0, 0)
	ex.Skew = 3 * 365 * 24 * 60 * 60 * 1e9
	if _, err := r.Verify(tr, ex); err != nil {
		t.Fatal(err)
	}
	if all := strings.Join(r.Warnings, " "); len(r.Warnings) != 2 || !strings.Contains(all, "valid until 2027-03-01") || !strings.Contains(all, "SHA-1") {
		t.Errorf("%q", r.Warnings)
	}
}

func TestTheSubjectIsStableWhereTheProviderSaysSo(t *testing.T) {
	k := madeKeys(t)
	const email, persistent = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress", "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
	noMail := func(s string) string { return cut(s, "<AttributeStatement>", "</AttributeStatement>") }
	for _, c := range []struct {
		name, format, subject            string
		stable                           bool
		attributes                       func(string) string
		address, userName, mailAttribute string
	}{
		{"persistent", persistent, "a1b2c3", true, noMail, "", "", ""},
		{"persistent, with an address", persistent, "ann@acme.example", false, noMail, "ann@acme.example", "ann@acme.example", ""},
		{"an address", email, "ann@acme.example", false, noMail, "ann@acme.example", "ann@acme.example", ""},
		{"transient", "urn:oasis:names:tc:SAML:2.0:nameid-format:transient", "_x@y.z", false, noMail, "", "", ""},
		{"a login", "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified", "ann", false, noMail, "", "ann", ""},
		{"the connection names the attribute", email, "ann@acme.example", false, nil, "Ann", "ann@acme.example", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname"},
		{"the connection names one that did not come", persistent, "a1b2c3", true, nil, "", "ann@acme.example", "gone"},
	} {
		tr := trust(k)
		if c.mailAttribute != "" {
			tr.Attributes = map[string]string{saml.AttributeAddress: c.mailAttribute}
		}
		a, err := verify(st.Message(t, k.idp, st.Knobs{Assertion: func(s string) string {
			s = st.Replace(t, email+`">`+st.Subject, c.format+`">`+c.subject)(s)
			if c.attributes != nil {
				s = c.attributes(s)
			}
			return s
		}}), tr, expect())
		if err != nil || a.Stable != c.stable || a.Address != c.address || a.UserName != c.userName || a.Subject != c.subject {
			t.Errorf("%s: %v %+v", c.name, err, a)
		}
	}
}

// Our verifier does not look at when a certificate is valid, and the second one
// does: with one whose end is before its beginning, they disagree.
func TestADisagreementOfTheVerifiersIsARefusalOfItsOwn(t *testing.T) {
	k := madeKeys(t)
	odd := *k.idp.Cert
	odd.NotAfter = odd.NotBefore.Add(-1)
	tr := trust(k)
	tr.Certs[0] = &odd
	message := st.Message(t, k.idp, st.Knobs{})
	a, err := verify(message, tr, expect())
	if codeOf(err) != explain.SAMLDisagree || a.Subject != "" {
		t.Errorf("%v %+v", err, a)
	}
	tr.InsecureOneVerifier = true
	if a, err = verify(message, tr, expect()); err != nil || a.Subject != st.Subject {
		t.Errorf("alone: %v %+v", err, a)
	}
}

func TestAMistakeOfOursRefusesAndDoesNotEndTheProgram(t *testing.T) {
	k := madeKeys(t)
	tr := trust(k)
	tr.Certs = append(tr.Certs[:0:0], nil) // which no caller may do
	if a, err := verify(st.Message(t, k.idp, st.Knobs{}), tr, expect()); codeOf(err) != explain.SAMLUnexpected || a.Subject != "" {
		t.Errorf("%v %+v", err, a)
	}
}
