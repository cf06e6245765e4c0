package console_test

import (
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/product"
)

func contains(t *testing.T, body string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(body, p) {
			t.Errorf("the page does not hold %q", p)
			defer t.Log(body)
		}
	}
}

func TestThePageShowsMembersGroupsAndRequests(t *testing.T) {
	w := newWorld(t)
	maria := w.arrives(w.acme, "Maria.Rossi@acme.example", "Maria Rossi", "role", "admin")
	jonas := w.arrives(w.acme, "jonas@acme.example", "Jonas Berg")
	w.gathers(w.acme, "Engineering", maria, jonas)
	w.gathers(w.acme, "Sales", maria)
	w.leaves(w.acme, jonas)

	status, body, header := w.get(w.live.Path())
	if status != http.StatusOK || header.Get("Content-Type") != "text/html; charset=utf-8" {
		t.Fatalf("%d %v", status, header)
	}
	contains(t, body, "<title>Members · Acme · Anteroom demo</title>", "2 people and 2 groups.", "Last request from the directory <time",
		"<bdi>Maria Rossi</bdi>", "<bdi>maria.rossi@acme.example</bdi>", ">Administrator<", "<bdi>Engineering, Sales</bdi>",
		`<span class="badge good">Active</span>`, ">Inactive</span>", `2<span class="unseen"> members</span>`,
		`<code class="verb">PATCH</code>`, "/Users/"+jonas, `title="Request id req_`)
	if strings.Index(body, "Jonas Berg") > strings.Index(body, "Maria Rossi") {
		t.Error("the newest does not come first")
	}
	if regexp.MustCompile(`<script>|\son[a-z]+=|style=`).MatchString(body) {
		t.Error("the page has script or style inside, which its policy forbids")
	}
}

func TestTimesAreExactBesideTheWords(t *testing.T) {
	w := newWorld(t)
	before := time.Now().UTC().Truncate(time.Second)
	w.arrives(w.acme, "maria@acme.example", "Maria Rossi")
	_, body, _ := w.get(w.live.Path())
	m := regexp.MustCompile(`<td role="cell" class="when"><time datetime="([^"]+)" title="([^"]+) UTC">just now</time>`).FindStringSubmatch(body)
	if m == nil {
		t.Fatal(body)
	}
	at, err := time.Parse(time.RFC3339Nano, m[1])
	if err != nil || at.Before(before) || time.Since(at) > time.Minute || m[2] != at.Format("2 Jan 2006, 15:04:05") {
		t.Errorf("%v %v", m, err)
	}
}

func TestAnEmptyWorkspaceSaysWhatComesFirst(t *testing.T) {
	w := newWorld(t)
	_, body, _ := w.get(w.live.Path())
	contains(t, body, "Nobody is here yet.", "The directory has not called so far.", "Waiting for the directory",
		`value="http://localhost:8080/scim/v2"`, "Tenant URL", "SCIM connector base URL", "works on this machine only",
		`<noscript><meta http-equiv="refresh" content="5"></noscript>`)
}

func TestNamesAreShownAndNeverObeyed(t *testing.T) {
	w := newWorld(t)
	hostile := `<script>alert(1)</script>"'><img src=x onerror=alert(2)>` + "\u202e{{.SCIMURL}}"
	id := w.arrives(w.acme, `"><svg/onload=alert(3)>@acme.example`, hostile)
	w.gathers(w.acme, hostile, id)
	w.looksUp(w.acme, "/scim/v2/Users?filter="+hostile, 400, "invalidFilter", hostile)
	eventually(t, func() bool {
		_, body, _ := w.get(w.live.Path())
		return strings.Contains(body, "invalidFilter")
	})
	for _, name := range []string{"", "main"} {
		_, body, _ := w.get(w.live.Path() + name)
		contains(t, body, template.HTMLEscapeString(`<script>alert(1)</script>`))
		for _, bad := range []string{"<script>alert", "<img", "<svg/"} {
			if strings.Contains(body, bad) {
				t.Errorf("%q stands in the page as it is", bad)
			}
		}
	}
}

