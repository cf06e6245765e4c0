package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
)

const connectionColumns = `workspace_id, id, name, kind, title, settings, version, created, removed, released, first_contact`

func scanConnection(s scanner) (c identity.Connection, err error) {
	var settings string
	var created, removed, released, first int64
	if err = s.Scan(&c.Workspace, &c.ID, &c.Name, &c.Kind, &c.Title, &settings, &c.Version, &created, &removed, &released, &first); err != nil {
		return c, err
	}
	c.Created, c.Removed, c.Released, c.FirstContact = fromMicros(created), fromMicros(removed), fromMicros(released), fromMicros(first)
	if settings != "" {
		err = json.Unmarshal([]byte(settings), &c.Settings)
	}
	return c, err
}

// ConnectionByName finds one of the workspace's connections that was not removed.
func (r *Reader) ConnectionByName(ctx context.Context, name string) (identity.Connection, bool, error) {
	return one(ctx, r.q, scanConnection,
		`SELECT `+connectionColumns+` FROM connection WHERE workspace_id = $1 AND name = $2 AND removed = 0`, r.ws, name)
}

// Connection finds a connection by its id, one that was removed too.
func (r *Reader) Connection(ctx context.Context, id identity.ConnectionID) (identity.Connection, bool, error) {
	return one(ctx, r.q, scanConnection,
		`SELECT `+connectionColumns+` FROM connection WHERE workspace_id = $1 AND id = $2`, r.ws, id)
}

// Connections lists the workspace's connections, oldest first, without those
// that were removed.
func (r *Reader) Connections(ctx context.Context) ([]identity.Connection, error) {
	return many(ctx, r.q, scanConnection,
		`SELECT `+connectionColumns+` FROM connection WHERE workspace_id = $1 AND removed = 0 ORDER BY created, id`, r.ws)
}

// UnreleasedConnections lists the connections of all workspaces that were removed
// and whose people were not all handed back yet.
func (s *Store) UnreleasedConnections(ctx context.Context) ([]identity.Connection, error) {
	return many(ctx, s.engine.reader(), scanConnection,
		`SELECT `+connectionColumns+` FROM connection WHERE removed > 0 AND released = 0 ORDER BY workspace_id, id /* any workspace */`)
}

func settingsText(c *identity.Connection) string {
	if len(c.Settings) == 0 {
		return ""
	}
	b, _ := json.Marshal(c.Settings) // text always marshals
	return string(b)
}

