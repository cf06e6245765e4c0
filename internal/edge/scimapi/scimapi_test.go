package scimapi_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/edge/scimapi"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/store"
	"github.com/anteroom-id/anteroom/internal/store/storetest"
	"github.com/anteroom-id/anteroom/internal/token"
)

func TestMain(m *testing.M) { storetest.Main(m) }

var ctx = context.Background()

var operator = identity.Origin{Actor: identity.Actor{Kind: identity.ActorOperator, ID: "test"}, Source: "test"}

// server is a whole SCIM service on a real store, with two workspaces.
type server struct {
	t         testing.TB
	store     *store.Store
	directory *directory.Service
	tokens    *token.Service
	product   *product.Product
	handler   http.Handler
	url       string // of the service, without the prefix
	acme      tenant
	globex    tenant
}

// tenant is one workspace with a token.
type tenant struct {
	id           identity.WorkspaceID
	slug         string
	base, secret string // SCIM base URL and token
	token        identity.Token
}

func onBoth(t *testing.T, story func(t *testing.T, s *server)) {
	t.Helper()
	onBothWith(t, product.Default(), story)
}

func onBothWith(t *testing.T, p *product.Product, story func(t *testing.T, s *server)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); story(t, start(t, t.TempDir(), p)) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); story(t, start(t, storetest.Postgres(t), p)) })
}

func start(t testing.TB, where string, p *product.Product) *server {
	t.Helper()
	db, err := store.Open(ctx, store.Options{Database: where, InsecureNoFlush: true})
	if err != nil {
		t.Fatal(err)
	}
	s := &server{t: t, store: db, product: p, directory: directory.New(db, p, directory.Bounds{}), tokens: token.New(db, p)}
	s.handler = scimapi.New(scimapi.Config{Store: db, Directory: s.directory, Tokens: s.tokens, Product: p})
	h := httptest.NewServer(s.handler)
	t.Cleanup(func() {
		h.Close()
		if err := db.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	s.url = h.URL
	s.acme, s.globex = s.tenant("acme"), s.tenant("globex")
	return s
}

func (s *server) tenant(slug string) tenant {
	s.t.Helper()
	w, err := s.directory.CreateWorkspace(ctx, operator, slug, "")
	if err != nil {
		s.t.Fatal(err)
	}
	tok, secret, err := s.tokens.Issue(ctx, token.Request{Workspace: w.ID, Origin: operator})
	if err != nil {
		s.t.Fatal(err)
	}
	return tenant{id: w.ID, slug: slug, base: s.url + s.product.SCIM.Path(slug), secret: secret, token: tok}
}
