package account

import (
	"context"
	"errors"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/mail"
	"github.com/anteroom-id/anteroom/internal/store"
)

// RequestReset mails a link with which a new password is chosen, when there is
// such an account and a workspace still calls its person by that address; and to
// somebody whose workspaces sign in through their identity providers, why there is
// none. The answer is the same whether there is one or not.
func (s *Service) RequestReset(ctx context.Context, address string, c Client) error {
	if err := s.needPassword(); err != nil {
		return err
	}
	if err := s.throttle.from(c.Remote); err != nil {
		return err
	}
	if _, ok := s.throttle.resets.Allow(digest(identity.Fold(address))); !ok {
		return nil // mails enough have gone to that address
	}
	p, found, err := s.ownerOf(ctx, address)
	if err == nil && !found {
		p, found, err = s.heir(ctx, identity.Fold(address))
	}
	if err != nil {
		return err
	}
	elsewhere := s.needReach(ctx, &p)
	if elsewhere != nil && identity.KindOf(elsewhere) != identity.Forbidden {
		return elsewhere
	}
	if !found || !isSSO(elsewhere) {
		elsewhere = nil
	}
	err = s.write(ctx, func(tx *store.Tx) error { return s.writeReset(ctx, tx, &p, found, elsewhere) })
	s.outbox.Ring()
	return err
}

// writeReset makes a reset and mails its link or, to somebody who signs in through
// a provider, the reason why there is none; for nobody it does the same work, so
// that it takes as long.
func (s *Service) writeReset(ctx context.Context, tx *store.Tx, p *identity.Person, found bool, elsewhere error) error {
	word, now := secret(), s.store.Now()
	until := now.Add(s.conf.Reset)
	letter := mail.Reset(s.product, nobody, s.address("reset", word), until)
	if found && elsewhere == nil {
		if err := tx.InsertReset(ctx, digest(word), p.ID, now, until); err != nil {
			return err
		}
		letter.To = p.Address
		return s.outbox.Post(ctx, tx, letter)
	}
	if _, err := tx.Spend(ctx, digest(word), now); err != nil {
		return err
	}
	if !found {
		return s.outbox.Feign(ctx, tx, letter)
	}
	return s.outbox.Post(ctx, tx, mail.NoReset(s.product, p.Address, elsewhere.Error()))
}

// heir finds who has signed in through an identity provider only, is called by an
// address in every workspace, and has to sign in here since that provider is used
// no longer. The address, if it is nobody's, becomes the account's, which nobody has
// shown to read.
func (s *Service) heir(ctx context.Context, key string) (p identity.Person, found bool, err error) {
	ids, err := s.store.PeopleByMember(ctx, key)
	if err != nil || len(ids) != 1 {
		return p, false, err
	}
	if p, found, err = s.store.Person(ctx, ids[0]); err != nil || !found || p.Password != "" || s.needReach(ctx, &p) != nil {
		return p, false, err
	}
	err = s.write(ctx, func(tx *store.Tx) error {
		found = false
		all, err := tx.Memberships(ctx, p.ID)
		if err != nil {
			return err
		}
		address, named := calledEverywhere(all, key)
		if !named {
			return nil
		}
		if _, taken, err := s.claim(ctx, tx, address); err != nil || taken {
			return err
		}
		p.Address, p.Verified = address, false
		found, err = tx.MoveAddress(ctx, p.ID, address)
		return err
	})
	return p, found, err
}

const nobody = "nobody.in.particular@example.com" // is not written to

var errReset = identity.Errorf(identity.NotFound, "", "this link was used already, or is too old; ask for another one")

// ForReset gives the address of the account that a reset link is for, for the
// page that asks for the new password.
func (s *Service) ForReset(ctx context.Context, word string) (string, error) {
	p, found, err := s.store.PersonByReset(ctx, digest(word), s.store.Now())
	if err != nil || !found {
		return "", firstError(err, errReset)
	}
	return p.Address, nil
}

