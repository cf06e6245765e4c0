package product

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// reader walks a definition's YAML, fills in what it finds, and gathers mistakes
// instead of stopping at the first.
type reader struct {
	file  string
	found Mistakes
	lines map[string]int // path of every key that was read, to its line
}

// fields names the keys of an object and what to do with each value.
type fields map[string]field

// field reads one value at a path, and knows what such a value looks like.
type field struct {
	read  func(n *yaml.Node, path string)
	shape shape
}

// says adds what the value means, for the JSON Schema that editors show.
func (f field) says(note string) field {
	f.shape.note = note
	return f
}

// fault records a mistake at the line of a path, or of what holds it. Where the
// path, or what holds it, already has one, this one only follows from it.
func (r *reader) fault(path, remedy, format string, args ...any) {
	if !r.faulty(path) {
		r.faultAt(r.line(path), path, remedy, format, args...)
	}
}

// faulty reports whether a path, or what holds it, has a mistake.
func (r *reader) faulty(path string) bool {
	for ; path != ""; path = holder(path) {
		if slices.ContainsFunc(r.found, func(m *Mistake) bool { return m.Path == path }) {
			return true
		}
	}
	return false
}

// holder is the path of the object or list that a path stands in.
func holder(path string) string {
	return path[:max(0, strings.LastIndexAny(path, ".["))]
}

func (r *reader) faultAt(line int, path, remedy, format string, args ...any) {
	r.found = append(r.found, &Mistake{r.file, line, path, fmt.Sprintf(format, args...), remedy})
}

// line is the line of a path, or of its nearest known holder.
func (r *reader) line(path string) int {
	for path != "" {
		if n, ok := r.lines[path]; ok {
			return n
		}
		path = holder(path)
	}
	return 0
}

// given reports whether the file has this key.
func (r *reader) given(path string) bool {
	_, ok := r.lines[path]
	return ok
}

// parse turns the file into its root mapping, or returns nil after recording why not.
func (r *reader) parse(data []byte) *yaml.Node {
	switch {
	case len(data) > MaxSize:
		r.faultAt(0, "", "keep descriptions short", "the file is larger than %d bytes", MaxSize)
		return nil
	case !utf8.Valid(data):
		r.faultAt(invalidLine(data), "", "save it as UTF-8", "the file is not valid UTF-8")
		return nil
	}
	root, err := r.load(data)
	switch {
	case errors.Is(err, io.EOF):
		r.faultAt(0, "", `start with a line like "name: My product"`, "the file is empty")
	case err != nil:
		r.syntax(err)
	case root.Kind != yaml.MappingNode:
		r.faultAt(root.Line, "", `start with a line like "name: My product"`, "the file must be a list of keys and values")
	default:
		return root
	}
	return nil
}

// load reads the one document of the file.
func (r *reader) load(data []byte) (*yaml.Node, error) {
	l, err := yaml.NewLoader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	var doc, more yaml.Node
	if err := l.Load(&doc); err != nil {
		return nil, err
	}
	if err := l.Load(&more); err == nil {
		r.faultAt(more.Line, "", `remove the line "---" and what follows`, "the file holds a second document")
	} else if !errors.Is(err, io.EOF) {
		return nil, err
	}
	if len(doc.Content) != 1 {
		return nil, io.EOF
	}
	return doc.Content[0], nil
}

func (r *reader) syntax(err error) {
	var le *yaml.LoadError
	if errors.As(err, &le) {
		r.faultAt(le.Mark.Line, "", "check indentation, quotes and brackets there and in the line above", "not valid YAML: %s", le.Message)
		return
	}
	r.faultAt(0, "", "check indentation, quotes and brackets", "not valid YAML: %v", err)
}

// object reads a mapping: known keys into their fields, anything else is a mistake.
func (r *reader) object(n *yaml.Node, path string, known fields) {
	if n.Kind != yaml.MappingNode {
		r.kind(n, path, "keys and values")
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		at := join(path, key.Value)
		read, ok := known[key.Value]
		switch {
		case key.Kind != yaml.ScalarNode || key.Tag == "!!merge":
			r.faultAt(key.Line, path, "write the keys out", "only plain keys are read here")
		case !ok:
			r.faultAt(key.Line, at, known.remedy(key.Value), "unknown key %q", key.Value)
		case r.given(at):
			r.faultAt(key.Line, at, "remove one of the two", "the key was already given in line %d", r.lines[at])
		default:
			r.lines[at] = key.Line
			r.value(value, at, read)
		}
	}
}

// value reads one value. Anchors are refused: a definition says what it means in
// the place where it means it, and no file can grow by referring to itself.
func (r *reader) value(n *yaml.Node, path string, read field) {
	if n.Kind == yaml.AliasNode || n.Anchor != "" {
		r.faultAt(n.Line, path, "write the value out", "anchors and aliases are not read")
		return
	}
	read.read(n, path)
}

