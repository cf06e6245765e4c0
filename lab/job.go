package lab

import (
	"context"
	"sync"
	"sync/atomic"
)

// job runs the steps of one cycle on a number of workers.
type job struct {
	ctx      context.Context
	cancel   context.CancelCauseFunc
	workers  int
	record   *recorder
	progress func(Progress)

	mu    sync.Mutex
	phase string
	done  int
	total int
}

func newJob(ctx context.Context, c *client, workers int, progress func(Progress)) *job {
	ctx, cancel := context.WithCancelCause(ctx)
	return &job{ctx: ctx, cancel: cancel, workers: max(workers, 1), record: c.record, progress: progress}
}

// expect raises the number of steps that the whole cycle has.
func (j *job) expect(n int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.total += n
}

// each runs n steps of a phase and waits for them. A step that fails is noted
// under its name; a fatal failure ends the job.
func (j *job) each(phase string, n int, step func(ctx context.Context, i int) (who string, err error)) {
	j.mu.Lock()
	j.phase = phase
	j.mu.Unlock()
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(j.workers, n) {
		wg.Go(func() {
			for j.ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				who, err := step(j.ctx, i)
				j.note(who, err)
			}
		})
	}
	wg.Wait()
}

// note counts a finished step and tells the caller.
func (j *job) note(who string, err error) {
	if err != nil && j.ctx.Err() == nil {
		j.record.fail(who, err, j.phase == "managers" || j.phase == "members")
		if fatal(err) {
			j.cancel(err)
		}
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.done++
	j.total = max(j.total, j.done)
	if j.progress != nil {
		j.progress(Progress{
			Phase: j.phase, Done: j.done, Total: j.total,
			Requests: j.record.requests(), Failed: j.record.failures(),
		})
	}
}

// then gives a progress function for what follows this job, counted on from
// where it ended.
func (j *job) then() func(Progress) {
	if j.progress == nil {
		return nil
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	done, total := j.done, j.total
	return func(p Progress) {
		p.Done += done
		p.Total = max(total, p.Done)
		p.Requests += j.record.requests()
		j.progress(p)
	}
}

// err says why the job ended early, nil when it did not.
func (j *job) err() error {
	if j.ctx.Err() == nil {
		return nil
	}
	return context.Cause(j.ctx)
}
