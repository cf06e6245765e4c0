package scimapi_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
)

// httpBreakages spoil headers, errors, credentials and versions.
func httpBreakages() []breakage {
	errors := func(edit func(doc object)) spoil {
		return tells(func(_ *exchange, a *answer) {
			if a.status >= 400 && a.doc() != nil {
				edit(a.doc())
			}
		})
	}
	return []breakage{
		{"answers have another media type", "media-type", "Content-Type application/scim+json", tells(func(_ *exchange, a *answer) {
			if a.header.Get("Content-Type") != "" {
				a.header.Set("Content-Type", "text/html")
			}
		})},
		{"a wildcard in Accept is refused", "accept-many", "200 for Accept: */*", refuses(406, "", func(x *exchange) bool { return x.r.Header.Get("Accept") == "*/*" })},
		{"plain JSON is refused", "accept-json", "status 201", refuses(415, "", func(x *exchange) bool { return x.r.Header.Get("Content-Type") == "application/json" })},
		{"a charset in the content type is refused", "content-type-charset", "status 201", refuses(415, "", func(x *exchange) bool { return strings.Contains(x.r.Header.Get("Content-Type"), "charset") })},
		{"the status in errors is a number", "error-body", "as a string in the error body", errors(func(doc object) { doc["status"] = number(doc["status"]) })},
		{"errors have no schemas", "error-body", "an error body with schemas", errors(func(doc object) { delete(doc, "schemas") })},
		{"errors have no detail", "error-body", "a detail", errors(func(doc object) { delete(doc, "detail") })},
		{"errors have no scimType", "create-duplicate", "scimType uniqueness", errors(func(doc object) { delete(doc, "scimType") })},
		{"unknown endpoints are a web page", "unknown-path", "an error body with schemas", func(x *exchange) *answer {
			if !slices.ContainsFunc([]string{"/Users", "/Groups", "/Schemas", "/ResourceTypes", "/ServiceProviderConfig", "/Bulk", "/Me"}, func(p string) bool { return strings.HasPrefix(x.path, p) }) {
				return &answer{status: 404, header: http.Header{"Content-Type": {"text/html"}}, raw: []byte("<h1>Not found</h1>")}
			}
			return x.pass()
		}},
		{"a PATCH of everybody succeeds", "method-not-allowed", "PATCH /Users refused", func(x *exchange) *answer {
			if x.r.Method == "PATCH" && x.path == "/Users" {
				return none(204)
			}
			return x.pass()
		}},
		{"trailing slashes are refused", "trailing-slash", "status 200", refuses(404, "", func(x *exchange) bool { return strings.HasSuffix(x.r.URL.Path, "/") })},
		{"doubled slashes lead to nowhere", "double-slash", "status 200", refuses(404, "", func(x *exchange) bool { return strings.Contains(x.r.URL.Path, "//") })},
		{"unknown parameters are refused", "stray-query", "status 200", refuses(400, "invalidValue", func(x *exchange) bool { return x.r.URL.Query().Has("aadOptscim062020") })},
		{"JSON escapes are kept as they are", "unicode-escapes", "displayName is", asks(func(x *exchange) {
			if strings.Contains(string(x.raw), `\ud83d`) {
				x.raw = []byte(strings.ReplaceAll(string(x.raw), `\ud83d\ude80`, `\\ud83d\\ude80`))
			}
		})},
		{"answers may be cached", "not-cached", "no-store", tells(func(_ *exchange, a *answer) { a.header.Del("Cache-Control") })},
		{"requests have no id", "request-id", "X-Request-Id", tells(func(_ *exchange, a *answer) { a.header.Del("X-Request-Id") })},
		// Credentials.
		{"no token is needed", "auth-none", "status 401", trusting(func(header string) bool { return header == "" })},
		{"any token will do", "auth-wrong", "status 401", trusting(func(header string) bool { return strings.HasPrefix(header, "Bearer ") })},
		{"WWW-Authenticate is missing", "auth-challenge", "the header WWW-Authenticate", tells(func(_ *exchange, a *answer) { a.header.Del("WWW-Authenticate") })},
		{"a wrong token is 403", "auth-wrong", "status 401", tells(func(_ *exchange, a *answer) {
			if a.status == 401 {
				a.status, a.doc()["status"] = 403, "403"
			}
		})},
		{"the word Bearer is compared with case", "auth-scheme-case", "status 200", refuses(401, "", func(x *exchange) bool {
			word, _, _ := strings.Cut(x.r.Header.Get("Authorization"), " ")
			return word != "Bearer" && strings.EqualFold(word, "Bearer")
		})},
		{"unknown people are told to anybody", "auth-unknown-path", "status 401", refuses(404, "", func(x *exchange) bool { return x.r.Header.Get("Authorization") == "" && x.id() != "" })},
		{"user name and password are refused", "auth-basic", "status 200", refuses(401, "", func(x *exchange) bool { return strings.HasPrefix(x.r.Header.Get("Authorization"), "Basic ") })},
		// Versions.
		{"If-Match is ignored", "etag-412-patch", "status 412", asks(func(x *exchange) { x.r.Header.Del("If-Match") })},
		{"If-Match is ignored when deleting", "etag-412-delete", "status 412", asks(func(x *exchange) {
			if x.r.Method == "DELETE" {
				x.r.Header.Del("If-Match")
			}
		})},
		{"If-None-Match is ignored", "etag-304", "status 304", asks(func(x *exchange) { x.r.Header.Del("If-None-Match") })},
		{"the ETag never changes", "etag-changes", "another version after a change", versions(func(object, string) string { return `W/"1"` })},
		{"the ETag changes whenever it is read", "etag-changes", "the same version", versions(everNew())},
		{"the ETag is another than meta.version", "etag-header", "meta.version is", tells(func(_ *exchange, a *answer) {
			if a.header.Get("ETag") != "" {
				a.header.Set("ETag", `W/"other"`)
			}
		})},
		{"a group's ETag does not change with its members", "etag-group", "another version", versions(func(doc object, tag string) string {
			if doc["members"] != nil || doc["displayName"] != nil && doc["userName"] == nil {
				return `W/"` + text(doc["displayName"]) + `"`
			}
			return tag
		})},
	}
}

