package scimapi_test

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

// patchBreakages spoil PATCH of people.
func patchBreakages() []breakage {
	one := func(op object) []object { return []object{op} }
	return []breakage{
		{"a PATCH is applied as far as it goes", "patch-atomic", `title is "Kept"`, piecemeal("/Users")},
		{"PATCH says 200 and does nothing", "patch-replace-single", `title is "Boss"`, func(x *exchange) *answer {
			if x.is("PATCH", "/Users") {
				return x.ask("GET", x.path, nil)
			}
			return x.pass()
		}},
		{"PATCH answers with the person as it was", "patch-status", `title is "Boss"`, func(x *exchange) *answer {
			if !x.is("PATCH", "/Users") {
				return x.pass()
			}
			before := x.ask("GET", x.path, nil)
			if a := x.pass(); !a.ok() {
				return a
			}
			return before
		}},
		{"reads come from a copy that lags behind", "active-pathless-bool", "active true as a boolean", lagging()},
		{"only the first operation is applied", "element-phones", "phoneNumbers is", reorders(func(ops []object) []object { return ops[:min(1, len(ops))] })},
		{"operations are sorted by their verb", "patch-order", `title is "3"`, reorders(func(ops []object) []object {
			rank := map[string]int{"remove": 1, "add": 2, "replace": 3}
			slices.SortStableFunc(ops, func(a, b object) int { return cmp.Compare(rank[verb(a)], rank[verb(b)]) })
			return ops
		})},
		{"unknown operations are taken for replace", "patch-unknown-op", "status 400", operates("/Users", func(_ *exchange, op object) []object {
			if !slices.Contains([]string{"add", "replace", "remove"}, verb(op)) {
				op["op"] = "replace"
			}
			return one(op)
		})},
		{"an unknown path is dropped in silence", "patch-unknown-path", "noSuchThing is", turns(204, func(x *exchange, a *answer) bool {
			return x.is("PATCH", "/Users") && a.doc()["scimType"] == "invalidPath"
		})},
		{"paths are compared with case", "patch-path-case", "status 200 or 204", refuses(400, "invalidPath", func(x *exchange) bool {
			return slices.ContainsFunc(x.operations(), func(op object) bool { return text(op["path"]) == "NAME.FAMILYNAME" })
		})},
		{"the keys of a PATCH are compared with case", "patch-keys-any-case", "status 200 or 204", refuses(400, "invalidSyntax", func(x *exchange) bool { return x.body["operations"] != nil })},
		{"an empty list of operations is 500", "patch-empty-operations", "status 200 or 204 or 400", func(x *exchange) *answer {
			if list, is := x.body["Operations"].([]any); is && len(list) == 0 {
				return refusal(500, "")
			}
			return x.pass()
		}},
		{"changes to people who are not there succeed", "patch-unknown-id", "status 404", turns(204, func(x *exchange, a *answer) bool { return x.is("PATCH", "/Users") && a.status == 404 })},
		{"changes to read-only attributes are dropped in silence", "patch-read-only", "status 400", ignores("/Users", func(op object) bool {
			return slices.Contains([]string{"id", "groups", "meta", "meta.created"}, text(op["path"]))
		})},
		{"removals of the userName are dropped in silence", "patch-required", "status 400", ignores("/Users", func(op object) bool {
			return text(op["path"]) == "userName" && text(op["value"]) == ""
		})},
		{"a rename to a taken name is dropped in silence", "patch-duplicate", "status 409", turns(204, func(x *exchange, a *answer) bool { return x.is("PATCH", "/Users") && a.status == 409 })},
		{"a rename makes a new person", "patch-rename", "status 200", renamesAnew},
		{"a userName of another case is taken by its owner", "patch-rename-case", "status 200 or 204", refuses(409, "uniqueness", func(x *exchange) bool {
			return slices.ContainsFunc(x.operations(), func(op object) bool {
				return op["path"] == "userName" && strings.EqualFold(text(op["value"]), text(x.read(x.path)["userName"]))
			})
		})},
		{"numbers in a PATCH are taken for text", "patch-types", "status 400", operates("/Users", func(_ *exchange, op object) []object {
			if _, is := op["value"].(float64); is && op["path"] == "displayName" {
				op["value"] = "5"
			}
			return one(op)
		})},
		{"removing what is not there is refused", "patch-remove-absent", "status 200 or 204", refuses(400, "noTarget", func(x *exchange) bool {
			return slices.ContainsFunc(x.operations(), func(op object) bool {
				return verb(op) == "remove" && op["path"] == "title" && x.read(x.path)["title"] == nil
			})
		})},
		{"Remove with a value sets it", "element-remove-spurious", "title is", operates("/Users", func(_ *exchange, op object) []object {
			if verb(op) == "remove" && op["value"] != nil {
				op["op"] = "replace"
			}
			return one(op)
		})},
		{"empty values are ignored", "clear-title", "title is empty", ignores("/Users", func(op object) bool { return op["value"] == "" })},
		{"null in a PATCH is refused", "gallery-16-null-verbose", "status 200 or 204", refuses(400, "invalidValue", func(x *exchange) bool {
			return slices.ContainsFunc(x.operations(), func(op object) bool {
				v, said := op["value"]
				return said && v == nil
			})
		})},
		{"a PATCH that changes nothing moves lastModified", "patch-no-op", "meta.lastModified is", touched()},
		{"lastModified never moves", "patch-modified", "a later lastModified", shows(ofUsers, func(doc object) { child(doc, "meta")["lastModified"] = child(doc, "meta")["created"] })},
		{"setting one part of a name clears the others", "patch-replace-sub", "name is", operates("/Users", func(_ *exchange, op object) []object {
			if sub, is := strings.CutPrefix(text(op["path"]), "name."); is && op["value"] != nil {
				return []object{{"op": "remove", "path": "name"}, {"op": "add", "path": "name", "value": object{sub: op["value"]}}}
			}
			return one(op)
		})},
		{"replacing part of a name clears the rest", "sailpoint-merge", "name is", operates("/Users", func(_ *exchange, op object) []object {
			if op["path"] == "name" && verb(op) == "replace" {
				return []object{{"op": "remove", "path": "name"}, with(op, object{"op": "add"})}
			}
			return one(op)
		})},
		{"Add replaces a list", "patch-add-value", "phoneNumbers is", operates("/Users", func(_ *exchange, op object) []object {
			if _, is := op["value"].([]any); is && verb(op) == "add" {
				op["op"] = "replace"
			}
			return one(op)
		})},
		{"an old primary value stays primary", "patch-add-primary", "at most one primary value in phoneNumbers", stayPrimary()},
		{"parallel changes of one person overwrite one another", "race-attributes", ` is "v`, readWaitPut},
		{"keys with a URN in operations without a path are kept literally", "element-pathless-urn", ofEnterprise, literally(func(key string) bool { return strings.HasPrefix(key, "urn:") })},
		{"keys with dots in operations without a path are kept literally", "element-pathless-dotted", "name is", literally(func(key string) bool { return strings.HasPrefix(key, "name.") })},
	}
}

