package directory

import (
	"context"
	"slices"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/store"
)

// attachParked puts a person who has just arrived, came back, or got a new name
// into the groups that named them before. UserName is the resource's, and former
// are SCIM ids that the person once had.
func (p *People) attachParked(ctx context.Context, tx *store.Tx, m *identity.Member, userName string, former ...string) error {
	if tx.Tally().Parked == 0 {
		return nil
	}
	seen := []string{""}
	for _, value := range append([]string{m.ExternalID, userName}, former...) {
		key := identity.Fold(value)
		if slices.Contains(seen, key) {
			continue
		}
		seen = append(seen, key)
		waiting, err := tx.ParkedFor(ctx, key)
		if err != nil {
			return err
		}
		for _, w := range waiting {
			if !isMeant(m, userName, w, former) {
				continue
			}
			if err := p.attach(ctx, tx, w, m); err != nil {
				return err
			}
		}
	}
	return nil
}

// isMeant says whether a parked value means the member, by the rules of resolve:
// an id of the past and an externalId are compared exactly, the latter within
// the connection that parked it, a userName folded.
func isMeant(m *identity.Member, userName string, w store.Parked, former []string) bool {
	return slices.Contains(former, w.Value) || equalFold(w.Value, userName) ||
		w.Value == m.ExternalID && (m.Connection == w.Connection || m.Connection == "")
}

func (p *People) attach(ctx context.Context, tx *store.Tx, w store.Parked, m *identity.Member) error {
	if _, err := tx.Unpark(ctx, w.Group, w.Value); err != nil {
		return err
	}
	added, err := tx.InsertMembership(ctx, w.Group, m.ID)
	if err != nil || !added {
		return err
	}
	return p.groupChanged(ctx, tx, p.c, w.Group, []identity.MemberID{m.ID}, nil)
}
