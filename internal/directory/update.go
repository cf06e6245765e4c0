package directory

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/store"
	"github.com/anteroom-id/anteroom/scim"
)

// Update changes a person's resource, and the member by the product's rules. A
// member whom no directory manages is adopted by the first change.
//
// The change is worked out on what is read before the write, which then only
// compares the version and writes: whatever a PATCH costs, nobody waits for it.
// When somebody else was faster, it is worked out anew.
func (p *People) Update(ctx context.Context, id string, change scim.Change) (*scim.Resource, error) {
	return p.retried(ctx, id, nil, func(_ *identity.Member, r *scim.Resource) (bool, error) { return change(r) })
}

// Replace is PUT: what was not sent is cleared, but for what this directory has
// never sent. RFC 7644 §3.5.1.
func (p *People) Replace(ctx context.Context, id string, sent *scim.Resource, check scim.Check) (*scim.Resource, error) {
	return p.retried(ctx, id, attributeNames(sent.Attrs), func(m *identity.Member, r *scim.Resource) (bool, error) {
		if check != nil {
			if err := check(r); err != nil {
				return false, err
			}
		}
		next, err := p.user.Replaced(r.Attrs, withInherited(m.Inherited, r.Attrs, sent.Attrs))
		if err == nil {
			r.Attrs = next
		}
		return true, err
	})
}

// changer alters a member's resource and says whether it may have.
type changer func(m *identity.Member, r *scim.Resource) (bool, error)

// retried is Update and Replace. Sent are the attributes that were sent,
// changed or not.
func (p *People) retried(ctx context.Context, id string, sent []string, change changer) (*scim.Resource, error) {
	for range updateTries {
		out, err := p.update(ctx, id, sent, change)
		if !errors.Is(err, errMoved) {
			return out, err
		}
	}
	return nil, identity.Errorf(identity.Unavailable, "", "this person is being changed by many requests at once; send the request again")
}

const updateTries = 50

// errMoved says that somebody else wrote between our reading and our writing.
var errMoved = errors.New("the member has changed meanwhile")

func (p *People) update(ctx context.Context, id string, sent []string, change changer) (*scim.Resource, error) {
	reader := p.store.Read(p.c.Workspace)
	m, r, err := p.forChange(ctx, reader, id)
	if err != nil {
		return nil, err
	}
	groups, err := reader.GroupsOf(ctx, m.ID)
	if err != nil {
		return nil, err
	}
	r.Version = p.version(m.Version, groups)
	u := update{People: p, id: id, seen: store.StandingOf(&m), old: r.Attrs.Clone()}
	changed, err := change(&m, r)
	if err != nil {
		return nil, err
	}
	p.keepActive(u.old, r.Attrs)
	u.doc = r.Attrs
	inherited := stillInherited(m.Inherited, u.old, u.doc, sent)
	u.same = !changed || u.old.Equal(u.doc)
	if u.same && len(inherited) == len(m.Inherited) && !p.adopts(&m) {
		return p.shown(&m, u.doc, groups), nil
	}
	m.Inherited = inherited
	if err := u.write(ctx, &m); err != nil {
		return nil, err
	}
	if u.joined {
		return p.answer(ctx, &m, u.doc, false)
	}
	return p.shown(&m, u.doc, groups), nil
}

// update is a change of a person on its way to be written.
type update struct {
	*People
	id       string
	seen     store.Standing // what the change was worked out on
	old, doc *scim.Object   // before and after
	same     bool           // the resource does not change; who manages it may
	joined   bool           // somebody waited for this person: groups may have changed with it
}

// write writes what was worked out, unless somebody else was faster.
func (u *update) write(ctx context.Context, m *identity.Member) error {
	in, text, err := u.interpret(m)
	if err != nil && !leaves(u.old, u.doc) {
		return err
	}
	return u.People.write(ctx, u.c, func(tx *store.Tx) error {
		if err := u.unmoved(ctx, tx, u.id, &u.seen); err != nil {
			return err
		}
		if off := u.off(tx.Tally()); off != nil {
			return u.leave(ctx, tx, m, off)
		}
		if err != nil {
			return err
		}
		if u.same {
			return u.take(ctx, tx, m)
		}
		if err := u.refuseSecond(ctx, tx, m.ID, u.old, u.doc); err != nil {
			return err
		}
		m.Doc, u.joined = text, tx.Tally().Parked > 0
		return u.apply(ctx, tx, m, u.old, u.doc, &in)
	})
}

