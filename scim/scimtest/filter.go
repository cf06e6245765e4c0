package scimtest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// filterCases check what filters mean, on the shared people.
func filterCases() []Case {
	var cases []Case
	for _, r := range filterRows() {
		cases = append(cases, Case{
			ID: "filter-" + r.id, Name: r.name, Section: "RFC 7644 §3.4.2.2", Level: r.level, Needs: r.needs, Sender: r.sender,
			Why:  "A filter that finds too little creates people twice; one that finds too much changes the wrong person.",
			Mend: "Evaluate filters as the standard's grammar and table 3 say.",
			Run: func(t *T) {
				c := t.cast()
				filter := c.expand(r.filter)
				if !r.whole {
					filter = c.expand(`userName sw "{p}"`) + " and " + grouped(filter)
				}
				a := t.Get("/Users?filter=" + query(filter))
				if overwhelmed(a) && !r.whole {
					t.oneByOne(c, r)
					return
				}
				t.MustStatus(a, 200)
				got := c.who(a)
				slices.Sort(got)
				t.Expect(slices.Equal(got, r.want), fmt.Sprintf("%s finds [%s]", c.expand(r.filter), strings.Join(r.want, " ")), show(got))
				t.Expect(a.Total() == len(got), "totalResults equal to the number found", a.At("totalResults"))
			},
		})
		if c := &cases[len(cases)-1]; c.Level == "" {
			c.Level = Must
		}
	}
	return cases
}

// grouped puts parentheses around a filter that needs them behind an and, and
// around no other: parentheses that nest are a case of their own.
func grouped(filter string) string {
	depth, quoted := 0, false
	for i := range filter {
		switch c := filter[i]; {
		case c == '"' && (i == 0 || filter[i-1] != '\\'):
			quoted = !quoted
		case quoted:
		case c == '(' || c == '[':
			depth++
		case c == ')' || c == ']':
			depth--
		case depth == 0 && len(filter) > i+4 && strings.EqualFold(filter[i:i+4], " or "):
			return "(" + filter + ")"
		}
	}
	return filter
}

// oneByOne asks a filter of each of the shared people alone, on a server that
// does not filter through as many people as the tenant has.
func (t *T) oneByOne(c *cast, r filterRow) {
	for _, short := range []string{"ann", "bob", "cat", "dan"} {
		a := t.Find("/Users", c.expand(`userName eq "{p}`+short+`@{d}" and `+grouped(r.filter)))
		wanted := slices.Contains(r.want, short)
		t.Expect(slices.Equal(c.who(a), []string{short}) == wanted && (wanted || a.Total() == 0), fmt.Sprintf("%s finds %s: %t", c.expand(r.filter), short, wanted), show(c.who(a)))
	}
}

type filterRow struct {
	id, name, filter string
	want             []string
	level            Level
	needs            Need
	sender           string
	whole            bool // the filter is sent as it is
}

