package hosted_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/account"
	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/edge/console/consoletest"
	"github.com/anteroom-id/anteroom/internal/edge/console/hosted"
	"github.com/anteroom-id/anteroom/internal/identity"
)

func TestAPersonIsRenamed(t *testing.T) {
	w := world(t, "")
	ann := w.Person(w.Acme, "ann@acme.example", "Ann", "Arbor", "owner")
	wants(t, "the page", ann.Get("/account"), 200, `value="Ann Arbor"`, "ann@acme.example")
	leads(t, "a name", ann.Post("/account", "name", "Ann <b>Berg"), "/account")
	wants(t, "afterwards", ann.Get("/account"), 200, "Saved.", `value="Ann <b>Berg"`)
	wants(t, "no name", ann.Post("/account", "name", "  "), 422, "Give a name of one line", `value="  "`)
	wants(t, "too long a name", ann.Post("/account", "name", strings.Repeat("x", 201)), 422, "at most 200")
}

func TestThePasswordIsChangedByWhoKnowsIt(t *testing.T) {
	w := world(t, "")
	ann := w.Person(w.Acme, "ann@acme.example", "Ann", "Arbor", "owner")
	other := w.Stranger()
	signIn(other, "ann@acme.example", consoletest.Password)
	wants(t, "a wrong one", ann.Post("/account/password", "old", "wrong", "password", "another long sentence"), 422, "The present password is wrong.")
	wants(t, "a short one", ann.Post("/account/password", "old", consoletest.Password, "password", "short"), 422, "at least 12")
	wants(t, "the other session", other.Get("/account"), 200)
	leads(t, "the change", ann.Post("/account/password", "old", consoletest.Password, "password", "another long sentence"), "/account/security")
	wants(t, "afterwards", ann.Get("/account/security"), 200, "Your password is changed")
	leads(t, "the other session", other.Get("/account"), "/login?to=%2Faccount")
}

func TestSessionsAreListedAndEndedByTheirOwnPerson(t *testing.T) {
	w := world(t, "")
	ann, bob := w.Person(w.Acme, "ann@acme.example", "Ann", "Arbor", "owner"), w.Person(w.Globex, "bob@globex.example", "Bob", "Burr", "owner")
	other, third := w.Stranger(), w.Stranger()
	signIn(other, "ann@acme.example", consoletest.Password)
	signIn(third, "ann@acme.example", consoletest.Password)
	page := ann.Get("/account/sessions").Body
	if n := strings.Count(page, "/end\">"); n != 3 {
		t.Fatalf("%d sessions: %s", n, page)
	}
	wants(t, "the list", ann.Get("/account/sessions"), 200, "This one", "127.0.0.1", "by link", "by password")
	ids := func(v *consoletest.Visitor) (out []string) {
		for _, part := range strings.Split(v.Get("/account/sessions").Body, `action="/account/sessions/`)[1:] {
			if id, _, ok := strings.Cut(part, "/end\""); ok && strings.HasPrefix(id, "ses_") {
				out = append(out, id)
			}
		}
		return out
	}
	wants(t, "somebody else's", bob.Post("/account/sessions/"+ids(ann)[0]+"/end"), 404)
	leads(t, "one", ann.Post("/account/sessions/"+ids(ann)[0]+"/end"), "/account/sessions")
	leads(t, "its browser", third.Get("/account"), "/login?to=%2Faccount")
	wants(t, "another one", other.Get("/account"), 200)
	leads(t, "all others", ann.Post("/account/sessions/end-others"), "/account/sessions")
	wants(t, "afterwards", ann.Get("/account/sessions"), 200, "1 other session has ended.")
	leads(t, "its browser", other.Get("/account"), "/login?to=%2Faccount")
	leads(t, "the own one", ann.Post("/account/sessions/"+ids(ann)[0]+"/end"), "/signed-out")
	wants(t, "somebody else's session", bob.Get("/account"), 200)
}

