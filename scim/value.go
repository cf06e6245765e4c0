package scim

import (
	"math"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/anteroom-id/anteroom/scim/filter"
)

// value reads the value of a defined attribute; nil stands for null. RFC 7643 §2.3.
func (d *decoder) value(f *field) (any, error) {
	k := d.dec.PeekKind()
	switch {
	case k == 'n':
		return nil, d.skip()
	case f.MultiValued:
		return d.list(f, k)
	}
	return d.single(f, k)
}

// list reads a multi-valued attribute. RFC 7643 §2.4.
func (d *decoder) list(f *field, k jsontext.Kind) (any, error) {
	defer func(was bool) { d.clears = was }(d.clears)
	d.clears = false
	if k != '[' {
		return d.loneValue(f, k)
	}
	list := make([]any, 0, 2)
	if err := d.enter(); err != nil {
		return nil, err
	}
	for {
		k := d.dec.PeekKind()
		if k == ']' {
			d.onePrimary(f, list)
			return list, d.leave()
		}
		v, err := d.element(f, k)
		if err != nil {
			return nil, err
		}
		if !absent(v) && v != "" {
			list = append(list, v)
		}
	}
}

func (d *decoder) element(f *field, k jsontext.Kind) (any, error) {
	if k == 'n' {
		return nil, d.skip()
	}
	if k == '[' {
		return nil, d.wrong(f.path, "a list of values", k)
	}
	return d.single(f, k)
}

// single reads one value: that of a single-valued attribute, or an element of a list.
func (d *decoder) single(f *field, k jsontext.Kind) (any, error) {
	switch f.kind {
	case Complex:
		return d.complexOf(f, k)
	case Boolean:
		if k == '"' {
			return d.stringBoolean(f)
		}
		return d.plain(f, k, k == 't' || k == 'f', "true or false")
	case Integer:
		return d.integer(f, k)
	case Decimal:
		return d.plain(f, k, k == '0', "a number")
	}
	return d.textOf(f, k)
}

// plain reads a scalar of the kind ok, or the empty string, which stands for no value.
func (d *decoder) plain(f *field, k jsontext.Kind, ok bool, want string) (any, error) {
	if !ok && k != '"' {
		return nil, d.wrong(f.path, want, k)
	}
	v, err := d.scalar()
	switch {
	case err != nil:
		return nil, err
	case v == "":
		return nil, nil
	case !ok:
		return nil, d.wrong(f.path, want, k)
	}
	return v, nil
}

func (d *decoder) integer(f *field, k jsontext.Kind) (any, error) {
	v, err := d.plain(f, k, k == '0', "a whole number")
	if n, ok := v.(float64); ok {
		if n != math.Trunc(n) || n < -1<<63 || n >= 1<<63 {
			return nil, BadRequest(invalidValue, "%s must be a whole number of at most 64 bits.", f.path)
		}
		return int64(n), nil
	}
	return v, err
}

// textOf reads a string, reference, dateTime or binary value.
func (d *decoder) textOf(f *field, k jsontext.Kind) (any, error) {
	if k != '"' {
		return nil, d.wrong(f.path, "a string", k)
	}
	v, err := d.dec.ReadValue()
	if err != nil {
		return nil, malformed(err)
	}
	s := d.str(v)
	switch {
	case s == "" && (d.clears || f.kind != String):
		return nil, nil
	case f.kind == DateTime:
		return s, checkDateTime(f, s)
	case f.kind == Binary:
		return s, checkBinary(f, s)
	}
	return s, nil
}

// checkDateTime: RFC 7643 §2.3.5.
func checkDateTime(f *field, s string) error {
	if _, ok := filter.ParseDateTime(s); ok {
		return nil
	}
	return BadRequest(invalidValue, "%s must be a date and time such as 2026-01-31T09:30:00Z, not %.40q.", f.path, s)
}

// checkBinary: base64, RFC 7643 §2.3.6.
func checkBinary(f *field, s string) error {
	body := strings.TrimRight(s, "=")
	bad := strings.IndexFunc(body, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && !strings.ContainsRune("+/-_\r\n", r)
	})
	if bad < 0 && len(s)-len(body) <= 2 {
		return nil
	}
	return BadRequest(invalidValue, "%s must be base64.", f.path)
}

// complexOf reads a complex value.
func (d *decoder) complexOf(f *field, k jsontext.Kind) (any, error) {
	switch {
	case k == '{':
		return d.object(f)
	case k == '"':
		return d.stringComplex(f)
	case k == '[':
		return d.listComplex(f)
	}
	return nil, d.wrong(f.path, "an object", k)
}

// object reads the sub-attributes of a complex value; nil when there are none.
func (d *decoder) object(f *field) (any, error) {
	o := &Object{Attrs: make([]Attr, 0, 4)}
	err := d.each(func(name string) error { return d.subAttribute(f, o, name) })
	if err != nil || len(o.Attrs) == 0 {
		return nil, err
	}
	return o, nil
}

func (d *decoder) subAttribute(f *field, o *Object, name string) error {
	sub := f.subs.find(name)
	if sub == nil {
		return d.unknownSub(f, o, name)
	}
	if sub.readOnly() || sub.secret() {
		return d.drop(sub)
	}
	v, err := d.value(sub)
	if err == nil && (d.clears || !absent(v)) {
		o.Attrs = append(o.Attrs, Attr{Name: sub.Name, Value: v})
	}
	return err
}

func (d *decoder) unknownSub(f *field, o *Object, name string) error {
	v, err := d.any()
	if err != nil || absent(v) {
		return err
	}
	d.notes.Add("kept-unknown", f.path+"."+name, "%s.%s is not part of the schema. It was kept as sent.", f.path, name)
	o.Attrs = append(o.Attrs, Attr{Name: name, Value: v})
	return nil
}

// wrong is the 400 for a value of the wrong type.
func (d *decoder) wrong(path, want string, k jsontext.Kind) error {
	if k == 0 {
		return d.skip() // not a value at all: the syntax error says so
	}
	return BadRequest(invalidValue, "%s must be %s, not %s.", path, want, kindName(k))
}
