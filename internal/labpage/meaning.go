package labpage

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/anteroom-id/anteroom/lab"
)

// named is what can be read off a resource: its id and its name.
type named struct {
	ID                    string
	DisplayName, UserName string
	Resources             []named
}

func (n *named) name() string {
	if n.DisplayName != "" {
		return n.DisplayName
	}
	return n.UserName
}

// namesIn gives the names of the resources in an answer, by id.
func namesIn(body []byte) map[string]string {
	var found named
	if json.Unmarshal(body, &found) != nil {
		return nil
	}
	names := map[string]string{}
	for _, r := range append(found.Resources, found) {
		if r.ID != "" && r.name() != "" {
			names[r.ID] = r.name()
		}
	}
	return names
}

// meaning says in a few words what a request is for, "" when that is not plain.
// The caller holds the lock.
func (t *talk) meaning(x *lab.Exchange) string {
	path, query, _ := strings.Cut(strings.TrimPrefix(x.Path, "/"), "?")
	endpoint, id, _ := strings.Cut(path, "/")
	noun := map[string]string{"Users": "person", "Groups": "group"}[endpoint]
	switch {
	case noun == "" && x.Method == http.MethodGet:
		return "Asks what the server can do"
	case noun == "":
		return ""
	case x.Method == http.MethodGet && id == "":
		return looksFor(noun, query)
	case x.Method == http.MethodPost:
		var r named
		_ = json.Unmarshal(x.Sent, &r) // without a name it is "the person"
		return "Creates " + orElse(r.name(), "the "+noun)
	}
	who := orElse(t.names[id], "the "+noun)
	switch x.Method {
	case http.MethodGet:
		return "Reads " + who
	case http.MethodPut:
		return "Replaces " + who
	case http.MethodDelete:
		return "Deletes " + who
	case http.MethodPatch:
		return t.patches(noun, who, x.Sent)
	}
	return ""
}

func orElse(s, other string) string {
	if strings.TrimSpace(s) == "" {
		return other
	}
	return s
}

// looksFor tells what a query of a list wants.
func looksFor(noun, query string) string {
	q, err := url.ParseQuery(query)
	if err != nil {
		return ""
	}
	filter := q.Get("filter")
	_, value, found := strings.Cut(filter, ` eq "`)
	value = strings.TrimSuffix(value, `"`)
	switch {
	case found && guid(value) && (strings.HasPrefix(filter, "userName ") || strings.HasPrefix(filter, "displayName ")):
		return "Tests the connection: nobody is called that"
	case found && !strings.Contains(filter, " and "):
		return "Looks for " + value
	case filter != "":
		return "Asks whether the " + noun + " is as expected"
	}
	return map[string]string{"person": "Lists people", "group": "Lists groups"}[noun]
}

// guid says whether a text has the form of a random id, by which a connection is
// tested.
func guid(s string) bool {
	return len(s) == 36 && s[8] == '-' && s[13] == '-' && strings.Trim(s, "0123456789abcdef-") == ""
}

// operation is one of a PATCH request.
type operation struct {
	Op    string
	Path  string
	Value any
}

// patches tells what a PATCH request does to somebody.
func (t *talk) patches(noun, who string, sent []byte) string {
	var message struct{ Operations []operation }
	if json.Unmarshal(sent, &message) != nil {
		return "Changes " + who
	}
	var parts []string
	for i := range message.Operations {
		if part := t.does(&message.Operations[i], noun, who); !slices.Contains(parts, part) {
			parts = append(parts, part)
		}
	}
	if len(parts) == 0 {
		return "Changes " + who
	}
	for i := range parts[1:] {
		parts[i+1] = strings.ToLower(parts[i+1][:1]) + parts[i+1][1:]
	}
	return listed(parts)
}

// does tells what one operation does.
func (t *talk) does(o *operation, noun, who string) string {
	if strings.HasPrefix(strings.ToLower(o.Path), "members") {
		people := some(t.members(o), 2)
		switch strings.ToLower(o.Op) {
		case "add":
			return "Adds " + orElse(people, "members") + " to " + who
		case "remove":
			return "Removes " + orElse(people, "members") + " from " + who
		}
		return "Replaces the members of " + who
	}
	if name := o.text("displayName"); noun == "group" && name != "" {
		return "Renames " + who + " to " + name
	}
	switch on, told := o.active(); {
	case told && on:
		return "Enables " + who
	case told:
		return "Disables " + who
	}
	return "Changes " + who
}

// members names whom an operation on members is about.
func (t *talk) members(o *operation) []string {
	var names []string
	if _, id, found := strings.Cut(o.Path, `value eq "`); found {
		id, _, _ = strings.Cut(id, `"`)
		names = append(names, orElse(t.names[id], "a member"))
	}
	list, _ := o.Value.([]any)
	for _, v := range list {
		member, _ := v.(map[string]any)
		id, _ := member["value"].(string)
		names = append(names, orElse(t.names[id], "a member"))
	}
	return names
}

// active gives the state that an operation sets, and whether it sets one.
func (o *operation) active() (on, told bool) {
	s := o.text("active")
	return strings.EqualFold(s, "true"), s != ""
}

// text gives the value that an operation sets an attribute to, "" when it sets
// another.
func (o *operation) text(attribute string) string {
	v := o.Value
	if object, ok := v.(map[string]any); ok && o.Path == "" {
		v = object[attribute]
	} else if !strings.EqualFold(o.Path, attribute) {
		return ""
	}
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}
