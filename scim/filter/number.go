package filter

import "cmp"

// number is an int64 or a float64.
type number struct {
	whole bool
	i     int64
	f     float64
}

// toNumber reads a number, also from a string that holds one as JSON writes it.
func toNumber(v any) (number, bool) {
	if s, ok := v.(string); ok {
		if !isNumber(s) {
			return number{}, false
		}
		v, ok = parseNumber(s)
		if !ok {
			return number{}, false
		}
	}
	switch v := v.(type) {
	case int64:
		return number{whole: true, i: v}, true
	case float64:
		return number{f: v}, true
	}
	return number{}, false
}

func (n number) float() float64 {
	if n.whole {
		return float64(n.i)
	}
	return n.f
}

func compareNumber(op Op, v, literal any) bool {
	x, ok := toNumber(v)
	if !ok {
		return false
	}
	y, ok := toNumber(literal)
	if !ok {
		return false
	}
	if x.whole && y.whole {
		return holds(op, cmp.Compare(x.i, y.i))
	}
	return holds(op, cmp.Compare(x.float(), y.float()))
}
