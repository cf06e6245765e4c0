package guide

import (
	"slices"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
)

// What can be seen of a connection through which people sign in.
const (
	Known    Sight = "known"    // the provider's values are here
	Answered Sight = "answered" // the provider's first answer came
	Entered  Sight = "entered"  // somebody signed in
)

// Bring is a value of the provider's that belongs into a field of ours.
type Bring struct {
	Field string // the provider's name: "App Federation Metadata Url"
	Label string // the product's: "Metadata"
}

// SignOn are the connection's values for signing in, to be pasted.
type SignOn struct {
	EntityID, ACS, Logout, Start string // SAML
	App, Web                     string // redirect URIs: of a public client, of a web application
	BackChannel                  string // where an OpenID provider says that somebody has signed out
}

// Names are a provider's own names of the fields that signing in needs. What is
// "" has no name of its own there.
type Names struct {
	EntityID, ACS, Logout, Start   string // our values, in its pages for SAML
	Metadata                       string // its own metadata
	Issuer, SSOURL, Certificate    string // its own values, one by one
	Redirect                       string // our redirect URIs
	ClientID, ClientSecret, Tenant string // its own values for OpenID Connect
}

func signOnNames() map[string]Names {
	return map[string]Names{
		"entra": {
			"Identifier (Entity ID)", "Reply URL (Assertion Consumer Service URL)", "Logout Url", "Sign on URL", "App Federation Metadata Url",
			"Microsoft Entra Identifier", "Login URL", "Certificate (Base64)", "Redirect URI", "Application (client) ID", "Value", "Directory (tenant) ID",
		},
		"okta": {
			"Audience URI (SP Entity ID)", "Single sign-on URL", "Single Logout URL", "", "Metadata URL",
			"Issuer", "Sign on URL", "Signing Certificate", "Sign-in redirect URIs", "Client ID", "Client secret", "Issuer URI",
		},
		"google": {
			"Entity ID", "ACS URL", "", "Start URL", "IdP metadata",
			"Entity ID", "SSO URL", "Certificate", "Authorized redirect URIs", "Client ID", "Client secret", "",
		},
		"onelogin": {
			"Audience (EntityID)", "ACS (Consumer) URL", "Single Logout URL", "Login URL", "Issuer URL",
			"Issuer URL", "SAML 2.0 Endpoint (HTTP)", "X.509 Certificate", "Redirect URI's", "Client ID", "Client Secret", "Issuer URL",
		},
		"jumpcloud": {
			"SP Entity ID", "ACS URL", "Logout URL", "Login URL", "Metadata URL",
			"IdP Entity ID", "IDP URL", "IDP Certificate", "Redirect URIs", "Client ID", "Client Secret", "",
		},
		"ping": {
			"Entity ID", "ACS URLs", "SLO Endpoint", "Target Application URL", "IDP Metadata URL",
			"Issuer ID", "Single Signon Service", "Signing Certificate", "Redirect URIs", "Client ID", "Client Secret", "Issuer ID",
		},
		"adfs": {
			"Relying party trust identifier", "SAML Assertion Consumer Endpoint", "SAML Logout Endpoint", "", "Federation Metadata",
			"Federation Service identifier", "SAML 2.0/WS-Federation endpoint", "Token-signing certificate", "Redirect URI", "Client Identifier", "Secret", "",
		},
		"keycloak": {
			"Client ID", "Assertion Consumer Service POST Binding URL", "Logout Service Redirect Binding URL", "Home URL", "SAML 2.0 Identity Provider Metadata",
			"entityID", "SingleSignOnService", "X509Certificate", "Valid redirect URIs", "Client ID", "Client Secret", "",
		},
	}
}

// SignOnNames gives a provider's own names of the fields that signing in needs.
func SignOnNames(kind string) Names { return signOnNames()[kind] }

// Protocols lists how people can sign in through a kind of connection in a
// product, the usual one first. A product whose connectors name neither of the
// two protocols offers both.
func Protocols(p *product.Product, kind string) (out []identity.Protocol) {
	offers := func(k string) bool {
		return slices.ContainsFunc(p.Console.Connectors, func(c product.Connector) bool { return c.Kind == k })
	}
	all := !offers("saml") && !offers("oidc")
	for _, o := range []identity.Protocol{identity.SAML, identity.OIDC} {
		own := kind == string(o)
		if kind != "scim" && (own || kind != "saml" && kind != "oidc" && (all || offers(string(o)))) {
			out = append(out, o)
		}
	}
	return out
}

// SignOnSteps gives the guide to signing in through a kind of connection by one of
// the protocols. Provisioned says that the connection's application exists
// already, since it provisions (T25, P10).
func SignOnSteps(p *product.Product, kind string, by identity.Protocol, v SignOn, provisioned bool) []Step {
	b := &signOn{p: p, kind: kind, v: v, names: SignOnNames(kind), provisioned: provisioned}
	if by == identity.OIDC {
		return b.openID()
	}
	return b.saml()
}

// signOn makes the steps of one guide.
type signOn struct {
	p           *product.Product
	kind        string
	v           SignOn
	names       Names
	provisioned bool
}

// values are our values for SAML under the provider's names.
func (b *signOn) values() (out []Copy) {
	l := &b.p.Console.Labels
	out = []Copy{{Field: b.names.EntityID, Label: l.EntityID, Value: b.v.EntityID}, {Field: b.names.ACS, Label: l.ACS, Value: b.v.ACS}}
	if b.names.Logout != "" && b.v.Logout != "" {
		out = append(out, Copy{Field: b.names.Logout, Label: "Single logout URL", Value: b.v.Logout})
	}
	if b.names.Start != "" && b.v.Start != "" && !b.p.SignIn.IdPInitiated {
		out = append(out, Copy{Field: b.names.Start, Label: "Sign-in address", Value: b.v.Start})
	}
	return out
}

// redirects are the addresses that an OpenID provider sends people back to: the
// first for a public client, the second for a web application (P11).
func (b *signOn) redirects() []Copy {
	l := b.p.Console.Labels.Redirect
	return []Copy{
		{Field: "Public client (mobile & desktop)", Label: l + " 1", Value: b.v.App},
		{Field: "Web", Label: l + " 2", Value: b.v.Web},
	}
}

// metadata is the step that brings the provider's values here.
func (b *signOn) metadata(do ...string) Step {
	l := &b.p.Console.Labels
	s := Step{
		Title: "Bring its values here", Do: do, Tick: Known,
		Why: l.GetMetadata + " fills in the issuer, the address and the certificates, and brings new certificates by itself before the old ones end.",
	}
	if b.names.Metadata != "" {
		s.Bring = []Bring{{b.names.Metadata, l.Metadata}}
	}
	return s
}

// last are the steps that every guide ends with.
func (b *signOn) last(assign ...string) []Step {
	w := &b.p.Words
	steps := []Step{}
	if len(assign) > 0 {
		steps = append(steps, Step{
			Title: "Say who may sign in", Do: assign,
			Why: "Who is not assigned is turned away there, before anything reaches " + b.p.Name + ".",
		})
	}
	return append(steps,
		Step{
			Title: "Test it", Do: []string{"On the tab Test, choose Test sign-in, and sign in as yourself."}, Tick: Answered,
			Why: "It shows what would happen and what came, and signs nobody in.",
		},
		Step{
			Title: "Let people in", Do: []string{"Switch the connector on, and sign in once through it yourself."}, Tick: Entered,
			Why: "Until everybody is required to, " + w.Members + " who have a password go on with it until they have signed in this way once.",
		})
}
