package connect_test

import (
	"archive/zip"
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/edge/console/consoletest"
	"github.com/anteroom-id/anteroom/internal/token"
)

func TestT18_K04_StepsTickThemselvesAsTheyAreSeen(t *testing.T) {
	s := tell(t, "platform")
	at := s.add("entra")
	lacks(t, s.ada.Get(at), "Waiting for first sync") // there is no token to wait for
	secret := s.token(at)
	a := s.ada.Get(at)
	says(t, a, "Waiting for first sync", "Nothing has been received yet", "Check in this order", "The certificate is a public one", "Sync only assigned users and groups", "Waiting for the first request")
	lacks(t, a, "ticked")

	s.scim(secret, http.MethodGet, `/Users?filter=userName+eq+"00000000-0000-4000-8000-000000000000"`, nil)
	s.until(at, "Heard from it")
	a = s.ada.Get(at)
	says(t, a, "Waiting for the first user")
	lacks(t, a, "Check in this order")

	nameless := person("maria@acme.example")
	nameless["name"] = object{"givenName": "Maria"}
	if status, answer := s.scim(secret, http.MethodPost, "/Users", nameless); status != http.StatusBadRequest {
		t.Fatal(status, answer)
	}
	s.until(at, "name.familyName missing.")
	says(t, s.ada.Get(at), "add a mapping from surname to name.familyName")
	says(t, s.ada.Get(at+"/mappings"), "name.familyName missing.")
	says(t, s.ada.Get(at+"/scim"), "Last errors", "map a source attribute to it")

	status, maria := s.scim(secret, http.MethodPost, "/Users", person("maria@acme.example"))
	if status != http.StatusCreated {
		t.Fatal(status, maria)
	}
	a = s.ada.Get(at)
	says(t, a, "1 user so far", "Everything required has come", "Waiting for the first change", "Waiting for the first group")
	lacks(t, a, "missing.")
	s.scim(secret, http.MethodPatch, "/Users/"+maria["id"].(string), object{"schemas": []string{"urn:ietf:params:scim:api:messages:2.0:PatchOp"}, "Operations": []object{{"op": "Replace", "path": "title", "value": "Analyst"}}})
	says(t, s.ada.Get(at), "A change arrived")
	s.scim(secret, http.MethodPost, "/Groups", object{"schemas": []string{"urn:ietf:params:scim:schemas:core:2.0:Group"}, "displayName": "Sales"})
	says(t, s.ada.Get(at), "1 group so far")
	says(t, s.ada.Get(at+"/activity"), "POST", "PATCH", "400")
}

// until waits for a page to say something: what only reads is logged a second
// later at most.
func (s *story) until(path, want string) {
	s.T.Helper()
	for end := time.Now().Add(5 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		a := s.ada.Get(path)
		if strings.Contains(text(a.Body), want) {
			return
		}
		if time.Now().After(end) {
			s.T.Fatalf("%q never came: %s", want, text(a.Body))
		}
	}
}

func TestTheGuideIsMadeOfTheProductsDefinition(t *testing.T) {
	for name, c := range map[string]struct {
		kind       string
		want, lack []string
	}{
		"timeneye": {"entra", []string{"Switch the groups off", "User:microsoftId", "SingleAppRoleAssignment([appRoleAssignments])", "Switch([IsSoftDeleted], , ", "Join(", "owner, admin, member", "Edit the attribute mappings"}, []string{"emails[type"}},
		"tracktik": {"entra", []string{"Leave the attribute mappings as they are", "Leave the groups on", "becomes a role of its name"}, []string{"SingleAppRole", "Create the app roles"}},
		"platform": {"entra", []string{"surname", "givenName", "emails[type", "ReadOnly", "EnterpriseAdmin", "Nobody is provisioned without"}, []string{"Join("}},
		"webwork":  {"okta", []string{"Configure API Integration", "Test API Credentials", "Create Users, Update User Attributes and Deactivate Users", "Email", "as pending until each has signed in"}, []string{"Profile Editor"}},
	} {
		s := tell(t, name)
		a := s.ada.Get(s.add(c.kind))
		says(t, a, append(c.want, s.SCIMURL("acme"))...)
		lacks(t, a, c.lack...)
	}
	s := tell(t, "trackingtime")
	says(t, s.ada.Get(s.add("adfs")), "AD FS does not provision")
}

