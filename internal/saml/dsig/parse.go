package dsig

import (
	"fmt"
	"strings"

	"github.com/anteroom-id/anteroom/internal/explain"
)

// What a message may weigh. None of the real ones comes near.
const (
	maxSize       = 1 << 20 // bytes
	maxDepth      = 40
	maxElements   = 20_000
	maxAttributes = 32  // of one element
	maxDeclared   = 16  // namespaces, by one element
	maxInScope    = 64  // namespaces
	maxName       = 256 // bytes of a name
)

const (
	xmlSpace   = "http://www.w3.org/XML/1998/namespace"
	xmlnsSpace = "http://www.w3.org/2000/xmlns/"
)

// Parse reads a message of the strict subset: UTF-8 without byte order mark; no
// document type, comment, CDATA section or processing instruction; no xml:
// attributes; namespaces that are absolute and bound; attributes that differ in
// their local names, and ids that differ, in the whole message. Whatever else is
// there is refused.
func Parse(src []byte) (*Document, error) { return parse(string(src), false) }

// ParseLax reads metadata, which people edit: it allows comments, CDATA sections,
// xml:lang and its kin, a byte order mark, attributes of one local name in several
// namespaces, and an empty default namespace. What it read must not be verified.
func ParseLax(src []byte) (*Document, error) {
	return parse(strings.TrimPrefix(string(src), "\xef\xbb\xbf"), true)
}

func parse(src string, lax bool) (*Document, error) {
	p := &parser{src: src, lax: lax}
	if err := p.document(); err != nil {
		return nil, err
	}
	return &Document{Root: p.root}, nil
}

// parser reads a message in one go. cur is the element that is open.
type parser struct {
	src        string
	pos        int
	lax        bool
	root, cur  *Element
	depth      int
	count      int
	nodes      []Element // the rest of the chunk that the next nodes are taken from
	attrs      []Attr    // the same for attributes
	decls      []Decl
	scope      []Decl // in force at cur
	seen       []Attr // of the tag that is being read
	declared   []Decl
	ids        []string
	hasCR      bool
	hasBracket bool // ]]> somewhere
}

// refuse makes the error of something at the place where the parser is.
func (p *parser) refuse(code explain.Code, expected, format string, args ...any) error {
	at := min(p.pos, len(p.src))
	line := 1 + strings.Count(p.src[:at], "\n")
	column := at - strings.LastIndexByte(p.src[:at], '\n')
	return explain.Refuse(code, expected, fmt.Sprintf(format, args...)+fmt.Sprintf(" in line %d, column %d", line, column))
}

func (p *parser) document() error {
	if err := p.characters(); err != nil {
		return err
	}
	if err := p.declaration(); err != nil {
		return err
	}
	if err := p.around(); err != nil {
		return err
	}
	if p.pos == len(p.src) {
		return p.refuse(explain.SAMLXML, "an XML document", "nothing")
	}
	if err := p.startTag(); err != nil {
		return err
	}
	for p.cur != nil {
		if err := p.content(); err != nil {
			return err
		}
	}
	if err := p.around(); err != nil {
		return err
	}
	if p.pos < len(p.src) {
		return p.refuse(explain.SAMLTrailing, "nothing behind the root element", "more")
	}
	return p.distinct()
}

// around passes over what may stand before and behind the root.
func (p *parser) around() error {
	for {
		p.space()
		if !p.at("<!") && !p.at("<?") {
			return nil
		}
		if err := p.special(); err != nil {
			return err
		}
	}
}

// content reads a text or a tag inside of cur.
func (p *parser) content() error {
	i := strings.IndexByte(p.src[p.pos:], '<')
	if i < 0 {
		p.pos = len(p.src)
		return p.refuse(explain.SAMLXML, "</"+p.cur.name+">", "the end of the message")
	}
	if i > 0 {
		return p.textUntil(p.pos + i)
	}
	switch {
	case p.at("</"):
		return p.endTag()
	case p.at("<!"), p.at("<?"):
		return p.special()
	}
	return p.startTag()
}

