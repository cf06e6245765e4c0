// Package oidc is the relying party of OpenID Connect: it reads a provider's
// discovery document, asks the provider to sign somebody in, and reads what comes
// back. Whoever it tells of was vouched for by the connection's own provider, to
// our application, in answer to this very request; everything else is refused by
// a rule of its own (package explain, codes O).
//
// It writes nothing and knows no people: the caller keeps the requests, uses each
// once, and decides whose session begins.
package oidc

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
)

// Channel is the kind of program that somebody signs in to.
type Channel string

// The channels. Each has a redirect address of its own, and they are never mixed.
const (
	Web Channel = "web" // a confidential client: it holds the client secret
	App Channel = "app" // a public client: it has no secret, PKCE alone binds the code
)

const (
	skew       = 3 * time.Minute  // how far the provider's clock may be off
	patience   = 10 * time.Second // for one request to a provider
	tokenMost  = 64 << 10         // bytes of a token
	answerMost = 256 << 10        // bytes of an answer of the token or userinfo endpoint
	fileMost   = 1 << 20          // bytes of a discovery document or a set of keys
	paramMost  = 8 << 10          // bytes of one parameter of an answer
)

// Client is what we are to one identity provider: a connection with its secrets
// opened.
type Client struct {
	Kind     string                // of the connection: "entra", "okta"
	Settings identity.OIDCSettings // its own secrets are sealed and not looked at
	Secret   string                // in clear; "" for none
	// OldSecret is tried when the provider refuses Secret, and the other way round
	// while the new one is not yet known there; "" for none.
	OldSecret string
	WebURI    string // our redirect address of the channel Web
	AppURI    string // our redirect address of the channel App
}

// redirect gives our redirect address of a channel.
func (c *Client) redirect(ch Channel) string {
	if ch == App {
		return c.AppURI
	}
	return c.WebURI
}

// entra reports whether the provider is Microsoft Entra ID.
func (c *Client) entra() bool {
	if c.Kind == "entra" {
		return true
	}
	u, err := url.Parse(c.Settings.Issuer)
	return err == nil && (microsoft(u.Host) != "" || strings.HasSuffix(u.Host, ".ciamlogin.com"))
}

// algorithms lists what the connection's ID tokens may be signed with: never what
// a token says, and never a shared secret.
func (c *Client) algorithms() []string {
	list := usable(c.Settings.Algorithms)
	if len(list) == 0 {
		return []string{"RS256"}
	}
	return list
}

// Result is what a sign-in brought.
type Result struct {
	Assertion identity.Assertion
	IDToken   string // as it came: the provider may want it again at the logout
	OldSecret bool   // the provider took the old secret and not the new one
}

// RelyingParty redeems answers and keeps the providers' keys. It is safe for
// concurrent use.
type RelyingParty struct {
	client *http.Client // for documents that are public
	direct *http.Client // for what carries a secret: it follows no redirect
	now    func() time.Time

	mu   sync.Mutex
	sets map[string]*keySet // by the address of the keys
}

// New makes a relying party. The client decides which addresses may be reached;
// the clock is injected.
func New(client *http.Client, now func() time.Time) *RelyingParty {
	direct := *client
	direct.Jar = nil
	direct.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &RelyingParty{client: client, direct: &direct, now: now, sets: map[string]*keySet{}}
}

// Redeem reads a provider's answer to a request that came to the redirect address
// of a channel, changes the code into tokens, and checks them. The caller has
// found the request by State, in the browser that began it, and used it up. Every
// error is an *explain.Refusal.
func (rp *RelyingParty) Redeem(ctx context.Context, c Client, r Request, ch Channel, answer url.Values) (Result, error) {
	code, err := c.code(r, ch, answer)
	if err != nil {
		return Result{}, err
	}
	t, err := rp.exchange(ctx, &c, r, code)
	if err != nil {
		return Result{}, err
	}
	said, err := rp.idToken(ctx, &c, r, t)
	if err != nil {
		return Result{}, err
	}
	if c.wantsUserInfo(said) {
		if err := rp.complete(ctx, &c, said, t.access); err != nil {
			return Result{}, err
		}
	}
	return Result{Assertion: c.assertion(said, t.id), IDToken: t.id, OldSecret: t.old}, nil
}