func TestMappingsAreShownAsTheyCameOverTheWire(t *testing.T) {
	s := tell(t, "timeneye")
	at := s.add("entra")
	says(t, s.ada.Get(at+"/mappings"), "Nobody has arrived yet", "What Azure Active Directory should send")
	secret := s.operatorsToken()
	maria := person("maria@acme.example")
	maria["urn:ietf:params:scim:schemas:core:2.0:User:microsoftId"] = "5c6f0e0a"
	maria["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"] = object{"department": "Sales"}
	if status, answer := s.scim(secret, http.MethodPost, "/Users", maria); status != http.StatusCreated {
		t.Fatal(status, answer)
	}
	a := s.ada.Get(at + "/mappings")
	says(t, a, "User:microsoftId", "5c6f0e0a", "Tells who it is", `emails[type eq "work"].value`, "E-mail", "nickName", "Kept as sent", "enterprise:2.0:User:department", "name.familyName", "Rossi")
	lacks(t, s.grace.Get("/w/globex/settings/sso/connections/"+string(s.newest(s.Globex).ID)+"/mappings"), "Rossi")
}

// operatorsToken is one that the vendor issues for Acme's newest connection.
func (s *story) operatorsToken() string {
	s.T.Helper()
	kind := token.KindPersonal
	_, secret, err := s.Tokens.Issue(s.T.Context(), token.Request{Kind: kind, ConnectionID: s.newest(s.Acme).ID, Origin: s.Operator, Workspace: s.Acme.ID})
	if err != nil {
		s.T.Fatal(err)
	}
	return secret
}

// link makes a set-up link and gives its path.
func (s *story) link(at string) string {
	s.T.Helper()
	if a := s.ada.Post(at+"/links", "days", "7"); a.Status != http.StatusSeeOther {
		s.T.Fatal(text(a.Body))
	}
	return strings.TrimPrefix(once(s.T, s.ada.Get(at).Body), s.BaseURL)
}

func TestE29_ASetUpLinkHandsOneConnectionOverAndNothingElse(t *testing.T) {
	s := tell(t, "trackingtime")
	at := s.add("entra")
	secret := s.token(at)
	if status, answer := s.scim(secret, http.MethodPost, "/Users", person("maria@acme.example")); status != http.StatusCreated {
		t.Fatal(status, answer)
	}
	path := s.link(at)
	guest := s.Stranger()
	a := guest.Get(path)
	says(t, a, "Connect Azure Active Directory to TrackingTime", "For Acme.", s.SCIMURL("acme"), "Issue the Token", "1 member so far", "Sync only assigned users and groups")
	lacks(t, a, "maria", "Rossi", "ada@acme.example", "Lovelace", "/w/acme", secret, secret[len(secret)-4:]+"<")
	if got := a.Header.Get("Referrer-Policy"); got != "strict-origin" {
		t.Errorf("Referrer-Policy is %q", got)
	}
	answers(t, "the console", guest.Get(at), http.StatusSeeOther)

	answers(t, "its token", guest.Post(path+"/token"), http.StatusSeeOther)
	mine := once(t, guest.Get(path).Body)
	if status, _ := s.scim(mine, http.MethodGet, "/Users?count=1", nil); status != http.StatusOK {
		t.Errorf("the token gives %d", status)
	}
	a = guest.Get(path)
	lacks(t, a, mine)
	says(t, a, "It was issued by this link and shown once")
	answers(t, "a second token", guest.Post(path+"/token"), http.StatusForbidden)
	answers(t, "forged", guest.Forged(path+"/token"), http.StatusForbidden)
	says(t, s.ada.Get(at+"/scim"), "a set-up link")
	if all, err := s.Tokens.List(t.Context(), s.Acme.ID); err != nil || len(all) != 2 {
		t.Errorf("%d tokens %v", len(all), err)
	}
}

