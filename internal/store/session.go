package store

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
)

const sessionColumns = `n.hash, n.id, n.person_id, n.method, n.agent, n.remote, n.created, n.proved, n.seen, n.expires,
	n.within, n.connection_id, n.subject, n.provider_session, n.name_id, coalesce(c.workspace_id, '')`

// sessionTables is where they come from: a session of a provider is at home in
// the workspace of its connection.
const sessionTables = ` FROM session n LEFT JOIN connection c ON c.id = n.connection_id AND n.connection_id <> ''`

func scanSession(s scanner) (n identity.Session, err error) {
	var created, proved, seen, expires int64
	err = s.Scan(&n.Hash, &n.ID, &n.Person, &n.Method, &n.Agent, &n.Remote, &created, &proved, &seen, &expires,
		&n.Within, &n.Connection, &n.Subject, &n.AtProvider, &n.NameID, &n.Home)
	n.Created, n.Proved, n.Seen, n.Expires = fromMicros(created), fromMicros(proved), fromMicros(seen), fromMicros(expires)
	return n, err
}

// SessionByHash finds a session by the digest of its secret.
func (s *Store) SessionByHash(ctx context.Context, hash string) (identity.Session, bool, error) {
	return sessionByHash(ctx, s.engine.reader(), hash)
}

func sessionByHash(ctx context.Context, q querier, hash string) (identity.Session, bool, error) {
	return one(ctx, q, scanSession, `SELECT `+sessionColumns+sessionTables+` WHERE n.hash = $1 /* any workspace */`, hash)
}

// Sessions lists a person's sessions, oldest first.
func (s *Store) Sessions(ctx context.Context, id identity.PersonID) ([]identity.Session, error) {
	return many(ctx, s.engine.reader(), scanSession, `SELECT `+sessionColumns+sessionTables+` WHERE n.person_id = $1 ORDER BY n.id /* any workspace */`, id)
}

// SessionsAtProvider lists the sessions that one of the workspace's connections
// began for a subject (identity.SubjectDigest), oldest first; of one session at
// the provider, or of all when that is "".
func (r *Reader) SessionsAtProvider(ctx context.Context, c identity.ConnectionID, subject, session string) ([]identity.Session, error) {
	all, err := many(ctx, r.q, scanSession, `SELECT `+sessionColumns+sessionTables+` WHERE n.connection_id = $2 AND n.connection_id <> '' AND n.subject = $3
		AND ($4 = '' OR n.provider_session = $4) AND c.workspace_id = $1`, r.ws, c, subject, session)
	return byAge(all), err
}

// SessionsNamed lists the sessions that one of the workspace's connections began
// and that the provider calls so, whoever's they are, oldest first.
func (r *Reader) SessionsNamed(ctx context.Context, c identity.ConnectionID, session string) ([]identity.Session, error) {
	all, err := many(ctx, r.q, scanSession, `SELECT `+sessionColumns+sessionTables+` WHERE n.connection_id = $2 AND n.connection_id <> ''
		AND n.provider_session = $3 AND n.provider_session <> '' AND c.workspace_id = $1`, r.ws, c, session)
	return byAge(all), err
}

// CountSessionsThrough counts the sessions that one of the workspace's connections
// began and that have not expired at a time, whichever workspaces they reach.
func (r *Reader) CountSessionsThrough(ctx context.Context, c identity.ConnectionID, now time.Time) (int64, error) {
	n, _, err := one(ctx, r.q, scanInt, `SELECT count(*) FROM session n CROSS JOIN connection c
		WHERE n.connection_id = $2 AND n.connection_id <> '' AND n.expires > $3 AND c.id = n.connection_id AND c.workspace_id = $1`, r.ws, c, micros(now))
	return n, err
}

