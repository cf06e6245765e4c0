package lab

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// ErrFault is what a client gets when [Faults] loses an answer or breaks a
// connection.
var ErrFault = errors.New("made to fail")

// Faults is a network that goes wrong: an http.RoundTripper between a provider
// and a server.
//
//	faults := &lab.Faults{Seed: 1, Lose: 0.02, Double: 0.02, Delay: 0.1, Refuse: 0.05, Break: 0.02}
//	target.HTTP = &http.Client{Transport: faults}
//
// The shares are those of all requests, each from 0 to 1, together at most 1;
// Delay is drawn by itself. What happens to a request follows from the seed, the
// request and how often the same one was made before, and not from the order in
// which several workers come: the same conversation meets the same faults.
// Faults is safe for concurrent use; set its fields before the first request.
type Faults struct {
	Seed uint64
	// Base makes the requests; nil means http.DefaultTransport.
	Base http.RoundTripper

	Lose   float64 // the server acts, and its answer is lost
	Double float64 // the server gets the request twice, at the same time; a success is answered before a refusal
	Refuse float64 // 429 or 503 in place of the server, with Retry-After 0
	Break  float64 // the connection breaks before the server gets the request
	Delay  float64 // the request is held up, so that others overtake it

	// LongestDelay bounds a delay; 0 means 5 ms.
	LongestDelay time.Duration
	// InARow is how often in a row the same request may fail; 0 means 2. A client
	// that tries more often than that gets through.
	InARow int
	// Limit ends the faults after so many; 0 means never.
	Limit int

	mu   sync.Mutex
	did  FaultCount
	seen map[uint64]*recurrence

	off atomic.Bool
}

// FaultCount tells how often each fault happened.
type FaultCount struct {
	Requests int `json:"requests"` // that came in
	Lost     int `json:"lost"`
	Doubled  int `json:"doubled"`
	Refused  int `json:"refused"`
	Broken   int `json:"broken"`
	Delayed  int `json:"delayed"`
}

// Faults is how many requests met a fault other than a delay.
func (c FaultCount) Faults() int { return c.Lost + c.Doubled + c.Refused + c.Broken }

// recurrence is how often a request was made, and how often it has failed since
// it last got through.
type recurrence struct {
	times  uint64
	failed int
}

// Did tells what happened so far.
func (f *Faults) Did() FaultCount {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.did
}

// Pause lets everything through while on is true, delays included.
func (f *Faults) Pause(on bool) { f.off.Store(on) }

// fate is what happens to one request.
type fate struct {
	lose, double, broken bool
	status               int // answered in place of the server, 0 for none
	delay                time.Duration
}

// RoundTrip makes a request through the faulty network.
func (f *Faults) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := drain(req)
	if err != nil {
		return nil, err
	}
	base := f.Base
	if base == nil {
		base = http.DefaultTransport
	}
	what := f.fate(req, body)
	if err := hold(req.Context(), what.delay); err != nil {
		return nil, err
	}
	switch {
	case what.broken:
		return nil, fmt.Errorf("%w: the connection broke before the request", ErrFault)
	case what.status != 0:
		return refusal(req, what.status), nil
	case what.double:
		return twin(base, req, body)
	}
	res, err := base.RoundTrip(afresh(req, body))
	if err != nil || !what.lose {
		return res, err
	}
	_, _ = io.Copy(io.Discard, res.Body)
	res.Body.Close()
	return nil, fmt.Errorf("%w: the answer was lost", ErrFault)
}

// drain reads a request's body, nil when it has none.
func drain(req *http.Request) ([]byte, error) {
	if req.Body == nil || req.Body == http.NoBody {
		return nil, nil
	}
	defer req.Body.Close()
	return io.ReadAll(req.Body)
}

