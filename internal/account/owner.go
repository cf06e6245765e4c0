package account

import (
	"context"
	"slices"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/mail"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/store"
)

// fromCommandLine is the Source of what is done on the machine itself, by whoever
// has the data in hand anyway.
const fromCommandLine = "cli"

// ownersWithin gives a workspace's owners who have signed in and are to know when
// another one is made from outside. While there are any, nobody but whoever sits
// at the command line makes one from outside: identity.Taken. Members are not
// outside, and get none here.
func (s *Service) ownersWithin(ctx context.Context, ws identity.WorkspaceID, o identity.Origin) ([]identity.Member, error) {
	if o.Actor.Kind == identity.ActorMember {
		return nil, nil
	}
	r := s.store.Read(ws)
	tally, err := r.Tally(ctx)
	if err != nil {
		return nil, err
	}
	var owners []identity.Member
	for left, after := tally.Owners, identity.MemberID(""); left > 0; {
		page, err := r.MembersAfter(ctx, after, 500)
		if err != nil || len(page) == 0 {
			return owners, err
		}
		after = page[len(page)-1].ID
		for i := range page {
			m := &page[i]
			if m.State == identity.Inactive || !slices.ContainsFunc(s.directory.Rights(m, nil), func(r product.Role) bool { return r.Owner }) {
				continue
			}
			left--
			if _, bound, err := r.PersonOf(ctx, m.ID); err != nil {
				return nil, err
			} else if bound {
				owners = append(owners, *m)
			}
		}
	}
	if len(owners) > 0 && o.Source != fromCommandLine {
		return nil, identity.Errorf(identity.Taken, "address", "this %s has an owner, who can make others owners; from outside it is done at the command line only (anteroom workspace owner), and the owners are told", s.product.Words.Workspace)
	}
	return owners, nil
}

// tellOwners mails a workspace's owners that another one is made from outside.
func (s *Service) tellOwners(ctx context.Context, tx *store.Tx, owners []identity.Member, address string) error {
	if len(owners) == 0 {
		return nil
	}
	w, err := tx.Details(ctx)
	if err != nil {
		return err
	}
	for i := range owners {
		if owners[i].Address == "" {
			continue
		}
		if err := s.outbox.Post(ctx, tx, mail.OwnerAdded(s.product, owners[i].Address, w.Name, address, s.store.Now())); err != nil {
			return err
		}
	}
	return nil
}
