package dsig_test

import (
	"crypto/rsa"
	"crypto/x509"
	"strings"
	"sync"
	"testing"

	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/saml/dsig"
	st "github.com/anteroom-id/anteroom/internal/saml/samltest"
)

var (
	onceKey sync.Once
	kept    *st.Key
)

func key(t testing.TB) *st.Key {
	t.Helper()
	onceKey.Do(func() { kept = st.NewKey(t, 2048) })
	return kept
}

// plain is what the tests sign: c may carry a signature, too.
const plain = `<a xmlns="urn:x:y" ID="_1"><b>one</b><c ID="_2">two</c></a>`

func verified(t testing.TB, text string) ([]dsig.Signed, error) {
	t.Helper()
	d, err := dsig.Parse([]byte(text))
	if err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return dsig.Verify(d, []*x509.Certificate{key(t).Cert}, dsig.Policy{Parents: []dsig.Name{{Space: "urn:x:y", Local: "a"}, {Space: "urn:x:y", Local: "c"}}})
}

func TestWhatIsSignedIsReadFromTheSignedBytes(t *testing.T) {
	all, err := verified(t, st.Sign(t, plain, key(t), st.Signing{Last: true}))
	if err != nil || len(all) != 1 {
		t.Fatal(len(all), err)
	}
	s := all[0]
	if string(s.Canonical) != plain {
		t.Errorf("%s, want %s", s.Canonical, plain)
	}
	if s.Root == s.Element || s.Root.Parent != nil || s.Root.Count() != 2 || s.Certificate != key(t).Cert || s.SHA1 {
		t.Error("that is not what was signed")
	}
	if all, err = verified(t, plain); len(all) != 0 || err != nil {
		t.Errorf("%d, %v: nothing is signed", len(all), err)
	}
}