// trusting answers some requests though they have no right to it: it lends them
// the credentials of the last request that had some.
func trusting(whom func(header string) bool) spoil {
	var good memory[string]
	return func(x *exchange) *answer {
		header := x.r.Header.Get("Authorization")
		a := x.pass()
		if a.status != 401 {
			good.set("", header)
			return a
		}
		if whom(header) {
			x.r.Header.Set("Authorization", good.get(""))
			return x.pass()
		}
		return a
	}
}

// versions gives resources another version, in the header too.
func versions(of func(doc object, tag string) string) spoil {
	return tells(func(_ *exchange, a *answer) {
		for _, doc := range append(a.shown(ofUsers), a.shown(ofGroups)...) {
			tag := of(doc, a.header.Get("ETag"))
			child(doc, "meta")["version"] = tag
			if a.doc()["Resources"] == nil {
				a.header.Set("ETag", tag)
			}
		}
	})
}

// everNew gives a new version each time.
func everNew() func(object, string) string {
	var n atomic.Int64
	return func(object, string) string { return fmt.Sprintf(`W/"n%d"`, n.Add(1)) }
}

// discoveryBreakages spoil what the server says of itself, and bulk requests.
func discoveryBreakages() []breakage {
	at := func(path string, edit func(a *answer)) spoil {
		return tells(func(x *exchange, a *answer) {
			if x.is("GET", path) && a.ok() {
				edit(a)
			}
		})
	}
	bulk := func(edit func(body object)) spoil {
		return asks(func(x *exchange) {
			if x.is("POST", "/Bulk") && x.body != nil {
				edit(x.body)
			}
		})
	}
	return []breakage{
		{"the schemas are an empty list", "schemas-list", ofUsers, at("/Schemas", func(a *answer) {
			if a.doc()["Resources"] != nil {
				a.doc()["Resources"], a.doc()["totalResults"] = []any{}, 0
			}
		})},
		{"the schemas come without a list around them", "schemas-list", "schemas is", at("/Schemas", func(a *answer) {
			if list := a.doc()["Resources"]; list != nil {
				a.body = list
			}
		})},
		{"discovery needs other credentials", "config-whole", "status 200", refuses(401, "", func(x *exchange) bool { return x.is("GET", "/ServiceProviderConfig") })},
		{"canonical values are not listed", "gallery-15-canonical", "canonical value", at("/Schemas", func(a *answer) {
			walk(a.doc(), func(o object) { delete(o, "canonicalValues") })
		})},
		{"the schemas hold nulls", "schemas-no-nulls", "no null anywhere", at("/Schemas", func(a *answer) {
			walk(a.doc(), func(o object) {
				if o["mutability"] != nil {
					o["referenceTypes"] = nil
				}
			})
		})},
		{"attributes in the schemas lack their characteristics", "schemas-characteristics", "mutability", at("/Schemas", func(a *answer) {
			walk(a.doc(), func(o object) { delete(o, "mutability") })
		})},
		{"the group schema is not listed", "schemas-group", "displayName", at("/Schemas", func(a *answer) {
			a.keep(func(doc object) bool { return doc["id"] != ofGroups })
		})},
		{"an attribute of Entra's mapping is not listed", "gallery-15-flattened", "displayName", at("/Schemas", func(a *answer) {
			for _, s := range objects(a.doc()["Resources"]) {
				s["attributes"] = slices.DeleteFunc(objects(s["attributes"]), func(attr object) bool { return attr["name"] == "displayName" })
			}
		})},
		{"User does not list its extension", "types-extension", "the enterprise extension", at("/ResourceTypes/User", func(a *answer) { delete(a.doc(), "schemaExtensions") })},
		{"PATCH is said to be unsupported", "config-patch", "patch.supported is true", at("/ServiceProviderConfig", func(a *answer) { child(a.doc(), "patch")["supported"] = false })},
		{"the limits in the configuration are text", "config-limits", "as a number", at("/ServiceProviderConfig", func(a *answer) { child(a.doc(), "filter")["maxResults"] = "200" })},
		{"features in the configuration are text", "config-whole", "as a boolean", at("/ServiceProviderConfig", func(a *answer) { child(a.doc(), "patch")["supported"] = "true" })},
		{"filters on discovery endpoints are ignored", "discovery-filter-403", "status 403", asks(func(x *exchange) {
			if strings.HasPrefix(x.path, "/S") || strings.HasPrefix(x.path, "/R") {
				x.set("filter", "")
			}
		})},
		{"the schemas are paged", "discovery-unpaged", "schemas", func(x *exchange) *answer {
			a := x.pass()
			if x.is("GET", "/Schemas") && x.param("count") == "1" {
				a.doc()["Resources"] = objects(a.doc()["Resources"])[:1]
			}
			return a
		}},
		{"failOnErrors is ignored", "bulk-fail-on-errors", "the first two answers only", bulk(func(body object) { delete(body, "failOnErrors") })},
		{"a bulk request stops at the first error", "bulk-errors", "409, 404, 201", bulk(func(body object) { body["failOnErrors"] = 1 })},
		{"bulkIds are not resolved", "bulk-reference", "the new user as the new group's member", bulk(func(body object) {
			walk(body["Operations"], func(o object) {
				if id := text(o["value"]); strings.HasPrefix(id, "bulkId:") {
					o["value"] = strings.Replace(id, ":", "-", 1)
				}
			})
		})},
		{"statuses in bulk answers are numbers", "bulk-create", `status "201" twice`, tells(func(x *exchange, a *answer) {
			for _, o := range objects(a.doc()["Operations"]) {
				o["status"] = 201
			}
		})},
		{"a bulk request answers nothing but 200", "bulk-create", "schemas is", func(x *exchange) *answer {
			a := x.pass()
			if x.path == "/Bulk" && a.ok() {
				return none(200)
			}
			return a
		}},
		{"any number of bulk operations is taken", "bulk-too-many", "status 413", func(x *exchange) *answer {
			a := x.pass()
			if x.path == "/Bulk" && a.status == 413 {
				return none(200)
			}
			return a
		}},
	}
}

// walk visits every object inside a value.
func walk(v any, visit func(o object)) {
	switch in := v.(type) {
	case object:
		visit(in)
		for _, e := range in {
			walk(e, visit)
		}
	case []any:
		for _, e := range in {
			walk(e, visit)
		}
	}
}
