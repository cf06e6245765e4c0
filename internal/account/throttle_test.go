package account_test

import (
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/account"
	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/identity"
)

func TestNobodyLocksSomebodyElseOut(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		f := w.join(w.acme, "ann@x.example")
		stranger := w.client()
		for range 300 { // as fast as one network may
			w.pass(1100 * time.Millisecond)
			_, _ = w.signInFrom(stranger, "ann@x.example", "wrong")
		}
		_, err := w.signInFrom(stranger, "ann@x.example", good)
		refused(t, "the stranger", err, identity.TooMany, "wait")
		w.mustSignIn("ann@x.example", good)
		if f, err = w.accounts.Prove(ctx, w.live(f.Secret), good, "", w.client()); err != nil {
			t.Errorf("a proof: %v", err)
		}
		if _, err = w.accounts.ChangePassword(ctx, w.live(f.Secret), good, better, w.client()); err != nil {
			t.Errorf("another password: %v", err)
		}
	})
}

func TestManyNetworksTogetherGuessSlowlyAndAResetLetsItsReaderInAtOnce(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		w.join(w.acme, "ann@x.example")
		guesses := 0
		for ; guesses < 1000; guesses++ {
			if _, err := w.signIn("ann@x.example", "wrong"); identity.KindOf(err) == identity.TooMany {
				break
			}
		}
		if guesses < 100 || guesses > 300 {
			t.Errorf("%d guesses at once from as many networks", guesses)
		}
		home := w.client()
		if err := w.accounts.Redeem(ctx, w.resetLink("ann@x.example"), better, home); err != nil {
			t.Fatal(err)
		}
		if _, err := w.signInFrom(home, "ann@x.example", better); err != nil {
			t.Errorf("after the reset: %v", err)
		}
	})
}

func TestWhoIsSignedInGuessesThePasswordSlowlyToo(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		l := w.live(w.join(w.acme, "ann@x.example").Secret)
		tries := 0
		for ; tries < 50; tries++ {
			_, err := w.accounts.Prove(ctx, l, "wrong", "", w.client())
			if tries%2 == 1 {
				_, err = w.accounts.ChangePassword(ctx, l, "wrong", better, w.client())
			}
			if identity.KindOf(err) == identity.TooMany {
				break
			}
		}
		if tries > 10 {
			t.Errorf("%d tries", tries)
		}
	})
}

// Tries that cost nothing push nobody out of what is remembered.
func TestAFloodOfStrangersMakesNoGuessForgotten(t *testing.T) {
	w := begin(t, t.TempDir(), "")
	w.join(w.acme, "ann@x.example")
	guesser, guesses := w.client(), 0
	round := func() {
		for range 20 {
			if _, err := w.signInFrom(guesser, "ann@x.example", "wrong"); identity.KindOf(err) == identity.Unauthenticated {
				guesses++
			}
		}
	}
	round()
	for i := range 110_000 {
		remote := netip.AddrFrom16([16]byte{0x20, 1, 0xd, byte(i >> 16), byte(i >> 8), byte(i)})
		_, _ = w.signInFrom(account.Client{Remote: remote}, fmt.Sprint(i), strings.Repeat("x", 1025))
	}
	round()
	if guesses > 20 {
		t.Errorf("%d guesses", guesses)
	}
}

func TestTheNetworksOfOneOrganisationAreCountedTogether(t *testing.T) {
	w := begin(t, t.TempDir(), "")
	from := func(site, host int) account.Client {
		return account.Client{Remote: netip.AddrFrom16([16]byte{0x20, 1, 0xd, 0xb8, 0, byte(site), byte(host >> 8), byte(host)})}
	}
	tries := 0
	for ; tries < 2000; tries++ {
		if _, err := w.accounts.OpenLink(ctx, "x", from(1, tries)); identity.KindOf(err) == identity.TooMany {
			break
		}
	}
	if tries < 300 || tries > 1000 {
		t.Errorf("one /48 had %d tries at once", tries)
	}
	_, err := w.accounts.OpenLink(ctx, "x", from(2, 0))
	refused(t, "another organisation", err, identity.NotFound, "")
}

func TestWhoWouldWaitTooLongIsToldToComeBack(t *testing.T) {
	w := begin(t, t.TempDir(), "")
	w.accounts = w.serviceOf(account.Config{Cost: account.Cost{Memory: 8 << 10, Passes: 2, Lanes: 1}})
	var all sync.WaitGroup
	var mu sync.Mutex
	kinds := map[identity.Kind]int{}
	for i := range 600 {
		c := w.client()
		all.Go(func() {
			_, err := w.signInFrom(c, fmt.Sprint(i), "wrong")
			mu.Lock()
			defer mu.Unlock()
			kinds[identity.KindOf(err)]++
		})
	}
	all.Wait()
	if kinds[identity.Unavailable] == 0 || kinds[identity.Unauthenticated] == 0 || len(kinds) != 2 {
		t.Errorf("of 600 at once: %v", kinds)
	}
}

// Several copies of the server, and one that starts again, count together.
func TestWrongCodesAreCountedOverAllCopies(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		a, _, f := w.enrol(w.join(w.acme, "ann@x.example"))
		_, err := w.signIn("ann@x.example", good)
		ticket, tries := codeNeeded(t, err), 0
		for range 4 {
			w.accounts = w.serviceOf(account.Config{Cost: cheap})
			for range 20 {
				if _, err := w.accounts.SecondFactor(ctx, ticket, "000000", w.client()); identity.KindOf(err) == identity.TooMany {
					break
				}
				tries++
			}
		}
		if tries != 5 {
			t.Errorf("%d wrong codes", tries)
		}
		_, err = w.accounts.Prove(ctx, w.live(f.Secret), good, "000000", w.client())
		refused(t, "one more, to prove", err, identity.TooMany, "wait")
		w.pass(5 * time.Minute)
		_, err = w.signIn("ann@x.example", good)
		if _, err := w.accounts.SecondFactor(ctx, codeNeeded(t, err), a.code(w.now()), w.client()); err != nil {
			t.Errorf("the right one, after the wait: %v", err)
		}
	})
}

func TestInvitationsAreNoMailBombs(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		ask := func(ws identity.WorkspaceID, address string) error {
			_, err := w.accounts.Invite(ctx, ws, directory.Newcomer{Address: address}, operator)
			return err
		}
		sent := 0
		for ; sent < 20; sent++ {
			if err := ask(w.acme, "ann@x.example"); err != nil {
				refused(t, "one address", err, identity.TooMany, "wait")
				break
			}
		}
		if n := len(w.mailed("ann@x.example")); sent != 3 || n != 3 {
			t.Errorf("%d invitations, %d mails to one address in an hour", sent, n)
		}
		if err := ask(w.beta, "ann@x.example"); err != nil {
			t.Errorf("another workspace: %v", err)
		}
		w.pass(20 * time.Minute)
		if err := ask(w.acme, "ann@x.example"); err != nil {
			t.Errorf("after the wait: %v", err)
		}
		for sent = 0; sent < 1000; sent++ {
			if err := ask(w.acme, fmt.Sprintf("p%d@x.example", sent)); err != nil {
				refused(t, "one workspace", err, identity.TooMany, "wait")
				break
			}
		}
		if sent < 290 || sent > 300 {
			t.Errorf("%d people were invited at once", sent)
		}
		if err := ask(w.beta, "bob@x.example"); err != nil {
			t.Errorf("another workspace: %v", err)
		}
	})
}
