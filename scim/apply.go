package scim

import (
	"slices"

	"github.com/anteroom-id/anteroom/scim/filter"
)

// applier applies operations to a copy of a resource's attributes.
type applier struct {
	ix *index
	o  *Object
	// work counts the values looked at, so that a PATCH of many operations on a long list
	// is refused before it becomes expensive.
	work int
}

const maxWork = 10_000_000

// apply applies one operation. RFC 7644 §3.5.2.1 to §3.5.2.3.
func (a *applier) apply(op *Op) error {
	host := a.o
	if op.Path.URI != "" {
		if op.Path.Attr == "" {
			return a.extension(op)
		}
		v, exists := a.o.Get(op.Path.URI)
		if host, _ = v.(*Object); exists && host == nil {
			return BadRequest(invalidPath, "%s is an attribute here, not a schema.", op.Path.URI)
		}
		if host == nil {
			host = &Object{}
		}
	}
	if err := a.attribute(host, op); err != nil {
		return err
	}
	if v, _ := host.Get(op.Path.Attr); absent(v) {
		host.Delete(op.Path.Attr)
	}
	if op.Path.URI != "" {
		a.keep(op.Path.URI, host)
	}
	return nil
}

// extension clears a whole extension, which is all that an Op on one does once decoded.
func (a *applier) extension(op *Op) error {
	if o, ok := op.Value.(*Object); ok && op.Verb != Remove {
		a.keep(op.Path.URI, o.Clone())
		return nil
	}
	a.o.Delete(op.Path.URI)
	return nil
}

// keep stores an extension's attributes, unless there are none.
func (a *applier) keep(urn string, host *Object) {
	if len(host.Attrs) == 0 {
		a.o.Delete(urn)
		return
	}
	a.o.Set(urn, host)
}

func (a *applier) attribute(host *Object, op *Op) error {
	f, sub := a.ix.find(op.Path)
	v, _ := host.Get(op.Path.Attr)
	list, isList := v.([]any)
	if a.work += len(list); a.work > maxWork {
		return TooMany("The operations look at too many values. Send fewer in one request.")
	}
	switch {
	case op.Path.Filter != nil && v != nil && !isList:
		return BadRequest(invalidPath, "%s has one value; leave the bracket out.", op.Path)
	case op.Path.Filter != nil:
		return a.selected(host, f, sub, list, op)
	case op.Path.Sub == "":
		return a.whole(host, f, v, op)
	case isList || f != nil && f.MultiValued:
		return a.subOfList(host, f, sub, list, op)
	}
	return a.subOfOne(host, f, sub, v, op)
}

// whole applies an operation to a whole attribute.
func (a *applier) whole(host *Object, f *field, old any, op *Op) error {
	list, oldIsList := old.([]any)
	given, isList := op.Value.([]any)
	if oldIsList && !isList && op.Verb == Add && op.Value != nil {
		given, isList = []any{op.Value}, true // an unknown attribute that holds a list
	}
	switch {
	case op.Verb == Remove && isList && (oldIsList || old == nil):
		rest, err := a.without(f, list, given)
		a.set(host, f, op, rest)
		return err
	case op.Verb == Remove:
		host.Delete(op.Path.Attr)
	case op.Verb == Add && (isList || op.Value == nil && f != nil && f.MultiValued) && (oldIsList || old == nil):
		list, err := a.with(f, list, given)
		a.set(host, f, op, list)
		return err
	case op.Value == nil:
		host.Delete(op.Path.Attr)
	default:
		a.replace(host, f, old, op)
	}
	return nil
}

// replace sets a whole attribute. A complex one keeps the sub-attributes that are not named. RFC 7644 §3.5.2.3.
func (a *applier) replace(host *Object, f *field, old any, op *Op) {
	next, ok := op.Value.(*Object)
	if !ok {
		a.set(host, f, op, cloneValue(op.Value))
		return
	}
	o, ok := old.(*Object)
	if !ok || f != nil && f.reference() && pointsElsewhere(o, next) {
		o = &Object{}
	}
	merge(o, next)
	a.set(host, f, op, o)
}

// pointsElsewhere says whether next changes the resource that a reference such as manager
// points at: then its $ref and displayName go.
func pointsElsewhere(old, next *Object) bool {
	v, sent := next.Get("value")
	was, _ := old.Get("value")
	return sent && v != was
}

// merge sets in dst what src names; nil deletes.
func merge(dst, src *Object) {
	for _, s := range src.Attrs {
		if absent(s.Value) {
			dst.Delete(s.Name)
		} else {
			dst.Set(s.Name, cloneValue(s.Value))
		}
	}
}

// set stores an attribute's value; a vendor's own attribute is from now on written as it was sent last.
func (a *applier) set(host *Object, f *field, op *Op, v any) {
	host.Set(op.Path.Attr, v)
	if i := host.index(op.Path.Attr); i >= 0 && host == a.o && (f == nil || f.Custom) {
		host.Attrs[i].Form = op.form
	}
}

// subOfOne applies an operation to a sub-attribute of a single-valued attribute.
func (a *applier) subOfOne(host *Object, f, sub *field, old any, op *Op) error {
	o, ok := old.(*Object)
	if old != nil && !ok {
		return BadRequest(invalidPath, "%s is not complex and has no %q.", op.Path.Attr, op.Path.Sub)
	}
	refers := f != nil && f.reference() && sub == f.valueSub
	switch {
	case o == nil && cleared(op):
		return nil
	case o == nil:
		o = &Object{}
	case refers && (cleared(op) || o.Str("value") != op.Value):
		o = &Object{}
	}
	if err := setSub(o, sub, op); err != nil {
		return err
	}
	a.set(host, f, op, o)
	return nil
}

