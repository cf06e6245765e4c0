package markup

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	_ "crypto/md5" //nolint:gosec // what verifiers have to refuse
	"crypto/rand"
	"crypto/rsa"
	_ "crypto/sha1" //nolint:gosec // the algorithms are named by the caller
	_ "crypto/sha256"
	_ "crypto/sha512"
	"encoding/asn1"
	"encoding/base64"
	"fmt"
	"math/big"
)

// The algorithms of a signature.
const (
	EnvelopedTransform = Signature + "enveloped-signature"
	SHA1Digest         = Signature + "sha1"
	SHA256Digest       = Encrypted + "sha256"
	SHA512Digest       = Encrypted + "sha512"
	RSASHA1            = Signature + "rsa-sha1"
	RSASHA256          = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
	RSASHA512          = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512"
	ECDSASHA256        = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"
)

// Signing says how an element is signed. The zero value with a key is RSA with
// SHA-256 over the exclusive canonical form, without a KeyInfo.
type Signing struct {
	Key    crypto.Signer
	Cert   []byte // DER, for KeyInfo; nil for none
	Prefix string // of the signature's own elements; "" for the default namespace
	Hash   crypto.Hash
	Digest crypto.Hash // 0 as Hash
	Keep   []string    // prefixes of an InclusiveNamespaces
	At     int         // the place among the element's children
	// Change may alter the SignedInfo before it is signed, and Finish the whole
	// signature afterwards.
	Change, Finish func(*Element)
}

// Sign puts an enveloped signature into an element that has an attribute ID.
func Sign(e *Element, s Signing) error {
	info, err := s.Info(e)
	if err != nil {
		return err
	}
	sig, err := s.Complete(info)
	if err != nil {
		return err
	}
	e.Insert(min(s.At, len(e.Kids)), sig)
	return nil
}

// Info makes the SignedInfo with one reference to an element as it stands.
func (s Signing) Info(e *Element) (*Element, error) {
	digest, err := hash(s.digest(), e.Canonical(s.Keep...))
	if err != nil {
		return nil, err
	}
	return s.ds("SignedInfo").Add(
		s.ds("CanonicalizationMethod", "Algorithm", Exclusive),
		s.ds("SignatureMethod", "Algorithm", s.method()),
		s.Reference("#"+e.Get("ID"), base64.StdEncoding.EncodeToString(digest)),
	), nil
}

// Reference makes a reference with the two usual transforms.
func (s Signing) Reference(uri, digest string) *Element {
	canonical := s.ds("Transform", "Algorithm", Exclusive)
	if len(s.Keep) > 0 {
		list := ""
		for _, p := range s.Keep {
			list += " " + p
		}
		canonical.Add(New(Exclusive, "ec", "InclusiveNamespaces", "PrefixList", list[1:]))
	}
	ref := s.ds("Reference").Add(
		s.ds("Transforms").Add(s.ds("Transform", "Algorithm", EnvelopedTransform), canonical),
		s.ds("DigestMethod", "Algorithm", digestName(s.digest())),
		s.ds("DigestValue").Say(digest),
	)
	ref.Attrs = []Attr{{Local: "URI", Value: uri}}
	return ref
}

// Complete signs a SignedInfo and makes the whole signature of it.
func (s Signing) Complete(info *Element) (*Element, error) {
	if s.Change != nil {
		s.Change(info)
	}
	value, err := s.value(info.Canonical())
	if err != nil {
		return nil, err
	}
	sig := s.ds("Signature").Add(info, s.ds("SignatureValue").Say(base64.StdEncoding.EncodeToString(value)))
	if s.Cert != nil {
		sig.Add(s.ds("KeyInfo").Add(s.ds("X509Data").Add(s.ds("X509Certificate").Say(base64.StdEncoding.EncodeToString(s.Cert)))))
	}
	if s.Finish != nil {
		s.Finish(sig)
	}
	return sig, nil
}

func (s Signing) ds(local string, pairs ...string) *Element {
	return New(Signature, s.Prefix, local, pairs...)
}

func (s Signing) hash() crypto.Hash {
	if s.Hash == 0 {
		return crypto.SHA256
	}
	return s.Hash
}

func (s Signing) digest() crypto.Hash {
	if s.Digest == 0 {
		return s.hash()
	}
	return s.Digest
}

// method names the algorithm of the signature.
func (s Signing) method() string {
	if _, ok := s.Key.(*ecdsa.PrivateKey); ok {
		return ECDSASHA256
	}
	switch s.hash() {
	case crypto.SHA1:
		return RSASHA1
	case crypto.MD5:
		return "http://www.w3.org/2001/04/xmldsig-more#rsa-md5"
	case crypto.SHA384:
		return "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384"
	case crypto.SHA512:
		return RSASHA512
	default:
		return RSASHA256
	}
}

func digestName(h crypto.Hash) string {
	switch h {
	case crypto.SHA1:
		return SHA1Digest
	case crypto.MD5:
		return "http://www.w3.org/2001/04/xmldsig-more#md5"
	case crypto.SHA384:
		return "http://www.w3.org/2001/04/xmldsig-more#sha384"
	case crypto.SHA512:
		return SHA512Digest
	default:
		return SHA256Digest
	}
}

func hash(h crypto.Hash, text string) ([]byte, error) {
	if !h.Available() {
		return nil, fmt.Errorf("the digest %v is not linked in", h)
	}
	sum := h.New()
	sum.Write([]byte(text))
	return sum.Sum(nil), nil
}

// value signs text as XML signatures do: RSA with PKCS #1 v1.5, or the two
// numbers of ECDSA side by side.
func (s Signing) value(text string) ([]byte, error) {
	sum, err := hash(s.hash(), text)
	if err != nil {
		return nil, err
	}
	if _, ok := s.Key.(*rsa.PrivateKey); ok {
		return s.Key.Sign(rand.Reader, sum, s.hash())
	}
	der, err := s.Key.Sign(rand.Reader, sum, s.hash())
	if err != nil {
		return nil, err
	}
	return sideBySide(der, s.Key)
}

func sideBySide(der []byte, key crypto.Signer) ([]byte, error) {
	var pair struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(der, &pair); err != nil {
		return nil, err
	}
	size := 32
	if k, ok := key.(*ecdsa.PrivateKey); ok && k.Curve != elliptic.P256() {
		size = (k.Curve.Params().BitSize + 7) / 8
	}
	out := make([]byte, 2*size)
	pair.R.FillBytes(out[:size])
	pair.S.FillBytes(out[size:])
	return out, nil
}

// SignText signs the octets of a query, as the redirect binding does.
func SignText(key crypto.Signer, h crypto.Hash, text string) ([]byte, error) {
	return Signing{Key: key, Hash: h}.value(text)
}
