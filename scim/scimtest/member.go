package scimtest

import (
	"fmt"
	"slices"
)

// memberCases check how members are added, removed and replaced.
func memberCases() []Case {
	return in(Case{
		Section: "RFC 7644 §3.5.2", Needs: Groups, Rows: []string{"K16"},
		Why:  "Members are access. One lost or kept by mistake is a person locked out or let in.",
		Mend: "Change single memberships, never the whole list at once.",
	}, []Case{
		{ID: "member-add", Name: "Add makes somebody a member", Sender: "Entra", Rows: []string{"K08"}, Run: func(t *T) {
			a, b := t.User(nil), t.User(nil)
			g := t.Group(a.ID())
			t.MustStatus(t.Patch(groupPath(g.ID()), op("Add", "members", []M{{"$ref": nil, "value": b.ID()}})), 200, 204)
			t.Members(g.ID(), a.ID(), b.ID())
		}},
		{ID: "member-add-many", Name: "Add takes several people at once", Sender: "Entra", Run: func(t *T) {
			g, users := t.crowd(5)
			t.MustStatus(t.Patch(groupPath(g), op("Add", "members", refs(users...))), 200, 204)
			t.Members(g, users...)
		}, Why: "Microsoft asks galleries to take several memberships in one PATCH."},
		{ID: "member-add-again", Name: "Add of a member changes nothing", Run: func(t *T) {
			a := t.User(nil)
			g := t.Group(a.ID())
			before := t.Read(groupPath(g.ID())).At("meta", "lastModified")
			tick()
			t.MustStatus(t.Patch(groupPath(g.ID()), op("Add", "members", refs(a.ID(), a.ID()))), 200, 204)
			t.Members(g.ID(), a.ID())
			t.Equal(t.Read(groupPath(g.ID())), before, "meta", "lastModified")
		}},
		{ID: "member-add-twice", Name: "one person named twice in one Add is one member", Level: Should, Section: "RFC 7643 §2.4", Run: func(t *T) {
			a := t.User(nil)
			g := t.Group()
			t.MustStatus(t.Patch(groupPath(g.ID()), op("Add", "members", refs(a.ID(), a.ID()))), 200, 204)
			t.Members(g.ID(), a.ID())
		}},
		{ID: "member-add-pathless", Name: "Add without a path adds members", Run: func(t *T) {
			a, b := t.User(nil), t.User(nil)
			g := t.Group(a.ID())
			t.MustStatus(t.Patch(groupPath(g.ID()), set("add", M{"members": refs(b.ID())})), 200, 204)
			t.Members(g.ID(), a.ID(), b.ID())
		}},
		{ID: "member-add-object", Name: "Add takes one member without a list, too", Level: Should, Run: func(t *T) {
			a := t.User(nil)
			g := t.Group()
			t.MustStatus(t.Patch(groupPath(g.ID()), op("add", "members", M{"value": a.ID()})), 200, 204)
			t.Members(g.ID(), a.ID())
		}},
		{ID: "member-add-full", Name: "members may carry display, type and $ref", Run: func(t *T) {
			a := t.User(nil)
			g := t.Group()
			t.MustStatus(t.Patch(groupPath(g.ID()), op("add", "members", []M{{"value": a.ID(), "display": "Ann", "type": "User", "$ref": "https://x.example/Users/" + a.ID()}})), 200, 204)
			t.Members(g.ID(), a.ID())
		}},
	})
}

