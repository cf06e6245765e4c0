package directory

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/store"
	"github.com/anteroom-id/anteroom/scim"
)

// Create provisions a person. An unmanaged member with the same address who is
// no owner is adopted; a person who was deleted and has an equal immutable key
// comes back as the same member; any other value in use is 409 uniqueness.
func (p *People) Create(ctx context.Context, r *scim.Resource) (*scim.Resource, error) {
	doc := r.Attrs
	if _, ok := doc.Get("active"); !ok {
		doc.Set("active", true)
	}
	in, err := p.rules.interpret(doc, p.c.Notes)
	if err != nil {
		return nil, err
	}
	text, err := document(doc)
	if err != nil {
		return nil, err
	}
	fresh := p.newMember(&in, doc, text, p.store.Now())
	var m *identity.Member
	joined := false
	err = p.write(ctx, p.c, func(tx *store.Tx) (err error) {
		joined = tx.Tally().Parked > 0 // somebody may wait for this very person
		m, err = p.provision(ctx, tx, fresh, &in, doc)
		if err == nil && p.c.Request != nil {
			p.c.Request.Subject = string(m.ResourceID)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return p.answer(ctx, m, doc, m == fresh && !joined)
}

func (p *People) newMember(in *person, doc *scim.Object, text []byte, now time.Time) *identity.Member {
	m := &identity.Member{
		ID: identity.NewMemberID(now), ResourceID: identity.NewResourceID(now), Connection: p.c.Connection,
		Grants:  []identity.Grant{{Role: p.product.Roles.Default, Source: identity.ByDefault}},
		Version: 1, Created: now, Modified: now, Doc: text,
	}
	if p.product.Roles.Default == "" {
		m.Grants = nil
	}
	fill(m, in)
	m.Grants = granted(m.Grants, in.role)
	m.State = p.stateOf(in.active, identity.Inactive, false)
	m.Tab = identity.TabOf(m.State, isGuest(doc))
	return m
}

// isGuest says whether a directory calls somebody a guest. RFC 7643 §4.1.1 leaves
// the values of userType open; this is the one that Entra ID sends.
func isGuest(doc *scim.Object) bool { return strings.EqualFold(doc.Str("userType"), "guest") }

// fill gives a member what the product makes of the doc, all but state and roles.
func fill(m *identity.Member, in *person) {
	m.UserName, m.Address, m.DisplayName = in.userName, in.address, in.display
	m.GivenName, m.FamilyName, m.Title, m.ExternalID = in.given, in.family, in.title, in.externalID
	m.Attributes = in.attributes
}

// stateOf gives the state of a member whom the directory wants active or not.
// Signed says whether the member has ever signed in.
func (p *People) stateOf(active bool, before identity.State, signed bool) identity.State {
	switch {
	case !active:
		return identity.Inactive
	case before != identity.Inactive:
		return before
	case p.product.Members.Pending && !signed:
		return identity.Pending
	}
	return identity.Active
}

func (p *People) provision(ctx context.Context, tx *store.Tx, fresh *identity.Member, in *person, doc *scim.Object) (*identity.Member, error) {
	if err := p.off(tx.Tally()); err != nil {
		return nil, err
	}
	if m, err := p.comeBack(ctx, tx, in, doc); m != nil || err != nil {
		return m, err
	}
	if err := p.refuseHeld(ctx, tx, "", in.userName); err != nil {
		return nil, err
	}
	if err := p.settle(tx, fresh, doc); err != nil {
		return nil, err
	}
	ok, err := tx.InsertMember(ctx, fresh, p.rules.keys(doc, fresh.Address))
	if err != nil {
		return nil, err
	}
	if !ok {
		return p.adopt(ctx, tx, in, doc)
	}
	if p.rules.isOwner(fresh.Grants) && fresh.State != identity.Inactive {
		tx.Tally().Owners++
	}
	if err := p.attachParked(ctx, tx, fresh, in.userName); err != nil {
		return nil, err
	}
	return fresh, tx.Log(ctx, p.c.Origin, identity.MemberProvisioned, subject(fresh), p.introduction(fresh, doc))
}

func subject(m *identity.Member) identity.Subject {
	return identity.Subject{Kind: "member", ID: string(m.ID)}
}

// introduction is the difference that a new person makes.
func (p *People) introduction(m *identity.Member, doc *scim.Object) []identity.Delta {
	return append(differences(nil, doc), identity.Delta{Field: "state", After: m.State}, identity.Delta{Field: "role", After: p.rules.roleNames(m.Grants)})
}

// comeBack finds the member whom an equal immutable key names. One who was
// deleted gets a new SCIM resource; one who is here is 409.
func (p *People) comeBack(ctx context.Context, tx *store.Tx, in *person, doc *scim.Object) (*identity.Member, error) {
	gone, err := p.behind(ctx, tx, "", p.rules.immutableKeys(doc))
	if gone == nil || err != nil {
		return nil, err
	}
	return gone, p.restore(ctx, tx, gone, in, doc)
}

// behind finds the first who was deleted of the connection's members, and of
// those whom no directory manages since theirs was removed, that immutable keys
// name. One of the connection's who is here, other than self, is 409.
func (p *People) behind(ctx context.Context, tx *store.Tx, self identity.MemberID, keys []store.Key) (gone *identity.Member, err error) {
	for _, k := range keys {
		found, err := tx.MembersByKey(ctx, k)
		if err != nil {
			return nil, err
		}
		for i := range found {
			m := &found[i]
			switch {
			case m.ID == self, m.Connection != p.c.Connection && (m.Connection != "" || m.ResourceID != ""):
			case m.ResourceID != "":
				return nil, taken(k.Name, k.Value, m)
			case gone == nil:
				gone = m
			}
		}
	}
	return gone, nil
}

// refuseSecond refuses a changed immutable key that another person who is here
// has: by their keys, the two would be one human.
func (p *People) refuseSecond(ctx context.Context, tx *store.Tx, self identity.MemberID, old, doc *scim.Object) error {
	had := p.rules.immutableKeys(old)
	fresh := slices.DeleteFunc(p.rules.immutableKeys(doc), func(k store.Key) bool { return slices.Contains(had, k) })
	_, err := p.behind(ctx, tx, self, fresh)
	return err
}

func taken(field, value string, m *identity.Member) error {
	return scim.Conflict(field + ": " + quoted(value) + " is already in use by the resource " + string(m.ResourceID) +
		"; look it up with a filter and update it instead of creating it again")
}

// restore binds a new SCIM resource to a member who was deleted.
func (p *People) restore(ctx context.Context, tx *store.Tx, m *identity.Member, in *person, doc *scim.Object) error {
	if err := p.refuseTaken(ctx, tx, m.ID, in); err != nil {
		return err
	}
	old, err := p.user.DecodeStored(m.Doc)
	if err != nil {
		return err
	}
	now, before := p.store.Now(), *m
	m.ResourceID, m.Modified, m.Version, m.Doc, m.Held, m.Inherited = identity.NewResourceID(now), now, m.Version+1, doc.AppendJSON(nil), nil, nil
	m.Connection = p.c.Connection
	fill(m, in)
	m.Grants = granted(m.Grants, in.role)
	m.State = p.stateOf(in.active, identity.Inactive, false)
	if err := p.save(ctx, tx, &before, m, old, doc); err != nil {
		return err
	}
	tx.Tally().Users++
	if p.rules.isOwner(m.Grants) && m.State != identity.Inactive {
		tx.Tally().Owners++
	}
	former, err := tx.RetiredOf(ctx, m.ID)
	if err != nil {
		return err
	}
	if err := p.attachParked(ctx, tx, m, in.userName, former...); err != nil {
		return err
	}
	p.c.Notes.Add("returned", "id", "this person was here before; the same member has a new SCIM id now")
	return tx.Log(ctx, p.c.Origin, identity.MemberReturned, subject(m),
		append(differences(nil, doc), identity.Delta{Field: "state", Before: before.State, After: m.State}, identity.Delta{Field: "role", After: p.rules.roleNames(m.Grants)}))
}

// heldBy finds the member who has the userName though its resource shows another
// one, which a directory asked for and an administrator has not accepted.
func (s *Service) heldBy(ctx context.Context, tx *store.Tx, userName string) (identity.Member, bool, error) {
	if tx.Tally().Held == 0 {
		return identity.Member{}, false, nil
	}
	return tx.MemberByHeldName(ctx, identity.Fold(userName))
}

// refuseHeld refuses a userName that another member has in that way.
func (s *Service) refuseHeld(ctx context.Context, tx *store.Tx, self identity.MemberID, userName string) error {
	o, found, err := s.heldBy(ctx, tx, userName)
	if err != nil || !found || o.ID == self {
		return err
	}
	return scim.Conflict("userName: " + quoted(userName) + " is already in use by the resource " + string(o.ResourceID) +
		", an owner of the workspace, whose other user name is held until an administrator of the workspace accepts it")
}

// refuseTaken refuses a userName or address that another member has.
func (s *Service) refuseTaken(ctx context.Context, tx *store.Tx, self identity.MemberID, in *person) error {
	if err := s.refuseHeld(ctx, tx, self, in.userName); err != nil {
		return err
	}
	o, found, err := tx.MemberByUserName(ctx, identity.Fold(in.userName))
	if err != nil {
		return err
	}
	if found && o.ID != self {
		return taken("userName", in.userName, &o)
	}
	o, found, err = tx.MemberByAddress(ctx, identity.Fold(in.address))
	if err != nil {
		return err
	}
	if found && o.ID != self {
		return taken("emails", in.address, &o)
	}
	return nil
}

// adopt is what a taken userName or address comes to: an unmanaged member with
// that address becomes the directory's, an owner only where the product allows
// it; else 409.
func (p *People) adopt(ctx context.Context, tx *store.Tx, in *person, doc *scim.Object) (*identity.Member, error) {
	m, found, err := tx.MemberByAddress(ctx, identity.Fold(in.address))
	if err != nil {
		return nil, err
	}
	if !found || m.Connection != "" || p.rules.isOwner(m.Grants) && !p.product.Roles.AdoptOwner {
		if err := p.refuseTaken(ctx, tx, "", in); err != nil {
			return nil, err
		}
		return nil, scim.Conflict("a person with these values exists already; look it up with a filter and update it")
	}
	old, err := p.user.DecodeStored(m.Doc)
	if err != nil {
		return nil, err
	}
	whole := withInherited(m.Inherited, old, doc)
	if all, err := p.rules.interpret(whole, nil); err == nil { // a rule about what is inherited refuses nobody
		m.Inherited = stillInherited(m.Inherited, old, whole, attributeNames(doc))
		in, doc.Attrs = &all, whole.Attrs
	} else {
		m.Inherited = nil
	}
	if m.Doc, err = document(doc); err != nil {
		return nil, err
	}
	return &m, p.apply(ctx, tx, &m, old, doc, in)
}
