package scim_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/scim"
)

// What Microsoft Entra ID sends, in its order, from the connection test to the hard delete.
func TestT17_EntraProvisionsAPersonFromTheConnectionTestToTheHardDelete(t *testing.T) {
	s := newService(t)
	empty := s.find(`filter=userName eq "f0a1b2c3-guid"`).want(200).has("totalResults", "0").has("Resources", "[]")
	if !strings.HasPrefix(empty.header.Get("Content-Type"), "application/scim+json") {
		t.Error(empty.header)
	}
	s.do("GET", `/Groups?excludedAttributes=members&filter=displayName+eq+%22f0a1%22`, "").want(200).has("totalResults", "0")

	s.find(`filter=userName eq "anna.lindqvist@contoso.example"`).has("totalResults", "0")
	id := s.do("POST", "/Users", benchUser).want(201).id()
	s.find(`filter=userName eq "Anna.Lindqvist@contoso.example"`).has("totalResults", "1").has("Resources.0.id", `"`+id+`"`)
	path := "/Users/" + id
	s.do("GET", path, "").want(200)

	boss := s.create(`"userName":"boss@contoso.example"`).id()
	s.find("filter=id eq \""+id+"\" and manager eq \""+boss+"\"", "attributes=id").want(200).has("totalResults", "0")
	s.find("filter=id eq \""+id+"\" and "+ent+":manager eq \""+boss+"\"", "attributes=id").want(200).has("totalResults", "0")
	s.patch(path, `{"op":"Add","path":"`+ent+`:manager","value":"`+boss+`"}`).want(200)
	for _, manager := range []string{"manager", ent + ":manager", ent + ":manager.value"} {
		s.find("filter=id eq \""+id+"\" and "+manager+" eq \""+boss+"\"", "attributes=id").has("totalResults", "1").lacks("Resources.0.userName")
	}

	s.patch(path, `{"op":"Replace","path":"active","value":"False"}`).want(200).has("active", "false")
	s.find(`filter=userName eq "anna.lindqvist@contoso.example"`).has("totalResults", "1").has("Resources.0.active", "false")
	s.patch(path, `{"op":"Replace","path":"active","value":"True"}`).want(200).has("active", "true").has(ent+"|manager.value", `"`+boss+`"`)
	s.do("DELETE", path, "").want(204)
	s.do("GET", path, "").want(404)
	s.patch(path, `{"op":"Replace","path":"active","value":"True"}`).want(404)
}

func TestK07_EntraPushesAGroupMemberByMember(t *testing.T) {
	s := newService(t)
	id := s.do("POST", "/Groups", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group","http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],"externalId":"8aa1","displayName":"Ops","meta":{"resourceType":"Group"}}`).want(201).id()
	path := "/Groups/" + id
	for i := range 5 {
		s.patch(path, fmt.Sprintf(`{"op":"Add","path":"members","value":[{"$ref":null,"value":"u%d"}]}`, i)).want(204)
	}
	s.patch(path, `{"op":"Remove","path":"members","value":[{"$ref":null,"value":"u1"}]}`).want(204)
	s.patch(path, `{"op":"remove","path":"members[value eq \"u2\"]"}`).want(204)
	s.patch(path, `{"op":"Replace","path":"displayName","value":"Operations"}`).want(204)
	s.do("GET", path+"?excludedAttributes=members", "").want(200).has("displayName", `"Operations"`).has("externalId", `"8aa1"`).lacks("members")
	s.do("GET", path, "").has("members", `[{"value":"u0"},{"value":"u3"},{"value":"u4"}]`)
	s.do("GET", "/Groups?filter=members+eq+%22u3%22", "").has("totalResults", "1")
	s.do("GET", "/Groups?filter=id+eq+%22"+id+"%22+and+members+eq+%22u1%22", "").has("totalResults", "0")
	s.do("DELETE", path, "").want(204)
}

// What Okta sends.
func TestW05_OktaCreatesReadsReplacesAndDeactivates(t *testing.T) {
	s := newService(t)
	s.do("GET", "/Users?startIndex=1&count=2", "").want(200).has("totalResults", "0")
	s.do("GET", "/Groups?startIndex=1&count=100", "").want(200)
	s.do("GET", "/Users?filter=userName%20eq%20%22o%40x.example%22&startIndex=1&count=100", "").want(200).has("totalResults", "0")
	made := s.do("POST", "/Users", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"o@x.example","name":{"givenName":"O","familyName":"K"},"emails":[{"primary":true,"value":"o@x.example","type":"work"}],"displayName":"O K","locale":"en-US","externalId":"00u1","groups":[],"password":"1mz050nq","active":true}`).want(201)
	path := "/Users/" + made.id()
	read := s.do("GET", path, "").want(200)
	s.do("PUT", path, strings.Replace(read.text, `"O K"`, `"Okta K"`, 1)).want(200).has("displayName", `"Okta K"`).has("externalId", `"00u1"`)
	s.patch(path, `{"op":"replace","value":{"active":false}}`).want(200).has("active", "false")
	s.do("GET", "/Users?filter=userName%20eq%20%22o%40x.example%22&startIndex=1&count=100", "").has("totalResults", "1")
	s.do("POST", "/Users", `{"userName":"O@x.example"}`).want(409, "uniqueness")
	s.do("PUT", path, `{"userName":"o@x.example","active":true}`).want(200).has("active", "true")

	group := s.do("POST", "/Groups", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Sales","members":[]}`).want(201).id()
	s.patch("/Groups/"+group, `{"op":"remove","path":"members[value eq \"gone\"]"},{"op":"add","path":"members","value":[{"value":"u1","display":"o@x.example"}]}`).want(204)
	s.patch("/Groups/"+group, `{"op":"replace","value":{"id":"`+group+`","displayName":"Sales EU"}}`).want(204)
	s.do("GET", "/Groups/"+group, "").has("displayName", `"Sales EU"`).has("members.0.value", `"u1"`)
	s.patch("/Groups/"+group, `{"op":"replace","path":"members","value":[{"value":"u2"},{"value":"u3"}]}`).want(204)
	s.patch("/Groups/"+group, `{"op":"replace","path":"members","value":[]}`).want(204)
	s.do("GET", "/Groups/"+group, "").lacks("members")
}

