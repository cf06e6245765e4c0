package people_test

import (
	"context"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/edge/console/consoletest"
	"github.com/anteroom-id/anteroom/internal/edge/console/people"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/token"
)

// world is a deployment with an owner, Ada, in Acme and one, Gil, in Globex.
type world struct {
	*consoletest.World
	ada, gil *consoletest.Visitor
}

func newWorld(t *testing.T, p *product.Product) *world {
	t.Helper()
	if p == nil {
		p = product.Default()
	}
	p.NewPlan = p.Plans[len(p.Plans)-1].Name // the largest
	w := &world{World: consoletest.New(t, p, "", people.Section())}
	w.ada = w.Person(w.Acme, "ada@acme.example", "Ada", "Lovelace", ownerOf(w.Product))
	w.gil = w.Person(w.Globex, "gil@globex.example", "Gil", "Amelio", ownerOf(w.Product))
	return w
}

func ownerOf(p *product.Product) string {
	for _, r := range p.Roles.Catalogue {
		if r.Owner {
			return r.Name
		}
	}
	return ""
}

// idp is a directory that provisions a workspace over the wire.
type idp struct {
	*world
	slug, secret string
}

func (w *world) idp(ws identity.Workspace) *idp {
	w.T.Helper()
	_, secret, err := w.Tokens.Issue(context.Background(), token.Request{Workspace: ws.ID, Origin: w.Operator})
	if err != nil {
		w.T.Fatal(err)
	}
	return &idp{w, ws.Slug, secret}
}

// send sends one request and gives the id of what came back.
func (d *idp) send(method, path, body string, want int) string {
	d.T.Helper()
	r, err := http.NewRequestWithContext(context.Background(), method, d.Server.URL+d.Product.SCIM.Path(d.slug)+path, strings.NewReader(body))
	if err != nil {
		d.T.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+d.secret)
	r.Header.Set("Content-Type", "application/scim+json")
	if host := d.Product.SCIM.HostOf(d.slug); host != "" {
		r.Host = host
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		d.T.Fatal(err)
	}
	defer res.Body.Close()
	answer, _ := io.ReadAll(res.Body)
	if res.StatusCode != want {
		d.T.Fatalf("%s %s: %d, want %d: %s", method, path, res.StatusCode, want, answer)
	}
	var made struct{ ID string }
	_ = json.Unmarshal(answer, &made)
	return made.ID
}

// person provisions somebody; more is further attributes in JSON.
func (d *idp) person(given, family, more string) string {
	d.T.Helper()
	name := strings.ToLower(given + "." + family)
	return d.send("POST", "/Users", fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"%s@acme.example","externalId":"x-%s","active":true,
		"displayName":"%s %s","name":{"givenName":"%s","familyName":"%s"},"emails":[{"type":"work","primary":true,"value":"%s@acme.example"}]%s}`,
		name, name, given, family, given, family, name, more), 201)
}

func (d *idp) patch(id, op string) {
	d.T.Helper()
	d.send("PATCH", "/Users/"+id, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[`+op+`]}`, 200)
}

// group provisions a group of people.
func (d *idp) group(name string, members ...string) string {
	d.T.Helper()
	var list []string
	for _, m := range members {
		list = append(list, `{"value":"`+m+`"}`)
	}
	return d.send("POST", "/Groups", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"`+name+`","members":[`+strings.Join(list, ",")+`]}`, 201)
}

// memberOf finds a member's own id by its SCIM id.
func (w *world) memberOf(ws identity.Workspace, resource string) string {
	w.T.Helper()
	id, found, err := w.Store.Read(ws.ID).MemberOf(context.Background(), resource)
	if err != nil || !found {
		w.T.Fatal(resource, found, err)
	}
	return string(id)
}

// versionOf is the version in a page's form.
func versionOf(t *testing.T, body string) string {
	t.Helper()
	m := regexp.MustCompile(`name="version" value="(-?\d+)"`).FindStringSubmatch(body)
	if m == nil {
		t.Fatalf("no version in the page:\n%s", shortened(body))
	}
	return m[1]
}

// want checks an answer's status, and texts that its page has and, after "!",
// has not.
func want(t *testing.T, a consoletest.Answer, status int, texts ...string) {
	t.Helper()
	if a.Status != status {
		t.Fatalf("status %d, want %d:\n%s", a.Status, status, shortened(a.Body))
	}
	body := html.UnescapeString(a.Body)
	for _, text := range texts {
		absent, unwanted := strings.CutPrefix(text, "!")
		if unwanted && strings.Contains(body, absent) {
			t.Errorf("the page has %q:\n%s", absent, shortened(body))
		}
		if !unwanted && !strings.Contains(body, text) {
			t.Errorf("the page lacks %q:\n%s", text, shortened(body))
		}
	}
}

// done checks that a form was accepted and gives the page that follows.
func done(v *consoletest.Visitor, a consoletest.Answer, notice string) consoletest.Answer {
	v.T.Helper()
	if a.Status != http.StatusSeeOther {
		v.T.Fatalf("status %d, want 303:\n%s", a.Status, shortened(a.Body))
	}
	next := v.Get(a.Location)
	want(v.T, next, 200, notice)
	return next
}

var tags = regexp.MustCompile(`(?s)<head>.*?</head>|<header.*?</header>|\s*\n\s*`)

func shortened(body string) string {
	body = tags.ReplaceAllString(body, "\n")
	return body[:min(len(body), 6000)]
}
