package main_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/edge/scimapi"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/store"
	"github.com/anteroom-id/anteroom/internal/token"
)

// What a killed process wrote, the kernel still has; what a machine without
// power wrote, only the disk has. So the system calls are watched: between the
// arrival of a write's request and its answer, the frames with its change must
// have gone into SQLite's write-ahead log and been flushed.
func TestNoAnswerLeavesBeforeItsCommitIsFlushed(t *testing.T) {
	t.Parallel()
	trace := filepath.Join(t.TempDir(), "trace")
	server := launch(t, traced(t, trace, program, "dev", "--json", "--listen", "127.0.0.1:0", "--data", t.TempDir()))
	made := exercise(t, server.ready)
	server.stop()
	seen := check(t, trace)
	if seen.answers != made {
		t.Errorf("%d writes were made and %d were seen", made, seen.answers)
	}
	for _, v := range seen.violations {
		t.Error(v)
	}
	t.Logf("%d writes, %d flushes", made, seen.flushes)
	if seen.flushes == 0 || seen.flushes > made+20 {
		t.Errorf("%d flushes for %d writes", seen.flushes, made)
	}
}

// The same check of the same service with SQLite's synchronous=OFF, which only
// this test can switch on, must find that every answer was too early.
func TestTheCheckOfFlushesFailsWithoutFlushes(t *testing.T) {
	t.Parallel()
	trace := filepath.Join(t.TempDir(), "trace")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := traced(t, trace, self)
	cmd.Env = append(os.Environ(), unflushedEnv+"="+t.TempDir())
	server := launch(t, cmd)
	made := exercise(t, server.ready)
	server.stop()
	seen := check(t, trace)
	if seen.answers != made || len(seen.violations) != made {
		t.Errorf("%d writes were made without a flush, %d were seen, %d found out", made, seen.answers, len(seen.violations))
	}
}

// unflushedEnv makes this test's binary serve from the folder that it names,
// without flushing.
const unflushedEnv = "ANTEROOM_TEST_UNFLUSHED"

func serveUnflushed() int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	if err := unflushed(ctx, os.Getenv(unflushedEnv)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func unflushed(ctx context.Context, dir string) error {
	db, err := store.Open(ctx, store.Options{Database: dir, InsecureNoFlush: true})
	if err != nil {
		return err
	}
	defer db.Close()
	p := product.Default()
	d, tokens := directory.New(db, p, directory.Bounds{}), token.New(db, p)
	o := identity.Origin{Actor: identity.Actor{Kind: identity.ActorOperator, ID: "test"}, Source: "test"}
	w, err := d.CreateWorkspace(ctx, o, "acme", "")
	if err != nil {
		return err
	}
	_, secret, err := tokens.Issue(ctx, token.Request{Workspace: w.ID, Origin: o})
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	srv := &http.Server{Handler: scimapi.New(scimapi.Config{Store: db, Directory: d, Tokens: tokens, Product: p})}
	go srv.Serve(l)
	if err := json.NewEncoder(os.Stdout).Encode(ready{SCIMURL: "http://" + l.Addr().String() + "/scim/v2", SCIMToken: secret, PID: os.Getpid()}); err != nil {
		return err
	}
	<-ctx.Done()
	return srv.Shutdown(context.WithoutCancel(ctx))
}

// traced is a command under strace.
func traced(t *testing.T, file, name string, args ...string) *exec.Cmd {
	t.Helper()
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Fatal("strace is not installed: run `make deps`, or `apt-get install strace`")
	}
	own := []string{
		"-f", "-yy", "-ttt", "-s", "5000", "--seccomp-bpf", "-o", file,
		"-e", "trace=read,write,writev,pwrite64,pwritev,sendto,sendmsg,recvfrom,fsync,fdatasync", "-e", "signal=none", name,
	}
	return exec.Command(strace, append(own, args...)...)
}

