package console_test

import (
	"bytes"
	"encoding/json"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/edge/console/consoletest"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/token"
)

// wire is a directory that provisions Acme, request by request.
type wire struct {
	*tour
	secret string
}

// wired connects a directory with a token of the product's own kind.
func (s *tour) wired() *wire {
	s.T.Helper()
	_, secret, err := s.Tokens.Issue(s.T.Context(), token.Request{Workspace: s.Acme.ID, Origin: s.Operator})
	s.do(err)
	return &wire{s, secret}
}

// send sends a request, and gives its status and answer.
func (d *wire) send(method, path string, body map[string]any) (int, map[string]any) {
	d.T.Helper()
	var text []byte
	if body != nil {
		text, _ = json.Marshal(body)
	}
	r, err := http.NewRequestWithContext(d.T.Context(), method, d.SCIMURL("acme")+path, bytes.NewReader(text))
	d.do(err)
	r.Header.Set("Authorization", "Bearer "+d.secret)
	res, err := http.DefaultClient.Do(r)
	d.do(err)
	defer res.Body.Close()
	out := map[string]any{}
	_ = json.NewDecoder(res.Body).Decode(&out) // a 204 has none
	return res.StatusCode, out
}

// newcomer is somebody as a directory sends them; more are further attributes.
func newcomer(given, family string, more ...any) map[string]any {
	address := strings.ToLower(given) + "@acme.example"
	body := map[string]any{
		"schemas": []string{product.CoreUser}, "userName": address, "displayName": given + " " + family, "active": true,
		"name": map[string]any{"givenName": given, "familyName": family}, "emails": []any{map[string]any{"type": "work", "primary": true, "value": address}},
	}
	for i := 0; i+1 < len(more); i += 2 {
		body[more[i].(string)] = more[i+1]
	}
	return body
}

// creates provisions somebody and gives the SCIM id.
func (d *wire) creates(given, family string, more ...any) string {
	d.T.Helper()
	status, made := d.send(http.MethodPost, "/Users", newcomer(given, family, more...))
	if status != http.StatusCreated {
		d.T.Fatalf("%s is answered with %d %v", given, status, made)
	}
	return made["id"].(string)
}

// activates says whether somebody may sign in.
func (d *wire) activates(id string, active bool) {
	d.T.Helper()
	if status, answer := d.send(http.MethodPatch, "/Users/"+id, map[string]any{
		"schemas":    []string{"urn:ietf:params:scim:api:messages:2.0:PatchOp"},
		"Operations": []any{map[string]any{"op": "replace", "value": map[string]any{"active": active}}},
	}); status != http.StatusOK {
		d.T.Fatalf("%d %v", status, answer)
	}
}

// page wants a page to be there, and to say all of this and, after "!", not that.
func page(t *testing.T, a consoletest.Answer, says ...string) {
	t.Helper()
	text := plain(a.Body)
	if a.Status != http.StatusOK {
		t.Fatalf("%d %s %s", a.Status, a.Location, text)
	}
	for _, w := range says {
		if absent, unwanted := strings.CutPrefix(w, "!"); strings.Contains(text, absent) == unwanted {
			t.Errorf("%q: %s", w, text)
		}
	}
}

var markup = regexp.MustCompile(`(?s)<head>.*?</head>|<[^>]*>`)

// plain is what a page says.
func plain(body string) string {
	return strings.Join(strings.Fields(html.UnescapeString(markup.ReplaceAllString(body, " "))), " ")
}

// status wants an answer's status.
func status(t *testing.T, what string, a consoletest.Answer, want int) {
	t.Helper()
	if a.Status != want {
		t.Errorf("%s: %d, want %d: %s", what, a.Status, want, plain(a.Body))
	}
}

// menuOf is what the menu of a page offers: addresses by their words.
func menuOf(a consoletest.Answer) map[string]string {
	out := map[string]string{}
	_, rest, _ := strings.Cut(a.Body, `<nav aria-label="Main">`)
	nav, _, _ := strings.Cut(rest, "</nav>")
	for _, m := range regexp.MustCompile(`(?s)<a href="([^"]*)"[^>]*>(.*?)</a>`).FindAllStringSubmatch(nav, -1) {
		out[plain(m[2])] = m[1]
	}
	return out
}

