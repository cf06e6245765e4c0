package main_test

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/store"
	"github.com/anteroom-id/anteroom/lab"
)

// platform follows the fifth help page: a non-gallery application, people get
// a role on their application's profile.
func platform(d *desk, edit ...func(*lab.EntraOptions)) *lab.Entra {
	opt := lab.EntraOptions{Mapping: append(lab.DefaultMapping(),
		lab.Mapping{Source: "SingleAppRoleAssignment([appRoleAssignments])", Target: "urn:ietf:params:scim:schemas:core:2.0:User:role"})}
	for _, e := range edit {
		e(&opt)
	}
	return lab.NewEntra(d.dir, d.target(), opt)
}

func TestP04_P05_TheSamePasswordIsTheSecretTokenAndTheBasicPassword(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "platform")
	if !strings.HasSuffix(d.SCIMURL, "/connect/acme/scim") || d.SCIMUser == "" {
		t.Errorf("the connector shows %s and the user name %q", d.SCIMURL, d.SCIMUser)
	}
	basic := d.target()
	basic.Token, basic.User, basic.Password = "", d.SCIMUser, d.SCIMPassword
	bearer := d.target()
	bearer.Token = d.SCIMPassword
	for name, to := range map[string]lab.Target{"basic": basic, "bearer": bearer} {
		if err := lab.NewEntra(d.dir, to, lab.EntraOptions{}).TestConnection(t.Context()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	basic.User = "somebody"
	if err := lab.NewEntra(d.dir, basic, lab.EntraOptions{}).TestConnection(t.Context()); !errors.Is(err, lab.ErrUnauthorized) {
		t.Errorf("a wrong user name: %v", err)
	}
	made := d.issue("acme", "--user", "connector")
	basic.User, basic.Password = made.User, made.Secret
	d.do(lab.NewEntra(d.dir, basic, lab.EntraOptions{}).TestConnection(t.Context()))
}

func TestP07_WhatGoesWrongInTestConnectionIsToldInWords(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "platform")
	for words, edit := range map[string]func(*lab.Target){
		"wrong or was revoked; issue a new one":               func(to *lab.Target) { to.Token = "guess" },
		"the base URL ends in /connect/{workspace}/scim":      func(to *lab.Target) { to.URL = strings.Replace(to.URL, "/connect", "", 1) },
		"is not one of the workspace that this address names": func(to *lab.Target) { to.URL = strings.Replace(to.URL, "acme", "globex", 1) },
	} {
		to := d.target()
		edit(&to)
		if err := lab.NewEntra(d.dir, to, lab.EntraOptions{}).TestConnection(t.Context()); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("it says %v, not %q", err, words)
		}
	}
}

func TestP06_P26_OnlyWhoIsAssignedIsLookedUpAndThenCreated(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "platform")
	ann, bob := d.hire("Ann", "Lee", "ann@acme.example"), d.hire("Bob", "Ray", "bob@acme.example")
	d.hire("Cid", "Fox", "cid@acme.example")
	d.do(d.dir.Assign(ann), d.dir.AssignGroup(d.group("Field", bob)))
	d.sync(platform(d))
	lines := d.tape.take()
	for _, name := range []string{"ann", "bob"} {
		if count(lines[:4], "GET /Users?", `filter=userName eq "`+name+`@acme.example"`) != 1 || count(lines[:4], "POST /Users", `"userName":"`+name) != 1 {
			t.Errorf("%s is not looked up and then created: %q", name, lines[:4])
		}
	}
	d.equal("members", len(d.members()), 2)
	d.equal("group", d.find("/Groups", `displayName eq "Field"`) != nil, true)
}

func TestP17_WhoLacksARequiredValueIsRefusedByItsNameAndArrivesWhenItIsThere(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "platform")
	entra := platform(d)
	for missing, edit := range map[string][2]func(*lab.Person){
		"name.givenName":  {func(p *lab.Person) { p.GivenName = "" }, func(p *lab.Person) { p.GivenName = "Ann" }},
		"name.familyName": {func(p *lab.Person) { p.Surname = "" }, func(p *lab.Person) { p.Surname = "Lee" }},
		"emails":          {func(p *lab.Person) { p.Mail, p.UserPrincipalName = "", "ann" }, func(p *lab.Person) { p.Mail = "ann@acme.example" }},
	} {
		id := d.hire("Ann", "Lee", strings.ReplaceAll(missing, ".", "-")+"@acme.example", edit[0])
		d.do(d.dir.Assign(id))
		d.refused(entra, "400 invalidValue", missing+": a person needs this attribute to be provisioned")
		soon(t, "after the refusal", func() error { // the administrator sees it, too
			if !strings.Contains(d.page(), `title="`+missing+`: a person needs this attribute`) {
				return fmt.Errorf("the page does not tell that %s was missing", missing)
			}
			return nil
		})
		d.do(d.dir.Update(id, edit[1]))
		d.sync(entra)
	}
	d.equal("members", len(d.members()), 3)
}

