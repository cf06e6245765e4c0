package idp

import (
	"crypto/x509"
	"encoding/base64"
	"net/http"
	"time"

	"github.com/anteroom-id/anteroom/lab/idp/markup"
)

// The bindings of SAML messages.
const (
	Redirect = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
	ByPost   = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
)

// Metadata writes the provider's SAML metadata.
func (p *Provider) Metadata() string {
	md := func(local string, pairs ...string) *markup.Element {
		return markup.New(markup.Metadata, "", local, pairs...)
	}
	role := md("IDPSSODescriptor", "protocolSupportEnumeration", markup.Protocol)
	for _, c := range p.published() {
		role.Add(md("KeyDescriptor", "use", "signing").Add(markup.New(markup.Signature, "", "KeyInfo").Add(
			markup.New(markup.Signature, "", "X509Data").Add(
				markup.New(markup.Signature, "", "X509Certificate").Say(base64.StdEncoding.EncodeToString(c.Raw))))))
	}
	role.Add(md("SingleLogoutService", "Binding", Redirect, "Location", p.SLOURL()), md("NameIDFormat").Say(p.conf.Style.NameIDFormat))
	for _, b := range p.bindings() {
		role.Add(md("SingleSignOnService", "Binding", b, "Location", p.SSOURL()))
	}
	entity := md("EntityDescriptor", "ID", randomID(), "entityID", p.EntityID())
	if p.has("metadata-expired") {
		entity.Set("validUntil", stamp(p.now().Add(-time.Hour)))
	}
	return entity.Add(role).String()
}

// published gives the certificates that the metadata has.
func (p *Provider) published() []*x509.Certificate {
	if p.has("metadata-keyless") {
		return nil
	}
	return p.Certificates()
}

func (p *Provider) bindings() []string {
	if p.has("metadata-doorless") {
		return nil
	}
	return []string{Redirect, ByPost}
}

// astray answers with something else than a document, if the fault is on.
func (p *Provider) astray(w http.ResponseWriter, fault string) bool {
	switch {
	case p.has(fault + "-missing"):
		http.Error(w, "there is nothing here", http.StatusNotFound)
	case p.has(fault + "-page"):
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<!doctype html><title>Sign in</title><p>Sign in to the portal."))
	default:
		return false
	}
	return true
}

func (p *Provider) metadata(w http.ResponseWriter, _ *http.Request) {
	if p.astray(w, "metadata") {
		return
	}
	w.Header().Set("Content-Type", "application/samlmetadata+xml")
	_, _ = w.Write([]byte(`<?xml version="1.0" encoding="utf-8"?>` + p.Metadata()))
}