// filterRows pair filters with who they find. {p} is the start of every shared
// userName, {ann} ann's id.
func filterRows() []filterRow {
	who := func(names ...string) []string { return names }
	const ent = enterpriseURN + ":"
	return []filterRow{
		{id: "eq", name: "eq finds one person by the userName", filter: `userName eq "{p}ann@{d}"`, want: who("ann"), whole: true},
		{id: "eq-any-case", name: "eq on userName ignores case", filter: `userName eq "{p}ANN@{D}"`, want: who("ann"), whole: true, sender: "Entra"},
		{id: "eq-whole", name: "eq compares the whole value", filter: `title eq "Sales"`, want: who()},
		{id: "eq-operator-case", name: "operators are written in any case", filter: `userName EQ "{p}ann@{d}" OR userName Eq "{p}bob@{d}"`, want: who("ann", "bob")},
		{id: "name-any-case", name: "attribute names are written in any case", filter: `USERNAME eq "{p}ann@{d}"`, want: who("ann"), whole: true},
		{id: "qualified", name: "attribute names may carry their URN", filter: userURN + `:userName eq "{p}ann@{d}"`, want: who("ann"), whole: true},
		{id: "qualified-case", name: "URNs are written in any case", filter: strings.ToUpper(userURN) + `:name.givenName eq "ann"`, want: who("ann"), level: Should},
		{id: "external-id", name: "externalId can be matched", filter: `externalId eq "{p}Ext-ann"`, want: who("ann"), whole: true, sender: "Entra"},
		{id: "external-id-exact", name: "externalId is compared with case", filter: `externalId eq "{p}ext-ANN"`, want: who(), whole: true},
		{id: "ne", name: "ne is the opposite of eq", filter: `name.givenName ne "Ann"`, want: who("bob", "cat", "dan")},
		{id: "co", name: "co finds a part", filter: `title co "ales"`, want: who("bob")},
		{id: "sw", name: "sw finds a beginning", filter: `name.familyName sw "M"`, want: who("bob")},
		{id: "ew", name: "ew finds an end", filter: `title ew "gineer"`, want: who("ann", "dan")},
		{id: "co-case", name: "co ignores case where eq does", filter: `title co "ENGIN"`, want: who("ann", "dan")},
		{id: "pr", name: "pr finds who has a value", filter: `title pr`, want: who("ann", "bob", "dan")},
		{id: "not-pr", name: "not (… pr) finds who has none", filter: `not (title pr)`, want: who("cat")},
		{id: "not", name: "not turns a filter round", filter: `not (name.givenName eq "Ann" or name.givenName eq "Bob")`, want: who("cat", "dan")},
		{id: "and", name: "and asks for both", filter: `title pr and name.givenName eq "Bob"`, want: who("bob")},
		{id: "or", name: "or asks for either", filter: `name.givenName eq "Cat" or name.givenName eq "Dan"`, want: who("cat", "dan")},
		{id: "precedence", name: "and binds tighter than or", filter: `name.givenName eq "Ann" or name.givenName eq "Bob" and title eq "nothing"`, want: who("ann")},
		{id: "precedence-first", name: "and binds tighter than or on the left, too", filter: `name.givenName eq "Bob" and title eq "nothing" or name.givenName eq "Ann"`, want: who("ann")},
		{id: "grouping", name: "parentheses come first", filter: `(name.givenName eq "Ann" or name.givenName eq "Bob") and title eq "Sales Lead"`, want: who("bob")},
		{id: "nested", name: "parentheses nest", filter: `((name.givenName eq "Ann") and (not ((title eq "x"))))`, want: who("ann")},
		{id: "gt", name: "gt compares text", filter: `name.givenName gt "Bob"`, want: who("cat", "dan")},
		{id: "ge", name: "ge includes the value", filter: `name.givenName ge "Bob"`, want: who("bob", "cat", "dan")},
		{id: "lt", name: "lt compares text", filter: `name.givenName lt "Bob"`, want: who("ann")},
		{id: "le", name: "le includes the value", filter: `name.givenName le "Bob"`, want: who("ann", "bob")},
		{id: "boolean", name: "truth values are compared as truth values", filter: `active eq false`, want: who("bob")},
		{id: "boolean-text", name: `truth values may be written "True"`, filter: `active eq "True"`, want: who("ann", "cat", "dan"), sender: "Entra", level: Should},
		{id: "boolean-ne", name: "ne on truth values", filter: `active ne true`, want: who("bob")},
		{id: "date", name: "times are compared as instants", filter: `meta.created gt "2011-05-13T04:42:34Z"`, want: who("ann", "bob", "cat", "dan")},
		{id: "date-zone", name: "times in another zone are compared as instants", filter: `meta.created lt "2011-05-13T04:42:34+02:00"`, want: who()},
		{id: "date-modified", name: "meta.lastModified can be compared", filter: `meta.lastModified ge "2011-05-13T04:42:34.000Z"`, want: who("ann", "bob", "cat", "dan")},
		{id: "id", name: "id can be matched", filter: `id eq "{cat}"`, want: who("cat"), whole: true},
		{id: "id-and", name: "id can be matched together with something else", filter: `id eq "{cat}" and userName eq "{p}ann@{d}"`, want: who(), whole: true},
		{id: "escaped-quote", name: "quotes inside a value are escaped", filter: `displayName eq "Ann \"Ace\" Smith"`, want: who("ann")},
		{id: "escaped-backslash", name: "backslashes inside a value are escaped", filter: `displayName eq "back\\slash"`, want: who("bob")},
		{id: "escaped-unicode", name: "values may be written with \\u escapes", filter: `displayName eq "\u00dcn\u00efc\u00f8d\u00e9"`, want: who("cat")},
		{id: "unicode", name: "values of any script can be matched", filter: `name.familyName eq "李"`, want: who("cat")},
		{id: "unicode-fold", name: "case is ignored beyond ASCII, too", filter: `name.familyName eq "MÜLLER"`, want: who("bob"), level: Should},
		{id: "wildcards", name: "percent signs and brackets mean themselves", filter: `nickName eq "100% [sure]" or nickName eq "%"`, want: who("ann")},
		{id: "wildcards-co", name: "percent signs are no wildcards in co", filter: `displayName co "%"`, want: who()},
		{id: "apostrophe", name: "apostrophes mean themselves", filter: `name.familyName eq "o'neill"`, want: who("dan")},
		{id: "parenthesis-in-value", name: "words of the grammar inside a value mean themselves", filter: `displayName eq "x) or (userName pr" or nickName eq " and "`, want: who()},
		{id: "multi-any", name: "one matching value of several is enough", filter: `emails.value eq "{p}bob@home.example"`, want: who("bob")},
		{id: "multi-default", name: "a multi-valued attribute stands for its values", filter: `emails co "{p}dan@other"`, want: who("dan")},
		{id: "multi-type", name: "sub-attributes of values can be compared", filter: `emails.type eq "other"`, want: who("dan")},
		{id: "multi-pr", name: "pr on a multi-valued attribute", filter: `emails pr`, want: who("ann", "bob", "cat", "dan")},
		{id: "value-path", name: "a value path asks one value for everything", filter: `emails[type eq "work" and value co "{p}bob"]`, want: who("bob")},
		{id: "value-path-one", name: "a value path does not mix two values", filter: `emails[type eq "work" and value ew "@home.example"]`, want: who()},
		{id: "value-path-not", name: "not works in front of a value path's group", filter: `not (emails[type eq "work"])`, want: who("dan")},
		{id: "value-path-or", name: "or works inside a value path", filter: `emails[type eq "other" or value ew "ann@home.example"]`, want: who("ann", "dan")},
		{id: "value-path-sub", name: `emails[type eq "work"].value can be matched`, filter: `emails[type eq "work"].value eq "{p}cat@Work.example"`, want: who("cat"), whole: true, sender: "Entra"},
		{id: "value-path-sub-case", name: `emails[type eq "work"].value is compared without regard to case`, filter: `emails[type eq "work"].value eq "{p}CAT@work.EXAMPLE"`, want: who("cat"), whole: true, sender: "Entra", level: Should},
		{id: "value-path-sub-other", name: "the bracket decides which value is compared", filter: `emails[type eq "home"].value eq "{p}cat@Work.example"`, want: who(), whole: true, sender: "Entra"},
		{id: "value-path-primary", name: "primary may be compared in a bracket", filter: `emails[primary eq true].value sw "{p}ann"`, want: who("ann")},
		{id: "extension", name: "attributes of an extension can be matched", filter: ent + `department eq "Sales"`, want: who("ann", "bob"), needs: Enterprise},
		{id: "extension-case", name: "an extension's URN is written in any case", filter: strings.ToUpper(ent) + `DEPARTMENT eq "sales"`, want: who("ann", "bob"), needs: Enterprise, level: Should},
		{id: "extension-pr", name: "pr works on attributes of an extension", filter: ent + `employeeNumber pr`, want: who("ann"), needs: Enterprise},
		{id: "null", name: "eq null finds who has no value", filter: `title eq null`, want: who("cat"), level: Info},
		{id: "spaces", name: "extra spaces do no harm", filter: `  title   pr   and  (  name.givenName  eq  "Ann"  )  `, want: who("ann"), level: Should},
		{id: "complex-sub-missing", name: "an attribute that nobody has finds nobody", filter: `name.middleName eq "x" or name.honorificPrefix pr`, want: who()},
		{id: "ne-missing", name: "ne is true where there is no value", filter: `userType ne "Contractor"`, want: who("ann", "bob", "cat"), level: Should},
		{id: "many-terms", name: "forty terms are understood", filter: strings.Repeat(`name.givenName eq "Nobody" or `, 39) + `name.givenName eq "Ann"`, want: who("ann"), level: Should},
	}
}

