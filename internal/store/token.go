package store

import (
	"context"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
)

const tokenColumns = `workspace_id, id, connection_id, name, user_name, hash, hint, scope, issued_by, created, expires, revoked, last_used, last_from, kind, issuer`

func scanToken(s scanner) (t identity.Token, err error) {
	var created, expires, revoked, lastUsed int64
	err = s.Scan(&t.Workspace, &t.ID, &t.Connection, &t.Name, &t.UserName, &t.Hash, &t.Hint, &t.Scope, &t.IssuedBy,
		&created, &expires, &revoked, &lastUsed, &t.LastFrom, &t.Kind, &t.Issuer)
	t.Created, t.Expires, t.Revoked, t.LastUsed = fromMicros(created), fromMicros(expires), fromMicros(revoked), fromMicros(lastUsed)
	return t, err
}

// TokenByHash finds the token with the digest, in any workspace: it is the
// token that says which workspace a request is for (E03).
func (s *Store) TokenByHash(ctx context.Context, hash string) (identity.Token, bool, error) {
	return one(ctx, s.engine.reader(), scanToken, `SELECT `+tokenColumns+` FROM token WHERE hash = $1 /* any workspace */`, hash)
}

// Tokens lists the workspace's tokens, oldest first, revoked ones included.
func (r *Reader) Tokens(ctx context.Context) ([]identity.Token, error) {
	return many(ctx, r.q, scanToken, `SELECT `+tokenColumns+` FROM token WHERE workspace_id = $1 ORDER BY id`, r.ws)
}

// TokensOf lists the tokens that a member issued, oldest first, revoked ones
// included.
func (r *Reader) TokensOf(ctx context.Context, issuer identity.MemberID) ([]identity.Token, error) {
	return many(ctx, r.q, scanToken, `SELECT `+tokenColumns+` FROM token WHERE workspace_id = $1 AND issuer = $2 ORDER BY id`, r.ws, issuer)
}

// RevokeTokensOf ends a connection's tokens and says how many did.
func (tx *Tx) RevokeTokensOf(ctx context.Context, id identity.ConnectionID, at time.Time) (int64, error) {
	return tx.q.exec(ctx, `UPDATE token SET revoked = $3 WHERE workspace_id = $1 AND connection_id = $2 AND revoked = 0`, tx.ws, id, micros(at))
}

// InsertToken adds a token.
func (tx *Tx) InsertToken(ctx context.Context, t identity.Token) error {
	_, err := tx.q.exec(ctx, `INSERT INTO token (`+tokenColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
		tx.ws, t.ID, t.Connection, t.Name, t.UserName, t.Hash, t.Hint, t.Scope, t.IssuedBy,
		micros(t.Created), micros(t.Expires), micros(t.Revoked), micros(t.LastUsed), t.LastFrom, t.Kind, t.Issuer)
	return err
}

// RevokeToken ends a token; false means that there is none of that id that
// still lives.
func (tx *Tx) RevokeToken(ctx context.Context, id identity.TokenID, at time.Time) (bool, error) {
	n, err := tx.q.exec(ctx, `UPDATE token SET revoked = $3 WHERE workspace_id = $1 AND id = $2 AND revoked = 0`, tx.ws, id, micros(at))
	return n > 0, err
}

// TouchToken records a token's last use.
func (tx *Tx) TouchToken(ctx context.Context, id identity.TokenID, at time.Time, from string) error {
	_, err := tx.q.exec(ctx, `UPDATE token SET last_used = $3, last_from = $4 WHERE workspace_id = $1 AND id = $2 AND last_used < $3`,
		tx.ws, id, micros(at), from)
	return err
}
