package store

import (
	"context"

	"github.com/anteroom-id/anteroom/internal/identity"
)

// ChangeFilter says which changes to list. The zero filter means all of them.
type ChangeFilter struct {
	Before  int64  // only those with a lower sequence number: the last page's Next; 0 for the newest
	Subject string // only those of the subject with this id
	Kind    string // only those of such subjects: member, group, token, connection, workspace
	Verb    identity.Verb
}

// ChangePage is a part of the change log, newest first.
type ChangePage struct {
	Changes []identity.Change
	Next    int64 // what to ask for before next; 0 when there are no older ones
}

// maxChanges bounds the changes of a workspace that are looked at for one page.
const maxChanges = 20_000

// ChangesWhere lists up to limit changes that a filter lets through. It takes
// the same time however long the log is; a page may be shorter than the limit
// and still name a next one.
func (r *Reader) ChangesWhere(ctx context.Context, f ChangeFilter, limit int) (p ChangePage, err error) {
	if f.Before <= 0 {
		t, err := r.Tally(ctx)
		if err != nil {
			return p, err
		}
		f.Before = t.Seq + 1
	}
	floor := int64(0)
	const head = `SELECT ` + changeColumns + ` FROM change_log c LEFT JOIN change_value v ON v.workspace_id = c.workspace_id AND v.seq = c.seq
		WHERE c.workspace_id = $1 AND c.seq < $2 `
	const tail = ` AND ($5 = '' OR c.subject_kind = $5) AND ($6 = '' OR c.verb = $6) ORDER BY c.seq DESC LIMIT $4 + 0`
	if f.Subject != "" {
		p.Changes, err = many(ctx, r.q, scanChange, head+`AND c.subject_id = $3`+tail, r.ws, f.Before, f.Subject, limit+1, f.Kind, f.Verb)
	} else {
		floor = max(0, f.Before-maxChanges) // they are numbered without gaps
		p.Changes, err = many(ctx, r.q, scanChange, head+`AND c.seq >= $3`+tail, r.ws, f.Before, floor, limit+1, f.Kind, f.Verb)
	}
	if err != nil {
		return p, err
	}
	if len(p.Changes) > limit {
		p.Changes = p.Changes[:limit]
		floor = p.Changes[limit-1].Seq
	}
	if floor > 1 {
		p.Next = floor
	}
	return p, nil
}

// ChangesBefore lists up to limit changes before a sequence number, newest
// first; 0 means the newest.
func (r *Reader) ChangesBefore(ctx context.Context, before int64, limit int) ([]identity.Change, error) {
	p, err := r.ChangesWhere(ctx, ChangeFilter{Before: before}, limit)
	return p.Changes, err
}
