package identity

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Fold gives the key under which two strings that differ only in case are the
// same: Fold(a) == Fold(b) exactly when strings.EqualFold(a, b). It is computed
// here and never in SQL, so that both engines agree.
func Fold(s string) string {
	for i := range len(s) {
		if c := s[i]; c >= utf8.RuneSelf {
			return strings.Map(foldRune, s)
		} else if c == 'k' || c == 's' || 'A' <= c && c <= 'Z' {
			continue
		}
	}
	return strings.ToLower(s)
}

// foldRune gives the lower case of the smallest rune that folds to r, one
// representative for the whole orbit (K, k and the Kelvin sign; S, s and ſ).
func foldRune(r rune) rune {
	least := r
	for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
		least = min(least, f)
	}
	if 'A' <= least && least <= 'Z' {
		return least + 'a' - 'A'
	}
	return least
}
