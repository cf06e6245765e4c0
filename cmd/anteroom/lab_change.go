package main

import (
	"fmt"
	"math/rand/v2"

	"github.com/anteroom-id/anteroom/lab"
)

// change lets n things happen in a company, as they do between two cycles.
func change(d *lab.Directory, chance *rand.Rand, round, n int) error {
	for i := range n {
		if err := event(d, chance, fmt.Sprintf("%d-%d", round, i+1)); err != nil {
			return err
		}
	}
	return nil
}

// event lets one thing happen. The tag is like that of no other event.
func event(d *lab.Directory, chance *rand.Rand, tag string) error {
	people, groups := d.People(), d.Groups()
	if len(people) == 0 || chance.IntN(6) == 0 {
		return join(d, chance, groups, tag)
	}
	p := people[chance.IntN(len(people))]
	if len(groups) > 0 && chance.IntN(4) == 0 {
		return regroup(d, chance, groups[chance.IntN(len(groups))], p, tag)
	}
	switch kind := chance.IntN(8); {
	case p.SoftDeleted && kind < 2:
		return d.HardDelete(p.ObjectID)
	case p.SoftDeleted:
		return d.Restore(p.ObjectID)
	case !p.AccountEnabled:
		return d.Enable(p.ObjectID)
	case kind == 0:
		return d.Disable(p.ObjectID)
	case kind == 1:
		return d.SoftDelete(p.ObjectID)
	case kind == 2:
		return d.Unassign(p.ObjectID)
	case kind == 3:
		return d.Assign(p.ObjectID)
	case kind == 4:
		return d.Rename(p.ObjectID, p.GivenName, p.Surname+"-"+tag)
	case kind == 5:
		return d.ChangeUserName(p.ObjectID, "renamed."+tag+"@"+lab.Domain)
	case kind == 6:
		return d.ChangeMail(p.ObjectID, "mail."+tag+"@"+lab.Domain)
	}
	return d.Move(p.ObjectID, "Department "+tag, "Title "+tag)
}

// join lets somebody come, as most do into a group.
func join(d *lab.Directory, chance *rand.Rand, groups []lab.Group, tag string) error {
	address := "joiner." + tag + "@" + lab.Domain
	id, err := d.AddPerson(lab.Person{UserPrincipalName: address, Mail: address, GivenName: "Joiner", Surname: tag, MailNickname: "joiner." + tag, Department: "Sales"})
	if err == nil {
		err = d.Assign(id)
	}
	if err == nil && len(groups) > 0 {
		err = d.AddToGroup(groups[chance.IntN(len(groups))].ObjectID, id)
	}
	return err
}

// regroup changes a group: its name, or whether somebody is a member.
func regroup(d *lab.Directory, chance *rand.Rand, g lab.Group, p lab.Person, tag string) error {
	switch chance.IntN(4) {
	case 0:
		return d.RenameGroup(g.ObjectID, "Group "+tag)
	case 1:
		return d.RemoveFromGroup(g.ObjectID, p.ObjectID)
	}
	return d.AddToGroup(g.ObjectID, p.ObjectID)
}