// memberAt is the address of somebody's page.
func (s *tour) memberAt(address string) string {
	s.T.Helper()
	m, found, err := s.Store.Read(s.Acme.ID).MemberByAddress(s.T.Context(), identity.Fold(address))
	s.do(err)
	if !found {
		s.T.Fatalf("%s is nobody", address)
	}
	return "/w/acme/members/" + string(m.ID)
}

func TestT01_SettingsSingleSignOnIsOneClickFromEveryPage(t *testing.T) {
	s := setOut(t, "trackingtime")
	s.unlocks("business")
	olga := s.Person(s.Acme, "olga@acme.example", "Olga", "Berg", "admin")
	for _, path := range []string{"", "members", "groups", "activity", "settings/workspace", "settings/roles", "settings/tokens", "settings/plan"} {
		a := olga.Get("/w/acme/" + path)
		to := menuOf(a)["Single Sign-On"]
		if !strings.Contains(a.Body, "<h2>Settings</h2>") || to != "/w/acme/settings/sso" {
			t.Errorf("on /%s the menu is %v", path, menuOf(a))
		}
	}
	a := olga.Get("/w/acme/settings/sso")
	page(t, a, "Add Connector", "Workspace ID", "Sign-in address", "Domains", "Catalogue listing")
	if !strings.Contains(a.Body, "<h1>Single Sign-On</h1>") {
		t.Error("the page is not called Single Sign-On")
	}
}

func TestT02_OnPROThePageIsLockedAndItsRequestsAreRefusedUntilThePlanChanges(t *testing.T) {
	s := setOut(t, "trackingtime")
	olga := s.Person(s.Acme, "olga@acme.example", "Olga", "Berg", "admin")
	d := s.wired()
	check := func(locked bool) {
		t.Helper()
		sso, add := olga.Get("/w/acme/settings/sso"), olga.Post("/w/acme/settings/sso/connections", "kind", "entra")
		code, answer := d.send(http.MethodPost, "/Users", newcomer("Ann", "Lee"))
		detail, _ := answer["detail"].(string)
		if !locked {
			page(t, sso, "!is not part of your plan", "Add Connector")
			status(t, "adding a connector", add, http.StatusSeeOther)
			if code != http.StatusCreated {
				t.Errorf("creating somebody: %d %s", code, detail)
			}
			return
		}
		page(t, sso, "Single sign-on is not part of your plan", "on the plan PRO", "It is available on Business.", "get in touch", "!Add Connector")
		if !strings.Contains(sso.Body, `href="mailto:support@trackingtime.example"`) {
			t.Error("get in touch leads nowhere")
		}
		status(t, "adding a connector", add, http.StatusForbidden)
		if !strings.Contains(plain(add.Body), "Business") {
			t.Errorf("the refusal does not say what unlocks it: %s", plain(add.Body))
		}
		if code != http.StatusForbidden || !strings.Contains(detail, "the plan PRO of this workspace does not include provisioning by a directory; Business does") {
			t.Errorf("creating somebody: %d %s", code, detail)
		}
	}
	s.unlocks("pro")
	check(true)
	s.unlocks("business")
	check(false)
}

func TestT04_OnlyAdministratorsSeeAndChangeSingleSignOn(t *testing.T) {
	ownersOnly(t, "trackingtime", "business", "admin")
}

func TestW02_OnlyTheWorkspaceOwnerSeesAndChangesSingleSignOn(t *testing.T) {
	ownersOnly(t, "webwork", "plus", "owner")
}

