package account

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/web"
)

// throttle bounds guessing, and mail. A try of a password counts whether it
// succeeds or not, and whether the address is known or not. Wrong codes of a second
// factor are counted with the person, in the database: see takeCode.
type throttle struct {
	address *web.Limiter // tries of a password, by address and network: no stranger locks somebody out
	wide    *web.Limiter // tries of a password by address, from many networks
	session *web.Limiter // tries of somebody who is signed in, by session
	network *web.Limiter // tries of anything, by network address
	site    *web.Limiter // the same by the network of an organisation, of IPv6
	resets  *web.Limiter // mails, by address
	invites *web.Limiter // mails, by workspace and address
	mailed  *web.Limiter // the same by address, from many workspaces
	sent    *web.Limiter // invitations, by workspace
}

const throttled = 100_000 // keys remembered of each sort

func newThrottle(now func() time.Time) throttle {
	hour, day := time.Hour.Seconds(), 24*time.Hour.Seconds()
	return throttle{
		address: web.NewLimiter(1.0/30, 10, throttled, now),
		wide:    web.NewLimiter(1.0/5, 200, throttled, now), // 17,280 a day, of six networks and more
		session: web.NewLimiter(1.0/30, 10, throttled, now),
		network: web.NewLimiter(1, 60, throttled, now),
		site:    web.NewLimiter(10, 600, throttled, now),
		resets:  web.NewLimiter(1.0/600, 3, throttled, now),
		invites: web.NewLimiter(3/hour, 3, throttled, now),
		mailed:  web.NewLimiter(12/hour, 12, throttled, now),
		sent:    web.NewLimiter(300/day, 300, throttled, now),
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
	return tooMany(wait, "there were too many tries")
}

func tooMany(wait time.Duration, what string) *Throttled {
	wait = wait.Round(time.Second) + time.Second
	return &Throttled{wait, identity.Errorf(identity.TooMany, "", "%s; wait %s and try again", what, waiting(wait))}
}

// waiting is a duration in words.
func waiting(d time.Duration) string {
	if d < 2*time.Minute {
		return fmt.Sprintf("%.0f seconds", d.Seconds())
	}
	return fmt.Sprintf("%.0f minutes", d.Minutes()+0.5)
}

func (t *throttle) from(a netip.Addr) error {
	if err := t.take(t.network, web.AddrKey(a)); err != nil {
		return err
	}
	if site := web.SiteKey(a); site != "" {
		return t.take(t.site, site)
	}
	return nil
}

// password takes a try of a password for an address, folded to key.
func (t *throttle) password(key string, a netip.Addr) error {
	if err := t.take(t.address, here(key, a)); err != nil {
		return err
	}
	return t.take(t.wide, digest(key))
}

// forgive forgets the tries for an address, from one network and from all.
func (t *throttle) forgive(key string, a netip.Addr) {
	t.address.Forget(here(key, a))
	t.wide.Forget(digest(key))
}

func here(key string, a netip.Addr) string { return digest(key + "\n" + web.AddrKey(a)) }

// invitation takes a mail to an address that a workspace asks for.
func (t *throttle) invitation(ws identity.WorkspaceID, key string) error {
	for _, l := range []struct {
		limit *web.Limiter
		key   string
		what  string
	}{
		{t.invites, digest(string(ws) + "\n" + key), "that address was sent invitations enough for now"},
		{t.mailed, digest(key), "that address was sent mails enough for now"},
		{t.sent, string(ws), "enough people were invited for today"},
	} {
		if wait, ok := l.limit.Allow(l.key); !ok {
			return tooMany(wait, l.what)
		}
	}
	return nil
}