// afresh is the request with its body to be read again.
func afresh(req *http.Request, body []byte) *http.Request {
	r := req.Clone(req.Context())
	if body != nil {
		r.Body = io.NopCloser(bytes.NewReader(body))
		r.ContentLength = int64(len(body))
	}
	return r
}

// fate draws what happens to a request and counts it.
func (f *Faults) fate(req *http.Request, body []byte) fate {
	h := fnv.New64a()
	fmt.Fprintf(h, "%d %s %s ", f.Seed, req.Method, req.URL)
	_, _ = h.Write(body)
	key := h.Sum64()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.did.Requests++
	if f.off.Load() {
		return fate{}
	}
	if f.seen == nil {
		f.seen = map[uint64]*recurrence{}
	}
	r := f.seen[key]
	if r == nil {
		r = &recurrence{}
		f.seen[key] = r
	}
	r.times++
	draw := dice(key ^ r.times*0x9e3779b97f4a7c15)
	var what fate
	if draw() < f.Delay {
		longest := f.LongestDelay
		if longest == 0 {
			longest = 5 * time.Millisecond
		}
		what.delay = time.Duration(draw() * float64(longest))
		f.did.Delayed++
	}
	row := f.InARow
	if row == 0 {
		row = 2
	}
	if r.failed >= row || f.Limit > 0 && f.did.Faults() >= f.Limit || !f.draw(draw, &what) {
		r.failed = 0
		return what
	}
	r.failed++
	return what
}

// draw decides on one fault and says whether there is one.
func (f *Faults) draw(draw func() float64, what *fate) bool {
	x := draw()
	for _, kind := range []struct {
		share float64
		count *int
		do    func()
	}{
		{f.Lose, &f.did.Lost, func() { what.lose = true }},
		{f.Double, &f.did.Doubled, func() { what.double = true }},
		{f.Break, &f.did.Broken, func() { what.broken = true }},
		{f.Refuse, &f.did.Refused, func() {
			what.status = http.StatusTooManyRequests
			if draw() < 0.5 {
				what.status = http.StatusServiceUnavailable
			}
		}},
	} {
		if x -= kind.share; x < 0 {
			*kind.count++
			kind.do()
			return true
		}
	}
	return false
}

// dice gives numbers from 0 up to 1 that follow from the state (splitmix64).
func dice(state uint64) func() float64 {
	return func() float64 {
		state += 0x9e3779b97f4a7c15
		z := state
		z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		return float64((z^z>>31)>>11) / (1 << 53)
	}
}

func hold(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	return sleep(ctx, d)
}

// refusal is an answer that the server did not give.
func refusal(req *http.Request, status int) *http.Response {
	text := fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"%d","detail":"made to fail"}`, status)
	return &http.Response{
		Status: fmt.Sprintf("%d %s", status, http.StatusText(status)), StatusCode: status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header:        http.Header{"Content-Type": {"application/scim+json"}, "Retry-After": {"0"}},
		Body:          io.NopCloser(strings.NewReader(text)),
		ContentLength: int64(len(text)),
		Request:       req,
	}
}

// twin sends a request twice at the same time, waits for both, and gives the
// better answer: a duplicate that arrived later than what follows it would undo
// that, which no server can prevent.
func twin(base http.RoundTripper, req *http.Request, body []byte) (*http.Response, error) {
	var answers [2]*http.Response
	var errs [2]error
	var wg sync.WaitGroup
	for i := range answers {
		wg.Go(func() {
			res, err := base.RoundTrip(afresh(req, body))
			if err == nil {
				err = hear(res)
			}
			if errs[i] = err; err == nil {
				answers[i] = res
			}
		})
	}
	wg.Wait()
	best := 0
	if errs[0] != nil || errs[1] == nil && answers[1].StatusCode < answers[0].StatusCode {
		best = 1
	}
	return answers[best], errs[best]
}

// hear reads an answer's body into the memory.
func hear(res *http.Response) error {
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	res.Body = io.NopCloser(bytes.NewReader(body))
	return err
}
