package scimapi_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/anteroom-id/anteroom/internal/identity"
)

// reply is one answer, read to its end.
type reply struct {
	status int
	header http.Header
	body   string
	doc    map[string]any
}

func (r reply) id() string     { return r.text("id") }
func (r reply) detail() string { return r.text("detail") }

func (r reply) text(name string) string {
	s, _ := r.doc[name].(string)
	return s
}

func (r reply) String() string { return fmt.Sprintf("%d %s", r.status, r.body) }

// call makes one request with a workspace's token. Headers come in pairs.
func (s *server) call(w tenant, method, path, body string, headers ...string) reply {
	s.t.Helper()
	return s.send(append([]string{"Authorization", "Bearer " + w.secret}, headers...), method, w.base+path, body)
}

// send makes one request; the header Host sets the request's host.
func (s *server) send(headers []string, method, url, body string) (out reply) {
	s.t.Helper()
	r, err := http.NewRequest(method, strings.ReplaceAll(url, " ", "%20"), strings.NewReader(body))
	if err != nil {
		s.t.Error(err)
		return out
	}
	r.Header.Set("Content-Type", "application/scim+json")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	if host := r.Header.Get("Host"); host != "" {
		r.Host = host
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Error(err)
		return out
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Error(err)
	}
	out = reply{status: res.StatusCode, header: res.Header, body: string(text)}
	_ = json.Unmarshal(text, &out.doc)
	return out
}

// must makes a request that has to be answered with the status.
func (s *server) must(status int, w tenant, method, path, body string, headers ...string) reply {
	s.t.Helper()
	r := s.call(w, method, path, body, headers...)
	if r.status != status {
		s.t.Fatalf("%s %s %s: got %s, want %d", method, path, body, r, status)
	}
	return r
}

// people provisions n people and gives their ids.
func (s *server) people(w tenant, n int) []string {
	s.t.Helper()
	ids := make([]string, n)
	var all sync.WaitGroup
	for i := range ids {
		all.Go(func() { ids[i] = s.call(w, "POST", "/Users", fmt.Sprintf(`{"userName":"p%d@x.example"}`, i)).id() })
	}
	all.Wait()
	if slices.Contains(ids, "") {
		s.t.Fatal("not everybody could be provisioned")
	}
	return ids
}

func (s *server) members(w tenant, group string) (ids []string) {
	s.t.Helper()
	list, _ := s.must(200, w, "GET", "/Groups/"+group, "").doc["members"].([]any)
	for _, m := range list {
		ids = append(ids, fmt.Sprint(m.(map[string]any)["value"]))
	}
	return slices.Sorted(slices.Values(ids))
}

func (s *server) total(w tenant, path string) int {
	s.t.Helper()
	n, _ := s.must(200, w, "GET", path, "").doc["totalResults"].(float64)
	return int(n)
}

// sound fails unless the workspace's log has no gap and its counts are the truth.
func (s *server) sound(w tenant) []identity.Change {
	s.t.Helper()
	r := s.store.Read(w.id)
	log, err := r.Changes(ctx, 0, 1_000_000)
	if err != nil {
		s.t.Fatal(err)
	}
	for i, c := range log {
		if c.Seq != int64(i+1) {
			s.t.Fatalf("change %d has sequence number %d", i+1, c.Seq)
		}
	}
	tally, err := r.Tally(ctx)
	if err != nil {
		s.t.Fatal(err)
	}
	users, _, err := r.UsersAfter(ctx, "", 1_000_000)
	if err != nil {
		s.t.Fatal(err)
	}
	groups, err := r.GroupsAfter(ctx, "", 1_000_000)
	if err != nil {
		s.t.Fatal(err)
	}
	if tally.Seq != int64(len(log)) || tally.Users != int64(len(users)) || tally.Groups != int64(len(groups)) {
		s.t.Errorf("counted %+v; there are %d changes, %d users and %d groups", tally, len(log), len(users), len(groups))
	}
	for _, g := range groups {
		if members, err := r.MembersOf(ctx, g.ID); err != nil || g.Members != int64(len(members)) {
			s.t.Errorf("group %s counts %d members and has %d (%v)", g.DisplayName, g.Members, len(members), err)
		}
	}
	return log
}

func patch(operations string) string {
	return `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[` + operations + `]}`
}

