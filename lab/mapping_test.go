package lab_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/lab"
)

// posted provisions one person with a mapping and gives what was posted.
func posted(t *testing.T, table ...lab.Mapping) object {
	t.Helper()
	s, w := newServer(t), &wire{}
	d := lab.NewDirectory(1)
	id, _ := d.AddPerson(lab.Person{UserPrincipalName: "Ann@X.example", GivenName: "Ann", Surname: "Lee", Country: "USA", City: "Reno"})
	_ = d.Assign(id, lab.AppRole{ID: "r1", Value: "admin", DisplayName: "Admin"}, lab.AppRole{ID: "r2", Value: "staff", DisplayName: "Staff"})
	table = append(table, lab.Mapping{Source: "userPrincipalName", Target: "userName", Match: 1})
	mustSync(t, lab.NewEntra(d, w.target(s), lab.EntraOptions{Mapping: table}))
	for _, x := range w.all {
		if x.Method == "POST" {
			var doc object
			if err := json.Unmarshal(x.Sent, &doc); err != nil {
				t.Fatal(err)
			}
			return doc
		}
	}
	t.Fatal("nothing was posted")
	return nil
}

func TestMappingExpressions(t *testing.T) {
	for source, want := range map[string]any{
		`ToLower([userPrincipalName])`:                      "ann@x.example",
		`ToUpper([givenName])`:                              "ANN",
		`Join(", ", [surname], [mobile], [givenName])`:      "Lee, Ann",
		`Append([givenName], "!")`:                          "Ann!",
		`Coalesce([mobile], [jobTitle], "none")`:            "none",
		`IIF([country]="USA", [city], "abroad")`:            "Reno",
		`IIF([country]<>"USA", [city], "home")`:             "home",
		`IIF(Not(IsPresent([mobile])), "deskless", "")`:     "deskless",
		`Mid([surname], 2, 5)`:                              "ee",
		`Replace([userPrincipalName], "@X.", , , "@y.", ,)`: "Ann@y.example",
		`Switch([country], "other", "USA", "us")`:           "us",
		`SingleAppRoleAssignment([appRoleAssignments])`:     "admin",
		`"a \"constant\""`:                                  `a "constant"`,
		`[mobile]`:                                          nil,
		`Trim(" x ")`:                                       "x",
	} {
		if got := posted(t, lab.Mapping{Source: source, Target: "nickName"})["nickName"]; got != want {
			t.Errorf("%s gave %v, want %v", source, got, want)
		}
	}
}

func TestMappingTargetsInAPost(t *testing.T) {
	const core, ext = "urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:extension:Acme:2.0:User"
	for _, c := range []struct{ source, target, want string }{
		{"surname", `emails[type eq "work"].value`, `"emails":[{"primary":true,"type":"work","value":"Lee"}]`},
		{"surname", `addresses[type eq "work"].locality`, `"addresses":[{"locality":"Lee","type":"work"}]`},
		{"surname", "name.familyName", `"name":{"familyName":"Lee"}`},
		{"surname", ext + ":costCenter", `"` + ext + `":{"costCenter":"Lee"}`},
		{"surname", core + ":nick", `"` + core + `":{"nick":"Lee"}`},
		{"SingleAppRoleAssignment([appRoleAssignments])", `roles[primary eq "True"].value`, `"roles":[{"primary":true,"value":"admin"}]`},
		{"AppRoleAssignmentsComplex([appRoleAssignments])", "roles",
			`"roles":[{"displayName":"Admin","primary":false,"type":"WindowsAzureActiveDirectoryRole","value":"admin"},`},
		{"AssertiveAppRoleAssignmentsComplex([appRoleAssignments])", "roles",
			`"roles":[{"display":"Admin","primary":false,"type":"WindowsAzureActiveDirectoryRole","value":"admin"},`},
	} {
		b, _ := json.Marshal(posted(t, lab.Mapping{Source: c.source, Target: c.target}))
		if !strings.Contains(string(b), c.want) {
			t.Errorf("%s to %s posted\n%s\nwant\n%s", c.source, c.target, b, c.want)
		}
	}
}

