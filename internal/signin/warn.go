package signin

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/store"
)

// warnings are how many days before the end of something administrators are told.
func warnings() []int64 { return []int64{1, 7, 30, 60} }

const day = 24 * time.Hour

// Ending is something of a connection that ends, and after which people are
// refused.
type Ending struct {
	What string // "The identity provider's last signing certificate"
	Do   string // what to do about it
	At   time.Time
}

// Endings lists what of a connection ends, the first first. With several
// certificates it is the last to end that counts. What metadata bring anew by
// themselves is left out as long as they can be fetched.
func Endings(d *identity.SignOn) (out []Ending) {
	if d.Protocol != identity.OIDC {
		out = endingsOfSAML(&d.SAML)
	}
	if at := d.OIDC.SecretExpires; !at.IsZero() && d.Protocol == identity.OIDC {
		out = append(out, Ending{"The client secret", "Make a second one at the identity provider, and enter it here with its end. The old one goes on beside it.", at})
	}
	slices.SortStableFunc(out, func(a, b Ending) int { return a.At.Compare(b.At) })
	return out
}

func endingsOfSAML(c *identity.SAMLSettings) (out []Ending) {
	var last time.Time
	for _, one := range Certificates(c) {
		if one.Gone.IsZero() && one.Until.After(last) {
			last = one.Until
		}
	}
	by := "Have the identity provider make a new one, and upload its metadata here, or add the certificate by hand, before it is used."
	if c.MetadataURL != "" {
		by = "Have the identity provider make a new one. It comes here by itself as soon as it stands in the metadata."
	}
	if !last.IsZero() {
		out = append(out, Ending{"The identity provider's last signing certificate", by, last})
	}
	if !c.ValidUntil.IsZero() && (c.MetadataURL == "" || c.FetchError != "") {
		out = append(out, Ending{"The identity provider's metadata", "Get them again from the identity provider.", c.ValidUntil})
	}
	if !c.SHA1Until.IsZero() {
		out = append(out, Ending{"The exception for signatures with SHA-1", "Have the identity provider sign with SHA-256 before.", c.SHA1Until})
	}
	return out
}

// Left says how long something goes on: "ends in 30 days", "has ended".
func (e *Ending) Left(now time.Time) string {
	switch n := int64(e.At.Sub(now) / day); {
	case !now.Before(e.At):
		return "has ended"
	case n == 0:
		return "ends within a day"
	case n == 1:
		return "ends in 1 day"
	default:
		return fmt.Sprintf("ends in %d days", n)
	}
}

// Soon reports whether something ends so soon that administrators are told.
func (e *Ending) Soon(now time.Time) bool { return stage(e.At.Sub(now)) > 0 }

// stage is which of the warnings is due when so much time is left; 0 for none.
func stage(left time.Duration) int64 {
	for _, days := range warnings() {
		if left <= time.Duration(days)*day {
			return days
		}
	}
	return 0
}

// warn mails administrators what of a connection ends soon: at each stage once.
func (s *Service) warn(ctx context.Context, p *store.PlacedSignOn, to []identity.Member) error {
	return s.conf.Store.Write(ctx, p.Workspace, func(tx *store.Tx) error {
		d, known, err := tx.SignOn(ctx, p.Connection)
		if err != nil || !known {
			return err
		}
		soon, due := endingSoon(&d, s.conf.Store.Now())
		if due == p.Warned || due > 0 && !d.Enabled {
			return nil
		}
		if err := tx.NoteWarned(ctx, p.Connection, due); err != nil || due == 0 || p.Warned > 0 && due > p.Warned {
			return err
		}
		var says []string
		for i := range soon {
			says = append(says, soon[i].told(s.conf.Store.Now())+", on "+soon[i].At.UTC().Format("2 January 2006")+". "+soon[i].Do)
		}
		return s.write(ctx, tx, p.Connection, to, soon[0].told(s.conf.Store.Now()), says...)
	})
}

// endingSoon lists what of a connection ends so soon that administrators are told,
// and which of the warnings is due.
func endingSoon(d *identity.SignOn, now time.Time) (soon []Ending, due int64) {
	for _, e := range Endings(d) {
		if n := stage(e.At.Sub(now)); n > 0 {
			soon = append(soon, e)
			due = min(n, cmp.Or(due, n))
		}
	}
	return soon, due
}

func (e *Ending) told(now time.Time) string { return e.What + " " + e.Left(now) }
