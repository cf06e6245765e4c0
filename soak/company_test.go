package soak_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/lab"
)

// company is a directory and what becomes of it.
type company struct {
	t       *testing.T
	kind    string
	engine  string
	dir     *lab.Directory
	idp     provider
	audit   *audit
	witness *witness
	faults  *lab.Faults

	r       *rand.Rand
	serial  int               // of names that nobody had before
	free    []lab.Person      // at work, and not chosen in this cycle yet
	away    []string          // disabled
	binned  []string          // soft deleted
	without []string          // unassigned
	gone    []lab.Person      // hard deleted, and will be hired again
	role    map[string]string // by ObjectID, of those who are assigned
	dropped []string          // groups that are not assigned for now

	exactRoles bool // the mapping of now says exactly which role everybody has
	errs       []error
}

func found(t *testing.T, kind string, seed uint64) *company {
	c := &company{t: t, kind: kind, dir: lab.Generate(seed, *people, *groups), r: rand.New(rand.NewPCG(seed, 7)), role: map[string]string{}}
	for _, p := range c.dir.People() {
		c.assign(p.ObjectID, "member")
	}
	c.exactRoles = strings.HasPrefix(kind, "entra")
	return c
}

func (c *company) do(errs ...error) { c.errs = append(c.errs, errs...) }

// some is a share of the company's size, at least one.
func (c *company) some(per int) int { return max(1, *people/per) }

// next takes somebody who is at work and was not taken in this cycle.
func (c *company) next() (lab.Person, bool) {
	if len(c.free) == 0 {
		return lab.Person{}, false
	}
	p := c.free[0]
	c.free = c.free[1:]
	return p, true
}

// each does something with n people who are at work.
func (c *company) each(n int, do func(p lab.Person)) {
	for range n {
		if p, ok := c.next(); ok {
			do(p)
		}
	}
}

func (c *company) assign(id, role string) {
	c.do(c.dir.Assign(id, lab.AppRole{ID: "9c1f2d0e-52f5-4d6c-9ae5-" + fmt.Sprintf("%012x", len(role)), Value: role, DisplayName: strings.ToUpper(role)}))
	c.role[id] = role
}

func (c *company) anyGroup() string {
	all := c.dir.Groups()
	return all[c.r.IntN(len(all))].ObjectID
}

// stir lets the time until the next cycle pass.
func (c *company) stir(cycle int) error {
	c.errs = nil
	c.free = nil
	for _, p := range c.dir.People() {
		if _, in := c.role[p.ObjectID]; in && p.AccountEnabled && !p.SoftDeleted {
			c.free = append(c.free, p)
		}
	}
	c.r.Shuffle(len(c.free), func(i, j int) { c.free[i], c.free[j] = c.free[j], c.free[i] })
	c.return_()
	c.leave()
	c.change()
	c.join()
	c.regroup(cycle)
	if cycle%5 == 2 {
		c.remap(cycle / 5)
	}
	c.dir.Advance(40 * time.Minute)
	if cycle%7 == 6 { // a month later the recycle bin is emptied
		c.bury(c.binned...)
		c.binned = nil
		c.dir.Advance(lab.PurgeAfter + time.Hour)
	}
	return errors.Join(c.errs...)
}

// return_ brings back some of those who left.
func (c *company) return_() {
	for _, p := range c.gone { // hired again: a new account under the old name
		p.ObjectID, p.Manager = "", ""
		id, err := c.dir.AddPerson(p)
		c.do(err)
		c.assign(id, "member")
	}
	c.gone = nil
	c.away = c.half(c.away, func(id string) { c.do(c.dir.Enable(id)) })
	c.binned = c.half(c.binned, func(id string) { c.do(c.dir.Restore(id)) })
	c.without = c.half(c.without, func(id string) { c.assign(id, "member"); c.do(c.dir.AddToGroup(c.anyGroup(), id)) })
}

// half does something with every other one and gives the rest.
func (c *company) half(all []string, do func(id string)) (rest []string) {
	for i, id := range all {
		if i%2 == 0 {
			do(id)
		} else {
			rest = append(rest, id)
		}
	}
	return rest
}

// leave takes people out, in all the ways there are.
func (c *company) leave() {
	c.each(c.some(100), func(p lab.Person) { c.do(c.dir.Disable(p.ObjectID)); c.away = append(c.away, p.ObjectID) })
	c.each(c.some(150), func(p lab.Person) { c.do(c.dir.SoftDelete(p.ObjectID)); c.binned = append(c.binned, p.ObjectID) })
	c.each(c.some(200), func(p lab.Person) {
		c.do(c.dir.Unassign(p.ObjectID))
		delete(c.role, p.ObjectID)
		for _, g := range c.dir.Groups() {
			c.do(c.dir.RemoveFromGroup(g.ObjectID, p.ObjectID))
		}
		c.without = append(c.without, p.ObjectID)
	})
	c.each(c.some(300), func(p lab.Person) { c.bury(p.ObjectID); c.do(c.dir.HardDelete(p.ObjectID)) })
}

// bury remembers people who are deleted for good.
func (c *company) bury(ids ...string) {
	for _, id := range ids {
		p, _ := c.dir.Person(id)
		c.gone = append(c.gone, p)
		delete(c.role, id)
	}
}

