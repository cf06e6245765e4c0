package scimtest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/scim/scimtest"
)

// left lists the ids under an endpoint.
func left(t *testing.T, h http.Handler, endpoint string) []string {
	t.Helper()
	_, body := request(t, h, "GET", endpoint+"?count=500", "")
	var list struct {
		Resources []struct{ ID, UserName, DisplayName string }
	}
	if err := json.Unmarshal([]byte(body), &list); err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, r := range list.Resources {
		out = append(out, r.ID)
	}
	return out
}

func mustBeEmpty(t *testing.T, h http.Handler) {
	t.Helper()
	for _, endpoint := range []string{"/Users", "/Groups"} {
		if ids := left(t, h, endpoint); len(ids) > 0 {
			t.Errorf("%d of %s are left", len(ids), endpoint)
		}
	}
}

// intercept answers some requests itself: those for which it says true.
func intercept(h http.Handler, when func(w http.ResponseWriter, r *http.Request) bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !when(w, r) {
			h.ServeHTTP(w, r)
		}
	})
}

// scimError answers with an error body.
func scimError(w http.ResponseWriter, status int, detail string) bool {
	w.Header().Set("Content-Type", "application/scim+json")
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"%d","detail":%q}`, status, detail)
	return true
}

// only lets some cases run, by pattern.
func only(target scimtest.Target, patterns ...string) scimtest.Target {
	target.Only = func(c scimtest.Case) bool {
		for _, p := range patterns {
			if c.Matches(p) {
				return true
			}
		}
		return false
	}
	return target
}

// with room for so many people a tenant answers as a plan without seats does.
func seats(t *testing.T, h http.Handler, room, status int, detail string) http.Handler {
	var mu sync.Mutex
	return intercept(h, func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodPost || !strings.HasSuffix(r.URL.Path, "/Users") || r.Header.Get("Authorization") == "" {
			return false
		}
		mu.Lock()
		defer mu.Unlock()
		return len(left(t, h, "/Users")) >= room && scimError(w, status, detail)
	})
}

func TestATenantWithoutRoomIsToldInWords(t *testing.T) {
	for _, c := range []struct {
		room, status int
		detail       string
	}{{0, 403, "No seat is free."}, {0, 402, ""}, {0, 507, ""}, {0, 400, "The license limit is reached."}, {3, 403, "3 of 3 seats are taken."}} {
		t.Run(fmt.Sprintf("%d for %d", c.status, c.room), func(t *testing.T) {
			h := newHandler()
			target := only(serve(t, seats(t, h, c.room, c.status, c.detail)), "3.3", "Members of groups", "Discovery", "Matching", "filter-eq", "list-empty")
			rep := scimtest.Check(t.Context(), target)
			said := strings.Join(rep.Notices, "\n")
			if rep.Complete() || rep.Error != "" || len(rep.Notices) != 1 || !strings.Contains(said, fmt.Sprintf("The server takes no new people (status %d", c.status)) || !strings.Contains(said, c.detail) {
				t.Errorf("complete %t, error %q, notices %q", rep.Complete(), rep.Error, rep.Notices)
			}
			asked := map[string]scimtest.Result{}
			for _, res := range rep.Results {
				asked[res.Case.ID] = res
				if res.Outcome == scimtest.Failed && !beyondMemory()[res.Case.ID] {
					t.Errorf("%s failed for want of room: %s", res.Case.ID, res.String())
				}
			}
			if got := asked["create-201"]; c.room == 0 && (got.Outcome != scimtest.NotApplicable || got.Note == "") || c.room > 0 && got.Outcome != scimtest.Passed {
				t.Errorf("create-201 ended %s (%s)", got.Outcome, got.Note)
			}
			if asked["member-many"].Outcome != scimtest.NotApplicable || asked["probe-user-name"].Outcome != scimtest.Passed {
				t.Errorf("member-many ended %s, probe-user-name %s", asked["member-many"].Outcome, asked["probe-user-name"].Outcome)
			}
			if text := rep.String(); !strings.Contains(text, "? Directories       cannot be told") || !strings.Contains(text, "not asked: the server takes no new people now") {
				t.Errorf("the report is %s", text)
			}
			mustBeEmpty(t, h)
		})
	}
}

func TestARefusalOfOneBodyIsNotTakenForAFullTenant(t *testing.T) {
	h := intercept(newHandler(), func(w http.ResponseWriter, r *http.Request) bool {
		raw, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(raw))
		return r.Method == http.MethodPost && bytes.Contains(raw, []byte(`"groups":`)) && scimError(w, 403, "groups are read-only")
	})
	rep := scimtest.Check(t.Context(), only(serve(t, h), "create-groups-ignored", "create-201"))
	if len(rep.Notices) != 0 || !rep.Complete() || rep.Count(scimtest.Must, scimtest.Failed) != 1 {
		t.Errorf("got %s", rep)
	}
}

func TestWhatCannotBeDeletedIsSwitchedOffAndTold(t *testing.T) {
	h := newHandler()
	target := only(serve(t, intercept(h, func(w http.ResponseWriter, r *http.Request) bool {
		return r.Method == http.MethodDelete && scimError(w, 501, "people are not deleted here")
	})), "create-201", "filter-eq", "member-add")
	rep := scimtest.Check(t.Context(), target)
	users, groups := left(t, h, "/Users"), left(t, h, "/Groups")
	if len(users) < 7 || len(groups) == 0 || len(rep.Left) != len(users)+len(groups) {
		t.Errorf("%d people and %d groups are left, %d are told", len(users), len(groups), len(rep.Left))
	}
	text := rep.String()
	for _, id := range append(users, groups...) {
		if !strings.Contains(text, "/"+id+" (DELETE: status 501 people are not deleted here") {
			t.Errorf("the report does not name %s", id)
		}
	}
	if _, body := request(t, h, "GET", "/Users?count=0&filter=active+eq+true", ""); !strings.Contains(body, `"totalResults":0`) {
		t.Errorf("somebody left behind is active: %s", body)
	}
}

func TestADeletionThatDoesNothingIsTold(t *testing.T) {
	h := newHandler()
	rep := scimtest.Check(t.Context(), only(serve(t, intercept(h, func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodDelete {
			w.WriteHeader(http.StatusNoContent)
		}
		return r.Method == http.MethodDelete
	})), "create-201"))
	if users := left(t, h, "/Users"); len(rep.Left) != 1 || len(users) != 1 || rep.Left[0].Path != "/Users/"+users[0] || !strings.Contains(rep.Left[0].Why, "still listed") {
		t.Errorf("left %v, told %v", users, rep.Left)
	}
}

// A server may do the deed and not say so: the answer is lost, or becomes a 500.
func TestWhatWasMadeWithoutAnAnswerIsDeletedToo(t *testing.T) {
	for name, spoil := range map[string]func(http.ResponseWriter){
		"500": func(w http.ResponseWriter) { scimError(w, 500, "after the deed") },
		"cut": func(http.ResponseWriter) { panic(http.ErrAbortHandler) },
		"201 without a body": func(w http.ResponseWriter) {
			w.WriteHeader(http.StatusCreated)
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHandler()
			rep := scimtest.Check(t.Context(), only(serve(t, intercept(h, func(w http.ResponseWriter, r *http.Request) bool {
				if r.Method != http.MethodPost {
					return false
				}
				h.ServeHTTP(httptest.NewRecorder(), r)
				spoil(w)
				return true
			})), "create-201", "create-extension", "group-create-*", "filter-eq"))
			if rep.Error != "" || len(rep.Left) != 0 {
				t.Errorf("error %q, left %v", rep.Error, rep.Left)
			}
			mustBeEmpty(t, h)
		})
	}
}

// The same where the server does not know sw, and where it ignores filters and
// lists other people, who stay.
func TestCleaningUpLooksTwiceBeforeItDeletes(t *testing.T) {
	for _, ignores := range []bool{false, true} {
		h := newHandler()
		code, theirs := request(t, h, "POST", "/Users", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ann@customer.example"}`)
		if code != 201 {
			t.Fatal(theirs)
		}
		scimtest.Check(t.Context(), only(serve(t, intercept(h, func(w http.ResponseWriter, r *http.Request) bool {
			q := r.URL.Query()
			switch {
			case r.Method == http.MethodPost:
				h.ServeHTTP(httptest.NewRecorder(), r)
				return scimError(w, 500, "after the deed")
			case ignores:
				q.Del("filter")
				r.URL.RawQuery = q.Encode()
			case strings.Contains(q.Get("filter"), " sw "):
				return scimError(w, 400, "sw is not known here")
			}
			return false
		})), "create-201", "create-null"))
		if users := left(t, h, "/Users"); len(users) != 1 {
			t.Errorf("filters ignored %t: %d people are there, not the customer's one alone", ignores, len(users))
		}
	}
}