func TestP18_TheAddressIsUniqueInAWorkspaceAndNotAcrossWorkspaces(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "platform")
	ann := d.hire("Ann", "Lee", "ann@acme.example")
	same := d.hire("Ann", "Double", "double@acme.example", func(p *lab.Person) { p.Mail = "ANN@acme.example" })
	d.do(d.dir.Assign(ann))
	entra := platform(d)
	d.sync(entra)
	d.do(d.dir.Assign(same))
	d.refused(entra, "409 uniqueness", "emails", "already in use")
	d.do(d.dir.ChangeMail(same, "double@acme.example"))
	d.sync(entra)

	d.operator("workspace", "create", "globex", "--plan", "enterprise", "--product", definition("platform"))
	to := d.target()
	to.URL, to.Token = strings.Replace(to.URL, "acme", "globex", 1), d.issue("globex").Secret
	d.sync(lab.NewEntra(d.dir, to, lab.EntraOptions{}))
}

func TestP19_P20_WebAccessComesByExactRoleOnlyAndOtherwiseTheAppAlone(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "platform")
	titles := map[string]string{"ReadOnly": "Read only", "User": "User", "Admin": "Administrator", "EnterpriseAdmin": "Enterprise administrator", "": "App login only", "admin": "App login only"}
	for value := range titles {
		id := d.hire("Ann", "Lee", "role-"+address(value)+"@acme.example")
		if value == "" {
			d.do(d.dir.Assign(id))
		} else {
			d.do(d.dir.Assign(id, role(value, value)))
		}
	}
	entra := platform(d)
	d.sync(entra)
	for value, title := range titles {
		d.shows("role-"+address(value)+"@acme.example", "Ann Lee, "+title+", Active")
	}
	d.noted(`"admin" is not a role of this product`)
	d.noted(`did you mean "Admin"?`)
}

// address tells values that differ by case only apart.
func address(value string) string {
	if value == strings.ToLower(value) {
		return "small-" + value
	}
	return strings.ToLower(value)
}

func TestP22_EverybodyCanBeImportedPageByPage(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "platform")
	d.dir = lab.Generate(3, 120, 2)
	for _, p := range d.dir.People() {
		d.do(d.dir.Update(p.ObjectID, func(p *lab.Person) { // who has one name only gives it twice here
			p.GivenName, p.Surname = cmp.Or(p.GivenName, p.Surname), cmp.Or(p.Surname, p.GivenName)
		}))
	}
	d.sync(platform(d))
	for range 2 { // twice the same, in the same order
		var names []string
		for start := 1; ; {
			a, err := d.call("GET", fmt.Sprintf("/Users?startIndex=%d&count=50", start), "")
			d.do(err)
			var page struct {
				TotalResults int
				Resources    []struct {
					UserName string
					Name     struct{ GivenName, FamilyName string }
					Emails   []struct{ Value string }
				}
			}
			d.do(a.read(&page))
			d.equal("totalResults", page.TotalResults, 120)
			for _, u := range page.Resources {
				names = append(names, u.UserName)
				if u.Name.GivenName == "" || u.Name.FamilyName == "" || len(u.Emails) != 1 {
					t.Errorf("%+v is not complete", u)
				}
			}
			if start += len(page.Resources); len(page.Resources) == 0 {
				break
			}
		}
		first := map[string]bool{}
		for _, n := range names {
			first[n] = true
		}
		d.equal("people imported, each once", fmt.Sprint(len(names), len(first)), "120 120")
	}
}

func TestP24_OnlySelectedDetailsAreUpdated(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "platform")
	ann := d.hire("Ann", "Lee", "ann@acme.example", func(p *lab.Person) { p.JobTitle = "Driver" })
	d.do(d.dir.Assign(ann))
	entra := platform(d, func(o *lab.EntraOptions) {
		for i := range o.Mapping {
			o.Mapping[i].OnCreate = o.Mapping[i].Target == "title"
		}
	})
	d.sync(entra)
	d.do(d.dir.Move(ann, "Fleet", "Dispatcher"))
	d.sync(entra)
	d.equal("title", d.user("ann@acme.example")["title"], "Driver")
	d.equal("changes of the department", count(d.tape.take(), "PATCH", "department", "Fleet"), 1)
}

func TestP25_WhoLosesAccessToTheApplicationIsDeactivated(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "platform")
	ann, bob := d.hire("Ann", "Lee", "ann@acme.example"), d.hire("Bob", "Ray", "bob@acme.example")
	field := d.group("Field", bob)
	d.do(d.dir.Assign(ann, role("Admin", "Admin")), d.dir.AssignGroup(field))
	entra := platform(d)
	d.sync(entra)
	d.do(d.dir.Unassign(ann), d.dir.RemoveFromGroup(field, bob))
	d.sync(entra)
	d.shows("ann@acme.example", "Ann Lee, Administrator, Inactive")
	d.shows("bob@acme.example", "Bob Ray, App login only, Inactive")
}

func TestP08_ARequestIsFoundInTheLogByTheIDInItsAnswer(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "platform")
	d.do(d.dir.Assign(d.hire("Ann", "Lee", "ann@acme.example")))
	d.sync(platform(d))
	d.tape.mu.Lock()
	defer d.tape.mu.Unlock()
	for _, x := range d.tape.all {
		if x.Method != "POST" {
			continue
		}
		id := x.ReceivedHeader.Get("X-Request-Id")
		d.inside(func(r *store.Reader) error {
			log, err := r.Requests(t.Context(), "", 100)
			for _, entry := range log {
				if string(entry.ID) == id && entry.Status == 201 && entry.Agent == x.SentHeader.Get("User-Agent") {
					return err
				}
			}
			return errors.Join(err, fmt.Errorf("%s is not in the log", id))
		})
	}
}
