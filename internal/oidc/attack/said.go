package attack

import (
	"net/url"
	"strings"
	"time"

	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/oidc"
)

// claiming changes one claim; nil removes it.
func claiming(name string, value any) func(*world) {
	return func(w *world) {
		w.claims = func(o object) {
			if o[name] = value; value == nil {
				delete(o, name)
			}
		}
	}
}

// at changes a claim to a time so far from now.
func at(name string, away time.Duration) func(*world) {
	return func(w *world) { claiming(name, w.now.Add(away).Unix())(w) }
}

// spelling changes the letters of what a token says.
func spelling(change func(string) string) func(*world) {
	return func(w *world) { w.claimsText = change }
}

// entra is the provider as Entra: its issuer, an object id and a tenant.
func entra(more func(object)) func(*world) {
	return func(w *world) {
		w.typed = login + tenant
		w.as.Kind = "entra"
		w.claims = func(o object) { o["oid"], o["tid"] = "oid-ann", tenant; more(o) }
	}
}

// claimed are tokens of the provider that are not for us, or not for now.
func claimed() []play {
	const c = "claims"
	return []play{
		{c, "another issuer", "oidcc-client-test-invalid-iss", explain.OIDCIssuer, claiming("iss", "https://other.example"), nil},
		{c, "the issuer with a slash", "", explain.OIDCIssuer, claiming("iss", issuer+"/"), nil},
		{c, "the issuer in other letters", "", explain.OIDCIssuer, claiming("iss", "https://IdP.example"), nil},
		{c, "the issuer's template", "", explain.OIDCIssuer, claiming("iss", login+"{tenantid}/v2.0"), nil},
		{c, "no issuer", "", explain.OIDCIssuerMissing, claiming("iss", nil), nil},
		{c, "another audience", "oidcc-client-test-invalid-aud", explain.OIDCAudience, claiming("aud", "client-2"), nil},
		{c, "an audience that begins like ours", "", explain.OIDCAudience, claiming("aud", client+"-admin"), nil},
		{c, "no audience", "oidcc-client-test-missing-aud", explain.OIDCAudienceMissing, claiming("aud", nil), nil},
		{c, "an empty list of audiences", "", explain.OIDCAudienceMissing, claiming("aud", []string{}), nil},
		{c, "an audience that is an object", "", explain.OIDCClaimForm, claiming("aud", object{client: true}), nil},
		{c, "several audiences and nobody who asked", "", explain.OIDCAudienceMany, claiming("aud", []string{client, "client-2"}), nil},
		{c, "asked for by another application", "", explain.OIDCAuthorizedParty, claiming("azp", "client-2"), nil},
		{c, "no expiry", "", explain.OIDCExpiryMissing, claiming("exp", nil), nil},
		{c, "expired", "", explain.OIDCExpired, at("exp", -4*time.Minute), nil},
		{c, "an expiry that is a text", "", explain.OIDCClaimForm, claiming("exp", "9999999999"), nil},
		{c, "an expiry beyond all numbers", "", explain.OIDCClaimForm, spelling(func(s string) string { return strings.Replace(s, `"exp":`, `"exp":1e999,"was":`, 1) }), nil},
		{c, "not said when it was made", "oidcc-client-test-missing-iat", explain.OIDCIssuedMissing, claiming("iat", nil), nil},
		{c, "made tomorrow", "", explain.OIDCIssuedLater, func(w *world) {
			w.claims = func(o object) { o["iat"], o["exp"] = w.now.Add(24*time.Hour).Unix(), w.now.Add(25*time.Hour).Unix() }
		}, nil},
		{c, "made before it was asked for", "", explain.OIDCIssuedEarlier, at("iat", -10*time.Minute), nil},
		{c, "not to count before tomorrow", "", explain.OIDCNotBefore, at("nbf", 24*time.Hour), nil},
		{c, "expires before it was made", "", explain.OIDCTimes, func(w *world) {
			w.claims = func(o object) { o["iat"], o["exp"] = w.now.Add(time.Minute).Unix(), w.now.Unix() }
		}, nil},
		{c, "two subjects", "", explain.OIDCClaimTwice, spelling(twice(`"sub":"boss-1"`)), nil},
		{c, "two subjects, one spelt in numbers", "", explain.OIDCClaimTwice, spelling(twice(`"\u0073ub":"boss-1"`)), nil},
		{c, "a second subject in other letters", "", explain.OIDCClaimTwice, spelling(twice(`"SUB":"boss-1"`)), nil},
		{c, "a second address in other letters", "", explain.OIDCClaimTwice, spelling(twice(`"Email":"boss@acme.example"`)), nil},
		{c, "twice the same inside another claim", "", explain.OIDCClaimTwice, spelling(twice(`"address":{"country":"A","country":"B"}`)), nil},
		{c, "the subject with a long s", "", explain.OIDCClaimHomoglyph, spelling(func(s string) string { return strings.Replace(s, `"sub"`, `"ſub"`, 1) }), nil},
		{c, "a list in place of claims", "", explain.OIDCClaimForm, spelling(func(s string) string { return "[" + s + "]" }), nil},
		{c, "claims a thousand levels deep", "", explain.OIDCClaimForm, spelling(twice(`"deep":` + strings.Repeat("[", 1000) + strings.Repeat("]", 1000))), nil},
		{c, "claims with broken letters", "", explain.OIDCClaimForm, spelling(twice("\"name2\":\"\xff\"")), nil},
		{c, "more behind the claims", "", explain.OIDCClaimForm, spelling(func(s string) string { return s + `{"sub":"boss-1"}` }), nil},
		{c, "a claim from a source that is not there", "", explain.OIDCLibrary, spelling(twice(`"_claim_names":{"sub":"src1"}`)), nil},
		{c, "issuer templating: a person of another tenant", "", explain.OIDCTenant, entra(func(o object) { o["tid"] = "99999999-2222-3333-4444-555555555555" }), nil},
		{c, "Entra without a tenant", "", explain.OIDCTenant, entra(func(o object) { delete(o, "tid") }), nil},
		{c, "Entra without an object id", "", explain.OIDCObjectID, entra(func(o object) { delete(o, "oid") }), nil},
	}
}

