package account_test

import (
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/account"
	"github.com/anteroom-id/anteroom/internal/identity"
)

// entered gives the address of the member through whom a session enters a workspace.
func (w *world) entered(f account.Fresh, ws identity.WorkspaceID) string {
	w.t.Helper()
	m, err := w.accounts.Enter(ctx, w.live(f.Secret), ws)
	if err != nil {
		w.t.Fatal(err)
	}
	return m.Address
}

// "A recycled name inherits nothing."
func TestWhoGetsARecycledAddressInheritsNothing(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		old := w.join(w.acme, "ann@x.example")
		w.rename(w.acme, "ann@x.example", "jones@x.example")
		secret := w.invite(w.acme, "ann@x.example") // somebody new, who reads that mail now
		if offer, err := w.accounts.OpenLink(ctx, secret, w.client()); err != nil || offer.Known {
			t.Errorf("the newcomer is asked for somebody else's password: %+v %v", offer, err)
		}
		if w.resetLink("ann@x.example") != "" {
			t.Error("the newcomer is mailed a way into somebody else's account")
		}
		fresh, err := w.accounts.Join(ctx, secret, "Ann Other", better, w.client())
		if err != nil {
			t.Fatal(err)
		}
		if got := w.entered(fresh, w.acme); got != "ann@x.example" || fresh.Session.Person == old.Session.Person {
			t.Errorf("the newcomer is %s", got)
		}
		w.reset("ann@x.example", "words of the newcomer")
		if got := w.entered(w.mustSignIn("ann@x.example", "words of the newcomer"), w.acme); got != "ann@x.example" {
			t.Errorf("after a reset the newcomer is %s", got)
		}
		_, err = w.signIn("jones@x.example", "words of the newcomer")
		refused(t, "the newcomer as the one before", err, identity.Unauthenticated, "")
		if got := w.entered(w.mustSignIn("jones@x.example", good), w.acme); got != "jones@x.example" {
			t.Errorf("the one before is %s", got)
		}
		w.live(old.Secret)
	})
}

func TestASuccessorDoesNotReachTheOtherWorkspacesOfWhoLeft(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		f := w.join(w.acme, "ann@x.example")
		f, err := w.accounts.JoinAs(ctx, w.invite(w.beta, "ann@y.example"), w.live(f.Secret), w.client())
		if err != nil {
			t.Fatal(err)
		}
		if err := w.directoryOf(w.acme).Delete(ctx, string(w.member(w.acme, "ann@x.example").ResourceID), nil); err != nil {
			t.Fatal(err)
		}
		secret := w.invite(w.acme, "ann@x.example")
		if w.resetLink("ann@x.example") != "" {
			t.Error("the successor is mailed a way into the account of who left")
		}
		s, err := w.accounts.Join(ctx, secret, "", better, w.client())
		if err != nil || reach(w.live(s.Secret)) != "acme" {
			t.Fatalf("the successor: %v", err)
		}
		if got := reach(w.live(f.Secret)); got != "beta" {
			t.Errorf("who left reaches %s", got)
		}
		if got := reach(w.live(w.mustSignIn("ann@y.example", good).Secret)); got != "beta" {
			t.Errorf("who left signs in by the address of the other workspace, and reaches %s", got)
		}
	})
}

func TestWhoComesBackJoinsWithTheOldPassword(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		f := w.join(w.acme, "ann@x.example")
		if err := w.directoryOf(w.acme).Delete(ctx, string(w.member(w.acme, "ann@x.example").ResourceID), nil); err != nil {
			t.Fatal(err)
		}
		again, err := w.accounts.JoinWith(ctx, w.invite(w.acme, "ann@x.example"), good, "", w.client())
		if err != nil || again.Session.Person != f.Session.Person || reach(w.live(again.Secret)) != "acme" {
			t.Errorf("%+v %v", again, err)
		}
		if w.resetLink("ann@x.example") == "" {
			t.Error("and the address is the person's again")
		}
	})
}

func TestNobodyIsLockedOutByARename(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		f := w.join(w.acme, "ann@x.example")
		w.rename(w.acme, "ann@x.example", "jones@x.example")
		if w.resetLink("ann@x.example") != "" || w.resetLink("jones@x.example") != "" {
			t.Error("a directory alone moves the way into an account")
		}
		if got := w.entered(w.mustSignIn("ann@x.example", good), w.acme); got != "jones@x.example" {
			t.Errorf("by the old address: %s", got)
		}
		k := newKey(t)
		w.register(f, k)
		if n := len(w.mailed("ann@x.example")); n != 1 || len(w.mailed("jones@x.example")) != 1 {
			t.Errorf("notices go to the old address, where somebody else may read them: %d", n)
		}
		s := w.mustSignIn("jones@x.example", good)
		if p := w.live(s.Secret).Person; p.Address != "jones@x.example" || p.Verified || p.ID != f.Session.Person {
			t.Errorf("the account does not follow: %+v", p.Address)
		}
		if m := w.mailed("jones@x.example")[0]; !strings.Contains(m.Text, "changed to jones@x.example") {
			t.Errorf("the newest mail says %q", m.Text)
		}
		w.reset("jones@x.example", better)
		w.mustSignIn("jones@x.example", better)
		_, err := w.signIn("ann@x.example", better)
		refused(t, "the old address", err, identity.Unauthenticated, "")
	})
}

