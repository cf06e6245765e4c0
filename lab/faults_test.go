package lab_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/lab"
)

// counter is a server that counts what reaches it, by method and path.
type counter struct {
	*httptest.Server
	mu   sync.Mutex
	got  map[string]int
	body map[string]string
}

func newCounter(t *testing.T) *counter {
	c := &counter{got: map[string]int{}, body: map[string]string{}}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		c.mu.Lock()
		defer c.mu.Unlock()
		what := r.Method + " " + r.URL.Path
		c.got[what]++
		c.body[what] = string(b)
		if r.Method == "POST" && c.got[what] > 1 {
			w.WriteHeader(http.StatusConflict)
		}
	}))
	t.Cleanup(c.Close)
	return c
}

func TestEachFaultDoesWhatItSays(t *testing.T) {
	for name, c := range map[string]struct {
		faults  *lab.Faults
		arrived int
		status  []int // any of them; 0 for none
		count   lab.FaultCount
	}{
		"nothing":  {&lab.Faults{}, 1, []int{200}, lab.FaultCount{Requests: 1}},
		"lose":     {&lab.Faults{Lose: 1}, 1, []int{0}, lab.FaultCount{Requests: 1, Lost: 1}},
		"double":   {&lab.Faults{Double: 1}, 2, []int{200}, lab.FaultCount{Requests: 1, Doubled: 1}},
		"break":    {&lab.Faults{Break: 1}, 0, []int{0}, lab.FaultCount{Requests: 1, Broken: 1}},
		"refuse":   {&lab.Faults{Refuse: 1}, 0, []int{429, 503}, lab.FaultCount{Requests: 1, Refused: 1}},
		"delay":    {&lab.Faults{Delay: 1, LongestDelay: time.Microsecond}, 1, []int{200}, lab.FaultCount{Requests: 1, Delayed: 1}},
		"no limit": {&lab.Faults{Break: 1, Limit: 1}, 0, []int{0}, lab.FaultCount{Requests: 1, Broken: 1}},
	} {
		s := newCounter(t)
		client := &http.Client{Transport: c.faults}
		res, err := client.Post(s.URL+"/x", "text/plain", strings.NewReader("body"))
		status := 0
		if err == nil {
			status = res.StatusCode
			_, _ = io.Copy(io.Discard, res.Body)
			res.Body.Close()
		} else if !errors.Is(err, lab.ErrFault) {
			t.Errorf("%s: %v", name, err)
		}
		ok := false
		for _, s := range c.status {
			ok = ok || s == status
		}
		if s.got["POST /x"] != c.arrived || !ok || c.faults.Did() != c.count || c.arrived > 0 && s.body["POST /x"] != "body" {
			t.Errorf("%s: %d arrived with %q, answered %d, counted %+v", name, s.got["POST /x"], s.body["POST /x"], status, c.faults.Did())
		}
	}
}

func TestFaultsAreBounded(t *testing.T) {
	s := newCounter(t)
	for name, c := range map[string]struct {
		faults         *lab.Faults
		asked, arrived int
	}{
		"twice in a row":  {&lab.Faults{Break: 1}, 9, 3},
		"once in a row":   {&lab.Faults{Break: 1, InARow: 1}, 9, 4},
		"four in all":     {&lab.Faults{Break: 1, InARow: 100, Limit: 4}, 9, 5},
		"paused from now": {&lab.Faults{Break: 1, Delay: 1, LongestDelay: time.Hour}, 9, 9},
	} {
		c.faults.Pause(name == "paused from now")
		arrived := 0
		for range c.asked {
			if res, err := (&http.Client{Transport: c.faults}).Get(s.URL); err == nil {
				res.Body.Close()
				arrived++
			}
		}
		if did := c.faults.Did(); arrived != c.arrived || did.Faults() != c.asked-c.arrived || did.Requests != c.asked {
			t.Errorf("%s: %d of %d arrived, counted %+v", name, arrived, c.asked, did)
		}
	}
}

func TestTheSameConversationMeetsTheSameFaults(t *testing.T) {
	// The server's address is a part of the request: the same server, then.
	s := newCounter(t)
	run := func(seed uint64, workers int) lab.FaultCount {
		f := &lab.Faults{Seed: seed, Lose: 0.1, Double: 0.1, Refuse: 0.2, Break: 0.1, Delay: 0.5, LongestDelay: time.Millisecond}
		var next atomic.Int64
		var wg sync.WaitGroup
		for range workers {
			wg.Go(func() {
				for i := next.Add(1); i <= 200; i = next.Add(1) {
					req, _ := http.NewRequest("PATCH", s.URL+"/Users/1", strings.NewReader(strings.Repeat("x", int(i))))
					if res, err := (&http.Client{Transport: f}).Do(req); err == nil {
						res.Body.Close()
					}
				}
			})
		}
		wg.Wait()
		return f.Did()
	}
	one, eight, other := run(7, 1), run(7, 8), run(8, 8)
	if one != eight || one == other {
		t.Errorf("one worker met %+v, eight %+v, and with another seed %+v", one, eight, other)
	}
	if one.Lost < 10 || one.Doubled < 10 || one.Refused < 20 || one.Broken < 10 || one.Delayed < 70 {
		t.Errorf("of 200 requests met faults %+v", one)
	}
}

