package scim

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// endpoint is a call on one resource type, or on the resource called id.
type endpoint struct {
	*call
	rt      *ResourceType
	backend Backend
	id      string
}

// errNoResource is a Backend's fault, for the log.
var errNoResource = errors.New("scim: the backend returned neither a resource nor an error")

// all answers a request to the endpoint itself.
func (e *endpoint) all() error {
	switch e.verb() {
	case http.MethodGet:
		return e.list()
	case http.MethodPost:
		return e.create()
	}
	return e.notAllowed(http.MethodGet, http.MethodPost)
}

// onlySearch answers a request to the endpoint's .search.
func (e *endpoint) onlySearch() error {
	if e.verb() == http.MethodPost {
		return e.search()
	}
	return e.notAllowed(http.MethodPost)
}

// one answers a request to a resource.
func (e *endpoint) one() error {
	switch e.verb() {
	case http.MethodGet:
		return e.get()
	case http.MethodPut:
		return e.put()
	case http.MethodPatch:
		return e.patch()
	case http.MethodDelete:
		return e.delete()
	}
	return e.notAllowed(http.MethodGet, http.MethodPut, http.MethodPatch, http.MethodDelete)
}

// create answers POST. RFC 7644 §3.3.
func (e *endpoint) create() error {
	if e.backend == nil {
		return e.off()
	}
	sel, err := e.selection()
	if err != nil {
		return err
	}
	o, err := e.rt.decode(e.body, e.t.Notes, e.limits.MaxDepth)
	if err != nil {
		return err
	}
	r, err := e.backend.Create(e.ctx, &Resource{Attrs: o})
	return e.answer(http.StatusCreated, r, sel, err)
}

// get answers GET of a resource. RFC 7644 §3.4.1.
func (e *endpoint) get() error {
	if e.backend == nil {
		return NotFound(e.rt.Name, clip(e.id, 80))
	}
	sel, err := e.selection()
	if err != nil {
		return err
	}
	r, err := e.backend.Get(e.ctx, e.id, sel)
	if err == nil && r != nil && e.ifNoneMatch != "" && matchesTag(e.ifNoneMatch, r) {
		e.out = answer{status: http.StatusNotModified, etag: tagOf(r)}
		return nil
	}
	return e.answer(http.StatusOK, r, sel, err)
}

// put answers PUT. RFC 7644 §3.5.1.
func (e *endpoint) put() error {
	if e.backend == nil {
		return e.off()
	}
	sel, err := e.selection()
	if err != nil {
		return err
	}
	sent, err := e.rt.decode(e.body, e.t.Notes, e.limits.MaxDepth)
	if err != nil {
		return err
	}
	var r *Resource
	if b, ok := e.backend.(Replacer); ok {
		r, err = b.Replace(e.ctx, e.id, &Resource{ID: e.id, Attrs: sent}, e.check())
	} else {
		r, err = e.backend.Update(e.ctx, e.id, e.rt.replacement(sent, e.check()))
	}
	return e.answer(http.StatusOK, r, sel, err)
}

// patch answers PATCH. RFC 7644 §3.5.2.
func (e *endpoint) patch() error {
	if e.backend == nil {
		return e.off()
	}
	sel, err := e.selection()
	if err != nil {
		return err
	}
	p, err := e.rt.decodePatch(e.body, e.id, e.t.Notes, e.limits)
	if err != nil {
		return err
	}
	p.Check = e.check()
	var r *Resource
	if b, ok := e.backend.(Patcher); ok {
		if r, err = b.Patch(e.ctx, e.id, p); err == nil && sel != nil {
			r, err = e.backend.Get(e.ctx, e.id, sel) // a Patcher need not have read what is asked for
		}
	} else {
		r, err = e.backend.Update(e.ctx, e.id, p.Apply)
	}
	if err == nil && r != nil && e.rt.NoContent && sel == nil {
		e.out = answer{status: http.StatusNoContent, etag: tagOf(r), location: e.rt.location(e.t.BaseURL, r.ID)}
		return nil
	}
	return e.answer(http.StatusOK, r, sel, err)
}

