package frame

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
	look = time.Second            // how often is asked: another copy may have written
	beat = 15 * time.Second       // between two signs of life
)

// Stream tells the browser whenever version gives another word, until the
// browser leaves, the server closes or version fails (HTML Living Standard §9.2).
// The page that follows it has an element with the attribute data-live, whose
// value is the stream's address: console.js then fetches the page again and puts
// the new element into the place of the old one.
//
// The session is checked again every few seconds, so that nobody who has left
// goes on reading.
func (q *Request) Stream(ws identity.WorkspaceID, version func(context.Context) (string, error)) error {
	select {
	case <-q.closed:
		return identity.Errorf(identity.Unavailable, "", "The server is shutting down; try again.")
	default:
	}
	leave, ok := q.streams.Enter(Share{"workspace " + string(ws), streamsPerWorkspace}, Share{q.reader(), streamsPerReader})
	if !ok {
		return identity.Errorf(identity.Unavailable, "", "Too many readers just now; try again.")
	}
	defer leave()
	out := web.NewEvents(q.W)
	if q.R.Method == http.MethodHead {
		return nil
	}
	changed, stop := q.Store.Watch(ws)
	defer stop()
	q.follow(out, changed, version)
	return nil
}

// reader is who reads: a session, or whoever came by a link without one.
func (q *Request) reader() string {
	if q.route.Gate == Public || q.Live == nil {
		return "link " + q.R.URL.Path
	}
	return "session " + string(q.Live.Session.ID)
}

func (q *Request) follow(out *web.Events, changed <-chan struct{}, version func(context.Context) (string, error)) {
	poll, alive := time.NewTicker(look), time.NewTicker(beat)
	defer poll.Stop()
	defer alive.Stop()
	for told := ""; ; {
		now, err := version(q.Context())
		if err != nil {
			return // the browser comes back
		}
		if now != told {
			if told = now; !out.Event("change", "", now) || !q.pause() {
				return
			}
		}
		select {
		case <-q.Context().Done():
			return
		case <-q.closed:
			return
		case <-alive.C:
			if !q.still() || !out.Alive() {
				return
			}
		case <-changed:
		case <-poll.C:
		}
	}
}

// still says whether whoever began to read may go on.
func (q *Request) still() bool {
	if q.route.Gate == Public {
		return true
	}
	live, err := q.Accounts.Check(q.Context(), q.secret(), q.Client())
	if err != nil {
		return false
	}
	q.Live, q.Roles = live, nil
	return q.pass() == nil
}

// pause lets a burst gather; false when the stream is to end.
func (q *Request) pause() bool {
	t := time.NewTimer(calm)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-q.Context().Done():
	case <-q.closed:
	}
	return false
}
