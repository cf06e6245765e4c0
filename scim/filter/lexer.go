package filter

import "fmt"

// tokenKind tells tokens apart. The kinds of one character are that character.
type tokenKind byte

const (
	tokenEnd    tokenKind = 0
	tokenWord   tokenKind = 'w' // a name, path, operator, keyword, number or stray text
	tokenString tokenKind = '"' // a string with its quotes
)

// token is a piece of the input, s[start:end].
type token struct {
	kind       tokenKind
	escaped    bool // a string that holds a backslash
	start, end int
}

// lexer cuts a filter into tokens.
type lexer struct {
	s   string
	pos int
}

func (l *lexer) next() (token, error) {
	for l.pos < len(l.s) && isSpace(l.s[l.pos]) {
		l.pos++
	}
	start := l.pos
	if start == len(l.s) {
		return token{start: start, end: start}, nil
	}
	switch b := l.s[start]; b {
	case '(', ')', '[', ']':
		l.pos++
		return token{kind: tokenKind(b), start: start, end: l.pos}, nil
	case '"':
		return l.quoted()
	}
	for l.pos < len(l.s) && !endsWord(l.s[l.pos]) {
		l.pos++
	}
	return token{kind: tokenWord, start: start, end: l.pos}, nil
}

// quoted reads a JSON string, RFC 8259 §7, up to its closing quote. Escapes are left
// for unquote.
func (l *lexer) quoted() (token, error) {
	t := token{kind: tokenString, start: l.pos}
	for i := l.pos + 1; i < len(l.s); i++ {
		switch b := l.s[i]; {
		case b == '"':
			l.pos, t.end = i+1, i+1
			return t, nil
		case b == '\\':
			t.escaped = true
			i++
		case b < ' ':
			return t, errorAt(l.s, i, `a string cannot hold a control character as it is; write %s`, fmt.Sprintf(`\u%04x`, b))
		}
	}
	return t, errorAt(l.s, l.pos, `the string that starts here has no end; close it with ", and write \" for a quote inside it`)
}

func isSpace(b byte) bool {
	return b == ' ' || b == '\t' || b == '\n' || b == '\r'
}

func endsWord(b byte) bool {
	return isSpace(b) || b == '(' || b == ')' || b == '[' || b == ']' || b == '"'
}
