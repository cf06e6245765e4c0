package lab

import (
	"context"
	"maps"
	"slices"
)

// compare says what the server should hold after the cycles so far.
func (c *connector) compare(ctx context.Context, s *snapshot, on func(Progress)) (*Comparison, error) {
	groups := c.expectGroups(s)
	c.mu.Lock()
	x := expectation{people: c.expectPeople(s), groups: groups, gone: maps.Clone(c.gone), goneG: maps.Clone(c.goneG), noGroup: c.opt.NoGroups}
	c.mu.Unlock()
	return c.client.compare(ctx, x, c.workers, on)
}

func (c *connector) expectPeople(s *snapshot) []expectedPerson {
	var out []expectedPerson
	for _, id := range s.order {
		p, l := s.people[id], c.links[id]
		switch {
		case !p.active():
		case l == nil && c.opt.NoCreate:
		case l == nil:
			out = append(out, expectedPerson{name: p.UserPrincipalName})
		case c.opt.NoUpdate:
			out = append(out, c.expectPerson(l, l.sent))
		default:
			out = append(out, c.expectPerson(l, c.resource(p, true)))
		}
	}
	for _, id := range slices.Sorted(maps.Keys(c.links)) {
		if p := s.people[id]; p == nil || !p.active() {
			out = append(out, c.expectPerson(c.links[id], c.links[id].sent))
		}
	}
	return out
}

func (c *connector) expectPerson(l *link, want object) expectedPerson {
	return expectedPerson{name: l.name, id: l.id, check: func(doc object) []string {
		var out []string
		for _, a := range append(changed(doc, want), lost(c.paths, doc, want)...) {
			for _, l := range a.lacks {
				out = append(out, l.String())
			}
		}
		return out
	}}
}

func (c *connector) expectGroups(s *snapshot) []expectedGroup {
	var out []expectedGroup
	for i := range s.groups {
		g := &s.groups[i]
		x := expectedGroup{name: g.DisplayName, check: func(doc object) []string { return field(doc, "displayName", g.DisplayName) }}
		if known := c.pushed(g.ObjectID); known != nil {
			x.id = known.id
		}
		x.members = slices.Sorted(maps.Values(c.wanted(g, s)))
		out = append(out, x)
	}
	return out
}
