package scim

import (
	"github.com/anteroom-id/anteroom/scim/filter"
)

// with adds values to a list. One that is there already is not added again; what it says
// beyond the old one is taken over. RFC 7644 §3.5.2.1.
func (a *applier) with(f *field, list, given []any) ([]any, error) {
	if err := a.count(len(given)); err != nil {
		return nil, err
	}
	known := newKnown(f, list)
	chosen := make([]bool, len(list), len(list)+len(given))
	for _, g := range given {
		i := known.find(g)
		if i < 0 {
			list = append(list, cloneValue(g))
			chosen = append(chosen, true)
			known.add(len(list)-1, g)
			continue
		}
		mergeElement(f, list[i], g)
		chosen[i] = true
	}
	demote(list, chosen)
	return list, nil
}

// mergeElement takes over what a value that is there already is sent with; immutable sub-attributes stay.
func mergeElement(f *field, old, given any) {
	o, ok := old.(*Object)
	g, also := given.(*Object)
	if !ok || !also {
		return
	}
	for _, s := range g.Attrs {
		sub := f.sub(s.Name)
		if _, exists := o.Get(s.Name); exists && sub != nil && sub.Mutability == Immutable {
			continue
		}
		o.Set(s.Name, cloneValue(s.Value))
	}
}

func (f *field) sub(name string) *field {
	if f == nil {
		return nil
	}
	return f.subs.find(name)
}

// without removes from a list the values that are given: those with the same "value" (and type,
// where both have one), or, where no value is given, those that have all that is given.
func (a *applier) without(f *field, list, given []any) ([]any, error) {
	if err := a.count(len(given)); err != nil {
		return nil, err
	}
	keyed, patterns := newKnown(f, nil), []*Object(nil)
	for i, g := range given {
		if o, ok := g.(*Object); ok && o.Str("value") == "" {
			patterns = append(patterns, o)
			continue
		}
		keyed.add(i, g)
	}
	if err := a.count(len(patterns) * len(list)); err != nil {
		return nil, err
	}
	kept := make([]any, 0, len(list))
	for _, e := range list {
		if keyed.find(e) < 0 && !matchesAny(e, patterns) {
			kept = append(kept, e)
		}
	}
	return kept, nil
}

func (a *applier) count(n int) error {
	if a.work += n; a.work > maxWork {
		return TooMany("The operations look at too many values. Send fewer in one request.")
	}
	return nil
}

func matchesAny(e any, patterns []*Object) bool {
	o, _ := e.(*Object)
	for _, p := range patterns {
		if o != nil && hasAll(o, p) {
			return true
		}
	}
	return false
}

func hasAll(o, p *Object) bool {
	for _, a := range p.Attrs {
		if v, _ := o.Get(a.Name); !equalValue(v, a.Value) {
			return false
		}
	}
	return true
}

// known finds values of a list that are the same: those with an equal "value", unless
// both have a type and it differs; and where there is no value, those that are equal throughout.
type known struct {
	exact   bool           // whether "value" differs when only its case does
	typed   map[string]int // by value and type
	untyped map[string]int // by value: those without a type
	first   map[string]int // by value: the first of any type
	whole   map[string]int // by JSON, where there is no value
}

func newKnown(f *field, list []any) *known {
	k := &known{typed: map[string]int{}, untyped: map[string]int{}, first: map[string]int{}, whole: map[string]int{}}
	switch {
	case f == nil:
		k.exact = true
	case f.valueSub != nil:
		k.exact = f.valueSub.CaseExact
	default:
		k.exact = f.CaseExact
	}
	for i, e := range list {
		k.add(i, e)
	}
	return k
}

// keys gives the value and type of an element, or its JSON.
func (k *known) keys(e any) (value, typ, whole string) {
	o, ok := e.(*Object)
	if ok {
		value, typ = o.Str("value"), filter.Fold(o.Str("type"))
	} else if s, isString := e.(string); isString {
		value = s
	}
	if value == "" {
		return "", "", string(appendValue(nil, e))
	}
	if !k.exact {
		value = filter.Fold(value)
	}
	return value, typ, ""
}

func (k *known) add(i int, e any) {
	value, typ, whole := k.keys(e)
	switch {
	case whole != "":
		setFirst(k.whole, whole, i)
		return
	case typ == "":
		setFirst(k.untyped, value, i)
	default:
		setFirst(k.typed, value+"\x00"+typ, i)
	}
	setFirst(k.first, value, i)
}

func setFirst(m map[string]int, key string, i int) {
	if _, there := m[key]; !there {
		m[key] = i
	}
}

// find gives the index of the same value, or -1.
func (k *known) find(e any) int {
	value, typ, whole := k.keys(e)
	switch {
	case whole != "":
		return indexIn(k.whole, whole)
	case typ == "":
		return indexIn(k.first, value)
	}
	if i := indexIn(k.typed, value+"\x00"+typ); i >= 0 {
		return i
	}
	return indexIn(k.untyped, value)
}

func indexIn(m map[string]int, key string) int {
	if i, ok := m[key]; ok {
		return i
	}
	return -1
}
