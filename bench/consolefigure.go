package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/scim"
)

// syllables are what names are made of, so that three typed letters find one in
// twenty.
var syllables = []string{"kar", "lom", "ves", "nit", "rop", "dal", "mir", "sun", "tek", "bru", "fal", "gos", "hel", "jan", "pel", "qua", "wim", "xen", "yor", "zab"}

func named(i int) string {
	name := func(i int) string {
		s := syllables[i%20] + syllables[i/20%20] + syllables[i/400%20]
		return strings.ToUpper(s[:1]) + s[1:]
	}
	given, family := name(i), name(i/20+7*i)
	address := fmt.Sprintf("%s.%s.%d@contoso.example", strings.ToLower(given), strings.ToLower(family), i)
	return fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"%[3]s","externalId":"ext-%[4]d","active":true,"displayName":"%[1]s %[2]s",`+
		`"name":{"givenName":"%[1]s","familyName":"%[2]s"},"title":"Engineer","emails":[{"primary":true,"type":"work","value":"%[3]s"}],`+
		`"urn:ietf:params:scim:schemas:core:2.0:User":{"microsoftId":"base-oid-%[4]d"}}`, given, family, address, i)
}

// fill makes a workspace with n members, and a long history of one of them.
func (p *pages) fill(ctx context.Context, n int) error {
	dir := directory.New(p.db, product.Default(), directory.Bounds{})
	w, err := dir.CreateWorkspace(ctx, hand(p.db), "acme", "Acme")
	if err != nil {
		return err
	}
	connections, err := p.db.Read(w.ID).Connections(ctx)
	if err != nil {
		return err
	}
	people := dir.People(directory.Caller{Workspace: w.ID, Connection: connections[0].ID, Origin: hand(p.db)})
	p.ids = make([]string, n)
	if err := each(n, func(i int) error {
		doc, err := dir.UserType().Decode([]byte(named(i)), nil)
		if err != nil {
			return err
		}
		r, err := people.Create(ctx, &scim.Resource{Attrs: doc})
		if err == nil {
			p.ids[i] = r.ID
		}
		return err
	}); err != nil {
		return err
	}
	middle := p.ids[n/2]
	for i := range changesOfOne {
		if _, err := people.Update(ctx, middle, func(r *scim.Resource) (bool, error) {
			r.Attrs.Set("title", fmt.Sprint("Engineer ", i))
			return true, nil
		}); err != nil {
			return err
		}
	}
	m, _, err := p.db.Read(w.ID).MemberByResource(ctx, middle)
	p.member, p.address = string(m.ID), url.QueryEscape(m.Address)
	return err
}

// each calls f for 0 to n-1 from 32 goroutines, until one fails.
func each(n int, f func(i int) error) error {
	var next atomic.Int64
	var failed atomic.Value
	var all sync.WaitGroup
	for range 32 {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < n && failed.Load() == nil; i = int(next.Add(1)) - 1 {
				if err := f(i); err != nil {
					failed.CompareAndSwap(nil, err)
				}
			}
		})
	}
	all.Wait()
	err, _ := failed.Load().(error)
	return err
}

// sink takes a page and forgets it.
type sink struct {
	header http.Header
	status int
	size   int
}

func (s *sink) Header() http.Header             { return s.header }
func (s *sink) WriteHeader(status int)          { s.status = status }
func (s *sink) Write(b []byte) (n int, e error) { s.size += len(b); return len(b), nil }

// page opens one page.
func (p *pages) page(path string) error {
	r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "http://127.0.0.1"+path, nil)
	if err != nil {
		return err
	}
	r.RemoteAddr = "127.0.0.1:1"
	r.AddCookie(&http.Cookie{Name: "session", Value: p.cookie})
	s := sink{header: http.Header{}, status: http.StatusOK}
	p.app.ServeHTTP(&s, r)
	if s.status != http.StatusOK || s.size < 2000 {
		return fmt.Errorf("%s: status %d, %d bytes", path, s.status, s.size)
	}
	return nil
}

// consoleFigures adds the pages of administrators: what each takes among many
// members, of what it takes among few.
func (b *bench) consoleFigures() (err error) {
	if b.manyPages, err = openPages(b.dir, b.people); err != nil {
		return fmt.Errorf("%d members: %w", b.people, err)
	}
	if b.fewPages, err = openPages(b.dir, b.few); err != nil {
		return fmt.Errorf("%d members: %w", b.few, err)
	}
	open := func(p *pages, path string) func() (sample, error) {
		path = strings.NewReplacer("{member}", p.member, "{address}", p.address).Replace(path)
		return func() (sample, error) { return measure(nil, 1, b.span, func(int) error { return p.page(path) }) }
	}
	lookUp := func(p *pages) func() (sample, error) {
		return func() (sample, error) {
			return measure(nil, 1, b.span, func(i int) error { return p.base.lookUp(p.ids[(i*7919)%len(p.ids)]) })
		}
	}
	for _, f := range []struct{ name, path string }{
		{"Home", "/w/acme/"},
		{"Members", "/w/acme/members"},
		{"type to filter, 3 letters", "/w/acme/members?q=kar"},
		{"type to filter, one person's address", "/w/acme/members?q={address}"},
		{"type to filter, two words that many have", "/w/acme/members?q=kar+lom"},
		{"type to filter, nobody", "/w/acme/members?q=nobody"},
		{"Profile", "/w/acme/members/{member}"},
		{"Access", "/w/acme/members/{member}/access"},
		{"History", "/w/acme/members/{member}/history"},
	} {
		b.flatOf("console: "+f.name, 1.5, open(b.manyPages, f.path), open(b.fewPages, f.path), lookUp(b.manyPages), lookUp(b.fewPages))
	}
	return nil
}
