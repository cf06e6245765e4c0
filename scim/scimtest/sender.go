package scimtest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// entraCases are Entra's conversations from the first request to the last.
func entraCases() []Case {
	return in(Case{
		Sender: "Entra", Section: "RFC 7644 §3",
		Why:  "This is what Entra does in every customer's directory.",
		Mend: "Run the steps one by one; the first that fails has a case of its own.",
	}, []Case{
		{ID: "entra-default-mapping", Name: "a person with Entra's complete default mapping arrives and reads back", Needs: Enterprise, Rows: []string{"K05", "K06"}, Run: func(t *T) {
			body := t.entraUser()
			a := t.MustStatus(t.Post("/Users", body), 201)
			delete(body, "schemas")
			delete(body, "meta")
			delete(body, "roles")
			t.Holds(t.Read(userPath(a.ID())), body)
		}, Why: "Most administrators leave the mapping as it is."},
		{ID: "entra-default-update", Name: "every attribute of the default mapping can be changed in one PATCH", Needs: Enterprise, Rows: []string{"K06"}, Run: func(t *T) {
			a := t.MustStatus(t.Post("/Users", t.entraUser()), 201)
			var ops []M
			for i, target := range entraTargets() {
				if target != "userName" && target != "active" && !strings.HasSuffix(target, ":manager") {
					ops = append(ops, op("Replace", target, fmt.Sprint("changed-", i)))
				}
			}
			got := t.Patched(userPath(a.ID()), ops...)
			for i, target := range entraTargets() {
				if target != "userName" && target != "active" && !strings.HasSuffix(target, ":manager") {
					t.Equal(got, fmt.Sprint("changed-", i), pathTo(target)...)
				}
			}
		}},
		{ID: "entra-default-fill", Name: "a person with a userName only gets every attribute by Add", Needs: Enterprise, Run: func(t *T) {
			a := t.User(M{"displayName": nil, "name": nil, "emails": nil})
			var ops []M
			for i, target := range entraTargets() {
				if target != "userName" && target != "active" && !strings.HasSuffix(target, ":manager") {
					ops = append(ops, op("Add", target, fmt.Sprint("new-", i)))
				}
			}
			got := t.Patched(userPath(a.ID()), ops...)
			for i, target := range entraTargets() {
				if target != "userName" && target != "active" && !strings.HasSuffix(target, ":manager") {
					t.Equal(got, fmt.Sprint("new-", i), pathTo(target)...)
				}
			}
			for _, attr := range []string{"emails", "addresses"} {
				list, _ := got.At(attr).([]any)
				t.Expect(len(list) == 1, "one value in "+attr, got.At(attr))
			}
			phones, _ := got.At("phoneNumbers").([]any)
			t.Expect(len(phones) == 3, "three phone numbers", phones)
		}},
		{ID: "entra-life", Name: "a person's life: match, create, change, leave, come back, be deleted", Rows: []string{"T20", "T21", "T23", "T24", "P06", "P25"}, Run: func(t *T) {
			body := t.Body(nil)
			name, _ := body["userName"].(string)
			match := func() *Answer { return t.Find("/Users", `userName eq "`+name+`"`) }
			t.Expect(match().Total() == 0, "nobody yet", match().At("totalResults"))
			a := t.MustStatus(t.Post("/Users", body), 201)
			path := userPath(a.ID())
			t.Expect(match().Total() == 1 && ids(match())[0] == a.ID(), "found with the same id", ids(match()))
			t.Equal(t.Patched(path, op("Add", "title", "Boss")), "Boss", "title")
			t.Equal(t.Patched(path, op("Replace", "active", "False")), false, "active")
			t.Expect(match().Total() == 1 && ids(match())[0] == a.ID(), "found with the same id while inactive", ids(match()))
			got := t.Patched(path, op("Replace", "active", "True"))
			t.Holds(got, M{"active": true, "title": "Boss"})
			t.MustStatus(t.Delete(path), 204)
			t.Expect(match().Total() == 0, "nobody after DELETE", match().At("totalResults"))
		}},
	})
}

