package signin_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/saml"
	"github.com/anteroom-id/anteroom/internal/saml/dsig"
)

// published lists the keys of a use in a workspace's metadata, in order.
func (e *estate) published(ws identity.WorkspaceID, use string) (out []string) {
	e.t.Helper()
	w, err := e.db.Read(ws).Details(e.t.Context())
	e.must(err)
	doc, err := e.s.Metadata(e.t.Context(), w)
	e.must(err)
	d, err := dsig.Parse(doc)
	e.must(err)
	for k := range d.Root.Descendants() {
		if k.Local != "KeyDescriptor" || k.Attr("use") != use {
			continue
		}
		for c := range k.Descendants() {
			if c.Local == "X509Certificate" {
				text, _ := c.Text()
				out = append(out, text)
			}
		}
	}
	return out
}

func (e *estate) states(ws identity.WorkspaceID) string {
	e.t.Helper()
	all, err := e.s.ServiceKeys(e.t.Context(), ws)
	e.must(err)
	var out []string
	for _, k := range all {
		out = append(out, k.ID+" "+string(k.State))
	}
	return strings.Join(out, ", ")
}

func TestAWorkspacesKeyIsMadeOnceHoweverManyAsk(t *testing.T) {
	onEach(t, func(t *testing.T, e *estate) {
		var all sync.WaitGroup
		got := make([]string, 3)
		for i := range got {
			all.Go(func() {
				if k, err := e.s.ServiceKeys(t.Context(), e.acme); err == nil && len(k) == 1 {
					got[i] = saml.CertificateText(k[0].Certificate)
				}
			})
		}
		all.Wait()
		if got[0] == "" || got[0] != got[1] || got[0] != got[2] {
			t.Error("each got another key")
		}
		if other := e.published(e.globex, "signing"); len(other) != 1 || other[0] == got[0] {
			t.Error("two workspaces share a key")
		}
		if p := e.published(e.acme, "encryption"); len(p) != 1 || p[0] != got[0] {
			t.Error("metadata has another key")
		}
		rows, err := e.db.Read(e.acme).SAMLKeys(t.Context())
		e.must(err)
		if strings.Contains(rows[0].Private, "PRIVATE") || len(rows[0].Private) < 1000 || strings.Count(rows[0].Private, ".") != 1 {
			t.Error("the private key is not sealed")
		}
	})
}

func TestAKeyIsPublishedADayBeforeItSigns(t *testing.T) {
	onEach(t, func(t *testing.T, e *estate) {
		ctx := t.Context()
		admin := e.joined(e.acme, "olga@acme.example", "owner")
		first, _, err := e.s.Ring(ctx, e.acme)
		e.must(err)
		next, err := e.s.RotateKey(ctx, e.acme, e.by(admin))
		e.must(err)

		signs := func(when, states string, want bool, decrypt int) {
			t.Helper()
			now, n, err := e.s.Ring(ctx, e.acme)
			e.must(err)
			if now.Equal(next.Certificate) != want || now.Equal(first) == want || n != decrypt {
				t.Errorf("%s: signs with the next: %v; %d decrypt", when, !want, n)
			}
			if got := e.states(e.acme); got != states {
				t.Errorf("%s: %s", when, got)
			}
		}
		signs("at once", "1 current, 2 next", false, 2)
		if p := e.published(e.acme, "signing"); len(p) != 2 || p[0] != saml.CertificateText(first) || p[1] != saml.CertificateText(next.Certificate) {
			t.Error("the next key is not published behind the present one")
		}
		_, err = e.s.RotateKey(ctx, e.acme, e.by(admin))
		if identity.KindOf(err) != identity.Taken {
			t.Errorf("while one waits: %v", err)
		}
		e.pass(23 * time.Hour)
		signs("before a day", "1 current, 2 next", false, 2)
		e.pass(time.Hour)
		signs("after a day", "1 old, 2 current", true, 2)
		if p := e.published(e.acme, "encryption"); len(p) != 1 || p[0] != saml.CertificateText(next.Certificate) {
			t.Error("the old key is still published")
		}
		_, err = e.s.RotateKey(ctx, e.acme, e.by(admin))
		e.must(err)
		signs("at the next rotation", "1 retired, 2 current, 3 next", true, 2)
		rows, err := e.db.Read(e.acme).SAMLKeys(ctx)
		e.must(err)
		if rows[0].Private != "" {
			t.Error("a retired key's private part is kept")
		}
		if n := strings.Count(join(e.verbs(e.acme)), string(identity.KeyRotated)); n != 2 {
			t.Errorf("%d rotations are logged", n)
		}
		if slices.Contains(e.verbs(e.globex), identity.KeyRotated) {
			t.Error("another workspace's log has it")
		}
	})
}

func join(all []identity.Verb) string {
	var out []string
	for _, v := range all {
		out = append(out, string(v))
	}
	return strings.Join(out, " ")
}

func TestAnAdministratorHasAKeySignNowAndRetiresAnOldOne(t *testing.T) {
	e := newEstate(t, t.TempDir())
	ctx := t.Context()
	admin := e.by(e.joined(e.acme, "olga@acme.example", "owner"))
	next, err := e.s.RotateKey(ctx, e.acme, admin)
	e.must(err)
	for what, err := range map[string]error{
		"another workspace's":         e.s.UseKey(ctx, e.globex, next.ID, admin),
		"the one that signs":          e.s.UseKey(ctx, e.acme, "1", admin),
		"none":                        e.s.UseKey(ctx, e.acme, "9", admin),
		"retiring the one that signs": e.s.RetireKey(ctx, e.acme, "1", admin),
		"retiring the next":           e.s.RetireKey(ctx, e.acme, "2", admin),
	} {
		if identity.KindOf(err) != identity.NotFound {
			t.Errorf("%s: %v", what, err)
		}
	}
	e.must(e.s.UseKey(ctx, e.acme, next.ID, admin))
	if got := e.states(e.acme); got != "1 old, 2 current" {
		t.Error(got)
	}
	e.must(e.s.RetireKey(ctx, e.acme, "1", admin))
	if got := e.states(e.acme); got != "1 retired, 2 current" {
		t.Error(got)
	}
	if _, n, err := e.s.Ring(ctx, e.acme); err != nil || n != 1 {
		t.Errorf("%d decrypt, %v", n, err)
	}
}

// A provider that fetches our metadata again after a rename still finds the
// address that it was given.
func TestT08_OurMetadataNamesTheAddressesOfBeforeToo(t *testing.T) {
	e := newEstate(t, t.TempDir())
	slug := "acme-group"
	_, err := e.people.UpdateWorkspace(t.Context(), e.acme, 0, directory.WorkspaceChange{Slug: &slug}, byOperator)
	e.must(err)
	doc, err := e.s.Metadata(t.Context(), e.details(e.acme))
	e.must(err)
	d, err := dsig.Parse(doc)
	e.must(err)
	var all []string
	for c := range d.Root.Descendants() {
		if c.Local == "AssertionConsumerService" {
			all = append(all, c.Attr("index")+" "+c.Attr("isDefault")+" "+c.Attr("Location"))
		}
	}
	want := []string{"0 true https://id.example.com/saml/acme-group/acs", "1  https://id.example.com/saml/acme/acs"}
	if !slices.Equal(all, want) {
		t.Errorf("%q", all)
	}
}
