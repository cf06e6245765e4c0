package labpage_test

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/lab"
)

func TestThePageSaysWhatItIsAndWhatToDoFirst(t *testing.T) {
	w := newWorld(t, small(t))
	a := w.must(w.get("/"), "<title>People · Microsoft Entra ID in the lab</title>", "Not started", "3 people and 1 group are assigned. Nothing has been sent yet.",
		"Start provisioning", "Test connection", "Forty minutes later", "<bdi>Maria Rossi</bdi>", "maria.rossi@contoso.example", "<bdi>Engineering</bdi>",
		"Every request to the server stands here", `href="`+w.server.URL+`/members"`, "Tue 1 Sep 2026, 12:00")
	if strings.Contains(a.body, "Restart provisioning") {
		t.Error("there is nothing to restart yet")
	}
	if regexp.MustCompile(`<script>|\son[a-z]+=|style=`).MatchString(a.body) {
		t.Error("the page has script or style inside, which its policy forbids")
	}
}

// Every button changes the directory, says so, and what it changed is sent by
// the next cycle, after which the server equals the directory.
func TestEveryButtonDoesWhatItSaysAndTheNextCycleSendsIt(t *testing.T) {
	w := newWorld(t, small(t))
	w.contains(w.provision(), "Up to date", "Cycle 1, initial:", "3 people created", "1 group created", "2 members added", "What the server holds equals the directory.")
	maria, aiko := "/people/"+w.someone("Maria Rossi").ObjectID, "/people/"+w.someone("Aiko Tanaka").ObjectID
	group := w.dir.Groups()[0].ObjectID
	for _, step := range []struct {
		press  string
		fields []string
		says   string // at once
		sent   string // by the next cycle, in the words of the conversation
	}{
		{maria + "/disable", nil, "Maria Rossi is disabled.", "Disables Maria Rossi"},
		{maria + "/enable", nil, "Maria Rossi is enabled.", "Enables Maria Rossi"},
		{maria + "/unassign", nil, "Maria Rossi is not assigned any more. As a member of Engineering this person stays in scope.", ""},
		{maria + "/leave", []string{"group", group}, "Maria Rossi is not a member of Engineering any more.", "Removes Maria Rossi from Engineering"},
		{maria + "/assign", nil, "Maria Rossi is assigned.", "Enables Maria Rossi"},
		{maria + "/join", []string{"group", group}, "Maria Rossi is a member of Engineering.", "Adds Maria Rossi to Engineering"},
		{maria, []string{"givenName", "Maria", "surname", "Bianchi", "displayName", "Maria Rossi", "userName", "maria.bianchi@contoso.example", "mail", "maria@contoso.example", "department", "Research"},
			"Maria Bianchi has a new surname, display name, user principal name, e-mail and department.", "Changes Maria Bianchi"},
		{aiko + "/delete", nil, "Aiko Tanaka is in the recycle bin.", "Disables Aiko Tanaka"},
		{aiko + "/restore", nil, "Aiko Tanaka is restored.", "Enables Aiko Tanaka"},
		{aiko + "/delete", nil, "Aiko Tanaka is in the recycle bin.", "Disables Aiko Tanaka"},
		{aiko + "/purge", nil, "Aiko Tanaka is deleted for good.", "Deletes Aiko Tanaka"},
		{"/groups/" + group, []string{"name", "Research & Development"}, "Engineering is called Research &amp; Development.", "Renames Engineering to Research &amp; Development"},
		{"/groups/" + group + "/unassign", nil, "Research &amp; Development is not assigned any more.", "Deletes Research &amp; Development"},
		{"/groups/" + group + "/assign", nil, "Research &amp; Development is assigned: its members come into scope.", "Creates Research &amp; Development"},
		{"/groups/" + group + "/delete", nil, "Research &amp; Development is deleted.", "Deletes Research &amp; Development"},
		{"/people", []string{"userName", "new@contoso.example", "givenName", "Nora", "surname", "New", "assign", "yes"}, "Nora New is in the directory and assigned.", "Creates Nora New"},
		{"/people", []string{"userName", "later@contoso.example", "surname", "Later"}, "Later is in the directory, not assigned yet.", ""},
		{"/groups", []string{"name", "Sales"}, "The group Sales is in the directory and assigned. Add its members below.", "Creates Sales"},
	} {
		t.Run(step.says, func(t *testing.T) {
			w := &world{t: t, dir: w.dir, server: w.server, page: w.page, site: w.site}
			w.must(w.press("/conversation/clear", "/"))
			a := w.must(w.press(step.press, "/", step.fields...), step.says, "1 change waits for the next cycle")
			if strings.Contains(a.body, `class="verb"`) {
				t.Error("something was sent before the cycle")
			}
			a = w.provision()
			w.contains(a, "Up to date", "Cycle ", step.sent)
			if strings.Contains(a.body, "for the next cycle") {
				t.Error("the change still waits")
			}
		})
	}
}

