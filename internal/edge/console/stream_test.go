package console_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/store"
)

// serve puts the page on a real server, which shuts down at the end.
func serve(t *testing.T, w *world) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle(w.live.Path(), w.live)
	s := httptest.NewServer(mux)
	t.Cleanup(func() {
		w.live.Close()
		s.Close()
	})
	return s
}

// lines reads a stream of events until it ends.
func lines(t *testing.T, ctx context.Context, url string) <-chan string {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode != http.StatusOK || answer.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("%d %v", answer.StatusCode, answer.Header)
	}
	out := make(chan string, 1000)
	go func() {
		defer close(out)
		defer answer.Body.Close()
		for s := bufio.NewScanner(answer.Body); s.Scan(); {
			out <- s.Text()
		}
	}()
	return out
}

func next(t *testing.T, in <-chan string) string {
	t.Helper()
	for {
		select {
		case l, ok := <-in:
			if !ok {
				t.Fatal("the stream has ended")
			}
			if v, found := strings.CutPrefix(l, "data: "); found {
				return v
			}
		case <-time.After(10 * time.Second):
			t.Fatal("no event within ten seconds")
		}
	}
}

func TestAStreamTellsOfEveryChange(t *testing.T) {
	w := newWorld(t)
	s := serve(t, w)
	in := lines(t, t.Context(), s.URL+w.live.Path()+"changes")
	if first := next(t, in); first != version(t, w) {
		t.Errorf("the stream begins with %s", first)
	}
	w.arrives(w.acme, "maria@acme.example", "Maria Rossi")
	if got := next(t, in); got != version(t, w) {
		t.Errorf("the stream tells %s", got)
	}
	w.looksUp(w.acme, "/scim/v2/Users", 200, "", "") // changes nothing but the list of requests
	if got := next(t, in); got != version(t, w) {
		t.Errorf("the stream tells %s", got)
	}
}

func TestAStreamTellsWhatAnotherCopyWrote(t *testing.T) {
	w := newWorld(t)
	folder := t.TempDir()
	mine, theirs := open(t, folder), open(t, folder)
	w.store = mine
	w.people = directory.New(w.store, w.product, directory.Bounds{})
	w.acme = w.workspace("initech", "Initech")
	w.live = w.page(key)
	in := lines(t, t.Context(), serve(t, w).URL+w.live.Path()+"changes")
	next(t, in)
	w.store = theirs
	w.people = directory.New(w.store, w.product, directory.Bounds{})
	w.arrives(w.acme, "peter@initech.example", "Peter")
	if got := next(t, in); got != version(t, w) {
		t.Errorf("the stream tells %s", got)
	}
}

func TestAStreamEndsWhenTheServerCloses(t *testing.T) {
	w := newWorld(t)
	s := httptest.NewUnstartedServer(w.live)
	s.Config.RegisterOnShutdown(w.live.Close)
	s.Start()
	in := lines(t, t.Context(), s.URL+w.live.Path()+"changes")
	next(t, in)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if err := s.Config.Shutdown(ctx); err != nil {
		t.Errorf("the server waits for the stream: %v", err)
	}
	for range in { // until it has ended
	}
	if status, _, h := w.get(w.live.Path() + "changes"); status != http.StatusServiceUnavailable || h.Get("Retry-After") == "" {
		t.Errorf("a stream after the end: %d", status)
	}
}

func TestAStreamEndsWhenTheReaderLeaves(t *testing.T) {
	w := newWorld(t)
	left := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		w.live.ServeHTTP(out, r)
		close(left)
	}))
	defer s.Close()
	ctx, leave := context.WithCancel(t.Context())
	next(t, lines(t, ctx, s.URL+w.live.Path()+"changes"))
	leave()
	select {
	case <-left:
	case <-time.After(5 * time.Second):
		t.Error("the stream goes on without a reader")
	}
}

func TestAStreamOutlivesTheServersDeadlines(t *testing.T) {
	w := newWorld(t)
	s := httptest.NewUnstartedServer(w.live)
	s.Config.ReadTimeout, s.Config.WriteTimeout = 300*time.Millisecond, 300*time.Millisecond
	s.Start()
	defer s.Close()
	defer w.live.Close()
	in := lines(t, t.Context(), s.URL+w.live.Path()+"changes")
	next(t, in)
	time.Sleep(700 * time.Millisecond)
	w.arrives(w.acme, "maria@acme.example", "Maria Rossi")
	next(t, in)
}

func TestTooManyReadersAreAskedToComeBack(t *testing.T) {
	w := newWorld(t)
	s := serve(t, w)
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	for range 64 {
		lines(t, ctx, s.URL+w.live.Path()+"changes")
	}
	if status, _, _ := w.get(w.live.Path() + "changes"); status != http.StatusServiceUnavailable {
		t.Errorf("reader 65: %d", status)
	}
	leave()
	eventually(t, func() bool {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		out := httptest.NewRecorder()
		w.live.ServeHTTP(out, httptest.NewRequestWithContext(ctx, http.MethodGet, w.live.Path()+"changes", nil))
		return out.Code == http.StatusOK
	})
}

// tape is an answer that is read while it is written.
type tape struct {
	mu     sync.Mutex
	header http.Header
	text   strings.Builder
}

func (w *tape) Header() http.Header { return w.header }
func (w *tape) WriteHeader(int)     {}
func (w *tape) Flush()              {}

func (w *tape) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.Write(b)
}

func (w *tape) count(s string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Count(w.text.String(), s)
}

// TestAStreamIsCalm runs on a clock of its own.
func TestAStreamIsCalm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		ctx, leave := context.WithCancel(t.Context())
		out, ended := &tape{header: http.Header{}}, make(chan struct{})
		go func() {
			defer close(ended)
			w.live.ServeHTTP(out, httptest.NewRequestWithContext(ctx, http.MethodGet, w.live.Path()+"changes", nil))
		}()
		synctest.Wait()
		if out.count("event: change") != 1 {
			t.Error("the stream does not begin with what is current")
		}
		for i := range 100 { // two seconds of fifty changes each
			w.arrives(w.acme, fmt.Sprintf("p%d@acme.example", i), "Person")
			time.Sleep(20 * time.Millisecond)
		}
		if n := out.count("event: change"); n < 8 || n > 12 {
			t.Errorf("a burst of two seconds made %d events; about five a second are meant", n)
		}
		time.Sleep(time.Second)
		settled := out.count("event: change")
		time.Sleep(time.Minute)
		if n := out.count("event: change"); n != settled {
			t.Errorf("%d events, and nothing had changed", n-settled)
		}
		if n := out.count(": still here"); n != 4 {
			t.Errorf("%d signs of life in 63 seconds; one each 15 is meant", n)
		}
		leave()
		<-ended
	})
}

func open(t *testing.T, folder string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{Database: folder, InsecureNoFlush: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}
