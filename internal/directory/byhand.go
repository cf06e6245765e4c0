package directory

import (
	"context"
	"slices"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/store"
	"github.com/anteroom-id/anteroom/scim"
)

// What administrators do to members by hand. Each verb names the version that it
// was decided on: when somebody else, a directory too, has written meanwhile, the
// error is identity.Taken at "version" and nothing is done. A foreign or unknown
// member is identity.NotFound. What would leave a workspace without an owner is
// identity.Forbidden, and so is what a member does to one with rights that the
// member does not have. Asking for what is already so changes nothing and is no
// error. Each is one commit, with its row in the change log.

// edit is a member on its way through such a verb.
type edit struct {
	*People
	tx        *store.Tx
	before, m identity.Member
	old, doc  *scim.Object // before, and as it is to be
}

// byHand runs f on a member whom the actor may touch in one durable step, and gives
// the member as it is then.
func (s *Service) byHand(ctx context.Context, ws identity.WorkspaceID, id identity.MemberID, version int64, o identity.Origin, f func(*edit) error) (identity.Member, error) {
	return s.edited(ctx, ws, id, version, o, func(e *edit) error {
		if err := e.MayTouch(ctx, &e.tx.Reader, o, &e.m); err != nil {
			return err
		}
		return f(e)
	})
}

// edited is byHand of whomever.
func (s *Service) edited(ctx context.Context, ws identity.WorkspaceID, id identity.MemberID, version int64, o identity.Origin, f func(*edit) error) (identity.Member, error) {
	p := s.People(Caller{Workspace: ws, Origin: o, Notes: &scim.Notes{}})
	var out identity.Member
	err := s.write(ctx, p.c, func(tx *store.Tx) error {
		m, found, err := tx.Member(ctx, id)
		switch {
		case err != nil:
			return err
		case !found:
			return s.noMember()
		case m.Version != version:
			return stale(s.product.Words.Member)
		}
		old, err := s.user.DecodeStored(m.Doc)
		if err != nil {
			return err
		}
		out = m
		e := &edit{People: p, tx: tx, before: m, m: m, old: old, doc: old.Clone()}
		err = f(e)
		if err == nil {
			out = e.m
		}
		return err
	})
	return out, err
}

// stale refuses what was decided on something that somebody has changed since.
func stale(what string) error {
	return identity.Errorf(identity.Taken, "version", "somebody else, or the directory, has changed this %s in the meantime; look at it as it is now, and save again", what)
}

// save writes the member, unless that would leave the workspace without an owner.
func (e *edit) save(ctx context.Context) (err error) {
	if e.losesLastOwner() {
		w := &e.product.Words
		return identity.Errorf(identity.Forbidden, "", "this is the last owner of the %s; make another %s an owner first", w.Workspace, w.Member)
	}
	if e.m.Held.Empty() {
		e.m.Held = nil
	}
	e.m.Version, e.m.Modified = e.before.Version+1, e.store.Now()
	if e.m.Doc, err = document(e.doc); err != nil {
		return err
	}
	if err := e.People.save(ctx, e.tx, &e.before, &e.m, e.old, e.doc); err != nil {
		return err
	}
	e.countOwner(e.tx, &e.before, &e.m)
	return nil
}

func (e *edit) losesLastOwner() bool {
	was := e.rules.isOwner(e.before.Grants) && e.before.State != identity.Inactive
	is := e.rules.isOwner(e.m.Grants) && e.m.State != identity.Inactive
	return was && !is && e.tx.Tally().Owners <= 1
}

func (e *edit) log(ctx context.Context, v identity.Verb, values ...identity.Delta) error {
	return e.tx.Log(ctx, e.c.Origin, v, subject(&e.m), values)
}

// stateDelta is a turn of state, for the log.
func (e *edit) stateDelta() identity.Delta {
	return identity.Delta{Field: "state", Before: e.before.State, After: e.m.State}
}

