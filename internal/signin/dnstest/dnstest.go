// Package dnstest is a name server on loopback whose TXT records a test sets, for
// tests of what the DNS proves. It is for tests only.
package dnstest

import (
	"maps"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

// Server answers queries over UDP (RFC 1035 §4.2.1).
type Server struct {
	Addr string // where it listens: "127.0.0.1:40001"

	mu      sync.Mutex
	texts   map[string][]string
	failing bool
	asked   map[string]int
}

// New starts a server without records, which stops with the test.
func New(t *testing.T) *Server {
	t.Helper()
	c, err := net.ListenPacket("udp", "127.0.0.1:0") //nolint:noctx // it stops with the test
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{Addr: c.LocalAddr().String(), texts: map[string][]string{}, asked: map[string]int{}}
	var served sync.WaitGroup
	served.Go(func() { s.serve(c) })
	t.Cleanup(func() {
		_ = c.Close()
		served.Wait()
	})
	return s
}

// Set gives a name its TXT records; none take them away.
func (s *Server) Set(name string, texts ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.texts[strings.ToLower(name)] = slices.Clone(texts)
}

// Fail has every query answered with SERVFAIL, or no longer.
func (s *Server) Fail(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failing = on
}

// Asked says how often each name was asked for.
func (s *Server) Asked() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.asked)
}

func (s *Server) serve(c net.PacketConn) {
	buf := make([]byte, 4096)
	for {
		n, from, err := c.ReadFrom(buf)
		if err != nil {
			return // closed
		}
		if out := s.answer(buf[:n]); out != nil {
			_, _ = c.WriteTo(out, from) // who asked asks again
		}
	}
}

// answer answers one query; nil for what is none.
func (s *Server) answer(query []byte) []byte {
	var p dnsmessage.Parser
	h, err := p.Start(query)
	if err != nil {
		return nil
	}
	q, err := p.Question()
	if err != nil {
		return nil
	}
	texts, code := s.look(q)
	b := dnsmessage.NewBuilder(nil, dnsmessage.Header{ID: h.ID, Response: true, Authoritative: true, RecursionDesired: h.RecursionDesired, RecursionAvailable: true, RCode: code})
	if b.StartQuestions() != nil || b.Question(q) != nil || b.StartAnswers() != nil {
		return nil
	}
	for _, text := range texts {
		record := dnsmessage.ResourceHeader{Name: q.Name, Type: dnsmessage.TypeTXT, Class: dnsmessage.ClassINET, TTL: 60}
		if b.TXTResource(record, dnsmessage.TXTResource{TXT: strands(text)}) != nil {
			return nil
		}
	}
	out, err := b.Finish()
	if err != nil {
		return nil
	}
	return out
}

func (s *Server) look(q dnsmessage.Question) ([]string, dnsmessage.RCode) {
	name := strings.ToLower(strings.TrimSuffix(q.Name.String(), "."))
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked[name]++
	if s.failing {
		return nil, dnsmessage.RCodeServerFailure
	}
	texts, known := s.texts[name]
	switch {
	case !known:
		return nil, dnsmessage.RCodeNameError
	case q.Type != dnsmessage.TypeTXT:
		return nil, dnsmessage.RCodeSuccess
	}
	return texts, dnsmessage.RCodeSuccess
}

// strands cuts a text into strings of at most 255 bytes (RFC 1035 §3.3.14).
func strands(text string) (out []string) {
	for s := range slices.Chunk([]byte(text), 255) {
		out = append(out, string(s))
	}
	if len(out) == 0 {
		out = []string{""}
	}
	return out
}
