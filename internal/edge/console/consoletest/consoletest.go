// Package consoletest is a deployment with two workspaces for tests of pages: the
// real store, the real verbs, the console with the sections that a test names,
// the SCIM edge beside it, and people who are signed in. It is for tests only.
package consoletest

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/account"
	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/edge/scimapi"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/mail"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/seal"
	"github.com/anteroom-id/anteroom/internal/signin"
	"github.com/anteroom-id/anteroom/internal/signin/dnstest"
	"github.com/anteroom-id/anteroom/internal/store"
	"github.com/anteroom-id/anteroom/internal/token"
	"github.com/anteroom-id/anteroom/internal/web/browsertest"
	"github.com/anteroom-id/anteroom/internal/web/outbound"
)

// Password is everybody's.
const Password = "seven plain little words"

// World is the deployment.
type World struct {
	*frame.App
	T            *testing.T
	Server       *httptest.Server
	Acme, Globex identity.Workspace
	Operator     identity.Origin // whose hand the test is
	DNS          *dnstest.Server // that the records of domains are looked up at
}

// New makes a world under a product; nil is the built-in one. Database is a
// folder, or a postgres:// URL; "" is a folder that the test removes.
func New(t *testing.T, p *product.Product, database string, sections ...frame.Section) *World {
	t.Helper()
	if p == nil {
		p = product.Default()
	}
	if p.SCIM.Form == product.FormHost { // the test has one host; as under dev
		p.SCIM.Form, p.SCIM.Host = product.FormToken, ""
	}
	if database == "" {
		database = t.TempDir()
	}
	db, err := store.Open(t.Context(), store.Options{Database: database, InsecureNoFlush: true})
	must(t, err)
	t.Cleanup(func() { must(t, db.Close()) })
	box, err := seal.New(bytes.Repeat([]byte{7}, seal.KeySize))
	must(t, err)
	c := frame.Config{Store: db, Product: p, Box: box, Directory: directory.New(db, p, directory.Bounds{}), Tokens: token.New(db, p), Dev: true}
	c.Outbox = mail.NewOutbox(db, p, box)
	w := &World{T: t, Operator: identity.Origin{Actor: identity.Actor{Kind: identity.ActorOperator, ID: "test"}, Source: "cli", RequestID: "req_test", At: db.Now()}, DNS: dnstest.New(t)}
	w.Server = httptest.NewUnstartedServer(nil)
	_, port, err := net.SplitHostPort(w.Server.Listener.Addr().String())
	must(t, err)
	c.BaseURL = "http://localhost:" + port // passkeys want a name
	c.SCIMURL = func(slug string) string { return c.BaseURL + p.SCIM.Path(slug) }
	c.Accounts, err = account.New(db, p, c.Directory, c.Outbox, box, account.Config{BaseURL: c.BaseURL, Cost: account.Cost{Memory: 64, Passes: 1, Lanes: 1}})
	must(t, err)
	c.SignIn, err = signin.New(signin.Config{
		Store: db, Product: p, Directory: c.Directory, Accounts: c.Accounts, Outbox: c.Outbox, Box: box, BaseURL: c.BaseURL, DNS: signin.DNS(w.DNS.Addr),
		Client: outbound.New(outbound.Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}, InsecureHTTP: true}),
	})
	must(t, err)
	w.App, err = frame.New(c, sections...)
	must(t, err)
	api := scimapi.New(scimapi.Config{Store: db, Directory: c.Directory, Tokens: c.Tokens, Product: p, BaseURL: c.BaseURL})
	w.Server.Config.Handler = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if w.Claims(r) {
			w.ServeHTTP(rw, r)
			return
		}
		api.ServeHTTP(rw, r)
	})
	w.Server.Start()
	t.Cleanup(func() { w.App.Close(); w.Server.Close() })
	w.Acme, w.Globex = w.Workspace("acme", "Acme"), w.Workspace("globex", "Globex")
	return w
}

// Load reads one of the five products: Load(t, "timeneye").
func Load(t *testing.T, name string) *product.Product {
	t.Helper()
	dir, err := os.Getwd()
	must(t, err)
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod above the test")
		}
		dir = filepath.Dir(dir)
	}
	text, err := os.ReadFile(filepath.Join(dir, "products", name+".yaml"))
	must(t, err)
	p, err := product.Load(text, name+".yaml")
	must(t, err)
	return p
}

// Workspace makes a workspace.
func (w *World) Workspace(slug, name string) identity.Workspace {
	w.T.Helper()
	made, err := w.Directory.CreateWorkspace(context.Background(), w.Operator, slug, name)
	must(w.T, err)
	return made
}

// Rename gives a workspace another workspace ID.
func (w *World) Rename(ws identity.Workspace, slug string) {
	w.T.Helper()
	_, err := w.Directory.UpdateWorkspace(context.Background(), ws.ID, 0, directory.WorkspaceChange{Slug: &slug}, w.Operator)
	must(w.T, err)
}

// Visitor is somebody with a browser of their own.
type Visitor struct {
	*World
	Member identity.Member // the zero value of somebody who is in no workspace
	Client *http.Client
}