func TestWhatAPortalWouldRefuseIsRefusedAndWhatWasTypedStays(t *testing.T) {
	w := newWorld(t, small(t))
	maria := "/people/" + w.someone("Maria Rossi").ObjectID
	for _, c := range []struct {
		name, press string
		fields      []string
		want        []string
	}{
		{"no user name", "/people", []string{"givenName", "Nora", "department", "Sales & Co"}, []string{"Give a user principal name without spaces", `value="Nora"`, `value="Sales &amp; Co"`, `aria-invalid="true"`, "<details class=\"add\" id=\"add\" open"}},
		{"a user name that is taken", "/people", []string{"userName", "JONAS.berg@contoso.example"}, []string{"That is the user principal name of Jonas Berg; choose another."}},
		{"a change to one that is taken", maria, []string{"userName", "jonas.berg@contoso.example"}, []string{"That is the user principal name of Jonas Berg; choose another.", `value="jonas.berg@contoso.example"`}},
		{"a group without a name", "/groups", []string{"name", " "}, []string{"Give the group a name."}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := &world{t: t, dir: w.dir, site: w.site}
			a := w.press(c.press, "/", c.fields...)
			if w.contains(a, c.want...); a.status != http.StatusUnprocessableEntity {
				t.Errorf("%d", a.status)
			}
		})
	}
	w.must(w.press("/groups/"+w.dir.Groups()[0].ObjectID+"/add", "/", "person", "nobody@contoso.example"), "Nobody in the directory is called &#34;nobody@contoso.example&#34;.")
	w.must(w.press(maria, maria, "givenName", "Maria", "surname", "Rossi", "displayName", "Maria Rossi", "userName", "maria.rossi@contoso.example", "mail", "maria.rossi@contoso.example", "department", "Sales"), "Nothing was changed.")
	if len(w.dir.People()) != 3 || len(w.dir.Groups()) != 1 {
		t.Error("something was added nevertheless")
	}
}

func TestOnePersonOrGroupIsProvisionedOnDemand(t *testing.T) {
	w := newWorld(t, small(t))
	aiko := "/people/" + w.someone("Aiko Tanaka").ObjectID
	a := w.must(w.press(aiko+"/provision", aiko), "Aiko Tanaka is provisioned: 1 person created.", "At the server: <code>", "Creates Aiko Tanaka")
	if strings.Contains(a.body, "Creates Maria Rossi") {
		t.Error("somebody else was provisioned, too")
	}
	w.press(aiko+"/unassign", aiko)
	a = w.must(w.press(aiko+"/provision", aiko), "Aiko Tanaka is provisioned: 1 person disabled.")
	if strings.Contains(a.body, "for the next cycle") {
		t.Error("what was sent on demand still waits for a cycle")
	}
	w.press(aiko+"/disable", aiko)
	w.must(w.press(aiko+"/provision", aiko), "Provisioning on demand failed: aiko.tanaka@contoso.example is disabled or deleted in the directory")
	group := "/groups/" + w.dir.Groups()[0].ObjectID
	w.must(w.press(group+"/provision", group), "Engineering is provisioned: ", "1 group created", "Creates Engineering")
}

func TestFortyMinutesLaterTheNextCycleRuns(t *testing.T) {
	w := newWorld(t, small(t))
	w.must(w.press("/provisioning/later", "/"), "Forty minutes have passed. Provisioning is not started, so nothing runs.", "Tue 1 Sep 2026, 12:40", "Not started")
	w.provision()
	maria := w.someone("Maria Rossi")
	w.press("/people/"+maria.ObjectID+"/disable", "/")
	w.must(w.press("/provisioning/later", "/"), "Forty minutes have passed, and the next cycle runs.")
	w.contains(w.ended(), "Tue 1 Sep 2026, 13:20", "Cycle 2, incremental", "1 person disabled", "Disables Maria Rossi")
	w.must(w.press("/provisioning/restart", "/"))
	w.contains(w.ended(), "Cycle 3, initial", "Up to date")
}

