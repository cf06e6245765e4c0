package signin_test

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/signin"
	"github.com/anteroom-id/anteroom/internal/store"
)

// provenBy adds a connection to a workspace through which an administrator has
// signed in; nobody has when by is "".
func (e *estate) provenBy(ws identity.WorkspaceID, by identity.MemberID) identity.ConnectionID {
	e.t.Helper()
	ctx := e.t.Context()
	c, err := e.people.AddConnection(ctx, ws, "okta", "", byOperator)
	e.must(err)
	on := identity.SignOn{Connection: c.ID, Enabled: true, Protocol: identity.SAML, Version: 1}
	if by != "" {
		on.Proven, on.ProvenBy = e.now(), by
	}
	e.keep(ws, &on)
	return c.ID
}

func (e *estate) keep(ws identity.WorkspaceID, on *identity.SignOn) {
	e.t.Helper()
	e.must(e.db.Write(e.t.Context(), ws, func(tx *store.Tx) error { return tx.SaveSignOn(e.t.Context(), on) }))
}

func (e *estate) require(ws identity.WorkspaceID, mode identity.RequireMode, by identity.Member, people ...identity.MemberID) identity.RequireSSO {
	e.t.Helper()
	r, err := e.s.SetRequire(e.t.Context(), ws, mode, people, e.by(by))
	e.must(err)
	return r
}

func (e *estate) requirement(ws identity.WorkspaceID) signin.Requirement {
	e.t.Helper()
	r, err := e.s.Requirement(e.t.Context(), ws)
	e.must(err)
	return r
}

func TestSSOCannotBeRequiredBeforeAnAdministratorSignedInByIt(t *testing.T) {
	onEach(t, func(t *testing.T, e *estate) {
		ctx := t.Context()
		olga, max := e.joined(e.acme, "olga@acme.example", "owner"), e.joined(e.acme, "max@acme.example", "member")
		gus := e.joined(e.globex, "gus@globex.example", "owner")
		try := func(what string, mode identity.RequireMode) {
			t.Helper()
			_, err := e.s.SetRequire(ctx, e.acme, mode, []identity.MemberID{olga.ID}, e.by(olga))
			toldWith(t, what, err, identity.Forbidden, explain.RequireNotProven)
		}
		e.provenBy(e.globex, gus.ID)
		try("no connection", identity.RequireEveryone)
		con := e.provenBy(e.acme, "")
		try("nobody signed in", identity.RequirePeople)
		e.keep(e.acme, &identity.SignOn{Connection: con, Enabled: true, Proven: e.now(), ProvenBy: max.ID, Version: 2})
		try("not an administrator", identity.RequireEveryone)
		e.keep(e.acme, &identity.SignOn{Connection: con, Proven: e.now(), ProvenBy: olga.ID, Version: 3})
		try("switched off", identity.RequireEveryone)
		e.require(e.acme, identity.RequireReport, olga) // hurts nobody
		e.keep(e.acme, &identity.SignOn{Connection: con, Enabled: true, Proven: e.now(), ProvenBy: olga.ID, Version: 4})
		e.require(e.acme, identity.RequireEveryone, olga)
		if r := e.requirement(e.acme); !r.Pending || r.Proof == nil || r.Proof.Member.ID != olga.ID {
			t.Errorf("it is %+v", r)
		}
	})
}

func TestRequiringSSORevertsByItselfUnlessAnAdministratorSignsIn(t *testing.T) {
	onEach(t, func(t *testing.T, e *estate) {
		ctx := t.Context()
		olga := e.joined(e.acme, "olga@acme.example", "owner")
		before, err := e.login("olga@acme.example")
		e.must(err)
		e.provenBy(e.acme, olga.ID)
		e.require(e.acme, identity.RequireEveryone, olga)
		if !e.reaches(before, e.acme) {
			t.Error("the session of whoever switched it on has ended")
		}
		if _, err := e.login("olga@acme.example"); identity.KindOf(err) != identity.Forbidden {
			t.Errorf("a new sign-in by password: %v", err)
		}
		e.must(e.s.Confirm(ctx, e.acme, olga.ID, false)) // somebody who is no administrator
		e.pass(signin.ConfirmWithin)
		if _, err := e.login("olga@acme.example"); err != nil {
			t.Errorf("after 15 minutes, before any job ran: %v", err)
		}
		letters := len(e.mailed("olga@acme.example"))
		e.must(e.s.Tick(ctx))
		e.must(e.s.Tick(ctx))
		if r := e.requirement(e.acme); r.Rule.Mode != identity.RequireOff {
			t.Errorf("it is %+v", r.Rule)
		}
		got := e.verbs(e.acme)
		if got[len(got)-1] != identity.RequireReverted || got[len(got)-2] == identity.RequireReverted {
			t.Errorf("the log ends with %v", got[len(got)-2:])
		}
		if n := len(e.mailed("olga@acme.example")) - letters; n != 1 {
			t.Errorf("%d letters", n)
		}
	})
}

