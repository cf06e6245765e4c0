package console_test

import (
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/edge/console/consoletest"
	"github.com/anteroom-id/anteroom/internal/edge/console/providertest"
	"github.com/anteroom-id/anteroom/internal/web/browsertest"
	"github.com/anteroom-id/anteroom/lab"
	"github.com/anteroom-id/anteroom/lab/idp"
)

// provider is the identity provider of the tour's directory.
func (s *tour) provider(f idp.Flavour) *idp.Provider {
	s.T.Helper()
	return providertest.Start(s.World, idp.Config{Flavour: f, Directory: s.dir})
}

// be clicks on somebody on the provider's page, and waits to be back.
func (s *tour) be(p *idp.Provider, person string) {
	s.T.Helper()
	s.b.Until(`location.href.startsWith('` + p.Base() + `') && document.querySelector('button[value="` + person + `"]')`)
	s.b.Click(`button[value="` + person + `"]`)
	s.b.Until(`location.href.startsWith('` + s.BaseURL + `') && document.readyState === 'complete' && !document.querySelector('form[data-submit]')`)
}

// leaves signs out of everything, as somebody else's browser is.
func (s *tour) leaves(path string) {
	s.T.Helper()
	s.b.Command("Network.clearBrowserCookies", nil)
	s.visit(path)
}

// arrives wants to stand on a page of ours.
func (s *tour) arrives(path string) {
	s.T.Helper()
	if at := browsertest.Value[string](s.b, `location.pathname`); at != path {
		s.T.Fatalf("the browser stands at %s, not at %s: %s", at, path, browsertest.Value[string](s.b, words))
	}
}

// fills types into the field whose label begins so; the provider's own name for it
// may stand behind.
func (s *tour) fills(label, text string) {
	s.T.Helper()
	s.enter(s.labelled(label), text)
}

// The parts "How to configure SSO" and "How to sign in using SSO" of the help page
// "Single Sign-On (SSO) with Azure Active Directory", and then its SCIM: sign-on
// first, provisioning second.
func TestT05_T06_T07_T09_T10_T11_T12_T13_T19_T25_W03_TrackingTimeSignsInStepByStep(t *testing.T) {
	s := setOut(t, "trackingtime").withBrowser()
	vendorSetsPlan(s.World, "acme", "business")
	s.Person(s.Acme, "olga@acme.example", "Olga", "Berg", "admin")
	s.Person(s.Acme, "mia@acme.example", "Mia", "Moss", "project-manager")
	azure := s.provider(idp.Entra)
	mia := s.hire("Mia", "Moss", "mia@acme.example")
	s.do(s.dir.Assign(mia))
	trackingtimeConfigures(s, azure)
	trackingtimeSignsIn(s, azure, mia)
	s.b.MustBeContent() // from here on the browser notes what is refused
	trackingtimeRefuses(s, azure)
	ann := trackingtimeProvisions(s)
	s.leaves("/vue/sso#acme")
	s.be(azure, ann)
	s.arrives("/w/acme/")
	s.leads("Members", "Members")
	s.shows("Ann Lee", "ann@acme.example", "Project Manager default", "Active", "Azure Active Directory")
	s.shows("Mia Moss", "Project Manager", "Active", "Azure Active Directory")
	s.sees("3 members, 3 seats taken")
}

// "Identifier (Entity ID): https://pro.trackingtime.co … Copy the App Federation
// Metadata URL … Paste the URL in the Metadata field and click on Get Metadata. The
// system will process your URL and automatically retrieve all required metadata
// parameters."
func trackingtimeConfigures(s *tour, azure *idp.Provider) {
	s.signIn("olga@acme.example")
	s.leads("Single Sign-On", "Single Sign-On")
	s.sees("Workspace ID", "/vue/sso#acme")
	s.leads("Azure Active Directory", "Single Sign-On")
	s.leads("Azure Active Directory", "Azure Active Directory")
	s.leads("SAML", "Azure Active Directory")
	entity, acs := s.copies("Identifier (Entity ID)"), s.copies("Reply URL (Assertion Consumer Service URL)")
	if entity != "https://pro.trackingtime.co" || acs != s.BaseURL+"/saml/acme/acs" {
		s.T.Errorf("to be pasted: %s and %s", entity, acs)
	}
	azure.AddSAML(idp.SP{EntityID: entity, ACS: acs, Name: "TrackingTime SSO"})
	s.fills("Metadata", azure.MetadataURL())
	s.leads("Get Metadata", "Azure Active Directory")
	if got := s.read(s.labelled("Issuer (entity ID)")); got != azure.EntityID() {
		s.T.Errorf("the issuer is %q", got)
	}
	s.sees(azure.SSOURL(), "SHA-256")
	s.pictures("metadata")
	s.press("Members sign in through this connector")
	s.leads("Save", "Azure Active Directory")
}

