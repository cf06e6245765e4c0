package filter

// Path names an attribute in filters, PATCH paths, sortBy and attributes
// (RFC 7644 §3.10 and figure 7):
//
//	userName
//	name.givenName
//	emails[type eq "work"]
//	emails[type eq "work"].value
//	urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department
//	urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value
//
// The zero Path names nothing.
//
// A text that names a whole schema, such as
// urn:ietf:params:scim:schemas:extension:enterprise:2.0:User, cannot be told from one
// that names an attribute: it parses with URI up to the last colon and Attr "User". The
// Resolver, which knows the schemas, makes that the whole URI and Attr "". Parsing itself
// takes the whole text as the URI only where its last part cannot be an attribute because
// it holds a slash, or starts with a digit after a colon or dot (urn:example:2.0).
type Path struct {
	URI    string // schema URN without the colon that follows it, "" when not given
	Attr   string // attribute name, "" when the path names a whole schema
	Filter Expr   // the bracket, nil when there is none
	Sub    string // sub-attribute, "" when there is none
}
