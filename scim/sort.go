package scim

import (
	"cmp"
	"strings"
	"time"

	"github.com/anteroom-id/anteroom/scim/filter"
)

// sortKey is the value by which a resource is sorted. It is JSON in cursors.
type sortKey struct {
	Absent bool    `json:"a,omitempty"`
	Number float64 `json:"n,omitempty"`
	Whole  int64   `json:"w,omitempty"` // whole numbers, booleans and instants
	Text   string  `json:"t,omitempty"`
}

type sortable struct {
	r   *Resource
	key sortKey
}

// keyOf gives the value by which the query sorts r. Of a multi-valued attribute that is
// the primary value, or else the first. RFC 7644 §3.4.2.3.
func (q *Query) keyOf(r *Resource) sortKey {
	if q.SortBy == nil {
		return sortKey{}
	}
	attr, sub := q.Type.index().find(*q.SortBy)
	f := attr
	if q.SortBy.Sub != "" {
		f = sub
	} else if attr != nil && attr.kind == Complex {
		f = attr.valueSub
	}
	return keyOfValue(q.sortValue(r), f)
}

func (q *Query) sortValue(r *Resource) any {
	v := q.sortAttribute(r)
	if list, ok := v.([]any); ok {
		v = significant(list)
	}
	if o, ok := v.(*Object); ok {
		name := q.SortBy.Sub
		if name == "" {
			name = "value"
		}
		v, _ = o.Get(name)
	}
	return v
}

func (q *Query) sortAttribute(r *Resource) any {
	s := &searched{q.Type, r}
	switch {
	case q.SortBy.URI != "":
		v, _ := s.Get(q.SortBy.URI)
		o, _ := v.(*Object)
		v, _ = o.Get(q.SortBy.Attr)
		return v
	case q.SortBy.Attr == "meta" && q.SortBy.Sub == "created":
		return r.Created // finer than what is shown
	case q.SortBy.Attr == "meta" && q.SortBy.Sub == "lastModified":
		return r.Modified
	}
	v, _ := s.Get(q.SortBy.Attr)
	return v
}

// significant gives the primary value of a list, or else the first.
func significant(list []any) any {
	for _, e := range list {
		if o, _ := e.(*Object); isPrimary(o) {
			return e
		}
	}
	if len(list) > 0 {
		return list[0]
	}
	return nil
}

func keyOfValue(v any, f *field) sortKey {
	switch v := v.(type) {
	case string:
		return keyOfText(v, f)
	case bool:
		if v {
			return sortKey{Whole: 1}
		}
		return sortKey{}
	case int64:
		return sortKey{Number: float64(v), Whole: v}
	case float64:
		return sortKey{Number: v}
	case time.Time:
		return sortKey{Whole: v.UnixNano()}
	}
	return sortKey{Absent: true}
}

func keyOfText(s string, f *field) sortKey {
	if f != nil && f.kind == DateTime {
		if t, ok := filter.ParseDateTime(s); ok {
			return sortKey{Whole: t.UnixNano()}
		}
	}
	if f == nil || !f.CaseExact {
		s = filter.Fold(s)
	}
	return sortKey{Text: s}
}

// compareKeys orders two keys as the query asks: what has no value comes last in ascending
// order and first in descending order. RFC 7644 §3.4.2.3.
func (q *Query) compareKeys(a, b sortKey) int {
	c := compareAscending(a, b)
	if q.Descending {
		return -c
	}
	return c
}

func compareAscending(a, b sortKey) int {
	switch {
	case a.Absent && b.Absent:
		return 0
	case a.Absent:
		return 1
	case b.Absent:
		return -1
	}
	if c := cmp.Compare(a.Number, b.Number); c != 0 {
		return c
	}
	if c := cmp.Compare(a.Whole, b.Whole); c != 0 {
		return c
	}
	return strings.Compare(a.Text, b.Text)
}
