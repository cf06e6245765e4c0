package product

import (
	"fmt"
	"slices"
	"strings"
)

func checkRoles(r *reader, p *Product) {
	checkCatalogue(r, p)
	checkDefaultRole(r, p)
	checkOwner(r, p)
	checkSources(r, p.Roles.Sources)
	checkPaths(r, p, "roles.attributes", p.Roles.Attributes)
	for i, one := range p.Roles.Attributes {
		if to, ok := p.resolve(one); ok && to.typ != TypeString && !to.complex {
			r.fault(fmt.Sprintf("roles.attributes[%d]", i), "use an attribute of type string", "an attribute of type %s cannot name a role", to.typ)
		}
	}
}

func checkCatalogue(r *reader, p *Product) {
	if len(p.Roles.Catalogue) == 0 {
		r.fault("roles.catalogue", `add at least one, like "- name: member"`, "the catalogue has no role")
	}
	for i, role := range p.Roles.Catalogue {
		at := fmt.Sprintf("roles.catalogue[%d]", i)
		same := func(o Role) bool { return strings.EqualFold(o.Name, role.Name) }
		switch {
		case role.Name == "":
			r.fault(at, `add a line like "name: member"`, "a role needs a name")
		case strings.TrimSpace(role.Name) != role.Name || len(role.Name) > 64 || !printable(role.Name):
			r.fault(at+".name", "write at most 64 bytes without blanks around them", "%q cannot be a role's name", role.Name)
		case slices.IndexFunc(p.Roles.Catalogue, same) < i:
			r.fault(at+".name", "choose another name; letter case does not tell roles apart", "the role %q is already in the catalogue", role.Name)
		case len(role.Title) > 100 || !printable(role.Title) || len(role.Hint) > 500 || !printable(role.Hint):
			r.fault(at, "write a title of at most 100 and a hint of at most 500 bytes, each on one line", "title or hint is too long or holds control characters")
		}
	}
}

func checkDefaultRole(r *reader, p *Product) {
	const at = "roles.default"
	role, ok := p.Role(p.Roles.Default)
	switch {
	case len(p.Roles.Catalogue) == 0:
	case p.Roles.Default == "":
		r.fault(at, fmt.Sprintf("add \"default: %s\" or another role of the catalogue", p.Roles.Catalogue[len(p.Roles.Catalogue)-1].Name), "the default role is missing")
	case !ok:
		r.fault(at, p.roleRemedy(), "%q is not in the catalogue", p.Roles.Default)
	case role.Owner:
		r.fault(at, "choose another role", "%q is an owner: not everybody can be one", role.Name)
	}
}

func (p *Product) roleRemedy() string {
	if near := p.Nearest(p.Roles.Default); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	var names []string
	for _, r := range p.Roles.Catalogue {
		names = append(names, r.Name)
	}
	return "write one of " + quoted(names)
}

// checkOwner refuses switches on owners where no role is one.
func checkOwner(r *reader, p *Product) {
	if slices.ContainsFunc(p.Roles.Catalogue, func(o Role) bool { return o.Owner }) {
		return
	}
	const remedy, msg = `remove it, or mark a role with "owner: true"`, "no role of the catalogue is an owner"
	if p.Roles.GrantOwner {
		r.fault("roles.grant_owner", remedy, msg)
	}
	if p.Roles.AdoptOwner {
		r.fault("roles.adopt_owner", remedy, msg)
	}
}

func checkSources(r *reader, all []Source) {
	for i, s := range all {
		at := fmt.Sprintf("roles.sources[%d]", i)
		switch {
		case slices.Index(all, s) < i:
			r.fault(at, "remove one of the two", "%q stands here twice", string(s))
		case s == SourceDefault && i < len(all)-1:
			r.fault(at, "move it to the end", "nothing can rank below the default")
		}
	}
}