func TestE29_ASetUpLinkEnds(t *testing.T) {
	s := tell(t, "trackingtime")
	at := s.add("entra")
	path, guest := s.link(at), s.Stranger()
	answers(t, "it opens", guest.Get(path), http.StatusOK)
	answers(t, "another's word", guest.Get("/setup/nothing"), http.StatusNotFound)
	links, err := s.Accounts.Links(t.Context(), s.Acme.ID)
	if err != nil {
		t.Fatal(err)
	}
	id := string(links[len(links)-1].ID)
	other := s.add("okta")
	answers(t, "revoked below another connection", s.ada.Post(other+"/links/"+id+"/revoke"), http.StatusNotFound)
	answers(t, "revoked", s.ada.Post(at+"/links/"+id+"/revoke"), http.StatusSeeOther)
	for _, p := range []string{path, path + "/stream"} {
		answers(t, "a revoked one: "+p, guest.Get(p), http.StatusNotFound)
	}
	answers(t, "a token of a revoked one", guest.Post(path+"/token"), http.StatusNotFound)
	_, short, err := s.Accounts.IssueSetup(t.Context(), s.Acme.ID, s.newest(s.Acme).ID, time.Nanosecond, s.Operator)
	if err != nil {
		t.Fatal(err)
	}
	answers(t, "one that has expired", guest.Get(strings.TrimPrefix(short, s.BaseURL)), http.StatusNotFound)
	for _, days := range []string{"", "0", "31", "x"} {
		answers(t, "a life of "+days, s.ada.Post(at+"/links", "days", days), http.StatusUnprocessableEntity)
	}
	path = s.link(at)
	answers(t, "the connection is removed", s.ada.Post(at+"/remove", "name", "Azure Active Directory"), http.StatusSeeOther)
	answers(t, "a link to nothing", guest.Get(path), http.StatusNotFound)
}

func TestE29_TwoAtOnceGetOneTokenByOneLink(t *testing.T) {
	s := tell(t, "trackingtime")
	path := s.link(s.add("entra"))
	done := make(chan int)
	for range 4 {
		go func() { done <- s.Stranger().Post(path + "/token").Status }()
	}
	issued := 0
	for range 4 {
		if <-done == http.StatusSeeOther {
			issued++
		}
	}
	all, err := s.Tokens.List(t.Context(), s.Acme.ID)
	if err != nil || len(all) != 1 || issued != 1 {
		t.Errorf("%d answers and %d tokens: %v", issued, len(all), err)
	}
}

func TestTheGuideIsToldWithinASecond(t *testing.T) {
	s := tell(t, "trackingtime")
	at := s.add("entra")
	secret, path := s.token(at), s.link(at)
	for i, c := range []struct {
		who  *consoletest.Visitor
		path string
	}{{s.ada, at + "/stream"}, {s.Stranger(), path + "/stream"}} {
		ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.BaseURL+c.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := c.who.Client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(res.Body)
		event := func() bool {
			for lines.Scan() {
				if strings.HasPrefix(lines.Text(), "event:") {
					return true
				}
			}
			return false
		}
		if !event() {
			t.Fatal("no first event", res.StatusCode, lines.Err(), c.path)
		}
		took := time.Duration(0)
		for try := range 3 { // a busy machine may be late once
			time.Sleep(300*time.Millisecond + time.Duration(min(try, 1))*3*time.Second)
			begun := time.Now()
			if status, _ := s.scim(secret, http.MethodPost, "/Users", person(fmt.Sprintf("x%d-%d@acme.example", i, try))); status != http.StatusCreated {
				t.Fatal(status)
			}
			if !event() {
				t.Fatal("no event")
			}
			if took = time.Since(begun); took < time.Second {
				break
			}
		}
		if took >= time.Second {
			t.Errorf("%s: told after %v", c.path, took)
		}
		stop()
		_ = res.Body.Close()
	}
}

func TestW19_TheListingPackIsReadAndDownloaded(t *testing.T) {
	s := tell(t, "webwork")
	says(t, s.ada.Get(page+"/listing"), "Okta Integration Network", "Microsoft Entra application gallery", "okta.md")
	says(t, s.ada.Get(page+"/listing/okta.md"), "# WebWork in the Okta Integration Network")
	answers(t, "no such file", s.ada.Get(page+"/listing/secret.md"), http.StatusNotFound)
	vendor := s.Vendor("vera@vendor.example")
	for _, a := range []consoletest.Answer{s.ada.Get(page + "/listing/pack.zip"), vendor.Get("/operator/listing")} {
		answers(t, "the pack", a, http.StatusOK)
		z, err := zip.NewReader(bytes.NewReader([]byte(a.Body)), int64(len(a.Body)))
		if err != nil || len(z.File) != 4 {
			t.Errorf("the pack: %v", err)
		}
		lacks(t, a, "Acme", "ada@")
	}
}
