package console

import (
	"context"
	"net/http"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/web"
)

// The pace of a stream.
const (
	calm = 200 * time.Millisecond // between two events: a burst becomes five a second
	look = time.Second            // how often the database is asked: another copy may have written
	beat = 15 * time.Second       // between two signs of life, so that proxies and both ends know
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
	out := web.NewEvents(w)
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
func (l *Live) follow(ctx context.Context, out *web.Events, changed <-chan struct{}) {
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
			if told = now; !out.Event("change", "", now) || !l.pause(ctx) {
				return
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-l.closed:
			return
		case <-alive.C:
			if !out.Alive() {
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