// ownersOnly wants one role to see and change single sign-on, and all others of
// the catalogue to learn nothing of it.
func ownersOnly(t *testing.T, product, plan, allowed string) {
	t.Helper()
	s := setOut(t, product)
	s.unlocks(plan)
	kind := s.Product.Console.Connectors[0].Kind
	for _, r := range s.Product.Roles.Catalogue {
		v := s.Person(s.Acme, r.Name+"@acme.example", "One", r.Title, r.Name)
		_, offered := menuOf(v.Get("/account"))["Single Sign-On"]
		if home := v.Get("/w/acme/"); home.Status == http.StatusOK {
			_, offered = menuOf(home)["Single Sign-On"]
		}
		see, add := http.StatusForbidden, http.StatusForbidden
		if r.Name == allowed {
			see, add = http.StatusOK, http.StatusSeeOther
		}
		if offered != (r.Name == allowed) {
			t.Errorf("%s: the menu offers it: %v", r.Name, offered)
		}
		a := v.Get("/w/acme/settings/sso")
		status(t, r.Name+" looks", a, see)
		if see == http.StatusForbidden && (!strings.Contains(a.Body, refused) || strings.Contains(a.Body, s.Product.Console.Labels.SCIMURL)) {
			t.Errorf("%s reads %s", r.Name, plain(a.Body))
		}
		status(t, r.Name+" adds a connector", v.Post("/w/acme/settings/sso/connections", "kind", kind), add)
	}
}

func TestT15_URLAndTokenAreShownWithAButtonToCopyAndTheTokenOnce(t *testing.T) {
	s := setOut(t, "trackingtime")
	s.unlocks("business")
	olga := s.Person(s.Acme, "olga@acme.example", "Olga", "Berg", "admin")
	status(t, "adding a connector", olga.Post("/w/acme/settings/sso/connections", "kind", "entra"), http.StatusSeeOther)
	all, err := s.Directory.Connections(t.Context(), s.Acme.ID)
	s.do(err)
	at := "/w/acme/settings/sso/connections/" + string(all[len(all)-1].ID)
	status(t, "issuing", olga.Post(at+"/tokens", "name", "Entra"), http.StatusSeeOther)
	copied := func(a consoletest.Answer) (values []string) {
		for _, m := range regexp.MustCompile(`<input id="([\w-]+)" readonly value="([^"]*)"`).FindAllStringSubmatch(a.Body, -1) {
			if strings.Contains(a.Body, `data-copy="`+m[1]+`"`) {
				values = append(values, m[2])
			}
		}
		return values
	}
	first := copied(olga.Get(at + "/scim"))
	i := slices.IndexFunc(first, func(v string) bool { return strings.HasPrefix(v, "scim_") })
	if i < 0 || !slices.Contains(first, s.SCIMURL("acme")) {
		t.Fatalf("what can be copied is %q", first)
	}
	secret := first[i]
	if code, _ := (&wire{s, secret}).send(http.MethodGet, "/Users?count=1", nil); code != http.StatusOK {
		t.Errorf("the token that is shown gives %d", code)
	}
	again := olga.Get(at + "/scim")
	if strings.Contains(again.Body, secret) || !slices.Contains(copied(again), s.SCIMURL("acme")) {
		t.Error("the token is shown twice, or the URL is not shown any more")
	}
}

func TestT23_WhoIsDeactivatedOrDeletedLosesTheSessionAndNothingElse(t *testing.T) {
	s := setOut(t, "trackingtime")
	s.unlocks("business")
	olga := s.Person(s.Acme, "olga@acme.example", "Olga", "Berg", "admin")
	d := s.wired()
	for name, leave := range map[string]func(id string){
		"Mia": func(id string) { d.activates(id, false) },
		"Ned": func(id string) {
			if code, answer := d.send(http.MethodDelete, "/Users/"+id, nil); code != http.StatusNoContent {
				t.Fatal(code, answer)
			}
		},
	} {
		address := strings.ToLower(name) + "@acme.example"
		v := s.Person(s.Acme, address, name, "Moss", "co-worker")
		id := d.creates(name, "Moss", "title", "Designer")
		status(t, name+" at work", v.Get("/account"), http.StatusOK)
		at := "/w/acme/members/" + string(v.Member.ID)
		leave(id)
		for _, path := range []string{"/account", "/w/acme/"} {
			if a := v.Get(path); a.Status != http.StatusSeeOther && a.Status != http.StatusNotFound {
				t.Errorf("%s still reads %s: %d", name, path, a.Status)
			}
		}
		if a := s.Stranger().Post("/login", "address", address, "password", consoletest.Password); a.Status < 400 || !strings.Contains(plain(a.Body), "not active anywhere") {
			t.Errorf("%s signs in again: %d %s", name, a.Status, plain(a.Body))
		}
		page(t, olga.Get("/w/acme/members?tab=inactive"), name+" Moss", "Archived", "Co-worker")
		page(t, olga.Get(at), "Designer", address)
		page(t, olga.Get(at+"/history"), name+" Moss was added by hand", "archived")
	}
	page(t, olga.Get("/w/acme/settings/plan"), "1 seat is taken")
}

