package scimtest

import "fmt"

// replaceCases check PUT.
func replaceCases() []Case {
	return in(Case{
		Section: "RFC 7644 §3.5.1",
		Why:     "Okta, OneLogin and JumpCloud update by PUT; what it loses is lost for good.",
		Mend:    "Replace what the client may write with the body, ignore what it may not, check first, store once.",
	}, []Case{
		{ID: "put-200", Name: "PUT replaces a user and answers 200 with it", Rows: []string{"W05"}, Run: func(t *T) {
			a := t.User(M{"title": "Old"})
			body := t.Body(M{"userName": a.At("userName"), "title": "New", "displayName": "Renamed"})
			got := t.MustStatus(t.Put(userPath(a.ID()), body), 200)
			t.Holds(got, M{"id": a.ID(), "title": "New", "displayName": "Renamed"})
			t.Holds(t.Read(userPath(a.ID())), M{"title": "New", "displayName": "Renamed"})
		}, Why: "Okta updates profiles by PUT."},
		{ID: "put-as-read", Name: "what GET gave can be put back, with one change", Sender: "Okta", Rows: []string{"W05"}, Run: func(t *T) {
			a := t.User(M{"title": "Old", enterpriseURN: M{"department": "Sales"}})
			doc, _ := t.Read(userPath(a.ID())).JSON.(map[string]any)
			t.Require(doc != nil, "a JSON object", doc)
			doc["title"] = "New"
			t.MustStatus(t.Put(userPath(a.ID()), doc), 200)
			t.Holds(t.Read(userPath(a.ID())), M{"title": "New", "userName": a.At("userName"), enterpriseURN: M{"department": "Sales"}})
		}, Why: "Okta sends back all that it read: id, meta, schemas, groups.", Mend: "Ignore read-only attributes in the body."},
		{ID: "put-clears", Name: "what PUT leaves out is cleared", Level: Should, Run: func(t *T) {
			a := t.User(M{"title": "Old", "nickName": "N"})
			t.MustStatus(t.Put(userPath(a.ID()), t.Body(M{"userName": a.At("userName")})), 200)
			got := t.Read(userPath(a.ID()))
			t.Expect(empty(got.At("title")) && empty(got.At("nickName")), "no title, no nickName", got.JSON)
		}},
		{ID: "put-keeps-active", Name: "PUT without active does not switch anybody on or off", Level: Should, Run: func(t *T) {
			for _, active := range []bool{true, false} {
				a := t.User(M{"active": active})
				t.MustStatus(t.Put(userPath(a.ID()), t.Body(M{"userName": a.At("userName"), "active": nil})), 200)
				t.Equal(t.Read(userPath(a.ID())), active, "active")
			}
		}, Why: "A client that does not map active would bring leavers back, or lock everybody out."},
		{ID: "put-read-only", Name: "read-only attributes in PUT are ignored", Run: func(t *T) {
			a := t.User(nil)
			t.MustStatus(t.Put(userPath(a.ID()), t.Body(M{"userName": a.At("userName"), "id": a.ID(), "groups": []M{{"value": "x"}},
				"meta": M{"created": "1999-01-01T00:00:00Z", "resourceType": "Group"}})), 200)
			got := t.Read(userPath(a.ID()))
			t.Equal(got, a.At("meta", "created"), "meta", "created")
			t.Equal(got, "User", "meta", "resourceType")
			t.Expect(empty(got.At("groups")), "no groups", got.At("groups"))
		}},
		{ID: "put-unknown", Name: "PUT of an unknown id is 404", Run: func(t *T) {
			t.Refused(t.Put(userPath(t.Name("nobody")), t.Body(nil)), 404)
		}},
		{ID: "put-no-user-name", Name: "PUT without userName is refused and changes nothing", Run: func(t *T) {
			a := t.User(M{"title": "Kept"})
			t.Refused(t.Put(userPath(a.ID()), t.Body(M{"userName": nil})), 400, "invalidValue")
			t.Equal(t.Read(userPath(a.ID())), "Kept", "title")
		}},
		{ID: "put-duplicate", Name: "PUT to a userName that is taken is 409 and changes nothing", Run: func(t *T) {
			a, b := t.User(nil), t.User(M{"title": "Kept"})
			t.Refused(t.Put(userPath(b.ID()), t.Body(M{"userName": a.At("userName"), "title": "Lost"})), 409, "uniqueness")
			t.Holds(t.Read(userPath(b.ID())), M{"title": "Kept", "userName": b.At("userName")})
		}},
	})
}