func TestNoReportHoldsASecret(t *testing.T) {
	const token, password, inURL = "s3cr3t-t0ken-value", "passw0rd-value", "key-in-the-address"
	inner := newHandler()
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		said := r.Header.Get("Authorization") + " " + r.URL.RawQuery
		r.Header.Set("Authorization", "secret")
		if r.Method == http.MethodGet && r.URL.Query().Get("filter") == "" {
			inner.ServeHTTP(w, r)
			return
		}
		w.Header().Set("X-You-Sent", said)
		w.Header().Set("Location", "https://x.example/?"+said)
		scimError(w, 400, "you sent "+said)
	})
	target := serve(t, h)
	target.URL = strings.Replace(strings.TrimSuffix(target.URL, "/"), "http://", "http://admin:"+password+"@", 1) + "?code=" + inURL
	target.Token, target.User, target.Password = token, "acme", password
	rep := scimtest.Check(t.Context(), target)
	if rep.Count(scimtest.Must, scimtest.Failed) < 100 {
		t.Fatalf("too little failed to be told: %s", rep)
	}
	var page, junit bytes.Buffer
	if err := rep.WriteHTML(&page); err != nil {
		t.Fatal(err)
	}
	if err := rep.WriteJUnit(&junit, true); err != nil {
		t.Fatal(err)
	}
	whole, err := json.Marshal(rep.Results[0].Steps)
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{"text": rep.String(), "page": page.String(), "junit": junit.String(), "notices": fmt.Sprint(rep.Notices, rep.Left, string(whole), rep.Target)}
	for i := range rep.Results {
		texts["results"] += rep.Results[i].String() + fmt.Sprint(rep.Results[i].Steps, rep.Results[i].Failures)
	}
	for where, text := range texts {
		for _, secret := range []string{token, password, inURL, "YWNtZTpwYXNzdzByZC12YWx1ZQ"} {
			if i := strings.Index(text, secret); i >= 0 {
				t.Errorf("the %s holds %s: %s", where, secret, text[max(0, i-200):min(len(text), i+50)])
			}
		}
	}
	if !strings.Contains(texts["text"], "[secret]") {
		t.Error("nothing was hidden, so nothing was tried")
	}
}

