package lab

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// connector is the engine that Google, OneLogin, JumpCloud, PingFederate and
// SailPoint share: find or create, update, deprovision, groups. A habit says how
// each of them talks.
type connector struct {
	runner
	habit    habit
	opt      Options
	method   string // of updates
	triggers Triggers
	mapping  *mapping   // nil with a template
	template *template  // nil with a mapping
	paths    []scimPath // that the mapping or template fills

	mu     sync.Mutex // guards what follows
	links  map[string]*link
	groups map[string]*pushedGroup
	gone   map[string]string // deleted people's server ids, with names
	goneG  map[string]string
	listed map[string]object // people at the server by id, read at the beginning of the cycle
	named  map[string]object // the same by user name in lower case
	teams  map[string]object // groups by name
}

// link is what a connector remembers of a person at the server.
type link struct {
	id, name string
	sent     object // the resource last sent
	active   bool
	why      trigger   // how the person lost the application, 0 while they have it
	since    time.Time // when that was noticed
}

func newConnector(h habit, dir *Directory, t Target, o Options) (*connector, error) {
	c := &connector{
		habit: h, opt: o, method: h.methods[0], triggers: h.deprovision,
		links: map[string]*link{}, groups: map[string]*pushedGroup{}, gone: map[string]string{}, goneG: map[string]string{},
	}
	if err := c.choose(dir); err != nil {
		return nil, err
	}
	cl := newClient(t, http.Header{
		"Accept":       {"application/scim+json, application/json"},
		"Content-Type": {"application/scim+json"},
		"User-Agent":   {"anteroom-lab/1 (" + h.name + ")"},
	})
	c.runner = newRunner(h.name, dir, cl, o.Workers, o.OnProgress, o.NoCompare)
	return c, nil
}

// choose takes over what the administrator has chosen.
func (c *connector) choose(dir *Directory) (err error) {
	h, o := &c.habit, &c.opt
	switch {
	case o.Updates != "" && !slices.Contains(h.methods, o.Updates):
		return fmt.Errorf("%s updates with %s, not with %s", h.name, strings.Join(h.methods, " or "), o.Updates)
	case o.Deprovision != nil && !h.chooses:
		return fmt.Errorf("%s gives no choice of how to deprovision", h.name)
	case o.Template != "" && !h.template:
		return fmt.Errorf("%s has no template", h.name)
	case o.Filter != "" && (h.name != "pingfederate" || strings.Count(o.Filter, "%s") != 1):
		return fmt.Errorf("a filter is for PingFederate, and holds %%s once")
	case o.Updates != "":
		c.method = o.Updates
	}
	if o.Deprovision != nil {
		c.triggers = *o.Deprovision
	}
	o.NoGroups = o.NoGroups || h.noGroups
	if h.template {
		text := o.Template
		if text == "" {
			text = OneLoginTemplate
		}
		if c.template, err = compileTemplate(text); err == nil {
			c.paths = c.template.paths()
		}
		return err
	}
	table := h.mapping
	switch {
	case o.Mapping != nil:
		table = o.Mapping
	case h.name == "pingfederate" || h.name == "sailpoint":
		if own := dir.Mappings(); own != nil {
			table = own
		}
	}
	if c.mapping, err = compileMapping(table); err != nil {
		return err
	}
	for _, r := range c.mapping.rules {
		c.paths = append(c.paths, r.path)
	}
	return nil
}

func (c *connector) rhythm() rhythm { return rhythm{every: c.habit.every} }

// TestConnection does what the provider does before it is switched on.
func (c *connector) TestConnection(ctx context.Context) error {
	c.run.Lock()
	defer c.run.Unlock()
	if c.habit.activate {
		return c.activate(ctx)
	}
	var queries []string
	if c.habit.describe {
		queries = []string{"/ServiceProviderConfig", "/ResourceTypes", "/Schemas", "/ResourceTypes/User", "/Schemas/" + userURN}
	}
	for _, q := range queries {
		r, err := c.client.do(ctx, http.MethodGet, q, "", nil)
		if err != nil {
			return err
		}
		if r.status != http.StatusOK {
			return r.failure()
		}
	}
	_, err := c.client.find(ctx, "/Users", c.habit.probe)
	return err
}

