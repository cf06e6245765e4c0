package scim

// What real directories send beyond, or beside, the standard, and what is made of it. Each entry says who sends it, in
// which file of testdata/compat an example stands, with the evidence, and which sentence it
// bends. The tests run every example. Whatever is tolerated is noted, so that an administrator can see it.
//
// These need no code of their own here:
//
//   - An unknown attribute, and a part of one such as roles.displayName, is kept as sent: Decode.
//     Microsoft Entra ID, role-display-name.json. RFC 7643 §4.1.2.
//   - Attributes of a vendor within the core schema, urn:…:core:2.0:User:microsoftId, in
//     three forms: Form and resolver. Microsoft Entra ID, core-custom-attribute.json. RFC 7643 §3.3.
//   - A filter on an attribute with a URN that nobody defined finds nothing, instead of failing:
//     resolver. Microsoft Entra ID, core-custom-attribute.json. RFC 7644 §3.4.2.2.
//   - emails[type eq "work"].value eq "x" as a filter: package filter. Microsoft Entra ID,
//     beyond-grammar-filter.json. RFC 7644 §3.4.2.2.
//   - A role whose value is JSON in a string stays a string: Microsoft Entra ID, role-json-string.json.
//   - groups:[] and password in a POST: decoder.drop. Okta, okta-create.json. RFC 7644 §3.3.
//   - A replace of a complex attribute keeps the sub-attributes it does not name: merge.
//     SailPoint, Okta, merged-complex.json. RFC 7644 §3.5.2.3 says so, too.
//   - Null and "" clear in a PATCH: decoder.clears. Microsoft Entra gallery test 16,
//     null-update.json. RFC 7643 §2.5 says it of null and empty lists only.
//   - Bodies without schemas: Decode. Scripts, no-schemas.json. RFC 7643 §3.
//   - Schemas that nobody knows, in schemas: resourceDecoder.readSchemas. Microsoft Entra ID,
//     adscim-schema.json. RFC 7643 §3.
//   - Stray parameters, doubled and trailing slashes: searchOf and segments. Microsoft Entra ID
//     with the flag aadOptscim062020 in the tenant URL, stray-parameters.json.

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/anteroom-id/anteroom/scim/filter"
)

// stringBoolean reads "True" and "false", in any case. A "primary" that is no boolean at all
// is left out, since it is a preference only.
// Microsoft Entra ID: string-booleans.json. Its validator: odd-primary.json. Bends RFC 7643 §2.3.2.
func (d *decoder) stringBoolean(f *field) (any, error) {
	v, err := d.scalar()
	s, _ := v.(string)
	switch {
	case err != nil || s == "":
		return nil, err
	case strings.EqualFold(s, "true"), strings.EqualFold(s, "false"):
		d.notes.Add("string-boolean", f.path, "%s was sent as the string %q and read as a boolean.", f.path, s)
		return strings.EqualFold(s, "true"), nil
	case f.Name == "primary":
		d.notes.Add("dropped-primary", f.path, "%s must be true or false, not %.40q. It was ignored.", f.path, s)
		return nil, nil
	}
	return nil, BadRequest(invalidValue, "%s must be true or false, not %.40q.", f.path, s)
}

// stringComplex reads a plain string where a complex value is due, as its "value": manager.
// Microsoft Entra ID: manager-string.json. Bends RFC 7643 §4.3. What is returned is complex.
func (d *decoder) stringComplex(f *field) (any, error) {
	if f.valueSub == nil {
		return nil, d.wrong(f.path, "an object", '"')
	}
	v, err := d.single(f.valueSub, '"')
	if err != nil || absent(v) || v == "" {
		return nil, err
	}
	d.notes.Add("string-complex", f.path, "%s was sent as a string and read as its value.", f.path)
	return &Object{Attrs: []Attr{{Name: f.valueSub.Name, Value: v}}}, nil
}

// listComplex reads a list of one where a single complex value is due: manager.
// Microsoft Entra ID: manager-list.json. Bends RFC 7643 §4.3.
func (d *decoder) listComplex(f *field) (any, error) {
	if err := d.enter(); err != nil {
		return nil, err
	}
	var one any
	for d.dec.PeekKind() != ']' {
		v, err := d.element(f, d.dec.PeekKind())
		if err != nil {
			return nil, err
		}
		if one != nil && !absent(v) {
			return nil, BadRequest(invalidValue, "%s has one value, but a list of several was sent.", f.path)
		}
		if !absent(v) {
			one = v
		}
	}
	d.notes.Add("list-complex", f.path, "%s was sent as a list and read as its one value.", f.path)
	return one, d.leave()
}

