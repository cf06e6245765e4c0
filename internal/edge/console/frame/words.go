package frame

import (
	"strconv"
	"strings"
	"time"
)

// Moment is a point in time as a page shows it: how long ago, with the exact
// time beside it.
type Moment struct {
	at    time.Time
	ISO   string // RFC 3339, for the datetime attribute
	Exact string // for people, in UTC
	Ago   string
	Fine  bool // Ago counts the seconds
}

// MomentOf is a point in time as it is told now.
func MomentOf(at, now time.Time) Moment {
	at = at.UTC()
	return Moment{at: at, ISO: at.Format("2006-01-02T15:04:05.000Z"), Exact: at.Format("2 Jan 2006, 15:04:05") + " UTC", Ago: Ago(now.Sub(at), false)}
}

// ToTheSecond is the moment with its seconds counted.
func (m Moment) ToTheSecond(now time.Time) Moment {
	m.Ago, m.Fine = Ago(now.Sub(m.at), true), true
	return m
}

// Ago tells a duration in words: "just now" below a minute, or below two seconds
// where seconds are told. static/live.js says the same as time goes on.
func Ago(d time.Duration, fine bool) string {
	switch {
	case d < 2*time.Second, d < time.Minute && !fine:
		return "just now"
	case d < time.Minute:
		return Counted(int64(d/time.Second), "second", "seconds") + " ago"
	case d < time.Hour:
		return Counted(int64(d/time.Minute), "minute", "minutes") + " ago"
	case d < 24*time.Hour:
		return Counted(int64(d/time.Hour), "hour", "hours") + " ago"
	}
	return Counted(int64(d/(24*time.Hour)), "day", "days") + " ago"
}

// Took tells how long a request took.
func Took(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return "<1 ms"
	case d < time.Second:
		return strconv.FormatInt(d.Milliseconds(), 10) + " ms"
	}
	return strconv.FormatFloat(d.Seconds(), 'f', 1, 64) + " s"
}

// Counted gives a number with its word: "1 person", "25 people".
func Counted(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return Number(n) + " " + many
}

// Number writes n with a comma at each thousand.
func Number(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// OrElse is s, or other when s is blank.
func OrElse(s, other string) string {
	if strings.TrimSpace(s) == "" {
		return other
	}
	return s
}
