package account

import (
	"context"
	"encoding/base64"
	"encoding/json"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/store"
)

// People whom an identity provider vouches for have persons, too: one of their own
// each, which no address leads to, so that nobody signs in as one of them here; or
// the person that the member was before it was linked.

// Newcomer makes a person for a member whom an identity provider vouches for, and
// who is nobody's yet, inside a write.
func (s *Service) Newcomer(ctx context.Context, tx *store.Tx, m *identity.Member) (identity.PersonID, error) {
	now := s.store.Now()
	p := identity.Person{ID: identity.NewPersonID(now), Address: m.Address, Name: m.Name(), Created: now}
	if err := tx.InsertUnaddressed(ctx, &p); err != nil {
		return "", err
	}
	bound, err := tx.BindMember(ctx, m, p.ID, now)
	if err == nil && !bound {
		err = identity.Errorf(identity.Unavailable, "", "this %s signs in from somewhere else at this moment; try again", s.product.Words.Member)
	}
	return p.ID, err
}

// HasCredential reports, inside a write, whether a person can show who they are
// here: by a password or a passkey, as far as the product has them.
func (s *Service) HasCredential(ctx context.Context, tx *store.Tx, id identity.PersonID) (bool, error) {
	p, found, err := tx.PersonByID(ctx, id)
	if err != nil || !found || p.Password != "" && s.product.SignIn.Password {
		return found && err == nil, err
	}
	n, err := tx.CountPasskeys(ctx, id)
	return n > 0 && s.HasPasskeys(), err
}

// Show is a credential that somebody shows who is not signed in: a password, with
// a code where there is a second factor, or a passkey.
type Show struct {
	Password, Code string
	Ticket         string // of BeginPasskeySignIn
	Answer         []byte // the browser's to that
	Client         Client
}

// Shown runs a write of a workspace when the credential is a person's. The errors
// are those of SignIn and PasskeySignIn; a CodeNeeded has no ticket: show the
// password and the code together.
func (s *Service) Shown(ctx context.Context, ws identity.WorkspaceID, id identity.PersonID, show Show, then func(*store.Tx) error) error {
	if err := s.throttle.from(show.Client.Remote); err != nil {
		return err
	}
	if err := s.throttle.take(s.throttle.session, "shown "+string(id)); err != nil {
		return err
	}
	if show.Ticket != "" {
		return s.shownPasskey(ctx, ws, id, &show, then)
	}
	if err := s.needPassword(); err != nil {
		return err
	}
	if len(show.Password) > longestTyped {
		return errWrong
	}
	seen, _, err := s.store.Person(ctx, id)
	if err != nil {
		return err
	}
	if seen, err = s.checked(ctx, seen, show.Password); err != nil {
		return err
	}
	if seen.TOTP != "" && show.Code == "" {
		return &CodeNeeded{"", errNoCode}
	}
	held := func(tx *store.Tx) (identity.Person, error) {
		p, same, err := tx.HoldPerson(ctx, id, seen.Password)
		if err == nil && !same {
			err = errWrong
		}
		return p, err
	}
	if seen.TOTP != "" {
		return s.withCode(ctx, ws, show.Code, held, func(tx *store.Tx, _ *identity.Person, _ identity.Method) error { return then(tx) })
	}
	return s.store.Write(ctx, ws, func(tx *store.Tx) error {
		if p, err := held(tx); err != nil || p.TOTP != "" {
			return firstError(err, &CodeNeeded{"", errNoCode})
		}
		return then(tx)
	})
}

func (s *Service) shownPasskey(ctx context.Context, ws identity.WorkspaceID, id identity.PersonID, show *Show, then func(*store.Tx) error) error {
	if err := s.needPasskey(); err != nil {
		return err
	}
	data, err := s.resume(purposePasskey, show.Ticket)
	if err != nil {
		return err
	}
	p, used, err := s.recognise(ctx, data, show.Answer)
	if err != nil || p.ID != id {
		return firstError(err, errPasskey)
	}
	text, err := json.Marshal(used)
	if err != nil {
		return err
	}
	return s.store.Write(ctx, ws, func(tx *store.Tx) error {
		if err := s.spend(ctx, tx, data); err != nil {
			return err
		}
		ok, err := tx.UsePasskey(ctx, p.ID, base64.RawURLEncoding.EncodeToString(used.ID), text, s.store.Now())
		if err != nil || !ok {
			return firstError(err, errPasskey)
		}
		return then(tx)
	})
}
