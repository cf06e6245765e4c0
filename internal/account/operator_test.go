package account_test

import (
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/identity"
)

func TestAnOperatorComesInByALinkAndReachesNoWorkspace(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		link, err := w.accounts.Operator(ctx, " Olga@vendor.example ", "Olga")
		if err != nil || !strings.HasPrefix(link, "https://id.example.com/reset/") {
			t.Fatal(link, err)
		}
		if err := w.accounts.Redeem(ctx, word(link), good, w.client()); err != nil {
			t.Fatal(err)
		}
		f := w.mustSignIn("olga@vendor.example", good)
		l := w.live(f.Secret)
		if !l.Person.Operator || l.Person.Name != "Olga" || len(l.Reached) != 0 {
			t.Errorf("%+v reaches %s", l.Person.Operator, reach(l))
		}
		if w.resetLink("Olga@vendor.example") == "" {
			t.Error("an operator cannot choose a new password")
		}
		_, err = w.accounts.Operator(ctx, "not an address", "")
		refused(t, "no address", err, identity.Invalid, "e-mail")
		refused(t, "somebody who is none", w.accounts.Resign(ctx, "ann@x.example"), identity.NotFound, "no operator")
		if err := w.accounts.Resign(ctx, "olga@vendor.example"); err != nil {
			t.Fatal(err)
		}
		w.dead("resigned", f.Secret)
		_, err = w.signIn("olga@vendor.example", good)
		refused(t, "resigned", err, identity.Forbidden, "not active anywhere")
		refused(t, "twice", w.accounts.Resign(ctx, "olga@vendor.example"), identity.NotFound, "")
	})
}

// An account that somebody else may have prepared makes nobody an operator.
func TestWhoBecomesAnOperatorKeepsOnlyWhatTheAddressesReaderMade(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		_, link, err := w.accounts.Founder(ctx, w.acme, "olga@vendor.example", "", operator)
		if err != nil {
			t.Fatal(err)
		}
		prepared, err := w.accounts.Join(ctx, word(link), "", good, w.client())
		if err != nil {
			t.Fatal(err)
		}
		ann, old := w.join(w.acme, "ann@vendor.example"), w.join(w.beta, "old@vendor.example")
		w.rename(w.beta, "old@vendor.example", "new@vendor.example")
		for _, address := range []string{"olga@vendor.example", "ann@vendor.example", "old@vendor.example"} {
			if _, err := w.accounts.Operator(ctx, address, ""); err != nil {
				t.Fatal(err)
			}
		}
		w.dead("before the address was shown to be read", prepared.Secret)
		_, err = w.signIn("olga@vendor.example", good)
		refused(t, "its password", err, identity.Unauthenticated, "")
		if l := w.live(ann.Secret); !l.Person.Operator || reach(l) != "acme" {
			t.Errorf("who had shown to read it starts anew: %s", reach(l))
		}
		if l := w.live(old.Secret); l.Person.Operator {
			t.Error("who had the address before became the operator")
		}
		if err := w.accounts.Resign(ctx, "ann@vendor.example"); err != nil {
			t.Fatal(err)
		}
		w.dead("which had an operator's rights", ann.Secret)
	})
}

func TestAPersonIsCalledAsThePersonLikesAndMembersKeepTheirNames(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		f, other := w.join(w.acme, "ann@x.example"), w.join(w.beta, "bob@x.example")
		l, before := w.live(f.Secret), w.member(w.acme, "ann@x.example")
		if err := w.accounts.Rename(ctx, l, " Ann Lee "); err != nil {
			t.Fatal(err)
		}
		if p := w.live(f.Secret).Person; p.Name != "Ann Lee" {
			t.Errorf("called %q", p.Name)
		}
		if now := w.member(w.acme, "ann@x.example"); now.Name() != before.Name() || w.live(other.Secret).Person.Name != "" {
			t.Errorf("the member is called %q now", now.Name())
		}
		for _, bad := range []string{"", " ", "two\nlines", strings.Repeat("x", 201)} {
			refused(t, bad, w.accounts.Rename(ctx, l, bad), identity.Invalid, "name")
		}
		if err := w.accounts.SignOut(ctx, f.Secret); err != nil {
			t.Fatal(err)
		}
		refused(t, "signed out", w.accounts.Rename(ctx, l, "Mallory"), identity.Unauthenticated, "")
	})
}
