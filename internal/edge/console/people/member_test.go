package people_test

import (
	"context"
	"net/netip"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/account"
	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/edge/console/consoletest"
)

func TestE28_WhatTheDirectoryManagesIsReadOnlyAndNamed(t *testing.T) {
	w := newWorld(t, nil)
	d := w.idp(w.Acme)
	id := d.person("Maria", "Rossi", "")
	at := "/w/acme/members/" + w.memberOf(w.Acme, id)
	page := w.ada.Get(at)
	want(t, page, 200, "Maria Rossi", "Managed by", "would overwrite a change made here at its next cycle", `name="title"`, `name="microsoftId"`,
		`!name="name.givenName"`, `!name="emails"`, `!name="role"`, "x-maria.rossi")
	v := versionOf(t, page.Body)
	want(t, w.ada.Post(at, "version", v, "name.givenName", "Mallory"), 403, "manages this; change it there")
	done(w.ada, w.ada.Post(at, "version", v, "title", "Engineer"), "Saved.")
	want(t, w.ada.Get(at), 200, `value="Engineer"`)
	d.patch(id, `{"op":"replace","path":"title","value":"Director"}`)
	want(t, w.ada.Get(at), 200, "Director", `!name="title"`)
}

func TestAProfileThatNoDirectoryManagesIsEdited(t *testing.T) {
	w := newWorld(t, nil)
	at := "/w/acme/members/" + string(w.ada.Member.ID)
	page := w.ada.Get(at)
	want(t, page, 200, "No directory manages this member", `data-guard`)
	v := versionOf(t, page.Body)
	for name, c := range map[string]struct {
		field, value string
		status       int
		say          string
	}{
		"no address": {"emails", "nonsense", 422, "is not an e-mail address"},
		"too long":   {"title", strings.Repeat("x", 1001), 422, "at most 1,000 characters"},
		"two lines":  {"title", "a\nb", 422, "on one line"},
	} {
		t.Run(name, func(t *testing.T) {
			want(t, w.ada.Post(at, "version", v, c.field, c.value, "displayName", "Kept as typed"), c.status, c.say, `value="Kept as typed"`)
		})
	}
	done(w.ada, w.ada.Post(at, "version", v, "name.givenName", "Augusta", "title", "Countess"), "Saved.")
	want(t, w.ada.Get(at), 200, `value="Augusta"`, `value="Countess"`)
	want(t, w.ada.Post(at, "version", v, "title", "Mathematician"), 409, "or the directory, has changed", `value="Mathematician"`, "Stored now: Countess")
	want(t, w.ada.Forged(at), 403, "sent from another site")
	want(t, w.ada.Post(at, "version", "x", "title", "No"), 409)
}

func TestP21_E25_T28_RolesAreChosenByTheirHintsAndShowWhereTheyCameFrom(t *testing.T) {
	w := newWorld(t, nil)
	d := w.idp(w.Acme)
	id := d.person("Maria", "Rossi", "")
	at := "/w/acme/members/" + w.memberOf(w.Acme, id) + "/access"
	page := w.ada.Get(at)
	want(t, page, 200, "Works in the product.", "Manages members, groups, roles and connections.", "default", "Counts", "What outranks what: group, app role")
	next := done(w.ada, w.ada.Post(at, "version", versionOf(t, page.Body), "role", "admin"), "It counts from now on")
	want(t, next, 200, "by hand", "Does not count", "outranked by Administrator, by hand")
	want(t, w.ada.Post(at, "version", versionOf(t, page.Body), "role", "member"), 409, "has changed this member", `value="member" checked`)
	d.patch(id, `{"op":"replace","path":"role","value":"member"}`)
	page = w.ada.Get(at)
	want(t, page, 200, "from ", "outranked by Member, from")
	next = done(w.ada, w.ada.Post(at, "version", versionOf(t, page.Body), "role", ""), "Withdrawn. What counts now is Member")
	want(t, next, 200, `!<span class="tag">by hand`)
	want(t, w.ada.Post(at, "version", versionOf(t, next.Body), "role", "emperor"), 422, "emperor", "choose one of those listed")
}

