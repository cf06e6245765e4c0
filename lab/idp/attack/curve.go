package attack

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"time"
)

// addCurve makes a key on a curve, and a certificate of our own key that has
// expired.
func (g *Generator) addCurve() error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	if err := g.certify("curve", key, g.Now.Add(24*time.Hour)); err != nil {
		return err
	}
	return g.certify("expired", g.keys["own"].key, g.Now.Add(-24*time.Hour))
}

func (g *Generator) certify(name string, key crypto.Signer, until time.Time) error {
	t := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name}, NotBefore: until.Add(-72 * time.Hour), NotAfter: until}
	der, err := x509.CreateCertificate(rand.Reader, t, t, key.Public(), key)
	if err != nil {
		return err
	}
	cert, err := x509.ParseCertificate(der)
	g.keys[name] = &signing{key, cert}
	return err
}
