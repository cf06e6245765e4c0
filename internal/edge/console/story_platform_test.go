package console_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/anteroom-id/anteroom/internal/web/browsertest"
	"github.com/anteroom-id/anteroom/lab"
)

// The help page "Provisioning Users and Single Sign On with Azure Active
// Directory", as far as it is about provisioning.
func TestP01_P02_P03_P04_P05_P07_P08_P09_P16_P17_P19_P20_P21_P22_P25_P26_PlatformHelpPageStepByStep(t *testing.T) {
	s := setOut(t, "platform").withBrowser()
	s.Vendor("vera@vendor.example")
	s.Person(s.Acme, "olga@acme.example", "Olga", "Berg", "EnterpriseAdmin")
	platformPlan(s)
	platformConnector(s)
	to := platformDetails(s)
	var asked []lab.Exchange
	to.OnExchange = func(x lab.Exchange) { asked = append(asked, x) }
	azure := platformConnects(s, to)
	ann := platformStarts(s, azure)
	platformRequires(s, azure, func() string {
		i := slices.IndexFunc(asked, func(x lab.Exchange) bool { return x.Status == http.StatusBadRequest })
		return asked[i].ReceivedHeader.Get("X-Request-Id")
	})
	platformAccess(s, azure, ann)
	platformDeactivates(s, azure, ann)
	platformImports(s, to)
	s.b.MustBeContent()
}

// "Ensure you are subscribed to our Enterprise Edition plan."
func platformPlan(s *tour) {
	s.signIn("olga@acme.example")
	s.leads("Organization Setup", "Organization Setup")
	s.sees("SCIM provisioning is not part of your plan", "on the plan Standard Edition.", "It is available on Enterprise Edition.", "contact your representative")
	s.misses("Add Connector")
	s.pictures("locked")
	s.signIn("vera@vendor.example")
	s.leads("Acme", "Acme")
	s.choose("Plan", "Enterprise Edition")
	s.leads("Change the plan", "Acme")
	s.signIn("olga@acme.example")
}

// "Go to the Menu -> Organization Setup page … Click the Add Connector link and
// select the "Azure Active Directory" option …; this will save the Organization
// Setup page and reload it." "Remember to save your Organization Setup before
// leaving the page."
func platformConnector(s *tour) {
	s.leads("Organization Setup", "Organization Setup")
	s.sees("External User Authentication & Provisioning", "+ Add Connector", "Azure Active Directory", "Okta", "Another OpenID Connect provider", "Another SCIM 2.0 directory")
	s.enter("Organization ID", "acme-group")
	asked := s.asked(false)
	s.press("Users")
	if got := <-asked; got != "beforeunload" {
		s.T.Errorf("leaving what was typed asks %q", got)
	}
	if at := browsertest.Value[string](s.b, `location.pathname`); at != "/w/acme/settings/sso" || s.read("Organization ID") != "acme-group" {
		s.T.Fatalf("the page was left for %s, or what was typed is lost", at)
	}
	s.pictures("setup")
	s.leads("Azure Active Directory", "Organization Setup")
	s.sees("The page is saved, and Azure Active Directory is added.")
	if got := s.read("Organization ID"); got != "acme-group" || browsertest.Value[string](s.b, `location.pathname`) != "/w/acme-group/settings/sso" {
		s.T.Fatalf("what was typed is lost: %s", got)
	}
	s.shows("Azure Active Directory", "Not set up yet", "never")
	s.pictures("connector")
}

// comes loads the page anew until it says so: what only reads, and what was
// refused, is written down a second later at most.
func (s *tour) comes(word string) {
	s.T.Helper()
	for range 20 {
		if browsertest.Value[bool](s.b, words+`.includes(`+quoted(word)+`)`) {
			return
		}
		time.Sleep(200 * time.Millisecond)
		s.again()
	}
	s.sees(word)
}

// asked answers the next dialog, and gives its type.
func (s *tour) asked(accept bool) <-chan string {
	s.T.Helper()
	out := make(chan string, 1)
	s.b.Command("Page.enable", nil)
	s.b.Do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		heard, stop := t.Subscribe("Page.javascriptDialogOpening")
		go func() {
			defer stop()
			var e []byte
			select {
			case e = <-heard:
			case <-time.After(5 * time.Second):
			}
			kind := "nothing"
			for _, k := range []string{"beforeunload", "confirm"} {
				if strings.Contains(string(e), `"`+k+`"`) {
					kind = k
				}
			}
			_ = t.Call(ctx, "Page.handleJavaScriptDialog", map[string]any{"accept": accept}, nil)
			out <- kind
		}()
		return nil
	}))
	return out
}

