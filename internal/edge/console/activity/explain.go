package activity

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/identity"
)

func statusWord(status int) string {
	return strings.TrimSpace(strconv.Itoa(status) + " " + http.StatusText(status))
}

// meaning says what an answer to a directory means to an administrator, what to
// do, and the rule that it was refused by; the zero rule of one that was not.
func meaning(r *identity.Request) (means, remedy string, rule explain.Rule) {
	rule, refused := explain.Find(explain.OfRequest(r.Status, r.Cause, r.Detail))
	switch {
	case refused:
		return rule.Title + ".", rule.Mend, rule
	case len(r.Notes) > 0:
		return "The request was carried out. Something in it was tolerated, kept for later or held.", "Read the notes below; mend the mapping in the identity provider when a value was meant otherwise.", rule
	}
	return "The request was carried out.", "", rule
}
