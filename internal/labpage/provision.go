package labpage

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/anteroom-id/anteroom/lab"
)

// provision takes what the buttons of the job say.
func (p *Page) provision(w http.ResponseWriter, r *http.Request) error {
	verb, known := p.jobVerbs()[r.PathValue("verb")]
	if !known {
		return missing(w, r)
	}
	said, err := verb(r.Context())
	if err != nil {
		return p.refuse(w, r, err)
	}
	return p.say(w, r, "%s", said)
}

// jobVerbs are the buttons, by their names in the address. Each gives what to say.
func (p *Page) jobVerbs() map[string]func(context.Context) (string, error) {
	all := map[string]func(context.Context) (string, error){
		"start":   func(context.Context) (string, error) { return "", p.job.cycle() },
		"restart": func(context.Context) (string, error) { return "", p.job.restart() },
		"later":   func(context.Context) (string, error) { return p.later(cadence, "Forty minutes have") },
		"day":     func(context.Context) (string, error) { return p.later(24*time.Hour, "A day has") },
		"stop": func(context.Context) (string, error) {
			p.job.halt()
			return "Provisioning is stopped.", nil
		},
		"test": func(ctx context.Context) (string, error) {
			if err := p.job.alone(func() error { return p.job.provider.TestConnection(ctx) }); err != nil {
				return "", fmt.Errorf("the test connection failed: %w", err)
			}
			return "The test connection worked.", nil
		},
	}
	if i, can := p.job.provider.(lab.Importer); can {
		all["import"] = func(ctx context.Context) (string, error) { return p.bring(ctx, i) }
	}
	if d, can := p.job.provider.(lab.Discoverer); can {
		all["discover"] = func(ctx context.Context) (string, error) { return p.discover(ctx, d) }
	}
	return all
}

// later lets time pass.
func (p *Page) later(by time.Duration, passed string) (string, error) {
	next := p.job.service.Status().Next
	due := !next.IsZero() && !next.After(p.Directory.Clock().Now().Add(by))
	if err := p.job.pass(by, func() {}); err != nil {
		return "", err
	}
	switch {
	case due:
		return passed + " passed, and the next cycle runs.", nil
	case next.IsZero():
		return passed + " passed. Provisioning is not started, so nothing runs.", nil
	}
	return passed + " passed. The next cycle is due on " + clockTime(next) + ".", nil
}

// bring imports the server's people into the directory.
func (p *Page) bring(ctx context.Context, from lab.Importer) (said string, err error) {
	err = p.job.alone(func() error {
		s, err := from.Import(ctx)
		if err != nil {
			return fmt.Errorf("the import failed: %w", err)
		}
		said = fmt.Sprintf("Imported: the server lists %s. %s in the directory already, %s new in it.",
			counted(s.Listed, "person", "people"), is(len(s.Matched)), is(len(s.Added)))
		return nil
	})
	return said, err
}

// discover asks whose the server's accounts are.
func (p *Page) discover(ctx context.Context, from lab.Discoverer) (said string, err error) {
	err = p.job.alone(func() error {
		a, err := from.DiscoverAccounts(ctx)
		if err != nil {
			return fmt.Errorf("the discovery failed: %w", err)
		}
		said = fmt.Sprintf("The server has %s. %s of people who are assigned, %s of people who are not, %s of nobody in the directory",
			counted(len(a.Assigned)+len(a.Unassigned)+len(a.Local), "account", "accounts"), is(len(a.Assigned)), is(len(a.Unassigned)), is(len(a.Local)))
		var local []string
		for _, one := range a.Local {
			local = append(local, one.UserName)
		}
		if len(local) > 0 {
			said += ": " + some(local, 5)
		}
		said += "."
		return nil
	})
	return said, err
}

// is counts in a sentence: "1 is", "3 are", "none is".
func is(n int) string {
	switch n {
	case 0:
		return "none is"
	case 1:
		return "1 is"
	}
	return number(n) + " are"
}

// provisionOnDemand provisions one person or group at once.
func (p *Page) provisionOnDemand(w http.ResponseWriter, r *http.Request, id, name string) error {
	d, can := p.job.provider.(lab.OnDemand)
	if !can {
		return missing(w, r)
	}
	var s *lab.Summary
	err := p.job.alone(func() (err error) {
		s, err = d.ProvisionOnDemand(r.Context(), id)
		return err
	})
	switch {
	case err != nil:
		return p.refuse(w, r, fmt.Errorf("provisioning on demand failed: %w", err))
	case s.Failed > 0:
		return p.refuse(w, r, fmt.Errorf("provisioning on demand failed: %s", some(s.Errors, 3)))
	}
	p.job.sent(id)
	return p.say(w, r, "%s is provisioned: %s.", name, orNothing(did(s.Did)))
}