// interpret gives what the changed doc means, and the doc as it is kept.
func (u *update) interpret(m *identity.Member) (in person, text []byte, err error) {
	if u.same {
		return in, nil, nil
	}
	in, err = u.rules.interpret(u.doc, u.c.Notes)
	if err != nil && onlyLeaves(u.old, u.doc) {
		in, err = asBefore(m, u.doc), nil
	}
	if err == nil {
		text, err = document(u.doc)
	}
	return in, text, err
}

// leave is all that a change may do while provisioning is off: whoever is to
// leave does, and whatever else was asked for is not done.
func (u *update) leave(ctx context.Context, tx *store.Tx, m *identity.Member, off error) error {
	switch {
	case u.same:
		return errUnchanged
	case !leaves(u.old, u.doc):
		return off
	}
	gone := u.old.Clone()
	gone.Set("active", false)
	var left []string
	for _, d := range differences(gone, u.doc) {
		left = append(left, d.Field)
	}
	if len(left) > 0 {
		u.c.Notes.Add("off", "", "%s, so that this person was deactivated and nothing else was done; not changed: %s", briefly(off), strings.Join(left, ", "))
	}
	u.doc = gone
	m.Doc, m.Inherited = gone.AppendJSON(nil), stillInherited(u.seen.Inherited, u.old, gone, nil)
	in := asBefore(m, gone)
	return u.apply(ctx, tx, m, u.old, gone, &in)
}

// take makes the member whose resource does not change the directory's.
func (u *update) take(ctx context.Context, tx *store.Tx, m *identity.Member) error {
	taken := u.takeOver(m)
	if err := tx.UpdateMember(ctx, m, m); err != nil {
		return err
	}
	return u.logAdopted(ctx, tx, m, taken)
}

// takeOver makes the member the directory's, if a change of it does that, and gives
// what has changed. A directory that takes somebody over wants to delete them no
// longer.
func (p *People) takeOver(m *identity.Member) (taken []identity.Delta) {
	if !p.adopts(m) {
		return nil
	}
	m.Connection = p.c.Connection
	taken = append(taken, identity.Delta{Field: "connection", After: m.Connection})
	if m.Held != nil && m.Held.Deleted {
		rest := *m.Held
		rest.Deleted = false
		taken, m.Held = append(taken, identity.Delta{Field: "held", Before: m.Held}), &rest
		p.c.Notes.Add("held", "", "the deletion of this person, which was held, is withdrawn: your directory manages the person from now on")
	}
	return taken
}

// unmoved refuses to write over what we have not seen.
func (p *People) unmoved(ctx context.Context, tx *store.Tx, id string, seen *store.Standing) error {
	now, found, err := tx.Standing(ctx, id)
	switch {
	case err != nil:
		return err
	case !found:
		return notFound("User", id)
	case !now.Equal(seen):
		return errMoved
	}
	return nil
}

// forChange reads a member that the caller may change.
func (p *People) forChange(ctx context.Context, tx *store.Reader, id string) (identity.Member, *scim.Resource, error) {
	m, found, err := tx.MemberByResource(ctx, id)
	if err != nil {
		return m, nil, err
	}
	if !found {
		return m, nil, notFound("User", id)
	}
	if err := p.c.refuseForeign(m.Connection, "person"); err != nil {
		return m, nil, err
	}
	doc, err := p.user.DecodeStored(m.Doc)
	if err != nil {
		return m, nil, err
	}
	return m, &scim.Resource{ID: id, Attrs: doc, Created: m.Created, Modified: m.Modified}, nil
}

