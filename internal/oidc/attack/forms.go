package attack

import (
	"crypto/rsa"
	"encoding/base64"
	"strings"

	"github.com/anteroom-id/anteroom/internal/explain"
)

func heading(name string, value any) func(*world) {
	return func(w *world) {
		w.header = func(o object) {
			if o[name] = value; value == nil {
				delete(o, name)
			}
		}
	}
}

// rewriting changes a token after it was signed.
func rewriting(change func(string) string) func(*world) {
	return func(w *world) { w.token = change }
}

// unsigned is a token with alg none.
func unsigned(spelt string) func(*world) {
	return func(w *world) { heading("alg", spelt)(w); w.signWith = nil }
}

// hmac is a token signed with the public key as if it were a shared secret.
func hmacked(w *world) { heading("alg", "HS256")(w); w.signWith = &w.keys.own.PublicKey }

// forms are tokens that are not what a token has to be.
func forms() []play {
	const f = "form"
	return []play{
		{f, "a token of 70 kB", "", explain.OIDCJWTSize, claiming("groups", strings.Repeat("g", 70<<10)), nil},
		{f, "two parts", "", explain.OIDCJWTForm, rewriting(func(t string) string { return t[:strings.LastIndexByte(t, '.')] }), nil},
		{f, "a signed object in place of three parts", "", explain.OIDCJWTForm, rewriting(general), nil},
		{f, "a line break inside", "", explain.OIDCJWTForm, rewriting(func(t string) string { return t[:40] + "\n" + t[40:] }), nil},
		{f, "a blank inside", "", explain.OIDCJWTForm, rewriting(func(t string) string { return t[:40] + " " + t[40:] }), nil},
		{f, "the same token, written otherwise", "", explain.OIDCJWTForm, rewriting(respelt), nil},
		{f, "a header that is no object", "", explain.OIDCJWTForm, func(w *world) { w.headerText = func(string) string { return `["RS256"]` } }, nil},
		{f, "a certificate in the header that is none", "", explain.OIDCJWTForm, heading("x5c", []string{"MIIB"}), nil},
		{f, "an encrypted token", "", explain.OIDCJWTEncrypted, rewriting(func(t string) string { return t + ".a.b" }), nil},
		{f, "two algorithms", "", explain.OIDCJWTHeaderTwice, func(w *world) { w.headerText = twice(`"alg":"none"`) }, nil},
		{f, "an algorithm in other letters", "", explain.OIDCJWTHeaderTwice, func(w *world) { w.headerText = twice(`"Alg":"none"`) }, nil},
		{f, "a critical extension", "", explain.OIDCJWTCritical, heading("crit", []string{"exp"}), nil},
		{f, "a payload that is not encoded", "", explain.OIDCJWTCritical, heading("b64", false), nil},
		{f, "the attacker's key inside (jwk)", "", explain.OIDCJWTKeyInside, func(w *world) {
			w.signWith = w.keys.foreign
			heading("jwk", published("k1", w.keys.foreign, nil))(w)
		}, nil},
		{f, "the address of the attacker's keys inside (jku)", "", explain.OIDCJWTKeyInside, heading("jku", "https://attacker.example/keys"), nil},
		{f, "the address of the attacker's certificate inside (x5u)", "", explain.OIDCJWTKeyInside, heading("x5u", "https://attacker.example/cert"), nil},
		{f, "an access token in place of an ID token", "", explain.OIDCJWTType, heading("typ", "at+jwt"), nil},
		{f, "a logout token in place of an ID token", "", explain.OIDCJWTType, heading("typ", "logout+jwt"), nil},
		{f, "not signed", "oidcc-client-test-idtoken-sig-none", explain.OIDCAlgNone, unsigned("none"), nil},
		{f, "not signed, in other letters", "", explain.OIDCAlgNone, unsigned("nOnE"), nil},
		{f, "HS256 with the public key as secret", "oidcc-client-test-invalid-sig-hs256", explain.OIDCAlgHMAC, hmacked, nil},
		{f, "another algorithm than the connection's", "", explain.OIDCAlgOther, heading("alg", "PS256"), nil},
		{f, "no algorithm", "", explain.OIDCAlgOther, heading("alg", nil), nil},
		{f, "an algorithm that nobody knows", "", explain.OIDCAlgOther, heading("alg", "RS1"), nil},
	}
}

// general puts a token into the form of an object (RFC 7515 §7.2.2).
func general(t string) string {
	p := strings.Split(t, ".")
	return text(object{"protected": p[0], "payload": p[1], "signature": p[2]})
}

// respelt writes the last letter of a token otherwise: its unused bits differ.
func respelt(t string) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	i := strings.IndexByte(letters, t[len(t)-1])
	return t[:len(t)-1] + letters[i|1:i|1+1]
}

