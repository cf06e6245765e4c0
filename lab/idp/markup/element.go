// Package markup writes XML as identity providers send it, in the exclusive
// canonical form, and signs and encrypts it. It reads XML only so far as a
// provider must: a request that came.
//
// It has no code in common with what verifies such messages, so that a provider
// made of it cannot share the verifier's mistakes.
package markup

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// Element is one element of a document. What it holds is its text, and after
// that its children.
type Element struct {
	Prefix, Local string
	Space         string // the namespace's URI; "" for none
	Attrs         []Attr
	// Declares are namespaces that are declared here whether or not a name needs
	// them. The exclusive canonical form leaves them out.
	Declares []Declaration
	Text     string
	Kids     []*Element
	// Raw, when it is not "", is written in place of everything else, as it is.
	Raw string
}

// Attr is an attribute. One without a prefix is in no namespace.
type Attr struct {
	Prefix, Local, Space string
	Value                string
}

// Declaration binds a prefix to a namespace.
type Declaration struct{ Prefix, Space string }

// The namespaces of the messages.
const (
	Assertion = "urn:oasis:names:tc:SAML:2.0:assertion"
	Protocol  = "urn:oasis:names:tc:SAML:2.0:protocol"
	Metadata  = "urn:oasis:names:tc:SAML:2.0:metadata"
	Signature = "http://www.w3.org/2000/09/xmldsig#"
	Encrypted = "http://www.w3.org/2001/04/xmlenc#"
	Exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#"
	Schema    = "http://www.w3.org/2001/XMLSchema"
	Instance  = "http://www.w3.org/2001/XMLSchema-instance"
)

// New makes an element of a namespace. Attributes come in pairs of name and
// value; those without a value are left out.
func New(space, prefix, local string, pairs ...string) *Element {
	e := &Element{Prefix: prefix, Local: local, Space: space}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			e.Attrs = append(e.Attrs, Attr{Local: pairs[i], Value: pairs[i+1]})
		}
	}
	return e
}

// Add puts children at the end and returns the element.
func (e *Element) Add(kids ...*Element) *Element {
	for _, k := range kids {
		if k != nil {
			e.Kids = append(e.Kids, k)
		}
	}
	return e
}

// Say sets the text and returns the element.
func (e *Element) Say(text string) *Element {
	e.Text = text
	return e
}

// Get gives an attribute's value, "" when there is none.
func (e *Element) Get(local string) string {
	for _, a := range e.Attrs {
		if a.Local == local {
			return a.Value
		}
	}
	return ""
}

// Set gives an attribute a value, adding it when there is none; "" removes it.
func (e *Element) Set(local, value string) {
	e.Attrs = slices.DeleteFunc(e.Attrs, func(a Attr) bool { return a.Local == local && a.Space == "" })
	if value != "" {
		e.Attrs = append(e.Attrs, Attr{Local: local, Value: value})
	}
}

// Find gives the first element of a local name in the tree, the element itself
// included, or nil.
func (e *Element) Find(local string) *Element {
	if e.Local == local {
		return e
	}
	for _, k := range e.Kids {
		if f := k.Find(local); f != nil {
			return f
		}
	}
	return nil
}

// Remove takes a direct child out.
func (e *Element) Remove(kid *Element) {
	e.Kids = slices.DeleteFunc(e.Kids, func(k *Element) bool { return k == kid })
}

// Insert puts a child at a place.
func (e *Element) Insert(at int, kid *Element) { e.Kids = slices.Insert(e.Kids, at, kid) }

// Clone copies the whole tree.
func (e *Element) Clone() *Element {
	c := *e
	c.Attrs, c.Declares = slices.Clone(e.Attrs), slices.Clone(e.Declares)
	c.Kids = make([]*Element, len(e.Kids))
	for i, k := range e.Kids {
		c.Kids[i] = k.Clone()
	}
	return &c
}

// String writes the element as a document without a declaration.
func (e *Element) String() string {
	w := writer{all: true}
	w.element(e, nil)
	return w.String()
}

// Canonical writes the element in the exclusive canonical form. Namespaces that
// the element or what it holds declares are kept for the prefixes named.
func (e *Element) Canonical(prefixes ...string) string {
	w := writer{keep: prefixes}
	w.element(e, nil)
	return w.String()
}

// writer writes a tree; with all, every declaration that is made.
type writer struct {
	strings.Builder
	all  bool
	keep []string
}

func (w *writer) element(e *Element, scope map[string]string) {
	if e.Raw != "" {
		w.WriteString(e.Raw)
		return
	}
	name := qualified(e.Prefix, e.Local)
	w.WriteString("<" + name)
	scope = w.declare(e, scope)
	attrs := slices.Clone(e.Attrs)
	slices.SortStableFunc(attrs, func(a, b Attr) int { return cmp.Or(cmp.Compare(a.Space, b.Space), cmp.Compare(a.Local, b.Local)) })
	for _, a := range attrs {
		w.WriteString(" " + qualified(a.Prefix, a.Local) + `="` + escapeValue(a.Value) + `"`)
	}
	w.WriteString(">" + escapeText(e.Text))
	for _, k := range e.Kids {
		w.element(k, scope)
	}
	w.WriteString("</" + name + ">")
}

// declare writes the namespace declarations of an element and gives the scope of
// what it holds.
func (w *writer) declare(e *Element, scope map[string]string) map[string]string {
	need := map[string]string{e.Prefix: e.Space}
	for _, a := range e.Attrs {
		if a.Prefix != "" && a.Prefix != "xml" {
			need[a.Prefix] = a.Space
		}
	}
	for _, d := range e.Declares {
		if w.all || slices.Contains(w.keep, d.Prefix) {
			need[d.Prefix] = d.Space
		}
	}
	next := maps.Clone(scope)
	for _, p := range slices.Sorted(maps.Keys(need)) {
		if scope[p] == need[p] {
			continue
		}
		if next == nil {
			next = map[string]string{}
		}
		next[p] = need[p]
		if p == "" {
			w.WriteString(` xmlns="` + escapeValue(need[p]) + `"`)
		} else {
			w.WriteString(` xmlns:` + p + `="` + escapeValue(need[p]) + `"`)
		}
	}
	return next
}

func qualified(prefix, local string) string {
	if prefix == "" {
		return local
	}
	return prefix + ":" + local
}

func escapeText(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\r", "&#xD;").Replace(s)
}

func escapeValue(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", `"`, "&quot;", "\t", "&#x9;", "\n", "&#xA;", "\r", "&#xD;").Replace(s)
}
