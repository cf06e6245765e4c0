package filter_test

import (
	"strings"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/scim/filter"
)

// wide is a limit that nothing in these tests reaches.
const wide = 1 << 30

func TestHostileFiltersAreRefusedAtOnce(t *testing.T) {
	const mega = 1 << 20
	big := filter.Limits{Length: 4 * mega, Depth: wide, Terms: wide}
	rows := []struct {
		name   string
		limits filter.Limits
		text   string
		says   string
	}{
		{"1 MB of parentheses", filter.Limits{}, strings.Repeat("(", mega), "at most 8192 are read"},
		{"1 MB of parentheses, length allowed", filter.Limits{Length: mega}, strings.Repeat("(", mega), "more than 32 deep"},
		{"1 MB of parentheses, all allowed", big, strings.Repeat("(", mega), "more than 1000 deep"},
		{"1 MB of not", big, strings.Repeat("not(", mega/4), "more than 1000 deep"},
		{"1 MB of brackets", big, strings.Repeat("a[", mega/2), "cannot hold another"},
		{"1 MB of comparisons", big, "a pr" + strings.Repeat(" or a pr", mega/8), "more than 10000 comparisons"},
		{"1 MB of a string without end", big, `a eq "` + strings.Repeat("x", mega), "no end"},
		{"1 MB of backslashes", big, `a eq "` + strings.Repeat(`\`, mega), "no end"},
		{"1 MB of digits", big, "a eq " + strings.Repeat("9", mega), "too big"},
		{"1 MB of colons", big, strings.Repeat(":", mega) + " pr", "not a schema URN"},
		{"1 MB of dots", big, strings.Repeat(".", mega) + " pr", "name is missing"},
		{"1 MB of closing", big, strings.Repeat(")", mega), "where an attribute is expected"},
		{"1 MB of zero bytes", big, strings.Repeat("\x00", mega), "not an attribute name"},
	}
	for _, row := range rows {
		start := time.Now()
		_, err := row.limits.Parse(row.text)
		if err == nil || !strings.Contains(err.Error(), row.says) {
			t.Errorf("%s: got %v, want %q", row.name, err, row.says)
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%s took %v", row.name, took)
		}
	}
}

func TestLimitsAreReachedExactly(t *testing.T) {
	deep := func(n int) string { return strings.Repeat("(", n) + "a pr" + strings.Repeat(")", n) }
	terms := func(n int) string { return "a pr" + strings.Repeat(" and a pr", n-1) }
	long := func(n int) string { return `a eq "` + strings.Repeat("x", n-7) + `"` }
	rows := []struct {
		name   string
		limits filter.Limits
		text   string
		ok     bool
	}{
		{"default depth", filter.Limits{}, deep(32), true},
		{"past default depth", filter.Limits{}, deep(33), false},
		{"depth 2", filter.Limits{Depth: 2}, `(a[b pr])`, true},
		{"past depth 2", filter.Limits{Depth: 2}, `((a[b pr]))`, false},
		{"not counts once", filter.Limits{Depth: 1}, `not (a pr)`, true},
		{"closed ones do not count", filter.Limits{Depth: 1}, `(a pr) and (b pr) or a[b pr] and not (c pr)`, true},
		{"default terms", filter.Limits{}, terms(256), true},
		{"past default terms", filter.Limits{}, terms(257), false},
		{"terms in brackets count", filter.Limits{Terms: 2}, `a[b pr] and c pr`, false},
		{"default length", filter.Limits{}, long(8192), true},
		{"past default length", filter.Limits{}, long(8193), false},
		{"a length of its own", filter.Limits{Length: 10}, long(10), true},
		{"past a length of its own", filter.Limits{Length: 10}, long(11), false},
		{"negative limits are the defaults", filter.Limits{Length: -1, Depth: -1, Terms: -1}, deep(32), true},
		{"the greatest depth", filter.Limits{Depth: wide}, deep(1000), true},
		{"the most terms", filter.Limits{Length: wide, Terms: wide}, terms(10000), true},
	}
	for _, row := range rows {
		if _, err := row.limits.Parse(row.text); (err == nil) != row.ok {
			t.Errorf("%s: got error %v", row.name, err)
		}
	}
	if _, err := (filter.Limits{Length: 8}).ParsePath("userName"); err != nil {
		t.Errorf("path within its limit: %v", err)
	}
	if _, err := (filter.Limits{Length: 7}).ParsePath("userName"); err == nil {
		t.Error("a path past its length is read")
	}
}

func TestTheDeepestTreesAreWalkedSafely(t *testing.T) {
	limits := filter.Limits{Length: wide, Depth: wide, Terms: wide}
	for _, text := range []string{
		"title pr" + strings.Repeat(" or title pr", 9999),
		strings.Repeat("not (", 1000) + "title pr" + strings.Repeat(")", 1000),
	} {
		e, err := limits.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		bound, err := filter.Bind(e, users())
		if err != nil {
			t.Fatal(err)
		}
		if bound.String() != text || filter.Match(bound, ann()) {
			t.Errorf("%.30s… prints or matches otherwise", text)
		}
	}
}
