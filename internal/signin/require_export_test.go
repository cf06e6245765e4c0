package signin

import (
	"context"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/store"
)

// Confirm is what a sign-in through the provider does in its own write.
func (s *Service) Confirm(ctx context.Context, ws identity.WorkspaceID, member identity.MemberID, admin bool) error {
	return s.conf.Store.Write(ctx, ws, func(tx *store.Tx) error { return s.confirm(ctx, tx, ws, member, admin) })
}
