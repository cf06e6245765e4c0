package signin

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/mail"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/store"
)

// ConfirmWithin is how long an administrator has to sign in through the provider
// after requiring it was switched on, or widened, until that reverts by itself.
const ConfirmWithin = 15 * time.Minute

const mostNamed = 500 // people whom a workspace names

// Proof is the sign-in that lets a workspace require its provider.
type Proof struct {
	Connection identity.ConnectionID
	Member     identity.Member
	At         time.Time
}

// Requirement is how far a workspace requires its provider, and for whom.
type Requirement struct {
	Rule    identity.RequireSSO // that counts now
	Pending bool                // reverts at Rule.Until unless an administrator signs in
	Proof   *Proof              // nil while nobody has shown that the provider works
	Named   []identity.Member
	Exempt  []Exemption
	// Locals sign in with a credential of ours today, and NamedLocals of the named
	// people; both would be refused. Linked sign in through the provider.
	Locals, NamedLocals, Linked int64
	Codes                       int64     // recovery codes that were not used
	Issued                      time.Time // the codes; zero: there never were any
}

// Requirement reads how far a workspace requires its provider.
func (s *Service) Requirement(ctx context.Context, ws identity.WorkspaceID) (out Requirement, err error) {
	r, now := s.conf.Store.Read(ws), s.conf.Store.Now()
	rule, err := r.RequireSSO(ctx)
	if err != nil {
		return out, err
	}
	out.Rule = rule.At(now)
	out.Pending = out.Rule.Pending(now)
	lapsed := lapsed(&rule, now)
	if out.Proof, err = s.proof(ctx, r); err != nil {
		return out, err
	}
	if out.Named, out.Exempt, err = s.singled(ctx, r, now); err != nil {
		return out, err
	}
	out.Named = slices.DeleteFunc(out.Named, func(m identity.Member) bool { return slices.Contains(lapsed, m.ID) })
	for _, c := range []struct {
		to    *int64
		named bool
	}{{&out.Locals, false}, {&out.NamedLocals, true}} {
		if *c.to, err = r.CountLocals(ctx, c.named, now); err != nil {
			return out, err
		}
	}
	if out.Linked, err = r.CountLinked(ctx); err != nil {
		return out, err
	}
	out.Codes, out.Issued, err = r.WorkspaceRecovery(ctx)
	return out, err
}

// singled gives the named people and the exemptions that last.
func (s *Service) singled(ctx context.Context, r *store.Reader, now time.Time) (named []identity.Member, exempt []Exemption, err error) {
	rules, err := r.SSORules(ctx)
	if err != nil {
		return nil, nil, err
	}
	for _, rule := range rules {
		m, found, err := r.Member(ctx, rule.Member)
		if err != nil {
			return nil, nil, err
		}
		if found && rule.Required {
			named = append(named, m)
		}
		if found && now.Before(rule.Exempt) {
			exempt = append(exempt, Exemption{Member: m, Until: rule.Exempt, Reason: rule.Reason, SetBy: rule.SetBy})
		}
	}
	return named, exempt, nil
}

// proof finds the sign-in that shows that a connection in use works as it is set
// up now, of somebody who is an administrator still; nil when there is none.
func (s *Service) proof(ctx context.Context, r *store.Reader) (*Proof, error) {
	all, err := r.SignOns(ctx)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if !all[i].Enabled || all[i].Proven.IsZero() {
			continue
		}
		m, roles, err := s.rights(ctx, r, all[i].ProvenBy)
		if err != nil {
			return nil, err
		}
		if administers(roles) {
			return &Proof{all[i].Connection, m, all[i].Proven}, nil
		}
	}
	return nil, nil
}

