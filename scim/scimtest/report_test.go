package scimtest_test

import (
	"bytes"
	"encoding/xml"
	"net/http"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/scim/scimtest"
)

// verdict finds what a report says of a directory.
func verdict(t *testing.T, rep *scimtest.Report, name string) scimtest.Verdict {
	t.Helper()
	for _, v := range rep.Verdicts() {
		if v.Name == name {
			return v
		}
	}
	t.Fatalf("no verdict on %s in %v", name, rep.Verdicts())
	return scimtest.Verdict{}
}

func TestAGoodServerWillWorkForEverybody(t *testing.T) {
	target := serve(t, newHandler())
	target.Only = func(c scimtest.Case) bool { return !beyondMemory()[c.ID] }
	rep := scimtest.Check(t.Context(), target)
	for _, v := range rep.Verdicts() {
		if v.State != scimtest.Works || v.Name != "RFC 7643, 7644" && v.Text != "will work" || len(v.Cases) != 0 {
			t.Errorf("%s: %s (%s, %v)", v.Name, v.Text, v.State, v.Cases)
		}
	}
	if text := rep.String(); strings.Contains(text, "\x1b") || !strings.Contains(text, "✓ Entra ID          will work\n") || !strings.Contains(text, "   0 failed") {
		t.Errorf("the report is %s", text)
	}
	if !strings.Contains(rep.Coloured(), "\x1b[32m✓\x1b[0m Okta ") {
		t.Error("a terminal gets no colours")
	}
}

func TestVerdictsSayWhatWillHappenToWhom(t *testing.T) {
	empty := regexp.MustCompile(`"totalResults":0\b`)
	for name, c := range map[string]struct {
		spoil func(w http.ResponseWriter, r *http.Request, inner http.Handler) bool
		want  map[string]string // by directory: state and text
	}{
		"an empty search is 404": {func(w http.ResponseWriter, r *http.Request, inner http.Handler) bool {
			rec := record(inner, r)
			return r.URL.Query().Get("filter") != "" && empty.MatchString(rec.Body.String()) && scimError(w, 404, "nobody") || replay(w, rec)
		}, map[string]string{
			"Entra ID": "stops will be quarantined: a search that finds nobody is not answered with an empty list; Test Connection asks for a userName that nobody has, and does not get an empty list",
			"Okta":     "stops cannot be connected: a search that finds nobody is not answered with an empty list",
		}},
		"PUT is not there": {func(w http.ResponseWriter, r *http.Request, _ http.Handler) bool {
			return r.Method == http.MethodPut && scimError(w, 501, "no PUT")
		}, map[string]string{
			"Entra ID": "suffers will run, but this does not hold: a deleted user is 404 for every method", "Okta": "suffers will run, but updates of whole profiles are refused, or lose parts (",
			"JumpCloud": "stops cannot be activated: its trial user cannot be made, changed and switched off",
		}},
		"words are no truth values": {func(w http.ResponseWriter, r *http.Request, _ http.Handler) bool {
			return strings.Contains(body(r), `"active","value":"False"`) && scimError(w, 400, "no boolean")
		}, map[string]string{
			"Entra ID": `suffers will run, but this does not hold: Replace active "False" deactivates, and True brings back; Add active "False"`, "Okta": "works will work", "SailPoint": "works will work",
		}},
		"one thing": {func(w http.ResponseWriter, r *http.Request, _ http.Handler) bool {
			return strings.Contains(body(r), `"emails":null`) && scimError(w, 400, "no null") || strings.Contains(body(r), `"addresses":null`) && scimError(w, 400, "no null")
		}, map[string]string{
			"Entra ID": "suffers will run, but this does not hold: null is the same as absent; Microsoft's example of a POST is accepted", "Okta": "works will work", "RFC 7643, 7644": "works kept, in all ",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			inner := newHandler()
			target := serve(t, intercept(inner, func(w http.ResponseWriter, r *http.Request) bool { return c.spoil(w, r, inner) }))
			target.Only = func(c scimtest.Case) bool { return !beyondMemory()[c.ID] }
			rep := scimtest.Check(t.Context(), target)
			for directory, want := range c.want {
				if v := verdict(t, rep, directory); !strings.HasPrefix(string(v.State)+" "+v.Text, want) || (v.State != scimtest.Works) != (len(v.Cases) > 0) && !strings.Contains(v.Text, "blemish") {
					t.Errorf("%s: want %q, got %s %s %v", directory, want, v.State, v.Text, v.Cases)
				}
			}
		})
	}
}

func TestAFewCasesDecideNothing(t *testing.T) {
	rep := scimtest.Check(t.Context(), only(serve(t, newHandler()), "filter-*"))
	if v := verdict(t, rep, "Entra ID"); v.State != scimtest.Unknown || !strings.HasPrefix(v.Text, "cannot be told") {
		t.Errorf("Entra: %s %s", v.State, v.Text)
	}
	if v := verdict(t, rep, "RFC 7643, 7644"); v.State != scimtest.Works {
		t.Errorf("the standard: %s %s", v.State, v.Text)
	}
}

