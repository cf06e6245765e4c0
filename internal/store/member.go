package store

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/anteroom-id/anteroom/internal/identity"
)

// View is what a SCIM answer needs of a member or a group: its resource and
// nothing else.
type View struct {
	Member   identity.MemberID // "" for a group
	ID       string            // SCIM id
	Version  int64
	Created  int64 // microseconds
	Modified int64
	Doc      []byte
	Groups   []identity.Reference // a member's, by id and name
}

// A member's groups are brought along in the same query, one row a group, which
// costs a third of a query of their own. What is chosen of the members stands in
// a subquery, u, so that a limit counts members.
const (
	chosenColumns  = `m.workspace_id, m.id, m.resource_id, m.version, m.created, m.modified, m.doc`
	groupedColumns = `u.id, u.resource_id, u.version, u.created, u.modified, ` + carriedDoc + `, coalesce(g.id, ''), coalesce(g.display_name, '')`
	groupedJoins   = ` u LEFT JOIN membership s ON s.workspace_id = u.workspace_id AND s.member_id = u.id
		LEFT JOIN user_group g ON g.workspace_id = s.workspace_id AND g.id = s.group_id`
)

// viewRows reads members with their groups; the rows of one member may stand
// apart. It stops, and more is true, before the documents are larger than room.
func viewRows(ctx context.Context, q querier, room *int, sql string, args ...any) (out []View, more bool, err error) {
	rs, err := q.query(ctx, sql, args...)
	if err != nil {
		return nil, false, err
	}
	defer rs.Close()
	var place map[string]int
	for rs.Next() {
		var v View
		var member string
		var g identity.Reference
		if err := rs.Scan(&member, &v.ID, &v.Version, &v.Created, &v.Modified, &v.Doc, &g.ID, &g.Display); err != nil {
			return nil, false, err
		}
		at := len(out) - 1
		if at < 0 || out[at].ID != v.ID {
			if at == 0 {
				place = map[string]int{out[0].ID: 0}
			}
			known, ok := place[v.ID]
			if at = known; !ok {
				at = len(out)
				if *room -= len(v.Doc); *room < 0 && at > 0 || at%64 == 63 && ctx.Err() != nil {
					return out, true, ctx.Err()
				}
				v.Member = identity.MemberID(member)
				out = append(out, v)
			}
			if place != nil {
				place[v.ID] = at
			}
		}
		if g.ID != "" {
			out[at].Groups = append(out[at].Groups, g)
		}
	}
	return out, false, rs.Err()
}

// User finds a member's resource, with its groups, by its SCIM id.
func (r *Reader) User(ctx context.Context, id string) (View, bool, error) {
	found, _, err := views(ctx, r.q, pageBytes, `SELECT `+groupedColumns+` FROM (SELECT `+chosenColumns+` FROM member m
		WHERE m.workspace_id = $1 AND m.resource_id = $2)`+groupedJoins, r.ws, id)
	if err != nil || len(found) == 0 {
		return View{}, false, err
	}
	return found[0], true, nil
}

// MemberOf gives the member that has the SCIM id.
func (r *Reader) MemberOf(ctx context.Context, id string) (identity.MemberID, bool, error) {
	m, found, err := one(ctx, r.q, scanText, `SELECT m.id FROM member m WHERE m.workspace_id = $1 AND m.resource_id = $2`, r.ws, id)
	return identity.MemberID(m), found, err
}

// Key names a look-up: a way to find members, or groups, by the exact or folded
// value of one attribute.
type Key struct {
	Name  string // KeyUserName, ..., or a match attribute's canonical path
	Value string // folded unless the attribute is compared exactly
	// Connection is the directory that asks. An externalId means what the
	// directory that gave it means by it, so another one's is not found. RFC 7643 §3.1.
	Connection identity.ConnectionID
}

// The look-up keys that every workspace has.
const (
	KeyUserName    = "userName"
	KeyExternalID  = "externalId"
	KeyDisplayName = "displayName"
	KeyAddress     = "emails.value"
)

// Users lists the members that a key may mean, at most limit. A candidate must
// still be confirmed with the filter: the index narrows, Go decides.
//
// The statements leave the order to Go: an ORDER BY tempts SQLite into walking
// the index that has the order instead of the one that has the value.
func (r *Reader) Users(ctx context.Context, k Key, limit int) ([]View, error) {
	found, err := r.usersBy(ctx, k, limit)
	slices.SortFunc(found, func(a, b View) int { return strings.Compare(a.ID, b.ID) })
	return found, err
}

