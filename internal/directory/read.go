package directory

import (
	"context"
	"strconv"
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
	out := &scim.Resource{ID: v.ID, Stored: v.Doc, Created: instant(v.Created), Modified: instant(v.Modified), Version: p.version(v.Version, v.Groups)}
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
	if alone {
		return p.shown(m, doc, nil), nil
	}
	groups, err := p.store.Read(p.c.Workspace).GroupsOf(ctx, m.ID)
	return p.shown(m, doc, groups), err
}

// shown makes a resource of a member, its doc and its groups.
func (p *People) shown(m *identity.Member, doc *scim.Object, groups []identity.Reference) *scim.Resource {
	out := &scim.Resource{ID: string(m.ResourceID), Attrs: doc, Created: m.Created, Modified: m.Modified, Version: p.version(m.Version, groups)}
	p.addGroups(out, groups)
	return out
}

// version is what a person's entity tag says. Groups are shown with the person
// and change without the person's row, so a digest of them follows the row's
// version; their order does not count. RFC 7644 §3.14.
func (p *People) version(row int64, groups []identity.Reference) string {
	v := version(row)
	if len(groups) == 0 || p.product.SCIM.Groups == product.GroupsOff {
		return v
	}
	sum := uint64(0)
	for i := range groups {
		sum += digest(groups[i].ID, groups[i].Display)
	}
	return v + "-" + strconv.FormatUint(sum, 36)
}

// digest is FNV-1a of two texts. http://www.isthe.com/chongo/tech/comp/fnv/
func digest(a, b string) uint64 {
	const offset, prime = 14695981039346656037, 1099511628211
	h := uint64(offset)
	for i := range len(a) {
		h = (h ^ uint64(a[i])) * prime
	}
	h = (h ^ 0xff) * prime // no byte of UTF-8
	for i := range len(b) {
		h = (h ^ uint64(b[i])) * prime
	}
	return h
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
