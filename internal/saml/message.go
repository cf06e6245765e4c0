package saml

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/anteroom-id/anteroom/internal/saml/dsig"
)

// The namespaces of SAML.
const (
	protocolSpace  = "urn:oasis:names:tc:SAML:2.0:protocol"
	assertionSpace = "urn:oasis:names:tc:SAML:2.0:assertion"
	metadataSpace  = "urn:oasis:names:tc:SAML:2.0:metadata"
	dsigSpace      = "http://www.w3.org/2000/09/xmldsig#"
)

// The bindings that we speak. saml-bindings-2.0 §3.4, §3.5
const (
	RedirectBinding = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
	PostBinding     = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
)

// The formats of a NameID that mean something to us. saml-core-2.0 §8.3
const (
	FormatPersistent = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
	FormatTransient  = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
	FormatEmail      = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
	FormatAny        = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
)

// MaxRelay is how long a RelayState may be, in bytes. saml-bindings-2.0 §3.4.3
const MaxRelay = 80

// maxEchoed is how long a RelayState may be that goes back to the provider from
// whom it came: some do not keep to the bound.
const maxEchoed = 2048

// errRelay is the mistake of a caller.
var errRelay = errors.New("the RelayState is too long")

// NewID makes the id of a message: 128 random bits behind a letter.
// saml-core-2.0 §1.3.4
func NewID() string {
	var b [16]byte
	rand.Read(b[:])
	return "_" + hex.EncodeToString(b[:])
}

// message is one of ours, ready to be sent.
type message struct {
	parameter   string // SAMLRequest or SAMLResponse
	destination string
	id          string
	xml         []byte
	relay       int // how long its RelayState may be
}

// form gives what is posted to the destination: the message, signed when there is
// a key. saml-bindings-2.0 §3.5.4
func (m *message) form(relay string, key *Key) (url.Values, error) {
	if len(relay) > m.relay {
		return nil, errRelay
	}
	text := m.xml
	if key != nil {
		var err error
		if text, err = dsig.Sign(m.xml, m.id, key.Private, key.Certificate.Raw); err != nil {
			return nil, err
		}
	}
	v := url.Values{m.parameter: {base64.StdEncoding.EncodeToString(text)}}
	if relay != "" {
		v.Set("RelayState", relay)
	}
	return v, nil
}

// writer puts together the XML of our messages.
type writer struct{ strings.Builder }

// escaped gives text as it stands in an attribute or an element.
func escaped(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a strings.Builder takes everything
	return b.String()
}

// attr writes an attribute, and nothing when the value is empty.
func (w *writer) attr(name, value string) {
	if value != "" {
		w.WriteString(" " + name + `="` + escaped(value) + `"`)
	}
}

// head writes the start tag of a message, with what every message has, and its
// issuer. saml-core-2.0 §3.2
func (w *writer) head(name, id, destination, issuer string, at time.Time, more func()) {
	w.WriteString(`<samlp:` + name + ` xmlns:samlp="` + protocolSpace + `" xmlns:saml="` + assertionSpace + `"`)
	w.attr("ID", id)
	w.attr("Version", "2.0")
	w.attr("IssueInstant", instant(at))
	w.attr("Destination", destination)
	more()
	w.WriteString(`><saml:Issuer>` + escaped(issuer) + `</saml:Issuer>`)
}

// instant writes a time as SAML does. saml-core-2.0 §1.3.3
func instant(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }
