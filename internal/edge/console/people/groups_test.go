package people_test

import (
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/edge/console/consoletest"
	"github.com/anteroom-id/anteroom/internal/product"
)

func TestP09_K14_K16_AGroupBecomesARole(t *testing.T) {
	w := newWorld(t, nil)
	d := w.idp(w.Acme)
	want(t, w.ada.Get("/w/acme/groups"), 200, "Users & Groups", "No groups yet", "in your identity provider")
	maria := d.person("Maria", "Rossi", "")
	night, day := d.group("Night shift", maria), d.group("Day shift", maria)
	want(t, w.ada.Get("/w/acme/groups"), 200, "Night shift", "Day shift", "1 member", "no role", "just now")
	page := w.ada.Get("/w/acme/groups/" + night)
	want(t, page, 200, "Maria Rossi", "Manages members, groups, roles and connections.", "last push just now")
	old := versionOf(t, page.Body)
	next := done(w.ada, w.ada.Post("/w/acme/groups/"+night, "version", old, "role", "admin"), "is Administrator from now on")
	want(t, w.ada.Get("/w/acme/members/"+w.memberOf(w.Acme, maria)+"/access"), 200, "Administrator", "by group", "Night shift", "Counts")
	want(t, w.ada.Post("/w/acme/groups/"+day, "version", old, "role", "member"), 409, "has changed this table", `value="member" checked`)
	done(w.ada, w.ada.Post("/w/acme/groups/"+day, "version", versionOf(t, next.Body), "role", "member"), "is Member from now on")
	list := w.ada.Get("/w/acme/groups")
	want(t, list, 200, "Which group counts first", "who is in several of these groups has that of the first")
	moved := done(w.ada, w.ada.Post("/w/acme/groups/order", "version", versionOf(t, list.Body), "group", night, "group", day, "down", night), "of the first one from now on")
	if strings.LastIndex(moved.Body, "Day shift") > strings.LastIndex(moved.Body, "Night shift") {
		t.Error("the order did not change")
	}
	want(t, w.ada.Get("/w/acme/members/"+w.memberOf(w.Acme, maria)+"/access"), 200, "Member comes first, and one role may be held")
	want(t, w.ada.Post("/w/acme/groups/order", "version", versionOf(t, list.Body), "group", night, "group", day, "down", night), 409, "has changed this table")
	want(t, w.ada.Post("/w/acme/groups/order", "version", versionOf(t, moved.Body), "group", night), 409)
	last := w.ada.Get("/w/acme/groups/" + day)
	done(w.ada, w.ada.Post("/w/acme/groups/"+day, "version", versionOf(t, last.Body), "role", ""), "gives no role any more")
	want(t, w.gil.Get("/w/globex/groups"), 200, "!Night shift")
}

func TestAGroupMakesNobodyAnOwner(t *testing.T) {
	w := newWorld(t, nil)
	night := w.idp(w.Acme).group("Night shift")
	page := w.ada.Get("/w/acme/groups/" + night)
	want(t, page, 200, `value="owner" disabled`, "Nobody is in it")
	want(t, w.ada.Post("/w/acme/groups/"+night, "version", versionOf(t, page.Body), "role", "owner"), 403, "give it by hand")
	want(t, w.ada.Post("/w/acme/groups/"+night, "version", versionOf(t, page.Body), "role", "emperor"), 422, "choose one of those listed")
	want(t, w.ada.Get("/w/acme/groups/none"), 404)
}

func TestK18_WhoIsNamedBeforeBeingKnownIsListed(t *testing.T) {
	w := newWorld(t, nil)
	d := w.idp(w.Acme)
	night := d.group("Night shift", d.person("Maria", "Rossi", ""), "x-late.comer")
	want(t, w.ada.Get("/w/acme/groups/"+night), 200, "Named by the directory, not known yet", "x-late.comer", "1 member")
	d.person("Late", "Comer", "")
	want(t, w.ada.Get("/w/acme/groups/"+night), 200, "Late Comer", "!not known yet")
}

func TestK15_AGroupIsARoleWhereTheProductSaysSo(t *testing.T) {
	p := consoletest.Load(t, "tracktik")
	p.SCIM.Form, p.SCIM.Host = product.FormToken, ""
	w := newWorld(t, p)
	d := w.idp(w.Acme)
	guard := d.group("Guard", d.person("Maria", "Rossi", ""))
	want(t, w.ada.Get("/w/acme/groups"), 200, "Guard", "a role of its own", "1 employee")
	want(t, w.ada.Get("/w/acme/groups/"+guard), 200, "by the name of the group", "Maria Rossi", "Guard <span")
}

func TestE10_WhereGroupsAreOffThereIsNoPageForThem(t *testing.T) {
	w := newWorld(t, consoletest.Load(t, "timeneye"))
	want(t, w.ada.Get("/w/acme/members"), 200, `!href="/w/acme/groups"`)
	p := product.Default()
	p.SCIM.Groups = product.GroupsOff
	off := newWorld(t, p)
	locked := false // the plan does not matter where there is nothing to unlock
	if err := off.Directory.SetEntitlement(t.Context(), off.Acme.ID, product.FeatureGroups, &locked, off.Operator); err != nil {
		t.Fatal(err)
	}
	want(t, off.ada.Get("/w/acme/groups"), 404, "!is not part of your plan")
	want(t, off.ada.Post("/w/acme/groups/order"), 404)
	want(t, off.ada.Get("/w/acme/members"), 200, `!href="/w/acme/groups"`)
}
