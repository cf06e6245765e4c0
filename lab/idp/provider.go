package idp

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/anteroom-id/anteroom/lab"
)

// Provider is an identity provider. It is safe for concurrent use.
type Provider struct {
	conf Config
	mux  *http.ServeMux
	stop func()

	mu       sync.Mutex
	signers  []signer // the first signs, all are published
	sps      []SP
	clients  []Client
	faults   map[string]bool
	waiting  map[string]*errand // sign-ins whose person is not chosen yet
	sessions map[string]*visit  // browsers, by cookie
	codes    map[string]*grant
	tokens   map[string]*grant // access tokens
	lastForm string            // the last response, for the fault that sends it again
}

// New makes a provider that is served by the caller at Config.Base.
func New(c Config) (*Provider, error) {
	if err := c.settle(); err != nil {
		return nil, err
	}
	p := &Provider{
		conf: c, stop: func() {}, faults: map[string]bool{}, waiting: map[string]*errand{}, sessions: map[string]*visit{},
		codes: map[string]*grant{}, tokens: map[string]*grant{},
	}
	for _, k := range c.Keys {
		s, err := newSigner(k, &c)
		if err != nil {
			return nil, err
		}
		p.signers = append(p.signers, s)
	}
	p.mux = p.routes()
	return p, nil
}

// Start makes a provider and serves it on a free port of this machine until Close.
func Start(c Config) (*Provider, error) { return Listen(context.Background(), c, "127.0.0.1:0") }

// Listen makes a provider and serves it at an address until Close. Without a base
// of its own it is known by that address.
func Listen(ctx context.Context, c Config, address string) (*Provider, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	if c.Base == "" {
		c.Base = "http://" + l.Addr().String()
	}
	p, err := New(c)
	if err != nil {
		l.Close()
		return nil, err
	}
	srv := &http.Server{Handler: p, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = srv.Serve(l) }()
	p.stop = func() { _ = srv.Close() }
	return p, nil
}

// Close ends what [Start] or [Listen] began.
func (p *Provider) Close() { p.stop() }

// ServeHTTP answers browsers and service providers.
func (p *Provider) ServeHTTP(w http.ResponseWriter, r *http.Request) { p.mux.ServeHTTP(w, r) }

// AddSAML sets up a service provider, or changes the one of the same entity id
// and address.
func (p *Provider) AddSAML(sp SP) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sps = slices.DeleteFunc(p.sps, func(o SP) bool { return o.EntityID == sp.EntityID && o.ACS == sp.ACS })
	p.sps = append(p.sps, sp)
}

// ServiceProviders gives those that were set up.
func (p *Provider) ServiceProviders() []SP {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.sps)
}

// AddClient registers an application, or changes the one of the same id.
func (p *Provider) AddClient(c Client) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clients = slices.DeleteFunc(p.clients, func(o Client) bool { return o.ID == c.ID })
	p.clients = append(p.clients, c)
}

// Directory gives the people.
func (p *Provider) Directory() *lab.Directory { return p.conf.Directory }

// Flavour gives whose manners the provider has.
func (p *Provider) Flavour() Flavour { return p.conf.Flavour }

// Base gives the provider's own address.
func (p *Provider) Base() string { return p.conf.Base }

// Certificates gives those that are published, the one that signs first.
func (p *Provider) Certificates() []*x509.Certificate {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []*x509.Certificate
	for _, s := range p.signers {
		all = append(all, s.cert)
	}
	return all
}

// PublishKey adds a key, which signs nothing until [Provider.RollKey].
func (p *Provider) PublishKey(key *rsa.PrivateKey) error {
	s, err := newSigner(key, &p.conf)
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.signers = append(p.signers, s)
	return nil
}

// RollKey lets the key that was published last sign from now on. The others are
// still published until [Provider.DropKeys].
func (p *Provider) RollKey() {
	p.mu.Lock()
	defer p.mu.Unlock()
	last := len(p.signers) - 1
	p.signers = append([]signer{p.signers[last]}, p.signers[:last]...)
}

// DropKeys forgets every key but the one that signs.
func (p *Provider) DropKeys() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.signers = p.signers[:1]
}

// signer gives the key that signs.
func (p *Provider) signer() signer {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.signers[0]
}

// now is the provider's time, which may be wrong on demand.
func (p *Provider) now() time.Time {
	now := p.conf.Clock().UTC()
	switch {
	case p.has("clock-ahead"):
		return now.Add(20 * time.Minute)
	case p.has("clock-behind"):
		return now.Add(-20 * time.Minute)
	}
	return now
}

// sp finds a service provider by its entity id, and by its address when the
// request names one.
func (p *Provider) sp(entityID, acs string) (SP, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	known := false
	for _, sp := range p.sps {
		if sp.EntityID == entityID && (acs == "" || sp.ACS == acs) {
			return sp, nil
		}
		known = known || sp.EntityID == entityID
	}
	if known {
		return SP{}, fmt.Errorf("AADSTS50011: the reply URL %s is not one of those configured for the application %s", acs, entityID)
	}
	return SP{}, fmt.Errorf("AADSTS700016: there is no application with the identifier %s in this directory", entityID)
}

func (p *Provider) client(id string) (Client, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	i := slices.IndexFunc(p.clients, func(c Client) bool { return c.ID == id })
	if i < 0 {
		return Client{}, false
	}
	return p.clients[i], true
}

// person finds somebody by object id, user name or address.
func (p *Provider) person(name string) (lab.Person, error) {
	if one, found := p.conf.Directory.Person(name); found {
		return one, nil
	}
	for _, one := range p.conf.Directory.People() {
		if strings.EqualFold(one.UserPrincipalName, name) || one.Mail != "" && strings.EqualFold(one.Mail, name) {
			return one, nil
		}
	}
	return lab.Person{}, fmt.Errorf("AADSTS50034: the account %s does not exist in this directory", name)
}

// admitted says why a person may not use an application, or nil.
func (p *Provider) admitted(one *lab.Person) error {
	switch {
	case !one.AccountEnabled || one.SoftDeleted || p.has("person-disabled"):
		return fmt.Errorf("AADSTS50057: the account of %s is disabled", one.UserPrincipalName)
	case p.has("person-unassigned"), !p.conf.Everybody && !p.assigned(one.ObjectID):
		return fmt.Errorf("AADSTS50105: %s is not assigned to a role for the application", one.UserPrincipalName)
	}
	return nil
}

// assigned says whether somebody has the application, directly or as the member
// of a group that has it.
func (p *Provider) assigned(id string) bool {
	if _, direct := p.conf.Directory.Assignment(id); direct {
		return true
	}
	return slices.ContainsFunc(p.conf.Directory.Groups(), func(g lab.Group) bool {
		_, has := p.conf.Directory.Assignment(g.ObjectID)
		return has && slices.Contains(g.Members, id)
	})
}
