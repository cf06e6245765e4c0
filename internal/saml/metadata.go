package saml

import (
	"crypto/x509"
	"strconv"
)

// Service describes us to an identity provider. saml-metadata-2.0 §2.4.4
type Service struct {
	EntityID string
	ACS      string // takes responses
	// More take responses too: addresses of before, under which a provider may know us.
	More []string
	SLO  string // takes logout messages; "" for no single logout
	// Keys are ours: the one that signs first, then the one that signs next. The
	// first also stands for what assertions are encrypted with.
	Keys         []*x509.Certificate
	SignRequests bool
	NameID       string // the format that is asked for; "" for any
}

// Metadata gives the description as a document.
func (s *Service) Metadata() []byte {
	var w writer
	w.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<md:EntityDescriptor xmlns:md="` + metadataSpace + `"`)
	w.attr("entityID", s.EntityID)
	w.attr("cacheDuration", "PT6H")
	w.WriteString(`><md:SPSSODescriptor`)
	if s.SignRequests {
		w.attr("AuthnRequestsSigned", "true")
	}
	w.attr("WantAssertionsSigned", "true")
	w.attr("protocolSupportEnumeration", protocolSpace)
	w.WriteString(`>`)
	for _, use := range []string{"signing", "encryption"} {
		for _, c := range s.Keys {
			w.key(use, c)
		}
	}
	if s.SLO != "" {
		w.endpoint("SingleLogoutService", RedirectBinding, s.SLO, "")
		w.endpoint("SingleLogoutService", PostBinding, s.SLO, "")
	}
	if s.NameID != "" {
		w.WriteString(`<md:NameIDFormat>` + escaped(s.NameID) + `</md:NameIDFormat>`)
	}
	w.endpoint("AssertionConsumerService", PostBinding, s.ACS, `index="0" isDefault="true"`)
	for i, address := range s.More {
		w.endpoint("AssertionConsumerService", PostBinding, address, `index="`+strconv.Itoa(i+1)+`"`)
	}
	w.WriteString(`</md:SPSSODescriptor></md:EntityDescriptor>` + "\n")
	return []byte(w.String())
}

// key writes a key, and what may be encrypted with one for encryption.
func (w *writer) key(use string, c *x509.Certificate) {
	w.WriteString(`<md:KeyDescriptor use="` + use + `"><ds:KeyInfo xmlns:ds="` + dsigSpace + `"><ds:X509Data><ds:X509Certificate>` +
		CertificateText(c) + `</ds:X509Certificate></ds:X509Data></ds:KeyInfo>`)
	if use == "encryption" {
		for _, algorithm := range []string{
			"http://www.w3.org/2009/xmlenc11#aes256-gcm", "http://www.w3.org/2009/xmlenc11#aes128-gcm", "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p",
		} {
			w.WriteString(`<md:EncryptionMethod Algorithm="` + algorithm + `"></md:EncryptionMethod>`)
		}
	}
	w.WriteString(`</md:KeyDescriptor>`)
}

func (w *writer) endpoint(name, binding, location, more string) {
	w.WriteString(`<md:` + name)
	w.attr("Binding", binding)
	w.attr("Location", location)
	if more != "" {
		w.WriteString(" " + more)
	}
	w.WriteString(`></md:` + name + `>`)
}
