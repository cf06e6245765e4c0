package filter

import "time"

// ParseDateTime reads a SCIM dateTime such as 2011-05-13T04:42:34.5+02:00: RFC 7643
// §2.3.5, an xsd:dateTime with both date and time. It is UTC where it names no zone.
// "T" and "Z" may be small, 24:00:00 is the next day's start, a leap second is the
// next second, and what is finer than a nanosecond is dropped. The time is in UTC.
// It does not allocate memory.
func ParseDateTime(s string) (time.Time, bool) {
	p := clockParser{s: s, ok: true}
	year, month, day := p.number(4, 9999), p.after('-', 12), p.after('-', 31)
	p.letter('t')
	hour, minute, second := p.number(2, 24), p.after(':', 59), p.after(':', 60)
	nanosecond := p.fraction()
	offset := p.zone()
	if !p.ok || p.s != "" || hour == 24 && (minute != 0 || second != 0 || nanosecond != 0) {
		return time.Time{}, false
	}
	date := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	if month == 0 || date.Day() != day {
		return time.Time{}, false
	}
	t := time.Date(year, time.Month(month), day, hour, minute-offset, second, nanosecond, time.UTC)
	return t, true
}

// clockParser reads the parts of a dateTime one after the other; ok turns false at the
// first that is not as it should be.
type clockParser struct {
	s  string
	ok bool
}

// number reads n digits, at most most.
func (p *clockParser) number(n, most int) int {
	if len(p.s) < n {
		p.ok = false
		return 0
	}
	v := 0
	for i := range n {
		p.ok = p.ok && isDigit(p.s[i])
		v = v*10 + int(p.s[i]-'0')
	}
	p.s, p.ok = p.s[n:], p.ok && v <= most
	return v
}

// after reads a separator and two digits.
func (p *clockParser) after(separator byte, most int) int {
	if p.s == "" || p.s[0] != separator {
		p.ok = false
		return 0
	}
	p.s = p.s[1:]
	return p.number(2, most)
}

// letter reads a letter in any case.
func (p *clockParser) letter(small byte) {
	if p.s == "" || p.s[0]|0x20 != small {
		p.ok = false
		return
	}
	p.s = p.s[1:]
}

// fraction reads an optional fraction of a second, in nanoseconds.
func (p *clockParser) fraction() int {
	if p.s == "" || p.s[0] != '.' {
		return 0
	}
	found, rest := digits(p.s[1:])
	p.s, p.ok = rest, p.ok && found != ""
	v := 0
	for i := range 9 {
		v *= 10
		if i < len(found) {
			v += int(found[i] - '0')
		}
	}
	return v
}

// zone reads an optional zone, in minutes east of UTC. XML Schema allows up to 14 hours.
func (p *clockParser) zone() int {
	if p.s == "" {
		return 0
	}
	sign := p.s[0]
	if sign|0x20 == 'z' {
		p.s = p.s[1:]
		return 0
	}
	p.ok = p.ok && (sign == '+' || sign == '-')
	p.s = p.s[1:]
	minutes := p.number(2, 14)*60 + p.after(':', 59)
	p.ok = p.ok && minutes <= 14*60
	if sign == '-' {
		return -minutes
	}
	return minutes
}
