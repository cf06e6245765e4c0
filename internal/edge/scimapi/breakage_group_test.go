package scimapi_test

import (
	"slices"
	"strings"
	"time"
)

// groupBreakages spoil groups and memberships.
func groupBreakages() []breakage {
	one := func(op object) []object { return []object{op} }
	members := func(op object) bool { return strings.HasPrefix(text(op["path"]), "members") }
	return []breakage{
		{"Microsoft's group schema is refused", "group-create-entra", "status 201", refuses(400, "invalidSyntax", func(x *exchange) bool {
			urns, _ := x.body["schemas"].([]any)
			return slices.ContainsFunc(urns, func(u any) bool { return strings.Contains(text(u), "ADSCIM") })
		})},
		{"a taken displayName is given again", "group-duplicate", "status 409", func(x *exchange) *answer {
			a := x.pass()
			if x.is("POST", "/Groups") && a.status == 409 {
				x.body["displayName"] = text(x.body["displayName"]) + " (2)"
				return x.pass()
			}
			return a
		}},
		{"members of a new group are ignored", "group-create-okta", "members", asks(func(x *exchange) {
			if x.is("POST", "/Groups") {
				delete(x.body, "members")
			}
		})},
		{"a group cannot be found by its externalId", "group-find", "the group for externalId", filters(func(f string) string { return strings.ReplaceAll(f, "externalId eq", `id eq "x" and externalId eq`) })},
		{"the id in Okta's rename is refused", "group-rename-okta", "status 200 or 204", refuses(400, "mutability", func(x *exchange) bool {
			return slices.ContainsFunc(x.operations(), func(op object) bool {
				value, _ := op["value"].(object)
				return value["id"] != nil
			})
		})},
		{"a rename empties the group", "group-rename", "members", operates("/Groups", func(_ *exchange, op object) []object {
			if op["path"] == "displayName" {
				return []object{op, {"op": "remove", "path": "members"}}
			}
			return one(op)
		})},
		{"a rename that is PUT is dropped", "group-put", "displayName is", asks(func(x *exchange) {
			if x.is("PUT", "/Groups") && x.body != nil {
				x.body["displayName"] = x.read(x.path)["displayName"]
			}
		})},
		{"PUT adds members only", "group-put", "members", asks(func(x *exchange) {
			if x.is("PUT", "/Groups") && x.body["members"] != nil {
				x.body["members"] = refs(append(values(x.read(x.path)["members"]), values(x.body["members"])...))
			}
		})},
		{"Remove with a value list empties the group", "member-remove-list", "members", operates("/Groups", func(_ *exchange, op object) []object {
			if op["path"] == "members" && verb(op) == "remove" {
				delete(op, "value")
			}
			return one(op)
		})},
		{"Remove with a value list is ignored", "member-remove-list", "members", ignores("/Groups", func(op object) bool { return verb(op) == "remove" && op["value"] != nil })},
		{"Remove by a value path removes everybody", "member-remove-path", "members", operates("/Groups", func(_ *exchange, op object) []object {
			if members(op) && verb(op) == "remove" {
				op["path"] = "members"
			}
			return one(op)
		})},
		{"Remove by a value path removes nobody", "member-remove-path", "members", ignores("/Groups", func(op object) bool { return verb(op) == "remove" && text(op["path"]) != "members" })},
		{"removing somebody who is no member is refused", "member-remove-stranger", "status 200 or 204", refuses(400, "noTarget", func(x *exchange) bool {
			return slices.ContainsFunc(x.operations(), func(op object) bool {
				id, by := memberIn(op)
				return by && !slices.Contains(values(x.read(x.path)["members"]), id)
			})
		})},
		{"a list of members to add counts its first only", "member-add-many", "members", operates("/Groups", func(_ *exchange, op object) []object {
			if list, is := op["value"].([]any); is && verb(op) == "add" {
				op["value"] = list[:min(1, len(list))]
			}
			return one(op)
		})},
		{"adding to an empty group is noTarget", "member-add-many", "status 200 or 204", refuses(400, "noTarget", func(x *exchange) bool {
			return x.is("PATCH", "/Groups") && x.read(x.path) != nil && x.read(x.path)["members"] == nil
		})},
		{"members in operations without a path are ignored", "member-add-pathless", "members", ignores("/Groups", func(op object) bool { return op["path"] == nil })},
		{"an empty $ref is refused", "member-add", "status 200 or 204", refuses(400, "invalidValue", func(x *exchange) bool {
			return slices.ContainsFunc(x.operations(), func(op object) bool {
				return slices.ContainsFunc(objects(op["value"]), func(m object) bool {
					ref, said := m["$ref"]
					return said && ref == nil
				})
			})
		})},
		{"who is added again is there twice", "member-add-again", "members", twice()},
		{"adding a member again moves lastModified", "member-add-again", "meta.lastModified is", touchedGroups()},
		{"a replaced list of members only grows", "member-replace", "members", operates("/Groups", func(_ *exchange, op object) []object {
			if members(op) && verb(op) == "replace" {
				op["op"] = "add"
			}
			return one(op)
		})},
		{"an empty list of members is ignored", "member-replace-empty", "members", ignores("/Groups", func(op object) bool {
			list, is := op["value"].([]any)
			return is && len(list) == 0
		})},
		{"only the first operation on a group is applied", "member-swap", "members", asks(func(x *exchange) {
			if ops := x.operations(); len(ops) > 1 && x.is("PATCH", "/Groups") {
				x.body["Operations"] = ops[:1]
			}
		})},
		{"a PATCH of members is applied as far as it goes", "member-atomic", "members", piecemeal("/Groups")},
		{"parallel changes of membership overwrite one another", "race-members", "members", readWaitWrite},
		{"an unknown member refuses the whole push", "member-unknown-others", "status 200 or 204", refuses(400, "invalidValue", func(x *exchange) bool { return len(strangers(x)) > 0 })},
		{"unknown members are dropped in silence, and the group is emptied", "member-replace-unknown", "status 400", func(x *exchange) *answer {
			if unknown := strangers(x); len(unknown) > 0 {
				for _, op := range x.operations() {
					op["value"] = refs(slices.DeleteFunc(values(op["value"]), func(id string) bool { return slices.Contains(unknown, id) }))
				}
			}
			return x.pass()
		}},
		{"unknown members are shown as members", "member-unknown-shown", "members", invented()},
		{"members who are deleted stay members", "member-deleted", "members", lingering("/Users")},
		{"groups that are deleted stay with their members", "group-delete", "no groups at the user", lingering("/Groups")},
		{"deleting a group deletes its members", "group-delete", "status 200", func(x *exchange) *answer {
			if !x.is("DELETE", "/Groups") {
				return x.pass()
			}
			ids := values(x.read(x.path)["members"])
			a := x.pass()
			for _, id := range ids {
				x.ask("DELETE", "/Users/"+id, nil)
			}
			return a
		}},
		{"people do not show their groups", "member-user-groups", "the group in groups", shows(ofUsers, func(doc object) { delete(doc, "groups") })},
		{"who joins a group leaves the others", "member-two-groups", "members", func(x *exchange) *answer {
			a := x.pass()
			if x.is("POST", "/Groups") && a.ok() {
				for _, id := range values(x.body["members"]) {
					for _, g := range x.find("/Groups", `members.value eq "`+id+`"`) {
						if g["id"] != a.doc()["id"] {
							x.ask("PATCH", "/Groups/"+text(g["id"]), patchOf(object{"op": "remove", "path": `members[value eq "` + id + `"]`}))
						}
					}
				}
			}
			return a
		}},
		{"members' addresses are relative", "member-shape", "an absolute address", shows(ofGroups, func(doc object) {
			for _, m := range objects(doc["members"]) {
				m["$ref"] = "../Users/" + text(m["value"])
			}
		})},
		{"long lists of members are cut off", "member-many", "members", shows(ofGroups, func(doc object) {
			if list, is := doc["members"].([]any); is {
				doc["members"] = list[:min(25, len(list))]
			}
		})},
		{"inactive people cannot join", "member-inactive", "members", operates("/Groups", func(x *exchange, op object) []object {
			active := slices.DeleteFunc(values(op["value"]), func(id string) bool { return x.read("/Users/" + id)["active"] == false })
			if len(active) < len(values(op["value"])) {
				op["value"] = refs(active)
			}
			return one(op)
		})},
		{"whether somebody is a member cannot be asked", "probe-member", "found for a member", filters(func(f string) string { return strings.ReplaceAll(f, "members eq", "displayName eq") })},
	}
}

