package store

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
)

// Subject is a name that stays, which an identity provider has for a member.
type Subject struct {
	Connection identity.ConnectionID
	Issuer     string
	Subject    string
	Member     identity.MemberID
	Since      time.Time
	LastUsed   time.Time
}

const subjectColumns = `s.connection_id, s.issuer, s.subject, s.member_id, s.since, s.last_used`

func scanSubject(s scanner) (u Subject, err error) {
	var since, used int64
	err = s.Scan(&u.Connection, &u.Issuer, &u.Subject, &u.Member, &since, &used)
	u.Since, u.LastUsed = fromMicros(since), fromMicros(used)
	return u, err
}

// Subject finds whom a connection's provider calls so. Both are compared exactly.
func (r *Reader) Subject(ctx context.Context, c identity.ConnectionID, issuer, subject string) (Subject, bool, error) {
	return one(ctx, r.q, scanSubject, `SELECT `+subjectColumns+` FROM subject s WHERE s.workspace_id = $1 AND s.connection_id = $2 AND s.issuer = $3 AND s.subject = $4`,
		r.ws, c, issuer, subject)
}

// SubjectsOf lists the names that providers have for a member, the oldest first.
func (r *Reader) SubjectsOf(ctx context.Context, m identity.MemberID) ([]Subject, error) {
	all, err := many(ctx, r.q, scanSubject, `SELECT `+subjectColumns+` FROM subject s WHERE s.workspace_id = $1 AND s.member_id = $2`, r.ws, m)
	slices.SortFunc(all, func(a, b Subject) int { return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.Issuer, b.Issuer)) })
	return all, err
}

// BindSubject makes a name a member's; false means that it is somebody's already.
func (tx *Tx) BindSubject(ctx context.Context, u *Subject) (bool, error) {
	n, err := tx.q.exec(ctx, `INSERT INTO subject (workspace_id, connection_id, issuer, subject, member_id, since, last_used) VALUES ($1, $2, $3, $4, $5, $6, $6) ON CONFLICT DO NOTHING`,
		tx.ws, u.Connection, u.Issuer, u.Subject, u.Member, micros(u.Since))
	return n > 0, err
}

// TouchSubject notes when a name was used last.
func (tx *Tx) TouchSubject(ctx context.Context, u *Subject, at time.Time) error {
	_, err := tx.q.exec(ctx, `UPDATE subject SET last_used = $5 WHERE workspace_id = $1 AND connection_id = $2 AND issuer = $3 AND subject = $4`,
		tx.ws, u.Connection, u.Issuer, u.Subject, micros(at))
	return err
}

// UnbindSubjects takes the names away that providers have for a member, and says
// how many.
func (tx *Tx) UnbindSubjects(ctx context.Context, m identity.MemberID) (int64, error) {
	return tx.q.exec(ctx, `DELETE FROM subject WHERE workspace_id = $1 AND member_id = $2`, tx.ws, m)
}

// Linking is since when a member signs in through a provider, and through which
// connection.
type Linking struct {
	Person identity.PersonID
	Since  time.Time // zero: it does not
	By     identity.ConnectionID
	InUse  bool // that connection is in use; otherwise the linking does not count
}

// Linking reads it; false when the member is nobody's yet.
func (r *Reader) Linking(ctx context.Context, m identity.MemberID) (Linking, bool, error) {
	return one(ctx, r.q, func(s scanner) (l Linking, err error) {
		var since, inUse int64
		err = s.Scan(&l.Person, &since, &l.By, &inUse)
		l.Since, l.InUse = fromMicros(since), inUse != 0
		return l, err
	}, `SELECT b.person_id, b.linked, b.linked_by, CASE WHEN o.enabled THEN 1 ELSE 0 END FROM member_person b
		LEFT JOIN sign_on o ON o.workspace_id = b.workspace_id AND o.connection_id = b.linked_by
		WHERE b.workspace_id = $1 AND b.member_id = $2`, r.ws, m)
}

// LinkMember notes through which connection a member signs in, since when; the
// zero time takes that away.
func (tx *Tx) LinkMember(ctx context.Context, m identity.MemberID, c identity.ConnectionID, since time.Time) error {
	_, err := tx.q.exec(ctx, `UPDATE member_person SET linked = $3, linked_by = $4 WHERE workspace_id = $1 AND member_id = $2`, tx.ws, m, micros(since), c)
	return err
}
