package lab

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// onDemandMembers is how many members one provisioning on demand changes.
const onDemandMembers = 5

// ProvisionOnDemand does what Provision on demand in the portal does for one
// person, or for one group and up to five changes of its members: connection
// test, scope, match, action. The error says why nothing could be done; what the
// server refuses is told in the summary.
//
// As with the real one, whoever is disabled or deleted in the directory is
// refused, the unassigned are disabled, roles are not provisioned, and updates
// have the form without aadOptscim062020 even where the job has the flag. The
// server is not read back.
func (e *Entra) ProvisionOnDemand(ctx context.Context, objectID string) (*Summary, error) {
	e.run.Lock()
	defer e.run.Unlock()
	if err := e.test(ctx); err != nil {
		return nil, err
	}
	s := e.dir.snapshot()
	out := &Summary{Client: e.name, Cycle: e.cycles, Kind: "on demand"}
	do, err := e.demand(s, objectID, out)
	if err != nil {
		return nil, err
	}
	defer e.plainly()()
	_, err = e.one(ctx, out, do)
	return out, err
}

// plainly switches to the form of updates on demand until its result is called.
func (e *Entra) plainly() (back func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	m, d := e.mapping, e.dialect
	plain := *m
	plain.rules = slices.DeleteFunc(slices.Clone(m.rules), func(r rule) bool {
		return strings.Contains(strings.ToLower(r.Source), "approleassignments")
	})
	e.mapping, e.dialect = &plain, dialect{}
	return func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.mapping, e.dialect = m, d
	}
}

// demand says what to do for an object.
func (e *Entra) demand(s *snapshot, id string, out *Summary) (func(*job), error) {
	if p := s.people[id]; p != nil {
		out.People = 1
		return e.demandPerson(s, p)
	}
	i := slices.IndexFunc(s.groups, func(g Group) bool { return g.ObjectID == id })
	switch _, exists := e.dir.Group(id); {
	case i >= 0 && e.opt.NoGroups:
		return nil, fmt.Errorf("groups are not provisioned")
	case i >= 0:
		out.Groups = 1
		return e.demandGroup(s, &s.groups[i]), nil
	case exists:
		return nil, fmt.Errorf("the group %s is not assigned to the application", id)
	}
	return nil, fmt.Errorf("the directory has no person and no group %s", id)
}

func (e *Entra) demandPerson(s *snapshot, p *subject) (func(*job), error) {
	a := e.account(p.ObjectID)
	switch {
	case p.SoftDeleted || !p.AccountEnabled:
		return nil, fmt.Errorf("%s is disabled or deleted in the directory, which is not provisioned on demand", p.UserPrincipalName)
	case !p.InScope && (a == nil || !a.managed):
		return nil, fmt.Errorf("%s is not assigned to the application", p.UserPrincipalName)
	}
	return func(j *job) {
		step := func(phase string, do func(context.Context) error) {
			j.each(phase, 1, func(ctx context.Context, _ int) (string, error) { return p.UserPrincipalName, do(ctx) })
		}
		step("people", func(ctx context.Context) error {
			_, err := e.person(ctx, s, p.ObjectID)
			return err
		})
		if e.mapping.manager != nil {
			step("managers", func(ctx context.Context) error { return e.manager(ctx, p) })
		}
	}, nil
}

func (e *Entra) demandGroup(s *snapshot, g *Group) func(*job) {
	return func(j *job) {
		j.each("groups", 1, func(ctx context.Context, _ int) (string, error) { return g.DisplayName, e.group(ctx, g) })
		var tasks []membership
		for _, m := range e.memberships(&snapshot{people: s.people, groups: []Group{*g}}) {
			for _, p := range m.people {
				tasks = append(tasks, membership{group: m.group, name: m.name, add: m.add, people: []pushedMember{p}})
			}
		}
		tasks = tasks[:min(len(tasks), onDemandMembers)]
		j.each("members", len(tasks), func(ctx context.Context, i int) (string, error) { return tasks[i].name, e.members(ctx, tasks[i]) })
	}
}