func TestS3_ASignatureHasOneForm(t *testing.T) {
	re := func(pairs ...string) func(string) string { return st.Replace(t, pairs...) }
	const reference = `<ds:Reference URI="#_1">`
	for _, c := range []struct {
		name        string
		want        explain.Code
		info, whole func(string) string
		sent        func(string) string
	}{
		{name: "as it should be"},
		{name: "two SignedInfo", want: explain.SAMLSignatureShape, whole: func(s string) string {
			return strings.Replace(s, "<ds:SignatureValue>", strings.ReplaceAll(between(s, "<ds:SignedInfo", "</ds:SignedInfo>"), "one", "x")+"<ds:SignatureValue>", 1)
		}},
		{name: "no SignedInfo", want: explain.SAMLSignatureShape, whole: func(s string) string {
			return strings.Replace(s, between(s, "<ds:SignedInfo", "</ds:SignedInfo>"), "", 1)
		}},
		{name: "no SignatureValue", want: explain.SAMLSignatureShape, whole: func(s string) string {
			return strings.Replace(s, between(s, "<ds:SignatureValue>", "</ds:SignatureValue>"), "", 1)
		}},
		{name: "an empty SignatureValue", want: explain.SAMLSignatureShape, whole: func(s string) string {
			return strings.Replace(s, between(s, "<ds:SignatureValue>", "</ds:SignatureValue>"), "<ds:SignatureValue></ds:SignatureValue>", 1)
		}},
		{name: "an Object", want: explain.SAMLSignatureShape, whole: re("</ds:Signature>", "<ds:Object>x</ds:Object></ds:Signature>")},
		{name: "a Manifest", want: explain.SAMLReference, info: re(reference, `<ds:Reference Type="http://www.w3.org/2000/09/xmldsig#Manifest" URI="#_3">`)},
		{name: "elements in SignatureValue", want: explain.SAMLSignatureShape, whole: re("</ds:SignatureValue>", "<x></x></ds:SignatureValue>")},
		{name: "no DigestValue", want: explain.SAMLSignatureShape, info: func(s string) string {
			return strings.Replace(s, between(s, "<ds:DigestValue>", "</ds:DigestValue>"), "", 1)
		}},
		{name: "an empty DigestValue", want: explain.SAMLSignatureShape, info: func(s string) string {
			return strings.Replace(s, between(s, "<ds:DigestValue>", "</ds:DigestValue>"), "<ds:DigestValue></ds:DigestValue>", 1)
		}},
		{name: "a short DigestValue", want: explain.SAMLSignatureShape, info: func(s string) string {
			return strings.Replace(s, between(s, "<ds:DigestValue>", "</ds:DigestValue>"), "<ds:DigestValue>AAAA</ds:DigestValue>", 1)
		}},
		{name: "elements in DigestValue", want: explain.SAMLSignatureShape, info: re("</ds:DigestValue>", "<x></x></ds:DigestValue>")},
		{name: "content in SignatureMethod", want: explain.SAMLSignatureShape, info: re(`rsa-sha256">`, `rsa-sha256"><ds:HMACOutputLength>1</ds:HMACOutputLength>`)},
		{name: "content in DigestMethod", want: explain.SAMLSignatureShape, info: re(`xmlenc#sha256">`, `xmlenc#sha256">x`)},
		{name: "another element in SignedInfo", want: explain.SAMLSignatureShape, info: re("</ds:SignedInfo>", "<ds:X></ds:X></ds:SignedInfo>")},
		{name: "no Reference", want: explain.SAMLReference, info: func(s string) string {
			return strings.Replace(s, between(s, "<ds:Reference", "</ds:Reference>"), "", 1)
		}},
		{name: "two References", want: explain.SAMLReference, info: func(s string) string {
			return strings.Replace(s, reference, between(s, "<ds:Reference", "</ds:Reference>")+reference, 1)
		}},
		{name: "no URI", want: explain.SAMLReference, info: re(reference, "<ds:Reference>")},
		{name: "the whole document", want: explain.SAMLReference, info: re(reference, `<ds:Reference URI="">`)},
		{name: "an empty fragment", want: explain.SAMLReference, info: re(reference, `<ds:Reference URI="#">`)},
		{name: "another element", want: explain.SAMLReference, info: re(reference, `<ds:Reference URI="#_2">`)},
		{name: "an address", want: explain.SAMLReference, info: re(reference, `<ds:Reference URI="http://127.0.0.1/a#_1">`)},
		{name: "an XPointer", want: explain.SAMLReference, info: re(reference, `<ds:Reference URI="#xpointer(id('_1'))">`)},
		{name: "no Transforms", want: explain.SAMLSignatureShape, info: func(s string) string {
			return strings.Replace(s, between(s, "<ds:Transforms>", "</ds:Transforms>"), "", 1)
		}},
		{name: "one transform", want: explain.SAMLTransform, info: re(`<ds:Transform Algorithm="`+st.ExcC14N+`"></ds:Transform>`, "")},
		{name: "three transforms", want: explain.SAMLTransform, info: re("</ds:Transforms>", `<ds:Transform Algorithm="`+st.ExcC14N+`"></ds:Transform></ds:Transforms>`)},
		{name: "inclusive canonicalising", want: explain.SAMLTransform, info: re(`<ds:Transform Algorithm="`+st.ExcC14N, `<ds:Transform Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315`)},
		{name: "with comments", want: explain.SAMLTransform, info: re(`<ds:Transform Algorithm="`+st.ExcC14N, `<ds:Transform Algorithm="`+st.ExcC14N+`WithComments`)},
		{name: "SignedInfo with comments", want: explain.SAMLTransform, info: re(`<ds:CanonicalizationMethod Algorithm="`+st.ExcC14N, `<ds:CanonicalizationMethod Algorithm="`+st.ExcC14N+`WithComments`)},
		{name: "SignedInfo with prefixes", want: explain.SAMLTransform, info: re(`</ds:CanonicalizationMethod>`, `<ec:InclusiveNamespaces xmlns:ec="`+st.ExcC14N+`" PrefixList="x"></ec:InclusiveNamespaces></ds:CanonicalizationMethod>`)},
		{name: "XPath", want: explain.SAMLTransform, info: re(`<ds:Transform Algorithm="`+st.Enveloped, `<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116`)},
		{name: "XSLT", want: explain.SAMLTransform, info: re(`<ds:Transform Algorithm="`+st.ExcC14N, `<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116`)},
		{name: "base64", want: explain.SAMLTransform, info: re(`<ds:Transform Algorithm="`+st.ExcC14N, `<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#base64`)},
		{name: "something else in a transform", want: explain.SAMLTransform, info: re(`Algorithm="`+st.ExcC14N+`"></ds:Transform>`, `Algorithm="`+st.ExcC14N+`"><ds:XPath>x</ds:XPath></ds:Transform>`)},
		{name: "content in the enveloped transform", want: explain.SAMLSignatureShape, info: re(`Algorithm="`+st.Enveloped+`">`, `Algorithm="`+st.Enveloped+`"><x></x>`)},
		{name: "another element among the transforms", want: explain.SAMLTransform, info: re("<ds:Transforms>", "<ds:Transforms><ds:X></ds:X>")},
		{name: "the default prefix", want: explain.SAMLTransform, info: re(st.ExcC14N+`"></ds:Transform>`, st.ExcC14N+`"><ec:InclusiveNamespaces xmlns:ec="`+st.ExcC14N+`" PrefixList="#default"></ec:InclusiveNamespaces></ds:Transform>`)},
		{name: "a hundred prefixes", want: explain.SAMLLimit, info: re(st.ExcC14N+`"></ds:Transform>`, st.ExcC14N+`"><ec:InclusiveNamespaces xmlns:ec="`+st.ExcC14N+`" PrefixList="`+strings.Repeat("x ", 100)+`"></ec:InclusiveNamespaces></ds:Transform>`)},
		{name: "an unknown digest", want: explain.SAMLAlgorithm, info: re(st.SHA256, "http://www.w3.org/2001/04/xmldsig-more#md5")},
		{name: "a longer digest than was made", want: explain.SAMLSignatureShape, info: re(st.SHA256, st.SHA512)},
		{name: "a changed SignedInfo", want: explain.SAMLSignatureBroken, whole: re(`<ds:Transforms>`, `<ds:Transforms> `)},
		{name: "changed content", want: explain.SAMLDigest, sent: re("one", "One")},
		{name: "content added", want: explain.SAMLDigest, sent: re("</b>", "</b><b>three</b>")},
		{name: "an attribute added", want: explain.SAMLDigest, sent: re("<b>", `<b x="1">`)},
		{name: "a namespace that is not used added", sent: re("<b>", `<b xmlns:q="urn:q:q">`)},
		{name: "another id", want: explain.SAMLReference, sent: re(`ID="_1"`, `ID="_3"`)},
		{name: "the signature twice", want: explain.SAMLSignaturePlace, sent: func(s string) string {
			return strings.Replace(s, "<ds:Signature ", between(s, "<ds:Signature ", "</ds:Signature>")+"<ds:Signature ", 1)
		}},
		{name: "the signature elsewhere", want: explain.SAMLSignaturePlace, sent: func(s string) string {
			sig := between(s, "<ds:Signature ", "</ds:Signature>")
			return strings.Replace(strings.Replace(s, sig, "", 1), "one", sig+"one", 1)
		}},
		{name: "the signature in what it does not name", want: explain.SAMLReference, sent: func(s string) string {
			sig := between(s, "<ds:Signature ", "</ds:Signature>")
			return strings.Replace(strings.Replace(s, sig, "", 1), "two", sig+"two", 1)
		}},
		{name: "a signature of another namespace", want: "unsigned", sent: func(s string) string {
			return strings.Replace(s, `xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"`, `xmlns:ds="urn:other:dsig"><ds:SignedInfo`, 1)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := st.Sign(t, plain, key(t), st.Signing{Last: true, Info: c.info, Whole: c.whole})
			if c.sent != nil {
				text = c.sent(text)
			}
			all, err := verified(t, text)
			got := codeOf(err)
			if err == nil && len(all) == 0 {
				got = "unsigned"
			}
			if got != c.want || got == "" && string(all[0].Canonical) != plain {
				t.Errorf("%s %v, want %s", got, err, c.want)
			}
		})
	}
}

