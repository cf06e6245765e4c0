package console_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/edge/console/consoletest"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/store"
	"github.com/anteroom-id/anteroom/internal/web/browsertest"
	"github.com/anteroom-id/anteroom/lab"
)

// The help page "Provisioning users with Azure AD", from the plan to the FAQs:
// Olga owns the account, Alan is the admin who issues the token, and somebody
// else manages Azure AD.
func TestE01_E02_E04_E05_E07_E09_E11_E12_E18_E25_E28_E29_E31_E32_TimeneyeHelpPageStepByStep(t *testing.T) {
	s := setOut(t, "timeneye").withBrowser()
	s.Person(s.Acme, "olga@acme.example", "Olga", "Berg", "owner")
	s.Person(s.Acme, "alan@acme.example", "Alan", "Adams", "admin")
	timeneyePlan(s)
	secret := timeneyeToken(s)
	url, link := timeneyeGuide(s)
	timeneyeManager(s, url, link)
	ann, entra := timeneyeStart(s, pasted(url, secret))
	timeneyeRoles(s, entra)
	timeneyeLeaver(s, ann, entra)
	timeneyeOneWay(s, ann, entra)
	timeneyeFormerAdmin(s, entra)
	s.b.MustBeContent()
}

// vendorSetsPlan is what the vendor does on the operator's page of a workspace.
func vendorSetsPlan(w *consoletest.World, slug, plan string) {
	w.T.Helper()
	if a := w.Vendor("vera@"+plan+slug+".example").Post("/operator/workspaces/"+slug+"/plan", "plan", plan); a.Status != http.StatusSeeOther {
		w.T.Fatalf("the plan %s is answered with %d", plan, a.Status)
	}
}

// picks takes one of several choices, by the word that stands first at it.
func (s *tour) picks(word string) {
	s.T.Helper()
	s.at("label.choice > span", word)
	s.b.Click("[data-tour]")
}

// "This feature is included in the ENTERPRISE Plan", apart from single sign-on.
func timeneyePlan(s *tour) {
	vendorSetsPlan(s.World, "acme", "pro")
	s.signIn("olga@acme.example")
	s.leads("Single Sign-On", "Single Sign-On")
	s.sees("SCIM provisioning is not part of your plan", "on the plan PRO", "It is available on ENTERPRISE", "contact us", "Add Connector")
	s.misses("Single sign-on is not part of your plan")
	s.pictures("locked")
	vendorSetsPlan(s.World, "acme", "enterprise")
	s.again()
	s.misses("is not part of your plan")
	s.click("Sign out")
}

// "Click on Your-User-Name button (bottom of left sidebar) > Personal settings,
// Third-party apps, + Issue new personal access token".
func timeneyeToken(s *tour) (secret string) {
	s.signIn("alan@acme.example")
	s.leads("Alan Adams", "Personal settings")
	s.leads("Third-party apps", "Personal settings")
	s.sees("It expires one year after it was issued", "No token yet")
	s.enter("Name", "SCIM access token")
	s.leads("+ Issue new personal access token", "Personal settings")
	s.sees("Copy it now", "It is shown this once")
	s.pictures("token")
	secret = s.copies("Your new personal access token")
	s.leads("Profile", "Personal settings")
	s.leads("Third-party apps", "Personal settings")
	s.shows("SCIM access token", "Works", "scim_…"+secret[len(secret)-4:], time.Now().UTC().AddDate(0, 0, 365).Format("2 Jan 2006"), "Never used")
	if browsertest.Value[bool](s.b, `document.documentElement.outerHTML.includes("`+secret+`")`) {
		s.T.Error("the token is shown a second time")
	}
	s.pictures("token-afterwards")
	return secret
}

// What the page says about the Azure portal stands in the console too, and is
// handed to whoever manages Azure AD.
func timeneyeGuide(s *tour) (url, link string) {
	s.leads("Acme", "Home")
	s.leads("Single Sign-On", "Single Sign-On")
	s.leads("Azure Active Directory", "Single Sign-On")
	s.leads("Azure Active Directory", "Azure Active Directory")
	s.sees("Integrate any other application you don't find in the gallery (Non-gallery)", "Set Provisioning Mode to Automatic", "Test Connection",
		"Sync only assigned users and groups", "Then only people whom you assign come into Timeneye", "Provision Azure Active Directory Groups", "set Enabled to No",
		"For urn:ietf:params:scim:schemas:core:2.0:User:microsoftId, set Match objects using this attribute to Yes and Matching precedence to 1",
		"For userName, set Match objects using this attribute to Yes and Matching precedence to 2", "Create app role", "Start provisioning", "Waiting for first sync")
	s.pictures("guide")
	url = s.copies("Tenant URL")
	if !strings.HasSuffix(url, "/scim/v2") || url != s.SCIMURL("globex") {
		s.T.Errorf("the Tenant URL is %s, and not one for every customer without a slash at its end", url)
	}
	mappingsAsOnThePage(s)
	s.shows("Owner", "owner")
	s.shows("Admin", "admin")
	s.shows("Member", "member")
	s.choose("It works for", "7 days")
	s.leads("Create a set-up link", "Azure Active Directory")
	link = s.copies("Set-up link")
	s.click("Sign out")
	return url, link
}