func TestWhatSignsInIsChangedAfterAProofOnly(t *testing.T) {
	w := world(t, "")
	ann := w.Person(w.Acme, "ann@acme.example", "Ann", "Arbor", "owner")
	secret := hidden(t, ann.Post("/account/authenticator").Body, "secret")
	ann.Post("/account/authenticator/confirm", "code", code(t, secret, -1))
	long := w.App
	set(w, true, w.BaseURL, account.Config{Proof: time.Nanosecond})
	const proof = "/account/proof?to=%2Faccount%2Fsecurity"
	wants(t, "the page", ann.Get("/account/security"), 200, `href="`+proof+`"`)
	for _, path := range []string{"/account/authenticator", "/account/authenticator/remove", "/account/recovery-codes", "/account/passkeys/remove"} {
		leads(t, path, ann.Post(path), proof)
	}
	if a := ann.Post("/account/passkeys/options"); a.Status != http.StatusForbidden {
		t.Errorf("a passkey without proof: %d", a.Status)
	}
	wants(t, "the question", ann.Get(proof), 200, "Confirm that it is you", `name="code"`, `value="/account/security"`)
	wants(t, "a wrong password", ann.Post("/account/proof", "password", "wrong", "to", "/account/security"), 422, "The password is wrong.", `value="/account/security"`)
	wants(t, "a wrong code", ann.Post("/account/proof", "password", consoletest.Password, "code", "1"), 422, "That code is wrong")
	leads(t, "elsewhere", ann.Post("/account/proof", "password", consoletest.Password, "code", code(t, secret, 0), "to", "//evil.example"), "/")
	w.App = long
	leads(t, "with proof", ann.Post("/account/authenticator/remove"), "/account/security")
	leads(t, "signing in", signIn(w.Stranger(), "ann@acme.example", consoletest.Password), "/")
}

// timeneye is the product whose tokens are people's.
func timeneye(t *testing.T) *consoletest.World {
	t.Helper()
	return consoletest.New(t, consoletest.Load(t, "timeneye"), "", hosted.Section())
}

// scim asks the SCIM edge for the people, with a token.
func scim(w *consoletest.World, secret string) int {
	w.T.Helper()
	r, err := http.NewRequestWithContext(w.T.Context(), http.MethodGet, w.SCIMURL("acme")+"/Users", nil)
	if err != nil {
		w.T.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+secret)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		w.T.Fatal(err)
	}
	defer res.Body.Close()
	return res.StatusCode
}

// onceShown is the secret that a page shows, "" when it shows none.
func onceShown(page string) string {
	_, rest, _ := strings.Cut(page, `<input id="once" readonly value="`)
	secret, _, _ := strings.Cut(rest, `"`)
	return secret
}

func TestE04_E05_E06_APersonalTokenIsIssuedWithANameShownOnceAndItsExpiryIsKnown(t *testing.T) {
	w := timeneye(t)
	ann := w.Person(w.Acme, "ann@acme.example", "Ann", "Arbor", "owner")
	if err := unlock(w); err != nil {
		t.Fatal(err)
	}
	a := ann.Get("/account")
	wants(t, "the settings", a, 200, "Personal settings", ">Third-party apps</a>")
	wants(t, "the page", ann.Get("/account/apps"), 200, "+ Issue new personal access token", "one year", "No token yet")
	wants(t, "no name", ann.Post("/account/apps", "name", " "), 422, "Give the token a name")
	wants(t, "too long a name", ann.Post("/account/apps", "name", strings.Repeat("x", 201)), 422, "at most 200")
	leads(t, "a name", ann.Post("/account/apps", "name", "SCIM access token"), "/account/apps")
	a = ann.Get("/account/apps")
	secret := onceShown(a.Body)
	wants(t, "the token", a, 200, "Copy it now", "SCIM access token")
	if status := scim(w, secret); status != http.StatusOK {
		t.Errorf("the token %q is answered with %d", secret, status)
	}
	a = ann.Get("/account/apps")
	wants(t, "the page afterwards", a, 200, "SCIM access token", "scim_…"+secret[len(secret)-4:], time.Now().UTC().Add(365*24*time.Hour).Format("2 Jan 2006"))
	if strings.Contains(a.Body, secret) || onceShown(a.Body) != "" {
		t.Error("the token is shown twice")
	}
	all, err := w.Tokens.ListOf(t.Context(), w.Acme.ID, ann.Member.ID)
	if err != nil || len(all) != 1 || all[0].Issuer != ann.Member.ID || all[0].Kind != identity.TokenPersonal {
		t.Errorf("what is kept: %+v %v", all, err)
	}
}

func unlock(w *consoletest.World) error {
	return w.Directory.SetPlan(w.T.Context(), w.Acme.ID, "enterprise", w.Operator)
}

func TestAPersonalTokenIsRevokedByItsOwnPersonOnly(t *testing.T) {
	w := timeneye(t)
	ann, bob := w.Person(w.Acme, "ann@acme.example", "Ann", "Arbor", "owner"), w.Person(w.Acme, "bob@acme.example", "Bob", "Burr", "admin")
	carl := w.Person(w.Globex, "carl@globex.example", "Carl", "Cole", "owner")
	if err := unlock(w); err != nil {
		t.Fatal(err)
	}
	ann.Post("/account/apps", "name", "SCIM access token")
	secret := onceShown(ann.Get("/account/apps").Body)
	all, err := w.Tokens.ListOf(t.Context(), w.Acme.ID, ann.Member.ID)
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	path := "/account/apps/" + string(all[0].ID) + "/revoke"
	for _, v := range []*consoletest.Visitor{bob, carl} {
		wants(t, "somebody else", v.Post(path), 404)
		if page := v.Get("/account/apps").Body; strings.Contains(page, "SCIM access token</th>") {
			t.Error("somebody else sees it")
		}
	}
	if status := scim(w, secret); status != http.StatusOK {
		t.Errorf("%d", status)
	}
	leads(t, "its own person", ann.Post(path), "/account/apps")
	wants(t, "afterwards", ann.Get("/account/apps"), 200, "Revoked", "Whatever used it is refused")
	wants(t, "once more", ann.Post(path), 404)
	if status := scim(w, secret); status != http.StatusUnauthorized {
		t.Errorf("the revoked token is answered with %d", status)
	}
}