// exercise makes writes of every kind, one at a time and many at once, and says
// how many were acknowledged.
func exercise(t *testing.T, r ready) (made int) {
	t.Helper()
	var mu sync.Mutex
	must := func(method, path, body string) answer {
		a, err := r.call(method, path, body)
		if err != nil || a.status >= 300 {
			t.Errorf("%s %s: %d %s %v", method, path, a.status, a.body, err)
		}
		mu.Lock()
		defer mu.Unlock()
		made++
		return a
	}
	group := must("POST", "/Groups", `{"displayName":"Team"}`).id()
	life := func(name string) {
		id := must("POST", "/Users", `{"userName":"`+name+`@x.example"}`).id()
		must("PATCH", "/Users/"+id, operations(`{"op":"replace","path":"title","value":"Lead"}`))
		must("PATCH", "/Groups/"+group, operations(`{"op":"Add","path":"members","value":[{"value":"`+id+`"}]}`))
		must("PUT", "/Users/"+id, `{"userName":"`+name+`@x.example","title":"Chief"}`)
		must("PATCH", "/Users/"+id, operations(`{"op":"Replace","path":"active","value":"False"}`))
		must("PATCH", "/Groups/"+group, operations(`{"op":"Remove","path":"members[value eq \"`+id+`\"]"}`))
		must("DELETE", "/Users/"+id, "")
	}
	for i := range 3 {
		life(fmt.Sprint("alone", i))
	}
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() { life(fmt.Sprint("together", i)) })
	}
	all.Wait()
	return made
}

func operations(all string) string {
	return `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[` + all + `]}`
}

// syscallEvent is one call of the kernel. Enter and exit are its places in the
// order in which strace saw calls begin and end; a thread that is in such a
// stop waits for strace, so that the order is the true one.
type syscallEvent struct {
	enter, exit int
	name, file  string
	data        []byte
	result      int
}

// readTrace reads strace's output, in the order of the calls' ends. A call that
// another thread's interrupts stands in two lines.
func readTrace(t *testing.T, file string) (events []syscallEvent) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	type open struct {
		enter      int
		name, args string
	}
	begun := map[string]open{}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		thread, line, _ := strings.Cut(lines.Text(), " ")
		_, line, _ = strings.Cut(strings.TrimSpace(line), " ") // the time
		var o open
		if _, rest, resumed := strings.Cut(line, " resumed>"); resumed && strings.HasPrefix(line, "<... ") {
			o = begun[thread]
			o.args += rest
		} else {
			o.enter = n
			o.name, o.args, _ = strings.Cut(line, "(")
		}
		if args, more := strings.CutSuffix(o.args, " <unfinished ...>"); more {
			o.args = args
			begun[thread] = o
		} else if e, ok := parseCall(o.args); ok {
			e.enter, e.exit, e.name = o.enter, n, o.name
			events = append(events, e)
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return events
}

// parseCall reads what follows a call's opening parenthesis: 9</data/x.db>, "...", 24) = 24.
// Only what concerns the write-ahead log and the network is of interest.
func parseCall(s string) (e syscallEvent, ok bool) {
	_, s, _ = strings.Cut(s, "<")
	end := strings.Index(s, ">,")
	if short := strings.Index(s, ">)"); end < 0 || short >= 0 && short < end {
		end = short
	}
	at := strings.LastIndex(s, "= ")
	if end < 0 || at < end || !strings.HasSuffix(s[:end], walSuffix) && !strings.HasPrefix(s, socketPrefix) {
		return e, false
	}
	result, _, _ := strings.Cut(s[at+2:], " ")
	n, err := strconv.Atoi(result)
	return syscallEvent{file: s[:end], data: unescape(strings.TrimLeft(s[end+2:at], " ")), result: n}, err == nil
}

// How strace -yy names the files of interest.
const walSuffix, socketPrefix = ".db-wal", "TCP"

