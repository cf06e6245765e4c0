package filter

import (
	"fmt"
	"strconv"
	"strings"
)

// Resolver knows the schemas: it gives a name its canonical spelling and type.
//
// p is as written and never has a Filter. container is nil, or the canonical path of the
// attribute in whose bracket p stands; then p is a name within one element, such as
// "type" within emails, and the path returned must be relative to the element, too. (The
// "value" of simple values, as in schemas[value co "x"], is not asked for.)
//
// An error is handed to the caller of Bind as it is: say which name is unknown and which
// one comes near. A name that is unknown but shall be evaluated all the same
// gets the Type Any.
type Resolver interface {
	Resolve(container *Path, p Path) (Path, Type, error)
}

// Bind checks e against the attributes that r knows and returns a new tree with canonical
// names, with each Compare's Type set, and with literals of the attribute's type:
//
//   - the strings "True" and "false", in any case, become a bool for a Boolean
//   - numbers become int64 for an Integer if they are whole, and float64 for a Decimal;
//     so do strings that hold one, as some directories quote all values
//   - whole numbers and booleans become text for a String or Reference
//   - a DateTime must be one (RFC 7643 §2.3.5); it stays a string, compared as an instant
//   - a complex attribute compared with a value becomes its sub-attribute "value"
//
// It refuses operators that cannot apply to the type: only eq, ne and pr for booleans and
// binary values (RFC 7644 §3.4.2.2, table 3), no co, sw, ew for numbers, and null
// only with eq and ne. Its own errors are *Error with Pos 0; the resolver's come unchanged.
// A nil Expr is bound to nil.
func Bind(e Expr, r Resolver) (Expr, error) {
	bound, err := binder{resolver: r}.expr(e)
	if err != nil {
		return nil, err
	}
	return bound, nil
}

// BindPath binds a path and the filter in its bracket, as Bind does. The type is that of
// what the whole path names: of the sub-attribute if there is one.
func BindPath(p Path, r Resolver) (Path, Type, error) { return binder{resolver: r}.path(p) }

// binder walks a tree. container is the attribute in whose bracket it is, or nil, and
// element the type of the attribute's elements.
type binder struct {
	resolver  Resolver
	container *Path
	element   Type
}

func (b binder) expr(e Expr) (Expr, error) {
	switch e := e.(type) {
	case nil:
		return nil, nil
	case And:
		x, y, err := b.pair(e.X, e.Y)
		return And{x, y}, err
	case Or:
		x, y, err := b.pair(e.X, e.Y)
		return Or{x, y}, err
	case Not:
		x, err := b.expr(e.X)
		return Not{x}, err
	case Compare:
		return b.compare(e)
	case Group:
		path, _, err := b.path(e.Path)
		return Group{path}, err
	}
	return nil, refuse(e.String(), "the expression is a pointer; expressions are values")
}

func (b binder) pair(x, y Expr) (Expr, Expr, error) {
	x, err := b.expr(x)
	if err != nil {
		return nil, nil, err
	}
	y, err = b.expr(y)
	return x, y, err
}

// path resolves the attribute, then what is in its bracket, then the sub-attribute.
func (b binder) path(p Path) (Path, Type, error) {
	if p.Filter == nil {
		if b.container != nil && p.URI == "" && p.Sub == "" && isOwnValue(p.Attr, b.element) {
			return Path{Attr: valueName}, b.element, nil
		}
		return b.resolver.Resolve(b.container, p)
	}
	base, typ, err := b.resolver.Resolve(b.container, Path{URI: p.URI, Attr: p.Attr})
	if err != nil {
		return Path{}, Type{}, err
	}
	if !typ.Multi && typ.Kind != Complex && typ.Kind != Any {
		return Path{}, Type{}, refuse(p.String(), "%s has one simple value and nothing to choose from; leave the bracket out", base)
	}
	element := Type{Kind: typ.Kind, CaseExact: typ.CaseExact}
	inner, err := binder{b.resolver, &base, element}.expr(p.Filter)
	if err != nil {
		return Path{}, Type{}, err
	}
	whole := base
	switch {
	case isOwnValue(p.Sub, element):
		whole.Sub, typ = valueName, element
	case p.Sub != "":
		whole, typ, err = b.resolver.Resolve(b.container, Path{URI: p.URI, Attr: p.Attr, Sub: p.Sub})
	}
	whole.Filter = inner
	return whole, typ, err
}

// isOwnValue says whether name is the "value" by which a simple value answers.
func isOwnValue(name string, element Type) bool {
	return element.Kind != Complex && element.Kind != Any && strings.EqualFold(name, valueName)
}

