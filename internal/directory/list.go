package directory

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/store"
	"github.com/anteroom-id/anteroom/scim"
	"github.com/anteroom-id/anteroom/scim/filter"
)

// source is one kind of resource to list: how to reach it by key, by place in
// the order, and from behind an id.
type source struct {
	kind   string
	total  func(store.Tally) int64
	byKey  func(ctx context.Context, k store.Key, limit int) ([]*scim.Resource, error)
	after  func(ctx context.Context, id string, limit int) (found []*scim.Resource, more bool, err error) // more: fewer than limit, as they are large
	placed func(ctx context.Context, n int) (id string, err error)
	byID   func(ctx context.Context, id string) (*scim.Resource, error)
	since  func(ctx context.Context, us int64, limit int) ([]*scim.Resource, error) // changed at or after; nil when not indexed
	keys   []string                                                                 // the look-up keys it has
}

// List answers a query over people: by index where the filter names a look-up
// key, page by page where there is no filter, and by a bounded walk otherwise.
func (p *People) List(ctx context.Context, q *scim.Query) (*scim.Page, error) {
	return p.list(ctx, p.c, p.source(q.Select, q.Filter), q)
}

// List answers a query over groups; see People.List.
func (g *Groups) List(ctx context.Context, q *scim.Query) (*scim.Page, error) {
	return g.list(ctx, g.c, g.source(ctx, q.Select, q.Filter), q)
}

func (p *People) source(sel *scim.Selection, f filter.Expr) source {
	r := p.store.Read(p.c.Workspace)
	if mentions(f, "groups") {
		sel = nil
	}
	all := func(found []store.View, err error) ([]*scim.Resource, error) {
		out := make([]*scim.Resource, 0, len(found))
		for i := range found {
			out = append(out, p.fromView(&found[i], sel))
		}
		return out, err
	}
	return source{
		kind:  "User",
		total: func(t store.Tally) int64 { return t.Users },
		byKey: func(ctx context.Context, k store.Key, limit int) ([]*scim.Resource, error) {
			k.Connection = p.c.Connection
			return all(r.Users(ctx, k, limit))
		},
		after: func(ctx context.Context, id string, limit int) (list []*scim.Resource, more bool, err error) {
			found, more, err := r.UsersAfter(ctx, id, limit)
			list, err = all(found, err)
			return list, more, err
		},
		placed: r.UserAt,
		byID:   func(ctx context.Context, id string) (*scim.Resource, error) { return p.Get(ctx, id, sel) },
		since: func(ctx context.Context, us int64, limit int) ([]*scim.Resource, error) {
			return all(r.UsersModified(ctx, us, limit))
		},
		keys: p.rules.lookUps,
	}
}

func (g *Groups) source(ctx context.Context, sel *scim.Selection, f filter.Expr) source {
	r := g.store.Read(g.c.Workspace)
	if mentions(f, "members") {
		sel = nil
	}
	some := func(room int, found []identity.Group, err error) (out []*scim.Resource, more bool, _ error) {
		for i := range found {
			one, err := g.fromGroup(ctx, r, &found[i], sel)
			if err != nil {
				return nil, false, err
			}
			if room -= len(one.Stored) + len(one.Attrs.List("members"))*memberBytes; room < 0 && len(out) > 0 {
				return out, true, nil
			}
			out = append(out, one)
		}
		return out, false, err
	}
	all := func(found []identity.Group, err error) ([]*scim.Resource, error) {
		out, more, err := some(4*groupBytes, found, err)
		if err == nil && more {
			err = store.ErrTooLarge
		}
		return out, err
	}
	return source{
		kind:  "Group",
		total: func(t store.Tally) int64 { return t.Groups },
		byKey: func(ctx context.Context, k store.Key, limit int) ([]*scim.Resource, error) {
			k.Connection = g.c.Connection
			return all(r.Groups(ctx, k, limit))
		},
		after: func(ctx context.Context, id string, limit int) ([]*scim.Resource, bool, error) {
			found, err := r.GroupsAfter(ctx, id, limit)
			return some(groupBytes, found, err)
		},
		placed: r.GroupAt,
		byID:   func(ctx context.Context, id string) (*scim.Resource, error) { return g.Get(ctx, id, sel) },
		keys:   []string{store.KeyDisplayName, store.KeyExternalID},
	}
}