// SetRequire says how far a workspace requires its provider; people are the named
// ones of RequirePeople, and otherwise left as they are. Requiring it is refused
// until an administrator has signed in through a connection as it is set up now, and
// naming somebody with more rights than whoever does so is identity.Forbidden.
// Each step to more people, be they named or everyone, reverts to what was before, unless an administrator
// signs in through the provider within ConfirmWithin. Switching it off is always
// possible.
func (s *Service) SetRequire(ctx context.Context, ws identity.WorkspaceID, mode identity.RequireMode, people []identity.MemberID, o identity.Origin) (out identity.RequireSSO, err error) {
	if err := s.mayRequire(ctx, ws, mode, people); err != nil {
		return out, err
	}
	err = s.conf.Store.Write(ctx, ws, func(tx *store.Tx) error {
		before, err := s.standing(ctx, tx)
		if err != nil {
			return err
		}
		if mode.Enforced() {
			if err := s.needProof(ctx, &tx.Reader); err != nil {
				return err
			}
		}
		deltas, added, err := s.name(ctx, tx, mode, people, o)
		if err != nil {
			return err
		}
		now := s.conf.Store.Now()
		out = widened(before, stageOf(before, mode, now), added, now)
		if out.By == "" && o.Actor.Kind == identity.ActorMember {
			out.By = identity.MemberID(o.Actor.ID)
		}
		if before.Mode != out.Mode {
			deltas = append(deltas, identity.Delta{Field: "required", Before: modeWord(before.Mode), After: modeWord(out.Mode)})
		}
		if err := tx.SetRequireSSO(ctx, &out); err != nil || len(deltas) == 0 {
			return err
		}
		return tx.Log(ctx, o, identity.RequireChanged, identity.Subject{Kind: "workspace", ID: string(ws)}, deltas)
	})
	return out, err
}

// mayRequire refuses what needs no transaction to be refused.
func (s *Service) mayRequire(ctx context.Context, ws identity.WorkspaceID, mode identity.RequireMode, people []identity.MemberID) error {
	modes := []identity.RequireMode{identity.RequireOff, identity.RequireReport, identity.RequirePeople, identity.RequireEveryone}
	switch {
	case !slices.Contains(modes, mode):
		return identity.Errorf(identity.Invalid, "mode", "choose one of the stages that are shown")
	case mode == identity.RequirePeople && len(people) == 0:
		return refused(identity.Invalid, "people", explain.Refuse(explain.RequireNobody, "at least one person", "nobody"), "name at least one person; yourself is a good beginning")
	case mode == identity.RequirePeople && len(people) > mostNamed:
		return identity.Errorf(identity.TooMany, "people", "name at most %d; for more, require it of everyone and exempt people", mostNamed)
	case mode == identity.RequireOff:
		return nil
	}
	return s.needFeature(ctx, ws, product.FeatureSSO)
}

func (s *Service) needProof(ctx context.Context, r *store.Reader) error {
	p, err := s.proof(ctx, r)
	if err == nil && p == nil {
		err = refused(identity.Forbidden, "mode", explain.Refuse(explain.RequireNotProven, "a sign-in by an administrator through a connector as it is set up now", "none"),
			"no administrator has signed in through a connector as it is set up now. Do that once, then switch this on: it shows that nobody is locked out")
	}
	return err
}

// stageOf gives the stage that follows from what counts at a time.
func stageOf(in identity.RequireSSO, mode identity.RequireMode, now time.Time) identity.RequireSSO {
	next := identity.RequireSSO{Mode: mode, Since: now}
	switch {
	case mode == in.Mode:
		return in
	case mode == identity.RequireOff:
		return identity.RequireSSO{}
	case !mode.Enforced():
		return next
	case in.Mode == identity.RequireEveryone: // to fewer people
		if in.Before != nil && in.Before.Mode == mode {
			return *in.Before
		}
		next.Confirmed, next.Until, next.Since, next.Before, next.Added = in.Confirmed, in.Until, in.Since, in.Before, in.Added
		return next
	}
	next.Until, next.Added = now.Add(ConfirmWithin), in.Added
	if next.Before = in.Before; in.Mode.Enforced() && !in.Confirmed.IsZero() {
		in.Before = nil
		next.Before = &in
	}
	return next
}

