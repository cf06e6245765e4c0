package scim

import (
	"bytes"

	"github.com/anteroom-id/anteroom/scim/filter"
)

// Load decodes what a backend left in r.Stored into r.Attrs. The server does it before it looks at the
// attributes; a backend that hands stored documents to Query.Match itself need not. Errors mean that the
// document is damaged.
func (rt *ResourceType) Load(r *Resource) error {
	if r.Stored == nil {
		return nil
	}
	o, err := rt.DecodeStored(r.Stored)
	if err != nil {
		return err
	}
	if r.Attrs != nil {
		o.Attrs = append(o.Attrs, r.Attrs.Attrs...)
	}
	r.Attrs, r.Stored = o, nil
	return nil
}

// loadFor is Load for a filter alone: of what is stored, it decodes only the attributes that the filter names,
// and what the core schema keeps under its own URN.
func (rt *ResourceType) loadFor(r *Resource, e filter.Expr) error {
	switch {
	case r.Stored == nil || e == nil:
		return nil
	case looksAtSchemas(e): // which are those of all that is stored
		return rt.Load(r)
	}
	core := rt.index().core
	o := &Object{urn: core.urn}
	var few [512]byte
	rest := append(few[:0], '{') // what has to be decoded
	var nested []byte            // what the core schema keeps under its own URN
	s := members{doc: r.Stored}
	for name := s.next(); name != nil; name = s.next() {
		from := s.at
		if s.skip(); !core.owns(name) && !named(e, name) {
			continue
		}
		if nested == nil && string(name) == core.urn {
			nested = s.doc[from:s.at]
			continue
		}
		if text, ok := plainText(s.doc[from:s.at]); ok && !isURN(string(name)) {
			o.Attrs = append(o.Attrs, Attr{Name: string(name), Value: text})
			if lone, ok := e.(filter.Compare); ok && (lone.Path.URI == "" || equalFold(lone.Path.URI, core.urn)) && bytes.EqualFold(name, []byte(lone.Path.Attr)) {
				break // there is no other that the filter looks at
			}
			continue
		}
		rest = appendMember(rest, name, s.doc[from:s.at])
	}
	if s.broken {
		return rt.Load(r) // which says what is wrong
	}
	if nested != nil && !o.addNested(nested) {
		rest = appendMember(rest, []byte(core.urn), nested)
	}
	if len(rest) > 1 {
		more, err := rt.DecodeStored(append(rest, '}'))
		if err != nil {
			return err
		}
		o.Attrs = append(o.Attrs, more.Attrs...)
	}
	if r.Attrs != nil {
		o.Attrs = append(o.Attrs, r.Attrs.Attrs...)
	}
	r.Attrs, r.Stored = o, nil
	return nil
}

// appendMember appends a member as it is stored.
func appendMember(dst, name, value []byte) []byte {
	if len(dst) > 1 {
		dst = append(dst, ',')
	}
	return append(append(append(append(dst, '"'), name...), `":`...), value...)
}

// addNested adds the attributes that a document has under the core schema's URN, when they are plain texts
// as nearly always. False means that they are not, and none was added.
func (o *Object) addNested(doc []byte) bool {
	before := len(o.Attrs)
	s := members{doc: doc}
	for name := s.next(); name != nil; name = s.next() {
		from := s.at
		s.skip()
		text, ok := plainText(s.doc[from:s.at])
		if !ok || bytes.IndexByte(name, '\\') >= 0 {
			s.broken = true
			break
		}
		o.Attrs = append(o.Attrs, Attr{Name: string(name), Value: text, Form: Nested})
	}
	if s.broken {
		o.Attrs = o.Attrs[:before]
	}
	return !s.broken
}

// plainText reads a JSON string that has no escapes.
func plainText(value []byte) (text string, ok bool) {
	if len(value) < 2 || value[0] != '"' || bytes.IndexByte(value, '\\') >= 0 {
		return "", false
	}
	return string(value[1 : len(value)-1]), true
}

// named says whether a filter looks at a member at the top of a document.
func named(e filter.Expr, name []byte) bool {
	for p := range filter.Paths(e) {
		if bytes.EqualFold(name, []byte(p.Attr)) || bytes.EqualFold(name, []byte(p.URI)) || bytes.IndexByte(name, '\\') >= 0 {
			return true
		}
	}
	return false
}

