package scim

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

const bulkResponseURN = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"

// bulk answers POST /Bulk. RFC 7644 §3.7.
func (c *call) bulk() error {
	b, err := c.readBulk()
	if err != nil {
		return err
	}
	for _, op := range b.ops {
		b.run(op)
	}
	for _, op := range b.ops {
		b.complete(op)
	}
	c.out = answer{status: http.StatusOK, body: b.appendJSON(nil)}
	return nil
}

// bulk is a bulk request in the making.
type bulk struct {
	*call
	ops          []*bulkOp
	byID         map[string]*bulkOp // by bulkId
	failOnErrors int64              // 0: go on whatever happens
	errors       int64
}

// bulkOp is one operation of a bulk request.
type bulkOp struct {
	method, path, bulkID, version string
	data                          []byte

	state    bulkState
	id       string // of the resource, once known
	stripped bool   // created without its references to operations that wait for it
	done     answer
	err      *Error
}

type bulkState uint8

const (
	waiting bulkState = iota
	running
	finished
)

func (c *call) readBulk() (*bulk, error) {
	if len(c.s.Types) == 0 {
		return nil, c.noEndpoint()
	}
	d := newDecoder(c.s.Types[0].index(), c.body, c.t.Notes, c.limits.MaxDepth)
	defer d.release()
	b := &bulk{call: c, byID: map[string]*bulkOp{}}
	listed := false
	err := d.document(func(name string) error {
		switch {
		case equalFold(name, "Operations"):
			listed = true
			return b.readOperations(d)
		case equalFold(name, "failOnErrors"):
			return b.readFailOnErrors(d)
		}
		return d.skip()
	})
	if err == nil && !listed {
		err = BadRequest(invalidSyntax, "The body has no Operations.")
	}
	return b, err
}

func (b *bulk) readFailOnErrors(d *decoder) error {
	v, err := d.any()
	n, ok := v.(int64)
	if err == nil && v != nil && (!ok || n < 0) {
		return BadRequest(invalidValue, "failOnErrors must be a whole number.")
	}
	b.failOnErrors = n
	return err
}

func (b *bulk) readOperations(d *decoder) error {
	if k := d.dec.PeekKind(); k != '[' {
		return d.wrong("Operations", "a list", k)
	}
	if err := d.enter(); err != nil {
		return err
	}
	for d.dec.PeekKind() != ']' {
		if len(b.ops) >= b.limits.MaxBulkOperations {
			return &Error{Status: http.StatusRequestEntityTooLarge, Detail: fmt.Sprintf("A bulk request may have at most %d operations.", b.limits.MaxBulkOperations)}
		}
		op := &bulkOp{}
		if err := b.readOperation(d, op); err != nil {
			return inOperation(len(b.ops)+1, err)
		}
		b.ops = append(b.ops, op)
	}
	return d.leave()
}

func (b *bulk) readOperation(d *decoder, op *bulkOp) error {
	if k := d.dec.PeekKind(); k != '{' {
		return d.wrong("An operation", "an object", k)
	}
	texts := map[string]*string{"method": &op.method, "path": &op.path, "bulkid": &op.bulkID, "version": &op.version}
	err := d.each(func(name string) (err error) {
		if equalFold(name, "data") {
			op.data, err = d.raw(b.body)
			return err
		}
		if p := texts[strings.ToLower(name)]; p != nil {
			*p, err = d.optionalString(name)
			return err
		}
		return d.skip()
	})
	op.method = strings.ToUpper(op.method)
	if err == nil && op.bulkID != "" {
		b.name(op)
	}
	return err
}

// name files the operation under its bulkId, which must be new.
func (b *bulk) name(op *bulkOp) {
	if b.byID[op.bulkID] != nil {
		op.err = BadRequest(invalidValue, "The bulkId %q is there twice.", clip(op.bulkID, 80))
		return
	}
	b.byID[op.bulkID] = op
	if s := segments(op.path); op.method != http.MethodPost && len(s) == 2 && len(s[1]) <= maxReference && !strings.HasPrefix(s[1], bulkPrefix) {
		op.id = s[1]
	}
}

const (
	maxReference = 128  // bytes of a bulkId, and of an id that may be put in its place
	maxBulkPath  = 1024 // bytes of an operation's path
)

// stopped says whether as many operations failed as the client accepts. RFC 7644 §3.7.3.
func (b *bulk) stopped() bool { return b.failOnErrors > 0 && b.errors >= b.failOnErrors }

// run runs an operation, after those that it refers to.
func (b *bulk) run(op *bulkOp) {
	if op.state != waiting || b.stopped() {
		return
	}
	op.state = running
	err := b.attempt(op)
	if errors.Is(err, errUnreached) {
		op.state = waiting
		return
	}
	op.state = finished
	if err != nil {
		op.err = errorOf(err)
		b.errors++
	}
}

// errUnreached says that an operation was not run because one it needs was not.
var errUnreached = errors.New("scim: bulk stopped")

