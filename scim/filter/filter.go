// Package filter is the filter and path language of SCIM 2.0: it parses, prints,
// binds to a schema and evaluates expressions such as
//
//	userName eq "ann@example.com"
//	title pr and not (userType eq "Employee" or emails[type eq "work" and value co "@example.org"])
//	urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value eq "26118915"
//
// as RFC 7644 §3.4.2.2 defines them, and the attribute paths of PATCH, sortBy and
// attributes (RFC 7644 §3.10, §3.5.2). It imports the standard library only.
//
// Parse gives a tree as it was written. Bind checks the tree against a schema, gives
// names their canonical spelling and literals the type of their attribute. Match
// says whether an object satisfies it. There is one meaning of a filter: a store
// may use Equalities to narrow by an index, and confirms with Match.
//
// # Rules
//
// Attribute names, operators, keywords and schema URNs are case-insensitive. "and" binds
// tighter than "or"; "not" takes parentheses. Strings are JSON strings in double quotes.
// Any value of a multi-valued attribute may satisfy a comparison. A complex attribute
// compared without a sub-attribute compares its "value". "ne" is the negation of "eq",
// and so is true for an absent attribute; every other operator is false for one.
// "eq null" means not present. An empty string, list or object is not present.
//
// # Beyond the grammar
//
// A comparison may go on after a bracket, as Entra ID asks for:
//
//	emails[type eq "work"].value eq "ann@example.com"
//
// one and the same element must satisfy both. Spaces may be left out where nothing
// becomes ambiguous, and added around brackets. Names may start with "$" ($ref).
package filter

// Expr is a filter: an And, Or, Not, Compare or Group, always by value and never as a
// pointer. String gives the filter's text, which Parse reads back to an equal tree.
type Expr interface {
	String() string
	// appendTo appends the text to dst, in parentheses when the operator binds
	// looser than the place it stands in.
	appendTo(dst []byte, place precedence) []byte
}

// And is true when both sides are.
type And struct{ X, Y Expr }

// Or is true when at least one side is.
type Or struct{ X, Y Expr }

// Not is true when X is false.
type Not struct{ X Expr }

// Compare compares the values at Path with Value. RFC 7644 §3.4.2.2, table 3.
type Compare struct {
	// Path names the attribute. Its Filter may be set, and then an element that the
	// filter selects must satisfy the comparison.
	Path Path
	// Op is the operator, in lower case.
	Op Op
	// Value is a string, bool, int64, float64, or nil for null and for Pr.
	Value any
	// Type is the attribute's type, filled by Bind. The zero Type compares by the kinds
	// of the values at hand, and strings without regard to case.
	Type Type
}

// Group is a value path as a whole filter, emails[type eq "work" and value co "@x"]:
// true when one element at Path satisfies Path.Filter. RFC 7644 §3.4.2.2, valuePath.
type Group struct{ Path Path }

// Op is a comparison operator in lower case.
type Op string

// The operators of RFC 7644 §3.4.2.2, table 3.
const (
	Eq Op = "eq" // equal
	Ne Op = "ne" // not equal
	Co Op = "co" // contains
	Sw Op = "sw" // starts with
	Ew Op = "ew" // ends with
	Gt Op = "gt" // greater than
	Lt Op = "lt" // less than
	Ge Op = "ge" // greater than or equal to
	Le Op = "le" // less than or equal to
	Pr Op = "pr" // present: has a value
)

// Kind is an attribute's data type. RFC 7643 §2.3.
type Kind uint8

// The kinds. Any is an attribute without a known type: values compare by what they are.
const (
	Any Kind = iota
	String
	Boolean
	Integer
	Decimal
	DateTime
	Binary
	Reference
	Complex
)

// String gives the name RFC 7643 §7 uses for the kind, and "any" for Any.
func (k Kind) String() string {
	names := [...]string{"any", "string", "boolean", "integer", "decimal", "dateTime", "binary", "reference", "complex"}
	if int(k) < len(names) {
		return names[k]
	}
	return "unknown"
}

// Type is what comparing needs to know of an attribute.
type Type struct {
	Kind Kind
	// CaseExact says that strings differ when only their case does. RFC 7643 §7.
	CaseExact bool
	// Multi says that the attribute holds a list of such values.
	Multi bool
}
