package scim_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/scim"
)

// RFC 7644 §4, RFC 7643 §5 to §7
func TestDiscoverySaysWhatTheServerCan(t *testing.T) {
	s := newServiceOf(t, &scim.Server{
		Types:            []*scim.ResourceType{scim.UserType(), scim.GroupType()},
		Limits:           scim.Limits{MaxPage: 200, MaxBulkOperations: 50},
		DocumentationURI: "https://docs.example",
		AuthenticationSchemes: []scim.AuthenticationScheme{
			{Type: "oauthbearertoken", Name: "Token", Description: "A SCIM token", Primary: true},
		},
	})
	s.do("GET", "/ServiceProviderConfig", "").want(200).
		has("schemas", `["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"]`).
		has("patch.supported", "true").has("sort.supported", "true").has("etag.supported", "true").has("changePassword.supported", "false").
		has("filter", `{"supported":true,"maxResults":200}`).has("bulk", `{"supported":true,"maxOperations":50,"maxPayloadSize":4194304}`).
		has("pagination", `{"cursor":true,"index":true,"defaultPaginationMethod":"index","defaultPageSize":100,"maxPageSize":200}`).
		has("authenticationSchemes.0.type", `"oauthbearertoken"`).has("documentationUri", `"https://docs.example"`).
		has("meta.location", `"`+s.url+`/ServiceProviderConfig"`)
	s.do("GET", "/ResourceTypes", "").want(200).has("totalResults", "2").has("itemsPerPage", "2").has("startIndex", "1").
		has("Resources.0.schemaExtensions", `[{"schema":"`+ent+`","required":false}]`).
		has("Resources.1.endpoint", `"/Groups"`).has("Resources.1.schemaExtensions", "[]")
	s.do("GET", "/ResourceTypes/User", "").want(200).has("id", `"User"`).has("schema", `"`+scim.UserURN+`"`).
		has("meta.location", `"`+s.url+`/ResourceTypes/User"`)
	r := s.do("GET", "/Schemas", "").want(200).has("totalResults", "3")
	if strings.Contains(r.text, "null") {
		t.Error("there is a null in the schemas") // Entra ID
	}
	s.do("GET", "/Schemas/"+strings.ToLower(scim.UserURN), "").want(200).has("id", `"`+scim.UserURN+`"`).
		has("meta.resourceType", `"Schema"`).has("meta.location", `"`+s.url+`/Schemas/`+scim.UserURN+`"`)
	for _, c := range []struct {
		path   string
		status int
	}{
		{"/Schemas/urn:none", 404}, {"/ResourceTypes/Robot", 404}, {"/ServiceProviderConfig/x", 404}, {"/Schemas/a/b", 404},
		{"/Schemas?filter=id+eq+%22x%22", 403}, {"/ResourceTypes?filter=x", 403}, {"/ServiceProviderConfig?filter=x", 403},
		{"/Schemas/?startIndex=5&sortBy=id&attributes=id", 200}, {"/schemas", 200}, {"/ServiceProviderConfig/", 200},
	} {
		s.do("GET", c.path, "").want(c.status)
	}
}

// The gallery test of Entra ID flattens the schema into paths; these must come out.
func TestTheUserSchemaHasWhatEntraFlattens(t *testing.T) {
	s := newService(t)
	r := s.do("GET", "/Schemas/"+scim.UserURN, "").want(200)
	attributes := map[string]map[string]any{}
	for _, a := range r.body["attributes"].([]any) {
		attributes[a.(map[string]any)["name"].(string)] = a.(map[string]any)
	}
	for name, types := range map[string]string{
		"emails": "work home other", "phoneNumbers": "work home mobile fax pager other", "addresses": "work home other",
		"photos": "photo thumbnail", "ims": "aim gtalk icq xmpp msn skype qq yahoo",
	} {
		found := false
		for _, sub := range attributes[name]["subAttributes"].([]any) {
			sub := sub.(map[string]any)
			if name == "emails" && sub["name"] == "display" {
				t.Error("emails.display is listed")
			}
			if sub["name"] == "type" {
				var list []string
				for _, v := range sub["canonicalValues"].([]any) {
					list = append(list, v.(string))
				}
				found = strings.Join(list, " ") == types
			}
		}
		if !found {
			t.Errorf("%s.type lacks canonical values", name)
		}
	}
	for _, name := range []string{"userName", "active", "name"} {
		for _, absent := range []string{"referenceTypes", "canonicalValues"} {
			if v, there := attributes[name][absent]; there {
				t.Errorf("%s has %s %v", name, absent, v)
			}
		}
	}
	if a := attributes["active"]; a["caseExact"] != nil || a["uniqueness"] != nil || a["type"] != "boolean" {
		t.Errorf("active is %v", a)
	}
	if a := attributes["userName"]; a["uniqueness"] != "server" || a["required"] != true || a["caseExact"] != false || a["type"] != "string" {
		t.Errorf("userName is %v", a)
	}
	if a := attributes["password"]; a["returned"] != "never" || a["mutability"] != "writeOnly" {
		t.Errorf("password is %v", a)
	}
	if a := attributes["groups"]; a["mutability"] != "readOnly" || a["multiValued"] != true || a["type"] != "complex" {
		t.Errorf("groups is %v", a)
	}
	if len(attributes) != 21 {
		t.Errorf("%d attributes, want the 21 of RFC 7643 §8.7.1", len(attributes))
	}
}

