package filter_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/scim/filter"
)

func TestEqualitiesAreWhatEveryMatchSatisfies(t *testing.T) {
	rows := []struct{ text, want string }{
		{`userName eq "a"`, `userName=a`},
		{`userName eq "a" and active eq true and logins eq 5`, `userName=a active=true logins=5`},
		{`userName eq "a" and (externalId eq "b" and title pr)`, `userName=a externalId=b`},
		{`userName eq "a" and (externalId eq "b" or title pr)`, `userName=a`},
		{`userName eq "a" or externalId eq "b"`, ``},
		{`not (userName eq "a")`, ``},
		{`userName ne "a"`, ``},
		{`userName eq null`, ``},
		{`userName co "a" and title sw "b"`, ``},
		{`emails eq "x"`, `emails.value=x`},
		{`emails[type eq "work"].value eq "x"`, `emails.value=x emails.type=work`},
		{`emails[type eq "work"].value sw "x"`, `emails.type=work`},
		{`emails[type eq "work"].value ne "x"`, ``},
		{`emails[type eq "work"].value eq null`, ``},
		{`emails[type eq "work"] pr`, `emails.type=work`},
		{`emails[value eq "x" and type eq "work"]`, `emails.value=x emails.type=work`},
		{`emails[value eq "x" or type eq "work"]`, ``},
		{`emails[not (value eq "x")]`, ``},
		{enterprise + `:manager eq "x"`, enterprise + `:manager.value=x`},
		{enterprise + `:manager[value eq "x"]`, enterprise + `:manager.value=x`},
	}
	for _, row := range rows {
		e, err := bind(row.text)
		if err != nil {
			t.Fatalf("%s: %v", row.text, err)
		}
		var got []string
		for _, q := range filter.Equalities(e) {
			if q.Path.Filter != nil || q.Type.Kind == filter.Any {
				t.Errorf("%s: %+v has a bracket or no type", row.text, q)
			}
			got = append(got, fmt.Sprintf("%s=%v", q.Path, q.Value))
			necessary := filter.Compare{Path: q.Path, Op: filter.Eq, Value: q.Value, Type: q.Type}
			if filter.Match(e, ann()) && !filter.Match(necessary, ann()) {
				t.Errorf("%s matches without %s", row.text, necessary)
			}
		}
		if s := strings.Join(got, " "); s != row.want {
			t.Errorf("%s: got %q, want %q", row.text, s, row.want)
		}
	}
	if filter.Equalities(nil) != nil {
		t.Error("no filter has equalities")
	}
	odd, err := filter.Parse(`emails[urn:example:x:type eq "a" and name.first eq "b"]`)
	if err != nil || filter.Equalities(odd) != nil {
		t.Errorf("names that do not fit one path: %v, %v", filter.Equalities(odd), err)
	}
}

func TestABracketsEqualitiesAreRelativeToTheElement(t *testing.T) {
	p, err := filter.ParsePath(`roles[primary eq "True" and type eq "x"].value`)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, q := range filter.Equalities(p.Filter) {
		got = append(got, fmt.Sprintf("%s=%v", q.Path, q.Value))
	}
	if s := strings.Join(got, " "); s != "primary=True type=x" {
		t.Errorf("got %s", s)
	}
}

func TestPathsListsWhatAFilterLooksAt(t *testing.T) {
	e, err := filter.Parse(`a pr and not (b.c eq "x" or d[e pr]) and f[g pr].h pr`)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for p := range filter.Paths(e) {
		got = append(got, p.String())
	}
	if s := strings.Join(got, " "); s != "a b.c d[e pr] f[g pr].h" {
		t.Errorf("got %s", s)
	}
	for i := range got {
		n := 0
		for range filter.Paths(e) {
			if n++; n > i {
				break
			}
		}
	}
	for range filter.Paths(nil) {
		t.Error("no filter looks at something")
	}
}
