package scim

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
)

// call is one operation on its way through the server: an HTTP request, or one operation of a
// bulk request.
type call struct {
	s       *Server
	t       *Tenant
	ctx     context.Context
	limits  Limits
	method  string
	path    []string // segments below the base
	query   string   // raw
	body    []byte
	ifMatch string // a list of entity tags, or "*"

	ifNoneMatch string
	inBulk      bool
	viaMe       bool
	out         answer
}

// answer is what goes back.
type answer struct {
	status   int
	location string
	etag     string
	body     []byte
	pooled   bool // body goes back to bodies once it is written
}

// write sends the answer. RFC 7644 §3.1, §8.1.
func (a *answer) write(w http.ResponseWriter, method string) {
	a.setHeader(w.Header())
	w.WriteHeader(a.status)
	if a.body == nil {
		return
	}
	if method != http.MethodHead {
		w.Write(a.body) // an error means that the client is gone
	}
	if a.pooled {
		giveBackBody(a.body)
	}
}

// setHeader sets the fields that go with the answer. Their names are in the canonical form, and their values
// share one piece of memory: a look-up spends a good part of its time here.
func (a *answer) setHeader(h http.Header) {
	values := make([]string, 0, 5)
	set := func(name, value string) {
		if n := len(values); value != "" {
			values = append(values, value)
			h[name] = values[n : n+1 : n+1]
		}
	}
	set("Cache-Control", "no-store")
	set("Location", a.location)
	set("Etag", a.etag)
	if a.body != nil {
		set("Content-Type", "application/scim+json; charset=utf-8")
		set("Content-Length", strconv.Itoa(len(a.body)))
	}
}

// bodies are buffers for answers with one resource or a few.
var bodies sync.Pool

const (
	usualBody   = 4 << 10 // bytes of a new buffer
	largestBody = 32 << 10
)

func borrowBody(size int) []byte {
	if b, ok := bodies.Get().(*[]byte); ok && cap(*b) >= size {
		return (*b)[:0]
	}
	return make([]byte, 0, max(size, usualBody))
}

func giveBackBody(b []byte) {
	if cap(b) >= usualBody && cap(b) <= largestBody {
		bodies.Put(&b)
	}
}