// memberIn gives the id in members[value eq "…"].
func memberIn(op object) (id string, by bool) {
	id, by = strings.CutPrefix(text(op["path"]), `members[value eq "`)
	id, _, _ = strings.Cut(id, `"`)
	return id, by
}

// twice shows those who are added again as members twice.
func twice() spoil {
	var again memory[[]string]
	note := operates("/Groups", func(x *exchange, op object) []object {
		if verb(op) == "add" {
			had := values(x.read(x.path)["members"])
			for _, id := range values(op["value"]) {
				if slices.Contains(had, id) {
					again.set(x.id(), append(again.get(x.id()), id))
				}
			}
		}
		return []object{op}
	})
	return func(x *exchange) *answer {
		a := note(x)
		for _, g := range a.shown(ofGroups) {
			if list, is := g["members"].([]any); is {
				g["members"] = append(list, refs(again.get(text(g["id"])))...)
			}
		}
		return a
	}
}

// touchedGroups moves lastModified with every PATCH.
func touchedGroups() spoil {
	var at memory[string]
	return func(x *exchange) *answer {
		a := x.pass()
		if x.is("PATCH", "/Groups") && a.ok() {
			at.set(x.id(), time.Now().UTC().Format(time.RFC3339Nano))
		}
		for _, g := range a.shown(ofGroups) {
			if t := at.get(text(g["id"])); t != "" {
				child(g, "meta")["lastModified"] = t
			}
		}
		return a
	}
}

