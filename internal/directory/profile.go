package directory

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/scim"
)

// ProfileChange is what an administrator changes of a member; nil leaves a value
// as it is, "" takes it away, and of an attribute leaves the product's default.
type ProfileChange struct {
	Given, Family, Display, Title, Address *string
	Attributes                             map[string]*string // the product's own, by path
}

// Managed tells which attributes of a member its directory manages, each with the
// title of the connection: name.givenName, name.familyName, displayName, title,
// emails (the address), userName, and the product's own by their paths, as in
// Member.Attributes. It is empty for one whom no directory manages.
func (s *Service) Managed(ctx context.Context, ws identity.WorkspaceID, id identity.MemberID) (map[string]string, error) {
	r := s.store.Read(ws)
	m, found, err := r.Member(ctx, id)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, s.noMember()
	}
	doc, err := s.user.DecodeStored(m.Doc)
	if err != nil {
		return nil, err
	}
	titles, err := s.connectionTitles(ctx, r)
	if err != nil {
		return nil, err
	}
	return s.managed(&m, doc, titles[m.Connection]), nil
}

// managed is Managed of a member that was read; no title, no directory.
func (s *Service) managed(m *identity.Member, doc *scim.Object, title string) map[string]string {
	out := map[string]string{}
	if title == "" {
		return out
	}
	sent := func(name string) bool {
		inherited := slices.ContainsFunc(m.Inherited, func(n string) bool { return strings.EqualFold(n, name) })
		return !inherited && has(doc, name)
	}
	for path, is := range map[string]bool{
		"userName": sent("userName"), "displayName": sent("displayName"), "title": sent("title"),
		"name.givenName": sent("name"), "name.familyName": sent("name"),
		"emails": sent("emails") || !has(doc, "emails") && m.Address != "" && sent("userName"),
	} {
		if is {
			out[path] = title
		}
	}
	for i := range s.rules.own {
		path := parsePath(s.rules.own[i].Path())
		if sent(path.whole()) {
			out[path.canonical] = title
		}
	}
	return out
}

// whole is the attribute of a doc, or of an extension, that the path is in.
func (p *attributePath) whole() string {
	if p.urn != "" {
		return p.urn + ":" + p.names[0]
	}
	return p.names[0]
}

func has(doc *scim.Object, name string) bool {
	path := parsePath(name)
	return !empty(path.in(doc))
}

// UpdateProfile changes a member's names, title, address and attributes. What its
// directory manages is identity.Forbidden at the attribute's path, with the name
// of the connection; a value that the product's rules refuse is identity.Invalid
// there; an address that another member has is identity.Taken. An attribute whose
// values name roles is nobody's to change here: roles are given by SetRoles. The directory
// reads the new values, and what it sends for one of them counts from then on.
func (s *Service) UpdateProfile(ctx context.Context, ws identity.WorkspaceID, id identity.MemberID, version int64, c ProfileChange, o identity.Origin) (identity.Member, error) {
	return s.byHand(ctx, ws, id, version, o, func(e *edit) error {
		titles, err := s.connectionTitles(ctx, &e.tx.Reader)
		if err != nil {
			return err
		}
		f := profile{edit: e, managed: s.managed(&e.m, e.doc, titles[e.m.Connection])}
		f.names(&c)
		f.set("title", &e.m.Title, c.Title, func(v string) { setOrDelete(e.doc, "title", v) })
		f.address(c.Address)
		f.attributes(c.Attributes)
		if f.err == nil {
			f.err = f.check()
		}
		if f.err != nil {
			return f.err
		}
		changed := differences(e.old, e.doc)
		if len(changed) == 0 {
			return errUnchanged
		}
		for _, d := range changed {
			if !slices.Contains(e.m.Inherited, d.Field) && has(e.doc, d.Field) {
				e.m.Inherited = append(slices.Clone(e.m.Inherited), d.Field)
			}
		}
		if err := f.free(ctx); err != nil {
			return err
		}
		if err := e.save(ctx); err != nil {
			return err
		}
		return e.log(ctx, identity.MemberUpdated, changed...)
	})
}

