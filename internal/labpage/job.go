package labpage

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/anteroom-id/anteroom/lab"
)

// cadence is how often Entra runs a provisioning job.
const cadence = 40 * time.Minute

// keptDeeds is how many changes that wait to be sent are remembered.
const keptDeeds = 1000

// errBusy refuses what cannot run beside what runs already.
var errBusy = errors.New("a provisioning cycle is running: wait for its end, or stop it")

// job is the provisioning job: at most one thing runs at a time, in the
// background.
type job struct {
	page     *Page
	ctx      context.Context // ends with the page
	provider lab.Provider
	schedule *lab.Schedule
	service  *lab.Job // the provider in the schedule

	mu       sync.Mutex
	stop     context.CancelFunc // ends what runs; nil when nothing does
	done     chan struct{}      // closed when what runs has ended
	progress lab.Progress
	result   *result // of the last cycle
	waiting  []deed  // changes of the directory since a cycle began
	version  int64   // grows with everything that a page would show otherwise, also from one run of the lab to the next
}

// result is what a cycle, or the last of several, came to.
type result struct {
	lab.Run
	Cycles  int       // how many ran
	Stopped bool      // by the reader
	Unread  error     // why the server could not be read back
	At      time.Time // by the reader's clock
}

// deed is a change of the directory, in words.
type deed struct {
	Who  string // ObjectID
	Text string
}

// newJob makes the provider and puts it into a schedule of its own, stopped.
func newJob(ctx context.Context, p *Page) (*job, error) {
	j := &job{page: p, ctx: ctx, schedule: lab.NewSchedule(p.Directory), version: p.Now().UnixMicro()}
	to := p.Target
	also := to.OnExchange
	to.OnExchange = func(x lab.Exchange) {
		p.talk.hear(x)
		if also != nil {
			also(x)
		}
	}
	var err error
	if j.provider, err = p.Open(to, j.tell); err != nil {
		return nil, err
	}
	j.service = j.schedule.Add(j.provider, lab.JobOptions{})
	j.service.Stop()
	return j, nil
}

// touch says that pages would show something else now; the caller holds the lock.
func (j *job) touch() {
	j.version++
	j.page.bell.ring()
}

// tell takes a cycle's progress.
func (j *job) tell(at lab.Progress) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.progress = at
	j.page.bell.ring()
}

// changed notes a change of the directory that waits to be sent.
func (j *job) changed(who, format string, args ...any) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.waiting) < keptDeeds {
		j.waiting = append(j.waiting, deed{who, fmt.Sprintf(format, args...)})
	}
	j.touch()
}

// begin takes the place of what runs. The context ends when the reader stops it
// or the page closes; end gives the place back.
func (j *job) begin() (ctx context.Context, end func(), err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.stop != nil {
		return nil, nil, errBusy
	}
	if j.ctx.Err() != nil {
		return nil, nil, errors.New("the lab is shutting down")
	}
	ctx, stop := context.WithCancel(j.ctx)
	done := make(chan struct{})
	j.stop, j.done, j.progress = stop, done, lab.Progress{}
	j.touch()
	return ctx, func() {
		j.mu.Lock()
		defer j.mu.Unlock()
		stop()
		close(done)
		j.stop = nil
		j.touch()
	}, nil
}

// cycle runs one now, in the background.
func (j *job) cycle() error {
	return j.pass(0, func() {
		j.service.Stop()
		j.service.Start()
	})
}

// restart lets the job out of quarantine and has it look at everything again.
func (j *job) restart() error { return j.pass(0, j.service.Restart) }

// pass prepares the schedule and lets time pass, in the background: whatever is
// due on the way runs.
func (j *job) pass(by time.Duration, prepare func()) error {
	ctx, end, err := j.begin()
	if err != nil {
		return err
	}
	prepare()
	go func() {
		defer end()
		waiting := j.take()
		runs, _ := j.schedule.Advance(ctx, by) // its error is the context's
		if len(runs) == 0 {
			j.giveBack(waiting)
			return
		}
		r := &result{Run: runs[len(runs)-1], Cycles: len(runs), Stopped: ctx.Err() != nil}
		if r.Err == nil && !r.Stopped {
			r.Unread = j.compare(ctx, r.Summary)
		}
		r.At = j.page.Now()
		j.mu.Lock()
		defer j.mu.Unlock()
		j.result = r
	}()
	return nil
}

// take gives the changes that a cycle is about to send.
func (j *job) take() []deed {
	j.mu.Lock()
	defer j.mu.Unlock()
	all := j.waiting
	j.waiting = nil
	return all
}

func (j *job) giveBack(all []deed) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.waiting = append(all, j.waiting...)
}

// compare reads the server back into a summary, where the provider can.
func (j *job) compare(ctx context.Context, s *lab.Summary) error {
	reader, can := j.provider.(lab.Comparer)
	if !can || s.Compared {
		return nil
	}
	defer j.page.talk.readBack()()
	j.tell(lab.Progress{Phase: "reading back", Total: 1})
	c, err := reader.Compare(ctx)
	if err != nil {
		return err
	}
	s.Compared, s.Equal, s.Differences = true, c.Equal, c.Differences
	return nil
}

// alone runs something beside which nothing else runs, and waits for it.
func (j *job) alone(do func() error) error {
	_, end, err := j.begin()
	if err != nil {
		return err
	}
	defer end()
	return do()
}

// halt stops provisioning, and waits until what runs has ended.
func (j *job) halt() {
	j.service.Stop()
	j.mu.Lock()
	stop, done := j.stop, j.done
	j.mu.Unlock()
	if stop != nil {
		stop()
		<-done
	}
}

// sent takes what one person's provisioning has settled off the waiting list.
func (j *job) sent(who string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	var rest []deed
	for _, d := range j.waiting {
		if d.Who != who {
			rest = append(rest, d)
		}
	}
	j.waiting = rest
	j.touch()
}

// accounts is a provider that tells the server's ids of people.
type accounts interface {
	Accounts() map[string]string
}

// account gives the server's id of a person, "" when it is not known.
func (j *job) account(id string) string {
	if a, can := j.provider.(accounts); can {
		return a.Accounts()[id]
	}
	return ""
}