func TestT27_ThreePasswordMembersAreMatchedAndStayThree(t *testing.T) {
	s := setOut(t, "trackingtime")
	s.unlocks("business")
	olga := s.Person(s.Acme, "olga@acme.example", "Olga", "Berg", "admin")
	before := map[string]string{}
	for _, name := range []string{"Mia", "Ned", "Pia"} {
		s.Person(s.Acme, strings.ToLower(name)+"@acme.example", name, "Old", "co-worker")
		before[name] = s.memberAt(strings.ToLower(name) + "@acme.example")
	}
	d := s.wired()
	for name := range before {
		d.creates(name, "New", "userName", strings.ToUpper(name)+"@ACME.example")
	}
	page(t, olga.Get("/w/acme/members"), "4 members, 4 seats taken", "Mia New", "Ned New", "Pia New", "!Old")
	for name, at := range before {
		address := strings.ToLower(name) + "@acme.example"
		if now := s.memberAt(address); now != at {
			t.Errorf("%s was %s and is %s", name, at, now)
		}
		page(t, olga.Get(at+"/access"), "Co-worker", "by hand", "managed by")
		status(t, name+" signs in with the password from before", s.Stranger().Post("/login", "address", address, "password", consoletest.Password), http.StatusSeeOther)
	}
}

func TestW01_PlusAndPremiumUnlockProvisioningAndProDoesNot(t *testing.T) {
	s := setOut(t, "webwork")
	olga := s.Person(s.Acme, "olga@acme.example", "Olga", "Berg", "owner")
	d := s.wired()
	for plan, open := range map[string]bool{"pro": false, "plus": true, "premium": true} {
		s.unlocks(plan)
		a := olga.Get("/w/acme/settings/sso")
		code, answer := d.send(http.MethodPost, "/Users", newcomer(plan, "Lee"))
		if open {
			page(t, a, "SCIM Base URL", "SCIM API Token", "!is not part of your plan")
		} else {
			page(t, a, "SCIM provisioning is not part of your plan", "It is available on Plus and Premium.", "!SCIM Base URL")
		}
		if (code == http.StatusCreated) != open || !open && code != http.StatusForbidden {
			t.Errorf("on %s a push is answered with %d %v", plan, code, answer)
		}
	}
}

func TestW06_ADeactivatedUserCannotLogInAndTheInformationIsKept(t *testing.T) {
	s := setOut(t, "webwork")
	s.unlocks("plus")
	olga := s.Person(s.Acme, "olga@acme.example", "Olga", "Berg", "owner")
	mia := s.Person(s.Acme, "mia@acme.example", "Mia", "Moss", "project-manager")
	d := s.wired()
	id := d.creates("Mia", "Moss", "title", "Designer", "nickName", "Mimi")
	_, before := d.send(http.MethodGet, "/Users/"+id, nil)
	d.activates(id, false)
	if a := mia.Get("/w/acme/"); a.Status == http.StatusOK {
		t.Error("the session goes on")
	}
	if a := s.Stranger().Post("/login", "address", "mia@acme.example", "password", consoletest.Password); a.Status < 400 {
		t.Errorf("she signs in: %d", a.Status)
	}
	page(t, olga.Get("/w/acme/members?tab=inactive"), "Mia Moss", "Project Manager", "No seat", "Inactive")
	_, after := d.send(http.MethodGet, "/Users/"+id, nil)
	for _, key := range []string{"userName", "displayName", "title", "nickName"} {
		if before[key] == nil || before[key] != after[key] {
			t.Errorf("%s was %v and is %v", key, before[key], after[key])
		}
	}
	d.activates(id, true)
	status(t, "she signs in again", s.Stranger().Post("/login", "address", "mia@acme.example", "password", consoletest.Password), http.StatusSeeOther)
	page(t, olga.Get(s.memberAt("mia@acme.example")+"/access"), "Project Manager")
}

