package console

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
)

// The pace of a stream.
const (
	calm     = 200 * time.Millisecond // between two events: a burst becomes five a second
	look     = time.Second            // how often the database is asked: another copy may have written
	beat     = 15 * time.Second       // between two signs of life, so that proxies and both ends know
	patience = 10 * time.Second       // how long a reader may take to receive one
)

// stream tells the reader that something has changed, and nothing else, until
// the reader leaves or the server closes (HTML Living Standard §9.2,
// Server-sent events). The first event says what is current, so that a page
// made a moment before misses nothing.
func (l *Live) stream(w http.ResponseWriter, r *http.Request) error {
	leave, err := l.enter()
	if err != nil {
		return err
	}
	defer leave()
	out := newEvents(w)
	if r.Method == http.MethodHead {
		return nil
	}
	changed, stop := l.Store.Watch(l.Workspace.ID)
	defer stop()
	l.follow(r.Context(), out, changed)
	return nil
}

// enter takes a place among the readers and gives the function that leaves it.
func (l *Live) enter() (leave func(), err error) {
	select {
	case <-l.closed:
		return nil, busy("the server is shutting down; try again")
	default:
	}
	select {
	case l.streams <- struct{}{}:
		return func() { <-l.streams }, nil
	default:
		return nil, busy("too many readers of this page; try again")
	}
}

func busy(msg string) error { return identity.Errorf(identity.Unavailable, "", "%s", msg) }

// follow writes an event for each version of the page.
func (l *Live) follow(ctx context.Context, out *events, changed <-chan struct{}) {
	poll, alive := time.NewTicker(look), time.NewTicker(beat)
	defer poll.Stop()
	defer alive.Stop()
	for told := ""; ; {
		now, err := l.version(ctx)
		if err != nil {
			if ctx.Err() == nil {
				l.Log.Error("live page: stream", "workspace", l.Workspace.ID, "error", err)
			}
			return // the reader comes back in two seconds
		}
		if now != told {
			if told = now; !out.write("event: change\ndata: %s\n\n", now) || !l.pause(ctx) {
				return
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-l.closed:
			return
		case <-alive.C:
			if !out.write(": still here\n\n") {
				return
			}
		case <-changed:
		case <-poll.C:
		}
	}
}

// pause lets a burst gather; false when the stream is to end.
func (l *Live) pause(ctx context.Context) bool {
	t := time.NewTimer(calm)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
	case <-l.closed:
	}
	return false
}

// events writes server-sent events. The server's own deadlines, which are meant
// for short answers, are put off at each one.
type events struct {
	w http.ResponseWriter
	c *http.ResponseController
}

func newEvents(w http.ResponseWriter) *events {
	e := &events{w, http.NewResponseController(w)}
	_ = e.c.SetReadDeadline(time.Time{}) // not every writer has deadlines
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no") // proxies that gather answers pass this one on at once
	w.WriteHeader(http.StatusOK)
	e.write("retry: 2000\n\n")
	return e
}

// write sends at once; false means that nobody receives any more.
func (e *events) write(format string, args ...any) bool {
	_ = e.c.SetWriteDeadline(time.Now().Add(patience))
	if _, err := fmt.Fprintf(e.w, format, args...); err != nil {
		return false
	}
	return e.c.Flush() == nil
}
