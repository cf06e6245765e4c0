package scimtest

import (
	"fmt"
	"strings"
)

// createCases check what a POST of a user answers.
func createCases() []Case {
	return in(Case{
		Section: "RFC 7644 §3.3",
		Why:     "What POST stores and answers is what directories compare with for as long as the person is there.",
		Mend:    "Store every attribute that the client may write, answer 201 with the stored resource, its Location and its meta.",
	}, []Case{
		{ID: "create-201", Name: "creating a user answers 201 with the user", Rows: []string{"T20", "E02", "K05", "W10"}, Run: func(t *T) {
			body := t.Body(nil)
			a := t.MustStatus(t.Post("/Users", body), 201)
			t.Expect(a.ID() != "", "an id", a.JSON)
			t.Holds(a, M{"userName": body["userName"], "displayName": "Åsa O'Neill", "active": true, "name": body["name"], "emails": body["emails"]})
		}, Why: "Entra and Okta keep the id from this answer for good; Okta takes an empty answer for a failure."},
		{ID: "create-location", Name: "the Location header and meta.location are the same absolute address", Run: func(t *T) {
			a := t.User(nil)
			t.absolute(a.At("meta", "location"), userPath(a.ID()))
			t.Expect(a.Header.Get("Location") == a.At("meta", "location"), "the header Location with meta.location", a.Header.Get("Location"))
		}},
		{ID: "create-location-works", Name: "the resource can be read at its location", Section: "RFC 7643 §3.1", Run: func(t *T) {
			a := t.User(nil)
			location, _ := a.At("meta", "location").(string)
			path, ok := strings.CutPrefix(location, t.run.client.base)
			t.Require(ok, "a location below "+t.run.client.base, location)
			t.Equal(t.Read(path), a.ID(), "id")
		}, Level: Should},
		{ID: "create-meta", Name: "meta has the type and both times", Section: "RFC 7643 §3.1", Run: func(t *T) {
			a := t.User(nil)
			t.Equal(a, "User", "meta", "resourceType")
			created, modified := t.instant(a.At("meta", "created")), t.instant(a.At("meta", "lastModified"))
			t.Expect(!modified.Before(created), "lastModified not before created", a.At("meta"))
		}},
		{ID: "create-equals-read", Name: "what POST answers is what GET gives", Run: func(t *T) {
			a := t.User(M{"title": "Boss", "phoneNumbers": []M{{"type": "mobile", "value": "+46 70 555"}}})
			t.Expect(holds(t.Read(userPath(a.ID())).JSON, a.JSON), "the same resource", t.Read(userPath(a.ID())).JSON)
		}},
		{ID: "create-id-ignored", Name: "an id that the client sends is ignored", Section: "RFC 7643 §3.1", Run: func(t *T) {
			wish := t.Name("id")
			a := t.User(M{"id": wish})
			t.Expect(a.ID() != wish, "an id of the server's own", a.ID())
		}},
		{ID: "create-meta-ignored", Name: "meta that the client sends is ignored", Section: "RFC 7643 §3.1", Sender: "Entra", Run: func(t *T) {
			a := t.User(M{"meta": M{"resourceType": "User", "created": "1999-01-01T00:00:00Z", "location": "https://x.example/Users/1", "version": "W/\"x\""}})
			t.Expect(t.instant(a.At("meta", "created")).Year() > 2000, "the server's own time", a.At("meta"))
			t.absolute(a.At("meta", "location"), userPath(a.ID()))
		}},
		{ID: "create-groups-ignored", Name: "groups in a user's body are ignored", Section: "RFC 7643 §4.1.2", Sender: "Okta", Rows: []string{"W04"}, Run: func(t *T) {
			for _, groups := range []any{[]M{}, []M{{"value": "x", "display": "X"}}} {
				a := t.MustStatus(t.Post("/Users", t.Body(M{"groups": groups})), 201)
				t.Expect(empty(t.Read(userPath(a.ID())).At("groups")), "no groups", a.At("groups"))
			}
		}, Why: "Okta sends groups: [] with every new user.", Mend: "Drop read-only attributes from bodies instead of refusing them."},
		{ID: "create-null", Name: "null is the same as absent", Section: "RFC 7643 §2.5", Sender: "Entra", Run: func(t *T) {
			b := t.MustStatus(t.Post("/Users", fmt.Sprintf(`{"schemas":[%q],"userName":%q,"title":null,"addresses":null,"phoneNumbers":null,"name":null,%q:null}`,
				userURN, t.Address("nulls"), enterpriseURN)), 201)
			t.Expect(empty(b.At("title")) && empty(b.At("addresses")) && empty(b.At(enterpriseURN)), "no title, addresses or extension", b.JSON)
		}, Why: "Microsoft's own example of a POST is full of nulls.", Mend: "Treat null, and an empty list, as an attribute without a value."},
		{ID: "create-empty-values", Name: "empty strings, lists and objects are accepted for optional attributes", Section: "RFC 7643 §2.5", Sender: "Okta", Run: func(t *T) {
			t.User(M{"title": "", "roles": []M{}, "addresses": []M{}, "name": M{"givenName": "A", "middleName": "", "familyName": "B"}})
		}},
	})
}