func member(verb, id string) string {
	if verb == "Remove" {
		return patch(`{"op":"Remove","path":"members[value eq \"` + id + `\"]"}`)
	}
	return patch(`{"op":"` + verb + `","path":"members","value":[{"value":"` + id + `"}]}`)
}

// together runs n functions that start at the same moment.
func together(n int, f func(i int)) {
	var all sync.WaitGroup
	ready := make(chan struct{})
	for i := range n {
		all.Go(func() {
			<-ready
			f(i)
		})
	}
	close(ready)
	all.Wait()
}

func TestTenPostsOfOneUserNameMakeOnePerson(t *testing.T) {
	onBoth(t, func(t *testing.T, s *server) {
		const rounds, posts = 20, 10
		for round := range rounds {
			answers := make([]reply, posts)
			together(posts, func(i int) {
				name := fmt.Sprintf("round%d@x.example", round)
				if i%2 == 1 {
					name = strings.ToUpper(name)
				}
				answers[i] = s.call(s.acme, "POST", "/Users", `{"userName":"`+name+`"}`)
			})
			made := 0
			for _, a := range answers {
				switch {
				case a.status == http.StatusCreated:
					made++
				case a.status != http.StatusConflict || a.text("scimType") != "uniqueness":
					t.Fatalf("round %d: %s", round, a)
				}
			}
			if made != 1 {
				t.Fatalf("round %d: %d of %d were created", round, made, posts)
			}
		}
		if n := s.total(s.acme, "/Users?count=0"); n != rounds {
			t.Errorf("%d people are counted, %d were made", n, rounds)
		}
		s.sound(s.acme)
	})
}

func TestParallelChangesOfMembershipLoseNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, s *server) {
		const at = 64
		ids := s.people(s.acme, at+at/2)
		team := s.must(201, s.acme, "POST", "/Groups", `{"displayName":"Team"}`).id()
		path := "/Groups/" + team
		together(at, func(i int) { s.mustChange(path, member("Add", ids[i])) })
		if got, want := s.members(s.acme, team), slices.Sorted(slices.Values(ids[:at])); !slices.Equal(got, want) {
			t.Fatalf("%d members are left of %d added at once", len(got), at)
		}
		// Half of them go while others come.
		together(at, func(i int) {
			if i%2 == 0 {
				s.mustChange(path, member("Remove", ids[i/2]))
			} else {
				s.mustChange(path, member("Add", ids[at+i/2]))
			}
		})
		if got, want := s.members(s.acme, team), slices.Sorted(slices.Values(ids[at/2:])); !slices.Equal(got, want) {
			t.Fatalf("%d members are left, want %d", len(got), len(want))
		}
		if tag := s.must(200, s.acme, "GET", path, "").header.Get("ETag"); tag != fmt.Sprintf(`W/"%d"`, 1+2*at) {
			t.Errorf("the version is %s after %d changes", tag, 2*at)
		}
		changes := 0
		for _, c := range s.sound(s.acme) {
			if c.Verb == identity.MembersChanged {
				changes++
			}
		}
		if changes != 2*at {
			t.Errorf("%d changes of membership are in the log, %d were made", changes, 2*at)
		}
	})
}

func (s *server) mustChange(path, body string) {
	if r := s.call(s.acme, "PATCH", path, body); r.status != http.StatusNoContent && r.status != http.StatusOK {
		s.t.Errorf("PATCH %s %s: %s", path, body, r)
	}
}

func TestParallelChangesOfOnePersonLoseNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, s *server) {
		const at = 32
		path := "/Users/" + s.people(s.acme, 1)[0]
		together(at, func(i int) {
			s.mustChange(path, patch(fmt.Sprintf(`{"op":"add","path":"emails","value":[{"type":"other","value":"also%d@x.example"}]}`, i)))
		})
		r := s.must(200, s.acme, "GET", path, "")
		if emails, _ := r.doc["emails"].([]any); len(emails) != at {
			t.Errorf("%d of %d are left", len(emails), at)
		}
		if tag := r.header.Get("ETag"); tag != fmt.Sprintf(`W/"%d"`, 1+at) {
			t.Errorf("the version is %s after %d changes", tag, at)
		}
		for i := range at {
			if n := s.total(s.acme, fmt.Sprintf(`/Users?filter=emails.value eq "also%d@x.example"&count=0`, i)); n != 1 {
				t.Errorf("address %d finds %d people", i, n)
			}
		}
		s.sound(s.acme)
	})
}

