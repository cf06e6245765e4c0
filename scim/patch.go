package scim

import (
	"errors"
	"fmt"

	"github.com/anteroom-id/anteroom/scim/filter"
)

// Verb is what a PATCH operation does. RFC 7644 §3.5.2.
type Verb uint8

// The verbs.
const (
	Add Verb = iota + 1
	Replace
	Remove
)

// String gives the verb as RFC 7644 writes it.
func (v Verb) String() string { return [...]string{"", "add", "replace", "remove"}[v&3] }

// Op is one change at one path.
type Op struct {
	Verb Verb
	// Path is canonical and bound. It is never zero: an operation without a path is split into
	// one Op per attribute. Attr is "" when it names a whole extension.
	Path filter.Path
	// Value has canonical names and types. For Add and Replace nil clears the target; a
	// sub-attribute within an *Object may be nil to the same end. For Remove it is nil, or
	// the []any of those values that are to be removed.
	Value any

	form Form
	n    int // which operation of the request it comes from, from 1
}

// Patch is a whole PATCH request. It is applied in full or not at all. RFC 7644 §3.5.2.
type Patch struct {
	Ops []Op
	// Check is the request's If-Match, or nil. Apply calls it first.
	Check Check

	rt *ResourceType
}

// Apply changes r as the operations say, or, on an error, not at all. changed is false when r is
// as it was before: then a no-op must not touch Modified or Version. Required and immutable
// attributes are kept (400 invalidValue and mutability). Apply may be called again with a fresh r.
func (p *Patch) Apply(r *Resource) (changed bool, err error) {
	if p.Check != nil {
		if err := p.Check(r); err != nil {
			return false, err
		}
	}
	a := applier{ix: p.rt.index(), o: r.Attrs.Clone()}
	a.o.urn = a.ix.core.urn
	for i := range p.Ops {
		if err := a.apply(&p.Ops[i]); err != nil {
			return false, inOperation(p.Ops[i].n, err)
		}
	}
	if err := a.finish(r.Attrs); err != nil {
		return false, p.asRemoval(err)
	}
	if a.o.Equal(r.Attrs) {
		return false, nil
	}
	r.Attrs = a.o
	return true, nil
}

// asRemoval gives the error for a required attribute that is missing the form it has when an operation
// removed the attribute. RFC 7644 §3.5.2.2.
func (p *Patch) asRemoval(err error) error {
	ix := p.rt.index()
	for i := range p.Ops {
		op := &p.Ops[i]
		attr, sub := ix.find(op.Path)
		if op.Verb != Remove || op.Path.Filter != nil || attr == nil {
			continue
		}
		if sub == nil && attr.Required || sub != nil && sub.Required {
			return inOperation(op.n, BadRequest(mutability, "%s is required and cannot be removed; replace its value instead.", op.Path))
		}
	}
	return err
}

// Take splits the operations on the top-level attribute attr, for instance "members", from all
// others: rest keeps those together with Check and can be applied on its own, since operations
// on different attributes do not depend on each other's order.
func (p *Patch) Take(attr string) (taken []Op, rest *Patch) {
	rest = &Patch{Check: p.Check, rt: p.rt}
	for _, op := range p.Ops {
		if op.Path.URI == "" && equalFold(op.Path.Attr, attr) {
			taken = append(taken, op)
		} else {
			rest.Ops = append(rest.Ops, op)
		}
	}
	return taken, rest
}

// Keys lists the "value" sub-attributes that an operation on a multi-valued attribute names: those
// in its Value, or those that its path selects, as in members[value eq "2819c223"]. ok is
// false when the operation cannot be put like that. A Remove or Replace without keys is
// about all values; check Value: an empty list for Remove removes nothing.
func (op *Op) Keys() (keys []string, ok bool) {
	if op.Path.Sub != "" {
		return nil, false
	}
	if op.Path.Filter != nil {
		return filterKeys(op.Path.Filter, nil)
	}
	if op.Value == nil {
		return nil, true
	}
	list, ok := op.Value.([]any)
	if !ok {
		return nil, false
	}
	for _, e := range list {
		o, _ := e.(*Object)
		key := o.Str("value")
		if key == "" {
			return nil, false
		}
		keys = append(keys, key)
	}
	return keys, true
}

// filterKeys reads value eq "a" or value eq "b".
func filterKeys(e filter.Expr, keys []string) ([]string, bool) {
	switch e := e.(type) {
	case filter.Or:
		keys, ok := filterKeys(e.X, keys)
		if !ok {
			return nil, false
		}
		return filterKeys(e.Y, keys)
	case filter.Compare:
		s, ok := e.Value.(string)
		if ok && e.Op == filter.Eq && e.Path.Attr == "value" && e.Path.Sub == "" {
			return append(keys, s), true
		}
	}
	return nil, false
}

// inOperation says in the error which operation it is about.
func inOperation(n int, err error) error {
	var e *Error
	if n == 0 || !errors.As(err, &e) {
		return err
	}
	c := *e
	c.Detail = fmt.Sprintf("Operation %d: %s", n, e.Detail)
	return &c
}