func TestNobodyGivesRightsThatTheyDoNotHave(t *testing.T) {
	w := newWorld(t, nil)
	admin := w.Person(w.Acme, "bo@acme.example", "Bo", "Admin", "admin")
	maria := "/w/acme/members/" + w.memberOf(w.Acme, w.idp(w.Acme).person("Maria", "Rossi", ""))
	v := versionOf(t, admin.Get(maria+"/access").Body)
	want(t, admin.Post(maria+"/access", "version", v, "role", "owner"), 403, "rights that you do not have")
	owner := "/w/acme/members/" + string(w.ada.Member.ID)
	for _, act := range []string{"", "/access", "/deactivate", "/restore"} {
		want(t, admin.Post(owner+act, "version", "1", "role", "member", "title", "x"), 403, "rights that you do not have")
	}
	want(t, admin.Get(owner+"/access"), 200, "!Deactivate this member", "!Save role")
	own := "/w/acme/members/" + string(admin.Member.ID)
	want(t, admin.Get(own+"/access"), 200, "!Deactivate this member")
	want(t, admin.Post(own+"/deactivate", "version", "2"), 403, "ou cannot deactivate yourself")
	lone := w.ada.Get(owner + "/access")
	want(t, w.ada.Post(owner+"/access", "version", versionOf(t, lone.Body), "role", "member"), 403, "last owner")
}

func TestT24_E12_SomebodyIsTakenOutAndBroughtBack(t *testing.T) {
	w := newWorld(t, consoletest.Load(t, "trackingtime"))
	maria := w.Person(w.Acme, "maria@acme.example", "Maria", "Rossi", w.Product.Roles.Default)
	at := "/w/acme/members/" + string(maria.Member.ID)
	want(t, w.ada.Get(at+"/access"), 200, "Archive this ")
	ask := w.ada.Get(at + "/deactivate")
	want(t, ask, 200, "Archive Maria Rossi?", "Maria Rossi loses access now: 1 session ends", "2 are taken now", "Everything known stays")
	next := done(w.ada, w.ada.Post(at+"/deactivate", "version", versionOf(t, ask.Body)), "Maria Rossi is archived now")
	want(t, next, 200, "takes no seat", "Restore")
	want(t, w.ada.Get("/w/acme/members?tab=inactive"), 200, "Maria Rossi", "Archived")
	if a := maria.Get("/w/acme/"); a.Status != 404 && a.Status != 303 {
		t.Errorf("the session of who was archived answers %d", a.Status)
	}
	want(t, w.ada.Get(at+"/sessions"), 200, "Not signed in now")
	want(t, w.ada.Post(at+"/restore", "version", "1"), 409, "has changed this")
	done(w.ada, w.ada.Post(at+"/restore", "version", versionOf(t, next.Body)), "Maria Rossi is back")
	want(t, w.ada.Get("/w/acme/members"), 200, "Maria Rossi")
}

func TestT24_WhoWasDeletedByTheDirectoryIsBroughtBack(t *testing.T) {
	w := newWorld(t, nil)
	d := w.idp(w.Acme)
	id := d.person("Maria", "Rossi", "")
	at := "/w/acme/members/" + w.memberOf(w.Acme, id)
	d.send("DELETE", "/Users/"+id, "", 204)
	page := w.ada.Get(at + "/access")
	want(t, page, 200, "gets a new SCIM id")
	done(w.ada, w.ada.Post(at+"/restore", "version", versionOf(t, page.Body)), "is back")
	want(t, w.ada.Get(at), 200, "managed by hand", `name="name.givenName"`)
}

