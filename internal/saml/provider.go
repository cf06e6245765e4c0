package saml

import (
	"bytes"
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/saml/dsig"
)

// MetadataOptions say how a provider's metadata is read.
type MetadataOptions struct {
	EntityID     string // which provider is meant; "" when there is only one
	InsecureHTTP bool   // takes addresses that begin with http://, for `anteroom dev` and tests
	Now          time.Time
}

// Provider is what metadata says of an identity provider.
type Provider struct {
	EntityID     string
	Name         string // for people; "" when it is not said
	SSOURL       string // takes requests by the redirect binding; "" when none does
	SSOPostURL   string // takes requests by the POST binding; "" when none does
	SLOURL       string // takes logout requests by the redirect binding; "" for none
	SLOReturnURL string // takes logout responses; "" for SLOURL
	Certificates []*x509.Certificate
	Formats      []string // of the NameID, as offered
	WantsSigned  bool     // requests have to be signed
	ValidUntil   time.Time
	CacheFor     time.Duration // 0: not said
	Unused       []string      // why certificates were left out, in words
}

const (
	mostKeys    = 20
	longestID   = 1024 // bytes of an entity id, saml-core-2.0 §8.3.6
	longestText = 2048 // bytes of an address
)

// ReadMetadata reads a provider's metadata: one EntityDescriptor, or several of
// which one is an identity provider or is chosen by its entity id. The reader is
// laxer than that of messages, since nothing is proven by it: it comes by https
// or from an administrator's hand. Refused are rules M10 to M24, and those of
// XML. saml-metadata-2.0 §2
func ReadMetadata(document []byte, o MetadataOptions) (p *Provider, err error) {
	defer recovered(&err)
	root, err := metadataRoot(document)
	if err != nil {
		return nil, err
	}
	entity, err := choose(root, o)
	if err != nil {
		return nil, err
	}
	p = &Provider{EntityID: entity.Attr("entityID")}
	if p.EntityID == "" || len(p.EntityID) > longestID || strings.TrimSpace(p.EntityID) != p.EntityID {
		return nil, explain.Refuse(explain.MetadataEntityID, fmt.Sprintf("an entity id of at most %d bytes", longestID), p.EntityID)
	}
	role, err := speaking(entity)
	if err != nil {
		return nil, err
	}
	for _, read := range []func() error{
		func() error { return p.times(role, o.Now) },
		func() error { return p.keys(role) },
		func() error { return p.endpoints(role, o.InsecureHTTP) },
	} {
		if err := read(); err != nil {
			return nil, err
		}
	}
	p.rest(entity, role)
	return p, nil
}

// metadataRoot reads the document, and says what it is when it is no metadata.
func metadataRoot(document []byte) (*dsig.Element, error) {
	start := strings.ToLower(string(bytes.TrimSpace(document[:min(len(document), 512)])))
	switch {
	case strings.HasPrefix(start, "<!doctype html"), strings.HasPrefix(start, "<html"):
		return nil, explain.Refuse(explain.MetadataHTML, "SAML metadata", "a web page")
	case strings.HasPrefix(start, "{"), strings.HasPrefix(start, "["):
		return nil, explain.Refuse(explain.MetadataRoot, "an EntityDescriptor", "JSON")
	}
	d, err := dsig.ParseLax(document)
	var refused *explain.Refusal
	if errors.As(err, &refused) && refused.Code == explain.SAMLXML {
		return nil, explain.Refuse(explain.MetadataXML, refused.Expected, refused.Got)
	}
	if err != nil {
		return nil, err
	}
	switch {
	case strings.EqualFold(d.Root.Local, "html"):
		return nil, explain.Refuse(explain.MetadataHTML, "SAML metadata", "a web page")
	case !d.Root.Is(metadataSpace, "EntityDescriptor") && !d.Root.Is(metadataSpace, "EntitiesDescriptor"):
		return nil, explain.Refuse(explain.MetadataRoot, "an EntityDescriptor", d.Root.Local+" of "+d.Root.Space)
	}
	return d.Root, nil
}

// choose finds the provider that is meant.
func choose(root *dsig.Element, o MetadataOptions) (*dsig.Element, error) {
	var all, named []*dsig.Element
	services := 0
	for e := range entities(root) {
		_, providers := e.Child(metadataSpace, "IDPSSODescriptor")
		_, sp := e.Child(metadataSpace, "SPSSODescriptor")
		services += sp
		if providers > 0 {
			all = append(all, e)
			if e.Attr("entityID") == o.EntityID {
				named = append(named, e)
			}
		}
	}
	switch {
	case len(all) == 0 && services > 0:
		return nil, explain.Refuse(explain.MetadataService, "an IDPSSODescriptor", "an SPSSODescriptor")
	case len(all) == 0:
		return nil, explain.Refuse(explain.MetadataRoot, "an IDPSSODescriptor", "none")
	case o.EntityID != "" && len(named) == 0:
		return nil, explain.Refuse(explain.MetadataMissing, o.EntityID, ids(all))
	case len(named) > 1:
		return nil, explain.Refuse(explain.MetadataDuplicate, o.EntityID+" once", fmt.Sprint(len(named)))
	case len(named) == 1:
		return named[0], nil
	case len(all) > 1:
		return nil, explain.Refuse(explain.MetadataSeveral, "one identity provider", ids(all))
	}
	return all[0], nil
}

// entities goes through the EntityDescriptors of a document, however they are nested.
func entities(root *dsig.Element) func(yield func(*dsig.Element) bool) {
	return func(yield func(*dsig.Element) bool) {
		for e := range root.Descendants() {
			in := e.Parent == nil || e.Parent.Is(metadataSpace, "EntitiesDescriptor")
			if in && e.Is(metadataSpace, "EntityDescriptor") && !yield(e) {
				return
			}
		}
	}
}

