package scimapi_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/store/storetest"
	"github.com/anteroom-id/anteroom/internal/token"
)

// gated are products whose plans gate provisioning: the plan without it, one
// with it, and what the refusal names.
var gated = []struct{ row, product, without, with, named string }{
	{"T02", "trackingtime", "pro", "business", "Business does: "},
	{"E01", "timeneye", "pro", "enterprise", "ENTERPRISE does: "},
	{"W01", "webwork", "pro", "plus", "Plus and Premium do: "},
	{"P01", "platform", "standard", "enterprise", "Enterprise Edition does: "},
}

func load(t *testing.T, name string) *product.Product {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "products", name+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	p, err := product.Load(text, name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestThePlanGatesProvisioningWithoutARestartAndLeaversLeave_T02_E01_W01_P01(t *testing.T) {
	for _, g := range gated {
		t.Run(g.row, func(t *testing.T) {
			onBothWith(t, load(t, g.product), func(t *testing.T, s *server) {
				plan := func(w tenant, name string) {
					if err := s.directory.SetPlan(ctx, w.id, name, operator); err != nil {
						t.Fatal(err)
					}
				}
				const ann = `{"userName":"ann@x.example","name":{"givenName":"Ann","familyName":"Ash"},"emails":[{"value":"ann@x.example"}],"active":true}`
				plan(s.acme, g.without)
				plan(s.globex, g.with)
				r := s.must(403, s.acme, "POST", "/Users", ann)
				if !strings.Contains(r.detail(), "does not include provisioning by a directory; "+g.named) {
					t.Errorf("the reason is %q", r.detail())
				}
				if got := s.request(s.acme, r.header.Get("X-Request-Id")); got.Status != 403 || got.Detail != r.detail() {
					t.Errorf("the log says %d %q", got.Status, got.Detail)
				}
				s.must(201, s.globex, "POST", "/Users", ann)
				plan(s.acme, g.with)
				id := s.must(201, s.acme, "POST", "/Users", ann).id()
				plan(s.acme, g.without)
				s.must(403, s.acme, "PATCH", "/Users/"+id, `{"Operations":[{"op":"replace","path":"name.givenName","value":"Anna"}]}`)
				s.must(403, s.acme, "GET", `/Users?filter=userName eq "bob@x.example"`, "")
				s.must(200, s.acme, "GET", `/Users?filter=userName eq "ann@x.example"`, "")
				s.must(200, s.acme, "PATCH", "/Users/"+id, `{"Operations":[{"op":"replace","path":"active","value":false}]}`)
				s.must(204, s.acme, "DELETE", "/Users/"+id, "")
				if n := s.total(s.globex, "/Users"); n != 1 {
					t.Errorf("the other workspace has %d people", n)
				}
			})
		})
	}
}

func TestTheAddressOfARenamedWorkspaceGoesOnWorking(t *testing.T) {
	onBothWith(t, load(t, "platform"), func(t *testing.T, s *server) {
		w, err := s.store.WorkspaceBySlug(ctx, "acme")
		if err != nil {
			t.Fatal(err)
		}
		renamed := "acme-group"
		if _, err := s.directory.UpdateWorkspace(ctx, w.ID, w.Version, directory.WorkspaceChange{Slug: &renamed}, operator); err != nil {
			t.Fatal(err)
		}
		now := s.acme
		now.base = s.url + s.product.SCIM.Path(renamed)
		s.must(200, s.acme, "GET", "/ServiceProviderConfig", "")
		s.must(200, now, "GET", "/ServiceProviderConfig", "")
		now.secret = s.globex.secret
		s.must(401, now, "GET", "/Users", "")
	})
}

func TestP05_ThePasswordOfABasicTokenIsAlsoABearerToken(t *testing.T) {
	onBothWith(t, load(t, "platform"), func(t *testing.T, s *server) {
		if err := s.directory.SetPlan(ctx, s.acme.id, "enterprise", operator); err != nil {
			t.Fatal(err)
		}
		tok, password, err := s.tokens.Issue(ctx, token.Request{Workspace: s.acme.id, UserName: "connector", Origin: operator})
		if err != nil || tok.Kind != token.KindBasic {
			t.Fatalf("a token of the kind %q (%v)", tok.Kind, err)
		}
		for authorization, want := range map[string]int{
			basic("connector", password): 200, "Bearer " + password: 200, basic("acme", password): 401, basic("connector", password+"x"): 401,
		} {
			if r := s.with(authorization, s.acme); r.status != want {
				t.Errorf("%s: %s, want %d", authorization[:6], r, want)
			}
		}
	})
}

func TestE30_TheCadenceOfADirectoryIsLearned(t *testing.T) {
	story := func(t *testing.T, where string) {
		var ahead atomic.Int64
		s := clocked(t, where, &ahead)
		con := s.acme.token.Connection
		cadence := func(w tenant) identity.Cadence {
			s.requests(w, s.must(200, w, "GET", "/ServiceProviderConfig", "").header.Get("X-Request-Id")) // what was deferred is written
			c, err := s.directory.Cadence(ctx, w.id, w.token.Connection)
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		if c, err := s.directory.Cadence(ctx, s.acme.id, con); err != nil || !c.First.IsZero() || c.Every != 0 || c.Failed != nil {
			t.Errorf("before first contact: %+v (%v)", c, err)
		}
		for cycle := range 6 {
			for request := range 4 {
				ahead.Store(int64(time.Duration(cycle)*40*time.Minute + time.Duration(request)*90*time.Second))
				s.must(200, s.acme, "GET", "/ServiceProviderConfig", "")
			}
		}
		failed := s.must(400, s.acme, "POST", "/Users", `{}`).header.Get("X-Request-Id")
		s.requests(s.acme, failed)
		c := cadence(s.acme)
		if c.Every != 40*time.Minute || len(c.Cycles) != 6 || c.Next.Sub(c.Cycles[0]) != 40*time.Minute || c.Failed == nil || string(c.Failed.ID) != failed {
			t.Errorf("learned: %+v", c)
		}
		if c.First.IsZero() || c.Last.Sub(c.First) < 200*time.Minute {
			t.Errorf("contact from %v to %v", c.First, c.Last)
		}
		if c := cadence(s.globex); c.Every != 0 || len(c.Cycles) != 1 || c.Failed != nil {
			t.Errorf("the other workspace's: %+v", c)
		}
		if _, err := s.directory.Cadence(ctx, s.globex.id, con); identity.KindOf(err) != identity.NotFound {
			t.Errorf("the other workspace sees it: %v", err)
		}
	}
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); story(t, t.TempDir()) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); story(t, storetest.Postgres(t)) })
}
