package directory

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/store"
	"github.com/anteroom-id/anteroom/scim"
)

// CreateWorkspace is OpenWorkspace on the plan that the product gives to new
// workspaces.
func (s *Service) CreateWorkspace(ctx context.Context, o identity.Origin, slug, name string) (identity.Workspace, error) {
	return s.OpenWorkspace(ctx, o, slug, name, s.product.NewPlan)
}

// OpenWorkspace adds a workspace on a plan, with its directory connection. The
// slug is checked by identity.CheckSlug; one that is in use, or that a workspace
// had before it was renamed, is identity.Taken.
func (s *Service) OpenWorkspace(ctx context.Context, o identity.Origin, slug, name, plan string) (identity.Workspace, error) {
	if err := identity.CheckSlug(slug); err != nil {
		return identity.Workspace{}, err
	}
	if err := s.checkPlan(plan); err != nil {
		return identity.Workspace{}, err
	}
	if name = strings.TrimSpace(name); name == "" {
		name = slug
	}
	now := s.store.Now()
	w := identity.Workspace{ID: identity.NewWorkspaceID(now), Slug: slug, Name: name, Provisioning: true, Plan: plan, Version: 1, Created: now}
	err := s.store.Write(ctx, w.ID, func(tx *store.Tx) error {
		if err := tx.InsertWorkspace(ctx, w); err != nil {
			return err
		}
		c := identity.Connection{ID: identity.NewConnectionID(now), Name: identity.DefaultConnection, Created: now}
		if err := tx.InsertConnection(ctx, c); err != nil {
			return err
		}
		return tx.Log(ctx, o, identity.WorkspaceCreated, identity.Subject{Kind: "workspace", ID: string(w.ID)},
			[]identity.Delta{{Field: "slug", After: slug}, {Field: "name", After: name}, {Field: "plan", After: plan}})
	})
	return w, err
}

// SetProvisioning switches a workspace's provisioning on or off. While it is
// off a directory may only take people out.
func (s *Service) SetProvisioning(ctx context.Context, ws identity.WorkspaceID, o identity.Origin, on bool) error {
	err := s.store.Write(ctx, ws, func(tx *store.Tx) error {
		if tx.Tally().Provisioning == on {
			return errUnchanged
		}
		if err := tx.SetProvisioning(ctx, on); err != nil {
			return err
		}
		return tx.Log(ctx, o, identity.WorkspaceChanged, identity.Subject{Kind: "workspace", ID: string(ws)},
			[]identity.Delta{{Field: "provisioning", Before: !on, After: on}})
	})
	if errors.Is(err, errUnchanged) {
		return nil
	}
	return err
}

// Newcomer is a person whom somebody adds by hand.
type Newcomer struct {
	Address, GivenName, FamilyName string
	Role                           string // a role of the product's catalogue; "" means the default one
}

// Add makes a member whom no directory manages. Directories see the member and
// may adopt it, unless it is an owner. A member who would make somebody more than
// they are, by the default role too, is identity.Forbidden.
func (s *Service) Add(ctx context.Context, c Caller, n Newcomer) (*identity.Member, error) {
	if !looksLikeAddress(n.Address) {
		return nil, identity.Errorf(identity.Invalid, "address", "%q is not an e-mail address", n.Address)
	}
	doc := &scim.Object{}
	doc.Set("userName", n.Address)
	if n.GivenName+n.FamilyName != "" {
		name := &scim.Object{}
		name.Set("givenName", n.GivenName)
		name.Set("familyName", n.FamilyName)
		doc.Set("name", name)
		doc.Set("displayName", strings.TrimSpace(n.GivenName+" "+n.FamilyName))
	}
	email := &scim.Object{}
	email.Set("value", n.Address)
	email.Set("type", "work")
	email.Set("primary", true)
	doc.Set("emails", []any{email})
	doc.Set("active", true)
	c.Connection = ""
	p := s.People(c)
	in := person{userName: n.Address, address: s.product.Address(n.Address), display: doc.Str("displayName"), given: n.GivenName, family: n.FamilyName, active: true}
	var err error
	if in.attributes, err = s.rules.attributesOf(doc); err != nil {
		return nil, err
	}
	m := p.newMember(&in, doc, doc.AppendJSON(nil), s.store.Now())
	m.Inherited = attributeNames(doc) // whoever adopts this member has sent nothing of it
	if n.Role != "" {
		role, ok := s.product.RoleByValue(n.Role)
		if !ok {
			return nil, identity.Errorf(identity.Invalid, "role", "%q is not a role of this product", n.Role)
		}
		m.Grants = identity.Granted(m.Grants, identity.ByHand, role.Name)
	}
	return m, s.write(ctx, c, func(tx *store.Tx) error { return p.insertByHand(ctx, tx, m, &in, doc) })
}

func (p *People) insertByHand(ctx context.Context, tx *store.Tx, m *identity.Member, in *person, doc *scim.Object) error {
	_, held, err := p.heldBy(ctx, tx, m.UserName)
	ok := false
	if err == nil && !held {
		if err = p.settle(tx, m, doc); err != nil {
			return err
		}
		if err = p.mayMake(ctx, &tx.Reader, p.c.Origin, p.Rights(m, nil)); err != nil {
			return err
		}
		ok, err = tx.InsertMember(ctx, m, p.rules.keys(doc, m.Address))
	}
	if err != nil {
		return err
	}
	if !ok {
		return identity.Errorf(identity.Taken, "address", "a member with the address %s exists already", in.address)
	}
	if p.rules.isOwner(m.Grants) {
		tx.Tally().Owners++
	}
	if err := p.attachParked(ctx, tx, m, in.userName); err != nil {
		return err
	}
	return tx.Log(ctx, p.c.Origin, identity.MemberAdded, subject(m), p.introduction(m, doc))
}

// Keep says how long what is only of passing use is kept.
type Keep struct {
	Requests time.Duration // provisioning log; 0 means 30 days
	Parked   time.Duration // members named before they exist; 0 means 30 days
}

const month = 30 * 24 * time.Hour

// Tidy removes what is older than it is to be kept, in every workspace, a
// little at a time.
func (s *Service) Tidy(ctx context.Context, k Keep) error {
	if k.Requests <= 0 {
		k.Requests = month
	}
	if k.Parked <= 0 {
		k.Parked = month
	}
	if err := s.finishRemovals(ctx); err != nil {
		return err
	}
	all, err := s.store.Workspaces(ctx)
	if err != nil {
		return err
	}
	for _, w := range all {
		if err := s.tidy(ctx, w.ID, k); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) tidy(ctx context.Context, ws identity.WorkspaceID, k Keep) error {
	now := s.store.Now()
	const step = 500
	for n := int64(step); n == step; {
		err := s.store.Write(ctx, ws, func(tx *store.Tx) (err error) {
			n, err = tx.DeleteRequests(ctx, now.Add(-k.Requests), step)
			return err
		})
		if err != nil {
			return err
		}
	}
	return s.store.Write(ctx, ws, func(tx *store.Tx) error {
		_, err := tx.UnparkBefore(ctx, now.Add(-k.Parked))
		return err
	})
}
