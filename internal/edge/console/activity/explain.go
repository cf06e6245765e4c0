package activity

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
)

func statusWord(status int) string {
	return strings.TrimSpace(strconv.Itoa(status) + " " + http.StatusText(status))
}

// explain says what an answer means to an administrator, and what to do. The
// causes are scimTypes (RFC 7644 §3.12) and words of our own.
func explain(p *product.Product, r *identity.Request) (means, remedy string) {
	if r.Status < 400 {
		if len(r.Notes) > 0 {
			return "The request was carried out. Something in it was tolerated, kept for later or held.", "Read the notes below; mend the mapping in the identity provider when a value was meant otherwise."
		}
		return "The request was carried out.", ""
	}
	if e, ok := causes[r.Cause]; ok {
		return e.means, e.remedy
	}
	switch r.Status {
	case http.StatusUnauthorized:
		return "The token was not accepted: it is wrong, was revoked, or has expired.", "Issue a new one and paste it into the identity provider. Microsoft Entra ID stops provisioning after such answers, so restart it there."
	case http.StatusForbidden:
		return "The request was understood and refused.", "The answer below says why: a switch under " + p.Console.Labels.SSO + ", the plan, or another directory's person."
	case http.StatusNotFound:
		return "There is no such resource, or there is none any more.", "Identity providers ask for what they once knew and create it anew. Nothing has to be done unless it repeats."
	case http.StatusTooManyRequests:
		return "Too many requests came at once.", "The identity provider tries again by itself."
	}
	if r.Status >= 500 {
		return "Something failed here.", "The identity provider tries again by itself. Give us the request's id when it repeats."
	}
	return "The request could not be accepted.", "The answer below says what is wrong with it."
}

// explanation is what an answer means, and what to do.
type explanation struct{ means, remedy string }

var causes = map[string]explanation{
	"uniqueness":    {"A user name, address or group name is in use by somebody else here.", "Find who has it with the filter of the list, and change one of the two in the identity provider."},
	"invalidValue":  {"A value is missing or not as it has to be.", "The answer names the attribute: map it in the identity provider, or mend it on the person."},
	"invalidFilter": {"The directory looked somebody up in a way that cannot be answered.", "Match people by an attribute that is listed under Mappings."},
	"invalidSyntax": {"The body could not be read.", "This is the directory's own mistake; tell its support."},
	"invalidPath":   {"A mapping names an attribute that is written in a way that cannot be.", "Correct the target attribute in the mapping."},
	"noTarget":      {"A change was meant for a value that is not there.", "The next cycle puts it right, as a rule."},
	"mutability":    {"The attribute cannot be changed by a directory.", "Take it out of the mapping, or stop updating it."},
	"tooMany":       {"The directory asked for more than one answer may cost.", "Match people by an attribute that is listed under Mappings."},
	"sensitive":     {"The filter named something that may not stand in an address.", "Match people by another attribute."},
}
