package lab

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
)

func (o *Okta) pushed(id string) *pushedGroup {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.groups[id]
}

func (o *Okta) setGroup(id string, g *pushedGroup) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if g == nil {
		delete(o.groups, id)
		return
	}
	o.groups[id] = g
}

// unlinked lists pushed groups that are not to be pushed any more.
func (o *Okta) unlinked(s *snapshot) []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	var gone []string
	for _, id := range slices.Sorted(maps.Keys(o.groups)) {
		if !slices.ContainsFunc(s.groups, func(g Group) bool { return g.ObjectID == id }) {
			gone = append(gone, id)
		}
	}
	return gone
}

// unlink deletes a group in the target, as Unlink pushed group does.
func (o *Okta) unlink(ctx context.Context, id string) (string, error) {
	g := o.pushed(id)
	if err := o.client.remove(ctx, "/Groups", g.id); err != nil {
		return g.name, err
	}
	o.setGroup(id, nil)
	o.mu.Lock()
	o.gone[g.id] = g.name
	o.mu.Unlock()
	o.client.record.count("groups deleted", 1)
	return g.name, nil
}

// group brings one pushed group up to date.
func (o *Okta) group(ctx context.Context, g *Group, s *snapshot) error {
	known := o.pushed(g.ObjectID)
	want := o.wanted(g, s)
	if known == nil {
		var err error
		if known, err = o.link(ctx, g, want); err != nil {
			return err
		}
	}
	if known.name == g.DisplayName && known.members != nil && maps.Equal(known.members, want) {
		return nil
	}
	r, err := o.change(ctx, g, known, want)
	if r != nil && r.status == http.StatusNotFound {
		o.setGroup(g.ObjectID, nil)
	}
	if err != nil {
		return err
	}
	known.name, known.members = g.DisplayName, want
	o.client.record.count("groups updated", 1)
	return nil
}

// wanted gives the members that Okta pushes: those in the group whose account
// at the server belongs to an assignment.
func (o *Okta) wanted(g *Group, s *snapshot) map[string]string {
	o.mu.Lock()
	defer o.mu.Unlock()
	want := map[string]string{}
	for _, p := range g.Members {
		if u := o.users[p]; u != nil && u.assigned && s.people[p] != nil {
			want[p] = u.id
		}
	}
	return want
}

// link looks the name up before it creates: a group that is there already is
// taken over. Members are nil after a take-over, so that a full push follows.
func (o *Okta) link(ctx context.Context, g *Group, want map[string]string) (*pushedGroup, error) {
	doc, err := o.lookup(ctx, "/Groups", "displayName", g.DisplayName)
	if err != nil {
		return nil, err
	}
	if doc == nil {
		known, r, err := o.createGroup(ctx, g, want)
		if r == nil || r.status != http.StatusConflict || r.tries == 1 {
			return known, err
		}
		// The first try was carried out although its answer was lost.
		if doc, err = o.lookup(ctx, "/Groups", "displayName", g.DisplayName); err != nil || doc == nil {
			return nil, r.unless(err)
		}
	}
	known := &pushedGroup{id: identifier(doc)}
	o.setGroup(g.ObjectID, known)
	o.client.record.count("groups matched", 1)
	return known, nil
}

func (o *Okta) createGroup(ctx context.Context, g *Group, want map[string]string) (*pushedGroup, *reply, error) {
	r, err := o.client.send(ctx, http.MethodPost, "/Groups", object{
		"schemas": []string{groupURN}, "displayName": g.DisplayName, "members": o.postMembers(want),
	})
	if err != nil {
		return nil, r, err
	}
	known := &pushedGroup{id: identifier(r.doc()), name: g.DisplayName}
	if known.id == "" {
		return nil, r, fmt.Errorf("POST /Groups: the answer has no id: %s", excerpt(r.body))
	}
	if o.opt.Custom || len(want) == 0 {
		known.members = want
	}
	o.setGroup(g.ObjectID, known)
	o.client.record.count("groups created", 1)
	return known, r, nil
}

// postMembers gives the members that a new group is posted with: none from the
// catalogue, which pushes them right after, all from a custom application.
func (o *Okta) postMembers(want map[string]string) []any {
	if !o.opt.Custom {
		return []any{}
	}
	return o.values(want)
}

// values lists members as Okta writes them, in a steady order.
func (o *Okta) values(members map[string]string) []any {
	out := make([]any, 0, len(members))
	for _, p := range slices.SortedFunc(maps.Keys(members), func(a, b string) int { return cmp.Compare(members[a], members[b]) }) {
		display := ""
		if u := o.user(p); u != nil {
			display = u.name
		}
		out = append(out, object{"value": members[p], "display": display})
	}
	return out
}

// change sends a group's new name and members.
func (o *Okta) change(ctx context.Context, g *Group, known *pushedGroup, want map[string]string) (*reply, error) {
	path := member("/Groups", known.id)
	if o.opt.Custom {
		return o.client.send(ctx, http.MethodPut, path, object{
			"schemas": []string{groupURN}, "id": known.id, "displayName": g.DisplayName, "members": o.values(want),
		})
	}
	// The name goes first, with the group's id inside the value, on every
	// change of members, too.
	name := object{"op": "replace", "value": object{"id": known.id, "displayName": g.DisplayName}}
	r, err := o.client.send(ctx, http.MethodPatch, path, patch(name))
	if err != nil || known.members != nil && maps.Equal(known.members, want) {
		return r, err
	}
	return o.client.send(ctx, http.MethodPatch, path, patch(o.memberOps(known, want)...))
}

// memberOps gives removals by value path and one addition in a single PATCH, or
// for a full push one replacement of the whole list.
func (o *Okta) memberOps(known *pushedGroup, want map[string]string) []any {
	if known.members == nil {
		return []any{object{"op": "replace", "path": "members", "value": o.values(want)}}
	}
	var ops []any
	for _, p := range slices.Sorted(maps.Keys(known.members)) {
		if id := known.members[p]; want[p] != id {
			ops = append(ops, object{"op": "remove", "path": "members[value eq " + quote(id) + "]"})
		}
	}
	add := map[string]string{}
	for p, id := range want {
		if known.members[p] != id {
			add[p] = id
		}
	}
	if len(add) > 0 {
		ops = append(ops, object{"op": "add", "path": "members", "value": o.values(add)})
	}
	return ops
}
