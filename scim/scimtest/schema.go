package scimtest

import (
	"slices"
	"strings"
)

// schemaCases check /Schemas, from which Entra and Okta build their lists of
// attributes.
func schemaCases() []Case {
	return in(Case{
		Section: "RFC 7643 §7",
		Why:     "Entra and Okta build the list of attributes that an administrator can map from /Schemas.",
		Mend:    "List every schema with all its attributes and their characteristics.",
	}, []Case{
		{ID: "schemas-list", Name: "the schemas come as a list with User in it", Section: "RFC 7644 §4", Run: func(t *T) {
			a := t.list("/Schemas")
			t.Expect(a.At("Resources", "id="+userURN) != nil, "the schema "+userURN, ids(a))
			t.Expect(a.Total() == len(a.Resources()), "totalResults equal to the number of schemas", a.At("totalResults"))
		}},
		{ID: "schemas-one", Name: "a schema can be read by its URN", Run: func(t *T) {
			a := t.Read("/Schemas/" + userURN)
			t.Equal(a, userURN, "id")
			t.Equal(a, "User", "name")
			t.Expect(!empty(a.At("attributes")), "attributes", a.JSON)
		}},
		{ID: "schemas-unknown", Name: "an unknown schema is 404", Run: func(t *T) {
			t.Refused(t.Get("/Schemas/urn:ietf:params:scim:schemas:core:2.0:Nothing"), 404)
		}},
		{ID: "schemas-extension", Name: "the enterprise extension is listed, with manager as a complex attribute", Needs: Enterprise, Run: func(t *T) {
			a := t.list("/Schemas")
			manager := a.At("Resources", "id="+enterpriseURN, "attributes", "name=manager")
			t.Expect(at(manager, "type") == "complex", "manager of type complex", manager)
			t.Expect(at(manager, "subAttributes", "name=value") != nil, "manager.value", manager)
		}},
		{ID: "schemas-group", Name: "the group schema has displayName and members", Needs: Groups, Run: func(t *T) {
			attrs := t.list("/Schemas").At("Resources", "id="+groupURN, "attributes")
			t.Expect(at(attrs, "name=displayName") != nil, "displayName", attrs)
			t.Expect(at(attrs, "name=members", "multiValued") == true, "members, multi-valued", attrs)
		}, Sender: "Entra", Why: "Microsoft's gallery tests fail every group test when /Schemas has no group schema."},
		{ID: "schemas-user-name", Name: "userName is required, unique and compared without regard to case", Section: "RFC 7643 §8.7.1", Run: func(t *T) {
			attr := t.list("/Schemas").At("Resources", "id="+userURN, "attributes", "name=userName")
			t.Expect(holds(attr, M{"required": true, "uniqueness": "server", "caseExact": false}), `required true, uniqueness "server", caseExact false`, attr)
		}},
		{ID: "schemas-characteristics", Name: "every attribute has its characteristics, in the standard's words", Run: func(t *T) {
			eachAttribute(t.list("/Schemas"), func(path string, attr any) {
				t.word(path, attr, "type", "string", "boolean", "decimal", "integer", "dateTime", "reference", "complex", "binary")
				t.word(path, attr, "mutability", "readOnly", "readWrite", "immutable", "writeOnly")
				t.word(path, attr, "returned", "always", "never", "default", "request")
				_, is := at(attr, "multiValued").(bool)
				t.Expect(is, path+".multiValued as a boolean", attr)
			})
		}},
		{ID: "schemas-uniqueness", Name: "uniqueness and required are given in the standard's words", Level: Should, Run: func(t *T) {
			eachAttribute(t.list("/Schemas"), func(path string, attr any) {
				if v := at(attr, "uniqueness"); v != nil {
					t.word(path, attr, "uniqueness", "none", "server", "global")
				}
				if v := at(attr, "required"); v != nil {
					_, is := v.(bool)
					t.Expect(is, path+".required as a boolean", v)
				}
			})
		}},
		{ID: "schemas-no-nulls", Name: "the schemas hold no null", Sender: "Entra", Run: func(t *T) {
			a := t.Read("/Schemas")
			t.Expect(!strings.Contains(strings.ReplaceAll(string(a.Body), " ", ""), ":null"), "no null anywhere", "a null")
		}, Why: "Entra's schema discovery fails on nulls."},
		{ID: "schemas-email-display", Name: "emails lists no display", Sender: "Entra", Level: Info, Run: func(t *T) {
			attr := t.list("/Schemas").At("Resources", "id="+userURN, "attributes", "name=emails", "subAttributes", "name=display")
			t.Expect(attr == nil, "no emails.display", attr)
		}, Why: "Microsoft's schema test has refused servers that list emails.display.", Mend: "Leave emails.display out of /Schemas; accept it nevertheless."},
		{ID: "schemas-meta", Name: "each schema says where it is", Level: Should, Run: func(t *T) {
			for _, s := range t.list("/Schemas").Resources() {
				id, _ := at(s, "id").(string)
				t.Expect(at(s, "meta", "resourceType") == "Schema", `meta.resourceType "Schema"`, at(s, "meta"))
				t.absolute(at(s, "meta", "location"), "/Schemas/"+id)
			}
		}},
		{ID: "schemas-password", Name: "password is never returned", Section: "RFC 7643 §4.1.1", Run: func(t *T) {
			attr := t.list("/Schemas").At("Resources", "id="+userURN, "attributes", "name=password")
			if attr != nil {
				t.Expect(at(attr, "returned") == "never", `returned "never"`, attr)
			}
		}},
		{ID: "gallery-15-canonical", Name: "emails, phoneNumbers and addresses list the types that Entra maps", Sender: "Entra", Run: func(t *T) {
			attrs := t.list("/Schemas").At("Resources", "id="+userURN, "attributes")
			for attr, types := range map[string][]string{"emails": {"work", "home", "other"}, "phoneNumbers": {"work", "mobile", "fax"}, "addresses": {"work"}} {
				list, _ := at(attrs, "name="+attr, "subAttributes", "name=type", "canonicalValues").([]any)
				for _, want := range types {
					t.Expect(slices.Contains(list, any(want)), attr+".type with the canonical value "+want, list)
				}
			}
		}, Why: `Entra makes the target attribute emails[type eq "work"].value from the canonical values; without them administrators cannot map mail addresses.`,
			Mend: "Give the sub-attribute type its canonicalValues, as RFC 7643 §8.7.1 does."},
		{ID: "gallery-15-flattened", Name: "every attribute of Entra's default mapping can be found in the schemas", Sender: "Entra", Needs: Enterprise, Rows: []string{"K06"}, Run: func(t *T) {
			have := flatten(t.list("/Schemas"))
			for _, want := range entraTargets() {
				t.Expect(slices.Contains(have, strings.ToLower(want)), want, "it is not among the attributes")
			}
		}, Why: "Microsoft's gallery test 15 allows no missing attribute."},
	})
}

