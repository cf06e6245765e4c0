package store

import (
	"context"
	"errors"
)

const (
	pageBytes      = 16 << 20 // of documents in one page; five hundred of 32 KiB
	candidateBytes = 64 << 20 // and in all that one look-up finds

	// carriedDoc is the document in a row with one of the member's groups. One that
	// is not small is left out there, as the rows repeat it, and read apart.
	carriedDoc = `CASE WHEN g.id IS NULL OR octet_length(u.doc) <= 2048 THEN u.doc ELSE '' END`
)

// ErrTooLarge says that a look-up finds more than can be held.
var ErrTooLarge = errors.New("store: the documents found are too large to be held at once")

// views reads members with their groups and documents, as far as there is room
// for so many bytes. The first argument is the workspace.
func views(ctx context.Context, q querier, room int, sql string, args ...any) (out []View, more bool, err error) {
	rows, more, err := viewRows(ctx, q, &room, sql, args...)
	if err != nil {
		return nil, false, err
	}
	out = rows[:0]
	for i := range rows {
		v := &rows[i]
		if len(v.Doc) == 0 {
			found, err := v.readDoc(ctx, q, args[0])
			if err != nil {
				return nil, false, err
			}
			if !found {
				continue // deleted since
			}
			if room -= len(v.Doc); room < 0 && len(out) > 0 {
				return out, true, nil
			}
		}
		out = append(out, *v)
	}
	return out, more, nil
}

// readDoc reads the document with the version that it has.
func (v *View) readDoc(ctx context.Context, q querier, ws any) (found bool, err error) {
	_, found, err = one(ctx, q, func(s scanner) (struct{}, error) { return struct{}{}, s.Scan(&v.Version, &v.Modified, &v.Doc) },
		`SELECT m.version, m.modified, m.doc FROM member m WHERE m.workspace_id = $1 AND m.id = $2 AND m.resource_id = $3`, ws, string(v.Member), v.ID)
	return found, err
}

// candidates is views for a look-up that needs all that it finds.
func candidates(ctx context.Context, q querier, sql string, args ...any) ([]View, error) {
	out, more, err := views(ctx, q, candidateBytes, sql, args...)
	if err == nil && more {
		err = ErrTooLarge
	}
	return out, err
}
