package connect_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/token"
)

func TestP04_AllFourConnectionDetailsAreThere(t *testing.T) {
	s := tell(t, "platform")
	at := s.add("entra")
	says(t, s.ada.Get(at+"/scim"), "SCIM URL", s.SCIMURL("acme"), "User Name", `value="acme"`, "Password", "Not issued yet", "OpenID Connect Login Redirect URI",
		"Public client (mobile & desktop)", "of the type Web", "Azure Active Directory: Tenant URL", "Azure Active Directory: Secret Token")
}

func TestP05_ThePasswordIsShownOnceAndWorksBothWays(t *testing.T) {
	s := tell(t, "platform")
	at := s.add("entra")
	secret := s.token(at)
	if status, _ := s.scim(secret, http.MethodGet, "/Users?count=1", nil); status != http.StatusOK {
		t.Errorf("as a bearer token: %d", status)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.SCIMURL("acme")+"/Users?count=1", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.SetBasicAuth("acme", secret)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Errorf("as user name and password: %d", res.StatusCode)
	}
}

func TestE05_E07_ATokenIsShownOnceAndOutlivesItsIssuer(t *testing.T) {
	s := tell(t, "")
	eve := s.Person(s.Acme, "eve@acme.example", "Eve", "Admin", "admin")
	at := s.add("entra")
	if a := eve.Post(at+"/tokens", "name", "Entra production"); a.Status != http.StatusSeeOther {
		t.Fatal(text(a.Body))
	}
	secret := once(t, eve.Get(at+"/scim").Body)
	a := s.ada.Get(at + "/scim")
	lacks(t, a, secret)
	says(t, a, "Entra production", "scim_…"+secret[len(secret)-4:], "Eve Admin", "in 364 days", "never")
	row, err := s.Directory.Member(t.Context(), s.Acme.ID, eve.Member.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Directory.SetRoles(t.Context(), s.Acme.ID, eve.Member.ID, row.Version, []string{"member"}, s.Operator); err != nil {
		t.Fatal(err)
	}
	says(t, s.ada.Get(at+"/scim"), "Eve Admin (no longer admin)")
	if _, err := s.Directory.Deactivate(t.Context(), s.Acme.ID, eve.Member.ID, row.Version+1, s.Operator); err != nil {
		t.Fatal(err)
	}
	says(t, s.ada.Get(at+"/scim"), "Eve Admin (inactive)")
	if status, _ := s.scim(secret, http.MethodGet, "/Users?count=1", nil); status != http.StatusOK {
		t.Errorf("the token gives %d after its issuer has left", status)
	}
	second := s.token(at) // to rotate: two live side by side
	for _, one := range []string{secret, second} {
		if status, _ := s.scim(one, http.MethodGet, "/Users?count=1", nil); status != http.StatusOK {
			t.Errorf("one of two tokens gives %d", status)
		}
	}
	all, err := s.Tokens.List(t.Context(), s.Acme.ID)
	if err != nil {
		t.Fatal(err)
	}
	answers(t, "below another connection", s.ada.Post(s.add("okta")+"/tokens/"+string(all[0].ID)+"/revoke"), http.StatusNotFound)
	answers(t, "revoke", s.ada.Post(at+"/tokens/"+string(all[0].ID)+"/revoke"), http.StatusSeeOther)
	answers(t, "revoke again", s.ada.Post(at+"/tokens/"+string(all[0].ID)+"/revoke"), http.StatusNotFound)
	if status, _ := s.scim(secret, http.MethodGet, "/Users?count=1", nil); status != http.StatusUnauthorized {
		t.Errorf("a revoked token gives %d", status)
	}
	says(t, s.ada.Get(at+"/scim"), "Tokens that have ended", "Revoked.")
	answers(t, "a name that is too long", s.ada.Post(at+"/tokens", "name", strings.Repeat("x", 201)), http.StatusUnprocessableEntity)
}

func TestE04_K02_TokensOfOtherKindsAreIssuedElsewhereAndThePageSaysWhere(t *testing.T) {
	for name, want := range map[string][]string{
		"timeneye": {"/account/apps", "Personal settings > Third-party apps", "Issue new personal access token"},
		"tracktik": {"TrackTik issues a provisioning token on request", "mailto:support@tracktik.example", "contact Support"},
	} {
		s := tell(t, name)
		at := s.add("entra")
		says(t, s.ada.Get(at+"/scim"), want...)
		answers(t, name, s.ada.Post(at+"/tokens", "name", "x"), http.StatusForbidden)
		if all, err := s.Tokens.List(t.Context(), s.Acme.ID); err != nil || len(all) != 0 {
			t.Error(all, err)
		}
	}
	s := tell(t, "tracktik") // a token that the vendor issued shows its connection
	if _, _, err := s.Tokens.Issue(t.Context(), token.Request{Kind: token.KindSupport, Origin: s.Operator, Workspace: s.Acme.ID}); err != nil {
		t.Fatal(err)
	}
	says(t, s.ada.Get(page), "The directory", "Waiting for first sync")
}

func TestT14_ProvisioningIsASwitchOfItsOwn(t *testing.T) {
	s := tell(t, "trackingtime")
	at := s.add("entra")
	secret := s.token(at)
	status, maria := s.scim(secret, http.MethodPost, "/Users", person("maria@acme.example"))
	if status != http.StatusCreated {
		t.Fatal(status, maria)
	}
	answers(t, "off", s.ada.Post(at+"/scim"), http.StatusSeeOther)
	a := s.ada.Get(at + "/scim")
	says(t, a, "Switched off", "nobody loses access")
	if strings.Contains(a.Body, `name="on" type="checkbox" value="on" checked`) {
		t.Error("the box is ticked")
	}
	if status, answer := s.scim(secret, http.MethodPost, "/Users", person("john@acme.example")); status != http.StatusForbidden || answer["detail"] == "" {
		t.Errorf("while it is off: %d %v", status, answer)
	}
	s.until(at+"/scim", "Last errors")
	says(t, s.ada.Get(at+"/scim"), "403")
	if status, _ := s.scim(secret, http.MethodDelete, "/Users/"+maria["id"].(string), nil); status != http.StatusNoContent {
		t.Errorf("a leaver while it is off: %d", status)
	}
	answers(t, "on", s.ada.Post(at+"/scim", "on", "on"), http.StatusSeeOther)
	if status, _ := s.scim(secret, http.MethodPost, "/Users", person("john@acme.example")); status != http.StatusCreated {
		t.Errorf("on again: %d", status)
	}
	w, err := s.Store.WorkspaceBySlug(t.Context(), "globex")
	if err != nil || !w.Provisioning {
		t.Error("Globex was switched as well", err)
	}
}

func TestThePageSaysWhatBecomesOfWhatArrives(t *testing.T) {
	for name, want := range map[string][]string{
		"trackingtime": {"Get the role Project Manager", "As groups", "At once, under Members", "Archived: sessions end at once"},
		"timeneye":     {"Off. Timeneye does not support", "Get the role Member", "Taken when they are provisioned", "can make anybody Owner, and so themselves"},
		"tracktik":     {"As roles: each group becomes a role", "Get the role Employee", "Region: HQ", "New employees"},
		"webwork":      {"At once, under Pending, until each has signed in", "Taken at the first sign-in"},
		"platform":     {"App login only", "New users"},
	} {
		s := tell(t, name)
		at := page + "/connections/" + string(s.newest(s.Acme).ID)
		says(t, s.ada.Get(at+"/scim"), append(want, "Cadence", "Not known yet", "First contact")...)
	}
}

func TestRemovingAConnectionHandsItsPeopleBack(t *testing.T) {
	s := tell(t, "trackingtime")
	at := s.add("entra")
	secret := s.token(at)
	if status, answer := s.scim(secret, http.MethodPost, "/Users", person("maria@acme.example")); status != http.StatusCreated {
		t.Fatal(status, answer)
	}
	a := s.ada.Get(at + "/remove")
	says(t, a, "1 member is handed back", "Nobody loses access", "1 token ends", "Nothing is done yet")
	answers(t, "without the name", s.ada.Post(at+"/remove"), http.StatusUnprocessableEntity)
	answers(t, "with a wrong one", s.ada.Post(at+"/remove", "name", "Okta"), http.StatusUnprocessableEntity)
	if status, _ := s.scim(secret, http.MethodGet, "/Users?count=1", nil); status != http.StatusOK {
		t.Fatal("it was removed without the name")
	}
	answers(t, "with the name", s.ada.Post(at+"/remove", "name", "azure active directory"), http.StatusSeeOther)
	if status, _ := s.scim(secret, http.MethodGet, "/Users?count=1", nil); status != http.StatusUnauthorized {
		t.Errorf("its token gives %d", status)
	}
	m, found, err := s.Store.Read(s.Acme.ID).MemberByAddress(t.Context(), "maria@acme.example")
	if err != nil || !found || m.State != "active" || m.Connection != "" {
		t.Errorf("%v %v %+v", err, found, m)
	}
	answers(t, "its page", s.ada.Get(at), http.StatusNotFound)
	answers(t, "removing it again", s.ada.Post(at+"/remove", "name", "azure active directory"), http.StatusNotFound)
	lacks(t, s.ada.Get(page), string(strings.TrimPrefix(at, page+"/connections/")))
}
