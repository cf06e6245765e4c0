package samlsp_test

import (
	"encoding/xml"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/edge/console"
	"github.com/anteroom-id/anteroom/internal/edge/console/consoletest"
	"github.com/anteroom-id/anteroom/internal/edge/console/providertest"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/lab/idp"
)

// signedIn is a workspace with a provider, and Ann in it.
func signedIn(t *testing.T) (*providertest.Provider, string, *consoletest.Visitor) {
	t.Helper()
	w := consoletest.New(t, nil, "", console.Sections()...)
	p := providertest.SAML(w, w.Acme, idp.Config{}, func(o *identity.SignOn) { o.JustInTime = "on" })
	ann := p.Hire("Ann", "Arbor", "ann@acme.example")
	v := w.Stranger()
	if a := p.Comes(v, ann); a.Status != 303 || a.Location != "/account" {
		t.Fatalf("%d %s", a.Status, a.Location)
	}
	return p, ann, v
}

func status(t *testing.T, what string, a consoletest.Answer, want int) {
	t.Helper()
	if a.Status != want {
		t.Errorf("%s: %d %s, want %d", what, a.Status, a.Location, want)
	}
}

func TestTheMetadataNameTheWorkspacesAddressesAndKeys(t *testing.T) {
	w := consoletest.New(t, nil, "", console.Sections()...)
	p := providertest.SAML(w, w.Acme, idp.Config{}, nil)
	a := w.Stranger().Get("/saml/acme/metadata")
	var doc struct {
		XMLName xml.Name `xml:"urn:oasis:names:tc:SAML:2.0:metadata EntityDescriptor"`
		ID      string   `xml:"entityID,attr"`
		SP      struct {
			Keys []struct {
				Use string `xml:"use,attr"`
			} `xml:"KeyDescriptor"`
			ACS []struct {
				Location string `xml:",attr"`
			} `xml:"AssertionConsumerService"`
		} `xml:"SPSSODescriptor"`
	}
	if err := xml.Unmarshal([]byte(a.Body), &doc); err != nil || doc.ID != p.Addresses.EntityID || len(doc.SP.ACS) != 1 || doc.SP.ACS[0].Location != p.Addresses.ACS || len(doc.SP.Keys) == 0 {
		t.Errorf("%v %+v", err, doc)
	}
	if a.Header.Get("Content-Type") != "application/samlmetadata+xml" || !strings.Contains(a.Header.Get("Content-Disposition"), `"acme-metadata.xml"`) {
		t.Errorf("%v", a.Header)
	}
	status(t, "those of a workspace without SAML", w.Stranger().Get("/saml/globex/metadata"), 404)
	status(t, "nobody's", w.Stranger().Get("/saml/nobody/metadata"), 404)
}

func TestT08_TheAddressThatTheProviderWasGivenGoesOnWorkingAfterARename(t *testing.T) {
	p, ann, _ := signedIn(t)
	p.World.Rename(p.World.Acme, "acme-group")
	v := p.World.Stranger()
	asked := v.Get("/sso/acme-group")
	if a := p.Answers(v, asked, ann); a.Status != 303 || a.Location != "/account" {
		t.Errorf("%d %s", a.Status, a.Location)
	}
}

func TestWhoOpensTheAddressForResponsesInABrowserReadsWhatItIsFor(t *testing.T) {
	p, _, v := signedIn(t)
	if a := v.Get("/saml/acme/acs"); a.Status != 422 || !strings.Contains(a.Body, "takes the answers of an identity provider") || a.Header.Get("Allow") != "POST" {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	for what, a := range map[string]consoletest.Answer{
		"an empty form": v.Post("/saml/acme/acs"), "no base64": v.Post("/saml/acme/acs", "SAMLResponse", "%%%"),
		"another workspace's": v.Post("/saml/globex/acs", "SAMLResponse", "PGE+PC9hPg=="),
	} {
		if a.Status != 400 || !strings.Contains(a.Body, `<output class="code"`) {
			t.Errorf("%s: %d", what, a.Status)
		}
	}
	status(t, "a workspace that is not there", v.Post("/saml/nobody/acs", "SAMLResponse", "x"), 404)
	_ = p
}

func TestWhoSignsOutIsSignedOutAtTheProviderToo(t *testing.T) {
	p, _, v := signedIn(t)
	a := v.Post("/logout")
	to := providertest.Sent(a)
	if a.Status != 200 || !strings.HasPrefix(to, p.SLOURL()+"?SAMLRequest=") {
		t.Fatalf("%d %s", a.Status, to)
	}
	status(t, "the session", v.Get("/account"), 303)
	u, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	back, err := p.AnswerLogout(u.Query(), u.RawQuery, true)
	if err != nil {
		t.Fatal(err)
	}
	if a := v.Get(strings.TrimPrefix(back, p.World.BaseURL)); a.Status != 303 || a.Location != "/signed-out" {
		t.Errorf("the provider's answer: %d %s %s", a.Status, a.Location, a.Body)
	}
	status(t, "the same answer once more", v.Get(strings.TrimPrefix(back, p.World.BaseURL)), 400)
}

func TestTheProvidersLogoutEndsExactlyTheSessionThatItNames(t *testing.T) {
	p, ann, v := signedIn(t)
	bob := p.World.Stranger()
	if a := p.Comes(bob, p.Hire("Bob", "Burr", "bob@acme.example")); a.Status != 303 {
		t.Fatal(a.Status)
	}
	request := idp.Logout{ID: "_one", Destination: p.Addresses.SLO, NameID: "ann@acme.example", Expires: time.Now().Add(time.Minute)}
	forged := request
	forged.NameID = "bob@acme.example"
	unsigned, err := idp.Deflate(p.LogoutText(&forged))
	if err != nil {
		t.Fatal(err)
	}
	a := v.Get("/saml/acme/slo?SAMLRequest=" + url.QueryEscape(unsigned))
	if a.Status != 400 || !strings.Contains(a.Body, "You were not signed out") || !strings.Contains(a.Body, "S84") {
		t.Errorf("one that is not signed: %d %s", a.Status, a.Body)
	}
	status(t, "Bob's session", bob.Get("/account"), 200)
	signed, err := p.LogoutURL(&request)
	if err != nil {
		t.Fatal(err)
	}
	if a := v.Get(strings.TrimPrefix(signed, p.World.BaseURL)); a.Status != 303 || !strings.HasPrefix(a.Location, p.SLOURL()+"?SAMLResponse=") {
		t.Errorf("a signed one: %d %s", a.Status, a.Location)
	}
	status(t, "Ann's session", v.Get("/account"), 303)
	status(t, "Bob's session after it", bob.Get("/account"), 200)

	if a := p.Comes(v, ann); a.Status != 303 {
		t.Fatal(a.Status)
	}
	request.ID = "_two"
	post, err := p.LogoutForm(&request)
	if err != nil {
		t.Fatal(err)
	}
	if a := providertest.Bring(v, post); a.Status != 303 || !strings.HasPrefix(a.Location, p.SLOURL()) {
		t.Errorf("by a form: %d %s", a.Status, a.Location)
	}
	status(t, "Ann's session after the form", v.Get("/account"), 303)
}
