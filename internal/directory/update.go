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
	for range updateTries {
		out, err := p.update(ctx, id, change)
		if !errors.Is(err, errMoved) {
			return out, err
		}
	}
	return nil, identity.Errorf(identity.Unavailable, "", "this person is being changed by many requests at once; send the request again")
}

const updateTries = 50

// errMoved says that somebody else wrote between our reading and our writing.
var errMoved = errors.New("the member has changed meanwhile")

func (p *People) update(ctx context.Context, id string, change scim.Change) (*scim.Resource, error) {
	m, r, err := p.forChange(ctx, p.store.Read(p.c.Workspace), id)
	if err != nil {
		return nil, err
	}
	seen, old := m.Version, r.Attrs.Clone()
	changed, err := change(r)
	if err != nil {
		return nil, err
	}
	if p.keepActive(old, r.Attrs); !changed || old.Equal(r.Attrs) {
		return p.answer(ctx, &m, r.Attrs, false)
	}
	in, err := p.rules.interpret(r.Attrs, p.c.Notes)
	if err != nil && onlyLeaves(old, r.Attrs) {
		in, err = asBefore(&m, r.Attrs), nil
	}
	if err != nil {
		return nil, err
	}
	doc, err := document(r.Attrs)
	if err != nil {
		return nil, err
	}
	err = p.write(ctx, p.c, func(tx *store.Tx) error {
		if err := p.unmoved(ctx, tx, id, seen); err != nil {
			return err
		}
		if !tx.Tally().Provisioning && !leaves(old, r.Attrs) {
			return errOff
		}
		m.Doc = doc
		return p.apply(ctx, tx, &m, old, r.Attrs, &in)
	})
	if err != nil {
		return nil, err
	}
	return p.answer(ctx, &m, r.Attrs, false)
}

