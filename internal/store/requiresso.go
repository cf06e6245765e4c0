package store

import (
	"context"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
)

// RequireSSO reads how far the workspace requires its provider.
func (r *Reader) RequireSSO(ctx context.Context) (identity.RequireSSO, error) {
	text, _, err := one(ctx, r.q, scanText, `SELECT w.require_sso FROM workspace w WHERE w.id = $1`, r.ws)
	if err != nil {
		return identity.RequireSSO{}, err
	}
	return identity.ReadRequireSSO(text)
}

// SetRequireSSO writes how far the workspace requires its provider.
func (tx *Tx) SetRequireSSO(ctx context.Context, r *identity.RequireSSO) error {
	_, err := tx.q.exec(ctx, `UPDATE workspace SET require_sso = $2 WHERE id = $1`, tx.ws, string(r.AppendJSON(nil)))
	return err
}

// Requiring is a workspace that says something about its provider.
type Requiring struct {
	Workspace identity.WorkspaceID
	Rule      identity.RequireSSO
}

// Requiring lists the workspaces that require their provider, or report.
func (s *Store) Requiring(ctx context.Context) ([]Requiring, error) {
	return many(ctx, s.engine.reader(), func(s scanner) (out Requiring, err error) {
		var text string
		if err = s.Scan(&out.Workspace, &text); err == nil {
			out.Rule, err = identity.ReadRequireSSO(text)
		}
		return out, err
	}, `SELECT w.id, w.require_sso FROM workspace w WHERE w.require_sso <> '' ORDER BY w.id`)
}

const ssoRuleColumns = `s.member_id, s.required, s.exempt, s.reason, s.set_by`

func scanSSORule(s scanner) (r identity.SSORule, err error) {
	var exempt int64
	err = s.Scan(&r.Member, &r.Required, &exempt, &r.Reason, &r.SetBy)
	r.Exempt = fromMicros(exempt)
	return r, err
}

// SSORules lists the members for whom requiring the provider is said one by one,
// by their ids.
func (r *Reader) SSORules(ctx context.Context) ([]identity.SSORule, error) {
	return many(ctx, r.q, scanSSORule, `SELECT `+ssoRuleColumns+` FROM sso_rule s WHERE s.workspace_id = $1 ORDER BY s.member_id`, r.ws)
}

// SSORule finds what is said of one member.
func (r *Reader) SSORule(ctx context.Context, m identity.MemberID) (identity.SSORule, bool, error) {
	return one(ctx, r.q, scanSSORule, `SELECT `+ssoRuleColumns+` FROM sso_rule s WHERE s.workspace_id = $1 AND s.member_id = $2`, r.ws, m)
}

// SaveSSORule writes what is said of one member; what says nothing is removed.
func (tx *Tx) SaveSSORule(ctx context.Context, r *identity.SSORule) error {
	if !r.Required && r.Exempt.IsZero() {
		_, err := tx.q.exec(ctx, `DELETE FROM sso_rule WHERE workspace_id = $1 AND member_id = $2`, tx.ws, r.Member)
		return err
	}
	_, err := tx.q.exec(ctx, `INSERT INTO sso_rule (workspace_id, member_id, required, exempt, reason, set_by) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (workspace_id, member_id) DO UPDATE SET required = excluded.required, exempt = excluded.exempt, reason = excluded.reason, set_by = excluded.set_by`,
		tx.ws, r.Member, r.Required, micros(r.Exempt), r.Reason, r.SetBy)
	return err
}

// Local is a member who signs in with a credential of ours.
type Local struct {
	Member identity.MemberID
	Linked bool // signed in through a provider once that is not in use now
}

// who of the workspace's members signs in here: they are some person's, not
// inactive, not exempt, and not linked through a connection that is in use. Of the
// arguments $2 is the time, and $3 whether only the named people count.
const localMembers = ` FROM member_person b JOIN member m ON m.workspace_id = b.workspace_id AND m.id = b.member_id
	LEFT JOIN sso_rule s ON s.workspace_id = b.workspace_id AND s.member_id = b.member_id
	WHERE b.workspace_id = $1 AND m.state <> 'inactive' AND (s.exempt IS NULL OR s.exempt <= $2) AND (s.required OR $3 = 0)
	AND (b.linked = 0 OR NOT EXISTS (SELECT 1 FROM sign_on o WHERE o.workspace_id = b.workspace_id AND o.connection_id = b.linked_by AND o.enabled))`

