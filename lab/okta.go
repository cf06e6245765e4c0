package lab

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// OktaOptions says how an [Okta] behaves. The zero value is an application of
// Okta's catalogue with everything enabled and one worker.
type OktaOptions struct {
	// Custom makes it an application built with the App Integration Wizard,
	// which updates everything by PUT.
	Custom bool
	// Workers is how many requests run at the same time; 0 means 1.
	Workers int
	// NoCreate, NoUpdate and NoDeactivate clear the boxes Create Users, Update
	// User Attributes and Deactivate Users under Provisioning > To App.
	NoCreate, NoUpdate, NoDeactivate bool
	// NoGroups switches group push off.
	NoGroups bool
	// NoCompare ends a cycle without reading the server back.
	NoCompare bool
	// OnProgress is called after every step, from one goroutine at a time.
	OnProgress func(Progress)
}

// Okta provisions a directory to a SCIM server in the request sequences of
// Okta. Assigned groups are the pushed groups. Its methods are safe for
// concurrent use; cycles run one after another. The real Okta acts on every
// change at once; here a call of Cycle stands for a moment of that.
type Okta struct {
	runner
	opt OktaOptions

	mu     sync.Mutex // guards what follows
	users  map[string]*appUser
	groups map[string]*pushedGroup
	gone   map[string]string // server ids of unlinked groups, with names
}

// appUser is what Okta remembers of a person in the application.
type appUser struct {
	id       string // the server's
	name     string
	sent     profile
	active   bool
	assigned bool // false after the person was unassigned
}

// NewOkta returns a client. What is wrong with the target is told by the first
// call.
func NewOkta(dir *Directory, t Target, opt OktaOptions) *Okta {
	c := newClient(t, http.Header{
		"Accept":         {"application/scim+json"},
		"Accept-Charset": {"utf-8"},
		"Content-Type":   {"application/scim+json; charset=utf-8"},
		"User-Agent":     {"Okta SCIM Client 1.0.0"},
	})
	name := "okta"
	if opt.Custom {
		name = "okta-custom"
	}
	return &Okta{
		runner: newRunner(name, dir, c, opt.Workers, opt.OnProgress, opt.NoCompare), opt: opt,
		users: map[string]*appUser{}, groups: map[string]*pushedGroup{}, gone: map[string]string{},
	}
}

// TestConnection does what the button Test API Credentials does.
func (o *Okta) TestConnection(ctx context.Context) error {
	o.run.Lock()
	defer o.run.Unlock()
	queries := []string{"/Users?startIndex=1&count=2", "/Groups?startIndex=1&count=100"}
	if o.opt.NoGroups {
		queries = queries[:1]
	}
	for _, q := range queries {
		endpoint, query, _ := strings.Cut(q, "?")
		r, err := o.client.do(ctx, http.MethodGet, endpoint, query, nil)
		if err != nil {
			return err
		}
		if r.status != http.StatusOK {
			return r.failure()
		}
		if _, _, err := resources(r); err != nil {
			return err
		}
	}
	return nil
}

// Cycle sends everything that differs from what was last sent: all of it the
// first time. What fails for one person or group is told in the summary, and
// tried again by the next cycle. The error says why the whole cycle ended
// early.
func (o *Okta) Cycle(ctx context.Context) (*Summary, error) { return o.cycle(ctx, o) }

// push runs the phases: people, then groups with their members.
func (o *Okta) push(j *job, s *snapshot) {
	ids, gone := o.everybody(s), o.unlinked(s)
	j.expect(len(ids))
	if !o.opt.NoGroups {
		j.expect(len(s.groups) + len(gone))
		if !o.opt.NoCompare {
			j.expect(len(s.groups))
		}
	}
	j.each("people", len(ids), func(ctx context.Context, i int) (string, error) {
		return o.person(ctx, s, ids[i])
	})
	if o.opt.NoGroups {
		return
	}
	j.each("groups", len(gone), func(ctx context.Context, i int) (string, error) {
		return o.unlink(ctx, gone[i])
	})
	j.each("members", len(s.groups), func(ctx context.Context, i int) (string, error) {
		g := &s.groups[i]
		return g.DisplayName, o.group(ctx, g, s)
	})
}

// FullPush sends every pushed group's whole membership, as the action Push now
// does.
func (o *Okta) FullPush(ctx context.Context) (*Summary, error) {
	o.mu.Lock()
	for _, g := range o.groups {
		g.members = nil
	}
	o.mu.Unlock()
	return o.Cycle(ctx)
}

// Compare reads the server back through SCIM and says whether its state is the
// directory's. Resources that Okta never touched do not matter.
func (o *Okta) Compare(ctx context.Context) (*Comparison, error) {
	o.run.Lock()
	defer o.run.Unlock()
	return o.compare(ctx, o.dir.snapshot(), o.opt.OnProgress)
}

// Accounts gives the server's id of every assigned person, by ObjectID.
func (o *Okta) Accounts() map[string]string {
	o.mu.Lock()
	defer o.mu.Unlock()
	out := map[string]string{}
	for id, u := range o.users {
		if u.assigned {
			out[id] = u.id
		}
	}
	return out
}

// lookup asks for the one resource with this value; Okta takes a 404 for an
// empty list.
func (o *Okta) lookup(ctx context.Context, endpoint, attr, value string) (object, error) {
	q := "filter=" + escape(attr+" eq "+quote(value)) + "&startIndex=1&count=100"
	r, err := o.client.do(ctx, http.MethodGet, endpoint, q, nil)
	switch {
	case err != nil:
		return nil, err
	case r.status == http.StatusNotFound:
		return nil, nil
	case r.status != http.StatusOK:
		return nil, r.failure()
	}
	found, _, err := resources(r)
	switch {
	case err != nil || len(found) == 0:
		return nil, err
	case len(found) > 1:
		return nil, fmt.Errorf("%d resources have %s %q", len(found), attr, value)
	}
	return found[0], nil
}

// escape encodes a filter with %20 for a space, as Okta does.
func escape(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

// rhythm: Okta acts on every change within moments.
func (o *Okta) rhythm() rhythm { return rhythm{every: time.Minute} }