// labelled is the whole label of the field whose label begins so.
func (s *tour) labelled(label string) string {
	s.T.Helper()
	const one = `[...document.querySelectorAll('label')].find(l => l.textContent.trim().startsWith(%) && l.control)?.textContent.replace(/\s+/g, ' ').trim()`
	return browsertest.Value[string](s.b, strings.ReplaceAll(one, "%", quoted(label)))
}

// "Click on Sign in with SSO or go directly to the SSO URL of your workspace … Enter
// your workspace id … Sign in using your Microsoft account."
func trackingtimeSignsIn(s *tour, azure *idp.Provider, mia string) {
	s.leaves("/login")
	s.leads("Sign in with SSO", "Sign in with SSO")
	s.enter("Workspace ID", " ACME")
	s.pictures("workspace-id")
	s.press("Continue")
	s.be(azure, mia)
	s.arrives("/w/acme/")
	s.pictures("signed-in")
	s.leaves("/vue/sso#acme")
	s.be(azure, mia)
	s.arrives("/w/acme/")
}

// "Login with email and password is disabled for SSO users for security reasons."
// "If you're having issues logging in, please contact your Microsoft's account
// administrator."
func trackingtimeRefuses(s *tour, azure *idp.Provider) {
	s.leaves("/login")
	s.enter("E-mail", "mia@acme.example")
	s.enter("Password", consoletest.Password)
	s.leads("Sign in", "Sign in")
	s.sees("single sign-on")
	s.pictures("no-password")
	dan := s.hire("Dan", "Out", "dan@acme.example")
	s.leaves("/sso/acme")
	s.b.Until(`location.href.startsWith('` + azure.Base() + `') && document.querySelector('button[value="` + dan + `"]')`)
	s.b.Click(`button[value="` + dan + `"]`)
	s.b.Until(`document.body?.innerText.includes('AADSTS50105')`)
	s.do(s.dir.Assign(dan))
	s.do(azure.Fault("audience-wrong"))
	s.leaves("/sso/acme")
	s.be(azure, dan)
	s.do(azure.Fault())
	s.sees("You could not be signed in", "give this code to your account administrator")
	s.pictures("refused")
	code := browsertest.Value[string](s.b, `document.querySelector('output').innerText`)
	s.signIn("olga@acme.example")
	s.leads("Activity", "Activity")
	s.leads("Sign-ins", "Activity")
	s.enter("Explain a code", strings.ToLower(code))
	s.click("Explain")
	s.sees(code, "Expected https://pro.trackingtime.co", "Identifier (Entity ID)", "Step by step")
	s.pictures("explained")
	s.do(s.dir.Unassign(dan))
}

// "Enable SCIM Provisioning" of the same connector: who is assigned needs no
// invitation.
func trackingtimeProvisions(s *tour) (ann string) {
	s.leads("Single Sign-On", "Single Sign-On")
	s.leads("Azure Active Directory", "Azure Active Directory")
	s.leads("SCIM Provisioning", "Azure Active Directory")
	s.enter("Name of the new token", "Entra")
	s.leads("Issue it", "Azure Active Directory")
	entra := lab.NewEntra(s.dir, pasted(s.copies("URL"), s.copies("Token")), lab.EntraOptions{NoGroups: true})
	ann = s.hire("Ann", "Lee", "ann@acme.example")
	s.do(s.dir.Assign(ann))
	s.cycles(entra)
	return ann
}