// change lets people move, marry, and get other addresses, managers and roles.
func (c *company) change() {
	fresh := func(local string) string {
		c.serial++
		return fmt.Sprintf("%s.%d@%s", local, c.serial, lab.Domain)
	}
	c.each(c.some(50), func(p lab.Person) {
		c.do(c.dir.Move(p.ObjectID, fmt.Sprintf("Department %d", c.r.IntN(9)), fmt.Sprintf("Title %d & Co.", c.r.IntN(99))))
	})
	c.each(c.some(100), func(p lab.Person) {
		c.serial++
		c.do(c.dir.Rename(p.ObjectID, p.GivenName, fmt.Sprintf("O'Brien-Łukasz %d", c.serial)))
	})
	c.each(c.some(100), func(p lab.Person) { c.do(c.dir.ChangeMail(p.ObjectID, fresh("New.Mail"))) })
	c.each(c.some(200), func(p lab.Person) { c.do(c.dir.ChangeUserName(p.ObjectID, fresh("new.name"))) })
	c.each(c.some(200), func(p lab.Person) { // both at once, as after a wedding
		c.do(c.dir.ChangeUserName(p.ObjectID, fresh("wed")), c.dir.ChangeMail(p.ObjectID, fresh("wed.mail")), c.dir.Rename(p.ObjectID, p.GivenName, "Åkesson"))
	})
	c.each(c.some(100), func(p lab.Person) {
		if boss, ok := c.next(); ok {
			c.do(c.dir.SetManager(p.ObjectID, boss.ObjectID))
		}
	})
	c.each(c.some(300), func(p lab.Person) { c.do(c.dir.SetManager(p.ObjectID, "")) })
	c.each(c.some(60), func(p lab.Person) {
		role := "admin"
		if c.role[p.ObjectID] == role {
			role = "member"
		}
		c.assign(p.ObjectID, role)
	})
}

// join hires people; some get the application through a group only.
func (c *company) join() {
	for i := range c.some(80) {
		c.serial++
		local := fmt.Sprintf("joiner.%d", c.serial)
		id, err := c.dir.AddPerson(lab.Person{
			UserPrincipalName: local + "@" + lab.Domain, Mail: local + "@" + lab.Domain, MailNickname: local,
			GivenName: "Zoë", Surname: fmt.Sprintf("Joiner %d", c.serial), JobTitle: "Trainee", Department: "People", EmployeeID: fmt.Sprintf("J%06d", c.serial),
		})
		c.do(err)
		c.do(c.dir.AddToGroup(c.assignedGroup(), id))
		if i%4 != 3 {
			c.assign(id, "member")
		}
	}
}

// assignedGroup is the largest group, which stays assigned.
func (c *company) assignedGroup() string {
	best := c.dir.Groups()[0]
	for _, g := range c.dir.Groups() {
		if len(g.Members) > len(best.Members) {
			best = g
		}
	}
	return best.ObjectID
}

// regroup changes groups and who is in them.
func (c *company) regroup(cycle int) {
	keep := c.assignedGroup()
	for range c.some(40) {
		if p, ok := c.next(); ok {
			c.do(c.dir.AddToGroup(c.anyGroup(), p.ObjectID))
		}
	}
	for range c.some(60) {
		g, _ := c.dir.Group(c.anyGroup())
		if len(g.Members) > 1 {
			c.do(c.dir.RemoveFromGroup(g.ObjectID, g.Members[c.r.IntN(len(g.Members))]))
		}
	}
	c.serial++
	c.do(c.dir.RenameGroup(c.anyGroup(), fmt.Sprintf("Renamed – %d 部", c.serial)))
	for _, id := range c.dropped {
		c.do(c.dir.AssignGroup(id))
	}
	c.dropped = nil
	if id := c.anyGroup(); id != keep {
		switch cycle % 3 {
		case 0:
			c.do(c.dir.DeleteGroup(id))
		case 1:
			c.do(c.dir.UnassignGroup(id))
			c.dropped = append(c.dropped, id)
		}
	}
	if cycle%3 == 2 {
		c.serial++
		id, err := c.dir.NewGroup(fmt.Sprintf("New group %d", c.serial))
		c.do(err, c.dir.AssignGroup(id))
		c.each(5, func(p lab.Person) { c.do(c.dir.AddToGroup(id, p.ObjectID)) })
	}
}

// mappings are the tables that an administrator of Entra saves one after the
// other: other sources, other matching attributes, and each way to send roles.
func mappings() [][]lab.Mapping {
	const core = "urn:ietf:params:scim:schemas:core:2.0:User:"
	single := append(lab.DefaultMapping(), lab.Mapping{Source: "SingleAppRoleAssignment([appRoleAssignments])", Target: core + "role"})
	own := append(lab.DefaultMapping(),
		lab.Mapping{Source: "objectId", Target: core + "microsoftId", Match: 2},
		lab.Mapping{Source: `Join(" ", "Ext.", [employeeId])`, Target: "nickName"},
		lab.Mapping{Source: "SingleAppRoleAssignment([appRoleAssignments])", Target: core + "role"})
	assertive := append(lab.DefaultMapping(),
		lab.Mapping{Source: "objectId", Target: core + "microsoftId", Match: 2},
		lab.Mapping{Source: "SingleAppRoleAssignment([appRoleAssignments])", Target: core + "role"},
		lab.Mapping{Source: "AssertiveAppRoleAssignmentsComplex([appRoleAssignments])", Target: "roles"})
	return [][]lab.Mapping{single, own, assertive}
}

// remap saves another mapping, where the provider has one.
func (c *company) remap(n int) {
	if e, ok := c.idp.(*lab.Entra); ok {
		all := mappings()
		c.do(e.SetMapping(all[(n+1)%len(all)]))
	}
}