func TestAnotherWorkspacesPeopleAreNotShown(t *testing.T) {
	w := newWorld(t)
	other := w.workspace("globex", "Globex")
	w.arrives(w.acme, "maria@acme.example", "Maria Rossi")
	w.gathers(other, "Spies", w.arrives(other, "hank@globex.example", "Hank Scorpio"))
	for _, name := range []string{"", "main"} {
		_, body, _ := w.get(w.live.Path() + name)
		contains(t, body, "Maria Rossi", "1 person and 0 groups.")
		for _, foreign := range []string{"Hank", "globex", "Globex", "Spies", "/Groups"} {
			if strings.Contains(body, foreign) {
				t.Errorf("the page of Acme holds %q of Globex", foreign)
			}
		}
	}
}

func TestEveryAnswerHasTheStrictHeaders(t *testing.T) {
	w := newWorld(t)
	for _, name := range []string{"", "main", "live.css", "live.js", "icon.svg", "nothing"} {
		_, _, h := w.get(w.live.Path() + name)
		want := "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
		if got := h.Get("Content-Security-Policy"); got != want {
			t.Errorf("%s: %s", name, got)
		}
		for k, v := range map[string]string{"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"} {
			if h.Get(k) != v {
				t.Errorf("%s: %s is %q", name, k, h.Get(k))
			}
		}
		if h.Get("Content-Type") == "" {
			t.Errorf("%s: no content type", name)
		}
	}
}

