package oidc

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// twiceError is a name that stands twice in one object.
type twiceError struct{ name string }

func (e *twiceError) Error() string { return fmt.Sprintf("%q stands twice", e.name) }

const deepest = 32 // objects and lists in one another

// errForm is text that is no JSON object.
var errForm = errors.New("not a JSON object")

// object reads a JSON object. Other readers take the last of two members of one
// name, or one in other letter case; here both are refused, at any depth the
// first and at the top the second (RFC 8259 §4). Numbers stay as they are written.
func object(data []byte) (map[string]any, error) {
	if !utf8.Valid(data) || !json.Valid(data) {
		return nil, errForm
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	v, err := value(d, 0)
	if err != nil {
		return nil, err
	}
	o, ok := v.(map[string]any)
	if !ok {
		return nil, errForm
	}
	folded := make(map[string]bool, len(o))
	for name := range o {
		f := fold(name)
		if folded[f] {
			return nil, &twiceError{name}
		}
		folded[f] = true
	}
	return o, nil
}

func value(d *json.Decoder, depth int) (any, error) {
	t, err := d.Token()
	if err != nil || depth > deepest {
		return nil, errForm
	}
	switch t {
	case json.Delim('{'):
		return members(d, depth)
	case json.Delim('['):
		list := []any{}
		for d.More() {
			v, err := value(d, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err := d.Token()
		return list, err
	}
	return t, nil
}

func members(d *json.Decoder, depth int) (map[string]any, error) {
	o := map[string]any{}
	for d.More() {
		t, err := d.Token()
		name, ok := t.(string)
		if err != nil || !ok {
			return nil, errForm
		}
		if _, twice := o[name]; twice {
			return nil, &twiceError{name}
		}
		if o[name], err = value(d, depth+1); err != nil {
			return nil, err
		}
	}
	_, err := d.Token()
	if errors.Is(err, io.EOF) {
		return nil, errForm
	}
	return o, err
}

// fold makes names alike that differ in letter case only, also by letters outside
// ASCII that fold into it, as the long s.
func fold(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= utf8.RuneSelf {
			for f := unicode.SimpleFold(r); f != r && r >= utf8.RuneSelf; f = unicode.SimpleFold(f) {
				r = min(r, f)
			}
		}
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}, name)
}

// texts gives a member that is a text or a list of texts; ok is false for
// anything else, and for none.
func texts(v any) (list []string, ok bool) {
	switch v := v.(type) {
	case string:
		return []string{v}, true
	case []any:
		for _, one := range v {
			s, isText := one.(string)
			if !isText {
				return nil, false
			}
			list = append(list, s)
		}
		return list, true
	}
	return nil, false
}
