package signin_test

import (
	"strings"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/account"
	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/signin"
	"github.com/anteroom-id/anteroom/internal/store"
	"github.com/anteroom-id/anteroom/lab"
	"github.com/anteroom-id/anteroom/lab/idp"
)

// called is somebody of an address in the customer's directory.
func called(address string) lab.Person {
	who := ann()
	who.UserPrincipalName, who.Mail = address, address
	return who
}

func TestT13_WhoIsLinkedSignsInWithNothingOfOursAndIsToldWhy(t *testing.T) {
	onEachOf(t, "", func(t *testing.T, e *estate) {
		m := e.joined(e.acme, "ann@acme.example", "member")
		e.joined(e.acme, "bob@acme.example", "member")
		e.joined(e.globex, "carl@globex.example", "member")
		before, err := e.login("ann@acme.example")
		e.must(err)
		reset := e.resetLink("ann@acme.example")
		l := e.through(e.acme, idp.Okta)
		if o := l.in(ann()); o.Member.ID != m.ID || o.Prove {
			t.Fatalf("it is %+v", o)
		}
		if got := e.where(before.Secret); got != "" {
			t.Errorf("the session of before reaches %q", got)
		}
		_, err = e.login("ann@acme.example")
		toldSSO(t, "the password", err, "acme signs you in through its own identity provider")
		_, err = e.accounts.SignIn(t.Context(), account.Attempt{Address: "ann@acme.example", Password: "something else", Client: e.browser()})
		if identity.KindOf(err) != identity.Unauthenticated || strings.Contains(err.Error(), "provider") {
			t.Errorf("a wrong password tells %v", err)
		}
		err = e.accounts.Redeem(t.Context(), reset, "another seven plain words", e.browser())
		toldSSO(t, "a reset of before", err, "acme signs you in")
		e.must(e.accounts.RequestReset(t.Context(), "ann@acme.example", e.browser()))
		if mails := e.mailed("ann@acme.example"); mails[0].Subject != "No password is needed for "+e.product.Name || !strings.Contains(mails[0].Text, "acme signs you in") || strings.Contains(mails[0].Text, "/reset/") {
			t.Errorf("mailed was %q\n%s", mails[0].Subject, mails[0].Text)
		}
		for _, other := range []string{"bob@acme.example", "carl@globex.example"} {
			if f, err := e.login(other); err != nil || e.where(f.Secret) == "" {
				t.Errorf("%s, who is not linked: %v", other, err)
			}
		}
	})
}

// toldSSO holds an error against the reason that an identity provider decides.
func toldSSO(t *testing.T, what string, err error, part string) {
	t.Helper()
	var own *identity.Error
	if !asIdentity(err, &own) || own.Kind != identity.Forbidden || own.Field != account.FieldSSO || !strings.Contains(own.Msg, part) {
		t.Errorf("%s: got %v", what, err)
	}
}

// resetLink asks for a reset and gives the secret that was mailed.
func (e *estate) resetLink(address string) string {
	e.t.Helper()
	e.must(e.accounts.RequestReset(e.t.Context(), address, e.browser()))
	text := e.mailed(address)[0].Text
	at := strings.Index(text, "/reset/")
	if at < 0 {
		e.t.Fatalf("no link was mailed:\n%s", text)
	}
	return strings.Fields(text[at+len("/reset/"):])[0]
}

