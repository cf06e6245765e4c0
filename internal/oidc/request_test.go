package oidc_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/oidc"
)

func TestARequestHasStateNonceAndPKCEAndNoneIsLikeAnother(t *testing.T) {
	c := entra()
	seen := map[string]bool{}
	for range 20 {
		r := oidc.NewRequest(oidc.Web, noon)
		address, err := c.AuthURL(r)
		if err != nil {
			t.Fatal(err)
		}
		q := query(t, address)
		if q.Get("response_type") != "code" || q.Get("scope") != "openid profile email" || q.Get("code_challenge_method") != "S256" || q.Get("client_id") != "client-1" {
			t.Fatalf("the request: %v", q)
		}
		for _, v := range []string{q.Get("state"), q.Get("nonce"), q.Get("code_challenge"), r.Verifier} {
			if len(v) < 43 || seen[v] {
				t.Fatalf("%q is short or was there before", v)
			}
			seen[v] = true
		}
		if strings.Contains(address, r.Verifier) || strings.Contains(address, "our-client-secret") {
			t.Fatal("a secret is in the address")
		}
	}
}

func TestARequestCarriesWhatWasAskedFor(t *testing.T) {
	c := entra()
	c.Settings.Scopes = []string{"openid", "email"}
	r := oidc.NewRequest(oidc.Web, noon)
	r.Hint, r.Fresh, r.Context = "ann@acme.example", true, "urn:mfa"
	address, err := c.AuthURL(r)
	if err != nil {
		t.Fatal(err)
	}
	q := query(t, address)
	for name, want := range map[string]string{"scope": "openid email", "login_hint": "ann@acme.example", "prompt": "login", "max_age": "0", "acr_values": "urn:mfa"} {
		if q.Get(name) != want {
			t.Errorf("%s is %q, not %q", name, q.Get(name), want)
		}
	}
}

func TestAConnectionThatIsNotSetUpSaysWhatIsMissing(t *testing.T) {
	c := entra()
	c.Settings.ClientID = ""
	_, err := c.AuthURL(oidc.NewRequest(oidc.Web, noon))
	if r := refusal(t, err); r.Code != explain.OIDCIncomplete || r.Expected != "the client id" {
		t.Errorf("refused by %v", r)
	}
	c = entra()
	c.Secret = ""
	if _, err := c.AuthURL(oidc.NewRequest(oidc.App, noon)); err != nil {
		t.Errorf("an app needs no secret: %v", err)
	}
	_, err = c.AuthURL(oidc.NewRequest(oidc.Web, noon))
	if r := refusal(t, err); r.Code != explain.OIDCSecretMissing {
		t.Errorf("refused by %v", r)
	}
}

// redeems answers a token request by what it sends, and keeps it.
func redeems(sent *[]*http.Request, answer func(form url.Values, secret string) (int, string)) answers {
	return func(req *http.Request) (int, string) {
		_ = req.ParseForm()
		*sent = append(*sent, req)
		secret := req.PostForm.Get("client_secret")
		if _, basic, ok := req.BasicAuth(); ok {
			secret = basic
		}
		return answer(req.PostForm, secret)
	}
}

func TestP11_P23_TheWebSendsItsSecretAnAppNeverDoesAndEachItsOwnRedirectAddress(t *testing.T) {
	for _, row := range []struct {
		channel       oidc.Channel
		method        string
		redirect      string
		secret, basic bool
	}{
		{oidc.Web, "client_secret_post", "https://app.example/oidc/con_1/web", true, false},
		{oidc.Web, "client_secret_basic", "https://app.example/oidc/con_1/web", true, true},
		{oidc.App, "client_secret_post", "https://app.example/oidc/con_1/app", false, false},
		{oidc.App, "client_secret_basic", "https://app.example/oidc/con_1/app", false, false},
	} {
		var sent []*http.Request
		rp := redeems(&sent, func(url.Values, string) (int, string) { return 400, `{"error":"invalid_grant"}` }).party(time.Now)
		c := entra()
		c.Settings.AuthMethod, c.OldSecret = row.method, "s0"
		r := oidc.NewRequest(row.channel, noon)
		address, err := c.AuthURL(r)
		if err != nil {
			t.Fatal(err)
		}
		_, err = rp.Redeem(t.Context(), c, r, row.channel, url.Values{"state": {r.State}, "code": {"c"}})
		if refusal(t, err).Code != explain.OIDCCodeRefused || len(sent) != 1 {
			t.Fatalf("%v after %d requests", err, len(sent))
		}
		form := sent[0].PostForm
		_, _, basic := sent[0].BasicAuth()
		if form.Get("redirect_uri") != row.redirect || query(t, address).Get("redirect_uri") != row.redirect {
			t.Errorf("%s: redirect address %q", row.channel, form.Get("redirect_uri"))
		}
		if form.Get("code_verifier") != r.Verifier || basic != row.basic || (basic || form.Get("client_secret") != "") != row.secret {
			t.Errorf("%s, %s: sent %v", row.channel, row.method, form)
		}
	}
}

func TestP12_OfTwoSecretsTheOtherIsTriedAndTheNewOnesFaultIsTold(t *testing.T) {
	const wrong, expired = `{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret provided."}`, `{"error":"invalid_client","error_description":"AADSTS7000222: The provided client secret keys are expired."}`
	for _, row := range []struct {
		name, secret, old string
		takes             string
		tries             int
		code              explain.Code
	}{
		{"the new one is taken", "new", "old", "new", 1, explain.OIDCCodeRefused},
		{"the old one is taken", "new", "old", "old", 2, explain.OIDCCodeRefused},
		{"only the old one is there", "", "old", "old", 1, explain.OIDCCodeRefused},
		{"neither is taken", "new", "old", "", 2, explain.OIDCSecretExpired},
		{"only a new one is there", "new", "", "", 1, explain.OIDCSecretExpired},
	} {
		t.Run(row.name, func(t *testing.T) {
			var sent []*http.Request
			rp := redeems(&sent, func(_ url.Values, secret string) (int, string) {
				switch secret {
				case row.takes:
					return 400, `{"error":"invalid_grant"}`
				case "new":
					return 401, expired
				}
				return 401, wrong
			}).party(time.Now)
			c := entra()
			c.Secret, c.OldSecret, c.Settings.SecretExpires = row.secret, row.old, noon
			r := oidc.NewRequest(oidc.Web, noon)
			_, err := rp.Redeem(t.Context(), c, r, oidc.Web, url.Values{"state": {r.State}, "code": {"c"}})
			if got := refusal(t, err); got.Code != row.code || len(sent) != row.tries {
				t.Errorf("%v after %d tries", got, len(sent))
			}
			if strings.Contains(err.Error(), "new") || strings.Contains(err.Error(), "old") {
				t.Errorf("a secret is in %q", err)
			}
		})
	}
}

func TestTheAddressToEndASessionCarriesTheHintAndTheWayBack(t *testing.T) {
	c := entra()
	q := query(t, c.EndURL("a.b.c", "https://app.example/bye", "s-1"))
	if q.Get("id_token_hint") != "a.b.c" || q.Get("post_logout_redirect_uri") != "https://app.example/bye" || q.Get("state") != "s-1" || q.Get("client_id") != "client-1" {
		t.Errorf("the address says %v", q)
	}
	c.Settings.EndURL = ""
	if s := c.EndURL("a.b.c", "", ""); s != "" {
		t.Errorf("a provider without an address gave %q", s)
	}
}
