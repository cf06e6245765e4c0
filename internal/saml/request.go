package saml

import (
	"net/url"
	"time"
)

// Request is an AuthnRequest: we ask an identity provider who somebody is.
// saml-core-2.0 §3.4.1
type Request struct {
	ID          string // of NewID
	Issuer      string // our entity id
	Destination string // where the provider takes requests
	ACS         string // where its response goes
	NameID      string // the format of the subject that is asked for; "" leaves it to the provider
	Context     string // the authentication context that is asked for; "" for any
	ForceAuthn  bool   // credentials are to be shown anew
	At          time.Time
}

func (r *Request) message() *message {
	var w writer
	w.head("AuthnRequest", r.ID, r.Destination, r.Issuer, r.At, func() {
		if r.ForceAuthn {
			w.attr("ForceAuthn", "true")
		}
		w.attr("ProtocolBinding", PostBinding)
		w.attr("AssertionConsumerServiceURL", r.ACS)
	})
	if r.NameID != "" {
		w.WriteString(`<samlp:NameIDPolicy`)
		w.attr("Format", r.NameID)
		w.WriteString(` AllowCreate="true"></samlp:NameIDPolicy>`)
	}
	if r.Context != "" {
		// Comparison is exact: providers other than Entra answer "minimum" with an error,
		// since no order of contexts is standard.
		w.WriteString(`<samlp:RequestedAuthnContext Comparison="exact"><saml:AuthnContextClassRef>` + escaped(r.Context) +
			`</saml:AuthnContextClassRef></samlp:RequestedAuthnContext>`)
	}
	w.WriteString(`</samlp:AuthnRequest>`)
	return &message{"SAMLRequest", r.Destination, r.ID, []byte(w.String()), MaxRelay}
}

// Redirect gives the address that the browser is sent to, signed when key is not
// nil. Relay comes back with the response: opaque, at most MaxRelay bytes.
// saml-bindings-2.0 §3.4
func (r *Request) Redirect(relay string, key *Key) (string, error) {
	return r.message().redirect(relay, key)
}

// Form gives what the browser posts to the destination, signed when key is not
// nil. saml-bindings-2.0 §3.5
func (r *Request) Form(relay string, key *Key) (url.Values, error) {
	return r.message().form(relay, key)
}