func TestT13_AnInvitationOfALinkedMemberIsRefusedWithTheReason(t *testing.T) {
	onEachOf(t, "", func(t *testing.T, e *estate) {
		_, err := e.accounts.Invite(t.Context(), e.acme, directory.Newcomer{Address: "ann@acme.example"}, byOperator)
		e.must(err)
		text := e.mailed("ann@acme.example")[0].Text
		word := strings.Fields(text[strings.Index(text, "/link/")+len("/link/"):])[0]
		if _, err := e.accounts.OpenLink(t.Context(), word, e.browser()); err != nil {
			t.Fatal(err)
		}
		e.through(e.acme, idp.Okta).in(ann())
		_, err = e.accounts.OpenLink(t.Context(), word, e.browser())
		toldSSO(t, "opened", err, "acme signs you in")
		_, err = e.accounts.Join(t.Context(), word, "", plainWords, e.browser())
		toldSSO(t, "joined", err, "acme signs you in")
		if _, err := e.accounts.Invite(t.Context(), e.acme, directory.Newcomer{Address: "ann@acme.example"}, byOperator); identity.KindOf(err) != identity.Taken {
			t.Errorf("invited once more: %v", err)
		}
	})
}

func TestT13_AnExemptionLetsALinkedMemberInWithThePasswordUntilItEnds(t *testing.T) {
	onEachOf(t, "", func(t *testing.T, e *estate) {
		m := e.joined(e.acme, "ann@acme.example", "member")
		e.through(e.acme, idp.Okta).in(ann())
		e.must(e.db.Write(t.Context(), e.acme, func(tx *store.Tx) error {
			return tx.SaveSSORule(t.Context(), &identity.SSORule{Member: m.ID, Exempt: e.now().Add(time.Hour), Reason: "travels", SetBy: "test"})
		}))
		f, err := e.login("ann@acme.example")
		if err != nil || e.where(f.Secret) != "acme" {
			t.Errorf("while it lasts: %v", err)
		}
		e.pass(2 * time.Hour)
		if e.where(f.Secret) != "" {
			t.Error("the session outlives the exemption")
		}
		_, err = e.login("ann@acme.example")
		toldSSO(t, "afterwards", err, "acme")
	})
}

func TestT27_MembersWithPasswordsAreMatchedAndNotMadeAnew(t *testing.T) {
	onEachOf(t, "", func(t *testing.T, e *estate) {
		l := e.through(e.acme, idp.Okta)
		var had []identity.MemberID
		for i, address := range []string{"ann@acme.example", "bea@acme.example", "cem@acme.example"} {
			had = append(had, e.joined(e.acme, address, "member").ID)
			who := called(address)
			who.ObjectID = "0000000" + string(rune('1'+i)) + "-0000-4000-8000-000000000000"
			if i < 2 {
				l.provision(who)
			}
			if o := l.in(who); o.Member.ID != had[i] {
				t.Errorf("%s is %s and was %s", address, o.Member.ID, had[i])
			}
			if i == 2 {
				l.provision(who)
			}
		}
		if n := len(e.members(e.acme)); n != 3 {
			t.Errorf("there are %d members", n)
		}
	})
}

func TestAMemberIsNotLockedOutWhenTheConnectionIsUsedNoLonger(t *testing.T) {
	onEachOf(t, "", func(t *testing.T, e *estate) {
		e.joined(e.acme, "ann@acme.example", "member")
		l := e.through(e.acme, idp.Okta, func(o *identity.SignOn) { o.JustInTime = "on" })
		l.in(ann())
		l.in(bob())
		if _, err := e.login("ann@acme.example"); err == nil {
			t.Fatal("the password still works")
		}
		e.must(e.accounts.RequestReset(t.Context(), "bob@acme.example", e.browser()))
		if len(e.mailed("bob@acme.example")) != 0 {
			t.Error("who has never signed in here was mailed a link while the provider is in use")
		}
		e.must(e.people.RemoveConnection(t.Context(), e.acme, l.con.ID, byOperator))
		if f, err := e.login("ann@acme.example"); err != nil || e.where(f.Secret) != "acme" {
			t.Errorf("after the removal: %v", err)
		}
		e.must(e.accounts.Redeem(t.Context(), e.resetLink("bob@acme.example"), plainWords, e.browser()))
		if f, err := e.login("bob@acme.example"); err != nil || e.where(f.Secret) != "acme" {
			t.Errorf("who never had a password: %v", err)
		}
	})
}

