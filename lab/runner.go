package lab

import (
	"context"
	"sync"
	"time"
)

// runner is what every provider has: a directory, a client, and one cycle at a
// time.
type runner struct {
	name      string
	dir       *Directory
	client    *client
	workers   int
	progress  func(Progress)
	noCompare bool

	run    sync.Mutex // one cycle at a time
	cycles int
	begin  bool // the next cycle looks at everything
}

func newRunner(name string, dir *Directory, c *client, workers int, progress func(Progress), noCompare bool) runner {
	c.now = dir.clock.Now
	return runner{name: name, dir: dir, client: c, workers: workers, progress: progress, noCompare: noCompare, begin: true}
}

// Name is the provider's name, one of [Providers].
func (r *runner) Name() string { return r.name }

// SetToken gives the provider another token for the requests to come.
func (r *runner) SetToken(token string) {
	r.client.mu.Lock()
	defer r.client.mu.Unlock()
	r.client.target.Token = token
}

// pass is what a provider does in a cycle.
type pass interface {
	// push sends what has changed. What fails for one person or group is noted
	// by the job.
	push(j *job, s *snapshot)
	// compare reads the server back.
	compare(ctx context.Context, s *snapshot, on func(Progress)) (*Comparison, error)
}

// cycle runs a pass over a snapshot of the directory and sums it up.
func (r *runner) cycle(ctx context.Context, p pass) (*Summary, error) {
	r.run.Lock()
	defer r.run.Unlock()
	r.cycles++
	out := &Summary{Client: r.name, Cycle: r.cycles, Kind: "incremental"}
	if r.begin {
		out.Kind = "initial"
	}
	s := r.dir.snapshot()
	out.Groups = len(s.groups)
	for _, x := range s.people {
		if x.active() {
			out.People++
		}
	}
	on, err := r.one(ctx, out, func(j *job) { p.push(j, s) })
	if err != nil {
		return out, err
	}
	r.begin = false
	if r.noCompare {
		return out, nil
	}
	return out, out.compare(p.compare(ctx, s, on))
}

// one runs a job and fills the summary with what it did. on is the progress
// function for what follows.
func (r *runner) one(ctx context.Context, out *Summary, do func(*job)) (on func(Progress), err error) {
	r.client.record = &recorder{}
	began := time.Now()
	j := newJob(ctx, r.client, r.workers, r.progress)
	defer j.cancel(nil)
	do(j)
	out.Duration = time.Since(began)
	r.client.record.into(out)
	return j.then(), j.err()
}
