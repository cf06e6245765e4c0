package account

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/web"
)

// throttle bounds guessing. A try of a password counts whether it succeeds or
// not, and whether the address is known or not; of codes only failures count.
type throttle struct {
	address *web.Limiter // tries of a password, by address
	network *web.Limiter // tries of anything, by network address
	factor  *web.Limiter // wrong codes, by person: the password is known by then
	resets  *web.Limiter // mails, by address
}

const throttled = 100_000 // keys remembered of each sort

func newThrottle(now func() time.Time) throttle {
	return throttle{
		address: web.NewLimiter(1.0/30, 10, throttled, now),
		network: web.NewLimiter(1, 60, throttled, now),
		factor:  web.NewLimiter(1.0/300, 5, throttled, now), // 288 a day of 333,333 that would do
		resets:  web.NewLimiter(1.0/600, 3, throttled, now),
	}
}

// Throttled is the answer to too many tries. It unwraps to identity.TooMany.
type Throttled struct {
	Wait time.Duration // until the next
	err  *identity.Error
}

func (e *Throttled) Error() string { return e.err.Error() }

// Unwrap gives the error as others are.
func (e *Throttled) Unwrap() error { return e.err }

func (t *throttle) take(l *web.Limiter, key string) error {
	wait, ok := l.Allow(key)
	if ok {
		return nil
	}
	wait = wait.Round(time.Second) + time.Second
	return &Throttled{wait, identity.Errorf(identity.TooMany, "", "there were too many tries; wait %s and try again", waiting(wait))}
}

// waiting is a duration in words.
func waiting(d time.Duration) string {
	if d < 2*time.Minute {
		return fmt.Sprintf("%.0f seconds", d.Seconds())
	}
	return fmt.Sprintf("%.0f minutes", d.Minutes()+0.5)
}

func (t *throttle) from(a netip.Addr) error { return t.take(t.network, web.AddrKey(a)) }