// mappingsAsOnThePage wants each row of the console's table of mappings to stand
// in the help page's.
func mappingsAsOnThePage(s *tour) {
	type row struct{ Target, Source, Match string }
	rows := browsertest.Value[[]row](s.b, `[...document.querySelectorAll('table[aria-label="Attribute mappings"] tbody tr')].map(r =>
		({Target: r.cells[0].innerText.trim(), Source: r.cells[1].querySelector('input')?.value ?? r.cells[1].innerText.trim(), Match: r.cells[3].innerText.trim()}))`)
	for _, r := range rows {
		if !slices.ContainsFunc(lab.TimeneyeMapping(), func(m lab.Mapping) bool {
			return m.Target == r.Target && m.Source == r.Source && [...]string{"", "1", "2"}[m.Match] == r.Match
		}) {
			s.T.Errorf("the help page's table has no row like %+v", r)
		}
	}
	if len(rows) < len(lab.TimeneyeMapping())-1 { // the second name of active is not needed
		s.T.Errorf("%d rows: %+v", len(rows), rows)
	}
}

// Whoever manages Azure AD has no account, reads the values off the link, and
// sees nobody.
func timeneyeManager(s *tour, url, link string) {
	s.visit(link)
	s.sees("Connect Azure Active Directory to Timeneye")
	s.sees("The Secret Token comes from whoever sent you this link", "It shows no members", "Waiting for first sync")
	s.misses("Olga", "Alan", "Members\n")
	s.pictures("link")
	if got := s.copies("Tenant URL"); got != url {
		s.T.Errorf("the link says %s", got)
	}
	if err := lab.NewEntra(s.dir, pasted(url, "mistyped"), lab.EntraOptions{NoGroups: true}).TestConnection(s.T.Context()); !errors.Is(err, lab.ErrUnauthorized) {
		s.T.Errorf("Test Connection with a wrong token: %v", err)
	}
}

// "Click Test Connection … Provisioning Status On": people of three roles, in one
// batch for each, and what Members says of them.
func timeneyeStart(s *tour, to lab.Target) (ann string, entra *lab.Entra) {
	entra = lab.NewEntra(s.dir, to, lab.EntraOptions{Mapping: lab.TimeneyeMapping(), NoGroups: true})
	s.do(entra.TestConnection(s.T.Context()))
	s.sees("Heard from it", "Waiting for the first member") // the page behind the link, by itself
	ann, bob, cid := s.hire("Ann", "Lee", "ann@acme.example", func(p *lab.Person) { p.JobTitle = "Head of Time" }), s.hire("Bob", "Ray", "bob@acme.example"), s.hire("Cid", "Fox", "cid@acme.example")
	s.hire("Dan", "Out", "dan@acme.example") // not assigned
	for id, role := range map[string]lab.AppRole{ann: appRole("Owner", "owner"), bob: appRole("Admin", "admin"), cid: appRole("Mmber", "member")} {
		s.do(s.dir.Assign(id, role))
		s.cycles(entra)
	}
	s.sees("3 members so far")
	s.signIn("olga@acme.example")
	s.leads("Members", "Members")
	s.shows("Ann Lee", "ann@acme.example", "Owner from Azure Active Directory", "Active", "Seat")
	s.shows("Bob Ray", "Admin from Azure Active Directory")
	s.shows("Cid Fox", "Member from Azure Active Directory")
	s.misses("Dan Out")
	s.pictures("members")
	s.leads("Ann Lee", "Ann Lee")
	s.sees("Managed by Azure Active Directory", "Head of Time", "ann@acme.example")
	s.do(s.dir.Assign(bob, appRole("Member", "member")), s.dir.Assign(cid, appRole("Admin", "admin")))
	s.cycles(entra)
	s.leads("Members", "Members")
	s.shows("Bob Ray", "Member from Azure Active Directory")
	s.shows("Cid Fox", "Admin from Azure Active Directory")
	s.leads("Cid Fox", "Cid Fox")
	s.leads("History", "Cid Fox")
	s.sees("Cid Fox arrived", "Role of Cid Fox changed", "Azure Active Directory", "provisioning", "req_")
	return ann, entra
}