func TestOnlyTheRightKeyOpensThePage(t *testing.T) {
	w := newWorld(t)
	_, nothing, _ := w.get("/live/" + key + "/nothing")
	for _, path := range []string{"/live/", "/live/wrong/", "/live/wrong/live.css", "/live/" + key + "x/", "/live/" + key[:8] + "/", "/live//", "/live/" + key + "/../",
		"/live/" + key + "/static/live.css", "/other/" + key + "/", "/"} {
		if status, body, _ := w.get(path); status != http.StatusNotFound || body != nothing {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
	for _, bad := range []string{"", "short", "sixteen letters?", "a/bbbbbbbbbbbbbbbb"} {
		if status, _, _ := ask(t, w.page(bad), http.MethodGet, "/live/"+strings.ReplaceAll(bad, " ", "%20")+"/"); status != http.StatusNotFound {
			t.Errorf("the key %q opens a page: %d", bad, status)
		}
	}
}

func TestThePageCanOnlyBeRead(t *testing.T) {
	w := newWorld(t)
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions} {
		if status, _, h := ask(t, w.live, method, w.live.Path()); status != http.StatusMethodNotAllowed || h.Get("Allow") != "GET, HEAD" {
			t.Errorf("%s: %d %v", method, status, h)
		}
	}
	for _, name := range []string{"", "changes"} {
		if status, _, _ := ask(t, w.live, http.MethodHead, w.live.Path()+name); status != http.StatusOK {
			t.Errorf("HEAD %q: %d", name, status)
		}
	}
}

func TestAManyThousandIsCutAndSaysSo(t *testing.T) {
	w := newWorld(t)
	for i := range 203 {
		w.arrives(w.acme, fmt.Sprintf("p%d@acme.example", i), fmt.Sprintf("Person %d", i))
	}
	for i := range 51 {
		w.gathers(w.acme, fmt.Sprintf("Group %02d", i))
	}
	_, body, _ := w.get(w.live.Path())
	contains(t, body, "203 people and 51 groups.", "The newest 200 of 203 people are shown.", "The first 50 of 51 groups are shown.", "Person 202<", "Person 3<")
	if strings.Contains(body, "Person 2<") || strings.Contains(body, "Group 50") {
		t.Error("more is shown than the page says")
	}
}

func TestWhatIsSpecialAboutAMemberIsSaidInWords(t *testing.T) {
	w := newWorld(t)
	owner, err := w.people.Add(w.ctx, w.caller(w.acme, "", "", 0), directory.Newcomer{Address: "olga@acme.example", GivenName: "Olga", FamilyName: "Boss", Role: "owner"})
	if err != nil {
		t.Fatal(err)
	}
	gone := w.arrives(w.acme, "gone@acme.example", "Gone")
	w.leaves(w.acme, string(owner.ResourceID))
	if err := w.people.People(w.caller(w.acme, "DELETE", "/scim/v2/Users/"+gone, 204)).Delete(w.ctx, gone, nil); err != nil {
		t.Fatal(err)
	}
	if err := w.people.SetProvisioning(w.ctx, w.acme.ID, w.origin(), false); err != nil {
		t.Fatal(err)
	}
	_, body, _ := w.get(w.live.Path())
	contains(t, body, ">Owner<", ">Held</span>", ">Removed</span>", "Provisioning is switched off", "1 person and 0 groups.")
}

func TestPendingMembersAndAProductWithoutGroups(t *testing.T) {
	w := newWorld(t)
	p, err := product.Load([]byte("name: Timer\nscim:\n  groups: \"off\"\nmembers:\n  pending: true\n"), "test")
	if err != nil {
		t.Fatal(err)
	}
	w.product = p
	w.people = directory.New(w.store, p, directory.Bounds{})
	w.arrives(w.acme, "maria@acme.example", "Maria Rossi")
	_, body, _ := ask(t, w.page(key), http.MethodGet, "/live/"+key+"/")
	contains(t, body, ">Pending</span>", "1 person.", "· Timer")
	if strings.Contains(body, `id="groups"`) {
		t.Error("a product without groups has a list of them")
	}
}

func TestManyGroupsOfOneMemberAreSummedUp(t *testing.T) {
	w := newWorld(t)
	id := w.arrives(w.acme, "maria@acme.example", "Maria Rossi")
	for i := range 8 {
		w.gathers(w.acme, fmt.Sprintf("G%d", i), id)
	}
	_, body, _ := w.get(w.live.Path())
	contains(t, body, "<bdi>G0, G1, G2, G3, G4 and 3 more</bdi>")
}

func TestAFailureIsToldWithoutItsCause(t *testing.T) {
	w := newWorld(t)
	w.close()
	status, body, h := w.get(w.live.Path())
	if status != http.StatusServiceUnavailable || strings.Contains(body, "sql") || h.Get("Content-Security-Policy") == "" {
		t.Errorf("%d %s", status, body)
	}
}

func TestTheStyleIsSmallAndTheFilesServed(t *testing.T) {
	w := newWorld(t)
	files := os.DirFS("static")
	names, err := fs.ReadDir(files, ".")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	for _, f := range names {
		want, err := fs.ReadFile(files, f.Name())
		if err != nil {
			t.Fatal(err)
		}
		status, body, _ := w.get(w.live.Path() + f.Name())
		if status != http.StatusOK || body != string(want) {
			t.Errorf("%s: %d", f.Name(), status)
		}
		if f.Name() == "live.css" && len(want) >= 10_000 {
			t.Errorf("the style has %d bytes; it is to stay below 10 KB", len(want))
		}
	}
}

func TestTheVersionOfThePageIsTheOneTheStreamTells(t *testing.T) {
	w := newWorld(t)
	one := version(t, w)
	if again := version(t, w); again != one {
		t.Errorf("nothing changed, and the version went from %s to %s", one, again)
	}
	w.arrives(w.acme, "maria@acme.example", "Maria Rossi")
	two := version(t, w)
	if two == one {
		t.Error("somebody arrived, and the version is the same")
	}
	w.looksUp(w.acme, "/scim/v2/Users", 200, "", "")
	eventually(t, func() bool { return version(t, w) != two })
	three := version(t, w)
	w.arrives(w.workspace("globex", "Globex"), "hank@globex.example", "Hank")
	if got := version(t, w); got != three {
		t.Error("another workspace's change is told here")
	}
}

func version(t *testing.T, w *world) string {
	t.Helper()
	_, body, _ := w.get(w.live.Path() + "main")
	m := regexp.MustCompile(`data-version="([^"]+)"`).FindStringSubmatch(body)
	if m == nil {
		t.Fatal(body)
	}
	return m[1]
}

func eventually(t *testing.T, ok func() bool) {
	t.Helper()
	for range 200 {
		if ok() {
			return
		}
		time.Sleep(25 * time.Millisecond)
	}
	t.Fatal("it did not come to be within five seconds")
}
