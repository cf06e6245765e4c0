package play

import (
	"context"
	"crypto/rsa"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/anteroom-id/anteroom/internal/account"
	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/edge/console/hosted"
	"github.com/anteroom-id/anteroom/internal/edge/console/people"
	"github.com/anteroom-id/anteroom/internal/edge/console/settings"
	"github.com/anteroom-id/anteroom/internal/edge/console/signon"
	"github.com/anteroom-id/anteroom/internal/edge/oidcrp"
	"github.com/anteroom-id/anteroom/internal/edge/samlsp"
	"github.com/anteroom-id/anteroom/internal/edge/scimapi"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/mail"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/seal"
	"github.com/anteroom-id/anteroom/internal/signin"
	"github.com/anteroom-id/anteroom/internal/store"
	"github.com/anteroom-id/anteroom/internal/token"
	"github.com/anteroom-id/anteroom/internal/web/outbound"
	"github.com/anteroom-id/anteroom/lab"
	"github.com/anteroom-id/anteroom/lab/idp"
)

// world is a deployment that is attacked: real edges, verbs and store, on a free
// port of this machine.
type world struct {
	frame.Config
	base       string
	app        *frame.App
	server     *http.Server
	folder     string
	workspaces map[string]identity.Workspace
	tokens     map[string]string // of SCIM, by workspace
	sides      map[string]side
	keys       []*rsa.PrivateKey // of the providers that have one fault each

	mu    sync.Mutex
	later time.Duration // by which the clock was moved
	nets  int
}

// side is an identity provider and the connection that people sign in through.
type side struct {
	provider   *idp.Provider
	workspace  string
	connection identity.ConnectionID
}

var errNoName = errors.New("there is nothing of that name")

func byOperator(now time.Time) identity.Origin {
	return identity.Origin{Actor: identity.Actor{Kind: identity.ActorOperator, ID: "attacks"}, Source: "cli", RequestID: "req_attacks", At: now}
}

// newWorld starts a deployment with the workspaces and providers of the flows.
func newWorld(ctx context.Context) (*world, error) {
	w := &world{workspaces: map[string]identity.Workspace{}, tokens: map[string]string{}, sides: map[string]side{}}
	folder, err := os.MkdirTemp("", "attacks")
	if err != nil {
		return nil, err
	}
	w.folder = folder
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	w.base = strings.Replace("http://"+l.Addr().String(), "127.0.0.1", "localhost", 1)
	if err := w.open(ctx); err != nil {
		return nil, err
	}
	w.server = &http.Server{Handler: w.handler(), ReadHeaderTimeout: 10 * time.Second}
	go func(s *http.Server) { _ = s.Serve(l) }(w.server)
	return w, w.furnish(ctx)
}

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return time.Now().Add(w.later)
}

// open makes the services, as the command does.
func (w *world) open(ctx context.Context) (err error) {
	p := product.Default()
	p.SignIn.IdPInitiated = true // the connections forbid it, one by one
	c := frame.Config{Product: p, BaseURL: w.base, Log: slog.New(slog.DiscardHandler)}
	if c.Store, err = store.Open(ctx, store.Options{Database: w.folder, InsecureNoFlush: true, Now: w.now, Log: c.Log}); err != nil {
		return err
	}
	if c.Box, err = seal.New([]byte(strings.Repeat("a", seal.KeySize))); err != nil {
		return err
	}
	c.Directory, c.Tokens, c.Outbox = directory.New(c.Store, p, directory.Bounds{}), token.New(c.Store, p), mail.NewOutbox(c.Store, p, c.Box)
	c.SCIMURL = func(slug string) string { return w.base + p.SCIM.Path(slug) }
	c.Accounts, err = account.New(c.Store, p, c.Directory, c.Outbox, c.Box, account.Config{BaseURL: w.base, Cost: account.Cost{Memory: 64, Passes: 1, Lanes: 1}})
	if err != nil {
		return err
	}
	c.SignIn, err = signin.New(signin.Config{
		Store: c.Store, Product: p, Directory: c.Directory, Accounts: c.Accounts, Outbox: c.Outbox, Box: c.Box, BaseURL: w.base, Log: c.Log,
		Client: outbound.New(outbound.Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, InsecureHTTP: true}),
	})
	if err != nil {
		return err
	}
	w.Config = c
	w.app, err = frame.New(c, hosted.Section(), signon.Section(), samlsp.Section(), oidcrp.Section(), people.Section(), settings.Section())
	return err
}

// fromHeader names the network that a request pretends to come from.
const fromHeader = "X-From"

