package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"
)

var sqliteDialect = dialect{
	name:           "sqlite",
	begin:          "BEGIN IMMEDIATE",
	beginUnflushed: "BEGIN IMMEDIATE",
	stamp:          "SELECT coalesce(max(stamp), 0) + 1 FROM change_log /* any workspace */",
	horizon:        "SELECT coalesce(max(stamp), 0) + 1 FROM change_log /* any workspace */",
}

const (
	sqliteReaders   = 8
	checkpointBytes = 16 << 20 // the write-ahead log is folded into the file from this size on, or when nobody writes
	logBytes        = 12 << 20 // and cut to this size when it starts over: one that stayed large would be folded all the time
)

// sqliteEngine is one database file: one connection that writes, a pool that reads.
type sqliteEngine struct {
	file     string
	scratch  string // a temporary folder to remove at the end
	read     *sqliteReader
	write    *sqliteConn
	writing  sync.Mutex
	flush    string       // how commits that must last are flushed: the PRAGMA's word
	flushing string       // how the next commit would be
	fold     *sqliteConn  // folds the write-ahead log into the file
	epoch    atomic.Int64 // transactions of this process
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
	if e.flush = "FULL"; o.InsecureNoFlush || e.scratch != "" {
		e.flush = "OFF"
	}
	e.flushing = e.flush
	if err := e.migrate(ctx); err != nil {
		return err
	}
	write := e.pragmas("synchronous="+e.flush, "cache_size=-16000", "wal_autocheckpoint=0", "foreign_keys=1", fmt.Sprintf("journal_size_limit=%d", logBytes))
	if e.write, err = dialSQLite(e.file, write...); err != nil {
		return err
	}
	if e.fold, err = dialSQLite(e.file, write...); err != nil {
		return err
	}
	e.read, err = newSQLiteReader(e.file, e.pragmas("query_only=1", "cache_size=-1000"))
	return err
}

// pragmas are those of every connection, and more.
func (e *sqliteEngine) pragmas(more ...string) []string {
	return append([]string{"busy_timeout=10000", "journal_mode=WAL", "mmap_size=1073741824", "temp_store=MEMORY"}, more...)
}

// migrate brings the tables up to date, while other processes that start at the
// same time wait.
func (e *sqliteEngine) migrate(ctx context.Context) error {
	c, err := dialSQLite(e.file, "busy_timeout=10000", "journal_mode=WAL", "synchronous="+e.flush)
	if err != nil {
		return err
	}
	return errors.Join(migrate(ctx, c, "BEGIN IMMEDIATE", micros(time.Now())), c.close())
}

func (e *sqliteEngine) reader() querier   { return e.read }
func (e *sqliteEngine) dialect() *dialect { return &sqliteDialect }

func (e *sqliteEngine) writer(_ context.Context, durable bool) (querier, func(bool), error) {
	e.writing.Lock()
	if err := e.setFlush(durable); err != nil {
		e.writing.Unlock()
		return nil, nil, err
	}
	return e.write, func(bool) {
		e.epoch.Add(1)
		e.writing.Unlock()
	}, nil
}

// setFlush says how the next commit is flushed. With NORMAL it is written to
// the write-ahead log and not flushed; the next flush takes it along.
// https://www.sqlite.org/pragma.html#pragma_synchronous
func (e *sqliteEngine) setFlush(durable bool) error {
	want := e.flush
	if !durable && want == "FULL" {
		want = "NORMAL"
	}
	if want == e.flushing {
		return nil
	}
	if err := e.write.now("PRAGMA synchronous = " + want); err != nil {
		return err
	}
	e.flushing = want
	return nil
}

// tend folds the write-ahead log into the database file beside the writers, so
// that a commit does not have to. What the writers append meanwhile is folded
// in a short second step between two commits, so that the log starts over.
func (e *sqliteEngine) tend(s *Store) {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	var seen, folded int64
	var last time.Time
	for {
		select {
		case <-s.stop:
			return
		case <-tick.C:
		}
		e.read.letGo()
		now := e.epoch.Load()
		idle := now == seen && now != folded && time.Since(last) > time.Second // readers pay for each frame in the log
		seen = now
		if !idle && e.walSize() < checkpointBytes {
			continue
		}
		if err := e.checkpoint(); err != nil {
			s.log.Error("checkpoint failed", "error", err)
		}
		folded, last = now, time.Now()
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
