package filter

import "strings"

// Object is what a filter looks into: a resource, a complex value, or an extension.
//
// Get looks an attribute up by its name, in any case. An extension is an attribute whose
// name is its schema's URN and whose value is an Object. Values are nil, string, bool, int64,
// float64, Object, and []any of those. DateTime, binary and reference values are strings.
//
// An Object that also has the method Len() int, the number of its attributes, is
// not present (pr) when Len is 0.
type Object interface {
	Get(name string) (any, bool)
}

// Match says whether o satisfies e. A nil Expr is satisfied by everything. It does not
// allocate memory, unless o does, and is safe for concurrent use as far as o is.
// RFC 7644 §3.4.2.2.
func Match(e Expr, o Object) bool { return match(e, scope{object: o}) }

// MatchElement says whether one value of a multi-valued attribute satisfies the filter in
// the bracket of a value path, as PATCH needs to select elements (RFC 7644 §3.5.2): e is
// Path.Filter. A simple value, such as a string, answers to the name "value".
func MatchElement(e Expr, element any) bool {
	if o, ok := element.(Object); ok {
		return match(e, scope{object: o, element: true})
	}
	return match(e, scope{simple: element})
}

// scope is where names are looked up: an object or, within a bracket, a simple value.
type scope struct {
	object  Object
	simple  any
	element bool // object is one value of an attribute
}

// valueName is the sub-attribute that holds the significant value of a complex
// attribute. RFC 7643 §2.4.
const valueName = "value"

// assumed is the value of an attribute of one of several values that does not have it: a value
// that does not say whether it is primary is not. RFC 7643 §2.4.
func assumed(c *Compare, op Op, name string) any {
	if op == Eq && (c.Type.Kind == Boolean || c.Type.Kind == Any) && strings.EqualFold(name, "primary") {
		return false
	}
	return nil
}

func match(e Expr, s scope) bool {
	switch e := e.(type) {
	case And:
		return match(e.X, s) && match(e.Y, s)
	case Or:
		return match(e.X, s) || match(e.Y, s)
	case Not:
		return !match(e.X, s)
	case Compare:
		return compare(&e, s)
	case Group:
		return group(e.Path.Filter, s.get(&e.Path))
	}
	return e == nil
}

// group says whether one of the values v satisfies the bracket.
func group(bracket Expr, v any) bool {
	list, ok := v.([]any)
	if !ok {
		return v != nil && MatchElement(bracket, v)
	}
	for _, element := range list {
		if element != nil && MatchElement(bracket, element) {
			return true
		}
	}
	return false
}

// compare reduces the operators to those that look for one value: "ne" is the negation
// of "eq", and null is the absence of a value.
func compare(c *Compare, s scope) bool {
	v := s.get(&c.Path)
	op, not := c.Op, false
	switch {
	case op == Eq && c.Value == nil:
		op, not = Pr, true
	case op == Ne && c.Value == nil:
		op = Pr
	case op == Ne:
		op, not = Eq, true
	}
	if v == nil && s.element {
		v = assumed(c, op, c.Path.Attr)
	}
	return some(c, op, v) != not
}

// get looks the attribute of p up, without its bracket and sub-attribute.
func (s scope) get(p *Path) any {
	if s.object == nil {
		if p.URI == "" && strings.EqualFold(p.Attr, valueName) {
			return s.simple
		}
		return nil
	}
	in := s.object
	if p.URI != "" {
		v, _ := in.Get(p.URI)
		if p.Attr == "" {
			return v
		}
		if extension, ok := v.(Object); ok {
			in = extension
		} else if !isCore(p.URI) {
			return nil
		}
	}
	v, _ := in.Get(p.Attr)
	return v
}

// isCore says whether uri is a schema of RFC 7643 §8.7, whose attributes stand in the
// resource itself.
func isCore(uri string) bool {
	const core = "urn:ietf:params:scim:schemas:core:"
	return len(uri) > len(core) && strings.EqualFold(uri[:len(core)], core)
}

