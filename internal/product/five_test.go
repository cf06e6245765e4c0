package product_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/product"
)

// five loads one of the product definitions that this project is for.
func five(t *testing.T, name string) *product.Product {
	t.Helper()
	file := filepath.Join("..", "..", "products", name+".yaml")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	p, err := product.Load(text, file)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestTheFiveProductsAreSound(t *testing.T) {
	for _, name := range []string{"trackingtime", "timeneye", "tracktik", "webwork", "platform"} {
		p := five(t, name)
		sound(t, p)
		if !strings.HasPrefix(p.Explain(), p.Name+"\n") || strings.Contains(p.Explain(), "nothing or") {
			t.Errorf("%s explains itself as\n%s", name, p.Explain())
		}
	}
}

// unlocks lists the titles of the plans that unlock a feature.
func unlocks(p *product.Product, f product.Feature) string {
	var titles []string
	for _, plan := range p.Unlocking(f) {
		titles = append(titles, plan.Title)
	}
	return strings.Join(titles, " ")
}

func can(p *product.Product, may product.Permission) string {
	var names []string
	for _, r := range p.Roles.Catalogue {
		if r.Can(may) {
			names = append(names, r.Name)
		}
	}
	return strings.Join(names, " ")
}

func want(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s is %q, the help page says %q", what, got, want)
	}
}

func TestT02_T04_T22_TrackingTimeIsAsItsPageSays(t *testing.T) {
	p := five(t, "trackingtime")
	want(t, "the plan with sign-on", unlocks(p, product.FeatureSSO), "Business")
	want(t, "who configures it", can(p, product.MayManageSSO), "admin")
	role, _ := p.Role(p.Roles.Default)
	want(t, "the default role", role.Title, "Project Manager")
	want(t, "the page of the workspace", p.SignIn.SlugPath, "/vue/sso")
	want(t, "the entity id", p.SignIn.EntityID, "https://pro.trackingtime.co")
	want(t, "who was removed", p.Words.Inactive, "archived")
	want(t, "the button", p.Console.Labels.GetMetadata, "Get Metadata")
	want(t, "the link", p.Contact.Text, "get in touch")
}

func TestE01_E03_E04_E06_E10_E18_TimeneyeIsAsItsPageSays(t *testing.T) {
	p := five(t, "timeneye")
	want(t, "the plan with provisioning", unlocks(p, product.FeatureSCIM), "ENTERPRISE")
	want(t, "the address for all", p.SCIM.Path("acme"), "/scim/v2")
	want(t, "where tokens are", p.Console.Labels.PersonalTokens+" > + "+p.Console.Labels.NewToken, "Third-party apps > + Issue new personal access token")
	if !p.Tokens.Personal.Offered || p.Tokens.Personal.Days != 365 || p.Tokens.Workspace.Offered {
		t.Errorf("tokens: %+v", p.Tokens)
	}
	if p.SCIM.Groups != product.GroupsOff || !p.Roles.GrantOwner || p.Members.NameRule != product.RulePlainName || p.Members.AddressRule != product.RuleLowercase {
		t.Errorf("groups %q, owner by directory %v, rules %q and %q", p.SCIM.Groups, p.Roles.GrantOwner, p.Members.NameRule, p.Members.AddressRule)
	}
	want(t, "the first match key", p.Match[0], microsoftID)
}

func TestK02_K03_K10_K11_K14_K15_TrackTikIsAsItsPageSays(t *testing.T) {
	p := five(t, "tracktik")
	want(t, "a member", p.Words.Members, "employees")
	want(t, "the address", p.SCIM.HostOf("acme")+p.SCIM.Path("acme"), "acme.tracktik.example/rest/scim/v2")
	want(t, "the section of roles", p.Console.Labels.Roles+" > "+p.Console.Labels.ProductRoles, "Roles & Security > Staff Portal Roles")
	region, ok := p.Attribute("urn:example:params:scim:schemas:extension:tracktik:2.0:User:region")
	if !ok || region.Default != "HQ" || p.SCIM.Groups != product.GroupsRoles || !p.Tokens.Support.Offered || p.Tokens.Workspace.Offered {
		t.Errorf("region %+v, groups %q, tokens %+v", region, p.SCIM.Groups, p.Tokens)
	}
}

