package signin_test

import (
	"crypto/rand"
	"crypto/rsa"
	"slices"
	"sync"
	"testing"

	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/signin"
	"github.com/anteroom-id/anteroom/lab/idp"
)

// saveAs is save by somebody else's hand.
func (l *login) saveAs(by identity.Origin, change func(*identity.SignOn)) {
	l.e.t.Helper()
	o, err := l.e.s.SignOn(l.e.t.Context(), l.ws, l.con.ID)
	l.e.must(err)
	_, err = l.e.s.SaveSignOn(l.e.t.Context(), l.ws, l.con.ID, o.Version, func(o *identity.SignOn) error { change(o); return nil }, by)
	l.e.must(err)
}

// shows has somebody sign in who is asked for the old credential, and shows it.
func (l *login) shows(what string, change ...func(*idp.Response)) signin.Outcome {
	l.e.t.Helper()
	v := l.begin()
	o, err := v.bring(v.answer(ann(), change...))
	l.e.must(err)
	if !o.Prove || o.Fresh.Secret != "" {
		l.e.t.Fatalf("%s: nothing was asked: %+v", what, o)
	}
	done, err := l.e.s.Link(l.e.t.Context(), signin.LinkProof{Ticket: o.Ticket, Browser: v.ask.Browser, Password: plainWords, Client: v.client})
	l.e.must(err)
	return done
}

func anotherSSO(o *identity.SignOn) { o.SAML.SSOURL += "/another" }

func switchTo(on bool) func(*identity.SignOn) { return func(o *identity.SignOn) { o.Enabled = on } }

// otherKey is what the provider signs with that somebody runs for themselves.
var otherKey = sync.OnceValue(func() *rsa.PrivateKey {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil
	}
	return k
})

// theirs is an identity provider that nobody but its owner runs.
func theirs(e *estate) *idp.Provider {
	p, err := idp.New(idp.Config{Flavour: idp.Okta, Base: "https://theirs.example", Clock: e.now, Keys: []*rsa.PrivateKey{otherKey()}})
	e.must(err)
	return p
}

func pointedAt(p *idp.Provider) func(*identity.SignOn) {
	return func(o *identity.SignOn) {
		o.Enabled, o.SAML.EntityID, o.SAML.SSOURL, o.SAML.Certificates = true, p.EntityID(), p.SSOURL(), certificatesOf(p)
	}
}

func TestAnOwnerConfirmsOnceWhatAnAdministratorHasChangedOfTheConnection(t *testing.T) {
	onEachOf(t, "", func(t *testing.T, e *estate) {
		l := e.through(e.acme, idp.Okta)
		owner := e.joined(e.acme, "ann@acme.example", "owner")
		admin := e.joined(e.acme, "max@acme.example", "admin")
		other := theirs(e)
		l.shows("at first", persistent("p-ann"))
		for what, change := range map[string]func(*identity.SignOn){
			"one more certificate":   func(o *identity.SignOn) { o.SAML.Certificates = append(o.SAML.Certificates, certificatesOf(other)...) },
			"another address":        anotherSSO,
			"an address of metadata": func(o *identity.SignOn) { o.SAML.MetadataURL = "https://theirs.example/metadata" },
			"another reading":        func(o *identity.SignOn) { o.SAML.Attributes = map[string]string{"email": "x"} },
		} {
			l.saveAs(e.by(admin), change)
			if o := l.shows(what, persistent("p-ann")); o.Member.ID != owner.ID {
				t.Errorf("%s: it is %s", what, o.Member.ID)
			}
			if o := l.in(ann(), persistent("p-ann")); o.Prove {
				t.Errorf("%s: asked twice", what)
			}
		}
		o, err := e.s.SignOn(t.Context(), e.acme, l.con.ID)
		e.must(err)
		for what, by := range map[string]identity.Origin{"an operator": byOperator, "an owner": e.by(owner)} {
			l.saveAs(by, anotherSSO)
			if o := l.in(ann(), persistent("p-ann")); o.Prove {
				t.Errorf("asked after what %s changed", what)
			}
		}
		l.saveAs(e.by(admin), func(o *identity.SignOn) { o.SAML.SignRequests = true })
		if now, _ := e.s.SignOn(t.Context(), e.acme, l.con.ID); now.Trust != o.Trust || l.in(ann(), persistent("p-ann")).Prove {
			t.Errorf("asked after what decides nothing: %d after %d", now.Trust, o.Trust)
		}
	})
}

func TestAnOwnerVouchesForAConnectionBySwitchingItOnAndAnAdministratorDoesNot(t *testing.T) {
	onEachOf(t, "", func(t *testing.T, e *estate) {
		l := e.through(e.acme, idp.Okta)
		owner, admin := e.joined(e.acme, "ann@acme.example", "owner"), e.joined(e.acme, "max@acme.example", "admin")
		l.shows("at first")
		l.saveAs(e.by(admin), anotherSSO)
		l.saveAs(e.by(admin), switchTo(false))
		l.saveAs(e.by(admin), switchTo(true))
		l.saveAs(e.by(owner), anotherSSO) // what else there is stays the administrator's
		if o, err := l.as(ann()); err != nil || !o.Prove {
			t.Errorf("switched on by an administrator: %+v %v", o, err)
		}
		l.saveAs(e.by(owner), switchTo(false))
		l.saveAs(e.by(owner), switchTo(true))
		if o := l.in(ann()); o.Prove || o.Member.ID != owner.ID {
			t.Errorf("switched on by an owner: %+v", o)
		}
	})
}