// some says whether one of the values v satisfies op.
func some(c *Compare, op Op, v any) bool {
	list, ok := v.([]any)
	if !ok {
		return one(c, op, v, false)
	}
	for _, element := range list {
		if one(c, op, element, true) {
			return true
		}
	}
	return false
}

// one says whether the element satisfies the bracket, and its sub-attribute satisfies op. Listed says that it
// is one of several.
func one(c *Compare, op Op, element any, listed bool) bool {
	if c.Path.Filter != nil && !MatchElement(c.Path.Filter, element) {
		return false
	}
	if c.Path.Sub != "" {
		_, has := element.(Object)
		element = sub(element, c.Path.Sub)
		if element == nil && has && listed {
			element = assumed(c, op, c.Path.Sub)
		}
	}
	return leaf(c, op, element)
}

// sub is an attribute of a complex value; a simple value is its own "value".
func sub(element any, name string) any {
	if o, ok := element.(Object); ok {
		v, _ := o.Get(name)
		return v
	}
	if strings.EqualFold(name, valueName) {
		return element
	}
	return nil
}

// leaf says whether v, or one value of it, satisfies op.
func leaf(c *Compare, op Op, v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case []any:
		for _, each := range v {
			if leaf(c, op, each) {
				return true
			}
		}
		return false
	case Object:
		if op == Pr {
			return hasAttributes(v)
		}
		inner, _ := v.Get(valueName)
		return leaf(c, op, inner)
	}
	if op == Pr {
		return v != ""
	}
	return scalar(c, op, v)
}

// hasAttributes is false for an empty object that says so.
func hasAttributes(o Object) bool {
	sized, ok := o.(interface{ Len() int })
	return !ok || sized.Len() > 0
}

// scalar compares a simple value with c's literal; values of kinds that do not compare are false.
func scalar(c *Compare, op Op, v any) bool {
	switch literal := c.Value.(type) {
	case bool:
		return equalBool(op, v, literal)
	case int64, float64:
		return compareNumber(op, v, literal)
	case string:
		switch v := v.(type) {
		case string:
			return compareString(c, op, v, literal)
		case bool:
			return equalBool(op, literal, v)
		case int64, float64:
			return compareNumber(op, v, literal)
		}
	}
	return false
}

func equalBool(op Op, x any, y bool) bool {
	b, ok := toBool(x)
	return ok && op == Eq && b == y
}

func compareString(c *Compare, op Op, v, literal string) bool {
	switch {
	case c.Type.Kind == DateTime && !isTextual(op):
		return compareInstant(op, v, literal)
	case c.Type.CaseExact || c.Type.Kind == Binary:
		return compareExact(op, v, literal)
	}
	return compareFolded(op, v, literal)
}

// compareInstant compares points in time, whatever their zones. RFC 7644 §3.4.2.2, gt.
func compareInstant(op Op, v, literal string) bool {
	x, ok := ParseDateTime(v)
	if !ok {
		return false
	}
	y, ok := ParseDateTime(literal)
	return ok && holds(op, x.Compare(y))
}

func compareExact(op Op, v, literal string) bool {
	switch op {
	case Eq:
		return v == literal
	case Co:
		return strings.Contains(v, literal)
	case Sw:
		return strings.HasPrefix(v, literal)
	case Ew:
		return strings.HasSuffix(v, literal)
	}
	return holds(op, strings.Compare(v, literal))
}

func compareFolded(op Op, v, literal string) bool {
	switch op {
	case Eq:
		return strings.EqualFold(v, literal)
	case Co:
		return containsFold(v, literal)
	case Sw:
		return hasPrefixFold(v, literal)
	case Ew:
		return hasSuffixFold(v, literal)
	}
	return holds(op, compareFold(v, literal))
}

// holds says whether op accepts the order of two values: negative, 0 or positive.
func holds(op Op, order int) bool {
	switch op {
	case Eq:
		return order == 0
	case Gt:
		return order > 0
	case Ge:
		return order >= 0
	case Lt:
		return order < 0
	case Le:
		return order <= 0
	}
	return false
}
