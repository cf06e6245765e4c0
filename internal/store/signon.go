package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
)

const signOnColumns = `o.connection_id, o.enabled, o.version, o.doc`

func scanSignOn(s scanner) (o identity.SignOn, err error) {
	var id identity.ConnectionID
	var enabled bool
	var version int64
	var doc string
	if err = s.Scan(&id, &enabled, &version, &doc); err != nil {
		return o, err
	}
	err = json.Unmarshal([]byte(doc), &o)
	o.Connection, o.Enabled, o.Version = id, enabled, version
	return o, err
}

// SignOn reads how people sign in through a connection; false when nothing was
// ever saved.
func (r *Reader) SignOn(ctx context.Context, id identity.ConnectionID) (identity.SignOn, bool, error) {
	return one(ctx, r.q, scanSignOn, `SELECT `+signOnColumns+` FROM sign_on o WHERE o.workspace_id = $1 AND o.connection_id = $2`, r.ws, id)
}

// SignOns lists what was saved of the workspace's connections that were not
// removed, oldest first.
func (r *Reader) SignOns(ctx context.Context) ([]identity.SignOn, error) {
	return many(ctx, r.q, scanSignOn, `SELECT `+signOnColumns+` FROM connection c JOIN sign_on o ON o.workspace_id = c.workspace_id AND o.connection_id = c.id
		WHERE c.workspace_id = $1 AND c.removed = 0 ORDER BY c.created, c.id`, r.ws)
}

// SaveSignOn writes how people sign in through a connection, with the version
// that it has.
func (tx *Tx) SaveSignOn(ctx context.Context, o *identity.SignOn) error {
	doc, err := json.Marshal(o)
	if err != nil {
		return err
	}
	_, err = tx.q.exec(ctx, `INSERT INTO sign_on (workspace_id, connection_id, enabled, entity_id, refresh, warned, version, doc) VALUES ($1, $2, $3, $4, 0, 0, $5, $6)
		ON CONFLICT (workspace_id, connection_id) DO UPDATE SET enabled = excluded.enabled, entity_id = excluded.entity_id, version = excluded.version, doc = excluded.doc`,
		tx.ws, o.Connection, o.Enabled, o.SAML.EntityID, o.Version, string(doc))
	return err
}

// SwitchSignOnOff has nobody sign in through a connection any more.
func (tx *Tx) SwitchSignOnOff(ctx context.Context, id identity.ConnectionID) error {
	_, err := tx.q.exec(ctx, `UPDATE sign_on SET enabled = $3, refresh = 0 WHERE workspace_id = $1 AND connection_id = $2`, tx.ws, id, false)
	return err
}

// ScheduleRefresh says when a connection's metadata is to be fetched next; zero
// for never.
func (tx *Tx) ScheduleRefresh(ctx context.Context, id identity.ConnectionID, next time.Time) error {
	_, err := tx.q.exec(ctx, `UPDATE sign_on SET refresh = $3 WHERE workspace_id = $1 AND connection_id = $2`, tx.ws, id, micros(next))
	return err
}

// NoteWarned notes for how many days before the expiry of something of a
// connection its administrators were warned; 0 forgets it.
func (tx *Tx) NoteWarned(ctx context.Context, id identity.ConnectionID, days int64) error {
	_, err := tx.q.exec(ctx, `UPDATE sign_on SET warned = $3 WHERE workspace_id = $1 AND connection_id = $2`, tx.ws, id, days)
	return err
}

// PlacedSignOn is how people sign in through a connection, and where.
type PlacedSignOn struct {
	Workspace identity.WorkspaceID
	Refresh   time.Time // when its metadata is to be fetched; zero for never
	Warned    int64     // days before expiry of the last warning; 0 for none
	identity.SignOn
}

func scanPlacedSignOn(s scanner) (p PlacedSignOn, err error) {
	var refresh int64
	p.SignOn, err = scanSignOn(scanTail{s, []any{&p.Workspace, &refresh, &p.Warned}})
	p.Refresh = fromMicros(refresh)
	return p, err
}

// scanTail scans more columns than who scans knows of, behind theirs.
type scanTail struct {
	scanner
	more []any
}

func (t scanTail) Scan(dest ...any) error { return t.scanner.Scan(append(dest, t.more...)...) }

// SignOnsDue lists up to limit connections of all workspaces whose metadata is to
// be fetched at a time, those first that wait for longest.
func (s *Store) SignOnsDue(ctx context.Context, now time.Time, limit int) ([]PlacedSignOn, error) {
	return many(ctx, s.engine.reader(), scanPlacedSignOn, `SELECT `+signOnColumns+`, o.workspace_id, o.refresh, o.warned FROM sign_on o
		WHERE o.refresh > 0 AND o.refresh <= $1 ORDER BY o.refresh LIMIT $2 + 0`, micros(now), limit)
}