func TestASessionOfAProviderReachesItsWorkspaceOnly(t *testing.T) {
	onEachOf(t, "", func(t *testing.T, e *estate) {
		e.joined(e.acme, "ann@acme.example", "member")
		// The same human is in another workspace, by proof.
		local, err := e.login("ann@acme.example")
		e.must(err)
		_, err = e.accounts.Invite(t.Context(), e.globex, directory.Newcomer{Address: "ann@private.example"}, byOperator)
		e.must(err)
		text := e.mailed("ann@private.example")[0].Text
		live, err := e.accounts.Check(t.Context(), local.Secret, e.browser())
		e.must(err)
		local, err = e.accounts.JoinAs(t.Context(), strings.Fields(text[strings.Index(text, "/link/")+6:])[0], live, e.browser())
		e.must(err)
		if got := e.where(local.Secret); got != "acme globex" {
			t.Fatalf("by the password it reaches %q", got)
		}
		l := e.through(e.acme, idp.Okta)
		o := l.in(ann())
		if got := e.where(o.Fresh.Secret); got != "acme" {
			t.Errorf("by the provider it reaches %q", got)
		}
		if got := e.where(local.Secret); got != "globex" {
			t.Errorf("by the password it reaches %q from then on", got)
		}
		if f, err := e.login("ann@acme.example"); err != nil || e.where(f.Secret) != "globex" {
			t.Errorf("a new password sign-in: %v", err)
		}
		live, err = e.accounts.Check(t.Context(), o.Fresh.Secret, e.browser())
		e.must(err)
		if all, err := e.accounts.Sessions(t.Context(), live); err != nil || len(all) != 1 || all[0].ID != o.Fresh.Session.ID || live.Person.Address != "ann@acme.example" || len(live.Ask) != 0 {
			t.Errorf("it sees %d sessions, %+v %v", len(all), live, err)
		}
		if n, err := e.accounts.EndOthers(t.Context(), live); err != nil || n != 0 || e.where(local.Secret) == "" {
			t.Errorf("it ended %d of others %v", n, err)
		}
		mine, err := e.accounts.Check(t.Context(), local.Secret, e.browser())
		e.must(err)
		if len(mine.Ask) != 1 || mine.Ask[0].Slug != "acme" {
			t.Errorf("the password's session is told to ask %+v", mine.Ask)
		}
		if err := e.accounts.End(t.Context(), live, local.Session.ID); identity.KindOf(err) != identity.NotFound {
			t.Errorf("it ended the other session: %v", err)
		}
	})
}

func TestASessionOfAProviderReachesAllWhereTheDomainIsProven(t *testing.T) {
	onEachOf(t, "", func(t *testing.T, e *estate) {
		l := e.through(e.acme, idp.Okta)
		l.provision(ann())
		e.verified(e.globex, "acme.example")
		if o := l.in(ann()); o.Fresh.Session.Within != e.acme {
			t.Error("another workspace's domain counts")
		}
		e.must(e.db.Write(t.Context(), e.globex, func(tx *store.Tx) error {
			_, err := tx.DeleteDomain(t.Context(), "acme.example")
			return err
		}))
		e.verified(e.acme, "acme.example")
		if o := l.in(ann()); o.Fresh.Session.Within != "" || e.where(o.Fresh.Secret) != "acme" {
			t.Errorf("with the own domain it is %+v", o.Fresh.Session)
		}
		l.provision(bob(), "displayName", "Bob")
		private := bob()
		private.UserPrincipalName = "bob@acme.example"
		l.rename(e.memberOf(e.acme, "bob@acme.example"), "bob@elsewhere.example")
		private.UserPrincipalName, private.Mail = "bob@elsewhere.example", "bob@elsewhere.example"
		if o := l.in(private); o.Fresh.Session.Within != e.acme {
			t.Error("an address of another domain is taken for one of the own")
		}
	})
}