func TestWhatADirectoryAsksOfAnOwnerIsAcceptedOrRefused(t *testing.T) {
	w := newWorld(t, nil)
	d := w.idp(w.Acme)
	at := "/w/acme/members/" + string(w.ada.Member.ID)
	ask := func() consoletest.Answer {
		d.patch(string(w.ada.Member.ResourceID), `{"op":"replace","path":"userName","value":"countess@acme.example"}`)
		page := w.ada.Get(at + "/access")
		want(t, page, 200, "The directory asks for a change", "User name: countess@acme.example")
		return page
	}
	page := ask()
	want(t, w.ada.Post(at+"/held", "version", versionOf(t, page.Body), "answer", "perhaps"), 422, "hoose Accept or Refuse")
	done(w.ada, w.ada.Post(at+"/held", "version", versionOf(t, page.Body), "answer", "refuse"), "Refused.")
	want(t, w.ada.Get(at+"/access"), 200, "!The directory asks")
	page = ask()
	done(w.ada, w.ada.Post(at+"/held", "version", versionOf(t, page.Body), "answer", "accept"), "Accepted.")
	want(t, w.ada.Get(at), 200, "countess@acme.example")
	want(t, w.ada.Post(at+"/held", "version", versionOf(t, page.Body), "answer", "accept"), 409)
}

func TestP19_P20_TheWaysInFollowFromTheRole(t *testing.T) {
	w := newWorld(t, consoletest.Load(t, "platform"))
	d := w.idp(w.Acme)
	open, closed := `Open</span><div>web portal`, `Closed</span><div>web portal`
	app := "/w/acme/members/" + w.memberOf(w.Acme, d.person("Maria", "Rossi", ""))
	want(t, w.ada.Get(app+"/access"), 200, `Open</span><div>mobile app`, closed, "Opens: mobile app, web portal", "Access Roles")
	web := "/w/acme/members/" + w.memberOf(w.Acme, d.person("Uwe", "User", `,"urn:ietf:params:scim:schemas:core:2.0:User":{"role":"User"}`))
	want(t, w.ada.Get(web+"/access"), 200, open)
}

func TestK13_HistoryTellsEveryChange(t *testing.T) {
	w := newWorld(t, nil)
	d := w.idp(w.Acme)
	id := d.person("Maria", "Rossi", "")
	at := "/w/acme/members/" + w.memberOf(w.Acme, id)
	d.patch(id, `{"op":"replace","path":"title","value":"Engineer"}`)
	d.patch(id, `{"op":"replace","path":"title","value":"Director"}`)
	d.patch(id, `{"op":"replace","path":"active","value":false}`)
	page := w.ada.Get(at + "/access")
	done(w.ada, w.ada.Post(at+"/restore", "version", versionOf(t, page.Body)), "is back")
	changes, err := w.Store.Read(w.Acme.ID).ChangesOf(context.Background(), at[strings.LastIndex(at, "/")+1:], 10)
	if err != nil || len(changes) < 5 {
		t.Fatal(changes, err)
	}
	texts := []string{"Maria Rossi arrived", "Job title of Maria Rossi changed", "<del>Engineer</del>", "<ins>Director</ins>", "Maria Rossi is inactive now", "Maria Rossi is active again", "provisioning", "console", "Ada Lovelace", "the directory"}
	for _, c := range changes {
		texts = append(texts, string(c.RequestID))
	}
	want(t, w.ada.Get(at+"/history"), 200, texts...)
	want(t, w.ada.Get(at+"/history?before=2"), 200, "!is active again")
	want(t, w.ada.Get(at+"/history?before=x"), 404)
}

