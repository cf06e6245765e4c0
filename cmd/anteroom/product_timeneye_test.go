package main_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/lab"
)

// timeneye follows Timeneye's help page up to Start provisioning: the mapping
// is exactly like the table, and the provisioning of groups is disabled.
func timeneye(d *desk, edit ...func(*lab.EntraOptions)) *lab.Entra {
	opt := lab.EntraOptions{Mapping: lab.TimeneyeMapping(), NoGroups: true}
	for _, e := range edit {
		e(&opt)
	}
	return lab.NewEntra(d.dir, d.target(), opt)
}

// modes are the two forms in which Entra may push.
func modes(t *testing.T, story func(t *testing.T, edit func(*lab.EntraOptions))) {
	for name, edit := range map[string]func(*lab.EntraOptions){
		"default": func(*lab.EntraOptions) {}, "aadOptscim062020": func(o *lab.EntraOptions) { o.OptSCIM062020 = true },
		"flat": func(o *lab.EntraOptions) { o.FlatCore = true },
	} {
		t.Run(name, func(t *testing.T) { t.Parallel(); story(t, edit) })
	}
}

func TestE03_E08_OneTenantURLServesEveryCustomerAndTheTokenSaysWhich(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "timeneye")
	d.operator("workspace", "create", "globex", "--plan", "enterprise", "--product", definition("timeneye"))
	if !strings.HasSuffix(d.SCIMURL, "/scim/v2") {
		t.Errorf("the Tenant URL is %s", d.SCIMURL)
	}
	ann := d.hire("Ann", "Lee", "ann@acme.example")
	d.do(d.dir.Assign(ann, role("Member", "member")))
	acme := timeneye(d)
	d.do(acme.TestConnection(t.Context()))
	d.sync(acme)

	other := lab.NewDirectory(2)
	bob, err := other.AddPerson(lab.Person{UserPrincipalName: "bob@globex.example", GivenName: "Bob", Surname: "Ray"})
	d.do(err, other.Assign(bob))
	to := d.target()
	to.Token = d.issue("globex").Secret
	globex := lab.NewEntra(other, to, lab.EntraOptions{Mapping: lab.TimeneyeMapping(), NoGroups: true})
	d.do(globex.TestConnection(t.Context()))
	d.sync(globex)
	if d.user("bob@globex.example") != nil || len(d.members()) != 1 {
		t.Error("the token of one customer shows people of the other")
	}
	to.Token = "scim_mistyped"
	if err := lab.NewEntra(other, to, lab.EntraOptions{NoGroups: true}).TestConnection(t.Context()); !errors.Is(err, lab.ErrUnauthorized) {
		t.Errorf("Test Connection with a wrong token: %v", err)
	}
}

func TestE04_E05_E06_ATokenHasANameIsShownOnceAndLivesForAYear(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "timeneye")
	made := d.issue("acme", "--name", "SCIM access token")
	list := string(d.operator("token", "list", "--workspace", "acme", "--json"))
	if !strings.Contains(list, `"name":"SCIM access token"`) || strings.Contains(list, made.Secret) {
		t.Errorf("the list is %s", list)
	}
	created, err := time.Parse(time.RFC3339, made.Created)
	d.do(err)
	expires, err := time.Parse(time.RFC3339, made.Expires)
	d.do(err)
	if got := created.AddDate(1, 0, 0).Sub(expires).Abs(); got > 25*time.Hour {
		t.Errorf("it was made %v and expires %v", created, expires)
	}
}

func TestE02_E11_E18_E23_E31_RolesChosenAtAssignmentArriveAndFollow(t *testing.T) {
	t.Parallel()
	modes(t, func(t *testing.T, edit func(*lab.EntraOptions)) {
		d := openDesk(t, "timeneye")
		ann, bob, cid := d.hire("Ann", "Lee", "ann@acme.example"), d.hire("Bob", "Ray", "bob@acme.example"), d.hire("Cid", "Fox", "cid@acme.example")
		entra := timeneye(d, edit)
		// People with different roles are selected in different batches.
		d.do(d.dir.Assign(ann, role("Owner", "owner")))
		d.sync(entra)
		d.do(d.dir.Assign(bob, role("Admin", "admin")))
		d.do(d.dir.Assign(cid, role("Mmber", "member"))) // the page's own display name (E25)
		d.sync(entra)
		d.shows("ann@acme.example", "Ann Lee, Owner, Active")
		d.shows("bob@acme.example", "Bob Ray, Admin, Active")
		d.shows("cid@acme.example", "Cid Fox, Member, Active")
		d.do(d.dir.Assign(cid, role("Admin", "admin")), d.dir.Assign(bob, role("Member", "member")))
		d.sync(entra)
		d.shows("bob@acme.example", "Bob Ray, Member, Active")
		d.shows("cid@acme.example", "Cid Fox, Admin, Active")
	})
}

