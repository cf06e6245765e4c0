package store

import (
	"context"
	"testing"
)

// Somebody may make the file smaller beside us, with VACUUM, while a reader has
// more of it mapped, and it may grow again.
func TestAReaderSeesTheFileAsItIsThoughItsMappingStays(t *testing.T) {
	ctx := context.Background()
	s, err := Open(ctx, Options{Database: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	e := s.engine.(*sqliteEngine)
	other, err := dialSQLite(e.file, e.pragmas()...)
	if err != nil {
		t.Fatal(err)
	}
	defer other.close()
	do := func(texts ...string) {
		t.Helper()
		e.read.letGo()
		for _, text := range append(texts, "PRAGMA wal_checkpoint(TRUNCATE)") {
			if err := drain(other, text); err != nil {
				t.Fatalf("%s: %v", text, err)
			}
		}
	}
	sum := func(want int64) {
		t.Helper()
		for range 3 { // so that the connection keeps its snapshot
			if n, _, err := one(ctx, s.engine.reader(), scanInt, `SELECT coalesce(sum(length(b)), 0) FROM ballast`); err != nil || n != want {
				t.Fatalf("the ballast is %d bytes, %v; want %d", n, err, want)
			}
		}
	}
	const fill = `INSERT INTO ballast SELECT randomblob(1000000) FROM (VALUES (1), (2), (3), (4), (5), (6), (7), (8), (9), (10))`
	do(`CREATE TABLE ballast (b BLOB)`)
	sum(0)
	for range 3 {
		do(fill, fill, fill)
		sum(30_000_000)
		do(`UPDATE ballast SET b = randomblob(999999) WHERE rowid = 2`)
		sum(29_999_999)
		do(`DELETE FROM ballast WHERE rowid > 1`, `VACUUM`)
		sum(1_000_000)
		do(fill)
		sum(11_000_000)
		do(`DELETE FROM ballast`)
		sum(0)
	}
}
