package scimtest

import "fmt"

// otherCases are what further directories send.
func otherCases() []Case {
	return in(Case{
		Section: "RFC 7644 §3",
		Why:     "Customers choose their directory, not you.",
		Mend:    "Run the steps one by one; the first that fails has a case of its own.",
	}, []Case{
		{ID: "google-probe", Name: "Google's probe succeeds", Sender: "Google", Run: func(t *T) {
			t.Status(t.Get("/Users?count=1"), 200)
		}},
		{ID: "jumpcloud-activate", Name: "JumpCloud's activation: create, change, deactivate a throw-away user", Sender: "JumpCloud", Run: func(t *T) {
			a := t.User(M{"name": M{"givenName": "Test", "familyName": "User"}})
			body := t.Body(M{"userName": a.At("userName"), "displayName": "Test User 2"})
			t.MustStatus(t.Put(userPath(a.ID()), body), 200)
			body["active"] = false
			t.MustStatus(t.Put(userPath(a.ID()), body), 200)
			t.Holds(t.Read(userPath(a.ID())), M{"active": false, "displayName": "Test User 2"})
		}},
		{ID: "onelogin-delete", Name: "OneLogin's life of a user: find, create, PUT, DELETE", Sender: "OneLogin", Run: func(t *T) {
			body := t.Body(M{"externalId": t.Name("1234")})
			name, _ := body["userName"].(string)
			t.Expect(t.Find("/Users", `userName eq "`+name+`"`).Total() == 0, "nobody yet", name)
			a := t.MustStatus(t.Post("/Users", body), 201)
			body["title"] = "New"
			t.MustStatus(t.Put(userPath(a.ID()), body), 200)
			t.MustStatus(t.Delete(userPath(a.ID())), 204)
			t.Expect(t.Find("/Users", `userName eq "`+name+`"`).Total() == 0, "nobody after DELETE", name)
		}},
		{ID: "sailpoint-merge", Name: "SailPoint's replace of part of a complex attribute keeps the rest", Sender: "SailPoint", Level: Should, Section: "RFC 7644 §3.5.2.3", Run: func(t *T) {
			a := t.User(nil)
			t.Equal(t.Patched(userPath(a.ID()), op("replace", "name", M{"familyName": "Lee"})), M{"givenName": "Åsa", "familyName": "Lee"}, "name")
		}},
		{ID: "sailpoint-page", Name: "SailPoint pages with chosen attributes", Sender: "SailPoint", Run: func(t *T) {
			t.cast()
			a := t.Read("/Users?startIndex=1&count=2&attributes=id,userName,active")
			t.Expect(len(a.Resources()) == 2, "two users", a.JSON)
			for _, r := range a.Resources() {
				t.Expect(!empty(at(r, "id")) && !empty(at(r, "userName")) && empty(at(r, "name")), "id and userName, no name", r)
			}
		}},
		{ID: "sailpoint-entitlement", Name: "SailPoint removes an entitlement by a value path", Sender: "SailPoint", Level: Should, Run: func(t *T) {
			a := t.User(M{"entitlements": []M{{"value": "a"}, {"value": "b"}}})
			t.Equal(t.Patched(userPath(a.ID()), unset("remove", `entitlements[value eq "a"]`)), []M{{"value": "b"}}, "entitlements")
		}},
		{ID: "ping-filter", Name: "PingFederate's user filter may combine attributes", Sender: "PingFederate", Run: func(t *T) {
			c := t.cast()
			a := t.Find("/Users", c.expand(`userName eq "{p}ann@{d}" or emails.value eq "{p}ann@Work.example"`))
			t.Expect(len(a.Resources()) == 1, "ann", a.JSON)
		}},
		{ID: "retry-create", Name: "a POST that is sent again after a lost answer is 409, and the match finds the user", Section: "RFC 7644 §3.3", Run: func(t *T) {
			body := t.Body(nil)
			a := t.MustStatus(t.Post("/Users", body), 201)
			t.Refused(t.Post("/Users", body), 409, "uniqueness")
			found := t.Find("/Users", fmt.Sprintf("userName eq %q", body["userName"]))
			t.Expect(len(found.Resources()) == 1 && ids(found)[0] == a.ID(), "the first one", ids(found))
		}},
	})
}

// galleryCases are Microsoft's tests 17 to 20; 15, 16 and 23 to 25 stand with
// what they test.
func galleryCases() []Case {
	return in(Case{Sender: "Entra", Section: "RFC 7644 §3", Why: "Microsoft runs this test before it lists an application.",
		Mend: "Send the same request by hand and compare the answer with what was expected."}, []Case{
		{ID: "gallery-17", Name: "Microsoft's test of user creation passes", Run: func(t *T) {
			body := t.Body(nil)
			a := t.MustStatus(t.Post("/Users", body), 200, 201)
			t.Expect(a.ID() != "", "an id", a.JSON)
			t.Equal(a, body["userName"], "userName")
		}},
		{ID: "gallery-18", Name: "Microsoft's test of user update passes: every single-valued attribute", Needs: Enterprise, Run: func(t *T) {
			a := t.User(nil)
			var ops []M
			attrs := singleValued(t.list("/Schemas"))
			t.Require(len(attrs) > 5, "single-valued attributes in /Schemas", attrs)
			for _, attr := range attrs {
				ops = append(ops, op("Replace", attr.path, attr.value))
			}
			got := t.Patched(userPath(a.ID()), ops...)
			for _, attr := range attrs {
				t.Expect(holds(got.At(attr.keys...), plain(attr.value)), fmt.Sprintf("%s is %s", attr.path, show(attr.value)), got.At(attr.keys...))
			}
		}},
		{ID: "gallery-19", Name: "Microsoft's test of group creation passes", Needs: Groups, Run: func(t *T) {
			name := t.Name("gallery")
			a := t.MustStatus(t.Post("/Groups", M{"schemas": []string{groupURN}, "displayName": name}), 200, 201)
			t.Expect(a.ID() != "", "an id", a.JSON)
			t.Equal(a, name, "displayName")
		}},
		{ID: "gallery-20", Name: "Microsoft's test of group update passes", Needs: Groups, Run: func(t *T) {
			g := t.Group()
			name, ext := t.Name("gallery"), t.Name("ext")
			got := t.Patched(groupPath(g.ID()), op("Replace", "displayName", name), op("Replace", "externalId", ext))
			t.Holds(got, M{"displayName": name, "externalId": ext})
		}},
	})
}

type single struct {
	path  string
	keys  []string
	value any
}

// singleValued lists the User attributes that Microsoft's test 18 changes:
// writable, single-valued, of a simple type, in the core schema and the
// enterprise extension.
func singleValued(schemas *Answer) []single {
	var out []single
	for _, urn := range []string{userURN, enterpriseURN} {
		list, _ := schemas.At("Resources", "id="+urn, "attributes").([]any)
		for i, attr := range list {
			name, _ := at(attr, "name").(string)
			if at(attr, "multiValued") == true || at(attr, "mutability") != "readWrite" || name == "userName" || name == "active" || name == "id" {
				continue
			}
			v := map[any]any{"string": fmt.Sprintf("gallery %d", i), "integer": 42, "boolean": true, "dateTime": "2026-09-01T12:00:00Z", "decimal": 1.5}[at(attr, "type")]
			if v == nil {
				continue
			}
			s := single{path: name, keys: []string{name}, value: v}
			if urn != userURN {
				s = single{path: urn + ":" + name, keys: []string{urn, name}, value: v}
			}
			out = append(out, s)
		}
	}
	return out
}