func (r *Reader) usersBy(ctx context.Context, k Key, limit int) ([]View, error) {
	const head, tail = `SELECT ` + groupedColumns + ` FROM (SELECT ` + chosenColumns + ` FROM member m WHERE m.workspace_id = $1 AND m.resource_id IS NOT NULL AND `, ` LIMIT $3 + 0)` + groupedJoins
	switch k.Name {
	case KeyUserName:
		return candidates(ctx, r.q, head+`m.user_key = $2`+tail, r.ws, k.Value, limit)
	case KeyExternalID:
		found, err := candidates(ctx, r.q, head+`m.external_id = $2 AND m.external_id <> '' AND (m.connection_id = $4 OR m.connection_id = '')`+tail, r.ws, k.Value, limit, k.Connection)
		if err != nil || len(found) > 0 {
			return found, err
		}
		return r.usersByKey(ctx, k, limit) // an owner's, whom no directory manages
	case KeyDisplayName:
		return candidates(ctx, r.q, head+`m.display_key = $2`+tail, r.ws, k.Value, limit)
	case KeyAddress:
		found, err := candidates(ctx, r.q, head+`m.address_key = $2 AND m.address_key <> ''`+tail, r.ws, k.Value, limit)
		if err != nil || len(found) >= limit {
			return found, err
		}
		more, err := r.usersByKey(ctx, k, limit-len(found))
		return append(found, more...), err
	}
	return r.usersByKey(ctx, k, limit)
}

func (r *Reader) usersByKey(ctx context.Context, k Key, limit int) ([]View, error) {
	return candidates(ctx, r.q, `SELECT `+groupedColumns+` FROM (SELECT `+chosenColumns+` FROM member_key k CROSS JOIN member m
			WHERE k.workspace_id = $1 AND k.name = $2 AND k.value = $3 AND m.workspace_id = k.workspace_id AND m.id = k.member_id
			AND m.resource_id IS NOT NULL LIMIT $4 + 0)`+groupedJoins, r.ws, k.Name, k.Value, limit)
}

// UsersAfter lists up to limit members in the order of their SCIM ids, which is
// the order of their arrival, from behind the given one ("" for the first). More
// says that there are fewer than limit because their documents are large.
func (r *Reader) UsersAfter(ctx context.Context, after string, limit int) (found []View, more bool, err error) {
	return views(ctx, r.q, pageBytes, `SELECT `+groupedColumns+` FROM (SELECT `+chosenColumns+` FROM member m
			WHERE m.workspace_id = $1 AND m.resource_id IS NOT NULL AND m.resource_id > $2 ORDER BY m.resource_id LIMIT $3 + 0)`+groupedJoins+`
		ORDER BY u.resource_id`, r.ws, after, limit)
}

// UserAt gives the SCIM id of the n-th member in that order, counted from 1.
// It costs as much as n is large; "" means that there are fewer.
func (r *Reader) UserAt(ctx context.Context, n int) (string, error) {
	id, _, err := one(ctx, r.q, scanText, `SELECT m.resource_id FROM member m
		WHERE m.workspace_id = $1 AND m.resource_id IS NOT NULL ORDER BY m.resource_id LIMIT 1 OFFSET $2`, r.ws, n-1)
	return id, err
}

// UsersModified lists up to limit members changed at or after since, in microseconds.
func (r *Reader) UsersModified(ctx context.Context, since int64, limit int) ([]View, error) {
	return candidates(ctx, r.q, `SELECT `+groupedColumns+` FROM (SELECT `+chosenColumns+` FROM member m
			WHERE m.workspace_id = $1 AND m.modified >= $2 AND m.resource_id IS NOT NULL LIMIT $3 + 0)`+groupedJoins, r.ws, since, limit)
}

const (
	memberColumns = rowColumns + `, m.doc`
	rowColumns    = `m.id, coalesce(m.resource_id, ''), m.connection_id, m.state, m.tab, m.user_name, m.address, m.display_name,
	m.given_name, m.family_name, m.title, m.external_id, m.attributes, m.grants, m.held, m.inherited, m.version, m.created, m.modified`
)

