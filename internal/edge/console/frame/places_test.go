package frame_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/access"
	"github.com/anteroom-id/anteroom/internal/edge/console/consoletest"
	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
)

// streaming is a section with a stream for members and one for strangers.
func streaming() frame.Section {
	still := func(context.Context) (string, error) { return "as it was", nil }
	return frame.Section{Name: "streaming", Routes: []frame.Route{
		{Pattern: "GET /w/{workspace}/pulse", Gate: frame.InWorkspace, Action: access.ViewMembers, Serve: func(q *frame.Request) error { return q.Stream(q.Workspace.ID, still) }},
		{Pattern: "GET /by/{word}", Gate: frame.Public, Serve: func(q *frame.Request) error {
			w, err := q.Store.WorkspaceBySlug(q.Context(), "acme")
			if err != nil {
				return err
			}
			return q.Stream(w.ID, still)
		}},
	}}
}

// follow begins to read a stream, until the context ends, and gives the status.
func follow(ctx context.Context, t *testing.T, v *consoletest.Visitor, path string) (int, http.Header) {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, v.BaseURL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := v.Client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	context.AfterFunc(ctx, func() { _ = res.Body.Close() })
	return res.StatusCode, res.Header
}

func TestNobodyTakesTheStreamsOfOthers(t *testing.T) {
	w := consoletest.New(t, nil, "", streaming())
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	ada := w.Person(w.Acme, "ada@acme.example", "Ada", "Lovelace", "owner")
	const path = "/w/globex/pulse"
	var last *consoletest.Visitor
	for i := range 8 {
		last = w.Person(w.Globex, fmt.Sprintf("p%d@globex.example", i), "Pi", "Person", "admin")
		for n := range 8 {
			if status, _ := follow(ctx, t, last, path); status != http.StatusOK {
				t.Fatalf("stream %d of session %d: %d", n, i, status)
			}
		}
		if status, h := follow(ctx, t, last, path); status != http.StatusServiceUnavailable || h.Get("Retry-After") == "" {
			t.Fatalf("the ninth stream of a session: %d, %v", status, h)
		}
	}
	if status, _ := follow(ctx, t, w.Person(w.Globex, "late@globex.example", "La", "Te", "admin"), path); status != http.StatusServiceUnavailable {
		t.Errorf("the 65th of a workspace: %d", status)
	}
	if status, _ := follow(ctx, t, ada, "/w/acme/pulse"); status != http.StatusOK {
		t.Errorf("another workspace's: %d", status)
	}
	for n := range 9 {
		want := map[bool]int{true: http.StatusOK, false: http.StatusServiceUnavailable}[n < 8]
		if status, _ := follow(ctx, t, w.Stranger(), "/by/one"); status != want {
			t.Errorf("stream %d of a link: %d", n, status)
		}
	}
	if status, _ := follow(ctx, t, w.Stranger(), "/by/another"); status != http.StatusOK {
		t.Errorf("another link's: %d", status)
	}
	leave()
	for end := time.Now().Add(10 * time.Second); last.Head(path).Status != http.StatusOK; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("readers who have left keep their places")
		}
	}
}

func TestWhoWaitsGetsThePlaceThatIsLeft(t *testing.T) {
	p := frame.NewPlaces(2)
	acme, globex := frame.Share{Key: "acme", Most: 1}, frame.Share{Key: "globex", Most: 1}
	leave, ok := p.Enter(acme)
	if !ok {
		t.Fatal("an empty place is refused")
	}
	if _, ok := p.Enter(acme); ok {
		t.Error("a share has two")
	}
	if _, ok := p.Enter(globex); !ok {
		t.Error("one share keeps the other out")
	}
	if _, ok := p.Enter(frame.Share{Key: "initech", Most: 1}); ok {
		t.Error("three of two places are taken")
	}
	short, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	if _, ok := p.Wait(short, acme); ok {
		t.Error("a place that nobody has left is given")
	}
	time.AfterFunc(30*time.Millisecond, leave)
	if _, ok := p.Wait(t.Context(), acme); !ok {
		t.Error("the place that was left is not given")
	}
}
