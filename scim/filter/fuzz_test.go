package filter_test

import (
	"errors"
	"reflect"
	"testing"
	"unicode/utf8"

	"github.com/anteroom-id/anteroom/scim/filter"
)

// again has room for the printed form, which may be longer than what was read: it spells
// 1e2 as 100.0 and separates with spaces.
var again = filter.Limits{Length: 64 << 10}

func seeds(f *testing.F) {
	for _, s := range []string{
		`userName eq "bjensen"`, `name.familyName co "O'Malley"`, `title pr and userType eq "Employee"`,
		`userType ne "Employee" and not (emails co "example.com" or emails.value co "example.org")`,
		`emails[type eq "work" and value co "@example.com"] or ims[type eq "xmpp" and value co "@foo.com"]`,
		`emails[type eq "work"].value eq "a\"\\\u00e9\ud83d\ude00"`, `members[value eq "2819c223"].$ref`,
		enterprise + `:manager.value`, enterprise + `:manager eq "x"`, `urn:example:2.0 pr`, `roles[primary eq "True"].value`,
		`meta.lastModified gt "2011-05-13T04:42:34+02:00"`, `a eq 1e2 or b lt -0.5e-3 and c eq null`, `((((a pr`, `a eq 'x'`,
		`logins ge 9223372036854775808`, `not(not(a pr))and(b eq true)`,
	} {
		f.Add(s)
	}
}

func FuzzParse(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, s string) {
		e, err := filter.Parse(s)
		if err != nil {
			checkFault(t, s, err)
			return
		}
		back, err := again.Parse(e.String())
		if err != nil || !reflect.DeepEqual(back, e) {
			t.Fatalf("%q prints as %q, which reads as %#v, %v", s, e, back, err)
		}
		checkSameAnswer(t, e, back)
		bound, err := filter.Bind(e, users())
		if err != nil {
			return
		}
		rebound, err := filter.Bind(back, users())
		if err != nil || !reflect.DeepEqual(bound, rebound) {
			t.Fatalf("%q binds to %q, and its print to %q, %v", s, bound, rebound, err)
		}
		checkSameAnswer(t, bound, rebound)
	})
}

// checkSameAnswer checks that x and y match alike, that a match satisfies every
// equality, and that a negation answers the opposite.
func checkSameAnswer(t *testing.T, x, y filter.Expr) {
	t.Helper()
	o := ann()
	got := filter.Match(x, o)
	if filter.Match(y, o) != got || filter.Match(filter.Not{X: x}, o) == got {
		t.Fatalf("%q and %q match differently", x, y)
	}
	for _, q := range filter.Equalities(x) {
		c := filter.Compare{Path: q.Path, Op: filter.Eq, Value: q.Value, Type: q.Type}
		if got && !filter.Match(c, o) {
			t.Fatalf("%q matches but its equality %q does not", x, c)
		}
	}
}

func FuzzParsePath(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, s string) {
		p, err := filter.ParsePath(s)
		if err != nil {
			checkFault(t, s, err)
			return
		}
		back, err := again.ParsePath(p.String())
		if err != nil || !reflect.DeepEqual(back, p) {
			t.Fatalf("%q prints as %q, which reads as %#v, %v", s, p, back, err)
		}
		emails, _ := ann().Get("emails")
		for _, element := range append(emails.([]any), "simple", nil, int64(1)) {
			if filter.MatchElement(p.Filter, element) != filter.MatchElement(back.Filter, element) {
				t.Fatalf("%q and %q select differently", p, back)
			}
		}
		_, _, _ = filter.BindPath(p, users())
	})
}

// checkFault checks that an error points into the input and stays short.
func checkFault(t *testing.T, s string, err error) {
	t.Helper()
	var fault *filter.Error
	if !errors.As(err, &fault) || fault.Pos < 0 || fault.Pos > utf8.RuneCountInString(s)+1 {
		t.Fatalf("%q: %#v", s, err)
	}
	if text := err.Error(); text == "" || len(text) > 1000 || !utf8.ValidString(text) {
		t.Fatalf("%q: %q", s, text)
	}
}
