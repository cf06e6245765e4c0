package scimtest

import (
	"fmt"
	"slices"
	"strings"
)

// groupCases check groups themselves.
func groupCases() []Case {
	return in(Case{
		Section: "RFC 7643 §4.2", Needs: Groups,
		Why:  "Groups carry access and roles; a group that cannot be found, created or renamed stops all of its members.",
		Mend: "Serve /Groups like /Users: unique displayName, externalId, members by id, excludedAttributes=members.",
	}, []Case{
		{ID: "group-create-entra", Name: "a group is created the way Entra does", Sender: "Entra", Rows: []string{"K07"}, Run: func(t *T) {
			name, ext := t.Name("group"), t.Name("oid")
			a := t.MustStatus(t.Post("/Groups", M{"schemas": []string{groupURN, adscimURN}, "externalId": ext, "displayName": name, "meta": M{"resourceType": "Group"}}), 201)
			t.Holds(t.Read(groupPath(a.ID())), M{"displayName": name, "externalId": ext, "meta": M{"resourceType": "Group"}})
			t.absolute(a.At("meta", "location"), groupPath(a.ID()))
			t.Members(a.ID())
		}, Why: "Every group of Entra's carries the schema http://schemas.microsoft.com/2006/11/…/ADSCIM/2.0/Group; refusing it stops all groups.", Mend: "Ignore schemas that you do not know."},
		{ID: "group-create-okta", Name: "a group is created the way Okta does, with and without members", Sender: "Okta", Rows: []string{"K17"}, Run: func(t *T) {
			u := t.User(nil)
			a := t.MustStatus(t.Post("/Groups", M{"schemas": []string{groupURN}, "displayName": t.Name("empty"), "members": []M{}}), 201)
			t.Members(a.ID())
			b := t.MustStatus(t.Post("/Groups", M{"schemas": []string{groupURN}, "displayName": t.Name("full"), "members": []M{{"value": u.ID(), "display": u.At("userName")}}}), 201)
			t.Members(b.ID(), u.ID())
		}},
		{ID: "group-no-name", Name: "a group without displayName is refused", Level: Should, Run: func(t *T) {
			for _, name := range []any{nil, ""} {
				t.Refused(t.Post("/Groups", M{"schemas": []string{groupURN}, "displayName": name}), 400, "invalidValue")
			}
		}},
		{ID: "group-duplicate", Name: "a displayName that is taken is 409 uniqueness", Sender: "Entra", Level: Should, Section: none, Run: func(t *T) {
			a := t.Group()
			t.Refused(t.Post("/Groups", M{"schemas": []string{groupURN}, "displayName": a.At("displayName")}), 409, "uniqueness")
		}, Why: "Entra matches groups by displayName; two of one name stop the group."},
		{ID: "group-types", Name: "wrong types in a group are refused", Run: func(t *T) {
			for _, with := range []M{{"displayName": 5}, {"displayName": t.Name("a"), "members": 5}, {"displayName": t.Name("b"), "members": []int{5}}, {"displayName": t.Name("c"), "members": []M{{"value": 5}}}} {
				with["schemas"] = []string{groupURN}
				t.Refused(t.Post("/Groups", with), 400, "invalidValue", "invalidSyntax")
			}
		}},
		{ID: "group-unknown", Name: "unknown attributes do not stop a group", Level: Should, Run: func(t *T) {
			t.Status(t.Post("/Groups", M{"schemas": []string{groupURN}, "displayName": t.Name("group"), "description": "x", "mailNickname": "y", customURN: M{"a": 1}}), 201)
		}},
		{ID: "group-unknown-id", Name: "an unknown group is 404 for every method", Section: "RFC 7644 §3.12", Run: func(t *T) {
			path := groupPath(t.Name("none"))
			t.Refused(t.Get(path), 404)
			t.Refused(t.Patch(path, op("Replace", "displayName", "x")), 404)
			t.Refused(t.Put(path, M{"schemas": []string{groupURN}, "displayName": t.Name("x")}), 404)
			t.Refused(t.Delete(path), 404)
		}},
		{ID: "group-excluded-members", Name: "excludedAttributes=members leaves the members out", Sender: "Entra", Section: "RFC 7644 §3.9", Run: func(t *T) {
			g := t.Group(t.User(nil).ID())
			got := t.Read(groupPath(g.ID()) + "?excludedAttributes=members")
			t.Expect(got.At("members") == nil && got.At("displayName") != nil, "displayName and no members", got.JSON)
			name, _ := g.At("displayName").(string)
			found := t.Read("/Groups?excludedAttributes=members&filter=" + query(`displayName eq "`+name+`"`))
			t.Require(len(found.Resources()) == 1, "the group", found.JSON)
			t.Expect(at(found.Resources()[0], "members") == nil, "no members in the list either", found.JSON)
		}, Why: "Entra reads groups of a hundred thousand in this way."},
		{ID: "group-attributes", Name: "attributes=displayName leaves the members out", Section: "RFC 7644 §3.9", Run: func(t *T) {
			g := t.Group(t.User(nil).ID())
			got := t.Read(groupPath(g.ID()) + "?attributes=displayName")
			t.Expect(got.At("members") == nil && got.At("displayName") != nil && got.ID() == g.ID(), "id and displayName", got.JSON)
		}},
		{ID: "group-find", Name: "a group is found by its name, its externalId and its id", Sender: "Entra", Section: "RFC 7644 §3.4.2.2", Rows: []string{"K07"}, Run: func(t *T) {
			name, ext := t.Name("Größe A"), t.Name("Oid")
			g := t.MustStatus(t.Post("/Groups", M{"schemas": []string{groupURN}, "displayName": name, "externalId": ext}), 201)
			t.finds(g.ID(), `displayName eq "`+name+`"`, `externalId eq "`+ext+`"`, `id eq "`+g.ID()+`"`, `displayName eq "`+name+`" and externalId eq "`+ext+`"`)
			t.Expect(t.Find("/Groups", `externalId eq "`+strings.ToUpper(ext)+`"`).Total() == 0, "externalId compared with case", ext)
		}},
		{ID: "group-find-any-case", Name: "a group's name is compared without regard to case", Sender: "Entra", Section: "RFC 7643 §8.7.1", Rows: []string{"K07"}, Run: func(t *T) {
			name := t.Name("Team")
			g := t.MustStatus(t.Post("/Groups", M{"schemas": []string{groupURN}, "displayName": name}), 201)
			t.finds(g.ID(), `displayName eq "`+strings.ToUpper(name)+`"`)
		}, Why: "A group that is not found is made a second time.", Mend: "Compare displayName folded, as its schema says: caseExact false."},
		{ID: "group-find-quotes", Name: "a group whose name has quotation marks is found", Sender: "Entra", Section: "RFC 7644 §3.4.2.2", Rows: []string{"K07"}, Run: func(t *T) {
			name := t.Name(`the "A" team`)
			g := t.MustStatus(t.Post("/Groups", M{"schemas": []string{groupURN}, "displayName": name}), 201)
			t.finds(g.ID(), "displayName eq "+show(name))
		}, Why: "A group that is not found is made a second time.", Mend: "Read the value in a filter as JSON reads text, escapes included."},
	})
}

