package product

import "strings"

// Type is the data type of an attribute's values. RFC 7643 §2.3
type Type string

// The data types that a definition may name. RFC 7643 §2.3
const (
	TypeString    Type = "string"
	TypeBoolean   Type = "boolean"
	TypeInteger   Type = "integer"
	TypeDecimal   Type = "decimal"
	TypeDateTime  Type = "dateTime"
	TypeReference Type = "reference"
)

// URNs of the two User schemas. RFC 7643 §4.1, §4.3
const (
	CoreUser       = "urn:ietf:params:scim:schemas:core:2.0:User"
	EnterpriseUser = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
)

// SchemaCore is what a definition writes for a custom attribute that lives
// inside the core User URN.
const SchemaCore = "core"

// Attribute is one attribute of people: a custom one, or rules on a standard one.
type Attribute struct {
	Name        string // "microsoftId"; a standard one by its path below its schema: "title", "name.familyName"
	Schema      string // "" or "core": inside the core URN; otherwise the URN of the enterprise or a custom extension
	Type        Type   // of a standard attribute: its own
	Multi       bool   // several values
	CaseExact   bool   // values are compared exactly, otherwise folded
	Required    bool   // a person without it is refused
	Match       bool   // directories may look people up by it
	Immutable   bool   // its value names the same human for ever (Entra's objectId)
	Rule        Rule   // what values must be or become
	Default     string // the value of people whom the directory gives none, "" for none
	Description string // for /Schemas and for administrators
}

// Standard reports whether the attribute is one of RFC 7643's own, so that the
// definition only adds rules to it.
func (a *Attribute) Standard() bool {
	_, ok := standardPath(a.URN(), a.Name)
	return ok
}

// URN is the schema's URN in full.
func (a *Attribute) URN() string {
	if a.Schema == "" || a.Schema == SchemaCore {
		return CoreUser
	}
	return a.Schema
}

// Path is the attribute's SCIM path in its canonical form: "title",
// "name.familyName", or with its URN when it is not one of the core schema's own.
func (a *Attribute) Path() string {
	if a.URN() == CoreUser && a.Standard() {
		return a.Name
	}
	return a.URN() + ":" + a.Name
}

// Attribute returns the attribute with this SCIM path, in any spelling of case,
// with or without the core URN.
func (p *Product) Attribute(path string) (Attribute, bool) {
	urn, name := splitPath(path)
	for _, a := range p.Attributes {
		if strings.EqualFold(a.URN(), urn) && strings.EqualFold(a.Name, name) {
			return a, true
		}
	}
	return Attribute{}, false
}

// splitPath parts a path into its schema's URN and the name below it. A path
// without URN belongs to the core User schema.
func splitPath(path string) (urn, name string) {
	if !hasURN(path) {
		return CoreUser, path
	}
	i := strings.LastIndexByte(path, ':')
	return path[:i], path[i+1:]
}

func hasURN(path string) bool {
	return len(path) > 4 && strings.EqualFold(path[:4], "urn:")
}
