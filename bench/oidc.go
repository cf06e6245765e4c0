package main

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/oidc"
)

// tokens are a provider in this process, which answers without a network, and our
// relying party before it.
type tokens struct {
	key       *rsa.PrivateKey
	rp        *oidc.RelyingParty
	client    oidc.Client
	request   oidc.Request
	answers   map[string]string // by path
	logout    string
	input     []byte // of the logout token's signature
	signature []byte
	now       time.Time
}

// RoundTrip implements http.RoundTripper.
func (t *tokens) RoundTrip(req *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(t.answers[req.URL.Path])), Request: req}, nil
}

func newTokens() (*tokens, error) {
	t := &tokens{now: time.Now()}
	var err error
	if t.key, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
		return nil, err
	}
	t.rp = oidc.New(&http.Client{Transport: t}, func() time.Time { return t.now })
	t.client = oidc.Client{Kind: "oidc", Secret: "secret", WebURI: "https://app.example/web", Settings: identity.OIDCSettings{
		Issuer: "https://idp.example", ClientID: "client-1", AuthURL: "https://idp.example/authorize", TokenURL: "https://idp.example/token", KeysURL: "https://idp.example/keys",
	}}
	t.request = oidc.NewRequest(oidc.Web, t.now)
	claims := map[string]any{"iss": "https://idp.example", "aud": "client-1", "sub": "00u1", "sid": "s1", "iat": t.now.Unix(), "exp": t.now.Add(time.Minute).Unix()}
	said := func(more map[string]any) map[string]any {
		for name, v := range claims {
			more[name] = v
		}
		return more
	}
	t.logout, err = t.sign(said(map[string]any{"jti": "j", "events": map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}}}))
	if err != nil {
		return nil, err
	}
	id, err := t.sign(said(map[string]any{"nonce": t.request.Nonce, "email": "ann@acme.example", "name": "Ann Ames"}))
	enc := base64.RawURLEncoding.EncodeToString
	t.answers = map[string]string{
		"/keys":  `{"keys":[{"kty":"RSA","kid":"k1","n":"` + enc(t.key.N.Bytes()) + `","e":"` + enc(big.NewInt(int64(t.key.E)).Bytes()) + `"}]}`,
		"/token": `{"access_token":"a","token_type":"Bearer","id_token":"` + id + `"}`,
	}
	return t, err
}

func (t *tokens) sign(claims map[string]any) (string, error) {
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	enc := base64.RawURLEncoding.EncodeToString
	t.input = []byte(enc([]byte(`{"alg":"RS256","kid":"k1"}`)) + "." + enc(payload))
	sum := sha256.Sum256(t.input)
	t.signature, err = rsa.SignPKCS1v15(rand.Reader, t.key, crypto.SHA256, sum[:])
	return string(t.input) + "." + enc(t.signature), err
}

func (t *tokens) bare(int) error {
	sum := sha256.Sum256(t.input)
	return rsa.VerifyPKCS1v15(&t.key.PublicKey, crypto.SHA256, sum[:], t.signature)
}

// oidcFigures measures what a token costs, beside the one RSA verification in it.
func (b *bench) oidcFigures() error {
	t, err := newTokens()
	if err != nil {
		return err
	}
	over := func() (sample, error) { return measure(nil, 1, b.span, t.bare) }
	verify := func(int) error {
		_, err := t.rp.VerifyLogout(context.Background(), t.client, t.logout)
		return err
	}
	redeem := func(int) error {
		_, err := t.rp.Redeem(context.Background(), t.client, t.request, oidc.Web, url.Values{"state": {t.request.State}, "code": {"c"}})
		return err
	}
	b.add(&figure{name: "oidc: a token checked, of bare RSA-2048", asked: 4, most: true, floor: "rsa.VerifyPKCS1v15", better: slower, over: over, of: func() (sample, error) { return measure(nil, 1, b.span, verify) }})
	b.add(&figure{name: "oidc: a code redeemed, without a network, of bare RSA-2048", floor: "rsa.VerifyPKCS1v15", better: slower, over: over, of: func() (sample, error) { return measure(nil, 1, b.span, redeem) }})
	return nil
}
