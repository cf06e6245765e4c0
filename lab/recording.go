package lab

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// Recording writes a conversation down as text that is read in review and
// compared by version control: a block for each request with its answer.
//
//	> PATCH /Groups/GROUP-1
//	{"Operations": [{"op": "remove", "path": "members[value eq \"USER-2\"]"}], "schemas": […]}
//	< 204 No Content
//	< ETag: ETAG-3
//
// What differs from run to run has a steady name in it: the server's ids
// (USER-1, GROUP-2, in the order in which they appear; those of fewer than eight
// letters are numbers and stay), ETags (ETAG-1 is the first that was seen of its
// resource), times (TIME), request ids, passwords, and the base URL. Everything
// else stands as it was on the wire, in the order of the wire; only blanks are
// put into bodies. A path stands decoded, and below it as sent where that
// differs. Headers that all requests, or all answers, have in common stand once
// at the beginning.
//
// A client with one worker gives the same text in every run against a server
// that answers the same. A Recording is safe for concurrent use; make one with
// [NewRecording].
type Recording struct {
	title string

	mu      sync.Mutex
	base    string
	entries []recorded
	silent  bool
	named   [][2]string // values named by the caller, with their names
}

// recorded is a chapter's heading or an exchange.
type recorded struct {
	chapter string
	silent  bool // gives names only
	Exchange
}

// NewRecording begins a recording. The title, one line or more, opens the text.
func NewRecording(title string) *Recording { return &Recording{title: title} }

// Of gives the target with its exchanges recorded; its own OnExchange is told
// about them, too.
func (r *Recording) Of(t Target) Target {
	next := t.OnExchange
	r.mu.Lock()
	defer r.mu.Unlock()
	base, _, _ := strings.Cut(strings.TrimSpace(t.URL), "?")
	r.base = strings.TrimRight(base, "/")
	t.OnExchange = func(x Exchange) {
		r.add(x)
		if next != nil {
			next(x)
		}
	}
	return t
}

func (r *Recording) add(x Exchange) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.entries = append(r.entries, recorded{silent: r.silent, Exchange: x})
}

// Chapter writes a heading above the requests to come.
func (r *Recording) Chapter(heading string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.silent = false
	r.entries = append(r.entries, recorded{chapter: heading})
}

// Silent leaves out what is said until the next chapter, for instance how a
// server was filled before the story begins. Ids that appear there have their
// names.
func (r *Recording) Silent() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.silent = true
}

// Name shows a value, for instance a person's ObjectID, under a name. Values of
// fewer than eight letters stay as they are, because they may stand anywhere.
func (r *Recording) Name(value, name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.named = append(r.named, [2]string{value, name})
}

// String gives the recording so far as text, ending in a newline.
func (r *Recording) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	w := &writer{names: r.names()}
	for line := range strings.Lines(r.title) {
		w.line("%s", strings.TrimSpace("# "+line))
	}
	told := slices.DeleteFunc(slices.Clone(r.entries), func(e recorded) bool { return e.silent })
	sent, received := w.common(told, false), w.common(told, true)
	for _, e := range told {
		w.line("")
		if e.chapter != "" {
			w.line("## %s", e.chapter)
			continue
		}
		w.request(&e.Exchange, sent)
		w.answer(&e.Exchange, received)
	}
	return w.text.String()
}

// shownHeaders are those of an answer that a client may act upon. Of requests
// all are shown that the client itself has set.
func shownHeaders() []string {
	return []string{"Content-Type", "ETag", "Location", "Retry-After", "WWW-Authenticate", "X-Request-Id"}
}

// writer puts a recording together.
type writer struct {
	names *pseudonyms
	text  strings.Builder
}

func (w *writer) line(format string, args ...any) {
	fmt.Fprintf(&w.text, format+"\n", args...)
}

