package operator

import "strings"

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