func TestW01_W02_W08_W17_W18_WebWorkIsAsItsPageSays(t *testing.T) {
	p := five(t, "webwork")
	want(t, "the plans with sign-on", unlocks(p, product.FeatureSSO), "Plus Premium")
	want(t, "who enables it", can(p, product.MayManageSSO), "owner")
	want(t, "the two values", p.Console.Labels.SCIMURL+", "+p.Console.Labels.SCIMToken, "SCIM Base URL, SCIM API Token")
	want(t, "the sign-in page", p.SignIn.AddressPath+" "+p.SignIn.Button, "/login/sso Sign in with Okta")
	if !p.Members.Pending || p.Members.Seat != product.SeatAtSignIn || !p.SignIn.IdPInitiated || !p.Console.Single {
		t.Errorf("members %+v, sign-in %+v", p.Members, p.SignIn)
	}
}

func TestP01_P02_P04_P17_P18_P19_P20_ThePlatformIsAsItsPageSays(t *testing.T) {
	p := five(t, "platform")
	want(t, "the plan", unlocks(p, product.FeatureSCIM), "Enterprise Edition")
	want(t, "the section", p.Console.Labels.SSO+" > "+p.Console.Labels.SSOSection, "Organization Setup > External User Authentication & Provisioning")
	want(t, "the connector", p.Console.Connectors[0].Title, "Azure Active Directory")
	want(t, "what is required", strings.Join(p.Members.Required, " "), "name.givenName name.familyName emails")
	def, _ := p.Role(p.Roles.Default)
	want(t, "the channels without a role", strings.Join(def.Channels, " "), "app")
	for _, name := range []string{"ReadOnly", "User", "Admin", "EnterpriseAdmin"} {
		if r, ok := p.RoleByValue(name); !ok || !slices.Contains(r.Channels, "web") {
			t.Errorf("%s opens %v", name, r.Channels)
		}
	}
	if _, ok := p.RoleByValue("readonly"); ok || p.Members.AddressScope != product.ScopeDeployment || !p.Tokens.Basic.Offered {
		t.Errorf("letter case of roles %v, scope %q, tokens %+v", ok, p.Members.AddressScope, p.Tokens)
	}
}

func TestTheSchemaForEditorsKnowsEveryKey(t *testing.T) {
	var s struct {
		Properties map[string]struct {
			Description string
			Properties  map[string]any
			Items       struct{ Properties map[string]any }
		}
	}
	if err := json.Unmarshal(product.Schema(), &s); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		section string
		keys    []string
	}{
		{"scim", []string{"prefix", "form", "groups"}}, {"words", []string{"member", "inactive", "slug"}}, {"tokens", []string{"personal"}},
		{"sign_in", []string{"slug_path", "totp"}}, {"console", []string{"labels", "connectors"}},
	} {
		for _, key := range c.keys {
			if s.Properties[c.section].Properties[key] == nil {
				t.Errorf("%s.%s is not in the schema", c.section, key)
			}
		}
	}
	if s.Properties["plans"].Items.Properties["unlocks"] == nil || s.Properties["plans"].Description == "" {
		t.Errorf("plans: %+v", s.Properties["plans"])
	}
}

func TestT02_WhereAPlanLocksSomethingTheFileNamesWhomToAsk(t *testing.T) {
	for _, name := range []string{"trackingtime", "timeneye", "webwork", "platform"} {
		if p := five(t, name); !strings.HasPrefix(p.Contact.URL, "mailto:") {
			t.Errorf("%s: %+v", name, p.Contact)
		}
	}
}

func TestADarkAccentIsMadeWhenTheFileHasNone(t *testing.T) {
	p := load(t, "name: x\nbrand: {accent: '#1B2A6B'}\n")
	if p.Brand.Accent != "#1b2a6b" || p.Brand.AccentDark == p.Brand.Accent || len(p.Brand.AccentDark) != 7 {
		t.Errorf("brand: %+v", p.Brand)
	}
}
