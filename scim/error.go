package scim

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
)

// Error is a SCIM error: what the client is told, and what only the log is told. RFC 7644 §3.12.
type Error struct {
	Status int    // HTTP status
	Type   string // scimType, "" when none applies
	Detail string // a sentence for the person who reads it: what is wrong and what to do
	Err    error  // the cause; never sent

	allow string // the Allow header of a 405
}

// Error gives the status, the type and the detail, and the cause where there is one.
func (e *Error) Error() string {
	s := fmt.Sprintf("scim: %d %s: %s", e.Status, e.Type, e.Detail)
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// The scimTypes of RFC 7644 §3.12, table 9, and of RFC 9865 §2.1.
const (
	invalidFilter = "invalidFilter"
	tooMany       = "tooMany"
	uniqueness    = "uniqueness"
	mutability    = "mutability"
	invalidSyntax = "invalidSyntax"
	invalidPath   = "invalidPath"
	noTarget      = "noTarget"
	invalidValue  = "invalidValue"
	invalidCursor = "invalidCursor"
	expiredCursor = "expiredCursor"
	invalidCount  = "invalidCount"
)

// BadRequest is a 400 with the scimType.
func BadRequest(scimType, format string, args ...any) *Error {
	return &Error{Status: http.StatusBadRequest, Type: scimType, Detail: fmt.Sprintf(format, args...)}
}

// NotFound is the 404 for a resource that does not exist.
func NotFound(resourceType, id string) *Error {
	return &Error{Status: http.StatusNotFound, Detail: fmt.Sprintf("%s %q does not exist.", resourceType, id)}
}

// Conflict is the 409 for a value that is taken. RFC 7644 §3.3.1.
func Conflict(detail string) *Error {
	return &Error{Status: http.StatusConflict, Type: uniqueness, Detail: detail}
}

// Forbidden is a 403.
func Forbidden(detail string) *Error { return &Error{Status: http.StatusForbidden, Detail: detail} }

// PreconditionFailed is the 412 for an If-Match that does not match. RFC 7644 §3.14.
func PreconditionFailed() *Error {
	return &Error{Status: http.StatusPreconditionFailed, Detail: "The resource has changed since it was read. Read it again and repeat the change."}
}

// NotImplemented is a 501.
func NotImplemented(detail string) *Error {
	return &Error{Status: http.StatusNotImplemented, Detail: detail}
}

// TooMany is the 400 for a filter that yields more than the server will work through. RFC 7644 §3.12.
func TooMany(detail string) *Error { return BadRequest(tooMany, "%s", detail) }

// errorOf gives the error to send.
func errorOf(err error) *Error {
	var e *Error
	switch {
	case errors.As(err, &e):
		if e.Status < 400 || e.Status > 599 {
			c := *e
			c.Status = http.StatusInternalServerError
			return &c
		}
		return e
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return &Error{Status: http.StatusServiceUnavailable, Detail: "The request took too long or was given up. Send it again.", Err: err}
	}
	return &Error{Status: http.StatusInternalServerError, Detail: "The server failed. Send the request again later.", Err: err}
}

// appendJSON appends the error message; the status is a string. RFC 7644 §3.12.
func (e *Error) appendJSON(dst []byte) []byte {
	dst = append(dst, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"`...)
	dst = append(strconv.AppendInt(dst, int64(e.Status), 10), '"')
	if e.Type != "" {
		dst = appendString(append(dst, `,"scimType":`...), e.Type)
	}
	if e.Detail != "" {
		dst = appendString(append(dst, `,"detail":`...), e.Detail)
	}
	return append(dst, '}')
}
