package store

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"

	"github.com/anteroom-id/anteroom/internal/identity"
)

// concernSizes are the numbers of rows that are inserted at once: few, so that
// few statements are prepared.
var concernSizes = [...]int{200, 20, 1}

// Concern notes whom the change that was logged last moved: the members who came
// into the group that it happened to, and those who went out. Their own history
// tells it, too; see ChangesAbout.
func (tx *Tx) Concern(ctx context.Context, in, out []identity.MemberID) error {
	for _, c := range [...]struct {
		members []identity.MemberID
		turn    int64
	}{{in, 1}, {out, -1}} {
		for rest := c.members; len(rest) > 0; {
			n := 1
			for _, size := range concernSizes {
				if size <= len(rest) {
					n = size
					break
				}
			}
			if err := tx.concern(ctx, rest[:n], c.turn); err != nil {
				return err
			}
			rest = rest[n:]
		}
	}
	return nil
}

func (tx *Tx) concern(ctx context.Context, members []identity.MemberID, turn int64) error {
	args := append(make([]any, 0, 3+len(members)), tx.ws, tx.Tally().Seq, turn)
	rows := placeList(4, len(members))
	for i, m := range members {
		args, rows[i] = append(args, m), "($1, $2, $3, "+rows[i]+")"
	}
	_, err := tx.q.exec(ctx, `INSERT INTO change_subject (workspace_id, seq, turn, subject_id) VALUES `+strings.Join(rows, ", ")+` ON CONFLICT DO NOTHING`, args...)
	return err
}

// ChangesAbout lists up to limit changes of a member, newest first, those among
// them by which it came into a group or went out of one. Of these, which are the
// group's, Values say no more than that: "members", after or before, with the one
// member. Before is the last page's Next, 0 for the newest.
func (r *Reader) ChangesAbout(ctx context.Context, m identity.MemberID, before int64, limit int) (ChangePage, error) {
	p, err := r.ChangesWhere(ctx, ChangeFilter{Subject: string(m), Before: before}, limit)
	if err != nil {
		return p, err
	}
	if before <= 0 {
		before = math.MaxInt64
	}
	moves, err := many(ctx, r.q, scanMove, `SELECT `+changeRow+`, s.turn, s.subject_id FROM change_subject s CROSS JOIN change_log c
		WHERE s.workspace_id = $1 AND s.subject_id = $2 AND s.seq < $3 AND c.workspace_id = s.workspace_id AND c.seq = s.seq
		ORDER BY s.seq DESC LIMIT $4 + 0`, r.ws, m, before, limit+1)
	if err != nil || len(moves) == 0 {
		return p, err
	}
	p.Changes = append(p.Changes, moves...)
	slices.SortFunc(p.Changes, func(a, b identity.Change) int { return cmp.Compare(b.Seq, a.Seq) })
	if len(p.Changes) > limit {
		p.Changes = p.Changes[:limit]
		p.Next = p.Changes[limit-1].Seq
	}
	return p, nil
}

func scanMove(s scanner) (identity.Change, error) {
	var turn int64
	var member string
	c, err := scanChangeRow(s, &turn, &member)
	d := identity.Delta{Field: "members", After: []any{member}}
	if turn < 0 {
		d.After, d.Before = nil, d.After
	}
	c.Values = []identity.Delta{d}
	return c.Change, err
}
