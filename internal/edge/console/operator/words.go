package operator

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// masked is an address that can be told from others and not written to: whom a
// workspace invites is its own affair. "m…@acme.example"
func masked(address string) string {
	at := strings.LastIndexByte(address, '@')
	if at < 1 {
		return "…"
	}
	first, _ := utf8.DecodeRuneInString(address)
	return string(first) + "…" + address[at:]
}

// addresses finds those that a mail server's answer repeats.
var addresses = regexp.MustCompile(`[^\s<>:;,"@]+@[\w.-]+`)

// paragraph is a part of a longer text, with its heading.
type paragraph struct{ Heading, Text string }

// paragraphs divides a text at its blank lines.
func paragraphs(text string) (out []paragraph) {
	for _, p := range strings.Split(strings.TrimSpace(text), "\n\n") {
		head, rest, found := strings.Cut(strings.TrimSpace(p), "\n")
		if !found {
			head, rest = "", head
		}
		out = append(out, paragraph{head, rest})
	}
	return out
}