// "Check the spelling … otherwise the role won't be correctly provisioned".
func timeneyeRoles(s *tour, entra *lab.Entra) {
	eve := s.hire("Eve", "Orr", "eve@acme.example")
	s.do(s.dir.Assign(eve, appRole("Member", "Mmber")))
	s.cycles(entra)
	s.leads("Members", "Members")
	s.shows("Eve Orr", "Member")
	s.leads("Activity", "Activity")
	s.shows("POST", "Done, with a note")
	s.b.Click(`tbody tr:has(.badge.wait) th a`)
	s.sees(`"Mmber" is not a role of this product`, `did you mean "member"?`)
	s.pictures("misspelt-role")
}

// "Exists as an inactive user and is not counted towards your user count".
func timeneyeLeaver(s *tour, ann string, entra *lab.Entra) {
	s.leads("Seats & plan", "Seats & plan")
	s.sees("6 seats are taken", "Whoever is inactive takes none")
	before := ""
	for _, way := range []struct{ leave, back func(string) error }{{s.dir.Disable, s.dir.Enable}, {s.dir.Unassign, func(id string) error { return s.dir.Assign(id, appRole("Owner", "owner")) }}} {
		s.leads("Members", "Members")
		now, _, _ := strings.Cut(s.row("Ann Lee"), " Seat ")
		if before != "" && now != before {
			s.T.Errorf("Ann came back as %s, and was %s", now, before)
		}
		before = now
		s.do(way.leave(ann))
		s.cycles(entra)
		s.again()
		s.leads("Inactive", "Members")
		s.shows("Ann Lee", "Inactive", "No seat", "Owner")
		s.pictures("inactive")
		s.leads("Seats & plan", "Seats & plan")
		s.sees("5 seats are taken")
		s.do(way.back(ann))
		s.cycles(entra)
		s.again()
		s.sees("6 seats are taken")
	}
}

// FAQ: "the sync with Azure AD is a one-way sync".
func timeneyeOneWay(s *tour, ann string, entra *lab.Entra) {
	s.leads("Members", "Members")
	s.leads("Ann Lee", "Ann Lee")
	s.sees("Managed by Azure Active Directory", "which would overwrite a change made here at its next cycle", "Change them there")
	if n := browsertest.Value[float64](s.b, `[...document.querySelectorAll('main input:not([type=hidden])')].filter(i => ['Head of Time', 'Ann Lee', 'ann@acme.example'].includes(i.value)).length`); n != 0 {
		s.T.Errorf("%v of what Azure AD manages can be edited", n)
	}
	s.pictures("managed")
	s.do(s.dir.Update(ann, func(p *lab.Person) { p.JobTitle = "Chief" }))
	s.cycles(entra)
	s.again()
	s.sees("Chief")
}

// FAQ: "the admin who set up the initial SCIM token is no longer admin".
func timeneyeFormerAdmin(s *tour, entra *lab.Entra) {
	s.leads("Members", "Members")
	s.leads("Alan Adams", "Alan Adams")
	s.leads("Access", "Alan Adams")
	s.picks("Member")
	s.leads("Save roles", "Alan Adams")
	s.leads("Tokens", "Tokens")
	s.shows("SCIM access token", "Alan Adams (no longer admin)", "Valid")
	s.do(s.dir.Assign(s.hire("Fay", "Gil", "fay@acme.example")))
	s.cycles(entra)
	s.leads("Members", "Members")
	s.shows("Fay Gil", "Member")
	s.leads("Alan Adams", "Alan Adams")
	s.leads("Access", "Alan Adams")
	s.leads("Deactivate this member…", "Deactivate Alan Adams?")
	s.leads("Deactivate Alan Adams", "Alan Adams")
	s.leads("Tokens", "Tokens")
	s.shows("SCIM access token", "Alan Adams (inactive)", "Valid")
	s.pictures("former-admin")
	s.do(s.dir.Assign(s.hire("Gus", "Hay", "gus@acme.example")))
	s.cycles(entra)
	s.leads("Members", "Members")
	s.shows("Gus Hay", "Active")
}

// came writes down that a directory began cycles so long ago.
func came(w *consoletest.World, ws identity.Workspace, ago ...time.Duration) {
	w.T.Helper()
	all, err := w.Directory.Connections(w.T.Context(), ws.ID)
	if err != nil {
		w.T.Fatal(err)
	}
	now := w.Store.Now()
	err = w.Store.Write(w.T.Context(), ws.ID, func(tx *store.Tx) error {
		for _, d := range ago {
			if err := tx.NoteContact(w.T.Context(), all[0].ID, now.Add(-d), now.Add(time.Hour)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		w.T.Fatal(err)
	}
}
