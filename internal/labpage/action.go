package labpage

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/anteroom-id/anteroom/lab"
)

// errMissing is an address at which there is nothing.
var errMissing = errors.New("there is nothing at this address")

func missing(http.ResponseWriter, *http.Request) error { return errMissing }

// fail answers with an error. Its cause stays in our own log.
func (p *Page) fail(w http.ResponseWriter, r *http.Request, err error) {
	switch {
	case r.Context().Err() != nil: // the reader has left
	case errors.Is(err, errMissing) && (r.Method == http.MethodGet || r.Method == http.MethodHead):
		page := p.frame(r, "", "Nothing here")
		if err := p.show(w, http.StatusNotFound, "missing", &page); err != nil {
			p.Log.Error("lab page", "error", err)
		}
	case errors.Is(err, errMissing):
		http.Error(w, "There is nothing at this address any more; go back and reload the page.", http.StatusNotFound)
	case errors.Is(err, errCrowded):
		w.Header().Set("Retry-After", "5")
		http.Error(w, sentence(err), http.StatusServiceUnavailable)
	default:
		p.Log.Error("lab page", "path", r.URL.Path, "error", err)
		http.Error(w, "The page cannot be shown just now; reload it in a moment.", http.StatusInternalServerError)
	}
}

// personVerb changes one person and says what happened.
type personVerb struct {
	do   func(d *lab.Directory, id string) error
	said string // of the person, as in "Maria Rossi is disabled"
}

func personVerbs() map[string]personVerb {
	return map[string]personVerb{
		"assign":   {func(d *lab.Directory, id string) error { return d.Assign(id) }, "is assigned"},
		"unassign": {(*lab.Directory).Unassign, "is not assigned any more"},
		"disable":  {(*lab.Directory).Disable, "is disabled"},
		"enable":   {(*lab.Directory).Enable, "is enabled"},
		"delete":   {(*lab.Directory).SoftDelete, "is in the recycle bin"},
		"restore":  {(*lab.Directory).Restore, "is restored"},
		"purge":    {(*lab.Directory).HardDelete, "is deleted for good"},
	}
}

// changePerson takes what the buttons of a person say.
func (p *Page) changePerson(w http.ResponseWriter, r *http.Request) error {
	one, found := p.Directory.Person(r.PathValue("id"))
	if !found {
		return missing(w, r)
	}
	switch verb := r.PathValue("verb"); verb {
	case "provision":
		return p.provisionOnDemand(w, r, one.ObjectID, nameOf(&one))
	case "join", "leave":
		return p.changeMembership(w, r, &one, r.PostFormValue("group"), verb == "join")
	default:
		v, ok := personVerbs()[verb]
		if !ok {
			return missing(w, r)
		}
		if err := v.do(p.Directory, one.ObjectID); err != nil {
			return p.refuse(w, r, err)
		}
		p.job.changed(one.ObjectID, "%s %s", nameOf(&one), v.said)
		if verb == "purge" {
			return p.lead(w, r, "/", note{Text: nameOf(&one) + " " + v.said + "."})
		}
		return p.say(w, r, "%s %s.%s", nameOf(&one), v.said, p.still(&one, verb))
	}
}

// still explains why somebody who was unassigned stays in scope.
func (p *Page) still(one *lab.Person, verb string) string {
	if verb != "unassign" {
		return ""
	}
	if reach := p.world().reach(one); reach.inScope() {
		return " As a member of " + listed(reach.groups) + " this person stays in scope."
	}
	return ""
}

func (p *Page) addPerson(w http.ResponseWriter, r *http.Request) error {
	f := readPersonForm(r)
	if f.DisplayName == "" {
		f.DisplayName = fullName(f.GivenName, f.Surname)
	}
	if !f.check(p.Directory, "") {
		return p.people(w, r, http.StatusUnprocessableEntity, f)
	}
	one := lab.Person{}
	f.apply(&one)
	one.MailNickname, _, _ = strings.Cut(f.UserName, "@")
	id, err := p.Directory.AddPerson(one)
	if err == nil && f.Assign {
		err = p.Directory.Assign(id)
	}
	if err != nil {
		return p.refuse(w, r, err)
	}
	p.job.changed(id, "%s is new", nameOf(&one))
	return p.say(w, r, "%s is in the directory%s.", nameOf(&one), map[bool]string{true: " and assigned", false: ", not assigned yet"}[f.Assign])
}

