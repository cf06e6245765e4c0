package scim

import (
	"net/http"
	"strconv"
)

const listURN = "urn:ietf:params:scim:api:messages:2.0:ListResponse"

// listing is a ListResponse in the making. RFC 7644 §3.4.2, RFC 9865 §2.
type listing struct {
	*call
	start          int // 0 with a cursor
	total          int // -1 when unknown
	next, previous string
	count          int
	resources      []byte
}

// add adds resources of one type.
func (l *listing) add(rt *ResourceType, sel *Selection, found []*Resource) (err error) {
	if l.resources == nil {
		l.resources = borrowBody(1536 * len(found))
	}
	for _, r := range found {
		l.begin()
		if l.resources, err = rt.AppendResource(l.resources, r, l.t.BaseURL, sel); err != nil {
			return err
		}
	}
	return nil
}

// begin starts the next resource.
func (l *listing) begin() {
	if l.count > 0 {
		l.resources = append(l.resources, ',')
	}
	l.count++
}

// finish makes the answer.
func (l *listing) finish() {
	b := borrowBody(len(l.resources) + 256)
	b = append(b, `{"schemas":["`+listURN+`"]`...)
	if l.total >= 0 {
		b = strconv.AppendInt(append(b, `,"totalResults":`...), int64(l.total), 10)
	}
	b = strconv.AppendInt(append(b, `,"itemsPerPage":`...), int64(l.count), 10)
	if l.start > 0 {
		b = strconv.AppendInt(append(b, `,"startIndex":`...), int64(l.start), 10)
	}
	if l.previous != "" {
		b = appendString(append(b, `,"previousCursor":`...), l.previous)
	}
	if l.next != "" {
		b = appendString(append(b, `,"nextCursor":`...), l.next)
	}
	b = append(b, `,"Resources":[`...)
	b = append(b, l.resources...)
	giveBackBody(l.resources)
	l.out = answer{status: http.StatusOK, body: append(b, `]}`...), pooled: true}
}
