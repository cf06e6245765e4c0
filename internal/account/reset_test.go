package account_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
)

const better = "nine quite different words here"

func TestAResetSetsAPasswordOnceAndEndsEverySession(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		f := w.join(w.acme, "ann@x.example")
		for range 2 {
			if err := w.accounts.RequestReset(ctx, "Ann@x.example", w.client()); err != nil {
				t.Fatal(err)
			}
		}
		secret := w.lastLink("ann@x.example")
		first := inMail.FindStringSubmatch(w.mailed("ann@x.example")[1].Text)[1]
		if address, err := w.accounts.ForReset(ctx, secret); err != nil || address != "ann@x.example" {
			t.Errorf("%s %v", address, err)
		}
		refused(t, "a poor password", w.accounts.Redeem(ctx, secret, "short", w.client()), identity.Invalid, "12")
		if err := w.accounts.Redeem(ctx, secret, better, w.client()); err != nil {
			t.Fatal(err)
		}
		w.dead("ended by the reset", f.Secret)
		refused(t, "again", w.accounts.Redeem(ctx, secret, good, w.client()), identity.NotFound, "used")
		refused(t, "the one before", w.accounts.Redeem(ctx, first, good, w.client()), identity.NotFound, "used")
		_, err := w.signIn("ann@x.example", good)
		refused(t, "the old password", err, identity.Unauthenticated, "")
		w.mustSignIn("ann@x.example", better)
		if m := w.mailed("ann@x.example")[0]; !strings.Contains(m.Text, "A new password was set") {
			t.Errorf("the newest mail says %q", m.Text)
		}
		if err := w.accounts.RequestReset(ctx, "ann@x.example", w.client()); err != nil {
			t.Fatal(err)
		}
		old := w.lastLink("ann@x.example")
		w.pass(2 * time.Hour)
		refused(t, "expired", w.accounts.Redeem(ctx, old, good, w.client()), identity.NotFound, "too old")
	})
}

func TestAResetTellsNobodyWhetherThereIsAnAccount(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		w.join(w.acme, "ann@x.example")
		for range 20 {
			for _, address := range []string{"ann@x.example", "nobody@x.example", "no address", ""} {
				if err := w.accounts.RequestReset(ctx, address, w.client()); err != nil {
					t.Fatalf("%q: %v", address, err)
				}
			}
		}
		if n := len(w.mailed("ann@x.example")) - 1; n != 3 {
			t.Errorf("%d mails to one address at once", n)
		}
		if n := len(w.mailed("nobody@x.example")); n != 0 {
			t.Errorf("%d mails to somebody without an account", n)
		}
	})
}

func TestAResetDoesNotGoPastTheSecondFactor(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		w.enrol(w.join(w.acme, "ann@x.example"))
		if err := w.accounts.RequestReset(ctx, "ann@x.example", w.client()); err != nil {
			t.Fatal(err)
		}
		if err := w.accounts.Redeem(ctx, w.lastLink("ann@x.example"), better, w.client()); err != nil {
			t.Fatal(err)
		}
		_, err := w.signIn("ann@x.example", better)
		codeNeeded(t, err)
	})
}

// Whoever joined without reading the address's mail may have prepared the account
// for its true owner: nothing of that stays.
func TestTheFirstResetOfAnAddressThatNobodyShowedToReadThrowsEverythingElseOut(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		_, link, err := w.accounts.Founder(ctx, w.acme, "ann@x.example", "", operator)
		if err != nil {
			t.Fatal(err)
		}
		f, err := w.accounts.Join(ctx, word(link), "", good, w.client())
		if err != nil {
			t.Fatal(err)
		}
		_, _, f = w.enrol(f)
		key := newKey(t)
		w.register(f, key)
		if err := w.accounts.RequestReset(ctx, "ann@x.example", w.client()); err != nil {
			t.Fatal(err)
		}
		if err := w.accounts.Redeem(ctx, w.lastLink("ann@x.example"), better, w.client()); err != nil {
			t.Fatal(err)
		}
		l := w.live(w.mustSignIn("ann@x.example", better).Secret)
		if all, err := w.accounts.Passkeys(ctx, l); err != nil || len(all) != 0 || !l.Person.Verified {
			t.Errorf("%+v %v", all, err)
		}
	})
}

func TestChangingThePasswordEndsTheOtherSessions(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		f := w.join(w.acme, "ann@x.example")
		other := w.mustSignIn("ann@x.example", good)
		l := w.live(f.Secret)
		_, err := w.accounts.ChangePassword(ctx, l, "wrong", better, w.client())
		refused(t, "a wrong one", err, identity.Invalid, "present password")
		_, err = w.accounts.ChangePassword(ctx, l, good, "ann@x.example", w.client())
		refused(t, "a poor one", err, identity.Invalid, "e-mail")
		w.live(other.Secret)
		fresh, err := w.accounts.ChangePassword(ctx, l, good, better, w.client())
		if err != nil {
			t.Fatal(err)
		}
		w.dead("another", other.Secret)
		w.dead("rotated", f.Secret)
		w.live(fresh.Secret)
		w.mustSignIn("ann@x.example", better)
	})
}

func TestChangingThePasswordIsNoProofOfTheSecondFactor(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		_, _, f := w.enrol(w.join(w.acme, "ann@x.example"))
		w.pass(time.Hour)
		f, err := w.accounts.ChangePassword(ctx, w.live(f.Secret), good, better, w.client())
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.accounts.RemoveTOTP(ctx, w.live(f.Secret))
		refused(t, "removing the second factor", err, identity.Forbidden, "once more")

		other := w.join(w.beta, "bob@x.example")
		w.pass(time.Hour)
		if other, err = w.accounts.ChangePassword(ctx, w.live(other.Secret), good, better, w.client()); err != nil {
			t.Fatal(err)
		}
		if err := w.accounts.NeedProof(w.live(other.Secret)); err != nil {
			t.Errorf("without a second factor the password is the proof: %v", err)
		}
	})
}

func TestAResetTakesAsLongForAnAddressThatNobodyHas(t *testing.T) {
	w := begin(t, t.TempDir(), "")
	w.join(w.acme, "ann@x.example")
	times := map[string][]time.Duration{}
	for range 60 {
		for _, address := range []string{"ann@x.example", "bob@x.example"} {
			w.pass(time.Hour)
			c, began := w.client(), time.Now()
			if err := w.accounts.RequestReset(ctx, address, c); err != nil {
				t.Fatal(err)
			}
			times[address] = append(times[address], time.Since(began))
		}
	}
	middle := func(address string) time.Duration { slices.Sort(times[address]); return times[address][30] }
	if known, unknown := middle("ann@x.example"), middle("bob@x.example"); float64(known)/float64(unknown) > 1.6 || float64(unknown)/float64(known) > 1.6 {
		t.Errorf("known %v, unknown %v", known, unknown)
	}
}
