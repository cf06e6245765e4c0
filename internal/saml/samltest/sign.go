package samltest

import (
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // what a provider may still use
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"strings"
)

// The names of algorithms.
const (
	RSASHA1     = "http://www.w3.org/2000/09/xmldsig#rsa-sha1"
	RSASHA256   = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
	RSASHA384   = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384"
	RSASHA512   = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512"
	ECDSASHA256 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"
	SHA1        = "http://www.w3.org/2000/09/xmldsig#sha1"
	SHA256      = "http://www.w3.org/2001/04/xmlenc#sha256"
	SHA384      = "http://www.w3.org/2001/04/xmldsig-more#sha384"
	SHA512      = "http://www.w3.org/2001/04/xmlenc#sha512"
	ExcC14N     = "http://www.w3.org/2001/10/xml-exc-c14n#"
	Enveloped   = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
	GCM128      = "http://www.w3.org/2009/xmlenc11#aes128-gcm"
	GCM256      = "http://www.w3.org/2009/xmlenc11#aes256-gcm"
	CBC128      = "http://www.w3.org/2001/04/xmlenc#aes128-cbc"
	CBC256      = "http://www.w3.org/2001/04/xmlenc#aes256-cbc"
	OAEP        = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"
	OAEP11      = "http://www.w3.org/2009/xmlenc11#rsa-oaep"
	RSA15       = "http://www.w3.org/2001/04/xmlenc#rsa-1_5"
)

const dsigSpace = "http://www.w3.org/2000/09/xmldsig#"

// Signing says how something is signed. The zero value is as most providers do.
type Signing struct {
	Method, Digest string              // "" is RSA and SHA-256
	Prefixes       string              // of InclusiveNamespaces
	Key            crypto.Signer       // instead of the provider's
	Cert           *x509.Certificate   // named in KeyInfo, instead of the provider's
	NoKeyInfo      bool                // nothing about the key
	Info           func(string) string // changes SignedInfo before it is signed
	Whole          func(string) string // changes the signature afterwards
	Last           bool                // it stands at the end of its element, not behind the issuer
}

// Sign puts an enveloped signature into a document.
func Sign(t T, xml string, key *Key, s Signing) string {
	t.Helper()
	if s.Method == "" {
		s.Method = RSASHA256
	}
	if s.Digest == "" {
		s.Digest = SHA256
	}
	signature := s.signature(t, xml, key)
	at := strings.LastIndex(xml, "</")
	if end := strings.Index(xml, "Issuer>"); end >= 0 && !s.Last {
		at = end + len("Issuer>")
		if open := strings.Index(xml, "<Issuer>"); open >= 0 && open+1 == end { // <Issuer> without attributes
			at = strings.Index(xml, "</Issuer>") + len("</Issuer>")
		}
	}
	return xml[:at] + signature + xml[at:]
}

func (s *Signing) signature(t T, xml string, key *Key) string {
	t.Helper()
	inclusive := ""
	if s.Prefixes != "" {
		inclusive = `<ec:InclusiveNamespaces xmlns:ec="` + ExcC14N + `" PrefixList="` + s.Prefixes + `"></ec:InclusiveNamespaces>`
	}
	_, id, _ := strings.Cut(xml, ` ID="`)
	id, _, _ = strings.Cut(id, `"`)
	info := fmt.Sprintf(`<ds:SignedInfo xmlns:ds="%s"><ds:CanonicalizationMethod Algorithm="%s"></ds:CanonicalizationMethod><ds:SignatureMethod Algorithm="%s"></ds:SignatureMethod>`+
		`<ds:Reference URI="#%s"><ds:Transforms><ds:Transform Algorithm="%s"></ds:Transform><ds:Transform Algorithm="%s">%s</ds:Transform></ds:Transforms>`+
		`<ds:DigestMethod Algorithm="%s"></ds:DigestMethod><ds:DigestValue>%s</ds:DigestValue></ds:Reference></ds:SignedInfo>`,
		dsigSpace, ExcC14N, s.Method, id, Enveloped, ExcC14N, inclusive, s.Digest, encode(hashed(hashOf(s.Digest), Canonical(t, xml, s.Prefixes))))
	info = change(info, s.Info)
	value := s.sign(t, key, Canonical(t, info, ""))
	known := ""
	if !s.NoKeyInfo {
		cert := key.Cert
		if s.Cert != nil {
			cert = s.Cert
		}
		known = `<ds:KeyInfo><ds:X509Data><ds:X509Certificate>` + encode(cert.Raw) + `</ds:X509Certificate></ds:X509Data></ds:KeyInfo>`
	}
	return change(`<ds:Signature xmlns:ds="`+dsigSpace+`">`+info+`<ds:SignatureValue>`+encode(value)+`</ds:SignatureValue>`+known+`</ds:Signature>`, s.Whole)
}

