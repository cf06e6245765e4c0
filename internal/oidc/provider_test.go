package oidc_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/oidc"
)

const entraIssuer = "https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0"

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// answers is a provider in this process: what each path answers.
type answers func(*http.Request) (status int, body string)

// RoundTrip implements http.RoundTripper.
func (a answers) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	status, body := a(req)
	if status == 0 {
		return nil, errors.New("connection refused")
	}
	return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)), Request: req}, nil
}

func (a answers) party(now func() time.Time) *oidc.RelyingParty {
	return oidc.New(&http.Client{Transport: a}, now)
}

// entra is a connection to a tenant of Entra, set up to its end.
func entra() oidc.Client {
	base := strings.TrimSuffix(entraIssuer, "/v2.0")
	return oidc.Client{
		Kind: "entra", Secret: "our-client-secret", WebURI: "https://app.example/oidc/con_1/web", AppURI: "https://app.example/oidc/con_1/app",
		Settings: identity.OIDCSettings{
			Issuer: entraIssuer, ClientID: "client-1", AuthURL: base + "/oauth2/v2.0/authorize", TokenURL: base + "/oauth2/v2.0/token",
			KeysURL: base + "/discovery/v2.0/keys", EndURL: base + "/oauth2/v2.0/logout", AuthMethod: "client_secret_post",
		},
	}
}

// okta is a connection to Okta with a key of our own.
func okta() oidc.Client {
	c := entra()
	c.Kind, c.Settings.Issuer, c.Settings.Algorithms, c.Settings.AuthMethod = "okta", "https://acme.okta.com", []string{"EdDSA"}, "client_secret_basic"
	c.Settings.TokenURL, c.Settings.KeysURL = "https://acme.okta.com/token", "https://acme.okta.com/keys"
	return c
}

// signer signs tokens cheaply and publishes its key.
type signer struct{ key ed25519.PrivateKey }

func newSigner(t testing.TB) signer {
	t.Helper()
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	return signer{key}
}

func (s signer) keys() string {
	public, _ := s.key.Public().(ed25519.PublicKey)
	return `{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"k1","x":"` + base64.RawURLEncoding.EncodeToString(public) + `"}]}`
}

func (s signer) sign(header, payload string) string {
	input := base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64.RawURLEncoding.EncodeToString([]byte(payload))
	return input + "." + base64.RawURLEncoding.EncodeToString(ed25519.Sign(s.key, []byte(input)))
}

func (s signer) token(claims map[string]any) string {
	payload, err := json.Marshal(claims)
	if err != nil {
		return err.Error()
	}
	return s.sign(`{"alg":"EdDSA","kid":"k1"}`, string(payload))
}

func (s signer) logout(jti string) map[string]any {
	return map[string]any{
		"iss": "https://acme.okta.com", "aud": "client-1", "sub": "00u1", "sid": "s1", "jti": jti, "iat": noon.Unix(), "exp": noon.Add(time.Minute).Unix(),
		"events": map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}},
	}
}

func refusal(t *testing.T, err error) *explain.Refusal {
	t.Helper()
	var r *explain.Refusal
	if !errors.As(err, &r) {
		t.Fatalf("no refusal: %v", err)
	}
	return r
}

func query(t *testing.T, address string) url.Values {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Query()
}
