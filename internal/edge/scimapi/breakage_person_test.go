package scimapi_test

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"
	"unicode"
)

// personBreakages spoil how people are created, read, replaced and deleted.
func personBreakages() []breakage {
	return []breakage{
		// Creating.
		{"creating answers 200", "create-201", "status 201", tells(func(x *exchange, a *answer) {
			if x.is("POST", "/Users") && a.status == 201 {
				a.status = 200
			}
		})},
		{"creating answers without the person", "okta-push", "the user in the answer", turns(201, func(x *exchange, a *answer) bool { return x.is("POST", "/Users") && a.status == 201 })},
		{"the Location header is missing", "create-location", "Location", tells(func(_ *exchange, a *answer) { a.header.Del("Location") })},
		{"locations are relative", "create-location", "an absolute address", shows(ofUsers, func(doc object) {
			if _, rest, is := strings.Cut(text(child(doc, "meta")["location"]), "/scim"); is {
				child(doc, "meta")["location"] = "/scim" + rest
			}
		})},
		{"the client's own id is taken", "create-id-ignored", "an id of the server's own", wishedID()},
		{"meta from the client is taken", "create-meta-ignored", "the server's own time", wishedMeta("POST")},
		{"a taken userName is given again", "create-duplicate", "status 409", doubles(func(*exchange) func(object) bool { return func(object) bool { return true } })},
		{"userNames are compared with case when people are created", "create-duplicate-any-case", "status 409", doubles(func(x *exchange) func(object) bool {
			sent := x.body["userName"]
			return func(is object) bool { return is["userName"] != sent }
		})},
		{"a taken userName is told as 400", "create-duplicate", "status 409", tells(func(_ *exchange, a *answer) {
			if a.status == 409 {
				a.status, a.doc()["status"] = 400, "400"
			}
		})},
		{"one object id makes two people", "create-duplicate-object-id", "status 409", func(x *exchange) *answer {
			a := x.pass()
			if x.is("POST", "/Users") && a.status == 409 && x.body["externalId"] != nil {
				x.body["externalId"] = text(x.body["externalId"]) + "-2"
				return x.pass()
			}
			return a
		}},
		{"creating again updates the person that is there", "retry-create", "status 409", func(x *exchange) *answer {
			a := x.pass()
			if there := x.find("/Users", `userName eq "`+text(x.body["userName"])+`"`); x.is("POST", "/Users") && a.status == 409 && len(there) > 0 {
				return x.ask("GET", "/Users/"+text(there[0]["id"]), nil)
			}
			return a
		}},
		{"parallel creations of one name all succeed", "race-create", "one 201 and nine 409", doubles(freeBefore)},
		{"people without active are created inactive", "create-active-default", "active is true", asks(func(x *exchange) {
			if x.is("POST", "/Users") && x.body != nil && x.body["active"] == nil {
				x.body["active"] = false
			}
		})},
		{"everybody is created active", "create-inactive", "active is false", asks(func(x *exchange) {
			if x.is("POST", "/Users") && x.body != nil {
				x.body["active"] = true
			}
		})},
		{"passwords are returned", "create-password-hidden", "no password", passwords()},
		{"groups in a user are refused", "create-groups-ignored", "status 201", refuses(400, "mutability", func(x *exchange) bool { return x.is("POST", "/Users") && x.body["groups"] != nil })},
		{"unknown attributes are refused", "create-unknown", "status 201", refuses(400, "invalidSyntax", func(x *exchange) bool { return x.body["favouriteColour"] != nil })},
		{"nulls are refused", "create-null", "status 201", refuses(400, "invalidValue", func(x *exchange) bool {
			title, sent := x.body["title"]
			return sent && title == nil
		})},
		{"attribute names are compared with case", "create-names-any-case", "status 201", refuses(400, "invalidValue", func(x *exchange) bool { return x.is("POST", "/Users") && x.body["USERNAME"] != nil })},
		{"numbers are taken for text", "create-type-user-name-number", "status 400", asks(func(x *exchange) {
			if n, is := x.body["userName"].(float64); is {
				x.body["userName"] = fmt.Sprint(n)
			}
		})},
		{"extensions that schemas does not announce are dropped", "create-extension-unannounced", `is "Sales"`, asks(func(x *exchange) {
			if urns, _ := x.body["schemas"].([]any); x.is("POST", "/Users") && !slices.Contains(urns, any(ofEnterprise)) {
				delete(x.body, ofEnterprise)
			}
		})},
		{"schemas does not list the extension", "create-extension", "schemas is", shows(ofUsers, func(doc object) { doc["schemas"] = []string{ofUsers} })},
		{"schemas lists an extension without values", "create-extension-absent", "schemas is", shows(ofUsers, func(doc object) { doc["schemas"] = []string{ofUsers, ofEnterprise} })},
		{"an extension's URN is compared with case", "create-extension-any-case", `is "Sales"`, asks(func(x *exchange) {
			for k := range x.body {
				if k != ofEnterprise && strings.EqualFold(k, ofEnterprise) {
					delete(x.body, k)
				}
			}
		})},
		{"the answer to POST is not what is stored", "create-equals-read", "the same resource", tells(func(x *exchange, a *answer) {
			if x.is("POST", "/Users") && a.doc()["title"] != nil {
				a.doc()["title"] = strings.ToUpper(text(a.doc()["title"]))
			}
		})},
		{"phone numbers are reformatted", "create-as-sent", "phoneNumbers is", phones(func(n string) string {
			if len(n) == 11 {
				return n[:3] + "-" + n[3:]
			}
			return n
		})},
		{"values are trimmed", "create-as-sent", "title is", asks(func(x *exchange) {
			if t, is := x.body["title"].(string); is {
				x.body["title"] = strings.TrimSpace(t)
			}
		})},
		{"addresses are put into lower case", "create-as-sent", "emails is", asks(func(x *exchange) {
			for _, e := range objects(x.body["emails"]) {
				if v, is := e["value"].(string); is {
					e["value"] = strings.ToLower(v)
				}
			}
		})},
		{"letters with marks are composed", "unicode", "combining", asks(func(x *exchange) {
			if d, is := x.body["displayName"].(string); is {
				x.body["displayName"] = strings.ReplaceAll(d, "a\u0301", "á")
			}
		})},
		{"text is kept in ASCII", "unicode", `displayName is "李小龍"`, asks(func(x *exchange) {
			if d, is := x.body["displayName"].(string); is {
				x.body["displayName"] = strings.Map(func(r rune) rune {
					if r > unicode.MaxASCII {
						return '?'
					}
					return r
				}, d)
			}
		})},
		{"long values are cut off", "create-long", "the whole value", asks(func(x *exchange) {
			if d, is := x.body["displayName"].(string); is && len(d) > 255 {
				x.body["displayName"] = strings.ToValidUTF8(d[:255], "")
			}
		})},
		// Replacing.
		{"PUT keeps what is left out", "put-clears", "no title, no nickName", puts(func(is, sent object) {
			for k, v := range is {
				if _, said := sent[k]; !said {
					sent[k] = v
				}
			}
		})},
		{"PUT merges lists", "put-multi", "phoneNumbers is", puts(func(is, sent object) {
			if len(objects(sent["phoneNumbers"])) > 0 {
				sent["phoneNumbers"] = append(is["phoneNumbers"].([]any), sent["phoneNumbers"].([]any)...)
			}
		})},
		{"PUT changes read-only attributes", "put-read-only", "meta.created is", wishedMeta("PUT")},
		{"PUT refuses read-only attributes", "put-as-read", "status 200", refuses(400, "mutability", func(x *exchange) bool { return x.is("PUT", "/Users") && x.body["meta"] != nil })},
		{"PUT makes a person for an unknown id", "put-unknown", "status 404", func(x *exchange) *answer {
			a := x.pass()
			if x.is("PUT", "/Users") && a.status == 404 {
				return x.ask("POST", "/Users", x.body)
			}
			return a
		}},
		{"PUT without active switches on", "put-keeps-active", "active is false", puts(func(_, sent object) {
			if sent["active"] == nil {
				sent["active"] = true
			}
		})},
		{"PUT does not deactivate", "okta-deactivate-custom", "active is false", puts(func(_, sent object) { sent["active"] = true })},
		{"PUT loses the extension", "put-as-read", ofEnterprise, puts(func(_, sent object) { delete(sent, ofEnterprise) })},
		// Reading.
		{"attributes is ignored", "attributes-one", "nothing else", forgets("attributes")},
		{"attributes loses the id", "attributes-one", "id is", tells(func(x *exchange, a *answer) {
			if !strings.Contains(x.param("attributes"), "id") && x.param("attributes") != "" {
				delete(a.doc(), "id")
			}
		})},
		{"excludedAttributes leaves out the id", "excluded-id", "id is", tells(func(x *exchange, a *answer) {
			if slices.Contains(strings.Split(x.param("excludedAttributes"), ","), "id") {
				delete(a.doc(), "id")
			}
		})},
		{"excludedAttributes is ignored", "group-excluded-members", "displayName and no members", forgets("excludedAttributes")},
		{"sub-attributes cannot be chosen", "attributes-sub", "no other sub-attributes", asks(func(x *exchange) {
			if list := x.param("attributes"); list != "" {
				x.set("attributes", strings.NewReplacer(".givenName", "", ".value", "").Replace(list))
			}
		})},
		{"unknown ids are 500", "read-unknown", "status 404", tells(func(x *exchange, a *answer) {
			if x.is("GET", "/Users") && a.status == 404 {
				a.status, a.doc()["status"] = 500, "500"
			}
		})},
		{"ids that cannot be are 500", "read-odd-ids", "404 or 400", func(x *exchange) *answer {
			if strings.ContainsFunc(x.path, unicode.IsControl) {
				return refusal(500, "")
			}
			return x.pass()
		}},
		{"a user's id is known under Groups", "read-user-as-group", "status 404", func(x *exchange) *answer {
			a := x.pass()
			if x.is("GET", "/Groups") && a.status == 404 {
				return x.ask("GET", "/Users/"+x.id(), nil)
			}
			return a
		}},
		{"the resource has moved from its location", "create-location-works", "status 200", shows(ofUsers, func(doc object) {
			child(doc, "meta")["location"] = text(child(doc, "meta")["location"]) + "-moved"
		})},
		// Deleting.
		{"nothing is deleted, only switched off", "delete-gone", "status 404", func(x *exchange) *answer {
			if !x.is("DELETE", "/Users") {
				return x.pass()
			}
			if a := x.ask("PATCH", x.path, patchOf(object{"op": "replace", "path": "active", "value": false})); !a.ok() {
				return a
			}
			return none(204)
		}},
		{"deleted people stay in lists", "page-totals-follow", "totalResults 0 after DELETE", ghosts()},
		{"a deleted userName stays taken", "delete-reuse", "status 201", takenForEver()},
		{"who gets a deleted name inherits", "delete-inherits-nothing", "no title, externalId or groups", inherits()},
		{"deleting again succeeds", "delete-twice", "status 404", tells(func(x *exchange, a *answer) {
			if x.is("DELETE", "/Users") && a.status == 404 {
				*a = *none(204)
			}
		})},
		{"deleting again is 500", "delete-twice", "status 404", tells(func(x *exchange, a *answer) {
			if x.is("DELETE", "/Users") && a.status == 404 {
				*a = *refusal(500, "")
			}
		})},
		{"deleting answers 200 with the person", "delete-204", "status 204", func(x *exchange) *answer {
			if !x.is("DELETE", "/Users") {
				return x.pass()
			}
			last := x.ask("GET", x.path, nil)
			if a := x.pass(); !a.ok() {
				return a
			}
			return last
		}},
		{"inactive people cannot be deleted", "delete-inactive", "status 204", refuses(403, "", func(x *exchange) bool { return x.is("DELETE", "/Users") && x.read(x.path)["active"] == false })},
		{"a content type with DELETE is refused", "delete-content-type", "status 204", refuses(415, "", func(x *exchange) bool { return x.r.Method == "DELETE" && x.r.Header.Get("Content-Type") != "" })},
	}
}