// unreadable are filters that no grammar allows, by id.
func unreadable() map[string]string {
	return map[string]string{
		"no-operator": `userName`, "no-value": `userName eq`, "no-attribute": `eq "x"`, "unknown-operator": `userName like "x"`,
		"open-parenthesis": `(userName eq "x"`, "close-parenthesis": `userName eq "x")`, "open-quote": `userName eq "x`,
		"single-quotes": `userName eq 'x'`, "dangling-and": `userName eq "x" and`, "leading-or": `or userName eq "x"`, "double-and": `userName pr and and title pr`,
		"open-bracket": `emails[type eq "work"`, "empty-bracket": `emails[]`, "empty-parentheses": `()`, "two-attributes": `userName title eq "x"`,
		"bad-escape": `userName eq "\x"`, "trailing": `userName eq "x" "y"`, "pr-with-value": `userName pr "x"`, "only-not": `not`,
		"bad-number": `userName eq 1.2.3`, "path-dots": `name..givenName eq "x"`, "path-end": `name. eq "x"`,
	}
}

// filterSyntaxCases check what becomes of filters that cannot be read.
func filterSyntaxCases() []Case {
	var cases []Case
	for id, filter := range unreadable() {
		cases = append(cases, Case{
			ID: "filter-bad-" + id, Name: "the filter " + filter + ", which cannot be read, finds nobody", Section: "RFC 7644 §3.4.2.2", Level: Must,
			Why:  "A filter that is silently ignored returns everybody, and the client takes the first one for its match.",
			Mend: "Answer 400 invalidFilter and say where the filter went wrong.",
			Run: func(t *T) {
				t.cast() // so that there is somebody to be found
				a := t.Get("/Users?filter=" + query(filter))
				if a.Status == 200 {
					t.Expect(a.Total() == 0 && len(a.Resources()) == 0, "400, or at least nobody", fmt.Sprintf("%d people", a.Total()))
					return
				}
				t.Refused(a, 400, "invalidFilter")
			},
		})
	}
	slices.SortFunc(cases, func(a, b Case) int { return strings.Compare(a.ID, b.ID) })
	return append(cases, in(Case{
		Section: "RFC 7644 §3.4.2.2",
		Why:     "Filters come from outside; a bad one must cost a 400, not everybody's data or the server.",
		Mend:    "Parse with limits on length, depth and terms; answer 400 invalidFilter for what cannot be evaluated.",
	}, []Case{
		{ID: "filter-bad-told", Name: "filters that cannot be read are refused with 400 invalidFilter, not answered with an empty list", Level: Should, Run: func(t *T) {
			for _, id := range slices.Sorted(maps.Keys(unreadable())) {
				a := t.Get("/Users?filter=" + query(unreadable()[id]))
				if t.Expect(a.Status == 400, "400 for the filter "+unreadable()[id], told(a)) {
					t.kind(a, "invalidFilter")
				}
			}
		}},
		{ID: "filter-bad-unquoted", Name: "a value without quotes is refused", Level: Should, Run: func(t *T) {
			t.Refused(t.Get("/Users?filter="+query("externalId eq jyoung")), 400, "invalidFilter")
		}},
		{ID: "filter-unknown-attribute", Name: "an unknown attribute never finds everybody", Run: func(t *T) {
			t.cast() // somebody to find by mistake
			t.findsNobody(`noSuchThing eq "x"`)
			t.findsNobody(`name.noSuchThing eq "x"`)
			t.findsNobody(customURN + `:noSuchThing eq "x"`)
			t.findsNobody(userURN + `:noSuchThing eq "x"`)
		}, Why: "Entra's custom matching attributes may be unknown; the answer must be an empty list or invalidFilter, never a failure."},
		{ID: "filter-password", Name: "passwords cannot be found out by filters", Section: "RFC 7644 §7.5", Run: func(t *T) {
			t.User(M{"password": "Guess-Me-1"})
			t.findsNobody(`password eq "Guess-Me-1"`)
			t.findsNobody(`password sw "G"`)
		}},
		{ID: "filter-boolean-order", Name: "gt on a truth value is refused", Level: Should, Run: func(t *T) {
			t.Refused(t.Get("/Users?filter="+query("active gt false")), 400, "invalidFilter")
		}},
		{ID: "filter-deep", Name: "a filter nested a thousand deep does not break the server", Run: func(t *T) {
			for _, filter := range []string{strings.Repeat("(", 1000) + "userName pr" + strings.Repeat(")", 1000), strings.Repeat("not (", 500) + "userName pr" + strings.Repeat(")", 500)} {
				t.survived(t.Get("/Users?count=1&filter=" + query(filter)))
			}
		}, Why: "One request must not take the server down."},
		{ID: "filter-long", Name: "a filter of many thousand terms does not break the server", Run: func(t *T) {
			t.survived(t.Get("/Users?count=1&filter=" + query(strings.Repeat(`userName eq "x" or `, 2000)+`userName eq "y"`)))
		}, Level: Should},
		{ID: "filter-odd-bytes", Name: "control characters and broken encodings in a filter are refused", Level: Should, Run: func(t *T) {
			for _, raw := range []string{"%00", "userName%20eq%20%22%ff%22", "userName%20eq%20%22%00%22", "%", "userName%20eq%20%22\\ud800%22"} {
				t.Sound(t.Get("/Users?filter=" + raw))
			}
		}},
		{ID: "filter-empty", Name: "an empty filter is no filter, or refused", Level: Info, Run: func(t *T) {
			t.Status(t.Get("/Users?count=1&filter="), 200, 400)
		}},
	})...)
}

// survived wants an answer or a refusal to a request that is too much, be it a
// closed connection, and a server that is still there.
func (t *T) survived(a *Answer) {
	t.Expect(a.Err != nil || a.Status == 200 || a.Status >= 400 && a.Status < 500, "200 or a refusal", told(a))
	if a.Err != nil {
		t.Sound(t.Get("/ServiceProviderConfig"))
	}
}

// findsNobody wants an empty list or a refusal.
func (t *T) findsNobody(filter string) {
	a := t.Get("/Users?filter=" + query(filter))
	if a.Status == 200 {
		t.Expect(a.Total() == 0 && len(a.Resources()) == 0, "nobody for "+filter, a.At("totalResults"))
		return
	}
	t.Refused(a, 400, "invalidFilter", "sensitive", "invalidPath", "")
}
