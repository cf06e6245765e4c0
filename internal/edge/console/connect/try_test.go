package connect_test

import (
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/edge/console/consoletest"
	"github.com/anteroom-id/anteroom/internal/web/browsertest"
	"github.com/anteroom-id/anteroom/lab"
	"github.com/anteroom-id/anteroom/lab/idp"
)

// testedBy runs a test sign-in as a person of the provider, and gives the page of
// its result.
func (s *story) testedBy(p *idp.Provider, at, person string) (consoletest.Answer, string) {
	s.T.Helper()
	a := s.ada.Post(at + "/test")
	m := regexp.MustCompile(`http-equiv="refresh" content="0; url=([^"]+)"`).FindStringSubmatch(a.Body)
	if m == nil {
		s.T.Fatalf("%d %s", a.Status, text(a.Body))
	}
	post, err := p.Answer(html.UnescapeString(m[1]), person)
	if err != nil {
		s.T.Fatal(err)
	}
	var fields []string
	for name := range post.Form {
		fields = append(fields, name, post.Form.Get(name))
	}
	a = s.ada.Post(strings.TrimPrefix(post.URL, s.BaseURL), fields...)
	if a.Status != http.StatusSeeOther || !strings.HasPrefix(a.Location, at+"/test?code=") {
		s.T.Fatalf("%d %s %s", a.Status, a.Location, text(a.Body))
	}
	return s.ada.Get(a.Location), a.Location
}

func TestATestSignInShowsWhatWouldHappenAndSignsNobodyIn(t *testing.T) {
	s := tell(t, "trackingtime")
	at := s.add("entra")
	a := s.ada.Get(at + "/test")
	says(t, a, "The identity provider's values are not here yet", "Nobody is signed in by it")
	answers(t, "too early", s.ada.Post(at+"/test"), http.StatusUnprocessableEntity)

	people := lab.Generate(1, 3, 1)
	p, err := idp.Start(idp.Config{Flavour: idp.Entra, Directory: people, Everybody: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	p.AddSAML(idp.SP{EntityID: "https://pro.trackingtime.co", ACS: s.BaseURL + "/saml/acme/acs"})
	answers(t, "saved", s.ada.Post(at+"/saml", "signon", "0", "metadata_url", p.MetadataURL(), "just_in_time", "on"), http.StatusSeeOther)
	who := people.People()[0]
	before := s.members()
	a, _ = s.testedBy(p, at, who.ObjectID)
	says(t, a, "It works", "objectidentifier", "emailaddress", "OK-")
	lacks(t, a, "Failed:")
	if n := s.members(); n != before {
		t.Errorf("%d members, %d before", n, before)
	}
	says(t, s.ada.Get(at), "It has answered", "Its values are here", "Waiting for the first sign-in")

	if err := p.Fault("audience-wrong"); err != nil {
		t.Fatal(err)
	}
	a, result := s.testedBy(p, at, who.ObjectID)
	says(t, a, "S31-", "Refused", "Expected", "https://pro.trackingtime.co", "Identifier (Entity ID)", "Tests of before", "OK-")
	b := browsertest.New(t)
	s.ada.SignInto(b)
	s.Look(b, result, "signon-tested")
	code := result[strings.Index(result, "code=")+5:]
	other := s.add("okta")
	says(t, s.ada.Get(other+"/test?code="+code), "There is no test "+code+" of this connector")
}

func (s *story) members() int64 {
	s.T.Helper()
	tally, err := s.Store.Read(s.Acme.ID).Tally(s.T.Context())
	if err != nil {
		s.T.Fatal(err)
	}
	return tally.Members
}