// Microsoft's gallery test 23: pages of five.
func TestTheGalleryTestOfPagesSeesEveryPersonOnce(t *testing.T) {
	s := newService(t)
	s.people(12)
	seen := ""
	for page := range 3 {
		r := s.do("GET", fmt.Sprintf("/Users?startIndex=%d&count=5", page*5+1), "").want(200).
			has("startIndex", fmt.Sprint(page*5+1)).has("totalResults", "12")
		seen += r.names()
	}
	if seen != "abcdefghijkl" {
		t.Error(seen)
	}
}

// Microsoft's gallery test 18: every single-valued attribute by PATCH, verbose and without a path.
func TestTheGalleryTestOfAttributesChangesEachOne(t *testing.T) {
	s := newServiceOf(t, &scim.Server{Types: []*scim.ResourceType{fuzzType()}})
	id := s.create(`"userName":"u"`).id()
	for path, value := range map[string]string{
		"userName": `"v"`, "displayName": `"x"`, "name.givenName": `"x"`, "active": `false`, "level": `3`, "rate": `2.5`,
		"hired": `"2026-01-01T00:00:00Z"`, "profileUrl": `"https://x.example"`, "externalId": `"x"`, "badge": `"b"`,
		ent + ":department": `"x"`,
	} {
		at := strings.Replace(path, ent+":", ent+"|", 1)
		s.patch("/Users/"+id, fmt.Sprintf(`{"op":"Add","path":%q,"value":%s}`, path, value)).want(200).has(at, value)
		s.patch("/Users/"+id, fmt.Sprintf(`{"op":"replace","value":{%q:%s}}`, path, value)).want(200).has(at, value)
	}
}

func TestE24_MatchingByAnAttributeOfTheCoreURNWorksWhetherItIsDefinedOrNot(t *testing.T) {
	defined := scim.UserType()
	defined.Schema.Attributes = append(defined.Schema.Attributes, scim.Attribute{Name: "microsoftId", Custom: true, CaseExact: true, Match: true})
	for name, rt := range map[string]*scim.ResourceType{"defined": defined, "not defined": scim.UserType()} {
		t.Run(name, func(t *testing.T) {
			s := newServiceOf(t, &scim.Server{Types: []*scim.ResourceType{rt}})
			const attr = "urn:ietf:params:scim:schemas:core:2.0:User:microsoftId"
			s.find("filter="+attr+` eq "m-1"`).want(200).has("totalResults", "0")
			s.create(`"userName":"flat","` + attr + `":"m-1"`)
			s.create(`"userName":"nested","urn:ietf:params:scim:schemas:core:2.0:User":{"microsoftId":"m-2"}`)
			id := s.create(`"userName":"patched"`).id()
			s.patch("/Users/"+id, `{"op":"Add","path":"`+attr+`","value":"m-3"}`).want(200).has(attr+"|", `"m-3"`)
			for value, user := range map[string]string{"m-1": "flat", "m-2": "nested", "m-3": "patched"} {
				s.find("filter="+attr+` eq "`+value+`"`).has("totalResults", "1").has("Resources.0.userName", `"`+user+`"`)
			}
		})
	}
}

func TestP17_RequiredAttributesOfAProductAreNamedWhenTheyAreMissing(t *testing.T) {
	rt := scim.UserType()
	for i := range rt.Schema.Attributes {
		a := &rt.Schema.Attributes[i]
		if a.Name == "name" || a.Name == "emails" {
			a.Required = true
			a.SubAttributes[0].Required = a.Name == "emails"
			a.SubAttributes[1].Required = a.Name == "name"
		}
	}
	s := newServiceOf(t, &scim.Server{Types: []*scim.ResourceType{rt}})
	for body, says := range map[string]string{
		`{"userName":"u","emails":[{"value":"e"}]}`:                                     "name is required",
		`{"userName":"u","name":{"givenName":"G"},"emails":[{"value":"e"}]}`:            "name.familyName is required",
		`{"userName":"u","name":{"familyName":"F"}}`:                                    "emails is required",
		`{"userName":"u","name":{"familyName":"F"},"emails":[]}`:                        "emails is required",
		`{"userName":"u","name":{"familyName":"F"},"emails":[{"type":"work"}]}`:         "emails.value is required",
		`{"userName":"u","name":{"familyName":"F"},"emails":[{"value":"","type":"w"}]}`: "emails.value is required",
	} {
		if r := s.do("POST", "/Users", body).want(400, "invalidValue"); !strings.Contains(r.text, says) {
			t.Errorf("%s: %s", body, r.text)
		}
	}
	id := s.create(`"userName":"u","name":{"familyName":"F"},"emails":[{"value":"e"}]`).id()
	s.patch("/Users/"+id, `{"op":"remove","path":"emails.value"}`).want(400, "mutability")
	s.patch("/Users/"+id, `{"op":"replace","path":"name.familyName","value":""}`).want(400, "invalidValue")
}
