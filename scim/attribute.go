package scim

import (
	"slices"
	"strings"
	"sync"

	"github.com/anteroom-id/anteroom/scim/filter"
)

// field is an attribute made ready for look-up: with its full name and its sub-attributes.
type field struct {
	*Attribute
	path     string // for messages: name.givenName, urn:…:User:department
	kind     Kind   // never Any
	subs     names  // of a complex attribute
	valueSub *field // the "value" sub-attribute, or nil
	needsSub bool   // whether a sub-attribute is required
}

// typ is what the filter language needs to know of the attribute.
func (f *field) typ() filter.Type {
	return filter.Type{Kind: f.kind, CaseExact: f.CaseExact, Multi: f.MultiValued}
}

// readOnly says whether clients cannot set the attribute at all.
func (f *field) readOnly() bool { return f.Mutability == ReadOnly }

// secret says whether the attribute is accepted but never kept: password.
func (f *field) secret() bool { return f.Returned == ReturnedNever }

// hidden says whether no answer shows the attribute, and no filter may look at it: secrets, and what
// can be written only, which a backend keeps. RFC 7643 §7, mutability.
func (f *field) hidden() bool { return f.secret() || f.Mutability == WriteOnly }

// reference says whether the complex value points at another resource, as manager does: then
// $ref and display names belong to the value and must not outlive it.
func (f *field) reference() bool {
	return f.valueSub != nil && !f.MultiValued && f.subs.find("$ref") != nil
}

// names finds fields by name in any case. RFC 7643 §2.1.
type names struct {
	list  []*field
	byLow map[string]*field // by the name in lower case
}

func newNames(fields []*field) names {
	n := names{list: fields, byLow: make(map[string]*field, len(fields))}
	for _, f := range fields {
		n.byLow[strings.ToLower(f.Name)] = f
	}
	return n
}

// find tries the exact spelling first, which is what almost always comes.
func (n *names) find(name string) *field {
	for _, f := range n.list {
		if f.Name == name {
			return f
		}
	}
	var buf [64]byte
	if len(name) > len(buf) {
		return nil
	}
	return n.byLow[string(appendLower(buf[:0], name))]
}

// urnIndex is one schema of a resource type.
type urnIndex struct {
	urn  string
	core bool
	names
}

// index is a resource type made ready for look-up.
type index struct {
	core       *urnIndex
	extensions []*urnIndex
	required   []string  // URNs of the required extensions
	common     names     // id, externalId, schemas, meta
	left       []string  // top-level names that the default answer leaves out
	always     []string  // top-level names that every answer has
	hiddenSubs bool      // whether sub-attributes or extensions hide something
	pool       sync.Pool // of *decoder
}

// index compiles the resource type once.
func (rt *ResourceType) index() *index {
	if ix := rt.compiled.Load(); ix != nil {
		return ix
	}
	ix := newIndex(rt)
	rt.compiled.Store(ix)
	return ix
}

func newIndex(rt *ResourceType) *index {
	ix := &index{}
	ix.core = newURNIndex(rt.Schema, true)
	for _, e := range rt.Extensions {
		ix.extensions = append(ix.extensions, newURNIndex(e.Schema, false))
		if e.Required {
			ix.required = append(ix.required, e.Schema.ID)
		}
	}
	ix.common = newNames(newFields(commonAttributes(), ""))
	ix.hide()
	return ix
}

func newURNIndex(s *Schema, core bool) *urnIndex {
	if !core {
		return &urnIndex{urn: s.ID, names: newNames(newFields(s.Attributes, s.ID+":"))}
	}
	fields := slices.DeleteFunc(newFields(s.Attributes, ""), func(f *field) bool { return isCommon(f.Name) })
	return &urnIndex{urn: s.ID, core: true, names: newNames(fields)}
}

// isCommon says whether every resource has the attribute, with characteristics that those in a schema that
// lists it, too, do not change. RFC 7643 §3.1.
func isCommon(name string) bool {
	return equalFold(name, "id") || equalFold(name, "externalId") || equalFold(name, "schemas") || equalFold(name, "meta")
}

func newFields(attributes []Attribute, prefix string) []*field {
	var fields []*field
	for i := range attributes {
		fields = append(fields, newField(&attributes[i], prefix))
	}
	return fields
}

func newField(a *Attribute, prefix string) *field {
	f := &field{Attribute: a, path: prefix + a.Name, kind: a.Type}
	if len(a.SubAttributes) > 0 {
		f.kind = Complex
	}
	if f.kind == filter.Any {
		f.kind = String
	}
	f.subs = newNames(newFields(a.SubAttributes, f.path+"."))
	f.valueSub = f.subs.find("value")
	f.needsSub = slices.ContainsFunc(f.subs.list, func(s *field) bool { return s.Required })
	return f
}

