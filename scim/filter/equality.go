package filter

import "iter"

// Equality is one comparison by eq that every match of a filter satisfies.
type Equality struct {
	Path  Path // without a Filter
	Value any  // string, bool, int64 or float64
	Type  Type // as Bind found it
}

// Equalities lists what every match of e must be equal to, in the order written: eq
// comparisons with a value that are reached through And only. A store narrows by one that
// it has an index for, and confirms with Match.
//
// A bracket lists what is in it as well: emails[type eq "work"].value eq "x" gives
// (emails.value, "x") and (emails.type, "work"), members[value eq "y"] gives
// (members.value, "y"). Given the Filter of a path, the paths are relative to the
// element; PATCH makes a missing element from them.
func Equalities(e Expr) []Equality {
	switch e := e.(type) {
	case And:
		return append(Equalities(e.X), Equalities(e.Y)...)
	case Group:
		return inBracket(e.Path)
	case Compare:
		return ofCompare(e)
	}
	return nil
}

// ofCompare gives the equality that c is, and those within its bracket. There are none where
// an absent element satisfies c as well: ne, and eq null.
func ofCompare(c Compare) []Equality {
	if c.Op == Ne || c.Op == Eq && c.Value == nil {
		return nil
	}
	inner := inBracket(c.Path)
	if c.Op != Eq {
		return inner
	}
	c.Path.Filter = nil
	return append([]Equality{{Path: c.Path, Value: c.Value, Type: c.Type}}, inner...)
}

// inBracket gives the equalities within the bracket of p as ones of the whole object.
func inBracket(p Path) []Equality {
	var found []Equality
	for _, q := range Equalities(p.Filter) {
		if q.Path.URI != "" || q.Path.Sub != "" {
			continue
		}
		q.Path = Path{URI: p.URI, Attr: p.Attr, Sub: q.Path.Attr}
		found = append(found, q)
	}
	return found
}

// Paths lists the attributes that e looks at, in the order written and as often as they
// occur, each with its Filter; names within brackets are not listed on their own.
func Paths(e Expr) iter.Seq[Path] {
	return func(yield func(Path) bool) { eachPath(e, yield) }
}

func eachPath(e Expr, yield func(Path) bool) bool {
	switch e := e.(type) {
	case And:
		return eachPath(e.X, yield) && eachPath(e.Y, yield)
	case Or:
		return eachPath(e.X, yield) && eachPath(e.Y, yield)
	case Not:
		return eachPath(e.X, yield)
	case Compare:
		return yield(e.Path)
	case Group:
		return yield(e.Path)
	}
	return true
}
