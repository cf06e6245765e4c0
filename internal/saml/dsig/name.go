package dsig

import (
	"fmt"
	"slices"
	"strings"

	"github.com/anteroom-id/anteroom/internal/explain"
)

// name reads a name with at most one prefix, and gives it as it is written and
// without the prefix. Names are ASCII: no message has others.
func (p *parser) name() (name, local string, err error) {
	rest, n, colons, from := p.src[p.pos:], 0, 0, 0
	for n < len(rest) && isNameByte(rest[n], n == from) {
		if n++; n < len(rest) && rest[n] == ':' { // what is behind it begins as a name does
			n++
			from = n
			colons++
		}
	}
	p.pos += n
	name, local = rest[:n], rest[from:n]
	switch {
	case local == "" || colons > 1:
		return "", "", p.refuse(explain.SAMLXML, "a name", "something else")
	case len(name) > maxName:
		return "", "", p.refuse(explain.SAMLLimit, fmt.Sprintf("names of at most %d bytes", maxName), "a longer one")
	}
	return name, local, nil
}

func isNameByte(c byte, first bool) bool {
	switch {
	case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '_':
		return true
	}
	return !first && (c >= '0' && c <= '9' || c == '-' || c == '.')
}

// declare takes the declaration of a namespace; prefix is "" for the default one.
// xml-names §3: xml and xmlns are never declared here, though the standard allows
// the first.
func (p *parser) declare(prefix, space string) error {
	switch {
	case len(p.declared) == maxDeclared || len(p.scope)+len(p.declared) >= maxInScope:
		return p.refuse(explain.SAMLLimit, fmt.Sprintf("at most %d namespaces of an element and %d in force", maxDeclared, maxInScope), "more")
	case prefix == "xml" || prefix == "xmlns" || space == xmlSpace || space == xmlnsSpace:
		return p.refuse(explain.SAMLNamespace, "xml and xmlns as they are", "another meaning for one")
	case slices.ContainsFunc(p.declared, func(d Decl) bool { return d.Prefix == prefix }):
		return p.refuse(explain.SAMLRepeated, "each attribute once", "xmlns:%s twice", prefix)
	case p.lax && prefix == "" && space == "":
	case !absolute(space):
		return p.refuse(explain.SAMLNamespace, "namespaces that are absolute URIs", "%q", space)
	}
	p.declared = append(p.declared, Decl{prefix, space})
	return nil
}

// absolute reports whether a namespace begins with a scheme and has only
// characters that a URI has. Canonicalising fails for relative ones (c14n §2.3).
func absolute(space string) bool {
	scheme, rest, ok := strings.Cut(space, ":")
	if !ok || scheme == "" || rest == "" || len(space) > 4*maxName {
		return false
	}
	for i := range len(scheme) {
		if c := scheme[i] | 0x20; (c < 'a' || c > 'z') && (i == 0 || !strings.ContainsRune("0123456789+-.", rune(scheme[i]))) {
			return false
		}
	}
	for i := range len(rest) {
		if c := rest[i]; c <= ' ' || c >= 0x7f || strings.IndexByte("<>\"&'{}|\\^`", c) >= 0 {
			return false
		}
	}
	return true
}

// bind puts the declarations of an element in force and resolves its names.
func (p *parser) bind(e *Element) error {
	p.scope = append(p.scope, e.Decls...)
	var err error
	if e.Space, err = p.resolve(e.name, e.Local, true); err != nil {
		return err
	}
	for i := range e.Attrs {
		a := &e.Attrs[i]
		if a.Space, err = p.resolve(a.name, a.Local, false); err != nil {
			return err
		}
		if err := p.unlike(a, e.Attrs[:i]); err != nil {
			return err
		}
		if isID(a) {
			p.ids = append(p.ids, a.Value)
		}
	}
	return nil
}

// resolve gives the namespace of a name. The default one is for elements.
func (p *parser) resolve(name, local string, element bool) (string, error) {
	prefix := prefixOf(name, local)
	switch {
	case prefix == "" && !element:
		return "", nil
	case prefix == "xml" && p.lax && !element && local != "id":
		return xmlSpace, nil
	case prefix == "xml":
		return "", p.refuse(explain.SAMLNamespace, "nothing of the xml namespace", "%s", name)
	}
	for i := len(p.scope) - 1; i >= 0; i-- {
		if p.scope[i].Prefix == prefix {
			return p.scope[i].Space, nil
		}
	}
	if prefix != "" {
		return "", p.refuse(explain.SAMLNamespace, "a declaration of the prefix "+prefix, "none")
	}
	return "", nil
}

// unlike refuses an attribute whose name is there already: its expanded name, and
// in the strict subset its local name too, since readers differ about which
// counts. In the subset an element's attributes have one foreign namespace at most,
// since libraries differ about their canonical order.
func (p *parser) unlike(a *Attr, before []Attr) error {
	for i := range before {
		b := &before[i]
		switch {
		case a.Local == b.Local && (!p.lax || a.Space == b.Space):
			return p.refuse(explain.SAMLRepeated, "each attribute once", "%s and %s", b.name, a.name)
		case !p.lax && a.Space != b.Space && a.Space != "" && b.Space != "":
			return p.refuse(explain.SAMLNamespace, "attributes of one namespace", "%s and %s", b.name, a.name)
		}
	}
	return nil
}

// isID reports whether some reader may take the attribute for its element's id.
func isID(a *Attr) bool {
	switch len(a.Local) {
	case 2:
		return strings.EqualFold(a.Local, "id")
	case 9, 10, 11:
		return strings.EqualFold(a.Local, "AssertionID") || strings.EqualFold(a.Local, "ResponseID") || strings.EqualFold(a.Local, "RequestID")
	}
	return false
}

// distinct refuses a message in which two ids are the same.
func (p *parser) distinct() error {
	if p.lax || len(p.ids) < 2 {
		return nil
	}
	slices.Sort(p.ids)
	for i := 1; i < len(p.ids); i++ {
		if p.ids[i] == p.ids[i-1] {
			return explain.Refuse(explain.SAMLSameID, "ids that differ", p.ids[i]+" twice")
		}
	}
	return nil
}
