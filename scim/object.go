package scim

import (
	"slices"
	"strings"
)

// Form is how a vendor's own attribute of the core schema was written on the wire,
// so that it can be returned as sent. Attributes that a schema defines are always Bare.
type Form uint8

// The forms, for an attribute microsoftId:
const (
	Bare   Form = iota // "microsoftId": "x"
	Flat               // "urn:ietf:params:scim:schemas:core:2.0:User:microsoftId": "x"
	Nested             // "urn:ietf:params:scim:schemas:core:2.0:User": {"microsoftId": "x"}
)

// Attr is one attribute of an Object. Name has its canonical spelling when a schema defines it.
// Value is a string, bool, int64, float64, *Object or []any of those; nil stands for no value.
type Attr struct {
	Name  string
	Value any
	Form  Form
}

// Object is an ordered attribute list: the attributes of a resource, or the sub-attributes of a
// complex value. RFC 7643 §2.
//
// An extension's attributes live in an *Object under the attribute named by the extension's URN.
// A vendor's own attributes of the core schema (urn:…:core:2.0:User:microsoftId) live at the top
// level under their bare name; Form remembers how to write them back.
//
// The zero Object is empty and ready to use. An Object is not safe for concurrent changes.
type Object struct {
	Attrs []Attr
	// urn is the core schema, needed to write Flat and Nested attributes back; set on the
	// top-level objects that Decode and DecodeStored make.
	urn string
}

// Get returns the value of the attribute called name, in any case. RFC 7643 §2.1.
func (o *Object) Get(name string) (any, bool) {
	if i := o.index(name); i >= 0 {
		return o.Attrs[i].Value, true
	}
	return nil, false
}

// Len is the number of attributes; an Object without any counts as not present in filters.
func (o *Object) Len() int {
	if o == nil {
		return 0
	}
	return len(o.Attrs)
}

// Set gives the attribute called name, in any case, the value, keeping its place, spelling and
// form, or adds it at the end. A nil value deletes it.
func (o *Object) Set(name string, value any) {
	if value == nil {
		o.Delete(name)
		return
	}
	if i := o.index(name); i >= 0 {
		o.Attrs[i].Value = value
		return
	}
	o.Attrs = append(o.Attrs, Attr{Name: name, Value: value})
}

// Delete removes the attribute called name, in any case, and says whether it was there.
func (o *Object) Delete(name string) bool {
	i := o.index(name)
	if i < 0 {
		return false
	}
	o.Attrs = slices.Delete(o.Attrs, i, i+1)
	return true
}

// Clone returns a deep copy. A nil Object gives an empty one.
func (o *Object) Clone() *Object {
	if o == nil {
		return &Object{}
	}
	c := &Object{Attrs: make([]Attr, len(o.Attrs)), urn: o.urn}
	for i, a := range o.Attrs {
		c.Attrs[i] = Attr{Name: a.Name, Value: cloneValue(a.Value), Form: a.Form}
	}
	return c
}

// Equal says whether both have the same attributes with the same values, in any order of
// attributes. The order of a list counts, and so does how a Flat or Nested attribute is written.
func (o *Object) Equal(p *Object) bool {
	if o.Len() != p.Len() {
		return false
	}
	for i := range o.Len() {
		a := &o.Attrs[i]
		b := p.attr(a.Name, i)
		if b == nil || a.Form != b.Form || !equalValue(a.Value, b.Value) {
			return false
		}
	}
	return true
}

// Str follows the path of attribute names and returns the string there, for instance
// o.Str("userName") or o.Str("name", "givenName"); "" when it is absent or not a string.
func (o *Object) Str(path ...string) string {
	for i, name := range path {
		v, _ := o.Get(name)
		if i == len(path)-1 {
			s, _ := v.(string)
			return s
		}
		o, _ = v.(*Object)
	}
	return ""
}

// Object returns the complex value called name, or nil.
func (o *Object) Object(name string) *Object {
	v, _ := o.Get(name)
	c, _ := v.(*Object)
	return c
}

// List returns the values of the multi-valued attribute called name, or nil.
func (o *Object) List(name string) []any {
	v, _ := o.Get(name)
	l, _ := v.([]any)
	return l
}

// index finds an attribute: by exact name first, which is what almost always hits.
func (o *Object) index(name string) int {
	if o == nil {
		return -1
	}
	for i := range o.Attrs {
		if o.Attrs[i].Name == name {
			return i
		}
	}
	for i := range o.Attrs {
		if len(o.Attrs[i].Name) == len(name) && strings.EqualFold(o.Attrs[i].Name, name) {
			return i
		}
	}
	return -1
}

// attr finds an attribute, trying the place hint first.
func (o *Object) attr(name string, hint int) *Attr {
	if hint < o.Len() && o.Attrs[hint].Name == name {
		return &o.Attrs[hint]
	}
	if i := o.index(name); i >= 0 {
		return &o.Attrs[i]
	}
	return nil
}

func cloneValue(v any) any {
	switch v := v.(type) {
	case *Object:
		return v.Clone()
	case []any:
		c := make([]any, len(v))
		for i, e := range v {
			c[i] = cloneValue(e)
		}
		return c
	}
	return v
}

func equalValue(a, b any) bool {
	switch a := a.(type) {
	case *Object:
		b, ok := b.(*Object)
		return ok && a.Equal(b)
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, equalValue)
	}
	switch b.(type) {
	case *Object, []any:
		return false
	}
	return a == b
}
