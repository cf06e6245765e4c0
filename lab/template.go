package lab

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// OneLoginTemplate is the SCIM JSON template that a OneLogin made by [New] uses
// when it is given none. Text in braces is filled in for each person:
// {$user.firstname}, {$parameters.scimusername} and so on. What comes out empty
// is left out (assumed).
const OneLoginTemplate = `{
  "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
  "userName": "{$parameters.scimusername}",
  "externalId": "{$user.id}",
  "name": {"givenName": "{$user.firstname}", "familyName": "{$user.lastname}", "formatted": "{$user.display_name}"},
  "displayName": "{$user.display_name}",
  "title": "{$parameters.title}",
  "emails": [{"value": "{$user.email}", "type": "work", "primary": true}],
  "phoneNumbers": [{"value": "{$user.phone}", "type": "work"}],
  "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "{$parameters.department}"}
}`

// template is a compiled JSON template.
type template struct {
	doc    object
	macro  *regexp.Regexp
	values map[string]func(*Person) string
}

// macros are the values that a template can name.
func macros() map[string]func(*Person) string {
	email := func(p *Person) string { return mailOf(&subject{Person: *p}) }
	title := func(p *Person) string { return p.JobTitle }
	department := func(p *Person) string { return p.Department }
	return map[string]func(*Person) string{
		"user.id":                 func(p *Person) string { return p.ObjectID },
		"user.username":           func(p *Person) string { return p.UserPrincipalName },
		"user.firstname":          func(p *Person) string { return p.GivenName },
		"user.lastname":           func(p *Person) string { return p.Surname },
		"user.display_name":       func(p *Person) string { return p.DisplayName },
		"user.email":              email,
		"user.phone":              func(p *Person) string { return p.Telephone },
		"user.title":              title,
		"user.department":         department,
		"user.city":               func(p *Person) string { return p.City },
		"user.state":              func(p *Person) string { return p.State },
		"user.country":            func(p *Person) string { return p.Country },
		"parameters.scimusername": func(p *Person) string { return p.UserPrincipalName },
		"parameters.title":        title,
		"parameters.department":   department,
	}
}

// compileTemplate reads a template. One that is no JSON object, names something
// unknown or no userName is an error.
func compileTemplate(text string) (*template, error) {
	t := &template{macro: regexp.MustCompile(`\{\$([^{}]*)\}`), values: macros()}
	if err := json.Unmarshal([]byte(text), &t.doc); err != nil {
		return nil, fmt.Errorf("the template is no JSON object: %w", err)
	}
	for _, m := range t.macro.FindAllStringSubmatch(text, -1) {
		if t.values[m[1]] == nil {
			return nil, fmt.Errorf("the template names {$%s}; known are %s", m[1], strings.Join(slices.Sorted(maps.Keys(t.values)), ", "))
		}
	}
	if name, _ := t.doc["userName"].(string); name == "" {
		return nil, fmt.Errorf("the template has no userName")
	}
	return t, nil
}

// paths lists the attributes that the template fills, as far down as objects go.
func (t *template) paths() []scimPath {
	var out []scimPath
	for key, v := range t.doc {
		inner, complex := v.(object)
		switch {
		case key == "schemas":
		case complex && strings.HasPrefix(key, "urn:"):
			for sub := range inner {
				out = append(out, scimPath{text: key + ":" + sub, urn: key, attr: sub})
			}
		case complex:
			for sub := range inner {
				out = append(out, scimPath{text: key + "." + sub, attr: key, sub: sub})
			}
		default:
			out = append(out, scimPath{text: key, attr: key})
		}
	}
	slices.SortFunc(out, func(a, b scimPath) int { return strings.Compare(a.text, b.text) })
	return out
}

// fill makes a person's resource.
func (t *template) fill(p *subject) object {
	doc, _ := t.put(t.doc, &p.Person).(object)
	return doc
}

// put fills a value in; what comes out empty is nil.
func (t *template) put(v any, p *Person) any {
	switch v := v.(type) {
	case string:
		filled := t.macro.ReplaceAllStringFunc(v, func(m string) string {
			return t.values[t.macro.FindStringSubmatch(m)[1]](p)
		})
		return present(strings.TrimSpace(filled))
	case object:
		out := object{}
		for key, inner := range v {
			if filled := t.put(inner, p); filled != nil {
				out[key] = filled
			}
		}
		if _, had := v["value"]; had && out["value"] == nil {
			return nil // a type without a value
		}
		return present(out)
	case []any:
		var out []any
		for _, inner := range v {
			if filled := t.put(inner, p); filled != nil {
				out = append(out, filled)
			}
		}
		return present(out)
	}
	return v
}
