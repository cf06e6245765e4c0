package scimapi

import (
	"bytes"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/anteroom-id/anteroom/internal/directory"
)

// outline names what a body sends, without any value: the attributes of a
// resource, "replace active, add members" of a PATCH. It is for the provisioning
// log, so that an administrator sees the mapping as it comes over the wire. A
// body that cannot be read has no outline.
func outline(body []byte) string {
	d := jsontext.NewDecoder(bytes.NewBuffer(body), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	o := outliner{d: d}
	if d.PeekKind() != '{' || !o.object() {
		return ""
	}
	return directory.OneLine(strings.Join(o.names, ", "))
}

const outlined = 60 // names at most

type outliner struct {
	d     *jsontext.Decoder
	names []string
}

func (o *outliner) add(name string) {
	if len(o.names) < outlined {
		o.names = append(o.names, name)
	}
}

// object reads an object's names; at the top, the operations of a PATCH too.
func (o *outliner) object() bool {
	if _, err := o.d.ReadToken(); err != nil {
		return false
	}
	for o.d.PeekKind() == '"' {
		t, err := o.d.ReadToken()
		if err != nil {
			return false
		}
		name := t.String()
		if strings.EqualFold(name, "Operations") && o.d.PeekKind() == '[' {
			if !o.operations() {
				return false
			}
			continue
		}
		if !strings.EqualFold(name, "schemas") {
			o.add(name)
		}
		if o.d.SkipValue() != nil {
			return false
		}
	}
	_, err := o.d.ReadToken()
	return err == nil
}

func (o *outliner) operations() bool {
	if _, err := o.d.ReadToken(); err != nil {
		return false
	}
	for o.d.PeekKind() == '{' {
		if !o.operation() {
			return false
		}
	}
	if o.d.PeekKind() != ']' {
		return false
	}
	_, err := o.d.ReadToken()
	return err == nil
}

// operation reads one operation of a PATCH or of a bulk request.
func (o *outliner) operation() bool {
	if _, err := o.d.ReadToken(); err != nil {
		return false
	}
	var verb, path string
	var inner []string
	for o.d.PeekKind() == '"' {
		t, err := o.d.ReadToken()
		if err != nil {
			return false
		}
		switch name := strings.ToLower(t.String()); {
		case (name == "op" || name == "method") && o.d.PeekKind() == '"':
			verb = o.text()
		case name == "path" && o.d.PeekKind() == '"':
			path = o.text()
		case name == "value" && o.d.PeekKind() == '{':
			sub := outliner{d: o.d}
			if !sub.object() {
				return false
			}
			inner = sub.names
		default:
			if o.d.SkipValue() != nil {
				return false
			}
		}
	}
	if path == "" {
		path = strings.Join(inner, " ")
	}
	o.add(strings.ToLower(verb) + " " + path)
	_, err := o.d.ReadToken()
	return err == nil
}

func (o *outliner) text() string {
	t, err := o.d.ReadToken()
	if err != nil {
		return ""
	}
	s := t.String()
	if i := strings.IndexByte(s, '['); i >= 0 { // a filter may hold values
		s = s[:i] + "[…]" + s[strings.LastIndexByte(s, ']')+1:]
	}
	return s
}
