package store

import (
	"context"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
)

const passkeyColumns = `id, person_id, name, credential, created, last_used`

func scanPasskey(s scanner) (k identity.Passkey, err error) {
	var created, used int64
	err = s.Scan(&k.ID, &k.Person, &k.Name, &k.Credential, &created, &used)
	k.Created, k.LastUsed = fromMicros(created), fromMicros(used)
	return k, err
}

// Passkeys lists a person's passkeys.
func (s *Store) Passkeys(ctx context.Context, p identity.PersonID) ([]identity.Passkey, error) {
	return many(ctx, s.engine.reader(), scanPasskey, `SELECT `+passkeyColumns+` FROM passkey WHERE person_id = $1 ORDER BY id`, p)
}

// CountPasskeys counts a person's passkeys as the transaction sees them.
func (tx *Tx) CountPasskeys(ctx context.Context, p identity.PersonID) (int64, error) {
	n, _, err := one(ctx, tx.q, scanInt, `SELECT count(*) FROM passkey WHERE person_id = $1`, p)
	return n, err
}

// InsertPasskey adds a passkey; false means that it is registered already.
func (tx *Tx) InsertPasskey(ctx context.Context, k *identity.Passkey) (bool, error) {
	n, err := tx.q.exec(ctx, `INSERT INTO passkey (`+passkeyColumns+`) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
		k.ID, k.Person, k.Name, string(k.Credential), micros(k.Created), micros(k.LastUsed))
	return n > 0, err
}

// UsePasskey keeps what a sign-in changed of a passkey, such as its counter.
func (tx *Tx) UsePasskey(ctx context.Context, p identity.PersonID, id string, credential []byte, at time.Time) (bool, error) {
	n, err := tx.q.exec(ctx, `UPDATE passkey SET credential = $3, last_used = $4 WHERE person_id = $1 AND id = $2`, p, id, string(credential), micros(at))
	return n > 0, err
}

// DeletePasskey removes a passkey; false means that the person has none such.
func (tx *Tx) DeletePasskey(ctx context.Context, p identity.PersonID, id string) (bool, error) {
	n, err := tx.q.exec(ctx, `DELETE FROM passkey WHERE person_id = $1 AND id = $2`, p, id)
	return n > 0, err
}

// DeletePasskeys removes all of a person's passkeys.
func (tx *Tx) DeletePasskeys(ctx context.Context, p identity.PersonID) error {
	_, err := tx.q.exec(ctx, `DELETE FROM passkey WHERE person_id = $1`, p)
	return err
}
