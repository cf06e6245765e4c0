package store

import (
	"context"
	"slices"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
)

// People who sign in are of the deployment. What is theirs is written with
// Write(ctx, "", …), or in a workspace's commit when it is the cause.

const personColumns = `p.id, p.address, p.name, p.password, p.verified, p.operator, p.totp, p.totp_next, p.totp_step, p.wrong_codes, p.created`

func scanPerson(s scanner) (p identity.Person, err error) {
	var wrong, created int64
	err = s.Scan(&p.ID, &p.Address, &p.Name, &p.Password, &p.Verified, &p.Operator, &p.TOTP, &p.TOTPNext, &p.TOTPStep, &wrong, &created)
	p.WrongCodes, p.Created = fromMicros(wrong), fromMicros(created)
	return p, err
}

// Person finds a person by id.
func (s *Store) Person(ctx context.Context, id identity.PersonID) (identity.Person, bool, error) {
	return one(ctx, s.engine.reader(), scanPerson, `SELECT `+personColumns+` FROM person p WHERE p.id = $1`, id)
}

// PersonByAddress finds the person whose address folds to key.
func (s *Store) PersonByAddress(ctx context.Context, key string) (identity.Person, bool, error) {
	return one(ctx, s.engine.reader(), scanPerson, `SELECT `+personColumns+` FROM person p WHERE p.address_key = $1`, key)
}

