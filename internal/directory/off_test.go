package directory_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/scim"
)

func (w *world) provisioning(on bool) {
	w.t.Helper()
	if err := w.service.SetProvisioning(ctx, w.ws, operator, on); err != nil {
		w.t.Fatal(err)
	}
}

const offReason = "provisioning is switched off"

func TestWithProvisioningOffNobodyComesInAndNothingChanges(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		ann := w.person(`{"userName":"ann@x.example","title":"Engineer"}`)
		bob := w.person(`{"userName":"bob@x.example","active":false}`)
		team := w.group(`{"displayName":"Team"}`)
		w.provisioning(false)
		seq := w.tally().Seq
		_, err := w.post(`{"userName":"cid@x.example"}`)
		mustForbid(t, err, offReason)
		_, err = w.postGroup(`{"displayName":"Crew"}`)
		mustForbid(t, err, offReason)
		for _, c := range []struct{ id, operations string }{
			{ann, `{"op":"replace","path":"title","value":"Lead"}`}, {bob, `{"op":"replace","path":"active","value":true}`},
			{bob, `{"op":"replace","path":"title","value":"Lead"}`}, {bob, `{"op":"replace","path":"active","value":false},{"op":"replace","path":"title","value":"Lead"}`},
		} {
			_, err = w.patch(c.id, c.operations)
			mustForbid(t, err, offReason)
		}
		_, err = w.put(ann, `{"userName":"ann@x.example","title":"Lead"}`)
		mustForbid(t, err, offReason)
		for _, operations := range []string{
			`{"op":"add","path":"members","value":` + list(ann) + `}`, `{"op":"replace","path":"members","value":` + list(ann) + `}`, `{"op":"replace","path":"displayName","value":"Crew"}`,
			`{"op":"remove","path":"members","value":` + list(ann) + `},{"op":"replace","path":"displayName","value":"Crew"}`,
		} {
			mustForbid(t, w.patchGroup(team, operations), offReason)
		}
		mustForbid(t, w.putGroup(team, `{"displayName":"Crew"}`), offReason)
		equal(t, "log", w.verbs(seq), "")
		w.provisioning(true)
		w.change(ann, `{"op":"replace","path":"title","value":"Lead"}`)
		equal(t, "log of the switch and after it", w.verbs(seq), "workspace.changed member.updated")
	})
}

func TestWithProvisioningOffLeaversLeave(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		var ids [6]string
		for i := range ids {
			ids[i] = w.person(`{"userName":"` + string(rune('a'+i)) + `@x.example","displayName":"N"}`)
		}
		team := w.group(`{"displayName":"Team","members":` + list(ids[:]...) + `}`)
		crew := w.group(`{"displayName":"Crew"}`)
		w.provisioning(false)
		w.change(ids[0], `{"op":"Replace","path":"active","value":"False"}`)
		w.change(ids[1], `{"op":"replace","value":{"active":false}}`)
		// A directory sends what else has changed in the same request.
		w.change(ids[2], `{"op":"Replace","path":"active","value":"False"},{"op":"Replace","path":"title","value":"On leave"}`)
		if _, err := w.put(ids[3], `{"userName":"d@x.example","displayName":"N","active":false}`); err != nil {
			t.Error(err)
		}
		for _, id := range ids[:4] {
			equal(t, "state", w.member(id).State, identity.Inactive)
		}
		if err := w.delete(ids[4]); err != nil {
			t.Error(err)
		}
		w.changeGroup(team, `{"op":"Remove","path":"members","value":`+list(ids[5])+`}`)
		sameIDs(t, "members", w.members(team), ids[:4]...)
		w.changeGroup(team, `{"op":"Remove","path":"members[value eq \"`+ids[0]+`\"]"}`)
		sameIDs(t, "members", w.members(team), ids[1:4]...)
		if err := w.groups().Delete(ctx, crew, nil); err != nil {
			t.Error(err)
		}
	})
}