func TestRequiringSSOStaysOnceAnAdministratorSignedIn(t *testing.T) {
	onEach(t, func(t *testing.T, e *estate) {
		ctx := t.Context()
		olga, max := e.joined(e.acme, "olga@acme.example", "owner"), e.joined(e.acme, "max@acme.example", "member")
		gus := e.joined(e.globex, "gus@globex.example", "owner")
		before, err := e.login("max@acme.example")
		e.must(err)
		con := e.provenBy(e.acme, olga.ID)

		e.require(e.acme, identity.RequirePeople, olga, max.ID) // one stage after the other
		if _, err := e.login("olga@acme.example"); err != nil {
			t.Errorf("who is not named: %v", err)
		}
		if _, err := e.login("max@acme.example"); identity.KindOf(err) != identity.Forbidden {
			t.Errorf("who is named: %v", err)
		}
		e.must(e.s.Confirm(ctx, e.acme, olga.ID, true))
		if e.reaches(before, e.acme) {
			t.Error("a local session from before still reaches")
		}
		e.pass(time.Hour)
		e.must(e.s.Tick(ctx))
		e.require(e.acme, identity.RequireEveryone, olga)
		if _, err := e.login("olga@acme.example"); identity.KindOf(err) != identity.Forbidden {
			t.Errorf("at the next stage: %v", err)
		}
		e.pass(signin.ConfirmWithin) // nobody confirms that stage
		e.must(e.s.Tick(ctx))
		if r := e.requirement(e.acme).Rule; r.Mode != identity.RequirePeople || r.Confirmed.IsZero() {
			t.Errorf("it reverted to %+v", r)
		}
		if _, err := e.login("max@acme.example"); identity.KindOf(err) != identity.Forbidden {
			t.Errorf("who is named, after that: %v", err)
		}
		if _, err := e.login("gus@globex.example"); err != nil || gus.ID == "" {
			t.Errorf("the other workspace: %v", err)
		}
		// Whatever happens to the only connection, nobody is locked out.
		e.keep(e.acme, &identity.SignOn{Connection: con, Version: 2})
		e.must(e.s.Tick(ctx))
		if _, err := e.login("max@acme.example"); err != nil {
			t.Errorf("without a connection in use: %v", err)
		}
	})
}

