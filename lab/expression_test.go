package lab_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/lab"
)

// subject is the person whom expressions are tried on: no title, no fax.
func ada() lab.Person {
	return lab.Person{
		ObjectID: "0a1b", UserPrincipalName: "Ada.Byron@Contoso.Example", Mail: "ada@contoso.example", GivenName: "Zoë", Surname: "Núñez-O'Łuk",
		DisplayName: "ADA BYRON-KING (countess)", Department: "Product Developer", EmployeeID: "00042", MailNickname: "ada_b72",
		Telephone: "+91 9998887777", Mobile: "+1 (999) 888-7777", StreetAddress: "545 Tremont Street", State: "QLD", Country: "USA", City: "Reno", AccountEnabled: true,
	}
}

func TestExpressionsGiveWhatMicrosoftsReferenceSays(t *testing.T) {
	for _, c := range []struct {
		source string
		want   any
	}{
		// Text.
		{`mail`, "ada@contoso.example"}, {`[mail]`, "ada@contoso.example"}, {` [ Mail`, nil},
		{`Append([mail], ".test")`, "ada@contoso.example.test"}, {`Append([jobTitle], "x")`, "x"},
		{`Append(Mid([givenName], 1, 3), Mid([surname], 1, 5))`, "ZoëNúñez"},
		{`Join(" ", [givenName], [jobTitle], [surname])`, "Zoë Núñez-O'Łuk"}, {`Join(", ", "", [surname], [givenName])`, "Núñez-O'Łuk, Zoë"},
		{`Join("", 1000, [employeeId])`, "100000042"}, {`Join("-", [jobTitle])`, nil},
		{`Left([givenName], 2)`, "Zo"}, {`Left([givenName], 0)`, nil}, {`Left([givenName], -1)`, "Zoë"}, {`Left([givenName], 99)`, "Zoë"}, {`Left([jobTitle], 2)`, nil},
		{`Mid([givenName], 3, 1)`, "ë"}, {`Mid([givenName], 2, 99)`, "oë"}, {`Mid([givenName], 4, 1)`, nil}, {`Mid([givenName], 0, 1)`, nil}, {`Mid([givenName], x, 1)`, nil},
		{`Mid([givenName], 2, 9223372036854775807)`, "oë"},
		{`StripSpaces([department])`, "ProductDeveloper"}, {`Trim("  a b ")`, "a b"},
		{`ToLower([userPrincipalName])`, "ada.byron@contoso.example"}, {`ToUpper([givenName])`, "ZOË"}, {`ToLower("İI", "tr-TR")`, "iı"}, {`ToUpper("i", "tr-TR")`, "İ"}, {`ToUpper("i", "en-US")`, "I"},
		{`Word("The quick brown fox", 3, " ")`, "brown"}, {`Word("This,string!has&many separators", 3, ",!&#")`, "has"}, {`Word([department], 3, " ")`, nil}, {`Word([department], 0, " ")`, nil},
		{`PCase([displayName])`, "Ada Byron-King (Countess)"}, {`PCase("PINTO-DE'SILVA", " '-")`, "Pinto-De'Silva"}, {`PCase("PINTO-DE'SILVA", "-")`, "Pinto-De'silva"},
		{`InStr("The quick brown fox", "quick")`, "5"}, {`InStr("repEated", "e", 3, vbBinaryCompare)`, "7"}, {`InStr("repEated", "e", 3, vbTextCompare)`, "4"}, {`InStr("abc", "z")`, "0"}, {`InStr("abc", "c", 9)`, "0"},
		{`NormalizeDiacritics([givenName])`, "Zoe"}, {`NormalizeDiacritics([surname])`, "Nunez-O'Luk"}, {`NormalizeDiacritics("Straße, Ærø, ŒUVRE, İzmir, Ḹ, ā́b, Ʉ, Ελένη, 李")`, "Strasse, AEroe, OEUVRE, Izmir, L, ab, Ʉ, Ελένη, 李"},
		{`ToLower(Join("@", NormalizeDiacritics(StripSpaces(Join(".", [givenName], [surname]))), "contoso.com"))`, "zoe.nunez-o'luk@contoso.com"},
		// Nothing.
		{`Coalesce([jobTitle], [mobile])`, "+1 (999) 888-7777"}, {`Coalesce([jobTitle], [facsimileTelephoneNumber])`, nil}, {`Coalesce([jobTitle], "")`, nil},
		{`IgnoreFlowIfNullOrEmpty([jobTitle])`, nil}, {`IsNull([jobTitle])`, "True"}, {`IsNullOrEmpty("")`, "True"}, {`IsPresent([mail])`, "True"}, {`IsPresent("")`, "False"},
		{`Redact([mail])`, "ada@contoso.example"},
		// Conditions.
		{`Switch([state], "Australia/Sydney", "NSW", "Australia/Sydney", "QLD", "Australia/Brisbane")`, "Australia/Brisbane"}, {`Switch([state], "else", "qld", "x")`, "else"},
		{`Switch([jobTitle], [jobTitle], "", "N/A")`, "N/A"}, {`Switch([IsSoftDeleted], , "False", "True", "True", "False")`, "True"}, {`Switch([state], , "x", "y")`, nil},
		{`Not("True")`, "False"}, {`Not([jobTitle])`, "True"}, {`Not(IsPresent([mail]))`, "False"},
		{`IIF([country]="USA", [country], [department])`, "USA"}, {`IIF([country]<>"USA", "a", "b")`, "b"}, {`IIF([jobTitle]="", "a", "b")`, "b"}, {`IIF([jobTitle]<>"x", "a", "b")`, "b"},
		{`IIF([employeeId] > 41, "a", "b")`, "a"}, {`IIF([employeeId] >= 42, "a", "b")`, "a"}, {`IIF([employeeId] < 042, "a", "b")`, "b"}, {`IIF([employeeId] <= 42, "a", "b")`, "a"}, {`IIF("b" > "a", "a", "b")`, "a"},
		{`IIF([country]="USA", IIF([state]="CA", "True", "False"), "False")`, "False"},
		// Replace, by what is given.
		{`Replace([department], "Product Developer", , , "Software Engineer", , )`, "Software Engineer"}, {`Replace([mail], "@contoso.example", , , "", ,)`, "ada"}, {`Replace([jobTitle], "a", , , "b", , )`, nil},
		{`Replace([mailNickname], "<username>", , , , , "<username>@contoso.com <username>")`, "ada_b72@contoso.com ada_b72"},
		{`Replace([telephoneNumber], , "\\+(?<isdCode>\\d* )(?<phoneNumber>\\d{10})", , "${phoneNumber}", , )`, "9998887777"}, {`Replace([telephoneNumber], , "(\\d+) (\\d+)", , "$2-$1-$$-$9-${no}", , )`, "+9998887777-91-$-$9-${no}"},
		{`Replace([mobile], , "[()\\s-]+", , "", , )`, "+19998887777"}, {`Replace([mailNickname], , "[a-zA-Z_]*", , "", , )`, "72"},
		{`Replace([streetAddress], , "(?<streetNumber>^\\d*)", "streetNumber", "888", , )`, "888 Tremont Street"}, {`Replace([mail], , "(?<Suffix>@(.)*)", "Suffix", "", , )`, "ada"}, {`Replace("a1b2", , "[ab](?<n>\\d)?", "n", "x", , )`, "axbx"},
		{`Replace([jobTitle], , "\\+(?<isdCode>\\d* )(?<phoneNumber>\\d{10})", "phoneNumber", , [telephoneNumber], )`, "9998887777"}, {`Replace([mobile], , "(?<n>\\d{10})", "n", , [telephoneNumber], )`, "+1 (999) 888-7777"},
		{`Replace([jobTitle], , "(?<n>z)", "n", , [telephoneNumber], )`, nil}, {`Replace([mail], , , , , , )`, "ada@contoso.example"},
		// Roles.
		{`SingleAppRoleAssignment([appRoleAssignments])`, "admin"}, {`AppRoleAssignmentsComplex([appRoleAssignments])`, roles()}, {`AssertiveAppRoleAssignmentsComplex([appRoleAssignments])`, roles()},
		{`SingleAppRoleAssignment([mail])`, nil}, {`ToLower([appRoleAssignments])`, nil},
	} {
		got, err := lab.Evaluate(c.source, ada(), roles()...)
		if (err != nil) != strings.HasPrefix(c.source, " [ ") || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s gave %#v and %v, want %#v", c.source, got, err, c.want)
		}
	}
}