func TestOfChangesToOneVersionExactlyOneWins(t *testing.T) {
	onBoth(t, func(t *testing.T, s *server) {
		ann, bob := s.people(s.acme, 2)[0], s.must(201, s.acme, "POST", "/Users", `{"userName":"bob"}`).id()
		team := s.must(201, s.acme, "POST", "/Groups", `{"displayName":"Team"}`).id()
		for _, c := range []struct {
			path   string
			change func(round, i int) (method, body string)
		}{
			{"/Users/" + ann, func(round, i int) (string, string) {
				if i%2 == 0 {
					return "PUT", fmt.Sprintf(`{"userName":"p0@x.example","title":"round %d, %d"}`, round, i)
				}
				return "PATCH", patch(fmt.Sprintf(`{"op":"replace","path":"title","value":"round %d, %d"}`, round, i))
			}},
			{"/Groups/" + team, func(round, i int) (string, string) {
				switch {
				case i%3 == 0:
					return "PUT", fmt.Sprintf(`{"displayName":"Team %d, %d"}`, round, i)
				case i%3 == 1:
					return "PATCH", patch(fmt.Sprintf(`{"op":"replace","path":"displayName","value":"Team %d, %d"}`, round, i))
				case round%2 == 0:
					return "PATCH", patch(fmt.Sprintf(`{"op":"replace","path":"externalId","value":"e%d"},`, round) + `{"op":"add","path":"members","value":[{"value":"` + bob + `"}]}`)
				}
				return "PATCH", patch(fmt.Sprintf(`{"op":"replace","path":"externalId","value":"e%d"},`, round) + `{"op":"remove","path":"members","value":[{"value":"` + bob + `"}]}`)
			}},
		} {
			for round := range 10 {
				tag := s.must(200, s.acme, "GET", c.path, "").header.Get("ETag")
				var won, lost int
				var mu sync.Mutex
				together(9, func(i int) {
					method, body := c.change(round, i)
					r := s.call(s.acme, method, c.path, body, "If-Match", tag)
					mu.Lock()
					defer mu.Unlock()
					switch r.status {
					case http.StatusOK, http.StatusNoContent:
						won++
					case http.StatusPreconditionFailed:
						lost++
					default:
						t.Errorf("%s %s: %s", method, body, r)
					}
				})
				if won != 1 || lost != 8 {
					t.Fatalf("%s, round %d: %d won and %d lost", c.path, round, won, lost)
				}
			}
		}
		s.sound(s.acme)
	})
}

func TestDeactivatingAndJoiningAtOnceBothHappen(t *testing.T) {
	onBoth(t, func(t *testing.T, s *server) {
		ids := s.people(s.acme, 16)
		team := s.must(201, s.acme, "POST", "/Groups", `{"displayName":"Team"}`).id()
		together(2*len(ids), func(i int) {
			if id := ids[i/2]; i%2 == 0 {
				s.mustChange("/Users/"+id, patch(`{"op":"Replace","path":"active","value":"False"}`))
			} else {
				s.mustChange("/Groups/"+team, member("Add", id))
			}
		})
		if got := s.members(s.acme, team); len(got) != len(ids) {
			t.Errorf("%d of %d are members", len(got), len(ids))
		}
		if n := s.total(s.acme, `/Users?filter=active eq false&count=0`); n != len(ids) {
			t.Errorf("%d of %d are inactive", n, len(ids))
		}
		s.sound(s.acme)
	})
}

// A person is deleted while groups take her in: no group keeps a member who is gone, whoever was first.
func TestDeletingAndJoiningAtOnceLeavesNobodyBehind(t *testing.T) {
	onBoth(t, func(t *testing.T, s *server) {
		ids := s.people(s.acme, 16)
		team := s.must(201, s.acme, "POST", "/Groups", `{"displayName":"Team"}`).id()
		together(2*len(ids), func(i int) {
			if id := ids[i/2]; i%2 == 0 {
				if r := s.call(s.acme, "DELETE", "/Users/"+id, ""); r.status != http.StatusNoContent {
					t.Errorf("DELETE: %s", r)
				}
			} else {
				s.mustChange("/Groups/"+team, member("Add", id))
			}
		})
		if got := s.members(s.acme, team); len(got) != 0 {
			t.Errorf("%d who are gone are members", len(got))
		}
		if n := s.total(s.acme, "/Users?count=0"); n != 0 {
			t.Errorf("%d of nobody are counted", n)
		}
		s.sound(s.acme)
	})
}
