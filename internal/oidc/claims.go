package oidc

import (
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/anteroom-id/anteroom/internal/explain"
)

// claims is what a token says, every name once.
type claims map[string]any

// decisive lists the claims that decide something. Another claim may not have such
// a name in other letters: a reader that does not look at case would take it.
func decisive() []string {
	return []string{"iss", "sub", "aud", "exp", "iat", "nbf", "azp", "nonce", "at_hash", "acr", "auth_time", "sid", "jti", "events", "oid", "tid"}
}

// readClaims reads what a token says.
func readClaims(payload []byte) (claims, error) {
	o, err := object(payload)
	var twice *twiceError
	switch {
	case errors.As(err, &twice):
		return nil, explain.Refuse(explain.OIDCClaimTwice, "each name once, in any letter case", twice.Error())
	case err != nil:
		return nil, explain.Refuse(explain.OIDCClaimForm, "a JSON object", "something else")
	}
	names := decisive()
	for other := range o {
		if f := fold(other); f != other && slices.Contains(names, f) {
			return nil, explain.Refuse(explain.OIDCClaimHomoglyph, f, other)
		}
	}
	return claims(o), nil
}

// text gives a claim that has to be a text where it is there; "" when it is not.
func (c claims) text(name string) (string, error) {
	v, there := c[name]
	s, ok := v.(string)
	if there && !ok {
		return "", explain.Refuse(explain.OIDCClaimForm, name+" as a text", "something else")
	}
	return s, nil
}

const lastSecond = 253402300799 // of the year 9999

// time gives a claim that is a time in seconds; zero when it is not there
// (RFC 7519 §2).
func (c claims) time(name string) (time.Time, error) {
	v, there := c[name]
	if !there {
		return time.Time{}, nil
	}
	n, _ := v.(json.Number)
	f, err := n.Float64()
	if err != nil || f < 1 || f > lastSecond {
		return time.Time{}, explain.Refuse(explain.OIDCClaimForm, name+" as seconds since 1970", "something else")
	}
	return time.Unix(int64(f), 0).UTC(), nil
}

// idToken checks an ID token for the request that it answers
// (openid-connect-core-1_0 §3.1.3.7).
func (rp *RelyingParty) idToken(ctx context.Context, c *Client, r Request, t tokens) (claims, error) {
	head, err := readJWT(t.id, c.algorithms(), "jwt")
	if err != nil {
		return nil, err
	}
	o, err := rp.verify(ctx, c, head, false)
	if err != nil {
		return nil, err
	}
	said, err := readClaims(o.payload)
	if err != nil {
		return nil, err
	}
	now := rp.now()
	for _, check := range []func() error{
		func() error { return said.from(c) },
		func() error { return said.forUs(c.Settings.ClientID) },
		func() error { return said.times(now, r.Sent) },
		func() error { return said.nonce(r.Nonce) },
		func() error { return said.accessToken(t.access, head.alg) },
		func() error { return said.subject() },
		func() error { return said.tenant(c) },
		func() error { return said.strength(r) },
	} {
		if err := check(); err != nil {
			return nil, err
		}
	}
	if o.library != nil {
		return nil, explain.Refuse(explain.OIDCLibrary, "", "").Because(o.library)
	}
	return said, nil
}

// from checks the issuer, letter by letter.
func (c claims) from(us *Client) error {
	iss, err := c.text("iss")
	switch {
	case err != nil:
		return err
	case iss == "":
		return explain.Refuse(explain.OIDCIssuerMissing, us.Settings.Issuer, "no iss")
	case iss != us.Settings.Issuer:
		return explain.Refuse(explain.OIDCIssuer, us.Settings.Issuer, iss)
	}
	return nil
}

// forUs checks that the token is meant for our application and was asked for by it.
// One that is meant for others too has to say that we asked.
func (c claims) forUs(client string) error {
	azp, err := c.text("azp")
	if err != nil {
		return err
	}
	all, ok := texts(c["aud"])
	switch {
	case c["aud"] == nil || ok && len(all) == 0:
		return explain.Refuse(explain.OIDCAudienceMissing, client, "no aud")
	case !ok:
		return explain.Refuse(explain.OIDCClaimForm, "aud as a text or a list of them", "something else")
	case !slices.Contains(all, client):
		return explain.Refuse(explain.OIDCAudience, client, strings.Join(all, ", "))
	case azp != "" && azp != client:
		return explain.Refuse(explain.OIDCAuthorizedParty, client, azp)
	case azp == "" && slices.ContainsFunc(all, func(a string) bool { return a != client }):
		return explain.Refuse(explain.OIDCAudienceMany, client+" alone, or azp", strings.Join(all, ", "))
	}
	return nil
}

