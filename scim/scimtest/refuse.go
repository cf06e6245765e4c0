package scimtest

import (
	"fmt"
	"strings"
	"time"
)

// createRefusedCases check that bad bodies are refused with the right error.
func createRefusedCases() []Case {
	cases := in(Case{
		Section: "RFC 7644 §3.12",
		Why:     "A wrong answer makes directories retry for days, or believe that a person is there who is not.",
		Mend:    "Answer 400 with the scimType of RFC 7644 table 9 and a detail that names the attribute.",
	}, []Case{
		{ID: "create-no-user-name", Name: "a user without userName is refused", Section: "RFC 7643 §4.1.1", Rows: []string{"P17"}, Run: func(t *T) {
			t.Refused(t.Post("/Users", t.Body(M{"userName": nil})), 400, "invalidValue")
		}},
		{ID: "create-empty-user-name", Name: "a user with an empty userName is refused", Section: "RFC 7643 §4.1.1", Rows: []string{"P17"}, Run: func(t *T) {
			for _, name := range []any{"", []string{}} {
				t.Refused(t.Post("/Users", t.Body(M{"userName": name})), 400, "invalidValue")
			}
		}},
		{ID: "create-duplicate", Name: "a userName that is taken is 409 uniqueness", Section: "RFC 7644 §3.3", Rows: []string{"P18"}, Run: func(t *T) {
			a := t.User(nil)
			t.Refused(t.Post("/Users", t.Body(M{"userName": a.At("userName")})), 409, "uniqueness")
		}, Why: "Okta stops on 409; Entra looks the person up again."},
		{ID: "create-duplicate-any-case", Name: "userNames are compared without regard to case", Section: "RFC 7643 §4.1.1", Rows: []string{"E14", "P18"}, Run: func(t *T) {
			name := t.Address("MiXed")
			t.User(M{"userName": name})
			t.Refused(t.Post("/Users", t.Body(M{"userName": strings.ToUpper(name)})), 409, "uniqueness")
		}, Why: "One person would be there twice."},
		{ID: "create-duplicate-object-id", Name: "one object id of Entra's is one person, whatever the userName", Sender: "Entra", Level: Info, Section: "RFC 7643 §3.1", Run: func(t *T) {
			oid := fmt.Sprintf("5c1e7e57-0000-4000-8000-%012x", time.Now().UnixNano()&0xffffffffffff)
			a := t.User(M{"externalId": oid})
			t.Refused(t.Post("/Users", t.Body(M{"externalId": oid})), 409, "uniqueness")
			t.Equal(t.Find("/Users", `externalId eq "`+oid+`"`), a.ID(), "Resources", "id="+a.ID(), "id")
		}, Why: "A person whose address changed would be there twice. The standard leaves an externalId to the client; a GUID or an Okta id, though, means the same human for ever.", Mend: "Refuse a second person with an externalId that is an object id; tell the first one's in the detail."},
		{ID: "create-malformed", Name: "malformed JSON is refused", Run: func(t *T) {
			for _, body := range []string{`{"userName":`, `{`, `{"a" 1}`, `{"userName":"` + t.Address("comma") + `",}`, "", "null", "true", `"text"`, "[]", "[{}]", `{"userName":"` + t.Address("two") + `"}{"b":1}`} {
				t.Refused(t.Post("/Users", body), 400, "invalidSyntax", "invalidValue")
			}
		}},
		{ID: "create-not-utf8", Name: "bytes that are no UTF-8 are refused", Level: Should, Section: "RFC 8259 §8.1", Run: func(t *T) {
			a := t.Post("/Users", fmt.Sprintf("{\"userName\":%q,\"displayName\":\"\xff\xfe\"}", t.Address("bytes")))
			t.Status(a, 400)
		}, Why: "A name that was replaced by question marks is wrong for good.", Mend: "Refuse a body that is no UTF-8 with 400 invalidSyntax."},
		{ID: "create-duplicate-keys", Name: "the same key twice in one object is refused", Level: Should, Section: "RFC 8259 §4", Run: func(t *T) {
			t.Status(t.Post("/Users", fmt.Sprintf(`{"schemas":[%q],"userName":%q,"userName":%q}`, userURN, t.Address("one"), t.Address("two"))), 400)
		}, Why: "Two readers of one body may see two different people."},
		{ID: "create-nested-deep", Name: "a body nested ten thousand deep does not break the server", Level: Should, Section: "RFC 8259 §9", Run: func(t *T) {
			a := t.Post("/Users", fmt.Sprintf(`{"schemas":[%q],"userName":%q,"a":`, userURN, t.Address("deep"))+strings.Repeat(`{"a":`, 10000)+"1"+strings.Repeat("}", 10000)+"}")
			t.Expect(a.Err == nil && (a.Status == 201 || a.Status >= 400 && a.Status < 500), "201, or a refusal between 400 and 499", told(a))
		}, Why: "One request must not take the server down.", Mend: "Limit how deep a body may nest, and answer 400."},
		{ID: "create-huge", Name: "a body of 20 megabytes is refused", Level: Should, Run: func(t *T) {
			a := t.Post("/Users", fmt.Sprintf(`{"schemas":[%q],"userName":%q,"displayName":"`, userURN, t.Address("huge"))+strings.Repeat("x", 20<<20)+`"}`)
			t.Expect(a.Err != nil || a.Status == 413 || a.Status == 400, "413, 400, or a closed connection", told(a))
		}, Why: "One request must not take the server's memory.", Mend: "Stop reading at a limit, a few megabytes, and answer 413."},
		{ID: "create-nul", Name: "a NUL character is stored as sent or refused", Level: Should, Section: "RFC 8259 §7", Run: func(t *T) {
			a := t.Post("/Users", fmt.Sprintf(`{"schemas":[%q],"userName":%q,"displayName":"a\u0000b"}`, userURN, t.Address("nul")))
			if t.Status(a, 201, 400); a.Status == 201 {
				t.Equal(t.Read(userPath(a.ID())), "a\x00b", "displayName")
			}
		}},
		{ID: "create-long", Name: "very long values are stored whole or refused", Level: Should, Section: "RFC 8259 §9", Run: func(t *T) {
			long := strings.Repeat("långt ", 20000)
			a := t.Post("/Users", t.Body(M{"displayName": long}))
			if t.Status(a, 201, 400, 413); a.Status == 201 {
				t.Expect(t.Read(userPath(a.ID())).At("displayName") == long, "the whole value", "something else")
			}
		}},
		{ID: "create-no-schemas", Name: "a body without schemas is accepted or refused properly", Level: Info, Section: "RFC 7643 §3", Run: func(t *T) {
			t.Status(t.Post("/Users", t.Body(M{"schemas": nil})), 201, 400)
		}},
	})
	for _, w := range wrongTypes() {
		cases = append(cases, Case{
			ID: "create-type-" + w.id, Name: w.name + " is refused", Section: "RFC 7643 §2.3", Level: Must,
			Why:  "A value of the wrong type that is stored breaks the next reader.",
			Mend: "Check values against the attribute's type and answer 400 invalidValue naming the attribute.",
			Run: func(t *T) {
				t.Refused(t.Post("/Users", t.Body(w.with)), 400, "invalidValue", "invalidSyntax")
			},
		})
	}
	return cases
}

// wrongTypes are bodies in which one value has the wrong type.
func wrongTypes() []struct {
	id, name string
	with     M
} {
	return []struct {
		id, name string
		with     M
	}{
		{"user-name-number", "a number as userName", M{"userName": 1_700_203_040_506}},
		{"user-name-object", "an object as userName", M{"userName": M{"value": "x"}}},
		{"display-name-list", "a list as displayName", M{"displayName": []string{"a", "b"}}},
		{"name-text", "text as name", M{"name": "Ann Lee"}},
		{"given-name-object", "an object as name.givenName", M{"name": M{"givenName": M{}, "familyName": 3}}},
		{"active-word", `"maybe" as active`, M{"active": "maybe"}},
		{"active-number", "a number as active", M{"active": 2}},
		{"emails-number", "a number as emails", M{"emails": 5}},
		{"email-value-number", "a number as an e-mail's value", M{"emails": []M{{"type": "work", "value": 5}}}},
	}
}
