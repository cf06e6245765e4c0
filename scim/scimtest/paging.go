package scimtest

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// listCases check the list itself.
func listCases() []Case {
	return in(Case{
		Section: "RFC 7644 §3.4.2",
		Why:     "Every match and every import reads a list.",
		Mend:    "Answer 200 with a ListResponse of whole resources, also when there are none.",
	}, []Case{
		{ID: "list-shape", Name: "a list has schemas and its numbers as numbers", Sender: "Okta", Run: func(t *T) {
			t.cast()
			a := t.list("/Users?startIndex=1&count=2")
			t.Expect(a.Total() >= len(a.Resources()), "totalResults as a number", a.At("totalResults"))
			t.Expect(number(a.At("startIndex")) == 1, "startIndex 1 as a number", a.At("startIndex"))
			t.Expect(number(a.At("itemsPerPage")) == len(a.Resources()), "itemsPerPage as the number of resources returned", a.At("itemsPerPage"))
		}, Why: "Okta refuses totalResults as text.", Mend: "Write totalResults, startIndex and itemsPerPage as integers."},
		{ID: "list-everybody", Name: "everybody is listed, the inactive too", Rows: []string{"P22"}, Run: func(t *T) {
			c := t.cast()
			a := t.Find("/Users", c.expand(`userName sw "{p}"`))
			got := c.who(a)
			slices.Sort(got)
			t.Expect(slices.Equal(got, []string{"ann", "bob", "cat", "dan"}), "ann, bob, cat and dan", show(got))
			t.Expect(a.Total() == 4, "totalResults 4", a.At("totalResults"))
		}, Why: "Imports and account discovery read everybody; people who are hidden are created again."},
		{ID: "list-complete", Name: "listed users are complete", Run: func(t *T) {
			c := t.cast()
			a := t.Find("/Users", c.expand(`userName eq "{p}ann@{d}"`))
			t.Require(len(a.Resources()) == 1, "one user", a.JSON)
			t.Expect(holds(a.Resources()[0], t.Read(userPath(c.ids["ann"])).JSON), "the same as GET by id", a.Resources()[0])
		}, Why: "Entra compares what the match returned and patches what seems to be missing."},
		{ID: "list-empty", Name: "an empty list is 200 with totalResults 0", Run: func(t *T) {
			a := t.Find("/Users", `userName eq "`+t.Name("nobody")+`"`)
			t.Equal(a, []string{listURN}, "schemas")
			t.Expect(a.Total() == 0 && len(a.Resources()) == 0, "totalResults 0 and no Resources", a.JSON)
		}},
		{ID: "list-root", Name: "a query on the base is served or refused properly", Level: Info, Section: "RFC 7644 §3.4.2.1", Run: func(t *T) {
			a := t.Get("/?count=1")
			t.Expect(slices.Contains([]int{200, 400, 403, 404, 501}, a.Status), "200, or 400, 403, 404, 501", told(a))
		}},
	})
}

// pagingCases check startIndex and count.
func pagingCases() []Case {
	return in(Case{
		Section: "RFC 7644 §3.4.2.4",
		Why:     "Okta imports, Entra's account discovery and SailPoint page through everybody; a wrong page loses or doubles people.",
		Mend:    "Count from 1, keep a total order (by id), report what was returned.",
	}, []Case{
		{ID: "page-count-zero", Name: "count=0 returns only the total", Run: func(t *T) {
			c := t.cast()
			a := t.page(c, 1, 0)
			t.Expect(len(a.Resources()) == 0 && a.Total() == 4, "no Resources and totalResults 4", a.JSON)
		}},
		{ID: "page-count-negative", Name: "a negative count is 0", Run: func(t *T) {
			a := t.page(t.cast(), 1, -3)
			t.Expect(len(a.Resources()) == 0 && a.Total() == 4, "no Resources and totalResults 4", a.JSON)
		}},
		{ID: "page-start-below-one", Name: "a startIndex below 1 is 1", Run: func(t *T) {
			c := t.cast()
			want := ids(t.page(c, 1, 2))
			for _, start := range []int{0, -5} {
				a := t.page(c, start, 2)
				t.Expect(slices.Equal(ids(a), want), "the first page", show(ids(a)))
				t.Expect(number(a.At("startIndex")) == 1, "startIndex 1", a.At("startIndex"))
			}
		}},
		{ID: "page-past-end", Name: "a page past the end is empty, with the total", Run: func(t *T) {
			a := t.page(t.cast(), 5, 2)
			t.Expect(len(a.Resources()) == 0 && a.Total() == 4, "no Resources and totalResults 4", a.JSON)
			b := t.page(t.cast(), 1_000_000, 2)
			t.Expect(len(b.Resources()) == 0 && b.Total() == 4, "no Resources and totalResults 4", b.JSON)
		}},
		{ID: "page-items", Name: "itemsPerPage is what was returned, startIndex what was asked", Run: func(t *T) {
			for start, n := range map[int]int{1: 3, 4: 1} {
				a := t.page(t.cast(), start, 3)
				t.Expect(len(a.Resources()) == n && number(a.At("itemsPerPage")) == n, fmt.Sprintf("itemsPerPage %d", n), a.At("itemsPerPage"))
				t.Expect(number(a.At("startIndex")) == start, fmt.Sprintf("startIndex %d", start), a.At("startIndex"))
			}
		}},
	})
}

