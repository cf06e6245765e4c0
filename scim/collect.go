package scim

import (
	"iter"
	"slices"
)

// maxSorted bounds the stored documents that sorting holds at once, in bytes.
const maxSorted = 64 << 20

// Collect filters, sorts and pages a full sequence. It is enough for small backends.
//
// The sequence must be all resources of the type in a stable order, which the answer keeps
// unless q sorts. An error in it ends the walk and is returned. Pages by cursor are ordered
// by creation (or the sort attribute, then creation), so that a walk neither repeats nor
// misses a resource when others come and go meanwhile.
func Collect(all iter.Seq2[*Resource, error], q *Query) (*Page, error) {
	if q.SortBy == nil && q.Cursor == nil {
		return window(all, q)
	}
	var found []sortable
	held := 0
	for r, err := range all {
		if err != nil {
			return nil, err
		}
		looked := *r // a stored document is decoded to be sorted, and held as it was stored
		if err := q.Type.Load(&looked); err != nil {
			return nil, err
		}
		if !q.Match(&looked) {
			continue
		}
		found = append(found, sortable{r, q.keyOf(&looked)})
		if held += len(r.Stored); held > maxSorted {
			return nil, TooMany("What is found is too large to be sorted; filter for fewer, or page through without sortBy.")
		}
	}
	if q.Cursor != nil {
		return q.cursorPage(found)
	}
	slices.SortStableFunc(found, func(a, b sortable) int { return q.compareKeys(a.key, b.key) })
	from := min(max(q.Start, 1)-1, len(found))
	to := min(from+max(q.Count, 0), len(found))
	return &Page{Resources: resources(found[from:to]), Total: len(found)}, nil
}

// window pages a sequence in its own order, holding no more than the page.
func window(all iter.Seq2[*Resource, error], q *Query) (*Page, error) {
	p := &Page{}
	start := max(q.Start, 1)
	for r, err := range all {
		if err != nil {
			return nil, err
		}
		looked := *r // a stored document is decoded to be matched, and sent as it was stored
		if q.Filter != nil {
			err = q.Type.loadFor(&looked, q.Filter)
		}
		if err != nil {
			return nil, err
		}
		if !q.Match(&looked) {
			continue
		}
		p.Total++
		if p.Total >= start && len(p.Resources) < q.Count {
			p.Resources = append(p.Resources, r)
		}
	}
	return p, nil
}

func resources(found []sortable) []*Resource {
	list := make([]*Resource, len(found))
	for i, f := range found {
		list[i] = f.r
	}
	return list
}