func (b *bulk) attempt(op *bulkOp) error {
	if op.err != nil {
		return op.err
	}
	if err := b.valid(op); err != nil {
		return err
	}
	if err := b.runFirst(op); err != nil {
		return err
	}
	path, _ := b.replace(op.path)
	if s := segments(path); len(s) == 2 && op.method != http.MethodPost {
		op.id, _, _ = strings.Cut(s[1], "?")
	}
	data, open, err := b.resolve(op.data)
	switch {
	case err != nil:
		return err
	case open && op.method != http.MethodPost:
		return &Error{Status: http.StatusConflict, Detail: "The operation refers to one that waits for it."}
	case open:
		// A circle: the resource is made without the references that cannot be known yet, and
		// completed at the end. RFC 7644 §3.7.1.
		op.stripped = true
		if data, err = b.strip(data); err != nil {
			return err
		}
	}
	return b.send(op, op.method, path, data)
}

// valid checks the form of an operation. RFC 7644 §3.7.
func (b *bulk) valid(op *bulkOp) error {
	switch op.method {
	case http.MethodPost:
		if op.bulkID == "" {
			return BadRequest(invalidSyntax, "A POST in a bulk request needs a bulkId.")
		}
	case http.MethodPut, http.MethodPatch, http.MethodDelete:
	default:
		return BadRequest(invalidSyntax, "The method of a bulk operation must be POST, PUT, PATCH or DELETE, not %.20q.", op.method)
	}
	switch {
	case op.path == "":
		return BadRequest(invalidPath, "The operation has no path.")
	case len(op.path) > maxBulkPath:
		return BadRequest(invalidPath, "The operation's path has more than %d bytes.", maxBulkPath)
	case len(op.bulkID) > maxReference:
		return BadRequest(invalidValue, "A bulkId has at most %d bytes.", maxReference)
	case op.data == nil && op.method != http.MethodDelete:
		return BadRequest(invalidSyntax, "The operation has no data.")
	case len(op.data) > b.limits.MaxBody:
		return tooBig(b.limits.MaxBody)
	}
	return nil
}

// send makes a call of the operation.
func (b *bulk) send(op *bulkOp, method, path string, data []byte) error {
	path, query, _ := strings.Cut(path, "?")
	if unescaped, err := url.PathUnescape(path); err == nil {
		path = unescaped
	}
	c := &call{
		s: b.s, t: b.t, ctx: b.ctx, limits: b.limits, inBulk: true,
		method: method, path: segments(path), query: query, body: data, ifMatch: op.version,
	}
	if err := c.route(); err != nil {
		return err
	}
	op.done = c.out
	if s := strings.LastIndexByte(op.done.location, '/'); method == http.MethodPost && s >= 0 {
		op.id, _ = url.PathUnescape(op.done.location[s+1:])
	}
	return nil
}

// complete gives a resource of a circle the references that it was made without.
func (b *bulk) complete(op *bulkOp) {
	if !op.stripped || op.state != finished || op.err != nil {
		return
	}
	data, _, err := b.resolve(op.data)
	if err == nil {
		status := op.done.status
		op.version = ""
		typ := segments(op.path)[0]
		err = b.send(op, http.MethodPut, "/"+typ+"/"+url.PathEscape(op.id), data)
		op.done.status = status
	}
	if err != nil {
		op.err = &Error{Status: http.StatusConflict, Detail: "The resource was created, but not with all its references: " + errorOf(err).Detail, Err: err}
		b.errors++
	}
}

// appendJSON appends the BulkResponse: what was run, in the order of the request. RFC 7644 §3.7.
func (b *bulk) appendJSON(dst []byte) []byte {
	dst = append(dst, `{"schemas":["`+bulkResponseURN+`"],"Operations":[`...)
	n := 0
	for _, op := range b.ops {
		if op.state != finished {
			continue
		}
		if n++; n > 1 {
			dst = append(dst, ',')
		}
		dst = b.appendOp(dst, op)
	}
	return append(dst, `]}`...)
}

func (b *bulk) appendOp(dst []byte, op *bulkOp) []byte {
	dst = appendString(append(dst, `{"method":`...), op.method)
	if op.bulkID != "" {
		dst = appendString(append(dst, `,"bulkId":`...), op.bulkID)
	}
	location := op.done.location
	if s := segments(op.path); location == "" && op.method != http.MethodPost && len(s) > 0 {
		location = b.t.BaseURL + "/" + strings.Join(s, "/")
	}
	if location != "" {
		dst = appendString(append(dst, `,"location":`...), location)
	}
	if op.err != nil {
		dst = append(dst, `,"status":"`...)
		dst = strconv.AppendInt(dst, int64(op.err.Status), 10)
		dst = op.err.appendJSON(append(dst, `","response":`...))
		return append(dst, '}')
	}
	if op.done.etag != "" {
		dst = appendString(append(dst, `,"version":`...), op.done.etag)
	}
	dst = append(dst, `,"status":"`...)
	dst = strconv.AppendInt(dst, int64(op.done.status), 10)
	return append(dst, `"}`...)
}
