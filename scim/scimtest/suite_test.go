package scimtest_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/scim/scimtest"
)

func TestEveryCaseSaysWhatItProtectsAndWhy(t *testing.T) {
	seen := map[string]bool{}
	id, row, section := regexp.MustCompile(`^[a-zA-Z0-9-]+$`), regexp.MustCompile(`^[TEKWP]\d\d$`), regexp.MustCompile(`^RFC (7643|7644|9865|9110|8259) §\d+(\.\d+)*$`)
	senders := []string{"", "Entra", "Okta", "Google", "JumpCloud", "OneLogin", "PingFederate", "SailPoint", "authentik"}
	sentence := regexp.MustCompile(`^\S.*\S$`)
	for _, c := range scimtest.Cases() {
		if seen[c.ID] || !id.MatchString(c.ID) {
			t.Errorf("the id %q is there twice or cannot be an id", c.ID)
		}
		seen[c.ID] = true
		if c.Name == "" || c.Run == nil || c.Chapter == "" || c.Section == "" && c.Sender == "" {
			t.Errorf("%s lacks a name, a chapter, or a source", c.ID)
		}
		if len(c.Why) < 20 || len(c.Mend) < 20 || !sentence.MatchString(c.Why) || !strings.HasSuffix(c.Mend, ".") {
			t.Errorf("%s does not say why it matters (%q), or how to mend it (%q)", c.ID, c.Why, c.Mend)
		}
		if !slices.Contains(scimtest.Levels(), c.Level) {
			t.Errorf("%s has the level %q", c.ID, c.Level)
		}
		if !slices.Contains(senders, c.Sender) {
			t.Errorf("%s has the sender %q", c.ID, c.Sender)
		}
		if c.Section != "" && !section.MatchString(c.Section) {
			t.Errorf("%s cites %q", c.ID, c.Section)
		}
		for _, r := range c.Rows {
			if !row.MatchString(r) {
				t.Errorf("%s names the row %q", c.ID, r)
			}
		}
	}
	if len(seen) < 300 {
		t.Errorf("only %d cases", len(seen))
	}
}

// provable are the requirement rows that a stranger can prove by SCIM requests
// alone. What only the console, the log or a second workspace shows is not among
// them.
const provable = `T17 T20 T21 T23 T24 T27
	E02 E08 E10 E11 E14 E15 E16 E17 E18 E19 E20 E21 E22 E23 E24 E25 E26 E27 E31 E32 E33
	K01 K03 K05 K06 K07 K08 K16 K17 K18
	W04 W05 W06 W07 W09 W10 W20
	P05 P06 P07 P08 P17 P18 P22 P24 P25`

func TestEveryRequirementThatSCIMCanProveHasACase(t *testing.T) {
	named := map[string]bool{}
	for _, c := range scimtest.Cases() {
		for _, row := range c.Rows {
			named[row] = true
		}
	}
	for _, row := range strings.Fields(provable) {
		if !named[row] {
			t.Errorf("no case names the requirement %s", row)
		}
		delete(named, row)
	}
	for row := range named {
		t.Errorf("a case names the requirement %s, which SCIM alone cannot prove", row)
	}
}

func TestCasesAreFoundByWhatPeopleCallThem(t *testing.T) {
	count := func(pattern string) (n int) {
		for _, c := range scimtest.Cases() {
			if c.Matches(pattern) {
				n++
			}
		}
		return n
	}
	for pattern, atLeast := range map[string]int{
		"create-201": 1, "CREATE-201": 1, "patch-*": 40, "*-twice": 3, "entra": 90, "Okta": 20, "3.4.2.2": 60, "3.4.2": 80, "RFC 7644 §3.4.2": 80,
		"RFC 7644": 300, "§3.5.2": 60, "E20": 10, "must": 400, "filters": 60, "Members of groups": 20,
	} {
		if n := count(pattern); n < atLeast {
			t.Errorf("%q finds %d cases, want at least %d", pattern, n, atLeast)
		}
	}
	for _, pattern := range []string{"", "create", "3.4.2.2.2", "3.4.2.", "[", "nothing", "§"} {
		if n := count(pattern); n != 0 {
			t.Errorf("%q finds %d cases", pattern, n)
		}
	}
	if count("create-201") != 1 || count("3.4") <= count("3.4.2.2") {
		t.Error("an id finds more than its case, or a section less than what stands in it")
	}
}

func TestARunLeavesNothingBehindAndTouchesNobodyElse(t *testing.T) {
	h := newHandler()
	target := serve(t, h)
	theirs := `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ann@customer.example","title":"Boss","active":true}`
	code, before := request(t, h, "POST", "/Users", theirs)
	if code != 201 {
		t.Fatal(before)
	}
	rep := scimtest.Check(t.Context(), target)
	if rep.Error != "" || len(rep.Results) != len(scimtest.Cases()) {
		t.Fatalf("the run did not come to its end: %s", rep.Error)
	}
	for _, path := range []string{"/Users?count=500", "/Groups?count=500"} {
		_, body := request(t, h, "GET", path, "")
		var list struct {
			TotalResults int
			Resources    []json.RawMessage
		}
		if err := json.Unmarshal([]byte(body), &list); err != nil {
			t.Fatal(err)
		}
		if want := map[string]int{"/Users?count=500": 1}[path]; list.TotalResults != want {
			t.Errorf("%s: %d resources are left, want %d", path, list.TotalResults, want)
		}
		if path == "/Users?count=500" && !jsonEqual(t, string(list.Resources[0]), before) {
			t.Errorf("the customer's user was changed to %s", list.Resources[0])
		}
	}
}