// keepActive puts active back where a change withdrew it: it has no value that
// silence could mean, and nobody is let back in by silence.
func (p *People) keepActive(old, doc *scim.Object) {
	if _, sent := doc.Get("active"); sent {
		return
	}
	if was, ok := old.Get("active"); ok {
		doc.Set("active", was)
		p.c.Notes.Add("kept-active", "active", "active was withdrawn and stays %v; send true or false to change it", was)
	}
}

// leaves says whether a change takes somebody out, whatever else it does.
func leaves(old, new *scim.Object) bool {
	was, _ := old.Get("active")
	is, _ := new.Get("active")
	return is == false && was != false
}

// onlyLeaves says whether a change takes somebody out and does nothing else.
func onlyLeaves(old, new *scim.Object) bool {
	o := old.Clone()
	o.Set("active", false)
	return leaves(old, new) && len(differences(o, new)) == 0
}

// asBefore is what the product made of a member, now leaving: a rule that came
// later, such as an attribute that is required since, keeps nobody in.
func asBefore(m *identity.Member, doc *scim.Object) person {
	p := person{
		userName: doc.Str("userName"), address: m.Address, display: m.DisplayName, given: m.GivenName, family: m.FamilyName,
		title: m.Title, externalID: m.ExternalID, attributes: m.Attributes,
	}
	for _, g := range m.Grants {
		if g.Source == identity.ByAttribute || g.Source == identity.ByAppRole {
			p.role.roles, p.role.source = append(p.role.roles, g.Role), g.Source
		}
	}
	return p
}

// apply writes what a changed doc means for the member, logs the difference,
// and leaves m as it is now.
func (p *People) apply(ctx context.Context, tx *store.Tx, m *identity.Member, old, doc *scim.Object, in *person) error {
	before := *m
	held := p.hold(tx, m, in)
	taken := p.takeOver(m)
	fill(m, in)
	p.rules.keepDefaults(&before, m, old, doc)
	if m.Connection == "" { // of an owner who is not adopted, what identifies the person stays
		m.ExternalID, m.Attributes = before.ExternalID, before.Attributes
	}
	if held == nil || held.Role == nil {
		m.Grants = granted(m.Grants, in.role)
	}
	m.State = p.stateOf(in.active, before.State, false)
	p.keepHeld(m, &before, held)
	m.Version, m.Modified = before.Version+1, p.store.Now()
	if !equalFold(before.UserName, in.userName) || !equalFold(before.Address, m.Address) || !held.Empty() {
		if err := p.refuseTaken(ctx, tx, m.ID, &person{userName: in.userName, address: m.Address}); err != nil {
			return err
		}
	}
	if err := p.save(ctx, tx, &before, m, old, doc); err != nil {
		return err
	}
	p.countOwner(tx, &before, m)
	if old.Str("userName") != in.userName || before.ExternalID != m.ExternalID {
		if err := p.attachParked(ctx, tx, m, in.userName); err != nil {
			return err
		}
	}
	if err := p.logAdopted(ctx, tx, m, taken); err != nil {
		return err
	}
	return p.logUpdate(ctx, tx, &before, m, old, doc)
}

// save writes a member and its look-up keys, where they have changed. Before and
// old are the member and its doc as they were.
func (p *People) save(ctx context.Context, tx *store.Tx, before, m *identity.Member, old, doc *scim.Object) error {
	m.Tab = identity.TabOf(m.State, isGuest(doc))
	if err := tx.UpdateMember(ctx, before, m); err != nil {
		return err
	}
	userName, display := doc.Str("userName"), doc.Str("displayName")
	if before.ResourceID != m.ResourceID || before.UserName != m.UserName || before.Address != m.Address || before.DisplayName != m.DisplayName || before.ExternalID != m.ExternalID ||
		old.Str("userName") != userName || old.Str("displayName") != display {
		if err := tx.MoveMember(ctx, m, identity.Fold(userName), identity.Fold(display)); err != nil {
			return err
		}
	}
	return tx.ReplaceKeys(ctx, m.ID, p.rules.keysOf(before, old), p.rules.keysOf(m, doc))
}

func (p *People) countOwner(tx *store.Tx, before, after *identity.Member) {
	was := p.rules.isOwner(before.Grants) && before.State != identity.Inactive
	is := p.rules.isOwner(after.Grants) && after.State != identity.Inactive
	switch {
	case is && !was:
		tx.Tally().Owners++
	case was && !is:
		tx.Tally().Owners--
	}
}

