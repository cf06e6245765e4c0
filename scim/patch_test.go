package scim_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/scim"
)

const ent = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

// patched is what PATCH makes of a user; before and after are members of JSON objects, without the braces.
type patched struct {
	name   string
	before string
	ops    string
	after  string // the attributes but userName; "" when nothing changes
	fails  string // the scimType of the 400
}

func (p patched) run(t *testing.T, rt *scim.ResourceType) {
	before := decode(t, rt, p.before)
	want := before
	if p.after != "" {
		want = decode(t, rt, p.after)
	}
	body := `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[` + p.ops + `]}`
	r := &scim.Resource{ID: "id1", Attrs: before.Clone()}
	patch, err := rt.DecodePatch([]byte(body), "id1", nil)
	changed := false
	if err == nil {
		changed, err = patch.Apply(r)
	}
	if p.fails != "" {
		wantType(t, err, p.fails)
	} else if err != nil {
		t.Fatal(err)
	}
	if !r.Attrs.Equal(want) {
		t.Errorf("\ngot  %s\nwant %s", r.Attrs.AppendJSON(nil), want.AppendJSON(nil))
	}
	if changed != (p.after != "") {
		t.Errorf("changed is %v", changed)
	}
}

func decode(t testing.TB, rt *scim.ResourceType, members string) *scim.Object {
	t.Helper()
	name := `"userName":"u"`
	if rt.Name == "Group" {
		name = `"displayName":"g"`
	}
	if members != "" && !strings.Contains(members, strings.Split(name, ":")[0]+":") {
		members = "," + members
		o, err := rt.Decode([]byte("{"+name+members+"}"), nil)
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	if members == "" {
		members = name
	}
	o, err := rt.Decode([]byte("{"+members+"}"), nil)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func wantType(t *testing.T, err error, scimType string) {
	t.Helper()
	e, ok := err.(*scim.Error)
	if !ok || e.Type != scimType || e.Status != 400 || e.Detail == "" {
		t.Fatalf("error is %v, want a 400 %s", err, scimType)
	}
}

const work = `"emails":[{"type":"work","value":"w@x","primary":true},{"type":"home","value":"h@x"}]`

// RFC 7644 §3.5.2.1
func TestAddAsTheRFCSays(t *testing.T) {
	for _, p := range []patched{
		{name: "a new single value", ops: `{"op":"add","path":"title","value":"T"}`, after: `"title":"T"`},
		{name: "over a single value", before: `"title":"A"`, ops: `{"op":"add","path":"title","value":"B"}`, after: `"title":"B"`},
		{name: "the same single value", before: `"title":"A"`, ops: `{"op":"add","path":"title","value":"A"}`},
		{name: "without a path", ops: `{"op":"add","value":{"title":"T","nickName":"N"}}`, after: `"title":"T","nickName":"N"`},
		{name: "to a list", before: `"emails":[{"value":"a"}]`, ops: `{"op":"add","path":"emails","value":[{"value":"b"}]}`, after: `"emails":[{"value":"a"},{"value":"b"}]`},
		{name: "what the list has", before: work, ops: `{"op":"add","path":"emails","value":[{"value":"H@x","type":"HOME"}]}`, after: `"emails":[{"type":"work","value":"w@x","primary":true},{"type":"HOME","value":"H@x"}]`},
		{name: "exactly what the list has", before: work, ops: `{"op":"add","path":"emails","value":[{"value":"h@x","type":"home"}]}`},
		{name: "one value of another type", before: `"emails":[{"value":"a","type":"work"}]`, ops: `{"op":"add","path":"emails","value":[{"value":"a","type":"home"}]}`, after: `"emails":[{"value":"a","type":"work"},{"value":"a","type":"home"}]`},
		{name: "nothing to a list", before: work, ops: `{"op":"add","path":"emails","value":[]}`},
		{name: "null to a list", before: work, ops: `{"op":"add","path":"emails","value":null}`},
		{name: "into a complex attribute", before: `"name":{"givenName":"A"}`, ops: `{"op":"add","path":"name","value":{"familyName":"B"}}`, after: `"name":{"givenName":"A","familyName":"B"}`},
		{name: "into an extension", ops: `{"op":"add","path":"` + ent + `","value":{"department":"D"}}`, after: `"` + ent + `":{"department":"D"}`},
		{name: "an attribute of an extension", before: `"` + ent + `":{"division":"V"}`, ops: `{"op":"add","path":"` + ent + `:department","value":"D"}`, after: `"` + ent + `":{"division":"V","department":"D"}`},
		{name: "URN of the core schema", ops: `{"op":"add","path":"urn:ietf:params:scim:schemas:core:2.0:User:name.givenName","value":"A"}`, after: `"name":{"givenName":"A"}`},
		{name: "names in any case", ops: `{"op":"add","path":"NAME.GIVENNAME","value":"A"}`, after: `"name":{"givenName":"A"}`},
		{name: "to the values a bracket selects", before: work, ops: `{"op":"add","path":"emails[type eq \"home\"]","value":{"display":"D"}}`, after: `"emails":[{"type":"work","value":"w@x","primary":true},{"type":"home","value":"h@x","display":"D"}]`},
		{name: "a whole value that a bracket describes", ops: `{"op":"add","path":"addresses[type eq \"work\"]","value":{"locality":"Rome"}}`, after: `"addresses":[{"type":"work","locality":"Rome"}]`},
		{name: "an address that is there", before: `"addresses":[{"locality":"Rome"}]`, ops: `{"op":"add","path":"addresses","value":[{"locality":"Rome"}]}`},
		{name: "what a value lacks", before: `"emails":[{"value":"a"}]`, ops: `{"op":"add","path":"emails","value":[{"value":"A","type":"work","extra":"e","primary":true}]}`, after: `"emails":[{"value":"A","type":"work","extra":"e","primary":true}]`},
		{name: "an unknown part that a value has", before: `"emails":[{"value":"a","extra":"d"}]`, ops: `{"op":"add","path":"emails","value":[{"value":"a","extra":"e"}]}`, after: `"emails":[{"value":"a","extra":"e"}]`},
		{name: "a value without value", ops: `{"op":"add","path":"title"}`, fails: "invalidValue"},
		{name: "no path and no value", ops: `{"op":"add"}`, fails: "invalidValue"},
		{name: "no path and a string", ops: `{"op":"add","value":"x"}`, fails: "invalidValue"},
		{name: "of the wrong type", ops: `{"op":"add","path":"title","value":1}`, fails: "invalidValue"},
		{name: "of the wrong type in a list", ops: `{"op":"add","path":"emails","value":[{"value":true}]}`, fails: "invalidValue"},
	} {
		t.Run(p.name, func(t *testing.T) { p.run(t, scim.UserType()) })
	}
}

// RFC 7644 §3.5.2.2
func TestRemoveAsTheRFCSays(t *testing.T) {
	for _, p := range []patched{
		{name: "a single value", before: `"title":"A"`, ops: `{"op":"remove","path":"title"}`, after: `"userName":"u"`},
		{name: "what is not there", ops: `{"op":"remove","path":"title"}`},
		{name: "a list", before: work, ops: `{"op":"remove","path":"emails"}`, after: `"userName":"u"`},
		{name: "by a bracket", before: work, ops: `{"op":"remove","path":"emails[type eq \"work\"]"}`, after: `"emails":[{"type":"home","value":"h@x"}]`},
		{name: "the last by a bracket", before: `"emails":[{"type":"work","value":"w"}]`, ops: `{"op":"remove","path":"emails[value eq \"W\"]"}`, after: `"userName":"u"`},
		{name: "no match", before: work, ops: `{"op":"remove","path":"emails[type eq \"other\"]"}`},
		{name: "a sub-attribute", before: `"name":{"givenName":"A","familyName":"B"}`, ops: `{"op":"remove","path":"name.givenName"}`, after: `"name":{"familyName":"B"}`},
		{name: "the last sub-attribute", before: `"name":{"givenName":"A"}`, ops: `{"op":"remove","path":"name.givenName"}`, after: `"userName":"u"`},
		{name: "a sub-attribute of all values", before: work, ops: `{"op":"remove","path":"emails.type"}`, after: `"emails":[{"value":"w@x","primary":true},{"value":"h@x"}]`},
		{name: "the value of all values", before: work, ops: `{"op":"remove","path":"emails.value"}`, after: `"userName":"u"`},
		{name: "a sub-attribute by a bracket", before: work, ops: `{"op":"remove","path":"emails[type eq \"work\"].primary"}`, after: `"emails":[{"type":"work","value":"w@x"},{"type":"home","value":"h@x"}]`},
		{name: "an extension", before: `"` + ent + `":{"department":"D"}`, ops: `{"op":"remove","path":"` + ent + `"}`, after: `"userName":"u"`},
		{name: "the last of an extension", before: `"` + ent + `":{"department":"D"}`, ops: `{"op":"remove","path":"` + ent + `:department"}`, after: `"userName":"u"`},
		{name: "the manager", before: `"` + ent + `":{"manager":{"value":"m","$ref":"r"},"department":"D"}`, ops: `{"op":"remove","path":"` + ent + `:manager.value"}`, after: `"` + ent + `":{"department":"D"}`},
		{name: "listed values, by value and type", before: work, ops: `{"op":"remove","path":"emails","value":[{"value":"h@x","type":"home"},{"value":"w@x","type":"other"}]}`, after: `"emails":[{"type":"work","value":"w@x","primary":true}]`},
		{name: "listed values, without a value", before: `"addresses":[{"type":"work","locality":"Rome"},{"type":"home","locality":"Rome"}]`, ops: `{"op":"remove","path":"addresses","value":[{"type":"home"}]}`, after: `"addresses":[{"type":"work","locality":"Rome"}]`},
		{name: "without a path", ops: `{"op":"remove"}`, fails: "noTarget"},
		{name: "without a path but with a value", before: work, ops: `{"op":"remove","value":{"emails":[]}}`, fails: "noTarget"},
		{name: "what is required", ops: `{"op":"remove","path":"userName"}`, fails: "mutability"},
		{name: "what is read-only", ops: `{"op":"remove","path":"groups"}`, fails: "mutability"},
		{name: "the core schema", ops: `{"op":"remove","path":"urn:ietf:params:scim:schemas:core:2.0:User"}`, fails: "noTarget"},
	} {
		t.Run(p.name, func(t *testing.T) { p.run(t, scim.UserType()) })
	}
}

// RFC 7644 §3.5.2.3
func TestReplaceAsTheRFCSays(t *testing.T) {
	for _, p := range []patched{
		{name: "a single value", before: `"title":"A"`, ops: `{"op":"replace","path":"title","value":"B"}`, after: `"title":"B"`},
		{name: "what is not there", ops: `{"op":"replace","path":"title","value":"B"}`, after: `"title":"B"`},
		{name: "a whole list", before: work, ops: `{"op":"replace","path":"emails","value":[{"value":"n"}]}`, after: `"emails":[{"value":"n"}]`},
		{name: "by an empty list", before: work, ops: `{"op":"replace","path":"emails","value":[]}`, after: `"userName":"u"`},
		{name: "sub-attributes of a complex one", before: `"name":{"givenName":"A","familyName":"B"}`, ops: `{"op":"replace","path":"name","value":{"givenName":"C"}}`, after: `"name":{"givenName":"C","familyName":"B"}`},
		{name: "without a path", before: `"title":"A","name":{"givenName":"A"}`, ops: `{"op":"replace","value":{"title":"B","name":{"familyName":"F"}}}`, after: `"title":"B","name":{"givenName":"A","familyName":"F"}`},
		{name: "the values a bracket selects", before: work, ops: `{"op":"replace","path":"emails[type eq \"work\"]","value":{"value":"n"}}`, after: `"emails":[{"type":"work","value":"n"},{"type":"home","value":"h@x"}]`},
		{name: "a sub-attribute by a bracket", before: work, ops: `{"op":"replace","path":"emails[type eq \"work\" and primary eq true].value","value":"n"}`, after: `"emails":[{"type":"work","value":"n","primary":true},{"type":"home","value":"h@x"}]`},
		{name: "a sub-attribute of the only value", before: `"emails":[{"value":"a"}]`, ops: `{"op":"replace","path":"emails.value","value":"b"}`, after: `"emails":[{"value":"b"}]`},
		{name: "a sub-attribute of several values", before: work, ops: `{"op":"replace","path":"emails.value","value":"b"}`, fails: "noTarget"},
		{name: "no match and nothing to make one from", before: work, ops: `{"op":"replace","path":"emails[value co \"zzz\"].value","value":"b"}`, fails: "noTarget"},
		{name: "no match and what would not match either", before: work, ops: `{"op":"replace","path":"emails[value eq \"zzz\"].value","value":"b"}`, fails: "noTarget"},
		{name: "the manager's value drops what belongs to the old one", before: `"` + ent + `":{"manager":{"value":"m","$ref":"r"}}`, ops: `{"op":"replace","path":"` + ent + `:manager","value":{"value":"n"}}`, after: `"` + ent + `":{"manager":{"value":"n"}}`},
		{name: "the manager's value by its own path", before: `"` + ent + `":{"manager":{"value":"m","$ref":"r"}}`, ops: `{"op":"replace","path":"` + ent + `:manager.value","value":"n"}`, after: `"` + ent + `":{"manager":{"value":"n"}}`},
		{name: "an extension keeps what is not named", before: `"` + ent + `":{"department":"D","division":"V"}`, ops: `{"op":"replace","value":{"` + ent + `":{"department":"E"}}}`, after: `"` + ent + `":{"department":"E","division":"V"}`},
		{name: "an extension by null", before: `"` + ent + `":{"department":"D"}`, ops: `{"op":"replace","value":{"` + ent + `":null}}`, after: `"userName":"u"`},
		{name: "without a value", ops: `{"op":"replace","path":"title"}`, fails: "invalidValue"},
		{name: "a bracket on a single value", ops: `{"op":"replace","path":"name[givenName eq \"A\"].familyName","value":"B"}`, fails: "invalidPath"},
	} {
		t.Run(p.name, func(t *testing.T) { p.run(t, scim.UserType()) })
	}
}

// RFC 7644 §3.5.2: setting a value primary makes the others not so.
func TestPatchDemotesTheOtherPrimaryValues(t *testing.T) {
	for _, p := range []patched{
		{name: "by add", before: work, ops: `{"op":"add","path":"emails","value":[{"value":"n","primary":true}]}`, after: `"emails":[{"type":"work","value":"w@x","primary":false},{"type":"home","value":"h@x"},{"value":"n","primary":true}]`},
		{name: "by a bracket", before: work, ops: `{"op":"replace","path":"emails[type eq \"home\"].primary","value":"True"}`, after: `"emails":[{"type":"work","value":"w@x","primary":false},{"type":"home","value":"h@x","primary":true}]`},
		{name: "by a value made new", before: work, ops: `{"op":"add","path":"emails[type eq \"other\" and primary eq true].value","value":"o"}`, after: `"emails":[{"type":"work","value":"w@x","primary":false},{"type":"home","value":"h@x"},{"type":"other","primary":true,"value":"o"}]`},
		{name: "not when it is primary already", before: work, ops: `{"op":"replace","path":"emails[type eq \"work\"].primary","value":true}`},
	} {
		t.Run(p.name, func(t *testing.T) { p.run(t, scim.UserType()) })
	}
}

func TestPatchRefusesWhatCannotBeChangedAndWhatIsNotThere(t *testing.T) {
	rt := fuzzType()
	for _, p := range []patched{
		{name: "id", ops: `{"op":"replace","path":"id","value":"x"}`, fails: "mutability"},
		{name: "another id among the values", ops: `{"op":"replace","value":{"id":"x"}}`, fails: "mutability"},
		{name: "meta", ops: `{"op":"replace","path":"meta.created","value":"2026-01-01T00:00:00Z"}`, fails: "mutability"},
		{name: "groups", ops: `{"op":"add","path":"groups","value":[{"value":"g"}]}`, fails: "mutability"},
		{name: "a read-only sub-attribute", ops: `{"op":"replace","path":"` + ent + `:manager.displayName","value":"x"}`, fails: "mutability"},
		{name: "groups among the values", ops: `{"op":"replace","value":{"groups":[],"meta":{},"schemas":[]}}`},
		{name: "an immutable attribute without a value", ops: `{"op":"add","path":"badge","value":"1"}`, after: `"badge":"1"`},
		{name: "an immutable attribute with a value", before: `"badge":"1"`, ops: `{"op":"replace","path":"badge","value":"2"}`, fails: "mutability"},
		{name: "an immutable attribute with that value", before: `"badge":"1"`, ops: `{"op":"replace","path":"badge","value":"1"}`},
		{name: "removing an immutable attribute", before: `"badge":"1"`, ops: `{"op":"remove","path":"badge"}`, fails: "mutability"},
		{name: "an immutable sub-attribute", before: `"seats":[{"floor":1,"desk":"d"}]`, ops: `{"op":"replace","path":"seats[floor eq 1].desk","value":"e"}`, fails: "mutability"},
		{name: "a required sub-attribute", before: `"seats":[{"floor":1,"desk":"d"}]`, ops: `{"op":"remove","path":"seats.floor"}`, fails: "mutability"},
		{name: "a misspelt attribute", ops: `{"op":"replace","path":"nickNmae","value":"x"}`, fails: "invalidPath"},
		{name: "a misspelt sub-attribute", ops: `{"op":"replace","path":"name.givenNmae","value":"x"}`, fails: "invalidPath"},
		{name: "a sub-attribute of a simple one", ops: `{"op":"replace","path":"title.value","value":"x"}`, fails: "invalidPath"},
		{name: "a path that is none", ops: `{"op":"replace","path":"emails[type eq","value":"x"}`, fails: "invalidPath"},
		{name: "an op that is none", ops: `{"op":"delete","path":"title"}`, fails: "invalidSyntax"},
		{name: "no op", ops: `{"path":"title","value":"x"}`, fails: "invalidSyntax"},
		{name: "a path that is no string", ops: `{"op":"add","path":3,"value":"x"}`, fails: "invalidValue"},
		{name: "an operation that is no object", ops: `"add"`, fails: "invalidValue"},
		{name: "a bracket on simple values", before: `"tags":["a"]`, ops: `{"op":"add","path":"tags[value eq \"b\"]","value":"b"}`, fails: "noTarget"},
	} {
		t.Run(p.name, func(t *testing.T) { p.run(t, rt) })
	}
}

func TestPatchChangesListsOfSimpleValues(t *testing.T) {
	rt := fuzzType()
	for _, p := range []patched{
		{name: "add", before: `"tags":["a"]`, ops: `{"op":"add","path":"tags","value":["A","b"]}`, after: `"tags":["a","b"]`},
		{name: "add one", before: `"tags":["a"]`, ops: `{"op":"add","path":"tags","value":"b"}`, after: `"tags":["a","b"]`},
		{name: "remove by a bracket", before: `"tags":["a","b"]`, ops: `{"op":"remove","path":"tags[value eq \"a\"]"}`, after: `"tags":["b"]`},
		{name: "remove listed", before: `"tags":["a","b"]`, ops: `{"op":"remove","path":"tags","value":["a","c"]}`, after: `"tags":["b"]`},
		{name: "replace by a bracket", before: `"tags":["a","b"]`, ops: `{"op":"replace","path":"tags[value eq \"a\"]","value":"c"}`, after: `"tags":["c","b"]`},
	} {
		t.Run(p.name, func(t *testing.T) { p.run(t, rt) })
	}
}

func TestPatchKeepsAttributesNobodyDefined(t *testing.T) {
	const core = "urn:ietf:params:scim:schemas:core:2.0:User"
	for _, p := range []patched{
		{name: "by a URN nobody knows", ops: `{"op":"add","path":"urn:acme:2.0:User:floor","value":3}`, after: `"urn:acme:2.0:User":{"floor":3}`},
		{name: "a sub-attribute", ops: `{"op":"add","path":"urn:acme:2.0:User:desk.floor","value":3}`, after: `"urn:acme:2.0:User":{"desk":{"floor":3}}`},
		{name: "a bracket", ops: `{"op":"add","path":"urn:acme:2.0:User:desks[type eq \"a\"].floor","value":3}`, after: `"urn:acme:2.0:User":{"desks":[{"type":"a","floor":3}]}`},
		{name: "under the core URN", ops: `{"op":"add","path":"` + core + `:vendor","value":"v"}`, after: `"` + core + `:vendor":"v"`},
		{name: "nested under the core URN", ops: `{"op":"add","value":{"` + core + `":{"vendor":"v","title":"T"}}}`, after: `"title":"T","` + core + `":{"vendor":"v"}`},
		{name: "short, without a path", ops: `{"op":"add","value":{"vendor":{"a":[1,2]}}}`, after: `"vendor":{"a":[1,2]}`},
		{name: "removing", before: `"urn:acme:2.0:User":{"floor":3}`, ops: `{"op":"remove","path":"urn:acme:2.0:User:floor"}`, after: `"userName":"u"`},
		{name: "clearing", before: `"` + core + `:vendor":"v"`, ops: `{"op":"replace","path":"` + core + `:vendor","value":""}`, after: `"userName":"u"`},
		{name: "of a known extension", ops: `{"op":"add","path":"` + ent + `:badge","value":"b"}`, after: `"` + ent + `":{"badge":"b"}`},
		{name: "adding to a list", before: `"urn:acme:2.0:User":{"l":["a"]}`, ops: `{"op":"add","path":"urn:acme:2.0:User:l","value":["a","b"]}`, after: `"urn:acme:2.0:User":{"l":["a","b"]}`},
		{name: "the case of unknown values counts", before: `"urn:acme:2.0:User":{"l":["a"]}`, ops: `{"op":"add","path":"urn:acme:2.0:User:l","value":["A"]}`, after: `"urn:acme:2.0:User":{"l":["a","A"]}`},
		{name: "removing listed values", before: `"urn:acme:2.0:User":{"l":["a","b"]}`, ops: `{"op":"remove","path":"urn:acme:2.0:User:l","value":["a"]}`, after: `"urn:acme:2.0:User":{"l":["b"]}`},
		{name: "removing with a value that is no list", before: `"urn:acme:2.0:User":{"l":["a","b"]}`, ops: `{"op":"remove","path":"urn:acme:2.0:User:l","value":"a"}`, after: `"userName":"u"`},
		{name: "without a path, by a dotted name", ops: `{"op":"add","value":{"urn:acme:2.0:User:desk.floor":3}}`, after: `"urn:acme:2.0:User":{"desk":{"floor":3}}`},
		{name: "without a path, by a URN that ends in a version", ops: `{"op":"add","value":{"urn:acme:2.0":{"floor":3}}}`, after: `"urn:acme:2.0":{"floor":3}`},
		{name: "a whole schema that ends in a version", ops: `{"op":"add","path":"urn:acme:2.0","value":{"floor":3}}`, after: `"urn:acme:2.0":{"floor":3}`},
		{name: "removing a whole schema", before: `"urn:acme:2.0":{"floor":3}`, ops: `{"op":"remove","path":"urn:acme:2.0"}`, after: `"userName":"u"`},
		{name: "a whole schema with a value that is none", ops: `{"op":"add","path":"urn:acme:2.0","value":3}`, fails: "invalidValue"},
		{name: "a whole schema without a value", ops: `{"op":"add","path":"urn:acme:2.0"}`, fails: "invalidValue"},
		{name: "without a path, a schema with a value that is none", before: `"urn:acme:2.0":{"floor":3}`, ops: `{"op":"add","value":{"urn:acme:2.0":3}}`, fails: "invalidValue"},
		{name: "a URN that is none", ops: `{"op":"add","path":"urn:x","value":3}`, fails: "invalidPath"},
		{name: "a schema with an empty part at its end", ops: `{"op":"add","path":"urn:::A","value":3}`, fails: "invalidPath"},
		{name: "without a path, one attribute by its URN", ops: `{"op":"add","value":{"urn:acme:2.0:User:floor":3}}`, after: `"urn:acme:2.0:User":{"floor":3}`},
		{name: "without a path, a URN that ends in nothing", ops: `{"op":"add","value":{"urn:acme:":3}}`, fails: "invalidSyntax"},
		{name: "without a path, a URN of the core schema with a path", ops: `{"op":"add","value":{"` + core + `:name.givenName":"G","` + core + `:a b":1}}`, fails: "invalidPath"},
		{name: "within a schema, what is no name", ops: `{"op":"add","value":{"` + ent + `":{"a b":1}}}`, fails: "invalidSyntax"},
		{name: "a schema with a value that is none", ops: `{"op":"add","path":"` + ent + `","value":"D"}`, fails: "invalidValue"},
		{name: "a schema without a value", ops: `{"op":"add","path":"` + ent + `"}`, fails: "invalidValue"},
		{name: "a value used as a complex one", before: `"urn:acme:2.0:User":{"x":1}`, ops: `{"op":"add","path":"urn:acme:2.0:User:x.y","value":1}`, fails: "invalidPath"},
		{name: "a value used as a list", before: `"urn:acme:2.0:User":{"x":1}`, ops: `{"op":"add","path":"urn:acme:2.0:User:x[y eq 1].z","value":1}`, fails: "invalidPath"},
		{name: "replacing a complex one merges", before: `"urn:acme:2.0:User":{"x":{"a":1}}`, ops: `{"op":"replace","path":"urn:acme:2.0:User:x","value":{"b":2}}`, after: `"urn:acme:2.0:User":{"x":{"a":1,"b":2}}`},
		{name: "adding one to a list", before: `"urn:acme:2.0:User":{"l":["a"]}`, ops: `{"op":"add","path":"urn:acme:2.0:User:l","value":"b"}`, after: `"urn:acme:2.0:User":{"l":["a","b"]}`},
	} {
		t.Run(p.name, func(t *testing.T) { p.run(t, scim.UserType()) })
	}
}

func TestPatchIsAppliedInFullOrNotAtAll(t *testing.T) {
	s := newService(t)
	made := s.create(`"userName":"ann","title":"A",` + work)
	r := s.patch("/Users/"+made.id(), `{"op":"replace","path":"title","value":"B"},{"op":"remove","path":"emails"},{"op":"remove","path":"userName"}`)
	r.want(400, "mutability")
	if !strings.Contains(r.text, "userName") {
		t.Errorf("the detail does not name the attribute: %s", r.text)
	}
	if now := s.do("GET", "/Users/"+made.id(), ""); now.text != made.text {
		t.Errorf("a part was applied: %s", now.text)
	}
	r = s.patch("/Users/"+made.id(), `{"op":"add","path":"title","value":"B"},{"op":"add","path":"active","value":"perhaps"}`).want(400, "invalidValue")
	if !strings.Contains(r.text, "Operation 2") {
		t.Errorf("the detail does not say which operation: %s", r.text)
	}
}

func TestAPatchThatChangesNothingLeavesVersionAndTime(t *testing.T) {
	s := newService(t)
	made := s.create(`"userName":"ann","title":"A"`)
	for _, ops := range []string{
		`{"op":"replace","path":"title","value":"A"}`,
		`{"op":"remove","path":"nickName"}`,
		`{"op":"add","path":"title","value":"B"},{"op":"add","path":"title","value":"A"}`,
	} {
		if r := s.patch("/Users/"+made.id(), ops).want(200); r.text != made.text {
			t.Errorf("%s made %s", ops, r.text)
		}
	}
}

func TestAMisspeltPathIsAnsweredWithTheRightName(t *testing.T) {
	s := newService(t)
	id := s.create(`"userName":"ann"`).id()
	for wrong, right := range map[string]string{
		"nickNmae": `nickName`, "dispalyName": "displayName", "departmnt": ent + ":department", "name.givenNam": "name.givenName", "externalID2": "externalId",
	} {
		r := s.patch("/Users/"+id, fmt.Sprintf(`{"op":"replace","path":%q,"value":"x"}`, wrong)).want(400, "invalidPath")
		if !strings.Contains(r.text, right) {
			t.Errorf("%s: %s", wrong, r.text)
		}
	}
}

func TestAGroupPatchAnswers204UnlessAttributesAreAskedFor(t *testing.T) {
	s := newService(t)
	id := s.createGroup(`"displayName":"G"`).id()
	add := `{"op":"add","path":"members","value":[{"value":"u1"}]}`
	if r := s.patch("/Groups/"+id, add).want(204); r.text != "" || r.header.Get("ETag") == "" {
		t.Errorf("204 with %q, ETag %q", r.text, r.header.Get("ETag"))
	}
	s.patch("/Groups/"+id+"?attributes=members", add).want(200).has("members", `[{"value":"u1"}]`)
	s.patch("/Groups/"+id+"?excludedAttributes=members", add).want(200).lacks("members")
}

func TestAMemberThatIsThereKeepsWhatIsImmutable(t *testing.T) {
	for _, p := range []patched{
		{name: "another $ref", before: `"members":[{"value":"a","$ref":"r"}]`, ops: `{"op":"add","path":"members","value":[{"value":"a","$ref":"other","type":"User"}]}`, after: `"members":[{"value":"a","$ref":"r","type":"User"}]`},
		{name: "ids differ by case", before: `"members":[{"value":"a"}]`, ops: `{"op":"add","path":"members","value":[{"value":"A"}]}`, after: `"members":[{"value":"a"},{"value":"A"}]`},
		{name: "another value", before: `"members":[{"value":"a"}]`, ops: `{"op":"replace","path":"members[value eq \"a\"].value","value":"b"}`, fails: "mutability"},
	} {
		t.Run(p.name, func(t *testing.T) { p.run(t, scim.GroupType()) })
	}
}

func TestManyPatchesCannotMakeAnObjectThatCouldNotBeSent(t *testing.T) {
	s := newService(t)
	id := s.create(`"userName":"u"`).id()
	op := func(from, to int) string {
		var ops []string
		for i := from; i < to; i++ {
			ops = append(ops, fmt.Sprintf(`{"op":"add","path":"urn:acme:User:a%d","value":1}`, i))
		}
		return strings.Join(ops, ",")
	}
	s.patch("/Users/"+id, op(0, 256)).want(200)
	s.patch("/Users/"+id, op(256, 257)).want(400, "invalidValue")
	s.patch("/Users/"+id, op(255, 256)).want(200)
}

func TestApplyCallsTheCheckFirst(t *testing.T) {
	rt := scim.UserType()
	p, err := rt.DecodePatch([]byte(`{"Operations":[{"op":"add","path":"title","value":"T"}]}`), "1", nil)
	if err != nil {
		t.Fatal(err)
	}
	p.Check = func(*scim.Resource) error { return scim.PreconditionFailed() }
	r := &scim.Resource{Attrs: decode(t, rt, "")}
	if changed, err := p.Apply(r); changed || err == nil || r.Attrs.Str("title") != "" {
		t.Error(changed, err)
	}
	if _, rest := p.Take("members"); rest.Check == nil {
		t.Error("Take loses the check")
	}
}

// memberLog is a backend for groups too big to read: it takes the member operations out.
type memberLog struct {
	*scim.Memory
	added, removed []string
}

func (m *memberLog) Patch(ctx context.Context, id string, p *scim.Patch) (*scim.Resource, error) {
	taken, rest := p.Take("members")
	for _, op := range taken {
		keys, ok := op.Keys()
		if !ok {
			return nil, scim.BadRequest("invalidPath", "no")
		}
		switch op.Verb {
		case scim.Add:
			m.added = append(m.added, keys...)
		case scim.Remove:
			m.removed = append(m.removed, keys...)
		}
	}
	return m.Update(ctx, id, rest.Apply)
}

func TestAPatcherTakesTheMembersOut(t *testing.T) {
	rt := scim.GroupType()
	m := &memberLog{Memory: scim.NewMemory(rt)}
	r, err := m.Create(context.Background(), &scim.Resource{Attrs: decode(t, rt, "")})
	if err != nil {
		t.Fatal(err)
	}
	for _, ops := range []string{
		`{"op":"add","path":"members","value":[{"value":"a"},{"value":"b"}]},{"op":"replace","path":"displayName","value":"New"}`,
		`{"op":"remove","path":"members[value eq \"a\"]"},{"op":"Remove","path":"members","value":[{"value":"c"}]}`,
		`{"op":"remove","path":"members[value eq \"d\" or value eq \"e\"]"},{"op":"add","value":{"members":[{"value":"f"}]}}`,
	} {
		p, err := rt.DecodePatch([]byte(`{"Operations":[`+ops+`]}`), r.ID, nil)
		if err != nil {
			t.Fatal(err)
		}
		if r, err = m.Patch(context.Background(), r.ID, p); err != nil {
			t.Fatal(err)
		}
	}
	if got := strings.Join(m.added, "") + "-" + strings.Join(m.removed, ""); got != "abf-acde" {
		t.Errorf("members are %s", got)
	}
	if r.Attrs.Str("displayName") != "New" || r.Attrs.List("members") != nil {
		t.Errorf("rest made %s", r.Attrs.AppendJSON(nil))
	}
}

func TestKeysSaysWhenAnOperationCannotBePutAsAListOfIDs(t *testing.T) {
	rt := scim.GroupType()
	for ops, want := range map[string]string{
		`{"op":"replace","path":"members","value":[]}`:                          "[] true",
		`{"op":"remove","path":"members"}`:                                      "[] true",
		`{"op":"remove","path":"members[value co \"a\"]"}`:                      "[] false",
		`{"op":"remove","path":"members[value eq \"a\" and type eq \"User\"]"}`: "[] false",
		`{"op":"add","path":"members","value":[{"type":"User"}]}`:               "[] false",
		`{"op":"remove","path":"members","value":["a",{"value":"b"}]}`:          "[a b] true",
	} {
		p, err := rt.DecodePatch([]byte(`{"Operations":[`+ops+`]}`), "", nil)
		if err != nil {
			t.Fatal(err)
		}
		keys, ok := p.Ops[0].Keys()
		if got := fmt.Sprint(keys, ok); got != want {
			t.Errorf("%s: %s, want %s", ops, got, want)
		}
	}
}

func TestLongListsOfOperationsAndValuesAreBounded(t *testing.T) {
	s := newService(t)
	id := s.createGroup(`"displayName":"G"`).id()
	op := `{"op":"add","path":"displayName","value":"x"}`
	s.patch("/Groups/"+id, strings.Repeat(op+",", 999)+op).want(204)
	r := s.patch("/Groups/"+id, strings.Repeat(op+",", 9999)+op).want(413)
	if !strings.Contains(r.text, "1000") {
		t.Errorf("the detail does not give the limit: %s", r.text)
	}
	var members []string
	for i := range 40_000 {
		members = append(members, fmt.Sprintf(`{"value":"%d"}`, i))
	}
	s.do("PUT", "/Groups/"+id, `{"displayName":"G","members":[`+strings.Join(members, ",")+`]}`).want(200)
	s.patch("/Groups/"+id, `{"op":"add","path":"members","value":[`+strings.Join(members, ",")+`,{"value":"new"}]}`).want(204)
	probe := `{"op":"remove","path":"members[value co \"none\"]"}`
	s.patch("/Groups/"+id, strings.Repeat(probe+",", 999)+probe).want(400, "tooMany")
	s.do("GET", "/Groups/"+id, "").want(200).has("members.40000.value", `"new"`)
}
