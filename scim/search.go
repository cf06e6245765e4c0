package scim

import (
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/anteroom-id/anteroom/scim/filter"
)

// search is the parameters of a query, from the URL or from a SearchRequest. RFC 7644 §3.4.2, §3.4.3; RFC 9865 §2.
type search struct {
	filter     string
	sortBy     string
	sortOrder  string
	startIndex string
	count      string
	cursor     *string
	attributes []string
	excluded   []string
}

// searchOf reads the parameters of a URL. Parameters it does not know are left alone: Entra ID's
// ?aadOptscim062020 (compat.go).
func searchOf(rawQuery string) (*search, error) {
	s := &search{}
	if rawQuery == "" {
		return s, nil
	}
	var room [5]*string
	seen := room[:0]
	for parameter := range strings.SplitSeq(rawQuery, "&") {
		name, value, err := unescaped(parameter)
		if err != nil {
			// Leaving out what cannot be read would answer another question than the one asked.
			return nil, BadRequest(invalidSyntax, "The query string cannot be read; percent-encode the values.")
		}
		if p := s.single(name); p != nil {
			if slices.Contains(seen, p) {
				return nil, BadRequest(invalidSyntax, "The parameter %s is there twice.", name)
			}
			seen = append(seen, p)
			*p = value
		}
		switch {
		case name == "attributes":
			s.attributes = append(s.attributes, value)
		case name == "excludedAttributes":
			s.excluded = append(s.excluded, value)
		case name == "cursor" && s.cursor == nil:
			first := value
			s.cursor = &first
		}
	}
	return s, nil
}

// unescaped reads one parameter as url.ParseQuery does.
func unescaped(parameter string) (name, value string, err error) {
	if strings.Contains(parameter, ";") {
		return "", "", errors.New("scim: a semicolon separates nothing")
	}
	name, value, _ = strings.Cut(parameter, "=")
	if name, err = url.QueryUnescape(name); err != nil {
		return "", "", err
	}
	value, err = url.QueryUnescape(value)
	return name, value, err
}

// single gives the place of a parameter that occurs once.
func (s *search) single(name string) *string {
	switch name {
	case "filter":
		return &s.filter
	case "sortBy":
		return &s.sortBy
	case "sortOrder":
		return &s.sortOrder
	case "startIndex":
		return &s.startIndex
	case "count":
		return &s.count
	}
	return nil
}

// searchBody reads a SearchRequest. RFC 7644 §3.4.3.
func searchBody(ix *index, body []byte, maxDepth int) (*search, error) {
	d := newDecoder(ix, body, nil, maxDepth)
	defer d.release()
	s := &search{}
	err := d.document(func(name string) error {
		v, err := d.any()
		if err != nil || v == nil {
			return err
		}
		return s.set(name, v)
	})
	return s, err
}

func (s *search) set(name string, v any) (err error) {
	switch {
	case equalFold(name, "attributes"):
		s.attributes, err = stringsOf(name, v)
	case equalFold(name, "excludedAttributes"):
		s.excluded, err = stringsOf(name, v)
	case equalFold(name, "cursor"):
		var text string
		text, err = scalarText(name, v)
		s.cursor = &text
	default:
		for _, known := range []string{"filter", "sortBy", "sortOrder", "startIndex", "count"} {
			if equalFold(name, known) {
				*s.single(known), err = scalarText(known, v)
			}
		}
	}
	return err
}

func scalarText(name string, v any) (string, error) {
	switch v := v.(type) {
	case string:
		return v, nil
	case int64:
		return strconv.FormatInt(v, 10), nil
	}
	return "", BadRequest(invalidValue, "%s must be a string or a whole number.", name)
}

func stringsOf(name string, v any) ([]string, error) {
	list, ok := v.([]any)
	if s, isString := v.(string); isString {
		list, ok = []any{s}, true
	}
	if !ok {
		return nil, BadRequest(invalidValue, "%s must be a list of attribute names.", name)
	}
	names := make([]string, len(list))
	for i, e := range list {
		if names[i], ok = e.(string); !ok {
			return nil, BadRequest(invalidValue, "%s must be a list of attribute names.", name)
		}
	}
	return names, nil
}