// Redeem sets a new password with a reset link and ends every session of the
// person. A second factor stays: it is asked for at the next sign-in. Of somebody
// who has never shown to read the address's mail, whatever else signs in goes
// with it, since somebody else may have put it there.
func (s *Service) Redeem(ctx context.Context, word, password string, c Client) error {
	if err := s.needPassword(); err != nil {
		return err
	}
	if err := s.throttle.from(c.Remote); err != nil {
		return err
	}
	p, found, err := s.store.PersonByReset(ctx, digest(word), s.store.Now())
	if err != nil || !found {
		return firstError(err, errReset)
	}
	if err := s.checkRules(password, p.Address); err != nil {
		return err
	}
	kept, err := s.passwords.hash(ctx, password)
	if err != nil {
		return err
	}
	err = s.write(ctx, func(tx *store.Tx) error { return s.redeem(ctx, tx, word, &p, kept) })
	if err == nil {
		s.throttle.forgive(identity.Fold(p.Address), c.Remote)
	}
	s.outbox.Ring()
	return err
}

// redeem uses a reset link up, unless the address that it was mailed to is
// somebody else's by now.
func (s *Service) redeem(ctx context.Context, tx *store.Tx, word string, seen *identity.Person, kept string) error {
	p, same, err := tx.HoldPerson(ctx, seen.ID, seen.Password)
	if err != nil || !same || p.Address != seen.Address {
		return firstError(err, errReset)
	}
	if held, err := s.holds(ctx, tx, &p); err != nil || !held {
		return firstError(err, errReset)
	}
	all, err := tx.Memberships(ctx, p.ID)
	if err != nil {
		return err
	}
	if err := s.reachable(s.gated(all)); isSSO(err) {
		return err
	}
	used, err := tx.UseReset(ctx, digest(word), p.ID, s.store.Now())
	if err != nil || !used {
		return firstError(err, errReset)
	}
	return s.replace(ctx, tx, &p, kept)
}

// replace sets a password after a reset.
func (s *Service) replace(ctx context.Context, tx *store.Tx, p *identity.Person, kept string) error {
	ok, err := tx.SetPassword(ctx, p.ID, p.Password, kept)
	if err != nil || !ok {
		return firstError(err, errReset)
	}
	if _, err := tx.EndSessions(ctx, p.ID, ""); err != nil {
		return err
	}
	if !p.Verified {
		if err := tx.RemoveTOTP(ctx, p.ID); err != nil {
			return err
		}
		if err := tx.DeletePasskeys(ctx, p.ID); err != nil {
			return err
		}
		if err := tx.SetVerified(ctx, p.ID); err != nil {
			return err
		}
	}
	return s.notice(ctx, tx, p, "A new password was set for your account")
}

// isSSO reports whether an error is of the field FieldSSO.
func isSSO(err error) bool {
	var own *identity.Error
	return errors.As(err, &own) && own.Field == FieldSSO
}

// ChangePassword sets another password for somebody who is signed in and knows
// the old one, and ends all other sessions. Who has none yet gives "" and needs a
// recent proof. Where there is a second factor the password alone proves nothing.
func (s *Service) ChangePassword(ctx context.Context, l *Live, old, password string, c Client) (f Fresh, err error) {
	if err := s.needPassword(); err != nil {
		return f, err
	}
	if !l.local() {
		return f, errNotLocal
	}
	p := l.Person
	if p.Password == "" {
		err = s.NeedProof(l)
	} else if p, err = s.known(ctx, l, old, c); errors.Is(err, errWrong) {
		err = identity.Errorf(identity.Invalid, "old", "the present password is wrong")
	}
	if err != nil {
		return f, err
	}
	if err := s.checkRules(password, p.Address); err != nil {
		return f, err
	}
	kept, err := s.passwords.hash(ctx, password)
	if err != nil {
		return f, err
	}
	err = s.change(ctx, l, func(tx *store.Tx, now *identity.Person) error {
		ok, err := tx.SetPassword(ctx, p.ID, p.Password, kept)
		if err != nil || !ok {
			return firstError(err, identity.Errorf(identity.Invalid, "old", "the password was changed meanwhile"))
		}
		if _, err := tx.EndSessions(ctx, p.ID, l.Session.ID); err != nil {
			return err
		}
		if err := s.notice(ctx, tx, now, "Your password was changed"); err != nil {
			return err
		}
		proved := l.Session.Proved
		if now.TOTP == "" {
			proved = s.store.Now()
		}
		f, err = s.rotate(ctx, tx, l, proved)
		return err
	})
	s.outbox.Ring()
	return f, err
}
