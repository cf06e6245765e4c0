package scimtest

import "net/http"

// deleteCases check DELETE of users.
func deleteCases() []Case {
	return in(Case{
		Section: "RFC 7644 §3.6",
		Why:     "A deleted person who is still found is matched, changed and paid for; a name that stays taken stops the next one.",
		Mend:    "Answer 204, then 404 for that id for good, leave it out of lists, and free its names.",
	}, []Case{
		{ID: "delete-204", Name: "DELETE answers 204 without a body", Rows: []string{"T23"}, Run: func(t *T) {
			a := t.User(nil)
			got := t.MustStatus(t.Delete(userPath(a.ID())), 204)
			t.Expect(len(got.Body) == 0, "no body", string(got.Body))
		}},
		{ID: "delete-gone", Name: "a deleted user is 404 for every method and in no list", Run: func(t *T) {
			a := t.User(nil)
			path := userPath(a.ID())
			t.MustStatus(t.Delete(path), 204)
			t.Refused(t.Get(path), 404)
			t.Refused(t.Patch(path, op("replace", "title", "x")), 404)
			t.Refused(t.Put(path, t.Body(nil)), 404)
			name, _ := a.At("userName").(string)
			t.Expect(t.Find("/Users", `userName eq "`+name+`"`).Total() == 0, "nobody of that name", name)
			t.Expect(t.Find("/Users", `id eq "`+a.ID()+`"`).Total() == 0, "nobody of that id", a.ID())
		}},
		{ID: "delete-twice", Name: "deleting again is 404", Sender: "Entra", Run: func(t *T) {
			a := t.User(nil)
			t.MustStatus(t.Delete(userPath(a.ID())), 204)
			t.Refused(t.Delete(userPath(a.ID())), 404)
			t.Refused(t.Delete(userPath(t.Name("nobody"))), 404)
		}, Why: "A failure here has stopped whole provisioning jobs."},
		{ID: "delete-reuse", Name: "a deleted user's name is free again, under a new id", Run: func(t *T) {
			a := t.User(nil)
			t.MustStatus(t.Delete(userPath(a.ID())), 204)
			b := t.User(M{"userName": a.At("userName")})
			t.Expect(b.ID() != a.ID(), "a new id", b.ID())
			t.Refused(t.Get(userPath(a.ID())), 404)
		}, Why: "People come back, and names are given to others."},
		{ID: "delete-inherits-nothing", Name: "who gets a deleted user's name inherits nothing", Run: func(t *T) {
			a := t.User(M{"title": "Boss", "externalId": t.Name("ext")})
			t.MustStatus(t.Delete(userPath(a.ID())), 204)
			b := t.User(M{"userName": a.At("userName")})
			got := t.Read(userPath(b.ID()))
			t.Expect(empty(got.At("title")) && empty(got.At("externalId")) && empty(got.At("groups")), "no title, externalId or groups", got.JSON)
		}},
		{ID: "delete-inactive", Name: "an inactive user can be deleted", Sender: "Entra", Run: func(t *T) {
			a := t.User(M{"active": false})
			t.MustStatus(t.Delete(userPath(a.ID())), 204)
			t.Status(t.Get(userPath(a.ID())), 404)
		}},
		{ID: "delete-content-type", Name: "DELETE needs no content type, and one does no harm", Sender: "Entra", Run: func(t *T) {
			a, b := t.User(nil), t.User(nil)
			t.Status(t.Do(Request{Method: http.MethodDelete, Path: userPath(a.ID()), Header: http.Header{"Content-Type": {""}}}), 204)
			t.Status(t.Do(Request{Method: http.MethodDelete, Path: userPath(b.ID()), Header: http.Header{"Content-Type": {mediaType}}}), 204)
		}},
	})
}
