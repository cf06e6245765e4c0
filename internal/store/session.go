package store

import (
	"context"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
)

const sessionColumns = `n.hash, n.id, n.person_id, n.method, n.agent, n.remote, n.created, n.proved, n.seen, n.expires`

func scanSession(s scanner) (n identity.Session, err error) {
	var created, proved, seen, expires int64
	err = s.Scan(&n.Hash, &n.ID, &n.Person, &n.Method, &n.Agent, &n.Remote, &created, &proved, &seen, &expires)
	n.Created, n.Proved, n.Seen, n.Expires = fromMicros(created), fromMicros(proved), fromMicros(seen), fromMicros(expires)
	return n, err
}

// SessionByHash finds a session by the digest of its secret.
func (s *Store) SessionByHash(ctx context.Context, hash string) (identity.Session, bool, error) {
	return one(ctx, s.engine.reader(), scanSession, `SELECT `+sessionColumns+` FROM session n WHERE n.hash = $1`, hash)
}

// Sessions lists a person's sessions, oldest first.
func (s *Store) Sessions(ctx context.Context, id identity.PersonID) ([]identity.Session, error) {
	return many(ctx, s.engine.reader(), scanSession, `SELECT `+sessionColumns+` FROM session n WHERE n.person_id = $1 ORDER BY n.id`, id)
}

// InsertSession adds a session.
func (tx *Tx) InsertSession(ctx context.Context, n *identity.Session) error {
	_, err := tx.q.exec(ctx, `INSERT INTO session (hash, id, person_id, method, agent, remote, created, proved, seen, expires)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		n.Hash, n.ID, n.Person, n.Method, n.Agent, n.Remote, micros(n.Created), micros(n.Proved), micros(n.Seen), micros(n.Expires))
	return err
}

// RotateSession gives a session another secret, and notes when a credential was
// shown last; false means that the session has ended, or was rotated meanwhile.
func (tx *Tx) RotateSession(ctx context.Context, seen, hash string, proved time.Time) (bool, error) {
	n, err := tx.q.exec(ctx, `UPDATE session SET hash = $2, proved = $3 WHERE hash = $1`, seen, hash, micros(proved))
	return n > 0, err
}

// TouchSession notes when a session was seen last, and from where.
func (tx *Tx) TouchSession(ctx context.Context, hash string, at time.Time, remote string) error {
	_, err := tx.q.exec(ctx, `UPDATE session SET seen = $2, remote = $3 WHERE hash = $1 AND seen < $2`, hash, micros(at), remote)
	return err
}

// EndSession ends one session of a person; false means that there is none such.
func (tx *Tx) EndSession(ctx context.Context, person identity.PersonID, id identity.SessionID) (bool, error) {
	n, err := tx.q.exec(ctx, `DELETE FROM session WHERE person_id = $1 AND id = $2`, person, id)
	return n > 0, err
}

// EndSessions ends a person's sessions, all but one ("" for all), and says how many.
func (tx *Tx) EndSessions(ctx context.Context, person identity.PersonID, but identity.SessionID) (int64, error) {
	return tx.q.exec(ctx, `DELETE FROM session WHERE person_id = $1 AND id <> $2`, person, but)
}

const membershipColumns = `b.workspace_id, w.slug, w.name, b.member_id, m.address, m.state, b.barred`

func scanMembership(s scanner) (m identity.Membership, err error) {
	var barred int64
	err = s.Scan(&m.Workspace, &m.Slug, &m.Name, &m.Member, &m.Address, &m.State, &barred)
	m.Barred = fromMicros(barred)
	return m, err
}

// Memberships lists the workspaces that a person has a member in, in no order,
// those where the member is inactive too. Only the person may see the list.
func (s *Store) Memberships(ctx context.Context, id identity.PersonID) ([]identity.Membership, error) {
	return memberships(ctx, s.engine.reader(), id)
}

// Memberships lists them as the transaction sees them.
func (tx *Tx) Memberships(ctx context.Context, id identity.PersonID) ([]identity.Membership, error) {
	return memberships(ctx, tx.q, id)
}

func memberships(ctx context.Context, q querier, id identity.PersonID) ([]identity.Membership, error) {
	return many(ctx, q, scanMembership, `SELECT `+membershipColumns+` FROM member_person b
		CROSS JOIN member m CROSS JOIN workspace w
		WHERE b.person_id = $1 AND m.workspace_id = b.workspace_id AND m.id = b.member_id AND w.id = b.workspace_id /* any workspace */`, id)
}

// BindMember makes a member a person's; false means that it is somebody's already.
func (tx *Tx) BindMember(ctx context.Context, m *identity.Member, p identity.PersonID, at time.Time) (bool, error) {
	n, err := tx.q.exec(ctx, `INSERT INTO member_person (workspace_id, member_id, person_id, since, barred, address_key) VALUES ($1, $2, $3, $4, 0, $5) ON CONFLICT DO NOTHING`,
		tx.ws, m.ID, p, micros(at), identity.Fold(m.Address))
	return n > 0, err
}

// PersonOf finds the person that a member belongs to.
func (r *Reader) PersonOf(ctx context.Context, m identity.MemberID) (identity.PersonID, bool, error) {
	id, found, err := one(ctx, r.q, scanText, `SELECT b.person_id FROM member_person b WHERE b.workspace_id = $1 AND b.member_id = $2`, r.ws, m)
	return identity.PersonID(id), found, err
}

// MembersOfPerson lists the members of the workspace that are one person's.
func (r *Reader) MembersOfPerson(ctx context.Context, p identity.PersonID) ([]identity.MemberID, error) {
	ids, err := many(ctx, r.q, scanText, `SELECT b.member_id FROM member_person b WHERE b.person_id = $2 AND b.workspace_id = $1`, r.ws, p)
	out := make([]identity.MemberID, len(ids))
	for i, id := range ids {
		out[i] = identity.MemberID(id)
	}
	return out, err
}

// turnMember does what a member's new address or state means for signing in: the
// links to the old address end, and those of one who is inactive, who is barred.
func (tx *Tx) turnMember(ctx context.Context, before, m *identity.Member) error {
	moved := identity.Fold(before.Address) != identity.Fold(m.Address)
	if moved {
		if _, err := tx.q.exec(ctx, `UPDATE member_person SET address_key = $3 WHERE workspace_id = $1 AND member_id = $2`, tx.ws, m.ID, identity.Fold(m.Address)); err != nil {
			return err
		}
	}
	left := m.State == identity.Inactive
	if moved || left {
		if err := tx.RevokeLinksOf(ctx, m.ID, tx.s.Now()); err != nil {
			return err
		}
	}
	if !left {
		return nil
	}
	return tx.BarMember(ctx, m.ID)
}

// BarMember keeps the sessions that its person has now out of the workspace, for
// good: whoever comes back signs in anew.
func (tx *Tx) BarMember(ctx context.Context, m identity.MemberID) error {
	_, err := tx.q.exec(ctx, `UPDATE member_person SET barred = $3 WHERE workspace_id = $1 AND member_id = $2`, tx.ws, m, micros(tx.s.Now()))
	return err
}

// EndSessionByHash ends the session with the digest, if there is one.
func (tx *Tx) EndSessionByHash(ctx context.Context, hash string) error {
	_, err := tx.q.exec(ctx, `DELETE FROM session WHERE hash = $1`, hash)
	return err
}
