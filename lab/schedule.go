package lab

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// cadence is how often Entra runs a provisioning job.
const cadence = 40 * time.Minute

// Schedule runs providers as their services do, by the directory's clock, which
// the caller moves: forty minutes pass in as long as one cycle takes.
//
//	schedule := lab.NewSchedule(dir)
//	job := schedule.Add(provider, lab.JobOptions{})
//	runs, err := schedule.Advance(ctx, 24*time.Hour)
//
// Its methods are safe for concurrent use; one Advance runs at a time.
type Schedule struct {
	dir *Directory

	run  sync.Mutex // one Advance at a time
	mu   sync.Mutex // guards jobs
	jobs []*Job
}

// JobOptions says how a provider is run. The zero value is its usual rhythm with
// the documented limits.
type JobOptions struct {
	// Every is the time from the beginning of one cycle to the next; 0 means the
	// provider's own rhythm: 40 minutes for Entra and for a provider that is none
	// of this package's, a minute for those that act at once, an hour for Google,
	// a day for SailPoint.
	Every  time.Duration
	Limits Limits
}

// Limits are the numbers of failures beyond which Entra quarantines a job.
// References are managers and members.
type Limits struct {
	Least          int     // fewer failures are never too many; 0 means 5,000
	Proportion     float64 // of all events; 0 means 0.4
	Most           int     // however many succeed; 0 means 40,000
	WithReferences int     // references included; 0 means 60,000
}

// Run is one cycle that a schedule ran.
type Run struct {
	Job     *Job
	At      time.Time // by the directory's clock
	Summary *Summary  // nil when the cycle could not begin
	Err     error     // why it ended early, or could not begin
	Status  Status    // of the job afterwards
}

// NewSchedule makes a schedule without jobs.
func NewSchedule(dir *Directory) *Schedule { return &Schedule{dir: dir} }

// Add starts a job for a provider; its first cycle is due at once.
func (s *Schedule) Add(p Provider, o JobOptions) *Job {
	j := &Job{provider: p, limits: o.Limits.or(), clock: s.dir.clock, rhythm: rhythm{every: cadence}, due: s.dir.clock.Now()}
	if r, ok := p.(rhythmic); ok {
		j.rhythm = r.rhythm()
	}
	if o.Every > 0 {
		j.rhythm.every = o.Every
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.jobs = append(s.jobs, j)
	return j
}

// or fills in the documented limits.
func (l Limits) or() Limits {
	fill := func(n *int, documented int) {
		if *n == 0 {
			*n = documented
		}
	}
	fill(&l.Least, 5_000)
	fill(&l.Most, 40_000)
	fill(&l.WithReferences, 60_000)
	if l.Proportion == 0 {
		l.Proportion = 0.4
	}
	return l
}

// Advance moves the directory's clock, people who leave the recycle bin
// included, and runs every cycle that becomes due on the way, those due at the
// end as well, in order of time and of Add. It gives what ran. How a cycle went
// is told by its [Run]; the error says why the time did not pass to its end: only
// the context can be the cause.
func (s *Schedule) Advance(ctx context.Context, by time.Duration) ([]Run, error) {
	s.run.Lock()
	defer s.run.Unlock()
	end := s.dir.clock.Now().Add(max(by, 0))
	var runs []Run
	for {
		j, at := s.next(end)
		if j == nil {
			s.dir.Advance(end.Sub(s.dir.clock.Now()))
			return runs, nil
		}
		s.dir.Advance(at.Sub(s.dir.clock.Now()))
		runs = append(runs, j.once(ctx))
		if ctx.Err() != nil {
			return runs, context.Cause(ctx)
		}
	}
}

// next finds the job that is due first, nil when none is due until then.
func (s *Schedule) next(end time.Time) (first *Job, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, j := range s.jobs {
		due, on := j.next()
		if on && !due.After(end) && (first == nil || due.Before(at)) {
			first, at = j, due
		}
	}
	return first, at
}

// Job is one provider in a [Schedule]. Its methods are safe for concurrent use.
type Job struct {
	provider Provider
	limits   Limits
	clock    *Clock
	rhythm   rhythm

	mu        sync.Mutex // guards what follows
	due       time.Time
	stopped   bool
	succeeded int // events since the beginning or the last restart
	trouble   *Quarantine
	tries     int // cycles in quarantine
	disabled  bool
}

// Quarantine says why a job runs only now and then.
type Quarantine struct {
	Since  time.Time `json:"since"`
	Reason string    `json:"reason"` // one of those below
	Detail string    `json:"detail"` // what the administrator would read
}

// The reasons for which a job is quarantined.
const (
	InvalidCredentials = "invalid credentials"
	NotCompliant       = "SCIM compliance issue"
	TooManyFailures    = "too many failures"
	TooManyRemovals    = "too many removals"
)

// Status is how a job stands.
type Status struct {
	State      string      `json:"state"` // "active", "quarantined", "disabled" or "stopped"
	Next       time.Time   `json:"next"`  // when the next cycle is due; zero when none is
	Quarantine *Quarantine `json:"quarantine,omitempty"`
}

// Provider is what the job runs.
func (j *Job) Provider() Provider { return j.provider }

// Status tells how the job stands.
func (j *Job) Status() Status {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.status()
}

func (j *Job) status() Status {
	s := Status{State: "active", Next: j.due}
	if j.trouble != nil {
		q := *j.trouble
		s.State, s.Quarantine = "quarantined", &q
	}
	switch {
	case j.disabled:
		s.State, s.Next = "disabled", time.Time{}
	case j.stopped:
		s.State, s.Next = "stopped", time.Time{}
	}
	return s
}

// Stop stops provisioning: no further cycle is run until Start.
func (j *Job) Stop() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.stopped = true
}

