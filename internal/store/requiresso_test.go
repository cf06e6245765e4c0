package store_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/store"
)

// local adds a member who signs in here.
func local(t *testing.T, s *store.Store, ws identity.WorkspaceID, name string) identity.MemberID {
	t.Helper()
	m := member(s, name)
	if err := add(s, ws, m); err != nil {
		t.Fatal(err)
	}
	p := identity.Person{ID: identity.NewPersonID(s.Now()), Address: string(ws) + name + "@x.example", Created: s.Now()}
	write(t, s, ws, func(tx *store.Tx) error {
		if _, err := tx.InsertPerson(ctx, &p); err != nil {
			return err
		}
		_, err := tx.BindMember(ctx, m, p.ID, s.Now())
		return err
	})
	return m.ID
}

func TestWhoSignsInHereIsListedPageByPage(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		acme, globex := workspace(t, s, "acme"), workspace(t, s, "globex")
		var all []identity.MemberID
		for i := range 5 {
			all = append(all, local(t, s, acme, fmt.Sprint("m", i)))
		}
		slices.Sort(all)
		local(t, s, globex, "stranger")
		if err := add(s, acme, member(s, "invited")); err != nil {
			t.Fatal(err)
		}
		now := s.Now()
		write(t, s, acme, func(tx *store.Tx) error {
			if err := tx.SaveSSORule(ctx, &identity.SSORule{Member: all[0], Exempt: now.Add(time.Hour), Reason: "a guest", SetBy: "x"}); err != nil {
				return err
			}
			if err := tx.SaveSSORule(ctx, &identity.SSORule{Member: all[1], Exempt: now, Required: true}); err != nil {
				return err
			}
			return tx.SaveSSORule(ctx, &identity.SSORule{Member: all[2], Required: true})
		})
		r := s.Read(acme)
		var got []identity.MemberID
		for after := identity.MemberID(""); ; after = got[len(got)-1] {
			page, err := r.Locals(ctx, false, now, after, 2)
			if err != nil {
				t.Fatal(err)
			}
			for _, l := range page {
				got = append(got, l.Member)
			}
			if len(page) == 0 {
				break
			}
		}
		if want := fmt.Sprint(all[1:]); fmt.Sprint(got) != want {
			t.Errorf("listed %v, want %v", got, want)
		}
		everyone, _ := r.CountLocals(ctx, false, now)
		named, err := r.CountLocals(ctx, true, now)
		if everyone != 4 || named != 2 || err != nil {
			t.Errorf("counted %d, and %d of the named: %v", everyone, named, err)
		}
		if n, err := r.CountLinked(ctx); n != 0 || err != nil {
			t.Errorf("%d are linked: %v", n, err)
		}
		write(t, s, acme, func(tx *store.Tx) error { return tx.SaveSSORule(ctx, &identity.SSORule{Member: all[2]}) })
		if rules, err := r.SSORules(ctx); err != nil || len(rules) != 2 || rules[0].Reason != "a guest" || !rules[1].Required {
			t.Errorf("the rules are %v: %v", rules, err)
		}
	})
}

func TestWhatAWorkspaceRequiresIsItsOwn(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		acme, globex := workspace(t, s, "acme"), workspace(t, s, "globex")
		rule := identity.RequireSSO{Mode: identity.RequireEveryone, Since: s.Now(), Until: s.Now().Add(time.Minute)}
		write(t, s, acme, func(tx *store.Tx) error { return tx.SetRequireSSO(ctx, &rule) })
		got, err := s.Read(acme).RequireSSO(ctx)
		if err != nil || got.Mode != rule.Mode || !got.Until.Equal(rule.Until) {
			t.Errorf("%+v came back: %v", got, err)
		}
		if got, err := s.Read(globex).RequireSSO(ctx); err != nil || got.Mode != identity.RequireOff {
			t.Errorf("the other workspace has %+v: %v", got, err)
		}
		all, err := s.Requiring(ctx)
		if err != nil || len(all) != 1 || all[0].Workspace != acme {
			t.Errorf("requiring are %v: %v", all, err)
		}
	})
}

func TestARecoveryCodeOfAWorkspaceWorksOnceAndNowhereElse(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		acme, globex := workspace(t, s, "acme"), workspace(t, s, "globex")
		for _, ws := range []identity.WorkspaceID{acme, globex} {
			write(t, s, ws, func(tx *store.Tx) error {
				return tx.ReplaceWorkspaceRecovery(ctx, []string{"1" + string(ws), "2"}, s.Now())
			})
		}
		use := func(ws identity.WorkspaceID, hash string) (ok bool) {
			write(t, s, ws, func(tx *store.Tx) (err error) {
				ok, err = tx.UseWorkspaceRecovery(ctx, hash, "mem_1", s.Now())
				return err
			})
			return ok
		}
		if use(globex, "1"+string(acme)) || !use(acme, "2") || use(acme, "2") || !use(globex, "2") {
			t.Error("a code works elsewhere, twice, or not at all")
		}
		if left, issued, err := s.Read(acme).WorkspaceRecovery(ctx); left != 1 || issued.IsZero() || err != nil {
			t.Errorf("%d are left, issued %v: %v", left, issued, err)
		}
		write(t, s, acme, func(tx *store.Tx) error { return tx.ReplaceWorkspaceRecovery(ctx, nil, s.Now()) })
		if left, issued, err := s.Read(acme).WorkspaceRecovery(ctx); left != 0 || !issued.IsZero() || err != nil {
			t.Errorf("%d are left, issued %v: %v", left, issued, err)
		}
	})
}
