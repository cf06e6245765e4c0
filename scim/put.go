package scim

// Replaced gives the attributes that a PUT of sent makes of old, both as Decode gives them.
// Neither is changed. RFC 7644 §3.5.1:
//
//   - attributes that were not sent are cleared, but for these
//   - read-only ones stay as they are, also within a value that stays the same
//   - an immutable one that has a value stays; sending another value is a 400 mutability
//   - a write-only one stays: a client that sends back what it has read cannot know it
//   - active stays when it was not sent: a client that does not know it must not reactivate anybody
func (rt *ResourceType) Replaced(old, sent *Object) (*Object, error) {
	ix := rt.index()
	next := sent.Clone()
	next.urn = ix.core.urn
	carry(ix.core.list, old, next)
	for _, e := range ix.extensions {
		was, is := old.Object(e.urn), next.Object(e.urn)
		if was == nil {
			continue
		}
		if is == nil {
			is = &Object{}
		}
		if carry(e.list, was, is); len(is.Attrs) > 0 {
			next.Set(e.urn, is)
		}
	}
	if v, ok := old.Get("active"); ok && ix.core.find("active") != nil && next.index("active") < 0 {
		next.Set("active", v)
	}
	if err := ix.immutable(old, next); err != nil {
		return nil, err
	}
	return next, ix.complete(next)
}

// replacement is Replaced as a Change, after a check that may be nil.
func (rt *ResourceType) replacement(sent *Object, check Check) Change {
	return func(r *Resource) (bool, error) {
		if check != nil {
			if err := check(r); err != nil {
				return false, err
			}
		}
		next, err := rt.Replaced(r.Attrs, sent)
		if err != nil || next.Equal(r.Attrs) {
			return false, err
		}
		r.Attrs = next
		return true, nil
	}
}

// carry takes over from old what a client cannot set or need not repeat.
func carry(fields []*field, old, next *Object) {
	for _, f := range fields {
		was, ok := old.Get(f.Name)
		if !ok {
			continue
		}
		is, sent := next.Get(f.Name)
		switch {
		case f.readOnly(), !sent && (f.Mutability == Immutable || f.Mutability == WriteOnly):
			next.Set(f.Name, cloneValue(was))
		case sent && f.kind == Complex && f.keepsSubs():
			carryValue(f, was, is)
		}
	}
}

// keepsSubs says whether the attribute has sub-attributes that outlive a PUT.
func (f *field) keepsSubs() bool {
	for _, s := range f.subs.list {
		if s.Mutability != ReadWrite {
			return true
		}
	}
	return false
}

// carryValue takes over read-only and immutable sub-attributes of values that stay the same.
func carryValue(f *field, was, is any) {
	switch is := is.(type) {
	case *Object:
		if o, ok := was.(*Object); ok && (f.valueSub == nil || equalValue(valueOf(o), valueOf(is))) {
			carrySubs(f, o, is)
		}
	case []any:
		list, _ := was.([]any)
		k := newKnown(f, list)
		for _, e := range is {
			o, ok := e.(*Object)
			if i := k.find(e); ok && i >= 0 {
				if w, ok := list[i].(*Object); ok {
					carrySubs(f, w, o)
				}
			}
		}
	}
}

func valueOf(o *Object) any {
	v, _ := o.Get("value")
	return v
}

func carrySubs(f *field, was, is *Object) {
	for _, s := range f.subs.list {
		v, ok := was.Get(s.Name)
		if _, sent := is.Get(s.Name); ok && !sent && s.Mutability != ReadWrite {
			is.Set(s.Name, cloneValue(v))
		}
	}
}
