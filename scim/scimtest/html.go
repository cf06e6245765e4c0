package scimtest

import (
	"cmp"
	"crypto/sha256"
	_ "embed" // the page's parts
	"encoding/base64"
	"fmt"
	"html"
	"html/template"
	"io"
	"slices"
	"strings"
	"time"
)

//go:embed page/report.html
var pageText string

//go:embed page/report.css
var pageStyle string

//go:embed page/report.js
var pageScript string

// The values that the page shows.
type (
	htmlReport struct {
		Target, Lead, Sum, Error, ErrorTitle string
		Verdicts                             []htmlVerdict
		Notices, Notes                       []string
		Left                                 []Leftover
		Sums                                 []htmlSum
		Choices                              []htmlChoice
		Chapters                             []htmlChapter
	}
	htmlVerdict struct{ Name, Sign, Tone, Text string }
	htmlSum     struct {
		Level                 Level
		Passed, Failed, Other int
		Tone                  string
	}
	htmlChoice struct {
		Title, Name string
		Options     []htmlOption
	}
	htmlOption struct {
		ID, Value, Text string
		Checked         bool
	}
	htmlChapter struct {
		Title, Sum, Tone string
		Cases            []htmlCase
	}
	htmlCase struct {
		ID, Name, Class, Slug, Sign, Tone, Source, Section, Sender, Rows, Link, Note, Why, Mend string
		Level                                                                                   Level
		Outcome                                                                                 Outcome
		Open                                                                                    bool
		Wants                                                                                   []Failure
		Steps                                                                                   []htmlStep
		MoreWants, MoreSteps                                                                    string
	}
	htmlStep struct {
		Request, Status, Tone, Sent, Received string
		Open                                  bool
	}
)

// WriteHTML writes the report as one page that loads nothing: verdicts, sums,
// and every case with what was sent, expected and received. It can be filtered
// without script, and searched with it.
func (r *Report) WriteHTML(w io.Writer) error {
	page, err := template.New("report").Parse(pageText)
	if err != nil {
		return fmt.Errorf("read the page: %w", err)
	}
	view := r.page()
	style := pageStyle + choiceRules(view.Choices)
	if _, err := io.WriteString(w, head("SCIM check of "+r.Target, style)); err != nil {
		return err
	}
	if err := page.Execute(w, view); err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	_, err = io.WriteString(w, "<script>"+pageScript+"</script>\n</html>\n")
	return err
}

