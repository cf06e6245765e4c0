package scimtest

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// tick waits long enough for a timestamp with milliseconds to move on.
func tick() { time.Sleep(5 * time.Millisecond) }

// patchRow is one PATCH on one user: what it starts with, what is sent, what
// must be there afterwards. A nil in want is an attribute that must be gone.
type patchRow struct {
	id, name string
	start    M
	ops      []M
	want     M
}

// rows turns patch rows into cases.
func rows(shared Case, prefix string, table []patchRow) []Case {
	var cases []Case
	for _, r := range table {
		c := shared
		c.ID, c.Name = prefix+r.id, r.name
		if strings.HasPrefix(r.id, "extension") {
			c.Needs |= Enterprise
		}
		c.Run = func(t *T) {
			a := t.User(r.start)
			got := t.Patched(userPath(a.ID()), r.ops...)
			t.Holds(got, r.want)
			t.Equal(got, a.At("userName"), "userName")
			for _, attr := range []string{"emails", "phoneNumbers", "roles"} {
				t.Expect(primaries(got.At(attr)) <= 1, "at most one primary value in "+attr, got.At(attr))
			}
		}
		cases = append(cases, c)
	}
	return in(Case{}, cases)
}

// labelled gives requirement rows to some cases, by id, and makes others a
// should.
func labelled(cases []Case, by map[string][]string, shoulds ...string) []Case {
	for i := range cases {
		if named := by[cases[i].ID]; named != nil {
			cases[i].Rows = named
		}
		if slices.Contains(shoulds, cases[i].ID) {
			cases[i].Level = Should
		}
	}
	return cases
}

// patchCases check add, replace and remove by the standard.
func patchCases() []Case {
	return labelled(patchEffectCases(), map[string][]string{
		"patch-replace-single": {"E15", "T21"}, "patch-replace-sub": {"T21"}, "patch-replace-pathless": {"P24"},
		"patch-replace-pathless-complex": {"T21"}, "patch-add-new": {"E15"},
	}, "patch-add-duplicate")
}

