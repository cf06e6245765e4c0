package store

import (
	"context"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
)

const mailColumns = `id, recipient, subject, body, created, due, tries, sent, failed, error`

func scanMail(s scanner) (m identity.Mail, err error) {
	var created, due, sent, failed int64
	err = s.Scan(&m.ID, &m.To, &m.Subject, &m.Body, &created, &due, &m.Tries, &sent, &failed, &m.Error)
	m.Created, m.Due, m.Sent, m.Failed = fromMicros(created), fromMicros(due), fromMicros(sent), fromMicros(failed)
	return m, err
}

// InsertMail puts a mail into the outbox, in the commit of what causes it.
func (tx *Tx) InsertMail(ctx context.Context, m *identity.Mail) error {
	_, err := tx.q.exec(ctx, `INSERT INTO mail (`+mailColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		m.ID, m.To, m.Subject, m.Body, micros(m.Created), micros(m.Due), m.Tries, micros(m.Sent), micros(m.Failed), m.Error)
	return err
}

// DropMail takes a mail out of the outbox again, as if it had never been there.
func (tx *Tx) DropMail(ctx context.Context, id identity.MailID) error {
	_, err := tx.q.exec(ctx, `DELETE FROM mail WHERE id = $1`, id)
	return err
}

// MailsDue lists up to limit mails whose time has come.
func (s *Store) MailsDue(ctx context.Context, now time.Time, limit int) ([]identity.Mail, error) {
	return many(ctx, s.engine.reader(), scanMail, `SELECT `+mailColumns+` FROM mail
		WHERE sent = 0 AND failed = 0 AND due <= $1 ORDER BY due LIMIT $2 + 0`, micros(now), limit)
}

// Mails lists up to limit mails, newest first, from before the given id ("" for
// the newest).
func (s *Store) Mails(ctx context.Context, before identity.MailID, limit int) ([]identity.Mail, error) {
	if before == "" {
		before = "mail_zzzzzzzz" // behind every id, in any collation
	}
	return many(ctx, s.engine.reader(), scanMail, `SELECT `+mailColumns+` FROM mail WHERE id < $1 ORDER BY id DESC LIMIT $2 + 0`, before, limit)
}

// ClaimMail takes a mail to try it, and nobody else tries it until a time. False
// means that somebody else was faster.
func (tx *Tx) ClaimMail(ctx context.Context, m *identity.Mail, until time.Time) (bool, error) {
	n, err := tx.q.exec(ctx, `UPDATE mail SET due = $3, tries = tries + 1 WHERE id = $1 AND due = $2 AND sent = 0 AND failed = 0`, m.ID, micros(m.Due), micros(until))
	return n > 0, err
}

// SettleMail keeps what came of a try.
func (tx *Tx) SettleMail(ctx context.Context, m *identity.Mail) error {
	_, err := tx.q.exec(ctx, `UPDATE mail SET body = $2, due = $3, sent = $4, failed = $5, error = $6 WHERE id = $1`,
		m.ID, m.Body, micros(m.Due), micros(m.Sent), micros(m.Failed), m.Error)
	return err
}

// TidyMails removes mails that were settled and written before a time.
func (tx *Tx) TidyMails(ctx context.Context, before identity.MailID) error {
	_, err := tx.q.exec(ctx, `DELETE FROM mail WHERE id < $1 AND (sent <> 0 OR failed <> 0)`, before)
	return err
}
