package oidc

import (
	"crypto/subtle"
	"fmt"
	"net/url"

	"github.com/anteroom-id/anteroom/internal/explain"
)

// State gives the state of an answer, by which the caller finds the request; a
// refusal when there is none, or two.
func State(answer url.Values) (string, error) {
	if err := once(answer); err != nil {
		return "", err
	}
	state := answer.Get("state")
	if state == "" && answer.Get("admin_consent") != "" && answer.Get("error") == "" {
		return "", explain.Refuse(explain.OIDCConsentGiven, "", "admin_consent="+answer.Get("admin_consent"))
	}
	if state == "" {
		return "", explain.Refuse(explain.OIDCState, "a state", "none")
	}
	return state, nil
}

// once refuses an answer in which a parameter stands twice or is too long.
func once(answer url.Values) error {
	for _, name := range []string{"state", "code", "iss", "error", "error_description", "admin_consent"} {
		if n := len(answer[name]); n > 1 {
			return explain.Refuse(explain.OIDCAnswerTwice, name+" once", fmt.Sprint(n, " times"))
		}
		if len(answer.Get(name)) > paramMost {
			return explain.Refuse(explain.OIDCAnswerEmpty, name, "more than 8 kB of it")
		}
	}
	return nil
}

// code reads an answer to a request (openid-connect-core-1_0 §3.1.2.5): first
// whether it is one, then who it is from, then what it says.
func (c *Client) code(r Request, ch Channel, answer url.Values) (string, error) {
	if err := c.ready(r.Channel); err != nil {
		return "", err
	}
	state, err := State(answer)
	if err != nil {
		return "", err
	}
	if r.State == "" || subtle.ConstantTimeCompare([]byte(state), []byte(r.State)) != 1 {
		return "", explain.Refuse(explain.OIDCState, "the state of the request", "another")
	}
	if (ch == App) != (r.Channel == App) {
		return "", explain.Refuse(explain.OIDCChannel, c.redirect(r.Channel), c.redirect(ch))
	}
	if err := c.from(answer); err != nil {
		return "", err
	}
	switch {
	case answer.Get("error") != "":
		return "", c.failure(answer.Get("error"), answer.Get("error_description"), r.Channel, false)
	case answer.Get("code") == "":
		return "", explain.Refuse(explain.OIDCAnswerEmpty, "a code", "nothing")
	}
	return answer.Get("code"), nil
}

// from checks which provider an answer says that it is from (RFC 9207 §2.4).
func (c *Client) from(answer url.Values) error {
	iss, said := answer["iss"]
	switch {
	case said && iss[0] != c.Settings.Issuer:
		return explain.Refuse(explain.OIDCMixUp, c.Settings.Issuer, iss[0])
	case !said && c.Settings.IssInAnswer && answer.Get("error") == "":
		return explain.Refuse(explain.OIDCIssMissing, "iss="+c.Settings.Issuer, "no iss")
	}
	return nil
}
