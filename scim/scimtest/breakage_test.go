package scimtest_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/scim/scimtest"
)

// breakage spoils a good server in one way.
type breakage struct {
	name     string
	caughtBy string // the id of the case that names it
	// ask changes a request's body or query, or answers instead of the server
	// by giving a status.
	ask func(r *http.Request, body string) (changed string, status int)
	// answer changes what the server answered.
	answer func(r *http.Request, status int, body string) (int, string)
}

func (b breakage) wrap(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		body, status := string(raw), 0
		if b.ask != nil {
			body, status = b.ask(r, body)
		}
		if status != 0 {
			w.Header().Set("Content-Type", "application/scim+json")
			w.WriteHeader(status)
			return
		}
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader([]byte(body))), int64(len(body))
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		status, body = rec.Code, rec.Body.String()
		if b.answer != nil {
			status, body = b.answer(r, status, body)
		}
		for k, v := range rec.Header() {
			w.Header()[k] = v
		}
		w.Header().Del("Content-Length")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	})
}

// refuse answers a request whose body matches.
func refuse(pattern string, status int) func(*http.Request, string) (string, int) {
	re := regexp.MustCompile(pattern)
	return func(r *http.Request, body string) (string, int) {
		if re.MatchString(r.Method + " " + body) {
			return body, status
		}
		return body, 0
	}
}

// rewrite changes every answer's text.
func rewrite(pattern, with string) func(*http.Request, int, string) (int, string) {
	re := regexp.MustCompile(pattern)
	return func(_ *http.Request, status int, body string) (int, string) {
		return status, re.ReplaceAllString(body, with)
	}
}

// without drops a query parameter.
func without(name string) func(*http.Request, string) (string, int) {
	return func(r *http.Request, body string) (string, int) {
		q := r.URL.Query()
		q.Del(name)
		r.URL.RawQuery = q.Encode()
		return body, 0
	}
}

// withoutHeader drops a request header.
func withoutHeader(name string) func(*http.Request, string) (string, int) {
	return func(r *http.Request, body string) (string, int) {
		r.Header.Del(name)
		return body, 0
	}
}

