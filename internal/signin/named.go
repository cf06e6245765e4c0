package signin

import (
	"context"
	"slices"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/store"
)

// name makes people the named ones, and says what that changes, and who was added.
func (s *Service) name(ctx context.Context, tx *store.Tx, mode identity.RequireMode, people []identity.MemberID, o identity.Origin) ([]identity.Delta, []identity.MemberID, error) {
	if mode != identity.RequirePeople {
		return nil, nil, nil
	}
	rules, err := tx.SSORules(ctx)
	if err != nil {
		return nil, nil, err
	}
	var added, removed []identity.MemberID
	for _, rule := range rules {
		if rule.Required && !slices.Contains(people, rule.Member) {
			rule.Required = false
			removed = append(removed, rule.Member)
			if err := tx.SaveSSORule(ctx, &rule); err != nil {
				return nil, nil, err
			}
		}
	}
	for _, id := range people {
		i := slices.IndexFunc(rules, func(r identity.SSORule) bool { return r.Member == id })
		rule := identity.SSORule{Member: id}
		if i >= 0 {
			rule = rules[i]
		}
		if rule.Required {
			continue
		}
		if err := s.mayName(ctx, tx, id, o); err != nil {
			return nil, nil, err
		}
		rule.Required = true
		added = append(added, id)
		if err := tx.SaveSSORule(ctx, &rule); err != nil {
			return nil, nil, err
		}
	}
	if len(added)+len(removed) == 0 {
		return nil, nil, nil
	}
	return []identity.Delta{{Field: "members", Before: removed, After: added}}, added, nil
}

// mayName refuses to name somebody who is not there, or whom whoever acts may not
// touch.
func (s *Service) mayName(ctx context.Context, tx *store.Tx, id identity.MemberID, o identity.Origin) error {
	m, found, err := tx.Member(ctx, id)
	if err == nil && (!found || m.State == identity.Inactive) {
		err = identity.Errorf(identity.NotFound, "people", "one of them is no %s, or is %s", s.conf.Product.Words.Member, s.conf.Product.Words.Inactive)
	}
	if err != nil {
		return err
	}
	return s.conf.Directory.MayTouch(ctx, &tx.Reader, o, &m)
}

// widened makes a stage of named people a step that is to be confirmed when more
// were named, unless it was required of everyone before. Who was named before stays
// so if nobody confirms it.
func widened(before, next identity.RequireSSO, added []identity.MemberID, now time.Time) identity.RequireSSO {
	switch {
	case next.Mode != identity.RequirePeople || len(added) == 0:
		return next
	case next.Confirmed.IsZero():
		next.Added = append(slices.Clone(next.Added), added...)
		return next
	case before.Mode == identity.RequireEveryone && !before.Confirmed.IsZero():
		return next
	}
	confirmed := next
	return identity.RequireSSO{
		Mode: next.Mode, Since: now, By: next.By, Until: now.Add(ConfirmWithin), Before: &confirmed, Added: added,
	}
}

// lapsed are the people who are named no longer, since nobody confirmed it.
func lapsed(rule *identity.RequireSSO, now time.Time) []identity.MemberID {
	if rule.Before == nil || rule.Before.Mode != identity.RequirePeople || rule.In(now) {
		return nil
	}
	return rule.Added
}

// standing gives how far the provider is required now, inside a write. Who was named
// in a step that nobody confirmed is named no longer.
func (s *Service) standing(ctx context.Context, tx *store.Tx) (identity.RequireSSO, error) {
	now := s.conf.Store.Now()
	rule, err := tx.RequireSSO(ctx)
	if err != nil {
		return rule, err
	}
	return rule.At(now), unname(ctx, tx, lapsed(&rule, now))
}

func unname(ctx context.Context, tx *store.Tx, people []identity.MemberID) error {
	if len(people) == 0 {
		return nil
	}
	rules, err := tx.SSORules(ctx)
	for _, rule := range rules {
		if err != nil {
			break
		}
		if rule.Required && slices.Contains(people, rule.Member) {
			rule.Required = false
			err = tx.SaveSSORule(ctx, &rule)
		}
	}
	return err
}
