package directory_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/identity"
)

// gapless fails unless the log counts 1, 2, 3, ... up to the tally, and the
// tally equals the truth.
func (w *world) gapless() {
	w.t.Helper()
	all, tally := w.log(0), w.tally()
	for i, c := range all {
		if c.Seq != int64(i+1) {
			w.t.Fatalf("change %d has sequence number %d", i+1, c.Seq)
		}
	}
	equal(w.t, "the log counts to", tally.Seq, int64(len(all)))
	users, _, err := w.db.Read(w.ws).UsersAfter(ctx, "", 100_000)
	if err != nil {
		w.t.Fatal(err)
	}
	groups, err := w.db.Read(w.ws).GroupsAfter(ctx, "", 100_000)
	if err != nil {
		w.t.Fatal(err)
	}
	equal(w.t, "users counted", tally.Users, int64(len(users)))
	equal(w.t, "groups counted", tally.Groups, int64(len(groups)))
	var waiting int64
	for _, g := range groups {
		members, err := w.db.Read(w.ws).MembersOf(ctx, g.ID)
		if err != nil {
			w.t.Fatal(err)
		}
		equal(w.t, "members counted in "+g.DisplayName, g.Members, int64(len(members)))
		waiting += int64(len(w.parked(string(g.ID))))
	}
	equal(w.t, "parked counted", tally.Parked, waiting)
}

// told writes a difference as "field: before → after".
func told(values []identity.Delta) string {
	var out []string
	for _, d := range values {
		b, _ := json.Marshal([]any{d.Before, d.After})
		out = append(out, d.Field+" "+string(b))
	}
	return strings.Join(out, "; ")
}

func TestEveryChangeIsInTheLogWithItsDifferenceAndRequest(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		var ann, team string
		member := func() string { return string(w.member(ann).ID) }
		steps := []struct {
			name   string
			do     func() error
			verbs  string
			differ []string
		}{
			{"create", func() error {
				r, err := w.post(`{"userName":"ann@x.example","title":"Engineer"}`)
				ann = r.ID
				return err
			}, "member.provisioned",
				[]string{`userName [null,"ann@x.example"]`, `title [null,"Engineer"]`, `state [null,"active"]`, `role [null,"member"]`}},
			{"update", func() error { _, err := w.patch(ann, `{"op":"replace","path":"title","value":"Lead"}`); return err }, "member.updated", []string{`title ["Engineer","Lead"]`}},
			{"extension", func() error {
				_, err := w.patch(ann, `{"op":"add","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department","value":"R&D"}`)
				return err
			}, "member.updated", []string{`urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department [null,`}},
			{"group", func() error { r, err := w.postGroup(`{"displayName":"Team"}`); team = r.ID; return err }, "group.created", []string{`displayName [null,"Team"]`}},
			{"join", func() error {
				return w.patchGroup(team, `{"op":"add","path":"members","value":`+list(ann, "stranger")+`}`)
			}, "group.members_changed", []string{`members [null,["MEMBER"]]`}},
			{"rename", func() error { return w.patchGroup(team, `{"op":"replace","path":"displayName","value":"Crew"}`) }, "group.updated", []string{`displayName ["Team","Crew"]`}},
			{"leave and rename", func() error {
				return w.patchGroup(team, `{"op":"replace","path":"displayName","value":"Team"},{"op":"remove","path":"members","value":`+list(ann)+`}`)
			}, "group.updated group.members_changed", []string{`members [["MEMBER"],null]`}},
			{"deactivate and retitle", func() error {
				_, err := w.patch(ann, `{"op":"replace","path":"title","value":"Gone"},{"op":"replace","path":"active","value":false}`)
				return err
			}, "member.updated member.deactivated", []string{`title ["Lead","Gone"]`, `state ["active","inactive"]`}},
			{"reactivate", func() error { _, err := w.patch(ann, `{"op":"replace","path":"active","value":true}`); return err }, "member.reactivated", []string{`state ["inactive","active"]`}},
			{"group deleted", func() error { return w.groups().Delete(ctx, team, nil) }, "group.deleted", []string{`displayName ["Team",null]`}},
			{"deleted", func() error { return w.delete(ann) }, "member.deprovisioned", []string{`state ["active","inactive"]`}},
		}
		id := ""
		for _, s := range steps {
			seq := w.tally().Seq
			if err := s.do(); err != nil {
				t.Fatalf("%s: %v", s.name, err)
			}
			if id == "" {
				id = member()
			}
			equal(t, s.name, w.verbs(seq), s.verbs)
			var all string
			for _, c := range w.log(seq) {
				all += told(c.Values) + "; "
				equal(t, s.name+": request", c.RequestID, w.request)
				equal(t, s.name+": actor and source", c.Actor+" "+c.Source, "token:tok_test scim")
				if c.Subject.Kind == "member" {
					equal(t, s.name+": subject", c.Subject.ID, id)
				}
			}
			for _, d := range s.differ {
				if d = strings.ReplaceAll(d, "MEMBER", id); !strings.Contains(all, d) {
					t.Errorf("%s: %q is not in the difference %s", s.name, d, all)
				}
			}
		}
		w.gapless()
	})
}

