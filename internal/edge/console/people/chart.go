package people

import (
	"context"
	"time"

	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/store"
)

// The chart's measures, in the units of its viewBox.
const (
	chartHours  = 24
	chartHeight = 96
	barStep     = 30
	barWidth    = 22
	// mostCounted bounds the requests that are counted for one hour.
	mostCounted = 10_000
)

// chart is requests per hour of the last day.
type chart struct {
	Bars        []bar
	All, Failed int64
	Most        int64 // of one hour
	Cut         bool  // some hour had more than are counted
}

// bar is one hour.
type bar struct {
	From        time.Time
	All, Failed int64
	X, Y, H     int
	FailedH     int
	FailedY     int
}

// chartOf counts the requests of the last day by the hour.
func chartOf(ctx context.Context, r *store.Reader, now time.Time) (c chart, err error) {
	first := now.Truncate(time.Hour).Add(-(chartHours - 1) * time.Hour)
	for i := range chartHours {
		b := bar{From: first.Add(time.Duration(i) * time.Hour), X: i*barStep + (barStep-barWidth)/2}
		if b.All, b.Failed, err = r.CountRequests(ctx, b.From, b.From.Add(time.Hour), mostCounted); err != nil {
			return c, err
		}
		c.All, c.Failed, c.Most, c.Cut = c.All+b.All, c.Failed+b.Failed, max(c.Most, b.All), c.Cut || b.All >= mostCounted
		c.Bars = append(c.Bars, b)
	}
	for i := range c.Bars {
		b := &c.Bars[i]
		b.H, b.FailedH = c.height(b.All), c.height(b.Failed)
		b.Y, b.FailedY = chartHeight-b.H, chartHeight-b.FailedH
	}
	return c, nil
}

// height is as many units as a number deserves; what is there can be seen.
func (c *chart) height(n int64) int {
	if n == 0 {
		return 0
	}
	return max(2, int(n*chartHeight/c.Most))
}

// Summary tells the chart in words.
func (c *chart) Summary() string {
	s := frame.Counted(c.All, "request", "requests") + " in the last day"
	if c.Cut {
		s = "More than " + s
	}
	if c.Failed == 0 {
		return s + ", none of which failed"
	}
	return s + ", of which " + frame.Number(c.Failed) + " failed"
}