// times checks when the token was made, since when and until when it counts. It
// was made after it was asked for.
func (c claims) times(now, sent time.Time) error {
	exp, err1 := c.time("exp")
	iat, err2 := c.time("iat")
	nbf, err3 := c.time("nbf")
	switch err := cmpOr(err1, err2, err3); {
	case err != nil:
		return err
	case exp.IsZero():
		return explain.Refuse(explain.OIDCExpiryMissing, "exp", "none")
	case iat.IsZero():
		return explain.Refuse(explain.OIDCIssuedMissing, "iat", "none")
	case !now.Before(exp.Add(skew)):
		return explain.Refuse(explain.OIDCExpired, "after "+clock(now), clock(exp))
	case iat.After(now.Add(skew)):
		return explain.Refuse(explain.OIDCIssuedLater, "not after "+clock(now), clock(iat))
	case iat.Before(sent.Add(-skew)):
		return explain.Refuse(explain.OIDCIssuedEarlier, "not before "+clock(sent), clock(iat))
	case nbf.After(now.Add(skew)):
		return explain.Refuse(explain.OIDCNotBefore, "not after "+clock(now), clock(nbf))
	case !exp.After(iat):
		return explain.Refuse(explain.OIDCTimes, "exp after "+clock(iat), clock(exp))
	}
	return nil
}

// cmpOr gives the first error.
func cmpOr(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func clock(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// nonce checks that the token answers this request and no other.
func (c claims) nonce(want string) error {
	got, err := c.text("nonce")
	switch {
	case err != nil:
		return err
	case got == "":
		return explain.Refuse(explain.OIDCNonceMissing, "the nonce of the request", "none")
	case want == "" || subtle.ConstantTimeCompare([]byte(got), []byte(want)) != 1:
		return explain.Refuse(explain.OIDCNonce, "the nonce of the request", "another")
	}
	return nil
}

// accessToken checks the digest of the access token, where the token has one
// (openid-connect-core-1_0 §3.1.3.8).
func (c claims) accessToken(access, alg string) error {
	got, err := c.text("at_hash")
	if err != nil || c["at_hash"] == nil {
		return err
	}
	var sum []byte
	switch alg[2:] {
	case "256":
		s := sha256.Sum256([]byte(access))
		sum = s[:]
	case "384":
		s := sha512.Sum384([]byte(access))
		sum = s[:]
	default:
		s := sha512.Sum512([]byte(access))
		sum = s[:]
	}
	if got != base64.RawURLEncoding.EncodeToString(sum[:len(sum)/2]) {
		return explain.Refuse(explain.OIDCAccessTokenHash, "the digest of the access token", "another")
	}
	return nil
}

// subject checks who signed in: at most 255 letters of ASCII (openid-connect-core-1_0 §2).
func (c claims) subject() error {
	sub, err := c.text("sub")
	switch {
	case err != nil:
		return err
	case sub == "":
		return explain.Refuse(explain.OIDCSubjectMissing, "sub", "none")
	case !plain(sub):
		return explain.Refuse(explain.OIDCSubjectForm, "at most 255 letters of ASCII", sub)
	}
	return nil
}

// plain reports whether an id can be kept and compared without doubt.
func plain(id string) bool {
	return len(id) <= 255 && !strings.ContainsFunc(id, func(r rune) bool { return r < ' ' || r > '~' })
}

// tenant checks what Entra adds: the person's object id, which is the same for all
// applications of a tenant, and the tenant, which has to be that of the issuer.
func (c claims) tenant(us *Client) error {
	if !us.entra() {
		return nil
	}
	oid, err1 := c.text("oid")
	tid, err2 := c.text("tid")
	own := tenantOf(us.Settings.Issuer)
	switch err := cmpOr(err1, err2); {
	case err != nil:
		return err
	case own != "" && strings.ToLower(tid) != own:
		return explain.Refuse(explain.OIDCTenant, own, tid)
	case oid == "" || !plain(oid):
		return explain.Refuse(explain.OIDCObjectID, "oid", oid)
	}
	return nil
}

// tenantOf gives the tenant's id that stands in an issuer of Entra, "" when none does.
func tenantOf(issuer string) string {
	for _, part := range strings.Split(strings.ToLower(issuer), "/") {
		if guid.MatchString(part) {
			return part
		}
	}
	return ""
}

// strength checks what was asked of the provider beyond a sign-in: credentials
// anew, and in an authentication context. A browser's owner can remove both from
// the request, so that only the token counts.
func (c claims) strength(r Request) error {
	at, err1 := c.time("auth_time")
	acr, err2 := c.text("acr")
	switch err := cmpOr(err1, err2); {
	case err != nil:
		return err
	case r.Fresh && at.IsZero():
		return explain.Refuse(explain.OIDCAuthTimeMissing, "auth_time", "none")
	case r.Fresh && at.Before(r.Sent.Add(-skew)):
		return explain.Refuse(explain.OIDCAuthTimeEarlier, "after "+clock(r.Sent), clock(at))
	case r.Context != "" && !slices.Contains(strings.Fields(r.Context), acr):
		return explain.Refuse(explain.OIDCContext, r.Context, acr)
	}
	return nil
}
