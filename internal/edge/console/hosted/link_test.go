package hosted_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/account"
	"github.com/anteroom-id/anteroom/internal/edge/console/consoletest"
)

func TestAnInvitationIsAcceptedWithANewPassword(t *testing.T) {
	w := world(t, "")
	link := invited(w, w.Acme, "maria@acme.example")
	v := w.Stranger()
	a := v.Get(link)
	wants(t, "the page", a, 200, "Join Acme", "maria@acme.example", "At least 12 characters")
	if got := a.Header.Get("Referrer-Policy"); got != "strict-origin" {
		t.Errorf("the page hands its address on: %q", got)
	}
	a = v.Post(link, "name", "Maria <Rossi>", "password", "short")
	wants(t, "a short password", a, 422, "A password has at least 12 characters", `value="Maria <Rossi>"`, `aria-invalid="true"`)
	leads(t, "joining", v.Post(link, "name", "Maria Rossi", "password", "a long one, with blanks"), "/")
	leads(t, "the first page of a role that opens nothing here", v.Get("/"), "/account")
	for _, a := range []consoletest.Answer{v.Get(link), w.Stranger().Get(link), w.Stranger().Post(link, "password", "another long one"), w.Stranger().Get("/link/unknown")} {
		wants(t, "the link once more", a, 404, "This link has ended", "ask whoever gave it to you")
	}
	leads(t, "the next sign-in", signIn(w.Stranger(), "maria@acme.example", "a long one, with blanks"), "/")
}

func TestSomebodyWhoSignsInAlreadyJoinsWithThePasswordThereIs(t *testing.T) {
	w := world(t, "")
	ann := w.Person(w.Acme, "ann@acme.example", "Ann", "Arbor", "owner")
	link := invited(w, w.Globex, "ann@acme.example")
	v := w.Stranger()
	wants(t, "the page", v.Get(link), 200, "Join with the password that you have", link+"/with")
	wants(t, "a new password", v.Post(link, "name", "Eve", "password", "a password of Eve's"), 409, "signs in here already", link+"/with")
	wants(t, "a wrong password", v.Post(link+"/with", "password", "wrong"), 401, "is wrong", link+"/with")

	secret := hidden(t, ann.Post("/account/authenticator").Body, "secret")
	ann.Post("/account/authenticator/confirm", "code", code(t, secret, -1))
	a := v.Post(link+"/with", "password", consoletest.Password)
	wants(t, "the right one", a, 401, `name="code"`, "authenticator app")
	wants(t, "with a wrong code", v.Post(link+"/with", "password", consoletest.Password, "code", "000000"), 422, `name="code"`, "That code is wrong")
	leads(t, "with the right one", v.Post(link+"/with", "password", consoletest.Password, "code", code(t, secret, 0)), "/")
	leads(t, "the first page", v.Get("/"), "/workspaces")
	wants(t, "the link once more", v.Post(link+"/with", "password", consoletest.Password), 404, "This link has ended")
}

func TestSomebodyWhoIsSignedInJoinsAsSuchOrAsSomebodyElse(t *testing.T) {
	w := world(t, "")
	ann := w.Person(w.Acme, "ann@acme.example", "Ann", "Arbor", "owner")
	link := invited(w, w.Globex, "a.arbor@globex.example")
	wants(t, "the page", ann.Get(link), 200, "This link is for a.arbor@globex.example, and you are signed in as <strong>ann@acme.example</strong>", link+"?other=1")
	wants(t, "as somebody else", ann.Get(link+"?other=1"), 200, `action="`+link+`?other=1"`, "Choose a password")
	wants(t, "with a mistake", ann.Post(link+"?other=1", "password", "short"), 422, `action="`+link+`?other=1"`)
	leads(t, "a stranger", w.Stranger().Post(link+"/as"), link)
	leads(t, "joining", ann.Post(link+"/as"), "/")
	wants(t, "the settings", ann.Get("/account/workspaces"), 200, "Acme", "Globex")
	second := invited(w, w.Globex, "ann.arbor@globex.example")
	wants(t, "a second time", ann.Post(second+"/as"), 409, "already, as a.arbor@globex.example", second+"/as")
}

func TestANewPasswordIsChosenWithALinkAndTheAnswerTellsNobodyWhoIsKnown(t *testing.T) {
	w := world(t, "")
	ann := w.Person(w.Acme, "ann@acme.example", "Ann", "Arbor", "owner")
	v := w.Stranger()
	wants(t, "the page", v.Get("/reset"), 200, "We mail you a link")
	wants(t, "no address", v.Post("/reset", "address", "ann at acme"), 422, "Give one e-mail address", `value="ann at acme"`)
	known, unknown := v.Post("/reset", "address", "ann@acme.example"), v.Post("/reset", "address", "eve@acme.example")
	leads(t, "a known address", known, "/reset/sent")
	leads(t, "an unknown one", unknown, "/reset/sent")
	wants(t, "what follows", v.Get("/reset/sent"), 200, "If somebody signs in here with that address")

	link := lastLink(w, "ann@acme.example", "reset")
	wants(t, "the mails", v.Get("/dev/mails"), 200, "ann@acme.example", `<a href="`+w.BaseURL+link+`">`)
	a := v.Get(link)
	wants(t, "the link", a, 200, "Choose a password", "ann@acme.example")
	if got := a.Header.Get("Referrer-Policy"); got != "strict-origin" {
		t.Errorf("the page hands its address on: %q", got)
	}
	wants(t, "a common password", v.Post(link, "password", "passwordpassword"), 422, "among the first that are guessed")
	leads(t, "a good one", v.Post(link, "password", "another long sentence"), "/login")
	wants(t, "what follows", v.Get("/login"), 200, "Your password is set")
	wants(t, "the link once more", v.Post(link, "password", "a third long sentence"), 404, "This link has ended", `href="/reset"`)
	leads(t, "the session of before", ann.Get("/account"), "/login?to=%2Faccount")
	wants(t, "the old password", signIn(v, "ann@acme.example", consoletest.Password), 401)
	leads(t, "the new one", signIn(v, "ann@acme.example", "another long sentence"), "/")
}

func TestMailsAreShownInDevelopmentOnly(t *testing.T) {
	w := world(t, "")
	wants(t, "no mails", w.Stranger().Get("/dev/mails"), 200, "No mail yet")
	for i := range 21 {
		invited(w, w.Acme, fmt.Sprintf("maria%d@acme.example", i))
	}
	a := w.Stranger().Get("/dev/mails")
	_, older, more := strings.Cut(a.Body, `href="/dev/mails?before=`)
	if n := strings.Count(a.Body, "<section>"); n != 20 || !more {
		t.Errorf("%d mails, more: %t", n, more)
	}
	older, _, _ = strings.Cut(older, `"`)
	if n := strings.Count(w.Stranger().Get("/dev/mails?before="+older).Body, "<section>"); n != 1 {
		t.Errorf("%d older mails", n)
	}
	set(w, false, w.BaseURL, account.Config{})
	wants(t, "in production", w.Stranger().Get("/dev/mails"), 404, "Nothing here")
}
