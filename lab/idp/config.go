package idp

import (
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"time"

	"github.com/anteroom-id/anteroom/lab"
)

// Flavour is whose manners a provider has.
type Flavour string

// The flavours.
const (
	Generic Flavour = "generic"
	Entra   Flavour = "entra"
	Okta    Flavour = "okta"
)

// Config makes a provider. Its zero value with a directory is a generic one.
type Config struct {
	Flavour   Flavour          // "" is Generic
	Base      string           // the provider's own address, without a slash at the end; [Start] finds it
	EntityID  string           // its name in SAML, instead of the one below its address
	Directory *lab.Directory   // nil is one of five people
	Clock     func() time.Time // nil is the time of this machine
	Tenant    string           // Entra's tenant id, a GUID; "" is a fixed one
	Domain    string           // another name of Entra's tenant; "" is contoso.example
	// Keys are those that it signs with, the present one first. With none it makes
	// one of 2048 bits.
	Keys []*rsa.PrivateKey
	// Everybody lets people in who are not assigned to the application.
	Everybody bool
	Style     Style // how a generic provider writes; zero is signing both
}

// Style is how SAML responses are written.
type Style struct {
	SignResponse, SignAssertion bool
	NoKeyInfo                   bool   // signatures do not say which certificate
	Bare                        bool   // assertion and signature without prefixes, as Entra writes them
	Typed                       bool   // attribute values say their schema type, as Okta's do
	NameIDFormat                string // "" is emailAddress
	// Short names attributes as Okta does (email, firstName, lastName), not by claim
	// URIs.
	Short bool
}

// SP is a service provider that was set up at the identity provider.
type SP struct {
	EntityID  string
	ACS       string            // where responses go
	SLO       string            // where logout requests and responses go; "" for none
	EncryptTo *x509.Certificate // assertions are encrypted for it; nil for none
	// Verify are the certificates that its messages are signed with. With one,
	// requests and logout messages must be signed.
	Verify     []*x509.Certificate
	NameID     string // format, instead of the style's
	RelayState string // that a sign-in begun here sends
	Name       string // on the page of applications
}

// Client is an application that was registered for OpenID Connect.
type Client struct {
	ID, Secret   string
	Expired      bool // the secret has
	RedirectURIs []string
	Public       bool // has no secret
	// PublicURIs are those of RedirectURIs that are of the type "Public client (mobile
	// & desktop)": what comes back to them is redeemed without the secret.
	PublicURIs   []string
	LogoutURI    string // of back-channel logout; "" for none
	AfterLogout  []string
	NeedsConsent bool // of an administrator, which is missing
	Name         string
}

// Formats of a NameID.
const (
	Unspecified = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
	Email       = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
	Persistent  = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
	Transient   = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
)

const (
	someTenant = "7d1b2a5e-0c34-4f6b-9d0e-51f0c8a9b321"
	oktaApp    = "exk1labprovider5d7"
)

func (c *Config) settle() error {
	switch c.Flavour {
	case "":
		c.Flavour = Generic
	case Generic, Entra, Okta:
	default:
		return fmt.Errorf("%q is no flavour; there are entra, okta and generic", c.Flavour)
	}
	c.Style = c.style()
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.Tenant == "" {
		c.Tenant = someTenant
	}
	if c.Domain == "" {
		c.Domain = lab.Domain
	}
	if c.Directory == nil {
		c.Directory = lab.Generate(1, 5, 1)
	}
	if len(c.Keys) == 0 {
		key, err := freshKey()
		if err != nil {
			return err
		}
		c.Keys = []*rsa.PrivateKey{key}
	}
	return nil
}

// style is what is usual for the flavour.
func (c *Config) style() Style {
	switch {
	case c.Flavour == Entra:
		return Style{SignAssertion: true, Bare: true, NameIDFormat: Email}
	case c.Flavour == Okta:
		return Style{SignResponse: true, SignAssertion: true, Typed: true, Short: true, NameIDFormat: Unspecified}
	case c.Style == Style{}:
		return Style{SignResponse: true, SignAssertion: true, NameIDFormat: Email}
	case c.Style.NameIDFormat == "":
		c.Style.NameIDFormat = Email
	}
	return c.Style
}
