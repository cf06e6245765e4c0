package account

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/store"
)

// Attempt is somebody who signs in with an e-mail address and a password.
type Attempt struct {
	Address, Password string
	Client            Client
}

// errWrong is what a wrong password, an unknown address and an account without a
// password get: one answer, after the same time.
var errWrong = identity.Errorf(identity.Unauthenticated, "", "the e-mail address or the password is wrong")

// errNowhere is for somebody who has shown the right password.
var errNowhere = identity.Errorf(identity.Forbidden, "", "your account is not active anywhere at present; ask an administrator")

// CodeNeeded says that the password was right and a code of the second factor
// is needed. It unwraps to identity.Unauthenticated.
type CodeNeeded struct {
	Ticket string // for SecondFactor; five minutes. "" of a Prove
	err    *identity.Error
}

func (e *CodeNeeded) Error() string { return e.err.Error() }

// Unwrap gives the error as others are.
func (e *CodeNeeded) Unwrap() error { return e.err }

const ticketLife = 5 * time.Minute

// ticket is what a browser carries between two steps, sealed.
type ticket struct {
	Person  identity.PersonID `json:"p"`
	Kept    string            `json:"k"` // digest of the password's digest: a change ends the ticket
	Address string            `json:"a"` // that was typed
	Expires int64             `json:"e"` // microseconds
}

const purposeFactor = "second factor"

// SignIn begins a session. The error is identity.Unauthenticated when address
// and password do not belong together, a CodeNeeded when there is a second
// factor, a Throttled, or identity.Forbidden for somebody who is inactive
// everywhere, and where the product does without passwords.
func (s *Service) SignIn(ctx context.Context, a Attempt) (Fresh, error) {
	p, err := s.verify(ctx, a)
	if err != nil {
		return Fresh{}, err
	}
	if err := s.needReach(ctx, &p); err != nil {
		return Fresh{}, err
	}
	if p.TOTP != "" {
		return Fresh{}, s.askForCode(&p, a.Address)
	}
	return s.open(ctx, &p, a)
}

// open begins a session of its own, unless the password has changed since it was
// checked. A second factor that has come meanwhile is asked for.
func (s *Service) open(ctx context.Context, seen *identity.Person, a Attempt) (f Fresh, err error) {
	err = s.write(ctx, func(tx *store.Tx) error {
		p, same, err := tx.HoldPerson(ctx, seen.ID, seen.Password)
		if err != nil || !same {
			return firstError(err, errWrong)
		}
		if p.TOTP != "" {
			return s.askForCode(&p, a.Address)
		}
		if err := s.follow(ctx, tx, &p, a.Address); err != nil {
			return err
		}
		f, err = s.begin(ctx, tx, p.ID, identity.ByPassword, a.Client)
		return err
	})
	return f, err
}

// needReach refuses somebody who would reach nothing by a credential of ours: with
// the field FieldSSO where that is because of an identity provider.
func (s *Service) needReach(ctx context.Context, p *identity.Person) error {
	all, err := s.Memberships(ctx, p.ID)
	if err != nil || p.Operator {
		return err
	}
	return s.reachable(all)
}

// reachable is needReach of memberships that were read.
func (s *Service) reachable(all []identity.Membership) error {
	now := s.store.Now()
	reached, ask := sorted(all, &identity.Session{Created: now}, now)
	switch {
	case len(reached) > 0:
		return nil
	case len(ask) > 0:
		return errProvider(ask)
	}
	return errNowhere
}

// errProvider tells somebody who has shown who they are that their workspaces sign
// people in through their identity providers.
func errProvider(ask []identity.Membership) error {
	names := make([]string, len(ask))
	for i, m := range ask {
		names[i] = m.Name
	}
	e := identity.Errorf(identity.Forbidden, FieldSSO, "%s signs you in through its own identity provider, and not with a password, a passkey or a link; choose single sign-on on the sign-in page (%s)", strings.Join(names, " and "), explain.RequireRefused)
	e.Err = explain.Refuse(explain.RequireRefused, "a sign-in through the identity provider", "a credential of ours")
	return e
}

// verify checks an address and a password, in the same time whether or not
// there is such an account, and renews the kept digest when today's cost is
// another one.
func (s *Service) verify(ctx context.Context, a Attempt) (identity.Person, error) {
	if err := s.needPassword(); err != nil {
		return identity.Person{}, err
	}
	if err := s.throttle.from(a.Client.Remote); err != nil {
		return identity.Person{}, err
	}
	if len(a.Password) > longestTyped || len(a.Address) > longestTyped {
		return identity.Person{}, errWrong
	}
	key := identity.Fold(a.Address)
	if err := s.throttle.password(key, a.Client.Remote); err != nil {
		return identity.Person{}, err
	}
	all, err := s.candidates(ctx, key)
	if err != nil {
		return identity.Person{}, err
	}
	for _, seen := range all {
		if p, err := s.checked(ctx, seen, a.Password); !errors.Is(err, errWrong) {
			return p, err
		}
	}
	return identity.Person{}, errWrong
}

