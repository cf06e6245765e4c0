package scim_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/scim"
)

// RFC 7644 §3.9
func TestAttributesAndExcludedAttributes(t *testing.T) {
	s := newService(t)
	id := s.do("POST", "/Users", benchUser).want(201).id()
	for _, c := range []struct {
		params string
		has    []string
		lacks  []string
	}{
		{"attributes=userName", []string{"schemas", "id", "userName"}, []string{"meta", "name", "emails", ent}},
		{"attributes=id", []string{"schemas", "id"}, []string{"meta", "userName"}},
		{"attributes=USERNAME,name.givenName", []string{"userName", "name.givenName"}, []string{"name.familyName", "meta"}},
		{"attributes=emails.value", []string{"emails.0.value", "emails.1.value"}, []string{"emails.0.type", "userName"}},
		{"attributes=emails", []string{"emails.0.value", "emails.0.type"}, []string{"userName"}},
		{"attributes=meta", []string{"meta.location", "meta.resourceType"}, []string{"userName"}},
		{"attributes=meta.location", []string{"meta.location"}, []string{"meta.created"}},
		{"attributes=meta.created,meta.lastModified,meta.version", []string{"meta.created", "meta.lastModified", "meta.version"}, []string{"meta.location"}},
		{"attributes=meta&excludedAttributes=meta.created", []string{"meta.location", "meta.lastModified"}, []string{"meta.created"}},
		{"attributes=" + ent, []string{ent + "|department", ent + "|manager.value"}, []string{"userName"}},
		{"attributes=" + ent + ":department", []string{ent + "|department"}, []string{ent + "|division"}},
		{"attributes=" + ent + ":manager.value", []string{ent + "|manager.value"}, []string{ent + "|division"}},
		{"attributes=urn:ietf:params:scim:schemas:core:2.0:User:userName", []string{"userName"}, []string{"name"}},
		{"attributes=urn:ietf:params:scim:schemas:core:2.0:User:microsoftId", []string{"urn:ietf:params:scim:schemas:core:2.0:User:microsoftId|"}, []string{"name"}},
		{"attributes=noSuchThing", []string{"id", "schemas"}, []string{"userName"}},
		{"excludedAttributes=name,emails.value", []string{"userName", "emails.0.type", "meta"}, []string{"name", "emails.0.value"}},
		{"excludedAttributes=id,schemas,meta", []string{"id", "schemas", "userName"}, []string{"meta"}},
		{"excludedAttributes=" + ent, []string{"userName"}, []string{ent}},
		{"excludedAttributes=" + ent + ":manager", []string{ent + "|department"}, []string{ent + "|manager"}},
		{"attributes=name&excludedAttributes=name.givenName", []string{"name.familyName"}, []string{"name.givenName", "userName"}},
	} {
		one := s.do("GET", "/Users/"+id+"?"+c.params, "").want(200)
		list := s.do("GET", "/Users?"+c.params, "").want(200)
		for _, p := range c.has {
			if one.at(p) == nil || at(list.body["Resources"].([]any)[0], p) == nil {
				t.Errorf("%s: no %s in %s", c.params, p, one.text)
			}
		}
		for _, p := range c.lacks {
			if one.at(p) != nil || at(list.body["Resources"].([]any)[0], p) != nil {
				t.Errorf("%s: %s in %s", c.params, p, one.text)
			}
		}
	}
	s.do("GET", "/Users/"+id+"?attributes=a%20b", "").want(400)
	s.do("GET", "/Users?attributes="+strings.Repeat("a,", 201)+"a", "").want(400)
	s.do("POST", "/Users?attributes=userName", `{"userName":"b","title":"T"}`).want(201).lacks("title").has("userName", `"b"`)
	s.do("PUT", "/Users/"+id+"?attributes=title", `{"userName":"b2","title":"T"}`).want(200).lacks("userName").has("title", `"T"`)
	s.patch("/Users/"+id+"?excludedAttributes=title", `{"op":"add","path":"nickName","value":"N"}`).want(200).lacks("title").has("nickName", `"N"`)
}

func TestWhatIsReturnedOnRequestOrAlwaysFollowsTheSchema(t *testing.T) {
	rt := scim.UserType()
	rt.Schema.Attributes = append(rt.Schema.Attributes,
		scim.Attribute{Name: "secretNote", Returned: scim.ReturnedRequest},
		scim.Attribute{Name: "badge", Returned: scim.ReturnedAlways},
		scim.Attribute{Name: "box", SubAttributes: []scim.Attribute{{Name: "a"}, {Name: "b", Returned: scim.ReturnedRequest}, {Name: "c", Returned: scim.ReturnedNever}, {Name: "d", Returned: scim.ReturnedAlways}}},
	)
	s := newServiceOf(t, &scim.Server{Types: []*scim.ResourceType{rt}})
	made := s.create(`"userName":"u","secretNote":"n","badge":"b","box":{"a":"1","b":"2","c":"3","d":"4"}`)
	made.lacks("secretNote", "box.b", "box.c").has("badge", `"b"`).has("box.a", `"1"`)
	path := "/Users/" + made.id()
	s.do("GET", path+"?attributes=secretNote", "").has("secretNote", `"n"`).has("badge", `"b"`).lacks("userName")
	s.do("GET", path+"?attributes=box.b", "").has("box", `{"b":"2","d":"4"}`)
	s.do("GET", path+"?excludedAttributes=box.d", "").has("box", `{"a":"1","d":"4"}`)
	s.do("GET", path+"?excludedAttributes=badge", "").has("badge", `"b"`)
}

