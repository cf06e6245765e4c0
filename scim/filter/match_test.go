package filter_test

import (
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/scim/filter"
)

// matchRow is a filter and whether ann satisfies it.
type matchRow struct {
	text string
	want bool
}

func checkMatches(t *testing.T, rows []matchRow, bind bool) {
	t.Helper()
	for _, row := range rows {
		e, err := filter.Parse(row.text)
		if err == nil && bind {
			e, err = filter.Bind(e, users())
		}
		if err != nil {
			t.Errorf("%s: %v", row.text, err)
		} else if got := filter.Match(e, ann()); got != row.want {
			t.Errorf("%s: got %v", row.text, got)
		}
	}
}

func TestEveryOperatorOnStrings(t *testing.T) {
	rows := []matchRow{
		{`userName eq "ann@example.com"`, true},
		{`userName eq "ann@example.co"`, false},
		{`userName ne "ann@example.com"`, false},
		{`userName ne "bob"`, true},
		{`userName co "N@EX"`, true},
		{`userName co "nex"`, false},
		{`userName co ""`, true},
		{`userName sw "aNN@"`, true},
		{`userName sw "nn"`, false},
		{`userName sw "ann@example.com and more"`, false},
		{`userName ew ".COM"`, true},
		{`userName ew "ann"`, false},
		{`userName ew "and more ann@example.com"`, false},
		{`userName gt "ANM"`, true},
		{`userName gt "ann@example.com"`, false},
		{`userName gt "b"`, false},
		{`userName ge "ANN@EXAMPLE.COM"`, true},
		{`userName ge "ann@example.com2"`, false},
		{`userName lt "b"`, true},
		{`userName lt "ann@example.com"`, false},
		{`userName le "ANN@EXAMPLE.COM"`, true},
		{`userName le "anm"`, false},
		{`userName pr`, true},

		{`externalId eq "Ann-42"`, true},
		{`externalId eq "ann-42"`, false},
		{`externalId ne "ann-42"`, true},
		{`externalId co "N-4"`, false},
		{`externalId co "n-4"`, true},
		{`externalId sw "ann"`, false},
		{`externalId sw "Ann"`, true},
		{`externalId ew "-42"`, true},
		{`externalId ew "N-42"`, false},
		{`externalId lt "ann"`, true},
		{`externalId ge "ann"`, false},

		{`x509Certificates eq "MIIDQzCC"`, true},
		{`x509Certificates eq "miidqzcc"`, false},

		{`displayName eq "ann \"the \\ FOX\" M\u00dcLLER"`, true},
		{`displayName co "\"THE \\ "`, true},
		{`displayName ew "MÜLLER"`, true},
		{`displayName co "x\" mÜ"`, true},
		{`displayName gt "ANN \"THE \\ FOX\" MÜ"`, true},
	}
	checkMatches(t, rows, true)
}

func TestE14_AnAddressIsFoundInAnyCase(t *testing.T) {
	checkMatches(t, []matchRow{
		{`userName eq "ANN@example.COM"`, true},
		{`USERNAME eq "ann@EXAMPLE.com"`, true},
		{`emails.value eq "ANN@EXAMPLE.COM"`, true},
		{`emails[type eq "WORK"].value eq "ANN@EXAMPLE.COM"`, true},
	}, true)
}

func TestNumbersAndBooleans(t *testing.T) {
	rows := []matchRow{
		{`logins eq 42`, true},
		{`logins eq 42.0`, true},
		{`logins eq "42"`, true},
		{`logins eq 42.5`, false},
		{`logins gt 41.5`, true},
		{`logins gt 42`, false},
		{`logins ge 42`, true},
		{`logins lt 42.5`, true},
		{`logins lt 42`, false},
		{`logins le 42`, true},
		{`logins ne 42`, false},
		{`logins lt 9223372036854775807`, true},
		{`logins pr`, true},
		{`score eq 4.5`, true},
		{`score gt 4`, true},
		{`score lt "5"`, true},
		{`score le 4`, false},
		{`active eq true`, true},
		{`active eq "True"`, true},
		{`active eq "FALSE"`, false},
		{`active ne false`, true},
		{`active ne true`, false},
		{`active pr`, true},
	}
	checkMatches(t, rows, true)
	checkMatches(t, rows, false)
}

