package scimtest_test

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/scim/scimtest"
)

// findingsFile lists what the suite finds at scimmy, a line for each failed must
// and should. A change in it is a change in what we tell strangers: look at it.
// ANTEROOM_TEST_UPDATE=1 writes it.
const findingsFile = "testdata/scimmy/findings.txt"

// A SCIM server that this project did not write, scimmy with scimmy-routers, is
// checked from beginning to end.
func TestAServerThatWeDidNotWrite(t *testing.T) {
	target := scimmy(t)
	rep := scimtest.Check(t.Context(), target)
	if rep.Error != "" || !rep.Complete() || len(rep.Results) != len(scimtest.Cases()) {
		t.Fatalf("the check did not come to its end: %s", rep.Error)
	}
	t.Run("the findings are those that we looked at", func(t *testing.T) { compareFindings(t, rep) })
	t.Run("the report is worth reading", func(t *testing.T) {
		text := rep.String()
		for _, want := range []string{
			"! Entra ID          will run, but leavers are not switched off", "✓ Google Workspace  will work", "! RFC 7643, 7644    broken in ",
			"1. Leaving and returning  3 musts", `{"op":"Replace","path":"active","value":"False"}`, "got       status 400 invalidValue: Attribute 'active' expected value type 'boolean' but found type 'string'",
		} {
			if !strings.Contains(text, want) {
				t.Errorf("it lacks %q:\n%s", want, text[:min(len(text), 4000)])
			}
		}
		if lines := strings.Count(text, "\n"); lines > 800 {
			t.Errorf("it has %d lines", lines)
		}
		if strings.Contains(text, target.Token) {
			t.Error("it holds the token")
		}
	})
	t.Run("nothing is left behind", func(t *testing.T) {
		if len(rep.Left) > 0 {
			t.Errorf("told: %v", rep.Left)
		}
		for _, path := range []string{"/Users?count=0", "/Groups?count=0"} {
			if body := fetch(t, target, path); !strings.Contains(body, `"totalResults":0`) {
				t.Errorf("%s: %s", path, body)
			}
		}
	})
	t.Run("the page", func(t *testing.T) { lookAtPage(t, rep) })
}

// scimmy starts the server, which ends with the test.
func scimmy(t *testing.T) scimtest.Target {
	t.Helper()
	folder := filepath.Join("testdata", "scimmy")
	if _, err := os.Stat(filepath.Join(folder, "node_modules", "scimmy-routers")); err != nil {
		t.Fatal("this test needs scimmy; install it with: make deps")
	}
	cmd := exec.Command("node", "server.mjs")
	cmd.Dir, cmd.Env, cmd.Stderr = folder, append(os.Environ(), "SCIM_TOKEN=foreign-secret"), io.Discard
	in, err := cmd.StdinPipe() // it ends when this is closed
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		kill := time.AfterFunc(5*time.Second, func() { _ = cmd.Process.Kill() })
		_ = cmd.Wait()
		kill.Stop()
	})
	url, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the server did not start: %v", err)
	}
	return scimtest.Target{URL: strings.TrimSpace(url), Token: "foreign-secret"}
}

func fetch(t *testing.T, target scimtest.Target, path string) string {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, target.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+target.Token)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, _ := io.ReadAll(res.Body)
	return string(body)
}

func compareFindings(t *testing.T, rep *scimtest.Report) {
	var lines []string
	for _, res := range rep.Results {
		// What depends on which request came first is not the same in each run.
		if res.Outcome == scimtest.Failed && res.Case.Level != scimtest.Info && res.Case.Chapter != "Several at once" {
			lines = append(lines, fmt.Sprintf("%-6s %-40s %s", res.Case.Level, res.Case.ID, res.Case.Name))
		}
	}
	slices.SortFunc(lines, func(a, b string) int { return cmp.Compare(a, b) })
	got := strings.Join(lines, "\n") + "\n"
	if os.Getenv("ANTEROOM_TEST_UPDATE") != "" {
		if err := os.WriteFile(findingsFile, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(findingsFile)
	if err != nil {
		t.Fatal(err)
	}
	old := strings.Split(strings.TrimSpace(string(want)), "\n")
	for _, line := range lines {
		if !slices.Contains(old, line) {
			t.Errorf("new: %s", line)
		}
	}
	for _, line := range old {
		if !slices.Contains(lines, line) {
			t.Errorf("gone: %s", line)
		}
	}
}
