package signin_test

import (
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/signin"
	"github.com/anteroom-id/anteroom/lab/idp"
)

func TestT11_T19_T25_WhomTheDirectoryMadeSignsInAsThatMemberAndNoOther(t *testing.T) {
	onEachOf(t, "", func(t *testing.T, e *estate) {
		l := e.through(e.acme, idp.Entra)
		m := l.provision(ann(), "microsoftId", ann().ObjectID)
		o := l.in(ann())
		if o.Member.ID != m.ID || o.Workspace.ID != e.acme || o.Prove {
			t.Errorf("it is %+v", o)
		}
		if got := e.where(o.Fresh.Secret); got != "acme" {
			t.Errorf("the session reaches %q", got)
		}
		if n := len(e.members(e.acme)); n != 1 {
			t.Errorf("there are %d members", n)
		}
		if n := o.Fresh.Session; n.Method != identity.BySAML || n.Within != e.acme || n.Connection != l.con.ID || !n.Proved.IsZero() || n.NameID == "" || n.AtProvider == "" {
			t.Errorf("the session is %+v", n)
		}
		again := l.in(ann())
		if again.Member.ID != m.ID {
			t.Errorf("the second time it is %s", again.Member.ID)
		}
		linked := 0
		for _, v := range e.verbs(e.acme) {
			if v == identity.MemberLinked {
				linked++
			}
		}
		if linked != 1 {
			t.Errorf("linked %d times", linked)
		}
	})
}

func TestW12_OnlyTheAnswerToOurOwnRequestCountsOnceAndInThisBrowser(t *testing.T) {
	onEachOf(t, "", func(t *testing.T, e *estate) {
		l := e.through(e.acme, idp.Okta)
		l.provision(ann())
		v := l.begin()
		form := v.answer(ann())
		for what, browser := range map[string]string{"without a cookie": "", "of another browser": l.begin().ask.Browser} {
			_, err := e.s.FinishSAML(t.Context(), v.workspace(), form, browser, e.browser())
			refusedBy(t, what, err, explain.BrowserOther)
		}
		if _, err := v.bring(form); err != nil {
			t.Fatal(err)
		}
		_, err := v.bring(form)
		refusedBy(t, "the same once more", err, explain.RequestUsed)
		_, err = v.bring(v.answer(ann()))
		refusedBy(t, "another response to the same request", err, explain.RequestUsed)

		other := l.begin()
		_, err = other.bring(other.answer(ann(), func(r *idp.Response) { r.InResponseTo = "_made-up" }))
		refusedBy(t, "of a request that nobody made", err, explain.RequestUnknown)

		late := l.begin()
		e.pass(31 * time.Minute)
		_, err = late.bring(late.answer(ann()))
		refusedBy(t, "after half an hour", err, explain.RequestExpired)
	})
}

func TestARequestOfOneWorkspaceIsNotAnsweredInAnother(t *testing.T) {
	onEachOf(t, "", func(t *testing.T, e *estate) {
		a, b := e.through(e.acme, idp.Okta), e.through(e.globex, idp.Okta)
		a.provision(ann())
		b.provision(ann())
		v := a.begin()
		w := b.workspace()
		_, err := e.s.FinishSAML(t.Context(), w, v.answer(ann()), v.ask.Browser, v.client)
		refusedBy(t, "acme's response at globex", err, explain.RequestUnknown)
		o := a.in(ann())
		if e.where(o.Fresh.Secret) != "acme" {
			t.Errorf("acme's session reaches %q", e.where(o.Fresh.Secret))
		}
		if b.in(ann()).Member.ID == o.Member.ID {
			t.Error("the two members are one")
		}
	})
}

func TestW11_AResponseThatNobodyAskedForIsOnlyAHint(t *testing.T) {
	onEachOf(t, "name: P\nsign_in: {idp_initiated: true}\nroles: {catalogue: [{name: owner, owner: true}, {name: m}], default: m}\n", func(t *testing.T, e *estate) {
		l := e.through(e.acme, idp.Okta)
		l.provision(ann())
		v := l.begin()
		v.id = ""
		form := v.answer(ann())
		form.Set("RelayState", "/w/acme/members")
		_, err := v.bring(form)
		refusedBy(t, "where the connection does not allow it", err, explain.ResponseUnasked)

		l.save(func(o *identity.SignOn) { o.Unasked = true })
		u := unaskedOf(t, v, form)
		if u.Start.Workspace != e.acme || u.Start.Connection != l.con.ID || u.Start.To != "/w/acme/members" || !u.Start.Unasked {
			t.Errorf("begins %+v", u.Start)
		}
		form.Set("RelayState", "https://evil.example/")
		if u = unaskedOf(t, v, form); u.Start.To != "" {
			t.Errorf("leads to %q", u.Start.To)
		}
		fresh := l.begin(func(s *signin.Start) { *s = u.Start })
		if o, err := fresh.bring(fresh.answer(ann())); err != nil || o.Fresh.Secret == "" {
			t.Errorf("the sign-in that it began: %v", err)
		}
		refusedBy(t, "a loop", e.s.RefuseLoop(t.Context(), u), explain.ResponseLoop)
		_, err = v.bring(v.answer(ann(), func(r *idp.Response) { r.Issuer = "https://evil.example" }))
		refusedBy(t, "of a provider that nobody knows", err, explain.IssuerUnknown)
	})
}

