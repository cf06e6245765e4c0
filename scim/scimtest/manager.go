package scimtest

import "fmt"

// managerPath is Entra's target attribute.
const managerPath = enterpriseURN + ":manager"

// managerCases check the manager in the shapes that Entra sends.
func managerCases() []Case {
	why := Case{
		Sender: "Entra", Section: "RFC 7643 §4.3", Level: Must, Needs: Enterprise, Rows: []string{"K06"},
		Why:  "Entra sends the manager's id as plain text and fails to read anything but an object with value.",
		Mend: "Accept text, an object, or a list with one object; answer {\"value\": id}; let an empty value remove it.",
	}
	words := map[string]string{"text": "plain text", "list": "a list of one object", "null-ref": "a list of one object with $ref null", "object": "an object"}
	var cases []Case
	for id, shape := range map[string]func(boss string) any{
		"text":     func(boss string) any { return boss },
		"list":     func(boss string) any { return []M{{"$ref": "http://x.example/scim/Users/" + boss, "value": boss}} },
		"null-ref": func(boss string) any { return []M{{"$ref": nil, "value": boss}} },
		"object":   func(boss string) any { return M{"value": boss} },
	} {
		for _, path := range []string{managerPath, "manager"} {
			short := map[string]string{managerPath: "", "manager": "-short"}[path]
			level := Must
			if path == "manager" || id == "null-ref" {
				level = Should
			}
			cases = append(cases, Case{ID: "manager-" + id + short, Level: level, Name: fmt.Sprintf("Add %s with the manager as %s", path, words[id]), Run: func(t *T) {
				boss, a := t.User(nil), t.User(nil)
				got := t.Patched(userPath(a.ID()), op("Add", path, shape(boss.ID())))
				t.managed(got, boss.ID())
			}})
		}
	}
	return in(why, append(sorted(cases), []Case{
		{ID: "manager-post", Name: "POST takes the manager as text and as an object", Level: Should, Run: func(t *T) {
			boss := t.User(nil)
			for _, v := range []any{boss.ID(), M{"value": boss.ID()}} {
				a := t.User(M{enterpriseURN: M{"manager": v, "department": "Sales"}})
				t.managed(t.Read(userPath(a.ID())), boss.ID())
			}
		}},
		{ID: "manager-pathless", Name: "the manager may stand in an operation without a path", Run: func(t *T) {
			boss, a, b := t.User(nil), t.User(nil), t.User(nil)
			t.managed(t.Patched(userPath(a.ID()), set("replace", M{managerPath: M{"value": boss.ID()}})), boss.ID())
			t.managed(t.Patched(userPath(b.ID()), set("add", M{enterpriseURN: M{"manager": M{"value": boss.ID()}}})), boss.ID())
		}},
		{ID: "manager-value-path", Name: "the manager's value may be the target", Level: Should, Run: func(t *T) {
			boss, a := t.User(nil), t.User(nil)
			t.managed(t.Patched(userPath(a.ID()), op("Replace", managerPath+".value", boss.ID())), boss.ID())
		}},
		{ID: "gallery-25", Name: "the manager is set, changed and removed", Run: func(t *T) {
			one, two, a := t.User(nil), t.User(nil), t.User(nil)
			path := userPath(a.ID())
			t.managed(t.Patched(path, op("Add", managerPath, one.ID())), one.ID())
			t.managed(t.Patched(path, op("Replace", managerPath, two.ID())), two.ID())
			got := t.Patched(path, op("Replace", managerPath, ""))
			t.Expect(empty(got.At(enterpriseURN, "manager")), "no manager", got.At(enterpriseURN))
		}, Why: "It is Microsoft's gallery test 25: who fails it is not listed."},
		{ID: "manager-null", Name: "null removes the manager", Run: func(t *T) {
			boss := t.User(nil)
			a := t.User(M{enterpriseURN: M{"manager": M{"value": boss.ID()}, "department": "Sales"}})
			got := t.Patched(userPath(a.ID()), op("Replace", managerPath, nil))
			t.Expect(empty(got.At(enterpriseURN, "manager")) && got.At(enterpriseURN, "department") == "Sales", "no manager, and the department still", got.At(enterpriseURN))
		}},
		{ID: "manager-remove", Name: "Remove removes the manager, and removing again succeeds", Run: func(t *T) {
			boss := t.User(nil)
			a := t.User(M{enterpriseURN: M{"manager": M{"value": boss.ID()}}})
			for range 2 {
				got := t.Patched(userPath(a.ID()), unset("Remove", managerPath))
				t.Expect(empty(got.At(enterpriseURN, "manager")), "no manager", got.At(enterpriseURN))
			}
		}},
		{ID: "manager-again", Name: "the same manager sent again changes nothing", Level: Should, Run: func(t *T) {
			boss, a := t.User(nil), t.User(nil)
			got := t.Patched(userPath(a.ID()), op("Add", managerPath, M{"value": boss.ID()}))
			tick()
			again := t.Patched(userPath(a.ID()), op("Replace", managerPath, M{"value": boss.ID()}))
			t.Equal(again, got.At("meta", "lastModified"), "meta", "lastModified")
		}},
		{ID: "manager-gone", Name: "deleting a manager breaks nobody", Run: func(t *T) {
			boss, a := t.User(nil), t.User(nil)
			t.Patched(userPath(a.ID()), op("Add", managerPath, M{"value": boss.ID()}))
			t.MustStatus(t.Delete(userPath(boss.ID())), 204)
			t.Equal(t.Read(userPath(a.ID())), a.At("userName"), "userName")
		}},
	}...))
}

// managed wants the manager as an object with value.
func (t *T) managed(a *Answer, boss string) {
	m := a.At(enterpriseURN, "manager")
	t.Expect(holds(m, M{"value": boss}), `the manager as {"value": "`+boss+`"}`, m)
}
