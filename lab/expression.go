package lab

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Bounds of expressions: Entra's portal takes no longer ones; the other two are
// ours, so that no expression can eat the memory.
const (
	maxExpression = 10_000 // letters
	maxNesting    = 16     // functions inside functions
	maxText       = 16_384 // bytes of any value on the way; a longer one counts as none
)

// expression is a compiled attribute-mapping expression of Entra's portal:
//
//	userPrincipalName                 an attribute (direct mapping)
//	"HQ"                              a constant
//	Join(" ", [givenName], [surname]) a function
//	IIF([country]="USA", [city], "")  a condition
//
// It gives nil for no value, a string, or a roleSet.
type expression func(*subject) any

// Evaluate gives the value that a mapping's source, an attribute's name or an
// expression, has for a person who is assigned with these roles: a string, a
// list of [AppRole] from the functions on role assignments, or nil for no
// value. The functions are those that Microsoft documents for text, conditions
// and roles; an unknown one, an unknown attribute or a malformed text is an
// error that names it.
func Evaluate(source string, p Person, roles ...AppRole) (any, error) {
	e, err := compile(source)
	if err != nil {
		return nil, err
	}
	switch v := e(&subject{Person: p, InScope: true, Roles: roles}).(type) {
	case roleSet:
		return v.roles, nil
	default:
		return v, nil
	}
}

// roleSet is what the app-role functions give; the target decides its shape on
// the wire.
type roleSet struct {
	roles     []AppRole
	assertive bool // replace the whole list on update
}

// compile reads an expression. An unknown function, an unknown attribute or a
// malformed text is an error that names it.
func compile(text string) (expression, error) {
	if n := utf8.RuneCountInString(text); n > maxExpression {
		return nil, fmt.Errorf("a mapping expression has at most %d letters, not %d", maxExpression, n)
	}
	text = strings.TrimSpace(text)
	if isWord(text) {
		return attribute(text)
	}
	p := &parser{text: text}
	e, err := p.comparison()
	if err != nil {
		return nil, fmt.Errorf("mapping expression %q: %w", text, err)
	}
	if p.skip(); p.at < len(p.text) {
		return nil, fmt.Errorf("mapping expression %q: unexpected %q at column %d", text, p.text[p.at:], p.at+1)
	}
	return e, nil
}

func isWord(s string) bool {
	for _, r := range s {
		if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9') {
			return false
		}
	}
	return s != ""
}

// attribute looks an attribute up by its name in any case.
func attribute(name string) (expression, error) {
	switch strings.ToLower(name) {
	case "issoftdeleted":
		return func(s *subject) any { return boolText(!s.active()) }, nil
	case "accountenabled":
		return func(s *subject) any { return boolText(s.AccountEnabled) }, nil
	case "approleassignments":
		return func(s *subject) any { return roleSet{roles: s.Roles} }, nil
	case "manager":
		return func(s *subject) any { return orNil(s.Manager) }, nil
	}
	field := personField(name)
	if field == nil {
		return nil, fmt.Errorf("the directory has no attribute %q", name)
	}
	return func(s *subject) any { return orNil(*field(&s.Person)) }, nil
}

func boolText(b bool) string {
	if b {
		return "True"
	}
	return "False"
}

func orNil(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// parser reads one expression from left to right.
type parser struct {
	text  string
	at    int
	depth int
}

func (p *parser) skip() {
	for p.at < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.at]) >= 0 {
		p.at++
	}
}

// take consumes a token when it comes next.
func (p *parser) take(token string) bool {
	p.skip()
	if strings.HasPrefix(p.text[p.at:], token) {
		p.at += len(token)
		return true
	}
	return false
}

// comparison reads a term, or two with an operator between them. Where one of
// the two has no value, the comparison fails, whatever the operator: so says
// Microsoft of the conditions in IIF.
func (p *parser) comparison() (expression, error) {
	left, err := p.term()
	if err != nil {
		return nil, err
	}
	for _, operator := range []string{"=", "<>", ">=", "<=", ">", "<"} {
		if !p.take(operator) {
			continue
		}
		right, err := p.term()
		if err != nil {
			return nil, err
		}
		return func(s *subject) any {
			a, b := text(left(s)), text(right(s))
			return boolText(a != "" && b != "" && holds(operator, order(a, b)))
		}, nil
	}
	return left, nil
}

// holds says whether an operator is true of two values in this order.
func holds(operator string, order int) bool {
	switch operator {
	case "=":
		return order == 0
	case "<>":
		return order != 0
	case ">=":
		return order >= 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	}
	return order < 0
}

// order compares two values as numbers where both are some, else as text.
func order(a, b string) int {
	x, err1 := strconv.ParseFloat(a, 64)
	y, err2 := strconv.ParseFloat(b, 64)
	if err1 == nil && err2 == nil {
		return cmp.Compare(x, y)
	}
	return cmp.Compare(a, b)
}

func (p *parser) term() (expression, error) {
	p.skip()
	switch {
	case p.at >= len(p.text):
		return nil, fmt.Errorf("it ends too early")
	case p.text[p.at] == '"':
		s, err := p.quoted()
		return func(*subject) any { return s }, err
	case p.text[p.at] == '[':
		end := strings.IndexByte(p.text[p.at:], ']')
		if end < 0 {
			return nil, fmt.Errorf("the bracket at column %d is not closed", p.at+1)
		}
		name := p.text[p.at+1 : p.at+end]
		p.at += end + 1
		return attribute(name)
	}
	return p.call()
}

// quoted reads a string in double quotes; a backslash escapes the next letter.
func (p *parser) quoted() (string, error) {
	var out strings.Builder
	for i := p.at + 1; i < len(p.text); i++ {
		switch c := p.text[i]; {
		case c == '\\' && i+1 < len(p.text):
			i++
			out.WriteByte(p.text[i])
		case c == '"':
			p.at = i + 1
			return out.String(), nil
		default:
			out.WriteByte(c)
		}
	}
	return "", fmt.Errorf("the string at column %d is not closed", p.at+1)
}

// call reads a function with its arguments, or a bare number.
func (p *parser) call() (expression, error) {
	start := p.at
	if p.text[p.at] == '-' {
		p.at++
	}
	for p.at < len(p.text) && isWord(p.text[p.at:p.at+1]) {
		p.at++
	}
	word := p.text[start:p.at]
	if word == "" || word == "-" {
		r, _ := utf8.DecodeRuneInString(p.text[start:])
		return nil, fmt.Errorf("unexpected %q at column %d", r, start+1)
	}
	if !p.take("(") {
		return func(*subject) any { return word }, nil
	}
	if p.depth++; p.depth > maxNesting {
		return nil, fmt.Errorf("it is nested more than %d deep", maxNesting)
	}
	args, err := p.arguments()
	if err != nil {
		return nil, err
	}
	p.depth--
	return function(word, args)
}

// arguments reads up to the closing parenthesis. An empty argument, as in
// Switch([IsSoftDeleted], , "False", …), gives nil.
func (p *parser) arguments() ([]expression, error) {
	var args []expression
	for {
		arg := expression(func(*subject) any { return nil })
		if p.skip(); p.at < len(p.text) && p.text[p.at] != ',' && p.text[p.at] != ')' {
			var err error
			if arg, err = p.comparison(); err != nil {
				return nil, err
			}
		}
		args = append(args, arg)
		if p.take(")") {
			return args, nil
		}
		if !p.take(",") {
			return nil, fmt.Errorf("a comma or a closing parenthesis is missing at column %d", p.at+1)
		}
	}
}
