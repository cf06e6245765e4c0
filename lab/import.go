package lab

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// ErrSafeguard is what an import into Okta ends with when it would unassign more
// than a fifth of the application's people; nothing is changed then.
var ErrSafeguard = errors.New("import safeguard")

// ImportSummary tells what an import brought into the directory.
type ImportSummary struct {
	Client   string   `json:"client"`
	Listed   int      `json:"listed"`   // people at the server
	Groups   int      `json:"groups"`   // groups at the server, where the provider reads them
	Matched  []string `json:"matched"`  // ObjectIDs of people who were in the directory
	Added    []string `json:"added"`    // ObjectIDs of people who are new in the directory
	Missing  []string `json:"missing"`  // ObjectIDs of people who lost their assignment, because the server does not list them
	Requests int      `json:"requests"` // made
	// Odd tells, in words, what was wrong: an account listed twice, one without a
	// userName.
	Odd []string `json:"odd,omitempty"`
}

// source is where an attribute of a person stands in a SCIM resource.
type source struct {
	path scimPath
	into func(*Person) *string
}

// sources finds the mappings that can be read backwards: the direct ones.
func (m *mapping) sources() []source {
	var out []source
	for _, r := range m.rules {
		if into := personField(bracketless(r.Source)); into != nil && !strings.EqualFold(bracketless(r.Source), "objectId") {
			out = append(out, source{r.path, into})
		}
	}
	return out
}

// imported is a person at the server and in the directory.
type imported struct {
	doc object
	id  string // ObjectID
	new bool
}

// bring pages through the server's people and finds each in the directory by the
// user name, without regard to case, or adds them as they are there.
func (r *runner) bring(ctx context.Context, sources []source, out *ImportSummary) ([]imported, error) {
	r.client.record = &recorder{}
	docs, odd, err := r.client.walk(ctx, "/Users", "")
	if err != nil {
		return nil, err
	}
	out.Client, out.Listed, out.Odd = r.name, len(docs), odd
	byName := map[string]string{}
	for _, p := range r.dir.People() {
		byName[strings.ToLower(p.UserPrincipalName)] = p.ObjectID
	}
	var all []imported
	seen := map[string]bool{}
	for _, doc := range docs {
		p := personOf(doc, sources)
		switch id, known := byName[strings.ToLower(p.UserPrincipalName)]; {
		case p.UserPrincipalName == "":
			out.Odd = append(out.Odd, fmt.Sprintf("%s has no userName", identifier(doc)))
		case seen[identifier(doc)]: // told by the walk
		case known:
			all = append(all, imported{doc, id, false})
			out.Matched = append(out.Matched, id)
		default:
			if id, err = r.adopt(p, doc); err != nil {
				return nil, err
			}
			byName[strings.ToLower(p.UserPrincipalName)] = id
			all = append(all, imported{doc, id, true})
			out.Added = append(out.Added, id)
		}
		seen[identifier(doc)] = true
	}
	out.Requests = r.client.record.requests()
	return all, nil
}

// adopt adds a person to the directory, disabled when the account is.
func (r *runner) adopt(p Person, doc object) (id string, err error) {
	if id, err = r.dir.AddPerson(p); err != nil {
		return "", err
	}
	if on, _ := lookupKey(doc, "active"); on == false {
		err = r.dir.Disable(id)
	}
	return id, err
}

// personOf reads a person out of a resource.
func personOf(doc object, sources []source) Person {
	var p Person
	name, _ := lookupKey(doc, "userName")
	p.UserPrincipalName = text(name)
	for i := range sources {
		if v := text(sources[i].path.read(doc)); v != "" {
			*sources[i].into(&p) = v
		}
	}
	return p
}

// Import brings the application's people into the directory: "users can be
// imported from our platform into Azure Active Directory" (requirement P22).
// Everybody whom the server lists and the directory does not have by user name is
// added with what the direct mappings give, and is not assigned; once assigned,
// the next cycle finds them by their matching attribute.
func (e *Entra) Import(ctx context.Context) (*ImportSummary, error) {
	e.run.Lock()
	defer e.run.Unlock()
	if _, err := e.firstMatch(); err != nil {
		return nil, err
	}
	out := &ImportSummary{}
	_, err := e.bring(ctx, e.mapping.sources(), out)
	return out, err
}

