package web

import (
	"net/http"
	"strings"
	"time"
)

// Events writes server-sent events to one reader (HTML Living Standard §9.2).
// Every method sends at once and reports false when nobody receives any more.
// The server's own deadlines, which are meant for short answers, are put off at
// each event.
type Events struct {
	w http.ResponseWriter
	c *http.ResponseController
}

// eventPatience is how long a reader may take to receive one event.
const eventPatience = 10 * time.Second

// NewEvents begins the answer. A reader that is cut off comes back in two seconds.
func NewEvents(w http.ResponseWriter) *Events {
	e := &Events{w, http.NewResponseController(w)}
	_ = e.c.SetReadDeadline(time.Time{}) // not every writer has deadlines
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no") // proxies that gather answers pass this one on at once
	w.WriteHeader(http.StatusOK)
	e.write("retry: 2000\n\n")
	return e
}

// Event writes one event, whose data may have several lines. Id is what the
// reader says that it has seen when it comes back; "" for none.
func (e *Events) Event(name, id, data string) bool {
	var b strings.Builder
	if id != "" {
		b.WriteString("id: " + id + "\n")
	}
	b.WriteString("event: " + name + "\n")
	for line := range strings.SplitSeq(strings.ReplaceAll(data, "\r", ""), "\n") {
		b.WriteString("data: " + line + "\n")
	}
	return e.write(b.String() + "\n")
}

// Alive writes a sign of life, so that proxies and both ends know.
func (e *Events) Alive() bool { return e.write(": still here\n\n") }

func (e *Events) write(text string) bool {
	_ = e.c.SetWriteDeadline(time.Now().Add(eventPatience))
	if _, err := e.w.Write([]byte(text)); err != nil {
		return false
	}
	return e.c.Flush() == nil
}
