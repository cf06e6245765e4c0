package scim_test

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/scim"
)

// people makes users named by letters: u-a, u-b, ... each with a few attributes.
func (s *service) people(n int) []string {
	s.t.Helper()
	var ids []string
	for i := range n {
		c := string(rune('a' + i))
		ids = append(ids, s.create(fmt.Sprintf(
			`"userName":"U-%s","externalId":"X%s","title":"T%d","active":%t,"name":{"familyName":"F%d"},"emails":[{"value":"%s@home.example"},{"value":"%s@x.example","type":"work","primary":true}]`,
			c, c, (i*7)%n, i%2 == 0, i/2, string(rune('z'-i)), c)).id())
	}
	return ids
}

func (s *service) find(params ...string) *reply {
	s.t.Helper()
	q := url.Values{}
	for _, p := range params {
		name, value, _ := strings.Cut(p, "=")
		q.Set(name, value)
	}
	return s.do("GET", "/Users?"+q.Encode(), "")
}

// names lists the user names on a page.
func (r *reply) names() string {
	list, _ := r.body["Resources"].([]any)
	var names []string
	for _, e := range list {
		name, _ := at(e, "userName").(string)
		if name == "" {
			name, _ = at(e, "displayName").(string)
		}
		names = append(names, strings.TrimPrefix(name, "U-"))
	}
	return strings.Join(names, "")
}

// RFC 7644 §3.4.2.4
func TestPagesByIndex(t *testing.T) {
	s := newService(t)
	s.people(7)
	for _, c := range []struct {
		params string
		names  string
		start  string
	}{
		{"", "abcdefg", "1"},
		{"startIndex=1&count=3", "abc", "1"},
		{"startIndex=4&count=3", "def", "4"},
		{"startIndex=7&count=3", "g", "7"},
		{"startIndex=8&count=3", "", "8"},
		{"startIndex=100", "", "100"},
		{"startIndex=0&count=2", "ab", "1"},
		{"startIndex=-5&count=2", "ab", "1"},
		{"count=0", "", "1"},
		{"count=-3", "", "1"},
		{"count=99999999999999999999", "abcdefg", "1"},
		{"startIndex=&count=", "abcdefg", "1"},
	} {
		r := s.do("GET", "/Users?"+c.params, "").want(200)
		if r.names() != c.names {
			t.Errorf("%s: %s, want %s", c.params, r.names(), c.names)
		}
		r.has("totalResults", "7").has("itemsPerPage", fmt.Sprint(len(c.names))).has("startIndex", c.start).
			has("schemas", `["urn:ietf:params:scim:api:messages:2.0:ListResponse"]`)
		if _, ok := r.body["Resources"].([]any); !ok {
			t.Errorf("%s: Resources is %v", c.params, r.body["Resources"])
		}
	}
	for _, bad := range []string{"startIndex=x", "count=ten", "count=1.5", "startIndex=0x1", "count=1&count=2", "filter=%zz", "sortOrder=up&sortBy=title"} {
		s.do("GET", "/Users?"+bad, "").want(400)
	}
}

func TestThePageSizeIsBounded(t *testing.T) {
	s := newServiceOf(t, &scim.Server{Types: []*scim.ResourceType{scim.UserType()}, Limits: scim.Limits{MaxPage: 3, DefaultPage: 2}})
	s.people(5)
	for params, want := range map[string]string{"": "ab", "count=100": "abc", "count=1": "a", "cursor&count=100": "abc", "cursor": "ab"} {
		if r := s.do("GET", "/Users?"+params, ""); r.names() != want {
			t.Errorf("%s: %s", params, r.names())
		}
	}
}

