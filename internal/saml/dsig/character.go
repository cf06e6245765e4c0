package dsig

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/anteroom-id/anteroom/internal/explain"
)

// characters refuses what is too large, and what is no text at all.
func (p *parser) characters() error {
	if len(p.src) > maxSize {
		return explain.Refuse(explain.SAMLSize, fmt.Sprintf("at most %d bytes", maxSize), strconv.Itoa(len(p.src)))
	}
	if at := control(p.src); at >= 0 {
		p.pos = at
		return p.refuse(explain.SAMLCharacter, "characters that XML allows", "byte %#02x", p.src[at])
	}
	switch {
	case !utf8.ValidString(p.src):
		return explain.Refuse(explain.SAMLCharacter, "UTF-8", "another encoding, or bytes that are no text")
	case strings.Contains(p.src, "\uFFFE") || strings.Contains(p.src, "\uFFFF"):
		return explain.Refuse(explain.SAMLCharacter, "characters that XML allows", "U+FFFE or U+FFFF")
	case strings.HasPrefix(p.src, "\uFEFF"):
		return explain.Refuse(explain.SAMLCharacter, "no byte order mark", "one")
	}
	p.hasCR = strings.IndexByte(p.src, '\r') >= 0
	p.hasBracket = strings.Contains(p.src, "]]>")
	return nil
}

// control finds the first control character that XML does not allow, eight bytes
// at a time where there is none; -1 is for none.
func control(s string) int {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	for i := 0; i < len(s); i++ {
		for i+8 <= len(s) {
			w := uint64(s[i]) | uint64(s[i+1])<<8 | uint64(s[i+2])<<16 | uint64(s[i+3])<<24 |
				uint64(s[i+4])<<32 | uint64(s[i+5])<<40 | uint64(s[i+6])<<48 | uint64(s[i+7])<<56
			if (w-ones*' ')&^w&high != 0 { // a byte below the space
				break
			}
			i += 8
		}
		if i < len(s) && s[i] < ' ' && !isSpace(s[i]) {
			return i
		}
	}
	return -1
}

// declaration reads <?xml version="1.0" encoding="UTF-8"?>, which may be missing.
func (p *parser) declaration() error {
	if !p.at("<?xml") || len(p.src) < 6 || !isSpace(p.src[5]) {
		return nil
	}
	n := strings.Index(p.src, "?>")
	if n < 0 {
		return p.refuse(explain.SAMLXML, "?>", "no end of the XML declaration")
	}
	rest := p.src[len("<?xml"):n]
	for i, want := range []struct {
		name   string
		needed bool
		good   func(string) bool
		code   explain.Code
	}{
		{"version", true, func(v string) bool { return v == "1.0" }, explain.SAMLXML},
		{"encoding", false, func(v string) bool { return strings.EqualFold(v, "UTF-8") }, explain.SAMLCharacter},
		{"standalone", false, func(v string) bool { return v == "yes" || v == "no" }, explain.SAMLXML},
	} {
		value, left, ok := pseudo(rest, want.name)
		switch {
		case !ok && want.needed:
			return p.refuse(explain.SAMLXML, `version="1.0"`, "an XML declaration without it")
		case ok && !want.good(value):
			return p.refuse(want.code, [...]string{"XML 1.0", "UTF-8", "yes or no"}[i], "%s=%q", want.name, value)
		case ok:
			rest = left
		}
	}
	if strings.TrimLeft(rest, " \t\r\n") != "" {
		return p.refuse(explain.SAMLXML, "version, encoding and standalone", "an XML declaration with something else")
	}
	p.pos = n + 2
	return nil
}

// pseudo reads name="value" from the XML declaration.
func pseudo(s, name string) (value, rest string, ok bool) {
	trimmed := strings.TrimLeft(s, " \t\r\n")
	after, ok := strings.CutPrefix(trimmed, name)
	if !ok || len(trimmed) == len(s) {
		return "", s, false
	}
	after, ok = strings.CutPrefix(strings.TrimLeft(after, " \t\r\n"), "=")
	after = strings.TrimLeft(after, " \t\r\n")
	if !ok || after == "" || after[0] != '"' && after[0] != '\'' {
		return "", s, false
	}
	value, rest, ok = strings.Cut(after[1:], after[:1])
	if !ok {
		return "", s, false
	}
	return value, rest, true
}

// expand resolves the entities of a text or of an attribute's value and
// normalises its white space (xml §2.11, §3.3.3). What needs nothing stays a part
// of the message.
func (p *parser) expand(raw string, attribute bool) (string, error) {
	amp := strings.IndexByte(raw, '&')
	if amp < 0 && !p.hasCR && (!attribute || strings.IndexByte(raw, '\n') < 0 && strings.IndexByte(raw, '\t') < 0) {
		return raw, nil
	}
	if p.hasCR {
		raw = p.lineEnds(raw)
	}
	if attribute && strings.ContainsAny(raw, "\n\t") {
		if !p.lax { // which some readers make spaces, as the standard has it, and some do not
			return "", p.refuse(explain.SAMLCharacter, "values of attributes in one line", "a line end or a tab")
		}
		raw = strings.NewReplacer("\n", " ", "\t", " ").Replace(raw)
	}
	if amp < 0 {
		return raw, nil
	}
	return p.entities(raw)
}

// lineEnds makes every line end one line feed.
func (p *parser) lineEnds(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}

func (p *parser) entities(raw string) (string, error) {
	out := make([]byte, 0, len(raw))
	for {
		before, after, found := strings.Cut(raw, "&")
		out = append(out, before...)
		if !found {
			return string(out), nil
		}
		entity, rest, ok := strings.Cut(after[:min(len(after), 16)], ";")
		c, known := character(entity)
		if !ok || !known {
			return "", p.refuse(explain.SAMLEntity, "&lt; &gt; &amp; &apos; &quot; or the number of a character", "another entity")
		}
		out = utf8.AppendRune(out, c)
		raw = after[len(after[:min(len(after), 16)])-len(rest):]
	}
}

// character gives the character that an entity stands for, and false when it is
// none that XML knows by itself.
func character(entity string) (rune, bool) {
	switch entity {
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "amp":
		return '&', true
	case "apos":
		return '\'', true
	case "quot":
		return '"', true
	}
	digits, base := strings.TrimPrefix(entity, "#"), 10
	if digits == entity {
		return 0, false
	}
	if hex, ok := strings.CutPrefix(digits, "x"); ok {
		digits, base = hex, 16
	}
	n, err := strconv.ParseUint(digits, base, 31)
	if err != nil {
		return 0, false
	}
	return rune(n), legal(rune(n))
}

// legal reports whether XML allows a character. xml §2.2
func legal(c rune) bool {
	switch {
	case c < ' ':
		return c == '\t' || c == '\n' || c == '\r'
	case c == 0xFFFE, c == 0xFFFF:
		return false
	}
	return utf8.ValidRune(c)
}
