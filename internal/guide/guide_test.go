package guide_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/guide"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
)

// five loads the five products, and the built-in one as "".
func five(t *testing.T) map[string]*product.Product {
	t.Helper()
	out := map[string]*product.Product{"": product.Default()}
	files, err := filepath.Glob("../../products/*.yaml")
	if err != nil || len(files) < 5 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		p, err := product.Load(text, f)
		if err != nil {
			t.Fatal(err)
		}
		out[strings.TrimSuffix(filepath.Base(f), ".yaml")] = p
	}
	return out
}

func TestE22_E23_E24_TheTableOfMappingsFollowsFromTheDefinition(t *testing.T) {
	const core = product.CoreUser + ":"
	want := []guide.Mapping{
		{Source: "objectId", Target: core + "microsoftId", Kind: guide.Direct, Match: 1},
		{Source: "userPrincipalName", Target: "userName", Kind: guide.Direct, Match: 2},
		{Source: `Switch([IsSoftDeleted], , "False", "True", "True", "False")`, Target: "active", Kind: guide.Expression},
		{Source: "displayName", Target: "displayName", Kind: guide.Direct},
		{Source: "jobTitle", Target: "title", Kind: guide.Direct},
		{Source: `Join(" ", [givenName], [surname])`, Target: "name.formatted", Kind: guide.Expression},
		{Source: "SingleAppRoleAssignment([appRoleAssignments])", Target: core + "role", Kind: guide.Expression},
	}
	if got := guide.Mappings(five(t)["timeneye"]); !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
}

func TestP17_WhatIsRequiredStandsInTheTable(t *testing.T) {
	p := five(t)["platform"]
	got := guide.Mappings(p)
	for source, target := range map[string]string{"givenName": "name.givenName", "surname": "name.familyName", "mail": `emails[type eq "work"].value`} {
		if !slices.Contains(got, guide.Mapping{Source: source, Target: target, Kind: guide.Direct}) {
			t.Errorf("%s -> %s is missing in %+v", source, target, got)
		}
	}
	if s := guide.Paste(p, "entra", "name.familyName"); !strings.Contains(s, "from surname to name.familyName") {
		t.Error(s)
	}
	if s := guide.Paste(p, "okta", "name.familyName"); !strings.Contains(s, "To App") {
		t.Error(s)
	}
}

func TestK06_EntrasOwnMappingsAreLeftWhereTheyDo(t *testing.T) {
	for name, want := range map[string]bool{"timeneye": false, "platform": false, "tracktik": true, "trackingtime": true, "webwork": true, "": false} {
		if got := guide.Untouched(five(t)[name]); got != want {
			t.Errorf("%q: %v", name, got)
		}
	}
}

func TestE09_E10_EveryGuideIsWhole(t *testing.T) {
	for name, p := range five(t) {
		for _, kind := range append(identity.ConnectionKinds(), "") {
			steps := guide.Steps(p, kind, guide.Values{URL: "https://id.example/scim", UserName: "acme"})
			all, secrets, urls := "", 0, 0
			seen := map[guide.Sight]bool{}
			for _, s := range steps {
				all += s.Title + " " + strings.Join(s.Do, " ") + " " + s.Why + "\n"
				seen[s.Tick] = true
				for _, c := range s.Copy {
					if c.Secret {
						secrets++
					} else if c.Value == "https://id.example/scim" && c.Label == p.Console.Labels.SCIMURL {
						urls++
					}
				}
				if s.Title == "" || len(s.Do) == 0 {
					t.Errorf("%s, %s: a step without words: %+v", name, kind, s)
				}
			}
			if secrets != 1 || urls != 1 || !seen[guide.Contact] || !seen[guide.Person] || !seen[guide.Update] {
				t.Errorf("%s, %s: %d secrets, %d addresses, ticks %v", name, kind, secrets, urls, seen)
			}
			if off := p.SCIM.Groups == product.GroupsOff; off == seen[guide.Group] && kind != "google" || off && !strings.Contains(all, p.SCIM.GroupsOffDetail) && kind != "google" {
				t.Errorf("%s, %s: groups: %s", name, kind, all)
			}
			if kind == "entra" && !strings.Contains(all, "Sync only assigned users and groups") {
				t.Errorf("%s: the scope is missing", name)
			}
		}
	}
}

func TestE11_E25_RolesThatADirectoryMayNotGiveAreNotInTheGuide(t *testing.T) {
	p := product.Default() // grant_owner is false
	for _, s := range guide.Steps(p, "entra", guide.Values{}) {
		for _, r := range s.Roles {
			if r.Owner {
				t.Errorf("%s offers %s", s.Title, r.Name)
			}
		}
	}
	found := false
	for _, s := range guide.Steps(five(t)["timeneye"], "entra", guide.Values{}) {
		found = found || len(s.Roles) == 3 && strings.Contains(s.Why, "owner, admin, member")
	}
	if !found {
		t.Error("Timeneye's three app roles are missing")
	}
}

func TestASightIsSeenOnlyWhenItWas(t *testing.T) {
	none, all := guide.Seen{}, guide.Seen{Contact: true, Person: true, Group: true, Update: true}
	for _, x := range []guide.Sight{guide.Contact, guide.Person, guide.Group, guide.Update, guide.Mapped} {
		if none.Has(x) || !all.Has(x) {
			t.Errorf("%s", x)
		}
	}
	all.Missing = []string{"emails"}
	if all.Has(guide.Mapped) || all.Has(guide.Unseen) {
		t.Error("something missing is mapped, or what cannot be seen was")
	}
}

func TestWhatAnAttributeBecomes(t *testing.T) {
	p := five(t)["timeneye"]
	for path, want := range map[string]string{
		"userName": "User name", `emails[type eq "work"].value`: "E-mail", "name.givenName": "Name", product.CoreUser + ":role": "Role",
		product.CoreUser + ":microsoftId": "Tells who it is", "nickName": "Kept as sent", product.EnterpriseUser + ":department": "Kept as sent",
	} {
		if got := guide.Becomes(p, path); got != want {
			t.Errorf("%s: %s", path, got)
		}
	}
}

func TestNamesOfFieldsAreTheProviders(t *testing.T) {
	for kind, want := range map[string][3]string{"entra": {"Tenant URL", "Secret Token", ""}, "okta": {"SCIM connector base URL", "API Token", "Username"}, "keycloak": {"SCIM base URL", "bearer token", "user name"}} {
		url, secret, user := guide.Fields(kind)
		if [3]string{url, secret, user} != want {
			t.Errorf("%s: %s %s %s", kind, url, secret, user)
		}
	}
	if guide.Provisions("adfs") || !guide.Provisions("okta") {
		t.Error("who provisions is wrong")
	}
}
