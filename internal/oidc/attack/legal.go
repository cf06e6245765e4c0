package attack

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/anteroom-id/anteroom/internal/oidc"
)

// signing lets the provider sign otherwise, and say so.
func signing(alg string, key func(*keyring) any) func(*world) {
	return func(w *world) {
		w.signWith = key(w.keys)
		w.published = []object{published("k1", w.signWith, object{"alg": alg})}
		heading("alg", alg)(w)
		documents("id_token_signing_alg_values_supported", []string{alg, "HS256"})(w)
	}
}

func ownKey(k *keyring) any { return k.own }

// legal are sign-ins that have to come to their end.
func legal() []play {
	const c = "oidcc-client-test"
	ways := []play{
		{"legal", "a sign-in", c, "", nil, nil},
		{"legal", "RS256", c + "-idtoken-sig-rs256", "", signing("RS256", ownKey), nil},
		{"legal", "PS256", "", "", signing("PS256", ownKey), nil},
		{"legal", "ES256", "", "", signing("ES256", func(k *keyring) any { return k.curve }), nil},
		{"legal", "EdDSA", "", "", signing("EdDSA", func(k *keyring) any { return k.edwards }), func(w *world) error {
			claiming("at_hash", nil)(w) // its digest is another
			return w.signIn()
		}},
		{"legal", "one key and no name", c + "-kid-absent-single-jwks", "", func(w *world) {
			heading("kid", nil)(w)
			w.published = []object{unnamed(w.keys.own)}
		}, nil},
		{"legal", "keys of kinds that nobody knows beside the one", c + "-discovery-jwks-uri-keys", "", func(w *world) {
			w.published = append([]object{{"kty": "PQC", "kid": "k0"}, {"kty": "RSA", "kid": "k1", "use": "enc", "n": "AQAB", "e": "AQAB"}, {"kty": "RSA", "kid": "k3", "n": 1}}, w.published...)
		}, nil},
		{"legal", "a certificate named in the header", "", "", func(w *world) {
			w.header = func(o object) { o["x5t"], o["x5t#S256"] = "thumb", encode(make([]byte, 32)) }
		}, nil},
		{"legal", "no type in the header", "", "", heading("typ", nil), nil},
		{"legal", "a list of one audience", "", "", claiming("aud", []string{client}), nil},
		{"legal", "several audiences, and we asked", "", "", func(w *world) {
			w.claims = func(o object) { o["aud"], o["azp"] = []string{client, "api"}, client }
		}, nil},
		{"legal", "no digest of the access token", "", "", claiming("at_hash", nil), nil},
		{"legal", "times with a fraction", "", "", func(w *world) {
			w.claims = func(o object) { o["exp"] = float64(w.now.Unix()) + 300.5 }
		}, nil},
		{"legal", "a clock that is two minutes ahead", "", "", at("iat", 2*time.Minute), nil},
		{"legal", "a clock that is two minutes behind", "", "", func(w *world) {
			w.claims = func(o object) {
				o["iat"], o["exp"] = w.now.Add(-2*time.Minute).Unix(), w.now.Add(-time.Minute).Unix()
			}
		}, nil},
		{"legal", "names of any letters inside a claim", "", "", spelling(twice(`"address":{"Country":"A","country":"B"}`)), nil},
		{"legal", "too many groups, to be fetched elsewhere", "", "", spelling(twice(`"_claim_names":{"groups":"src1"},"_claim_sources":{"src1":{"endpoint":"https://graph.example"}}`)), nil},
		{"legal", "the issuer in the answer", "", "", func(w *world) {
			documents("authorization_response_iss_parameter_supported", true)(w)
			w.answer = func(v url.Values) { v.Set("iss", issuer) }
		}, nil},
		{"legal", "an issuer that ends in a slash", c + "-discovery-openid-config", "", func(w *world) {
			documents("issuer", issuer+"/")(w)
			w.claims = func(o object) { o["iss"] = issuer + "/" }
		}, nil},
		{"legal", "a stronger sign-in, as asked", "", "", func(w *world) {
			w.request = func(r *oidc.Request) { r.Context, r.Fresh = "urn:mfa urn:phr", true }
			w.claims = func(o object) { o["acr"], o["auth_time"] = "urn:phr", w.now.Unix() }
		}, nil},
		{"legal", "a logout", "oidcc-client-test-rp-backchannel-rpinitlogout", "", nil, (*world).logOut},
		{"legal", "a logout of one session", "", "", claiming("sub", nil), (*world).logOut},
		{"legal", "a logout of everything", "", "", func(w *world) { claiming("sid", nil)(w); heading("typ", "JWT")(w) }, (*world).logOut},
	}
	for _, typed := range []string{
		login + tenant, login + tenant + "/", login + tenant + "/v2.0", login + tenant + "/v2.0/.well-known/openid-configuration",
		login + tenant + "/.well-known/openid-configuration", login + "contoso.onmicrosoft.com", "https://sts.windows.net/" + tenant + "/", " " + strings.ToUpper(login[8:]) + tenant + " ",
	} {
		ways = append(ways, play{"legal", "Entra, written " + strings.TrimSpace(typed), "", "", func(w *world) {
			entra(func(object) {})(w)
			w.typed = typed
		}, nil})
	}
	return ways
}

