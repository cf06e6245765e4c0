package scimtest_test

import (
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/scim/scimtest"
)

// The suite as a helper of a test, as any project has it. The test below runs it
// once more, in a process of its own, where the environment names another server.
func TestSCIM(t *testing.T) {
	target := serve(t, newHandler())
	if url := os.Getenv("SCIMTEST_URL"); url != "" {
		target.URL = url
	}
	target.Strict = os.Getenv("SCIMTEST_STRICT") != ""
	scimtest.Run(t, only(target, "create-201", "search-*", "patch-add-*", "auth-basic"))
}

func TestRunFailsForWhatIsBroken(t *testing.T) {
	search := intercept(newHandler(), func(w http.ResponseWriter, r *http.Request) bool {
		return strings.HasSuffix(r.URL.Path, "/.search") && scimError(w, 501, "not here")
	})
	patch := intercept(newHandler(), func(w http.ResponseWriter, r *http.Request) bool {
		return r.Method == http.MethodPatch && scimError(w, 501, "not here")
	})
	for name, c := range map[string]struct {
		url, strict string
		fails       bool
		says        []string
	}{
		"a should":              {serve(t, search).URL, "", false, []string{"--- PASS: TestSCIM/search-users", "SHOULD  search-users  failed", "--- PASS: TestSCIM/create-201"}},
		"a should, when strict": {serve(t, search).URL, "1", true, []string{"--- FAIL: TestSCIM/search-users", "why       ", "mend      ", "--- PASS: TestSCIM/create-201"}},
		"a must":                {serve(t, patch).URL, "", true, []string{"--- FAIL: TestSCIM/patch-add-new", "MUST  patch-add-new  failed", "after     PATCH /Users/", "--- PASS: TestSCIM/search-users"}},
		"no server":             {"http://127.0.0.1:1/scim/v2", "", true, []string{"the server cannot be reached"}},
	} {
		t.Run(name, func(t *testing.T) {
			cmd := exec.Command(os.Args[0], "-test.run=^TestSCIM$", "-test.v")
			cmd.Env = append(os.Environ(), "SCIMTEST_URL="+c.url, "SCIMTEST_STRICT="+c.strict)
			out, err := cmd.CombinedOutput()
			if (err != nil) != c.fails {
				t.Errorf("it ended with %v", err)
			}
			for _, want := range c.says {
				if !strings.Contains(string(out), want) {
					t.Errorf("it does not say %q:\n%s", want, out)
				}
			}
		})
	}
}
