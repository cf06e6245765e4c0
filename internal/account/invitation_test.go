package account_test

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/account"
	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/store"
)

func TestTheFirstOwnerComesInByAOneTimeLink(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		first, old, err := w.accounts.Founder(ctx, w.acme, "Boss@x.example", "Bo Ss", operator)
		if err != nil || !strings.HasPrefix(old, "https://id.example.com/link/") {
			t.Fatal(old, err)
		}
		_, link, err := w.accounts.Founder(ctx, w.acme, "boss@x.example", "", operator)
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.accounts.OpenLink(ctx, word(old), w.client())
		refused(t, "a link that a newer one replaced", err, identity.NotFound, "another one")
		offer, err := w.accounts.OpenLink(ctx, word(link), w.client())
		if err != nil || offer != (account.Offer{Workspace: "Acme", Address: "boss@x.example", Name: "Bo Ss"}) {
			t.Errorf("%+v %v", offer, err)
		}
		f, err := w.accounts.Join(ctx, word(link), "Bo Ss", good, w.client())
		if err != nil {
			t.Fatal(err)
		}
		m, err := w.accounts.Enter(ctx, w.live(f.Secret), w.acme)
		if err != nil || m.Address != "boss@x.example" || m.Grants[1].Role != "owner" || m.State != identity.Active {
			t.Errorf("%+v %v", m, err)
		}
		_, err = w.accounts.Join(ctx, word(link), "", good, w.client())
		refused(t, "a link that was used", err, identity.NotFound, "")
		_, _, err = w.accounts.Founder(ctx, w.acme, "boss@x.example", "", operator)
		refused(t, "an owner who has signed in", err, identity.Taken, "new password")
		w.invite(w.acme, "ann@x.example")
		_, _, err = w.accounts.Founder(ctx, w.acme, "ann@x.example", "", operator)
		refused(t, "somebody who is no owner", err, identity.Taken, "not an owner")
		_, _, err = w.accounts.Founder(ctx, w.acme, "not an address", "", operator)
		refused(t, "no address", err, identity.Invalid, "e-mail")
		all, err := w.accounts.Links(ctx, w.acme)
		if err != nil || len(all) != 3 || all[0].ID != first.ID || all[0].Revoked.IsZero() || all[1].Used.IsZero() {
			t.Errorf("%+v %v", all, err)
		}
		if others, _ := w.accounts.Links(ctx, w.beta); len(others) != 0 {
			t.Errorf("another workspace sees %+v", others)
		}
	})
}

func TestAnInvitationIsMailedAndWorksOnceAndLogsWhatHappened(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		link, err := w.accounts.Invite(ctx, w.acme, directory.Newcomer{Address: "ann@x.example", GivenName: "Ann"}, operator)
		if err != nil {
			t.Fatal(err)
		}
		secret := w.lastLink("ann@x.example")
		if strings.Contains(link.Hash, secret) || len(secret) < 43 {
			t.Errorf("only the digest is kept, and the secret has 32 bytes: %q %q", link.Hash, secret)
		}
		var won, lost atomic.Int32
		var all sync.WaitGroup
		for range 8 {
			c := w.client()
			all.Go(func() {
				if _, err := w.accounts.Join(ctx, secret, "Ann", good, c); err == nil {
					won.Add(1)
				} else {
					lost.Add(1)
				}
			})
		}
		all.Wait()
		if won.Load() != 1 || lost.Load() != 7 {
			t.Errorf("it worked %d times", won.Load())
		}
		changes, err := w.db.Read(w.acme).Changes(ctx, 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		var verbs []string
		for _, c := range changes {
			verbs = append(verbs, string(c.Verb))
		}
		if got := strings.Join(verbs, " "); !strings.Contains(got, "member.added link.issued link.used member.joined") {
			t.Errorf("the log says %s", got)
		}
	})
}

func TestALinkThatIsOldRevokedForeignOrOfSomebodyInactiveIsRefused(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		old := w.invite(w.acme, "ann@x.example")
		w.pass(8 * 24 * time.Hour)
		_, err := w.accounts.Join(ctx, old, "", good, w.client())
		refused(t, "expired", err, identity.NotFound, "too old")

		secret := w.invite(w.acme, "bob@x.example")
		all, err := w.accounts.Links(ctx, w.acme)
		if err != nil {
			t.Fatal(err)
		}
		last := all[len(all)-1].ID
		refused(t, "revoked from another workspace", w.accounts.RevokeLink(ctx, w.beta, last, operator), identity.NotFound, "")
		if _, err := w.accounts.OpenLink(ctx, secret, w.client()); err != nil {
			t.Errorf("another workspace revoked it: %v", err)
		}
		if err := w.accounts.RevokeLink(ctx, w.acme, last, operator); err != nil {
			t.Fatal(err)
		}
		_, err = w.accounts.Join(ctx, secret, "", good, w.client())
		refused(t, "revoked", err, identity.NotFound, "")
		refused(t, "revoked twice", w.accounts.RevokeLink(ctx, w.acme, last, operator), identity.NotFound, "")

		secret = w.invite(w.acme, "cyd@x.example")
		w.active(w.acme, "cyd@x.example", false)
		_, err = w.accounts.Join(ctx, secret, "", good, w.client())
		refused(t, "inactive", err, identity.NotFound, "")
		_, err = w.accounts.Invite(ctx, w.acme, directory.Newcomer{Address: "cyd@x.example"}, operator)
		refused(t, "inviting somebody inactive", err, identity.Forbidden, "inactive")
		for _, wrong := range []string{"", "x", strings.Repeat("x", 43), strings.Repeat("x", 5000)} {
			_, err = w.accounts.OpenLink(ctx, wrong, w.client())
			refused(t, "a link that never was", err, identity.NotFound, "")
		}
	})
}

