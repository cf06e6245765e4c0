package directory_test

import (
	"cmp"
	"testing"

	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/identity"
)

// steps is a product whose roles may ever more; a curator manages roles and people.
const steps = `name: Steps
roles:
  catalogue:
    - {name: owner, title: Owner, owner: true}
    - {name: admin, title: Admin, may: [everything]}
    - {name: curator, title: Curator, may: [members.view, members.manage, roles.manage]}
    - {name: member, title: Member}
  default: member
`

// somebody adds a member by hand, and gives who acts as such.
func (w *world) somebody(address, role string) (identity.MemberID, identity.Origin) {
	w.t.Helper()
	id := w.add(address, role)
	return id, identity.Origin{Actor: identity.Actor{Kind: identity.ActorMember, ID: string(id)}, Source: "console"}
}

func TestNobodyGivesARoleWithRightsThatTheyLackHoweverItIsSpelt(t *testing.T) {
	onBoth(t, steps, func(t *testing.T, w *world) {
		_, curator := w.somebody("cy@x.example", "curator")
		_, owner := w.somebody("olga@x.example", "owner")
		_, foreign := w.neighbour().somebody("gil@x.example", "owner")
		ann, _ := w.somebody("ann@x.example", "member")
		give := func(by identity.Origin, role string) error {
			_, err := w.service.SetRoles(ctx, w.ws, ann, w.memberByID(ann).Version, []string{role}, by)
			return err
		}
		add := func(by identity.Origin, role string) error {
			_, err := w.service.Add(ctx, directory.Caller{Workspace: w.ws, Origin: by}, directory.Newcomer{Address: "new@x.example", Role: role})
			return err
		}
		for _, role := range []string{"admin", "ADMIN", " admin ", "owner", "Owner"} {
			refusedAs(t, give(curator, role), identity.Forbidden, "role", "rights that you do not have")
			refusedAs(t, add(curator, role), identity.Forbidden, "role", "rights that you do not have")
			refusedAs(t, give(foreign, role), identity.Forbidden, "role", "rights that you do not have")
		}
		equal(t, "nothing came of it", w.memberByID(ann).Version, 1)
		if err := cmp.Or(give(curator, "Curator"), give(owner, "Owner")); err != nil {
			t.Error(err)
		}
		if err := add(curator, "curator"); err != nil {
			t.Error(err)
		}
	})
}

func TestWithdrawingARoleGivesNobodyWhatItOutranked(t *testing.T) {
	onBoth(t, steps+"  sources: [hand, group, default]\n", func(t *testing.T, w *world) {
		_, curator := w.somebody("cy@x.example", "curator")
		id := w.person(`{"userName":"ann@x.example"}`)
		ann := w.member(id).ID
		w.mapGroup(identity.GroupID(w.group(`{"displayName":"Admins","members":[{"value":"`+id+`"}]}`)), "admin")
		if _, err := w.give(ann, "member"); err != nil {
			t.Fatal(err)
		}
		_, err := w.service.SetRoles(ctx, w.ws, ann, w.memberByID(ann).Version, nil, curator)
		refusedAs(t, err, identity.Forbidden, "role", "Admin")
		if _, err := w.give(ann); err != nil {
			t.Error(err)
		}
	})
}

func TestTheDefaultRoleMakesNewcomersNoMoreThanWhoChoseItOrInvitesThem(t *testing.T) {
	onBoth(t, steps, func(t *testing.T, w *world) {
		_, curator := w.somebody("cy@x.example", "curator")
		choose := func(by identity.Origin, role string) error {
			_, err := w.service.UpdateWorkspace(ctx, w.ws, 0, directory.WorkspaceChange{DefaultRole: &role}, by)
			return err
		}
		refusedAs(t, choose(curator, "admin"), identity.Forbidden, "role", "Admin")
		if err := choose(curator, "curator"); err != nil {
			t.Error(err)
		}
		if err := choose(operator, "admin"); err != nil {
			t.Fatal(err)
		}
		_, err := w.service.Add(ctx, directory.Caller{Workspace: w.ws, Origin: curator}, directory.Newcomer{Address: "new@x.example"})
		refusedAs(t, err, identity.Forbidden, "role", "Admin")
		if err := choose(curator, "admin"); err != nil {
			t.Errorf("saving what is so already: %v", err)
		}
	})
}