// puts spoils what a PUT of a user sends, knowing what is there.
func puts(edit func(is, sent object)) spoil {
	return asks(func(x *exchange) {
		if x.is("PUT", "/Users") && x.body != nil {
			if is := x.read(x.path); is != nil {
				edit(is, x.body)
			}
		}
	})
}

// phones spoils the phone numbers that are sent.
func phones(edit func(string) string) spoil {
	return asks(func(x *exchange) {
		for _, p := range objects(x.body["phoneNumbers"]) {
			if v, is := p["value"].(string); is {
				p["value"] = edit(v)
			}
		}
	})
}

// doubles lets a second person have a userName. look is asked when a POST comes
// in, and what it gives when the name turns out to be another's. The second is
// kept under another name and shown under the one that was sent.
func doubles(look func(x *exchange) (allowed func(is object) bool)) spoil {
	var shown memory[string]
	var count atomic.Int64
	return func(x *exchange) *answer {
		allowed := look(x)
		a := x.pass()
		if x.is("POST", "/Users") && a.status == 409 {
			sent := text(x.body["userName"])
			if first := x.find("/Users", `userName eq "`+sent+`"`); len(first) == 1 && allowed(first[0]) {
				x.body["userName"] = fmt.Sprint(sent, ".", count.Add(1))
				a = x.pass()
				shown.set(text(a.doc()["id"]), sent)
			}
		}
		for _, doc := range a.shown(ofUsers) {
			if name := shown.get(text(doc["id"])); name != "" {
				doc["userName"] = name
			}
		}
		return a
	}
}

