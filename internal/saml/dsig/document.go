// Package dsig reads the XML of SAML messages and proves who signed it. It knows
// one strict subset of XML, one way to canonicalise (exclusive), and one form of
// signature (enveloped, with one reference, to its own parent), so that there is
// one way to understand a message, and what was signed is what is read.
//
// Everything is bounded before it is built, linear in the size of the input, and
// refused with an explain code.
package dsig

import (
	"iter"
	"strings"
)

// Document is a message that was read.
type Document struct{ Root *Element }

// Element is one element of a document. It is never changed after parsing.
type Element struct {
	Space string // namespace, "" for none
	Local string // name without prefix
	Attrs []Attr // without namespace declarations, in the order of the document
	Decls []Decl // namespaces that are declared here
	// Parent is nil for the root.
	Parent *Element

	name       string // as written, with its prefix
	text       string // of a text node, whose Local is "", and of an element that holds one text and nothing else
	first      *Element
	last       *Element
	next       *Element
	start, end int32 // in the source; end is behind the end tag
	inner      int32 // where the content begins; 0 of an empty element <a/>
}

// Attr is an attribute, with its value as it is meant: entities are resolved.
type Attr struct {
	Space, Local, Value string
	name                string // as written
}

// Decl is the declaration of a namespace; the default one has no prefix.
type Decl struct{ Prefix, Space string }

// Prefix gives the prefix that the element's name is written with, "" for none.
func (e *Element) Prefix() string { return prefixOf(e.name, e.Local) }

// Prefix gives the prefix that the attribute's name is written with, "" for none.
func (a *Attr) Prefix() string { return prefixOf(a.name, a.Local) }

func prefixOf(name, local string) string {
	return name[:max(0, len(name)-len(local)-1)]
}

// Is reports whether the element has this name. A nil element has none.
func (e *Element) Is(space, local string) bool {
	return e != nil && e.Local == local && e.Space == space
}

// Lookup gives the value of the attribute with this name and no namespace, and
// whether it is there.
func (e *Element) Lookup(local string) (string, bool) {
	for i := range e.Attrs {
		if e.Attrs[i].Local == local && e.Attrs[i].Space == "" {
			return e.Attrs[i].Value, true
		}
	}
	return "", false
}

// Attr gives the value of the attribute with this name and no namespace, "" when
// it is not there.
func (e *Element) Attr(local string) string {
	value, _ := e.Lookup(local)
	return value
}

// Children goes through the elements directly below, in order.
func (e *Element) Children() iter.Seq[*Element] {
	return func(yield func(*Element) bool) {
		for c := e.first; c != nil; c = c.next {
			if c.Local != "" && !yield(c) {
				return
			}
		}
	}
}

// All goes through the elements directly below that have this name.
func (e *Element) All(space, local string) iter.Seq[*Element] {
	return func(yield func(*Element) bool) {
		for c := e.first; c != nil; c = c.next {
			if c.Is(space, local) && !yield(c) {
				return
			}
		}
	}
}

// Child gives the first element directly below that has this name, nil when
// there is none, and how many there are.
func (e *Element) Child(space, local string) (child *Element, count int) {
	for c := e.first; c != nil; c = c.next {
		if c.Is(space, local) {
			if count++; count == 1 {
				child = c
			}
		}
	}
	return child, count
}

// Descendants goes through the element and everything below, in the order of the
// document.
func (e *Element) Descendants() iter.Seq[*Element] {
	return func(yield func(*Element) bool) { e.walk(yield) }
}

func (e *Element) walk(yield func(*Element) bool) bool {
	if !yield(e) {
		return false
	}
	for c := e.first; c != nil; c = c.next {
		if c.Local != "" && !c.walk(yield) {
			return false
		}
	}
	return true
}

// Text gives the element's text. It is false when there are elements in it.
func (e *Element) Text() (string, bool) {
	if e.first == nil {
		return e.text, true
	}
	var all strings.Builder
	for c := e.first; c != nil; c = c.next {
		if c.Local != "" {
			return "", false
		}
		all.WriteString(c.text) // parts of the lax reader, between comments
	}
	return all.String(), true
}

// namespace gives what a prefix stands for at the element, "" when it is unbound.
func (e *Element) namespace(prefix string) string {
	for ; e != nil; e = e.Parent {
		for _, d := range e.Decls {
			if d.Prefix == prefix {
				return d.Space
			}
		}
	}
	return ""
}

// Has reports whether the element has the attribute with this value.
func (e *Element) Has(space, local, value string) bool {
	for i := range e.Attrs {
		if a := &e.Attrs[i]; a.Local == local && a.Space == space {
			return a.Value == value
		}
	}
	return false
}

// Count counts the elements directly below.
func (e *Element) Count() (n int) {
	for range e.Children() {
		n++
	}
	return n
}
