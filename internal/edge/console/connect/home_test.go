package connect_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/token"
)

const page = "/w/acme/settings/sso"

func TestP02_P27_ThePageIsCalledAndOffersWhatTheProductSays(t *testing.T) {
	s := tell(t, "platform")
	a := s.ada.Get(page)
	says(t, a, "<h1>Organization Setup</h1>", "External User Authentication & Provisioning", "+ Add Connector", "Azure Active Directory", "Okta",
		"Another OpenID Connect provider", "Another SCIM 2.0 directory", "No connectors yet")
	lacks(t, a, "JumpCloud")
	s.add("entra")
	s.add("entra")
	says(t, s.ada.Get(page), "Azure Active Directory", "Not set up yet")
	if n := strings.Count(s.ada.Get(page).Body, `<tr id="con_`); n != 2 {
		t.Errorf("%d connectors, want 2", n)
	}
	answers(t, "a kind that the product does not offer", s.ada.Post(page+"/connections", "kind", "jumpcloud"), http.StatusUnprocessableEntity)
	answers(t, "no kind", s.ada.Post(page+"/connections"), http.StatusUnprocessableEntity)
	if all := s.connections(s.Globex); len(all) != 1 {
		t.Errorf("Globex has %d connections", len(all))
	}
}

func TestP03_AddingAConnectorSavesThePageFirstAndLosesNothing(t *testing.T) {
	s := tell(t, "platform")
	s.add("entra")
	first := s.newest(s.Acme)
	id := ":" + string(first.ID)
	fields := []string{"kind", "okta", "slug", "acme two!", "version", "2", "title" + id, "Headquarters", "version" + id, "2"}
	a := s.ada.Post(page+"/connections", fields...)
	answers(t, "a slug that cannot be", a, http.StatusUnprocessableEntity)
	if !strings.Contains(a.Body, `value="acme two!"`) || !strings.Contains(a.Body, `value="Headquarters"`) || !strings.Contains(a.Body, `aria-invalid="true"`) {
		t.Errorf("what was typed is lost: %s", a.Body)
	}
	if n := len(s.connections(s.Acme)); n != 1 {
		t.Fatalf("%d connections although the page could not be saved", n)
	}
	fields[3] = "Acme-Two"
	a = s.ada.Post(page+"/connections", fields...)
	if a.Status != http.StatusSeeOther || !strings.HasPrefix(a.Location, "/w/acme-two/settings/sso#con_") {
		t.Fatalf("%d %s %s", a.Status, a.Location, text(a.Body))
	}
	says(t, s.ada.Get("/w/acme-two/settings/sso"), `value="acme-two"`, `value="Headquarters"`, "Okta is added", "These lead here as well: acme.")
	if c := s.newest(s.Acme); c.Kind != "okta" {
		t.Errorf("the newest is %+v", c)
	}
}

func TestT08_TheWorkspaceIDIsChangedHereAndOldAddressesGoOn(t *testing.T) {
	s := tell(t, "trackingtime")
	says(t, s.ada.Get(page), "Workspace ID", "/vue/sso#acme")
	answers(t, "saved", s.ada.Post(page, "slug", "acme-inc", "version", "2"), http.StatusSeeOther)
	says(t, s.ada.Get("/w/acme-inc/settings/sso"), "/vue/sso#acme-inc", "These lead here as well: acme.")
	if a := s.ada.Get(page); a.Status != http.StatusSeeOther || a.Location != "/w/acme-inc/settings/sso" {
		t.Errorf("the old address: %d %s", a.Status, a.Location)
	}
	for what, c := range map[string]struct {
		slug, version string
		status        int
	}{
		"reserved":   {"admin", "3", http.StatusUnprocessableEntity},
		"taken":      {"globex", "3", http.StatusConflict},
		"no address": {"a b", "3", http.StatusUnprocessableEntity},
		"empty":      {"", "3", http.StatusUnprocessableEntity},
		"stale":      {"acme-three", "2", http.StatusConflict},
		"no version": {"acme-three", "", http.StatusConflict},
	} {
		a := s.ada.Post(page, "slug", c.slug, "version", c.version)
		answers(t, what, a, c.status)
		if !strings.Contains(a.Body, "It is “acme-inc” now.") {
			t.Errorf("%s: the page does not say what is stored", what)
		}
	}
	answers(t, "a slug that was Acme's", s.grace.Post("/w/globex/settings/sso", "slug", "acme", "version", "2"), http.StatusConflict)
	answers(t, "its own old one", s.ada.Post(page, "slug", "acme", "version", "3"), http.StatusSeeOther)
}

