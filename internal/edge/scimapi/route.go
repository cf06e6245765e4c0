package scimapi

import (
	"net/http"
	"strings"

	"github.com/anteroom-id/anteroom/internal/product"
)

// place is where in the service an address points.
type place struct {
	prefix string // the part of the path that belongs to the base URL, the workspace's segment filled in
	path   string // below the base: /Users/…
	slug   string // the workspace that the address names; "" when only the token does
}

// route is one prefix under which the service answers.
type route struct {
	segments []string // "{workspace}" stands for any one
	host     string   // "{workspace}.example.com"; "" for any host
}

const anyWorkspace = "{workspace}"

// routesOf gives the product's address, and the plain /scim/v2 beside it where
// the token alone, or the host, says which workspace is meant (K03).
func routesOf(p *product.Product) []route {
	host := ""
	if p.SCIM.Form == product.FormHost {
		host = strings.ToLower(p.SCIM.Host)
	}
	own := segments(p.SCIM.Prefix)
	if p.SCIM.Form == product.FormPath && !contains(own, anyWorkspace) {
		own = append(own, anyWorkspace)
	}
	routes := []route{{own, host}}
	if p.SCIM.Form != product.FormPath {
		routes = append(routes, route{[]string{"scim", "v2"}, host})
	}
	return routes
}

func contains(list []string, s string) bool {
	for _, one := range list {
		if one == s {
			return true
		}
	}
	return false
}

// segments splits a path at its slashes; doubled, leading and trailing ones vanish.
func segments(path string) []string {
	parts := make([]string, 0, 6)
	for part := range strings.SplitSeq(path, "/") {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return parts
}

// find says where a request's address points.
func (a *API) find(r *http.Request) (place, bool) {
	parts, host := segments(r.URL.Path), a.hostOf(r)
	for i := range a.routes {
		if at, ok := a.routes[i].match(parts, host); ok {
			return at, true
		}
	}
	return place{}, false
}

func (t *route) match(parts []string, host string) (at place, ok bool) {
	if len(parts) < len(t.segments) {
		return at, false
	}
	if t.host != "" {
		if at.slug, ok = workspaceIn(t.host, host); !ok {
			return at, false
		}
	}
	for i, s := range t.segments {
		switch {
		case s == anyWorkspace:
			at.slug = strings.ToLower(parts[i])
		case s != parts[i]:
			return at, false
		}
	}
	n := len(t.segments)
	at.prefix = "/" + strings.Join(parts[:n], "/")
	at.path = "/" + strings.Join(parts[n:], "/")
	return at, true
}

// workspaceIn finds the workspace in a host name by its pattern.
func workspaceIn(pattern, host string) (string, bool) {
	before, after, _ := strings.Cut(pattern, anyWorkspace)
	rest, ok := strings.CutPrefix(host, before)
	if !ok {
		return "", false
	}
	slug, ok := strings.CutSuffix(rest, after)
	return slug, ok && slug != "" && !strings.Contains(slug, ".")
}

func (a *API) hostOf(r *http.Request) string {
	host := strings.ToLower(a.Proxies.Host(r))
	if i := strings.LastIndexByte(host, ':'); i > strings.LastIndexByte(host, ']') {
		host = host[:i]
	}
	return host
}

// base is the base URL of the service as the requester reached it.
func (a *API) base(x *exchange) string {
	root := strings.TrimSuffix(a.BaseURL, "/")
	if root == "" || a.Product.SCIM.Form == product.FormHost {
		scheme := "http"
		if a.Proxies.Secure(x.r) || strings.HasPrefix(root, "https:") {
			scheme = "https"
		}
		root = scheme + "://" + a.Proxies.Host(x.r)
	}
	return root + x.prefix
}
