package idp

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// refusing is an error that comes back in place of a code.
func refusing(name, what, code, text string) fault {
	return fault{Fault: Fault{name, "oidc", what}, callback: func(*Provider) (string, string) { return code, text }}
}

// callbackFaults are those of the way back from the provider.
func callbackFaults() []fault {
	query := func(name, what string, do func(p *Provider, q url.Values)) fault {
		return fault{Fault: Fault{name, "oidc", what}, query: do}
	}
	return []fault{
		refusing("oidc-consent", "the application needs consent that is missing", "consent_required", "AADSTS65001: the user or administrator has not consented to use the application"),
		refusing("oidc-admin-consent", "an administrator has to consent first", "access_denied", "AADSTS90094: the grant requires admin permission"),
		refusing("oidc-unassigned", "the person is not assigned to the application", "access_denied", "AADSTS50105: your administrator has configured the application to block users unless they are specifically granted access"),
		refusing("oidc-denied", "the person said no", "access_denied", "the person cancelled"),
		refusing("oidc-conditional", "a policy of the provider blocks the sign-in", "access_denied", "AADSTS53003: access has been blocked by Conditional Access policies"),
		refusing("oidc-interaction", "the provider would have to ask something", "interaction_required", "AADSTS50076: multi-factor authentication is required"),
		refusing("oidc-login-required", "nobody is signed in, and nobody may be asked", "login_required", "AADSTS50058: no session"),
		refusing("oidc-unavailable", "the provider is busy", "temporarily_unavailable", "AADSTS90033: a transient error has occurred"),
		refusing("oidc-server-error", "the provider is broken", "server_error", "AADSTS50000: there was an error issuing a token"),
		refusing("oidc-scope", "a scope that the provider does not know", "invalid_scope", "AADSTS70011: the provided value for the input parameter scope is not valid"),
		refusing("oidc-application", "the provider does not know the application", "unauthorized_client", "AADSTS700016: application not found in the directory"),
		query("oidc-state", "the callback carries another state", func(_ *Provider, q url.Values) { q.Set("state", "other") }),
		query("oidc-callback-issuer", "the callback names another issuer", func(_ *Provider, q url.Values) { q.Set("iss", "https://elsewhere.example") }),
		query("oidc-code-missing", "the callback has neither a code nor an error", func(_ *Provider, q url.Values) { q.Del("code") }),
		query("oidc-code-foreign", "a code that this provider did not give", func(_ *Provider, q url.Values) { q.Set("code", "other") }),
		{Fault: Fault{"oidc-redirect-uri", "oidc", "the redirect URI is not registered: the provider says so on its own page"}},
		{Fault: Fault{"oidc-discovery-issuer", "oidc", "the discovery document names another issuer"}},
		{Fault: Fault{"oidc-discovery-missing", "oidc", "there is no discovery document"}},
		{Fault: Fault{"oidc-discovery-page", "oidc", "a web page in place of the discovery document"}},
		{Fault: Fault{"oidc-discovery-endpoint", "oidc", "the discovery document names no token endpoint"}},
	}
}

