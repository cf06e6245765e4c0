package account_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/account"
	"github.com/anteroom-id/anteroom/internal/identity"
)

func TestAWrongPasswordAndAnUnknownAddressGetOneAnswer(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		w.join(w.acme, "ann@x.example")
		w.mustSignIn("ANN@x.example", good)
		var answers []string
		for _, a := range []account.Attempt{
			{Address: "ann@x.example", Password: "wrong"}, {Address: "nobody@x.example", Password: good}, {Address: "", Password: ""},
			{Address: "ann@x.example", Password: strings.Repeat("x", 100_000)}, {Address: "\x00", Password: "\xff"},
		} {
			a.Client = w.client()
			_, err := w.accounts.SignIn(ctx, a)
			refused(t, a.Address, err, identity.Unauthenticated, "wrong")
			answers = append(answers, err.Error())
		}
		for _, a := range answers {
			if a != answers[0] {
				t.Errorf("answers differ: %q and %q", a, answers[0])
			}
		}
	})
}

func TestAnUnknownAddressTakesAsLongAsAWrongPassword(t *testing.T) {
	w := begin(t, t.TempDir(), "")
	w.accounts = w.serviceOf(account.Config{Cost: account.Cost{Memory: 16 << 10, Passes: 2, Lanes: 1}})
	w.join(w.acme, "ann@x.example")
	quickest := func(address string) time.Duration {
		least := time.Hour
		for range 5 {
			began := time.Now()
			_, _ = w.signIn(address, "wrong")
			least = min(least, time.Since(began))
		}
		return least
	}
	known, unknown := quickest("ann@x.example"), quickest("nobody@x.example")
	// Without the work for an unknown address it would be a hundredth.
	if ratio := float64(known) / float64(unknown); ratio < 0.2 || ratio > 5 || unknown < 2*time.Millisecond {
		t.Errorf("known %v, unknown %v", known, unknown)
	}
}

func TestGuessingIsSlowedDownByAddressAndNetwork(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		w.join(w.acme, "ann@x.example")
		var held *account.Throttled
		one := w.client()
		for _, address := range []string{"ann@x.example", "nobody@x.example"} { // the same for both
			tries := 0
			for ; tries < 100; tries++ {
				if _, err := w.signInFrom(one, address, "wrong"); errors.As(err, &held) {
					refused(t, address, err, identity.TooMany, "wait")
					break
				}
			}
			if tries != 10 {
				t.Errorf("%s: %d tries", address, tries)
			}
		}
		_, err := w.signInFrom(one, "ann@x.example", good)
		refused(t, "the right one waits as well", err, identity.TooMany, "")
		w.mustSignIn("ann@x.example", good) // from another
		w.pass(held.Wait + time.Second)
		if _, err := w.signInFrom(one, "ann@x.example", good); err != nil {
			t.Errorf("after the wait: %v", err)
		}
		one, tries := w.client(), 0
		for ; tries < 200; tries++ {
			_, err := w.accounts.SignIn(ctx, account.Attempt{Address: strings.Repeat("x", tries+1) + "@x.example", Password: "wrong", Client: one})
			if errors.As(err, &held) {
				break
			}
		}
		if tries < 30 || tries > 100 {
			t.Errorf("one network had %d tries", tries)
		}
		w.pass(2 * time.Minute)
		w.mustSignIn("ann@x.example", good) // from another
	})
}

func TestPasswordsAreLongAndOtherwiseFree(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		secret := w.invite(w.acme, "firstname.lastname@x.example")
		for bad, why := range map[string]string{
			"": "12 characters", "short": "12 characters", "elevenchars": "12 characters", strings.Repeat("ab cd", 60): "256 characters", "aaaaaaaaaaaaaaaa": "guessed",
			"firstname.lastname@x.example": "e-mail", "FirstName.LastName": "e-mail", "anteroom demo": "product's name", "AnteroomDemo": "product's name",
			"password1234": "guessed", "Password123456!": "guessed", "123456789012": "guessed", "qwertyuiop12": "guessed", "passwordpassword": "guessed",
			"abcabcabcabcabc": "guessed", "letmein12345": "guessed", "987654321098": "guessed", "twelve chars\xff": "valid text",
		} {
			_, err := w.accounts.Join(ctx, secret, "", bad, w.client())
			refused(t, bad, err, identity.Invalid, why)
		}
		// Composed and decomposed letters are the same password (NFC), and blanks count.
		if _, err := w.accounts.Join(ctx, secret, "", "zwölf Zeichen ", w.client()); err != nil {
			t.Fatal(err)
		}
		w.mustSignIn("firstname.lastname@x.example", "zwo\u0308lf Zeichen ")
		_, err := w.signIn("firstname.lastname@x.example", "zwölf Zeichen")
		refused(t, "without the blank", err, identity.Unauthenticated, "")
		p, _, err := w.db.PersonByAddress(ctx, "firstname.lastname@x.example")
		if err != nil || !strings.HasPrefix(p.Password, "$argon2id$v=19$m=64,t=1,p=1$") || strings.Contains(p.Password, "Zeichen") {
			t.Errorf("kept as %q %v", p.Password, err)
		}
	})
}

