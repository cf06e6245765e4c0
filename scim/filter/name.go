package filter

import "strings"

// path reads attrPath or valuePath with a sub-attribute. RFC 7644 §3.5.2, figure 7.
func (p *parser) path() (Path, error) {
	if p.tok.kind != tokenWord {
		return Path{}, p.noName()
	}
	path, err := p.name(p.tok.start, p.text())
	if err != nil {
		return Path{}, err
	}
	if err := p.advance(); err != nil || p.tok.kind != '[' {
		return path, err
	}
	if path.Filter, err = p.bracket(path); err != nil {
		return Path{}, err
	}
	path.Sub, err = p.afterBracket()
	return path, err
}

// bracket reads "[" valFilter up to, but not past, "]".
func (p *parser) bracket(path Path) (Expr, error) {
	open := p.tok.start
	switch {
	case p.inBracket:
		return nil, p.fail("a bracket cannot hold another one; join the conditions with and")
	case path.Attr == "":
		return nil, p.fail("%s names a schema, which has no values to choose from; name an attribute before the bracket", clip(path.URI))
	case path.Sub != "":
		return nil, p.fail("%s is a sub-attribute; put the bracket after %s", clip(path.String()), clip(path.Attr))
	}
	p.inBracket = true
	if err := p.enter(); err != nil {
		return nil, err
	}
	if p.tok.kind == ']' {
		return nil, p.fail(`the bracket is empty; write a condition in it, such as type eq "work"`)
	}
	e, err := p.or()
	if err != nil {
		return nil, err
	}
	if p.tok.kind != ']' {
		return nil, p.unclosed(open, ']')
	}
	p.inBracket = false
	return e, nil
}

// afterBracket passes "]" and reads the sub-attribute that may follow it at once.
func (p *parser) afterBracket() (string, error) {
	end := p.tok.end
	if err := p.leave(); err != nil {
		return "", err
	}
	w := p.word()
	if p.tok.start != end || w == "" {
		return "", nil
	}
	sub, dotted := strings.CutPrefix(w, ".")
	if !dotted {
		return "", p.fail(`found %s after ]; write a dot before a sub-attribute, as in emails[type eq "work"].value`, p.found())
	}
	if err := p.checkName(end+1, sub); err != nil {
		return "", err
	}
	return sub, p.advance()
}

// name reads attrPath, the word w at start: [URI ":"] ATTRNAME ["." ATTRNAME].
func (p *parser) name(start int, w string) (Path, error) {
	colon := strings.LastIndexByte(w, ':')
	rest := w[colon+1:]
	if colon >= 0 && !isAttrShaped(rest) {
		return Path{URI: w}, p.checkURI(start, w)
	}
	var path Path
	if colon >= 0 {
		path.URI = w[:colon]
		if err := p.checkURI(start, path.URI); err != nil {
			return Path{}, err
		}
	}
	attr, sub, dotted := strings.Cut(rest, ".")
	path.Attr, path.Sub = attr, sub
	at := start + colon + 1
	if err := p.checkName(at, attr); err != nil {
		return Path{}, err
	}
	if !dotted {
		return path, nil
	}
	return path, p.checkName(at+len(attr)+1, sub)
}

// isAttrShaped tells an attribute from the tail of a schema URN such as "2.0" or of an
// address such as "//example.com/schema": their parts start with a digit or hold slashes.
func isAttrShaped(s string) bool {
	startsPart := true
	for i := 0; i < len(s); i++ {
		if s[i] == '/' || startsPart && isDigit(s[i]) {
			return false
		}
		startsPart = s[i] == '.'
	}
	return true
}

// checkURI checks that u looks like "scheme:rest". RFC 7643 §10.2, RFC 3986 §3.
func (p *parser) checkURI(start int, u string) error {
	for i := 0; i < len(u); i++ {
		if !isURIByte(u[i]) {
			return errorAt(p.s, start+i, "a schema URN cannot hold this character; write for example urn:ietf:params:scim:schemas:core:2.0:User:userName")
		}
	}
	if i := strings.IndexByte(u, ':'); i < 1 || i == len(u)-1 || !isLetter(u[0]) {
		return errorAt(p.s, start, "%s before the colon is not a schema URN; write the attribute alone, or for example urn:ietf:params:scim:schemas:core:2.0:User:userName", clip(u))
	}
	return nil
}

// checkName checks ATTRNAME, RFC 7643 §2.1, which here may start with "$" (RFC 7643 §2.4, $ref).
func (p *parser) checkName(start int, name string) error {
	if name == "" {
		return errorAt(p.s, min(start, len(p.s)), "an attribute name is missing here; write for example name.givenName")
	}
	i := 0
	if name[0] == '$' && len(name) > 1 {
		i = 1
	}
	if !isLetter(name[i]) {
		return p.badName(start+i, name, name[i])
	}
	for i++; i < len(name); i++ {
		if b := name[i]; !isLetter(b) && !isDigit(b) && b != '-' && b != '_' {
			return p.badName(start+i, name, b)
		}
	}
	return nil
}

func (p *parser) badName(at int, name string, b byte) error {
	switch {
	case b == '.':
		return errorAt(p.s, at, "%s goes too deep; an attribute has one level of sub-attributes, as in name.givenName", clip(name))
	case strings.IndexByte("=<>!~&|", b) >= 0:
		return errorAt(p.s, at, `operators are words between spaces; write for example userName eq "ann@example.com"`)
	}
	return errorAt(p.s, at, `%s is not an attribute name; names start with a letter and hold letters, digits, "-" and "_"`, clip(name))
}

// noName explains that something else stands where an attribute is expected.
func (p *parser) noName() error {
	switch p.tok.kind {
	case tokenEnd:
		return p.fail(`a comparison is missing at the end; write for example userName eq "ann@example.com"`)
	case tokenString:
		return p.fail("found the string %s where an attribute is expected; write names without quotes", clip(p.text()))
	}
	return p.fail(`found %s where an attribute is expected; write for example userName eq "ann@example.com"`, p.found())
}

func isLetter(b byte) bool { return 'a' <= b|0x20 && b|0x20 <= 'z' }

func isDigit(b byte) bool { return '0' <= b && b <= '9' }

// isURIByte says whether b may stand in a URI that is written in a filter: RFC 3986 §2
// but for parentheses and brackets, which are the filter's own.
func isURIByte(b byte) bool {
	return isLetter(b) || isDigit(b) || strings.IndexByte("-._~!$&'*+,;=:@/%?#", b) >= 0
}