// tokenFaults are those of the token endpoint and the other documents.
func tokenFaults() []fault {
	named := func(name, what string) fault { return fault{Fault: Fault{name, "oidc", what}} }
	answer := func(name, what string, do func(*Provider, map[string]any)) fault {
		return fault{Fault: Fault{name, "oidc", what}, answer: do}
	}
	return []fault{
		named("oidc-secret-expired", "the client secret has expired"),
		named("oidc-secret-wrong", "the client secret is wrong"),
		named("oidc-code-used", "the code was used before"),
		named("oidc-code-expired", "the code has expired"),
		named("oidc-pkce", "the proof key does not fit"),
		named("oidc-keys-unreachable", "the keys cannot be fetched"),
		named("oidc-userinfo-sub", "userinfo is about somebody else"),
		named("oidc-at-hash", "the access token is not the one that the ID token was made with"),
		{Fault: Fault{"oidc-token-busy", "oidc", "the token endpoint is out of order"}, token: func() *refusal {
			return &refusal{http.StatusServiceUnavailable, "temporarily_unavailable", "AADSTS90033: a transient error has occurred"}
		}},
		answer("oidc-id-token-missing", "no ID token", func(_ *Provider, a map[string]any) { delete(a, "id_token") }),
		answer("oidc-id-token-garbage", "an ID token that is none", func(_ *Provider, a map[string]any) { a["id_token"] = "garbage" }),
		answer("oidc-tampered", "an ID token that was changed after it was signed", func(_ *Provider, a map[string]any) {
			parts := strings.Split(a["id_token"].(string), ".")
			body, err := base64.RawURLEncoding.DecodeString(parts[1])
			if err == nil {
				parts[1] = base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(string(body), `"iat":`, `"evil":1,"iat":`, 1)))
			}
			a["id_token"] = strings.Join(parts, ".")
		}),
	}
}

// claimFaults are those of the ID token.
func claimFaults() []fault {
	claim := func(name, what string, do func(p *Provider, c Claims)) fault {
		return fault{Fault: Fault{name, "oidc", what}, claims: do}
	}
	return []fault{
		claim("oidc-nonce", "another nonce", func(_ *Provider, c Claims) { c["nonce"] = "other" }),
		claim("oidc-nonce-missing", "no nonce", func(_ *Provider, c Claims) { delete(c, "nonce") }),
		claim("oidc-audience", "made for another client", func(_ *Provider, c Claims) { c["aud"] = "other" }),
		claim("oidc-azp", "made for another client, and for us too", func(_ *Provider, c Claims) { c["aud"] = []any{c["aud"], "other"}; c["azp"] = "other" }),
		claim("oidc-issuer", "another issuer", func(_ *Provider, c Claims) { c["iss"] = "https://elsewhere.example" }),
		claim("oidc-expired", "expired an hour ago", func(p *Provider, c Claims) {
			c["iat"], c["nbf"], c["exp"] = p.ago(2*time.Hour), p.ago(2*time.Hour), p.ago(time.Hour)
		}),
		claim("oidc-issued-later", "issued tomorrow", func(p *Provider, c Claims) { c["iat"] = p.ago(-24 * time.Hour); delete(c, "nbf") }),
		claim("oidc-issued-missing", "does not say when it was issued", func(_ *Provider, c Claims) { delete(c, "iat") }),
		claim("oidc-sub-missing", "no subject", func(_ *Provider, c Claims) { delete(c, "sub"); delete(c, "oid") }),
		{Fault: Fault{"oidc-kid", "oidc", "signed with a key that is not published"}, header: func(*Provider) map[string]any { return map[string]any{"kid": "unknown"} }},
		{Fault: Fault{"oidc-none", "oidc", "not signed: alg none"}, jws: func(_ *Provider, c Claims) (string, error) {
			text, err := unsigned(map[string]any{"alg": "none"}, c)
			return text + ".", err
		}},
		{Fault: Fault{"oidc-hs256", "oidc", "signed with the client's secret"}, jws: symmetric},
		{Fault: Fault{"oidc-signature", "oidc", "signed with another key under the published name"}, jws: func(p *Provider, c Claims) (string, error) {
			key, err := freshKey()
			if err != nil {
				return "", err
			}
			return signWith(key, map[string]any{"alg": "RS256", "kid": p.signer().kid}, c)
		}},
	}
}

func symmetric(p *Provider, c Claims) (string, error) {
	id, _ := c["aud"].(string)
	client, _ := p.client(id)
	text, err := unsigned(map[string]any{"alg": "HS256", "kid": p.signer().kid}, c)
	if err != nil {
		return "", err
	}
	mac := hmac.New(sha256.New, []byte(client.Secret))
	mac.Write([]byte(text))
	return text + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil)), nil
}

func (p *Provider) ago(d time.Duration) int64 { return p.now().Add(-d).Unix() }
