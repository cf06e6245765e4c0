package directory

import (
	"sync"

	"github.com/anteroom-id/anteroom/internal/identity"
)

// anchors remember where a client's last page ended, so that the next one
// starts there instead of being counted off from the beginning, and shows
// neither a duplicate nor a gap when people come or go meanwhile. A miss, or
// another copy, costs one OFFSET. The memory is bounded: the older half goes
// when it is full.
type anchors struct {
	mu       sync.Mutex
	new, old map[anchor]string
}

// anchor is one walk's next page: whose, through what, from which index.
type anchor struct {
	ws    identity.WorkspaceID
	actor string
	kind  string
	start int
}

const anchorsKept = 4096

func newAnchors() anchors {
	return anchors{new: map[anchor]string{}, old: map[anchor]string{}}
}

// at gives the id behind which the page starts.
func (a *anchors) at(k anchor) (string, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if id, ok := a.new[k]; ok {
		return id, true
	}
	id, ok := a.old[k]
	return id, ok
}

func (a *anchors) set(k anchor, id string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.new) >= anchorsKept {
		a.old, a.new = a.new, make(map[anchor]string, anchorsKept)
	}
	a.new[k] = id
}