// request makes a request with the right credentials.
func request(t *testing.T, h http.Handler, method, path, body string) (int, string) {
	t.Helper()
	r := httptest.NewRequest(method, "/scim/v2"+path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer secret")
	r.Header.Set("Content-Type", "application/scim+json")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

// jsonEqual compares two users, but for the host in their location.
func jsonEqual(t *testing.T, a, b string) bool {
	t.Helper()
	host := regexp.MustCompile(`"location":"https?://[^/]*`)
	var x, y map[string]any
	if json.Unmarshal(host.ReplaceAll([]byte(a), []byte(`"location":"`)), &x) != nil || json.Unmarshal(host.ReplaceAll([]byte(b), []byte(`"location":"`)), &y) != nil {
		return false
	}
	one, _ := json.Marshal(x)
	two, _ := json.Marshal(y)
	return string(one) == string(two)
}

func TestE10_WithoutGroupsTheirCasesDoNotApply(t *testing.T) {
	inner := newHandler()
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/scim/v2/Groups") {
			http.Error(w, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"501","detail":"groups are off"}`, 501)
			return
		}
		rec := httptest.NewRecorder()
		inner.ServeHTTP(rec, r)
		body := rec.Body.String()
		if r.URL.Path == "/scim/v2/ResourceTypes" {
			body = strings.ReplaceAll(body, `"name":"Group"`, `"name":"Nothing"`)
		}
		w.Header().Set("Content-Type", rec.Header().Get("Content-Type"))
		w.WriteHeader(rec.Code)
		_, _ = io.WriteString(w, body)
	})
	target := serve(t, h)
	target.Only = func(c scimtest.Case) bool { return c.Needs&scimtest.Groups != 0 }
	rep := scimtest.Check(t.Context(), target)
	if n := rep.Count("", scimtest.NotApplicable); n < 50 || n != len(rep.Results) {
		t.Errorf("%d of %d group cases did not apply", n, len(rep.Results))
	}
}

func TestWhatCannotBeCheckedIsToldOnceInWords(t *testing.T) {
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	good := serve(t, newHandler())
	for name, c := range map[string]struct {
		target scimtest.Target
		says   string
	}{
		"no server":      {scimtest.Target{URL: gone.URL, Token: "secret"}, "the server cannot be reached"},
		"not SCIM":       {serve(t, http.NotFoundHandler()), "there is no SCIM server at http://127.0.0.1"},
		"a web page":     {serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<h1>Welcome</h1>") })), "which often ends in /scim/v2"},
		"elsewhere":      {serve(t, http.RedirectHandler("https://id.example/scim", http.StatusMovedPermanently)), "the server sends GET /Users elsewhere, to https://id.example/scim,"},
		"wrong token":    {scimtest.Target{URL: good.URL, Token: "wrong-one"}, "the server refuses these credentials: GET /Users answers status 401"},
		"no credentials": {scimtest.Target{URL: good.URL}, "the server wants credentials, and none were given"},
	} {
		t.Run(name, func(t *testing.T) {
			rep := scimtest.Check(t.Context(), c.target)
			if !strings.Contains(rep.Error, c.says) || rep.OK() || rep.Complete() || len(rep.Results) != 0 || !strings.Contains(rep.String(), "It could not run: "+rep.Error[:20]) {
				t.Errorf("want %q, got %s", c.says, rep)
			}
		})
	}
}

func TestACancelledRunEndsEarlyAndStillCleansUp(t *testing.T) {
	h := newHandler()
	target := serve(t, h)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	done := 0
	target.OnResult = func(scimtest.Result) {
		if done++; done == 80 {
			cancel()
		}
	}
	rep := scimtest.Check(ctx, target)
	if rep.Error == "" || len(rep.Results) != 80 {
		t.Errorf("ended after %d cases with %q", len(rep.Results), rep.Error)
	}
	if _, body := request(t, h, "GET", "/Users?count=0", ""); !strings.Contains(body, `"totalResults":0`) {
		t.Errorf("something is left: %s", body)
	}
}

func TestAServerThatOnlyReadsFailsWithoutHarm(t *testing.T) {
	inner := newHandler()
	rep := scimtest.Check(t.Context(), serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		inner.ServeHTTP(w, r)
	})))
	if rep.Error != "" || rep.OK() || !rep.Complete() || rep.Count(scimtest.Must, scimtest.Failed) < 200 {
		t.Errorf("%d musts failed, error %q", rep.Count(scimtest.Must, scimtest.Failed), rep.Error)
	}
	text := rep.String()
	for _, want := range []string{
		"✗ Entra ID          will be quarantined: a new person is not created", "✗ Okta              cannot be connected: ",
		"must   create-201: creating a user answers 201 with the user [RFC 7644 §3.3]\n", "POST /Users\n", "expected  status 201\n", "got       status 404\n", "   why   ", "   mend  ",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the report lacks %q", want)
		}
	}
	if len(text) > 200_000 {
		t.Errorf("the report has %d characters", len(text))
	}
}
