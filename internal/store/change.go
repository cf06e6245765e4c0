package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/anteroom-id/anteroom/internal/identity"
)

// usualValues is room for the values of nearly every change, in bytes.
const usualValues = 3 << 10

// Log appends a change to the workspace's log, in the same commit as the change
// itself. The digest covers the values and a salt that is kept with them, so
// that it cannot be used to guess them once they are erased.
func (tx *Tx) Log(ctx context.Context, o identity.Origin, v identity.Verb, subject identity.Subject, values []identity.Delta) error {
	var random [12]byte
	rand.Read(random[:])
	salt := hex.EncodeToString(random[:])
	salted, err := identity.AppendDeltas(append(make([]byte, 0, usualValues), salt...), values)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(salted)
	t := tx.Tally()
	t.Seq++
	if _, err := tx.q.exec(ctx, `INSERT INTO change_log (workspace_id, seq, at, actor, source, verb, subject_kind, subject_id, request_id, digest, stamp)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		tx.ws, t.Seq, micros(tx.s.Now()), o.Actor.String(), o.Source, v, subject.Kind, subject.ID, o.RequestID, hex.EncodeToString(sum[:]), tx.stamp); err != nil {
		return err
	}
	_, err = tx.q.exec(ctx, `INSERT INTO change_value (workspace_id, seq, salt, body) VALUES ($1, $2, $3, $4)`, tx.ws, t.Seq, salt, string(salted[len(salt):]))
	return err
}

const changeColumns = `c.workspace_id, c.seq, c.at, c.actor, c.source, c.verb, c.subject_kind, c.subject_id, c.request_id, c.digest, c.stamp, coalesce(v.body, '')`

// WorkspaceChange is a change and the workspace that it happened in.
type WorkspaceChange struct {
	Workspace identity.WorkspaceID
	identity.Change
}

func scanWorkspaceChange(s scanner) (c WorkspaceChange, err error) {
	var at int64
	var body string
	if err = s.Scan(&c.Workspace, &c.Seq, &at, &c.Actor, &c.Source, &c.Verb, &c.Subject.Kind, &c.Subject.ID, &c.RequestID, &c.Digest, &c.Stamp, &body); err != nil {
		return c, err
	}
	c.At = fromMicros(at)
	if body != "" {
		err = json.Unmarshal([]byte(body), &c.Values)
	}
	return c, err
}

func scanChange(s scanner) (identity.Change, error) {
	c, err := scanWorkspaceChange(s)
	return c.Change, err
}

// Changes lists up to limit changes behind a sequence number, in order.
func (r *Reader) Changes(ctx context.Context, after int64, limit int) ([]identity.Change, error) {
	return many(ctx, r.q, scanChange, `SELECT `+changeColumns+` FROM change_log c
		LEFT JOIN change_value v ON v.workspace_id = c.workspace_id AND v.seq = c.seq
		WHERE c.workspace_id = $1 AND c.seq > $2 ORDER BY c.seq LIMIT $3 + 0`, r.ws, after, limit)
}

// ChangesOf lists up to limit changes of one subject, newest first.
func (r *Reader) ChangesOf(ctx context.Context, subjectID string, limit int) ([]identity.Change, error) {
	return many(ctx, r.q, scanChange, `SELECT `+changeColumns+` FROM change_log c
		LEFT JOIN change_value v ON v.workspace_id = c.workspace_id AND v.seq = c.seq
		WHERE c.workspace_id = $1 AND c.subject_id = $2 ORDER BY c.seq DESC LIMIT $3 + 0`, r.ws, subjectID, limit)
}

// Horizon is the commit stamp below which every change is visible: a reader
// across workspaces that stops below it, and starts there next time, never
// skips a change that commits late.
func (s *Store) Horizon(ctx context.Context) (int64, error) {
	h, _, err := one(ctx, s.engine.reader(), scanInt, s.dialect.horizon)
	return h, err
}

// ChangesBetween lists up to limit changes of all workspaces with a stamp from
// low up to below high, ordered by stamp, workspace and sequence number, behind
// the position given by the last row already read (its stamp being low).
func (s *Store) ChangesBetween(ctx context.Context, low, high int64, afterWS identity.WorkspaceID, afterSeq int64, limit int) ([]WorkspaceChange, error) {
	return many(ctx, s.engine.reader(), scanWorkspaceChange, `SELECT `+changeColumns+` FROM change_log c
		LEFT JOIN change_value v ON v.workspace_id = c.workspace_id AND v.seq = c.seq
		WHERE c.stamp >= $1 AND c.stamp < $2 AND (c.stamp, c.workspace_id, c.seq) > ($1, $3, $4)
		ORDER BY c.stamp, c.workspace_id, c.seq LIMIT $5 + 0 /* any workspace */`, low, high, afterWS, afterSeq, limit)
}
