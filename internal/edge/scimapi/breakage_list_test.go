package scimapi_test

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// listBreakages spoil lists and paging.
func listBreakages() []breakage {
	counted := func(edit func(x *exchange, doc object)) spoil {
		return tells(func(x *exchange, a *answer) {
			if x.lists() && a.ok() {
				edit(x, a.doc())
			}
		})
	}
	return []breakage{
		{"an empty list is 404", "probe-user-name", "status 200", func(x *exchange) *answer {
			a := x.pass()
			if x.lists() && a.ok() && number(a.doc()["totalResults"]) == 0 {
				return refusal(404, "")
			}
			return a
		}},
		{"totals are stale", "page-totals-follow", "totalResults 1", stale()},
		{"totals leave out the inactive", "list-everybody", "totalResults 4", counted(func(_ *exchange, doc object) {
			for _, o := range objects(doc["Resources"]) {
				if o["active"] == false {
					doc["totalResults"] = number(doc["totalResults"]) - 1
				}
			}
		})},
		{"new people are not found at once", "page-totals-follow", "totalResults 1", counted(func(x *exchange, doc object) {
			x.set("count", "")
			for _, o := range x.pass().shown(ofUsers) {
				if born, err := time.Parse(time.RFC3339, text(child(o, "meta")["created"])); err == nil && time.Since(born) < time.Minute {
					doc["totalResults"] = number(doc["totalResults"]) - 1
				}
			}
		})},
		{"lists have a total and nobody in them", "entra-life", "the right shape", counted(func(_ *exchange, doc object) { doc["Resources"] = []any{} })},
		{"totals are those of the page", "page-total", "totalResults 4", counted(func(_ *exchange, doc object) { doc["totalResults"] = len(objects(doc["Resources"])) })},
		{"numbers in lists are text", "list-shape", "startIndex 1 as a number", counted(func(_ *exchange, doc object) {
			for _, key := range []string{"totalResults", "startIndex", "itemsPerPage"} {
				doc[key] = fmt.Sprint(doc[key])
			}
		})},
		{"itemsPerPage is what was asked for", "page-items", "itemsPerPage 1", counted(func(x *exchange, doc object) {
			if n, err := strconv.Atoi(x.param("count")); err == nil {
				doc["itemsPerPage"] = n
			}
		})},
		{"listed people are incomplete", "list-complete", "the same as GET by id", counted(func(_ *exchange, doc object) {
			for _, o := range objects(doc["Resources"]) {
				delete(o, "emails")
			}
		})},
		{"lists have no schemas", "list-empty", "schemas is", counted(func(_ *exchange, doc object) { delete(doc, "schemas") })},
		{"count is ignored", "page-items", "itemsPerPage 3", forgets("count")},
		{"count=0 gives everybody", "page-count-zero", "no Resources", asks(func(x *exchange) {
			if x.param("count") == "0" {
				x.set("count", "")
			}
		})},
		{"a negative count is refused", "page-count-negative", "status 200", refuses(400, "invalidValue", func(x *exchange) bool { return strings.HasPrefix(x.param("count"), "-") })},
		{"a huge count is refused", "page-huge-count", "status 200", refuses(400, "invalidValue", func(x *exchange) bool { return len(x.param("count")) > 6 })},
		{"startIndex is ignored", "gallery-23", "startIndex 6", forgets("startIndex")},
		{"pages are counted from 0", "page-stable", "all four people", asks(func(x *exchange) {
			if n, err := strconv.Atoi(x.param("startIndex")); err == nil {
				x.set("startIndex", fmt.Sprint(n+1))
			}
		})},
		{"startIndex counts pages", "page-stable", "in pages of 2", asks(func(x *exchange) {
			start, _ := strconv.Atoi(x.param("startIndex"))
			if count, err := strconv.Atoi(x.param("count")); err == nil && start > 1 {
				x.set("startIndex", fmt.Sprint((start-1)*count+1))
			}
		})},
		{"a page past the end is 404", "page-past-end", "status 200", func(x *exchange) *answer {
			a := x.pass()
			if start, _ := strconv.Atoi(x.param("startIndex")); x.lists() && a.ok() && start > max(1, number(a.doc()["totalResults"])) {
				return refusal(404, "")
			}
			return a
		}},
		{"the order of pages changes", "page-stable", "in pages of", shuffled()},
		{"groups are not paged", "group-list", "pages of 2 and 1 of 3", asks(func(x *exchange) {
			if x.path == "/Groups" {
				x.set("count", "")
			}
		})},
		{"the same cursor comes again", "cursor-walk", "a new cursor", cursors(func(x *exchange, doc object) {
			if given := x.param("cursor"); given != "" && doc["nextCursor"] != nil {
				doc["nextCursor"] = given
			}
		})},
		{"cursors never end", "cursor-last", "four people and no nextCursor", cursors(func(_ *exchange, doc object) {
			if doc["nextCursor"] == nil {
				doc["nextCursor"] = "more"
			}
		})},
		{"cursors skip somebody", "cursor-walk", "each of four once", cursors(func(_ *exchange, doc object) {
			if list := objects(doc["Resources"]); len(list) > 1 {
				doc["Resources"] = list[1:]
			}
		})},
		{"cursors are raw", "cursor-letters", "letters, digits", cursors(func(_ *exchange, doc object) {
			if doc["nextCursor"] != nil {
				doc["nextCursor"] = "after=" + text(doc["nextCursor"]) + "&x"
			}
		})},
		{"unknown cursors begin anew", "cursor-invalid", "status 400", func(x *exchange) *answer {
			a := x.pass()
			if x.lists() && a.status == 400 && x.param("cursor") != "" {
				x.set("cursor", "")
				return x.pass()
			}
			return a
		}},
		{"sorting is ignored", "sort-descending", "dan, cat, bob, ann", forgets("sortBy")},
		{"sortOrder is ignored", "sort-descending", "dan, cat, bob, ann", forgets("sortOrder")},
		{"only the page is sorted", "sort-paged", "dan, cat", func(x *exchange) *answer {
			by, order := x.param("sortBy"), x.param("sortOrder")
			if by != "userName" {
				return x.pass()
			}
			x.set("sortBy", "")
			a := x.pass()
			list := objects(a.doc()["Resources"])
			slices.SortFunc(list, func(one, two object) int {
				if order == "descending" {
					one, two = two, one
				}
				return strings.Compare(text(one[by]), text(two[by]))
			})
			a.doc()["Resources"] = list
			return a
		}},
		{"a search ignores its body", "search-users", "ann, bob and dan", asks(func(x *exchange) {
			if strings.HasSuffix(x.path, "/.search") {
				x.body = object{"schemas": x.body["schemas"]}
			}
		})},
		{"a search gives whole people", "search-paged", "userName only", asks(func(x *exchange) {
			if strings.HasSuffix(x.path, "/.search") {
				delete(x.body, "attributes")
			}
		})},
	}
}

