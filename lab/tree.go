package lab

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// leaf is a JSON value that knows where it stands. It is a string, a
// json.Number, a bool, nil, a list or an object.
type leaf struct {
	at    int // offset in the text
	value any
	items []*leaf
	keys  []string // of an object, in order
	list  bool
}

// get gives what stands under a key, nil when nothing does.
func (l *leaf) get(key string) *leaf {
	for i, k := range l.keys {
		if k == key {
			return l.items[i]
		}
	}
	return nil
}

// object says whether the value is an object.
func (l *leaf) object() bool { return l.keys != nil }

// kind names the value's type in messages.
func (l *leaf) kind() string {
	switch {
	case l.list:
		return "a list"
	case l.object():
		return "an object"
	}
	switch l.value.(type) {
	case string:
		return "a text"
	case json.Number:
		return "a number"
	case bool:
		return "a truth value"
	}
	return "null"
}

// place gives line and column of an offset, both counted from 1.
func place(text []byte, at int) string {
	before := text[:min(at, len(text))]
	line := bytes.Count(before, []byte("\n")) + 1
	column := len(bytes.Runes(before[bytes.LastIndexByte(before, '\n')+1:])) + 1
	return fmt.Sprintf("line %d, column %d", line, column)
}

// grower reads JSON into leaves.
type grower struct {
	text  []byte
	d     *json.Decoder
	depth int
}

// maxDepth is how deep lists and objects may stand in one another.
const maxDepth = 32

// grow reads one JSON value that is the whole text.
func grow(text []byte) (*leaf, error) {
	g := &grower{text: text, d: json.NewDecoder(bytes.NewReader(text))}
	g.d.UseNumber()
	root, err := g.value()
	if err == nil {
		if rest := g.next(); rest < len(text) {
			err = fmt.Errorf("%s: something follows the end", place(text, rest))
		}
	}
	return root, err
}

// next is where the next token begins.
func (g *grower) next() int {
	at := int(g.d.InputOffset())
	for at < len(g.text) && strings.IndexByte(" \t\r\n,:", g.text[at]) >= 0 {
		at++
	}
	return at
}

func (g *grower) token() (json.Token, int, error) {
	at := g.next()
	t, err := g.d.Token()
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax):
		return nil, at, fmt.Errorf("%s: this is no JSON: %w", place(g.text, max(int(syntax.Offset)-1, at)), err)
	case err != nil:
		return nil, at, fmt.Errorf("%s: this is no JSON: it ends too early", place(g.text, at))
	}
	return t, at, nil
}

func (g *grower) value() (*leaf, error) {
	t, at, err := g.token()
	if err != nil {
		return nil, err
	}
	l := &leaf{at: at, value: t}
	switch t {
	case json.Delim('['):
		l.list = true
		return l, g.children(l)
	case json.Delim('{'):
		l.keys = []string{}
		return l, g.children(l)
	}
	return l, nil
}

// children reads up to the end of a list or an object.
func (g *grower) children(l *leaf) error {
	if g.depth++; g.depth > maxDepth {
		return fmt.Errorf("%s: this is nested more than %d deep", place(g.text, l.at), maxDepth)
	}
	defer func() { g.depth-- }()
	for g.d.More() {
		if l.object() {
			t, at, err := g.token()
			if err != nil {
				return err
			}
			key, _ := t.(string)
			if l.get(key) != nil {
				return fmt.Errorf("%s: %q stands here twice", place(g.text, at), key)
			}
			l.keys = append(l.keys, key)
		}
		item, err := g.value()
		if err != nil {
			return err
		}
		l.items = append(l.items, item)
	}
	_, _, err := g.token()
	return err
}
