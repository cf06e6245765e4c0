package filter

import "strings"

// Parse reads a filter within the default Limits. The error is an *Error.
// RFC 7644 §3.4.2.2, figure 1.
func Parse(s string) (Expr, error) { return Limits{}.Parse(s) }

// ParsePath reads a path within the default Limits. The error is an *Error.
// RFC 7644 §3.5.2, figure 7.
func ParsePath(s string) (Path, error) { return Limits{}.ParsePath(s) }

// Parse reads a filter within l, as the function Parse does within the defaults.
func (l Limits) Parse(s string) (Expr, error) {
	p := parser{lexer: lexer{s: s}, limits: l.withDefaults()}
	if err := p.start(); err != nil {
		return nil, err
	}
	if p.tok.kind == tokenEnd {
		return nil, p.fail(`the filter is empty; write for example userName eq "ann@example.com"`)
	}
	e, err := p.or()
	if err != nil {
		return nil, err
	}
	if p.tok.kind != tokenEnd {
		return nil, p.trailing()
	}
	return e, nil
}

// ParsePath reads a path within l, as the function ParsePath does within the defaults.
func (l Limits) ParsePath(s string) (Path, error) {
	p := parser{lexer: lexer{s: s}, limits: l.withDefaults()}
	if err := p.start(); err != nil {
		return Path{}, err
	}
	if p.tok.kind == tokenEnd {
		return Path{}, p.fail(`the path is empty; write an attribute such as userName or emails[type eq "work"].value`)
	}
	path, err := p.path()
	if err != nil {
		return Path{}, err
	}
	if p.tok.kind != tokenEnd {
		return Path{}, p.fail(`found %s after the path; a path is one attribute, such as name.givenName or emails[type eq "work"].value`, p.found())
	}
	return path, nil
}

// parser reads by recursive descent with one token of look-ahead.
type parser struct {
	lexer
	limits    Limits
	tok       token
	depth     int
	terms     int
	inBracket bool
}

func (p *parser) start() error {
	if err := p.limits.checkText(p.s); err != nil {
		return err
	}
	return p.advance()
}

func (p *parser) advance() (err error) {
	p.tok, err = p.next()
	return err
}

// or reads FILTER: terms joined by "and" and, binding looser, by "or". Equal operators
// group from the left.
func (p *parser) or() (Expr, error) {
	x, err := p.and()
	for err == nil && p.isWord("or") {
		var y Expr
		if err = p.advance(); err != nil {
			return nil, err
		}
		y, err = p.and()
		x = Or{x, y}
	}
	return x, err
}

func (p *parser) and() (Expr, error) {
	x, err := p.term()
	for err == nil && p.isWord("and") {
		var y Expr
		if err = p.advance(); err != nil {
			return nil, err
		}
		y, err = p.term()
		x = And{x, y}
	}
	return x, err
}

// term reads a group in parentheses, a negation, or a comparison.
func (p *parser) term() (Expr, error) {
	if p.tok.kind == '(' {
		return p.parenthesis()
	}
	if !p.isWord("not") {
		return p.comparison()
	}
	not := p.tok.start
	if err := p.advance(); err != nil {
		return nil, err
	}
	if p.tok.kind != '(' {
		return nil, errorAt(p.s, not, `"not" needs parentheses; write for example not (title pr)`)
	}
	x, err := p.parenthesis()
	return Not{x}, err
}

func (p *parser) parenthesis() (Expr, error) {
	open := p.tok.start
	if err := p.enter(); err != nil {
		return nil, err
	}
	e, err := p.or()
	if err != nil {
		return nil, err
	}
	if p.tok.kind != ')' {
		return nil, p.unclosed(open, ')')
	}
	return e, p.leave()
}

// enter passes an opening parenthesis or bracket, if one more may be open.
func (p *parser) enter() error {
	if p.depth >= p.limits.Depth {
		return p.fail("parentheses and brackets are more than %d deep; write a flatter filter", p.limits.Depth)
	}
	p.depth++
	return p.advance()
}

// leave passes a closing parenthesis or bracket.
func (p *parser) leave() error {
	p.depth--
	return p.advance()
}

