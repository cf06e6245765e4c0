package scimtest

import (
	"fmt"
	"slices"
	"strings"
)

// bulk sends operations and wants a BulkResponse.
func (t *T) bulk(with M, ops ...M) []any {
	a := t.MustStatus(t.Post("/Bulk", bulkRequest(with, ops...)), 200)
	t.Equal(a, []string{bulkReplyURN}, "schemas")
	list, _ := a.At("Operations").([]any)
	for _, o := range list {
		if at(o, "method") == "POST" && fmt.Sprint(at(o, "status")) == "201" {
			location, _ := at(o, "location").(string)
			t.Track(strings.TrimPrefix(location, t.run.client.base))
		}
	}
	return list
}

func bulkRequest(with M, ops ...M) M {
	body := M{"schemas": []string{bulkURN}, "Operations": ops}
	for k, v := range with {
		body[k] = v
	}
	return body
}

// locate gives the path of what a bulk operation touched.
func (t *T) locate(o any) string {
	location, _ := at(o, "location").(string)
	return strings.TrimPrefix(location, t.run.client.base)
}

func bulkOp(method, path, id string, data any) M {
	o := M{"method": method, "path": path}
	if id != "" {
		o["bulkId"] = id
	}
	if data != nil {
		o["data"] = data
	}
	return o
}

// statuses lists the statuses of bulk operations.
func statuses(list []any) []string {
	out := make([]string, len(list))
	for i, o := range list {
		out[i], _ = at(o, "status").(string)
	}
	return out
}

// bulkCases check /Bulk.
func bulkCases() []Case {
	return in(Case{
		Section: "RFC 7644 §3.7", Needs: Bulk,
		Why:  "Microsoft recommends Bulk for large groups; a client cannot tell which of its operations worked but by these answers.",
		Mend: "Carry the operations out in order, each with its own status, resolve bulkId references, stop at failOnErrors, keep to the announced limits.",
	}, []Case{
		{ID: "bulk-create", Name: "several users are created, with bulkId, location and status", Run: func(t *T) {
			list := t.bulk(nil, bulkOp("POST", "/Users", "a", t.Body(nil)), bulkOp("POST", "/Users", "b", t.Body(nil)))
			t.Require(slices.Equal(statuses(list), []string{"201", "201"}), `status "201" twice, as text`, list)
			for i, id := range []string{"a", "b"} {
				t.Expect(at(list[i], "bulkId") == id && at(list[i], "method") == "POST", "bulkId "+id+" and the method", list[i])
				t.absolute(at(list[i], "location"), "")
				t.Read(t.locate(list[i]))
			}
		}},
		{ID: "bulk-all-methods", Name: "POST, PUT, PATCH and DELETE work in one request", Run: func(t *T) {
			put, patched, gone := t.User(nil), t.User(nil), t.User(nil)
			list := t.bulk(nil,
				bulkOp("POST", "/Users", "new", t.Body(nil)),
				bulkOp("PUT", userPath(put.ID()), "", t.Body(M{"userName": put.At("userName"), "title": "Put"})),
				bulkOp("PATCH", userPath(patched.ID()), "", patchOp(op("replace", "title", "Patched"))),
				bulkOp("DELETE", userPath(gone.ID()), "", nil))
			got := statuses(list)
			t.Require(len(got) == 4, "four answers", list)
			t.Expect(got[0] == "201" && got[1] == "200" && (got[2] == "200" || got[2] == "204") && got[3] == "204", "201, 200, 200 or 204, 204", got)
			t.Equal(t.Read(userPath(put.ID())), "Put", "title")
			t.Equal(t.Read(userPath(patched.ID())), "Patched", "title")
			t.Status(t.Get(userPath(gone.ID())), 404)
		}},
		{ID: "bulk-reference", Name: "a bulkId stands for the id of what the same request creates", Section: "RFC 7644 §3.7.2", Needs: Groups, Run: func(t *T) {
			list := t.bulk(nil, bulkOp("POST", "/Users", "ann", t.Body(nil)),
				bulkOp("POST", "/Groups", "team", M{"schemas": []string{groupURN}, "displayName": t.Name("team"), "members": []M{{"value": "bulkId:ann"}}}))
			t.Require(slices.Equal(statuses(list), []string{"201", "201"}), "201 twice", list)
			user := t.Read(t.locate(list[0]))
			t.Expect(slices.Equal(members(t.Read(t.locate(list[1]))), []string{user.ID()}), "the new user as the new group's member", list)
		}},
		{ID: "bulk-reference-path", Name: "a bulkId may stand in a path", Section: "RFC 7644 §3.7.2", Level: Should, Run: func(t *T) {
			list := t.bulk(nil, bulkOp("POST", "/Users", "ann", t.Body(nil)), bulkOp("PATCH", "/Users/bulkId:ann", "", patchOp(op("add", "title", "Boss"))))
			t.Require(len(list) == 2 && statuses(list)[0] == "201", "two answers", list)
			t.Equal(t.Read(t.locate(list[0])), "Boss", "title")
		}},
		{ID: "bulk-reference-forward", Name: "a bulkId may be used before it is defined", Section: "RFC 7644 §3.7.1", Needs: Groups, Level: Should, Run: func(t *T) {
			list := t.bulk(nil, bulkOp("POST", "/Groups", "team", M{"schemas": []string{groupURN}, "displayName": t.Name("team"), "members": []M{{"value": "bulkId:ann"}}}),
				bulkOp("POST", "/Users", "ann", t.Body(nil)))
			t.Require(slices.Equal(statuses(list), []string{"201", "201"}), "201 twice", list)
			for _, o := range list {
				if at(o, "bulkId") == "team" {
					t.Expect(len(members(t.Read(t.locate(o)))) == 1, "one member", o)
				}
			}
		}},
		{ID: "bulk-reference-unknown", Name: "a bulkId that nothing defines fails that operation", Section: "RFC 7644 §3.7.2", Level: Should, Run: func(t *T) {
			list := t.bulk(nil, bulkOp("PATCH", "/Users/bulkId:nobody", "", patchOp(op("add", "title", "x"))))
			t.Require(len(list) == 1, "one answer", list)
			t.Expect(strings.HasPrefix(statuses(list)[0], "4"), "a status of 4xx", list[0])
		}},
	})
}