func unaskedOf(t *testing.T, v *visit, form map[string][]string) *signin.Unasked {
	t.Helper()
	o, err := v.bring(form)
	var u *signin.Unasked
	if !asUnasked(err, &u) || o.Fresh.Secret != "" {
		t.Fatalf("got %v", err)
	}
	return u
}

func TestT29_WhoIsNoMemberIsMadeOneWhereThatIsSwitchedOn(t *testing.T) {
	onEachOf(t, "", func(t *testing.T, e *estate) {
		l := e.through(e.acme, idp.Entra, func(o *identity.SignOn) { o.JustInTime = "off" })
		_, err := l.as(ann())
		refusedBy(t, "switched off", err, explain.MemberMissing)
		if n := len(e.members(e.acme)); n != 0 {
			t.Errorf("%d members were made all the same", n)
		}
		l.save(func(o *identity.SignOn) { o.JustInTime = "on" })
		o := l.in(ann())
		m := o.Member
		if m.Address != "ann@acme.example" || m.GivenName != "Ann" || m.Connection != "" || m.State != identity.Active || len(m.Grants) != 1 || m.Grants[0].Role != "member" {
			t.Errorf("made %+v", m)
		}
		if again := l.in(ann()); again.Member.ID != m.ID {
			t.Error("a second sign-in made a second member")
		}
	})
}

func TestT29_LeftToItselfAFirstSignInMakesAMemberOnlyWhileNoDirectoryProvisions(t *testing.T) {
	onEachOf(t, "", func(t *testing.T, e *estate) {
		l := e.through(e.acme, idp.Entra)
		l.in(ann())
		e.heard(l)
		_, err := l.as(bob())
		refusedBy(t, "once a directory provisions", err, explain.MemberMissing)
		e.must(e.people.SetProvisioning(t.Context(), e.acme, byOperator, false))
		l.in(bob())
	})
}

func TestW03_InEitherOrderThereIsOneMember(t *testing.T) {
	onEachOf(t, "", func(t *testing.T, e *estate) {
		first, second := e.through(e.acme, idp.Okta), e.through(e.globex, idp.Okta)
		provisioned := first.provision(ann())
		signedIn := first.in(ann())

		made := second.in(ann())
		adopted := second.provision(ann())
		again := second.in(ann())
		if provisioned.ID != signedIn.Member.ID || made.Member.ID != adopted.ID || again.Member.ID != adopted.ID {
			t.Errorf("%s %s; %s %s %s", provisioned.ID, signedIn.Member.ID, made.Member.ID, adopted.ID, again.Member.ID)
		}
		a, b := e.member(e.acme, provisioned.ID), e.member(e.globex, adopted.ID)
		if len(e.members(e.acme)) != 1 || len(e.members(e.globex)) != 1 || a.State != b.State || a.Address != b.Address || a.UserName != b.UserName || a.ExternalID != b.ExternalID ||
			a.GivenName != b.GivenName || (a.Connection == "") != (b.Connection == "") || len(a.Grants) != len(b.Grants) {
			t.Errorf("the two ends differ:\n%+v\n%+v", a, b)
		}
	})
}

