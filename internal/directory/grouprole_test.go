package directory_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/identity"
)

func (w *world) tableVersion() int64 {
	w.t.Helper()
	_, v, err := w.service.GroupRoles(ctx, w.ws)
	if err != nil {
		w.t.Fatal(err)
	}
	return v
}

func (w *world) mapGroup(g identity.GroupID, role string) {
	w.t.Helper()
	if err := w.service.SetGroupRole(ctx, w.ws, g, role, w.tableVersion(), administrator); err != nil {
		w.t.Fatal(err)
	}
}

func TestK15_AGroupThatIsMappedGivesItsMembersARoleOfTheCatalogue(t *testing.T) {
	for _, definition := range []string{"", groupsAsRoles} {
		onBoth(t, definition, func(t *testing.T, w *world) {
			ann, bob := w.person(`{"userName":"ann@x.example"}`), w.person(`{"userName":"bob@x.example"}`)
			id := w.group(`{"displayName":"Admins of the portal","members":[{"value":"` + ann + `"}]}`)
			g, seq := identity.GroupID(id), w.tally().Seq
			w.mapGroup(g, "admin")
			equal(t, "in it", w.roles(ann), "group admin")
			equal(t, "not in it", w.roles(bob), "default member")
			equal(t, "log", w.verbs(seq), "group.mapped")
			equal(t, "nobody was written", w.member(ann).Version, 1)
			rows, err := w.service.Effective(ctx, w.ws, w.member(ann).ID)
			equal(t, "its source", err == nil && rows[0].Group == id && !rows[0].Named, true)
			w.changeGroup(id, `{"op":"Add","path":"members","value":[{"value":"`+bob+`"}]}`)
			equal(t, "added", w.roles(bob), "group admin")
			w.changeGroup(id, `{"op":"Replace","path":"displayName","value":"Renamed"}`)
			equal(t, "a new name changes nothing", w.roles(bob), "group admin")
			if err := w.groups().Delete(ctx, id, nil); err != nil {
				t.Fatal(err)
			}
			equal(t, "deleted", w.roles(ann)+", "+w.roles(bob), "default member, default member")
		})
	}
}

func TestK16_TheOrderOfTheTableDecidesWhereOneRoleMayBeHeld(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		ann := w.person(`{"userName":"ann@x.example"}`)
		in := `","members":[{"value":"` + ann + `"}]}`
		first, second := identity.GroupID(w.group(`{"displayName":"A`+in)), identity.GroupID(w.group(`{"displayName":"B`+in))
		w.mapGroup(second, "admin")
		w.mapGroup(first, "member")
		equal(t, "the one mapped first", w.roles(ann), "group admin")
		version, seq := w.tableVersion(), w.tally().Seq
		if err := w.service.OrderGroupRoles(ctx, w.ws, []identity.GroupID{first, second}, version, administrator); err != nil {
			t.Fatal(err)
		}
		equal(t, "put in order", w.roles(ann), "group member")
		equal(t, "log", w.verbs(seq), "group.ordered")
		err := w.service.OrderGroupRoles(ctx, w.ws, []identity.GroupID{second, first}, version, administrator)
		refusedAs(t, err, identity.Taken, "version", "somebody else")
		err = w.service.OrderGroupRoles(ctx, w.ws, []identity.GroupID{second}, w.tableVersion(), administrator)
		refusedAs(t, err, identity.Taken, "version", "")
		err = w.service.SetGroupRole(ctx, w.ws, first, "", version, administrator)
		refusedAs(t, err, identity.Taken, "version", "")
		w.mapGroup(first, "")
		equal(t, "unmapped", w.roles(ann), "group admin")
	})
}

