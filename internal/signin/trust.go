package signin

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/store"
)

// Whoever sets a connection up decides who is believed of everybody. So that nobody
// gets more rights by that than they have, a connection remembers what those may who
// changed it (identity.SignOn.Limit): whoever may more shows the old credential once
// after each such change, and no role beyond it comes from the provider.

// weigh notes what a change of settings means for who is believed.
func (s *Service) weigh(ctx context.Context, tx *store.Tx, before, now *identity.SignOn, by identity.Actor) error {
	turned := decides(before, now)
	vouched := now.Enabled && !before.Enabled
	if !turned && !vouched {
		return nil
	}
	roles, whole, err := s.hand(ctx, tx, by)
	switch {
	case err != nil:
	case whole && vouched:
		now.Limit = nil
	case !whole && turned:
		now.Trust, now.Limit = before.Trust+1, common(before.Limit, roles)
	}
	return err
}

// newKeys reports whether a certificate counts now that did not before.
func newKeys(before, now *identity.SignOn) bool {
	return slices.ContainsFunc(now.SAML.Certificates, func(c string) bool { return !slices.Contains(before.SAML.Certificates, c) })
}

// decides reports whether a change is one of what decides who is believed:
// everything but what is known to decide nothing.
func decides(before, now *identity.SignOn) bool {
	return newKeys(before, now) || !maps.Equal(deciding(before), deciding(now))
}

func deciding(o *identity.SignOn) map[string]string {
	n := copied(o)
	n.Enabled, n.JustInTime, n.Unasked, n.Proven, n.ProvenBy, n.Version, n.Trust, n.Limit = false, "", false, time.Time{}, "", 0, 0, nil
	c := &n.SAML
	c.Certificates, c.Gone, c.Slug, c.SignRequests, c.ForceAuthn, c.SLOURL, c.SLOReturnURL = nil, nil, "", false, false, "", ""
	c.Fetched, c.ValidUntil, c.FetchError, c.Found, c.Failing, c.FailingTold = time.Time{}, time.Time{}, "", "", time.Time{}, false
	p := &n.OIDC
	p.Secret, p.OldSecret, p.SecretExpires, p.Scopes, p.AuthMethod, p.EndURL = "", "", time.Time{}, nil, "", ""
	p.Discovered, p.FetchError = time.Time{}, ""
	return flat(&n)
}

// hand gives the roles of who changes settings, and whether they have every right
// of the catalogue. A set-up link has those of who issued it.
func (s *Service) hand(ctx context.Context, tx *store.Tx, by identity.Actor) (roles []product.Role, whole bool, err error) {
	if by.Kind == identity.ActorLink {
		if by, err = issuer(ctx, tx, identity.LinkID(by.ID)); err != nil {
			return nil, false, err
		}
	}
	switch by.Kind {
	case identity.ActorOperator, identity.ActorSystem:
		return nil, true, nil
	case identity.ActorMember:
		_, roles, err = s.rights(ctx, &tx.Reader, identity.MemberID(by.ID))
		whole = !slices.ContainsFunc(s.conf.Product.Roles.Catalogue, func(r product.Role) bool { return directory.Exceeds(r, roles) })
	}
	return roles, whole, err
}

// issuer is who issued a link; nobody, of one that there is not.
func issuer(ctx context.Context, tx *store.Tx, id identity.LinkID) (by identity.Actor, err error) {
	all, err := tx.Links(ctx)
	for i := range all {
		if all[i].ID == id {
			kind, name, _ := strings.Cut(all[i].IssuedBy, ":")
			by = identity.Actor{Kind: identity.ActorKind(kind), ID: name}
		}
	}
	return by, err
}

// common gives the rights of roles, as far as they are within what was the limit.
func common(was *identity.Rights, roles []product.Role) *identity.Rights {
	out := &identity.Rights{Owner: owns(roles) && (was == nil || was.Owner)}
	for _, may := range product.Permissions() {
		has := slices.ContainsFunc(roles, func(r product.Role) bool { return r.Can(may) })
		if has && (was == nil || slices.Contains(was.May, string(may))) {
			out.May = append(out.May, string(may))
		}
	}
	return out
}

// limit gives rights as a role.
func limit(r *identity.Rights) []product.Role {
	role := product.Role{Owner: r.Owner}
	for _, may := range r.May {
		role.May = append(role.May, product.Permission(may))
	}
	return []product.Role{role}
}

// beyond reports whether a role manages something that is beyond the limit. What
// people may look at is no reason to ask them.
func (f *flow) beyond(r product.Role) bool {
	if f.on.Limit == nil {
		return false
	}
	r.May = slices.DeleteFunc(slices.Clone(r.May), func(may product.Permission) bool { return !strings.HasSuffix(string(may), ".manage") })
	return directory.Exceeds(r, limit(f.on.Limit))
}

