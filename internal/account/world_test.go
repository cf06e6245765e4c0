package account_test

import (
	"bytes"
	"context"
	"errors"
	"net/netip"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/account"
	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/mail"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/seal"
	"github.com/anteroom-id/anteroom/internal/store"
	"github.com/anteroom-id/anteroom/internal/store/storetest"
	"github.com/anteroom-id/anteroom/scim"
)

func TestMain(m *testing.M) { storetest.Main(m) }

var ctx = context.Background()

var operator = identity.Origin{Actor: identity.Actor{Kind: identity.ActorOperator, ID: "test"}, Source: "cli"}

const good = "seven plain little words"

// world is a deployment with two workspaces, and a clock that a test moves.
type world struct {
	t          *testing.T
	db         *store.Store
	product    *product.Product
	people     *directory.Service
	outbox     *mail.Outbox
	box        *seal.Box
	accounts   *account.Service
	acme, beta identity.WorkspaceID
	con        map[identity.WorkspaceID]identity.ConnectionID
	hosts      int

	mu sync.Mutex
	at time.Time
}

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.at = w.at.Add(time.Millisecond)
	return w.at
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.at = w.at.Add(d)
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
	w := &world{t: t, at: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC), product: product.Default(), con: map[identity.WorkspaceID]identity.ConnectionID{}}
	db, err := store.Open(ctx, store.Options{Database: where, InsecureNoFlush: true, Now: w.now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	if definition != "" {
		if w.product, err = product.Load([]byte(definition), "test.yaml"); err != nil {
			t.Fatal(err)
		}
	}
	if w.box, err = seal.New(bytes.Repeat([]byte{3}, seal.KeySize)); err != nil {
		t.Fatal(err)
	}
	w.db, w.people, w.outbox = db, directory.New(db, w.product, directory.Bounds{}), mail.NewOutbox(db, w.product, w.box)
	w.accounts = w.serviceOf(account.Config{Cost: cheap})
	w.acme, w.beta = w.workspace("acme", "Acme"), w.workspace("beta", "Beta")
	return w
}

// cheap is a cost of passwords that tests can bear.
var cheap = account.Cost{Memory: 64, Passes: 1, Lanes: 1}

func (w *world) serviceOf(c account.Config) *account.Service {
	w.t.Helper()
	c.BaseURL = "https://id.example.com/"
	s, err := account.New(w.db, w.product, w.people, w.outbox, w.box, c)
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

func (w *world) workspace(slug, name string) identity.WorkspaceID {
	w.t.Helper()
	made, err := w.people.CreateWorkspace(ctx, operator, slug, name)
	if err != nil {
		w.t.Fatal(err)
	}
	all, err := w.db.Read(made.ID).Connections(ctx)
	if err != nil {
		w.t.Fatal(err)
	}
	w.con[made.ID] = all[0].ID
	return made.ID
}

// client is a browser in a network of its own.
func (w *world) client() account.Client {
	w.hosts++
	return account.Client{Agent: "Browser/1.0", Remote: netip.AddrFrom4([4]byte{198, 51, byte(w.hosts >> 8), byte(w.hosts)})}
}

// word is the secret at the end of a link.
func word(link string) string { return link[strings.LastIndex(link, "/")+1:] }

// mailed gives the mails to an address, newest first.
func (w *world) mailed(to string) (out []mail.Opened) {
	w.t.Helper()
	all, err := w.outbox.Read(ctx, "", 100)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, m := range all {
		if m.To == to {
			out = append(out, m)
		}
	}
	return out
}

var inMail = regexp.MustCompile(`https://id\.example\.com/(?:link|reset)/(\S+)`)

// lastLink is the secret in the newest mail to an address.
func (w *world) lastLink(to string) string {
	w.t.Helper()
	for _, m := range w.mailed(to) {
		if found := inMail.FindStringSubmatch(m.Text); found != nil {
			return found[1]
		}
	}
	w.t.Fatalf("no link was mailed to %s", to)
	return ""
}

// invite asks somebody into a workspace and gives the secret that was mailed.
func (w *world) invite(ws identity.WorkspaceID, address string) string {
	w.t.Helper()
	if _, err := w.accounts.Invite(ctx, ws, directory.Newcomer{Address: address}, operator); err != nil {
		w.t.Fatalf("invite %s: %v", address, err)
	}
	return w.lastLink(address)
}

// join makes somebody who signs in to a workspace with the good password.
func (w *world) join(ws identity.WorkspaceID, address string) account.Fresh {
	w.t.Helper()
	f, err := w.accounts.Join(ctx, w.invite(ws, address), "", good, w.client())
	if err != nil {
		w.t.Fatalf("join %s: %v", address, err)
	}
	return f
}

func (w *world) live(secret string) *account.Live {
	w.t.Helper()
	l, err := w.accounts.Check(ctx, secret, w.client())
	if err != nil {
		w.t.Fatalf("the session is not alive: %v", err)
	}
	return l
}

func (w *world) dead(what, secret string) {
	w.t.Helper()
	if l, err := w.accounts.Check(ctx, secret, w.client()); identity.KindOf(err) != identity.Unauthenticated {
		w.t.Errorf("%s: the session lives: %+v %v", what, l, err)
	}
}

func (w *world) signIn(address, password string) (account.Fresh, error) {
	return w.signInFrom(w.client(), address, password)
}

func (w *world) signInFrom(c account.Client, address, password string) (account.Fresh, error) {
	return w.accounts.SignIn(ctx, account.Attempt{Address: address, Password: password, Client: c})
}

// resetLink asks for a reset and gives the secret that was mailed, "" for none.
func (w *world) resetLink(address string) string {
	w.t.Helper()
	before := len(w.mailed(address))
	if err := w.accounts.RequestReset(ctx, address, w.client()); err != nil {
		w.t.Fatal(err)
	}
	if len(w.mailed(address)) == before {
		return ""
	}
	return w.lastLink(address)
}

func (w *world) reset(address, password string) {
	w.t.Helper()
	if err := w.accounts.Redeem(ctx, w.resetLink(address), password, w.client()); err != nil {
		w.t.Fatalf("reset of %s: %v", address, err)
	}
}

// overtaken runs two works of which the first commits between the reading and the
// writing of the second: nothing is committed until both wait.
func (w *world) overtaken(first, second func()) {
	w.t.Helper()
	var all sync.WaitGroup
	held, open := make(chan struct{}), make(chan struct{})
	all.Go(func() {
		if err := w.db.Write(ctx, "", func(*store.Tx) error { close(held); <-open; return nil }); err != nil {
			w.t.Error(err)
		}
	})
	<-held
	for _, f := range []func(){first, second} {
		all.Go(f)
		time.Sleep(200 * time.Millisecond) // until its write waits
	}
	close(open)
	all.Wait()
}

func (w *world) mustSignIn(address, password string) account.Fresh {
	w.t.Helper()
	f, err := w.signIn(address, password)
	if err != nil {
		w.t.Fatalf("sign in as %s: %v", address, err)
	}
	return f
}

func (w *world) member(ws identity.WorkspaceID, address string) identity.Member {
	w.t.Helper()
	m, found, err := w.db.Read(ws).MemberByAddress(ctx, identity.Fold(address))
	if err != nil || !found {
		w.t.Fatalf("there is no %s: %v", address, err)
	}
	return m
}

// directoryOf is the workspace's directory, as SCIM would act.
func (w *world) directoryOf(ws identity.WorkspaceID) *directory.People {
	return w.people.People(directory.Caller{Workspace: ws, Connection: w.con[ws], Notes: &scim.Notes{}, Origin: operator})
}

// rename has the directory give somebody another address.
func (w *world) rename(ws identity.WorkspaceID, from, to string) {
	w.t.Helper()
	_, err := w.directoryOf(ws).Update(ctx, string(w.member(ws, from).ResourceID), func(r *scim.Resource) (bool, error) {
		mail := &scim.Object{}
		mail.Set("value", to)
		mail.Set("type", "work")
		mail.Set("primary", true)
		r.Attrs.Set("userName", to)
		r.Attrs.Set("emails", []any{mail})
		return true, nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// as is the origin of what a member does.
func (w *world) as(m identity.Member) identity.Origin {
	return identity.Origin{Actor: identity.Actor{Kind: identity.ActorMember, ID: string(m.ID)}, Source: "console", At: w.now()}
}

// active has the directory let somebody in or out.
func (w *world) active(ws identity.WorkspaceID, address string, on bool) {
	w.t.Helper()
	_, err := w.directoryOf(ws).Update(ctx, string(w.member(ws, address).ResourceID), func(r *scim.Resource) (bool, error) {
		r.Attrs.Set("active", on)
		return true, nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func refused(t *testing.T, what string, err error, kind identity.Kind, part string) {
	t.Helper()
	if err == nil || identity.KindOf(err) != kind || !strings.Contains(err.Error(), part) {
		t.Errorf("%s: got %v (kind %d), want kind %d with %q", what, err, identity.KindOf(err), kind, part)
	}
}

func codeNeeded(t *testing.T, err error) string {
	t.Helper()
	var c *account.CodeNeeded
	if !errors.As(err, &c) {
		t.Fatalf("no code is asked for: %v", err)
	}
	return c.Ticket
}

func reach(l *account.Live) (out string) {
	for _, m := range l.Reached {
		out += m.Slug + " "
	}
	return strings.TrimSpace(out)
}
