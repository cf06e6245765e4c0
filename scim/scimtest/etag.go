package scimtest

import "net/http"

// with makes a request with one extra header.
func (t *T) with(method, path, header, value string, body any) *Answer {
	return t.Do(Request{Method: method, Path: path, Body: body, Header: http.Header{header: {value}}})
}

// etagCases check versions and conditional requests.
func etagCases() []Case {
	tag := func(a *Answer) string { return a.Header.Get("ETag") }
	return in(Case{
		Section: "RFC 7644 §3.14", Needs: ETags,
		Why:  "Two writers that do not see each other undo one another's work.",
		Mend: "Give every resource a version that changes exactly when it changes, and honour If-Match and If-None-Match.",
	}, []Case{
		{ID: "etag-header", Name: "the ETag header and meta.version are the same", Run: func(t *T) {
			a := t.User(nil)
			for _, got := range []*Answer{a, t.Read(userPath(a.ID()))} {
				t.Expect(tag(got) != "", "an ETag header", show(got.Header))
				t.Equal(got, tag(got), "meta", "version")
			}
			listed := t.Find("/Users", `id eq "`+a.ID()+`"`)
			t.Expect(len(listed.Resources()) == 1 && at(listed.Resources()[0], "meta", "version") == tag(a), "the same version in a list", listed.JSON)
		}},
		{ID: "etag-changes", Name: "the version changes with the resource, and only then", Run: func(t *T) {
			a := t.User(nil)
			path := userPath(a.ID())
			same := t.Patched(path, op("replace", "active", true))
			t.Expect(tag(same) == tag(a), "the same version after a PATCH that changes nothing", tag(same))
			other := t.Patched(path, op("replace", "title", "Boss"))
			t.Expect(tag(other) != tag(a), "another version after a change", tag(other))
			again := t.Read(path)
			t.Expect(tag(again) == tag(other), "the same version when read again", tag(again))
		}},
		{ID: "etag-304", Name: "If-None-Match with the current version is 304", Run: func(t *T) {
			a := t.User(nil)
			path := userPath(a.ID())
			for _, value := range []string{tag(a), "*", `W/"other", ` + tag(a)} {
				got := t.with("GET", path, "If-None-Match", value, nil)
				t.Status(got, 304)
				t.Expect(len(got.Body) == 0, "no body", string(got.Body))
			}
			t.Status(t.with("GET", path, "If-None-Match", `W/"other"`, nil), 200)
		}},
		{ID: "etag-412-patch", Name: "PATCH with an old version is 412 and changes nothing", Run: func(t *T) {
			a := t.User(M{"title": "Kept"})
			path := userPath(a.ID())
			t.Patched(path, op("replace", "nickName", "N"))
			t.Refused(t.with("PATCH", path, "If-Match", tag(a), patchOp(op("replace", "title", "Lost"))), 412)
			t.Equal(t.Read(path), "Kept", "title")
		}},
		{ID: "etag-412-put", Name: "PUT with an old version is 412 and changes nothing", Run: func(t *T) {
			a := t.User(M{"title": "Kept"})
			path := userPath(a.ID())
			t.Patched(path, op("replace", "nickName", "N"))
			t.Refused(t.with("PUT", path, "If-Match", tag(a), t.Body(M{"userName": a.At("userName")})), 412)
			t.Equal(t.Read(path), "Kept", "title")
		}},
		{ID: "etag-412-delete", Name: "DELETE with an old version is 412 and deletes nothing", Run: func(t *T) {
			a := t.User(nil)
			path := userPath(a.ID())
			t.Refused(t.with("DELETE", path, "If-Match", `W/"other"`, nil), 412)
			t.Read(path)
			t.Status(t.with("DELETE", path, "If-Match", tag(a), nil), 204)
		}},
		{ID: "etag-match", Name: "If-Match with the current version, or *, lets through", Run: func(t *T) {
			a := t.User(nil)
			path := userPath(a.ID())
			t.Status(t.with("PATCH", path, "If-Match", tag(a), patchOp(op("replace", "title", "One"))), 200, 204)
			t.Status(t.with("PATCH", path, "If-Match", "*", patchOp(op("replace", "title", "Two"))), 200, 204)
			now := t.Read(path)
			t.Status(t.with("PATCH", path, "If-Match", `W/"other", `+tag(now), patchOp(op("replace", "title", "Three"))), 200, 204)
			t.Equal(t.Read(path), "Three", "title")
		}},
		{ID: "etag-odd", Name: "a version that cannot be does not break the server", Level: Should, Run: func(t *T) {
			a := t.User(nil)
			for _, value := range []string{"x", `"`, `W/`, `,`, `"a" "b"`} {
				t.Status(t.with("PATCH", userPath(a.ID()), "If-Match", value, patchOp(op("replace", "title", "x"))), 200, 204, 400, 412)
			}
		}},
		{ID: "etag-group", Name: "a group's version changes with its members", Needs: Groups, Level: Should, Run: func(t *T) {
			g := t.Group()
			before := t.Read(groupPath(g.ID()))
			t.MustStatus(t.Patch(groupPath(g.ID()), op("add", "members", refs(t.User(nil).ID()))), 200, 204)
			after := t.Read(groupPath(g.ID()))
			t.Expect(tag(before) != "" && tag(after) != tag(before), "another version", tag(after))
			t.Refused(t.with("PATCH", groupPath(g.ID()), "If-Match", tag(before), patchOp(op("replace", "displayName", t.Name("x")))), 412)
		}},
	})
}