func TestP01_TheEnterpriseEditionUnlocksTheIntegrationOptions(t *testing.T) {
	s := setOut(t, "platform")
	olga := s.Person(s.Acme, "olga@acme.example", "Olga", "Berg", "EnterpriseAdmin")
	d := s.wired()
	s.unlocks("standard")
	page(t, olga.Get("/w/acme/settings/sso"), "SCIM provisioning is not part of your plan", "on the plan Standard Edition", "available on Enterprise Edition", "contact your representative", "!Add Connector")
	status(t, "adding a connector", olga.Post("/w/acme/settings/sso/connections", "kind", "entra"), http.StatusForbidden)
	if code, answer := d.send(http.MethodPost, "/Users", newcomer("Ann", "Lee")); code != http.StatusForbidden {
		t.Errorf("%d %v", code, answer)
	}
	s.unlocks("enterprise")
	page(t, olga.Get("/w/acme/settings/sso"), "External User Authentication & Provisioning", "Add Connector", "Azure Active Directory", "!is not part of your plan")
	d.creates("Ann", "Lee")
}

func TestP09_UsersAndGroupsStandUnderUsersAndGroups(t *testing.T) {
	s := setOut(t, "platform")
	s.unlocks("enterprise")
	olga := s.Person(s.Acme, "olga@acme.example", "Olga", "Berg", "EnterpriseAdmin")
	gus := s.Person(s.Globex, "gus@globex.example", "Gus", "Globex", "EnterpriseAdmin")
	to := menuOf(olga.Get("/w/acme/"))["Users & Groups"]
	page(t, olga.Get(to), "Users & Groups", "No groups yet", "Olga Berg")
	d := s.wired()
	ann, bob := d.creates("Ann", "Lee"), d.creates("Bob", "Ray")
	code, group := d.send(http.MethodPost, "/Groups", map[string]any{"schemas": []string{"urn:ietf:params:scim:schemas:core:2.0:Group"}, "displayName": "Field", "members": []any{map[string]any{"value": bob}}})
	if code != http.StatusCreated {
		t.Fatal(code, group)
	}
	page(t, olga.Get(to), "1 group, 3 users", "Field 1 user", "Ann Lee", "ann@acme.example", "Bob Ray", "All users")
	page(t, olga.Get(to+"/"+group["id"].(string)), "Field", "Bob Ray", "!Ann Lee")
	d.activates(ann, false)
	page(t, olga.Get(to), "!Ann Lee", "Bob Ray")
	page(t, gus.Get("/w/globex/groups"), "!Field", "!Bob Ray", "Gus Globex")
}