// verified gives a workspace a domain.
func (e *estate) verified(ws identity.WorkspaceID, name string) {
	e.t.Helper()
	now := e.now()
	e.must(e.db.Write(e.t.Context(), ws, func(tx *store.Tx) error {
		_, err := tx.InsertDomain(e.t.Context(), &identity.Domain{Name: name, Token: "t", Created: now, Verified: now, Captures: true})
		return err
	}))
}

func (e *estate) memberOf(ws identity.WorkspaceID, address string) identity.Member {
	e.t.Helper()
	m, found, err := e.db.Read(ws).MemberByAddress(e.t.Context(), identity.Fold(address))
	e.must(err)
	if !found {
		e.t.Fatalf("there is no %s", address)
	}
	return m
}

func TestASessionOfAProviderChangesNothingThatThePersonSignsInWith(t *testing.T) {
	onEachOf(t, "", func(t *testing.T, e *estate) {
		e.joined(e.acme, "ann@acme.example", "member")
		l := e.through(e.acme, idp.Okta)
		for _, wide := range []bool{false, true} {
			if wide {
				e.verified(e.acme, "acme.example")
			}
			live, err := e.accounts.Check(t.Context(), l.in(ann()).Fresh.Secret, e.browser())
			e.must(err)
			toldSSO(t, "proof", e.accounts.NeedProof(live), "identity provider")
			_, err = e.accounts.Prove(t.Context(), live, plainWords, "", e.browser())
			toldSSO(t, "a password shown", err, "identity provider")
			_, err = e.accounts.ChangePassword(t.Context(), live, plainWords, "another seven plain words", e.browser())
			toldSSO(t, "another password", err, "identity provider")
			_, err = e.accounts.BeginPasskey(t.Context(), live)
			toldSSO(t, "a passkey", err, "identity provider")
			toldSSO(t, "another name", e.accounts.Rename(t.Context(), live, "Anna"), "identity provider")
		}
	})
}

func TestTheProvidersEndOfTheSessionIsOurs(t *testing.T) {
	onEachOf(t, "", func(t *testing.T, e *estate) {
		l := e.through(e.acme, idp.Okta)
		l.provision(ann())
		o := l.in(ann(), func(r *idp.Response) { r.Assertions[0].Statements[0].SessionEnd = e.at.Add(time.Hour) })
		e.pass(59 * time.Minute)
		if e.where(o.Fresh.Secret) != "acme" {
			t.Error("it ended too early")
		}
		e.pass(2 * time.Minute)
		if e.where(o.Fresh.Secret) != "" {
			t.Error("it did not end")
		}
	})
}

const planned = "name: P\nplans: [{name: free}, {name: big, unlocks: [sso, scim]}]\nnew_plan: big\ncontact: {url: 'mailto:a@b.example'}\nroles: {catalogue: [{name: owner, owner: true}, {name: member}], default: member}\n"

func TestWithoutThePlanNobodySignsInThroughTheProviderAndThePasswordCountsAgain(t *testing.T) {
	onEachOf(t, planned, func(t *testing.T, e *estate) {
		e.joined(e.acme, "ann@acme.example", "member")
		l := e.through(e.acme, idp.Okta)
		l.in(ann())
		v := l.begin()
		e.must(e.people.SetPlan(t.Context(), e.acme, "free", byOperator))
		_, err := v.bring(v.answer(ann()))
		refusedBy(t, "an answer", err, "P02")
		_, err = e.s.Begin(t.Context(), signin.Start{Workspace: e.acme, Client: e.browser()})
		refusedBy(t, "a request", err, "P02")
		if f, err := e.login("ann@acme.example"); err != nil || e.where(f.Secret) != "acme" {
			t.Errorf("the password: %v", err)
		}
		_, err = e.s.SaveSignOn(t.Context(), e.acme, l.con.ID, 1, func(*identity.SignOn) error { return nil }, byOperator)
		var own *identity.Error
		if !asIdentity(err, &own) || own.Field != "plan" {
			t.Errorf("saved: %v", err)
		}
	})
}