// The commit itself asks again whether a link is alive, whatever was read before it.
func TestALinkIsUsedUpInTheCommitThatUsesIt(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		use := func(ws identity.WorkspaceID, id identity.LinkID) (ok bool) {
			if err := w.db.Write(ctx, ws, func(tx *store.Tx) (err error) {
				ok, err = tx.UseLink(ctx, id, w.now())
				return err
			}); err != nil {
				t.Fatal(err)
			}
			return ok
		}
		invite := func(address string) identity.LinkID {
			l, err := w.accounts.Invite(ctx, w.acme, directory.Newcomer{Address: address}, operator)
			if err != nil {
				t.Fatal(err)
			}
			return l.ID
		}
		id := invite("ann@x.example")
		if use(w.beta, id) || !use(w.acme, id) || use(w.acme, id) {
			t.Error("it is its workspace's, and works once")
		}
		id = invite("bob@x.example")
		if err := w.accounts.RevokeLink(ctx, w.acme, id, operator); err != nil || use(w.acme, id) {
			t.Errorf("revoked: %v", err)
		}
		id = invite("cyd@x.example")
		if w.pass(8 * 24 * time.Hour); use(w.acme, id) {
			t.Error("expired")
		}
	})
}

// "Members of several workspaces belong to one person only by proof, never by an
// equal e-mail address alone."
func TestAnEqualAddressAloneBindsNobody(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		f := w.join(w.acme, "ann@x.example")
		secret := w.invite(w.beta, "ann@x.example")
		if got := reach(w.live(f.Secret)); got != "acme" {
			t.Errorf("being invited is not joining: %s", got)
		}
		if offer, _ := w.accounts.OpenLink(ctx, secret, w.client()); !offer.Known {
			t.Error("the page does not know that a password is to be asked for")
		}
		_, err := w.accounts.Join(ctx, secret, "", "another password of hers", w.client())
		refused(t, "a new password for a known address", err, identity.Taken, "already")
		_, err = w.accounts.JoinWith(ctx, secret, "wrong", "", w.client())
		refused(t, "a wrong password", err, identity.Unauthenticated, "wrong")
		if got := reach(w.live(f.Secret)); got != "acme" {
			t.Errorf("bound without proof: %s", got)
		}
		both, err := w.accounts.JoinWith(ctx, secret, good, "", w.client())
		if err != nil {
			t.Fatal(err)
		}
		if got := reach(w.live(both.Secret)); got != "acme beta" {
			t.Errorf("reached: %s", got)
		}
	})
}

func TestWhoIsSignedInJoinsAnotherWorkspaceAsTheSamePerson(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		f := w.join(w.acme, "ann@x.example")
		secret := w.invite(w.beta, "ann.second@y.example")
		fresh, err := w.accounts.JoinAs(ctx, secret, w.live(f.Secret), w.client())
		if err != nil {
			t.Fatal(err)
		}
		w.dead("rotated at a change of rights", f.Secret)
		l := w.live(fresh.Secret)
		if reach(l) != "acme beta" || fresh.Session.ID != f.Session.ID {
			t.Errorf("%s %s", reach(l), fresh.Session.ID)
		}
		if m, err := w.accounts.Enter(ctx, l, w.beta); err != nil || m.Address != "ann.second@y.example" {
			t.Errorf("%+v %v", m, err)
		}
		_, err = w.accounts.JoinAs(ctx, w.invite(w.beta, "ann.third@y.example"), l, w.client())
		refused(t, "a second member in one workspace", err, identity.Taken, "already")
		other := w.join(w.acme, "bob@x.example")
		_, err = w.accounts.JoinAs(ctx, secret, w.live(other.Secret), w.client())
		refused(t, "somebody else with a used link", err, identity.NotFound, "")
	})
}

