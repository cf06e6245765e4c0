package scim

import (
	"strings"

	"github.com/anteroom-id/anteroom/scim/filter"
)

// opDecoder reads the value of one operation and makes the Ops of it.
type opDecoder struct {
	*decoder // over the value; nil when the operation has none
	p        *patchDecoder
	verb     Verb
}

// add adds a change.
func (v *opDecoder) add(path filter.Path, value any, form Form) {
	v.p.patch.Ops = append(v.p.patch.Ops, Op{Verb: v.verb, Path: path, Value: value, form: form, n: v.p.n})
}

// member reads one attribute of the value of an operation without a path. Names may be
// paths here: compat.go, dottedNames.
func (v *opDecoder) member(name string) error {
	if f := v.ix.top(name); f != nil {
		return v.known(filter.Path{}, f, Bare)
	}
	if s, f := v.ix.inExtension(name); f != nil {
		return v.known(filter.Path{URI: s.urn}, f, Bare)
	}
	s, urn, attr, isURN := v.ix.split(name)
	switch {
	case isURN && s == nil && attr == "":
		return noName(name)
	case isURN && s != nil && attr == "":
		return v.whole(s)
	case isURN && s == nil && dotted(attr):
		return v.at(name)
	case isURN && s == nil && (v.dec.PeekKind() == '{' || !splittable(urn, attr)):
		return v.unknownSchema(name)
	case isURN && s == nil:
		return v.unknown(filter.Path{URI: urn, Attr: attr}, name, Bare)
	case isURN && s != nil, dottedName(v.ix, name):
		return v.at(name)
	}
	return v.unknown(filter.Path{Attr: name}, name, Bare)
}

// whole reads the attributes of a schema that are grouped under its URN.
func (v *opDecoder) whole(s *urnIndex) error {
	switch k := v.dec.PeekKind(); {
	case k == 'n' && !s.core:
		v.add(filter.Path{URI: s.urn}, nil, Bare)
		return v.skip()
	case k != '{':
		return v.wrong(s.urn, "an object of attributes", k)
	}
	return v.each(func(name string) error { return v.inSchema(s, name) })
}

func (v *opDecoder) inSchema(s *urnIndex, name string) error {
	base := filter.Path{URI: s.urn}
	f := s.find(name)
	if s.core {
		base.URI, f = "", v.ix.top(name)
	}
	if f != nil {
		return v.known(base, f, Nested)
	}
	if !validName(name) {
		return noName(s.urn + ":" + name)
	}
	base.Attr = name
	form := Bare
	if s.core {
		form = Nested
	}
	return v.unknown(base, s.urn+":"+name, form)
}

// known reads the value of an attribute that a schema defines.
func (v *opDecoder) known(base filter.Path, f *field, form Form) error {
	if base.URI == "" && f.Name == "id" {
		return v.ownID()
	}
	if f.readOnly() || f.secret() {
		if f.Name == "schemas" {
			return v.skip()
		}
		return v.drop(f)
	}
	if !f.Custom {
		form = Bare
	}
	value, err := v.value(f)
	base.Attr = f.Name
	v.add(base, value, form)
	return err
}

func (v *opDecoder) unknown(path filter.Path, name string, form Form) error {
	value, err := v.any()
	if err != nil {
		return err
	}
	v.notes.Add("kept-unknown", name, "%s is not part of the schema. It was kept as sent.", name)
	if value == "" {
		value = nil
	}
	v.add(path, value, form)
	return nil
}

// at makes the Op of an operation with a path.
func (v *opDecoder) at(path string) error {
	t, err := v.p.target(path)
	if err != nil {
		return err
	}
	if t.path.Attr == "" {
		return v.atSchema(t)
	}
	if t.secret() {
		v.p.notes.Add("dropped-secret", t.attr.path, "%s is not stored.", t.attr.path)
		return v.discard()
	}
	if t.readOnly() {
		return BadRequest(mutability, "%s is read-only and cannot be changed.", t.path)
	}
	if v.verb == Remove {
		return v.atRemoved(t)
	}
	if v.decoder == nil {
		return BadRequest(invalidValue, "An %s at %q needs a value; null clears.", v.verb, path)
	}
	value, err := v.valueAt(t)
	if err != nil {
		return err
	}
	v.add(t.path, value, t.form)
	return nil
}