// between gives a part of a text, from and to included.
func between(s, from, to string) string {
	i := strings.Index(s, from)
	j := strings.Index(s[i:], to)
	return s[i : i+j+len(to)]
}

func TestS3_TheRootAloneIsNoParent(t *testing.T) {
	text := st.Sign(t, `<ds:X xmlns:ds="urn:x:z" ID="_1">x</ds:X>`, key(t), st.Signing{Last: true})
	if _, err := verified(t, text); codeOf(err) != explain.SAMLSignaturePlace {
		t.Errorf("%v", err)
	}
	d, err := dsig.Parse([]byte(`<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/>`))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := dsig.Verify(d, nil, dsig.Policy{}); codeOf(err) != explain.SAMLSignaturePlace {
		t.Errorf("a signature as the root: %v", err)
	}
}

func TestWhatWeSignIsProven(t *testing.T) {
	k := key(t)
	for text, id := range map[string]string{
		plain: "_1",
		`<a xmlns="urn:x:y" ID="_3"><Issuer>x</Issuer><b/></a>`: "_3",
	} {
		signed, err := dsig.Sign([]byte(text), id, k.Private, k.Cert.Raw)
		if err != nil {
			t.Fatal(err)
		}
		all, err := verified(t, string(signed))
		if err != nil || len(all) != 1 {
			t.Errorf("%d, %v of %s", len(all), err, signed)
		}
		if strings.Contains(text, "Issuer") != strings.Contains(string(signed), "</Issuer><ds:Signature") {
			t.Errorf("the place is wrong: %s", signed)
		}
	}
	for name, c := range map[string]struct {
		text, id string
		key      *rsa.PrivateKey
	}{
		"not the root's id": {plain, "_2", k.Private},
		"no id":             {plain, "", k.Private},
		"no content":        {`<a ID="_1"/>`, "_1", k.Private},
		"no XML":            {`a`, "_1", k.Private},
		"an odd id":         {`<a ID="a b"></a>`, "a b", k.Private},
	} {
		if out, err := dsig.Sign([]byte(c.text), c.id, c.key, nil); err == nil {
			t.Errorf("%s: %s", name, out)
		}
	}
}