func TestE25_E26_AMisspeltOrWithdrawnRoleGivesTheDefaultAndAWarning(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "timeneye")
	ann, bob := d.hire("Ann", "Lee", "ann@acme.example"), d.hire("Bob", "Ray", "bob@acme.example")
	d.do(d.dir.Assign(ann, role("Member", "Mmber")), d.dir.Assign(bob, role("Admin", "admin")))
	entra := timeneye(d)
	d.sync(entra)
	d.shows("ann@acme.example", "Ann Lee, Member, Active")
	d.noted(`"Mmber" is not a role of this product`)
	d.noted(`did you mean "member"?`)
	d.do(d.dir.Assign(ann)) // the app role was disabled: nothing is sent in its place
	d.sync(entra)
	d.shows("ann@acme.example", "Ann Lee, Member, Active")
	d.do(d.dir.Assign(ann, role("Admin", "admn")))
	d.sync(entra)
	d.shows("ann@acme.example", "Ann Lee, Member, Active")
	d.noted(`did you mean "admin"?`)
}

func TestE10_WhoForgetsToDisableTheGroupMappingReadsWhatToDoAndPeopleSync(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "timeneye")
	ann := d.hire("Ann", "Lee", "ann@acme.example")
	d.do(d.dir.AssignGroup(d.group("Engineering", ann)))
	forgot := timeneye(d, func(o *lab.EntraOptions) { o.NoGroups, o.NoCompare = false, true })
	d.do(forgot.TestConnection(t.Context())) // asks for groups, too
	d.refused(forgot, "POST /Groups: 501", "disable Provision Azure Active Directory Groups")
	d.shows("ann@acme.example", "Ann Lee, Member, Active")

	d.sync(timeneye(d))
	a, err := d.call("GET", "/ResourceTypes", "")
	d.says(a, err, 200, `"User"`)
	if strings.Contains(string(a.body), `"Group"`) {
		t.Errorf("groups are advertised: %s", a.body)
	}
	a, err = d.call("GET", "/Groups", "")
	d.says(a, err, 200, `"totalResults":0`)
}

func TestE13_ANameWithSpecialCharactersIsRefusedByNameAndGoesThroughWhenMended(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "timeneye")
	entra := timeneye(d)
	for userName, name := range map[string][2]string{"siobhan": {"Siobhán", "O'Neill"}, "asa": {"Åsa", "Lindström-Öberg"}, "wei": {"伟", "李"}, "jose": {"José María", "de la Cruz, Jr."}} {
		d.do(d.dir.Assign(d.hire(name[0], name[1], userName+"@acme.example")))
	}
	d.sync(entra)
	jo := d.hire("Jo<h", "n", "john@acme.example")
	d.do(d.dir.Assign(jo))
	d.refused(entra, "400 invalidValue", "name", `'<'`)
	d.do(d.dir.Rename(jo, "John", "Nash"))
	d.sync(entra)
	d.shows("john@acme.example", "John Nash, Member, Active")
}

func TestE14_E27_TheAddressComesFromTheUserNameAndIsLowerCase(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "timeneye")
	d.do(d.dir.Assign(d.hire("Ann", "Lee", "Ann.Lee@Acme.Example")))
	d.sync(timeneye(d))
	if n := count(d.tape.take(), "POST /Users", "emails"); n != 0 {
		t.Error("the mapping has no e-mail, and one was sent")
	}
	d.shows("ann.lee@acme.example", "Ann Lee, Member, Active")
	d.equal("userName, read back", d.user("ANN.lee@acme.EXAMPLE")["userName"], "Ann.Lee@Acme.Example")
}

func TestE02_E12_E16_E20_E21_E32_WhoIsDeprovisionedStaysAsInactiveAndComesBackAsBefore(t *testing.T) {
	t.Parallel()
	modes(t, func(t *testing.T, edit func(*lab.EntraOptions)) {
		d := openDesk(t, "timeneye")
		ann := d.hire("Ann", "Lee", "ann@acme.example")
		chosen := role("Admin", "admin")
		d.do(d.dir.Assign(ann, chosen))
		entra := timeneye(d, edit)
		d.sync(entra)
		before, id := d.member("ann@acme.example"), d.user("ann@acme.example")["id"]
		for _, way := range []struct {
			name        string
			leave, back func(string) error
		}{
			{"disabled", d.dir.Disable, d.dir.Enable},
			{"soft deleted", d.dir.SoftDelete, d.dir.Restore},
			{"unassigned", d.dir.Unassign, func(id string) error { return d.dir.Assign(id, chosen) }},
		} {
			d.tape.take()
			d.do(way.leave(ann))
			d.sync(entra)
			// The switch is mapped twice, and what the server holds is compared
			// with both: once it is off, nothing more is sent.
			if n := count(d.tape.take(), "PATCH", `"False"`); n != 1 {
				t.Errorf("%s: %d PATCH with False", way.name, n)
			}
			d.shows("ann@acme.example", "Ann Lee, Admin, Inactive")
			d.do(way.back(ann))
			d.sync(entra)
			d.equal(way.name+" and back", d.member("ann@acme.example"), before)
			d.equal("id", d.user("ann@acme.example")["id"], id)
		}
		d.do(d.dir.HardDelete(ann))
		d.sync(entra)
		d.shows("ann@acme.example", "Ann Lee, Admin, Removed")
	})
}