func patchEffectCases() []Case {
	phones := func() []M { return []M{{"type": "work", "value": "1"}, {"type": "mobile", "value": "2"}} }
	return rows(Case{
		Section: "RFC 7644 §3.5.2",
		Why:     "Entra changes everything by PATCH; an operation that does nothing and answers 200 leaves people as they were.",
		Mend:    "Apply each operation in order to a copy, check the result, then store it.",
	}, "patch-", []patchRow{
		{"add-new", "add sets an attribute", nil, []M{op("add", "title", "Boss")}, M{"title": "Boss"}},
		{"add-existing", "add replaces a single value", M{"title": "Old"}, []M{op("add", "title", "Boss")}, M{"title": "Boss"}},
		{"add-sub", "add sets a sub-attribute and keeps the others", nil, []M{op("add", "name.middleName", "B")}, M{"name": M{"givenName": "Åsa", "middleName": "B", "familyName": "O'Neill"}}},
		{"add-complex", "add merges into a complex attribute", nil, []M{op("add", "name", M{"middleName": "B"})}, M{"name": M{"givenName": "Åsa", "middleName": "B"}}},
		{"add-value", "add appends to a multi-valued attribute", M{"phoneNumbers": phones()}, []M{op("add", "phoneNumbers", []M{{"type": "fax", "value": "3"}})},
			M{"phoneNumbers": append(phones(), M{"type": "fax", "value": "3"})}},
		{"add-value-object", "add takes a single value without a list, too", M{"phoneNumbers": phones()}, []M{op("add", "phoneNumbers", M{"type": "fax", "value": "3"})},
			M{"phoneNumbers": append(phones(), M{"type": "fax", "value": "3"})}},
		{"add-duplicate", "add of a value that is there adds nothing", M{"phoneNumbers": phones()}, []M{op("add", "phoneNumbers", phones()[:1])}, M{"phoneNumbers": phones()}},
		{"add-multi-new", "add creates a multi-valued attribute", nil, []M{op("add", "phoneNumbers", phones())}, M{"phoneNumbers": phones()}},
		{"add-pathless", "add without a path merges an object", M{"title": "Old"}, []M{set("add", M{"title": "Boss", "nickName": "N"})}, M{"title": "Boss", "nickName": "N", "displayName": "Åsa O'Neill"}},
		{"add-pathless-multi", "add without a path appends to multi-valued attributes", M{"phoneNumbers": phones()}, []M{set("add", M{"phoneNumbers": []M{{"type": "fax", "value": "3"}}})},
			M{"phoneNumbers": append(phones(), M{"type": "fax", "value": "3"})}},
		{"add-primary", "a new primary value takes the place of the old one", M{"phoneNumbers": []M{{"type": "work", "value": "1", "primary": true}}},
			[]M{op("add", "phoneNumbers", []M{{"type": "mobile", "value": "2", "primary": true}})},
			M{"phoneNumbers": []M{{"type": "work", "value": "1"}, {"type": "mobile", "value": "2", "primary": true}}}},
		{"replace-single", "replace changes a value", M{"title": "Old"}, []M{op("replace", "title", "Boss")}, M{"title": "Boss"}},
		{"replace-absent", "replace of an absent attribute sets it", nil, []M{op("replace", "title", "Boss")}, M{"title": "Boss"}},
		{"replace-sub", "replace changes a sub-attribute and keeps the others", nil, []M{op("replace", "name.familyName", "Lee")}, M{"name": M{"givenName": "Åsa", "familyName": "Lee"}}},
		{"replace-complex", "replace of a complex attribute changes what is named", nil, []M{op("replace", "name", M{"familyName": "Lee"})}, M{"name": M{"familyName": "Lee"}}},
		{"replace-multi", "replace of a multi-valued attribute replaces all values", M{"phoneNumbers": phones()}, []M{op("replace", "phoneNumbers", []M{{"type": "fax", "value": "3"}})},
			M{"phoneNumbers": []M{{"type": "fax", "value": "3"}}}},
		{"replace-pathless", "replace without a path changes what is named and nothing else", M{"title": "Old", "nickName": "N"}, []M{set("replace", M{"title": "Boss"})},
			M{"title": "Boss", "nickName": "N", "displayName": "Åsa O'Neill"}},
		{"replace-pathless-complex", "replace without a path changes sub-attributes", nil, []M{set("replace", M{"name": M{"familyName": "Lee"}})}, M{"name": M{"familyName": "Lee"}}},
		{"replace-filtered", "replace changes the one value that a filter selects", M{"phoneNumbers": phones()}, []M{op("replace", `phoneNumbers[type eq "work"].value`, "9")},
			M{"phoneNumbers": []M{{"type": "work", "value": "9"}, {"type": "mobile", "value": "2"}}}},
		{"replace-element", "replace of a whole selected value", M{"phoneNumbers": phones()}, []M{op("replace", `phoneNumbers[type eq "work"]`, M{"type": "work", "value": "9"})},
			M{"phoneNumbers": []M{{"type": "work", "value": "9"}, {"type": "mobile", "value": "2"}}}},
		{"replace-by-value", "the filter may look at any sub-attribute", M{"phoneNumbers": phones()}, []M{op("replace", `phoneNumbers[value eq "2"].type`, "home")},
			M{"phoneNumbers": []M{{"type": "work", "value": "1"}, {"type": "home", "value": "2"}}}},
		{"replace-filter-and", "the filter may have several terms", M{"phoneNumbers": phones()}, []M{op("replace", `phoneNumbers[type eq "work" and value eq "1"].display`, "Desk")},
			M{"phoneNumbers": []M{{"type": "work", "value": "1", "display": "Desk"}, {"type": "mobile", "value": "2"}}}},
		{"replace-primary", "making one value primary takes it from the other", M{"phoneNumbers": []M{{"type": "work", "value": "1", "primary": true}, {"type": "mobile", "value": "2"}}},
			[]M{op("replace", `phoneNumbers[type eq "mobile"].primary`, true)},
			M{"phoneNumbers": []M{{"type": "work", "value": "1"}, {"type": "mobile", "value": "2", "primary": true}}}},
		{"remove-single", "remove clears an attribute", M{"title": "Old"}, []M{unset("remove", "title")}, M{"title": nil}},
		{"remove-absent", "remove of an absent attribute succeeds", nil, []M{unset("remove", "title")}, M{"title": nil}},
		{"remove-sub", "remove clears a sub-attribute and keeps the others", M{"name": M{"givenName": "A", "middleName": "B"}}, []M{unset("remove", "name.middleName")}, M{"name": M{"givenName": "A", "middleName": nil}}},
		{"remove-multi", "remove clears a multi-valued attribute", M{"phoneNumbers": phones()}, []M{unset("remove", "phoneNumbers")}, M{"phoneNumbers": nil}},
		{"remove-filtered", "remove takes out the one value that a filter selects", M{"phoneNumbers": phones()}, []M{unset("remove", `phoneNumbers[type eq "work"]`)}, M{"phoneNumbers": []M{{"type": "mobile", "value": "2"}}}},
		{"remove-filtered-sub", "remove clears one sub-attribute of a selected value", M{"phoneNumbers": []M{{"type": "work", "value": "1", "display": "D"}}}, []M{unset("remove", `phoneNumbers[type eq "work"].display`)},
			M{"phoneNumbers": []M{{"type": "work", "value": "1", "display": nil}}}},
		{"remove-no-match", "remove that selects nothing succeeds and changes nothing", M{"phoneNumbers": phones()}, []M{unset("remove", `phoneNumbers[type eq "fax"]`)}, M{"phoneNumbers": phones()}},
		{"remove-filter-or", "remove takes out several selected values", M{"phoneNumbers": append(phones(), M{"type": "fax", "value": "3"})}, []M{unset("remove", `phoneNumbers[type eq "work" or value eq "3"]`)},
			M{"phoneNumbers": []M{{"type": "mobile", "value": "2"}}}},
		{"order", "operations are applied in their order", nil, []M{op("add", "title", "1"), op("replace", "title", "2"), unset("remove", "title"), op("add", "title", "3")}, M{"title": "3"}},
		{"remove-then-add", "a value can be removed and added in one request", M{"phoneNumbers": phones()}, []M{unset("remove", `phoneNumbers[type eq "work"]`), op("add", "phoneNumbers", []M{{"type": "work", "value": "9"}})},
			M{"phoneNumbers": []M{{"type": "mobile", "value": "2"}, {"type": "work", "value": "9"}}}},
		{"extension", "attributes of an extension are patched by their URN", M{enterpriseURN: M{"costCenter": "1"}}, []M{op("add", enterpriseURN+":department", "Sales")}, M{enterpriseURN: M{"department": "Sales", "costCenter": "1"}}},
		{"extension-new", "patching an extension creates it", nil, []M{op("replace", enterpriseURN+":department", "Sales")}, M{enterpriseURN: M{"department": "Sales"}, "schemas": []string{userURN, enterpriseURN}}},
		{"extension-object", "an extension can be patched as a whole", M{enterpriseURN: M{"costCenter": "1"}}, []M{op("add", enterpriseURN, M{"department": "Sales"})}, M{enterpriseURN: M{"department": "Sales", "costCenter": "1"}}},
		{"extension-pathless", "an extension's object may stand in an operation without a path", nil, []M{set("replace", M{enterpriseURN: M{"department": "Sales"}})}, M{enterpriseURN: M{"department": "Sales"}}},
		{"extension-remove", "an attribute of an extension can be removed", M{enterpriseURN: M{"department": "Sales", "costCenter": "1"}}, []M{unset("remove", enterpriseURN+":department")}, M{enterpriseURN: M{"department": nil, "costCenter": "1"}}},
		{"path-case", "paths are written in any case", nil, []M{op("replace", "NAME.FAMILYNAME", "Lee"), op("replace", "DisplayName", "D")}, M{"name": M{"familyName": "Lee"}, "displayName": "D"}},
		{"path-qualified", "paths may carry the core URN", nil, []M{op("replace", userURN+":name.familyName", "Lee"), op("add", userURN+":title", "Boss")}, M{"name": M{"familyName": "Lee"}, "title": "Boss"}},
		{"external-id", "externalId can be patched", M{"externalId": "a"}, []M{op("replace", "externalId", "b")}, M{"externalId": "b"}},
	})
}