// loneValue reads a single value where a list is due. RFC 7644 §3.5.2.1 lets an add be sent
// like that: lone-value.json. Elsewhere it bends RFC 7643 §2.4.
func (d *decoder) loneValue(f *field, k jsontext.Kind) (any, error) {
	v, err := d.single(f, k)
	if err != nil {
		return nil, err
	}
	if absent(v) || v == "" {
		return []any{}, nil
	}
	d.notes.Add("lone-value", f.path, "%s was sent as one value and read as a list of one.", f.path)
	return []any{v}, nil
}

// onePrimary leaves the first primary value primary, and takes any number of values of one type.
// Microsoft SCIM validator: odd-primary.json. Bends RFC 7643 §2.4.
func (d *decoder) onePrimary(f *field, list []any) {
	found := false
	for _, e := range list {
		o, _ := e.(*Object)
		if p, _ := o.Get("primary"); p != true {
			continue
		}
		if found {
			o.Set("primary", false)
			d.notes.Add("two-primaries", f.path, "%s has more than one primary value; the first stays primary.", f.path)
		}
		found = true
	}
}

// twice decides between two spellings of one attribute, by short name and by URN, and says
// whether the new value replaces the old one: the one with the URN counts, in any order.
// Microsoft Entra ID with the mapping of Timeneye: sent-twice.json. Bends RFC 7643 §2.1.
func (r *resourceDecoder) twice(o *Object, old *Attr, name string, v any, urn bool) bool {
	if equalValue(old.Value, v) {
		return urn
	}
	wins := urn || !slices.Contains(r.byURN, place{o, name})
	r.notes.Add("sent-twice", name, "%s was sent by its short name and by its URN with different values; the one with the URN counts.", name)
	return wins
}

// verbOf reads an operation's name, in any case.
// Microsoft Entra ID: capital-verbs.json. Bends RFC 7644 §3.5.2.
func verbOf(op string) (Verb, error) {
	for _, v := range []Verb{Add, Replace, Remove} {
		if strings.EqualFold(op, v.String()) {
			return v, nil
		}
	}
	return 0, BadRequest(invalidSyntax, "op must be add, replace or remove, not %.40q.", op)
}

// emptyOperations tolerates a PATCH that asks for nothing, and does nothing.
// Microsoft SCIM validator: empty-operations.json. Bends RFC 7644 §3.5.2.
func (p *patchDecoder) emptyOperations() {
	if p.n == 0 {
		p.notes.Add("empty-operations", "Operations", "The PATCH has no operations and changed nothing.")
	}
}

// ownID tolerates the resource's own id among the attributes to set; any other id is a 400 mutability.
// Okta: own-id.json. Bends RFC 7643 §3.1.
func (v *opDecoder) ownID() error {
	id, err := v.scalarOrSkip()
	if err != nil || id == nil || id == v.p.id {
		return err
	}
	return BadRequest(mutability, "id is read-only; this resource's id is %q.", v.p.id)
}

func (v *opDecoder) scalarOrSkip() (any, error) {
	if k := v.dec.PeekKind(); k != '"' && k != 'n' {
		return nil, v.wrong("id", "a string", k)
	}
	return v.scalar()
}

// dottedName says whether a name among the attributes to set is a path, as name.givenName and
// emails[type eq "work"].value are.
// Microsoft Entra ID with aadOptscim062020, and its validator: dotted-names.json. Bends RFC 7644 §3.5.2.
func dottedName(ix *index, name string) bool {
	i := strings.IndexAny(name, ".[")
	if i <= 0 {
		return false
	}
	_, f := ix.inExtension(name[:i])
	return f != nil || ix.top(name[:i]) != nil
}

// dotted says whether what follows a URN nobody defined is a path: manager.value, but not 2.0.
func dotted(name string) bool {
	i := strings.IndexAny(name, ".[")
	return i > 0 && validName(name[:i])
}

// removedValues reads the value of a remove. Where the path names a whole list it says which
// values to remove, and those only; anywhere else it says nothing and is ignored.
// Microsoft Entra ID, authentik: remove-listed.json; Microsoft's reference client:
// remove-spurious-value.json. Bends RFC 7644 §3.5.2.2, by which the whole group would be emptied.
func (v *opDecoder) removedValues(t target) (any, error) {
	k := v.dec.PeekKind()
	listed := t.path.Filter == nil && t.path.Sub == "" && k != 'n'
	switch {
	case listed && t.attr != nil && t.attr.MultiValued:
		return v.value(t.attr)
	case listed && t.attr == nil && k == '[':
		return v.any()
	}
	if k != 'n' {
		v.notes.Add("ignored-value", t.path.String(), "A remove at %s needs no value; it was ignored.", t.path)
	}
	return nil, v.skip()
}