// groupChangeCases check how groups change and go.
func groupChangeCases() []Case {
	return in(Case{
		Section: "RFC 7643 §4.2", Needs: Groups,
		Why:  "Groups carry access and roles; a group that cannot be found, created or renamed stops all of its members.",
		Mend: "Serve /Groups like /Users: unique displayName, externalId, members by id, excludedAttributes=members.",
	}, []Case{
		{ID: "group-rename", Name: "a group can be renamed and keeps its members", Sender: "Entra", Rows: []string{"K16"}, Run: func(t *T) {
			u := t.User(nil)
			g := t.Group(u.ID())
			name := t.Name("renamed")
			got := t.Patched(groupPath(g.ID()), op("Replace", "displayName", name))
			t.Equal(got, name, "displayName")
			t.Members(g.ID(), u.ID())
			old, _ := g.At("displayName").(string)
			t.Expect(t.Find("/Groups", `displayName eq "`+old+`"`).Total() == 0, "nothing under the old name", old)
		}},
		{ID: "group-rename-okta", Name: "a group can be renamed with its id inside the value", Sender: "Okta", Rows: []string{"K17"}, Run: func(t *T) {
			u := t.User(nil)
			g := t.Group(u.ID())
			name := t.Name("renamed")
			got := t.Patched(groupPath(g.ID()), set("replace", M{"id": g.ID(), "displayName": name}))
			t.Holds(got, M{"id": g.ID(), "displayName": name})
			t.Members(g.ID(), u.ID())
		}, Why: "Okta sends this before every change of members; refusing the id stops all of them.", Mend: "Ignore an id that equals the resource's own."},
		{ID: "group-foreign-id", Name: "another id inside the value changes nothing of the id", Level: Should, Section: "RFC 7643 §3.1", Run: func(t *T) {
			g := t.Group()
			a := t.Patch(groupPath(g.ID()), set("replace", M{"id": t.Name("other")}))
			t.Status(a, 400)
			t.Equal(t.Read(groupPath(g.ID())), g.ID(), "id")
		}},
		{ID: "group-rename-taken", Name: "a group cannot take another's name", Level: Should, Sender: "Entra", Section: none, Run: func(t *T) {
			a, b := t.Group(), t.Group()
			t.Refused(t.Patch(groupPath(b.ID()), op("Replace", "displayName", a.At("displayName"))), 409, "uniqueness")
		}},
		{ID: "group-no-name-patch", Name: "a group's name cannot be removed", Level: Should, Run: func(t *T) {
			g := t.Group()
			for _, bad := range []M{unset("Remove", "displayName"), op("Replace", "displayName", "")} {
				t.Status(t.Patch(groupPath(g.ID()), bad), 400)
			}
			t.Equal(t.Read(groupPath(g.ID())), g.At("displayName"), "displayName")
		}},
		{ID: "group-put", Name: "PUT replaces a group's name and members", Sender: "Okta", Section: "RFC 7644 §3.5.1", Run: func(t *T) {
			a, b, c := t.User(nil), t.User(nil), t.User(nil)
			g := t.Group(a.ID(), b.ID())
			name := t.Name("put")
			t.MustStatus(t.Put(groupPath(g.ID()), M{"schemas": []string{groupURN}, "id": g.ID(), "displayName": name, "members": refs(b.ID(), c.ID())}), 200, 204)
			t.Equal(t.Read(groupPath(g.ID())), name, "displayName")
			t.Members(g.ID(), b.ID(), c.ID())
			t.MustStatus(t.Put(groupPath(g.ID()), M{"schemas": []string{groupURN}, "displayName": name, "members": []M{}}), 200, 204)
			t.Members(g.ID())
		}, Why: "Custom applications of Okta change groups by PUT."},
		{ID: "group-external-id", Name: "a group's externalId can be patched", Run: func(t *T) {
			g := t.Group()
			ext := t.Name("ext")
			t.Equal(t.Patched(groupPath(g.ID()), op("Add", "externalId", ext)), ext, "externalId")
		}},
		{ID: "group-patch-status", Name: "PATCH of a group answers 204, or 200 with the group", Sender: "Entra", Level: Should, Run: func(t *T) {
			g := t.Group()
			t.Status(t.Patch(groupPath(g.ID()), op("Add", "members", refs(t.User(nil).ID()))), 200, 204)
			got := t.Patch(groupPath(g.ID())+"?attributes=displayName", op("Replace", "displayName", t.Name("new")))
			t.Expect(got.Status == 200 && got.ID() == g.ID() && got.At("members") == nil, "200 with id and displayName when attributes is given", told(got))
		}},
		{ID: "group-delete", Name: "a deleted group is gone, its members are not", Sender: "Okta", Section: "RFC 7644 §3.6", Rows: []string{"K07"}, Run: func(t *T) {
			u := t.User(nil)
			g := t.Group(u.ID())
			t.MustStatus(t.Delete(groupPath(g.ID())), 204)
			t.Refused(t.Get(groupPath(g.ID())), 404)
			t.Refused(t.Delete(groupPath(g.ID())), 404)
			name, _ := g.At("displayName").(string)
			t.Expect(t.Find("/Groups", `displayName eq "`+name+`"`).Total() == 0, "no group of that name", name)
			t.Expect(empty(t.Read(userPath(u.ID())).At("groups")), "no groups at the user", t.Read(userPath(u.ID())).At("groups"))
			t.Status(t.Post("/Groups", M{"schemas": []string{groupURN}, "displayName": name}), 201)
		}},
		{ID: "group-list", Name: "groups are listed in pages", Section: "RFC 7644 §3.4.2.4", Run: func(t *T) {
			prefix := t.Name("list")
			for i := range 3 {
				t.MustStatus(t.Post("/Groups", M{"schemas": []string{groupURN}, "displayName": fmt.Sprintf("%s-%d", prefix, i)}), 201)
			}
			q := "/Groups?count=2&filter=" + query(`displayName sw "`+prefix+`"`)
			first, second := t.Read(q+"&startIndex=1"), t.Read(q+"&startIndex=3")
			t.Expect(first.Total() == 3 && len(first.Resources()) == 2 && len(second.Resources()) == 1, "pages of 2 and 1 of 3", []any{first.JSON, second.JSON})
			t.Expect(!slices.Contains(ids(first), ids(second)[0]), "nothing twice", ids(second))
		}},
	})
}

// finds notes a failure for each filter that does not find exactly this group.
func (t *T) finds(group string, filters ...string) {
	for _, filter := range filters {
		found := t.Find("/Groups", filter)
		t.Expect(len(found.Resources()) == 1 && ids(found)[0] == group, "the group for "+filter, found.JSON)
	}
}
