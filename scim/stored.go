package scim

import "strings"

// DecodeStored reads what Object.AppendJSON wrote, for a resource of this type. Nothing is
// checked against the schemas, and names are taken as they are: it is for documents from a
// store of one's own. The forms of custom attributes are restored. Errors are *Error and mean
// that the document is damaged.
func (rt *ResourceType) DecodeStored(doc []byte) (*Object, error) {
	ix := rt.index()
	d := newDecoder(ix, doc, nil, 1000)
	defer d.release()
	s := storedDecoder{decoder: d, o: &Object{urn: ix.core.urn, Attrs: make([]Attr, 0, 16)}}
	if err := s.enter(); err != nil {
		return nil, err
	}
	err := s.members(s.o, true)
	return s.o, err
}

type storedDecoder struct {
	*decoder
	o *Object
}

// members reads the members of the object whose start was read, and its end, into o.
func (s *storedDecoder) members(o *Object, top bool) error {
	for s.dec.PeekKind() != '}' {
		v, err := s.dec.ReadValue()
		if err != nil {
			return malformed(err)
		}
		name := s.str(v)
		if top && isURN(name) {
			err = s.qualified(name)
		} else {
			err = s.add(o, name, Bare)
		}
		if err != nil {
			return err
		}
	}
	return s.leave()
}

// qualified reads an attribute of the core schema that is written by its URN, or an extension.
func (s *storedDecoder) qualified(name string) error {
	core := s.ix.core.urn
	switch {
	case name == core:
		return s.nested()
	case strings.HasPrefix(name, core) && name[len(core)] == ':':
		return s.add(s.o, name[len(core)+1:], Flat)
	}
	return s.add(s.o, name, Bare)
}

func (s *storedDecoder) nested() error {
	from := len(s.o.Attrs)
	if err := s.enter(); err != nil {
		return err
	}
	err := s.members(s.o, false)
	for i := from; i < len(s.o.Attrs); i++ {
		s.o.Attrs[i].Form = Nested
	}
	return err
}

func (s *storedDecoder) add(o *Object, name string, form Form) error {
	v, err := s.stored()
	if v != nil {
		o.Attrs = append(o.Attrs, Attr{Name: name, Value: v, Form: form})
	}
	return err
}

// stored reads a value without looking for names that are there twice.
func (s *storedDecoder) stored() (any, error) {
	switch s.dec.PeekKind() {
	case '{':
		o := &Object{Attrs: make([]Attr, 0, 4)}
		if err := s.enter(); err != nil {
			return nil, err
		}
		return o, s.members(o, false)
	case '[':
		return s.list()
	}
	return s.scalar()
}

func (s *storedDecoder) list() (any, error) {
	list := make([]any, 0, 2)
	if err := s.enter(); err != nil {
		return nil, err
	}
	for s.dec.PeekKind() != ']' {
		v, err := s.stored()
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, s.leave()
}
