package labpage

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
)

// keptNotes is how many answers to forms can still be shown.
const keptNotes = 64

// note is what a form is answered with, on the page that one is led to.
type note struct {
	Text string
	Bad  bool
}

// notes are the newest answers, each under its number. The zero value is ready.
type notes struct {
	mu   sync.Mutex
	all  [keptNotes]note
	last int
}

func (n *notes) add(one note) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.last++
	n.all[n.last%keptNotes] = one
	return n.last
}

// read gives the answer that a request's address names, and an empty one when
// it is forgotten.
func (n *notes) read(r *http.Request) note {
	number, err := strconv.Atoi(r.URL.Query().Get("note"))
	n.mu.Lock()
	defer n.mu.Unlock()
	if err != nil || number < 1 || number > n.last || number <= n.last-keptNotes {
		return note{}
	}
	return n.all[number%keptNotes]
}

// say leads back to the page that a form stands on and says there what came of
// it.
func (p *Page) say(w http.ResponseWriter, r *http.Request, format string, args ...any) error {
	return p.lead(w, r, back(r), note{Text: fmt.Sprintf(format, args...)})
}

// refuse leads back to the page of a form and says there why nothing came of it.
func (p *Page) refuse(w http.ResponseWriter, r *http.Request, err error) error {
	return p.lead(w, r, back(r), note{Text: sentence(err), Bad: true})
}

func (p *Page) lead(w http.ResponseWriter, r *http.Request, to string, n note) error {
	if n.Text != "" {
		u, err := url.Parse(to)
		if err != nil {
			return err
		}
		q := u.Query()
		q.Set("note", strconv.Itoa(p.notes.add(n)))
		u.RawQuery = q.Encode()
		to = u.String()
	}
	http.Redirect(w, r, to, http.StatusSeeOther) //nolint:gosec // back gives paths of this host only
	return nil
}

// back gives the path of the page that a form stands on, as the form itself
// says it; never one on another host.
func back(r *http.Request) string {
	u, err := url.Parse(r.PostFormValue("back"))
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(u.Path, "//") {
		return "/"
	}
	q := u.Query()
	q.Del("note")
	u.RawQuery = q.Encode()
	return u.String()
}