// InsertConnection adds a connection.
func (tx *Tx) InsertConnection(ctx context.Context, c identity.Connection) error {
	_, err := tx.q.exec(ctx, `INSERT INTO connection (workspace_id, id, name, kind, title, settings, created) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		tx.ws, c.ID, c.Name, c.Kind, c.Title, settingsText(&c), micros(c.Created))
	return err
}

// SaveConnection writes a connection's name, title, settings and removal, and
// counts its version up.
func (tx *Tx) SaveConnection(ctx context.Context, c *identity.Connection) error {
	c.Version++
	_, err := tx.q.exec(ctx, `UPDATE connection SET name = $3, title = $4, settings = $5, version = $6, removed = $7 WHERE workspace_id = $1 AND id = $2`,
		tx.ws, c.ID, c.Name, c.Title, settingsText(c), c.Version, micros(c.Removed))
	return err
}

// Connected counts what hangs on a connection: members whom it manages, groups
// that it sent, and tokens of it that live at the time. It looks at every member.
func (r *Reader) Connected(ctx context.Context, id identity.ConnectionID, now time.Time) (people, groups, tokens int64, err error) {
	type counts [3]int64
	n, _, err := one(ctx, r.q, func(s scanner) (n counts, err error) { return n, s.Scan(&n[0], &n[1], &n[2]) }, `SELECT
		(SELECT count(*) FROM member WHERE workspace_id = $1 AND connection_id = $2),
		(SELECT count(*) FROM user_group WHERE workspace_id = $1 AND connection_id = $2),
		(SELECT count(*) FROM token WHERE workspace_id = $1 AND connection_id = $2 AND revoked = 0 AND (expires = 0 OR expires > $3))`,
		r.ws, id, micros(now))
	return n[0], n[1], n[2], err
}

// Handed is the last member of a removed connection that was handed back, ""
// when none was.
func (r *Reader) Handed(ctx context.Context, id identity.ConnectionID) (identity.MemberID, error) {
	at, _, err := one(ctx, r.q, scanText, `SELECT handed FROM connection WHERE workspace_id = $1 AND id = $2`, r.ws, id)
	return identity.MemberID(at), err
}

// MembersConnected lists up to limit members behind one whom a connection
// manages, in the order of their ids.
func (r *Reader) MembersConnected(ctx context.Context, id identity.ConnectionID, after identity.MemberID, limit int) ([]identity.MemberID, error) {
	ids, err := many(ctx, r.q, scanText, `SELECT id FROM member WHERE workspace_id = $1 AND id > $2 AND connection_id = $3 ORDER BY id LIMIT $4 + 0`, r.ws, after, id, limit)
	out := make([]identity.MemberID, len(ids))
	for i, m := range ids {
		out[i] = identity.MemberID(m)
	}
	return out, err
}

// ReleaseMember writes that no directory manages the member any more, and what
// becomes of its grants by that. Its SCIM resource stays as it is.
func (tx *Tx) ReleaseMember(ctx context.Context, m *identity.Member) error {
	j, err := memberJSON(m)
	if err != nil {
		return err
	}
	_, err = tx.q.exec(ctx, `UPDATE member SET connection_id = '', grants = $3, inherited = $4, version = $5 WHERE workspace_id = $1 AND id = $2`,
		tx.ws, m.ID, j.grants, j.inherited, m.Version)
	return err
}

// ReleaseGroups writes that no directory manages the connection's groups any
// more, and gives their ids.
func (tx *Tx) ReleaseGroups(ctx context.Context, id identity.ConnectionID, limit int) ([]identity.GroupID, error) {
	ids, err := many(ctx, tx.q, scanText, `SELECT id FROM user_group WHERE workspace_id = $1 AND connection_id = $2 ORDER BY id LIMIT $3 + 0`, tx.ws, id, limit)
	out := make([]identity.GroupID, len(ids))
	for i, g := range ids {
		out[i] = identity.GroupID(g)
		if err == nil {
			_, err = tx.q.exec(ctx, `UPDATE user_group SET connection_id = '' WHERE workspace_id = $1 AND id = $2`, tx.ws, g)
		}
	}
	return out, err
}

// NoteHanded notes how far a removed connection's people were handed back, and
// when the last of them was; zero while there are more.
func (tx *Tx) NoteHanded(ctx context.Context, id identity.ConnectionID, last identity.MemberID, released time.Time) error {
	_, err := tx.q.exec(ctx, `UPDATE connection SET handed = $3, released = $4 WHERE workspace_id = $1 AND id = $2`, tx.ws, id, last, micros(released))
	return err
}

// NoteContact notes that a connection's directory was heard of: first contact,
// and the beginning of a cycle when none of its tokens was used since quiet.
func (tx *Tx) NoteContact(ctx context.Context, id identity.ConnectionID, at, quiet time.Time) error {
	n, err := tx.q.exec(ctx, `INSERT INTO contact (workspace_id, connection_id, at) SELECT workspace_id, id, CAST($3 AS BIGINT) FROM connection c
		WHERE c.workspace_id = $1 AND c.id = $2 AND NOT EXISTS (SELECT 1 FROM token t
			WHERE t.workspace_id = $1 AND t.connection_id = $2 AND t.last_used > $4) ON CONFLICT DO NOTHING`, tx.ws, id, micros(at), micros(quiet))
	if err != nil || n == 0 {
		return err
	}
	if _, err = tx.q.exec(ctx, `UPDATE connection SET first_contact = $3 WHERE workspace_id = $1 AND id = $2 AND first_contact = 0`, tx.ws, id, micros(at)); err != nil {
		return err
	}
	_, err = tx.q.exec(ctx, `DELETE FROM contact WHERE workspace_id = $1 AND connection_id = $2 AND at <
		(SELECT min(at) FROM (SELECT at FROM contact WHERE workspace_id = $1 AND connection_id = $2 ORDER BY at DESC LIMIT 50) newest)`, tx.ws, id)
	return err
}

// Contacts lists when the last cycles of a connection's directory began, newest
// first, at most 50.
func (r *Reader) Contacts(ctx context.Context, id identity.ConnectionID) ([]time.Time, error) {
	return many(ctx, r.q, func(s scanner) (time.Time, error) {
		at, err := scanInt(s)
		return fromMicros(at), err
	}, `SELECT at FROM contact WHERE workspace_id = $1 AND connection_id = $2 ORDER BY at DESC LIMIT 50`, r.ws, id)
}

// LastContact is when one of a connection's tokens was last used, to the minute;
// zero when none was.
func (r *Reader) LastContact(ctx context.Context, id identity.ConnectionID) (time.Time, error) {
	at, _, err := one(ctx, r.q, scanInt, `SELECT coalesce(max(last_used), 0) FROM token WHERE workspace_id = $1 AND connection_id = $2`, r.ws, id)
	return fromMicros(at), err
}

// RevokeSetupLinks ends the set-up links of a connection.
func (tx *Tx) RevokeSetupLinks(ctx context.Context, id identity.ConnectionID, now time.Time) error {
	_, err := tx.q.exec(ctx, `UPDATE link SET revoked = $3 WHERE workspace_id = $1 AND connection_id = $2 AND used = 0 AND revoked = 0`, tx.ws, id, micros(now))
	return err
}
