package store

import (
	"context"
	"time"
)

// SAMLKey is a key of ours in SAML, one workspace's. Several live at once: the
// newest that is in use signs, and all of them decrypt.
type SAMLKey struct {
	ID          string // "1", "2", ... in the order in which they were made
	Certificate string // base64 of DER
	Private     string // PKCS #8, sealed
	Created     time.Time
	UsedFrom    time.Time // signs from then on; it is published before
	Retired     time.Time // zero while it lives
}

func scanSAMLKey(s scanner) (k SAMLKey, err error) {
	var created, from, retired int64
	err = s.Scan(&k.ID, &k.Certificate, &k.Private, &created, &from, &retired)
	k.Created, k.UsedFrom, k.Retired = fromMicros(created), fromMicros(from), fromMicros(retired)
	return k, err
}

// SAMLKeys lists the workspace's keys, retired ones too, in the order in which
// they sign.
func (r *Reader) SAMLKeys(ctx context.Context) ([]SAMLKey, error) {
	return many(ctx, r.q, scanSAMLKey, `SELECT k.id, k.certificate, k.private, k.created, k.used_from, k.retired FROM saml_key k
		WHERE k.workspace_id = $1 ORDER BY k.used_from, k.created, k.id`, r.ws)
}

// InsertSAMLKey adds a key; false means that there is one of that id.
func (tx *Tx) InsertSAMLKey(ctx context.Context, k *SAMLKey) (bool, error) {
	n, err := tx.q.exec(ctx, `INSERT INTO saml_key (workspace_id, id, certificate, private, created, used_from, retired) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
		tx.ws, k.ID, k.Certificate, k.Private, micros(k.Created), micros(k.UsedFrom), micros(k.Retired))
	return n > 0, err
}

// UseSAMLKey says from when on a key signs.
func (tx *Tx) UseSAMLKey(ctx context.Context, id string, from time.Time) error {
	_, err := tx.q.exec(ctx, `UPDATE saml_key SET used_from = $3 WHERE workspace_id = $1 AND id = $2 AND retired = 0`, tx.ws, id, micros(from))
	return err
}

// RetireSAMLKey ends a key: it decrypts no more, and its private part is gone.
func (tx *Tx) RetireSAMLKey(ctx context.Context, id string, at time.Time) error {
	_, err := tx.q.exec(ctx, `UPDATE saml_key SET retired = $3, private = '' WHERE workspace_id = $1 AND id = $2 AND retired = 0`, tx.ws, id, micros(at))
	return err
}