const longestTyped = 4 * LongestPassword // bytes of what is looked at at all

// known is verify of somebody who is signed in, whatever address is the person's.
func (s *Service) known(ctx context.Context, l *Live, password string, c Client) (identity.Person, error) {
	if err := s.needPassword(); err != nil {
		return identity.Person{}, err
	}
	if err := s.throttle.from(c.Remote); err != nil {
		return identity.Person{}, err
	}
	if len(password) > longestTyped {
		return identity.Person{}, errWrong
	}
	if err := s.throttle.take(s.throttle.session, string(l.Session.ID)); err != nil {
		return identity.Person{}, err
	}
	p, _, err := s.store.Person(ctx, l.Person.ID)
	if err != nil {
		return p, err
	}
	return s.checked(ctx, p, password)
}

// checked checks a person's password; errWrong when it is another one.
func (s *Service) checked(ctx context.Context, p identity.Person, password string) (identity.Person, error) {
	ok, stale, err := s.passwords.check(ctx, p.Password, password)
	if err == nil && !ok {
		err = errWrong
	}
	if err != nil {
		return identity.Person{}, err
	}
	if stale {
		err = s.renew(ctx, &p, password)
	}
	return p, err
}

// renew keeps the password at today's cost. One that was changed meanwhile is
// wrong now.
func (s *Service) renew(ctx context.Context, p *identity.Person, password string) error {
	kept, err := s.passwords.hash(ctx, password)
	if err != nil {
		return err
	}
	err = s.write(ctx, func(tx *store.Tx) error {
		ok, err := tx.SetPassword(ctx, p.ID, p.Password, kept)
		if err != nil || !ok {
			return firstError(err, errWrong)
		}
		return nil
	})
	if err == nil {
		p.Password = kept
	}
	return err
}

// sealed makes a ticket.
func (s *Service) sealed(purpose string, v any) string {
	text, err := json.Marshal(v)
	if err != nil { // of our own types none fails
		return ""
	}
	return s.box.Seal(purpose, string(text))
}

var errTicket = identity.Errorf(identity.Unauthenticated, "", "that took too long, or was used already; begin again")

func (s *Service) unsealed(purpose, sealed string, v any) error {
	text, err := s.box.Open(purpose, sealed)
	if err != nil || json.Unmarshal([]byte(text), v) != nil {
		return errTicket
	}
	return nil
}

func (s *Service) askForCode(p *identity.Person, address string) error {
	t := ticket{p.ID, digest(p.Password), address, s.store.Now().Add(ticketLife).UnixMicro()}
	return &CodeNeeded{s.sealed(purposeFactor, t), errNoCode}
}

var errNoCode = identity.Errorf(identity.Unauthenticated, "code", "type the code of your authenticator app, or a recovery code")

// SecondFactor begins a session with the ticket of a CodeNeeded and a code of
// the authenticator app, or a recovery code. Each code works once.
func (s *Service) SecondFactor(ctx context.Context, sealed, code string, c Client) (f Fresh, err error) {
	seen, address, err := s.ofTicket(ctx, sealed, c)
	if err != nil {
		return f, err
	}
	if err := s.needReach(ctx, &seen); err != nil {
		return f, err
	}
	err = s.withCode(ctx, "", code, func(tx *store.Tx) (p identity.Person, err error) {
		p, same, err := tx.HoldPerson(ctx, seen.ID, seen.Password)
		if err != nil || !same || p.TOTP == "" {
			err = firstError(err, errTicket)
		}
		return p, err
	}, func(tx *store.Tx, p *identity.Person, how identity.Method) error {
		if err := s.follow(ctx, tx, p, address); err != nil {
			return err
		}
		f, err = s.begin(ctx, tx, p.ID, how, c)
		return err
	})
	return f, err
}

// ofTicket gives the person that a ticket was sealed for, if it still counts, and
// the address that was typed.
func (s *Service) ofTicket(ctx context.Context, sealed string, c Client) (identity.Person, string, error) {
	var t ticket
	if err := s.throttle.from(c.Remote); err != nil {
		return identity.Person{}, "", err
	}
	if err := s.unsealed(purposeFactor, sealed, &t); err != nil {
		return identity.Person{}, "", err
	}
	p, found, err := s.store.Person(ctx, t.Person)
	if err != nil {
		return p, "", err
	}
	if !found || s.store.Now().UnixMicro() >= t.Expires || digest(p.Password) != t.Kept {
		return p, "", errTicket
	}
	return p, t.Address, nil
}