// delete answers DELETE. RFC 7644 §3.6.
func (e *endpoint) delete() error {
	if e.backend == nil {
		return e.off()
	}
	e.out = answer{status: http.StatusNoContent}
	return e.backend.Delete(e.ctx, e.id, e.check())
}

// list answers GET of the endpoint. RFC 7644 §3.4.2.
func (e *endpoint) list() error {
	s, err := searchOf(e.query)
	if err != nil {
		return err
	}
	return e.found(s)
}

// search answers POST of the endpoint's .search. RFC 7644 §3.4.3.
func (e *endpoint) search() error {
	s, err := searchBody(e.rt.index(), e.body, e.limits.MaxDepth)
	if err != nil {
		return err
	}
	return e.found(s)
}

func (e *endpoint) found(s *search) error {
	q, err := s.query(e.rt, nil, e.limits)
	if err != nil {
		return err
	}
	l := listing{call: e.call, start: q.Start}
	if e.backend != nil {
		page, err := listFrom(e, q)
		if err != nil {
			return err
		}
		l.total, l.next, l.previous = page.Total, page.NextCursor, page.PrevCursor
		if err := l.add(e.rt, q.Select, page.Resources); err != nil {
			return err
		}
	}
	l.finish()
	return nil
}

// listFrom asks the backend, and holds it to the page size.
func listFrom(e *endpoint, q *Query) (*Page, error) {
	page, err := e.backend.List(e.ctx, q)
	if err != nil {
		return nil, err
	}
	if page == nil || len(page.Resources) > q.Count {
		return nil, fmt.Errorf("scim: the backend returned no page, or more than %d resources", q.Count)
	}
	return page, nil
}

// answer prepares the answer with a resource.
func (e *endpoint) answer(status int, r *Resource, sel *Selection, err error) error {
	if err != nil {
		return err
	}
	if r == nil {
		return errNoResource
	}
	e.out = answer{status: status, etag: tagOf(r), location: e.rt.location(e.t.BaseURL, r.ID)}
	if !e.inBulk {
		e.out.body, err = e.rt.AppendResource(borrowBody(usualBody), r, e.t.BaseURL, sel)
		e.out.pooled = true
	}
	return err
}

// selection reads attributes and excludedAttributes of the URL.
func (e *endpoint) selection() (*Selection, error) {
	s, err := searchOf(e.query)
	if err != nil {
		return nil, err
	}
	return e.rt.Select(s.attributes, s.excluded)
}

// off is the 501 for writes to a type that is switched off.
func (e *endpoint) off() error {
	detail := e.t.OffDetail
	if detail == "" {
		detail = e.rt.Name + " is not offered here. Switch its provisioning off in the directory."
	}
	return NotImplemented(detail)
}

// check makes a Check of If-Match and If-None-Match; nil when there are none. RFC 7644 §3.14.
func (c *call) check() Check {
	if c.ifMatch == "" && c.ifNoneMatch == "" {
		return nil
	}
	return func(r *Resource) error {
		if c.ifMatch != "" && !matchesTag(c.ifMatch, r) || c.ifNoneMatch != "" && matchesTag(c.ifNoneMatch, r) {
			return PreconditionFailed()
		}
		return nil
	}
}

func tagOf(r *Resource) string {
	if r.Version == "" {
		return ""
	}
	return etag(r.Version)
}

// matchesTag says whether a list of entity tags holds that of r, compared weakly. RFC 9110 §8.8.3.2.
func matchesTag(list string, r *Resource) bool {
	if strings.TrimSpace(list) == "*" {
		return true
	}
	for tag := range strings.SplitSeq(list, ",") {
		tag = strings.Trim(strings.TrimPrefix(strings.TrimSpace(tag), "W/"), `"`)
		if r.Version != "" && tag == r.Version {
			return true
		}
	}
	return false
}
