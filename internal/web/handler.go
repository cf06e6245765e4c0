// Package web is the HTTP plumbing that every edge shares: handlers that return
// errors, the client's address behind a proxy, bounded bodies,
// security headers, a rate limiter, a server that ends gracefully, and TLS
// certificates that are reloaded. It knows no domain and no protocol above HTTP.
package web

import (
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
)

// Handler answers a request or returns why it could not. It never writes an
// error itself: each edge has one writer of errors, in its own protocol's form.
type Handler func(w http.ResponseWriter, r *http.Request) error

// ErrorWriter answers a request whose handler failed.
type ErrorWriter func(w http.ResponseWriter, r *http.Request, err error)

// With makes an http.Handler that gives failures to fail. A panic is a failure
// too, of type [*Panic]. When the answer has already begun, it cannot be taken
// back: the connection is cut, so that half an answer does not look whole, and
// fail is called with a writer that discards, so that it can still log.
func (h Handler) With(fail ErrorWriter) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec := NewRecorder(w)
		err := h.run(rec, r)
		switch {
		case err == nil:
		case rec.Status == 0:
			fail(rec, r, err)
		default:
			fail(discard{}, r, err)
			panic(http.ErrAbortHandler) //nolint:forbidigo // net/http's own way to cut a connection
		}
	})
}

// run calls the handler and turns a panic into an error.
func (h Handler) run(w http.ResponseWriter, r *http.Request) (err error) {
	defer func() {
		switch p := recover(); p {
		case nil:
		case http.ErrAbortHandler:
			panic(p) //nolint:forbidigo // net/http's own way to cut a connection
		default:
			err = &Panic{Value: p, Stack: debug.Stack()}
		}
	}()
	return h(w, r)
}

// Panic is a handler's panic as an error. Its text is for the operator's log,
// never for an answer.
type Panic struct {
	Value any
	Stack []byte
}

// Error gives the value that was panicked with, without the stack.
func (p *Panic) Error() string { return fmt.Sprintf("panic: %v", p.Value) }

// Unwrap gives the value when it is an error.
func (p *Panic) Unwrap() error {
	err, _ := p.Value.(error)
	return err
}

// Recorder remembers what was answered, for logs. It stays transparent for
// http.ResponseController.
type Recorder struct {
	http.ResponseWriter
	Status int   // 0 until the answer begins
	Bytes  int64 // of the body
}

// NewRecorder wraps w.
func NewRecorder(w http.ResponseWriter) *Recorder { return &Recorder{ResponseWriter: w} }

// WriteHeader remembers the first final status; 1xx answers are not final.
func (r *Recorder) WriteHeader(status int) {
	if r.Status == 0 && status >= 200 {
		r.Status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

// Write counts the body.
func (r *Recorder) Write(b []byte) (int, error) {
	if r.Status == 0 {
		r.Status = http.StatusOK
	}
	n, err := r.ResponseWriter.Write(b)
	r.Bytes += int64(n)
	return n, err
}

// Unwrap is for http.ResponseController.
func (r *Recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// discard is the writer of an answer that can no longer be given.
type discard struct{}

func (discard) Header() http.Header         { return http.Header{} }
func (discard) WriteHeader(int)             {}
func (discard) Write(b []byte) (int, error) { return len(b), nil }

// TooLarge reports whether err says that a body was larger than allowed, and how
// much was allowed.
func TooLarge(err error) (limit int64, ok bool) {
	var e *http.MaxBytesError
	if errors.As(err, &e) {
		return e.Limit, true
	}
	return 0, false
}
