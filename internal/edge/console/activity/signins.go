package activity

import (
	"strconv"
	"strings"
	"time"

	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/store"
)

// signInsData is what the page Sign-ins is filled with.
type signInsData struct {
	Rows        []signInRow
	Outcome     string
	Outcomes    []choice
	Connection  string
	Connections []choice
	Older       string
}

// signInRow is one sign-in as the page tells it.
type signInRow struct {
	identity.Trace
	Person, Provider string // "" when it did not come so far
	Title            string // of the rule that it was refused by
	Href             string
	Word, Tone       string
}

func signInsPage(q *frame.Request) error {
	f := traceFilter(q)
	d := signInsData{
		Outcome: q.Query("outcome"), Connection: string(f.Connection), Connections: []choice{{"", "every connection"}},
		Outcomes: []choice{{"", "every sign-in"}, {"refused", "refused ones"}, {"good", "those that went well"}},
	}
	all, err := q.Directory.Connections(q.Context(), q.Workspace.ID)
	if err != nil {
		return err
	}
	for _, c := range all {
		d.Connections = append(d.Connections, choice{string(c.ID), directory.ConnectionTitle(q.Product, &c)})
	}
	traces, err := q.Store.Read(q.Workspace.ID).Traces(q.Context(), f, rows+1)
	if err != nil {
		return err
	}
	if len(traces) > rows {
		traces = traces[:rows]
		d.Older = olderThan(q, &traces[rows-1])
	}
	if d.Rows, err = signInRows(q, traces, all); err != nil {
		return err
	}
	return q.Render(frame.Page{
		Title: "Activity", State: "Who signed in through an identity provider, newest first, and who was refused.",
		Nav: frame.NavActivity, Tabs: tabs(q, "signins"), Template: "activity/signins", Data: d,
	})
}

// traceFilter reads the filter from the address.
func traceFilter(q *frame.Request) store.TraceFilter {
	f := store.TraceFilter{
		Refused: q.Query("outcome") == "refused", Good: q.Query("outcome") == "good", Connection: identity.ConnectionID(q.Query("connection")),
		Member: identity.MemberID(q.Query("member")),
	}
	at, code, _ := strings.Cut(q.Query("before"), ".")
	if micros, err := strconv.ParseInt(at, 10, 64); err == nil {
		f.Before, f.BeforeCode = time.UnixMicro(micros), code
	}
	return f
}

// olderThan is the address of those before the last one shown.
func olderThan(q *frame.Request, last *identity.Trace) string {
	at := q.R.URL.Query()
	at.Set("before", strconv.FormatInt(last.At.UnixMicro(), 10)+"."+last.Code)
	return q.To("activity", "signins") + "?" + at.Encode()
}

func signInRows(q *frame.Request, traces []identity.Trace, connections []identity.Connection) (out []signInRow, err error) {
	people, providers := map[identity.MemberID]string{}, map[identity.ConnectionID]string{}
	for _, c := range connections {
		providers[c.ID] = directory.ConnectionTitle(q.Product, &c)
	}
	for _, t := range traces {
		row := signInRow{Trace: t, Provider: providers[t.Connection], Href: explainAt(q, t.Code)}
		if row.Person, err = personOf(q, t.Member, people); err != nil {
			return nil, err
		}
		rule, _ := explain.Find(explain.Code(t.Rule))
		row.Title = rule.Title
		row.Word, row.Tone = outcomeOf(&t)
		out = append(out, row)
	}
	return out, nil
}

// personOf gives a member's name, which is looked up once.
func personOf(q *frame.Request, id identity.MemberID, known map[identity.MemberID]string) (string, error) {
	if name, ok := known[id]; ok || id == "" {
		return name, nil
	}
	m, _, err := q.Store.Read(q.Workspace.ID).Member(q.Context(), id)
	known[id] = frame.OrElse(m.Name(), m.Address)
	return known[id], err
}

func outcomeOf(t *identity.Trace) (word, tone string) {
	switch {
	case t.Rule == "" && t.Test:
		return "Test went well", "good"
	case t.Rule == "":
		return "Signed in", "good"
	case t.Test:
		return "Test refused", "wait"
	}
	return "Refused", "bad"
}
