package scim

import "github.com/anteroom-id/anteroom/scim/filter"

// Kind is an attribute's data type. The zero Kind counts as String. RFC 7643 §2.3.
type Kind = filter.Kind

// The data types of RFC 7643 §2.3.
const (
	String    = filter.String
	Boolean   = filter.Boolean
	Integer   = filter.Integer
	Decimal   = filter.Decimal
	DateTime  = filter.DateTime
	Binary    = filter.Binary
	Reference = filter.Reference
	Complex   = filter.Complex
)

// Mutability says whether and when a client may change an attribute. RFC 7643 §7.
type Mutability uint8

// The mutabilities of RFC 7643 §7; the zero value is the default, ReadWrite.
const (
	ReadWrite Mutability = iota
	ReadOnly
	Immutable
	WriteOnly
)

// Returned says when an attribute is part of an answer. RFC 7643 §7.
type Returned uint8

// The values of returned in RFC 7643 §7; the zero value is the default.
const (
	ReturnedDefault Returned = iota
	ReturnedAlways
	ReturnedNever
	ReturnedRequest
)

// Uniqueness says how a server enforces that values differ. RFC 7643 §7.
type Uniqueness uint8

// The uniqueness of RFC 7643 §7; the zero value is the default.
const (
	UniqueNone Uniqueness = iota
	UniqueServer
	UniqueGlobal
)

// Attribute defines an attribute or sub-attribute. RFC 7643 §7.
type Attribute struct {
	Name            string
	Type            Kind // the zero Kind is String
	MultiValued     bool
	Required        bool
	CaseExact       bool
	CanonicalValues []string
	Mutability      Mutability
	Returned        Returned
	Uniqueness      Uniqueness
	ReferenceTypes  []string
	SubAttributes   []Attribute
	Description     string
	// Custom marks a vendor's own attribute inside a core schema
	// (urn:ietf:params:scim:schemas:core:2.0:User:microsoftId). It is returned in the form
	// in which it was sent.
	Custom bool
	// Match marks an attribute that directories look people up by, so that a store can keep
	// an index on it. The protocol itself takes no notice.
	Match bool
	// Unlisted attributes are known and checked, but not shown at /Schemas.
	Unlisted bool
}

// Schema is a set of attributes under a URN. RFC 7643 §7.
type Schema struct {
	ID          string // the URN
	Name        string
	Description string
	Attributes  []Attribute
}

// The schema URNs of RFC 7643 §8.7.
const (
	UserURN           = "urn:ietf:params:scim:schemas:core:2.0:User"
	GroupURN          = "urn:ietf:params:scim:schemas:core:2.0:Group"
	EnterpriseUserURN = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
)
