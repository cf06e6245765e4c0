package account

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
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
}

const seenRest = time.Minute // how exact "last seen" is

// errSignedOut is the one answer for a session that is unknown, ended or too old.
var errSignedOut = identity.Errorf(identity.Unauthenticated, "", "you are signed out; sign in again")

// begin makes a session inside a write, and ends the one that the browser held.
func (s *Service) begin(ctx context.Context, tx *store.Tx, p identity.PersonID, how identity.Method, c Client) (Fresh, error) {
	now, word := s.store.Now(), secret()
	n := identity.Session{
		ID: identity.NewSessionID(now), Hash: digest(word), Person: p, Method: how, Agent: c.agent(), Remote: c.Remote.String(),
		Created: now, Proved: now, Seen: now, Expires: now.Add(s.conf.Absolute),
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
	if l.Reached, err = s.reached(ctx, n.Person, n.Created); err != nil {
		return nil, err
	}
	if len(l.Reached) == 0 && !l.Person.Operator {
		return nil, errSignedOut
	}
	if now.Sub(n.Seen) >= seenRest {
		remote := c.Remote.String()
		s.store.Later("", func(tx *store.Tx) error { return tx.TouchSession(context.Background(), n.Hash, now, remote) })
	}
	return l, nil
}

func (s *Service) ended(n *identity.Session, now time.Time) bool {
	return !now.Before(n.Expires) || now.Sub(n.Seen) >= s.conf.Idle
}

// reached lists the workspaces that a session of the person, begun at a time,
// reaches now.
func (s *Service) reached(ctx context.Context, p identity.PersonID, began time.Time) ([]identity.Membership, error) {
	all, err := s.store.Memberships(ctx, p)
	all = slices.DeleteFunc(all, func(m identity.Membership) bool { return !m.Reached(began) })
	slices.SortFunc(all, func(a, b identity.Membership) int {
		return cmp.Or(cmp.Compare(identity.Fold(a.Name), identity.Fold(b.Name)), cmp.Compare(a.Workspace, b.Workspace))
	})
	return all, err
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

// Sessions lists the person's living sessions, newest first.
func (s *Service) Sessions(ctx context.Context, l *Live) ([]identity.Session, error) {
	all, err := s.store.Sessions(ctx, l.Person.ID)
	if err != nil {
		return nil, err
	}
	members, err := s.store.Memberships(ctx, l.Person.ID)
	now := s.store.Now()
	all = slices.DeleteFunc(all, func(n identity.Session) bool {
		reaches := slices.ContainsFunc(members, func(m identity.Membership) bool { return m.Reached(n.Created) })
		return s.ended(&n, now) || !reaches && !l.Person.Operator
	})
	slices.Reverse(all)
	return all, err
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
		ended, err := tx.EndSession(ctx, l.Person.ID, id)
		if err == nil && !ended {
			err = identity.Errorf(identity.NotFound, "", "that session has ended already")
		}
		return err
	})
}

// EndOthers ends all of the person's sessions but this one, and says how many.
func (s *Service) EndOthers(ctx context.Context, l *Live) (n int64, err error) {
	err = s.change(ctx, l, func(tx *store.Tx, _ *identity.Person) (err error) {
		n, err = tx.EndSessions(ctx, l.Person.ID, l.Session.ID)
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

// NeedProof refuses with identity.Forbidden and the field FieldProof unless a
// credential was shown a short while ago: ask for one, then Prove.
func (s *Service) NeedProof(l *Live) error {
	if s.store.Now().Sub(l.Session.Proved) < s.conf.Proof {
		return nil
	}
	return identity.Errorf(identity.Forbidden, FieldProof, "show once more that it is you, with your password or passkey")
}

// Prove takes the password, and the code where there is a second factor, of the
// person who is signed in, and gives the session another secret. A CodeNeeded,
// without a ticket, asks for the code.
func (s *Service) Prove(ctx context.Context, l *Live, password, code string, c Client) (f Fresh, err error) {
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
