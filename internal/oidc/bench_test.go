package oidc_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"math/big"
	"net/http"
	"testing"
	"time"
)

// BenchmarkLogoutToken is what it costs to check a token of RSA-2048 with keys that
// are known, which an ID token costs as well; beside it stands the signature alone.
func BenchmarkLogoutToken(b *testing.B) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		b.Fatal(err)
	}
	enc := base64.RawURLEncoding.EncodeToString
	keys := fmt.Sprintf(`{"keys":[{"kty":"RSA","kid":"k1","n":%q,"e":%q}]}`, enc(key.N.Bytes()), enc(big.NewInt(int64(key.E)).Bytes()))
	rp := answers(func(*http.Request) (int, string) { return 200, keys }).party(func() time.Time { return noon })
	c := okta()
	c.Settings.Algorithms = []string{"RS256"}
	input := enc([]byte(`{"alg":"RS256","kid":"k1","typ":"logout+jwt"}`)) + "." + enc([]byte(fmt.Sprintf(`{"iss":"https://acme.okta.com","aud":"client-1","sub":"00u1","sid":"s1","jti":"j","iat":%d,"exp":%d,"events":{"http://schemas.openid.net/event/backchannel-logout":{}}}`, noon.Unix(), noon.Unix()+60)))
	sum := sha256.Sum256([]byte(input))
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		b.Fatal(err)
	}
	token := input + "." + enc(signature)
	b.Run("token", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := rp.VerifyLogout(b.Context(), c, token); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("bare RSA", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			sum := sha256.Sum256([]byte(input))
			if err := rsa.VerifyPKCS1v15(&key.PublicKey, crypto.SHA256, sum[:], signature); err != nil {
				b.Fatal(err)
			}
		}
	})
}
