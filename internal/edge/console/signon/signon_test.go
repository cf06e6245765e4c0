package signon_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/edge/console/consoletest"
	"github.com/anteroom-id/anteroom/internal/edge/console/providertest"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/lab/idp"
)

func TestT09_TheButtonAsksForTheWorkspaceInWhateverSpelling(t *testing.T) {
	w := world(t, consoletest.Load(t, "trackingtime"))
	p := providertest.SAML(w, w.Acme, idp.Config{Flavour: idp.Entra}, nil)
	wants(t, "the sign-in page", w.Stranger().Get("/login"), 200, `href="/vue/sso">`, "Sign in with SSO")
	wants(t, "the page behind the button", w.Stranger().Get("/vue/sso"), 200, `name="workspace"`, "Workspace ID", `action="/vue/sso"`)
	for _, typed := range []string{"acme", "ACME", " Acme ", "a c me", "#acme"} {
		a := w.Stranger().Get("/vue/sso?workspace=" + url.QueryEscape(typed))
		if to := providertest.Sent(a); a.Status != 200 || !strings.HasPrefix(to, p.SSOURL()+"?SAMLRequest=") {
			t.Errorf("%q leads to %d %s", typed, a.Status, to)
		}
	}
	unknown, without := w.Stranger().Get("/vue/sso?workspace=nobody"), w.Stranger().Get("/vue/sso?workspace=globex")
	wants(t, "a workspace that is not there", unknown, 422, "Nobody signs in this way with that Workspace ID")
	if a, b := steady(unknown.Body, "nobody"), steady(without.Body, "globex"); a != b {
		t.Errorf("one without single sign-on is told apart: %s\n%s", a, b)
	}
}

// steady is a page without what differs from one request to the next.
func steady(body, typed string) string {
	i := strings.Index(body, "Reference ")
	return strings.ReplaceAll(body[:i]+body[i+len("Reference req_01kavmzt6t4mh2bcg0a0a0a0a0"):], typed, "")
}

func TestT10_TheWorkspacesOwnAddressLeadsStraightToItsProvider(t *testing.T) {
	w := world(t, consoletest.Load(t, "trackingtime"))
	p := providertest.SAML(w, w.Acme, idp.Config{Flavour: idp.Entra}, nil)
	for _, at := range []string{"/sso/acme", "/vue/sso/acme", "/sso/ACME"} {
		if a := w.Stranger().Get(at); a.Status != 303 || !strings.HasPrefix(a.Location, p.SSOURL()+"?SAMLRequest=") {
			t.Errorf("%s leads to %d %s", at, a.Status, a.Location)
		}
	}
	w.Rename(w.Acme, "acme-group")
	if a := w.Stranger().Get("/sso/acme"); a.Status != 303 || !strings.HasPrefix(a.Location, p.SSOURL()) {
		t.Errorf("the address of before leads to %d %s", a.Status, a.Location)
	}
	wants(t, "a workspace that is not there", w.Stranger().Get("/sso/nobody"), 422, "Nobody signs in this way", `value="nobody"`)
}

func TestT11_W12_SomebodySignsInThroughTheProviderAndComesBack(t *testing.T) {
	w := world(t, nil)
	p := providertest.SAML(w, w.Acme, idp.Config{Flavour: idp.Entra}, nil)
	w.Person(w.Acme, "ann@acme.example", "Ann", "Arbor", "admin")
	ann, bob := p.Hire("Ann", "Arbor", "ann@acme.example"), p.Hire("Bob", "Burr", "bob@acme.example")
	v := w.Stranger()
	leads(t, "the first sign-in", p.Comes(v, ann), "/w/acme/")
	leads(t, "one whose role opens nothing here", p.Comes(w.Stranger(), bob), "/account")
	wants(t, "the own account", v.Get("/account/sessions"), 200, "by single sign-on")
	leads(t, "another workspace", w.Stranger().Get("/w/globex/"), "/login?to=%2Fw%2Fglobex%2F")
	wants(t, "another workspace, signed in", v.Get("/w/globex/"), 404)

	deep := w.Stranger()
	leads(t, "a deep link", p.Answers(deep, deep.Get("/sso/acme?to="+url.QueryEscape("/account/security")), ann), "/account/security")
	away := w.Stranger()
	leads(t, "a link to elsewhere", p.Answers(away, away.Get("/sso/acme?to="+url.QueryEscape("//evil.example/")), ann), "/w/acme/")
}

