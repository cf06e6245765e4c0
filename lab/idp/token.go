package idp

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// refusal is the answer of the token endpoint to what it does not grant.
type refusal struct {
	status     int
	code, text string
}

func (r *refusal) Error() string { return r.code + ": " + r.text }

// token exchanges a code.
func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
	answer, err := p.redeem(r)
	if err == nil {
		writeJSON(w, http.StatusOK, answer)
		return
	}
	var no *refusal
	if !errors.As(err, &no) {
		no = &refusal{http.StatusInternalServerError, "server_error", "AADSTS90033: a transient error has occurred; try again"}
	}
	writeJSON(w, no.status, map[string]any{"error": no.code, "error_description": no.text, "error_codes": []int{errorNumber(no.text)}, "trace_id": secret()})
}

func errorNumber(text string) int {
	n := 0
	_, _ = fmt.Sscanf(text, "AADSTS%d", &n)
	return n
}

func (p *Provider) redeem(r *http.Request) (map[string]any, error) {
	if err := r.ParseForm(); err != nil {
		return nil, &refusal{http.StatusBadRequest, "invalid_request", "AADSTS900144: the request body is no form"}
	}
	c, err := p.authenticate(r)
	if err != nil {
		return nil, err
	}
	if no := p.tokenFault(); no != nil {
		return nil, no
	}
	if r.PostFormValue("grant_type") != "authorization_code" {
		return nil, &refusal{http.StatusBadRequest, "unsupported_grant_type", "AADSTS70003: the grant type is not supported"}
	}
	g, err := p.take(r, &c)
	if err != nil {
		return nil, err
	}
	access := secret()
	p.mu.Lock()
	p.tokens[access] = g
	p.mu.Unlock()
	id, err := p.idToken(g, access)
	if err != nil {
		return nil, err
	}
	answer := map[string]any{"token_type": "Bearer", "scope": g.scope, "expires_in": 3599, "access_token": access, "id_token": id}
	p.spoilAnswer(answer)
	return answer, nil
}

// authenticate finds the client and checks its secret, however it was sent.
func (p *Provider) authenticate(r *http.Request) (Client, error) {
	id, given, basic := r.BasicAuth()
	if basic {
		id, _ = url.QueryUnescape(id)
		given, _ = url.QueryUnescape(given)
	} else {
		id, given = r.PostFormValue("client_id"), r.PostFormValue("client_secret")
	}
	c, found := p.client(id)
	public := c.Public || slices.Contains(c.PublicURIs, r.PostFormValue("redirect_uri"))
	switch {
	case !found:
		return c, &refusal{http.StatusBadRequest, "unauthorized_client", "AADSTS700016: the application " + id + " was not found in the directory"}
	case public && given != "":
		return c, &refusal{http.StatusUnauthorized, "invalid_client", "AADSTS700025: client is public so neither client_assertion nor client_secret should be presented"}
	case public:
		return c, nil
	case c.Expired || p.has("oidc-secret-expired"):
		return c, &refusal{http.StatusUnauthorized, "invalid_client", "AADSTS7000222: the provided client secret keys for app '" + id + "' are expired"}
	case given == "":
		return c, &refusal{http.StatusUnauthorized, "invalid_client", "AADSTS7000218: the request body must contain the parameter client_assertion or client_secret"}
	case given != c.Secret || p.has("oidc-secret-wrong"):
		return c, &refusal{http.StatusUnauthorized, "invalid_client", "AADSTS7000215: invalid client secret provided; ensure the secret being sent is the client secret value, not its id"}
	}
	return c, nil
}

// take uses a code up.
func (p *Provider) take(r *http.Request, c *Client) (*grant, error) {
	code := r.PostFormValue("code")
	p.mu.Lock()
	g := p.codes[code]
	delete(p.codes, code)
	p.mu.Unlock()
	refuse := func(text string) error { return &refusal{http.StatusBadRequest, "invalid_grant", text} }
	switch {
	case g == nil || p.has("oidc-code-used"):
		return nil, refuse("AADSTS54005: OAuth2 authorization code was already redeemed")
	case p.conf.Clock().Sub(g.made) > 10*time.Minute || p.has("oidc-code-expired"):
		return nil, refuse("AADSTS70008: the authorization code has expired")
	case g.client.ID != c.ID:
		return nil, refuse("AADSTS700005: the code was issued to another application")
	case g.redirectURI != r.PostFormValue("redirect_uri"):
		return nil, refuse("AADSTS50011: the redirect URI is not the one that the code was asked for with")
	case g.challenge != "" && g.challenge != challengeOf(r.PostFormValue("code_verifier")) || p.has("oidc-pkce"):
		return nil, refuse("AADSTS501481: the code_verifier does not match the code_challenge supplied in the authorization request")
	}
	return g, nil
}

