package scim_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/scim"
)

func TestDecodeGivesNamesAndTypesTheirCanonicalForm(t *testing.T) {
	rt := fuzzType()
	for body, want := range map[string]string{
		`{"USERNAME":"u"}`:                                                                                       `{"userName":"u"}`,
		`{"userName":"u","Name":{"GIVENNAME":"A"}}`:                                                              `{"userName":"u","name":{"givenName":"A"}}`,
		`{"userName":"u","title":null,"emails":[],"name":{},"photos":[null]}`:                                    `{"userName":"u"}`,
		`{"userName":"u","name":{"givenName":null}}`:                                                             `{"userName":"u"}`,
		`{"userName":"u","level":7,"rate":7,"rate2":7.0}`:                                                        `{"userName":"u","level":7,"rate":7,"rate2":7.0}`,
		`{"userName":"u","level":7.0,"rate":1e3}`:                                                                `{"userName":"u","level":7,"rate":1000.0}`,
		`{"userName":"u","level":"","rate":"","hired":"","active":""}`:                                           `{"userName":"u"}`,
		`{"userName":"u","title":""}`:                                                                            `{"userName":"u","title":""}`,
		`{"userName":"u","displayName":"a\"\\\n\u00e9\ud83d\ude00"}`:                                             `{"userName":"u","displayName":"a\"\\\né😀"}`,
		`{"userName":"u","roles":"admin"}`:                                                                       `{"userName":"u","roles":[{"value":"admin"}]}`,
		`{"userName":"u","roles":["admin",{"value":"x"}]}`:                                                       `{"userName":"u","roles":[{"value":"admin"},{"value":"x"}]}`,
		`{"userName":"u","tags":["a",null,"","b"]}`:                                                              `{"userName":"u","tags":["a","b"]}`,
		`{"userName":"u","urn:IETF:params:scim:schemas:extension:ENTERPRISE:2.0:user":{"Department":"D"}}`:       `{"userName":"u","` + ent + `":{"department":"D"}}`,
		`{"userName":"u","` + ent + `:department":"D","` + ent + `":{"division":"V"}}`:                           `{"userName":"u","` + ent + `":{"department":"D","division":"V"}}`,
		`{"userName":"u","department":"D","manager":"m"}`:                                                        `{"userName":"u","` + ent + `":{"department":"D","manager":{"value":"m"}}}`,
		`{"userName":"u","` + ent + `:department":"D","department":"E"}`:                                         `{"userName":"u","` + ent + `":{"department":"D"}}`,
		`{"userName":"u","department":"E","` + ent + `":{"department":"D"}}`:                                     `{"userName":"u","` + ent + `":{"department":"D"}}`,
		`{"userName":"u","urn:acme:2.0:User":{"a":{"b":[1,null,{"c":null}]}}}`:                                   `{"userName":"u","urn:acme:2.0:User":{"a":{"b":[1,{}]}}}`,
		`{"userName":"u","urn:acme:2.0:User:a":"x"}`:                                                             `{"userName":"u","urn:acme:2.0:User":{"a":"x"}}`,
		`{"userName":"u","id":"1","meta":{"version":"x"},"groups":[{"value":"g"}],"password":"p"}`:               `{"userName":"u"}`,
		`{"userName":"u","` + ent + `":{"manager":{"value":"m","displayName":"M"}}}`:                             `{"userName":"u","` + ent + `":{"manager":{"value":"m"}}}`,
		`{"userName":"u","urn:ietf:params:scim:schemas:core:2.0:User":{"title":"T","microsoftId":"m","a":"b"}}`:  `{"userName":"u","title":"T","urn:ietf:params:scim:schemas:core:2.0:User":{"microsoftId":"m","a":"b"}}`,
		`{"userName":"u","x509Certificates":[{"value":"MIIB09AZaz+/=="}],"hired":"2026-01-01T00:00:00.5+02:00"}`: `{"userName":"u","x509Certificates":[{"value":"MIIB09AZaz+/=="}],"hired":"2026-01-01T00:00:00.5+02:00"}`,
	} {
		o, err := rt.Decode([]byte(body), nil)
		if err != nil {
			t.Errorf("%s: %v", body, err)
			continue
		}
		if got := string(o.AppendJSON(nil)); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", body, got, want)
		}
		sameAgain(t, rt, o)
	}
}