// query makes the Query for one type. others are further types that the same request covers;
// an attribute that only they have is absent here.
func (s *search) query(rt *ResourceType, others []*ResourceType, l Limits) (*Query, error) {
	q := &Query{Type: rt, Cursor: s.cursor}
	var err error
	if q.Select, err = rt.Select(s.attributes, s.excluded); err != nil {
		return nil, err
	}
	if q.Filter, err = s.bind(rt, others, l); err != nil {
		return nil, err
	}
	if err = s.sort(q, others, l); err != nil {
		return nil, err
	}
	return q, s.page(q, l)
}

func (s *search) bind(rt *ResourceType, others []*ResourceType, l Limits) (filter.Expr, error) {
	if s.filter == "" {
		return nil, nil
	}
	e, err := l.Filter.Parse(s.filter)
	if err != nil {
		return nil, refused(invalidFilter, err)
	}
	bound, err := filter.Bind(e, &resolver{ix: rt.index(), others: indexes(others), scimType: invalidFilter})
	if err != nil {
		return nil, refused(invalidFilter, err)
	}
	return bound, nil
}

func indexes(types []*ResourceType) []*index {
	var list []*index
	for _, rt := range types {
		list = append(list, rt.index())
	}
	return list
}

// sort reads sortBy and sortOrder. RFC 7644 §3.4.2.3.
func (s *search) sort(q *Query, others []*ResourceType, l Limits) error {
	switch {
	case s.sortOrder == "", strings.EqualFold(s.sortOrder, "ascending"):
	case strings.EqualFold(s.sortOrder, "descending"):
		q.Descending = true
	default:
		return BadRequest(invalidValue, "sortOrder must be ascending or descending, not %.40q.", s.sortOrder)
	}
	if s.sortBy == "" {
		q.Descending = false
		return nil
	}
	p, err := l.Filter.ParsePath(s.sortBy)
	if err != nil {
		return refused(invalidPath, err)
	}
	if p.Filter != nil {
		return BadRequest(invalidPath, "sortBy names an attribute, without a bracket.")
	}
	p, typ, err := filter.BindPath(p, &resolver{ix: q.Type.index(), others: indexes(others), scimType: invalidPath})
	if err != nil {
		return refused(invalidPath, err)
	}
	if attr, _ := q.Type.index().find(p); p.Attr == "" || typ.Kind == Complex && p.Sub == "" && attr.valueSub == nil {
		return BadRequest(invalidPath, "%s is complex; sort by one of its sub-attributes.", p)
	}
	q.SortBy = &p
	return nil
}

// page reads startIndex and count (RFC 7644 §3.4.2.4), or cursor and count (RFC 9865 §2).
func (s *search) page(q *Query, l Limits) error {
	if s.cursor != nil && s.startIndex != "" {
		return BadRequest(invalidValue, "Send startIndex or cursor, not both.")
	}
	start, err := number("startIndex", s.startIndex, 1, invalidValue)
	if err != nil {
		return err
	}
	scimType := invalidValue
	if s.cursor != nil {
		scimType = invalidCount
	}
	count, err := number("count", s.count, l.DefaultPage, scimType)
	if err != nil {
		return err
	}
	if s.cursor == nil {
		q.Start = max(start, 1)
	}
	q.Count = min(max(count, 0), l.MaxPage)
	return nil
}

// number reads a whole number; one that is too big for us is as good as any big one.
func number(name, text string, missing int, scimType string) (int, error) {
	if text == "" {
		return missing, nil
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err == nil || errors.Is(err, strconv.ErrRange) {
		return int(n), nil
	}
	return 0, BadRequest(scimType, "%s must be a whole number, not %.40q.", name, text)
}
