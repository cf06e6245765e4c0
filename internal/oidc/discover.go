package oidc

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/identity"
)

// Found is what a provider's discovery document says.
type Found struct {
	Kind   string // of the provider when its address tells: "entra", "okta", "google"; "" otherwise
	Tenant string // of Entra: the tenant's id; "" of other providers
	// Settings has what the document says: issuer, addresses, algorithms. The rest
	// of it is empty.
	Settings identity.OIDCSettings
	Note     string // how the typed address was read when not as it stands, as a sentence
}

// Into puts what was found into settings and leaves the client, its secrets, the
// scopes and the mapping as they are. The caller notes the time.
func (f *Found) Into(s *identity.OIDCSettings) {
	d := &f.Settings
	s.Issuer, s.Algorithms = d.Issuer, d.Algorithms
	s.AuthURL, s.TokenURL, s.KeysURL, s.EndURL, s.UserInfoURL = d.AuthURL, d.TokenURL, d.KeysURL, d.EndURL, d.UserInfoURL
	s.AuthMethod, s.IssInAnswer = d.AuthMethod, d.IssInAnswer
}

// Discover reads the discovery document of what an administrator typed as
// authority or issuer: an issuer, one of the ways to write an Entra tenant, or the
// address of the document. The document's issuer has to be what the address stands
// for (openid-connect-discovery-1_0 §4.3).
//
// An error is for the form: an *identity.Error of the field "issuer" that unwraps
// to the *explain.Refusal.
func Discover(ctx context.Context, client *http.Client, typed string) (Found, error) {
	a, err := readAuthority(typed)
	if err != nil {
		return Found{}, told(err)
	}
	var first error
	for _, b := range a.bases {
		d, err := fetchDocument(ctx, client, b)
		if err == nil {
			return a.found(d), nil
		}
		if first == nil || missing(first) {
			first = err
		}
	}
	return Found{}, told(first)
}

// missing reports whether a refusal is that there was no document.
func missing(err error) bool {
	var r *explain.Refusal
	return errors.As(err, &r) && r.Code == explain.OIDCNoDocument
}

// told puts a refusal into the words of its rule, for the form's field.
func told(err error) error {
	var r *explain.Refusal
	if !errors.As(err, &r) {
		return err
	}
	rule, _ := explain.Find(r.Code)
	msg := rule.Title + ". " + rule.Mend
	if r.Expected != "" {
		msg += fmt.Sprintf(" Expected: %s. Found: %s.", r.Expected, cmp.Or(r.Got, "nothing"))
	}
	return &identity.Error{Kind: identity.Invalid, Field: "issuer", Msg: msg, Err: err}
}

// found puts a document that fits together with what the address told.
func (a *authority) found(d identity.OIDCSettings) Found {
	f := Found{Kind: a.kind, Tenant: a.tenant, Settings: d, Note: a.note}
	if u, err := url.Parse(d.Issuer); err == nil {
		if id, version, _ := strings.Cut(strings.TrimPrefix(u.Path, "/"), "/"); version == "v2.0" && guid.MatchString(id) {
			f.Kind, f.Tenant = "entra", id
		}
	}
	return f
}

// fetchDocument fetches and reads a discovery document.
func fetchDocument(ctx context.Context, client *http.Client, b base) (identity.OIDCSettings, error) {
	where := b.address + "/.well-known/openid-configuration"
	res, err := get(ctx, client, where, "", fileMost)
	var twice *twiceError
	switch {
	case errors.Is(err, errLarge):
		return identity.OIDCSettings{}, explain.Refuse(explain.OIDCDocumentSize, "at most 1 MiB", "more")
	case err != nil:
		return identity.OIDCSettings{}, unreachable(explain.OIDCUnreachable, where, err)
	case res.status != http.StatusOK:
		return identity.OIDCSettings{}, explain.Refuse(explain.OIDCNoDocument, "a document at "+where, fmt.Sprintf("HTTP %d", res.status))
	}
	o, err := object(res.body)
	switch {
	case errors.As(err, &twice):
		return identity.OIDCSettings{}, explain.Refuse(explain.OIDCDocumentTwice, "each name once", twice.Error())
	case err != nil:
		return identity.OIDCSettings{}, explain.Refuse(explain.OIDCNotJSON, "JSON at "+where, looks(res))
	}
	return document(o, b)
}