func TestBadMappingIsToldByTheFirstCall(t *testing.T) {
	for source, c := range map[string]struct{ target, want string }{
		"noSuchThing":       {"title", "no attribute"},
		"Fly([surname])":    {"title", "Fly is not known"},
		"Join([surname]":    {"title", "missing"},
		`Join("`:            {"title", "not closed"},
		"[surname":          {"title", "not closed"},
		"Mid([surname])":    {"title", "at least 3"},
		"[surname] extra":   {"title", "unexpected"},
		"surname":           {`emails[type ne "work"].value`, "must read"},
		"givenName":         {`emails[type eq "work"]`, "sub-attribute"},
		"userPrincipalName": {"", "names no attribute"},
		strings.Repeat("Trim(", 20) + "[surname]" + strings.Repeat(")", 20): {"title", "16 deep"},
	} {
		table := []lab.Mapping{{Source: "userPrincipalName", Target: "userName", Match: 1}, {Source: source, Target: c.target}}
		entra := lab.NewEntra(lab.NewDirectory(1), lab.Target{URL: "http://x.example"}, lab.EntraOptions{Mapping: table})
		for _, err := range []error{entra.TestConnection(t.Context()), second(entra.Cycle(t.Context())), second(entra.Compare(t.Context()))} {
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s to %s: %v, want %q", source, c.target, err, c.want)
			}
		}
	}
	none := lab.NewEntra(lab.NewDirectory(1), lab.Target{URL: "http://x.example"}, lab.EntraOptions{Mapping: []lab.Mapping{{Source: "mail", Target: "userName"}}})
	if err := none.TestConnection(t.Context()); err == nil || !strings.Contains(err.Error(), "no matching attribute") {
		t.Errorf("no matching attribute: %v", err)
	}
}

func second[T any](_ T, err error) error { return err }

func TestE23_RoleChangesInEveryShape(t *testing.T) {
	for name, c := range map[string]struct {
		flag           bool
		source, target string
		want           string
	}{
		"plain text":   {false, "SingleAppRoleAssignment", "urn:ietf:params:scim:schemas:core:2.0:User:role", `{"op":"Replace","path":"urn:ietf:params:scim:schemas:core:2.0:User:role","value":"b"}`},
		"primary role": {false, "SingleAppRoleAssignment", `roles[primary eq "True"].value`, `{"op":"Replace","path":"roles[primary eq \"True\"].value","value":"b"}`},
		"text in text": {false, "AppRoleAssignmentsComplex", "roles", `{"op":"Add","path":"roles","value":[{"value":"{\"id\":\"2\",\"value\":\"b\",\"displayName\":\"B\"}"}]}`},
		"flag":         {true, "AppRoleAssignmentsComplex", "roles", `{"op":"add","path":"roles","value":[{"displayName":"B","primary":false,"type":"WindowsAzureActiveDirectoryRole","value":"b"}]}`},
		"assertive":    {false, "AssertiveAppRoleAssignmentsComplex", "roles", `{"op":"replace","path":"roles","value":[{"display":"B","primary":false,"type":"WindowsAzureActiveDirectoryRole","value":"b"}]}`},
	} {
		s, w := newServer(t), &wire{}
		d := lab.Generate(1, 1, 0)
		id := d.People()[0].ObjectID
		_ = d.Assign(id, lab.AppRole{ID: "1", Value: "a", DisplayName: "A"})
		table := []lab.Mapping{{Source: "userPrincipalName", Target: "userName", Match: 1}, {Source: c.source + "([appRoleAssignments])", Target: c.target}}
		entra := lab.NewEntra(d, w.target(s), lab.EntraOptions{Mapping: table, OptSCIM062020: c.flag})
		mustSync(t, entra)
		_ = d.Assign(id, lab.AppRole{ID: "2", Value: "b", DisplayName: "B"})
		w.take()
		if _, err := entra.Cycle(t.Context()); err != nil {
			t.Fatal(err)
		}
		if sent := strings.Join(w.take(), "\n"); !strings.Contains(sent, c.want) {
			t.Errorf("%s sent\n%s\nwant\n%s", name, sent, c.want)
		}
	}
}
