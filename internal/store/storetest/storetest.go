// Package storetest gives tests a PostgreSQL of their own: each call of
// [Postgres] is a fresh, empty database.
//
// The server is a throwaway cluster that the first call starts, with no
// preparation but an installed PostgreSQL. When ANTEROOM_TEST_POSTGRES holds the
// URL of a server on which one may create databases, that one is used; `make
// test` shares one cluster among all packages in this way, by the command
// storetest/pgtemp.
//
// A missing PostgreSQL fails the test and names the command that installs it. It
// never skips: half of what the store promises would go unproven in silence.
package storetest

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"
)

// Environment is the variable that names a server to use instead of a cluster of
// one's own: "postgres://user:password@host:port/database".
const Environment = "ANTEROOM_TEST_POSTGRES"

// server is a cluster that lives as long as the test process.
type server struct {
	once    sync.Once
	cluster *Cluster
	err     error
}

// The clusters of this process, each started when it is first asked for. A test
// process has one of each, like it has one working folder.
var ordinary, durable server

// get starts the cluster once.
func (s *server) get(start func() (*Cluster, error)) (*Cluster, error) {
	s.once.Do(func() { s.cluster, s.err = start() })
	return s.cluster, s.err
}

// stop ends what get started.
func (s *server) stop() error {
	if s.cluster == nil {
		return nil
	}
	return s.cluster.Stop()
}

// Postgres returns the URL of a fresh, empty database. It is dropped when the
// test ends. Nothing in it is flushed to disk.
func Postgres(tb testing.TB) string {
	tb.Helper()
	return fresh(tb, &ordinary, func() (*Cluster, error) {
		if admin := os.Getenv(Environment); admin != "" {
			return &Cluster{admin: admin}, nil
		}
		return Start(context.Background(), Options{})
	})
}

// DurablePostgres is [Postgres] with every commit flushed, for benchmarks and for
// tests of durability. Its cluster is always this process's own.
func DurablePostgres(tb testing.TB) string {
	tb.Helper()
	return fresh(tb, &durable, func() (*Cluster, error) {
		return Start(context.Background(), Options{Durable: true})
	})
}

func fresh(tb testing.TB, s *server, start func() (*Cluster, error)) string {
	tb.Helper()
	c, err := s.get(start)
	if err != nil {
		tb.Fatal(err)
	}
	database, err := c.Create(context.Background())
	if err != nil {
		tb.Fatalf("create a database: %v", err)
	}
	tb.Cleanup(func() {
		if err := c.Drop(context.Background(), database); err != nil {
			tb.Errorf("drop the database: %v", err)
		}
	})
	return database
}

// Main runs a package's tests and stops the clusters that they started. A
// package may do without it: the clusters end with the process in any case, only
// a moment later.
//
//	func TestMain(m *testing.M) { storetest.Main(m) }
func Main(m *testing.M) {
	code := m.Run()
	for _, s := range []*server{&ordinary, &durable} {
		if err := s.stop(); err != nil {
			fmt.Fprintln(os.Stderr, "stop PostgreSQL:", err)
			code = max(code, 1)
		}
	}
	os.Exit(code)
}
