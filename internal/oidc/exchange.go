package oidc

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"golang.org/x/oauth2"

	"github.com/anteroom-id/anteroom/internal/explain"
)

// tokens is what a code was changed into.
type tokens struct {
	id, access string
	old        bool // by the old secret
}

// exchange changes a code into tokens (RFC 6749 §4.1.3). Of two secrets the
// second is tried when the provider refuses the first; a public client sends none.
func (rp *RelyingParty) exchange(ctx context.Context, c *Client, r Request, code string) (tokens, error) {
	if r.Channel == App {
		return rp.attempt(ctx, c, r, code, "")
	}
	first, second := c.Secret, c.OldSecret
	if first == "" {
		first, second = second, ""
	}
	t, err := rp.attempt(ctx, c, r, code, first)
	if second == "" || !aboutSecret(err) {
		t.old = c.Secret == ""
		return t, err
	}
	if t, again := rp.attempt(ctx, c, r, code, second); !aboutSecret(again) {
		t.old = true
		return t, again
	}
	return tokens{}, err // the new secret's fault is the one to mend
}

// aboutSecret reports whether a refusal is of the client's secret.
func aboutSecret(err error) bool {
	var r *explain.Refusal
	return errors.As(err, &r) && (r.Code == explain.OIDCSecretWrong || r.Code == explain.OIDCSecretExpired)
}

// attempt redeems a code with one secret.
func (rp *RelyingParty) attempt(ctx context.Context, c *Client, r Request, code, secret string) (tokens, error) {
	ctx, stop := context.WithTimeout(ctx, patience)
	defer stop()
	heard := &ear{under: rp.direct.Transport}
	client := *rp.direct
	client.Transport = heard
	ctx = context.WithValue(ctx, oauth2.HTTPClient, &client)
	_, err := c.config(r.Channel, secret).Exchange(ctx, code, oauth2.VerifierOption(r.Verifier))
	var refused *oauth2.RetrieveError
	switch {
	case errors.Is(err, errLarge):
		return tokens{}, explain.Refuse(explain.OIDCTokenSize, fmt.Sprintf("at most %d kB", answerMost>>10), "more")
	case heard.status == 0 && err != nil:
		return tokens{}, unreachable(explain.OIDCTokenUnreachable, c.Settings.TokenURL, err)
	case errors.As(err, &refused):
		return tokens{}, c.refused(refused, r.Channel)
	}
	return c.tokens(heard, err)
}

// refused makes a refusal of an error answer of the token endpoint.
func (c *Client) refused(e *oauth2.RetrieveError, ch Channel) error {
	status := e.Response.StatusCode
	switch {
	case e.ErrorCode != "":
		return c.failure(e.ErrorCode, e.ErrorDescription, ch, true)
	case status == http.StatusTooManyRequests, status == http.StatusServiceUnavailable:
		return explain.Refuse(explain.OIDCTemporarily, "tokens", fmt.Sprintf("HTTP %d", status))
	}
	return explain.Refuse(explain.OIDCTokenStatus, "tokens", fmt.Sprintf("HTTP %d", status))
}

// tokens reads the token endpoint's answer itself: what the library read of it
// could be one of two members of a name.
func (c *Client) tokens(heard *ear, err error) (tokens, error) {
	o, form := object(heard.body)
	var twice *twiceError
	switch {
	case errors.As(form, &twice):
		return tokens{}, explain.Refuse(explain.OIDCTokenTwice, "each name once", twice.Error())
	case form != nil:
		return tokens{}, explain.Refuse(explain.OIDCTokenStatus, "tokens as JSON", looks(answered{kind: heard.kind, body: heard.body}))
	case err != nil:
		return tokens{}, explain.Refuse(explain.OIDCTokenStatus, "an access token", "none").Because(err)
	}
	if kind := text(o, "token_type"); kind != "" && !strings.EqualFold(kind, "Bearer") {
		return tokens{}, explain.Refuse(explain.OIDCTokenType, "Bearer", kind)
	}
	t := tokens{id: text(o, "id_token"), access: text(o, "access_token")}
	if t.id == "" {
		return tokens{}, explain.Refuse(explain.OIDCNoIDToken, "id_token", "none")
	}
	return t, nil
}

// ear is a transport that keeps what it was answered, up to a bound, and lets
// nobody guess: whatever the answer calls itself, it is read as JSON.
type ear struct {
	under  http.RoundTripper
	status int
	kind   string
	body   []byte
}

// RoundTrip implements http.RoundTripper.
func (e *ear) RoundTrip(req *http.Request) (*http.Response, error) {
	under := e.under
	if under == nil {
		under = http.DefaultTransport
	}
	res, err := under.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if e.body, err = limited(res.Body, answerMost); err != nil {
		return nil, err
	}
	e.status, e.kind = res.StatusCode, res.Header.Get("Content-Type")
	res.Body = io.NopCloser(bytes.NewReader(e.body))
	res.Header.Set("Content-Type", "application/json")
	return res, nil
}
