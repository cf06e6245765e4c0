package dsig

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	_ "crypto/sha1" //nolint:gosec // registered for signatures that a policy allows until a date
	_ "crypto/sha256"
	_ "crypto/sha512"
	"crypto/x509"
	"fmt"
	"math/big"
)

const (
	space    = "http://www.w3.org/2000/09/xmldsig#"
	excC14N  = "http://www.w3.org/2001/10/xml-exc-c14n#"
	envelope = space + "enveloped-signature"
	more     = "http://www.w3.org/2001/04/xmldsig-more#"
	xenc     = "http://www.w3.org/2001/04/xmlenc#"
	xenc11   = "http://www.w3.org/2009/xmlenc11#"
)

const (
	leastRSA = 2048 // bits
	mostRSA  = 8192 // more only costs time
)

// digestOf gives the hash of a digest's algorithm, 0 for one that is not taken.
func digestOf(uri string) crypto.Hash {
	switch uri {
	case space + "sha1":
		return crypto.SHA1
	case xenc + "sha256":
		return crypto.SHA256
	case more + "sha384":
		return crypto.SHA384
	case xenc + "sha512":
		return crypto.SHA512
	}
	return 0
}

// signer is an algorithm of signatures.
type signer struct {
	hash  crypto.Hash
	ecdsa bool
}

// signerOf gives the algorithm by its name; hash is 0 for one that is not taken.
func signerOf(uri string) signer {
	switch uri {
	case space + "rsa-sha1":
		return signer{hash: crypto.SHA1}
	case more + "rsa-sha256":
		return signer{hash: crypto.SHA256}
	case more + "rsa-sha384":
		return signer{hash: crypto.SHA384}
	case more + "rsa-sha512":
		return signer{hash: crypto.SHA512}
	case more + "ecdsa-sha256":
		return signer{crypto.SHA256, true}
	case more + "ecdsa-sha384":
		return signer{crypto.SHA384, true}
	case more + "ecdsa-sha512":
		return signer{crypto.SHA512, true}
	}
	return signer{}
}

// weakness says why a key is not used, "" when it is.
func weakness(cert *x509.Certificate) string {
	switch key := cert.PublicKey.(type) {
	case *rsa.PublicKey:
		if n := key.N.BitLen(); n < leastRSA || n > mostRSA || key.E < 3 {
			return fmt.Sprintf("RSA with %d bits", n)
		}
		return ""
	case *ecdsa.PublicKey:
		if n := key.Curve.Params().BitSize; n < 256 {
			return fmt.Sprintf("an elliptic curve with %d bits", n)
		}
		return ""
	}
	return "a key that is neither RSA nor ECDSA"
}

// verified reports whether the signature over a digest was made with the
// certificate's key, by the algorithm.
func (s signer) verified(cert *x509.Certificate, digest, signature []byte) bool {
	switch key := cert.PublicKey.(type) {
	case *rsa.PublicKey:
		return !s.ecdsa && rsa.VerifyPKCS1v15(key, s.hash, digest, signature) == nil
	case *ecdsa.PublicKey:
		// xmldsig-core1 §6.4.3: both numbers behind one another, at the curve's length.
		size := (key.Curve.Params().BitSize + 7) / 8
		if !s.ecdsa || len(signature) != 2*size {
			return false
		}
		return ecdsa.Verify(key, digest, new(big.Int).SetBytes(signature[:size]), new(big.Int).SetBytes(signature[size:]))
	}
	return false
}

func sum(h crypto.Hash, data []byte) []byte {
	w := h.New()
	w.Write(data)
	return w.Sum(nil)
}
