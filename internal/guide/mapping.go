package guide

import (
	"slices"
	"strings"

	"github.com/anteroom-id/anteroom/internal/product"
)

// Mapping is one row of Entra's table of attribute mappings.
type Mapping struct {
	Source string // an attribute of the directory, or an expression
	Target string // the SCIM path
	Kind   string // "Direct" or "Expression"
	Match  int    // matching precedence, 0 when people are not matched by it
}

// The kinds of mapping.
const (
	Direct     = "Direct"
	Expression = "Expression"
)

const (
	isActive  = `Switch([IsSoftDeleted], , "False", "True", "True", "False")`
	wholeName = `Join(" ", [givenName], [surname])`
	appRole   = `SingleAppRoleAssignment([appRoleAssignments])`
)

// Untouched reports whether Entra's own mappings do, so that nobody has to edit
// them: no attribute of the product's own is looked up by or gives a role (K06).
func Untouched(p *product.Product) bool {
	if _, own := ByAttribute(p); own {
		return false
	}
	return !slices.ContainsFunc(p.Match, func(path string) bool { _, own := p.Attribute(path); return own })
}

// Mappings is the table that Entra needs for the product: what the product uses,
// and nothing else.
func Mappings(p *product.Product) []Mapping {
	var out []Mapping
	for i, path := range p.Match {
		out = append(out, Mapping{Source(p, path), path, Direct, i + 1})
	}
	out = append(out,
		Mapping{"userPrincipalName", "userName", Direct, len(p.Match) + 1},
		Mapping{isActive, "active", Expression, 0},
		Mapping{"displayName", "displayName", Direct, 0},
		Mapping{"jobTitle", "title", Direct, 0},
	)
	if !slices.ContainsFunc(p.Members.Required, func(s string) bool { return strings.HasPrefix(s, "name.") }) {
		out = append(out, Mapping{wholeName, "name.formatted", Expression, 0})
	}
	for _, path := range Required(p) {
		if target := wirePath(path); !slices.ContainsFunc(out, func(m Mapping) bool { return m.Target == target }) {
			out = append(out, Mapping{Source(p, path), target, kindOf(Source(p, path)), 0})
		}
	}
	if path, own := ByAttribute(p); own {
		out = append(out, Mapping{appRole, path, Expression, 0})
	}
	return out
}

func kindOf(source string) string {
	if strings.ContainsRune(source, '(') {
		return Expression
	}
	return Direct
}

// wirePath is a path as Entra's table wants it: of the work e-mail address.
func wirePath(path string) string {
	switch path {
	case "emails", "emails.value":
		return `emails[type eq "work"].value`
	case "phoneNumbers", "phoneNumbers.value":
		return `phoneNumbers[type eq "work"].value`
	}
	return path
}

// Required lists the paths without which a person is refused.
func Required(p *product.Product) []string {
	out := slices.Clone(p.Members.Required)
	for i := range p.Attributes {
		if path := p.Attributes[i].Path(); p.Attributes[i].Required && !slices.Contains(out, path) {
			out = append(out, path)
		}
	}
	return out
}

// Source is the attribute of Entra that belongs into a SCIM path, "" when that
// is for the administrator to say.
func Source(p *product.Product, path string) string {
	usual := map[string]string{
		"userName": "userPrincipalName", "displayName": "displayName", "title": "jobTitle", "externalId": "objectId", "nickName": "mailNickname",
		"name.givenName": "givenName", "name.familyName": "surname", "name.formatted": wholeName, "active": isActive,
		"emails": "mail", "emails.value": "mail", "phoneNumbers": "telephoneNumber", "phoneNumbers.value": "telephoneNumber", "preferredLanguage": "preferredLanguage",
		product.EnterpriseUser + ":employeeNumber": "employeeId", product.EnterpriseUser + ":department": "department",
		product.EnterpriseUser + ":manager.value": "manager",
	}
	if s, ok := usual[path]; ok {
		return s
	}
	if role, own := ByAttribute(p); own && role == path {
		return appRole
	}
	if a, ok := p.Attribute(path); ok && (a.Match || a.Immutable) {
		return "objectId"
	}
	return ""
}

// Becomes says what the product makes of an attribute, by its path as it comes
// over the wire: emails[type eq "work"].value.
func Becomes(p *product.Product, path string) string {
	head := path
	if i := strings.IndexAny(head, "[."); i > 0 && !strings.HasPrefix(head, "urn:") {
		head = head[:i]
	}
	if slices.Contains(p.Roles.Attributes, path) || slices.Contains(p.Roles.Attributes, head) {
		return product.Title(p.Words.Role)
	}
	if a, ok := p.Attribute(path); ok && (a.Match || a.Immutable) {
		return "Tells who it is"
	} else if ok {
		return product.Title(a.Name)
	}
	used := map[string]string{
		"userName": "User name", "displayName": "Display name", "name": "Name", "title": "Job title", "emails": "E-mail",
		"active": "Active or " + p.Words.Inactive, "externalId": "The directory's own id", "userType": "Guest or not",
	}
	if s, ok := used[head]; ok {
		return s
	}
	return "Kept as sent"
}

// Paste says in one sentence what to enter at the provider so that a required
// attribute comes.
func Paste(p *product.Product, kind, path string) string {
	source := Source(p, path)
	switch {
	case kind == "entra" && source != "":
		return "In Entra, under Mappings, add a mapping from " + source + " to " + wirePath(path) + ", and see that the people have a value in it."
	case kind == "okta":
		return "In Okta, under Provisioning > To App, map an attribute to " + path + ", and see that the people have a value in it."
	}
	return "Map an attribute of the directory to " + path + ", and see that the people have a value in it."
}
