package store_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/store"
)

// Writers share a transaction for as long as a tenth of a second, and who takes
// longer waits behind the others.
func TestAWriteDoesNotWaitForAllThatAnotherWorkspaceHasInTheQueue(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		acme, globex := workspace(t, s, "acme"), workspace(t, s, "globex")
		var all sync.WaitGroup
		slow := func() {
			if err := s.Write(ctx, acme, func(*store.Tx) error { time.Sleep(120 * time.Millisecond); return nil }); err != nil {
				t.Error(err)
			}
		}
		start := time.Now()
		for range 12 {
			all.Go(slow)
		}
		time.Sleep(60 * time.Millisecond) // the first is under way, and the others wait
		if err := add(s, globex, member(s, "ann")); err != nil {
			t.Fatal(err)
		}
		waited := time.Since(start)
		all.Wait()
		if whole := time.Since(start); waited > whole/2 {
			t.Errorf("it waited for %v, and all took %v", waited, whole)
		}
	})
}

// Nobody can write for eleven seconds, which is longer than a writer waits.
func TestADeferredWorkOutlivesATransactionThatFails(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, other := open(t, dir), open(t, dir)
	ws := workspace(t, s, "acme")
	held := make(chan bool)
	go func() {
		_ = other.Write(ctx, ws, func(*store.Tx) error { close(held); time.Sleep(11 * time.Second); return nil })
	}()
	<-held
	for range 20 {
		r := identity.Request{ID: identity.NewRequestID(s.Now()), At: s.Now(), Method: "GET"}
		s.RecordLater(ws, r.ID, 200, r.AppendEntry(nil))
	}
	time.Sleep(11 * time.Second)
	if n := len(kept(t, s, ws, 20)); n != 20 {
		t.Errorf("%d of 20 records are kept", n)
	}
}

// SQLite's write-ahead log keeps its size when it starts over, unless it is told otherwise.
func TestTheLogOfALongTransactionIsNotKept(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir)
	ws := workspace(t, s, "acme")
	text := strings.Repeat("x", 1<<20)
	err := s.Write(ctx, ws, func(tx *store.Tx) error {
		for i := range 20 {
			m := member(s, fmt.Sprintf("p%d", i))
			m.Doc = []byte(`{"note":"` + text + `"}`)
			if _, err := tx.InsertMember(ctx, m, nil); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(200 * time.Millisecond) {
		if err := s.Remember(ctx, "x", time.Now().String()); err != nil {
			t.Fatal(err)
		}
		log, err := os.Stat(filepath.Join(dir, "anteroom.db-wal"))
		if err != nil {
			t.Fatal(err)
		}
		if log.Size() <= 12<<20 {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("the log has %d MB", log.Size()>>20)
		}
	}
}
