// Package told puts the change log into words: what happened, to whom, by whom
// and how, with each value before and after. Every page that shows changes takes
// its sentences from here, so that they read alike everywhere.
package told

import (
	"cmp"
	"context"
	"strings"

	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/store"
)

// Entry is a change as people read it.
type Entry struct {
	identity.Change
	What   string // "Maria Rossi is archived now"
	Who    string // "Okta", "Ada Lovelace", "the vendor"
	How    string // "provisioning", "console", "command line", "sign-in"
	Name   string // of what it happened to
	Fields []Field
}

// Field is one value before and after; "" for none.
type Field struct{ Name, Before, After string }

// Teller tells the changes of one workspace. It looks every name up once and is
// for one page: it is not safe for concurrent use.
type Teller struct {
	p     *product.Product
	r     *store.Reader
	names map[string]string // of members, groups, tokens and connections, by id
	known bool              // tokens and connections were read
}

// New gives a teller that reads names in one workspace.
func New(p *product.Product, r *store.Reader) *Teller {
	return &Teller{p: p, r: r, names: map[string]string{}}
}

// Tell puts changes into words, in their order.
func (t *Teller) Tell(ctx context.Context, changes []identity.Change) ([]Entry, error) {
	out := make([]Entry, len(changes))
	for i := range changes {
		c := &changes[i]
		name, err := t.subject(ctx, c)
		if err != nil {
			return nil, err
		}
		who, err := t.Actor(ctx, c.Actor)
		if err != nil {
			return nil, err
		}
		out[i] = Entry{Change: *c, What: t.sentence(c, name), Who: who, How: how(c.Source), Name: name, Fields: t.fields(c.Values)}
	}
	return out, nil
}

// how gives a source of changes in words.
func how(source string) string {
	words := map[string]string{"scim": "provisioning", "cli": "command line", "console": "console", "signin": "sign-in", "api": "API", "system": "by itself"}
	return cmp.Or(words[source], source)
}

// Actor gives who did something by the word that stands in the log.
func (t *Teller) Actor(ctx context.Context, word string) (string, error) {
	kind, id, _ := strings.Cut(word, ":")
	switch identity.ActorKind(kind) {
	case identity.ActorOperator:
		return "the vendor", nil
	case identity.ActorPerson:
		return "the person", nil // who that is elsewhere is nobody's business here
	case identity.ActorLink:
		return "a set-up link", nil
	case identity.ActorMember:
		return t.member(ctx, identity.MemberID(id))
	case identity.ActorToken:
		err := t.credentials(ctx)
		return cmp.Or(t.names[id], "the directory"), err
	}
	return t.p.Name, nil
}

// subject names what a change happened to.
func (t *Teller) subject(ctx context.Context, c *identity.Change) (string, error) {
	switch c.Subject.Kind {
	case "member":
		return t.member(ctx, identity.MemberID(c.Subject.ID))
	case "group":
		return t.group(ctx, c)
	case "token", "connection":
		err := t.credentials(ctx)
		return cmp.Or(t.names[c.Subject.ID], valueOf(c, "title", "name")), err
	case "domain":
		return c.Subject.ID, nil
	}
	return "", nil
}

func (t *Teller) member(ctx context.Context, id identity.MemberID) (string, error) {
	if name, ok := t.names[string(id)]; ok {
		return name, nil
	}
	m, _, err := t.r.Member(ctx, id)
	name := cmp.Or(m.Name(), m.Address, "a "+t.p.Words.Member+" without a name")
	t.names[string(id)] = name
	return name, err
}

func (t *Teller) group(ctx context.Context, c *identity.Change) (string, error) {
	if name, ok := t.names[c.Subject.ID]; ok {
		return name, nil
	}
	g, found, err := t.r.Group(ctx, c.Subject.ID)
	if !found {
		return cmp.Or(valueOf(c, "displayName", "name"), "a "+t.p.Words.Group+" that is gone"), err
	}
	t.names[c.Subject.ID] = cmp.Or(g.DisplayName, "(no name)")
	return t.names[c.Subject.ID], err
}

// credentials reads what connections are called, and whose each token is: they
// are few.
func (t *Teller) credentials(ctx context.Context) error {
	if t.known {
		return nil
	}
	connections, err := t.r.Connections(ctx)
	if err != nil {
		return err
	}
	for i := range connections {
		t.names[string(connections[i].ID)] = Connection(t.p, &connections[i])
	}
	tokens, err := t.r.Tokens(ctx)
	for i := range tokens {
		t.names[string(tokens[i].ID)] = cmp.Or(t.names[string(tokens[i].Connection)], tokens[i].Name)
	}
	t.known = err == nil
	return err
}

// Connection is what people call a connection.
func Connection(p *product.Product, c *identity.Connection) string {
	return directory.ConnectionTitle(p, c)
}
