package filter_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/scim/filter"
)

func bind(text string) (filter.Expr, error) {
	e, err := filter.Parse(text)
	if err != nil {
		return nil, err
	}
	return filter.Bind(e, users())
}

func TestBindingGivesCanonicalNames(t *testing.T) {
	rows := []struct{ text, want string }{
		{`USERNAME eq "A"`, `userName eq "A"`},
		{`Name.GivenName eq "A"`, `name.givenName eq "A"`},
		{`emails eq "A"`, `emails.value eq "A"`},
		{`EMAILS[Type EQ "work"] co "A"`, `emails[type eq "work"].value co "A"`},
		{`emails eq null`, `emails eq null`},
		{`emails pr`, `emails pr`},
		{`Emails[TYPE eq "work" and not (Primary eq "TRUE")]`, `emails[type eq "work" and not (primary eq true)]`},
		{`Emails[TYPE eq "work" or VALUE pr].Value pr`, `emails[type eq "work" or value pr].value pr`},
		{coreUser + `:username eq "A"`, `userName eq "A"`},
		{strings.ToLower(enterprise) + `:manager eq "A"`, enterprise + `:manager.value eq "A"`},
		{strings.ToLower(enterprise) + `:Manager.DisplayName eq "A"`, enterprise + `:manager.displayName eq "A"`},
		{strings.ToLower(enterprise) + ` pr`, enterprise + ` pr`},
		{`urn:example:other:thing eq "A"`, `urn:example:other:thing eq "A"`},
		{`schemas[value eq "A"]`, `schemas[value eq "A"]`},
		{`SCHEMAS[Value eq "A"].VALUE co "B"`, `schemas[value eq "A"].value co "B"`},
		{`not (title pr) and (TITLE pr or Active eq true)`, `not (title pr) and (title pr or active eq true)`},
	}
	for _, row := range rows {
		e, err := bind(row.text)
		if err != nil {
			t.Errorf("%s: %v", row.text, err)
		} else if e.String() != row.want {
			t.Errorf("%s binds to %s, want %s", row.text, e, row.want)
		}
	}
}

func TestBindingLeavesItsInputAlone(t *testing.T) {
	e, err := filter.Parse(`EMAILS[TYPE eq "work"] eq "A" and ACTIVE eq "True"`)
	if err != nil {
		t.Fatal(err)
	}
	before := e.String()
	if _, err := filter.Bind(e, users()); err != nil || e.String() != before {
		t.Errorf("%s became %s, %v", before, e, err)
	}
}

func TestBindingGivesLiteralsTheirAttributesType(t *testing.T) {
	rows := []struct {
		text string
		kind filter.Kind
		want any
	}{
		{`userName eq "A"`, filter.String, "A"},
		{`externalId eq 42`, filter.String, "42"},
		{`title eq true`, filter.String, "true"},
		{`active eq true`, filter.Boolean, true},
		{`active eq "fAlse"`, filter.Boolean, false},
		{`active eq null`, filter.Boolean, nil},
		{`active pr`, filter.Boolean, nil},
		{`logins eq 5`, filter.Integer, int64(5)},
		{`logins eq "5"`, filter.Integer, int64(5)},
		{`logins eq 5.0`, filter.Integer, int64(5)},
		{`logins eq -3e2`, filter.Integer, int64(-300)},
		{`logins lt 5.5`, filter.Integer, 5.5},
		{`logins lt 1e300`, filter.Integer, 1e300},
		{`logins gt -9223372036854775809`, filter.Integer, -9223372036854775809.0},
		{`score eq 5`, filter.Decimal, 5.0},
		{`score ge "5.5"`, filter.Decimal, 5.5},
		{`meta.created gt "2011-05-13T04:42:34Z"`, filter.DateTime, "2011-05-13T04:42:34Z"},
		{`meta.created sw "2011"`, filter.DateTime, "2011"},
		{`x509Certificates eq "MII"`, filter.Binary, "MII"},
		{`schemas eq "urn:x"`, filter.Reference, "urn:x"},
		{`anything gt 5`, filter.Any, int64(5)},
		{`anything co "5"`, filter.Any, "5"},
		{`anything eq true`, filter.Any, true},
	}
	for _, row := range rows {
		e, err := bind(row.text)
		if err != nil {
			t.Errorf("%s: %v", row.text, err)
			continue
		}
		c := e.(filter.Compare)
		if !reflect.DeepEqual(c.Value, row.want) || c.Type.Kind != row.kind {
			t.Errorf("%s: got %#v of kind %s, want %#v of kind %s", row.text, c.Value, c.Type.Kind, row.want, row.kind)
		}
	}
}

