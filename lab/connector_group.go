package lab

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
)

func (c *connector) pushed(id string) *pushedGroup {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.groups[id]
}

// bindGroup remembers which group is which, or with nil forgets it.
func (c *connector) bindGroup(id string, g *pushedGroup) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if g == nil {
		delete(c.groups, id)
		return
	}
	c.groups[id] = g
}

// unlinked lists pushed groups that are not assigned any more.
func (c *connector) unlinked(s *snapshot) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var gone []string
	for _, id := range slices.Sorted(maps.Keys(c.groups)) {
		if !slices.ContainsFunc(s.groups, func(g Group) bool { return g.ObjectID == id }) {
			gone = append(gone, id)
		}
	}
	return gone
}

func (c *connector) dropGroup(ctx context.Context, id string) (string, error) {
	g := c.pushed(id)
	if err := c.client.remove(ctx, "/Groups", g.id); err != nil {
		return g.name, err
	}
	c.bindGroup(id, nil)
	c.mu.Lock()
	c.goneG[g.id] = g.name
	c.mu.Unlock()
	c.client.record.count("groups deleted", 1)
	return g.name, nil
}

// group brings one group with its members up to date. Groups are looked up by
// name and taken over, with all that are in the directory's as members.
func (c *connector) group(ctx context.Context, g *Group, s *snapshot) error {
	known := c.pushed(g.ObjectID)
	if known == nil {
		var err error
		if known, err = c.matchGroup(ctx, g); err != nil {
			return err
		}
	}
	want := c.wanted(g, s)
	if known.name == g.DisplayName && maps.Equal(known.members, want) {
		return nil
	}
	r, err := c.changeGroup(ctx, g, known, want)
	if r != nil && r.status == http.StatusNotFound {
		c.bindGroup(g.ObjectID, nil)
	}
	if err != nil {
		return err
	}
	known.name, known.members = g.DisplayName, want
	c.client.record.count("groups updated", 1)
	return nil
}

// wanted gives the members with an account at the server.
func (c *connector) wanted(g *Group, s *snapshot) map[string]string {
	c.mu.Lock()
	defer c.mu.Unlock()
	want := map[string]string{}
	for _, p := range g.Members {
		if l := c.links[p]; l != nil && s.people[p] != nil {
			want[p] = l.id
		}
	}
	return want
}

func (c *connector) matchGroup(ctx context.Context, g *Group) (*pushedGroup, error) {
	doc, err := c.team(ctx, g.DisplayName)
	if err != nil {
		return nil, err
	}
	deed := "groups matched"
	if doc == nil {
		r, err := c.client.send(ctx, http.MethodPost, "/Groups", object{"schemas": []any{groupURN}, "displayName": g.DisplayName, "externalId": g.ObjectID})
		switch {
		case err == nil:
			doc, deed = r.doc(), "groups created"
		case r == nil || r.status != http.StatusConflict || r.tries == 1:
			return nil, err
		default: // the first try was carried out although its answer was lost
			if doc, err = c.lookupGroup(ctx, g.DisplayName); err != nil || doc == nil {
				return nil, r.unless(err)
			}
		}
	}
	known := &pushedGroup{id: identifier(doc), name: g.DisplayName, members: map[string]string{}}
	if known.id == "" {
		return nil, fmt.Errorf("POST /Groups: the answer has no id")
	}
	c.bindGroup(g.ObjectID, known)
	c.client.record.count(deed, 1)
	return known, nil
}

// team finds a group by its name, at the server or in what was listed.
func (c *connector) team(ctx context.Context, name string) (object, error) {
	if !c.habit.lists {
		return c.lookupGroup(ctx, name)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.teams[name], nil
}

// changeGroup sends a group's new name and members.
func (c *connector) changeGroup(ctx context.Context, g *Group, known *pushedGroup, want map[string]string) (*reply, error) {
	path := member("/Groups", known.id)
	if c.habit.putGroups && c.method == http.MethodPut {
		return c.client.send(ctx, http.MethodPut, path, object{
			"schemas": []any{groupURN}, "id": known.id, "displayName": g.DisplayName, "externalId": g.ObjectID, "members": references(want),
		})
	}
	var ops []any
	if known.name != g.DisplayName {
		ops = append(ops, object{"op": "replace", "path": "displayName", "value": g.DisplayName})
	}
	removed, added := map[string]string{}, map[string]string{}
	for p, id := range known.members {
		if want[p] != id {
			removed[p] = id
		}
	}
	for p, id := range want {
		if known.members[p] != id {
			added[p] = id
		}
	}
	ops = append(ops, c.removals(removed)...)
	if len(added) > 0 {
		ops = append(ops, object{"op": "add", "path": "members", "value": references(added)})
	}
	return c.client.send(ctx, http.MethodPatch, path, patch(ops...))
}

func (c *connector) removals(members map[string]string) []any {
	if len(members) == 0 {
		return nil
	}
	if c.habit.listRemoval {
		return []any{object{"op": "remove", "path": "members", "value": references(members)}}
	}
	var ops []any
	for _, ref := range references(members) {
		id, _ := ref.(object)["value"].(string)
		ops = append(ops, object{"op": "remove", "path": "members[value eq " + quote(id) + "]"})
	}
	return ops
}

// references lists members in order of their ids.
func references(members map[string]string) []any {
	out := make([]any, 0, len(members))
	for _, p := range slices.SortedFunc(maps.Keys(members), func(a, b string) int { return cmp.Compare(members[a], members[b]) }) {
		out = append(out, object{"value": members[p]})
	}
	return out
}

// lookupGroup asks for the one group of this name.
func (c *connector) lookupGroup(ctx context.Context, name string) (object, error) {
	q := "excludedAttributes=members&filter=" + url.QueryEscape("displayName eq "+quote(name))
	found, err := c.client.find(ctx, "/Groups", q)
	switch {
	case err != nil || len(found) == 0:
		return nil, err
	case len(found) > 1:
		return nil, fmt.Errorf("%d groups are named %q", len(found), name)
	}
	return found[0], nil
}
