package lab

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"strings"
)

// resource makes a person's resource without id.
func (c *connector) resource(p *subject, active bool) object {
	doc := object{}
	if c.template != nil {
		doc = c.template.fill(p)
	} else {
		for i := range c.mapping.rules {
			r := &c.mapping.rules[i]
			switch v := r.value(p).(type) {
			case roleSet:
				r.path.write(doc, entitlements(v), false)
			case string:
				if v != "" {
					r.path.write(doc, r.created(v), false)
				}
			}
		}
		doc["schemas"] = []any{userURN}
		if _, ok := doc[enterpriseURN]; ok {
			doc["schemas"] = []any{userURN, enterpriseURN}
		}
	}
	doc["active"] = active
	return doc
}

// entitlements writes roles without Microsoft's ornaments.
func entitlements(s roleSet) []any {
	out := make([]any, len(s.roles))
	for i, r := range s.roles {
		out[i] = object{"value": r.Value, "display": r.DisplayName}
	}
	return out
}

// person brings one person's account up to date.
func (c *connector) person(ctx context.Context, s *snapshot, id string) (string, error) {
	p, l := s.people[id], c.link(id)
	switch {
	case p != nil && p.active() && l == nil:
		return p.UserPrincipalName, c.match(ctx, p)
	case p != nil && p.active():
		return p.UserPrincipalName, c.update(ctx, p, l)
	case l != nil:
		return l.name, c.lose(ctx, id, p, l)
	}
	return id, nil
}

// match looks the person up, takes over what is there, also when it is switched
// off, and creates where nothing is. A POST whose first try may have been carried
// out although no answer came is looked up once more.
func (c *connector) match(ctx context.Context, p *subject) error {
	doc, err := c.lookup(ctx, p, c.habit.lists)
	if err != nil {
		return err
	}
	if doc == nil {
		r, err := c.create(ctx, p)
		if r == nil || r.status != http.StatusConflict || r.tries == 1 {
			return err
		}
		if doc, err = c.lookup(ctx, p, false); err != nil || doc == nil {
			return r.unless(err)
		}
	}
	on, _ := lookupKey(doc, "active")
	l := &link{id: identifier(doc), name: p.UserPrincipalName, sent: c.managed(doc), active: on != false}
	c.bind(p.ObjectID, l)
	c.client.record.count("matched", 1)
	_, err = c.align(ctx, p, l, doc)
	return err
}

// managed gives the part of a resource that the provider fills.
func (c *connector) managed(doc object) object {
	out := object{"active": true}
	for i := range c.paths {
		if v := c.paths[i].read(doc); v != nil {
			c.paths[i].write(out, v, false)
		}
	}
	if on, ok := lookupKey(doc, "active"); ok {
		out["active"] = on
	}
	return out
}

// lookup asks for the one resource with the person's user name, or takes it from
// what was listed.
func (c *connector) lookup(ctx context.Context, p *subject, fromList bool) (object, error) {
	name, _ := c.resource(p, true)["userName"].(string)
	if fromList {
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.named[strings.ToLower(name)], nil
	}
	filter := "userName eq " + quote(name)
	if c.opt.Filter != "" {
		inside := quote(name)
		filter = strings.Replace(c.opt.Filter, "%s", inside[1:len(inside)-1], 1)
	}
	found, err := c.client.find(ctx, "/Users", "filter="+escape(filter))
	switch {
	case err != nil || len(found) == 0:
		return nil, err
	case len(found) > 1:
		return nil, fmt.Errorf("%d resources match %s", len(found), filter)
	}
	return found[0], nil
}

func (c *connector) create(ctx context.Context, p *subject) (*reply, error) {
	if c.opt.NoCreate {
		return nil, nil
	}
	want := c.resource(p, true)
	r, err := c.client.send(ctx, http.MethodPost, "/Users", want)
	if err != nil {
		return r, err
	}
	id := identifier(r.doc())
	if id == "" {
		return r, fmt.Errorf("POST /Users: the answer has no id: %s", excerpt(r.body))
	}
	c.bind(p.ObjectID, &link{id: id, name: p.UserPrincipalName, sent: want, active: true})
	c.client.record.count("created", 1)
	return r, nil
}

// update sends what has changed since the last time, or since the server was
// listed. An account that the server lost is looked up again.
func (c *connector) update(ctx context.Context, p *subject, l *link) error {
	l.why = 0
	base, found := c.base(l)
	if found {
		gone, err := c.align(ctx, p, l, base)
		if !gone {
			return err
		}
	}
	c.bind(p.ObjectID, nil)
	return c.match(ctx, p)
}

// align sends what the base lacks. gone says that the server does not have the
// account.
func (c *connector) align(ctx context.Context, p *subject, l *link, base object) (gone bool, err error) {
	want := c.resource(p, true)
	if c.opt.NoUpdate {
		return false, nil
	}
	if len(changed(base, want))+len(lost(c.paths, base, want)) > 0 {
		if gone, err := c.change(ctx, l, base, want); err != nil {
			return gone, err
		}
		c.client.record.count(map[bool]string{true: "updated", false: "enabled"}[l.active], 1)
	}
	l.sent, l.active, l.name = want, true, p.UserPrincipalName
	return false, nil
}

// base is what the server is taken to hold: what was listed, or else what was
// last sent. found is false when the list does not have the account.
func (c *connector) base(l *link) (doc object, found bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.habit.lists || c.listed == nil {
		return l.sent, true
	}
	doc, found = c.listed[l.id]
	return doc, found
}

// change sends a person's resource by the chosen method.
func (c *connector) change(ctx context.Context, l *link, base, want object) (gone bool, err error) {
	path, body := member("/Users", l.id), maps.Clone(want)
	if body["id"] = l.id; c.method == http.MethodPatch {
		body = patch(c.operations(base, want)...)
	}
	r, err := c.client.send(ctx, c.method, path, body)
	return r != nil && r.status == http.StatusNotFound, err
}

// lose follows somebody who lost the application: nothing, active false, or
// DELETE, each after its time. p is nil when the directory lost the person.
func (c *connector) lose(ctx context.Context, id string, p *subject, l *link) error {
	now := c.dir.clock.Now()
	if why := triggerOf(p); l.why != why {
		l.why, l.since = why, now
	}
	rule, waited := c.triggers.of(l.why), now.Sub(l.since)
	switch {
	case c.opt.NoDeactivate:
		return nil
	case rule.Delete && waited >= rule.DeleteAfter:
		return c.drop(ctx, id, l)
	case rule.KeepActive || !l.active || waited < rule.SuspendAfter:
		return nil
	}
	off := maps.Clone(l.sent)
	off["active"] = false
	gone, err := c.change(ctx, l, l.sent, off)
	if gone {
		c.bind(id, nil)
		return nil
	}
	if err != nil {
		return err
	}
	l.sent, l.active = off, false
	c.client.record.count("disabled", 1)
	return nil
}

func (c *connector) drop(ctx context.Context, id string, l *link) error {
	if err := c.client.remove(ctx, "/Users", l.id); err != nil {
		return err
	}
	c.bind(id, nil)
	c.mu.Lock()
	c.gone[l.id] = l.name
	c.mu.Unlock()
	c.client.record.count("deleted", 1)
	return nil
}
