package lab

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// shortest is how many letters a value must have to be shown under a name.
const shortest = 8

// width is how many letters of JSON stand on one line at most.
const width = 110

// pseudonyms show values that differ from run to run under steady names.
type pseudonyms struct {
	replacer *strings.Replacer
	etags    map[string][]string // of each resource, in the order of their first appearance
}

// names finds the server's ids in the exchanges and numbers them by endpoint.
func (r *Recording) names() *pseudonyms {
	pairs := slices.Clone(r.named)
	if r.base != "" {
		pairs = append(pairs, [2]string{r.base, "BASE"})
		if u, err := url.Parse(r.base); err == nil {
			pairs = append(pairs, [2]string{u.Scheme + "://" + u.Host, "HOST"})
		}
	}
	count, known := map[string]int{}, map[string]bool{}
	for i := range r.entries {
		noun, ids := identifiers(&r.entries[i].Exchange)
		for _, id := range ids {
			if !known[id] {
				known[id] = true
				count[noun]++
				pairs = append(pairs, [2]string{id, fmt.Sprintf("%s-%d", noun, count[noun])})
			}
		}
	}
	pairs = slices.DeleteFunc(pairs, func(p [2]string) bool { return len(p[0]) < shortest && p[1] != "BASE" })
	// Of two that begin alike the longer one is meant.
	slices.SortStableFunc(pairs, func(a, b [2]string) int { return cmp.Compare(len(b[0]), len(a[0])) })
	var flat []string
	for _, p := range pairs {
		flat = append(flat, p[0], p[1])
	}
	p := &pseudonyms{replacer: strings.NewReplacer(flat...), etags: map[string][]string{}}
	for i := range r.entries { // once in order, so that ETags are numbered in order
		x := &r.entries[i].Exchange
		p.header("ETag", x.ReceivedHeader.Get("ETag"), subjectOf(x))
		p.body(x.Received)
	}
	return p
}

// subjectOf gives the id of the one resource that an exchange is about: that in
// the path, or of a new one in its location.
func subjectOf(x *Exchange) string {
	path, _, _ := strings.Cut(strings.Trim(x.Path, "/"), "?")
	if _, id, _ := strings.Cut(path, "/"); id != "" {
		return id
	}
	location := x.ReceivedHeader.Get("Location")
	return location[strings.LastIndexByte(location, '/')+1:]
}

// identifiers gives the ids of an exchange and the noun for its endpoint: USER
// for /Users.
func identifiers(x *Exchange) (noun string, ids []string) {
	path, _, _ := strings.Cut(strings.TrimPrefix(x.Path, "/"), "?")
	endpoint, rest, _ := strings.Cut(path, "/")
	switch strings.ToLower(endpoint) {
	case "", ".search", "bulk", "schemas", "resourcetypes", "serviceproviderconfig": // what has ids there has the standard's
		return "", nil
	}
	noun = strings.ToUpper(strings.TrimSuffix(endpoint, "s"))
	if id, _, _ := strings.Cut(rest, "/"); id != "" && !strings.HasPrefix(id, ".") {
		ids = append(ids, id)
	}
	var found struct {
		ID        string `json:"id"`
		Resources []struct {
			ID string `json:"id"`
		} `json:"Resources"`
	}
	if json.Unmarshal(x.Received, &found) != nil {
		return noun, ids
	}
	if found.ID != "" {
		ids = append(ids, found.ID)
	}
	for _, r := range found.Resources {
		ids = append(ids, r.ID)
	}
	return noun, ids
}

// in puts the names into a text.
func (p *pseudonyms) in(s string) string { return p.replacer.Replace(s) }

// header shows the value of a header in an exchange about a resource.
func (p *pseudonyms) header(name, value, subject string) string {
	switch strings.ToLower(name) {
	case "etag", "if-match", "if-none-match":
		return p.etag(value, subject)
	case "x-request-id":
		return "REQUEST-ID"
	}
	return p.in(value)
}

// etag names a resource's version.
func (p *pseudonyms) etag(value, resource string) string {
	if value == "" || value == "*" {
		return value
	}
	i := slices.Index(p.etags[resource], value)
	if i < 0 {
		i = len(p.etags[resource])
		p.etags[resource] = append(p.etags[resource], value)
	}
	return fmt.Sprintf("ETAG-%d", i+1)
}

// body lays a body out. One that is no JSON stands as it is.
func (p *pseudonyms) body(b []byte) string {
	if !json.Valid(b) {
		return p.in(string(b))
	}
	return p.node(b, spot{}).lay("", 0)
}

// node is a JSON value with names put in: a scalar as text, or a container.
type node struct {
	scalar string
	open   byte // { or [, 0 for a scalar
	keys   []string
	items  []node
}

// spot is where a value stands: under a key of an object that stands under
// another, in a resource with this id.
type spot struct{ parent, key, id string }

// node reads a value. Scalars keep the spelling of the wire.
func (p *pseudonyms) node(raw []byte, at spot) node {
	raw = bytes.TrimSpace(raw)
	n := node{open: raw[0]}
	d := json.NewDecoder(bytes.NewReader(raw))
	switch n.open {
	case '{':
		var named struct{ ID string }
		if json.Unmarshal(raw, &named) == nil && named.ID != "" {
			at.id = named.ID
		}
	case '[':
	default:
		return node{scalar: p.scalar(string(raw), at)}
	}
	_, _ = d.Token() // valid JSON gives no errors
	for d.More() {
		inner := at
		if n.open == '{' {
			t, _ := d.Token()
			inner.parent = at.key
			inner.key, _ = t.(string)
			n.keys = append(n.keys, quote(p.in(inner.key)))
		}
		var v json.RawMessage
		_ = d.Decode(&v)
		n.items = append(n.items, p.node(v, inner))
	}
	return n
}

func (p *pseudonyms) scalar(raw string, at spot) string {
	var s string
	if json.Unmarshal([]byte(raw), &s) != nil || s == "" {
		return raw
	}
	switch {
	case strings.EqualFold(at.key, "password"):
		return quote("PASSWORD")
	case at.parent == "meta" && (at.key == "created" || at.key == "lastModified"):
		return quote("TIME")
	case at.parent == "meta" && at.key == "version":
		return quote(p.etag(s, at.id))
	}
	return p.in(raw)
}

// line gives the value on one line.
func (n node) line() string {
	if n.open == 0 {
		return n.scalar
	}
	parts := make([]string, len(n.items))
	for i, item := range n.items {
		parts[i] = n.key(i) + item.line()
	}
	return string(n.open) + strings.Join(parts, ", ") + string(n.open+2)
}

func (n node) key(i int) string {
	if n.open != '{' {
		return ""
	}
	return n.keys[i] + ": "
}

// lay gives the value on one line where it fits behind what stands there
// already, and else its parts on lines of their own.
func (n node) lay(indent string, taken int) string {
	if one := n.line(); n.open == 0 || taken+utf8.RuneCountInString(one) <= width {
		return one
	}
	inner := indent + "  "
	var b strings.Builder
	b.WriteByte(n.open)
	for i, item := range n.items {
		if i > 0 {
			b.WriteByte(',')
		}
		begin := inner + n.key(i)
		b.WriteString("\n" + begin + item.lay(inner, len(begin)))
	}
	b.WriteString("\n" + indent + string(n.open+2))
	return b.String()
}
