package account_test

import (
	"testing"

	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/identity"
)

func TestAMemberIsSignedOutOfOneWorkspaceAndMaySignInAnew(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		w.join(w.acme, "ann@x.example")
		word := w.invite(w.beta, "ann@x.example")
		if _, err := w.accounts.JoinWith(ctx, word, good, "", w.client()); err != nil {
			t.Fatal(err)
		}
		both, bob := w.mustSignIn("ann@x.example", good), w.join(w.acme, "bob@x.example")
		ann, seq := w.member(w.acme, "ann@x.example"), w.logged(w.acme)
		boss := w.as(w.member(w.acme, "bob@x.example"))
		if done, err := w.accounts.Bar(ctx, w.acme, ann.ID, boss); err != nil || !done {
			t.Fatal(done, err)
		}
		if got := reach(w.live(both.Secret)); got != "beta" {
			t.Errorf("the session reaches %q", got)
		}
		if got := reach(w.live(bob.Secret)); got != "acme" {
			t.Errorf("another member's session reaches %q", got)
		}
		if got := reach(w.live(w.mustSignIn("ann@x.example", good).Secret)); got != "acme beta" {
			t.Errorf("a new session reaches %q", got)
		}
		changes, err := w.db.Read(w.acme).Changes(ctx, seq, 10)
		if err != nil || len(changes) != 1 || changes[0].Verb != identity.MemberSignedOut || changes[0].Subject.ID != string(ann.ID) || changes[0].Actor != boss.Actor.String() {
			t.Errorf("the log says %+v (%v)", changes, err)
		}
		if done, err := w.accounts.Bar(ctx, w.acme, w.member(w.acme, "bob@x.example").ID, operator); err != nil || !done {
			t.Fatal(done, err)
		}
		w.dead("which reached that workspace alone", bob.Secret)
		if now := w.member(w.acme, "ann@x.example"); now.State != identity.Active || now.Version != ann.Version {
			t.Errorf("the member has changed: %+v", now)
		}
	})
}

func TestWhereNobodySignsInThereIsNobodyToSignOut(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		m, err := w.people.Add(ctx, directory.Caller{Workspace: w.acme, Origin: operator}, directory.Newcomer{Address: "ann@x.example"})
		if err != nil {
			t.Fatal(err)
		}
		seq := w.logged(w.acme)
		if done, err := w.accounts.Bar(ctx, w.acme, m.ID, operator); err != nil || done {
			t.Errorf("%v %v", done, err)
		}
		if now := w.logged(w.acme); now != seq {
			t.Error("what did not happen is in the log")
		}
		w.join(w.beta, "bob@x.example")
		_, err = w.accounts.Bar(ctx, w.acme, w.member(w.beta, "bob@x.example").ID, operator)
		refused(t, "another workspace's member", err, identity.NotFound, "no such member")
		_, err = w.accounts.Bar(ctx, w.acme, "mem_none", operator)
		refused(t, "nobody", err, identity.NotFound, "no such member")
	})
}

// logged is the number of the workspace's newest change.
func (w *world) logged(ws identity.WorkspaceID) int64 {
	w.t.Helper()
	tally, err := w.db.Read(ws).Tally(ctx)
	if err != nil {
		w.t.Fatal(err)
	}
	return tally.Seq
}
