package store

import (
	"context"

	"github.com/anteroom-id/anteroom/internal/identity"
)

const workspaceColumns = `w.id, w.slug, w.name, w.provisioning, w.plan, w.settings, w.version, w.created`

func scanWorkspace(s scanner) (w identity.Workspace, err error) {
	var created int64
	var settings string
	if err = s.Scan(&w.ID, &w.Slug, &w.Name, &w.Provisioning, &w.Plan, &settings, &w.Version, &created); err != nil {
		return w, err
	}
	w.Created = fromMicros(created)
	w.Settings, err = identity.ReadSettings(settings)
	return w, err
}

// WorkspaceBySlug finds a workspace by its name in addresses, or by one that it
// had before it was renamed: then the workspace's Slug is another.
func (s *Store) WorkspaceBySlug(ctx context.Context, slug string) (identity.Workspace, error) {
	w, found, err := one(ctx, s.engine.reader(), scanWorkspace, `SELECT `+workspaceColumns+` FROM workspace w WHERE w.slug = $1`, slug)
	if err == nil && !found {
		w, found, err = one(ctx, s.engine.reader(), scanWorkspace,
			`SELECT `+workspaceColumns+` FROM slug s JOIN workspace w ON w.id = s.workspace_id WHERE s.slug = $1`, slug)
	}
	if err == nil && !found {
		err = identity.Errorf(identity.NotFound, "slug", "there is no workspace %q", slug)
	}
	return w, err
}

// Workspaces lists every workspace, oldest first.
func (s *Store) Workspaces(ctx context.Context) ([]identity.Workspace, error) {
	return many(ctx, s.engine.reader(), scanWorkspace, `SELECT `+workspaceColumns+` FROM workspace w ORDER BY w.created, w.id`)
}

// Details reads the workspace itself.
func (r *Reader) Details(ctx context.Context) (identity.Workspace, error) {
	w, found, err := one(ctx, r.q, scanWorkspace, `SELECT `+workspaceColumns+` FROM workspace w WHERE w.id = $1`, r.ws)
	if err == nil && !found {
		err = identity.Errorf(identity.NotFound, "", "there is no such workspace")
	}
	return w, err
}

// InsertWorkspace adds the workspace that the transaction is bound to, with an
// empty tally. A slug in use, or used before, is identity.Taken.
func (tx *Tx) InsertWorkspace(ctx context.Context, w identity.Workspace) error {
	settings := string(w.AppendJSON(nil))
	n, err := tx.q.exec(ctx, `INSERT INTO workspace (id, slug, name, provisioning, plan, settings, created) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (slug) DO NOTHING`,
		tx.ws, w.Slug, w.Name, w.Provisioning, w.Plan, settings, micros(w.Created))
	if err != nil {
		return err
	}
	if n == 0 {
		return slugTaken(w.Slug)
	}
	if err := tx.takeSlug(ctx, w.Slug); err != nil {
		return err
	}
	_, err = tx.q.exec(ctx, `INSERT INTO tally (workspace_id, seq, users, user_groups, parked, owners, held) VALUES ($1, 0, 0, 0, 0, 0, 0)`, tx.ws)
	*tx.tally = Tally{Provisioning: w.Provisioning, Plan: w.Plan, Settings: settings, found: true, dirty: true}
	return err
}

func slugTaken(slug string) error {
	return identity.Errorf(identity.Taken, "slug", "the workspace ID %q is taken; choose another", slug)
}

// takeSlug notes that the slug is the workspace's for ever; one that is
// another's is identity.Taken.
func (tx *Tx) takeSlug(ctx context.Context, slug string) error {
	n, err := tx.q.exec(ctx, `INSERT INTO slug (workspace_id, slug, since) VALUES ($1, $2, $3) ON CONFLICT (slug) DO NOTHING`, tx.ws, slug, micros(tx.s.Now()))
	if err != nil || n > 0 {
		return err
	}
	_, own, err := one(ctx, tx.q, scanText, `SELECT slug FROM slug WHERE workspace_id = $1 AND slug = $2`, tx.ws, slug)
	if err == nil && !own {
		err = slugTaken(slug)
	}
	return err
}

// Slugs lists every slug that has led to the workspace, the present one
// included, oldest first.
func (r *Reader) Slugs(ctx context.Context) ([]string, error) {
	return many(ctx, r.q, scanText, `SELECT slug FROM slug WHERE workspace_id = $1 ORDER BY since, slug`, r.ws)
}

// SaveWorkspace writes the workspace's slug, name, plan and settings, and counts
// its version up. A slug that is or was another's is identity.Taken.
func (tx *Tx) SaveWorkspace(ctx context.Context, w *identity.Workspace) error {
	if err := tx.takeSlug(ctx, w.Slug); err != nil {
		return err
	}
	w.Version++
	t := tx.Tally()
	t.Plan, t.Settings = w.Plan, string(w.AppendJSON(nil))
	_, err := tx.q.exec(ctx, `UPDATE workspace SET slug = $2, name = $3, plan = $4, settings = $5, version = $6 WHERE id = $1`,
		tx.ws, w.Slug, w.Name, t.Plan, t.Settings, w.Version)
	return err
}

// SetProvisioning switches the workspace's provisioning on or off.
func (tx *Tx) SetProvisioning(ctx context.Context, on bool) error {
	_, err := tx.q.exec(ctx, `UPDATE workspace SET provisioning = $2, version = version + 1 WHERE id = $1`, tx.ws, on)
	tx.Tally().Provisioning = on
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