// comparison reads attrExp or valuePath, and a comparison that goes on after a bracket.
func (p *parser) comparison() (Expr, error) {
	if p.terms++; p.terms > p.limits.Terms {
		return nil, p.fail("the filter has more than %d comparisons; ask in several smaller requests", p.limits.Terms)
	}
	path, err := p.path()
	if err != nil {
		return nil, err
	}
	op, ok := parseOp(p.word())
	if !ok {
		if path.Filter != nil && path.Sub == "" {
			return Group{path}, nil
		}
		return nil, p.noOperator(path)
	}
	if err := p.advance(); err != nil || op == Pr {
		return Compare{Path: path, Op: op}, err
	}
	v, err := p.literal(path, op)
	if err != nil {
		return nil, err
	}
	return Compare{Path: path, Op: op, Value: v}, p.advance()
}

// parseOp reads an operator in any case.
func parseOp(s string) (Op, bool) {
	if len(s) != 2 {
		return "", false
	}
	switch [2]byte{s[0] | 0x20, s[1] | 0x20} {
	case [2]byte{'e', 'q'}:
		return Eq, true
	case [2]byte{'n', 'e'}:
		return Ne, true
	case [2]byte{'c', 'o'}:
		return Co, true
	case [2]byte{'s', 'w'}:
		return Sw, true
	case [2]byte{'e', 'w'}:
		return Ew, true
	case [2]byte{'g', 't'}:
		return Gt, true
	case [2]byte{'l', 't'}:
		return Lt, true
	case [2]byte{'g', 'e'}:
		return Ge, true
	case [2]byte{'l', 'e'}:
		return Le, true
	case [2]byte{'p', 'r'}:
		return Pr, true
	}
	return "", false
}

// text is the current token as written.
func (p *parser) text() string { return p.s[p.tok.start:p.tok.end] }

// word is the current token if it is a word, else "".
func (p *parser) word() string {
	if p.tok.kind != tokenWord {
		return ""
	}
	return p.text()
}

// isWord says whether the current token is the given lower-case keyword, in any case.
func (p *parser) isWord(keyword string) bool {
	return p.tok.kind == tokenWord && p.tok.end-p.tok.start == len(keyword) && strings.EqualFold(p.text(), keyword)
}

// fail makes an Error at the current token.
func (p *parser) fail(format string, args ...any) error {
	return errorAt(p.s, p.tok.start, format, args...)
}

// found names the current token for a message.
func (p *parser) found() string {
	if p.tok.kind == tokenEnd {
		return "the end"
	}
	return clip(p.text())
}

func (p *parser) trailing() error {
	switch p.text() {
	case ")", "]":
		return p.fail("found %s, which closes nothing; remove it", p.text())
	case "&&", "&":
		return p.fail(`found %s; write "and"`, p.text())
	case "||", "|":
		return p.fail(`found %s; write "or"`, p.text())
	}
	return p.fail(`found %s where the filter could end; join comparisons with "and" or "or", and put values with spaces in double quotes`, p.found())
}

func (p *parser) unclosed(open int, want byte) error {
	if p.tok.kind == tokenEnd {
		return errorAt(p.s, open, "the %c here is not closed; add %c", p.s[open], want)
	}
	return p.fail(`found %s; write "and", "or" or %c here`, p.found(), want)
}

// operatorFor gives the operator that a symbol or word of another language stands for.
func operatorFor(w string) Op {
	switch strings.ToLower(w) {
	case "=", "==", "===", "equals", "equal", "is":
		return Eq
	case "!=", "<>":
		return Ne
	case ">":
		return Gt
	case "<":
		return Lt
	case ">=":
		return Ge
	case "<=":
		return Le
	case "~", "=~", "like", "contains":
		return Co
	case "startswith":
		return Sw
	case "endswith":
		return Ew
	case "present":
		return Pr
	}
	return ""
}

func (p *parser) noOperator(path Path) error {
	if op := operatorFor(p.word()); op != "" {
		return p.fail("%s is not an operator; write %s", p.text(), op)
	}
	return p.fail(`found %s after %s; write an operator there: eq, ne, co, sw, ew, gt, lt, ge, le or pr, as in %s eq "…"`,
		p.found(), clip(path.String()), clip(path.String()))
}