func TestNoReportNamesSomebodyElse(t *testing.T) {
	h := newHandler()
	for _, name := range []string{"ann@customer.example", "bob@customer.example"} {
		if code, body := request(t, h, "POST", "/Users", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"`+name+`","displayName":"Somebody Private"}`); code != 201 {
			t.Fatal(body)
		}
	}
	// Filters are ignored, so that everybody is listed in failures.
	rep := scimtest.Check(t.Context(), serve(t, intercept(h, func(_ http.ResponseWriter, r *http.Request) bool {
		q := r.URL.Query()
		q.Del("filter")
		r.URL.RawQuery = q.Encode()
		return false
	})))
	var page bytes.Buffer
	if err := rep.WriteHTML(&page); err != nil {
		t.Fatal(err)
	}
	everything := page.String() + rep.String()
	for i := range rep.Results {
		everything += fmt.Sprint(rep.Results[i].Steps, rep.Results[i].Failures)
	}
	for _, private := range []string{"customer.example", "Somebody Private"} {
		if i := strings.Index(everything, private); i >= 0 {
			t.Errorf("the report holds %s: %s", private, everything[max(0, i-600):i+50])
		}
	}
	if !strings.Contains(everything, "somebody else, left out") {
		t.Error("nobody was left out, so nothing was tried")
	}
}

func TestAServerThatAsksForPatienceGetsIt(t *testing.T) {
	var n atomic.Int64
	h := newHandler()
	rep := scimtest.Check(t.Context(), only(serve(t, intercept(h, func(w http.ResponseWriter, _ *http.Request) bool {
		if n.Add(1)%3 != 0 {
			return false
		}
		w.Header().Set("Retry-After", "0")
		return scimError(w, 429, "slowly")
	})), "Changing (PATCH)", "Several at once"))
	if !rep.OK() || rep.Count("", scimtest.Passed) < 80 {
		t.Errorf("got %s", rep)
	}
	mustBeEmpty(t, h)
}

func TestAServerThatStopsAnsweringEndsTheRun(t *testing.T) {
	var gone atomic.Bool
	target := serve(t, intercept(newHandler(), func(http.ResponseWriter, *http.Request) bool {
		if gone.Load() {
			panic(http.ErrAbortHandler)
		}
		return false
	}))
	done := 0
	target.OnResult = func(scimtest.Result) {
		if done++; done == 40 {
			gone.Store(true)
		}
	}
	began := time.Now()
	rep := scimtest.Check(t.Context(), target)
	if !strings.Contains(rep.Error, "the server stopped answering: ") || len(rep.Results) > 42 || time.Since(began) > 20*time.Second {
		t.Errorf("after %d cases and %v: %q", len(rep.Results), time.Since(began), rep.Error)
	}
}

// A server without titles cannot keep one; it is not told off for that, but for
// what it claims to have.
func TestAttributesThatTheSchemasDoNotListAreNotAskedFor(t *testing.T) {
	inner := newHandler()
	title := regexp.MustCompile(`"title":"[^"]*",?`)
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec := httptest.NewRecorder()
		inner.ServeHTTP(rec, r)
		body := title.ReplaceAllString(rec.Body.String(), "")
		if strings.HasSuffix(r.URL.Path, "/Schemas") {
			body = strings.Replace(body, `"name":"title"`, `"name":"nothingOfTheSort"`, 1)
		}
		for k, v := range rec.Header() {
			w.Header()[k] = v
		}
		w.Header().Del("Content-Length")
		w.WriteHeader(rec.Code)
		_, _ = io.WriteString(w, body)
	})
	rep := scimtest.Check(t.Context(), only(serve(t, h), "patch-add-new", "patch-replace-sub", "patch-add-multi-new", "gallery-15-flattened"))
	want := map[string]scimtest.Outcome{"patch-add-new": scimtest.NotApplicable, "patch-replace-sub": scimtest.Passed, "patch-add-multi-new": scimtest.Passed, "gallery-15-flattened": scimtest.Failed}
	for _, res := range rep.Results {
		if res.Outcome != want[res.Case.ID] {
			t.Errorf("%s ended %s: %s %s", res.Case.ID, res.Outcome, res.Note, res.String())
		}
		if res.Outcome == scimtest.NotApplicable && res.Note != "the server's /Schemas does not list title" {
			t.Errorf("%s says %q", res.Case.ID, res.Note)
		}
	}
}

