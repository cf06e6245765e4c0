package web

import (
	"bytes"
	"io"
	"net/http"
)

// ReadBody reads the whole body of a request, at most limit bytes. A larger one
// is an error of type *http.MaxBytesError (see [TooLarge]); when the client
// announces it, nothing is read. The connection is then not used again.
func ReadBody(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	if r.ContentLength > limit {
		w.Header().Set("Connection", "close")
		return nil, &http.MaxBytesError{Limit: limit}
	}
	var b bytes.Buffer
	if r.ContentLength > 0 {
		b.Grow(int(min(r.ContentLength, 1<<20)) + bytes.MinRead)
	}
	if _, err := b.ReadFrom(http.MaxBytesReader(w, r.Body, limit)); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// LimitBody bounds the bodies of every request to h, for handlers that read them
// by themselves, such as those of forms.
func LimitBody(limit int64, h http.Handler) http.Handler { return http.MaxBytesHandler(h, limit) }

// Drain reads what is left of a small body, so that the connection can be used
// again, and gives up on a large one.
func Drain(r *http.Request) {
	_, _ = io.CopyN(io.Discard, r.Body, 64<<10)
}
