package scimtest

import (
	"context"
	"crypto/rand"
	"fmt"
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
	// NotApplicable means that the case could not be asked: [Result].Note says
	// why.
	NotApplicable Outcome = "not applicable"
)

// Result is one case with how it ended.
type Result struct {
	Case     Case
	Outcome  Outcome
	Note     string // why the case does not apply
	Failures []Failure
	Steps    []Step // everything that was sent and received, without secrets
	Duration time.Duration
}

// run is one run of the suite against one server.
type run struct {
	client *client
	name   string // in the names of everything it makes
	has    Need   // what the server offers
	lists  map[string]bool
	err    error // why the server cannot be checked

	once   sync.Once // the shared people
	people *cast

	mu      sync.Mutex
	own     map[string]bool // the ids of what was made
	unsure  map[string]bool // names of which the server did not say what became of them
	swept   map[string]bool // paths deleted at the end
	left    []Leftover
	notices []string
}

func start(ctx context.Context, target Target) *run {
	r := &run{client: newClient(target), name: "st-" + strings.ToLower(rand.Text()[:8]), own: map[string]bool{}, unsure: map[string]bool{}, swept: map[string]bool{}}
	r.discover(ctx)
	return r
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

// longestCase bounds one case, whatever the server does.
const longestCase = 3 * time.Minute

// one runs one case in a goroutine of its own, so that it can end itself.
func (r *run) one(ctx context.Context, n int, c Case) Result {
	res := Result{Case: c, Outcome: NotApplicable}
	if missing := c.Needs.lacks(r.has); missing != "" {
		res.Note = "the server does not offer " + missing
		return res
	}
	began := time.Now()
	within, cancel := context.WithTimeout(ctx, longestCase)
	defer cancel()
	t := &T{ctx: within, run: r, label: fmt.Sprintf("%s.%d", r.name, n)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer t.rescue()
		c.Run(t)
	}()
	<-done
	full := t.refused && len(t.fails) > 0 && r.full(within)
	t.clean()
	res.Failures, res.Steps, res.Duration = t.fails, t.steps, time.Since(began)
	switch {
	case len(t.fails) == 0:
		res.Outcome = Passed
	case full:
		res.Note, res.Failures = fullNote, nil
	case tooMany(t.fails, t.steps):
		res.Note, res.Failures = manyNote, nil
	default:
		if res.Note = r.unlisted(t.fails, t.steps); res.Note == "" {
			res.Outcome = Failed
		} else {
			res.Failures = nil
		}
	}
	return res
}

// rescue turns a panic of a case, which stumbled over an answer of a shape that
// nobody thought of, into a failure.
func (t *T) rescue() {
	if p := recover(); p != nil {
		t.Expect(false, "an answer of the right shape", fmt.Sprint("another, over which the case stumbled: ", p))
	}
}

// Check runs the suite against a server and reports. A cancelled context ends
// it early; the report then holds what was done, and what was made is deleted
// nevertheless.
func Check(ctx context.Context, target Target) *Report {
	r := start(ctx, target)
	rep := &Report{Target: r.client.shown(), Started: time.Now().UTC()}
	if r.err != nil {
		rep.Error = r.err.Error()
		return rep
	}
	for i, c := range r.cases() {
		res := r.one(ctx, i, c)
		if ctx.Err() != nil {
			rep.Error = "it was stopped: " + ctx.Err().Error()
			break
		}
		rep.Results = append(rep.Results, res)
		if target.OnResult != nil {
			target.OnResult(res)
		}
		if gone := r.silent(ctx, res.Steps); gone != nil {
			rep.Error = "the server stopped answering: " + gone.Error()
			break
		}
	}
	r.close(ctx)
	rep.Left, rep.Notices = r.left, r.notices
	rep.Duration = time.Since(rep.Started)
	return rep
}

// Run runs each case as a subtest named after its id, one after another. A
// broken must fails the test; a broken should does with [Target].Strict, and is
// logged otherwise. Cases that do not apply say why in the log. The test also
// fails when the server cannot be checked.
func Run(t *testing.T, target Target) {
	t.Helper()
	r := start(t.Context(), target)
	if r.err != nil {
		t.Fatal(r.err)
	}
	defer func() {
		r.close(t.Context())
		for _, what := range r.notices {
			t.Log(what)
		}
		for _, what := range r.left {
			t.Logf("left behind: %s", what)
		}
	}()
	for i, c := range r.cases() {
		t.Run(c.ID, func(t *testing.T) {
			res := r.one(t.Context(), i, c)
			switch {
			case res.Outcome == NotApplicable:
				t.Log("not applicable: " + res.Note)
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