// PeopleByMember lists whose members have an address, folded to key, without those
// members who are inactive: the oldest bond first, each person once, a few at most.
func (s *Store) PeopleByMember(ctx context.Context, key string) (out []identity.PersonID, err error) {
	if key == "" {
		return nil, nil
	}
	ids, err := many(ctx, s.engine.reader(), scanText, `SELECT b.person_id FROM member_person b CROSS JOIN member m
		WHERE b.address_key = $1 AND b.address_key <> '' AND m.workspace_id = b.workspace_id AND m.id = b.member_id AND m.state <> 'inactive'
		ORDER BY b.since LIMIT 20 /* any workspace */`, key)
	for _, id := range ids {
		if p := identity.PersonID(id); !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out, err
}

// InsertPerson adds a person; false means that the address has one.
func (tx *Tx) InsertPerson(ctx context.Context, p *identity.Person) (bool, error) {
	n, err := tx.q.exec(ctx, `INSERT INTO person (id, address, address_key, name, password, verified, operator, totp, totp_next, totp_step, created)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (address_key) DO NOTHING`,
		p.ID, p.Address, identity.Fold(p.Address), p.Name, p.Password, p.Verified, p.Operator, p.TOTP, p.TOTPNext, p.TOTPStep, micros(p.Created))
	return n > 0, err
}

// InsertUnaddressed adds a person who signs in through an identity provider: whose
// address is nobody's to sign in with.
func (tx *Tx) InsertUnaddressed(ctx context.Context, p *identity.Person) error {
	_, err := tx.q.exec(ctx, `INSERT INTO person (id, address, address_key, name, password, verified, operator, totp, totp_next, totp_step, created)
		VALUES ($1, $2, $3, $4, '', $5, $5, '', '', 0, $6)`, p.ID, p.Address, released(p.ID), p.Name, false, micros(p.Created))
	return err
}

// released is in the place of an address that is nobody's: no folded address has capitals.
func released(id identity.PersonID) string { return "RELEASED " + string(id) }

// PersonByID finds a person by id, as the transaction sees it.
func (tx *Tx) PersonByID(ctx context.Context, id identity.PersonID) (identity.Person, bool, error) {
	return one(ctx, tx.q, scanPerson, `SELECT `+personColumns+` FROM person p WHERE p.id = $1`, id)
}

// Person finds the person whose address folds to key, as the transaction sees it.
func (tx *Tx) Person(ctx context.Context, key string) (identity.Person, bool, error) {
	return one(ctx, tx.q, scanPerson, `SELECT `+personColumns+` FROM person p WHERE p.address_key = $1`, key)
}

// HoldPerson reads a person as the transaction sees it, and keeps everybody else
// from changing the person until it ends. Seen is the password that was checked
// before: false means that it is another one by now, or that there is no such
// person.
func (tx *Tx) HoldPerson(ctx context.Context, id identity.PersonID, seen string) (identity.Person, bool, error) {
	n, err := tx.q.exec(ctx, `UPDATE person SET password = password WHERE id = $1 AND password = $2`, id, seen)
	if err != nil || n == 0 {
		return identity.Person{}, false, err
	}
	return one(ctx, tx.q, scanPerson, `SELECT `+personColumns+` FROM person p WHERE p.id = $1`, id)
}

// HoldSession reads the person of a session as the transaction sees it, and keeps
// everybody else from changing the person or ending the session until it ends.
// False means that the session has ended, or has another secret by now.
func (tx *Tx) HoldSession(ctx context.Context, id identity.PersonID, hash string) (identity.Person, bool, error) {
	// The person first, as in a reset, so that neither waits for the other.
	if _, err := tx.q.exec(ctx, `UPDATE person SET password = password WHERE id = $1`, id); err != nil {
		return identity.Person{}, false, err
	}
	n, err := tx.q.exec(ctx, `UPDATE session SET seen = seen WHERE hash = $1 AND person_id = $2 AND expires > $3`, hash, id, micros(tx.s.Now()))
	if err != nil || n == 0 {
		return identity.Person{}, false, err
	}
	return one(ctx, tx.q, scanPerson, `SELECT `+personColumns+` FROM person p WHERE p.id = $1`, id)
}

// MoveAddress gives a person another address to sign in with, which nobody has
// shown to read; false means that it is somebody else's.
func (tx *Tx) MoveAddress(ctx context.Context, id identity.PersonID, address string) (bool, error) {
	n, err := tx.q.exec(ctx, `UPDATE person SET address = $2, address_key = $3, verified = $4 WHERE id = $1
		AND NOT EXISTS (SELECT 1 FROM person o WHERE o.address_key = $3 AND o.id <> $1)`, id, address, identity.Fold(address), false)
	return n > 0, err
}

// ReleaseAddress lets an address go that a person signed in with, so that
// somebody else can have it.
func (tx *Tx) ReleaseAddress(ctx context.Context, id identity.PersonID) error {
	_, err := tx.q.exec(ctx, `UPDATE person SET address_key = $2 WHERE id = $1`, id, released(id))
	return err
}

// CountWrongCodes notes until when wrong codes of a person's second factor count.
func (tx *Tx) CountWrongCodes(ctx context.Context, id identity.PersonID, until time.Time) error {
	_, err := tx.q.exec(ctx, `UPDATE person SET wrong_codes = $2 WHERE id = $1`, id, micros(until))
	return err
}

// SetOperator makes a person one of the vendor's, or no longer.
func (tx *Tx) SetOperator(ctx context.Context, id identity.PersonID, on bool) error {
	_, err := tx.q.exec(ctx, `UPDATE person SET operator = $2 WHERE id = $1`, id, on)
	return err
}

// SetPersonName changes what a person is called.
func (tx *Tx) SetPersonName(ctx context.Context, id identity.PersonID, name string) error {
	_, err := tx.q.exec(ctx, `UPDATE person SET name = $2 WHERE id = $1`, id, name)
	return err
}

// Disarm takes away whatever a person signs in with, and every session.
func (tx *Tx) Disarm(ctx context.Context, id identity.PersonID) error {
	for _, text := range []string{
		`UPDATE person SET password = '', totp = '', totp_next = '' WHERE id = $1`,
		`DELETE FROM passkey WHERE person_id = $1`,
		`DELETE FROM recovery WHERE person_id = $1`,
		`DELETE FROM session WHERE person_id = $1`,
	} {
		if _, err := tx.q.exec(ctx, text, id); err != nil {
			return err
		}
	}
	return nil
}

// SetPassword gives a person another password, unless it is no longer the one
// that was seen; false means that.
func (tx *Tx) SetPassword(ctx context.Context, id identity.PersonID, seen, password string) (bool, error) {
	n, err := tx.q.exec(ctx, `UPDATE person SET password = $3 WHERE id = $1 AND password = $2`, id, seen, password)
	return n > 0, err
}

// SetVerified notes that a person reads the address's mail.
func (tx *Tx) SetVerified(ctx context.Context, id identity.PersonID) error {
	_, err := tx.q.exec(ctx, `UPDATE person SET verified = $2 WHERE id = $1`, id, true)
	return err
}

// SetTOTPNext keeps the sealed secret of a second factor until a code confirms it.
func (tx *Tx) SetTOTPNext(ctx context.Context, id identity.PersonID, sealed string) error {
	_, err := tx.q.exec(ctx, `UPDATE person SET totp_next = $2 WHERE id = $1`, id, sealed)
	return err
}

// ConfirmTOTP puts the second factor that waits to use, with the step of the
// code that confirmed it; false means that another one waits by now.
func (tx *Tx) ConfirmTOTP(ctx context.Context, id identity.PersonID, seen string, step int64) (bool, error) {
	n, err := tx.q.exec(ctx, `UPDATE person SET totp = totp_next, totp_next = '', totp_step = $3 WHERE id = $1 AND totp_next = $2 AND totp_next <> ''`, id, seen, step)
	return n > 0, err
}

// RemoveTOTP takes a person's second factor and recovery codes away.
func (tx *Tx) RemoveTOTP(ctx context.Context, id identity.PersonID) error {
	if _, err := tx.q.exec(ctx, `UPDATE person SET totp = '', totp_next = '' WHERE id = $1`, id); err != nil {
		return err
	}
	_, err := tx.q.exec(ctx, `DELETE FROM recovery WHERE person_id = $1`, id)
	return err
}

// TakeTOTPStep uses a step up; false means that it, or a later one, was used.
func (tx *Tx) TakeTOTPStep(ctx context.Context, id identity.PersonID, step int64) (bool, error) {
	n, err := tx.q.exec(ctx, `UPDATE person SET totp_step = $2 WHERE id = $1 AND totp_step < $2`, id, step)
	return n > 0, err
}

// ReplaceRecovery makes these digests a person's recovery codes.
func (tx *Tx) ReplaceRecovery(ctx context.Context, id identity.PersonID, hashes []string) error {
	if _, err := tx.q.exec(ctx, `DELETE FROM recovery WHERE person_id = $1`, id); err != nil {
		return err
	}
	for _, h := range hashes {
		if _, err := tx.q.exec(ctx, `INSERT INTO recovery (person_id, hash, used) VALUES ($1, $2, 0)`, id, h); err != nil {
			return err
		}
	}
	return nil
}

// UseRecovery uses a recovery code up; false means that there is none such.
func (tx *Tx) UseRecovery(ctx context.Context, id identity.PersonID, hash string, at time.Time) (bool, error) {
	n, err := tx.q.exec(ctx, `UPDATE recovery SET used = $3 WHERE person_id = $1 AND hash = $2 AND used = 0`, id, hash, micros(at))
	return n > 0, err
}

// RecoveryLeft counts the recovery codes that a person has not used.
func (s *Store) RecoveryLeft(ctx context.Context, id identity.PersonID) (int64, error) {
	n, _, err := one(ctx, s.engine.reader(), scanInt, `SELECT count(*) FROM recovery r WHERE r.person_id = $1 AND r.used = 0`, id)
	return n, err
}

// InsertReset adds a password reset by its digest.
func (tx *Tx) InsertReset(ctx context.Context, hash string, id identity.PersonID, now, expires time.Time) error {
	_, err := tx.q.exec(ctx, `INSERT INTO password_reset (hash, person_id, created, expires, used) VALUES ($1, $2, $3, $4, 0)`, hash, id, micros(now), micros(expires))
	return err
}

// PersonByReset finds whose living password reset it is.
func (s *Store) PersonByReset(ctx context.Context, hash string, now time.Time) (identity.Person, bool, error) {
	return one(ctx, s.engine.reader(), scanPerson, `SELECT `+personColumns+` FROM password_reset x CROSS JOIN person p
		WHERE x.hash = $1 AND x.used = 0 AND x.expires > $2 AND p.id = x.person_id`, hash, micros(now))
}

// UseReset uses a password reset up, and with it all others of the person; false
// means that it was used, or is too old.
func (tx *Tx) UseReset(ctx context.Context, hash string, id identity.PersonID, now time.Time) (bool, error) {
	n, err := tx.q.exec(ctx, `UPDATE password_reset SET used = $2 WHERE hash = $1 AND used = 0 AND expires > $2`, hash, micros(now))
	if err != nil || n == 0 {
		return false, err
	}
	_, err = tx.q.exec(ctx, `UPDATE password_reset SET used = $2 WHERE person_id = $1 AND used = 0`, id, micros(now))
	return true, err
}

// Spend remembers that a ticket was handed in, until it ends by itself; false
// means that it was handed in before.
func (tx *Tx) Spend(ctx context.Context, hash string, expires time.Time) (bool, error) {
	n, err := tx.q.exec(ctx, `INSERT INTO spent (hash, expires) VALUES ($1, $2) ON CONFLICT DO NOTHING`, hash, micros(expires))
	return n > 0, err
}

// TidyAccounts removes sessions, resets and tickets that ended before a time.
func (tx *Tx) TidyAccounts(ctx context.Context, before time.Time) error {
	for _, text := range []string{
		`DELETE FROM session WHERE expires < $1`,
		`DELETE FROM password_reset WHERE expires < $1`,
		`DELETE FROM spent WHERE expires < $1`,
	} {
		if _, err := tx.q.exec(ctx, text, micros(before)); err != nil {
			return err
		}
	}
	return nil
}
