package identity

import (
	"encoding/json"
	"strconv"
	"time"
)

// Request is one row of a workspace's provisioning log: a request that a
// directory made, what came of it, and what was tolerated on the way. It holds
// names of attributes, never their values, and no secret.
type Request struct {
	ID        RequestID
	At        time.Time
	Actor     string // token:tok_…
	Method    string
	Path      string
	Status    int
	Cause     string // scimType or a word of our own, "" on success
	Detail    string // what the requester was told
	Duration  time.Duration
	Agent     string // User-Agent
	Remote    string // network address
	ClientID  string // the directory's own id for the request, when it sent one
	Subject   string // SCIM id of the resource, when one is concerned
	Sent      string // the attributes or operations in the body, by name
	Notes     []string
	Committed bool // already written in the change's own commit; not stored
}

// requestEntry is how an entry is kept; its id and status stand beside it.
type requestEntry struct {
	At       int64    `json:"at"` // microseconds
	Actor    string   `json:"actor,omitempty"`
	Method   string   `json:"method"`
	Path     string   `json:"path"`
	Cause    string   `json:"cause,omitempty"`
	Detail   string   `json:"detail,omitempty"`
	Duration int64    `json:"duration"` // microseconds
	Agent    string   `json:"agent,omitempty"`
	Remote   string   `json:"remote,omitempty"`
	ClientID string   `json:"client_id,omitempty"`
	Subject  string   `json:"subject,omitempty"`
	Sent     string   `json:"sent,omitempty"`
	Notes    []string `json:"notes,omitempty"`
}

// AppendEntry writes the request as JSON, all but its id and status.
func (r *Request) AppendEntry(dst []byte) []byte {
	dst = strconv.AppendInt(append(dst, `{"at":`...), r.At.UnixMicro(), 10)
	dst = strconv.AppendInt(append(dst, `,"duration":`...), r.Duration.Microseconds(), 10)
	for _, f := range [...]struct{ name, text string }{
		{`,"actor":`, r.Actor}, {`,"method":`, r.Method}, {`,"path":`, r.Path}, {`,"cause":`, r.Cause}, {`,"detail":`, r.Detail}, {`,"agent":`, r.Agent},
		{`,"remote":`, r.Remote}, {`,"client_id":`, r.ClientID}, {`,"subject":`, r.Subject}, {`,"sent":`, r.Sent},
	} {
		if f.text != "" {
			dst = appendText(append(dst, f.name...), f.text)
		}
	}
	for i, n := range r.Notes {
		dst = append(dst, [2]string{`,"notes":[`, `,`}[min(i, 1)]...)
		dst = appendText(dst, n)
	}
	if len(r.Notes) > 0 {
		dst = append(dst, ']')
	}
	return append(dst, '}')
}

// ReadEntry reads what AppendEntry wrote.
func (r *Request) ReadEntry(entry []byte) error {
	var e requestEntry
	if err := json.Unmarshal(entry, &e); err != nil {
		return err
	}
	r.At, r.Duration = time.UnixMicro(e.At).UTC(), time.Duration(e.Duration)*time.Microsecond
	r.Actor, r.Method, r.Path, r.Cause, r.Detail = e.Actor, e.Method, e.Path, e.Cause, e.Detail
	r.Agent, r.Remote, r.ClientID, r.Subject, r.Sent, r.Notes = e.Agent, e.Remote, e.ClientID, e.Subject, e.Sent, e.Notes
	return nil
}
