package lab

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
)

// pushedGroup is what a client remembers of a group at the server.
type pushedGroup struct {
	id      string
	name    string
	members map[string]string // ObjectID → server id, as last sent
	stale   bool              // to be compared with the server again
	unsure  bool              // all members are to be sent again
}

func (e *Entra) pushed(id string) *pushedGroup {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.groups[id]
}

func (e *Entra) bindGroup(id string, g *pushedGroup) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.groups[id] = g
}

func (e *Entra) forgetGroup(id string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.groups, id)
}

// unscoped lists groups at the server that are not assigned any more.
func (e *Entra) unscoped(s *snapshot) []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	var gone []string
	for id := range e.groups {
		if !slices.ContainsFunc(s.groups, func(g Group) bool { return g.ObjectID == id }) {
			gone = append(gone, id)
		}
	}
	slices.Sort(gone)
	return gone
}

func (e *Entra) dropGroup(ctx context.Context, id string) (string, error) {
	g := e.pushed(id)
	if err := e.client.remove(ctx, "/Groups", g.id); err != nil {
		return g.name, err
	}
	e.forgetGroup(id)
	e.mu.Lock()
	e.deletedG[g.id] = g.name
	e.mu.Unlock()
	e.client.record.count("groups deleted", 1)
	return g.name, nil
}

// group brings one group's own attributes up to date.
func (e *Entra) group(ctx context.Context, g *Group) error {
	known := e.pushed(g.ObjectID)
	if known == nil {
		return e.matchGroup(ctx, g)
	}
	if known.name == g.DisplayName && !known.stale {
		return nil
	}
	doc, found, err := e.client.read(ctx, "/Groups", known.id, "excludedAttributes=members")
	if err != nil {
		return err
	}
	if !found {
		e.forgetGroup(g.ObjectID)
		return e.matchGroup(ctx, g)
	}
	return e.alignGroup(ctx, g, known, doc, "groups updated")
}

// matchGroup looks a group up by its name and creates it where there is none.
func (e *Entra) matchGroup(ctx context.Context, g *Group) error {
	doc, err := e.lookupGroup(ctx, g)
	if err != nil {
		return err
	}
	if doc == nil {
		r, err := e.createGroup(ctx, g)
		if r == nil || r.status != http.StatusConflict || r.tries == 1 {
			return err
		}
		if doc, err = e.lookupGroup(ctx, g); err != nil || doc == nil {
			return r.unless(err)
		}
	}
	known := &pushedGroup{id: identifier(doc), members: map[string]string{}}
	e.bindGroup(g.ObjectID, known)
	return e.alignGroup(ctx, g, known, doc, "groups matched")
}

func (e *Entra) lookupGroup(ctx context.Context, g *Group) (object, error) {
	q := "excludedAttributes=members&filter=" + url.QueryEscape("displayName eq "+quote(g.DisplayName))
	found, err := e.query(ctx, "/Groups", q)
	switch {
	case err != nil || len(found) == 0:
		return nil, err
	case len(found) > 1:
		return nil, fmt.Errorf("%d groups are named %q; Entra skips such a group", len(found), g.DisplayName)
	}
	return found[0], nil
}

// createGroup posts a group without members, with a schema of Microsoft's own.
func (e *Entra) createGroup(ctx context.Context, g *Group) (*reply, error) {
	r, err := e.client.send(ctx, http.MethodPost, "/Groups", object{
		"schemas":     []string{groupURN, adscimURN},
		"externalId":  g.ObjectID,
		"displayName": g.DisplayName,
		"meta":        object{"resourceType": "Group"},
	})
	if err != nil {
		return r, err
	}
	id := identifier(r.doc())
	if id == "" {
		return r, fmt.Errorf("POST /Groups: the answer has no id: %s", excerpt(r.body))
	}
	e.bindGroup(g.ObjectID, &pushedGroup{id: id, name: g.DisplayName, members: map[string]string{}})
	e.client.record.count("groups created", 1)
	return r, nil
}

func (e *Entra) alignGroup(ctx context.Context, g *Group, known *pushedGroup, doc object, deed string) error {
	var ops []any
	for _, want := range [][2]string{{"displayName", g.DisplayName}, {"externalId", g.ObjectID}} {
		got, _ := lookupKey(doc, want[0])
		if have, _ := got.(string); have != want[1] {
			ops = append(ops, e.dialect.op(verb(have != "", e.dialect), want[0], want[1]))
		}
	}
	if len(ops) > 0 {
		if _, err := e.client.send(ctx, http.MethodPatch, member("/Groups", known.id), patch(ops...)); err != nil {
			return err
		}
	}
	known.stale = false
	if known.name = g.DisplayName; len(ops) > 0 || deed == "groups matched" {
		e.client.record.count(deed, 1)
	}
	return nil
}