// "No workspace learns of another."
func TestNoWorkspaceLearnsOfAnother(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		f := w.join(w.acme, "ann@x.example")
		if _, err := w.accounts.JoinAs(ctx, w.invite(w.beta, "ann@y.example"), w.live(f.Secret), w.client()); err != nil {
			t.Fatal(err)
		}
		for ws, others := range map[identity.WorkspaceID][]string{w.acme: {string(w.beta), "y.example", "Beta"}, w.beta: {string(w.acme), "x.example", "Acme"}} {
			changes, err := w.db.Read(ws).Changes(ctx, 0, 1000)
			if err != nil || len(changes) == 0 {
				t.Fatal(err)
			}
			for _, c := range changes {
				text := strings.Join([]string{c.Actor, c.Subject.ID, string(c.Verb)}, " ")
				for _, d := range c.Values {
					if s, ok := d.After.(string); ok {
						text += " " + s
					}
				}
				for _, o := range append(others, "per_", "ses_") {
					if strings.Contains(text, o) {
						t.Errorf("the log of a workspace holds %q: %s", o, text)
					}
				}
			}
		}
		if id, found, err := w.db.Read(w.acme).PersonOf(ctx, w.member(w.beta, "ann@y.example").ID); err != nil || found {
			t.Errorf("a workspace finds the person of another's member: %s %v", id, err)
		}
	})
}

func TestASetupLinkOpensOneConnectionAndNothingElse(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		_, _, err := w.accounts.IssueSetup(ctx, w.acme, w.con[w.beta], 0, operator)
		refused(t, "another workspace's connection", err, identity.NotFound, "connection")
		issued, link, err := w.accounts.IssueSetup(ctx, w.acme, w.con[w.acme], time.Hour, operator)
		if err != nil || !strings.HasPrefix(link, "https://id.example.com/setup/") {
			t.Fatal(link, err)
		}
		for range 3 { // it is not used up
			got, err := w.accounts.OpenSetup(ctx, word(link), w.client())
			if err != nil || got.Workspace != w.acme || got.Connection != w.con[w.acme] || got.Link != issued.ID {
				t.Fatalf("%+v %v", got, err)
			}
		}
		_, err = w.accounts.Join(ctx, word(link), "", good, w.client())
		refused(t, "it carries no member's rights", err, identity.NotFound, "")
		_, err = w.accounts.OpenLink(ctx, word(link), w.client())
		refused(t, "it is no invitation", err, identity.NotFound, "")
		w.dead("it is no session", word(link))
		invitation := w.invite(w.acme, "ann@x.example")
		_, err = w.accounts.OpenSetup(ctx, invitation, w.client())
		refused(t, "an invitation is no set-up link", err, identity.NotFound, "")
		w.pass(2 * time.Hour)
		_, err = w.accounts.OpenSetup(ctx, word(link), w.client())
		refused(t, "expired", err, identity.NotFound, "")
		issued, link, err = w.accounts.IssueSetup(ctx, w.acme, w.con[w.acme], 0, operator)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.accounts.RevokeLink(ctx, w.acme, issued.ID, operator); err != nil {
			t.Fatal(err)
		}
		_, err = w.accounts.OpenSetup(ctx, word(link), w.client())
		refused(t, "revoked", err, identity.NotFound, "")
	})
}

const noLocal = "name: Closed\nsign_in: {password: false, passkey: false, invitations: false}\n"

func TestWhatTheProductSwitchesOffIsRefusedWithTheReason(t *testing.T) {
	onBoth(t, noLocal, func(t *testing.T, w *world) {
		_, err := w.accounts.Invite(ctx, w.acme, directory.Newcomer{Address: "ann@x.example"}, operator)
		refused(t, "invite", err, identity.Forbidden, "inviting people is switched off")
		_, _, err = w.accounts.Founder(ctx, w.acme, "ann@x.example", "", operator)
		refused(t, "founder", err, identity.Forbidden, "switched off")
		_, err = w.signIn("ann@x.example", good)
		refused(t, "sign in", err, identity.Forbidden, "password is switched off")
		refused(t, "reset", w.accounts.RequestReset(ctx, "ann@x.example", w.client()), identity.Forbidden, "switched off")
		_, err = w.accounts.BeginPasskeySignIn(w.client())
		refused(t, "passkey", err, identity.Forbidden, "passkey is switched off")
	})
}

const pendingFirst = "name: Slow\nmembers: {pending: true}\n"

// "pending (known, has not signed in, where the product asks for that)"
func TestWhoWasPendingIsActiveFromTheFirstSignInOn(t *testing.T) {
	onBoth(t, pendingFirst, func(t *testing.T, w *world) {
		secret := w.invite(w.acme, "ann@x.example")
		if m := w.member(w.acme, "ann@x.example"); m.State != identity.Pending {
			t.Fatalf("before: %s", m.State)
		}
		if _, err := w.accounts.Join(ctx, secret, "", good, w.client()); err != nil {
			t.Fatal(err)
		}
		if m := w.member(w.acme, "ann@x.example"); m.State != identity.Active {
			t.Errorf("after: %s", m.State)
		}
	})
}
