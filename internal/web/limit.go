package web

import (
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Limiter lets each key do something so often and no oftener. It remembers a
// bounded number of keys, those used last; one that is forgotten starts anew
// with its full burst. It is safe for concurrent use.
type Limiter struct {
	rate  rate.Limit
	burst int
	half  int
	now   func() time.Time

	mu    sync.Mutex
	young map[string]*rate.Limiter // used since the last turn
	old   map[string]*rate.Limiter // used before it
}

// NewLimiter allows each key perSecond events, and burst at once. It remembers at
// most keys of them, at about 200 bytes each. The clock is injected.
func NewLimiter(perSecond float64, burst, keys int, now func() time.Time) *Limiter {
	return &Limiter{rate: rate.Limit(perSecond), burst: burst, half: max(1, keys/2), now: now, young: map[string]*rate.Limiter{}}
}

// Allow takes one event of a key. When there is none left it reports false and
// how long until the next, for Retry-After; being refused costs nothing.
func (l *Limiter) Allow(key string) (wait time.Duration, ok bool) {
	now := l.now()
	r := l.of(key).ReserveN(now, 1)
	if !r.OK() {
		return time.Second, false
	}
	if wait = r.DelayFrom(now); wait > 0 {
		r.CancelAt(now)
		return wait, false
	}
	return 0, true
}

// Allowed reports whether a key has an event left, without taking it. Together
// with Allow it limits failures only: ask first, take one when it failed.
func (l *Limiter) Allowed(key string) bool { return l.of(key).TokensAt(l.now()) >= 1 }

// of gives the limiter of a key. When the young generation is full, it becomes
// the old one, and what was old and not used since is forgotten: no list to
// keep, and no key costs more than two look-ups.
func (l *Limiter) of(key string) *rate.Limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	if one, ok := l.young[key]; ok {
		return one
	}
	if len(l.young) >= l.half {
		l.old, l.young = l.young, make(map[string]*rate.Limiter, l.half)
	}
	one, ok := l.old[key]
	if !ok {
		one = rate.NewLimiter(l.rate, l.burst)
	}
	l.young[key] = one
	return one
}

// AddrKey is the key of a client by its address: an IPv6 client owns at least a
// /64, so that is what counts.
func AddrKey(a netip.Addr) string {
	if a.Is6() && !a.Is4In6() {
		if p, err := a.WithZone("").Prefix(64); err == nil {
			return p.String()
		}
	}
	return a.Unmap().String()
}

// Keys tells how many keys are remembered.
func (l *Limiter) Keys() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := len(l.young)
	for key := range l.old {
		if _, both := l.young[key]; !both {
			n++
		}
	}
	return n
}
