package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/anteroom-id/anteroom/scim/scimtest"
)

type checkCommand struct {
	URL      string `arg:"" help:"SCIM base URL of the server to check, for instance https://example.com/scim/v2."`
	Token    string `help:"SCIM token, sent as Bearer." env:"ANTEROOM_SCIM_TOKEN" placeholder:"TOKEN"`
	User     string `help:"User name for HTTP Basic." placeholder:"NAME"`
	Password string `help:"Password for HTTP Basic." placeholder:"PASSWORD"`
	JSON     bool   `help:"Print one line of JSON for each case, and one with the sums."`
}

// checkLine is one case as --json prints it.
type checkLine struct {
	Case    string   `json:"case"`
	Name    string   `json:"name"`
	Section string   `json:"section,omitempty"`
	Sender  string   `json:"sender,omitempty"`
	Rows    []string `json:"rows,omitempty"`
	Level   string   `json:"level"`
	Outcome string   `json:"outcome"`
	Detail  string   `json:"detail,omitempty"`
	Why     string   `json:"why,omitempty"`
	Mend    string   `json:"mend,omitempty"`
}

// Run checks the server. The status is 1 when a must failed.
func (c *checkCommand) Run(ctx context.Context, p *Program) error {
	if c.Token == "" && c.Password == "" {
		return errors.New("give the server's SCIM token with --token, or --user and --password")
	}
	report := scimtest.Check(ctx, scimtest.Target{URL: c.URL, Token: c.Token, User: c.User, Password: c.Password})
	if c.JSON {
		if err := p.printReport(report); err != nil {
			return err
		}
	} else {
		fmt.Fprint(p.Stdout, report)
	}
	if !report.OK() {
		return errQuiet
	}
	return nil
}

func (p *Program) printReport(r *scimtest.Report) error {
	for i := range r.Results {
		one := &r.Results[i]
		line := checkLine{
			Case: one.Case.ID, Name: one.Case.Name, Section: one.Case.Section, Sender: one.Case.Sender, Rows: one.Case.Rows,
			Level: string(one.Case.Level), Outcome: string(one.Outcome), Why: one.Case.Why, Mend: one.Case.Mend,
		}
		if one.Outcome == scimtest.Failed {
			line.Detail = one.String()
		}
		if err := p.printJSON(line); err != nil {
			return err
		}
	}
	return p.printJSON(map[string]any{
		"target": r.Target, "ok": r.OK(), "error": r.Error, "passed": r.Count("", scimtest.Passed), "failed": r.Count("", scimtest.Failed),
		"failed_must": r.Count(scimtest.Must, scimtest.Failed), "failed_should": r.Count(scimtest.Should, scimtest.Failed),
	})
}
