package account_test

import (
	"strings"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/store"
)

// with gives somebody who has joined a role by hand.
func (w *world) with(ws identity.WorkspaceID, address string, roles ...string) identity.Member {
	w.t.Helper()
	m := w.member(ws, address)
	changed, err := w.people.SetRoles(ctx, ws, m.ID, m.Version, roles, operator)
	if err != nil {
		w.t.Fatal(err)
	}
	return changed.Member
}

func TestASetupLinkEndsWithTheRightOfWhoIssuedItAndWithItsConnection(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		w.join(w.acme, "admin@x.example")
		issue := func() string {
			m := w.with(w.acme, "admin@x.example", "admin")
			_, link, err := w.accounts.IssueSetup(ctx, w.acme, w.con[w.acme], 0, w.as(m))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := w.accounts.OpenSetup(ctx, word(link), w.client()); err != nil {
				t.Fatalf("a fresh one: %v", err)
			}
			return word(link)
		}
		opened := func(what, secret string) {
			_, err := w.accounts.OpenSetup(ctx, secret, w.client())
			refused(t, what, err, identity.NotFound, "")
		}
		secret := issue()
		w.with(w.acme, "admin@x.example", "member")
		opened("its issuer may no longer issue one", secret)
		secret = issue()
		w.active(w.acme, "admin@x.example", false)
		opened("its issuer is inactive", secret)
		w.active(w.acme, "admin@x.example", true)
		secret = issue()
		_, byOperator, err := w.accounts.IssueSetup(ctx, w.acme, w.con[w.acme], 0, operator)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.people.RemoveConnection(ctx, w.acme, w.con[w.acme], operator); err != nil {
			t.Fatal(err)
		}
		opened("its connection is removed", secret)
		opened("an operator's, whose connection is removed", word(byOperator))
		_, _, err = w.accounts.IssueSetup(ctx, w.acme, w.con[w.acme], 0, operator)
		refused(t, "for a removed connection", err, identity.NotFound, "connection")
	})
}

// With a set-up link a token is issued: it is made, and works, only by a right to both.
func TestASetupLinkIsMadeByWhoMayIssueADirectorysTokenOnly(t *testing.T) {
	const narrow = "name: Narrow\nroles:\n  catalogue:\n    - {name: owner, owner: true}\n    - {name: both, may: [sso.manage, scim.manage]}\n    - {name: sso, may: [sso.manage]}\n    - {name: member}\n  default: member\n"
	onBoth(t, narrow, func(t *testing.T, w *world) {
		w.join(w.acme, "ann@x.example")
		ann := w.with(w.acme, "ann@x.example", "both")
		_, link, err := w.accounts.IssueSetup(ctx, w.acme, w.con[w.acme], 0, w.as(ann))
		if err != nil {
			t.Fatal(err)
		}
		w.with(w.acme, "ann@x.example", "sso")
		_, err = w.accounts.OpenSetup(ctx, word(link), w.client())
		refused(t, "its issuer may no longer issue a token", err, identity.NotFound, "")
		_, _, err = w.accounts.IssueSetup(ctx, w.acme, w.con[w.acme], 0, w.as(ann))
		refused(t, "without the right to issue a token", err, identity.Forbidden, "issue")
		w.join(w.beta, "elsewhere@x.example")
		elsewhere := w.with(w.beta, "elsewhere@x.example", "both")
		_, _, err = w.accounts.IssueSetup(ctx, w.acme, w.con[w.acme], 0, w.as(elsewhere))
		refused(t, "with the right in another workspace", err, identity.Forbidden, "issue")
	})
}

// An invitation ends the links that were made before, and goes to whoever reads
// the address now.
func TestAnInvitationOfSomebodyWhoMayMoreIsRefusedAndEndsNothing(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		w.join(w.acme, "admin@x.example")
		admin := w.with(w.acme, "admin@x.example", "admin")
		_, link, err := w.accounts.Founder(ctx, w.acme, "boss@x.example", "", operator)
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.accounts.Invite(ctx, w.acme, directory.Newcomer{Address: "BOSS@x.example", Role: "member"}, w.as(admin))
		refused(t, "an owner who has not come yet", err, identity.Forbidden, "Owner")
		if _, err := w.accounts.OpenLink(ctx, word(link), w.client()); err != nil {
			t.Errorf("the owner's own link: %v", err)
		}
	})
}