// legalFlows are sign-ins of several steps, or with a look at what came of them.
func legalFlows() []play {
	const c = "oidcc-client-test"
	return []play{
		{"legal", "the secret in the header", c + "-client-secret-basic", "", documents("token_endpoint_auth_methods_supported", []string{"client_secret_basic"}), nil},
		{"legal", "the secret in the form", "", "", documents("token_endpoint_auth_methods_supported", []string{"client_secret_post"}), nil},
		{"legal", "an app, which sends no secret", "", "", func(w *world) { w.channel = oidc.App }, nil},
		{"legal", "the old secret while the new one is brought in", "", "", func(w *world) { w.as.Secret, w.as.OldSecret = "new", secret }, func(w *world) error {
			got, err := w.enter()
			if err == nil && !got.OldSecret {
				err = errors.New("it is not told that the old secret was taken")
			}
			return err
		}},
		{"legal", "tokens that call themselves text", "", "", func(w *world) { w.http.Transport = texting{w} }, nil},
		{"legal", "claims from the userinfo endpoint", c + "-scope-userinfo-claims", "", nil, told},
		{"legal", "a key that is new since the last sign-in", c + "-signing-key-rotation", "", nil, func(w *world) error { return rotate(w, 2*time.Hour) }},
		{"legal", "a key that is new since a moment ago", c + "-signing-key-rotation-just-before-signing", "", nil, func(w *world) error { return rotate(w, time.Second) }},
		{"legal", "a key that is new under the old name", "", "", nil, func(w *world) error {
			if err := w.signIn(); err != nil {
				return err
			}
			w.signWith, w.published = w.keys.next, []object{published("k1", w.keys.next, nil)}
			return w.signIn()
		}},
		{"legal", "keys of this morning while the provider cannot be reached", "", "", nil, func(w *world) error {
			if err := w.signIn(); err != nil {
				return err
			}
			w.now, w.status["/keys"] = w.now.Add(5*time.Hour), 503
			return w.signIn()
		}},
	}
}

// rotate signs in, lets the provider change its key, and signs in again.
func rotate(w *world, pause time.Duration) error {
	if err := w.signIn(); err != nil {
		return err
	}
	w.now = w.now.Add(pause)
	w.signWith, w.published = w.keys.next, append(w.published, published("k2", w.keys.next, nil))
	heading("kid", "k2")(w)
	return w.signIn()
}

// told signs in where the ID token says little, and looks at what came together:
// the unsigned userinfo adds, and overrides nothing.
func told(w *world) error {
	w.info = object{"sub": "ann-1", "email": "ann@acme.example", "name": "Somebody Else", "oid": "oid-boss", "groups": []string{"a", "b"}}
	w.claims = func(o object) { delete(o, "email") }
	got, err := w.enter()
	if err != nil {
		return err
	}
	a := got.Assertion
	if a.Address != "ann@acme.example" || a.Name != "Ann Ames" || a.Attributes["oid"] != nil || len(a.Attributes["groups"]) != 2 {
		return fmt.Errorf("the userinfo was taken wrongly: %+v", a)
	}
	return nil
}
