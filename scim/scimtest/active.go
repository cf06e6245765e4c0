package scimtest

import (
	"fmt"
	"strings"
)

// activeCases check active in every spelling that directories use.
func activeCases() []Case {
	shared := Case{
		Sender: "Entra", Section: "RFC 7643 §2.3.2", Level: Must, Rows: []string{"E16", "E20", "T23"},
		Why:  "Entra sends \"False\" as a word; a server that stores the word, or ignores it, leaves leavers in.",
		Mend: "Read True and False in any case as truth values wherever the attribute is one; answer with JSON booleans.",
	}
	var cases []Case
	for _, v := range []any{"False", "false", "FALSE", false} {
		cases = append(cases, Case{
			Level: sent(v, "Replace"), ID: fmt.Sprintf("active-post-%T-%v", v, v), Name: fmt.Sprintf("POST with active %s creates an inactive user", show(v)),
			Run: func(t *T) {
				a := t.User(M{"active": v})
				t.Expect(a.At("active") == false, "active false as a boolean in the answer", a.At("active"))
				t.Equal(t.Read(userPath(a.ID())), false, "active")
			},
		})
	}
	for _, verb := range []string{"Replace", "replace", "Add", "add", "REPLACE"} {
		for _, v := range []any{"False", false, "false"} {
			cases = append(cases, Case{
				Level: sent(v, verb), ID: fmt.Sprintf("active-patch-%s-%T-%v", letters(verb), v, v), Name: fmt.Sprintf("%s active %s deactivates, and True brings back", verb, show(v)),
				Run: func(t *T) { t.switched(op(verb, "active", v), op(verb, "active", opposite(v))) },
			})
		}
	}
	return append(in(shared, cases), in(shared, []Case{
		{ID: "active-pathless-bool", Name: "replace without a path, active false, deactivates", Sender: "Okta", Rows: []string{"W06", "W07"}, Run: func(t *T) {
			t.switched(set("replace", M{"active": false}), set("replace", M{"active": true}))
		}, Why: "It is how Okta's catalogue applications switch people off and on.", Mend: "Without a path, apply each attribute in the value."},
		{ID: "active-pathless-string", Name: `replace without a path, active "False", deactivates`, Level: Should, Section: none, Run: func(t *T) {
			t.switched(set("replace", M{"active": "False"}), set("replace", M{"active": "True"}))
		}},
		{ID: "active-refused", Name: "words that are no truth value are refused", Run: func(t *T) {
			a := t.User(nil)
			for _, bad := range []any{"maybe", "0", "yes", 3, M{"value": true}} {
				got := t.Patch(userPath(a.ID()), op("Replace", "active", bad))
				t.Expect(got.Status == 400, "400 for active "+show(bad), told(got))
			}
			t.Equal(t.Read(userPath(a.ID())), true, "active")
		}},
		{ID: "active-empty", Name: "active without a value switches nobody off", Level: Should, Run: func(t *T) {
			for _, none := range []any{"", nil} {
				a := t.User(nil)
				t.Status(t.Patch(userPath(a.ID()), op("Replace", "active", none)), 200, 204, 400)
				t.Expect(t.Read(userPath(a.ID())).At("active") != false, "active not false", false)
			}
		}},
		{ID: "active-list", Name: "a truth value inside a list of one is understood or refused", Level: Info, Run: func(t *T) {
			a := t.User(nil)
			t.Status(t.Patch(userPath(a.ID()), op("Replace", "active", []any{"False"})), 200, 204, 400)
		}},
		{ID: "active-keeps-rest", Name: "deactivating keeps everything else", Run: func(t *T) {
			a := t.User(M{"title": "Boss", "externalId": t.Name("ext")})
			got := t.Patched(userPath(a.ID()), op("Replace", "active", false))
			t.Holds(got, M{"title": "Boss", "externalId": a.At("externalId"), "userName": a.At("userName"), "displayName": a.At("displayName"), "active": false})
		}, Rows: []string{"W06"}},
		{ID: "active-update-inactive", Name: "an inactive user can be changed", Run: func(t *T) {
			a := t.User(M{"active": false})
			t.Holds(t.Patched(userPath(a.ID()), op("Replace", "title", "Gone")), M{"title": "Gone", "active": false})
		}},
		{ID: "active-taken", Name: "an inactive user's name is still taken", Section: "RFC 7644 §3.3", Run: func(t *T) {
			a := t.User(M{"active": false})
			t.Refused(t.Post("/Users", t.Body(M{"userName": a.At("userName")})), 409, "uniqueness")
		}},
		{ID: "active-membership", Name: "a person keeps the memberships while inactive", Needs: Groups, Rows: []string{"E32"}, Run: func(t *T) {
			a, b := t.User(nil), t.User(nil)
			g := t.Group(a.ID(), b.ID())
			t.Patched(userPath(a.ID()), op("Replace", "active", false))
			t.Members(g.ID(), a.ID(), b.ID())
			t.Patched(userPath(a.ID()), op("Replace", "active", true))
			t.Members(g.ID(), a.ID(), b.ID())
		}, Why: "Entra does not send memberships again when a person is restored.", Mend: "Do not touch memberships when active changes."},
	})...)
}

