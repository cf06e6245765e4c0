package oidc

import (
	"crypto/rand"
	"encoding/base64"
	"net/url"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"github.com/anteroom-id/anteroom/internal/explain"
)

// Request is one sign-in that is asked of a provider. The caller keeps it, sealed
// where it says secret, until the answer comes.
type Request struct {
	Channel  Channel
	State    string // names the request in the answer
	Nonce    string // secret: names the request in the ID token
	Verifier string // secret: of PKCE
	Sent     time.Time
	Hint     string // the address that was typed, for the provider's form
	Fresh    bool   // the provider is to ask for credentials anew, and to prove it
	// Context lists the authentication contexts that are asked for, with spaces
	// between; one of them must come back. "" for any.
	Context string
}

// NewRequest makes a request with a state, a nonce and a verifier that nobody can guess.
func NewRequest(ch Channel, now time.Time) Request {
	return Request{Channel: ch, State: random(), Nonce: random(), Verifier: oauth2.GenerateVerifier(), Sent: now}
}

// random gives 256 bits of randomness as text.
func random() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// AuthURL is where a browser is sent to sign in: always with PKCE S256, a state
// and a nonce (openid-connect-core-1_0 §3.1.2.1, RFC 9700 §2.1.1).
func (c *Client) AuthURL(r Request) (string, error) {
	if err := c.ready(r.Channel); err != nil {
		return "", err
	}
	options := []oauth2.AuthCodeOption{
		oauth2.SetAuthURLParam("nonce", r.Nonce), oauth2.S256ChallengeOption(r.Verifier),
	}
	set := func(name, value string) {
		if value != "" {
			options = append(options, oauth2.SetAuthURLParam(name, value))
		}
	}
	set("login_hint", r.Hint)
	set("acr_values", r.Context)
	if r.Fresh {
		set("prompt", "login")
		set("max_age", "0")
	}
	return c.config(r.Channel, "").AuthCodeURL(r.State, options...), nil
}

// ready refuses what is not set up to its end.
func (c *Client) ready(ch Channel) error {
	s := &c.Settings
	for _, part := range []struct{ name, value string }{
		{"the authority", s.Issuer}, {"the client id", s.ClientID}, {"the authorization endpoint", s.AuthURL},
		{"the token endpoint", s.TokenURL}, {"the address of the keys", s.KeysURL}, {"our redirect address", c.redirect(ch)},
	} {
		if part.value == "" {
			return explain.Refuse(explain.OIDCIncomplete, part.name, "nothing")
		}
	}
	if ch != App && c.Secret == "" && c.OldSecret == "" {
		return explain.Refuse(explain.OIDCSecretMissing, "a client secret for the redirect address "+c.WebURI, "none")
	}
	return nil
}

// config is the part of a request that OAuth 2.0 knows. A public client has no
// secret, whatever the connection holds.
func (c *Client) config(ch Channel, secret string) *oauth2.Config {
	style := oauth2.AuthStyleInHeader
	if ch == App || c.Settings.AuthMethod == "client_secret_post" {
		style = oauth2.AuthStyleInParams
	}
	return &oauth2.Config{
		ClientID: c.Settings.ClientID, ClientSecret: secret, RedirectURL: c.redirect(ch), Scopes: c.scopes(),
		Endpoint: oauth2.Endpoint{AuthURL: c.Settings.AuthURL, TokenURL: c.Settings.TokenURL, AuthStyle: style},
	}
}

func (c *Client) scopes() []string {
	scopes := []string{"openid"}
	more := c.Settings.Scopes
	if len(more) == 0 {
		more = []string{"profile", "email"}
	}
	for _, s := range more {
		if s != "openid" {
			scopes = append(scopes, s)
		}
	}
	return scopes
}

// EndURL is where a browser is sent to end the session at the provider: with the
// ID token of the sign-in as a hint, to come back to an address with a state
// (openid-connect-rpinitiated-1_0 §2). "" when the provider has no such address.
func (c *Client) EndURL(idToken, back, state string) string {
	u, err := url.Parse(c.Settings.EndURL)
	if err != nil || c.Settings.EndURL == "" {
		return ""
	}
	q := u.Query()
	for name, value := range map[string]string{
		"client_id": c.Settings.ClientID, "id_token_hint": idToken, "post_logout_redirect_uri": back, "state": state,
	} {
		if value != "" {
			q.Set(name, value)
		}
	}
	u.RawQuery = q.Encode()
	return u.String()
}

// ConsentURL is where an administrator of Entra consents for the whole
// organization; "" for other providers.
func (c *Client) ConsentURL() string {
	u, err := url.Parse(c.Settings.Issuer)
	if err != nil || !c.entra() || c.Settings.ClientID == "" {
		return ""
	}
	if known := microsoft(u.Host); known != "" {
		u.Host = known
	}
	tenant, _, _ := strings.Cut(strings.TrimPrefix(u.Path, "/"), "/")
	if tenant == "" {
		return ""
	}
	u.Path, u.RawQuery = "/"+tenant+"/adminconsent", url.Values{"client_id": {c.Settings.ClientID}}.Encode()
	return u.String()
}