func TestTheTestConnectionTellsWhatTheServerSaid(t *testing.T) {
	answer := http.StatusOK
	w := newWorldBehind(t, small(t), func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if answer != http.StatusOK {
				rw.WriteHeader(answer)
				return
			}
			h.ServeHTTP(rw, r)
		})
	})
	w.must(w.press("/provisioning/test", "/"), "The test connection worked.", "/Users?filter=userName eq")
	answer = http.StatusNotFound
	w.must(w.press("/provisioning/test", "/"), "The test connection failed: SCIM compliance issue: HTTP/404 was returned rather than the expected HTTP/200")
	answer = http.StatusUnauthorized
	w.must(w.press("/provisioning/start", "/"))
	w.contains(w.ended(), "In quarantine", "Invalid credentials", "The next try is due on Tue 1 Sep 2026, 18:00", "A day later")
	answer = http.StatusOK
	w.must(w.press("/provisioning/restart", "/"))
	w.contains(w.ended(), "Up to date", "3 people created")
}

func TestARunningCycleIsStoppedAndNothingRunsBesideIt(t *testing.T) {
	held := make(chan struct{})
	w := newWorldBehind(t, small(t), func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			select {
			case <-held:
				h.ServeHTTP(rw, r)
			case <-r.Context().Done():
			}
		})
	})
	a := w.must(w.press("/provisioning/start", "/"), "Running", "/provisioning/stop", `<noscript><meta http-equiv="refresh" content="2"></noscript>`)
	if strings.Contains(a.body, "/provisioning/start") {
		t.Error("a second cycle is offered")
	}
	for _, press := range []string{"/provisioning/start", "/provisioning/test", "/provisioning/later", "/provisioning/restart", "/people/" + w.someone("Jonas Berg").ObjectID + "/provision"} {
		w.must(w.press(press, "/"), "cycle is running: wait for its end, or stop it.")
	}
	w.must(w.press("/provisioning/stop", "/"), "Provisioning is stopped.", "Stopped at ", "goes on where this one ended")
	close(held)
	w.contains(w.provision(), "Up to date")
}

func TestWhatFailsAndWhereTheServerDiffersIsToldInWords(t *testing.T) {
	broken := "jonas"
	w := newWorldBehind(t, small(t), func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if broken != "" && r.Method == http.MethodGet && strings.Contains(r.URL.RawQuery, broken) {
				rw.Header().Set("Content-Type", "application/scim+json")
				rw.WriteHeader(http.StatusBadRequest)
				fmt.Fprint(rw, `{"detail":"not <today>"}`)
				return
			}
			h.ServeHTTP(rw, r)
		})
	})
	w.contains(w.provision(), "Errors", "failed; the next cycle tries again", "What failed", "jonas.berg@contoso.example: ", "not &lt;today&gt;",
		"Where the server differs from the directory", "jonas.berg@contoso.example is in scope but has no account on the server")
	broken = ""
	w.contains(w.provision(), "Up to date")
}

func TestThePeopleOfTheServerAreImportedAndDiscovered(t *testing.T) {
	w := newWorld(t, small(t))
	w.provision()
	aiko := w.someone("Aiko Tanaka")
	if err := w.dir.HardDelete(aiko.ObjectID); err != nil {
		t.Fatal(err)
	}
	w.must(w.press("/provisioning/discover", "/"), "The server has 3 accounts. 2 are of people who are assigned, none is of people who are not, 1 is of nobody in the directory: aiko.tanaka@contoso.example.")
	w.must(w.press("/provisioning/import", "/"), "Imported: the server lists 3 people. 2 are in the directory already, 1 is new in it.", "aiko.tanaka@contoso.example")
}

func TestManyPeopleAreCutAndFound(t *testing.T) {
	w := newWorld(t, lab.Generate(3, 230, 0))
	a := w.must(w.get("/"), "The first 200 of 230 people are shown. Find the others by name.")
	if n := strings.Count(a.body, `<tr role="row" data-key=`); n != 200 {
		t.Errorf("%d are shown", n)
	}
	last := w.dir.People()[229]
	w.must(w.get("/?q="+url.QueryEscape(strings.ToUpper(last.UserPrincipalName))), last.UserPrincipalName)
	w.must(w.get("/?q=%3Cnobody%3E"), "Nobody is called “&lt;nobody&gt;”.")
	w.must(w.press("/people/"+last.ObjectID+"/disable", "/?q=x+y&note=7"), `name="q" type="search" value="x y"`)
}

