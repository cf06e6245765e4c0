package filter

import (
	"strconv"
	"strings"
)

// precedence is how tightly an expression holds together.
type precedence uint8

const (
	precedenceOr precedence = iota
	precedenceAnd
	precedenceTerm
)

// String gives the filter's text.
func (e And) String() string { return text(e) }

// String gives the filter's text.
func (e Or) String() string { return text(e) }

// String gives the filter's text.
func (e Not) String() string { return text(e) }

// String gives the filter's text.
func (e Compare) String() string { return text(e) }

// String gives the filter's text.
func (e Group) String() string { return text(e) }

// String gives the path's text, which ParsePath reads back to an equal Path; but see Path on
// paths that name a whole schema.
func (p Path) String() string {
	if p.URI == "" && p.Sub == "" && p.Filter == nil {
		return p.Attr
	}
	return string(p.append(nil))
}

func text(e Expr) string { return string(e.appendTo(nil, precedenceOr)) }

func (e And) appendTo(dst []byte, place precedence) []byte {
	return appendPair(dst, e.X, " and ", e.Y, precedenceAnd, place)
}

func (e Or) appendTo(dst []byte, place precedence) []byte {
	return appendPair(dst, e.X, " or ", e.Y, precedenceOr, place)
}

func (e Not) appendTo(dst []byte, _ precedence) []byte {
	dst = append(dst, "not ("...)
	dst = appendExpr(dst, e.X, precedenceOr)
	return append(dst, ')')
}

func (e Compare) appendTo(dst []byte, _ precedence) []byte {
	dst = e.Path.append(dst)
	dst = append(append(dst, ' '), e.Op...)
	if e.Op == Pr {
		return dst
	}
	return appendLiteral(append(dst, ' '), e.Value)
}

func (e Group) appendTo(dst []byte, _ precedence) []byte { return e.Path.append(dst) }

// appendPair appends two operands. Equal operators group from the left, so a right
// operand of the same precedence stands in parentheses.
func appendPair(dst []byte, x Expr, op string, y Expr, own, place precedence) []byte {
	if own < place {
		dst = append(dst, '(')
	}
	dst = appendExpr(dst, x, own)
	dst = append(dst, op...)
	dst = appendExpr(dst, y, own+1)
	if own < place {
		dst = append(dst, ')')
	}
	return dst
}

// appendExpr appends e; the nil Expr, which no text can give, leaves no text.
func appendExpr(dst []byte, e Expr, place precedence) []byte {
	if e == nil {
		return dst
	}
	return e.appendTo(dst, place)
}

func (p Path) append(dst []byte) []byte {
	dst = append(dst, p.URI...)
	if p.URI != "" && p.Attr != "" {
		dst = append(dst, ':')
	}
	dst = append(dst, p.Attr...)
	if p.Filter != nil {
		dst = append(dst, '[')
		dst = p.Filter.appendTo(dst, precedenceOr)
		dst = append(dst, ']')
	}
	if p.Sub != "" {
		dst = append(append(dst, '.'), p.Sub...)
	}
	return dst
}

func appendLiteral(dst []byte, v any) []byte {
	switch v := v.(type) {
	case string:
		return appendString(dst, v)
	case bool:
		return strconv.AppendBool(dst, v)
	case int64:
		return strconv.AppendInt(dst, v, 10)
	case float64:
		return appendFloat(dst, v)
	}
	return append(dst, "null"...)
}

// appendFloat keeps a mark of the fraction, so that the text reads back as a float64.
func appendFloat(dst []byte, f float64) []byte {
	s := strconv.FormatFloat(f, 'g', -1, 64)
	dst = append(dst, s...)
	if !strings.ContainsAny(s, ".e") {
		dst = append(dst, ".0"...)
	}
	return dst
}

// appendString appends s as a JSON string, escaping only what must be. RFC 8259 §7.
func appendString(dst []byte, s string) []byte {
	const digits = "0123456789abcdef"
	dst = append(dst, '"')
	for i := 0; i < len(s); i++ {
		switch b := s[i]; {
		case b == '"' || b == '\\':
			dst = append(dst, '\\', b)
		case b < ' ':
			dst = append(dst, '\\', 'u', '0', '0', digits[b>>4], digits[b&15])
		default:
			dst = append(dst, b)
		}
	}
	return append(dst, '"')
}