// A removal acts however it is spelt: a lapsed plan keeps nobody in.
func TestWithProvisioningOffARemovalFromAGroupActsHoweverItIsSpelt(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		globex := w.neighbour()
		ann, bob := w.person(`{"userName":"ann@x.example","displayName":"Ann"}`), w.person(`{"userName":"bob@x.example","displayName":"Bob"}`)
		there := globex.person(`{"userName":"bob@x.example","displayName":"Bob"}`)
		abroad := globex.group(`{"displayName":"Team 0","members":` + list(there) + `}`)
		patch := func(operations string) func(string) error {
			return func(team string) error { return w.patchGroup(team, operations) }
		}
		for i, c := range []struct {
			spelling string
			remove   func(team string) error
			left     []string
		}{
			{"a replaced list", patch(`{"op":"Replace","path":"members","value":` + list(ann) + `}`), []string{ann}},
			{"an empty list", patch(`{"op":"replace","path":"members","value":[]}`), nil},
			{"a filter by value", patch(`{"op":"remove","path":"members[value eq \"` + bob + `\"]"}`), []string{ann}},
			{"a filter by name", patch(`{"op":"remove","path":"members[display eq \"Bob\"]"}`), []string{ann}},
			{"a list by type", patch(`{"op":"remove","path":"members","value":[{"type":"User"}]}`), nil},
			{"all", patch(`{"op":"remove","path":"members"}`), nil},
			{"no path", patch(`{"op":"replace","value":{"members":` + list(ann) + `}}`), []string{ann}},
			{"out and in again is no arrival", patch(`{"op":"replace","path":"members","value":[]},{"op":"add","path":"members","value":` + list(ann) + `}`), []string{ann}},
			{"who is in already is no arrival", patch(`{"op":"add","path":"members","value":` + list(ann) + `},{"op":"remove","path":"members","value":` + list(bob) + `}`), []string{ann}},
			{"PUT", func(team string) error { return w.putGroup(team, `{"displayName":"PUT","members":`+list(ann)+`}`) }, []string{ann}},
		} {
			name := fmt.Sprintf("Team %d", i)
			if c.spelling == "PUT" {
				name = "PUT"
			}
			w.provisioning(true)
			team := w.group(`{"displayName":"` + name + `","members":` + list(ann, bob, "stranger") + `}`)
			w.provisioning(false)
			seq := w.tally().Seq
			if err := c.remove(team); err != nil {
				t.Errorf("%s: %v", c.spelling, err)
			}
			sameIDs(t, c.spelling, w.members(team), c.left...)
			equal(t, c.spelling+": log", w.verbs(seq), "group.members_changed")
		}
		sameIDs(t, "another workspace's", globex.members(abroad), there)
	})
}

// Whoever leaves is out; whoever is to come in, and any other change, is refused, and the answer says so.
func TestWithProvisioningOffTheRestOfARequestThatRemovesIsRefusedAndNotDone(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		ann, bob, cid := w.person(`{"userName":"ann@x.example","displayName":"Ann"}`), w.person(`{"userName":"bob@x.example","displayName":"Bob"}`), w.person(`{"userName":"cid@x.example"}`)
		patch := func(operations string) func(string) error {
			return func(team string) error { return w.patchGroup(team, operations) }
		}
		for i, c := range []struct {
			request string
			send    func(team string) error
		}{
			{"a replaced list with a newcomer", patch(`{"op":"replace","path":"members","value":` + list(ann, cid) + `}`)},
			{"a replaced list with a stranger", patch(`{"op":"replace","path":"members","value":` + list(ann, "stranger") + `}`)},
			{"a removal and an addition", patch(`{"op":"remove","path":"members","value":` + list(bob) + `},{"op":"add","path":"members","value":` + list(cid) + `}`)},
			{"a removal and a stranger", patch(`{"op":"remove","path":"members","value":` + list(bob) + `},{"op":"add","path":"members","value":` + list("stranger") + `}`)},
			{"a removal by filter and an addition", patch(`{"op":"remove","path":"members[display eq \"Bob\"]"},{"op":"add","path":"members","value":` + list(cid) + `}`)},
			{"a removal and a new name", patch(`{"op":"remove","path":"members","value":` + list(bob) + `},{"op":"replace","path":"displayName","value":"Renamed"}`)},
			{"PUT", func(team string) error {
				return w.putGroup(team, `{"displayName":"Renamed","members":`+list(ann, cid)+`}`)
			}},
		} {
			w.provisioning(true)
			name := fmt.Sprintf("Team %d", i)
			team := w.group(`{"displayName":"` + name + `","members":` + list(ann, bob) + `}`)
			w.provisioning(false)
			seq, parked := w.tally().Seq, w.tally().Parked
			err := c.send(team)
			mustForbid(t, err, offReason)
			mustForbid(t, err, "nothing else of it was done")
			w.mustNote("off", "taken out")
			sameIDs(t, c.request, w.members(team), ann)
			sameIDs(t, c.request+": by its name", w.find("/Groups", `displayName eq "`+name+`"`), team)
			equal(t, c.request+": log", w.verbs(seq), "group.members_changed")
			equal(t, c.request+": waiting", w.tally().Parked, parked)
			seq = w.tally().Seq
			mustForbid(t, c.send(team), offReason)
			equal(t, c.request+" again: log", w.verbs(seq), "")
		}
		w.gapless()
	})
}

// What cannot be carried out at all is refused as ever, and takes nobody out.
func TestWithProvisioningOffAListOfStrangersStillEmptiesNoGroup(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		ann := w.person(`{"userName":"ann@x.example"}`)
		team := w.group(`{"displayName":"Team","members":` + list(ann) + `}`)
		w.provisioning(false)
		mustRefuse(t, w.patchGroup(team, `{"op":"replace","path":"members","value":`+list("stranger")+`}`), http.StatusBadRequest, "invalidValue", "none of the members named is known")
		mustRefuse(t, w.putGroup(team, `{"displayName":"Team","members":`+list("stranger")+`}`), http.StatusBadRequest, "invalidValue", "none of the members named is known")
		sameIDs(t, "members", w.members(team), ann)
	})
}

