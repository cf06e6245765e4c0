package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/anteroom-id/anteroom/scim/scimtest"
)

type checkCommand struct {
	URL      string   `arg:"" optional:"" help:"SCIM base URL of the server to check, for instance https://example.com/scim/v2."`
	Token    string   `help:"SCIM token, sent as Bearer." env:"ANTEROOM_SCIM_TOKEN" placeholder:"TOKEN"`
	User     string   `help:"User name for HTTP Basic." placeholder:"NAME"`
	Password string   `help:"Password for HTTP Basic." env:"ANTEROOM_SCIM_PASSWORD" placeholder:"PASSWORD"`
	Domain   string   `help:"Domain of the people whom the check makes, where the server takes its own only; scimtest.example when not given." placeholder:"DOMAIN"`
	Only     []string `help:"Only these cases: an id with * for any letters, a chapter, a section such as 3.5.2, a sender such as Entra, or a requirement row." placeholder:"PATTERN"`
	Level    []string `help:"Only cases of this level: must, should or info." enum:"must,should,info" placeholder:"LEVEL"`
	Strict   bool     `help:"Let a broken should count as a broken must does."`
	List     bool     `help:"List the cases and run nothing."`
	JSON     bool     `help:"Print one line of JSON for each case, and one with the sums."`
	JUnit    string   `name:"junit" help:"Also write JUnit XML, for continuous integration." type:"path" placeholder:"FILE"`
	HTML     string   `name:"html" help:"Also write one HTML page with every request and answer." type:"path" placeholder:"FILE"`
}

// The statuses of a check beside 0, all well.
const (
	checkBroken = exitStatus(1) // a must is broken, or a should with --strict
	checkNotRun = exitStatus(2) // it could not run, or not all of it
)

// Run checks the server. The status is 1 when a must failed, 2 when the check
// could not run.
func (c *checkCommand) Run(ctx context.Context, p *Program) error {
	chosen := slices.DeleteFunc(scimtest.Cases(), func(k scimtest.Case) bool { return !c.wants(&k) })
	switch {
	case len(chosen) == 0:
		return p.unable("no case is like " + strings.Join(append(c.Only, c.Level...), ", ") + "; anteroom check --list names them all")
	case c.List:
		return p.listCases(chosen, c.JSON)
	case c.URL == "":
		return p.unable("give the server's SCIM base URL: anteroom check https://example.com/scim/v2 --token TOKEN")
	case c.Token == "" && c.Password == "":
		return p.unable("give the server's SCIM token with --token, or --user and --password")
	}
	files, err := c.files()
	if err != nil {
		return p.unable(err.Error())
	}
	defer context.AfterFunc(ctx, func() { fmt.Fprintln(p.Stderr, "anteroom: stopping; what the check made is deleted first") })()
	step, done := p.checkProgress(len(chosen), c.JSON)
	report := scimtest.Check(ctx, scimtest.Target{
		URL: c.URL, Token: c.Token, User: c.User, Password: c.Password, Domain: c.Domain, OnResult: step,
		Only: func(k scimtest.Case) bool { return c.wants(&k) },
	})
	done()
	if err := errors.Join(c.print(p, report), c.write(files, report)); err != nil {
		return p.unable("the report could not be written: " + err.Error())
	}
	return c.status(report)
}

// wants says whether --only and --level leave a case in.
func (c *checkCommand) wants(k *scimtest.Case) bool {
	return (len(c.Only) == 0 || slices.ContainsFunc(c.Only, k.Matches)) &&
		(len(c.Level) == 0 || slices.Contains(c.Level, string(k.Level)))
}

// status says how the check ended.
func (c *checkCommand) status(r *scimtest.Report) error {
	switch {
	case r.Error != "":
		return checkNotRun
	case !r.OK() || c.Strict && r.Count(scimtest.Should, scimtest.Failed) > 0:
		return checkBroken
	case !r.Complete():
		return checkNotRun
	}
	return nil
}

// unable says why nothing was checked.
func (p *Program) unable(why string) error {
	fmt.Fprintf(p.Stderr, "anteroom: %s\n", why)
	return checkNotRun
}

// checkFiles are where reports go beside the terminal; nil is nowhere.
type checkFiles struct{ junit, html *os.File }

// files makes the files first, so that nobody waits for a report that cannot be
// written.
func (c *checkCommand) files() (f checkFiles, err error) {
	for _, file := range []struct {
		name string
		into **os.File
	}{{c.JUnit, &f.junit}, {c.HTML, &f.html}} {
		if file.name == "" {
			continue
		}
		if *file.into, err = os.Create(file.name); err != nil {
			return f, fmt.Errorf("the report cannot be written: %w", err)
		}
	}
	return f, nil
}

func (c *checkCommand) write(files checkFiles, r *scimtest.Report) error {
	into := func(f *os.File, write func(io.Writer) error) error {
		if f == nil {
			return nil
		}
		return errors.Join(write(f), f.Close())
	}
	return errors.Join(
		into(files.junit, func(w io.Writer) error { return r.WriteJUnit(w, c.Strict) }),
		into(files.html, r.WriteHTML))
}

