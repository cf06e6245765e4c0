package dsig

import (
	"crypto"
	"crypto/x509"
	"fmt"
	"slices"

	"github.com/anteroom-id/anteroom/internal/explain"
)

// RSASHA256 names the algorithm that our own messages are signed with.
const RSASHA256 = more + "rsa-sha256"

// VerifyDetached proves a signature that stands beside what it signs, as in the
// redirect binding, by the name of its algorithm. It gives the certificate whose
// key made it. Refused are SAMLSHA1 unless allowed, RedirectSigAlg, SAMLNoKey,
// SAMLWeakKey and LogoutSignature. saml-bindings-2.0 §3.4.4.1
func VerifyDetached(algorithm string, octets, value []byte, certs []*x509.Certificate, sha1 bool) (*x509.Certificate, error) {
	by := signerOf(algorithm)
	switch {
	case by.hash == 0:
		return nil, explain.Refuse(explain.RedirectSigAlg, RSASHA256, algorithm)
	case by.hash == crypto.SHA1 && !sha1:
		return nil, explain.Refuse(explain.SAMLSHA1, "SHA-256 or better", "SHA-1")
	case len(certs) == 0:
		return nil, explain.Refuse(explain.SAMLNoKey, "a certificate of the identity provider", "none is known")
	}
	digest := sum(by.hash, octets)
	for _, cert := range certs {
		if weakness(cert) == "" && by.verified(cert, digest, value) {
			return cert, nil
		}
	}
	if !slices.ContainsFunc(certs, func(c *x509.Certificate) bool { return weakness(c) == "" }) {
		return nil, explain.Refuse(explain.SAMLWeakKey, fmt.Sprintf("RSA with %d bits or more, or an elliptic curve with 256", leastRSA), weakness(certs[0]))
	}
	return nil, explain.Refuse(explain.LogoutSignature, "a signature by "+Thumbprint(certs[0].Raw), "one by another key, or over something else")
}

// Weakness says why no signature is checked with a certificate's key, "" when it
// can be: "RSA with 1024 bits".
func Weakness(cert *x509.Certificate) string { return weakness(cert) }
