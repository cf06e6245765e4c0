package lab

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// profile is an application's user profile in Okta, by SCIM path. Empty values
// are attributes without a value.
type profile map[string]string

// profileOf maps a person with the attributes that Okta's wizard maps by
// default, as far as the directory has them.
func profileOf(p *subject) profile {
	return profile{
		"userName":                             p.UserPrincipalName,
		"externalId":                           oktaID("00u", p.ObjectID),
		"name.givenName":                       p.GivenName,
		"name.familyName":                      p.Surname,
		"displayName":                          p.DisplayName,
		`emails[type eq "work"].value`:         mailOf(p),
		"title":                                p.JobTitle,
		"preferredLanguage":                    p.PreferredLanguage,
		"locale":                               "en-US",
		`phoneNumbers[type eq "mobile"].value`: p.Mobile,
		enterpriseURN + ":employeeNumber":      p.EmployeeID,
		enterpriseURN + ":department":          p.Department,
	}
}

// mailOf gives the primary e-mail address, which every Okta user has.
func mailOf(p *subject) string {
	if p.Mail != "" {
		return p.Mail
	}
	return p.UserPrincipalName
}

// oktaID gives an id in Okta's form, always the same for the same person.
func oktaID(prefix, guid string) string {
	id := strings.ReplaceAll(guid, "-", "")
	return prefix + id[:min(len(id), 17)]
}

func (o *Okta) user(id string) *appUser {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.users[id]
}

func (o *Okta) setUser(id string, u *appUser) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if u == nil {
		delete(o.users, id)
		return
	}
	o.users[id] = u
}

// takeOver binds a person to a resource that was there already. Whoever it
// belonged to before, under the same user name, has none any more.
func (o *Okta) takeOver(id string, u *appUser) {
	o.mu.Lock()
	defer o.mu.Unlock()
	maps.DeleteFunc(o.users, func(_ string, other *appUser) bool { return other.id == u.id })
	o.users[id] = u
}

// everybody lists the ids to look at, also those the directory lost.
func (o *Okta) everybody(s *snapshot) []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	var gone []string
	for _, id := range slices.Sorted(maps.Keys(o.users)) {
		if s.people[id] == nil {
			gone = append(gone, id)
		}
	}
	return append(gone, s.order...)
}

// person brings one person's account up to date.
func (o *Okta) person(ctx context.Context, s *snapshot, id string) (string, error) {
	u, p := o.user(id), s.people[id]
	switch {
	case p == nil: // deleted in Okta: no DELETE, ever, but the account goes off
		return u.name, o.leave(ctx, id, u)
	case p.active() && (u == nil || !u.assigned):
		return p.UserPrincipalName, o.assign(ctx, p)
	case p.active():
		return p.UserPrincipalName, o.update(ctx, p, u)
	case u == nil:
		return p.UserPrincipalName, nil
	case !p.InScope || p.SoftDeleted:
		return p.UserPrincipalName, o.leave(ctx, id, u)
	}
	return p.UserPrincipalName, o.setActive(ctx, id, u, false)
}

// leave deactivates an account that is no longer assigned. Okta forgets which
// resource it was and will look for it again.
func (o *Okta) leave(ctx context.Context, id string, u *appUser) error {
	err := o.setActive(ctx, id, u, false)
	if err == nil {
		u.assigned = false
	}
	return err
}

// assign follows an assignment: look for the user name, then create, or update
// what is there, also when it is inactive.
func (o *Okta) assign(ctx context.Context, p *subject) error {
	doc, err := o.lookup(ctx, "/Users", "userName", p.UserPrincipalName)
	if err != nil {
		return err
	}
	if doc == nil {
		r, err := o.create(ctx, p)
		if r == nil || r.status != http.StatusConflict || r.tries == 1 {
			return err
		}
		if doc, err = o.lookup(ctx, "/Users", "userName", p.UserPrincipalName); err != nil || doc == nil {
			return r.unless(err)
		}
	}
	on, _ := lookupKey(doc, "active")
	u := &appUser{id: identifier(doc), name: p.UserPrincipalName, assigned: true, active: on != false}
	o.takeOver(p.ObjectID, u)
	o.client.record.count("matched", 1)
	return o.update(ctx, p, u)
}