// refuseTaken refuses a user name or an address that another member has.
func (e *edit) refuseTaken(ctx context.Context, userName string) error {
	holders := []func() (identity.Member, bool, error){
		func() (identity.Member, bool, error) { return e.heldBy(ctx, e.tx, userName) },
		func() (identity.Member, bool, error) { return e.tx.MemberByUserName(ctx, identity.Fold(userName)) },
		func() (identity.Member, bool, error) { return e.tx.MemberByAddress(ctx, identity.Fold(e.m.Address)) },
	}
	for _, holder := range holders {
		o, found, err := holder()
		if err != nil {
			return err
		}
		if found && o.ID != e.m.ID {
			return identity.Errorf(identity.Taken, "emails", "%s has this address or user name already; change it there first, or choose another", o.Name())
		}
	}
	return nil
}

// RoleChange is what came of giving roles by hand.
type RoleChange struct {
	Member identity.Member
	Roles  []identity.Grant // that count now, groups included
	// Outranked says what outranks the roles by hand, so that they do not count
	// for now; "" when they do, or when there are none.
	Outranked identity.Source
}

// SetRoles gives a member roles of the catalogue by hand, in place of those that
// it had by hand; none withdraws them. A member who would give rights that they
// do not have is identity.Forbidden at "role", also where withdrawing lets a role
// count that was outranked. A role that the product does not have is
// identity.Invalid, as are several where a member holds one.
func (s *Service) SetRoles(ctx context.Context, ws identity.WorkspaceID, id identity.MemberID, version int64, roles []string, o identity.Origin) (out RoleChange, err error) {
	names, err := s.catalogued(roles)
	if err != nil {
		return out, err
	}
	var groups []identity.Reference
	out.Member, err = s.byHand(ctx, ws, id, version, o, func(e *edit) (err error) {
		if groups, err = e.tx.GroupsOf(ctx, id); err != nil {
			return err
		}
		had := byHandOf(e.m.Grants)
		if slices.Equal(had, names) {
			return errUnchanged
		}
		e.m.Grants = identity.Granted(e.m.Grants, identity.ByHand, names...)
		if err := e.mayGiveByHand(ctx, groups, names); err != nil {
			return err
		}
		if err := e.save(ctx); err != nil {
			return err
		}
		values := []identity.Delta{{Field: "roleByHand", Before: listOrNil(had), After: listOrNil(names)}}
		if was, is := e.rules.roleNames(e.before.Grants), e.rules.roleNames(e.m.Grants); was != is {
			values = append(values, identity.Delta{Field: "role", Before: was, After: is})
		}
		return e.log(ctx, identity.MemberUpdated, values...)
	})
	if err != nil {
		return out, err
	}
	out.Roles = s.Roles(&out.Member, groups)
	if len(names) > 0 && len(out.Roles) > 0 && out.Roles[0].Source != identity.ByHand {
		out.Outranked = out.Roles[0].Source
	}
	return out, nil
}

// mayGiveByHand holds what was given, and what the member may from now on and
// could not before, against the rights of who gives it.
func (e *edit) mayGiveByHand(ctx context.Context, groups []identity.Reference, names []string) error {
	if err := e.mayGive(ctx, &e.tx.Reader, e.c.Origin, names...); err != nil {
		return err
	}
	before := e.Rights(&e.before, groups)
	gained := slices.DeleteFunc(e.Rights(&e.m, groups), func(r product.Role) bool { return !Exceeds(r, before) })
	return e.mayMake(ctx, &e.tx.Reader, e.c.Origin, gained)
}