const (
	groupBytes  = 16 << 20 // of groups in one page, their members among them
	memberBytes = 256      // of one member, roughly
)

// mentions says whether a filter looks at the attribute.
func mentions(f filter.Expr, attr string) bool {
	if f == nil {
		return false
	}
	for p := range filter.Paths(f) {
		if strings.EqualFold(p.Attr, attr) {
			return true
		}
	}
	return false
}

func (s *Service) list(ctx context.Context, c Caller, src source, q *scim.Query) (*scim.Page, error) {
	var page *scim.Page
	found, narrowed, err := s.narrow(ctx, src, q)
	if errors.Is(err, store.ErrTooLarge) {
		return nil, scim.TooMany("what this filter looks at is more than one answer holds; filter by a value that names fewer, or page through without a filter")
	}
	if err == nil && narrowed {
		if page, err = scim.Collect(each(found), q); err == nil && len(page.Resources) > 0 {
			return page, nil
		}
	}
	if err != nil {
		return nil, err
	}
	t, err := s.store.Read(c.Workspace).Tally(ctx)
	if err == nil && page == nil {
		page, err = s.answer(ctx, c, src, q, int(src.total(t)))
	}
	if err == nil && len(page.Resources) == 0 {
		err = s.off(&t) // looking up somebody who is here, to take them out, goes on
	}
	return page, err
}

// answer answers a query that no look-up key narrows.
func (s *Service) answer(ctx context.Context, c Caller, src source, q *scim.Query, total int) (*scim.Page, error) {
	switch {
	case q.Filter == nil && q.SortBy == nil && q.Cursor != nil:
		return s.cursorPage(ctx, src, q, total)
	case q.Filter == nil && q.SortBy == nil:
		return s.indexPage(ctx, c, src, q, total)
	case total > s.bounds.Walk:
		return nil, scim.TooMany(fmt.Sprintf("this workspace has more than %d %ss, and this request would look at each of them; filter with eq on one of %s, or page through without a filter",
			s.bounds.Walk, src.kind, strings.Join(append([]string{"id"}, src.keys...), ", ")))
	}
	leave, err := s.walks.enter(ctx, c.Workspace)
	if err != nil {
		return nil, err
	}
	defer leave()
	return scim.Collect(s.walk(ctx, src), q)
}

// narrow finds the candidates of a filter by the first look-up key that every
// match must have. The filter itself still decides.
func (s *Service) narrow(ctx context.Context, src source, q *scim.Query) (found []*scim.Resource, narrowed bool, err error) {
	if q.Filter == nil {
		return nil, false, nil
	}
	for _, e := range filter.Equalities(q.Filter) {
		name := canonical(e.Path)
		if name == "id" {
			r, err := src.byID(ctx, textOf(e.Value))
			if isNotFound(err) {
				return nil, true, nil
			}
			return []*scim.Resource{r}, true, err
		}
		if !slices.Contains(src.keys, name) || e.Value == nil {
			continue
		}
		k := s.rules.key(name, e.Value)
		if k.Value == "" {
			continue
		}
		found, err := src.byKey(ctx, k, s.bounds.Candidates+1)
		if len(found) > s.bounds.Candidates {
			return nil, false, scim.TooMany(fmt.Sprintf("more than %d resources have this %s; filter by a value that names fewer", s.bounds.Candidates, name))
		}
		return found, true, err
	}
	return s.narrowByTime(ctx, src, q)
}

// narrowByTime finds the candidates of a filter that asks for what has changed
// lately, as clients that keep a copy do.
func (s *Service) narrowByTime(ctx context.Context, src source, q *scim.Query) (found []*scim.Resource, narrowed bool, err error) {
	since, ok := changedSince(q.Filter)
	if !ok || src.since == nil {
		return nil, false, nil
	}
	found, err = src.since(ctx, since.UnixMicro(), s.bounds.Walk+1)
	if len(found) > s.bounds.Walk {
		return nil, false, scim.TooMany(fmt.Sprintf("more than %d resources have changed since then; ask for a later meta.lastModified, or page through without a filter", s.bounds.Walk))
	}
	slices.SortFunc(found, func(a, b *scim.Resource) int { return strings.Compare(a.ID, b.ID) })
	return found, true, err
}

