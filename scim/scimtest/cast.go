package scimtest

import (
	"context"
	"net/http"
	"strings"
)

// cast is a handful of people that the reading cases share, so that a run
// stays short. They are made when first needed and deleted at the end.
type cast struct {
	t     *T
	ids   map[string]string // by short name
	first *Answer
}

// castBodies are the shared people by short name. Every userName starts with
// the run's name, so that a filter can leave everybody else out.
func castBodies(prefix, domain string) map[string]M {
	user := func(short, given, family, title string, with M) M {
		doc := M{
			"schemas":    []string{userURN, enterpriseURN},
			"userName":   prefix + short + "@" + domain,
			"externalId": prefix + "Ext-" + short,
			"name":       M{"givenName": given, "familyName": family},
			"active":     true,
			"emails": []M{
				{"type": "work", "value": prefix + short + "@Work.example", "primary": true},
				{"type": "home", "value": prefix + short + "@home.example"},
			},
		}
		if title != "" {
			doc["title"] = title
		}
		for k, v := range with {
			doc[k] = v
		}
		return doc
	}
	return map[string]M{
		"ann": user("ann", "Ann", "Smith", "Engineer", M{"displayName": `Ann "Ace" Smith`, "nickName": "100% [sure]",
			enterpriseURN: M{"department": "Sales", "employeeNumber": "7"}}),
		"bob": user("bob", "Bob", "Müller", "Sales Lead", M{"displayName": `back\slash`, "active": false,
			enterpriseURN: M{"department": "Sales"}}),
		"cat": user("cat", "Cat", "李", "", M{"displayName": "Ünïcødé",
			enterpriseURN: M{"department": "Legal"}}),
		"dan": user("dan", "Dan", "o'neill", "engineer", M{"userType": "Contractor",
			"emails": []M{{"type": "other", "value": prefix + "dan@other.example"}}}),
	}
}

// cast gives the shared people; the case ends when they cannot be made.
func (t *T) cast() *cast {
	r := t.run
	r.once.Do(func() { r.people = r.enrol(t.ctx) })
	t.refused = t.refused || r.people.t.refused
	t.Require(len(r.people.ids) == len(castBodies("", "")), "the shared people can be created by POST /Users", told(r.people.first))
	return r.people
}

// enrol creates the shared people.
func (r *run) enrol(ctx context.Context) *cast {
	c := &cast{t: &T{ctx: ctx, run: r, label: r.name + ".cast"}, ids: map[string]string{}, first: &Answer{}}
	bodies := castBodies(r.name+".cast.", r.client.domain())
	for _, short := range []string{"ann", "bob", "cat", "dan"} {
		a := c.t.Post("/Users", bodies[short])
		if a.Status == http.StatusCreated && a.ID() != "" {
			c.ids[short] = a.ID()
		} else {
			c.first = a
		}
	}
	return c
}

// prefix starts every shared userName.
func (c *cast) prefix() string { return c.t.run.name + ".cast." }

// expand writes the shared people's names and ids into a filter: {p} is the
// prefix, {d} their domain, {ann} an id.
func (c *cast) expand(filter string) string {
	domain := c.t.run.client.domain()
	pairs := []string{"{p}", c.prefix(), "{d}", domain, "{D}", strings.ToUpper(domain)}
	for short, id := range c.ids {
		pairs = append(pairs, "{"+short+"}", id)
	}
	return strings.NewReplacer(pairs...).Replace(filter)
}

// who turns listed ids back into short names; others are given as ids.
func (c *cast) who(a *Answer) []string {
	var out []string
	for _, res := range a.Resources() {
		id, _ := at(res, "id").(string)
		for short, known := range c.ids {
			if known == id {
				id = short
			}
		}
		out = append(out, id)
	}
	return out
}
