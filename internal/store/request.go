package store

import (
	"context"
	"strings"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
)

// InsertRequest keeps a request in the provisioning log.
func (tx *Tx) InsertRequest(ctx context.Context, r *identity.Request) error {
	_, err := tx.q.exec(ctx, `INSERT INTO request_log (workspace_id, id, at, actor, method, path, status, cause, detail, duration, agent, remote, client_id, subject, sent, notes)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
		ON CONFLICT (workspace_id, id) DO UPDATE SET status = excluded.status, cause = excluded.cause, detail = excluded.detail, duration = excluded.duration`,
		tx.ws, r.ID, micros(r.At), r.Actor, r.Method, r.Path, r.Status, r.Cause, r.Detail, r.Duration.Microseconds(),
		r.Agent, r.Remote, r.ClientID, r.Subject, r.Sent, strings.Join(r.Notes, "\n"))
	return err
}

const requestColumns = `id, at, actor, method, path, status, cause, detail, duration, agent, remote, client_id, subject, sent, notes`

func scanRequest(s scanner) (r identity.Request, err error) {
	var at, took int64
	var notes string
	err = s.Scan(&r.ID, &at, &r.Actor, &r.Method, &r.Path, &r.Status, &r.Cause, &r.Detail, &took, &r.Agent, &r.Remote, &r.ClientID, &r.Subject, &r.Sent, &notes)
	r.At, r.Duration = fromMicros(at), time.Duration(took)*time.Microsecond
	if notes != "" {
		r.Notes = strings.Split(notes, "\n")
	}
	return r, err
}

// Requests lists up to limit requests older than the given one ("" for the
// newest), newest first.
func (r *Reader) Requests(ctx context.Context, before identity.RequestID, limit int) ([]identity.Request, error) {
	if before == "" {
		before = "req_zzzzzzzzzzzzzzzzzzzzzzzzzzz" // above every id in any collation
	}
	return many(ctx, r.q, scanRequest, `SELECT `+requestColumns+` FROM request_log WHERE workspace_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3 + 0`, r.ws, before, limit)
}

// DeleteRequests removes up to limit requests made before a time, and says how
// many there were.
func (tx *Tx) DeleteRequests(ctx context.Context, before time.Time, limit int) (int64, error) {
	return tx.q.exec(ctx, `DELETE FROM request_log WHERE workspace_id = $1 AND id IN
		(SELECT id FROM request_log WHERE workspace_id = $1 AND id < $2 ORDER BY id LIMIT $3 + 0)`, tx.ws, identity.RequestIDAt(before), limit)
}
