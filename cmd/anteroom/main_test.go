package main_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// program is the binary that the tests run, built once as it ships.
var program string

func TestMain(m *testing.M) {
	if os.Getenv(unflushedEnv) != "" {
		os.Exit(serveUnflushed())
	}
	dir, err := os.MkdirTemp("", "anteroom-bin-")
	if err == nil {
		program = filepath.Join(dir, "anteroom")
		err = build(program)
	}
	code := 1
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	} else {
		code = m.Run()
	}
	os.RemoveAll(dir)
	os.Exit(code)
}

func build(file string) error {
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w -X main.version=v1.2.3-test", "-o", file, ".")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build the program: %w\n%s", err, out)
	}
	return nil
}

// ready is the line that a dev server prints, as other programs read it.
type ready struct {
	BaseURL      string                       `json:"base_url"`
	Workspace    string                       `json:"workspace"`
	SCIMURL      string                       `json:"scim_url"`
	SCIMToken    string                       `json:"scim_token"`
	SCIMUser     string                       `json:"scim_user"`
	SCIMPassword string                       `json:"scim_password"`
	MembersURL   string                       `json:"members_url"`
	PID          int                          `json:"pid"`
	SignIns      []struct{ Role, URL string } `json:"sign_ins"`
}

// process is a running server.
type process struct {
	t     *testing.T
	cmd   *exec.Cmd
	ready ready
	said  lockedBuffer // what it wrote to its error stream
	ended sync.Once
}

// lockedBuffer takes writes and reads from several goroutines.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// dev starts `anteroom dev` on a free port and waits until it is ready.
func dev(t *testing.T, flags ...string) *process {
	t.Helper()
	return launch(t, exec.Command(program, append([]string{"dev", "--json", "--listen", "127.0.0.1:0"}, flags...)...))
}

// launch starts a command whose first line is a ready line. Its process group is
// ended with the test, if it still runs.
func launch(t *testing.T, cmd *exec.Cmd) *process {
	t.Helper()
	p := &process{t: t, cmd: cmd}
	cmd.Env = append(cmd.Environ(), "ANTEROOM_STATE="+t.TempDir())
	cmd.Stderr = &p.said
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.kill)
	lines := bufio.NewReader(out)
	first := make(chan string, 1)
	go func() {
		line, _ := lines.ReadString('\n')
		first <- line
		_, _ = io.Copy(io.Discard, lines)
	}()
	select {
	case line := <-first:
		if err := json.Unmarshal([]byte(line), &p.ready); err != nil {
			t.Fatalf("%v: not ready: %q\n%s", cmd.Args, line, &p.said)
		}
	case <-time.After(30 * time.Second):
		t.Fatalf("%v: not ready within 30 s\n%s", cmd.Args, &p.said)
	}
	return p
}

// kill ends the server at once, as a power switch does.
func (p *process) kill() {
	p.ended.Do(func() {
		_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
		_ = p.cmd.Wait()
	})
}

// stop asks the server to end, and fails unless it does so properly.
func (p *process) stop() {
	p.t.Helper()
	p.ended.Do(func() {
		_ = syscall.Kill(p.ready.PID, syscall.SIGTERM)
		if err := p.cmd.Wait(); err != nil {
			p.t.Errorf("%v did not end well: %v\n%s", p.cmd.Args, err, &p.said)
		}
	})
}

// answer is one answer of a server, read to its end.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a answer) read(into any) error {
	if err := json.Unmarshal(a.body, into); err != nil {
		return fmt.Errorf("%d %s: %w", a.status, a.body, err)
	}
	return nil
}

func (a answer) id() string {
	var r struct{ ID string }
	_ = a.read(&r)
	return r.ID
}

// call makes one request of the server's SCIM service.
func (r ready) call(method, path, body string) (a answer, err error) {
	req, err := http.NewRequest(method, r.SCIMURL+path, strings.NewReader(body))
	if err != nil {
		return a, err
	}
	req.Header.Set("Authorization", "Bearer "+r.SCIMToken)
	req.Header.Set("Content-Type", "application/scim+json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return a, err
	}
	defer res.Body.Close()
	a.status, a.header = res.StatusCode, res.Header
	a.body, err = io.ReadAll(res.Body)
	return a, err
}
