package mail_test

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"net"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// server is a mail server on loopback that keeps what it is given (RFC 5321),
// with STARTTLS (RFC 3207) and AUTH PLAIN (RFC 4954) unless told otherwise.
type server struct {
	addr  string
	roots *x509.CertPool
	cert  tls.Certificate
	plain bool // offers no STARTTLS

	mu     sync.Mutex
	answer map[string]string // what to answer to a command instead of what is usual
	got    []received
}

type received struct {
	from, to, user, data string
	encrypted            bool
}

func serve(t *testing.T) *server {
	t.Helper()
	certified := httptest.NewTLSServer(nil) // for its certificate
	defer certified.Close()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &server{addr: l.Addr().String(), roots: x509.NewCertPool(), cert: certified.TLS.Certificates[0], answer: map[string]string{}}
	s.roots.AddCert(certified.Certificate())
	var all sync.WaitGroup
	all.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() { defer conn.Close(); s.talk(conn) })
		}
	})
	t.Cleanup(func() { l.Close(); all.Wait() })
	return s
}

func (s *server) answers(command, with string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer[command] = with
}

func (s *server) mails() []received {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]received(nil), s.got...)
}

func (s *server) talk(conn net.Conn) {
	var r received
	in := bufio.NewReader(conn)
	say := func(line string) { _, _ = conn.Write([]byte(line + "\r\n")) }
	say("220 test")
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimRight(line, "\r\n")
		command, rest, _ := strings.Cut(line, " ")
		s.mu.Lock()
		other := s.answer[command]
		s.mu.Unlock()
		if other != "" {
			say(other)
			continue
		}
		switch command {
		case "EHLO":
			say("250-test")
			if !s.plain && !r.encrypted {
				say("250-STARTTLS")
			}
			say("250-AUTH PLAIN")
			say("250 8BITMIME")
		case "STARTTLS":
			say("220 go")
			secure := tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{s.cert}})
			conn, in, r.encrypted = secure, bufio.NewReader(secure), true
		case "AUTH":
			raw, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(rest, "PLAIN "))
			r.user = strings.ReplaceAll(string(raw), "\x00", " ")
			say("235 ok")
		case "MAIL":
			r.from = rest
			say("250 ok")
		case "RCPT":
			r.to = rest
			say("250 ok")
		case "DATA":
			say("354 go")
			var text strings.Builder
			for {
				line, err := in.ReadString('\n')
				if err != nil {
					return
				}
				if line == ".\r\n" {
					break
				}
				text.WriteString(strings.TrimPrefix(line, "."))
			}
			r.data = text.String()
			s.mu.Lock()
			s.got = append(s.got, r)
			s.mu.Unlock()
			say("250 ok")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("502 what")
		}
	}
}