// membership is one PATCH of a group's members.
type membership struct {
	group, name string
	add         bool
	people      []pushedMember
}

type pushedMember struct{ person, id string }

// key names the change.
func (m *membership) key() string {
	return fmt.Sprintf("%s %t %s", m.group, m.add, m.people[0].person)
}

// memberships lists what to change. People without an account are skipped; the
// memberships of the disabled stay, because Entra does not send them again when
// they come back.
func (e *Entra) memberships(s *snapshot) []membership {
	e.mu.Lock()
	defer e.mu.Unlock()
	var tasks []membership
	for i := range s.groups {
		g := &s.groups[i]
		known := e.groups[g.ObjectID]
		if known == nil {
			continue
		}
		var add, remove []pushedMember
		for _, p := range g.Members {
			if a := e.accounts[p]; a != nil && a.managed && (known.unsure || known.members[p] != a.id) {
				add = append(add, pushedMember{p, a.id})
			}
		}
		for p, id := range known.members {
			if s.people[p] == nil {
				delete(known.members, p) // the account itself was deleted
			} else if _, still := slices.BinarySearch(g.Members, p); !still {
				remove = append(remove, pushedMember{p, id})
			}
		}
		known.unsure = false
		slices.SortFunc(remove, func(a, b pushedMember) int { return cmp.Compare(a.person, b.person) })
		tasks = append(tasks, e.batches(g, add, true)...)
		tasks = append(tasks, e.batches(g, remove, false)...)
	}
	return tasks
}

func (e *Entra) batches(g *Group, people []pushedMember, add bool) []membership {
	var out []membership
	for part := range slices.Chunk(people, max(e.opt.MemberBatch, 1)) {
		out = append(out, membership{group: g.ObjectID, name: g.DisplayName, add: add, people: part})
	}
	return out
}

// members sends one change of membership.
func (e *Entra) members(ctx context.Context, m membership) error {
	g := e.pushed(m.group)
	if g == nil {
		return nil // lost by an earlier step
	}
	needed, err := e.needed(ctx, g, m)
	if err != nil {
		return err
	}
	if len(needed) > 0 {
		r, err := e.client.send(ctx, http.MethodPatch, member("/Groups", g.id), patch(e.memberOps(needed, m.add)...))
		if r != nil && r.status == http.StatusNotFound {
			e.forgetGroup(m.group)
		}
		if err != nil {
			return err
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, p := range m.people {
		if m.add {
			g.members[p.person] = p.id
		} else {
			delete(g.members, p.person)
		}
	}
	e.client.record.count(map[bool]string{true: "members added", false: "members removed"}[m.add], len(m.people))
	return nil
}

// needed asks the server which of the people it has otherwise, where the
// options say so.
func (e *Entra) needed(ctx context.Context, g *pushedGroup, m membership) ([]pushedMember, error) {
	if !e.opt.ProbeMembers {
		return m.people, nil
	}
	var out []pushedMember
	for _, p := range m.people {
		q := fmt.Sprintf("id eq %s and members eq %s", quote(g.id), quote(p.id))
		found, err := e.query(ctx, "/Groups", "filter="+url.QueryEscape(q)+"&attributes=id")
		if err != nil {
			return nil, err
		}
		if (len(found) > 0) != m.add {
			out = append(out, p)
		}
	}
	return out, nil
}

// memberOps puts a change of membership into Entra's words. A removal without
// the flag carries its members as a value, which RFC 7644 §3.5.2.2 does not
// know and which must not empty the group.
func (e *Entra) memberOps(people []pushedMember, add bool) []any {
	if !add && e.dialect.compliant {
		ops := make([]any, len(people))
		for i, p := range people {
			ops[i] = object{"op": "remove", "path": "members[value eq " + quote(p.id) + "]"}
		}
		return ops
	}
	values := make([]any, len(people))
	for i, p := range people {
		values[i] = object{"$ref": nil, "value": p.id}
	}
	word := "Remove"
	if add {
		word = "Add"
	}
	return []any{e.dialect.op(word, "members", values)}
}
