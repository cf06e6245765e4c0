package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// server is a process under measurement.
type server struct {
	cmd     *exec.Cmd
	ready   time.Duration // from start to ready
	url     string        // SCIM base URL
	root    string
	token   string
	people  int
	ids     []string // SCIM ids of the people, in order
	group   map[int]string
	next    atomic.Int64 // people made
	turned  atomic.Int64 // people switched on or off
	peakRSS int64        // kB of anonymous memory, the highest seen
	quit    chan struct{}
}

// startAnteroom runs `anteroom dev --json` on a data folder.
func startAnteroom(binary, data string) (*server, error) {
	s := &server{group: map[int]string{}, quit: make(chan struct{})}
	s.cmd = exec.Command(binary, "dev", "--json", "--listen", "127.0.0.1:0", "--data", data)
	s.cmd.Stderr = os.Stderr
	s.cmd.Env = append(os.Environ(), "ANTEROOM_STATE="+data)
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	began := time.Now()
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	var ready struct {
		BaseURL   string `json:"base_url"`
		SCIMURL   string `json:"scim_url"`
		SCIMToken string `json:"scim_token"`
	}
	if err := json.NewDecoder(bufio.NewReader(out)).Decode(&ready); err != nil {
		return nil, fmt.Errorf("anteroom dev did not become ready: %w", err)
	}
	s.ready = time.Since(began)
	s.url, s.root, s.token = ready.SCIMURL, ready.BaseURL, ready.SCIMToken
	go s.watchMemory()
	return s, nil
}

// startBare runs this program as a bare HTTP server in a process of its own.
func startBare() (*server, error) {
	s := &server{quit: make(chan struct{})}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	s.cmd = exec.Command(self, "bare-http")
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	s.url = strings.TrimSpace(line)
	return s, err
}

func (s *server) stop() {
	if s == nil || s.cmd == nil || s.cmd.Process == nil {
		return
	}
	close(s.quit)
	_ = s.cmd.Process.Signal(os.Interrupt)
	_ = s.cmd.Wait()
	s.cmd = nil
}

// cpu is the processor time that the process has used.
func (s *server) cpu() time.Duration {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	f := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+2:]))
	user, _ := strconv.Atoi(f[11])
	system, _ := strconv.Atoi(f[12])
	return time.Duration(user+system) * time.Second / 100
}

// commits is how many transactions the server has committed.
func (s *server) commits() int64 {
	if s.root == "" {
		return 0
	}
	res, err := http.Get(s.root + "/debug/counters")
	if err != nil {
		return 0
	}
	defer res.Body.Close()
	var c struct{ Commits int64 }
	_ = json.NewDecoder(res.Body).Decode(&c)
	return c.Commits
}

func (s *server) watchMemory() {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-s.quit:
			return
		case <-tick.C:
			text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
			for line := range strings.Lines(string(text)) {
				if rest, ok := strings.CutPrefix(line, "RssAnon:"); ok {
					kb, _ := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
					s.peakRSS = max(s.peakRSS, kb)
				}
			}
		}
	}
}

// bareHTTP is floor (a): net/http, a handler that decodes the same body and
// answers one of the same size, and nothing else.
func bareHTTP() {
	body := person(1, "bare")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Printf("http://%s/scim/v2\n", l.Addr())
	_ = http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/scim+json")
		if r.Method != http.MethodGet {
			in, err := io.ReadAll(r.Body)
			var v map[string]any
			if err != nil || json.Unmarshal(in, &v) != nil {
				http.Error(w, "bad", http.StatusBadRequest)
				return
			}
			w.WriteHeader(http.StatusCreated)
		}
		_, _ = w.Write(body)
	}))
}
