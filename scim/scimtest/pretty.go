package scimtest

import "strings"

// pretty breaks JSON into lines for people. It reads no further than brackets,
// quotes and commas, so that it also takes what was cut short, and text that is
// no JSON stays as it is.
func pretty(text string) string {
	text, rest, cutShort := strings.Cut(strings.TrimSpace(text), "… (") // as excerpt ends
	if cutShort {
		rest = "\n… (" + rest
	}
	if !strings.HasPrefix(text, "{") && !strings.HasPrefix(text, "[") {
		return text + rest
	}
	var out strings.Builder
	depth, quoted, escaped := 0, false, false
	line := func() { out.WriteString("\n" + strings.Repeat("  ", max(depth, 0))) }
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case quoted:
			out.WriteByte(c)
			quoted = escaped || c != '"'
			escaped = !escaped && c == '\\'
			continue
		case c == '"':
			quoted = true
			out.WriteByte(c)
		case c == '{' || c == '[':
			out.WriteByte(c)
			if after := strings.TrimLeft(text[i+1:], " \t\r\n"); strings.HasPrefix(after, "}") || strings.HasPrefix(after, "]") {
				out.WriteByte(after[0])
				i = len(text) - len(after)
				continue
			}
			depth++
			line()
		case c == '}' || c == ']':
			depth--
			line()
			out.WriteByte(c)
		case c == ',':
			out.WriteByte(c)
			line()
		case c == ':':
			out.WriteString(": ")
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
		default:
			out.WriteByte(c)
		}
	}
	return out.String() + rest
}
