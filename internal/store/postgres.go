package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/anteroom-id/anteroom/internal/identity"
)

var postgresDialect = dialect{
	name:           "postgres",
	begin:          "BEGIN",
	beginUnflushed: "BEGIN; SET LOCAL synchronous_commit = off",
	stamp:          "SELECT pg_current_xact_id()::text::bigint",
	horizon:        "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint",
	lockTally:      " FOR UPDATE OF t",
	perSpace:       true,
}

const (
	postgresConns  = 16
	connectTimeout = 5 * time.Second
	patience       = "SET lock_timeout = '15s'; SET idle_in_transaction_session_timeout = '60s'"
	migrationLock  = 0x616e7465 // an advisory lock: one copy at a time changes the tables
)

type postgresEngine struct {
	pool *pgxpool.Pool
	// commits bounds the connections that committers hold, so that reads always find one.
	commits chan struct{}
}

func openPostgres(ctx context.Context, o Options) (engine, error) {
	conf, err := pgxpool.ParseConfig(o.Database)
	if err != nil {
		return nil, errors.New("the PostgreSQL URL cannot be read; write postgres://user:password@host:5432/name")
	}
	conf.MaxConns = postgresConns
	if o.MaxConns > 0 {
		conf.MaxConns = max(2, int32(min(o.MaxConns, 1000)))
	}
	if conf.ConnConfig.ConnectTimeout == 0 {
		conf.ConnConfig.ConnectTimeout = connectTimeout
	}
	conf.AfterConnect = func(ctx context.Context, c *pgx.Conn) error {
		knowTypes(c.TypeMap())
		_, err := c.Exec(ctx, patience) // nobody waits for ever behind a copy that hangs
		return err
	}
	if o.InsecureNoFlush {
		conf.ConnConfig.RuntimeParams["synchronous_commit"] = "off"
	}
	pool, err := pgxpool.NewWithConfig(ctx, conf)
	if err != nil {
		return nil, err
	}
	if err := migratePostgres(ctx, pool); err != nil {
		pool.Close()
		return nil, err
	}
	return &postgresEngine{pool: pool, commits: make(chan struct{}, max(1, conf.MaxConns/2))}, nil
}

// knowTypes says what our arguments are where the server is not asked first
// (default_query_exec_mode=exec, for PgBouncer). What ships is built without pgx's
// own list of these, which has every type of PostgreSQL and weighs two megabytes.
func knowTypes(m *pgtype.Map) {
	for _, of := range []struct {
		value any
		name  string
	}{{"", "text"}, {int64(0), "int8"}, {int(0), "int8"}, {false, "bool"}} {
		m.RegisterDefaultPgType(of.value, of.name)
	}
}

// migratePostgres brings the tables up to date, while other copies that start
// at the same time wait.
func migratePostgres(ctx context.Context, pool *pgxpool.Pool) error {
	lock, err := pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer lock.Release()
	if _, err := lock.Exec(ctx, "SELECT pg_advisory_lock($1)", migrationLock); err != nil {
		return err
	}
	err = migrate(ctx, postgresScript{postgresQuerier{lock}}, "BEGIN", micros(time.Now()))
	_, uerr := lock.Exec(ctx, "SELECT pg_advisory_unlock($1)", migrationLock)
	return errors.Join(err, uerr)
}

// postgresScript is a connection that runs several statements at once, which
// PostgreSQL takes where there are no arguments.
type postgresScript struct{ postgresQuerier }

func (s postgresScript) script(ctx context.Context, text string) error {
	_, err := s.exec(ctx, text)
	return err
}

func (e *postgresEngine) reader() querier   { return postgresQuerier{e.pool} }
func (e *postgresEngine) dialect() *dialect { return &postgresDialect }
func (e *postgresEngine) tend(*Store)       {}

func (e *postgresEngine) close() error {
	e.pool.Close()
	return nil
}

// writer borrows a connection for one batch. A broken transaction's connection
// is closed, never given back.
func (e *postgresEngine) writer(ctx context.Context, _ bool) (querier, func(bool), error) {
	e.commits <- struct{}{}
	conn, err := e.pool.Acquire(ctx)
	if err != nil {
		<-e.commits
		return nil, nil, fmt.Errorf("reach PostgreSQL: %w", err)
	}
	return postgresQuerier{conn}, func(broken bool) {
		if broken {
			_ = conn.Conn().Close(context.Background())
		}
		conn.Release()
		<-e.commits
	}, nil
}

// postgresQuerier runs statements on a pool or on one of its connections.
type postgresQuerier struct {
	on interface {
		Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
		Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	}
}

func (q postgresQuerier) exec(ctx context.Context, text string, args ...any) (int64, error) {
	if unkeepable(args) {
		return 0, errUnkeepable
	}
	tag, err := q.on.Exec(ctx, text, args...)
	return tag.RowsAffected(), postgresError(err)
}

func (q postgresQuerier) query(ctx context.Context, text string, args ...any) (rows, error) {
	if unkeepable(args) {
		return nothing{}, nil
	}
	rs, err := q.on.Query(ctx, text, args...)
	if err != nil {
		return nil, postgresError(err)
	}
	return postgresRows{rs}, nil
}

type postgresRows struct{ pgx.Rows }

func (r postgresRows) Close() error {
	r.Rows.Close()
	return r.Err()
}

func (r postgresRows) Err() error { return postgresError(r.Rows.Err()) }

// The states of a statement that the requester is to blame for: PostgreSQL
// manual, appendix A.
const (
	postgresUniqueViolation = "23505" // unique_violation
	postgresTooLong         = "22001" // string_data_right_truncation
	postgresTooMuch         = "54000" // program_limit_exceeded: an entry that does not fit in its index
)

func postgresError(err error) error {
	var pe *pgconn.PgError
	if !errors.As(err, &pe) {
		return err
	}
	switch pe.Code {
	case postgresUniqueViolation:
		return &identity.Error{Kind: identity.Taken, Msg: "that value is already in use", Err: err}
	case postgresTooLong, postgresTooMuch:
		return tooLong(cmp.Or(pe.ConstraintName, pe.ColumnName), err)
	}
	return err
}