// Start starts provisioning again; a cycle is due at once.
func (j *Job) Start() {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.stopped {
		j.stopped, j.due = false, j.clock.Now()
	}
}

// Restart restarts provisioning: the job leaves the quarantine, is enabled where
// it was disabled, and its next cycle, due at once, looks at everything again
// where the provider is a [Restarter].
func (j *Job) Restart() {
	if r, ok := j.provider.(Restarter); ok {
		r.Restart()
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.trouble, j.tries, j.succeeded, j.disabled, j.stopped = nil, 0, 0, false, false
	j.due = j.clock.Now()
}

// AllowRemovals lets a job that was quarantined for too many removals carry them
// out; its next cycle is due at once.
func (j *Job) AllowRemovals() {
	if p, ok := j.provider.(interface{ AllowRemovals() }); ok {
		p.AllowRemovals()
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.due = j.clock.Now()
}

func (j *Job) next() (due time.Time, on bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.due, !j.stopped && !j.disabled
}

// once runs one cycle and decides about the next.
func (j *Job) once(ctx context.Context) Run {
	r := Run{Job: j, At: j.clock.Now()}
	if j.rhythm.probes {
		r.Err = j.provider.TestConnection(ctx)
	}
	if r.Err == nil {
		r.Summary, r.Err = j.provider.Cycle(ctx)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.due = r.At.Add(j.rhythm.every)
	if j.rhythm.quarantine && ctx.Err() == nil {
		j.judge(&r)
	}
	r.Status = j.status()
	return r
}

// judge decides whether the job is healthy. In quarantine it is run 6, 12 and 24
// hours after that began, then daily, and after four weeks no more.
func (j *Job) judge(r *Run) {
	reason, detail := j.verdict(r)
	if reason == "" {
		j.trouble, j.tries = nil, 0
		return
	}
	if j.trouble == nil {
		j.trouble = &Quarantine{Since: r.At}
	}
	j.trouble.Reason, j.trouble.Detail = reason, detail
	j.tries++
	due, ok := retryAt(j.trouble.Since, r.At, j.tries)
	j.due, j.disabled = due, !ok
}

// verdict says why a job belongs into quarantine, "" when it does not.
func (j *Job) verdict(r *Run) (reason, detail string) {
	switch {
	case errors.Is(r.Err, ErrUnauthorized):
		return InvalidCredentials, r.Err.Error()
	case errors.Is(r.Err, ErrNotCompliant):
		return NotCompliant, r.Err.Error()
	case r.Summary == nil:
		return "", ""
	case r.Summary.Staged > 0:
		return TooManyRemovals, fmt.Sprintf("%d people and groups would be disabled or deleted", r.Summary.Staged)
	}
	j.succeeded += r.Summary.succeeded()
	return j.limits.exceeded(j.succeeded, r.Summary)
}

// exceeded compares the failures that are outstanding after a cycle, those that
// wait included, with everything that has succeeded since the beginning.
func (l Limits) exceeded(succeeded int, s *Summary) (reason, detail string) {
	all := s.Failed + s.Waiting
	failures := all - s.References
	share := float64(failures) / float64(max(failures+succeeded, 1))
	detail = fmt.Sprintf("%d failures beside %d successes", failures, succeeded)
	switch {
	case failures >= l.Least && share > l.Proportion, failures > l.Most:
		return TooManyFailures, detail
	case all > l.WithReferences:
		return TooManyFailures, fmt.Sprintf("%d failures, %d of references among them", all, s.References)
	}
	return "", ""
}

// Jobs lists the schedule's jobs in the order in which they were added.
func (s *Schedule) Jobs() []*Job {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.jobs)
}
