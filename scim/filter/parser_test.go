package filter_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/scim/filter"
)

func attr(name string) filter.Path { return filter.Path{Attr: name} }

func eq(name string, v any) filter.Compare {
	return filter.Compare{Path: attr(name), Op: filter.Eq, Value: v}
}

func pr(name string) filter.Compare { return filter.Compare{Path: attr(name), Op: filter.Pr} }

func TestFiltersParseToTheTreeTheyMean(t *testing.T) {
	work := eq("type", "work")
	rows := []struct {
		text string
		want filter.Expr
	}{
		{`userName eq "bjensen"`, eq("userName", "bjensen")},
		{`userName Eq "bjensen"`, eq("userName", "bjensen")},
		{" \tuserName\n eq  \"bjensen\" ", eq("userName", "bjensen")},
		{`userName ne "a"`, filter.Compare{Path: attr("userName"), Op: filter.Ne, Value: "a"}},
		{`userName co "a"`, filter.Compare{Path: attr("userName"), Op: filter.Co, Value: "a"}},
		{`userName sw "a"`, filter.Compare{Path: attr("userName"), Op: filter.Sw, Value: "a"}},
		{`userName ew "a"`, filter.Compare{Path: attr("userName"), Op: filter.Ew, Value: "a"}},
		{`userName gt "a"`, filter.Compare{Path: attr("userName"), Op: filter.Gt, Value: "a"}},
		{`userName LT "a"`, filter.Compare{Path: attr("userName"), Op: filter.Lt, Value: "a"}},
		{`userName ge "a"`, filter.Compare{Path: attr("userName"), Op: filter.Ge, Value: "a"}},
		{`userName lE "a"`, filter.Compare{Path: attr("userName"), Op: filter.Le, Value: "a"}},
		{`userName PR`, pr("userName")},

		{`a eq true`, eq("a", true)},
		{`a eq False`, eq("a", false)},
		{`a eq NULL`, eq("a", nil)},
		{`a eq 0`, eq("a", int64(0))},
		{`a eq -12`, eq("a", int64(-12))},
		{`a eq 9223372036854775807`, eq("a", int64(9223372036854775807))},
		{`a eq 9223372036854775808`, eq("a", 9223372036854775808.0)},
		{`a eq 1.50`, eq("a", 1.5)},
		{`a eq 1e3`, eq("a", 1000.0)},
		{`a eq -2.5E-3`, eq("a", -0.0025)},

		{`a eq ""`, eq("a", "")},
		{`a eq "say \"hi\""`, eq("a", `say "hi"`)},
		{`a eq "DOMAIN\\ann"`, eq("a", `DOMAIN\ann`)},
		{`a eq "\/\b\f\n\r\t"`, eq("a", "/\b\f\n\r\t")},
		{`a eq "caf\u00e9 \u00E9 é"`, eq("a", "café é é")},
		{`a eq "\ud83d\ude00"`, eq("a", "😀")},
		{`a eq "\\"`, eq("a", `\`)},
		{`a eq "(]) and [or not"`, eq("a", "(]) and [or not")},

		{`a pr and b pr or c pr`, filter.Or{X: filter.And{X: pr("a"), Y: pr("b")}, Y: pr("c")}},
		{`a pr or b pr and c pr`, filter.Or{X: pr("a"), Y: filter.And{X: pr("b"), Y: pr("c")}}},
		{`(a pr or b pr) AND c pr`, filter.And{X: filter.Or{X: pr("a"), Y: pr("b")}, Y: pr("c")}},
		{`a pr and b pr and c pr`, filter.And{X: filter.And{X: pr("a"), Y: pr("b")}, Y: pr("c")}},
		{`a pr and (b pr and c pr)`, filter.And{X: pr("a"), Y: filter.And{X: pr("b"), Y: pr("c")}}},
		{`a pr Or (b pr or c pr)`, filter.Or{X: pr("a"), Y: filter.Or{X: pr("b"), Y: pr("c")}}},
		{`((a pr))`, pr("a")},
		{`not (a pr)`, filter.Not{X: pr("a")}},
		{`NOT(a pr)and b pr`, filter.And{X: filter.Not{X: pr("a")}, Y: pr("b")}},
		{`not (a pr or b pr)`, filter.Not{X: filter.Or{X: pr("a"), Y: pr("b")}}},
		{`not (not (a pr))`, filter.Not{X: filter.Not{X: pr("a")}}},
		{`(a pr)and(b eq"x")`, filter.And{X: pr("a"), Y: eq("b", "x")}},

		{`emails[type eq "work"]`, filter.Group{Path: filter.Path{Attr: "emails", Filter: work}}},
		{`emails [ type eq "work" ] and a pr`, filter.And{X: filter.Group{Path: filter.Path{Attr: "emails", Filter: work}}, Y: pr("a")}},
		{`emails[type eq "work" and value co "@x"]`, filter.Group{Path: filter.Path{Attr: "emails", Filter: filter.And{
			X: work, Y: filter.Compare{Path: attr("value"), Op: filter.Co, Value: "@x"}}}}},
		{`emails[not (type eq "work")]`, filter.Group{Path: filter.Path{Attr: "emails", Filter: filter.Not{X: work}}}},
		{`emails[type eq "work"].value eq "x"`, filter.Compare{
			Path: filter.Path{Attr: "emails", Filter: work, Sub: "value"}, Op: filter.Eq, Value: "x"}},
		{`emails[type eq "work"] pr`, filter.Compare{Path: filter.Path{Attr: "emails", Filter: work}, Op: filter.Pr}},
		{`and eq "x" and or pr`, filter.And{X: eq("and", "x"), Y: pr("or")}},
	}
	for _, row := range rows {
		got, err := filter.Parse(row.text)
		if err != nil {
			t.Errorf("%s: %v", row.text, err)
			continue
		}
		if !reflect.DeepEqual(got, row.want) {
			t.Errorf("%s\n got %#v\nwant %#v", row.text, got, row.want)
		}
		again, err := filter.Parse(got.String())
		if err != nil || !reflect.DeepEqual(again, got) {
			t.Errorf("%s prints as %s, which reads as %#v, %v", row.text, got, again, err)
		}
	}
}

func TestFiltersPrintInOneForm(t *testing.T) {
	rows := []struct{ text, want string }{
		{`a EQ "x"`, `a eq "x"`},
		{`(a pr)OR((b pr)AND(c pr))`, `a pr or b pr and c pr`},
		{`(a pr or b pr) and not(c pr)`, `(a pr or b pr) and not (c pr)`},
		{`a pr or (b pr or c pr)`, `a pr or (b pr or c pr)`},
		{`a eq TRUE and b eq Null`, `a eq true and b eq null`},
		{`a eq 1e2`, `a eq 100.0`},
		{`a eq 1e300`, `a eq 1e+300`},
		{`a eq -0.0`, `a eq -0.0`},
		{`a eq "\u00e9\u0001\n\/\"\\"`, `a eq "é\u0001\u000a/\"\\"`},
		{`emails[ type  eq "w" ].value  pr`, `emails[type eq "w"].value pr`},
	}
	for _, row := range rows {
		e, err := filter.Parse(row.text)
		if err != nil {
			t.Errorf("%s: %v", row.text, err)
		} else if e.String() != row.want {
			t.Errorf("%s prints as %s, want %s", row.text, e, row.want)
		}
	}
}

func TestATreeWithAGapPrintsWithoutPanic(t *testing.T) {
	if s := (filter.And{X: pr("a"), Y: filter.Not{}}).String(); s != "a pr and not ()" {
		t.Errorf("got %s", s)
	}
}

func TestPathsParse(t *testing.T) {
	work := eq("type", "work")
	rows := []struct {
		text string
		want filter.Path
	}{
		{"userName", filter.Path{Attr: "userName"}},
		{"name.givenName", filter.Path{Attr: "name", Sub: "givenName"}},
		{"$ref", filter.Path{Attr: "$ref"}},
		{"members.$ref", filter.Path{Attr: "members", Sub: "$ref"}},
		{"x-ray_2.a-b_3", filter.Path{Attr: "x-ray_2", Sub: "a-b_3"}},
		{"x509Certificates", filter.Path{Attr: "x509Certificates"}},
		{`emails[type eq "work"]`, filter.Path{Attr: "emails", Filter: work}},
		{`emails[type eq "work"].value`, filter.Path{Attr: "emails", Filter: work, Sub: "value"}},
		{`members[$ref pr].$ref`, filter.Path{Attr: "members", Filter: pr("$ref"), Sub: "$ref"}},
		{enterprise + ":department", filter.Path{URI: enterprise, Attr: "department"}},
		{enterprise + ":manager.value", filter.Path{URI: enterprise, Attr: "manager", Sub: "value"}},
		{enterprise + ":manager.$ref", filter.Path{URI: enterprise, Attr: "manager", Sub: "$ref"}},
		{coreUser + `:emails[type eq "work"].value`, filter.Path{URI: coreUser, Attr: "emails", Filter: work, Sub: "value"}},
		{"urn:example.com:a.b:1.2.3:Thing:x.y", filter.Path{URI: "urn:example.com:a.b:1.2.3:Thing", Attr: "x", Sub: "y"}},
		{"http://example.com/schema/2.0:x", filter.Path{URI: "http://example.com/schema/2.0", Attr: "x"}},
		// A whole schema: only the resolver can tell it from an attribute ...
		{enterprise, filter.Path{URI: strings.TrimSuffix(enterprise, ":User"), Attr: "User"}},
		// ... unless its last part cannot be one.
		{"urn:example:2.0", filter.Path{URI: "urn:example:2.0"}},
		{"urn:example:v1.0", filter.Path{URI: "urn:example:v1.0"}},
		{"http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group",
			filter.Path{URI: "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"}},
	}
	for _, row := range rows {
		got, err := filter.ParsePath(row.text)
		if err != nil {
			t.Errorf("%s: %v", row.text, err)
			continue
		}
		if !reflect.DeepEqual(got, row.want) {
			t.Errorf("%s\n got %#v\nwant %#v", row.text, got, row.want)
		}
		if got.String() != row.text {
			t.Errorf("%s prints as %s", row.text, got)
		}
	}
}

func TestURNsAreReadInFilters(t *testing.T) {
	e, err := filter.Parse(enterprise + `:manager.value eq "26118915" and ` + enterprise + `:Department PR`)
	if err != nil {
		t.Fatal(err)
	}
	want := filter.And{
		X: filter.Compare{Path: filter.Path{URI: enterprise, Attr: "manager", Sub: "value"}, Op: filter.Eq, Value: "26118915"},
		Y: filter.Compare{Path: filter.Path{URI: enterprise, Attr: "Department"}, Op: filter.Pr},
	}
	if !reflect.DeepEqual(e, filter.Expr(want)) {
		t.Errorf("got %#v", e)
	}
}

func TestWhatIsNoFilterIsRefusedWithPlaceAndRemedy(t *testing.T) {
	rows := []struct {
		text string
		pos  int
		says string
	}{
		{``, 1, `filter is empty; write for example`},
		{"  \t", 4, `filter is empty`},
		{`userName`, 9, `write an operator there: eq, ne`},
		{`userName eq`, 12, `found the end where a value is expected`},
		{`userName eq bjensen`, 13, `write "bjensen"`},
		{`userName eq 'bjensen'`, 13, `write "bjensen"`},
		{`userName eq “bjensen”`, 13, `write "bjensen"`},
		{`userName eq 007`, 13, `write "007"`},
		{`userName eq 1.`, 13, `write "1."`},
		{`userName eq 1e`, 13, `write "1e"`},
		{`userName eq +1`, 13, `write "+1"`},
		{`userName eq .5`, 13, `write ".5"`},
		{`userName eq -`, 13, `write "-"`},
		{`userName eq 1e999`, 13, `too big`},
		{`userName eq (`, 13, `found ( where a value is expected`},
		{`é eq "x"`, 1, `is not an attribute name`},
		{`displayName eq "ü" b`, 20, `join comparisons with "and" or "or"`},
		{`userName eq "a" "b"`, 17, `found "b"`},
		{`userName eq "a" and`, 20, `comparison is missing at the end`},
		{`userName eq "a" && title pr`, 17, `write "and"`},
		{`userName eq "a" || title pr`, 17, `write "or"`},
		{`userName eq "a")`, 16, `closes nothing`},
		{`userName eq "a"]`, 16, `closes nothing`},
		{`userName = "a"`, 10, `= is not an operator; write eq`},
		{`userName != "a"`, 10, `write ne`},
		{`userName contains "a"`, 10, `write co`},
		{`userName > 1`, 10, `write gt`},
		{`userName < 1`, 10, `write lt`},
		{`userName >= 1`, 10, `write ge`},
		{`userName <= 1`, 10, `write le`},
		{`userName startsWith "a"`, 10, `write sw`},
		{`userName endsWith "a"`, 10, `write ew`},
		{`userName present`, 10, `write pr`},
		{`userName xx "a"`, 10, `found xx after userName`},
		{`userName xeq "a"`, 10, `found xeq after userName`},
		{`userName="a"`, 9, `operators are words between spaces`},
		{`userName>5`, 9, `operators are words between spaces`},
		{`"userName" eq "a"`, 1, `write names without quotes`},
		{`userName eq "a`, 13, `no end; close it with "`},
		{`userName eq "a\"`, 13, `no end`},
		{`userName eq "a\`, 13, `no end`},
		{"userName eq \"a\nb\"", 15, `write \u000a`},
		{`userName eq "a\x"`, 15, `write \\ for a backslash`},
		{`userName eq "DOMAIN\user"`, 20, `write \\ for a backslash`},
		{`userName eq "\ud83d\u00"`, 14, `half of a surrogate pair`},
		{`userName eq "\u00"`, 14, `starts no JSON escape`},
		{`userName eq "\u00g0"`, 14, `starts no JSON escape`},
		{`userName eq "\ud83d"`, 14, `half of a surrogate pair`},
		{`userName eq "\ud83d\u0041"`, 14, `half of a surrogate pair`},
		{`userName eq "\ude00\ud83d"`, 14, `half of a surrogate pair`},
		{`not userName eq "a"`, 1, `write for example not (title pr)`},
		{`not`, 1, `"not" needs parentheses`},
		{`(userName eq "a"`, 1, `the ( here is not closed; add )`},
		{`(userName eq "a" title pr)`, 18, `write "and", "or" or ) here`},
		{`(userName eq "a"]`, 17, `found ]`},
		{`()`, 2, `found ) where an attribute is expected`},
		{`emails[]`, 8, `the bracket is empty`},
		{`emails[type eq "work"`, 7, `the [ here is not closed; add ]`},
		{`emails[type eq "work")`, 22, `found )`},
		{`emails[type[a pr] pr]`, 12, `a bracket cannot hold another one`},
		{`emails.value[a pr]`, 13, `put the bracket after emails`},
		{`urn:example:2.0[a pr]`, 16, `names a schema`},
		{`emails[type pr]value pr`, 16, `write a dot before a sub-attribute`},
		{`emails[type pr]. pr`, 17, `attribute name is missing`},
		{`emails[type pr].a.b pr`, 18, `goes too deep`},
		{`emails[type pr].value`, 22, `write an operator there`},
		{`emails[type pr] equals "x"`, 17, `found equals`},
		{`[type pr]`, 1, `found [ where an attribute is expected`},
		{`name.a.b pr`, 7, `goes too deep`},
		{`.name pr`, 1, `attribute name is missing`},
		{`name. pr`, 6, `attribute name is missing`},
		{`9lives pr`, 1, `names start with a letter`},
		{`_id pr`, 1, `names start with a letter`},
		{`$ pr`, 1, `names start with a letter`},
		{`a$b pr`, 2, `names start with a letter`},
		{`:userName pr`, 1, `not a schema URN`},
		{`emails:value pr`, 1, `emails before the colon is not a schema URN`},
		{`urn: pr`, 1, `not a schema URN`},
		{enterprise + `: pr`, 60, `attribute name is missing`},
		{`urn:exa{mple:a pr`, 8, `a schema URN cannot hold this character`},
		{`urn:ex:2.0: pr`, 12, `attribute name is missing`},
		{"a eq \"x\xff\"", 8, `not valid UTF-8`},
		{"a\x00b pr", 2, `is not an attribute name`},
		{`a pr and`, 9, `missing at the end`},
		{`a pr or or`, 11, `write an operator there`},
		{`a eq "x" and "y`, 14, `no end`},
		{`a pr "x`, 6, `no end`},
		{`("x`, 2, `no end`},
		{`not "x`, 5, `no end`},
		{`a[b pr]"x`, 8, `no end`},
		{`a[b pr].c"x`, 10, `no end`},
		{`a pr or "x`, 9, `no end`},
		{`a"x`, 2, `no end`},
		{`a["x`, 3, `no end`},
	}
	for _, row := range rows {
		e, err := filter.Parse(row.text)
		checkError(t, row.text, e != nil, err, row.pos, row.says)
	}
}

func TestWhatIsNoPathIsRefusedWithPlaceAndRemedy(t *testing.T) {
	rows := []struct {
		text string
		pos  int
		says string
	}{
		{``, 1, `path is empty`},
		{`emails[type eq "work"].value eq "x"`, 30, `found eq after the path`},
		{`userName userName`, 10, `a path is one attribute`},
		{`emails[type eq work].value`, 16, `write "work"`},
		{`emails[type eq "work"]..value`, 24, `goes too deep`},
		{`name/givenName`, 5, `is not an attribute name`},
		{`(userName)`, 1, `where an attribute is expected`},
		{`"x`, 1, `no end`},
	}
	for _, row := range rows {
		p, err := filter.ParsePath(row.text)
		checkError(t, row.text, p != filter.Path{}, err, row.pos, row.says)
	}
}

func checkError(t *testing.T, text string, result bool, err error, pos int, says string) {
	t.Helper()
	var fault *filter.Error
	switch {
	case !errors.As(err, &fault):
		t.Errorf("%s: got error %v, want a *filter.Error", text, err)
	case result:
		t.Errorf("%s: gives a result beside the error", text)
	case fault.Pos != pos || !strings.Contains(fault.Error(), says):
		t.Errorf("%s: got position %d: %v; want position %d and %q", text, fault.Pos, err, pos, says)
	case fault.Input != text:
		t.Errorf("%s: the error keeps the input %s", text, fault.Input)
	}
}

func TestMessagesStayShortAndCarryNoControlCharacters(t *testing.T) {
	for _, text := range []string{
		strings.Repeat("a", 8000) + "\x1b[31m eq x",
		"userName eq \u009b31m" + strings.Repeat("é", 4000),
		"urn:" + strings.Repeat("a:", 3000) + "b xx",
		strings.Repeat("(", 9000),
	} {
		_, err := filter.Parse(text)
		if err == nil {
			t.Fatalf("%.40q… parses", text)
		}
		if s := err.Error(); len(s) > 400 || strings.ContainsAny(s, "\x1b\u009b") {
			t.Errorf("%.40q…: %q", text, s)
		}
	}
}
