package console_test

import (
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/edge/console/consoletest"
	"github.com/anteroom-id/anteroom/internal/web/browsertest"
	"github.com/anteroom-id/anteroom/lab"
)

// The part "SCIM Provisioning" of the help page "Single Sign-On (SSO) with Azure
// Active Directory", and what stands around it about plans and administrators.
// Olga administers the workspace, in which Mia and Ned are already.
func TestT01_T02_T04_T14_T15_T16_T17_T18_T20_T21_T22_T23_T24_T27_T28_TrackingTimeHelpPageStepByStep(t *testing.T) {
	s := setOut(t, "trackingtime").withBrowser()
	s.Person(s.Acme, "olga@acme.example", "Olga", "Berg", "admin")
	mia := s.Person(s.Acme, "mia@acme.example", "Mia", "Moss", "co-worker")
	ned := s.Person(s.Acme, "ned@acme.example", "Ned", "Nash", "project-manager")
	trackingtimePlan(s, ned)
	url, token := trackingtimeEnable(s)
	entra := trackingtimeStart(s, pasted(url, token))
	ann := trackingtimeAdded(s, entra)
	trackingtimeUpdated(s, entra, ann)
	trackingtimeDeleted(s, entra, ann, mia)
	s.b.MustBeContent()
}

// "Only available in our Business plan … please get in touch with us. Only
// workspace administrators can configure SSO."
func trackingtimePlan(s *tour, ned *consoletest.Visitor) {
	vendorSetsPlan(s.World, "acme", "pro")
	s.signIn("ned@acme.example")
	s.sees("Members")
	if browsertest.Value[bool](s.b, `[...document.querySelectorAll('nav a')].some(a => ['Single Sign-On', 'Tokens'].includes(a.innerText.trim()))`) {
		s.T.Error("the menu of a project manager leads to Single Sign-On")
	}
	if a := ned.Get("/w/acme/settings/sso"); a.Status != 403 || !strings.Contains(a.Body, refused) {
		s.T.Errorf("the page answers a project manager with %d", a.Status)
	}
	s.signIn("olga@acme.example")
	s.leads("Single Sign-On", "Single Sign-On") // one click; Settings is the heading above it
	s.sees("Settings", "Single sign-on is not part of your plan", "on the plan PRO", "It is available on Business", "get in touch")
	s.pictures("locked")
	vendorSetsPlan(s.World, "acme", "business")
	s.again()
	s.misses("is not part of your plan")
	s.sees("Workspace ID", "/vue/sso#acme")
}

// "Enable SCIM Provisioning in Auth > Single Sign-On > SCIM Provisioning. Copy the
// URL and token displayed on screen."
func trackingtimeEnable(s *tour) (url, token string) {
	s.leads("Azure Active Directory", "Single Sign-On")
	s.leads("Azure Active Directory", "Azure Active Directory")
	s.leads("SCIM Provisioning", "Azure Active Directory")
	s.press("Enable SCIM Provisioning")
	s.leads("Save", "Azure Active Directory")
	s.sees("SCIM provisioning is off", "nobody loses access")
	s.press("Enable SCIM Provisioning")
	s.leads("Save", "Azure Active Directory")
	s.sees("SCIM provisioning is on")
	s.enter("Name of the new token", "Entra")
	s.leads("Issue it", "Azure Active Directory")
	s.sees("URL Azure Active Directory: Tenant URL", "Token Azure Active Directory: Secret Token", "It is shown this once")
	s.pictures("values")
	token, url = s.copies("Token"), s.copies("URL")
	s.again()
	s.shows("Entra", "scim_…"+token[len(token)-4:], "Olga Berg", "never")
	if browsertest.Value[bool](s.b, `document.documentElement.outerHTML.includes("`+token+`")`) {
		s.T.Error("the token is shown a second time")
	}
	s.sees("Waiting for first sync", "Nothing has been received yet", "Get the role Project Manager unless the directory says another")
	return url, token
}