func roles() []lab.AppRole {
	return []lab.AppRole{{ID: "1", Value: "admin", DisplayName: "Admin"}, {ID: "2", Value: "staff", DisplayName: "Staff"}}
}

func TestExpressionsSayWhatIsWrongWithThem(t *testing.T) {
	for source, want := range map[string]string{
		"": "ends too early", `"`: "column 1 is not closed", "Fly([mail])": "Fly is not known", "[nick]": `no attribute "nick"`,
		`Switch([mail], "a", "b")`: "even number", `Append([mail])`: "at least 2", `Not("a", "b")`: "at most 1", `Left([mail], -)`: `unexpected '-'`,
		`Replace([mail], , "(", , "", , )`: "cannot be read", `Replace([mail], , "(?=a)", , "", , )`: "cannot be read",
		`Replace([mail], , "(?<a>.)", "b", "", , )`:                     `no group "b"`,
		strings.Repeat("Not(", 17) + `"True"` + strings.Repeat(")", 17): "16 deep",
		`Join("", ` + strings.Repeat(`"ä", `, 2_100) + `"ä")`:           "at most 10000 letters",
		`Item([mail], 1)`: "Item is not known", `IIF([mail] = , "a", "b")`: "unexpected ','",
	} {
		if got, err := lab.Evaluate(source, ada()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60s gave %v and %v, want %q", source, got, err, want)
		}
	}
}

