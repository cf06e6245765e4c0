package interop_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/identity"
)

const clientSecret = "a-secret-of-a-test-that-nobody-else-knows"

// openid is panva's oidc-provider, by node.
type openid struct {
	t    *testing.T
	w    *world
	base string
	web  map[string]any
}

// withOpenID runs it, and connects the workspace with it.
func (w *world) withOpenID() *openid {
	w.t.Helper()
	p := &openid{t: w.t, w: w, base: startNode(w.t, "openid.mjs")}
	at := w.SignIn.Addresses(w.Acme, w.connection.ID, "")
	p.web = map[string]any{
		"client_id": "acme", "client_secret": clientSecret, "redirect_uris": []string{at.OIDCWeb, at.OIDCApp},
		"backchannel_logout_uri": at.OIDCOut, "backchannel_logout_session_required": true,
	}
	p.set(false, "one", "two")
	got, _, err := w.SignIn.Discover(w.t.Context(), w.Acme.ID, w.connection.ID, p.base)
	w.must(err)
	w.change(func(o *identity.SignOn) {
		o.Protocol, o.Enabled, o.JustInTime, o.OIDC = identity.OIDC, true, "on", got
		o.OIDC.ClientID, o.OIDC.Secret = "acme", clientSecret
	})
	return p
}

// set makes the provider anew: where claims are, and its keys, of which the first
// signs.
func (p *openid) set(fromUserInfo bool, keys ...string) {
	p.t.Helper()
	body, err := json.Marshal(map[string]any{"clients": []any{p.web}, "keys": keys, "claimsFromUserInfo": fromUserInfo})
	p.w.must(err)
	res, err := http.Post(p.base+"/settings", "application/json", bytes.NewReader(body))
	if err != nil || res.StatusCode != http.StatusOK {
		p.t.Fatal(res, err)
	}
	res.Body.Close()
}

// login types a name and consents.
func (p *openid) login(b *walker, at *page, name string) *page {
	p.t.Helper()
	for range 3 {
		switch {
		case strings.Contains(at.Body, `name="login"`):
			at = b.Fill(at, "login", "login", name, "password", "any")
		case strings.Contains(at.Body, `value="consent"`):
			at = b.Fill(at, "prompt")
		}
	}
	return at
}

func (p *openid) enter(name string) *walker {
	p.t.Helper()
	b := newWalker(p.t)
	p.w.isIn(b, p.login(b, b.Open(p.w.BaseURL+"/sso/acme"), name), name+"@acme.example")
	return b
}

func TestInterop_OIDCProvider_SignIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.withOpenID()
	p.enter("ann")
	p.set(true, "one", "two") // claims at the userinfo endpoint only
	p.enter("bob")

	// The client secret is exchanged: the new one is known here first, then there.
	const next = "another-secret-of-this-test-that-nobody-knows"
	w.change(func(o *identity.SignOn) { o.OIDC.OldSecret, o.OIDC.Secret = o.OIDC.Secret, next })
	p.enter("ann")
	p.web["client_secret"] = next
	p.set(true, "one", "two")
	p.enter("ann")
	p.web["client_secret"] = "a-third-secret-of-this-test-that-nobody-knows"
	p.set(true, "one", "two")
	b := newWalker(t)
	if at := p.login(b, b.Open(w.BaseURL+"/sso/acme"), "ann"); at.Status == http.StatusOK || !strings.Contains(at.Body, "O") {
		t.Errorf("with a secret that is not the provider's: %d %s", at.Status, at.text())
	}
}

func TestInterop_OIDCProvider_LogoutFromBothSides(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.withOpenID()
	b := p.enter("ann")
	at := w.signOut(b)
	if !strings.HasPrefix(at.At.String(), p.base) {
		t.Fatalf("ends at %s (%d): %s", at.At, at.Status, at.text())
	}
	w.isOut(b)
	at = b.Fill(at, "xsrf", "logout", "yes")
	if at.Status != http.StatusOK {
		t.Errorf("ends at %s (%d): %s", at.At, at.Status, at.text())
	}
	if at := b.Open(w.BaseURL + "/sso/acme"); !strings.Contains(at.Body, `name="login"`) {
		t.Errorf("the provider's session lives: %s", at.At)
	}

	// At the provider: it tells us by the back channel.
	bob, elsewhere := p.enter("bob"), p.enter("bob")
	at = bob.Fill(bob.Open(p.base+"/session/end"), "xsrf", "logout", "yes")
	if at.Status != http.StatusOK {
		t.Errorf("ends at %s (%d): %s", at.At, at.Status, at.text())
	}
	w.isOut(bob)
	if me := elsewhere.Open(w.BaseURL + "/account"); me.At.Path == "/login" {
		t.Error("a session of another browser has ended too")
	}
}

func TestInterop_OIDCProvider_ItsKeysRollOverWithoutAFailedSignIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.withOpenID()
	for _, keys := range [][]string{{"one", "two"}, {"two", "one"}, {"two", "three"}, {"three"}} {
		p.set(false, keys...)
		p.enter("ann")
	}
}
