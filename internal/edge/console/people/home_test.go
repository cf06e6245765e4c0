package people_test

import (
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/edge/console/consoletest"
	"github.com/anteroom-id/anteroom/internal/identity"
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

func TestHomeSaysThroughWhichConnectorPeopleSignInAndWhatOfItEndsSoon(t *testing.T) {
	w := newWorld(t, nil)
	want(t, w.ada.Get("/w/acme/"), 200, "Sign-on", "Not set up yet")
	c, err := w.Directory.AddConnection(t.Context(), w.Acme.ID, "oidc", "Head office", w.Operator)
	if err != nil {
		t.Fatal(err)
	}
	save := func(version int64, ends time.Duration) {
		t.Helper()
		_, err := w.SignIn.SaveSignOn(t.Context(), w.Acme.ID, c.ID, version, func(d *identity.SignOn) error {
			d.Enabled, d.Protocol = true, identity.OIDC
			d.OIDC = identity.OIDCSettings{
				Issuer: "https://idp.example", ClientID: "app", AuthURL: "https://idp.example/a", TokenURL: "https://idp.example/t", KeysURL: "https://idp.example/k",
				SecretExpires: time.Now().Add(ends),
			}
			return nil
		}, w.Operator)
		if err != nil {
			t.Fatal(err)
		}
	}
	save(0, 400*24*time.Hour)
	want(t, w.ada.Get("/w/acme/"), 200, "Head office", "members sign in through it", "!ends in")
	save(1, 6*24*time.Hour+time.Hour)
	want(t, w.ada.Get("/w/acme/"), 200, "The client secret ends in 6 days")
	want(t, w.gil.Get("/w/globex/"), 200, "!Head office", "Not set up yet")
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
