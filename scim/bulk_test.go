package scim_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/scim"
)

func (s *service) bulk(members, operations string) *reply {
	s.t.Helper()
	return s.do("POST", "/Bulk", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],`+members+`"Operations":[`+operations+`]}`)
}

// statuses lists the statuses of the operations.
func (r *reply) statuses() string {
	r.t.Helper()
	ops, _ := r.body["Operations"].([]any)
	var list []string
	for _, op := range ops {
		list = append(list, fmt.Sprint(at(op, "status")))
	}
	return strings.Join(list, " ")
}

// RFC 7644 §3.7
func TestBulkDoesEachOperation(t *testing.T) {
	s := newService(t)
	old := s.create(`"userName":"old","title":"A"`).id()
	gone := s.create(`"userName":"gone"`).id()
	r := s.bulk("", `
		{"method":"POST","path":"/Users","bulkId":"n","data":{"userName":"new"}},
		{"method":"put","path":"/Users/`+old+`","version":"W/\"1\"","data":{"userName":"old","title":"B"}},
		{"method":"PATCH","path":"Users/`+old+`","data":{"Operations":[{"op":"Add","path":"nickName","value":"N"}]}},
		{"method":"DELETE","path":"/Users/`+gone+`"}`).want(200)
	if r.statuses() != "201 200 200 204" {
		t.Fatal(r.text)
	}
	r.has("schemas", `["urn:ietf:params:scim:api:messages:2.0:BulkResponse"]`).
		has("Operations.0.bulkId", `"n"`).has("Operations.0.method", `"POST"`).has("Operations.0.version", `"W/\"1\""`).
		has("Operations.1.location", `"`+s.url+`/Users/`+old+`"`).has("Operations.2.version", `"W/\"3\""`).
		has("Operations.3.location", `"`+s.url+`/Users/`+gone+`"`).lacks("Operations.0.response")
	s.do("GET", "/Users/"+old, "").has("title", `"B"`).has("nickName", `"N"`)
	s.do("GET", "/Users/"+gone, "").want(404)
	s.do("GET", strings.TrimPrefix(r.at("Operations.0.location").(string), s.url), "").want(200).has("userName", `"new"`)
}

// RFC 7644 §3.7.2
func TestBulkIDsStandForResourcesMadeInTheSameRequest(t *testing.T) {
	s := newService(t)
	r := s.bulk("", `
		{"method":"POST","path":"/Groups","bulkId":"g","data":{"displayName":"G","members":[{"value":"bulkId:u","$ref":"../Users/bulkId:u"}]}},
		{"method":"POST","path":"/Users","bulkId":"u","data":{"userName":"u","`+ent+`":{"manager":{"value":"bulkId:m"}},"urn:acme:User":{"deep":[{"er":"bulkId:m"}]},"title":"about bulkId:m"}},
		{"method":"POST","path":"/Users","bulkId":"m","data":{"userName":"m"}},
		{"method":"PATCH","path":"/Users/bulkId:m","bulkId":"p","data":{"Operations":[{"op":"add","path":"title","value":"Boss"},{"op":"add","path":"nickName","value":"bulkId:p"}]}},
		{"method":"PATCH","path":"/Groups/bulkId:g","data":{"Operations":[{"op":"add","path":"members","value":[{"value":"bulkId:m"}]},{"op":"remove","path":"members[value eq \"bulkId:u\"]"}]}}`).want(200)
	if r.statuses() != "201 201 201 200 204" {
		t.Fatal(r.text)
	}
	id := func(i int) string {
		l := r.at(fmt.Sprintf("Operations.%d.location", i)).(string)
		return l[strings.LastIndexByte(l, '/')+1:]
	}
	s.do("GET", "/Groups/"+id(0), "").has("members", `[{"value":"`+id(2)+`"}]`)
	s.do("GET", "/Users/"+id(1), "").has(ent+"|manager.value", `"`+id(2)+`"`).has("urn:acme:User|deep.0.er", `"`+id(2)+`"`).has("title", `"about bulkId:m"`)
	s.do("GET", "/Users/"+id(2), "").has("title", `"Boss"`).has("nickName", `"`+id(2)+`"`)
}

// RFC 7644 §3.7.1
func TestBulkResolvesCircles(t *testing.T) {
	s := newService(t)
	r := s.bulk("", `
		{"method":"POST","path":"/Groups","bulkId":"a","version":"W/\"7\"","data":{"displayName":"A","members":[{"type":"Group","value":"bulkId:b"},{"value":"fixed"}]}},
		{"method":"POST","path":"/Groups","bulkId":"b","data":{"displayName":"B","members":[{"type":"Group","value":"bulkId:a"}]}},
		{"method":"POST","path":"/Groups","bulkId":"c","data":{"displayName":"C","members":[{"value":"bulkId:c"}],"externalId":"bulkId:a"}}`).want(200)
	if r.statuses() != "201 201 201" {
		t.Fatal(r.text)
	}
	loc := func(i int) string {
		return strings.TrimPrefix(r.at(fmt.Sprintf("Operations.%d.location", i)).(string), s.url)
	}
	idOf := func(i int) string { return strings.TrimPrefix(loc(i), "/Groups/") }
	s.do("GET", loc(0), "").has("members", `[{"type":"Group","value":"`+idOf(1)+`"},{"value":"fixed"}]`)
	s.do("GET", loc(1), "").has("members", `[{"type":"Group","value":"`+idOf(0)+`"}]`)
	got := s.do("GET", loc(2), "").has("members", `[{"value":"`+idOf(2)+`"}]`).has("externalId", `"`+idOf(0)+`"`)
	if got.at("meta.version") != r.at("Operations.2.version") {
		t.Errorf("version %v, answered %v", got.at("meta.version"), r.at("Operations.2.version"))
	}
}

// createLog remembers what was created.
type createLog struct {
	*scim.Memory
	made []string
}

func (c *createLog) Create(ctx context.Context, r *scim.Resource) (*scim.Resource, error) {
	c.made = append(c.made, string(r.Attrs.AppendJSON(nil)))
	return c.Memory.Create(ctx, r)
}

func TestInACircleAResourceIsFirstMadeWithoutTheValuesThatCannotBeKnown(t *testing.T) {
	rt := scim.GroupType()
	log := &createLog{Memory: scim.NewMemory(rt)}
	s := serve(t, &scim.Handler{Server: &scim.Server{Types: []*scim.ResourceType{rt}}, Backends: map[string]scim.Backend{"Group": log}, InsecureNoAuthentication: true})
	s.bulk("", `{"method":"POST","path":"/%47roups","bulkId":"a","data":{"displayName":"A","externalId":"bulkId:a","members":[{"type":"Group","value":"bulkId:a"},{"value":"fixed"}]}}`).want(200)
	if got := strings.Join(log.made, ""); got != `{"displayName":"A","members":[{"value":"fixed"}]}` {
		t.Error(got)
	}
}

func TestACircleThatCannotBeClosedIsAConflict(t *testing.T) {
	rt := scim.UserType()
	rt.Schema.Attributes = append(rt.Schema.Attributes, scim.Attribute{Name: "badge", Mutability: scim.Immutable})
	s := newServiceOf(t, &scim.Server{Types: []*scim.ResourceType{rt}})
	r := s.bulk("", `
		{"method":"POST","path":"/Users","bulkId":"a","data":{"userName":"a","title":"bulkId:b","nickName":"bulkId:a"}},
		{"method":"POST","path":"/Users","bulkId":"b","data":{"userName":"bulkId:a"}},
		{"method":"DELETE","path":"/Users/bulkId:a"}`).want(200)
	if r.statuses() != "409 400 409" {
		t.Error(r.text)
	}
	r = s.bulk("", `
		{"method":"POST","path":"/Users","bulkId":"c","data":{"userName":"c","title":"bulkId:c"}},
		{"method":"DELETE","path":"/Users/bulkId:c"}`).want(200)
	if r.statuses() != "409 204" || r.at("Operations.0.response.status") != "409" {
		t.Error(r.text)
	}
}

// RFC 7644 §3.7.3
func TestBulkStopsAfterAsManyErrorsAsTheClientAccepts(t *testing.T) {
	ops := `{"method":"POST","path":"/Users","bulkId":"1","data":{"userName":"a"}},
		{"method":"POST","path":"/Users","bulkId":"2","data":{"userName":"A"}},
		{"method":"POST","path":"/Users","bulkId":"3","data":{"userName":"b"}},
		{"method":"POST","path":"/Users","bulkId":"4","data":{}},
		{"method":"POST","path":"/Users","bulkId":"5","data":{"userName":"c"}}`
	for members, want := range map[string]string{
		"": "201 409 201 400 201", `"failOnErrors":0,`: "201 409 201 400 201", `"failOnErrors":1,`: "201 409", `"failOnErrors":2,`: "201 409 201 400",
	} {
		s := newService(t)
		r := s.bulk(members, ops).want(200)
		if r.statuses() != want {
			t.Errorf("%s: %s, want %s", members, r.statuses(), want)
		}
		r.has("Operations.1.response.scimType", `"uniqueness"`).has("Operations.1.response.status", `"409"`).lacks("Operations.1.location")
	}
	s := newService(t)
	r := s.bulk(`"failOnErrors":1,`, `
		{"method":"POST","path":"/Groups","bulkId":"g","data":{"displayName":"G","members":[{"value":"bulkId:bad"},{"value":"bulkId:later"}]}},
		{"method":"POST","path":"/Users","bulkId":"bad","data":{}},
		{"method":"POST","path":"/Users","bulkId":"later","data":{"userName":"x"}}`).want(200)
	if r.statuses() != "409 400" {
		t.Errorf("%s", r.text)
	}
}

func TestBadBulkOperationsFailOneByOne(t *testing.T) {
	s := newService(t)
	id := s.create(`"userName":"u"`).id()
	for op, want := range map[string]string{
		`{"method":"GET","path":"/Users"}`:                                                               "400",
		`{"path":"/Users"}`:                                                                              "400",
		`{"method":"POST","path":"/Users","data":{"userName":"x"}}`:                                      "400",
		`{"method":"POST","bulkId":"1","data":{"userName":"x"}}`:                                         "400",
		`{"method":"POST","path":"/Users","bulkId":"1"}`:                                                 "400",
		`{"method":"POST","path":"/Users","bulkId":"1","data":[]}`:                                       "400",
		`{"method":"POST","path":"/Users","bulkId":"1","data":{"userName":"x","externalId":"bulkId:?"}}`: "400",
		`{"method":"POST","path":"/Bulk","bulkId":"1","data":{"Operations":[]}}`:                         "404",
		`{"method":"POST","path":"/Users/.search","bulkId":"1","data":{}}`:                               "405",
		`{"method":"POST","path":"/Robots","bulkId":"1","data":{}}`:                                      "404",
		`{"method":"PUT","path":"/Users","data":{"userName":"x"}}`:                                       "405",
		`{"method":"DELETE","path":"/Users/none"}`:                                                       "404",
		`{"method":"DELETE","path":"/Users/bulkId:none"}`:                                                "400",
		`{"method":"DELETE","path":"/Users/` + id + `","version":"W/\"7\""}`:                             "412",
	} {
		if r := s.bulk("", op).want(200); r.statuses() != want || r.at("Operations.0.response.detail") == nil {
			t.Errorf("%s: %s", op, r.text)
		}
	}
	two := `{"method":"POST","path":"/Users","bulkId":"1","data":{"userName":"p"}},{"method":"POST","path":"/Users","bulkId":"1","data":{"userName":"q"}}`
	if r := s.bulk("", two).want(200); r.statuses() != "201 400" {
		t.Error(r.text)
	}
}

func TestBadBulkRequestsFailAsAWhole(t *testing.T) {
	s := newServiceOf(t, &scim.Server{Types: []*scim.ResourceType{scim.UserType()}, Limits: scim.Limits{MaxBulkOperations: 2}})
	for body, status := range map[string]int{
		`{}`: 400, `{"Operations":{}}`: 400, `{"Operations":["x"]}`: 400, `{"Operations":[{"method":1}]}`: 400,
		`{"Operations":[],"failOnErrors":"x"}`: 400, `{"Operations":[],"failOnErrors":-1}`: 400, `[`: 400,
		`{"Operations":[]}`: 200, `{"Operations":[{},{},{}]}`: 413,
	} {
		s.do("POST", "/Bulk", body).want(status)
	}
}
