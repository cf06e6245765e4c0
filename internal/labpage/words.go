package labpage

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// badge is a state as a word, with a tone that underlines it.
type badge struct{ Word, Tone, Hint string }

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return number(n) + " " + many
}

// number writes n with a comma at each thousand.
func number(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// took tells how long something took.
func took(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return "<1 ms"
	case d < time.Second:
		return strconv.FormatInt(d.Milliseconds(), 10) + " ms"
	}
	return strconv.FormatFloat(d.Seconds(), 'f', 1, 64) + " s"
}

// sentence makes an error's text one: a capital letter first, a full stop last.
func sentence(err error) string {
	s := strings.TrimSpace(err.Error())
	first, size := utf8.DecodeRuneInString(s)
	if first == utf8.RuneError {
		return s
	}
	return strings.TrimRight(string(unicode.ToUpper(first))+s[size:], ".") + "."
}

// listed joins words as people do: "a, b and c".
func listed(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

// some names the first of many: "a, b, c and 4 more".
func some(words []string, most int) string {
	if len(words) <= most {
		return listed(words)
	}
	return strings.Join(words[:most], ", ") + " and " + number(len(words)-most) + " more"
}

// did tells a summary's deeds: "25 people created, 1 group created".
func did(deeds map[string]int) string {
	var parts []string
	for _, noun := range nouns() {
		for _, name := range slices.Sorted(maps.Keys(deeds)) {
			if first, verb := split(name); first == noun.many && deeds[name] > 0 {
				parts = append(parts, counted(deeds[name], noun.one, noun.many)+" "+verb)
			}
		}
	}
	return strings.Join(parts, ", ")
}

// brief names the first of many and counts the others: "Engineering +2".
func brief(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return words[0] + " +" + number(len(words)-1)
}

// nouns are what a provider does things to, in the order in which it does them.
func nouns() []struct{ one, many string } {
	return []struct{ one, many string }{{"person", "people"}, {"manager", "managers"}, {"group", "groups"}, {"member", "members"}}
}

// split parts a deed's name into what it was done to and what was done: a deed
// that names nothing was done to people.
func split(name string) (many, verb string) {
	first, rest, _ := strings.Cut(name, " ")
	for _, n := range nouns() {
		if n.many == first && rest != "" {
			return first, rest
		}
	}
	return "people", name
}

// answered tells a summary's answers: ", answered by 200 (40), 201 (25)".
func answered(answers map[string]int) string {
	var parts []string
	for _, status := range slices.Sorted(maps.Keys(answers)) {
		parts = append(parts, fmt.Sprintf("%s (%s)", status, number(answers[status])))
	}
	if len(parts) == 0 {
		return ""
	}
	return ", answered " + strings.Join(parts, ", ")
}

// upper begins a text with a capital letter.
func upper(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return s
	}
	return string(unicode.ToUpper(first)) + s[size:]
}

// timeOfDay tells when something was by the reader's clock: "12:40:03".
func timeOfDay(at time.Time) string { return at.Format("15:04:05") }

// clockTime tells the lab's own time: "Tue 1 Sep 2026, 12:40".
func clockTime(at time.Time) string { return at.Format("Mon 2 Jan 2006, 15:04") }
