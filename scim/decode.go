package scim

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// Decode reads a resource from the wire into canonical names and types. RFC 7643 §2, RFC 7644 §3.3.
//
//   - JSON is strict: one object, no name twice (in any case), valid UTF-8.
//   - Attributes that the schemas define are checked; a wrong type is a 400 invalidValue that
//     names the attribute. A missing required one is, too.
//   - Read-only attributes and secrets (password) are dropped and noted; id, meta and schemas
//     are left out. Null, and an empty list or object, count as absent (RFC 7643 §2.5).
//   - Attributes that no schema defines are kept and noted.
//   - What real directories send beyond that is described in compat.go.
//
// notes may be nil. Errors are *Error.
func (rt *ResourceType) Decode(body []byte, notes *Notes) (*Object, error) {
	return rt.decode(body, notes, 0)
}

func (rt *ResourceType) decode(body []byte, notes *Notes, maxDepth int) (*Object, error) {
	ix := rt.index()
	d := newDecoder(ix, body, notes, maxDepth)
	defer d.release()
	r := resourceDecoder{decoder: d, o: &Object{urn: ix.core.urn, Attrs: make([]Attr, 0, 16)}}
	if err := d.document(r.member); err != nil {
		return nil, err
	}
	if !r.schemas {
		notes.Add("no-schemas", "schemas", "The body has no schemas; it was read as a %s.", rt.Name)
	}
	if err := ix.complete(r.o); err != nil {
		return nil, err
	}
	return r.o, nil
}

// resourceDecoder fills a resource.
type resourceDecoder struct {
	*decoder
	o       *Object
	byURN   []place // the attributes that were sent by their URN
	schemas bool    // whether the body had any
}

// place is an attribute of an object.
type place struct {
	o    *Object
	name string
}

// member reads one top-level attribute.
func (r *resourceDecoder) member(name string) error {
	if f := r.ix.top(name); f != nil {
		return r.known(r.o, f, Bare, false)
	}
	if isURN(name) {
		return r.qualified(name)
	}
	if s, f := r.ix.inExtension(name); f != nil {
		return r.bare(s, f)
	}
	return r.unknown(r.o, name, name, Bare, false)
}

// known reads the value of an attribute that a schema defines, and puts it into o.
func (r *resourceDecoder) known(o *Object, f *field, form Form, urn bool) error {
	switch {
	case f.Name == "schemas":
		return r.readSchemas()
	case f.readOnly() || f.secret():
		return r.drop(f)
	}
	v, err := r.value(f)
	if err != nil || absent(v) {
		return err
	}
	if !f.Custom {
		form = Bare
	}
	r.put(o, f.Name, v, form, urn)
	return nil
}

// unknown keeps an attribute that no schema defines, as it was sent.
func (r *resourceDecoder) unknown(o *Object, name, path string, form Form, urn bool) error {
	v, err := r.any()
	if err != nil || absent(v) {
		return err
	}
	r.notes.Add("kept-unknown", path, "%s is not part of the schema. It was kept as sent.", path)
	r.put(o, name, v, form, urn)
	return nil
}

// qualified reads an attribute or a whole schema that is named by its URN.
func (r *resourceDecoder) qualified(name string) error {
	s, urn, attr, _ := r.ix.split(name)
	switch {
	case s == nil && attr == "":
		return noName(name)
	case s != nil && attr == "":
		return r.whole(s)
	case s != nil:
		return r.inSchema(s, attr, Flat)
	case r.dec.PeekKind() == '{':
		return r.unknown(r.o, name, name, Bare, true)
	case r.dec.PeekKind() == 'n':
		return r.skip()
	case !splittable(urn, attr):
		return r.wrong(name, "an object of attributes, since it names a schema", r.dec.PeekKind())
	}
	return r.inContainer(urn, func(c *Object) error { return r.unknown(c, attr, name, Bare, true) })
}

func noName(name string) error {
	return BadRequest(invalidSyntax, "%q is not the name of an attribute.", clip(name, 80))
}

// splittable says whether what precedes the last colon of an unknown name can be a schema.
func splittable(urn, attr string) bool {
	return isSchemaURN(urn) && validName(attr)
}

// isSchemaURN says whether a URN that nobody defined can be that of a schema: urn:acme, but not urn or urn:acme:
func isSchemaURN(urn string) bool {
	return isURN(urn) && !strings.HasSuffix(urn, ":")
}

// whole reads {"urn:…:User": {…}}: an extension, or attributes of the core schema nested under its URN.
func (r *resourceDecoder) whole(s *urnIndex) error {
	switch k := r.dec.PeekKind(); k {
	case 'n':
		return r.skip()
	case '{':
		return r.each(func(name string) error { return r.inSchema(s, name, Nested) })
	default:
		return r.wrong(s.urn, "an object", k)
	}
}

