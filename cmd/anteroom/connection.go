package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/signin"
)

type connectionCommand struct {
	Create connectionCreate `cmd:"" help:"Connect an identity provider through which a workspace's people sign in."`
	Show   connectionShow   `cmd:"" help:"Show a connection with the values to paste into the identity provider."`
	List   connectionList   `cmd:"" help:"List a workspace's connections."`
	Remove connectionRemove `cmd:"" help:"Remove a connection; its people keep their access and are managed by hand."`
}

// connectionPlace is accountPlace with signing in through identity providers.
type connectionPlace struct {
	Workspace string `required:"" help:"Workspace ID." placeholder:"SLUG"`
	JSON      bool   `help:"Print JSON."`
	accountPlace
}

func (d *connectionPlace) use(ctx context.Context, p *Program, do func(*service, identity.Workspace) error) error {
	return d.accountPlace.use(ctx, p, func(v *service) error {
		base := cmp.Or(d.BaseURL, v.api.BaseURL)
		if err := v.openSignIn(settings{baseURL: base, private: v.private, log: v.log}); err != nil {
			return err
		}
		w, err := v.store.WorkspaceBySlug(ctx, d.Workspace)
		if err != nil {
			return err
		}
		return do(v, w)
	})
}

// named finds one of a workspace's connections, by its id or its name.
func (v *service) named(ctx context.Context, w identity.Workspace, name string) (identity.Connection, error) {
	all, err := v.directory.Connections(ctx, w.ID)
	var names []string
	for _, c := range all {
		if string(c.ID) == name || c.Name == name {
			return c, nil
		}
		names = append(names, c.Name)
	}
	if err == nil {
		err = identity.Errorf(identity.NotFound, "connection", "%s has no connection %q; it has %s", w.Slug, name, strings.Join(names, ", "))
	}
	return identity.Connection{}, err
}

type connectionCreate struct {
	Kind             string `help:"entra, okta, google, onelogin, jumpcloud, ping, adfs, keycloak, saml or oidc; saml or oidc when not given, by what else is." placeholder:"KIND"`
	Title            string `help:"What people call it." placeholder:"TITLE"`
	Connection       string `help:"A connection that is there, by its name or id, instead of another one: one that provisions already." placeholder:"NAME"`
	SAMLMetadata     string `name:"saml-metadata" help:"The identity provider's SAML metadata: a file, - for the standard input, or an https:// address, which is fetched again later." placeholder:"FILE|URL"`
	OIDCIssuer       string `name:"oidc-issuer" help:"Issuer of an OpenID provider." placeholder:"URL"`
	ClientID         string `help:"Client id at the OpenID provider." placeholder:"ID"`
	ClientSecretFile string `help:"File that holds the client secret, - for the standard input." placeholder:"FILE"`
	Enable           bool   `help:"Let people sign in through it at once."`
	JustInTime       string `enum:"on,off," default:"" help:"Whether a first sign-in makes a member: on or off; as the product says when not given."`
	connectionPlace
}

// settled says in one sentence what does not fit together on the command line.
func (c *connectionCreate) settled() error {
	switch {
	case (c.SAMLMetadata == "") == (c.OIDCIssuer == ""):
		return errors.New("give --saml-metadata or --oidc-issuer, one of them")
	case c.OIDCIssuer != "" && c.ClientID == "":
		return errors.New("--oidc-issuer needs --client-id, and --client-secret-file where the provider has given a secret")
	case c.SAMLMetadata != "" && c.ClientID+c.ClientSecretFile != "":
		return errors.New("--client-id and --client-secret-file belong to --oidc-issuer")
	case c.Connection != "" && c.Kind+c.Title != "":
		return errors.New("--kind and --title are for another connection; --connection names one that is there")
	}
	return nil
}

// Run connects an identity provider. What it publishes is read first, so that
// nothing is left behind when it cannot be.
func (c *connectionCreate) Run(ctx context.Context, p *Program) error {
	if err := c.settled(); err != nil {
		return err
	}
	return c.use(ctx, p, func(v *service, w identity.Workspace) error {
		change, err := c.change(ctx, v, w)
		if err != nil {
			return err
		}
		var conn identity.Connection
		if c.Connection != "" {
			conn, err = v.named(ctx, w, c.Connection)
		} else {
			kind := cmp.Or(c.Kind, map[bool]string{true: "saml", false: "oidc"}[c.SAMLMetadata != ""])
			conn, err = v.directory.AddConnection(ctx, w.ID, kind, c.Title, operator(v.store.Now()))
		}
		if err != nil {
			return err
		}
		was, err := v.signIn.SignOn(ctx, w.ID, conn.ID)
		if err != nil {
			return err
		}
		now, err := v.signIn.SaveSignOn(ctx, w.ID, conn.ID, was.Version, change, operator(v.store.Now()))
		if err != nil {
			return err
		}
		return c.print(p, v.connection(w, conn, now))
	})
}