func TestNoGroupMakesAnOwnerUnlessTheProductSaysSo(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		g := identity.GroupID(w.group(`{"displayName":"Owners"}`))
		refusedAs(t, w.service.SetGroupRole(ctx, w.ws, g, "owner", w.tableVersion(), administrator), identity.Forbidden, "role", "by hand")
		refusedAs(t, w.service.SetGroupRole(ctx, w.ws, g, "emperor", w.tableVersion(), administrator), identity.Invalid, "role", "emperor")
		other := w.neighbour()
		refusedAs(t, other.service.SetGroupRole(ctx, other.ws, g, "admin", other.tableVersion(), administrator), identity.NotFound, "", "")
		boss := w.add("boss@x.example", "owner")
		id := string(w.memberByID(boss).ResourceID)
		w.changeGroup(string(g), `{"op":"Add","path":"members","value":[{"value":"`+id+`"}]}`)
		w.mapGroup(g, "member")
		equal(t, "no group takes ownership away", w.roles(id), "hand owner")
		granting := w.under(grantable)
		granting.mapGroup(g, "owner")
		equal(t, "while the product allows it", granting.roles(granting.person(`{"userName":"ann@x.example"}`)), "default member")
		ann := granting.find("/Users", `userName eq "ann@x.example"`)[0]
		granting.changeGroup(string(g), `{"op":"Add","path":"members","value":[{"value":"`+ann+`"}]}`)
		equal(t, "an owner by group", granting.roles(ann), "group owner")
		equal(t, "and no longer", w.roles(ann), "default member")
	})
}

func TestGroupsAndTheirMembersAreListedPageByPage(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		var refs []string
		for i := range 5 {
			refs = append(refs, `{"value":"`+w.person(fmt.Sprintf(`{"userName":"u%d@x.example"}`, i))+`"}`)
		}
		big := identity.GroupID(w.group(`{"displayName":"Big","members":[` + strings.Join(refs, ",") + `]}`))
		w.group(`{"displayName":"Small"}`)
		w.mapGroup(big, "admin")
		var names, members []string
		for after := ""; ; {
			p, err := w.service.GroupPage(ctx, w.ws, after, 1)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range p.Rows {
				names = append(names, r.DisplayName+":"+r.Role+":"+r.ManagedBy+":"+fmt.Sprint(r.Members))
			}
			if after = p.Next; after == "" {
				break
			}
		}
		sameIDs(t, "groups", names, "Big:admin:the directory:5", "Small::the directory:0")
		for after := identity.MemberID(""); ; {
			p, err := w.service.GroupMembers(ctx, w.ws, big, after, 2)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range p.Rows {
				members = append(members, r.UserName+" "+r.Roles[0].Role)
			}
			if after = identity.MemberID(p.Next); after == "" {
				break
			}
		}
		sameIDs(t, "members", members, "u0@x.example admin", "u1@x.example admin", "u2@x.example admin", "u3@x.example admin", "u4@x.example admin")
		other := w.neighbour()
		_, err := other.service.GroupMembers(ctx, other.ws, big, "", 2)
		refusedAs(t, err, identity.NotFound, "", "")
		_, _, err = other.service.Group(ctx, other.ws, big)
		refusedAs(t, err, identity.NotFound, "", "")
		p, err := other.service.GroupPage(ctx, other.ws, "", 0)
		equal(t, "the neighbour's groups", err == nil && len(p.Rows) == 0, true)
	})
}

func TestAGroupThatNoDirectoryManagesIsDeletedByHand(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		ann := w.person(`{"userName":"ann@x.example"}`)
		g := identity.GroupID(w.group(`{"displayName":"A","members":[{"value":"` + ann + `"}]}`))
		w.mapGroup(g, "admin")
		refusedAs(t, w.service.DeleteGroup(ctx, w.ws, g, administrator), identity.Forbidden, "", "the directory")
		if err := w.service.RemoveConnection(ctx, w.ws, w.con, administrator); err != nil {
			t.Fatal(err)
		}
		other := w.neighbour()
		refusedAs(t, other.service.DeleteGroup(ctx, other.ws, g, administrator), identity.NotFound, "", "")
		equal(t, "still there", w.roles(ann), "group admin")
		seq := w.tally().Seq
		if err := w.service.DeleteGroup(ctx, w.ws, g, administrator); err != nil {
			t.Fatal(err)
		}
		equal(t, "its role is withdrawn", w.roles(ann), "default member")
		equal(t, "log", w.verbs(seq), "group.deleted")
		equal(t, "groups", w.tally().Groups, 0)
	})
}
