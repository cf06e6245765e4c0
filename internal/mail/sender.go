package mail

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/store"
)

// ErrRefused is a delivery that no repetition mends.
var ErrRefused = errors.New("refused for good")

// Transport takes a message off our hands. An error that no repetition mends
// wraps ErrRefused.
type Transport interface {
	Deliver(ctx context.Context, m *Message) error
}

// How long and how often a mail is tried.
const (
	firstWait  = time.Minute
	longestGap = 6 * time.Hour
	giveUp     = 4 * 24 * time.Hour // RFC 5321 §4.5.4.1: at least 4 to 5 days
	lease      = 10 * time.Minute   // longer than one try takes
	batch      = 20
	pollGap    = 10 * time.Second
	keptFor    = 30 * 24 * time.Hour
)

// Sender delivers what is in an outbox. Several may run on one database.
type Sender struct {
	Outbox    *Outbox
	Transport Transport // nil keeps the mails readable instead, for development
	Log       *slog.Logger
}

// Run delivers until ctx ends.
func (s *Sender) Run(ctx context.Context) {
	tick := time.NewTicker(pollGap)
	defer tick.Stop()
	for {
		if err := s.Deliver(ctx); err != nil && ctx.Err() == nil {
			s.log().Error("mail cannot be taken from the outbox", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-s.Outbox.bell:
		case <-tick.C:
		}
	}
}

// Deliver tries once whatever is due.
func (s *Sender) Deliver(ctx context.Context) error {
	for {
		due, err := s.Outbox.store.MailsDue(ctx, s.Outbox.store.Now(), batch)
		if err != nil || len(due) == 0 {
			return err
		}
		for i := range due {
			if err := s.try(ctx, &due[i]); err != nil {
				return err
			}
		}
	}
}

// try claims a mail, delivers it, and keeps what came of it.
func (s *Sender) try(ctx context.Context, m *identity.Mail) error {
	db := s.Outbox.store
	until := db.Now().Add(lease)
	var mine bool
	err := db.Write(ctx, "", func(tx *store.Tx) (err error) {
		mine, err = tx.ClaimMail(ctx, m, until)
		return err
	})
	if err != nil || !mine {
		return err
	}
	m.Tries++
	s.settle(m, s.deliver(ctx, m))
	return db.Write(context.WithoutCancel(ctx), "", func(tx *store.Tx) error { return tx.SettleMail(ctx, m) })
}

func (s *Sender) deliver(ctx context.Context, m *identity.Mail) error {
	if s.Transport == nil {
		return nil
	}
	b, err := s.Outbox.open(m)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrRefused, err)
	}
	return s.Transport.Deliver(ctx, &Message{ID: m.ID, To: m.To, Subject: m.Subject, Text: b.Text, HTML: b.HTML, At: m.Created})
}

// settle notes the outcome on the mail.
func (s *Sender) settle(m *identity.Mail, err error) {
	now := s.Outbox.store.Now()
	if err == nil {
		m.Sent, m.Error = now, ""
		if s.Transport != nil {
			m.Body = ""
		}
		return
	}
	m.Error = oneLine(err.Error())
	m.Due = now.Add(wait(m.Tries))
	if errors.Is(err, ErrRefused) || now.Sub(m.Created) >= giveUp {
		m.Failed, m.Body = now, ""
		s.log().Error("mail was given up", "id", m.ID, "tries", m.Tries, "error", m.Error)
		return
	}
	s.log().Warn("mail was not delivered and will be tried again", "id", m.ID, "tries", m.Tries, "due", m.Due, "error", m.Error)
}

// wait is how long to rest after a number of tries.
func wait(tries int64) time.Duration {
	if tries > 10 {
		return longestGap
	}
	return min(firstWait<<max(0, tries-1), longestGap)
}

// Tidy removes mails that were settled long ago.
func (s *Sender) Tidy(ctx context.Context) error {
	before := identity.MailIDAt(s.Outbox.store.Now().Add(-keptFor))
	return s.Outbox.store.Write(ctx, "", func(tx *store.Tx) error { return tx.TidyMails(ctx, before) })
}

func (s *Sender) log() *slog.Logger {
	if s.Log == nil {
		return slog.Default()
	}
	return s.Log
}
