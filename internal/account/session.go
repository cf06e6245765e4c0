package account

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/store"
)

// Fresh is a session that has just begun, or was given another secret.
type Fresh struct {
	Session identity.Session
	Secret  string // for the cookie; it cannot be had again
}

// Live is a session in use.
type Live struct {
	Session identity.Session
	Person  identity.Person
	Reached []identity.Membership // the workspaces that the session reaches now, by name
	// Ask are the workspaces that the session would reach if it had begun at their
	// identity provider, by name.
	Ask []identity.Membership
}

const seenRest = time.Minute // how exact "last seen" is

// errSignedOut is the one answer for a session that is unknown, ended or too old.
var errSignedOut = identity.Errorf(identity.Unauthenticated, "", "you are signed out; sign in again")

// begin makes a session of ours inside a write, of somebody who has just shown a
// credential, and ends the one that the browser held.
func (s *Service) begin(ctx context.Context, tx *store.Tx, p identity.PersonID, how identity.Method, c Client) (Fresh, error) {
	return s.Begin(ctx, tx, identity.Session{Person: p, Method: how, Proved: s.store.Now()}, c)
}

// Begin makes a session inside a write, and ends the one that the browser held. The
// caller says whose it is, how it began and what it reaches, and may have it end
// earlier than others do. Whether it may begin is for the caller to decide.
func (s *Service) Begin(ctx context.Context, tx *store.Tx, n identity.Session, c Client) (Fresh, error) {
	now, word := s.store.Now(), secret()
	n.ID, n.Hash, n.Agent, n.Remote = identity.NewSessionID(now), digest(word), c.agent(), c.Remote.String()
	n.Created, n.Seen = now, now
	if longest := now.Add(s.conf.Absolute); n.Expires.IsZero() || n.Expires.After(longest) {
		n.Expires = longest
	}
	if err := tx.InsertSession(ctx, &n); err != nil {
		return Fresh{}, err
	}
	if c.Session != "" {
		if err := tx.EndSessionByHash(ctx, digest(c.Session)); err != nil {
			return Fresh{}, err
		}
	}
	return Fresh{n, word}, nil
}

// Check says whose session a secret is, and what it reaches at this moment. The
// error is identity.Unauthenticated for one that is unknown, has ended, or
// reaches nothing any more.
func (s *Service) Check(ctx context.Context, secret string, c Client) (*Live, error) {
	if secret == "" || len(secret) > 128 {
		return nil, errSignedOut
	}
	n, found, err := s.store.SessionByHash(ctx, digest(secret))
	if err != nil {
		return nil, err
	}
	now := s.store.Now()
	if !found || s.ended(&n, now) {
		return nil, errSignedOut
	}
	l := &Live{Session: n}
	if l.Person, found, err = s.store.Person(ctx, n.Person); err != nil || !found {
		return nil, cmp.Or[error](err, errSignedOut)
	}
	if l.Reached, l.Ask, err = s.reached(ctx, &l.Session, now); err != nil {
		return nil, err
	}
	l.Person.Operator = l.Person.Operator && l.local() // no customer's provider makes one of the vendor's people
	if len(l.Reached) == 0 && !l.Person.Operator {
		return nil, errSignedOut
	}
	l.confine()
	if now.Sub(n.Seen) >= seenRest {
		remote := c.Remote.String()
		s.store.Later("", func(tx *store.Tx) error { return tx.TouchSession(context.Background(), n.Hash, now, remote) })
	}
	return l, nil
}

func (s *Service) ended(n *identity.Session, now time.Time) bool {
	return !now.Before(n.Expires) || now.Sub(n.Seen) >= s.conf.Idle
}

// confine hides, from a session that an identity provider began for one workspace,
// what the person is elsewhere: whoever runs that provider could be the person
// there, and nowhere else.
func (l *Live) confine() {
	if l.Session.Within == "" || len(l.Reached) == 0 {
		return
	}
	own := l.Reached[0]
	l.Ask = nil
	l.Person.Address, l.Person.Name = own.Address, own.Called
}