func TestNoExpressionMakesAValueOfAnySize(t *testing.T) {
	long := `"` + strings.Repeat("a", 100) + `"`
	for range 8 {
		long = `Replace(` + long + `, "a", , , "` + strings.Repeat("a", 100) + `", , )`
	}
	if got, err := lab.Evaluate(long, ada()); err != nil || got != nil {
		t.Errorf("%.20v %v", got, err)
	}
}

// E17 and E24: objectId first, then the user name.
func TestE24_MatchingAttributesAreTriedByPrecedenceUntilOneIsFound(t *testing.T) {
	const id = "urn:ietf:params:scim:schemas:core:2.0:User:microsoftId"
	table := []lab.Mapping{
		{Source: "mail", Target: `emails[type eq "work"].value`, Match: 3},
		{Source: "userPrincipalName", Target: "userName", Match: 2},
		{Source: "objectId", Target: id, Match: 1},
		{Source: "employeeId", Target: "externalId", Match: 4},
	}
	for name, c := range map[string]struct {
		there object // at the server
		asked int    // look-ups until the match
	}{
		"the first":  {object{"userName": "other", "urn:ietf:params:scim:schemas:core:2.0:User": object{"microsoftId": "0a1b"}}, 1},
		"the second": {object{"userName": "ada.byron@contoso.example"}, 2},
		"the third":  {object{"userName": "other", "emails": []any{object{"type": "work", "value": "ADA@contoso.example"}}}, 3},
		"the last":   {object{"userName": "other", "externalId": "00042"}, 4},
		"none":       {object{"userName": "other"}, 4},
	} {
		t.Run(name, func(t *testing.T) {
			s, w := newServer(t), &wire{}
			c.there["id"], c.there["active"] = "there", true
			s.docs["/Users"] = []object{c.there}
			d := lab.NewDirectory(1)
			person, _ := d.AddPerson(ada())
			_ = d.Assign(person)
			sum := mustSync(t, lab.NewEntra(d, w.target(s), lab.EntraOptions{Mapping: table, NoGroups: true}))
			asked := 0
			for _, line := range w.take() {
				if strings.HasPrefix(line, "GET /Users?filter=") {
					asked++
				}
			}
			if asked != c.asked || sum.Did["matched"] != map[bool]int{true: 0, false: 1}[name == "none"] {
				t.Errorf("%d look-ups, want %d\n%s", asked, c.asked, sum)
			}
		})
	}
}

func TestEntraSkipsWhomItCannotMatch(t *testing.T) {
	table := []lab.Mapping{{Source: "employeeId", Target: "externalId", Match: 1}, {Source: "userPrincipalName", Target: "userName"}}
	for want, spoil := range map[string]func(*server, *lab.Person){
		"no matching attribute has a value": func(_ *server, p *lab.Person) { p.EmployeeID = "" },
		"2 resources have externalId": func(s *server, _ *lab.Person) {
			s.docs["/Users"] = append(s.docs["/Users"], object{"id": "1", "externalId": "00042"}, object{"id": "2", "externalId": "00042"})
		},
	} {
		s, d, p := newServer(t), lab.NewDirectory(1), ada()
		spoil(s, &p)
		id, _ := d.AddPerson(p)
		_ = d.Assign(id)
		sum, err := lab.NewEntra(d, lab.Target{URL: s.URL, Token: "secret"}, lab.EntraOptions{Mapping: table, NoCompare: true}).Cycle(t.Context())
		if err != nil || sum.Failed != 1 || !strings.Contains(sum.Errors[0], want) || len(sum.Did) != 0 {
			t.Errorf("want %q, got %v\n%s", want, err, sum)
		}
	}
}

func FuzzExpression(f *testing.F) {
	for _, source := range []string{
		`Switch([IsSoftDeleted], , "False", "True", "True", "False")`, `Join(" ", [givenName], [surname])`, `IIF([country]<>"USA", Mid([city], 1, -2), "")`,
		`Replace([mobile], , "(?<n>\\d+)", "n", "$1", [mail], "<x>")`, `AssertiveAppRoleAssignmentsComplex([appRoleAssignments])`, `Word([displayName], 2, " -")`,
		`NormalizeDiacritics(PCase([surname]))`, `Left([mail], InStr([mail], "@", 1, vbTextCompare))`, "mail", `"\"`,
	} {
		f.Add(source)
	}
	f.Fuzz(func(t *testing.T, source string) {
		got, err := lab.Evaluate(source, ada(), roles()...)
		again, err2 := lab.Evaluate(source, ada(), roles()...)
		if fmt.Sprint(err) != fmt.Sprint(err2) || !reflect.DeepEqual(got, again) {
			t.Fatalf("%q gave %v, %v and then %v, %v", source, got, err, again, err2)
		}
		switch v := got.(type) {
		case nil:
		case string:
			if err != nil || len(v) > 32<<10 {
				t.Fatalf("%q gave %d bytes and %v", source, len(v), err)
			}
		case []lab.AppRole:
			if err != nil || len(v) != 2 {
				t.Fatalf("%q gave %v and %v", source, v, err)
			}
		default:
			t.Fatalf("%q gave a %T", source, got)
		}
	})
}
