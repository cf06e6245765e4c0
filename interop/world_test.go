// Package interop_test signs people in through identity providers that this
// project did not write: they run beside the tests on loopback, and a scripted
// browser goes between them and the real addresses.
package interop_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/edge/console/activity"
	"github.com/anteroom-id/anteroom/internal/edge/console/connect"
	"github.com/anteroom-id/anteroom/internal/edge/console/consoletest"
	"github.com/anteroom-id/anteroom/internal/edge/console/hosted"
	"github.com/anteroom-id/anteroom/internal/edge/console/people"
	"github.com/anteroom-id/anteroom/internal/edge/console/signon"
	"github.com/anteroom-id/anteroom/internal/edge/oidcrp"
	"github.com/anteroom-id/anteroom/internal/edge/samlsp"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
)

// world is a deployment whose workspace acme has a connection.
type world struct {
	*consoletest.World
	t          *testing.T
	connection identity.Connection
}

func newWorld(t *testing.T) *world {
	t.Helper()
	p := product.Default()
	p.SignIn.IdPInitiated = true
	w := &world{t: t, World: consoletest.New(t, p, "", hosted.Section(), signon.Section(), samlsp.Section(), oidcrp.Section(), people.Section(), activity.Section(), connect.Section())}
	on := true
	for _, f := range product.Features() {
		w.must(w.Directory.SetEntitlement(t.Context(), w.Acme.ID, f, &on, w.Operator))
	}
	var err error
	w.connection, err = w.Directory.AddConnection(t.Context(), w.Acme.ID, "saml", "Foreign", w.World.Operator)
	w.must(err)
	w.Person(w.Acme, "olga@acme.example", "Olga", "Berg", "owner")
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// change saves a change of how people sign in.
func (w *world) change(change func(*identity.SignOn)) {
	w.t.Helper()
	now, err := w.SignIn.SignOn(w.t.Context(), w.Acme.ID, w.connection.ID)
	w.must(err)
	_, err = w.SignIn.SaveSignOn(w.t.Context(), w.Acme.ID, w.connection.ID, now.Version, func(o *identity.SignOn) error {
		change(o)
		return nil
	}, w.Operator)
	w.must(err)
}

// useMetadata sets the connection up by a provider's metadata, as Get Metadata does.
func (w *world) useMetadata(address string) {
	w.t.Helper()
	got, err := w.SignIn.FetchMetadata(w.t.Context(), w.Acme.ID, w.connection.ID, address)
	w.must(err)
	w.change(func(o *identity.SignOn) {
		o.Protocol, o.Enabled, o.JustInTime, o.Unasked, o.SAML = identity.SAML, true, "on", true, got
	})
}

// ours is our metadata, as a provider's administrator fetches it.
func (w *world) ours() string {
	w.t.Helper()
	return string(fetch(w.t, w.BaseURL+"/saml/acme/metadata"))
}

// isIn fails the test unless the walker is signed in as somebody now.
func (w *world) isIn(b *walker, p *page, address string) {
	w.t.Helper()
	if p.Status != http.StatusOK || !strings.HasPrefix(p.At.String(), w.BaseURL+"/") {
		w.t.Fatalf("stands at %s (%d): %s\nby way of %s", p.At, p.Status, p.text(), strings.Join(b.Passed, "\n"))
	}
	me := b.Open(w.BaseURL + "/account")
	if me.Status != http.StatusOK || me.At.Path == "/login" || !strings.Contains(me.Body, address) {
		w.t.Fatalf("is not signed in as %s: %s (%d): %s", address, me.At, me.Status, me.text())
	}
}

// isOut fails the test when the walker is still signed in.
func (w *world) isOut(b *walker) {
	w.t.Helper()
	if me := b.Open(w.BaseURL + "/account"); me.At.Path != "/login" {
		w.t.Fatalf("is still signed in: %s (%d)", me.At, me.Status)
	}
}

// signOut presses the button of our pages.
func (w *world) signOut(b *walker) *page {
	w.t.Helper()
	to, err := url.Parse(w.BaseURL + "/logout")
	w.must(err)
	return b.walk(form{method: http.MethodPost, action: to, values: url.Values{}})
}
