// Package guide says how the administrator of an identity provider sets up
// provisioning to the product: step by step, in the provider's own words, with
// our values and the product's own labels beside them. Everything follows from
// the product definition: there is no text about one product.
//
// The package does no I/O. What the providers' pages are called follows their
// public documentation and the help pages of products like ours.
package guide

import (
	"strings"

	"github.com/anteroom-id/anteroom/internal/product"
)

// Sight is something of a step that we see on the wire, so that the step ticks
// itself.
type Sight string

// What can be seen.
const (
	Unseen  Sight = ""        // the step leaves no trace here
	Contact Sight = "contact" // a request with a token of the connection
	Person  Sight = "person"  // the first person arrived
	Group   Sight = "group"   // the first group arrived
	Update  Sight = "update"  // the first change of somebody arrived
	Mapped  Sight = "mapped"  // everything that is required has come
)

// Seen is what a connection's directory has shown of itself so far.
type Seen struct {
	Contact, Person, Group, Update bool
	Missing                        []string // paths of required attributes that have not come
	Known, Answered, Entered       bool     // of signing in
}

// Has reports whether a sight was seen.
func (s *Seen) Has(x Sight) bool {
	switch x {
	case Contact:
		return s.Contact
	case Person:
		return s.Person
	case Group:
		return s.Group
	case Update:
		return s.Update
	case Mapped:
		return s.Person && len(s.Missing) == 0
	case Known:
		return s.Known
	case Answered:
		return s.Answered
	case Entered:
		return s.Entered
	}
	return false
}

// Values are the connection's, to be pasted.
type Values struct {
	URL      string // the SCIM address
	UserName string // "" where the product has no user name and password
}

// Copy is a value that belongs into a field of the provider's.
type Copy struct {
	Field  string // the provider's name: "Tenant URL"
	Label  string // the product's: "SCIM Base URL"
	Value  string // "" of the secret, which only whoever issued it knows
	Secret bool
}

// Step is one step of a guide.
type Step struct {
	Title string
	Do    []string // what to do, one action each
	Why   string   // "" where it needs no reason
	Copy  []Copy
	Bring []Bring        // values of the provider's that are entered here
	Map   []Mapping      // a table of attribute mappings to enter
	Roles []product.Role // app roles to create
	Tick  Sight
}

// provider is how one identity provider's pages name things.
type provider struct {
	url, secret, user string // fields; user is "" where it takes no user name
	steps             func(b *builder) []Step
}

func providers() map[string]provider {
	return map[string]provider{
		"entra":     {"Tenant URL", "Secret Token", "", entra},
		"okta":      {"SCIM connector base URL", "API Token", "Username", okta},
		"google":    {"Endpoint URL", "Access token", "", google},
		"onelogin":  {"SCIM Base URL", "SCIM Bearer Token", "", onelogin},
		"jumpcloud": {"Base URL", "Token Key", "", jumpcloud},
		"ping":      {"SCIM URL", "Access Token", "User", ping},
	}
}

func providerOf(kind string) provider {
	if o, ok := providers()[kind]; ok {
		return o
	}
	return provider{"SCIM base URL", "bearer token", "user name", other}
}

// Provisions reports whether a kind of connection can provision at all.
func Provisions(kind string) bool { return kind != "adfs" }

// Fields gives the provider's own names of our values: of the address, of the
// secret, and of the user name, "" where it takes none.
func Fields(kind string) (url, secret, user string) {
	o := providerOf(kind)
	return o.url, o.secret, o.user
}

// builder makes the steps of one guide.
type builder struct {
	p    *product.Product
	v    Values
	kind string
	provider
}

// Steps gives the guide for a kind of connection: one of
// identity.ConnectionKinds, or "" for a directory that is not known.
func Steps(p *product.Product, kind string, v Values) []Step {
	b := &builder{p: p, v: v, kind: kind, provider: providerOf(kind)}
	return b.steps(b)
}

// values are what is pasted into the provider's page for credentials.
func (b *builder) values() []Copy {
	l := &b.p.Console.Labels
	out := []Copy{{Field: b.url, Label: l.SCIMURL, Value: b.v.URL}}
	secret := l.SCIMToken
	if b.p.Tokens.Basic.Offered {
		secret = l.SCIMPassword
		if b.user != "" && b.v.UserName != "" {
			out = append(out, Copy{Field: b.user, Label: l.SCIMUser, Value: b.v.UserName})
		}
	}
	return append(out, Copy{Field: b.secret, Label: secret, Secret: true})
}

// arrived tells where people are found once they have come.
func (b *builder) arrived() string {
	w := &b.p.Words
	s := "They appear under " + b.p.Console.Labels.Members
	if b.p.Members.Pending {
		return s + " as " + w.Pending + " until each has signed in for the first time."
	}
	return s + " and can sign in; nobody is sent an invitation."
}

// update is the last step of every guide.
func (b *builder) update(how string) Step {
	return Step{
		Title: "See a change arrive",
		Do:    []string{how},
		Why:   "A change that arrives proves that the directory finds the " + b.p.Words.Members + " whom it created.",
		Tick:  Update,
	}
}

// grantable are the roles that a directory may give.
func (b *builder) grantable() (out []product.Role) {
	for _, r := range b.p.Roles.Catalogue {
		if !r.Owner || b.p.Roles.GrantOwner {
			out = append(out, r)
		}
	}
	return out
}

// ByAttribute reports whether a directory's attribute says which role somebody
// gets, and gives its path.
func ByAttribute(p *product.Product) (path string, ok bool) {
	used := false
	for _, s := range p.Roles.Sources {
		used = used || s == product.SourceAttribute || s == product.SourceAppRole
	}
	if !used || len(p.Roles.Attributes) == 0 {
		return "", false
	}
	path = p.Roles.Attributes[0]
	_, own := p.Attribute(path)
	return path, own
}

func names(roles []product.Role) string {
	var out []string
	for _, r := range roles {
		out = append(out, r.Name)
	}
	return strings.Join(out, ", ")
}
