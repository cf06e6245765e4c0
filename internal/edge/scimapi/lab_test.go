package scimapi_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/anteroom-id/anteroom/lab"
)

// A lab Entra and a lab Okta provision a company, change it, and find the
// server's state equal to their own after every cycle.
func TestTheServersStateEqualsTheDirectorysAfterEveryCycle(t *testing.T) {
	type directory interface {
		TestConnection(context.Context) error
		Cycle(context.Context) (*lab.Summary, error)
	}
	for name, connect := range map[string]func(*lab.Directory, lab.Target) directory{
		"entra": func(d *lab.Directory, t lab.Target) directory {
			return lab.NewEntra(d, t, lab.EntraOptions{Workers: 4})
		},
		"entra flag": func(d *lab.Directory, t lab.Target) directory {
			return lab.NewEntra(d, t, lab.EntraOptions{Workers: 4, OptSCIM062020: true})
		},
		"okta": func(d *lab.Directory, t lab.Target) directory { return lab.NewOkta(d, t, lab.OktaOptions{Workers: 4}) },
		"okta custom": func(d *lab.Directory, t lab.Target) directory {
			return lab.NewOkta(d, t, lab.OktaOptions{Workers: 4, Custom: true})
		},
	} {
		t.Run(name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, s *server) {
				d := lab.Generate(7, 60, 6)
				idp := connect(d, lab.Target{URL: s.acme.base, Token: s.acme.secret})
				if err := idp.TestConnection(ctx); err != nil {
					t.Fatal(err)
				}
				for cycle := range 4 {
					sum, err := idp.Cycle(ctx)
					if err != nil || !sum.Equal || sum.Failed > 0 {
						t.Fatalf("cycle %d: %v\n%s", cycle, err, sum)
					}
					stir(t, d, cycle)
				}
			})
		})
	}
}

// stir changes the directory as a week at a company does.
func stir(t *testing.T, d *lab.Directory, cycle int) {
	t.Helper()
	people, groups := d.People(), d.Groups()
	at := func(n int) string { return people[(n*7+cycle*3)%len(people)].ObjectID }
	for _, err := range []error{
		d.Rename(at(1), "Zoë", "O'Brien-Łukasz"), d.ChangeMail(at(2), fmt.Sprintf("New.Mail%d@contoso.example", cycle)), d.Disable(at(3)), d.Move(at(4), "Research", "Lead"),
		d.AddToGroup(groups[0].ObjectID, at(5)), d.RemoveFromGroup(groups[1%len(groups)].ObjectID, at(6)),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if cycle == 1 {
		_ = d.Enable(at(3))
	}
}
