package lab

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// lack is one place at which a resource does not hold what it should.
type lack struct {
	path      string // as in a message: emails[type eq "work"].value
	want, got any    // nil when it should hold nothing, or holds nothing
}

func (l lack) String() string {
	return fmt.Sprintf("%s is %s on the server and %s in the directory", l.path, show(l.got), show(l.want))
}

// lacking compares a value with what it should be, deeply. Of an object only the
// keys that are wanted matter; elements of a list are found by type, or by
// value, and then there may be no others.
func lacking(path string, want, got any) []lack {
	switch want := want.(type) {
	case object:
		have, _ := got.(object)
		var out []lack
		for _, key := range slices.Sorted(maps.Keys(want)) {
			inner, _ := lookupKey(have, key)
			out = append(out, lacking(below(path, key), want[key], inner)...)
		}
		return out
	case []any:
		have, _ := got.([]any)
		return lackingElements(path, want, have)
	case string:
		if want == "" && present(got) == nil {
			return nil
		}
	}
	if got != want {
		return []lack{{path, want, got}}
	}
	return nil
}

func lackingElements(path string, want, have []any) []lack {
	var out []lack
	key := "value"
	for _, w := range want {
		o, _ := w.(object)
		if o["type"] != nil {
			key = "type"
		}
		e := element(have, key, o[key])
		if e == nil {
			out = append(out, lack{path, w, nil})
			continue
		}
		out = append(out, lacking(fmt.Sprintf("%s[%s eq %q]", path, key, o[key]), o, e)...)
	}
	if key == "value" {
		for _, h := range have {
			if o, _ := h.(object); element(want, key, o[key]) == nil {
				out = append(out, lack{path, nil, h})
			}
		}
	}
	return out
}

// element finds the object that has this value at the key, nil when none.
func element(list []any, key string, value any) any {
	for _, e := range list {
		if o, ok := e.(object); ok && o[key] == value {
			return o
		}
	}
	return nil
}

// below names what stands under a key.
func below(path, key string) string {
	switch {
	case path == "":
		return key
	case strings.HasPrefix(path, "urn:") && !strings.Contains(path, "]"):
		return path + ":" + key
	}
	return path + "." + key
}

// alteration is an attribute that must change.
type alteration struct {
	path  string // attribute, or schema and attribute; of one to remove as in a mapping
	value any    // nil to remove it
	base  any    // what it is taken to be now
	lacks []lack
}

// changed lists the attributes in which what should be there differs from what
// is, in order of path. Attributes of an extension are listed by themselves.
// What the server alone keeps does not matter.
func changed(base, want object) []alteration {
	var out []alteration
	for _, key := range slices.Sorted(maps.Keys(want)) {
		have, _ := lookupKey(base, key)
		inner, complex := want[key].(object)
		switch {
		case key == "schemas" || key == "id":
		case complex && strings.HasPrefix(key, "urn:"):
			under, _ := have.(object)
			for _, a := range changed(under, inner) {
				a.path = key + ":" + a.path
				out = append(out, a)
			}
		default:
			if lacks := lacking(key, want[key], have); len(lacks) > 0 {
				out = append(out, alteration{key, want[key], have, lacks})
			}
		}
	}
	return out
}

// lost lists the paths that have a value and should have none.
func lost(paths []scimPath, base, want object) []alteration {
	var out []alteration
	for i := range paths {
		p := &paths[i]
		if got := p.read(base); got != nil && p.read(want) == nil {
			out = append(out, alteration{p.text, nil, got, []lack{{p.text, nil, got}}})
		}
	}
	return out
}
