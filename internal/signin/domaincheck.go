package signin

import (
	"context"
	"errors"
	"time"

	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/mail"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/store"
)

// LapseAfter is for how long the record of a verified domain may be missing.
const LapseAfter = 7 * 24 * time.Hour

// A verified domain is looked up once a day. While its record is missing the
// administrators are told on the first and on the sixth day; after the seventh it
// lapses.
const (
	checkEvery = 24 * time.Hour
	checkAgain = time.Hour // when the DNS did not answer
	tellAgain  = 5 * 24 * time.Hour
	checkBatch = 20 // domains in one go, so that nothing else waits for long
)

// checkDomains looks up the verified domains that are due.
func (s *Service) checkDomains(ctx context.Context) error {
	due, err := s.conf.Store.DomainsDue(ctx, s.conf.Store.Now().Add(-checkEvery), checkBatch)
	var failed []error
	for i := range due {
		failed = append(failed, s.recheck(ctx, &due[i]))
	}
	return errors.Join(append(failed, err)...)
}

// recheck looks one domain up and keeps what came of it, unless somebody else did
// meanwhile.
func (s *Service) recheck(ctx context.Context, seen *identity.Domain) error {
	looked := s.lookUp(ctx, seen)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	now := s.conf.Store.Now()
	var to []identity.Member
	if step := stepOf(seen, now, looked); step == tells || step == lapses {
		var err error
		if to, err = s.holding(ctx, seen.Workspace, managesDomains); err != nil {
			return err
		}
	}
	err := s.conf.Store.Write(ctx, seen.Workspace, func(tx *store.Tx) error {
		d, found, err := tx.Domain(ctx, seen.Name)
		if err != nil || !found || !d.Checked.Equal(seen.Checked) || !d.Verified.Equal(seen.Verified) {
			return err
		}
		return s.keepStep(ctx, tx, &d, stepOf(&d, now, looked), to)
	})
	s.conf.Outbox.Ring()
	return err
}

func managesDomains(roles []product.Role) bool {
	for _, r := range roles {
		if r.Owner || r.Can(product.MayManageDomains) {
			return true
		}
	}
	return false
}

// step is what a look-up means for a domain.
type step int

const (
	stays   step = iota // its record is there
	waits               // the record is missing, which was told
	unknown             // the DNS did not answer
	tells               // the record is missing, which is to be told
	lapses              // it has been missing for too long
)

// stepOf says what a look-up at a time means for a verified domain.
func stepOf(d *identity.Domain, now time.Time, looked error) step {
	var r *explain.Refusal
	switch {
	case looked == nil:
		return stays
	case errors.As(looked, &r) && r.Code == explain.DomainNoAnswer:
		return unknown
	case d.Missing.IsZero():
		return tells
	case now.Sub(d.Missing) >= LapseAfter:
		return lapses
	case now.Sub(d.Missing) >= tellAgain && d.Checked.Sub(d.Missing) < tellAgain:
		return tells
	}
	return waits
}

// keepStep writes what a look-up means, and has it told.
func (s *Service) keepStep(ctx context.Context, tx *store.Tx, d *identity.Domain, to step, told []identity.Member) error {
	now := s.conf.Store.Now()
	d.Checked = now
	switch to {
	case stays:
		d.Missing = time.Time{}
	case unknown:
		d.Checked = now.Add(checkAgain - checkEvery)
	case tells:
		if d.Missing.IsZero() {
			d.Missing = now
		}
	case lapses:
		d.Verified = time.Time{}
		if err := logDomain(ctx, tx, s.bySelf(), identity.DomainLapsed, d.Name); err != nil {
			return err
		}
	}
	if err := tx.SaveDomain(ctx, d); err != nil || len(told) == 0 {
		return err
	}
	w, err := tx.Details(ctx)
	if err != nil {
		return err
	}
	return s.post(ctx, tx, told, func(address string) mail.Letter {
		if to == lapses {
			return mail.DomainLapsed(s.conf.Product, address, w.Name, d.Name, s.page(&w, "domains"))
		}
		host, value := Record(d)
		return mail.DomainMissing(s.conf.Product, address, w.Name, d.Name, host, value, s.page(&w, "domains"), d.Missing.Add(LapseAfter))
	})
}
