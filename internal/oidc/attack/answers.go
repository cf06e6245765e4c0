package attack

import (
	"errors"
	"net/url"
	"strings"

	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/oidc"
)

func answering(change func(url.Values)) func(*world) {
	return func(w *world) { w.answer = change }
}

// answers are what a browser brings back.
func answers() []play {
	const a = "answer"
	return []play{
		{a, "login CSRF: the state of another sign-in", "", explain.OIDCState, answering(func(v url.Values) { v.Set("state", "of-somebody-else") }), nil},
		{a, "no state", "", explain.OIDCState, answering(func(v url.Values) { v.Del("state") }), nil},
		{a, "two states", "", explain.OIDCAnswerTwice, answering(func(v url.Values) { v.Add("state", "another") }), nil},
		{a, "two codes", "", explain.OIDCAnswerTwice, answering(func(v url.Values) { v.Add("code", "another") }), nil},
		{a, "no code", "", explain.OIDCAnswerEmpty, answering(func(v url.Values) { v.Del("code") }), nil},
		{a, "a code of 9 kB", "", explain.OIDCAnswerEmpty, answering(func(v url.Values) { v.Set("code", strings.Repeat("c", 9<<10)) }), nil},
		{a, "mix-up: the answer of another provider", "", explain.OIDCMixUp, answering(func(v url.Values) { v.Set("iss", "https://attacker.example") }), nil},
		{a, "mix-up: the issuer with a slash", "", explain.OIDCMixUp, answering(func(v url.Values) { v.Set("iss", issuer+"/") }), nil},
		{a, "mix-up: the issuer left out where it is promised", "", explain.OIDCIssMissing, documents("authorization_response_iss_parameter_supported", true), nil},
		{a, "mix-up: an error of another provider", "", explain.OIDCMixUp, answering(func(v url.Values) {
			v.Del("code")
			v.Set("error", "access_denied")
			v.Set("iss", "https://attacker.example")
		}), nil},
		{a, "a code for the web at the address of apps", "", explain.OIDCChannel, answering(func(v url.Values) { v.Set("came to", "other") }), nil},
		{a, "a code for apps at the address of the web", "", explain.OIDCChannel, func(w *world) {
			w.channel = oidc.App
			w.answer = func(v url.Values) { v.Set("came to", "other") }
		}, nil},
	}
}

// exchanges are answers of a token endpoint.
func exchanges() []play {
	const e = "exchange"
	at := func(change func(object)) func(*world) { return func(w *world) { w.tokens = change } }
	return []play{
		{e, "a web page in place of tokens", "", explain.OIDCTokenStatus, func(w *world) { w.tokensText = func(string) string { return "<h1>Sorry</h1>" } }, nil},
		{e, "the token endpoint leads on to an attacker, who would get code and secret", "", explain.OIDCTokenStatus, func(w *world) { w.status["/token"] = 307 }, kept},
		{e, "the token endpoint is gone", "", explain.OIDCTokenUnreachable, func(w *world) { w.status["/token"] = -1 }, nil},
		{e, "the token endpoint answers without end", "", explain.OIDCTokenSize, func(w *world) {
			w.tokensText = func(s string) string { return s + strings.Repeat(" ", 300<<10) }
		}, nil},
		{e, "no ID token", "", explain.OIDCNoIDToken, at(func(o object) { delete(o, "id_token") }), nil},
		{e, "an access token of another type", "", explain.OIDCTokenType, at(func(o object) { o["token_type"] = "mac" }), nil},
		{e, "two ID tokens", "", explain.OIDCTokenTwice, func(w *world) { w.tokensText = twice(`"id_token":"of-an-attacker"`) }, nil},
		{e, "a second ID token in other letters", "", explain.OIDCTokenTwice, func(w *world) { w.tokensText = twice(`"ID_Token":"of-an-attacker"`) }, nil},
		{e, "the secret is another", "", explain.OIDCSecretWrong, func(w *world) { w.as.Secret = "wrong" }, nil},
		{e, "no secret for the web", "", explain.OIDCSecretMissing, func(w *world) { w.as.Secret = "" }, nil},
	}
}

// userinfos are answers of a userinfo endpoint.
func userinfos() []play {
	const u = "userinfo"
	asks := func(more func(*world)) func(*world) {
		return func(w *world) {
			w.info = object{"sub": "ann-1", "email": "ann@acme.example"}
			w.claims = func(o object) { delete(o, "email") }
			more(w)
		}
	}
	return []play{
		{u, "the userinfo of somebody else", "oidcc-client-test-userinfo-invalid-sub", explain.OIDCUserInfoSubject, asks(func(w *world) { w.info["sub"] = "boss-1" }), nil},
		{u, "the userinfo of nobody", "", explain.OIDCUserInfoMissing, asks(func(w *world) { delete(w.info, "sub") }), nil},
		{u, "a number as subject of the userinfo", "", explain.OIDCUserInfoMissing, asks(func(w *world) { w.info["sub"] = 1 }), nil},
		{u, "two subjects in the userinfo", "", explain.OIDCUserInfoTwice, asks(func(w *world) { w.infoText = twice(`"sub":"boss-1"`) }), nil},
		{u, "two addresses in the userinfo", "", explain.OIDCUserInfoTwice, asks(func(w *world) { w.infoText = twice(`"Email":"boss@acme.example"`) }), nil},
		{u, "a signed userinfo that nobody asked for", "oidcc-client-test-userinfo-signed", explain.OIDCUserInfoForm, asks(func(w *world) { w.infoText = func(string) string { return "a.b.c" } }), nil},
		{u, "a userinfo without end", "", explain.OIDCUserInfoForm, asks(func(w *world) {
			w.infoText = func(s string) string { return s + strings.Repeat(" ", 300<<10) }
		}), nil},
		{u, "no userinfo", "", explain.OIDCUserInfoFetch, asks(func(w *world) { w.status["/userinfo"] = 500 }), nil},
		{u, "the userinfo endpoint leads the access token on to an attacker", "", explain.OIDCUserInfoFetch, asks(func(w *world) { w.status["/userinfo"] = 302 }), kept},
	}
}

// kept plays a sign-in after which nobody else may have heard of it.
func kept(w *world) error {
	err := w.signIn()
	if w.fetched["/collect"] > 0 {
		return errors.New("the attacker was called")
	}
	return err
}