func (p *parser) textUntil(end int) error {
	raw := p.src[p.pos:end]
	if p.hasBracket && strings.Contains(raw, "]]>") {
		return p.refuse(explain.SAMLXML, "]]&gt;", "]]>")
	}
	text, err := p.expand(raw, false)
	if err != nil {
		return err
	}
	p.addText(text)
	p.pos = end
	return nil
}

// addText puts a text into cur: as its own, as long as it is all that is there.
func (p *parser) addText(text string) {
	if p.cur.first == nil && p.cur.text == "" {
		p.cur.text = text
		return
	}
	n := p.node()
	n.text = text
	p.add(n)
}

// special reads what begins with <! or <?, or refuses it.
func (p *parser) special() error {
	switch {
	case p.at("<!--"):
		return p.section("<!--", "-->", explain.SAMLComment, "comment")
	case p.at("<![CDATA[") && p.cur != nil:
		return p.section("<![CDATA[", "]]>", explain.SAMLCDATA, "CDATA section")
	case p.at("<?"):
		return p.refuse(explain.SAMLInstruction, "no processing instruction", "one")
	}
	return p.refuse(explain.SAMLDoctype, "no document type", "one")
}

// section reads a comment or a CDATA section, which the lax reader allows.
func (p *parser) section(open, end string, code explain.Code, what string) error {
	if !p.lax {
		return p.refuse(code, "no "+what, "one")
	}
	start := p.pos + len(open)
	n := strings.Index(p.src[start:], end)
	if n < 0 {
		return p.refuse(explain.SAMLXML, end, "a %s without an end", what)
	}
	inner := p.src[start : start+n]
	if code == explain.SAMLComment && (strings.Contains(inner, "--") || strings.HasSuffix(inner, "-")) {
		return p.refuse(explain.SAMLXML, "a comment without --", "one with it")
	}
	if code == explain.SAMLCDATA && inner != "" {
		p.addText(p.lineEnds(inner))
	}
	p.pos = start + n + len(end)
	return nil
}

func (p *parser) endTag() error {
	rest := p.src[p.pos+2:]
	if !strings.HasPrefix(rest, p.cur.name) {
		return p.refuse(explain.SAMLXML, "</"+p.cur.name+">", "another end tag")
	}
	p.pos += 2 + len(p.cur.name)
	p.space()
	if !p.at(">") {
		return p.refuse(explain.SAMLXML, "</"+p.cur.name+">", "another end tag")
	}
	p.pos++
	p.close()
	return nil
}

// close ends cur.
func (p *parser) close() {
	p.cur.end = int32(p.pos)
	p.scope = p.scope[:len(p.scope)-len(p.cur.Decls)]
	p.cur = p.cur.Parent
	p.depth--
}

func (p *parser) startTag() error {
	start := p.pos
	if !p.at("<") {
		return p.refuse(explain.SAMLXML, "an XML document", "something else")
	}
	p.pos++
	if p.count++; p.count > maxElements {
		return p.refuse(explain.SAMLLimit, fmt.Sprintf("at most %d elements", maxElements), "more")
	}
	if p.depth++; p.depth > maxDepth {
		return p.refuse(explain.SAMLLimit, fmt.Sprintf("elements at most %d deep", maxDepth), "more")
	}
	name, local, err := p.name()
	if err != nil {
		return err
	}
	empty, err := p.attributes()
	if err != nil {
		return err
	}
	e := p.node()
	e.name, e.Local, e.start = name, local, int32(start)
	return p.open(e, empty)
}

// open puts the element whose start tag was read into the tree.
func (p *parser) open(e *Element, empty bool) error {
	p.keep(e)
	if err := p.bind(e); err != nil {
		return err
	}
	if p.root == nil {
		p.root = e
	} else {
		p.add(e)
	}
	e.Parent, p.cur = p.cur, e
	if empty {
		p.close()
	} else {
		e.inner = int32(p.pos)
	}
	return nil
}