// cursors spoils answers to requests with a cursor.
func cursors(edit func(x *exchange, doc object)) spoil {
	return tells(func(x *exchange, a *answer) {
		if x.r.URL.Query().Has("cursor") && a.ok() {
			edit(x, a.doc())
		}
	})
}

// stale answers with the first total that a filter had.
func stale() spoil {
	var first memory[*int]
	return tells(func(x *exchange, a *answer) {
		if key := x.path + x.param("filter"); x.lists() && a.ok() {
			if now := number(a.doc()["totalResults"]); first.get(key) == nil {
				first.set(key, &now)
			}
			a.doc()["totalResults"] = *first.get(key)
		}
	})
}

// shuffled turns the whole list round with every second page.
func shuffled() spoil {
	var n atomic.Int64
	return func(x *exchange) *answer {
		start, err := strconv.Atoi(x.param("startIndex"))
		count, _ := strconv.Atoi(x.param("count"))
		if !x.lists() || err != nil || start < 1 || n.Add(1)%2 == 0 {
			return x.pass()
		}
		a := x.pass()
		x.set("startIndex", "1")
		x.set("count", "500")
		all := objects(x.pass().doc()["Resources"])
		slices.Reverse(all)
		all = all[min(start-1, len(all)):]
		a.doc()["Resources"] = all[:max(0, min(count, len(all)))]
		return a
	}
}

