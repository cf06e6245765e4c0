package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"reflect"

	"modernc.org/sqlite"

	"github.com/anteroom-id/anteroom/internal/identity"
)

// sqliteConn is one connection of the driver, with every statement prepared
// once. It goes past database/sql, whose locks and conversions cost as much as
// a look-up here. It serves one goroutine at a time.
type sqliteConn struct {
	conn     driver.Conn
	prepared map[string]*sqliteStmt
}

// sqliteStmt is a prepared statement as this package uses it.
type sqliteStmt struct {
	driver.Stmt
	exec  driver.StmtExecContext
	query driver.StmtQueryContext
	busy  bool // its rows are being read
}

func dialSQLite(dsn string) (*sqliteConn, error) {
	c, err := new(sqlite.Driver).Open(dsn)
	if err != nil {
		return nil, err
	}
	return &sqliteConn{conn: c, prepared: map[string]*sqliteStmt{}}, nil
}

func (c *sqliteConn) stmt(text string) (*sqliteStmt, error) {
	if s := c.prepared[text]; s != nil && !s.busy {
		return s, nil
	}
	raw, err := c.conn.Prepare(text)
	if err != nil {
		return nil, sqliteError(err)
	}
	s := &sqliteStmt{Stmt: raw}
	var ok1, ok2 bool
	s.exec, ok1 = raw.(driver.StmtExecContext)
	s.query, ok2 = raw.(driver.StmtQueryContext)
	if !ok1 || !ok2 {
		return nil, errors.New("store: the SQLite driver has changed its statements")
	}
	if c.prepared[text] == nil {
		c.prepared[text] = s
	}
	return s, nil
}

// Contexts are not handed to the driver: it would start a goroutine for each
// statement to watch them, and a statement here takes microseconds.
func (c *sqliteConn) exec(_ context.Context, text string, args ...any) (int64, error) {
	if unkeepable(args) {
		return 0, errUnkeepable
	}
	s, err := c.stmt(text)
	if err != nil {
		return 0, err
	}
	values, err := named(args)
	if err != nil {
		return 0, err
	}
	res, err := s.exec.ExecContext(context.Background(), values)
	if err != nil {
		return 0, sqliteError(err)
	}
	return res.RowsAffected()
}

func (c *sqliteConn) query(_ context.Context, text string, args ...any) (rows, error) {
	if unkeepable(args) {
		return nothing{}, nil
	}
	s, err := c.stmt(text)
	if err != nil {
		return nil, err
	}
	values, err := named(args)
	if err != nil {
		return nil, err
	}
	rs, err := s.query.QueryContext(context.Background(), values)
	if err != nil {
		return nil, sqliteError(err)
	}
	s.busy = true
	return &sqliteRows{rows: rs, stmt: s, own: c.prepared[text] != s, values: make([]driver.Value, len(rs.Columns()))}, nil
}

func (c *sqliteConn) close() error {
	var errs []error
	for _, s := range c.prepared {
		errs = append(errs, s.Close())
	}
	return errors.Join(append(errs, c.conn.Close())...)
}

// named gives arguments the form that the driver takes.
func named(args []any) ([]driver.NamedValue, error) {
	out := make([]driver.NamedValue, len(args))
	for i, a := range args {
		out[i].Ordinal = i + 1
		switch a := a.(type) {
		case nil, string, int64, bool, []byte:
			out[i].Value = a
		case int:
			out[i].Value = int64(a)
		default:
			v := reflect.ValueOf(a)
			if v.Kind() != reflect.String {
				return nil, fmt.Errorf("store: argument %d is a %T", i+1, a)
			}
			out[i].Value = v.String()
		}
	}
	return out, nil
}

// sqliteRows reads an answer row by row.
type sqliteRows struct {
	rows   driver.Rows
	stmt   *sqliteStmt
	own    bool // the statement is this answer's alone, and ends with it
	values []driver.Value
	err    error
	after  func() // gives the connection back
}

func (r *sqliteRows) Next() bool {
	if r.err == nil {
		r.err = r.rows.Next(r.values)
	}
	return r.err == nil
}

func (r *sqliteRows) Err() error {
	if errors.Is(r.err, io.EOF) {
		return nil
	}
	return sqliteError(r.err)
}

func (r *sqliteRows) Close() error {
	if r.rows == nil {
		return nil
	}
	err := r.rows.Close()
	r.rows, r.stmt.busy = nil, false
	if r.own {
		err = errors.Join(err, r.stmt.Close())
	}
	if r.after != nil {
		r.after()
	}
	return err
}

func (r *sqliteRows) Scan(dest ...any) error {
	if len(dest) != len(r.values) {
		return fmt.Errorf("store: %d columns scanned into %d places", len(r.values), len(dest))
	}
	for i, v := range r.values {
		if !assign(dest[i], v) {
			return fmt.Errorf("store: column %d holds a %T, wanted for a %T", i+1, v, dest[i])
		}
	}
	return nil
}

// assign puts a column's value into its place.
func assign(dest any, v driver.Value) bool {
	switch v := v.(type) {
	case string:
		switch d := dest.(type) {
		case *string:
			*d = v
		case *[]byte:
			*d = []byte(v)
		default:
			e := reflect.ValueOf(dest).Elem()
			if e.Kind() != reflect.String {
				return false
			}
			e.SetString(v)
		}
		return true
	case int64:
		switch d := dest.(type) {
		case *int64:
			*d = v
		case *int:
			*d = int(v)
		case *bool:
			*d = v != 0
		default:
			return false
		}
		return true
	case bool:
		d, ok := dest.(*bool)
		if ok {
			*d = v
		}
		return ok
	}
	return false
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