// local reports whether the session began with a credential of ours, so that its
// person may change those.
func (l *Live) local() bool { return l.Session.Within == "" && l.Session.Method.Local() }

// errNotLocal is for whoever would change what a person signs in with here, and
// signed in somewhere else.
var errNotLocal = identity.Errorf(identity.Forbidden, FieldSSO, "you signed in through your organization's identity provider, so there is no password, passkey or code to change here; what you sign in with is changed there")

// Memberships lists the workspaces that a person has a member in, in no order, with
// what each says of signing in through its provider: nothing, where the plan does
// not include that.
func (s *Service) Memberships(ctx context.Context, p identity.PersonID) ([]identity.Membership, error) {
	all, err := s.store.Memberships(ctx, p)
	return s.gated(all), err
}

func (s *Service) gated(all []identity.Membership) []identity.Membership {
	for i := range all {
		m := &all[i]
		if !s.product.Unlocked(m.Plan, m.Entitlements, product.FeatureSSO) {
			m.Linked, m.Require = time.Time{}, identity.RequireSSO{}
		}
	}
	return all
}

// reached lists the workspaces that a session reaches now, by name, and those that
// ask for their identity provider first. A session that its provider's workspace
// cannot answer for elsewhere any more is narrowed.
func (s *Service) reached(ctx context.Context, n *identity.Session, now time.Time) (reached, ask []identity.Membership, err error) {
	all, err := s.Memberships(ctx, n.Person)
	if err == nil {
		err = s.narrow(ctx, n, all, now)
	}
	if err != nil {
		return nil, nil, err
	}
	reached, ask = sorted(all, n, now)
	return reached, ask, nil
}

// narrow confines a session that an identity provider began to the workspace of
// that provider, unless the workspace answers for the person everywhere now: it lets
// the person in itself, and every address of the person lies in a domain that it has
// proven to be its own. A sign-in asks the same when it begins a session; members
// that come later, a domain that goes and somebody who is shut out count at once.
func (s *Service) narrow(ctx context.Context, n *identity.Session, all []identity.Membership, now time.Time) error {
	if n.Connection == "" || n.Within != "" {
		return nil
	}
	if !slices.ContainsFunc(all, func(m identity.Membership) bool { return m.Workspace == n.Home && m.Reached(n, now) }) {
		n.Within = n.Home
		return nil
	}
	own := map[string]bool{}
	for i := range all {
		domain := all[i].Address[strings.LastIndexByte(all[i].Address, '@')+1:]
		if _, asked := own[domain]; !asked {
			d, found, err := s.store.VerifiedDomain(ctx, domain)
			if err != nil {
				return err
			}
			own[domain] = domain != "" && found && d.Workspace == n.Home
		}
		if !own[domain] {
			n.Within = n.Home
			return nil
		}
	}
	return nil
}

// sorted is reached of memberships that were read.
func sorted(all []identity.Membership, n *identity.Session, now time.Time) (reached, ask []identity.Membership) {
	slices.SortFunc(all, func(a, b identity.Membership) int {
		return cmp.Or(cmp.Compare(identity.Fold(a.Name), identity.Fold(b.Name)), cmp.Compare(a.Workspace, b.Workspace))
	})
	for _, m := range all {
		switch why := m.Bars(n, now); {
		case why == identity.NoBarrier:
			reached = append(reached, m)
		case why.SSO():
			ask = append(ask, m)
		}
	}
	return reached, ask
}

