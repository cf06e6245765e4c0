package idp

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// authorization is an authorization request that came.
type authorization struct {
	client                             Client
	redirectURI, state, nonce, scope   string
	challenge, responseMode, acr, hint string
	fresh, silent                      bool
}

// grant is what a code or an access token stands for.
type grant struct {
	authorization
	person  string
	session string
	began   time.Time // when the person signed in
	made    time.Time // when the code was
}

func (p *Provider) oidcRoutes(m *http.ServeMux) {
	at := p.conf.addresses()
	discovery := "/.well-known/openid-configuration"
	m.HandleFunc("GET "+at.issuer+discovery, p.discover)
	if p.conf.Flavour == Entra { // the same by the tenant's domain, and by version 1
		m.HandleFunc("GET /"+p.conf.Domain+"/v2.0"+discovery, p.discover)
		m.HandleFunc("GET /"+p.conf.Tenant+discovery, p.discover)
	}
	m.HandleFunc("GET "+at.authorize, p.authorize)
	m.HandleFunc("POST "+at.authorize, p.authorize)
	m.HandleFunc("POST "+at.token, p.token)
	m.HandleFunc("GET "+at.keys, p.keySet)
	m.HandleFunc("GET "+at.userInfo, p.userInfo)
	m.HandleFunc("POST "+at.userInfo, p.userInfo)
	m.HandleFunc("GET "+at.end, p.end)
	m.HandleFunc("GET "+at.consents, p.consents)
}

// discover is the discovery document.
func (p *Provider) discover(w http.ResponseWriter, _ *http.Request) {
	if p.astray(w, "oidc-discovery") {
		return
	}
	at, base := p.conf.addresses(), p.conf.Base
	issuer, token := p.Issuer(), base+at.token
	if p.has("oidc-discovery-endpoint") {
		token = ""
	}
	if p.has("oidc-discovery-issuer") {
		issuer += "/other"
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"issuer": issuer, "authorization_endpoint": base + at.authorize, "token_endpoint": token, "jwks_uri": base + at.keys,
		"userinfo_endpoint": base + at.userInfo, "end_session_endpoint": base + at.end,
		"response_types_supported": []string{"code"}, "subject_types_supported": []string{"pairwise"}, "id_token_signing_alg_values_supported": []string{"RS256"},
		"scopes_supported": []string{"openid", "profile", "email"}, "code_challenge_methods_supported": []string{"S256"},
		"token_endpoint_auth_methods_supported":          []string{"client_secret_basic", "client_secret_post"},
		"authorization_response_iss_parameter_supported": p.announcesIssuer(), "backchannel_logout_supported": true, "backchannel_logout_session_supported": true,
	})
}

// announcesIssuer says whether callbacks carry the parameter iss (RFC 9207),
// which Entra's do not.
func (p *Provider) announcesIssuer() bool { return p.conf.Flavour != Entra }

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

// readAuthorization checks what can be checked before anybody is asked. What is
// wrong with the client or its address is shown here and never sent back.
func (p *Provider) readAuthorization(q url.Values) (*authorization, error) {
	c, found := p.client(q.Get("client_id"))
	if !found {
		return nil, fmt.Errorf("AADSTS700016: there is no application with the identifier %s in this directory", q.Get("client_id"))
	}
	a := &authorization{
		client: c, redirectURI: q.Get("redirect_uri"), state: q.Get("state"), nonce: q.Get("nonce"), scope: q.Get("scope"), challenge: q.Get("code_challenge"),
		responseMode: q.Get("response_mode"), acr: q.Get("acr_values"), hint: q.Get("login_hint"), fresh: q.Get("prompt") == "login" || q.Get("max_age") == "0",
		silent: q.Get("prompt") == "none",
	}
	switch {
	case !slices.Contains(c.RedirectURIs, a.redirectURI) || p.has("oidc-redirect-uri"):
		return nil, fmt.Errorf("AADSTS50011: the redirect URI %s does not match those configured for the application %s", a.redirectURI, c.ID)
	case q.Get("response_type") != "code":
		return nil, errors.New("AADSTS700054: only the response type code is enabled for the application")
	case !slices.Contains(strings.Fields(a.scope), "openid"):
		return nil, errors.New("AADSTS900144: the scope openid is missing")
	case a.challenge != "" && q.Get("code_challenge_method") != "S256":
		return nil, errors.New("AADSTS501491: the code challenge method must be S256")
	case a.challenge == "" && c.Public:
		return nil, errors.New("AADSTS9002325: proof key for code exchange is required")
	}
	return a, nil
}

