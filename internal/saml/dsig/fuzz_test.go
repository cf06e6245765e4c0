package dsig_test

import (
	"bytes"
	"crypto/rsa"
	"encoding/base64"
	"testing"

	"github.com/anteroom-id/anteroom/internal/saml/dsig"
	st "github.com/anteroom-id/anteroom/internal/saml/samltest"
)

// Whatever comes, nothing panics, and what is accepted has one canonical form.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		plain, `<?xml version="1.0" encoding="UTF-8"?><a/>`, "<a b='&#10;&quot;'>&lt;&#xD;]]&gt;</a>",
		`<x:a xmlns:x="urn:x:y" xmlns="urn:x:z" x:b="1" c="2"><b/>t<x:b xmlns:x="urn:x:w"/></x:a>`,
		"<!-- a --><a xml:lang='de'><![CDATA[b]]></a>", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
		st.Message(f, key(f), st.Knobs{}), st.Message(f, key(f), st.Knobs{Okta: true}),
	} {
		f.Add([]byte(seed), "x saml2")
	}
	f.Fuzz(func(t *testing.T, text []byte, prefix string) {
		if d, err := dsig.ParseLax(text); err == nil && d.Root == nil {
			t.Fatal("no root")
		}
		d, err := dsig.Parse(text)
		if err != nil {
			return
		}
		once, err := d.Root.Canonical(prefix)
		if err != nil {
			return
		}
		again, err := dsig.Parse(once)
		if err != nil {
			t.Fatalf("the canonical form is refused: %v\n%q", err, once)
		}
		if twice, err := again.Root.Canonical(prefix); err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("two canonical forms, %v:\n%q\n%q", err, once, twice)
		}
	})
}

// Whatever is encrypted, nothing panics, and text that was not encrypted by the
// algorithm does not come out.
func FuzzDecrypt(f *testing.F) {
	to := key(f)
	for _, content := range []string{st.GCM128, st.GCM256, st.CBC128, st.CBC256} {
		f.Add([]byte(st.Encrypt(f, "<a>text</a>", st.Encryption{For: &to.Private.PublicKey, Content: content})), content, []byte("0123456789abcdef0123456789abcdef"))
	}
	f.Fuzz(func(t *testing.T, text []byte, content string, data []byte) {
		if d, err := dsig.Parse(text); err == nil {
			_, _ = dsig.Decrypt(d.Root, []*rsa.PrivateKey{to.Private}, true)
		}
		// A key of ours, and the fuzzer's data.
		whole := st.Encrypt(t, "<a>text</a>", st.Encryption{For: &to.Private.PublicKey, Content: st.CBC256})
		whole = st.Replace(t, between(whole[bytes.LastIndex([]byte(whole), []byte("<xenc:CipherValue>")):], "<xenc:CipherValue>", "</xenc:CipherValue>"),
			"<xenc:CipherValue>"+base64.StdEncoding.EncodeToString(data)+"</xenc:CipherValue>")(whole)
		d, err := dsig.Parse([]byte(whole))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := dsig.Decrypt(d.Root, []*rsa.PrivateKey{to.Private}, false); err == nil {
			t.Fatal("AES-CBC, though it is not allowed")
		}
		if out, err := dsig.Decrypt(d.Root, []*rsa.PrivateKey{to.Private}, true); err == nil && len(out) >= len(data)-16 {
			t.Fatalf("%d bytes of %d", len(out), len(data))
		}
	})
}
