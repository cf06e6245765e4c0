package scimtest

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
)

// cursorCases check RFC 9865.
func cursorCases() []Case {
	return in(Case{Section: "RFC 9865 §2", Needs: Cursors, Why: "Clients that page by cursor stop early, or never.",
		Mend: "Give an opaque cursor on every page but the last, and refuse those you did not give."}, []Case{
		{ID: "cursor-config", Name: "the configuration tells how paging works", Section: "RFC 9865 §4", Run: func(t *T) {
			a := t.Read("/ServiceProviderConfig")
			_, is := a.At("pagination", "index").(bool)
			t.Expect(is, "pagination.index as a boolean", a.At("pagination"))
			if method := a.At("pagination", "defaultPaginationMethod"); method != nil {
				t.Expect(method == "cursor" || method == "index", `defaultPaginationMethod "cursor" or "index"`, method)
			}
		}},
		{ID: "cursor-walk", Name: "following nextCursor finds everybody once and ends", Run: func(t *T) {
			c := t.cast()
			for size := 1; size <= 5; size++ {
				seen := t.walk(c, size)
				slices.Sort(seen)
				t.Expect(slices.Equal(seen, []string{"ann", "bob", "cat", "dan"}), fmt.Sprintf("each of four once in pages of %d", size), show(seen))
			}
		}},
		{ID: "cursor-letters", Name: "cursors are made of unreserved characters", Run: func(t *T) {
			a := t.Read(t.cast().cursorQuery(1, ""))
			next, _ := a.At("nextCursor").(string)
			t.Expect(regexp.MustCompile(`^[A-Za-z0-9._~-]+$`).MatchString(next), "letters, digits and - . _ ~", next)
		}},
		{ID: "cursor-last", Name: "the last page has no nextCursor", Run: func(t *T) {
			a := t.Read(t.cast().cursorQuery(100, ""))
			t.Expect(a.At("nextCursor") == nil && len(a.Resources()) == 4, "four people and no nextCursor", a.JSON)
		}},
		{ID: "cursor-first", Name: "the first page has no previousCursor", Run: func(t *T) {
			a := t.Read(t.cast().cursorQuery(1, ""))
			t.Expect(a.At("previousCursor") == nil, "no previousCursor", a.At("previousCursor"))
		}},
		{ID: "cursor-previous", Name: "previousCursor, where given, leads back", Level: Should, Run: func(t *T) {
			c := t.cast()
			first := t.Read(c.cursorQuery(2, ""))
			next, _ := first.At("nextCursor").(string)
			second := t.Read(c.cursorQuery(2, next))
			if back, ok := second.At("previousCursor").(string); ok {
				t.Expect(slices.Equal(ids(t.Read(c.cursorQuery(2, back))), ids(first)), "the first page again", show(ids(second)))
			}
		}},
		{ID: "cursor-invalid", Name: "a cursor that the server never gave is refused", Section: "RFC 9865 §2.1", Run: func(t *T) {
			for _, cursor := range []string{"never-given", "%F0%9F", "AAAA", "."} {
				t.Refused(t.Get("/Users?count=1&cursor="+cursor), 400, "invalidCursor", "expiredCursor")
			}
		}},
		{ID: "cursor-repeatable", Name: "the same cursor gives the same page", Level: Should, Run: func(t *T) {
			c := t.cast()
			next, _ := t.Read(c.cursorQuery(1, "")).At("nextCursor").(string)
			one, two := ids(t.Read(c.cursorQuery(1, next))), ids(t.Read(c.cursorQuery(1, next)))
			t.Expect(len(one) == 1 && slices.Equal(one, two), "the same page twice", show([][]string{one, two}))
		}, Why: "A client that lost an answer asks again."},
		{ID: "cursor-search", Name: "cursors work in .search", Section: "RFC 9865 §3", Level: Should, Run: func(t *T) {
			c := t.cast()
			body := M{"schemas": []string{searchURN}, "filter": c.expand(`userName sw "{p}"`), "cursor": "", "count": 3}
			first := t.MustStatus(t.Post("/Users/.search", body), 200)
			next, _ := first.At("nextCursor").(string)
			t.Require(len(first.Resources()) == 3 && next != "", "three people and a nextCursor", first.JSON)
			body["cursor"] = next
			second := t.MustStatus(t.Post("/Users/.search", body), 200)
			t.Expect(len(second.Resources()) == 1 && second.At("nextCursor") == nil, "the fourth and no nextCursor", second.JSON)
		}},
		{ID: "cursor-index-stays", Name: "without a cursor parameter paging by index works as before", Run: func(t *T) {
			a := t.page(t.cast(), 2, 2)
			t.Expect(len(a.Resources()) == 2 && number(a.At("startIndex")) == 2, "two people from the second on", a.JSON)
		}},
		{ID: "cursor-deleted", Name: "a walk survives a deletion", Level: Should, Run: func(t *T) {
			prefix := t.Name("walk")
			made := map[string]bool{}
			for i := range 4 {
				made[t.User(M{"userName": fmt.Sprintf("%s-%d@%s", prefix, i, t.run.client.domain())}).ID()] = true
			}
			query := "/Users?count=2&filter=" + url.QueryEscape(`userName sw "`+prefix+`"`) + "&cursor="
			first := t.Read(query)
			for _, id := range ids(first) {
				t.Delete(userPath(id))
				delete(made, id)
			}
			next, _ := first.At("nextCursor").(string)
			for _, id := range ids(t.Read(query + next)) {
				delete(made, id)
			}
			t.Expect(len(made) == 0, "nobody skipped", show(made))
		}},
	})
}

// cursorQuery asks for a page of the shared people.
func (c *cast) cursorQuery(count int, cursor string) string {
	return fmt.Sprintf("/Users?count=%d&cursor=%s&filter=%s", count, url.QueryEscape(cursor), url.QueryEscape(c.expand(`userName sw "{p}"`)))
}

// walk follows nextCursor to the end, at most ten pages.
func (t *T) walk(c *cast, size int) []string {
	var seen []string
	cursor := ""
	for range 10 {
		a := t.Read(c.cursorQuery(size, cursor))
		seen = append(seen, c.who(a)...)
		next, ok := a.At("nextCursor").(string)
		if !ok {
			return seen
		}
		t.Require(next != "" && next != cursor, "a new cursor", next)
		cursor = next
	}
	t.Expect(false, "an end after four people", "ten pages")
	return seen
}
