package scimtest

import (
	"net/url"
	"slices"
	"strings"
)

// readCases check GET of one resource and the choice of attributes.
func readCases() []Case {
	return in(Case{
		Section: "RFC 7644 §3.4.1",
		Why:     "Directories read before they write, and ask only for what they need; what is missing they send again.",
		Mend:    "Return the resource by its id, 404 for others, and apply attributes and excludedAttributes to the answer only.",
	}, []Case{
		{ID: "read-by-id", Name: "a user can be read by id", Run: func(t *T) {
			a := t.User(M{"title": "Boss"})
			got := t.Read(userPath(a.ID()))
			t.Holds(got, M{"id": a.ID(), "userName": a.At("userName"), "title": "Boss"})
			t.Expect(holds(got.At("meta", "location"), a.At("meta", "location")), "the same location", got.At("meta"))
		}},
		{ID: "read-unknown", Name: "an unknown id is 404 with a SCIM error", Run: func(t *T) {
			t.Refused(t.Get(userPath(t.Name("nobody"))), 404)
			t.Refused(t.Get("/Users/00000000-0000-0000-0000-000000000000"), 404)
		}, Why: "On 404 Entra matches the person again; on anything else it retries for days."},
		{ID: "read-odd-ids", Name: "ids that cannot be are 404 or 400, never 500", Run: func(t *T) {
			for _, id := range []string{"%00", "%2e%2e%2fGroups", url.PathEscape(strings.Repeat("x", 3000)), "%F0%9F%9A%80", url.PathEscape(`' OR 1=1 --`), "%ff%fe", "null", "-1"} {
				a := t.Get("/Users/" + id)
				t.Expect(a.Err == nil && slices.Contains([]int{400, 404, 414, 431}, a.Status), "404 or 400 for /Users/"+id[:min(len(id), 30)], told(a))
			}
		}},
		{ID: "read-user-as-group", Name: "a user's id is unknown under /Groups", Needs: Groups, Run: func(t *T) {
			a := t.User(nil)
			t.Status(t.Get(groupPath(a.ID())), 404)
		}},
		{ID: "attributes-one", Name: "attributes returns what was asked for, and id always", Section: "RFC 7644 §3.9", Run: func(t *T) {
			a := t.User(M{"title": "Boss"})
			got := t.Read(userPath(a.ID()) + "?attributes=userName")
			t.Holds(got, M{"id": a.ID(), "userName": a.At("userName")})
			t.Expect(empty(got.At("displayName")) && empty(got.At("title")) && empty(got.At("emails")), "nothing else", got.JSON)
		}},
		{ID: "attributes-schemas", Name: "schemas is always returned", Section: "RFC 7643 §7", Level: Should, Run: func(t *T) {
			a := t.User(nil)
			t.Expect(!empty(t.Read(userPath(a.ID())+"?attributes=userName").At("schemas")), "schemas", "nothing")
		}},
		{ID: "attributes-sub", Name: "attributes may name a sub-attribute", Section: "RFC 7644 §3.10", Run: func(t *T) {
			a := t.User(nil)
			got := t.Read(userPath(a.ID()) + "?attributes=name.givenName,emails.value")
			t.Equal(got, "Åsa", "name", "givenName")
			t.Expect(empty(got.At("name", "familyName")) && empty(got.At("emails", "type=work")), "no other sub-attributes", got.JSON)
			t.Expect(!empty(got.At("emails")), "emails.value", got.JSON)
		}},
		{ID: "attributes-qualified", Name: "attributes may be named by URN", Section: "RFC 7644 §3.10", Needs: Enterprise, Run: func(t *T) {
			a := t.User(M{enterpriseURN: M{"department": "Sales", "costCenter": "1"}})
			got := t.Read(userPath(a.ID()) + "?attributes=" + enterpriseURN + ":department," + userURN + ":userName")
			t.Equal(got, "Sales", enterpriseURN, "department")
			t.Equal(got, a.At("userName"), "userName")
			t.Expect(empty(got.At(enterpriseURN, "costCenter")) && empty(got.At("displayName")), "nothing else", got.JSON)
		}},
		{ID: "attributes-extension", Name: "attributes may name a whole extension", Section: "RFC 7644 §3.10", Needs: Enterprise, Level: Should, Run: func(t *T) {
			a := t.User(M{enterpriseURN: M{"department": "Sales", "costCenter": "1"}})
			got := t.Read(userPath(a.ID()) + "?attributes=" + enterpriseURN)
			t.Equal(got, M{"department": "Sales", "costCenter": "1"}, enterpriseURN)
			t.Expect(empty(got.At("userName")), "nothing else", got.JSON)
		}},
		{ID: "attributes-any-case", Name: "attributes are named without regard to case, with spaces after commas", Section: "RFC 7643 §2.1", Run: func(t *T) {
			a := t.User(nil)
			got := t.Read(userPath(a.ID()) + "?attributes=USERNAME,%20DisplayName")
			t.Expect(!empty(got.At("userName")) && !empty(got.At("displayName")) && empty(got.At("emails")), "userName and displayName only", got.JSON)
		}},
		{ID: "attributes-unknown", Name: "an unknown name among attributes does no harm", Level: Should, Section: "RFC 7644 §3.9", Run: func(t *T) {
			a := t.User(nil)
			t.Holds(t.Read(userPath(a.ID())+"?attributes=userName,noSuchThing"), M{"id": a.ID(), "userName": a.At("userName")})
		}},
	})
}

