package scim

import (
	"errors"

	"github.com/anteroom-id/anteroom/scim/filter"
)

// resolver gives the names of filters and paths their canonical spelling and type. Names are
// found as follows; what it says is the text of the 400.
//
//   - a name without URN must be defined by the core schema, be common (RFC 7643 §3.1), or be that
//     of one extension (compat.go, inExtension)
//   - a name with the core URN may be a vendor's own attribute: unknown ones are evaluated
//   - a name with any other URN is evaluated, known or not
//
// The last two keep Entra ID's matching probes on customer-defined attributes at 200.
type resolver struct {
	ix       *index
	others   []*index // further types that the same query covers
	scimType string   // of its errors
	write    bool     // a PATCH path: may name what cannot be read
}

// Resolve implements filter.Resolver.
func (r *resolver) Resolve(container *filter.Path, p filter.Path) (filter.Path, filter.Type, error) {
	if container != nil {
		return r.inElement(*container, p)
	}
	base, f, err := r.attribute(p)
	if err != nil {
		return filter.Path{}, filter.Type{}, err
	}
	if err := r.readable(f); err != nil {
		return base, filter.Type{}, err
	}
	return r.sub(base, f, p.Sub)
}

// readable refuses to look at what no answer shows: who can search for a value knows it in the end.
func (r *resolver) readable(f *field) error {
	if f != nil && f.hidden() && !r.write {
		return r.errorf("%s cannot be read, so it cannot be searched for.", f.path)
	}
	return nil
}

// attribute resolves everything of the path but its sub-attribute. f is nil for attributes that no schema defines.
func (r *resolver) attribute(p filter.Path) (base filter.Path, f *field, err error) {
	if p.URI != "" {
		return r.qualified(p)
	}
	if f = r.ix.top(p.Attr); f != nil {
		return filter.Path{Attr: f.Name}, f, nil
	}
	if s, f := r.ix.inExtension(p.Attr); f != nil {
		return filter.Path{URI: s.urn, Attr: f.Name}, f, nil
	}
	for _, other := range r.others {
		if other.top(p.Attr) != nil {
			return filter.Path{Attr: p.Attr}, nil, nil
		}
	}
	hint := r.ix.suggest(p.Attr)
	if hint == "" {
		hint = " An attribute of an extension needs the extension's URN in front."
	}
	return p, nil, r.errorf("There is no attribute %q.%s", clip(p.Attr, 80), hint)
}

func (r *resolver) qualified(p filter.Path) (filter.Path, *field, error) {
	full := p.URI
	if p.Attr != "" {
		full += ":" + p.Attr
	}
	s, urn, attr, ok := r.ix.split(full)
	switch {
	case !ok:
		return p, nil, r.errorf("%q is not a schema URN; one starts with urn:", clip(p.URI, 80))
	case s == nil && (!isSchemaURN(p.URI) || p.Attr != "" && !validName(p.Attr)):
		return p, nil, r.errorf("%q is not a schema URN and the name of an attribute.", clip(full, 80))
	case s == nil:
		return filter.Path{URI: p.URI, Attr: p.Attr}, nil, nil
	case attr == "":
		return filter.Path{URI: urn}, nil, nil
	case !validName(attr):
		return p, nil, r.errorf("%q is not the name of an attribute.", clip(attr, 80))
	case s.core:
		if f := r.ix.top(attr); f != nil {
			return filter.Path{Attr: f.Name}, f, nil
		}
		return filter.Path{Attr: attr}, nil, nil
	}
	if f := s.find(attr); f != nil {
		return filter.Path{URI: urn, Attr: f.Name}, f, nil
	}
	return filter.Path{URI: urn, Attr: attr}, nil, nil
}

// sub resolves the sub-attribute, if any, of f.
func (r *resolver) sub(base filter.Path, f *field, name string) (filter.Path, filter.Type, error) {
	base.Sub = name
	switch {
	case f == nil && base.Attr == "":
		return base, filter.Type{Kind: Complex}, nil
	case f == nil:
		return base, filter.Type{}, nil
	case name == "":
		return base, f.typ(), nil
	}
	s, err := r.member(f, name)
	if err != nil {
		return base, filter.Type{}, err
	}
	base.Sub = s.Name
	t := s.typ()
	t.Multi = t.Multi || f.MultiValued
	return base, t, nil
}

// inElement resolves a name within a bracket.
func (r *resolver) inElement(container, p filter.Path) (filter.Path, filter.Type, error) {
	f, _ := r.ix.find(container)
	switch {
	case p.URI != "" || p.Sub != "":
		return p, filter.Type{}, r.errorf("Within %s[...] only sub-attributes can stand, such as type or value; not %q.", clip(container.String(), 80), clip(p.String(), 80))
	case f == nil:
		return p, filter.Type{}, nil
	case f.kind != Complex:
		if !equalFold(p.Attr, "value") {
			return p, filter.Type{}, r.errorf("The values of %s are simple; within %s[...] compare value.", f.path, f.path)
		}
		t := f.typ()
		t.Multi = false
		return filter.Path{Attr: "value"}, t, nil
	}
	s, err := r.member(f, p.Attr)
	if err != nil {
		return p, filter.Type{}, err
	}
	return filter.Path{Attr: s.Name}, s.typ(), nil
}

func (r *resolver) member(f *field, name string) (*field, error) {
	if f.kind != Complex {
		return nil, r.errorf("%s has no sub-attributes; leave %q out.", f.path, "."+clip(name, 80))
	}
	if s := f.subs.find(name); s != nil {
		return s, r.readable(s)
	}
	return nil, r.errorf("%s has no sub-attribute %q.%s", f.path, clip(name, 80), suggestion(name, f.subs.list))
}

func (r *resolver) errorf(format string, args ...any) *Error {
	return BadRequest(r.scimType, format, args...)
}

// refused makes the 400 of an error of the filter language: its own errors get the scimType,
// those of a resolver have theirs.
func refused(scimType string, err error) error {
	var known *Error
	if errors.As(err, &known) {
		return known
	}
	return &Error{Status: 400, Type: scimType, Detail: err.Error()}
}
