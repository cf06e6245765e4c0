package oidc

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/anteroom-id/anteroom/internal/identity"
)

// assertion puts what a checked token says into the domain's words. The subject is
// sub, and of Entra oid: its sub is another one for each application, while
// directories and SAML know people by their object id.
func (c *Client) assertion(said claims, raw string) identity.Assertion {
	sub, _ := said.text("sub")
	if c.entra() {
		sub, _ = said.text("oid")
	}
	exp, _ := said.time("exp")
	at, _ := said.time("auth_time")
	sid, _ := said.text("sid")
	acr, _ := said.text("acr")
	digest := sha256.Sum256([]byte(covered(raw)))
	return identity.Assertion{
		Protocol: identity.OIDC, ID: base64.RawURLEncoding.EncodeToString(digest[:]), Issuer: c.Settings.Issuer,
		Subject: sub, Stable: true,
		Address: said.first("email"), UserName: said.first("preferred_username", "upn"),
		GivenName: said.first("given_name"), FamilyName: said.first("family_name"), Name: said.first("name"),
		Attributes: said.attributes(), Session: sid, Context: acr, AuthnAt: at, Expires: exp.Add(skew),
	}
}

// first gives the first of some claims that is a text and is not empty.
func (c claims) first(names ...string) string {
	for _, name := range names {
		if s, _ := c[name].(string); s != "" {
			return s
		}
	}
	return ""
}

// attributes gives what came beside the protocol itself, each as texts.
func (c claims) attributes() map[string][]string {
	own := []string{"iss", "aud", "azp", "exp", "iat", "nbf", "nonce", "at_hash", "c_hash", "jti"}
	all := make(map[string][]string, len(c))
	for name, v := range c {
		if values := shown(v); len(values) > 0 && !slices.Contains(own, name) {
			all[name] = values
		}
	}
	return all
}

// shown gives a value as texts: a list one by one, an object as JSON.
func shown(v any) []string {
	switch v := v.(type) {
	case nil:
		return nil
	case string:
		return []string{v}
	case bool, json.Number:
		return []string{fmt.Sprint(v)}
	case []any:
		var all []string
		for _, one := range v {
			all = append(all, shown(one)...)
		}
		return all
	}
	data, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	return []string{string(data)}
}
