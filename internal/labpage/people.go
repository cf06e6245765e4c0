package labpage

import (
	"net/http"
	"strings"

	"github.com/anteroom-id/anteroom/lab"
)

// peoplePage is what pages/people.html is filled with.
type peoplePage struct {
	frame
	Query string
	Rows  []personRow
	Cut   string
	Form  personForm // of somebody new
}

func (p *Page) showPeople(w http.ResponseWriter, r *http.Request) error {
	return p.people(w, r, http.StatusOK, personForm{Assign: true})
}

func (p *Page) people(w http.ResponseWriter, r *http.Request, status int, form personForm) error {
	page := peoplePage{frame: p.frame(r, "people", "People"), Query: strings.TrimSpace(r.URL.Query().Get("q")), Form: form}
	world := p.world()
	for i := range world.people {
		if row := world.row(&world.people[i]); row.matches(page.Query) {
			page.Rows = append(page.Rows, row)
		}
	}
	page.Rows, page.Cut = cutOff(page.Rows, shownPeople, "person", "people")
	return p.show(w, status, "people", &page)
}

// matches says whether what somebody looks for stands in what the row shows.
func (r *personRow) matches(query string) bool {
	text := strings.ToLower(r.Name + "\n" + r.UserName + "\n" + r.Groups)
	for _, word := range strings.Fields(strings.ToLower(query)) {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}

// personPage is what pages/person.html is filled with.
type personPage struct {
	frame
	Who      personRow
	Form     personForm
	Through  string   // assigned groups, when there is no direct assignment beside them
	Roles    []string // app roles
	Manager  string
	ServerID string // "" when it is not known
	In       []groupRow
	Others   []groupRow // that the person could join
}

func (p *Page) showPerson(w http.ResponseWriter, r *http.Request) error {
	one, found := p.Directory.Person(r.PathValue("id"))
	if !found {
		return missing(w, r)
	}
	return p.person(w, r, http.StatusOK, &one, formOf(&one))
}

func (p *Page) person(w http.ResponseWriter, r *http.Request, status int, one *lab.Person, form personForm) error {
	world := p.world()
	page := personPage{frame: p.frame(r, "people", nameOf(one)), Who: world.row(one), Form: form}
	reach := world.reach(one)
	page.Through = listed(reach.groups)
	for _, role := range reach.roles {
		page.Roles = append(page.Roles, role.DisplayName)
	}
	if m, ok := p.Directory.Person(one.Manager); ok {
		page.Manager = nameOf(&m)
	}
	page.ServerID = p.job.account(one.ObjectID)
	member := map[string]bool{}
	for _, g := range world.in[one.ObjectID] {
		member[g.ObjectID] = true
	}
	for i := range world.groups {
		if g := &world.groups[i]; member[g.ObjectID] {
			page.In = append(page.In, world.groupRow(g))
		} else if len(page.Others) < shownGroups {
			page.Others = append(page.Others, world.groupRow(g))
		}
	}
	return p.show(w, status, "person", &page)
}

// personForm is what the forms of a person hold, as it was typed.
type personForm struct {
	GivenName, Surname, DisplayName, UserName, Mail, Department, JobTitle string

	Known  bool // somebody who is in the directory already
	Assign bool
	Field  string // that is wrong
	Error  string
}

func formOf(p *lab.Person) personForm {
	return personForm{
		GivenName: p.GivenName, Surname: p.Surname, DisplayName: p.DisplayName, UserName: p.UserPrincipalName,
		Mail: p.Mail, Department: p.Department, JobTitle: p.JobTitle, Known: true,
	}
}

func readPersonForm(r *http.Request) personForm {
	get := func(name string) string { return strings.TrimSpace(r.PostFormValue(name)) }
	return personForm{
		GivenName: get("givenName"), Surname: get("surname"), DisplayName: get("displayName"), UserName: get("userName"),
		Mail: get("mail"), Department: get("department"), JobTitle: get("jobTitle"), Assign: r.PostFormValue("assign") != "",
	}
}

// check finds what a portal would refuse: no user name, or one that somebody
// else has.
func (f *personForm) check(d *lab.Directory, self string) bool {
	if f.UserName == "" || strings.ContainsAny(f.UserName, " \t\r\n") {
		f.Field, f.Error = "userName", "Give a user principal name without spaces, such as maria@contoso.example."
		return false
	}
	for _, other := range d.People() {
		if other.ObjectID != self && strings.EqualFold(other.UserPrincipalName, f.UserName) {
			f.Field, f.Error = "userName", "That is the user principal name of "+nameOf(&other)+"; choose another."
			return false
		}
	}
	return true
}

// apply writes the form into a person. A display name that followed the name
// goes on following it.
func (f *personForm) apply(p *lab.Person) {
	followed := p.DisplayName == fullName(p.GivenName, p.Surname)
	if f.DisplayName == p.DisplayName && followed {
		f.DisplayName = fullName(f.GivenName, f.Surname)
	}
	p.GivenName, p.Surname, p.DisplayName, p.UserPrincipalName = f.GivenName, f.Surname, f.DisplayName, f.UserName
	p.Mail, p.Department, p.JobTitle = f.Mail, f.Department, f.JobTitle
}

func fullName(given, surname string) string { return strings.TrimSpace(given + " " + surname) }

// changed names the attributes that the form would change, in the portal's words.
func (f *personForm) changed(p *lab.Person) []string {
	var names []string
	for _, c := range []struct{ now, then, word string }{
		{f.GivenName, p.GivenName, "given name"}, {f.Surname, p.Surname, "surname"}, {f.DisplayName, p.DisplayName, "display name"},
		{f.UserName, p.UserPrincipalName, "user principal name"}, {f.Mail, p.Mail, "e-mail"},
		{f.Department, p.Department, "department"}, {f.JobTitle, p.JobTitle, "job title"},
	} {
		if c.now != c.then {
			names = append(names, c.word)
		}
	}
	return names
}
