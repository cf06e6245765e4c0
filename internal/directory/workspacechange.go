package directory

import (
	"cmp"
	"context"
	"maps"
	"strings"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/store"
	"github.com/anteroom-id/anteroom/scim"
)

// WorkspaceChange is what somebody changes of a workspace. What is nil stays.
type WorkspaceChange struct {
	Name        *string
	Slug        *string           // as identity.CheckSlug takes it; the old one still leads here
	DefaultRole *string           // of members who come from now on; "" is the product's
	Defaults    map[string]string // attribute path to value, for members who come from now on; all of them at once
}

// UpdateWorkspace changes a workspace. Version is the one that was read: when
// somebody else has saved since, it is identity.Taken with the field "version". A
// member who would make newcomers more than they are is identity.Forbidden.
func (s *Service) UpdateWorkspace(ctx context.Context, ws identity.WorkspaceID, version int64, c WorkspaceChange, o identity.Origin) (identity.Workspace, error) {
	return s.changeWorkspace(ctx, ws, version, o, func(tx *store.Tx, w *identity.Workspace) ([]identity.Delta, error) {
		before := *w
		if role := c.DefaultRole; role != nil && *role != w.DefaultRole {
			if err := s.mayGive(ctx, &tx.Reader, o, cmp.Or(*role, s.product.Roles.Default)); err != nil {
				return nil, err
			}
		}
		for _, step := range []func(*identity.Workspace, *WorkspaceChange) error{setName, setSlug, s.setDefaultRole, s.setDefaults} {
			if err := step(w, &c); err != nil {
				return nil, err
			}
		}
		deltas := append(changed("name", before.Name, w.Name), changed("slug", before.Slug, w.Slug)...)
		deltas = append(deltas, changed("default_role", before.DefaultRole, w.DefaultRole)...)
		return append(deltas, changedMap("defaults.", before.Defaults, w.Defaults)...), nil
	})
}

func setName(w *identity.Workspace, c *WorkspaceChange) error {
	if c.Name == nil {
		return nil
	}
	name := strings.TrimSpace(*c.Name)
	if name == "" || len(name) > maxTitle || OneLine(name) != name {
		return identity.Errorf(identity.Invalid, "name", "a workspace's name has 1 to 200 bytes on one line")
	}
	w.Name = name
	return nil
}

// maxTitle bounds the names that administrators give to things, in bytes.
const maxTitle = 200

func setSlug(w *identity.Workspace, c *WorkspaceChange) error {
	if c.Slug == nil || *c.Slug == w.Slug {
		return nil
	}
	w.Slug = *c.Slug
	return identity.CheckSlug(*c.Slug)
}

func (s *Service) setDefaultRole(w *identity.Workspace, c *WorkspaceChange) error {
	if c.DefaultRole == nil {
		return nil
	}
	role, ok := s.product.Role(*c.DefaultRole)
	switch {
	case *c.DefaultRole != "" && !ok:
		return identity.Errorf(identity.Invalid, "default_role", "%q is not a role of this product", *c.DefaultRole)
	case role.Owner:
		return identity.Errorf(identity.Invalid, "default_role", "new members cannot be made %s; choose a role that does not own the workspace", role.Title)
	}
	w.DefaultRole = *c.DefaultRole
	return nil
}

func (s *Service) setDefaults(w *identity.Workspace, c *WorkspaceChange) error {
	if c.Defaults == nil {
		return nil
	}
	out := map[string]string{}
	for path, value := range c.Defaults {
		text, err := s.rules.defaultValue(path, strings.TrimSpace(value))
		if err != nil {
			return err
		}
		if text != "" {
			out[path] = text
		}
	}
	w.Defaults = out
	return nil
}

