package scimtest

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// pen writes text for a terminal or for a file.
type pen struct {
	strings.Builder
	colours bool
}

// The colours of a terminal; they carry nothing that the words do not say.
const (
	bold   = "1"
	faint  = "2"
	red    = "31"
	green  = "32"
	yellow = "33"
)

func (p *pen) paint(colour, text string) string {
	if !p.colours || text == "" {
		return text
	}
	return "\x1b[" + colour + "m" + text + "\x1b[0m"
}

func (p *pen) linef(format string, args ...any) { fmt.Fprintf(p, format+"\n", args...) }

// width is how wide a line of the report is, in characters.
const width = 96

// wrapped writes a text after a label, in lines of the report's width that begin
// under each other.
func (p *pen) wrapped(indent int, label, text string) {
	pad := strings.Repeat(" ", indent+len(label))
	line := strings.Repeat(" ", indent) + label
	for i, word := range strings.Fields(text) {
		if i > 0 && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			p.linef("%s", line)
			line = pad + word
			continue
		}
		if i > 0 {
			line += " "
		}
		line += word
	}
	p.linef("%s", line)
}

// String gives the report as text: the verdicts, the sums, then what is broken,
// the worst first, grouped by what mends it.
func (r *Report) String() string { return r.text(false) }

// Coloured is String with the colours of a terminal.
func (r *Report) Coloured() string { return r.text(true) }

func (r *Report) text(colours bool) string {
	p := &pen{colours: colours}
	p.linef("%s %s", p.paint(bold, "SCIM check of"), p.paint(bold, r.Target))
	if r.Error != "" {
		verb := "It could not run: "
		if len(r.Results) > 0 {
			verb = fmt.Sprintf("It ended after %d cases: ", len(r.Results))
		}
		var said pen
		said.wrapped(0, "", verb+r.Error)
		p.WriteString(p.paint(red, strings.TrimSuffix(said.String(), "\n")) + "\n")
	}
	if len(r.Results) > 0 {
		p.linef("%s in %s", plural(len(r.Results), "case", "cases"), r.Duration.Round(10*time.Millisecond))
		r.writeVerdicts(p)
		r.writeSums(p)
	}
	for _, what := range r.Notices {
		p.linef("")
		p.wrapped(0, "", what)
	}
	r.writeLeft(p)
	musts := r.Count(Must, Failed) > 0
	for i, f := range r.findings() {
		f.write(p, i+1, musts)
	}
	return p.String()
}

func (r *Report) writeVerdicts(p *pen) {
	p.linef("")
	for _, v := range r.told() {
		colour := map[State]string{Works: green, Suffers: yellow, Stops: red, Unknown: faint}[v.State]
		sign := map[State]string{Works: "✓", Suffers: "!", Stops: "✗", Unknown: "?"}[v.State]
		var lines pen
		lines.wrapped(4, fmt.Sprintf("%-17s ", v.Name), v.Text)
		p.WriteString("  " + p.paint(colour, sign) + " " + lines.String()[4:])
	}
}

func (r *Report) writeSums(p *pen) {
	p.linef("")
	for _, level := range Levels() {
		failed := fmt.Sprintf("%4d failed", r.Count(level, Failed))
		if r.Count(level, Failed) > 0 {
			failed = p.paint(map[Level]string{Must: red, Should: yellow, Info: faint}[level], failed)
		}
		p.linef("  %-7s %4d passed  %s  %4d not applicable", level, r.Count(level, Passed), failed, r.Count(level, NotApplicable))
	}
	for _, note := range r.notes() {
		p.linef("          %s", p.paint(faint, note))
	}
}

// notes says why cases were not asked, with how many.
func (r *Report) notes() []string {
	count := map[string]int{}
	for i := range r.Results {
		if res := &r.Results[i]; res.Outcome == NotApplicable {
			count[cmp.Or(res.Note, "not applicable")]++
		}
	}
	var out []string
	for note, n := range count {
		out = append(out, fmt.Sprintf("%d not asked: %s", n, note))
	}
	slices.Sort(out)
	return out
}