// segments cuts a path, leaving out the empty parts of doubled and trailing slashes.
func segments(path string) []string {
	parts := make([]string, 0, 4)
	for part := range strings.SplitSeq(path, "/") {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return parts
}

// readBody reads the body of the methods that have one.
func (c *call) readBody(r *http.Request) error {
	if r.Method != http.MethodPost && r.Method != http.MethodPut && r.Method != http.MethodPatch {
		return nil
	}
	if err := checkMediaType(r.Header); err != nil {
		return err
	}
	limit := c.limits.MaxBody
	if len(c.path) > 0 && equalFold(c.path[0], "Bulk") {
		limit = c.limits.MaxBulkBody
	}
	if r.ContentLength > int64(limit) {
		return tooBig(limit)
	}
	body, err := readAll(r.Body, limit, r.ContentLength)
	switch {
	case err != nil:
		return &Error{Status: http.StatusBadRequest, Type: invalidSyntax, Detail: "The body could not be read to its end.", Err: err}
	case len(body) > limit:
		return tooBig(limit)
	}
	c.body = body
	return nil
}

// readAll reads at most one byte more than limit.
func readAll(r io.Reader, limit int, length int64) ([]byte, error) {
	buf := make([]byte, 0, max(length, 511)+1)
	for {
		n, err := r.Read(buf[len(buf):min(cap(buf), limit+1)])
		buf = buf[:len(buf)+n]
		if err == io.EOF || len(buf) > limit {
			return buf, nil
		}
		if err != nil {
			return nil, err
		}
		if len(buf) == cap(buf) {
			buf = append(buf, 0)[:len(buf)]
		}
	}
}

func tooBig(limit int) error {
	return &Error{Status: http.StatusRequestEntityTooLarge, Detail: "The body is bigger than " + byteCount(limit) + ". Send less in one request."}
}

// route finds what the call is about. RFC 7644 §3.2, table 2.
func (c *call) route() error {
	if len(c.path) == 0 {
		return c.methods(method{http.MethodGet, c.searchAll})
	}
	switch first := c.path[0]; {
	case equalFold(first, ".search") && len(c.path) == 1:
		return c.methods(method{http.MethodPost, c.searchAll})
	case equalFold(first, "Bulk") && len(c.path) == 1 && !c.inBulk:
		return c.methods(method{http.MethodPost, c.bulk})
	case equalFold(first, "Me") && !c.inBulk && !c.viaMe:
		return c.me()
	case isDiscovery(first) && !c.inBulk:
		return c.methods(method{http.MethodGet, c.discover})
	}
	rt := c.typeAt(c.path[0])
	if rt == nil {
		return c.noEndpoint()
	}
	return c.routeType(rt)
}

// routeType finds what to do with a resource type's endpoint, or one of its resources.
func (c *call) routeType(rt *ResourceType) error {
	e := endpoint{call: c, rt: rt, backend: c.t.backend(rt)}
	switch {
	case len(c.path) == 1:
		return e.all()
	case len(c.path) > 2:
		return c.noEndpoint()
	case equalFold(c.path[1], ".search") && !c.inBulk:
		return e.onlySearch()
	}
	e.id = c.path[1]
	return e.one()
}

// method is what answers an HTTP method.
type method struct {
	name string
	do   func() error
}

// methods answers with the one for the call's method, or a 405 that lists them.
func (c *call) methods(list ...method) error {
	var allow []string
	for _, m := range list {
		if m.name == c.verb() {
			return m.do()
		}
		allow = append(allow, m.name)
	}
	return c.notAllowed(allow...)
}

// verb is the call's method, GET for HEAD too.
func (c *call) verb() string {
	if c.method == http.MethodHead {
		return http.MethodGet
	}
	return c.method
}

func (c *call) notAllowed(allow ...string) error {
	return &Error{
		Status: http.StatusMethodNotAllowed, allow: strings.Join(allow, ", "),
		Detail: c.method + " is not possible here; " + strings.Join(allow, ", ") + " is.",
	}
}

// typeAt finds the resource type of an endpoint.
func (c *call) typeAt(segment string) *ResourceType {
	for _, rt := range c.s.Types {
		if equalFold(strings.Trim(rt.Endpoint, "/"), segment) {
			return rt
		}
	}
	return nil
}

func (c *call) noEndpoint() error {
	known := []string{"/ServiceProviderConfig", "/Schemas", "/ResourceTypes", "/Bulk"}
	for _, rt := range c.s.Types {
		known = append(known, rt.Endpoint)
	}
	return &Error{Status: http.StatusNotFound, Detail: "There is no endpoint /" + clip(strings.Join(c.path, "/"), 80) + "; there are " + strings.Join(known, ", ") + "."}
}

// me stands for the resource behind the credential. RFC 7644 §3.11.
func (c *call) me() error {
	if c.t.Me == "" {
		return NotImplemented("/Me is not offered: the credential stands for a directory, not for a person.")
	}
	path, err := url.PathUnescape(c.t.Me)
	if err != nil {
		return err
	}
	c.path = append(segments(path), c.path[1:]...)
	c.viaMe = true
	return c.route()
}

// backend gives the backend of a type, nil when the type is switched off.
func (t *Tenant) backend(rt *ResourceType) Backend {
	if t.Backend == nil {
		return nil
	}
	return t.Backend(rt)
}

// types lists the resource types that are switched on.
func (c *call) types() []*ResourceType {
	var on []*ResourceType
	for _, rt := range c.s.Types {
		if c.t.backend(rt) != nil {
			on = append(on, rt)
		}
	}
	return on
}

// clip shortens what a client sent to about n bytes, for use in a message.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}
