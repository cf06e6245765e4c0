package lab

import (
	"context"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// EntraOptions says how an [Entra] behaves. The zero value is the job of a
// non-gallery application with Entra's default mapping and one worker.
type EntraOptions struct {
	// OptSCIM062020 gives updates the form that Entra uses when the tenant URL
	// carries the flag aadOptscim062020. The flag in [Target].URL sets it too.
	OptSCIM062020 bool
	// Workers is how many requests run at the same time; 0 means 1.
	Workers int
	// Mapping is the table of user attributes; nil means the directory's own
	// ([Directory.SetMappings]), or else [DefaultMapping].
	Mapping []Mapping
	// NoGroups switches the mapping of groups off. Members of assigned groups
	// stay in scope.
	NoGroups bool
	// MemberBatch is how many members one PATCH of a group names; 0 means 1.
	MemberBatch int
	// ProbeMembers asks the server, before each change of membership, whether
	// it is needed.
	ProbeMembers bool
	// FlatCore writes customer-defined attributes of the core schema as one key
	// of the resource ("urn:…:User:microsoftId") when creating. Otherwise they
	// stand in an object under the schema's URN.
	FlatCore bool
	// NoCreate, NoUpdate and NoDelete clear the boxes under Target Object Actions
	// for users. Disabling is an update; only what follows a hard delete is a
	// deletion.
	NoCreate, NoUpdate, NoDelete bool
	// Backoff lets what has failed wait before it is tried again: until 6, 12 and
	// 24 hours after its first failure by the directory's clock, then daily, and
	// after 28 days no more. A change of it in the directory, and a restart, end
	// the waiting. Without Backoff every cycle tries again.
	Backoff bool
	// MaxRemovals is how many people and groups one cycle may disable or delete;
	// more are staged until [Entra.AllowRemovals]. 0 means any number.
	MaxRemovals int
	// NoCompare ends a cycle without reading the server back.
	NoCompare bool
	// OnProgress is called after every step, from one goroutine at a time.
	OnProgress func(Progress)
}

// Entra provisions a directory to a SCIM server in the request sequences of
// Microsoft Entra ID. Its methods are safe for concurrent use; cycles run one
// after another.
type Entra struct {
	runner
	opt     EntraOptions
	mapping *mapping
	dialect dialect
	err     error // why it cannot run
	escrows escrows

	mu       sync.Mutex // guards what follows
	accounts map[string]*account
	groups   map[string]*pushedGroup
	released map[string]string // server id → ObjectID of accounts no longer managed
	deleted  map[string]string // server id → name, after DELETE
	deletedG map[string]string
	allowed  bool // the next cycle may remove as many as it likes
}

// account is what Entra remembers of a person at the server.
type account struct {
	id      string         // the server's, kept for good
	name    string         // for messages
	sent    map[string]any // values last sent or found, by target
	active  bool
	managed bool   // false after the person was unassigned
	stale   bool   // to be compared with the server again
	unsure  bool   // so is the reference to the manager
	manager string // the manager's server id last sent
	// managerSent says that the reference was sent or found, so that its
	// absence means something.
	managerSent bool
}

// NewEntra returns a client. What is wrong with the target or the mapping is
// told by the first call.
func NewEntra(dir *Directory, t Target, opt EntraOptions) *Entra {
	if opt.Mapping == nil {
		opt.Mapping = dir.Mappings()
	}
	if opt.Mapping == nil {
		opt.Mapping = DefaultMapping()
	}
	c := newClient(t, http.Header{
		"Accept":       {"application/scim+json"},
		"Content-Type": {"application/scim+json; charset=utf-8"},
		"User-Agent":   {"anteroom-lab/1 (Entra)"},
	})
	if hasFlag(c.flags) {
		opt.OptSCIM062020 = true
	} else if opt.OptSCIM062020 {
		c.flags = strings.Trim(c.flags+"&aadOptscim062020", "&")
	}
	e := &Entra{
		runner: newRunner("entra", dir, c, opt.Workers, opt.OnProgress, opt.NoCompare), opt: opt,
		dialect: dialect{compliant: opt.OptSCIM062020}, escrows: escrows{on: opt.Backoff, clock: dir.clock},
		accounts: map[string]*account{}, groups: map[string]*pushedGroup{},
		released: map[string]string{}, deleted: map[string]string{}, deletedG: map[string]string{},
	}
	if opt.OptSCIM062020 {
		e.name = "entra-062020"
	}
	e.mapping, e.err = compileMapping(opt.Mapping)
	return e
}

func hasFlag(query string) bool {
	return strings.Contains(strings.ToLower(query), "aadoptscim062020")
}

// TestConnection does what the portal's button does: it asks for a person, and
// where groups are mapped for a group, that cannot exist, and wants an empty
// list. The error says what the administrator would read.
func (e *Entra) TestConnection(ctx context.Context) error {
	e.run.Lock()
	defer e.run.Unlock()
	return e.test(ctx)
}

// test is TestConnection for callers that hold the lock.
func (e *Entra) test(ctx context.Context) error {
	first, err := e.firstMatch()
	if err != nil {
		return err
	}
	guid := quote(e.dir.NewGUID())
	if err := e.probe(ctx, "/Users", "filter="+url.QueryEscape(first+" eq "+guid)); err != nil {
		return err
	}
	if e.opt.NoGroups {
		return nil
	}
	return e.probe(ctx, "/Groups", "excludedAttributes=members&filter="+url.QueryEscape("displayName eq "+guid))
}

func (e *Entra) probe(ctx context.Context, endpoint, query string) error {
	r, err := e.client.do(ctx, http.MethodGet, endpoint, query, nil)
	if err != nil {
		return err
	}
	if r.status != http.StatusOK {
		return fmt.Errorf("%w: HTTP/%d was returned rather than the expected HTTP/200: %w", ErrNotCompliant, r.status, r.failure())
	}
	kind, _, _ := mime.ParseMediaType(r.header.Get("Content-Type"))
	if kind != "application/scim+json" {
		return fmt.Errorf("the answer's content type is %q, not application/scim+json", kind)
	}
	found, total, err := resources(r)
	if err != nil {
		return err
	}
	if total != 0 || len(found) != 0 {
		return fmt.Errorf("%s: %d resources match an id that nobody has", r.path, max(total, len(found)))
	}
	return nil
}

// Cycle sends everything that differs from what was last sent: all of it the
// first time. What fails for one person or group is told in the summary, and
// tried again by the next cycle. The error says why the whole cycle ended
// early: the context, refused credentials, a silent server, a bad mapping.
func (e *Entra) Cycle(ctx context.Context) (*Summary, error) {
	if _, err := e.firstMatch(); err != nil {
		return nil, err
	}
	return e.cycle(ctx, e)
}

// push runs the phases of a cycle in Entra's order: people, then their
// managers when everybody exists, then groups, then memberships.
func (e *Entra) push(j *job, s *snapshot) {
	ids, gone := e.stage(s, e.everybody(s), e.unscoped(s))
	j.expect(len(ids) + len(gone) + e.guess(s))
	j.each("people", len(ids), func(ctx context.Context, i int) (string, error) {
		id, p := ids[i], s.people[ids[i]]
		return e.tried(id, known(p), id, func() (string, error) { return e.person(ctx, s, id) })
	})
	if e.mapping.manager != nil {
		j.each("managers", len(s.order), func(ctx context.Context, i int) (string, error) {
			p := s.people[s.order[i]]
			return e.tried(p.ObjectID+" manager", p.Manager, p.UserPrincipalName, func() (string, error) {
				return p.UserPrincipalName, e.manager(ctx, p)
			})
		})
	}
	if e.opt.NoGroups {
		return
	}
	j.each("groups", len(s.groups)+len(gone), func(ctx context.Context, i int) (string, error) {
		if i < len(gone) {
			return e.tried(gone[i], nil, gone[i], func() (string, error) { return e.dropGroup(ctx, gone[i]) })
		}
		g := &s.groups[i-len(gone)]
		return e.tried(g.ObjectID, g.DisplayName, g.DisplayName, func() (string, error) { return g.DisplayName, e.group(ctx, g) })
	})
	tasks := e.memberships(s)
	j.expect(len(tasks) - e.pending(s))
	j.each("members", len(tasks), func(ctx context.Context, i int) (string, error) {
		m := tasks[i]
		return e.tried(m.key(), nil, m.name, func() (string, error) { return m.name, e.members(ctx, m) })
	})
}

// known is what an escrow remembers of a person: nil of one who is gone.
func known(p *subject) any {
	if p == nil {
		return nil
	}
	return *p
}

// guess tells how many steps are to come besides people and groups to delete.
func (e *Entra) guess(s *snapshot) int {
	n := 0
	if e.mapping.manager != nil {
		n += len(s.order)
	}
	if e.opt.NoGroups {
		return n
	}
	n += len(s.groups) + e.pending(s)
	if !e.opt.NoCompare {
		n += len(s.groups)
	}
	return n
}

// pending estimates the changes of membership before anybody has an account.
func (e *Entra) pending(s *snapshot) int {
	e.mu.Lock()
	defer e.mu.Unlock()
	n, batch := 0, max(e.opt.MemberBatch, 1)
	for i := range s.groups {
		n += (len(s.groups[i].Members) + batch - 1) / batch
		if known := e.groups[s.groups[i].ObjectID]; known != nil {
			n -= len(known.members) / batch
		}
	}
	return max(n, 0)
}

// everybody lists the ids to look at: those in the directory and those that
// Entra knows but the directory does not any more.
func (e *Entra) everybody(s *snapshot) []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	var gone []string
	for id := range e.accounts {
		if s.people[id] == nil {
			gone = append(gone, id)
		}
	}
	slices.Sort(gone)
	return append(gone, s.order...)
}

// Compare reads the server back through SCIM and says whether its state is the
// directory's. Resources that Entra never touched do not matter.
func (e *Entra) Compare(ctx context.Context) (*Comparison, error) {
	e.run.Lock()
	defer e.run.Unlock()
	if e.err != nil {
		return nil, e.err
	}
	return e.compare(ctx, e.dir.snapshot(), e.opt.OnProgress)
}

// Accounts gives the server's id of every person Entra manages, by ObjectID.
func (e *Entra) Accounts() map[string]string {
	e.mu.Lock()
	defer e.mu.Unlock()
	out := map[string]string{}
	for id, a := range e.accounts {
		if a.managed {
			out[id] = a.id
		}
	}
	return out
}
