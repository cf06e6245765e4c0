package scimapi_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// neighbours fills both workspaces, partly with equal names, and gives globex's
// person and group.
func (s *server) neighbours() (person, group string) {
	s.must(201, s.acme, "POST", "/Users", `{"userName":"shared@x.example","externalId":"same","title":"Acme's"}`)
	s.must(201, s.acme, "POST", "/Groups", `{"displayName":"Shared"}`)
	person = s.must(201, s.globex, "POST", "/Users", `{"userName":"shared@x.example","externalId":"same","title":"Globex's"}`).id()
	s.must(201, s.globex, "POST", "/Users", `{"userName":"only.globex@x.example","externalId":"only-globex"}`)
	group = s.must(201, s.globex, "POST", "/Groups", `{"displayName":"Shared","members":[{"value":"`+person+`"}]}`).id()
	s.must(201, s.globex, "POST", "/Groups", `{"displayName":"Only Globex"}`)
	return person, group
}

// state is all that a workspace's token can read.
func (s *server) state(w tenant) string {
	s.t.Helper()
	return s.must(200, w, "GET", "/Users", "").body + s.must(200, w, "GET", "/Groups", "").body
}

func TestATokenNeverReachesAnotherWorkspacesResources(t *testing.T) {
	onBoth(t, func(t *testing.T, s *server) {
		person, group := s.neighbours()
		before := s.state(s.globex)
		const nobody = "01a00000-0000-7000-8000-000000000000"
		for _, c := range []struct{ method, path, body string }{
			{"GET", "/Users/%s", ""}, {"GET", "/Groups/%s", ""}, {"DELETE", "/Users/%s", ""}, {"DELETE", "/Groups/%s", ""},
			{"PUT", "/Users/%s", `{"userName":"stolen"}`}, {"PUT", "/Groups/%s", `{"displayName":"Stolen"}`},
			{"PATCH", "/Users/%s", patch(`{"op":"replace","path":"active","value":false}`)},
			{"PATCH", "/Groups/%s", patch(`{"op":"replace","path":"displayName","value":"Stolen"}`)},
			{"PATCH", "/Groups/%s", patch(`{"op":"remove","path":"members"}`)},
			{"GET", "/Users/%s?attributes=userName", ""}, {"GET", "/Groups/%s?excludedAttributes=members", ""},
		} {
			foreign := person
			if strings.HasPrefix(c.path, "/Groups") {
				foreign = group
			}
			got, want := s.call(s.acme, c.method, fmt.Sprintf(c.path, foreign), c.body), s.call(s.acme, c.method, fmt.Sprintf(c.path, nobody), c.body)
			if got.status != http.StatusNotFound {
				t.Errorf("%s %s: %s", c.method, c.path, got)
			}
			if strings.ReplaceAll(got.body, foreign, nobody) != want.body {
				t.Errorf("%s %s: a foreign id is told from an unknown one:\n%s\n%s", c.method, c.path, got, want)
			}
		}
		bulk := s.must(200, s.acme, "POST", "/Bulk", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[`+
			`{"method":"DELETE","path":"/Users/`+person+`"},{"method":"PATCH","path":"/Groups/`+group+`","data":`+patch(`{"op":"remove","path":"members"}`)+`}]}`)
		if n := strings.Count(bulk.body, `"404"`); n < 2 {
			t.Errorf("bulk: %s", bulk)
		}
		if s.state(s.globex) != before {
			t.Error("globex has changed")
		}
	})
}

func TestATokenNeverFindsAnotherWorkspacesResources(t *testing.T) {
	onBoth(t, func(t *testing.T, s *server) {
		person, group := s.neighbours()
		for path, want := range map[string]int{
			"/Users": 1, "/Groups": 1, "/Users?count=0": 1, "/Groups?count=0": 1, "/": 2,
			`/Users?filter=id eq "` + person + `"`: 0, `/Groups?filter=id eq "` + group + `"`: 0,
			`/Users?filter=userName eq "shared@x.example"`: 1, `/Users?filter=userName eq "only.globex@x.example"`: 0,
			`/Users?filter=externalId eq "same"`: 1, `/Users?filter=externalId eq "only-globex"`: 0,
			`/Users?filter=emails.value eq "only.globex@x.example"`: 0, `/Users?filter=userName co "globex"`: 0, `/Users?filter=title eq "Globex's"`: 0,
			`/Groups?filter=displayName eq "Shared"`: 1, `/Groups?filter=displayName eq "Only Globex"`: 0, `/Groups?filter=members.value eq "` + person + `"`: 0,
			`/Users?filter=groups.value eq "` + group + `"`: 0, `/Users?sortBy=userName`: 1, `/Users?startIndex=2`: 1, `/Users?cursor=`: 1,
		} {
			r := s.must(200, s.acme, "GET", path, "")
			if n, _ := r.doc["totalResults"].(float64); int(n) != want {
				t.Errorf("%s: %v results, want %d", path, n, want)
			}
			if strings.Contains(r.body, person) || strings.Contains(r.body, group) || strings.Contains(r.body, "lobex") {
				t.Errorf("%s shows another workspace's data: %s", path, r.body)
			}
		}
		r := s.must(200, s.acme, "POST", "/Users/.search", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],"filter":"userName pr"}`)
		if n, _ := r.doc["totalResults"].(float64); n != 1 {
			t.Errorf(".search: %s", r)
		}
	})
}

