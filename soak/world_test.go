package soak_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/edge/scimapi"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/store"
	"github.com/anteroom-id/anteroom/internal/token"
	"github.com/anteroom-id/anteroom/lab"
)

var operator = identity.Origin{Actor: identity.Actor{Kind: identity.ActorOperator, ID: "test"}, Source: "test"}

// world is one server with all companies on it.
type world struct {
	t         *testing.T
	store     *store.Store
	directory *directory.Service
	tokens    *token.Service
	product   *product.Product
	url       string

	mu     sync.Mutex
	broken []string // answers of 500 and above
	log    bytes.Buffer
}

func newWorld(t *testing.T, where string) *world {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{Database: where, InsecureNoFlush: !*durable})
	if err != nil {
		t.Fatal(err)
	}
	p := product.Default()
	w := &world{t: t, store: db, product: p, directory: directory.New(db, p, directory.Bounds{}), tokens: token.New(db, p)}
	api := scimapi.New(scimapi.Config{
		Store: db, Directory: w.directory, Tokens: w.tokens, Product: p, Log: slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelWarn})),
	})
	srv := httptest.NewServer(w.watch(api))
	w.url = srv.URL
	t.Cleanup(func() {
		srv.Close()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

// Write takes what the server logs.
func (w *world) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.log.Write(b)
}

// watch notes every answer that says that the server failed.
func (w *world) watch(h http.Handler) http.Handler {
	return http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		s := &statusWriter{ResponseWriter: out}
		h.ServeHTTP(s, r)
		if s.status >= 500 {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.broken = append(w.broken, fmt.Sprintf("%d to %s %s", s.status, r.Method, r.URL))
		}
	})
}

type statusWriter struct {
	http.ResponseWriter
	status int
}

func (s *statusWriter) WriteHeader(status int) {
	s.status = status
	s.ResponseWriter.WriteHeader(status)
}

// check wants that the server never failed and had nothing to complain about.
func (w *world) check() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.broken) > 0 {
		w.t.Errorf("the server failed %d times: %s", len(w.broken), strings.Join(w.broken[:min(5, len(w.broken))], "; "))
	}
	if w.log.Len() > 0 {
		w.t.Errorf("the server logged %.2000s", w.log.String())
	}
}

// settle makes a company with a workspace and a directory.
func (w *world) settle(kind string, connect func(*lab.Directory, lab.Target) provider) *company {
	w.t.Helper()
	ctx := context.Background()
	space, err := w.directory.CreateWorkspace(ctx, operator, kind, "")
	if err != nil {
		w.t.Fatal(err)
	}
	_, secret, err := w.tokens.Issue(ctx, token.Request{Workspace: space.ID, Origin: operator})
	if err != nil {
		w.t.Fatal(err)
	}
	c := found(w.t, kind, *seed+uint64(len(kind)))
	c.engine = w.store.Engine()
	c.audit = &audit{world: w, workspace: space.ID, base: w.url + w.product.SCIM.Path(space.Slug), secret: secret, members: map[string]map[string]bool{}}
	c.witness = &witness{users: map[string]bool{}, groups: map[string]bool{}}
	c.faults = &lab.Faults{
		Seed: *seed, Base: &http.Transport{MaxIdleConnsPerHost: 2 * *workers},
		Lose: 0.02, Double: 0.02, Break: 0.01, Refuse: 0.02, Delay: 0.1, LongestDelay: 3 * time.Millisecond,
	}
	c.idp = connect(c.dir, lab.Target{
		URL: c.audit.base, Token: secret, OnExchange: c.witness.see, HTTP: &http.Client{Transport: c.faults, Timeout: time.Minute},
		Retry: lab.Retry{Tries: 8, Wait: time.Microsecond, MaxWait: 10 * time.Millisecond},
	})
	return c
}

// get reads one page of a listing, beside the directory.
func (a *audit) get(ctx context.Context, path string) (list struct {
	TotalResults int
	Resources    []struct{ ID, UserName string }
}, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, a.base+path, nil)
	if err != nil {
		return list, err
	}
	req.Header.Set("Authorization", "Bearer "+a.secret)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return list, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("GET %s: %d %s", path, res.StatusCode, body)
	}
	if err != nil {
		return list, err
	}
	return list, json.Unmarshal(body, &list)
}
