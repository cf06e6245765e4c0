package storetest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// install is what a developer types when PostgreSQL is missing.
const install = "PostgreSQL is not installed (no initdb under /usr/lib/postgresql): run `make deps`, or `apt-get install postgresql`"

// Options say how a cluster is to behave.
type Options struct {
	// Durable makes every commit reach the disk, as in production. Without it
	// nothing is flushed: the cluster is thrown away anyhow, and tests are fast.
	Durable bool
}

// Cluster is one running throwaway PostgreSQL server.
type Cluster struct {
	dir   string
	admin string    // URL of the postgres database
	guard *exec.Cmd // stops the server and removes dir when its stdin closes
	life  *os.File  // the other end of that stdin: it closes with this process
	cred  *owner    // who runs the server
}

// owner is the unprivileged user who runs the server; PostgreSQL refuses root.
type owner struct {
	name     string
	uid, gid int
}

// guardScript runs the server ($1 is its folder, the rest its command) and waits
// for stdin to close, which happens when the process that started it ends,
// however it ends. Nothing in the folder is worth an orderly shutdown.
const guardScript = `dir=$1; shift
"$@" </dev/null >"$dir/log" 2>&1 &
server=$!
cat >/dev/null
kill -QUIT $server
wait $server
cd /
rm -rf "$dir"`

// Start makes a fresh cluster in the temporary folder and starts it. It ends with
// [Cluster.Stop] or with this process, whichever comes first, and leaves no file.
func Start(ctx context.Context, o Options) (*Cluster, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	var last error
	for range 5 { // a port may be taken between choosing and using it
		c, err := start(ctx, bin, o)
		if err == nil {
			return c, nil
		}
		last = err
	}
	return nil, last
}

func start(ctx context.Context, bin string, o Options) (*Cluster, error) {
	c := &Cluster{}
	if err := c.init(ctx, bin, o); err != nil {
		return nil, errors.Join(err, c.Stop())
	}
	if err := c.launch(bin, o); err != nil {
		return nil, errors.Join(err, c.Stop())
	}
	if err := c.await(ctx); err != nil {
		return nil, errors.Join(err, c.Stop())
	}
	return c, nil
}

// binaries finds the newest installed server's programs.
func binaries() (string, error) {
	all, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(all) == 0 {
		return onPath()
	}
	version := func(path string) int {
		n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
		return n
	}
	newest := slices.MaxFunc(all, func(a, b string) int { return version(a) - version(b) })
	return filepath.Dir(newest), nil
}

// onPath finds the server's programs where Debian does not put them.
func onPath() (string, error) {
	initdb, err := exec.LookPath("initdb")
	if err != nil {
		return "", errors.New(install)
	}
	return filepath.Dir(initdb), nil
}

// unprivileged finds whom to run the server as: oneself, unless one is root.
func unprivileged() (*owner, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		return &owner{name, uid, gid}, nil
	}
	return nil, errors.New("PostgreSQL refuses to run as root, and there is no user postgres or nobody to run it as")
}

// init makes the cluster's files. The collation is a language's, not that of
// bytes, as on most servers in production: what rests on the order of bytes by
// luck shall fail here and not there.
func (c *Cluster) init(ctx context.Context, bin string, o Options) error {
	var err error
	if c.cred, err = unprivileged(); err != nil {
		return err
	}
	if c.dir, err = os.MkdirTemp(folder(o), "anteroom-pg-"); err != nil {
		return err
	}
	if c.cred != nil {
		if err := os.Chown(c.dir, c.cred.uid, c.cred.gid); err != nil {
			return err
		}
	}
	cmd := exec.CommandContext(ctx, filepath.Join(bin, "initdb"), "--pgdata", c.data(), "--username", "anteroom",
		"--auth", "trust", "--no-sync", "--no-instructions", "--encoding", "UTF8",
		"--locale", "C.UTF-8", "--locale-provider", "icu", "--icu-locale", "en-US")
	c.dress(cmd)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	return nil
}

func (c *Cluster) data() string { return filepath.Join(c.dir, "data") }

// memory is where Linux keeps files in memory.
const memory = "/dev/shm"

// folder is where a cluster lives. One that need not be durable lives in memory
// where there is room: copying a database takes 8 ms there and up to 190 ms on a
// disk. The name of a socket must not be longer than the 107 bytes that the
// kernel takes, so that a long temporary folder is not used.
func folder(o Options) string {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(memory, &fs); !o.Durable && err == nil && fs.Bavail*uint64(fs.Bsize) > 2<<30 {
		return memory
	}
	if dir := os.TempDir(); len(dir) < 60 {
		return dir
	}
	return "/tmp"
}

// dress has a command run in the cluster's folder as its owner, out of reach of
// the terminal's signals.
func (c *Cluster) dress(cmd *exec.Cmd) {
	cmd.Dir = c.dir
	cmd.Env = []string{"PATH=/usr/bin:/bin", "LC_ALL=C", "TZ=UTC"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if c.cred != nil {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(c.cred.uid), Gid: uint32(c.cred.gid)}
	}
}

// launch starts the server under its guard.
func (c *Cluster) launch(bin string, o Options) error {
	port, err := freePort()
	if err != nil {
		return err
	}
	args := append([]string{"-c", guardScript, "sh", c.dir}, c.command(bin, port, o)...)
	c.guard = exec.Command("/bin/sh", args...)
	c.dress(c.guard)
	read, write, err := os.Pipe()
	if err != nil {
		return err
	}
	defer read.Close()
	c.guard.Stdin, c.life = read, write
	u := url.URL{Scheme: "postgres", User: url.User("anteroom"), Host: net.JoinHostPort("127.0.0.1", port), Path: "/postgres", RawQuery: "sslmode=disable"}
	c.admin = u.String()
	return c.guard.Start()
}

func (c *Cluster) command(bin, port string, o Options) []string {
	args := []string{filepath.Join(bin, "postgres"), "-D", c.data(), "-p", port, "-k", c.dir}
	settings := []string{"listen_addresses=127.0.0.1", "max_connections=200", "shared_buffers=64MB", "log_min_messages=fatal", "max_wal_size=256MB"}
	if !o.Durable {
		settings = append(settings, "fsync=off", "synchronous_commit=off", "full_page_writes=off")
	}
	for _, s := range settings {
		args = append(args, "-c", s)
	}
	return args
}

func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, err
}

// await waits until the server answers.
func (c *Cluster) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for {
		err := c.exec(ctx, "SELECT 1")
		if err == nil {
			return nil
		}
		log, _ := os.ReadFile(filepath.Join(c.dir, "log"))
		if strings.Contains(string(log), "FATAL:  could not") || ctx.Err() != nil {
			return fmt.Errorf("PostgreSQL did not start: %w\n%s", err, log)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// URL is the address of the cluster's administrative database.
func (c *Cluster) URL() string { return c.admin }

// Stop ends the server and removes its folder. The cluster is of no use after it.
func (c *Cluster) Stop() error {
	if c.life != nil {
		c.life.Close()
	}
	if c.guard != nil && c.guard.Process != nil {
		if err := c.guard.Wait(); err != nil {
			return err
		}
	}
	if c.dir == "" {
		return nil
	}
	return os.RemoveAll(c.dir)
}
