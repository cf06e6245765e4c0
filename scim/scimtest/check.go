package scimtest

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// Outcome is how a case ended.
type Outcome string

const (
	// Passed means that every expectation was met.
	Passed Outcome = "passed"
	// Failed means that one was not.
	Failed Outcome = "failed"
	// NotApplicable means that the server does not offer what the case needs.
	NotApplicable Outcome = "not applicable"
)

// Result is one case with how it ended.
type Result struct {
	Case     Case
	Outcome  Outcome
	Failures []Failure
	Steps    []Step // everything that was sent and received
	Duration time.Duration
}

// run is one run of the suite against one server.
type run struct {
	client *client
	name   string // in the names of everything it makes
	has    Need   // what the server offers
	err    error  // why the server cannot be reached

	once   sync.Once // the shared people
	people *cast
}

func start(ctx context.Context, target Target) *run {
	r := &run{client: newClient(target), name: "st-" + strings.ToLower(rand.Text()[:8])}
	r.discover(ctx)
	return r
}

// discover reads what the server says of itself. Groups and the enterprise
// extension are taken for granted when /ResourceTypes cannot be read.
func (r *run) discover(ctx context.Context) {
	config, _ := r.client.do(ctx, Request{Method: http.MethodGet, Path: "/ServiceProviderConfig"})
	if r.err = config.Err; r.err != nil {
		return
	}
	for need, path := range map[Need][]string{
		Sort: {"sort", "supported"}, ETags: {"etag", "supported"},
		Bulk: {"bulk", "supported"}, Cursors: {"pagination", "cursor"},
	} {
		if config.At(path...) == true {
			r.has |= need
		}
	}
	types, _ := r.client.do(ctx, Request{Method: http.MethodGet, Path: "/ResourceTypes"})
	ok := types.Status == http.StatusOK
	if !ok || types.At("Resources", "name=Group") != nil || types.At("name=Group") != nil {
		r.has |= Groups
	}
	if !ok || strings.Contains(strings.ToLower(string(types.Body)), strings.ToLower(enterpriseURN)) {
		r.has |= Enterprise
	}
	if t := r.client.target; t.Token != "" || t.User != "" || t.Password != "" {
		r.has |= Auth
		if t.User != "" {
			r.has |= Basic
		}
	}
}

// cases gives what to run, with a check that each may.
func (r *run) cases() []Case {
	var out []Case
	for _, c := range Cases() {
		if r.client.target.Only == nil || r.client.target.Only(c) {
			out = append(out, c)
		}
	}
	return out
}

// one runs one case in a goroutine of its own, so that it can end itself.
func (r *run) one(ctx context.Context, n int, c Case) Result {
	res := Result{Case: c, Outcome: NotApplicable}
	if c.Needs&^r.has != 0 {
		return res
	}
	began := time.Now()
	t := &T{ctx: ctx, run: r, label: fmt.Sprintf("%s.%d", r.name, n)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		c.Run(t)
	}()
	<-done
	t.clean()
	res.Failures, res.Steps, res.Duration = t.fails, t.steps, time.Since(began)
	if res.Outcome = Passed; len(res.Failures) > 0 {
		res.Outcome = Failed
	}
	return res
}

// clean deletes what the case made, last first; what is gone already is fine.
// It does so also when the run was cancelled.
func (t *T) clean() {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.ctx), time.Minute)
	defer cancel()
	for i := len(t.made) - 1; i >= 0; i-- {
		t.run.client.do(ctx, Request{Method: http.MethodDelete, Path: t.made[i]})
	}
}

// Check runs the suite against a server and reports. A cancelled context ends
// it early; the report then holds what was done.
func Check(ctx context.Context, target Target) *Report {
	r := start(ctx, target)
	rep := &Report{Target: target.URL, Started: time.Now().UTC()}
	if r.err != nil {
		rep.Error = r.err.Error()
		return rep
	}
	for i, c := range r.cases() {
		if ctx.Err() != nil {
			rep.Error = ctx.Err().Error()
			break
		}
		res := r.one(ctx, i, c)
		rep.Results = append(rep.Results, res)
		if target.OnResult != nil {
			target.OnResult(res)
		}
	}
	r.close(ctx)
	rep.Duration = time.Since(rep.Started)
	return rep
}

// Run runs each case as a subtest named after its level and id. A broken must
// fails the test; a broken should does with [Target].Strict, and is logged
// otherwise. Cases that do not apply are logged.
func Run(t *testing.T, target Target) {
	t.Helper()
	r := start(t.Context(), target)
	if r.err != nil {
		t.Fatalf("the server cannot be reached: %v", r.err)
	}
	defer r.close(t.Context())
	for i, c := range r.cases() {
		t.Run(c.ID, func(t *testing.T) {
			res := r.one(t.Context(), i, c)
			switch {
			case res.Outcome == NotApplicable:
				t.Log("not applicable: the server does not offer what this needs")
			case res.Outcome == Failed && (c.Level == Must || c.Level == Should && target.Strict):
				t.Error("\n" + res.String())
			case res.Outcome == Failed:
				t.Log("\n" + res.String())
			}
			if target.OnResult != nil {
				target.OnResult(res)
			}
		})
	}
}
