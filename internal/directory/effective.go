package directory

import (
	"cmp"
	"context"
	"slices"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
)

// Roles gives the roles of a member that count, those of groups included: what
// administrators mapped a group to, and the group itself where the product makes
// groups roles. An owner stays one: no group takes the place of ownership. Where
// only one role may be held, the first of the mapped groups counts, then the
// oldest of the others.
func (s *Service) Roles(m *identity.Member, groups []identity.Reference) []identity.Grant {
	return s.counting(m, groups, s.product.SCIM.Groups == product.GroupsRoles)
}

// Rights gives the roles of the catalogue from which a member has its rights.
// Unlike in Roles, a group that is a role of its own takes no right away: it has
// none, and stands beside the role that the member would have without it.
func (s *Service) Rights(m *identity.Member, groups []identity.Reference) (roles []product.Role) {
	for _, g := range s.counting(m, groups, false) {
		if role, ok := s.product.Role(g.Role); ok {
			roles = append(roles, role)
		}
	}
	return roles
}

// Channels gives the ways into the product that are open to a member, in the
// product's order; none to one who is inactive. A product without channels has
// one way in, which has no name.
func (s *Service) Channels(m *identity.Member, groups []identity.Reference) (open []product.Channel) {
	if m.State == identity.Inactive {
		return nil
	}
	roles := s.Rights(m, groups)
	for _, c := range s.product.Channels {
		if slices.ContainsFunc(roles, func(r product.Role) bool { return slices.Contains(r.Channels, c.Name) }) {
			open = append(open, c)
		}
	}
	return open
}

// Effective reads a member's roles that count; see Roles. A foreign or unknown id
// is identity.NotFound.
func (s *Service) Effective(ctx context.Context, ws identity.WorkspaceID, id identity.MemberID) ([]identity.Grant, error) {
	row, err := s.Member(ctx, ws, id)
	return row.Roles, err
}

func (s *Service) counting(m *identity.Member, groups []identity.Reference, named bool) []identity.Grant {
	grants := m.Grants
	if len(groups) > 0 && !s.rules.isOwner(grants) {
		grants = append(identity.Granted(grants, identity.ByGroup), s.ofGroups(groups, named)...)
	}
	grants = identity.Effective(grants, s.rules.sources)
	if !s.product.Roles.Many && len(grants) > 1 {
		grants = grants[:1]
	}
	return grants
}

// ofGroups gives what groups grant: first those that are mapped, in their order,
// each role once; then, if named, the others as roles of their own.
func (s *Service) ofGroups(groups []identity.Reference, named bool) (grants []identity.Grant) {
	var mapped, others []identity.Reference
	for _, g := range groups {
		if s.mappable(g.Role) == nil {
			mapped = append(mapped, g)
		} else if named {
			others = append(others, g)
		}
	}
	slices.SortStableFunc(mapped, func(a, b identity.Reference) int { return cmp.Compare(a.Position, b.Position) })
	for _, g := range mapped {
		if !slices.ContainsFunc(grants, func(o identity.Grant) bool { return o.Role == g.Role }) {
			grants = append(grants, identity.Grant{Role: g.Role, Source: identity.ByGroup, Group: g.ID})
		}
	}
	for _, g := range others {
		grants = append(grants, identity.Grant{Role: g.Display, Source: identity.ByGroup, Group: g.ID, Named: true})
	}
	return grants
}

// mappable says why a group cannot give a role, nil when it can: the product no
// longer has it, or does not let a directory make somebody an owner.
func (s *Service) mappable(name string) error {
	words := &s.product.Words
	role, known := s.product.Role(name)
	switch {
	case !known:
		return identity.Errorf(identity.Invalid, "role", "%q is not a %s of this product; choose one of those listed", name, words.Role)
	case role.Owner && !s.product.Roles.GrantOwner:
		return identity.Errorf(identity.Forbidden, "role", "a %s cannot give the %s %s: whoever manages the directory could take over the %s; give it by hand", words.Group, words.Role, role.Title, words.Workspace)
	}
	return nil
}