func TestDateTimesCompareAsInstants(t *testing.T) {
	checkMatches(t, []matchRow{
		{`meta.created eq "2011-05-13T04:42:34Z"`, true},
		{`meta.created eq "2011-05-13T06:42:34.000+02:00"`, true},
		{`meta.created eq "2011-05-12T23:42:34-05:00"`, true},
		{`meta.created ne "2011-05-13T04:42:34.001Z"`, true},
		{`meta.created lt "2011-05-13T04:42:34.000000001Z"`, true},
		{`meta.created ge "2011-05-13T05:42:34+01:00"`, true},
		{`meta.lastModified gt "2011-05-13T04:42:34Z"`, true},
		{`meta.lastModified gt "2011-05-13T04:42:34.5Z"`, false},
		{`meta.lastModified le "2011-05-13T04:42:34.50Z"`, true},
		{`meta.lastModified eq "2011-05-13T04:42:34.5"`, true},
		{`meta.created sw "2011-05"`, true},
		{`meta.created co "T04:"`, true},
		{`meta.created ew "z"`, true},
		{`meta.created pr`, true},
	}, true)
	typed := filter.Compare{Path: filter.Path{Attr: "meta", Sub: "version"}, Op: filter.Le,
		Value: "2011-05-13T04:42:34Z", Type: filter.Type{Kind: filter.DateTime}}
	if filter.Match(typed, ann()) {
		t.Error("a stored text that is no dateTime compares as one")
	}
}

func TestPresence(t *testing.T) {
	rows := []matchRow{
		{`userName pr`, true},
		{`title pr`, false},
		{`nickName pr`, false},
		{`missing pr`, false},
		{`phoneNumbers pr`, false},
		{`photos pr`, false},
		{`empty pr`, false},
		{`opaque pr`, true},
		{`name pr`, true},
		{`name.middleName pr`, false},
		{`emails pr`, true},
		{`emails.display pr`, false},
		{`emails[type eq "work"] pr`, true},
		{`emails[type eq "work"].value pr`, true},
		{`emails[type eq "other"].value pr`, false},
		{enterprise + ` pr`, false},
		{enterprise + `:manager pr`, true},
		{enterprise + `:division pr`, false},
		{`userName eq null`, false},
		{`userName ne null`, true},
		{`missing eq null`, true},
		{`missing ne null`, false},
		{`title eq null`, true},
		{`title eq ""`, true},
		{`missing eq ""`, false},
		{`emails[type eq "other"].value eq null`, true},
		{`emails[type eq "work"].value eq null`, false},
	}
	checkMatches(t, rows, false)
	whole := filter.Compare{Path: filter.Path{URI: enterprise}, Op: filter.Pr}
	if !filter.Match(whole, ann()) {
		t.Error("a whole extension is not present")
	}
}

func TestWhatIsAbsentSatisfiesOnlyNe(t *testing.T) {
	for _, op := range []string{"eq", "co", "sw", "ew", "gt", "ge", "lt", "le"} {
		checkMatches(t, []matchRow{
			{`missing ` + op + ` "x"`, false},
			{`name.missing ` + op + ` "x"`, false},
			{`userName.missing ` + op + ` "x"`, false},
			{`phoneNumbers ` + op + ` "x"`, false},
			{`urn:example:x:attr ` + op + ` "x"`, false},
		}, false)
	}
	checkMatches(t, []matchRow{
		{`missing ne "x"`, true},
		{`name.missing ne "x"`, true},
		{`phoneNumbers.value ne "x"`, true},
		{`urn:example:x:attr ne "x"`, true},
		{`emails[type eq "other"].value ne "x"`, true},
	}, false)
}

func TestAnyValueOfAListIsEnough(t *testing.T) {
	rows := []matchRow{
		{`emails.value eq "fox@home.example"`, true},
		{`emails.value co "@home"`, true},
		{`emails.value ne "fox@home.example"`, false},
		{`emails.value ne "x"`, true},
		{`emails eq "fox@home.example"`, true},
		{`emails co "@home"`, true},
		{`emails eq "work"`, false},
		{`emails.type eq "home" and emails.value eq "ann@example.com"`, true},
		{`schemas eq "` + strings.ToUpper(enterprise) + `"`, true},
		{`schemas eq "urn:other"`, false},
		{`roles.primary eq "True"`, true},
	}
	checkMatches(t, rows, true)
	checkMatches(t, rows, false)
	checkMatches(t, []matchRow{{`nested eq "b"`, true}, {`nested.value eq "b"`, true}, {`nested eq "c"`, false}, {`nested pr`, true}}, false)
}