// add puts a node behind the others in cur, whose own text becomes the first.
func (p *parser) add(n *Element) {
	if p.cur.text != "" {
		text := p.node()
		text.text, p.cur.text = p.cur.text, ""
		p.add(text)
	}
	if p.cur.last == nil {
		p.cur.first = n
	} else {
		p.cur.last.next = n
	}
	p.cur.last = n
}

// attributes reads a start tag behind its name. They come to p.seen and
// p.declared.
func (p *parser) attributes() (empty bool, err error) {
	p.seen, p.declared = p.seen[:0], p.declared[:0]
	for {
		spaced := p.space()
		switch {
		case p.at(">"):
			p.pos++
			return false, nil
		case p.at("/>"):
			p.pos += 2
			return true, nil
		case !spaced:
			return false, p.refuse(explain.SAMLXML, "a space, or the end of the tag", "something else")
		}
		if err := p.attribute(); err != nil {
			return false, err
		}
	}
}

func (p *parser) attribute() error {
	name, local, err := p.name()
	if err != nil {
		return err
	}
	value, err := p.value()
	switch {
	case err != nil:
		return err
	case name == "xmlns":
		return p.declare("", value)
	case prefixOf(name, local) == "xmlns":
		return p.declare(local, value)
	}
	if len(p.seen) == maxAttributes {
		return p.refuse(explain.SAMLLimit, fmt.Sprintf("at most %d attributes of an element", maxAttributes), "more")
	}
	p.seen = append(p.seen, Attr{name: name, Local: local, Value: value})
	return nil
}

// value reads ="value".
func (p *parser) value() (string, error) {
	p.space()
	if !p.at("=") {
		return "", p.refuse(explain.SAMLXML, "=", "an attribute without a value")
	}
	p.pos++
	p.space()
	if !p.at(`"`) && !p.at("'") {
		return "", p.refuse(explain.SAMLXML, "a value in quotes", "one without")
	}
	quote := p.src[p.pos]
	p.pos++
	n := strings.IndexByte(p.src[p.pos:], quote)
	if n < 0 {
		return "", p.refuse(explain.SAMLXML, "a quote behind the value", "none")
	}
	raw := p.src[p.pos : p.pos+n]
	if strings.IndexByte(raw, '<') >= 0 {
		return "", p.refuse(explain.SAMLXML, "&lt;", "< in the value of an attribute")
	}
	value, err := p.expand(raw, true)
	p.pos += n + 1
	return value, err
}

func (p *parser) at(s string) bool { return strings.HasPrefix(p.src[p.pos:], s) }

// space passes over white space and reports whether there was any.
func (p *parser) space() bool {
	start := p.pos
	for p.pos < len(p.src) && isSpace(p.src[p.pos]) {
		p.pos++
	}
	return p.pos > start
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

// node takes a node from the current chunk. Chunks are as large as the rest of
// the message can need, within bounds, so that a message costs few allocations.
func (p *parser) node() *Element {
	if len(p.nodes) == 0 {
		need := strings.Count(p.src[min(p.pos, len(p.src)):min(len(p.src), p.pos+16<<10)], "<")/2 + 2 // two tags make an element
		p.nodes = make([]Element, min(max(need, 16), 512))
	}
	n := &p.nodes[0]
	p.nodes = p.nodes[1:]
	return n
}

// keep gives the attributes and declarations that were read to the element.
func (p *parser) keep(e *Element) {
	if n := len(p.seen); n > 0 {
		if len(p.attrs) < n {
			p.attrs = make([]Attr, max(40, n))
		}
		copy(p.attrs, p.seen)
		e.Attrs, p.attrs = p.attrs[:n:n], p.attrs[n:]
	}
	if n := len(p.declared); n > 0 {
		if len(p.decls) < n {
			p.decls = make([]Decl, max(16, n))
		}
		copy(p.decls, p.declared)
		e.Decls, p.decls = p.decls[:n:n], p.decls[n:]
	}
}