// atSchema makes the Ops of a path that names a whole schema.
func (v *opDecoder) atSchema(t target) error {
	s := v.p.ix.schema(t.path.URI)
	switch {
	case t.path.Filter != nil || t.path.Sub != "":
		return BadRequest(invalidPath, "%s is a schema; name one of its attributes.", t.path.URI)
	case v.verb == Remove && s != nil && s.core:
		return BadRequest(noTarget, "The core schema cannot be removed; name the attributes to remove.")
	case v.verb == Remove:
		v.add(t.path, nil, Bare)
		return v.discard()
	case v.decoder == nil:
		return BadRequest(invalidValue, "An %s at %s needs a value with attributes.", v.verb, t.path.URI)
	}
	if s == nil {
		return v.unknownSchema(t.path.URI)
	}
	return v.whole(s)
}

// unknownSchema reads the attributes of a schema that nobody defined.
func (v *opDecoder) unknownSchema(urn string) error {
	switch k := v.dec.PeekKind(); k {
	case 'n':
		v.add(filter.Path{URI: urn}, nil, Bare)
		return v.skip()
	case '{':
		return v.each(func(name string) error {
			return v.unknown(filter.Path{URI: urn, Attr: name}, urn+":"+name, Bare)
		})
	default:
		return v.wrong(urn, "an object of attributes", k)
	}
}

// atRemoved makes the Op of a remove: its value is a list of those values that go, or nothing.
func (v *opDecoder) atRemoved(t target) error {
	var value any
	if v.decoder != nil {
		var err error
		if value, err = v.removedValues(t); err != nil {
			return err
		}
	}
	v.add(t.path, value, t.form)
	return nil
}

// valueAt reads the value as the type of what the path names.
func (v *opDecoder) valueAt(t target) (any, error) {
	k := v.dec.PeekKind()
	switch {
	case k == 'n':
		return nil, v.skip()
	case t.sub != nil:
		return v.value(t.sub)
	case t.attr != nil && t.path.Filter != nil:
		return v.element(t.attr, k)
	case t.attr != nil:
		return v.value(t.attr)
	}
	value, err := v.any()
	if value == "" {
		value = nil
	}
	return value, err
}

// discard reads over the value, if there is one.
func (v *opDecoder) discard() error {
	if v.decoder == nil {
		return nil
	}
	return v.skip()
}

// target is what a path names.
type target struct {
	path      filter.Path
	attr, sub *field // nil where no schema defines them
	form      Form
}

func (t *target) readOnly() bool {
	return t.attr != nil && t.attr.readOnly() || t.sub != nil && t.sub.readOnly()
}

func (t *target) secret() bool { return t.attr != nil && t.attr.secret() }

// target resolves the path of an operation. RFC 7644 §3.5.2, figure 7.
func (p *patchDecoder) target(text string) (target, error) {
	written, err := p.limits.Filter.ParsePath(strings.TrimSpace(text))
	if err != nil {
		return target{}, refused(invalidPath, err)
	}
	path, _, err := filter.BindPath(written, &resolver{ix: p.ix, scimType: invalidPath, write: true})
	if err != nil {
		return target{}, refused(invalidPath, err)
	}
	t := target{path: path}
	t.attr, t.sub = p.ix.find(path)
	if t.attr != nil && !t.attr.MultiValued && path.Filter != nil {
		return t, BadRequest(invalidPath, "%s has one value; leave the bracket out.", t.attr.path)
	}
	if written.URI != "" && path.URI == "" && (t.attr == nil || t.attr.Custom) {
		t.form = Flat
	}
	if t.attr == nil && path.Attr != "" {
		p.notes.Add("kept-unknown", written.String(), "%s is not part of the schema. It was kept as sent.", written)
	}
	return t, nil
}
