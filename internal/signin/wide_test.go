package signin_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/signin"
	"github.com/anteroom-id/anteroom/internal/store"
	"github.com/anteroom-id/anteroom/lab/idp"
)

// joinsToo makes Ann a member of the other workspace, under an address of hers.
func (e *estate) joinsToo(address string) {
	e.t.Helper()
	ctx := e.t.Context()
	_, err := e.accounts.Invite(ctx, e.globex, directory.Newcomer{Address: address, GivenName: "Ann", FamilyName: "Ames", Role: "member"}, byOperator)
	e.must(err)
	text := e.mailed(address)[0].Text
	word := strings.Fields(text[strings.Index(text, "/link/")+len("/link/"):])[0]
	_, err = e.accounts.JoinWith(ctx, word, plainWords, "", e.browser())
	e.must(err)
}

// wide is a session that Ann's provider began and that reaches both workspaces.
func wide(t *testing.T, e *estate) signin.Outcome {
	t.Helper()
	e.joined(e.acme, "ann@acme.example", "member")
	e.joinsToo("ann@acme.example")
	e.verified(e.acme, "acme.example")
	o := e.through(e.acme, idp.Okta).in(ann())
	if got := e.where(o.Fresh.Secret); got != "acme globex" {
		t.Fatalf("at first it reaches %q", got)
	}
	return o
}

func TestASessionReachesElsewhereOnlyAsLongAsItsProvidersWorkspaceAnswersForThePerson(t *testing.T) {
	for what, c := range map[string]struct {
		then func(e *estate, o *signin.Outcome)
		want string
	}{
		"signed out of it": {func(e *estate, o *signin.Outcome) {
			_, err := e.accounts.Bar(e.t.Context(), e.acme, o.Member.ID, byOperator)
			e.must(err)
		}, ""},
		"its domain is gone": {func(e *estate, _ *signin.Outcome) {
			e.must(e.s.RemoveDomain(e.t.Context(), e.acme, "acme.example", byOperator))
		}, "acme"},
		"the connection is removed": {func(e *estate, o *signin.Outcome) {
			e.must(e.people.RemoveConnection(e.t.Context(), e.acme, o.Connection, byOperator))
		}, ""},
	} {
		t.Run(what, func(t *testing.T) {
			onEach(t, func(t *testing.T, e *estate) {
				o := wide(t, e)
				c.then(e, &o)
				if got := e.where(o.Fresh.Secret); got != c.want {
					t.Errorf("it reaches %q, want %q", got, c.want)
				}
			})
		})
	}
}

func TestASessionDoesNotReachAWorkspaceThatIsJoinedLaterUnderAnotherAddress(t *testing.T) {
	onEach(t, func(t *testing.T, e *estate) {
		ctx := t.Context()
		e.joined(e.acme, "ann@acme.example", "member")
		e.verified(e.acme, "acme.example")
		o := e.through(e.acme, idp.Okta).in(ann())
		if o.Fresh.Session.Within != "" {
			t.Fatal("it is confined from the beginning")
		}
		_, err := e.accounts.Invite(ctx, e.globex, directory.Newcomer{Address: "ann@private.example", GivenName: "Ann", FamilyName: "Ames", Role: "member"}, byOperator)
		e.must(err)
		m := e.memberOf(e.globex, "ann@private.example")
		e.must(e.db.Write(ctx, e.globex, func(tx *store.Tx) error {
			_, err := tx.BindMember(ctx, &m, o.Fresh.Session.Person, e.now())
			return err
		}))
		live, err := e.accounts.Check(ctx, o.Fresh.Secret, e.browser())
		e.must(err)
		if got := e.where(o.Fresh.Secret); got != "acme" || live.Ask != nil {
			t.Errorf("it reaches %q, and is told of %v", got, live.Ask)
		}
		all, signs, err := e.accounts.SessionsOf(ctx, e.globex, m.ID)
		if e.must(err); !signs || slices.ContainsFunc(all, func(n identity.Session) bool { return n.ID == live.Session.ID }) {
			t.Errorf("the other workspace is told of it: %+v", all)
		}
		if n, err := e.accounts.EndOthers(ctx, live); err != nil || n != 0 {
			t.Errorf("%d %v", n, err)
		}
		e.must(e.accounts.End(ctx, live, live.Session.ID))
	})
}