func TestW12_AnAnswerIsTakenFromTheBrowserThatAskedAndOnce(t *testing.T) {
	w := world(t, nil)
	p := providertest.SAML(w, w.Acme, idp.Config{Flavour: idp.Okta}, nil)
	ann := p.Hire("Ann", "Arbor", "ann@acme.example")
	v := w.Stranger()
	post, err := p.Answer(v.Get("/sso/acme").Location, ann)
	must(t, err)
	wants(t, "another browser", providertest.Bring(w.Stranger(), post), 403, "Begin and finish in the same browser")
	leads(t, "the browser that asked", providertest.Bring(v, post), "/account")
	codeOf(t, "the same answer once more", providertest.Bring(v, post))

	one, other := v.Get("/sso/acme"), v.Get("/sso/acme")
	leads(t, "the first of two tabs", p.Answers(v, one, ann), "/account")
	leads(t, "the second of two tabs", p.Answers(v, other, ann), "/account")
}

func TestW11_AResponseThatNobodyAskedForBeginsAFreshSignInAndNoLoop(t *testing.T) {
	w := world(t, consoletest.Load(t, "webwork"))
	p := providertest.SAML(w, w.Acme, idp.Config{Flavour: idp.Okta}, func(o *identity.SignOn) { o.Unasked = true })
	ann := p.Hire("Ann", "Arbor", "ann@acme.example")
	v := w.Stranger()
	tile, err := p.Unasked(ann, p.Addresses.EntityID)
	must(t, err)
	asked := providertest.Bring(v, tile)
	if to := providertest.Sent(asked); asked.Status != 200 || !strings.HasPrefix(to, p.SSOURL()+"?SAMLRequest=") {
		t.Fatalf("a click on the tile leads to %d %s: %s", asked.Status, to, text(asked.Body))
	}
	wants(t, "the page before the answer", v.Get("/account"), 303)
	leads(t, "the answer", p.Answers(v, asked, ann), "/account")
	tile, err = p.Unasked(ann, p.Addresses.EntityID)
	must(t, err)
	again := providertest.Bring(v, tile)
	if got := codeOf(t, "a second click at once", again); !strings.HasPrefix(got, "P21-") {
		t.Errorf("a second click at once is refused by %s", got)
	}

	closed := world(t, nil)
	q := providertest.SAML(closed, closed.Acme, idp.Config{Flavour: idp.Okta}, nil)
	bob := q.Hire("Bob", "Burr", "bob@acme.example")
	tile, err = q.Unasked(bob, q.Addresses.EntityID)
	must(t, err)
	a := providertest.Bring(closed.Stranger(), tile)
	wants(t, "where the product does not allow it", a, 403, "Sign in from our sign-in page")
	if got := codeOf(t, "where the product does not allow it", a); !strings.HasPrefix(got, "P03-") {
		t.Errorf("it is refused by %s", got)
	}
}

func TestW18_TheFixedPageFindsTheProviderByTheAddress(t *testing.T) {
	w := world(t, consoletest.Load(t, "webwork"))
	p := providertest.SAML(w, w.Acme, idp.Config{Flavour: idp.Okta}, nil)
	w.Person(w.Acme, "ann@acme.example", "Ann", "Arbor", "employee")
	wants(t, "the sign-in page", w.Stranger().Get("/login"), 200, `href="/login/sso">`, "Sign in with Okta")
	wants(t, "the fixed page", w.Stranger().Get("/login/sso"), 200, "Okta email address", "Sign in with Okta")
	a := w.Stranger().Post("/login/sso", "address", "ann@acme.example")
	if to := providertest.Sent(a); a.Status != 200 || !strings.HasPrefix(to, p.SSOURL()+"?SAMLRequest=") {
		t.Errorf("the address leads to %d %s: %s", a.Status, to, text(a.Body))
	}
	w.Person(w.Globex, "gus@globex.example", "Gus", "Globex", "owner")
	unknown, without := w.Stranger().Post("/login/sso", "address", "eve@evil.example"), w.Stranger().Post("/login/sso", "address", "gus@globex.example")
	wants(t, "an address that nobody has", unknown, 422, "No single sign-on is set up for this address")
	if a, b := steady(unknown.Body, "eve@evil.example"), steady(without.Body, "gus@globex.example"); a != b {
		t.Errorf("one who is known and has no provider is told apart: %s\n%s", a, b)
	}
	wants(t, "no address", w.Stranger().Post("/login/sso", "address", "ann"), 422, "is not an e-mail address")
}

