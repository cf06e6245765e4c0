package web

import (
	"maps"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Limiter lets each key do something so often and no oftener. It remembers a
// bounded number of keys. One that has its full burst again is forgotten when room
// is needed; none is forgotten sooner: while there is no room, all further keys
// share one allowance. It is safe for concurrent use.
type Limiter struct {
	rate  rate.Limit
	burst int
	most  int
	now   func() time.Time

	mu    sync.Mutex
	keys  map[string]*rate.Limiter
	rest  *rate.Limiter // of the keys for which there is no room
	swept time.Time     // when keys were forgotten last
}

// NewLimiter allows each key perSecond events, and burst at once. It remembers at
// most keys of them, at about 200 bytes each. The clock is injected.
func NewLimiter(perSecond float64, burst, keys int, now func() time.Time) *Limiter {
	return &Limiter{
		rate: rate.Limit(perSecond), burst: burst, most: max(1, keys), now: now,
		keys: map[string]*rate.Limiter{}, rest: rate.NewLimiter(rate.Limit(perSecond), burst),
	}
}

// Allow takes one event of a key. When there is none left it reports false and
// how long until the next, for Retry-After; being refused costs nothing.
func (l *Limiter) Allow(key string) (wait time.Duration, ok bool) {
	now := l.now()
	r := l.of(key, now).ReserveN(now, 1)
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
func (l *Limiter) Allowed(key string) bool {
	now := l.now()
	return l.of(key, now).TokensAt(now) >= 1
}

// Forget gives a key its full burst again.
func (l *Limiter) Forget(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.keys, key)
}

// sweepRest is how long it takes until it is looked again for keys to forget.
const sweepRest = time.Second

// of gives the limiter of a key.
func (l *Limiter) of(key string, now time.Time) *rate.Limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	if one, ok := l.keys[key]; ok {
		return one
	}
	if len(l.keys) >= l.most && now.Sub(l.swept) >= sweepRest {
		l.swept = now
		maps.DeleteFunc(l.keys, func(_ string, one *rate.Limiter) bool { return one.TokensAt(now) >= float64(l.burst) })
	}
	if len(l.keys) >= l.most {
		return l.rest
	}
	one := rate.NewLimiter(l.rate, l.burst)
	l.keys[key] = one
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

// SiteKey is the key of the network that an IPv6 client's organisation owns,
// commonly a /48; "" of an IPv4 client.
func SiteKey(a netip.Addr) string {
	if !a.Is6() || a.Is4In6() {
		return ""
	}
	p, err := a.WithZone("").Prefix(48)
	if err != nil {
		return ""
	}
	return p.String()
}

// Keys tells how many keys are remembered.
func (l *Limiter) Keys() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.keys)
}