// newElement makes the value that an add or replace selects but does not find, of what the bracket
// says it must have; the next operation with the same bracket finds it, so that several make one value.
// It must fit the bracket, or else it is the 400 noTarget of the RFC.
// Microsoft Entra ID: missing-element.json, one-element.json and, with a string in place of a
// boolean, primary-string.json. Bends RFC 7644 §3.5.2.3.
func newElement(op *Op, sub *field) (any, error) {
	e := seedOf(op.Path.Filter)
	if len(e.Attrs) == 0 {
		return nil, noTargetAt(op)
	}
	if op.Path.Sub != "" {
		if err := setSub(e, sub, &Op{Verb: op.Verb, Path: op.Path, Value: op.Value}); err != nil {
			return nil, noTargetAt(op)
		}
	} else if next, ok := op.Value.(*Object); ok {
		merge(e, next)
	} else {
		return nil, noTargetAt(op)
	}
	if !filter.MatchElement(op.Path.Filter, e) {
		return nil, noTargetAt(op)
	}
	return e, nil
}

func noTargetAt(op *Op) error {
	return BadRequest(noTarget, "No value of %s matches %q, and none can be made from it; add one to %s.", op.Path.Attr, op.Path, op.Path.Attr)
}

// seedOf gives what every value that a bracket selects must have: {"type":"work"} for [type eq "work"].
func seedOf(e filter.Expr) *Object {
	o := &Object{}
	for _, q := range filter.Equalities(e) {
		if q.Path.URI == "" && q.Path.Sub == "" {
			o.Set(q.Path.Attr, q.Value)
		}
	}
	return o
}

// dropHollow removes, after something was cleared, those of the touched values that hold no
// more than what says which one they are: emails[type eq "work"].value cleared leaves no {"type":"work"}.
// Microsoft Entra gallery test 16: null-update.json.
func dropHollow(list []any, cleared bool, touched func(int) bool) []any {
	kept := make([]any, 0, len(list))
	for i, e := range list {
		o, ok := e.(*Object)
		if absent(e) || ok && cleared && touched(i) && hollow(o) {
			continue
		}
		kept = append(kept, e)
	}
	return kept
}

func hollow(o *Object) bool {
	for _, a := range o.Attrs {
		if a.Name != "type" && a.Name != "primary" && a.Name != "display" {
			return false
		}
	}
	return true
}

// inExtension finds an attribute by its name alone where exactly one extension has it, in
// queries, paths and bodies alike: so it is one attribute, however it is named.
// Microsoft Entra ID asks for, and sets, a manager like that: bare-manager.json. Bends RFC 7644 §3.10.
func (ix *index) inExtension(name string) (s *urnIndex, f *field) {
	for _, e := range ix.extensions {
		if found := e.find(name); found != nil {
			if f != nil {
				return nil, nil
			}
			s, f = e, found
		}
	}
	return s, f
}

// bare reads an attribute of an extension that was sent without its URN.
func (r *resourceDecoder) bare(s *urnIndex, f *field) error {
	r.notes.Add("bare-extension", f.path, "%s was sent without the URN of its extension.", f.path)
	return r.inContainer(s.urn, func(c *Object) error { return r.known(c, f, Bare, false) })
}

// checkMediaType refuses bodies that are certainly not JSON, and takes any other type, or none.
// Microsoft Entra ID and test tools: media-types.json. Bends RFC 7644 §3.1.
func checkMediaType(h http.Header) error {
	if enc := h.Get("Content-Encoding"); enc != "" && !strings.EqualFold(enc, "identity") {
		return unsupported("Send the body without Content-Encoding, not as %.40q.", enc)
	}
	media, _, _ := strings.Cut(h.Get("Content-Type"), ";")
	media = strings.ToLower(strings.TrimSpace(media))
	switch {
	case strings.HasSuffix(media, "/xml"), strings.HasSuffix(media, "+xml"), media == "text/html",
		media == "application/x-www-form-urlencoded", strings.HasPrefix(media, "multipart/"),
		strings.HasPrefix(media, "image/"):
		return unsupported("Send JSON as application/scim+json, not %.40q.", media)
	}
	return nil
}

func unsupported(format, value string) error {
	return &Error{Status: http.StatusUnsupportedMediaType, Detail: fmt.Sprintf(format, value)}
}