// RFC 7643 §7: a writeOnly value reaches the backend and no answer, whatever returned says, and cannot be guessed by searching.
func TestWhatCanOnlyBeWrittenIsKeptAndNeverReturned(t *testing.T) {
	rt := scim.UserType()
	rt.Schema.Attributes = append(rt.Schema.Attributes,
		scim.Attribute{Name: "pin", Mutability: scim.WriteOnly},
		scim.Attribute{Name: "badge", Mutability: scim.WriteOnly, Returned: scim.ReturnedAlways},
		scim.Attribute{Name: "keys", MultiValued: true, SubAttributes: []scim.Attribute{{Name: "value", Mutability: scim.WriteOnly}, {Name: "type"}}})
	rt.Extensions = append(rt.Extensions, scim.Extension{Schema: &scim.Schema{ID: "urn:acme:User", Attributes: []scim.Attribute{{Name: "code", Mutability: scim.WriteOnly}, {Name: "desk"}}}})
	s := newServiceOf(t, &scim.Server{Types: []*scim.ResourceType{rt}})
	made := s.create(`"userName":"u","pin":"1234","badge":"b","keys":[{"value":"s3cret","type":"work"}],"urn:acme:User":{"code":"c0de","desk":"d"}`)
	path := "/Users/" + made.id()
	stored := func() string {
		r, err := s.users.Get(t.Context(), made.id(), nil)
		if err != nil {
			t.Fatal(err)
		}
		return string(r.Attrs.AppendJSON(nil))
	}
	for _, value := range []string{"1234", `"b"`, "s3cret", "c0de"} {
		if !strings.Contains(stored(), value) {
			t.Errorf("the backend does not have %s: %s", value, stored())
		}
		for _, r := range []*reply{
			made, s.do("GET", path, ""), s.do("GET", path+"?attributes=pin,badge,keys,keys.value,urn:acme:User:code", ""), s.do("GET", "/Users?attributes=pin,keys", ""),
			s.do("PATCH", path, `{"Operations":[{"op":"replace","path":"pin","value":"1234"},{"op":"replace","path":"title","value":"T"}]}`),
		} {
			if r.status >= 300 || strings.Contains(r.text, value) {
				t.Errorf("an answer shows %s: %d %s", value, r.status, r.text)
			}
		}
	}
	made.has("keys", `[{"type":"work"}]`).has("urn:acme:User", `{"desk":"d"}`)
	for _, f := range []string{`pin eq "1234"`, `pin sw "1"`, `pin pr`, `keys.value eq "s3cret"`, `keys[value sw "s"]`, `keys eq "s3cret"`, `urn:acme:User:code eq "c0de"`, `code pr`} {
		s.do("GET", "/Users?filter="+url.QueryEscape(f), "").want(400).has("scimType", `"invalidFilter"`)
	}
	s.do("GET", "/Users?filter="+url.QueryEscape(`keys[type eq "work"]`), "").has("totalResults", "1")
	s.do("GET", "/Users?sortBy=pin", "").want(400)
	// A client that sends back what it has read cannot send what it cannot read.
	s.do("PUT", path, `{"userName":"u2","keys":[{"type":"work"}]}`).want(200).lacks("pin")
	if !strings.Contains(stored(), "1234") {
		t.Errorf("a PUT without pin clears it: %s", stored())
	}
	s.do("PATCH", path, `{"Operations":[{"op":"replace","path":"pin","value":"9876"},{"op":"remove","path":"badge"}]}`).want(200)
	if !strings.Contains(stored(), "9876") || strings.Contains(stored(), "badge") {
		t.Errorf("after a PATCH: %s", stored())
	}
}

func TestASelectionSaysWhatItWants(t *testing.T) {
	rt := scim.GroupType()
	for _, c := range []struct {
		only, not string
		wants     bool
	}{
		{"", "", true}, {"", "members", false}, {"", "MEMBERS", false}, {"", "members.display", true}, {"displayName", "", false},
		{"members", "", true}, {"members.value", "", true}, {"urn:ietf:params:scim:schemas:core:2.0:Group:members", "", true}, {"members", "members", false},
	} {
		sel, err := rt.Select([]string{c.only}, []string{c.not})
		if err != nil {
			t.Fatal(err)
		}
		if sel.Wants("members") != c.wants || !sel.Wants("id") {
			t.Errorf("attributes=%s excludedAttributes=%s", c.only, c.not)
		}
	}
	rt = scim.UserType()
	rt.Schema.Attributes = append(rt.Schema.Attributes, scim.Attribute{Name: "badge", Returned: scim.ReturnedAlways})
	sel, err := rt.Select([]string{"manager, title"}, nil)
	if err != nil || !sel.Wants("Badge") || !sel.Wants("title") || !sel.Wants(ent) || sel.Wants("emails") {
		t.Error(err, sel)
	}
}
