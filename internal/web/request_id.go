package web

import (
	"context"
	"crypto/rand"
	"net/http"
	"strings"
)

// RequestIDHeader carries the id of a request in its answer. People quote it,
// and the logs have it.
const RequestIDHeader = "X-Request-Id"

type requestIDKey struct{}

// NewRequestID makes an id: "req_" and 26 lower-case letters and digits, 130 bits
// at random.
func NewRequestID() string { return "req_" + strings.ToLower(rand.Text()) }

// WithRequestID gives every request an id of its own, in the answer's header and
// in the context. An id that the client sends is not taken over: it could be
// anything, also that of somebody else's request.
func WithRequestID(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := NewRequestID()
		w.Header().Set(RequestIDHeader, id)
		h.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), requestIDKey{}, id)))
	})
}

// RequestID gives the id of the request that a context belongs to, or "".
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}
