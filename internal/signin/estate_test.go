package signin_test

import (
	"bytes"
	"errors"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/account"
	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/mail"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/seal"
	"github.com/anteroom-id/anteroom/internal/signin"
	"github.com/anteroom-id/anteroom/internal/signin/dnstest"
	"github.com/anteroom-id/anteroom/internal/store"
	"github.com/anteroom-id/anteroom/internal/store/storetest"
)

// estate is a deployment with two workspaces whose people sign in here, a name
// server, and a clock that a test moves.
type estate struct {
	t            *testing.T
	db           *store.Store
	product      *product.Product
	people       *directory.Service
	accounts     *account.Service
	outbox       *mail.Outbox
	dns          *dnstest.Server
	s            *signin.Service
	acme, globex identity.WorkspaceID
	hosts        int

	mu sync.Mutex
	at time.Time
}

const plainWords = "seven plain little words"

var byOperator = identity.Origin{Actor: identity.Actor{Kind: identity.ActorOperator, ID: "test"}, Source: "cli", RequestID: "req_test"}

// onEach tells a story on SQLite and on PostgreSQL.
func onEach(t *testing.T, story func(t *testing.T, e *estate)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); story(t, newEstate(t, t.TempDir())) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); story(t, newEstate(t, storetest.Postgres(t))) })
}

func newEstate(t *testing.T, where string) *estate {
	t.Helper()
	return estateOf(t, where, product.Default())
}

// estateOf is an estate under a product's rules.
func estateOf(t *testing.T, where string, p *product.Product) *estate {
	t.Helper()
	e := &estate{t: t, at: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), product: p, dns: dnstest.New(t)}
	var err error
	e.db, err = store.Open(t.Context(), store.Options{Database: where, InsecureNoFlush: true, Now: e.now})
	e.must(err)
	t.Cleanup(func() { e.must(e.db.Close()) })
	box, err := seal.New(bytes.Repeat([]byte{5}, seal.KeySize))
	e.must(err)
	const base = "https://id.example.com"
	e.people, e.outbox = directory.New(e.db, e.product, directory.Bounds{}), mail.NewOutbox(e.db, e.product, box)
	e.accounts, err = account.New(e.db, e.product, e.people, e.outbox, box, account.Config{BaseURL: base, Cost: account.Cost{Memory: 64, Passes: 1, Lanes: 1}})
	e.must(err)
	e.s, err = signin.New(signin.Config{
		Store: e.db, Product: e.product, Directory: e.people, Accounts: e.accounts, Outbox: e.outbox, Box: box, BaseURL: base, DNS: signin.DNS(e.dns.Addr),
	})
	e.must(err)
	for slug, to := range map[string]*identity.WorkspaceID{"acme": &e.acme, "globex": &e.globex} {
		w, err := e.people.CreateWorkspace(t.Context(), byOperator, slug, slug)
		e.must(err)
		*to = w.ID
	}
	return e
}

func (e *estate) must(err error) {
	e.t.Helper()
	if err != nil {
		e.t.Fatal(err)
	}
}

func (e *estate) now() time.Time {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.at = e.at.Add(time.Millisecond)
	return e.at
}

func (e *estate) pass(d time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.at = e.at.Add(d)
}

// browser is one in a network of its own.
func (e *estate) browser() account.Client {
	e.hosts++
	return account.Client{Agent: "Browser/1.0", Remote: netip.AddrFrom4([4]byte{198, 51, byte(e.hosts >> 8), byte(e.hosts)})}
}

// joined makes somebody of a role who signs in here with a password.
func (e *estate) joined(ws identity.WorkspaceID, address, role string) identity.Member {
	e.t.Helper()
	ctx := e.t.Context()
	if r, _ := e.product.Role(role); r.Owner {
		_, link, err := e.accounts.Founder(ctx, ws, address, "Olga Berg", byOperator)
		e.must(err)
		_, err = e.accounts.Join(ctx, link[strings.LastIndex(link, "/")+1:], "", plainWords, e.browser())
		e.must(err)
	} else {
		_, err := e.accounts.Invite(ctx, ws, directory.Newcomer{Address: address, GivenName: "Max", FamilyName: "Berg", Role: role}, byOperator)
		e.must(err)
		text := e.mailed(address)[0].Text
		at := strings.Index(text, "/link/") + len("/link/")
		_, err = e.accounts.Join(ctx, strings.Fields(text[at:])[0], "", plainWords, e.browser())
		e.must(err)
	}
	m, _, err := e.db.Read(ws).MemberByAddress(ctx, identity.Fold(address))
	e.must(err)
	return m
}

// mailed gives the mails to an address, newest first.
func (e *estate) mailed(to string) (out []mail.Opened) {
	e.t.Helper()
	all, err := e.outbox.Read(e.t.Context(), "", 200)
	e.must(err)
	for _, m := range all {
		if m.To == to {
			out = append(out, m)
		}
	}
	return out
}

// by is the origin of what a member does.
func (e *estate) by(m identity.Member) identity.Origin {
	return identity.Origin{Actor: identity.Actor{Kind: identity.ActorMember, ID: string(m.ID)}, Source: "console", RequestID: "req_test", At: e.now()}
}

// login signs somebody in with the password.
func (e *estate) login(address string) (account.Fresh, error) {
	return e.accounts.SignIn(e.t.Context(), account.Attempt{Address: address, Password: plainWords, Client: e.browser()})
}

// reaches says whether a session reaches a workspace.
func (e *estate) reaches(f account.Fresh, ws identity.WorkspaceID) bool {
	e.t.Helper()
	l, err := e.accounts.Check(e.t.Context(), f.Secret, e.browser())
	if err != nil {
		return false
	}
	for _, m := range l.Reached {
		if m.Workspace == ws {
			return true
		}
	}
	return false
}

// verbs lists what happened in a workspace, oldest first.
func (e *estate) verbs(ws identity.WorkspaceID) (out []identity.Verb) {
	e.t.Helper()
	all, err := e.db.Read(ws).Changes(e.t.Context(), 0, 1000)
	e.must(err)
	for _, c := range all {
		out = append(out, c.Verb)
	}
	return out
}

// toldWith wants a refusal by a rule, of a kind.
func toldWith(t *testing.T, what string, err error, kind identity.Kind, code explain.Code) {
	t.Helper()
	var r *explain.Refusal
	if !errors.As(err, &r) || r.Code != code || identity.KindOf(err) != kind {
		t.Errorf("%s: got %v, want %s of kind %d", what, err, code, kind)
		return
	}
	if _, known := explain.Find(code); !known {
		t.Errorf("there is no rule %s", code)
	}
}