func TestASetUpLinkHasTheRightsOfWhoIssuedIt(t *testing.T) {
	onEachOf(t, "", func(t *testing.T, e *estate) {
		l := e.through(e.acme, idp.Okta)
		e.joined(e.acme, "ann@acme.example", "owner")
		admin := e.joined(e.acme, "max@acme.example", "admin")
		l.shows("at first", persistent("p"))
		for _, c := range []struct {
			by    identity.Origin
			asked bool
		}{{byOperator, false}, {e.by(admin), true}} {
			link, _, err := e.accounts.IssueSetup(t.Context(), e.acme, l.con.ID, 0, c.by)
			e.must(err)
			l.saveAs(e.by(admin), switchTo(false))
			l.saveAs(identity.Origin{Actor: identity.Actor{Kind: identity.ActorLink, ID: string(link.ID)}, At: e.now()}, anotherSSO)
			l.saveAs(e.by(admin), switchTo(true))
			if o := l.in(ann(), persistent("p")); o.Prove != c.asked {
				t.Errorf("issued by %s: asked %v", c.by.Actor, o.Prove)
			}
		}
	})
}

func TestAnAdministratorSetsUpSingleSignOnForAdministratorsAndMembersUnasked(t *testing.T) {
	onEachOf(t, "", func(t *testing.T, e *estate) {
		admin := e.joined(e.acme, "ann@acme.example", "admin")
		e.joined(e.acme, "bob@acme.example", "member")
		l := e.through(e.acme, idp.Okta, switchTo(false))
		l.idp = theirs(e)
		l.saveAs(e.by(admin), pointedAt(l.idp))
		if a, b := l.in(ann()), l.in(bob()); a.Prove || b.Prove {
			t.Errorf("asked: %v %v", a.Prove, b.Prove)
		}
		l.saveAs(e.by(admin), anotherSSO)
		if a, b := l.in(ann()), l.in(bob()); a.Prove || b.Prove {
			t.Errorf("asked after a change: %v %v", a.Prove, b.Prove)
		}
	})
}

func TestAnOwnerWhoNeverJoinedIsNotTakenByTheProviderThatAnAdministratorSetUp(t *testing.T) {
	onEachOf(t, "", func(t *testing.T, e *estate) {
		owner, admin := e.joined(e.acme, "olga@acme.example", "owner"), e.joined(e.acme, "max@acme.example", "admin")
		_, _, err := e.accounts.Founder(t.Context(), e.acme, "bob@acme.example", "Bob Berg", byOperator)
		e.must(err)
		l := e.through(e.acme, idp.Okta, switchTo(false))
		l.idp = theirs(e)
		l.saveAs(e.by(admin), pointedAt(l.idp))
		_, err = l.as(bob(), persistent("b"))
		refusedBy(t, "before the invitation was accepted", err, explain.JoinFirst)
		l.saveAs(e.by(owner), switchTo(false))
		l.saveAs(e.by(owner), switchTo(true))
		l.in(bob(), persistent("b"))
		l.saveAs(e.by(admin), anotherSSO)
		_, err = l.as(bob(), persistent("b"))
		refusedBy(t, "after another change", err, explain.SignOnUnvouched)
	})
}

// ownersBySignIn is a product in which a provider may make owners.
const ownersBySignIn = `name: P
attributes: [{name: role, schema: core, description: the role}]
roles:
  catalogue:
    - {name: owner, title: Owner, owner: true}
    - {name: admin, title: Admin, may: [everything]}
    - {name: member, title: Member}
  default: member
  grant_owner: true
`

func TestAnAssertionGivesNoMoreThanWhoeverSetTheConnectionUpHas(t *testing.T) {
	onEachOf(t, ownersBySignIn, func(t *testing.T, e *estate) {
		owner, admin := e.joined(e.acme, "olga@acme.example", "owner"), e.joined(e.acme, "bob@acme.example", "admin")
		l := e.through(e.acme, idp.Okta, switchTo(false), func(o *identity.SignOn) { o.JustInTime = "on" })
		l.idp = theirs(e)
		l.saveAs(e.by(admin), pointedAt(l.idp))
		for what, o := range map[string]signin.Outcome{"a member": l.in(bob(), saying("role", "owner")), "a newcomer": l.in(ann(), saying("role", "owner"))} {
			if e.people.IsOwner(&o.Member) {
				t.Errorf("%s is an owner now", what)
			}
		}
		if o := l.in(ann(), saying("role", "admin")); !slices.Contains(o.Member.Grants, identity.Grant{Role: "admin", Source: identity.ByAssertion}) {
			t.Errorf("what the administrator has is not given: %+v", o.Member.Grants)
		}
		l.saveAs(e.by(owner), switchTo(false))
		l.saveAs(e.by(owner), switchTo(true))
		if o := l.in(ann(), saying("role", "owner")); !e.people.IsOwner(&o.Member) {
			t.Errorf("nor what the product allows, when an owner vouches: %+v", o.Member.Grants)
		}
	})
}

