package store

import (
	"context"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
)

// InsertRequest keeps a request in the provisioning log.
func (tx *Tx) InsertRequest(ctx context.Context, r *identity.Request) error {
	return tx.InsertEntry(ctx, r.ID, r.Status, r.AppendEntry(nil))
}

// InsertEntry is InsertRequest for an entry that was written beforehand.
func (tx *Tx) InsertEntry(ctx context.Context, id identity.RequestID, status int, entry []byte) error {
	_, err := tx.q.exec(ctx, `INSERT INTO request_log (workspace_id, id, status, entry) VALUES ($1, $2, $3, $4)
		ON CONFLICT (workspace_id, id) DO UPDATE SET status = excluded.status, entry = excluded.entry`, tx.ws, id, status, string(entry))
	return err
}

func scanRequest(s scanner) (r identity.Request, err error) {
	var entry []byte
	if err = s.Scan(&r.ID, &r.Status, &entry); err == nil {
		err = r.ReadEntry(entry)
	}
	return r, err
}

// Requests lists up to limit requests older than the given one ("" for the
// newest), newest first.
func (r *Reader) Requests(ctx context.Context, before identity.RequestID, limit int) ([]identity.Request, error) {
	if before == "" {
		before = "req_zzzzzzzzzzzzzzzzzzzzzzzzzzz" // above every id in any collation
	}
	return many(ctx, r.q, scanRequest, `SELECT id, status, entry FROM request_log WHERE workspace_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3 + 0`, r.ws, before, limit)
}

// DeleteRequests removes up to limit requests made before a time, and says how
// many there were.
func (tx *Tx) DeleteRequests(ctx context.Context, before time.Time, limit int) (int64, error) {
	return tx.q.exec(ctx, `DELETE FROM request_log WHERE workspace_id = $1 AND id IN
		(SELECT id FROM request_log WHERE workspace_id = $1 AND id < $2 ORDER BY id LIMIT $3 + 0)`, tx.ws, identity.RequestIDAt(before), limit)
}
