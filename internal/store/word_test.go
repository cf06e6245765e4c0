package store_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/store"
)

// called adds a member of a tab with a display name and nothing else to be found by.
func called(t *testing.T, s *store.Store, ws identity.WorkspaceID, tab identity.Tab, name string) *identity.Member {
	t.Helper()
	m := member(s, name)
	m.Tab, m.Address = tab, ""
	if err := add(s, ws, m); err != nil {
		t.Fatal(err)
	}
	return m
}

// found walks through a search one member at a time.
func found(t *testing.T, s *store.Store, ws identity.WorkspaceID, tab identity.Tab, prefix string) (names []string, last store.Place) {
	t.Helper()
	for {
		hits, err := s.Read(ws).MembersByWord(ctx, tab, identity.Fold(prefix), last, 1)
		if err != nil {
			t.Fatal(err)
		}
		if len(hits) == 0 {
			return names, last
		}
		names = append(names, hits[0].Member.DisplayName)
		last = store.Place{Word: hits[0].Word, Member: hits[0].Member.ID}
	}
}

// The index of a PostgreSQL has the order of some language, and this one's is
// one, in which what begins alike does not stand together.
func TestAPrefixFindsEveryWordThatBeginsWithItInAnyCollation(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		ws, other := workspace(t, s, "acme"), workspace(t, s, "globex")
		for _, name := range []string{"haal", "ha", "Hazel", "h-a", "hb", "gz", "häb", "ha@x", "ha_y", "hazzz", "日本", "日曜"} {
			called(t, s, ws, identity.TabActive, name)
		}
		called(t, s, ws, identity.TabInactive, "hannah")
		called(t, s, other, identity.TabActive, "harry")
		for prefix, want := range map[string]string{
			"ha": "ha haal Hazel hazzz ha@x ha_y", "haa": "haal", "h-": "h-a", "hä": "häb", "日": "日本 日曜", "q": "",
		} {
			got, last := found(t, s, ws, identity.TabActive, prefix)
			if g, w := slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(strings.Fields(want))); !slices.Equal(g, w) {
				t.Errorf("%s finds %q, want %q", prefix, g, w)
			}
			if len(got) == 0 {
				continue
			}
			before, err := s.Read(ws).MembersByWordBefore(ctx, identity.TabActive, identity.Fold(prefix), last, 10)
			if err != nil {
				t.Fatal(err)
			}
			var back []string
			for _, h := range before {
				back = append(back, h.Member.DisplayName)
			}
			slices.Reverse(back)
			if !slices.Equal(back, got[:len(got)-1]) {
				t.Errorf("%s: backwards %q, forwards %q", prefix, back, got)
			}
		}
	})
}

func TestWordsAndCountsFollowAMemberFromTabToTab(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		ws := workspace(t, s, "acme")
		m := called(t, s, ws, identity.TabPending, "Ann Smith")
		called(t, s, ws, identity.TabActive, "Bob")
		change := func(f func(m *identity.Member)) {
			t.Helper()
			before := *m
			f(m)
			if err := s.Write(ctx, ws, func(tx *store.Tx) error {
				if err := tx.UpdateMember(ctx, &before, m); err != nil {
					return err
				}
				return tx.MoveMember(ctx, m, m.UserName, m.DisplayName)
			}); err != nil {
				t.Fatal(err)
			}
		}
		expect := func(what, prefix, active, guest, inactive string, tally store.Tally) {
			t.Helper()
			for tab, want := range map[identity.Tab]string{identity.TabActive: active, identity.TabGuest: guest, identity.TabInactive: inactive, identity.TabPending: ""} {
				if got, _ := found(t, s, ws, tab, prefix); strings.Join(got, " ") != want {
					t.Errorf("%s: %s in %s finds %q, want %q", what, prefix, tab, got, want)
				}
			}
			now := mustTally(t, s, ws)
			if now.Active() != tally.Active() || now.Pending != tally.Pending || now.Inactive != tally.Inactive || now.Guests != tally.Guests {
				t.Errorf("%s: counted %d active and %+v", what, now.Active(), now)
			}
		}
		change(func(m *identity.Member) { m.Tab = identity.TabActive })
		expect("active", "ann", "Ann Smith", "", "", store.Tally{Members: 2})
		change(func(m *identity.Member) { m.Tab, m.DisplayName = identity.TabGuest, "Ann Miller" })
		expect("a guest with another name", "mill", "", "Ann Miller", "", store.Tally{Members: 2, Guests: 1})
		expect("the former name", "smith", "", "Ann Miller", "", store.Tally{Members: 2, Guests: 1}) // still the user name
		change(func(m *identity.Member) { m.UserName = "amiller" })
		expect("no trace of it", "smith", "", "", "", store.Tally{Members: 2, Guests: 1})
		change(func(m *identity.Member) { m.Tab = identity.TabInactive })
		expect("inactive", "ann", "", "", "Ann Miller", store.Tally{Members: 2, Inactive: 1})
		change(func(m *identity.Member) { m.Title = "Chief" })
		expect("nothing that matters", "ann", "", "", "Ann Miller", store.Tally{Members: 2, Inactive: 1})
	})
}

func TestTheIndexAloneSaysWhoIsFoundAndIDsBringTheRest(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		ws, other := workspace(t, s, "acme"), workspace(t, s, "globex")
		var ids []identity.MemberID
		for _, name := range []string{"Ann Smith", "Anna Jones", "Bob", "Annabel"} {
			ids = append(ids, called(t, s, ws, identity.TabActive, name).ID)
		}
		foreign := called(t, s, other, identity.TabActive, "Ann There").ID
		r := s.Read(ws)
		whole, err := r.MembersByWord(ctx, identity.TabActive, "ann", store.Place{}, 10)
		if err != nil || len(whole) != 3 {
			t.Fatal(whole, err)
		}
		entries, err := r.EntriesByWord(ctx, identity.TabActive, "ann", store.Place{}, 10)
		if err != nil {
			t.Fatal(err)
		}
		last := whole[2]
		back, err := r.EntriesByWordBefore(ctx, identity.TabActive, "ann", store.Place{Word: last.Word, Member: last.Member.ID}, 10)
		if err != nil || len(back) != 2 || len(entries) != 3 {
			t.Fatal(entries, back, err)
		}
		for i := range whole {
			w, e := &whole[i].Member, &entries[i]
			if e.Word != whole[i].Word || e.Member != w.ID || e.Mask != identity.WordMask(w.Words()) {
				t.Errorf("%+v, not %+v", e, whole[i])
			}
			if i < 2 && back[1-i].Member != w.ID {
				t.Errorf("backwards %+v", back)
			}
		}
		asked := []identity.MemberID{ids[3], foreign, ids[0], "mem_none", ids[2]}
		got, err := r.MembersByID(ctx, asked)
		if err != nil || len(got) != 3 || got[0].ID != ids[3] || got[1].ID != ids[0] || got[2].ID != ids[2] || got[1].UserName == "" || got[1].Version == 0 {
			t.Errorf("%+v (%v)", got, err)
		}
	})
}
