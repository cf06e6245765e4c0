package account_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/account"
	"github.com/anteroom-id/anteroom/internal/identity"
)

// app is an authenticator app of our own, written from RFC 6238.
type app struct{ secret string }

func (a app) code(at time.Time) string {
	key, _ := base32.StdEncoding.DecodeString(a.secret)
	var counter [8]byte
	binary.BigEndian.PutUint64(counter[:], uint64(at.Unix()/30))
	mac := hmac.New(sha1.New, key)
	mac.Write(counter[:])
	sum := mac.Sum(nil)
	o := sum[19] & 15
	n := (uint32(sum[o])&127)<<24 | uint32(sum[o+1])<<16 | uint32(sum[o+2])<<8 | uint32(sum[o+3])
	return fmt.Sprintf("%06d", n%1000000)
}

// RFC 6238, appendix B, the last six digits of its SHA-1 column: the app of the
// test is right, so that it can judge ours.
func TestTheTestsAppCountsAsTheStandardDoes(t *testing.T) {
	a := app{base32.StdEncoding.EncodeToString([]byte("12345678901234567890"))}
	for at, want := range map[int64]string{59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130"} {
		if got := a.code(time.Unix(at, 0)); got != want {
			t.Errorf("at %d: %s, want %s", at, got, want)
		}
	}
}

// enrol gives somebody who is signed in a second factor.
func (w *world) enrol(f account.Fresh) (app, []string, account.Fresh) {
	w.t.Helper()
	e, err := w.accounts.EnrolTOTP(ctx, w.live(f.Secret))
	if err != nil {
		w.t.Fatal(err)
	}
	u, err := url.Parse(e.URL)
	if err != nil || u.Scheme != "otpauth" || u.Host != "totp" || u.Query().Get("secret") != e.Secret || u.Query().Get("issuer") != "Anteroom demo" {
		w.t.Errorf("%s %v", e.URL, err)
	}
	a := app{e.Secret}
	codes, f, err := w.accounts.ConfirmTOTP(ctx, w.live(f.Secret), a.code(w.now()))
	if err != nil {
		w.t.Fatal(err)
	}
	w.pass(time.Minute)
	return a, codes, f
}

func TestASecondFactorIsAskedForAndNoCodeWorksTwice(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		f := w.join(w.acme, "ann@x.example")
		a, _, fresh := w.enrol(f)
		w.dead("rotated when the second factor came", f.Secret)
		p, _, err := w.db.Person(ctx, fresh.Session.Person)
		if err != nil || p.TOTP == "" || strings.Contains(p.TOTP, a.secret) {
			t.Errorf("the secret is not sealed: %q %v", p.TOTP, err)
		}
		_, err = w.signIn("ann@x.example", good)
		ticket := codeNeeded(t, err)
		code := a.code(w.now())
		s, err := w.accounts.SecondFactor(ctx, ticket, code[:3]+" "+code[3:], w.client())
		if err != nil || s.Session.Method != identity.ByTOTP {
			t.Fatalf("%+v %v", s, err)
		}
		_, err = w.accounts.SecondFactor(ctx, ticket, code, w.client())
		refused(t, "the same code again", err, identity.Invalid, "used already")
		w.pass(time.Minute)
		_, err = w.accounts.SecondFactor(ctx, ticket, a.code(w.now().Add(-5*time.Minute)), w.client())
		refused(t, "an old code", err, identity.Invalid, "wrong")
		if _, err = w.accounts.SecondFactor(ctx, ticket, a.code(w.now().Add(-30*time.Second)), w.client()); err != nil {
			t.Errorf("one step of drift: %v", err)
		}
		_, err = w.accounts.SecondFactor(ctx, ticket, "", w.client())
		refused(t, "nothing", err, identity.Invalid, "")
		w.pass(6 * time.Minute)
		_, err = w.accounts.SecondFactor(ctx, ticket, a.code(w.now()), w.client())
		refused(t, "an old ticket", err, identity.Unauthenticated, "begin again")
		_, err = w.accounts.SecondFactor(ctx, ticket+"x", a.code(w.now()), w.client())
		refused(t, "a forged ticket", err, identity.Unauthenticated, "begin again")
	})
}

func TestCodesCannotBeGuessed(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		a, _, _ := w.enrol(w.join(w.acme, "ann@x.example"))
		w.pass(time.Hour)
		_, err := w.signIn("ann@x.example", good)
		ticket, tries := codeNeeded(t, err), 0
		for ; tries < 50; tries++ {
			if _, err := w.accounts.SecondFactor(ctx, ticket, "000000", w.client()); identity.KindOf(err) == identity.TooMany {
				break
			}
		}
		if tries != 5 {
			t.Errorf("%d tries of a code", tries)
		}
		_, err = w.accounts.SecondFactor(ctx, ticket, a.code(w.now()), w.client())
		refused(t, "the right one waits as well", err, identity.TooMany, "wait")
	})
}

func TestARecoveryCodeWorksOnce(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		_, codes, f := w.enrol(w.join(w.acme, "ann@x.example"))
		if len(codes) != 10 {
			t.Fatalf("%d codes", len(codes))
		}
		_, err := w.signIn("ann@x.example", good)
		ticket := codeNeeded(t, err)
		s, err := w.accounts.SecondFactor(ctx, ticket, strings.ToUpper(codes[3]), w.client())
		if err != nil || s.Session.Method != identity.ByRecovery {
			t.Fatalf("%+v %v", s, err)
		}
		_, err = w.accounts.SecondFactor(ctx, ticket, codes[3], w.client())
		refused(t, "again", err, identity.Invalid, "used already")
		l := w.live(f.Secret)
		if n, err := w.accounts.RecoveryLeft(ctx, l); n != 9 || err != nil {
			t.Errorf("%d left, %v", n, err)
		}
		if _, err := w.accounts.NewRecoveryCodes(ctx, l); err != nil {
			t.Fatal(err)
		}
		_, err = w.accounts.SecondFactor(ctx, ticket, codes[4], w.client())
		refused(t, "one of those that were replaced", err, identity.Invalid, "")
		other := w.join(w.beta, "bob@x.example")
		_, bobs, _ := w.enrol(other)
		w.pass(time.Hour)
		_, err = w.signIn("ann@x.example", good)
		_, err = w.accounts.SecondFactor(ctx, codeNeeded(t, err), bobs[0], w.client())
		refused(t, "somebody else's", err, identity.Invalid, "")
	})
}

