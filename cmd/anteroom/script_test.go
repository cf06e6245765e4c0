package main_test

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// Whole-program stories, told as a person at a terminal would live them.
func TestStories(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("PATH", filepath.Dir(program)+string(os.PathListSeparator)+e.Getenv("PATH"))
			e.Setenv("ANTEROOM_STATE", filepath.Join(e.WorkDir, "state"))
			e.Values[server{}] = new(*running)
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"status": status, "start": start, "stop": stop, "keep": keep, "http": request, "envsubst": envsubst,
		},
	})
}

// status N PROGRAM ARGS... runs a program that has to end with the status N.
func status(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("it ended with %d, not %d", got, want)
	}
}

// running is a server of a story.
type running struct {
	cmd  *exec.Cmd
	said lockedBuffer
	once sync.Once
	err  error
}

// end ends the server and gives how it ended.
func (r *running) end(signal syscall.Signal) error {
	r.once.Do(func() {
		_ = r.cmd.Process.Signal(signal)
		r.err = r.cmd.Wait()
	})
	return r.err
}

// server is the key of a story's server, a **running.
type server struct{}

// start ARGS... runs anteroom in the background until its first line, which is
// kept as the file ready.json. $ADDRESS is where it listens.
func start(ts *testscript.TestScript, _ bool, args []string) {
	r := &running{cmd: exec.Command(program, args...)}
	r.cmd.Dir = ts.MkAbs(".")
	r.cmd.Env = append(os.Environ(), "ANTEROOM_STATE="+ts.Getenv("ANTEROOM_STATE"))
	read, write := io.Pipe()
	r.cmd.Stdout, r.cmd.Stderr = write, write
	ts.Check(r.cmd.Start())
	*ts.Value(server{}).(**running) = r
	ts.Defer(func() {
		_ = r.end(syscall.SIGKILL)
		_ = write.Close()
	})
	first := make(chan string, 1)
	go func() {
		lines := bufio.NewScanner(read)
		for n := 0; lines.Scan(); n++ {
			if n == 0 {
				first <- lines.Text()
			}
			fmt.Fprintln(&r.said, lines.Text())
		}
	}()
	select {
	case line := <-first:
		ts.Check(os.WriteFile(ts.MkAbs("ready.json"), []byte(line), 0o600))
		var at struct {
			Listen  string
			BaseURL string `json:"base_url"`
			URL     string
		}
		ts.Check(json.Unmarshal([]byte(line), &at))
		ts.Setenv("ADDRESS", cmp.Or(at.Listen, strings.Trim(strings.TrimPrefix(cmp.Or(at.BaseURL, at.URL), "http://"), "/")))
	case <-time.After(30 * time.Second):
		ts.Fatalf("%v did not get ready: %s", args, &r.said)
	}
}

// stop asks the server to end, which it has to do properly and soon.
func stop(ts *testscript.TestScript, _ bool, _ []string) {
	r := *ts.Value(server{}).(**running)
	if r == nil {
		ts.Fatalf("nothing was started")
	}
	began := time.Now()
	if err := r.end(syscall.SIGTERM); err != nil {
		ts.Fatalf("it ended badly: %v\n%s", err, &r.said)
	}
	if took := time.Since(began); took > 10*time.Second {
		ts.Fatalf("it took %v to end", took)
	}
}

// keep NAME KEY [FILE] keeps a value of a line of JSON, by default of what the
// last command printed, as $NAME.
func keep(ts *testscript.TestScript, _ bool, args []string) {
	text := ts.ReadFile("stdout")
	if len(args) > 2 {
		text = ts.ReadFile(args[2])
	}
	var all map[string]any
	ts.Check(json.Unmarshal([]byte(text), &all))
	v, ok := all[args[1]].(string)
	if !ok {
		ts.Fatalf("there is no text %q in %s", args[1], text)
	}
	ts.Setenv(args[0], v)
}

// envsubst FILE puts the values of variables into a file.
func envsubst(ts *testscript.TestScript, _ bool, args []string) {
	text := os.Expand(ts.ReadFile(args[0]), ts.Getenv)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o600))
}

// http STATUS METHOD URL TOKEN [BODY] makes a request. The status may be awaited
// for up to ten seconds, as in 401..., while the answer is another one.
func request(ts *testscript.TestScript, _ bool, args []string) {
	want, await := strings.CutSuffix(args[0], "...")
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		got, body := once(ts, args[1:])
		if strconv.Itoa(got) == want {
			fmt.Fprintln(ts.Stdout(), body)
			return
		}
		if !await || time.Now().After(deadline) {
			ts.Fatalf("%v: %d %s", args, got, body)
		}
	}
}

func once(ts *testscript.TestScript, args []string) (int, string) {
	body := ""
	if len(args) > 3 {
		body = args[3]
	}
	r, err := http.NewRequest(args[0], strings.ReplaceAll(args[1], " ", "%20"), strings.NewReader(body))
	ts.Check(err)
	r.Header.Set("Authorization", "Bearer "+args[2])
	r.Header.Set("Content-Type", "application/scim+json")
	res, err := http.DefaultClient.Do(r)
	ts.Check(err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	ts.Check(err)
	return res.StatusCode, string(text)
}

// The keys of the ready line are a contract: other programs read them.
func TestTheReadyLineHasItsKeys(t *testing.T) {
	t.Parallel()
	server := dev(t, "--data", ":memory:")
	defer server.stop() // properly, so that its temporary folder goes
	r := server.ready
	for name, c := range map[string]struct{ value, form string }{
		"base_url": {r.BaseURL, `^http://127\.0\.0\.1:\d+$`}, "workspace": {r.Workspace, `^acme$`}, "scim_url": {r.SCIMURL, `^` + regexp.QuoteMeta(r.BaseURL) + `/scim/v2$`},
		"scim_token": {r.SCIMToken, `^scim_[\w-]{43}$`}, "scim_user": {r.SCIMUser, `^acme$`}, "scim_password": {r.SCIMPassword, `^` + regexp.QuoteMeta(r.SCIMToken) + `$`},
		"members_url": {r.MembersURL, `^` + regexp.QuoteMeta(r.BaseURL) + `/.+`},
	} {
		if !regexp.MustCompile(c.form).MatchString(c.value) {
			t.Errorf("%s is %q", name, c.value)
		}
	}
	page, err := http.Get(r.MembersURL)
	if err != nil {
		t.Fatal(err)
	}
	defer page.Body.Close()
	if page.StatusCode != http.StatusOK || !strings.HasPrefix(page.Header.Get("Content-Type"), "text/html") {
		t.Errorf("members_url answers %s, %v", page.Status, page.Header)
	}
}