func TestBadBodiesAreRefusedWithTheRightErrorAndTheNameOfTheAttribute(t *testing.T) {
	rt := fuzzType()
	deep := strings.Repeat(`{"a":`, 40) + "1" + strings.Repeat("}", 40)
	var wide []string
	for i := range 300 {
		wide = append(wide, fmt.Sprintf(`"a%d":1`, i))
	}
	for _, c := range []struct{ body, scimType, says string }{
		{``, "invalidSyntax", "empty"},
		{`{`, "invalidSyntax", "ends early"},
		{`{"userName":"u"`, "invalidSyntax", ""},
		{`{"userName":"u"} x`, "invalidSyntax", "after the end"},
		{`{"userName":"u"}{}`, "invalidSyntax", "after the end"},
		{`[]`, "invalidSyntax", "a list"},
		{`"x"`, "invalidSyntax", "a string"},
		{`null`, "invalidSyntax", "null"},
		{`{"userName":'u'}`, "invalidSyntax", ""},
		{`{"userName":"u",}`, "invalidSyntax", ""},
		{"{\"userName\":\"\xff\"}", "invalidSyntax", "UTF-8"},
		{`{"userName":"u","username":"v"}`, "invalidSyntax", "username"},
		{`{"userName":"u","x":1,"X":2}`, "invalidSyntax", "twice"},
		{`{"userName":"u","name":{"givenName":"a","GIVENNAME":"b"}}`, "invalidSyntax", "GIVENNAME"},
		{`{"userName":"u","groups":[],"Groups":[]}`, "invalidSyntax", "Groups"},
		{`{"userName":"u","":1}`, "invalidSyntax", "empty name"},
		{`{"userName":"u","` + strings.Repeat("n", 1025) + `":1}`, "invalidSyntax", "1024 bytes"},
		{`{"userName":"u","z":` + deep + `}`, "invalidSyntax", "nested"},
		{`{"userName":"u",` + strings.Join(wide, ",") + `}`, "invalidSyntax", "more than 256"},
		{`{}`, "invalidValue", "userName"},
		{`{"userName":null}`, "invalidValue", "userName"},
		{`{"userName":""}`, "invalidValue", "userName"},
		{`{"userName":1}`, "invalidValue", "userName must be a string, not a number"},
		{`{"userName":["u"]}`, "invalidValue", "a list"},
		{`{"userName":"u","active":"perhaps"}`, "invalidValue", "active"},
		{`{"userName":"u","active":1}`, "invalidValue", "active"},
		{`{"userName":"u","name":1}`, "invalidValue", "name must be an object"},
		{`{"userName":"u","name":"Ann"}`, "invalidValue", "name must be an object"},
		{`{"userName":"u","name":{"givenName":{}}}`, "invalidValue", "name.givenName"},
		{`{"userName":"u","emails":[{"value":{}}]}`, "invalidValue", "emails.value"},
		{`{"userName":"u","emails":[["x"]]}`, "invalidValue", "emails"},
		{`{"userName":"u","emails":7}`, "invalidValue", "emails"},
		{`{"userName":"u","level":"7"}`, "invalidValue", "level"},
		{`{"userName":"u","level":7.5}`, "invalidValue", "level"},
		{`{"userName":"u","level":1e300}`, "invalidValue", "level"},
		{`{"userName":"u","level":9223372036854775808}`, "invalidValue", "level"},
		{`{"userName":"u","level":"x"}`, "invalidValue", "level"},
		{`{"userName":"u","rate":true}`, "invalidValue", "rate"},
		{`{"userName":"u","rate":1e999}`, "invalidValue", "too big"},
		{`{"userName":"u","hired":"yesterday"}`, "invalidValue", "hired"},
		{`{"userName":"u","x509Certificates":[{"value":"***"}]}`, "invalidValue", "x509Certificates.value"},
		{`{"userName":"u","seats":[{"desk":"d"}]}`, "invalidValue", "seats.floor"},
		{`{"userName":"u","` + ent + `":"D"}`, "invalidValue", "enterprise"},
		{`{"userName":"u","` + ent + `":{"manager":[{"value":"a"},{"value":"b"}]}}`, "invalidValue", "manager"},
		{`{"userName":"u","schemas":"urn:x"}`, "invalidValue", "schemas"},
		{`{"userName":"u","schemas":[1]}`, "invalidValue", "schemas"},
		{`{"userName":"u","schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"]}`, "invalidValue", "core:2.0:User"},
		{`{"userName":"u","urn:ietf:params:scim:schemas:core:2.0:User:":1}`, "invalidSyntax", "name of an attribute"},
		{`{"userName":"u","urn:acme:2.0":1}`, "invalidValue", "urn:acme:2.0 must be an object"},
		{`{"userName":"u","urn:::A":1}`, "invalidValue", "urn:::A must be an object"},
		{`{"userName":"u","urn:a":null,"urn:acme:2.0":null}`, "", ""},
		{`{"userName":"u","urn:a:b":1,"urn:a:b:c":{}}`, "", ""},
	} {
		_, err := rt.Decode([]byte(c.body), nil)
		if c.scimType == "" {
			if err != nil {
				t.Errorf("%.80s: %v", c.body, err)
			}
			continue
		}
		e, ok := err.(*scim.Error)
		if !ok || e.Status != 400 || e.Type != c.scimType || !strings.Contains(e.Detail, c.says) || strings.Contains(e.Detail, "jsontext") {
			t.Errorf("%.80s: %v; want %s that says %q", c.body, err, c.scimType, c.says)
		}
	}
}

