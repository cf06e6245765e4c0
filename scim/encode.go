package scim

import (
	"math"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// AppendJSON appends the object as JSON: its attributes in their order, vendor attributes in the form in which
// they were sent. Equal objects in equal order give equal bytes. ResourceType.DecodeStored reads it back.
func (o *Object) AppendJSON(dst []byte) []byte {
	dst = append(dst, '{')
	if o != nil {
		dst = appendMembers(dst, o, o.urn)
	}
	return append(dst, '}')
}

// appendMembers appends the members of an object that has begun.
func appendMembers(dst []byte, o *Object, urn string) []byte {
	nested := false
	for i := range o.Attrs {
		a := &o.Attrs[i]
		switch {
		case a.Value == nil:
		case a.Form == Nested && urn != "":
			if !nested {
				dst = appendNested(dst, o.Attrs[i:], urn)
			}
			nested = true
		default:
			dst = appendValue(appendName(dst, a, urn), a.Value)
		}
	}
	return dst
}

// appendNested appends the Nested attributes under the core schema's URN.
func appendNested(dst []byte, attrs []Attr, urn string) []byte {
	dst = appendKey(dst, urn)
	dst = append(dst, '{')
	for i := range attrs {
		if a := &attrs[i]; a.Form == Nested && a.Value != nil {
			dst = appendValue(appendKey(dst, a.Name), a.Value)
		}
	}
	return append(dst, '}')
}

func appendName(dst []byte, a *Attr, urn string) []byte {
	if a.Form == Flat && urn != "" {
		return appendKey(dst, urn+":"+a.Name)
	}
	return appendKey(dst, a.Name)
}

// appendKey appends a name and a colon, with a comma in front unless the object has just begun.
func appendKey(dst []byte, name string) []byte {
	if n := len(dst); n > 0 && dst[n-1] != '{' {
		dst = append(dst, ',')
	}
	return append(appendString(dst, name), ':')
}

func appendValue(dst []byte, v any) []byte {
	switch v := v.(type) {
	case string:
		return appendString(dst, v)
	case bool:
		return strconv.AppendBool(dst, v)
	case int64:
		return strconv.AppendInt(dst, v, 10)
	case float64:
		return appendFloat(dst, v)
	case *Object:
		return v.AppendJSON(dst)
	case []any:
		return appendList(dst, v)
	case int:
		return strconv.AppendInt(dst, int64(v), 10)
	}
	return append(dst, "null"...)
}

func appendList(dst []byte, list []any) []byte {
	dst = append(dst, '[')
	for i, e := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendValue(dst, e)
	}
	return append(dst, ']')
}

// appendFloat marks a whole number as a decimal one, so that it is read back as such.
func appendFloat(dst []byte, f float64) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return append(dst, "null"...)
	}
	from := len(dst)
	dst = strconv.AppendFloat(dst, f, 'g', -1, 64)
	for _, c := range dst[from:] {
		if c == '.' || c == 'e' {
			return dst
		}
	}
	return append(dst, ".0"...)
}

// appendString appends a JSON string. Almost all strings need no escape.
func appendString(dst []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c >= 0x80 {
			dst, _ = jsontext.AppendQuote(dst, s)
			return dst
		}
	}
	dst = append(dst, '"')
	dst = append(dst, s...)
	return append(dst, '"')
}

// timeLayout is a dateTime in UTC to the millisecond. RFC 7643 §2.3.5.
const timeLayout = "2006-01-02T15:04:05.000Z"

// appendTime appends a dateTime, quoted.
func appendTime(dst []byte, t time.Time) []byte {
	t = t.UTC()
	year, month, day := t.Date()
	if year < 1000 || year > 9999 {
		return append(t.AppendFormat(append(dst, '"'), timeLayout), '"')
	}
	hour, minute, second := t.Clock()
	dst = appendDigits(append(dst, '"'), year, 4)
	dst = appendDigits(append(dst, '-'), int(month), 2)
	dst = appendDigits(append(dst, '-'), day, 2)
	dst = appendDigits(append(dst, 'T'), hour, 2)
	dst = appendDigits(append(dst, ':'), minute, 2)
	dst = appendDigits(append(dst, ':'), second, 2)
	dst = appendDigits(append(dst, '.'), t.Nanosecond()/1e6, 3)
	return append(dst, `Z"`...)
}

// appendDigits appends n as so many digits.
func appendDigits(dst []byte, n, digits int) []byte {
	from := len(dst)
	dst = append(dst, "0000"[:digits]...)
	for i := from + digits - 1; i >= from; i-- {
		dst[i] = byte('0' + n%10)
		n /= 10
	}
	return dst
}

func timeText(t time.Time) string { return t.UTC().Format(timeLayout) }