// filterBreakages spoil what filters mean.
func filterBreakages() []breakage {
	replaced := func(old, with string) spoil {
		return filters(func(f string) string { return strings.ReplaceAll(f, old, with) })
	}
	rewritten := func(pattern, with string) spoil {
		re := regexp.MustCompile(pattern)
		return filters(func(f string) string { return re.ReplaceAllString(f, with) })
	}
	refused := func(part string) spoil {
		return refuses(400, "invalidFilter", func(x *exchange) bool { return strings.Contains(x.param("filter"), part) })
	}
	return []breakage{
		{"filters are ignored", "filter-eq", "finds [ann]", forgets("filter")},
		{"filters that cannot be read are ignored", "filter-bad-no-operator", "at least nobody", func(x *exchange) *answer {
			a := x.pass()
			if a.status == 400 && x.param("filter") != "" {
				x.set("filter", "")
				return x.pass()
			}
			return a
		}},
		{"unknown attributes in filters find everybody", "filter-unknown-attribute", "nobody for", asks(func(x *exchange) {
			if strings.Contains(x.param("filter"), "noSuchThing") {
				x.set("filter", "")
			}
		})},
		{"filters that cannot be read are 500", "filter-bad-open-quote", "status 400", tells(func(_ *exchange, a *answer) {
			if a.doc()["scimType"] == "invalidFilter" {
				a.status, a.doc()["status"] = 500, "500"
			}
		})},
		{"hostile filters are 500", "filter-deep", "200 or a refusal", func(x *exchange) *answer {
			if strings.Count(x.param("filter"), "(") > 500 {
				return refusal(500, "")
			}
			return x.pass()
		}},
		{"userNames in filters are compared with case", "filter-eq-any-case", "finds [ann]", exactly("userName")},
		{"externalIds are compared without case", "filter-external-id-exact", "finds []", anyCase("externalId")},
		{"eq finds longer values", "filter-eq-whole", "finds []", rewritten(`\beq\b`, "co")},
		{"operators are compared with case", "filter-eq-operator-case", "status 200", refused(" EQ ")},
		{"attribute names in filters are compared with case", "filter-name-any-case", "status 200", refused("USERNAME")},
		{"URNs in filters are not understood", "filter-qualified", "status 200", refused(ofUsers + ":")},
		{"only the first term of a filter counts", "filter-id-and", "finds []", rewritten(`^(\w+ eq "[^"]*") and .*$`, "$1")},
		{"changed addresses are found as they were", "entra-mail-change", "the same id under the new address", tells(func(x *exchange, a *answer) {
			if strings.HasPrefix(x.param("filter"), "emails[") {
				a.keep(func(doc object) bool { return child(doc, "meta")["created"] == child(doc, "meta")["lastModified"] })
			}
		})},
		{"or before and", "filter-precedence", "finds [ann]", rewritten(`\(([^()]*) or ([^()]*) and ([^()]*)\)$`, "(($1 or $2) and $3)")},
		{"or asks for both", "filter-or", "finds [cat dan]", replaced(" or ", " and ")},
		{"not is ignored", "filter-not", "finds [cat dan]", replaced("not (", "(")},
		{"pr finds everybody", "filter-pr", "finds [ann bob dan]", replaced("title pr", "id pr")},
		{"ne leaves out who has no value", "filter-ne-missing", "finds [ann bob cat]", rewritten(`(\w+) ne ("[^"]*")`, "($1 pr and $1 ne $2)")},
		{"escaped quotes end a value", "filter-escaped-quote", "finds [ann]", replaced(`\"`, "")},
		{"percent signs are wildcards", "filter-wildcards-co", "finds []", replaced(`co "%"`, "pr")},
		{"letters beyond ASCII are compared with case", "filter-unicode-fold", "finds [bob]", replaced("Ü", "Ü_")},
		{`truth values in filters may not be written "True"`, "filter-boolean-text", "status 200", refused(`active eq "`)},
		{"times in another zone are compared as text", "filter-date-zone", "finds []", replaced("2011-05-13T04:42:34+02:00", "9999-01-01T00:00:00Z")},
		{"a value path asks several values", "filter-value-path-one", "finds []", rewritten(`emails\[type eq "work" and value ew ("[^"]*")\]`, `(emails.type eq "work" and emails.value ew $1)`)},
		{"a value path with an attribute behind it is refused", "filter-value-path-sub", "status 200", refused(`"].value`)},
		{"a bracket in a filter is ignored", "filter-value-path-sub-other", "finds []", rewritten(`emails\[type eq "\w+"\]\.value`, "emails.value")},
		{"only the first value is compared", "filter-multi-any", "finds [bob]", rewritten(`emails\.value eq "[^"]*@home\.example"`, `emails[primary eq true].value ew "@home.example"`)},
		{"extensions cannot be matched", "filter-extension", "finds [ann bob]", replaced(ofEnterprise+":department eq", `id eq "x" and `+ofEnterprise+":department eq")},
		{"customers' own attributes cannot be matched", "core-custom-filter", "exactly this user", replaced(":microsoftId eq", ":microsoftId sw \"no\" and "+ofUsers+":microsoftId eq")},
		{"passwords can be found out by filters", "filter-password", "nobody for", guessable()},
		{"the manager cannot be asked for by its short name", "probe-manager", "status 200", refused("and manager eq")},
	}
}

// eq is a filter of one comparison.
var eq = regexp.MustCompile(`^(\w+) eq "([^"]*)"$`)

// exactly compares an attribute with case.
func exactly(attr string) spoil {
	return tells(func(x *exchange, a *answer) {
		if m := eq.FindStringSubmatch(x.param("filter")); m != nil && m[1] == attr && a.ok() {
			a.keep(func(doc object) bool { return doc[attr] == m[2] })
		}
	})
}

// anyCase compares an attribute without case.
func anyCase(attr string) spoil {
	return func(x *exchange) *answer {
		m := eq.FindStringSubmatch(x.param("filter"))
		if m == nil || m[1] != attr {
			return x.pass()
		}
		x.set("filter", attr+" pr")
		a := x.pass()
		a.keep(func(doc object) bool { return strings.EqualFold(text(doc[attr]), m[2]) })
		return a
	}
}

// guessable finds people by their password.
func guessable() spoil {
	var who memory[string]
	return func(x *exchange) *answer {
		password := text(x.body["password"])
		if m := eq.FindStringSubmatch(x.param("filter")); m != nil && m[1] == "password" {
			return x.ask("GET", "/Users?filter="+url.QueryEscape(`id eq "`+who.get(m[2])+`"`), nil)
		}
		a := x.pass()
		if password != "" && a.ok() {
			who.set(password, text(a.doc()["id"]))
		}
		return a
	}
}
