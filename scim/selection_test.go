package scim_test

import (
	"github.com/anteroom-id/anteroom/scim"
	"strings"
	"testing"
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
