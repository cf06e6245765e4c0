package account

import (
	"context"
	"strings"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/mail"
	"github.com/anteroom-id/anteroom/internal/store"
)

// Operator makes the person of an address one of the vendor's own people, who
// sees every workspace's plan and no member's data, and gives the address of a
// one-time link with which the person chooses a password. Whatever signed in
// before goes when nobody has shown to read the address's mail: somebody else may
// have put it there.
func (s *Service) Operator(ctx context.Context, address, name string) (link string, err error) {
	if err := s.needPassword(); err != nil {
		return "", err
	}
	address = strings.TrimSpace(address)
	if err := mail.CheckAddress(address); err != nil {
		return "", &identity.Error{Kind: identity.Invalid, Field: "address", Msg: "give one e-mail address, for instance maria@example.com", Err: err}
	}
	word, now := secret(), s.store.Now()
	err = s.write(ctx, func(tx *store.Tx) error {
		p, found, err := s.claim(ctx, tx, address)
		if err != nil {
			return err
		}
		if !found {
			p = identity.Person{ID: identity.NewPersonID(now), Address: address, Name: name, Created: now}
			if _, err := tx.InsertPerson(ctx, &p); err != nil {
				return err
			}
		} else if !p.Verified {
			if err := tx.Disarm(ctx, p.ID); err != nil {
				return err
			}
		}
		if err := tx.SetOperator(ctx, p.ID, true); err != nil {
			return err
		}
		return tx.InsertReset(ctx, digest(word), p.ID, now, now.Add(s.conf.OwnerLink))
	})
	return s.address("reset", word), err
}

// Resign takes the rights of an operator away, and every session with them. An
// address that is no operator's is identity.NotFound.
func (s *Service) Resign(ctx context.Context, address string) error {
	return s.write(ctx, func(tx *store.Tx) error {
		p, found, err := tx.Person(ctx, identity.Fold(strings.TrimSpace(address)))
		if err != nil || !found || !p.Operator {
			return firstError(err, identity.Errorf(identity.NotFound, "address", "%s is no operator", address))
		}
		if err := tx.SetOperator(ctx, p.ID, false); err != nil {
			return err
		}
		_, err = tx.EndSessions(ctx, p.ID, "")
		return err
	})
}

// Rename changes what a person is called in the own account; the members that
// are the person's keep their names.
func (s *Service) Rename(ctx context.Context, l *Live, name string) error {
	if !l.local() {
		return errNotLocal
	}
	name = strings.TrimSpace(name)
	if name == "" || len(name) > 200 || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' }) {
		return identity.Errorf(identity.Invalid, "name", "give a name of one line, of at most 200 characters")
	}
	return s.change(ctx, l, func(tx *store.Tx, p *identity.Person) error { return tx.SetPersonName(ctx, p.ID, name) })
}
