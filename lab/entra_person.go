package lab

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
)

func (e *Entra) account(id string) *account {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.accounts[id]
}

// bind remembers which resource is whose.
func (e *Entra) bind(id string, a *account) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if old, ok := e.released[a.id]; ok {
		delete(e.released, a.id)
		if old != id {
			delete(e.accounts, old)
		}
	}
	e.accounts[id] = a
}

func (e *Entra) forget(id string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.accounts, id)
}

// release ends the management of a person who was unassigned: a later hard
// delete sends nothing.
func (e *Entra) release(id string, a *account) {
	e.mu.Lock()
	defer e.mu.Unlock()
	a.managed = false
	e.released[a.id] = id
}

// person brings one person's account up to date.
func (e *Entra) person(ctx context.Context, s *snapshot, id string) (string, error) {
	a, p := e.account(id), s.people[id]
	switch {
	case p == nil:
		return e.purge(ctx, id, a)
	case p.active() && (a == nil || !a.managed):
		return p.UserPrincipalName, e.match(ctx, p)
	case p.active():
		return p.UserPrincipalName, e.update(ctx, p, a)
	case a == nil || !a.managed:
		return p.UserPrincipalName, nil
	}
	err := e.disable(ctx, p, a)
	if err == nil && !p.InScope {
		e.release(id, a)
	}
	return p.UserPrincipalName, err
}

// purge follows a hard delete.
func (e *Entra) purge(ctx context.Context, id string, a *account) (string, error) {
	if !a.managed || e.opt.NoDelete {
		return a.name, nil
	}
	if err := e.client.remove(ctx, "/Users", a.id); err != nil {
		return a.name, err
	}
	e.forget(id)
	e.mu.Lock()
	e.deleted[a.id] = a.name
	e.mu.Unlock()
	e.client.record.count("deleted", 1)
	return a.name, nil
}

// match looks for the person by the matching attributes in their order and
// stops at the first hit; without one it creates. A POST whose first try may
// have been carried out although no answer came is matched once more.
func (e *Entra) match(ctx context.Context, p *subject) error {
	doc, err := e.lookup(ctx, p)
	if err != nil {
		return err
	}
	if doc == nil {
		r, err := e.create(ctx, p)
		if r == nil || r.status != http.StatusConflict || r.tries == 1 {
			return err
		}
		if doc, err = e.lookup(ctx, p); err != nil || doc == nil {
			return r.unless(err)
		}
	}
	a := &account{id: identifier(doc), name: p.UserPrincipalName, sent: map[string]any{}, active: true, managed: true}
	e.bind(p.ObjectID, a)
	return e.align(ctx, p, a, doc, "matched")
}

// lookup gives the one resource that a matching attribute finds, or nil.
func (e *Entra) lookup(ctx context.Context, p *subject) (object, error) {
	asked := false
	for _, r := range e.mapping.matches {
		v := text(r.value(p))
		if v == "" {
			continue
		}
		asked = true
		found, err := e.query(ctx, "/Users", "filter="+url.QueryEscape(r.Target+" eq "+quote(v)))
		if err != nil {
			return nil, err
		}
		if len(found) > 1 {
			return nil, fmt.Errorf("%d resources have %s %q; Entra skips such a person", len(found), r.Target, v)
		}
		if len(found) == 1 {
			return found[0], nil
		}
	}
	if !asked {
		return nil, fmt.Errorf("no matching attribute has a value; Entra skips such a person")
	}
	return nil, nil
}

// query is find for an endpoint that always exists: 404 to a query ends the
// cycle.
func (e *Entra) query(ctx context.Context, endpoint, query string) ([]object, error) {
	found, err := e.client.find(ctx, endpoint, query)
	var f *Failure
	if errors.As(err, &f) && f.Status == http.StatusNotFound {
		return nil, fmt.Errorf("%w: HTTP/404 was returned rather than the expected HTTP/200: %w", ErrNotCompliant, err)
	}
	return found, err
}

func (e *Entra) create(ctx context.Context, p *subject) (*reply, error) {
	if e.opt.NoCreate {
		return nil, nil
	}
	want := e.mapping.values(p)
	r, err := e.client.send(ctx, http.MethodPost, "/Users", e.resource(want))
	if err != nil {
		return r, err
	}
	id := identifier(r.doc())
	if id == "" {
		return r, fmt.Errorf("POST /Users: the answer has no id: %s", excerpt(r.body))
	}
	e.bind(p.ObjectID, &account{id: id, name: p.UserPrincipalName, sent: want, active: true, managed: true})
	e.client.record.count("created", 1)
	return r, nil
}

// resource builds a user as Entra posts it: both schemas always, meta with the
// resource type, roles even when empty.
func (e *Entra) resource(want map[string]any) object {
	doc := object{
		"schemas": []string{userURN, enterpriseURN},
		"meta":    object{"resourceType": "User"},
		"roles":   []any{},
	}
	for i := range e.mapping.rules {
		r := &e.mapping.rules[i]
		if v, ok := want[r.Target]; ok {
			r.path.write(doc, r.created(v), e.opt.FlatCore)
		}
	}
	return doc
}

