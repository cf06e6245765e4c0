package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"

	"github.com/anteroom-id/anteroom/internal/web"
	"github.com/anteroom-id/anteroom/lab/idp"
)

type labIDP struct {
	Kind string `enum:"entra,okta,generic" default:"entra" help:"Whose manners it has: entra, okta or generic; entra when not given."`
	labSize
	Directory string `help:"Directory file, instead of a made-up directory." type:"path" placeholder:"FILE"`
	Listen    string `default:"127.0.0.1:8091" help:"Address to listen on, 127.0.0.1:8091 when not given; port 0 takes any free one." placeholder:"HOST:PORT"`

	EntityID string `help:"Entity ID of a service provider, with --acs." placeholder:"URI"`
	ACS      string `help:"Where responses for it go: its Reply URL." placeholder:"URL"`
	SLO      string `help:"Where its logout messages go." placeholder:"URL"`

	ClientID         string `help:"Client id of an OpenID Connect application, with --redirect-uri." placeholder:"ID"`
	ClientSecretFile string `help:"File that holds its secret, - for the standard input; a public client when not given." placeholder:"FILE"`
	RedirectURI      string `help:"Where its answers go." placeholder:"URL"`

	Faults []string `name:"fault" help:"Let it do something wrong; see anteroom lab idp --list-faults." placeholder:"NAME"`
	List   bool     `name:"list-faults" help:"List what it can do wrong, and end."`
	JSON   bool     `help:"Print one line of JSON when ready, and nothing else."`
}

// IDPReady is the line that `anteroom lab idp --json` prints. Keys are added,
// never renamed.
type IDPReady struct {
	URL         string `json:"url"`
	Kind        string `json:"kind"`
	MetadataURL string `json:"metadata_url"`
	EntityID    string `json:"entity_id"`
	Issuer      string `json:"issuer"`
	Users       int    `json:"users"`
	PID         int    `json:"pid"`
}

// settled says in one sentence what does not fit together on the command line.
func (c *labIDP) settled() error {
	switch {
	case (c.EntityID == "") != (c.ACS == ""):
		return errors.New("--entity-id and --acs belong together: they are of one service provider")
	case (c.ClientID == "") != (c.RedirectURI == ""):
		return errors.New("--client-id and --redirect-uri belong together: they are of one application")
	case c.SLO != "" && c.ACS == "", c.ClientSecretFile != "" && c.ClientID == "":
		return errors.New("--slo needs --entity-id and --acs, --client-secret-file needs --client-id and --redirect-uri")
	}
	return nil
}

// Run keeps an identity provider running until it is told to stop.
func (c *labIDP) Run(ctx context.Context, p *Program) error {
	if c.List {
		return p.listFaults(c.JSON)
	}
	if err := c.settled(); err != nil {
		return err
	}
	l, err := (&labServe{Listen: c.Listen}).listen(ctx)
	if err != nil {
		return err
	}
	defer l.Close()
	d, err := (&labWorld{labSize: c.labSize, Directory: c.Directory}).directory()
	if err != nil {
		return err
	}
	provider, err := idp.New(idp.Config{Flavour: idp.Flavour(c.Kind), Base: localhost("http://" + l.Addr().String()), Directory: d})
	if err == nil {
		err = c.register(provider)
	}
	if err == nil {
		err = provider.Fault(c.Faults...)
	}
	if err != nil {
		return err
	}
	served := make(chan error, 1)
	go func() { served <- web.Serve(ctx, newServer(ctx, local(http.Handler(provider))), l) }()
	if err := p.welcomeIDP(IDPReady{
		URL: provider.StartURL(), Kind: c.Kind, MetadataURL: provider.MetadataURL(), EntityID: provider.EntityID(), Issuer: provider.Issuer(),
		Users: len(d.People()), PID: os.Getpid(),
	}, c.JSON); err != nil {
		return err
	}
	return <-served
}

// register tells the provider of the applications that the flags name.
func (c *labIDP) register(p *idp.Provider) error {
	if c.EntityID != "" {
		p.AddSAML(idp.SP{EntityID: c.EntityID, ACS: c.ACS, SLO: c.SLO})
	}
	if c.ClientID == "" {
		return nil
	}
	secret := ""
	if c.ClientSecretFile != "" {
		var err error
		if secret, err = secretIn(c.ClientSecretFile); err != nil {
			return err
		}
	}
	p.AddClient(idp.Client{ID: c.ClientID, Secret: secret, Public: secret == "", RedirectURIs: []string{c.RedirectURI}})
	return nil
}

// listFaults prints what an identity provider of the lab can do wrong.
func (p *Program) listFaults(asJSON bool) error {
	for _, f := range idp.Faults() {
		if asJSON {
			if err := p.printJSON(f); err != nil {
				return err
			}
			continue
		}
		if _, err := fmt.Fprintf(p.Stdout, "%-30s %-5s %s\n", f.Name, cmp.Or(f.Protocol, "both"), f.What); err != nil {
			return err
		}
	}
	return nil
}

func (p *Program) welcomeIDP(r IDPReady, asJSON bool) error {
	if asJSON {
		return p.printJSON(r)
	}
	_, err := fmt.Fprintf(p.Stdout, `
  The lab's identity provider is ready: %s, with %d people.

  Applications     %s
  SAML metadata    %s
  Entity ID        %s
  OpenID issuer    %s

  Stop with Ctrl-C.

`, r.Kind, r.Users, r.URL, r.MetadataURL, r.EntityID, r.Issuer)
	return err
}