// elementBreakages spoil paths with a bracket, managers and roles.
func elementBreakages() []breakage {
	one := func(op object) []object { return []object{op} }
	return []breakage{
		{"a bracket that selects nothing is noTarget", "element-add-no-list", "status 200 or 204", refuses(400, "noTarget", func(x *exchange) bool {
			return slices.ContainsFunc(x.operations(), func(op object) bool { return x.selected(op, strings.EqualFold) == 0 })
		})},
		{"each operation on a missing value makes one", "element-address-one", "addresses is", operates("/Users", func(x *exchange, op object) []object {
			if x.selected(op, strings.EqualFold) == 0 {
				return one(appended(op))
			}
			return one(op)
		})},
		{"types in a bracket are compared with case", "element-type-case", "emails is", operates("/Users", func(x *exchange, op object) []object {
			if x.selected(op, func(a, b string) bool { return a == b }) == 0 {
				return one(appended(op))
			}
			return one(op)
		})},
		{"a bracket selects every value", "patch-replace-filtered", "phoneNumbers is", operates("/Users", func(_ *exchange, op object) []object {
			op["path"] = bracket.ReplaceAllString(text(op["path"]), "$1[value pr]$4")
			if op["path"] == "" {
				delete(op, "path")
			}
			return one(op)
		})},
		{"removing one value removes the list", "patch-remove-filtered", "phoneNumbers is", operates("/Users", func(_ *exchange, op object) []object {
			if attr, _, is := strings.Cut(text(op["path"]), "["); is && verb(op) == "remove" {
				op["path"] = attr
			}
			return one(op)
		})},
		{"the manager is echoed as text", "manager-text", "the manager as", shows(ofUsers, func(doc object) {
			if ext, is := doc[ofEnterprise].(object); is && ext["manager"] != nil {
				ext["manager"] = child(ext, "manager")["value"]
			}
		})},
		{"the manager as text is refused", "manager-text", "status 200 or 204", refuses(400, "invalidValue", func(x *exchange) bool {
			return slices.ContainsFunc(x.operations(), func(op object) bool {
				return strings.HasSuffix(text(op["path"]), "manager") && text(op["value"]) != ""
			})
		})},
		{"an empty manager removes nobody", "gallery-25", "no manager", ignores("/Users", func(op object) bool { return strings.HasSuffix(text(op["path"]), ":manager") && op["value"] == "" })},
		{"the manager as a list loses its value", "manager-list", "the manager as", operates("/Users", func(_ *exchange, op object) []object {
			if _, is := op["value"].([]any); is && strings.HasSuffix(text(op["path"]), "manager") {
				return nil
			}
			return one(op)
		})},
		{`roles[primary eq "True"] is compared as text`, "role-primary-change", "roles is", operates("/Users", func(_ *exchange, op object) []object {
			if op["path"] == `roles[primary eq "True"].value` {
				return one(object{"op": "add", "path": "roles", "value": []any{object{"value": op["value"]}}})
			}
			return one(op)
		})},
		{"a full list of roles only adds", "role-assertive", "roles is", operates("/Users", func(_ *exchange, op object) []object {
			if op["path"] == "roles" && verb(op) == "replace" {
				op["op"] = "add"
			}
			return one(op)
		})},
		{"roles as JSON text are refused", "role-json-text", "status 200 or 204", refuses(400, "invalidValue", func(x *exchange) bool {
			return slices.ContainsFunc(x.operations(), func(op object) bool {
				return op["path"] == "roles" && slices.ContainsFunc(values(op["value"]), func(v string) bool { return strings.HasPrefix(v, "{") })
			})
		})},
		{"customers' own attributes are dropped", "core-custom-nested-post", "microsoftId", asks(func(x *exchange) {
			delete(x.body, ofUsers)
			delete(x.body, ofUsers+":microsoftId")
		})},
	}
}