// memberRemoveCases check how members leave.
func memberRemoveCases() []Case {
	return in(Case{
		Section: "RFC 7644 §3.5.2", Needs: Groups, Rows: []string{"K16"},
		Why:  "Members are access. One lost or kept by mistake is a person locked out or let in.",
		Mend: "Change single memberships, never the whole list at once.",
	}, []Case{
		{ID: "member-remove-list", Name: "Remove with a list of members removes only those", Sender: "Entra", Run: func(t *T) {
			g, users := t.crowd(4)
			t.MustStatus(t.Patch(groupPath(g), op("Add", "members", refs(users...))), 200, 204)
			t.MustStatus(t.Patch(groupPath(g), op("Remove", "members", []M{{"$ref": nil, "value": users[0]}})), 200, 204)
			t.Members(g, users[1:]...)
			t.MustStatus(t.Patch(groupPath(g), op("Remove", "members", refs(users[1], users[2]))), 200, 204)
			t.Members(g, users[3])
		}, Why: "It is Entra's default. By the letter of the standard it empties the group, and everybody loses access.", Mend: "When Remove has a path of members and a value, remove the listed members only."},
		{ID: "member-remove-list-lower", Name: "remove with a list of members, in lower case, removes only those", Sender: "authentik", Run: func(t *T) {
			g, users := t.crowd(3)
			t.MustStatus(t.Patch(groupPath(g), op("Add", "members", refs(users...))), 200, 204)
			t.MustStatus(t.Patch(groupPath(g), op("remove", "members", refs(users[1]))), 200, 204)
			t.Members(g, users[0], users[2])
		}},
		{ID: "member-remove-list-stranger", Name: "Remove with a list of somebody who is no member removes nobody", Sender: "Entra", Run: func(t *T) {
			a, b := t.User(nil), t.User(nil)
			g := t.Group(a.ID())
			t.MustStatus(t.Patch(groupPath(g.ID()), op("Remove", "members", refs(b.ID()))), 200, 204)
			t.Members(g.ID(), a.ID())
		}},
		{ID: "member-remove-list-empty", Name: "Remove with an empty list removes nobody", Sender: "Entra", Level: Should, Run: func(t *T) {
			a := t.User(nil)
			g := t.Group(a.ID())
			t.Status(t.Patch(groupPath(g.ID()), op("Remove", "members", []M{})), 200, 204, 400)
			t.Members(g.ID(), a.ID())
		}},
		{ID: "member-remove-path", Name: "remove by a value path removes one member", Sender: "Entra", Run: func(t *T) {
			g, users := t.crowd(3)
			t.MustStatus(t.Patch(groupPath(g), op("add", "members", refs(users...))), 200, 204)
			t.MustStatus(t.Patch(groupPath(g), unset("remove", `members[value eq "`+users[1]+`"]`)), 200, 204)
			t.Members(g, users[0], users[2])
		}},
		{ID: "member-remove-path-or", Name: "remove by a value path with or removes several", Level: Should, Run: func(t *T) {
			g, users := t.crowd(3)
			t.MustStatus(t.Patch(groupPath(g), op("add", "members", refs(users...))), 200, 204)
			t.MustStatus(t.Patch(groupPath(g), unset("remove", `members[value eq "`+users[0]+`" or value eq "`+users[2]+`"]`)), 200, 204)
			t.Members(g, users[1])
		}},
		{ID: "member-remove-stranger", Name: "remove of somebody who is no member succeeds", Run: func(t *T) {
			a, b := t.User(nil), t.User(nil)
			g := t.Group(a.ID())
			t.MustStatus(t.Patch(groupPath(g.ID()), unset("remove", `members[value eq "`+b.ID()+`"]`)), 200, 204)
			t.MustStatus(t.Patch(groupPath(g.ID()), unset("remove", `members[value eq "nobody"]`)), 200, 204)
			t.Members(g.ID(), a.ID())
		}},
		{ID: "member-remove-all", Name: "remove without a value removes all members", Section: "RFC 7644 §3.5.2.2", Run: func(t *T) {
			g := t.Group(t.User(nil).ID(), t.User(nil).ID())
			t.MustStatus(t.Patch(groupPath(g.ID()), unset("remove", "members")), 200, 204)
			t.Members(g.ID())
		}},
		{ID: "member-swap", Name: "remove and add in one request", Sender: "Okta", Rows: []string{"K17"}, Run: func(t *T) {
			a, b, c := t.User(nil), t.User(nil), t.User(nil)
			g := t.Group(a.ID(), b.ID())
			t.MustStatus(t.Patch(groupPath(g.ID()), unset("remove", `members[value eq "`+a.ID()+`"]`), op("add", "members", []M{{"value": c.ID(), "display": "c@x.example"}})), 200, 204)
			t.Members(g.ID(), b.ID(), c.ID())
		}},
		{ID: "member-replace", Name: "replace members replaces the whole list", Sender: "Okta", Run: func(t *T) {
			a, b, c := t.User(nil), t.User(nil), t.User(nil)
			g := t.Group(a.ID(), b.ID())
			t.MustStatus(t.Patch(groupPath(g.ID()), op("replace", "members", refs(b.ID(), c.ID()))), 200, 204)
			t.Members(g.ID(), b.ID(), c.ID())
		}},
		{ID: "member-replace-pathless", Name: "replace without a path replaces the whole list", Run: func(t *T) {
			a, b := t.User(nil), t.User(nil)
			g := t.Group(a.ID())
			t.MustStatus(t.Patch(groupPath(g.ID()), set("replace", M{"members": refs(b.ID())})), 200, 204)
			t.Members(g.ID(), b.ID())
		}},
		{ID: "member-replace-empty", Name: "replace members with an empty list empties the group", Sender: "Okta", Run: func(t *T) {
			g := t.Group(t.User(nil).ID())
			t.MustStatus(t.Patch(groupPath(g.ID()), op("replace", "members", []M{})), 200, 204)
			t.Members(g.ID())
		}, Why: "Okta's Push now on an empty group."},
		{ID: "member-flag-batch", Name: "several removals by value path in one request", Sender: "Entra", Run: func(t *T) {
			g, users := t.crowd(4)
			t.MustStatus(t.Patch(groupPath(g), op("add", "members", refs(users...))), 200, 204)
			t.MustStatus(t.Patch(groupPath(g), unset("remove", `members[value eq "`+users[0]+`"]`), unset("remove", `members[value eq "`+users[3]+`"]`)), 200, 204)
			t.Members(g, users[1], users[2])
		}},
	})
}

