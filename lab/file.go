package lab

import (
	"cmp"
	"encoding/binary"
	"encoding/json"
	"hash/fnv"
	"io"
	"maps"
	"slices"
	"time"
)

// document is a directory as a file. People, groups and roles are referred to by
// userPrincipalName, displayName and value, or by id where that is not enough.
type document struct {
	Seed        uint64       `json:"seed"` // of the ids to come
	Now         time.Time    `json:"now"`
	People      []Person     `json:"people"`
	Groups      []Group      `json:"groups"`
	Roles       []AppRole    `json:"roles,omitempty"`
	Assignments []assignment `json:"assignments"`
	Mappings    []Mapping    `json:"mappings,omitempty"`
}

// assignment gives the application to a person or a group.
type assignment struct {
	Person string   `json:"person,omitempty"`
	Group  string   `json:"group,omitempty"`
	Roles  []string `json:"roles,omitempty"`
}

// Save writes the directory as JSON that [Load] reads: people, groups,
// assignments, mappings and the time its clock shows. The same directory gives
// the same text.
func (d *Directory) Save(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(d.document())
}

func (d *Directory) document() *document {
	doc := &document{People: d.People(), Groups: d.Groups(), Mappings: d.Mappings(), Now: d.clock.Now()}
	d.mu.Lock()
	defer d.mu.Unlock()
	doc.Seed = d.next()
	people, groups := namesOf(doc.People, func(p Person) (string, string) { return p.ObjectID, p.UserPrincipalName }),
		namesOf(doc.Groups, func(g Group) (string, string) { return g.ObjectID, g.DisplayName })
	doc.Roles = d.roles()
	byID := namesOf(doc.Roles, func(r AppRole) (string, string) { return cmp.Or(r.ID, r.Value), r.Value })
	roles := func(r AppRole) string { return byID[cmp.Or(r.ID, r.Value)] }
	for i := range doc.People {
		if p := &doc.People[i]; p.Manager != "" {
			p.Manager = cmp.Or(people[p.Manager], p.Manager)
		}
	}
	for i := range doc.Groups {
		for j, m := range doc.Groups[i].Members {
			doc.Groups[i].Members[j] = people[m]
		}
		slices.Sort(doc.Groups[i].Members)
	}
	doc.Assignments = append(assignments(doc.People, d.assigned, people, roles), assignments(doc.Groups, d.assignedGroups, groups, roles)...)
	return doc
}

// next gives a seed for the ids to come: the directory's own while none has been
// drawn, and else one that follows from how far chance has come.
func (d *Directory) next() uint64 {
	fresh, err1 := chanceOf(d.seed).MarshalBinary()
	now, err2 := d.chance.MarshalBinary()
	if err1 != nil || err2 != nil || string(fresh) == string(now) {
		return d.seed
	}
	h := fnv.New64a()
	_, _ = h.Write(now)
	// Numbers beyond 2^53 do not survive every JSON reader.
	return binary.BigEndian.Uint64(h.Sum(nil)) >> 11
}

// roles lists the roles that somebody is assigned with.
func (d *Directory) roles() []AppRole {
	seen := map[AppRole]bool{}
	for _, all := range []map[string][]AppRole{d.assigned, d.assignedGroups} {
		for _, roles := range all {
			for _, r := range roles {
				seen[r] = true
			}
		}
	}
	return slices.SortedFunc(maps.Keys(seen), func(a, b AppRole) int {
		return cmp.Or(cmp.Compare(a.Value, b.Value), cmp.Compare(a.ID, b.ID), cmp.Compare(a.DisplayName, b.DisplayName))
	})
}

// namesOf gives what to call things in a file, by id: their name where nothing
// else is called so.
func namesOf[T any](all []T, of func(T) (id, name string)) map[string]string {
	count := map[string]int{}
	for _, x := range all {
		id, name := of(x)
		count[name]++
		count[id]++
	}
	out := map[string]string{}
	for _, x := range all {
		id, name := of(x)
		if name == "" || count[name] > 1 {
			name = id
		}
		out[id] = name
	}
	return out
}

func assignments[T Person | Group](all []T, assigned map[string][]AppRole, names map[string]string, roles func(AppRole) string) []assignment {
	out := []assignment{}
	for _, x := range all {
		var a assignment
		var id string
		switch x := any(x).(type) {
		case Person:
			id = x.ObjectID
			a.Person = names[id]
		case Group:
			id = x.ObjectID
			a.Group = names[id]
		}
		given, ok := assigned[id]
		if !ok {
			continue
		}
		for _, r := range given {
			a.Roles = append(a.Roles, roles(r))
		}
		out = append(out, a)
	}
	return out
}