// sent says how serious a spelling is: Entra sends Add and Replace with the word
// False, and true or false with the flag; the others only might come.
func sent(v any, verb string) Level {
	if v == false || v == "False" && (verb == "Add" || verb == "Replace") {
		return Must
	}
	return Should
}

// letters tells spellings apart in an id.
func letters(verb string) string {
	switch verb {
	case strings.ToLower(verb):
		return verb
	case strings.ToUpper(verb):
		return "upper-" + strings.ToLower(verb)
	}
	return "capital-" + strings.ToLower(verb)
}

// opposite gives true in the spelling of a false.
func opposite(v any) any {
	s, ok := v.(string)
	if !ok {
		return true
	}
	if s == "false" {
		return "true"
	}
	return "True"
}

// switched deactivates and reactivates somebody.
func (t *T) switched(off, on M) {
	a := t.User(nil)
	got := t.Patched(userPath(a.ID()), off)
	t.Expect(got.At("active") == false, "active false as a boolean", got.At("active"))
	got = t.Patched(userPath(a.ID()), on)
	t.Expect(got.At("active") == true, "active true as a boolean", got.At("active"))
}

// elementCases check paths with a bracket, on people who have no such value.
func elementCases() []Case {
	work := M{"emails": []M{{"type": "work", "value": "w@x.example"}}}
	two := []M{{"type": "home", "value": "home@x.example"}}
	table := []patchRow{
		{"add-no-list", "Add creates the work address where there are no addresses", M{"emails": nil}, []M{op("Add", `emails[type eq "work"].value`, "w@x.example")}, work},
		{"replace-no-list", "Replace creates the work address where there are no addresses", M{"emails": nil}, []M{op("Replace", `emails[type eq "work"].value`, "w@x.example")}, work},
		{"add-other", "Add creates the work address beside another", M{"emails": two}, []M{op("Add", `emails[type eq "work"].value`, "w@x.example")}, M{"emails": append(two, M{"type": "work", "value": "w@x.example"})}},
		{"replace-other", "Replace creates the work address beside another", M{"emails": two}, []M{op("Replace", `emails[type eq "work"].value`, "w@x.example")}, M{"emails": append(two, M{"type": "work", "value": "w@x.example"})}},
		{"replace-existing", "Replace changes the work address", nil, []M{op("Replace", `emails[type eq "work"].value`, "w@x.example")}, work},
		{"add-existing", "Add changes the work address where there is one", nil, []M{op("Add", `emails[type eq "work"].value`, "w@x.example")}, work},
		{"lower-case", "the flag's lower-case words do the same", M{"emails": nil}, []M{op("replace", `emails[type eq "work"].value`, "w@x.example")}, work},
		{"type-case", "the type in the bracket is compared without regard to case", nil, []M{op("Replace", `emails[type eq "Work"].value`, "w@x.example")}, work},
		{"phones", "several phone numbers can be created at once", M{"phoneNumbers": nil}, []M{op("Add", `phoneNumbers[type eq "work"].value`, "1"), op("Add", `phoneNumbers[type eq "mobile"].value`, "2"), op("Add", `phoneNumbers[type eq "fax"].value`, "3")},
			M{"phoneNumbers": []M{{"type": "work", "value": "1"}, {"type": "mobile", "value": "2"}, {"type": "fax", "value": "3"}}}},
		{"address-one", "several parts of the work address build one address", M{"addresses": nil}, []M{op("Add", `addresses[type eq "work"].streetAddress`, "Street 1"), op("Add", `addresses[type eq "work"].locality`, "Town"),
			op("Add", `addresses[type eq "work"].postalCode`, "12345"), op("Add", `addresses[type eq "work"].country`, "SE"), op("Add", `addresses[type eq "work"].formatted`, "Office 1")},
			M{"addresses": []M{{"type": "work", "streetAddress": "Street 1", "locality": "Town", "postalCode": "12345", "country": "SE", "formatted": "Office 1"}}}},
		{"address-replace", "Replace builds one address, too", M{"addresses": nil}, []M{op("Replace", `addresses[type eq "work"].streetAddress`, "Street 1"), op("Replace", `addresses[type eq "work"].locality`, "Town")},
			M{"addresses": []M{{"type": "work", "streetAddress": "Street 1", "locality": "Town"}}}},
		{"remove-element", "Remove of the whole value", nil, []M{unset("Remove", `emails[type eq "work"]`)}, M{"emails": nil}},
		{"pathless-bracket", "a bracket may stand in a key of an operation without a path", M{"emails": nil}, []M{set("replace", M{`emails[type eq "work"].value`: "w@x.example", "title": "Boss"})}, M{"emails": []M{{"type": "work", "value": "w@x.example"}}, "title": "Boss"}},
		{"pathless-dotted", "keys with dots in an operation without a path are paths", nil, []M{set("replace", M{"name.givenName": "Ann", "name.familyName": "Lee", "displayName": "Ann Lee"})},
			M{"name": M{"givenName": "Ann", "familyName": "Lee"}, "displayName": "Ann Lee", "name.givenName": nil}},
		{"pathless-dotted-add", "they are with add, too", M{"name": nil}, []M{set("add", M{"name.givenName": "Ann", "name.familyName": "Lee"})}, M{"name": M{"givenName": "Ann", "familyName": "Lee"}, "name.givenName": nil}},
		{"pathless-urn", "keys with a URN in an operation without a path are paths", nil, []M{set("replace", M{enterpriseURN + ":employeeNumber": "7", enterpriseURN + ":department": "Sales"})},
			M{enterpriseURN: M{"employeeNumber": "7", "department": "Sales"}, enterpriseURN + ":employeeNumber": nil}},
		{"pathless-urn-add", "they are with add, too", nil, []M{set("add", M{enterpriseURN + ":employeeNumber": "7"})}, M{enterpriseURN: M{"employeeNumber": "7"}}},
		{"remove-spurious", "Remove with a value for a single attribute removes it", M{"title": "Old"}, []M{op("Remove", "title", "New")}, M{"title": nil}},
		{"capital-words", "Add, Replace and Remove may be capitals throughout", M{"title": "Old"}, []M{op("ADD", "nickName", "N"), op("REPLACE", "displayName", "D"), unset("REMOVE", "title")}, M{"nickName": "N", "displayName": "D", "title": nil}},
		{"capital-add", "Add may have a capital letter", nil, []M{op("Add", "nickName", "Babs")}, M{"nickName": "Babs"}},
		{"capital-remove", "Remove may have a capital letter", M{"title": "Old"}, []M{unset("Remove", "title")}, M{"title": nil}},
		{"flag-add", "the flag's single add", nil, []M{op("add", "nickName", "Babs")}, M{"nickName": "Babs"}},
		{"documented-verbose", "Microsoft's example of six replacements", M{"externalId": "old"}, documented("Replace", false), documentedWant()},
		{"documented-flag", "Microsoft's example of replacements with the flag", M{"externalId": "old"}, documented("replace", true), documentedWant()},
		{"primary-added", "the work address becomes primary only when it says so", M{"emails": []M{{"type": "home", "value": "h@x.example", "primary": true}}}, []M{op("Add", `emails[type eq "work"].value`, "w@x.example")},
			M{"emails": []M{{"type": "home", "value": "h@x.example", "primary": true}, {"type": "work", "value": "w@x.example"}}}},
	}
	cases := rows(Case{
		Sender: "Entra", Section: "RFC 7644 §3.5.2.3", Level: Must, Rows: []string{"K06"},
		Why:  `Entra's default mapping is full of paths such as emails[type eq "work"].value, also for people who have no such value yet.`,
		Mend: "When the bracket is an eq that selects nothing, create the value that it describes; let later operations find it.",
	}, "element-", table)
	cases = append(cases, in(Case{Sender: "Entra", Section: "RFC 7644 §3.5.2.2", Rows: []string{"K06"}, Why: "An address that was taken away is still written to.", Mend: "Take the value out of the selected element, or the element out of the list."}, []Case{
		{ID: "element-remove-value", Name: "Remove of the work address leaves no work address", Run: func(t *T) {
			a := t.User(nil)
			got := t.Patched(userPath(a.ID()), unset("Remove", `emails[type eq "work"].value`))
			t.Expect(empty(got.At("emails", "type=work", "value")), "no address of type work", got.At("emails"))
		}},
	})...)
	for i := range cases {
		if strings.HasPrefix(cases[i].ID, "element-pathless-urn") || strings.HasPrefix(cases[i].ID, "element-documented") {
			cases[i].Needs |= Enterprise
		}
		if cases[i].ID == "element-pathless-bracket" {
			cases[i].Level = Should
		}
	}
	return cases
}

// documented is the example of Microsoft's page on SCIM compliance.
func documented(verb string, flag bool) []M {
	mail := op(verb, `emails[type eq "work"].value`, "TestMhvaes@test.example")
	if flag {
		return []M{mail, set(verb, M{"displayName": "Bjfe", "name.givenName": "Kkom", "name.familyName": "Unua", "externalId": "Eqpj", enterpriseURN + ":employeeNumber": "Aklq"})}
	}
	return []M{op(verb, "displayName", "Bjfe"), mail, op(verb, "name.givenName", "Kkom"), op(verb, "name.familyName", "Unua"),
		op(verb, "externalId", "Eqpj"), op(verb, enterpriseURN+":employeeNumber", "Aklq")}
}

func documentedWant() M {
	return M{"displayName": "Bjfe", "name": M{"givenName": "Kkom", "familyName": "Unua"}, "externalId": "Eqpj",
		"emails": []M{{"type": "work", "value": "TestMhvaes@test.example"}}, enterpriseURN: M{"employeeNumber": "Aklq"}}
}
