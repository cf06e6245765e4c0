package scimapi_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/edge/scimapi"
)

// large fills a workspace with people whose list is larger than what a
// connection can hold while nobody reads.
func (s *server) large(w tenant) {
	s.t.Helper()
	note := strings.Repeat("x", 240<<10)
	for i := range 60 {
		s.must(201, w, "POST", "/Users", fmt.Sprintf(`{"userName":"large%d@x.example","note":%q}`, i, note))
	}
}

// beside is the same service under another configuration.
func (s *server) beside(c scimapi.Config) *httptest.Server {
	c.Store, c.Directory, c.Tokens, c.Product = s.store, s.directory, s.tokens, s.product
	h := httptest.NewServer(scimapi.New(c))
	s.t.Cleanup(h.Close)
	return h
}

// ask sends a request for everybody on a connection of its own, and reads nothing.
func (s *server) ask(h *httptest.Server, w tenant) net.Conn {
	s.t.Helper()
	c, err := net.Dial("tcp", h.Listener.Addr().String())
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { c.Close() })
	fmt.Fprintf(c, "GET %s/Users?count=500 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n", s.product.SCIM.Path(w.slug), w.secret)
	return c
}

// read reads the answer on a connection, and gives its length and the error at its end.
func read(c net.Conn) (int64, error) {
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	return io.Copy(io.Discard, res.Body)
}

func TestWhoReadsSlowlyKeepsNoPlaceFromOthers(t *testing.T) {
	onBoth(t, func(t *testing.T, s *server) {
		s.large(s.acme)
		h := s.beside(scimapi.Config{InFlight: 1, Patience: 25 * time.Second}) // less than the three may take to read
		slow := [3]net.Conn{}
		for i := range slow {
			slow[i] = s.ask(h, s.acme)
		}
		r := s.send([]string{"Authorization", "Bearer " + s.acme.secret}, "GET", h.URL+s.product.SCIM.Path("acme")+"/Users?count=1", "")
		if r.status != http.StatusOK {
			t.Errorf("behind three that do not read: %s", r)
		}
		for _, c := range slow {
			if n, err := read(c); err != nil || n < 60*240<<10 {
				t.Errorf("who reads late reads %d bytes: %v", n, err)
			}
		}
	})
}

// An answer of 15 MB may be read for as long as its size needs.
func TestWhoDoesNotReadIsCutOff(t *testing.T) {
	onBoth(t, func(t *testing.T, s *server) {
		s.large(s.acme)
		h := s.beside(scimapi.Config{Reading: time.Second}) // and 3.6 s for the size
		never, late := s.ask(h, s.acme), s.ask(h, s.acme)
		time.Sleep(2 * time.Second)
		if n, err := read(late); err != nil || n < 60*240<<10 {
			t.Errorf("who reads after 2 s reads %d bytes: %v", n, err)
		}
		time.Sleep(6 * time.Second)
		if n, err := read(never); err == nil {
			t.Errorf("who read nothing for 8 s still got all %d bytes", n)
		}
	})
}

// A workspace may leave four of the largest answers unread. What is more is not held: it is told to come back.
func TestAnswersThatNobodyReadsAreNotHeldWithoutBound(t *testing.T) {
	onBoth(t, func(t *testing.T, s *server) {
		s.large(s.acme)
		s.must(201, s.globex, "POST", "/Users", fmt.Sprintf(`{"userName":"one@x.example","note":%q}`, strings.Repeat("x", 100<<10)))
		h := s.beside(scimapi.Config{Reading: 25 * time.Second})
		var answers []*bufio.Reader
		for range 5 {
			answers = append(answers, bufio.NewReader(s.ask(h, s.acme)))
		}
		for _, a := range answers { // each has begun, and none is read
			if _, err := a.Peek(1); err != nil {
				t.Fatal(err)
			}
		}
		get := func(w tenant, query string) int {
			return s.send([]string{"Authorization", "Bearer " + w.secret}, "GET", h.URL+s.product.SCIM.Path(w.slug)+"/Users"+query, "").status
		}
		for w, query := range map[tenant]string{s.acme: "?count=1&attributes=userName", s.globex: ""} {
			if status := get(w, query); status != http.StatusOK {
				t.Errorf("%s%s: %d", w.slug, query, status)
			}
		}
		var whole, refused int
		for _, a := range answers {
			res, err := http.ReadResponse(a, nil)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(res.Body)
			switch {
			case err == nil && res.StatusCode == http.StatusOK && len(body) > 60*240<<10:
				whole++
			case err == nil && res.StatusCode == http.StatusTooManyRequests && res.Header.Get("Retry-After") != "" && strings.Contains(string(body), "read them"):
				refused++
			default:
				t.Errorf("%d, %d bytes, %v", res.StatusCode, len(body), err)
			}
		}
		if whole != 4 || refused != 1 {
			t.Errorf("%d are answered, and %d are told to come back", whole, refused)
		}
		if status := get(s.acme, "?count=500"); status != http.StatusOK {
			t.Errorf("after they were read: %d", status)
		}
	})
}

// begun sends the head of a request with a large body, and the body's first byte.
func (s *server) begun(h *httptest.Server, w tenant) {
	s.t.Helper()
	c, err := net.Dial("tcp", h.Listener.Addr().String())
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { c.Close() })
	fmt.Fprintf(c, "POST %s/Users HTTP/1.1\r\nHost: x\r\nContent-Type: application/scim+json\r\nAuthorization: Bearer %s\r\nContent-Length: 70000\r\n\r\n{", s.product.SCIM.Path(w.slug), w.secret)
}

func TestLargeBodiesThatComeSlowlyKeepNobodyElsesOut(t *testing.T) {
	onBoth(t, func(t *testing.T, s *server) {
		h := s.beside(scimapi.Config{Patience: time.Second, Reading: 3 * time.Second})
		for range 4 {
			s.begun(h, s.acme)
		}
		time.Sleep(300 * time.Millisecond)
		post := func(w tenant, name string) reply {
			return s.send([]string{"Authorization", "Bearer " + w.secret, "Content-Type", "application/scim+json"}, "POST", h.URL+s.product.SCIM.Path(w.slug)+"/Users",
				fmt.Sprintf(`{"userName":%q,"note":%q}`, name, strings.Repeat("x", 70<<10)))
		}
		if r := post(s.globex, "ann@x.example"); r.status != http.StatusCreated {
			t.Errorf("another workspace's: %d %.200s", r.status, r.body)
		}
		if r := post(s.acme, "ann@x.example"); r.status != http.StatusTooManyRequests {
			t.Errorf("their own workspace's fifth: %d %.200s", r.status, r.body)
		}
		time.Sleep(3 * time.Second)
		if r := post(s.acme, "ann@x.example"); r.status != http.StatusCreated {
			t.Errorf("after the time that a body has: %d %.200s", r.status, r.body)
		}
	})
}
