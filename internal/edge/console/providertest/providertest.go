// Package providertest is a lab's identity provider beside a deployment of
// consoletest: set up on both sides as administrators do, with people who sign in
// through it. It is for tests only.
package providertest

import (
	"context"
	"net/url"
	"strings"

	"github.com/anteroom-id/anteroom/internal/edge/console/consoletest"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/signin"
	"github.com/anteroom-id/anteroom/lab"
	"github.com/anteroom-id/anteroom/lab/idp"
)

// Provider is an identity provider, and the connection of a workspace that people
// sign in through with it.
type Provider struct {
	*idp.Provider
	World      *consoletest.World
	Workspace  identity.Workspace
	Connection identity.Connection
	Addresses  signin.Addresses
}

// Start starts a provider without telling anybody of it. Its people are those of
// the configuration's directory, which is empty when there is none.
func Start(w *consoletest.World, c idp.Config) *idp.Provider {
	w.T.Helper()
	if c.Directory == nil {
		c.Directory = lab.NewDirectory(1)
	}
	p, err := idp.Start(c)
	must(w, err)
	w.T.Cleanup(p.Close)
	return p
}

// SAML sets a provider up for a workspace with SAML, as a connection of its own.
// Change may alter the settings before they are saved; nil leaves them.
func SAML(w *consoletest.World, ws identity.Workspace, c idp.Config, change func(*identity.SignOn)) *Provider {
	w.T.Helper()
	p := connect(w, ws, Start(w, c), c.Flavour)
	p.AddSAML(idp.SP{EntityID: p.Addresses.EntityID, ACS: p.Addresses.ACS, SLO: p.Addresses.SLO, Name: w.Product.Name})
	found, err := w.SignIn.FetchMetadata(context.Background(), ws.ID, p.Connection.ID, p.MetadataURL())
	must(w, err)
	p.Save(func(o *identity.SignOn) {
		found.Slug = o.SAML.Slug
		o.Enabled, o.Protocol, o.SAML = true, identity.SAML, found
		if change != nil {
			change(o)
		}
	})
	return p
}

// OIDC sets a provider up for a workspace with OpenID Connect.
func OIDC(w *consoletest.World, ws identity.Workspace, c idp.Config, change func(*identity.SignOn)) *Provider {
	w.T.Helper()
	p := connect(w, ws, Start(w, c), c.Flavour)
	p.AddClient(idp.Client{ID: "anteroom", Secret: "a-secret-of-the-lab", RedirectURIs: []string{p.Addresses.OIDCWeb}, LogoutURI: p.Addresses.OIDCOut, Name: w.Product.Name})
	found, _, err := w.SignIn.Discover(context.Background(), ws.ID, p.Connection.ID, p.Issuer())
	must(w, err)
	p.Save(func(o *identity.SignOn) {
		o.Enabled, o.Protocol, o.OIDC = true, identity.OIDC, found
		o.OIDC.ClientID, o.OIDC.Secret = "anteroom", "a-secret-of-the-lab"
		if change != nil {
			change(o)
		}
	})
	return p
}

func connect(w *consoletest.World, ws identity.Workspace, p *idp.Provider, f idp.Flavour) *Provider {
	w.T.Helper()
	kind := map[idp.Flavour]string{idp.Entra: "entra", idp.Okta: "okta"}[f]
	if kind == "" {
		kind = "saml"
	}
	c, err := w.Directory.AddConnection(context.Background(), ws.ID, kind, "", w.Operator)
	must(w, err)
	return &Provider{Provider: p, World: w, Workspace: ws, Connection: c, Addresses: w.SignIn.Addresses(ws, c.ID, "")}
}

// Save changes how people sign in through the connection.
func (p *Provider) Save(change func(*identity.SignOn)) {
	p.World.T.Helper()
	ctx := context.Background()
	now, err := p.World.SignIn.SignOn(ctx, p.Workspace.ID, p.Connection.ID)
	must(p.World, err)
	_, err = p.World.SignIn.SaveSignOn(ctx, p.Workspace.ID, p.Connection.ID, now.Version, func(o *identity.SignOn) error {
		change(o)
		return nil
	}, p.World.Operator)
	must(p.World, err)
}

// Hire puts somebody into the provider's directory and assigns the application.
func (p *Provider) Hire(given, surname, address string) (id string) {
	p.World.T.Helper()
	id, err := p.Directory().AddPerson(lab.Person{
		UserPrincipalName: address, Mail: address, GivenName: given, Surname: surname, DisplayName: given + " " + surname, MailNickname: strings.Split(address, "@")[0],
	})
	must(p.World, err)
	must(p.World, p.Directory().Assign(id))
	return id
}

// Answers is the provider's answer for somebody, brought by the visitor's browser,
// to whatever had sent the browser there.
func (p *Provider) Answers(v *consoletest.Visitor, sent consoletest.Answer, person string) consoletest.Answer {
	p.World.T.Helper()
	to := Sent(sent)
	if !strings.HasPrefix(to, p.SSOURL()) {
		address, err := p.Authorize(to, person)
		must(p.World, err)
		return v.Get(strings.TrimPrefix(address, p.World.BaseURL))
	}
	post, err := p.Answer(to, person)
	must(p.World, err)
	return Bring(v, post)
}

// Comes has somebody sign in through the workspace's own address.
func (p *Provider) Comes(v *consoletest.Visitor, person string) consoletest.Answer {
	p.World.T.Helper()
	return p.Answers(v, v.Get("/sso/"+p.Workspace.Slug), person)
}

// Bring sends a provider's form as the visitor's browser would.
func Bring(v *consoletest.Visitor, post idp.Post) consoletest.Answer {
	v.T.Helper()
	var fields []string
	for name, values := range post.Form {
		for _, value := range values {
			fields = append(fields, name, value)
		}
	}
	return v.Post(strings.TrimPrefix(post.URL, v.BaseURL), fields...)
}

// Sent is where an answer sends the browser: by a redirect, or by a page that
// leads on.
func Sent(a consoletest.Answer) string {
	if a.Location != "" {
		return a.Location
	}
	_, after, _ := strings.Cut(a.Body, `http-equiv="refresh" content="0; url=`)
	to, _, _ := strings.Cut(after, `"`)
	return strings.NewReplacer("&amp;", "&", "&#34;", `"`, "&#39;", "'", "&#43;", "+").Replace(to)
}

// Asked reports what a provider is asked, by the parameters of the address.
func Asked(a consoletest.Answer) url.Values {
	u, err := url.Parse(Sent(a))
	if err != nil {
		return nil
	}
	return u.Query()
}

func must(w *consoletest.World, err error) {
	w.T.Helper()
	if err != nil {
		w.T.Fatal(err)
	}
}
