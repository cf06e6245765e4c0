package console_test

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/anteroom-id/anteroom/lab"
)

// The help page "Set up and use provisioning for Azure": Support issues the
// token, Ada administers the portal.
func TestK01_K02_K05_K08_K09_K10_K11_K12_K13_K14_K15_K16_K19_TrackTikHelpPageStepByStep(t *testing.T) {
	s := setOut(t, "tracktik").withBrowser()
	s.Vendor("vera@vendor.example")
	s.Person(s.Acme, "ada@acme.example", "Ada", "Lovelace", "administrator")
	secret := tracktikSupport(s)
	url := tracktikGuide(s, secret)
	guards, people, entra := tracktikSync(s, pasted(url, secret))
	tracktikEmployee(s)
	tracktikRoles(s)
	tracktikFollows(s, entra, guards, people)
	tracktikCadence(s)
	s.b.MustBeContent()
}

// "Contact our Support team to get a provisioning token. This requires knowing
// which portal URL you want the access token for."
func tracktikSupport(s *tour) (secret string) {
	s.signIn("vera@vendor.example")
	s.leads("Acme", "Acme")
	s.sees("Portal URL", "acme", s.SCIMURL("acme"))
	s.enter("What it is for", "For the Azure portal of Acme")
	s.leads("Issue a provisioning token", "Acme")
	s.pictures("support")
	secret = s.copies("Provisioning token")
	s.again()
	s.shows("For the Azure portal of Acme", "scim_…"+secret[len(secret)-4:], "Vera Vendor")
	return secret
}

// Steps 1 to 4 are done in Azure; what they ask for stands here.
func tracktikGuide(s *tour, secret string) (url string) {
	s.signIn("ada@acme.example")
	s.leads("Tokens", "Tokens")
	s.shows("For the Azure portal of Acme", "provisioning token", "scim_…"+secret[len(secret)-4:], "the vendor", "Valid")
	s.sees("Tenant URL", s.SCIMURL("acme"), "contact Support")
	s.leads("Activity", "Activity")
	s.leads("Changes", "Activity")
	s.sees("A token for", "was issued", "the vendor")
	s.leads("Single Sign-On", "Single Sign-On")
	s.leads("Azure Active Directory", "Single Sign-On")
	s.leads("Azure Active Directory", "Azure Active Directory")
	s.sees("Integrate any other application you don't find in the gallery (Non-gallery)", "Set Provisioning Mode to Automatic", "Secret Token", "Test Connection",
		"with Create, Update and Delete. Do not change the attribute mappings", "Sync only assigned users and groups", "Direct members of a group come with it", "Start provisioning")
	s.pictures("guide")
	url = s.copies("Tenant URL")
	if !strings.HasSuffix(url, "/rest/scim/v2") {
		s.T.Errorf("the Tenant URL is %s", url)
	}
	return url
}

// Step 5: the members of an assigned group come with the default mappings.
func tracktikSync(s *tour, to lab.Target) (guards string, people []string, entra *lab.Entra) {
	to.URL += "/" // as the help page has it
	entra = lab.NewEntra(s.dir, to, lab.EntraOptions{})
	s.do(entra.TestConnection(s.T.Context()))
	s.sees("Heard from it", "Waiting for the first employee", "Waiting for the first group")
	for _, n := range [][3]string{{"Ann", "Lee", "ann"}, {"Bob", "Ray", "bob"}, {"Cid", "Fox", "cid"}} {
		people = append(people, s.hire(n[0], n[1], n[2]+"@acme.example", func(p *lab.Person) { p.JobTitle = "Guard" }))
	}
	guards, err := s.dir.NewGroup("Site guards", people[0], people[1])
	s.do(err, s.dir.AssignGroup(guards), s.dir.Assign(people[2]))
	s.cycles(entra)
	s.sees("3 employees so far", "1 group so far")
	return guards, people, entra
}

// "Select Employees. In the Type to filter box, enter the employee's name. Select
// View for the employee and choose the History tab."
func tracktikEmployee(s *tour) {
	s.leads("Employees", "Employees")
	s.shows("Ann Lee", "Site guards", "Azure Active Directory")
	s.shows("Cid Fox", "Employee", "default")
	s.misses("Members", "members")
	s.enter("Type to filter", "bob")
	s.b.Until(`document.querySelectorAll('tbody tr').length === 1`)
	s.shows("Bob Ray", "bob@acme.example")
	s.pictures("filter")
	s.leads("View Bob Ray", "Bob Ray")
	s.sees("Region", "HQ", "Managed by Azure Active Directory", "Guard")
	s.pictures("employee")
	s.leads("History", "Bob Ray")
	s.sees("Bob Ray arrived", "Azure Active Directory", "provisioning", "req_")
	s.pictures("history")
}

// "Select Settings. In General Configurations, select Roles & Security. The group
// is provisioned to your Staff Portal Roles."
func tracktikRoles(s *tour) {
	s.sees("Settings")
	s.leads("General Configurations", "General Configurations")
	s.leads("Roles & Security", "Roles & Security")
	s.sees("Staff Portal Roles")
	s.shows("Site guards", "from Azure Active Directory", "2 employees")
	s.pictures("roles")
	s.leads("Site guards", "Site guards")
	s.sees("Becomes role", "Ann Lee", "Bob Ray")
	s.misses("Cid Fox")
	s.picks("Employee")
	s.leads("Save", "Site guards")
	s.leads("Employees", "Employees")
	s.shows("Ann Lee", "Employee by group")
	s.leads("Users & Groups", "Users & Groups")
	s.shows("Site guards", "Employee")
	s.leads("Site guards", "Site guards")
	s.picks("No role of the catalogue")
	s.leads("Save", "Site guards")
}

// What changes in the group changes in the role.
func tracktikFollows(s *tour, entra *lab.Entra, guards string, people []string) {
	s.do(s.dir.RenameGroup(guards, "Night guards"), s.dir.AddToGroup(guards, people[2]), s.dir.RemoveFromGroup(guards, people[0]), s.dir.Assign(people[0]))
	s.cycles(entra)
	s.leads("Employees", "Employees")
	s.shows("Ann Lee", "Employee", "default")
	s.shows("Bob Ray", "Night guards")
	s.shows("Cid Fox", "Night guards")
	s.do(s.dir.UnassignGroup(guards), s.dir.HardDelete(people[0]))
	s.cycles(entra)
	s.again()
	s.shows("Cid Fox", "Employee", "default")
	s.misses("Ann Lee", "Bob Ray") // who came with the group only
	s.leads("Inactive", "Employees")
	s.shows("Ann Lee", "Inactive", "No seat")
	s.shows("Bob Ray", "Inactive", "No seat")
	s.leads("General Configurations", "General Configurations")
	s.leads("Roles & Security", "Roles & Security")
	s.misses("Night guards")
}

// "The provisioning runs every 20 to 40 minutes."
func tracktikCadence(s *tour) {
	came(s.World, s.Acme, 90*time.Minute, 60*time.Minute, 30*time.Minute)
	s.leads("Single Sign-On", "Single Sign-On")
	s.leads("Azure Active Directory", "Azure Active Directory")
	s.leads("SCIM Provisioning", "Azure Active Directory")
	s.sees("About every 30 minutes. Next expected in", "Last contact", "Employees so far", "Region: HQ, where the directory sends none")
	s.pictures("cadence")
	s.b.Do(chromedp.Reload())
}
