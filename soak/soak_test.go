// Package soak_test lets companies live for a long time: people join, move,
// marry, leave and come back, groups change, administrators change mappings,
// while answers are lost, requests arrive twice and servers are overloaded.
// After every cycle of every directory the server must hold what the directory
// holds, no more and no less.
//
// `make test` runs it with small companies. `make soak` runs it whole, with
// flushed databases; other sizes by hand:
//
//	go test -v -timeout 90m ./soak -people 2000 -groups 60 -cycles 30 -durable
package soak_test

import (
	"context"
	"flag"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/store/storetest"
	"github.com/anteroom-id/anteroom/lab"
)

// The sizes of one run.
var (
	people  = flag.Int("people", 40, "people in each company at the beginning")
	groups  = flag.Int("groups", 5, "groups in each company at the beginning")
	cycles  = flag.Int("cycles", 6, "provisioning cycles of each company")
	workers = flag.Int("workers", 8, "requests of each company at the same time")
	seed    = flag.Uint64("seed", 1, "another seed is another story")
	durable = flag.Bool("durable", false, "flush every commit, as in production")
)

func TestMain(m *testing.M) { storetest.Main(m) }

// Four companies on one server, each with a directory of its own kind: at the
// end of each cycle nobody is lost, nobody is there twice, and nobody is there
// who should not be.
func TestTheServersStateEqualsTheDirectoriesThroughAllTheirChanges(t *testing.T) {
	if *durable { // the long run: one after the other, so that its lines can be followed
		t.Run("sqlite", func(t *testing.T) { soak(t, t.TempDir()) })
		t.Run("postgres", func(t *testing.T) { soak(t, storetest.DurablePostgres(t)) })
		return
	}
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); soak(t, t.TempDir()) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); soak(t, storetest.Postgres(t)) })
}

// provider is what the lab's providers have in common.
type provider interface {
	TestConnection(context.Context) error
	Cycle(context.Context) (*lab.Summary, error)
	Compare(context.Context) (*lab.Comparison, error)
}

// kinds are the directories that live on one server.
func kinds() map[string]func(*lab.Directory, lab.Target) provider {
	entra := func(opt lab.EntraOptions) func(*lab.Directory, lab.Target) provider {
		opt.Workers, opt.NoCompare, opt.Mapping = *workers, true, mappings()[0]
		return func(d *lab.Directory, to lab.Target) provider { return lab.NewEntra(d, to, opt) }
	}
	okta := func(opt lab.OktaOptions) func(*lab.Directory, lab.Target) provider {
		opt.Workers, opt.NoCompare = *workers, true
		return func(d *lab.Directory, to lab.Target) provider { return lab.NewOkta(d, to, opt) }
	}
	return map[string]func(*lab.Directory, lab.Target) provider{
		"entra":          entra(lab.EntraOptions{}),
		"entra-flag":     entra(lab.EntraOptions{OptSCIM062020: true, MemberBatch: 5}),
		"okta-catalogue": okta(lab.OktaOptions{}),
		"okta-custom":    okta(lab.OktaOptions{Custom: true}),
	}
}

func soak(t *testing.T, where string) {
	w := newWorld(t, where)
	var all sync.WaitGroup
	var faults []*lab.Faults
	for kind, connect := range kinds() {
		c := w.settle(kind, connect)
		faults = append(faults, c.faults)
		all.Go(func() {
			if err := c.live(t.Context()); err != nil {
				t.Errorf("%s: %v", kind, err)
			}
		})
	}
	all.Wait()
	w.check()
	wild(t, faults)
}

// wild wants every kind of fault to have happened.
func wild(t *testing.T, faults []*lab.Faults) {
	t.Helper()
	var sum lab.FaultCount
	for _, f := range faults {
		did := f.Did()
		sum.Lost, sum.Doubled, sum.Refused = sum.Lost+did.Lost, sum.Doubled+did.Doubled, sum.Refused+did.Refused
		sum.Broken, sum.Delayed = sum.Broken+did.Broken, sum.Delayed+did.Delayed
	}
	if sum.Lost == 0 || sum.Doubled == 0 || sum.Refused == 0 || sum.Broken == 0 || sum.Delayed == 0 {
		t.Errorf("the network was too good: %+v", sum)
	}
}

// attempts is how often a cycle may run until everything went through: what a
// fault spoils, the next cycle mends.
const attempts = 4

// live runs all cycles of a company.
func (c *company) live(ctx context.Context) error {
	if err := c.idp.TestConnection(ctx); err != nil {
		return fmt.Errorf("test connection: %w", err)
	}
	for cycle := range *cycles {
		began := time.Now()
		if cycle > 0 {
			if err := c.stir(cycle); err != nil {
				return fmt.Errorf("cycle %d: change the directory: %w", cycle+1, err)
			}
		}
		done, err := c.converge(ctx)
		if err == nil {
			err = c.verify(ctx)
		}
		if err != nil {
			return fmt.Errorf("cycle %d: %w", cycle+1, err)
		}
		c.t.Logf("%-8s %-14s cycle %2d of %d: %s, equal after %v", c.engine, c.kind, cycle+1, *cycles, done, time.Since(began).Round(time.Millisecond))
	}
	did := c.faults.Did()
	c.t.Logf("%-8s %-14s %d changes in the log; of %d requests %d lost their answer, %d arrived twice, %d were refused, %d broke, %d were overtaken",
		c.engine, c.kind, c.audit.seq, did.Requests, did.Lost, did.Doubled, did.Refused, did.Broken, did.Delayed)
	return nil
}

// converge runs the cycle until nothing fails, and tells what it took.
func (c *company) converge(ctx context.Context) (string, error) {
	requests, retries := 0, 0
	for n := 1; ; n++ {
		sum, err := c.idp.Cycle(ctx)
		if err != nil {
			return "", err
		}
		requests, retries = requests+sum.Requests, retries+sum.Retries
		if sum.Failed == 0 {
			return fmt.Sprintf("%d people, %d groups, %d requests, %d retries, %d runs", sum.People, sum.Groups, requests, retries, n), nil
		}
		if n == attempts {
			return "", fmt.Errorf("after %d runs there are still failures:\n%s", n, sum)
		}
	}
}
