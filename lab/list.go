package lab

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// pageSize is what Okta asks for, and a good size for everybody.
const pageSize = 100

// maxPages bounds a walk through a server's resources: a million of them.
const maxPages = 10_000

// find queries with a filter and gives what it matched. query follows the
// endpoint, already encoded.
func (c *client) find(ctx context.Context, endpoint, query string) ([]object, error) {
	r, err := c.do(ctx, http.MethodGet, endpoint, query, nil)
	if err != nil {
		return nil, err
	}
	if r.status != http.StatusOK {
		return nil, r.failure()
	}
	found, _, err := resources(r)
	return found, err
}

// resources reads a ListResponse.
func resources(r *reply) (found []object, total int, err error) {
	doc := r.doc()
	n, ok := doc["totalResults"].(float64)
	if !ok {
		return nil, 0, fmt.Errorf("%s %s: the answer is no ListResponse with totalResults as a number: %s", r.method, r.path, excerpt(r.body))
	}
	list, _ := doc["Resources"].([]any)
	for _, v := range list {
		o, ok := v.(object)
		if !ok || identifier(o) == "" {
			return nil, 0, fmt.Errorf("%s %s: a listed resource has no id", r.method, r.path)
		}
		found = append(found, o)
	}
	return found, int(n), nil
}

// identifier gives a resource's id.
func identifier(doc object) string {
	id, _ := doc["id"].(string)
	return id
}

// member gives the path of one resource.
func member(endpoint, id string) string { return endpoint + "/" + url.PathEscape(id) }

// walk reads all resources of an endpoint, page by page, as imports and account
// discovery do. Resources listed twice and totals that do not add up are told
// in words.
func (c *client) walk(ctx context.Context, endpoint, query string) (all []object, odd []string, err error) {
	seen := map[string]bool{}
	for page := 0; page < maxPages; page++ {
		q := fmt.Sprintf("startIndex=%d&count=%d", len(all)+1, pageSize)
		r, err := c.do(ctx, http.MethodGet, endpoint, strings.Trim(query+"&"+q, "&"), nil)
		if err != nil {
			return nil, nil, err
		}
		if r.status != http.StatusOK {
			return nil, nil, r.failure()
		}
		found, total, err := resources(r)
		if err != nil {
			return nil, nil, err
		}
		for _, o := range found {
			if id := identifier(o); seen[id] {
				odd = append(odd, fmt.Sprintf("%s lists %s twice while being paged through", endpoint, id))
			} else {
				seen[id] = true
			}
		}
		if all = append(all, found...); len(all) >= total {
			return all, odd, nil
		}
		if len(found) == 0 {
			return all, append(odd, fmt.Sprintf("%s says totalResults %d but lists only %d", endpoint, total, len(all))), nil
		}
	}
	return all, append(odd, fmt.Sprintf("%s does not come to an end after %d pages", endpoint, maxPages)), nil
}

// remove deletes a resource; one that is gone already counts as deleted.
func (c *client) remove(ctx context.Context, endpoint, id string) error {
	r, err := c.do(ctx, http.MethodDelete, member(endpoint, id), "", nil)
	if err != nil {
		return err
	}
	if !r.ok() && r.status != http.StatusNotFound {
		return r.failure()
	}
	return nil
}

// read gets one resource; found is false when the server answers 404.
func (c *client) read(ctx context.Context, endpoint, id, query string) (doc object, found bool, err error) {
	r, err := c.do(ctx, http.MethodGet, member(endpoint, id), query, nil)
	switch {
	case err != nil:
		return nil, false, err
	case r.status == http.StatusNotFound:
		return nil, false, nil
	case r.status != http.StatusOK:
		return nil, false, r.failure()
	}
	if doc = r.doc(); identifier(doc) == "" {
		return nil, false, fmt.Errorf("%s %s: the answer is no resource with an id: %s", r.method, r.path, excerpt(r.body))
	}
	return doc, true, nil
}

// send makes a request that changes something and wants 2xx.
func (c *client) send(ctx context.Context, method, path string, body any) (*reply, error) {
	r, err := c.do(ctx, method, path, "", body)
	if err != nil {
		return nil, err
	}
	if !r.ok() {
		return r, r.failure()
	}
	return r, nil
}
