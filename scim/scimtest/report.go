package scimtest

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Report is what a whole run found. It holds no secret of the target's, and
// nobody but the people that the run made.
type Report struct {
	Target   string // the address, without what may be secret in it
	Started  time.Time
	Duration time.Duration
	Error    string     // why the run could not begin, or ended early; "" when it did not
	Notices  []string   // what is not one case's: a tenant that takes no more people
	Left     []Leftover // what the run made and could not delete
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

// Complete says whether everything could be asked that the server offers: the
// run came to its end, and the tenant had room for its people.
func (r *Report) Complete() bool {
	return r.Error == "" && !slices.ContainsFunc(r.Results, func(res Result) bool { return res.Note == fullNote })
}

// finding is what one change in the server would mend: failed cases of one
// chapter with the same advice.
type finding struct {
	chapter, why, mend string
	results            []*Result
}

// level is that of the most serious case.
func (f *finding) level() Level {
	worst := len(Levels())
	for _, res := range f.results {
		worst = min(worst, slices.Index(Levels(), res.Case.Level))
	}
	return Levels()[worst]
}

// count gives how many cases of a level there are.
func (f *finding) count(level Level) int {
	n := 0
	for _, res := range f.results {
		if res.Case.Level == level {
			n++
		}
	}
	return n
}

// findings groups what failed, the worst first: what stops a directory, then by
// level, gravity and number.
func (r *Report) findings() []*finding {
	byAdvice := map[string]*finding{}
	var all []*finding
	for i := range r.Results {
		res := &r.Results[i]
		if res.Outcome != Failed {
			continue
		}
		key := res.Case.Chapter + "\x00" + res.Case.Why + "\x00" + res.Case.Mend
		f := byAdvice[key]
		if f == nil {
			f = &finding{chapter: res.Case.Chapter, why: res.Case.Why, mend: res.Case.Mend}
			byAdvice[key] = f
			all = append(all, f)
		}
		f.results = append(f.results, res)
	}
	stops, gravity := stoppers(), map[string]int{}
	for _, c := range chapters() {
		gravity[c.title] = c.gravity
	}
	stopping := func(f *finding) int {
		if slices.ContainsFunc(f.results, func(res *Result) bool { return stops[res.Case.ID] }) {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(all, func(a, b *finding) int {
		return cmp.Or(stopping(a)-stopping(b),
			slices.Index(Levels(), a.level())-slices.Index(Levels(), b.level()),
			gravity[a.chapter]-gravity[b.chapter], b.count(Must)-a.count(Must), b.count(Should)-a.count(Should))
	})
	for _, f := range all {
		slices.SortStableFunc(f.results, func(a, b *Result) int {
			return slices.Index(Levels(), a.Case.Level) - slices.Index(Levels(), b.Case.Level)
		})
	}
	return all
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

// source is where a case comes from, in a few words.
func (c *Case) source() string { return strings.Join(nonEmpty(c.Section, c.Sender), ", ") }
