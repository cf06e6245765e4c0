package idp

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"math/big"
	"time"
)

// signer is a key that the provider signs with, and its certificate.
type signer struct {
	key  *rsa.PrivateKey
	cert *x509.Certificate
	kid  string
}

func freshKey() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) }

// Certify makes a certificate of a key for itself, as identity providers have
// them, good from a day before now.
func Certify(key *rsa.PrivateKey, name string, now time.Time, life time.Duration) (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, err
	}
	t := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name}, NotBefore: now.Add(-24 * time.Hour), NotAfter: now.Add(life),
	}
	der, err := x509.CreateCertificate(rand.Reader, t, t, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

const threeYears = 3 * 365 * 24 * time.Hour

func newSigner(key *rsa.PrivateKey, c *Config) (signer, error) {
	name := map[Flavour]string{Entra: "Microsoft Azure Federated SSO Certificate", Okta: "lab.okta"}[c.Flavour]
	if name == "" {
		name = "lab identity provider"
	}
	cert, err := Certify(key, name, c.Clock(), threeYears)
	if err != nil {
		return signer{}, err
	}
	sum := sha256.Sum256(cert.RawSubjectPublicKeyInfo)
	return signer{key, cert, hex.EncodeToString(sum[:10])}, nil
}

// randomID makes an id that no other message has, and that XML allows.
func randomID() string {
	var b [16]byte
	rand.Read(b[:])
	return "_" + hex.EncodeToString(b[:])
}

// secret makes a code or token.
func secret() string { return randomID()[1:] }
