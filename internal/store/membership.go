package store

import (
	"context"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
)

func scanReference(s scanner) (r identity.Reference, err error) {
	err = s.Scan(&r.ID, &r.Display)
	return r, err
}

func scanBelonging(s scanner) (r identity.Reference, err error) {
	err = s.Scan(&r.ID, &r.Display, &r.Role, &r.Position)
	return r, err
}

// GroupsOf lists the groups of a member, by id and name, with the role that each
// gives. CROSS JOIN is SQLite's word for keeping the order of the tables;
// PostgreSQL takes it as any join.
func (r *Reader) GroupsOf(ctx context.Context, m identity.MemberID) ([]identity.Reference, error) {
	return many(ctx, r.q, scanBelonging, `SELECT g.id, g.display_name, coalesce(o.role, ''), coalesce(o.position, 0) FROM membership s
		CROSS JOIN user_group g LEFT JOIN group_role o ON o.workspace_id = g.workspace_id AND o.group_id = g.id
		WHERE s.workspace_id = $1 AND s.member_id = $2 AND g.workspace_id = s.workspace_id AND g.id = s.group_id ORDER BY s.group_id`, r.ws, string(m))
}

// MembersOf lists the members of a group that have a SCIM resource, by its id
// and their names.
func (r *Reader) MembersOf(ctx context.Context, g identity.GroupID) ([]identity.Reference, error) {
	return many(ctx, r.q, scanReference, `SELECT m.resource_id, CASE WHEN m.display_name = '' THEN m.user_name ELSE m.display_name END FROM membership s
		CROSS JOIN member m
		WHERE s.workspace_id = $1 AND s.group_id = $2 AND m.workspace_id = s.workspace_id AND m.id = s.member_id AND m.resource_id IS NOT NULL ORDER BY s.member_id`, r.ws, string(g))
}

// MemberIDsOf lists the members of a group by their own ids.
func (r *Reader) MemberIDsOf(ctx context.Context, g identity.GroupID) ([]identity.MemberID, error) {
	return many(ctx, r.q, func(s scanner) (identity.MemberID, error) {
		id, err := scanText(s)
		return identity.MemberID(id), err
	}, `SELECT member_id FROM membership WHERE workspace_id = $1 AND group_id = $2 ORDER BY member_id`, r.ws, string(g))
}

// InsertMembership puts a member into a group; false when it was in already.
func (tx *Tx) InsertMembership(ctx context.Context, g identity.GroupID, m identity.MemberID) (bool, error) {
	n, err := tx.q.exec(ctx, `INSERT INTO membership (workspace_id, group_id, member_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, tx.ws, g, m)
	return n > 0, err
}

// DeleteMembership takes a member out of a group; false when it was not in.
func (tx *Tx) DeleteMembership(ctx context.Context, g identity.GroupID, m identity.MemberID) (bool, error) {
	n, err := tx.q.exec(ctx, `DELETE FROM membership WHERE workspace_id = $1 AND group_id = $2 AND member_id = $3`, tx.ws, g, m)
	return n > 0, err
}

// Parked is a member that a directory named before it exists.
type Parked struct {
	Group      identity.GroupID
	Value      string
	Connection identity.ConnectionID // the directory that named it
	At         time.Time
}

func scanParked(s scanner) (p Parked, err error) {
	var at int64
	err = s.Scan(&p.Group, &p.Value, &p.Connection, &at)
	p.At = fromMicros(at)
	return p, err
}

// ParkedIn lists what is parked for a group.
func (r *Reader) ParkedIn(ctx context.Context, g identity.GroupID) ([]Parked, error) {
	return many(ctx, r.q, scanParked, `SELECT group_id, value, connection_id, at FROM parked WHERE workspace_id = $1 AND group_id = $2 ORDER BY value`, r.ws, string(g))
}

// ParkedFor lists what is parked under a value, folded.
func (r *Reader) ParkedFor(ctx context.Context, key string) ([]Parked, error) {
	return many(ctx, r.q, scanParked, `SELECT group_id, value, connection_id, at FROM parked WHERE workspace_id = $1 AND value_key = $2`, r.ws, key)
}

// Park remembers a value that a directory named for a group; false when it was
// parked already.
func (tx *Tx) Park(ctx context.Context, g identity.GroupID, c identity.ConnectionID, value string) (bool, error) {
	n, err := tx.q.exec(ctx, `INSERT INTO parked (workspace_id, group_id, value, value_key, connection_id, at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
		tx.ws, g, value, identity.Fold(value), c, micros(tx.s.Now()))
	tx.Tally().Parked += n
	return n > 0, err
}

// Unpark forgets a value of a group, compared exactly; false when it was not
// parked.
func (tx *Tx) Unpark(ctx context.Context, g identity.GroupID, value string) (bool, error) {
	n, err := tx.q.exec(ctx, `DELETE FROM parked WHERE workspace_id = $1 AND group_id = $2 AND value = $3`, tx.ws, g, value)
	tx.Tally().Parked -= n
	return n > 0, err
}

// UnparkFolded forgets the values of a group that fold to the same as value;
// false when there was none.
func (tx *Tx) UnparkFolded(ctx context.Context, g identity.GroupID, value string) (bool, error) {
	n, err := tx.q.exec(ctx, `DELETE FROM parked WHERE workspace_id = $1 AND group_id = $2 AND value_key = $3`, tx.ws, g, identity.Fold(value))
	tx.Tally().Parked -= n
	return n > 0, err
}

// UnparkBefore forgets what was parked before a time, and says how much.
func (tx *Tx) UnparkBefore(ctx context.Context, t time.Time) (int64, error) {
	n, err := tx.q.exec(ctx, `DELETE FROM parked WHERE workspace_id = $1 AND at < $2`, tx.ws, micros(t))
	tx.Tally().Parked -= n
	return n, err
}