func TestAnAddressOfSeveralWorkspacesNamesNoneBeforeSomebodyHasSignedIn(t *testing.T) {
	w := world(t, nil)
	okta := providertest.SAML(w, w.Acme, idp.Config{Flavour: idp.Okta}, nil)
	providertest.SAML(w, w.Globex, idp.Config{Flavour: idp.Entra}, nil)
	for _, ws := range []identity.Workspace{w.Acme, w.Globex} {
		_, err := w.Directory.Add(t.Context(), directory.Caller{Workspace: ws.ID, Origin: w.Operator}, directory.Newcomer{Address: "ann@acme.example", GivenName: "Ann", FamilyName: "Arbor"})
		must(t, err)
	}
	a := w.Stranger().Post("/login/sso", "address", "ann@acme.example")
	wants(t, "two makes", a, 200, "Continue with Okta", "Continue with Microsoft")
	lacks(t, "two makes", a, "Acme", "Globex", "acme<", `"acme"`, "globex")
	a = w.Stranger().Post("/login/sso", "address", "ann@acme.example", "connection", string(okta.Connection.ID))
	if to := providertest.Sent(a); !strings.HasPrefix(to, okta.SSOURL()) {
		t.Errorf("the button leads to %s", to)
	}
	providertest.SAML(w, w.Globex, idp.Config{Flavour: idp.Okta}, nil)
	a = w.Stranger().Post("/login/sso", "address", "ann@acme.example")
	wants(t, "makes that cannot be told apart", a, 200, "Type the Workspace ID")
	lacks(t, "makes that cannot be told apart", a, "Continue with", "Acme", "Globex")
	wants(t, "the providers of one workspace", w.Stranger().Get("/sso/globex"), 200, "How do you sign in?", "/sso/globex?connection=con_")
}

func TestT12_WhoIsRefusedReadsACodeAndWhomToAskAndNoCause(t *testing.T) {
	w := world(t, nil)
	p := providertest.SAML(w, w.Acme, idp.Config{Flavour: idp.Entra}, func(o *identity.SignOn) { o.JustInTime = "off" })
	stranger := p.Hire("Eve", "Else", "eve@elsewhere.example")
	a := p.Comes(w.Stranger(), stranger)
	got := codeOf(t, "somebody whom nobody provisioned", a)
	wants(t, "somebody whom nobody provisioned", a, 403, "You could not be signed in", "your account administrator", "Acme", `href="/sso/acme"`, "/login/recovery-code")
	lacks(t, "somebody whom nobody provisioned", a, "eve@elsewhere.example", "Expected", "just-in-time", "NameID")

	olga := w.Person(w.Acme, "olga@acme.example", "Olga", "Berg", "owner")
	told := olga.Get("/w/acme/activity/explain?code=" + strings.ToLower(got))
	wants(t, "the code in small letters", told, 200, "Nobody here is the person whom the provider vouches for", "Step by step", "The response came", "Users and groups", "e…@elsewhere.example")
	lacks(t, "the code, explained", told, "eve@elsewhere.example")
	wants(t, "the list of sign-ins", olga.Get("/w/acme/activity/signins?outcome=refused"), 200, got, "Microsoft Entra ID")
	wants(t, "the list of those that went well", olga.Get("/w/acme/activity/signins?outcome=good"), 200, "Nothing matches")
	gus := w.Person(w.Globex, "gus@globex.example", "Gus", "Globex", "owner")
	wants(t, "the code in another workspace", gus.Get("/w/globex/activity/explain?code="+got), 422, "No such code is kept here")
}

func TestT29_WhoIsNotAssignedGetsInOnlyWhereTheSettingSaysSo(t *testing.T) {
	for _, c := range []struct {
		setting string
		want    int
	}{{"off", 403}, {"on", 303}} {
		w := world(t, nil)
		p := providertest.SAML(w, w.Acme, idp.Config{Flavour: idp.Okta}, func(o *identity.SignOn) { o.JustInTime = c.setting })
		a := p.Comes(w.Stranger(), p.Hire("Ann", "Arbor", "ann@acme.example"))
		if a.Status != c.want {
			t.Errorf("just-in-time %s: %d: %s", c.setting, a.Status, text(a.Body))
		}
		m, found, err := w.Store.Read(w.Acme.ID).MemberByAddress(t.Context(), "ann@acme.example")
		must(t, err)
		if found != (c.want == 303) {
			t.Errorf("just-in-time %s: %v %v", c.setting, found, m)
		}
	}
}

func TestT13_WhoSignsInThroughTheProviderHasNoPasswordAndIsToldWhy(t *testing.T) {
	w := world(t, nil)
	p := providertest.SAML(w, w.Acme, idp.Config{Flavour: idp.Entra}, nil)
	ann, bob := w.Person(w.Acme, "ann@acme.example", "Ann", "Arbor", "member"), w.Person(w.Acme, "bob@acme.example", "Bob", "Burr", "member")
	leads(t, "the provider", p.Comes(w.Stranger(), p.Hire("Ann", "Arbor", "ann@acme.example")), "/account")
	wants(t, "Ann's session of before", ann.Get("/account"), 303)
	a := w.Stranger().Post("/login", "address", "ann@acme.example", "password", consoletest.Password)
	wants(t, "Ann's password", a, 403, "single sign-on", `href="/login/sso"`)
	wants(t, "Ann with a wrong password", w.Stranger().Post("/login", "address", "ann@acme.example", "password", "wrong words here"), 401, "is wrong")
	wants(t, "Bob's session", bob.Get("/account"), 200)
	leads(t, "Bob's password", w.Stranger().Post("/login", "address", "bob@acme.example", "password", consoletest.Password), "/")
}