func TestAPasswordIsKeptAtTodaysCostFromTheNextSignInOn(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		w.join(w.acme, "ann@x.example")
		w.accounts = w.serviceOf(account.Config{Cost: account.Cost{Memory: 128, Passes: 2, Lanes: 1}})
		_, _ = w.signIn("ann@x.example", "wrong")
		if p, _, _ := w.db.PersonByAddress(ctx, "ann@x.example"); !strings.Contains(p.Password, "m=64,t=1") {
			t.Errorf("a wrong password changed it: %s", p.Password)
		}
		w.mustSignIn("ann@x.example", good)
		if p, _, _ := w.db.PersonByAddress(ctx, "ann@x.example"); !strings.Contains(p.Password, "m=128,t=2") {
			t.Errorf("kept as %s", p.Password)
		}
		w.mustSignIn("ann@x.example", good)
	})
}

// "Inactive people cannot sign in, hold no session."
func TestInactivePeopleHoldNoSessionAndTheOtherWorkspaceGoesOn(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		f := w.join(w.acme, "ann@x.example")
		f, err := w.accounts.JoinAs(ctx, w.invite(w.beta, "ann@x.example"), w.live(f.Secret), w.client())
		if err != nil {
			t.Fatal(err)
		}
		before := w.live(f.Secret)
		w.active(w.acme, "ann@x.example", false)
		if got := reach(w.live(f.Secret)); got != "beta" {
			t.Errorf("right after: %s", got)
		}
		_, err = w.accounts.Enter(ctx, before, w.acme)
		refused(t, "what was read before", err, identity.NotFound, "")
		w.active(w.acme, "ann@x.example", true)
		if got := reach(w.live(f.Secret)); got != "beta" {
			t.Errorf("the old session came back with the member: %s", got)
		}
		again := w.mustSignIn("ann@x.example", good)
		if got := reach(w.live(again.Secret)); got != "acme beta" {
			t.Errorf("after a new sign-in: %s", got)
		}
		if err := w.directoryOf(w.acme).Delete(ctx, string(w.member(w.acme, "ann@x.example").ResourceID), nil); err != nil {
			t.Fatal(err)
		}
		w.active(w.beta, "ann@x.example", false)
		w.dead("inactive everywhere", again.Secret)
		w.dead("inactive everywhere", f.Secret)
		_, err = w.signIn("ann@x.example", good)
		refused(t, "inactive everywhere", err, identity.Forbidden, "administrator")
	})
}

func TestASessionReachesNoWorkspaceOfSomebodyElse(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		ann, bob := w.live(w.join(w.acme, "ann@x.example").Secret), w.live(w.join(w.beta, "bob@x.example").Secret)
		_, err := w.accounts.Enter(ctx, ann, w.beta)
		refused(t, "a foreign workspace", err, identity.NotFound, "no such workspace")
		_, err = w.accounts.Enter(ctx, ann, "ws_nothing")
		refused(t, "a workspace that is not there", err, identity.NotFound, "no such workspace")
		refused(t, "a foreign session", w.accounts.End(ctx, ann, bob.Session.ID), identity.NotFound, "")
		if n, err := w.accounts.EndOthers(ctx, ann); n != 0 || err != nil {
			t.Errorf("%d of somebody else's sessions ended, %v", n, err)
		}
		if all, err := w.accounts.Sessions(ctx, bob); err != nil || len(all) != 1 {
			t.Errorf("%+v %v", all, err)
		}
	})
}