// ConnectionPlace says whose connection it is, one that was removed too: an
// answer of an identity provider names its connection only.
func (s *Store) ConnectionPlace(ctx context.Context, id identity.ConnectionID) (identity.Connection, bool, error) {
	return connectionPlace(ctx, s.engine.reader(), id)
}

func connectionPlace(ctx context.Context, q querier, id identity.ConnectionID) (identity.Connection, bool, error) {
	return one(ctx, q, scanConnection, `SELECT `+connectionColumns+` FROM connection WHERE id = $1 /* any workspace */`, id)
}

// SignOnsByMember lists the workspaces that have a connection in use and a member,
// not an inactive one, who is called by an address, folded to key: by the one
// address or by the user name. The cost is the same whoever has it.
func (s *Store) SignOnsByMember(ctx context.Context, key string) (out []identity.WorkspaceID, err error) {
	if key == "" {
		return nil, nil
	}
	ids, err := many(ctx, s.engine.reader(), scanText, `SELECT DISTINCT o.workspace_id FROM sign_on o
		WHERE o.enabled AND (EXISTS (SELECT 1 FROM member m WHERE m.workspace_id = o.workspace_id AND m.address_key = $1 AND m.address_key <> '' AND m.resource_id IS NOT NULL AND m.state <> 'inactive')
			OR EXISTS (SELECT 1 FROM member m WHERE m.workspace_id = o.workspace_id AND m.user_key = $1 AND m.resource_id IS NOT NULL AND m.state <> 'inactive'))`, key)
	for _, id := range ids {
		out = append(out, identity.WorkspaceID(id))
	}
	return out, err
}

// SignOnRequest is what was sent to an identity provider and waits for its answer.
type SignOnRequest struct {
	ID         string // of the AuthnRequest or LogoutRequest; the state of OpenID Connect
	Connection identity.ConnectionID
	Browser    string // digest of the secret of the browser that may bring the answer
	Doc        string // JSON
	Created    time.Time
	Expires    time.Time
	Used       time.Time // zero: not answered
}

func scanSignOnRequest(s scanner) (r SignOnRequest, err error) {
	var created, expires, used int64
	err = s.Scan(&r.ID, &r.Connection, &r.Browser, &r.Doc, &created, &expires, &used)
	r.Created, r.Expires, r.Used = fromMicros(created), fromMicros(expires), fromMicros(used)
	return r, err
}

// SignOnRequest finds a request of the workspace's by its id, one that was
// answered too.
func (r *Reader) SignOnRequest(ctx context.Context, id string) (SignOnRequest, bool, error) {
	return one(ctx, r.q, scanSignOnRequest, `SELECT id, connection_id, browser, doc, created, expires, used FROM sign_on_request WHERE workspace_id = $1 AND id = $2`, r.ws, id)
}

// InsertSignOnRequest adds a request.
func (tx *Tx) InsertSignOnRequest(ctx context.Context, r *SignOnRequest) error {
	_, err := tx.q.exec(ctx, `INSERT INTO sign_on_request (workspace_id, id, connection_id, browser, doc, created, expires, used) VALUES ($1, $2, $3, $4, $5, $6, $7, 0)`,
		tx.ws, r.ID, r.Connection, r.Browser, r.Doc, micros(r.Created), micros(r.Expires))
	return err
}

// UseSignOnRequest notes that a request was answered; false means that it was
// before, or that it has expired.
func (tx *Tx) UseSignOnRequest(ctx context.Context, id string, at time.Time) (bool, error) {
	n, err := tx.q.exec(ctx, `UPDATE sign_on_request SET used = $3 WHERE workspace_id = $1 AND id = $2 AND used = 0 AND expires > $3`, tx.ws, id, micros(at))
	return n > 0, err
}

// TakeAssertion notes that an assertion of a connection, by its digest, counts
// now; false means that it did before. It is remembered until it expires.
func (tx *Tx) TakeAssertion(ctx context.Context, c identity.ConnectionID, hash string, expires time.Time) (bool, error) {
	n, err := tx.q.exec(ctx, `INSERT INTO sign_on_taken (workspace_id, connection_id, hash, expires) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
		tx.ws, c, hash, micros(expires))
	return n > 0, err
}

// TidySignOns removes what expired before a time: requests, and the memory of
// assertions that could not be shown again anyway.
func (tx *Tx) TidySignOns(ctx context.Context, before time.Time) error {
	for _, text := range []string{
		`DELETE FROM sign_on_request WHERE expires < $1 /* any workspace */`,
		`DELETE FROM sign_on_taken WHERE expires < $1 /* any workspace */`,
	} {
		if _, err := tx.q.exec(ctx, text, micros(before)); err != nil {
			return err
		}
	}
	return nil
}
