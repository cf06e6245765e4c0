package signin

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"

	"github.com/anteroom-id/anteroom/internal/account"
	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/oidc"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/saml"
	"github.com/anteroom-id/anteroom/internal/store"
)

// askLife is how long a provider may take with somebody.
const askLife = 30 * time.Minute

// asked is what a request's row keeps as JSON.
type asked struct {
	Protocol identity.Protocol `json:"protocol"`
	To       string            `json:"to,omitempty"`
	Purpose  Purpose           `json:"purpose,omitempty"`
	Tester   identity.MemberID `json:"tester,omitempty"`
	Channel  string            `json:"channel,omitempty"`
	Fresh    bool              `json:"fresh,omitempty"`
	Context  string            `json:"context,omitempty"`
	Unasked  bool              `json:"unasked,omitempty"`
	Version  int64             `json:"version"`         // of the connection's settings
	Nonce    string            `json:"nonce,omitempty"` // sealed
	Verifier string            `json:"verifier,omitempty"`
}

// purposeAsked is for what a request's secrets are sealed.
func purposeAsked(id string) string { return "sign-on request " + id }

func digest(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// newBrowser makes the secret that binds a browser, or keeps the one that it has.
func newBrowser(has string) string {
	if raw, err := base64.RawURLEncoding.DecodeString(has); err == nil && len(raw) == 32 {
		return has
	}
	var raw [32]byte
	rand.Read(raw[:])
	return base64.RawURLEncoding.EncodeToString(raw[:])
}

// same reports whether a browser's secret has a digest.
func same(browser, kept string) bool {
	return browser != "" && subtle.ConstantTimeCompare([]byte(digest(browser)), []byte(kept)) == 1
}

// Begin asks the identity provider of a connection who somebody is. The request
// waits for half an hour, for this browser alone. A *Refused says that there is
// nothing to ask: no connection, one that is switched off, or a plan without it.
func (s *Service) Begin(ctx context.Context, start Start) (Ask, error) {
	if _, ok := s.begun.Allow(keyOf(start.Client)); !ok {
		return Ask{}, identity.Errorf(identity.TooMany, "", "there were too many sign-ins at once; wait a moment and try again")
	}
	w, err := s.conf.Store.Read(start.Workspace).Details(ctx)
	if err != nil {
		return Ask{}, err
	}
	f := s.newFlow(w, "", start.Client)
	f.trace.Test = start.Purpose == ToTest
	if err := f.choose(ctx, start.Connection); err != nil {
		return Ask{}, f.refuse(ctx, err)
	}
	f.trace.Protocol = f.on.Protocol
	f.asked = asked{
		Protocol: f.on.Protocol, To: s.inside(start.To), Purpose: start.Purpose, Tester: start.Tester, Channel: start.Channel,
		Fresh: start.Fresh || f.on.Protocol == identity.SAML && f.on.SAML.ForceAuthn, Context: start.Context, Unasked: start.Unasked, Version: f.on.Version,
	}
	ask := Ask{Browser: newBrowser(start.Browser), Life: askLife}
	if f.on.Protocol == identity.OIDC {
		err = f.askOIDC(&ask, start.Hint)
	} else {
		err = f.askSAML(ctx, &ask)
	}
	if err == nil {
		err = f.sent(ctx, ask.Browser)
	}
	if err != nil {
		return Ask{}, f.refuse(ctx, err)
	}
	return ask, nil
}

// choose finds the connection that is meant; "" is the workspace's first that is
// in use. One that is tried need not be in use.
func (f *flow) choose(ctx context.Context, id identity.ConnectionID) error {
	if id == "" {
		all, err := f.s.Choices(ctx, f.w.ID)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			return explain.Refuse(explain.SignOnMissing, "a connection that is switched on", "none")
		}
		id = all[0].Connection.ID
	}
	return f.through(ctx, id)
}

// through takes a connection of the workspace, if people may sign in by it.
func (f *flow) through(ctx context.Context, id identity.ConnectionID) error {
	r := f.s.conf.Store.Read(f.w.ID)
	c, found, err := r.Connection(ctx, id)
	if err != nil {
		return err
	}
	if !found {
		return explain.Refuse(explain.SignOnMissing, "a connection of this workspace", "none of that name")
	}
	f.connection, f.trace.Connection = c, id
	o, saved, err := r.SignOn(ctx, id)
	if err != nil {
		return err
	}
	f.on = o
	if !f.s.conf.Directory.Unlocked(f.w, product.FeatureSSO) {
		return explain.Refuse(explain.SignOnLocked, "a plan with single sign-on", f.s.conf.Product.PlanOf(f.w.Plan).Title)
	}
	switch {
	case !c.Removed.IsZero():
		return explain.Refuse(explain.ConnectionOff, "a connection that is switched on", "one that was removed")
	case !saved || !o.Enabled && !f.trace.Test:
		return explain.Refuse(explain.ConnectionOff, "a connection that is switched on", "one that is switched off")
	}
	if err := complete(&o); err != nil {
		return explain.Refuse(explain.SignOnUnready, "a connection that is set up to its end", err.Error())
	}
	return nil
}