// readWaitWrite changes members as old servers do: read the list, wait, write
// the whole list.
func readWaitWrite(x *exchange) *answer {
	ops := x.operations()
	if len(ops) != 1 || !x.is("PATCH", "/Groups") || ops[0]["path"] != "members" || len(values(ops[0]["value"])) != 1 {
		return x.pass()
	}
	list, id := values(x.read(x.path)["members"]), values(ops[0]["value"])[0]
	time.Sleep(20 * time.Millisecond)
	list = slices.DeleteFunc(list, func(m string) bool { return m == id })
	if verb(ops[0]) == "add" {
		list = append(list, id)
	}
	return x.ask("PATCH", x.path, patchOf(object{"op": "replace", "path": "members", "value": refs(list)}))
}

// strangers are the ids in a PATCH of members that nobody has.
func strangers(x *exchange) []string {
	var out []string
	for _, op := range x.operations() {
		for _, id := range values(op["value"]) {
			if x.is("PATCH", "/Groups") && x.read("/Users/"+id) == nil {
				out = append(out, id)
			}
		}
	}
	return out
}

// invented shows members that nobody is.
func invented() spoil {
	var unknown memory[[]string]
	return func(x *exchange) *answer {
		if ids := strangers(x); len(ids) > 0 {
			unknown.set(x.id(), ids)
		}
		a := x.pass()
		for _, g := range a.shown(ofGroups) {
			if ids := unknown.get(text(g["id"])); len(ids) > 0 {
				list, _ := g["members"].([]any)
				g["members"] = append(list, refs(ids)...)
			}
		}
		return a
	}
}

// lingering keeps memberships when one side, users or groups, is deleted.
func lingering(endpoint string) spoil {
	side := map[string]string{"/Users": "groups", "/Groups": "members"}[endpoint]
	other := map[string]string{"/Users": "members", "/Groups": "groups"}[endpoint]
	var left memory[[]string] // of those who remain: the ids of those who are gone
	return func(x *exchange) *answer {
		var who []string
		if x.is("DELETE", endpoint) {
			who = values(x.read(x.path)[side])
		}
		a := x.pass()
		for _, id := range who {
			left.set(id, append(left.get(id), x.id()))
		}
		for _, doc := range append(a.shown(ofUsers), a.shown(ofGroups)...) {
			if ids := left.get(text(doc["id"])); len(ids) > 0 {
				list, _ := doc[other].([]any)
				doc[other] = append(list, refs(ids)...)
			}
		}
		return a
	}
}
