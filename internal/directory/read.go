package directory

import (
	"context"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/store"
	"github.com/anteroom-id/anteroom/scim"
)

// Get reads a person's resource.
func (p *People) Get(ctx context.Context, id string, sel *scim.Selection) (*scim.Resource, error) {
	r := p.store.Read(p.c.Workspace)
	v, found, err := r.User(ctx, id)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, notFound("User", id)
	}
	return p.fromView(&v, sel), nil
}

// fromView makes a resource of a member's row, with the groups when wanted. The
// doc stays as it is until somebody looks into it.
func (p *People) fromView(v *store.View, sel *scim.Selection) *scim.Resource {
	out := &scim.Resource{ID: v.ID, Stored: v.Doc, Created: instant(v.Created), Modified: instant(v.Modified), Version: version(v.Version)}
	if sel.Wants("groups") {
		p.addGroups(out, v.Groups)
	}
	return out
}

// addGroups adds the member's groups to its resource.
func (p *People) addGroups(out *scim.Resource, groups []identity.Reference) {
	if len(groups) > 0 && p.product.SCIM.Groups != product.GroupsOff {
		if out.Attrs == nil {
			out.Attrs = &scim.Object{}
		}
		out.Attrs.Attrs = append(out.Attrs.Attrs, scim.Attr{Name: "groups", Value: p.c.references(groups, "/Groups/", "type", "direct")})
	}
}

// answer makes a resource of a member that was just written and its doc. Alone
// says that the member is known to be in no group.
func (p *People) answer(ctx context.Context, m *identity.Member, doc *scim.Object, alone bool) (*scim.Resource, error) {
	out := &scim.Resource{ID: string(m.ResourceID), Attrs: doc, Created: m.Created, Modified: m.Modified, Version: version(m.Version)}
	if alone {
		return out, nil
	}
	groups, err := p.store.Read(p.c.Workspace).GroupsOf(ctx, m.ID)
	p.addGroups(out, groups)
	return out, err
}

func instant(us int64) time.Time { return time.UnixMicro(us).UTC() }

// references lists resources of one endpoint, each with its id, URI and name, and one attribute more.
func (c *Caller) references(refs []identity.Reference, endpoint, extra, value string) []any {
	out := make([]any, 0, len(refs))
	for _, r := range refs {
		attrs := append(make([]scim.Attr, 0, 4), scim.Attr{Name: "value", Value: r.ID})
		if c.BaseURL != "" {
			attrs = append(attrs, scim.Attr{Name: "$ref", Value: c.BaseURL + endpoint + r.ID})
		}
		attrs = append(attrs, scim.Attr{Name: "display", Value: r.Display}, scim.Attr{Name: extra, Value: value})
		out = append(out, &scim.Object{Attrs: attrs})
	}
	return out
}

// Get reads a group; its members only when they are wanted.
func (g *Groups) Get(ctx context.Context, id string, sel *scim.Selection) (*scim.Resource, error) {
	r := g.store.Read(g.c.Workspace)
	found, ok, err := r.Group(ctx, id)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, notFound("Group", id)
	}
	return g.fromGroup(ctx, r, &found, sel)
}

func (g *Groups) fromGroup(ctx context.Context, r *store.Reader, found *identity.Group, sel *scim.Selection) (*scim.Resource, error) {
	out := &scim.Resource{ID: string(found.ID), Stored: found.Doc, Created: found.Created, Modified: found.Modified, Version: version(found.Version)}
	if !sel.Wants("members") {
		return out, nil
	}
	return out, g.withMembers(ctx, r, found.ID, out)
}

func (g *Groups) withMembers(ctx context.Context, r *store.Reader, id identity.GroupID, out *scim.Resource) error {
	members, err := r.MembersOf(ctx, id)
	if err == nil && len(members) > 0 {
		if out.Attrs == nil {
			out.Attrs = &scim.Object{}
		}
		out.Attrs.Attrs = append(out.Attrs.Attrs, scim.Attr{Name: "members", Value: g.c.references(members, "/Users/", "type", "User")})
	}
	return err
}
