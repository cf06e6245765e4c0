package saml

import (
	"net/url"
	"time"
)

// The status of a logout response. saml-core-2.0 §3.2.2.2
const (
	StatusSuccess   = "urn:oasis:names:tc:SAML:2.0:status:Success"
	StatusResponder = "urn:oasis:names:tc:SAML:2.0:status:Responder"
	StatusRequester = "urn:oasis:names:tc:SAML:2.0:status:Requester"
	StatusPartial   = "urn:oasis:names:tc:SAML:2.0:status:PartialLogout"
	StatusUnknown   = "urn:oasis:names:tc:SAML:2.0:status:UnknownPrincipal"
)

// NameID is a subject as the provider named it. It goes back in a logout request
// exactly as it came. saml-core-2.0 §2.2.3
type NameID struct {
	Value        string
	Format       string
	Qualifier    string // NameQualifier
	SPQualifier  string // SPNameQualifier
	SessionIndex string
}

// LogoutRequest asks a provider to end a session that it began.
// saml-core-2.0 §3.7.1
type LogoutRequest struct {
	ID          string // of NewID
	Issuer      string // our entity id
	Destination string // where the provider takes logout requests
	Subject     NameID
	At          time.Time
	Expires     time.Time // NotOnOrAfter
}

func (r *LogoutRequest) message() *message {
	var w writer
	w.head("LogoutRequest", r.ID, r.Destination, r.Issuer, r.At, func() {
		w.attr("NotOnOrAfter", instant(r.Expires))
		w.attr("Reason", "urn:oasis:names:tc:SAML:2.0:logout:user")
	})
	w.WriteString(`<saml:NameID`)
	w.attr("NameQualifier", r.Subject.Qualifier)
	w.attr("SPNameQualifier", r.Subject.SPQualifier)
	w.attr("Format", r.Subject.Format)
	w.WriteString(`>` + escaped(r.Subject.Value) + `</saml:NameID>`)
	if r.Subject.SessionIndex != "" {
		w.WriteString(`<samlp:SessionIndex>` + escaped(r.Subject.SessionIndex) + `</samlp:SessionIndex>`)
	}
	w.WriteString(`</samlp:LogoutRequest>`)
	return &message{"SAMLRequest", r.Destination, r.ID, []byte(w.String()), MaxRelay}
}

// Redirect gives the address that the browser is sent to. A logout request is
// always signed. saml-profiles-2.0 §4.4.4.1
func (r *LogoutRequest) Redirect(relay string, key *Key) (string, error) {
	return r.message().redirect(relay, key)
}

// Form gives what the browser posts to the destination.
func (r *LogoutRequest) Form(relay string, key *Key) (url.Values, error) {
	return r.message().form(relay, key)
}

// LogoutResponse answers a provider's logout request. saml-core-2.0 §3.7.2
type LogoutResponse struct {
	ID           string // of NewID
	Issuer       string // our entity id
	Destination  string // where the provider takes logout responses
	InResponseTo string
	Status       string // one of Status…
	Second       string // the status below it, "" for none
	At           time.Time
}

func (r *LogoutResponse) message() *message {
	var w writer
	w.head("LogoutResponse", r.ID, r.Destination, r.Issuer, r.At, func() { w.attr("InResponseTo", r.InResponseTo) })
	w.WriteString(`<samlp:Status><samlp:StatusCode`)
	w.attr("Value", r.Status)
	w.WriteString(`>`)
	if r.Second != "" {
		w.WriteString(`<samlp:StatusCode`)
		w.attr("Value", r.Second)
		w.WriteString(`></samlp:StatusCode>`)
	}
	w.WriteString(`</samlp:StatusCode></samlp:Status></samlp:LogoutResponse>`)
	return &message{"SAMLResponse", r.Destination, r.ID, []byte(w.String()), maxEchoed}
}

// Redirect gives the address that the browser is sent to, signed.
func (r *LogoutResponse) Redirect(relay string, key *Key) (string, error) {
	return r.message().redirect(relay, key)
}

// Form gives what the browser posts to the destination.
func (r *LogoutResponse) Form(relay string, key *Key) (url.Values, error) {
	return r.message().form(relay, key)
}
