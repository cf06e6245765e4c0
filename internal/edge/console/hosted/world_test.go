package hosted_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/account"
	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/edge/console/consoletest"
	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/edge/console/hosted"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
)

// world is a deployment of a product, by the text of its definition; "" is the
// built-in one.
func world(t *testing.T, definition string) *consoletest.World {
	t.Helper()
	if definition == "" {
		return consoletest.New(t, nil, "", hosted.Section())
	}
	p, err := product.Load([]byte(definition), "test.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return consoletest.New(t, p, "", hosted.Section())
}

// set serves the world's pages with other settings.
func set(w *consoletest.World, dev bool, base string, accounts account.Config) {
	w.T.Helper()
	c := w.Config
	c.Dev, c.BaseURL = dev, base
	accounts.BaseURL, accounts.Cost = base, account.Cost{Memory: 64, Passes: 1, Lanes: 1}
	var err error
	if c.Accounts, err = account.New(w.Store, w.Product, w.Directory, w.Outbox, w.Box, accounts); err != nil {
		w.T.Fatal(err)
	}
	if w.App, err = frame.New(c, hosted.Section()); err != nil {
		w.T.Fatal(err)
	}
}

// invited gives the address of the page of a new invitation.
func invited(w *consoletest.World, ws identity.Workspace, address string) string {
	w.T.Helper()
	if _, err := w.Accounts.Invite(w.T.Context(), ws.ID, directory.Newcomer{Address: address}, w.Operator); err != nil {
		w.T.Fatal(err)
	}
	return lastLink(w, address, "link")
}

var inText = regexp.MustCompile(`https?://[^/\s]+(/(link|reset)/\S+)`)

// lastLink is the path of the newest link of a kind that was mailed to an address.
func lastLink(w *consoletest.World, to, kind string) string {
	w.T.Helper()
	all, err := w.Outbox.Read(w.T.Context(), "", 50)
	if err != nil {
		w.T.Fatal(err)
	}
	for _, m := range all {
		if found := inText.FindStringSubmatch(m.Text); m.To == to && found != nil && found[2] == kind {
			return found[1]
		}
	}
	w.T.Fatalf("no %s was mailed to %s", kind, to)
	return ""
}

// hidden is the value of a hidden field of a page.
func hidden(t *testing.T, page, name string) string {
	t.Helper()
	found := regexp.MustCompile(`<input type="hidden" name="` + name + `" value="([^"]*)"`).FindStringSubmatch(page)
	if found == nil {
		t.Fatalf("the page has no hidden field %s", name)
	}
	return html.UnescapeString(found[1])
}

// signIn sends the sign-in form.
func signIn(v *consoletest.Visitor, address, password string) consoletest.Answer {
	v.T.Helper()
	return v.Post("/login", "address", address, "password", password)
}

// code is the code that an authenticator app shows, some steps from now (RFC 6238).
func code(t *testing.T, secret string, steps int64) string {
	t.Helper()
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret)
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha1.New, key)
	if err := binary.Write(mac, binary.BigEndian, time.Now().Unix()/30+steps); err != nil {
		t.Fatal(err)
	}
	sum := mac.Sum(nil)
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[sum[19]&15:])&0x7fffffff%1_000_000)
}

// wants holds an answer against a status and what the page must say.
func wants(t *testing.T, what string, a consoletest.Answer, status int, says ...string) {
	t.Helper()
	text := html.UnescapeString(a.Body)
	if a.Status != status {
		t.Errorf("%s: %d %s, not %d: %s", what, a.Status, a.Location, status, text)
		return
	}
	for _, s := range says {
		if !strings.Contains(text, s) {
			t.Errorf("%s: the page does not say %q: %s", what, s, text)
		}
	}
}

// leads holds an answer against where it leads.
func leads(t *testing.T, what string, a consoletest.Answer, to string) {
	t.Helper()
	if a.Status != http.StatusSeeOther || a.Location != to {
		t.Errorf("%s: %d to %q, not to %q: %s", what, a.Status, a.Location, to, a.Body)
	}
}

// without is a page without what no two requests have alike.
func without(page string, parts ...string) string {
	for _, p := range parts {
		page = strings.ReplaceAll(page, p, "")
	}
	return regexp.MustCompile(`req_\w+`).ReplaceAllString(page, "")
}
