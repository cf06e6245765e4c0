package frame

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/anteroom-id/anteroom/internal/account"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
)

// answerable says whether an error is an answer to what somebody typed.
func answerable(err error) (*identity.Error, bool) {
	var e *identity.Error
	if !errors.As(err, &e) {
		return nil, false
	}
	switch e.Kind {
	case identity.Invalid, identity.Taken, identity.Forbidden, identity.TooMany, identity.Unauthenticated:
		return e, true
	}
	return nil, false
}

// statusOf is the HTTP status that an error is answered with.
func statusOf(err error) int {
	switch identity.KindOf(err) {
	case identity.Invalid:
		return http.StatusUnprocessableEntity
	case identity.NotFound:
		return http.StatusNotFound
	case identity.Taken:
		return http.StatusConflict
	case identity.Forbidden:
		return http.StatusForbidden
	case identity.Unauthenticated:
		return http.StatusUnauthorized
	case identity.TooMany:
		return http.StatusTooManyRequests
	case identity.Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// mishap is what the page for what went wrong shows.
type mishap struct {
	Status    int
	Heading   string
	Text      string
	Reference identity.RequestID
}

// fail answers what no route was found for.
func (a *App) fail(w http.ResponseWriter, r *http.Request, err error) {
	q := &Request{App: a, W: w, R: r, route: &Route{Gate: Public}, from: origin(identity.ActorSystem, "", a.now())}
	if err2 := q.known(); err2 != nil {
		q.Live = nil
	}
	q.answer(w, err)
}

// answer answers a request that failed: to the sign-in page who has no session,
// and everybody else a page that says what to do. The cause stays in our log.
func (q *Request) answer(w http.ResponseWriter, err error) {
	q.W = w
	status := statusOf(err)
	var moved movedTo
	switch {
	case q.Context().Err() != nil:
		return // the reader has left
	case errors.As(err, &moved):
		_ = q.Redirect(string(moved), "")
		return
	case status == http.StatusUnauthorized && q.Live == nil && q.route.Gate != Public:
		_ = q.Redirect(q.LoginFor(), "")
		return
	case status == http.StatusInternalServerError:
		q.Log.Error("console", "request_id", q.from.RequestID, "path", q.route.Pattern, "error", err)
	}
	q.retryAfter(err)
	m := mishap{Status: status, Heading: headings[status], Text: "We have been told. Try again in a moment; nothing was done by halves.", Reference: q.from.RequestID}
	var own *identity.Error
	if errors.As(err, &own) && own.Kind != identity.Internal {
		m.Text = Sentence(own.Msg)
	}
	if status == http.StatusNotFound {
		m.Text = errNothing.Msg
	}
	if err := q.Render(Page{Title: m.Heading, Template: "frame/mishap", Data: m, Bare: q.Workspace.ID == "", Status: status}); err != nil {
		q.Log.Error("console: the page for an error", "request_id", q.from.RequestID, "error", err)
		http.Error(w, m.Text, status)
	}
}

var headings = map[int]string{
	http.StatusNotFound:            "Nothing here",
	http.StatusForbidden:           "Not allowed",
	http.StatusConflict:            "Somebody was faster",
	http.StatusUnprocessableEntity: "That cannot be accepted",
	http.StatusUnauthorized:        "Not signed in",
	http.StatusTooManyRequests:     "Too many tries",
	http.StatusServiceUnavailable:  "Not just now",
	http.StatusInternalServerError: "Something went wrong here",
}

// retryAfter says when to come back, to who tried too often or came at a bad
// time (RFC 9110 §10.2.3).
func (q *Request) retryAfter(err error) {
	var slow *account.Throttled
	if errors.As(err, &slow) {
		q.W.Header().Set("Retry-After", strconv.Itoa(1+int(slow.Wait/time.Second)))
	} else if statusOf(err) == http.StatusServiceUnavailable {
		q.W.Header().Set("Retry-After", "5")
	}
}

// Sentence is a message as a page says it. One that begins with an address keeps
// the address as it is.
func Sentence(msg string) string {
	if first, _, _ := strings.Cut(msg, " "); !strings.Contains(first, "@") {
		msg = product.Title(msg)
	}
	return strings.TrimSuffix(msg, ".") + "."
}

// Lock is a feature that the workspace's plan does not unlock, as the part
// "locked" of a page shows it.
type Lock struct {
	Feature string
	Plans   []string // that unlock it, by their titles
	Plan    string   // the workspace's own, "" where the product has none
}

// Lock says what unlocks a feature.
func (q *Request) Lock(f product.Feature) Lock {
	l := Lock{Feature: FeatureName(f), Plan: q.Product.PlanOf(q.Workspace.Plan).Title}
	for _, p := range q.Product.Unlocking(f) {
		l.Plans = append(l.Plans, p.Title)
	}
	return l
}

// ShowLocked answers with what unlocks a feature, and whom to ask (T02, E01, W01,
// P01), in place of a page that is about nothing else. The pipeline does so by
// itself for the Feature of a route.
func (q *Request) ShowLocked(f product.Feature) error {
	l, status := q.Lock(f), http.StatusOK
	if q.R.Method == http.MethodPost {
		status = http.StatusForbidden
	}
	return q.Render(Page{Title: l.Feature, Template: "frame/locked", Data: l, Status: status})
}
