package identity

import (
	"hash/fnv"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds on the words that one member is found by.
const (
	maxWords   = 12
	maxWordLen = 64 // runes
)

// Words gives the folded words that a member is found by while somebody types
// the beginning of one: those of its names, its address and user name as a
// whole, and the parts of each between punctuation. A word that another one
// begins with is left out, since the longer one is found by it, too. The domain of
// an address is one word: everybody has the same.
func (m *Member) Words() []string {
	var whole []string
	for _, s := range [...]string{m.DisplayName, m.GivenName, m.FamilyName, m.Address, m.UserName} {
		whole = append(whole, QueryWords(s)...)
	}
	all := whole
	for _, w := range whole {
		name, domain, _ := strings.Cut(w, "@")
		if parts := strings.FieldsFunc(name, betweenParts); len(parts) != 1 || parts[0] != w {
			all = append(all, parts...)
		}
		if domain != "" {
			all = append(all, domain)
		}
	}
	var kept []string
	for i, w := range all {
		longer := func(j int, o string) bool { return len(o) > len(w) && strings.HasPrefix(o, w) || j < i && o == w }
		if !anyOther(all, longer) {
			kept = append(kept, w)
		}
	}
	return kept[:min(len(kept), maxWords)]
}

func anyOther(words []string, is func(int, string) bool) bool {
	for j, o := range words {
		if is(j, o) {
			return true
		}
	}
	return false
}

func betweenParts(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
}

// QueryWords gives what somebody typed as the words that a search looks for, in
// their order: folded, apart at blanks, each of at most 64 characters.
func QueryWords(s string) []string {
	words := strings.Fields(folded(s))
	for i, w := range words {
		if utf8.RuneCountInString(w) > maxWordLen {
			words[i] = string([]rune(w)[:maxWordLen])
		}
	}
	return words
}

// folded is the whole of which the words are parts.
func folded(s string) string {
	return Fold(strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), ""))
}

// WordMask gives the mask of words: a set of bits, two for each, one for its first
// two letters and one for its first three. Who has a word that begins with another
// one has that one's bits; who has the bits may still lack the word. It is kept, so
// that another way of making it needs a migration.
func WordMask(words []string) (mask int64) {
	for _, w := range words {
		at := 0
		for n := range 3 {
			_, size := utf8.DecodeRuneInString(w[at:])
			if size == 0 {
				break
			}
			if at += size; n > 0 {
				h := fnv.New32a()
				_, _ = h.Write([]byte(w[:at])) // of a hash, it never fails
				mask |= 1 << (h.Sum32() % 63)
			}
		}
	}
	return mask
}

// HasWords says whether each of the words begins one that the member is found by.
func (m *Member) HasWords(words []string) bool {
	if !m.mayHaveWords(words) {
		return false
	}
	own := m.Words()
	for _, w := range words {
		if !slices.ContainsFunc(own, func(o string) bool { return strings.HasPrefix(o, w) }) {
			return false
		}
	}
	return true
}

// mayHaveWords says whether each of the words stands anywhere in what the member
// is found by: a question that costs little, and that most answer with no.
func (m *Member) mayHaveWords(words []string) bool {
	var names [5]string
	for i, s := range [...]string{m.DisplayName, m.GivenName, m.FamilyName, m.Address, m.UserName} {
		names[i] = folded(s)
	}
	for _, w := range words {
		if !slices.ContainsFunc(names[:], func(name string) bool { return strings.Contains(name, w) }) {
			return false
		}
	}
	return true
}