func TestABracketMeansOneAndTheSameElement(t *testing.T) {
	rows := []matchRow{
		{`emails[type eq "work"]`, true},
		{`emails[type eq "other"]`, false},
		{`emails[type eq "work" and value co "@example.com"]`, true},
		{`emails[type eq "home" and value co "@example.com"]`, false},
		{`emails[type eq "home" or value co "@example.com"]`, true},
		{`emails[not (type eq "work")]`, true},
		{`emails[not (type pr)]`, false},
		{`emails[type eq "work"].value eq "ann@example.com"`, true},
		{`emails[type eq "home"].value eq "ann@example.com"`, false},
		{`emails[type eq "home"].value ne "ann@example.com"`, true},
		{`emails[type eq "home"] eq "fox@home.example"`, true},
		{`roles[primary eq "True"].value eq "admin"`, true},
		{`roles[primary eq "False"].value eq "admin"`, false},
		{`roles[primary ne true].value eq "guest"`, true},
		{`schemas[value co "enterprise"]`, true},
		{`schemas[value eq "urn:other"]`, false},
		{`schemas[value sw "urn:"].value ew ":User"`, true},
		{`name[givenName eq "ANN"]`, true},
		{`name[givenName eq "Bea"]`, false},
		{enterprise + `:manager[value eq "26118915"]`, true},
	}
	checkMatches(t, rows, true)
	checkMatches(t, rows, false)
	checkMatches(t, []matchRow{
		{`phoneNumbers[type ne "work"]`, false},
		{`missing[type ne "work"]`, false},
		{`nulls[type ne "work"]`, false},
		{`nulls pr`, false},
		{`photos[type ne "work"]`, true},
		{`schemas[type ne "work"]`, true},
		{`schemas[urn:example:x:value sw "urn"]`, false},
	}, false)
}

// RFC 7643 §2.4: a value that does not say whether it is primary is not.
func TestAValueWithoutPrimaryIsNotPrimary(t *testing.T) {
	rows := []matchRow{ // ann's home address does not say, and her work address is primary
		{`emails[primary eq false]`, true},
		{`emails[primary eq "False"].value eq "fox@home.example"`, true},
		{`emails[primary eq false].value eq "ann@example.com"`, false},
		{`emails[primary ne false].value eq "fox@home.example"`, false},
		{`emails[not (primary eq false)].value eq "fox@home.example"`, false},
		{`emails[primary ne true].value eq "fox@home.example"`, true},
		{`emails[PRIMARY eq true].value eq "fox@home.example"`, false},
		{`emails[primary pr].value eq "fox@home.example"`, false},
		{`emails[primary eq null].value eq "fox@home.example"`, true},
		{`emails.primary eq false`, true},
		{`emails.primary eq true`, true},
		{`emails.type eq "false"`, false},
		{`missing.primary eq false`, false},
		{`primary eq false`, false},
	}
	checkMatches(t, rows[:12], true)
	checkMatches(t, rows, false)
}

func TestLogicCombines(t *testing.T) {
	rows := []matchRow{
		{`title pr or userName pr and logins pr`, true},
		{`title pr and userName pr or logins pr`, true},
		{`title pr and (userName pr or logins pr)`, false},
		{`(userName pr or logins pr) and title pr`, false},
		{`logins pr or userName pr and title pr`, true},
		{`not (title pr)`, true},
		{`not (userName pr)`, false},
		{`not (title pr or userName pr)`, false},
		{`not (title pr) and userName pr`, true},
		{`not (title pr and userName pr)`, true},
		{`not (not (userName pr))`, true},
	}
	checkMatches(t, rows, true)
}

func TestE24_AttributesAreFoundByTheirURN(t *testing.T) {
	rows := []matchRow{
		{enterprise + `:department eq "r&d"`, true},
		{strings.ToUpper(enterprise) + `:DEPARTMENT eq "r&d"`, true},
		{enterprise + `:manager.value eq "26118915"`, true},
		{enterprise + `:manager eq "26118915"`, true},
		{coreUser + `:userName eq "ann@example.com"`, true},
		{coreUser + `:name.givenName eq "ann"`, true},
		{coreUser + `:emails[type eq "work"].value eq "ann@example.com"`, true},
		{`urn:example:other:userName eq "ann@example.com"`, false},
		{`urn:example:other:userName pr`, false},
	}
	checkMatches(t, rows, true)
	checkMatches(t, rows, false)
	checkMatches(t, []matchRow{{enterprise + ` pr`, true}, {strings.ToLower(enterprise) + ` pr`, true}}, true)
}