// profile is a change of a member's profile on its way. The first mistake ends it.
type profile struct {
	*edit
	managed map[string]string
	err     error
}

func (f *profile) fail(path string, k identity.Kind, format string, args ...any) {
	if f.err == nil {
		f.err = identity.Errorf(k, path, format, args...)
	}
}

// set takes over one value of the form into the member, and by put into its doc.
func (f *profile) set(path string, to, value *string, put func(string)) {
	if value == nil || f.err != nil {
		return
	}
	v := strings.TrimSpace(*value)
	if v == *to {
		return
	}
	if by := f.managed[path]; by != "" {
		f.fail(path, identity.Forbidden, "%s manages this; change it there", by)
		return
	}
	if v != OneLine(v) || len(v) > maxKey {
		f.fail(path, identity.Invalid, "write at most 1,000 characters on one line")
		return
	}
	*to = v
	put(v)
}

func setOrDelete(o *scim.Object, name, value string) {
	if value == "" {
		o.Delete(name)
	} else {
		o.Set(name, value)
	}
}

// names changes the parts of the name, and the display name: where it was made of
// the parts it follows them.
func (f *profile) names(c *ProfileChange) {
	m := &f.m
	follows := c.Display == nil && m.DisplayName == strings.TrimSpace(m.GivenName+" "+m.FamilyName) && f.managed["displayName"] == ""
	part := func(sub string, to, value *string) {
		f.set("name."+sub, to, value, func(v string) {
			f.check1("name."+sub, v)
			name := f.doc.Object("name").Clone()
			given, family := names(f.doc)
			setOrDelete(name, "givenName", given) // they may stand in formatted alone
			setOrDelete(name, "familyName", family)
			name.Delete("formatted")
			setOrDelete(name, sub, v)
			f.doc.Delete("name")
			if name.Len() > 0 {
				f.doc.Set("name", name)
			}
		})
	}
	part("givenName", &m.GivenName, c.Given)
	part("familyName", &m.FamilyName, c.Family)
	if whole := strings.TrimSpace(m.GivenName + " " + m.FamilyName); follows && (c.Given != nil || c.Family != nil) {
		c.Display = &whole
	}
	f.set("displayName", &m.DisplayName, c.Display, func(v string) {
		f.check1("displayName", v)
		setOrDelete(f.doc, "displayName", v)
	})
}

// check1 holds one name against the product's rule for names.
func (f *profile) check1(path, value string) {
	if err := f.product.CheckName(value); err != nil {
		f.fail(path, identity.Invalid, "%s", err.Error())
	}
}

// address changes the one address, and with it the user name of a member whom no
// directory manages and who is called by the address.
func (f *profile) address(value *string) {
	if value == nil {
		return
	}
	before, wanted := f.m.Address, f.product.Address(strings.TrimSpace(*value))
	f.set("emails", &f.m.Address, &wanted, func(v string) {
		if h := f.m.Held; h != nil && (h.Address != nil || h.UserName != nil) {
			f.fail("emails", identity.Forbidden, "the directory has asked for another address, which is held; accept or refuse that first")
			return
		}
		if v != "" && !looksLikeAddress(v) {
			f.fail("emails", identity.Invalid, "%q is not an e-mail address", v)
			return
		}
		f.replaceEmail(before, v)
		if v != "" && f.managed["userName"] == "" && equalFold(f.m.UserName, before) {
			f.m.UserName = v
			f.doc.Set("userName", v)
		}
	})
}

// replaceEmail puts an address in place of another one among the doc's e-mail
// addresses; "" takes it out.
func (f *profile) replaceEmail(before, now string) {
	var list []any
	done := now == ""
	for _, v := range f.doc.List("emails") {
		e, ok := v.(*scim.Object)
		switch {
		case !ok || before == "" || !equalFold(strings.TrimSpace(e.Str("value")), before):
			list = append(list, v)
		case !done:
			e = e.Clone()
			e.Set("value", now)
			list, done = append(list, e), true
		}
	}
	if !done {
		e := &scim.Object{}
		e.Set("value", now)
		e.Set("type", "work")
		e.Set("primary", len(list) == 0)
		list = append(list, e)
	}
	f.doc.Delete("emails")
	if len(list) > 0 {
		f.doc.Set("emails", list)
	}
}

