package directory

import (
	"context"
	"slices"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/store"
)

// Cadence says how a connection's directory has been heard of, and when it is
// expected next, from when its last cycles began (E30, K09, T18).
func (s *Service) Cadence(ctx context.Context, ws identity.WorkspaceID, id identity.ConnectionID) (identity.Cadence, error) {
	r, now := s.store.Read(ws), s.store.Now()
	c, err := connection(ctx, r, id)
	if err != nil {
		return identity.Cadence{}, err
	}
	out := identity.Cadence{First: c.FirstContact}
	if out.Cycles, err = r.Contacts(ctx, id); err != nil {
		return out, err
	}
	if out.Last, err = r.LastContact(ctx, id); err != nil {
		return out, err
	}
	if out.Every = usualGap(out.Cycles, now.Add(-2*day)); out.Every > 0 {
		out.Next = out.Cycles[0].Add(out.Every)
	}
	failed, err := r.RequestsWhere(ctx, store.RequestFilter{Failed: true, Connection: id, Since: now.Add(-7 * day)}, 1)
	if len(failed.Requests) > 0 {
		out.Failed = &failed.Requests[0]
	}
	return out, err
}

const day = 24 * time.Hour

// usualGap is the median time between beginnings since a time, newest first; 0
// when there are too few, or they are too irregular to expect anything of.
func usualGap(begun []time.Time, since time.Time) time.Duration {
	var gaps []time.Duration
	for i := 1; i < len(begun) && begun[i].After(since); i++ {
		gaps = append(gaps, begun[i-1].Sub(begun[i]))
	}
	if len(gaps) < 3 {
		return 0
	}
	slices.Sort(gaps)
	median := gaps[len(gaps)/2]
	if gaps[len(gaps)*3/4]-gaps[len(gaps)/4] > median/2 {
		return 0
	}
	return median.Round(time.Minute)
}
