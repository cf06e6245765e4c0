package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
)

// traceDoc is what a trace's row keeps as JSON.
type traceDoc struct {
	Protocol  identity.Protocol    `json:"protocol,omitempty"`
	Test      bool                 `json:"test,omitempty"`
	RequestID identity.RequestID   `json:"requestId,omitempty"`
	Expected  string               `json:"expected,omitempty"`
	Got       string               `json:"got,omitempty"`
	Steps     []identity.TraceStep `json:"steps,omitempty"`
}

const traceColumns = `t.workspace_id, t.code, t.rule, t.connection_id, t.member_id, t.at, t.doc`

func scanTrace(s scanner) (t identity.Trace, err error) {
	var at int64
	var text string
	if err = s.Scan(&t.Workspace, &t.Code, &t.Rule, &t.Connection, &t.Member, &at, &text); err != nil {
		return t, err
	}
	var d traceDoc
	err = json.Unmarshal([]byte(text), &d)
	t.At, t.Protocol, t.Test, t.RequestID, t.Expected, t.Got, t.Steps = fromMicros(at), d.Protocol, d.Test, d.RequestID, d.Expected, d.Got, d.Steps
	return t, err
}

// InsertTrace keeps a trace; false means that its code is another's.
func (tx *Tx) InsertTrace(ctx context.Context, t *identity.Trace) (bool, error) {
	doc, err := json.Marshal(traceDoc{t.Protocol, t.Test, t.RequestID, t.Expected, t.Got, t.Steps})
	if err != nil {
		return false, err
	}
	n, err := tx.q.exec(ctx, `INSERT INTO trace (workspace_id, code, rule, connection_id, member_id, at, doc) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
		tx.ws, t.Code, t.Rule, t.Connection, t.Member, micros(t.At), string(doc))
	return n > 0, err
}

// Trace finds a trace of the workspace by its code.
func (r *Reader) Trace(ctx context.Context, code string) (identity.Trace, bool, error) {
	return one(ctx, r.q, scanTrace, `SELECT `+traceColumns+` FROM trace t WHERE t.workspace_id = $1 AND t.code = $2`, r.ws, code)
}

// TraceFilter says which traces; what is zero does not narrow.
type TraceFilter struct {
	Refused    bool // only those that were refused
	Good       bool // only those that went well
	Connection identity.ConnectionID
	Member     identity.MemberID
	Rule       string
	// Before is the last one that was read, newest first; zero for the newest.
	Before     time.Time
	BeforeCode string
}

// Traces lists up to limit traces of the workspace, newest first.
func (r *Reader) Traces(ctx context.Context, f TraceFilter, limit int) ([]identity.Trace, error) {
	before := micros(f.Before)
	if f.Before.IsZero() {
		before = 1 << 62
	}
	return many(ctx, r.q, scanTrace, `SELECT `+traceColumns+` FROM trace t WHERE t.workspace_id = $1 AND (t.at, t.code) < ($2, $3)
		AND ($4 = 0 OR t.rule <> '') AND ($5 = 0 OR t.rule = '') AND ($6 = '' OR t.connection_id = $6) AND ($7 = '' OR t.member_id = $7) AND ($8 = '' OR t.rule = $8)
		ORDER BY t.at DESC, t.code DESC LIMIT $9 + 0`,
		r.ws, before, f.BeforeCode, number(f.Refused), number(f.Good), f.Connection, f.Member, f.Rule, limit)
}

// TidyTraces removes up to limit traces from before a time, and says how many.
func (tx *Tx) TidyTraces(ctx context.Context, before time.Time, limit int) (int64, error) {
	return tx.q.exec(ctx, `DELETE FROM trace WHERE (workspace_id, code) IN
		(SELECT t.workspace_id, t.code FROM trace t WHERE t.at < $1 ORDER BY t.at LIMIT $2 + 0)`, micros(before), limit)
}