func TestAnOrdinaryBodyLeavesNoNotes(t *testing.T) {
	var notes scim.Notes
	rt := scim.UserType()
	if _, err := rt.Decode([]byte(`{"schemas":["`+scim.UserURN+`","`+ent+`"],"id":"1","meta":{},"userName":"u","active":true,"emails":[{"value":"e","primary":true}],"`+ent+`":{"manager":{"value":"m"}}}`), &notes); err != nil {
		t.Fatal(err)
	}
	if _, err := rt.DecodePatch([]byte(`{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","path":"emails[type eq \"work\"].value","value":"x"},{"op":"remove","path":"title"},{"op":"replace","value":{"id":"1","active":true,"meta":{}}}]}`), "1", &notes); err != nil {
		t.Fatal(err)
	}
	if len(notes) > 0 {
		t.Error(notes)
	}
}

func TestARequiredExtensionMustBeThere(t *testing.T) {
	rt := scim.UserType()
	rt.Extensions = append(rt.Extensions, scim.Extension{Required: true, Schema: &scim.Schema{ID: "urn:acme:2.0:User", Attributes: []scim.Attribute{{Name: "region", Required: true}}}})
	for body, ok := range map[string]bool{
		`{"userName":"u"}`:                                     false,
		`{"userName":"u","urn:acme:2.0:User":{}}`:              false,
		`{"userName":"u","urn:acme:2.0:User":{"region":"HQ"}}`: true,
		`{"userName":"u","urn:acme:2.0:User:region":"HQ"}`:     true,
	} {
		if _, err := rt.Decode([]byte(body), nil); (err == nil) != ok {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestDecodeStoredRefusesDamagedDocuments(t *testing.T) {
	rt := scim.UserType()
	for _, doc := range []string{``, `{`, `{"a":}`, `{"a":[1,}`, `{"urn:ietf:params:scim:schemas:core:2.0:User":{"a"}`, `nonsense`} {
		if _, err := rt.DecodeStored([]byte(doc)); err == nil {
			t.Errorf("%q was read", doc)
		}
	}
}

func TestObjectsAreReadAndChangedInAnyCase(t *testing.T) {
	rt := scim.UserType()
	o := decode(t, rt, `"name":{"givenName":"A"},"active":true,"emails":[{"value":"a"}]`)
	if v, ok := o.Get("ACTIVE"); v != true || !ok {
		t.Error(v, ok)
	}
	if o.Str("Name", "GivenName") != "A" || o.Str("name") != "" || o.Str("none", "x") != "" || o.Str("active") != "" {
		t.Error("Str")
	}
	if o.Object("name").Str("givenName") != "A" || o.Object("active") != nil || len(o.List("Emails")) != 1 {
		t.Error("Object or List")
	}
	c := o.Clone()
	c.Object("name").Set("GIVENNAME", "B")
	c.Set("title", "T")
	if !c.Delete("Active") || c.Delete("active") {
		t.Error("Delete")
	}
	if got := string(c.AppendJSON(nil)); got != `{"userName":"u","name":{"givenName":"B"},"emails":[{"value":"a"}],"title":"T"}` {
		t.Error(got)
	}
	if o.Equal(c) || !o.Equal(o.Clone()) || o.Object("name").Str("givenName") != "A" {
		t.Error("the clone shares with the original, or Equal is wrong")
	}
	c.Set("title", nil)
	if _, ok := c.Get("title"); ok {
		t.Error("nil does not delete")
	}
	var none *scim.Object
	if _, ok := none.Get("x"); ok || none.Len() != 0 || none.Str("x") != "" || !none.Equal(&scim.Object{}) || string(none.AppendJSON(nil)) != "{}" {
		t.Error("a nil Object is not an empty one")
	}
}

func TestEqualDoesNotMindTheOrderOfAttributesButThatOfLists(t *testing.T) {
	rt := scim.UserType()
	a := decode(t, rt, `"title":"T","emails":[{"value":"a","type":"x"},{"value":"b"}]`)
	if b := decode(t, rt, `"emails":[{"type":"x","value":"a"},{"value":"b"}],"title":"T"`); !a.Equal(b) {
		t.Error("order of attributes")
	}
	for _, other := range []string{
		`"title":"T","emails":[{"value":"b"},{"value":"a","type":"x"}]`,
		`"title":"t","emails":[{"value":"a","type":"x"},{"value":"b"}]`,
		`"title":"T","emails":[{"value":"a","type":"x"}]`,
		`"title":"T"`,
		`"title":"T","vendor":"a"`,
		`"title":"T","vendor":["a"]`,
	} {
		if a.Equal(decode(t, rt, other)) {
			t.Errorf("equal to %s", other)
		}
	}
	flat := decode(t, rt, `"urn:ietf:params:scim:schemas:core:2.0:User:v":"a"`)
	if flat.Equal(decode(t, rt, `"v":"a"`)) || flat.Equal(decode(t, rt, `"v":["a"]`)) {
		t.Error("how a vendor's attribute is written counts")
	}
}

// RFC 7643 §3.1: some schemas list common attributes; what the RFC says of those wins.
func TestTheCharacteristicsOfCommonAttributesWinOverASchemas(t *testing.T) {
	rt := scim.UserType()
	rt.Schema.Attributes = append(rt.Schema.Attributes,
		scim.Attribute{Name: "id", Type: scim.Integer, Required: true},
		scim.Attribute{Name: "ExternalID", Required: true, Mutability: scim.Immutable, Returned: scim.ReturnedNever},
		scim.Attribute{Name: "meta", Required: true},
		scim.Attribute{Name: "schemas", Mutability: scim.ReadWrite})
	s := newServiceOf(t, &scim.Server{Types: []*scim.ResourceType{rt}})
	path := "/Users/" + s.create(`"userName":"u","id":"mine","meta":{"version":"x"},"externalId":"AbC"`).has("externalId", `"AbC"`).id()
	s.create(`"userName":"without"`)
	for f, want := range map[string]string{`externalId eq "AbC"`: "1", `externalId eq "abc"`: "0", `ID eq "` + strings.TrimPrefix(path, "/Users/") + `"`: "1", `meta.resourceType eq "User"`: "2"} {
		s.do("GET", "/Users?filter="+url.QueryEscape(f), "").has("totalResults", want)
	}
	s.do("PATCH", path, `{"Operations":[{"op":"replace","path":"externalId","value":"other"}]}`).want(200).has("externalId", `"other"`)
	s.do("PUT", path, `{"userName":"u"}`).want(200).lacks("externalId")
}
