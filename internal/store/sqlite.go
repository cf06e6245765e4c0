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
	"modernc.org/sqlite"

	"github.com/anteroom-id/anteroom/internal/identity"
)

var sqliteDialect = dialect{
	name:    "sqlite",
	begin:   "BEGIN IMMEDIATE",
	stamp:   "SELECT coalesce(max(stamp), 0) + 1 FROM change_log /* any workspace */",
	horizon: "SELECT coalesce(max(stamp), 0) + 1 FROM change_log /* any workspace */",
}

const (
	sqliteReaders    = 8
	checkpointBytes  = 16 << 20 // the write-ahead log is folded into the file from this size on
	checkpointForced = 96 << 20 // and writers wait for it from this one on
)

// sqliteEngine is one database file: one connection that writes, a pool that reads.
type sqliteEngine struct {
	file    string
	scratch string // a temporary folder to remove at the end
	pool    *sql.DB
	read    *sqliteReader
	conn    *sql.Conn
	write   *sqliteWriter
	writing sync.Mutex
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
	writer, err := sql.Open("sqlite", e.dsn("synchronous("+flush+")", "cache_size(-16000)", "wal_autocheckpoint(0)", "foreign_keys(1)"))
	if err != nil {
		return err
	}
	writer.SetMaxOpenConns(2) // the committer's and the checkpointer's
	e.pool = writer
	if err := migrate(ctx, goose.DialectSQLite3, writer); err != nil {
		return err
	}
	if e.conn, err = writer.Conn(ctx); err != nil {
		return err
	}
	e.write = &sqliteWriter{conn: e.conn, prepared: map[string]*sql.Stmt{}}
	reader, err := sql.Open("sqlite", e.dsn("query_only(1)", "cache_size(-1000)"))
	if err != nil {
		return err
	}
	reader.SetMaxOpenConns(sqliteReaders)
	reader.SetMaxIdleConns(sqliteReaders)
	e.read = &sqliteReader{db: reader}
	return reader.PingContext(ctx)
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
	for {
		select {
		case <-s.stop:
			return
		case <-tick.C:
			if err := e.checkpoint(); err != nil {
				s.log.Error("checkpoint failed", "error", err)
			}
		}
	}
}

func (e *sqliteEngine) checkpoint() error {
	size := e.walSize()
	if size < checkpointBytes {
		return nil
	}
	if size < checkpointForced {
		if _, err := e.pool.Exec("PRAGMA wal_checkpoint(PASSIVE)"); err != nil {
			return err
		}
	}
	e.writing.Lock()
	defer e.writing.Unlock()
	_, err := e.write.exec(context.Background(), "PRAGMA wal_checkpoint(RESTART)")
	return err
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
	if e.conn != nil {
		e.writing.Lock()
		errs = append(errs, e.write.close(), e.conn.Close())
		e.writing.Unlock()
	}
	if e.pool != nil {
		errs = append(errs, e.pool.Close())
	}
	if e.scratch != "" {
		errs = append(errs, os.RemoveAll(e.scratch))
	}
	return errors.Join(errs...)
}

// sqliteWriter runs statements on the one writing connection, each prepared once.
type sqliteWriter struct {
	conn     *sql.Conn
	prepared map[string]*sql.Stmt
}

func (w *sqliteWriter) stmt(text string) (*sql.Stmt, error) {
	if s := w.prepared[text]; s != nil {
		return s, nil
	}
	s, err := w.conn.PrepareContext(context.Background(), text)
	if err == nil {
		w.prepared[text] = s
	}
	return s, err
}

// The context is not handed to the driver: it would start a goroutine for each
// statement to watch it, and a statement here takes microseconds.
func (w *sqliteWriter) exec(_ context.Context, text string, args ...any) (int64, error) {
	s, err := w.stmt(text)
	if err != nil {
		return 0, sqliteError(err)
	}
	res, err := s.ExecContext(context.Background(), args...)
	if err != nil {
		return 0, sqliteError(err)
	}
	return res.RowsAffected()
}

func (w *sqliteWriter) query(_ context.Context, text string, args ...any) (rows, error) {
	s, err := w.stmt(text)
	if err != nil {
		return nil, sqliteError(err)
	}
	rs, err := s.QueryContext(context.Background(), args...)
	return rs, sqliteError(err)
}

func (w *sqliteWriter) close() error {
	var errs []error
	for _, s := range w.prepared {
		errs = append(errs, s.Close())
	}
	return errors.Join(errs...)
}

// sqliteReader runs queries on the pool, each prepared once a connection.
type sqliteReader struct {
	db       *sql.DB
	prepared sync.Map // text -> *sql.Stmt
}

func (r *sqliteReader) stmt(text string) (*sql.Stmt, error) {
	if s, ok := r.prepared.Load(text); ok {
		return s.(*sql.Stmt), nil
	}
	s, err := r.db.Prepare(text)
	if err != nil {
		return nil, err
	}
	if other, loaded := r.prepared.LoadOrStore(text, s); loaded {
		return other.(*sql.Stmt), s.Close()
	}
	return s, nil
}

func (r *sqliteReader) query(ctx context.Context, text string, args ...any) (rows, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s, err := r.stmt(text)
	if err != nil {
		return nil, sqliteError(err)
	}
	rs, err := s.QueryContext(context.Background(), args...)
	return rs, sqliteError(err)
}

func (r *sqliteReader) exec(context.Context, string, ...any) (int64, error) {
	return 0, errors.New("store: a write outside Write")
}

func (r *sqliteReader) close() error {
	var errs []error
	r.prepared.Range(func(_, s any) bool {
		errs = append(errs, s.(*sql.Stmt).Close())
		return true
	})
	return errors.Join(append(errs, r.db.Close())...)
}

// Extended result codes of a value that must be unique and is in use.
const (
	sqliteConstraintPrimaryKey = 1555
	sqliteConstraintUnique     = 2067
)

func sqliteError(err error) error {
	var se *sqlite.Error
	if errors.As(err, &se) && (se.Code() == sqliteConstraintUnique || se.Code() == sqliteConstraintPrimaryKey) {
		return &identity.Error{Kind: identity.Taken, Msg: "that value is already in use", Err: err}
	}
	return err
}
