package signin

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/mail"
	"github.com/anteroom-id/anteroom/internal/saml"
	"github.com/anteroom-id/anteroom/internal/store"
	"github.com/anteroom-id/anteroom/internal/web/outbound"
)

// When connections are looked at.
const (
	lookEvery   = 6 * time.Hour
	lookRetry   = time.Hour
	lookDaily   = 24 * time.Hour     // where there are no metadata to fetch
	lookTime    = 20 * time.Second   // that one look may take
	looksAtOnce = 25                 // of one tick
	goneFor     = 7 * 24 * time.Hour // a certificate counts after it has left the metadata
	failingLong = 3 * 24 * time.Hour // until administrators are told that fetching fails
)

// refreshMetadata looks at the connections that are due: it fetches their metadata
// again, and warns of what ends soon. What goes wrong with one of them is noted
// with it.
func (s *Service) refreshMetadata(ctx context.Context) error {
	due, err := s.conf.Store.SignOnsDue(ctx, s.conf.Store.Now(), looksAtOnce)
	for i := range due {
		if err == nil {
			err = s.look(ctx, &due[i])
		}
	}
	s.conf.Outbox.Ring()
	return err
}

// look looks at one connection, unless another server does.
func (s *Service) look(ctx context.Context, p *store.PlacedSignOn) error {
	mine, next := false, lookDaily
	if p.SAML.MetadataURL != "" {
		next = lookEvery
	}
	err := s.conf.Store.Write(ctx, p.Workspace, func(tx *store.Tx) (err error) {
		mine, err = tx.ClaimRefresh(ctx, p.Connection, p.Refresh, s.conf.Store.Now().Add(jitter(next)))
		return err
	})
	if err != nil || !mine {
		return err
	}
	to, err := s.holding(ctx, p.Workspace, administers)
	if err != nil {
		return err
	}
	if p.SAML.MetadataURL != "" {
		if err := s.fetchAgain(ctx, p, to); err != nil {
			return err
		}
	}
	return s.warn(ctx, p, to)
}

// lookAfter is when a connection is looked at next that has just been saved.
func lookAfter(d *identity.SignOn, now time.Time) time.Time {
	switch {
	case d.SAML.MetadataURL == "":
		return now.Add(jitter(lookDaily))
	case now.Sub(d.SAML.Fetched) > lookRetry:
		return now
	}
	return now.Add(jitter(lookEvery))
}

// jitter spreads what would be due at once over a tenth of its time.
func jitter(d time.Duration) time.Duration {
	return d + rand.N(d/10)
}

// fetchAgain brings what a connection's metadata say now, and writes what has
// changed, that the provider is another one, or why they cannot be had.
func (s *Service) fetchAgain(ctx context.Context, p *store.PlacedSignOn, to []identity.Member) error {
	found, failed := s.fetchOnce(ctx, p.SAML.MetadataURL)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return s.conf.Store.Write(ctx, p.Workspace, func(tx *store.Tx) error {
		d, known, err := tx.SignOn(ctx, p.Connection)
		if err != nil || !known || d.SAML.MetadataURL != p.SAML.MetadataURL {
			return err // it was changed meanwhile
		}
		before, tells := d.SAML, ""
		switch now := s.conf.Store.Now(); {
		case failed != nil:
			if tells = failing(&d.SAML, failed, now); d.SAML.Failing.Equal(now) {
				err = tx.ScheduleRefresh(ctx, p.Connection, now.Add(jitter(lookRetry)))
			}
		case found.EntityID != d.SAML.EntityID && d.SAML.EntityID != "":
			tells = another(&d.SAML, found.EntityID)
		default:
			unite(&d.SAML, found, now)
		}
		if err != nil {
			return err
		}
		deltas := different(&before, &d.SAML)
		if len(deltas) > 0 { // a form that was made before must not take it back
			d.Version++
		}
		if err := tx.SaveSignOn(ctx, &d); err != nil {
			return err
		}
		return s.report(ctx, tx, p.Connection, to, tells, deltas)
	})
}

func (s *Service) fetchOnce(ctx context.Context, address string) (*saml.Provider, error) {
	ctx, stop := context.WithTimeout(ctx, lookTime)
	defer stop()
	text, err := outbound.Get(ctx, s.conf.Client, address, acceptMetadata)
	if err != nil {
		return nil, err
	}
	return s.readMetadata(text)
}

