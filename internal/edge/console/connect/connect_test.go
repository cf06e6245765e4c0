package connect_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/edge/console/connect"
	"github.com/anteroom-id/anteroom/internal/edge/console/consoletest"
	"github.com/anteroom-id/anteroom/internal/edge/console/signon"
	"github.com/anteroom-id/anteroom/internal/edge/samlsp"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/web/browsertest"
)

// story is a world with an administrator in each workspace.
type story struct {
	*consoletest.World
	ada, grace *consoletest.Visitor // of Acme and of Globex
}

// tell begins a story under one of the five products; "" is the built-in one.
func tell(t *testing.T, name string) *story {
	t.Helper()
	var p *product.Product
	if name != "" {
		p = consoletest.Load(t, name)
	}
	s := &story{World: consoletest.New(t, p, "", connect.Section(), signon.Section(), samlsp.Section())}
	owner := ""
	for _, r := range s.Product.Roles.Catalogue {
		if r.Owner {
			owner = r.Name
		}
	}
	for _, w := range []*identity.Workspace{&s.Acme, &s.Globex} {
		plan := s.Product.Unlocking(product.FeatureSCIM)[0].Name
		if err := s.Directory.SetPlan(t.Context(), w.ID, plan, s.Operator); err != nil {
			t.Fatal(err)
		}
	}
	s.ada = s.Person(s.Acme, "ada@acme.example", "Ada", "Lovelace", owner)
	s.grace = s.Person(s.Globex, "grace@globex.example", "Grace", "Hopper", owner)
	return s
}

func (s *story) connections(w identity.Workspace) []identity.Connection {
	s.T.Helper()
	all, err := s.Directory.Connections(s.T.Context(), w.ID)
	if err != nil {
		s.T.Fatal(err)
	}
	return all
}

// newest is the connection that was added last.
func (s *story) newest(w identity.Workspace) identity.Connection {
	all := s.connections(w)
	return all[len(all)-1]
}

// add adds a connector to Acme and gives the address of its page.
func (s *story) add(kind string) string {
	s.T.Helper()
	if a := s.ada.Post("/w/acme/settings/sso/connections", "kind", kind); a.Status != http.StatusSeeOther {
		s.T.Fatalf("%d %s", a.Status, text(a.Body))
	}
	return "/w/acme/settings/sso/connections/" + string(s.newest(s.Acme).ID)
}

var onceShown = regexp.MustCompile(`id="once" readonly value="([^"]*)"`)

// once is the secret that a page shows once.
func once(t *testing.T, body string) string {
	t.Helper()
	m := onceShown.FindStringSubmatch(body)
	if m == nil {
		t.Fatalf("no secret is shown: %s", text(body))
	}
	return m[1]
}

// token issues a token on the page SCIM Provisioning.
func (s *story) token(at string) string {
	s.T.Helper()
	if a := s.ada.Post(at+"/tokens", "name", "Entra"); a.Status != http.StatusSeeOther || a.Location != at+"/scim" {
		s.T.Fatalf("%d %s %s", a.Status, a.Location, text(a.Body))
	}
	return once(s.T, s.ada.Get(at+"/scim").Body)
}

// scim sends a request as a directory does, and gives the status and the answer.
func (s *story) scim(token, method, path string, body any) (int, map[string]any) {
	s.T.Helper()
	text, _ := json.Marshal(body)
	if body == nil {
		text = nil
	}
	r, err := http.NewRequestWithContext(s.T.Context(), method, s.SCIMURL("acme")+path, bytes.NewReader(text))
	if err != nil {
		s.T.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		s.T.Fatal(err)
	}
	defer res.Body.Close()
	out := map[string]any{}
	_ = json.NewDecoder(res.Body).Decode(&out)
	return res.StatusCode, out
}

type object = map[string]any

func person(address string) object {
	return object{
		"schemas": []string{product.CoreUser}, "userName": address, "active": true, "displayName": "Maria Rossi", "externalId": "x-1",
		"name": object{"givenName": "Maria", "familyName": "Rossi"}, "emails": []object{{"type": "work", "value": address, "primary": true}},
		"nickName": "mari",
	}
}

var (
	tags   = regexp.MustCompile(`<[^>]*>`)
	blanks = regexp.MustCompile(`\s+`)
)

// text is what a page says.
func text(body string) string {
	return blanks.ReplaceAllString(strings.NewReplacer("&#39;", "'", "&#34;", `"`, "&amp;", "&", "&gt;", ">", "&lt;", "<", "&#43;", "+").Replace(tags.ReplaceAllString(body, " ")), " ")
}

func says(t *testing.T, a consoletest.Answer, want ...string) {
	t.Helper()
	if a.Status != http.StatusOK {
		t.Errorf("the status is %d", a.Status)
	}
	for _, w := range want {
		if !strings.Contains(text(a.Body), w) && !strings.Contains(a.Body, w) {
			t.Errorf("%q is missing in: %s", w, text(a.Body))
		}
	}
}

func lacks(t *testing.T, a consoletest.Answer, not ...string) {
	t.Helper()
	for _, w := range not {
		if strings.Contains(a.Body, w) {
			t.Errorf("%q stands in: %s", w, text(a.Body))
		}
	}
}

func answers(t *testing.T, what string, a consoletest.Answer, status int) {
	t.Helper()
	if a.Status != status {
		t.Errorf("%s: %d, want %d: %s", what, a.Status, status, text(a.Body))
	}
}

func TestThePagesLookAsTheyShould(t *testing.T) {
	s := tell(t, "platform")
	at := s.add("entra")
	s.add("okta")
	b := browsertest.New(t)
	s.ada.SignInto(b)
	s.token(at)
	s.ada.Get(page)
	s.Look(b, at, "connect-waiting")
	secret := s.token(at)
	s.scim(secret, http.MethodPost, "/Users", object{"schemas": []string{product.CoreUser}, "userName": "x@acme.example", "name": object{"givenName": "X"}})
	b.Until(`document.documentElement.dataset.following === ''`)
	_, maria := s.scim(secret, http.MethodPost, "/Users", person("maria@acme.example"))
	b.Until(`document.querySelector('.tick.ticked') && document.getElementById('seen').textContent.includes('Users so far')`) // without a reload
	s.scim(secret, http.MethodPatch, "/Users/"+maria["id"].(string), object{"schemas": []string{"urn:ietf:params:scim:api:messages:2.0:PatchOp"}, "Operations": []object{{"op": "Replace", "path": "title", "value": "Analyst"}}})
	s.until(at+"/scim", "Last errors")
	link := s.link(at)
	s.Look(b, page, "connect-home")
	s.Look(b, at, "connect-setup")
	s.Look(b, at+"/scim", "connect-scim")
	s.Look(b, at+"/mappings", "connect-mappings")
	s.Look(b, at+"/activity", "connect-activity")
	s.Look(b, at+"/remove", "connect-remove")
	s.Look(b, page+"/domains", "connect-domains")
	s.Look(b, page+"/listing", "connect-listing")
	s.Look(b, link, "connect-link")
	single := tell(t, "webwork")
	single.ada.SignInto(b)
	single.Look(b, page, "connect-single")
}