// headers gives the lines of the headers that are shown, in order of name.
func (w *writer) headers(x *Exchange, answer bool) []string {
	h := x.SentHeader
	if answer {
		h = http.Header{}
		for _, name := range shownHeaders() {
			h[name] = x.ReceivedHeader.Values(name)
		}
	}
	var lines []string
	for name, values := range h {
		for _, v := range values {
			lines = append(lines, name+": "+w.names.header(name, v, subjectOf(x)))
		}
	}
	slices.Sort(lines)
	return lines
}

// sides are the header lines that stand at the beginning instead of at each
// request, or answer: those of all, and those of all that have a body.
type sides struct{ all, withBody []string }

func (s *sides) hold(line string, body bool) bool {
	return slices.Contains(s.all, line) || body && slices.Contains(s.withBody, line)
}

// common finds what all requests, or answers, have in common and writes it.
func (w *writer) common(entries []recorded, answer bool) *sides {
	every, bodied := &intersection{}, &intersection{}
	for _, e := range entries {
		if e.chapter != "" || answer && e.Status == 0 {
			continue
		}
		lines := w.headers(&e.Exchange, answer)
		every.add(lines)
		if hasBody(&e.Exchange, answer) {
			bodied.add(lines)
		}
	}
	own := func(l string) bool { return strings.HasPrefix(l, "ETag: ") || strings.HasPrefix(l, "Location: ") }
	s := &sides{all: slices.DeleteFunc(slices.Clone(every.lines), own)}
	s.withBody = slices.DeleteFunc(slices.Clone(bodied.lines), func(l string) bool { return own(l) || slices.Contains(s.all, l) })
	mark, noun := ">", "request"
	if answer {
		mark, noun = "<", "answer"
	}
	for _, part := range []struct {
		what  string
		lines []string
	}{{"Every " + noun, s.all}, {"Every " + noun + " with a body", s.withBody}} {
		if len(part.lines) > 0 {
			w.line("#\n# %s:\n# %s %s", part.what, mark, strings.Join(part.lines, "\n# "+mark+" "))
		}
	}
	return s
}

func hasBody(x *Exchange, answer bool) bool {
	if answer {
		return len(x.Received) > 0
	}
	return x.Sent != nil
}

// intersection collects the lines that every list has.
type intersection struct {
	lines []string
	begun bool
}

func (i *intersection) add(lines []string) {
	if !i.begun {
		i.lines, i.begun = lines, true
		return
	}
	i.lines = slices.DeleteFunc(slices.Clone(i.lines), func(l string) bool { return !slices.Contains(lines, l) })
}

func (w *writer) request(x *Exchange, common *sides) {
	shown := w.names.in(decoded(x.Path))
	again := ""
	if x.Try > 1 {
		again = fmt.Sprintf("   (try %d)", x.Try)
	}
	w.line("> %s %s%s", x.Method, shown, again)
	if raw := w.names.in(x.Path); raw != shown {
		w.line("> %*s %s", len(x.Method), "", raw)
	}
	w.rest(">", w.headers(x, false), common, x.Sent)
}

func (w *writer) answer(x *Exchange, common *sides) {
	if x.Status == 0 {
		w.line("< no answer")
		return
	}
	w.line("< %d %s", x.Status, http.StatusText(x.Status))
	w.rest("<", w.headers(x, true), common, x.Received)
}

// rest writes headers and body.
func (w *writer) rest(mark string, headers []string, common *sides, body []byte) {
	for _, h := range headers {
		if !common.hold(h, len(body) > 0) {
			w.line("%s %s", mark, h)
		}
	}
	if len(body) > 0 {
		w.line("%s", w.names.body(body))
	}
}

// decoded makes a path readable.
func decoded(path string) string {
	p, query, asked := strings.Cut(path, "?")
	clear, err := url.PathUnescape(p)
	if err != nil || !asked {
		return clear
	}
	q, err := url.QueryUnescape(query)
	if err != nil {
		return path
	}
	return clear + "?" + q
}