func TestW08_W16_TheSingleConnectionsValuesStandThereFromTheStart(t *testing.T) {
	s := tell(t, "webwork")
	a := s.ada.Get(page)
	says(t, a, "<h1>Single Sign-On</h1>", "SCIM Base URL", s.SCIMURL("acme"), "SCIM API Token", "Not issued yet", "Okta: SCIM connector base URL", "Okta: API Token")
	lacks(t, a, "+ Add Connector")
	c := s.newest(s.Acme)
	id := ":" + string(c.ID)
	at := page + "/connections/" + string(c.ID)
	a = s.ada.Post(at+"/tokens", "from", "home", "provider"+id, "entra", "version"+id, "1", "slug", "acme", "version", "2")
	if a.Status != http.StatusSeeOther || a.Location != page {
		t.Fatalf("%d %s %s", a.Status, a.Location, text(a.Body))
	}
	a = s.ada.Get(page)
	says(t, a, "Microsoft Entra ID: Tenant URL", "It is shown this once", "Waiting for first sync")
	secret := once(t, a.Body)
	a = s.ada.Get(page)
	lacks(t, a, secret)
	says(t, a, "scim_…"+secret[len(secret)-4:])
	if status, _ := s.scim(secret, http.MethodGet, "/Users?count=1", nil); status != http.StatusOK {
		t.Errorf("the token gives %d", status)
	}
	answers(t, "a provider that is not offered", s.ada.Post(page, "provider"+id, "nobody", "version"+id, "2"), http.StatusUnprocessableEntity)
}

func TestT02_E01_EachFeatureIsLockedByItself(t *testing.T) {
	s := tell(t, "trackingtime")
	plan := func(w identity.Workspace, plan string) {
		t.Helper()
		if err := s.Directory.SetPlan(t.Context(), w.ID, plan, s.Operator); err != nil {
			t.Fatal(err)
		}
	}
	plan(s.Acme, "pro")
	a := s.ada.Get(page)
	says(t, a, "Single sign-on is not part of your plan", "on the plan PRO", "available on Business", "get in touch", "mailto:support@trackingtime.example")
	lacks(t, a, "+ Add Connector")
	answers(t, "adding", s.ada.Post(page+"/connections", "kind", "entra"), http.StatusForbidden)
	says(t, s.grace.Get("/w/globex/settings/sso"), "+ Add Connector")

	s = tell(t, "timeneye")
	at := s.add("entra")
	if err := s.Directory.SetPlan(t.Context(), s.Acme.ID, "pro", s.Operator); err != nil {
		t.Fatal(err)
	}
	says(t, s.ada.Get(page), "SCIM provisioning is not part of your plan", "+ Add Connector", "Locked")
	says(t, s.ada.Get(at+"/scim"), "SCIM provisioning is not part of your plan", "ENTERPRISE")
	answers(t, "a token", s.ada.Post(at+"/tokens"), http.StatusForbidden)
	answers(t, "switching on", s.ada.Post(at+"/scim", "on", "on"), http.StatusForbidden)
	answers(t, "switching off", s.ada.Post(at+"/scim"), http.StatusSeeOther)
	says(t, s.ada.Get(page+"/domains"), "is not part of your plan")
}

