package store

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/anteroom-id/anteroom/internal/identity"
)

// sqliteConn is one connection to SQLite, below database/sql and its driver,
// whose conversions, names of columns and locks cost as much as a look-up: it
// calls the engine's own C interface, https://www.sqlite.org/c3ref/intro.html,
// with every statement prepared once. It serves one goroutine at a time, so the
// engine takes no locks for it.
type sqliteConn struct {
	tls      *libc.TLS
	db       uintptr // sqlite3*
	out      uintptr // where the engine leaves what it makes
	prepared map[string]*sqliteStmt
	owned    []uintptr // memory that the engine uses until the end
}

// sqliteStmt is a prepared statement with the memory of its arguments.
type sqliteStmt struct {
	c    *sqliteConn
	ptr  uintptr // sqlite3_stmt*
	from []int   // which argument each parameter takes: $2 the second
	args uintptr // text that is bound, in the engine's memory
	size int     // bytes at args
	busy bool    // its rows are being read
}

// sqliteFailure is what the engine says when something does not work.
type sqliteFailure struct {
	Code int32 // extended result code, https://www.sqlite.org/rescode.html
	Msg  string
}

func (e *sqliteFailure) Error() string { return fmt.Sprintf("sqlite: %s (%d)", e.Msg, e.Code) }

var errMemory = errors.New("store: SQLite has no memory")

// dialSQLite opens a database file and runs the pragmas on it.
func dialSQLite(file string, pragmas ...string) (*sqliteConn, error) {
	c := &sqliteConn{tls: libc.NewTLS(), prepared: map[string]*sqliteStmt{}}
	err := c.open(file)
	for _, p := range pragmas {
		if err == nil {
			err = c.now("PRAGMA " + p)
		}
	}
	if err != nil {
		return nil, errors.Join(err, c.close())
	}
	return c, nil
}

func (c *sqliteConn) open(file string) error {
	name, err := libc.CString(file)
	if err != nil {
		return err
	}
	defer libc.Xfree(c.tls, name)
	if c.out = libc.Xmalloc(c.tls, libc.Tsize_t(pointerSize)); c.out == 0 {
		return errMemory
	}
	const flags = sqlite3.SQLITE_OPEN_READWRITE | sqlite3.SQLITE_OPEN_CREATE | sqlite3.SQLITE_OPEN_NOMUTEX
	rc := sqlite3.Xsqlite3_open_v2(c.tls, name, c.out, flags, 0)
	if c.db = c.made(); rc != sqlite3.SQLITE_OK {
		return c.failure(rc)
	}
	sqlite3.Xsqlite3_extended_result_codes(c.tls, c.db, 1)
	return nil
}

// made is the pointer that the engine has left.
func (c *sqliteConn) made() uintptr { return pointerAt(c.out) }

func (c *sqliteConn) failure(rc int32) error {
	e := &sqliteFailure{Code: rc, Msg: "out of memory"}
	if c.db != 0 {
		if code := sqlite3.Xsqlite3_extended_errcode(c.tls, c.db); code&0xff == rc&0xff {
			e.Code = code
		}
		e.Msg = libc.GoString(sqlite3.Xsqlite3_errmsg(c.tls, c.db))
	}
	if e.Code == sqlite3.SQLITE_CONSTRAINT_UNIQUE || e.Code == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY {
		return &identity.Error{Kind: identity.Taken, Msg: "that value is already in use", Err: e}
	}
	if e.Code == sqlite3.SQLITE_TOOBIG {
		return tooLong("", e)
	}
	return e
}

func (c *sqliteConn) prepare(text string) (*sqliteStmt, error) {
	sql, err := libc.CString(text)
	if err != nil {
		return nil, err
	}
	defer libc.Xfree(c.tls, sql)
	if rc := sqlite3.Xsqlite3_prepare_v2(c.tls, c.db, sql, int32(len(text)+1), c.out, 0); rc != sqlite3.SQLITE_OK {
		return nil, c.failure(rc)
	}
	s := &sqliteStmt{c: c, ptr: c.made()}
	return s, s.learn()
}

// learn reads the parameters. SQLite numbers them as they come and takes $2 for
// a name; on PostgreSQL it means the second argument, and so it does here.
func (s *sqliteStmt) learn() error {
	n := sqlite3.Xsqlite3_bind_parameter_count(s.c.tls, s.ptr)
	for i := range n {
		name := libc.GoString(sqlite3.Xsqlite3_bind_parameter_name(s.c.tls, s.ptr, i+1))
		at, err := strconv.Atoi(strings.TrimPrefix(name, "$"))
		if err != nil || at < 1 {
			return errors.Join(fmt.Errorf("store: a parameter is called %q, not $1 or the like", name), s.close())
		}
		s.from = append(s.from, at-1)
	}
	return nil
}

