package lab

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
	"sync"
	"sync/atomic"
	"time"
)

// maxAnswer bounds how much of one answer is read: 64 MiB.
const maxAnswer = 64 << 20

// ErrUnauthorized is what a cycle ends with when the server refuses the
// credentials: the real providers stop, too, and put the job into quarantine.
var ErrUnauthorized = errors.New("the server refused the credentials")

// ErrNotCompliant is what a cycle of Entra ends with when the server answers a
// query with 404: such a job goes into quarantine, too.
var ErrNotCompliant = errors.New("SCIM compliance issue")

// errGivenUp ends a cycle after too many requests in a row without an answer.
var errGivenUp = errors.New("the server does not answer")

// errUnread ends a cycle that could not read the server first.
var errUnread = errors.New("the server could not be read")

// silent is how many requests in a row may stay without an answer.
const silent = 20

// client speaks HTTP to one target.
type client struct {
	mu     sync.Mutex // guards target
	target Target
	base   string // without query and trailing slash
	flags  string // the base's own query, sent with every request
	header http.Header
	http   *http.Client
	err    error // why the target cannot be used

	now     func() time.Time // the directory's clock, by which access tokens age
	oauth   *oauth           // nil when the target wants none
	record  *recorder
	silence atomic.Int32
}

// to gives the target as it is now.
func (c *client) to() Target {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.target
}

func newClient(t Target, header http.Header) *client {
	c := &client{target: t, header: header, http: t.HTTP, record: &recorder{}, now: time.Now}
	if c.http == nil {
		c.http = &http.Client{Timeout: 60 * time.Second}
	}
	if t.OAuth != nil && t.Token == "" {
		c.oauth = &oauth{OAuth: *t.OAuth, http: c.http}
	}
	u, err := url.Parse(strings.TrimSpace(t.URL))
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		c.err = fmt.Errorf("%q is no URL of a SCIM server: it must start with http:// or https://", t.URL)
		return c
	}
	c.flags, u.RawQuery = u.RawQuery, ""
	c.base = strings.TrimRight(u.String(), "/")
	return c
}

// reply is one answer.
type reply struct {
	method, path string
	status       int
	header       http.Header
	body         []byte
	tries        int
}

// ok says whether the request succeeded.
func (r *reply) ok() bool { return r.status >= 200 && r.status < 300 }

// doc reads the body as a JSON object; nil when it is none.
func (r *reply) doc() map[string]any {
	var doc map[string]any
	if json.Unmarshal(r.body, &doc) != nil {
		return nil
	}
	return doc
}

// failure turns an answer into an error with the server's own detail.
func (r *reply) failure() error {
	doc := r.doc()
	detail, _ := doc["detail"].(string)
	scimType, _ := doc["scimType"].(string)
	return &Failure{
		Method: r.method, Path: r.path, Status: r.status,
		Type: scimType, Detail: cmp.Or(detail, excerpt(r.body)),
	}
}

// unless gives an error, or where there is none the answer as one.
func (r *reply) unless(err error) error {
	if err != nil {
		return err
	}
	return r.failure()
}

// Failure is an answer that was not hoped for.
type Failure struct {
	Method, Path string
	Status       int    // HTTP status
	Type         string // scimType, "" when the server gave none
	Detail       string // the server's own words
}

// Error tells what was asked and what the server said.
func (f *Failure) Error() string {
	status := strconv.Itoa(f.Status)
	if f.Type != "" {
		status += " " + f.Type
	}
	return fmt.Sprintf("%s %s: %s: %s", f.Method, f.Path, status, cmp.Or(f.Detail, "(no detail)"))
}

func excerpt(body []byte) string {
	const most = 200
	if len(body) > most {
		return strings.ToValidUTF8(string(body[:most]), "") + "…"
	}
	return string(body)
}

// do makes one request, tried again within the target's bounds. The error says
// why there is no answer; every answer, also a bad one, comes without error.
// query is already encoded.
func (c *client) do(ctx context.Context, method, path, query string, body any) (*reply, error) {
	if c.err != nil {
		return nil, c.err
	}
	sent, err := encode(body)
	if err != nil {
		return nil, err
	}
	path = withQuery(path, c.flags, query)
	for try := 1; ; try++ {
		r, err := c.authorized(ctx, method, path, sent, try)
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if try >= c.tries() || !again(r, err) {
			return c.finish(r, err, try)
		}
		c.record.retry()
		if err := sleep(ctx, c.wait(r, try)); err != nil {
			return nil, err
		}
	}
}

