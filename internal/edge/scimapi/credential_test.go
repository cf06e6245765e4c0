package scimapi_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/edge/scimapi"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/store"
	"github.com/anteroom-id/anteroom/internal/store/storetest"
	"github.com/anteroom-id/anteroom/internal/token"
)

// requests waits until the workspace's provisioning log holds the request, and
// gives the log, newest first. Entries that change nothing are written a moment
// after their answer.
func (s *server) requests(w tenant, id string) []identity.Request {
	s.t.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		all, err := s.store.Read(w.id).Requests(ctx, "", 1000)
		if err != nil {
			s.t.Fatal(err)
		}
		if id == "" || slices.ContainsFunc(all, func(r identity.Request) bool { return string(r.ID) == id }) {
			return all
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("the provisioning log does not hold %s, but %+v", id, all)
		}
	}
}

func (s *server) request(w tenant, id string) identity.Request {
	s.t.Helper()
	all := s.requests(w, id)
	return all[slices.IndexFunc(all, func(r identity.Request) bool { return string(r.ID) == id })]
}

func basic(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

// with asks for a page of people with an Authorization header.
func (s *server) with(authorization string, w tenant) reply {
	s.t.Helper()
	return s.send([]string{"Authorization", authorization}, "GET", w.base+"/Users?count=1", "")
}

// mustRefuse fails unless the answer is a 401 in SCIM's form that says what to do.
func mustRefuse(t *testing.T, what string, r reply, words string) {
	t.Helper()
	challenges := strings.Join(r.header.Values("WWW-Authenticate"), ", ")
	if r.status != http.StatusUnauthorized || r.text("status") != "401" || !strings.Contains(r.detail(), words) ||
		!strings.Contains(r.body, "urn:ietf:params:scim:api:messages:2.0:Error") || !strings.HasPrefix(r.header.Get("Content-Type"), "application/scim+json") {
		t.Errorf("%s: got %s %v, want a 401 that says %q", what, r, r.header, words)
	}
	if !strings.Contains(challenges, "Bearer") || !strings.Contains(challenges, "Basic") || r.header.Get("X-Request-Id") == "" {
		t.Errorf("%s: the header is %v", what, r.header)
	}
}

func TestE08_AWrongCredentialIsA401InSCIMsForm(t *testing.T) {
	onBoth(t, func(t *testing.T, s *server) {
		revoked, secret, err := s.tokens.Issue(ctx, token.Request{Workspace: s.acme.id, Origin: operator})
		if err != nil {
			t.Fatal(err)
		}
		if r := s.with("Bearer "+secret, s.acme); r.status != 200 {
			t.Fatalf("before it was revoked: %s", r)
		}
		if err := s.tokens.Revoke(ctx, s.acme.id, revoked.ID, operator); err != nil {
			t.Fatal(err)
		}
		for what, authorization := range map[string]string{
			"wrong": "Bearer scim_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "revoked": "Bearer " + secret, "cut": "Bearer " + s.acme.secret[:20], "short": "Bearer x", "long": "Bearer " + strings.Repeat("x", 4000),
			"with a letter more": "Bearer " + s.acme.secret + "x", "in the wrong case": "Bearer " + strings.ToUpper(s.acme.secret), "the id instead": "Bearer " + string(s.acme.token.ID), "its hash": "Bearer " + s.acme.token.Hash,
		} {
			mustRefuse(t, what, s.with(authorization, s.acme), "issue a new one")
		}
		for what, authorization := range map[string]string{"nothing": "", "Bearer alone": "Bearer", "another scheme": "Digest username=x", "Basic that is none": "Basic %%%", "Basic without a colon": "Basic eHh4"} {
			mustRefuse(t, what, s.with(authorization, s.acme), "")
		}
		if r := s.with("bearer   "+s.acme.secret+" ", s.acme); r.status != 200 {
			t.Errorf("the scheme's case and blanks around the token do not matter: %s", r)
		}
	})
}

func TestAForeignTokenIsRefusedWhereTheAddressNamesAWorkspace(t *testing.T) {
	p, err := product.Load([]byte("name: Path\nscim: {form: path}\n"), "test.yaml")
	if err != nil {
		t.Fatal(err)
	}
	onBothWith(t, p, func(t *testing.T, s *server) {
		s.must(201, s.acme, "POST", "/Users", `{"userName":"ann@x.example"}`)
		foreign := s.with("Bearer "+s.globex.secret, s.acme)
		mustRefuse(t, "a foreign token", foreign, "not one of the workspace that this address names")
		mustRefuse(t, "a workspace that does not exist", s.send([]string{"Authorization", "Bearer " + s.acme.secret}, "GET", s.url+"/scim/v2/nobody/Users", ""), "")
		// Each log tells of its own: the failure is acme's, whose address was called.
		if got := s.request(s.acme, foreign.header.Get("X-Request-Id")); got.Status != 401 || got.Actor != "" {
			t.Errorf("acme's log says %+v", got)
		}
		if n := len(s.requests(s.globex, "")); n != 0 {
			t.Errorf("globex's log holds %d requests", n)
		}
	})
}

func TestP05_TheSamePasswordWorksByBasicAndAsBearerAndAWrongUserNameIsRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, s *server) {
		_, secret, err := s.tokens.Issue(ctx, token.Request{Workspace: s.acme.id, UserName: "connector-17", Origin: operator})
		if err != nil {
			t.Fatal(err)
		}
		for what, authorization := range map[string]string{
			"as Bearer": "Bearer " + secret, "by Basic": basic("connector-17", secret), "by Basic, the usual user name": basic("acme", s.acme.secret),
		} {
			if r := s.with(authorization, s.acme); r.status != 200 {
				t.Errorf("%s: %s", what, r)
			}
		}
		for what, authorization := range map[string]string{
			"a wrong user name": basic("connector-18", secret), "no user name": basic("", secret), "another connection's user name": basic("acme", secret),
			"another workspace's user name": basic("globex", s.acme.secret), "a wrong password": basic("connector-17", secret+"x"), "no password": basic("connector-17", ""), "both swapped": basic(secret, "connector-17"),
		} {
			mustRefuse(t, what, s.with(authorization, s.acme), "issue a new one")
		}
	})
}