func TestNamesAreShownAndNeverObeyed(t *testing.T) {
	w := newWorld(t, small(t))
	hostile := `<script>alert(1)</script>"'><img src=x onerror=alert(2)>` + "\u202e{{.Target}}"
	w.press("/people", "/", "userName", `"><svg/onload=alert(3)>@x.example`, "givenName", hostile, "assign", "yes")
	w.press("/groups", "/", "name", hostile)
	var id string
	for _, p := range w.dir.People() {
		if strings.Contains(p.UserPrincipalName, "svg") {
			id = p.ObjectID
		}
	}
	w.press("/groups/"+w.dir.Groups()[0].ObjectID+"/add", "/", "person", id)
	w.provision()
	for _, path := range []string{"/", "/groups", "/people/" + id, "/groups/" + w.dir.Groups()[0].ObjectID} {
		a := w.must(w.get(path), "&lt;script&gt;alert(1)&lt;/script&gt;")
		for _, bad := range []string{"<script>alert", "<img", "<svg/"} {
			if strings.Contains(a.body, bad) {
				t.Errorf("%s: %q stands in the page as it is", path, bad)
			}
		}
	}
}

func TestEveryAnswerHasTheStrictHeaders(t *testing.T) {
	w := newWorld(t, small(t))
	for _, path := range []string{"/", "/groups", "/nothing", "/people/nobody", "/lab.css", "/lab.js", "/icon.svg", "/conversation.txt"} {
		a := w.get(path)
		if got := a.header.Get("Content-Security-Policy"); !strings.HasPrefix(got, "default-src 'none'; script-src 'self'; style-src 'self';") || strings.Contains(got, "unsafe") {
			t.Errorf("%s: %s", path, got)
		}
		for k, v := range map[string]string{"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY"} {
			if a.header.Get(k) != v {
				t.Errorf("%s: %s is %q", path, k, a.header.Get(k))
			}
		}
	}
}

// A page somewhere else can neither read this one by a name of its own, nor have
// a visitor's browser press its buttons.
func TestPagesFromElsewhereAreKeptOut(t *testing.T) {
	w := newWorld(t, small(t))
	path := "/people/" + w.someone("Maria Rossi").ObjectID + "/disable"
	for name, header := range map[string]http.Header{
		"another site": {"Sec-Fetch-Site": {"cross-site"}}, "another port of this machine": {"Sec-Fetch-Site": {"same-site"}},
		"an older browser": {"Origin": {"https://evil.example"}}, "an opaque origin": {"Origin": {"null"}},
	} {
		if a := w.send(http.MethodPost, path, url.Values{}, header); a.status != http.StatusForbidden {
			t.Errorf("%s: %d", name, a.status)
		}
	}
	for _, host := range []string{"evil.example", "evil.example:8090", "localhost.evil.example", "192.0.2.1"} {
		if a := w.send(http.MethodGet, "/", nil, http.Header{"Host": {host}}); a.status != http.StatusMisdirectedRequest || strings.Contains(a.body, "Maria") {
			t.Errorf("%s: %d", host, a.status)
		}
	}
	if p := w.someone("Maria Rossi"); !p.AccountEnabled {
		t.Error("a form from elsewhere was obeyed")
	}
	if a := w.send(http.MethodGet, path, nil, nil); a.status == http.StatusOK {
		t.Error("a link changes something")
	}
	for _, back := range []string{"//evil.example/", `/\evil.example/`, `\/evil.example`, "https://evil.example/", "javascript:alert(1)", ""} {
		form := url.Values{"back": {back}}
		if a := w.send(http.MethodPost, path, form, nil); a.host != w.site.URL {
			t.Errorf("a form with %q leads to %s", back, a.host)
		}
	}
}

func TestAddressesThatLeadNowhereSaySo(t *testing.T) {
	w := newWorld(t, small(t))
	for _, path := range []string{"/nothing", "/people/nobody", "/groups/none"} {
		if a := w.get(path); a.status != http.StatusNotFound || !strings.Contains(a.body, "There is nothing at this address any more") {
			t.Errorf("%s: %d", path, a.status)
		}
	}
	maria := "/people/" + w.someone("Maria Rossi").ObjectID
	for _, path := range []string{"/people/nobody/disable", maria + "/praise", "/groups/none/assign", "/provisioning/faster"} {
		if a := w.press(path, "/"); a.status != http.StatusNotFound {
			t.Errorf("%s: %d", path, a.status)
		}
	}
}

// The lab's page and the console are of one family: their tokens are the same.
func TestTheLookIsTheConsoles(t *testing.T) {
	tokens := regexp.MustCompile(`(?s):root \{.*?\n\}`)
	var found []string
	for _, file := range []string{"static/lab.css", "../edge/console/static/live.css", "../edge/console/frame/static/console.css"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, tokens.FindString(string(text)))
	}
	if found[0] == "" || found[0] != found[1] || found[0] != found[2] {
		t.Errorf("the tokens of the three differ:\n%s", strings.Join(found, "\n"))
	}
}
