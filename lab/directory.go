package lab

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// PurgeAfter is how long a soft-deleted person stays in the recycle bin before
// [Directory.Advance] deletes it for good.
const PurgeAfter = 30 * 24 * time.Hour

// Directory is what an administrator of an identity provider sees: people,
// groups, and who is assigned to the application. Every method is safe for
// concurrent use; what a verb names and the directory does not know is an
// error. Make one with [NewDirectory] or [Generate].
type Directory struct {
	clock *Clock

	mu             sync.Mutex
	seed           uint64
	chance         *rand.PCG // behind random
	random         *rand.Rand
	people         map[string]*Person
	groups         map[string]*group
	assigned       map[string][]AppRole // people assigned directly, with their roles
	assignedGroups map[string][]AppRole
	mappings       []Mapping
}

// NewDirectory returns an empty directory. The seed decides the ids it will
// give out.
func NewDirectory(seed uint64) *Directory {
	chance := chanceOf(seed)
	return &Directory{
		clock:          &Clock{},
		seed:           seed,
		chance:         chance,
		random:         rand.New(chance),
		people:         map[string]*Person{},
		groups:         map[string]*group{},
		assigned:       map[string][]AppRole{},
		assignedGroups: map[string][]AppRole{},
	}
}

func chanceOf(seed uint64) *rand.PCG { return rand.NewPCG(seed, 0x616e7465726f6f6d) }

// Mappings returns the directory's own table of user attributes, nil when it has
// none. Providers made with it use it in place of their default, where theirs is
// not fixed.
func (d *Directory) Mappings() []Mapping {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.mappings)
}

// SetMappings gives the directory a table of user attributes, or with nil none.
// Providers that exist already keep theirs. A table that cannot be used is an
// error and changes nothing.
func (d *Directory) SetMappings(table []Mapping) error {
	if table != nil {
		if _, err := compileMapping(table); err != nil {
			return err
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.mappings = slices.Clone(table)
	return nil
}

// Clock returns the directory's clock.
func (d *Directory) Clock() *Clock { return d.clock }

// Advance moves the clock and purges everybody who has been in the recycle bin
// for [PurgeAfter].
func (d *Directory) Advance(by time.Duration) {
	now := d.clock.Advance(by)
	d.mu.Lock()
	defer d.mu.Unlock()
	for id, p := range d.people {
		if p.SoftDeleted && now.Sub(p.DeletedAt) >= PurgeAfter {
			d.purge(id)
		}
	}
}

// Person returns a copy of the person with this ObjectID.
func (d *Directory) Person(id string) (Person, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if p := d.people[id]; p != nil {
		return *p, true
	}
	return Person{}, false
}

// People returns copies of everybody, also the soft-deleted, in order of
// userPrincipalName.
func (d *Directory) People() []Person {
	d.mu.Lock()
	defer d.mu.Unlock()
	all := make([]Person, 0, len(d.people))
	for _, p := range d.people {
		all = append(all, *p)
	}
	slices.SortFunc(all, func(a, b Person) int {
		return cmp.Or(cmp.Compare(a.UserPrincipalName, b.UserPrincipalName), cmp.Compare(a.ObjectID, b.ObjectID))
	})
	return all
}

// Group returns a copy of the group with this ObjectID.
func (d *Directory) Group(id string) (Group, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if g := d.groups[id]; g != nil {
		return g.view(), true
	}
	return Group{}, false
}

// Groups returns copies of all groups, in order of displayName.
func (d *Directory) Groups() []Group {
	d.mu.Lock()
	defer d.mu.Unlock()
	all := make([]Group, 0, len(d.groups))
	for _, g := range d.groups {
		all = append(all, g.view())
	}
	slices.SortFunc(all, func(a, b Group) int {
		return cmp.Or(cmp.Compare(a.DisplayName, b.DisplayName), cmp.Compare(a.ObjectID, b.ObjectID))
	})
	return all
}

// guid gives a random version 4 UUID from the directory's seed.
func (d *Directory) guid() string {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], d.random.Uint64())
	binary.BigEndian.PutUint64(b[8:], d.random.Uint64())
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// NewGUID returns a fresh id in the form the directory uses.
func (d *Directory) NewGUID() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.guid()
}

// purge forgets a person for good; the caller holds the lock.
func (d *Directory) purge(id string) {
	delete(d.people, id)
	delete(d.assigned, id)
	for _, g := range d.groups {
		delete(g.members, id)
	}
	for _, p := range d.people {
		if p.Manager == id {
			p.Manager = ""
		}
	}
}

// subject is one person as a provisioning job sees it at the start of a cycle.
type subject struct {
	Person
	InScope bool // assigned, directly or as a direct member of an assigned group
	Roles   []AppRole
}

// active says whether the person should be able to work in the application.
// Entra's IsSoftDeleted is the opposite of it: true for the unassigned, the
// soft-deleted, and those whose account is disabled.
func (s *subject) active() bool { return s.InScope && s.AccountEnabled && !s.SoftDeleted }

// snapshot is one consistent view of the directory.
type snapshot struct {
	people map[string]*subject
	order  []string // people's ids by userPrincipalName
	groups []Group  // assigned groups only
}

func (d *Directory) snapshot() *snapshot {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := &snapshot{people: make(map[string]*subject, len(d.people))}
	for id, p := range d.people {
		roles, direct := d.assigned[id]
		s.people[id] = &subject{Person: *p, InScope: direct, Roles: slices.Clone(roles)}
	}
	for _, id := range slices.Sorted(maps.Keys(d.assignedGroups)) {
		g := d.groups[id].view()
		s.groups = append(s.groups, g)
		for _, m := range g.Members {
			s.people[m].InScope = true
			s.people[m].Roles = addRoles(s.people[m].Roles, d.assignedGroups[id])
		}
	}
	s.order = slices.SortedFunc(maps.Keys(s.people), func(a, b string) int {
		return cmp.Or(cmp.Compare(s.people[a].UserPrincipalName, s.people[b].UserPrincipalName), cmp.Compare(a, b))
	})
	return s
}

func addRoles(have, more []AppRole) []AppRole {
	for _, r := range more {
		if !slices.Contains(have, r) {
			have = append(have, r)
		}
	}
	return have
}