// handler serves pages and SCIM. Each browser is in a network of its own, so that
// the limits on refusals are none of the attacks' concern.
func (w *world) handler() http.Handler {
	api := scimapi.New(scimapi.Config{Store: w.Store, Directory: w.Directory, Tokens: w.Tokens, Product: w.Product, BaseURL: w.base, Log: w.Log})
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if from := r.Header.Get(fromHeader); from != "" {
			r.RemoteAddr = from
		}
		if w.app.Claims(r) {
			w.app.ServeHTTP(rw, r)
			return
		}
		api.ServeHTTP(rw, r)
	})
}

// furnish makes the workspaces and their connections.
func (w *world) furnish(ctx context.Context) error {
	for _, slug := range []string{"acme", "globex"} {
		made, err := w.Directory.CreateWorkspace(ctx, byOperator(w.now()), slug, slug)
		if err != nil {
			return err
		}
		w.workspaces[slug] = made
		on := true
		for _, f := range product.Features() {
			if err := w.Directory.SetEntitlement(ctx, made.ID, f, &on, byOperator(w.now())); err != nil {
				return err
			}
		}
		if _, w.tokens[slug], err = w.Tokens.Issue(ctx, token.Request{Workspace: made.ID, Name: "attacks", Origin: byOperator(w.now())}); err != nil {
			return err
		}
	}
	honest, err := w.connect(ctx, "acme", "acme", nil, identity.SAML, "off")
	if err != nil {
		return err
	}
	_, second := w.connect(ctx, "acme second", "acme", nil, identity.SAML, "off")
	_, evil := w.connect(ctx, "globex", "globex", nil, identity.SAML, "on")
	_, shared := w.connect(ctx, "shared", "globex", honest, identity.SAML, "on")
	_, relying := w.connect(ctx, "acme oidc", "acme", nil, identity.OIDC, "off")
	return errors.Join(second, evil, shared, relying)
}

// connect sets a provider up on both sides, as administrators do.
func (w *world) connect(ctx context.Context, name, slug string, p *idp.Provider, by identity.Protocol, justInTime string) (*idp.Provider, error) {
	ws := w.workspaces[slug]
	if p == nil {
		var err error
		if p, err = idp.Start(idp.Config{Flavour: idp.Entra, Directory: lab.NewDirectory(uint64(len(w.sides) + 1)), Clock: w.now}); err != nil {
			return nil, err
		}
	}
	kind := string(by)
	if p.Flavour() == idp.Entra {
		kind = "entra"
	}
	c, err := w.Directory.AddConnection(ctx, ws.ID, kind, "", byOperator(w.now()))
	if err != nil {
		return nil, err
	}
	w.sides[name] = side{p, slug, c.ID}
	at := w.SignIn.Addresses(ws, c.ID, "")
	return p, w.save(ctx, name, func(o *identity.SignOn) error {
		o.Enabled, o.Protocol, o.JustInTime = true, by, justInTime
		if by == identity.OIDC {
			p.AddClient(idp.Client{ID: "anteroom", Secret: "a-secret-of-the-lab", RedirectURIs: []string{at.OIDCWeb}, LogoutURI: at.OIDCOut})
			found, _, err := w.SignIn.Discover(ctx, ws.ID, c.ID, p.Issuer())
			o.OIDC = found
			o.OIDC.ClientID, o.OIDC.Secret = "anteroom", "a-secret-of-the-lab"
			return err
		}
		p.AddSAML(idp.SP{EntityID: at.EntityID, ACS: at.ACS, SLO: at.SLO})
		o.SAML, err = w.SignIn.FetchMetadata(ctx, ws.ID, c.ID, p.MetadataURL())
		return err
	})
}

// save changes a connection.
func (w *world) save(ctx context.Context, name string, change func(o *identity.SignOn) error) error {
	s, found := w.sides[name]
	if !found {
		return fmt.Errorf("%w: %s", errNoName, name)
	}
	ws := w.workspaces[s.workspace].ID
	now, err := w.SignIn.SignOn(ctx, ws, s.connection)
	if err != nil {
		return err
	}
	if err := change(&now); err != nil { // outside of the write: it may fetch
		return err
	}
	_, err = w.SignIn.SaveSignOn(ctx, ws, s.connection, now.Version, func(o *identity.SignOn) error {
		*o = now
		return nil
	}, byOperator(w.now()))
	return err
}

// close ends everything and removes the data.
func (w *world) close() {
	_ = w.server.Close()
	w.app.Close()
	for _, s := range w.sides {
		s.provider.Close()
	}
	_ = w.Store.Close()
	_ = os.RemoveAll(w.folder)
}

// network gives an address that no other browser has.
func (w *world) network() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.nets++
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte{198, 51, byte(w.nets >> 8), byte(w.nets)}), 1000).String()
}