func TestASessionEndsWhenIdleWhenOldAndWhenItIsEnded(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		w.join(w.acme, "ann@x.example")
		w.accounts = w.serviceOf(account.Config{Absolute: 48 * time.Hour, Cost: cheap})
		idle := w.mustSignIn("ann@x.example", good)
		w.pass(13 * time.Hour)
		w.dead("idle", idle.Secret)
		used := w.mustSignIn("ann@x.example", good)
		for range 4 {
			w.pass(11 * time.Hour)
			w.live(used.Secret)
			touched(w, used.Session)
		}
		w.pass(5 * time.Hour)
		w.dead("old", used.Secret)

		one, two, three := w.mustSignIn("ann@x.example", good), w.mustSignIn("ann@x.example", good), w.mustSignIn("ann@x.example", good)
		l := w.live(one.Secret)
		if all, err := w.accounts.Sessions(ctx, l); err != nil || len(all) != 3 || all[0].ID != three.Session.ID || all[0].Agent != "Browser/1.0" || all[0].Remote == "" {
			t.Errorf("%+v %v", all, err)
		}
		if err := w.accounts.End(ctx, l, two.Session.ID); err != nil {
			t.Fatal(err)
		}
		w.dead("ended", two.Secret)
		if n, err := w.accounts.EndOthers(ctx, l); n < 1 || err != nil {
			t.Errorf("%d %v", n, err)
		}
		w.dead("ended with the others", three.Secret)
		w.live(one.Secret)
		if err := w.accounts.SignOut(ctx, one.Secret); err != nil {
			t.Fatal(err)
		}
		w.dead("signed out", one.Secret)
		w.dead("nothing", "")
		w.dead("the digest", one.Session.Hash)
		if err := w.accounts.Tidy(ctx); err != nil {
			t.Fatal(err)
		}
	})
}

// touched waits until the time of last use, which costs no commit of its own, is written.
func touched(w *world, n identity.Session) {
	w.t.Helper()
	before := w.now().Add(-time.Hour)
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if now, found, err := w.db.SessionByHash(ctx, n.Hash); err == nil && found && now.Seen.After(before) {
			return
		}
	}
	w.t.Fatal("the session's last use is not written")
}

func TestSigningInEndsTheSessionThatTheBrowserHeld(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		old := w.join(w.acme, "ann@x.example")
		c := w.client()
		c.Session = old.Secret
		fresh, err := w.accounts.SignIn(ctx, account.Attempt{Address: "ann@x.example", Password: good, Client: c})
		if err != nil {
			t.Fatal(err)
		}
		w.dead("the one before", old.Secret)
		w.live(fresh.Secret)
	})
}

func TestAProofGetsOldAndIsShownAnew(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		f := w.join(w.acme, "ann@x.example")
		if err := w.accounts.NeedProof(w.live(f.Secret)); err != nil {
			t.Errorf("just signed in: %v", err)
		}
		w.pass(11 * time.Minute)
		l := w.live(f.Secret)
		err := w.accounts.NeedProof(l)
		var e *identity.Error
		if refused(t, "an old proof", err, identity.Forbidden, "once more"); !errors.As(err, &e) || e.Field != account.FieldProof {
			t.Errorf("%+v", e)
		}
		_, err = w.accounts.EnrolTOTP(ctx, l)
		refused(t, "a second factor with an old proof", err, identity.Forbidden, "")
		_, err = w.accounts.BeginPasskey(ctx, l)
		refused(t, "a passkey with an old proof", err, identity.Forbidden, "")
		_, err = w.accounts.Prove(ctx, l, "wrong", "", w.client())
		refused(t, "a wrong password", err, identity.Unauthenticated, "")
		fresh, err := w.accounts.Prove(ctx, l, good, "", w.client())
		if err != nil {
			t.Fatal(err)
		}
		w.dead("rotated", f.Secret)
		if err := w.accounts.NeedProof(w.live(fresh.Secret)); err != nil {
			t.Error(err)
		}
	})
}

func TestASignInUnderWayDoesNotOutliveAReset(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		w.join(w.acme, "ann@x.example")
		invitation, secret := w.invite(w.beta, "ann@x.example"), w.resetLink("ann@x.example")
		var signed, joined account.Fresh
		var errSigned, errJoined error
		w.overtaken(func() {
			if err := w.accounts.Redeem(ctx, secret, better, account.Client{}); err != nil {
				t.Error(err)
			}
		}, func() {
			var both sync.WaitGroup
			both.Go(func() { signed, errSigned = w.signIn("ann@x.example", good) })
			both.Go(func() { joined, errJoined = w.accounts.JoinWith(ctx, invitation, good, "", account.Client{}) })
			both.Wait()
		})
		refused(t, "a sign-in with the old password", errSigned, identity.Unauthenticated, "wrong")
		w.dead("of the old password", signed.Secret)
		if w.db.Engine() == "sqlite" { // on PostgreSQL each workspace commits by itself, and the reset may come later
			refused(t, "joining with the old password", errJoined, identity.Unauthenticated, "wrong")
		}
		w.dead("of the old password", joined.Secret)
	})
}