func TestNobodyOutsideMakesAnOwnerBesideOneWhoHasComeUnseen(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		vendor := operator
		vendor.Source = "console"
		_, link, err := w.accounts.Founder(ctx, w.acme, "boss@x.example", "", vendor)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := w.accounts.Founder(ctx, w.acme, "other@x.example", "", vendor); err != nil {
			t.Errorf("while none has come: %v", err)
		}
		if _, err := w.accounts.Join(ctx, word(link), "Bo Ss", good, w.client()); err != nil {
			t.Fatal(err)
		}
		for _, address := range []string{"vera@vendor.example", "other@x.example"} {
			_, _, err = w.accounts.Founder(ctx, w.acme, address, "", vendor)
			refused(t, address, err, identity.Taken, "command line")
		}
		if _, _, err := w.accounts.Founder(ctx, w.beta, "vera@vendor.example", "", vendor); err != nil {
			t.Errorf("another workspace, without an owner: %v", err)
		}
		if got := w.mailed("boss@x.example"); len(got) != 0 {
			t.Errorf("mailed before anything was done: %+v", got)
		}
		if _, _, err := w.accounts.Founder(ctx, w.acme, "vera@vendor.example", "", operator); err != nil {
			t.Fatal(err)
		}
		if got := w.mailed("boss@x.example"); len(got) != 1 || !strings.Contains(got[0].Text, "vera@vendor.example") {
			t.Errorf("the owner is told %+v", got)
		}
	})
}

func TestASetupLinkLivesForThirtyDaysAtMost(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		l, link, err := w.accounts.IssueSetup(ctx, w.acme, w.con[w.acme], 365*24*time.Hour, operator)
		if err != nil || l.Expires.After(w.now().Add(30*24*time.Hour)) {
			t.Fatalf("%v %v", l.Expires, err)
		}
		w.pass(30 * 24 * time.Hour)
		_, err = w.accounts.OpenSetup(ctx, word(link), w.client())
		refused(t, "after thirty days", err, identity.NotFound, "")
	})
}

func TestALinkEndsWithTheAddressThatItWasMadeFor(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		f := w.join(w.acme, "someone@x.example")
		secret := w.invite(w.acme, "wrong@x.example")
		w.rename(w.acme, "wrong@x.example", "right@x.example")
		_, err := w.accounts.OpenLink(ctx, secret, w.client())
		refused(t, "opening it", err, identity.NotFound, "")
		_, err = w.accounts.Join(ctx, secret, "", good, w.client())
		refused(t, "joining", err, identity.NotFound, "")
		_, err = w.accounts.JoinAs(ctx, secret, w.live(f.Secret), w.client())
		refused(t, "joining as somebody", err, identity.NotFound, "")
		if all, err := w.accounts.Links(ctx, w.acme); err != nil || all[len(all)-1].Revoked.IsZero() {
			t.Errorf("it is listed as living: %+v %v", all, err)
		}
		if _, err := w.accounts.Join(ctx, w.invite(w.acme, "right@x.example"), "", good, w.client()); err != nil {
			t.Errorf("the right one joins: %v", err)
		}

		secret = w.invite(w.acme, "gone@x.example")
		w.active(w.acme, "gone@x.example", false)
		w.active(w.acme, "gone@x.example", true)
		_, err = w.accounts.Join(ctx, secret, "", good, w.client())
		refused(t, "from before the member was inactive", err, identity.NotFound, "")
	})
}

// Whatever ends links, the commit that uses one asks whose address it is.
func TestALinkBindsOnlyTheAddressThatItWasMadeFor(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		secret := w.invite(w.acme, "wrong@x.example")
		m := w.member(w.acme, "wrong@x.example")
		m.Address = "right@x.example"
		if err := w.db.Write(ctx, w.acme, func(tx *store.Tx) error {
			return tx.MoveMember(ctx, &m, "wrong@x.example", "")
		}); err != nil {
			t.Fatal(err)
		}
		_, err := w.accounts.OpenLink(ctx, secret, w.client())
		refused(t, "opening it", err, identity.NotFound, "")
		_, err = w.accounts.Join(ctx, secret, "", good, w.client())
		refused(t, "joining", err, identity.NotFound, "")
	})
}

func TestOnlyAnOwnerMakesAnOwner(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		w.join(w.acme, "admin@x.example")
		w.join(w.acme, "owner@x.example")
		w.join(w.beta, "elsewhere@x.example")
		admin, owner := w.with(w.acme, "admin@x.example", "admin"), w.with(w.acme, "owner@x.example", "owner")
		elsewhere := w.with(w.beta, "elsewhere@x.example", "owner")
		ask := func(role string, by identity.Member) error {
			_, err := w.accounts.Invite(ctx, w.acme, directory.Newcomer{Address: "new@x.example", Role: role}, w.as(by))
			return err
		}
		refused(t, "an administrator makes an owner", ask("owner", admin), identity.Forbidden, "Owner")
		refused(t, "another workspace's owner makes one", ask("owner", elsewhere), identity.Forbidden, "Owner")
		if _, found, err := w.db.Read(w.acme).MemberByAddress(ctx, "new@x.example"); err != nil || found {
			t.Errorf("somebody was added: %v", err)
		}
		_, _, err := w.accounts.Founder(ctx, w.acme, "new@x.example", "", w.as(admin))
		refused(t, "by a founder's link", err, identity.Forbidden, "Owner")
		if err := ask("owner", owner); err != nil {
			t.Errorf("an owner makes one: %v", err)
		}
		if _, err := w.accounts.Invite(ctx, w.acme, directory.Newcomer{Address: "other@x.example", Role: "admin"}, w.as(admin)); err != nil {
			t.Errorf("an administrator invites an administrator: %v", err)
		}
	})
}
