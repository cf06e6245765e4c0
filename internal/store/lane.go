package store

import (
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
)

// lane is a queue of writes that one goroutine commits.
type lane struct {
	queue   []*job // waiting, in order
	later   []*job // deferred, in order
	timer   bool   // a flush of later is due
	flush   bool   // commit later even when the queue is empty
	running bool
}

// take removes the next batch from the lane: writes first, and deferred work
// with them, or alone when its time has come.
func (l *lane) take() (batch, later []*job) {
	n := min(len(l.queue), maxBatch)
	batch, l.queue = l.queue[:n:n], l.queue[n:]
	if n > 0 || l.flush {
		m := min(len(l.later), maxLater)
		if n > 0 && !l.flush {
			m = min(m, 8+2*n) // company must not make a writer wait
		}
		later, l.later = l.later[:m:m], l.later[m:]
	}
	if len(l.later) == 0 {
		l.flush = false
	}
	return batch, later
}

// putBack gives a lane back the writes for which a transaction had no time. The
// workspace that took the last of it waits behind the others.
func (l *lane) putBack(left []*job, slow identity.WorkspaceID) {
	var first, last []*job
	for _, j := range left {
		if j.ws == slow {
			last = append(last, j)
		} else {
			first = append(first, j)
		}
	}
	l.queue = append(append(first, l.queue...), last...)
}

// putLaterBack keeps deferred works for another try, half a second from now. They
// take half of the room at most, so that nobody waits for a database that is gone.
// c.mu is held.
func (c *committer) putLaterBack(l *lane, ws identity.WorkspaceID, failed []*job) {
	keep := make([]*job, 0, len(failed)+len(l.later))
	for _, j := range failed {
		if j.back++; j.back <= maxBack {
			keep = append(keep, j)
		}
	}
	if room := max(maxPending/2-len(l.later), 0); len(keep) > room {
		keep = keep[len(keep)-room:]
	}
	c.s.lost(len(failed) - len(keep))
	if l.later, l.flush = append(keep, l.later...), false; len(l.later) > 0 && !l.timer && !c.closed {
		l.timer = true
		time.AfterFunc(laterDelay, func() { c.flushLater(ws) })
	}
}

// maxBack is how often a deferred work is tried again: for minutes when nobody
// can write, as that fails only after a wait.
const maxBack = 20

// lost logs that deferred works were given up.
func (s *Store) lost(works int) {
	if works > 0 {
		s.log.Error("deferred works are lost, as the database cannot be written to", "works", works)
	}
}