// stmt gives the statement of a text, one that nobody is reading from. What is
// prepared besides is the caller's to close.
func (c *sqliteConn) stmt(text string) (s *sqliteStmt, own bool, err error) {
	known := c.prepared[text]
	if known != nil && !known.busy {
		return known, false, nil
	}
	if s, err = c.prepare(text); err == nil && known == nil {
		c.prepared[text] = s
	}
	return s, known != nil, err
}

// now runs a statement once: a pragma may act already when it is prepared.
func (c *sqliteConn) now(text string) error {
	s, err := c.prepare(text)
	if err != nil {
		return err
	}
	return errors.Join(s.run(), s.close())
}

// script runs statements one after the other, without arguments.
func (c *sqliteConn) script(_ context.Context, text string) error {
	sql, err := libc.CString(text)
	if err != nil {
		return err
	}
	defer libc.Xfree(c.tls, sql)
	if rc := sqlite3.Xsqlite3_exec(c.tls, c.db, sql, 0, 0, 0); rc != sqlite3.SQLITE_OK {
		return c.failure(rc)
	}
	return nil
}

// exec runs a statement and says how many rows it changed. The context is not
// looked at: a statement here takes microseconds.
func (c *sqliteConn) exec(_ context.Context, text string, args ...any) (int64, error) {
	if unkeepable(args) {
		return 0, errUnkeepable
	}
	s, own, err := c.stmt(text)
	if err == nil {
		err = s.bind(args)
	}
	if err == nil {
		err = s.run()
	}
	if own {
		err = errors.Join(err, s.close())
	}
	if err != nil {
		return 0, err
	}
	return int64(sqlite3.Xsqlite3_changes(c.tls, c.db)), nil
}

func (c *sqliteConn) query(_ context.Context, text string, args ...any) (rows, error) {
	if unkeepable(args) {
		return nothing{}, nil
	}
	s, own, err := c.stmt(text)
	if err != nil {
		return nil, err
	}
	if err := s.bind(args); err != nil {
		return nil, err
	}
	s.busy = true
	return &sqliteRows{stmt: s, own: own}, nil
}

func (c *sqliteConn) close() error {
	var errs []error
	for _, s := range c.prepared {
		errs = append(errs, s.close())
	}
	if rc := sqlite3.Xsqlite3_close_v2(c.tls, c.db); rc != sqlite3.SQLITE_OK {
		errs = append(errs, c.failure(rc))
	}
	for _, p := range append(c.owned, c.out) {
		libc.Xfree(c.tls, p)
	}
	c.tls.Close()
	return errors.Join(errs...)
}

// run steps through a statement whose rows nobody wants.
func (s *sqliteStmt) run() error {
	rc := int32(sqlite3.SQLITE_ROW)
	for rc == sqlite3.SQLITE_ROW {
		rc = sqlite3.Xsqlite3_step(s.c.tls, s.ptr)
	}
	var err error
	if rc != sqlite3.SQLITE_DONE {
		err = s.c.failure(rc)
	}
	sqlite3.Xsqlite3_reset(s.c.tls, s.ptr) // repeats the code of the last step
	return err
}

func (s *sqliteStmt) close() error {
	libc.Xfree(s.c.tls, s.args)
	if rc := sqlite3.Xsqlite3_finalize(s.c.tls, s.ptr); rc != sqlite3.SQLITE_OK {
		return s.c.failure(rc)
	}
	return nil
}

// bind gives the statement its arguments.
func (s *sqliteStmt) bind(args []any) error {
	if err := s.room(args); err != nil {
		return err
	}
	used := 0
	for i, from := range s.from {
		if from >= len(args) {
			return fmt.Errorf("store: argument %d of %d is missing", from+1, len(args))
		}
		n, err := s.bindOne(int32(i+1), args[from], used)
		if err != nil {
			return err
		}
		used += n
	}
	return nil
}

