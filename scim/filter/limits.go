package filter

import (
	"fmt"
	"unicode/utf8"
)

// Limits bound what Parse accepts. They are checked before the work they bound is done.
// The zero value is safe to use.
type Limits struct {
	Length int // bytes of text; 0 means 8192
	Depth  int // parentheses and brackets inside one another; 0 means 32, at most 1000
	Terms  int // comparisons and value paths; 0 means 256, at most 10,000
}

// The defaults of Limits, and what no setting can exceed: expressions are walked by
// recursion, which must not be as deep as a caller's mistake.
const (
	defaultLength = 8192
	defaultDepth  = 32
	defaultTerms  = 256
	maxDepth      = 1000
	maxTerms      = 10_000
)

func (l Limits) withDefaults() Limits {
	if l.Length <= 0 {
		l.Length = defaultLength
	}
	if l.Depth <= 0 {
		l.Depth = defaultDepth
	}
	if l.Terms <= 0 {
		l.Terms = defaultTerms
	}
	l.Depth, l.Terms = min(l.Depth, maxDepth), min(l.Terms, maxTerms)
	return l
}

// checkText refuses what need not be read at all.
func (l Limits) checkText(s string) error {
	if len(s) > l.Length {
		return &Error{Input: s, Msg: fmt.Sprintf("the text is %d bytes long and at most %d are read; ask in several smaller requests", len(s), l.Length)}
	}
	if !utf8.ValidString(s) {
		return errorAt(s, invalidAt(s), "the text is not valid UTF-8; encode it as UTF-8, then as a URL if it is in one")
	}
	return nil
}

// invalidAt gives the offset of the first byte that is not UTF-8 in s, which has one.
func invalidAt(s string) int {
	at := 0
	for {
		r, n := utf8.DecodeRuneInString(s[at:])
		if r == utf8.RuneError && n <= 1 {
			return at
		}
		at += n
	}
}