// "Make note of the SCIM URL, User Name, Password and OpenID Connect Login
// Redirect URI values." They are the basic credentials, and what Azure AD takes.
func platformDetails(s *tour) lab.Target {
	s.leads("Azure Active Directory", "Azure Active Directory")
	s.leads("SCIM Provisioning", "Azure Active Directory")
	s.sees("Enable SCIM Provisioning", "SCIM URL Azure Active Directory: Tenant URL", "User Name", "Password Azure Active Directory: Secret Token",
		"OpenID Connect Login Redirect URI the first, of the type Public client (mobile & desktop)", "OpenID Connect Login Redirect URI the second, of the type Web")
	s.leads("Issue it", "Azure Active Directory")
	s.sees("It is shown this once")
	s.pictures("details")
	url, user, password := s.copies("SCIM URL"), s.copies("User Name"), s.copies("Password")
	uris := browsertest.Value[[]string](s.b, `[...document.querySelectorAll('[id^=redirect-]')].map(i => i.value)`)
	if !strings.HasSuffix(url, "/connect/acme-group/scim") || len(uris) != 2 || uris[0] == uris[1] {
		s.T.Errorf("the connector shows %s and the redirect URIs %q", url, uris)
	}
	s.again()
	s.misses(password)
	for _, user := range []string{user, user + "x"} {
		basic := pasted(url, "")
		basic.User, basic.Password = user, password
		err := lab.NewEntra(s.dir, basic, lab.EntraOptions{}).TestConnection(s.T.Context())
		if wrong := strings.HasSuffix(user, "x"); wrong != errors.Is(err, lab.ErrUnauthorized) || !wrong && err != nil {
			s.T.Errorf("the user name %s and the password: %v", user, err)
		}
	}
	return pasted(url, password)
}

// Steps 4 to 10: "Click the Test Connection button … If the attempts fail, error
// information is displayed."
func platformConnects(s *tour, to lab.Target) *lab.Entra {
	s.leads("Setup", "Azure Active Directory")
	s.sees("Sync only assigned users and groups", "Then only people whom you assign come into Organization Platform.", "Heard from it")
	s.pictures("guide")
	wrong := to
	wrong.Token += "x"
	if err := lab.NewEntra(s.dir, wrong, lab.EntraOptions{}).TestConnection(s.T.Context()); err == nil || !strings.Contains(err.Error(), "wrong or was revoked; issue a new one") {
		s.T.Errorf("Test Connection with a wrong Secret Token says %v", err)
	}
	azure := lab.NewEntra(s.dir, to, lab.EntraOptions{Mapping: append(lab.DefaultMapping(),
		lab.Mapping{Source: "SingleAppRoleAssignment([appRoleAssignments])", Target: "urn:ietf:params:scim:schemas:core:2.0:User:role"})})
	s.do(azure.TestConnection(s.T.Context()))
	return azure
}

// Steps 11 to 13, and "you should also see the users and groups
// appearing/updating in our platform under the Users & Groups area".
func platformStarts(s *tour, azure *lab.Entra) (ann string) {
	ann = s.hire("Ann", "Lee", "ann@acme.example")
	bob := s.hire("Bob", "Ray", "bob@acme.example")
	s.hire("Cid", "Fox", "cid@acme.example") // not assigned
	field, err := s.dir.NewGroup("Field", bob)
	s.do(err, s.dir.Assign(ann), s.dir.AssignGroup(field))
	s.cycles(azure)
	s.sees("2 users so far", "1 group so far") // without a reload
	s.pictures("started")
	s.leads("Users & Groups", "Users & Groups")
	s.shows("Field", "1 user", "Azure Active Directory")
	s.shows("Ann Lee", "ann@acme.example", "App login only", "Active")
	s.shows("Bob Ray", "Active")
	s.misses("Cid Fox")
	s.pictures("users-and-groups")
	s.leads("Field", "Field")
	s.shows("Bob Ray", "bob@acme.example")
	s.leads("Activity", "Activity")
	s.shows("POST", "/connect/acme-group/scim/Groups")
	s.pictures("activity")
	return ann
}