// create posts a new user with a password that nobody knows and an empty list
// of groups. The answer must hold the user.
func (o *Okta) create(ctx context.Context, p *subject) (*reply, error) {
	if o.opt.NoCreate {
		return nil, nil
	}
	want := profileOf(p)
	doc := object{
		"schemas":  []string{userURN, enterpriseURN},
		"active":   true,
		"groups":   []any{},
		"password": "Lab-" + o.dir.NewGUID(),
	}
	merge(doc, want)
	r, err := o.client.send(ctx, http.MethodPost, "/Users", doc)
	if err != nil {
		return r, err
	}
	id := identifier(r.doc())
	if id == "" {
		return r, fmt.Errorf("create new user returned empty user: %s", excerpt(r.body))
	}
	o.setUser(p.ObjectID, &appUser{id: id, name: p.UserPrincipalName, sent: want, active: true, assigned: true})
	o.client.record.count("created", 1)
	return r, nil
}

// merge writes a profile into a resource. What the profile lost is sent as the
// empty string.
func merge(doc object, want profile) {
	for path, value := range want {
		p, err := parsePath(path)
		if err != nil {
			continue
		}
		if value == "" && p.read(doc) == nil {
			continue
		}
		p.write(doc, value, false)
		if p.key != "" && p.attr == "emails" {
			onlyPrimary(doc, p)
		}
	}
}

// onlyPrimary makes the work address the primary one.
func onlyPrimary(doc object, p scimPath) {
	list, _ := doc[p.attr].([]any)
	mine := p.element(list)
	for _, e := range list {
		if o, ok := e.(object); ok {
			delete(o, "primary")
		}
	}
	if o, ok := mine.(object); ok {
		o["primary"] = true
	}
}

// update reads the user, merges the profile into what it read and puts the
// whole back. What the server did not return is lost by that.
func (o *Okta) update(ctx context.Context, p *subject, u *appUser) error {
	want := profileOf(p)
	if maps.Equal(u.sent, want) || o.opt.NoUpdate {
		return o.setActive(ctx, p.ObjectID, u, true)
	}
	active, deed := u.active, "updated"
	if o.opt.Custom && !o.opt.NoDeactivate && !u.active {
		active, deed = true, "enabled"
	}
	if err := o.replace(ctx, p.ObjectID, u, want, active, deed); err != nil {
		return err
	}
	return o.setActive(ctx, p.ObjectID, u, true)
}

// replace is GET and PUT.
func (o *Okta) replace(ctx context.Context, id string, u *appUser, want profile, active bool, deed string) error {
	doc, found, err := o.client.read(ctx, "/Users", u.id, "")
	if err != nil {
		return err
	}
	if !found {
		return o.lost(id, u)
	}
	merge(doc, want)
	doc["active"] = active
	if _, err := o.client.send(ctx, http.MethodPut, member("/Users", u.id), doc); err != nil {
		return err
	}
	u.sent, u.active, u.name = want, active, want["userName"]
	o.client.record.count(deed, 1)
	return nil
}

// lost forgets an account that the server does not have any more; an assigned
// person is looked up again by the next cycle.
func (o *Okta) lost(id string, u *appUser) error {
	o.setUser(id, nil)
	return fmt.Errorf("the server lost the account %s", u.id)
}

// setActive switches an account on or off: a PATCH without a path from the
// catalogue, a PUT from a custom application.
func (o *Okta) setActive(ctx context.Context, id string, u *appUser, active bool) error {
	if u.active == active || o.opt.NoDeactivate {
		return nil
	}
	deed := map[bool]string{true: "enabled", false: "disabled"}[active]
	if o.opt.Custom && u.sent != nil {
		return o.replace(ctx, id, u, u.sent, active, deed)
	}
	op := object{"op": "replace", "value": object{"active": active}}
	r, err := o.client.send(ctx, http.MethodPatch, member("/Users", u.id), patch(op))
	if r != nil && r.status == http.StatusNotFound {
		return o.lost(id, u)
	}
	if err != nil {
		return err
	}
	u.active = active
	o.client.record.count(deed, 1)
	return nil
}
