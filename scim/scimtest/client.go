package scimtest

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// mediaType is what SCIM speaks. RFC 7644 §3.1
const mediaType = "application/scim+json"

// maxAnswer bounds how much of one answer is read: 32 MiB.
const maxAnswer = 32 << 20

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
	return fmt.Sprintf("%s → %d %s", out, s.Status, s.Received)
}

// client speaks HTTP to the target.
type client struct {
	target Target
	base   string
	query  string
	http   *http.Client
}

func newClient(t Target) *client {
	base, query, _ := strings.Cut(strings.TrimSpace(t.URL), "?")
	return &client{
		target: t, base: strings.TrimRight(base, "/"), query: query,
		http: cmp.Or(t.HTTP, &http.Client{Timeout: 60 * time.Second}),
	}
}

// do makes one request and reads its whole answer.
func (c *client) do(ctx context.Context, r Request) (*Answer, Step) {
	body, sent := encode(r.Body)
	step := Step{Method: r.Method, Path: r.Path, Sent: excerpt(sent)}
	req, err := http.NewRequestWithContext(ctx, r.Method, c.url(r.Path), body)
	if err != nil {
		step.Received = err.Error()
		return &Answer{Err: err}, step
	}
	c.prepare(req, r)
	resp, err := c.http.Do(req)
	if err != nil {
		step.Received = err.Error()
		return &Answer{Err: err}, step
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	a := &Answer{Status: resp.StatusCode, Header: resp.Header, Body: got, Err: err}
	_ = json.Unmarshal(got, &a.JSON) // left nil when it is no JSON
	step.Status, step.Received = resp.StatusCode, excerpt(got)
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
	const most = 1500
	s := strings.ToValidUTF8(string(b), "�")
	if len(s) > most {
		return strings.ToValidUTF8(s[:most], "") + fmt.Sprintf("… (%d bytes)", len(b))
	}
	return strings.TrimSpace(s)
}