// patchEdgeCases check refusals and the corners of PATCH.
func patchEdgeCases() []Case {
	return in(Case{Section: "RFC 7644 §3.5.2", Why: "A PATCH that is half applied, or that pretends to have worked, leaves the directory and the server apart for good.",
		Mend: "Check every operation, apply all to a copy, and store the copy only when all of them worked."}, []Case{
		{ID: "patch-status", Name: "PATCH answers 200 with the user or 204", Run: func(t *T) {
			a := t.User(nil)
			got := t.MustStatus(t.Patch(userPath(a.ID()), op("replace", "title", "Boss")), 200, 204)
			if got.Status == 200 {
				t.Holds(got, M{"id": a.ID(), "title": "Boss"})
			}
		}},
		{ID: "patch-attributes", Name: "PATCH with attributes answers 200 with what was asked for", Level: Should, Section: "RFC 7644 §3.5.2", Run: func(t *T) {
			a := t.User(nil)
			got := t.MustStatus(t.Patch(userPath(a.ID())+"?attributes=title", op("replace", "title", "Boss")), 200)
			t.Holds(got, M{"id": a.ID(), "title": "Boss"})
			t.Expect(empty(got.At("displayName")), "nothing else", got.JSON)
		}},
		{ID: "patch-unknown-id", Name: "PATCH of an unknown id is 404", Run: func(t *T) {
			t.Refused(t.Patch(userPath(t.Name("nobody")), op("replace", "title", "x")), 404)
		}},
		{ID: "patch-atomic", Name: "a PATCH that fails in its last operation changes nothing", Run: func(t *T) {
			a := t.User(M{"title": "Kept"})
			path := userPath(a.ID())
			for _, bad := range []M{op("replace", "active", "maybe"), op("replace", "emails", 5), op("jump", "title", "x"), op("replace", "id", "x"), op("replace", `emails[type eq`, "x"), unset("remove", "userName")} {
				got := t.Patch(path, op("replace", "title", "Lost"), op("add", "nickName", "Lost"), bad)
				t.Expect(got.Status >= 400 && got.Status < 500, "a refusal of "+show(bad), told(got))
				t.Holds(t.Read(path), M{"title": "Kept", "nickName": nil})
			}
		}, Mend: "Work on a copy and store it only when every operation succeeded."},
		{ID: "patch-no-op", Name: "a PATCH that changes nothing does not touch lastModified", Section: "RFC 7644 §3.5.2.1", Run: func(t *T) {
			a := t.User(M{"title": "Boss"})
			before := t.Read(userPath(a.ID()))
			tick()
			got := t.Patched(userPath(a.ID()), op("add", "title", "Boss"), op("replace", "active", true))
			t.Equal(got, before.At("meta", "lastModified"), "meta", "lastModified")
		}, Why: "Every no-op would look like news to everything that follows changes."},
		{ID: "patch-modified", Name: "a PATCH that changes something moves lastModified", Section: "RFC 7643 §3.1", Run: func(t *T) {
			a := t.User(nil)
			tick()
			got := t.Patched(userPath(a.ID()), op("replace", "title", "Boss"))
			t.Expect(t.instant(got.At("meta", "lastModified")).After(t.instant(a.At("meta", "lastModified"))), "a later lastModified", got.At("meta"))
		}},
		{ID: "patch-read-only", Name: "patching a read-only attribute by path is refused as mutability", Run: func(t *T) {
			a := t.User(nil)
			for _, bad := range []M{op("replace", "id", "x"), op("replace", "meta.created", "1999-01-01T00:00:00Z"), op("add", "groups", []M{{"value": "x"}}), unset("remove", "id"), unset("remove", "meta")} {
				t.Refused(t.Patch(userPath(a.ID()), bad), 400, "mutability")
			}
			t.Equal(t.Read(userPath(a.ID())), a.ID(), "id")
		}},
		{ID: "patch-required", Name: "the userName cannot be removed", Run: func(t *T) {
			a := t.User(nil)
			for _, bad := range []M{unset("remove", "userName"), op("replace", "userName", ""), op("replace", "userName", nil), set("replace", M{"userName": ""})} {
				t.Refused(t.Patch(userPath(a.ID()), bad), 400)
			}
			t.Equal(t.Read(userPath(a.ID())), a.At("userName"), "userName")
		}},
		{ID: "patch-duplicate", Name: "a userName that is taken is 409 and changes nothing", Run: func(t *T) {
			a, b := t.User(nil), t.User(nil)
			t.Refused(t.Patch(userPath(b.ID()), op("Replace", "userName", a.At("userName"))), 409, "uniqueness")
			t.Equal(t.Read(userPath(b.ID())), b.At("userName"), "userName")
		}},
		{ID: "patch-rename", Name: "the userName can be changed; the id stays", Sender: "Entra", Rows: []string{"T21"}, Run: func(t *T) {
			a := t.User(nil)
			name := t.Address("new")
			t.Equal(t.Patched(userPath(a.ID()), op("Replace", "userName", name)), name, "userName")
			found := t.Find("/Users", `userName eq "`+name+`"`)
			t.Expect(len(found.Resources()) == 1 && ids(found)[0] == a.ID(), "the same id under the new name", ids(found))
			old, _ := a.At("userName").(string)
			t.Expect(t.Find("/Users", `userName eq "`+old+`"`).Total() == 0, "nobody under the old name", old)
		}},
		{ID: "patch-rename-case", Name: "only the case of a userName can be changed", Run: func(t *T) {
			name := t.Address("mixed")
			a := t.User(M{"userName": name})
			upper := strings.ToUpper(name[:1]) + name[1:]
			t.Equal(t.Patched(userPath(a.ID()), op("Replace", "userName", upper)), upper, "userName")
		}},
	})
}

