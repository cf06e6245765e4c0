package lab

import (
	"fmt"
	"slices"
)

// AddPerson adds a person and returns its ObjectID, which is made up when
// empty. The account starts enabled and unassigned. An id or a
// userPrincipalName already in use is an error.
func (d *Directory) AddPerson(p Person) (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if p.UserPrincipalName == "" {
		return "", fmt.Errorf("a person needs a userPrincipalName")
	}
	if p.ObjectID == "" {
		p.ObjectID = d.guid()
	}
	for id, other := range d.people {
		if id == p.ObjectID || other.UserPrincipalName == p.UserPrincipalName {
			return "", fmt.Errorf("%s is already in the directory", other.UserPrincipalName)
		}
	}
	p.AccountEnabled, p.SoftDeleted = true, false
	if p.DisplayName == "" {
		p.DisplayName = p.fullName()
	}
	d.people[p.ObjectID] = &p
	return p.ObjectID, nil
}

// Update changes a person's attributes. The ObjectID cannot be changed.
func (d *Directory) Update(id string, change func(*Person)) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	p := d.people[id]
	if p == nil {
		return fmt.Errorf("no person %s in the directory", id)
	}
	change(p)
	p.ObjectID = id
	return nil
}

// Rename gives a person a new name; the display name follows.
func (d *Directory) Rename(id, given, surname string) error {
	return d.Update(id, func(p *Person) {
		p.GivenName, p.Surname = given, surname
		p.DisplayName = p.fullName()
	})
}

// ChangeMail gives a person a new e-mail address; the userPrincipalName stays.
func (d *Directory) ChangeMail(id, mail string) error {
	return d.Update(id, func(p *Person) { p.Mail = mail })
}

// ChangeUserName gives a person a new userPrincipalName.
func (d *Directory) ChangeUserName(id, upn string) error {
	return d.Update(id, func(p *Person) { p.UserPrincipalName = upn })
}

// Move gives a person a new department and job title.
func (d *Directory) Move(id, department, title string) error {
	return d.Update(id, func(p *Person) { p.Department, p.JobTitle = department, title })
}

// SetManager names a person's manager by ObjectID, "" for none.
func (d *Directory) SetManager(id, manager string) error {
	return d.Update(id, func(p *Person) { p.Manager = manager })
}

// Disable blocks a person's account, as on the first day of a long leave.
func (d *Directory) Disable(id string) error {
	return d.Update(id, func(p *Person) { p.AccountEnabled = false })
}

// Enable opens a disabled account again.
func (d *Directory) Enable(id string) error {
	return d.Update(id, func(p *Person) { p.AccountEnabled = true })
}

// SoftDelete puts a person into the recycle bin.
func (d *Directory) SoftDelete(id string) error {
	now := d.clock.Now()
	return d.Update(id, func(p *Person) { p.SoftDeleted, p.DeletedAt = true, now })
}

// Restore takes a person out of the recycle bin, with assignment and groups as
// they were.
func (d *Directory) Restore(id string) error {
	return d.Update(id, func(p *Person) { p.SoftDeleted = false })
}

// HardDelete removes a person for good.
func (d *Directory) HardDelete(id string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.people[id] == nil {
		return fmt.Errorf("no person %s in the directory", id)
	}
	d.purge(id)
	return nil
}

// Assign gives a person the application, with the app roles chosen for it.
// Assigning again replaces the roles.
func (d *Directory) Assign(id string, roles ...AppRole) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.people[id] == nil {
		return fmt.Errorf("no person %s in the directory", id)
	}
	d.assigned[id] = slices.Clone(roles)
	return nil
}

// Unassign takes the application from a person. Members of an assigned group
// keep it through the group.
func (d *Directory) Unassign(id string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.people[id] == nil {
		return fmt.Errorf("no person %s in the directory", id)
	}
	delete(d.assigned, id)
	return nil
}

// NewGroup adds a group with these members and returns its ObjectID. It is not
// assigned yet.
func (d *Directory) NewGroup(name string, members ...string) (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	g := &group{id: d.guid(), name: name, members: map[string]bool{}}
	for _, m := range members {
		if d.people[m] == nil {
			return "", fmt.Errorf("no person %s in the directory", m)
		}
		g.members[m] = true
	}
	d.groups[g.id] = g
	return g.id, nil
}

// changeGroup runs a change on one group under the lock.
func (d *Directory) changeGroup(id string, change func(*group) error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	g := d.groups[id]
	if g == nil {
		return fmt.Errorf("no group %s in the directory", id)
	}
	return change(g)
}

// RenameGroup gives a group a new display name.
func (d *Directory) RenameGroup(id, name string) error {
	return d.changeGroup(id, func(g *group) error { g.name = name; return nil })
}

// AddToGroup makes people members of a group; who is one already stays one.
func (d *Directory) AddToGroup(id string, people ...string) error {
	return d.changeGroup(id, func(g *group) error {
		for _, p := range people {
			if d.people[p] == nil {
				return fmt.Errorf("no person %s in the directory", p)
			}
			g.members[p] = true
		}
		return nil
	})
}

// RemoveFromGroup ends memberships; who is no member stays none.
func (d *Directory) RemoveFromGroup(id string, people ...string) error {
	return d.changeGroup(id, func(g *group) error {
		for _, p := range people {
			delete(g.members, p)
		}
		return nil
	})
}

// AssignGroup assigns a group to the application: its direct members come into
// scope, and the group itself is provisioned.
func (d *Directory) AssignGroup(id string, roles ...AppRole) error {
	return d.changeGroup(id, func(*group) error {
		d.assignedGroups[id] = slices.Clone(roles)
		return nil
	})
}

// UnassignGroup takes the application from a group.
func (d *Directory) UnassignGroup(id string) error {
	return d.changeGroup(id, func(*group) error {
		delete(d.assignedGroups, id)
		return nil
	})
}

// DeleteGroup removes a group for good.
func (d *Directory) DeleteGroup(id string) error {
	return d.changeGroup(id, func(*group) error {
		delete(d.assignedGroups, id)
		delete(d.groups, id)
		return nil
	})
}