// print tells the report in the form that was asked for.
func (c *checkCommand) print(p *Program, r *scimtest.Report) error {
	if c.JSON {
		return p.printReport(r)
	}
	text := r.String()
	if terminal(p.Stdout) && p.Getenv("NO_COLOR") == "" {
		text = r.Coloured()
	}
	if _, err := io.WriteString(p.Stdout, text); err != nil {
		return err
	}
	switch {
	case c.HTML != "":
		fmt.Fprintf(p.Stdout, "\nEvery request and answer: %s\n", c.HTML)
	case r.Count("", scimtest.Failed) > 0:
		fmt.Fprint(p.Stdout, "\nEvery request and answer: run it again with --html report.html\n")
	}
	return nil
}

// checkProgress shows how far the check is on the error stream, when that is a
// terminal and JSON is not wanted.
func (p *Program) checkProgress(total int, quiet bool) (step func(scimtest.Result), done func()) {
	if quiet || !terminal(p.Stderr) {
		return nil, func() {}
	}
	bar := progressbar.NewOptions(total, progressbar.OptionSetWriter(p.Stderr), progressbar.OptionSetWidth(20), progressbar.OptionShowCount(),
		progressbar.OptionSetPredictTime(false), progressbar.OptionThrottle(60*time.Millisecond), progressbar.OptionClearOnFinish())
	broken := 0
	return func(r scimtest.Result) {
		if r.Outcome == scimtest.Failed && r.Case.Level == scimtest.Must {
			broken++
		}
		bar.Describe(fmt.Sprintf("%-24s %3d broken", cut(r.Case.Chapter, 24), broken))
		_ = bar.Add(1)
	}, func() { _ = bar.Finish() }
}

func cut(text string, most int) string {
	if len(text) > most {
		return text[:most-1] + "…"
	}
	return text
}

// checkLine is one case as --json prints it. Keys are added, never renamed.
type checkLine struct {
	Case     string             `json:"case"`
	Name     string             `json:"name"`
	Chapter  string             `json:"chapter"`
	Section  string             `json:"section,omitempty"`
	Sender   string             `json:"sender,omitempty"`
	Rows     []string           `json:"rows,omitempty"`
	Level    string             `json:"level"`
	Outcome  string             `json:"outcome,omitempty"`
	Note     string             `json:"note,omitempty"`
	Detail   string             `json:"detail,omitempty"`
	Failures []scimtest.Failure `json:"failures,omitempty"`
	Why      string             `json:"why,omitempty"`
	Mend     string             `json:"mend,omitempty"`
	Millis   float64            `json:"ms,omitempty"`
}

func newCheckLine(c *scimtest.Case) checkLine {
	return checkLine{Case: c.ID, Name: c.Name, Chapter: c.Chapter, Section: c.Section, Sender: c.Sender, Rows: c.Rows, Level: string(c.Level), Why: c.Why, Mend: c.Mend}
}

// listCases prints what would be run.
func (p *Program) listCases(cases []scimtest.Case, asJSON bool) error {
	for i := range cases {
		c := &cases[i]
		if asJSON {
			if err := p.printJSON(newCheckLine(c)); err != nil {
				return err
			}
			continue
		}
		if i == 0 || cases[i-1].Chapter != c.Chapter {
			fmt.Fprintf(p.Stdout, "%s\n", c.Chapter)
		}
		from := cmp.Or(strings.TrimPrefix(c.Section+", "+c.Sender, ", "), c.Sender)
		fmt.Fprintf(p.Stdout, "  %-6s  %-36s  %s [%s]\n", c.Level, c.ID, c.Name, strings.TrimSuffix(from, ", "))
	}
	return nil
}

func (p *Program) printReport(r *scimtest.Report) error {
	for i := range r.Results {
		one := &r.Results[i]
		line := newCheckLine(&one.Case)
		line.Outcome, line.Note, line.Millis = string(one.Outcome), one.Note, float64(one.Duration.Microseconds())/1000
		if one.Outcome == scimtest.Failed {
			line.Detail, line.Failures = one.String(), one.Failures
		}
		if err := p.printJSON(line); err != nil {
			return err
		}
	}
	return p.printJSON(map[string]any{
		"target": r.Target, "ok": r.OK(), "complete": r.Complete(), "error": r.Error, "ms": r.Duration.Milliseconds(),
		"passed": r.Count("", scimtest.Passed), "failed": r.Count("", scimtest.Failed), "not_applicable": r.Count("", scimtest.NotApplicable),
		"failed_must": r.Count(scimtest.Must, scimtest.Failed), "failed_should": r.Count(scimtest.Should, scimtest.Failed),
		"verdicts": r.Verdicts(), "notices": append([]string{}, r.Notices...), "left": append([]scimtest.Leftover{}, r.Left...),
	})
}
