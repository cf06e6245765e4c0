package scimtest

import (
	"cmp"
	"fmt"
	"strings"
	"time"
)

// Report is what a whole run found.
type Report struct {
	Target   string
	Started  time.Time
	Duration time.Duration
	Error    string // why the run ended early, "" when it did not
	Results  []Result
}

// Count gives how many cases of a level ended in a way. An empty level counts
// all.
func (r *Report) Count(level Level, outcome Outcome) int {
	n := 0
	for i := range r.Results {
		if r.Results[i].Outcome == outcome && (level == "" || r.Results[i].Case.Level == level) {
			n++
		}
	}
	return n
}

// OK says whether the run came to its end and no must failed.
func (r *Report) OK() bool { return r.Error == "" && r.Count(Must, Failed) == 0 }

// String gives the report as text: a line of sums, then every failed case with
// what was sent, expected and received, musts first.
func (r *Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "SCIM check of %s: %d cases in %s\n", r.Target, len(r.Results), r.Duration.Round(time.Millisecond))
	if r.Error != "" {
		fmt.Fprintf(&b, "ended early: %s\n", r.Error)
	}
	for _, level := range []Level{Must, Should, Info} {
		fmt.Fprintf(&b, "  %-7s %3d passed  %3d failed  %3d not applicable\n", level,
			r.Count(level, Passed), r.Count(level, Failed), r.Count(level, NotApplicable))
	}
	for _, level := range []Level{Must, Should, Info} {
		for i := range r.Results {
			if res := &r.Results[i]; res.Outcome == Failed && res.Case.Level == level {
				b.WriteString("\n" + res.String())
			}
		}
	}
	return b.String()
}

// String gives one result as text.
func (r *Result) String() string {
	var b strings.Builder
	c := &r.Case
	fmt.Fprintf(&b, "%s  %s  %s\n", strings.ToUpper(string(c.Level)), c.ID, r.Outcome)
	fmt.Fprintf(&b, "  %s (%s)\n", c.Name, cmp.Or(strings.Join(nonEmpty(c.Section, c.Sender, strings.Join(c.Rows, " ")), ", "), "good manners"))
	if r.Outcome != Failed {
		return b.String()
	}
	for i, f := range r.Failures {
		fmt.Fprintf(&b, "  expected  %s\n  got       %s\n", f.Expected, f.Got)
		last := i == len(r.Failures)-1 || r.Failures[i+1].Step != f.Step
		if last && f.Step > 0 && f.Step <= len(r.Steps) {
			fmt.Fprintf(&b, "  after     %s\n", r.Steps[f.Step-1])
		}
	}
	if c.Why != "" {
		fmt.Fprintf(&b, "  why       %s\n", c.Why)
	}
	if c.Mend != "" {
		fmt.Fprintf(&b, "  mend      %s\n", c.Mend)
	}
	return b.String()
}

func nonEmpty(list ...string) []string {
	var out []string
	for _, s := range list {
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}