// Requirement E10: a connection with groups off survives.
func TestE10_ATypeThatIsSwitchedOffIsNotListedReadsAreEmptyAndWritesSayWhy(t *testing.T) {
	types := []*scim.ResourceType{scim.UserType(), scim.GroupType()}
	users := scim.NewMemory(types[0])
	server := &scim.Server{Types: types}
	s := serveFunc(t, func(w http.ResponseWriter, r *http.Request) {
		server.Serve(w, r, r.URL.Path, &scim.Tenant{
			BaseURL: "https://x.example/scim", OffDetail: "Groups are off: the workspace manages its own.",
			Backend: func(rt *scim.ResourceType) scim.Backend {
				if rt.Name == "User" {
					return users
				}
				return nil
			},
		})
	})
	s.do("GET", "/ResourceTypes", "").want(200).has("totalResults", "1").has("Resources.0.name", `"User"`)
	s.do("GET", "/Schemas", "").want(200).has("totalResults", "2")
	s.do("GET", "/Schemas/"+scim.GroupURN, "").want(404)
	s.do("GET", "/Groups", "").want(200).has("totalResults", "0").has("Resources", "[]")
	s.do("GET", "/Groups?filter=displayName+eq+%22x%22&excludedAttributes=members", "").want(200).has("totalResults", "0")
	s.do("POST", "/Groups/.search", "{}").want(200).has("totalResults", "0")
	s.do("GET", "/Groups/1", "").want(404)
	for _, r := range []*reply{
		s.do("POST", "/Groups", `{"displayName":"x"}`), s.do("PUT", "/Groups/1", `{"displayName":"x"}`),
		s.do("DELETE", "/Groups/1", ""), s.patch("/Groups/1", `{"op":"add","path":"displayName","value":"x"}`),
	} {
		r.want(501).has("detail", `"Groups are off: the workspace manages its own."`)
	}
	s.do("POST", "/Bulk", `{"Operations":[{"method":"POST","path":"/Groups","bulkId":"1","data":{"displayName":"x"}}]}`).
		want(200).has("Operations.0.status", `"501"`)
	made := s.create(`"userName":"u"`).has("meta.location", `"https://x.example/scim/Users/`+s.do("GET", "/Users", "").at("Resources.0.id").(string)+`"`)
	s.do("GET", "/", "").want(200).has("totalResults", "1")
	_ = made
}

// RFC 7644 §3.11
func TestMeIsRefusedWithAReasonUnlessTheTenantOffersIt(t *testing.T) {
	rt := scim.UserType()
	users := scim.NewMemory(rt)
	server := &scim.Server{Types: []*scim.ResourceType{rt}}
	tenant := &scim.Tenant{BaseURL: "https://x.example", Backend: func(*scim.ResourceType) scim.Backend { return users }}
	s := serveFunc(t, func(w http.ResponseWriter, r *http.Request) { server.Serve(w, r, r.URL.Path, tenant) })
	for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
		s.do(method, "/Me", "{}").want(501)
	}
	id := s.create(`"userName":"u"`).id()
	tenant.Me = "/Users/" + id
	s.do("GET", "/Me", "").want(200).has("id", `"`+id+`"`).has("meta.location", `"https://x.example/Users/`+id+`"`)
	s.patch("/Me", `{"op":"add","path":"title","value":"T"}`).want(200).has("title", `"T"`)
	s.do("POST", "/Me", "{}").want(405)
	tenant.Me = "/Me"
	s.do("GET", "/Me", "").want(404)
}