// What a verdict leans on is named by id, and ids come and go.
func TestVerdictsLeanOnCasesThatExist(t *testing.T) {
	source, err := os.ReadFile("verdict.go")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(source), "// firstSteps are")
	table, _, _ = strings.Cut(table, "// stoppers are")
	named := regexp.MustCompile(`"([a-z]+-[a-z0-9-]*\*?|unicode)"`).FindAllStringSubmatch(table, -1)
	if len(named) < 60 {
		t.Fatalf("only %d cases are named", len(named))
	}
	for _, m := range named {
		if !slices.ContainsFunc(scimtest.Cases(), func(c scimtest.Case) bool { ok, _ := path.Match(m[1], c.ID); return ok }) {
			t.Errorf("a verdict leans on %s, which no case is", m[1])
		}
	}
}

// spoiled is a report with something of every kind in it.
func spoiled(t *testing.T) *scimtest.Report {
	t.Helper()
	target := serve(t, intercept(newHandler(), func(w http.ResponseWriter, r *http.Request) bool {
		return r.Method == http.MethodPatch && strings.Contains(body(r), "phoneNumbers") && scimError(w, 400, "<script>alert('no & no')</script> \x01")
	}))
	target.User, target.Password = "", ""
	return scimtest.Check(t.Context(), only(target, "Changing (PATCH)", "Credentials", "element-*", "create-201"))
}

func TestJUnitCountsWhatFailed(t *testing.T) {
	rep := spoiled(t)
	for _, strict := range []bool{false, true} {
		var out bytes.Buffer
		if err := rep.WriteJUnit(&out, strict); err != nil {
			t.Fatal(err)
		}
		var got struct {
			Tests    int `xml:"tests,attr"`
			Failures int `xml:"failures,attr"`
			Skipped  int `xml:"skipped,attr"`
			Suites   []struct {
				Name     string `xml:"name,attr"`
				Tests    int    `xml:"tests,attr"`
				Failures int    `xml:"failures,attr"`
				Cases    []struct {
					Class   string `xml:"classname,attr"`
					Name    string `xml:"name,attr"`
					Failure *struct {
						Message string `xml:"message,attr"`
						Text    string `xml:",chardata"`
					} `xml:"failure"`
					Skipped *struct {
						Message string `xml:"message,attr"`
					} `xml:"skipped"`
					Out string `xml:"system-out"`
				} `xml:"testcase"`
			} `xml:"testsuite"`
		}
		if err := xml.Unmarshal(out.Bytes(), &got); err != nil {
			t.Fatalf("%v in %s", err, out.String())
		}
		failures := rep.Count(scimtest.Must, scimtest.Failed)
		if strict {
			failures += rep.Count(scimtest.Should, scimtest.Failed)
		}
		if got.Tests != len(rep.Results) || got.Failures != failures || failures < 10 || got.Skipped != rep.Count("", scimtest.NotApplicable) || got.Skipped == 0 || len(got.Suites) != 4 {
			t.Errorf("strict %t: %d tests in %d suites, %d failures, %d skipped", strict, got.Tests, len(got.Suites), got.Failures, got.Skipped)
		}
		told := 0
		for _, s := range got.Suites {
			for _, c := range s.Cases {
				if c.Failure != nil && strings.Contains(c.Failure.Text, "<script>alert('no & no')</script>") && strings.HasPrefix(c.Failure.Message, "expected status 200 or 204; got status 400") && strings.HasPrefix(c.Class, "scim.") {
					told++
				}
			}
		}
		if told < 10 {
			t.Errorf("%d failures tell what was received: %s", told, out.String())
		}
	}
}

func TestARunThatDidNotComeToItsEndIsAnErrorInJUnit(t *testing.T) {
	var out bytes.Buffer
	if err := scimtest.Check(t.Context(), serve(t, http.NotFoundHandler())).WriteJUnit(&out, false); err != nil {
		t.Fatal(err)
	}
	if text := out.String(); !strings.Contains(text, `errors="1"`) || !strings.Contains(text, `<error message="there is no SCIM server at`) {
		t.Errorf("got %s", text)
	}
}

func TestThePageLoadsNothingAndCannotBeTalkedIntoIt(t *testing.T) {
	var out bytes.Buffer
	if err := spoiled(t).WriteHTML(&out); err != nil {
		t.Fatal(err)
	}
	page := out.String()
	for _, want := range []string{
		`<html lang="en">`, `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; style-src 'sha256-`,
		`&lt;script&gt;alert(`, `<summary>`, `id="element-phones"`, `<a href="https://www.rfc-editor.org/rfc/rfc7644#section-3.5.2.3" rel="noreferrer">`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if n := strings.Count(page, "<script"); n != 1 {
		t.Errorf("the page has %d scripts", n)
	}
	for _, m := range regexp.MustCompile(`(?:\ssrc=|url\(|@import|<link|<iframe|<object|<form|\son\w+=|\sstyle=)[^>]*`).FindAllString(page, -1) {
		if m != `<link rel="icon" href="data:,"` {
			t.Errorf("the page has %q", m)
		}
	}
}
