package lab

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
)

// compare says what the server should hold after the cycles so far.
func (e *Entra) compare(ctx context.Context, s *snapshot, on func(Progress)) (*Comparison, error) {
	e.mu.Lock()
	x := expectation{
		people: e.expectPeople(s), groups: e.expectGroups(s),
		gone: maps.Clone(e.deleted), goneG: maps.Clone(e.deletedG), noGroup: e.opt.NoGroups,
	}
	e.mu.Unlock()
	return e.client.compare(ctx, x, e.opt.Workers, on)
}

func (e *Entra) expectPeople(s *snapshot) []expectedPerson {
	var out []expectedPerson
	for _, id := range s.order {
		p, a := s.people[id], e.accounts[id]
		switch {
		case p.active() && (a == nil || !a.managed) && e.opt.NoCreate:
		case p.active() && a != nil && a.managed && e.opt.NoUpdate:
			out = append(out, e.expectPerson(a, a.sent))
		case p.active() && (a == nil || !a.managed):
			out = append(out, expectedPerson{name: p.UserPrincipalName})
		case p.active():
			x := e.expectPerson(a, e.mapping.values(p))
			boss, known := e.bossOf(p)
			if e.mapping.manager != nil && known && (boss != "" || a.managerSent) {
				x.check = both(x.check, func(doc object) []string { return e.expectManager(doc, boss) })
			}
			out = append(out, x)
		}
	}
	// The inactive keep what they had, but for the switch itself; also those
	// that Entra does not manage any more.
	for _, id := range slices.Sorted(maps.Keys(e.accounts)) {
		if p := s.people[id]; p == nil || !p.active() {
			out = append(out, e.expectPerson(e.accounts[id], e.accounts[id].sent))
		}
	}
	return out
}

func (e *Entra) expectPerson(a *account, want map[string]any) expectedPerson {
	return expectedPerson{
		name: cmp.Or(a.name, a.id), id: a.id,
		check: func(doc object) []string {
			var out []string
			for _, c := range e.mapping.changes(doc, want) {
				out = append(out, fmt.Sprintf("%s is %v on the server and %v in the directory",
					c.rule.Target, show(c.rule.path.read(doc)), show(c.value)))
			}
			return out
		},
	}
}

func both(a, b func(object) []string) func(object) []string {
	return func(doc object) []string { return append(a(doc), b(doc)...) }
}

// expectManager checks the reference, which servers return as an object with a
// value.
func (e *Entra) expectManager(doc object, want string) []string {
	got := e.mapping.manager.path.read(doc)
	if o, ok := got.(object); ok {
		got, _ = lookupKey(o, "value")
	}
	if text(got) == want {
		return nil
	}
	return []string{fmt.Sprintf("the manager is %q on the server and %q in the directory", text(got), want)}
}

// show puts a value into words.
func show(v any) string {
	switch v := v.(type) {
	case nil:
		return "absent"
	case string:
		return fmt.Sprintf("%q", v)
	case roleSet:
		return fmt.Sprintf("the roles %v", roleValues(v.objects()))
	}
	return fmt.Sprint(v)
}

func (e *Entra) expectGroups(s *snapshot) []expectedGroup {
	var out []expectedGroup
	for i := range s.groups {
		g := &s.groups[i]
		x := expectedGroup{name: g.DisplayName, check: func(doc object) []string {
			return append(field(doc, "displayName", g.DisplayName), field(doc, "externalId", g.ObjectID)...)
		}}
		if known := e.groups[g.ObjectID]; known != nil {
			x.id = known.id
		}
		for _, p := range g.Members {
			if a := e.accounts[p]; a != nil && a.managed {
				x.members = append(x.members, a.id)
			}
		}
		out = append(out, x)
	}
	return out
}
