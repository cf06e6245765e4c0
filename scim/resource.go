package scim

import (
	"sync/atomic"
	"time"
)

// Extension adds a schema to a resource type. RFC 7643 §6, schemaExtensions.
type Extension struct {
	Schema   *Schema
	Required bool
}

// ResourceType is a kind of resource: its endpoint and its schemas. RFC 7643 §6.
// It must not be changed after its first use.
type ResourceType struct {
	Name        string // "User"
	Endpoint    string // "/Users"
	Description string
	Schema      *Schema
	Extensions  []Extension
	// NoContent makes PATCH answer 204 without a body unless the request names attributes.
	// Entra ID advises it for groups, whose member lists are long.
	NoContent bool

	compiled atomic.Pointer[index]
}

// Resource is one resource. RFC 7643 §3.
type Resource struct {
	ID string
	// Attrs is everything but id, schemas and meta; externalId is in here.
	Attrs *Object
	// Stored may hold attributes as Object.AppendJSON wrote them, in place of Attrs or, when Attrs has
	// computed ones, before them. It is decoded only when somebody looks at an attribute, so that a backend
	// that keeps documents can answer a plain read with what it kept.
	Stored   []byte
	Created  time.Time
	Modified time.Time
	// Version is opaque, and sent as W/"version". "" when versions are not kept.
	Version string
}

// Clone returns a deep copy.
func (r *Resource) Clone() *Resource {
	c := *r
	c.Attrs = r.Attrs.Clone()
	return &c
}
