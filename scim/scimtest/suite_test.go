package scimtest_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/scim/scimtest"
)

func TestEveryCaseSaysWhatItProtectsAndWhy(t *testing.T) {
	seen := map[string]bool{}
	id, row, section := regexp.MustCompile(`^[a-zA-Z0-9-]+$`), regexp.MustCompile(`^[TEKWP]\d\d$`), regexp.MustCompile(`^RFC (7643|7644|9865|9110|8259) §[\d.]+$`)
	for _, c := range scimtest.Cases() {
		if seen[c.ID] || !id.MatchString(c.ID) {
			t.Errorf("the id %q is there twice or cannot be an id", c.ID)
		}
		seen[c.ID] = true
		if c.Name == "" || c.Run == nil || c.Why == "" || c.Mend == "" || c.Section == "" && c.Sender == "" && c.Level == scimtest.Must {
			t.Errorf("%s lacks a name, a reason, a way to mend it, or a source", c.ID)
		}
		if c.Level != scimtest.Must && c.Level != scimtest.Should && c.Level != scimtest.Info {
			t.Errorf("%s has the level %q", c.ID, c.Level)
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

func TestAServerThatCannotBeReachedIsToldOnce(t *testing.T) {
	srv := httptest.NewServer(http.NotFoundHandler())
	srv.Close()
	rep := scimtest.Check(t.Context(), scimtest.Target{URL: srv.URL})
	if rep.Error == "" || rep.OK() || len(rep.Results) != 0 || !strings.Contains(rep.String(), "ended early") {
		t.Errorf("got %s", rep)
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

func TestAServerThatKnowsNothingFailsWithoutHarm(t *testing.T) {
	rep := scimtest.Check(t.Context(), serve(t, http.NotFoundHandler()))
	if rep.Error != "" || rep.OK() || rep.Count(scimtest.Must, scimtest.Failed) < 200 {
		t.Errorf("%d musts failed, error %q", rep.Count(scimtest.Must, scimtest.Failed), rep.Error)
	}
	text := rep.String()
	for _, want := range []string{"MUST  create-201  failed", "expected  status 201", "got       status 404", "after     POST /Users", "why       ", "mend      "} {
		if !strings.Contains(text, want) {
			t.Errorf("the report lacks %q", want)
		}
	}
}
