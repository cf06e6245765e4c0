package lab

import "slices"

// Assignment gives the app roles with which a person is assigned to the
// application directly, not through a group, and whether it is. For a group's
// ObjectID it tells the same of the group.
func (d *Directory) Assignment(id string) (roles []AppRole, assigned bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if roles, assigned = d.assigned[id]; !assigned {
		roles, assigned = d.assignedGroups[id]
	}
	return slices.Clone(roles), assigned
}