func TestAMemberKnownByASubjectIsNotFoundByTheAddressAlone(t *testing.T) {
	onEachOf(t, "", func(t *testing.T, e *estate) {
		l := e.through(e.acme, idp.Okta)
		l.provision(ann())
		l.in(ann(), persistent("p-ann"))
		_, err := l.as(ann(), named("ann@acme.example", idp.Email))
		refusedBy(t, "without a subject that stays", err, explain.SubjectOther)
		l.in(ann(), persistent("p-ann"))

		m := l.provision(bob())
		l.in(bob())
		l.rename(m, "robert@acme.example")
		renamed := bob()
		renamed.UserPrincipalName, renamed.Mail = "robert@acme.example", "robert@acme.example"
		if o := l.in(renamed); o.Member.ID != m.ID {
			t.Errorf("renamed, named by address always, it is %s", o.Member.ID)
		}
	})
}

func TestAFirstSignInBringsNobodyBackWhomTheDirectoryDeleted(t *testing.T) {
	onEachOf(t, "", func(t *testing.T, e *estate) {
		l, elsewhere := e.through(e.acme, idp.Okta, func(o *identity.SignOn) { o.JustInTime = "on" }), e.through(e.globex, idp.Okta, func(o *identity.SignOn) { o.JustInTime = "on" })
		m := l.provision(ann())
		l.in(ann())
		e.must(l.directory().Delete(t.Context(), string(m.ResourceID), nil))
		_, err := l.as(ann())
		refusedBy(t, "a first sign-in", err, explain.MemberDeleted)
		elsewhere.in(ann())
		_, err = e.accounts.Invite(t.Context(), e.acme, directory.Newcomer{Address: "ann@acme.example", GivenName: "Ann", FamilyName: "Ames", Role: "member"}, byOperator)
		e.must(err)
		if o := l.in(ann()); o.Member.ID == m.ID {
			t.Error("who was invited is the old one")
		}
	})
}

func TestSomebodyWhoWasDeletedAndProvisionedAnewSignsInBySubject(t *testing.T) {
	onEachOf(t, "", func(t *testing.T, e *estate) {
		l := e.through(e.acme, idp.Okta, func(o *identity.SignOn) { o.JustInTime = "off" })
		old := l.provision(ann())
		l.in(ann(), persistent("p-ann"))
		e.must(l.directory().Delete(t.Context(), string(old.ResourceID), nil))
		_, err := l.as(ann(), persistent("p-ann"))
		refusedBy(t, "deleted", err, explain.MemberInactive)
		again := ann()
		again.ObjectID = "another-id"
		m := l.provision(again)
		for range 2 {
			if o := l.in(ann(), persistent("p-ann")); o.Member.ID != m.ID || m.ID == old.ID {
				t.Errorf("it is %s", o.Member.ID)
			}
		}
		if known, err := e.db.Read(e.acme).SubjectsOf(t.Context(), old.ID); err != nil || len(known) != 0 {
			t.Errorf("the old one is still called so: %+v %v", known, err)
		}
	})
}

func TestATicketOfAProofEndsWhenTheSettingsChange(t *testing.T) {
	onEachOf(t, "", func(t *testing.T, e *estate) {
		l := e.through(e.acme, idp.Okta)
		e.joined(e.acme, "ann@acme.example", "owner")
		v := l.begin()
		o, err := v.bring(v.answer(ann(), persistent("p-ann")))
		e.must(err)
		l.save(anotherSSO)
		got, err := e.s.Link(t.Context(), signin.LinkProof{Ticket: o.Ticket, Browser: v.ask.Browser, Password: plainWords, Client: v.client})
		if identity.KindOf(err) != identity.Unauthenticated || got.Fresh.Secret != "" {
			t.Errorf("got %+v %v", got, err)
		}
		l.shows("once more", persistent("p-ann"))
	})
}

func TestACertificateThatSomebodyAddsIsNotProven(t *testing.T) {
	onEachOf(t, "", func(t *testing.T, e *estate) {
		l := e.through(e.acme, idp.Okta)
		e.joined(e.acme, "ann@acme.example", "admin")
		l.in(ann())
		if o, _ := e.s.SignOn(t.Context(), e.acme, l.con.ID); o.Proven.IsZero() {
			t.Fatal("it is not proven")
		}
		l.save(func(o *identity.SignOn) {
			o.SAML.Certificates = append(o.SAML.Certificates, certificatesOf(theirs(e))...)
		})
		if o, _ := e.s.SignOn(t.Context(), e.acme, l.con.ID); !o.Proven.IsZero() {
			t.Error("it counts as proven")
		}
	})
}
