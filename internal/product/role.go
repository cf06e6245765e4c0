package product

import (
	"slices"
	"strings"
)

// Source is where a role comes from.
type Source string

// The sources of a role.
const (
	SourceGroup     Source = "group"     // a directory's group
	SourceAppRole   Source = "app-role"  // an app role, in one of the shapes that Entra sends
	SourceAttribute Source = "attribute" // a plain attribute's value
	SourceAssertion Source = "assertion" // a sign-in's assertion
	SourceHand      Source = "hand"      // an administrator
	SourceDefault   Source = "default"   // nothing else said otherwise
)

// What to do with a value that names no role.
const (
	UnknownDefault = "default" // the default role and a visible warning
	UnknownRefuse  = "refuse"  // 400 invalidValue
)

// Roles says what a member may be and who may say so.
type Roles struct {
	Catalogue  []Role
	Default    string   // the name of a role in the catalogue
	Many       bool     // a member may hold several roles
	Sources    []Source // precedence, highest first; the last is SourceDefault
	Attributes []string // SCIM paths whose values name roles, best first
	GrantOwner bool     // a directory may make someone an owner
	AdoptOwner bool     // a directory may take over an owner whom it did not create
	Unknown    string   // UnknownDefault or UnknownRefuse
	CaseExact  bool     // "Admin" is not "admin"
}

// Role is one entry of the catalogue.
type Role struct {
	Name     string       // the value that directories send: "admin"
	Title    string       // what people read: "Administrator"
	Hint     string       // what one may do with it, in one sentence
	Owner    bool         // the workspace's owner: protected from directories, the last one stays
	May      []Permission // rights in the console
	Channels []string     // names of the channels that it opens
}

// Role returns the catalogue's role with exactly this name.
func (p *Product) Role(name string) (Role, bool) {
	i := slices.IndexFunc(p.Roles.Catalogue, func(r Role) bool { return r.Name == name })
	if i < 0 {
		return Role{}, false
	}
	return p.Roles.Catalogue[i], true
}

// RoleByValue returns the role that a directory's value names. Blanks around the
// value do not count; letter case counts only when Roles.CaseExact says so. A
// role's title never does: it is for people, and people misspell it.
func (p *Product) RoleByValue(s string) (Role, bool) {
	s = strings.TrimSpace(s)
	for _, r := range p.Roles.Catalogue {
		if r.Name == s || !p.Roles.CaseExact && strings.EqualFold(r.Name, s) {
			return r, true
		}
	}
	return Role{}, false
}

// Nearest returns the name of the role that s was most likely meant to be, for
// "did you mean member", or "" when none is near.
func (p *Product) Nearest(s string) string {
	var names, titles []string
	for _, r := range p.Roles.Catalogue {
		names, titles = append(names, r.Name), append(titles, r.Title)
	}
	if near := nearest(s, names); near != "" {
		return near
	}
	if i := slices.Index(titles, nearest(s, titles)); i >= 0 {
		return names[i]
	}
	return ""
}

// Precedence returns the rank of a source, 0 for the highest. A source that the
// product does not use ranks below all others and reports false.
func (p *Product) Precedence(s Source) (int, bool) {
	if i := slices.Index(p.Roles.Sources, s); i >= 0 {
		return i, true
	}
	return len(p.Roles.Sources), false
}