// Leavers get out, whatever else the request asks for; that is not done, and the log says so.
func TestWithProvisioningOffADeactivationCarriesNoOtherChangeAlong(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		for name, leave := range map[string]func(id string) (*scim.Resource, error){
			"PATCH": func(id string) (*scim.Resource, error) {
				return w.patch(id, `{"op":"Replace","path":"active","value":"False"},{"op":"Replace","path":"userName","value":"new@x.example"},{"op":"Add","path":"role","value":"admin"},{"op":"Remove","path":"title"}`)
			},
			"PUT": func(id string) (*scim.Resource, error) {
				return w.put(id, `{"userName":"new@x.example","role":"admin","active":false}`)
			},
			"PATCH of what is not allowed at all": func(id string) (*scim.Resource, error) {
				return w.patch(id, `{"op":"Replace","path":"active","value":false},{"op":"Replace","path":"userName","value":"taken@x.example"},{"op":"Add","path":"role","value":"admin"},{"op":"Remove","path":"title"},`+
					`{"op":"Add","path":"displayName","value":"`+strings.Repeat("long", 1000)+`"}`)
			},
		} {
			w.provisioning(true)
			taken, id := w.person(`{"userName":"taken@x.example"}`), w.person(`{"userName":"ann@x.example","title":"Engineer"}`)
			before, seq := w.member(id), w.tally().Seq
			w.provisioning(false)
			r, err := leave(id)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			active, _ := r.Attrs.Get("active")
			equal(t, name+": the answer", fmt.Sprint(active, r.Attrs.Str("userName"), r.Attrs.Str("title")), "falseann@x.exampleEngineer")
			w.mustNote("off", "userName")
			w.mustNote("off", "title")
			m := w.member(id)
			equal(t, name+": state", m.State, identity.Inactive)
			equal(t, name+": the rest", m.UserName+m.Title+m.DisplayName+w.roles(id), before.UserName+before.Title+"default member")
			equal(t, name+": log", w.verbs(seq), "workspace.changed member.deactivated")
			sameIDs(t, name+": by name", w.find("/Users", `userName eq "ann@x.example"`), id)
			for _, one := range []string{id, taken} {
				if err := w.delete(one); err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}

// To take somebody out, a directory must find them first; for anybody else it is told why not.
func TestWithProvisioningOffWhoIsHereIsFoundAndWhoIsNotIsA403(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		ann := w.person(`{"userName":"ann@x.example"}`)
		w.provisioning(false)
		sameIDs(t, "found", w.find("/Users", `userName eq "ann@x.example"`), ann)
		if _, err := w.readUser(ann); err != nil {
			t.Error(err)
		}
		_, err := w.people().List(ctx, &scim.Query{Type: w.service.UserType(), Start: 1, Count: 10})
		if err != nil {
			t.Errorf("people are here to be listed: %v", err)
		}
		_, err = w.groups().List(ctx, &scim.Query{Type: w.service.GroupType(), Start: 1, Count: 10})
		mustForbid(t, err, offReason)
	})
}

// What the product has no groups for is told by the protocol: reads find nothing, writes are
// 501 with the reason. The SCIM edge gives package scim no backend then.
func TestE10_GroupsCanBeOffAndPeopleStillSync(t *testing.T) {
	const off = "name: Off\nscim: {groups: off, groups_off_detail: Groups are managed in the portal.}\n"
	onBoth(t, off, func(t *testing.T, w *world) {
		s := scim.Server{Types: []*scim.ResourceType{w.service.UserType(), w.service.GroupType()}}
		tenant := &scim.Tenant{BaseURL: "https://id.example.com/scim/v2", OffDetail: "Groups are managed in the portal.", Backend: func(rt *scim.ResourceType) scim.Backend {
			if rt.Name == "User" {
				return w.people()
			}
			return nil
		}}
		for _, c := range []struct {
			method, path string
			status       int
		}{{"GET", "/Groups", http.StatusOK}, {"DELETE", "/Groups/1", http.StatusNotImplemented}, {"GET", "/Users", http.StatusOK}} {
			rec := httptest.NewRecorder()
			s.Serve(rec, httptest.NewRequest(c.method, c.path, nil), c.path, tenant)
			equal(t, c.method+" "+c.path, rec.Code, c.status)
		}
		id := w.person(`{"userName":"ann@x.example"}`)
		r, err := w.readUser(id)
		if _, shown := r.Attrs.Get("groups"); err != nil || shown {
			t.Errorf("a person shows groups where there are none: %v", err)
		}
	})
}