// RFC 7644 §3.4.2.2
func TestFilters(t *testing.T) {
	s := newService(t)
	ids := s.people(6)
	s.do("PUT", "/Users/"+ids[5], `{"userName":"U-f","`+ent+`":{"department":"Sales","manager":{"value":"m1"}},"urn:ietf:params:scim:schemas:core:2.0:User:microsoftId":"M-1","urn:acme:2.0:User":{"tag":"t"},"displayName":"say \"hi\" \\ é"}`).want(200)
	for filter, want := range map[string]string{
		`userName eq "u-A"`: "a",
		`USERNAME EQ "u-a"`: "a",
		`urn:ietf:params:scim:schemas:core:2.0:User:userName eq "u-a"`: "a",
		`externalId eq "Xa"`:                   "a",
		`externalId eq "xa"`:                   "",
		`userName ne "u-a"`:                    "bcdef",
		`userName co "-B"`:                     "b",
		`userName sw "u-" and userName ew "C"`: "c",
		`title pr`:                             "abcde",
		`not (title pr)`:                       "f",
		`active eq true`:                       "ace",
		`active eq "False"`:                    "bdf",
		`active eq true or userName eq "u-b" and title pr`:                                       "abce",
		`(active eq true or userName eq "u-b") and userName gt "u-b"`:                            "ce",
		`name.familyName eq "f1"`:                                                                "cd",
		`emails eq "b@x.example"`:                                                                "b",
		`emails.value ew "@home.example"`:                                                        "abcde",
		`emails[type eq "work" and value sw "c"]`:                                                "c",
		`emails[type eq "work"].value eq "D@x.example"`:                                          "d",
		`emails[type eq "work" and value sw "z"]`:                                                "",
		`id eq "` + ids[2] + `"`:                                                                 "c",
		`id eq "` + ids[5] + `" and ` + ent + `:manager eq "m1"`:                                 "f",
		`id eq "` + ids[5] + `" and ` + ent + `:manager eq "m2"`:                                 "",
		ent + `:manager.value eq "m1"`:                                                           "f",
		`department eq "sales" and manager eq "m1"`:                                              "f",
		ent + `:department eq "sales"`:                                                           "f",
		`urn:ietf:params:scim:schemas:core:2.0:User:microsoftId eq "M-1"`:                        "f",
		`urn:acme:2.0:User:tag eq "t"`:                                                           "f",
		`urn:acme:2.0:User:none eq "t"`:                                                          "",
		`displayName eq "say \"hi\" \\ \u00e9"`:                                                  "f",
		`meta.resourceType eq "User"`:                                                            "abcdef",
		`meta.lastModified gt "2020-01-01T00:00:00Z" and meta.created lt "2020-01-01T00:00:00Z"`: "",
		`meta.version eq "W/\"2\""`:                                                              "f",
		`schemas eq "` + ent + `"`:                                                               "f",
		`title eq null`:                                                                          "f",
	} {
		r := s.find("filter=" + filter).want(200)
		if r.names() != want {
			t.Errorf("%s: %q, want %q", filter, r.names(), want)
		}
		r.has("totalResults", fmt.Sprint(len(want)))
	}
}

func TestFiltersThatCannotBeReadAreRefusedWithAHint(t *testing.T) {
	s := newService(t)
	for filter, says := range map[string]string{
		`userName eq`:                 "",
		`userName eq ann`:             "",
		`userName like "x"`:           "",
		`userNmae eq "x"`:             `userName`,
		`name.givenNam eq "x"`:        `name.givenName`,
		`emails[typ eq "work"]`:       `emails.type`,
		`name[x eq "y"]`:              "",
		`active gt true`:              "",
		`meta.created gt "yesterday"`: "",
		`password sw "a"`:             "password",
		`urn:x`:                       "",
		`emails[urn:a:b:c eq "x"]`:    "sub-attributes",
		strings.Repeat("(", 100) + `title pr` + strings.Repeat(")", 100): "",
		`title eq "` + strings.Repeat("x", 9000) + `"`:                   "",
		strings.Repeat(`title pr or `, 300) + `title pr`:                 "",
	} {
		r := s.find("filter="+filter).want(400, "invalidFilter")
		if detail, _ := r.body["detail"].(string); !strings.Contains(detail, says) || len(detail) > 600 {
			t.Errorf("%.50s: %s", filter, detail)
		}
	}
}

// RFC 7644 §3.4.2.3
func TestSorting(t *testing.T) {
	s := newService(t)
	s.people(6)
	s.create(`"userName":"U-x"`)
	for _, c := range []struct{ by, order, names string }{
		{"userName", "", "abcdefx"},
		{"userName", "descending", "xfedcba"},
		{"title", "ascending", "abcdefx"},
		{"title", "Descending", "xfedcba"},
		{"emails", "", "abcdefx"},
		{"emails.value", "descending", "xfedcba"},
		{"name.familyName", "descending", "xefcdab"},
		{"active", "", "bdfacex"},
		{"meta.created", "descending", "xfedcba"},
		{"urn:acme:2.0:User:none", "", "abcdefx"},
		{ent + ":department", "", "abcdefx"},
	} {
		if r := s.find("sortBy="+c.by, "sortOrder="+c.order).want(200); r.names() != c.names {
			t.Errorf("%s %s: %s, want %s", c.by, c.order, r.names(), c.names)
		}
	}
	if r := s.find("sortBy=userName", "sortOrder=descending", "startIndex=2", "count=2", "filter=title pr"); r.names() != "ed" {
		t.Error(r.names())
	}
	for by, scimType := range map[string]string{"nmae.familyName": "invalidPath", "name": "invalidPath", "addresses": "invalidPath", "emails[type eq \"x\"]": "invalidPath", "a b": "invalidPath"} {
		s.find("sortBy="+by).want(400, scimType)
	}
}

