package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/store"
)

// logged keeps requests in a workspace's provisioning log, a second apart.
func logged(t *testing.T, s *store.Store, ws identity.WorkspaceID, n int, each func(i int, r *identity.Request)) {
	t.Helper()
	begin := s.Now().Add(-time.Duration(n) * time.Second)
	err := s.Write(ctx, ws, func(tx *store.Tx) error {
		for i := range n {
			at := begin.Add(time.Duration(i) * time.Second)
			r := identity.Request{ID: identity.NewRequestID(at), At: at, Method: "GET", Path: fmt.Sprint(i), Status: 200}
			if each != nil {
				each(i, &r)
			}
			if err := tx.InsertRequest(ctx, &r); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// pages reads a filter's pages to the end and gives the paths that they hold.
func pages(t *testing.T, s *store.Store, ws identity.WorkspaceID, f store.RequestFilter, limit int) string {
	t.Helper()
	var out []string
	for range 100 {
		p, err := s.Read(ws).RequestsWhere(ctx, f, limit)
		if err != nil {
			t.Fatal(err)
		}
		if len(p.Requests) > limit {
			t.Fatalf("%d requests on a page of %d", len(p.Requests), limit)
		}
		for _, r := range p.Requests {
			out = append(out, r.Path)
		}
		if f.Before = p.Next; p.Next == "" {
			return strings.Join(out, " ")
		}
	}
	t.Fatal("the pages do not end")
	return ""
}

// connect adds a connection with a token, and gives both.
func connect(t *testing.T, s *store.Store, ws identity.WorkspaceID, name string) (identity.ConnectionID, identity.TokenID) {
	t.Helper()
	c := identity.Connection{ID: identity.NewConnectionID(s.Now()), Name: name, Created: s.Now()}
	k := identity.Token{ID: identity.NewTokenID(s.Now()), Connection: c.ID, Hash: string(c.ID), Kind: identity.TokenWorkspace, Created: s.Now()}
	err := s.Write(ctx, ws, func(tx *store.Tx) error {
		if err := tx.InsertConnection(ctx, c); err != nil {
			return err
		}
		return tx.InsertToken(ctx, k)
	})
	if err != nil {
		t.Fatal(err)
	}
	return c.ID, k.ID
}

func TestP08_TheProvisioningLogIsReadByWhatOneLooksFor(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		acme, globex := workspace(t, s, "acme"), workspace(t, s, "globex")
		one, first := connect(t, s, acme, "one")
		two, second := connect(t, s, acme, "two")
		logged(t, s, globex, 6, func(i int, r *identity.Request) {
			r.Status, r.Subject, r.ClientID, r.Path = 400, "ann", "entra-3", "theirs"
		})
		logged(t, s, acme, 12, func(i int, r *identity.Request) {
			r.Actor, r.ClientID = "token:"+string([]identity.TokenID{first, second}[i%2]), fmt.Sprintf("entra-%d", i)
			if i%3 == 0 {
				r.Status = 409
			}
			if i%4 == 0 {
				r.Subject = `a"n_n`
			}
		})
		all, err := s.Read(acme).Requests(ctx, "", 12)
		if err != nil || len(all) != 12 {
			t.Fatalf("%d requests (%v)", len(all), err)
		}
		for _, c := range []struct {
			name string
			f    store.RequestFilter
			want string
		}{
			{"all", store.RequestFilter{}, "11 10 9 8 7 6 5 4 3 2 1 0"},
			{"failed", store.RequestFilter{Failed: true}, "9 6 3 0"},
			{"of a connection", store.RequestFilter{Connection: two}, "11 9 7 5 3 1"},
			{"failed of a connection", store.RequestFilter{Connection: one, Failed: true}, "6 0"},
			{"of no connection", store.RequestFilter{Connection: "con_none"}, ""},
			{"about somebody", store.RequestFilter{Subject: `a"n_n`}, "8 4 0"},
			{"about nobody", store.RequestFilter{Subject: `a"nxn`}, ""},
			{"failed about somebody", store.RequestFilter{Subject: `a"n_n`, Failed: true}, "0"},
			{"by the directory's id", store.RequestFilter{ClientID: "entra-1"}, "1"},
			{"since", store.RequestFilter{Since: all[2].At}, "11 10 9"},
			{"failed since", store.RequestFilter{Since: all[6].At, Failed: true}, "9 6"},
			{"before", store.RequestFilter{Before: all[9].ID}, "1 0"},
		} {
			for _, limit := range []int{1, 2, 50} {
				if got := pages(t, s, acme, c.f, limit); got != c.want {
					t.Errorf("%s, %d a page: got %q, want %q", c.name, limit, got, c.want)
				}
			}
		}
		for _, id := range []string{string(all[4].ID), "entra-7"} {
			got, found, err := s.Read(acme).Request(ctx, id)
			if err != nil || !found || got.Path != "7" {
				t.Errorf("%s is %+v (%v, %v)", id, got, found, err)
			}
		}
		for _, id := range []string{"", "entra-99", string(all[4].ID)} {
			if _, found, err := s.Read(globex).Request(ctx, id); found || err != nil {
				t.Errorf("%q was found in the other workspace (%v)", id, err)
			}
		}
	})
}

func TestTheChangeLogIsReadBackwardsByPage(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		acme, globex := workspace(t, s, "acme"), workspace(t, s, "globex")
		write := func(ws identity.WorkspaceID, n int) {
			err := s.Write(ctx, ws, func(tx *store.Tx) error {
				for i := range n {
					v, kind := identity.MemberUpdated, "member"
					if i%3 == 0 {
						v, kind = identity.GroupUpdated, "group"
					}
					subject := identity.Subject{Kind: kind, ID: fmt.Sprint(kind, i%2)}
					if err := tx.Log(ctx, origin, v, subject, []identity.Delta{{Field: "n", After: int64(i)}}); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		write(acme, 12)
		write(globex, 4)
		for _, c := range []struct {
			name string
			f    store.ChangeFilter
			want string
		}{
			{"all", store.ChangeFilter{}, "12 11 10 9 8 7 6 5 4 3 2 1"},
			{"before", store.ChangeFilter{Before: 4}, "3 2 1"},
			{"of a kind", store.ChangeFilter{Kind: "group"}, "10 7 4 1"},
			{"of a verb", store.ChangeFilter{Verb: identity.GroupUpdated, Before: 7}, "4 1"},
			{"of a subject", store.ChangeFilter{Subject: "group0"}, "7 1"},
			{"of nobody", store.ChangeFilter{Subject: "group9"}, ""},
		} {
			for _, limit := range []int{1, 5, 50} {
				var got []string
				f := c.f
				for more := true; more; more = f.Before > 0 {
					p, err := s.Read(acme).ChangesWhere(ctx, f, limit)
					if err != nil || len(p.Changes) > limit {
						t.Fatalf("%d changes (%v)", len(p.Changes), err)
					}
					for _, x := range p.Changes {
						got = append(got, fmt.Sprint(x.Seq))
					}
					f.Before = p.Next
				}
				if strings.Join(got, " ") != c.want {
					t.Errorf("%s, %d a page: got %v, want %s", c.name, limit, got, c.want)
				}
			}
		}
		newest, err := s.Read(globex).ChangesBefore(ctx, 0, 1)
		if err != nil || len(newest) != 1 || newest[0].Seq != 4 || len(newest[0].Values) != 1 {
			t.Errorf("the newest of the other workspace is %+v (%v)", newest, err)
		}
	})
}

// What is looked at for a page is bounded, and the page says that there is more.
func TestAPageOfALongLogSaysWhereItLeftOff(t *testing.T) {
	s := open(t, t.TempDir())
	ws := workspace(t, s, "acme")
	con, tok := connect(t, s, ws, "one")
	logged(t, s, ws, 20_500, func(i int, r *identity.Request) {
		if i == 100 || i == 20_400 {
			r.Subject, r.Actor = "ann", "token:"+string(tok)
		}
	})
	p, err := s.Read(ws).RequestsWhere(ctx, store.RequestFilter{Subject: "ann"}, 10)
	if err != nil || len(p.Requests) != 1 || p.Next == "" {
		t.Fatalf("the first page holds %d and goes on at %q (%v)", len(p.Requests), p.Next, err)
	}
	for _, f := range []store.RequestFilter{{Subject: "ann"}, {Connection: con}} {
		if got := pages(t, s, ws, f, 10); got != "20400 100" {
			t.Errorf("the pages hold %q", got)
		}
	}
}

func TestCyclesOfADirectoryBeginAfterASilence(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		acme, globex := workspace(t, s, "acme"), workspace(t, s, "globex")
		con, tok := connect(t, s, acme, "one")
		other, _ := connect(t, s, globex, "one")
		begin := s.Now().Add(-60 * time.Hour)
		at := func(minutes int) time.Time { return begin.Add(time.Duration(minutes) * time.Minute) }
		for _, minute := range []int{0, 1, 4, 40, 43, 47, 81} {
			err := s.Write(ctx, acme, func(tx *store.Tx) error {
				if err := tx.NoteContact(ctx, con, at(minute), at(minute-5)); err != nil {
					return err
				}
				return tx.TouchToken(ctx, tok, at(minute), "192.0.2.1")
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		begun, err := s.Read(acme).Contacts(ctx, con)
		if err != nil || len(begun) != 3 || !begun[0].Equal(at(81)) || !begun[1].Equal(at(40)) || !begun[2].Equal(at(0)) {
			t.Errorf("the cycles began at %v (%v)", begun, err)
		}
		c, _, err := s.Read(acme).Connection(ctx, con)
		if err != nil || !c.FirstContact.Equal(at(0)) {
			t.Errorf("first contact at %v (%v)", c.FirstContact, err)
		}
		if last, err := s.Read(acme).LastContact(ctx, con); err != nil || !last.Equal(at(81)) {
			t.Errorf("last contact at %v (%v)", last, err)
		}
		if begun, err := s.Read(globex).Contacts(ctx, other); err != nil || len(begun) != 0 {
			t.Errorf("another workspace's began at %v (%v)", begun, err)
		}
		for i := range 70 {
			minute := 200 + 40*i
			if err := s.Write(ctx, acme, func(tx *store.Tx) error { return tx.NoteContact(ctx, con, at(minute), at(minute-5)) }); err != nil {
				t.Fatal(err)
			}
		}
		if begun, err := s.Read(acme).Contacts(ctx, con); err != nil || len(begun) != 50 || !begun[0].Equal(at(200+40*69)) {
			t.Errorf("%d cycles are kept (%v)", len(begun), err)
		}
	})
}