// modeWord is a stage as the change log tells it.
func modeWord(m identity.RequireMode) string {
	return cmp.Or(map[identity.RequireMode]string{identity.RequireReport: "report only", identity.RequirePeople: "of named people", identity.RequireEveryone: "of everyone"}[m], "off")
}

// confirm notes, inside the write of a sign-in through the workspace's provider,
// that requiring it has let an administrator in and stays.
func (s *Service) confirm(ctx context.Context, tx *store.Tx, ws identity.WorkspaceID, member identity.MemberID, isAdmin bool) error {
	if !isAdmin {
		return nil
	}
	rule, err := tx.RequireSSO(ctx)
	now := s.conf.Store.Now()
	if err != nil || !rule.Pending(now) {
		return err
	}
	rule.Confirmed, rule.Before, rule.Added = now, nil, nil
	if err := tx.SetRequireSSO(ctx, &rule); err != nil {
		return err
	}
	o := identity.Origin{Actor: identity.Actor{Kind: identity.ActorMember, ID: string(member)}, Source: "signin", RequestID: identity.NewRequestID(now), At: now}
	return tx.Log(ctx, o, identity.RequireConfirmed, identity.Subject{Kind: "workspace", ID: string(ws)}, nil)
}

// keepWay keeps a change of a connection from locking people out who have to sign
// in through one, inside the write of the change. The last connection in use is not
// switched off while that is so. One that nobody has signed in through since it was
// changed by hand asks for an administrator's sign-in anew, as when requiring it was
// switched on; what a provider's metadata brought does not.
func (s *Service) keepWay(ctx context.Context, tx *store.Tx, before, after *identity.SignOn, o identity.Origin) error {
	now := s.conf.Store.Now()
	rule, err := s.standing(ctx, tx)
	if err != nil || !before.Enabled || !rule.Mode.Enforced() {
		return err
	}
	others, err := tx.SignOns(ctx)
	if err != nil {
		return err
	}
	others = slices.DeleteFunc(others, func(on identity.SignOn) bool { return on.Connection == after.Connection || !on.Enabled })
	if !after.Enabled && len(others) == 0 {
		return refused(identity.Forbidden, "enabled", explain.Refuse(explain.RequireLastWay, "another connector in use", "none"),
			"people have to sign in through this connector, which is the only one in use. Switch Require SSO off first, or set another one up")
	}
	shaken := !before.Proven.IsZero() && after.Proven.IsZero() && o.Actor.Kind != identity.ActorSystem
	if !shaken || slices.ContainsFunc(others, func(on identity.SignOn) bool { return !on.Proven.IsZero() }) {
		return nil
	}
	next := rule
	next.Confirmed, next.Until, next.Before, next.Added = time.Time{}, now.Add(ConfirmWithin), nil, nil
	if err := tx.SetRequireSSO(ctx, &next); err != nil {
		return err
	}
	return tx.Log(ctx, o, identity.RequireChanged, identity.Subject{Kind: "workspace", ID: string(tx.Workspace())}, []identity.Delta{{Field: "until", After: next.Until}})
}

// revertRequired takes back what nobody confirmed in time, which counts no longer
// already, and what has no connection in use, so that nobody is locked out.
func (s *Service) revertRequired(ctx context.Context) error {
	all, err := s.conf.Store.Requiring(ctx)
	var failed []error
	for _, r := range all {
		if r.Rule.Mode.Enforced() {
			failed = append(failed, s.revert(ctx, r.Workspace))
		}
	}
	return errors.Join(append(failed, err)...)
}

const (
	notConfirmed = "no administrator signed in through the identity provider within 15 minutes"
	noConnection = "no connector is in use"
)

// whyRevert says why what a workspace requires is to be taken back, "" when it stays.
func whyRevert(ctx context.Context, r *store.Reader, rule *identity.RequireSSO, now time.Time) (string, error) {
	if !rule.Mode.Enforced() {
		return "", nil
	}
	if !rule.In(now) {
		return notConfirmed, nil
	}
	all, err := r.SignOns(ctx)
	if err == nil && !slices.ContainsFunc(all, func(o identity.SignOn) bool { return o.Enabled }) {
		return noConnection, nil
	}
	return "", err
}

