package scim

import (
	"github.com/anteroom-id/anteroom/scim/filter"
)

// Query is a search over the resources of one type. RFC 7644 §3.4.2, RFC 9865.
type Query struct {
	Type       *ResourceType
	Filter     filter.Expr  // bound; nil for all
	SortBy     *filter.Path // canonical; nil for the backend's own order, which must be stable
	Descending bool
	Start      int // the first resource wanted, from 1; not with Cursor
	Count      int // at most this many; 0 asks for the total only
	// Cursor is nil for paging by index. "" is the first page; any other is the NextCursor
	// or PrevCursor of an earlier Page. One that cannot be used is InvalidCursor or
	// ExpiredCursor.
	Cursor *string
	Select *Selection
}

// Match says whether r satisfies the filter. Filters see id, schemas and meta too.
func (q *Query) Match(r *Resource) bool {
	if q.Filter == nil {
		return true
	}
	return q.Type.Load(r) == nil && filter.Match(q.Filter, &searched{q.Type, r})
}

// Page is the answer to a Query.
type Page struct {
	Resources  []*Resource
	Total      int    // matching resources; -1 when unknown, which only a cursor page may say
	NextCursor string // "" on the last page. Only unreserved characters: letters, digits, - . _ ~
	PrevCursor string // "" on the first page, and where paging backwards is not offered
}

// searched is a resource as filters see it.
type searched struct {
	rt *ResourceType
	r  *Resource
}

// Get implements filter.Object. The names that come are canonical.
func (s *searched) Get(name string) (any, bool) {
	switch name {
	case "id":
		return s.r.ID, true
	case "meta":
		return s.rt.meta(s.r, ""), true
	case "schemas":
		return s.rt.schemas(s.r), true
	}
	return s.r.Attrs.Get(name)
}

// schemas lists the schemas a resource has attributes of.
func (rt *ResourceType) schemas(r *Resource) []any {
	list := []any{rt.Schema.ID}
	for i := range r.Attrs.Len() {
		if a := &r.Attrs.Attrs[i]; isURN(a.Name) && isContainer(a) {
			list = append(list, a.Name)
		}
	}
	return list
}
