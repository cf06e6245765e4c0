package signin_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/signin"
	"github.com/anteroom-id/anteroom/lab/idp"
)

func TestAnOwnerIsLinkedAfterShowingTheOldCredentialOnce(t *testing.T) {
	onEachOf(t, "", func(t *testing.T, e *estate) {
		m := e.joined(e.acme, "ann@acme.example", "owner")
		l := e.through(e.acme, idp.Okta)
		v := l.begin()
		form := v.answer(ann(), persistent("p-ann"))
		o, err := v.bring(form)
		e.must(err)
		if !o.Prove || o.Ticket == "" || o.Fresh.Secret != "" || o.Member.ID != m.ID {
			t.Fatalf("it is %+v", o)
		}
		if known, err := e.db.Read(e.acme).SubjectsOf(t.Context(), m.ID); err != nil || len(known) != 0 {
			t.Errorf("linked without a proof: %+v %v", known, err)
		}
		if _, err := e.login("ann@acme.example"); err != nil {
			t.Errorf("the password does not work any more: %v", err)
		}
		_, err = v.bring(form)
		refusedBy(t, "the response once more", err, explain.RequestUsed)

		proof := signin.LinkProof{Ticket: o.Ticket, Browser: v.ask.Browser, Password: plainWords, Client: v.client}
		wrong, other, made := proof, proof, proof
		wrong.Password, other.Browser, made.Ticket = "not these words at all", l.begin().ask.Browser, "made-up"
		for what, p := range map[string]signin.LinkProof{"a wrong password": wrong, "another browser": other, "a made-up ticket": made} {
			if got, err := e.s.Link(t.Context(), p); identity.KindOf(err) != identity.Unauthenticated || got.Fresh.Secret != "" {
				t.Errorf("%s: %v", what, err)
			}
		}
		done, err := e.s.Link(t.Context(), proof)
		if err != nil || done.Member.ID != m.ID || e.where(done.Fresh.Secret) != "acme" || done.Fresh.Session.Method != identity.BySAML {
			t.Fatalf("the right one: %+v %v", done, err)
		}
		if _, err := e.s.Link(t.Context(), proof); identity.KindOf(err) != identity.Unauthenticated {
			t.Errorf("the ticket once more: %v", err)
		}
		if o := l.in(ann(), persistent("p-ann")); o.Prove || o.Fresh.Secret == "" {
			t.Errorf("the next time: %+v", o)
		}
		_, err = e.login("ann@acme.example")
		toldSSO(t, "the password", err, "acme")
	})
}

func TestATicketOfAnOwnersProofEndsAfterTenMinutes(t *testing.T) {
	onEachOf(t, "", func(t *testing.T, e *estate) {
		e.joined(e.acme, "ann@acme.example", "owner")
		l := e.through(e.acme, idp.Okta)
		v := l.begin()
		o, err := v.bring(v.answer(ann()))
		e.must(err)
		e.pass(11 * time.Minute)
		if _, err := e.s.Link(t.Context(), signin.LinkProof{Ticket: o.Ticket, Browser: v.ask.Browser, Password: plainWords, Client: v.client}); identity.KindOf(err) != identity.Unauthenticated {
			t.Errorf("got %v", err)
		}
	})
}

func TestAnOwnerWhoNeverHadACredentialIsLinkedAndAnotherConnectionDoesNotTakeHerOver(t *testing.T) {
	onEachOf(t, "", func(t *testing.T, e *estate) {
		_, _, err := e.accounts.Founder(t.Context(), e.acme, "ann@acme.example", "Ann Ames", byOperator)
		e.must(err)
		first := e.through(e.acme, idp.Okta)
		o := first.in(ann())
		if o.Prove || o.Fresh.Secret == "" {
			t.Fatalf("it is %+v", o)
		}
		second := e.through(e.acme, idp.Entra)
		_, err = second.as(ann())
		refusedBy(t, "through a second connection", err, explain.OwnerElsewhere)
		first.save(func(o *identity.SignOn) { o.Enabled = false })
		if again := second.in(ann()); again.Member.ID != o.Member.ID {
			t.Errorf("with the first switched off: %s", again.Member.ID)
		}
	})
}

