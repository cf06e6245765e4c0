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
	begin   func()
	code    int
	started bool
	failure bytes.Buffer
}

func (w *recorder) start(code int) {
	if !w.started {
		w.code, w.started = code, true
		w.begin()
	}
}

func (w *recorder) WriteHeader(code int) {
	w.start(code)
	w.ResponseWriter.WriteHeader(code)
}

func (w *recorder) Write(b []byte) (int, error) {
	w.start(http.StatusOK)
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
