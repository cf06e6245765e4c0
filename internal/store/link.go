package store

import (
	"context"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
)

const linkColumns = `workspace_id, id, hash, kind, member_id, connection_id, address, issued_by, created, expires, used, revoked`

func scanLink(s scanner) (l identity.Link, err error) {
	var created, expires, used, revoked int64
	err = s.Scan(&l.Workspace, &l.ID, &l.Hash, &l.Kind, &l.Member, &l.Connection, &l.Address, &l.IssuedBy, &created, &expires, &used, &revoked)
	l.Created, l.Expires, l.Used, l.Revoked = fromMicros(created), fromMicros(expires), fromMicros(used), fromMicros(revoked)
	return l, err
}

// LinkByHash finds the link with the digest, in any workspace: it is the link
// that says where it leads.
func (s *Store) LinkByHash(ctx context.Context, hash string) (identity.Link, bool, error) {
	return one(ctx, s.engine.reader(), scanLink, `SELECT `+linkColumns+` FROM link WHERE hash = $1 /* any workspace */`, hash)
}

// Links lists the workspace's links, oldest first, those that have ended too.
func (r *Reader) Links(ctx context.Context) ([]identity.Link, error) {
	return many(ctx, r.q, scanLink, `SELECT `+linkColumns+` FROM link WHERE workspace_id = $1 ORDER BY id`, r.ws)
}

// InsertLink adds a link.
func (tx *Tx) InsertLink(ctx context.Context, l *identity.Link) error {
	_, err := tx.q.exec(ctx, `INSERT INTO link (`+linkColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		tx.ws, l.ID, l.Hash, l.Kind, l.Member, l.Connection, l.Address, l.IssuedBy, micros(l.Created), micros(l.Expires), micros(l.Used), micros(l.Revoked))
	return err
}

// UseLink uses a link up; false means that it was used, revoked, or is too old.
func (tx *Tx) UseLink(ctx context.Context, id identity.LinkID, now time.Time) (bool, error) {
	n, err := tx.q.exec(ctx, `UPDATE link SET used = $3 WHERE workspace_id = $1 AND id = $2 AND used = 0 AND revoked = 0 AND expires > $3`, tx.ws, id, micros(now))
	return n > 0, err
}

// RevokeLink ends a link; false means that there is none of that id that still lives.
func (tx *Tx) RevokeLink(ctx context.Context, id identity.LinkID, now time.Time) (bool, error) {
	n, err := tx.q.exec(ctx, `UPDATE link SET revoked = $3 WHERE workspace_id = $1 AND id = $2 AND used = 0 AND revoked = 0 AND expires > $3`, tx.ws, id, micros(now))
	return n > 0, err
}

// RevokeLinksOf ends the links that would let a member in.
func (tx *Tx) RevokeLinksOf(ctx context.Context, m identity.MemberID, now time.Time) error {
	_, err := tx.q.exec(ctx, `UPDATE link SET revoked = $3 WHERE workspace_id = $1 AND member_id = $2 AND used = 0 AND revoked = 0`, tx.ws, m, micros(now))
	return err
}
