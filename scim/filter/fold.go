package filter

import (
	"cmp"
	"unicode"
	"unicode/utf8"
)

// Fold gives the text that stands for s where case does not count: Fold(a) == Fold(b)
// exactly when a and b are equal to a filter on an attribute that is not caseExact
// (strings.EqualFold). A store that narrows by an index keeps and asks for folded
// values. Folding never joins or splits characters (ß stays ß) and does not normalise.
func Fold(s string) string {
	if isFolded(s) {
		return s
	}
	dst := make([]byte, 0, len(s))
	for _, r := range s {
		dst = utf8.AppendRune(dst, foldRune(r))
	}
	return string(dst)
}

// isFolded says whether s is ASCII without capitals, and so its own fold.
func isFolded(s string) bool {
	for i := 0; i < len(s); i++ {
		if b := s[i]; b >= utf8.RuneSelf || 'A' <= b && b <= 'Z' {
			return false
		}
	}
	return true
}

// foldRune picks one of the characters that are equal but for case: the small letter of
// the first of them where that is one of them, else the first.
func foldRune(r rune) rune {
	if r < utf8.RuneSelf {
		if 'A' <= r && r <= 'Z' {
			return r + ('a' - 'A')
		}
		return r
	}
	first := r
	for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
		first = min(first, next)
	}
	small := unicode.ToLower(first)
	for next := unicode.SimpleFold(first); next != first; next = unicode.SimpleFold(next) {
		if next == small {
			return small
		}
	}
	return first
}

// compareFold orders x and y by their folded characters.
func compareFold(x, y string) int {
	for x != "" && y != "" {
		a, n := utf8.DecodeRuneInString(x)
		b, m := utf8.DecodeRuneInString(y)
		if order := cmp.Compare(foldRune(a), foldRune(b)); order != 0 {
			return order
		}
		x, y = x[n:], y[m:]
	}
	return cmp.Compare(len(x), len(y))
}

func hasPrefixFold(s, prefix string) bool {
	for prefix != "" {
		if s == "" {
			return false
		}
		a, n := utf8.DecodeRuneInString(s)
		b, m := utf8.DecodeRuneInString(prefix)
		if a != b && foldRune(a) != foldRune(b) {
			return false
		}
		s, prefix = s[n:], prefix[m:]
	}
	return true
}

func hasSuffixFold(s, suffix string) bool {
	for suffix != "" {
		if s == "" {
			return false
		}
		a, n := utf8.DecodeLastRuneInString(s)
		b, m := utf8.DecodeLastRuneInString(suffix)
		if a != b && foldRune(a) != foldRune(b) {
			return false
		}
		s, suffix = s[:len(s)-n], suffix[:len(suffix)-m]
	}
	return true
}

// prime is the base of the rolling hash of containsFold.
const prime = 1099511628211

// containsFold looks for part by a rolling hash over folded characters (Rabin-Karp), so that
// long texts that repeat themselves cost no more than others.
func containsFold(s, part string) bool {
	var want, have, power uint64 = 0, 0, 1
	end := 0
	for _, r := range part {
		if end >= len(s) {
			return false
		}
		t, n := utf8.DecodeRuneInString(s[end:])
		end += n
		want = want*prime + uint64(foldRune(r))
		have = have*prime + uint64(foldRune(t))
		power *= prime
	}
	for start := 0; ; {
		if have == want && hasPrefixFold(s[start:], part) {
			return true
		}
		if end >= len(s) {
			return false
		}
		in, n := utf8.DecodeRuneInString(s[end:])
		out, m := utf8.DecodeRuneInString(s[start:])
		have = have*prime + uint64(foldRune(in)) - power*uint64(foldRune(out))
		start, end = start+m, end+n
	}
}
