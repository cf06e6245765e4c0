package signin

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/store"
)

// What Entra calls the person and the organization, in assertions and in ID tokens.
const (
	claimObject = "http://schemas.microsoft.com/identity/claims/objectidentifier"
	claimTenant = "http://schemas.microsoft.com/identity/claims/tenantid"
	claimRole   = "http://schemas.microsoft.com/ws/2008/06/identity/claims/role"
)

// match is by what a member was found.
type match string

const (
	bySubject match = "the subject that it signed in with before"
	byKey     match = "an id that never changes"
	byAddress match = "its address"
	byArrival match = "nothing: this is the first time"
)

// names are those of the provider's names for somebody that stay when the person
// is renamed: Entra's object id in its tenant, which SAML and OpenID Connect have
// in common, and a subject that is known to be stable. An address is none of them.
func names(a *identity.Assertion, c identity.ConnectionID) (out []store.Subject) {
	object, tenant := claim(a, claimObject, "oid"), claim(a, claimTenant, "tid")
	if object != "" && tenant != "" {
		out = append(out, store.Subject{Connection: c, Issuer: "entra:" + strings.ToLower(tenant), Subject: strings.ToLower(object)})
	}
	if a.Stable && a.Subject != "" && (a.Protocol != identity.OIDC || object == "" || a.Subject != object) {
		out = append(out, store.Subject{Connection: c, Issuer: a.Issuer, Subject: a.Subject})
	}
	return out
}

// claim gives the one value of the first of several attributes that came.
func claim(a *identity.Assertion, paths ...string) string {
	for _, p := range paths {
		if v := a.Attributes[p]; len(v) == 1 && v[0] != "" {
			return v[0]
		}
	}
	return ""
}