// report logs what a look has changed, and mails what it has to tell.
func (s *Service) report(ctx context.Context, tx *store.Tx, id identity.ConnectionID, to []identity.Member, tells string, deltas []identity.Delta) error {
	if tells != "" {
		if err := s.write(ctx, tx, id, to, "A connector needs you", tells); err != nil {
			return err
		}
	}
	if len(deltas) == 0 {
		return nil
	}
	return tx.Log(ctx, s.bySelf(), identity.MetadataRefreshed, identity.Subject{Kind: "connection", ID: string(id)}, deltas)
}

// write mails administrators about a connection.
func (s *Service) write(ctx context.Context, tx *store.Tx, id identity.ConnectionID, to []identity.Member, subject string, paragraphs ...string) error {
	w, err := tx.Details(ctx)
	if err != nil {
		return err
	}
	return s.post(ctx, tx, to, func(address string) mail.Letter {
		return mail.Connector(s.conf.Product, address, w.Name, subject, s.page(&w, "connections", string(id), "saml"), paragraphs...)
	})
}

// failing notes why metadata cannot be fetched, and gives what administrators are
// told when that has been so for long.
func failing(c *identity.SAMLSettings, err error, now time.Time) (tells string) {
	c.FetchError = explained(err, "").Error()
	if c.Failing.IsZero() {
		c.Failing = now
	}
	if c.FailingTold || now.Sub(c.Failing) < failingLong {
		return ""
	}
	c.FailingTold = true
	return "For three days the identity provider's metadata could not be fetched from " + c.MetadataURL + ": " + c.FetchError +
		" Nobody is refused by that. But when the provider changes its certificate, it does not come here, and then everybody is."
}

// another notes that metadata name another identity provider than before. Nothing
// else of them counts until an administrator has said so.
func another(c *identity.SAMLSettings, entityID string) (tells string) {
	r := explain.Refuse(explain.ConnectionIssuer, c.EntityID, entityID)
	if c.Found == r.Got {
		return ""
	}
	c.Found = r.Got
	return "The metadata at " + c.MetadataURL + " name another identity provider now: " + r.Got + " instead of " + c.EntityID +
		". Nothing was changed. If that is right, open the connector, get the metadata, compare them, and save."
}

// unite puts what metadata say now into settings. Certificates that have left them
// are taken for a while, so that a rollover refuses nobody, whoever learns of it
// first.
func unite(c *identity.SAMLSettings, found *saml.Provider, now time.Time) {
	had, gone := c.Certificates, map[string]time.Time{}
	found.Fill(c)
	for _, text := range had {
		if slices.Contains(c.Certificates, text) {
			continue
		}
		since := c.Gone[text]
		if since.IsZero() {
			since = now
		}
		if one := saml.Certificates([]string{text}); len(one) == 1 && now.Sub(since) < goneFor && now.Before(one[0].NotAfter) {
			gone[text] = since
		}
	}
	for _, text := range had {
		if !gone[text].IsZero() {
			c.Certificates = append(c.Certificates, text)
		}
	}
	if c.Gone = gone; len(gone) == 0 {
		c.Gone = nil
	}
	c.Fetched, c.FetchError, c.Failing, c.FailingTold, c.Found = now, "", time.Time{}, false, ""
}

// different says in words in which values that matter settings differ.
func different(a, b *identity.SAMLSettings) (out []identity.Delta) {
	for _, f := range []struct{ name, before, after string }{
		{"issuer", a.EntityID, b.EntityID}, {"singleSignOnUrl", a.SSOURL, b.SSOURL}, {"singleSignOnPostUrl", a.SSOPostURL, b.SSOPostURL},
		{"singleLogoutUrl", a.SLOURL, b.SLOURL}, {"singleLogoutReturnUrl", a.SLOReturnURL, b.SLOReturnURL}, {"anotherIssuer", a.Found, b.Found},
		{"metadataProblem", a.FetchError, b.FetchError},
	} {
		if f.before != f.after {
			out = append(out, identity.Delta{Field: f.name, Before: f.before, After: f.after})
		}
	}
	before, after := Certificates(a), Certificates(b)
	for i := range after {
		if !slices.ContainsFunc(before, after[i].is) {
			out = append(out, identity.Delta{Field: "certificate", After: after[i].String()})
		}
	}
	for i := range before {
		if !slices.ContainsFunc(after, before[i].is) {
			out = append(out, identity.Delta{Field: "certificate", Before: before[i].String()})
		}
	}
	return out
}

func (c *Certificate) is(other Certificate) bool { return c.Fingerprint == other.Fingerprint }

// String tells a certificate in a line: whose it is, until when, and the begin of
// its fingerprint.
func (c *Certificate) String() string {
	return c.Subject + ", until " + c.Until.UTC().Format("2 January 2006") + ", SHA-256 " + c.Fingerprint[:11] + "…"
}
