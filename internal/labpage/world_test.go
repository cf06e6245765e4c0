package labpage_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/edge/scimapi"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/labpage"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/store"
	"github.com/anteroom-id/anteroom/internal/token"
	"github.com/anteroom-id/anteroom/lab"
)

// world is a company's directory, our own server that it is pushed to, and the
// lab's page between them.
type world struct {
	t      *testing.T
	dir    *lab.Directory
	server *httptest.Server // Anteroom
	page   *labpage.Page
	site   *httptest.Server // the page
}

func newWorld(t *testing.T, dir *lab.Directory) *world {
	t.Helper()
	return newWorldBehind(t, dir, func(h http.Handler) http.Handler { return h })
}

// newWorldBehind makes a world with something that stands before the server.
func newWorldBehind(t *testing.T, dir *lab.Directory, before func(http.Handler) http.Handler) *world {
	t.Helper()
	w := &world{t: t, dir: dir}
	to := w.serve(before)
	page, err := labpage.New(labpage.Config{
		Name: "Microsoft Entra ID", Directory: dir, Target: to, Members: w.server.URL + "/members", Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
		Open: func(to lab.Target, progress func(lab.Progress)) (lab.Provider, error) {
			return lab.New("entra", dir, to, lab.Options{Workers: 2, NoCompare: true, OnProgress: progress})
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	w.page, w.site = page, httptest.NewServer(page)
	t.Cleanup(func() {
		page.Close()
		w.site.Close()
	})
	return w
}

// serve starts Anteroom with an empty workspace.
func (w *world) serve(before func(http.Handler) http.Handler) lab.Target {
	w.t.Helper()
	ctx := context.Background()
	db, err := store.Open(ctx, store.Options{Database: w.t.TempDir(), InsecureNoFlush: true, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		w.t.Fatal(err)
	}
	p := product.Default()
	d, tokens := directory.New(db, p, directory.Bounds{}), token.New(db, p)
	w.server = httptest.NewServer(before(scimapi.New(scimapi.Config{Store: db, Directory: d, Tokens: tokens, Product: p, Log: slog.New(slog.DiscardHandler)})))
	w.t.Cleanup(func() {
		w.server.Close()
		_ = db.Close()
	})
	o := identity.Origin{Actor: identity.Actor{Kind: identity.ActorOperator, ID: "test"}, Source: "test"}
	acme, err := d.CreateWorkspace(ctx, o, "acme", "")
	if err != nil {
		w.t.Fatal(err)
	}
	_, secret, err := tokens.Issue(ctx, token.Request{Workspace: acme.ID, Origin: o})
	if err != nil {
		w.t.Fatal(err)
	}
	return lab.Target{URL: w.server.URL + p.SCIM.Path(acme.Slug), Token: secret, Retry: lab.Retry{Tries: 1}}
}

// answer is what the page answered, after redirects.
type answer struct {
	status int
	host   string // that one was led to
	body   string
	header http.Header
}

func (w *world) get(path string) answer {
	w.t.Helper()
	return w.send(http.MethodGet, path, nil, nil)
}

// press sends a form as a browser does that stands on the page at back.
func (w *world) press(path, back string, fields ...string) answer {
	w.t.Helper()
	form := url.Values{"back": {back}}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return w.send(http.MethodPost, path, form, http.Header{"Sec-Fetch-Site": {"same-origin"}})
}

// tap sends a form and does not look where it leads.
func (w *world) tap(path string) {
	w.t.Helper()
	out := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(w.t.Context(), http.MethodPost, path, nil)
	r.Host = "localhost"
	w.page.ServeHTTP(out, r)
	if out.Code != http.StatusSeeOther {
		w.t.Fatalf("%s: %d %s", path, out.Code, out.Body)
	}
}

func (w *world) send(method, path string, form url.Values, header http.Header) answer {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), method, w.site.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		w.t.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for name, values := range header {
		if r.Header[name] = values; name == "Host" {
			r.Host = values[0]
		}
	}
	res, err := w.site.Client().Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return answer{res.StatusCode, res.Request.URL.Scheme + "://" + res.Request.URL.Host, string(body), res.Header}
}

// must wants a form to lead to a page that says something.
func (w *world) must(a answer, parts ...string) answer {
	w.t.Helper()
	if a.status != http.StatusOK {
		w.t.Fatalf("%d %s", a.status, a.body)
	}
	w.contains(a, parts...)
	return a
}

func (w *world) contains(a answer, parts ...string) {
	w.t.Helper()
	for _, p := range parts {
		if !strings.Contains(a.body, p) {
			w.t.Errorf("the page does not hold %q", p)
			_, main, _ := strings.Cut(a.body, "<main>")
			defer w.t.Log(main)
		}
	}
}

// provision starts a cycle and waits for its end.
func (w *world) provision() answer {
	w.t.Helper()
	w.must(w.press("/provisioning/start", "/"))
	return w.ended()
}

// ended waits until no cycle runs.
func (w *world) ended() answer {
	w.t.Helper()
	for range 1200 {
		if a := w.get("/"); !strings.Contains(a.body, "/provisioning/stop") {
			return a
		}
		time.Sleep(25 * time.Millisecond)
	}
	w.t.Fatal("the cycle does not end within thirty seconds")
	return answer{}
}

// someone gives the person with this name.
func (w *world) someone(name string) lab.Person {
	w.t.Helper()
	for _, p := range w.dir.People() {
		if p.DisplayName == name {
			return p
		}
	}
	w.t.Fatalf("nobody is called %s", name)
	return lab.Person{}
}

// small is a company of three people and a group, all assigned.
func small(t *testing.T) *lab.Directory {
	t.Helper()
	d := lab.NewDirectory(1)
	var ids []string
	for _, name := range []string{"Maria Rossi", "Jonas Berg", "Aiko Tanaka"} {
		given, family, _ := strings.Cut(name, " ")
		upn := strings.ToLower(given + "." + family + "@contoso.example")
		id, err := d.AddPerson(lab.Person{UserPrincipalName: upn, Mail: upn, GivenName: given, Surname: family, MailNickname: given + "." + family, Department: "Sales"})
		if err == nil {
			err = d.Assign(id)
		}
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	g, err := d.NewGroup("Engineering", ids[0], ids[1])
	if err == nil {
		err = d.AssignGroup(g)
	}
	if err != nil {
		t.Fatal(err)
	}
	return d
}