// entraStoryCases are stories of people and groups that were there before.
func entraStoryCases() []Case {
	return in(Case{
		Sender: "Entra", Section: "RFC 7644 §3",
		Why:  "This is what Entra does in every customer's directory.",
		Mend: "Run the steps one by one; the first that fails has a case of its own.",
	}, []Case{
		{ID: "entra-adopt", Name: "a person who is there already is matched and changed, not doubled", Rows: []string{"T27", "P22"}, Run: func(t *T) {
			a := t.User(M{"externalId": nil, "title": nil})
			name, _ := a.At("userName").(string)
			found := t.Find("/Users", `userName eq "`+name+`"`)
			t.Require(len(found.Resources()) == 1 && ids(found)[0] == a.ID(), "the person", found.JSON)
			ext := t.Name("oid")
			got := t.Patched(userPath(a.ID()), op("Add", "externalId", ext), op("Add", "title", "Boss"), op("Replace", "displayName", "From Entra"))
			t.Holds(got, M{"externalId": ext, "title": "Boss", "displayName": "From Entra"})
			t.Expect(t.Find("/Users", `externalId eq "`+ext+`"`).Total() == 1, "found by the new externalId", ext)
		}},
		{ID: "entra-timeneye", Name: "a help page's mapping of its own arrives, matches, changes and leaves", Rows: []string{"E02", "E11", "E15", "E16", "E17", "E18", "E19", "E20", "E21", "E22", "E23", "E24", "E27", "E33"}, Level: Should, Section: none, Run: func(t *T) {
			oid := t.Name("oid")
			a := t.MustStatus(t.Post("/Users", M{"schemas": []string{userURN, enterpriseURN}, "userName": t.Address("tim"), "active": "True", "displayName": "Tim E.", "title": "Designer",
				"name": M{"formatted": "Tim Eye"}, "meta": M{"resourceType": "User"}, userURN: M{"active": "True", "microsoftId": oid, "role": "member"}}), 201)
			found := t.Find("/Users", userURN+`:microsoftId eq "`+oid+`"`)
			t.Require(len(found.Resources()) == 1 && ids(found)[0] == a.ID(), "matched by microsoftId", found.JSON)
			got := t.Patched(userPath(a.ID()), op("Replace", "title", "Lead"), op("Replace", userURN+":role", "admin"), op("Replace", "name.formatted", "Tim N. Eye"))
			t.Holds(got, M{"title": "Lead", "name": M{"formatted": "Tim N. Eye"}, "displayName": "Tim E."})
			t.Expect(core(got.JSON, "role") == "admin", `role "admin"`, core(got.JSON, "role"))
			t.Equal(t.Patched(userPath(a.ID()), op("Replace", "active", "False"), op("Replace", userURN+":active", "False")), false, "active")
		}},
		{ID: "entra-group-life", Name: "a group's life: match, create, fill, rename, empty, delete", Needs: Groups, Rows: []string{"K01", "K07", "K16"}, Run: func(t *T) {
			a, b := t.User(nil), t.User(nil)
			name := t.Name("team")
			match := func(name string) *Answer {
				return t.Read("/Groups?excludedAttributes=members&filter=" + query(`displayName eq "`+name+`"`))
			}
			t.Expect(match(name).Total() == 0, "no such group yet", match(name).At("totalResults"))
			g := t.MustStatus(t.Post("/Groups", M{"schemas": []string{groupURN, adscimURN}, "externalId": t.Name("oid"), "displayName": name, "meta": M{"resourceType": "Group"}}), 201)
			path := groupPath(g.ID())
			for _, u := range []*Answer{a, b} {
				t.MustStatus(t.Patch(path, op("Add", "members", []M{{"$ref": nil, "value": u.ID()}})), 200, 204)
			}
			t.Members(g.ID(), a.ID(), b.ID())
			t.MustStatus(t.Patch(path, op("Replace", "displayName", name+"-2")), 200, 204)
			t.Expect(match(name+"-2").Total() == 1, "found under the new name", name)
			t.MustStatus(t.Patch(path, op("Remove", "members", []M{{"$ref": nil, "value": a.ID()}})), 200, 204)
			t.Members(g.ID(), b.ID())
			t.MustStatus(t.Delete(path), 204)
			t.Expect(match(name+"-2").Total() == 0, "gone", name)
		}},
		{ID: "entra-first-group", Name: "a group may come before its people", Needs: Groups, Rows: []string{"K18"}, Run: func(t *T) {
			g := t.Group()
			u := t.User(nil)
			t.MustStatus(t.Patch(groupPath(g.ID()), op("Add", "members", refs(u.ID()))), 200, 204)
			t.Members(g.ID(), u.ID())
		}},
		{ID: "entra-mail-change", Name: "a changed address keeps the person", Rows: []string{"T21"}, Run: func(t *T) {
			a := t.User(nil)
			mail := t.Address("new")
			t.Patched(userPath(a.ID()), op("Replace", `emails[type eq "work"].value`, mail), op("Replace", "userName", mail))
			found := t.Find("/Users", `emails[type eq "work"].value eq "`+mail+`"`)
			t.Expect(len(found.Resources()) == 1 && ids(found)[0] == a.ID(), "the same id under the new address", ids(found))
		}},
	})
}

