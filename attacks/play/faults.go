package play

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/lab"
	"github.com/anteroom-id/anteroom/lab/idp"
	"github.com/anteroom-id/anteroom/lab/idp/attack"
	"github.com/anteroom-id/anteroom/lab/idp/markup"
)

// Faults switches each fault of an identity provider on, has somebody sign in
// through the real edges, and says by which code it was told. Faults of both
// protocols come twice.
func Faults(ctx context.Context) (*Table, error) {
	w, err := newWorld(ctx)
	if err != nil {
		return nil, err
	}
	defer w.close()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	w.keys = []*rsa.PrivateKey{key}
	d := driver{ctx, w}
	var rows []Row
	for _, f := range idp.Faults() {
		for _, protocol := range []string{"saml", "oidc"} {
			if f.Protocol == "" || f.Protocol == protocol {
				rows = append(rows, d.fault(f, protocol))
			}
		}
	}
	return tally(rows), nil
}

// errAtProvider is a sign-in that ends on the provider's own page.
var errAtProvider = errors.New("the provider tells it on a page of its own")

// fault plays one.
func (d driver) fault(f idp.Fault, protocol string) Row {
	r := Row{Protocol: strings.ToUpper(protocol), Class: "fault", Name: f.Name}
	page, err := d.withFault(f, protocol)
	switch {
	case errors.Is(err, errAtProvider):
		r.Harmless = true
	case err != nil:
		r.Code, r.Err = code(err)
	default:
		r.Code = explain.Code(page.Code)
	}
	return r
}

// withFault has somebody sign in while a fault is on.
func (d driver) withFault(f idp.Fault, protocol string) (attack.Page, error) {
	name := "globex"
	if protocol == "oidc" {
		name = fmt.Sprintf("fault %s", f.Name)
		p, err := d.faulty(f.Name)
		if err == nil {
			_, err = d.connect(d.ctx, name, "globex", p, identity.OIDC, "on")
		}
		if err != nil {
			return attack.Page{}, err
		}
		defer d.disconnect(name)
	}
	if strings.HasPrefix(f.Name, "encrypted-") {
		if err := d.encryptForUs(name); err != nil {
			return attack.Page{}, err
		}
		defer d.encryptFor(name, nil)
	}
	p := d.Provider(name)
	person, err := p.Directory().AddPerson(lab.Person{UserPrincipalName: f.Name + "." + protocol + "@globex.example", GivenName: "Fay", Surname: "Fault", DisplayName: "Fay Fault"})
	if err != nil {
		return attack.Page{}, err
	}
	if err := p.Directory().Assign(person); err != nil {
		return attack.Page{}, err
	}
	b := d.Browser()
	if f.Name == "replay" {
		if _, err := d.comes(b, name, protocol, person); err != nil {
			return attack.Page{}, err
		}
	}
	if err := p.Fault(f.Name); err != nil {
		return attack.Page{}, err
	}
	defer func() { _ = p.Fault() }()
	if strings.Contains(f.Name, "metadata-") || strings.Contains(f.Name, "discovery-") {
		return attack.Page{}, d.described(name, protocol)
	}
	return d.comes(b, name, protocol, person)
}

// faulty is a provider for one fault. They share their key, which takes long to
// make.
func (d driver) faulty(name string) (*idp.Provider, error) {
	c := idp.Config{Flavour: idp.Entra, Directory: lab.NewDirectory(1), Clock: d.now, Keys: d.keys}
	if name == "oidc-userinfo-sub" { // nobody asks Entra's
		c.Flavour = idp.Generic
	}
	return idp.Start(c)
}

// described has the administrator fetch what describes the provider.
func (d driver) described(name, protocol string) error {
	s := d.sides[name]
	ws := d.workspaces[s.workspace].ID
	if protocol == "oidc" {
		_, _, err := d.SignIn.Discover(d.ctx, ws, s.connection, s.provider.Issuer())
		return err
	}
	_, err := d.SignIn.FetchMetadata(d.ctx, ws, s.connection, s.provider.MetadataURL())
	return err
}

// comes has somebody sign in, up to the page that the browser ends on.
func (d driver) comes(b attack.Browser, name, protocol, person string) (attack.Page, error) {
	page, err := b.Get(d.Start(name))
	if err != nil {
		return page, err
	}
	if page.Code != "" || page.To == "" {
		return page, nil
	}
	p := d.Provider(name)
	if protocol == "oidc" {
		back, err := p.Authorize(page.To, person)
		if err != nil {
			return page, errors.Join(errAtProvider, err)
		}
		return b.Get(back)
	}
	post, err := p.Answer(page.To, person)
	if err != nil {
		return page, errors.Join(errAtProvider, err)
	}
	return b.Post(post.URL, post.Form)
}

// encryptForUs tells a provider our certificate, as our metadata have it.
func (d driver) encryptForUs(name string) error {
	s := d.sides[name]
	text, err := d.SignIn.Metadata(d.ctx, d.workspaces[s.workspace])
	if err != nil {
		return err
	}
	e, err := markup.Read(string(text))
	if err != nil {
		return err
	}
	for _, k := range e.Find("SPSSODescriptor").Kids {
		if k.Get("use") != "encryption" {
			continue
		}
		der, err := base64.StdEncoding.DecodeString(k.Find("X509Certificate").Text)
		if err != nil {
			return err
		}
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			return err
		}
		d.encryptFor(name, cert)
		return nil
	}
	return errors.New("our metadata have no key to encrypt for")
}

// encryptFor has a provider encrypt for a certificate, or with nil for nobody.
func (d driver) encryptFor(name string, cert *x509.Certificate) {
	p := d.Provider(name)
	for _, sp := range p.ServiceProviders() {
		sp.EncryptTo = cert
		p.AddSAML(sp)
	}
}

// disconnect removes a connection and ends its provider.
func (d driver) disconnect(name string) {
	s := d.sides[name]
	delete(d.sides, name)
	s.provider.Close()
	_ = d.Directory.RemoveConnection(d.ctx, d.workspaces[s.workspace].ID, s.connection, byOperator(d.now()))
}
