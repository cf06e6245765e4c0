package lab

import (
	"strconv"
	"strings"
	"unicode"
)

// number gives a value as a whole number.
func number(v any) (int, bool) {
	n, err := strconv.Atoi(text(v))
	return n, err == nil
}

// left is Left(source, count): the whole source for a negative count.
func left(a []any) any {
	letters := []rune(text(a[0]))
	n, ok := number(a[1])
	switch {
	case !ok:
		return nil
	case n < 0:
		return string(letters)
	}
	return string(letters[:min(n, len(letters))])
}

// mid is Mid(source, start, length), with start counted from 1.
func mid(a []any) any {
	letters := []rune(text(a[0]))
	start, ok1 := number(a[1])
	length, ok2 := number(a[2])
	if !ok1 || !ok2 || start < 1 || start > len(letters) || length < 1 {
		return nil
	}
	rest := letters[start-1:]
	return string(rest[:min(len(rest), length)])
}

// word is Word(source, number, delimiters), with number counted from 1.
func word(a []any) any {
	words := strings.FieldsFunc(text(a[0]), func(r rune) bool { return strings.ContainsRune(text(a[2]), r) })
	n, ok := number(a[1])
	if !ok || n < 1 || n > len(words) {
		return nil
	}
	return words[n-1]
}

// instr is InStr(source, sought, start, compareType): the place of the first
// occurrence, counted from 1, and 0 when there is none.
func instr(a []any) any {
	source, sought, start := text(a[0]), text(a[1]), 1
	if len(a) > 2 && a[2] != nil {
		start, _ = number(a[2])
	}
	if len(a) > 3 && strings.EqualFold(text(a[3]), "vbTextCompare") {
		source, sought = strings.ToLower(source), strings.ToLower(sought)
	}
	letters := []rune(source)
	if start < 1 || start > len(letters) {
		return "0"
	}
	rest := string(letters[start-1:])
	at := strings.Index(rest, sought)
	if at < 0 {
		return "0"
	}
	return strconv.Itoa(start + len([]rune(rest[:at])))
}

// pcase is PCase(source, separators): each word begins with a capital, and the
// rest is small. Without separators, blanks, punctuation and symbols part words.
func pcase(a []any) any {
	separates := func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.IsPunct(r) || unicode.IsSymbol(r) || unicode.Is(unicode.Cf, r)
	}
	if len(a) > 1 && a[1] != nil {
		separates = func(r rune) bool { return strings.ContainsRune(text(a[1]), r) }
	}
	begins := true
	return strings.Map(func(r rune) rune {
		first := begins
		begins = separates(r)
		if first {
			return unicode.ToTitle(r)
		}
		return unicode.ToLower(r)
	}, text(a[0]))
}

// culturesCase gives the rules of case for the culture in the second argument.
// All but Turkish and Azeri follow the rules that hold without one.
func culturesCase(a []any) unicode.SpecialCase {
	if len(a) > 1 {
		language, _, _ := strings.Cut(strings.ToLower(text(a[1])), "-")
		if language == "tr" || language == "az" {
			return unicode.TurkishCase
		}
	}
	return unicode.SpecialCase{}
}

// normalizeDiacritics is NormalizeDiacritics(source): Latin letters lose their
// marks, and ligatures come apart. Letters that Microsoft's table does not list
// stay, as do other scripts.
func normalizeDiacritics([]expression) (func([]any) any, error) {
	plain := plainLetters()
	return func(a []any) any {
		var out strings.Builder
		latin := false
		for _, r := range text(a[0]) {
			if latin && unicode.Is(unicode.Mn, r) && r < 0x370 {
				continue // a mark of its own behind its letter
			}
			latin = unicode.Is(unicode.Latin, r)
			if p, ok := plain[r]; ok {
				out.WriteString(p)
			} else {
				out.WriteRune(r)
			}
		}
		return out.String()
	}, nil
}

// plainLetters gives what each marked letter becomes.
func plainLetters() map[rune]string {
	out := map[rune]string{'İ': "I"}
	for plain, marked := range map[string]string{
		"a": "äàâãåáąăāǟǡ", "ae": "æǣ", "c": "çčć", "d": "ďḏ", "e": "ëèéêęěėēḗḕ", "g": "ğḡ", "i": "ïîìíıī",
		"l": "ľłḹḻ", "n": "ñńňṉ", "o": "öòőõôóōṓṑȫǭȭȱ", "oe": "øœ", "r": "řṟṝ", "s": "šśșş", "ss": "ß",
		"t": "ťțṯ", "u": "üùûúůűūǖṻṳ", "y": "ÿýȳ", "z": "źžżẕ",
	} {
		for _, r := range marked {
			out[r] = plain
			if up := unicode.ToUpper(r); up != r && up != 'I' {
				out[up] = strings.ToUpper(plain)
			}
		}
	}
	return out
}