func scanMember(s scanner) (m identity.Member, err error) {
	err = scanRow(s, &m, &m.Doc)
	return m, err
}

// scanRow reads the columns of a member's row, and what follows them into more.
func scanRow(s scanner, m *identity.Member, more ...any) (err error) {
	var attributes, grants, held, inherited string
	var created, modified int64
	if err = s.Scan(append([]any{&m.ID, &m.ResourceID, &m.Connection, &m.State, &m.Tab, &m.UserName, &m.Address, &m.DisplayName,
		&m.GivenName, &m.FamilyName, &m.Title, &m.ExternalID, &attributes, &grants, &held, &inherited, &m.Version, &created, &modified}, more...)...); err != nil {
		return err
	}
	m.Created, m.Modified = fromMicros(created), fromMicros(modified)
	for _, c := range [...]struct {
		text string
		to   any
	}{{held, &m.Held}, {attributes, &m.Attributes}, {inherited, &m.Inherited}, {grants, &m.Grants}} {
		if c.text == "" {
			continue
		}
		if err = json.Unmarshal([]byte(c.text), c.to); err != nil {
			return err
		}
	}
	return nil
}

// Member finds a member by its own id.
func (r *Reader) Member(ctx context.Context, id identity.MemberID) (identity.Member, bool, error) {
	return one(ctx, r.q, scanMember, `SELECT `+memberColumns+` FROM member m WHERE m.workspace_id = $1 AND m.id = $2`, r.ws, id)
}

// MemberByResource finds a member by its SCIM id.
func (r *Reader) MemberByResource(ctx context.Context, id string) (identity.Member, bool, error) {
	return one(ctx, r.q, scanMember, `SELECT `+memberColumns+` FROM member m WHERE m.workspace_id = $1 AND m.resource_id = $2`, r.ws, id)
}

// MemberByUserName finds the member whose SCIM userName folds to key.
func (r *Reader) MemberByUserName(ctx context.Context, key string) (identity.Member, bool, error) {
	return one(ctx, r.q, scanMember, `SELECT `+memberColumns+` FROM member m
		WHERE m.workspace_id = $1 AND m.user_key = $2 AND m.resource_id IS NOT NULL`, r.ws, key)
}

// MemberByAddress finds the member whose one address folds to key.
func (r *Reader) MemberByAddress(ctx context.Context, key string) (identity.Member, bool, error) {
	return one(ctx, r.q, scanMember, `SELECT `+memberColumns+` FROM member m
		WHERE m.workspace_id = $1 AND m.address_key = $2 AND m.address_key <> '' AND m.resource_id IS NOT NULL`, r.ws, key)
}

// MemberByHeldName finds the member who has the user name, folded to key, while
// its resource shows another.
func (r *Reader) MemberByHeldName(ctx context.Context, key string) (identity.Member, bool, error) {
	return one(ctx, r.q, scanMember, `SELECT `+memberColumns+` FROM member m
		WHERE m.workspace_id = $1 AND m.held_key = $2 AND m.held_key <> ''`, r.ws, key)
}

// MembersByKey lists members with a look-up key, those without a SCIM resource
// too, at most ten. Nearly always there is none, so it asks for no more than ids
// first.
func (r *Reader) MembersByKey(ctx context.Context, k Key) (out []identity.Member, err error) {
	var ids []string
	if k.Name == KeyExternalID {
		ids, err = many(ctx, r.q, scanText, `SELECT m.id FROM member m
			WHERE m.workspace_id = $1 AND m.external_id = $2 AND m.external_id <> '' LIMIT 10`, r.ws, k.Value)
	} else {
		ids, err = many(ctx, r.q, scanText, `SELECT k.member_id FROM member_key k
			WHERE k.workspace_id = $1 AND k.name = $2 AND k.value = $3 LIMIT 10`, r.ws, k.Name, k.Value)
	}
	for _, id := range ids {
		m, found, merr := r.Member(ctx, identity.MemberID(id))
		if merr != nil {
			return nil, merr
		}
		if found {
			out = append(out, m)
		}
	}
	return out, err
}