// ids names providers, for people.
func ids(all []*dsig.Element) string {
	var names []string
	for _, e := range all {
		names = append(names, e.Attr("entityID"))
	}
	return strings.Join(names, ", ")
}

// speaking finds the part of an entity that speaks SAML 2.0.
func speaking(entity *dsig.Element) (*dsig.Element, error) {
	said := ""
	for role := range entity.All(metadataSpace, "IDPSSODescriptor") {
		said = role.Attr("protocolSupportEnumeration")
		if slices.Contains(strings.Fields(said), protocolSpace) {
			return role, nil
		}
	}
	return nil, explain.Refuse(explain.MetadataProtocol, protocolSpace, said)
}

// keys reads the certificates that the provider signs with: those without a use
// too. saml-metadata-2.0 §2.4.1.1
func (p *Provider) keys(role *dsig.Element) error {
	for k := range role.All(metadataSpace, "KeyDescriptor") {
		if use := k.Attr("use"); use != "" && use != "signing" {
			continue
		}
		for e := range k.Descendants() {
			if e.Is(dsigSpace, "X509Certificate") {
				p.take(e)
			}
		}
	}
	switch {
	case len(p.Certificates) > 0:
		return nil
	case len(p.Unused) > 0:
		return explain.Refuse(explain.MetadataKey, "RSA with 2048 bits or more, or an elliptic curve with 256", strings.Join(p.Unused, ", "))
	}
	return explain.Refuse(explain.MetadataNoKey, "a KeyDescriptor with a certificate for signing", "none")
}

// take adds a certificate, once, when signatures can be checked with its key.
func (p *Provider) take(e *dsig.Element) {
	text, _ := e.Text()
	c, err := ParseCertificate(text)
	switch {
	case err != nil:
		p.Unused = append(p.Unused, "something that is no certificate")
	case dsig.Weakness(c) != "":
		p.Unused = append(p.Unused, dsig.Weakness(c))
	case len(p.Certificates) < mostKeys && !slices.ContainsFunc(p.Certificates, c.Equal):
		p.Certificates = append(p.Certificates, c)
	}
}

// endpoints reads where requests go. Of several by one binding the first counts.
func (p *Provider) endpoints(role *dsig.Element, insecure bool) error {
	for _, e := range []struct {
		name, binding, attribute string
		to                       *string
	}{
		{"SingleSignOnService", RedirectBinding, "Location", &p.SSOURL},
		{"SingleSignOnService", PostBinding, "Location", &p.SSOPostURL},
		{"SingleLogoutService", RedirectBinding, "Location", &p.SLOURL},
		{"SingleLogoutService", RedirectBinding, "ResponseLocation", &p.SLOReturnURL},
	} {
		for s := range role.All(metadataSpace, e.name) {
			location := strings.TrimSpace(s.Attr(e.attribute))
			if s.Attr("Binding") != e.binding || location == "" || *e.to != "" {
				continue
			}
			if err := CheckLocation(location, insecure); err != nil {
				return err
			}
			*e.to = location
		}
	}
	if p.SSOURL == "" && p.SSOPostURL == "" {
		return explain.Refuse(explain.MetadataNoSSO, "a SingleSignOnService with the HTTP-Redirect or HTTP-POST binding", "none")
	}
	return nil
}

// CheckLocation refuses an address that a browser must not be sent to: whatever
// is not a whole address that begins with https://, or http:// where that is
// allowed. The rule is MetadataLocation. saml-metadata-2.0 §2.2.2
func CheckLocation(location string, insecure bool) error {
	u, err := url.Parse(location)
	if err != nil || len(location) > longestText || u.Hostname() == "" || u.User != nil || u.Opaque != "" || u.Fragment != "" ||
		u.Scheme != "https" && (u.Scheme != "http" || !insecure) || strings.ContainsFunc(location, notInAddress) {
		return explain.Refuse(explain.MetadataLocation, "a whole address that begins with https://", location)
	}
	return nil
}

func notInAddress(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune("\"'<>\\", r) }

// rest reads what nothing depends on.
func (p *Provider) rest(entity, role *dsig.Element) {
	p.WantsSigned = role.Attr("WantAuthnRequestsSigned") == "true" || role.Attr("WantAuthnRequestsSigned") == "1"
	for f := range role.All(metadataSpace, "NameIDFormat") {
		if text, _ := f.Text(); len(p.Formats) < mostKeys {
			p.Formats = append(p.Formats, strings.TrimSpace(text))
		}
	}
	if o, _ := entity.Child(metadataSpace, "Organization"); o != nil {
		if n, _ := o.Child(metadataSpace, "OrganizationDisplayName"); n != nil {
			text, _ := n.Text()
			p.Name = strings.Join(strings.Fields(text[:min(len(text), 200)]), " ")
		}
	}
}

// Fill puts what metadata says into a connection's settings, and leaves what it
// does not say: what an administrator chose, and where the metadata came from.
func (p *Provider) Fill(s *identity.SAMLSettings) {
	s.EntityID, s.SSOURL, s.SSOPostURL, s.SLOURL, s.SLOReturnURL = p.EntityID, p.SSOURL, p.SSOPostURL, p.SLOURL, p.SLOReturnURL
	s.Certificates = nil
	for _, c := range p.Certificates {
		s.Certificates = append(s.Certificates, CertificateText(c))
	}
	s.ValidUntil = p.ValidUntil
	s.SignRequests = s.SignRequests || p.WantsSigned
}
