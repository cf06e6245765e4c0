package store

import (
	"context"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
)

// HeldMembers lists up to limit members of whom a directory has asked something
// that is held, oldest first. Docs are not read.
func (r *Reader) HeldMembers(ctx context.Context, limit int) ([]identity.Member, error) {
	return many(ctx, r.q, scanListed, `SELECT `+rowColumns+` FROM member m WHERE m.workspace_id = $1 AND m.held <> '' ORDER BY m.id LIMIT $2 + 0`, r.ws, limit)
}

// CountRequests counts the requests that came in from a time up to below another,
// and those of them that failed; each at most up to most.
func (r *Reader) CountRequests(ctx context.Context, from, to time.Time, most int) (all, failed int64, err error) {
	low, high := identity.RequestIDAt(from), identity.RequestIDAt(to)
	all, _, err = one(ctx, r.q, scanInt, `SELECT count(*) FROM (SELECT 1 FROM request_log WHERE workspace_id = $1 AND id >= $2 AND id < $3 LIMIT $4 + 0) u`, r.ws, low, high, most)
	if err != nil || all == 0 {
		return 0, 0, err
	}
	failed, _, err = one(ctx, r.q, scanInt, `SELECT count(*) FROM (SELECT 1 FROM request_log WHERE workspace_id = $1 AND id >= $2 AND id < $3 AND status >= 400 LIMIT $4 + 0) u`, r.ws, low, high, most)
	return all, failed, err
}