// persons are tokens that do not answer this request, or do not say well who came.
func persons() []play {
	const c = "claims"
	fresh := func(more func(*world)) func(*world) {
		return func(w *world) {
			w.request = func(r *oidc.Request) { r.Fresh = true }
			more(w)
		}
	}
	return []play{
		{c, "no nonce", "", explain.OIDCNonceMissing, claiming("nonce", nil), nil},
		{c, "another nonce", "oidcc-client-test-nonce-invalid", explain.OIDCNonce, claiming("nonce", "of-another-sign-in"), nil},
		{c, "an access token that was swapped", "oidcc-client-test-invalid-athash", explain.OIDCAccessTokenHash, claiming("at_hash", hashed("access-2")), nil},
		{c, "an empty digest of the access token", "", explain.OIDCAccessTokenHash, claiming("at_hash", ""), nil},
		{c, "no subject", "oidcc-client-test-missing-sub", explain.OIDCSubjectMissing, claiming("sub", nil), nil},
		{c, "an empty subject", "", explain.OIDCSubjectMissing, claiming("sub", ""), nil},
		{c, "a subject that is a number", "", explain.OIDCClaimForm, claiming("sub", 1), nil},
		{c, "a subject of 256 letters", "", explain.OIDCSubjectForm, claiming("sub", strings.Repeat("a", 256)), nil},
		{c, "a subject with letters that look alike", "", explain.OIDCSubjectForm, claiming("sub", "аnn-1"), nil},
		{c, "a subject with an invisible letter", "", explain.OIDCSubjectForm, claiming("sub", "ann-1\x00"), nil},
		{c, "not said when the person signed in, which was asked", "", explain.OIDCAuthTimeMissing, fresh(func(*world) {}), nil},
		{c, "signed in yesterday, where anew was asked", "", explain.OIDCAuthTimeEarlier, fresh(at("auth_time", -24*time.Hour)), nil},
		{c, "anew removed from the request by the browser's owner", "", explain.OIDCAuthTimeEarlier, fresh(func(w *world) {
			w.asked = func(v url.Values) { v.Del("prompt"); v.Del("max_age") }
			at("auth_time", -time.Hour)(w)
		}), nil},
		{c, "a weaker sign-in than asked", "", explain.OIDCContext, func(w *world) {
			w.request = func(r *oidc.Request) { r.Context = "urn:mfa urn:phr" }
			claiming("acr", "urn:password")(w)
		}, nil},
	}
}

// logouts are logout tokens.
func logouts() []play {
	const l, m = "logout", "oidcc-client-test-rp-backchannel-rpinitlogout-"
	list := []play{
		{l, "a logout that is not signed", m + "alg-none", explain.OIDCAlgNone, unsigned("none"), nil},
		{l, "a logout signed with the public key as secret", m + "wrong-alg", explain.OIDCAlgHMAC, hmacked, nil},
		{l, "a logout by the attacker's key", "", explain.OIDCSignature, func(w *world) { w.signWith = w.keys.foreign }, nil},
		{l, "a logout without an event", m + "no-event", explain.OIDCLogoutEvent, claiming("events", nil), nil},
		{l, "a logout with another event", m + "wrong-event", explain.OIDCLogoutEvent, claiming("events", object{"http://schemas.openid.net/event/other": object{}}), nil},
		{l, "a logout whose event is a text", "", explain.OIDCLogoutEventForm, claiming("events", object{"http://schemas.openid.net/event/backchannel-logout": "x"}), nil},
		{l, "a logout with a nonce", m + "with-nonce", explain.OIDCLogoutNonce, claiming("nonce", "n"), nil},
		{l, "a logout for another audience", m + "wrong-aud", explain.OIDCAudience, claiming("aud", "client-2"), nil},
		{l, "a logout of another issuer", m + "wrong-iss", explain.OIDCIssuer, claiming("iss", "https://other.example"), nil},
		{l, "a logout of nobody", "", explain.OIDCLogoutWhom, func(w *world) {
			w.claims = func(o object) { delete(o, "sub"); delete(o, "sid") }
		}, nil},
		{l, "a logout that can be sent again and again: no id", "", explain.OIDCLogoutID, claiming("jti", nil), nil},
		{l, "a logout without an expiry", "", explain.OIDCExpiryMissing, claiming("exp", nil), nil},
		{l, "a logout that has expired", "", explain.OIDCExpired, at("exp", -4*time.Minute), nil},
		{l, "a logout of last week", "", explain.OIDCLogoutOld, at("iat", -7*24*time.Hour), nil},
		{l, "an access token in place of a logout", "", explain.OIDCJWTType, heading("typ", "at+jwt"), nil},
	}
	for i := range list {
		list[i].act = (*world).logOut
	}
	return list
}
