package labpage_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/lab"
)

// event is one server-sent event.
type event struct{ name, id, data string }

// listen reads the stream of events until the context ends.
func (w *world) listen(ctx context.Context, query string) (<-chan event, *http.Response) {
	w.t.Helper()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, w.site.URL+"/events"+query, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	out := make(chan event, 1000)
	go func() {
		defer close(out)
		defer res.Body.Close()
		var e event
		lines := bufio.NewScanner(res.Body)
		lines.Buffer(nil, 8<<20)
		for lines.Scan() {
			name, value, _ := strings.Cut(lines.Text(), ": ")
			switch name {
			case "event":
				e.name = value
			case "id":
				e.id = value
			case "data":
				e.data += value + "\n"
			case "":
				if e.name != "" {
					out <- e
				}
				e = event{}
			}
		}
	}()
	return out, res
}

// await reads events until one is as wanted.
func (w *world) await(in <-chan event, wanted func(event) bool) event {
	w.t.Helper()
	for {
		select {
		case e, ok := <-in:
			if !ok {
				w.t.Fatal("the stream has ended")
			}
			if wanted(e) {
				return e
			}
		case <-time.After(10 * time.Second):
			w.t.Fatal("no such event within ten seconds")
		}
	}
}

func TestAStreamTellsOfEveryRequestAsItHappens(t *testing.T) {
	w := newWorld(t, small(t))
	in, _ := w.listen(t.Context(), "?after=0")
	w.await(in, func(e event) bool { return e.name == "page" })
	w.press("/provisioning/start", "/")
	var told strings.Builder
	last := w.await(in, func(e event) bool {
		if e.name == "talk" {
			told.WriteString(e.data)
		}
		return strings.Contains(e.data, "The lab reads the server back")
	})
	for _, part := range []string{"Creates Maria Rossi", "&#34;userName&#34;: &#34;maria.rossi@contoso.example&#34;", "Adds Jonas Berg to Engineering"} {
		if !strings.Contains(told.String(), part) {
			t.Errorf("the stream does not tell %q", part)
		}
	}

	// Who comes back hears only what came since.
	w.ended()
	again, _ := w.listen(t.Context(), "?after="+last.id)
	w.press("/people/"+w.someone("Maria Rossi").ObjectID+"/disable", "/")
	w.press("/provisioning/start", "/")
	if e := w.await(again, func(e event) bool { return e.name == "talk" }); strings.Contains(e.data, "Creates") {
		t.Errorf("what was heard before is told again: %s", e.data)
	}
}

func TestAStreamTellsHowFarACycleIs(t *testing.T) {
	w := newWorldBehind(t, lab.Generate(1, 60, 2), func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			time.Sleep(5 * time.Millisecond)
			h.ServeHTTP(rw, r)
		})
	})
	in, _ := w.listen(t.Context(), "")
	w.press("/provisioning/start", "/")
	e := w.await(in, func(e event) bool { return e.name == "job" && strings.Contains(e.data, "People, step") })
	var at struct {
		Words       string
		Done, Total int
	}
	if err := json.Unmarshal([]byte(e.data), &at); err != nil || at.Done < 1 || at.Total < at.Done {
		t.Errorf("%v: %s", err, e.data)
	}
	w.ended()
}

func TestStreamsEndWithThePageAndAreNotTooMany(t *testing.T) {
	w := newWorld(t, small(t))
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	var streams []<-chan event
	for range 32 {
		in, _ := w.listen(ctx, "")
		streams = append(streams, in)
	}
	if _, res := w.listen(ctx, ""); res.StatusCode != http.StatusServiceUnavailable || res.Header.Get("Retry-After") == "" {
		t.Errorf("reader 33: %s", res.Status)
	}
	w.page.Close()
	for _, in := range streams {
		for range in { // until it has ended
		}
	}
	if _, res := w.listen(ctx, ""); res.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("a stream after the end: %s", res.Status)
	}
	w.must(w.press("/provisioning/start", "/"), "The lab is shutting down.")
}

// The conversation is bounded in number and in bytes, holds no secret, and can
// be read as text.
func TestTheConversationIsBoundedAndHoldsNoSecret(t *testing.T) {
	long := strings.Repeat("x", 100<<10)
	secret := ""
	w := newWorldBehind(t, small(t), func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			secret = strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
			rw.WriteHeader(http.StatusBadGateway)
			_, _ = rw.Write([]byte(long))
		})
	})
	for range 400 { // each asks once
		w.tap("/provisioning/test")
	}
	a := w.must(w.get("/"), "… cut here by the lab", "The newest 150 are shown.", "Bearer TOKEN", `>400</span>`)
	if len(a.body) > 150*(70<<10) {
		t.Errorf("the page has %d bytes", len(a.body))
	}
	text := w.must(w.get("/conversation.txt"), "> GET /Users?filter=userName eq", "< 502 Bad Gateway")
	if n := strings.Count(text.body, "\n> GET"); n < 150 || n*(64<<10) > 17<<20 {
		t.Errorf("%d requests are kept", n)
	}
	if secret == "" || strings.Contains(a.body+text.body, secret) {
		t.Error("the token stands in the page")
	}
	a = w.must(w.press("/conversation/clear", "/"), "The conversation starts anew.", `id="talk-count">0<`)
	if strings.Contains(a.body, `class="verb"`) {
		t.Error("something is left of the conversation")
	}
}

// A server that sends large headers fills neither the page nor the memory.
func TestLongHeadersAreCutLikeLongBodies(t *testing.T) {
	w := newWorldBehind(t, small(t), func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			rw.Header().Set("X-Long", strings.Repeat("x", 400<<10))
			rw.Header().Set("X-Short", "is kept")
			h.ServeHTTP(rw, r)
		})
	})
	for range 30 {
		w.tap("/provisioning/test")
	}
	a := w.must(w.get("/"), "Cut-By-The-Lab: 1 longer header", "X-Short: is kept")
	if strings.Contains(a.body, "X-Long") || len(a.body) > 2<<20 {
		t.Errorf("the page has %d bytes", len(a.body))
	}
}