// activeBreakages spoil what switches people off and on.
func activeBreakages() []breakage {
	return []breakage{
		{"capitalised operations are ignored", "active-patch-capital-replace-string-False", "active false as a boolean", ignores("/Users", func(op object) bool { return text(op["op"]) != verb(op) })},
		{"operations without a path are ignored", "active-pathless-bool", "active false as a boolean", ignores("/Users", func(op object) bool { return op["path"] == nil })},
		{"string booleans are refused", "active-post-string-False", "status 201", refuses(400, "invalidValue", func(x *exchange) bool { return text(x.body["active"]) != "" })},
		{"string booleans are kept as text", "active-post-string-False", "active false as a boolean", textual()},
		{`"False" is read as true`, "active-patch-capital-replace-string-False", "active false as a boolean", operates("/Users", func(_ *exchange, op object) []object {
			if _, is := op["value"].(string); is && op["path"] == "active" {
				op["value"] = true
			}
			return []object{op}
		})},
		{"words that are no truth value switch off", "active-refused", "400 for active", operates("/Users", func(_ *exchange, op object) []object {
			if s, is := op["value"].(string); is && op["path"] == "active" && !strings.EqualFold(s, "true") {
				op["value"] = false
			}
			return []object{op}
		})},
		{"active without a value switches off", "active-empty", "active not false", operates("/Users", func(_ *exchange, op object) []object {
			if op["path"] == "active" && (op["value"] == "" || op["value"] == nil) {
				op["value"] = false
			}
			return []object{op}
		})},
		{"active by its URN is ignored", "core-active-path", "active is false", ignores("/Users", func(op object) bool { return op["path"] == ofUsers+":active" })},
		{"nobody is switched on again", "okta-deactivate", "active is true", ignores("/Users", func(op object) bool {
			v, said := activeIn(op)
			return said && v == true
		})},
		{"inactive people are hidden from look-ups", "probe-inactive", "the inactive person", tells(func(x *exchange, a *answer) {
			if strings.Contains(x.param("filter"), " eq ") {
				a.keep(func(doc object) bool { return doc["active"] != false })
			}
		})},
		{"inactive people are hidden from lists", "page-unfiltered", "bob is listed", tells(func(x *exchange, a *answer) {
			if x.param("filter") == "" {
				a.keep(func(doc object) bool { return doc["active"] != false })
			}
		})},
		{"inactive people are 404", "probe-inactive", "status 200", func(x *exchange) *answer {
			a := x.pass()
			if x.r.Method == "GET" && a.doc()["active"] == false {
				return refusal(404, "")
			}
			return a
		}},
		{"inactive people cannot be changed", "active-update-inactive", "status 200 or 204", refuses(403, "", func(x *exchange) bool { return x.is("PATCH", "/Users") && x.read(x.path)["active"] == false })},
		{"switching off clears the title", "active-keeps-rest", "title is", operates("/Users", func(_ *exchange, op object) []object {
			if v, said := activeIn(op); said && v == false {
				return []object{op, {"op": "remove", "path": "title"}}
			}
			return []object{op}
		})},
		{"an inactive person's name is free", "active-taken", "status 409", func(x *exchange) *answer {
			a := x.pass()
			if !x.is("POST", "/Users") || a.status != 409 {
				return a
			}
			old := x.find("/Users", `userName eq "`+text(x.body["userName"])+`"`)
			if len(old) == 1 && old[0]["active"] == false {
				x.ask("PATCH", "/Users/"+text(old[0]["id"]), patchOf(object{"op": "replace", "path": "userName", "value": "was." + text(old[0]["userName"])}))
			}
			return x.pass()
		}},
		{"memberships are lost when somebody is switched off", "active-membership", "members", leaves()},
	}
}