// Directories repeat themselves. A request that changes nothing leaves no trace
// in the log, nor a new version or time on the resource.
func TestWhatChangesNothingIsNotInTheLog(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		const body = `{"userName":"ann@x.example","title":"Engineer","active":true,"name":{"givenName":"Ann","familyName":"Smith"},` +
			`"emails":[{"type":"work","value":"ann@x.example","primary":true}],"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"R"}}`
		ann := w.person(body)
		team := w.group(`{"displayName":"Team","members":` + list(ann, "stranger") + `}`)
		before, seq := w.member(ann), w.tally().Seq
		shown, err := w.readUser(ann)
		if err != nil {
			t.Fatal(err)
		}
		for _, operations := range []string{
			`{"op":"replace","path":"title","value":"Engineer"}`, `{"op":"Replace","path":"active","value":"True"}`, `{"op":"replace","value":{"name":{"givenName":"Ann"}}}`,
			`{"op":"replace","path":"emails[type eq \"work\"].value","value":"ann@x.example"}`, `{"op":"remove","path":"nickName"}`,
			`{"op":"replace","path":"title","value":"X"},{"op":"replace","path":"title","value":"Engineer"}`, `{"op":"remove","path":"active"}`,
		} {
			r, err := w.patch(ann, operations)
			if err != nil || r.Version != shown.Version || !r.Modified.Equal(before.Modified) {
				t.Errorf("%s: %v %v", operations, r, err)
			}
		}
		if _, err := w.put(ann, body); err != nil {
			t.Error(err)
		}
		for _, operations := range []string{
			`{"op":"add","path":"members","value":` + list(ann) + `}`, `{"op":"add","path":"members","value":` + list("stranger") + `}`, `{"op":"remove","path":"members","value":` + list("nobody") + `}`,
			`{"op":"replace","path":"displayName","value":"Team"}`, `{"op":"replace","path":"members","value":` + list(ann, "stranger") + `}`,
		} {
			w.changeGroup(team, operations)
		}
		if err := w.putGroup(team, `{"displayName":"Team","members":`+list("stranger", ann)+`}`); err != nil {
			t.Error(err)
		}
		equal(t, "log", w.verbs(seq), "")
		equal(t, "the person's version", w.member(ann).Version, before.Version)
		r, err := w.readGroup(team)
		if err != nil || r.Version != "1" {
			t.Errorf("the group's version is %v (%v)", r.Version, err)
		}
		w.gapless()
	})
}

func TestAFailedRequestLeavesNoTraceInTheLog(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		ann := w.person(`{"userName":"ann@x.example"}`)
		w.person(`{"userName":"bob@x.example"}`)
		team := w.group(`{"displayName":"Team"}`)
		w.group(`{"displayName":"Crew"}`)
		seq := w.tally().Seq
		_, err := w.patch(ann, `{"op":"replace","path":"title","value":"Lead"},{"op":"replace","path":"userName","value":"bob@x.example"}`)
		if err == nil {
			t.Error("a userName in use was given twice")
		}
		if err := w.patchGroup(team, `{"op":"add","path":"members","value":`+list(ann, "stranger")+`},{"op":"replace","path":"displayName","value":"crew"}`); err == nil {
			t.Error("a group's name in use was given twice")
		}
		equal(t, "log", w.verbs(seq), "")
		sameIDs(t, "members", w.members(team))
		equal(t, "parked", w.tally().Parked, 0)
		w.gapless()
	})
}

// The counts are kept, not counted: a long random life must not bend them.
func TestTheCountsStayTrueThroughALongLife(t *testing.T) {
	onBoth(t, grantable, func(t *testing.T, w *world) {
		const people = 12
		ids := make([]string, people)
		var groups []string
		for i := range 4 {
			groups = append(groups, w.group(fmt.Sprintf(`{"displayName":"Group %d"}`, i)))
		}
		for step := range 160 {
			n, g := (step*7+step/5)%people, groups[(step*3+step/7)%len(groups)]
			user := fmt.Sprintf(`"userName":"p%d@x.example","externalId":"0f6e3b1c-3333-4222-8333-%012d"`, n, n)
			switch {
			case ids[n] == "":
				r, err := w.post(`{` + user + `,"role":"` + [...]string{"member", "owner", "admin"}[step%3] + `"}`)
				if err == nil {
					ids[n] = r.ID
				}
			case step%11 == 0:
				if err := w.delete(ids[n]); err != nil {
					t.Fatal(err)
				}
				ids[n] = ""
			case step%5 == 0:
				w.change(ids[n], `{"op":"replace","path":"active","value":`+fmt.Sprint(step%2 == 0)+`}`)
			case step%7 == 0:
				w.change(ids[n], `{"op":"replace","path":"role","value":"`+[...]string{"member", "owner", "admin"}[step%3]+`"}`)
			case step%3 == 0:
				w.changeGroup(g, `{"op":"remove","path":"members","value":`+list(ids[n], fmt.Sprintf("p%d@x.example", (n+1)%people))+`}`)
			default:
				_ = w.patchGroup(g, `{"op":"add","path":"members","value":`+list(ids[n], fmt.Sprintf("p%d@x.example", (n+1)%people))+`}`)
			}
		}
		w.gapless()
		all, err := w.db.Read(w.ws).Members(ctx, 10_000)
		if err != nil {
			t.Fatal(err)
		}
		var owners int64
		for _, m := range all {
			for _, g := range w.service.Roles(&m, nil) {
				if g.Role == "owner" && m.State != identity.Inactive {
					owners++
				}
			}
		}
		equal(t, "owners counted", w.tally().Owners, owners)
	})
}