func TestHistoryGoesOnPageByPage(t *testing.T) {
	w := newWorld(t, nil)
	d := w.idp(w.Acme)
	id := d.person("Maria", "Rossi", "")
	for i := range 30 {
		d.patch(id, `{"op":"replace","path":"title","value":"Title `+strings.Repeat("i", i+1)+`"}`)
	}
	at := "/w/acme/members/" + w.memberOf(w.Acme, id) + "/history"
	first := w.ada.Get(at)
	want(t, first, 200, `rel="next"`, "!Maria Rossi arrived")
	_, rest, _ := strings.Cut(first.Body, `<nav class="pager"`)
	_, rest, _ = strings.Cut(rest, `href="`)
	href, _, _ := strings.Cut(rest, `"`)
	want(t, w.ada.Get(href), 200, "Maria Rossi arrived", `rel="prev"`)
}

func TestSessionsOfAMemberAreThoseThatReachThisWorkspace(t *testing.T) {
	w := newWorld(t, nil)
	want(t, w.ada.Get("/w/acme/members/"+string(w.ada.Member.ID)+"/sessions"), 200, "Test", "invitation", "192.0.2.1")
	maria := w.memberOf(w.Acme, w.idp(w.Acme).person("Maria", "Rossi", ""))
	want(t, w.ada.Get("/w/acme/members/"+maria+"/sessions"), 200, "Has never signed in here")
}

func TestSessionsOfAMemberAreEndedByWhoManagesMembers(t *testing.T) {
	w := newWorld(t, nil)
	admin := w.Person(w.Acme, "bo@acme.example", "Bo", "Admin", "admin")
	maria := w.Person(w.Acme, "maria@acme.example", "Maria", "Rossi", "admin")
	at := "/w/acme/members/" + string(maria.Member.ID) + "/sessions"
	want(t, admin.Get(at), 200, "End all sessions", "Maria Rossi is signed out of this workspace in every browser now")
	next := done(admin, admin.Post(at+"/end"), "Maria Rossi is signed out of this workspace everywhere")
	want(t, next, 200, "Not signed in now", "!End all sessions")
	if a := maria.Get("/w/acme/"); a.Status != 303 && a.Status != 404 {
		t.Errorf("the session still reaches the workspace: %d", a.Status)
	}
	want(t, admin.Get("/w/acme/members/"+string(maria.Member.ID)+"/history"), 200, "Maria Rossi was signed out everywhere", "Bo Admin")

	owner := "/w/acme/members/" + string(w.ada.Member.ID) + "/sessions"
	want(t, admin.Get(owner), 200, "!End all sessions")
	want(t, admin.Post(owner+"/end"), 403, "rights that you do not have")
	want(t, w.ada.Get("/w/acme/"), 200)
	own := "/w/acme/members/" + string(admin.Member.ID) + "/sessions"
	want(t, admin.Get(own), 200, "!End all sessions")
	want(t, admin.Post(own+"/end"), 403, "in your own account")
	second := w.Person(w.Acme, "olga@acme.example", "Olga", "Berg", ownerOf(w.Product))
	done(w.ada, w.ada.Post("/w/acme/members/"+string(second.Member.ID)+"/sessions/end"), "Olga Berg is signed out")

	pushed := "/w/acme/members/" + w.memberOf(w.Acme, w.idp(w.Acme).person("Uwe", "User", "")) + "/sessions"
	want(t, admin.Get(pushed), 200, "!End all sessions")
	done(admin, admin.Post(pushed+"/end"), "Nobody signs in as Uwe User, so there was nothing to end.")
	want(t, w.gil.Post("/w/globex/members/"+string(second.Member.ID)+"/sessions/end"), 404)
	want(t, admin.Forged(at+"/end"), 403, "sent from another site")
}

func TestWhereOthersAreSignedInIsForWhoManagesMembers(t *testing.T) {
	w := newWorld(t, consoletest.Load(t, "webwork"))
	viewer := w.Person(w.Acme, "eve@acme.example", "Eve", "Low", "project-manager")
	admin := w.Person(w.Acme, "bo@acme.example", "Bo", "Admin", "executive-manager")
	of := func(v *consoletest.Visitor) string { return "/w/acme/members/" + string(v.Member.ID) }
	want(t, viewer.Get(of(w.ada)), 200, "!Sessions &amp; devices")
	want(t, viewer.Get(of(w.ada)+"/sessions"), 403, "!192.0.2.1")
	want(t, viewer.Get(of(viewer)+"/sessions"), 200, "192.0.2.1")
	want(t, admin.Get(of(w.ada)+"/sessions"), 200, "192.0.2.1")
}