func TestTheRemovalOfAConnectionEndsAndCountsTheSessionsThatBeganThroughItAndNoOthers(t *testing.T) {
	onEach(t, func(t *testing.T, e *estate) {
		ctx := t.Context()
		l := e.through(e.acme, idp.Okta, func(o *identity.SignOn) { o.JustInTime = "on" })
		other := e.through(e.globex, idp.Okta, func(o *identity.SignOn) { o.JustInTime = "on" })
		here, there := l.in(ann()), other.in(ann())
		n, err := e.people.SessionsThrough(ctx, e.acme, l.con.ID)
		e.must(err)
		foreign, err := e.people.SessionsThrough(ctx, e.globex, l.con.ID)
		e.must(err)
		if n != 1 || foreign != 0 {
			t.Errorf("%d sessions, and %d for another workspace", n, foreign)
		}
		e.must(e.people.RemoveConnection(ctx, e.acme, l.con.ID, byOperator))
		all, err := e.db.Sessions(ctx, here.Fresh.Session.Person)
		if e.must(err); len(all) != 0 {
			t.Errorf("%d sessions are left", len(all))
		}
		if got := e.where(there.Fresh.Secret); got != "globex" {
			t.Errorf("the other workspace's reaches %q", got)
		}
	})
}

func TestNamingMorePeopleHasToBeConfirmedAndOtherwiseNamesThemNoLonger(t *testing.T) {
	onEach(t, func(t *testing.T, e *estate) {
		olga, max, mia := e.joined(e.acme, "olga@acme.example", "owner"), e.joined(e.acme, "max@acme.example", "admin"), e.joined(e.acme, "mia@acme.example", "member")
		e.provenBy(e.acme, max.ID)
		before, err := e.login("mia@acme.example")
		e.must(err)
		e.require(e.acme, identity.RequirePeople, max, max.ID)
		e.must(e.s.Confirm(t.Context(), e.acme, max.ID, true))
		_, err = e.s.SetRequire(t.Context(), e.acme, identity.RequirePeople, []identity.MemberID{max.ID, olga.ID}, e.by(max))
		if identity.KindOf(err) != identity.Forbidden {
			t.Errorf("an administrator names the owner: %v", err)
		}
		if _, err := e.login("olga@acme.example"); err != nil {
			t.Errorf("the owner after that: %v", err)
		}
		wider := func() {
			t.Helper()
			if r := e.require(e.acme, identity.RequirePeople, max, max.ID, mia.ID); !r.Pending(e.now()) {
				t.Fatalf("it counts for good: %+v", r)
			}
			if !e.reaches(before, e.acme) {
				t.Error("a session from before has ended")
			}
			if _, err := e.login("mia@acme.example"); identity.KindOf(err) != identity.Forbidden {
				t.Errorf("who was added: %v", err)
			}
		}
		wider()
		e.pass(signin.ConfirmWithin)
		said := func(what string) {
			t.Helper()
			if r := e.requirement(e.acme); r.Pending || len(r.Named) != 1 || r.Rule.Mode != identity.RequirePeople {
				t.Errorf("%s: %+v", what, r)
			}
			if _, err := e.login("mia@acme.example"); err != nil {
				t.Errorf("%s: who was added: %v", what, err)
			}
			if _, err := e.login("max@acme.example"); identity.KindOf(err) != identity.Forbidden {
				t.Errorf("%s: who was named before: %v", what, err)
			}
		}
		said("before any job ran")
		e.must(e.s.Tick(t.Context()))
		said("after it ran")
		wider() // once more, and now somebody confirms it
		e.pass(signin.ConfirmWithin)
		wider() // before the job ran
		e.must(e.s.Confirm(t.Context(), e.acme, max.ID, true))
		e.pass(signin.ConfirmWithin)
		if r := e.requirement(e.acme); r.Pending || len(r.Named) != 2 || e.reaches(before, e.acme) {
			t.Errorf("confirmed: %+v", r)
		}
	})
}