// bindOne binds one argument. Text is copied once, to the place of the
// statement's own memory; it says how much of that is used.
func (s *sqliteStmt) bindOne(i int32, a any, place int) (used int, err error) {
	var rc int32
	tls := s.c.tls
	switch a := a.(type) {
	case nil:
		rc = sqlite3.Xsqlite3_bind_null(tls, s.ptr, i)
	case int64:
		rc = sqlite3.Xsqlite3_bind_int64(tls, s.ptr, i, a)
	case int:
		rc = sqlite3.Xsqlite3_bind_int64(tls, s.ptr, i, int64(a))
	case bool:
		rc = sqlite3.Xsqlite3_bind_int64(tls, s.ptr, i, int64(libc.Bool32(a)))
	default:
		text, ok := textOf(a)
		if !ok {
			return 0, fmt.Errorf("store: argument %d is a %T", i, a)
		}
		to := s.args + uintptr(place)
		copy(memory(to, len(text)), text)
		used = len(text)
		rc = sqlite3.Xsqlite3_bind_text(tls, s.ptr, i, to, int32(used), 0) // 0: it stays where it is
	}
	if rc != sqlite3.SQLITE_OK {
		return 0, s.c.failure(rc)
	}
	return used, nil
}

// room makes the statement's memory large enough for the text among args.
func (s *sqliteStmt) room(args []any) error {
	need := 1
	for _, a := range args {
		text, _ := textOf(a)
		need += len(text)
	}
	if need <= s.size {
		return nil
	}
	libc.Xfree(s.c.tls, s.args)
	s.size = max(need, 2*s.size, 256)
	if s.args = libc.Xmalloc(s.c.tls, libc.Tsize_t(s.size)); s.args == 0 {
		s.size = 0
		return errMemory
	}
	return nil
}

// textOf gives the text of an argument, also of one with a type of its own.
func textOf(a any) (string, bool) {
	switch a := a.(type) {
	case string:
		return a, true
	case nil, int64, int, bool:
		return "", false
	}
	v := reflect.ValueOf(a)
	if v.Kind() != reflect.String {
		return "", false
	}
	return v.String(), true
}

// sqliteRows reads an answer row by row, from the engine's memory straight into
// its places.
type sqliteRows struct {
	stmt *sqliteStmt
	own  bool // the statement is this answer's alone, and ends with it
	done bool
	err  error
	home *sqliteReader // where the connection goes back to, if it is lent
	lent *snapshot
}

func (r *sqliteRows) Next() bool {
	if r.done {
		return false
	}
	s := r.stmt
	switch rc := sqlite3.Xsqlite3_step(s.c.tls, s.ptr); rc {
	case sqlite3.SQLITE_ROW:
		return true
	case sqlite3.SQLITE_DONE:
	default:
		r.err = s.c.failure(rc)
	}
	r.done = true
	return false
}

func (r *sqliteRows) Err() error { return r.err }

func (r *sqliteRows) Close() error {
	s := r.stmt
	if s == nil {
		return nil
	}
	sqlite3.Xsqlite3_reset(s.c.tls, s.ptr) // repeats the code of the last step
	r.stmt, r.done, s.busy = nil, true, false
	var err error
	if r.own {
		err = s.close()
	}
	if r.home != nil {
		r.home.giveBack(r.lent)
	}
	return err
}

func (r *sqliteRows) Scan(dest ...any) error {
	s := r.stmt
	for i, d := range dest {
		if !s.column(int32(i), d) {
			return fmt.Errorf("store: column %d does not fit a %T", i+1, d)
		}
	}
	return nil
}

// column puts a value of the row at hand into its place.
func (s *sqliteStmt) column(i int32, dest any) bool {
	tls, ptr := s.c.tls, s.ptr
	switch sqlite3.Xsqlite3_column_type(tls, ptr, i) {
	case sqlite3.SQLITE_INTEGER:
		n := sqlite3.Xsqlite3_column_int64(tls, ptr, i)
		switch d := dest.(type) {
		case *int64:
			*d = n
		case *int:
			*d = int(n)
		case *bool:
			*d = n != 0
		default:
			return false
		}
		return true
	case sqlite3.SQLITE_TEXT:
		at := sqlite3.Xsqlite3_column_text(tls, ptr, i)
		text := memory(at, int(sqlite3.Xsqlite3_column_bytes(tls, ptr, i)))
		switch d := dest.(type) {
		case *string:
			*d = string(text)
		case *[]byte:
			*d = append(make([]byte, 0, len(text)), text...)
		default:
			e := reflect.ValueOf(dest).Elem()
			if e.Kind() != reflect.String {
				return false
			}
			e.SetString(string(text))
		}
		return true
	}
	return false
}