func TestBindingRefusesWhatCannotBeCompared(t *testing.T) {
	rows := []struct{ text, says string }{
		{`active gt true`, `in active gt true: gt cannot compare booleans; use eq, ne or pr`},
		{`active le "True"`, `le cannot compare booleans`},
		{`active co "rue"`, `co cannot compare booleans`},
		{`active eq "yes"`, `"yes" is no boolean value; write true or false`},
		{`active eq 1`, `1 is no boolean value`},
		{`x509Certificates.value gt "a"`, `gt cannot compare binary values; use eq, ne or pr`},
		{`x509Certificates sw "a"`, `sw cannot compare binary values`},
		{`logins co 4`, `co cannot compare numbers; use eq, ne, gt, ge, lt or le`},
		{`logins eq "four"`, `"four" is no integer value; write a whole number`},
		{`logins eq "0x10"`, `is no integer value`},
		{`logins eq true`, `true is no integer value`},
		{`score ew 4`, `ew cannot compare numbers`},
		{`score eq "NaN"`, `is no decimal value`},
		{`score eq "1e999"`, `is no decimal value`},
		{`meta.created gt "yesterday"`, `"yesterday" is no dateTime value; write for example "2011-05-13T04:42:34Z"`},
		{`meta.created eq "2011-05-13T04:42:34 02:00"`, `in a URL, write + as %2B`},
		{`meta.created eq 2011`, `2011 is no dateTime value`},
		{`userName eq 4.5`, `4.5 is no string value; write it in double quotes`},
		{`userName gt null`, `gt cannot compare with null; write eq null or ne null`},
		{`anything lt true`, `lt cannot compare booleans`},
		{`anything co 5`, `put the value in double quotes: "5"`},
		{`name eq "Ann"`, `name is complex and has no "value" to compare`},
		{enterprise + ` eq "Ann"`, `is complex and has no "value"`},
		{`userName[value eq "a"]`, `userName has one simple value`},
		{`emails[primary gt true]`, `gt cannot compare booleans`},
		{`title pr and (title pr or active gt true)`, `in active gt true`},
		{`not (active gt true)`, `in active gt true`},
	}
	for _, row := range rows {
		e, err := bind(row.text)
		var fault *filter.Error
		if !errors.As(err, &fault) || fault.Pos != 0 || !strings.Contains(err.Error(), row.says) {
			t.Errorf("%s: got %v, want %q", row.text, err, row.says)
		}
		if e != nil {
			t.Errorf("%s: gives a filter beside the error", row.text)
		}
	}
}

func TestTheResolversErrorComesUnchanged(t *testing.T) {
	for _, text := range []string{
		`nickNmae eq "x"`, `title pr or nickNmae eq "x"`, `nickNmae pr and title pr`, `not (nickNmae pr)`,
		`nickNmae[type eq "x"]`, `nickNmae[type eq "x"].value pr`, `emails[nickNmae eq "x"]`, `emails[type pr].nickNmae pr`,
		`schemas[nickNmae pr]`, `schemas[value pr].nickNmae pr`,
	} {
		_, err := bind(text)
		var unknown unknownName
		if !errors.As(err, &unknown) || !strings.HasSuffix(unknown.name, "nickNmae") && !strings.HasPrefix(unknown.name, "nickNmae") {
			t.Errorf("%s: got %v", text, err)
		}
	}
}

func TestPathsBindToNamesAndType(t *testing.T) {
	rows := []struct {
		text, want string
		kind       filter.Kind
		multi      bool
	}{
		{`USERNAME`, `userName`, filter.String, false},
		{`Emails`, `emails`, filter.Complex, true},
		{`Emails[Type eq "x"]`, `emails[type eq "x"]`, filter.Complex, true},
		{`Emails[Primary eq "True"].VALUE`, `emails[primary eq true].value`, filter.String, false},
		{strings.ToUpper(enterprise) + `:manager`, enterprise + `:manager`, filter.Complex, false},
		{strings.ToUpper(enterprise), enterprise, filter.Complex, false},
	}
	for _, row := range rows {
		p, err := filter.ParsePath(row.text)
		if err != nil {
			t.Fatal(err)
		}
		p, typ, err := filter.BindPath(p, users())
		if err != nil || p.String() != row.want || typ.Kind != row.kind || typ.Multi != row.multi {
			t.Errorf("%s: got %s, %+v, %v", row.text, p, typ, err)
		}
	}
	if _, _, err := filter.BindPath(filter.Path{Attr: "userName", Filter: pr("value")}, users()); err == nil {
		t.Error("a bracket on a simple attribute binds")
	}
}

func TestNothingBindsToNothingAndPointersAreRefused(t *testing.T) {
	if e, err := filter.Bind(nil, users()); e != nil || err != nil {
		t.Errorf("got %v, %v", e, err)
	}
	if _, err := filter.Bind(&filter.And{X: pr("title"), Y: pr("title")}, users()); err == nil {
		t.Error("a pointer binds")
	}
}

func TestKindsHaveTheNamesOfTheStandard(t *testing.T) {
	want := "any string boolean integer decimal dateTime binary reference complex unknown"
	var names []string
	for k := filter.Any; k <= filter.Complex+1; k++ {
		names = append(names, k.String())
	}
	if got := strings.Join(names, " "); got != want {
		t.Errorf("got %s", got)
	}
}
