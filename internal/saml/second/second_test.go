package second_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/saml/dsig"
	st "github.com/anteroom-id/anteroom/internal/saml/samltest"
	"github.com/anteroom-id/anteroom/internal/saml/second"
)

// verified gives what our verifier finds good in a message.
func verified(t *testing.T, message string, cert *x509.Certificate) []dsig.Signed {
	t.Helper()
	d, err := dsig.Parse([]byte(message))
	if err != nil {
		t.Fatal(err)
	}
	signed, err := dsig.Verify(d, []*x509.Certificate{cert}, dsig.Policy{SHA1: true, Parents: []dsig.Name{
		{Space: "urn:oasis:names:tc:SAML:2.0:protocol", Local: "Response"}, {Space: "urn:oasis:names:tc:SAML:2.0:assertion", Local: "Assertion"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

func TestTheLibraryAgreesAboutGoodMessages(t *testing.T) {
	key := st.NewKey(t, 2048)
	curve, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	curveCert := st.NewCert(t, curve.Public(), curve)
	for name, c := range map[string]struct {
		knobs st.Knobs
		cert  *x509.Certificate
		count int
	}{
		"Entra's":      {st.Knobs{}, key.Cert, 1},
		"Okta's":       {st.Knobs{Okta: true, Groups: 3}, key.Cert, 2},
		"large":        {st.Knobs{Groups: 3000, OfContent: &st.Signing{}}, key.Cert, 1},
		"SHA-1":        {st.Knobs{OfContent: &st.Signing{Method: st.RSASHA1, Digest: st.SHA1}}, key.Cert, 1},
		"SHA-384":      {st.Knobs{OfContent: &st.Signing{Method: st.RSASHA384, Digest: st.SHA384}}, key.Cert, 1},
		"no KeyInfo":   {st.Knobs{OfResponse: &st.Signing{NoKeyInfo: true}}, key.Cert, 2},
		"ECDSA":        {st.Knobs{OfContent: &st.Signing{Method: "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384", Key: curve, Cert: curveCert}}, curveCert, 1},
		"pretty lines": {st.Knobs{OfContent: &st.Signing{Whole: st.Replace(t, "<ds:SignatureValue>", "<ds:SignatureValue>\n\t  ")}}, key.Cert, 1},
	} {
		message := st.Message(t, key, c.knobs)
		signed := verified(t, message, c.cert)
		if len(signed) != c.count {
			t.Errorf("%s: %d signatures, want %d", name, len(signed), c.count)
		}
		if err := second.Agree([]byte(message), signed); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Each of these is what our verifier would have to get wrong for the second one
// to notice.
func TestADifferenceIsNoticed(t *testing.T) {
	key, other := st.NewKey(t, 2048), st.NewKey(t, 2048)
	message := st.Message(t, key, st.Knobs{})
	for name, c := range map[string]struct {
		source string
		change func(*dsig.Signed)
		want   string
	}{
		"another text":           {source: strings.Replace(message, st.Subject+"<", "evil@acme.example<", 1), want: "refuses the signature"},
		"another element":        {source: strings.Replace(message, "<Assertion ", "<x/><Assertion ", 1), want: "read different things"},
		"no such element":        {source: "<a/>", want: "read different things"},
		"no XML":                 {source: "<", want: "cannot read"},
		"nothing":                {source: "", want: ""},
		"another key":            {change: func(s *dsig.Signed) { s.Certificate = other.Cert }, want: "refuses the signature"},
		"no key":                 {change: func(s *dsig.Signed) { s.Certificate = nil }, want: "panicked"},
		"another text was read":  {change: reread(t, st.Subject+"</NameID>", "evil@acme.example</NameID>"), want: "the text of NameID"},
		"more was read":          {change: reread(t, "</Audience>", "</Audience><Audience>x</Audience>"), want: "children"},
		"less was read":          {change: reread(t, `<Audience>`+st.Audience+`</Audience>`, ""), want: "children"},
		"another attribute":      {change: reread(t, `SessionIndex="_session"`, `SessionIndex="_other"`), want: "the attribute SessionIndex"},
		"fewer attributes":       {change: reread(t, ` SessionIndex="_session"`, ``), want: "the attribute SessionIndex"},
		"more attributes":        {change: reread(t, `SessionIndex=`, `X="1" SessionIndex=`), want: "3 and 2 attributes"},
		"another name":           {change: reread(t, "Audience>", "Audiences>"), want: "Audiences"},
		"another namespace":      {change: reread(t, `xmlns="urn:oasis:names:tc:SAML:2.0:assertion"`, `xmlns="urn:oasis:names:tc:SAML:1.0:assertion"`), want: "SAML:1.0"},
		"the attributes swapped": {change: reread(t, `>Ann</AttributeValue>`, `>Anna</AttributeValue>`), want: "the text of AttributeValue"},
	} {
		signed := verified(t, message, key.Cert)
		source := message
		if c.change != nil {
			c.change(&signed[0])
		} else {
			source = c.source
		}
		if err := second.Agree([]byte(source), signed); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// reread lets our verifier have read something else.
func reread(t *testing.T, pairs ...string) func(*dsig.Signed) {
	t.Helper()
	return func(s *dsig.Signed) {
		d, err := dsig.Parse([]byte(st.Replace(t, pairs...)(string(s.Canonical))))
		if err != nil {
			t.Fatal(err)
		}
		s.Root = d.Root
	}
}
