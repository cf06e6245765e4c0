package product_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/anteroom-id/anteroom/internal/product"
)

const (
	coreRole    = "urn:ietf:params:scim:schemas:core:2.0:User:role"
	microsoftID = "urn:ietf:params:scim:schemas:core:2.0:User:microsoftId"
)

func TestTheBuiltInDefinitionIsAGoodStart(t *testing.T) {
	p := product.Default()
	if p.Name != "Anteroom demo" || p.SCIM.Path("acme") != "/scim/v2" || p.SCIM.Form != product.FormToken {
		t.Errorf("got %q at %q in form %q", p.Name, p.SCIM.Path("acme"), p.SCIM.Form)
	}
	if diff := cmp.Diff([]string{microsoftID, "externalId"}, p.Match); diff != "" {
		t.Errorf("match keys (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{coreRole, "roles"}, p.Roles.Attributes); diff != "" {
		t.Errorf("role attributes (-want +got):\n%s", diff)
	}
	a, ok := p.Attribute("URN:ietf:params:scim:schemas:core:2.0:user:MICROSOFTID")
	if !ok || !a.Immutable || !a.Match || !a.CaseExact || a.Standard() {
		t.Errorf("microsoftId is %+v, %v", a, ok)
	}
	if r, ok := p.Role(p.Roles.Default); !ok || r.Owner {
		t.Errorf("the default role is %+v", r)
	}
}

func TestEachDefaultIsACopyOfItsOwn(t *testing.T) {
	product.Default().Match[0] = "spoiled"
	product.DefaultYAML()[0] = 'x'
	if p := product.Default(); p.Match[0] != microsoftID {
		t.Errorf("a caller changed the default to %q", p.Match[0])
	}
}

func TestAFileNeedsOnlyAName(t *testing.T) {
	p := load(t, "name: Small\n")
	want := product.Default()
	if diff := cmp.Diff(want.Roles.Catalogue, p.Roles.Catalogue); diff != "" {
		t.Errorf("roles (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"roles"}, p.Roles.Attributes); diff != "" {
		t.Errorf("role attributes (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"externalId"}, p.Match); diff != "" {
		t.Errorf("match keys (-want +got):\n%s", diff)
	}
}

func TestPathsAreSpelledCanonically(t *testing.T) {
	p := load(t, `
name: Spelling
attributes:
  - {name: USERNAME, rule: lowercase}
  - {name: NAME.familyname, required: true}
  - {name: costCode, schema: "urn:example:params:acme:2.0:User", match: true}
  - {name: DEPARTMENT, schema: "urn:ietf:params:scim:schemas:extension:ENTERPRISE:2.0:User", default: HQ}
match: [EMAILS.VALUE, "urn:ietf:params:scim:schemas:core:2.0:User:externalid", username]
members: {required: [Name.GivenName, "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeenumber"]}
`)
	var paths []string
	for _, a := range p.Attributes {
		paths = append(paths, a.Path())
	}
	enterprise := product.EnterpriseUser
	for _, c := range []struct {
		what      string
		want, got []string
	}{
		{"attributes", []string{"userName", "name.familyName", "urn:example:params:acme:2.0:User:costCode", enterprise + ":department"}, paths},
		{"match", []string{"urn:example:params:acme:2.0:User:costCode", "emails.value", "externalId", "userName"}, p.Match},
		{"required", []string{"name.givenName", enterprise + ":employeeNumber"}, p.Members.Required},
	} {
		if diff := cmp.Diff(c.want, c.got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.what, diff)
		}
	}
	if a := p.Attributes[0]; !a.Match || a.Type != product.TypeString {
		t.Errorf("userName is %+v", a)
	}
}

func TestK03_EachFormSaysWhereAWorkspaceIs(t *testing.T) {
	for _, c := range []struct{ yaml, path, host string }{
		{"{form: token}", "/scim/v2", ""},
		{"{form: path}", "/scim/v2/acme", ""},
		{"{form: path, prefix: '/{workspace}/api/scim'}", "/acme/api/scim", ""},
		{"{form: host, host: '{workspace}.example.com', prefix: /rest/scim/v2}", "/rest/scim/v2", "acme.example.com"},
	} {
		p := load(t, "name: Forms\nscim: "+c.yaml+"\n")
		if got := p.SCIM.Path("acme"); got != c.path {
			t.Errorf("%s: path %q, want %q", c.yaml, got, c.path)
		}
		if got := p.SCIM.HostOf("acme"); got != c.host {
			t.Errorf("%s: host %q, want %q", c.yaml, got, c.host)
		}
	}
}

func TestE10_GroupsOffAlwaysHasAReason(t *testing.T) {
	if p := load(t, "name: Off\nscim: {groups: off}\n"); p.SCIM.GroupsOffDetail == "" {
		t.Error("groups are off without a reason")
	}
	p := load(t, "name: Off\nscim: {groups: off, groups_off_detail: Ask us.}\n")
	if p.SCIM.GroupsOffDetail != "Ask us." {
		t.Errorf("the reason is %q", p.SCIM.GroupsOffDetail)
	}
}

func TestTheDefaultSourceIsAlwaysLast(t *testing.T) {
	p := load(t, "name: Sources\nroles:\n  catalogue: [{name: user}]\n  default: user\n  sources: [hand, group]\n")
	want := []product.Source{product.SourceHand, product.SourceGroup, product.SourceDefault}
	if diff := cmp.Diff(want, p.Roles.Sources); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if i, ok := p.Precedence(product.SourceGroup); i != 1 || !ok {
		t.Errorf("group ranks %d, %v", i, ok)
	}
	if i, ok := p.Precedence(product.SourceAssertion); i != 3 || ok {
		t.Errorf("an unused source ranks %d, %v", i, ok)
	}
}

func TestMistakesCanBeReadOneByOne(t *testing.T) {
	_, err := product.Load([]byte("name: A\nscim:\n  form: hots\nrolse: {}\n"), "acme.yaml")
	var all product.Mistakes
	if !errors.As(err, &all) || len(all) != 2 {
		t.Fatalf("got %v", err)
	}
	want := product.Mistake{File: "acme.yaml", Line: 3, Path: "scim.form", Msg: `"hots" is not known`,
		Remedy: `did you mean "host"? It is one of "token", "path", "host"`}
	if diff := cmp.Diff(want, *all[0]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	var one *product.Mistake
	if !errors.As(err, &one) || one.Line != 3 {
		t.Errorf("the first mistake is %v", one)
	}
	if got := strings.Count(err.Error(), "\n"); got != 1 {
		t.Errorf("not one mistake per line: %q", err)
	}
}

func TestTheExampleInTestdataUsesEveryKey(t *testing.T) {
	data, err := os.ReadFile("testdata/every-key.yaml")
	if err != nil {
		t.Fatal(err)
	}
	p, err := product.Load(data, "every-key.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if !p.Roles.Many || !p.Members.Pending || !p.Roles.CaseExact || p.Roles.Unknown != product.UnknownRefuse {
		t.Errorf("some key was not read: %+v", p)
	}
}

func load(t *testing.T, yaml string) *product.Product {
	t.Helper()
	p, err := product.Load([]byte(yaml), "test.yaml")
	if err != nil {
		t.Fatalf("%s\n%v", yaml, err)
	}
	return p
}
