package connect_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/edge/console/consoletest"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/signin"
	"github.com/anteroom-id/anteroom/internal/store"
)

// unlocked is a story in which a plan locks nothing.
func unlocked(t *testing.T) *story {
	t.Helper()
	s, on := tell(t, ""), true
	for _, ws := range []identity.WorkspaceID{s.Acme.ID, s.Globex.ID} {
		for _, f := range product.Features() {
			if err := s.Directory.SetEntitlement(t.Context(), ws, f, &on, s.Operator); err != nil {
				t.Fatal(err)
			}
		}
	}
	return s
}

// proven has Ada sign in to Acme through a connection, as far as the store knows.
func (s *story) proven() {
	s.T.Helper()
	s.add("okta")
	on := identity.SignOn{Connection: s.newest(s.Acme).ID, Enabled: true, Protocol: identity.SAML, Proven: s.Store.Now(), ProvenBy: s.ada.Member.ID, Version: 1}
	if err := s.Store.Write(s.T.Context(), s.Acme.ID, func(tx *store.Tx) error { return tx.SaveSignOn(s.T.Context(), &on) }); err != nil {
		s.T.Fatal(err)
	}
}

// sent wants a form to be taken, and gives the page that it leads to.
func sent(v *consoletest.Visitor, a consoletest.Answer) consoletest.Answer {
	v.T.Helper()
	if a.Status != http.StatusSeeOther {
		v.T.Fatalf("%d %s", a.Status, text(a.Body))
	}
	to, _, _ := strings.Cut(a.Location, "#")
	return v.Get(to)
}

const (
	domainsAt = "/w/acme/settings/sso/domains"
	requireAt = "/w/acme/settings/sso/require"
)

func TestADomainIsAddedProvenAndRemovedOnItsPage(t *testing.T) {
	t.Parallel()
	s := unlocked(t)
	says(t, s.ada.Get(domainsAt), "No domains yet")
	says(t, sent(s.ada, s.ada.Post(domainsAt, "name", "Acme.example")), "acme.example", "_anteroom.acme.example", "anteroom-domain-verification=", "Not verified yet")
	if a := s.ada.Post(domainsAt, "name", "gmail.com"); a.Status != http.StatusBadRequest && a.Status != http.StatusUnprocessableEntity || !strings.Contains(text(a.Body), "(M42)") || !strings.Contains(a.Body, `value="gmail.com"`) {
		t.Errorf("%d %s", a.Status, text(a.Body))
	}
	if a := s.ada.Post(domainsAt + "/acme.example/check"); !strings.Contains(text(a.Body), "(M44)") {
		t.Errorf("%d %s", a.Status, text(a.Body))
	}
	d, _, err := s.Store.Read(s.Acme.ID).Domain(t.Context(), "acme.example")
	if err != nil {
		t.Fatal(err)
	}
	host, value := signin.Record(&d)
	s.DNS.Set(host, value)
	a := sent(s.ada, s.ada.Post(domainsAt+"/acme.example/check"))
	says(t, a, "acme.example is verified", "Verified", "1 domain, 1 verified")
	lacks(t, a, value)
	says(t, sent(s.ada, s.ada.Post(domainsAt+"/acme.example/captures", "on", "off")), "no longer lead", "Lead to sign-in")
	if all, _ := s.SignIn.Domains(t.Context(), s.Globex.ID); len(all) != 0 {
		t.Errorf("the other workspace has %v", all)
	}
	says(t, s.grace.Get("/w/globex/settings/sso/domains"), "No domains yet")
	says(t, sent(s.ada, s.ada.Post(domainsAt+"/acme.example/remove")), "acme.example is removed", "No domains yet")
	if a := s.ada.Post(domainsAt + "/acme.example/remove"); a.Status != http.StatusNotFound {
		t.Errorf("removed twice: %d", a.Status)
	}
}

func TestRequiringSSOSaysWhatChangesForWhomBeforeItDoes(t *testing.T) {
	t.Parallel()
	s := unlocked(t)
	max := s.Person(s.Acme, "max@acme.example", "Max", "Berg", "member")
	a := s.ada.Get(requireAt)
	says(t, a, "2 members could not without it", "Before anybody has to, an administrator signs in", "max@acme.example", "ada@acme.example", "has never signed in through it")
	if n := strings.Count(a.Body, " disabled>"); n != 2 {
		t.Errorf("%d choices are shut", n)
	}
	if a := s.ada.Post(requireAt+"/review", "mode", "everyone"); !strings.Contains(text(a.Body), "no administrator has signed in") && !strings.Contains(text(a.Body), "No administrator has signed in") {
		t.Errorf("%d %s", a.Status, text(a.Body))
	}
	if a := s.ada.Post(requireAt, "mode", "everyone"); a.Status != http.StatusForbidden || !strings.Contains(text(a.Body), "(P50)") {
		t.Errorf("%d %s", a.Status, text(a.Body))
	}
	s.proven()
	says(t, s.ada.Get(requireAt), "Ada Lovelace has signed in through it, as it is set up now")
	says(t, s.ada.Post(requireAt+"/review", "mode", "everyone"), "Nothing is changed yet", "2 members sign in by password or passkey today and will have to use Okta",
		"Within 15 minutes an administrator has to sign in through Okta", "There are no recovery codes")
	if r, _ := s.Store.Read(s.Acme.ID).RequireSSO(t.Context()); r.Mode != identity.RequireOff {
		t.Errorf("looking at it has switched it on: %+v", r)
	}
	if a := s.ada.Post(requireAt+"/review", "mode", "people", "people", "max@acme.example\nnobody@acme.example"); !strings.Contains(text(a.Body), "nobody@acme.example is no active member here") || !strings.Contains(a.Body, "max@acme.example\nnobody@acme.example") {
		t.Errorf("%d %s", a.Status, text(a.Body))
	}
	says(t, s.ada.Post(requireAt+"/review", "mode", "people", "people", "max@acme.example"), "Only these will have to use Okta: Max Berg")
	says(t, sent(s.ada, s.ada.Post(requireAt, "mode", "people", "people", " MAX@acme.example,\r\nada@acme.example")), "It counts now", "Sign in through Okta within 15 minutes", "2 members have to sign in through Okta")
	if a := max.Get("/w/acme/settings/sso"); a.Status != http.StatusForbidden { // the role does not allow it, the session does
		t.Errorf("somebody who was signed in is signed out before it is settled: %d %s", a.Status, a.Location)
	}
	says(t, s.ada.Post(requireAt+"/review", "mode", ""), "Passwords and passkeys count again")
	says(t, sent(s.ada, s.ada.Post(requireAt, "mode", "")), "Saved. Nobody is refused")
	says(t, s.grace.Get("/w/globex/settings/sso/require"), "1 member could not without it")
}