// subOfList applies an operation to a sub-attribute of all values of a list, as emails.value.
func (a *applier) subOfList(host *Object, f, sub *field, list []any, op *Op) error {
	if !cleared(op) && len(list) == 0 {
		list = []any{&Object{}}
	}
	if !cleared(op) && len(list) > 1 {
		return BadRequest(noTarget, "%s has %d values; say which one in a bracket, as in %s[type eq \"work\"].%s.", op.Path.Attr, len(list), op.Path.Attr, op.Path.Sub)
	}
	for _, e := range list {
		if err := setElementSub(e, sub, op); err != nil {
			return err
		}
	}
	a.set(host, f, op, dropHollow(list, cleared(op), func(int) bool { return true }))
	return nil
}

// cleared says whether the operation leaves its target without a value.
func cleared(op *Op) bool { return op.Verb == Remove || absent(op.Value) }

// setSub sets or clears a sub-attribute.
func setSub(o *Object, sub *field, op *Op) error {
	old, exists := o.Get(op.Path.Sub)
	next := op.Value
	if cleared(op) {
		next = nil
	} else if list, ok := next.([]any); ok && op.Verb == Add {
		oldList, _ := old.([]any)
		next = append(slices.Clone(oldList), list...)
	}
	if sub != nil && sub.Mutability == Immutable && exists && !equalValue(old, next) {
		return BadRequest(mutability, "%s is immutable and has a value; remove the whole value and add a new one.", sub.path)
	}
	o.Set(op.Path.Sub, cloneValue(next))
	return nil
}

func setElementSub(e any, sub *field, op *Op) error {
	o, ok := e.(*Object)
	if !ok {
		return BadRequest(invalidPath, "The values of %s are not complex and have no %q.", op.Path.Attr, op.Path.Sub)
	}
	return setSub(o, sub, op)
}

// finish checks what the operations together made of the resource.
func (a *applier) finish(old *Object) error {
	if err := a.ix.immutable(old, a.o); err != nil {
		return err
	}
	if err := a.ix.complete(a.o); err != nil {
		return err
	}
	if tooWide(a.o) {
		return BadRequest(invalidValue, "One object would have more than %d attributes.", maxAttributes)
	}
	return nil
}

// immutable checks that immutable attributes that had a value keep it. RFC 7643 §7.
func (ix *index) immutable(old, next *Object) error {
	if err := sameImmutable(ix.core.list, old, next); err != nil {
		return err
	}
	for _, e := range ix.extensions {
		if err := sameImmutable(e.list, old.Object(e.urn), next.Object(e.urn)); err != nil {
			return err
		}
	}
	return nil
}

func sameImmutable(fields []*field, old, next *Object) error {
	for _, f := range fields {
		was, exists := old.Get(f.Name)
		if f.Mutability != Immutable || !exists {
			continue
		}
		if is, _ := next.Get(f.Name); !equalValue(was, is) {
			return BadRequest(mutability, "%s is immutable and already has a value.", f.path)
		}
	}
	return nil
}

func tooWide(v any) bool {
	switch v := v.(type) {
	case *Object:
		return len(v.Attrs) > maxAttributes || slices.ContainsFunc(v.Attrs, func(a Attr) bool { return tooWide(a.Value) })
	case []any:
		return slices.ContainsFunc(v, tooWide)
	}
	return false
}

// selected applies an operation to the values of a list that a bracket selects.
func (a *applier) selected(host *Object, f, sub *field, list []any, op *Op) error {
	chosen := make([]bool, len(list))
	found := false
	for i, e := range list {
		chosen[i] = filter.MatchElement(op.Path.Filter, e)
		found = found || chosen[i]
	}
	switch {
	case !found && cleared(op):
		return nil
	case !found:
		e, err := newElement(op, sub)
		if err != nil {
			return err
		}
		list, chosen = append(list, e), append(slices.Clone(chosen), true)
	case op.Path.Sub == "" && cleared(op):
		list = slices.DeleteFunc(list, chooser(chosen))
		chosen = nil
	default:
		for i := range list {
			if !chosen[i] {
				continue
			}
			if err := changeElement(list, i, sub, op); err != nil {
				return err
			}
		}
	}
	demote(list, chosen)
	a.set(host, f, op, dropHollow(list, cleared(op) && chosen != nil, func(i int) bool { return chosen[i] }))
	return nil
}

// chooser gives a function for DeleteFunc, which asks for each element in turn.
func chooser(chosen []bool) func(any) bool {
	i := -1
	return func(any) bool { i++; return chosen[i] }
}

// changeElement applies an operation to one value of a list.
func changeElement(list []any, i int, sub *field, op *Op) error {
	if op.Path.Sub != "" {
		return setElementSub(list[i], sub, op)
	}
	next, ok := op.Value.(*Object)
	old, was := list[i].(*Object)
	if !ok || !was {
		list[i] = cloneValue(op.Value)
		return nil
	}
	if op.Verb == Replace {
		old = seedOf(op.Path.Filter) // what the bracket says stays true unless the value says otherwise
	}
	merge(old, next)
	list[i] = old
	return nil
}

// demote leaves at most one value primary: the first of those just chosen. RFC 7644 §3.5.2.
func demote(list []any, chosen []bool) {
	first := -1
	for i, e := range list {
		if o, _ := e.(*Object); i < len(chosen) && chosen[i] && isPrimary(o) {
			first = i
			break
		}
	}
	for i, e := range list {
		if o, _ := e.(*Object); first >= 0 && i != first && isPrimary(o) {
			o.Set("primary", false)
		}
	}
}

func isPrimary(o *Object) bool {
	p, _ := o.Get("primary")
	return p == true
}
