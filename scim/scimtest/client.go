package scimtest

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// mediaType is what SCIM speaks. RFC 7644 §3.1
const mediaType = "application/scim+json"

// maxAnswer bounds how much of one answer is read: 32 MiB.
const maxAnswer = 32 << 20

// A server that asks for patience (429) gets it: this often, for one request,
// and this long at a time.
const (
	mostRetries = 6
	longestWait = 20 * time.Second
)

// M is a JSON object in the making.
type M = map[string]any

// Request is one request of a case.
type Request struct {
	Method string
	Path   string      // below the base, with an encoded query: /Users?count=1
	Body   any         // a string or []byte is sent as it is, nil sends nothing, anything else as JSON
	Header http.Header // on top of the usual ones; an empty value removes one
	Anon   bool        // without credentials
}

// Step is one request with its answer, as a report shows it.
type Step struct {
	Method   string `json:"method"`
	Path     string `json:"path"`
	Sent     string `json:"sent,omitempty"`
	Status   int    `json:"status,omitempty"` // 0 without an answer
	Received string `json:"received,omitempty"`
}

// String gives the step in a few lines.
func (s Step) String() string {
	out := s.Method + " " + s.Path
	if s.Sent != "" {
		out += " " + s.Sent
	}
	if s.Status == 0 {
		return out + " → no answer: " + s.Received
	}
	return strings.TrimSpace(fmt.Sprintf("%s → %d %s", out, s.Status, s.Received))
}

// query gives the step's query as a person would write it.
func (s Step) query() string {
	_, q, _ := strings.Cut(s.Path, "?")
	if plain, err := url.QueryUnescape(q); err == nil {
		return plain
	}
	return q
}

// client speaks HTTP to the target.
type client struct {
	target  Target
	base    string
	query   string
	secrets []string
	http    *http.Client
}

func newClient(t Target) *client {
	base, query, _ := strings.Cut(strings.TrimSpace(t.URL), "?")
	return &client{
		target: t, base: strings.TrimRight(base, "/"), query: query, secrets: t.secrets(),
		http: cmp.Or(t.HTTP, &http.Client{Timeout: 60 * time.Second, CheckRedirect: stay}),
	}
}

// stay does not follow redirects, as directories do not.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// domain is where the people whom the run makes have their addresses.
func (c *client) domain() string { return cmp.Or(c.target.Domain, "scimtest.example") }

// do makes one request and reads its whole answer. It waits and asks again when
// the server says 429. RFC 6585 §4
func (c *client) do(ctx context.Context, r Request) (*Answer, Step) {
	for try := 0; ; try++ {
		a, step := c.once(ctx, r)
		if a.Status != http.StatusTooManyRequests || try == mostRetries {
			return a, step
		}
		select {
		case <-time.After(patience(a, try)):
		case <-ctx.Done():
			return a, step
		}
	}
}

// patience is how long a server wants to be left alone, or a time that doubles.
func patience(a *Answer, try int) time.Duration {
	wait := 250 * time.Millisecond << try
	after := a.Header.Get("Retry-After")
	if seconds, err := strconv.Atoi(after); err == nil && seconds >= 0 {
		wait = time.Duration(seconds) * time.Second
	} else if when, err := http.ParseTime(after); err == nil {
		wait = max(time.Until(when), 0)
	}
	return min(wait, longestWait)
}

// lingering is how long a request that is under way when the run is stopped may
// still take. It is not broken off: the server would do what was asked, and
// nobody would learn of it.
const lingering = 5 * time.Second

// linger gives a context that outlives another by a while.
func linger(ctx context.Context) (context.Context, context.CancelFunc) {
	inner, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(lingering, cancel) })
	return inner, func() {
		stop()
		cancel()
	}
}

func (c *client) once(ctx context.Context, r Request) (*Answer, Step) {
	body, sent := encode(r.Body)
	step := Step{Method: r.Method, Path: c.hide(r.Path), Sent: c.hide(excerpt(sent))}
	fail := func(err error) (*Answer, Step) {
		if cause := new(url.Error); errors.As(err, &cause) {
			err = cause.Err // the rest repeats the address, with what is secret in it
		}
		step.Received = c.hide(err.Error())
		return &Answer{Err: err, Header: http.Header{}}, step
	}
	if err := ctx.Err(); err != nil {
		return fail(err)
	}
	ctx, done := linger(ctx)
	defer done()
	req, err := http.NewRequestWithContext(ctx, r.Method, c.url(r.Path), body)
	if err != nil {
		return fail(err)
	}
	c.prepare(req, r)
	resp, err := c.http.Do(req)
	if err != nil {
		return fail(err)
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	a := &Answer{Status: resp.StatusCode, Header: resp.Header, Body: got, Err: err}
	_ = json.Unmarshal(got, &a.JSON) // left nil when it is no JSON
	step.Status, step.Received = resp.StatusCode, c.hide(excerpt(got))
	return a, step
}

func (c *client) url(path string) string {
	if c.query == "" {
		return c.base + path
	}
	if strings.Contains(path, "?") {
		return c.base + path + "&" + c.query
	}
	return c.base + path + "?" + c.query
}

func (c *client) prepare(req *http.Request, r Request) {
	req.Header.Set("Accept", mediaType)
	req.Header.Set("User-Agent", "anteroom-scimtest/1")
	if r.Body != nil {
		req.Header.Set("Content-Type", mediaType)
	}
	switch t := c.target; {
	case r.Anon:
	case t.Token != "":
		req.Header.Set("Authorization", "Bearer "+t.Token)
	case t.User != "" || t.Password != "":
		req.SetBasicAuth(t.User, t.Password)
	}
	for name, values := range r.Header {
		if len(values) == 0 || values[0] == "" {
			req.Header.Del(name)
			continue
		}
		req.Header[name] = values
	}
}

func encode(body any) (io.Reader, []byte) {
	var sent []byte
	switch b := body.(type) {
	case nil:
		return nil, nil
	case string:
		sent = []byte(b)
	case []byte:
		sent = b
	default:
		var out bytes.Buffer
		e := json.NewEncoder(&out)
		e.SetEscapeHTML(false)
		if err := e.Encode(b); err != nil {
			return strings.NewReader(""), nil
		}
		sent = bytes.TrimSpace(out.Bytes())
	}
	return bytes.NewReader(sent), sent
}

// excerpt shortens what a report shows.
func excerpt(b []byte) string {
	const most = 2000
	s := strings.ToValidUTF8(string(b), "�")
	if len(s) > most {
		return strings.ToValidUTF8(s[:most], "") + fmt.Sprintf("… (%d bytes)", len(b))
	}
	return strings.TrimSpace(s)
}
