package dsig

import (
	"cmp"
	"slices"

	"github.com/anteroom-id/anteroom/internal/explain"
)

// Canonical gives the element in exclusive canonical form without comments
// (xml-exc-c14n). Prefixes are those of an InclusiveNamespaces list. The error is a
// form that became too large.
func (e *Element) Canonical(prefixes ...string) ([]byte, error) {
	return e.canonical(nil, prefixes)
}

// canonical leaves out one element, which is how a signature is enveloped.
func (e *Element) canonical(without *Element, prefixes []string) ([]byte, error) {
	c := &canonicaler{out: make([]byte, 0, (e.end-e.start)*9/8+128), without: without, inclusive: prefixes}
	c.element(e, true)
	if len(c.out) > maxSize {
		return nil, explain.Refuse(explain.SAMLSize, "a canonical form of at most 1 MiB", "a larger one")
	}
	return c.out, nil
}

// canonicaler writes a canonical form. rendered is what the output's ancestors
// have declared.
type canonicaler struct {
	out       []byte
	without   *Element
	inclusive []string
	rendered  []Decl
}

func (c *canonicaler) element(e *Element, apex bool) {
	if e == c.without || len(c.out) > maxSize {
		return
	}
	before := len(c.rendered)
	c.out = append(append(c.out, '<'), e.name...)
	c.namespaces(e, apex)
	c.attributes(e)
	c.out = append(c.out, '>')
	c.escape(e.text, false)
	for n := e.first; n != nil; n = n.next {
		if n.Local == "" {
			c.escape(n.text, false)
		} else {
			c.element(n, false)
		}
	}
	c.out = append(append(append(c.out, "</"...), e.name...), '>')
	c.rendered = c.rendered[:before]
}

// namespaces declares what the element's names use and what the inclusive list
// names, unless the output has it already, in the order of the prefixes.
func (c *canonicaler) namespaces(e *Element, apex bool) {
	before := len(c.rendered)
	c.use(before, e.Prefix(), e.Space)
	for i := range e.Attrs {
		if a := &e.Attrs[i]; a.Space != "" && a.Space != xmlSpace {
			c.use(before, a.Prefix(), a.Space)
		}
	}
	if len(c.inclusive) > 0 {
		c.listed(before, e, apex)
	}
	added := c.rendered[before:]
	if len(added) > 1 {
		slices.SortFunc(added, func(a, b Decl) int { return cmp.Compare(a.Prefix, b.Prefix) })
	}
	for _, d := range added {
		c.out = append(c.out, " xmlns"...)
		if d.Prefix != "" {
			c.out = append(append(c.out, ':'), d.Prefix...)
		}
		c.out = append(c.out, `="`...)
		c.escape(d.Space, true)
		c.out = append(c.out, '"')
	}
}

// listed takes what the inclusive list names: at the apex all that is in force,
// below it what an element declares.
func (c *canonicaler) listed(before int, e *Element, apex bool) {
	if apex {
		for _, prefix := range c.inclusive {
			if space := e.namespace(prefix); space != "" {
				c.use(before, prefix, space)
			}
		}
		return
	}
	for _, d := range e.Decls {
		if slices.Contains(c.inclusive, d.Prefix) {
			c.use(before, d.Prefix, d.Space)
		}
	}
}

// use declares a prefix unless it means the same already. Those from before on
// are of the element itself.
func (c *canonicaler) use(before int, prefix, space string) {
	for i := len(c.rendered) - 1; i >= 0; i-- {
		if c.rendered[i].Prefix == prefix {
			if i >= before || c.rendered[i].Space == space {
				return
			}
			c.rendered = append(c.rendered, Decl{prefix, space})
			return
		}
	}
	if prefix != "" || space != "" {
		c.rendered = append(c.rendered, Decl{prefix, space})
	}
}

// attributes are written by namespace, then by name; those without a namespace
// come first.
func (c *canonicaler) attributes(e *Element) {
	order := func(a, b Attr) int { return cmp.Or(cmp.Compare(a.Space, b.Space), cmp.Compare(a.Local, b.Local)) }
	attrs := e.Attrs
	if len(attrs) > 1 && !slices.IsSortedFunc(attrs, order) {
		var few [8]Attr
		attrs = append(few[:0], attrs...)
		slices.SortFunc(attrs, order)
	}
	for i := range attrs {
		c.out = append(append(append(c.out, ' '), attrs[i].name...), `="`...)
		c.escape(attrs[i].Value, true)
		c.out = append(c.out, '"')
	}
}

// What is escaped, as a bit for each byte below 64. c14n §2.3
const (
	escapedInText      = 1<<'&' | 1<<'<' | 1<<'>' | 1<<'\r'
	escapedInAttribute = 1<<'&' | 1<<'<' | 1<<'"' | 1<<'\t' | 1<<'\n' | 1<<'\r'
)

// escape writes a text or the value of an attribute.
func (c *canonicaler) escape(s string, attribute bool) {
	special, from := uint64(escapedInText), 0
	if attribute {
		special = escapedInAttribute
	}
	for i := range len(s) {
		if s[i] < 64 && special>>s[i]&1 != 0 {
			c.out = append(append(c.out, s[from:i]...), escaped(s[i])...)
			from = i + 1
		}
	}
	c.out = append(c.out, s[from:]...)
}

func escaped(b byte) string {
	switch b {
	case '&':
		return "&amp;"
	case '<':
		return "&lt;"
	case '>':
		return "&gt;"
	case '"':
		return "&quot;"
	case '\t':
		return "&#x9;"
	case '\n':
		return "&#xA;"
	}
	return "&#xD;"
}
