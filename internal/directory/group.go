package directory

import (
	"context"
	"net/http"
	"strings"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/store"
	"github.com/anteroom-id/anteroom/scim"
)

// Create adds a group. Members that are not known yet are parked.
func (g *Groups) Create(ctx context.Context, r *scim.Resource) (*scim.Resource, error) {
	refs, doc, err := splitMembers(r.Attrs)
	if err != nil {
		return nil, err
	}
	now := g.store.Now()
	made := &identity.Group{
		ID: identity.NewGroupID(now), Connection: g.c.Connection, Version: 1, Created: now, Modified: now,
		DisplayName: doc.Str("displayName"), ExternalID: doc.Str("externalId"), Doc: doc.AppendJSON(nil),
	}
	if err := checkGroup(made.DisplayName, made.ExternalID, made.Doc); err != nil {
		return nil, err
	}
	err = g.write(ctx, g.c, func(tx *store.Tx) error {
		if err := g.groupsOff(tx.Tally()); err != nil {
			return err
		}
		ok, err := tx.InsertGroup(ctx, made)
		if err != nil {
			return err
		}
		if !ok {
			return g.nameTaken(ctx, tx, made.DisplayName)
		}
		if err := tx.Log(ctx, g.c.Origin, identity.GroupCreated, groupSubject(made.ID), differences(nil, doc)); err != nil {
			return err
		}
		d := g.delta(tx, made.ID)
		if err := d.add(ctx, refs); err != nil {
			return err
		}
		if g.c.Request != nil {
			g.c.Request.Subject = string(made.ID)
		}
		return g.finish(ctx, tx, made, d, false)
	})
	if err != nil {
		return nil, err
	}
	return g.Get(ctx, string(made.ID), nil)
}

// checkGroup refuses a group without a name, and values too long to be kept.
func checkGroup(name, externalID string, doc []byte) error {
	if strings.TrimSpace(name) == "" {
		return invalid("displayName", "a group needs a name")
	}
	if err := bounded("displayName", name); err != nil {
		return err
	}
	if err := bounded("externalId", externalID); err != nil {
		return err
	}
	return fits(doc)
}

func groupSubject(id identity.GroupID) identity.Subject {
	return identity.Subject{Kind: "group", ID: string(id)}
}

func (g *Groups) nameTaken(ctx context.Context, tx *store.Tx, name string) error {
	holder := ""
	if found, err := tx.Groups(ctx, store.Key{Name: store.KeyDisplayName, Value: identity.Fold(name)}, 1); err == nil && len(found) > 0 {
		holder = " by the group " + string(found[0].ID)
	}
	return scim.Conflict("displayName: " + quoted(name) + " is already in use" + holder + "; look it up with a filter and update it, or choose another name")
}

// splitMembers takes the members out of a group's attributes.
func splitMembers(attrs *scim.Object) (refs []string, rest *scim.Object, err error) {
	if refs, err = memberRefs(attrs); err != nil {
		return nil, nil, err
	}
	rest = attrs.Clone()
	rest.Delete("members")
	return refs, rest, nil
}

func memberRefs(attrs *scim.Object) (refs []string, err error) {
	for _, v := range attrs.List("members") {
		ref, err := memberRef(v)
		if err != nil {
			return nil, err
		}
		refs = append(refs, ref)
	}
	return refs, nil
}

func memberRef(v any) (string, error) {
	o, _ := v.(*scim.Object)
	if o == nil || o.Str("value") == "" {
		return "", invalid("members", `each member needs a "value", the id of a user`)
	}
	if strings.EqualFold(o.Str("type"), "Group") {
		return "", invalid("members", "groups inside groups are not supported; assign the people, or the inner group itself, in the directory")
	}
	return o.Str("value"), nil
}

// forChange reads a group that the caller may change, without its members.
func (g *Groups) forChange(ctx context.Context, tx *store.Tx, id string) (identity.Group, *scim.Resource, error) {
	found, ok, err := tx.Group(ctx, id)
	if err != nil {
		return found, nil, err
	}
	if !ok {
		return found, nil, notFound("Group", id)
	}
	if err := g.c.refuseForeign(found.Connection, "group"); err != nil {
		return found, nil, err
	}
	r, err := g.plainResource(&found)
	return found, r, err
}

func (g *Groups) plainResource(found *identity.Group) (*scim.Resource, error) {
	doc, err := g.group.DecodeStored(found.Doc)
	return &scim.Resource{ID: string(found.ID), Attrs: doc, Created: found.Created, Modified: found.Modified, Version: version(found.Version)}, err
}

// Patch changes a group without reading its members: what is asked of them
// becomes rows to add and to remove, so that it costs the same in a group of
// ten and of 100,000, and concurrent changes lose nothing. Only operations that
// do not name members by value read them.
func (g *Groups) Patch(ctx context.Context, id string, p *scim.Patch) (*scim.Resource, error) {
	ops, rest := p.Take("members")
	return g.change(ctx, id, func(r *scim.Resource, d *delta) error {
		if _, err := rest.Apply(r); err != nil {
			return err
		}
		return d.ops(ctx, r, ops, rest)
	})
}