// Members lists up to limit members in the order they became known, newest first, those without a SCIM resource too.
func (r *Reader) Members(ctx context.Context, limit int) ([]identity.Member, error) {
	return many(ctx, r.q, scanMember, `SELECT `+memberColumns+` FROM member m WHERE m.workspace_id = $1 ORDER BY m.id DESC LIMIT $2 + 0`, r.ws, limit)
}

// MembersAfter lists up to limit members in the order of their ids, from behind
// the given one, those without a SCIM resource too.
func (r *Reader) MembersAfter(ctx context.Context, after identity.MemberID, limit int) ([]identity.Member, error) {
	return many(ctx, r.q, scanMember, `SELECT `+memberColumns+` FROM member m WHERE m.workspace_id = $1 AND m.id > $2 ORDER BY m.id LIMIT $3 + 0`, r.ws, after, limit)
}

// RetiredOf lists the SCIM ids that a member once had.
func (r *Reader) RetiredOf(ctx context.Context, m identity.MemberID) ([]string, error) {
	return many(ctx, r.q, scanText, `SELECT resource_id FROM retired WHERE workspace_id = $1 AND member_id = $2`, r.ws, m)
}

// MemberByRetired finds the member who once had the SCIM id.
func (r *Reader) MemberByRetired(ctx context.Context, id string) (identity.MemberID, bool, error) {
	m, found, err := one(ctx, r.q, scanText, `SELECT member_id FROM retired WHERE workspace_id = $1 AND resource_id = $2`, r.ws, id)
	return identity.MemberID(m), found, err
}

// InsertMember adds a member with its look-up keys and words, and counts it.
// False means that the userName or the address is in use, and nothing was added.
func (tx *Tx) InsertMember(ctx context.Context, m *identity.Member, keys []Key) (bool, error) {
	j, err := memberJSON(m)
	if err != nil {
		return false, err
	}
	n, err := tx.q.exec(ctx, `INSERT INTO member (workspace_id, id, resource_id, connection_id, state, user_name, user_key, address, address_key,
			display_name, display_key, given_name, family_name, title, external_id, attributes, grants, held, inherited, version, created, modified, doc, tab)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24) ON CONFLICT DO NOTHING`,
		tx.ws, m.ID, null(string(m.ResourceID)), m.Connection, m.State, m.UserName, identity.Fold(m.UserName), m.Address, identity.Fold(m.Address),
		m.DisplayName, identity.Fold(m.DisplayName), m.GivenName, m.FamilyName, m.Title, m.ExternalID, j.attributes, j.grants, j.held, j.inherited, m.Version, micros(m.Created), micros(m.Modified), string(m.Doc), m.Tab)
	if err != nil || n == 0 {
		return false, err
	}
	tx.Tally().Users++
	tx.Tally().Members++
	tx.Tally().countTab(m.Tab, 1)
	if err := tx.insertWords(ctx, m, m.Words()); err != nil {
		return false, err
	}
	return true, tx.insertKeys(ctx, m.ID, keys)
}

// UpdateMember writes a member, all but its look-up columns; before is the
// member as it was read. The tab, being in an index, and the words are written
// only when they change. Of one who is inactive the sessions end with it: they
// reach the workspace no longer.
func (tx *Tx) UpdateMember(ctx context.Context, before, m *identity.Member) error {
	j, err := memberJSON(m)
	if err != nil {
		return err
	}
	args := append(make([]any, 0, 16), tx.ws, m.ID, m.Connection, m.State, m.UserName, m.GivenName, m.FamilyName, m.Title,
		j.attributes, j.grants, j.held, j.inherited, m.Version, micros(m.Modified), string(m.Doc))
	if before.Tab == m.Tab {
		_, err = tx.q.exec(ctx, `UPDATE member SET connection_id = $3, state = $4, user_name = $5, given_name = $6, family_name = $7, title = $8,
			attributes = $9, grants = $10, held = $11, inherited = $12, version = $13, modified = $14, doc = $15
			WHERE workspace_id = $1 AND id = $2`, args...)
	} else {
		_, err = tx.q.exec(ctx, `UPDATE member SET connection_id = $3, state = $4, user_name = $5, given_name = $6, family_name = $7, title = $8,
			attributes = $9, grants = $10, held = $11, inherited = $12, version = $13, modified = $14, doc = $15, tab = $16
			WHERE workspace_id = $1 AND id = $2`, append(args, m.Tab)...)
		tx.Tally().countTab(before.Tab, -1)
		tx.Tally().countTab(m.Tab, 1)
	}
	if err != nil {
		return err
	}
	if err := tx.moveWords(ctx, before, m); err != nil {
		return err
	}
	return tx.turnMember(ctx, before, m)
}

