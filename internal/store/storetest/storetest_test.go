package storetest_test

import (
	"bufio"
	"context"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"go.uber.org/goleak"

	"github.com/anteroom-id/anteroom/internal/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

func TestEachCallIsAnEmptyDatabaseOfItsOwn(t *testing.T) {
	a, b := storetest.Postgres(t), storetest.Postgres(t)
	if a == b {
		t.Fatalf("both are %s", a)
	}
	if got := query(t, a, "CREATE TABLE member (id TEXT); INSERT INTO member VALUES ('mem_1'); SELECT count(*)::TEXT FROM member"); got != "1" {
		t.Errorf("the first database holds %s rows", got)
	}
	if got := query(t, b, "SELECT count(*)::TEXT FROM pg_tables WHERE schemaname = 'public'"); got != "0" {
		t.Errorf("the second database holds %s tables", got)
	}
}

func TestADatabaseIsGoneWhenItsTestEnds(t *testing.T) {
	var database string
	var open *pgx.Conn
	t.Run("a test that leaves a connection open", func(t *testing.T) {
		database = storetest.Postgres(t)
		open = connect(t, database)
	})
	defer open.Close(context.Background())
	if c, err := pgx.Connect(context.Background(), database); err == nil {
		c.Close(context.Background())
		t.Error("one can still connect")
	}
}

func TestManyTestsMayAskAtOnce(t *testing.T) {
	var all sync.Map
	t.Run("all", func(t *testing.T) {
		for range 8 {
			t.Run("one", func(t *testing.T) {
				t.Parallel()
				database := storetest.Postgres(t)
				if _, taken := all.LoadOrStore(database, true); taken {
					t.Errorf("%s was given twice", database)
				}
			})
		}
	})
}

func TestOnlyADurableDatabaseFlushes(t *testing.T) {
	if got := query(t, storetest.DurablePostgres(t), "SELECT current_setting('fsync') || current_setting('synchronous_commit')"); got != "onon" {
		t.Errorf("durable: %s", got)
	}
	if os.Getenv(storetest.Environment) == "" {
		if got := query(t, storetest.Postgres(t), "SELECT current_setting('fsync')"); got != "off" {
			t.Errorf("ordinary: fsync is %s", got)
		}
	}
}

func TestTextIsNotOrderedByItsBytes(t *testing.T) {
	if got := query(t, storetest.DurablePostgres(t), "SELECT string_agg(s, '' ORDER BY s) FROM (VALUES ('b'), ('A'), ('a'), ('B')) AS v (s)"); got != "aAbB" {
		t.Errorf("ordered %s", got)
	}
}

func TestAskingLeavesNothingRunningInThisProcess(t *testing.T) {
	before := goleak.IgnoreCurrent()
	t.Run("ask", func(t *testing.T) { storetest.Postgres(t) })
	goleak.VerifyNone(t, before)
}

func TestAStoppedClusterLeavesNoFile(t *testing.T) {
	c, err := storetest.Start(t.Context(), storetest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	folder := query(t, c.URL(), "SELECT current_setting('data_directory')")
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Dir(folder)); !os.IsNotExist(err) {
		t.Errorf("%s: %v", folder, err)
	}
}

func TestAServerThatIsGivenIsUsed(t *testing.T) {
	c, err := storetest.Start(t.Context(), storetest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Stop()
	cmd := exec.Command(os.Args[0], "-test.run", "TestEachCallIsAnEmptyDatabaseOfItsOwn$|TestPrintADatabase$", "-test.v")
	cmd.Env = append(os.Environ(), storetest.Environment+"="+c.URL())
	out, err := cmd.CombinedOutput()
	if u, _ := url.Parse(c.URL()); err != nil || !strings.Contains(string(out), "a database at "+u.Host) {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestPrintADatabase(t *testing.T) {
	u, err := url.Parse(storetest.Postgres(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("a database at %s", u.Host)
}

// pgtemp starts the command and returns it with the URL that it printed.
func pgtemp(t *testing.T) (*exec.Cmd, *os.File, string) {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "pgtemp")
	if out, err := exec.Command("go", "build", "-o", bin, "./pgtemp").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	cmd := exec.Command(bin)
	in, keep, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	cmd.Stdin = in
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("no URL: %v", err)
	}
	return cmd, keep, strings.TrimSpace(line)
}

func TestTheCommandLeavesNothingBehindHoweverItEnds(t *testing.T) {
	for name, end := range map[string]func(*exec.Cmd, *os.File) error{
		"stdin closes": func(_ *exec.Cmd, stdin *os.File) error { return stdin.Close() },
		"it is told":   func(cmd *exec.Cmd, _ *os.File) error { return cmd.Process.Signal(syscall.SIGTERM) },
		"it is killed": func(cmd *exec.Cmd, _ *os.File) error { return cmd.Process.Kill() },
	} {
		t.Run(name, func(t *testing.T) {
			cmd, stdin, server := pgtemp(t)
			defer stdin.Close()
			folder := query(t, server, "SELECT current_setting('data_directory')")
			if err := end(cmd, stdin); err != nil {
				t.Fatal(err)
			}
			if err := cmd.Wait(); (err != nil) != (name == "it is killed") {
				t.Errorf("ended with %v", err)
			}
			awaitGone(t, filepath.Dir(folder))
		})
	}
}

func awaitGone(t *testing.T, folder string) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if _, err := os.Stat(folder); os.IsNotExist(err) {
			return
		}
	}
	t.Errorf("%s is still there", folder)
}

func TestTheCommandRunsAnotherBesideAServer(t *testing.T) {
	cmd := exec.Command("go", "run", "./pgtemp", "sh", "-c", "echo at $"+storetest.Environment+"; exit 7")
	out, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "at postgres://anteroom@127.0.0.1:") || !strings.Contains(string(out), "exit status 7") {
		t.Errorf("%v\n%s", err, out)
	}
}

// query runs statements and returns what the last one selects.
func query(t *testing.T, database, statements string) string {
	t.Helper()
	conn := connect(t, database)
	defer conn.Close(context.Background())
	results, err := conn.PgConn().Exec(context.Background(), statements).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return string(results[len(results)-1].Rows[0][0])
}

func connect(t *testing.T, database string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), database)
	if err != nil {
		t.Fatal(err)
	}
	return conn
}
