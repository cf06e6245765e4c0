package product

import (
	"fmt"
	"slices"
)

func checkMatch(r *reader, p *Product) {
	own := len(p.Match) - countGiven(r, "match")
	for i, one := range p.Match {
		at := fmt.Sprintf("match[%d]", i-own)
		if i < own || !r.given("match") {
			continue // from an attribute that says so; checked there
		}
		to, known := p.resolve(one)
		switch {
		case !known:
			r.fault(at, p.remedy(one), "%q is no attribute of people", one)
		case slices.Index(p.Match, one) < i:
			r.fault(at, "remove one of the two", "%q stands here twice", one)
		case to.complex:
			r.fault(at, fmt.Sprintf("write %q if it has such a value", one+".value"), "%s is not a single value", one)
		case to.typ == TypeBoolean || to.typ == TypeDecimal || to.typ == TypeDateTime:
			r.fault(at, "use an attribute of type string, integer or reference", "people cannot be looked up by an attribute of type %s", to.typ)
		}
	}
}

// countGiven counts the elements of a list in the file.
func countGiven(r *reader, path string) int {
	n := 0
	for r.given(fmt.Sprintf("%s[%d]", path, n)) {
		n++
	}
	return n
}