// freeBefore allows a name that was free when the request came, whoever took it
// meanwhile.
func freeBefore(x *exchange) func(object) bool {
	free := x.is("POST", "/Users") && len(x.find("/Users", `userName eq "`+text(x.body["userName"])+`"`)) == 0
	if free {
		time.Sleep(100 * time.Millisecond)
	}
	return func(object) bool { return free }
}

// wishedID shows people under the id that the client sent.
func wishedID() spoil {
	var wishes memory[string]
	return func(x *exchange) *answer {
		wish := text(x.body["id"])
		a := x.pass()
		if wish != "" && a.status == 201 {
			wishes.set(text(a.doc()["id"]), wish)
		}
		for _, doc := range a.shown(ofUsers) {
			if wish := wishes.get(text(doc["id"])); wish != "" {
				doc["id"] = wish
			}
		}
		return a
	}
}

// wishedMeta shows meta.created as the client sent it.
func wishedMeta(method string) spoil {
	var wishes memory[any]
	return func(x *exchange) *answer {
		meta, _ := x.body["meta"].(object)
		a := x.pass()
		for _, doc := range a.shown(ofUsers) {
			id := text(doc["id"])
			if x.is(method, "/Users") && meta["created"] != nil {
				wishes.set(id, meta["created"])
			}
			if wish := wishes.get(id); wish != nil {
				child(doc, "meta")["created"] = wish
			}
		}
		return a
	}
}

