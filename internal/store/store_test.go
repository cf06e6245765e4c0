package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/store"
	"github.com/anteroom-id/anteroom/internal/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

var ctx = context.Background()

// onBoth runs a story on SQLite and on PostgreSQL.
func onBoth(t *testing.T, story func(t *testing.T, s *store.Store)) {
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); story(t, open(t, t.TempDir())) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); story(t, open(t, storetest.Postgres(t))) })
}

func open(t *testing.T, where string) *store.Store {
	t.Helper()
	s, err := store.Open(ctx, store.Options{Database: where, InsecureNoFlush: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

var origin = identity.Origin{Actor: identity.Actor{Kind: identity.ActorSystem, ID: "test"}, Source: "test"}

func workspace(t *testing.T, s *store.Store, slug string) identity.WorkspaceID {
	t.Helper()
	w := identity.Workspace{ID: identity.NewWorkspaceID(s.Now()), Slug: slug, Name: slug, Provisioning: true, Created: s.Now()}
	if err := s.Write(ctx, w.ID, func(tx *store.Tx) error { return tx.InsertWorkspace(ctx, w) }); err != nil {
		t.Fatal(err)
	}
	return w.ID
}

func member(s *store.Store, name string) *identity.Member {
	now := s.Now()
	return &identity.Member{
		ID: identity.NewMemberID(now), ResourceID: identity.NewResourceID(now), State: identity.Active, UserName: name, Address: name + "@x.example",
		DisplayName: name, Version: 1, Created: now, Modified: now, Doc: []byte(`{"userName":"` + name + `"}`),
	}
}

func add(s *store.Store, ws identity.WorkspaceID, m *identity.Member) error {
	return s.Write(ctx, ws, func(tx *store.Tx) error {
		ok, err := tx.InsertMember(ctx, m, nil)
		if err == nil && !ok {
			err = identity.Errorf(identity.Taken, "", "taken")
		}
		if err != nil {
			return err
		}
		return tx.Log(ctx, origin, identity.MemberProvisioned, identity.Subject{Kind: "member", ID: string(m.ID)}, []identity.Delta{{Field: "userName", After: m.UserName}})
	})
}

func mustTally(t *testing.T, s *store.Store, ws identity.WorkspaceID) store.Tally {
	t.Helper()
	n, err := s.Read(ws).Tally(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// mustBeGapless fails unless the log counts 1, 2, 3, ... up to the tally.
func mustBeGapless(t *testing.T, s *store.Store, ws identity.WorkspaceID) []identity.Change {
	t.Helper()
	all, err := s.Read(ws).Changes(ctx, 0, 1_000_000)
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range all {
		if c.Seq != int64(i+1) {
			t.Fatalf("change %d has sequence number %d", i+1, c.Seq)
		}
	}
	if n := mustTally(t, s, ws); n.Seq != int64(len(all)) {
		t.Fatalf("the log has %d rows and counts to %d", len(all), n.Seq)
	}
	return all
}

func TestOneWritersFailureHurtsNobodyElse(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		ws := workspace(t, s, "acme")
		boom := errors.New("boom")
		var all sync.WaitGroup
		errs := make([]error, 90)
		for i := range errs {
			all.Go(func() {
				errs[i] = s.Write(ctx, ws, func(tx *store.Tx) error {
					m := member(s, fmt.Sprintf("u%d", i))
					if ok, err := tx.InsertMember(ctx, m, nil); err != nil || !ok {
						return fmt.Errorf("insert: %v %v", ok, err)
					}
					if err := tx.Log(ctx, origin, identity.MemberProvisioned, identity.Subject{ID: string(m.ID)}, nil); err != nil {
						return err
					}
					switch i % 3 {
					case 1:
						return boom
					case 2:
						panic("a defect in one request")
					}
					return nil
				})
			})
		}
		all.Wait()
		for i, err := range errs {
			if failed := err != nil; failed != (i%3 != 0) {
				t.Errorf("write %d: %v", i, err)
			}
		}
		if n := mustTally(t, s, ws); n.Users != 30 {
			t.Errorf("%d users are counted, 30 were added", n.Users)
		}
		if got := mustBeGapless(t, s, ws); len(got) != 30 {
			t.Errorf("the log has %d rows, 30 changes were made", len(got))
		}
		found, _, err := s.Read(ws).UsersAfter(ctx, "", 100)
		if err != nil || len(found) != 30 {
			t.Errorf("%d users are there, 30 were added (%v)", len(found), err)
		}
	})
}

func TestATakenNameIsTakenOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		ws, other := workspace(t, s, "acme"), workspace(t, s, "globex")
		var all sync.WaitGroup
		errs := make([]error, 20)
		for i := range errs {
			all.Go(func() { errs[i] = add(s, ws, member(s, []string{"ANN", "ann"}[i%2])) })
		}
		all.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else if identity.KindOf(err) != identity.Taken {
				t.Errorf("a loser was told %v", err)
			}
		}
		if won != 1 {
			t.Errorf("%d of 20 got the name", won)
		}
		if err := add(s, other, member(s, "ann")); err != nil {
			t.Errorf("the name is free in another workspace: %v", err)
		}
	})
}

