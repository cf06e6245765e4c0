package dsig

import (
	"crypto"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/anteroom-id/anteroom/internal/explain"
)

// mostSignatures is how many a message may carry: a response and its assertion
// have two.
const mostSignatures = 4

// Name is the name of an element.
type Name struct{ Space, Local string }

// Policy is what Verify allows.
type Policy struct {
	// Parents are the elements that a signature may stand in, as a direct child.
	Parents []Name
	// SHA1 allows rsa-sha1 and sha1. The caller says so until a date only.
	SHA1 bool
}

// Signed is an element that is signed by a key of the caller's.
type Signed struct {
	Element   *Element // in the message: to know which one it is, never to read it
	Canonical []byte   // what was hashed
	// Root is what those bytes say. The signature itself is not in it; that of an
	// element further down is.
	Root        *Element
	Certificate *x509.Certificate // whose key it is
	SHA1        bool              // the signature, or its digest
}

// Verify proves every signature in a message that Parse read: each must be a
// direct child of an element that the policy names, refer to that element by its
// ID and to nothing else, and be made with the key of one of the certificates.
// Certificates in the message count for nothing, and neither does the time until
// which one is valid, which the caller looks at. What is not signed at all gives
// no error and nothing in the answer.
// saml-core-2.0 §5.4
func Verify(d *Document, certs []*x509.Certificate, policy Policy) ([]Signed, error) {
	var all []Signed
	for e := range d.Root.Descendants() {
		if !e.Is(space, "Signature") {
			continue
		}
		if len(all) == mostSignatures {
			return nil, explain.Refuse(explain.SAMLSignaturePlace, fmt.Sprintf("at most %d signatures", mostSignatures), "more")
		}
		s, err := verify(e, certs, policy)
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, nil
}

func verify(e *Element, certs []*x509.Certificate, policy Policy) (Signed, error) {
	if err := placed(e, policy.Parents); err != nil {
		return Signed{}, err
	}
	s, err := read(e)
	if err != nil {
		return Signed{}, err
	}
	if err := s.allowed(policy); err != nil {
		return Signed{}, err
	}
	cert, err := s.proven(certs)
	if err != nil {
		return Signed{}, err
	}
	out := Signed{Element: e.Parent, Certificate: cert, SHA1: s.by.hash == crypto.SHA1 || s.digest == crypto.SHA1}
	if out.Canonical, err = s.covers(); err != nil {
		return Signed{}, err
	}
	again, err := Parse(out.Canonical)
	if err != nil {
		return Signed{}, err
	}
	out.Root = again.Root
	return out, nil
}

// placed checks where a signature stands, and that it is alone there.
func placed(e *Element, parents []Name) error {
	if e.Parent == nil || !slices.Contains(parents, Name{e.Parent.Space, e.Parent.Local}) {
		in := "the root"
		if e.Parent != nil {
			in = e.Parent.Local
		}
		return explain.Refuse(explain.SAMLSignaturePlace, "a signature directly in what it signs", "one in "+in)
	}
	if _, n := e.Parent.Child(space, "Signature"); n > 1 {
		return explain.Refuse(explain.SAMLSignaturePlace, "one signature of an element", fmt.Sprint(n))
	}
	return nil
}

// signature is a signature as it was read.
type signature struct {
	element, info *Element
	by            signer
	digest        crypto.Hash
	want, value   []byte
	prefixes      []string
}

// allowed checks the algorithms against the policy.
func (s *signature) allowed(policy Policy) error {
	if !policy.SHA1 && (s.by.hash == crypto.SHA1 || s.digest == crypto.SHA1) {
		return explain.Refuse(explain.SAMLSHA1, "SHA-256 or better", "SHA-1")
	}
	if len(s.want) != s.digest.Size() {
		return explain.Refuse(explain.SAMLSignatureShape, fmt.Sprintf("a DigestValue of %d bytes", s.digest.Size()), fmt.Sprint(len(s.want)))
	}
	return nil
}

// proven finds the certificate whose key made the signature.
func (s *signature) proven(certs []*x509.Certificate) (*x509.Certificate, error) {
	if len(certs) == 0 {
		return nil, explain.Refuse(explain.SAMLNoKey, "a certificate of the identity provider", "none is known")
	}
	canonical, err := s.info.Canonical()
	if err != nil {
		return nil, err
	}
	digest := sum(s.by.hash, canonical)
	weak := ""
	for _, cert := range certs {
		if w := weakness(cert); w != "" {
			weak = w
		} else if s.by.verified(cert, digest, s.value) {
			return cert, nil
		}
	}
	if weak != "" && !slices.ContainsFunc(certs, func(c *x509.Certificate) bool { return weakness(c) == "" }) {
		return nil, explain.Refuse(explain.SAMLWeakKey, fmt.Sprintf("RSA with %d bits or more, or an elliptic curve with 256", leastRSA), weak)
	}
	return nil, s.unproven(certs)
}

// unproven says why no certificate fits. Here, and for this alone, the
// certificate in the message is looked at: it tells whether the provider signs
// with another one, or whether something changed the signature.
func (s *signature) unproven(certs []*x509.Certificate) error {
	var known []string
	for _, c := range certs {
		known = append(known, Thumbprint(c.Raw))
	}
	got := "a signature by another key, without its certificate"
	if raw := s.certificate(); raw != nil {
		got = "one by " + Thumbprint(raw)
		if slices.Contains(known, Thumbprint(raw)) {
			return explain.Refuse(explain.SAMLSignatureBroken, "a signature that its certificate's key has made", "another value, by "+Thumbprint(raw))
		}
	}
	return explain.Refuse(explain.SAMLCertificate, "a signature by "+strings.Join(known, " or "), got)
}

// certificate gives the certificate that the signature names, nil for none.
func (s *signature) certificate() []byte {
	for e := range s.element.Descendants() {
		if e.Is(space, "X509Certificate") {
			text, _ := e.Text()
			raw, _ := decode(text)
			return raw
		}
	}
	return nil
}

// Thumbprint is how a certificate is told apart by eye: the first half of its
// SHA-256.
func Thumbprint(raw []byte) string {
	sum := sha256.Sum256(raw)
	return "certificate " + hex.EncodeToString(sum[:8])
}

// covers gives the canonical bytes that the signature covers.
func (s *signature) covers() ([]byte, error) {
	canonical, err := s.element.Parent.canonical(s.element, s.prefixes)
	if err != nil {
		return nil, err
	}
	if subtle.ConstantTimeCompare(sum(s.digest, canonical), s.want) != 1 {
		return nil, explain.Refuse(explain.SAMLDigest, "the content that was signed", "content that was changed since, in "+s.element.Parent.Local)
	}
	return canonical, nil
}

// decode reads base64 as signatures and certificates have it, with line breaks.
func decode(text string) ([]byte, error) {
	if strings.ContainsAny(text, " \t\r\n") {
		text = strings.NewReplacer(" ", "", "\t", "", "\r", "", "\n", "").Replace(text)
	}
	return base64.StdEncoding.Strict().DecodeString(text)
}
