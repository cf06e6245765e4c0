package store

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"strings"
	"testing"

	sqlite3 "modernc.org/sqlite/lib"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/store/storetest"
)

// random is text that no index can compress, of n bytes.
func random(n int) string {
	b := make([]byte, n/2)
	rand.Read(b)
	return hex.EncodeToString(b)
}

func mustBeTooLong(t *testing.T, err error, what string) {
	t.Helper()
	if identity.KindOf(err) != identity.Invalid || !strings.Contains(err.Error(), what+" is too long to be kept") {
		t.Errorf("got %v, want a refusal that says that %s is too long", err, what)
	}
}

// The verbs bound what they write. What slips through is told to the requester,
// as theirs, with the attribute at fault.
func TestATextThatPostgreSQLCannotIndexIsNamedAsTooLong(t *testing.T) {
	ctx := context.Background()
	s, err := Open(ctx, Options{Database: storetest.Postgres(t), InsecureNoFlush: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	w := identity.Workspace{ID: identity.NewWorkspaceID(s.Now()), Slug: "acme", Name: "Acme", Created: s.Now()}
	if err := s.Write(ctx, w.ID, func(tx *Tx) error { return tx.InsertWorkspace(ctx, w) }); err != nil {
		t.Fatal(err)
	}
	person := func(set func(m *identity.Member), keys ...Key) error {
		m := &identity.Member{ID: identity.NewMemberID(s.Now()), ResourceID: identity.NewResourceID(s.Now()), State: identity.Active, UserName: random(20), Version: 1, Doc: []byte("{}")}
		set(m)
		return s.Write(ctx, w.ID, func(tx *Tx) error {
			_, err := tx.InsertMember(ctx, m, keys)
			return err
		})
	}
	group := func(g identity.Group) error {
		g.ID, g.Doc = identity.NewGroupID(s.Now()), []byte("{}")
		return s.Write(ctx, w.ID, func(tx *Tx) error {
			_, err := tx.InsertGroup(ctx, &g)
			if err == nil {
				_, err = tx.Park(ctx, g.ID, "", g.ExternalID+random(20))
			}
			return err
		})
	}
	long := random(6000)
	mustBeTooLong(t, person(func(m *identity.Member) { m.UserName = long }), "userName")
	mustBeTooLong(t, person(func(m *identity.Member) { m.Address = long }), "emails")
	mustBeTooLong(t, person(func(m *identity.Member) { m.DisplayName = long }), "displayName")
	mustBeTooLong(t, person(func(m *identity.Member) { m.ExternalID = long }), "externalId")
	mustBeTooLong(t, person(func(*identity.Member) {}, Key{Name: "microsoftId", Value: long}), "an e-mail address or a match attribute")
	mustBeTooLong(t, group(identity.Group{DisplayName: long}), "displayName")
	mustBeTooLong(t, group(identity.Group{DisplayName: "a", ExternalID: long}), "externalId")
	if err := person(func(m *identity.Member) { m.Title = long }); err != nil {
		t.Errorf("a long title: %v", err)
	}
	q := s.engine.reader()
	if _, err := q.exec(ctx, "CREATE TABLE narrow (word VARCHAR(3))"); err != nil {
		t.Fatal(err)
	}
	_, err = q.exec(ctx, "INSERT INTO narrow (word) VALUES ($1)", "four")
	mustBeTooLong(t, err, "a value")
}

func TestATextThatSQLiteCannotKeepIsTooLong(t *testing.T) {
	ctx := context.Background()
	s, err := Open(ctx, Options{Database: t.TempDir(), InsecureNoFlush: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	c := s.engine.(*sqliteEngine).write
	sqlite3.Xsqlite3_limit(c.tls, c.db, sqlite3.SQLITE_LIMIT_LENGTH, 10_000) // a thousand million, otherwise
	w := identity.Workspace{ID: identity.NewWorkspaceID(s.Now()), Slug: "acme", Name: random(20_000), Created: s.Now()}
	mustBeTooLong(t, s.Write(ctx, w.ID, func(tx *Tx) error { return tx.InsertWorkspace(ctx, w) }), "a value")
	w.Name = random(2000)
	if err := s.Write(ctx, w.ID, func(tx *Tx) error { return tx.InsertWorkspace(ctx, w) }); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}