func TestW15_AnAddressAsNameIDIsLookedUpAndAPersistentOneIsBound(t *testing.T) {
	onEachOf(t, "", func(t *testing.T, e *estate) {
		l := e.through(e.acme, idp.Okta)
		m := l.provision(ann())
		for _, format := range []string{idp.Email, idp.Unspecified} {
			if o := l.in(ann(), named("ann@acme.example", format)); o.Member.ID != m.ID {
				t.Errorf("%s: %s", format, o.Member.ID)
			}
		}
		if known, err := e.db.Read(e.acme).SubjectsOf(t.Context(), m.ID); err != nil || len(known) != 0 {
			t.Errorf("an address was bound: %+v %v", known, err)
		}
		l.in(ann(), persistent("p-1"))
		known, err := e.db.Read(e.acme).SubjectsOf(t.Context(), m.ID)
		if err != nil || len(known) != 1 || known[0].Subject != "p-1" {
			t.Errorf("bound is %+v %v", known, err)
		}
		if o := l.in(bob(), persistent("p-1")); o.Member.ID != m.ID {
			t.Error("the bound subject is not the member's")
		}
		_, err = l.as(ann(), named("t-1", idp.Transient), func(r *idp.Response) { r.Assertions[0].Attributes = nil })
		refusedBy(t, "a name that does not last, without an address", err, explain.SubjectUnusable)
	})
}

func TestARenamedPersonIsNotLockedOutAndKeepsTheMember(t *testing.T) {
	onEachOf(t, "", func(t *testing.T, e *estate) {
		l := e.through(e.acme, idp.Entra)
		m := l.provision(ann(), "microsoftId", ann().ObjectID)
		l.in(ann())
		now := ann()
		now.UserPrincipalName, now.Mail = "ann.berg@acme.example", "ann.berg@acme.example"
		if o := l.in(now); o.Member.ID != m.ID { // before the directory has said so
			t.Errorf("it is %s", o.Member.ID)
		}
		l.rename(m, now.UserPrincipalName)
		if o := l.in(now); o.Member.ID != m.ID {
			t.Errorf("after that it is %s", o.Member.ID)
		}

		j := e.through(e.globex, idp.Entra)
		made := j.in(ann())
		o := j.in(now)
		if o.Member.ID != made.Member.ID || o.Member.Address != now.Mail || o.Member.UserName != now.Mail {
			t.Errorf("whom no directory manages is %+v", o.Member)
		}
	})
}

func TestAnAddressThatWasGivenToSomebodyElseInheritsNothing(t *testing.T) {
	onEachOf(t, "", func(t *testing.T, e *estate) {
		l := e.through(e.acme, idp.Okta)
		old := l.provision(ann())
		l.in(ann())
		l.rename(old, "anna@acme.example")
		next := ann()
		next.ObjectID = "00000000-0000-4000-8000-000000000009"
		fresh := l.provision(next)
		if o := l.in(next); o.Member.ID != fresh.ID || o.Member.ID == old.ID {
			t.Errorf("the address leads to %s, and not to %s", o.Member.ID, fresh.ID)
		}

		p := e.through(e.globex, idp.Okta)
		p.provision(ann())
		p.in(ann(), persistent("first"))
		_, err := p.as(ann(), persistent("second"))
		refusedBy(t, "another lasting subject claims the address", err, explain.SubjectOther)
	})
}

func TestAnInactiveMemberIsRefusedAndNothingIsMade(t *testing.T) {
	onEachOf(t, "", func(t *testing.T, e *estate) {
		l := e.through(e.acme, idp.Entra, func(o *identity.SignOn) { o.JustInTime = "on" })
		m := l.provision(ann(), "microsoftId", ann().ObjectID)
		o := l.in(ann())
		l.active(m, false)
		if e.where(o.Fresh.Secret) != "" {
			t.Error("the session lives on")
		}
		_, err := l.as(ann())
		refusedBy(t, "inactive", err, explain.MemberInactive)
		e.must(l.directory().Delete(t.Context(), string(m.ResourceID), nil))
		_, err = l.as(ann())
		refusedBy(t, "deleted", err, explain.MemberInactive)
		if n := len(e.members(e.acme)); n != 1 {
			t.Errorf("there are %d members", n)
		}
	})
}

func TestW17_APendingMemberIsActiveFromTheFirstSignInOn(t *testing.T) {
	onEachOf(t, "name: P\nmembers: {pending: true}\nroles: {catalogue: [{name: owner, owner: true}, {name: m}], default: m}\n", func(t *testing.T, e *estate) {
		l := e.through(e.acme, idp.Okta)
		m := l.provision(ann())
		if m.State != identity.Pending {
			t.Fatalf("it is %s", m.State)
		}
		l.begin()
		if got := e.member(e.acme, m.ID).State; got != identity.Pending {
			t.Errorf("having asked it is %s", got)
		}
		l.in(ann())
		if got := e.member(e.acme, m.ID); got.State != identity.Active || got.Tab != identity.TabActive {
			t.Errorf("after it, it is %s in %s", got.State, got.Tab)
		}
	})
}
