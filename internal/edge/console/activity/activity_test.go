package activity_test

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/edge/console/activity"
	"github.com/anteroom-id/anteroom/internal/edge/console/consoletest"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/store"
	"github.com/anteroom-id/anteroom/internal/token"
)

var ctx = context.Background()

// push sends a request as a directory does and gives the status.
func push(t *testing.T, w *consoletest.World, secret, method, path, body, clientID string) int {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, method, w.SCIMURL("acme")+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+secret)
	r.Header.Set("Content-Type", "application/scim+json")
	if clientID != "" {
		r.Header.Set("client-request-id", clientID)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, res.Body)
	return res.StatusCode
}

func issue(t *testing.T, w *consoletest.World, ws identity.Workspace) string {
	t.Helper()
	_, secret, err := w.Tokens.Issue(ctx, token.Request{Workspace: ws.ID, Name: "Entra", Origin: w.Operator})
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

// busy is a workspace whose directory has pushed one person and failed with
// another.
func busy(t *testing.T) (*consoletest.World, *consoletest.Visitor) {
	t.Helper()
	w := consoletest.New(t, nil, "", activity.Section())
	owner := w.Person(w.Acme, "olga@acme.example", "Olga", "Berg", "owner")
	secret := issue(t, w, w.Acme)
	push(t, w, secret, "GET", `/Users?filter=userName+eq+%22ann@acme.example%22`, "", "11111111-aaaa")
	push(t, w, secret, "POST", "/Users", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ann@acme.example","name":{"givenName":"Ann","familyName":"Adams"},"active":true}`, "22222222-bbbb")
	push(t, w, secret, "POST", "/Users", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ann@acme.example"}`, "33333333-cccc")
	issue(t, w, w.Globex) // a write, after which what was deferred is there
	if err := w.Store.Write(ctx, w.Acme.ID, func(*store.Tx) error { return nil }); err != nil {
		t.Fatal(err)
	}
	return w, owner
}

func TestP08_ARequestIsFoundByTheDirectorysOwnId(t *testing.T) {
	_, owner := busy(t)
	page := owner.Get("/w/acme/activity?id=22222222-bbbb")
	if !strings.Contains(page.Body, "POST") || strings.Count(page.Body, "<th scope=\"row\">") != 1 {
		t.Errorf("%d: found %d rows", page.Status, strings.Count(page.Body, "<th scope=\"row\">"))
	}
	if none := owner.Get("/w/acme/activity?id=99999999"); !strings.Contains(none.Body, "Nothing matches") {
		t.Error("an id that nothing has finds something")
	}
}

func TestK04_P07_AFailureIsExplainedWithWhatToDo(t *testing.T) {
	_, owner := busy(t)
	list := owner.Get("/w/acme/activity?failed=1")
	id := regexp.MustCompile(`/activity/requests/(req_\w+)`).FindStringSubmatch(list.Body)
	if id == nil || strings.Count(list.Body, "<th scope=\"row\">") != 1 || !strings.Contains(list.Body, "Not accepted") {
		t.Fatalf("the list of failures: %d rows", strings.Count(list.Body, "<th scope=\"row\">"))
	}
	page := owner.Get("/w/acme/activity/requests/" + id[1])
	for _, want := range []string{"in use by somebody else", "33333333-cccc", "409 Conflict", "uniqueness"} {
		if !strings.Contains(page.Body, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

func TestARequestOfAnotherWorkspaceIsNotThere(t *testing.T) {
	w, owner := busy(t)
	gus := w.Person(w.Globex, "gus@globex.example", "Gus", "Globex", "owner")
	id := regexp.MustCompile(`/activity/requests/(req_\w+)`).FindStringSubmatch(owner.Get("/w/acme/activity").Body)
	if id == nil {
		t.Fatal("no request")
	}
	if a := gus.Get("/w/globex/activity/requests/" + id[1]); a.Status != http.StatusNotFound {
		t.Errorf("%d", a.Status)
	}
	if a := gus.Get("/w/globex/activity"); strings.Contains(a.Body, "req_") && strings.Contains(a.Body, "/activity/requests/") {
		t.Error("the list shows another workspace's requests")
	}
}

func TestK13_ChangesSayWhoWhatAndWhatItWasBefore(t *testing.T) {
	_, owner := busy(t)
	page := owner.Get("/w/acme/activity/changes?kind=member")
	for _, want := range []string{"Ann Adams arrived", "provisioning", "the request", "ann@acme.example"} {
		if !strings.Contains(page.Body, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

func TestTheLogsAreExportedWholeAsCSVAndAsJSONLines(t *testing.T) {
	_, owner := busy(t)
	for path, first := range map[string]string{"requests": "id", "changes": "seq"} {
		a := owner.Get("/w/acme/activity/export/" + path + "?format=csv")
		table, err := csv.NewReader(strings.NewReader(a.Body)).ReadAll()
		if err != nil || len(table) < 3 || table[0][0] != first || !strings.Contains(a.Header.Get("Content-Disposition"), "acme-") {
			t.Errorf("%s: %d %v, %d rows, %v", path, a.Status, err, len(table), a.Header)
		}
		lines, n := bufio.NewScanner(strings.NewReader(owner.Get("/w/acme/activity/export/"+path+"?format=jsonl").Body)), 0
		for ; lines.Scan(); n++ {
			var row map[string]any
			if err := json.Unmarshal(lines.Bytes(), &row); err != nil || row[first] == "" {
				t.Fatalf("%s: %v: %s", path, err, lines.Text())
			}
		}
		if n != len(table)-1 {
			t.Errorf("%s: %d lines of JSON and %d rows", path, n, len(table)-1)
		}
		if a := owner.Get("/w/acme/activity/export/" + path + "?format=xls"); a.Status != http.StatusUnprocessableEntity {
			t.Errorf("another format: %d", a.Status)
		}
	}
}

func TestAnExportHoldsNoFormulas(t *testing.T) {
	w, owner := busy(t)
	secret := issue(t, w, w.Acme)
	push(t, w, secret, "POST", "/Users", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"eve@acme.example","displayName":"=HYPERLINK(\"https://evil.example\")"}`, "")
	for _, row := range regexp.MustCompile(`(?m)(^|,)"?=HYPERLINK`).FindAllString(owner.Get("/w/acme/activity/export/changes?format=csv").Body, -1) {
		t.Errorf("a cell begins with %q", row)
	}
}

func TestAnExportHoldsNoFormulaBehindASemicolonEither(t *testing.T) {
	w, owner := busy(t)
	secret := issue(t, w, w.Acme)
	push(t, w, secret, "POST", "/Users", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"eve@acme.example","displayName":"x;=1+1; @SUM(2)"}`, "")
	body := owner.Get("/w/acme/activity/export/changes?format=csv").Body
	if !strings.Contains(body, "x;'=1+1; '@SUM(2)") || strings.Contains(body, ";=1") {
		t.Errorf("the file has %q", regexp.MustCompile(`x;.{12}`).FindString(body))
	}
}

// slow begins an export and reads nothing of it.
func slow(t *testing.T, v *consoletest.Visitor, path string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, v.BaseURL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := v.Client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = res.Body.Close() })
	return res
}

func TestOneExportOfAWorkspaceIsWrittenAtATime(t *testing.T) {
	w, owner := busy(t)
	other := w.Person(w.Globex, "gil@globex.example", "Gil", "Amelio", "owner")
	// More than the kernel takes from a reader who does not read.
	entry := identity.Request{Status: 400, Method: "POST", Path: "/scim/v2/Users", Detail: strings.Repeat("x", 8<<10)}
	if err := w.Store.Write(ctx, w.Acme.ID, func(tx *store.Tx) error {
		for range 4000 {
			entry.At = w.Store.Now()
			entry.ID = identity.NewRequestID(entry.At)
			if err := tx.InsertRequest(ctx, &entry); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	const path = "/activity/export/requests"
	first := slow(t, owner, "/w/acme"+path)
	if first.StatusCode != http.StatusOK {
		t.Fatal(first.Status)
	}
	if second := slow(t, owner, "/w/acme"+path); second.StatusCode != http.StatusServiceUnavailable || second.Header.Get("Retry-After") == "" {
		t.Errorf("the second at the same time: %d", second.StatusCode)
	}
	if a := other.Get("/w/globex" + path); a.Status != http.StatusOK {
		t.Errorf("another workspace's: %d", a.Status)
	}
	_ = first.Body.Close()
	for end := time.Now().Add(10 * time.Second); owner.Head("/w/acme"+path).Status != http.StatusOK; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("an export that was broken off keeps its place")
		}
	}
}

func TestTheActivityPagesAreGoodToLookAt(t *testing.T) {
	w, owner := busy(t)
	b := owner.Browser()
	w.Look(b, "/w/acme/activity", "activity-requests")
	w.Look(b, "/w/acme/activity/changes", "activity-changes")
	id := regexp.MustCompile(`/activity/requests/(req_\w+)`).FindStringSubmatch(owner.Get("/w/acme/activity?failed=1").Body)
	if id == nil {
		t.Fatal("no failed request")
	}
	w.Look(b, "/w/acme/activity/requests/"+id[1], "activity-request")
	gus := w.Person(w.Globex, "gus@globex.example", "Gus", "Globex", "owner")
	gus.SignInto(b)
	w.Look(b, "/w/globex/activity", "activity-empty")
}