func TestE07_ATokenStaysValidWhenItsIssuerIsGone(t *testing.T) {
	onBoth(t, func(t *testing.T, s *server) {
		admin := s.must(201, s.acme, "POST", "/Users", `{"userName":"admin@x.example","role":"admin"}`).id()
		m, _, err := s.store.Read(s.acme.id).MemberByResource(ctx, admin)
		if err != nil {
			t.Fatal(err)
		}
		issuer := identity.Actor{Kind: "member", ID: string(m.ID)}
		_, secret, err := s.tokens.Issue(ctx, token.Request{Workspace: s.acme.id, Name: "SCIM access token", Origin: identity.Origin{Actor: issuer, Source: "console"}})
		if err != nil {
			t.Fatal(err)
		}
		for _, end := range []struct{ what, method, body string }{
			{"demoted", "PATCH", patch(`{"op":"replace","path":"role","value":"member"}`)}, {"deactivated", "PATCH", patch(`{"op":"replace","path":"active","value":false}`)}, {"deleted", "DELETE", ""},
		} {
			if r := s.send([]string{"Authorization", "Bearer " + secret}, end.method, s.acme.base+"/Users/"+admin, end.body); r.status >= 300 {
				t.Fatalf("%s: %s", end.what, r)
			}
			if r := s.with("Bearer "+secret, s.acme); r.status != 200 {
				t.Errorf("after the issuer was %s: %s", end.what, r)
			}
		}
		all, err := s.tokens.List(ctx, s.acme.id)
		if err != nil || !slices.ContainsFunc(all, func(k identity.Token) bool { return k.Name == "SCIM access token" && k.IssuedBy == issuer.String() }) {
			t.Errorf("the list does not say who issued it: %+v (%v)", all, err)
		}
	})
}