func TestASecondFactorUnderWayDoesNotOutliveAReset(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		a, _, _ := w.enrol(w.join(w.acme, "ann@x.example"))
		_, err := w.signIn("ann@x.example", good)
		ticket, secret := codeNeeded(t, err), w.resetLink("ann@x.example")
		var f account.Fresh
		w.overtaken(func() {
			if err := w.accounts.Redeem(ctx, secret, better, account.Client{}); err != nil {
				t.Error(err)
			}
		}, func() { f, err = w.accounts.SecondFactor(ctx, ticket, a.code(w.now()), account.Client{}) })
		refused(t, "the code after the old password", err, identity.Unauthenticated, "begin again")
		w.dead("of the old password", f.Secret)
	})
}

func TestAPasswordIsNotRenewedOverANewerOne(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		w.join(w.acme, "ann@x.example")
		secret := w.resetLink("ann@x.example")
		dear := w.serviceOf(account.Config{Cost: account.Cost{Memory: 128, Passes: 2, Lanes: 1}})
		var f account.Fresh
		var err error
		w.overtaken(func() {
			if err := w.accounts.Redeem(ctx, secret, better, account.Client{}); err != nil {
				t.Error(err)
			}
		}, func() {
			f, err = dear.SignIn(ctx, account.Attempt{Address: "ann@x.example", Password: good})
		})
		refused(t, "the old password at a new cost", err, identity.Unauthenticated, "wrong")
		w.dead("of the old password", f.Secret)
		w.mustSignIn("ann@x.example", better)
	})
}

func TestWhatASessionMayEndsWithTheSession(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		a, _, f := w.enrol(w.join(w.acme, "ann@x.example"))
		key, other := newKey(t), newKey(t)
		kept := w.register(f, key)
		l := w.live(f.Secret)
		c, err := w.accounts.BeginPasskey(ctx, l)
		if err != nil {
			t.Fatal(err)
		}
		e, err := w.accounts.EnrolTOTP(ctx, l)
		if err != nil {
			t.Fatal(err)
		}
		w.reset("ann@x.example", better)
		w.dead("reset", f.Secret)
		o := w.offered()
		hers, err := w.accounts.PasskeySignIn(ctx, o.Ticket, key.get(o.Options), w.client())
		if err != nil {
			t.Fatal(err)
		}
		for what, do := range map[string]func() error{
			"adding a passkey": func() error {
				_, err := w.accounts.FinishPasskey(ctx, l, c.Ticket, "", other.create(c.Options))
				return err
			},
			"removing a passkey": func() error { return w.accounts.RemovePasskey(ctx, l, kept.ID) },
			"recovery codes":     func() error { _, err := w.accounts.NewRecoveryCodes(ctx, l); return err },
			"a second factor":    func() error { _, err := w.accounts.EnrolTOTP(ctx, l); return err },
			"its first code": func() error {
				_, _, err := w.accounts.ConfirmTOTP(ctx, l, app{e.Secret}.code(w.now()))
				return err
			},
			"removing it":      func() error { _, err := w.accounts.RemoveTOTP(ctx, l); return err },
			"ending a session": func() error { return w.accounts.End(ctx, l, hers.Session.ID) },
			"ending all":       func() error { _, err := w.accounts.EndOthers(ctx, l); return err },
			"another password": func() error { _, err := w.accounts.ChangePassword(ctx, l, better, good, w.client()); return err },
			"a proof":          func() error { _, err := w.accounts.Prove(ctx, l, better, a.code(w.now()), w.client()); return err },
			"joining elsewhere": func() error {
				_, err := w.accounts.JoinAs(ctx, w.invite(w.beta, "ann@x.example"), l, w.client())
				return err
			},
		} {
			refused(t, what, do(), identity.Unauthenticated, "")
		}
		if l := w.live(hers.Secret); reach(l) != "acme" || l.Person.TOTP == "" {
			t.Errorf("an ended session changed something: %s", reach(l))
		}
		if all, err := w.accounts.Passkeys(ctx, l); err != nil || len(all) != 1 {
			t.Errorf("%d passkeys, %v", len(all), err)
		}
	})
}