func (s *Signing) sign(t T, key *Key, info string) []byte {
	t.Helper()
	var signer crypto.Signer = key.Private
	if s.Key != nil {
		signer = s.Key
	}
	h := hashOf(s.Method)
	if ec, ok := signer.(*ecdsa.PrivateKey); ok {
		r, v, err := ecdsa.Sign(rand.Reader, ec, hashed(h, info))
		if err != nil {
			t.Fatal(err)
		}
		size := (ec.Curve.Params().BitSize + 7) / 8
		return append(r.FillBytes(make([]byte, size)), v.FillBytes(make([]byte, size))...)
	}
	out, err := signer.Sign(rand.Reader, hashed(h, info), h)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func hashOf(name string) crypto.Hash {
	switch {
	case strings.HasSuffix(name, "sha1"):
		return crypto.SHA1
	case strings.HasSuffix(name, "384"):
		return crypto.SHA384
	case strings.HasSuffix(name, "512"):
		return crypto.SHA512
	}
	return crypto.SHA256
}

func hashed(h crypto.Hash, text string) []byte {
	w := h.New()
	w.Write([]byte(text))
	return w.Sum(nil)
}

func encode(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

// Encryption says how an assertion is encrypted.
type Encryption struct {
	For     *rsa.PublicKey
	Content string // "" is AES-128 in GCM
	Key     string // "" is RSA-OAEP with SHA-1
	Beside  bool   // the key stands beside the data
}

// Encrypt makes an EncryptedAssertion of a text.
func Encrypt(t T, text string, e Encryption) string {
	t.Helper()
	if e.Content == "" {
		e.Content = GCM128
	}
	if e.Key == "" {
		e.Key = OAEP
	}
	size := 16
	if strings.Contains(e.Content, "256") {
		size = 32
	}
	secret := make([]byte, size)
	rand.Read(secret)
	encrypted, err := e.key(secret)
	if err != nil {
		t.Fatal(err)
	}
	key := `<xenc:EncryptedKey xmlns:xenc="http://www.w3.org/2001/04/xmlenc#"><xenc:EncryptionMethod Algorithm="` + e.Key + `"/><xenc:CipherData><xenc:CipherValue>` + encode(encrypted) + `</xenc:CipherValue></xenc:CipherData></xenc:EncryptedKey>`
	within, beside := `<ds:KeyInfo xmlns:ds="`+dsigSpace+`">`+key+`</ds:KeyInfo>`, ""
	if e.Beside {
		within, beside = "", key
	}
	return `<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"><xenc:EncryptedData xmlns:xenc="http://www.w3.org/2001/04/xmlenc#" Type="http://www.w3.org/2001/04/xmlenc#Element">` +
		`<xenc:EncryptionMethod Algorithm="` + e.Content + `"/>` + within + `<xenc:CipherData><xenc:CipherValue>` + encode(e.content(t, secret, []byte(text))) + `</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData>` + beside + `</saml:EncryptedAssertion>`
}

func (e *Encryption) key(secret []byte) ([]byte, error) {
	if e.Key == RSA15 {
		return rsa.EncryptPKCS1v15(rand.Reader, e.For, secret) //nolint:staticcheck // what is to be refused
	}
	return rsa.EncryptOAEP(sha1.New(), rand.Reader, e.For, secret, nil) //nolint:gosec // the method's own
}

func (e *Encryption) content(t T, secret, text []byte) []byte {
	t.Helper()
	block, err := aes.NewCipher(secret)
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasSuffix(e.Content, "cbc") {
		pad := aes.BlockSize - len(text)%aes.BlockSize
		text = append(append(text, make([]byte, pad-1)...), byte(pad))
		out := make([]byte, aes.BlockSize+len(text))
		rand.Read(out[:aes.BlockSize])
		cipher.NewCBCEncrypter(block, out[:aes.BlockSize]).CryptBlocks(out[aes.BlockSize:], text) //nolint:gosec // the vector is random: read above
		return out
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	nonce := make([]byte, gcm.NonceSize())
	rand.Read(nonce)
	return gcm.Seal(nonce, nonce, text, nil)
}
