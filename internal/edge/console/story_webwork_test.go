package console_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/anteroom-id/anteroom/internal/web/browsertest"
	"github.com/anteroom-id/anteroom/lab"
)

// leads clicks a link or a button, and wants the page that it leads to to be
// called so.
func (s *tour) leads(word, heading string) {
	s.T.Helper()
	s.click(word)
	if got := browsertest.Value[string](s.b, `document.querySelector('h1').innerText`); got != heading {
		s.T.Fatalf("%s leads to %q, not to %q: %s", word, got, heading, browsertest.Value[string](s.b, words))
	}
}

// choose takes an option of a list by keys.
func (s *tour) choose(label, option string) {
	s.T.Helper()
	s.at("label", label)
	browsertest.Value[bool](s.b, `(window.list = document.querySelector('[data-tour]').control, document.querySelector('[data-tour]').removeAttribute('data-tour'), list.setAttribute('data-tour', ''), true)`)
	s.b.Do(chromedp.SendKeys(chromedp.CSS("[data-tour]"), option))
	s.b.Until(`list.selectedOptions[0].text === ` + quoted(option))
}

// copies presses the button that copies a field, and gives what is in it.
func (s *tour) copies(label string) string {
	s.T.Helper()
	s.press("Copy " + label)
	s.b.Until(`document.querySelector('[data-tour]').innerText.trim() === 'Copied'`)
	v := browsertest.Value[string](s.b, `document.getElementById(document.querySelector('[data-tour]').dataset.copy).value`)
	if v == "" {
		s.T.Fatalf("%s is empty", label)
	}
	return v
}

// again loads the page anew, as people do.
func (s *tour) again() {
	s.T.Helper()
	s.b.Do(chromedp.Reload())
	s.b.Until(`document.readyState === 'complete'`)
}

// pictures takes a picture of a step that also stands the test of axe-core.
func (s *tour) pictures(step string) {
	s.T.Helper()
	s.b.Until(`document.getAnimations().every(a => a.playState !== 'running')`)
	s.shoot(step)
	s.b.MustBeAccessible(step)
}

// menu is what the menu offers.
func (s *tour) menu() string {
	return browsertest.Value[string](s.b, `document.querySelector('nav[aria-label=Main]').innerText`)
}

// The help page "SCIM and SAML Configuration", as far as it is about SCIM.
func TestW01_W02_W04_W05_W06_W07_W08_W09_W17_WebWorkHelpPageStepByStep(t *testing.T) {
	s := setOut(t, "webwork").withBrowser()
	s.Vendor("vera@vendor.example")
	s.Person(s.Acme, "olga@acme.example", "Olga", "Berg", "owner")
	s.Person(s.Acme, "eve@acme.example", "Eve", "Manager", "executive-manager")
	webworkPlan(s)
	okta := webworkCredentials(s)
	ann, bob := webworkPushesNewUsers(s, okta)
	webworkPushesProfiles(s, okta, ann)
	webworkDeactivatesAndReactivates(s, okta, bob)
	s.b.MustBeContent()
}

// "Available on Plus and Premium plans. Only the Workspace Owner can enable SSO."
func webworkPlan(s *tour) {
	s.signIn("olga@acme.example")
	s.leads("Single Sign-On", "Single Sign-On")
	s.sees("SCIM provisioning is not part of your plan", "on the plan Pro.", "It is available on Plus and Premium.", "contact sales")
	s.pictures("locked")

	s.signIn("vera@vendor.example")
	s.leads("Acme", "Acme")
	s.choose("Plan", "Plus")
	s.leads("Change the plan", "Acme")
	s.sees("On the plan Plus")

	s.signIn("eve@acme.example")
	if menu := s.menu(); !strings.Contains(menu, "Members") || strings.Contains(menu, "Single Sign-On") {
		s.T.Errorf("an executive manager's menu is %q", menu)
	}
}