func TestNobodySeesOrChangesWhatIsNotTheirs(t *testing.T) {
	s := tell(t, "webwork")
	at := "/connections/" + string(s.newest(s.Acme).ID)
	work := s.Person(s.Acme, "will@acme.example", "Will", "Worker", "employee")
	manager := s.Person(s.Acme, "mary@acme.example", "Mary", "Manager", "executive-manager")
	reads := []string{"", at, at + "/stream", at + "/scim", at + "/mappings", at + "/remove", "/domains", "/listing", "/listing/okta.md", "/listing/pack.zip"}
	writes := []string{"", "/connections", at + "/scim", at + "/tokens", at + "/tokens/x/revoke", at + "/remove", at + "/links", at + "/links/x/revoke"}
	for _, p := range reads {
		answers(t, "GET "+p, work.Get(page+p), http.StatusForbidden)
		answers(t, "GET "+p, manager.Get(page+p), http.StatusForbidden)
		answers(t, "of another workspace: GET "+p, s.grace.Get(page+p), http.StatusNotFound)
		answers(t, "not signed in: GET "+p, s.Stranger().Get(page+p), http.StatusSeeOther)
		if strings.HasPrefix(p, at) { // Acme's connection below Globex, and one that never was
			answers(t, "GET "+p, s.grace.Get("/w/globex/settings/sso"+p), http.StatusNotFound)
			answers(t, "GET "+p, s.ada.Get(page+strings.Replace(p, at, "/connections/con_none", 1)), http.StatusNotFound)
		}
	}
	for _, p := range writes {
		answers(t, "POST "+p, work.Post(page+p), http.StatusForbidden)
		answers(t, "of another workspace: POST "+p, s.grace.Post(page+p), http.StatusNotFound)
		answers(t, "forged: POST "+p, s.ada.Forged(page+p), http.StatusForbidden)
		if strings.HasPrefix(p, at) {
			answers(t, "POST "+p, s.grace.Post("/w/globex/settings/sso"+p, "days", "7", "name", "x"), http.StatusNotFound)
		}
	}
	if c := s.newest(s.Acme); c.Version != 1 || len(s.connections(s.Acme)) != 1 {
		t.Errorf("something was changed: %+v", c)
	}
	answers(t, "the vendor's pack for a member", s.ada.Get("/operator/listing"), http.StatusNotFound)
}

func TestTwoAdministratorsDoNotOverwriteOneAnother(t *testing.T) {
	s := tell(t, "timeneye")
	s.add("okta")
	c := s.newest(s.Acme)
	id := ":" + string(c.ID)
	answers(t, "the first", s.ada.Post(page, "title"+id, "First", "version"+id, "2"), http.StatusSeeOther)
	a := s.ada.Post(page, "title"+id, "Second", "version"+id, "2")
	answers(t, "the second", a, http.StatusConflict)
	if !strings.Contains(a.Body, `value="Second"`) || !strings.Contains(a.Body, ">First</a>") || !strings.Contains(a.Body, `name="version`+id+`" value="3"`) {
		t.Errorf("the page does not show both: %s", text(a.Body))
	}
	answers(t, "once more", s.ada.Post(page, "title"+id, "Second", "version"+id, "3"), http.StatusSeeOther)
	answers(t, "a name that is too long", s.ada.Post(page, "title"+id, strings.Repeat("x", 201), "version"+id, "4"), http.StatusUnprocessableEntity)
}

func TestE04_K02_TokensIssuedElsewhereBelongToTheConnectorThatWasAddedFirst(t *testing.T) {
	s := tell(t, "timeneye")
	at := s.add("entra")
	_, secret, err := s.Tokens.Issue(t.Context(), token.Request{Origin: identity.Origin{Actor: identity.Actor{Kind: identity.ActorMember, ID: string(s.ada.Member.ID)}, Source: "console", At: s.Operator.At}, Workspace: s.Acme.ID})
	if err != nil {
		t.Fatal(err)
	}
	if status, answer := s.scim(secret, http.MethodPost, "/Users", person("maria@acme.example")); status != http.StatusCreated {
		t.Fatal(status, answer)
	}
	says(t, s.ada.Get(at), "1 member so far")
	s.add("okta")
	if all := s.connections(s.Acme); len(all) != 2 || all[1].Kind != "okta" {
		t.Errorf("%+v", all)
	}

	s = tell(t, "tracktik") // the vendor's token came first
	if _, _, err := s.Tokens.Issue(t.Context(), token.Request{Kind: token.KindSupport, Origin: s.Operator, Workspace: s.Acme.ID}); err != nil {
		t.Fatal(err)
	}
	says(t, s.ada.Get(s.add("okta")), "Okta", "Waiting for first sync")
	if n := len(s.connections(s.Acme)); n != 1 {
		t.Errorf("%d connections", n)
	}
}
