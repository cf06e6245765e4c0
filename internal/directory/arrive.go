package directory

import (
	"context"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/store"
)

// Arrive notes inside a write that a member signs in: one who is pending is
// active from now on, one who is inactive is refused with identity.Forbidden,
// and for one who is active nothing changes.
func (s *Service) Arrive(ctx context.Context, tx *store.Tx, id identity.MemberID, o identity.Origin) (identity.Member, error) {
	m, found, err := tx.Member(ctx, id)
	switch {
	case err != nil:
		return m, err
	case !found:
		return m, identity.Errorf(identity.NotFound, "", "there is no such %s", s.product.Words.Member)
	case m.State == identity.Inactive:
		return m, identity.Errorf(identity.Forbidden, "", "this %s is %s; an administrator of the %s can change that", s.product.Words.Member, s.product.Words.Inactive, s.product.Words.Workspace)
	case m.State == identity.Active:
		return m, nil
	}
	before := m
	m.State, m.Version, m.Modified = identity.Active, m.Version+1, s.store.Now()
	m.Tab = identity.TabOf(m.State, m.Tab == identity.TabGuest)
	if err := tx.UpdateMember(ctx, &before, &m); err != nil {
		return m, err
	}
	return m, tx.Log(ctx, o, identity.MemberActivated, subject(&m), []identity.Delta{{Field: "state", Before: identity.Pending, After: m.State}})
}
