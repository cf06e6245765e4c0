package lab

import (
	"context"
	"fmt"
	"strings"
)

// Accounts is what account discovery finds: everybody whom the server lists, by
// whose account it is.
type Accounts struct {
	Assigned   []Account `json:"assigned"`   // of people who are assigned to the application
	Unassigned []Account `json:"unassigned"` // of people who are not
	Local      []Account `json:"local"`      // of nobody in the directory: orphaned, or the application's own
	Requests   int       `json:"requests"`
	// Odd tells, in words, what was wrong with the pages: an account listed
	// twice, a total that does not add up.
	Odd []string `json:"odd,omitempty"`
}

// Account is one account at the server.
type Account struct {
	ID       string `json:"id"` // the server's
	UserName string `json:"userName"`
	Active   bool   `json:"active"`
	Value    string `json:"value"`              // of the matching attribute
	ObjectID string `json:"objectId,omitempty"` // of the person, "" when local
}

// DiscoverAccounts does what Discover identities in the portal does: it pages
// through all users of the application and compares the first matching
// attribute, which must be mapped directly, with the people of the directory.
// Accounts are in the server's order.
func (e *Entra) DiscoverAccounts(ctx context.Context) (*Accounts, error) {
	e.run.Lock()
	defer e.run.Unlock()
	if _, err := e.firstMatch(); err != nil {
		return nil, err
	}
	match := &e.mapping.matches[0]
	if _, err := attribute(bracketless(match.Source)); err != nil {
		return nil, fmt.Errorf("account discovery needs a matching attribute that is mapped directly; %s comes from the expression %s", match.Target, match.Source)
	}
	s := e.dir.snapshot()
	owners := map[string]*subject{}
	for _, id := range s.order {
		if v := text(match.value(s.people[id])); v != "" {
			owners[strings.ToLower(v)] = s.people[id]
		}
	}
	e.client.record = &recorder{}
	all, odd, err := e.client.walk(ctx, "/Users", "")
	if err != nil {
		return nil, err
	}
	out := &Accounts{Odd: odd, Requests: e.client.record.requests()}
	for _, doc := range all {
		out.add(doc, match, owners)
	}
	return out, nil
}

// bracketless gives the name of an attribute that may stand in brackets.
func bracketless(source string) string {
	s := strings.TrimSpace(source)
	if strings.HasPrefix(s, "[") && strings.HasSuffix(s, "]") {
		return strings.TrimSpace(s[1 : len(s)-1])
	}
	return s
}

func (o *Accounts) add(doc object, match *rule, owners map[string]*subject) {
	name, _ := lookupKey(doc, "userName")
	on, _ := lookupKey(doc, "active")
	a := Account{ID: identifier(doc), UserName: text(name), Active: on != false, Value: text(match.path.read(doc))}
	p := owners[strings.ToLower(a.Value)]
	switch {
	case a.Value == "" || p == nil:
		o.Local = append(o.Local, a)
		return
	case p.InScope:
		a.ObjectID = p.ObjectID
		o.Assigned = append(o.Assigned, a)
	default:
		a.ObjectID = p.ObjectID
		o.Unassigned = append(o.Unassigned, a)
	}
}