// askSAML makes an AuthnRequest: by redirect where the provider takes that, else
// as a form.
func (f *flow) askSAML(ctx context.Context, ask *Ask) (err error) {
	at, now := f.s.Addresses(f.w, f.connection.ID, f.on.SAML.Slug), f.s.conf.Store.Now()
	r := saml.Request{
		ID: saml.NewID(), Issuer: at.EntityID, Destination: f.on.SAML.SSOURL, ACS: at.ACS, NameID: f.on.SAML.NameID,
		Context: f.context(f.on.SAML.Context), ForceAuthn: f.asked.Fresh, At: now,
	}
	f.asked.Context = r.Context
	f.request = store.SignOnRequest{ID: r.ID, Created: now}
	var key *saml.Key
	if f.on.SAML.SignRequests {
		ring, err := f.s.keys(ctx, f.w.ID)
		if err != nil {
			return err
		}
		key = ring.sign
	}
	if r.Destination != "" {
		ask.URL, err = r.Redirect("", key)
		return err
	}
	r.Destination, ask.URL = f.on.SAML.SSOPostURL, f.on.SAML.SSOPostURL
	ask.Form, err = r.Form("", key)
	return err
}

// context is the authentication context that is asked for: that of this sign-in,
// or the connection's.
func (f *flow) context(usual string) string {
	if f.asked.Context != "" {
		return f.asked.Context
	}
	return usual
}

func (f *flow) askOIDC(ask *Ask, hint string) error {
	c, err := f.relying()
	if err != nil {
		return err
	}
	r := oidc.NewRequest(channelOf(f.asked.Channel), f.s.conf.Store.Now())
	r.Hint, r.Fresh, r.Context = hint, f.asked.Fresh, f.asked.Context
	f.request = store.SignOnRequest{ID: r.State, Created: r.Sent}
	f.asked.Nonce, f.asked.Verifier = f.s.conf.Box.Seal(purposeAsked(r.State), r.Nonce), f.s.conf.Box.Seal(purposeAsked(r.State), r.Verifier)
	ask.URL, err = c.AuthURL(r)
	return err
}

func channelOf(name string) oidc.Channel {
	if name == string(oidc.App) {
		return oidc.App
	}
	return oidc.Web
}

// relying is what we are to the connection's OpenID provider.
func (f *flow) relying() (oidc.Client, error) {
	secret, old, err := f.s.openSecrets(&f.on)
	at := f.s.Addresses(f.w, f.connection.ID, "")
	return oidc.Client{Kind: directory.ConnectionKind(f.s.conf.Product, &f.connection), Settings: f.on.OIDC, Secret: secret, OldSecret: old, WebURI: at.OIDCWeb, AppURI: at.OIDCApp}, err
}

// sent keeps the request until its answer comes.
func (f *flow) sent(ctx context.Context, browser string) error {
	doc, err := json.Marshal(f.asked)
	if err != nil {
		return err
	}
	r := &f.request
	r.Connection, r.Browser, r.Doc, r.Expires = f.connection.ID, digest(browser), string(doc), r.Created.Add(askLife)
	return f.s.conf.Store.Write(ctx, f.w.ID, func(tx *store.Tx) error { return tx.InsertSignOnRequest(ctx, r) })
}

// answered finds the request that an answer names, and holds the answer against
// it: it waits, for this browser.
func (f *flow) answered(ctx context.Context, id, browser string) error {
	r, found, err := f.s.conf.Store.Read(f.w.ID).SignOnRequest(ctx, id)
	if err != nil {
		return err
	}
	if !found || len(id) > 200 {
		return explain.Refuse(explain.RequestUnknown, "the id of a request of ours", masked(id))
	}
	if err := json.Unmarshal([]byte(r.Doc), &f.asked); err != nil || f.asked.Protocol == "" {
		return explain.Refuse(explain.RequestUnknown, "the id of a request to sign in", masked(id))
	}
	f.trace.Connection, f.trace.Test = r.Connection, f.asked.Purpose == ToTest
	if !same(browser, r.Browser) {
		return explain.Refuse(explain.BrowserOther, "the browser that the request was made in", anyOf(browser == "", "a browser without our cookie", "another one"))
	}
	f.request = r
	f.trace.Steps = slices.Insert(f.trace.Steps, 0, identity.TraceStep{At: r.Created, What: "The request was sent to the provider", Good: true})
	now := f.s.conf.Store.Now()
	switch {
	case !r.Used.IsZero():
		return explain.Refuse(explain.RequestUsed, "one answer", "another one, "+now.Sub(r.Used).Round(time.Second).String()+" after the first")
	case !now.Before(r.Expires):
		return explain.Refuse(explain.RequestExpired, "an answer within "+askLife.String(), "one after "+now.Sub(r.Created).Round(time.Second).String())
	}
	return f.through(ctx, r.Connection)
}

func anyOf(first bool, a, b string) string {
	if first {
		return a
	}
	return b
}

// calm bounds how often one network may bring answers that are refused: nobody
// who is let in counts.
func (s *Service) calm(c account.Client) error {
	if s.tries.Allowed(keyOf(c)) {
		return nil
	}
	return identity.Errorf(identity.TooMany, "", "there were too many tries; wait a minute and try again")
}