// A server that does not filter through a large tenant is not told off for that,
// but for not finding one person by name.
func TestATenantThatIsTooLargeForSomeFilters(t *testing.T) {
	inner := newHandler()
	decline := func(pattern string) http.Handler {
		re := regexp.MustCompile(pattern)
		return intercept(inner, func(w http.ResponseWriter, r *http.Request) bool {
			if !re.MatchString(r.URL.Query().Get("filter")) {
				return false
			}
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"400","scimType":"tooMany","detail":"too many people"}`)
			return true
		})
	}
	rep := scimtest.Check(t.Context(), only(serve(t, decline(`userName sw`)), "Filters", "page-past-end"))
	if rep.Count("", scimtest.Failed) != 0 || rep.Count("", scimtest.NotApplicable) != 1 || rep.Count(scimtest.Must, scimtest.Passed) < 60 {
		t.Errorf("got %s", rep)
	}
	rep = scimtest.Check(t.Context(), only(serve(t, decline(`userName eq`)), "filter-eq", "probe-user-name"))
	if rep.Count(scimtest.Must, scimtest.Failed) != 2 {
		t.Errorf("got %s", rep)
	}
}

func TestPeopleHaveAddressesWhereTheTenantWantsThem(t *testing.T) {
	h := newHandler()
	target := serve(t, intercept(h, func(w http.ResponseWriter, r *http.Request) bool {
		raw, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(raw))
		var body struct{ UserName string }
		_ = json.Unmarshal(raw, &body)
		return r.Method == http.MethodPost && body.UserName != "" && !strings.HasSuffix(strings.ToLower(body.UserName), "@tests.acme.example") && scimError(w, 400, "that domain is not yours")
	}))
	target.Domain = "tests.acme.example"
	rep := scimtest.Check(t.Context(), only(target, "Filters", "Matching", "Lists and pages", "create-201", "Leaving and returning"))
	if !rep.OK() || rep.Count("", scimtest.Failed) != 0 {
		t.Errorf("got %s", rep)
	}
}

// body reads a request's body and leaves it there.
func body(r *http.Request) string {
	raw, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(raw))
	return string(raw)
}

// record keeps what a handler answers.
func record(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	return rec
}

// replay answers as was recorded.
func replay(w http.ResponseWriter, rec *httptest.ResponseRecorder) bool {
	for k, v := range rec.Header() {
		w.Header()[k] = v
	}
	w.WriteHeader(rec.Code)
	_, _ = w.Write(rec.Body.Bytes())
	return true
}

func TestEachCaseCleansUpAfterItself(t *testing.T) {
	h := newHandler()
	target := only(serve(t, h), "New people", "Filters", "Members of groups", "Several at once", "Bulk")
	target.OnResult = func(res scimtest.Result) {
		if users, groups := left(t, h, "/Users"), left(t, h, "/Groups"); len(users) > 4 || len(groups) > 0 {
			t.Errorf("after %s there are %d people, more than the four that the reading cases share, and %d groups", res.Case.ID, len(users), len(groups))
		}
	}
	scimtest.Check(t.Context(), target)
	mustBeEmpty(t, h)
}

// Beside ten thousand people the suite reads a bounded number of them.
func TestNoCaseWalksALargeTenantToItsEnd(t *testing.T) {
	const crowd = 10_000
	var lists, people atomic.Int64
	h := newHandler()
	target := serve(t, intercept(h, func(w http.ResponseWriter, r *http.Request) bool {
		q := r.URL.Query()
		if r.Method != http.MethodGet || !strings.HasSuffix(r.URL.Path, "/Users") || q.Has("filter") || q.Has("cursor") {
			return false
		}
		start, count := 1, 100
		_, _ = fmt.Sscan(q.Get("startIndex"), &start)
		_, _ = fmt.Sscan(q.Get("count"), &count)
		start, count = max(start, 1), min(max(count, 0), 100)
		var page []string
		for i := start; i < start+count && i <= crowd; i++ {
			page = append(page, fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"c%d","userName":"c%d@customer.example","active":true}`, i, i))
		}
		lists.Add(1)
		people.Add(int64(len(page)))
		w.Header().Set("Content-Type", "application/scim+json")
		fmt.Fprintf(w, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":%d,"startIndex":%d,"itemsPerPage":%d,"Resources":[%s]}`, crowd, start, len(page), strings.Join(page, ","))
		return true
	}))
	rep := scimtest.Check(t.Context(), target)
	if rep.Error != "" || lists.Load() < 20 || lists.Load() > 120 || people.Load() > 5000 {
		t.Errorf("%s: %d lists of everybody, %d people read", rep.Error, lists.Load(), people.Load())
	}
	mustBeEmpty(t, h)
}
