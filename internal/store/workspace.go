package store

import (
	"context"

	"github.com/anteroom-id/anteroom/internal/identity"
)

const workspaceColumns = `id, slug, name, provisioning, created`

func scanWorkspace(s scanner) (w identity.Workspace, err error) {
	var created int64
	err = s.Scan(&w.ID, &w.Slug, &w.Name, &w.Provisioning, &created)
	w.Created = fromMicros(created)
	return w, err
}

// WorkspaceBySlug finds a workspace by its name in addresses.
func (s *Store) WorkspaceBySlug(ctx context.Context, slug string) (identity.Workspace, error) {
	w, found, err := one(ctx, s.engine.reader(), scanWorkspace,
		`SELECT `+workspaceColumns+` FROM workspace WHERE slug = $1`, slug)
	if err == nil && !found {
		err = identity.Errorf(identity.NotFound, "slug", "there is no workspace %q", slug)
	}
	return w, err
}

// Workspaces lists every workspace, oldest first.
func (s *Store) Workspaces(ctx context.Context) ([]identity.Workspace, error) {
	return many(ctx, s.engine.reader(), scanWorkspace, `SELECT `+workspaceColumns+` FROM workspace ORDER BY created, id`)
}

// Details reads the workspace itself.
func (r *Reader) Details(ctx context.Context) (identity.Workspace, error) {
	w, found, err := one(ctx, r.q, scanWorkspace, `SELECT `+workspaceColumns+` FROM workspace WHERE id = $1`, r.ws)
	if err == nil && !found {
		err = identity.Errorf(identity.NotFound, "", "there is no such workspace")
	}
	return w, err
}

// InsertWorkspace adds the workspace that the transaction is bound to, with an
// empty tally. A slug in use is identity.Taken.
func (tx *Tx) InsertWorkspace(ctx context.Context, w identity.Workspace) error {
	n, err := tx.q.exec(ctx, `INSERT INTO workspace (id, slug, name, provisioning, created) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (slug) DO NOTHING`,
		tx.ws, w.Slug, w.Name, w.Provisioning, micros(w.Created))
	if err != nil {
		return err
	}
	if n == 0 {
		return identity.Errorf(identity.Taken, "slug", "the workspace ID %q is taken; choose another", w.Slug)
	}
	_, err = tx.q.exec(ctx, `INSERT INTO tally (workspace_id, seq, users, user_groups, parked, owners, held) VALUES ($1, 0, 0, 0, 0, 0, 0)`, tx.ws)
	*tx.tally = Tally{Provisioning: w.Provisioning, found: true, dirty: true}
	return err
}

// SetProvisioning switches the workspace's provisioning on or off.
func (tx *Tx) SetProvisioning(ctx context.Context, on bool) error {
	_, err := tx.q.exec(ctx, `UPDATE workspace SET provisioning = $2 WHERE id = $1`, tx.ws, on)
	tx.Tally().Provisioning = on
	return err
}

const connectionColumns = `id, name, created`

func scanConnection(s scanner) (c identity.Connection, err error) {
	var created int64
	err = s.Scan(&c.ID, &c.Name, &created)
	c.Created = fromMicros(created)
	return c, err
}

// ConnectionByName finds one of the workspace's connections.
func (r *Reader) ConnectionByName(ctx context.Context, name string) (identity.Connection, bool, error) {
	return one(ctx, r.q, scanConnection,
		`SELECT `+connectionColumns+` FROM connection WHERE workspace_id = $1 AND name = $2`, r.ws, name)
}

// Connections lists the workspace's connections, oldest first.
func (r *Reader) Connections(ctx context.Context) ([]identity.Connection, error) {
	return many(ctx, r.q, scanConnection,
		`SELECT `+connectionColumns+` FROM connection WHERE workspace_id = $1 ORDER BY created, id`, r.ws)
}

// InsertConnection adds a connection.
func (tx *Tx) InsertConnection(ctx context.Context, c identity.Connection) error {
	_, err := tx.q.exec(ctx, `INSERT INTO connection (workspace_id, id, name, created) VALUES ($1, $2, $3, $4)`,
		tx.ws, c.ID, c.Name, micros(c.Created))
	return err
}

// Remembered gives what the deployment remembers under a name, "" when nothing.
func (s *Store) Remembered(ctx context.Context, name string) (string, error) {
	v, _, err := one(ctx, s.engine.reader(), scanText, `SELECT value FROM deployment WHERE name = $1`, name)
	return v, err
}

// Remember keeps a value for the deployment under a name.
func (s *Store) Remember(ctx context.Context, name, value string) error {
	return s.Write(ctx, "", func(tx *Tx) error {
		_, err := tx.q.exec(ctx, `INSERT INTO deployment (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, value)
		return err
	})
}
