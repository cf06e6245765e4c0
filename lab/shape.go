package lab

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// roleType is what Entra writes into every complex role.
const roleType = "WindowsAzureActiveDirectoryRole"

// created gives a value as it stands in a POST.
func (r *rule) created(v any) any {
	switch v := v.(type) {
	case roleSet:
		return v.objects()
	case string:
		if r.truth() && !r.Text {
			return v == "True"
		}
	}
	return v
}

// patched gives a value as it stands in a PATCH.
func (r *rule) patched(v any, compliant bool) any {
	switch v := v.(type) {
	case roleSet:
		if v.assertive || compliant {
			return v.objects()
		}
		return v.texts()
	case string:
		if r.truth() && compliant && !r.Text {
			return v == "True"
		}
	}
	return v
}

// objects gives roles as Entra creates them. The two functions differ in the
// name of the readable part.
func (s roleSet) objects() []any {
	label := "displayName"
	if s.assertive {
		label = "display"
	}
	out := make([]any, len(s.roles))
	for i, r := range s.roles {
		out[i] = object{"primary": false, "type": roleType, label: r.DisplayName, "value": r.Value}
	}
	return out
}

// texts gives roles as AppRoleAssignmentsComplex patches them: a JSON object
// inside a string.
func (s roleSet) texts() []any {
	out := make([]any, len(s.roles))
	for i, r := range s.roles {
		b, err := encode(struct {
			ID          string `json:"id"`
			Value       string `json:"value"`
			DisplayName string `json:"displayName"`
		}(r))
		if err == nil {
			out[i] = object{"value": string(b)}
		}
	}
	return out
}

// holds says whether the server's value is what the mapping wants.
func (r *rule) holds(got, want any) bool {
	switch want := want.(type) {
	case roleSet:
		return want.within(roleValues(got))
	case string:
		switch got := got.(type) {
		case nil:
			return false
		case bool:
			return boolText(got) == want
		case string:
			return got == want || r.truth() && strings.EqualFold(got, want)
		default:
			return fmt.Sprint(got) == want
		}
	}
	return false
}

// within says whether these roles, and for an assertive mapping no others, are
// among the values.
func (s roleSet) within(values []string) bool {
	for _, r := range s.roles {
		if !slices.Contains(values, r.Value) {
			return false
		}
	}
	return !s.assertive || len(values) == len(s.roles)
}

// roleValues reads the roles of a resource; a value may be a JSON object inside
// a string.
func roleValues(v any) []string {
	list, _ := v.([]any)
	var out []string
	for _, e := range list {
		o, _ := e.(object)
		value, _ := o["value"].(string)
		var inner struct {
			Value string `json:"value"`
		}
		if strings.HasPrefix(value, "{") && json.Unmarshal([]byte(value), &inner) == nil {
			value = inner.Value
		}
		if !slices.Contains(out, value) {
			out = append(out, value)
		}
	}
	return out
}

// change is one attribute that the server must take over.
type change struct {
	rule  *rule
	value any
	had   bool // the server has another value now
}

// changes compares a resource with what it should hold.
func (m *mapping) changes(doc object, want map[string]any) []change {
	var out []change
	for i := range m.rules {
		r := &m.rules[i]
		v, ok := want[r.Target]
		if !ok || r.OnCreate {
			continue
		}
		if got := r.path.read(doc); !r.holds(got, v) {
			out = append(out, change{rule: r, value: v, had: got != nil})
		}
	}
	return out
}

// held gives the part of what a resource should hold that it holds already.
func (m *mapping) held(doc object, want map[string]any) map[string]any {
	out := maps.Clone(want)
	for _, c := range m.changes(doc, want) {
		delete(out, c.rule.Target)
	}
	return out
}

// dialect is the form that Entra gives to its PATCH operations.
type dialect struct {
	compliant bool // aadOptscim062020
}

// word gives an operation's name: capitalised without the flag.
func (d dialect) word(op string) string {
	if d.compliant {
		return strings.ToLower(op)
	}
	return op
}

// op builds one operation with a path.
func (d dialect) op(word, path string, value any) object {
	return object{"op": d.word(word), "path": path, "value": value}
}

// operations puts changes into Entra's words: one operation each, or, with the
// flag and several plain attributes, one operation without a path.
func (d dialect) operations(changes []change) []any {
	var ops []any
	var plain []change
	for _, c := range changes {
		if d.compliant && c.plain() {
			plain = append(plain, c)
			continue
		}
		ops = append(ops, d.single(c))
	}
	if len(plain) == 1 {
		return append(ops, d.single(plain[0]))
	}
	for _, had := range []bool{true, false} {
		if value := together(plain, had); len(value) > 0 {
			ops = append(ops, object{"op": verb(had, d), "value": value})
		}
	}
	return ops
}

// plain says whether a change may share an operation without a path.
func (c change) plain() bool {
	_, roles := c.value.(roleSet)
	return c.rule.path.key == "" && !c.rule.truth() && !roles
}

func (d dialect) single(c change) object {
	if roles, ok := c.value.(roleSet); ok && roles.assertive {
		return object{"op": "replace", "path": c.rule.Target, "value": roles.objects()}
	}
	o := d.op(verb(c.had, d), c.rule.Target, c.rule.patched(c.value, d.compliant))
	if _, ok := c.value.(roleSet); ok {
		o["op"] = d.word("Add")
	}
	return o
}

// verb is Replace where there is a value already, and Add where there is none.
func verb(had bool, d dialect) string {
	if had {
		return d.word("Replace")
	}
	return d.word("Add")
}

func together(plain []change, had bool) object {
	value := object{}
	for _, c := range plain {
		if c.had == had {
			value[c.rule.Target] = c.rule.patched(c.value, true)
		}
	}
	return value
}

// patch wraps operations into a PatchOp message.
func patch(ops ...any) object {
	return object{"schemas": []string{patchURN}, "Operations": ops}
}
