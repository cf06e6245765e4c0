package scimtest

import (
	"context"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strings"
)

// httpCases check what holds for every request and answer.
func httpCases() []Case {
	return in(Case{
		Section: "RFC 7644 §3",
		Why:     "Directories differ in headers, addresses and scripts; a server that is strict here loses some of them.",
		Mend:    "Be generous in what you accept, exact in what you answer.",
	}, []Case{
		{ID: "media-type", Name: "answers are application/scim+json, errors too", Section: "RFC 7644 §3.1", Sender: "Entra", Run: func(t *T) {
			made := t.User(nil)
			for _, a := range []*Answer{made, t.Get(userPath(made.ID())), t.Get("/Users?count=1"), t.Get(userPath(t.Name("nobody")))} {
				kind, _, err := mime.ParseMediaType(a.Header.Get("Content-Type"))
				t.Expect(err == nil && kind == mediaType, "Content-Type application/scim+json", a.Header.Get("Content-Type"))
			}
		}, Why: "Entra's Test Connection and Okta's spec test look at the content type.", Mend: "Send Content-Type: application/scim+json; charset=utf-8 with every body."},
		{ID: "accept-json", Name: "clients may send and accept application/json", Section: "RFC 7644 §3.1", Run: func(t *T) {
			h := http.Header{"Accept": {"application/json"}, "Content-Type": {"application/json"}}
			t.Status(t.Do(Request{Method: "POST", Path: "/Users", Body: t.Body(nil), Header: h}), 201)
			t.Status(t.Do(Request{Method: "GET", Path: "/Users?count=1", Header: h}), 200)
		}, Why: "Several clients speak plain JSON."},
		{ID: "accept-many", Name: "an Accept header with a list or a wildcard is understood", Section: "RFC 9110 §12.5.1", Run: func(t *T) {
			for _, accept := range []string{"*/*", "application/scim+json, application/json;q=0.9", "application/scim+json;charset=utf-8", ""} {
				a := t.Do(Request{Method: "GET", Path: "/Users?count=1", Header: http.Header{"Accept": {accept}}})
				t.Expect(a.Status == 200, "200 for Accept: "+accept, told(a))
			}
		}},
		{ID: "content-type-charset", Name: "a content type with a charset is understood", Sender: "Okta", Section: "RFC 7644 §8.1", Run: func(t *T) {
			h := http.Header{"Content-Type": {"application/scim+json; charset=utf-8"}, "Accept-Charset": {"utf-8"}, "User-Agent": {"Okta SCIM Client 1.0.0"}}
			t.Status(t.Do(Request{Method: "POST", Path: "/Users", Body: t.Body(nil), Header: h}), 201)
		}},
		{ID: "unknown-path", Name: "an unknown endpoint is 404 with a SCIM error", Section: "RFC 7644 §3.12", Run: func(t *T) {
			t.Refused(t.Get("/"+t.Name("Nothings")), 404)
		}},
		{ID: "method-not-allowed", Name: "a method that an endpoint does not have is refused", Run: func(t *T) {
			// DELETE is not tried: a server that took it would delete everybody.
			for _, r := range []Request{{Method: "PUT", Path: "/Users", Body: t.Body(nil)}, {Method: "PATCH", Path: "/Users", Body: patchOp()}} {
				a := t.Do(r)
				t.Expect(slices.Contains([]int{400, 404, 405, 501}, a.Status), r.Method+" /Users refused with 405 (or 400, 404, 501)", told(a))
			}
		}, Why: "A client that lost the id from its path would change somebody, or everybody, and be told that all went well."},
		{ID: "trailing-slash", Name: "a trailing slash does not matter", Level: Should, Section: none, Sender: "Entra", Rows: []string{"K03"}, Run: func(t *T) {
			t.Status(t.Get("/Users/?count=1"), 200)
			made := t.User(nil)
			t.Status(t.Get(userPath(made.ID())+"/"), 200)
		}, Why: "Administrators paste base addresses with a slash at the end.", Mend: "Ignore trailing and doubled slashes."},
		{ID: "double-slash", Name: "a doubled slash does not matter", Level: Should, Section: none, Sender: "Entra", Rows: []string{"K03"}, Run: func(t *T) {
			t.Status(t.Get("//Users?count=1"), 200)
		}, Why: "A base address with a slash at the end makes clients ask for //Users.", Mend: "Ignore trailing and doubled slashes; do not redirect."},
		{ID: "stray-query", Name: "an unknown query parameter does not matter", Sender: "Entra", Section: none, Run: func(t *T) {
			t.Status(t.Get("/Users?aadOptscim062020&count=1"), 200)
			t.Status(t.Post("/Users?aadOptscim062020", t.Body(nil)), 201)
		}, Why: "Entra's flag aadOptscim062020 stands in the tenant URL and is sent with every request.", Mend: "Ignore query parameters that you do not know."},
		{ID: "error-body", Name: "an error has schemas, a status as a string, and a detail", Section: "RFC 7644 §3.12", Run: func(t *T) {
			for _, a := range []*Answer{t.Get(userPath(t.Name("nobody"))), t.Post("/Users", M{"schemas": []string{userURN}}), t.Get("/Users?filter=userName")} {
				t.Refused(a, a.Status)
				t.Expect(a.Status >= 400 && !empty(a.At("detail")), "a detail", a.JSON)
			}
		}, Rows: []string{"P07"}, Why: "The detail is all that an administrator sees in the portal.", Mend: "Write every error through one function that fills schemas, status (a string) and detail."},
		{ID: "error-scim-type", Name: "a 400 says by its scimType what was wrong", Level: Should, Section: "RFC 7644 §3.12", Run: func(t *T) {
			a := t.User(nil)
			t.kind(t.Post("/Users", `{"userName":`), "invalidSyntax")
			t.kind(t.Post("/Users", t.Body(M{"userName": nil})), "invalidValue")
			t.kind(t.Get("/Users?filter="+query(`userName like "x"`)), "invalidFilter")
			t.kind(t.Patch(userPath(a.ID()), op("replace", `emails[type eq "work"`, "x")), "invalidPath", "invalidFilter")
			t.kind(t.Patch(userPath(a.ID()), op("replace", "active", "maybe")), "invalidValue", "invalidSyntax")
		}, Why: "Clients tell a typing error in a mapping from a value that nobody accepts by this word.", Mend: "Answer 400 with the scimType of RFC 7644 table 9 beside the detail."},
		{ID: "unicode", Name: "every script comes back as it was sent", Run: func(t *T) {
			for _, name := range []string{"Åsa", "O'Neill", "O’Brien", "李小龍", "Müller-Lüdenscheidt", "García", "محمد", "Ольга", "👩‍🚀 Zoë", "a\u0301 combining", `quote " back\slash / slash`, "<b>&amp;"} {
				made := t.User(M{"displayName": name})
				t.Equal(t.Read(userPath(made.ID())), name, "displayName")
			}
		}, Why: "Values must be stored exactly as sent, or Entra sends them again in every cycle."},
		{ID: "unicode-escapes", Name: "JSON escapes mean the characters they stand for", Section: "RFC 8259 §7", Run: func(t *T) {
			a := t.MustStatus(t.Post("/Users", fmt.Sprintf(`{"schemas":[%q],"userName":%q,"displayName":"\u00C5sa \ud83d\ude80 \/ \t"}`, userURN, t.Address("esc"))), 201)
			t.Equal(a, "Åsa 🚀 / \t", "displayName")
		}},
		{ID: "request-id", Name: "answers carry an id that an administrator can quote", Level: Info, Section: none, Sender: "Entra", Rows: []string{"P08"}, Run: func(t *T) {
			a := t.Get("/Users?count=1")
			found := false
			for name := range a.Header {
				found = found || strings.Contains(strings.ToLower(name), "request-id") || strings.Contains(strings.ToLower(name), "correlation") || strings.EqualFold(name, "traceparent")
			}
			t.Expect(found, "a header such as X-Request-Id", show(a.Header))
		}, Why: "Without it nobody can find one request of Entra's audit log in the server's.", Mend: "Give each request an id, log it, and answer it as X-Request-Id."},
		{ID: "not-cached", Name: "answers are not to be stored by caches", Level: Should, Section: "RFC 7644 §7.4", Run: func(t *T) {
			made := t.User(nil)
			cc := t.Get(userPath(made.ID())).Header.Get("Cache-Control")
			t.Expect(strings.Contains(cc, "no-store") || strings.Contains(cc, "no-cache") || strings.Contains(cc, "private"), "Cache-Control: no-store", cc)
		}, Why: "Personal data must not stay in a proxy."},
		{ID: "me", Name: "/Me is served or refused properly", Level: Should, Section: "RFC 7644 §3.11", Run: func(t *T) {
			a := t.Get("/Me")
			t.Expect(slices.Contains([]int{200, 308, 403, 404, 501}, a.Status), "200, 308, 403, 404 or 501", told(a))
		}},
	})
}