// exceeds reports whether a member may, or may come to by a role that another one
// outranks now, what those may not who changed the connection.
func (f *flow) exceeds(ctx context.Context, tx *store.Tx, m *identity.Member) (bool, error) {
	if f.on.Limit == nil {
		return false, nil
	}
	_, roles, err := f.s.rights(ctx, &tx.Reader, m.ID)
	for _, g := range m.Grants {
		if r, known := f.s.conf.Product.Role(g.Role); known {
			roles = append(roles, r)
		}
	}
	return slices.ContainsFunc(roles, f.beyond), err
}

// confirmed reports whether the member has shown the old credential for the trust
// that the connection has now.
func (f *flow) confirmed(ctx context.Context, tx *store.Tx, m *identity.Member, linked *store.Linking) (bool, error) {
	if linked.By == f.connection.ID && !linked.Since.IsZero() && linked.Trust == f.on.Trust {
		return true, nil
	}
	mine, asserted := func(k store.Subject) bool { return k.Connection == f.connection.ID && k.Trust == f.on.Trust }, names(&f.said, f.connection.ID)
	all, err := tx.SubjectsOf(ctx, m.ID)
	return slices.ContainsFunc(all, func(k store.Subject) bool {
		return mine(k) && slices.ContainsFunc(asserted, func(n store.Subject) bool { return n.Issuer == k.Issuer && n.Subject == k.Subject })
	}), err
}

// mustProve asks an owner for the old credential, once, before a provider is
// linked: whoever runs the provider becomes no owner by claiming an address. There
// is nothing to ask of one who never had a credential. And it asks whoever may more
// than those who changed the connection, once after each change.
func (f *flow) mustProve(ctx context.Context, tx *store.Tx, m *identity.Member, by match) (bool, error) {
	more, err := f.exceeds(ctx, tx, m)
	if err != nil || !more && (by == bySubject || !f.owner(ctx, tx, m)) {
		return false, err
	}
	linked, bound, err := tx.Linking(ctx, m.ID)
	if err != nil {
		return false, err
	}
	if more {
		if done, err := f.confirmed(ctx, tx, m, &linked); err != nil || done {
			return false, err
		}
	} else if !bound || linked.By == f.connection.ID && !linked.Since.IsZero() {
		return false, nil
	}
	has := false
	if bound {
		if has, err = f.s.conf.Accounts.HasCredential(ctx, tx, linked.Person); err != nil {
			return false, err
		}
	}
	if !has {
		return false, f.unproven(ctx, tx, m, &linked, more)
	}
	return true, f.ask(m)
}

// unproven refuses who has nothing to show, where that is needed. Those whose rights
// come from the directory need not, where whoever changed the connection manages
// the directory as well: they could have given the rights to anybody.
func (f *flow) unproven(ctx context.Context, tx *store.Tx, m *identity.Member, linked *store.Linking, more bool) error {
	if more {
		given, err := f.given(ctx, tx, m)
		if err != nil {
			return err
		}
		if !given && linked.Since.IsZero() {
			return explain.Refuse(explain.JoinFirst, "somebody who has joined, or a connection that an owner vouches for", f.connection.Name)
		}
		if !given {
			return explain.Refuse(explain.SignOnUnvouched, "a connection that an owner vouches for", f.connection.Name)
		}
	}
	if f.owner(ctx, tx, m) && linked.By != f.connection.ID && !linked.Since.IsZero() && linked.InUse {
		return explain.Refuse(explain.OwnerElsewhere, "the connection that the owner signs in through", f.connection.Name)
	}
	return nil
}

// given reports whether all that a member may beyond the limit comes from a
// directory that those manage whom the limit is of.
func (f *flow) given(ctx context.Context, tx *store.Tx, m *identity.Member) (bool, error) {
	if m.Connection == "" || !slices.Contains(f.on.Limit.May, string(product.MayManageSCIM)) {
		return false, nil
	}
	groups, err := tx.GroupsOf(ctx, m.ID)
	for _, g := range slices.Concat(m.Grants, f.s.conf.Directory.Roles(m, groups)) {
		r, known := f.s.conf.Product.Role(g.Role)
		sent := slices.Contains([]identity.Source{identity.ByAttribute, identity.ByAppRole, identity.ByGroup}, g.Source)
		if known && !g.Named && f.beyond(r) && (!sent || r.Owner && !f.s.conf.Product.Roles.GrantOwner) {
			return false, err
		}
	}
	return true, err
}

// ask has the member show the old credential.
func (f *flow) ask(m *identity.Member) (err error) {
	f.out.Member, f.out.Prove = *m, true
	f.step("The member is asked for the old credential, once")
	f.report.Would = append(f.report.Would, "Ask "+m.Name()+", who may more than whoever set this up or owns the "+f.s.conf.Product.Words.Workspace+", for the password or passkey of before, once.")
	f.out.Ticket, err = f.ticket(m.ID)
	return err
}
