package outbound_test

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/web/outbound"
)

func loopback() []netip.Prefix {
	return []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
}

// provider is a server with https and a plain one, each with every answer that a
// provider can give.
func provider(t *testing.T) (secure, plain *httptest.Server) {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("/metadata", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "metadata for "+r.Header.Get("Accept")) })
	mux.HandleFunc("/large", func(w http.ResponseWriter, r *http.Request) { io.CopyN(w, endless{}, outbound.MaxBody+1) })
	mux.HandleFunc("/just", func(w http.ResponseWriter, r *http.Request) { io.CopyN(w, endless{}, outbound.MaxBody) })
	mux.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	mux.HandleFunc("/stalls", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "<Entity")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	mux.HandleFunc("/to", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, r.URL.Query().Get("u"), http.StatusFound)
	})
	mux.HandleFunc("/loop", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/loop", http.StatusFound) })
	secure, plain = httptest.NewTLSServer(mux), httptest.NewServer(mux)
	t.Cleanup(secure.Close)
	t.Cleanup(plain.Close)
	return secure, plain
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

func code(err error) explain.Code {
	var r *explain.Refusal
	if errors.As(err, &r) {
		return r.Code
	}
	return ""
}

func TestT07_WhatCannotBeFetchedIsToldInWords(t *testing.T) {
	secure, plain := provider(t)
	roots := x509.NewCertPool()
	roots.AddCert(secure.Certificate())
	closed := closedPort(t)
	open := outbound.Options{Allow: loopback(), Roots: roots, InsecureHTTP: true}
	https := open
	https.InsecureHTTP = false
	hasty := https
	hasty.Timeout = 300 * time.Millisecond
	strange := https
	strange.Roots = x509.NewCertPool()

	for name, c := range map[string]struct {
		options outbound.Options
		address string
		want    explain.Code
	}{
		"no address":                         {https, "metadata", explain.FetchAddress},
		"a file":                             {open, "file:///etc/passwd", explain.FetchAddress},
		"another scheme":                     {open, "gopher://example.com/", explain.FetchAddress},
		"without https":                      {https, plain.URL + "/metadata", explain.FetchAddress},
		"a user name in it":                  {https, strings.Replace(secure.URL, "://", "://ann:secret@", 1), explain.FetchAddress},
		"far too long":                       {https, secure.URL + "/" + strings.Repeat("a", 3000), explain.FetchAddress},
		"a name that does not resolve":       {https, "https://provider.invalid/metadata", explain.FetchName},
		"a loopback address":                 {outbound.Options{}, secure.URL + "/metadata", explain.FetchPrivate},
		"a name of a loopback address":       {outbound.Options{}, "https://localhost/metadata", explain.FetchPrivate},
		"the cloud's own service":            {outbound.Options{InsecureHTTP: true}, "http://169.254.169.254/latest", explain.FetchPrivate},
		"a mapped loopback address":          {outbound.Options{}, "https://[::ffff:127.0.0.1]/", explain.FetchPrivate},
		"this host":                          {outbound.Options{}, "https://0.0.0.0/", explain.FetchPrivate},
		"a private network":                  {outbound.Options{}, "https://10.0.0.1/", explain.FetchPrivate},
		"a unique local address":             {outbound.Options{}, "https://[fd00::1]/", explain.FetchPrivate},
		"one that is not in what is allowed": {outbound.Options{Allow: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}, secure.URL, explain.FetchPrivate},
		"a redirect to a private address":    {open, plain.URL + "/to?u=http://10.0.0.1/", explain.FetchPrivate},
		"a redirect to a file":               {open, plain.URL + "/to?u=file:///etc/passwd", explain.FetchAddress},
		"a redirect from https to http":      {open, secure.URL + "/to?u=" + plain.URL + "/metadata", explain.FetchRedirect},
		"a loop":                             {https, secure.URL + "/loop", explain.FetchRedirect},
		"an unknown authority":               {strange, secure.URL + "/metadata", explain.FetchTLS},
		"no TLS":                             {https, strings.Replace(plain.URL, "http:", "https:", 1), explain.FetchTLS},
		"not found":                          {https, secure.URL + "/nowhere", explain.FetchStatus},
		"too large":                          {https, secure.URL + "/large", explain.FetchLarge},
		"no answer":                          {hasty, secure.URL + "/slow", explain.FetchSlow},
		"an answer that stops":               {hasty, secure.URL + "/stalls", explain.FetchSlow},
		"nobody there":                       {https, "https://" + closed + "/", explain.FetchUnreachable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := outbound.New(c.options)
			defer client.CloseIdleConnections()
			_, err := outbound.Get(t.Context(), client, c.address, "*/*")
			if code(err) != c.want {
				t.Errorf("%v, not %s", err, c.want)
			}
			if rule, ok := explain.Find(c.want); !ok || rule.Title == "" || rule.Mend == "" {
				t.Error("the rule says nothing")
			}
		})
	}
}

func closedPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func TestWhatIsAllowedIsFetched(t *testing.T) {
	secure, plain := provider(t)
	roots := x509.NewCertPool()
	roots.AddCert(secure.Certificate())
	client := outbound.New(outbound.Options{Allow: loopback(), Roots: roots, InsecureHTTP: true})
	defer client.CloseIdleConnections()
	for _, address := range []string{
		secure.URL + "/metadata", plain.URL + "/metadata#part", "  " + secure.URL + "/metadata\n",
		plain.URL + "/to?u=" + secure.URL + "/metadata", secure.URL + "/to?u=/to?u=/metadata",
	} {
		body, err := outbound.Get(t.Context(), client, address, "application/samlmetadata+xml")
		if err != nil || string(body) != "metadata for application/samlmetadata+xml" {
			t.Errorf("%s: %q %v", address, body, err)
		}
	}
	if body, err := outbound.Get(t.Context(), client, secure.URL+"/just", "*/*"); err != nil || len(body) != outbound.MaxBody {
		t.Errorf("%d bytes %v", len(body), err)
	}
}

func TestWhoeverStopsWaitingIsNotToldARule(t *testing.T) {
	_, plain := provider(t)
	client := outbound.New(outbound.Options{Allow: loopback(), InsecureHTTP: true})
	defer client.CloseIdleConnections()
	ctx, stop := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, stop)
	if _, err := outbound.Get(ctx, client, plain.URL+"/slow", "*/*"); !errors.Is(err, context.Canceled) || code(err) != "" {
		t.Errorf("%v", err)
	}
}
