package store_test

import (
	"sync"
	"testing"

	"github.com/anteroom-id/anteroom/internal/store"
	"github.com/anteroom-id/anteroom/internal/store/storetest"
)

func TestProcessesThatStartAtOnceMakeTheTablesOnceAndTheNextFindsThem(t *testing.T) {
	for name, where := range map[string]string{"sqlite": t.TempDir(), "postgres": storetest.Postgres(t)} {
		t.Run(name, func(t *testing.T) {
			open := func() *store.Store {
				s, err := store.Open(ctx, store.Options{Database: where, InsecureNoFlush: true})
				if err != nil {
					t.Error(err)
				}
				return s
			}
			var all sync.WaitGroup
			var stores [3]*store.Store
			for i := range stores {
				all.Go(func() { stores[i] = open() })
			}
			all.Wait()
			workspace(t, stores[0], "acme")
			for _, s := range append(stores[:], open()) {
				if got, err := s.Workspaces(ctx); err != nil || len(got) != 1 {
					t.Errorf("%v (%v)", got, err)
				}
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			}
		})
	}
}