// change runs f on a group, r without its members, in one durable step. While
// provisioning is off, what f takes out of the group is done all the same, and
// nothing else of it: then the answer is 403.
func (g *Groups) change(ctx context.Context, id string, f func(r *scim.Resource, d *delta) error) (out *scim.Resource, err error) {
	refused, restErr := false, error(nil)
	err = g.write(ctx, g.c, func(tx *store.Tx) error {
		group, r, err := g.forChange(ctx, tx, id)
		if err != nil {
			return err
		}
		d, old := g.delta(tx, group.ID), r.Attrs.Clone()
		why := g.groupsOff(tx.Tally())
		d.off = why != nil
		if err := f(r, d); err != nil {
			return err
		}
		changed := !old.Equal(r.Attrs)
		if d.off && changed {
			r.Attrs, changed, d.refused = old, false, true
		}
		if out, refused = r, d.refused; refused && d.empty() {
			return why
		}
		if refused {
			restErr = butRemoved(why)
			g.refusedRest(why, restErr)
		}
		return g.commit(ctx, tx, &group, r, old, d, changed)
	})
	if err == nil && refused {
		err = restErr
	}
	return out, err
}

// refusedRest notes what is answered to a request of which only removals were done.
func (g *Groups) refusedRest(why, answer error) {
	g.c.Notes.Add("off", "members", "%s, so that people were taken out of the group and nothing else was done", briefly(why))
	if g.c.Request != nil {
		g.c.Request.Status, g.c.Request.Detail = http.StatusForbidden, answer.Error()
	}
}

func butRemoved(why error) error {
	return identity.Errorf(identity.Forbidden, "", "the people whom this request takes out of the group are out; nothing else of it was done, since %s", why)
}

// commit writes a changed group, its attributes and members, or nothing when
// nothing changed, and brings r up to date.
func (g *Groups) commit(ctx context.Context, tx *store.Tx, group *identity.Group, r *scim.Resource, old *scim.Object, d *delta, changed bool) error {
	if !changed && d.empty() {
		return errUnchanged
	}
	if changed {
		group.DisplayName, group.ExternalID, group.Doc = r.Attrs.Str("displayName"), r.Attrs.Str("externalId"), r.Attrs.AppendJSON(nil)
		if err := checkGroup(group.DisplayName, group.ExternalID, group.Doc); err != nil {
			return err
		}
		if err := tx.Log(ctx, g.c.Origin, identity.GroupUpdated, groupSubject(group.ID), differences(old, r.Attrs)); err != nil {
			return err
		}
	}
	if group.Connection == "" {
		group.Connection = g.c.Connection
	}
	if err := g.finish(ctx, tx, group, d, true); err != nil {
		return err
	}
	r.Modified, r.Version = group.Modified, version(group.Version)
	return nil
}

// finish logs a group's change of members and writes its row; a new group's row
// only when members came with it.
func (g *Groups) finish(ctx context.Context, tx *store.Tx, group *identity.Group, d *delta, bump bool) error {
	d.sum()
	if err := d.log(ctx, g.c.Origin); err != nil {
		return err
	}
	group.Members += int64(len(d.added) - len(d.removed))
	if bump {
		group.Version, group.Modified = group.Version+1, g.store.Now()
	} else if len(d.added) == 0 {
		return nil
	}
	ok, err := tx.UpdateGroup(ctx, group)
	if err == nil && !ok {
		err = g.nameTaken(ctx, tx, group.DisplayName)
	}
	return err
}

// groupChanged writes what a change of members outside a group's own request
// means for the group: its count, its version, its log.
func (s *Service) groupChanged(ctx context.Context, tx *store.Tx, c Caller, id identity.GroupID, added, removed []identity.MemberID) error {
	group, ok, err := tx.Group(ctx, string(id))
	if err != nil || !ok {
		return err
	}
	g := s.Groups(c)
	d := g.delta(tx, id)
	d.added, d.removed = added, removed
	return g.finish(ctx, tx, &group, d, true)
}

// Replace is PUT: attributes and members become what was sent, and what was not
// sent is cleared. RFC 7644 §3.5.1.
func (g *Groups) Replace(ctx context.Context, id string, sent *scim.Resource, check scim.Check) (*scim.Resource, error) {
	refs, doc, err := splitMembers(sent.Attrs)
	if err != nil {
		return nil, err
	}
	_, err = g.change(ctx, id, func(r *scim.Resource, d *delta) (err error) {
		if check != nil {
			if err := check(r); err != nil {
				return err
			}
		}
		if r.Attrs, err = g.group.Replaced(r.Attrs, doc); err != nil {
			return err
		}
		return d.replace(ctx, refs)
	})
	if err != nil {
		return nil, err
	}
	return g.Get(ctx, id, nil)
}

// Update changes a group as a whole, members included. Replace and Patch do the
// same without reading them; this is for callers that have neither.
func (g *Groups) Update(ctx context.Context, id string, change scim.Change) (*scim.Resource, error) {
	_, err := g.change(ctx, id, func(r *scim.Resource, d *delta) error { return d.whole(ctx, r, 1, change) })
	if err != nil {
		return nil, err
	}
	return g.Get(ctx, id, nil)
}

// Delete removes a group; what it granted is withdrawn with it.
func (g *Groups) Delete(ctx context.Context, id string, check scim.Check) error {
	return g.write(ctx, g.c, func(tx *store.Tx) error {
		group, r, err := g.forChange(ctx, tx, id)
		if err != nil {
			return err
		}
		if check != nil {
			if err := check(r); err != nil {
				return err
			}
		}
		if g.c.Request != nil {
			g.c.Request.Subject = id
		}
		return deleteGroup(ctx, tx, &group, g.c.Origin)
	})
}
