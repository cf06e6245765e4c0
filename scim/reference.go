package scim

import (
	"bytes"
	"net/http"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// References of bulk operations to resources that the same request makes: "bulkId:qwerty"
// as a value, within a filter, or at the end of a path. RFC 7644 §3.7.2.

const bulkPrefix = "bulkId:"

// reference finds the next reference in text: that to text[start:end], its bulkId from after
// the prefix. It must stand alone: between quotes, slashes or the ends of the text.
func reference(text string, from int) (start, end int, ok bool) {
	for {
		i := strings.Index(text[from:], bulkPrefix)
		if i < 0 {
			return 0, 0, false
		}
		start = from + i
		from = start + len(bulkPrefix)
		if start > 0 && text[start-1] != '"' && text[start-1] != '/' {
			continue
		}
		end = len(text)
		if j := strings.IndexAny(text[from:], `"/`); j >= 0 {
			end = from + j
		}
		return start, end, true
	}
}

// replace puts ids in the place of the references in a text. open says that one is to
// an operation whose id is not known yet.
func (b *bulk) replace(text string) (replaced string, open bool) {
	var out strings.Builder
	copied := 0
	for from := 0; ; {
		start, end, ok := reference(text, from)
		if !ok {
			out.WriteString(text[copied:])
			return out.String(), open
		}
		op := b.byID[text[start+len(bulkPrefix):end]]
		switch {
		case op != nil && op.id != "":
			out.WriteString(text[copied:start])
			out.WriteString(op.id)
			copied = end
		case op != nil:
			open = true
		}
		from = end
	}
}

// eachLiteral calls do with each string of a JSON text that may hold a reference, and its place.
func eachLiteral(data []byte, do func(from, to int, text string)) {
	for i := 0; i < len(data); i++ {
		if data[i] != '"' {
			continue
		}
		from := i
		for i++; i < len(data) && data[i] != '"'; i++ {
			if data[i] == '\\' {
				i++
			}
		}
		if i >= len(data) {
			return
		}
		if literal := data[from : i+1]; bytes.Contains(literal, []byte(bulkPrefix)) {
			text, _ := jsontext.AppendUnquote(nil, literal)
			do(from, i+1, string(text))
		}
	}
}

// resolve puts ids in the place of the references in an operation's data.
func (b *bulk) resolve(data []byte) (resolved []byte, open bool, err error) {
	if !bytes.Contains(data, []byte(bulkPrefix)) {
		return data, false, nil
	}
	copied := 0
	eachLiteral(data, func(from, to int, text string) {
		if id, ok := strings.CutPrefix(text, bulkPrefix); ok && b.byID[id] == nil && err == nil {
			err = BadRequest(invalidValue, "%q refers to no operation of this request.", clip(text, 80))
		}
		replaced, isOpen := b.replace(text)
		open = open || isOpen
		resolved = append(resolved, data[copied:from]...)
		if len(resolved)+len(replaced) > b.limits.MaxBody {
			if err == nil {
				err = tooBig(b.limits.MaxBody)
			}
			return
		}
		resolved = appendString(resolved, replaced)
		copied = to
	})
	return append(resolved, data[copied:]...), open, err
}

// runFirst runs the operations that op refers to. One that failed is a conflict; one that is
// running waits for op itself: a circle.
func (b *bulk) runFirst(op *bulkOp) (err error) {
	need := func(text string) {
		for from := 0; err == nil; {
			start, end, ok := reference(text, from)
			if !ok {
				return
			}
			if other := b.byID[text[start+len(bulkPrefix):end]]; other != nil && other.id == "" {
				err = b.runOther(other)
			}
			from = end
		}
	}
	need(op.path)
	if bytes.Contains(op.data, []byte(bulkPrefix)) {
		eachLiteral(op.data, func(_, _ int, text string) { need(text) })
	}
	if err == nil {
		_, open := b.replace(op.path)
		if start, end, ok := reference(op.path, 0); open || ok && b.byID[op.path[start+len(bulkPrefix):end]] == nil {
			return BadRequest(invalidPath, "The path %q refers to no resource of this request.", clip(op.path, 80))
		}
	}
	return err
}

func (b *bulk) runOther(other *bulkOp) error {
	b.run(other)
	switch {
	case other.state == running:
		return nil
	case other.state == waiting:
		return errUnreached
	case other.err != nil:
		return &Error{Status: http.StatusConflict, Detail: "The operation refers to " + bulkPrefix + clip(other.bulkID, 80) + ", which failed."}
	}
	return nil
}

// strip leaves out of a resource what refers to operations that are not done: values of
// lists, or attributes.
func (b *bulk) strip(data []byte) ([]byte, error) {
	d := newDecoder(b.s.Types[0].index(), data, nil, b.limits.MaxDepth)
	defer d.release()
	v, err := d.any()
	if err != nil {
		return nil, err
	}
	return appendValue(nil, b.stripped(v)), nil
}

func (b *bulk) stripped(v any) any {
	switch v := v.(type) {
	case string:
		if _, open := b.replace(v); open {
			return nil
		}
	case *Object:
		return b.strippedObject(v)
	case []any:
		kept := make([]any, 0, len(v))
		for _, e := range v {
			if e = b.stripped(e); e != nil {
				kept = append(kept, e)
			}
		}
		return kept
	}
	return v
}

// strippedObject leaves out the attributes that refer; a value that is one of a list or of a
// complex attribute goes as a whole.
func (b *bulk) strippedObject(o *Object) any {
	kept := &Object{}
	for _, a := range o.Attrs {
		v := b.stripped(a.Value)
		if v == nil && equalFold(a.Name, "value") {
			return nil
		}
		if v != nil {
			kept.Attrs = append(kept.Attrs, Attr{Name: a.Name, Value: v})
		}
	}
	return kept
}