// Locals lists up to limit members behind one who would be refused if the provider
// were required of everybody, or of the named people, in the order of their ids.
func (r *Reader) Locals(ctx context.Context, named bool, now time.Time, after identity.MemberID, limit int) ([]Local, error) {
	return many(ctx, r.q, func(s scanner) (l Local, err error) {
		return l, s.Scan(&l.Member, &l.Linked)
	}, `SELECT b.member_id, b.linked > 0`+localMembers+` AND b.member_id > $4 ORDER BY b.member_id LIMIT $5 + 0`, r.ws, micros(now), number(named), after, limit)
}

// CountLocals counts them.
func (r *Reader) CountLocals(ctx context.Context, named bool, now time.Time) (int64, error) {
	n, _, err := one(ctx, r.q, scanInt, `SELECT count(*)`+localMembers, r.ws, micros(now), number(named))
	return n, err
}

// CountLinked counts the members who sign in through a connection that is in use.
func (r *Reader) CountLinked(ctx context.Context) (int64, error) {
	n, _, err := one(ctx, r.q, scanInt, `SELECT count(*) FROM member_person b JOIN member m ON m.workspace_id = b.workspace_id AND m.id = b.member_id
		JOIN sign_on o ON o.workspace_id = b.workspace_id AND o.connection_id = b.linked_by
		WHERE b.workspace_id = $1 AND b.linked > 0 AND m.state <> 'inactive' AND o.enabled`, r.ws)
	return n, err
}

func number(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// ReplaceWorkspaceRecovery gives the workspace other recovery codes, by their
// digests; those that were there are worth nothing any more.
func (tx *Tx) ReplaceWorkspaceRecovery(ctx context.Context, hashes []string, at time.Time) error {
	if _, err := tx.q.exec(ctx, `DELETE FROM workspace_recovery WHERE workspace_id = $1`, tx.ws); err != nil {
		return err
	}
	for _, h := range hashes {
		if _, err := tx.q.exec(ctx, `INSERT INTO workspace_recovery (workspace_id, hash, created, used, used_by) VALUES ($1, $2, $3, 0, '')`, tx.ws, h, micros(at)); err != nil {
			return err
		}
	}
	return nil
}

// HasWorkspaceRecovery reports whether the workspace has a recovery code that was
// not used.
func (r *Reader) HasWorkspaceRecovery(ctx context.Context, hash string) (bool, error) {
	_, found, err := one(ctx, r.q, scanInt, `SELECT c.created FROM workspace_recovery c WHERE c.workspace_id = $1 AND c.hash = $2 AND c.used = 0`, r.ws, hash)
	return found, err
}

// UseWorkspaceRecovery uses one of the workspace's recovery codes up; false means
// that there is none such, or that it was used.
func (tx *Tx) UseWorkspaceRecovery(ctx context.Context, hash string, by identity.MemberID, at time.Time) (bool, error) {
	n, err := tx.q.exec(ctx, `UPDATE workspace_recovery SET used = $3, used_by = $4 WHERE workspace_id = $1 AND hash = $2 AND used = 0`, tx.ws, hash, micros(at), by)
	return n > 0, err
}

// WorkspaceRecovery counts the workspace's recovery codes that were not used, and
// says when they were issued; the zero time when there never were any.
func (r *Reader) WorkspaceRecovery(ctx context.Context) (left int64, issued time.Time, err error) {
	type row struct{ left, issued int64 }
	n, _, err := one(ctx, r.q, func(s scanner) (n row, err error) { return n, s.Scan(&n.left, &n.issued) },
		`SELECT count(CASE WHEN c.used = 0 THEN 1 END), COALESCE(max(c.created), 0) FROM workspace_recovery c WHERE c.workspace_id = $1`, r.ws)
	return n.left, fromMicros(n.issued), err
}
