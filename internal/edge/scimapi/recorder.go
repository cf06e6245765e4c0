package scimapi

import (
	"bytes"
	"encoding/json"
	"net/http"
	"time"

	"github.com/anteroom-id/anteroom/internal/directory"
)

// recorder remembers the status, and the body of an error, for the log, and
// says when the answer begins.
type recorder struct {
	http.ResponseWriter
	begin   func() bool
	code    int
	started bool
	dropped bool // what is written from now on goes nowhere
	failure bytes.Buffer
}

// start begins the answer, and says whether it goes on.
func (w *recorder) start(code int) bool {
	if w.dropped || w.started {
		return !w.dropped
	}
	w.code, w.started = code, true
	w.dropped = !w.begin()
	return !w.dropped
}

// drop gives up the answer that was to begin, so that another can.
func (w *recorder) drop() {
	w.started = false
	for _, name := range [...]string{"Content-Length", "Etag", "Location"} {
		w.Header().Del(name)
	}
}

func (w *recorder) WriteHeader(code int) {
	if w.start(code) {
		w.ResponseWriter.WriteHeader(code)
	}
}

func (w *recorder) Write(b []byte) (int, error) {
	if !w.start(http.StatusOK) {
		return len(b), nil
	}
	if w.code >= 400 && w.failure.Len() < 8192 {
		w.failure.Write(b)
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap is for http.ResponseController.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// deadline is when the answer must have been read; net/http takes it off the
// connection afterwards. A writer without deadlines, as in tests, has none.
func (w *recorder) deadline(t time.Time) {
	_ = http.NewResponseController(w.ResponseWriter).SetWriteDeadline(t)
}

// mustRead is when the body must have come in; the zero time ends that.
func (w *recorder) mustRead(t time.Time) {
	_ = http.NewResponseController(w.ResponseWriter).SetReadDeadline(t)
}

func (w *recorder) status() int {
	if w.code == 0 {
		return http.StatusOK
	}
	return w.code
}

func (w *recorder) cause() (scimType, detail string) {
	var e struct{ ScimType, Detail string }
	if w.code < 400 || json.Unmarshal(w.failure.Bytes(), &e) != nil {
		return "", ""
	}
	return e.ScimType, directory.OneLine(e.Detail)
}