// Import does what Import Now does: it pages through /Users and /Groups and
// confirms every match and every new person, who are assigned by that. People
// with an account who are not listed any more lose their assignment, unless they
// are more than a fifth: then the error is [ErrSafeguard], and nothing changes.
func (o *Okta) Import(ctx context.Context) (*ImportSummary, error) {
	o.run.Lock()
	defer o.run.Unlock()
	out := &ImportSummary{}
	sources, err := profileSources()
	if err != nil {
		return nil, err
	}
	all, err := o.bring(ctx, sources, out)
	if err != nil {
		return out, err
	}
	if !o.opt.NoGroups {
		groups, odd, err := o.client.walk(ctx, "/Groups", "")
		if err != nil {
			return out, err
		}
		out.Groups, out.Odd = len(groups), append(out.Odd, odd...)
	}
	out.Requests = o.client.record.requests()
	if err := o.unassignMissing(all, out); err != nil {
		return out, err
	}
	for _, i := range all {
		if err := o.confirm(i); err != nil {
			return out, err
		}
	}
	return out, nil
}

// unassignMissing takes the assignment from those who have an account by what
// Okta remembers, and are not listed.
func (o *Okta) unassignMissing(all []imported, out *ImportSummary) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	listed := map[string]bool{}
	for _, i := range all {
		listed[identifier(i.doc)] = true
	}
	assigned := 0
	for id, u := range o.users {
		if !u.assigned {
			continue
		}
		if assigned++; !listed[u.id] {
			out.Missing = append(out.Missing, id)
		}
	}
	if n := len(out.Missing); n*5 > assigned {
		out.Missing = nil
		return fmt.Errorf("%w: %d of %d assigned people are not listed by the server", ErrSafeguard, n, assigned)
	}
	for _, id := range out.Missing {
		delete(o.users, id)
		if err := o.dir.Unassign(id); err != nil {
			return err
		}
	}
	return nil
}

// confirm assigns an imported person and remembers the account.
func (o *Okta) confirm(i imported) error {
	if _, assigned := o.dir.Assignment(i.id); !assigned {
		if err := o.dir.Assign(i.id); err != nil {
			return err
		}
	}
	if u := o.user(i.id); u != nil && u.assigned {
		return nil
	}
	on, _ := lookupKey(i.doc, "active")
	name, _ := lookupKey(i.doc, "userName")
	o.setUser(i.id, &appUser{id: identifier(i.doc), name: text(name), active: on != false, assigned: true})
	return nil
}

// profileSources reads Okta's profile backwards.
func profileSources() ([]source, error) {
	var out []source
	for path, attr := range map[string]string{
		"name.givenName": "givenName", "name.familyName": "surname", "displayName": "displayName", "title": "jobTitle",
		`emails[type eq "work"].value`: "mail", "preferredLanguage": "preferredLanguage",
		`phoneNumbers[type eq "mobile"].value`: "mobile", enterpriseURN + ":employeeNumber": "employeeId",
		enterpriseURN + ":department": "department",
	} {
		p, err := parsePath(path)
		if err != nil {
			return nil, err
		}
		out = append(out, source{p, personField(attr)})
	}
	return out, nil
}

// aggregator is a connector that reads before it writes.
type aggregator struct{ *connector }

// Import reads the accounts as an aggregation does: whoever the directory does
// not have by user name is added, and everybody listed counts as having been
// given the application, with the roles that the account has.
func (c aggregator) Import(ctx context.Context) (*ImportSummary, error) {
	c.run.Lock()
	defer c.run.Unlock()
	out := &ImportSummary{}
	all, err := c.bring(ctx, c.mapping.sources(), out)
	if err != nil {
		return out, err
	}
	for _, i := range all {
		if _, assigned := c.dir.Assignment(i.id); !assigned {
			if err := c.dir.Assign(i.id, rolesOf(i.doc)...); err != nil {
				return out, err
			}
		}
		if c.link(i.id) == nil {
			on, _ := lookupKey(i.doc, "active")
			name, _ := lookupKey(i.doc, "userName")
			c.bind(i.id, &link{id: identifier(i.doc), name: text(name), sent: c.managed(i.doc), active: on != false})
		}
	}
	return out, nil
}

// rolesOf reads the roles that an account has.
func rolesOf(doc object) []AppRole {
	v, _ := lookupKey(doc, "roles")
	list, _ := v.([]any)
	var out []AppRole
	for _, e := range list {
		o, _ := e.(object)
		if value := text(o["value"]); value != "" {
			out = append(out, AppRole{ID: value, Value: value, DisplayName: text(o["display"])})
		}
	}
	return out
}