// looks says what an answer is that should have been JSON.
func looks(res answered) string {
	kind, _, _ := strings.Cut(res.kind, ";")
	if kind == "text/html" || strings.HasPrefix(strings.TrimSpace(string(res.body)), "<") {
		return "a web page"
	}
	return "something else (" + kind + ")"
}

// document reads what we use of a discovery document, and refuses what we cannot
// work with (openid-connect-discovery-1_0 §3).
func document(o map[string]any, b base) (identity.OIDCSettings, error) {
	d := identity.OIDCSettings{Issuer: text(o, "issuer")}
	if err := issuerFits(d.Issuer, b); err != nil {
		return d, err
	}
	for _, at := range []struct {
		name string
		to   *string
		must bool
	}{
		{"authorization_endpoint", &d.AuthURL, true}, {"token_endpoint", &d.TokenURL, true}, {"jwks_uri", &d.KeysURL, true},
		{"userinfo_endpoint", &d.UserInfoURL, false}, {"end_session_endpoint", &d.EndURL, false},
	} {
		*at.to = text(o, at.name)
		if *at.to == "" && at.must {
			return d, explain.Refuse(explain.OIDCEndpointMissing, at.name, "nothing")
		}
		if *at.to != "" && !safe(*at.to, strings.HasPrefix(d.Issuer, "http://")) {
			return d, explain.Refuse(explain.OIDCEndpointUnsafe, at.name+" with https://", *at.to)
		}
	}
	err := abilities(o, &d)
	return d, err
}

func issuerFits(issuer string, b base) error {
	switch {
	case strings.ContainsAny(issuer, "{}"):
		return explain.Refuse(explain.OIDCIssuerTemplate, b.expect, issuer)
	case !b.fits(issuer):
		return explain.Refuse(explain.OIDCIssuerDiffers, b.expect, issuer)
	}
	return nil
}

// abilities reads how the provider signs, takes secrets and protects codes.
func abilities(o map[string]any, d *identity.OIDCSettings) error {
	if types, said := texts(o["response_types_supported"]); said && !slices.Contains(types, "code") {
		return explain.Refuse(explain.OIDCNoCodeFlow, "code", strings.Join(types, ", "))
	}
	if ways, said := texts(o["code_challenge_methods_supported"]); said && len(ways) > 0 && !slices.Contains(ways, "S256") {
		return explain.Refuse(explain.OIDCPlainPKCE, "S256", strings.Join(ways, ", "))
	}
	signed, said := texts(o["id_token_signing_alg_values_supported"])
	if d.Algorithms = usable(signed); said && len(d.Algorithms) == 0 {
		return explain.Refuse(explain.OIDCNoAlgorithm, strings.Join(allowed(), ", "), strings.Join(signed, ", "))
	}
	ways, said := texts(o["token_endpoint_auth_methods_supported"])
	switch {
	case !said, slices.Contains(ways, "client_secret_basic"):
		d.AuthMethod = "client_secret_basic"
	case slices.Contains(ways, "client_secret_post"):
		d.AuthMethod = "client_secret_post"
	default:
		return explain.Refuse(explain.OIDCNoClientAuth, "client_secret_basic or client_secret_post", strings.Join(ways, ", "))
	}
	d.IssInAnswer, _ = o["authorization_response_iss_parameter_supported"].(bool)
	return nil
}

// text gives a member that is a text, "" for anything else.
func text(o map[string]any, name string) string {
	s, _ := o[name].(string)
	return s
}

// safe reports whether an address of a document may be used: plain HTTP only where
// the issuer itself has nothing better, which the client has to allow.
func safe(address string, plain bool) bool {
	u, err := url.Parse(address)
	return err == nil && len(address) <= 2048 && (u.Scheme == "https" || plain && u.Scheme == "http") &&
		u.Hostname() != "" && u.User == nil && u.Fragment == "" && !strings.ContainsAny(address, "\\\r\n\t {}")
}

// allowed lists the algorithms that we take: signatures by a key that only the
// provider has (RFC 8725 §3.2).
func allowed() []string {
	return []string{"RS256", "PS256", "ES256", "EdDSA", "RS384", "RS512", "PS384", "PS512", "ES384", "ES512"}
}

// usable keeps of a list what we take.
func usable(list []string) []string {
	var out []string
	for _, one := range list {
		if slices.Contains(allowed(), one) && !slices.Contains(out, one) {
			out = append(out, one)
		}
	}
	return out
}