// addresses are what somebody may be known by in the directory's present values:
// the address and the user name. From OpenID Connect only what its provider
// answers for counts: anybody may have typed an e-mail address that nobody
// verified (openid-connect-core-1_0 §5.7), and a preferred user name.
func (f *flow) addresses() (out []string) {
	a, entra := &f.said, directory.ConnectionKind(f.s.conf.Product, &f.connection) == "entra" || strings.HasPrefix(f.said.Issuer, "https://login.microsoftonline.")
	add := func(text string) {
		if text = identity.Fold(strings.TrimSpace(text)); text != "" && !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	verified := claim(a, "email_verified", "xms_edov")
	switch {
	case a.Protocol != identity.OIDC:
		add(a.Address)
		if !a.Stable && a.Format != formatTransient {
			add(a.Subject)
		}
		add(a.UserName)
	case entra:
		add(a.UserName)
		if verified == "true" || verified == "1" {
			add(a.Address)
		}
	default:
		if verified == "" || verified == "true" {
			add(a.Address)
		}
		if directory.ConnectionKind(f.s.conf.Product, &f.connection) == "okta" {
			add(a.UserName)
		}
	}
	return out
}

const formatTransient = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"

// saidOf puts what the provider said into our names.
func (f *flow) saidOf() directory.Said {
	a, mapping := &f.said, f.on.SAML.Attributes
	if a.Protocol == identity.OIDC {
		mapping = f.on.OIDC.Attributes
	}
	said := directory.Said{
		UserName: a.UserName, Address: a.Address, GivenName: a.GivenName, FamilyName: a.FamilyName, DisplayName: a.Name, Attributes: map[string][]string{},
	}
	if f.on.Limit != nil {
		said.MayGive = func(r product.Role) bool { return !directory.Exceeds(r, limit(f.on.Limit)) }
	}
	f.believed(&said)
	for ours, to := range map[string]*string{"userName": &said.UserName, "email": &said.Address, "givenName": &said.GivenName, "familyName": &said.FamilyName, "displayName": &said.DisplayName} {
		if v := claim(a, mapping[ours]); mapping[ours] != "" && v != "" {
			*to = v
		}
	}
	if said.Address == "" && strings.Contains(said.UserName, "@") {
		said.Address = said.UserName
	}
	for _, path := range f.s.conf.Directory.AssertedPaths() {
		if v := f.attribute(path, mapping[path]); len(v) > 0 {
			said.Attributes[path] = v
		}
	}
	return said
}

// believed leaves out, of OpenID Connect, an address and a user name that nobody
// answers for: a member is not called by them.
func (f *flow) believed(said *directory.Said) {
	if f.said.Protocol != identity.OIDC {
		return
	}
	known := f.addresses()
	if !slices.Contains(known, identity.Fold(strings.TrimSpace(said.Address))) {
		said.Address = ""
	}
	if !slices.Contains(known, identity.Fold(strings.TrimSpace(said.UserName))) {
		said.UserName = firstText(said.Address, f.said.Subject)
	}
}

// attribute gives the values for one of our paths: under the name that the
// connection says or, when it says none, under the path's own name; roles also
// under the name that Entra gives them.
func (f *flow) attribute(path, name string) []string {
	if name != "" {
		return f.said.Attributes[name]
	}
	last := path[strings.LastIndexAny(path, ":.")+1:]
	for _, known := range []string{path, last} {
		for _, came := range slices.Sorted(maps.Keys(f.said.Attributes)) {
			if strings.EqualFold(came, known) {
				return f.said.Attributes[came]
			}
		}
	}
	if f.s.conf.Directory.NamesRole(path) {
		return f.said.Attributes[claimRole]
	}
	return nil
}

// who finds the member whom the provider vouches for: by the subject that is
// linked, by an immutable key, by the address, in this order. Nobody is found when
// m.ID is "". Whoever was deleted and is there anew is the new one.
func (f *flow) who(ctx context.Context, tx *store.Tx, said directory.Said) (identity.Member, match, error) {
	subjects := names(&f.said, f.connection.ID)
	gone, err := f.linked(ctx, tx, subjects)
	if err != nil || gone.ID != "" && !f.deleted(&gone) {
		return gone, bySubject, err
	}
	m, by, err := f.found(ctx, tx, said, subjects)
	if refused := new(explain.Refusal); gone.ID != "" && (errors.As(err, &refused) || err == nil && (m.ID == "" || m.State == identity.Inactive)) {
		m, by, err = gone, bySubject, nil
	}
	return m, by, err
}

// deleted reports whether a directory has deleted the member, who is no owner.
func (f *flow) deleted(m *identity.Member) bool {
	return m.State == identity.Inactive && m.ResourceID == "" && !f.s.conf.Directory.IsOwner(m)
}

// found finds the member by an immutable key, or else by the address.
func (f *flow) found(ctx context.Context, tx *store.Tx, said directory.Said, subjects []store.Subject) (m identity.Member, by match, err error) {
	ids := []string{}
	for _, n := range subjects {
		ids = append(ids, n.Subject)
	}
	found, err := f.s.conf.Directory.ByImmutableKey(ctx, &tx.Reader, f.connection.ID, said, ids)
	by = byKey
	if len(f.stale) > 0 { // who was deleted has the keys still
		found = slices.DeleteFunc(found, func(m identity.Member) bool { return f.deleted(&m) })
	}
	if err == nil && len(found) == 0 {
		found, err = f.called(ctx, tx)
		by = byAddress
	}
	switch {
	case err != nil:
		return m, by, err
	case len(found) > 1:
		return m, by, explain.Refuse(explain.MemberAmbiguous, "one member", masked(found[0].UserName)+" and "+masked(found[1].UserName))
	case len(found) == 0:
		if len(subjects) == 0 && len(f.addresses()) == 0 {
			return m, by, explain.Refuse(explain.SubjectUnusable, "a persistent subject, or an address", "a subject of the format "+f.said.Format)
		}
		return m, byArrival, nil
	}
	return found[0], by, f.free(ctx, tx, &found[0], subjects, by)
}

// linked finds whose linked subject it is: a member who was deleted only when
// nobody else is. The subjects of such a one are stale.
func (f *flow) linked(ctx context.Context, tx *store.Tx, subjects []store.Subject) (m identity.Member, err error) {
	var gone identity.Member
	f.stale = nil
	for _, n := range subjects {
		known, found, err := tx.Subject(ctx, n.Connection, n.Issuer, n.Subject)
		if err != nil || !found {
			if err != nil {
				return m, err
			}
			continue
		}
		one, _, err := tx.Member(ctx, known.Member)
		switch {
		case err != nil:
			return m, err
		case f.deleted(&one):
			gone, f.stale = one, append(f.stale, known)
		case m.ID != "" && one.ID != m.ID:
			return m, explain.Refuse(explain.MemberAmbiguous, "one member", "two subjects of two members")
		default:
			m = one
		}
	}
	if m.ID == "" {
		m = gone
	}
	return m, nil
}

// called finds the members whom the directory, or the workspace, calls by the
// addresses at present. Names of before do not count, so that a name that was given
// to somebody else inherits nothing.
func (f *flow) called(ctx context.Context, tx *store.Tx) (out []identity.Member, err error) {
	for _, key := range f.addresses() {
		for _, find := range []func(context.Context, string) (identity.Member, bool, error){tx.MemberByAddress, tx.MemberByUserName, tx.MemberByHeldName} {
			m, found, err := find(ctx, key)
			if err != nil {
				return nil, err
			}
			if found && !slices.ContainsFunc(out, func(o identity.Member) bool { return o.ID == m.ID }) {
				out = append(out, m)
			}
		}
	}
	return out, nil
}

// free refuses a member whom the same provider knows by another name that stays:
// whoever claims the address now is somebody else. An address alone is no proof of
// the contrary: a provider that named a member by what stays goes on to do so.
func (f *flow) free(ctx context.Context, tx *store.Tx, m *identity.Member, subjects []store.Subject, by match) error {
	known, err := tx.SubjectsOf(ctx, m.ID)
	if err != nil {
		return err
	}
	for _, k := range known {
		if by == byAddress && k.Connection == f.connection.ID && f.named(&k) {
			return explain.Refuse(explain.SubjectOther, masked(k.Subject), masked(firstText(f.said.Subject, f.said.Address)))
		}
		for _, n := range subjects {
			if k.Connection == n.Connection && k.Issuer == n.Issuer && k.Subject != n.Subject {
				return explain.Refuse(explain.SubjectOther, masked(k.Subject), masked(n.Subject))
			}
		}
	}
	return nil
}

// named reports whether it is the provider of now that has given a name: the same
// issuer, or the same Entra tenant.
func (f *flow) named(k *store.Subject) bool {
	tenant, entra := strings.CutPrefix(k.Issuer, "entra:")
	return k.Issuer == f.said.Issuer || entra && strings.Contains(strings.ToLower(f.said.Issuer), tenant)
}
