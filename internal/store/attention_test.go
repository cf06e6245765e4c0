package store_test

import (
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/store"
)

func TestWhatNeedsAttentionIsFoundInItsOwnWorkspace(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		acme, globex := workspace(t, s, "acme"), workspace(t, s, "globex")
		asked := "other"
		for _, ws := range []identity.WorkspaceID{acme, globex} {
			plain, held := member(s, "plain"), member(s, "held")
			held.Held = &identity.Held{UserName: &asked}
			for _, m := range []*identity.Member{plain, held} {
				if err := add(s, ws, m); err != nil {
					t.Fatal(err)
				}
			}
		}
		found, err := s.Read(acme).HeldMembers(ctx, 10)
		if err != nil || len(found) != 1 || found[0].UserName != "held" || *found[0].Held.UserName != asked {
			t.Fatal(found, err)
		}
		hour := s.Now().Truncate(time.Hour)
		for i, at := range []time.Time{hour.Add(-time.Second), hour, hour.Add(time.Minute), hour.Add(59 * time.Minute), hour.Add(time.Hour)} {
			r := identity.Request{ID: identity.NewRequestID(at), At: at, Status: 200 + 209*(i%2)}
			if err := s.Write(ctx, acme, func(tx *store.Tx) error { return tx.InsertRequest(ctx, &r) }); err != nil {
				t.Fatal(err)
			}
		}
		for _, c := range []struct {
			ws          identity.WorkspaceID
			most        int
			all, failed int64
		}{{acme, 10, 3, 2}, {acme, 2, 2, 2}, {acme, 1, 1, 1}, {globex, 10, 0, 0}} {
			all, failed, err := s.Read(c.ws).CountRequests(ctx, hour, hour.Add(time.Hour), c.most)
			if err != nil || all != c.all || failed != c.failed {
				t.Errorf("at most %d: %d requests, %d failed, %v", c.most, all, failed, err)
			}
		}
	})
}
