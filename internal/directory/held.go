package directory

import (
	"context"
	"strings"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/store"
)

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

// keepHeld undoes on the member what is held. A deletion that was held before is
// until an administrator answers it.
func (p *People) keepHeld(m, before *identity.Member, h *identity.Held) {
	deleted := m.Held != nil && m.Held.Deleted
	m.Held = nil
	if deleted {
		m.Held = &identity.Held{Deleted: true}
		p.c.Notes.Add("held", "", "the deletion of this person is still held until an administrator accepts it")
	}
	if h.Empty() {
		return
	}
	all := *h
	all.Deleted = deleted
	m.Held = &all
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
	m.Inherited = attributeNames(doc)
	if err := p.save(ctx, tx, &before, m, doc, doc); err != nil {
		return err
	}
	p.c.Notes.Add("held", "", "this person is an owner of the workspace: the deletion is held until an administrator accepts it")
	return tx.Log(ctx, p.c.Origin, identity.MemberHeld, subject(m), []identity.Delta{{Field: "held", After: m.Held}})
}