// Stranger is a visitor who is not signed in.
func (w *World) Stranger() *Visitor {
	jar, err := cookiejar.New(nil)
	must(w.T, err)
	return &Visitor{World: w, Client: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

var inMail = regexp.MustCompile(`https?://\S+/link/(\S+)`)

// Person makes a member of a workspace by hand, has the member accept the
// invitation, and gives the browser that is signed in. Role is one of the
// product's catalogue; "owner" is the workspace's first owner.
func (w *World) Person(ws identity.Workspace, address, given, family, role string) *Visitor {
	w.T.Helper()
	ctx := context.Background()
	r, _ := w.Product.Role(role)
	var word string
	if r.Owner {
		_, link, err := w.Accounts.Founder(ctx, ws.ID, address, given+" "+family, w.Operator)
		must(w.T, err)
		word = link[strings.LastIndex(link, "/")+1:]
	} else {
		_, err := w.Accounts.Invite(ctx, ws.ID, directory.Newcomer{Address: address, GivenName: given, FamilyName: family, Role: role}, w.Operator)
		must(w.T, err)
		mails, err := w.Outbox.Read(ctx, "", 1)
		must(w.T, err)
		word = inMail.FindStringSubmatch(mails[0].Text)[1]
	}
	fresh, err := w.Accounts.Join(ctx, word, given+" "+family, Password, account.Client{Agent: "Test", Remote: netip.MustParseAddr("192.0.2.1")})
	must(w.T, err)
	v := w.Stranger()
	v.holds(fresh.Secret)
	m, found, err := w.Store.Read(ws.ID).MemberByAddress(ctx, identity.Fold(address))
	must(w.T, err)
	if !found {
		w.T.Fatalf("%s is not a member", address)
	}
	v.Member = m
	return v
}

// Vendor gives the browser of one of the vendor's own people, who is in no
// workspace.
func (w *World) Vendor(address string) *Visitor {
	w.T.Helper()
	ctx, from := context.Background(), account.Client{Agent: "Test", Remote: netip.MustParseAddr("192.0.2.2")}
	link, err := w.Accounts.Operator(ctx, address, "Vera Vendor")
	must(w.T, err)
	must(w.T, w.Accounts.Redeem(ctx, link[strings.LastIndex(link, "/")+1:], Password, from))
	fresh, err := w.Accounts.SignIn(ctx, account.Attempt{Address: address, Password: Password, Client: from})
	must(w.T, err)
	v := w.Stranger()
	v.holds(fresh.Secret)
	return v
}

func (v *Visitor) holds(secret string) {
	at, err := url.Parse(v.BaseURL)
	must(v.T, err)
	v.Client.Jar.SetCookies(at, []*http.Cookie{{Name: "session", Value: secret, Path: "/"}}) //nolint:gosec // a test, on loopback
}

// Answer is what came back.
type Answer struct {
	Status   int
	Location string
	Body     string
	Header   http.Header
}

// Get reads a page.
func (v *Visitor) Get(path string) Answer {
	v.T.Helper()
	return v.send(http.MethodGet, path, nil, nil)
}

// Head asks for a page without its body; a stream ends at once.
func (v *Visitor) Head(path string) Answer {
	v.T.Helper()
	return v.send(http.MethodHead, path, nil, nil)
}

// Post sends a form. Fields are pairs: "name", "Acme".
func (v *Visitor) Post(path string, fields ...string) Answer {
	v.T.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	return v.send(http.MethodPost, path, form, nil)
}

// Forged sends a form as another site's page would have the browser send it.
func (v *Visitor) Forged(path string) Answer {
	v.T.Helper()
	return v.send(http.MethodPost, path, url.Values{}, http.Header{"Origin": {"https://evil.example"}, "Sec-Fetch-Site": {"cross-site"}})
}

func (v *Visitor) send(method, path string, form url.Values, header http.Header) Answer {
	v.T.Helper()
	r, err := http.NewRequestWithContext(context.Background(), method, v.BaseURL+path, strings.NewReader(form.Encode()))
	must(v.T, err)
	for name, values := range header {
		r.Header[name] = values
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := v.Client.Do(r)
	must(v.T, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	must(v.T, err)
	return Answer{Status: res.StatusCode, Location: res.Header.Get("Location"), Body: string(body), Header: res.Header}
}

// Browser gives a browser in which the visitor is signed in.
func (v *Visitor) Browser() *browsertest.Browser {
	v.T.Helper()
	b := browsertest.New(v.T)
	v.SignInto(b)
	return b
}

// SignInto gives a browser the visitor's session.
func (v *Visitor) SignInto(b *browsertest.Browser) {
	v.T.Helper()
	at, err := url.Parse(v.BaseURL)
	must(v.T, err)
	for _, c := range v.Client.Jar.Cookies(at) {
		b.Command("Network.setCookie", map[string]any{"name": c.Name, "value": c.Value, "url": v.BaseURL, "httpOnly": true, "sameSite": "Lax"})
	}
}

// Look opens a page in light and dark, wide and as narrow as a phone, takes a
// picture of each as NAME-light.png, …, and wants axe-core to find nothing, no
// scrolling to the side, and no complaint of the browser.
func (w *World) Look(b *browsertest.Browser, path, name string) {
	w.T.Helper()
	for _, s := range []struct {
		scheme        string
		width, height int64
		suffix        string
	}{{"light", 1280, 800, "light"}, {"dark", 1280, 800, "dark"}, {"light", 390, 844, "phone"}} {
		b.See(w.BaseURL+path, s.scheme, s.width, s.height)
		b.Shoot(name + "-" + s.suffix)
		b.MustFit(name + "-" + s.suffix)
		b.MustBeAccessible(name + "-" + s.suffix)
	}
	b.MustBeContent()
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
