package lab

import (
	"context"
	"net/http"
)

// activate is JumpCloud's activation: a throw-away person is looked up, created,
// changed, switched off and deleted, and between that a throw-away group with
// this person as its member. A server that does not delete keeps the person,
// switched off, and the next activation finds it.
func (c *connector) activate(ctx context.Context) error {
	guest := &subject{Person: Person{
		ObjectID: "jumpcloud-test", UserPrincipalName: nobody, Mail: nobody,
		GivenName: "JumpCloud", Surname: "Test", DisplayName: "JumpCloud Test", AccountEnabled: true,
	}, InScope: true}
	doc, err := c.lookup(ctx, guest, false)
	if err != nil {
		return err
	}
	id := identifier(doc)
	if doc == nil {
		r, err := c.client.send(ctx, http.MethodPost, "/Users", c.resource(guest, true))
		if err != nil {
			return err
		}
		id = identifier(r.doc())
	}
	guest.Surname, guest.DisplayName = "Tested", "JumpCloud Tested"
	if err := c.put(ctx, id, guest, true); err != nil {
		return err
	}
	if !c.opt.NoGroups {
		if err := c.activateGroup(ctx, id); err != nil {
			return err
		}
	}
	if err := c.put(ctx, id, guest, false); err != nil {
		return err
	}
	_, err = c.client.do(ctx, http.MethodDelete, member("/Users", id), "", nil)
	return err // whatever the answer is
}

func (c *connector) put(ctx context.Context, id string, p *subject, active bool) error {
	doc := c.resource(p, active)
	doc["id"] = id
	_, err := c.client.send(ctx, http.MethodPut, member("/Users", id), doc)
	return err
}

// activateGroup tries a group: create, add a member, take it away, delete.
func (c *connector) activateGroup(ctx context.Context, person string) error {
	const name = "JumpCloud test group"
	doc, err := c.lookupGroup(ctx, name)
	if err != nil {
		return err
	}
	id := identifier(doc)
	if doc == nil {
		r, err := c.client.send(ctx, http.MethodPost, "/Groups", object{"schemas": []any{groupURN}, "displayName": name})
		if err != nil {
			return err
		}
		id = identifier(r.doc())
	}
	for _, op := range []string{"add", "remove"} {
		body := patch(object{"op": op, "path": "members", "value": []any{object{"value": person}}})
		if _, err := c.client.send(ctx, http.MethodPatch, member("/Groups", id), body); err != nil {
			return err
		}
	}
	return c.client.remove(ctx, "/Groups", id)
}
