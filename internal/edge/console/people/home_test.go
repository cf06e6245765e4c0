package people_test

import (
	"testing"

	"github.com/anteroom-id/anteroom/internal/edge/console/consoletest"
)

func TestT18_HomeSaysWhatToDoFirstAndThenHowThingsAre(t *testing.T) {
	w := newWorld(t, nil)
	want(t, w.ada.Get("/w/acme/"), 200, "What to do first", "/w/acme/settings/sso", "Nothing received yet", "no directory is connected yet", "!Requests per hour")
	d := w.idp(w.Acme)
	want(t, w.ada.Get("/w/acme/"), 200, "Token expires", "in 364 days", "What to do first")
	d.person("Maria", "Rossi", "")
	d.send("GET", "/Users/none", "", 404)
	d.send("POST", "/Users", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"maria.rossi@acme.example"}`, 409)
	d.send("GET", "/Users?filter=userName%20eq%20%22x%22", "", 200) // what is only read is written along with the next
	w.waitFor(func() bool { return contains(w.ada.Get("/w/acme/").Body, "409") })
	want(t, w.ada.Get("/w/acme/"), 200, "!What to do first", "Requests per hour", "Maria Rossi", "arrived", "<svg", "2 taken",
		"Needs attention", "Change it for one of them", "just now", "things need attention")
	want(t, w.gil.Get("/w/globex/"), 200, "What to do first", "!Maria", "!409")
}

func TestHomeTellsOfOwnersWhoseChangeIsHeldAndOfParkedMembers(t *testing.T) {
	w := newWorld(t, nil)
	d := w.idp(w.Acme)
	owner := string(w.ada.Member.ResourceID)
	d.patch(owner, `{"op":"replace","path":"userName","value":"other@acme.example"}`)
	d.group("Night shift", d.person("Maria", "Rossi", ""), "nobody-yet")
	want(t, w.ada.Get("/w/acme/"), 200, "Ada Lovelace", "is an owner, and the directory asks for a change", "1 member named in groups before they exist")
	want(t, w.gil.Get("/w/globex/"), 200, "!is an owner")
}

func TestK10_HomeSpeaksTheProductsWords(t *testing.T) {
	w := newWorld(t, consoletest.Load(t, "tracktik"))
	want(t, w.ada.Get("/w/acme/"), 200, "1 active employee", "inactive employees take none", "!member<")
}

func TestHomeTellsNothingOfTheLogToWhomTheLogIsClosed(t *testing.T) {
	w := newWorld(t, consoletest.Load(t, "trackingtime"))
	viewer := w.Person(w.Acme, "eve@acme.example", "Eve", "Low", "project-manager")
	push := w.idp(w.Acme)
	push.send("PATCH", "/Users/nobody", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"title","value":"x"}]}`, 404)
	push.person("Maria", "Rossi", "") // a write, after which what was deferred is there
	want(t, w.ada.Get("/w/acme/"), 200, "What changed last", "Maria Rossi", "Needs attention")
	want(t, viewer.Get("/w/acme/"), 200, "Requests per hour", "!What changed last", "!Maria Rossi", "!Needs attention")
}