// changedSince finds the earliest meta.lastModified that every match must have.
func changedSince(e filter.Expr) (time.Time, bool) {
	switch e := e.(type) {
	case filter.And:
		if t, ok := changedSince(e.X); ok {
			return t, true
		}
		return changedSince(e.Y)
	case filter.Compare:
		text, ok := e.Value.(string)
		if ok && (e.Op == filter.Gt || e.Op == filter.Ge || e.Op == filter.Eq) && strings.EqualFold(e.Path.Attr, "meta") && strings.EqualFold(e.Path.Sub, "lastModified") {
			return filter.ParseDateTime(text)
		}
	}
	return time.Time{}, false
}

// canonical gives a bound path the name that look-up keys have.
func canonical(p filter.Path) string {
	if p.Filter != nil {
		return ""
	}
	if strings.EqualFold(p.URI, product.CoreUser) || strings.EqualFold(p.URI, scim.GroupURN) {
		p.URI = ""
	}
	if p.URI == "" && strings.EqualFold(p.Attr, "emails") && p.Sub == "" {
		p.Sub = "value"
	}
	return p.String()
}

// each gives a list as a sequence.
func each(list []*scim.Resource) iter.Seq2[*scim.Resource, error] {
	return func(yield func(*scim.Resource, error) bool) {
		for _, r := range list {
			if !yield(r, nil) {
				return
			}
		}
	}
}

const chunk = 500

// walk gives every resource in order, chunk by chunk.
func (s *Service) walk(ctx context.Context, src source) iter.Seq2[*scim.Resource, error] {
	return func(yield func(*scim.Resource, error) bool) {
		for last := ""; ; {
			found, more, err := src.after(ctx, last, chunk)
			if err == nil {
				err = ctx.Err() // who asked has left
			}
			if err != nil {
				yield(nil, err)
				return
			}
			for _, r := range found {
				if !yield(r, nil) {
					return
				}
			}
			if len(found) < chunk && !more || len(found) == 0 {
				return
			}
			last = found[len(found)-1].ID
		}
	}
}

// indexPage answers startIndex and count from a remembered anchor, or by one OFFSET.
func (s *Service) indexPage(ctx context.Context, c Caller, src source, q *scim.Query, total int) (*scim.Page, error) {
	page := &scim.Page{Total: total}
	if q.Count == 0 || q.Start > total {
		return page, nil
	}
	key := anchor{c.Workspace, c.Origin.Actor.ID, src.kind, q.Start}
	after, known := "", q.Start <= 1
	if !known {
		after, known = s.anchors.at(key)
	}
	if !known {
		id, err := src.placed(ctx, q.Start-1)
		if err != nil || id == "" {
			return page, err
		}
		after = id
	}
	found, _, err := src.after(ctx, after, q.Count)
	if err != nil {
		return nil, err
	}
	page.Resources = found
	if n := len(found); n > 0 {
		key.start = q.Start + n
		s.anchors.set(key, found[n-1].ID)
	}
	return page, nil
}

// cursorPage answers a cursor, which is the last id of the page before. RFC 9865 §2.
func (s *Service) cursorPage(ctx context.Context, src source, q *scim.Query, total int) (*scim.Page, error) {
	after, err := readCursor(src.kind[:1], *q.Cursor)
	if err != nil {
		return nil, err
	}
	page := &scim.Page{Total: total}
	if q.Count == 0 {
		return page, nil
	}
	found, more, err := src.after(ctx, after, q.Count+1)
	if err != nil {
		return nil, err
	}
	if len(found) > q.Count {
		found, more = found[:q.Count], true
	}
	if more && len(found) > 0 {
		page.NextCursor = base64.RawURLEncoding.EncodeToString([]byte(src.kind[:1] + found[len(found)-1].ID))
	}
	page.Resources = found
	return page, nil
}

func readCursor(kind, c string) (string, error) {
	if c == "" {
		return "", nil
	}
	id, err := base64.RawURLEncoding.DecodeString(c)
	if err != nil || len(id) != 37 || string(id[:1]) != kind {
		return "", scim.InvalidCursor()
	}
	return string(id[1:]), nil
}