// Enter gives the member that a session reaches a workspace through. The first
// time, one who was pending becomes active. A workspace that the session does not
// reach is identity.NotFound, whether it exists or not.
func (s *Service) Enter(ctx context.Context, l *Live, ws identity.WorkspaceID) (identity.Member, error) {
	i := slices.IndexFunc(l.Reached, func(m identity.Membership) bool { return m.Workspace == ws })
	if i < 0 {
		return identity.Member{}, errNoWorkspace(s.product.Words.Workspace)
	}
	id := l.Reached[i].Member
	m, found, err := s.store.Read(ws).Member(ctx, id)
	if err != nil {
		return m, err
	}
	if !found || m.State == identity.Inactive {
		return identity.Member{}, errNoWorkspace(s.product.Words.Workspace)
	}
	if m.State == identity.Pending {
		err = s.store.Write(ctx, ws, func(tx *store.Tx) (err error) {
			m, err = s.directory.Arrive(ctx, tx, id, s.asMember(id))
			return err
		})
	}
	return m, err
}

func errNoWorkspace(word string) error {
	return identity.Errorf(identity.NotFound, "", "there is no such %s", word)
}

// Sessions lists the person's living sessions, newest first. One that reaches a
// single workspace sees those that do the same.
func (s *Service) Sessions(ctx context.Context, l *Live) ([]identity.Session, error) {
	all, err := s.store.Sessions(ctx, l.Person.ID)
	if err != nil {
		return nil, err
	}
	members, err := s.Memberships(ctx, l.Person.ID)
	if err != nil {
		return nil, err
	}
	now := s.store.Now()
	if err := s.narrowAll(ctx, all, members, now); err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(n identity.Session) bool {
		reaches := slices.ContainsFunc(members, func(m identity.Membership) bool { return m.Reached(&n, now) })
		return s.ended(&n, now) || !reaches && !l.Person.Operator || !l.sees(&n)
	})
	slices.Reverse(all)
	return all, nil
}

func (s *Service) narrowAll(ctx context.Context, all []identity.Session, members []identity.Membership, now time.Time) error {
	for i := range all {
		if err := s.narrow(ctx, &all[i], members, now); err != nil {
			return err
		}
	}
	return nil
}

// sees reports whether a session may know of another one of the same person.
func (l *Live) sees(n *identity.Session) bool {
	return l.Session.Within == "" || n.Within == l.Session.Within
}

// SessionsOf lists the living sessions that reach a workspace through one of its
// members, newest first; signs says whether anybody signs in as the member.
func (s *Service) SessionsOf(ctx context.Context, ws identity.WorkspaceID, id identity.MemberID) (living []identity.Session, signs bool, err error) {
	person, signs, err := s.store.Read(ws).PersonOf(ctx, id)
	if err != nil || !signs {
		return nil, signs, err
	}
	members, err := s.Memberships(ctx, person)
	if err != nil {
		return nil, signs, err
	}
	all, err := s.store.Sessions(ctx, person)
	if err != nil {
		return nil, signs, err
	}
	now := s.store.Now()
	if err := s.narrowAll(ctx, all, members, now); err != nil {
		return nil, signs, err
	}
	// Where else the person is, is nobody's business here.
	members = slices.DeleteFunc(members, func(m identity.Membership) bool { return m.Workspace != ws || m.Member != id })
	all = slices.DeleteFunc(all, func(n identity.Session) bool {
		return s.ended(&n, now) || len(members) == 0 || !members[0].Reached(&n, now)
	})
	slices.Reverse(all)
	return all, signs, nil
}

// change runs a write of somebody who is signed in, unless the session has ended
// since it was checked. Nobody else changes the person, whom f is given as it is
// then, until the write is done.
func (s *Service) change(ctx context.Context, l *Live, f func(*store.Tx, *identity.Person) error) error {
	return s.write(ctx, func(tx *store.Tx) error {
		p, err := s.held(ctx, tx, l)
		if err != nil {
			return err
		}
		return f(tx, &p)
	})
}

func (s *Service) held(ctx context.Context, tx *store.Tx, l *Live) (identity.Person, error) {
	p, alive, err := tx.HoldSession(ctx, l.Person.ID, l.Session.Hash)
	if err == nil && !alive {
		err = errSignedOut
	}
	return p, err
}