func TestASecondFactorCountsFromItsFirstCodeAndGoesWhenItIsRemoved(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		f := w.join(w.acme, "ann@x.example")
		l := w.live(f.Secret)
		_, _, err := w.accounts.ConfirmTOTP(ctx, l, "123456")
		refused(t, "nothing to confirm", err, identity.Invalid, "begin again")
		if _, err := w.accounts.EnrolTOTP(ctx, l); err != nil {
			t.Fatal(err)
		}
		w.mustSignIn("ann@x.example", good)
		_, _, err = w.accounts.ConfirmTOTP(ctx, l, "000000")
		refused(t, "a wrong code", err, identity.Invalid, "wrong")
		w.mustSignIn("ann@x.example", good)
		a, _, fresh := w.enrol(f)
		_, err = w.signIn("ann@x.example", good)
		codeNeeded(t, err)
		if _, err := w.accounts.EnrolTOTP(ctx, w.live(fresh.Secret)); err != nil {
			t.Fatal(err)
		}
		_, err = w.signIn("ann@x.example", good)
		if _, err = w.accounts.SecondFactor(ctx, codeNeeded(t, err), a.code(w.now()), w.client()); err != nil {
			t.Errorf("the old app goes on until the new one is confirmed: %v", err)
		}
		gone, err := w.accounts.RemoveTOTP(ctx, w.live(fresh.Secret))
		if err != nil {
			t.Fatal(err)
		}
		w.dead("rotated", fresh.Secret)
		w.live(gone.Secret)
		w.mustSignIn("ann@x.example", good)
		if n := len(w.mailed("ann@x.example")); n != 3 { // the invitation, added, removed
			t.Errorf("%d mails", n)
		}
	})
}

func TestJoiningAnotherWorkspaceAsksForTheSecondFactorToo(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		a, _, _ := w.enrol(w.join(w.acme, "ann@x.example"))
		secret := w.invite(w.beta, "ann@x.example")
		_, err := w.accounts.JoinWith(ctx, secret, good, "", w.client())
		codeNeeded(t, err)
		_, err = w.accounts.JoinWith(ctx, secret, good, "000000", w.client())
		refused(t, "a wrong code", err, identity.Invalid, "")
		f, err := w.accounts.JoinWith(ctx, secret, good, a.code(w.now()), w.client())
		if err != nil || reach(w.live(f.Secret)) != "acme beta" {
			t.Errorf("%v", err)
		}
	})
}

func TestAProductWithoutSecondFactorsRefusesNewOnesWithTheReason(t *testing.T) {
	onBoth(t, "name: Plain\nsign_in: {totp: false}\n", func(t *testing.T, w *world) {
		_, err := w.accounts.EnrolTOTP(ctx, w.live(w.join(w.acme, "ann@x.example").Secret))
		refused(t, "enrol", err, identity.Forbidden, "second factor by authenticator app is switched off")
	})
}

func TestASecondFactorIsPutToUseSoonAndWithAFreshProof(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		f := w.join(w.acme, "ann@x.example")
		e, err := w.accounts.EnrolTOTP(ctx, w.live(f.Secret))
		if err != nil {
			t.Fatal(err)
		}
		w.pass(11 * time.Minute)
		confirm := func(code string) error {
			_, _, err := w.accounts.ConfirmTOTP(ctx, w.live(f.Secret), code)
			return err
		}
		refused(t, "an old proof", confirm(app{e.Secret}.code(w.now())), identity.Forbidden, "once more")
		if f, err = w.accounts.Prove(ctx, w.live(f.Secret), good, "", w.client()); err != nil {
			t.Fatal(err)
		}
		w.pass(5 * time.Minute)
		refused(t, "an old offer", confirm(app{e.Secret}.code(w.now())), identity.Invalid, "begin again")
		if e, err = w.accounts.EnrolTOTP(ctx, w.live(f.Secret)); err != nil {
			t.Fatal(err)
		}
		tries := 0
		for ; tries < 50 && identity.KindOf(confirm("000000")) != identity.TooMany; tries++ {
		}
		if tries > 10 {
			t.Errorf("%d guesses of its first code", tries)
		}
		w.pass(time.Minute)
		if err := confirm(app{e.Secret}.code(w.now())); err != nil {
			t.Errorf("the right one: %v", err)
		}
	})
}

func TestAskingForACodeCostsNoTry(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		a, _, f := w.enrol(w.join(w.acme, "ann@x.example"))
		l := w.live(f.Secret)
		for range 7 {
			_, err := w.accounts.Prove(ctx, l, good, "", w.client())
			if ticket := codeNeeded(t, err); ticket != "" {
				t.Error("a proof gives a ticket for a session")
			}
		}
		fresh, err := w.accounts.Prove(ctx, l, good, a.code(w.now()), w.client())
		if err != nil {
			t.Fatal(err)
		}
		w.dead("rotated", f.Secret)
		w.live(fresh.Secret)
	})
}