func (b binder) compare(c Compare) (Expr, error) {
	written := c
	var err error
	if c.Path, c.Type, err = b.path(c.Path); err != nil {
		return nil, err
	}
	if c.Type.Kind == Complex && c.Op != Pr && c.Value != nil {
		if c.Path, c.Type, err = b.valueOf(written, c.Path); err != nil {
			return nil, err
		}
	}
	c.Value, err = coerce(written, c.Type.Kind)
	return c, err
}

// valueOf resolves the "value" of a complex attribute: RFC 7643 §2.4 makes it the
// attribute's significant value.
func (b binder) valueOf(written Compare, p Path) (Path, Type, error) {
	if p.Attr != "" && p.Sub == "" {
		v, typ, err := b.resolver.Resolve(b.container, Path{URI: p.URI, Attr: p.Attr, Sub: valueName})
		if v.Filter = p.Filter; err == nil && typ.Kind != Complex {
			return v, typ, nil
		}
	}
	return p, Type{}, refuse(written.String(), `%s is complex and has no "value" to compare; name one of its sub-attributes, or write pr`, p)
}

// coerce gives c's literal as a value of the kind k, if c's operator suits it.
func coerce(c Compare, k Kind) (any, error) {
	if c.Op == Pr {
		return nil, nil
	}
	if c.Value == nil {
		if c.Op != Eq && c.Op != Ne {
			return nil, refuse(c.String(), "%s cannot compare with null; write eq null or ne null", c.Op)
		}
		return nil, nil
	}
	if !suits(c.Op, k, c.Value) {
		return nil, refuse(c.String(), "%s cannot compare %s; %s", c.Op, plural(k, c.Value), instead(k, c.Value))
	}
	v, ok := convert(c, k)
	if !ok {
		return nil, refuse(c.String(), "%s is no %s value; write %s", appendLiteral(nil, c.Value), k, example(k))
	}
	return v, nil
}

// suits says whether op can compare values of kind k, and for Any such as v.
func suits(op Op, k Kind, v any) bool {
	if op == Eq || op == Ne {
		return true
	}
	if _, is := v.(bool); k == Boolean || k == Binary || k == Any && is {
		return false
	}
	if _, is := v.(string); k == Integer || k == Decimal || k == Any && !is {
		return op != Co && op != Sw && op != Ew
	}
	return true
}

func plural(k Kind, v any) string {
	if _, is := v.(bool); k == Boolean || k == Any && is {
		return "booleans"
	}
	if k == Binary {
		return "binary values"
	}
	return "numbers"
}

func instead(k Kind, v any) string {
	if plural(k, v) != "numbers" {
		return "use eq, ne or pr"
	}
	if k == Any {
		return `put the value in double quotes: "` + string(appendLiteral(nil, v)) + `"`
	}
	return "use eq, ne, gt, ge, lt or le"
}

// convert gives the literal of c as a value of kind k.
func convert(c Compare, k Kind) (any, bool) {
	switch k {
	case String, Reference, Binary:
		return toText(c.Value)
	case Boolean:
		return toBool(c.Value)
	case Integer:
		return toInteger(c.Value)
	case Decimal:
		n, ok := toNumber(c.Value)
		return n.float(), ok
	case DateTime:
		s, ok := c.Value.(string)
		if ok && !isTextual(c.Op) {
			_, ok = ParseDateTime(s)
		}
		return s, ok
	}
	return c.Value, true
}

func isTextual(op Op) bool { return op == Co || op == Sw || op == Ew }

func toText(v any) (any, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case int64:
		return strconv.FormatInt(v, 10), true
	case bool:
		return strconv.FormatBool(v), true
	}
	return nil, false
}

func toBool(v any) (value, ok bool) {
	switch v := v.(type) {
	case bool:
		return v, true
	case string:
		value = strings.EqualFold(v, "true")
		return value, value || strings.EqualFold(v, "false")
	}
	return false, false
}

// toInteger keeps a number with a fraction: it can be compared with integers.
func toInteger(v any) (any, bool) {
	n, ok := toNumber(v)
	if n.whole {
		return n.i, ok
	}
	if i := int64(n.f); float64(i) == n.f && -1<<53 <= i && i <= 1<<53 {
		return i, ok
	}
	return n.f, ok
}

func example(k Kind) string {
	switch k {
	case Boolean:
		return "true or false"
	case Integer:
		return "a whole number, such as 42"
	case Decimal:
		return "a number, such as 4.2"
	case DateTime:
		return `for example "2011-05-13T04:42:34Z" (in a URL, write + as %2B)`
	}
	return "it in double quotes"
}

// refuse makes the Error of Bind for a part of the filter.
func refuse(part, format string, args ...any) error {
	return &Error{Input: part, Msg: fmt.Sprintf(format, args...)}
}
