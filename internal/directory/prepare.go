package directory

import (
	"context"
	"fmt"
	"strings"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/store"
)

// Prepare makes the look-up keys of people who were provisioned before the
// product declared an attribute to be a match key: without them a directory
// would look such a person up, find nobody, and create them again. It counts
// the owners anew, too, since the product says which roles make one, and makes
// the tabs and words of members whom a version without them wrote. It costs
// nothing when the product is that of last time. And it goes on handing back the
// people of connections that were removed, when a process ended in the middle.
func (s *Service) Prepare(ctx context.Context) error {
	if err := s.finishRemovals(ctx); err != nil {
		return err
	}
	const name = "look-up keys"
	want := s.rules.fingerprint()
	have, err := s.store.Remembered(ctx, name)
	if err != nil || have == want {
		return err
	}
	all, err := s.store.Workspaces(ctx)
	if err != nil {
		return err
	}
	for _, w := range all {
		if err := s.prepare(ctx, w.ID); err != nil {
			return fmt.Errorf("make the look-up keys of %s: %w", w.Slug, err)
		}
	}
	return s.store.Remember(ctx, name, want)
}

func (s *Service) prepare(ctx context.Context, ws identity.WorkspaceID) error {
	owners := int64(0)
	for last := identity.MemberID(""); ; {
		found := 0
		err := s.store.Write(ctx, ws, func(tx *store.Tx) error {
			members, err := tx.MembersAfter(ctx, last, chunk)
			if err != nil {
				return err
			}
			for i := range members {
				m := &members[i]
				doc, err := s.user.DecodeStored(m.Doc)
				if err != nil {
					return err
				}
				if err := tx.ReplaceKeys(ctx, m.ID, nil, s.rules.keys(doc, m.Address)); err != nil {
					return err
				}
				if err := tx.Refill(ctx, m, identity.TabOf(m.State, isGuest(doc))); err != nil {
					return err
				}
				if m.State != identity.Inactive && s.rules.isOwner(m.Grants) {
					owners++
				}
				last = m.ID
			}
			if found = len(members); found < chunk {
				tx.Tally().Owners = owners // who is an owner may have changed with the product
			}
			return nil
		})
		if err != nil || found < chunk {
			return err
		}
	}
}

// fingerprint tells which attributes have look-up keys, how they compare, and
// what makes an owner.
func (r *rules) fingerprint() string {
	parts := []string{"tabs, words and their masks"}
	for i := range r.match {
		part := r.match[i].canonical
		if r.folded[part] {
			part += " folded"
		}
		parts = append(parts, part)
	}
	for _, role := range r.p.Roles.Catalogue {
		if role.Owner {
			parts = append(parts, "owner "+role.Name)
		}
	}
	for _, s := range r.sources {
		parts = append(parts, "source "+string(s))
	}
	return strings.Join(parts, "\n")
}