func (s *Service) revert(ctx context.Context, ws identity.WorkspaceID) error {
	r := s.conf.Store.Read(ws)
	rule, err := r.RequireSSO(ctx)
	if err != nil {
		return err
	}
	why, err := whyRevert(ctx, r, &rule, s.conf.Store.Now())
	if err != nil || why == "" {
		return err
	}
	told, err := s.holding(ctx, ws, administers)
	if err != nil {
		return err
	}
	err = s.conf.Store.Write(ctx, ws, func(tx *store.Tx) error { return s.takeBack(ctx, tx, told) })
	s.conf.Outbox.Ring()
	return err
}

// takeBack writes what is taken back, if it still is to be.
func (s *Service) takeBack(ctx context.Context, tx *store.Tx, told []identity.Member) error {
	now := s.conf.Store.Now()
	rule, err := tx.RequireSSO(ctx)
	if err != nil {
		return err
	}
	why, err := whyRevert(ctx, &tx.Reader, &rule, now)
	if err != nil || why == "" {
		return err
	}
	next, err := s.standing(ctx, tx)
	if err != nil {
		return err
	}
	if why == noConnection {
		next = identity.RequireSSO{}
	}
	if err := tx.SetRequireSSO(ctx, &next); err != nil {
		return err
	}
	deltas := []identity.Delta{{Field: "required", Before: modeWord(rule.Mode), After: modeWord(next.Mode)}, {Field: "reason", After: why}}
	if err := tx.Log(ctx, s.bySelf(), identity.RequireReverted, identity.Subject{Kind: "workspace", ID: string(tx.Workspace())}, deltas); err != nil {
		return err
	}
	w, err := tx.Details(ctx)
	if err != nil {
		return err
	}
	return s.post(ctx, tx, told, func(to string) mail.Letter {
		return mail.RequireReverted(s.conf.Product, to, w.Name, why, s.page(&w, "require"))
	})
}

// Refusable is a member who would be refused if the provider were required.
type Refusable struct {
	Member identity.Member
	Owner  bool // may use a recovery code
	// Unlinked says that the member did sign in through a provider once, by a
	// connection that is not in use now; otherwise never.
	Unlinked bool
}

// WouldBeRefused lists up to limit members behind one ("" for the first) who sign in
// with a credential of ours today and could not if the provider were required of
// everybody, or of the named people. Next is the last of them, "" when there are no
// more.
func (s *Service) WouldBeRefused(ctx context.Context, ws identity.WorkspaceID, named bool, after identity.MemberID, limit int) (out []Refusable, next identity.MemberID, err error) {
	r := s.conf.Store.Read(ws)
	found, err := r.Locals(ctx, named, s.conf.Store.Now(), after, limit+1)
	if err != nil {
		return nil, "", err
	}
	if len(found) > limit {
		found = found[:limit]
		next = found[limit-1].Member
	}
	for _, l := range found {
		m, roles, err := s.rights(ctx, r, l.Member)
		if err != nil {
			return nil, "", err
		}
		out = append(out, Refusable{Member: m, Owner: owns(roles), Unlinked: l.Linked})
	}
	return out, next, nil
}

// rights reads the roles from which a member has its rights; none of one who is
// inactive or not there.
func (s *Service) rights(ctx context.Context, r *store.Reader, id identity.MemberID) (identity.Member, []product.Role, error) {
	m, found, err := r.Member(ctx, id)
	if err != nil || !found || m.State == identity.Inactive {
		return m, nil, err
	}
	groups, err := r.GroupsOf(ctx, id)
	return m, s.conf.Directory.Rights(&m, groups), err
}

// owns reports whether roles make somebody an owner.
func owns(roles []product.Role) bool {
	return slices.ContainsFunc(roles, func(r product.Role) bool { return r.Owner })
}
