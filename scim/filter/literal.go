package filter

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// literal reads compValue, without passing it: false, null, true, a number or a string.
// path and op stand before it.
func (p *parser) literal(path Path, op Op) (any, error) {
	switch {
	case p.tok.kind == tokenString:
		return p.unquote()
	case p.tok.kind != tokenWord:
		return nil, p.fail(`found %s where a value is expected; write for example %s %s "ann"`, p.found(), clip(path.String()), op)
	case p.isWord("true"):
		return true, nil
	case p.isWord("false"):
		return false, nil
	case p.isWord("null"):
		return nil, nil
	}
	w := p.text()
	if !isNumber(w) {
		return nil, p.fail("the value %s is not quoted; write %s", clip(w), bare(w))
	}
	if v, ok := parseNumber(w); ok {
		return v, nil
	}
	return nil, p.fail("the number %s is too big; write it as a string if it is one", clip(w))
}

// parseNumber gives a JSON number as int64 when it is written as a whole number that fits,
// else as float64. It is false for what no float64 can hold.
func parseNumber(s string) (any, bool) {
	if !strings.ContainsAny(s, ".eE") {
		if n, err := strconv.ParseInt(s, 10, 64); err == nil {
			return n, true
		}
	}
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil && !math.IsInf(f, 0)
}

// isNumber says whether s is a JSON number. RFC 8259 §6.
func isNumber(s string) bool {
	s = strings.TrimPrefix(s, "-")
	whole, s := digits(s)
	if whole == "" || len(whole) > 1 && whole[0] == '0' {
		return false
	}
	if rest, ok := strings.CutPrefix(s, "."); ok {
		var fraction string
		if fraction, s = digits(rest); fraction == "" {
			return false
		}
	}
	if s == "" {
		return true
	}
	if s[0]|0x20 != 'e' {
		return false
	}
	s = s[1:]
	if s != "" && (s[0] == '+' || s[0] == '-') {
		s = s[1:]
	}
	exponent, s := digits(s)
	return exponent != "" && s == ""
}

// digits cuts the leading digits off s.
func digits(s string) (found, rest string) {
	i := 0
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	return s[:i], s[i:]
}

// unquote gives the value of the current token, a JSON string. RFC 8259 §7.
func (p *parser) unquote() (string, error) {
	start, end := p.tok.start+1, p.tok.end-1
	if !p.tok.escaped {
		return p.s[start:end], nil
	}
	dst := make([]byte, 0, end-start)
	for i := start; i < end; {
		if p.s[i] != '\\' {
			dst = append(dst, p.s[i])
			i++
			continue
		}
		r, n := unescape(p.s[i:end])
		if n == 0 {
			return "", p.badEscape(i, end)
		}
		dst = utf8.AppendRune(dst, r)
		i += n
	}
	return string(dst), nil
}

// unescape reads the escape at the start of s and its length; 0 when it is none.
func unescape(s string) (rune, int) {
	if len(s) < 2 {
		return 0, 0
	}
	switch s[1] {
	case '"', '\\', '/':
		return rune(s[1]), 2
	case 'b':
		return '\b', 2
	case 'f':
		return '\f', 2
	case 'n':
		return '\n', 2
	case 'r':
		return '\r', 2
	case 't':
		return '\t', 2
	}
	r, ok := hex(s)
	if !ok {
		return 0, 0
	}
	if !utf16.IsSurrogate(r) {
		return r, 6
	}
	low, ok := hex(s[6:])
	if r = utf16.DecodeRune(r, low); !ok || r == utf8.RuneError {
		return 0, 0
	}
	return r, 12
}

// hex reads \uXXXX at the start of s.
func hex(s string) (rune, bool) {
	if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
		return 0, false
	}
	var r rune
	for _, b := range []byte(s[2:6]) {
		switch {
		case isDigit(b):
			r = r<<4 | rune(b-'0')
		case 'a' <= b|0x20 && b|0x20 <= 'f':
			r = r<<4 | rune(b|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return r, true
}

func (p *parser) badEscape(at, end int) error {
	if r, ok := hex(p.s[at:end]); ok && utf16.IsSurrogate(r) {
		return errorAt(p.s, at, `%s is half of a surrogate pair; write both halves, or the character itself`, p.s[at:at+6])
	}
	return errorAt(p.s, at, `the backslash here starts no JSON escape; write \\ for a backslash, \" for a quote`)
}