// attributes changes the product's own attributes.
func (f *profile) attributes(values map[string]*string) {
	for path := range values {
		if !slices.ContainsFunc(f.rules.own, func(a product.Attribute) bool { p := parsePath(a.Path()); return p.canonical == path }) {
			f.fail(path, identity.Invalid, "there is no attribute %q", path)
			return
		}
		if f.rules.namesRole(path) {
			f.fail(path, identity.Forbidden, "this says what somebody may do; give a %s under Access instead", f.product.Words.Role)
			return
		}
	}
	for i := range f.rules.own {
		a := &f.rules.own[i]
		path := parsePath(a.Path())
		had := f.m.Attributes[path.canonical]
		f.set(path.canonical, &had, values[path.canonical], func(v string) {
			typed, err := typedValue(a, v)
			if err != nil {
				f.fail(path.canonical, identity.Invalid, "%s", err.Error())
				return
			}
			host := f.doc
			if path.urn != "" {
				host = f.doc.Object(path.urn).Clone()
			}
			host.Set(path.names[0], typed)
			if path.urn == "" {
				return
			}
			f.doc.Delete(path.urn)
			if host.Len() > 0 {
				f.doc.Set(path.urn, host)
			}
		})
	}
}

// typedValue reads a value of a form by the attribute's rule and type; nil for "".
func typedValue(a *product.Attribute, text string) (any, error) {
	if text == "" {
		return nil, nil
	}
	if a.Multi {
		var list []any
		one := *a
		one.Multi = false
		for part := range strings.SplitSeq(text, ",") {
			v, err := typedValue(&one, strings.TrimSpace(part))
			if err != nil {
				return nil, err
			}
			if v != nil {
				list = append(list, v)
			}
		}
		return list, nil
	}
	text, err := a.Rule.Apply(text)
	if err != nil {
		return nil, err
	}
	var v any = text
	switch a.Type {
	case product.TypeBoolean:
		v, err = strconv.ParseBool(strings.ToLower(text))
		return v, explained(err, "write true or false")
	case product.TypeInteger:
		v, err = strconv.ParseInt(text, 10, 64)
		return v, explained(err, "write a whole number")
	case product.TypeDecimal:
		v, err = strconv.ParseFloat(text, 64)
		return v, explained(err, "write a number")
	}
	return v, nil
}

func explained(err error, remedy string) error {
	if err == nil {
		return nil
	}
	return identity.Errorf(identity.Invalid, "", "%s", remedy)
}

// check holds what the profile has become against the product's rules.
func (f *profile) check() error {
	if err := f.rules.checkRequired(f.doc); err != nil && f.rules.checkRequired(f.old) == nil {
		return asInvalid(err)
	}
	in := person{userName: f.m.UserName, address: f.m.Address, display: f.m.DisplayName, externalID: f.m.ExternalID}
	if err := f.rules.boundKeys(f.doc, &in); err != nil {
		return asInvalid(err)
	}
	attributes, err := f.rules.attributesOf(f.doc)
	if err != nil {
		return asInvalid(err)
	}
	f.m.Attributes = attributes
	f.rules.keepDefaults(&f.before, &f.m, f.old, f.doc)
	return nil
}

// free refuses an address that another member has; who has no SCIM resource takes
// none.
func (f *profile) free(ctx context.Context) error {
	if f.m.ResourceID == "" || f.m.Address == f.before.Address && f.m.UserName == f.before.UserName {
		return nil
	}
	return f.refuseTaken(ctx, f.doc.Str("userName"))
}

// asInvalid makes a mistake that a directory would be told of one for a form: the
// path before the colon is the field.
func asInvalid(err error) error {
	e, ok := asSCIM(err)
	if !ok {
		return err
	}
	path, text, found := strings.Cut(e.Detail, ": ")
	if !found {
		path, text = "", e.Detail
	}
	return identity.Errorf(identity.Invalid, path, "%s", text)
}
