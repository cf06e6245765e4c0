package lab

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"
)

// keptErrors is how many errors a summary tells in words; all are counted.
const keptErrors = 100

// recorder counts what happens during one cycle.
type recorder struct {
	mu     sync.Mutex
	tally  Tally
	did    map[string]int
	errors []string
	failed int
	refs   int // of the failed, those of references
	wait   int
	staged int
	took   []time.Duration
}

// Tally counts requests and their answers.
type Tally struct {
	Requests   int            `json:"requests"`             // every try counts
	Retries    int            `json:"retries,omitempty"`    // tries after the first
	Methods    map[string]int `json:"methods,omitempty"`    // by method
	Answers    map[string]int `json:"answers,omitempty"`    // by HTTP status, "none" without an answer
	MedianTime time.Duration  `json:"median_ns,omitempty"`  // half of the answers came within
	SlowTime   time.Duration  `json:"p99_ns,omitempty"`     // 99 of 100 came within
	LongestRun time.Duration  `json:"longest_ns,omitempty"` // the slowest answer
}

func (r *recorder) exchange(x Exchange) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.tally.Methods == nil {
		r.tally.Methods, r.tally.Answers = map[string]int{}, map[string]int{}
	}
	r.tally.Requests++
	r.tally.Methods[x.Method]++
	if x.Status == 0 {
		r.tally.Answers["none"]++
		return
	}
	r.tally.Answers[strconv.Itoa(x.Status)]++
	r.took = append(r.took, x.Duration)
}

func (r *recorder) retry() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tally.Retries++
}

// count notes that something was done to a person or group.
func (r *recorder) count(deed string, n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.did == nil {
		r.did = map[string]int{}
	}
	r.did[deed] += n
}

// stage notes that removals wait for an administrator.
func (r *recorder) stage(n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.staged = n
}

// waiting notes that something that failed earlier is not tried again yet.
func (r *recorder) waiting() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.wait++
}

// fail notes that something did not work for a person or group, or for a
// reference between them.
func (r *recorder) fail(who string, err error, reference bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failed++
	if reference {
		r.refs++
	}
	if len(r.errors) < keptErrors {
		r.errors = append(r.errors, fmt.Sprintf("%s: %v", who, err))
	}
}

func (r *recorder) failures() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.failed
}

func (r *recorder) requests() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.tally.Requests
}

// into copies what was counted into a summary.
func (r *recorder) into(out *Summary) {
	r.mu.Lock()
	defer r.mu.Unlock()
	t := r.tally
	t.Methods, t.Answers = maps.Clone(t.Methods), maps.Clone(t.Answers)
	if took := slices.Sorted(slices.Values(r.took)); len(took) > 0 {
		t.MedianTime = took[len(took)/2]
		t.SlowTime = took[len(took)*99/100]
		t.LongestRun = took[len(took)-1]
	}
	out.Tally, out.Did, out.Errors = t, maps.Clone(r.did), slices.Clone(r.errors)
	out.Failed, out.References, out.Waiting, out.Staged = r.failed, r.refs, r.wait, r.staged
}
