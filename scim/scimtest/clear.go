package scimtest

import (
	"maps"
	"slices"
	"strings"
)

func sorted(cases []Case) []Case {
	slices.SortFunc(cases, func(a, b Case) int { return strings.Compare(a.ID, b.ID) })
	return cases
}

// clearable are the optional attributes of Microsoft's gallery test 16, with a
// value to begin with, by target path. The test leaves references out.
func clearable() map[string]string {
	return map[string]string{
		"title": "Boss", "displayName": "D", "nickName": "N", "preferredLanguage": "sv-SE", "locale": "sv-SE", "timezone": "Europe/Stockholm", "userType": "Employee",
		"name.givenName": "G", "name.familyName": "F", "name.middleName": "M", "name.formatted": "G F", "name.honorificPrefix": "Dr", "name.honorificSuffix": "II",
		`emails[type eq "work"].value`: "w@x.example", `phoneNumbers[type eq "work"].value`: "1", `phoneNumbers[type eq "mobile"].value`: "2",
		`addresses[type eq "work"].streetAddress`: "S", `addresses[type eq "work"].locality`: "L", `addresses[type eq "work"].country`: "SE",
		enterpriseURN + ":employeeNumber": "7", enterpriseURN + ":department": "Sales", enterpriseURN + ":costCenter": "C",
	}
}

// startFor builds the parts of a user that clearable fills.
func startFor() M {
	return M{
		"title": "Boss", "displayName": "D", "nickName": "N", "profileUrl": "https://x.example/p", "preferredLanguage": "sv-SE", "locale": "sv-SE", "timezone": "Europe/Stockholm", "userType": "Employee",
		"name":         M{"givenName": "G", "familyName": "F", "middleName": "M", "formatted": "G F", "honorificPrefix": "Dr", "honorificSuffix": "II"},
		"emails":       []M{{"type": "work", "value": "w@x.example"}},
		"phoneNumbers": []M{{"type": "work", "value": "1"}, {"type": "mobile", "value": "2"}},
		"addresses":    []M{{"type": "work", "streetAddress": "S", "locality": "L", "country": "SE"}},
		enterpriseURN:  M{"employeeNumber": "7", "department": "Sales", "costCenter": "C"},
	}
}

// pathTo turns a target path into keys for At.
func pathTo(target string) []string {
	if attr, ok := strings.CutPrefix(target, enterpriseURN+":"); ok {
		return []string{enterpriseURN, attr}
	}
	if attr, rest, ok := strings.Cut(target, `[type eq "`); ok {
		kind, sub, _ := strings.Cut(rest, `"].`)
		return []string{attr, "type=" + kind, sub}
	}
	return strings.Split(target, ".")
}

// clearCases check that "" and null take an attribute away.
func clearCases() []Case {
	var cases []Case
	for _, value := range []any{"", nil} {
		word, shown := "empty", "nothing between quotes"
		if value == nil {
			word, shown = "null", "null"
		}
		for form, manner := range map[string]string{"verbose": "each by an operation", "pathless": "in one operation without a path"} {
			cases = append(cases, Case{ID: "gallery-16-" + word + "-" + form, Name: "replacing every optional attribute with " + shown + " clears them all, " + manner,
				Run: func(t *T) { t.cleared(form, value) }})
		}
	}
	for id, target := range map[string]string{"title": "title", "given-name": "name.givenName", "work-mail": `emails[type eq "work"].value`, "department": enterpriseURN + ":department"} {
		path := pathTo(target)
		cases = append(cases, Case{ID: "clear-" + id, Name: "replacing " + target + ` with "" clears it`, Run: func(t *T) {
			a := t.User(startFor())
			got := t.Patched(userPath(a.ID()), op("Replace", target, ""))
			t.Expect(empty(got.At(path...)), target+" is empty", got.At(path...))
			again := t.Patched(userPath(a.ID()), op("Replace", target, "back"))
			t.Equal(again, "back", path...)
		}})
	}
	return in(Case{
		Sender: "Entra", Section: "RFC 7643 §2.5", Level: Must, Needs: Enterprise,
		Why:  "It is Microsoft's gallery test 16: who fails it is not listed. Values that cannot be cleared stay wrong for good.",
		Mend: `Treat "" and null as no value, in operations with and without a path.`,
	}, sorted(cases))
}

// cleared fills a user, clears everything in one form and looks.
func (t *T) cleared(form string, value any) {
	a := t.User(startFor())
	targets := slices.Sorted(maps.Keys(clearable()))
	var ops []M
	all := M{}
	for _, target := range targets {
		ops = append(ops, op("Replace", target, value))
		all[target] = value
	}
	if form == "pathless" {
		ops = []M{set("replace", all)}
	}
	got := t.Patched(userPath(a.ID()), ops...)
	for _, target := range targets {
		path := pathTo(target)
		t.Expect(empty(got.At(path...)), target+" is empty", got.At(path...))
	}
	t.Equal(got, a.At("userName"), "userName")
}