func challengeOf(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// Claims are the members of an ID token.
type Claims map[string]any

func (p *Provider) idToken(g *grant, access string) (string, error) {
	one, err := p.person(g.person)
	if err != nil {
		return "", err
	}
	now := p.now()
	c := Claims{
		"iss": p.Issuer(), "aud": g.client.ID, "sub": p.subject(g.person, g.client.ID), "iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(time.Hour).Unix(),
		"auth_time": g.began.Unix(), "sid": g.session, "at_hash": half(access),
		"name": one.DisplayName, "preferred_username": one.UserPrincipalName,
	}
	c.put("nonce", g.nonce)
	c.put("given_name", one.GivenName)
	c.put("family_name", one.Surname)
	c.put("email", one.Mail)
	if p.conf.Flavour == Entra {
		c["oid"], c["tid"], c["ver"] = one.ObjectID, p.conf.Tenant, "2.0"
		delete(c, "at_hash") // which Entra's tokens of the code flow do not have
	} else if one.Mail != "" {
		c["email_verified"] = true
	}
	if roles := p.roles(g.person); len(roles) > 0 {
		c["roles"] = roles
	}
	return p.spoilToken(c, access)
}

func (c Claims) put(name, value string) {
	if value != "" {
		c[name] = value
	}
}

// subject is a person's name for one client; Entra gives each another one.
func (p *Provider) subject(person, client string) string {
	if p.conf.Flavour == Entra {
		return digest(person + "|" + client)
	}
	return person
}

func half(access string) string {
	sum := sha256.Sum256([]byte(access))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

// keySet is the JWKS.
func (p *Provider) keySet(w http.ResponseWriter, _ *http.Request) {
	if p.has("oidc-keys-unreachable") {
		http.Error(w, "out of order", http.StatusServiceUnavailable)
		return
	}
	p.mu.Lock()
	keys := []map[string]any{}
	for _, s := range p.signers {
		keys = append(keys, map[string]any{
			"kty": "RSA", "use": "sig", "alg": "RS256", "kid": s.kid, "n": base64.RawURLEncoding.EncodeToString(s.key.N.Bytes()),
			"e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(s.key.E)).Bytes()),
		})
	}
	p.mu.Unlock()
	writeJSON(w, http.StatusOK, map[string]any{"keys": keys})
}

func (p *Provider) userInfo(w http.ResponseWriter, r *http.Request) {
	bearer, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	p.mu.Lock()
	g := p.tokens[bearer]
	p.mu.Unlock()
	if g == nil {
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
		writeJSON(w, http.StatusUnauthorized, map[string]string{"error": "invalid_token"})
		return
	}
	one, err := p.person(g.person)
	if err != nil {
		writeJSON(w, http.StatusUnauthorized, map[string]string{"error": "invalid_token"})
		return
	}
	c := Claims{"sub": p.subject(g.person, g.client.ID), "name": one.DisplayName}
	if p.has("oidc-userinfo-sub") {
		c["sub"] = "somebody-else"
	}
	c.put("given_name", one.GivenName)
	c.put("family_name", one.Surname)
	c.put("email", one.Mail)
	writeJSON(w, http.StatusOK, c)
}

// backChannel tells every application that somebody signed out.
func (p *Provider) backChannel(ctx context.Context, v *visit) {
	for _, id := range v.clients {
		if c, found := p.client(id); found && c.LogoutURI != "" {
			_, _ = p.BackChannelLogout(ctx, id, v.person, v.session)
		}
	}
}

// BackChannelLogout posts a logout token to a client and gives the status of its
// answer. A person, a session or both may be named.
func (p *Provider) BackChannelLogout(ctx context.Context, clientID, person, session string) (int, error) {
	c, found := p.client(clientID)
	if !found || c.LogoutURI == "" {
		return 0, fmt.Errorf("the client %s has no address for back-channel logout", clientID)
	}
	token, err := p.LogoutToken(clientID, person, session, nil)
	if err != nil {
		return 0, err
	}
	return send(ctx, c.LogoutURI, url.Values{"logout_token": {token}})
}

func send(ctx context.Context, to string, form url.Values) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to, strings.NewReader(form.Encode()))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	return res.StatusCode, nil
}

// LogoutToken makes a logout token, which change may alter before it is signed.
func (p *Provider) LogoutToken(clientID, person, session string, change func(Claims)) (string, error) {
	now := p.now()
	c := Claims{
		"iss": p.Issuer(), "aud": clientID, "iat": now.Unix(), "exp": now.Add(2 * time.Minute).Unix(), "jti": secret(),
		"events": map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}},
	}
	c.put("sid", session)
	if person != "" {
		c["sub"] = p.subject(person, clientID)
	}
	if change != nil {
		change(c)
	}
	return p.sign(map[string]any{"typ": "logout+jwt"}, c)
}
