package labpage

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/anteroom-id/anteroom/lab"
)

// How much of the conversation is kept, and shown.
const (
	keptExchanges  = 1000
	keptBytes      = 16 << 20 // of what was sent and received, in all
	keptBody       = 64 << 10 // of one body
	keptHeader     = 16 << 10 // of one message's headers
	shownExchanges = 150
	keptAside      = 40 // of one reading back
	keptNames      = 20000
)

// entry is one request with its answer, or what the lab itself asked to read
// the server back.
type entry struct {
	lab.Exchange
	n     int64 // counted from 1
	at    time.Time
	words string
	aside []entry // newest first; when not empty, the rest is not set
	asked int     // how many they were
}

func (e *entry) size() int {
	n := len(e.Path) + len(e.words) + len(e.Sent) + len(e.Received) + headerSize(e.SentHeader) + headerSize(e.ReceivedHeader)
	for i := range e.aside {
		n += e.aside[i].size()
	}
	return n
}

// talk is the conversation with the server: the newest exchanges, bounded in
// number and in bytes. It is safe for concurrent use.
type talk struct {
	now  func() time.Time
	bell *bell

	mu       sync.Mutex
	all      []entry // oldest first
	last     int64   // number of the newest entry that there ever was
	requests int     // since the conversation was cleared
	bytes    int
	names    map[string]string // of resources by id, as far as they were seen
	reading  *entry            // gathers what the lab asks; nil when it does not
}

func newTalk(now func() time.Time, b *bell) *talk {
	return &talk{now: now, bell: b, names: map[string]string{}}
}

// hear keeps one exchange.
func (t *talk) hear(x lab.Exchange) {
	seen := namesIn(x.Received)
	x.Sent, x.Received = cut(x.Sent), cut(x.Received)
	x.SentHeader, x.ReceivedHeader = cutHeader(x.SentHeader), cutHeader(x.ReceivedHeader)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.learn(seen)
	e := entry{Exchange: x, at: t.now(), words: t.meaning(&x)}
	if t.reading != nil {
		if t.reading.asked++; len(t.reading.aside) < keptAside {
			t.reading.aside = append(t.reading.aside, e)
		}
		return
	}
	t.requests++
	t.keep(e)
}

// learn remembers names by id, for the words beside later requests.
func (t *talk) learn(seen map[string]string) {
	if len(t.names) > keptNames {
		clear(t.names)
	}
	maps.Copy(t.names, seen)
}

// keep adds an entry, and lets the oldest go when there are too many. The caller
// holds the lock.
func (t *talk) keep(e entry) {
	t.last++
	e.n = t.last
	t.all = append(t.all, e)
	t.bytes += e.size()
	for len(t.all) > keptExchanges || t.bytes > keptBytes {
		t.bytes -= t.all[0].size()
		t.all[0] = entry{}
		t.all = t.all[1:]
	}
	t.bell.ring()
}

// cutMark ends a body that was too long to keep.
const cutMark = "\n… cut here by the lab"

func cut(body []byte) []byte {
	if len(body) <= keptBody {
		return body
	}
	return []byte(strings.ToValidUTF8(string(body[:keptBody]), "") + cutMark)
}

func headerSize(h http.Header) (n int) {
	for name, values := range h {
		for _, v := range values {
			n += len(name) + len(v)
		}
	}
	return n
}

// cutHeader gives the headers as they are, or as many of them as there is room
// for, the shortest first, and a note in place of the others.
func cutHeader(h http.Header) http.Header {
	if headerSize(h) <= keptHeader {
		return h
	}
	room, out := keptHeader, http.Header{}
	names := slices.SortedFunc(maps.Keys(h), func(a, b string) int {
		return cmp.Or(headerSize(http.Header{a: h[a]})-headerSize(http.Header{b: h[b]}), strings.Compare(a, b))
	})
	left := 0
	for _, name := range names {
		if room -= headerSize(http.Header{name: h[name]}); room < 0 {
			left++
			continue
		}
		out[name] = slices.Clone(h[name])
		for i, v := range out[name] {
			out[name][i] = strings.Clone(v)
		}
	}
	out["Cut-By-The-Lab"] = []string{counted(left, "longer header", "longer headers")}
	return out
}

// readBack says that what follows is the lab reading the server back, and gives
// the function that says that this is over.
func (t *talk) readBack() (over func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.reading = &entry{at: t.now()}
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		e := t.reading
		t.reading = nil
		slices.Reverse(e.aside)
		if e.asked > 0 {
			t.keep(*e)
		}
	}
}

// clear lets go of everything but the names.
func (t *talk) clear() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.all, t.bytes, t.requests = nil, 0, 0
	t.bell.ring()
}

// count gives how many requests there were since the conversation was cleared,
// and the number of the newest entry.
func (t *talk) count() (requests int, last int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.requests, t.last
}

// after gives the newest entries that came after one, newest first and at most
// n of them.
func (t *talk) after(number int64, n int) []entry {
	t.mu.Lock()
	defer t.mu.Unlock()
	var out []entry
	for i := len(t.all) - 1; i >= 0 && len(out) < n && t.all[i].n > number; i-- {
		out = append(out, t.all[i])
	}
	return out
}
