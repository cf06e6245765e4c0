package directory_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/store"
	"github.com/anteroom-id/anteroom/internal/store/storetest"
	"github.com/anteroom-id/anteroom/scim"
)

func TestMain(m *testing.M) { storetest.Main(m) }

var ctx = context.Background()

var operator = identity.Origin{Actor: identity.Actor{Kind: identity.ActorOperator, ID: "test"}, Source: "test"}

// world is one workspace of one product, and the directory connection that
// writes to it.
type world struct {
	t       *testing.T
	db      *store.Store
	service *directory.Service
	ws      identity.WorkspaceID
	con     identity.ConnectionID
	notes   scim.Notes         // of the last request
	request identity.RequestID // its id
}

// onBoth tells a story on SQLite and on PostgreSQL, under the product that the
// text defines; "" is the built-in one.
func onBoth(t *testing.T, definition string, story func(t *testing.T, w *world)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); story(t, begin(t, t.TempDir(), definition)) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); story(t, begin(t, storetest.Postgres(t), definition)) })
}

func begin(t *testing.T, where, definition string) *world {
	t.Helper()
	db, err := store.Open(ctx, store.Options{Database: where, InsecureNoFlush: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	w := &world{t: t, db: db, service: directory.New(db, define(t, definition), directory.Bounds{ParkedPerGroup: 5, ParkedPerSpace: 12})}
	made, err := w.service.CreateWorkspace(ctx, operator, "acme", "Acme")
	if err != nil {
		t.Fatal(err)
	}
	w.ws = made.ID
	all, err := db.Read(w.ws).Connections(ctx)
	if err != nil || len(all) != 1 {
		t.Fatalf("a workspace is created with one connection, not %d (%v)", len(all), err)
	}
	w.con = all[0].ID
	return w
}

func define(t *testing.T, definition string) *product.Product {
	t.Helper()
	if definition == "" {
		return product.Default()
	}
	p, err := product.Load([]byte(definition), "test.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// under is the same workspace under another definition, as after a restart.
func (w *world) under(definition string) *world {
	w.t.Helper()
	other := *w
	other.service = directory.New(w.db, define(w.t, definition), directory.Bounds{ParkedPerGroup: 5, ParkedPerSpace: 12})
	return &other
}

// migration is the same workspace seen from a second directory connection.
func (w *world) migration() *world {
	w.t.Helper()
	other := *w
	c := identity.Connection{ID: identity.NewConnectionID(w.db.Now()), Name: "second", Created: w.db.Now()}
	if err := w.db.Write(ctx, w.ws, func(tx *store.Tx) error { return tx.InsertConnection(ctx, c) }); err != nil {
		w.t.Fatal(err)
	}
	other.con = c.ID
	return &other
}

// neighbour is another workspace of the same deployment.
func (w *world) neighbour() *world {
	w.t.Helper()
	made, err := w.service.CreateWorkspace(ctx, operator, "globex", "Globex")
	if err != nil {
		w.t.Fatal(err)
	}
	other := *w
	other.ws = made.ID
	all, err := w.db.Read(other.ws).Connections(ctx)
	if err != nil || len(all) != 1 {
		w.t.Fatalf("%d connections (%v)", len(all), err)
	}
	other.con = all[0].ID
	return &other
}

// caller is a new request of the directory.
func (w *world) caller() directory.Caller {
	now := w.db.Now()
	w.notes, w.request = nil, identity.NewRequestID(now)
	return directory.Caller{
		Workspace: w.ws, Connection: w.con, Notes: &w.notes,
		Origin: identity.Origin{Actor: identity.Actor{Kind: identity.ActorToken, ID: "tok_test"}, Source: "scim", RequestID: w.request, At: now},
	}
}

func (w *world) people() *directory.People { return w.service.People(w.caller()) }
func (w *world) groups() *directory.Groups { return w.service.Groups(w.caller()) }

// post provisions a person from a body as it comes over the wire.
func (w *world) post(body string) (*scim.Resource, error) {
	p := w.people()
	doc, err := w.service.UserType().Decode([]byte(body), &w.notes)
	if err != nil {
		return nil, err
	}
	return p.Create(ctx, &scim.Resource{Attrs: doc})
}

func (w *world) patch(id, operations string) (*scim.Resource, error) {
	p := w.people()
	change, err := w.service.UserType().DecodePatch([]byte(`{"Operations":[`+operations+`]}`), id, &w.notes)
	if err != nil {
		return nil, err
	}
	return p.Update(ctx, id, change.Apply)
}

func (w *world) put(id, body string) (*scim.Resource, error) {
	p := w.people()
	sent, err := w.service.UserType().Decode([]byte(body), &w.notes)
	if err != nil {
		return nil, err
	}
	return p.Replace(ctx, id, &scim.Resource{ID: id, Attrs: sent}, nil)
}

func (w *world) delete(id string) error { return w.people().Delete(ctx, id, nil) }

func (w *world) postGroup(body string) (*scim.Resource, error) {
	g := w.groups()
	doc, err := w.service.GroupType().Decode([]byte(body), &w.notes)
	if err != nil {
		return nil, err
	}
	return g.Create(ctx, &scim.Resource{Attrs: doc})
}

func (w *world) patchGroup(id, operations string) error {
	g := w.groups()
	change, err := w.service.GroupType().DecodePatch([]byte(`{"Operations":[`+operations+`]}`), id, &w.notes)
	if err != nil {
		return err
	}
	_, err = g.Patch(ctx, id, change)
	return err
}

func (w *world) putGroup(id, body string) error {
	g := w.groups()
	sent, err := w.service.GroupType().Decode([]byte(body), &w.notes)
	if err != nil {
		return err
	}
	_, err = g.Replace(ctx, id, &scim.Resource{ID: id, Attrs: sent}, nil)
	return err
}

// find asks with a filter and gives the ids found.
func (w *world) find(endpoint, filter string) (ids []string) {
	w.t.Helper()
	s := scim.Server{Types: []*scim.ResourceType{w.service.UserType(), w.service.GroupType()}}
	tenant := &scim.Tenant{BaseURL: "https://id.example.com/scim/v2", Notes: &scim.Notes{}, Backend: func(rt *scim.ResourceType) scim.Backend {
		if rt.Name == "User" {
			return w.people()
		}
		return w.groups()
	}}
	rec := httptest.NewRecorder()
	s.Serve(rec, httptest.NewRequest(http.MethodGet, endpoint+"?filter="+url.QueryEscape(filter), nil), endpoint, tenant)
	var list struct{ Resources []struct{ ID string } }
	if err := json.Unmarshal(rec.Body.Bytes(), &list); err != nil || rec.Code != http.StatusOK {
		w.t.Fatalf("%s: %d %s", filter, rec.Code, rec.Body)
	}
	for _, r := range list.Resources {
		ids = append(ids, r.ID)
	}
	return ids
}

// person provisions somebody who must be accepted, and gives the SCIM id.
func (w *world) person(body string) string {
	w.t.Helper()
	r, err := w.post(body)
	if err != nil {
		w.t.Fatalf("POST %s: %v", body, err)
	}
	return r.ID
}

func (w *world) change(id, operations string) {
	w.t.Helper()
	if _, err := w.patch(id, operations); err != nil {
		w.t.Fatalf("PATCH %s: %v", operations, err)
	}
}

func (w *world) group(body string) string {
	w.t.Helper()
	r, err := w.postGroup(body)
	if err != nil {
		w.t.Fatalf("POST %s: %v", body, err)
	}
	return r.ID
}

func (w *world) changeGroup(id, operations string) {
	w.t.Helper()
	if err := w.patchGroup(id, operations); err != nil {
		w.t.Fatalf("PATCH %s: %v", operations, err)
	}
}

// add makes a member by hand.
func (w *world) add(address, role string) identity.MemberID {
	w.t.Helper()
	c := w.caller()
	c.Origin = operator
	m, err := w.service.Add(ctx, c, directory.Newcomer{Address: address, GivenName: "By", FamilyName: "Hand", Role: role})
	if err != nil {
		w.t.Fatal(err)
	}
	return m.ID
}

// member is the member behind a SCIM id.
func (w *world) member(id string) identity.Member {
	w.t.Helper()
	m, found, err := w.db.Read(w.ws).MemberByResource(ctx, id)
	if err != nil || !found {
		w.t.Fatalf("there is no member behind %s (%v)", id, err)
	}
	return m
}

func (w *world) memberByID(id identity.MemberID) identity.Member {
	w.t.Helper()
	m, found, err := w.db.Read(w.ws).Member(ctx, id)
	if err != nil || !found {
		w.t.Fatalf("there is no member %s (%v)", id, err)
	}
	return m
}

// roles gives the roles of a member that count.
func (w *world) roles(id string) string {
	w.t.Helper()
	m := w.member(id)
	groups, err := w.db.Read(w.ws).GroupsOf(ctx, m.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	var out []string
	for _, g := range w.service.Roles(&m, groups) {
		out = append(out, string(g.Source)+" "+g.Role)
	}
	return strings.Join(out, ", ")
}

// members gives the SCIM ids in a group, sorted.
func (w *world) members(group string) (ids []string) {
	w.t.Helper()
	r, err := w.readGroup(group)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, m := range r.Attrs.List("members") {
		ids = append(ids, m.(*scim.Object).Str("value"))
	}
	slices.Sort(ids)
	return ids
}

func (w *world) tally() store.Tally {
	w.t.Helper()
	t, err := w.db.Read(w.ws).Tally(ctx)
	if err != nil {
		w.t.Fatal(err)
	}
	return t
}

// log gives the changes behind a sequence number.
func (w *world) log(after int64) []identity.Change {
	w.t.Helper()
	all, err := w.db.Read(w.ws).Changes(ctx, after, 10_000)
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}

// verbs gives what happened behind a sequence number, in words.
func (w *world) verbs(after int64) string {
	w.t.Helper()
	var out []string
	for _, c := range w.log(after) {
		out = append(out, string(c.Verb))
	}
	return strings.Join(out, " ")
}

func (w *world) noted(code string) bool {
	return slices.ContainsFunc(w.notes, func(n scim.Note) bool { return n.Code == code })
}

// mustNote fails unless the last request's notes hold one with the code and the words.
func (w *world) mustNote(code, words string) {
	w.t.Helper()
	if !slices.ContainsFunc(w.notes, func(n scim.Note) bool { return n.Code == code && strings.Contains(n.Text, words) }) {
		w.t.Errorf("no note %s with %q among %+v", code, words, w.notes)
	}
}

// mustRefuse fails unless err is the SCIM error, and its detail holds the words.
func mustRefuse(t *testing.T, err error, status int, scimType, words string) {
	t.Helper()
	var se *scim.Error
	if !errors.As(err, &se) || se.Status != status || se.Type != scimType || !strings.Contains(se.Detail, words) {
		t.Errorf("got %v, want a %d %s that says %q", err, status, scimType, words)
	}
}

// mustForbid fails unless err is a refusal for a reason that holds the words.
func mustForbid(t *testing.T, err error, words string) {
	t.Helper()
	if identity.KindOf(err) != identity.Forbidden || !strings.Contains(err.Error(), words) {
		t.Errorf("got %v, want a refusal that says %q", err, words)
	}
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// sameIDs fails unless two sets of ids are the same.
func sameIDs(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	got, want = slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))
	if !slices.Equal(got, want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// readUser reads a person's resource with its attributes decoded.
func (w *world) readUser(id string) (*scim.Resource, error) {
	r, err := w.people().Get(ctx, id, nil)
	if err == nil {
		err = w.service.UserType().Load(r)
	}
	return r, err
}

// readGroup reads a group's resource with its attributes decoded.
func (w *world) readGroup(id string) (*scim.Resource, error) {
	r, err := w.groups().Get(ctx, id, nil)
	if err == nil {
		err = w.service.GroupType().Load(r)
	}
	return r, err
}