// createExtensionCases check names, extensions and what is stored as sent.
func createExtensionCases() []Case {
	return in(Case{
		Section: "RFC 7644 §3.3",
		Why:     "What POST stores and answers is what directories compare with for as long as the person is there.",
		Mend:    "Store every attribute that the client may write, answer 201 with the stored resource, its Location and its meta.",
	}, []Case{
		{ID: "create-names-any-case", Name: "attribute names are compared without regard to case", Section: "RFC 7643 §2.1", Run: func(t *T) {
			name := t.Address("case")
			a := t.MustStatus(t.Post("/Users", M{"SCHEMAS": []string{userURN}, "USERNAME": name, "Name": M{"GIVENNAME": "A"}, "eMails": []M{{"Type": "work", "VALUE": name}}}), 201)
			t.Holds(t.Read(userPath(a.ID())), M{"userName": name, "name": M{"givenName": "A"}, "emails": []M{{"type": "work", "value": name}}})
		}},
		{ID: "create-password-hidden", Name: "a password is never returned", Section: "RFC 7643 §4.1.1", Sender: "Okta", Run: func(t *T) {
			secret := "Secret-" + t.Name("pw")
			a := t.User(M{"password": secret})
			for _, got := range []*Answer{a, t.Read(userPath(a.ID())), t.Get(userPath(a.ID()) + "?attributes=password"), t.Find("/Users", `id eq "`+a.ID()+`"`)} {
				t.Expect(!strings.Contains(string(got.Body), secret) && empty(got.At("password")), "no password", string(got.Body))
			}
		}, Why: "Okta sends a password with every new user, even when passwords are not synchronised."},
		{ID: "create-active-default", Name: "a user without active is active", Level: Should, Sender: "Okta", Section: "RFC 7643 §4.1.1", Run: func(t *T) {
			a := t.User(M{"active": nil})
			t.Equal(t.Read(userPath(a.ID())), true, "active")
		}, Why: "Okta loops over people who read back as inactive after being created."},
		{ID: "create-inactive", Name: "a user can be created inactive", Run: func(t *T) {
			a := t.User(M{"active": false})
			t.Equal(t.Read(userPath(a.ID())), false, "active")
		}},
		{ID: "create-extension", Name: "the enterprise extension is stored and named in schemas", Section: "RFC 7643 §3.3", Needs: Enterprise, Run: func(t *T) {
			a := t.User(M{enterpriseURN: M{"employeeNumber": "007", "department": "Sales"}})
			got := t.Read(userPath(a.ID()))
			t.Equal(got, M{"employeeNumber": "007", "department": "Sales"}, enterpriseURN)
			t.Equal(got, []string{userURN, enterpriseURN}, "schemas")
		}},
		{ID: "create-extension-unannounced", Name: "an extension that schemas does not name is stored and named", Needs: Enterprise, Sender: "Entra", Run: func(t *T) {
			a := t.User(M{"schemas": []string{userURN}, enterpriseURN: M{"department": "Sales"}})
			got := t.Read(userPath(a.ID()))
			t.Equal(got, "Sales", enterpriseURN, "department")
			t.Expect(holds(got.At("schemas"), plain([]string{userURN, enterpriseURN})), "schemas with the extension", got.At("schemas"))
		}, Why: "Entra sends extension attributes without their schema in the list."},
		{ID: "create-extension-any-case", Name: "an extension's URN is compared without regard to case", Level: Should, Section: "RFC 7643 §2.1", Needs: Enterprise, Run: func(t *T) {
			a := t.User(M{strings.ToUpper(enterpriseURN): M{"Department": "Sales"}})
			t.Equal(t.Read(userPath(a.ID())), "Sales", enterpriseURN, "department")
		}},
		{ID: "create-extension-absent", Name: "schemas does not name an extension without values", Level: Should, Section: "RFC 7643 §3", Needs: Enterprise, Run: func(t *T) {
			a := t.User(M{"schemas": []string{userURN}})
			t.Equal(t.Read(userPath(a.ID())), []string{userURN}, "schemas")
		}},
		{ID: "create-external-id", Name: "externalId is stored exactly", Section: "RFC 7643 §3.1", Run: func(t *T) {
			ext := t.Name("Ext-ID") + " ÅÄ"
			a := t.User(M{"externalId": ext})
			t.Equal(t.Read(userPath(a.ID())), ext, "externalId")
		}},
		{ID: "create-as-sent", Name: "values are stored as sent, not tidied up", Sender: "Entra", Section: none, Rows: []string{"E14"}, Run: func(t *T) {
			a := t.User(M{"phoneNumbers": []M{{"type": "work", "value": "55555555555"}}, "title": "  Two  spaces ", "emails": []M{{"type": "work", "value": "Ann.LEE@X.Example"}}})
			t.Holds(t.Read(userPath(a.ID())), M{"phoneNumbers": []M{{"value": "55555555555"}}, "title": "  Two  spaces ", "emails": []M{{"value": "Ann.LEE@X.Example"}}})
		}, Why: "Entra compares what it reads with what it sent and sends it again in every cycle.", Mend: "Normalise copies for the application's own use, not what the directory reads back."},
		{ID: "create-attributes", Name: "the answer to POST honours attributes", Level: Should, Section: "RFC 7644 §3.9", Run: func(t *T) {
			a := t.MustStatus(t.Post("/Users?attributes=userName", t.Body(nil)), 201)
			t.Expect(a.ID() != "" && empty(a.At("displayName")) && !empty(a.At("userName")), "id and userName but no displayName", a.JSON)
		}},
		{ID: "create-no-mail", Name: "a user without emails is accepted", Sender: "Entra", Section: none, Rows: []string{"E27"}, Run: func(t *T) {
			t.User(M{"emails": nil})
		}, Why: "Mappings without an emails attribute are common; the userName is the address."},
		{ID: "create-formatted-only", Name: "a user with only name.formatted is accepted, and it reads back", Sender: "Entra", Section: none, Rows: []string{"E19", "E33"}, Run: func(t *T) {
			a := t.User(M{"name": M{"formatted": "Ann van der Lee"}, "displayName": "Ann (Sales)"})
			t.Holds(t.Read(userPath(a.ID())), M{"name": M{"formatted": "Ann van der Lee"}, "displayName": "Ann (Sales)"})
		}, Why: "Help pages tell administrators to map the name in this way."},
		{ID: "create-user-name-only", Name: "userName alone is enough by the standard", Level: Should, Section: "RFC 7643 §4.1.1", Run: func(t *T) {
			t.Status(t.Post("/Users", M{"schemas": []string{userURN}, "userName": t.Address("min")}), 201)
		}},
	})
}