// unescape reads the C string that a text starts with; nil when there is none.
func unescape(s string) []byte {
	if !strings.HasPrefix(s, `"`) {
		return nil
	}
	out := []byte{}
	for i := 1; i < len(s) && s[i] != '"'; i++ {
		if s[i] != '\\' {
			out = append(out, s[i])
			continue
		}
		i++
		if at := strings.IndexByte("ntvfr", s[i]); at >= 0 {
			out = append(out, "\n\t\v\f\r"[at])
			continue
		}
		n, digits := 0, 0
		for ; digits < 3 && i+digits < len(s) && s[i+digits] >= '0' && s[i+digits] <= '7'; digits++ {
			n = n*8 + int(s[i+digits]-'0')
		}
		if digits == 0 {
			out = append(out, s[i])
			continue
		}
		out = append(out, byte(n))
		i += digits - 1
	}
	return out
}

// observation is what a trace shows.
type observation struct {
	answers    int // to writes that were acknowledged
	flushes    int // of the write-ahead log
	violations []string
}

// watcher follows a trace.
type watcher struct {
	seen     observation
	heard    map[string][]byte // what came in on each connection since its last answer
	frames   []frame           // of the write-ahead log, in order
	flushed  []syscallEvent
	closing  bool // the frame begun ends a transaction
	followed bool // a frame was begun and its page is due
}

// frame is one page in the write-ahead log.
type frame struct {
	exit   int
	commit bool // it ends a transaction
	page   []byte
}

// frameHeader is the length of what stands before each page.
// https://www.sqlite.org/fileformat2.html#walformat
const frameHeader = 24

func check(t *testing.T, file string) observation {
	t.Helper()
	w := watcher{heard: map[string][]byte{}}
	for _, e := range readTrace(t, file) {
		w.watch(&e)
	}
	return w.seen
}

func (w *watcher) watch(e *syscallEvent) {
	switch log, socket := strings.HasSuffix(e.file, walSuffix), strings.HasPrefix(e.file, socketPrefix); {
	case log && e.name == "pwrite64" && len(e.data) == frameHeader:
		// Bytes 4 to 7 hold the size of the database in a frame that ends a transaction, else 0.
		w.closing, w.followed = !bytes.Equal(e.data[4:8], make([]byte, 4)), true
	case log && e.name == "pwrite64" && w.followed:
		w.frames, w.followed = append(w.frames, frame{e.exit, w.closing, e.data}), false
	case log && (e.name == "fsync" || e.name == "fdatasync") && e.result == 0:
		w.flushed = append(w.flushed, *e)
		w.seen.flushes++
	case socket && (e.name == "read" || e.name == "recvfrom") && e.result > 0:
		w.heard[e.file] = append(w.heard[e.file], e.data...)
	case socket && (e.name == "write" || e.name == "sendto") && bytes.HasPrefix(e.data, []byte("HTTP/1.1 ")):
		w.answer(e)
	}
}

var requestID = regexp.MustCompile(`(?i)x-request-id: (req_\w+)`)

// answer judges one answer by the request that it is for.
func (w *watcher) answer(e *syscallEvent) {
	request := w.heard[e.file]
	delete(w.heard, e.file)
	method, _, _ := strings.Cut(string(request), " ")
	if method == http.MethodGet || !bytes.HasPrefix(e.data, []byte("HTTP/1.1 2")) {
		return
	}
	w.seen.answers++
	id := requestID.FindSubmatch(e.data)
	if id == nil {
		w.seen.violations = append(w.seen.violations, fmt.Sprintf("an answer to %s without a request id", method))
		return
	}
	if why := w.tooEarly(id[1], e.enter); why != "" {
		w.seen.violations = append(w.seen.violations, fmt.Sprintf("the answer to %s %s left %s", method, id[1], why))
	}
}

// tooEarly says what had not been done when an answer began to leave, "" when
// all was: the change's frame, the end of its transaction, and a flush after it.
// A change is known by its request's id, which stands in the change log.
func (w *watcher) tooEarly(id []byte, leaves int) string {
	in := 0
	for in < len(w.frames) && !bytes.Contains(w.frames[in].page, id) {
		in++
	}
	for in < len(w.frames) && !w.frames[in].commit {
		in++
	}
	if in == len(w.frames) {
		return "before its transaction was written"
	}
	for _, f := range w.flushed {
		if f.enter > w.frames[in].exit && f.exit < leaves {
			return ""
		}
	}
	return "before its transaction was flushed"
}