// EndSessionsThrough ends the sessions that one of the workspace's connections
// began, whichever workspaces they reach.
func (tx *Tx) EndSessionsThrough(ctx context.Context, c identity.ConnectionID) error {
	_, err := tx.q.exec(ctx, `DELETE FROM session WHERE connection_id = $2 AND connection_id <> ''
		AND EXISTS (SELECT 1 FROM connection c WHERE c.id = $2 AND c.workspace_id = $1)`, tx.ws, c)
	return err
}

func byAge(all []identity.Session) []identity.Session {
	slices.SortFunc(all, func(a, b identity.Session) int { return cmp.Compare(a.ID, b.ID) })
	return all
}

// InsertSession adds a session.
func (tx *Tx) InsertSession(ctx context.Context, n *identity.Session) error {
	_, err := tx.q.exec(ctx, `INSERT INTO session (hash, id, person_id, method, agent, remote, created, proved, seen, expires,
			within, connection_id, subject, provider_session, name_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
		n.Hash, n.ID, n.Person, n.Method, n.Agent, n.Remote, micros(n.Created), micros(n.Proved), micros(n.Seen), micros(n.Expires),
		n.Within, n.Connection, n.Subject, n.AtProvider, n.NameID)
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

// confined is which of a person's sessions one sees that reaches the workspace $3
// only: those that reach nothing else either, and those of its providers.
const confined = ` AND ($3 = '' OR within = $3 OR connection_id IN (SELECT c.id FROM connection c WHERE c.workspace_id = $3))`

// EndSession ends one session of a person, of those that reach one workspace only
// or that one of its providers began, or any for ""; false means that there is none
// such.
func (tx *Tx) EndSession(ctx context.Context, person identity.PersonID, id identity.SessionID, within identity.WorkspaceID) (bool, error) {
	n, err := tx.q.exec(ctx, `DELETE FROM session WHERE person_id = $1 AND id = $2`+confined, person, id, within)
	return n > 0, err
}

// EndSessionsWithin ends those of a person's sessions that reach one workspace only
// or that one of its providers began, or all for "", but one, and says how many.
func (tx *Tx) EndSessionsWithin(ctx context.Context, person identity.PersonID, but identity.SessionID, within identity.WorkspaceID) (int64, error) {
	return tx.q.exec(ctx, `DELETE FROM session WHERE person_id = $1 AND id <> $2`+confined, person, but, within)
}

// EndSessions ends a person's sessions, all but one ("" for all), and says how many.
func (tx *Tx) EndSessions(ctx context.Context, person identity.PersonID, but identity.SessionID) (int64, error) {
	return tx.q.exec(ctx, `DELETE FROM session WHERE person_id = $1 AND id <> $2`, person, but)
}

// A member is linked while the connection that it signs in through is in use: who
// is linked to one that was switched off, or removed, is not locked out.
const membershipColumns = `b.workspace_id, w.slug, w.name, b.member_id, m.display_name, m.address, m.state, b.barred,
	CASE WHEN o.enabled THEN b.linked ELSE 0 END, w.plan, w.settings, w.require_sso, CASE WHEN r.required THEN 1 ELSE 0 END, coalesce(r.exempt, 0)`

func scanMembership(s scanner) (m identity.Membership, err error) {
	var barred, linked, required, exempt int64
	var settings, require string
	if err = s.Scan(&m.Workspace, &m.Slug, &m.Name, &m.Member, &m.Called, &m.Address, &m.State, &barred,
		&linked, &m.Plan, &settings, &require, &required, &exempt); err != nil {
		return m, err
	}
	m.Barred, m.Linked, m.Required, m.Exempt = fromMicros(barred), fromMicros(linked), required != 0, fromMicros(exempt)
	set, err := identity.ReadSettings(settings)
	if err != nil {
		return m, err
	}
	m.Entitlements = set.Entitlements
	m.Require, err = identity.ReadRequireSSO(require)
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
		LEFT JOIN sign_on o ON o.workspace_id = b.workspace_id AND o.connection_id = b.linked_by AND b.linked > 0
		LEFT JOIN sso_rule r ON r.workspace_id = b.workspace_id AND r.member_id = b.member_id
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
