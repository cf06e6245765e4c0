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
	return insertEntries(ctx, tx.q, []*job{{ws: tx.ws, log: &logEntry{id, status, string(entry)}}})
}

// logEntry is a request as it is kept.
type logEntry struct {
	id     identity.RequestID
	status int
	text   string // as identity.Request.AppendEntry writes it
}

// RecordLater keeps an entry of the provisioning log as Later does, several to a
// statement.
func (s *Store) RecordLater(ws identity.WorkspaceID, id identity.RequestID, status int, entry []byte) {
	s.commit.addLater(&job{ws: ws, log: &logEntry{id, status, string(entry)}})
}

const (
	insertEntry  = `INSERT INTO request_log (workspace_id, id, status, entry) VALUES `
	replaceEntry = ` ON CONFLICT (workspace_id, id) DO UPDATE SET status = excluded.status, entry = excluded.entry`
	eightEntries = ` ($1, $2, $3, $4), ($5, $6, $7, $8), ($9, $10, $11, $12), ($13, $14, $15, $16),
		($17, $18, $19, $20), ($21, $22, $23, $24), ($25, $26, $27, $28), ($29, $30, $31, $32)`
	twentyFourMore = `, ($33, $34, $35, $36), ($37, $38, $39, $40), ($41, $42, $43, $44), ($45, $46, $47, $48),
		($49, $50, $51, $52), ($53, $54, $55, $56), ($57, $58, $59, $60), ($61, $62, $63, $64),
		($65, $66, $67, $68), ($69, $70, $71, $72), ($73, $74, $75, $76), ($77, $78, $79, $80),
		($81, $82, $83, $84), ($85, $86, $87, $88), ($89, $90, $91, $92), ($93, $94, $95, $96),
		($97, $98, $99, $100), ($101, $102, $103, $104), ($105, $106, $107, $108), ($109, $110, $111, $112),
		($113, $114, $115, $116), ($117, $118, $119, $120), ($121, $122, $123, $124), ($125, $126, $127, $128)`
)

// insertEntries writes entries of the provisioning log. One statement for eight
// costs half of eight statements.
func insertEntries(ctx context.Context, q querier, entries []*job) error {
	var args []any
	for len(entries) > 0 {
		n, text := 1, insertEntry+`($1, $2, $3, $4)`+replaceEntry
		switch {
		case len(entries) >= 32:
			n, text = 32, insertEntry+eightEntries+twentyFourMore+replaceEntry
		case len(entries) >= 8:
			n, text = 8, insertEntry+eightEntries+replaceEntry
		}
		args = args[:0]
		for _, j := range entries[:n] {
			args = append(args, j.ws, j.log.id, j.log.status, j.log.text)
		}
		if _, err := q.exec(ctx, text, args...); err != nil {
			return err
		}
		entries = entries[n:]
	}
	return nil
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
		before = aboveRequests
	}
	return many(ctx, r.q, scanRequest, `SELECT id, status, entry FROM request_log WHERE workspace_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3 + 0`, r.ws, before, limit)
}

// DeleteRequests removes up to limit requests made before a time, and says how
// many there were.
func (tx *Tx) DeleteRequests(ctx context.Context, before time.Time, limit int) (int64, error) {
	return tx.q.exec(ctx, `DELETE FROM request_log WHERE workspace_id = $1 AND id IN
		(SELECT id FROM request_log WHERE workspace_id = $1 AND id < $2 ORDER BY id LIMIT $3 + 0)`, tx.ws, identity.RequestIDAt(before), limit)
}
