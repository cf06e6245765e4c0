package activity

import (
	"encoding/csv"
	"encoding/json"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/identity"
)

// sheet writes rows as CSV (RFC 4180) or as JSON lines, while they are read.
type sheet struct {
	columns []string
	csv     *csv.Writer
	json    *json.Encoder
}

// begin starts the answer with a file name of its own.
func begin(q *frame.Request, what string, columns ...string) (*sheet, error) {
	name := q.Workspace.Slug + "-" + what + "-" + q.Store.Now().Format("2006-01-02")
	s := &sheet{columns: columns}
	h := q.W.Header()
	switch q.Query("format") {
	case "csv", "":
		h.Set("Content-Type", "text/csv; charset=utf-8")
		h.Set("Content-Disposition", `attachment; filename="`+name+`.csv"`)
		s.csv = csv.NewWriter(q.W)
		return s, s.csv.Write(columns)
	case "jsonl":
		h.Set("Content-Type", "application/x-ndjson")
		h.Set("Content-Disposition", `attachment; filename="`+name+`.jsonl"`)
		s.json = json.NewEncoder(q.W)
		return s, nil
	}
	return nil, identity.Errorf(identity.Invalid, "format", "The format %q is not known; take csv or jsonl.", q.Query("format"))
}

// row writes one row, in the order of the columns.
func (s *sheet) row(values ...any) error {
	if s.json != nil {
		m := map[string]any{}
		for i, v := range values {
			m[s.columns[i]] = v
		}
		return s.json.Encode(m)
	}
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = plain(shown(v))
	}
	return s.csv.Write(texts)
}

// formula finds what a spreadsheet takes for a formula: at the beginning of a
// cell, or behind a semicolon, which parts cells where commas part decimals.
var formula = regexp.MustCompile(`(^|;\s*)([=+\-@\t\r])`)

// plain keeps a spreadsheet from taking text that came from outside for a
// formula.
func plain(s string) string { return formula.ReplaceAllString(s, "$1'$2") }

func (s *sheet) end() {
	if s.csv != nil {
		s.csv.Flush()
	}
}

// batch is how many rows are read at once.
const batch = 500

// patience is how long an export may take to write one batch.
const patience = time.Minute

// alive gives a slow reader another minute for the next batch.
func alive(q *frame.Request) error {
	_ = http.NewResponseController(q.W).SetWriteDeadline(time.Now().Add(patience)) // not every writer has one
	return q.Context().Err()
}

func exportRequests(q *frame.Request) error {
	f := filterOf(q)
	s, err := begin(q, "provisioning", "id", "at", "method", "path", "status", "cause", "detail", "by", "client_id", "subject", "sent", "notes")
	if err != nil {
		return err
	}
	defer s.end()
	for r := q.Store.Read(q.Workspace.ID); ; {
		if err := alive(q); err != nil {
			return err
		}
		page, err := r.RequestsWhere(q.Context(), f, batch)
		if err != nil {
			return err
		}
		for i := range page.Requests {
			e := &page.Requests[i]
			if err := s.row(string(e.ID), e.At.UTC().Format(time.RFC3339Nano), e.Method, e.Path, e.Status, e.Cause, e.Detail, e.Actor, e.ClientID, e.Subject, e.Sent, strings.Join(e.Notes, "; ")); err != nil {
				return err
			}
		}
		if page.Next == "" {
			return nil
		}
		f.Before = page.Next
	}
}

func exportChanges(q *frame.Request) error {
	s, err := begin(q, "changes", "seq", "at", "by", "source", "verb", "kind", "subject", "request_id", "values")
	if err != nil {
		return err
	}
	defer s.end()
	f := changeFilter(q)
	for r := q.Store.Read(q.Workspace.ID); ; {
		if err := alive(q); err != nil {
			return err
		}
		page, err := r.ChangesWhere(q.Context(), f, batch)
		if err != nil {
			return err
		}
		for i := range page.Changes {
			c := &page.Changes[i]
			var values any = c.Values
			if s.csv != nil {
				values = inWords(c.Values)
			}
			if err := s.row(strconv.FormatInt(c.Seq, 10), c.At.UTC().Format(time.RFC3339Nano), c.Actor, c.Source, string(c.Verb), c.Subject.Kind, c.Subject.ID, string(c.RequestID), values); err != nil {
				return err
			}
		}
		if page.Next == 0 {
			return nil
		}
		f.Before = page.Next
	}
}

func inWords(values []identity.Delta) string {
	parts := make([]string, len(values))
	for i, v := range values {
		parts[i] = v.Field + ": " + shown(v.Before) + " -> " + shown(v.After)
	}
	return strings.Join(parts, "; ")
}

// shown is a value as one cell.
func shown(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	}
	text, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(text)
}
