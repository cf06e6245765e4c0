package lab_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/lab"
)

const byHand = `{
  "now": "2026-11-02T08:00:00Z",
  "people": [
    {"userPrincipalName": "ann@contoso.example", "givenName": "Ann", "surname": "O'Neill", "manager": "李@contoso.example"},
    {"userPrincipalName": "李@contoso.example", "objectId": "li", "displayName": "李 <b>", "accountEnabled": false},
    {"userPrincipalName": "gone@contoso.example", "softDeleted": true, "deletedAt": "2026-10-30T08:00:00Z"}
  ],
  "groups": [
    {"displayName": "Sales", "members": ["ann@contoso.example", "li"]},
    {"displayName": "Twins", "objectId": "t1"}, {"displayName": "Twins", "objectId": "t2"}
  ],
  "roles": [{"value": "admin", "displayName": "Administrator", "id": "r1"}],
  "assignments": [{"person": "ann@contoso.example", "roles": ["admin"]}, {"group": "Sales"}, {"group": "t2", "roles": ["r1"]}],
  "mappings": [
    {"source": "userPrincipalName", "target": "userName", "match": 1},
    {"source": "Switch([IsSoftDeleted], , \"False\", \"True\", \"True\", \"False\")", "target": "active", "text": true},
    {"source": "objectId", "target": "externalId", "onCreate": true}
  ]
}`

func TestADirectoryIsAFile(t *testing.T) {
	d, err := lab.Load(strings.NewReader(byHand))
	if err != nil {
		t.Fatal(err)
	}
	people, groups := d.People(), d.Groups()
	ann := people[0]
	if ann.ObjectID == "" || ann.DisplayName != "Ann O'Neill" || !ann.AccountEnabled || ann.Manager != "li" || people[2].AccountEnabled || !people[1].SoftDeleted {
		t.Errorf("people are %+v", people)
	}
	if len(groups[0].Members) != 2 || groups[0].DisplayName != "Sales" {
		t.Errorf("groups are %+v", groups)
	}
	if roles, ok := d.Assignment(ann.ObjectID); !ok || len(roles) != 1 || roles[0] != (lab.AppRole{ID: "r1", Value: "admin", DisplayName: "Administrator"}) {
		t.Errorf("Ann is assigned %v with %v", ok, roles)
	}
	if _, ok := d.Assignment("t2"); !ok || len(d.Mappings()) != 3 || !d.Mappings()[1].Text || !d.Mappings()[2].OnCreate {
		t.Errorf("group assigned %v, mappings %+v", ok, d.Mappings())
	}
	if now := d.Clock().Now(); !now.Equal(time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC)) {
		t.Errorf("the clock shows %s", now)
	}
}

