package web_test

import (
	"fmt"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/web"
)

// clock is a clock that a test moves.
type clock struct{ ns atomic.Int64 }

func (c *clock) now() time.Time       { return time.Unix(1_800_000_000, c.ns.Load()) }
func (c *clock) pass(d time.Duration) { c.ns.Add(int64(d)) }

func TestEachKeyHasItsBurstAndItsRate(t *testing.T) {
	var c clock
	l := web.NewLimiter(2, 3, 100, c.now)
	for range 3 {
		if _, ok := l.Allow("a"); !ok {
			t.Fatal("refused within the burst")
		}
	}
	if wait, ok := l.Allow("a"); ok || wait != 500*time.Millisecond {
		t.Errorf("beyond the burst: %v, wait %v", ok, wait)
	}
	if _, ok := l.Allow("b"); !ok {
		t.Error("one key was charged for another")
	}
	for range 10 {
		l.Allow("a") // being refused costs nothing
	}
	c.pass(500 * time.Millisecond)
	if _, ok := l.Allow("a"); !ok {
		t.Error("refused after the wait")
	}
}

func TestAskingIsNotTaking(t *testing.T) {
	var c clock
	l := web.NewLimiter(1, 1, 100, c.now)
	for range 3 {
		if !l.Allowed("a") {
			t.Fatal("asking took something")
		}
	}
	l.Allow("a")
	if l.Allowed("a") {
		t.Error("nothing is left, and it says yes")
	}
}

func TestALimitOfNothingRefuses(t *testing.T) {
	var c clock
	if wait, ok := web.NewLimiter(1, 0, 10, c.now).Allow("a"); ok || wait <= 0 {
		t.Errorf("%v, wait %v", ok, wait)
	}
}

func TestMemoryIsBoundedAndWhoIsBusyIsNotForgotten(t *testing.T) {
	var c clock
	l := web.NewLimiter(0.001, 1, 100, c.now)
	l.Allow("busy")
	for i := range 10_000 {
		if _, ok := l.Allow("busy"); ok {
			t.Fatalf("forgotten after %d other keys", i)
		}
		l.Allow(fmt.Sprint(i))
	}
	if n := l.Keys(); n > 100 {
		t.Errorf("%d keys are remembered", n)
	}
}

func TestManyMayAskAtOnceAndNobodyGetsMoreThanTheBurst(t *testing.T) {
	var c clock
	var all sync.WaitGroup
	var granted atomic.Int32
	l := web.NewLimiter(0.001, 50, 10, c.now)
	for range 200 {
		all.Go(func() {
			if _, ok := l.Allow("a"); ok {
				granted.Add(1)
			}
		})
	}
	all.Wait()
	if granted.Load() != 50 {
		t.Errorf("granted %d, want 50", granted.Load())
	}
}

func TestNothingUsedIsForgottenAndNewcomersShareWhatIsLeft(t *testing.T) {
	var c clock
	l := web.NewLimiter(0.1, 2, 10, c.now)
	for i := range 10 {
		l.Allow(fmt.Sprint(i))
		l.Allow(fmt.Sprint(i))
	}
	granted := 0
	for i := range 100 {
		if _, ok := l.Allow(fmt.Sprint("new ", i)); ok {
			granted++
		}
	}
	if granted != 2 {
		t.Errorf("%d newcomers, of a shared allowance of 2", granted)
	}
	if _, ok := l.Allow("3"); ok {
		t.Error("one that had used everything was forgotten")
	}
	c.pass(20 * time.Second)
	for i := range 5 {
		if _, ok := l.Allow(fmt.Sprint("later ", i)); !ok {
			t.Error("there is room again once the others have recovered")
		}
	}
}

func TestAKeyThatIsForgottenOnPurposeStartsAnew(t *testing.T) {
	var c clock
	l := web.NewLimiter(0.001, 1, 10, c.now)
	l.Allow("a")
	l.Allow("b")
	l.Forget("a")
	if _, ok := l.Allow("a"); !ok {
		t.Error("it still counts")
	}
	if _, ok := l.Allow("b"); ok {
		t.Error("another was forgotten with it")
	}
}

func TestAClientOfIPv6IsCountedByItsNetworkAndItsOrganisation(t *testing.T) {
	for address, want := range map[string][2]string{
		"2001:db8:1:2:3::4": {"2001:db8:1:2::/64", "2001:db8:1::/48"}, "192.0.2.7": {"192.0.2.7", ""}, "::ffff:192.0.2.7": {"192.0.2.7", ""},
	} {
		a := netip.MustParseAddr(address)
		if got := [2]string{web.AddrKey(a), web.SiteKey(a)}; got != want {
			t.Errorf("%s: %q, want %q", address, got, want)
		}
	}
}