// crowd makes an empty group and some people.
func (t *T) crowd(n int) (group string, users []string) {
	for range n {
		users = append(users, t.User(nil).ID())
	}
	return t.Group().ID(), users
}

// memberEdgeCases check members that are unknown, deleted or many.
func memberEdgeCases() []Case {
	return in(Case{
		Section: "RFC 7643 §4.2", Needs: Groups, Rows: []string{"K16", "K18"},
		Why:  "Members are access, and directories send them in any order, twice, and after people are gone.",
		Mend: "Keep each membership as a fact of its own that ends with the person or the group.",
	}, []Case{
		{ID: "member-unknown", Name: "adding somebody unknown wipes nobody and is no failure of the server", Run: func(t *T) {
			a, b := t.User(nil), t.User(nil)
			g := t.Group(a.ID())
			got := t.Patch(groupPath(g.ID()), op("Add", "members", refs(t.Name("unknown"), b.ID())))
			if t.Status(got, 200, 204, 400, 404); got.Status < 300 {
				got := members(t.Read(groupPath(g.ID())))
				t.Expect(slices.Contains(got, a.ID()) && slices.Contains(got, b.ID()), "both people who exist", show(got))
				return
			}
			t.Members(g.ID(), a.ID())
		}, Why: "Okta loses a push for good when one unknown id makes it 400; others have emptied the group.", Mend: "Take the known ones, keep the unknown until they arrive, and tell an administrator."},
		{ID: "member-unknown-others", Name: "somebody unknown does not keep the others out", Sender: "Okta", Level: Should, Run: func(t *T) {
			b := t.User(nil)
			g := t.Group()
			t.MustStatus(t.Patch(groupPath(g.ID()), op("Add", "members", refs(t.Name("unknown"), b.ID()))), 200, 204)
			got := members(t.Read(groupPath(g.ID())))
			t.Expect(slices.Contains(got, b.ID()), "the person who exists as a member", show(got))
		}, Why: "Okta loses a push for good when one unknown id makes it 400, and everybody else in it stays out.", Mend: "Take the known ones, keep the unknown until they arrive, and tell an administrator."},
		{ID: "member-unknown-shown", Name: "a member that does not exist is not shown as one", Level: Should, Run: func(t *T) {
			g := t.Group()
			t.Status(t.Patch(groupPath(g.ID()), op("Add", "members", refs(t.Name("unknown")))), 200, 204, 400, 404)
			t.Members(g.ID())
		}},
		{ID: "member-replace-unknown", Name: "replacing all members by unknown ones changes nothing", Level: Should, Run: func(t *T) {
			a := t.User(nil)
			g := t.Group(a.ID())
			t.Refused(t.Patch(groupPath(g.ID()), op("replace", "members", refs(t.Name("x"), t.Name("y")))), 400)
			t.Members(g.ID(), a.ID())
			t.Status(t.Put(groupPath(g.ID()), M{"schemas": []string{groupURN}, "displayName": g.At("displayName"), "members": refs(t.Name("z"))}), 400)
			t.Members(g.ID(), a.ID())
		}, Why: "A directory whose ids are stale would empty every group.", Mend: "Answer 400 when a replacement names only people who do not exist."},
		{ID: "member-atomic", Name: "a PATCH of members that fails changes nobody", Section: "RFC 7644 §3.5.2", Rows: []string{"K16"}, Run: func(t *T) {
			a, b := t.User(nil), t.User(nil)
			g := t.Group(a.ID())
			got := t.Patch(groupPath(g.ID()), op("Add", "members", refs(b.ID())), op("Replace", "displayName", 5))
			t.Expect(got.Status == 400, "400", told(got))
			t.Members(g.ID(), a.ID())
		}},
		{ID: "member-bad", Name: "members without a value are refused", Rows: []string{"K16"}, Run: func(t *T) {
			a := t.User(nil)
			g := t.Group(a.ID())
			for _, bad := range []any{5, []any{M{"value": M{}}}, []any{5}} {
				got := t.Patch(groupPath(g.ID()), op("Add", "members", bad))
				t.Expect(got.Status == 400, "400 for members "+show(bad), told(got))
			}
			t.Members(g.ID(), a.ID())
		}},
	})
}

