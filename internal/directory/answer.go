package directory

import (
	"context"
	"errors"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/scim"
)

// AnswerHeld answers what a directory asked of an owner and was not done.
// Accepted, it is done now; refused, the directory reads from then on what the
// member is, and if it asks again, that is held again. Where nothing is held, or
// something else than the administrator saw, the error is identity.Taken at
// "version".
func (s *Service) AnswerHeld(ctx context.Context, ws identity.WorkspaceID, id identity.MemberID, version int64, accept bool, o identity.Origin) (identity.Member, error) {
	answer := s.edited // refusing leaves the member what it is, so whoever answers may
	if accept {
		answer = s.byHand
	}
	return answer(ctx, ws, id, version, o, func(e *edit) error {
		held := e.m.Held
		if held.Empty() {
			return stale(s.product.Words.Member)
		}
		e.m.Held = nil
		verb, do := identity.HeldRefused, e.refuse
		if accept {
			verb, do = identity.HeldAccepted, e.accept
		}
		if err := do(ctx, held); err != nil {
			return err
		}
		values := []identity.Delta{{Field: "held", Before: held}}
		if e.before.State != e.m.State {
			values = append(values, e.stateDelta())
		}
		if was, is := e.rules.roleNames(e.before.Grants), e.rules.roleNames(e.m.Grants); was != is {
			values = append(values, identity.Delta{Field: "role", Before: was, After: is})
		}
		return e.log(ctx, verb, values...)
	})
}

// accept does what was held. The doc shows it already.
func (e *edit) accept(ctx context.Context, h *identity.Held) error {
	m := &e.m
	if h.UserName != nil {
		m.UserName = *h.UserName
	}
	if h.Address != nil {
		m.Address = *h.Address
	}
	if h.Role != nil {
		wanted, err := e.rules.roleOf(e.doc, e.c.Notes)
		if err != nil {
			return asInvalid(err)
		}
		m.Grants = identity.Granted(granted(m.Grants, wanted), identity.ByHand) // ownership by hand does not come back when the directory falls silent
	}
	if h.Active != nil {
		m.State = e.stateOf(*h.Active, m.State, true)
	}
	if m.ResourceID != "" && (h.UserName != nil || h.Address != nil) {
		if err := e.refuseTaken(ctx, m.UserName); err != nil {
			return err
		}
	}
	if h.Deleted {
		return e.end(ctx)
	}
	return e.save(ctx)
}

// end takes the member out as DELETE does.
func (e *edit) end(ctx context.Context) error {
	e.m.State = identity.Inactive
	if e.losesLastOwner() {
		return e.save(ctx) // which says so
	}
	if err := e.tx.Retire(ctx, e.m.ResourceID, e.m.ID); err != nil {
		return err
	}
	e.m.State = e.before.State
	return e.remove(ctx, e.tx, &e.m)
}

// refuse gives the doc back what the member is.
func (e *edit) refuse(ctx context.Context, h *identity.Held) error {
	if h.UserName != nil {
		e.doc.Set("userName", e.m.UserName)
	}
	if asked := address(e.doc, e.doc.Str("userName")); h.Address != nil && !equalFold(asked, e.m.Address) {
		f := profile{edit: e}
		f.replaceEmail(asked, e.m.Address)
	}
	if h.Role != nil {
		for i := range e.rules.roles {
			e.withdraw(&e.rules.roles[i])
		}
	}
	if h.Active != nil {
		e.doc.Set("active", e.m.State != identity.Inactive)
	}
	return e.save(ctx)
}

// withdraw takes an attribute out of the doc.
func (e *edit) withdraw(path *attributePath) {
	if path.urn == "" {
		e.doc.Delete(path.names[0])
		return
	}
	host := e.doc.Object(path.urn).Clone()
	if !host.Delete(path.names[0]) {
		return
	}
	e.doc.Delete(path.urn)
	if host.Len() > 0 {
		e.doc.Set(path.urn, host)
	}
}

func asSCIM(err error) (*scim.Error, bool) {
	var e *scim.Error
	ok := errors.As(err, &e)
	return e, ok
}
