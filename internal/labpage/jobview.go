package labpage

import (
	"cmp"
	"fmt"

	"github.com/anteroom-id/anteroom/lab"
)

// shownWaiting is how many waiting changes the page names.
const shownWaiting = 4

// jobView is the provisioning job as the page shows it.
type jobView struct {
	Running     bool
	Quarantined bool
	State       badge
	Words       string   // one sentence: how it stands
	Scope       string   // before the first cycle: who is assigned
	Progress    progress // while it runs
	Result      *resultView
	Waiting     string // changes that wait to be sent
	OnDemand    bool   // the provider can provision one person
	Imports     bool
	Discovers   bool
}

// Never says that nothing has been sent so far.
func (v *jobView) Never() bool { return !v.Running && v.Result == nil }

// progress is how far a cycle is.
type progress struct {
	Words       string
	Done, Total int
}

// resultView is what the last cycle came to.
type resultView struct {
	Title    string // "Cycle 2, incremental"; "" when it could not begin
	Did      string
	Requests string // "61 requests in 212 ms, answered 200 (40), 201 (21)"
	Errors   []string
	Differs  []string
	Compared bool
}

// view gives the job as it is now, with its version.
func (j *job) view() (jobView, int64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	status := j.service.Status()
	v := jobView{Running: j.stop != nil, Quarantined: status.Quarantine != nil, Progress: progressOf(j.progress), Waiting: waiting(j.waiting)}
	_, v.OnDemand = j.provider.(lab.OnDemand)
	_, v.Imports = j.provider.(lab.Importer)
	_, v.Discovers = j.provider.(lab.Discoverer)
	if j.result != nil {
		v.Result = j.result.view()
	}
	switch {
	case v.Running:
		v.State, v.Words = badge{"Running", "wait", ""}, "Requests are on their way; they appear in the conversation."
	case status.Quarantine != nil:
		v.State, v.Words = quarantined(status)
	case v.Result == nil:
		v.State, v.Words = badge{"Not started", "off", ""}, "Nothing has been sent yet. The first cycle sends everybody, and those after it only what you change."
	default:
		v.State, v.Words = j.result.state()
	}
	return v, j.version
}

// quarantined says why a job runs only now and then.
func quarantined(s lab.Status) (badge, string) {
	q := s.Quarantine
	words := sentence(fmt.Errorf("%s: %s", q.Reason, q.Detail))
	if s.Next.IsZero() {
		return badge{"Disabled", "bad", ""}, words + " After four weeks in quarantine nothing runs any more until provisioning is restarted."
	}
	return badge{"In quarantine", "bad", ""}, words + " The next try is due on " + clockTime(s.Next) + "; restarting provisioning tries at once."
}

func waiting(all []deed) string {
	if len(all) == 0 {
		return ""
	}
	var texts []string
	for i := len(all) - 1; i >= 0; i-- {
		texts = append(texts, all[i].Text)
	}
	return counted(len(all), "change waits", "changes wait") + " for the next cycle: " + some(texts, shownWaiting) + "."
}

func progressOf(at lab.Progress) progress {
	p := progress{Done: min(at.Done, at.Total), Total: at.Total}
	switch {
	case at.Total == 0:
		p.Words = "Beginning"
	case at.Phase == "reading back":
		p.Words = "Reading the server back, to compare"
	default:
		p.Words = fmt.Sprintf("%s, step %s of about %s", upper(at.Phase), number(at.Done), number(at.Total))
	}
	return p
}

// state says how a cycle ended.
func (r *result) state() (badge, string) {
	when := "Ended at " + timeOfDay(r.At) + ". "
	switch s := r.Summary; {
	case r.Stopped:
		return badge{"Stopped", "off", ""}, "Stopped at " + timeOfDay(r.At) + ". The next cycle goes on where this one ended."
	case r.Err != nil:
		return badge{"Failed", "bad", ""}, "The cycle ended early, at " + timeOfDay(r.At) + ": " + sentence(r.Err)
	case s.Failed > 0:
		return badge{"Errors", "bad", ""}, when + upper(counted(s.Failed, "step", "steps")) + " failed; the next cycle tries again."
	case r.Unread != nil:
		return badge{"Ended", "wait", ""}, when + "The server could not be read back, to compare: " + sentence(r.Unread)
	case s.Compared && !s.Equal:
		return badge{"Different", "bad", ""}, when + "The server differs from the directory in " + counted(len(s.Differences), "place", "places") + "."
	case s.Compared:
		return badge{"Up to date", "good", ""}, when + "What the server holds equals the directory."
	}
	return badge{"Ended", "good", ""}, when
}

func (r *result) view() *resultView {
	s := r.Summary
	if s == nil {
		return &resultView{}
	}
	v := &resultView{
		Title: fmt.Sprintf("Cycle %d, %s", s.Cycle, s.Kind), Did: upper(orNothing(did(s.Did))), Errors: s.Errors,
		Requests: counted(s.Requests, "request", "requests") + " in " + took(s.Duration) + answered(s.Answers),
		Compared: s.Compared, Differs: s.Differences,
	}
	if r.Cycles > 1 {
		v.Title += fmt.Sprintf(", the last of %d", r.Cycles)
	}
	return v
}

func orNothing(s string) string { return cmp.Or(s, "nothing had to be done") }