// entraUser is a POST with Entra's default mapping filled in.
func (t *T) entraUser() M {
	name := t.Address("entra")
	return M{
		"schemas": []string{userURN, enterpriseURN}, "meta": M{"resourceType": "User"}, "roles": []M{},
		"userName": name, "externalId": t.Name("nick"), "active": true, "displayName": "Łukasz Brzęczyszczykiewicz", "title": "Chef", "preferredLanguage": "pl-PL",
		"name":         M{"givenName": "Łukasz", "familyName": "Brzęczyszczykiewicz", "formatted": "Łukasz Brzęczyszczykiewicz"},
		"emails":       []M{{"type": "work", "value": name, "primary": true}},
		"addresses":    []M{{"type": "work", "formatted": "Łódź, building 3", "streetAddress": "ul. Piotrkowska 100", "locality": "Łódź", "region": "łódzkie", "postalCode": "90-001", "country": "PL"}},
		"phoneNumbers": []M{{"type": "work", "value": "+48 22 555 0101"}, {"type": "mobile", "value": "+48-22-555-0102"}, {"type": "fax", "value": "0103"}},
		enterpriseURN:  M{"employeeNumber": "E100001", "department": "R&D"},
	}
}

// oktaCases are Okta's conversations, and its test for catalogue applications.
func oktaCases() []Case {
	okta := func(t *T, path string) *Answer {
		return t.Do(Request{Method: "GET", Path: path, Header: http.Header{"User-Agent": {"Okta SCIM Client 1.0.0"}, "Accept-Charset": {"utf-8"}}})
	}
	return in(Case{
		Sender: "Okta", Section: "RFC 7644 §3",
		Why:  "This is what Okta does in every customer's organisation.",
		Mend: "Run the steps one by one; the first that fails has a case of its own.",
	}, []Case{
		{ID: "okta-test-credentials", Name: "Test API Credentials succeeds", Rows: []string{"W09", "W20"}, Run: func(t *T) {
			for _, path := range []string{"/Users?startIndex=1&count=1", "/Users?startIndex=1&count=2"} {
				a := t.MustStatus(okta(t, path), 200)
				t.Equal(a, []string{listURN}, "schemas")
			}
			if t.run.has&Groups != 0 {
				t.Status(okta(t, "/Groups?startIndex=1&count=100"), 200)
			}
		}},
		{ID: "okta-push", Name: "Push New Users: look, then create with password, groups and locale", Rows: []string{"W04"}, Run: func(t *T) {
			name := t.Address("okta")
			look := t.MustStatus(okta(t, "/Users?filter="+strings.ReplaceAll(query(`userName eq "`+name+`"`), "+", "%20")+"&startIndex=1&count=100"), 200)
			t.Expect(look.Total() == 0, "nobody yet", look.JSON)
			ext := "00u" + t.Name("x")
			a := t.MustStatus(t.Post("/Users", M{"schemas": []string{userURN}, "userName": name, "name": M{"givenName": "Test", "familyName": "User"},
				"emails": []M{{"primary": true, "value": name, "type": "work"}}, "displayName": "Test User", "locale": "en-US", "externalId": ext, "groups": []M{}, "password": "1mz050nq", "active": true}), 201)
			t.Expect(len(a.Body) > 0 && a.ID() != "", "the user in the answer", string(a.Body))
			t.Holds(t.Read(userPath(a.ID())), M{"userName": name, "externalId": ext, "locale": "en-US", "active": true, "displayName": "Test User", "name": M{"givenName": "Test", "familyName": "User"}})
		}},
		{ID: "okta-update", Name: "Push Profile Updates: read, merge, put back", Rows: []string{"W05"}, Run: func(t *T) {
			a := t.User(M{"externalId": t.Name("00u"), "locale": "en-US"})
			doc, _ := t.Read(userPath(a.ID())).JSON.(map[string]any)
			t.Require(doc != nil, "the user", doc)
			doc["name"] = M{"givenName": "Another", "middleName": "", "familyName": "User"}
			t.MustStatus(t.Put(userPath(a.ID()), doc), 200)
			t.Holds(t.Read(userPath(a.ID())), M{"id": a.ID(), "name": M{"givenName": "Another", "familyName": "User"}, "externalId": a.At("externalId"), "locale": "en-US", "emails": a.At("emails")})
		}},
		{ID: "okta-deactivate", Name: "Push User Deactivation and Reactivate Users, catalogue form", Rows: []string{"W06", "W07"}, Run: func(t *T) {
			a := t.User(nil)
			off := t.MustStatus(t.Patch(userPath(a.ID()), set("replace", M{"active": false})), 200, 204)
			if off.Status == 200 {
				t.Equal(off, false, "active")
			}
			t.Equal(t.Read(userPath(a.ID())), false, "active")
			t.Equal(t.Patched(userPath(a.ID()), set("replace", M{"active": true})), true, "active")
		}},
		{ID: "okta-deactivate-custom", Name: "deactivation and reactivation by PUT, custom form", Rows: []string{"W06", "W07", "W10"}, Run: func(t *T) {
			a := t.User(M{"title": "Boss"})
			for _, active := range []bool{false, true} {
				doc, _ := t.Read(userPath(a.ID())).JSON.(map[string]any)
				t.Require(doc != nil, "the user", doc)
				doc["active"] = active
				t.MustStatus(t.Put(userPath(a.ID()), doc), 200)
				t.Holds(t.Read(userPath(a.ID())), M{"active": active, "title": "Boss", "userName": a.At("userName")})
			}
		}},
	})
}

