package account

import (
	"context"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/store"
)

// Bar signs a member out of the workspace: whichever session of the member's
// person began before now reaches it no longer, and other workspaces as before.
// The person may sign in anew. A member who would do that to one with more rights
// is identity.Forbidden.
//
// False means that nobody signs in as the member, so that nothing was done. A
// foreign or unknown member is identity.NotFound.
func (s *Service) Bar(ctx context.Context, ws identity.WorkspaceID, id identity.MemberID, o identity.Origin) (done bool, err error) {
	err = s.store.Write(ctx, ws, func(tx *store.Tx) error {
		m, found, err := tx.Member(ctx, id)
		if err != nil || !found {
			return firstError(err, identity.Errorf(identity.NotFound, "", "there is no such %s", s.product.Words.Member))
		}
		if err := s.directory.MayTouch(ctx, &tx.Reader, o, &m); err != nil {
			return err
		}
		if _, done, err = tx.PersonOf(ctx, id); err != nil || !done {
			return err
		}
		if err := tx.BarMember(ctx, id); err != nil {
			return err
		}
		return tx.Log(ctx, o, identity.MemberSignedOut, identity.Subject{Kind: "member", ID: string(id)}, nil)
	})
	return done && err == nil, err
}