func TestDelayedRequestsAreOvertaken(t *testing.T) {
	var mu sync.Mutex
	var order []string
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		order = append(order, r.URL.Path)
	}))
	t.Cleanup(srv.Close)
	f := &lab.Faults{Seed: 3, Delay: 0.5, LongestDelay: 30 * time.Millisecond}
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			time.Sleep(time.Duration(i) * time.Millisecond)
			if res, err := (&http.Client{Transport: f}).Get(srv.URL + "/" + string(rune('a'+i))); err == nil {
				res.Body.Close()
			}
		})
	}
	wg.Wait()
	if got := strings.Join(order, ""); got == "/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s/t" || len(order) != 20 {
		t.Errorf("arrived in the order %s", got)
	}
}

func TestEveryProviderConvergesThroughEveryFault(t *testing.T) {
	var all [5]int64 // over all providers: which of a hundred requests meets what is chance
	for _, p := range lab.Providers() {
		t.Run(p.Name, func(t *testing.T) {
			to := newHandler(t)
			faults := &lab.Faults{Seed: 11, Lose: 0.05, Double: 0.05, Refuse: 0.08, Break: 0.05, Delay: 0.3, LongestDelay: time.Millisecond}
			to.HTTP = &http.Client{Transport: faults}
			to.Retry = lab.Retry{Tries: 6, Wait: time.Microsecond}
			d := lab.Generate(61, 30, 5)
			idp := made(t, p.Name, d, to, lab.Options{Workers: 8})
			mustSync(t, idp)
			for i, change := range story(d) {
				if err := change(); err != nil {
					t.Fatalf("step %d: %v", i, err)
				}
				mustSync(t, idp)
			}
			did := faults.Did()
			for i, n := range []int64{int64(did.Lost), int64(did.Doubled), int64(did.Refused), int64(did.Broken), int64(did.Delayed)} {
				all[i] += n
			}
		})
	}
	if slices.Min(all[:4]) < 10 || all[4] < 100 {
		t.Errorf("too little went wrong: %v lost, doubled, refused, broken and delayed", all)
	}
}

func TestAccessTokensAreFetchedAndRenewed(t *testing.T) {
	s := newServer(t)
	s.token = "none yet"
	var forms []string
	issue := true
	issuer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		forms = append(forms, r.Form.Encode())
		if !issue {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = io.WriteString(w, `{"error": "invalid_client", "error_description": "the secret has expired"}`)
			return
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.token = "token-" + string(rune('0'+len(forms)))
		_, _ = io.WriteString(w, `{"access_token": "`+s.token+`", "token_type": "Bearer", "expires_in": 3600}`)
	}))
	t.Cleanup(issuer.Close)
	to := lab.Target{URL: s.URL, OAuth: &lab.OAuth{TokenURL: issuer.URL, ClientID: "acme", ClientSecret: "s", Scope: "scim"}, Retry: lab.Retry{Tries: 1}}
	d := lab.Generate(1, 3, 0)
	p := made(t, "pingfederate", d, to, lab.Options{NoGroups: true, Workers: 3})
	mustSync(t, p)
	mustSync(t, p)
	if len(forms) != 1 || forms[0] != "client_id=acme&client_secret=s&grant_type=client_credentials&scope=scim" {
		t.Errorf("asked for tokens with %q", forms)
	}
	d.Advance(time.Hour)
	mustSync(t, p)
	if len(forms) != 2 {
		t.Errorf("after the token's life %d were asked for", len(forms))
	}
	s.token = "revoked"
	mustSync(t, p)
	if len(forms) != 3 {
		t.Errorf("after the token was refused %d were asked for", len(forms))
	}
	s.token, issue = "revoked", false
	if _, err := p.Cycle(t.Context()); !errors.Is(err, lab.ErrUnauthorized) || !strings.Contains(err.Error(), "the secret has expired") {
		t.Errorf("without another token: %v", err)
	}
	p.(lab.Credentialed).SetToken("revoked")
	mustSync(t, p)
}
