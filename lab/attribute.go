package lab

import (
	"encoding/json"
	"fmt"
	"strings"
)

// The URNs that clients write themselves.
const (
	userURN       = "urn:ietf:params:scim:schemas:core:2.0:User"
	groupURN      = "urn:ietf:params:scim:schemas:core:2.0:Group"
	enterpriseURN = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
	patchURN      = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
	// adscimURN stands in the schemas of every group that Entra creates.
	adscimURN = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"
)

// object is a JSON object.
type object = map[string]any

// scimPath is a target attribute as an administrator writes it in a mapping:
//
//	userName, name.givenName, emails[type eq "work"].value,
//	urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department
type scimPath struct {
	text  string // as written
	urn   string // schema, "" when not given
	attr  string
	key   string // attribute compared in the bracket, "" without bracket
	value string // its value
	sub   string // sub-attribute, "" when none
}

// parsePath reads a target. Only the forms that mappings use are known: one
// bracket with one eq.
func parsePath(s string) (scimPath, error) {
	p := scimPath{text: s}
	rest := s
	if strings.HasPrefix(strings.ToLower(s), "urn:") {
		cut := strings.LastIndexByte(bare(s), ':')
		p.urn, rest = s[:cut], s[cut+1:]
	}
	if open := strings.IndexByte(rest, '['); open >= 0 {
		shut := strings.LastIndexByte(rest, ']')
		if shut < open || !p.bracket(rest[open+1:shut]) {
			return p, fmt.Errorf("target attribute %q: the bracket must read [type eq \"work\"]", s)
		}
		p.attr, p.sub = rest[:open], strings.TrimPrefix(rest[shut+1:], ".")
		if p.sub == "" {
			return p, fmt.Errorf("target attribute %q: a sub-attribute must follow the bracket", s)
		}
	} else {
		p.attr, p.sub, _ = strings.Cut(rest, ".")
	}
	if p.attr == "" || p.urn == "" && strings.Contains(p.attr, ":") {
		return p, fmt.Errorf("target attribute %q names no attribute", s)
	}
	return p, nil
}

// bare cuts a bracket off, whose value may hold colons.
func bare(s string) string {
	before, _, _ := strings.Cut(s, "[")
	return before
}

// bracket reads `type eq "work"`.
func (p *scimPath) bracket(s string) bool {
	words := strings.SplitN(s, " ", 3)
	if len(words) != 3 || !strings.EqualFold(words[1], "eq") {
		return false
	}
	p.key = words[0]
	return json.Unmarshal([]byte(words[2]), &p.value) == nil
}

// lookupKey finds a key without regard to case, as RFC 7643 §2.1 asks.
func lookupKey(o object, key string) (any, bool) {
	if v, ok := o[key]; ok {
		return v, true
	}
	for k, v := range o {
		if strings.EqualFold(k, key) {
			return v, true
		}
	}
	return nil, false
}

// holders are the objects in which the attribute may stand: the resource
// itself, or the extension's object, or, for customer-defined attributes of the
// core schema, either of them.
func (p *scimPath) holders(doc object) []object {
	if p.urn == "" {
		return []object{doc}
	}
	var in []object
	if v, ok := lookupKey(doc, p.urn); ok {
		if o, ok := v.(object); ok {
			in = append(in, o)
		}
	}
	if p.core() {
		in = append(in, doc)
	}
	return in
}

// core says whether the path names an attribute of the core schema by its URN.
func (p *scimPath) core() bool {
	return strings.EqualFold(p.urn, userURN) || strings.EqualFold(p.urn, groupURN)
}

// read gives the value that a resource has at the path, nil when none. The
// empty string, the empty list and the empty object count as none.
func (p *scimPath) read(doc object) any {
	if v, ok := lookupKey(doc, p.text); ok && p.urn != "" { // flat: "urn:…:User:attr": v
		return present(v)
	}
	for _, in := range p.holders(doc) {
		if v, ok := lookupKey(in, p.attr); ok {
			if v := present(p.inside(v)); v != nil {
				return v
			}
		}
	}
	return nil
}

// inside goes from the attribute's value to the path's end.
func (p *scimPath) inside(v any) any {
	if p.key != "" {
		v = p.element(v)
	}
	if p.sub == "" {
		return v
	}
	o, ok := v.(object)
	if !ok {
		return nil
	}
	got, _ := lookupKey(o, p.sub)
	return got
}

// element picks the element that the bracket selects.
func (p *scimPath) element(v any) any {
	list, _ := v.([]any)
	for _, e := range list {
		if o, ok := e.(object); ok {
			if got, ok := lookupKey(o, p.key); ok && strings.EqualFold(fmt.Sprint(got), p.value) {
				return o
			}
		}
	}
	return nil
}

func present(v any) any {
	switch v := v.(type) {
	case string:
		if v == "" {
			return nil
		}
	case []any:
		if len(v) == 0 {
			return nil
		}
	case object:
		if len(v) == 0 {
			return nil
		}
	}
	return v
}

// write puts a value into a resource that is being built for a POST. flat
// writes attributes of the core schema that were given by URN as one key.
func (p *scimPath) write(doc object, v any, flat bool) {
	in := doc
	switch {
	case p.urn != "" && p.core() && flat:
		doc[p.text] = v
		return
	case p.urn != "":
		in = child(doc, p.urn)
	}
	switch {
	case p.key != "":
		element := p.grow(in)
		element[p.sub] = v
	case p.sub != "":
		child(in, p.attr)[p.sub] = v
	default:
		in[p.attr] = v
	}
}

func child(o object, key string) object {
	c, ok := o[key].(object)
	if !ok {
		c = object{}
		o[key] = c
	}
	return c
}

// grow finds or adds the element that the bracket selects. Entra marks work
// e-mail addresses, and roles chosen by primary, as primary.
func (p *scimPath) grow(in object) object {
	list, _ := in[p.attr].([]any)
	if e, ok := p.element(list).(object); ok {
		return e
	}
	e := object{p.key: p.value}
	switch {
	case strings.EqualFold(p.key, "primary"):
		e = object{p.key: strings.EqualFold(p.value, "true")}
	case strings.EqualFold(p.attr, "emails") && p.value == "work":
		e["primary"] = true
	}
	in[p.attr] = append(list, e)
	return e
}

// quote writes a string as filters do: as JSON, with < > & as they are.
func quote(s string) string {
	b, err := encode(s)
	if err != nil {
		return `""`
	}
	return string(b)
}
