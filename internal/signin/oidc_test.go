package signin_test

import (
	"crypto/rsa"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/account"
	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/signin"
	"github.com/anteroom-id/anteroom/lab"
	"github.com/anteroom-id/anteroom/lab/idp"
)

// openLogin is a connection with an OpenID provider.
type openLogin struct {
	*login
	who *lab.Directory
}

// open connects a workspace to an OpenID provider, with the people of a lab, of
// whom the first is given.
func (e *estate) open(ws identity.WorkspaceID, flavour idp.Flavour) (*openLogin, lab.Person) {
	e.t.Helper()
	kind := string(flavour)
	if flavour == idp.Generic {
		kind = "oidc"
	}
	con, err := e.people.AddConnection(e.t.Context(), ws, kind, "", byOperator)
	e.must(err)
	d := lab.Generate(1, 5, 1)
	p, err := idp.Start(idp.Config{Flavour: flavour, Directory: d, Clock: e.now, Keys: []*rsa.PrivateKey{theKey()}, Everybody: true})
	e.must(err)
	e.t.Cleanup(p.Close)
	l := &openLogin{&login{e: e, ws: ws, con: con, idp: p}, d}
	at := e.s.Addresses(l.workspace(), con.ID, "")
	p.AddClient(idp.Client{ID: "client", Secret: "their secret", RedirectURIs: []string{at.OIDCWeb}})
	found, _, err := e.s.Discover(e.t.Context(), ws, con.ID, p.Issuer())
	e.must(err)
	l.save(func(o *identity.SignOn) {
		o.Enabled, o.Protocol, o.OIDC = true, identity.OIDC, found
		o.OIDC.ClientID, o.OIDC.Secret = "client", "their secret"
	})
	for _, one := range d.People() {
		if one.AccountEnabled && !one.SoftDeleted {
			return l, one
		}
	}
	e.t.Fatal("nobody is there")
	return nil, lab.Person{}
}

// asked is a sign-in on its way.
func (l *openLogin) asked(who lab.Person) (signin.Ask, url.Values, account.Client) {
	l.e.t.Helper()
	c := l.e.browser()
	ask, err := l.e.s.Begin(l.e.t.Context(), signin.Start{Workspace: l.ws, Connection: l.con.ID, Client: c})
	l.e.must(err)
	back, err := l.idp.Authorize(ask.URL, who.ObjectID)
	l.e.must(err)
	u, err := url.Parse(back)
	l.e.must(err)
	return ask, u.Query(), c
}

func (l *openLogin) as(who lab.Person) (signin.Outcome, error) {
	l.e.t.Helper()
	ask, query, c := l.asked(who)
	return l.e.s.FinishOIDC(l.e.t.Context(), l.con.ID, "web", query, ask.Browser, c)
}

func TestP10_OneConnectionProvisionsAndSignsInByOpenIDConnect(t *testing.T) {
	onEachOf(t, "", func(t *testing.T, e *estate) {
		l, who := e.open(e.acme, idp.Entra)
		m := l.provision(who, "microsoftId", who.ObjectID)
		o, err := l.as(who)
		e.must(err)
		if o.Member.ID != m.ID || o.Fresh.Session.Method != identity.ByOIDC || e.where(o.Fresh.Secret) != "acme" {
			t.Errorf("it is %+v", o)
		}
		known, err := e.db.Read(e.acme).SubjectsOf(t.Context(), m.ID)
		e.must(err)
		if len(known) != 1 || known[0].Subject != who.ObjectID || known[0].Issuer != "entra:"+l.idp.Tenant() {
			t.Errorf("bound is %+v", known)
		}
	})
}

func TestTheObjectIDIsTheSamePersonBySAMLAndByOpenIDConnect(t *testing.T) {
	onEachOf(t, "", func(t *testing.T, e *estate) {
		l, who := e.open(e.acme, idp.Entra)
		m := l.provision(who)
		_, err := l.as(who)
		e.must(err)
		l.save(func(o *identity.SignOn) {
			o.Protocol, o.SAML.EntityID, o.SAML.SSOURL, o.SAML.Certificates = identity.SAML, l.idp.EntityID(), l.idp.SSOURL(), certificatesOf(l.idp)
		})
		renamed := who
		renamed.UserPrincipalName, renamed.Mail = "another@acme.example", "another@acme.example"
		if o := l.in(renamed); o.Member.ID != m.ID {
			t.Errorf("it is %s", o.Member.ID)
		}
	})
}

func TestTheAnswerOfAnOpenIDProviderCountsOnceForItsConnectionAndItsBrowser(t *testing.T) {
	onEachOf(t, "", func(t *testing.T, e *estate) {
		l, who := e.open(e.acme, idp.Okta)
		other, _ := e.open(e.acme, idp.Generic)
		l.provision(who)
		ask, query, c := l.asked(who)
		_, err := e.s.FinishOIDC(t.Context(), l.con.ID, "web", query, "", c)
		refusedBy(t, "without a cookie", err, explain.BrowserOther)
		_, err = e.s.FinishOIDC(t.Context(), other.con.ID, "web", query, ask.Browser, c)
		refusedBy(t, "at another connection", err, explain.ConnectionOther)
		_, err = e.s.FinishOIDC(t.Context(), "con_none", "web", query, ask.Browser, c)
		refusedBy(t, "at none", err, explain.SignOnMissing)

		var in, used atomic.Int64
		var all sync.WaitGroup
		for range 64 {
			all.Go(func() {
				o, err := e.s.FinishOIDC(t.Context(), l.con.ID, "web", query, ask.Browser, c)
				switch {
				case err == nil && o.Fresh.Secret != "":
					in.Add(1)
				case ruleOf(err) == string(explain.RequestUsed):
					used.Add(1)
				default:
					t.Errorf("got %v", err)
				}
			})
		}
		all.Wait()
		if in.Load() != 1 || used.Load() != 63 {
			t.Errorf("%d sessions, %d refused", in.Load(), used.Load())
		}
		e.pass(10 * time.Minute)
		_, err = e.s.FinishOIDC(t.Context(), l.con.ID, "web", url.Values{"state": {"made-up"}, "code": {"x"}}, ask.Browser, c)
		refusedBy(t, "a made-up state", err, explain.RequestUnknown)
	})
}

func TestAnEMailAddressInAnIDTokenDoesNotMakeSomebodySomebodyElse(t *testing.T) {
	onEachOf(t, "", func(t *testing.T, e *estate) {
		l, who := e.open(e.acme, idp.Entra)
		victim := l.provision(ann(), "microsoftId", ann().ObjectID)
		e.must(l.who.ChangeMail(who.ObjectID, "ann@acme.example"))
		l.save(func(o *identity.SignOn) { o.JustInTime = "off" })
		_, err := l.as(who)
		refusedBy(t, "an address that nobody answers for", err, explain.MemberMissing)
		l.save(func(o *identity.SignOn) { o.JustInTime = "on" })
		o, err := l.as(who)
		e.must(err)
		if o.Member.ID == victim.ID || o.Member.Address != who.UserPrincipalName {
			t.Errorf("a first sign-in makes %+v", o.Member)
		}
		if known, err := e.db.Read(e.acme).SubjectsOf(t.Context(), victim.ID); err != nil || len(known) != 0 {
			t.Errorf("linked: %+v %v", known, err)
		}
	})
}