func TestOneResponseBeginsExactlyOneSessionHoweverManyBringItAtOnce(t *testing.T) {
	const rounds, many = 3, 64
	onEachOf(t, "", func(t *testing.T, e *estate) {
		l := e.through(e.acme, idp.Entra)
		l.provision(ann(), "microsoftId", ann().ObjectID)
		for range rounds {
			v := l.begin()
			form := v.answer(ann())
			var in, used atomic.Int64
			var all sync.WaitGroup
			w := v.workspace()
			for range many {
				all.Go(func() {
					o, err := e.s.FinishSAML(t.Context(), w, form, v.ask.Browser, v.client)
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
			e.pass(10 * time.Minute) // so that nobody is slowed down for what was refused
			if in.Load() != 1 || used.Load() != many-1 {
				t.Fatalf("%d sessions, %d refused", in.Load(), used.Load())
			}
		}
	})
}

func TestTheSameAssertionInTwoAnswersCountsOnce(t *testing.T) {
	onEachOf(t, "", func(t *testing.T, e *estate) {
		l := e.through(e.acme, idp.Entra)
		l.provision(ann())
		same := func(r *idp.Response) { r.Assertions[0].ID = "_the-same" }
		l.in(ann(), same)
		_, err := l.as(ann(), same)
		refusedBy(t, "an id that was taken", err, explain.AssertionReplayed)
	})
}

func TestTwoSubjectsWhoClaimOneAddressAtOnceAreNotBothLinked(t *testing.T) {
	onEachOf(t, "", func(t *testing.T, e *estate) {
		l := e.through(e.acme, idp.Okta)
		m := l.provision(ann())
		var in, conflict atomic.Int64
		var all sync.WaitGroup
		for i := range 8 {
			v := l.begin()
			form, w := v.answer(ann(), persistent(fmt.Sprintf("p-%d", i))), v.workspace()
			all.Go(func() {
				_, err := e.s.FinishSAML(t.Context(), w, form, v.ask.Browser, v.client)
				switch {
				case err == nil:
					in.Add(1)
				case ruleOf(err) == string(explain.SubjectOther):
					conflict.Add(1)
				default:
					t.Errorf("got %v", err)
				}
			})
		}
		all.Wait()
		known, err := e.db.Read(e.acme).SubjectsOf(t.Context(), m.ID)
		if err != nil || in.Load() != 1 || conflict.Load() != 7 || len(known) != 1 {
			t.Errorf("%d in, %d refused, bound %+v %v", in.Load(), conflict.Load(), known, err)
		}
	})
}

func TestAFirstSignInOfOnePersonAtOnceMakesOneMember(t *testing.T) {
	onEachOf(t, "", func(t *testing.T, e *estate) {
		l := e.through(e.acme, idp.Entra, func(o *identity.SignOn) { o.JustInTime = "on" })
		var all sync.WaitGroup
		for range 8 {
			v := l.begin()
			form, w := v.answer(ann()), v.workspace()
			all.Go(func() {
				if _, err := e.s.FinishSAML(t.Context(), w, form, v.ask.Browser, v.client); err != nil {
					t.Errorf("got %v", err)
				}
			})
		}
		all.Wait()
		if n := len(e.members(e.acme)); n != 1 {
			t.Errorf("there are %d members", n)
		}
	})
}

func TestAMemberWhoIsUnlinkedIsLinkedAnewAndHasThePasswordBack(t *testing.T) {
	onEachOf(t, "", func(t *testing.T, e *estate) {
		m := e.joined(e.acme, "ann@acme.example", "member")
		l := e.through(e.acme, idp.Okta)
		o := l.in(ann(), persistent("first"))
		if _, err := e.s.Unlink(t.Context(), e.globex, m.ID, byOperator); identity.KindOf(err) != identity.NotFound {
			t.Errorf("by another workspace: %v", err)
		}
		done, err := e.s.Unlink(t.Context(), e.acme, m.ID, byOperator)
		if err != nil || !done || e.where(o.Fresh.Secret) != "" {
			t.Errorf("unlinked %v %v, the session reaches %q", done, err, e.where(o.Fresh.Secret))
		}
		if done, err := e.s.Unlink(t.Context(), e.acme, m.ID, byOperator); err != nil || done {
			t.Errorf("twice: %v %v", done, err)
		}
		if _, err := e.login("ann@acme.example"); err != nil {
			t.Errorf("the password: %v", err)
		}
		if again := l.in(ann(), persistent("second")); again.Member.ID != m.ID {
			t.Errorf("linked anew is %s", again.Member.ID)
		}
	})
}
