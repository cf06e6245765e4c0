package oidc_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/oidc"
)

// FuzzClaims signs whatever comes and lets it be read: nothing panics, every refusal
// has a rule, and what another reader finds twice is never taken.
func FuzzClaims(f *testing.F) {
	p, rp := newPublished(f)
	const head = `{"alg":"EdDSA","kid":"k1"}`
	const good = `{"iss":"https://acme.okta.com","aud":"client-1","sub":"00u1","jti":"j","iat":1772366400,"exp":1772366460,"events":{"http://schemas.openid.net/event/backchannel-logout":{}}}`
	for _, seed := range []string{
		good, `{}`, `[]`, `null`, `{"sub":1}`, `{"aud":[1]}`, `{"exp":1e999}`, strings.Repeat(`[`, 100), `{"a":{"b":1,"b":2}}`,
		strings.Replace(good, `{`, `{"sub":"x",`, 1), strings.Replace(good, `{`, `{"SUB":"x",`, 1), strings.Replace(good, `{`, `{"\u0073ub":"x",`, 1), strings.Replace(good, `"sub"`, `"ſub"`, 1),
	} {
		f.Add(head, seed)
	}
	f.Add(`{"alg":"none"}`, good)
	f.Add(`{"alg":"EdDSA","kid":"k1","crit":["b64"],"b64":false}`, good)
	f.Add(`{"alg":"EdDSA","alg":"EdDSA","kid":"k1"}`, good)
	f.Fuzz(func(t *testing.T, header, payload string) {
		out, err := rp.VerifyLogout(t.Context(), okta(), p.sign(header, payload))
		if err != nil {
			var r *explain.Refusal
			if !errors.As(err, &r) {
				t.Fatalf("no rule: %v", err)
			}
			return
		}
		for _, s := range []string{header, payload} {
			if !jsontext.Value(s).IsValid() {
				t.Fatalf("taken, and another reader refuses %q", s)
			}
		}
		if out.ID == "" || out.Subject == "" && out.Session == "" || !utf8.ValidString(out.Subject) {
			t.Fatalf("taken with %+v", out)
		}
	})
}

// FuzzAuthority types whatever comes: nothing panics, and what is asked for is one
// well-known address of a host, without a user name, and never of every tenant.
func FuzzAuthority(f *testing.F) {
	for _, seed := range []string{
		"", "https://login.microsoftonline.com/common", "login.microsoftonline.com/contoso.com", "https://a@b/", "https://[::1]:8080/x", "http://x/%2e%2e/y", "https://acme-admin.okta.com",
		"https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0/.well-known/openid-configuration", "HTTPS://STS.WINDOWS.NET//common//", `https://a\b`, "https://x/?p=1#f", "x?", "x#",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		var asked []*url.URL
		client := &http.Client{Transport: answers(func(req *http.Request) (int, string) {
			asked = append(asked, req.URL)
			return 404, ""
		})}
		_, err := oidc.Discover(t.Context(), client, typed)
		var r *explain.Refusal
		if !errors.As(err, &r) {
			t.Fatalf("no rule: %v", err)
		}
		for _, u := range asked {
			shared := strings.HasPrefix(u.Host, "login.microsoftonline.") && (strings.HasPrefix(u.Path, "/common/") || strings.HasPrefix(u.Path, "/organizations/") || strings.HasPrefix(u.Path, "/consumers/"))
			if u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || u.Host == "" || u.Host != strings.ToLower(u.Host) || shared || !strings.HasSuffix(u.Path, "/.well-known/openid-configuration") {
				t.Fatalf("%q asks for %s", typed, u)
			}
		}
	})
}
