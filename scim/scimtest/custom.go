package scimtest

import "net/http"

// attributeCases check customer-defined attributes inside the core schema's
// URN, and attributes that are sent twice, as Entra's administrators set up.
func attributeCases() []Case {
	shapes := map[string]func(v string) M{
		"nested": func(v string) M { return M{userURN: M{"microsoftId": v}} },
		"flat":   func(v string) M { return M{userURN + ":microsoftId": v} },
		"bare":   func(v string) M { return M{"microsoftId": v} },
	}
	var cases []Case
	for _, shape := range []string{"nested", "flat", "bare"} {
		for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodPatch} {
			cases = append(cases, Case{
				ID:   "core-custom-" + shape + "-" + map[string]string{"POST": "post", "PUT": "put", "PATCH": "patch"}[method],
				Name: "a customer's own attribute of the core schema, written " + shape + ", is kept by " + method,
				Run: func(t *T) {
					t.customKept(method, shapes[shape])
				},
			})
		}
	}
	return in(Case{
		Section: "RFC 7643 §3.3", Sender: "Entra", Level: Should, Rows: []string{"E22"},
		Why:  "Help pages tell administrators to add attributes such as urn:ietf:params:scim:schemas:core:2.0:User:microsoftId in the portal.",
		Mend: "Keep attributes under the core URN, written as an object under the URN, as one flat key, or bare.",
	}, append(cases, []Case{
		{ID: "core-custom-path", Name: "a customer's own attribute of the core schema can be patched by its path", Run: func(t *T) {
			a := t.User(nil)
			path := userPath(a.ID())
			got := t.Patched(path, op("Add", userURN+":microsoftId", "oid-1"))
			t.Expect(core(got.JSON, "microsoftId") == "oid-1", `microsoftId "oid-1"`, got.JSON)
			got = t.Patched(path, op("Replace", userURN+":microsoftId", "oid-2"))
			t.Expect(core(got.JSON, "microsoftId") == "oid-2", `microsoftId "oid-2"`, got.JSON)
			got = t.Patched(path, unset("Remove", userURN+":microsoftId"))
			t.Expect(empty(core(got.JSON, "microsoftId")), "no microsoftId", got.JSON)
		}},
		{ID: "core-custom-filter", Name: "a customer's own attribute of the core schema can be matched by its path", Rows: []string{"E17", "E24"}, Run: func(t *T) {
			oid := t.Name("oid")
			a := t.User(M{userURN: M{"microsoftId": oid}})
			t.User(M{userURN: M{"microsoftId": oid + "-other"}})
			found := t.Find("/Users", userURN+`:microsoftId eq "`+oid+`"`)
			t.Expect(len(found.Resources()) == 1 && holds(ids(found)[0], a.ID()), "exactly this user", ids(found))
		}, Why: "It is the matching attribute of first precedence; without the match Entra creates everybody again."},
		{ID: "core-qualified", Name: "standard attributes may be written with the core URN in bodies", Section: "RFC 7644 §3.10", Run: func(t *T) {
			a := t.User(M{"title": nil, userURN + ":title": "Boss"})
			t.Equal(t.Read(userPath(a.ID())), "Boss", "title")
			b := t.User(M{"title": nil, userURN: M{"title": "Chief"}})
			t.Equal(t.Read(userPath(b.ID())), "Chief", "title")
		}},
		{ID: "core-active-twice", Name: "active sent by its short name and by its URN is one attribute", Level: Must, Section: "RFC 7644 §3.10", Rows: []string{"E21"}, Run: func(t *T) {
			for _, twice := range []M{{userURN: M{"active": true}}, {userURN + ":active": true}} {
				a := t.User(twice)
				t.Equal(t.Read(userPath(a.ID())), true, "active")
				got := t.Patched(userPath(a.ID()), op("Replace", "active", false), op("Replace", userURN+":active", false))
				t.Equal(got, false, "active")
			}
		}, Why: "A help page maps the same value to both; refusing the pair stops every person."},
		{ID: "core-active-contradiction", Name: "active sent twice with two values gives one of them, always the same", Level: Should, Rows: []string{"E21"}, Run: func(t *T) {
			first := t.User(M{"active": true, userURN: M{"active": false}})
			second := t.User(M{"active": true, userURN: M{"active": false}})
			one, two := t.Read(userPath(first.ID())).At("active"), t.Read(userPath(second.ID())).At("active")
			_, is := one.(bool)
			t.Expect(is && one == two, "the same truth value both times", []any{one, two})
		}},
		{ID: "core-active-path", Name: "active can be patched by its URN", Level: Must, Section: "RFC 7644 §3.10", Rows: []string{"E21"}, Run: func(t *T) {
			a := t.User(nil)
			t.Equal(t.Patched(userPath(a.ID()), op("Replace", userURN+":active", false)), false, "active")
			t.Equal(t.Patched(userPath(a.ID()), op("Replace", userURN+":active", true)), true, "active")
		}, Why: "A leaver whose active is mapped by its full name stays in.", Mend: "Let the core URN in front of an attribute mean the attribute."},
		{ID: "core-active-text", Name: "active sent twice, in words, is understood", Rows: []string{"E20", "E21"}, Run: func(t *T) {
			a := t.User(M{"active": "True", userURN: M{"active": "True"}})
			t.Equal(t.Read(userPath(a.ID())), true, "active")
			t.Equal(t.Patched(userPath(a.ID()), op("Replace", "active", "False"), op("Replace", userURN+":active", "False")), false, "active")
		}, Why: "A help page maps the words True and False to both names.", Mend: "Read True and False in any case as truth values wherever the attribute is one, by whichever name."},
	}...))
}

// customKept writes microsoftId in one shape by one method and reads it back.
func (t *T) customKept(method string, shape func(string) M) {
	oid := t.Name("oid")
	var a *Answer
	switch method {
	case http.MethodPost:
		a = t.User(shape(oid))
	case http.MethodPut:
		a = t.User(nil)
		body := t.Body(M{"userName": a.At("userName")})
		for k, v := range shape(oid) {
			body[k] = v
		}
		t.MustStatus(t.Put(userPath(a.ID()), body), 200)
	case http.MethodPatch:
		a = t.User(nil)
		t.MustStatus(t.Patch(userPath(a.ID()), set("replace", shape(oid))), 200, 204)
	}
	got := t.Read(userPath(a.ID()))
	t.Expect(core(got.JSON, "microsoftId") == oid, "microsoftId "+oid, got.JSON)
}
