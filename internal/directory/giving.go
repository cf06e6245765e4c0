package directory

import (
	"context"
	"slices"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/store"
)

// Nobody gives rights that they do not have, to others or to themselves: each
// verb that gives a role to somebody asks here, whatever page it stands behind.
// Operators, directories and Anteroom itself are not held to it: what a directory
// may give, the product says.

// Exceeds reports whether a role has a right that none of the roles has, or owns
// the workspace while none of them does.
func Exceeds(role product.Role, roles []product.Role) bool {
	if role.Owner && !slices.ContainsFunc(roles, func(r product.Role) bool { return r.Owner }) {
		return true
	}
	return slices.ContainsFunc(role.May, func(may product.Permission) bool {
		return !slices.ContainsFunc(roles, func(r product.Role) bool { return r.Can(may) })
	})
}

// MayGive refuses, with identity.Forbidden at "role", a member who would give a
// role with rights that the member does not have. Values are read as directories'
// are (product.RoleByValue); one that names no role is not refused here.
func (s *Service) MayGive(ctx context.Context, ws identity.WorkspaceID, o identity.Origin, values ...string) error {
	return s.mayGive(ctx, s.store.Read(ws), o, values...)
}

// mayGive is MayGive inside a write.
func (s *Service) mayGive(ctx context.Context, r *store.Reader, o identity.Origin, values ...string) error {
	var roles []product.Role
	for _, value := range values {
		if role, known := s.product.RoleByValue(value); known {
			roles = append(roles, role)
		}
	}
	return s.mayMake(ctx, r, o, roles)
}

// mayMake refuses a member who would make somebody one of the roles.
func (s *Service) mayMake(ctx context.Context, r *store.Reader, o identity.Origin, roles []product.Role) error {
	if o.Actor.Kind != identity.ActorMember || len(roles) == 0 {
		return nil
	}
	own, err := s.rightsOf(ctx, r, identity.MemberID(o.Actor.ID))
	if err != nil {
		return err
	}
	return refuseMore(roles, own)
}

func refuseMore(roles, own []product.Role) error {
	for _, role := range roles {
		if Exceeds(role, own) {
			return identity.Errorf(identity.Forbidden, "role", "%s has rights that you do not have; ask somebody who has them", role.Title)
		}
	}
	return nil
}

// rightsOf reads the roles from which a member has rights: none, when the member
// is inactive or another workspace's.
func (s *Service) rightsOf(ctx context.Context, r *store.Reader, id identity.MemberID) ([]product.Role, error) {
	m, found, err := r.Member(ctx, id)
	if err != nil || !found || m.State == identity.Inactive {
		return nil, err
	}
	groups, err := r.GroupsOf(ctx, id)
	return s.Rights(&m, groups), err
}

// MayTouch refuses, with identity.Forbidden, a member who would act on somebody
// with rights that the member does not have: who may change the administrators may
// not take them out for that.
func (s *Service) MayTouch(ctx context.Context, r *store.Reader, o identity.Origin, m *identity.Member) error {
	if o.Actor.Kind != identity.ActorMember || o.Actor.ID == string(m.ID) {
		return nil
	}
	own, err := s.rightsOf(ctx, r, identity.MemberID(o.Actor.ID))
	if err != nil {
		return err
	}
	groups, err := r.GroupsOf(ctx, m.ID)
	if err != nil {
		return err
	}
	for _, role := range s.Rights(m, groups) {
		if Exceeds(role, own) {
			return identity.Errorf(identity.Forbidden, "", "%s is %s, with rights that you do not have; ask somebody who has them", m.Name(), role.Title)
		}
	}
	return nil
}

// refuseGain runs f, and refuses when the member who acts has rights after it
// that were not there before.
func (s *Service) refuseGain(ctx context.Context, tx *store.Tx, o identity.Origin, f func() error) error {
	if o.Actor.Kind != identity.ActorMember {
		return f()
	}
	before, err := s.rightsOf(ctx, &tx.Reader, identity.MemberID(o.Actor.ID))
	if err != nil {
		return err
	}
	if err := f(); err != nil {
		return err
	}
	after, err := s.rightsOf(ctx, &tx.Reader, identity.MemberID(o.Actor.ID))
	if err != nil {
		return err
	}
	return refuseMore(after, before)
}
