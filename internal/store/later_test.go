package store_test

import (
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/store"
)

// kept waits until as many requests of the workspace are kept, and gives their paths.
func kept(t *testing.T, s *store.Store, ws identity.WorkspaceID, want int) (paths []string) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		all, err := s.Read(ws).Requests(ctx, "", 1000)
		if err != nil {
			t.Fatal(err)
		}
		if len(all) >= want || time.Now().After(deadline) {
			for _, r := range all {
				paths = append(paths, r.Path)
			}
			slices.Sort(paths)
			return paths
		}
	}
}

// A record that cannot be kept is lost alone: neither those deferred with it,
// of its own workspace and of others, nor the write that carries them.
func TestADeferredWorkThatFailsIsLostAlone(t *testing.T) {
	for _, poison := range []struct {
		name string
		into func(s *store.Store, ws identity.WorkspaceID)
	}{
		{"an entry with a NUL", func(s *store.Store, ws identity.WorkspaceID) {
			s.RecordLater(ws, identity.NewRequestID(s.Now()), 200, []byte("{\x00}"))
		}},
		{"a work that fails", func(s *store.Store, ws identity.WorkspaceID) {
			s.Later(ws, func(*store.Tx) error { return errors.New("boom") })
		}},
		{"a work that panics", func(s *store.Store, ws identity.WorkspaceID) {
			s.Later(ws, func(*store.Tx) error { panic("boom") })
		}},
		{"a statement that fails", func(s *store.Store, ws identity.WorkspaceID) {
			s.Later(ws, func(tx *store.Tx) error {
				_, err := tx.InsertMembership(ctx, "grp_none", "mem_none")
				return err
			})
		}},
	} {
		for _, carried := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/carried=%v", poison.name, carried), func(t *testing.T) {
				onBoth(t, func(t *testing.T, s *store.Store) {
					acme, globex := workspace(t, s, "acme"), workspace(t, s, "globex")
					const each = 12
					var want []string
					var ran atomic.Int64
					for i := range each {
						for _, ws := range []identity.WorkspaceID{acme, globex} {
							r := identity.Request{ID: identity.NewRequestID(s.Now()), At: s.Now(), Method: "GET", Path: fmt.Sprintf("/Users/%02d", i)}
							s.RecordLater(ws, r.ID, 200, r.AppendEntry(nil))
							if i == each/2 {
								s.Later(ws, func(*store.Tx) error { ran.Add(1); return nil })
							}
						}
						want = append(want, fmt.Sprintf("/Users/%02d", i))
						if i == 3 {
							poison.into(s, acme)
						}
					}
					if carried {
						if err := add(s, acme, member(s, "ann")); err != nil {
							t.Errorf("the write that carries them: %v", err)
						}
					}
					for name, ws := range map[string]identity.WorkspaceID{"acme": acme, "globex": globex} {
						if got := kept(t, s, ws, each); !slices.Equal(got, want) {
							t.Errorf("%s keeps %v", name, got)
						}
					}
					if ran.Load() < 2 {
						t.Error("a deferred work did not run")
					}
				})
			})
		}
	}
}