func TestATokenIsIssuedWhereTheRoleAllowsItOnly(t *testing.T) {
	w := world(t, `name: Two roles
tokens: {personal: {title: access token, days: 30}}
roles:
  catalogue: [{name: owner, owner: true}, {name: member}]
  default: member
`)
	ann, bob := w.Person(w.Acme, "ann@acme.example", "Ann", "Arbor", "owner"), w.Person(w.Globex, "bob@globex.example", "Bob", "Burr", "member")
	wants(t, "who may", ann.Get("/account/apps"), 200, "30 days after it was issued")
	wants(t, "who may not", bob.Get("/account/apps"), 404)
	wants(t, "who may not", bob.Post("/account/apps", "name", "Mine"), 404)
	if strings.Contains(bob.Get("/account").Body, "/account/apps") {
		t.Error("the tab leads to a page that is not there")
	}
	ann.Post(invited(w, w.Globex, "ann@globex.example") + "/as")
	page := ann.Get("/account/apps").Body
	if strings.Contains(page, string(w.Globex.ID)) {
		t.Error("a workspace is offered in which the role does not allow it")
	}
	wants(t, "there", ann.Post("/account/apps", "name", "Mine", "workspace", string(w.Globex.ID)), 404)
	wants(t, "nowhere", ann.Post("/account/apps", "name", "Mine", "workspace", "ws_x"), 404)
	leads(t, "here", ann.Post("/account/apps", "name", "Mine", "workspace", string(w.Acme.ID)), "/account/apps")

	plain := consoletest.New(t, consoletest.Load(t, "webwork"), "", hosted.Section())
	olga := plain.Person(plain.Acme, "olga@acme.example", "Olga", "Orr", "owner")
	wants(t, "a product without such tokens", olga.Get("/account/apps"), 404)
	wants(t, "a product without such tokens", olga.Post("/account/apps", "name", "Mine"), 404)
}

// Such a token makes owners where the product lets a directory do so.
func TestE04_APersonalTokenIsForWhoMayIssueADirectorysTokenToo(t *testing.T) {
	w := timeneye(t)
	w.Person(w.Acme, "ann@acme.example", "Ann", "Arbor", "owner")
	for role, status := range map[string]int{"admin": 303, "member": 404} {
		v := w.Person(w.Acme, role+"@acme.example", "Vi", role, role)
		if a := v.Post("/account/apps", "name", "Mine"); a.Status != status {
			t.Errorf("%s: %d", role, a.Status)
		}
	}
	w = world(t, `name: Narrow
tokens: {personal: {title: access token, days: 30}}
roles:
  catalogue: [{name: owner, owner: true}, {name: helper, may: [tokens.issue]}, {name: member}]
  default: member
`)
	v := w.Person(w.Acme, "eve@acme.example", "Eve", "Low", "helper")
	wants(t, "tokens.issue alone", v.Post("/account/apps", "name", "Mine"), 404)
}

func TestATokenIsIssuedForTheWorkspaceThatWasChosen(t *testing.T) {
	w := timeneye(t)
	ann := w.Person(w.Acme, "ann@acme.example", "Ann", "Arbor", "owner")
	if _, err := w.Accounts.Invite(t.Context(), w.Globex.ID, directory.Newcomer{Address: "ann@globex.example", Role: "admin"}, w.Operator); err != nil {
		t.Fatal(err)
	}
	ann.Post(lastLink(w, "ann@globex.example", "link") + "/as")
	wants(t, "the page", ann.Get("/account/apps"), 200, `<option value="`+string(w.Acme.ID)+`"`, `<option value="`+string(w.Globex.ID)+`"`)
	leads(t, "Globex", ann.Post("/account/apps", "name", "For Globex", "workspace", string(w.Globex.ID)), "/account/apps")
	for ws, want := range map[identity.WorkspaceID]int{w.Acme.ID: 0, w.Globex.ID: 1} {
		if all, err := w.Tokens.List(t.Context(), ws); err != nil || len(all) != want {
			t.Errorf("%s has %d tokens, not %d: %v", ws, len(all), want, err)
		}
	}
}