// RFC 7644 §3.4.3
func TestSearchByPostFindsWhatGetFinds(t *testing.T) {
	s := newService(t)
	s.people(5)
	const schemas = `"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],`
	r := s.do("POST", "/Users/.search", `{`+schemas+`"filter":"userName ge \"u-b\"","sortBy":"userName","sortOrder":"descending","startIndex":2,"count":2,"attributes":["userName"]}`).want(200)
	if r.names() != "dc" {
		t.Error(r.names())
	}
	r.has("totalResults", "4").has("startIndex", "2").lacks("Resources.0.meta")
	s.do("POST", "/Users/.search", `{}`).want(200).has("totalResults", "5")
	s.do("POST", "/Users/.search", `{"excludedAttributes":"emails","count":"1"}`).want(200).lacks("Resources.0.emails").has("itemsPerPage", "1")
	first := s.do("POST", "/Users/.search", `{"cursor":"","count":3}`).want(200)
	next := s.do("POST", "/Users/.search", `{"cursor":"`+first.at("nextCursor").(string)+`","count":3}`).want(200)
	if first.names()+next.names() != "abcde" {
		t.Error(first.names(), next.names())
	}
	for body, scimType := range map[string]string{
		`{"filter":3.5}`: "invalidValue", `{"attributes":[1]}`: "invalidValue", `{"attributes":{}}`: "invalidValue",
		`{"filter":"x"}`: "invalidFilter", `[]`: "invalidSyntax", ``: "invalidSyntax", `{"count":"many"}`: "invalidValue",
	} {
		s.do("POST", "/Users/.search", body).want(400, scimType)
	}
	s.do("GET", "/Users/.search", "").want(405)
}

// RFC 7644 §3.4.2.1
func TestTheRootIsSearchedOverAllTypes(t *testing.T) {
	s := newService(t)
	s.people(3)
	for _, name := range []string{"p", "b"} {
		s.createGroup(`"displayName":"` + name + `","externalId":"X` + name + `"`)
	}
	for _, c := range []struct{ params, names, total string }{
		{"", "abcpb", "5"},
		{"startIndex=3&count=2", "cp", "5"},
		{"startIndex=5&count=2", "b", "5"},
		{"startIndex=9", "", "5"},
		{"count=0", "", "5"},
		{`filter=externalId+eq+"Xb"`, "bb", "2"},
		{`filter=meta.resourceType+eq+"Group"`, "pb", "2"},
		{`filter=userName+eq+"u-a"+or+displayName+eq+"P"`, "ap", "2"},
		{`filter=urn:ietf:params:scim:schemas:core:2.0:Group:displayName+eq+"p"`, "p", "1"},
		{`sortBy=externalId`, "abbcp", "5"},
		{`sortBy=externalId&sortOrder=descending&startIndex=2&count=2`, "cb", "5"},
	} {
		r := s.do("GET", "/?"+strings.ReplaceAll(c.params, `"`, "%22"), "").want(200)
		got := r.names()
		if c.names == "bb" {
			got = strings.Map(func(r rune) rune { return r }, got)
		}
		if got != c.names {
			t.Errorf("%s: %s, want %s", c.params, got, c.names)
		}
		r.has("totalResults", c.total)
	}
	s.do("POST", "/.search", `{"filter":"externalId pr","count":4}`).want(200).has("totalResults", "5").has("itemsPerPage", "4").
		has("Resources.3.meta.resourceType", `"Group"`)
	s.do("GET", "/?filter=nonsense+pr", "").want(400, "invalidFilter")
	s.do("GET", "/?sortBy=externalId&startIndex=100000", "").want(400, "tooMany")
	names, cursor := "", ""
	for range 5 {
		r := s.do("GET", "/?count=2&cursor="+cursor, "").want(200)
		names += r.names() + "|"
		if cursor, _ = r.at("nextCursor").(string); cursor == "" {
			break
		}
	}
	if names != "ab|c|pb|" {
		t.Error(names)
	}
	for _, bad := range []string{"x", "9.", "0", "-1.x", "0.zz"} {
		s.do("GET", "/?cursor="+bad, "").want(400, "invalidCursor")
	}
	s.do("POST", "/", "{}").want(405)
}

