package labpage

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/anteroom-id/anteroom/lab"
)

// talkView is the conversation as the page shows it.
type talkView struct {
	Count   string // requests since it was cleared, in digits
	Last    int64
	Entries []entryView // newest first
	Cut     string
}

// entryView is one request with its answer as the page shows it.
type entryView struct {
	N            int64
	Method, Path string // the path decoded, to be read
	Raw          string // the path as it was sent, "" when it is the same
	Words        string // what the request is for
	Status, Tone string
	Took, At     string
	Try          int         // from the second on
	Aside        []entryView // what the lab itself asked; the rest is then empty
	Error        string
	SentHeader   string
	Sent         string
	AnswerHeader string
	Received     string
}

func (t *talk) view() talkView {
	entries := t.after(0, shownExchanges)
	requests, last := t.count()
	v := talkView{Count: number(requests), Last: last, Entries: []entryView{}}
	for i := range entries {
		v.Entries = append(v.Entries, entries[i].view())
	}
	if len(entries) == shownExchanges && requests > shownExchanges {
		v.Cut = "The newest " + number(shownExchanges) + " are shown."
	}
	return v
}

func (e *entry) view() entryView {
	if e.asked > 0 {
		return e.asideView()
	}
	v := entryView{
		N: e.n, Method: e.Method, Path: readable(e.Path), Words: e.words, Took: took(e.Duration), At: timeOfDay(e.at),
		SentHeader: headers(e.SentHeader), Sent: pretty(e.Sent), AnswerHeader: headers(e.ReceivedHeader), Received: pretty(e.Received),
	}
	if v.Path != e.Path {
		v.Raw = e.Path
	}
	if e.Try > 1 {
		v.Try = e.Try
	}
	switch {
	case e.Status == 0:
		v.Status, v.Tone = "no answer", "bad"
		if e.Err != nil {
			v.Error = sentence(e.Err)
		}
	case e.Status >= 500:
		v.Status, v.Tone = fmt.Sprint(e.Status), "bad"
	case e.Status >= 400:
		v.Status, v.Tone = fmt.Sprint(e.Status), "wait"
	default:
		v.Status = fmt.Sprint(e.Status)
	}
	return v
}

// asideView shows what the lab asked to read the server back.
func (e *entry) asideView() entryView {
	v := entryView{N: e.n, At: timeOfDay(e.at), Words: "The lab reads the server back, to compare: " + counted(e.asked, "request", "requests")}
	for i := range e.aside {
		v.Aside = append(v.Aside, e.aside[i].view())
	}
	return v
}

// Reason is the status in words: "Created".
func (v *entryView) Reason() string {
	var status int
	_, _ = fmt.Sscan(v.Status, &status)
	return http.StatusText(status)
}

// readable decodes a path, so that a filter can be read.
func readable(path string) string {
	p, query, asked := strings.Cut(path, "?")
	if clear, err := url.PathUnescape(p); err == nil {
		p = clear
	}
	if !asked {
		return p
	}
	if clear, err := url.QueryUnescape(query); err == nil {
		query = clear
	}
	return p + "?" + query
}

// pretty lays JSON out on lines. What is no JSON stands as it is.
func pretty(body []byte) string {
	var out bytes.Buffer
	if json.Indent(&out, bytes.TrimSpace(body), "", "  ") != nil {
		return string(body)
	}
	return out.String()
}

func headers(h http.Header) string {
	var lines []string
	for name, values := range h {
		for _, v := range values {
			lines = append(lines, name+": "+v)
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// text serves what is kept of the conversation as one readable text.
func (p *Page) text(w http.ResponseWriter, _ *http.Request) error {
	rec := lab.NewRecording(p.Name + " and " + p.Target.URL)
	hear := rec.Of(lab.Target{URL: p.Target.URL}).OnExchange
	entries := p.talk.after(0, keptExchanges)
	for i := len(entries) - 1; i >= 0; i-- {
		if entries[i].asked == 0 {
			hear(entries[i].Exchange)
		}
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, err := w.Write([]byte(rec.String()))
	return err
}