// clocked is a server whose time the test sets.
func clocked(t *testing.T, where string, ahead *atomic.Int64) *server {
	t.Helper()
	now := func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	db, err := store.Open(ctx, store.Options{Database: where, InsecureNoFlush: true, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	p := product.Default()
	s := &server{t: t, store: db, product: p, directory: directory.New(db, p, directory.Bounds{}), tokens: token.New(db, p)}
	s.handler = scimapi.New(scimapi.Config{Store: db, Directory: s.directory, Tokens: s.tokens, Product: p})
	h := httptest.NewServer(s.handler)
	t.Cleanup(func() {
		h.Close()
		if err := db.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	s.url = h.URL
	s.acme, s.globex = s.tenant("acme"), s.tenant("globex")
	return s
}

func TestE06_ATokenExpiresAfterOneYearAndTheFailureIsInItsWorkspacesLog(t *testing.T) {
	story := func(t *testing.T, where string) {
		var ahead atomic.Int64
		s := clocked(t, where, &ahead)
		if life := s.acme.token.Expires.Sub(s.acme.token.Created); life != 365*24*time.Hour {
			t.Errorf("it lives %v", life)
		}
		_, for90, err := s.tokens.Issue(ctx, token.Request{Workspace: s.acme.id, Name: "short", Life: 90 * 24 * time.Hour, Origin: operator})
		if err != nil {
			t.Fatal(err)
		}
		_, forever, err := s.tokens.Issue(ctx, token.Request{Workspace: s.acme.id, Life: -1, Origin: operator})
		if err != nil {
			t.Fatal(err)
		}
		ahead.Store(int64(364 * 24 * time.Hour))
		if r := s.with("Bearer "+s.acme.secret, s.acme); r.status != 200 {
			t.Errorf("after 364 days: %s", r)
		}
		mustRefuse(t, "one of 90 days", s.with("Bearer "+for90, s.acme), `"short" expired on`)
		ahead.Store(int64(365*24*time.Hour + time.Minute))
		r := s.with("Bearer "+s.acme.secret, s.acme)
		mustRefuse(t, "after a year", r, "expired on "+s.acme.token.Expires.Format("2 January 2006"))
		if got := s.request(s.acme, r.header.Get("X-Request-Id")); got.Status != 401 || got.Actor != "token:"+string(s.acme.token.ID) || !strings.Contains(got.Detail, "expired on") {
			t.Errorf("the log says %+v", got)
		}
		if n := len(s.requests(s.globex, "")); n != 0 {
			t.Errorf("globex's log holds %d requests", n)
		}
		if r := s.with("Bearer "+forever, s.acme); r.status != 200 {
			t.Errorf("one without an end: %s", r)
		}
	}
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); story(t, t.TempDir()) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); story(t, storetest.Postgres(t)) })
}

func TestE03_TheWorkspaceIsFoundFromTheTokenAlone(t *testing.T) {
	onBoth(t, func(t *testing.T, s *server) {
		if s.acme.base != s.globex.base {
			t.Fatalf("two addresses: %s and %s", s.acme.base, s.globex.base)
		}
		s.must(201, s.acme, "POST", "/Users", `{"userName":"ann@acme.example"}`)
		s.must(201, s.globex, "POST", "/Users", `{"userName":"bob@globex.example"}`)
		for _, w := range []tenant{s.acme, s.globex} {
			r := s.must(200, w, "GET", "/Users", "")
			if n := r.doc["totalResults"]; n != 1.0 || !strings.Contains(r.body, "@"+w.slug+".example") {
				t.Errorf("%s sees %s", w.slug, r)
			}
		}
	})
}

const ofHosts = `
name: Hosts
scim: {form: host, host: "{workspace}.example.com", prefix: /rest/scim/v2}
`

func TestK03_TheHostSaysWhichWorkspaceAndSlashesDoNotMatter(t *testing.T) {
	p, err := product.Load([]byte(ofHosts), "test.yaml")
	if err != nil {
		t.Fatal(err)
	}
	onBothWith(t, p, func(t *testing.T, s *server) {
		at := func(w tenant, host, path string) reply {
			return s.send([]string{"Authorization", "Bearer " + w.secret, "Host", host}, "GET", s.url+path, "")
		}
		made := s.send([]string{"Authorization", "Bearer " + s.acme.secret, "Host", "acme.example.com"}, "POST", s.url+"/rest/scim/v2/Users/", `{"userName":"ann@x.example"}`)
		if made.status != 201 || !strings.HasPrefix(made.header.Get("Location"), "http://acme.example.com/rest/scim/v2/Users/") {
			t.Fatalf("%s %v", made, made.header)
		}
		for _, path := range []string{"/rest/scim/v2/Users", "/rest/scim/v2//Users", "/rest/scim/v2/Users/", "//rest//scim/v2///Users//", "/scim/v2/Users", "/scim/v2//Users", "/scim/v2/Users/", "/scim/v2//Users/" + made.id() + "/", "/rest/scim/v2/Users?aadOptscim062020"} {
			for _, host := range []string{"acme.example.com", "ACME.example.com", "acme.example.com:8443"} {
				if r := at(s.acme, host, path); r.status != 200 || !strings.Contains(r.body, "ann@x.example") {
					t.Errorf("%s at %s: %s", path, host, r)
				}
			}
		}
		mustRefuse(t, "acme's token at globex's host", at(s.acme, "globex.example.com", "/rest/scim/v2/Users"), "not one of the workspace that this address names")
		for _, host := range []string{"example.com", "acme.example.org", "a.acme.example.com", "acme"} {
			if r := at(s.acme, host, "/rest/scim/v2/Users"); r.status != 404 {
				t.Errorf("at %s: %s", host, r)
			}
		}
	})
}

