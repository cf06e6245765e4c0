package lab

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Comparison says whether a server's state is the directory's.
type Comparison struct {
	Equal       bool     `json:"equal"`
	People      int      `json:"people"` // looked at
	Groups      int      `json:"groups"` // looked at
	Requests    int      `json:"requests"`
	Differences []string `json:"differences,omitempty"`
}

// compare takes a comparison into the summary.
func (s *Summary) compare(c *Comparison, err error) error {
	if err != nil {
		return fmt.Errorf("read the server back: %w", err)
	}
	s.Compared, s.Equal, s.Differences = true, c.Equal, c.Differences
	return nil
}

// expectedPerson is what the server should hold of one person.
type expectedPerson struct {
	name  string                    // for messages
	id    string                    // "" when the person never got there
	check func(doc object) []string // differences in words
}

// expectedGroup is what the server should hold of one group.
type expectedGroup struct {
	name    string
	id      string
	check   func(doc object) []string
	members []string // server ids
}

// expectation is what a whole server should hold. What it does not name does
// not matter.
type expectation struct {
	people  []expectedPerson
	groups  []expectedGroup
	gone    map[string]string // deleted people's ids, with names
	goneG   map[string]string
	noGroup bool // groups are not provisioned
}

// compare reads the server back, people by their list and groups one by one,
// and tells every difference.
func (c *client) compare(ctx context.Context, e expectation, workers int, on func(Progress)) (*Comparison, error) {
	before := c.record
	c.record = &recorder{}
	defer func() { c.record = before }()
	out := &Comparison{People: len(e.people), Groups: len(e.groups)}
	names, err := c.comparePeople(ctx, e, out)
	if err != nil {
		return nil, err
	}
	if !e.noGroup {
		if err := c.compareGroups(ctx, e, out, names, workers, on); err != nil {
			return nil, err
		}
	}
	out.Requests = c.record.requests()
	out.Equal = len(out.Differences) == 0
	return out, nil
}

func (o *Comparison) add(format string, args ...any) {
	o.Differences = append(o.Differences, fmt.Sprintf(format, args...))
}

// comparePeople checks /Users and gives the expected people's names by id.
func (c *client) comparePeople(ctx context.Context, e expectation, out *Comparison) (map[string]string, error) {
	all, odd, err := c.walk(ctx, "/Users", "")
	if err != nil {
		return nil, err
	}
	out.Differences = append(out.Differences, odd...)
	byID := index(all)
	names := map[string]string{}
	for _, p := range e.people {
		doc := byID[p.id]
		switch {
		case p.id == "":
			out.add("%s is in scope but has no account on the server", p.name)
		case doc == nil:
			out.add("%s (%s) is missing on the server", p.name, p.id)
		default:
			for _, d := range p.check(doc) {
				out.add("%s: %s", p.name, d)
			}
		}
		names[p.id] = p.name
	}
	leftovers(out, "/Users", byID, e.gone)
	twice(out, "userName", all)
	return names, nil
}

func index(all []object) map[string]object {
	byID := make(map[string]object, len(all))
	for _, o := range all {
		byID[identifier(o)] = o
	}
	return byID
}

// leftovers tells what was deleted and is listed nevertheless.
func leftovers(out *Comparison, endpoint string, byID map[string]object, gone map[string]string) {
	for _, id := range slices.Sorted(maps.Keys(gone)) {
		if byID[id] != nil {
			out.add("%s (%s) is still listed by %s after DELETE", gone[id], id, endpoint)
		}
	}
}

// twice tells names that more than one resource has.
func twice(out *Comparison, attr string, all []object) {
	ids := map[string][]string{}
	for _, o := range all {
		v, _ := lookupKey(o, attr)
		if s, _ := v.(string); s != "" && !slices.Contains(ids[strings.ToLower(s)], identifier(o)) {
			ids[strings.ToLower(s)] = append(ids[strings.ToLower(s)], identifier(o))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(ids)) {
		if n := len(ids[name]); n > 1 {
			out.add("%d resources have the %s %q: %s", n, attr, name, strings.Join(ids[name], ", "))
		}
	}
}

func (c *client) compareGroups(ctx context.Context, e expectation, out *Comparison, names map[string]string, workers int, on func(Progress)) error {
	all, odd, err := c.walk(ctx, "/Groups", "excludedAttributes=members")
	if err != nil {
		return err
	}
	out.Differences = append(out.Differences, odd...)
	byID := index(all)
	leftovers(out, "/Groups", byID, e.goneG)
	found := make([][]string, len(e.groups))
	j := newJob(ctx, c, workers, on)
	defer j.cancel(nil)
	j.expect(len(e.groups))
	j.each("reading back", len(e.groups), func(ctx context.Context, i int) (string, error) {
		var err error
		found[i], err = c.compareGroup(ctx, e.groups[i], byID, names)
		if err != nil {
			found[i] = []string{fmt.Sprintf("group %s cannot be read: %v", e.groups[i].name, err)}
		}
		return e.groups[i].name, err
	})
	for _, d := range found {
		out.Differences = append(out.Differences, d...)
	}
	return j.err()
}

// compareGroup reads one group with its members.
func (c *client) compareGroup(ctx context.Context, g expectedGroup, byID map[string]object, names map[string]string) ([]string, error) {
	if g.id == "" {
		return []string{fmt.Sprintf("group %s is in scope but not on the server", g.name)}, nil
	}
	doc, ok, err := c.read(ctx, "/Groups", g.id, "")
	if err != nil {
		return nil, err
	}
	if !ok {
		return []string{fmt.Sprintf("group %s (%s) is missing on the server", g.name, g.id)}, nil
	}
	var out []string
	if byID[g.id] == nil {
		out = append(out, fmt.Sprintf("group %s (%s) can be read but is not listed", g.name, g.id))
	}
	for _, d := range append(g.check(doc), memberDifferences(g, doc, names)...) {
		out = append(out, fmt.Sprintf("group %s: %s", g.name, d))
	}
	return out, nil
}

func memberDifferences(g expectedGroup, doc object, names map[string]string) []string {
	got := map[string]int{}
	v, _ := lookupKey(doc, "members")
	list, _ := v.([]any)
	for _, e := range list {
		o, _ := e.(object)
		id, _ := o["value"].(string)
		got[id]++
	}
	var out []string
	for _, id := range g.members {
		if got[id] == 0 {
			out = append(out, fmt.Sprintf("%s (%s) is not a member on the server", names[id], id))
		}
		if got[id] > 1 {
			out = append(out, fmt.Sprintf("%s (%s) is a member %d times", names[id], id, got[id]))
		}
		delete(got, id)
	}
	for _, id := range slices.Sorted(maps.Keys(got)) {
		name := names[id]
		if name == "" {
			name = "somebody unknown"
		}
		out = append(out, fmt.Sprintf("%s (%s) is a member on the server only", name, id))
	}
	return out
}

// field compares one plain attribute.
func field(doc object, path, want string) []string {
	p, err := parsePath(path)
	if err != nil || want == "" {
		return nil
	}
	got, _ := p.read(doc).(string)
	if got == want {
		return nil
	}
	return []string{fmt.Sprintf("%s is %q on the server and %q in the directory", path, got, want)}
}