// patchMessageCases check the PATCH message itself.
func patchMessageCases() []Case {
	return in(Case{Section: "RFC 7644 §3.5.2", Why: "A PATCH that is half applied, or that pretends to have worked, leaves the directory and the server apart for good.",
		Mend: "Check every operation, apply all to a copy, and store the copy only when all of them worked."}, []Case{
		{ID: "patch-unknown-op", Name: "an unknown operation is refused", Run: func(t *T) {
			a := t.User(nil)
			for _, bad := range []M{op("move", "title", "x"), op("", "title", "x"), {"path": "title", "value": "x"}, {"op": 5, "path": "title", "value": "x"}} {
				t.Refused(t.Patch(userPath(a.ID()), bad), 400, "invalidSyntax", "invalidValue")
			}
		}},
		{ID: "patch-no-operations", Name: "a PATCH without operations is refused", Run: func(t *T) {
			a := t.User(nil)
			for _, body := range []any{M{"schemas": []string{patchURN}}, M{"schemas": []string{patchURN}, "Operations": "x"}, M{"schemas": []string{patchURN}, "Operations": []int{1}}, "[]", "null", "{"} {
				t.Refused(t.Do(Request{Method: "PATCH", Path: userPath(a.ID()), Body: body}), 400)
			}
		}},
		{ID: "patch-empty-operations", Name: "an empty list of operations does not break the server", Sender: "Entra", Section: none, Run: func(t *T) {
			a := t.User(nil)
			t.Status(t.Patch(userPath(a.ID())), 200, 204, 400)
		}, Why: "Microsoft's validator sends it.", Mend: "Answer 204 and change nothing, or refuse with 400."},
		{ID: "patch-keys-any-case", Name: "operations, op, path and value are keys in any case", Level: Should, Section: "RFC 7643 §2.1", Run: func(t *T) {
			a := t.User(nil)
			body := M{"schemas": []string{patchURN}, "operations": []M{{"Op": "replace", "Path": "title", "Value": "Boss"}}}
			t.MustStatus(t.Do(Request{Method: "PATCH", Path: userPath(a.ID()), Body: body}), 200, 204)
			t.Equal(t.Read(userPath(a.ID())), "Boss", "title")
		}},
		{ID: "patch-no-value", Name: "add and replace without a value are refused", Level: Should, Run: func(t *T) {
			a := t.User(M{"title": "Kept"})
			for _, verb := range []string{"add", "replace"} {
				t.Refused(t.Patch(userPath(a.ID()), M{"op": verb}), 400)
			}
			t.Equal(t.Read(userPath(a.ID())), "Kept", "title")
		}},
		{ID: "patch-pathless-value", Name: "an operation without a path needs an object", Run: func(t *T) {
			a := t.User(nil)
			for _, v := range []any{"text", 5, []M{{"title": "x"}}} {
				t.Refused(t.Patch(userPath(a.ID()), M{"op": "replace", "value": v}), 400)
			}
		}},
		{ID: "patch-remove-no-path", Name: "remove without a path is noTarget", Section: "RFC 7644 §3.5.2.2", Run: func(t *T) {
			a := t.User(M{"title": "Kept"})
			t.Refused(t.Patch(userPath(a.ID()), M{"op": "remove"}), 400, "noTarget")
			t.Equal(t.Read(userPath(a.ID())), "Kept", "title")
		}},
		{ID: "patch-types", Name: "PATCH checks types like POST", Run: func(t *T) {
			a := t.User(nil)
			for _, bad := range []M{op("replace", "displayName", 5), op("replace", "displayName", M{"a": 1}), op("replace", "active", "maybe"), op("replace", "name", "text"), op("add", "emails", 5), op("replace", "name.givenName", []string{"a"}), set("replace", M{"active": 7})} {
				t.Refused(t.Patch(userPath(a.ID()), bad), 400, "invalidValue", "invalidSyntax")
			}
		}},
		{ID: "patch-many", Name: "a PATCH of 10,000 operations is served or refused", Level: Should, Run: func(t *T) {
			a := t.User(nil)
			ops := make([]M, 10_000)
			for i := range ops {
				ops[i] = op("replace", "title", fmt.Sprint(i))
			}
			t.Status(t.Patch(userPath(a.ID()), ops...), 200, 204, 400, 413)
		}},
		{ID: "patch-no-schemas", Name: "a PATCH without schemas is served or refused", Level: Info, Run: func(t *T) {
			a := t.User(nil)
			t.Status(t.Do(Request{Method: "PATCH", Path: userPath(a.ID()), Body: M{"Operations": []M{op("replace", "title", "x")}}}), 200, 204, 400)
		}},
		{ID: "patch-replace-no-match", Name: "replace that selects nothing and cannot create is noTarget", Level: Should, Section: "RFC 7644 §3.5.2.3", Run: func(t *T) {
			a := t.User(nil)
			t.Refused(t.Patch(userPath(a.ID()), op("replace", `emails[value sw "nothing-such"].display`, "x")), 400, "noTarget")
		}},
	})
}