// pagingWalkCases check walks from page to page.
func pagingWalkCases() []Case {
	return in(Case{
		Section: "RFC 7644 §3.4.2.4",
		Why:     "Okta imports, Entra's account discovery and SailPoint page through everybody; a wrong page loses or doubles people.",
		Mend:    "Count from 1, keep a total order (by id), report what was returned.",
	}, []Case{
		{ID: "page-stable", Name: "the order is the same for every page size", Sender: "Okta", Run: func(t *T) {
			c := t.cast()
			whole := ids(t.page(c, 1, 100))
			t.Expect(len(whole) == 4, "all four people", show(whole))
			for size := 1; size <= 3; size++ {
				var walked []string
				for start := 1; start <= 4; start += size {
					walked = append(walked, ids(t.page(c, start, size))...)
				}
				t.Expect(slices.Equal(walked, whole), fmt.Sprintf("%v in pages of %d", whole, size), show(walked))
			}
		}, Why: "Okta demands a consistent order regardless of count and startIndex."},
		{ID: "page-total", Name: "totalResults is the same on every page", Run: func(t *T) {
			c := t.cast()
			for start := 1; start <= 5; start++ {
				t.Expect(t.page(c, start, 1).Total() == 4, "totalResults 4", t.page(c, start, 1).At("totalResults"))
			}
		}},
		{ID: "page-huge-count", Name: "a huge count is served up to the server's limit", Run: func(t *T) {
			a := t.page(t.cast(), 1, 1_000_000_000)
			t.Expect(len(a.Resources()) >= 1 && a.Total() == 4, "some Resources and totalResults 4", a.JSON)
		}},
		{ID: "page-no-number", Name: "a count or startIndex that is no number does not break the server", Level: Should, Run: func(t *T) {
			for _, q := range []string{"count=ten", "startIndex=x", "count=1.5", "count=99999999999999999999999", "startIndex=99999999999999999999999", "count="} {
				t.Status(t.Get("/Users?"+q), 200, 400)
			}
		}},
		{ID: "page-unfiltered", Name: "a walk through everybody finds each once", Rows: []string{"P22"}, Run: func(t *T) {
			c := t.cast()
			seen := map[string]int{}
			total := t.Read("/Users?count=0").Total()
			for start := 1; start <= min(total, 2000); {
				a := t.Read(fmt.Sprintf("/Users?startIndex=%d&count=100", start))
				t.Require(len(a.Resources()) > 0, "Resources at startIndex "+fmt.Sprint(start), a.JSON)
				for _, id := range ids(a) {
					seen[id]++
				}
				start += len(a.Resources())
			}
			for id, n := range seen {
				t.Expect(n == 1, id+" listed once", fmt.Sprintf("%d times", n))
			}
			for short, id := range c.ids {
				t.Expect(total > 2000 || seen[id] == 1, short+" is listed", "not at all")
			}
		}, Sender: "Entra"},
		{ID: "gallery-23", Name: "Microsoft's test of user pagination passes", Sender: "Entra", Run: func(t *T) {
			prefix := t.Name("page")
			for i := range 11 {
				t.User(M{"userName": fmt.Sprintf("%s-%02d@%s", prefix, i, t.run.client.domain())})
			}
			seen := map[string]bool{}
			for page := range 3 {
				a := t.Read(fmt.Sprintf("/Users?startIndex=%d&count=5", page*5+1))
				t.Expect(number(a.At("startIndex")) == page*5+1, fmt.Sprintf("startIndex %d", page*5+1), a.At("startIndex"))
				for _, id := range ids(a) {
					t.Expect(!seen[id], "nobody twice", id)
					seen[id] = true
				}
			}
			if mine := t.Get("/Users?count=100&filter=" + query(`userName sw "`+prefix+`"`)); !overwhelmed(mine) {
				t.Expect(mine.Total() == 11 && len(mine.Resources()) == 11, "all 11", mine.At("totalResults"))
			}
		}},
		{ID: "gallery-24", Name: "Microsoft's test of group pagination passes", Sender: "Entra", Level: Should, Needs: Groups, Run: func(t *T) {
			prefix := t.Name("page")
			for i := range 11 {
				t.MustStatus(t.Post("/Groups", M{"schemas": []string{groupURN}, "displayName": fmt.Sprintf("%s-%02d", prefix, i)}), 201)
			}
			for page := range 3 {
				a := t.Read(fmt.Sprintf("/Groups?startIndex=%d&count=5", page*5+1))
				t.Expect(number(a.At("startIndex")) == page*5+1, fmt.Sprintf("startIndex %d", page*5+1), a.At("startIndex"))
			}
		}},
		{ID: "page-totals-follow", Name: "totals follow additions and deletions at once", Run: func(t *T) {
			name := t.Address("total")
			count := func() int { return t.Read("/Users?count=0&filter=" + query(`userName eq "`+name+`"`)).Total() }
			t.Expect(count() == 0, "totalResults 0 before", fmt.Sprint(count()))
			a := t.User(M{"userName": name})
			t.Expect(count() == 1, "totalResults 1", fmt.Sprint(count()))
			t.MustStatus(t.Delete(userPath(a.ID())), 204)
			t.Expect(count() == 0, "totalResults 0 after DELETE", fmt.Sprint(count()))
		}},
	})
}

