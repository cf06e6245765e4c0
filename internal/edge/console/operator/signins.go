package operator

import (
	"strconv"
	"strings"
	"time"

	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/store"
)

// signInsData is the refusals of which nobody knows whose workspace they are.
// Those of a workspace are its administrators' to see.
type signInsData struct {
	Rows  []refusal
	Code  string // that was looked for
	Older string
}

// refusal is one of them, with what its rule says.
type refusal struct {
	identity.Trace
	Rule explain.Rule
}

func signInsPage(q *frame.Request) error {
	d := signInsData{Code: strings.ToUpper(strings.TrimSpace(q.Query("code")))}
	all, err := refusals(q, d.Code)
	if err != nil {
		return err
	}
	if len(all) > shown {
		all = all[:shown]
		d.Older = "/operator/signins?before=" + strconv.FormatInt(all[shown-1].At.UnixMicro(), 10)
	}
	for _, t := range all {
		rule, _ := explain.Find(explain.Code(t.Rule))
		d.Rows = append(d.Rows, refusal{t, rule})
	}
	return q.Render(frame.Page{
		Title: "Sign-ins", State: "Answers of identity providers that were refused before it was known whose they are.",
		Nav: frame.NavOperator, Tabs: tabs("signins"), Template: "operator/signins", Data: d,
	})
}

// refusals reads the one with a code, or a page of them, newest first.
func refusals(q *frame.Request, code string) ([]identity.Trace, error) {
	r := q.Store.Read("")
	if code != "" {
		t, found, err := r.Trace(q.Context(), code)
		if err != nil || !found {
			return nil, err
		}
		return []identity.Trace{t}, nil
	}
	f := store.TraceFilter{}
	if before, err := strconv.ParseInt(q.Query("before"), 10, 64); err == nil {
		f.Before = time.UnixMicro(before)
	}
	return r.Traces(q.Context(), f, shown+1)
}
