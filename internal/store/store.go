// Package store keeps everything Anteroom knows, in SQLite or PostgreSQL, from
// one SQL text. It is the only package that knows SQL.
//
// The workspace is the handle: Read and Write bind one, and every statement on
// a workspace's tables names it. A write is a function that runs inside a
// transaction shared with the writes that came at the same time (see
// commit.go); when Write returns nil, the change is on disk.
package store

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
)

// Options says where the data is and how it is reached.
type Options struct {
	// Database is a folder for SQLite (made when missing), "" or ":memory:" for
	// a temporary one, or a postgres:// URL.
	Database string
	// MaxConns bounds the connections to PostgreSQL; 0 means 16.
	MaxConns int
	// Log receives what goes wrong in the background; nil means slog.Default().
	Log *slog.Logger
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// InsecureNoFlush leaves commits to the operating system's caches. What was
	// acknowledged can then be lost when the machine stops. Only for tests.
	InsecureNoFlush bool
}

// engine is what differs between SQLite and PostgreSQL.
type engine interface {
	reader() querier
	// writer lends the means to run one transaction, whose commit is flushed to
	// the disk if it is durable.
	writer(ctx context.Context, durable bool) (q querier, release func(broken bool), err error)
	dialect() *dialect
	tend(s *Store) // background care, stops when s.stop closes
	close() error
}

// dialect holds the few words that the engines say differently.
type dialect struct {
	name           string
	begin          string
	beginUnflushed string // the same for a transaction that may be lost
	stamp          string // one row: the commit stamp of the transaction at hand
	horizon        string // one row: the stamp below which no writer is open
	lockTally      string // appended to the query that reads a workspace's tally
	perSpace       bool   // a batch holds one workspace's writes only
}

// Store is the database. It is safe for concurrent use.
type Store struct {
	engine  engine
	dialect *dialect
	log     *slog.Logger
	now     func() time.Time
	commit  *committer
	watch   watchers
	stop    chan struct{}
	closing sync.Once
	tended  sync.WaitGroup
	stats   struct{ commits, unflushed, writes, deferred atomic.Int64 }
}

// Stats counts what the store has done since it was opened.
type Stats struct {
	Commits   int64 `json:"commits"`   // transactions committed, each with one flush
	Unflushed int64 `json:"unflushed"` // transactions of deferred works alone, without a flush
	Writes    int64 `json:"writes"`    // writes that the former carried
	Deferred  int64 `json:"deferred"`  // deferred works that rode along
}

// Stats gives the counts so far.
func (s *Store) Stats() Stats {
	return Stats{s.stats.commits.Load(), s.stats.unflushed.Load(), s.stats.writes.Load(), s.stats.deferred.Load()}
}

// Open opens the database, brings its tables up to date, and starts the
// committer.
func Open(ctx context.Context, o Options) (*Store, error) {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	open := openSQLite
	if strings.HasPrefix(o.Database, "postgres://") || strings.HasPrefix(o.Database, "postgresql://") {
		open = openPostgres
	}
	e, err := open(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	s := &Store{engine: e, dialect: e.dialect(), log: o.Log, now: o.Now, stop: make(chan struct{})}
	s.commit = newCommitter(s)
	s.tended.Go(func() { e.tend(s) })
	return s, nil
}

// Close writes what waits, stops the background work and closes the database.
// It does so once; further calls do nothing.
func (s *Store) Close() (err error) {
	s.closing.Do(func() {
		s.commit.close()
		close(s.stop)
		s.tended.Wait()
		err = s.engine.close()
	})
	return err
}

// Now is the store's clock, in UTC and in the microseconds that it keeps.
func (s *Store) Now() time.Time { return s.now().UTC().Truncate(time.Microsecond) }

// Engine names the database: sqlite or postgres.
func (s *Store) Engine() string { return s.dialect.name }

// Read gives a handle on one workspace for reading.
func (s *Store) Read(ws identity.WorkspaceID) *Reader {
	return &Reader{ws: ws, q: s.engine.reader(), s: s}
}

// Reader reads one workspace.
type Reader struct {
	ws identity.WorkspaceID
	q  querier
	s  *Store
}

// Workspace is the workspace that the handle is bound to.
func (r *Reader) Workspace() identity.WorkspaceID { return r.ws }

// Tx writes one workspace inside a transaction, and reads what it wrote. It is
// valid until the function that received it returns.
type Tx struct {
	Reader
	tally *Tally
	stamp int64
}

// Tally is what is counted in a workspace.
type Tally struct {
	Seq          int64 // the last sequence number of the change log
	Users        int64 // members with a SCIM resource
	Groups       int64
	Parked       int64
	Owners       int64 // members who are owners and not inactive
	Held         int64 // members whose own user name is not that of their resource
	Members      int64 // all of them, those without a SCIM resource too
	Pending      int64 // members by their tab; the rest are active
	Inactive     int64
	Guests       int64
	Provisioning bool
	Plan         string // the workspace's
	Settings     string // the workspace's, as identity.Settings writes them
	found, dirty bool
}

// Tally gives the workspace's counts inside a write; changes to it are written
// with the commit.
func (tx *Tx) Tally() *Tally {
	tx.tally.dirty = true
	return tx.tally
}

// Tally reads the workspace's counts.
func (r *Reader) Tally(ctx context.Context) (Tally, error) {
	t, _, err := r.readTally(ctx, "")
	return t, err
}

func (r *Reader) readTally(ctx context.Context, lock string) (Tally, bool, error) {
	return one(ctx, r.q, func(s scanner) (t Tally, err error) {
		t.found = true
		return t, s.Scan(&t.Seq, &t.Users, &t.Groups, &t.Parked, &t.Owners, &t.Held, &t.Members, &t.Pending, &t.Inactive, &t.Guests, &t.Provisioning, &t.Plan, &t.Settings)
	}, `SELECT t.seq, t.users, t.user_groups, t.parked, t.owners, t.held, t.members, t.pending, t.inactive, t.guests, w.provisioning, w.plan, w.settings
		FROM tally t JOIN workspace w ON w.id = t.workspace_id WHERE t.workspace_id = $1`+lock, r.ws)
}

func (r *Reader) writeTally(ctx context.Context, t *Tally) error {
	_, err := r.q.exec(ctx, `UPDATE tally SET seq = $2, users = $3, user_groups = $4, parked = $5, owners = $6, held = $7,
		members = $8, pending = $9, inactive = $10, guests = $11 WHERE workspace_id = $1`,
		r.ws, t.Seq, t.Users, t.Groups, t.Parked, t.Owners, t.Held, t.Members, t.Pending, t.Inactive, t.Guests)
	return err
}
