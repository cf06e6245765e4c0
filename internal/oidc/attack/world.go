package attack

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/oidc"
)

const (
	issuer = "https://idp.example"
	tenant = "11111111-2222-3333-4444-555555555555"
	client = "client-1"
	secret = "of-the-provider"
)

// world is one provider, honest until a case changes something of it, and our
// relying party before it.
type world struct {
	keys    *keyring
	now     time.Time
	typed   string // as authority
	channel oidc.Channel
	as      oidc.Client // we; what discovery brings is added

	// What the provider says, each changed by the case after it was made.
	document  func(object)
	published []object
	header    func(object)
	claims    func(object)
	info      object // of the userinfo endpoint
	tokens    func(object)
	answer    func(url.Values)
	request   func(*oidc.Request)
	asked     func(url.Values) // the authorization request, on its way through the browser

	// What it says by the letter, where an object cannot.
	headerText, claimsText, tokensText, documentText, infoText, keysText, token func(string) string
	status                                                                      map[string]int // by path
	signWith                                                                    any

	rp      *oidc.RelyingParty
	http    *http.Client
	grants  map[string]grant
	fetched map[string]int // requests by path
	careful bool           // checks PKCE as RFC 7636 says
}

// grant is what a provider remembers of a code.
type grant struct {
	nonce, challenge, redirect string
	used                       bool
}

func newWorld(k *keyring) *world {
	same := func(s string) string { return s }
	w := &world{
		keys: k, now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), typed: issuer, channel: oidc.Web,
		document: func(object) {}, header: func(object) {}, claims: func(object) {}, tokens: func(object) {},
		answer: func(url.Values) {}, asked: func(url.Values) {}, request: func(*oidc.Request) {},
		headerText: same, claimsText: same, tokensText: same, documentText: same, infoText: same, keysText: same, token: same,
		status: map[string]int{}, signWith: k.own, grants: map[string]grant{}, fetched: map[string]int{}, careful: true,
	}
	w.published = []object{published("k1", k.own, nil)}
	w.as = oidc.Client{Secret: secret, WebURI: "https://app.example/oidc/con_1/web", AppURI: "https://app.example/oidc/con_1/app"}
	w.as.Settings.ClientID = client
	w.http = &http.Client{Transport: w}
	w.rp = oidc.New(w.http, func() time.Time { return w.now })
	return w
}

// signIn plays a sign-in from discovery to the assertion.
func (w *world) signIn() error {
	_, err := w.enter()
	return err
}

func (w *world) enter() (oidc.Result, error) {
	r, answer, err := w.begin()
	if err != nil {
		return oidc.Result{}, err
	}
	return w.finish(r, answer)
}

// begin reads the authority, where that is not done, and sends a browser to the provider.
func (w *world) begin() (oidc.Request, url.Values, error) {
	if err := w.discover(); err != nil {
		return oidc.Request{}, nil, err
	}
	r := oidc.NewRequest(w.channel, w.now)
	w.request(&r)
	where, err := w.as.AuthURL(r)
	if err != nil {
		return r, nil, err
	}
	u, err := url.Parse(where)
	if err != nil {
		return r, nil, err
	}
	q := u.Query()
	if q.Get("code_challenge_method") != "S256" || q.Get("nonce") == "" || q.Get("state") == "" {
		return r, nil, errors.New("the request is not protected")
	}
	w.asked(q)
	code := rand.Text()
	w.grants[code] = grant{nonce: q.Get("nonce"), challenge: q.Get("code_challenge"), redirect: q.Get("redirect_uri")}
	return r, url.Values{"state": {q.Get("state")}, "code": {code}}, nil
}

func (w *world) discover() error {
	if w.as.Settings.Issuer != "" {
		return nil
	}
	found, err := oidc.Discover(context.Background(), w.http, w.typed)
	if err != nil {
		return err
	}
	found.Into(&w.as.Settings)
	return nil
}

// finish brings the answer back.
func (w *world) finish(r oidc.Request, answer url.Values) (oidc.Result, error) {
	w.answer(answer)
	channel := r.Channel
	if answer.Get("came to") == "other" {
		channel = map[oidc.Channel]oidc.Channel{oidc.Web: oidc.App, oidc.App: oidc.Web}[channel]
		answer.Del("came to")
	}
	return w.rp.Redeem(context.Background(), w.as, r, channel, answer)
}

// base is where the provider's pages are.
func (w *world) base() string {
	u, err := url.Parse(w.typed)
	if err != nil || u.Host == "" {
		return issuer
	}
	return "https://" + u.Host
}

// issuerOf is what the provider calls itself: the typed address, or Entra's own form.
func (w *world) issuerOf() string {
	if w.as.Kind == "entra" || strings.HasPrefix(w.typed, login) {
		return "https://login.microsoftonline.com/" + tenant + "/v2.0"
	}
	return strings.TrimSuffix(strings.TrimSuffix(w.typed, "/"), "/.well-known/openid-configuration")
}

