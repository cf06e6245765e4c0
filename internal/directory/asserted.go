package directory

import (
	"context"
	"slices"
	"strings"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/store"
	"github.com/anteroom-id/anteroom/scim"
)

// Said is what an identity provider says of somebody at a sign-in, in our names.
type Said struct {
	UserName, Address, GivenName, FamilyName, DisplayName string
	// Attributes are by the paths of AssertedPaths.
	Attributes map[string][]string
	// Renamed says that the provider has called the person by another address before
	// and that this is certainly the same person.
	Renamed bool
	// MayGive says which roles the provider may give; nil for all. One that a member
	// has by a sign-in already stays.
	MayGive func(product.Role) bool
}

// AssertedPaths lists the paths of what a sign-in may say beside the names: what
// the product's roles are read from, the product's own attributes, the title and
// externalId.
func (s *Service) AssertedPaths() (paths []string) {
	for i := range s.rules.roles {
		paths = append(paths, s.rules.roles[i].canonical)
	}
	for i := range s.rules.own {
		path := parsePath(s.rules.own[i].Path())
		if !slices.Contains(paths, path.canonical) {
			paths = append(paths, path.canonical)
		}
	}
	return append(paths, "title", store.KeyExternalID)
}

// NamesRole reports whether the values at a path name roles.
func (s *Service) NamesRole(path string) bool { return s.rules.namesRole(path) }

// ByImmutableKey finds the members whom ids name that never change: values of the
// product's immutable attributes, which a sign-in says by their paths, and ids of
// the shape of an Entra objectId or an Okta id. An externalId of another shape
// counts for the members of the connection alone. Who was deleted is found, too.
func (s *Service) ByImmutableKey(ctx context.Context, r *store.Reader, c identity.ConnectionID, said Said, ids []string) (out []identity.Member, err error) {
	var keys []store.Key
	for i := range s.rules.immutable {
		path := s.rules.immutable[i].canonical
		for _, v := range slices.Concat(said.Attributes[path], shaped(ids)) {
			keys = append(keys, s.rules.key(path, v))
		}
	}
	for _, v := range slices.Concat(said.Attributes[store.KeyExternalID], shaped(ids)) {
		keys = append(keys, store.Key{Name: store.KeyExternalID, Value: v})
	}
	for _, k := range keys {
		if k.Value == "" {
			continue
		}
		found, err := r.MembersByKey(ctx, k)
		if err != nil {
			return nil, err
		}
		for _, m := range found {
			foreign := k.Name == store.KeyExternalID && len(shaped([]string{k.Value})) == 0 && m.Connection != c
			known := slices.ContainsFunc(out, func(o identity.Member) bool { return o.ID == m.ID })
			if !foreign && !known {
				out = append(out, m)
			}
		}
	}
	return out, nil
}

// shaped gives those ids that name one human by their shape.
func shaped(ids []string) (out []string) {
	for _, id := range ids {
		if oktaID.MatchString(id) || guid.MatchString(id) {
			out = append(out, id)
		}
	}
	return out
}

// IsOwner reports whether a member owns the workspace.
func (s *Service) IsOwner(m *identity.Member) bool { return s.rules.isOwner(m.Grants) }

// Introduce makes a member, inside a write, of somebody whom an identity provider
// vouches for at a first sign-in. No directory manages the member; one that
// provisions the same address adopts it. What the product's rules refuse is
// identity.Invalid at the attribute's path, a user name or address in use is
// identity.Taken.
func (s *Service) Introduce(ctx context.Context, tx *store.Tx, said Said, o identity.Origin, notes *scim.Notes) (*identity.Member, error) {
	p := s.People(Caller{Workspace: tx.Workspace(), Origin: o, Notes: notes})
	doc, err := s.docOf(said)
	if err != nil {
		return nil, err
	}
	in, err := s.rules.interpret(doc, notes)
	if err != nil {
		return nil, asInvalid(err)
	}
	in.role = wish{}
	text, err := document(doc)
	if err != nil {
		return nil, asInvalid(err)
	}
	m := p.newMember(&in, doc, text, s.store.Now())
	m.Inherited = attributeNames(doc) // whoever adopts this member has sent nothing of it
	if m.State == identity.Pending {
		m.State = identity.Active // the first sign-in is this one
		m.Tab = identity.TabOf(m.State, false)
	}
	roles, err := s.assertedRoles(said, nil, notes)
	if err != nil {
		return nil, asInvalid(err)
	}
	m.Grants = identity.Granted(m.Grants, identity.ByAssertion, roles...)
	return m, p.insertByHand(ctx, tx, m, &in, doc)
}

