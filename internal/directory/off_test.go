package directory_test

import (
	"net/http"
	"net/http/httptest"
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
