package signin

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/store"
)

// LongestExemption is how long an exemption may last.
const LongestExemption = 90 * 24 * time.Hour

const longestReason = 200 // bytes

// Exemption lets a member sign in with a credential of ours although the workspace
// requires its provider, until it ends by itself.
type Exemption struct {
	Member identity.Member
	Until  time.Time
	Reason string
	SetBy  string // the actor who made it
}

// Exempt lets a member sign in with a credential of ours until a time, at most
// LongestExemption from now; a reason is needed. A member with rights that the one
// who acts does not have is identity.Forbidden, an unknown one identity.NotFound.
func (s *Service) Exempt(ctx context.Context, ws identity.WorkspaceID, member identity.MemberID, until time.Time, reason string, o identity.Origin) error {
	now := s.conf.Store.Now()
	reason = strings.TrimSpace(directory.OneLine(reason))
	switch {
	case !now.Before(until) || until.After(now.Add(LongestExemption)):
		return refused(identity.Invalid, "until", explain.Refuse(explain.ExemptionTooLong, "an end within 90 days", until.Format(time.DateOnly)), "choose an end between now and 90 days from now")
	case reason == "":
		return identity.Errorf(identity.Invalid, "reason", "say why, for whoever reads the list later")
	case len(reason) > longestReason:
		return identity.Errorf(identity.Invalid, "reason", "the reason is too long; write at most %d characters", longestReason)
	}
	return s.changeRule(ctx, ws, member, o, func(tx *store.Tx, r *identity.SSORule) error {
		deltas := []identity.Delta{{Field: "until", Before: moment(r.Exempt), After: moment(until)}, {Field: "reason", After: reason}}
		r.Exempt, r.Reason, r.SetBy = until, reason, o.Actor.String()
		return tx.Log(ctx, o, identity.MemberExempted, identity.Subject{Kind: "member", ID: string(member)}, deltas)
	})
}

// EndExemption ends a member's exemption now. One who is not exempt is
// identity.NotFound.
func (s *Service) EndExemption(ctx context.Context, ws identity.WorkspaceID, member identity.MemberID, o identity.Origin) error {
	return s.changeRule(ctx, ws, member, o, func(tx *store.Tx, r *identity.SSORule) error {
		if !s.conf.Store.Now().Before(r.Exempt) {
			return identity.Errorf(identity.NotFound, "", "this %s is not exempt", s.conf.Product.Words.Member)
		}
		deltas := []identity.Delta{{Field: "until", Before: moment(r.Exempt)}}
		r.Exempt, r.Reason, r.SetBy = time.Time{}, "", ""
		return tx.Log(ctx, o, identity.MemberNotExempted, identity.Subject{Kind: "member", ID: string(member)}, deltas)
	})
}

// moment is a time in the change log; nil for none.
func moment(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t
}

// changeRule changes what is said of one member.
func (s *Service) changeRule(ctx context.Context, ws identity.WorkspaceID, member identity.MemberID, o identity.Origin, f func(*store.Tx, *identity.SSORule) error) error {
	return s.conf.Store.Write(ctx, ws, func(tx *store.Tx) error {
		m, found, err := tx.Member(ctx, member)
		if err != nil || !found {
			return cmp.Or[error](err, identity.Errorf(identity.NotFound, "member", "there is no such %s", s.conf.Product.Words.Member))
		}
		if err := s.conf.Directory.MayTouch(ctx, &tx.Reader, o, &m); err != nil {
			return err
		}
		r, _, err := tx.SSORule(ctx, member)
		if err != nil {
			return err
		}
		r.Member = member
		if err := f(tx, &r); err != nil {
			return err
		}
		return tx.SaveSSORule(ctx, &r)
	})
}