// inSchema reads one attribute of a known schema that was named by URN.
func (r *resourceDecoder) inSchema(s *urnIndex, attr string, form Form) error {
	if !validName(attr) {
		return noName(s.urn + ":" + attr)
	}
	if s.core {
		if f := r.ix.top(attr); f != nil {
			return r.known(r.o, f, form, true)
		}
		return r.unknown(r.o, attr, s.urn+":"+attr, form, true)
	}
	return r.inContainer(s.urn, func(c *Object) error {
		if f := s.find(attr); f != nil {
			return r.known(c, f, Bare, true)
		}
		return r.unknown(c, attr, s.urn+":"+attr, Bare, true)
	})
}

// inContainer reads into the extension's object, which is made when something is to go in it.
func (r *resourceDecoder) inContainer(urn string, read func(*Object) error) error {
	v, exists := r.o.Get(urn)
	c, ok := v.(*Object)
	if exists && !ok {
		return BadRequest(invalidSyntax, "%s is sent as a value and as a schema with attributes.", urn)
	}
	if exists {
		return read(c)
	}
	c = &Object{}
	if err := read(c); err != nil || len(c.Attrs) == 0 {
		return err
	}
	r.o.Attrs = append(r.o.Attrs, Attr{Name: urn, Value: c})
	return nil
}

// put adds an attribute. One that is there already was sent in a second spelling: the one with
// the URN wins.
func (r *resourceDecoder) put(o *Object, name string, v any, form Form, urn bool) {
	i := o.index(name)
	switch {
	case i < 0:
		o.Attrs = append(o.Attrs, Attr{Name: name, Value: v, Form: form})
	case r.twice(o, &o.Attrs[i], name, v, urn):
		o.Attrs[i].Value, o.Attrs[i].Form = v, form
	}
	if urn {
		if r.byURN == nil {
			r.byURN = make([]place, 0, 8)
		}
		r.byURN = append(r.byURN, place{o, name})
	}
}

// readSchemas checks the schemas attribute; what a resource has is derived from its attributes.
// RFC 7643 §3: it must list the core schema.
func (r *resourceDecoder) readSchemas() error {
	v, err := r.any()
	if err != nil {
		return err
	}
	list, ok := v.([]any)
	if !ok && v != nil {
		return BadRequest(invalidValue, "schemas must be a list of URNs.")
	}
	if len(list) == 0 {
		return nil
	}
	r.schemas = true
	known := false
	for _, e := range list {
		urn, ok := e.(string)
		if !ok {
			return BadRequest(invalidValue, "schemas must be a list of URNs.")
		}
		known = known || r.ix.schema(urn) != nil
		if r.ix.schema(urn) == nil {
			r.notes.Add("unknown-schema", urn, "The schema %s is not known here; its attributes are kept as sent.", urn)
		}
	}
	if !known {
		return BadRequest(invalidValue, "schemas does not list %s, the schema of this endpoint.", r.ix.core.urn)
	}
	return nil
}

// drop skips the value of a read-only attribute or of a secret. RFC 7644 §3.3, §3.5.1.
func (d *decoder) drop(f *field) error {
	switch {
	case f.secret():
		d.notes.Add("dropped-secret", f.path, "%s is not stored.", f.path)
	case f.path != "id" && f.path != "meta":
		d.notes.Add("dropped-readonly", f.path, "%s is read-only. What was sent for it was ignored.", f.path)
	}
	return d.skip()
}

// absent says whether a value counts as not assigned. RFC 7643 §2.5.
func absent(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case []any:
		return len(v) == 0
	case *Object:
		return v == nil || len(v.Attrs) == 0
	}
	return false
}

// complete checks that the required attributes are there. RFC 7643 §2.2.
func (ix *index) complete(o *Object) error {
	if err := requireAll(o, ix.core.list); err != nil {
		return err
	}
	for _, e := range ix.extensions {
		c := o.Object(e.urn)
		if c == nil && !ix.needs(e.urn) {
			continue
		}
		if err := requireAll(c, e.list); err != nil {
			return err
		}
	}
	return nil
}

func (ix *index) needs(urn string) bool {
	for _, r := range ix.required {
		if r == urn {
			return true
		}
	}
	return false
}

func requireAll(o *Object, fields []*field) error {
	for _, f := range fields {
		if f.readOnly() || f.secret() || !f.Required && !f.needsSub {
			continue
		}
		v, _ := o.Get(f.Name)
		if f.Required && (absent(v) || v == "") {
			return BadRequest(invalidValue, "%s is required and missing or empty.", f.path)
		}
		if err := requireSubs(v, f); err != nil {
			return err
		}
	}
	return nil
}

// requireSubs checks the required sub-attributes of each value.
func requireSubs(v any, f *field) error {
	switch v := v.(type) {
	case *Object:
		return requireAll(v, f.subs.list)
	case []any:
		for _, e := range v {
			if err := requireSubs(e, f); err != nil {
				return err
			}
		}
	}
	return nil
}

// kindName names a JSON kind for messages.
func kindName(k jsontext.Kind) string {
	switch k {
	case 'n':
		return "null"
	case 't', 'f':
		return "a boolean"
	case '"':
		return "a string"
	case '0':
		return "a number"
	case '{':
		return "an object"
	case '[':
		return "a list"
	}
	return "nothing"
}