// catalogued gives the catalogue's names of roles that were chosen by hand.
func (s *Service) catalogued(roles []string) (names []string, err error) {
	w := &s.product.Words
	for _, value := range roles {
		role, ok := s.product.RoleByValue(value)
		if !ok {
			return nil, identity.Errorf(identity.Invalid, "role", "%q is not a %s of this product; choose one of those listed", value, w.Role)
		}
		if !slices.Contains(names, role.Name) {
			names = append(names, role.Name)
		}
	}
	switch {
	case len(names) > 1 && !s.product.Roles.Many:
		return nil, identity.Errorf(identity.Invalid, "role", "a %s has one %s; choose one", w.Member, w.Role)
	case len(names) > 0 && !slices.Contains(s.rules.sources, identity.ByHand):
		return nil, identity.Errorf(identity.Forbidden, "role", "in this product %s come from the directory; change them there", w.Roles)
	}
	return names, nil
}

func byHandOf(grants []identity.Grant) (names []string) {
	for _, g := range grants {
		if g.Source == identity.ByHand {
			names = append(names, g.Role)
		}
	}
	return names
}

func listOrNil(names []string) any {
	if len(names) == 0 {
		return nil
	}
	return names
}

// Deactivate takes a member out, one whom a directory manages too: no sign-in, no
// session, no seat; everything known stays. The directory reads active=false
// from then on, and when it says that the person is active, that counts: who is
// to stay out for good must be taken out there.
func (s *Service) Deactivate(ctx context.Context, ws identity.WorkspaceID, id identity.MemberID, version int64, o identity.Origin) (identity.Member, error) {
	return s.byHand(ctx, ws, id, version, o, func(e *edit) error {
		if e.m.State == identity.Inactive {
			return errUnchanged
		}
		e.setActive(false, identity.Inactive)
		if err := e.save(ctx); err != nil {
			return err
		}
		return e.log(ctx, identity.MemberDeactivated, e.stateDelta())
	})
}

// setActive turns a member's state, and what its directory reads of it. What the
// directory asked about it and is held is answered by this.
func (e *edit) setActive(active bool, state identity.State) {
	e.doc.Set("active", active)
	e.m.State = state
	if e.m.Held != nil {
		held := *e.m.Held
		held.Active = nil
		e.m.Held = &held
	}
}

// Restore brings back a member who is inactive, as it was: to be pending again
// where the product wants that of one who has never signed in. The directory
// reads active=true, and when it says otherwise, that counts. One whom the
// directory deleted gets a new SCIM resource and is managed by nobody until a
// directory adopts it; if the user name or address has been given to another
// member since, the error is identity.Taken.
func (s *Service) Restore(ctx context.Context, ws identity.WorkspaceID, id identity.MemberID, version int64, o identity.Origin) (identity.Member, error) {
	return s.byHand(ctx, ws, id, version, o, func(e *edit) error {
		if e.m.State != identity.Inactive {
			return errUnchanged
		}
		_, signed, err := e.tx.PersonOf(ctx, id)
		if err != nil {
			return err
		}
		e.setActive(true, e.stateOf(true, identity.Inactive, signed))
		if e.m.ResourceID == "" {
			return e.returned(ctx)
		}
		if err := e.save(ctx); err != nil {
			return err
		}
		return e.log(ctx, identity.MemberReactivated, e.stateDelta())
	})
}

// returned gives a member whom the directory deleted a new SCIM resource.
func (e *edit) returned(ctx context.Context) error {
	if err := e.refuseTaken(ctx, e.m.UserName); err != nil {
		return err
	}
	e.doc.Set("userName", e.m.UserName)
	e.m.ResourceID, e.m.Connection, e.m.Inherited = identity.NewResourceID(e.store.Now()), "", attributeNames(e.doc)
	if err := e.save(ctx); err != nil {
		return err
	}
	e.tx.Tally().Users++
	former, err := e.tx.RetiredOf(ctx, e.m.ID)
	if err != nil {
		return err
	}
	if err := e.attachParked(ctx, e.tx, &e.m, e.m.UserName, former...); err != nil {
		return err
	}
	return e.log(ctx, identity.MemberReturned, e.stateDelta(), identity.Delta{Field: "role", After: e.rules.roleNames(e.m.Grants)})
}
