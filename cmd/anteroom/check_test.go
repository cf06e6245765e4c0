package main_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The guide to the check is tried line by line, on a server with people in it.
func TestTheGuideToTheCheckIsTrue(t *testing.T) {
	t.Parallel()
	server := dev(t, "--data", ":memory:")
	defer server.stop()
	if out, err := exec.Command(program, "lab", "entra", "--users", "20", "--groups", "2", "--target", server.ready.SCIMURL, "--token", server.ready.SCIMToken).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	runGuide(t, "check.md", map[string]string{"SCIM_URL": server.ready.SCIMURL, "ANTEROOM_SCIM_TOKEN": server.ready.SCIMToken})
}

// Stopped with Ctrl-C in the middle, a check deletes what it made, says so, and
// ends with 2.
func TestAStoppedCheckLeavesNothing(t *testing.T) {
	t.Parallel()
	server := dev(t, "--data", ":memory:")
	defer server.stop()
	before, err := server.ready.call("GET", "/Users?count=500", "")
	if err != nil {
		t.Fatal(err)
	}
	for _, after := range []time.Duration{300 * time.Millisecond, 600 * time.Millisecond, 900 * time.Millisecond} {
		cmd := exec.Command(program, "check", server.ready.SCIMURL, "--token", server.ready.SCIMToken)
		var out, said strings.Builder
		cmd.Stdout, cmd.Stderr = &out, &said
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(after)
		_ = cmd.Process.Signal(syscall.SIGINT)
		_ = cmd.Wait()
		if code := cmd.ProcessState.ExitCode(); code != 2 || !strings.Contains(said.String(), "stopping; what the check made is deleted first") || !strings.Contains(out.String(), "it was stopped: context canceled") {
			t.Errorf("stopped after %v it ended with %d and said %s%s", after, code, &said, &out)
		}
		got, err := server.ready.call("GET", "/Users?count=500", "")
		if err != nil || string(got.body) != string(before.body) {
			t.Errorf("stopped after %v: %v, the people are now %s", after, err, got.body)
		}
		if groups, err := server.ready.call("GET", "/Groups?count=0", ""); err != nil || !strings.Contains(string(groups.body), `"totalResults":0`) {
			t.Errorf("stopped after %v: %v, the groups are now %s", after, err, groups.body)
		}
	}
}

// The status says what was found: 1 for a must, and for a should only with
// --strict; 2 for what could not be asked.
func TestTheStatusSaysWhatWasFound(t *testing.T) {
	t.Parallel()
	server := dev(t, "--data", ":memory:")
	defer server.stop()
	to, err := url.Parse(server.ready.BaseURL)
	if err != nil {
		t.Fatal(err)
	}
	spoilt := func(spoil func(w http.ResponseWriter, r *http.Request) bool) string {
		proxy := httputil.NewSingleHostReverseProxy(to)
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !spoil(w, r) {
				proxy.ServeHTTP(w, r)
			}
		}))
		t.Cleanup(srv.Close)
		return srv.URL + "/scim/v2"
	}
	answer := func(w http.ResponseWriter, status int) bool {
		w.Header().Set("Content-Type", "application/scim+json")
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"%d","detail":"no"}`, status)
		return true
	}
	noSearch := spoilt(func(w http.ResponseWriter, r *http.Request) bool {
		return strings.HasSuffix(r.URL.Path, "/.search") && answer(w, 501)
	})
	noPatch := spoilt(func(w http.ResponseWriter, r *http.Request) bool {
		return r.Method == http.MethodPatch && answer(w, 501)
	})
	noRoom := spoilt(func(w http.ResponseWriter, r *http.Request) bool {
		return r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/Users") && answer(w, 402)
	})
	for _, c := range []struct {
		at, flags string
		status    int
		says      string
	}{
		{noSearch, "--only search-*", 0, "SHOULD"}, {noSearch, "--only search-* --strict", 1, "4 shoulds"},
		{noPatch, "--only patch-add-new,create-201", 1, "must   patch-add-new: add sets an attribute"},
		{noRoom, "--only create-201,config-whole", 2, "The server takes no new people (status 402 no)."},
	} {
		cmd := exec.Command(program, append([]string{"check", c.at, "--token", server.ready.SCIMToken}, strings.Fields(c.flags)...)...)
		out, _ := cmd.CombinedOutput()
		if code := cmd.ProcessState.ExitCode(); code != c.status || !strings.Contains(strings.ToLower(string(out)), strings.ToLower(c.says)) {
			t.Errorf("check %s ended with %d, not %d, or does not say %q:\n%s", c.flags, code, c.status, c.says, out)
		}
	}
}
