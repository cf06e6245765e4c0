package directory_test

import (
	"testing"

	"github.com/anteroom-id/anteroom/scim"
)

func (w *world) tag(id string) string {
	w.t.Helper()
	r, err := w.people().Get(ctx, id, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return r.Version
}

func TestAPersonsVersionChangesWhenTheirGroupsDo(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		globex := w.neighbour()
		ann, bob := w.person(`{"userName":"ann@x.example"}`), w.person(`{"userName":"bob@x.example"}`)
		there := globex.person(`{"userName":"ann@x.example"}`)
		alone, others, abroad := w.tag(ann), w.tag(bob), globex.tag(there)
		var team, crew string
		seen := map[string]bool{alone: true}
		for _, step := range []struct {
			name string
			do   func()
		}{
			{"joins by POST", func() { team = w.group(`{"displayName":"Team","members":` + list(ann) + `}`) }},
			{"joins another", func() {
				crew = w.group(`{"displayName":"Crew"}`)
				w.changeGroup(crew, `{"op":"add","path":"members","value":`+list(ann)+`}`)
			}},
			{"a group is renamed", func() { w.changeGroup(crew, `{"op":"replace","path":"displayName","value":"Cru"}`) }},
			{"leaves one", func() { w.changeGroup(team, `{"op":"remove","path":"members[value eq \"`+ann+`\"]"}`) }},
			{"her own title", func() { w.change(ann, `{"op":"add","path":"title","value":"Lead"}`) }},
		} {
			step.do()
			now := w.tag(ann)
			if seen[now] {
				t.Errorf("%s: the version is %s, as it was before", step.name, now)
			}
			seen[now] = true
		}
		if err := w.groups().Delete(ctx, crew, nil); err != nil {
			t.Fatal(err)
		}
		equal(t, "in no group again", w.tag(ann), "2")
		equal(t, "somebody else", w.tag(bob), others)
		equal(t, "the same name in another workspace", globex.tag(there), abroad)
	})
}

func TestEveryAnswerGivesThePersonTheSameVersion(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		ann := w.person(`{"userName":"ann@x.example"}`)
		w.group(`{"displayName":"Team","members":` + list(ann) + `}`)
		w.group(`{"displayName":"Crew","members":` + list(ann) + `}`)
		r, err := w.patch(ann, `{"op":"add","path":"title","value":"Lead"}`)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "PATCH and GET", r.Version, w.tag(ann))
		same, err := w.patch(ann, `{"op":"add","path":"title","value":"Lead"}`)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "PATCH of nothing", same.Version, r.Version)
		without, err := w.service.UserType().Select(nil, []string{"groups"})
		if err != nil {
			t.Fatal(err)
		}
		page, err := w.people().List(ctx, &scim.Query{Type: w.service.UserType(), Start: 1, Count: 1, Select: without})
		if err != nil || len(page.Resources) != 1 {
			t.Fatal(err)
		}
		equal(t, "a list without groups", page.Resources[0].Version, r.Version)
		checked := ""
		check := func(r *scim.Resource) error { checked = r.Version; return nil }
		if _, err := w.people().Replace(ctx, ann, &scim.Resource{Attrs: page.Resources[0].Clone().Attrs}, check); err == nil {
			t.Error("a PUT of nothing is accepted")
		}
		equal(t, "what a PUT's If-Match sees", checked, r.Version)
		if err := w.people().Delete(ctx, ann, check); err != nil {
			t.Fatal(err)
		}
		equal(t, "what a DELETE's sees", checked, r.Version)
	})
}

// A directory takes a person over by a change that changes nothing, and with it no version.
func TestWhomOneDirectoryTookOverMeanwhileAnotherDoesNotTake(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		other := w.migration()
		ann := w.add("ann@x.example", "")
		id := string(w.memberByID(ann).ResourceID)
		_, err := other.people().Update(ctx, id, func(r *scim.Resource) (bool, error) {
			w.change(id, `{"op":"replace","path":"userName","value":"ann@x.example"}`)
			r.Attrs.Set("title", "Stolen")
			return true, nil
		})
		mustForbid(t, err, "another")
		m := w.memberByID(ann)
		equal(t, "managed by", m.Connection, w.con)
		equal(t, "title", m.Title, "")
	})
}
