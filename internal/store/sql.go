package store

// A bound LIMIT is written "LIMIT $3 + 0": SQLite looks at the value of a bare
// one when it plans, and so plans the statement anew at every call, which costs
// more than the query.

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/anteroom-id/anteroom/internal/identity"
)

// querier runs statements of the one SQL text on either engine.
type querier interface {
	exec(ctx context.Context, sql string, args ...any) (int64, error)
	query(ctx context.Context, sql string, args ...any) (rows, error)
}

// rows is the answer to a query, the same on both engines.
type rows interface {
	Next() bool
	Scan(dest ...any) error
	Err() error
	Close() error
}

// scanner is the one method of rows that reads a row.
type scanner interface{ Scan(dest ...any) error }

// many runs a query and reads every row with scan.
func many[T any](ctx context.Context, q querier, scan func(scanner) (T, error), sql string, args ...any) ([]T, error) {
	rs, err := q.query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	defer rs.Close()
	var out []T
	for rs.Next() {
		v, err := scan(rs)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rs.Err()
}

// one runs a query that has at most one row; found is false when it has none.
func one[T any](ctx context.Context, q querier, scan func(scanner) (T, error), sql string, args ...any) (v T, found bool, err error) {
	rs, err := q.query(ctx, sql, args...)
	if err != nil {
		return v, false, err
	}
	defer rs.Close()
	if !rs.Next() {
		return v, false, rs.Err()
	}
	v, err = scan(rs)
	return v, err == nil, err
}

func scanInt(s scanner) (n int64, err error)   { err = s.Scan(&n); return n, err }
func scanText(s scanner) (t string, err error) { err = s.Scan(&t); return t, err }

// micros is how times are kept: microseconds since 1970, 0 for the zero time.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func fromMicros(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

// null gives SQL NULL for "".
func null(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// errUnkeepable is what a write of such text gets, on both engines alike.
var errUnkeepable = &identity.Error{Kind: identity.Invalid, Msg: "a value contains the NUL character (U+0000) or is not UTF-8, and cannot be kept; leave it out"}

// namesOf says which attribute stands in a column or an index whose entries have
// a largest size.
var namesOf = map[string]string{
	"member_user": "userName", "member_held": "userName", "member_address": "emails", "member_external": "externalId", "member_display": "displayName",
	"member_key_pkey": "an e-mail address or a match attribute", "user_group_display": "displayName", "user_group_external": "externalId",
	"parked_pkey": "members", "parked_value": "members",
}

// tooLong is what a write gets whose text is longer than the database can keep.
// It is a net: the verbs bound values before. Place is the column or index at
// fault, "" when the database does not say.
func tooLong(place string, err error) error {
	what := cmp.Or(namesOf[place], "a value")
	return &identity.Error{Kind: identity.Invalid, Msg: what + " is too long to be kept; send a shorter one", Err: err}
}

// unkeepable says whether an argument is text that PostgreSQL cannot keep: with
// a NUL character, or not UTF-8. A query with one finds nothing, since nothing
// such is kept.
func unkeepable(args []any) bool {
	for _, a := range args {
		if s, ok := a.(string); ok && (strings.IndexByte(s, 0) >= 0 || !utf8.ValidString(s)) {
			return true
		}
	}
	return false
}

// nothing is an answer without rows.
type nothing struct{}

func (nothing) Next() bool        { return false }
func (nothing) Scan(...any) error { return errors.New("store: there is no row") }
func (nothing) Err() error        { return nil }
func (nothing) Close() error      { return nil }
