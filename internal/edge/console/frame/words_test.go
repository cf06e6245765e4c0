package frame_test

import (
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
)

func TestTimeIsToldInWords(t *testing.T) {
	for _, c := range []struct {
		d            time.Duration
		coarse, fine string
	}{
		{-time.Hour, "just now", "just now"}, // another machine's clock
		{time.Second, "just now", "just now"},
		{2 * time.Second, "just now", "2 seconds ago"},
		{59 * time.Second, "just now", "59 seconds ago"},
		{time.Minute, "1 minute ago", "1 minute ago"},
		{59*time.Minute + 59*time.Second, "59 minutes ago", "59 minutes ago"},
		{time.Hour, "1 hour ago", "1 hour ago"},
		{36 * time.Hour, "1 day ago", "1 day ago"},
		{1500 * 24 * time.Hour, "1,500 days ago", "1,500 days ago"},
	} {
		if got := frame.Ago(c.d, false); got != c.coarse {
			t.Errorf("%v: %s", c.d, got)
		}
		if got := frame.Ago(c.d, true); got != c.fine {
			t.Errorf("%v: %s", c.d, got)
		}
	}
}

func TestNumbersHaveCommas(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", -100: "-100", -1234: "-1,234"} {
		if got := frame.Number(n); got != want {
			t.Errorf("%d: %s", n, got)
		}
	}
}

func TestDurationsAreShort(t *testing.T) {
	for d, want := range map[time.Duration]string{800 * time.Microsecond: "<1 ms", 12 * time.Millisecond: "12 ms", 2500 * time.Millisecond: "2.5 s"} {
		if got := frame.Took(d); got != want {
			t.Errorf("%v: %s", d, got)
		}
	}
}