// MoveMember writes the columns that a member is looked up by. They are apart
// from UpdateMember because writing one costs an entry in its index, whether it
// has changed or not. UserKey is the folded userName of the SCIM resource, which
// differs from the member's own while an owner's is held.
func (tx *Tx) MoveMember(ctx context.Context, m *identity.Member, userKey, displayKey string) error {
	_, err := tx.q.exec(ctx, `UPDATE member SET resource_id = $3, user_key = $4, address = $5, address_key = $6, display_name = $7, display_key = $8, external_id = $9
		WHERE workspace_id = $1 AND id = $2`,
		tx.ws, m.ID, null(string(m.ResourceID)), userKey, m.Address, identity.Fold(m.Address), m.DisplayName, displayKey, m.ExternalID)
	if err != nil {
		return err
	}
	own := identity.Fold(m.UserName)
	if m.ResourceID == "" || own == userKey {
		own = ""
	}
	return tx.holdName(ctx, m.ID, own)
}

// holdName keeps a user name for a member whose resource shows another, so that
// nobody else gets it; "" lets it go.
func (tx *Tx) holdName(ctx context.Context, id identity.MemberID, key string) error {
	if tx.Tally().Held > 0 {
		n, err := tx.q.exec(ctx, `UPDATE member SET held_key = '' WHERE workspace_id = $1 AND id = $2 AND held_key <> ''`, tx.ws, id)
		if tx.Tally().Held -= n; err != nil {
			return err
		}
	}
	if key == "" {
		return nil
	}
	n, err := tx.q.exec(ctx, `UPDATE member SET held_key = $3 WHERE workspace_id = $1 AND id = $2`, tx.ws, id, key)
	tx.Tally().Held += n
	return err
}

// memberTexts are what a member's row holds as JSON.
type memberTexts struct{ attributes, grants, held, inherited string }

func memberJSON(m *identity.Member) (j memberTexts, err error) {
	text := func(v any, present bool) string {
		if !present || err != nil {
			return ""
		}
		var b []byte
		b, err = json.Marshal(v)
		return string(b)
	}
	j.attributes = text(m.Attributes, len(m.Attributes) > 0)
	j.grants = text(m.Grants, true)
	j.held = text(m.Held, !m.Held.Empty())
	j.inherited = text(m.Inherited, len(m.Inherited) > 0)
	return j, err
}

// ReplaceKeys makes the member's look-up keys those of now instead of before.
func (tx *Tx) ReplaceKeys(ctx context.Context, id identity.MemberID, before, now []Key) error {
	for _, k := range without(before, now) {
		if _, err := tx.q.exec(ctx, `DELETE FROM member_key WHERE workspace_id = $1 AND name = $2 AND value = $3 AND member_id = $4`,
			tx.ws, k.Name, k.Value, id); err != nil {
			return err
		}
	}
	return tx.insertKeys(ctx, id, without(now, before))
}

func (tx *Tx) insertKeys(ctx context.Context, id identity.MemberID, keys []Key) error {
	for _, k := range keys {
		if _, err := tx.q.exec(ctx, `INSERT INTO member_key (workspace_id, name, value, member_id) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
			tx.ws, k.Name, k.Value, id); err != nil {
			return err
		}
	}
	return nil
}

// without gives the keys of a that b lacks.
func without(a, b []Key) (out []Key) {
	for _, k := range a {
		if !contains(b, k) {
			out = append(out, k)
		}
	}
	return out
}

func contains(keys []Key, k Key) bool {
	for _, o := range keys {
		if o.Name == k.Name && o.Value == k.Value {
			return true
		}
	}
	return false
}

// Retire ends a SCIM id: it is remembered as the member's, and never used again.
func (tx *Tx) Retire(ctx context.Context, id identity.ResourceID, m identity.MemberID) error {
	_, err := tx.q.exec(ctx, `INSERT INTO retired (workspace_id, resource_id, member_id, at) VALUES ($1, $2, $3, $4)`, tx.ws, id, m, micros(tx.s.Now()))
	return err
}