func TestSomebodyIsExemptedForATimeOnThePage(t *testing.T) {
	t.Parallel()
	s := unlocked(t)
	max := s.Person(s.Acme, "max@acme.example", "Max", "Berg", "member")
	says(t, s.ada.Get(requireAt+"?exempt=max@acme.example"), `value="max@acme.example"`)
	if a := s.ada.Post(requireAt+"/exemptions", "address", "gus@globex.example", "days", "7", "reason", "x"); !strings.Contains(text(a.Body), "has this address") {
		t.Errorf("%d %s", a.Status, text(a.Body))
	}
	for _, wrong := range [][2]string{{"days", "400"}, {"reason", ""}} {
		fields := map[string]string{"address": "max@acme.example", "days": "7", "reason": "a contractor", wrong[0]: wrong[1]}
		if a := s.ada.Post(requireAt+"/exemptions", "address", fields["address"], "days", fields["days"], "reason", fields["reason"]); a.Status < 400 || a.Status >= 500 {
			t.Errorf("%v: %d", wrong, a.Status)
		}
	}
	a := sent(s.ada, s.ada.Post(requireAt+"/exemptions", "address", "max@acme.example", "days", "7", "reason", "a contractor"))
	says(t, a, "Max Berg may use a password or passkey for 7 days", "a contractor", "Ada Lovelace", s.Store.Now().Add(7*24*time.Hour).Format("2 Jan 2006"))
	says(t, sent(s.ada, s.ada.Post(requireAt+"/exemptions/"+string(max.Member.ID)+"/end")), "The exemption has ended")
	if a := s.ada.Post(requireAt + "/exemptions/" + string(s.grace.Member.ID) + "/end"); a.Status != http.StatusNotFound {
		t.Errorf("a stranger: %d", a.Status)
	}
}

var codeForm = regexp.MustCompile(`<code>([0-9a-z]{4}(?:-[0-9a-z]{4}){3})</code>`)

func TestRecoveryCodesAreShownOnce(t *testing.T) {
	t.Parallel()
	s := unlocked(t)
	says(t, s.ada.Get(requireAt), "None made yet")
	a := sent(s.ada, s.ada.Post(requireAt+"/codes"))
	codes := codeForm.FindAllStringSubmatch(a.Body, -1)
	if len(codes) != signin.RecoveryCodes {
		t.Fatalf("%d codes: %s", len(codes), text(a.Body))
	}
	if a := s.ada.Get(requireAt + "/codes"); a.Status != http.StatusSeeOther {
		t.Errorf("shown twice: %d", a.Status)
	}
	says(t, s.ada.Get(requireAt), "10 codes left")
	lacks(t, s.ada.Get(requireAt), codes[0][1])
}

func TestTheDomainsAndTheRequirementLookRight(t *testing.T) {
	s := unlocked(t)
	s.Person(s.Acme, "max@acme.example", "Max", "Berg", "member")
	eve := s.Person(s.Acme, "eve@acme.example", "Eve", "Östlund", "member")
	b := s.ada.Browser()
	s.Look(b, domainsAt, "domains-none")
	for _, name := range []string{"acme.example", "acme.co.uk", "bücher.example"} {
		sent(s.ada, s.ada.Post(domainsAt, "name", name))
	}
	d, _, err := s.Store.Read(s.Acme.ID).Domain(t.Context(), "acme.example")
	if err != nil {
		t.Fatal(err)
	}
	host, value := signin.Record(&d)
	s.DNS.Set(host, value)
	sent(s.ada, s.ada.Post(domainsAt+"/acme.example/check"))
	s.ada.Post(domainsAt + "/acme.co.uk/check")
	s.Look(b, domainsAt, "domains")
	s.Look(b, requireAt, "require-not-proven")
	s.proven()
	sent(s.ada, s.ada.Post(requireAt+"/exemptions", "address", "eve@acme.example", "days", "30", "reason", "A contractor who is not in Okta"))
	if eve.Member.ID == "" {
		t.Fatal("nobody is exempt")
	}
	sent(s.ada, s.ada.Post(requireAt, "mode", "everyone"))
	s.Look(b, requireAt, "require")
	// The pages that a form leads to are reached by clicks.
	b.See(s.BaseURL+requireAt, "light", 1280, 800)
	b.Click(`main form button:not(.quiet)`)
	b.Until(`document.querySelector('.consequences') !== null`)
	b.Shoot("require-review-light")
	b.MustFit("require-review-light")
	b.MustBeAccessible("require-review-light")
	b.MustBeContent()
}
