package labpage

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/anteroom-id/anteroom/internal/web"
)

// The pace of a stream.
const (
	calm = 200 * time.Millisecond // between two events: a burst becomes five a second
	beat = 15 * time.Second       // between two signs of life
)

var errCrowded = errors.New("too many readers of this page, or the lab is shutting down; try again")

// stream tells the reader what happens, until the reader leaves or the page
// closes (HTML Living Standard §9.2, Server-sent events):
//
//	talk  new exchanges as HTML, newest first; its id is the newest one's number
//	job   how far a running cycle is, as JSON
//	page  the version of what the rest of the page shows
func (p *Page) stream(w http.ResponseWriter, r *http.Request) error {
	select {
	case <-p.closed:
		return errCrowded
	default:
	}
	select {
	case p.streams <- struct{}{}:
		defer func() { <-p.streams }()
	default:
		return errCrowded
	}
	from := r.URL.Query().Get("after")
	if last := r.Header.Get("Last-Event-ID"); last != "" {
		from = last
	}
	after, _ := strconv.ParseInt(from, 10, 64)
	p.follow(r.Context(), web.NewEvents(w), after)
	return nil
}

// follow writes events about everything after an exchange.
func (p *Page) follow(ctx context.Context, out *web.Events, after int64) {
	alive := time.NewTicker(beat)
	defer alive.Stop()
	told := teller{page: p, out: out, after: after, version: -1}
	for {
		rung := p.bell.rung()
		if !told.tell() || !p.pause(ctx) {
			return
		}
		select {
		case <-rung:
		case <-alive.C:
			if !out.Alive() {
				return
			}
		case <-ctx.Done():
			return
		case <-p.closed:
			return
		}
	}
}

// pause lets a burst gather; false when the stream is to end.
func (p *Page) pause(ctx context.Context) bool {
	t := time.NewTimer(calm)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
	case <-p.closed:
	}
	return false
}

// teller remembers what one reader has been told.
type teller struct {
	page    *Page
	out     *web.Events
	after   int64
	version int64
	step    progress
}

// tell writes what is new; false when nobody receives any more.
func (t *teller) tell() bool {
	return t.talk() && t.job()
}

func (t *teller) talk() bool {
	entries := t.page.talk.after(t.after, shownExchanges)
	if len(entries) == 0 {
		return true
	}
	var html bytes.Buffer
	for i := range entries {
		v := entries[i].view()
		if err := t.page.pages["people"].ExecuteTemplate(&html, "exchange", &v); err != nil {
			t.page.Log.Error("lab page: stream", "error", err)
			return false
		}
	}
	requests, _ := t.page.talk.count()
	t.after = entries[0].n
	return t.out.Event("talk", strconv.FormatInt(t.after, 10), number(requests)+"\n"+html.String())
}

func (t *teller) job() bool {
	v, version := t.page.job.view()
	if v.Running && v.Progress != t.step {
		t.step = v.Progress
		data, err := json.Marshal(v.Progress)
		if err != nil || !t.out.Event("job", "", string(data)) {
			return false
		}
	}
	if version == t.version {
		return true
	}
	t.version = version
	return t.out.Event("page", "", strconv.FormatInt(version, 10))
}
