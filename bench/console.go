package main

import (
	"bytes"
	"context"
	"fmt"
	"net/netip"
	"path/filepath"
	"strings"

	"github.com/anteroom-id/anteroom/internal/account"
	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/edge/console/people"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/mail"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/seal"
	"github.com/anteroom-id/anteroom/internal/store"
	"github.com/anteroom-id/anteroom/internal/token"
)

// pages is the console over a store with so many members, called in this
// process, so that a page's own cost is not hidden behind HTTP's.
type pages struct {
	app             *frame.App
	db              *store.Store
	base            *database // the bare driver, on a copy
	cookie          string
	member, address string   // whose pages are opened: one who arrived in the middle
	ids             []string // SCIM ids, for the floor
}

// changesOfOne is how long the history is of the member who is looked at.
const changesOfOne = 200

// openPages fills a store with n members, and opens the console on it.
func openPages(dir string, n int) (*pages, error) {
	ctx := context.Background()
	data := filepath.Join(dir, fmt.Sprint("console-", n))
	db, err := store.Open(ctx, store.Options{Database: data, InsecureNoFlush: true})
	if err != nil {
		return nil, err
	}
	p := &pages{db: db}
	if err := p.fill(ctx, n); err != nil {
		return nil, err
	}
	if err := db.Close(); err != nil { // so that the copy is whole, and the server as after a start
		return nil, err
	}
	if p.base, err = copyDatabase(data, data+"-floor"); err != nil {
		return nil, err
	}
	if p.db, err = store.Open(ctx, store.Options{Database: data, InsecureNoFlush: true}); err != nil {
		return nil, err
	}
	return p, p.open(ctx, p.db)
}

func (p *pages) close() {
	if p != nil {
		p.base.close()
		_ = p.db.Close()
	}
}

// hand is whose changes the program's own are.
func hand(db *store.Store) identity.Origin {
	return identity.Origin{Actor: identity.Actor{Kind: identity.ActorOperator, ID: "bench"}, Source: "cli", RequestID: identity.NewRequestID(db.Now()), At: db.Now()}
}

// open makes the console, and signs an owner in.
func (p *pages) open(ctx context.Context, db *store.Store) error {
	def := product.Default()
	box, err := seal.New(bytes.Repeat([]byte{7}, seal.KeySize))
	if err != nil {
		return err
	}
	c := frame.Config{Store: db, Product: def, Box: box, Directory: directory.New(db, def, directory.Bounds{}), Tokens: token.New(db, def), BaseURL: "http://127.0.0.1", SCIMURL: def.SCIM.Path}
	c.Outbox = mail.NewOutbox(db, def, box)
	if c.Accounts, err = account.New(db, def, c.Directory, c.Outbox, box, account.Config{BaseURL: c.BaseURL, Cost: account.Cost{Memory: 64, Passes: 1, Lanes: 1}}); err != nil {
		return err
	}
	w, err := db.WorkspaceBySlug(ctx, "acme")
	if err != nil {
		return err
	}
	_, link, err := c.Accounts.Founder(ctx, w.ID, "owner@acme.example", "Olga Owner", hand(db))
	if err != nil {
		return err
	}
	fresh, err := c.Accounts.Join(ctx, link[strings.LastIndex(link, "/")+1:], "Olga Owner", "seven plain little words", account.Client{Agent: "bench", Remote: netip.MustParseAddr("127.0.0.1")})
	if err != nil {
		return err
	}
	p.cookie = fresh.Secret
	p.app, err = frame.New(c, people.Section())
	return err
}