// createShapeCases check whole bodies.
func createShapeCases() []Case {
	return in(Case{
		Section: "RFC 7643 §8",
		Why:     "Directories send such bodies every day; one that is refused is a person who cannot work.",
		Mend:    "Accept what is well-formed, keep what you know and what you do not, refuse only wrong types.",
	}, []Case{
		{ID: "create-full-user", Name: "the standard's full user round-trips", Section: "RFC 7643 §8.2", Level: Should, Run: func(t *T) {
			want := fullUser()
			body := M{"schemas": []string{userURN}, "userName": t.Address("full"), "password": "t1meMa$heen"}
			for k, v := range want {
				body[k] = v
			}
			a := t.MustStatus(t.Post("/Users", body), 201)
			t.Holds(t.Read(userPath(a.ID())), want)
		}, Why: "Attributes that are not kept are lost by Okta's next PUT."},
		{ID: "create-full-enterprise", Name: "the standard's enterprise user round-trips", Section: "RFC 7643 §8.3", Level: Should, Needs: Enterprise, Run: func(t *T) {
			ext := M{"employeeNumber": "701984", "costCenter": "4130", "organization": "Universal Studios", "division": "Theme Park", "department": "Tour Operations"}
			a := t.User(M{enterpriseURN: ext})
			t.Equal(t.Read(userPath(a.ID())), ext, enterpriseURN)
		}},
		{ID: "create-many-values", Name: "several e-mail addresses of different types are kept", Run: func(t *T) {
			emails := []M{{"type": "work", "value": t.Address("w"), "primary": true}, {"type": "home", "value": t.Address("h")}, {"type": "other", "value": t.Address("o")}}
			a := t.User(M{"emails": emails})
			t.Equal(t.Read(userPath(a.ID())), emails, "emails")
		}},
		{ID: "create-odd-types", Name: "values with an unusual type, or none, are accepted", Sender: "Entra", Level: Should, Section: "RFC 7643 §7", Run: func(t *T) {
			a := t.User(M{"phoneNumbers": []M{{"type": "untyped", "value": "1"}, {"value": "2"}}, "emails": []M{{"value": t.Address("plain")}}})
			got := t.Read(userPath(a.ID()))
			list, _ := got.At("phoneNumbers").([]any)
			t.Expect(len(list) == 2, "both phone numbers", got.At("phoneNumbers"))
		}, Why: "Microsoft's validator sends such values; canonical values are suggestions.", Mend: "Do not refuse types beyond canonicalValues."},
		{ID: "create-same-type-twice", Name: "two addresses of one type do not break the server", Sender: "Entra", Level: Should, Run: func(t *T) {
			a := t.Post("/Users", t.Body(M{"emails": []M{{"type": "work", "value": t.Address("a")}, {"type": "work", "value": t.Address("b")}}}))
			t.Status(a, 201, 400)
		}, Why: "Microsoft's validator sends two work addresses.", Mend: "Keep both, keep one, or refuse with 400; a 500 makes Entra try again for days."},
		{ID: "create-one-primary", Name: "at most one value is primary", Section: "RFC 7643 §2.4", Why: "With two primary addresses each reader takes another one for the person's.", Mend: "Keep the last that says primary and take it from the others, or refuse with 400.", Run: func(t *T) {
			a := t.Post("/Users", t.Body(M{"emails": []M{{"type": "work", "value": t.Address("a"), "primary": true}, {"type": "home", "value": t.Address("b"), "primary": true}}}))
			if a.Status == 201 {
				t.Expect(primaries(t.Read(userPath(a.ID())).At("emails")) <= 1, "one primary value", t.Read(userPath(a.ID())).At("emails"))
				return
			}
			t.Refused(a, 400)
		}},
		{ID: "create-primary-as-text", Name: `primary as "True" is the truth value`, Sender: "Entra", Level: Should, Rows: []string{"E20"}, Run: func(t *T) {
			a := t.MustStatus(t.Post("/Users", t.Body(M{"emails": []M{{"type": "work", "value": t.Address("a"), "primary": "True"}}})), 201)
			t.Equal(t.Read(userPath(a.ID())), true, "emails", "type=work", "primary")
		}, Why: "Entra sends truth values as words."},
		{ID: "create-primary-word", Name: "a primary that is no truth value is dropped or refused", Sender: "Entra", Level: Should, Run: func(t *T) {
			a := t.Post("/Users", t.Body(M{"emails": []M{{"type": "work", "value": t.Address("a"), "primary": "maybe"}}}))
			if t.Status(a, 201, 400); a.Status == 201 {
				got := t.Read(userPath(a.ID())).At("emails", "type=work", "primary")
				t.Expect(got == nil || got == false, "no primary, or false", got)
			}
		}, Why: "Microsoft's validator sends it."},
		{ID: "create-unknown", Name: "unknown attributes do not stop a user from being created", Sender: "Entra", Section: none, Rows: []string{"K06"}, Run: func(t *T) {
			a := t.Post("/Users", t.Body(M{"favouriteColour": "blue", "department": "Sales", "manager": nil, customURN: M{"tag": "x"}, "urn:x:unknown": M{"a": 1}}))
			t.Status(a, 201)
		}, Why: "Real directories send attributes that no schema lists; refusing them stops the whole person.", Mend: "Keep or ignore what the schema does not know."},
		{ID: "create-custom-extension", Name: "an extension that nobody announced is kept", Sender: "Entra", Level: Should, Section: "RFC 7643 §3.3", Run: func(t *T) {
			a := t.User(M{customURN: M{"tag": "701984"}})
			t.Equal(t.Read(userPath(a.ID())), "701984", customURN, "tag")
		}, Why: "Entra's administrators type attributes such as urn:…:extension:Acme:2.0:User:tag into the portal.", Mend: "Keep objects under unknown URNs with the resource."},
		{ID: "create-reference-example", Name: "Microsoft's example of a POST is accepted", Sender: "Entra", Section: none, Rows: []string{"K06"}, Run: func(t *T) {
			name := t.Address("ref")
			a := t.MustStatus(t.Post("/Users", fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0User"],`+
				`"externalId":"jyoung","userName":%q,"active":true,"addresses":null,"displayName":"Joy Young","emails":[{"type":"work","value":%q,"primary":true}],`+
				`"meta":{"resourceType":"User"},"name":{"familyName":"Young","givenName":"Joy"},"phoneNumbers":null,"preferredLanguage":null,"title":null,"department":null,"manager":null}`, name, name)), 201)
			t.Holds(t.Read(userPath(a.ID())), M{"userName": name, "externalId": "jyoung", "displayName": "Joy Young"})
		}, Why: "It has a misspelt schema and nulls, and it is what Entra's documentation tells servers to expect."},
	})
}

