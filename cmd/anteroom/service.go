package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"time"

	"github.com/anteroom-id/anteroom/internal/account"
	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/edge/scimapi"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/mail"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/seal"
	"github.com/anteroom-id/anteroom/internal/signin"
	"github.com/anteroom-id/anteroom/internal/store"
	"github.com/anteroom-id/anteroom/internal/token"
	"github.com/anteroom-id/anteroom/internal/web"
)

// database is where the data is, as flags.
type database struct {
	Data     string `help:"Folder of the SQLite database; :memory: for one that is gone afterwards." placeholder:"DIR"`
	Database string `help:"PostgreSQL instead of SQLite: postgres://user:password@host:5432/name." placeholder:"URL"`
}

// where gives the one place that the flags name.
func (d *database) where(otherwise string) (string, error) {
	switch {
	case d.Data != "" && d.Database != "":
		return "", errors.New("give --data for SQLite or --database for PostgreSQL, not both")
	case d.Database != "" && !strings.HasPrefix(d.Database, "postgres://") && !strings.HasPrefix(d.Database, "postgresql://"):
		return "", errors.New("--database takes a postgres:// URL; for SQLite name a folder with --data")
	case d.Database != "":
		return d.Database, nil
	case d.Data != "":
		return d.Data, nil
	}
	return otherwise, nil
}

// settings is what a service is made of.
type settings struct {
	database string
	product  string // file; "" for the built-in definition
	baseURL  string // "" takes it from each request
	proxies  web.Proxies
	log      *slog.Logger
	local    bool           // dev: the product's host form also answers on a loopback address
	keyText  string         // the key that secrets are sealed with, or
	keyFile  string         // the file that holds it; neither: beside the data
	private  []netip.Prefix // private networks that identity providers may stand in
	dns      string         // server that is asked for the records of domains; "" for the system's
}

// service is everything but the network.
type service struct {
	store     *store.Store
	product   *product.Product
	directory *directory.Service
	tokens    *token.Service
	api       *scimapi.API
	log       *slog.Logger

	where, keyText, keyFile string // of the settings, for what is opened later
	private                 []netip.Prefix

	// What a server has beside, and a command that works on accounts.
	box      *seal.Box
	outbox   *mail.Outbox
	accounts *account.Service
	signIn   *signin.Service
	mails    *mail.Sender
}

func openService(ctx context.Context, s settings) (*service, error) {
	p, err := loadProduct(s.product)
	if err != nil {
		return nil, err
	}
	if s.local && p.SCIM.Form == product.FormHost {
		p.SCIM.Form, p.SCIM.Host = product.FormToken, ""
	}
	db, err := store.Open(ctx, store.Options{Database: s.database, Log: s.log})
	if err != nil {
		return nil, err
	}
	v := &service{
		store: db, product: p, log: s.log, directory: directory.New(db, p, directory.Bounds{}), tokens: token.New(db, p),
		where: s.database, keyText: s.keyText, keyFile: s.keyFile, private: s.private,
	}
	v.api = scimapi.New(scimapi.Config{
		Store: db, Directory: v.directory, Tokens: v.tokens, Product: p, BaseURL: s.baseURL, Proxies: s.proxies, Log: s.log,
	})
	return v, nil
}

// ready does what a server does before it serves, and begins what it does beside.
func (v *service) ready(ctx context.Context, keep directory.Keep) error {
	if err := v.directory.Prepare(ctx); err != nil {
		return err
	}
	go v.tidy(ctx, keep)
	return nil
}

func loadProduct(file string) (*product.Product, error) {
	if file == "" {
		return product.Default(), nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the product definition: %w", err)
	}
	return product.Load(text, file)
}

// tidy removes from time to time what is older than it is kept.
func (v *service) tidy(ctx context.Context, keep directory.Keep) {
	tick := time.NewTicker(time.Hour)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			err := errors.Join(v.directory.Tidy(ctx, keep), v.accounts.Tidy(ctx), v.mails.Tidy(ctx))
			if err != nil && ctx.Err() == nil {
				v.log.Error("tidying up failed", "error", err)
			}
		}
	}
}

// workspace finds a workspace by its slug, or makes it, on the plan that unlocks
// the most.
func (v *service) workspace(ctx context.Context, slug, name string) (identity.Workspace, error) {
	w, err := v.store.WorkspaceBySlug(ctx, slug)
	if identity.KindOf(err) == identity.NotFound {
		return v.directory.OpenWorkspace(ctx, operator(v.store.Now()), slug, name, v.fullestPlan())
	}
	return w, err
}

// handler answers everything: health, and SCIM for whatever nobody else claims.
func (v *service) handler() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		if _, err := v.store.Horizon(r.Context()); err != nil {
			http.Error(w, "the database cannot be reached", http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ok")
	})
	return mux
}

// counters shows what the store has done, for measuring; dev only.
func (v *service) counters(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v.store.Stats())
}

// routed sends a request to the pages where it is for one, and to the SCIM
// edge otherwise: the mux would clean the doubled slashes that directories send
// with a redirect, which they do not follow.
func routed(mux http.Handler, pages *frame.App, api http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/"); {
		case first == "healthz", first == "live", first == "debug", pages.Claims(r):
			mux.ServeHTTP(w, r)
		default:
			api.ServeHTTP(w, r)
		}
	})
}