// "How to configure SCIM?", steps 3 to 7.
func webworkCredentials(s *tour) *lab.Okta {
	s.signIn("olga@acme.example")
	s.leads("Single Sign-On", "Single Sign-On")
	s.sees("SCIM Base URL", "SCIM API Token", "Not set up yet", "Not issued yet")
	s.pictures("sso")
	s.leads("Issue one", "Single Sign-On")
	s.sees("It is shown this once", "Waiting for first sync")
	s.pictures("token")
	url, token := s.copies("SCIM Base URL"), s.copies("SCIM API Token")
	s.again()
	s.misses(token)
	s.sees("…" + token[len(token)-4:])

	if err := lab.NewOkta(s.dir, pasted(url, token+"x"), lab.OktaOptions{}).TestConnection(s.T.Context()); err == nil {
		s.T.Error("Test API Credentials is content with a wrong token")
	}
	okta := lab.NewOkta(s.dir, pasted(url, token), lab.OktaOptions{NoGroups: true})
	s.do(okta.TestConnection(s.T.Context()))
	s.leads("Set it up step by step", "The directory")
	s.sees("Configure API Integration", "Test API Credentials", "Create Users, Update User Attributes and Deactivate Users", "Heard from it")
	s.pictures("guide")
	return okta
}

// "New users created through Okta will also be created in WebWork." "To appear on
// WebWork's Members page, assigned users must first log in with SSO."
func webworkPushesNewUsers(s *tour, okta *lab.Okta) (ann, bob string) {
	ann = s.hire("Ann", "Lee", "ann@acme.example", func(p *lab.Person) { p.JobTitle = "Designer" })
	bob = s.hire("Bob", "Ray", "bob@acme.example")
	s.do(s.dir.Assign(ann), s.dir.Assign(bob))
	s.cycles(okta)
	s.sees("2 members so far", "Waiting for the first change") // without a reload
	s.leads("Members", "Members")
	s.shows("Olga Berg", "Workspace Owner", "Active")
	s.sees("2 seats taken")
	s.misses("Ann Lee", "Bob Ray")
	s.leads("Pending", "Members")
	s.shows("Ann Lee", "ann@acme.example", "Employee", "No seat", "Pending")
	s.shows("Bob Ray", "No seat", "Pending")
	s.pictures("pending")
	return ann, bob
}

// "Updates made to a user's profile through Okta will be pushed to WebWork."
func webworkPushesProfiles(s *tour, okta *lab.Okta, ann string) {
	s.do(s.dir.Rename(ann, "Anna", "Stone"), s.dir.Move(ann, "Design", "Lead designer"))
	s.cycles(okta)
	s.again()
	s.leads("Anna Stone", "Anna Stone")
	s.sees("Lead designer", "ann@acme.example · Pending", "takes no seat")
	s.pictures("profile")
	s.leads("History", "Anna Stone")
	s.row("Anna Stone arrived")
	s.press("4 values")
	s.shows("Display name, Name, Job title and Department of Anna Stone changed", "Designer Lead designer", "provisioning", "req_")
	s.pictures("history")
}

// "Deactivating a user means removing access to login, but maintaining their
// information as an inactive user." "Member accounts can be reactivated in Okta."
func webworkDeactivatesAndReactivates(s *tour, okta *lab.Okta, bob string) {
	s.do(s.dir.Unassign(bob))
	s.cycles(okta)
	s.leads("Members", "Members")
	s.leads("Inactive", "Members")
	s.shows("Bob Ray", "bob@acme.example", "No seat", "Inactive")
	s.pictures("inactive")
	s.leads("Bob Ray", "Bob Ray")
	s.sees("bob@acme.example · Inactive")

	s.do(s.dir.Assign(bob))
	s.cycles(okta)
	s.again()
	s.sees("bob@acme.example · Pending")
	s.leads("History", "Bob Ray")
	for _, what := range []string{"Bob Ray arrived", "Bob Ray is inactive now", "Bob Ray is active again"} {
		s.row(what)
	}
	s.leads("Activity", "Activity")
	s.shows("PUT", "/scim/v2/Users")
	s.pictures("activity")
}
