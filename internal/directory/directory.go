// Package directory holds the verbs on people: provision, update, deactivate,
// reactivate, delete, come back and adopt members; create, change and delete
// groups. It is the only writer of members, groups and roles.
//
// A member carries the SCIM resource that its directory sent (the doc) beside
// what the product makes of it (names, address, state, roles). The doc reads
// back as sent; the product's rules act on the member.
package directory

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/store"
	"github.com/anteroom-id/anteroom/scim"
)

// Bounds on what one workspace may cost. A zero field takes its default.
type Bounds struct {
	Walk           int // members that a filter without a look-up key may look at; 10,000
	Candidates     int // members that one look-up key may mean; 1,000
	ParkedPerGroup int // unknown members kept for one group; 5,000
	ParkedPerSpace int // and for a workspace; 50,000
}

func (b Bounds) withDefaults() Bounds {
	for _, d := range []struct {
		field *int
		value int
	}{{&b.Walk, 10_000}, {&b.Candidates, 1000}, {&b.ParkedPerGroup, 5000}, {&b.ParkedPerSpace, 50_000}} {
		if *d.field <= 0 {
			*d.field = d.value
		}
	}
	return b
}

// Service is the directory of every workspace, under one product's rules. It is
// safe for concurrent use.
type Service struct {
	store   *store.Store
	product *product.Product
	rules   rules
	user    *scim.ResourceType
	group   *scim.ResourceType
	bounds  Bounds
	anchors anchors
	walks   walks
	removed sync.Map // connections that this copy removed, by id
}

// New gives the directory of a product on a store.
func New(s *store.Store, p *product.Product, b Bounds) *Service {
	return &Service{store: s, product: p, rules: newRules(p), user: userType(p), group: scim.GroupType(), bounds: b.withDefaults(), anchors: newAnchors(), walks: walks{all: make(chan struct{}, maxWalks)}}
}

// UserType is the SCIM resource type of people, with the product's attributes.
func (s *Service) UserType() *scim.ResourceType { return s.user }

// GroupType is the SCIM resource type of groups.
func (s *Service) GroupType() *scim.ResourceType { return s.group }

// Caller is who acts, where, and what is to be recorded of it.
type Caller struct {
	Workspace  identity.WorkspaceID
	Connection identity.ConnectionID // the directory that writes
	Origin     identity.Origin
	BaseURL    string // of the SCIM service as the caller reached it, for references; "" leaves them out
	// Request is the provisioning-log entry of the request. A write that succeeds
	// stores it in its own commit and marks it so. May be nil.
	Request *identity.Request
	// Notes gathers what was tolerated, kept, held or parked. May be nil.
	Notes *scim.Notes
}

// People is the directory's users, for one caller.
type People struct {
	*Service
	c Caller
}

// Groups is the directory's groups, for one caller.
type Groups struct {
	*Service
	c Caller
}

// People gives the users of the caller's workspace.
func (s *Service) People(c Caller) *People { return &People{s, c} }

// Groups gives the groups of the caller's workspace.
func (s *Service) Groups(c Caller) *Groups { return &Groups{s, c} }

// errUnchanged ends a transaction in which nothing was to be written.
var errUnchanged = errors.New("nothing changed")

// write runs f as one durable step and stores the request's log entry with it.
// A step that changes nothing costs no commit.
func (s *Service) write(ctx context.Context, c Caller, f func(*store.Tx) error) error {
	if err := s.refuseRemoved(c.Connection); err != nil {
		return err
	}
	err := s.store.Write(ctx, c.Workspace, func(tx *store.Tx) error {
		if err := f(tx); err != nil || c.Request == nil {
			return err
		}
		c.Request.Notes = texts(c.Notes)
		c.Request.Duration = s.store.Now().Sub(c.Request.At)
		return tx.InsertRequest(ctx, c.Request)
	})
	switch {
	case errors.Is(err, errUnchanged):
		return nil
	case err == nil && c.Request != nil:
		c.Request.Committed = true
	}
	return err
}

var errOff = identity.Errorf(identity.Forbidden, "",
	"provisioning is switched off for this workspace; a workspace administrator can switch it on. "+leaving)

// leaving is what goes on while provisioning is off or locked.
const leaving = "Deactivating, deleting and removing people from groups still works"

// refuseForeign refuses a write to what another directory connection manages.
func (c *Caller) refuseForeign(owner identity.ConnectionID, what string) error {
	if owner == "" || owner == c.Connection {
		return nil
	}
	return identity.Errorf(identity.Forbidden, "", "this %s is managed by another directory connection of the workspace; change it there, or have an administrator release it", what)
}

// notFound is the one answer for an id that does not exist, was deleted, or is another workspace's.
func notFound(what, id string) error {
	return scim.NotFound(what, id)
}

func version(n int64) string { return strconv.FormatInt(n, 10) }

// texts gives the notes as lines for the provisioning log.
func texts(notes *scim.Notes) (out []string) {
	if notes == nil {
		return nil
	}
	for _, n := range *notes {
		out = append(out, OneLine(n.Text))
	}
	return out
}

// OneLine makes text that came from outside fit for a log: one line of UTF-8
// without control characters, of at most 1,000 bytes.
func OneLine(s string) string {
	const most = 1000
	if len(s) <= most && printable(s) {
		return s
	}
	s = strings.Map(func(c rune) rune {
		if c < ' ' || c == 0x7f || c == utf8.RuneError {
			return ' '
		}
		return c
	}, s)
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}

// printable says whether text is ASCII without control characters, as nearly all is.
func printable(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return true
}

func isNotFound(err error) bool {
	var e *scim.Error
	return errors.As(err, &e) && e.Status == http.StatusNotFound
}

// maxDocument bounds what is kept of one resource, in bytes.
const maxDocument = 256 << 10

// usualDocument is room for nearly every person's, in bytes.
const usualDocument = 2 << 10

// document gives a resource's attributes the form in which they are kept.
func document(attrs *scim.Object) ([]byte, error) {
	text := attrs.AppendJSON(make([]byte, 0, usualDocument))
	return text, fits(text)
}

func fits(doc []byte) error {
	if len(doc) > maxDocument {
		return scim.BadRequest("invalidValue", "the attributes of one resource may take %d KB; these take %d. Map fewer attributes, or shorter ones", maxDocument>>10, len(doc)>>10)
	}
	return nil
}

// maxKey bounds a value that people or groups are looked up by, in bytes: an
// entry of an index has to fit in a part of a page.
const maxKey = 1024

func bounded(field, value string) error {
	if len(value) > maxKey || len(identity.Fold(value)) > maxKey {
		return invalid(field, "a value that people are looked up by may have 1,024 bytes; this one has more")
	}
	return nil
}
