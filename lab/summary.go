package lab

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Progress tells how far a cycle is.
type Progress struct {
	Phase    string // "people", "managers", "groups", "members", "reading back"
	Done     int    // steps done in the whole cycle
	Total    int    // steps expected in the whole cycle; may grow
	Requests int    // made so far
	Failed   int    // people and groups that failed so far
}

// Summary tells what one cycle did, in a form to print and to encode as JSON.
type Summary struct {
	Client   string         `json:"client"` // the provider's name
	Cycle    int            `json:"cycle"`  // 1 for the first
	Kind     string         `json:"kind"`   // "initial", "incremental" or "on demand"
	People   int            `json:"people"` // in scope
	Groups   int            `json:"groups"` // in scope
	Duration time.Duration  `json:"duration_ns"`
	Did      map[string]int `json:"did"` // deeds by name: created, updated, disabled, …
	Failed   int            `json:"failed"`
	Errors   []string       `json:"errors,omitempty"` // the first hundred, with the server's detail
	// References is how many of the failed are references: managers and members.
	References int `json:"references,omitempty"`
	// Waiting is how many have failed earlier and are not tried again yet.
	Waiting int `json:"waiting,omitempty"`
	// Staged is how many disables and deletions wait for an administrator,
	// because they are too many for one cycle.
	Staged int `json:"staged,omitempty"`
	Tally
	// Compared says whether the server was read back; Equal whether its state
	// is the directory's; Differences where it is not, in words.
	Compared    bool     `json:"compared"`
	Equal       bool     `json:"equal"`
	Differences []string `json:"differences,omitempty"`
}

// succeeded is how many deeds were done.
func (s *Summary) succeeded() int {
	n := 0
	for _, done := range s.Did {
		n += done
	}
	return n
}

// String gives the summary for people, several lines, ending in a newline.
func (s *Summary) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %s cycle %d: %d people and %d groups in scope\n", s.Client, s.Kind, s.Cycle, s.People, s.Groups)
	fmt.Fprintf(&b, "  did        %s\n", counts(s.Did, "nothing"))
	fmt.Fprintf(&b, "  requests   %d in %s (%s)\n", s.Requests, s.Duration.Round(time.Millisecond), counts(s.Methods, "none"))
	fmt.Fprintf(&b, "  answers    %s, half within %s, 99 of 100 within %s\n", counts(s.Answers, "none"),
		s.MedianTime.Round(10*time.Microsecond), s.SlowTime.Round(10*time.Microsecond))
	if s.Retries > 0 {
		fmt.Fprintf(&b, "  retries    %d\n", s.Retries)
	}
	if s.Waiting > 0 {
		fmt.Fprintf(&b, "  waiting    %d that failed earlier\n", s.Waiting)
	}
	if s.Staged > 0 {
		fmt.Fprintf(&b, "  staged     %d disables and deletions, until an administrator allows them\n", s.Staged)
	}
	list(&b, "failed", s.Failed, s.Errors)
	switch {
	case !s.Compared:
		b.WriteString("  state      not compared\n")
	case s.Equal:
		b.WriteString("  state      the server's equals the directory's\n")
	default:
		list(&b, "differs", len(s.Differences), s.Differences)
	}
	return b.String()
}

func counts(m map[string]int, none string) string {
	parts := make([]string, 0, len(m))
	for _, k := range slices.Sorted(maps.Keys(m)) {
		parts = append(parts, fmt.Sprintf("%s %d", k, m[k]))
	}
	if len(parts) == 0 {
		return none
	}
	return strings.Join(parts, ", ")
}

// list prints a number and its first ten lines.
func list(b *strings.Builder, word string, n int, lines []string) {
	if n == 0 {
		return
	}
	fmt.Fprintf(b, "  %-10s %d\n", word, n)
	const most = 10
	for _, line := range lines[:min(len(lines), most)] {
		fmt.Fprintf(b, "    - %s\n", line)
	}
	if n > most {
		fmt.Fprintf(b, "    … and %d more\n", n-most)
	}
}