func TestSwitchingTheRequirementOffIsAlwaysPossible(t *testing.T) {
	t.Parallel()
	e := newEstate(t, t.TempDir())
	olga := e.joined(e.acme, "olga@acme.example", "owner")
	con := e.provenBy(e.acme, olga.ID)
	e.require(e.acme, identity.RequireEveryone, olga)
	e.must(e.s.Confirm(t.Context(), e.acme, olga.ID, true))
	e.keep(e.acme, &identity.SignOn{Connection: con, Enabled: true, Version: 2}) // not proven any more
	e.require(e.acme, identity.RequireOff, olga)
	if _, err := e.login("olga@acme.example"); err != nil {
		t.Errorf("by password: %v", err)
	}
	for what, call := range map[string]func() error{
		"nobody named": func() error {
			_, err := e.s.SetRequire(t.Context(), e.acme, identity.RequirePeople, nil, e.by(olga))
			return err
		},
		"no stage": func() error { _, err := e.s.SetRequire(t.Context(), e.acme, "some", nil, e.by(olga)); return err },
	} {
		if err := call(); identity.KindOf(err) != identity.Invalid {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestAStrangerCannotBeNamed(t *testing.T) {
	t.Parallel()
	e := newEstate(t, t.TempDir())
	olga, gus := e.joined(e.acme, "olga@acme.example", "owner"), e.joined(e.globex, "gus@globex.example", "owner")
	e.provenBy(e.acme, olga.ID)
	_, err := e.s.SetRequire(t.Context(), e.acme, identity.RequirePeople, []identity.MemberID{gus.ID}, e.by(olga))
	if identity.KindOf(err) != identity.NotFound {
		t.Errorf("named: %v", err)
	}
	if err := e.s.Exempt(t.Context(), e.acme, gus.ID, e.now().Add(time.Hour), "x", e.by(olga)); identity.KindOf(err) != identity.NotFound {
		t.Errorf("exempted: %v", err)
	}
	if r := e.requirement(e.acme); r.Rule.Mode != identity.RequireOff || len(r.Named) != 0 {
		t.Errorf("half of it was done: %+v", r)
	}
}

func TestReportOnlyListsWhoWouldBeRefusedAndRefusesNobody(t *testing.T) {
	onEach(t, func(t *testing.T, e *estate) {
		ctx := t.Context()
		olga, max := e.joined(e.acme, "olga@acme.example", "owner"), e.joined(e.acme, "max@acme.example", "member")
		e.joined(e.acme, "ann@acme.example", "member")
		e.joined(e.globex, "gus@globex.example", "owner")
		e.require(e.acme, identity.RequireReport, olga)
		if _, err := e.login("max@acme.example"); err != nil {
			t.Errorf("a report refuses: %v", err)
		}
		e.must(e.s.Exempt(ctx, e.acme, max.ID, e.now().Add(time.Hour), "a contractor", e.by(olga)))
		var names []string
		for after := identity.MemberID(""); ; {
			page, next, err := e.s.WouldBeRefused(ctx, e.acme, false, after, 1)
			e.must(err)
			for _, p := range page {
				names = append(names, p.Member.Address)
				if p.Owner != (p.Member.ID == olga.ID) || p.Unlinked {
					t.Errorf("%+v", p)
				}
			}
			if after = next; next == "" {
				break
			}
		}
		if got := strings.Join(names, " "); got != "olga@acme.example ann@acme.example" && got != "ann@acme.example olga@acme.example" {
			t.Errorf("listed %s", got)
		}
		if r := e.requirement(e.acme); r.Locals != 2 || r.NamedLocals != 0 || r.Linked != 0 || r.Rule.Mode != identity.RequireReport {
			t.Errorf("%+v", r)
		}
	})
}

func TestAnExemptionLetsOnePersonInUntilItEndsByItself(t *testing.T) {
	onEach(t, func(t *testing.T, e *estate) {
		ctx := t.Context()
		olga, max := e.joined(e.acme, "olga@acme.example", "owner"), e.joined(e.acme, "max@acme.example", "member")
		e.provenBy(e.acme, olga.ID)
		e.require(e.acme, identity.RequireEveryone, olga)
		e.must(e.s.Confirm(ctx, e.acme, olga.ID, true))
		exempt := func(d time.Duration, reason string) error {
			return e.s.Exempt(ctx, e.acme, max.ID, e.now().Add(d), reason, e.by(olga))
		}
		toldWith(t, "too long", exempt(signin.LongestExemption+time.Hour, "x"), identity.Invalid, explain.ExemptionTooLong)
		toldWith(t, "over already", exempt(-time.Hour, "x"), identity.Invalid, explain.ExemptionTooLong)
		if err := exempt(time.Hour, " "); identity.KindOf(err) != identity.Invalid {
			t.Errorf("without a reason: %v", err)
		}
		e.must(exempt(time.Hour, "a contractor"))
		fresh, err := e.login("max@acme.example")
		e.must(err)
		if r := e.requirement(e.acme); len(r.Exempt) != 1 || r.Exempt[0].Reason != "a contractor" {
			t.Errorf("listed %+v", r.Exempt)
		}
		e.pass(time.Hour)
		if e.reaches(fresh, e.acme) || len(e.requirement(e.acme).Exempt) != 0 {
			t.Error("it goes on after its end")
		}
		e.must(exempt(time.Hour, "again"))
		e.must(e.s.EndExemption(ctx, e.acme, max.ID, e.by(olga)))
		if _, err := e.login("max@acme.example"); identity.KindOf(err) != identity.Forbidden {
			t.Errorf("after it was ended: %v", err)
		}
		if err := e.s.EndExemption(ctx, e.acme, max.ID, e.by(olga)); identity.KindOf(err) != identity.NotFound {
			t.Errorf("ended twice: %v", err)
		}
		if err := e.s.EndExemption(ctx, e.globex, max.ID, byOperator); identity.KindOf(err) != identity.NotFound {
			t.Errorf("in another workspace: %v", err)
		}
	})
}

func TestARecoveryCodeLetsAnOwnerInOnceAndIntoThisWorkspaceOnly(t *testing.T) {
	onEach(t, func(t *testing.T, e *estate) {
		ctx := t.Context()
		olga := e.joined(e.acme, "olga@acme.example", "owner")
		e.joined(e.acme, "max@acme.example", "member")
		e.joined(e.globex, "gus@globex.example", "owner")
		e.provenBy(e.acme, olga.ID)
		e.require(e.acme, identity.RequireEveryone, olga)
		e.must(e.s.Confirm(ctx, e.acme, olga.ID, true))
		old, err := e.s.IssueRecoveryCodes(ctx, e.acme, e.by(olga))
		e.must(err)
		codes, err := e.s.IssueRecoveryCodes(ctx, e.acme, e.by(olga))
		e.must(err)
		foreign, err := e.s.IssueRecoveryCodes(ctx, e.globex, byOperator)
		e.must(err)
		if len(codes) != signin.RecoveryCodes || len(codes[0]) != 19 {
			t.Fatalf("issued %v", codes)
		}
		for what, c := range map[string][3]string{
			"no code":             {"acme", "olga@acme.example", ""},
			"replaced":            {"acme", "olga@acme.example", old[0]},
			"another workspace's": {"acme", "olga@acme.example", foreign[0]},
			"in another one":      {"globex", "gus@globex.example", codes[0]},
			"no administrator":    {"acme", "max@acme.example", codes[0]},
			"a stranger":          {"acme", "gus@globex.example", codes[0]},
			"no workspace":        {"none", "olga@acme.example", codes[0]},
			"very long":           {"acme", strings.Repeat("a", 500), codes[0]},
		} {
			_, err := e.s.UseRecoveryCode(ctx, c[0], c[1], c[2], e.browser())
			toldWith(t, what, err, identity.Unauthenticated, explain.RecoveryWrong)
		}
		letters := len(e.mailed("olga@acme.example"))
		fresh, err := e.s.UseRecoveryCode(ctx, " ACME ", "Olga@acme.example ", strings.ToUpper(strings.ReplaceAll(codes[0], "-", " ")), e.browser())
		e.must(err)
		if !e.reaches(fresh, e.acme) || fresh.Session.Within != e.acme || fresh.Session.Method != identity.ByRecoveryCode || !fresh.Session.Proved.IsZero() {
			t.Errorf("began %+v", fresh.Session)
		}
		if len(e.mailed("olga@acme.example")) != letters+1 || e.requirement(e.acme).Codes != signin.RecoveryCodes-1 {
			t.Error("it was not mailed, or not counted")
		}
		_, err = e.s.UseRecoveryCode(ctx, "acme", "olga@acme.example", codes[0], e.browser())
		toldWith(t, "used before", err, identity.Unauthenticated, explain.RecoveryWrong)
		e.pass(time.Hour)
		if e.reaches(fresh, e.acme) {
			t.Error("the session lives for more than an hour")
		}
		b := e.browser()
		for range 30 {
			if _, err = e.s.UseRecoveryCode(ctx, "acme", "olga@acme.example", "x", b); identity.KindOf(err) == identity.TooMany {
				return
			}
		}
		t.Errorf("thirty guesses are taken: %v", err)
	})
}

func TestRecoveryCodesAreForWhoHasTheRightsThatTheyGive(t *testing.T) {
	t.Parallel()
	e := newEstate(t, t.TempDir())
	e.joined(e.acme, "olga@acme.example", "owner")
	max := e.joined(e.acme, "max@acme.example", "member")
	_, err := e.s.IssueRecoveryCodes(t.Context(), e.acme, e.by(max))
	toldWith(t, "a member", err, identity.Forbidden, explain.RecoveryNotOwners)
	if r := e.requirement(e.acme); r.Codes != 0 || !r.Issued.IsZero() {
		t.Errorf("codes were issued: %+v", r)
	}
}

func TestAChangeOfTheConnectionThatPeopleHaveToUseLocksNobodyOut(t *testing.T) {
	onEach(t, func(t *testing.T, e *estate) {
		ctx := t.Context()
		olga := e.joined(e.acme, "olga@acme.example", "owner")
		con := e.provenBy(e.acme, olga.ID)
		e.require(e.acme, identity.RequireEveryone, olga)
		e.must(e.s.Confirm(ctx, e.acme, olga.ID, true))
		save := func(by identity.Origin, change func(*identity.SignOn)) error {
			on, err := e.s.SignOn(ctx, e.acme, con)
			e.must(err)
			_, err = e.s.SaveSignOn(ctx, e.acme, con, on.Version, func(o *identity.SignOn) error { change(o); return nil }, by)
			return err
		}
		e.keep(e.acme, &identity.SignOn{Connection: con, Enabled: true, Protocol: identity.OIDC, Proven: e.now(), ProvenBy: olga.ID, Version: 2, OIDC: identity.OIDCSettings{
			Issuer: "https://idp.example.com", ClientID: "a", AuthURL: "https://idp.example.com/a", TokenURL: "https://idp.example.com/t", KeysURL: "https://idp.example.com/k",
		}})
		toldWith(t, "the last one is switched off", save(e.by(olga), func(o *identity.SignOn) { o.Enabled = false }), identity.Forbidden, explain.RequireLastWay)
		e.must(save(e.by(olga), func(o *identity.SignOn) { o.JustInTime = "off" })) // nothing that matters
		if e.requirement(e.acme).Pending {
			t.Error("a change that does not matter asks for a sign-in")
		}
		e.must(save(identity.Origin{Actor: identity.Actor{Kind: identity.ActorSystem}}, func(o *identity.SignOn) { o.OIDC.KeysURL = "https://idp.example.com/keys" }))
		if e.requirement(e.acme).Pending {
			t.Error("what the provider published asks for a sign-in")
		}
		e.keep(e.acme, &identity.SignOn{Connection: con, Enabled: true, Protocol: identity.OIDC, Proven: e.now(), ProvenBy: olga.ID, Version: 2, OIDC: identity.OIDCSettings{
			Issuer: "https://idp.example.com", ClientID: "a", AuthURL: "https://idp.example.com/a", TokenURL: "https://idp.example.com/t", KeysURL: "https://idp.example.com/k",
		}})
		e.must(save(e.by(olga), func(o *identity.SignOn) { o.OIDC.ClientID = "b" }))
		if r := e.requirement(e.acme); !r.Pending || r.Rule.Mode != identity.RequireEveryone {
			t.Errorf("it is %+v", r.Rule)
		}
		e.pass(signin.ConfirmWithin)
		if _, err := e.login("olga@acme.example"); err != nil {
			t.Errorf("locked out by a change: %v", err)
		}
	})
}

func TestOneRecoveryCodeBeginsOneSessionHoweverManyTryItAtOnce(t *testing.T) {
	onEach(t, func(t *testing.T, e *estate) {
		ctx := t.Context()
		e.joined(e.acme, "olga@acme.example", "owner")
		codes, err := e.s.IssueRecoveryCodes(ctx, e.acme, byOperator)
		e.must(err)
		var begun atomic.Int64
		var all sync.WaitGroup
		for range 32 {
			b := e.browser()
			all.Go(func() {
				switch _, err := e.s.UseRecoveryCode(ctx, "acme", "olga@acme.example", codes[0], b); {
				case err == nil:
					begun.Add(1)
				case identity.KindOf(err) != identity.Unauthenticated:
					t.Error(err)
				}
			})
		}
		all.Wait()
		if n := begun.Load(); n != 1 {
			t.Errorf("%d sessions were begun", n)
		}
	})
}
