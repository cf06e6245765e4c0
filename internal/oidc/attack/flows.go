package attack

import (
	"context"
	"fmt"
	"net/url"

	"github.com/anteroom-id/anteroom/internal/explain"
)

// flows are attacks of several steps.
func flows() []play {
	const f = "flow"
	return []play{
		{f, "code injection: a stolen code in the attacker's own sign-in", "", explain.OIDCVerifierRefused, nil, inject},
		{f, "code injection at a provider that ignores PKCE", "", explain.OIDCNonce, func(w *world) { w.careful = false }, inject},
		{f, "PKCE downgrade: the challenge removed in the browser", "", explain.OIDCVerifierRefused, func(w *world) {
			w.asked = func(v url.Values) { v.Del("code_challenge"); v.Del("code_challenge_method") }
		}, nil},
		{f, "the same code twice", "", explain.OIDCCodeExpired, nil, reuse},
		{f, "a code that was bound to another redirect address", "", explain.OIDCRedirectURI, func(w *world) {
			w.asked = func(v url.Values) { v.Set("redirect_uri", "https://attacker.example/cb") }
		}, nil},
		{f, "a code of another application", "", explain.OIDCClientUnknown, func(w *world) { w.as.Settings.ClientID = "client-2" }, nil},
		{f, "the token of yesterday's sign-in", "", explain.OIDCNonce, nil, yesterday},
		{f, "the ID token as a logout token", "", explain.OIDCLogoutNonce, nil, disguised},
		{f, "JWKS amplification: a hundred tokens with unknown keys", "", explain.OIDCKeyUnknown, heading("kid", "k9"), amplify},
		{f, "a key that was withdrawn yesterday", "", explain.OIDCKeyUnknown, nil, withdrawn},
		{f, "another tenant's keys: a token of one provider at the other", "", explain.OIDCSignature, nil, crossed},
	}
}

// inject redeems the code of one sign-in by the request of another.
func inject(w *world) error {
	_, stolen, err := w.begin()
	if err != nil {
		return err
	}
	r, answer, err := w.begin()
	if err != nil {
		return err
	}
	answer.Set("code", stolen.Get("code"))
	_, err = w.finish(r, answer)
	return err
}

// reuse redeems a code twice.
func reuse(w *world) error {
	r, answer, err := w.begin()
	if err != nil {
		return err
	}
	if _, err := w.finish(r, answer); err != nil {
		return fmt.Errorf("the first time: %v", err) //nolint:errorlint // the rule of the first time is not the one that counts
	}
	_, err = w.finish(r, answer)
	return err
}

// yesterday lets the token endpoint give out the ID token of another sign-in.
func yesterday(w *world) error {
	old, err := w.enter()
	if err != nil {
		return err
	}
	w.token = func(string) string { return old.IDToken }
	return w.signIn()
}

// disguised sends an ID token to the back-channel address.
func disguised(w *world) error {
	got, err := w.enter()
	if err != nil {
		return err
	}
	_, err = w.rp.VerifyLogout(context.Background(), w.as, got.IDToken)
	return err
}

// amplify sends a hundred forged tokens, which may not make us ask a hundred times.
func amplify(w *world) error {
	var last error
	for range 100 {
		last = w.logOut()
		if err := refusedBy(last, explain.OIDCKeyUnknown); err != nil {
			return err
		}
	}
	if n := w.fetched["/keys"]; n > 2 {
		return fmt.Errorf("the keys were fetched %d times", n)
	}
	return last
}

// withdrawn signs in with a key that the provider no longer publishes, a day later.
func withdrawn(w *world) error {
	if err := w.signIn(); err != nil {
		return fmt.Errorf("the first time: %v", err) //nolint:errorlint // as above
	}
	w.published = []object{published("k2", w.keys.next, nil)}
	w.now = w.now.AddDate(0, 0, 1)
	return w.signIn()
}

// crossed brings a provider's token to a connection of another provider that has
// the same names for everything but the keys.
func crossed(w *world) error {
	other := newWorld(w.keys)
	other.signWith = w.keys.foreign
	other.published = []object{published("k1", w.keys.foreign, nil)}
	r, answer, err := w.begin()
	if err != nil {
		return err
	}
	other.grants = w.grants
	token := other.idToken(w.grants[answer.Get("code")])
	w.token = func(string) string { return token }
	_, err = w.finish(r, answer)
	return err
}
