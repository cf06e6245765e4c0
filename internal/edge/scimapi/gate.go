package scimapi

import (
	"context"
	"sync"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
)

// gates keep one workspace from taking all the room: so many of its requests
// are worked on at once, and the others wait for their turn. Directories take
// 429 for a failure, so waiting comes first (Entra has no rate limiter of its
// own for custom applications).
type gates struct {
	room int
	mu   sync.Mutex
	open map[identity.WorkspaceID]*gate
	// strangers counts the failures to authenticate that were recorded for a
	// workspace in the minute at hand, so that nobody can fill its log.
	minute    time.Time
	strangers map[identity.WorkspaceID]int
}

// queue is a number of places; who finds none free waits.
type queue chan struct{}

// idleGates are kept for the next request of their workspace.
const idleGates = 256

type gate struct {
	places queue
	users  int
}

// enter waits for a place and gives the function that leaves it.
func (q queue) enter(ctx context.Context, patience time.Duration) (leave func(), err error) {
	select {
	case q <- struct{}{}:
		return func() { <-q }, nil
	default:
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case q <- struct{}{}:
		return func() { <-q }, nil
	case <-timer.C:
		return nil, identity.Errorf(identity.TooMany, "", "too many requests are under way; try again in a few seconds")
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// enter waits for one of the workspace's places and gives the function that leaves it.
func (g *gates) enter(ctx context.Context, ws identity.WorkspaceID, patience time.Duration) (leave func(), err error) {
	own := g.borrow(ws)
	out, err := own.places.enter(ctx, patience)
	if err != nil {
		g.giveBack(ws, own)
		return nil, err
	}
	return func() {
		out()
		g.giveBack(ws, own)
	}, nil
}

func (g *gates) borrow(ws identity.WorkspaceID) *gate {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.open == nil {
		g.open = map[identity.WorkspaceID]*gate{}
	}
	own := g.open[ws]
	if own == nil {
		own = &gate{places: make(queue, g.room)}
		g.open[ws] = own
	}
	own.users++
	return own
}

func (g *gates) giveBack(ws identity.WorkspaceID, own *gate) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if own.users--; own.users == 0 && len(g.open) > idleGates {
		delete(g.open, ws)
	}
}

const strangersAMinute = 60

// mayRecordStranger says whether one more failure to authenticate may be
// recorded in the workspace's log.
func (g *gates) mayRecordStranger(ws identity.WorkspaceID, now time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if minute := now.Truncate(time.Minute); g.strangers == nil || !g.minute.Equal(minute) {
		g.minute, g.strangers = minute, map[identity.WorkspaceID]int{}
	}
	g.strangers[ws]++
	return g.strangers[ws] <= strangersAMinute
}