// docOf writes what was said as a directory would have sent it.
func (s *Service) docOf(said Said) (*scim.Object, error) {
	doc := &scim.Object{}
	doc.Set("userName", firstOf(said.UserName, said.Address))
	if said.GivenName+said.FamilyName != "" {
		name := &scim.Object{}
		setOrDelete(name, "givenName", said.GivenName)
		setOrDelete(name, "familyName", said.FamilyName)
		doc.Set("name", name)
	}
	if display := firstOf(said.DisplayName, strings.TrimSpace(said.GivenName+" "+said.FamilyName)); display != "" {
		doc.Set("displayName", display)
	}
	if said.Address != "" {
		email := &scim.Object{}
		email.Set("value", said.Address)
		email.Set("type", "work")
		email.Set("primary", true)
		doc.Set("emails", []any{email})
	}
	if title := said.Attributes["title"]; len(title) > 0 {
		doc.Set("title", title[0])
	}
	for i := range s.rules.own {
		if err := s.sayAttribute(doc, &s.rules.own[i], said); err != nil {
			return nil, err
		}
	}
	doc.Set("active", true)
	return doc, nil
}

func firstOf(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

// sayAttribute puts what was said of one of the product's own attributes into a
// doc; roles are no attributes.
func (s *Service) sayAttribute(doc *scim.Object, a *product.Attribute, said Said) error {
	path := parsePath(a.Path())
	values := said.Attributes[path.canonical]
	if len(values) == 0 || s.rules.namesRole(a.Path()) {
		return nil
	}
	text := values[0]
	if a.Multi {
		text = strings.Join(values, ",")
	}
	typed, err := typedValue(a, text)
	if err != nil {
		return identity.Errorf(identity.Invalid, path.canonical, "%s", err.Error())
	}
	if path.urn == "" {
		doc.Set(path.names[0], typed)
		return nil
	}
	host := doc.Object(path.urn).Clone()
	host.Set(path.names[0], typed)
	doc.Delete(path.urn)
	doc.Set(path.urn, host)
	return nil
}

// assertedRoles gives the roles that a sign-in says, by the rules of those that a
// directory sends. A product that does not name the source takes none. Has is what
// the member has.
func (s *Service) assertedRoles(said Said, has []identity.Grant, notes *scim.Notes) (roles []string, err error) {
	if !slices.Contains(s.rules.sources, identity.ByAssertion) {
		return nil, nil
	}
	for i := range s.rules.roles {
		path := s.rules.roles[i].canonical
		for _, v := range said.Attributes[path] {
			for _, asked := range roleText(v) {
				role, err := s.rules.known(path, asked.value, notes)
				if err != nil {
					return nil, err
				}
				if !s.mayAssert(said, role, has) {
					notes.Add("role-beyond", path, "%s has rights that whoever set the connection up does not have, and was not taken over; an owner vouches for the connection by switching it off and on", role)
					continue
				}
				if role != "" && !slices.Contains(roles, role) && (s.product.Roles.Many || len(roles) == 0) {
					roles = append(roles, role)
				}
			}
		}
		if len(roles) > 0 {
			break
		}
	}
	return roles, nil
}

// mayAssert reports whether a sign-in gives a role, "" for none.
func (s *Service) mayAssert(said Said, name string, has []identity.Grant) bool {
	role, known := s.product.Role(name)
	return said.MayGive == nil || !known || name == s.product.Roles.Default || said.MayGive(role) ||
		slices.Contains(has, identity.Grant{Role: name, Source: identity.ByAssertion})
}

// SignedIn notes inside a write that a member signs in through an identity
// provider, and takes over what the provider says: roles, of the source assertion,
// but for an owner, who stays one; and, of a member whom no directory manages, the
// product's attributes, names that nobody has given yet, and a new address. Who was
// pending is active from now on, and who is inactive is identity.Forbidden.
func (s *Service) SignedIn(ctx context.Context, tx *store.Tx, id identity.MemberID, said Said, o identity.Origin, notes *scim.Notes) (identity.Member, error) {
	m, err := s.Arrive(ctx, tx, id, o)
	if err != nil {
		return m, err
	}
	old, err := s.user.DecodeStored(m.Doc)
	if err != nil {
		return m, err
	}
	p := s.People(Caller{Workspace: tx.Workspace(), Origin: o, Notes: notes})
	e := &edit{People: p, tx: tx, before: m, m: m, old: old, doc: old.Clone()}
	e.sayRoles(said, notes)
	if m.Connection == "" && m.ResourceID != "" && !s.rules.isOwner(m.Grants) {
		if err := e.sayProfile(ctx, said, notes); err != nil {
			return m, err
		}
	}
	changed := differences(e.old, e.doc)
	if was, is := e.rules.roleNames(m.Grants), e.rules.roleNames(e.m.Grants); was != is {
		changed = append(changed, identity.Delta{Field: "role", Before: was, After: is})
	}
	if len(changed) == 0 && slices.Equal(m.Grants, e.m.Grants) {
		return m, nil
	}
	if err := e.save(ctx); err != nil {
		return m, err
	}
	return e.m, e.log(ctx, identity.MemberUpdated, changed...)
}

// sayRoles takes over the roles that a sign-in says. A value that names none is
// told and changes nothing.
func (e *edit) sayRoles(said Said, notes *scim.Notes) {
	roles, err := e.assertedRoles(said, e.m.Grants, notes)
	if err != nil {
		notes.Add("role-unknown", "", "%s; the roles stay as they are", asInvalid(err).Error())
		return
	}
	grants := identity.Granted(e.m.Grants, identity.ByAssertion, roles...)
	if e.rules.isOwner(e.m.Grants) && !e.rules.isOwner(grants) {
		if len(roles) > 0 {
			notes.Add("owner-kept", "", "this member is an owner and stays one; the provider says %s", strings.Join(roles, ", "))
		}
		return
	}
	e.m.Grants = grants
}

// sayProfile takes over what a sign-in says of a member whom no directory manages.
func (e *edit) sayProfile(ctx context.Context, said Said, notes *scim.Notes) error {
	f := profile{edit: e, managed: map[string]string{}}
	c := ProfileChange{Attributes: map[string]*string{}}
	for _, n := range []struct {
		has  string
		said *string
		to   **string
	}{{e.m.GivenName, &said.GivenName, &c.Given}, {e.m.FamilyName, &said.FamilyName, &c.Family}, {e.m.DisplayName, &said.DisplayName, &c.Display}} {
		if n.has == "" && *n.said != "" {
			*n.to = n.said
		}
	}
	for path, values := range said.Attributes {
		own := slices.ContainsFunc(e.rules.own, func(a product.Attribute) bool { p := parsePath(a.Path()); return p.canonical == path })
		if text := strings.Join(values, ","); own && text != "" && !e.rules.namesRole(path) {
			c.Attributes[path] = &text
		}
	}
	if err := e.sayAddress(ctx, &c, said, notes); err != nil {
		return err
	}
	before := *e
	if why := f.say(&c); why != "" { // what the provider says of somebody's profile keeps nobody out
		notes.Add("profile", "", "what the provider says of the person was not taken over: %s", why)
		e.m, e.doc = before.m, before.old.Clone()
		return nil
	}
	for _, d := range differences(e.old, e.doc) {
		if !slices.Contains(e.m.Inherited, d.Field) && has(e.doc, d.Field) {
			e.m.Inherited = append(slices.Clone(e.m.Inherited), d.Field)
		}
	}
	return nil
}

// say takes a change over, and says why it could not, "" when it could.
func (f *profile) say(c *ProfileChange) string {
	f.names(c)
	f.address(c.Address)
	f.attributes(c.Attributes)
	if f.err == nil {
		f.err = f.check()
	}
	if f.err == nil {
		return ""
	}
	return f.err.Error()
}

// sayAddress takes over another address of somebody who is certainly the same, if
// nobody has it.
func (e *edit) sayAddress(ctx context.Context, c *ProfileChange, said Said, notes *scim.Notes) error {
	wanted := e.product.Address(said.Address)
	if !said.Renamed || !looksLikeAddress(wanted) || equalFold(wanted, e.m.Address) || equalFold(said.UserName, e.m.Address) {
		return nil
	}
	for _, holder := range []func() (identity.Member, bool, error){
		func() (identity.Member, bool, error) { return e.tx.MemberByAddress(ctx, identity.Fold(wanted)) },
		func() (identity.Member, bool, error) { return e.tx.MemberByUserName(ctx, identity.Fold(wanted)) },
		func() (identity.Member, bool, error) { return e.heldBy(ctx, e.tx, wanted) },
	} {
		o, found, err := holder()
		if err != nil {
			return err
		}
		if found && o.ID != e.m.ID {
			notes.Add("address-taken", "emails", "the provider calls the person by an address that another member has; the member keeps its own")
			return nil
		}
	}
	c.Address = &wanted
	return nil
}
