package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"

	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/web"
	"github.com/anteroom-id/anteroom/lab"
	"github.com/anteroom-id/anteroom/lab/idp"
)

// devProvider is the lab's identity provider beside a developer's server: the
// people whom the demo provisions sign in there, by SAML and by OpenID Connect.
type devProvider struct {
	*service
	open      func() (*idp.Provider, error) // makes it the first time: a key takes long to make
	address   string
	people    *lab.Directory
	workspace identity.Workspace
	base      string // of our pages

	mu sync.Mutex // two visits at once connect once
}

// The titles of the connections, by which those of an earlier run are found.
const (
	devSAML   = "Lab Entra ID"
	devOIDC   = "Lab Entra ID, OpenID Connect"
	devClient = "anteroom dev"
	devSecret = "a-secret-of-the-lab"
)

// listenBeside takes the port after a server's, so that the provider keeps its
// address, or any free one.
func listenBeside(ctx context.Context, l net.Listener) (net.Listener, error) {
	host, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		return nil, err
	}
	n, err := strconv.Atoi(port)
	if err == nil {
		var next net.Listener
		if next, err = new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort(host, strconv.Itoa(n+1))); err == nil {
			return next, nil
		}
	}
	return new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort(host, "0"))
}

// openProvider makes the provider and serves it until ctx ends. It is known by
// localhost, as our pages are: a browser then takes both for one site.
func (v *service) openProvider(ctx context.Context, beside net.Listener, people *lab.Directory) (*devProvider, error) {
	l, err := listenBeside(ctx, beside)
	if err != nil {
		return nil, err
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		return nil, err
	}
	p := &devProvider{service: v, people: people, address: "http://localhost:" + port}
	p.open = sync.OnceValues(func() (*idp.Provider, error) {
		return idp.New(idp.Config{Flavour: idp.Entra, Base: p.address, EntityID: "https://sts.windows.net/lab/", Directory: people})
	})
	go func() { _ = web.Serve(ctx, newServer(ctx, local(p)), l) }()
	return p, nil
}

// ServeHTTP answers as the provider.
func (p *devProvider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	provider, err := p.open()
	if err != nil {
		http.Error(w, "the lab's identity provider could not be made", http.StatusInternalServerError)
		return
	}
	provider.ServeHTTP(w, r)
}

// again connects the provider anew in a workspace that was connected by an earlier
// run, whose address and keys may have been others.
func (p *devProvider) again(ctx context.Context) {
	all, err := p.directory.Connections(ctx, p.workspace.ID)
	for _, c := range all {
		if c.Title == devSAML || c.Title == devOIDC {
			_, failed := p.connect(ctx, c.Title)
			err = errors.Join(err, failed)
		}
	}
	if err != nil {
		p.log.Warn("the lab's identity provider is not connected", "error", err)
	}
}

// enter signs a developer in as one of the lab's people: it connects the provider,
// if that has not happened, and begins there.
func (p *devProvider) enter(q *frame.Request, title string) error {
	if err := p.use(q.Context(), usedByDev); err != nil {
		return err
	}
	id, err := p.connect(q.Context(), title)
	if err != nil {
		return err
	}
	return q.Redirect("/sso/"+url.PathEscape(p.workspace.Slug)+"?connection="+url.QueryEscape(string(id)), "")
}

// connect sets a connection up on both sides, as two administrators would.
func (p *devProvider) connect(ctx context.Context, title string) (identity.ConnectionID, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	id, err := p.connection(ctx, title)
	if err != nil {
		return "", err
	}
	was, err := p.signIn.SignOn(ctx, p.workspace.ID, id)
	if err != nil {
		return "", err
	}
	now := was
	if now.Version == 0 {
		now.Enabled, now.JustInTime, now.Unasked = true, "on", p.product.SignIn.IdPInitiated
	}
	if err := p.introduce(ctx, title, id, &now); err != nil {
		return "", err
	}
	_, err = p.signIn.SaveSignOn(ctx, p.workspace.ID, id, was.Version, func(o *identity.SignOn) error {
		*o = now
		return nil
	}, operator(p.store.Now()))
	return id, err
}

// introduce tells the provider of us, and a connection's settings of the provider.
func (p *devProvider) introduce(ctx context.Context, title string, id identity.ConnectionID, o *identity.SignOn) (err error) {
	provider, err := p.open()
	if err != nil {
		return err
	}
	at := p.signIn.Addresses(p.workspace, id, o.SAML.Slug)
	if title == devOIDC {
		provider.AddClient(idp.Client{ID: devClient, Secret: devSecret, RedirectURIs: []string{at.OIDCWeb}, LogoutURI: at.OIDCOut, AfterLogout: []string{p.base + "/signed-out"}})
		o.Protocol = identity.OIDC
		sealed := o.OIDC.Secret
		o.OIDC, _, err = p.signIn.Discover(ctx, p.workspace.ID, id, provider.Issuer())
		o.OIDC.ClientID, o.OIDC.Secret = devClient, sealed
		if sealed == "" {
			o.OIDC.Secret = devSecret
		}
		return err
	}
	provider.AddSAML(idp.SP{EntityID: at.EntityID, ACS: at.ACS, SLO: at.SLO, Name: p.product.Name})
	o.Protocol = identity.SAML
	o.SAML, err = p.signIn.FetchMetadata(ctx, p.workspace.ID, id, provider.MetadataURL())
	return err
}

// connection finds the connection of a title, or makes it.
func (p *devProvider) connection(ctx context.Context, title string) (identity.ConnectionID, error) {
	all, err := p.directory.Connections(ctx, p.workspace.ID)
	if err != nil {
		return "", err
	}
	for _, c := range all {
		if c.Title == title {
			return c.ID, nil
		}
	}
	c, err := p.directory.AddConnection(ctx, p.workspace.ID, "entra", title, operator(p.store.Now()))
	return c.ID, err
}

// signIns are the two ways to be one of the lab's people, who are chosen there.
func (p *devProvider) signIns(enter string) []SignIn {
	address := ""
	if all := p.people.People(); len(all) > 0 {
		address = all[0].UserPrincipalName
	}
	return []SignIn{{Role: "person", Address: address, URL: enter + "person"}, {Role: "person-oidc", Address: address, URL: enter + "person-oidc"}}
}

// titleOfRole gives the connection that an entrance leads through, "" for none.
func titleOfRole(role string) string {
	switch role {
	case "person":
		return devSAML
	case "person-oidc":
		return devOIDC
	}
	return ""
}

// localhost names this machine as browsers and passkeys want it.
func localhost(base string) string { return strings.Replace(base, "//127.0.0.1:", "//localhost:", 1) }