// activeIn gives what an operation makes of active.
func activeIn(op object) (v any, said bool) {
	if v, said = op["value"], op["path"] == "active"; op["path"] == nil {
		value, _ := op["value"].(object)
		v, said = value["active"]
	}
	switch strings.ToLower(text(v)) {
	case "true":
		v = true
	case "false":
		v = false
	}
	return v, said
}

// textual shows active as the text that was sent.
func textual() spoil {
	var sent memory[any]
	return func(x *exchange) *answer {
		said := x.body["active"]
		for _, op := range x.operations() {
			if op["path"] == "active" {
				said = op["value"]
			}
		}
		a := x.pass()
		for _, doc := range a.shown(ofUsers) {
			id := text(doc["id"])
			if said != nil && a.ok() {
				sent.set(id, said)
			}
			if s := text(sent.get(id)); s != "" {
				doc["active"] = s
			}
		}
		return a
	}
}

// leaves takes people out of their groups when they are switched off.
func leaves() spoil {
	return func(x *exchange) *answer {
		a := x.pass()
		if x.is("PATCH", "/Users") && a.ok() && x.read(x.path)["active"] == false {
			for _, g := range x.find("/Groups", `members.value eq "`+x.id()+`"`) {
				x.ask("PATCH", "/Groups/"+text(g["id"]), patchOf(object{"op": "remove", "path": `members[value eq "` + x.id() + `"]`}))
			}
		}
		return a
	}
}

// piecemeal carries a PATCH out operation by operation, up to the first that fails.
func piecemeal(endpoint string) spoil {
	return func(x *exchange) *answer {
		ops := x.operations()
		if len(ops) < 2 || !x.is("PATCH", endpoint) {
			return x.pass()
		}
		var a *answer
		for _, op := range ops {
			if a = x.ask("PATCH", x.path, patchOf(op)); !a.ok() {
				break
			}
		}
		return a
	}
}

// reorders changes the operations of a PATCH of a person as a whole.
func reorders(change func(ops []object) []object) spoil {
	return asks(func(x *exchange) {
		if ops := x.operations(); len(ops) > 0 && x.is("PATCH", "/Users") {
			x.body["Operations"] = change(ops)
		}
	})
}

// bracket is a path such as emails[type eq "work"].value.
var bracket = regexp.MustCompile(`^(\w+)\[(\w+) eq "([^"]*)"\](\.\w+)?$`)