// update compares with what was last sent, then with the server, and patches
// what differs. An account that the server lost is matched again.
func (e *Entra) update(ctx context.Context, p *subject, a *account) error {
	if !a.stale && !differs(a.sent, e.mapping.values(p)) || e.opt.NoUpdate {
		return nil
	}
	doc, found, err := e.client.read(ctx, "/Users", a.id, "")
	if err != nil {
		return err
	}
	if !found {
		e.forget(p.ObjectID)
		return e.match(ctx, p)
	}
	deed := "updated"
	if !a.active {
		deed = "enabled"
	}
	return e.align(ctx, p, a, doc, deed)
}

func differs(sent, want map[string]any) bool {
	for target, v := range want {
		if !reflect.DeepEqual(sent[target], v) {
			return true
		}
	}
	return false
}

// align patches what a resource has different from the directory.
func (e *Entra) align(ctx context.Context, p *subject, a *account, doc object, deed string) error {
	want := e.mapping.values(p)
	changes := e.mapping.changes(doc, want)
	if e.opt.NoUpdate {
		a.sent = e.mapping.held(doc, want)
		e.client.record.count(deed, 1)
		return nil
	}
	if len(changes) > 0 {
		if err := e.patchUser(ctx, a, changes); err != nil {
			return err
		}
	}
	if len(changes) > 0 || deed != "updated" {
		e.client.record.count(deed, 1)
	}
	a.name, a.sent, a.active, a.stale = p.UserPrincipalName, want, true, false
	return nil
}

func (e *Entra) patchUser(ctx context.Context, a *account, changes []change) error {
	_, err := e.client.send(ctx, http.MethodPatch, member("/Users", a.id), patch(e.dialect.operations(changes)...))
	return err
}

// disable switches an account off. Only what follows from IsSoftDeleted is
// sent; other attributes wait until the person is back.
func (e *Entra) disable(ctx context.Context, p *subject, a *account) error {
	if !a.active || e.opt.NoUpdate {
		return nil
	}
	doc, found, err := e.client.read(ctx, "/Users", a.id, "")
	if err != nil {
		return err
	}
	if !found {
		e.forget(p.ObjectID)
		return nil
	}
	changes := e.mapping.changes(doc, e.switched(p))
	if len(changes) > 0 {
		if err := e.patchUser(ctx, a, changes); err != nil {
			return err
		}
	}
	for target, v := range e.switched(p) {
		a.sent[target] = v
	}
	a.active = false
	e.client.record.count("disabled", 1)
	return nil
}

// switched gives the values that differ because the person is not active.
func (e *Entra) switched(p *subject) map[string]any {
	twin := *p
	twin.InScope, twin.AccountEnabled, twin.SoftDeleted = true, true, false
	on, off := e.mapping.values(&twin), e.mapping.values(p)
	for target, v := range off {
		if reflect.DeepEqual(on[target], v) {
			delete(off, target)
		}
	}
	return off
}

// manager brings the reference to a person's manager up to date, after asking
// the server whether it has it already. RFC 7643 §4.3
func (e *Entra) manager(ctx context.Context, p *subject) error {
	a := e.account(p.ObjectID)
	if a == nil || !a.managed || !p.active() || e.opt.NoUpdate {
		return nil
	}
	boss, known := e.boss(p)
	if !known || boss == a.manager && !a.unsure {
		return nil
	}
	target := e.mapping.manager.Target
	if boss != "" {
		q := fmt.Sprintf("id eq %s and manager eq %s", quote(a.id), quote(boss))
		found, err := e.query(ctx, "/Users", "filter="+url.QueryEscape(q)+"&attributes=id")
		if err != nil {
			return err
		}
		if len(found) > 0 {
			a.manager, a.managerSent, a.unsure = boss, true, false
			return nil
		}
	}
	if boss == a.manager && boss == "" {
		a.unsure = false
		return nil
	}
	op := e.dialect.op(verb(a.manager != "", e.dialect), target, boss)
	if _, err := e.client.send(ctx, http.MethodPatch, member("/Users", a.id), patch(op)); err != nil {
		return err
	}
	a.manager, a.managerSent, a.unsure = boss, true, false
	e.client.record.count("managers set", 1)
	return nil
}

// boss gives the server id of a person's manager, "" when there is none. It is
// not known while the manager has no account.
func (e *Entra) boss(p *subject) (id string, known bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.bossOf(p)
}

// bossOf is boss for callers that hold the lock.
func (e *Entra) bossOf(p *subject) (id string, known bool) {
	if p.Manager == "" {
		return "", true
	}
	if b := e.accounts[p.Manager]; b != nil && b.managed {
		return b.id, true
	}
	return "", false
}
