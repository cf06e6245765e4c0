package console_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/edge/console"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/store"
	"github.com/anteroom-id/anteroom/scim"
)

const key = "k7f3w9q2m5x8d1c6"

// world is a store with a directory service, and the live page of one of its
// workspaces.
type world struct {
	t       *testing.T
	ctx     context.Context
	store   *store.Store
	people  *directory.Service
	product *product.Product
	acme    space
	live    *console.Live
	close   func() // closes the store, once
}

// space is a workspace with its directory's connection.
type space struct {
	identity.Workspace
	connection identity.ConnectionID
}

func newWorld(t *testing.T) *world {
	t.Helper()
	ctx := context.Background()
	s, err := store.Open(ctx, store.Options{Database: t.TempDir(), InsecureNoFlush: true, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, ctx: ctx, store: s, product: product.Default()}
	w.close = sync.OnceFunc(func() { _ = s.Close() })
	t.Cleanup(w.close)
	w.people = directory.New(s, w.product, directory.Bounds{})
	w.acme = w.workspace("acme", "Acme")
	w.live = w.page(key)
	t.Cleanup(w.live.Close)
	return w
}

func (w *world) page(key string) *console.Live {
	return console.New(console.Config{
		Store: w.store, Directory: w.people, Product: w.product, Workspace: w.acme.Workspace,
		SCIMURL: "http://localhost:8080/scim/v2", Key: key, Log: slog.New(slog.DiscardHandler),
	})
}

func (w *world) workspace(slug, name string) space {
	w.t.Helper()
	ws, err := w.people.CreateWorkspace(w.ctx, w.origin(), slug, name)
	if err != nil {
		w.t.Fatal(err)
	}
	c, _, err := w.store.Read(ws.ID).ConnectionByName(w.ctx, identity.DefaultConnection)
	if err != nil {
		w.t.Fatal(err)
	}
	return space{ws, c.ID}
}

func (w *world) origin() identity.Origin {
	return identity.Origin{Actor: identity.Actor{Kind: identity.ActorSystem, ID: "test"}, Source: "scim", At: w.store.Now()}
}

// caller acts for the directory of a workspace; its request is kept in the
// provisioning log.
func (w *world) caller(s space, method, path string, status int) directory.Caller {
	now := w.store.Now()
	r := &identity.Request{ID: identity.NewRequestID(now), At: now, Actor: "token:tok_1", Method: method, Path: path, Status: status}
	return directory.Caller{Workspace: s.ID, Connection: s.connection, Origin: w.origin(), Request: r}
}

// arrives provisions a person and gives the SCIM id. Ids sort by the
// millisecond, so each person takes one.
func (w *world) arrives(s space, address, display string, extra ...string) string {
	w.t.Helper()
	time.Sleep(time.Millisecond)
	body := map[string]any{"userName": address, "displayName": display, "emails": []any{map[string]any{"value": address, "type": "work", "primary": true}}}
	for i := 0; i+1 < len(extra); i += 2 {
		body[extra[i]] = extra[i+1]
	}
	r, err := w.people.People(w.caller(s, "POST", "/scim/v2/Users", 201)).Create(w.ctx, w.resource(w.people.UserType(), body))
	if err != nil {
		w.t.Fatal(err)
	}
	return r.ID
}

// gathers makes a group of the people with these SCIM ids.
func (w *world) gathers(s space, name string, members ...string) {
	w.t.Helper()
	time.Sleep(time.Millisecond)
	list := []any{}
	for _, m := range members {
		list = append(list, map[string]any{"value": m})
	}
	body := map[string]any{"displayName": name, "members": list}
	if _, err := w.people.Groups(w.caller(s, "POST", "/scim/v2/Groups", 201)).Create(w.ctx, w.resource(w.people.GroupType(), body)); err != nil {
		w.t.Fatal(err)
	}
}

// leaves deactivates a person.
func (w *world) leaves(s space, id string) {
	w.t.Helper()
	_, err := w.people.People(w.caller(s, "PATCH", "/scim/v2/Users/"+id, 200)).Update(w.ctx, id, func(r *scim.Resource) (bool, error) {
		r.Attrs.Set("active", false)
		return true, nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// looksUp records a request that changes nothing.
func (w *world) looksUp(s space, path string, status int, cause, detail string) {
	c := w.caller(s, "GET", path, status)
	c.Request.Cause, c.Request.Detail, c.Request.Duration = cause, detail, 800*time.Microsecond
	w.store.Later(s.ID, func(tx *store.Tx) error { return tx.InsertRequest(w.ctx, c.Request) })
}

func (w *world) resource(rt *scim.ResourceType, body map[string]any) *scim.Resource {
	w.t.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		w.t.Fatal(err)
	}
	attrs, err := rt.Decode(data, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return &scim.Resource{Attrs: attrs}
}

// get asks the page for a path, without a network.
func (w *world) get(path string) (status int, body string, header http.Header) {
	w.t.Helper()
	return ask(w.t, w.live, http.MethodGet, path)
}

func ask(t *testing.T, h http.Handler, method, path string) (status int, body string, header http.Header) {
	t.Helper()
	out := httptest.NewRecorder()
	h.ServeHTTP(out, httptest.NewRequest(method, path, nil))
	data, err := io.ReadAll(out.Body)
	if err != nil {
		t.Fatal(err)
	}
	return out.Code, string(data), out.Header()
}

// crowd provisions n people and three groups, as a directory would.
func (w *world) crowd(n int) {
	w.t.Helper()
	given := []string{"Maria", "Jonas", "Aiko", "Samuel", "Priya", "Léa", "Tomasz", "Ngozi", "Mateo", "Ingrid", "Wei", "Fatima", "Oskar"}
	family := []string{"Rossi", "Lindqvist", "Tanaka", "Okafor", "Sharma", "Dubois", "Kowalski", "Adeyemi", "García", "Berg", "Chen", "Haddad", "Müller-Westernhagen"}
	roles := []string{"", "", "", "admin", ""}
	var ids []string
	for i := range n {
		g, f := given[i%len(given)], family[(i*5+i/len(given))%len(family)]
		extra := []string{}
		if r := roles[i%len(roles)]; r != "" {
			extra = []string{"role", r}
		}
		ids = append(ids, w.arrives(w.acme, fmt.Sprintf("person%02d@acme.example", i+1), g+" "+f, extra...))
	}
	w.gathers(w.acme, "Everyone", ids...)
	w.gathers(w.acme, "Engineering", ids[:n/2]...)
	w.gathers(w.acme, "Sales, Europe, Middle East and Africa", ids[n/3:n/2+3]...)
	w.leaves(w.acme, ids[n-3])
	w.looksUp(w.acme, `/scim/v2/Users?filter=userName eq "maria@acme.example"`, 200, "", "")
	w.looksUp(w.acme, "/scim/v2/Users", 409, "uniqueness", "userName: \"maria@acme.example\" is already in use")
}
