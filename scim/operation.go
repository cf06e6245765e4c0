package scim

import (
	"fmt"
	"net/http"
)

// DecodePatch reads the body of a PATCH of the resource called id. RFC 7644 §3.5.2.
// Paths are resolved and values decoded, so that what cannot be applied to any resource of the type is refused
// here; the limits are the defaults of Limits. notes may be nil. Errors are *Error.
func (rt *ResourceType) DecodePatch(body []byte, id string, notes *Notes) (*Patch, error) {
	return rt.decodePatch(body, id, notes, Limits{}.withDefaults())
}

func (rt *ResourceType) decodePatch(body []byte, id string, notes *Notes, limits Limits) (*Patch, error) {
	ix := rt.index()
	d := newDecoder(ix, body, notes, limits.MaxDepth)
	defer d.release()
	p := patchDecoder{decoder: d, body: body, id: id, limits: limits, patch: &Patch{rt: rt}}
	if err := d.document(p.member); err != nil {
		return nil, err
	}
	if !p.operations {
		return nil, BadRequest(invalidSyntax, "The body has no Operations. A PATCH carries {\"schemas\":[%q],\"Operations\":[...]}.", patchURN)
	}
	if p.schemas == 0 {
		notes.Add("no-schemas", "schemas", "The PATCH has no schemas; it was read as a PatchOp.")
	}
	return p.patch, nil
}

const patchURN = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

type patchDecoder struct {
	*decoder
	body       []byte
	id         string
	limits     Limits
	patch      *Patch
	operations bool
	schemas    int
	n          int // operations so far
}

func (p *patchDecoder) member(name string) error {
	switch {
	case equalFold(name, "Operations"):
		p.operations = true
		return p.readOperations()
	case equalFold(name, "schemas"):
		return p.readSchemas()
	}
	return p.skip()
}

func (p *patchDecoder) readSchemas() error {
	v, err := p.any()
	if err != nil {
		return err
	}
	list, _ := v.([]any)
	for _, e := range list {
		if s, _ := e.(string); equalFold(s, patchURN) {
			p.schemas++
		}
	}
	if len(list) > 0 && p.schemas == 0 {
		return BadRequest(invalidSyntax, "schemas of a PATCH must be [%q].", patchURN)
	}
	return nil
}

func (p *patchDecoder) readOperations() error {
	if k := p.dec.PeekKind(); k != '[' {
		return p.wrong("Operations", "a list", k)
	}
	if err := p.enter(); err != nil {
		return err
	}
	for p.dec.PeekKind() != ']' {
		if p.n++; p.n > p.limits.MaxOperations {
			return &Error{Status: http.StatusRequestEntityTooLarge, Detail: fmt.Sprintf("A PATCH may have at most %d operations. Send them in several requests.", p.limits.MaxOperations)}
		}
		if err := p.readOperation(); err != nil {
			return inOperation(p.n, err)
		}
	}
	p.emptyOperations()
	return p.leave()
}

// rawOp is an operation as it was sent.
type rawOp struct {
	op    string
	path  string
	value []byte // nil when there is none
}

func (p *patchDecoder) readOperation() error {
	if k := p.dec.PeekKind(); k != '{' {
		return p.wrong("An operation", "an object", k)
	}
	var raw rawOp
	err := p.each(func(name string) (err error) {
		switch {
		case equalFold(name, "op"):
			raw.op, err = p.optionalString(name)
		case equalFold(name, "path"):
			raw.path, err = p.optionalString(name)
		case equalFold(name, "value"):
			raw.value, err = p.raw(p.body)
		default:
			p.notes.Add("unknown-member", name, "An operation has op, path and value; %q was ignored.", name)
			err = p.skip()
		}
		return err
	})
	if err != nil {
		return err
	}
	return p.operation(raw)
}

func (p *patchDecoder) operation(raw rawOp) error {
	verb, err := verbOf(raw.op)
	if err != nil {
		return err
	}
	v := opDecoder{p: p, verb: verb}
	if raw.value != nil {
		v.decoder = newDecoder(p.ix, raw.value, p.notes, max(p.maxDepth-p.depth, 1))
		v.clears = true
		defer v.release()
	}
	switch {
	case raw.path != "":
		return v.at(raw.path)
	case verb == Remove:
		return BadRequest(noTarget, "A remove needs a path that says what to remove.") // RFC 7644 §3.5.2.2
	case raw.value == nil:
		return BadRequest(invalidValue, "An operation without a path needs a value with the attributes to set.")
	}
	if k := v.dec.PeekKind(); k != '{' {
		return v.wrong("The value of an operation without a path", "an object of attributes", k)
	}
	return v.each(v.member)
}
