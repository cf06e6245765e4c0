package saml_test

import (
	"crypto/x509"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/saml/dsig"
	st "github.com/anteroom-id/anteroom/internal/saml/samltest"
	"github.com/anteroom-id/anteroom/internal/saml/second"
)

// insert puts a text into another, which must stay what the strict reader takes.
func insert(s string, at uint16, text string) string {
	i := int(at) % (len(s) + 1)
	out := s[:i] + text + s[i:]
	if _, err := dsig.Parse([]byte(out)); err != nil {
		return s
	}
	return out
}

// fragment makes elements and text by the rules of the strict subset, with what
// canonical forms differ about: declarations that are used, unused, repeated or
// given another meaning, entities, line ends.
func fragment(r *rand.Rand, deep int) string {
	pick := func(all ...string) string { return all[r.IntN(len(all))] }
	text := func() string {
		return pick("", "", "x", " ", "\n", "\r\n", "\r", "\t", "&#13;", "&#10;", "&lt;&gt;&amp;", "&quot;'", "ä\u2028", "&#x1F600;", "]]&gt;", "a\u0301")
	}
	if deep == 0 || r.IntN(4) == 0 {
		return text()
	}
	prefix := pick("", "x:", "y:", "saml:", "samlp:", "ds:")
	b := "<" + prefix + "e"
	for _, p := range []string{":x", ":y", ":saml", ":samlp", ":ds", ""} {
		if p == ":"+strings.TrimSuffix(prefix, ":") || r.IntN(6) == 0 {
			b += pick(" ", "\n", "  ") + "xmlns" + p + pick("=", " = ") + pick(`"urn:x:1"`, `'urn:x:2'`, `"urn:oasis:names:tc:SAML:2.0:assertion"`, `"http://www.w3.org/2001/XMLSchema"`)
		}
	}
	for i := range r.IntN(4) {
		b += " " + pick("", "", prefix) + string(rune('a'+i)) + "=" + pick(`"`+text()+`"`, `'&apos;&#9;"'`)
	}
	if r.IntN(3) == 0 {
		return b + "/>"
	}
	b += ">"
	for range r.IntN(4) {
		b += fragment(r, deep-1)
	}
	return b + "</" + prefix + "e" + pick("", " ", "\n") + ">"
}

// fuzzed is what the fuzzer chose: its own text or, for a seed, a fragment.
func fuzzed(text string, seed uint64) string {
	if seed == 0 {
		return text
	}
	return fragment(rand.New(rand.NewPCG(seed, 0)), 4)
}

// place gives where something is put: a fragment before a tag.
func place(s string, at uint16, seed uint64) uint16 {
	if seed == 0 {
		return at
	}
	for i := range len(s) {
		if j := (int(at) + i) % len(s); s[j] == '<' {
			return uint16(j)
		}
	}
	return at
}

// agreed fails when our verifier finds signatures good that the second one does
// not, or reads something else from them.
func agreed(t *testing.T, message string, cert *x509.Certificate) {
	t.Helper()
	d, err := dsig.Parse([]byte(message))
	if err != nil {
		return
	}
	signed, err := dsig.Verify(d, []*x509.Certificate{cert}, dsig.Policy{Parents: []dsig.Name{
		{Space: "urn:oasis:names:tc:SAML:2.0:protocol", Local: "Response"}, {Space: "urn:oasis:names:tc:SAML:2.0:assertion", Local: "Assertion"},
	}})
	if err != nil {
		return
	}
	if err := second.Agree([]byte(message), signed); err != nil {
		t.Fatalf("%v\n%q", err, message)
	}
}

// Whatever the provider signs and whatever somebody changes afterwards: what our
// verifier accepts, the second one accepts and reads the same.
func FuzzVerifyAgrees(f *testing.F) {
	k := madeKeys(f)
	for i, seed := range []string{
		"", "x", " ", "\r\n", "<x/>", `<x xmlns="urn:x:y" z="1"/>`, ` b="1"`, ` xmlns:x="urn:x:y" x:b="&#10;'&gt;"`, "&#13;&amp;&lt;", "]]&gt;", "\u00e4\u2028",
		`<saml:x xmlns:saml="urn:x:z"><y/></saml:x>`, "<!-- -->", "</Assertion><Assertion>", `<?xml version="1.0"?>`,
	} {
		f.Add(seed, uint64(0), uint16(200+97*i), "", uint64(0), uint16(0), "", i%2 == 0)
		f.Add("", uint64(0), uint16(0), seed, uint64(0), uint16(100+211*i), "xs", i%2 == 0)
	}
	for i := range uint64(60) {
		f.Add("", 2*i+1, uint16(61*i), "", i%3, uint16(97*i), "x y xs", i%2 == 0)
	}
	f.Fuzz(func(t *testing.T, before string, seed uint64, at uint16, after string, seed2 uint64, there uint16, prefixes string, okta bool) {
		before = fuzzed(before, seed)
		signing := &st.Signing{Method: st.ECDSASHA256, Key: k.curve, Cert: k.curveCert}
		if okta {
			signing.Prefixes = "xs"
		}
		if strings.Trim(prefixes, "xyzs ") == "" && prefixes != "" {
			signing.Prefixes = prefixes
		}
		message := st.Message(t, k.idp, st.Knobs{
			Okta: okta, OfContent: signing, OfResponse: signing,
			Assertion: func(s string) string { return insert(s, place(s, at, seed), before) },
			Sent:      func(s string) string { return insert(s, place(s, there, seed2), fuzzed(after, seed2)) },
		})
		agreed(t, message, k.curveCert)
		tr := trust(k)
		tr.InsecureOneVerifier = true // the second one was asked above
		tr.Certs = []*x509.Certificate{k.curveCert}
		a, err := verify(message, tr, expect())
		if refusal, ok := errors.AsType[*explain.Refusal](err); err != nil && (!ok || refusal.Code == explain.SAMLDisagree || refusal.Code == explain.SAMLUnexpected) {
			t.Fatalf("%v: %v\n%s", err, errors.Unwrap(err), message)
		}
		if err == nil && after == "" && before == "" && a.Subject != st.Subject {
			t.Fatalf("%q", a.Subject)
		}
	})
}
