package store

import (
	"context"

	"github.com/anteroom-id/anteroom/internal/identity"
)

const groupColumns = `g.id, g.connection_id, g.display_name, g.external_id, g.members, g.version, g.created, g.modified, g.doc`

func scanGroup(s scanner) (g identity.Group, err error) {
	var created, modified int64
	err = s.Scan(&g.ID, &g.Connection, &g.DisplayName, &g.ExternalID, &g.Members, &g.Version, &created, &modified, &g.Doc)
	g.Created, g.Modified = fromMicros(created), fromMicros(modified)
	return g, err
}

// Group finds a group by its SCIM id. Its members are not read.
func (r *Reader) Group(ctx context.Context, id string) (identity.Group, bool, error) {
	return one(ctx, r.q, scanGroup, `SELECT `+groupColumns+` FROM user_group g WHERE g.workspace_id = $1 AND g.id = $2`, r.ws, id)
}

// Groups lists the groups that a key may mean; see Users.
func (r *Reader) Groups(ctx context.Context, k Key, limit int) ([]identity.Group, error) {
	const head, tail = `SELECT ` + groupColumns + ` FROM user_group g WHERE g.workspace_id = $1 AND `, ` LIMIT $3 + 0`
	if k.Name == KeyExternalID {
		return many(ctx, r.q, scanGroup, head+`g.external_id = $2 AND g.external_id <> '' AND (g.connection_id = $4 OR g.connection_id = '')`+tail, r.ws, k.Value, limit, k.Connection)
	}
	return many(ctx, r.q, scanGroup, head+`g.display_key = $2`+tail, r.ws, k.Value, limit)
}

// GroupsAfter lists up to limit groups in the order of their ids, which is the
// order of their arrival, from behind the given one ("" for the first).
func (r *Reader) GroupsAfter(ctx context.Context, after string, limit int) ([]identity.Group, error) {
	return many(ctx, r.q, scanGroup, `SELECT `+groupColumns+` FROM user_group g WHERE g.workspace_id = $1 AND g.id > $2 ORDER BY g.id LIMIT $3 + 0`, r.ws, after, limit)
}

// GroupAt gives the id of the n-th group in that order, counted from 1; see UserAt.
func (r *Reader) GroupAt(ctx context.Context, n int) (string, error) {
	id, _, err := one(ctx, r.q, scanText, `SELECT g.id FROM user_group g WHERE g.workspace_id = $1 ORDER BY g.id LIMIT 1 OFFSET $2`, r.ws, n-1)
	return id, err
}

// InsertGroup adds a group and counts it. False means that the name is in use.
func (tx *Tx) InsertGroup(ctx context.Context, g *identity.Group) (bool, error) {
	n, err := tx.q.exec(ctx, `INSERT INTO user_group (workspace_id, id, connection_id, display_name, display_key, external_id, members, version, created, modified, doc)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING`,
		tx.ws, g.ID, g.Connection, g.DisplayName, identity.Fold(g.DisplayName), g.ExternalID, g.Members, g.Version, micros(g.Created), micros(g.Modified), string(g.Doc))
	if err != nil || n == 0 {
		return false, err
	}
	tx.Tally().Groups++
	return true, nil
}

// UpdateGroup writes a group. False means that its new name is in use.
func (tx *Tx) UpdateGroup(ctx context.Context, g *identity.Group) (bool, error) {
	key := identity.Fold(g.DisplayName)
	n, err := tx.q.exec(ctx, `UPDATE user_group SET connection_id = $3, display_name = $4, display_key = $5, external_id = $6, members = $7, version = $8, modified = $9, doc = $10
		WHERE workspace_id = $1 AND id = $2
		AND NOT EXISTS (SELECT 1 FROM user_group o WHERE o.workspace_id = $1 AND o.display_key = $5 AND o.id <> $2)`,
		tx.ws, g.ID, g.Connection, g.DisplayName, key, g.ExternalID, g.Members, g.Version, micros(g.Modified), string(g.Doc))
	return n > 0, err
}

// DeleteGroup removes a group with its memberships, its role and parked members.
func (tx *Tx) DeleteGroup(ctx context.Context, id identity.GroupID) error {
	if err := tx.SetGroupRole(ctx, id, "", 0); err != nil {
		return err
	}
	if _, err := tx.q.exec(ctx, `DELETE FROM membership WHERE workspace_id = $1 AND group_id = $2`, tx.ws, id); err != nil {
		return err
	}
	n, err := tx.q.exec(ctx, `DELETE FROM parked WHERE workspace_id = $1 AND group_id = $2`, tx.ws, id)
	if err != nil {
		return err
	}
	tx.Tally().Parked -= n
	tx.Tally().Groups--
	_, err = tx.q.exec(ctx, `DELETE FROM user_group WHERE workspace_id = $1 AND id = $2`, tx.ws, id)
	return err
}
