package oidc

import (
	"context"
	"time"

	"github.com/anteroom-id/anteroom/internal/explain"
)

// Logout is what a provider says by a logout token: that a person's sessions, or
// one of them, have ended.
type Logout struct {
	ID      string // jti: the caller takes each once
	Issuer  string
	Subject string    // as of assertions; "" when only a session is named
	Session string    // sid; "" for all sessions of the subject
	Expires time.Time // until when the caller keeps the id
}

// logoutEvent is what a logout token speaks of.
const logoutEvent = "http://schemas.openid.net/event/backchannel-logout"

const logoutOld = time.Hour // a logout token is sent at once

// VerifyLogout checks a logout token that came to the connection's back-channel
// address (openid-connect-backchannel-1_0 §2.6). Anybody can send one, so that it
// costs the provider nothing: an unknown key is looked for once a minute. Every
// error is an *explain.Refusal.
func (rp *RelyingParty) VerifyLogout(ctx context.Context, c Client, raw string) (Logout, error) {
	if c.Settings.Issuer == "" || c.Settings.ClientID == "" || c.Settings.KeysURL == "" {
		return Logout{}, explain.Refuse(explain.OIDCIncomplete, "a connection that is set up", "a draft")
	}
	head, err := readJWT(raw, c.algorithms(), "logout+jwt", "jwt")
	if err != nil {
		return Logout{}, err
	}
	o, err := rp.verify(ctx, &c, head, true)
	if err != nil {
		return Logout{}, err
	}
	said, err := readClaims(o.payload)
	if err != nil {
		return Logout{}, err
	}
	now := rp.now()
	for _, check := range []func() error{
		func() error { return said.from(&c) },
		func() error { return said.forUs(c.Settings.ClientID) },
		func() error { return said.times(now, now.Add(skew-logoutOld)) },
		said.logsOut,
	} {
		if err := lateLogout(check()); err != nil {
			return Logout{}, err
		}
	}
	if o.library != nil {
		return Logout{}, explain.Refuse(explain.OIDCLibrary, "", "").Because(o.library)
	}
	return c.logout(said), nil
}

// lateLogout gives an old logout token a rule of its own: nobody asked for it.
func lateLogout(err error) error {
	if r, ok := err.(*explain.Refusal); ok && r.Code == explain.OIDCIssuedEarlier { //nolint:errorlint // made right here
		return explain.Refuse(explain.OIDCLogoutOld, r.Expected, r.Got)
	}
	return err
}

// logsOut checks what makes a token a logout token.
func (c claims) logsOut() error {
	events, _ := c["events"].(map[string]any)
	event, there := events[logoutEvent]
	_, object := event.(map[string]any)
	_, nonce := c["nonce"]
	sub, err1 := c.text("sub")
	sid, err2 := c.text("sid")
	jti, err3 := c.text("jti")
	switch err := cmpOr(err1, err2, err3); {
	case err != nil:
		return err
	case nonce:
		return explain.Refuse(explain.OIDCLogoutNonce, "no nonce", "a nonce")
	case !there:
		return explain.Refuse(explain.OIDCLogoutEvent, logoutEvent, "another event, or none")
	case !object:
		return explain.Refuse(explain.OIDCLogoutEventForm, "{}", "something else")
	case sub == "" && sid == "":
		return explain.Refuse(explain.OIDCLogoutWhom, "sub or sid", "neither")
	case jti == "":
		return explain.Refuse(explain.OIDCLogoutID, "jti", "none")
	case sub != "" && !plain(sub):
		return explain.Refuse(explain.OIDCSubjectForm, "at most 255 letters of ASCII", sub)
	}
	return nil
}

// logout puts a checked logout token into our words. A token lives an hour at most,
// so that its id need not be kept longer.
func (c *Client) logout(said claims) Logout {
	sub, _ := said.text("sub")
	sid, _ := said.text("sid")
	jti, _ := said.text("jti")
	iat, _ := said.time("iat")
	if oid := said.first("oid"); c.entra() && oid != "" {
		sub = oid
	}
	return Logout{ID: jti, Issuer: c.Settings.Issuer, Subject: sub, Session: sid, Expires: iat.Add(logoutOld + skew)}
}
