package main_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The guide to the lab is tried line by line: every block of commands is run in
// the order of the page, every file that it shows is written and used, and what
// it says that a command prints is compared with what it prints.
func TestTheGuideToTheLabIsTrue(t *testing.T) {
	g := newTerminal(t)
	blocks := g.read("../../docs/guides/lab.md")
	if len(blocks) < 15 {
		t.Fatalf("only %d blocks were found", len(blocks))
	}
	for _, b := range blocks {
		switch b.language {
		case "sh":
			g.said = ""
			for line := range strings.Lines(b.text) {
				g.command(strings.TrimSpace(line))
			}
		case "text":
			g.compare(b.text)
		case "json":
			g.write(b.name, b.text)
		case "go":
			g.write(b.name, b.text)
			g.start("anteroom dev --data :memory:") // an empty tenant
			g.environ()
			g.goTest("go test -count=1 .")
		default:
			t.Errorf("nobody tries a block of %q", b.language)
		}
	}
}

// terminal is where a page is tried: a shell in a folder of its own.
type terminal struct {
	t      *testing.T
	folder string
	env    []string
	said   string // by the commands of the last block
}

// fence is one fenced block of a page.
type fence struct{ language, name, text string }

func newTerminal(t *testing.T) *terminal {
	t.Helper()
	folder := t.TempDir()
	return &terminal{t: t, folder: folder, env: append(os.Environ(),
		"PATH="+filepath.Dir(program)+string(os.PathListSeparator)+os.Getenv("PATH"), "ANTEROOM_STATE="+filepath.Join(folder, "state"))}
}

func (g *terminal) read(file string) []fence {
	g.t.Helper()
	page, err := os.ReadFile(file)
	if err != nil {
		g.t.Fatal(err)
	}
	var all []fence
	for _, m := range regexp.MustCompile("(?ms)^```(\\S*)(?: (\\S+))?\n(.*?)^```$").FindAllSubmatch(page, -1) {
		all = append(all, fence{string(m[1]), string(m[2]), string(m[3])})
	}
	return all
}

// command runs one line. Those that keep running are started on any free port,
// and are used until the page ends.
func (g *terminal) command(line string) {
	g.t.Helper()
	switch {
	case strings.HasPrefix(line, "anteroom dev"):
		g.start(line)
		g.environ()
	case strings.HasPrefix(line, "anteroom lab serve"):
		g.start(line)
		g.visit()
	default:
		cmd := g.shell(line)
		var out, complaints bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &complaints
		if err := cmd.Run(); err != nil {
			g.t.Errorf("$ %s\n%v\n%s%s", line, err, &out, &complaints)
		}
		g.said += out.String()
	}
}

func (g *terminal) shell(line string) *exec.Cmd {
	cmd := exec.CommandContext(g.t.Context(), "sh", "-eu", "-c", line)
	cmd.Dir, cmd.Env = g.folder, g.env
	return cmd
}

// start runs a command in the background, up to the words that end its greeting.
func (g *terminal) start(line string) {
	g.t.Helper()
	cmd := g.shell("exec " + line + " --listen 127.0.0.1:0")
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		g.t.Fatal(err)
	}
	g.t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		if err := cmd.Wait(); err != nil && g.t.Context().Err() == nil {
			g.t.Errorf("%s: %v", line, err)
		}
	})
	for lines := bufio.NewScanner(out); lines.Scan(); {
		g.said += lines.Text() + "\n"
		if strings.Contains(lines.Text(), "Stop with Ctrl-C.") {
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return
		}
	}
	g.t.Fatalf("$ %s\nended: %s", line, g.said)
}

// environ sets what the page supposes to be set: the address and the token of a
// server.
func (g *terminal) environ() {
	g.t.Helper()
	text, err := os.ReadFile(filepath.Join(g.folder, "state", "dev.json"))
	if err != nil {
		g.t.Fatal(err)
	}
	var r ready
	if err := json.Unmarshal(text, &r); err != nil {
		g.t.Fatal(err)
	}
	g.env = append(g.env, "SCIM_URL="+r.SCIMURL, "SCIM_TOKEN="+r.SCIMToken)
}

// visit opens the page of the lab and presses its first button.
func (g *terminal) visit() {
	g.t.Helper()
	address := regexp.MustCompile(`http://127\.0\.0\.1:\d+/`).FindString(g.said)
	if _, err := http.Post(address+"provisioning/start", "", nil); err != nil {
		g.t.Fatal(err)
	}
	for range 200 {
		res, err := http.Get(address)
		if err != nil {
			g.t.Fatal(err)
		}
		page, _ := io.ReadAll(res.Body)
		res.Body.Close()
		if strings.Contains(string(page), "What the server holds equals the directory.") {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	g.t.Errorf("the lab at %s does not get through", address)
}

// compare wants the lines of a block, in their order, among what was printed.
// "…" stands for anything, and so does a port.
func (g *terminal) compare(text string) {
	g.t.Helper()
	rest := g.said
	for want := range strings.Lines(text) {
		pattern := strings.ReplaceAll(regexp.QuoteMeta(strings.TrimSpace(want)), "…", ".*")
		pattern = strings.ReplaceAll(pattern, `127\.0\.0\.1:8090`, `127\.0\.0\.1:\d+`)
		at := regexp.MustCompile(`(?m)^ *` + pattern + `\s*$`).FindStringIndex(rest)
		if at == nil {
			g.t.Errorf("the guide says %q, and this is printed:\n%s", want, g.said)
			return
		}
		rest = rest[at[1]:]
	}
}

func (g *terminal) write(name, text string) {
	g.t.Helper()
	if err := os.WriteFile(filepath.Join(g.folder, name), []byte(text), 0o600); err != nil {
		g.t.Fatal(err)
	}
}

// goTest runs a line of "go test" over the files of the folder, as if they stood
// in a package of this module: the guides' own folder, which has none.
func (g *terminal) goTest(line string) {
	g.t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		g.t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(g.folder, "*_test.go"))
	if err != nil || len(files) == 0 {
		g.t.Fatalf("there are no tests to run: %v", err)
	}
	replace := map[string]string{}
	for _, file := range files {
		replace[filepath.Join(root, "docs", "guides", filepath.Base(file))] = file
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		g.t.Fatal(err)
	}
	g.write("overlay.json", string(overlay))
	line = strings.Replace(strings.TrimSuffix(line, " ."), "go test", "go test -v -overlay "+filepath.Join(g.folder, "overlay.json"), 1)
	cmd := g.shell(line + " ./docs/guides")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil || !bytes.Contains(out, []byte("--- PASS")) {
		g.t.Errorf("%s: %v\n%s", line, err, out)
	}
}