func (f fields) remedy(key string) string {
	names := make([]string, 0, len(f))
	for name := range f {
		names = append(names, name)
	}
	slices.Sort(names)
	if near := nearest(key, names); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return "known here: " + strings.Join(names, ", ")
}

// text reads a string. A number or boolean without quotes is a mistake, since
// YAML would read 1.10 as 1.1 and true as a truth value.
func text[S ~string](r *reader, into *S) field {
	return field{func(n *yaml.Node, path string) {
		if n.Kind != yaml.ScalarNode || n.Tag != "!!str" {
			r.kind(n, path, "text")
			return
		}
		*into = S(n.Value)
	}, shape{types: []string{"string"}}}
}

// scalar reads any single value as it is written.
func scalar(r *reader, into *string) field {
	return field{func(n *yaml.Node, path string) {
		if n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
			r.kind(n, path, "a single value")
			return
		}
		*into = n.Value
	}, shape{types: []string{"string", "number", "boolean"}}}
}

// flag reads true or false.
func flag(r *reader, into *bool) field {
	return field{func(n *yaml.Node, path string) {
		if n.Kind != yaml.ScalarNode || n.Tag != "!!bool" {
			r.kind(n, path, "true or false")
			return
		}
		*into = strings.EqualFold(n.Value, "true")
	}, shape{types: []string{"boolean"}}}
}

// count reads a whole number from 0 to most.
func count(r *reader, into *int, most int) field {
	return field{func(n *yaml.Node, path string) {
		v, err := strconv.Atoi(n.Value)
		if n.Kind != yaml.ScalarNode || n.Tag != "!!int" || err != nil || v < 0 || v > most {
			r.kind(n, path, fmt.Sprintf("a whole number from 0 to %d", most))
			return
		}
		*into = v
	}, shape{types: []string{"integer"}, most: most}}
}

// choice reads one of the given words.
func choice[S ~string](r *reader, into *S, words ...S) field {
	return field{func(n *yaml.Node, path string) {
		var s string
		before := len(r.found)
		text(r, &s).read(n, path)
		if len(r.found) == before && r.choose(path, s, plain(words)) {
			*into = S(s)
		}
	}, shape{types: []string{"string"}, words: plain(words)}}
}

func (r *reader) choose(path, s string, words []string) bool {
	if slices.Contains(words, s) {
		return true
	}
	remedy := "write one of " + quoted(words)
	if near := nearest(s, words); near != "" {
		remedy = fmt.Sprintf("did you mean %q? It is one of %s", near, quoted(words))
	}
	r.fault(path, remedy, "%q is not known", s)
	return false
}

// section reads an object into its fields.
func section(r *reader, known fields) field {
	return field{func(n *yaml.Node, path string) { r.object(n, path, known) }, shape{types: []string{"object"}, keys: known}}
}

// list reads a list; each element is made by read, which returns how to read it.
func list[T any](r *reader, into *[]T, read func(*T) field) field {
	item := read(new(T)).shape
	return field{func(n *yaml.Node, path string) {
		if n.Kind != yaml.SequenceNode {
			r.kind(n, path, "a list")
			return
		}
		*into = make([]T, len(n.Content))
		for i, c := range n.Content {
			at := fmt.Sprintf("%s[%d]", path, i)
			r.lines[at] = c.Line
			r.value(c, at, read(&(*into)[i]))
		}
	}, shape{types: []string{"array"}, item: &item}}
}

// kind records that a value is of the wrong kind.
func (r *reader) kind(n *yaml.Node, path, want string) {
	remedy := fmt.Sprintf("write %s", want)
	if n.Kind == yaml.ScalarNode && n.Tag != "!!null" && want == "text" {
		remedy = fmt.Sprintf("put it in quotes: %q", n.Value)
	}
	r.faultAt(n.Line, path, remedy, "%s is expected here, not %s", want, described(n))
}

func described(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "keys and values"
	case yaml.SequenceNode:
		return "a list"
	case yaml.ScalarNode:
		if n.Tag == "!!null" {
			return "nothing"
		}
		return fmt.Sprintf("%q", n.Value)
	}
	return "this"
}

func invalidLine(data []byte) int {
	line := 1
	for len(data) > 0 {
		c, size := utf8.DecodeRune(data)
		if c == utf8.RuneError && size == 1 {
			break
		}
		if c == '\n' {
			line++
		}
		data = data[size:]
	}
	return line
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func plain[S ~string](words []S) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = string(w)
	}
	return out
}

func quoted(words []string) string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = fmt.Sprintf("%q", w)
	}
	return strings.Join(out, ", ")
}
