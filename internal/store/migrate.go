package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"strings"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrations embed.FS

// downMark stands between what brings the tables up to a version and what takes
// them back.
const downMark = "-- +goose Down"

// migrate brings the tables up to date. Each file is one step in one transaction,
// and is given to the database as it stands: goose's own way of cutting it into
// statements takes longer than all of them together.
func migrate(ctx context.Context, d goose.Dialect, db *sql.DB) error {
	steps, err := migrationSteps()
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(d, db, nil, goose.WithGoMigrations(steps...), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("bring the tables up to date: %w", err)
	}
	return nil
}

func migrationSteps() ([]*goose.Migration, error) {
	files, err := migrations.ReadDir("migrations")
	if err != nil {
		return nil, err
	}
	steps := make([]*goose.Migration, len(files))
	for i, f := range files {
		version, err := goose.NumericComponent(f.Name())
		if err != nil {
			return nil, err
		}
		text, err := migrations.ReadFile("migrations/" + f.Name())
		if err != nil {
			return nil, err
		}
		up, down, _ := strings.Cut(string(text), downMark)
		steps[i] = goose.NewGoMigration(version, runs(up), runs(down))
	}
	return steps, nil
}

func runs(text string) *goose.GoFunc {
	return &goose.GoFunc{RunTx: func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, text)
		return err
	}}
}