// RoundTrip is the provider: it answers what our relying party asks.
func (w *world) RoundTrip(req *http.Request) (*http.Response, error) {
	path := req.URL.Path
	w.fetched[path]++
	const kind = "application/json"
	var body string
	switch {
	case strings.HasSuffix(path, "/.well-known/openid-configuration"):
		body = w.documentText(text(w.discovery()))
	case path == "/keys":
		body = w.keysText(text(object{"keys": w.published}))
	case path == "/token":
		var failed string
		if body, failed = w.redeem(req); failed != "" {
			return respond(req, http.StatusBadRequest, kind, failed), nil
		}
	case path == "/userinfo" && req.Header.Get("Authorization") == "Bearer access-1":
		body = w.infoText(text(w.info))
	default:
		return respond(req, http.StatusNotFound, "text/html", "<h1>Not found</h1>"), nil
	}
	status := w.status[path]
	switch {
	case status < 0:
		return nil, errors.New("connection refused")
	case status == 0:
		status = http.StatusOK
	}
	return respond(req, status, kind, body), nil
}

func (w *world) discovery() object {
	d := object{
		"issuer": w.issuerOf(), "authorization_endpoint": w.base() + "/authorize", "token_endpoint": w.base() + "/token",
		"jwks_uri": w.base() + "/keys", "end_session_endpoint": w.base() + "/end", "response_types_supported": []string{"code"},
		"id_token_signing_alg_values_supported": []string{"RS256"}, "token_endpoint_auth_methods_supported": []string{"client_secret_basic", "client_secret_post"},
		"code_challenge_methods_supported": []string{"S256"},
	}
	if w.info != nil {
		d["userinfo_endpoint"] = w.base() + "/userinfo"
	}
	w.document(d)
	return d
}

// redeem changes a code into tokens, or says why not, as an honest provider does.
func (w *world) redeem(req *http.Request) (body, failed string) {
	fail := func(code, words string) (string, string) {
		return "", text(object{"error": code, "error_description": words})
	}
	if err := req.ParseForm(); err != nil {
		return fail("invalid_request", err.Error())
	}
	form := req.PostForm
	if words := w.clientFault(req, form); words != "" {
		return fail("invalid_client", words)
	}
	g, known := w.grants[form.Get("code")]
	sum := sha256.Sum256([]byte(form.Get("code_verifier")))
	switch {
	case !known:
		return fail("invalid_grant", "no such code")
	case g.used:
		return fail("invalid_grant", "the code was already redeemed")
	case g.redirect != form.Get("redirect_uri"):
		return fail("invalid_grant", "other redirect address")
	case w.careful && encode(sum[:]) != g.challenge:
		return fail("invalid_grant", "PKCE verification failed")
	}
	g.used = true
	w.grants[form.Get("code")] = g
	t := object{"access_token": "access-1", "token_type": "Bearer", "expires_in": 300, "id_token": w.idToken(g)}
	w.tokens(t)
	return w.tokensText(text(t)), ""
}

// clientFault says what is wrong with how the client shows who it is: at the
// address of apps it has no secret, at that of the web it has.
func (w *world) clientFault(req *http.Request, form url.Values) string {
	id, given, basic := req.BasicAuth()
	if !basic {
		id, given = form.Get("client_id"), form.Get("client_secret")
	}
	public := strings.HasSuffix(form.Get("redirect_uri"), "/app")
	switch {
	case id != client:
		return "client not found"
	case public && (given != "" || basic):
		return "a public client has no secret"
	case !public && given != secret:
		return "wrong secret"
	}
	return ""
}

// idToken makes the ID token for a code.
func (w *world) idToken(g grant) string {
	c := object{
		"iss": w.issuerOf(), "aud": client, "sub": "ann-1", "exp": w.now.Add(5 * time.Minute).Unix(), "iat": w.now.Unix(),
		"nonce": g.nonce, "at_hash": hashed("access-1"), "sid": "s-1",
		"email": "ann@acme.example", "email_verified": true, "name": "Ann Ames", "given_name": "Ann", "family_name": "Ames",
	}
	return w.mint(object{"alg": "RS256", "kid": "k1", "typ": "JWT"}, c)
}

// mint signs a token, with all that the case wants of it.
func (w *world) mint(header, claims object) string {
	w.header(header)
	w.claims(claims)
	input := encode([]byte(w.headerText(text(header)))) + "." + encode([]byte(w.claimsText(text(claims))))
	alg, _ := header["alg"].(string)
	signature, err := sign(alg, w.signWith, input)
	if err != nil {
		return err.Error()
	}
	return w.token(input + "." + encode(signature))
}

// logoutToken makes a logout token.
func (w *world) logoutToken() string {
	return w.mint(object{"alg": "RS256", "kid": "k1", "typ": "logout+jwt"}, object{
		"iss": w.issuerOf(), "aud": client, "sub": "ann-1", "sid": "s-1", "jti": "l-1",
		"iat": w.now.Unix(), "exp": w.now.Add(2 * time.Minute).Unix(),
		"events": object{"http://schemas.openid.net/event/backchannel-logout": object{}},
	})
}

// logOut plays a back-channel logout.
func (w *world) logOut() error {
	if err := w.discover(); err != nil {
		return err
	}
	out, err := w.rp.VerifyLogout(context.Background(), w.as, w.logoutToken())
	if err == nil && (out.ID != "l-1" || out.Subject == "" && out.Session == "") {
		return fmt.Errorf("the logout token was misread: %+v", out)
	}
	return err
}

// hashed is at_hash of an access token.
func hashed(access string) string {
	sum := sha256.Sum256([]byte(access))
	return encode(sum[:16])
}

// refusedBy checks that an error is of a rule, for cases of several steps.
func refusedBy(err error, code explain.Code) error {
	got, other := outcome(err)
	if other != nil {
		return other
	}
	if got != code {
		return fmt.Errorf("refused by %q, not by %s", got, code)
	}
	return nil
}