// "First Name, Last / Family Name, Email": what Azure AD is told, the
// administrator reads too, and finds it by the id in the answer.
func platformRequires(s *tour, azure *lab.Entra, answered func() string) {
	dan := s.hire("Dan", "", "dan@acme.example")
	s.do(s.dir.Assign(dan))
	sum, err := azure.Cycle(s.T.Context())
	if err != nil || sum.Failed != 1 || !slices.ContainsFunc(sum.Errors, func(e string) bool { return strings.Contains(e, "name.familyName") }) {
		s.T.Fatalf("a user without a family name: %v %s", err, sum)
	}
	s.leads("Activity", "Activity")
	s.press("Failed only")
	s.leads("Filter", "Activity")
	s.comes("name.familyName")
	s.shows("POST", "Not accepted", "name.familyName: a person needs this attribute to be provisioned")
	s.click("POST /connect/acme-group/scim/Users")
	s.sees("name.familyName", "400 Bad Request", "invalidValue")
	s.pictures("refused")
	s.leads("Activity", "Activity")
	s.enter("Request id", answered())
	s.click("Filter") // one id, one request
	s.sees("400, invalidValue", "Our id "+answered())
	s.do(s.dir.Rename(dan, "Dan", "Orr"))
	s.cycles(azure)
	s.leads("Users", "Users")
	s.shows("Dan Orr", "Active")
}

// "By default, users will only be granted app login access." "The capabilities of
// the above roles can be seen on the hints for Access Roles."
func platformAccess(s *tour, azure *lab.Entra, ann string) {
	s.leads("Edit User Ann Lee", "Ann Lee")
	s.leads("Access", "Ann Lee")
	s.sees("App login only", "Open mobile app", "Closed web portal", "Access Roles")
	for _, role := range s.Product.Roles.Catalogue {
		s.sees(role.Hint)
	}
	s.pictures("access")
	s.do(s.dir.Assign(ann, appRole("Read only", "ReadOnly")))
	s.cycles(azure)
	s.again()
	s.sees("Open mobile app", "Open web portal", "from Azure Active Directory")
	s.pictures("access-web")
}

// "Deactivating the user or disabling the user's access to the application will
// deactivate the user on our platform."
func platformDeactivates(s *tour, azure *lab.Entra, ann string) {
	for _, way := range []struct{ out, in func() error }{
		{func() error { return s.dir.Disable(ann) }, func() error { return s.dir.Enable(ann) }},
		{func() error { return s.dir.Unassign(ann) }, func() error { return s.dir.Assign(ann, appRole("Read only", "ReadOnly")) }},
	} {
		s.do(way.out())
		s.cycles(azure)
		s.leads("Users", "Users")
		s.misses("Ann Lee")
		s.leads("Inactive", "Users")
		s.shows("Ann Lee", "Inactive")
		s.do(way.in())
		s.cycles(azure)
		s.leads("Users", "Users")
		s.shows("Ann Lee", "Read only", "Active")
	}
	s.leads("Ann Lee", "Ann Lee")
	s.leads("History", "Ann Lee")
	s.row("Ann Lee is inactive now")
	s.row("Ann Lee is active again")
	s.pictures("history")
}

// "Users can be imported from our platform into Azure Active Directory", also
// who never came from there.
func platformImports(s *tour, to lab.Target) {
	other := lab.NewDirectory(2)
	sum, err := lab.NewEntra(other, to, lab.EntraOptions{}).Import(s.T.Context())
	if err != nil || sum.Listed != 4 || len(sum.Odd) > 0 {
		s.T.Fatalf("%v %+v", err, sum)
	}
	var names []string
	for _, p := range other.People() {
		names = append(names, p.GivenName+" "+p.Surname+" "+p.UserPrincipalName)
	}
	slices.Sort(names)
	if got := strings.Join(names, ", "); got != "Ann Lee ann@acme.example, Bob Ray bob@acme.example, Dan Orr dan@acme.example, Olga Berg olga@acme.example" {
		s.T.Errorf("imported are %s", got)
	}
}
