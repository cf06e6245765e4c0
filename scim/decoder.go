package scim

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

const (
	defaultDepth = 32
	// maxAttributes bounds the attributes of one object, so that looking for one stays cheap.
	maxAttributes = 256
	maxName       = 1024 // bytes of an attribute's name
)

// decoder reads one JSON document in a single pass.
type decoder struct {
	dec      *jsontext.Decoder
	buf      bytes.Buffer
	text     string // the document: strings without escapes are cut from it, not copied
	ix       *index
	notes    *Notes
	depth    int
	maxDepth int
	seen     []string // the names of the objects being read, outermost first
	clears   bool     // a PATCH value: null and "" are not absent but clear
}

// newDecoder takes a decoder for the document from the type's pool.
func newDecoder(ix *index, doc []byte, notes *Notes, maxDepth int) *decoder {
	d, _ := ix.pool.Get().(*decoder)
	if d == nil {
		d = &decoder{dec: jsontext.NewDecoder(strings.NewReader("")), seen: make([]string, 0, 64)}
	}
	if maxDepth <= 0 {
		maxDepth = defaultDepth
	}
	d.buf = *bytes.NewBuffer(doc)
	d.dec.Reset(&d.buf, jsontext.AllowDuplicateNames(true)) // we look for them ourselves, in any case
	d.text, d.ix, d.notes, d.maxDepth = string(doc), ix, notes, maxDepth
	return d
}

// release gives the decoder back, holding on to nothing.
func (d *decoder) release() {
	clear(d.seen[:cap(d.seen)])
	pool := &d.ix.pool
	d.buf, d.text, d.ix, d.notes, d.depth, d.seen, d.clears = bytes.Buffer{}, "", nil, nil, 0, d.seen[:0], false
	if cap(d.seen) <= 4*maxAttributes {
		pool.Put(d)
	}
}

// document reads a whole document that must be one object.
func (d *decoder) document(member func(name string) error) error {
	if k := d.dec.PeekKind(); k != '{' {
		if err := d.skip(); err != nil {
			return err
		}
		return BadRequest(invalidSyntax, "The body must be a JSON object, not %s.", kindName(k))
	}
	if err := d.each(member); err != nil {
		return err
	}
	if _, err := d.dec.ReadToken(); !errors.Is(err, io.EOF) {
		return BadRequest(invalidSyntax, "The body goes on after the end of the JSON object.")
	}
	return nil
}

// each reads an object and calls member for each name; member reads the value.
func (d *decoder) each(member func(name string) error) error {
	if err := d.enter(); err != nil {
		return err
	}
	base := len(d.seen)
	for d.dec.PeekKind() != '}' {
		name, err := d.name(base)
		if err != nil {
			return err
		}
		if err := member(name); err != nil {
			return err
		}
	}
	d.seen = d.seen[:base]
	return d.leave()
}

// name reads the next name, which must be new to the object whose names start at base.
func (d *decoder) name(base int) (string, error) {
	v, err := d.dec.ReadValue()
	if err != nil {
		return "", malformed(err)
	}
	name := d.str(v)
	if name == "" || len(name) > maxName {
		return "", BadRequest(invalidSyntax, "An attribute has an empty name, or one of more than %d bytes.", maxName)
	}
	for _, s := range d.seen[base:] {
		if equalFold(s, name) {
			return "", BadRequest(invalidSyntax, "%q is there twice; attribute names do not differ by case.", clip(name, 80))
		}
	}
	if len(d.seen)-base >= maxAttributes {
		return "", BadRequest(invalidSyntax, "One object has more than %d attributes.", maxAttributes)
	}
	d.seen = append(d.seen, name)
	return name, nil
}

// enter reads the start of an object or list, leave its end.
func (d *decoder) enter() error {
	if d.depth++; d.depth > d.maxDepth {
		return BadRequest(invalidSyntax, "The body is nested more than %d deep.", d.maxDepth)
	}
	_, err := d.dec.ReadToken()
	return malformed(err)
}

func (d *decoder) leave() error {
	d.depth--
	_, err := d.dec.ReadToken()
	return malformed(err)
}

// skip reads over a value.
func (d *decoder) skip() error { return malformed(d.dec.SkipValue()) }

// any reads a value of which no schema says anything. Null in it counts as absent.
func (d *decoder) any() (any, error) {
	switch d.dec.PeekKind() {
	case '{':
		return d.anyObject()
	case '[':
		return d.anyList()
	default:
		return d.scalar()
	}
}

func (d *decoder) anyObject() (any, error) {
	o := &Object{}
	err := d.each(func(name string) error {
		v, err := d.any()
		if v != nil {
			o.Attrs = append(o.Attrs, Attr{Name: name, Value: v})
		}
		return err
	})
	return o, err
}

func (d *decoder) anyList() (any, error) {
	list := []any{}
	if err := d.enter(); err != nil {
		return nil, err
	}
	for d.dec.PeekKind() != ']' {
		v, err := d.any()
		if err != nil {
			return nil, err
		}
		if v != nil {
			list = append(list, v)
		}
	}
	return list, d.leave()
}

func (d *decoder) scalar() (any, error) {
	v, err := d.dec.ReadValue()
	if err != nil {
		return nil, malformed(err)
	}
	switch v.Kind() {
	case '"':
		return d.str(v), nil
	case '0':
		return d.number(v)
	case 't':
		return true, nil
	case 'f':
		return false, nil
	}
	return nil, nil
}

// optionalString reads a string; null is "".
func (d *decoder) optionalString(name string) (string, error) {
	switch k := d.dec.PeekKind(); k {
	case 'n':
		return "", d.skip()
	case '"':
		v, err := d.scalar()
		s, _ := v.(string)
		return s, err
	default:
		return "", d.wrong(name, "a string", k)
	}
}

// raw takes a value as it stands in the document, to be read later.
func (d *decoder) raw(document []byte) ([]byte, error) {
	v, err := d.dec.ReadValue()
	if err != nil {
		return nil, malformed(err)
	}
	end := int(d.dec.InputOffset())
	return document[end-len(v) : end], nil
}

// str gives the text of the string literal that was read last.
func (d *decoder) str(v jsontext.Value) string {
	if bytes.IndexByte(v, '\\') < 0 {
		end := int(d.dec.InputOffset()) - 1
		return d.text[end-len(v)+2 : end]
	}
	b, _ := jsontext.AppendUnquote(nil, v)
	return string(b)
}

// number gives an int64 for a whole number that fits, and a float64 for any other.
func (d *decoder) number(v jsontext.Value) (any, error) {
	if !bytes.ContainsAny(v, ".eE") {
		if n, err := strconv.ParseInt(string(v), 10, 64); err == nil {
			return n, nil
		}
	}
	f, err := strconv.ParseFloat(string(v), 64)
	if err != nil {
		return nil, BadRequest(invalidValue, "The number %.40s is too big.", v)
	}
	return f, nil
}

// malformed makes the 400 of a JSON error, if there is one.
func malformed(err error) error {
	if err == nil {
		return nil // kept apart: this is on the way of every token
	}
	return syntaxError(err)
}

func syntaxError(err error) error {
	var syntax *jsontext.SyntacticError
	switch {
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return BadRequest(invalidSyntax, "The body is empty or ends early; it must be one JSON object.")
	case errors.As(err, &syntax) && syntax.Err != nil:
		return BadRequest(invalidSyntax, "The body is not valid JSON: %v at byte %d.", syntax.Err, syntax.ByteOffset)
	}
	return &Error{Status: 400, Type: invalidSyntax, Detail: "The body is not valid JSON.", Err: err}
}