func (r *Report) writeLeft(p *pen) {
	if len(r.Left) == 0 {
		return
	}
	p.linef("\n%s", p.paint(red, plural(len(r.Left), "resource of this check is", "resources of this check are")+" left behind; delete by hand:"))
	for _, l := range r.Left {
		p.linef("  %s", l)
	}
}

// mostEvidence bounds how many different failures one finding shows in full.
const mostEvidence = 3

// write tells a finding: what is broken, why it matters, what to change, and
// each different thing that was received. Where musts are broken, they alone are
// told so fully.
func (f *finding) write(p *pen, n int, musts bool) {
	colour := map[Level]string{Must: red, Should: yellow, Info: faint}[f.level()]
	var sums []string
	for _, level := range Levels() {
		if c := f.count(level); c > 0 {
			sums = append(sums, plural(c, string(level), string(level)+"s"))
		}
	}
	p.linef("\n%s  %s", p.paint(bold, fmt.Sprintf("%d. %s", n, f.chapter)), p.paint(colour, strings.Join(sums, ", ")))
	p.wrapped(3, "why   ", f.why)
	p.wrapped(3, "mend  ", f.mend)
	shown := map[string]bool{}
	var rest []*Result
	for _, res := range f.results {
		mark := anyName.ReplaceAllString(res.Failures[0].Got, "#")
		if shown[mark] || len(shown) == mostEvidence || musts && res.Case.Level != Must {
			rest = append(rest, res)
			continue
		}
		shown[mark] = true
		p.linef("")
		res.sentence(p)
		res.evidence(p, res.Failures[0])
	}
	for i, res := range rest {
		if i == 0 {
			p.linef("")
		}
		res.sentence(p)
	}
}

// sentence tells which case it is.
func (r *Result) sentence(p *pen) {
	p.wrapped(3, fmt.Sprintf("%-6s ", r.Case.Level), fmt.Sprintf("%s: %s [%s]", r.Case.ID, r.Case.Name, r.Case.source()))
}

// anyName stands for what differs from run to run in a text.
var anyName = regexp.MustCompile(`[0-9a-fA-F-]{8,}|st-[a-z0-9.]+|\d+`)

// evidence tells what one failure is about, each part on a line.
func (r *Result) evidence(p *pen, f Failure) {
	const short = 400
	if f.Step > 0 && f.Step <= len(r.Steps) {
		s := r.Steps[f.Step-1]
		path := s.Path
		if q := s.query(); q != "" && len(q) < 300 {
			path, _, _ = strings.Cut(path, "?")
			path += "?" + q
		}
		p.linef("          %s", p.paint(faint, cut(s.Method+" "+path, short)))
		if s.Sent != "" {
			p.linef("          %s", p.paint(faint, cut(s.Sent, short)))
		}
	}
	p.linef("          expected  %s", cut(f.Expected, short))
	p.linef("          got       %s", cut(f.Got, short))
	if more := len(r.Failures) - 1; more > 0 {
		p.linef("          and %s", plural(more, "thing more", "things more"))
	}
}

// cut shortens a text to a number of bytes, and keeps it on one line.
func cut(text string, most int) string {
	text = strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ").Replace(text)
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}

// String gives one result as text: what a test's log shows of it.
func (r *Result) String() string {
	p := &pen{}
	c := &r.Case
	p.linef("%s  %s  %s", strings.ToUpper(string(c.Level)), c.ID, r.Outcome)
	p.linef("  %s (%s)", c.Name, strings.Join(nonEmpty(c.source(), strings.Join(c.Rows, " ")), ", "))
	if r.Outcome != Failed {
		return p.String()
	}
	const most, long = 6, 700
	for i, f := range r.Failures {
		if i == most {
			p.linef("  and %d things more", len(r.Failures)-most)
			break
		}
		p.linef("  expected  %s", cut(f.Expected, long))
		p.linef("  got       %s", cut(f.Got, long))
		last := i == len(r.Failures)-1 || r.Failures[i+1].Step != f.Step
		if last && f.Step > 0 && f.Step <= len(r.Steps) {
			p.linef("  after     %s", cut(r.Steps[f.Step-1].String(), 2*long))
		}
	}
	p.linef("  why       %s", c.Why)
	p.linef("  mend      %s", c.Mend)
	return p.String()
}
