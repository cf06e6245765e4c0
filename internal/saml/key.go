package saml

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"errors"
	"math/big"
	"strings"
	"time"
)

// Key is a key of ours: it signs our messages, and decrypts assertions that were
// encrypted to us.
type Key struct {
	Private     *rsa.PrivateKey
	Certificate *x509.Certificate
}

const (
	keyBits = 2048
	keyLife = 10 * 365 * 24 * time.Hour // providers refuse certificates that end; ours end by rotation
)

// NewKey makes a key with a certificate that it signed itself, for a name that
// people read at the provider. The certificate counts from a day before, since
// clocks differ.
func NewKey(name string, now time.Time) (*Key, error) {
	private, err := rsa.GenerateKey(rand.Reader, keyBits)
	if err != nil {
		return nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, err
	}
	name = strings.ToValidUTF8(name[:min(len(name), 64)], "") // RFC 5280 appendix A.1, ub-common-name
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name},
		NotBefore: now.Add(-24 * time.Hour), NotAfter: now.Add(keyLife),
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	return &Key{private, cert}, err
}

// CertificateText gives a certificate as metadata and settings hold it: base64 of
// DER, on one line.
func CertificateText(c *x509.Certificate) string { return base64.StdEncoding.EncodeToString(c.Raw) }

// errCertificate is what a text that is no certificate gets.
var errCertificate = errors.New("that is no certificate")

// ParseCertificate reads a certificate as people have it: base64 of DER with or
// without line breaks, or PEM.
func ParseCertificate(text string) (*x509.Certificate, error) {
	if _, rest, ok := strings.Cut(text, "-----BEGIN CERTIFICATE-----"); ok {
		text, _, _ = strings.Cut(rest, "-----END CERTIFICATE-----")
	}
	raw, err := base64.StdEncoding.DecodeString(strings.NewReplacer(" ", "", "\t", "", "\r", "", "\n", "").Replace(text))
	if err != nil || len(raw) == 0 {
		return nil, errCertificate
	}
	return x509.ParseCertificate(raw)
}

// Certificates reads those of a connection's settings, and leaves out what cannot
// be read.
func Certificates(texts []string) (out []*x509.Certificate) {
	for _, text := range texts {
		if c, err := ParseCertificate(text); err == nil {
			out = append(out, c)
		}
	}
	return out
}
