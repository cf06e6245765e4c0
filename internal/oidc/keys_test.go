package oidc_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/oidc"
)

// published is a provider that publishes a key, and counts how often it was asked.
type published struct {
	signer
	asked  atomic.Int64
	status atomic.Int64
	now    atomic.Pointer[time.Time]
}

func newPublished(t testing.TB) (*published, *oidc.RelyingParty) {
	p := &published{signer: newSigner(t)}
	p.status.Store(200)
	p.at(noon)
	return p, answers(func(*http.Request) (int, string) {
		p.asked.Add(1)
		return int(p.status.Load()), p.keys()
	}).party(func() time.Time { return *p.now.Load() })
}

func (p *published) at(t time.Time) { p.now.Store(&t) }

func TestManyAtOnceFetchTheKeysOnce(t *testing.T) {
	p, rp := newPublished(t)
	token := p.token(p.logout("j"))
	var all sync.WaitGroup
	for range 64 {
		all.Go(func() {
			if _, err := rp.VerifyLogout(context.Background(), okta(), token); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := p.asked.Load(); n != 1 {
		t.Errorf("the keys were fetched %d times", n)
	}
}

func TestUnknownKeysAreLookedForOnceAMinute(t *testing.T) {
	p, rp := newPublished(t)
	if _, err := rp.VerifyLogout(t.Context(), okta(), p.token(p.logout("j"))); err != nil {
		t.Fatal(err)
	}
	forged := p.sign(`{"alg":"EdDSA","kid":"k9"}`, `{}`)
	for _, step := range []struct {
		after time.Duration
		asked int64
	}{{0, 2}, {time.Second, 2}, {59 * time.Second, 2}, {time.Minute, 3}, {time.Minute + time.Second, 3}} {
		p.at(noon.Add(step.after))
		for range 10 {
			_, err := rp.VerifyLogout(t.Context(), okta(), forged)
			if refusal(t, err).Code != explain.OIDCKeyUnknown {
				t.Fatal(err)
			}
		}
		if n := p.asked.Load(); n != step.asked {
			t.Errorf("after %s the keys were fetched %d times, not %d", step.after, n, step.asked)
		}
	}
}

func TestKeysAreLookedAtEveryHourAndKeptForADayWhenThatFails(t *testing.T) {
	p, rp := newPublished(t)
	check := func(after time.Duration, asked int64, code explain.Code) {
		t.Helper()
		p.at(noon.Add(after))
		claims := p.logout("j")
		claims["iat"], claims["exp"] = noon.Add(after).Unix(), noon.Add(after+time.Minute).Unix()
		_, err := rp.VerifyLogout(t.Context(), okta(), p.token(claims))
		if code == "" && err != nil || code != "" && refusal(t, err).Code != code {
			t.Errorf("after %s: %v", after, err)
		}
		if n := p.asked.Load(); n != asked {
			t.Errorf("after %s the keys were fetched %d times, not %d", after, n, asked)
		}
	}
	check(0, 1, "")
	check(59*time.Minute, 1, "")
	check(time.Hour, 2, "")
	p.status.Store(503)
	check(2*time.Hour, 3, "")
	check(2*time.Hour+59*time.Second, 3, "") // it would fail again
	check(2*time.Hour+time.Minute, 4, "")
	check(26*time.Hour, 5, explain.OIDCKeysFetch)
	check(26*time.Hour+time.Second, 5, explain.OIDCKeysFetch)
	p.status.Store(200)
	check(26*time.Hour+10*time.Second, 6, "")
}

func TestABrowserThatGoesAwayDoesNotSpoilTheKeysForOthers(t *testing.T) {
	p, rp := newPublished(t)
	gone, leave := context.WithCancel(t.Context())
	leave()
	token := p.token(p.logout("j"))
	for range 20 { // whichever of turn and end comes first
		_, _ = rp.VerifyLogout(gone, okta(), token)
	}
	if _, err := rp.VerifyLogout(t.Context(), okta(), token); err != nil {
		t.Error(err)
	}
}

func TestProvidersDoNotShareKeys(t *testing.T) {
	ours, theirs := newSigner(t), newSigner(t)
	rp := answers(func(req *http.Request) (int, string) {
		if req.URL.Host == "acme.okta.com" {
			return 200, ours.keys()
		}
		return 200, theirs.keys()
	}).party(func() time.Time { return noon })
	other := okta()
	other.Settings.KeysURL = "https://other.example/keys"
	token := ours.token(ours.logout("j"))
	if _, err := rp.VerifyLogout(t.Context(), okta(), token); err != nil {
		t.Fatal(err)
	}
	_, err := rp.VerifyLogout(t.Context(), other, token)
	if refusal(t, err).Code != explain.OIDCSignature {
		t.Error(err)
	}
}

func TestALogoutTokenTellsWhomAndCountsAnHourAtMost(t *testing.T) {
	p, rp := newPublished(t)
	claims := p.logout("j-1")
	claims["exp"] = noon.AddDate(1, 0, 0).Unix()
	out, err := rp.VerifyLogout(t.Context(), okta(), p.token(claims))
	want := oidc.Logout{ID: "j-1", Issuer: "https://acme.okta.com", Subject: "00u1", Session: "s1", Expires: noon.Add(time.Hour + 3*time.Minute)}
	if err != nil || out != want {
		t.Errorf("%+v, %v", out, err)
	}
	p.at(noon.Add(time.Hour + 4*time.Minute))
	_, err = rp.VerifyLogout(t.Context(), okta(), p.token(claims))
	if refusal(t, err).Code != explain.OIDCLogoutOld {
		t.Error(err)
	}
	_, err = rp.VerifyLogout(t.Context(), oidc.Client{}, "a.b.c")
	if refusal(t, err).Code != explain.OIDCIncomplete {
		t.Error(err)
	}
}

// redeemed lets a provider answer one sign-in with these claims.
func redeemed(t *testing.T, c oidc.Client, claims map[string]any) (oidc.Result, error) {
	t.Helper()
	s := newSigner(t)
	r := oidc.NewRequest(oidc.Web, noon)
	base := map[string]any{"iss": c.Settings.Issuer, "aud": "client-1", "iat": noon.Unix(), "exp": noon.Add(time.Minute).Unix(), "nonce": r.Nonce}
	for name, v := range claims {
		base[name] = v
	}
	rp := answers(func(req *http.Request) (int, string) {
		if strings.HasSuffix(req.URL.Path, "keys") {
			return 200, s.keys()
		}
		return 200, fmt.Sprintf(`{"access_token":"a","token_type":"Bearer","id_token":%q}`, s.token(base))
	}).party(func() time.Time { return noon })
	return rp.Redeem(t.Context(), c, r, oidc.Web, map[string][]string{"state": {r.State}, "code": {"c"}})
}

func TestAnAssertionSaysWhatTheTokenSaid(t *testing.T) {
	got, err := redeemed(t, okta(), map[string]any{
		"sub": "00u1", "email": "Ann@Acme.example", "email_verified": false, "preferred_username": "ann", "given_name": "Ann", "family_name": "Ames", "name": "Ann Ames",
		"sid": "s1", "acr": "urn:mfa", "auth_time": noon.Add(-time.Hour).Unix(), "groups": []string{"a", "b"}, "level": 3, "address": map[string]any{"country": "A"},
	})
	if err != nil {
		t.Fatal(err)
	}
	a := got.Assertion
	if a.Protocol != "oidc" || a.Issuer != "https://acme.okta.com" || a.Subject != "00u1" || !a.Stable || a.Address != "Ann@Acme.example" || a.UserName != "ann" ||
		a.GivenName != "Ann" || a.FamilyName != "Ames" || a.Name != "Ann Ames" || a.Session != "s1" || a.Context != "urn:mfa" ||
		!a.AuthnAt.Equal(noon.Add(-time.Hour)) || !a.Expires.Equal(noon.Add(4*time.Minute)) || len(a.ID) != 43 {
		t.Errorf("%+v", a)
	}
	for name, want := range map[string]string{"groups": "a b", "level": "3", "address": `{"country":"A"}`, "email_verified": "false", "nonce": "", "aud": ""} {
		if got := strings.Join(a.Attributes[name], " "); got != want {
			t.Errorf("%s is %q, not %q", name, got, want)
		}
	}
}

func TestOfEntraTheObjectIdIsTheSubjectAndTheUPNTheUserName(t *testing.T) {
	c := entra()
	c.Settings.Algorithms = []string{"EdDSA"}
	got, err := redeemed(t, c, map[string]any{
		"sub": "pairwise", "oid": "oid-ann", "tid": "11111111-2222-3333-4444-555555555555", "preferred_username": "ann@acme.example", "upn": "old@acme.example",
	})
	if a := got.Assertion; err != nil || a.Subject != "oid-ann" || a.UserName != "ann@acme.example" || a.Address != "" || a.Attributes["tid"] == nil || a.Attributes["sub"][0] != "pairwise" {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestATokenHasOneIdHoweverItIsSigned(t *testing.T) {
	c := okta()
	first, err := redeemed(t, c, map[string]any{"sub": "00u1", "nonce": "n"})
	if err == nil {
		t.Fatalf("a foreign nonce was taken: %+v", first)
	}
	one, err1 := redeemed(t, c, map[string]any{"sub": "00u1"})
	two, err2 := redeemed(t, c, map[string]any{"sub": "00u1"})
	if err1 != nil || err2 != nil || one.Assertion.ID == two.Assertion.ID || one.Assertion.ID == "" {
		t.Errorf("two tokens have the id %q, %v, %v", one.Assertion.ID, err1, err2)
	}
}