// "Test the connection … Press Start … it might take up to one hour." Who was
// there with the same address stays one member.
func trackingtimeStart(s *tour, to lab.Target) *lab.Entra {
	s.leads("Setup", "Azure Active Directory")
	s.sees("Integrate any other application you don't find in the gallery (Non-gallery)", "Test Connection", "The first cycle may take up to an hour", "Waiting for first sync")
	entra := lab.NewEntra(s.dir, to, lab.EntraOptions{NoGroups: true})
	s.do(entra.TestConnection(s.T.Context()))
	s.sees("Heard from it", "Waiting for the first member")
	for _, n := range [][2]string{{"Mia", "Moss"}, {"Ned", "Nash"}} {
		s.do(s.dir.Assign(s.hire(n[0], n[1], strings.ToUpper(n[0])+"@acme.example")))
	}
	s.cycles(entra)
	s.sees("2 members so far", "Last contact just now")
	s.leads("Members", "Members")
	s.sees("3 members, 3 seats taken")
	s.shows("Mia Moss", "mia@acme.example", "Co-worker by hand", "Azure Active Directory")
	s.pictures("matched")
	return entra
}

// "Automatically added to your workspace … the default user role for new users is
// Project Manager."
func trackingtimeAdded(s *tour, entra *lab.Entra) (ann string) {
	ann = s.hire("Ann", "Lee", "ann@acme.example")
	s.hire("Dan", "Out", "dan@acme.example") // not assigned
	s.do(s.dir.Assign(ann))
	s.cycles(entra)
	s.again()
	s.shows("Ann Lee", "Project Manager default", "Active")
	s.misses("Dan Out")
	s.leads("Single Sign-On", "Single Sign-On")
	s.leads("Azure Active Directory", "Azure Active Directory")
	s.leads("SCIM Provisioning", "Azure Active Directory")
	s.leads("Change the default", "Roles & Security")
	s.sees("Project Manager", "Creates projects and tasks and sees the time that is tracked on them.", "Tracks time on the tasks that others assign.", "Changing it touches nobody who is here already")
	s.pictures("default-role")
	s.picks("Co-worker")
	s.leads("Save", "Roles & Security")
	s.do(s.dir.Assign(s.hire("Bob", "Ray", "bob@acme.example")))
	s.cycles(entra)
	s.leads("Members", "Members")
	s.shows("Bob Ray", "Co-worker default")
	s.shows("Ann Lee", "Project Manager")
	return ann
}

// "The information (first name, last name, email) will be automatically synced."
func trackingtimeUpdated(s *tour, entra *lab.Entra, ann string) {
	s.leads("Ann Lee", "Ann Lee")
	before := browsertest.Value[string](s.b, `location.pathname`)
	s.do(s.dir.Rename(ann, "Anna", "Ray"), s.dir.ChangeMail(ann, "anna.ray@acme.example"))
	s.cycles(entra)
	s.again()
	s.sees("Anna Ray", "anna.ray@acme.example", "Managed by Azure Active Directory")
	s.leads("Members", "Members")
	s.sees("5 members, 5 seats taken")
	s.leads("Anna Ray", "Anna Ray")
	if now := browsertest.Value[string](s.b, `location.pathname`); now != before {
		s.T.Errorf("Ann's page was at %s and is at %s", before, now)
	}
	s.pictures("updated")
}

// "The user will be archived in your TrackingTime workspace and will no longer be
// able to log into your workspace."
func trackingtimeDeleted(s *tour, entra *lab.Entra, ann string, mia *consoletest.Visitor) {
	if a := mia.Get("/account"); a.Status != 200 {
		s.T.Errorf("Mia is not signed in: %d", a.Status)
	}
	var id string
	for _, p := range s.dir.People() {
		if p.GivenName == "Mia" {
			id = p.ObjectID
		}
	}
	s.do(s.dir.Unassign(id), s.dir.HardDelete(ann))
	s.cycles(entra)
	if a := mia.Get("/w/acme/"); a.Status == 200 {
		s.T.Error("Mia is archived and still gets in")
	}
	s.leads("Members", "Members")
	s.misses("Mia Moss", "Anna Ray")
	s.leads("Archived", "Members")
	s.shows("Mia Moss", "Archived", "No seat", "Co-worker")
	s.shows("Anna Ray", "Archived", "No seat")
	s.pictures("archived")
	s.leads("Anna Ray", "Anna Ray")
	s.leads("Access", "Anna Ray")
	s.leads("Restore", "Anna Ray")
	s.sees("Anna Ray is back")
	s.do(s.dir.Assign(id))
	s.cycles(entra)
	s.leads("Members", "Members")
	s.shows("Mia Moss", "Co-worker", "Active", "Seat")
	s.shows("Anna Ray", "Project Manager", "Active", "Seat")
}
