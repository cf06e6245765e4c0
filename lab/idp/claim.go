package idp

import (
	"slices"

	"github.com/anteroom-id/anteroom/lab"
)

// Entra's names of claims in SAML assertions.
const (
	claims         = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
	microsoft      = "http://schemas.microsoft.com/identity/claims/"
	ClaimEmail     = claims + "emailaddress"
	ClaimGivenName = claims + "givenname"
	ClaimSurname   = claims + "surname"
	ClaimName      = claims + "name" // the user principal name
	ClaimObjectID  = microsoft + "objectidentifier"
	ClaimTenant    = microsoft + "tenantid"
	ClaimDisplay   = microsoft + "displayname"
	ClaimRole      = "http://schemas.microsoft.com/ws/2008/06/identity/claims/role"
	ClaimGroups    = "http://schemas.microsoft.com/ws/2008/06/identity/claims/groups"
)

const basicFormat = "urn:oasis:names:tc:SAML:2.0:attrname-format:basic"

// attributes gives what an assertion says of a person.
func (p *Provider) attributes(one *lab.Person) []Attribute {
	if p.conf.Style.Short {
		return present(
			Attribute{"email", basicFormat, []string{address(one)}},
			Attribute{"firstName", basicFormat, []string{one.GivenName}},
			Attribute{"lastName", basicFormat, []string{one.Surname}},
			Attribute{"displayName", basicFormat, []string{one.DisplayName}},
			Attribute{"groups", basicFormat, p.groups(one.ObjectID, groupName)},
			Attribute{"roles", basicFormat, p.roles(one.ObjectID)},
		)
	}
	return present(
		Attribute{ClaimTenant, "", []string{p.conf.Tenant}},
		Attribute{ClaimObjectID, "", []string{one.ObjectID}},
		Attribute{ClaimDisplay, "", []string{one.DisplayName}},
		Attribute{ClaimGivenName, "", []string{one.GivenName}},
		Attribute{ClaimSurname, "", []string{one.Surname}},
		Attribute{ClaimEmail, "", []string{one.Mail}},
		Attribute{ClaimName, "", []string{one.UserPrincipalName}},
		Attribute{ClaimGroups, "", p.groups(one.ObjectID, groupID)},
		Attribute{ClaimRole, "", p.roles(one.ObjectID)},
	)
}

// present leaves out attributes without a value.
func present(all ...Attribute) []Attribute {
	return slices.DeleteFunc(all, func(a Attribute) bool { return len(a.Values) == 0 || a.Values[0] == "" })
}

// address is a person's mail, or the user name where there is none.
func address(one *lab.Person) string {
	if one.Mail != "" {
		return one.Mail
	}
	return one.UserPrincipalName
}

func groupName(g lab.Group) string { return g.DisplayName }
func groupID(g lab.Group) string   { return g.ObjectID }

// groups gives the assigned groups of a person.
func (p *Provider) groups(id string, of func(lab.Group) string) []string {
	var all []string
	for _, g := range p.conf.Directory.Groups() {
		if _, has := p.conf.Directory.Assignment(g.ObjectID); has && slices.Contains(g.Members, id) {
			all = append(all, of(g))
		}
	}
	return all
}

// roles gives the values of a person's app roles, own ones and those of groups.
func (p *Provider) roles(id string) []string {
	own, _ := p.conf.Directory.Assignment(id)
	for _, g := range p.conf.Directory.Groups() {
		if slices.Contains(g.Members, id) {
			more, _ := p.conf.Directory.Assignment(g.ObjectID)
			own = append(own, more...)
		}
	}
	var all []string
	for _, r := range own {
		if !slices.Contains(all, r.Value) {
			all = append(all, r.Value)
		}
	}
	return all
}

// nameID gives a person's name for a service provider, and its format.
func (p *Provider) nameID(one *lab.Person, sp *SP) (name, format string) {
	format = p.conf.Style.NameIDFormat
	if sp.NameID != "" {
		format = sp.NameID
	}
	switch format {
	case Persistent:
		return digest(one.ObjectID + "|" + sp.EntityID), format
	case Transient:
		return randomID(), format
	default:
		return one.UserPrincipalName, format
	}
}