// looksAtSchemas says whether a filter looks at the schemas of a resource, which are not stored.
func looksAtSchemas(e filter.Expr) bool {
	for p := range filter.Paths(e) {
		if equalFold(p.Attr, "schemas") {
			return true
		}
	}
	return false
}

// appendStored appends a resource whose document needs no decoding to be shown whole: what was stored is what
// is sent, with schemas and id in front and the computed attributes and meta behind. ok is false when the
// document has something that the default answer leaves out.
func (rt *ResourceType) appendStored(dst []byte, r *Resource, baseURL string) (out []byte, ok bool) {
	ix := rt.index()
	if ix.hiddenSubs {
		return dst, false
	}
	from := len(dst)
	dst = append(dst, `{"schemas":[`...)
	dst = appendString(dst, ix.core.urn)
	s := members{doc: r.Stored}
	for name := s.next(); name != nil; name = s.next() {
		if bytes.IndexByte(name, '\\') >= 0 || ix.hides(name) {
			return dst[:from], false
		}
		if s.object && len(name) > 4 && isURN(string(name)) && !ix.core.owns(name) {
			dst = append(append(append(dst, `,"`...), name...), '"')
		}
	}
	if s.broken {
		return dst[:from], false
	}
	dst = append(dst, `],"id":`...)
	dst = appendString(dst, r.ID)
	if inner := r.Stored[1 : len(r.Stored)-1]; len(inner) > 0 {
		dst = append(append(dst, ','), inner...)
	}
	if r.Attrs != nil {
		dst = appendMembers(dst, r.Attrs, ix.core.urn)
	}
	dst = rt.appendMeta(append(dst, `,"meta":`...), r, baseURL)
	return append(dst, '}'), true
}

func (ix *index) hides(name []byte) bool {
	for _, h := range ix.left {
		if bytes.EqualFold(name, []byte(h)) {
			return true
		}
	}
	return false
}

// owns says whether a name is the schema's own URN, or begins with it and a colon.
func (u *urnIndex) owns(name []byte) bool {
	return len(name) >= len(u.urn) && string(name[:len(u.urn)]) == u.urn && (len(name) == len(u.urn) || name[len(u.urn)] == ':')
}

// members walks over the names at the top of a document that AppendJSON wrote, without decoding it.
type members struct {
	doc    []byte
	at     int
	object bool // the value of the name at hand is an object
	broken bool
}

// next gives the next name, without its quotes, or nil at the end.
func (s *members) next() []byte {
	if s.at == 0 {
		if len(s.doc) < 2 || s.doc[0] != '{' || s.doc[len(s.doc)-1] != '}' {
			s.broken = true
			return nil
		}
	} else if s.skip(); s.at >= len(s.doc) || s.doc[s.at] != ',' {
		s.broken = s.broken || s.at != len(s.doc)-1
		return nil
	}
	s.at++ // the opening brace, or a comma
	if s.doc[s.at] != '"' {
		s.broken = string(s.doc) != "{}"
		return nil
	}
	from := s.at + 1
	s.text()
	name := s.doc[from : s.at-1]
	if s.at+1 >= len(s.doc) || s.doc[s.at] != ':' {
		s.broken = true
		return nil
	}
	s.at++
	s.object = s.doc[s.at] == '{'
	return name
}

// text goes behind the string that starts here.
func (s *members) text() {
	s.at++
	for {
		rest := s.doc[min(s.at, len(s.doc)):]
		end := bytes.IndexByte(rest, '"')
		if end < 0 {
			s.broken = true
			s.at = len(s.doc)
			return
		}
		escape := bytes.IndexByte(rest[:end], '\\')
		if escape < 0 {
			s.at += end + 1
			return
		}
		s.at += escape + 2 // behind what is escaped
	}
}

// skip goes to the comma or brace behind the value that starts here.
func (s *members) skip() {
	for depth := 0; s.at < len(s.doc); {
		switch s.doc[s.at] {
		case '"':
			s.text()
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return
			}
			depth--
		case ',':
			if depth == 0 {
				return
			}
		}
		s.at++
	}
}
