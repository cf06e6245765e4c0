package filter

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Error says why a text is not a filter or path, or why a filter does not suit the
// attributes it names: RFC 7644 §3.12 calls these invalidFilter and invalidPath.
type Error struct {
	// Input is the whole text given to Parse, or the part of the filter that Bind refuses.
	Input string
	// Pos is the place in Input, in characters from 1; 0 means Input as a whole.
	Pos int
	// Msg says what was found and what to write instead.
	Msg string
}

// Error gives the place and the message, fit for the detail of a SCIM error.
func (e *Error) Error() string {
	if e.Pos > 0 {
		return fmt.Sprintf("at character %d: %s", e.Pos, e.Msg)
	}
	return fmt.Sprintf("in %s: %s", clip(e.Input), e.Msg)
}

// errorAt makes an Error for the byte offset at in input.
func errorAt(input string, at int, format string, args ...any) error {
	return &Error{Input: input, Pos: utf8.RuneCountInString(input[:at]) + 1, Msg: fmt.Sprintf(format, args...)}
}

// maxQuote bounds, in characters, what messages repeat of the input.
const maxQuote = 60

// clip shortens s for a message.
func clip(s string) string {
	n := 0
	for i := range s {
		if n == maxQuote {
			return visible(s[:i]) + "…"
		}
		n++
	}
	return visible(s)
}

// visible replaces control characters, which have no place in a message.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return utf8.RuneError
		}
		return r
	}, s)
}

// quote gives s as a filter would hold it, shortened for a message.
func quote(s string) string {
	return string(appendString(nil, clip(s)))
}

// bare gives a value that was written without proper quotes in proper ones.
func bare(s string) string {
	return quote(strings.Trim(s, "'`\u2018\u2019\u201c\u201d\u00ab\u00bb\u201e"))
}
