package account

import (
	"context"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/mail"
	"github.com/anteroom-id/anteroom/internal/store"
)

// RequestReset mails a link with which a new password is chosen, when there is
// such an account. The answer is the same whether there is one or not.
func (s *Service) RequestReset(ctx context.Context, address string, c Client) error {
	if err := s.needPassword(); err != nil {
		return err
	}
	if err := s.throttle.from(c.Remote); err != nil {
		return err
	}
	key := identity.Fold(address)
	if _, ok := s.throttle.resets.Allow(digest(key)); !ok {
		return nil // mails enough have gone to that address
	}
	p, found, err := s.store.PersonByAddress(ctx, key)
	if err != nil {
		return err
	}
	word, now := secret(), s.store.Now()
	err = s.write(ctx, func(tx *store.Tx) error {
		if !found { // a row as well, so that it takes as long
			_, err := tx.Spend(ctx, digest(word), now)
			return err
		}
		until := now.Add(s.conf.Reset)
		if err := tx.InsertReset(ctx, digest(word), p.ID, now, until); err != nil {
			return err
		}
		return s.outbox.Post(ctx, tx, mail.Reset(s.product, p.Address, s.address("reset", word), until))
	})
	s.outbox.Ring()
	return err
}

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
	err = s.write(ctx, func(tx *store.Tx) error {
		ok, err := tx.UseReset(ctx, digest(word), p.ID, s.store.Now())
		if err != nil || !ok {
			return firstError(err, errReset)
		}
		return s.replace(ctx, tx, &p, kept)
	})
	s.outbox.Ring()
	return err
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

// ChangePassword sets another password for somebody who is signed in and knows
// the old one, and ends all other sessions. Who has none yet gives "" and needs a
// recent proof.
func (s *Service) ChangePassword(ctx context.Context, l *Live, old, password string, c Client) (f Fresh, err error) {
	if err := s.needPassword(); err != nil {
		return f, err
	}
	p := l.Person
	if p.Password == "" {
		err = s.NeedProof(l)
	} else if p, err = s.verify(ctx, Attempt{Address: p.Address, Password: old, Client: c}); err != nil && identity.KindOf(err) == identity.Unauthenticated {
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
	err = s.write(ctx, func(tx *store.Tx) error {
		ok, err := tx.SetPassword(ctx, p.ID, p.Password, kept)
		if err != nil || !ok {
			return firstError(err, identity.Errorf(identity.Invalid, "old", "the password was changed meanwhile"))
		}
		if _, err := tx.EndSessions(ctx, p.ID, l.Session.ID); err != nil {
			return err
		}
		if err := s.notice(ctx, tx, &p, "Your password was changed"); err != nil {
			return err
		}
		f, err = s.rotate(ctx, tx, l, s.store.Now())
		return err
	})
	s.outbox.Ring()
	return f, err
}
