package scim

import (
	"context"
	"crypto/rand"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/anteroom-id/anteroom/scim/filter"
)

// Memory is a Backend in memory, for examples and tests. It keeps attributes with uniqueness
// (userName) unique, versions and times, and is safe for concurrent use. Searching walks all
// resources. Nothing is kept when the process ends.
type Memory struct {
	rt *ResourceType

	mu    sync.RWMutex
	byID  map[string]*Resource // never changed in place
	order []string             // ids by creation
	taken map[string]string    // id by unique attribute and folded value
	last  time.Time
}

// NewMemory returns an empty backend for the type.
func NewMemory(rt *ResourceType) *Memory {
	return &Memory{rt: rt, byID: map[string]*Resource{}, taken: map[string]string{}}
}

// Create implements Backend.
func (m *Memory) Create(_ context.Context, r *Resource) (*Resource, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := r.Clone()
	c.ID = strings.ToLower(rand.Text())
	if err := m.claim(c); err != nil {
		return nil, err
	}
	c.Created = m.now()
	c.Modified, c.Version = c.Created, "1"
	m.byID[c.ID] = c
	m.order = append(m.order, c.ID)
	return c.Clone(), nil
}

// now gives a time later than any it gave before, so that creation orders resources.
func (m *Memory) now() time.Time {
	t := time.Now().UTC()
	if !t.After(m.last) {
		t = m.last.Add(1)
	}
	m.last = t
	return t
}

// Get implements Backend.
func (m *Memory) Get(_ context.Context, id string, _ *Selection) (*Resource, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if r := m.byID[id]; r != nil {
		return r.Clone(), nil
	}
	return nil, NotFound(m.rt.Name, id)
}

// List implements Backend.
func (m *Memory) List(_ context.Context, q *Query) (*Page, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	p, err := Collect(m.all(), q)
	if err != nil {
		return nil, err
	}
	for i, r := range p.Resources {
		p.Resources[i] = r.Clone()
	}
	return p, nil
}

func (m *Memory) all() iter.Seq2[*Resource, error] {
	return func(yield func(*Resource, error) bool) {
		for _, id := range m.order {
			if r := m.byID[id]; r != nil && !yield(r, nil) {
				return
			}
		}
	}
}

// Update implements Backend.
func (m *Memory) Update(_ context.Context, id string, change Change) (*Resource, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	old := m.byID[id]
	if old == nil {
		return nil, NotFound(m.rt.Name, id)
	}
	c := old.Clone()
	changed, err := change(c)
	if err != nil {
		return nil, err
	}
	if !changed {
		return old.Clone(), nil
	}
	if err := m.claim(c); err != nil {
		return nil, err
	}
	m.release(old, c)
	version, _ := strconv.Atoi(old.Version)
	c.Modified, c.Version = m.now(), strconv.Itoa(version+1)
	m.byID[id] = c
	return c.Clone(), nil
}

// Delete implements Backend.
func (m *Memory) Delete(_ context.Context, id string, check Check) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.byID[id]
	if r == nil {
		return NotFound(m.rt.Name, id)
	}
	if check != nil {
		if err := check(r.Clone()); err != nil {
			return err
		}
	}
	m.release(r, &Resource{})
	delete(m.byID, id)
	m.tidy()
	return nil
}

// tidy drops deleted ids from the order, once they are half of it.
func (m *Memory) tidy() {
	if len(m.order) < 2*len(m.byID)+16 {
		return
	}
	kept := m.order[:0]
	for _, id := range m.order {
		if m.byID[id] != nil {
			kept = append(kept, id)
		}
	}
	m.order = kept
}

// keys lists what must be unique about a resource.
func (m *Memory) keys(r *Resource) map[string]string {
	keys := map[string]string{}
	for _, f := range m.rt.index().core.list {
		v := r.Attrs.Str(f.Name)
		if f.Uniqueness == UniqueNone || v == "" {
			continue
		}
		folded := v
		if !f.CaseExact {
			folded = filter.Fold(v)
		}
		keys[f.Name+"\x00"+folded] = fmt.Sprintf("%s %q is taken. Choose another one, or find the %s that has it.", f.Name, clip(v, 80), m.rt.Name)
	}
	return keys
}

// claim takes the unique values of r, or none of them.
func (m *Memory) claim(r *Resource) error {
	keys := m.keys(r)
	for key, detail := range keys {
		if id, ok := m.taken[key]; ok && id != r.ID {
			return Conflict(detail)
		}
	}
	for key := range keys {
		m.taken[key] = r.ID
	}
	return nil
}

// release gives up the unique values of old that next does not have.
func (m *Memory) release(old, next *Resource) {
	kept := m.keys(next)
	for key := range m.keys(old) {
		if _, ok := kept[key]; !ok {
			delete(m.taken, key)
		}
	}
}