// head begins the page. Its policy names the one style sheet and the one script
// by their digests, and forbids everything else.
func head(title, style string) string {
	digest := func(text string) string {
		sum := sha256.Sum256([]byte(text))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; style-src ` + digest(style) + `; script-src ` + digest(pageScript) + `">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>` + html.EscapeString(title) + `</title>
<style>` + style + `</style>
</head>
`
}

func (r *Report) page() htmlReport {
	p := htmlReport{Target: r.Target, Error: r.Error, ErrorTitle: "It could not run", Notices: r.Notices, Left: r.Left, Sum: r.sum()}
	p.Lead = r.Started.Format("2 January 2006, 15:04 MST") + "."
	if len(r.Results) == 0 {
		return p
	}
	p.ErrorTitle = "It did not come to its end"
	p.Lead = fmt.Sprintf("%s in %s, on %s.", plural(len(r.Results), "case", "cases"), r.Duration.Round(100*time.Millisecond), r.Started.Format("2 January 2006 at 15:04 MST"))
	p.Notes = r.notes()
	for _, v := range r.told() {
		sign, tone := mark(v.State)
		p.Verdicts = append(p.Verdicts, htmlVerdict{v.Name, sign, tone, v.Text})
	}
	for _, level := range Levels() {
		s := htmlSum{Level: level, Passed: r.Count(level, Passed), Failed: r.Count(level, Failed), Other: r.Count(level, NotApplicable)}
		if s.Failed > 0 {
			s.Tone = tone(level)
		}
		p.Sums = append(p.Sums, s)
	}
	p.Choices, p.Chapters = r.choices(), r.chapters()
	return p
}

// sum says in one sentence how it went.
func (r *Report) sum() string {
	musts, shoulds := r.Count(Must, Failed), r.Count(Should, Failed)
	switch {
	case len(r.Results) == 0:
		return ""
	case musts > 0:
		return plural(musts, "must is broken.", "musts are broken.")
	case shoulds > 0:
		return "No must is broken; " + plural(shoulds, "should is.", "shoulds are.")
	}
	return "Nothing is broken."
}

func mark(s State) (sign, tone string) {
	switch s {
	case Works:
		return "✓", "good"
	case Suffers:
		return "!", "wait"
	case Stops:
		return "✗", "bad"
	}
	return "?", "soft"
}

func tone(l Level) string {
	return map[Level]string{Must: "bad", Should: "wait", Info: "soft"}[l]
}

// choices are the filters. They begin with what failed, where anything did.
func (r *Report) choices() []htmlChoice {
	failed := r.Count("", Failed) > 0
	out := []htmlChoice{
		{"Outcome", "outcome", []htmlOption{{"o-all", "", "All", !failed}, {"o-failed", "failed", "Failed", failed}, {"o-passed", "passed", "Passed", false}, {"o-other", "other", "Not applicable", false}}},
		{"Level", "level", []htmlOption{{"l-all", "", "All", true}}},
		{"Sent by", "sender", []htmlOption{{"s-all", "", "All", true}, {"s-any", "any", "Any client", false}}},
	}
	for _, level := range Levels() {
		out[1].Options = append(out[1].Options, htmlOption{"l-" + string(level), string(level), capital(string(level)), false})
	}
	var senders []string
	for i := range r.Results {
		if s := r.Results[i].Case.Sender; s != "" && !slices.Contains(senders, s) {
			senders = append(senders, s)
		}
	}
	slices.Sort(senders)
	for _, s := range senders {
		out[2].Options = append(out[2].Options, htmlOption{"s-" + slug(s), slug(s), s, false})
	}
	return out
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

func slug(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, strings.ToLower(s))
}

// choiceRules are the rules that make the filters work without script.
func choiceRules(choices []htmlChoice) string {
	var out strings.Builder
	for _, c := range choices {
		attribute := "data-" + c.Name[:1]
		for _, o := range c.Options {
			if o.Value == "" {
				continue
			}
			is := fmt.Sprintf(`[%s="%s"]`, attribute, o.Value)
			fmt.Fprintf(&out, "body:has(#%s:checked) .case:not(%s), body:has(#%s:checked) .chapter:not(:has(%s)) { display: none; }\n", o.ID, is, o.ID, is)
		}
	}
	return out.String()
}

// chapters gives the cases by chapter, those with the worst findings first.
func (r *Report) chapters() []htmlChapter {
	var titles []string
	for _, f := range r.findings() {
		titles = append(titles, f.chapter)
	}
	for i := range r.Results {
		titles = append(titles, r.Results[i].Case.Chapter)
	}
	var out []htmlChapter
	seen := map[string]bool{}
	for _, title := range titles {
		if !seen[title] {
			seen[title] = true
			out = append(out, r.chapter(title))
		}
	}
	return out
}

func (r *Report) chapter(title string) htmlChapter {
	out := htmlChapter{Title: title, Tone: "soft"}
	failed := map[Level]int{}
	for i := range r.Results {
		res := &r.Results[i]
		if res.Case.Chapter != title {
			continue
		}
		out.Cases = append(out.Cases, res.view())
		if res.Outcome == Failed {
			failed[res.Case.Level]++
		}
	}
	var sums []string
	for _, level := range slices.Backward(Levels()) {
		if n := failed[level]; n > 0 {
			sums = append([]string{plural(n, string(level), string(level)+"s")}, sums...)
			out.Tone = tone(level)
		}
	}
	out.Sum = plural(len(out.Cases), "case", "cases") + ", all well"
	if len(sums) > 0 {
		out.Sum = strings.Join(sums, ", ") + " broken, of " + plural(len(out.Cases), "case", "cases")
	}
	outcomes := []string{"failed", "passed", "other"}
	slices.SortStableFunc(out.Cases, func(a, b htmlCase) int {
		return cmp.Or(slices.Index(outcomes, a.Class)-slices.Index(outcomes, b.Class),
			slices.Index(Levels(), a.Level)-slices.Index(Levels(), b.Level))
	})
	return out
}

// The page shows at most so much of one failed case.
const (
	mostWants = 8
	mostSteps = 10
)

func (r *Result) view() htmlCase {
	c := &r.Case
	v := htmlCase{
		ID: c.ID, Name: c.Name, Level: c.Level, Outcome: r.Outcome, Class: "passed", Sign: "✓", Tone: "good", Slug: cmp.Or(slug(c.Sender), "any"),
		Source: c.source(), Section: c.Section, Sender: c.Sender, Rows: strings.Join(c.Rows, " "), Link: link(c.Section), Note: r.Note, Why: c.Why, Mend: c.Mend,
	}
	switch r.Outcome {
	case Passed:
		return v
	case NotApplicable:
		v.Class, v.Sign, v.Tone = "other", "–", "soft"
		return v
	}
	v.Class, v.Sign, v.Tone = "failed", "✗", tone(c.Level)
	for _, f := range r.Failures[:min(len(r.Failures), mostWants)] {
		v.Wants = append(v.Wants, Failure{Expected: f.Expected, Got: pretty(f.Got)})
	}
	if more := len(r.Failures) - mostWants; more > 0 {
		v.MoreWants = "And " + plural(more, "thing more.", "things more.")
	}
	last := r.Failures[len(r.Failures)-1].Step
	first := max(0, last-mostSteps)
	if first > 0 {
		v.MoreSteps = plural(first, "request", "requests") + " before these."
	}
	for i, s := range r.Steps[first:min(last, len(r.Steps))] {
		blamed := slices.ContainsFunc(r.Failures, func(f Failure) bool { return f.Step == first+i+1 })
		v.Steps = append(v.Steps, s.view(blamed))
	}
	return v
}

func (s Step) view(blamed bool) htmlStep {
	path, _, _ := strings.Cut(s.Path, "?")
	if q := s.query(); q != "" {
		path += "?" + q
	}
	v := htmlStep{Request: s.Method + " " + path, Sent: pretty(s.Sent), Received: pretty(s.Received), Status: fmt.Sprint(s.Status), Tone: "soft", Open: blamed}
	if s.Status == 0 {
		v.Status = "no answer"
	}
	if blamed {
		v.Tone = "bad"
	}
	return v
}

// link leads to a section of a standard.
func link(section string) string {
	number, part, ok := strings.Cut(strings.TrimPrefix(section, "RFC "), " §")
	if !ok {
		return ""
	}
	return "https://www.rfc-editor.org/rfc/rfc" + number + "#section-" + part
}
