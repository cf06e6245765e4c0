package console_test

import (
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/web/browsertest"
	"github.com/anteroom-id/anteroom/lab"
	"github.com/anteroom-id/anteroom/lab/idp"
)

// The help page "SCIM and SAML Configuration": "we recommend that you first enable
// SCIM and only then SAML".
func TestW03_W11_W12_W13_W14_W15_W16_W17_W18_WebWorkSignsInStepByStep(t *testing.T) {
	s := setOut(t, "webwork").withBrowser()
	vendorSetsPlan(s.World, "acme", "plus")
	s.Person(s.Acme, "olga@acme.example", "Olga", "Berg", "owner")
	okta := s.provider(idp.Okta)
	ann, bob := webworkProvisions(s)
	entity := webworkConfigures(s, okta)
	webworkFromTheProduct(s, okta, ann)
	webworkFromOkta(s, okta, entity, bob)
	s.signIn("olga@acme.example")
	s.leads("Members", "Members")
	s.shows("Ann Lee", "Employee", "Active")
	s.shows("Bob Ray", "Employee", "Active")
	s.sees("3 members")
	s.b.MustBeContent()
}

// SCIM: people are pending until their first sign-in.
func webworkProvisions(s *tour) (ann, bob string) {
	s.signIn("olga@acme.example")
	s.leads("Single Sign-On", "Single Sign-On")
	s.sees("Audience URI (SP Entity ID)", "Single sign-on URL", "IDP metadata URL") // before anything of Okta's is there
	s.pictures("values")
	s.leads("Issue one", "Single Sign-On")
	okta := lab.NewOkta(s.dir, pasted(s.copies("SCIM Base URL"), s.copies("SCIM API Token")), lab.OktaOptions{NoGroups: true})
	ann, bob = s.hire("Ann", "Lee", "ann@acme.example"), s.hire("Bob", "Ray", "bob@acme.example")
	s.do(s.dir.Assign(ann), s.dir.Assign(bob))
	s.cycles(okta)
	s.leads("Members", "Members")
	s.misses("Ann Lee", "Bob Ray")
	s.leads("Pending", "Members")
	s.shows("Ann Lee", "No seat", "Pending")
	return ann, bob
}

// "Copy the Metadata URL and paste it in the IDP metadata URL field … copy Audience
// URI (SP Entity ID) and the Single sign-on URL … select Email as Application
// username format."
func webworkConfigures(s *tour, okta *idp.Provider) (entity string) {
	s.leads("Single Sign-On", "Single Sign-On")
	entity = s.copies("Audience URI (SP Entity ID)")
	okta.AddSAML(idp.SP{EntityID: entity, ACS: s.copies("Single sign-on URL"), NameID: idp.Email, Name: "WebWork Time Tracker"})
	s.fills("IDP metadata URL", okta.MetadataURL())
	s.click("Get Metadata")
	s.sees(okta.EntityID())
	s.pictures("metadata")
	s.press("Members sign in through this connector")
	s.press("Take responses that nobody asked for (IdP-initiated)")
	s.click("Save")
	return entity
}

// "Visit WebWork Time Tracker's sign-in page … Click Sign in with Okta. Enter your
// Okta email address."
func webworkFromTheProduct(s *tour, okta *idp.Provider, ann string) {
	s.leaves("/login")
	s.leads("Sign in with Okta", "Sign in with Okta")
	s.arrives("/login/sso")
	s.enter("Okta email address", "ann@acme.example")
	s.pictures("address")
	s.press("Sign in with Okta")
	s.be(okta, ann)
	s.arrives("/account")
	s.sees("ann@acme.example")
	s.pictures("signed-in")
}

// IdP-initiated SSO: a tile in Okta's dashboard.
func webworkFromOkta(s *tour, okta *idp.Provider, entity, bob string) {
	s.b.Command("Network.clearBrowserCookies", nil)
	s.b.See(okta.LaunchURL(entity), "light", 1280, 800)
	s.b.Until(`document.querySelector('button[value="` + bob + `"]')`)
	s.b.Click(`button[value="` + bob + `"]`)
	s.b.Until(`location.href === '` + s.BaseURL + `/account' && document.readyState === 'complete'`)
	s.sees("bob@acme.example")
}