// bulkErrorCases check what /Bulk refuses.
func bulkErrorCases() []Case {
	return in(Case{
		Section: "RFC 7644 §3.7", Needs: Bulk,
		Why:  "Microsoft recommends Bulk for large groups; a client cannot tell which of its operations worked but by these answers.",
		Mend: "Carry the operations out in order, each with its own status, resolve bulkId references, stop at failOnErrors, keep to the announced limits.",
	}, []Case{
		{ID: "bulk-errors", Name: "a failed operation has its status and the SCIM error, and the others go on", Section: "RFC 7644 §3.7.3", Run: func(t *T) {
			taken := t.User(nil)
			list := t.bulk(nil, bulkOp("POST", "/Users", "dup", t.Body(M{"userName": taken.At("userName")})), bulkOp("PATCH", userPath(t.Name("nobody")), "", patchOp(op("add", "title", "x"))),
				bulkOp("POST", "/Users", "ok", t.Body(nil)))
			t.Require(slices.Equal(statuses(list), []string{"409", "404", "201"}), "409, 404, 201", list)
			t.Expect(holds(at(list[0], "response"), plain(M{"schemas": []string{errorURN}, "status": "409", "scimType": "uniqueness"})), "the SCIM error in response", list[0])
		}},
		{ID: "bulk-fail-on-errors", Name: "failOnErrors stops after that many errors", Section: "RFC 7644 §3.7.3", Run: func(t *T) {
			bad := bulkOp("POST", "/Users", "bad", M{"schemas": []string{userURN}})
			name := t.Address("never")
			list := t.bulk(M{"failOnErrors": 1}, bulkOp("POST", "/Users", "first", t.Body(nil)), bad, bulkOp("POST", "/Users", "last", t.Body(M{"userName": name})))
			t.Expect(len(list) == 2 && statuses(list)[0] == "201" && statuses(list)[1] == "400", "the first two answers only", list)
			t.Expect(t.Find("/Users", `userName eq "`+name+`"`).Total() == 0, "the third was not carried out", name)
		}},
		{ID: "bulk-too-many", Name: "too many operations are 413", Section: "RFC 7644 §3.7.4", Run: func(t *T) {
			most := number(t.Read("/ServiceProviderConfig").At("bulk", "maxOperations"))
			if most < 1 || most > 20_000 {
				return
			}
			ops := make([]M, most+1)
			for i := range ops {
				ops[i] = bulkOp("DELETE", "/Users/"+t.label, "", nil)
			}
			t.Refused(t.Post("/Bulk", bulkRequest(nil, ops...)), 413)
		}},
		{ID: "bulk-too-large", Name: "too large a request is 413", Section: "RFC 7644 §3.7.4", Level: Should, Run: func(t *T) {
			most := number(t.Read("/ServiceProviderConfig").At("bulk", "maxPayloadSize"))
			if most < 1 || most > 32<<20 {
				return
			}
			a := t.Post("/Bulk", bulkRequest(nil, bulkOp("POST", "/Users", "big", t.Body(M{"displayName": strings.Repeat("x", most)}))))
			t.Expect(a.Err != nil || a.Status == 413, "413 or a closed connection", told(a))
		}},
		{ID: "bulk-bad", Name: "a malformed bulk request is 400", Run: func(t *T) {
			for _, body := range []any{"{", "[]", M{"schemas": []string{bulkURN}}, M{"schemas": []string{bulkURN}, "Operations": 5}} {
				t.Refused(t.Post("/Bulk", body), 400)
			}
		}},
		{ID: "bulk-bad-operation", Name: "an operation that cannot be fails alone", Run: func(t *T) {
			for _, bad := range []M{bulkOp("GET", "/Users", "", nil), bulkOp("POST", "/Nothings", "x", M{}), bulkOp("POST", "/Users", "y", nil), bulkOp("", "/Users", "z", t.Body(nil))} {
				a := t.Post("/Bulk", bulkRequest(nil, bad))
				if t.Status(a, 200, 400); a.Status != 200 {
					continue
				}
				list, _ := a.At("Operations").([]any)
				t.Expect(len(list) == 1 && (strings.HasPrefix(statuses(list)[0], "4") || statuses(list)[0] == "501"), "one answer of 4xx", a.JSON)
			}
		}},
		{ID: "bulk-get", Name: "GET /Bulk is refused", Level: Should, Run: func(t *T) {
			t.Status(t.Get("/Bulk"), 404, 405, 501)
		}},
	})
}
