package scim

import (
	"slices"
	"strconv"
	"strings"
)

// searchAll answers a query of the root: GET of the base, or POST of .search, over all types.
// RFC 7644 §3.4.2.1, §3.4.3.
func (c *call) searchAll() error {
	types := c.types()
	s, err := c.rootSearch()
	if err != nil {
		return err
	}
	root := rootSearch{call: c, listing: &listing{call: c}}
	for i, rt := range types {
		others := slices.Concat(types[:i], types[i+1:])
		q, err := s.query(rt, others, c.limits)
		if err != nil {
			return err
		}
		root.queries = append(root.queries, q)
		root.listing.start = q.Start
	}
	switch {
	case len(root.queries) == 0:
	case s.cursor != nil:
		err = root.byCursor(*s.cursor)
	case root.queries[0].SortBy != nil:
		err = root.sorted()
	default:
		err = root.byIndex()
	}
	if err != nil {
		return err
	}
	root.finish()
	return nil
}

func (c *call) rootSearch() (*search, error) {
	if c.method != "POST" {
		return searchOf(c.query)
	}
	if len(c.s.Types) == 0 {
		return &search{}, nil
	}
	return searchBody(c.s.Types[0].index(), c.body, c.limits.MaxDepth)
}

// rootSearch runs one query over several types.
type rootSearch struct {
	*call
	*listing
	queries []*Query
}

func (r *rootSearch) page(q *Query) (*Page, error) {
	e := &endpoint{call: r.call, rt: q.Type, backend: r.t.backend(q.Type)}
	return listFrom(e, q)
}

// byIndex lists one type after the other.
func (r *rootSearch) byIndex() error {
	left, before := r.queries[0].Count, 0
	for _, q := range r.queries {
		q.Start, q.Count = max(q.Start-before, 1), left
		page, err := r.page(q)
		if err != nil {
			return err
		}
		if err := r.listing.add(q.Type, q.Select, page.Resources); err != nil {
			return err
		}
		left -= len(page.Resources)
		before += page.Total
		r.total = before
	}
	return nil
}

// maxRootSort bounds how far into a sorted list of several types one can page.
const maxRootSort = 5000

// sorted merges the types' sorted lists.
func (r *rootSearch) sorted() error {
	type entry struct {
		sortable
		q *Query
	}
	var found []entry
	start, count := r.queries[0].Start, r.queries[0].Count
	if start > maxRootSort {
		return TooMany("A sorted list over all resource types cannot be paged that far. Query one type's endpoint.")
	}
	for _, q := range r.queries {
		list, err := r.first(q, start-1+count)
		if err != nil {
			return err
		}
		for _, res := range list {
			if err := q.Type.Load(res); err != nil {
				return err
			}
			found = append(found, entry{sortable{res, q.keyOf(res)}, q})
		}
	}
	slices.SortStableFunc(found, func(a, b entry) int { return a.q.compareKeys(a.key, b.key) })
	from := min(start-1, len(found))
	for _, f := range found[from:min(from+count, len(found))] {
		if err := r.listing.add(f.q.Type, f.q.Select, []*Resource{f.r}); err != nil {
			return err
		}
	}
	return nil
}

// first collects the first n resources of a query, page by page, and adds its total.
func (r *rootSearch) first(q *Query, n int) ([]*Resource, error) {
	var list []*Resource
	for {
		q.Start, q.Count = len(list)+1, min(n-len(list), r.limits.MaxPage)
		page, err := r.page(q)
		if err != nil {
			return nil, err
		}
		list = append(list, page.Resources...)
		if len(page.Resources) == 0 || len(list) >= n {
			r.total += page.Total
			return list, nil
		}
	}
}

// byCursor lists one type after the other; the cursor says which one, and how far it got.
func (r *rootSearch) byCursor(cursor string) error {
	i, inner := 0, ""
	if cursor != "" {
		number, rest, ok := strings.Cut(cursor, ".")
		n, err := strconv.Atoi(number)
		if !ok || err != nil || n < 0 || n >= len(r.queries) {
			return InvalidCursor()
		}
		i, inner = n, rest
	}
	r.total = -1
	for ; i < len(r.queries); i++ {
		q := r.queries[i]
		q.Cursor = &inner
		page, err := r.page(q)
		if err != nil {
			return err
		}
		if err := r.listing.add(q.Type, q.Select, page.Resources); err != nil {
			return err
		}
		r.next = rootCursor(i, page.NextCursor, len(r.queries))
		if r.listing.count > 0 {
			return nil
		}
		inner = ""
	}
	return nil
}

// rootCursor is the cursor of the next page: further in the same type, or the next type's first page.
func rootCursor(i int, next string, types int) string {
	switch {
	case next != "":
		return strconv.Itoa(i) + "." + next
	case i+1 < types:
		return strconv.Itoa(i+1) + "."
	}
	return ""
}
