package signin_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/saml"
	"github.com/anteroom-id/anteroom/internal/saml/dsig"
	"github.com/anteroom-id/anteroom/internal/signin"
	"github.com/anteroom-id/anteroom/internal/store"
)

const (
	theirID  = "https://idp.example/metadata"
	theirSLO = "https://idp.example/slo"
)

// theirKey is the identity provider's, one for the test process.
var theirKey = sync.OnceValue(func() *saml.Key {
	k, err := saml.NewKey("an identity provider", time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	if err != nil {
		panic(err)
	}
	return k
})

// speaksSAML gives a workspace a SAML connection that is in use.
func (e *estate) speaksSAML(ws identity.WorkspaceID) identity.ConnectionID {
	e.t.Helper()
	c := identity.Connection{ID: identity.NewConnectionID(e.now()), Name: "idp", Created: e.now()}
	o := identity.SignOn{Connection: c.ID, Enabled: true, Protocol: identity.SAML, Version: 1, SAML: identity.SAMLSettings{
		EntityID: theirID, SSOURL: "https://idp.example/sso", SLOURL: theirSLO, SLOReturnURL: theirSLO + "/done",
		Certificates: []string{saml.CertificateText(theirKey().Certificate)},
	}}
	e.must(e.db.Write(e.t.Context(), ws, func(tx *store.Tx) error {
		if err := tx.InsertConnection(e.t.Context(), c); err != nil {
			return err
		}
		return tx.SaveSignOn(e.t.Context(), &o)
	}))
	return c.ID
}

// arrived begins a session of somebody through a connection, and gives its secret.
func (e *estate) arrived(ws identity.WorkspaceID, c identity.ConnectionID, m identity.Member, session string) identity.Session {
	e.t.Helper()
	ctx, now := e.t.Context(), e.now()
	person, _, err := e.db.Read(ws).PersonOf(ctx, m.ID)
	e.must(err)
	a := identity.Assertion{Protocol: identity.SAML, Issuer: theirID, Subject: m.Address, Format: saml.FormatEmail, Qualifier: theirID, Session: session}
	sum := sha256.Sum256([]byte(session + string(ws)))
	n := identity.Session{
		ID: identity.NewSessionID(now), Hash: hex.EncodeToString(sum[:]), Person: person, Method: identity.BySAML, Created: now, Seen: now, Expires: now.Add(time.Hour),
		Within: ws, Connection: c, Home: ws, Subject: identity.SubjectDigest(theirID, a.Format, a.Subject), AtProvider: session, NameID: e.s.Farewell(&a, ""),
	}
	e.must(e.db.Write(ctx, "", func(tx *store.Tx) error { return tx.InsertSession(ctx, &n) }))
	return n
}

// living lists what the provider calls the sessions of somebody that live.
func (e *estate) living(ws identity.WorkspaceID, m identity.Member) string {
	e.t.Helper()
	person, _, err := e.db.Read(ws).PersonOf(e.t.Context(), m.ID)
	e.must(err)
	all, err := e.db.Sessions(e.t.Context(), person)
	e.must(err)
	var out []string
	for _, n := range all {
		if n.Connection != "" {
			out = append(out, n.AtProvider)
		}
	}
	return strings.Join(out, " ")
}

func (e *estate) details(ws identity.WorkspaceID) identity.Workspace {
	e.t.Helper()
	w, err := e.db.Read(ws).Details(e.t.Context())
	e.must(err)
	return w
}

// goodbye is a logout request of the provider.
func (e *estate) goodbye(slug, subject, session string) *saml.LogoutRequest {
	return &saml.LogoutRequest{
		ID: saml.NewID(), Issuer: theirID, Destination: "https://id.example.com/saml/" + slug + "/slo", At: e.now(), Expires: e.now().Add(5 * time.Minute),
		Subject: saml.NameID{Value: subject, Format: saml.FormatEmail, SessionIndex: session},
	}
}

// deliver brings a message by the redirect binding, or, with a RelayState, which
// may be too long, by the POST binding.
func (e *estate) deliver(ctx context.Context, ws identity.WorkspaceID, m interface {
	Redirect(string, *saml.Key) (string, error)
	Form(string, *saml.Key) (url.Values, error)
}, relay string) (signin.LoggedOut, error) {
	e.t.Helper()
	if relay != "" {
		form, err := m.Form("", theirKey())
		e.must(err)
		form.Set("RelayState", relay)
		return e.s.Logout(ctx, e.details(ws), signin.LogoutMessage{Form: form}, e.browser())
	}
	address, err := m.Redirect("", theirKey())
	e.must(err)
	_, query, _ := strings.Cut(address, "?")
	return e.s.Logout(ctx, e.details(ws), signin.LogoutMessage{Query: query}, e.browser())
}

// answer reads the answer of ours that an address carries.
func (e *estate) answer(ws identity.WorkspaceID, address string) (*saml.LogoutMessage, *saml.Logout, error) {
	e.t.Helper()
	to, query, _ := strings.Cut(address, "?")
	m, err := saml.ReadLogoutQuery(query)
	e.must(err)
	sign, _, err := e.s.Ring(e.t.Context(), ws)
	e.must(err)
	l, err := m.Verify(saml.LogoutExpect{
		EntityID: "https://id.example.com/saml/" + string(ws), Certificates: saml.Certificates([]string{saml.CertificateText(sign)}), Destinations: []string{to}, Now: e.now(), Skew: time.Minute,
	})
	return m, l, err
}

func TestTheProvidersLogoutEndsExactlyTheSessionsThatItNames(t *testing.T) {
	onEach(t, func(t *testing.T, e *estate) {
		ctx := t.Context()
		acme, globex := e.speaksSAML(e.acme), e.speaksSAML(e.globex)
		ann, bob := e.joined(e.acme, "ann@acme.example", "owner"), e.joined(e.acme, "bob@acme.example", "owner")
		other := e.joined(e.globex, "cid@globex.example", "owner")
		for _, s := range []string{"s1", "s2", "s3"} {
			e.arrived(e.acme, acme, ann, s)
		}
		e.arrived(e.acme, acme, bob, "b1")
		e.arrived(e.globex, globex, other, "s1")
		local, err := e.login("ann@acme.example")
		e.must(err)

		out, err := e.deliver(ctx, e.acme, e.goodbye("acme", "ann@acme.example", "s2"), strings.Repeat("r", 200))
		e.must(err)
		m, l, err := e.answer(e.acme, out.URL)
		if err != nil || out.Ended != 1 || l.Status != saml.StatusSuccess || len(m.RelayState) != 200 || !strings.HasPrefix(out.URL, theirSLO+"/done?") {
			t.Errorf("%+v %+v %v", out, l, err)
		}
		if got := e.living(e.acme, ann); got != "s1 s3" {
			t.Errorf("ann has %q", got)
		}
		out, err = e.deliver(ctx, e.acme, e.goodbye("acme", "ann@acme.example", ""), "")
		e.must(err)
		if got := e.living(e.acme, ann); got != "" || out.Ended != 2 {
			t.Errorf("ann has %q, %+v", got, out)
		}
		if e.living(e.acme, bob) != "b1" || e.living(e.globex, other) != "s1" || !e.reaches(local, e.acme) {
			t.Error("somebody else was signed out")
		}
		out, err = e.deliver(ctx, e.acme, e.goodbye("acme", "ann@acme.example", "s2"), "")
		e.must(err)
		if _, _, err = e.answer(e.acme, out.URL); out.Ended != 0 || err == nil || !strings.Contains(err.Error(), saml.StatusUnknown) {
			t.Errorf("no such session: %+v, answered %v", out, err)
		}
	})
}

func TestS8_ALogoutMessageThatIsNotTheProvidersEndsNothing(t *testing.T) {
	e := newEstate(t, t.TempDir())
	ctx := t.Context()
	c := e.speaksSAML(e.acme)
	ann := e.joined(e.acme, "ann@acme.example", "owner")
	e.arrived(e.acme, c, ann, "s1")
	send := func(ws identity.WorkspaceID, change func(*saml.LogoutRequest), k *saml.Key) error {
		r := e.goodbye("acme", "ann@acme.example", "s1")
		if change != nil {
			change(r)
		}
		form, err := r.Form("", k)
		e.must(err)
		_, err = e.s.Logout(ctx, e.details(ws), signin.LogoutMessage{Form: form}, e.browser())
		return err
	}
	stranger, err := saml.NewKey("a stranger", e.now())
	e.must(err)
	for what, c := range map[string]struct {
		err  error
		want explain.Code
	}{
		"unsigned":             {send(e.acme, nil, nil), explain.LogoutUnsigned},
		"a stranger's":         {send(e.acme, nil, stranger), explain.SAMLCertificate},
		"another provider's":   {send(e.acme, func(r *saml.LogoutRequest) { r.Issuer = "https://evil.example" }, theirKey()), explain.LogoutIssuer},
		"for another address":  {send(e.acme, func(r *saml.LogoutRequest) { r.Destination = "https://id.example.com/saml/globex/slo" }, theirKey()), explain.LogoutDestination},
		"in another workspace": {send(e.globex, nil, theirKey()), explain.LogoutIssuer},
		"too old":              {send(e.acme, func(r *saml.LogoutRequest) { r.Expires = e.now().Add(-time.Hour) }, theirKey()), explain.LogoutExpired},
	} {
		told(t, what, c.err, c.want)
	}
	if e.living(e.acme, ann) != "s1" {
		t.Error("the session has ended")
	}
	r := e.goodbye("acme", "bob@acme.example", "s1")
	_, err = e.deliver(ctx, e.acme, r, "")
	e.must(err)
	_, err = e.deliver(ctx, e.acme, r, "")
	told(t, "the same again", err, explain.LogoutReplay)
	if e.living(e.acme, ann) != "s1" {
		t.Error("another's session has ended")
	}
}

func told(t *testing.T, what string, err error, code explain.Code) {
	t.Helper()
	toldWith(t, what, err, identity.Internal, code)
}

func TestSigningOutEndsTheProvidersSessionToo(t *testing.T) {
	e := newEstate(t, t.TempDir())
	ctx := t.Context()
	c := e.speaksSAML(e.acme)
	ann := e.joined(e.acme, "ann@acme.example", "owner")
	n := e.arrived(e.acme, c, ann, "s1")
	address := e.s.Leave(ctx, &n)
	if !strings.HasPrefix(address, theirSLO+"?SAMLRequest=") {
		t.Fatal(address)
	}
	m, l, err := e.answer(e.acme, address)
	if err != nil || m.Response || l.Subject.Value != "ann@acme.example" || l.Subject.Format != saml.FormatEmail || l.Subject.Qualifier != theirID || len(l.Sessions) != 1 || l.Sessions[0] != "s1" {
		t.Fatalf("%+v %v", l, err)
	}
	reply := func(to, status string) error {
		_, err := e.deliver(ctx, e.acme, &saml.LogoutResponse{
			ID: saml.NewID(), Issuer: theirID, Destination: "https://id.example.com/saml/acme/slo", InResponseTo: to, Status: status, At: e.now(),
		}, "")
		return err
	}
	told(t, "to no request", reply("_other", saml.StatusSuccess), explain.LogoutUnasked)
	ask, err := e.s.Begin(ctx, signin.Start{Workspace: e.acme, Connection: c, Client: e.browser()})
	e.must(err)
	_, query, _ := strings.Cut(ask.URL, "?")
	asked, err := saml.ReadRedirect(query)
	e.must(err)
	d, err := dsig.Parse(asked.XML)
	e.must(err)
	told(t, "to a request to sign in", reply(d.Root.Attr("ID"), saml.StatusSuccess), explain.LogoutUnasked)
	told(t, "the provider could not", reply(l.ID, saml.StatusResponder), explain.LogoutStatus)
	if err := reply(l.ID, saml.StatusSuccess); err != nil {
		t.Error(err)
	}
	told(t, "a second time", reply(l.ID, saml.StatusSuccess), explain.LogoutUnasked)
}

func TestWhoeverSignedInHereOrHasNoSuchProviderIsSentNowhere(t *testing.T) {
	e := newEstate(t, t.TempDir())
	ctx := t.Context()
	c := e.speaksSAML(e.acme)
	ann := e.joined(e.acme, "ann@acme.example", "owner")
	local, err := e.login("ann@acme.example")
	e.must(err)
	copied := e.arrived(e.acme, c, ann, "s1")
	copied.Connection = e.drafted(e.acme) // nothing was ever set up there
	nameless := e.arrived(e.acme, c, ann, "s2")
	nameless.NameID = "broken"
	for what, n := range map[string]identity.Session{"a password": local.Session, "another connection": copied, "a broken one": nameless} {
		if got := e.s.Leave(ctx, &n); got != "" {
			t.Errorf("%s: %s", what, got)
		}
	}
}

// drafted gives a workspace another connection.
func (e *estate) drafted(ws identity.WorkspaceID) identity.ConnectionID {
	c := identity.Connection{ID: identity.NewConnectionID(e.now()), Name: "second", Created: e.now()}
	e.must(e.db.Write(e.t.Context(), ws, func(tx *store.Tx) error { return tx.InsertConnection(e.t.Context(), c) }))
	return c.ID
}

func TestAnOpenIDSessionIsEndedWithItsIDToken(t *testing.T) {
	e := newEstate(t, t.TempDir())
	ctx := t.Context()
	c := e.drafted(e.acme)
	o := identity.SignOn{Connection: c, Enabled: true, Protocol: identity.OIDC, OIDC: identity.OIDCSettings{Issuer: "https://op.example", ClientID: "us", EndURL: "https://op.example/end"}}
	e.must(e.db.Write(ctx, e.acme, func(tx *store.Tx) error { return tx.SaveSignOn(ctx, &o) }))
	n := identity.Session{Method: identity.ByOIDC, Connection: c, Home: e.acme, NameID: e.s.Farewell(&identity.Assertion{Protocol: identity.OIDC}, "the.id.token")}
	u, err := url.Parse(e.s.Leave(ctx, &n))
	if err != nil || u.Host != "op.example" || u.Query().Get("id_token_hint") != "the.id.token" || u.Query().Get("client_id") != "us" {
		t.Errorf("%v %v", u, err)
	}
}