func (p *Page) editPerson(w http.ResponseWriter, r *http.Request) error {
	one, found := p.Directory.Person(r.PathValue("id"))
	if !found {
		return missing(w, r)
	}
	f := readPersonForm(r)
	f.Known = true
	if !f.check(p.Directory, one.ObjectID) {
		return p.person(w, r, http.StatusUnprocessableEntity, &one, f)
	}
	next := one
	f.apply(&next)
	changed := f.changed(&one)
	if len(changed) == 0 {
		return p.say(w, r, "Nothing was changed.")
	}
	if err := p.Directory.Update(one.ObjectID, f.apply); err != nil {
		return p.refuse(w, r, err)
	}
	p.job.changed(one.ObjectID, "%s has a new %s", nameOf(&next), listed(changed))
	return p.say(w, r, "%s has a new %s.", nameOf(&next), listed(changed))
}

// changeMembership puts a person into a group, or takes it out.
func (p *Page) changeMembership(w http.ResponseWriter, r *http.Request, one *lab.Person, group string, join bool) error {
	g, found := p.Directory.Group(group)
	if !found {
		return p.refuse(w, r, errors.New("that group is gone"))
	}
	do, said := p.Directory.RemoveFromGroup, "is not a member of %s any more"
	if join {
		do, said = p.Directory.AddToGroup, "is a member of %s"
	}
	if err := do(g.ObjectID, one.ObjectID); err != nil {
		return p.refuse(w, r, err)
	}
	said = nameOf(one) + " " + fmt.Sprintf(said, g.DisplayName)
	p.job.changed(one.ObjectID, "%s", said)
	return p.say(w, r, "%s.", said)
}

func (p *Page) addGroup(w http.ResponseWriter, r *http.Request) error {
	name := strings.TrimSpace(r.PostFormValue("name"))
	if name == "" {
		return p.groups(w, r, http.StatusUnprocessableEntity, groupForm{Error: "Give the group a name."})
	}
	id, err := p.Directory.NewGroup(name)
	if err == nil {
		err = p.Directory.AssignGroup(id)
	}
	if err != nil {
		return p.refuse(w, r, err)
	}
	p.job.changed(id, "the group %s is new", name)
	return p.lead(w, r, "/groups/"+id, note{Text: "The group " + name + " is in the directory and assigned. Add its members below."})
}

func (p *Page) renameGroup(w http.ResponseWriter, r *http.Request) error {
	g, found := p.Directory.Group(r.PathValue("id"))
	if !found {
		return missing(w, r)
	}
	name := strings.TrimSpace(r.PostFormValue("name"))
	switch name {
	case "":
		return p.group(w, r, http.StatusUnprocessableEntity, &g, groupForm{Error: "Give the group a name."})
	case g.DisplayName:
		return p.say(w, r, "Nothing was changed.")
	}
	if err := p.Directory.RenameGroup(g.ObjectID, name); err != nil {
		return p.refuse(w, r, err)
	}
	p.job.changed(g.ObjectID, "the group %s is called %s", g.DisplayName, name)
	return p.say(w, r, "%s is called %s.", g.DisplayName, name)
}

// changeGroup takes what the buttons of a group say.
func (p *Page) changeGroup(w http.ResponseWriter, r *http.Request) error {
	g, found := p.Directory.Group(r.PathValue("id"))
	if !found {
		return missing(w, r)
	}
	var err error
	var said string
	switch r.PathValue("verb") {
	case "assign":
		err, said = p.Directory.AssignGroup(g.ObjectID), "is assigned: its members come into scope"
	case "unassign":
		err, said = p.Directory.UnassignGroup(g.ObjectID), "is not assigned any more"
	case "delete":
		err, said = p.Directory.DeleteGroup(g.ObjectID), "is deleted"
	case "add":
		return p.addMember(w, r, &g)
	case "provision":
		return p.provisionOnDemand(w, r, g.ObjectID, g.DisplayName)
	default:
		return missing(w, r)
	}
	if err != nil {
		return p.refuse(w, r, err)
	}
	p.job.changed(g.ObjectID, "the group %s %s", g.DisplayName, said)
	to := back(r)
	if said == "is deleted" {
		to = "/groups"
	}
	return p.lead(w, r, to, note{Text: g.DisplayName + " " + said + "."})
}

// addMember finds a person by user principal name or by name.
func (p *Page) addMember(w http.ResponseWriter, r *http.Request, g *lab.Group) error {
	wanted := strings.TrimSpace(r.PostFormValue("person"))
	for _, one := range p.Directory.People() {
		if wanted != "" && (strings.EqualFold(one.UserPrincipalName, wanted) || one.ObjectID == wanted || nameOf(&one) == wanted) {
			return p.changeMembership(w, r, &one, g.ObjectID, true)
		}
	}
	return p.refuse(w, r, fmt.Errorf("nobody in the directory is called %q", wanted))
}

func (p *Page) clear(w http.ResponseWriter, r *http.Request) error {
	p.talk.clear()
	return p.say(w, r, "The conversation starts anew.")
}
