package lab

import (
	"sync"
	"time"
)

// Clock is the directory's time, which stands still until the caller moves it.
// It is safe for concurrent use; the zero value starts on the first of
// September 2026, noon, UTC.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock returns a clock that shows the given instant.
func NewClock(now time.Time) *Clock { return &Clock{now: now.UTC()} }

// Now returns the instant the clock shows, in UTC.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.read()
}

// Advance moves the clock forward and returns the new instant. A negative
// duration moves nothing.
func (c *Clock) Advance(d time.Duration) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.read().Add(max(d, 0))
	return c.now
}

func (c *Clock) read() time.Time {
	if c.now.IsZero() {
		c.now = time.Date(2026, time.September, 1, 12, 0, 0, 0, time.UTC)
	}
	return c.now
}