// replaceEffectCases check what PUT changes and leaves.
func replaceEffectCases() []Case {
	return in(Case{
		Section: "RFC 7644 §3.5.1",
		Why:     "Okta, OneLogin and JumpCloud update by PUT; what it loses is lost for good.",
		Mend:    "Replace what the client may write with the body, ignore what it may not, check first, store once.",
	}, []Case{
		{ID: "put-rename", Name: "PUT may change the userName; the id stays and the old name is free", Rows: []string{"T21"}, Run: func(t *T) {
			a := t.User(nil)
			name := t.Address("new")
			t.MustStatus(t.Put(userPath(a.ID()), t.Body(M{"userName": name})), 200)
			t.Equal(t.Read(userPath(a.ID())), name, "userName")
			old, _ := a.At("userName").(string)
			t.Expect(t.Find("/Users", `userName eq "`+old+`"`).Total() == 0, "nobody under the old name", old)
			t.Status(t.Post("/Users", t.Body(M{"userName": old})), 201)
		}},
		{ID: "put-deactivate", Name: "PUT with active false deactivates, and true brings back", Sender: "Okta", Rows: []string{"E20", "W06", "W07"}, Run: func(t *T) { t.putActive(false, true) },
			Why: "Custom applications of Okta deactivate by PUT."},
		{ID: "put-deactivate-text", Name: "PUT with active in words deactivates, and brings back", Sender: "Entra", Section: none, Level: Should, Rows: []string{"E20"}, Run: func(t *T) {
			t.putActive("False", "True")
			t.putActive("false", "true")
		}, Why: "A mapping that gives words gives them to every method; a leaver whose update is refused stays in.", Mend: "Read True and False in any case as truth values in PUT as in PATCH."},
		{ID: "put-same", Name: "PUT that changes nothing does not touch lastModified", Level: Should, Section: "RFC 7643 §3.1", Run: func(t *T) {
			body := t.Body(nil)
			a := t.MustStatus(t.Post("/Users", body), 201)
			tick()
			t.MustStatus(t.Put(userPath(a.ID()), body), 200)
			t.Equal(t.Read(userPath(a.ID())), a.At("meta", "lastModified"), "meta", "lastModified")
		}},
		{ID: "put-modified", Name: "PUT that changes something moves lastModified and keeps created", Section: "RFC 7643 §3.1", Run: func(t *T) {
			a := t.User(nil)
			tick()
			t.MustStatus(t.Put(userPath(a.ID()), t.Body(M{"userName": a.At("userName"), "title": "New"})), 200)
			got := t.Read(userPath(a.ID()))
			t.Expect(t.instant(got.At("meta", "lastModified")).After(t.instant(a.At("meta", "lastModified"))), "a later lastModified", got.At("meta"))
			t.Equal(got, a.At("meta", "created"), "meta", "created")
		}},
		{ID: "put-password", Name: "a password in PUT is taken and never returned", Sender: "Okta", Run: func(t *T) {
			a := t.User(nil)
			got := t.MustStatus(t.Put(userPath(a.ID()), t.Body(M{"userName": a.At("userName"), "password": "Secret-123-x"})), 200)
			t.Expect(empty(got.At("password")), "no password", got.JSON)
		}},
		{ID: "put-types", Name: "PUT checks types like POST", Run: func(t *T) {
			a := t.User(M{"title": "Kept"})
			for _, w := range wrongTypes() {
				body := t.Body(M{"userName": a.At("userName")})
				for k, v := range w.with {
					body[k] = v
				}
				t.Refused(t.Put(userPath(a.ID()), body), 400, "invalidValue", "invalidSyntax")
			}
			t.Equal(t.Read(userPath(a.ID())), "Kept", "title")
		}},
		{ID: "put-malformed", Name: "PUT of malformed JSON is refused and changes nothing", Run: func(t *T) {
			a := t.User(M{"title": "Kept"})
			for _, body := range []string{"", "{", "[]", "null", fmt.Sprintf(`{"userName":%q`, "x")} {
				t.Refused(t.Put(userPath(a.ID()), body), 400)
			}
			t.Equal(t.Read(userPath(a.ID())), "Kept", "title")
		}},
		{ID: "put-multi", Name: "PUT replaces a multi-valued attribute as a whole", Run: func(t *T) {
			a := t.User(M{"phoneNumbers": []M{{"type": "work", "value": "1"}, {"type": "mobile", "value": "2"}}})
			t.MustStatus(t.Put(userPath(a.ID()), t.Body(M{"userName": a.At("userName"), "phoneNumbers": []M{{"type": "mobile", "value": "3"}}})), 200)
			t.Equal(t.Read(userPath(a.ID())), []M{{"type": "mobile", "value": "3"}}, "phoneNumbers")
		}},
	})
}

// putActive deactivates and reactivates somebody by PUT.
func (t *T) putActive(off, on any) {
	a := t.User(nil)
	t.MustStatus(t.Put(userPath(a.ID()), t.Body(M{"userName": a.At("userName"), "active": off})), 200)
	t.Equal(t.Read(userPath(a.ID())), false, "active")
	t.MustStatus(t.Put(userPath(a.ID()), t.Body(M{"userName": a.At("userName"), "active": on})), 200)
	t.Equal(t.Read(userPath(a.ID())), true, "active")
}