// hide notes which attributes the default answer leaves out, and which are in every answer.
func (ix *index) hide() {
	for _, f := range ix.core.list {
		switch {
		case f.hidden() || f.Returned == ReturnedRequest:
			ix.left = append(ix.left, f.Name)
		case f.Returned == ReturnedAlways:
			ix.always = append(ix.always, f.Name)
		}
		ix.hideSubs(f.subs.list)
	}
	for _, e := range ix.extensions {
		ix.hideSubs(e.list)
	}
}

func (ix *index) hideSubs(fields []*field) {
	for _, f := range fields {
		if f.Returned != ReturnedDefault || f.hidden() {
			ix.hiddenSubs = true
		}
		ix.hideSubs(f.subs.list)
	}
}

// commonAttributes are the attributes every resource has. RFC 7643 §3.1.
func commonAttributes() []Attribute {
	return []Attribute{
		{Name: "id", CaseExact: true, Mutability: ReadOnly, Returned: ReturnedAlways, Uniqueness: UniqueServer},
		{Name: "externalId", CaseExact: true},
		{Name: "schemas", Type: Reference, CaseExact: true, MultiValued: true, Mutability: ReadOnly, Returned: ReturnedAlways},
		{Name: "meta", Type: Complex, Mutability: ReadOnly, SubAttributes: []Attribute{
			{Name: "resourceType", CaseExact: true, Mutability: ReadOnly},
			{Name: "created", Type: DateTime, Mutability: ReadOnly},
			{Name: "lastModified", Type: DateTime, Mutability: ReadOnly},
			{Name: "location", Type: Reference, CaseExact: true, Mutability: ReadOnly},
			{Name: "version", CaseExact: true, Mutability: ReadOnly},
		}},
	}
}

// top finds a common or core attribute by its bare name.
func (ix *index) top(name string) *field {
	if f := ix.core.find(name); f != nil {
		return f
	}
	return ix.common.find(name)
}

// schema finds a schema of the type by its URN, in any case.
func (ix *index) schema(urn string) *urnIndex {
	if strings.EqualFold(urn, ix.core.urn) {
		return ix.core
	}
	for _, e := range ix.extensions {
		if strings.EqualFold(urn, e.urn) {
			return e
		}
	}
	return nil
}

// find gives the field a canonical path names: its attribute and its sub-attribute, nil where no schema defines them.
func (ix *index) find(p filter.Path) (attr, sub *field) {
	if p.URI == "" {
		attr = ix.top(p.Attr)
	} else if s := ix.schema(p.URI); s != nil {
		attr = s.find(p.Attr)
	}
	if attr != nil && p.Sub != "" {
		sub = attr.subs.find(p.Sub)
	}
	return attr, sub
}

// split cuts a URN-qualified name into the schema's URN and the attribute's name. Where the
// URN is that of a known schema it is canonical and s is set; attr is "" for a whole schema.
// ok is false when the name is not URN-qualified.
func (ix *index) split(name string) (s *urnIndex, urn, attr string, ok bool) {
	if !isURN(name) {
		return nil, "", "", false
	}
	if s = ix.schema(name); s != nil {
		return s, s.urn, "", true
	}
	if s = ix.prefix(name); s != nil {
		return s, s.urn, name[len(s.urn)+1:], true
	}
	i := strings.LastIndexByte(name, ':')
	return nil, name[:i], name[i+1:], true
}

// prefix finds the schema that a URN-qualified attribute name starts with.
func (ix *index) prefix(name string) *urnIndex {
	if hasURN(name, ix.core.urn) {
		return ix.core
	}
	for _, e := range ix.extensions {
		if hasURN(name, e.urn) {
			return e
		}
	}
	return nil
}

func hasURN(name, urn string) bool {
	return len(name) > len(urn)+1 && name[len(urn)] == ':' && strings.EqualFold(name[:len(urn)], urn)
}

func isURN(name string) bool {
	return len(name) > 4 && strings.EqualFold(name[:4], "urn:")
}

// validName is the grammar of attribute names, with the underscore that vendors use and the
// dollar of $ref. RFC 7643 §2.1.
func validName(name string) bool {
	for i := range len(name) {
		c := name[i]
		letter := 'a' <= c|0x20 && c|0x20 <= 'z' || c == '$' || c == '_'
		if !letter && (i == 0 || c != '-' && (c < '0' || c > '9')) {
			return false
		}
	}
	return name != ""
}

func appendLower(dst []byte, s string) []byte {
	for i := range len(s) {
		c := s[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		dst = append(dst, c)
	}
	return dst
}