// Cycle sends everything that differs from what was last sent. What fails for
// one person or group is told in the summary, and tried again by the next cycle.
// The error says why the whole cycle ended early.
func (c *connector) Cycle(ctx context.Context) (*Summary, error) { return c.cycle(ctx, c) }

// Compare reads the server back through SCIM and says whether its state is the
// directory's. Resources that the provider never touched do not matter.
func (c *connector) Compare(ctx context.Context) (*Comparison, error) {
	c.run.Lock()
	defer c.run.Unlock()
	return c.compare(ctx, c.dir.snapshot(), c.progress)
}

// Accounts gives the server's id of every person it knows of, by ObjectID.
func (c *connector) Accounts() map[string]string {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := map[string]string{}
	for id, l := range c.links {
		out[id] = l.id
	}
	return out
}

// push runs the phases: people, then groups with their members.
func (c *connector) push(j *job, s *snapshot) {
	ids, gone := c.everybody(s), c.unlinked(s)
	j.expect(len(ids))
	if !c.opt.NoGroups {
		j.expect(len(s.groups) + len(gone))
		if !c.opt.NoCompare {
			j.expect(len(s.groups))
		}
	}
	if c.habit.lists {
		j.each("reading", 1, func(ctx context.Context, _ int) (string, error) { return "everybody", c.list(ctx) })
	}
	j.each("people", len(ids), func(ctx context.Context, i int) (string, error) {
		return c.person(ctx, s, ids[i])
	})
	if c.opt.NoGroups {
		return
	}
	j.each("groups", len(gone), func(ctx context.Context, i int) (string, error) {
		return c.dropGroup(ctx, gone[i])
	})
	j.each("members", len(s.groups), func(ctx context.Context, i int) (string, error) {
		g := &s.groups[i]
		return g.DisplayName, c.group(ctx, g, s)
	})
}

// list reads the server's people and groups in pages.
func (c *connector) list(ctx context.Context) error {
	people, _, err := c.client.walk(ctx, "/Users", "attributes="+url.QueryEscape(strings.Join(c.attributes(), ",")))
	if err != nil {
		return fmt.Errorf("%w: %w", errUnread, err)
	}
	var groups []object
	if !c.opt.NoGroups {
		if groups, _, err = c.client.walk(ctx, "/Groups", "attributes=displayName"); err != nil {
			return fmt.Errorf("%w: %w", errUnread, err)
		}
	}
	named, teams := map[string]object{}, map[string]object{}
	for _, o := range people {
		name, _ := lookupKey(o, "userName")
		named[strings.ToLower(text(name))] = o
	}
	for _, o := range groups {
		name, _ := lookupKey(o, "displayName")
		teams[text(name)] = o
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.listed, c.named, c.teams = index(people), named, teams
	return nil
}

// attributes lists what is asked for of people.
func (c *connector) attributes() []string {
	names := map[string]bool{"userName": true, "active": true}
	for _, p := range c.paths {
		name := p.attr
		if p.urn != "" {
			name = p.urn + ":" + p.attr
		}
		names[name] = true
	}
	return slices.Sorted(maps.Keys(names))
}

// everybody lists the ids to look at, also those the directory lost.
func (c *connector) everybody(s *snapshot) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var gone []string
	for _, id := range slices.Sorted(maps.Keys(c.links)) {
		if s.people[id] == nil {
			gone = append(gone, id)
		}
	}
	return append(gone, s.order...)
}

func (c *connector) link(id string) *link {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.links[id]
}

// bind remembers which resource is whose, or with nil forgets it.
func (c *connector) bind(id string, l *link) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if l == nil {
		delete(c.links, id)
		return
	}
	c.links[id] = l
}