func TestUnboundValuesCompareByTheirKinds(t *testing.T) {
	checkMatches(t, []matchRow{
		{`boss eq "26118915"`, true},
		{`boss eq 26118915`, true},
		{`boss gt 26118914`, true},
		{`boss.value eq "26118915"`, true},
		{`userName.value sw "ann"`, true},
		{`userName eq true`, false},
		{`userName eq 42`, false},
		{`userName gt 42`, false},
		{`big eq 9007199254740993`, true},
		{`big eq 9007199254740992`, false},
		{`big gt 9007199254740992`, true},
		{`active eq 1`, false},
		{`active eq "yes"`, false},
		{`active gt false`, false},
		{`active co "true"`, false},
		{`logins eq "x42"`, false},
		{`logins co "4"`, false},
		{`logins eq true`, false},
		{`logins lt "1e999"`, false},
		{`name eq "Ann"`, false},
		{`opaque eq "Ann"`, false},
	}, false)
}

func TestAnUnknownExpressionMatchesNothingAndNilEverything(t *testing.T) {
	if !filter.Match(nil, ann()) || !filter.MatchElement(nil, "x") {
		t.Error("no filter refuses")
	}
	if filter.Match(&filter.And{}, ann()) {
		t.Error("a pointer matches")
	}
	if filter.Match(eq("userName", "x"), nil) || !filter.Match(eq("userName", nil), nil) {
		t.Error("no object has attributes")
	}
	if filter.Match(filter.Compare{Path: attr("userName"), Op: "xx", Value: "Ann@Example.com"}, ann()) {
		t.Error("an unknown operator matches")
	}
}

func TestElementsAreSelectedByABracket(t *testing.T) {
	path, err := filter.ParsePath(`emails[type eq "work" and value sw "a"].value`)
	if err != nil {
		t.Fatal(err)
	}
	emails, _ := ann().Get("emails")
	var selected []int
	for i, element := range emails.([]any) {
		if filter.MatchElement(path.Filter, element) {
			selected = append(selected, i)
		}
	}
	if len(selected) != 1 || selected[0] != 0 {
		t.Errorf("selected %v", selected)
	}
}

func TestSimpleElementsAnswerToValue(t *testing.T) {
	rows := []struct {
		text    string
		element any
		want    bool
	}{
		{`x[value eq "A"]`, "a", true},
		{`x[VALUE eq "A"]`, "a", true},
		{`x[value eq "b"]`, "a", false},
		{`x[value.value eq "a"]`, "a", true},
		{`x[value.type eq "a"]`, "a", false},
		{`x[value gt 4]`, int64(5), true},
		{`x[value lt 4.5]`, 5.5, false},
		{`x[value eq "true"]`, true, true},
		{`x[value pr]`, "", false},
		{`x[value pr]`, nil, false},
		{`x[value pr]`, false, true},
		{`x[type eq "a"]`, "a", false},
		{`x[type ne "a"]`, "a", true},
		{`x[not (value eq "a")]`, "b", true},
		{`x[value eq "b" or value eq "a"]`, "a", true},
	}
	for _, row := range rows {
		path, err := filter.ParsePath(row.text)
		if err != nil {
			t.Fatal(err)
		}
		if got := filter.MatchElement(path.Filter, row.element); got != row.want {
			t.Errorf("%s of %v: got %v", row.text, row.element, got)
		}
	}
}

func TestMatchDoesNotAllocate(t *testing.T) {
	var o filter.Object = ann()
	for _, text := range []string{
		`userName eq "ANN@example.com"`,
		`externalId eq "Ann-42" and active eq true`,
		`displayName co "mÜLL"`,
		`userName sw "x" or userName ew "y" or userName gt "z"`,
		`emails[type eq "home"].value eq "fox@home.example"`,
		`emails[type eq "home" and not (value pr)]`,
		enterprise + `:manager eq "26118915"`,
		`meta.lastModified gt "2011-05-13T04:42:34Z"`,
		`logins gt 41 and score lt 5.5`,
		`schemas[value co "enterprise"]`,
	} {
		e, err := filter.Parse(text)
		if err == nil {
			e, err = filter.Bind(e, users())
		}
		if err != nil {
			t.Fatal(err)
		}
		if n := testing.AllocsPerRun(100, func() { filter.Match(e, o) }); n > 0 {
			t.Errorf("%s: %v allocations", text, n)
		}
	}
}
