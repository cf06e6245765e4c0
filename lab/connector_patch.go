package lab

import (
	"slices"
	"strings"
)

// operations puts the differences between two resources into the provider's
// words.
func (c *connector) operations(base, want object) []any {
	changes := changed(base, want)
	var ops []any
	if value := c.partial(changes); len(value) > 0 {
		ops = append(ops, object{"op": "replace", "value": value})
	}
	for _, a := range changes {
		switch c.habit.words {
		case byPath:
			ops = append(ops, object{"op": "replace", "path": a.path, "value": a.value})
		case merging:
			ops = append(ops, a.merge()...)
		}
	}
	for _, a := range lost(c.paths, base, want) {
		whole, _, _ := strings.Cut(a.path, "].")
		if whole != a.path {
			whole += "]" // the element with its type
		}
		attr, _, _ := strings.Cut(bare(whole), ".")
		replaced := slices.ContainsFunc(changes, func(c alteration) bool { return c.path == attr && c.list() })
		if !replaced || c.habit.words == merging {
			ops = append(ops, object{"op": "remove", "path": whole})
		}
	}
	return ops
}

// partial gives the changed attributes as one value without a path, for the
// provider that sends them so.
func (c *connector) partial(changes []alteration) object {
	value := object{}
	if c.habit.words != pathless {
		return value
	}
	for _, a := range changes {
		if i := strings.LastIndexByte(a.path, ':'); i >= 0 {
			child(value, a.path[:i])[a.path[i+1:]] = a.value
		} else {
			value[a.path] = a.value
		}
	}
	return value
}

func (a alteration) list() bool {
	_, is := a.value.([]any)
	return is
}

// merge gives the operations of one attribute for the provider that expects a
// replace of a single complex attribute to leave the other parts alone. Values
// without a type are added and taken away one by one.
func (a alteration) merge() []any {
	switch value := a.value.(type) {
	case object:
		part, base := object{}, a.base
		have, _ := base.(object)
		for _, l := range changed(have, value) {
			part[l.path] = l.value
		}
		return []any{object{"op": "replace", "path": a.path, "value": part}}
	case []any:
		var ops []any
		for _, l := range a.lacks {
			ops = append(ops, l.entitlement(a.path)...)
		}
		if len(ops) == len(a.lacks) {
			return ops
		}
	}
	return []any{object{"op": "replace", "path": a.path, "value": a.value}}
}

// entitlement adds or takes away one value of a list; of a change within an
// element it gives nothing.
func (l lack) entitlement(list string) []any {
	if l.path != list {
		return nil
	}
	if o, ok := l.want.(object); ok {
		return []any{object{"op": "add", "path": list, "value": []any{o}}}
	}
	o, _ := l.got.(object)
	return []any{object{"op": "remove", "path": list + "[value eq " + quote(text(o["value"])) + "]"}}
}