func TestCollectStopsAtAnErrorAndKeepsTheOrderOfTheSequence(t *testing.T) {
	rt := scim.UserType()
	boom := fmt.Errorf("boom")
	seq := func(yield func(*scim.Resource, error) bool) {
		_ = yield(&scim.Resource{ID: "1", Attrs: decode(t, rt, "")}, nil) && yield(nil, boom)
	}
	for _, q := range []*scim.Query{{Type: rt, Start: 1, Count: 5}, {Type: rt, Cursor: new(string), Count: 5}} {
		if _, err := scim.Collect(seq, q); err != boom {
			t.Error(err)
		}
	}
}

// Backends that break their contract do not break the server's.
type brokenBackend struct{ scim.Backend }

func (brokenBackend) Create(context.Context, *scim.Resource) (*scim.Resource, error) { return nil, nil }
func (brokenBackend) List(context.Context, *scim.Query) (*scim.Page, error)          { return nil, nil }
func (brokenBackend) Get(context.Context, string, *scim.Selection) (*scim.Resource, error) {
	return nil, fmt.Errorf("the password of the database is hunter2")
}
func (brokenBackend) Delete(context.Context, string, scim.Check) error {
	return context.DeadlineExceeded
}

func TestFailuresOfABackendAreAnsweredWithoutTheirCause(t *testing.T) {
	s := serve(t, &scim.Handler{Backends: map[string]scim.Backend{"User": brokenBackend{}}, InsecureNoAuthentication: true})
	for _, r := range []*reply{
		s.do("POST", "/Users", `{"userName":"u"}`).want(500),
		s.do("GET", "/Users", "").want(500),
		s.do("GET", "/Users/1", "").want(500),
		s.do("DELETE", "/Users/1", "").want(503),
	} {
		if strings.Contains(r.text, "hunter2") || strings.Contains(r.text, "backend") {
			t.Errorf("the cause is in the answer: %s", r.text)
		}
	}
}

func TestSortingGoesByTheTypeOfTheAttribute(t *testing.T) {
	s := newServiceOf(t, &scim.Server{Types: []*scim.ResourceType{fuzzType()}})
	for i, members := range []string{
		`"level":10,"rate":2.5,"hired":"2026-01-01T00:00:00+05:00","tags":["c"],"microsoftId":"b","active":true`,
		`"level":9,"rate":10,"hired":"2025-12-31T20:00:00Z","tags":["A","z"],"microsoftId":"B","active":false`,
		`"level":-1,"rate":-0.5,"hired":"2025-12-31T18:00:00Z","tags":["b"],"microsoftId":"a"`,
		`"urn:acme:User:x":"1"`,
	} {
		s.create(fmt.Sprintf(`"userName":"U-%c",`, 'a'+i) + members)
	}
	for by, want := range map[string]string{
		"level": "cbad", "rate": "cabd", "hired": "cabd", "tags": "bcad", "microsoftId": "bcad", "active": "bacd", "urn:acme:User:x": "dabc", "id": "", "meta.lastModified": "abcd",
	} {
		up, down := s.find("sortBy="+by).want(200).names(), s.find("sortBy="+by, "sortOrder=descending").want(200).names()
		if want != "" && (up != want || len(want) == len(down) && up[0] == down[0]) {
			t.Errorf("%s: %s and %s, want %s", by, up, down, want)
		}
	}
}

func TestBracketsInFiltersWorkOnSimpleAndOnUnknownLists(t *testing.T) {
	s := newServiceOf(t, &scim.Server{Types: []*scim.ResourceType{fuzzType()}})
	s.create(`"userName":"U-a","tags":["x","y"],"urn:acme:User:l":[{"k":"v","n":1}]`)
	for filter, want := range map[string]string{
		`tags[value eq "x"]`: "a", `tags eq "Y"`: "a", `tags[value eq "z"]`: "",
		`urn:acme:User:l[k eq "v" and n eq 1]`: "a", `urn:acme:User:l[k eq "w"]`: "",
	} {
		if r := s.find("filter=" + filter).want(200); r.names() != want {
			t.Errorf("%s: %s", filter, r.names())
		}
	}
	for _, filter := range []string{`tags[type eq "x"]`, `tags.value eq "x"`, `emails[type.x eq "y"]`} {
		s.find("filter="+filter).want(400, "invalidFilter")
	}
}
