// Package hosted holds the pages of people as themselves: signing in and out,
// joining by a link, choosing a password, and the personal settings.
//
// An address that nobody has and a wrong password get one answer. Pages whose
// address carries a secret never hand it on.
package hosted

import (
	"embed"
	"errors"
	"io/fs"
	"net/http"

	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/identity"
)

//go:embed templates/*.html
var templates embed.FS

// Section is hosted sign-in and the personal settings.
func Section() frame.Section {
	own, _ := fs.Sub(templates, "templates") // the name is right: it stands above
	return frame.Section{Name: "hosted", Files: own, Routes: routes()}
}

func routes() []frame.Route {
	return []frame.Route{
		{Pattern: "GET /{$}", Serve: first},
		{Pattern: "GET /login", Serve: discreetly(login)},
		{Pattern: "POST /login", Serve: discreetly(signIn)},
		{Pattern: "POST /login/code", Serve: discreetly(secondFactor)},
		{Pattern: "POST /login/passkey", Serve: signInByPasskey},
		{Pattern: "POST /login/passkey/options", Serve: offerPasskeySignIn},
		{Pattern: "POST /logout", Serve: signOut},
		{Pattern: "GET /signed-out", Serve: signedOut},
		{Pattern: "GET /workspaces", Gate: frame.SignedIn, Serve: choose},
		{Pattern: "GET /link/{word}", Serve: discreetly(openLink)},
		{Pattern: "POST /link/{word}", Serve: discreetly(join)},
		{Pattern: "POST /link/{word}/as", Serve: discreetly(joinAs)},
		{Pattern: "POST /link/{word}/with", Serve: discreetly(joinWith)},
		{Pattern: "GET /reset", Serve: askForReset},
		{Pattern: "POST /reset", Serve: requestReset},
		{Pattern: "GET /reset/sent", Serve: resetSent},
		{Pattern: "GET /reset/{word}", Serve: discreetly(openReset)},
		{Pattern: "POST /reset/{word}", Serve: discreetly(redeem)},
		{Pattern: "GET /account", Gate: frame.SignedIn, Serve: profile},
		{Pattern: "POST /account", Gate: frame.SignedIn, Serve: rename},
		{Pattern: "GET /account/security", Gate: frame.SignedIn, Serve: security},
		{Pattern: "POST /account/password", Gate: frame.SignedIn, Serve: changePassword},
		{Pattern: "POST /account/passkeys", Gate: frame.SignedIn, Serve: addPasskey},
		{Pattern: "POST /account/passkeys/options", Gate: frame.SignedIn, Serve: offerPasskey},
		{Pattern: "POST /account/passkeys/remove", Gate: frame.SignedIn, Serve: removePasskey},
		{Pattern: "POST /account/authenticator", Gate: frame.SignedIn, Serve: enrol},
		{Pattern: "POST /account/authenticator/confirm", Gate: frame.SignedIn, Serve: confirm},
		{Pattern: "POST /account/authenticator/remove", Gate: frame.SignedIn, Serve: removeAuthenticator},
		{Pattern: "GET /account/recovery-codes", Gate: frame.SignedIn, Serve: codes},
		{Pattern: "POST /account/recovery-codes", Gate: frame.SignedIn, Serve: newCodes},
		{Pattern: "GET /account/proof", Gate: frame.SignedIn, Serve: askForProof},
		{Pattern: "POST /account/proof", Gate: frame.SignedIn, Serve: prove},
		{Pattern: "GET /account/sessions", Gate: frame.SignedIn, Serve: sessions},
		{Pattern: "POST /account/sessions/end-others", Gate: frame.SignedIn, Serve: endOthers},
		{Pattern: "POST /account/sessions/{session}/end", Gate: frame.SignedIn, Serve: end},
		{Pattern: "GET /account/apps", Gate: frame.SignedIn, Serve: apps},
		{Pattern: "POST /account/apps", Gate: frame.SignedIn, Serve: issue},
		{Pattern: "POST /account/apps/{token}/revoke", Gate: frame.SignedIn, Serve: revoke},
		{Pattern: "GET /account/workspaces", Gate: frame.SignedIn, Serve: reached},
		{Pattern: "GET /dev/mails", Serve: mails},
	}
}

var errNothing = identity.Errorf(identity.NotFound, "", "There is nothing at this address.")

// discreetly keeps a page's address, which holds a secret, out of the Referer
// header. It is not no-referrer: with that a browser sends "Origin: null" with
// the page's own forms (Fetch §3.2), so that one that sends no Sec-Fetch-Site
// would be refused.
func discreetly(serve func(*frame.Request) error) func(*frame.Request) error {
	return func(q *frame.Request) error {
		q.W.Header().Set("Referrer-Policy", "strict-origin")
		return serve(q)
	}
}

// ended is the page of a link that is unknown, was used, or is too old.
type ended struct {
	Text        string
	Href, Label string // the one thing to do
}

func showEnded(q *frame.Request, err error, href, label string) error {
	var own *identity.Error
	if !errors.As(err, &own) || own.Kind != identity.NotFound {
		return err
	}
	return q.Render(frame.Page{
		Title: "This link has ended", Template: "hosted/ended", Bare: true, Status: http.StatusNotFound,
		Data: ended{frame.Sentence(own.Msg), href, label},
	})
}