// unmoved refuses to write over a version that we have not seen.
func (p *People) unmoved(ctx context.Context, tx *store.Tx, id string, seen int64) error {
	now, found, err := tx.UserVersion(ctx, id)
	switch {
	case err != nil:
		return err
	case !found:
		return notFound("User", id)
	case now != seen:
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
	return m, &scim.Resource{ID: id, Attrs: doc, Created: m.Created, Modified: m.Modified, Version: version(m.Version)}, nil
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
	adopted := m.Connection == "" && (p.product.Roles.AdoptOwner || !p.rules.isOwner(m.Grants))
	if adopted {
		m.Connection = p.c.Connection
	}
	fill(m, in)
	if !adopted && m.Connection == "" { // of an owner who is not adopted, what identifies the person stays
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
	if before.UserName != m.UserName || before.ExternalID != m.ExternalID {
		if err := p.attachParked(ctx, tx, m); err != nil {
			return err
		}
	}
	return p.logUpdate(ctx, tx, &before, m, old, doc, adopted)
}

// save writes a member and its look-up keys, where they have changed. Before and
// old are the member and its doc as they were.
func (p *People) save(ctx context.Context, tx *store.Tx, before, m *identity.Member, old, doc *scim.Object) error {
	if err := tx.UpdateMember(ctx, m); err != nil {
		return err
	}
	userName, display := doc.Str("userName"), doc.Str("displayName")
	if before.ResourceID != m.ResourceID || before.Address != m.Address || before.DisplayName != m.DisplayName || before.ExternalID != m.ExternalID ||
		old.Str("userName") != userName || old.Str("displayName") != display {
		if err := tx.MoveMember(ctx, m, identity.Fold(userName), identity.Fold(display)); err != nil {
			return err
		}
	}
	return tx.ReplaceKeys(ctx, m.ID, p.rules.keys(old, before.Address), p.rules.keys(doc, m.Address))
}

// hold says what of a directory's wishes for an owner is not done until an
// administrator accepts it: everything but name and title for one whom it does
// not manage, and whatever would leave the workspace without an owner.
func (p *People) hold(tx *store.Tx, m *identity.Member, in *person) *identity.Held {
	if !p.rules.isOwner(m.Grants) {
		return nil
	}
	h := &identity.Held{}
	foreign := m.Connection == "" && !p.product.Roles.AdoptOwner
	if foreign && in.userName != m.UserName {
		h.UserName = &in.userName
	}
	if foreign && in.address != m.Address {
		h.Address = &in.address
	}
	last := tx.Tally().Owners <= 1 && m.State != identity.Inactive
	if wanted := granted(m.Grants, in.role); (foreign || last) && !p.rules.isOwner(wanted) {
		role := p.rules.roleNames(wanted)
		h.Role = &role
	}
	if foreign && in.active != (m.State != identity.Inactive) || last && !in.active {
		h.Active = &in.active
	}
	return h
}

// keepHeld undoes on the member what is held.
func (p *People) keepHeld(m, before *identity.Member, h *identity.Held) {
	m.Held = nil
	if h.Empty() {
		return
	}
	m.Held = h
	if h.UserName != nil {
		m.UserName = before.UserName
	}
	if h.Address != nil {
		m.Address = before.Address
	}
	if h.Active != nil {
		m.State = before.State
	}
	p.c.Notes.Add("held", "", "this person is an owner of the workspace: what was asked for %s is held until an administrator accepts it", strings.Join(heldFields(h), ", "))
}

func heldFields(h *identity.Held) (out []string) {
	for _, f := range []struct {
		name string
		set  bool
	}{{"userName", h.UserName != nil}, {"address", h.Address != nil}, {"role", h.Role != nil}, {"active", h.Active != nil}, {"deletion", h.Deleted}} {
		if f.set {
			out = append(out, f.name)
		}
	}
	return out
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

// logUpdate appends what happened: adoption, new values, and a turn of state,
// each under its own verb.
func (p *People) logUpdate(ctx context.Context, tx *store.Tx, before, m *identity.Member, old, doc *scim.Object, adopted bool) error {
	diff := slices.DeleteFunc(differences(old, doc), func(d identity.Delta) bool { return d.Field == "active" && before.State != m.State })
	if was, is := p.rules.roleNames(before.Grants), p.rules.roleNames(m.Grants); was != is {
		diff = append(diff, identity.Delta{Field: "role", Before: was, After: is})
	}
	log := func(v identity.Verb, d []identity.Delta) error { return tx.Log(ctx, p.c.Origin, v, subject(m), d) }
	if adopted && before.Connection == "" {
		if err := log(identity.MemberAdopted, []identity.Delta{{Field: "connection", After: m.Connection}}); err != nil {
			return err
		}
	}
	if len(diff) > 0 {
		if err := log(identity.MemberUpdated, diff); err != nil {
			return err
		}
	}
	if !m.Held.Empty() {
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

func (p *People) holdsDeletion(tx *store.Tx, m *identity.Member) bool {
	owner := p.rules.isOwner(m.Grants) && m.State != identity.Inactive
	return owner && (tx.Tally().Owners <= 1 || m.Connection == "" && !p.product.Roles.AdoptOwner)
}

// keepOwner answers a deletion as asked and keeps the owner: the old SCIM id is
// gone, the member stays active under a new one, and no directory manages it.
func (p *People) keepOwner(ctx context.Context, tx *store.Tx, m *identity.Member) error {
	before, now := *m, p.store.Now()
	m.ResourceID, m.Connection, m.Version, m.Modified = identity.NewResourceID(now), "", m.Version+1, now
	m.Held = &identity.Held{Deleted: true}
	doc, err := p.user.DecodeStored(m.Doc)
	if err != nil {
		return err
	}
	if err := p.save(ctx, tx, &before, m, doc, doc); err != nil {
		return err
	}
	p.c.Notes.Add("held", "", "this person is an owner of the workspace: the deletion is held until an administrator accepts it")
	return tx.Log(ctx, p.c.Origin, identity.MemberHeld, subject(m), []identity.Delta{{Field: "held", After: m.Held}})
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
	m.ResourceID, m.State, m.Held, m.Version, m.Modified = "", identity.Inactive, nil, m.Version+1, p.store.Now()
	if err := tx.UpdateMember(ctx, m); err != nil {
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
