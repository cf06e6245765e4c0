package product

import (
	"fmt"
	"slices"
	"strings"
)

// complete fills in what the file leaves out and gives every path its canonical
// spelling. What it cannot resolve it leaves for check.
func complete(r *reader, p *Product) {
	p.SCIM.complete()
	for i := range p.Attributes {
		p.Attributes[i].complete()
	}
	completeMatch(r, p)
	completeRoles(r, p)
	p.spell(p.Members.Required)
	p.Members.Seat = either(p.Members.Seat, SeatAtProvisioning)
	p.Members.AddressScope = either(p.Members.AddressScope, ScopeWorkspace)
	p.Brand.complete()
	p.Words.complete()
	completePlans(r, p)
	completeChannels(p)
	p.SignIn.complete(r)
	p.Tokens.complete(r)
	p.Console.complete(p.Words)
}

func (s *SCIM) complete() {
	s.Form = either(s.Form, FormToken)
	s.Groups = either(s.Groups, GroupsGroups)
	if s.Prefix == "" {
		s.Prefix = "/scim/v2"
		if s.Form == FormPath {
			s.Prefix += "/" + placeholder
		}
	}
	if s.Groups == GroupsOff {
		s.GroupsOffDetail = either(s.GroupsOffDetail,
			"Groups are not provisioned to this product. Switch off the group mapping; people are provisioned without it.")
	}
}

func (a *Attribute) complete() {
	if a.Schema == "" || strings.EqualFold(a.Schema, CoreUser) {
		a.Schema = SchemaCore
	}
	if strings.EqualFold(a.Schema, EnterpriseUser) {
		a.Schema = EnterpriseUser
	}
	if s, ok := standardPath(a.URN(), a.Name); ok {
		a.Name = s.name
		a.Type = either(a.Type, s.typ)
		return
	}
	a.Type = either(a.Type, TypeString)
}

// completeMatch brings the two ways to declare a match key together: `match:
// true` at an attribute, and the list. Attributes that only say so come first,
// since they were made for it.
func completeMatch(r *reader, p *Product) {
	if !r.given("match") {
		p.Match = []string{"externalId"}
	}
	p.spell(p.Match)
	var own []string
	for i := range p.Attributes {
		a := &p.Attributes[i]
		listed := slices.Contains(p.Match, a.Path())
		if a.Match && !listed {
			own = append(own, a.Path())
		}
		a.Match = a.Match || listed
	}
	p.Match = append(own, p.Match...)
}

func completeRoles(r *reader, p *Product) {
	if !r.given("roles") {
		p.Roles = Default().Roles
		p.Roles.Attributes = nil
	}
	s := &p.Roles
	for i := range s.Catalogue {
		s.Catalogue[i].Title = either(s.Catalogue[i].Title, s.Catalogue[i].Name)
		s.Catalogue[i].completeMay(r.given(fmt.Sprintf("roles.catalogue[%d].may", i)))
	}
	if !r.given("roles.attributes") {
		s.Attributes = p.roleAttributes()
	}
	if !r.given("roles.sources") {
		s.Sources = sources()
	} else if !slices.Contains(s.Sources, SourceDefault) {
		s.Sources = append(s.Sources, SourceDefault)
	}
	s.Unknown = either(s.Unknown, UnknownDefault)
	p.spell(s.Attributes)
}

// roleAttributes are the attributes that carry a role when the file does not say:
// a custom core attribute named role, and the standard roles. RFC 7643 §4.1.2
func (p *Product) roleAttributes() []string {
	if a, ok := p.Attribute(CoreUser + ":role"); ok {
		return []string{a.Path(), "roles"}
	}
	return []string{"roles"}
}

// spell gives the paths that are known their canonical spelling.
func (p *Product) spell(paths []string) {
	for i, path := range paths {
		if known, ok := p.resolve(path); ok {
			paths[i] = known.path
		}
	}
}

// target is what a path in a definition refers to.
type target struct {
	path string // canonical
	standard
}

// resolve finds the standard or declared attribute that a path names, in any
// spelling of case, with or without the core URN.
func (p *Product) resolve(path string) (target, bool) {
	urn, name := splitPath(path)
	if s, ok := standardPath(urn, name); ok {
		if strings.EqualFold(urn, CoreUser) {
			return target{s.name, s}, true
		}
		return target{EnterpriseUser + ":" + s.name, s}, true
	}
	if a, ok := p.Attribute(path); ok {
		return target{a.Path(), standard{name: a.Name, typ: a.Type, multi: a.Multi}}, true
	}
	return target{}, false
}

func either[S ~string](s, otherwise S) S {
	if s == "" {
		return otherwise
	}
	return s
}
