// Package outbound makes the HTTP client that goes to addresses which customers
// typed: it reaches no private network unless that is configured, whatever a name
// resolves to and wherever an answer leads on, reads a bounded answer in a bounded
// time, and says in words why something could not be had.
package outbound

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"code.dny.dev/ssrf"

	"github.com/anteroom-id/anteroom/internal/explain"
)

// The bounds of one request.
const (
	MaxBody  = 1 << 20 // bytes of an answer
	patience = 10 * time.Second
	hops     = 3 // times that an answer may lead on
)

// Options say where a client may go. The zero value reaches the public internet
// by https, and nothing else.
type Options struct {
	Allow        []netip.Prefix // private networks that it may reach too
	InsecureHTTP bool           // takes addresses that begin with http://
	Timeout      time.Duration  // of one request; 0 is 10 seconds
	Roots        *x509.CertPool // whose certificates count; nil is the system's
}

// New makes a client. What it refuses, and what goes wrong on the way, is an
// *explain.Refusal inside the *url.Error that the client's methods give. The
// bodies of its answers end with one after MaxBody bytes.
func New(o Options) *http.Client {
	if o.Timeout == 0 {
		o.Timeout = patience
	}
	dial := &net.Dialer{Timeout: o.Timeout, Control: guard(o.Allow).Safe}
	t := &http.Transport{
		Proxy:                  nil, // what the environment says is for people, and would hide the address that is reached
		DialContext:            dial.DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: o.Roots},
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           50,
		MaxIdleConnsPerHost:    2,
		IdleConnTimeout:        30 * time.Second,
		TLSHandshakeTimeout:    o.Timeout,
		MaxResponseHeaderBytes: 64 << 10,
	}
	return &http.Client{Transport: &careful{t, o}, CheckRedirect: follow, Timeout: o.Timeout + time.Second}
}

// guard decides about addresses after names were resolved, so that a name which
// resolves differently the second time changes nothing.
func guard(allow []netip.Prefix) *ssrf.Guardian {
	var v4, v6 []netip.Prefix
	for _, p := range allow {
		if p.Addr().Is4() {
			v4 = append(v4, p)
		} else {
			v6 = append(v6, p)
		}
	}
	return ssrf.New(ssrf.WithAnyPort(), ssrf.WithAllowedV4Prefixes(v4...), ssrf.WithAllowedV6Prefixes(v6...))
}

// follow decides whether an answer may lead on.
func follow(r *http.Request, via []*http.Request) error {
	if len(via) > hops {
		return explain.Refuse(explain.FetchRedirect, fmt.Sprintf("at most %d addresses on the way", hops), "more")
	}
	if via[len(via)-1].URL.Scheme == "https" && r.URL.Scheme != "https" {
		return explain.Refuse(explain.FetchRedirect, "https:// all the way", r.URL.Scheme+"://"+r.URL.Host)
	}
	return nil
}

// careful is a transport that checks addresses, bounds answers, and puts what
// goes wrong into rules.
type careful struct {
	next *http.Transport
	o    Options
}

// RoundTrip implements http.RoundTripper.
func (c *careful) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := c.check(r.URL); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(r.Context(), c.o.Timeout)
	answer, err := c.next.RoundTrip(r.WithContext(ctx))
	if err != nil {
		cancel()
		return nil, told(err, r.URL)
	}
	answer.Body = &bounded{answer.Body, MaxBody, ctx, cancel, r.URL}
	return answer, nil
}

// CloseIdleConnections implements what http.Client looks for.
func (c *careful) CloseIdleConnections() { c.next.CloseIdleConnections() }

func (c *careful) check(u *url.URL) error {
	switch {
	case u.Scheme != "https" && (u.Scheme != "http" || !c.o.InsecureHTTP):
		return explain.Refuse(explain.FetchAddress, "an address that begins with https://", u.Scheme+"://"+u.Host)
	case u.Hostname() == "" || u.User != nil:
		return explain.Refuse(explain.FetchAddress, "an address with a host name, and without a user name", u.Host)
	}
	return nil
}

// told puts the failure of a request into a rule.
func told(err error, u *url.URL) error {
	var refused *explain.Refusal
	if errors.As(err, &refused) || errors.Is(err, context.Canceled) {
		return err
	}
	var name *net.DNSError
	var cert *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	var timeout net.Error
	switch {
	case errors.Is(err, ssrf.ErrProhibitedIP):
		return explain.Refuse(explain.FetchPrivate, "an address of the public internet", u.Hostname()+", which leads into a private network").Because(err)
	case errors.As(err, &timeout) && timeout.Timeout(), errors.Is(err, context.DeadlineExceeded):
		return explain.Refuse(explain.FetchSlow, "an answer within "+patience.String(), "none from "+u.Host).Because(err)
	case errors.As(err, &name):
		return explain.Refuse(explain.FetchName, "a host name that resolves", u.Hostname()).Because(err)
	case errors.As(err, &cert):
		return explain.Refuse(explain.FetchTLS, "a certificate for "+u.Hostname()+" that is trusted", whyTLS(cert)).Because(err)
	case errors.As(err, &record), errors.As(err, &alert):
		return explain.Refuse(explain.FetchTLS, "an answer with TLS 1.2 or later", "something else from "+u.Host).Because(err)
	}
	return explain.Refuse(explain.FetchUnreachable, "a server at "+u.Host, "no connection").Because(err)
}

// whyTLS says in words why a certificate is not trusted.
func whyTLS(err error) string {
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, &unknown):
		return "one of an unknown authority, or without its intermediate certificate"
	case errors.As(err, &host):
		return "one for another name"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "one that has expired, or does not count yet"
	}
	return "one that is not valid"
}

// bounded is an answer's body that ends with an error when it is too large.
type bounded struct {
	io.ReadCloser
	left   int64
	ctx    context.Context // of the request
	cancel context.CancelFunc
	url    *url.URL
}

// Read implements io.Reader.
func (b *bounded) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, explain.Refuse(explain.FetchLarge, fmt.Sprintf("at most %d bytes", MaxBody), "more")
	}
	n, err := b.ReadCloser.Read(p[:min(int64(len(p)), b.left+1)])
	if b.left -= int64(n); b.left < 0 {
		return max(0, n-1), explain.Refuse(explain.FetchLarge, fmt.Sprintf("at most %d bytes", MaxBody), "more")
	}
	if errors.Is(err, io.EOF) && b.ctx.Err() != nil { // an answer that was cut off because its time is over may look whole
		err = b.ctx.Err()
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = told(err, b.url)
	}
	return n, err
}

// Close implements io.Closer.
func (b *bounded) Close() error {
	err := b.ReadCloser.Close()
	b.cancel()
	return err
}
