package scim

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"hash/fnv"
	"io"
	"slices"
	"strings"
)

// InvalidCursor is the 400 for a cursor that was never given out, or for another query. RFC 9865 §2.1.
func InvalidCursor() *Error {
	return BadRequest(invalidCursor, "The cursor is not one of this query. Start again with an empty cursor.")
}

// ExpiredCursor is the 400 for a cursor that was valid once. RFC 9865 §2.1.
func ExpiredCursor() *Error {
	return BadRequest(expiredCursor, "The cursor has expired. Start again with an empty cursor.")
}

// anchor is the place in an ordered walk that a cursor of Collect stands for: just after a
// resource, or, Back, just before it. It survives the deletion of that resource.
type anchor struct {
	Query   uint64  `json:"q"` // digest of what the cursor belongs to
	Back    bool    `json:"b,omitempty"`
	Key     sortKey `json:"k"`
	Created int64   `json:"c"` // nanoseconds since 1970
	ID      string  `json:"i"`
}

func (q *Query) anchorAt(s sortable, back bool) string {
	text, _ := json.Marshal(anchor{q.digest(), back, s.key, s.r.Created.UnixNano(), s.r.ID})
	return base64.RawURLEncoding.EncodeToString(text)
}

// anchorOf reads a cursor that anchorAt wrote.
func (q *Query) anchorOf(cursor string) (anchor, error) {
	var a anchor
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || json.Unmarshal(text, &a) != nil || a.Query != q.digest() {
		return a, InvalidCursor()
	}
	return a, nil
}

// digest tells queries apart: a cursor continues the query it came from only.
func (q *Query) digest() uint64 {
	h := fnv.New64a()
	parts := []string{q.Type.Name, "", "", ""}
	if q.Filter != nil {
		parts[1] = q.Filter.String()
	}
	if q.SortBy != nil {
		parts[2] = q.SortBy.String()
	}
	if q.Descending {
		parts[3] = "descending"
	}
	_, _ = io.WriteString(h, strings.Join(parts, "\x00")) // a hash takes everything
	return h.Sum64()
}

// cursorPage orders what was found and cuts the page that the cursor asks for. RFC 9865 §2.
func (q *Query) cursorPage(found []sortable) (*Page, error) {
	slices.SortFunc(found, func(a, b sortable) int {
		return cmp.Or(q.compareKeys(a.key, b.key), comparePlace(a.r, b.r.Created.UnixNano(), b.r.ID))
	})
	from, to := 0, min(max(q.Count, 0), len(found))
	if *q.Cursor != "" {
		a, err := q.anchorOf(*q.Cursor)
		if err != nil {
			return nil, err
		}
		from, to = q.bounds(found, a)
	}
	p := &Page{Resources: resources(found[from:to]), Total: len(found)}
	if from > 0 && from < to {
		p.PrevCursor = q.anchorAt(found[from], true)
	}
	if to < len(found) && from < to {
		p.NextCursor = q.anchorAt(found[to-1], false)
	}
	return p, nil
}

// bounds finds the page after, or before, an anchor.
func (q *Query) bounds(found []sortable, a anchor) (from, to int) {
	at, exact := slices.BinarySearchFunc(found, a, func(s sortable, a anchor) int {
		return cmp.Or(q.compareKeys(s.key, a.Key), comparePlace(s.r, a.Created, a.ID))
	})
	count := max(q.Count, 0)
	if a.Back {
		return max(at-count, 0), at
	}
	if exact {
		at++
	}
	return at, min(at+count, len(found))
}

func comparePlace(r *Resource, created int64, id string) int {
	return cmp.Or(cmp.Compare(r.Created.UnixNano(), created), strings.Compare(r.ID, id))
}