// page reads one page of the shared people.
func (t *T) page(c *cast, start, count int) *Answer {
	return t.Read(fmt.Sprintf("/Users?startIndex=%d&count=%d&filter=%s", start, count, url.QueryEscape(c.expand(`userName sw "{p}"`))))
}

// sortCases check sortBy and sortOrder.
func sortCases() []Case {
	sorted := func(t *T, query string, want ...string) {
		c := t.cast()
		a := t.Read("/Users?filter=" + url.QueryEscape(c.expand(`userName sw "{p}"`)) + "&" + query)
		t.Expect(slices.Equal(c.who(a), want), strings.Join(want, ", "), show(c.who(a)))
	}
	return in(Case{
		Section: "RFC 7644 §3.4.2.3", Needs: Sort,
		Why:  "The configuration says that sorting is supported, and clients that page by it would skip people.",
		Mend: "Sort the whole result before paging, text by its attribute's case rule, or say sort.supported false.",
	}, []Case{
		{ID: "sort-ascending", Name: "sortBy sorts upwards by default", Run: func(t *T) {
			sorted(t, "sortBy=userName", "ann", "bob", "cat", "dan")
			sorted(t, "sortBy=userName&sortOrder=ascending", "ann", "bob", "cat", "dan")
		}},
		{ID: "sort-descending", Name: "sortOrder=descending sorts downwards", Run: func(t *T) {
			sorted(t, "sortBy=userName&sortOrder=descending", "dan", "cat", "bob", "ann")
		}},
		{ID: "sort-sub-attribute", Name: "sortBy may name a sub-attribute", Run: func(t *T) {
			sorted(t, "sortBy=name.givenName&sortOrder=descending", "dan", "cat", "bob", "ann")
		}},
		{ID: "sort-qualified", Name: "sortBy may name an attribute by URN, without regard to case", Run: func(t *T) {
			sorted(t, "sortBy="+userURN+":USERNAME", "ann", "bob", "cat", "dan")
		}},
		{ID: "sort-paged", Name: "pages follow the sorted order", Run: func(t *T) {
			sorted(t, "sortBy=userName&sortOrder=descending&startIndex=1&count=2", "dan", "cat")
			sorted(t, "sortBy=userName&sortOrder=descending&startIndex=2&count=2", "cat", "bob")
		}},
		{ID: "sort-missing-last", Name: "who has no value comes last upwards and first downwards", Level: Should, Run: func(t *T) {
			c := t.cast()
			q := "?filter=" + url.QueryEscape(c.expand(`userName sw "{p}"`)) + "&sortBy=userType"
			up, down := c.who(t.Read("/Users"+q)), c.who(t.Read("/Users"+q+"&sortOrder=descending"))
			t.Expect(len(up) == 4 && up[0] == "dan", "dan, the only one with a userType, first upwards", show(up))
			t.Expect(len(down) == 4 && down[3] == "dan", "dan last downwards", show(down))
		}},
		{ID: "sort-unknown", Name: "sorting by an unknown attribute does not break the server", Level: Should, Run: func(t *T) {
			t.Status(t.Get("/Users?count=1&sortBy=noSuchThing"), 200, 400)
		}},
		{ID: "sort-order-any-case", Name: "a strange sortOrder is refused or ignored", Level: Should, Run: func(t *T) {
			t.Status(t.Get("/Users?count=1&sortBy=userName&sortOrder=sideways"), 200, 400)
		}},
	})
}