// finish counts the silence and hands out what the last try gave.
func (c *client) finish(r *reply, err error, tries int) (*reply, error) {
	if err != nil {
		if c.silence.Add(1) >= silent {
			return nil, fmt.Errorf("%w: %w", errGivenUp, err)
		}
		return nil, err
	}
	c.silence.Store(0)
	r.tries = tries
	if r.status == http.StatusUnauthorized {
		return nil, fmt.Errorf("%w: %w", ErrUnauthorized, r.failure())
	}
	return r, nil
}

// fatal says whether an error ends the whole cycle.
func fatal(err error) bool {
	return errors.Is(err, ErrUnauthorized) || errors.Is(err, ErrNotCompliant) || errors.Is(err, errUnread) || errors.Is(err, errGivenUp)
}

func encode(body any) ([]byte, error) {
	if body == nil {
		return nil, nil
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(body); err != nil {
		return nil, fmt.Errorf("encode request: %w", err)
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}

// withQuery puts a path and up to two queries together.
func withQuery(path, flags, query string) string {
	switch {
	case flags != "" && query != "":
		return path + "?" + flags + "&" + query
	case flags+query != "":
		return path + "?" + flags + query
	}
	return path
}

// once makes one request and reads its whole answer.
func (c *client) once(ctx context.Context, method, path string, sent []byte, try int) (*reply, error) {
	req, err := c.request(ctx, method, path, sent)
	if err != nil {
		return nil, err
	}
	began := time.Now()
	r, err := c.transmit(req, path)
	x := Exchange{Method: method, Path: path, Try: try, Sent: sent, Err: err, Duration: time.Since(began), SentHeader: c.shown(req)}
	if r != nil {
		x.Status, x.Received, x.ReceivedHeader = r.status, r.body, r.header
	}
	c.record.exchange(x)
	if c.target.OnExchange != nil {
		c.target.OnExchange(x)
	}
	return r, err
}

func (c *client) request(ctx context.Context, method, path string, sent []byte) (*http.Request, error) {
	var body io.Reader
	if sent != nil {
		body = bytes.NewReader(sent)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, body)
	if err != nil {
		return nil, err
	}
	c.prepare(req, sent != nil)
	return req, nil
}

func (c *client) transmit(req *http.Request, path string) (*reply, error) {
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return nil, fmt.Errorf("read answer: %w", err)
	}
	return &reply{method: req.Method, path: path, status: resp.StatusCode, header: resp.Header, body: got}, nil
}

// shown gives a request's headers as they may be shown: without secrets.
func (c *client) shown(req *http.Request) http.Header {
	h := req.Header.Clone()
	switch t := c.to(); {
	case t.Token != "" && t.RawToken:
		h.Set("Authorization", "TOKEN")
	case t.Token != "":
		h.Set("Authorization", "Bearer TOKEN")
	case t.OAuth != nil:
		h.Set("Authorization", "Bearer ACCESS-TOKEN")
	case h.Get("Authorization") != "":
		h.Set("Authorization", "Basic USER:PASSWORD")
	}
	return h
}

// prepare sets the client's own headers and the credentials.
func (c *client) prepare(req *http.Request, withBody bool) {
	for name, values := range c.header {
		if name != "Content-Type" || withBody {
			req.Header[name] = values
		}
	}
	switch t := c.to(); {
	case t.Token != "" && t.RawToken:
		req.Header.Set("Authorization", t.Token)
	case t.Token != "":
		req.Header.Set("Authorization", "Bearer "+t.Token)
	case c.oauth != nil:
		req.Header.Set("Authorization", "Bearer "+c.oauth.held())
	case t.User != "" || t.Password != "":
		req.SetBasicAuth(t.User, t.Password)
	}
}

// again says whether a further try may help.
func again(r *reply, err error) bool {
	if err != nil {
		return true
	}
	return r.status == http.StatusTooManyRequests || r.status >= 500 && r.status != http.StatusNotImplemented
}

func (c *client) tries() int { return max(1, cmp.Or(c.target.Retry.Tries, 4)) }

// wait says how long to pause before the next try.
func (c *client) wait(r *reply, try int) time.Duration {
	retry := c.target.Retry
	wait := cmp.Or(retry.Wait, 100*time.Millisecond) << min(try-1, 16)
	if r != nil {
		after := r.header.Get("Retry-After")
		if s, err := strconv.Atoi(after); err == nil && s >= 0 {
			wait = time.Duration(min(s, 3600)) * time.Second
		} else if when, err := http.ParseTime(after); err == nil {
			wait = max(0, time.Until(when))
		}
	}
	return min(wait, cmp.Or(retry.MaxWait, 30*time.Second))
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-t.C:
		return nil
	}
}
