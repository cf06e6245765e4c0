package store

import (
	"sync"

	"github.com/anteroom-id/anteroom/internal/identity"
)

// watchers are told that a workspace's log has grown. A signal carries nothing
// and may stand for many commits: who is woken reads the log.
type watchers struct {
	mu  sync.Mutex
	set map[identity.WorkspaceID]map[chan struct{}]bool
}

// Watch gives a channel that receives after commits of this process on the
// workspace, and a function that ends the watch.
func (s *Store) Watch(ws identity.WorkspaceID) (<-chan struct{}, func()) {
	c := make(chan struct{}, 1)
	w := &s.watch
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.set == nil {
		w.set = map[identity.WorkspaceID]map[chan struct{}]bool{}
	}
	if w.set[ws] == nil {
		w.set[ws] = map[chan struct{}]bool{}
	}
	w.set[ws][c] = true
	return c, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.set[ws], c)
		if len(w.set[ws]) == 0 {
			delete(w.set, ws)
		}
	}
}

func (w *watchers) wake(ws identity.WorkspaceID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for c := range w.set[ws] {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}