// A directory may name whatever it likes as a member: what is another workspace's waits like any stranger and is never attached.
func TestAGroupNeverTakesInAnotherWorkspacesPeople(t *testing.T) {
	onBoth(t, func(t *testing.T, s *server) {
		person, group := s.neighbours()
		mine := s.must(200, s.acme, "GET", `/Users?filter=userName eq "shared@x.example"`, "").doc["Resources"].([]any)[0].(map[string]any)["id"].(string)
		team := s.must(201, s.acme, "POST", "/Groups", `{"displayName":"Team","members":[{"value":"`+person+`"},{"value":"`+mine+`"}]}`).id()
		s.must(204, s.acme, "PATCH", "/Groups/"+team, member("Add", "only.globex@x.example"))
		s.must(204, s.acme, "PATCH", "/Groups/"+team, member("Add", "only-globex"))
		s.must(204, s.acme, "PATCH", "/Groups/"+team, member("Add", group))
		if r := s.call(s.acme, "PATCH", "/Groups/"+team, member("Replace", person)); r.status != http.StatusBadRequest {
			t.Errorf("a replacement by another workspace's person alone: %s", r)
		}
		if got := s.members(s.acme, team); !slices.Equal(got, []string{mine}) {
			t.Errorf("members are %v, want %s", got, mine)
		}
		// It does not matter what happens over there.
		s.must(200, s.globex, "PATCH", "/Users/"+person, patch(`{"op":"replace","path":"title","value":"Still Globex's"}`))
		s.must(201, s.globex, "POST", "/Users", `{"userName":"late@x.example"}`)
		s.must(204, s.acme, "PATCH", "/Groups/"+team, member("Add", "late@x.example"))
		if got := s.members(s.acme, team); !slices.Equal(got, []string{mine}) {
			t.Errorf("members are %v, want %s", got, mine)
		}
		if r := s.must(200, s.globex, "GET", "/Users/"+person, ""); strings.Contains(r.body, team) {
			t.Errorf("globex's person is in acme's group: %s", r)
		}
		s.sound(s.acme)
		s.sound(s.globex)
	})
}

// The provisioning log and the change log of a workspace hold its own requests only.
func TestLogsHoldTheirWorkspacesRequestsOnly(t *testing.T) {
	onBoth(t, func(t *testing.T, s *server) {
		person, _ := s.neighbours()
		refused := s.call(s.acme, "DELETE", "/Users/"+person, "").header.Get("X-Request-Id")
		acme, globex := s.requests(s.acme, refused), s.requests(s.globex, "")
		for _, r := range globex {
			if string(r.ID) == refused || r.Actor != "token:"+string(s.globex.token.ID) {
				t.Errorf("globex's log holds %+v", r)
			}
		}
		for _, r := range acme {
			if r.Actor != "token:"+string(s.acme.token.ID) {
				t.Errorf("acme's log holds %+v", r)
			}
		}
	})
}