func TestE02_E15_E19_E33_TitleFormattedNameAndDisplayNameArriveApart(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "timeneye")
	ann := d.hire("Ann", "Lee", "ann@acme.example", func(p *lab.Person) { p.DisplayName, p.JobTitle = "Annie", "Head of Time" })
	d.do(d.dir.Assign(ann))
	entra := timeneye(d)
	d.sync(entra)
	user := d.user("ann@acme.example")
	d.equal("title", user["title"], "Head of Time")
	d.equal("displayName", user["displayName"], "Annie")
	d.equal("name", user["name"], map[string]any{"formatted": "Ann Lee"})
	m := d.stored("ann@acme.example")
	d.equal("the member's name", m.GivenName+"|"+m.FamilyName+"|"+m.DisplayName+"|"+m.Title, "Ann|Lee|Annie|Head of Time")
	d.do(d.dir.Update(ann, func(p *lab.Person) { p.Surname, p.JobTitle = "Ray", "Chief" }))
	d.sync(entra)
	m = d.stored("ann@acme.example")
	d.equal("after the wedding", m.GivenName+"|"+m.FamilyName+"|"+m.DisplayName+"|"+m.Title, "Ann|Ray|Annie|Chief")
}

func TestE17_E22_E24_PeopleAreMatchedByTheMicrosoftIDFirstAndTheUserNameSecond(t *testing.T) {
	t.Parallel()
	modes(t, func(t *testing.T, edit func(*lab.EntraOptions)) {
		d := openDesk(t, "timeneye")
		ann := d.hire("Ann", "Lee", "ann@acme.example")
		d.do(d.dir.Assign(ann, role("Admin", "admin")))
		d.sync(timeneye(d, edit))
		if lines := d.tape.take(); count(lines[:1], "GET /Users?", `filter=urn:ietf:params:scim:schemas:core:2.0:User:microsoftId eq "`+ann) != 1 ||
			count(lines[1:2], "GET /Users?", `filter=userName eq "ann@acme.example"`) != 1 {
			t.Errorf("looked up by %q", lines)
		}
		id := d.user("ann@acme.example")["id"]
		// Another job knows nothing of the first; meanwhile the user name is another one.
		d.do(d.dir.ChangeUserName(ann, "ann.ray@acme.example"))
		d.sync(timeneye(d, edit))
		if n := count(d.tape.take(), "POST"); n != 0 || d.user("ann.ray@acme.example")["id"] != id || len(d.members()) != 1 {
			t.Errorf("%d people were created; the page shows %+v", n, d.members())
		}
		// Who came without a microsoftId is found by the user name and gets it.
		a, err := d.call("POST", "/Users", `{"userName":"bob@acme.example","displayName":"Bob"}`)
		d.says(a, err, 201)
		bob := d.hire("Bob", "Ray", "bob@acme.example")
		d.do(d.dir.Assign(bob))
		d.sync(timeneye(d, edit))
		d.equal("id", d.find("/Users", `urn:ietf:params:scim:schemas:core:2.0:User:microsoftId eq "`+bob+`"`)["id"], a.id())
	})
}

// The product's own page to edit a profile comes later; here the edit is made
// over SCIM.
func TestE28_WhatIsChangedInTheProductIsOverwrittenByTheNextSync(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "timeneye")
	ann := d.hire("Ann", "Lee", "ann@acme.example")
	d.do(d.dir.Assign(ann))
	d.sync(timeneye(d))
	id := d.user("ann@acme.example")["id"].(string)
	a, err := d.call("PATCH", "/Users/"+id, operations(`{"op":"replace","path":"displayName","value":"Queen Ann"}`))
	d.says(a, err, 200, "Queen Ann")
	d.sync(timeneye(d)) // restarted: everybody is compared
	d.shows("ann@acme.example", "Ann Lee, Member, Active")
}