func TestTheSecondFactorIsAskedForByTheNewAddressToo(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		a, _, _ := w.enrol(w.join(w.acme, "ann@x.example"))
		w.rename(w.acme, "ann@x.example", "jones@x.example")
		_, err := w.signIn("jones@x.example", good)
		s, err := w.accounts.SecondFactor(ctx, codeNeeded(t, err), a.code(w.now()), w.client())
		if err != nil || w.live(s.Secret).Person.Address != "jones@x.example" {
			t.Errorf("%v", err)
		}
	})
}

// Whoever runs one workspace writes what it likes into the own members' addresses.
func TestNoWorkspaceTakesAnAccountOverByRenaming(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		f := w.join(w.acme, "ann@x.example")
		if _, err := w.accounts.JoinAs(ctx, w.invite(w.beta, "ann@x.example"), w.live(f.Secret), w.client()); err != nil {
			t.Fatal(err)
		}
		w.rename(w.beta, "ann@x.example", "mallory@evil.example")
		if w.resetLink("mallory@evil.example") != "" {
			t.Error("a reset goes where one of the workspaces wants it")
		}
		if w.resetLink("ann@x.example") == "" {
			t.Error("none goes where the other one calls the person")
		}
		if p := w.live(w.mustSignIn("mallory@evil.example", good).Secret).Person; p.Address != "ann@x.example" {
			t.Errorf("the account follows one of two workspaces to %s", p.Address)
		}
		w.active(w.acme, "ann@x.example", false)
		if p := w.live(w.mustSignIn("mallory@evil.example", good).Secret).Person; p.Address != "ann@x.example" {
			t.Errorf("the account follows to %s while the other workspace lets nobody in", p.Address)
		}
		if w.resetLink("mallory@evil.example") != "" {
			t.Error("a reset goes where the only active workspace wants it")
		}
	})
}

func TestWhoSquatsOnAnAddressIsThrownOutByItsReader(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		squatter := w.join(w.beta, "mallory@evil.example")
		k := newKey(t)
		w.register(squatter, k)
		w.rename(w.beta, "mallory@evil.example", "ann@x.example")
		squatter = w.mustSignIn("ann@x.example", good)
		secret := w.invite(w.acme, "ann@x.example")
		w.reset("ann@x.example", better)
		w.dead("the squatter's session", squatter.Secret)
		if _, err := w.accounts.JoinWith(ctx, secret, better, "", w.client()); err != nil {
			t.Fatal(err)
		}
		c := w.offered()
		_, err := w.accounts.PasskeySignIn(ctx, c.Ticket, k.get(c.Options), w.client())
		refused(t, "the squatter's passkey", err, identity.Unauthenticated, "")
	})
}

func TestAResetLinkEndsWithTheAddressThatItWasMailedTo(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		w.join(w.acme, "ann@x.example")
		renamed, given := w.resetLink("ann@x.example"), w.resetLink("ann@x.example")
		w.rename(w.acme, "ann@x.example", "jones@x.example")
		refused(t, "after the rename", w.accounts.Redeem(ctx, renamed, better, w.client()), identity.NotFound, "")
		if _, err := w.accounts.Join(ctx, w.invite(w.acme, "ann@x.example"), "", better, w.client()); err != nil {
			t.Fatal(err)
		}
		refused(t, "after somebody else got it", w.accounts.Redeem(ctx, given, better, w.client()), identity.NotFound, "")
		w.rename(w.acme, "ann@x.example", "other@x.example")
		w.rename(w.acme, "jones@x.example", "ann@x.example")
		refused(t, "after it came back, for the account that lost it", w.accounts.Redeem(ctx, given, better, w.client()), identity.NotFound, "")
		w.mustSignIn("ann@x.example", good)
	})
}

func TestTwoAccountsOfOneAddressInTwoWorkspacesStayApart(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		w.join(w.acme, "ann@x.example")
		w.active(w.acme, "ann@x.example", false)
		if _, err := w.accounts.Join(ctx, w.invite(w.beta, "ann@x.example"), "", better, w.client()); err != nil {
			t.Fatal(err)
		}
		w.active(w.acme, "ann@x.example", true)
		for password, slug := range map[string]string{good: "acme", better: "beta"} {
			if got := reach(w.live(w.mustSignIn("ann@x.example", password).Secret)); got != slug {
				t.Errorf("%q reaches %s", password, got)
			}
		}
		_, err := w.signIn("ann@x.example", "neither of the two")
		refused(t, "neither", err, identity.Unauthenticated, "")
	})
}
