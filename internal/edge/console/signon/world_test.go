package signon_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/edge/console/activity"
	"github.com/anteroom-id/anteroom/internal/edge/console/consoletest"
	"github.com/anteroom-id/anteroom/internal/edge/console/hosted"
	"github.com/anteroom-id/anteroom/internal/edge/console/people"
	"github.com/anteroom-id/anteroom/internal/edge/console/signon"
	"github.com/anteroom-id/anteroom/internal/edge/oidcrp"
	"github.com/anteroom-id/anteroom/internal/edge/samlsp"
	"github.com/anteroom-id/anteroom/internal/product"
)

// world is a deployment with the pages that a sign-in meets.
func world(t *testing.T, p *product.Product) *consoletest.World {
	t.Helper()
	w := consoletest.New(t, p, "", hosted.Section(), signon.Section(), samlsp.Section(), oidcrp.Section(), people.Section(), activity.Section())
	on := true
	for _, f := range product.Features() {
		must(t, w.Directory.SetEntitlement(t.Context(), w.Acme.ID, f, &on, w.Operator))
		must(t, w.Directory.SetEntitlement(t.Context(), w.Globex.ID, f, &on, w.Operator))
	}
	return w
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// wants holds an answer against a status and what it has to say.
func wants(t *testing.T, what string, a consoletest.Answer, status int, says ...string) {
	t.Helper()
	if a.Status != status {
		t.Errorf("%s: status %d, want %d (%s)", what, a.Status, status, a.Location)
	}
	for _, s := range says {
		if !strings.Contains(a.Body, s) {
			t.Errorf("%s: the page does not say %q: %s", what, s, text(a.Body))
		}
	}
}

// leads holds an answer against where it has to lead.
func leads(t *testing.T, what string, a consoletest.Answer, to string) {
	t.Helper()
	if a.Status != 303 || a.Location != to {
		t.Errorf("%s: %d %q, want 303 %q: %s", what, a.Status, a.Location, to, text(a.Body))
	}
}

// lacks holds an answer against what it must not say.
func lacks(t *testing.T, what string, a consoletest.Answer, words ...string) {
	t.Helper()
	for _, s := range words {
		if strings.Contains(a.Body, s) || strings.Contains(a.Location, s) {
			t.Errorf("%s: the page says %q", what, s)
		}
	}
}

var (
	hidden = regexp.MustCompile(`name="proof" value="([^"]*)"`)
	tags   = regexp.MustCompile(`(?s)<head>.*</head>|<[^>]*>`)
	code   = regexp.MustCompile(`<output class="code"[^>]*>([A-Z]\d+-[0-9A-Z]{5})</output>`)
)

// text is what a page says, without its tags.
func text(body string) string {
	return strings.Join(strings.Fields(tags.ReplaceAllString(body, " ")), " ")
}

// codeOf is the code that a page of a refusal shows.
func codeOf(t *testing.T, what string, a consoletest.Answer) string {
	t.Helper()
	found := code.FindStringSubmatch(a.Body)
	if found == nil {
		t.Fatalf("%s: %d: there is no code on the page: %s", what, a.Status, text(a.Body))
	}
	return found[1]
}
