package saml

import (
	"regexp"
	"strconv"
	"time"

	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/saml/dsig"
)

// times reads how long metadata counts: the shortest of what the provider's part
// and everything around it say. saml-metadata-2.0 §4.3.1
func (p *Provider) times(role *dsig.Element, now time.Time) error {
	for e := role; e != nil; e = e.Parent {
		if text, ok := e.Lookup("validUntil"); ok {
			t, err := metadataTime(text)
			if err != nil {
				return err
			}
			if p.ValidUntil.IsZero() || t.Before(p.ValidUntil) {
				p.ValidUntil = t
			}
		}
		if text, ok := e.Lookup("cacheDuration"); ok {
			d, err := duration(text)
			if err != nil {
				return err
			}
			if p.CacheFor == 0 || d < p.CacheFor {
				p.CacheFor = d
			}
		}
	}
	if !p.ValidUntil.IsZero() && !now.Before(p.ValidUntil) {
		return explain.Refuse(explain.MetadataExpired, "a validUntil behind "+instant(now), instant(p.ValidUntil))
	}
	return nil
}

// metadataTime reads an xs:dateTime. One without a zone is in UTC.
func metadataTime(text string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, explain.Refuse(explain.MetadataDate, "a time like 2030-01-31T00:00:00Z", text)
}

// duration reads an xs:duration. A year has 365 days and a month 30, which is
// exact enough for when to look again.
func duration(text string) (time.Duration, error) {
	form := regexp.MustCompile(`^P(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,6})D)?(?:T(?:(\d{1,8})H)?(?:(\d{1,8})M)?(?:(\d{1,9})(?:\.\d+)?S)?)?$`)
	m := form.FindStringSubmatch(text)
	if m == nil || text[len(text)-1] == 'P' || text[len(text)-1] == 'T' {
		return 0, explain.Refuse(explain.MetadataDate, "a duration like PT6H", text)
	}
	const day = 24 * time.Hour
	const most = 10 * 365 * day
	var all time.Duration
	for i, unit := range []time.Duration{365 * day, 30 * day, day, time.Hour, time.Minute, time.Second} {
		n, _ := strconv.ParseInt("0"+m[i+1], 10, 64) // digits, or none
		if n > int64(most/unit) {
			return most, nil
		}
		all += time.Duration(n) * unit
	}
	return min(all, most), nil
}