// primaries counts primary values.
func primaries(v any) int {
	list, _ := v.([]any)
	n := 0
	for _, e := range list {
		if at(e, "primary") == true {
			n++
		}
	}
	return n
}

// fullUser has an attribute of every kind.
func fullUser() M {
	return M{
		"externalId":        "701984",
		"name":              M{"formatted": "Ms. Barbara J Jensen, III", "familyName": "Jensen", "givenName": "Barbara", "middleName": "Jane", "honorificPrefix": "Ms.", "honorificSuffix": "III"},
		"displayName":       "Babs Jensen",
		"nickName":          "Babs",
		"profileUrl":        "https://login.example.com/bjensen",
		"emails":            []M{{"value": "bjensen@full.example", "type": "work", "primary": true}, {"value": "babs@full.example", "type": "home"}},
		"addresses":         []M{{"type": "work", "streetAddress": "100 Universal City Plaza", "locality": "Hollywood", "region": "CA", "postalCode": "91608", "country": "US", "formatted": "100 Universal City Plaza\nHollywood, CA 91608 USA", "primary": true}, {"type": "home", "streetAddress": "456 Hollywood Blvd", "locality": "Hollywood", "region": "CA", "postalCode": "91608", "country": "US"}},
		"phoneNumbers":      []M{{"value": "555-555-5555", "type": "work"}, {"value": "555-555-4444", "type": "mobile"}},
		"ims":               []M{{"value": "someaimhandle", "type": "aim"}},
		"photos":            []M{{"value": "https://photos.example.com/profilephoto/72930000000Ccne/F", "type": "photo"}},
		"userType":          "Employee",
		"title":             "Tour Guide",
		"preferredLanguage": "en-US",
		"locale":            "en-US",
		"timezone":          "America/Los_Angeles",
		"active":            true,
		"entitlements":      []M{{"value": "ent1", "display": "Entitlement 1"}},
		"roles":             []M{{"value": "member", "display": "Member"}},
		"x509Certificates":  []M{{"value": "MIIDQzCCAqygAwIBAgICEAAwDQYJKoZIhvcNAQEFBQAwTjELMAkGA1UEBhMCVVMx"}},
	}
}