// selected counts the values that an operation's bracket selects; -1 when the
// path has none.
func (x *exchange) selected(op object, equal func(a, b string) bool) int {
	m := bracket.FindStringSubmatch(text(op["path"]))
	if m == nil || m[2] != "type" || verb(op) == "remove" {
		return -1
	}
	n := 0
	for _, e := range objects(x.read(x.path)[m[1]]) {
		if equal(text(e[m[2]]), m[3]) {
			n++
		}
	}
	return n
}

// appended turns an operation on a bracket into one that adds a value.
func appended(op object) object {
	m := bracket.FindStringSubmatch(text(op["path"]))
	value := object{m[2]: m[3], strings.TrimPrefix(m[4], "."): op["value"]}
	return object{"op": "add", "path": m[1], "value": []any{value}}
}

// literally keeps some keys of operations without a path as they are, and shows
// them so.
func literally(which func(key string) bool) spoil {
	var kept memory[object]
	keep := operates("/Users", func(x *exchange, op object) []object {
		value, _ := op["value"].(object)
		rest, odd := object{}, maps.Clone(kept.get(x.id()))
		for k, v := range value {
			if op["path"] != nil || !which(k) {
				rest[k] = v
				continue
			}
			if odd == nil {
				odd = object{}
			}
			odd[k] = v
		}
		kept.set(x.id(), odd)
		if len(rest) == len(value) {
			return []object{op}
		}
		if len(rest) == 0 {
			return nil
		}
		return []object{with(op, object{"value": rest})}
	})
	return func(x *exchange) *answer {
		a := keep(x)
		for _, doc := range a.shown(ofUsers) {
			maps.Copy(doc, kept.get(text(doc["id"])))
		}
		return a
	}
}

// renamesAnew deletes a person who is renamed and creates the new name.
func renamesAnew(x *exchange) *answer {
	for _, op := range x.operations() {
		doc := x.read(x.path)
		if x.is("PATCH", "/Users") && op["path"] == "userName" && doc != nil && text(op["value"]) != "" {
			x.ask("DELETE", x.path, nil)
			doc["userName"] = op["value"]
			a := x.ask("POST", "/Users", doc)
			a.status = 200
			return a
		}
	}
	return x.pass()
}

// touched moves lastModified with every PATCH.
func touched() spoil {
	var at memory[string]
	return func(x *exchange) *answer {
		a := x.pass()
		if x.is("PATCH", "/Users") && a.ok() {
			at.set(x.id(), time.Now().UTC().Format(time.RFC3339Nano))
		}
		for _, doc := range a.shown(ofUsers) {
			if t := at.get(text(doc["id"])); t != "" {
				child(doc, "meta")["lastModified"] = t
			}
		}
		return a
	}
}

// stayPrimary shows every phone number as primary that ever was.
func stayPrimary() spoil {
	var was memory[bool]
	return shows(ofUsers, func(doc object) {
		for _, p := range objects(doc["phoneNumbers"]) {
			key := text(doc["id"]) + text(p["value"])
			if was.set(key, was.get(key) || p["primary"] == true); was.get(key) {
				p["primary"] = true
			}
		}
	})
}

// lagging answers each GET with what the same GET gave last time.
func lagging() spoil {
	var last memory[*answer]
	return func(x *exchange) *answer {
		a := x.pass()
		if x.r.Method != "GET" || !a.ok() {
			return a
		}
		before := last.get(x.r.URL.String())
		if last.set(x.r.URL.String(), a); before == nil {
			return a
		}
		return before
	}
}

// readWaitPut carries simple replacements out as old servers do: read the
// person, wait, change, write all of it.
func readWaitPut(x *exchange) *answer {
	ops := x.operations()
	if len(ops) != 1 || !x.is("PATCH", "/Users") || strings.ContainsAny(text(ops[0]["path"]), "[:") || ops[0]["path"] == nil {
		return x.pass()
	}
	doc := x.read(x.path)
	if doc == nil {
		return x.pass()
	}
	time.Sleep(50 * time.Millisecond)
	attr, sub, deep := strings.Cut(text(ops[0]["path"]), ".")
	if deep {
		child(doc, attr)[sub] = ops[0]["value"]
	} else {
		doc[attr] = ops[0]["value"]
	}
	return x.ask("PUT", x.path, doc)
}
