package filter_test

import (
	"strings"

	"github.com/anteroom-id/anteroom/scim/filter"
)

const (
	coreUser   = "urn:ietf:params:scim:schemas:core:2.0:User"
	enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
)

// attribute is a name and a value of an object.
type attribute struct {
	name  string
	value any
}

// object is a filter.Object that allocates nothing when it is read.
type object []attribute

func (o object) Get(name string) (any, bool) {
	for i := range o {
		if strings.EqualFold(o[i].name, name) {
			return o[i].value, true
		}
	}
	return nil, false
}

func (o object) Len() int { return len(o) }

// opaque is a filter.Object that does not say how many attributes it has.
type opaque struct{ inner object }

func (o opaque) Get(name string) (any, bool) { return o.inner.Get(name) }

// ann is the person most tests look into.
func ann() object {
	return object{
		{"id", "2819c223"},
		{"externalId", "Ann-42"},
		{"userName", "Ann@Example.com"},
		{"displayName", `Ann "the \ fox" Müller`},
		{"name", object{{"givenName", "Ann"}, {"familyName", "Müller"}}},
		{"title", ""},
		{"nickName", nil},
		{"active", true},
		{"logins", int64(42)},
		{"score", 4.5},
		{"emails", []any{
			object{{"value", "ann@example.com"}, {"type", "work"}, {"primary", true}},
			object{{"value", "fox@home.example"}, {"type", "home"}},
		}},
		{"roles", []any{object{{"value", "admin"}, {"primary", true}}, object{{"value", "guest"}, {"primary", false}}}},
		{"schemas", []any{coreUser, enterprise}},
		{"phoneNumbers", []any{}},
		{"photos", []any{object{}}},
		{"empty", object{}},
		{"nulls", []any{nil}},
		{"big", int64(1<<53 + 1)},
		{"opaque", opaque{}},
		{"nested", []any{object{{"value", []any{"a", "b"}}}}},
		{"x509Certificates", []any{object{{"value", "MIIDQzCC"}}}},
		{"meta", object{{"created", "2011-05-13T04:42:34Z"}, {"lastModified", "2011-05-13T06:42:34.5+02:00"}, {"version", "soon"}}},
		{enterprise, object{
			{"department", "R&D"},
			{"employeeNumber", "0701984"},
			{"manager", object{{"value", "26118915"}, {"displayName", "Bea"}}},
		}},
		{"boss", object{{"value", "26118915"}}},
	}
}

// schema is a filter.Resolver over a list of canonical paths.
type schema map[string]filter.Type

// users knows the attributes of ann.
func users() schema {
	text, exact := filter.Type{Kind: filter.String}, filter.Type{Kind: filter.String, CaseExact: true}
	list := filter.Type{Kind: filter.Complex, Multi: true}
	complex, boolean := filter.Type{Kind: filter.Complex}, filter.Type{Kind: filter.Boolean}
	return schema{
		"id": exact, "externalId": exact, "userName": text, "displayName": text, "title": text,
		"name": complex, "name.givenName": text, "active": boolean,
		"logins": {Kind: filter.Integer}, "score": {Kind: filter.Decimal}, "anything": {},
		"emails": list, "emails.value": text, "emails.type": text, "emails.primary": boolean,
		"roles": list, "roles.value": text, "roles.primary": boolean,
		"schemas":          {Kind: filter.Reference, Multi: true},
		"x509Certificates": list, "x509Certificates.value": {Kind: filter.Binary},
		"meta": complex, "meta.created": {Kind: filter.DateTime}, "meta.lastModified": {Kind: filter.DateTime},
		enterprise: complex, enterprise + ":department": text, enterprise + ":manager": complex,
		enterprise + ":manager.value": exact, enterprise + ":manager.displayName": text,
	}
}

// unknownName is the error of schema.
type unknownName struct{ name string }

func (e unknownName) Error() string { return "no attribute " + e.name }

func (s schema) Resolve(container *filter.Path, p filter.Path) (filter.Path, filter.Type, error) {
	prefix := ""
	if container != nil {
		prefix = container.String() + "."
	}
	if strings.EqualFold(p.URI, coreUser) {
		p.URI = ""
	}
	want := prefix + p.String()
	for name, typ := range s {
		if !strings.EqualFold(name, want) {
			continue
		}
		if name == enterprise {
			return filter.Path{URI: name}, typ, nil
		}
		canonical, err := filter.ParsePath(strings.TrimPrefix(name, prefix))
		return canonical, typ, err
	}
	if strings.HasPrefix(strings.ToLower(p.URI), "urn:") {
		return p, filter.Type{}, nil
	}
	return p, filter.Type{}, unknownName{want}
}
