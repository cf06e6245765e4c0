package store_test

import (
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/store"
)

func TestALookUpSeesWhatWasWrittenBeforeIt(t *testing.T) {
	s := open(t, t.TempDir())
	ws := workspace(t, s, "acme")
	for range 200 {
		for range 3 { // so that the connection keeps its snapshot
			if _, _, err := s.Read(ws).Standing(ctx, "nobody"); err != nil {
				t.Fatal(err)
			}
		}
		m := member(s, string(identity.NewMemberID(s.Now())))
		if err := add(s, ws, m); err != nil {
			t.Fatal(err)
		}
		if _, found, err := s.Read(ws).Standing(ctx, string(m.ResourceID)); err != nil || !found {
			t.Fatalf("somebody written a moment ago is found: %v, %v", found, err)
		}
	}
}

func TestWhatAnotherProcessWritesIsSeenByTheNextLookUp(t *testing.T) {
	dir := t.TempDir()
	s, other := open(t, dir), open(t, dir)
	ws := workspace(t, s, "acme")
	for range 200 {
		for range 3 { // so that the connection keeps its snapshot
			if _, _, err := s.Read(ws).Standing(ctx, "nobody"); err != nil {
				t.Fatal(err)
			}
		}
		m := member(other, string(identity.NewMemberID(s.Now())))
		if err := add(other, ws, m); err != nil {
			t.Fatal(err)
		}
		if _, found, err := s.Read(ws).Standing(ctx, string(m.ResourceID)); err != nil || !found {
			t.Fatalf("somebody whom another process has written is found: %v, %v", found, err)
		}
	}
}

func TestRecordsOfReadsAloneAreCommittedWithoutAFlush(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		ws := workspace(t, s, "acme")
		before := s.Stats()
		for range 10 {
			r := identity.Request{ID: identity.NewRequestID(s.Now()), At: s.Now(), Method: "GET"}
			s.RecordLater(ws, r.ID, 200, r.AppendEntry(nil))
		}
		for deadline := time.Now().Add(10 * time.Second); s.Stats().Deferred < before.Deferred+10; time.Sleep(10 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("the records were not written: %+v", s.Stats())
			}
		}
		after := s.Stats()
		if after.Commits != before.Commits || after.Unflushed == before.Unflushed {
			t.Errorf("before %+v, after %+v", before, after)
		}
		got, err := s.Read(ws).Requests(ctx, "", 100)
		if err != nil || len(got) != 10 {
			t.Errorf("%d of 10 records are there (%v)", len(got), err)
		}
		if err := add(s, ws, member(s, "ann")); err != nil {
			t.Fatal(err)
		}
		if n := s.Stats().Commits; n != after.Commits+1 {
			t.Errorf("a write is a flushed commit again: %d, before %d", n, after.Commits)
		}
	})
}
