package product

import (
	"fmt"
	"slices"
	"strings"
)

// Mistake is one thing wrong with a definition.
type Mistake struct {
	File   string // as given to Load
	Line   int    // 1-based; 0 when the mistake concerns the file as a whole
	Path   string // the key: "roles.default", "attributes[2].type"; "" for the file as a whole
	Msg    string // what is wrong
	Remedy string // what to write instead
}

// Error is the mistake in one line: "acme.yaml:12: roles.default: …; …".
func (m *Mistake) Error() string {
	var b strings.Builder
	b.WriteString(m.File)
	if m.Line > 0 {
		fmt.Fprintf(&b, ":%d", m.Line)
	}
	if m.Path != "" {
		fmt.Fprintf(&b, ": %s", m.Path)
	}
	fmt.Fprintf(&b, ": %s", m.Msg)
	if m.Remedy != "" {
		fmt.Fprintf(&b, "; %s", m.Remedy)
	}
	return b.String()
}

// Mistakes is every mistake of a definition, in the order of its lines.
type Mistakes []*Mistake

// Error lists the mistakes, one per line.
func (ms Mistakes) Error() string {
	lines := make([]string, len(ms))
	for i, m := range ms {
		lines[i] = m.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives errors.As each single mistake.
func (ms Mistakes) Unwrap() []error {
	errs := make([]error, len(ms))
	for i, m := range ms {
		errs[i] = m
	}
	return errs
}

// mistakes is what was found, sorted, as an error.
func (r *reader) mistakes() error {
	slices.SortStableFunc(r.found, func(a, b *Mistake) int { return a.Line - b.Line })
	return Mistakes(r.found)
}