// passwords keeps them and returns them.
func passwords() spoil {
	var known memory[any]
	return func(x *exchange) *answer {
		sent := x.body["password"]
		a := x.pass()
		for _, doc := range a.shown(ofUsers) {
			id := text(doc["id"])
			if sent != nil && a.ok() {
				known.set(id, sent)
			}
			if p := known.get(id); p != nil {
				doc["password"] = p
			}
		}
		return a
	}
}

// ghosts counts deleted people in every list.
func ghosts() spoil {
	var gone memory[int]
	return func(x *exchange) *answer {
		a := x.pass()
		if x.is("DELETE", "/Users") && a.ok() {
			gone.set("", gone.get("")+1)
		}
		if x.lists() && a.ok() {
			a.doc()["totalResults"] = number(a.doc()["totalResults"]) + gone.get("")
		}
		return a
	}
}

// folded is a userName as it is compared.
func folded(v any) string { return strings.ToLower(text(v)) }

// takenForEver never frees a userName.
func takenForEver() spoil {
	var gone memory[bool]
	return func(x *exchange) *answer {
		if x.is("DELETE", "/Users") {
			gone.set(folded(x.read(x.path)["userName"]), true)
		}
		if x.is("POST", "/Users") && gone.get(folded(x.body["userName"])) {
			return refusal(409, "uniqueness")
		}
		return x.pass()
	}
}

// inherits brings back what a deleted person of the same userName had.
func inherits() spoil {
	var gone memory[object]
	return func(x *exchange) *answer {
		if x.is("DELETE", "/Users") {
			doc := x.read(x.path)
			gone.set(folded(doc["userName"]), doc)
		}
		if x.is("POST", "/Users") {
			if old := gone.get(folded(x.body["userName"])); old != nil && x.body["title"] == nil {
				x.body["title"] = old["title"]
			}
		}
		return x.pass()
	}
}
