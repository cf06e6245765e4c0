package labpage

import (
	"net/http"

	"github.com/anteroom-id/anteroom/lab"
)

// groupsPage is what pages/groups.html is filled with.
type groupsPage struct {
	frame
	Rows []groupRow
	Cut  string
	Form groupForm // of a new group
}

// groupForm is what the forms of a group hold, as it was typed.
type groupForm struct {
	Name  string
	Error string
}

func (p *Page) showGroups(w http.ResponseWriter, r *http.Request) error {
	return p.groups(w, r, http.StatusOK, groupForm{})
}

func (p *Page) groups(w http.ResponseWriter, r *http.Request, status int, form groupForm) error {
	page := groupsPage{frame: p.frame(r, "groups", "Groups"), Form: form}
	world := p.world()
	for i := range world.groups {
		page.Rows = append(page.Rows, world.groupRow(&world.groups[i]))
	}
	page.Rows, page.Cut = cutOff(page.Rows, shownGroups, "group", "groups")
	return p.show(w, status, "groups", &page)
}

// groupPage is what pages/group.html is filled with.
type groupPage struct {
	frame
	Group  groupRow
	Form   groupForm
	Rows   []personRow
	Cut    string
	Others []personRow // who could join
}

func (p *Page) showGroup(w http.ResponseWriter, r *http.Request) error {
	g, found := p.Directory.Group(r.PathValue("id"))
	if !found {
		return missing(w, r)
	}
	return p.group(w, r, http.StatusOK, &g, groupForm{Name: g.DisplayName})
}

func (p *Page) group(w http.ResponseWriter, r *http.Request, status int, g *lab.Group, form groupForm) error {
	world := p.world()
	page := groupPage{frame: p.frame(r, "groups", g.DisplayName), Group: world.groupRow(g), Form: form}
	member := map[string]bool{}
	for _, id := range g.Members {
		member[id] = true
	}
	for i := range world.people {
		if one := &world.people[i]; member[one.ObjectID] {
			page.Rows = append(page.Rows, world.row(one))
		} else if !one.SoftDeleted && len(page.Others) < shownMembers {
			page.Others = append(page.Others, world.row(one))
		}
	}
	page.Rows, page.Cut = cutOff(page.Rows, shownMembers, "member", "members")
	return p.show(w, status, "group", &page)
}