// signatures are tokens that the provider did not sign, or not so that it proves something.
func signatures() []play {
	const s = "signature"
	keys := func(more func(w *world) []object) func(*world) {
		return func(w *world) { w.published = more(w) }
	}
	return []play{
		{s, "a changed token", "oidcc-client-test-invalid-sig-rs256", explain.OIDCSignature, rewriting(promoted), nil},
		{s, "the attacker's key under the name of the provider's", "", explain.OIDCSignature, func(w *world) { w.signWith = w.keys.foreign }, nil},
		{s, "no signature behind RS256", "", explain.OIDCSignature, func(w *world) { w.signWith = nil }, nil},
		{s, "a changed token of ES256", "oidcc-client-test-invalid-sig-es256", explain.OIDCSignature, func(w *world) { curved(w); w.token = promoted }, nil},
		{s, "a signature of zeros (ES256)", "", explain.OIDCSignature, func(w *world) {
			curved(w)
			w.token = func(t string) string { return t[:strings.LastIndexByte(t, '.')+1] + encode(make([]byte, 64)) }
		}, nil},
		{s, "a key that is not published", "", explain.OIDCKeyUnknown, heading("kid", "k9"), nil},
		{s, "the name of a key that is a path", "", explain.OIDCKeyUnknown, heading("kid", "../../dev/null"), nil},
		{s, "no key at all", "", explain.OIDCKeyUnknown, keys(func(*world) []object { return []object{} }), nil},
		{s, "two keys and no name", "oidcc-client-test-kid-absent-multiple-jwks", explain.OIDCKeyAmbiguous, func(w *world) {
			heading("kid", nil)(w)
			w.published = []object{unnamed(w.keys.own), unnamed(w.keys.next)}
		}, nil},
		{s, "two keys of one name", "", explain.OIDCKeyAmbiguous, keys(func(w *world) []object {
			return []object{published("k1", w.keys.own, nil), published("k1", w.keys.foreign, nil)}
		}), nil},
		{s, "the key for encryption", "", explain.OIDCKeyUnfit, keys(func(w *world) []object { return []object{published("k1", w.keys.own, object{"use": "enc"})} }), nil},
		{s, "a key that may sign only", "", explain.OIDCKeyUnfit, keys(func(w *world) []object {
			return []object{published("k1", w.keys.own, object{"key_ops": []string{"sign"}})}
		}), nil},
		{s, "a key for another algorithm", "", explain.OIDCKeyUnfit, keys(func(w *world) []object { return []object{published("k1", w.keys.own, object{"alg": "PS256"})} }), nil},
		{s, "a key of another kind", "", explain.OIDCKeyUnfit, keys(func(w *world) []object { return []object{published("k1", w.keys.curve, nil)} }), nil},
		{s, "a key that everybody knows: its private half is published", "", explain.OIDCKeyUnfit, keys(func(w *world) []object {
			return []object{published("k1", w.keys.own, object{"d": encode(w.keys.own.D.Bytes())})}
		}), nil},
		{s, "a shared secret among the keys", "", explain.OIDCKeyUnfit, keys(func(*world) []object { return []object{{"kid": "k1", "kty": "oct", "k": "c2VjcmV0"}} }), nil},
		{s, "a key of 1024 bits", "", explain.OIDCKeyShort, func(w *world) {
			w.signWith = w.keys.short
			w.published = []object{published("k1", w.keys.short, nil)}
		}, nil},
		{s, "a key with the exponent one, to which everything is a signature", "", explain.OIDCKeyUnfit, keys(func(w *world) []object { return []object{published("k1", w.keys.own, object{"e": "AQ"})} }), nil},
		{s, "no keys there", "", explain.OIDCKeysFetch, func(w *world) { w.status["/keys"] = 503 }, nil},
		{s, "a web page in place of keys", "", explain.OIDCKeysForm, func(w *world) { w.keysText = func(string) string { return "<h1>Keys</h1>" } }, nil},
		{s, "two sets of keys in one", "", explain.OIDCKeysForm, func(w *world) { w.keysText = twice(`"keys":[]`) }, nil},
	}
}

// promoted writes another subject into a signed token.
func promoted(t string) string {
	p := strings.Split(t, ".")
	said, err := base64.RawURLEncoding.DecodeString(p[1])
	if err != nil {
		return t
	}
	return p[0] + "." + encode([]byte(strings.Replace(string(said), "ann-1", "boss-1", 1))) + "." + p[2]
}

// unnamed is a published key without a name.
func unnamed(k *rsa.PrivateKey) object {
	o := published("", k, nil)
	delete(o, "kid")
	return o
}

// curved lets the provider sign with ES256.
func curved(w *world) {
	w.signWith = w.keys.curve
	w.published = []object{published("k1", w.keys.curve, nil)}
	heading("alg", "ES256")(w)
	documents("id_token_signing_alg_values_supported", []string{"ES256"})(w)
}