// excludedCases check excludedAttributes, and both in lists.
func excludedCases() []Case {
	return in(Case{
		Section: "RFC 7644 §3.4.1",
		Why:     "Directories read before they write, and ask only for what they need; what is missing they send again.",
		Mend:    "Return the resource by its id, 404 for others, and apply attributes and excludedAttributes to the answer only.",
	}, []Case{
		{ID: "excluded-one", Name: "excludedAttributes leaves out what is named", Section: "RFC 7644 §3.9", Run: func(t *T) {
			a := t.User(M{"title": "Boss"})
			got := t.Read(userPath(a.ID()) + "?excludedAttributes=displayName,emails")
			t.Holds(got, M{"id": a.ID(), "userName": a.At("userName"), "title": "Boss"})
			t.Expect(empty(got.At("displayName")) && empty(got.At("emails")), "no displayName, no emails", got.JSON)
		}},
		{ID: "excluded-id", Name: "excludedAttributes cannot leave out id", Section: "RFC 7644 §3.9", Run: func(t *T) {
			a := t.User(nil)
			t.Equal(t.Read(userPath(a.ID())+"?excludedAttributes=id,schemas,userName"), a.ID(), "id")
		}},
		{ID: "excluded-sub", Name: "excludedAttributes may name a sub-attribute", Section: "RFC 7644 §3.10", Level: Should, Run: func(t *T) {
			a := t.User(nil)
			got := t.Read(userPath(a.ID()) + "?excludedAttributes=name.familyName")
			t.Expect(empty(got.At("name", "familyName")) && got.At("name", "givenName") == "Åsa", "givenName but no familyName", got.At("name"))
		}},
		{ID: "excluded-extension", Name: "excludedAttributes may name a whole extension", Section: "RFC 7644 §3.10", Needs: Enterprise, Level: Should, Run: func(t *T) {
			a := t.User(M{enterpriseURN: M{"department": "Sales"}})
			got := t.Read(userPath(a.ID()) + "?excludedAttributes=" + enterpriseURN)
			t.Expect(empty(got.At(enterpriseURN)) && !empty(got.At("userName")), "everything but the extension", got.JSON)
		}},
		{ID: "attributes-both", Name: "attributes together with excludedAttributes is refused or settled", Level: Info, Section: "RFC 7644 §3.9", Run: func(t *T) {
			a := t.User(nil)
			t.Status(t.Get(userPath(a.ID())+"?attributes=userName&excludedAttributes=userName"), 200, 400)
		}},
		{ID: "attributes-in-lists", Name: "attributes and excludedAttributes work in lists", Section: "RFC 7644 §3.4.2.5", Run: func(t *T) {
			c := t.cast()
			q := "?filter=" + url.QueryEscape(c.expand(`userName eq "{p}ann@{d}"`))
			only := t.Read("/Users" + q + "&attributes=userName")
			t.Require(len(only.Resources()) == 1, "one user", only.JSON)
			t.Expect(empty(at(only.Resources()[0], "name")) && !empty(at(only.Resources()[0], "id")), "id and userName only", only.JSON)
			without := t.Read("/Users" + q + "&excludedAttributes=name")
			t.Expect(empty(at(without.Resources()[0], "name")) && !empty(at(without.Resources()[0], "emails")), "no name", without.JSON)
		}},
		{ID: "attributes-id-only", Name: "attributes=id returns the id alone", Sender: "Entra", Section: "RFC 7644 §3.9", Run: func(t *T) {
			a := t.User(nil)
			got := t.Read(userPath(a.ID()) + "?attributes=id")
			t.Equal(got, a.ID(), "id")
			t.Expect(empty(got.At("userName")), "no userName", got.JSON)
		}},
	})
}
