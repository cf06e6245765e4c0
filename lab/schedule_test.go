package lab_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/lab"
)

// office is a directory with an Entra that a schedule runs against the naive
// server.
type office struct {
	t     *testing.T
	s     *server
	w     *wire
	d     *lab.Directory
	entra *lab.Entra
	plan  *lab.Schedule
	job   *lab.Job
}

func newOffice(t *testing.T, people int, o lab.EntraOptions, limits lab.Limits) *office {
	t.Helper()
	x := &office{t: t, s: newServer(t), w: &wire{}, d: lab.Generate(41, people, 0)}
	o.NoGroups = true
	x.entra = lab.NewEntra(x.d, x.w.target(x.s), o)
	x.plan = lab.NewSchedule(x.d)
	x.job = x.plan.Add(x.entra, lab.JobOptions{Limits: limits})
	return x
}

// pass lets time pass and gives what ran.
func (x *office) pass(by time.Duration) []lab.Run {
	x.t.Helper()
	runs, err := x.plan.Advance(x.t.Context(), by)
	if err != nil {
		x.t.Fatal(err)
	}
	return runs
}

// state compares how the job stands.
func (x *office) state(want string, next time.Duration, reason string) {
	x.t.Helper()
	s := x.job.Status()
	if got := s.Next.Sub(x.d.Clock().Now()); s.State != want || want != "disabled" && want != "stopped" && got != next {
		x.t.Errorf("the job is %s and due in %s; want %s and %s", s.State, got, want, next)
	}
	if s.Quarantine == nil && reason != "" || s.Quarantine != nil && !strings.HasPrefix(s.Quarantine.Reason+": "+s.Quarantine.Detail, reason) {
		x.t.Errorf("the quarantine is %+v, want %s", s.Quarantine, reason)
	}
}

func TestE30_FortyMinutesPassInAMoment(t *testing.T) {
	x := newOffice(t, 5, lab.EntraOptions{NoCompare: true}, lab.Limits{})
	began, clock := time.Now(), x.d.Clock().Now()
	if runs := x.pass(0); len(runs) != 1 || runs[0].Err != nil || runs[0].Summary.Kind != "initial" {
		t.Fatalf("at once ran %+v", runs)
	}
	if runs := x.pass(40*time.Minute - 1); len(runs) != 0 {
		t.Errorf("within 40 minutes ran %d cycles", len(runs))
	}
	leaver := x.d.People()[0].ObjectID
	_ = x.d.SoftDelete(leaver)
	if runs := x.pass(1); len(runs) != 1 || runs[0].Summary.Did["disabled"] != 1 || runs[0].At.Sub(clock) != 40*time.Minute {
		t.Errorf("after 40 minutes ran %+v", runs)
	}
	month := x.pass(31 * 24 * time.Hour)
	if len(month) != 31*36 || month[len(month)-1].Status.State != "active" {
		t.Errorf("a month had %d cycles", len(month))
	}
	deletes := 0
	for _, r := range month {
		if deletes += r.Summary.Did["deleted"]; r.Err != nil || r.Summary.Failed > 0 {
			t.Fatalf("%v\n%s", r.Err, r.Summary)
		}
	}
	if c, err := x.entra.Compare(t.Context()); err != nil || !c.Equal {
		t.Errorf("after a month: %v %v", err, c)
	}
	if deletes != 1 || time.Since(began) > 30*time.Second {
		t.Errorf("%d deletions after thirty days in the recycle bin, in %s", deletes, time.Since(began))
	}
}

