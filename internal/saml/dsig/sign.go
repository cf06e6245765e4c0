package dsig

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
)

// errSign is what goes wrong when a message of our own is made wrongly.
var errSign = errors.New("only the root of a message can be signed, by its ID")

// Sign puts an enveloped signature into a message of our own: over its root,
// whose ID is given, behind its Issuer when that comes first. The certificate
// (DER) is named in it; nil names none. saml-core-2.0 §5.4
func Sign(message []byte, id string, key *rsa.PrivateKey, cert []byte) ([]byte, error) {
	d, err := Parse(message)
	if err != nil {
		return nil, err
	}
	if !plain(id) || d.Root.Attr("ID") != id || d.Root.inner == 0 {
		return nil, errSign
	}
	canonical, err := d.Root.Canonical()
	if err != nil {
		return nil, err
	}
	signature, err := seal(id, canonical, key, cert)
	if err != nil {
		return nil, err
	}
	at := int(d.Root.inner)
	for first := range d.Root.Children() {
		if first.Local == "Issuer" {
			at = int(first.end)
		}
		break
	}
	return fmt.Appendf(nil, "%s%s%s", message[:at], signature, message[at:]), nil
}

// seal makes the signature over canonical bytes. It is written in canonical form,
// so that the default namespace is all that it needs.
func seal(id string, canonical []byte, key *rsa.PrivateKey, cert []byte) ([]byte, error) {
	digest := sha256.Sum256(canonical)
	info := fmt.Sprintf(`<ds:SignedInfo xmlns:ds="%[1]s"><ds:CanonicalizationMethod Algorithm="%[2]s"></ds:CanonicalizationMethod>`+
		`<ds:SignatureMethod Algorithm="%[3]srsa-sha256"></ds:SignatureMethod><ds:Reference URI="#%[4]s"><ds:Transforms>`+
		`<ds:Transform Algorithm="%[5]s"></ds:Transform><ds:Transform Algorithm="%[2]s"></ds:Transform></ds:Transforms>`+
		`<ds:DigestMethod Algorithm="%[6]ssha256"></ds:DigestMethod><ds:DigestValue>%[7]s</ds:DigestValue></ds:Reference></ds:SignedInfo>`,
		space, excC14N, more, id, envelope, xenc, base64.StdEncoding.EncodeToString(digest[:]))
	hashed := sha256.Sum256([]byte(info))
	value, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, hashed[:])
	if err != nil {
		return nil, err
	}
	named := ""
	if cert != nil {
		named = "<ds:KeyInfo><ds:X509Data><ds:X509Certificate>" + base64.StdEncoding.EncodeToString(cert) + "</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
	}
	return fmt.Appendf(nil, `<ds:Signature xmlns:ds="%s">%s<ds:SignatureValue>%s</ds:SignatureValue>%s</ds:Signature>`,
		space, info, base64.StdEncoding.EncodeToString(value), named), nil
}
