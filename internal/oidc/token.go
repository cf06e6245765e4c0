package oidc

import (
	"context"
	"crypto"
	"encoding/base64"
	"errors"
	"slices"
	"strings"

	gooidc "github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"

	"github.com/anteroom-id/anteroom/internal/explain"
)

// jwt is a signed token in three parts, its signature not yet checked.
type jwt struct {
	raw      string
	kid, alg string
}

// readJWT reads a token's header, and refuses what no header may ask of us: a key
// of its own, an extension, no signature, or one by a shared secret (RFC 8725 §3).
// Kinds are the values that typ may have.
func readJWT(raw string, algorithms []string, kinds ...string) (*jwt, error) {
	if len(raw) > tokenMost {
		return nil, explain.Refuse(explain.OIDCJWTSize, "at most 64 kB", "more")
	}
	parts := strings.Split(raw, ".")
	if len(parts) == 5 {
		return nil, explain.Refuse(explain.OIDCJWTEncrypted, "a signed token", "an encrypted one")
	}
	if len(parts) != 3 || slices.ContainsFunc(parts, notBase64) {
		return nil, explain.Refuse(explain.OIDCJWTForm, "three parts of base64url", "something else")
	}
	header, err := base64.RawURLEncoding.DecodeString(parts[0])
	if err != nil {
		return nil, explain.Refuse(explain.OIDCJWTForm, "a header of base64url", "something else")
	}
	o, err := object(header)
	var twice *twiceError
	switch {
	case errors.As(err, &twice):
		return nil, explain.Refuse(explain.OIDCJWTHeaderTwice, "each name once", twice.Error())
	case err != nil:
		return nil, explain.Refuse(explain.OIDCJWTForm, "a header of JSON", "something else")
	}
	t := &jwt{raw: raw, alg: text(o, "alg"), kid: text(o, "kid")}
	return t, t.check(o, algorithms, kinds)
}

// notBase64 reports whether a part is not written as base64url, in the one way
// that it can be: a signature covers what a part says, and the digest by which a
// token counts once covers how it is written.
func notBase64(part string) bool {
	_, err := base64.RawURLEncoding.Strict().DecodeString(part)
	return err != nil || strings.ContainsAny(part, "\r\n")
}

func (t *jwt) check(header map[string]any, algorithms, kinds []string) error {
	for _, name := range []string{"jwk", "jku", "x5u"} {
		if _, there := header[name]; there {
			return explain.Refuse(explain.OIDCJWTKeyInside, "no "+name, name)
		}
	}
	for _, name := range []string{"crit", "b64"} {
		if _, there := header[name]; there {
			return explain.Refuse(explain.OIDCJWTCritical, "no "+name, name)
		}
	}
	switch {
	case strings.EqualFold(t.alg, "none"):
		return explain.Refuse(explain.OIDCAlgNone, strings.Join(algorithms, ", "), t.alg)
	case strings.HasPrefix(strings.ToUpper(t.alg), "HS"):
		return explain.Refuse(explain.OIDCAlgHMAC, strings.Join(algorithms, ", "), t.alg)
	case !slices.Contains(algorithms, t.alg):
		return explain.Refuse(explain.OIDCAlgOther, strings.Join(algorithms, ", "), t.alg)
	}
	if kind, there := header["typ"]; there {
		s, _ := kind.(string)
		if !slices.Contains(kinds, strings.TrimPrefix(strings.ToLower(s), "application/")) {
			return explain.Refuse(explain.OIDCJWTType, strings.Join(kinds, " or "), s)
		}
	}
	return nil
}

// covered is the part of a token that its signature covers. A signature of ECDSA
// can be written in two ways, so the signature itself names no token.
func covered(raw string) string { return raw[:strings.LastIndexByte(raw, '.')] }

// opened is a token whose signature is right, with what the library thought of the
// rest of it.
type opened struct {
	payload []byte
	library error
}

// one is the key set of go-oidc when the key has been chosen: it keeps what was
// signed.
type one struct {
	key     crypto.PublicKey
	alg     string
	read    bool // the token could be read
	payload []byte
}

// VerifySignature implements the library's KeySet.
func (o *one) VerifySignature(_ context.Context, raw string) ([]byte, error) {
	t, err := jose.ParseSignedCompact(raw, []jose.SignatureAlgorithm{jose.SignatureAlgorithm(o.alg)})
	if err != nil {
		return nil, err
	}
	o.read = true
	o.payload, err = t.Verify(o.key)
	return o.payload, err
}

// open checks a token's signature with one key. The library reads the rest too,
// by its own rules; times are ours alone, since it allows no skew.
func (t *jwt) open(ctx context.Context, c *Client, key crypto.PublicKey, logout bool) (opened, error) {
	set := &one{key: key, alg: t.alg}
	v := gooidc.NewVerifier(c.Settings.Issuer, set, &gooidc.Config{
		ClientID: c.Settings.ClientID, SupportedSigningAlgs: []string{t.alg}, SkipExpiryCheck: true,
	})
	var err error
	if logout {
		_, err = v.VerifyLogout(ctx, t.raw)
	} else {
		_, err = v.Verify(ctx, t.raw)
	}
	switch {
	case !set.read:
		return opened{}, explain.Refuse(explain.OIDCJWTForm, "a header of RFC 7515", "something else").Because(err)
	case set.payload == nil:
		return opened{}, explain.Refuse(explain.OIDCSignature, "a signature of the provider's key "+t.kid, "another").Because(err)
	}
	return opened{set.payload, err}, nil
}
