package scimtest

import (
	"context"
	"net/http"
	"regexp"
	"strings"
)

// fullNote is why a case was not asked on a tenant without room.
const fullNote = "the server takes no new people now"

// refuses says whether an answer means that there is no room for another
// resource, whoever it is: no seat, no plan, no space.
func refuses(a *Answer) bool {
	switch a.Status {
	case http.StatusPaymentRequired, http.StatusForbidden, http.StatusInsufficientStorage:
		return true
	case http.StatusBadRequest, http.StatusConflict, http.StatusUnprocessableEntity:
		detail, _ := a.At("detail").(string)
		detail = strings.ToLower(detail)
		for _, word := range []string{"seat", "license", "licence", "quota", "limit reached", "limit exceeded", "maximum number"} {
			if strings.Contains(detail, word) {
				return true
			}
		}
	}
	return false
}

// full asks whether the server takes a plain new person, and remembers in words
// when it does not.
func (r *run) full(ctx context.Context) bool {
	t := &T{ctx: ctx, run: r, label: r.name + ".full"}
	defer t.clean()
	a := t.Post("/Users", t.Body(nil))
	if !refuses(a) {
		return false
	}
	r.note("The server takes no new people (" + told(a) + "). Cases that need more of them than there is room for were not asked; make room, or check a tenant of its own for tests.")
	return true
}

// manyNote is why a case was not asked on a tenant that is too large for it.
const manyNote = "the tenant has more people than the server filters through (tooMany)"

// overwhelmed says whether a server declines a filter for the number of people
// it would have to look at, as RFC 7644 §3.12 lets it.
func overwhelmed(a *Answer) bool {
	return a.Status == http.StatusBadRequest && a.At("scimType") == "tooMany"
}

// tooMany says whether every failure of a case is that the server declines to
// filter through the tenant. What directories match people by it must always
// answer.
func tooMany(fails []Failure, steps []Step) bool {
	for _, f := range fails {
		if !strings.Contains(f.Got, "tooMany") || f.Step < 1 || f.Step > len(steps) || matching.MatchString(steps[f.Step-1].query()) {
			return false
		}
	}
	return len(fails) > 0
}

// matching is a filter by which directories look for one person or group.
var matching = regexp.MustCompile(`(?i)filter=\s*(?:userName|externalId|displayName|id|emails\[type eq "work"\]\.value) eq "[^"]*"\s*(?:&|$)`)

// note keeps something that the report has to say once.
func (r *run) note(what string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	what = r.client.hide(what)
	for _, n := range r.notices {
		if n == what {
			return
		}
	}
	r.notices = append(r.notices, what)
}