// change reads what the identity provider publishes, and gives what it makes of a
// connection's settings.
func (c *connectionCreate) change(ctx context.Context, v *service, w identity.Workspace) (func(*identity.SignOn) error, error) {
	var saml identity.SAMLSettings
	var oidc identity.OIDCSettings
	var err error
	switch {
	case c.OIDCIssuer != "":
		oidc, _, err = v.signIn.Discover(ctx, w.ID, "", c.OIDCIssuer)
		if err == nil && c.ClientSecretFile != "" {
			oidc.Secret, err = secretIn(c.ClientSecretFile)
		}
	case strings.Contains(c.SAMLMetadata, "://"):
		saml, err = v.signIn.FetchMetadata(ctx, w.ID, "", c.SAMLMetadata)
	default:
		var text []byte
		if text, err = input(c.SAMLMetadata); err == nil {
			saml, err = v.signIn.ReadMetadata(ctx, w.ID, "", text)
		}
	}
	return func(d *identity.SignOn) error {
		d.JustInTime = cmp.Or(c.JustInTime, d.JustInTime)
		d.Enabled = d.Enabled || c.Enable
		if c.OIDCIssuer != "" {
			oidc.ClientID = c.ClientID
			d.Protocol, d.OIDC = identity.OIDC, oidc
			return nil
		}
		saml.Slug = d.SAML.Slug
		d.Protocol, d.SAML = identity.SAML, saml
		return nil
	}, err
}

const mostInput = 1 << 20 // bytes of a file

// input reads a file, or the standard input for -.
func input(name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(io.LimitReader(os.Stdin, mostInput))
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, mostInput))
}

func secretIn(name string) (string, error) {
	text, err := input(name)
	secret := string(bytes.TrimSpace(text))
	if err == nil && secret == "" {
		err = fmt.Errorf("%s is empty; it has to hold the client secret", name)
	}
	return secret, err
}

// connectionOut is a connection as the commands print it: what we say to the
// identity provider, and what it has said.
type connectionOut struct {
	ID           identity.ConnectionID `json:"id"`
	Workspace    string                `json:"workspace"`
	Name         string                `json:"name"`
	Kind         string                `json:"kind"`
	Title        string                `json:"title,omitempty"`
	Protocol     string                `json:"protocol"` // saml, oidc; "" while nobody signs in through it
	Enabled      bool                  `json:"enabled"`
	JustInTime   string                `json:"just_in_time,omitempty"`
	SignInURL    string                `json:"sign_in_url"`
	EntityID     string                `json:"entity_id,omitempty"`
	ACSURL       string                `json:"acs_url,omitempty"`
	LogoutURL    string                `json:"slo_url,omitempty"`
	MetadataURL  string                `json:"metadata_url,omitempty"`
	RedirectURIs []string              `json:"redirect_uris,omitempty"` // of a public client, of a web application
	Provider     providerOut           `json:"identity_provider"`
}

// providerOut is what an identity provider has said of itself.
type providerOut struct {
	Issuer       string           `json:"issuer,omitempty"`
	SSOURL       string           `json:"sso_url,omitempty"`
	MetadataURL  string           `json:"metadata_url,omitempty"`
	Certificates []certificateOut `json:"certificates,omitempty"`
	ClientID     string           `json:"client_id,omitempty"`
	SecretStored bool             `json:"client_secret_stored,omitempty"`
}

type certificateOut struct {
	Subject string    `json:"subject"`
	Until   time.Time `json:"until"`
	SHA256  string    `json:"sha256"`
}

func (v *service) connection(w identity.Workspace, c identity.Connection, d identity.SignOn) connectionOut {
	at := v.signIn.Addresses(w, c.ID, d.SAML.Slug)
	out := connectionOut{
		ID: c.ID, Workspace: w.Slug, Name: c.Name, Kind: c.Kind, Title: c.Title, Protocol: string(d.Protocol), Enabled: d.Enabled, JustInTime: d.JustInTime, SignInURL: at.Start,
	}
	if d.Protocol == identity.OIDC {
		out.RedirectURIs = []string{at.OIDCApp, at.OIDCWeb}
		out.Provider = providerOut{Issuer: d.OIDC.Issuer, SSOURL: d.OIDC.AuthURL, ClientID: d.OIDC.ClientID, SecretStored: d.OIDC.Secret != ""}
		return out
	}
	out.EntityID, out.ACSURL, out.LogoutURL, out.MetadataURL = at.EntityID, at.ACS, at.SLO, at.Metadata
	out.Provider = providerOut{Issuer: d.SAML.EntityID, SSOURL: cmp.Or(d.SAML.SSOURL, d.SAML.SSOPostURL), MetadataURL: d.SAML.MetadataURL}
	for _, one := range signin.Certificates(&d.SAML) {
		out.Provider.Certificates = append(out.Provider.Certificates, certificateOut{one.Subject, one.Until, one.Fingerprint})
	}
	return out
}

