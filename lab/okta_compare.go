package lab

import (
	"context"
	"fmt"
	"maps"
	"slices"
)

// compare says what the server should hold after the cycles so far.
func (o *Okta) compare(ctx context.Context, s *snapshot, on func(Progress)) (*Comparison, error) {
	groups := o.expectGroups(s)
	o.mu.Lock()
	x := expectation{people: o.expectPeople(s), groups: groups, goneG: maps.Clone(o.gone), noGroup: o.opt.NoGroups}
	o.mu.Unlock()
	return o.client.compare(ctx, x, o.opt.Workers, on)
}

func (o *Okta) expectPeople(s *snapshot) []expectedPerson {
	var out []expectedPerson
	for _, id := range s.order {
		p, u := s.people[id], o.users[id]
		switch {
		case !p.active():
		case u == nil && o.opt.NoCreate:
		case u == nil || !u.assigned:
			out = append(out, expectedPerson{name: p.UserPrincipalName})
		case o.opt.NoUpdate:
			out = append(out, o.expectPerson(u, u.sent))
		default:
			out = append(out, o.expectPerson(u, profileOf(p)))
		}
	}
	for _, id := range slices.Sorted(maps.Keys(o.users)) {
		if p := s.people[id]; p == nil || !p.active() {
			out = append(out, o.expectPerson(o.users[id], o.users[id].sent))
		}
	}
	return out
}

func (o *Okta) expectPerson(u *appUser, want profile) expectedPerson {
	active := u.active
	return expectedPerson{name: u.name, id: u.id, check: func(doc object) []string {
		var out []string
		for _, path := range slices.Sorted(maps.Keys(want)) {
			out = append(out, field(doc, path, want[path])...)
		}
		on, _ := lookupKey(doc, "active")
		if is, ok := on.(bool); !ok || is != active {
			out = append(out, fmt.Sprintf("active is %v on the server and %v in the directory", show(on), active))
		}
		return out
	}}
}

func (o *Okta) expectGroups(s *snapshot) []expectedGroup {
	var out []expectedGroup
	for i := range s.groups {
		g := &s.groups[i]
		x := expectedGroup{name: g.DisplayName, check: func(doc object) []string {
			return field(doc, "displayName", g.DisplayName)
		}}
		if known := o.pushed(g.ObjectID); known != nil {
			x.id = known.id
		}
		for _, id := range o.wanted(g, s) {
			x.members = append(x.members, id)
		}
		slices.Sort(x.members)
		out = append(out, x)
	}
	return out
}
