package attack

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math/big"
	"strings"
)

// keyring has the keys of the provider, and those of whoever attacks it.
type keyring struct {
	own, next, foreign *rsa.PrivateKey
	short              *rsa.PrivateKey
	curve              *ecdsa.PrivateKey
	edwards            ed25519.PrivateKey
}

func newKeyring() (*keyring, error) {
	var k keyring
	var errs [6]error
	k.own, errs[0] = rsa.GenerateKey(rand.Reader, 2048)
	k.next, errs[1] = rsa.GenerateKey(rand.Reader, 2048)
	k.foreign, errs[2] = rsa.GenerateKey(rand.Reader, 2048)
	k.short, errs[3] = rsa.GenerateKey(rand.Reader, 1024) //nolint:gosec // too short, to be refused
	k.curve, errs[4] = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	_, k.edwards, errs[5] = ed25519.GenerateKey(rand.Reader)
	return &k, errors.Join(errs[:]...)
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// sign makes the third part of a token.
func sign(alg string, key any, input string) ([]byte, error) {
	sum := sha256.Sum256([]byte(input))
	switch k := key.(type) {
	case *rsa.PrivateKey:
		if strings.HasPrefix(alg, "PS") {
			return rsa.SignPSS(rand.Reader, k, crypto.SHA256, sum[:], &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
		}
		return rsa.SignPKCS1v15(rand.Reader, k, crypto.SHA256, sum[:])
	case *ecdsa.PrivateKey:
		r, s, err := ecdsa.Sign(rand.Reader, k, sum[:])
		if err != nil {
			return nil, err
		}
		out := make([]byte, 64)
		r.FillBytes(out[:32])
		s.FillBytes(out[32:])
		return out, nil
	case ed25519.PrivateKey:
		return ed25519.Sign(k, []byte(input)), nil
	case *rsa.PublicKey: // as a shared secret, which everybody has
		m := hmac.New(sha256.New, x509.MarshalPKCS1PublicKey(k))
		_, err := m.Write([]byte(input))
		return m.Sum(nil), err
	}
	return nil, nil // no signature at all
}

// object is a JSON object.
type object = map[string]any

// published is a public key as a provider publishes it.
func published(id string, key any, more object) object {
	o := object{"kid": id, "use": "sig"}
	switch k := key.(type) {
	case *rsa.PrivateKey:
		o["kty"], o["n"], o["e"] = "RSA", encode(k.N.Bytes()), encode(big.NewInt(int64(k.E)).Bytes())
	case *ecdsa.PrivateKey:
		point, err := k.PublicKey.Bytes()
		if err == nil {
			o["kty"], o["crv"], o["x"], o["y"] = "EC", "P-256", encode(point[1:33]), encode(point[33:])
		}
	case ed25519.PrivateKey:
		public, _ := k.Public().(ed25519.PublicKey)
		o["kty"], o["crv"], o["x"] = "OKP", "Ed25519", encode(public)
	}
	for name, v := range more {
		o[name] = v
	}
	return o
}

func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(b)
}