func breakages() []breakage {
	return []breakage{
		{name: "capitalised operations are ignored", caughtBy: "active-patch-capital-replace-string-False", ask: refuse(`^PATCH .*"op":"[A-Z]`, 204)},
		{name: "string booleans are refused", caughtBy: "active-post-string-False", ask: refuse(`"active":"False"`, 400)},
		{name: "string booleans are kept as text", caughtBy: "active-patch-capital-replace-string-False", answer: rewrite(`"active":false`, `"active":"False"`)},
		{name: "Remove with a value list empties the group", caughtBy: "member-remove-list", ask: func(_ *http.Request, body string) (string, int) {
			return regexp.MustCompile(`("op":"Remove","path":"members"),"value":\[[^\]]*\]`).ReplaceAllString(body, "$1"), 0
		}},
		{name: "an empty filter is 404", caughtBy: "probe-user-name", answer: func(_ *http.Request, status int, body string) (int, string) {
			if strings.Contains(body, `"totalResults":0`) {
				return 404, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"404"}`
			}
			return status, body
		}},
		{name: "inactive people are hidden from lists", caughtBy: "probe-inactive", answer: hideInactive},
		{name: "totals are stale", caughtBy: "list-everybody", answer: rewrite(`"totalResults":(\d)`, `"totalResults":1$1`)},
		{name: "numbers are text", caughtBy: "list-shape", answer: rewrite(`"totalResults":(\d+)`, `"totalResults":"$1"`)},
		{name: "count is ignored", caughtBy: "page-items", ask: without("count")},
		{name: "startIndex is ignored", caughtBy: "gallery-23", ask: without("startIndex")},
		{name: "excludedAttributes is ignored", caughtBy: "group-excluded-members", ask: without("excludedAttributes")},
		{name: "filters are ignored", caughtBy: "filter-eq", ask: without("filter")},
		{name: "unreadable filters are ignored", caughtBy: "filter-bad-no-operator", ask: func(r *http.Request, body string) (string, int) {
			if r.URL.Query().Get("filter") == "userName" {
				r.URL.RawQuery = url.Values{}.Encode()
			}
			return body, 0
		}},
		{name: "If-Match is ignored", caughtBy: "etag-412-patch", ask: withoutHeader("If-Match")},
		{name: "If-None-Match is ignored", caughtBy: "etag-304", ask: withoutHeader("If-None-Match")},
		{name: "bracket paths without a value are noTarget", caughtBy: "element-add-no-list", ask: refuse(`^PATCH .*emails\[type eq`, 400)},
		{name: `roles[primary eq "True"] is compared as text`, caughtBy: "role-primary-new", ask: refuse(`^PATCH .*roles\[primary eq \\"True`, 400)},
		{name: "keys with a URN in pathless operations are ignored", caughtBy: "element-pathless-urn", ask: refuse(`^PATCH .*"value":\{"urn:[^{]*:employeeNumber"`, 204)},
		{name: "the manager is echoed as text", caughtBy: "manager-text", answer: rewrite(`"manager":\{[^}]*"value":("[^"]*")[^}]*\}`, `"manager":$1`)},
		{name: "Microsoft's group schema is refused", caughtBy: "group-create-entra", ask: refuse(`^POST .*ADSCIM`, 400)},
		{name: "groups in a user are refused", caughtBy: "create-groups-ignored", ask: refuse(`^POST .*"groups":`, 400)},
		{name: "the id in Okta's rename is refused", caughtBy: "group-rename-okta", ask: refuse(`^PATCH .*"value":\{"displayName":"[^"]*","id"`, 400)},
		{name: "the status in errors is a number", caughtBy: "error-body", answer: rewrite(`"status":"(\d+)"`, `"status":$1`)},
		{name: "locations are relative", caughtBy: "create-location", answer: rewrite(`"location":"https?://[^/]*`, `"location":"`)},
		{name: "passwords are returned", caughtBy: "create-password-hidden", answer: func(r *http.Request, status int, body string) (int, string) {
			if r.Method == "POST" {
				return status, strings.Replace(body, `"userName"`, `"password":"Secret-x","userName"`, 1)
			}
			return status, body
		}},
		{name: "canonical values are not listed", caughtBy: "gallery-15-canonical", answer: rewrite(`"canonicalValues":\[[^\]]*\],?`, ``)},
		{name: "duplicates are told as 400", caughtBy: "create-duplicate", answer: func(_ *http.Request, status int, body string) (int, string) {
			if status == 409 {
				return 400, strings.ReplaceAll(body, "409", "400")
			}
			return status, body
		}},
		{name: "a PATCH is applied as far as it goes", caughtBy: "patch-atomic"},
	}
}

// hideInactive takes inactive people out of lists.
func hideInactive(_ *http.Request, status int, body string) (int, string) {
	var list map[string]any
	if json.Unmarshal([]byte(body), &list) != nil || list["Resources"] == nil {
		return status, body
	}
	var kept []any
	for _, r := range list["Resources"].([]any) {
		if r.(map[string]any)["active"] != false {
			kept = append(kept, r)
		}
	}
	list["Resources"], list["totalResults"] = kept, len(kept)
	b, _ := json.Marshal(list)
	return status, string(b)
}

// piecemeal carries a PATCH out operation by operation.
func piecemeal(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var msg struct{ Operations []json.RawMessage }
		raw, _ := io.ReadAll(r.Body)
		if r.Method != "PATCH" || json.Unmarshal(raw, &msg) != nil {
			r.Body = io.NopCloser(bytes.NewReader(raw))
			h.ServeHTTP(w, r)
			return
		}
		var rec *httptest.ResponseRecorder
		for _, op := range msg.Operations {
			one := r.Clone(r.Context())
			one.Body = io.NopCloser(strings.NewReader(`{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[` + string(op) + `]}`))
			rec = httptest.NewRecorder()
			if h.ServeHTTP(rec, one); rec.Code >= 400 {
				break
			}
		}
		w.Header().Set("Content-Type", rec.Header().Get("Content-Type"))
		w.WriteHeader(rec.Code)
		_, _ = w.Write(rec.Body.Bytes())
	})
}

func TestEveryBreakageIsCaughtByTheCaseThatNamesIt(t *testing.T) {
	for _, b := range breakages() {
		t.Run(strings.ReplaceAll(b.name, " ", "_"), func(t *testing.T) {
			h := newHandler()
			if b.ask == nil && b.answer == nil {
				h = piecemeal(h)
			}
			target := serve(t, b.wrap(h))
			target.Only = func(c scimtest.Case) bool { return c.ID == b.caughtBy }
			rep := scimtest.Check(t.Context(), target)
			if len(rep.Results) != 1 || rep.Results[0].Outcome != scimtest.Failed {
				t.Errorf("the case %s did not catch it: %s", b.caughtBy, rep)
			}
		})
	}
}

func TestTheCasesThatCatchBreakagesPassOnTheGoodServer(t *testing.T) {
	target := serve(t, newHandler())
	wanted := map[string]bool{}
	for _, b := range breakages() {
		wanted[b.caughtBy] = true
	}
	target.Only = func(c scimtest.Case) bool { return wanted[c.ID] }
	rep := scimtest.Check(t.Context(), target)
	if !rep.OK() || rep.Count("", scimtest.Passed) != len(wanted) {
		t.Errorf("want %d passed: %s", len(wanted), rep)
	}
}
