package idp

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
)

// sign makes a JWS in compact form with the key that signs. What the header names
// replaces the usual.
func (p *Provider) sign(header map[string]any, c Claims) (string, error) {
	s := p.signer()
	h := map[string]any{"alg": "RS256", "typ": "JWT", "kid": s.kid}
	maps.Copy(h, header)
	return signWith(s.key, h, c)
}

func signWith(key *rsa.PrivateKey, header map[string]any, c Claims) (string, error) {
	text, err := unsigned(header, c)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(text))
	sig, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		return "", err
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(sig), nil
}

func unsigned(header map[string]any, c Claims) (string, error) {
	h, err := json.Marshal(header)
	if err != nil {
		return "", err
	}
	body, err := json.Marshal(c)
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(h) + "." + base64.RawURLEncoding.EncodeToString(body), nil
}