// oktaReturnCases are Okta's returns, groups, imports and its specification test.
func oktaReturnCases() []Case {
	okta := func(t *T, path string) *Answer {
		return t.Do(Request{Method: "GET", Path: path, Header: http.Header{"User-Agent": {"Okta SCIM Client 1.0.0"}, "Accept-Charset": {"utf-8"}}})
	}
	return in(Case{
		Sender: "Okta", Section: "RFC 7644 §3",
		Why:  "This is what Okta does in every customer's organisation.",
		Mend: "Run the steps one by one; the first that fails has a case of its own.",
	}, []Case{
		{ID: "okta-return", Name: "a returning person is found inactive, updated and switched on", Run: func(t *T) {
			a := t.User(M{"externalId": t.Name("00u")})
			t.MustStatus(t.Patch(userPath(a.ID()), set("replace", M{"active": false})), 200, 204)
			name, _ := a.At("userName").(string)
			found := t.Find("/Users", `userName eq "`+name+`"`)
			t.Require(len(found.Resources()) == 1, "the inactive person", found.JSON)
			doc, _ := found.Resources()[0].(map[string]any)
			doc["active"] = true
			t.MustStatus(t.Put(userPath(a.ID()), doc), 200)
			t.Holds(t.Read(userPath(a.ID())), M{"active": true, "externalId": a.At("externalId")})
		}, Why: "If the person is not found Okta posts it again and runs into 409 forever."},
		{ID: "okta-active-stays", Name: "a user who was created active reads back active", Run: func(t *T) {
			a := t.User(M{"active": true})
			t.Equal(a, true, "active")
			t.Equal(t.Read(userPath(a.ID())), true, "active")
			name, _ := a.At("userName").(string)
			t.Expect(at(t.Find("/Users", `userName eq "`+name+`"`).At("Resources", "id="+a.ID()), "active") == true, "active in the list", name)
		}, Why: "Invited people who read as inactive make Okta repeat “delay in reactivating remote user”."},
		{ID: "okta-group-push", Name: "Group Push: look, create, rename with the id, swap members, push all, unlink", Needs: Groups, Rows: []string{"K17"}, Run: func(t *T) {
			a, b := t.User(nil), t.User(nil)
			name := t.Name("push")
			t.Expect(t.Find("/Groups", `displayName eq "`+name+`"`).Total() == 0, "no such group yet", name)
			g := t.MustStatus(t.Post("/Groups", M{"schemas": []string{groupURN}, "displayName": name, "members": []M{}}), 201)
			path := groupPath(g.ID())
			rename := set("replace", M{"id": g.ID(), "displayName": name})
			t.MustStatus(t.Patch(path, rename), 200, 204)
			t.MustStatus(t.Patch(path, op("add", "members", []M{{"value": a.ID(), "display": a.At("userName")}})), 200, 204)
			t.MustStatus(t.Patch(path, rename), 200, 204)
			t.MustStatus(t.Patch(path, unset("remove", `members[value eq "`+a.ID()+`"]`), op("add", "members", []M{{"value": b.ID(), "display": b.At("userName")}})), 200, 204)
			t.Members(g.ID(), b.ID())
			t.MustStatus(t.Patch(path, op("replace", "members", []M{{"value": a.ID(), "display": "a"}, {"value": b.ID(), "display": "b"}})), 200, 204)
			t.Members(g.ID(), a.ID(), b.ID())
			t.MustStatus(t.Delete(path), 204)
		}},
		{ID: "okta-import", Name: "an import reads everybody in pages of a hundred, in numbers", Run: func(t *T) {
			t.cast()
			a := t.MustStatus(okta(t, "/Users?startIndex=1&count=100"), 200)
			t.Expect(a.Total() >= len(a.Resources()) && len(a.Resources()) <= 100, "at most 100 of totalResults", a.At("totalResults"))
			for _, r := range a.Resources() {
				_, is := at(r, "active").(bool)
				t.Expect(!empty(at(r, "id")) && !empty(at(r, "userName")) && (is || at(r, "active") == nil), "id, userName and active", r)
			}
		}},
		{ID: "okta-spec-get", Name: "Okta's spec test: the first user has id, name, userName, active and emails", Level: Should, Run: func(t *T) {
			c := t.cast()
			a := t.Read("/Users?count=1&startIndex=1")
			for _, key := range []string{"schemas", "itemsPerPage", "startIndex", "totalResults", "Resources"} {
				t.Expect(!empty(a.At(key)), key, a.JSON)
			}
			one := t.MustStatus(okta(t, userPath(c.ids["ann"])), 200)
			for _, path := range [][]string{{"id"}, {"name", "familyName"}, {"name", "givenName"}, {"userName"}, {"active"}, {"emails", "type=work", "value"}} {
				t.Expect(!empty(one.At(path...)), strings.Join(path, "."), one.JSON)
			}
			t.Status(okta(t, userPath("00919288221112222")), 404)
		}},
		{ID: "okta-spec-post", Name: "Okta's spec test: create, read, and 409 for the same again", Run: func(t *T) {
			body := t.Body(M{"name": M{"givenName": "Run", "familyName": "Scope"}})
			a := t.MustStatus(t.Post("/Users", body), 201)
			t.Expect(slices.Contains([]any{true}, a.At("active")) && at(a.At("name"), "familyName") == "Scope", "active true and the name", a.JSON)
			t.Refused(t.Post("/Users", body), 409)
		}},
		{ID: "okta-types", Name: "/ResourceTypes leads to /Schemas for every type", Level: Should, Section: "RFC 7643 §6", Run: func(t *T) {
			schemas := t.list("/Schemas")
			for _, rt := range t.list("/ResourceTypes").Resources() {
				urn, _ := at(rt, "schema").(string)
				t.Expect(schemas.At("Resources", "id="+urn) != nil, "the schema "+urn, ids(schemas))
			}
		}, Why: "Okta builds its attribute list and entitlements from both."},
	})
}
