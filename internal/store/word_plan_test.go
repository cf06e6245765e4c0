package store

import (
	"context"
	"testing"

	"github.com/anteroom-id/anteroom/internal/identity"
)

// What administrators look at costs the same with 100,000 members.
func TestEveryListOfMembersIsARangeOfAnIndex(t *testing.T) {
	ctx := context.Background()
	s, err := Open(ctx, Options{Database: t.TempDir(), InsecureNoFlush: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	m := &identity.Member{ID: "m", Tab: identity.TabActive, DisplayName: "Ann Smith"}
	inactive := *m
	inactive.Tab = identity.TabInactive
	renamed := *m
	renamed.DisplayName = "Bob Jones"
	for name, c := range map[string]struct {
		ask  func(r *Reader, tx *Tx)
		want []string
	}{
		"a tab":            {func(r *Reader, _ *Tx) { _, _ = r.MembersIn(ctx, "active", "m", 10) }, []string{"member_tab (workspace_id=? AND tab=? AND id<?)"}},
		"a tab, backwards": {func(r *Reader, _ *Tx) { _, _ = r.MembersInBefore(ctx, "active", "m", 10) }, []string{"member_tab (workspace_id=? AND tab=? AND id>?)"}},
		"a prefix": {func(r *Reader, _ *Tx) { _, _ = r.MembersByWord(ctx, "active", "a", Place{}, 10) },
			[]string{"member_word_1 (workspace_id=? AND tab=? AND (word,member_id)>(?,?) AND word<?)", "(workspace_id=? AND id=?)"}},
		"a prefix, backwards": {func(r *Reader, _ *Tx) { _, _ = r.MembersByWordBefore(ctx, "active", "a", Place{}, 10) },
			[]string{"member_word_1 (workspace_id=? AND tab=?", "(workspace_id=? AND id=?)"}},
		"entries of a prefix": {func(r *Reader, _ *Tx) { _, _ = r.EntriesByWord(ctx, "active", "a", Place{}, 10) },
			[]string{"COVERING INDEX sqlite_autoindex_member_word_1 (workspace_id=? AND tab=? AND (word,member_id)>(?,?) AND word<?)"}},
		"entries of a prefix, backwards": {func(r *Reader, _ *Tx) { _, _ = r.EntriesByWordBefore(ctx, "active", "a", Place{}, 10) },
			[]string{"COVERING INDEX sqlite_autoindex_member_word_1 (workspace_id=? AND tab=?"}},
		"members of a page":  {func(r *Reader, _ *Tx) { _, _ = r.MembersByID(ctx, []identity.MemberID{"a", "b"}) }, []string{"(workspace_id=? AND id=?)"}},
		"a prefix, counted":  {func(r *Reader, _ *Tx) { _, _ = r.CountWords(ctx, "active", "a", 10) }, []string{"COVERING INDEX sqlite_autoindex_member_word_1 (workspace_id=? AND tab=? AND word>? AND word<?)"}},
		"groups of a page":   {func(r *Reader, _ *Tx) { _, _ = r.GroupsOfAll(ctx, []identity.MemberID{"a", "b"}) }, []string{"membership_member (workspace_id=? AND member_id=?)"}},
		"members of a group": {func(r *Reader, _ *Tx) { _, _ = r.MembersInGroup(ctx, "g", "m", 10) }, []string{"(workspace_id=? AND group_id=? AND member_id>?)"}},
		"turn a tab":         {func(_ *Reader, tx *Tx) { _ = tx.moveWords(ctx, m, &inactive) }, []string{"(workspace_id=? AND tab=? AND word=? AND member_id=?)"}},
		"change a name":      {func(_ *Reader, tx *Tx) { _ = tx.moveWords(ctx, m, &renamed) }, []string{"(workspace_id=? AND tab=? AND word=? AND member_id=?)"}},
		"unmap a group":      {func(_ *Reader, tx *Tx) { _ = tx.SetGroupRole(ctx, "g", "", 0) }, []string{"(workspace_id=? AND group_id=?)"}},
	} {
		e := &explainer{t: t, on: s.engine.reader()}
		r := &Reader{ws: "ws_1", q: e, s: s}
		c.ask(r, &Tx{Reader: *r, tally: &Tally{}})
		e.judge(name, c.want)
	}
}

func TestAMemberWithoutWordsGetsThem(t *testing.T) {
	ctx := context.Background()
	s, err := Open(ctx, Options{Database: t.TempDir(), InsecureNoFlush: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	m := &identity.Member{ID: identity.NewMemberID(s.Now()), ResourceID: "r", Tab: identity.TabActive, DisplayName: "Ann"}
	w := identity.Workspace{ID: "ws_1", Slug: "acme"}
	err = s.Write(ctx, w.ID, func(tx *Tx) error {
		if err := tx.InsertWorkspace(ctx, w); err != nil {
			return err
		}
		if _, err := tx.InsertMember(ctx, m, nil); err != nil {
			return err
		}
		if _, err := tx.q.exec(ctx, `DELETE FROM member_word`); err != nil {
			return err
		}
		if hits, err := tx.MembersByWord(ctx, identity.TabActive, "ann", Place{}, 10); err != nil || len(hits) > 0 {
			t.Errorf("%d found without words (%v)", len(hits), err)
		}
		return tx.Refill(ctx, m, identity.TabGuest)
	})
	if err != nil {
		t.Fatal(err)
	}
	hits, err := s.Read(w.ID).MembersByWord(ctx, identity.TabGuest, "ann", Place{}, 10)
	if err != nil || len(hits) != 1 || hits[0].Member.Tab != identity.TabGuest {
		t.Errorf("found %+v (%v)", hits, err)
	}
}
