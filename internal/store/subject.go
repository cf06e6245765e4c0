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
	Trust      int64 // of the SignOn for which the member has proven the old credential; 0 for none
}

const subjectColumns = `s.connection_id, s.issuer, s.subject, s.member_id, s.since, s.last_used, s.trust`

func scanSubject(s scanner) (u Subject, err error) {
	var since, used int64
	err = s.Scan(&u.Connection, &u.Issuer, &u.Subject, &u.Member, &since, &used, &u.Trust)
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
	n, err := tx.q.exec(ctx, `INSERT INTO subject (workspace_id, connection_id, issuer, subject, member_id, since, last_used, trust) VALUES ($1, $2, $3, $4, $5, $6, $6, $7) ON CONFLICT DO NOTHING`,
		tx.ws, u.Connection, u.Issuer, u.Subject, u.Member, micros(u.Since), u.Trust)
	return n > 0, err
}

// TouchSubject notes when a name was used last, and its trust when that is higher.
func (tx *Tx) TouchSubject(ctx context.Context, u *Subject, at time.Time) error {
	_, err := tx.q.exec(ctx, `UPDATE subject SET last_used = $5, trust = CASE WHEN trust < $6 THEN $6 ELSE trust END WHERE workspace_id = $1 AND connection_id = $2 AND issuer = $3 AND subject = $4`,
		tx.ws, u.Connection, u.Issuer, u.Subject, micros(at), u.Trust)
	return err
}

// UnbindSubject makes a name nobody's.
func (tx *Tx) UnbindSubject(ctx context.Context, u *Subject) error {
	_, err := tx.q.exec(ctx, `DELETE FROM subject WHERE workspace_id = $1 AND connection_id = $2 AND issuer = $3 AND subject = $4`, tx.ws, u.Connection, u.Issuer, u.Subject)
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
	InUse  bool  // that connection is in use; otherwise the linking does not count
	Trust  int64 // as of Subject
}

// Linking reads it; false when the member is nobody's yet.
func (r *Reader) Linking(ctx context.Context, m identity.MemberID) (Linking, bool, error) {
	return one(ctx, r.q, func(s scanner) (l Linking, err error) {
		var since, inUse int64
		err = s.Scan(&l.Person, &since, &l.By, &inUse, &l.Trust)
		l.Since, l.InUse = fromMicros(since), inUse != 0
		return l, err
	}, `SELECT b.person_id, b.linked, b.linked_by, CASE WHEN o.enabled THEN 1 ELSE 0 END, b.trust FROM member_person b
		LEFT JOIN sign_on o ON o.workspace_id = b.workspace_id AND o.connection_id = b.linked_by
		WHERE b.workspace_id = $1 AND b.member_id = $2`, r.ws, m)
}

// LinkMember notes through which connection a member signs in, since when; the
// zero time takes that away. The trust is 0 from then on.
func (tx *Tx) LinkMember(ctx context.Context, m identity.MemberID, c identity.ConnectionID, since time.Time) error {
	_, err := tx.q.exec(ctx, `UPDATE member_person SET linked = $3, linked_by = $4, trust = 0 WHERE workspace_id = $1 AND member_id = $2`, tx.ws, m, micros(since), c)
	return err
}

// TrustLink notes for which trust of its connection a member who is linked has
// proven the old credential.
func (tx *Tx) TrustLink(ctx context.Context, m identity.MemberID, trust int64) error {
	_, err := tx.q.exec(ctx, `UPDATE member_person SET trust = $3 WHERE workspace_id = $1 AND member_id = $2`, tx.ws, m, trust)
	return err
}

// WasMember reports whether a member whose resource was deleted had an address or
// a user name, folded to key.
func (r *Reader) WasMember(ctx context.Context, key string) (bool, error) {
	if key == "" {
		return false, nil
	}
	_, found, err := one(ctx, r.q, scanText, `SELECT m.id FROM member m WHERE m.workspace_id = $1 AND m.resource_id IS NULL AND (m.user_key = $2 OR m.address_key = $2) LIMIT 1`, r.ws, key)
	return found, err
}