func TestP19_P20_TheRoleValueDecidesAboutTheWebPortalAndAnUnknownOneWarns(t *testing.T) {
	s := setOut(t, "platform")
	s.unlocks("enterprise")
	olga := s.Person(s.Acme, "olga@acme.example", "Olga", "Berg", "EnterpriseAdmin")
	d := s.wired()
	names := map[string]string{"": "Nora", "ReadOnly": "Rita", "User": "Uwe", "Admin": "Ada", "EnterpriseAdmin": "Eva", "admin": "Alf", "Superuser": "Sue"}
	for value, name := range names {
		d.creates(name, "Lee", product.CoreUser+":role", value)
		web := slices.Contains([]string{"ReadOnly", "User", "Admin", "EnterpriseAdmin"}, value)
		a := olga.Get(s.memberAt(strings.ToLower(name)+"@acme.example") + "/access")
		page(t, a, "Open mobile app", map[bool]string{true: "Open", false: "Closed"}[web]+" web portal")
		role, _ := s.Product.Role(value)
		if !web {
			role, _ = s.Product.Role("AppOnly")
		}
		page(t, a, role.Title)
	}
	found := false
	for end := time.Now().Add(5 * time.Second); !found && time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		found = strings.Count(olga.Get("/w/acme/activity").Body, "Done, with a note") >= 2
	}
	a := olga.Get("/w/acme/activity")
	said := ""
	for _, m := range regexp.MustCompile(`/w/acme/activity/requests/req_\w+`).FindAllString(a.Body, -1) {
		said += plain(olga.Get(m).Body)
	}
	for _, warning := range []string{`"admin" is not a role of this product`, `did you mean "Admin"?`, `"Superuser" is not a role of this product`} {
		if !strings.Contains(said, warning) {
			t.Errorf("no request under Activity says %s", warning)
		}
	}
}

func TestP21_TheHintsOfAccessRolesStandOnTheUsersPage(t *testing.T) {
	s := setOut(t, "platform")
	s.unlocks("enterprise")
	olga := s.Person(s.Acme, "olga@acme.example", "Olga", "Berg", "EnterpriseAdmin")
	s.wired().creates("Ann", "Lee")
	a := olga.Get(s.memberAt("ann@acme.example") + "/access")
	page(t, olga.Get("/w/acme/members"), "Edit User")
	_, picker, _ := strings.Cut(a.Body, `<h2 id="by-hand">Access Roles</h2>`)
	for _, r := range s.Product.Roles.Catalogue {
		if !strings.Contains(picker, "<span>"+r.Title+"</span><small>"+r.Hint) || r.Hint == "" {
			t.Errorf("%s has no hint", r.Name)
		}
	}
}

func TestP22_EverybodyIsListedAlsoWhoWasNeverProvisioned(t *testing.T) {
	s := setOut(t, "platform")
	s.unlocks("enterprise")
	olga := s.Person(s.Acme, "olga@acme.example", "Olga", "Berg", "EnterpriseAdmin")
	d := s.wired()
	want := []string{"olga@acme.example"}
	for i := range 12 {
		given := "Ann" + strings.Repeat("a", i)
		want = append(want, strings.ToLower(given)+"@acme.example")
		if i%2 == 0 {
			d.creates(given, "Lee")
			continue
		}
		if a := olga.Post("/w/acme/members/invite", "address", strings.ToLower(given)+"@acme.example", "given", given, "family", "Lee", "role", "User"); a.Status != http.StatusSeeOther {
			t.Fatal(plain(a.Body))
		}
	}
	var first []string
	for range 2 {
		var names []string
		for start := 1; start <= len(want); start += 5 {
			_, list := d.send(http.MethodGet, "/Users?"+url.Values{"startIndex": {strconv.Itoa(start)}, "count": {"5"}}.Encode(), nil)
			if list["totalResults"] != float64(len(want)) {
				t.Fatalf("%v of %d", list["totalResults"], len(want))
			}
			for _, r := range list["Resources"].([]any) {
				u := r.(map[string]any)
				names = append(names, u["userName"].(string))
				if name, _ := u["name"].(map[string]any); name["givenName"] == nil || name["familyName"] == nil || u["emails"] == nil || u["id"] == nil || u["active"] == nil || u["displayName"] == nil {
					t.Errorf("%v is not complete", u)
				}
			}
		}
		if first == nil {
			first = slices.Clone(names)
		}
		if !slices.Equal(first, names) {
			t.Errorf("a second reading has another order: %q and %q", first, names)
		}
	}
	slices.Sort(first)
	slices.Sort(want)
	if !slices.Equal(first, want) {
		t.Errorf("listed are %q, and not %q", first, want)
	}
}