func TestProvidersOfOneScheduleRunInOrderOfTimeEachInItsRhythm(t *testing.T) {
	d := lab.Generate(42, 3, 0)
	plan := lab.NewSchedule(d)
	for _, name := range []string{"entra", "okta", "google", "sailpoint"} {
		plan.Add(made(t, name, d, newHandler(t), lab.Options{NoCompare: true}), lab.JobOptions{})
	}
	plan.Add(made(t, "jumpcloud", d, newHandler(t), lab.Options{NoCompare: true}), lab.JobOptions{Every: 8 * time.Hour})
	runs, err := plan.Advance(t.Context(), 24*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	for i, r := range runs {
		if count[r.Job.Provider().Name()]++; r.Err != nil || i > 0 && r.At.Before(runs[i-1].At) {
			t.Fatalf("run %d: %+v after %s", i, r, runs[max(i-1, 0)].At)
		}
	}
	if got := fmt.Sprint(count); got != "map[entra:37 google:25 jumpcloud:4 okta:1441 sailpoint:2]" || len(plan.Jobs()) != 5 {
		t.Errorf("in a day ran %s", got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := plan.Advance(ctx, time.Hour); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestAnExpiredTokenQuarantinesTheJobUntilAnotherIsGiven(t *testing.T) {
	x := newOffice(t, 3, lab.EntraOptions{}, lab.Limits{})
	x.pass(time.Hour)
	x.s.token = "rotated"
	runs := x.pass(40 * time.Minute)
	if len(runs) != 1 || !errors.Is(runs[0].Err, lab.ErrUnauthorized) || runs[0].Summary != nil {
		t.Fatalf("with an expired token ran %+v", runs)
	}
	x.state("quarantined", runs[0].At.Add(6*time.Hour).Sub(x.d.Clock().Now()), "invalid credentials: the server refused the credentials")
	began := runs[0].At
	var after []string
	for _, r := range x.pass(5 * 24 * time.Hour) {
		after = append(after, r.At.Sub(began).String())
	}
	if got := strings.Join(after, " "); got != "6h0m0s 12h0m0s 24h0m0s 48h0m0s 72h0m0s 96h0m0s 120h0m0s" {
		t.Errorf("in quarantine cycles ran after %s", got)
	}
	x.entra.SetToken("rotated")
	_ = x.d.Disable(x.d.People()[0].ObjectID)
	runs = x.pass(25 * time.Hour)
	if last := runs[len(runs)-1]; last.Err != nil || runs[0].Summary.Did["disabled"] != 1 || len(runs) < 2 {
		t.Errorf("with another token ran %+v", runs)
	}
	if x.job.Status().State != "active" {
		t.Errorf("the job is %s", x.job.Status().State)
	}
}

func TestAQuarantineOfFourWeeksDisablesTheJobUntilItIsRestarted(t *testing.T) {
	x := newOffice(t, 3, lab.EntraOptions{}, lab.Limits{})
	x.s.fault = func(*http.Request, int) int { return http.StatusNotFound }
	runs := x.pass(60 * 24 * time.Hour)
	if len(runs) != 31 { // at once, after 6 and 12 hours, and 28 times after days
		t.Errorf("in sixty days ran %d cycles, the last after %s", len(runs), runs[len(runs)-1].At.Sub(runs[0].At))
	}
	x.state("disabled", 0, "SCIM compliance issue: SCIM compliance issue: HTTP/404")
	x.s.fault = nil
	if runs := x.pass(24 * time.Hour); len(runs) != 0 {
		t.Errorf("disabled, %d cycles ran", len(runs))
	}
	x.job.Restart()
	if runs := x.pass(0); len(runs) != 1 || runs[0].Err != nil || runs[0].Summary.Did["created"] != 3 {
		t.Errorf("restarted, ran %+v", runs)
	}
	x.state("active", 40*time.Minute, "")
	x.job.Stop()
	if runs := x.pass(24 * time.Hour); len(runs) != 0 || x.job.Status().State != "stopped" {
		t.Errorf("stopped, %d cycles ran", len(runs))
	}
	x.job.Start()
	x.job.Start()
	if runs := x.pass(time.Hour); len(runs) != 2 {
		t.Errorf("started, %d cycles ran", len(runs))
	}
}

func TestA404ToAQueryWithinACycleIsAComplianceIssue(t *testing.T) {
	s := newServer(t)
	s.fault = func(r *http.Request, _ int) int {
		return map[bool]int{true: http.StatusNotFound}[strings.Contains(r.URL.RawQuery, "filter=")]
	}
	_, err := lab.NewEntra(lab.Generate(2, 5, 0), lab.Target{URL: s.URL, Token: "secret"}, lab.EntraOptions{}).Cycle(t.Context())
	if !errors.Is(err, lab.ErrNotCompliant) {
		t.Errorf("the cycle ended with %v", err)
	}
}

// refuse lets the naive server refuse the first n people whom it is given.
func refuse(s *server, n *int) {
	s.fault = func(r *http.Request, _ int) int {
		if r.Method == http.MethodPost && *n > 0 {
			*n--
			return http.StatusBadRequest
		}
		return 0
	}
}

func TestTooManyFailuresQuarantineTheJob(t *testing.T) {
	for name, c := range map[string]struct {
		refused int
		limits  lab.Limits
		state   string
	}{
		"the documented limits are far away": {20, lab.Limits{}, "active"},
		"too few to judge":                   {9, lab.Limits{Least: 10}, "active"},
		"not the proportion":                 {8, lab.Limits{Least: 5}, "active"},
		"the proportion":                     {9, lab.Limits{Least: 5}, "quarantined"},
		"another proportion":                 {9, lab.Limits{Least: 5, Proportion: 0.5}, "active"},
		"more than ever":                     {8, lab.Limits{Least: 5, Most: 7}, "quarantined"},
	} {
		t.Run(name, func(t *testing.T) {
			x := newOffice(t, 20, lab.EntraOptions{Mapping: withoutManager(), NoCompare: true}, c.limits)
			left := c.refused
			refuse(x.s, &left)
			x.pass(0)
			next := map[string]time.Duration{"active": 40 * time.Minute, "quarantined": 6 * time.Hour}[c.state]
			x.state(c.state, next, "")
			if c.state == "quarantined" {
				x.state(c.state, next, fmt.Sprintf("too many failures: %d failures beside %d successes", c.refused, 20-c.refused))
				if runs := x.pass(6 * time.Hour); len(runs) != 1 || runs[0].Status.State != "active" {
					t.Errorf("when the server takes them, ran %+v", runs)
				}
			}
		})
	}
}

func withoutManager() []lab.Mapping {
	table := lab.DefaultMapping()
	return table[:len(table)-1]
}

func TestReferenceFailuresCountOnlyForTheAbsoluteLimit(t *testing.T) {
	for limit, state := range map[int]string{19: "active", 18: "quarantined"} {
		x := newOffice(t, 20, lab.EntraOptions{NoCompare: true}, lab.Limits{Least: 1, WithReferences: limit})
		x.s.fault = func(r *http.Request, _ int) int {
			return map[bool]int{true: http.StatusBadRequest}[r.Method == http.MethodPatch]
		}
		runs := x.pass(0)
		if s := runs[0].Summary; s.References != 19 || s.Failed != 19 || x.job.Status().State != state {
			t.Errorf("limit %d: %d of %d failures are references, and the job is %s", limit, s.References, s.Failed, x.job.Status().State)
		}
	}
}

func TestWhatHasFailedWaitsLongerAndLonger(t *testing.T) {
	x := newOffice(t, 1, lab.EntraOptions{Backoff: true, NoCompare: true}, lab.Limits{})
	left := 1 << 30
	refuse(x.s, &left)
	began := x.d.Clock().Now()
	var after []string
	waiting := 0
	for _, r := range x.pass(4 * 24 * time.Hour) {
		if waiting += r.Summary.Waiting; r.Summary.Failed > 0 {
			after = append(after, r.At.Sub(began).String())
		}
	}
	// Cycles run every 40 minutes, so that 6 and 12 hours come to the next of them.
	if got := strings.Join(after, " "); got != "0s 6h0m0s 12h0m0s 24h0m0s 48h0m0s 72h0m0s 96h0m0s" || waiting != 4*36+1-7 {
		t.Errorf("tried again after %s, and %d times left waiting", got, waiting)
	}
	_ = x.d.Move(x.d.People()[0].ObjectID, "Changed", "Changed")
	if runs := x.pass(40 * time.Minute); runs[0].Summary.Failed != 1 {
		t.Errorf("a change was not tried at once:\n%s", runs[0].Summary)
	}
	left = 0
	if runs := x.pass(40 * time.Minute); runs[0].Summary.Waiting != 1 || !strings.Contains(runs[0].Summary.String(), "waiting    1 that failed earlier") {
		t.Errorf("did not wait:\n%s", runs[0].Summary)
	}
	x.job.Restart()
	if runs := x.pass(0); runs[0].Summary.Did["created"] != 1 || runs[0].Summary.Kind != "initial" {
		t.Errorf("a restart did not end the waiting:\n%s", runs[0].Summary)
	}
}

func TestAnEscrowIsGivenUpAfterFourWeeks(t *testing.T) {
	x := newOffice(t, 1, lab.EntraOptions{Backoff: true, NoCompare: true}, lab.Limits{})
	left := 1 << 30
	refuse(x.s, &left)
	tries := 0
	for _, r := range x.pass(35 * 24 * time.Hour) {
		tries += r.Summary.Failed
	}
	if tries != 31 {
		t.Errorf("tried %d times in five weeks", tries)
	}
}

func TestTooManyRemovalsWaitForTheAdministrator(t *testing.T) {
	x := newOffice(t, 10, lab.EntraOptions{MaxRemovals: 3}, lab.Limits{})
	x.pass(0)
	people := x.d.People()
	for _, p := range people[:3] {
		_ = x.d.Disable(p.ObjectID)
	}
	if runs := x.pass(40 * time.Minute); runs[0].Summary.Did["disabled"] != 3 || runs[0].Status.State != "active" {
		t.Errorf("three removals:\n%s", runs[0].Summary)
	}
	for _, p := range people[3:7] {
		_ = x.d.Unassign(p.ObjectID)
	}
	_ = x.d.Move(people[8].ObjectID, "Moved", "Moved")
	runs := x.pass(40 * time.Minute)
	if s := runs[0].Summary; s.Staged != 4 || s.Did["disabled"] != 0 || s.Did["updated"] != 1 || !strings.Contains(s.String(), "staged     4") {
		t.Errorf("four removals:\n%s", s)
	}
	x.state("quarantined", 6*time.Hour, "too many removals: 4 people and groups")
	x.job.AllowRemovals()
	if runs := x.pass(0); runs[0].Summary.Did["disabled"] != 4 || runs[0].Status.State != "active" || !runs[0].Summary.Equal {
		t.Errorf("allowed:\n%s", runs[0].Summary)
	}
}

func TestRestartingProvisioningComparesEverythingAgain(t *testing.T) {
	s, w := newServer(t), &wire{}
	d := lab.Generate(43, 6, 2)
	entra := lab.NewEntra(d, w.target(s), lab.EntraOptions{})
	mustSync(t, entra)
	s.docs["/Users"][2]["displayName"] = "changed behind the back"
	s.docs["/Groups"][0]["members"] = []any{}
	s.docs["/Groups"][1]["externalId"] = "lost"
	if sum, err := entra.Cycle(t.Context()); err != nil || sum.Requests != 0 || sum.Equal {
		t.Fatalf("an incremental cycle looked at the server: %v\n%s", err, sum)
	}
	entra.Restart()
	w.take()
	sum := mustSync(t, entra)
	if sum.Kind != "initial" || sum.Did["updated"] != 1 || sum.Did["groups updated"] != 1 || sum.Did["created"]+sum.Did["matched"] != 0 {
		t.Errorf("restarting did\n%s", sum)
	}
	for _, line := range w.take() {
		if strings.HasPrefix(line, "GET /Users?filter=userName") {
			t.Errorf("a restart looked somebody up again: %s", line)
		}
	}
	if again := mustSync(t, entra); again.Requests != 0 || again.Kind != "incremental" {
		t.Errorf("the cycle after it:\n%s", again)
	}
}