// print tells one connection, with what to paste first.
func (d *connectionPlace) print(p *Program, o connectionOut) error {
	if d.JSON {
		return p.printJSON(o)
	}
	fmt.Fprintf(p.Stdout, "%s of %s (%s), %s.\n\nPaste into the identity provider:\n", o.Name, o.Workspace, o.ID, map[bool]string{true: "switched on", false: "switched off"}[o.Enabled])
	rows := [][2]string{{"Entity ID", o.EntityID}, {"ACS URL", o.ACSURL}, {"Logout URL", o.LogoutURL}, {"Our metadata", o.MetadataURL}}
	for i, uri := range o.RedirectURIs {
		rows = append(rows, [2]string{[]string{"Redirect URI, public client", "Redirect URI, web"}[i], uri})
	}
	rows = append(rows, [2]string{"Sign-in address", o.SignInURL})
	if o.Provider.Issuer == "" {
		rows = append(rows, [2]string{"Identity provider", "not known yet"})
	}
	rows = append(rows, [2]string{"Issuer", o.Provider.Issuer}, [2]string{"Its sign-in address", o.Provider.SSOURL}, [2]string{"Client id", o.Provider.ClientID})
	for _, c := range o.Provider.Certificates {
		rows = append(rows, [2]string{"Certificate", c.Subject + ", until " + day(c.Until, "ever")})
	}
	for _, r := range rows {
		if r[1] != "" {
			fmt.Fprintf(p.Stdout, "  %-28s %s\n", r[0], r[1])
		}
	}
	return nil
}

type connectionShow struct {
	Connection string `arg:"" help:"Its name or id, from the list."`
	connectionPlace
}

// Run shows one connection.
func (c *connectionShow) Run(ctx context.Context, p *Program) error {
	return c.use(ctx, p, func(v *service, w identity.Workspace) error {
		conn, err := v.named(ctx, w, c.Connection)
		if err != nil {
			return err
		}
		d, err := v.signIn.SignOn(ctx, w.ID, conn.ID)
		if err != nil {
			return err
		}
		return c.print(p, v.connection(w, conn, d))
	})
}

type connectionList struct{ connectionPlace }

// Run lists a workspace's connections.
func (c *connectionList) Run(ctx context.Context, p *Program) error {
	return c.use(ctx, p, func(v *service, w identity.Workspace) error {
		all, err := v.directory.Connections(ctx, w.ID)
		if err != nil {
			return err
		}
		return p.table(c.JSON, "NAME\tKIND\tPROTOCOL\tSIGN-IN\tISSUER\tID", len(all), func(i int) (any, string, error) {
			d, err := v.signIn.SignOn(ctx, w.ID, all[i].ID)
			o := v.connection(w, all[i], d)
			return o, fmt.Sprintf("%s\t%s\t%s\t%s\t%s\t%s", o.Name, cmp.Or(o.Kind, "-"), cmp.Or(o.Protocol, "-"), onOff(o.Enabled), cmp.Or(o.Provider.Issuer, "-"), o.ID), err
		})
	})
}

type connectionRemove struct {
	Connection string `arg:"" help:"Its name or id, from the list."`
	connectionPlace
}

// Run removes a connection.
func (c *connectionRemove) Run(ctx context.Context, p *Program) error {
	return c.use(ctx, p, func(v *service, w identity.Workspace) error {
		conn, err := v.named(ctx, w, c.Connection)
		if err != nil {
			return err
		}
		if err := v.directory.RemoveConnection(ctx, w.ID, conn.ID, operator(v.store.Now())); err != nil {
			return err
		}
		if c.JSON {
			return p.printJSON(map[string]any{"id": conn.ID, "workspace": w.Slug, "removed": true})
		}
		fmt.Fprintf(p.Stdout, "Removed %s of %s. Nobody signs in or is provisioned through it any more; its people keep their access and are managed by hand.\n", conn.Name, w.Slug)
		return nil
	})
}