func TestDeferredWorkComesWithTheNextWriteOrSoon(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		ws := workspace(t, s, "acme")
		for i := range 1000 {
			s.Later(ws, func(tx *store.Tx) error {
				return tx.InsertRequest(ctx, &identity.Request{ID: identity.NewRequestID(s.Now()), At: s.Now(), Method: "GET", Path: fmt.Sprint(i), Notes: []string{"a", "b"}})
			})
		}
		deadline := time.Now().Add(20 * time.Second)
		for {
			got, err := s.Read(ws).Requests(ctx, "", 2000)
			if err != nil {
				t.Fatal(err)
			}
			if len(got) == 1000 {
				if len(got[0].Notes) != 2 {
					t.Errorf("notes: %q", got[0].Notes)
				}
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("%d of 1000 deferred entries were written", len(got))
			}
			time.Sleep(20 * time.Millisecond)
		}
		err := s.Write(ctx, ws, func(tx *store.Tx) error {
			n, err := tx.DeleteRequests(ctx, s.Now().Add(time.Hour), 700)
			if n != 700 {
				t.Errorf("deleted %d of at most 700", n)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestWhatWaitsIsWrittenAtClose(t *testing.T) {
	dir := t.TempDir()
	s, err := store.Open(ctx, store.Options{Database: dir})
	if err != nil {
		t.Fatal(err)
	}
	ws := workspace(t, s, "acme")
	s.Later(ws, func(tx *store.Tx) error {
		return tx.InsertRequest(ctx, &identity.Request{ID: "req_1", At: s.Now()})
	})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Write(ctx, ws, func(*store.Tx) error { return nil }); identity.KindOf(err) != identity.Unavailable {
		t.Errorf("a write after close: %v", err)
	}
	got, err := open(t, dir).Read(ws).Requests(ctx, "", 10)
	if err != nil || len(got) != 1 {
		t.Errorf("%d entries survived the close (%v)", len(got), err)
	}
}

func TestAWatcherIsWokenByCommitsOfItsWorkspaceOnly(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		ws, other := workspace(t, s, "acme"), workspace(t, s, "globex")
		woken, end := s.Watch(ws)
		defer end()
		if err := add(s, other, member(s, "bob")); err != nil {
			t.Fatal(err)
		}
		select {
		case <-woken:
			t.Fatal("another workspace's commit woke the watcher")
		default:
		}
		if err := add(s, ws, member(s, "ann")); err != nil {
			t.Fatal(err)
		}
		select {
		case <-woken:
		case <-time.After(10 * time.Second):
			t.Fatal("nobody woke the watcher")
		}
	})
}

func TestTheLogIsOneGaplessOrderAcrossCopies(t *testing.T) {
	url := storetest.Postgres(t)
	copies := []*store.Store{open(t, url), open(t, url), open(t, url)}
	ws := workspace(t, copies[0], "acme")
	var all sync.WaitGroup
	for c, s := range copies {
		for i := range 40 {
			all.Go(func() {
				if err := add(s, ws, member(s, fmt.Sprintf("c%d-%d", c, i))); err != nil {
					t.Error(err)
				}
			})
		}
	}
	all.Wait()
	if got := mustBeGapless(t, copies[1], ws); len(got) != 120 {
		t.Errorf("%d changes, 120 were made", len(got))
	}
	if n := mustTally(t, copies[2], ws); n.Users != 120 {
		t.Errorf("%d users are counted, 120 were added", n.Users)
	}
}

// A reader across workspaces stops below the oldest writer still open: the
// change that commits late is read when it comes, never skipped.
func TestAReaderAcrossWorkspacesNeverSkipsALateCommit(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		a, b := workspace(t, s, "acme"), workspace(t, s, "globex")
		seen := map[string]int{}
		low, lastWS, lastSeq := int64(0), identity.WorkspaceID(""), int64(0)
		read := func() {
			high, err := s.Horizon(ctx)
			if err != nil {
				t.Fatal(err)
			}
			for {
				rows, err := s.ChangesBetween(ctx, low, high, lastWS, lastSeq, 7)
				if err != nil {
					t.Fatal(err)
				}
				for _, r := range rows {
					seen[fmt.Sprint(r.Workspace, r.Seq)]++
					low, lastWS, lastSeq = r.Stamp, r.Workspace, r.Seq
				}
				if len(rows) < 7 {
					return
				}
			}
		}
		started, release := make(chan struct{}), make(chan struct{})
		late := make(chan error, 1)
		if s.Engine() == "postgres" { // SQLite has one writer at a time
			go func() {
				late <- s.Write(ctx, a, func(tx *store.Tx) error {
					if err := tx.Log(ctx, origin, identity.MemberUpdated, identity.Subject{ID: "late"}, nil); err != nil {
						return err
					}
					close(started)
					<-release
					return nil
				})
			}()
			<-started
		} else {
			late <- nil
		}
		for i := range 20 {
			if err := add(s, b, member(s, fmt.Sprint("b", i))); err != nil {
				t.Fatal(err)
			}
			read()
		}
		close(release)
		if err := <-late; err != nil {
			t.Fatal(err)
		}
		if err := add(s, a, member(s, "after")); err != nil {
			t.Fatal(err)
		}
		read()
		want := len(mustBeGapless(t, s, a)) + len(mustBeGapless(t, s, b))
		if len(seen) != want {
			t.Errorf("read %d of %d changes", len(seen), want)
		}
		for k, n := range seen {
			if n != 1 {
				t.Errorf("change %s was read %d times", k, n)
			}
		}
	})
}
