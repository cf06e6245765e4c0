package listing

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/anteroom-id/anteroom/internal/guide"
	"github.com/anteroom-id/anteroom/internal/product"
)

// probe is one request whose answer a catalogue wants to see.
type probe struct {
	title, method, path string
	body                map[string]any
	want                string
}

// tests is what to run before a submission, with each request and what must come
// back: requests of this product, with its attributes and its roles.
func tests(p *product.Product, a Address) string {
	var t text
	t.line("# Tests of %s\n", p.Name)
	t.line("Run the conformance suite on a test %s. Its report names each case, and JUnit XML goes into the submission:\n", p.Words.Workspace)
	t.line("    anteroom check %s --token TOKEN\n", a.SCIM)
	t.line("Okta's own SCIM specification test and Microsoft's SCIM validator run on the same address. These are the exchanges that both look at, for this product:\n")
	for i, o := range probes(p) {
		t.line("## %d. %s\n", i+1, o.title)
		t.line("    %s %s%s", o.method, a.SCIM, o.path)
		if o.body != nil {
			body, _ := json.MarshalIndent(o.body, "    ", "  ") // text and lists always marshal
			t.line("    Content-Type: application/scim+json\n\n    %s", body)
		}
		t.line("\nThe answer is %s.\n", o.want)
	}
	return t.String()
}

const patchOp = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

func patch(path string, value any) map[string]any {
	return map[string]any{"schemas": []string{patchOp}, "Operations": []any{map[string]any{"op": "replace", "path": path, "value": value}}}
}

func probes(p *product.Product) []probe {
	person := sample(p)
	out := []probe{
		{"Test Connection", "GET", `/Users?filter=userName eq "` + "00000000-0000-4000-8000-000000000000" + `"`, nil, "200 with an empty list"},
		{"Create", "POST", "/Users", person, "201 with the person as sent, an id and meta.location"},
		{"Create again", "POST", "/Users", person, "409 with scimType uniqueness"},
	}
	for _, path := range p.Match {
		out = append(out, probe{"Look up by " + path, "GET", fmt.Sprintf("/Users?filter=%s eq %q", path, key), nil, "200 with this one person"})
	}
	for _, path := range guide.Required(p) {
		out = append(out, probe{"Create without " + path, "POST", "/Users", without(person, path), "400 with scimType invalidValue and " + path + " in the detail"})
	}
	if path, own := guide.ByAttribute(p); own {
		role := p.Roles.Catalogue[len(p.Roles.Catalogue)-1]
		out = append(out, probe{"Change the " + p.Words.Role, "PATCH", "/Users/ID", patch(path, role.Name), "200 with the new value"})
	}
	out = append(out,
		probe{"Change", "PATCH", "/Users/ID", patch("title", "Engineer"), "200 with the new title"},
		probe{"Deactivate", "PATCH", "/Users/ID", patch("active", false), "200 with active false; the person is " + p.Words.Inactive + " and can still be read"},
		probe{"Reactivate", "PATCH", "/Users/ID", patch("active", true), "200 with active true, and everything as it was"},
	)
	if p.SCIM.Groups == product.GroupsOff {
		out = append(out, probe{"Groups", "GET", "/Groups", nil, "200 with an empty list; POST is 501 with the reason"})
	} else {
		group := map[string]any{"schemas": []string{"urn:ietf:params:scim:schemas:core:2.0:Group"}, "displayName": "Sales", "externalId": "g-1"}
		out = append(out, probe{"Create a group", "POST", "/Groups", group, "201 with an id"},
			probe{"Add a member", "PATCH", "/Groups/ID", map[string]any{"schemas": []string{patchOp}, "Operations": []any{map[string]any{"op": "add", "path": "members", "value": []any{map[string]any{"value": "ID"}}}}}, "204"})
	}
	return append(out, probe{"Delete", "DELETE", "/Users/ID", nil, "204; a read afterwards is 404"})
}

// key is the value by which the sample person is looked up.
const key = "5c6f0e0a-3d6c-4f0e-9a53-0e6f1d2b7a11"

// sample is somebody as a directory sends them, with the product's own attributes.
func sample(p *product.Product) map[string]any {
	doc := map[string]any{
		"schemas": []string{product.CoreUser}, "userName": "ada@example.com", "active": true, "displayName": "Ada Lovelace",
		"name":   map[string]any{"givenName": "Ada", "familyName": "Lovelace", "formatted": "Ada Lovelace"},
		"emails": []any{map[string]any{"value": "ada@example.com", "type": "work", "primary": true}},
		"title":  "Analyst",
	}
	for _, path := range p.Match {
		put(doc, path, key)
	}
	if path, own := guide.ByAttribute(p); own {
		put(doc, path, p.Roles.Default)
	}
	return doc
}

// put sets an attribute of the person by its path.
func put(doc map[string]any, path, v string) {
	i := strings.LastIndexByte(path, ':')
	switch {
	case i < 0:
		doc[path] = v
	case path[:i] == product.CoreUser:
		doc[path] = v
	default:
		ext, _ := doc[path[:i]].(map[string]any)
		if ext == nil {
			ext = map[string]any{}
		}
		ext[path[i+1:]] = v
		doc[path[:i]] = ext
	}
}

// without leaves one attribute out, and what would stand in for it.
func without(doc map[string]any, path string) map[string]any {
	out := map[string]any{}
	for k, v := range doc {
		out[k] = v
	}
	head, sub, nested := strings.Cut(path, ".")
	if strings.HasPrefix(path, "urn:") || !nested || head == "emails" {
		delete(out, head)
		delete(out, path)
		if head == "emails" {
			out["userName"] = "ada"
		}
		return out
	}
	parts := map[string]any{}
	if whole, ok := doc[head].(map[string]any); ok {
		for k, v := range whole {
			if k != sub && k != "formatted" {
				parts[k] = v
			}
		}
	}
	out[head] = parts
	return out
}