// authCases check the credentials.
func authCases() []Case {
	return in(Case{
		Section: "RFC 7644 §2", Needs: Auth,
		Why:  "Credentials keep one customer's people from everybody else, and their errors are what an administrator sees first.",
		Mend: "Check credentials before anything else; answer 401 with WWW-Authenticate and a SCIM error body.",
	}, []Case{
		{ID: "auth-none", Name: "without credentials the answer is 401", Run: func(t *T) {
			for _, r := range []Request{{Method: "GET", Path: "/Users"}, {Method: "POST", Path: "/Users", Body: t.Body(nil)}, {Method: "DELETE", Path: userPath(t.Name("nobody"))}} {
				r.Anon = true
				t.Refused(t.Do(r), 401)
			}
		}, Why: "Anybody could read and change the directory."},
		{ID: "auth-challenge", Name: "401 comes with WWW-Authenticate", Section: "RFC 9110 §11.6.1", Run: func(t *T) {
			a := t.Do(Request{Method: "GET", Path: "/Users", Anon: true})
			t.Expect(a.Header.Get("WWW-Authenticate") != "", "the header WWW-Authenticate", a.Header.Get("WWW-Authenticate"))
		}},
		{ID: "auth-wrong", Name: "a wrong token is 401 with an error that can be read", Rows: []string{"E08", "P07"}, Run: func(t *T) {
			t.Refused(t.Do(Request{Method: "GET", Path: "/Users?count=1", Header: http.Header{"Authorization": {"Bearer " + t.Name("wrong")}}}), 401)
			for _, value := range []string{"Bearer ", "Bearer", "Basic !!!", "Basic " + "dXNlcg==", "Digest x", "Bearer " + strings.Repeat("x", 8000)} {
				a := t.Do(Request{Method: "GET", Path: "/Users?count=1", Header: http.Header{"Authorization": {value}}})
				t.Status(a, 401, 400, 431)
			}
		}, Why: "Entra shows the error to the administrator and goes into quarantine."},
		{ID: "auth-scheme-case", Name: "the scheme's name is compared without regard to case", Section: "RFC 9110 §11.1", Run: func(t *T) {
			if token := t.run.client.target.Token; token != "" {
				for _, word := range []string{"bearer ", "BEARER "} {
					t.Status(t.Do(Request{Method: "GET", Path: "/Users?count=1", Header: http.Header{"Authorization": {word + token}}}), 200)
				}
			}
		}},
		{ID: "auth-raw-token", Name: "the token alone, without the word Bearer, is accepted", Sender: "Okta", Level: Info, Section: none, Rows: []string{"W20"}, Run: func(t *T) {
			if token := t.run.client.target.Token; token != "" {
				t.Status(t.Do(Request{Method: "GET", Path: "/Users?count=1", Header: http.Header{"Authorization": {token}}}), 200)
			}
		}, Why: "Okta's header authentication sends what the administrator typed."},
		{ID: "auth-unknown-path", Name: "without credentials an unknown path tells nothing", Level: Should, Run: func(t *T) {
			a := t.Do(Request{Method: "GET", Path: userPath(t.Name("nobody")), Anon: true})
			t.Status(a, 401)
		}},
		{ID: "auth-basic", Name: "user name and password work", Needs: Basic, Rows: []string{"P05"}, Run: func(t *T) {
			t.Status(t.basic(t.run.client.target.User, t.run.client.target.Password), 200)
		}},
		{ID: "auth-basic-wrong", Name: "a wrong user name or password is refused", Needs: Basic, Rows: []string{"P05"}, Run: func(t *T) {
			target := t.run.client.target
			t.Status(t.basic(target.User+"x", target.Password), 401)
			t.Status(t.basic(target.User, target.Password+"x"), 401)
			t.Status(t.basic("", target.Password), 401)
		}},
		{ID: "auth-password-as-bearer", Name: "the password works as a bearer token, too", Needs: Basic, Sender: "Entra", Level: Should, Section: none, Rows: []string{"P05"}, Run: func(t *T) {
			h := http.Header{"Authorization": {"Bearer " + t.run.client.target.Password}}
			t.Status(t.Do(Request{Method: "GET", Path: "/Users?count=1", Header: h}), 200)
		}, Why: "Entra has only the field Secret Token."},
	})
}

// basic makes a request with HTTP basic authentication.
func (t *T) basic(user, password string) *Answer {
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "http://x.example", nil)
	t.Require(err == nil, "a request", fmt.Sprint(err))
	req.SetBasicAuth(user, password)
	return t.Do(Request{Method: "GET", Path: "/Users?count=1", Header: http.Header{"Authorization": req.Header["Authorization"]}})
}