// logUpdate appends what happened: new values, what is held, and a turn of
// state, each under its own verb.
func (p *People) logUpdate(ctx context.Context, tx *store.Tx, before, m *identity.Member, old, doc *scim.Object) error {
	diff := slices.DeleteFunc(differences(old, doc), func(d identity.Delta) bool { return d.Field == "active" && before.State != m.State })
	if was, is := p.rules.roleNames(before.Grants), p.rules.roleNames(m.Grants); was != is {
		diff = append(diff, identity.Delta{Field: "role", Before: was, After: is})
	}
	log := func(v identity.Verb, d []identity.Delta) error { return tx.Log(ctx, p.c.Origin, v, subject(m), d) }
	if len(diff) > 0 {
		if err := log(identity.MemberUpdated, diff); err != nil {
			return err
		}
	}
	if !m.Held.Empty() && *m.Held != (identity.Held{Deleted: true}) { // a deletion is logged when it is asked for
		if err := log(identity.MemberHeld, []identity.Delta{{Field: "held", After: m.Held}}); err != nil {
			return err
		}
	}
	if before.State == m.State {
		return nil
	}
	verb := identity.MemberReactivated
	if m.State == identity.Inactive {
		verb = identity.MemberDeactivated
	}
	return log(verb, []identity.Delta{{Field: "state", Before: before.State, After: m.State}})
}

// logAdopted logs what adoption has changed, if it has.
func (p *People) logAdopted(ctx context.Context, tx *store.Tx, m *identity.Member, taken []identity.Delta) error {
	if taken == nil {
		return nil
	}
	return tx.Log(ctx, p.c.Origin, identity.MemberAdopted, subject(m), taken)
}

// Delete ends a person's SCIM resource: later reads are 404, userName and
// address are free, memberships end, the member is inactive and everything
// known stays.
func (p *People) Delete(ctx context.Context, id string, check scim.Check) error {
	return p.write(ctx, p.c, func(tx *store.Tx) error {
		m, r, err := p.forChange(ctx, &tx.Reader, id)
		if err != nil {
			return err
		}
		if check != nil {
			groups, err := tx.GroupsOf(ctx, m.ID)
			if err != nil {
				return err
			}
			r.Version = p.version(m.Version, groups)
			if err := check(r); err != nil {
				return err
			}
		}
		if p.c.Request != nil {
			p.c.Request.Subject = id
		}
		if err := tx.Retire(ctx, m.ResourceID, m.ID); err != nil {
			return err
		}
		if p.holdsDeletion(tx, &m) {
			return p.keepOwner(ctx, tx, &m)
		}
		return p.remove(ctx, tx, &m)
	})
}

func (p *People) remove(ctx context.Context, tx *store.Tx, m *identity.Member) error {
	groups, err := tx.GroupsOf(ctx, m.ID)
	if err != nil {
		return err
	}
	for _, g := range groups {
		if _, err := tx.DeleteMembership(ctx, identity.GroupID(g.ID), m.ID); err != nil {
			return err
		}
		if err := p.groupChanged(ctx, tx, p.c, identity.GroupID(g.ID), nil, []identity.MemberID{m.ID}); err != nil {
			return err
		}
	}
	before := *m
	m.ResourceID, m.State, m.Tab, m.Held, m.Version, m.Modified = "", identity.Inactive, identity.TabInactive, nil, m.Version+1, p.store.Now()
	if err := tx.UpdateMember(ctx, &before, m); err != nil {
		return err
	}
	if err := tx.MoveMember(ctx, m, identity.Fold(m.UserName), identity.Fold(m.DisplayName)); err != nil {
		return err
	}
	tx.Tally().Users--
	p.countOwner(tx, &before, m)
	return tx.Log(ctx, p.c.Origin, identity.MemberDeleted, subject(m),
		[]identity.Delta{{Field: "state", Before: before.State, After: m.State}, {Field: "resource", Before: before.ResourceID}})
}
