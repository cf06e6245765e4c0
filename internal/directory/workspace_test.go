package directory_test

import (
	"errors"
	"testing"

	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/identity"
)

// set changes the workspace as it is now.
func (w *world) set(c directory.WorkspaceChange) (identity.Workspace, error) {
	w.t.Helper()
	return w.service.UpdateWorkspace(ctx, w.ws, w.workspace().Version, c, operator)
}

func (w *world) mustSet(c directory.WorkspaceChange) identity.Workspace {
	w.t.Helper()
	out, err := w.set(c)
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

// mustBe fails unless err is of the kind and about the field.
func mustBe(t *testing.T, err error, kind identity.Kind, field string) {
	t.Helper()
	var e *identity.Error
	if !errors.As(err, &e) || e.Kind != kind || e.Field != field {
		t.Errorf("got %v, want kind %d about %q", err, kind, field)
	}
}

func text(s string) *string { return &s }

func TestARenamedWorkspaceIsFoundByItsOldIDWhichIsNeverAnothers(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		other := w.neighbour()
		seq := w.tally().Seq
		now := w.mustSet(directory.WorkspaceChange{Slug: text("acme-group"), Name: text("  Acme Group ")})
		equal(t, "name", now.Name, "Acme Group")
		for _, slug := range []string{"acme", "acme-group"} {
			found, err := w.db.WorkspaceBySlug(ctx, slug)
			if err != nil || found.ID != w.ws || found.Slug != "acme-group" {
				t.Errorf("%s leads to %+v (%v)", slug, found, err)
			}
		}
		for _, slug := range []string{"acme", "acme-group", "admin", "A!"} {
			_, err := other.set(directory.WorkspaceChange{Slug: &slug})
			kind := identity.Taken
			if slug == "admin" || slug == "A!" {
				kind = identity.Invalid
			}
			mustBe(t, err, kind, "slug")
		}
		equal(t, "the other's slug", other.workspace().Slug, "globex")
		_, err := w.service.CreateWorkspace(ctx, operator, "acme", "")
		mustBe(t, err, identity.Taken, "slug")
		_, err = w.db.WorkspaceBySlug(ctx, "nobody")
		mustBe(t, err, identity.NotFound, "slug")
		w.mustSet(directory.WorkspaceChange{Slug: text("acme")}) // its own again
		slugs, err := w.db.Read(w.ws).Slugs(ctx)
		if err != nil || len(slugs) != 2 {
			t.Errorf("its slugs are %v (%v)", slugs, err)
		}
		equal(t, "log", w.verbs(seq), "workspace.changed workspace.changed")
		equal(t, "the other's log", other.verbs(1), "")
	})
}

func TestWhoSavesOnAnOldVersionOfAWorkspaceIsToldAndChangesNothing(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		seen := w.workspace().Version
		w.mustSet(directory.WorkspaceChange{Name: text("First")})
		_, err := w.service.UpdateWorkspace(ctx, w.ws, seen, directory.WorkspaceChange{Name: text("Second")}, operator)
		mustBe(t, err, identity.Taken, "version")
		equal(t, "name", w.workspace().Name, "First")
		seq := w.tally().Seq
		w.mustSet(directory.WorkspaceChange{Name: text("First")})
		equal(t, "log of a change that is none", w.verbs(seq), "")
		_, err = w.set(directory.WorkspaceChange{Name: text(" ")})
		mustBe(t, err, identity.Invalid, "name")
	})
}

func TestT22_TheDefaultRoleIsOfThoseWhoComeFromNowOn(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		other := w.neighbour()
		before := w.person(`{"userName":"ann@x.example"}`)
		w.mustSet(directory.WorkspaceChange{DefaultRole: text("admin")})
		after := w.person(`{"userName":"bob@x.example"}`)
		asked := w.person(`{"userName":"cid@x.example","role":"member"}`)
		hand := w.add("dan@x.example", "")
		w.change(before, `{"op":"replace","path":"title","value":"Lead"}`)
		equal(t, "one from before", w.roles(before), "default member")
		equal(t, "one from after", w.roles(after), "default admin")
		equal(t, "one whose directory says otherwise", w.roles(asked), "attribute member")
		equal(t, "one added by hand", w.memberByID(hand).Grants[0].Role, "admin")
		equal(t, "one of another workspace", other.roles(other.person(`{"userName":"bob@x.example"}`)), "default member")
		w.mustSet(directory.WorkspaceChange{DefaultRole: text("")})
		equal(t, "that one later", w.roles(after), "default admin")
		equal(t, "who comes later", w.roles(w.person(`{"userName":"eve@x.example"}`)), "default member")
		for _, role := range []string{"owner", "boss"} {
			_, err := w.set(directory.WorkspaceChange{DefaultRole: &role})
			mustBe(t, err, identity.Invalid, "default_role")
		}
	})
}

const regions = `name: Regions
attributes:
  - {name: region, schema: "urn:example:regions:User", default: HQ}
`

func TestK11_ADefaultValueIsOfThoseWhoComeFromNowOnAndAMappedValueWins(t *testing.T) {
	const path = "urn:example:regions:User:region"
	onBoth(t, regions, func(t *testing.T, w *world) {
		post := func(w *world, name string, region string) string {
			extension := ""
			if region != "" {
				extension = `,"urn:example:regions:User":{"region":"` + region + `"}`
			}
			return w.person(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:example:regions:User"],"userName":"` + name + `"` + extension + `}`)
		}
		region := func(w *world, id string) string { return w.member(id).Attributes[path] }
		other := w.neighbour()
		before := post(w, "ann@x.example", "")
		w.mustSet(directory.WorkspaceChange{Defaults: map[string]string{path: " North "}})
		after, mapped := post(w, "bob@x.example", ""), post(w, "cid@x.example", "South")
		equal(t, "one with a mapped value, at once", region(w, mapped), "South")
		for _, id := range []string{before, after, mapped} {
			w.change(id, `{"op":"replace","path":"title","value":"Lead"}`)
		}
		equal(t, "one from before", region(w, before), "HQ")
		equal(t, "one from after", region(w, after), "North")
		equal(t, "one with a mapped value", region(w, mapped), "South")
		equal(t, "one of another workspace", region(other, post(other, "bob@x.example", "")), "HQ")
		w.mustSet(directory.WorkspaceChange{Defaults: map[string]string{}})
		equal(t, "that one later", region(w, after), "North")
		_, err := w.set(directory.WorkspaceChange{Defaults: map[string]string{"title": "Lead"}})
		mustBe(t, err, identity.Invalid, "defaults.title")
		equal(t, "defaults", len(w.workspace().Defaults), 0)
	})
}