// End ends one of the person's sessions; another person's is identity.NotFound.
func (s *Service) End(ctx context.Context, l *Live, id identity.SessionID) error {
	return s.change(ctx, l, func(tx *store.Tx, _ *identity.Person) error {
		ended, err := tx.EndSession(ctx, l.Person.ID, id, l.Session.Within)
		if err == nil && !ended {
			err = identity.Errorf(identity.NotFound, "", "that session has ended already")
		}
		return err
	})
}

// EndOthers ends all of the person's sessions but this one, as far as it sees
// them, and says how many.
func (s *Service) EndOthers(ctx context.Context, l *Live) (n int64, err error) {
	err = s.change(ctx, l, func(tx *store.Tx, _ *identity.Person) (err error) {
		n, err = tx.EndSessionsWithin(ctx, l.Person.ID, l.Session.ID, l.Session.Within)
		return err
	})
	return n, err
}

// SignOut ends the session at hand.
func (s *Service) SignOut(ctx context.Context, secret string) error {
	return s.write(ctx, func(tx *store.Tx) error { return tx.EndSessionByHash(ctx, digest(secret)) })
}

// rotate gives a session another secret inside a write, as a change of rights
// asks for, so that a secret that leaked before is worth nothing after.
func (s *Service) rotate(ctx context.Context, tx *store.Tx, l *Live, proved time.Time) (Fresh, error) {
	word := secret()
	ok, err := tx.RotateSession(ctx, l.Session.Hash, digest(word), proved)
	if err == nil && !ok {
		err = errSignedOut
	}
	n := l.Session
	n.Hash, n.Proved = digest(word), proved
	return Fresh{n, word}, err
}

// FieldProof is the field of the error that asks for a credential once more.
const FieldProof = "proof"

// FieldSSO is the field of the error of what the identity provider decides.
const FieldSSO = "sso"

// NeedProof refuses with identity.Forbidden and the field FieldProof unless a
// credential was shown a short while ago: ask for one, then Prove. With the field
// FieldSSO it refuses a session that an identity provider began: whoever runs that
// provider must not be able to put a credential in that outlives it.
func (s *Service) NeedProof(l *Live) error {
	if !l.local() {
		return errNotLocal
	}
	if s.store.Now().Sub(l.Session.Proved) < s.conf.Proof {
		return nil
	}
	return identity.Errorf(identity.Forbidden, FieldProof, "show once more that it is you, with your password or passkey")
}

// Prove takes the password, and the code where there is a second factor, of the
// person who is signed in, and gives the session another secret. A CodeNeeded,
// without a ticket, asks for the code.
func (s *Service) Prove(ctx context.Context, l *Live, password, code string, c Client) (f Fresh, err error) {
	if !l.local() {
		return f, errNotLocal
	}
	seen, err := s.known(ctx, l, password, c)
	if err != nil {
		return f, err
	}
	if seen.TOTP != "" && code == "" {
		return f, &CodeNeeded{"", errNoCode}
	}
	held := func(tx *store.Tx) (identity.Person, error) {
		p, err := s.held(ctx, tx, l)
		if err == nil && p.Password != seen.Password {
			err = errWrong
		}
		return p, err
	}
	rotate := func(tx *store.Tx) error {
		f, err = s.rotate(ctx, tx, l, s.store.Now())
		return err
	}
	if seen.TOTP != "" {
		err = s.withCode(ctx, "", code, held, func(tx *store.Tx, _ *identity.Person, _ identity.Method) error { return rotate(tx) })
		return f, err
	}
	err = s.write(ctx, func(tx *store.Tx) error {
		if p, err := held(tx); err != nil || p.TOTP != "" {
			return firstError(err, &CodeNeeded{"", errNoCode})
		}
		return rotate(tx)
	})
	return f, err
}