func TestTheTableOfGroupsGivesNobodyMoreThanWhoChangesIt(t *testing.T) {
	onBoth(t, steps, func(t *testing.T, w *world) {
		_, curator := w.somebody("cy@x.example", "curator")
		group := func(name string) identity.GroupID { return identity.GroupID(w.group(`{"displayName":"` + name + `"}`)) }
		first, second, third, other := group("Curators"), group("Admins"), group("Members"), group("Others")
		w.mapGroup(first, "curator")
		w.mapGroup(second, "admin")
		w.mapGroup(third, "member")
		set := func(g identity.GroupID, role string) error {
			return w.service.SetGroupRole(ctx, w.ws, g, role, w.tableVersion(), curator)
		}
		order := func(ids ...identity.GroupID) error {
			return w.service.OrderGroupRoles(ctx, w.ws, ids, w.tableVersion(), curator)
		}
		for what, err := range map[string]error{
			"a role above": set(other, "admin"), "the old one is above": set(second, "member"), "unmapped, it is above": set(second, ""),
			"the next one counts": set(first, ""), "moved up": order(second, first, third), "moved down": order(first, third, second),
		} {
			t.Run(what, func(t *testing.T) { refusedAs(t, err, identity.Forbidden, "role", "Admin") })
		}
		if err := set(other, "curator"); err != nil {
			t.Error(err)
		}
		if err := order(first, second, other, third); err != nil {
			t.Error(err)
		}
		if err := set(first, "member"); err != nil {
			t.Error(err)
		}
	})
}

func TestAnAttributeThatNamesRolesIsNoPartOfTheProfileOrOfTheDefaults(t *testing.T) {
	definition := steps + "attributes:\n  - {name: role, schema: core}\n  - {name: region, schema: core}\n"
	onBoth(t, definition, func(t *testing.T, w *world) {
		ann, admin := w.somebody("ann@x.example", "admin")
		for path, kind := range map[string]identity.Kind{"role": identity.Forbidden, "region": 0} {
			value := "owner"
			_, err := w.service.UpdateProfile(ctx, w.ws, ann, w.memberByID(ann).Version, directory.ProfileChange{Attributes: map[string]*string{path: &value}}, admin)
			if kind == 0 {
				if err != nil {
					t.Error(err)
				}
				continue
			}
			refusedAs(t, err, kind, path, "under Access")
		}
		_, err := w.service.UpdateWorkspace(ctx, w.ws, 0, directory.WorkspaceChange{Defaults: map[string]string{"role": "owner"}}, admin)
		refusedAs(t, err, identity.Invalid, "defaults.role", "default role")
	})
}

func TestNobodyActsOnWhoeverHasRightsThatTheyLack(t *testing.T) {
	onBoth(t, steps, func(t *testing.T, w *world) {
		_, curator := w.somebody("cy@x.example", "curator")
		_, foreign := w.neighbour().somebody("gil@x.example", "owner")
		admin, _ := w.somebody("al@x.example", "admin")
		gone, _ := w.somebody("gwen@x.example", "admin")
		ann, _ := w.somebody("ann@x.example", "member")
		if _, err := w.service.Deactivate(ctx, w.ws, gone, w.memberByID(gone).Version, operator); err != nil {
			t.Fatal(err)
		}
		title := "Chief"
		acts := map[string]func(id identity.MemberID, by identity.Origin) error{
			"take the role": func(id identity.MemberID, by identity.Origin) error {
				_, err := w.service.SetRoles(ctx, w.ws, id, w.memberByID(id).Version, nil, by)
				return err
			},
			"deactivate": func(id identity.MemberID, by identity.Origin) error {
				_, err := w.service.Deactivate(ctx, w.ws, id, w.memberByID(id).Version, by)
				return err
			},
			"change the profile": func(id identity.MemberID, by identity.Origin) error {
				_, err := w.service.UpdateProfile(ctx, w.ws, id, w.memberByID(id).Version, directory.ProfileChange{Title: &title}, by)
				return err
			},
		}
		for name, act := range acts {
			refusedAs(t, act(admin, curator), identity.Forbidden, "", "rights that you do not have")
			refusedAs(t, act(admin, foreign), identity.Forbidden, "", "rights that you do not have")
			if err := act(ann, curator); err != nil {
				t.Errorf("%s of somebody with fewer rights: %v", name, err)
			}
		}
		_, err := w.service.Restore(ctx, w.ws, gone, w.memberByID(gone).Version, curator)
		refusedAs(t, err, identity.Forbidden, "", "rights that you do not have")
		equal(t, "nothing came of it", w.memberByID(admin).Version, 1)
	})
}
