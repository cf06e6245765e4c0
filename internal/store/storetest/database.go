package storetest

import (
	"context"
	"crypto/rand"
	"net/url"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Create makes an empty database in the cluster and returns its URL.
func (c *Cluster) Create(ctx context.Context) (string, error) {
	name := "anteroom_" + strings.ToLower(rand.Text())
	u, err := url.Parse(c.admin)
	if err != nil {
		return "", err
	}
	// Nobody can be connected to template0, so that copies never wait for one another.
	if err := c.exec(ctx, "CREATE DATABASE "+name+" TEMPLATE template0 STRATEGY file_copy"); err != nil {
		return "", err
	}
	u.Path = "/" + name
	return u.String(), nil
}

// Drop removes a database that Create made, also when connections are still open.
func (c *Cluster) Drop(ctx context.Context, database string) error {
	u, err := url.Parse(database)
	if err != nil {
		return err
	}
	return c.exec(ctx, "DROP DATABASE IF EXISTS "+pgx.Identifier{strings.TrimPrefix(u.Path, "/")}.Sanitize()+" WITH (FORCE)")
}

// exec runs one statement on a connection of its own, so that nothing stays open
// that a test for leaks would find.
func (c *Cluster) exec(ctx context.Context, statement string) error {
	conn, err := pgx.Connect(ctx, c.admin)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, statement)
	return err
}