// defaultValue checks a default value of one of the product's own attributes.
func (r *rules) defaultValue(path, value string) (string, error) {
	for i := range r.own {
		own := parsePath(r.own[i].Path())
		if own.canonical != path || value == "" {
			continue
		}
		if r.namesRole(path) {
			return "", identity.Errorf(identity.Invalid, "defaults."+path, "%s says what somebody may do; choose a default role instead", path)
		}
		text, err := r.own[i].Rule.Apply(value)
		if err != nil || len(text) > maxKey || OneLine(text) != text {
			return "", identity.Errorf(identity.Invalid, "defaults."+path, "%q cannot be a value of %s", value, path)
		}
		return text, nil
	}
	if value == "" {
		return "", nil
	}
	return "", identity.Errorf(identity.Invalid, "defaults."+path, "this product has no attribute %q of its own", path)
}

// changeWorkspace runs f on the workspace, saves it and logs the differences
// that f gives; when there are none, nothing is written. Version 0 means
// whatever version there is.
func (s *Service) changeWorkspace(ctx context.Context, ws identity.WorkspaceID, version int64, o identity.Origin, f func(*store.Tx, *identity.Workspace) ([]identity.Delta, error)) (w identity.Workspace, err error) {
	err = s.store.Write(ctx, ws, func(tx *store.Tx) error {
		if w, err = tx.Details(ctx); err != nil {
			return err
		}
		if err := current(w.Version, version); err != nil {
			return err
		}
		deltas, err := f(tx, &w)
		if err != nil {
			return err
		}
		if len(deltas) == 0 {
			return errUnchanged
		}
		if err := tx.SaveWorkspace(ctx, &w); err != nil {
			return err
		}
		return tx.Log(ctx, o, identity.WorkspaceChanged, identity.Subject{Kind: "workspace", ID: string(ws)}, deltas)
	})
	return w, unlessUnchanged(err)
}

// current refuses a change that was worked out on an older version; 0 is any.
func current(is, seen int64) error {
	if seen == 0 || seen == is {
		return nil
	}
	return identity.Errorf(identity.Taken, "version", "somebody else saved a change meanwhile; look at what is there now, and make your change again")
}

func changed(field, before, after string) []identity.Delta {
	if before == after {
		return nil
	}
	return []identity.Delta{{Field: field, Before: before, After: after}}
}

func changedMap(prefix string, before, after map[string]string) (out []identity.Delta) {
	all := maps.Clone(before)
	if all == nil {
		all = map[string]string{}
	}
	maps.Copy(all, after)
	for _, k := range sortedKeys(all) {
		out = append(out, changed(prefix+k, before[k], after[k])...)
	}
	return out
}

// settle gives a new member what the workspace says of new members: its default
// role, and values of the attributes that the directory sent none of (T22, K11).
func (s *Service) settle(tx *store.Tx, m *identity.Member, doc *scim.Object) error {
	set, err := identity.ReadSettings(tx.Tally().Settings)
	if err != nil || set.DefaultRole == "" && len(set.Defaults) == 0 {
		return err
	}
	if role, ok := s.product.Role(set.DefaultRole); ok && !role.Owner {
		m.Grants = identity.Granted(m.Grants, identity.ByDefault, role.Name)
	}
	for i := range s.rules.own {
		path := parsePath(s.rules.own[i].Path())
		value := set.Defaults[path.canonical]
		if value == "" || textOf(path.in(doc)) != "" {
			continue
		}
		m.Attributes = maps.Clone(m.Attributes)
		if m.Attributes == nil {
			m.Attributes = map[string]string{}
		}
		m.Attributes[path.canonical] = value
	}
	return nil
}

// keepDefaults leaves a member the values of attributes that its directory sent
// neither before nor now: another default touches nobody from before.
func (r *rules) keepDefaults(before, m *identity.Member, old, doc *scim.Object) {
	if len(before.Attributes) == 0 {
		return
	}
	for i := range r.own {
		path := parsePath(r.own[i].Path())
		value, had := before.Attributes[path.canonical]
		if !had || value == m.Attributes[path.canonical] || textOf(path.in(old)) != "" || textOf(path.in(doc)) != "" {
			continue
		}
		m.Attributes = maps.Clone(m.Attributes)
		if m.Attributes == nil {
			m.Attributes = map[string]string{}
		}
		m.Attributes[path.canonical] = value
	}
}