func TestW20_ATokenMayComeRaw(t *testing.T) {
	onBoth(t, func(t *testing.T, s *server) {
		if r := s.with(s.acme.secret, s.acme); r.status != 200 {
			t.Errorf("raw: %s", r)
		}
		mustRefuse(t, "raw and wrong", s.with(s.acme.secret[:30], s.acme), "issue a new one")
	})
}

func TestT17_TheTestConnectionFindsAnEmptyList(t *testing.T) {
	onBoth(t, func(t *testing.T, s *server) {
		s.must(201, s.acme, "POST", "/Users", `{"userName":"ann@x.example"}`)
		for _, path := range []string{`/Users?filter=userName eq "5f1b7a3e-6a0c-4d3f-9d2e-1c2b3a4d5e6f"`, `/Groups?excludedAttributes=members&filter=displayName eq "5f1b7a3e-6a0c-4d3f-9d2e-1c2b3a4d5e6f"`} {
			r := s.must(200, s.acme, "GET", path, "")
			schemas := fmt.Sprint(r.doc["schemas"])
			if r.doc["totalResults"] != 0.0 || schemas != "[urn:ietf:params:scim:api:messages:2.0:ListResponse]" || !strings.HasPrefix(r.header.Get("Content-Type"), "application/scim+json") {
				t.Errorf("%s: %s %v", path, r, r.header)
			}
			if list, present := r.doc["Resources"].([]any); present && len(list) > 0 {
				t.Errorf("%s: %s", path, r)
			}
		}
	})
}

func TestP08_OneRequestIDStandsInTheHeaderTheProvisioningLogAndTheChangeLog(t *testing.T) {
	onBoth(t, func(t *testing.T, s *server) {
		made := s.must(201, s.acme, "POST", "/Users", `{"userName":"ann@x.example"}`, "client-request-id", "entra-17")
		id := made.header.Get("X-Request-Id")
		changed := s.must(200, s.acme, "PATCH", "/Users/"+made.id(), patch(`{"op":"replace","path":"title","value":"Secret title"}`), "X-Request-Id", "okta-18")
		refused := s.call(s.acme, "POST", "/Users", `{"userName":"ann@x.example"}`)
		read := s.must(200, s.acme, "GET", `/Users?filter=userName eq "ann@x.example"`, "")
		log := s.sound(s.acme)
		for _, c := range []struct {
			r                  reply
			verb               identity.Verb // "" when nothing changed
			client, sent, word string
		}{
			{made, identity.MemberProvisioned, "entra-17", "userName", ""}, {changed, identity.MemberUpdated, "okta-18", "replace title", ""},
			{refused, "", "", "userName", "already in use"}, {read, "", "", "", ""},
		} {
			id := c.r.header.Get("X-Request-Id")
			got := s.request(s.acme, id)
			if got.Status != c.r.status || got.ClientID != c.client || got.Sent != c.sent || !strings.Contains(got.Detail, c.word) || got.Actor != "token:"+string(s.acme.token.ID) || got.Duration <= 0 {
				t.Errorf("the log says %+v of %s", got, c.r)
			}
			if whole := fmt.Sprintf("%+v", got); strings.Contains(whole, "Secret title") || strings.Contains(whole, s.acme.secret) {
				t.Errorf("the log holds a value: %s", whole)
			}
			var verbs []identity.Verb
			for _, e := range log {
				if string(e.RequestID) == id {
					verbs = append(verbs, e.Verb)
				}
			}
			if c.verb == "" && len(verbs) > 0 || c.verb != "" && !slices.Equal(verbs, []identity.Verb{c.verb}) {
				t.Errorf("%s: the change log has %v under it, want %s", c.r, verbs, c.verb)
			}
		}
		if again := s.must(201, s.acme, "POST", "/Users", `{"userName":"bob@x.example"}`).header.Get("X-Request-Id"); again == id || !strings.HasPrefix(id, "req_") {
			t.Errorf("ids %s and %s", id, again)
		}
	})
}