// word notes a failure unless a characteristic is one of these words.
func (t *T) word(path string, attr any, key string, words ...string) {
	v, _ := at(attr, key).(string)
	t.Expect(slices.Contains(words, v), path+"."+key+" as one of "+strings.Join(words, ", "), at(attr, key))
}

// ids lists the ids in a list.
func ids(a *Answer) []string {
	var out []string
	for _, r := range a.Resources() {
		id, _ := at(r, "id").(string)
		out = append(out, id)
	}
	return out
}

// eachAttribute visits every attribute and sub-attribute of the listed schemas.
func eachAttribute(a *Answer, visit func(path string, attr any)) {
	for _, s := range a.Resources() {
		id, _ := at(s, "id").(string)
		attrs, _ := at(s, "attributes").([]any)
		for _, attr := range attrs {
			name, _ := at(attr, "name").(string)
			visit(id+":"+name, attr)
			subs, _ := at(attr, "subAttributes").([]any)
			for _, sub := range subs {
				inner, _ := at(sub, "name").(string)
				visit(id+":"+name+"."+inner, sub)
			}
		}
	}
}

// flatten turns the schemas into Entra's target attributes, lower case, the way
// Microsoft's test 15 does.
func flatten(a *Answer) []string {
	var out []string
	for _, s := range a.Resources() {
		prefix := ""
		if id, _ := at(s, "id").(string); strings.Contains(id, ":extension:") {
			prefix = id + ":"
		}
		attrs, _ := at(s, "attributes").([]any)
		for _, attr := range attrs {
			for _, name := range flattened(attr) {
				out = append(out, strings.ToLower(prefix+name))
			}
		}
	}
	return out
}

func flattened(attr any) []string {
	name, _ := at(attr, "name").(string)
	subs, _ := at(attr, "subAttributes").([]any)
	types, _ := at(subs, "name=type", "canonicalValues").([]any)
	switch {
	case name == "manager" || name == "members" || len(subs) == 0:
		return []string{name}
	case at(attr, "multiValued") != true:
		return each(subs, name+".")
	case len(types) == 0:
		return each(subs, name+`[primary eq "True"].`)
	}
	var out []string
	for _, kind := range types {
		text, _ := kind.(string)
		out = append(out, each(subs, name+`[type eq "`+text+`"].`)...)
	}
	return out
}

func each(subs []any, prefix string) []string {
	var out []string
	for _, sub := range subs {
		inner, _ := at(sub, "name").(string)
		out = append(out, prefix+inner)
	}
	return out
}

// entraTargets are the target attributes of Entra's default mapping that a
// schema lists. (externalId is common to all schemas and in none of them.)
func entraTargets() []string {
	return []string{
		"userName", "active", "displayName", "title", `emails[type eq "work"].value`, "preferredLanguage",
		"name.givenName", "name.familyName", "name.formatted", `addresses[type eq "work"].formatted`,
		`addresses[type eq "work"].streetAddress`, `addresses[type eq "work"].locality`, `addresses[type eq "work"].region`,
		`addresses[type eq "work"].postalCode`, `addresses[type eq "work"].country`, `phoneNumbers[type eq "work"].value`,
		`phoneNumbers[type eq "mobile"].value`, `phoneNumbers[type eq "fax"].value`,
		enterpriseURN + ":employeeNumber", enterpriseURN + ":department", enterpriseURN + ":manager",
	}
}