// memberShapeCases check how memberships end, look and add up.
func memberShapeCases() []Case {
	return in(Case{
		Section: "RFC 7643 §4.2", Needs: Groups, Rows: []string{"K16"},
		Why:  "Members are access, and directories send them in any order, twice, and after people are gone.",
		Mend: "Keep each membership as a fact of its own that ends with the person or the group.",
	}, []Case{
		{ID: "member-deleted", Name: "a deleted person is no member any more", Section: "RFC 7644 §3.6", Run: func(t *T) {
			a, b := t.User(nil), t.User(nil)
			g := t.Group(a.ID(), b.ID())
			t.MustStatus(t.Delete(userPath(a.ID())), 204)
			t.Members(g.ID(), b.ID())
		}},
		{ID: "member-shape", Name: "members have value, and $ref that leads to them", Level: Should, Run: func(t *T) {
			a := t.User(nil)
			g := t.Group(a.ID())
			m := t.Read(groupPath(g.ID())).At("members", "value="+a.ID())
			t.Require(m != nil, "the member", m)
			if ref, ok := at(m, "$ref").(string); ok {
				t.absolute(ref, userPath(a.ID()))
			}
			if kind := at(m, "type"); kind != nil {
				t.Expect(kind == "User", `type "User"`, kind)
			}
		}},
		{ID: "member-user-groups", Name: "a user's groups show the groups it is in", Section: "RFC 7643 §4.1.2", Level: Should, Run: func(t *T) {
			a := t.User(nil)
			g := t.Group(a.ID())
			got := t.Read(userPath(a.ID()))
			t.Expect(holds(got.At("groups", "value="+g.ID()), M{"value": g.ID()}), "the group in groups", got.At("groups"))
			t.MustStatus(t.Patch(groupPath(g.ID()), unset("remove", `members[value eq "`+a.ID()+`"]`)), 200, 204)
			t.Expect(empty(t.Read(userPath(a.ID())).At("groups")), "no groups", t.Read(userPath(a.ID())).At("groups"))
		}},
		{ID: "member-two-groups", Name: "a person may be in several groups", Run: func(t *T) {
			a := t.User(nil)
			g, h := t.Group(a.ID()), t.Group(a.ID())
			t.Members(g.ID(), a.ID()) // still
			t.MustStatus(t.Patch(groupPath(g.ID()), op("Remove", "members", refs(a.ID()))), 200, 204)
			t.Members(g.ID())
			t.Members(h.ID(), a.ID())
		}},
		{ID: "member-nested", Name: "a group as a member is accepted or refused", Level: Info, Run: func(t *T) {
			g, inner := t.Group(), t.Group()
			t.Status(t.Patch(groupPath(g.ID()), op("add", "members", []M{{"value": inner.ID(), "type": "Group"}})), 200, 204, 400)
		}},
		{ID: "member-many", Name: "fifty members are all kept", Rows: []string{"K08"}, Run: func(t *T) {
			g, users := t.crowd(50)
			for part := range slices.Chunk(users, 20) {
				t.MustStatus(t.Patch(groupPath(g), op("Add", "members", refs(part...))), 200, 204)
			}
			t.Members(g, users...)
			t.MustStatus(t.Patch(groupPath(g), op("Remove", "members", refs(users[:49]...))), 200, 204)
			t.Members(g, users[49])
		}},
		{ID: "member-inactive", Name: "an inactive person can be added and stays a member", Run: func(t *T) {
			a := t.User(M{"active": false})
			g := t.Group()
			t.MustStatus(t.Patch(groupPath(g.ID()), op("Add", "members", refs(a.ID()))), 200, 204)
			t.Members(g.ID(), a.ID())
		}},
		{ID: "member-put-unknown", Name: "PUT with one unknown member keeps the known", Level: Should, Rows: []string{"K18"}, Run: func(t *T) {
			a, b := t.User(nil), t.User(nil)
			g := t.Group(a.ID())
			got := t.Put(groupPath(g.ID()), M{"schemas": []string{groupURN}, "displayName": g.At("displayName"), "members": refs(b.ID(), t.Name("unknown"))})
			if t.Status(got, 200, 204, 400); got.Status < 300 {
				left := members(t.Read(groupPath(g.ID())))
				t.Expect(slices.Contains(left, b.ID()) && !slices.Contains(left, a.ID()), "the known member, and not the one left out", show(left))
			}
		}},
		{ID: "member-modified", Name: "a change of members moves the group's lastModified", Level: Should, Section: "RFC 7643 §3.1", Run: func(t *T) {
			g := t.Group()
			before := t.Read(groupPath(g.ID()))
			tick()
			t.MustStatus(t.Patch(groupPath(g.ID()), op("Add", "members", refs(t.User(nil).ID()))), 200, 204)
			after := t.Read(groupPath(g.ID()))
			t.Expect(t.instant(after.At("meta", "lastModified")).After(t.instant(before.At("meta", "lastModified"))), "a later lastModified", fmt.Sprint(after.At("meta", "lastModified")))
		}},
	})
}
