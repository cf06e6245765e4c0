package connect

import (
	"slices"
	"strings"
	"time"

	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/identity"
)

func showOIDC(q *frame.Request) error {
	p, err := find(q)
	if err != nil {
		return err
	}
	if !p.HasProtocol("oidc") {
		return errNoTab
	}
	s, err := signOnOf(q, &q.Workspace, p, identity.OIDC)
	if err != nil {
		return err
	}
	if q.Has("signon") { // the form came back
		_ = typedOIDC(q, &s.Draft) // what is wrong is told already
	}
	d := signOnPage{signOn: s, Secrets: secrets(&s.Stored.OIDC)}
	d.Attributes = attributes(q.Product, s.Draft.OIDC.Attributes, usualOIDC)
	return q.Render(page(q, p, "oidc", signOnState(q, &s), d))
}

// usualOIDC is under which claims an attribute is found without being told.
func usualOIDC(name string) string {
	return map[string]string{"email": "email", "userName": "preferred_username, upn", "givenName": "given_name", "familyName": "family_name", "displayName": "name"}[name]
}

// secrets counts the client secrets that are stored.
func secrets(c *identity.OIDCSettings) (n int) {
	for _, s := range []string{c.Secret, c.OldSecret} {
		if s != "" {
			n++
		}
	}
	return n
}

// typedOIDC puts what was typed into settings, the secret as it is.
func typedOIDC(q *frame.Request, d *identity.SignOn) (err error) {
	c := &d.OIDC
	onOff(q, d, identity.OIDC)
	if q.Has("issuer") {
		c.Issuer = q.Field("issuer")
	}
	if q.Has("client_id") {
		c.ClientID = q.Field("client_id")
	}
	if q.Has("scopes") {
		c.Scopes = slices.DeleteFunc(strings.Fields(q.Field("scopes")), func(s string) bool { return s == "openid" })
	}
	c.Attributes = typedAttributes(q, c.Attributes)
	if q.Has("forget_old") {
		c.OldSecret = ""
	}
	if secret := strings.TrimSpace(q.Secret("client_secret")); secret != "" {
		if c.Secret != "" && q.Has("keep_old") {
			c.OldSecret = c.Secret
		}
		c.Secret = secret
	}
	if q.Has("secret_expires") {
		c.SecretExpires, err = until(q, "secret_expires")
	}
	return err
}

// saveOIDC keeps what stands on the tab. Where the issuer is new, it asks it for
// what it publishes; while the connector is not in use, one that does not answer
// is kept as it was typed.
func saveOIDC(q *frame.Request) error {
	p, err := find(q)
	if err != nil {
		return err
	}
	before, now, note, err := keepOIDC(q, &q.Workspace, &p, q.Origin())
	if err != nil {
		return q.Again(err, showOIDC)
	}
	if note != "" {
		return q.Redirect(to(q, p.ID, "oidc"), "Saved. "+note)
	}
	return saved(q, &p, &before, &now, "oidc")
}

func keepOIDC(q *frame.Request, w *identity.Workspace, p *place, o identity.Origin) (before, now identity.SignOn, note string, err error) {
	if before, err = q.SignIn.SignOn(q.Context(), w.ID, p.ID); err != nil {
		return before, now, "", err
	}
	var came identity.OIDCSettings
	typed := q.Field("issuer")
	if typed != "" && (typed != before.OIDC.Issuer || before.OIDC.AuthURL == "") {
		if came, note, err = q.SignIn.Discover(q.Context(), w.ID, p.ID, typed); err != nil {
			return before, now, "", err
		}
	}
	now, err = q.SignIn.SaveSignOn(q.Context(), w.ID, p.ID, signOnVersion(q), func(d *identity.SignOn) error {
		if err := typedOIDC(q, d); err != nil {
			return err
		}
		if q.Has("issuer") {
			publish(&d.OIDC, &came, typed)
		}
		return nil
	}, o)
	return before, now, note, err
}

// publish puts what a provider publishes into settings, and takes what another one
// published out of them.
func publish(to, came *identity.OIDCSettings, typed string) {
	switch {
	case came.Issuer != "":
		kept := *to
		*to = *came
		to.ClientID, to.Secret, to.OldSecret, to.SecretExpires = kept.ClientID, kept.Secret, kept.OldSecret, kept.SecretExpires
		to.Scopes, to.Attributes = kept.Scopes, kept.Attributes
	case typed == "":
		to.AuthURL, to.TokenURL, to.KeysURL, to.EndURL, to.UserInfoURL, to.Discovered = "", "", "", "", "", time.Time{}
	}
}