func TestK13_WhatSignOnChangesOfSomebodyStandsInTheHistory(t *testing.T) {
	w := world(t, consoletest.Load(t, "tracktik"))
	p := providertest.SAML(w, w.Acme, idp.Config{Flavour: idp.Entra}, nil)
	olga := w.Person(w.Acme, "olga@acme.example", "Olga", "Berg", "administrator")
	m, err := w.Directory.Add(t.Context(), directory.Caller{Workspace: w.Acme.ID, Origin: w.Operator}, directory.Newcomer{Address: "ann@acme.example", GivenName: "Ann", FamilyName: "Arbor"})
	must(t, err)
	if a := p.Comes(w.Stranger(), p.Hire("Ann", "Arbor", "ann@acme.example")); a.Status != 303 {
		t.Fatalf("%d: %s", a.Status, text(a.Body))
	}
	wants(t, "the history", olga.Get("/w/acme/members/"+string(m.ID)+"/history"), 200,
		"Ann Arbor signs in through the identity provider from now on", "sign-in", "req_")
	wants(t, "the sessions", olga.Get("/w/acme/members/"+string(m.ID)+"/sessions"), 200, "single sign-on (SAML)", "/w/acme/activity/signins?member="+string(m.ID))
	wants(t, "the sign-ins of Ann", olga.Get("/w/acme/activity/signins?member="+string(m.ID)), 200, "Ann Arbor", "Signed in", "OK-")
	lacks(t, "the sign-ins of Olga", olga.Get("/w/acme/activity/signins?member="+string(olga.Member.ID)), "OK-")
}

func TestAnOwnerShowsTheOldCredentialOnceBeforeTheProviderIsBelieved(t *testing.T) {
	w := world(t, nil)
	p := providertest.SAML(w, w.Acme, idp.Config{Flavour: idp.Entra}, nil)
	w.Person(w.Acme, "olga@acme.example", "Olga", "Berg", "owner")
	olga := p.Hire("Olga", "Berg", "olga@acme.example")
	v := w.Stranger()
	a := p.Comes(v, olga)
	wants(t, "the first sign-in", a, 200, "Show once that it is you", `action="/login/proof"`)
	ticket := hidden.FindStringSubmatch(a.Body)
	if ticket == nil {
		t.Fatal("there is no ticket on the page")
	}
	wants(t, "before the proof", v.Get("/account"), 303)
	wants(t, "another browser", w.Stranger().Post("/login/proof", "proof", ticket[1], "password", consoletest.Password), 401)
	wants(t, "a wrong password", v.Post("/login/proof", "proof", ticket[1], "password", "wrong words here"), 401, "Show once that it is you")
	leads(t, "the password", v.Post("/login/proof", "proof", ticket[1], "password", consoletest.Password), "/w/acme/")
	leads(t, "the next sign-in", p.Comes(w.Stranger(), olga), "/w/acme/")
	wants(t, "the password alone", w.Stranger().Post("/login", "address", "olga@acme.example", "password", consoletest.Password), 403, "single sign-on")
}

func TestARecoveryCodeLetsAnOwnerInWhenTheProviderDoesNot(t *testing.T) {
	w := world(t, nil)
	olga := w.Person(w.Acme, "olga@acme.example", "Olga", "Berg", "owner")
	o := w.Operator
	o.Actor = identity.Actor{Kind: identity.ActorMember, ID: string(olga.Member.ID)}
	codes, err := w.SignIn.IssueRecoveryCodes(t.Context(), w.Acme.ID, o)
	must(t, err)
	v := w.Stranger()
	wants(t, "the page", v.Get("/login/recovery-code"), 200, "Recovery code", "Workspace ID")
	wants(t, "a wrong code", v.Post("/login/recovery-code", "workspace", "acme", "address", "olga@acme.example", "code", "nonsense"), 401, `value="olga@acme.example"`)
	leads(t, "a code", v.Post("/login/recovery-code", "workspace", "acme", "address", "olga@acme.example", "code", codes[0]), "/")
	wants(t, "the workspace", v.Get("/w/acme/"), 200)
	wants(t, "the code once more", w.Stranger().Post("/login/recovery-code", "workspace", "acme", "address", "olga@acme.example", "code", codes[0]), 401)
}
