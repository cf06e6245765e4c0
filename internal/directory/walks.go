package directory

import (
	"context"
	"sync"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
)

const (
	maxWalks     = 2 // of all workspaces at once: each reads thousands of people
	walkPatience = 10 * time.Second
)

// walks are the places of walks under way. A workspace has one at a time, so that
// its requests do not keep the others' out.
type walks struct {
	all chan struct{}
	mu  sync.Mutex
	of  map[identity.WorkspaceID]*turn
}

// turn is a workspace's place, and how many hold it or wait for it.
type turn struct {
	place chan struct{}
	users int
}

// enter waits for a place and gives the function that leaves it.
func (w *walks) enter(ctx context.Context, ws identity.WorkspaceID) (leave func(), err error) {
	own := w.borrow(ws)
	patience := time.NewTimer(walkPatience)
	defer patience.Stop()
	held := 0
	leave = func() {
		if held > 1 {
			<-w.all
		}
		if held > 0 {
			<-own.place
		}
		w.giveBack(ws, own)
	}
	for _, place := range [...]chan struct{}{own.place, w.all} {
		select {
		case place <- struct{}{}:
			held++
			continue
		case <-patience.C:
			err = identity.Errorf(identity.TooMany, "", "other requests that look at everybody are under way; filter with eq on a look-up attribute, or try again in a few seconds")
		case <-ctx.Done():
			err = ctx.Err()
		}
		leave()
		return nil, err
	}
	return leave, nil
}

func (w *walks) borrow(ws identity.WorkspaceID) *turn {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.of == nil {
		w.of = map[identity.WorkspaceID]*turn{}
	}
	own := w.of[ws]
	if own == nil {
		own = &turn{place: make(chan struct{}, 1)}
		w.of[ws] = own
	}
	own.users++
	return own
}

func (w *walks) giveBack(ws identity.WorkspaceID, own *turn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if own.users--; own.users == 0 {
		delete(w.of, ws)
	}
}