// searchCases check POST to .search.
func searchCases() []Case {
	search := func(t *T, endpoint string, with M) *Answer {
		body := M{"schemas": []string{searchURN}}
		for k, v := range with {
			body[k] = v
		}
		return t.Post(endpoint+"/.search", body)
	}
	return in(Case{
		Section: "RFC 7644 §3.4.3", Level: Should,
		Why:  "Clients put filters that hold personal data, or are too long for an address, into a body.",
		Mend: "Serve POST …/.search like the GET with the same parameters.",
	}, []Case{
		{ID: "search-users", Name: "POST /Users/.search finds like GET", Run: func(t *T) {
			c := t.cast()
			a := t.MustStatus(search(t, "/Users", M{"filter": c.expand(`userName sw "{p}" and title pr`), "count": 100}), 200)
			got := c.who(a)
			slices.Sort(got)
			t.Expect(slices.Equal(got, []string{"ann", "bob", "dan"}), "ann, bob and dan", show(got))
			t.Equal(a, []string{listURN}, "schemas")
		}},
		{ID: "search-paged", Name: "POST /Users/.search pages and chooses attributes", Run: func(t *T) {
			c := t.cast()
			a := t.MustStatus(search(t, "/Users", M{"filter": c.expand(`userName sw "{p}"`), "startIndex": 2, "count": 2, "attributes": []string{"userName"}}), 200)
			t.Expect(len(a.Resources()) == 2 && a.Total() == 4 && number(a.At("startIndex")) == 2, "two of four from the second on", a.JSON)
			for _, r := range a.Resources() {
				t.Expect(empty(at(r, "name")) && !empty(at(r, "userName")), "userName only", r)
			}
		}},
		{ID: "search-bad-filter", Name: "a bad filter in .search is refused", Run: func(t *T) {
			t.Refused(search(t, "/Users", M{"filter": "userName eq"}), 400, "invalidFilter")
		}},
		{ID: "search-root", Name: "POST /.search is served or refused properly", Level: Info, Run: func(t *T) {
			c := t.cast()
			a := search(t, "", M{"filter": c.expand(`id eq "{ann}"`)})
			if t.Status(a, 200, 403, 404, 501); a.Status == 200 {
				t.Expect(len(a.Resources()) == 1, "ann", a.JSON)
			}
		}},
		{ID: "search-types", Name: "a search with wrong types is refused", Run: func(t *T) {
			for _, with := range []M{{"filter": 5}, {"count": "ten"}, {"attributes": "userName,"}} {
				t.Status(search(t, "/Users", with), 200, 400)
			}
		}},
	})
}
