package activity

import (
	"net/url"
	"strings"

	"github.com/anteroom-id/anteroom/internal/access"
	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/edge/console/told"
	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/store"
)

// requestsData is what the page Provisioning is filled with.
type requestsData struct {
	Rows        []requestRow
	Failed      bool
	Connection  string
	ID          string // what was searched for
	Connections []choice
	Older       string
	MayExport   bool
	Export      string // the query of the filter, for the export's address
}

// choice is a value of a filter.
type choice struct{ Name, Title string }

// requestRow is one request as the page tells it.
type requestRow struct {
	identity.Request
	By   string
	Tone string
	Word string
	Code string // of one that was refused: "C30-7KQ4M"
}

func requestsPage(q *frame.Request) error {
	f := filterOf(q)
	if strings.HasPrefix(f.ClientID, "req_") {
		return q.Redirect(q.To("activity", "requests", f.ClientID), "")
	}
	d := requestsData{Failed: f.Failed, Connection: string(f.Connection), ID: q.Query("id"), MayExport: q.Can(access.ExportActivity)}
	all, err := q.Directory.Connections(q.Context(), q.Workspace.ID)
	if err != nil {
		return err
	}
	d.Connections = []choice{{"", "every connection"}}
	for _, c := range all {
		d.Connections = append(d.Connections, choice{string(c.ID), directory.ConnectionTitle(q.Product, &c)})
	}
	page, err := q.Store.Read(q.Workspace.ID).RequestsWhere(q.Context(), f, rows)
	if err != nil {
		return err
	}
	tell := told.New(q.Product, q.Store.Read(q.Workspace.ID))
	for i := range page.Requests {
		row, err := rowOf(q, tell, &page.Requests[i])
		if err != nil {
			return err
		}
		d.Rows = append(d.Rows, row)
	}
	at := q.R.URL.Query()
	at.Del("before")
	d.Export = at.Encode()
	if page.Next != "" {
		at.Set("before", string(page.Next))
		d.Older = q.To("activity") + "?" + at.Encode()
	}
	return q.Render(frame.Page{
		Title: "Activity", State: "What the directory asked, newest first, and what came of it.",
		Nav: frame.NavActivity, Tabs: tabs(q, "requests"), Template: "activity/requests", Data: d,
	})
}

// filterOf reads the filter from the address. The id is the directory's own (P08):
// whoever has ours goes straight to the request.
func filterOf(q *frame.Request) store.RequestFilter {
	return store.RequestFilter{
		Failed: q.Query("failed") != "", Connection: identity.ConnectionID(q.Query("connection")), Before: identity.RequestID(q.Query("before")),
		Subject: q.Query("subject"), ClientID: strings.TrimSpace(q.Query("id")),
	}
}

func rowOf(q *frame.Request, tell *told.Teller, r *identity.Request) (requestRow, error) {
	by, err := tell.Actor(q.Context(), r.Actor)
	if r.Actor == "" {
		by = "an unknown token"
	}
	row := requestRow{Request: *r, By: by, Tone: "good", Word: "Done", Code: requestCode(r)}
	switch {
	case r.Status >= 500:
		row.Tone, row.Word = "bad", "Failed here"
	case r.Status == 401 || r.Status == 403:
		row.Tone, row.Word = "bad", "Refused"
	case r.Status == 404:
		row.Tone, row.Word = "off", "Not there"
	case r.Status >= 400:
		row.Tone, row.Word = "wait", "Not accepted"
	case len(r.Notes) > 0:
		row.Tone, row.Word = "wait", "Done, with a note"
	}
	return row, err
}

// requestData is what the page of one request is filled with.
type requestData struct {
	requestRow
	Means  string
	Remedy string
	Rule   explain.Rule // that it was refused by; zero when it was not
	Place  string       // where it is mended at the provider, "" for nowhere there
	People string       // the list of this resource's requests
}

func requestPage(q *frame.Request) error {
	r, found, err := q.Store.Read(q.Workspace.ID).Request(q.Context(), q.Part("request"))
	if err != nil {
		return err
	}
	if !found {
		return identity.Errorf(identity.NotFound, "", "There is nothing at this address.")
	}
	var d requestData
	if d.requestRow, err = rowOf(q, told.New(q.Product, q.Store.Read(q.Workspace.ID)), &r); err != nil {
		return err
	}
	d.Means, d.Remedy, d.Rule = meaning(&r)
	if d.Place, err = placeOf(q, &d.Rule, &r); err != nil {
		return err
	}
	if r.Subject != "" {
		d.People = q.To("activity") + "?subject=" + url.QueryEscape(r.Subject)
	}
	return q.Render(frame.Page{
		Title: r.Method + " " + frame.Took(r.Duration), State: d.Word + ": status " + statusWord(r.Status) + ".",
		Nav: frame.NavActivity, Trail: []frame.Link{{Label: "Activity", Href: q.To("activity")}}, Template: "activity/request", Data: d,
	})
}

// placeOf says where a refusal is mended at the provider whose token the request
// carried.
func placeOf(q *frame.Request, rule *explain.Rule, r *identity.Request) (string, error) {
	if rule.Code == "" {
		return "", nil
	}
	tokens, err := q.Tokens.List(q.Context(), q.Workspace.ID)
	if err != nil {
		return "", err
	}
	connections, err := q.Directory.Connections(q.Context(), q.Workspace.ID)
	if err != nil {
		return "", err
	}
	for _, t := range tokens {
		for _, c := range connections {
			if r.Actor == "token:"+string(t.ID) && c.ID == t.Connection {
				return rule.Place(directory.ConnectionKind(q.Product, &c)), nil
			}
		}
	}
	return rule.Place(""), nil
}