func (p *Provider) authorize(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
	if err := r.ParseForm(); err != nil {
		p.fail(w, err)
		return
	}
	a, err := p.readAuthorization(r.Form)
	if err != nil {
		p.fail(w, err)
		return
	}
	if a.silent && p.visit(r) == nil {
		lead(w, p.back(a, url.Values{"error": {"login_required"}, "error_description": {"AADSTS50058: nobody is signed in"}}))
		return
	}
	p.ask(w, r, &errand{oidc: a, fresh: a.fresh})
}

// Authorize gives the address that a browser would be sent back to after somebody
// signed in, when an application had sent it to this address.
func (p *Provider) Authorize(address, person string) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	a, err := p.readAuthorization(u.Query())
	if err != nil {
		return "", err
	}
	one, err := p.person(person)
	if err != nil {
		return "", err
	}
	return p.grant(a, one.ObjectID, p.newVisit(one.ObjectID))
}

// grant makes a code for somebody and gives the address to go back to. Who may
// not use the application is an error, which the provider shows itself.
func (p *Provider) grant(a *authorization, person string, v *visit) (string, error) {
	one, err := p.person(person)
	if err != nil {
		return "", err
	}
	if failed := p.callbackFault(a, &one); failed != nil {
		return p.back(a, failed), nil
	}
	if err := p.admitted(&one); err != nil {
		return "", err
	}
	now := p.conf.Clock()
	code := secret()
	p.mu.Lock()
	p.codes[code] = &grant{authorization: *a, person: one.ObjectID, session: v.session, began: now, made: now}
	if !slices.Contains(v.clients, a.client.ID) {
		v.clients = append(v.clients, a.client.ID)
	}
	p.mu.Unlock()
	return p.back(a, url.Values{"code": {code}}), nil
}

// back is the address of a client with an answer.
func (p *Provider) back(a *authorization, q url.Values) string {
	q.Set("state", a.state)
	if p.announcesIssuer() {
		q.Set("iss", p.Issuer())
	}
	p.spoilCallback(q)
	join := "?"
	if strings.Contains(a.redirectURI, "?") {
		join = "&"
	}
	return a.redirectURI + join + q.Encode()
}

// consents is where an administrator agrees for everybody.
func (p *Provider) consents(w http.ResponseWriter, r *http.Request) {
	c, found := p.client(r.FormValue("client_id"))
	if !found {
		p.fail(w, errors.New("AADSTS700016: there is no such application"))
		return
	}
	c.NeedsConsent = false
	p.AddClient(c)
	p.show(w, http.StatusOK, shown{Title: "Consent given", Text: "Everybody of the organisation may use " + c.ID + " now."})
}

// end signs somebody out at the application's wish.
func (p *Provider) end(w http.ResponseWriter, r *http.Request) {
	if v := p.visit(r); v != nil {
		p.backChannel(r.Context(), v)
		p.forget(w, r)
	}
	to := r.FormValue("post_logout_redirect_uri")
	c, found := p.client(r.FormValue("client_id"))
	if to == "" || !found || !slices.Contains(c.AfterLogout, to) {
		p.show(w, http.StatusOK, shown{Title: "Signed out", Text: "You are signed out."})
		return
	}
	if s := r.FormValue("state"); s != "" {
		to += "?state=" + url.QueryEscape(s)
	}
	lead(w, to)
}
