package people

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/anteroom-id/anteroom/internal/access"
	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/edge/console/told"
	"github.com/anteroom-id/anteroom/internal/product"
)

// profile is the first tab of a member.
type profile struct {
	head
	Fields  []field // those that are kept here
	Managed []field // those that a directory manages
	Known   []field // what else is known
	Sent    []field // what the directory reads
	MayEdit bool
}

// field is one attribute of a member.
type field struct {
	Name  string // of the form's field: the attribute's path
	Label string
	Value string
	Hint  string
	Type  string // of the input
	By    string // what manages it, "" for us
}

func showProfile(q *frame.Request) error {
	m, err := member(q)
	if err != nil {
		return err
	}
	managed, err := q.Directory.Managed(q.Context(), q.Workspace.ID, m.ID)
	if err != nil {
		return err
	}
	p := profile{head: headOf(q, &m), MayEdit: q.Can(access.EditMember), Sent: sentOf(m.Doc)}
	for _, f := range fieldsOf(q, &m) {
		if f.By = managed[f.Name]; f.By != "" {
			f.By = m.ManagedBy
			p.Managed = append(p.Managed, f)
		} else {
			p.Fields = append(p.Fields, f)
		}
	}
	p.Known = []field{{Label: "User name", Value: m.UserName}, {Label: "External id", Value: m.ExternalID}, {Label: "SCIM id", Value: string(m.ResourceID)}, {Label: product.Title(q.Product.Words.Member) + " id", Value: string(m.ID)}}
	page := memberPage(q, &p.head, tabProfile, "people/profile", &p)
	return q.Render(page)
}

// fieldsOf lists what an administrator may know and, where no directory manages
// it, change.
func fieldsOf(q *frame.Request, m *directory.MemberRow) []field {
	fields := []field{
		{Name: "name.givenName", Label: "First name", Value: m.GivenName},
		{Name: "name.familyName", Label: "Last name", Value: m.FamilyName},
		{Name: "displayName", Label: "Display name", Value: m.DisplayName, Hint: "How the name is written everywhere."},
		{Name: "emails", Label: "E-mail", Value: m.Address, Type: "email", Hint: "Invitations and sign-in go by it."},
		{Name: "title", Label: "Job title", Value: m.Title},
	}
	for i := range q.Product.Attributes {
		a := &q.Product.Attributes[i]
		if path := pathOf(a); !a.Standard() && !namesRole(q.Product, a) {
			fields = append(fields, field{Name: path, Label: told.Spaced(a.Name), Value: m.Attributes[path], Hint: a.Description})
		}
	}
	return fields
}

// pathOf is an attribute's path as members keep it: without the core schema's URN.
func pathOf(a *product.Attribute) string { return strings.TrimPrefix(a.Path(), product.CoreUser+":") }

// namesRole says whether an attribute's values are roles, which have a tab of
// their own.
func namesRole(p *product.Product, a *product.Attribute) bool {
	return slices.ContainsFunc(p.Roles.Attributes, func(path string) bool {
		return strings.EqualFold(strings.TrimPrefix(path, product.CoreUser+":"), pathOf(a))
	})
}

func saveProfile(q *frame.Request) error {
	m, err := member(q)
	if err != nil {
		return err
	}
	_, err = q.Directory.UpdateProfile(q.Context(), q.Workspace.ID, m.ID, version(q), changeOf(q), q.Origin())
	if err != nil {
		return q.Again(err, showProfile)
	}
	return q.Redirect(q.To("members", string(m.ID)), "Saved.")
}

// changeOf reads the form: what it does not have stays as it is.
func changeOf(q *frame.Request) directory.ProfileChange {
	sent := func(name string) *string {
		if !q.Has(name) {
			return nil
		}
		v := q.Field(name)
		return &v
	}
	c := directory.ProfileChange{
		Given: sent("name.givenName"), Family: sent("name.familyName"), Display: sent("displayName"),
		Title: sent("title"), Address: sent("emails"), Attributes: map[string]*string{},
	}
	for i := range q.Product.Attributes {
		if a := &q.Product.Attributes[i]; !a.Standard() && !namesRole(q.Product, a) && q.Has(pathOf(a)) {
			c.Attributes[pathOf(a)] = sent(pathOf(a))
		}
	}
	return c
}

// sentOf lists what stands in a member's resource, one value a line.
func sentOf(doc []byte) (out []field) {
	var all map[string]any
	if json.Unmarshal(doc, &all) != nil {
		return nil
	}
	return flatten("", all, out)
}

// flatten names every value inside an object by its path.
func flatten(prefix string, v any, out []field) []field {
	switch v := v.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			if prefix == "" && (name == "schemas" || name == "meta") {
				continue
			}
			out = flatten(below(prefix, name), v[name], out)
		}
		return out
	case []any:
		for i, e := range v {
			out = flatten(prefix+"["+kindOf(e, i)+"]", e, out)
		}
		return out
	case string:
		return append(out, field{Label: prefix, Value: v})
	}
	text, _ := json.Marshal(v) // came from JSON
	return append(out, field{Label: prefix, Value: string(text)})
}

// below is the path of an attribute inside another one, or inside an extension.
func below(prefix, name string) string {
	switch {
	case prefix == "":
		return name
	case strings.HasPrefix(prefix, "urn:") && strings.HasSuffix(prefix, ":User"):
		return prefix + ":" + name
	}
	return prefix + "." + name
}

// kindOf tells the values of a list apart: by their type, or by their place.
func kindOf(v any, place int) string {
	if o, ok := v.(map[string]any); ok {
		if kind, ok := o["type"].(string); ok {
			return kind
		}
	}
	return frame.Number(int64(place + 1))
}
