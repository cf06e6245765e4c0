package scimtest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// discoveryCases check /ServiceProviderConfig and /ResourceTypes.
func discoveryCases() []Case {
	return in(Case{
		Section: "RFC 7644 §4",
		Why:     "Okta, SailPoint and Microsoft's gallery tests read the discovery endpoints before they send anything.",
		Mend:    "Serve /ServiceProviderConfig, /ResourceTypes and /Schemas as RFC 7643 §5 to §7 describe them.",
	}, []Case{
		{ID: "config-whole", Name: "the service provider configuration names every feature", Section: "RFC 7643 §5", Run: func(t *T) {
			a := t.Read("/ServiceProviderConfig")
			t.Equal(a, []string{"urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"}, "schemas")
			for _, feature := range []string{"patch", "bulk", "filter", "changePassword", "sort", "etag"} {
				_, is := a.At(feature, "supported").(bool)
				t.Expect(is, feature+".supported as a boolean", a.At(feature))
			}
		}},
		{ID: "config-limits", Name: "the limits in the configuration are whole numbers", Section: "RFC 7643 §5", Run: func(t *T) {
			a := t.Read("/ServiceProviderConfig")
			for _, path := range [][]string{{"bulk", "maxOperations"}, {"bulk", "maxPayloadSize"}, {"filter", "maxResults"}} {
				t.Expect(number(a.At(path...)) >= 0, strings.Join(path, ".")+" as a number", a.At(path...))
			}
		}},
		{ID: "config-authentication", Name: "each authentication scheme has a type, a name and a description", Section: "RFC 7643 §5", Run: func(t *T) {
			list, is := t.Read("/ServiceProviderConfig").At("authenticationSchemes").([]any)
			t.Require(is, "authenticationSchemes as a list", list)
			for _, scheme := range list {
				for _, key := range []string{"type", "name", "description"} {
					t.Expect(!empty(at(scheme, key)), "authenticationSchemes[]."+key, scheme)
				}
			}
		}},
		{ID: "config-meta", Name: "the configuration says where it is", Level: Should, Section: "RFC 7643 §5", Run: func(t *T) {
			a := t.Read("/ServiceProviderConfig")
			t.Equal(a, "ServiceProviderConfig", "meta", "resourceType")
			t.absolute(a.At("meta", "location"), "/ServiceProviderConfig")
		}},
		{ID: "config-patch", Name: "PATCH is supported", Sender: "Entra", Section: "RFC 7644 §3.5.2", Run: func(t *T) {
			t.Equal(t.Read("/ServiceProviderConfig"), true, "patch", "supported")
		}, Why: "Entra changes people and groups by PATCH only."},
		{ID: "types-list", Name: "the resource types come as a list with User in it", Run: func(t *T) {
			a := t.list("/ResourceTypes")
			user := a.At("Resources", "name=User")
			t.Require(user != nil, "a resource type named User", a.JSON)
			t.Expect(holds(user, M{"endpoint": "/Users", "schema": userURN}), "endpoint /Users and schema "+userURN, user)
		}},
		{ID: "types-complete", Name: "each resource type has name, endpoint and schema", Section: "RFC 7643 §6", Run: func(t *T) {
			for _, rt := range t.list("/ResourceTypes").Resources() {
				for _, key := range []string{"name", "endpoint", "schema"} {
					t.Expect(!empty(at(rt, key)), "a "+key, rt)
				}
			}
		}},
		{ID: "types-no-groups", Name: "without groups a question about them is answered with an empty list, a change with a reason", Needs: NoGroups, Level: Should, Sender: "Entra", Section: none, Rows: []string{"E10"}, Run: func(t *T) {
			a := t.Get("/Groups?excludedAttributes=members&filter=" + query(`displayName eq "`+t.Name("group")+`"`))
			t.Expect(a.Status == 200 && a.Total() == 0, "200 with an empty list", told(a))
			made := t.Post("/Groups", M{"schemas": []string{groupURN}, "displayName": t.Name("group")})
			t.Expect(made.Status == 403 || made.Status == 404 || made.Status == 405 || made.Status == 501, "501, or another refusal", told(made))
			t.Expect(!empty(made.At("detail")), "a detail that says that groups are off", made.JSON)
		}, Why: "An administrator who leaves Groups on in the portal sees the job in quarantine, people and all.", Mend: "Answer GET /Groups with an empty list and changes with 501 and the reason."},
		{ID: "types-one", Name: "a resource type can be read by its name", Run: func(t *T) {
			a := t.Read("/ResourceTypes/User")
			t.Equal(a, "User", "name")
			t.Equal(a, []string{"urn:ietf:params:scim:schemas:core:2.0:ResourceType"}, "schemas")
		}},
		{ID: "types-unknown", Name: "an unknown resource type is 404", Run: func(t *T) {
			t.Refused(t.Get("/ResourceTypes/"+t.Name("nothing")), 404)
		}},
		{ID: "types-meta", Name: "each resource type says where it is", Level: Should, Section: "RFC 7643 §6", Run: func(t *T) {
			for _, rt := range t.list("/ResourceTypes").Resources() {
				t.Expect(at(rt, "meta", "resourceType") == "ResourceType", `meta.resourceType "ResourceType"`, at(rt, "meta"))
				t.absolute(at(rt, "meta", "location"), fmt.Sprint("/ResourceTypes/", at(rt, "name")))
			}
		}},
		{ID: "types-extension", Name: "User lists the enterprise extension as optional", Level: Should, Needs: Enterprise, Section: "RFC 7643 §6", Run: func(t *T) {
			a := t.Read("/ResourceTypes/User")
			ext := a.At("schemaExtensions", "schema="+enterpriseURN)
			t.Expect(at(ext, "required") == false, "the enterprise extension with required false", a.At("schemaExtensions"))
		}},
		{ID: "types-group", Name: "Group lives under /Groups", Needs: Groups, Run: func(t *T) {
			a := t.Read("/ResourceTypes/Group")
			t.Holds(a, M{"endpoint": "/Groups", "schema": groupURN})
		}},
		{ID: "discovery-filter-403", Name: "a filter on a discovery endpoint is refused with 403", Level: Should, Run: func(t *T) {
			for _, path := range []string{"/Schemas", "/ResourceTypes", "/ServiceProviderConfig"} {
				t.Refused(t.Get(path+"?filter=id%20pr"), 403)
			}
		}, Why: "A client that believes its filter was applied draws wrong conclusions.",
			Mend: "Answer 403 when a filter is given on /Schemas, /ResourceTypes or /ServiceProviderConfig."},
		{ID: "discovery-unpaged", Name: "paging does not apply to the discovery endpoints", Run: func(t *T) {
			whole := len(t.list("/Schemas").Resources())
			got := t.Read("/Schemas?startIndex=1&count=1")
			t.Expect(len(got.Resources()) == whole, fmt.Sprintf("all %d schemas", whole), fmt.Sprintf("%d", len(got.Resources())))
		}},
		{ID: "discovery-read-only", Name: "discovery endpoints cannot be written", Level: Should, Run: func(t *T) {
			// Only names that are not there: a server that took it must not lose anything.
			for _, path := range []string{"/Schemas/urn:x:" + t.Name("schema"), "/ResourceTypes/" + t.Name("type")} {
				a := t.Do(Request{Method: http.MethodPut, Path: path, Body: M{}})
				t.Expect(slices.Contains([]int{400, 403, 404, 405, 501}, a.Status), "405, or another refusal", told(a))
			}
		}, Why: "Who may provision people must not be able to change what the server is."},
	})
}

// list reads an endpoint that answers with a ListResponse.
func (t *T) list(path string) *Answer {
	a := t.Read(path)
	t.Equal(a, []string{listURN}, "schemas")
	t.Require(a.At("Resources") != nil, "Resources in the list", a.JSON)
	return a
}

// absolute notes a failure unless a value is an absolute address that ends as
// wanted. RFC 7643 §3.1
func (t *T) absolute(v any, end string) {
	s, _ := v.(string)
	t.Expect((strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://")) && strings.HasSuffix(s, end),
		"an absolute address that ends in "+end, v)
}

// instant reads a dateTime. RFC 7643 §2.3.5
func (t *T) instant(v any) time.Time {
	s, _ := v.(string)
	when, err := time.Parse(time.RFC3339Nano, s)
	t.Expect(err == nil, "a dateTime such as 2026-09-01T12:00:00Z", v)
	return when
}
