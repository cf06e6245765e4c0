package scimtest

import "strings"

// roleType is what Entra writes into every complex role.
const roleType = "WindowsAzureActiveDirectoryRole"

// roleCases check the shapes in which Entra sends app roles.
func roleCases() []Case {
	const text = `{"id":"06b07648-ecfe-589f-9d2f-6325724a46ee","value":"member","displayName":"Member"}`
	why := Case{
		Sender: "Entra", Section: "RFC 7643 §4.1.2", Level: Must, Rows: []string{"E23"},
		Why:  "Roles arrive in four shapes; people whose role is refused or lost cannot work.",
		Mend: `Accept roles as objects, as JSON inside a string, through roles[primary eq "True"].value, and as plain text in a customer's attribute.`,
	}
	primary := func(v string) M { return M{"roles": []M{{"primary": true, "value": v}}} }
	table := rows(why, "role-", []patchRow{
		{"primary-new", `Add roles[primary eq "True"].value creates a primary role`, M{"roles": nil}, []M{op("Add", `roles[primary eq "True"].value`, "member")}, primary("member")},
		{"primary-replace-new", `Replace roles[primary eq "True"].value creates a primary role`, M{"roles": nil}, []M{op("Replace", `roles[primary eq "True"].value`, "member")}, primary("member")},
		{"primary-change", `Replace roles[primary eq "True"].value changes the primary role`, M{"roles": []M{{"primary": true, "value": "member"}}}, []M{op("Replace", `roles[primary eq "True"].value`, "viewer")}, primary("viewer")},
		{"primary-boolean", "the bracket may compare with true without quotes", M{"roles": []M{{"primary": true, "value": "member"}}}, []M{op("replace", `roles[primary eq true].value`, "viewer")}, primary("viewer")},
		{"primary-parts", "value, display and type of the primary role build one role", M{"roles": nil},
			[]M{op("Add", `roles[primary eq "True"].value`, "member"), op("Add", `roles[primary eq "True"].display`, "Member"), op("Add", `roles[primary eq "True"].type`, roleType)},
			M{"roles": []M{{"primary": true, "value": "member", "display": "Member", "type": roleType}}}},
		{"primary-empty-list", "the primary role is created where the list is empty", M{"roles": []M{}}, []M{op("Add", `roles[primary eq "True"].value`, "member")}, primary("member")},
		{"primary-beside", "the primary role is created beside another", M{"roles": []M{{"primary": false, "value": "viewer"}}}, []M{op("Add", `roles[primary eq "True"].value`, "member")},
			M{"roles": []M{{"value": "viewer"}, {"primary": true, "value": "member"}}}},
		{"assertive", "replace roles with a list replaces all of them", M{"roles": []M{{"value": "viewer"}, {"value": "guest"}}},
			[]M{op("replace", "roles", []M{{"primary": false, "type": roleType, "display": "Member", "value": "member"}})}, M{"roles": []M{{"value": "member", "display": "Member"}}}},
		{"assertive-empty", "replace roles with an empty list removes all of them", M{"roles": []M{{"value": "viewer"}}}, []M{op("replace", "roles", []M{})}, M{"roles": nil}},
		{"add-object", "Add roles as objects adds them", M{"roles": []M{{"value": "viewer"}}}, []M{op("Add", "roles", []M{{"primary": false, "type": roleType, "displayName": "Member", "value": "member"}})},
			M{"roles": []M{{"value": "viewer"}, {"value": "member"}}}},
	})
	table = labelled(table, map[string][]string{"role-primary-change": {"E23", "E31"}, "role-assertive": {"E23", "E31"}})
	return append(table, in(why, []Case{
		{ID: "role-post", Name: "POST takes roles in both of Entra's forms", Run: func(t *T) {
			for _, label := range []string{"display", "displayName"} {
				a := t.User(M{"roles": []M{{"primary": false, "type": roleType, label: "Member", "value": "member"}, {"primary": false, "type": roleType, label: "Viewer", "value": "viewer"}}})
				t.Equal(t.Read(userPath(a.ID())), []M{{"value": "member"}, {"value": "viewer"}}, "roles")
			}
			a := t.User(M{"roles": []M{{"primary": true, "type": roleType, "value": "member"}}})
			t.Equal(t.Read(userPath(a.ID())), []M{{"primary": true, "value": "member"}}, "roles")
		}},
		{ID: "role-json-text", Name: "Add roles with JSON inside the value is accepted, and the role reads back", Run: func(t *T) {
			a := t.User(M{"roles": nil})
			got := t.Patched(userPath(a.ID()), op("Add", "roles", []M{{"value": text}}))
			t.Expect(strings.Contains(show(got.At("roles")), "member"), "the role member in some form", got.At("roles"))
		}},
		{ID: "role-json-text-again", Name: "the same role, sent again as JSON text, is there once", Level: Should, Run: func(t *T) {
			a := t.User(M{"roles": nil})
			add := op("Add", "roles", []M{{"value": text}})
			t.Patched(userPath(a.ID()), add)
			got := t.Patched(userPath(a.ID()), add)
			list, _ := got.At("roles").([]any)
			t.Expect(len(list) == 1, "one role", got.At("roles"))
		}},
		{ID: "role-broken-text", Name: "JSON text that cannot be read does not break the server", Level: Should, Rows: []string{"E26"}, Run: func(t *T) {
			for _, bad := range []string{"{", `{"value":5}`, `{"value":""}`, "[]", "{}", ""} {
				a := t.User(M{"roles": nil})
				t.Status(t.Patch(userPath(a.ID()), op("Add", "roles", []M{{"value": bad}})), 200, 204, 400)
			}
		}},
		{ID: "role-unknown", Name: "a role that nobody knows is accepted or refused, never a failure", Rows: []string{"E25", "E26"}, Run: func(t *T) {
			a := t.Post("/Users", t.Body(M{"roles": []M{{"value": "Mmber", "primary": true}}}))
			t.Status(a, 201, 400)
			b := t.Post("/Users", t.Body(M{userURN: M{"role": "Mmber"}}))
			t.Status(b, 201, 400)
		}},
		{ID: "role-plain", Name: "a role as plain text in a customer's attribute is kept", Level: Should, Run: func(t *T) {
			a := t.User(M{userURN: M{"role": "member"}})
			t.Expect(core(t.Read(userPath(a.ID())).JSON, "role") == "member", `role "member"`, t.Read(userPath(a.ID())).JSON)
			got := t.Patched(userPath(a.ID()), op("Replace", userURN+":role", "viewer"))
			t.Expect(core(got.JSON, "role") == "viewer", `role "viewer"`, got.JSON)
		}, Rows: []string{"E11", "E18", "E23", "E31"}},
		{ID: "role-plain-list", Name: "roles as plain text does not break the server", Level: Should, Run: func(t *T) {
			for _, v := range []any{"member", []string{"member"}, M{"value": "member"}} {
				t.Status(t.Post("/Users", t.Body(M{"roles": v})), 201, 400)
			}
		}},
		{ID: "entitlements", Name: "Okta's roles and entitlements round-trip", Sender: "Okta", Level: Should, Run: func(t *T) {
			with := M{"roles": []M{{"value": "member", "display": "Member", "type": "Role"}}, "entitlements": []M{{"value": "e1", "display": "Reports", "type": "Entitlement"}}}
			a := t.User(with)
			t.Holds(t.Read(userPath(a.ID())), with)
		}, Rows: []string{}},
	})...)
}
