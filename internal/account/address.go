package account

import (
	"context"
	"fmt"
	"slices"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/store"
)

// An address is a person's as long as a workspace calls the person by it. A
// directory renames people and gives an old address to somebody else; the account
// then goes with the person and not with the address: a recycled name inherits
// nothing, and nobody is locked out by a new one.

// bears reports whether a workspace calls the person by the address of the
// account, or the vendor does, whose people have it from an operator.
func bears(p *identity.Person, all []identity.Membership) bool {
	key := identity.Fold(p.Address)
	return p.Operator || slices.ContainsFunc(all, func(m identity.Membership) bool {
		return m.State != identity.Inactive && identity.Fold(m.Address) == key
	})
}

// holds reports inside a write whether the address of the account is the person's
// still: not given to somebody else, and borne.
func (s *Service) holds(ctx context.Context, tx *store.Tx, p *identity.Person) (bool, error) {
	owner, found, err := tx.Person(ctx, identity.Fold(p.Address))
	if err != nil || !found || owner.ID != p.ID {
		return false, err
	}
	all, err := tx.Memberships(ctx, p.ID)
	return bears(p, all), err
}

// ownerOf finds whose address it is. Who does not bear it any more does not count.
func (s *Service) ownerOf(ctx context.Context, address string) (p identity.Person, found bool, err error) {
	p, found, err = s.store.PersonByAddress(ctx, identity.Fold(address))
	if err != nil || !found {
		return p, false, err
	}
	all, err := s.store.Memberships(ctx, p.ID)
	return p, bears(&p, all), err
}

// claim finds inside a write whose address it is. From somebody who does not bear
// it any more it is taken, so that it is free.
func (s *Service) claim(ctx context.Context, tx *store.Tx, address string) (p identity.Person, found bool, err error) {
	p, found, err = tx.Person(ctx, identity.Fold(address))
	if err != nil || !found {
		return p, false, err
	}
	if found, err = s.holds(ctx, tx, &p); err != nil || found {
		return p, found, err
	}
	return identity.Person{}, false, tx.ReleaseAddress(ctx, p.ID)
}

const mostCandidates = 3 // whose password is compared, each at its cost

// candidates lists who may sign in with an address, folded to key: whose account
// has it, then who is called by it in a workspace. There is always one, whose
// password nobody knows when there is no other.
func (s *Service) candidates(ctx context.Context, key string) (out []identity.Person, err error) {
	p, found, err := s.store.PersonByAddress(ctx, key)
	if err != nil {
		return nil, err
	}
	if found {
		out = append(out, p)
	}
	ids, err := s.store.PeopleByMember(ctx, key)
	for _, id := range ids {
		if err != nil || len(out) == mostCandidates {
			break
		}
		if found && id == p.ID {
			continue
		}
		var other identity.Person
		if other, _, err = s.store.Person(ctx, id); err == nil {
			out = append(out, other)
		}
	}
	if len(out) == 0 {
		out = append(out, identity.Person{})
	}
	return out, err
}

// follow makes the address that somebody has signed in with the account's, inside
// a write: when it bears its own no longer, every workspace that it was ever in
// calls the person by this one, and it is nobody else's. That the person reads its
// mail is then still to be shown.
func (s *Service) follow(ctx context.Context, tx *store.Tx, p *identity.Person, typed string) error {
	if held, err := s.holds(ctx, tx, p); err != nil || held {
		return err
	}
	all, err := tx.Memberships(ctx, p.ID)
	if err != nil {
		return err
	}
	address, named := calledEverywhere(all, identity.Fold(typed))
	if !named {
		return nil
	}
	if _, taken, err := s.claim(ctx, tx, address); err != nil || taken {
		return err
	}
	if moved, err := tx.MoveAddress(ctx, p.ID, address); err != nil || !moved {
		return err
	}
	p.Address, p.Verified = address, false
	return s.notice(ctx, tx, p, fmt.Sprintf("The e-mail address of your account was changed to %s", address))
}

// calledEverywhere gives the address that folds to key, as it is written, if in
// every workspace of the list an active member has it.
func calledEverywhere(all []identity.Membership, key string) (address string, ok bool) {
	called := map[identity.WorkspaceID]bool{}
	for _, m := range all {
		is := m.State != identity.Inactive && identity.Fold(m.Address) == key
		if called[m.Workspace] = called[m.Workspace] || is; is {
			address = m.Address
		}
	}
	for _, is := range called {
		if !is {
			return "", false
		}
	}
	return address, address != ""
}

// letterbox is the address to which a person is written: the account's while the
// person bears it, and otherwise a member's, since somebody else may read the old one.
func letterbox(p *identity.Person, all []identity.Membership) string {
	if bears(p, all) {
		return p.Address
	}
	for _, m := range all {
		if m.State != identity.Inactive && m.Address != "" {
			return m.Address
		}
	}
	return p.Address
}
