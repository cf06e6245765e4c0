package people_test

import (
	"testing"

	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/web/browsertest"
)

// seeded is a world in which there is something of everything.
func seeded(t *testing.T, p *product.Product) (w *world, maria, night string) {
	w = newWorld(t, p)
	d := w.idp(w.Acme)
	resource := d.person("Maria", "Rossi", `,"title":"Engineer","phoneNumbers":[{"type":"mobile","value":"+39 06 5550 1"}]`)
	var members []string
	for _, n := range [][2]string{{"Zoë", "Öhman"}, {"Nguyễn", "Văn"}, {"Jo", "Kim"}, {"Björn", "Åkesson"}, {"Maximiliana-Theodora", "Wolkenstein-Trostburg"}} {
		members = append(members, d.person(n[0], n[1], ""))
	}
	d.patch(members[2], `{"op":"replace","path":"active","value":false}`)
	d.patch(resource, `{"op":"replace","path":"title","value":"Director of Engineering"}`)
	d.person("Guido", "Ospite", `,"userType":"Guest"`)
	d.send("POST", "/Users", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"maria.rossi@acme.example"}`, 409)
	d.patch(string(w.ada.Member.ResourceID), `{"op":"replace","path":"userName","value":"countess@acme.example"}`)
	night = d.group("Night shift", resource, members[0], members[1], "someone-unknown")
	day := d.group("Day shift", resource)
	for id, role := range map[string]string{night: "admin", day: "member"} {
		page := w.ada.Get("/w/acme/groups/" + id)
		done(w.ada, w.ada.Post("/w/acme/groups/"+id, "version", versionOf(t, page.Body), "role", role), "from now on")
	}
	return w, w.memberOf(w.Acme, resource), night
}

// The pages are looked at in two halves, since a browser lives for three minutes.
func TestEveryPageOfAMemberLooksRight(t *testing.T) {
	w, maria, _ := seeded(t, nil)
	b := w.ada.Browser()
	maria = "/w/acme/members/" + maria
	owner := "/w/acme/members/" + string(w.ada.Member.ID)
	w.Look(b, maria, "people-profile")
	w.Look(b, owner, "people-own-profile")
	w.Look(b, maria+"/access", "people-access")
	w.Look(b, owner+"/access", "people-held")
	w.Look(b, maria+"/deactivate", "people-deactivate")
	w.Look(b, owner+"/sessions", "people-sessions")
	w.Look(b, maria+"/history", "people-history")
}

func TestEveryPageOfManyLooksRight(t *testing.T) {
	w, _, night := seeded(t, nil)
	b := w.ada.Browser()
	w.Look(b, "/w/acme/", "people-home")
	w.Look(b, "/w/acme/members", "people-members")
	w.Look(b, "/w/acme/members?tab=inactive", "people-inactive")
	w.Look(b, "/w/acme/members?tab=pending&q=xyz", "people-nobody")
	w.Look(b, "/w/acme/members/invite", "people-invite")
	w.Look(b, "/w/acme/groups", "people-groups")
	w.Look(b, "/w/acme/groups/"+night, "people-group")
	w.gil.SignInto(b)
	w.Look(b, "/w/globex/", "people-first")
	w.Look(b, "/w/globex/groups", "people-no-groups")
}

func TestK12_T24_TheListNarrowsInPlaceAndSomebodyIsTakenOutByClicks(t *testing.T) {
	w, maria, _ := seeded(t, nil)
	b := w.ada.Browser()
	typeToFilter(w, b)
	takeOut(w, b, maria)
	b.MustBeContent()
}

// typeToFilter types into the box, and wants the list to narrow in place (K12).
func typeToFilter(w *world, b *browsertest.Browser) {
	b.See(w.BaseURL+"/w/acme/members", "light", 1280, 800)
	b.Until(`document.querySelectorAll('tbody tr').length > 4`)
	browsertest.Value[bool](b, `(() => { window.stayed = true; const i = document.querySelector('input[name=q]'); i.focus(); i.value = 'ross'; i.dispatchEvent(new InputEvent('input', {bubbles: true})); return true })()`)
	b.Until(`document.querySelectorAll('tbody tr').length === 1 && document.querySelector('tbody th').textContent.includes('Maria')`)
	if !browsertest.Value[bool](b, `window.stayed === true && document.activeElement.name === 'q' && location.search.includes('q=ross')`) {
		w.T.Error("the list did not narrow in place")
	}
	b.Click(`.tabs a[href*="tab=inactive"]`)
	b.Until(`document.querySelector('.empty') !== null && document.querySelector('input[name=q]').value === 'ross'`)
}

// takeOut deactivates somebody and brings them back, by clicks alone (T24).
func takeOut(w *world, b *browsertest.Browser, maria string) {
	b.See(w.BaseURL+"/w/acme/members/"+maria+"/access", "light", 1280, 800)
	b.Click(`a[href$="/deactivate"]`)
	b.Until(`document.querySelector('h1')?.textContent.startsWith('Deactivate')`)
	b.Click(`main button.danger`)
	b.Until(`document.querySelector('.message.good') !== null && document.querySelector('.state')?.textContent.includes('Inactive')`)
	b.Click(`form[action$="/restore"] button`)
	b.Until(`document.querySelector('.state')?.textContent.includes('Active')`)
}
