package store

import (
	"context"
	"embed"
	"fmt"
	"strconv"
	"strings"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrator is a connection that brings the tables up to date. Script runs
// statements one after the other.
type migrator interface {
	querier
	script(ctx context.Context, text string) error
}

// The table schema_version has a row for each step that was taken: the number of
// its file.
const makeVersions = `CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL PRIMARY KEY, at BIGINT NOT NULL)`

// migrate brings the tables up to date: each file below migrations, in the order of
// their numbers, once, and in one transaction. There is no way back but a backup:
// a file that was released is never changed, and a mistake is mended by the next.
// Begin starts a transaction that no other process writes beside.
func migrate(ctx context.Context, m migrator, begin string, now int64) error {
	if err := m.script(ctx, makeVersions); err != nil {
		return err
	}
	files, err := migrations.ReadDir("migrations")
	if err != nil {
		return err
	}
	for _, f := range files {
		number, _, _ := strings.Cut(f.Name(), "_")
		version, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return fmt.Errorf("store: migration %s has no number: %w", f.Name(), err)
		}
		text, err := migrations.ReadFile("migrations/" + f.Name())
		if err != nil {
			return err
		}
		if err := migrateOnce(ctx, m, begin, version, string(text), now); err != nil {
			return fmt.Errorf("bring the tables up to version %d: %w", version, err)
		}
	}
	return nil
}

// migrateOnce takes a step, unless it was taken.
func migrateOnce(ctx context.Context, m migrator, begin string, version int64, text string, now int64) (err error) {
	if err := m.script(ctx, begin); err != nil {
		return err
	}
	end := "COMMIT"
	defer func() {
		if err != nil {
			end = "ROLLBACK"
		}
		if e := m.script(ctx, end); err == nil {
			err = e
		}
	}()
	taken, err := m.exec(ctx, `INSERT INTO schema_version (version, at) VALUES ($1, $2) ON CONFLICT DO NOTHING`, version, now)
	if err != nil || taken == 0 {
		return err
	}
	return m.script(ctx, text)
}
