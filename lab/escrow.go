package lab

import (
	"errors"
	"reflect"
	"sync"
	"time"
)

// giveUpAfter is how long after its first failure an object is still tried.
const giveUpAfter = 28 * 24 * time.Hour

// retryAt says when to try again what has failed so many times: 6, 12 and 24
// hours after the first failure, then daily. ok is false when the 28 days are
// over. (Microsoft, "Application provisioning in quarantine status")
func retryAt(first, now time.Time, failures int) (at time.Time, ok bool) {
	after := []time.Duration{6 * time.Hour, 12 * time.Hour, 24 * time.Hour}
	if failures <= len(after) {
		at = first.Add(after[failures-1])
	} else {
		at = first.Add(time.Duration(failures-len(after)+1) * 24 * time.Hour)
	}
	// A service that stood still does not catch up on what it has missed.
	for !at.After(now) {
		at = at.Add(24 * time.Hour)
	}
	return at, at.Sub(first) <= giveUpAfter
}

// escrow is a person, a group or a reference that could not be provisioned.
type escrow struct {
	first, next time.Time
	failures    int
	over        bool // not tried any more
	as          any  // the object as it was then
}

// escrows remembers what has failed and must wait. The zero value lets nothing
// wait.
type escrows struct {
	on    bool
	clock *Clock

	mu  sync.Mutex
	all map[string]*escrow
}

// waits says whether an object is not to be tried now. One that looks otherwise
// than when it failed is tried at once.
func (x *escrows) waits(id string, as any) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	e := x.all[id]
	if e == nil || !reflect.DeepEqual(e.as, as) {
		return false
	}
	return e.over || x.clock.Now().Before(e.next)
}

// settle notes how a try went. What ended the whole cycle says nothing about the
// object.
func (x *escrows) settle(id string, as any, err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if err == nil || !x.on {
		delete(x.all, id)
		return
	}
	var answered *Failure
	if fatal(err) || !errors.As(err, &answered) {
		return
	}
	e := x.all[id]
	if e == nil || !reflect.DeepEqual(e.as, as) {
		e = &escrow{first: x.clock.Now(), as: as}
	}
	e.failures++
	var ok bool
	e.next, ok = retryAt(e.first, x.clock.Now(), e.failures)
	e.over = !ok
	if x.all == nil {
		x.all = map[string]*escrow{}
	}
	x.all[id] = e
}

// clear forgets everything.
func (x *escrows) clear() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.all = nil
}

// tried runs a step unless its object has to wait.
func (e *Entra) tried(id string, as any, who string, step func() (string, error)) (string, error) {
	if e.escrows.waits(id, as) {
		e.client.record.waiting()
		return who, nil
	}
	who, err := step()
	e.escrows.settle(id, as, err)
	return who, err
}