func TestASessionIsShownWhereItReachesAndNowhereElse(t *testing.T) {
	w := newWorld(t, nil)
	ctx := context.Background()
	if _, err := w.Accounts.Invite(ctx, w.Acme.ID, directory.Newcomer{Address: "gil@globex.example", GivenName: "Gil"}, w.Operator); err != nil {
		t.Fatal(err)
	}
	mails, err := w.Outbox.Read(ctx, "", 1)
	if err != nil {
		t.Fatal(err)
	}
	_, word, _ := strings.Cut(mails[0].Text, "/link/")
	browser := account.Client{Agent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", Remote: netip.MustParseAddr("192.0.2.9")}
	if _, err := w.Accounts.JoinWith(ctx, strings.Fields(word)[0], consoletest.Password, "", browser); err != nil {
		t.Fatal(err)
	}
	m, _, err := w.Store.Read(w.Acme.ID).MemberByAddress(ctx, "gil@globex.example")
	if err != nil {
		t.Fatal(err)
	}
	there, here := "/w/acme/members/"+string(m.ID), "/w/globex/members/"+string(w.gil.Member.ID)
	want(t, w.ada.Get(there+"/sessions"), 200, "Firefox on Linux", "192.0.2.9", "!/w/globex")
	ask := w.ada.Get(there + "/deactivate")
	done(w.ada, w.ada.Post(there+"/deactivate", "version", versionOf(t, ask.Body)), "is inactive now")
	want(t, w.ada.Get(there+"/sessions"), 200, "Not signed in now", "!Firefox")
	want(t, w.gil.Get(here+"/sessions"), 200, "Firefox on Linux", "!/w/acme")
}

// Every address of every page tells a stranger nothing, whether it exists or not.
func TestEveryRouteIsClosedToOtherWorkspacesAndToRolesWithoutTheRight(t *testing.T) {
	w := newWorld(t, nil)
	d := w.idp(w.Acme)
	maria := d.person("Maria", "Rossi", "")
	at := map[string]string{"{workspace}": "acme", "{$}": "", "{member}": w.memberOf(w.Acme, maria), "{group}": d.group("Night shift", maria)}
	plain := w.Person(w.Acme, "plain@acme.example", "Paul", "Plain", "member")
	admin := w.Person(w.Globex, "adm@globex.example", "Alma", "Admin", "admin")
	for _, r := range w.Routes() {
		method, path, _ := strings.Cut(r.Pattern, " ")
		for part, value := range at {
			path = strings.ReplaceAll(path, part, value)
		}
		send := func(v *consoletest.Visitor, path string) consoletest.Answer {
			if method == "GET" {
				return v.Get(path)
			}
			return v.Post(path, "version", "1")
		}
		t.Run(r.Pattern, func(t *testing.T) {
			want(t, send(plain, path), 403, "Your role does not allow this", "!Maria")
			foreign := send(admin, path)
			want(t, foreign, 404, "!Maria", "!Night shift")
			if strings.Contains(path, at["{member}"]) || strings.Contains(path, at["{group}"]) {
				inside := send(admin, strings.Replace(path, "/w/acme/", "/w/globex/", 1))
				want(t, inside, 404, "!Maria", "!Night shift")
			}
			if a := send(w.Stranger(), path); a.Status != 303 || !strings.HasPrefix(a.Location, "/login") {
				t.Errorf("a stranger gets %d %s", a.Status, a.Location)
			}
			if method == "POST" {
				want(t, w.ada.Forged(path), 403, "sent from another site")
			}
		})
	}
}
