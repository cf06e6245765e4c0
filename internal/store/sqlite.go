package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/pressly/goose/v3"
)

var sqliteDialect = dialect{
	name:    "sqlite",
	begin:   "BEGIN IMMEDIATE",
	stamp:   "SELECT coalesce(max(stamp), 0) + 1 FROM change_log /* any workspace */",
	horizon: "SELECT coalesce(max(stamp), 0) + 1 FROM change_log /* any workspace */",
}

const (
	sqliteReaders   = 8
	checkpointBytes = 16 << 20 // the write-ahead log is folded into the file from this size on, or when nobody writes
)

// sqliteEngine is one database file: one connection that writes, a pool that reads.
type sqliteEngine struct {
	file    string
	scratch string // a temporary folder to remove at the end
	read    *sqliteReader
	write   *sqliteConn
	writing sync.Mutex
	fold    *sqliteConn // folds the write-ahead log into the file
}

func openSQLite(ctx context.Context, o Options) (engine, error) {
	e := &sqliteEngine{}
	dir := o.Database
	if dir == "" || dir == ":memory:" {
		tmp, err := os.MkdirTemp("", "anteroom-*")
		if err != nil {
			return nil, err
		}
		dir, e.scratch = tmp, tmp
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	e.file = filepath.Join(dir, "anteroom.db")
	if err := e.open(ctx, o); err != nil {
		return nil, errors.Join(err, e.close())
	}
	return e, nil
}

func (e *sqliteEngine) open(ctx context.Context, o Options) (err error) {
	flush := "FULL"
	if o.InsecureNoFlush || e.scratch != "" {
		flush = "OFF"
	}
	if err := migrateSQLite(ctx, e.dsn()); err != nil {
		return err
	}
	dsn := e.dsn("synchronous("+flush+")", "cache_size(-16000)", "wal_autocheckpoint(0)", "foreign_keys(1)")
	if e.write, err = dialSQLite(dsn); err != nil {
		return err
	}
	if e.fold, err = dialSQLite(dsn); err != nil {
		return err
	}
	e.read, err = newSQLiteReader(e.dsn("query_only(1)", "cache_size(-1000)"))
	return err
}

func migrateSQLite(ctx context.Context, dsn string) error {
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return err
	}
	return errors.Join(migrate(ctx, goose.DialectSQLite3, db), db.Close())
}

func (e *sqliteEngine) dsn(pragmas ...string) string {
	v := url.Values{"_txlock": {"immediate"}}
	for _, p := range append([]string{"busy_timeout(10000)", "journal_mode(WAL)", "mmap_size(1073741824)", "temp_store(MEMORY)"}, pragmas...) {
		v.Add("_pragma", p)
	}
	return "file:" + (&url.URL{Path: e.file}).EscapedPath() + "?" + v.Encode()
}

func migrate(ctx context.Context, d goose.Dialect, db *sql.DB) error {
	p, err := goose.NewProvider(d, db, migrationFiles())
	if err != nil {
		return err
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("bring the tables up to date: %w", err)
	}
	return nil
}

func (e *sqliteEngine) reader() querier   { return e.read }
func (e *sqliteEngine) dialect() *dialect { return &sqliteDialect }

func (e *sqliteEngine) writer(context.Context) (querier, func(bool), error) {
	e.writing.Lock()
	return e.write, func(bool) { e.writing.Unlock() }, nil
}

// tend folds the write-ahead log into the database file beside the writers, so
// that a commit does not have to. What the writers append meanwhile is folded
// in a short second step between two commits, so that the log starts over.
func (e *sqliteEngine) tend(s *Store) {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	var seen, folded int64
	for {
		select {
		case <-s.stop:
			return
		case <-tick.C:
		}
		now := s.stats.commits.Load()
		idle := now == seen && now != folded // readers pay for each frame in the log
		seen = now
		if !idle && e.walSize() < checkpointBytes {
			continue
		}
		if err := e.checkpoint(); err != nil {
			s.log.Error("checkpoint failed", "error", err)
		}
		if idle {
			folded = now
		}
	}
}

func (e *sqliteEngine) checkpoint() error {
	if err := drain(e.fold, "PRAGMA wal_checkpoint(PASSIVE)"); err != nil {
		return err
	}
	e.writing.Lock()
	defer e.writing.Unlock()
	return drain(e.write, "PRAGMA wal_checkpoint(PASSIVE)")
}

func drain(c *sqliteConn, text string) error {
	rs, err := c.query(context.Background(), text)
	if err != nil {
		return err
	}
	for rs.Next() {
	}
	return errors.Join(rs.Err(), rs.Close())
}

func (e *sqliteEngine) walSize() int64 {
	st, err := os.Stat(e.file + "-wal")
	if err != nil {
		return 0
	}
	return st.Size()
}

func (e *sqliteEngine) close() error {
	var errs []error
	if e.read != nil {
		errs = append(errs, e.read.close())
	}
	for _, c := range []*sqliteConn{e.fold, e.write} {
		if c != nil {
			errs = append(errs, c.close())
		}
	}
	if e.scratch != "" {
		errs = append(errs, os.RemoveAll(e.scratch))
	}
	return errors.Join(errs...)
}

// sqliteReader runs queries on a pool of connections that cannot write. The one
// given back last is lent first: it has the file's pages mapped and at hand. A
// connection is opened when all are busy, up to sqliteReaders.
type sqliteReader struct {
	dsn    string
	places chan struct{} // one for each connection that may be lent
	mu     sync.Mutex
	idle   []*sqliteConn
	closed bool
}

func newSQLiteReader(dsn string) (*sqliteReader, error) {
	r := &sqliteReader{dsn: dsn, places: make(chan struct{}, sqliteReaders)}
	c, err := r.borrow(context.Background())
	if err == nil {
		r.giveBack(c)
	}
	return r, err
}

func (r *sqliteReader) borrow(ctx context.Context) (*sqliteConn, error) {
	select {
	case r.places <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if n := len(r.idle); n > 0 && !r.closed {
		c := r.idle[n-1]
		r.idle = r.idle[:n-1]
		return c, nil
	}
	c, err := (*sqliteConn)(nil), error(errClosed)
	if !r.closed {
		c, err = dialSQLite(r.dsn)
	}
	if err != nil {
		<-r.places
	}
	return c, err
}

func (r *sqliteReader) giveBack(c *sqliteConn) {
	r.mu.Lock()
	r.idle = append(r.idle, c)
	r.mu.Unlock()
	<-r.places
}

func (r *sqliteReader) query(ctx context.Context, text string, args ...any) (rows, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	c, err := r.borrow(ctx)
	if err != nil {
		return nil, err
	}
	rs, err := c.query(ctx, text, args...)
	if err != nil {
		r.giveBack(c)
		return nil, err
	}
	read, ok := rs.(*sqliteRows)
	if !ok {
		r.giveBack(c)
		return rs, nil
	}
	read.after = func() { r.giveBack(c) }
	return read, nil
}

func (r *sqliteReader) exec(context.Context, string, ...any) (int64, error) {
	return 0, errors.New("store: a write outside Write")
}

// close waits for the answers that are being read, and closes the connections.
func (r *sqliteReader) close() error {
	r.mu.Lock()
	r.closed = true
	r.mu.Unlock()
	for range sqliteReaders {
		r.places <- struct{}{}
	}
	var errs []error
	for _, c := range r.idle {
		errs = append(errs, c.close())
	}
	for range sqliteReaders {
		<-r.places // who asks later is told that it is closed
	}
	return errors.Join(errs...)
}