// The help page "Provisioning Users and Single Sign On with Azure Active
// Directory", steps 14 to 26, on the connector that provisions.
func TestP10_P11_P12_P13_P14_P15_P19_P20_P23_W03_PlatformSignsInStepByStep(t *testing.T) {
	s := setOut(t, "platform").withBrowser()
	vendorSetsPlan(s.World, "acme", "enterprise")
	s.Person(s.Acme, "olga@acme.example", "Olga", "Berg", "EnterpriseAdmin")
	azure := s.provider(idp.Entra)
	s.signIn("olga@acme.example")
	s.leads("Organization Setup", "Organization Setup")
	s.leads("Azure Active Directory", "Organization Setup")
	s.leads("Azure Active Directory", "Azure Active Directory")
	uma, abe := platformProvisions(s)
	app := platformRegisters(s, azure)
	s.b.MustBeContent() // from here on the browser notes what is refused
	s.leaves("/login/sso")
	s.enter("E-mail", "uma@acme.example")
	s.press("Sign in with SSO")
	s.be(azure, uma)
	s.sees("You could not be signed in", "Grant consent")
	s.pictures("consent")
	app.NeedsConsent = false
	azure.AddClient(app)
	s.leaves("/sso/acme")
	s.be(azure, uma)
	s.arrives("/w/acme/")
	s.pictures("signed-in")
	s.leaves("/sso/acme")
	s.be(azure, abe)
	s.sees("You could not be signed in", "app")
	s.pictures("app-only")
	s.leaves("/sso/acme?channel=app")
	s.be(azure, abe)
	s.arrives("/account")
}

// Uma has a role with web portal access, Abe has the app alone.
func platformProvisions(s *tour) (uma, abe string) {
	s.leads("SCIM Provisioning", "Azure Active Directory")
	s.leads("Issue it", "Azure Active Directory")
	azure := lab.NewEntra(s.dir, pasted(s.copies("SCIM URL"), s.copies("Password")), lab.EntraOptions{NoGroups: true, Mapping: append(lab.DefaultMapping(),
		lab.Mapping{Source: "SingleAppRoleAssignment([appRoleAssignments])", Target: "urn:ietf:params:scim:schemas:core:2.0:User:role"})})
	uma, abe = s.hire("Uma", "Ulm", "uma@acme.example"), s.hire("Abe", "Apps", "abe@acme.example")
	s.do(s.dir.Assign(uma, appRole("Read only", "ReadOnly")), s.dir.Assign(abe))
	s.cycles(azure)
	return uma, abe
}

// "The first Redirect URI's type should be set to Public client (mobile & desktop).
// The second Redirect URI's type should be set to Web. … paste that into the Client
// Secret field … Application (client) ID … default azure login URL and the Directory
// (tenant) ID."
func platformRegisters(s *tour, azure *idp.Provider) idp.Client {
	s.leads("OpenID Connect", "Azure Active Directory")
	app := idp.Client{
		ID: "5e1f6a52-7c0f-4f2a-9d0c-6d5f3b1a9e10", Secret: "the-value-of-the-secret", NeedsConsent: true,
		RedirectURIs: browsertest.Value[[]string](s.b, `['redirect-app', 'redirect-web'].map(id => document.getElementById(id).value)`),
	}
	s.sees("OpenID Connect Login Redirect URI 1 Public client (mobile & desktop)", "OpenID Connect Login Redirect URI 2 Web")
	if !strings.HasSuffix(app.RedirectURIs[0], "/app") || !strings.HasSuffix(app.RedirectURIs[1], "/web") {
		s.T.Errorf("the redirect URIs are %q", app.RedirectURIs)
	}
	app.PublicURIs = app.RedirectURIs[:1]
	azure.AddClient(app)
	s.fills("OpenID Connect - Client Id", app.ID)
	s.fills("Client Secret", app.Secret)
	s.fills("OpenID Connect - Authority/Issuer URL", azure.Base()+"/"+azure.Tenant()) // without /v2.0
	s.press("Users sign in through this connector")
	s.leads("Save", "Azure Active Directory")
	s.sees(azure.Issuer())
	if browsertest.Value[bool](s.b, `document.documentElement.outerHTML.includes('`+app.Secret+`')`) {
		s.T.Error("the secret is shown")
	}
	s.pictures("registered")
	return app
}