// patchPathCases check paths that cannot be read or do not exist.
func patchPathCases() []Case {
	var cases []Case
	for _, p := range []struct{ id, path string }{
		{"open-bracket", `emails[type eq "work"`}, {"no-operator", `emails[type]`}, {"dots", "name..givenName"}, {"space", "display Name"},
		{"quote", `emails[type eq work].value`}, {"deep", "name.givenName.first"}, {"slash", "/name/givenName"}, {"colon", "urn:"}, {"close", "emails]"},
	} {
		cases = append(cases, Case{ID: "patch-bad-path-" + p.id, Name: fmt.Sprintf("the path %q is refused", p.path), Section: "RFC 7644 §3.5.2", Level: Must,
			Why: "A path that is silently ignored looks like success.", Mend: "Answer 400 invalidPath and say where the path went wrong.",
			Run: func(t *T) {
				a := t.User(nil)
				t.Refused(t.Patch(userPath(a.ID()), op("replace", p.path, "x")), 400, "invalidPath", "invalidFilter", "noTarget")
			}})
	}
	// What can only be meant in one way does no harm when it is understood.
	cases = labelled(cases, nil, "patch-bad-path-dots", "patch-bad-path-quote", "patch-bad-path-slash")
	return append(cases, in(Case{Section: "RFC 7644 §3.5.2", Mend: "Refuse unknown names in paths with 400 invalidPath and the nearest spelling; keep or ignore unknown names in bodies.",
		Why: "Unknown names are typing errors in the portal, or attributes that only the customer knows."}, []Case{
		{ID: "patch-unknown-path", Name: "an unknown attribute in a path is refused, or it reads back", Run: func(t *T) {
			a := t.User(nil)
			got := t.Patch(userPath(a.ID()), op("replace", "noSuchThing", "x"))
			if got.Status >= 400 {
				t.Refused(got, 400, "invalidPath", "noTarget")
				return
			}
			t.Equal(t.Read(userPath(a.ID())), "x", "noSuchThing")
		}, Why: "Never answer 200 to something ignored: the administrator's typing error would stay unseen."},
		{ID: "patch-unknown-pathless", Name: "an unknown attribute in an operation without a path does not stop the others", Sender: "Entra", Level: Should, Section: none, Run: func(t *T) {
			a := t.User(nil)
			t.Equal(t.Patched(userPath(a.ID()), set("replace", M{"noSuchThing": "x", "title": "Boss"})), "Boss", "title")
		}},
		{ID: "patch-custom-extension", Name: "an attribute of an unknown extension is kept", Sender: "Entra", Level: Should, Run: func(t *T) {
			a := t.User(nil)
			got := t.Patched(userPath(a.ID()), op("Add", customURN+":tag", "701984"))
			t.Equal(got, "701984", customURN, "tag")
			t.Equal(t.Patched(userPath(a.ID()), op("Replace", customURN+":tag", "2")), "2", customURN, "tag")
		}, Why: "Entra's administrators type such attributes into the portal."},
	})...)
}
