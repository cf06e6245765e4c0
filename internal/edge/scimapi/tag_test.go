package scimapi_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestAPersonsTagFollowsTheirGroups(t *testing.T) {
	onBoth(t, func(t *testing.T, s *server) {
		ann := s.must(201, s.acme, "POST", "/Users", `{"userName":"ann@x.example"}`).id()
		there := s.must(201, s.globex, "POST", "/Users", `{"userName":"ann@x.example"}`)
		path := "/Users/" + ann
		team := s.must(201, s.acme, "POST", "/Groups", `{"displayName":"Team","members":[{"value":"`+ann+`"}]}`).id()
		in := s.must(200, s.acme, "GET", path, "").header.Get("ETag")
		s.must(304, s.acme, "GET", path, "", "If-None-Match", in)
		s.must(304, s.acme, "GET", path+"?excludedAttributes=groups", "", "If-None-Match", in)
		s.must(204, s.acme, "PATCH", "/Groups/"+team, member("Remove", ann))
		out := s.must(200, s.acme, "GET", path, "", "If-None-Match", in)
		if tag := out.header.Get("ETag"); tag == in || tag != fmt.Sprint(out.doc["meta"].(map[string]any)["version"]) || strings.Contains(out.body, team) {
			t.Errorf("after leaving: %s", out)
		}
		title := patch(`{"op":"add","path":"title","value":"Lead"}`)
		s.must(412, s.acme, "PATCH", path, title, "If-Match", in)
		s.must(412, s.acme, "PUT", path, `{"userName":"ann@x.example","title":"Lead"}`, "If-Match", in)
		s.must(412, s.acme, "DELETE", path, "", "If-Match", in)
		s.must(200, s.acme, "PATCH", path, title, "If-Match", out.header.Get("ETag"))
		s.must(204, s.acme, "PATCH", "/Groups/"+team, member("Add", ann))
		back := s.must(200, s.acme, "GET", path, "").header.Get("ETag")
		listed := s.must(200, s.acme, "GET", `/Users?filter=userName eq "ann@x.example"`, "")
		if !strings.Contains(listed.body, strings.ReplaceAll(back, `"`, `\"`)) {
			t.Errorf("%s is not the version in %s", back, listed)
		}
		changed := s.must(200, s.acme, "PUT", path, `{"userName":"ann@x.example","title":"Chief"}`, "If-Match", back).header.Get("ETag")
		s.must(204, s.acme, "DELETE", path, "", "If-Match", changed)
		if now := s.must(200, s.globex, "GET", "/Users/"+there.id(), "").header.Get("ETag"); now != there.header.Get("ETag") {
			t.Errorf("another workspace's tag was %s and is %s", there.header.Get("ETag"), now)
		}
	})
}

// A 403 that took people out says so to the directory, and stands in the log as what was answered.
func TestWithProvisioningOffTheLogTellsWhatWasDoneAndWhatWasNot(t *testing.T) {
	onBoth(t, func(t *testing.T, s *server) {
		ids := s.people(s.acme, 3)
		team := s.must(201, s.acme, "POST", "/Groups", fmt.Sprintf(`{"displayName":"Team","members":[{"value":%q},{"value":%q}]}`, ids[0], ids[1])).id()
		if err := s.directory.SetProvisioning(ctx, s.acme.id, operator, false); err != nil {
			t.Fatal(err)
		}
		for path, body := range map[string]string{
			"/Groups/" + team:  patch(fmt.Sprintf(`{"op":"replace","path":"members","value":[{"value":%q},{"value":%q}]}`, ids[0], ids[2])),
			"/Users/" + ids[2]: patch(`{"op":"replace","path":"active","value":false},{"op":"replace","path":"title","value":"Left"}`),
		} {
			r := s.call(s.acme, "PATCH", path, body)
			detail, want := fmt.Sprint(r.doc["detail"]), http.StatusForbidden
			if strings.HasPrefix(path, "/Users") {
				want = http.StatusOK
			} else if !strings.Contains(detail, "are out; nothing else of it was done") {
				t.Errorf("detail: %s", detail)
			}
			logged := s.request(s.acme, r.header.Get("X-Request-Id"))
			if r.status != want || logged.Status != want || !strings.Contains(strings.Join(logged.Notes, "\n"), "provisioning is switched off, so that") {
				t.Errorf("%s: %s; the log says %+v", path, r, logged)
			}
		}
		if got := s.members(s.acme, team); len(got) != 1 || got[0] != ids[0] {
			t.Errorf("members are %v", got)
		}
		s.sound(s.acme)
	})
}