func saved(t *testing.T, d *lab.Directory) string {
	t.Helper()
	var b bytes.Buffer
	if err := d.Save(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func loaded(t *testing.T, text string) *lab.Directory {
	t.Helper()
	d, err := lab.Load(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestWhatIsSavedLoadsAsItWas(t *testing.T) {
	generated := lab.Generate(5, 60, 12)
	_ = generated.SoftDelete(generated.People()[3].ObjectID)
	_ = generated.Unassign(generated.People()[4].ObjectID)
	_, _ = generated.NewGroup(generated.Groups()[0].DisplayName, generated.People()[1].ObjectID)
	empty := lab.NewDirectory(1<<63 + 1)
	for name, d := range map[string]*lab.Directory{"by hand": loaded(t, byHand), "generated": generated, "empty": empty} {
		first := saved(t, d)
		if first != saved(t, d) {
			t.Errorf("%s: saving changed the directory", name)
		}
		again := loaded(t, first)
		if second := saved(t, again); second != first {
			t.Errorf("%s was saved as\n%s\nand then as\n%s", name, first, second)
		}
		if next := again.NewGUID(); strings.Contains(first, next) {
			t.Errorf("%s: the next id, %s, was given already", name, next)
		}
	}
}

func TestALoadedDirectoryIsProvisionedWithItsOwnMappings(t *testing.T) {
	s, w := newServer(t), &wire{}
	d := loaded(t, byHand)
	mustSync(t, made(t, "entra", d, w.target(s), lab.Options{}))
	if len(s.docs["/Users"]) != 1 || s.docs["/Users"][0]["displayName"] != nil || s.docs["/Users"][0]["externalId"] == nil {
		t.Errorf("on the server is %v", s.docs["/Users"])
	}
	if err := d.SetMappings([]lab.Mapping{{Source: "mail", Target: "userName"}}); err == nil || len(d.Mappings()) != 3 {
		t.Errorf("a table without matching attribute was taken: %v", err)
	}
}

func TestMistakesInAFileAreToldWithTheirPlace(t *testing.T) {
	for text, want := range map[string]string{
		``:                       "line 1, column 1: this is no JSON: it ends too early",
		`{`:                      "line 1, column 2: this is no JSON",
		"{\n \"people\": [}":     "line 2, column 13: this is no JSON: invalid character '}'",
		`[]`:                     "line 1, column 1: the file: this must be an object, not a list",
		`{} {}`:                  "line 1, column 4: something follows the end",
		`{"seed": 1, "seed": 2}`: `line 1, column 13: "seed" stands here twice`,
		`{"seed": -1}`:           "seed: this must be a whole number from 0 on",
		`{"now": "today"}`:       `now: "today" is no time`,
		`{"peeple": []}`:         "line 1, column 12: peeple: there is no such key; did you mean people?",
		`{"zzz": 1}`:             "zzz: there is no such key; known are seed, now, people",
		`{"people": {}}`:         "people: this must be a list, not an object",
		`{"people": [1]}`:        "line 1, column 13: people[0]: this must be an object, not a number",
		"{\"people\": [\n  {\"userPrincipalName\": \"é\", \"givnName\": 1}]}": "line 2, column 42: people[0].givnName: there is no such key; did you mean givenName?",
		`{"people": [{"userPrincipalName": "a", "mail": null}]}`:              "people[0].mail: this must be a text, not null",
		`{"people": [{"userPrincipalName": "a", "accountEnabled": "yes"}]}`:   "people[0].accountEnabled: this must be true or false, not a text",
		`{"people": [{"userPrincipalName": "a", "deletedAt": "x"}]}`:          `people[0].deletedAt: "x" is no time`,
		`{"people": [{}]}`: "people[0]: a person needs a userPrincipalName",
		`{"people": [{"userPrincipalName": "a"}, {"userPrincipalName": "a"}]}`:                                   "people[1]: a is there twice",
		`{"people": [{"userPrincipalName": "a", "objectId": "1"}, {"userPrincipalName": "b", "objectId": "1"}]}`: "people[1]: the objectId 1 is there twice",
		`{"people": [{"userPrincipalName": "a", "manager": "b"}]}`:                                               `people[0].manager: nobody is called "b"`,
		`{"groups": [{}]}`: "groups[0]: a group needs a displayName",
		`{"groups": [{"displayName": "g", "objectId": "1"}, {"displayName": "h", "objectId": "1"}]}`: "groups[1]: the objectId 1 is there twice",
		`{"groups": [{"displayName": "g", "members": ["x", 7]}]}`:                                    `groups[0].members[0]: nobody is called "x"` + "\n" + `line 1, column 51: groups[0].members[1]: nobody is called 7`,
		`{"assignments": [{}]}`:              "assignments[0]: an assignment names a person or a group",
		`{"assignments": [{"person": "x"}]}`: `assignments[0].person: nobody is called "x"`,
		`{"groups": [{"displayName": "g"}, {"displayName": "g"}], "assignments": [{"group": "g"}]}`:     "no group, or more than one",
		`{"people": [{"userPrincipalName": "a"}], "assignments": [{"person": "a", "roles": ["boss"]}]}`: `there is no role "boss"; it must stand in roles`,
		`{"mappings": [{"source": "mail"}]}`:                                      "mappings[0]: a mapping needs source and target",
		`{"mappings": [{"source": "Fly([mail])", "target": "x[", "match": 1.5}]}`: "mappings[0].match: this must be a whole number from 0 on\nline 1, column 26: mappings[0].source: mapping expression",
		`{"mappings": [{"source": "mail", "target": "userName"}]}`:                "line 1, column 14: mappings: the mapping has no matching attribute",
		strings.Repeat("[", 40):                                                   "nested more than 32 deep",
	} {
		d, err := lab.Load(strings.NewReader(text))
		if err == nil || d != nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\ngave\n%v\nwant\n%s", text, err, want)
		}
	}
	many := `{"people": [` + strings.Repeat(`{},`, 100) + `{}]}`
	if _, err := lab.Load(strings.NewReader(many)); strings.Count(err.Error(), "\n") != 19 {
		t.Errorf("of a hundred mistakes %d were told", strings.Count(err.Error(), "\n")+1)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(byHand)
	f.Add(`{"people": [{"userPrincipalName": "a"}], "groups": [{"displayName": "a", "members": ["a"]}], "assignments": [{"group": "a"}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		d, err := lab.Load(strings.NewReader(text))
		if (err == nil) == (d == nil) {
			t.Fatalf("%v and %v", d, err)
		}
		if err != nil {
			return
		}
		first := saved(t, d)
		if second := saved(t, loaded(t, first)); second != saved(t, loaded(t, second)) {
			t.Fatalf("%s\nbecame\n%s", first, second)
		}
	})
}
